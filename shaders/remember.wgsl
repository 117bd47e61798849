// Before transforms change: those of the frame before are kept, for motion vectors.
//
// moved: how many, then their rows; NONE is skipped. past: for each instance the frame in which it last moved, and
// where its old transform lies among `past_transforms`.

fn keep(i: u32, from_place: u32) {
    if (i >= moved[0]) { return; }
    let row = moved[i + 1u];
    if (row == NONE) { return; }
    past[row] = vec2u(motion.stamp, from_place + i);
    past_transforms[from_place + i] = transforms[row];
}

@compute @workgroup_size(256)
fn keep_moved(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    keep(id.x + id.y * groups.x * 256u, 0u);
}

@compute @workgroup_size(256)
fn keep_placed(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    keep(id.x + id.y * groups.x * 256u, motion.placed_from);
}

// What came in this frame was nowhere before: a row's old transform is another object's.
@compute @workgroup_size(256)
fn forget_new(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let i = id.x + id.y * groups.x * 256u;
    if (i >= renewals[0].row) { return; }
    let row = renewals[i + 1u].row;
    let other = instances[row].object != renewals[i + 1u].object;
    if (instances[row].batch == NONE || other) { past[row] = vec2u(0u); }
}
