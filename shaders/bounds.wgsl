// World bounding spheres from transforms, and the scatter of changed rows.
use geometry;

fn sphere_of(row: u32, m: mat3x4<f32>) -> vec4f {
    let mesh = meshes[batches[instances[row].batch].mesh];
    // The largest column bounds how much the transform stretches, but for shear: take the Frobenius norm there.
    let x = vec3f(m[0].x, m[1].x, m[2].x);
    let y = vec3f(m[0].y, m[1].y, m[2].y);
    let z = vec3f(m[0].z, m[1].z, m[2].z);
    let xx = dot(x, x);
    let yy = dot(y, y);
    let zz = dot(z, z);
    let shear = abs(dot(x, y)) + abs(dot(y, z)) + abs(dot(z, x));
    let largest = max(xx, max(yy, zz));
    let stretch = sqrt(select(largest, xx + yy + zz, shear > 1e-4 * largest));
    return vec4f(point_to_world(m, mesh.centre), mesh.radius * stretch);
}

@compute @workgroup_size(256)
fn all_spheres(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let row = id.x + id.y * groups.x * 256u;
    if (row >= arrayLength(&transforms)) { return; }
    spheres[row] = sphere_of(row, transforms[row]);
}

@compute @workgroup_size(256)
fn scatter(@builtin(global_invocation_id) id: vec3u) {
    if (id.x >= dirty_rows[0]) { return; }
    let row = dirty_rows[id.x + 1u];
    let m = dirty_transforms[id.x];
    transforms[row] = m;
    spheres[row] = sphere_of(row, m);
}
