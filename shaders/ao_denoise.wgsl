// Two means over neighbours on the same surface. The first takes the pattern of the search away; the second, wider, what
// its few directions leave behind, where that is little: shade that falls off steeply stays as it is.
use ao_view;

const WIDE = 4;  // texels
const LEFT_BEHIND = 0.15;

// How much of a neighbour's surface, `at` texels away, goes on here.
fn alike(here: Found, there: Found, id: vec2u, at: vec2i) -> f32 {
    let p = view_position(vec2f(id * ao.stride) + 0.5, here.depth);
    let q = view_position(vec2f(at) * f32(ao.stride) + 0.5, there.depth);
    let apart = abs(dot(q - p, here.normal)) / (2.0 * f32(ao.stride) * pixel_width(here.depth));
    let facing = max(dot(here.normal, there.normal), 0.0);
    return saturate(1.0 - apart) * facing * facing * facing * facing;
}

// 5x5, the outer rows half as heavy: of the search's 4x4 pattern each part weighs the same.
fn close_mean(id: vec2u) -> Found {
    let here = unpack_found(found[id.y * ao.grid.x + id.x]);
    if (here.depth >= SKY) { return here; }
    var sum = vec4f(0.0);
    var weight = 0.0;
    for (var y = -2; y <= 2; y++) {
        for (var x = -2; x <= 2; x++) {
            let at = vec2i(id) + vec2i(x, y);
            if (any(at < vec2i(0)) || any(at >= vec2i(ao.grid))) { continue; }
            let there = unpack_found(found[u32(at.y) * ao.grid.x + u32(at.x)]);
            let w = alike(here, there, id, at) * select(1.0, 0.5, abs(x) == 2) * select(1.0, 0.5, abs(y) == 2);
            sum += there.open * w;
            weight += w;
        }
    }
    return Found(here.depth, here.normal, sum / max(weight, 1e-6));
}

// 3x3, four texels apart (Dammertz et al. 2010, "Edge-Avoiding À-Trous Wavelet Transform").
fn wide_mean(id: vec2u) -> Found {
    let here = unpack_found(found[id.y * ao.grid.x + id.x]);
    if (here.depth >= SKY) { return here; }
    var sum = vec4f(0.0);
    var weight = 0.0;
    for (var y = -1; y <= 1; y++) {
        for (var x = -1; x <= 1; x++) {
            let at = vec2i(id) + vec2i(x, y) * WIDE;
            if (any(at < vec2i(0)) || any(at >= vec2i(ao.grid))) { continue; }
            let there = unpack_found(found[u32(at.y) * ao.grid.x + u32(at.x)]);
            let little = saturate(1.0 - abs(there.open.w - here.open.w) / LEFT_BEHIND);
            let w = alike(here, there, id, at) * little * select(1.0, 0.5, x != 0) * select(1.0, 0.5, y != 0);
            sum += there.open * w;
            weight += w;
        }
    }
    return Found(here.depth, here.normal, sum / max(weight, 1e-6));
}

@compute @workgroup_size(8, 8)
fn close(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= ao.grid)) { return; }
    smoothed[id.y * ao.grid.x + id.x] = pack_found(close_mean(id.xy));
}

// For what is smaller than the picture, and comes to its size later.
@compute @workgroup_size(8, 8)
fn wide(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= ao.grid)) { return; }
    smoothed[id.y * ao.grid.x + id.x] = pack_found(wide_mean(id.xy));
}

@compute @workgroup_size(8, 8)
fn show(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= ao.grid)) { return; }
    textureStore(ao_out, id.xy, finished(wide_mean(id.xy).open));
}
