// Instances that came, went or look different: their records are put in place, and their spheres found agiven.
use sphere;

@compute @workgroup_size(256)
fn renew(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let i = id.x + id.y * groups.x * 256u;
    if (i >= renewals[0].row) { return; }
    let given = renewals[i + 1u];
    instances[given.row] = Instance(given.batch, given.material, given.object, given.flags, given.significance);
    states[given.row] = 0u;
    if (given.batch != NONE) { spheres[given.row] = sphere_of(given.row, transforms[given.row]); }
}
