// World bounding spheres from transforms, and the scatter of changed transforms.
use sphere;

@compute @workgroup_size(256)
fn all_spheres(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let row = id.x + id.y * groups.x * 256u;
    if (row >= arrayLength(&transforms)) { return; }
    spheres[row] = sphere_of(row, transforms[row]);
}

@compute @workgroup_size(256)
fn scatter(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let i = id.x + id.y * groups.x * 256u;
    if (i >= dirty_rows[0]) { return; }
    let row = dirty_rows[i + 1u];
    let m = dirty_transforms[i];
    transforms[row] = m;
    spheres[row] = sphere_of(row, m);
}
