// Instances that moved and hang on nothing: their transforms are made here, from position, rotation and scale.
use sphere;

@compute @workgroup_size(256)
fn place(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let i = id.x + id.y * groups.x * 256u;
    // How many; their rows; then the bits of all positions, all rotations, all scales.
    let n = moved[0];
    if (i >= n) { return; }
    let row = moved[i + 1u];
    if (row == NONE) { return; }
    let p = vec3f(number(n + 1u + 3u * i), number(n + 2u + 3u * i), number(n + 3u + 3u * i));
    let r = 4u * n + 1u + 4u * i;
    let x = number(r);
    let y = number(r + 1u);
    let z = number(r + 2u);
    let w = number(r + 3u);
    let s = 8u * n + 1u + 3u * i;
    let k = vec3f(number(s), number(s + 1u), number(s + 2u));
    let m = mat3x4<f32>(
        vec4f(vec3f(1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - z * w), 2.0 * (x * z + y * w)) * k, p.x),
        vec4f(vec3f(2.0 * (x * y + z * w), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - x * w)) * k, p.y),
        vec4f(vec3f(2.0 * (x * z - y * w), 2.0 * (y * z + x * w), 1.0 - 2.0 * (x * x + y * y)) * k, p.z),
    );
    transforms[row] = m;
    spheres[row] = sphere_of(row, m);
}

fn number(at: u32) -> f32 {
    return bitcast<f32>(moved[at]);
}
