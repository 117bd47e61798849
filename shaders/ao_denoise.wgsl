// A mean over neighbours on the same surface, which takes the pattern of the search away.
use ao_view;

// 5x5, the outer rows half as heavy: of the search's 4x4 pattern each part weighs the same.
fn denoised(id: vec2u) -> Found {
    let here = unpack_found(found[id.y * ao.grid.x + id.x]);
    if (here.depth >= SKY) { return here; }
    let p = view_position(vec2f(id * ao.stride) + 0.5, here.depth);
    let tolerance = 1.0 / (2.0 * f32(ao.stride) * pixel_width(here.depth));
    var sum = vec4f(0.0);
    var weight = 0.0;
    for (var y = -2; y <= 2; y++) {
        for (var x = -2; x <= 2; x++) {
            let at = vec2i(id) + vec2i(x, y);
            if (any(at < vec2i(0)) || any(at >= vec2i(ao.grid))) { continue; }
            let there = unpack_found(found[u32(at.y) * ao.grid.x + u32(at.x)]);
            let q = view_position(vec2f(at) * f32(ao.stride) + 0.5, there.depth);
            let alike = max(dot(here.normal, there.normal), 0.0);
            let w = saturate(1.0 - abs(dot(q - p, here.normal)) * tolerance) * alike * alike * alike * alike
                * select(1.0, 0.5, abs(x) == 2) * select(1.0, 0.5, abs(y) == 2);
            sum += there.open * w;
            weight += w;
        }
    }
    return Found(here.depth, here.normal, sum / max(weight, 1e-6));
}

// For what is smaller than the picture, and comes to its size later.
@compute @workgroup_size(8, 8)
fn keep(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= ao.grid)) { return; }
    smoothed[id.y * ao.grid.x + id.x] = pack_found(denoised(id.xy));
}

@compute @workgroup_size(8, 8)
fn show(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= ao.grid)) { return; }
    textureStore(ao_out, id.xy, finished(denoised(id.xy).open));
}
