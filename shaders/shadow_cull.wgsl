// Which instances each shadow map draws: all maps of a round at once, every one in a layer of workgroups of its own.
use cull_tests;

var<private> view: View;

// The map that a layer of workgroups culls for.
fn map_of(layer: u32) -> u32 {
    return casters[shadow_round.first + layer].number;
}

@compute @workgroup_size(64)
fn reset(@builtin(global_invocation_id) id: vec3u) {
    let map = map_of(id.z);
    let count = casters[map].view.batches;
    if (id.x >= count) { return; }
    let batch = batches[id.x];
    let i = map * count + id.x;
    args[i].index_count = batch.index_count;
    atomicStore(&args[i].instance_count, 0u);
    args[i].first_index = batch.first_index;
    args[i].base_vertex = batch.base_vertex;
    args[i].first_instance = id.z * casters[map].view.slots + batch.first_slot;
}

@compute @workgroup_size(256)
fn list(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let row = id.x + id.y * groups.x * 256u;
    let map = map_of(id.z);
    if (row >= casters[map].view.count) { return; }
    let b = instances[row].batch;
    if (b == NONE) { return; }
    if (batches[b].pipeline == PIPELINE_BLEND || instances[row].object == casters[map].without) { return; }
    view = casters[map].view;
    let sphere = spheres[row];
    var ring = RING_ACTIVE;
    if ((view.tests & TEST_RINGS) != 0u) { ring = ring_of(row, sphere, RING_DORMANT); }
    if (tested(sphere, bounds_of(sphere), ring) == RESULT_DRAWN) {
        let slot = atomicAdd(&args[map * view.batches + b].instance_count, 1u);
        visible[id.z * view.slots + batches[b].first_slot + slot] = row;
    }
}
