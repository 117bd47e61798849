// Quantum cull, first phase: instances against the frustum, compacted per batch into indirect draws.

@compute @workgroup_size(64)
fn reset(@builtin(global_invocation_id) id: vec3u) {
    if (id.x == 0u) {
        atomicStore(&counters.instances, 0u);
        atomicStore(&counters.triangles, 0u);
        atomicStore(&counters.blended, 0u);
        atomicStore(&counters.culled, 0u);
    }
    if (id.x >= view.batches) { return; }
    let batch = batches[id.x];
    args[id.x].index_count = batch.index_count;
    atomicStore(&args[id.x].instance_count, 0u);
    args[id.x].first_index = batch.first_index;
    args[id.x].base_vertex = batch.base_vertex;
    args[id.x].first_instance = batch.first_slot;
}

fn in_frustum(sphere: vec4f) -> bool {
    var inside = true;
    for (var i = 0u; i < 6u; i++) {
        inside = inside && dot(view.planes[i].xyz, sphere.xyz) + view.planes[i].w >= -sphere.w;
    }
    return inside;
}

// Floats ordered as unsigned integers.
fn sortable(x: f32) -> u32 {
    let bits = bitcast<u32>(x);
    return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

@compute @workgroup_size(256)
fn cull(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let row = id.x + id.y * groups.x * 256u;
    if (row >= view.count) { return; }
    let sphere = spheres[row];
    if (view.frustum != 0u && !in_frustum(sphere)) {
        atomicAdd(&counters.culled, 1u);
        return;
    }
    let b = instances[row].batch;
    if (batches[b].pipeline == PIPELINE_BLEND) {
        if (view.blend_slot == NONE) { return; }
        // Farthest first; unused places hold the largest key.
        let slot = atomicAdd(&counters.blended, 1u);
        blend_items[slot] = vec2u(~sortable(dot(view.forward, sphere.xyz - view.eye)), row);
    } else {
        let slot = atomicAdd(&args[b].instance_count, 1u);
        visible[batches[b].first_slot + slot] = row;
    }
    atomicAdd(&counters.instances, 1u);
    atomicAdd(&counters.triangles, batches[b].index_count / 3u);
}
