// Instances that moved and hang on nothing: their transforms are made here, from position, rotation and scale.
use sphere;

@compute @workgroup_size(256)
fn place(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let i = id.x + id.y * groups.x * 256u;
    let n = moved_rows[0];
    if (i >= n) { return; }
    let row = moved_rows[i + 1u];
    if (row == NONE) { return; }
    // All positions, then all rotations, then all scales.
    let p = 3u * i;
    let r = 3u * n + 4u * i;
    let s = 7u * n + 3u * i;
    let x = moved_places[r];
    let y = moved_places[r + 1u];
    let z = moved_places[r + 2u];
    let w = moved_places[r + 3u];
    let k = vec3f(moved_places[s], moved_places[s + 1u], moved_places[s + 2u]);
    let m = mat3x4<f32>(
        vec4f(vec3f(1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - z * w), 2.0 * (x * z + y * w)) * k, moved_places[p]),
        vec4f(vec3f(2.0 * (x * y + z * w), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - x * w)) * k, moved_places[p + 1u]),
        vec4f(vec3f(2.0 * (x * z - y * w), 2.0 * (y * z + x * w), 1.0 - 2.0 * (x * x + y * y)) * k, moved_places[p + 2u]),
    );
    transforms[row] = m;
    spheres[row] = sphere_of(row, m);
}
