// From half the picture's size to all of it: of the four texels around, those whose surface goes through the pixel
// (joint bilateral upsampling: Kopf et al. 2007).
use ao_view;

@compute @workgroup_size(8, 8)
fn upsample(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= ao.size)) { return; }
    let depth = view_depths[id.y * ao.size.x + id.x];
    if (depth >= SKY) {
        textureStore(ao_out, id.xy, vec4f(0.0, 0.0, 0.0, 1.0));
        return;
    }
    let p = view_position(vec2f(id.xy) + 0.5, depth);
    let tolerance = 1.0 / (2.0 * pixel_width(depth));
    var sum = vec4f(0.0);
    var weight = 0.0;
    for (var k = 0u; k < 4u; k++) {
        let corner = vec2u(k & 1u, k >> 1u);
        let odd = id.xy & vec2u(1u);
        if (any(corner > odd)) { continue; }
        let at = min((id.xy >> vec2u(1u)) + corner, ao.grid - 1u);
        let there = unpack_found(smoothed[at.y * ao.grid.x + at.x]);
        let q = view_position(vec2f(at * ao.stride) + 0.5, there.depth);
        // Where none fits, the one that is nearest in depth counts.
        let fits = saturate(1.0 - abs(dot(p - q, there.normal)) * tolerance);
        let near = 1e-3 / (1e-3 + abs(depth - there.depth) / depth);
        let w = fits + 1e-3 * near;
        sum += there.open * w;
        weight += w;
    }
    textureStore(ao_out, id.xy, finished(sum / weight));
}
