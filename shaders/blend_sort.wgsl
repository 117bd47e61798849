// Transparent instances, back to front: a bitonic sort (Batcher 1968), then one draw for each in that order.

const BLOCK = 1024u;  // items sorted in workgroup memory
const LANES = 256u;

var<workgroup> block: array<vec2u, 1024>;

fn after(a: vec2u, b: vec2u) -> bool {
    return a.x > b.x || (a.x == b.x && a.y > b.y);
}

@compute @workgroup_size(256)
fn clear_items(@builtin(global_invocation_id) id: vec3u) {
    if (id.x < arrayLength(&blend_items)) { blend_items[id.x] = vec2u(0xFFFFFFFFu, 0xFFFFFFFFu); }
}

fn compare_in_block(lane: u32, base: u32, k: u32, j: u32) {
    for (var pair = lane; pair < BLOCK / 2u; pair += LANES) {
        let i = 2u * j * (pair / j) + pair % j;
        let ascending = ((base + i) & k) == 0u;
        let a = block[i];
        let b = block[i + j];
        if (after(a, b) == ascending) {
            block[i] = b;
            block[i + j] = a;
        }
    }
    workgroupBarrier();
}

// Sorts every block of 1024 from nothing (sorting.k = 0), or ends the merge sorting.k from distance 512 down.
@compute @workgroup_size(256)
fn sort_blocks(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let base = group.x * BLOCK;
    for (var i = lane; i < BLOCK; i += LANES) { block[i] = blend_items[base + i]; }
    workgroupBarrier();
    if (sorting.k == 0u) {
        for (var k = 2u; k <= BLOCK; k *= 2u) {
            for (var j = k / 2u; j > 0u; j /= 2u) { compare_in_block(lane, base, k, j); }
        }
    } else {
        for (var j = BLOCK / 2u; j > 0u; j /= 2u) { compare_in_block(lane, base, sorting.k, j); }
    }
    for (var i = lane; i < BLOCK; i += LANES) { blend_items[base + i] = block[i]; }
}

@compute @workgroup_size(256)
fn sort_step(@builtin(global_invocation_id) id: vec3u) {
    let i = 2u * sorting.j * (id.x / sorting.j) + id.x % sorting.j;
    let ascending = (i & sorting.k) == 0u;
    let a = blend_items[i];
    let b = blend_items[i + sorting.j];
    if (after(a, b) == ascending) {
        blend_items[i] = b;
        blend_items[i + sorting.j] = a;
    }
}

// One draw for each of the list. What is double-sided is drawn as two instances, its back faces before its front faces:
// so a bottle or a bubble is in order in itself.
@compute @workgroup_size(256)
fn write_draws(@builtin(global_invocation_id) id: vec3u) {
    if (id.x >= arrayLength(&blend_args)) { return; }
    let row = blend_items[id.x].y;
    var drawn = DrawCommand(0u, 0u, 0u, 0, 0u);
    if (row != NONE) {
        let batch = batches[instances[row].batch];
        let double_sided = (materials[instances[row].material].flags & MATERIAL_DOUBLE_SIDED) != 0u;
        let slot = view.blend_slot + 2u * id.x;
        visible[slot] = row | (select(FACES_FRONT, FACES_BACK, double_sided) << 30u);
        visible[slot + 1u] = row | (FACES_FRONT << 30u);
        drawn = DrawCommand(batch.index_count, select(1u, 2u, double_sided), batch.first_index, batch.base_vertex, slot);
    }
    blend_args[id.x] = drawn;
}
