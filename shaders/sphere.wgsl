// The world bounding sphere of an instance.
use geometry;

fn sphere_of(row: u32, m: mat3x4<f32>) -> vec4f {
    let mesh = meshes[batches[instances[row].batch].mesh];
    // How much m stretches: the root of the largest eigenvalue of mᵀm, which no row's sum is below (Gershgorin 1931).
    // Without shear mᵀm is diagonal and this is exact.
    let x = vec3f(m[0].x, m[1].x, m[2].x);
    let y = vec3f(m[0].y, m[1].y, m[2].y);
    let z = vec3f(m[0].z, m[1].z, m[2].z);
    let xy = abs(dot(x, y));
    let yz = abs(dot(y, z));
    let zx = abs(dot(z, x));
    let stretch = sqrt(max(dot(x, x) + xy + zx, max(dot(y, y) + xy + yz, dot(z, z) + yz + zx)));
    return vec4f(point_to_world(m, mesh.centre), mesh.radius * stretch);
}
