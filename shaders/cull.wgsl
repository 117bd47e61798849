// Quantum cull: which instances a view draws, compacted per batch into indirect draws.
//
// The main view takes two phases (Haar & Aaltonen 2015, "GPU-Driven Rendering Pipelines"): early, what was visible in
// the last frame; late, the rest against the depth pyramid of the early ones. So nothing visible is ever lost.
use cull_tests;
use hi_z_layout;

const LARGE = 1.0 / 64.0;  // of the picture's height

// args: one draw per batch for the early list, then one per batch for the late list, then the transparent ones' count.

@compute @workgroup_size(64)
fn reset(@builtin(global_invocation_id) id: vec3u) {
    if (id.x == 0u) { atomicStore(&args[2u * view.batches].instance_count, 0u); }
    if (id.x >= view.batches) { return; }
    let batch = batches[id.x];
    for (var late = 0u; late < 2u; late++) {
        let i = id.x + late * view.batches;
        args[i].index_count = batch.index_count;
        atomicStore(&args[i].instance_count, 0u);
        args[i].first_index = batch.first_index;
        args[i].base_vertex = batch.base_vertex;
        args[i].first_instance = batch.first_slot + late * view.slots;
    }
}

// Floats ordered as unsigned integers.
fn sortable(x: f32) -> u32 {
    let bits = bitcast<u32>(x);
    return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

fn draw(row: u32, b: u32, late: u32) {
    let blended = batches[b].pipeline == PIPELINE_BLEND;
    if (blended & (view.blend_slot == NONE)) { return; }  // not a branch on the uniform alone: see `bounds_of`
    if (blended & (view.in_order != 0u)) {
        // Farthest first; unused places hold the largest key.
        let slot = atomicAdd(&args[2u * view.batches].instance_count, 1u);
        blend_items[slot] = vec2u(~sortable(dot(view.forward, spheres[row].xyz - view.eye)), row);
    } else {
        let slot = atomicAdd(&args[b + late * view.batches].instance_count, 1u);
        visible[batches[b].first_slot + late * view.slots + slot] = row;
    }
}

// Whether all that a sphere may cover is behind what the early phase drew. Only pixels whose centres lie in its bounds
// count, nothing is drawn in others; and they are looked at as finely as some 16 texels allow: many things are small.
fn occluded(bounds: Bounds) -> bool {
    if (bounds.crosses) { return false; }
    let last = vec2i(view.size) - 1;
    let low = vec2u(clamp(vec2i(ceil(bounds.low - 0.5)), vec2i(0), last));
    let high = max(low, vec2u(clamp(vec2i(floor(bounds.high - 0.5)), vec2i(0), last)));
    let span = max(high.x - low.x, high.y - low.y);
    let level = firstLeadingBit(max(span, 2u)) - 1u;
    let a = low >> vec2u(level);
    let b = high >> vec2u(level);
    var farthest = 1.0;
    if (level == 0u) {
        for (var y = a.y; y <= b.y; y++) {
            for (var x = a.x; x <= b.x; x++) { farthest = min(farthest, textureLoad(depth, vec2u(x, y), 0)); }
        }
    } else {
        let base = hi_z_offset(view.size, level);
        let width = hi_z_size(view.size, level).x;
        for (var y = a.y; y <= b.y; y++) {
            for (var x = a.x; x <= b.x; x++) { farthest = min(farthest, hi_z[base + y * width + x]); }
        }
    }
    return bounds.nearest < farthest;
}

// Whether the last frame does not tell if something was hidden: it was not there, not in view, or there was none.
fn is_new(state: u32) -> bool {
    let result = (state >> 4u) & 7u;
    return (state & 0x7Cu) == 0u || (result != RESULT_DRAWN && result != RESULT_OCCLUDED);
}

// What hides much, as a start where nothing is known: else a first frame would draw all that is in view.
fn is_large(bounds: Bounds) -> bool {
    return bounds.crosses || all(bounds.high - bounds.low > vec2f(max(LARGE * f32(view.size.y), 2.0)));
}

@compute @workgroup_size(256)
fn early(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let row = id.x + id.y * groups.x * 256u;
    if (row >= view.count) { return; }
    let b = instances[row].batch;
    if (b == NONE) {
        states[row] = RESULT_ABSENT << 4u;
        return;
    }
    let sphere = spheres[row];
    let state = states[row];
    var ring = state & 3u;
    if ((view.tests & TEST_RINGS) == 0u) {
        ring = RING_ACTIVE;
    } else if (ring == RING_ACTIVE || ((row + view.turn) & 3u) == 0u || view.turn == 0u) {
        ring = ring_of(row, sphere, ring);  // those farther out are looked at every fourth frame
    }
    let bounds = bounds_of(sphere);
    let result = tested(sphere, bounds, ring);
    let by_depth = (view.tests & TEST_OCCLUSION) != 0u;
    let blended = batches[b].pipeline == PIPELINE_BLEND;
    let seen = !by_depth || (state & 4u) != 0u || (is_new(state) && is_large(bounds));
    let drawn = result == RESULT_DRAWN && seen && !(by_depth && blended);
    if (drawn) { draw(row, b, 0u); }
    // Bit 3 tells the late phase what this one drew.
    states[row] = ring | select(0u, 4u, result == RESULT_DRAWN && seen) | select(0u, 8u, drawn) | (result << 4u);
}

@compute @workgroup_size(256)
fn late(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let row = id.x + id.y * groups.x * 256u;
    if (row >= view.count) { return; }
    let state = states[row];
    if (((state >> 4u) & 7u) != RESULT_DRAWN) { return; }
    let sphere = spheres[row];
    let hidden = occluded(bounds_of(sphere));
    if (!hidden && (state & 8u) == 0u) { draw(row, instances[row].batch, 1u); }
    let result = select(RESULT_DRAWN, RESULT_OCCLUDED, hidden && (state & 8u) == 0u);
    states[row] = (state & 11u) | select(4u, 0u, hidden) | (result << 4u);
}
