// Sums sub-pixel frames, and keeps their mean as a picture.
use color;

@compute @workgroup_size(8, 8)
fn add(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= frame.size)) { return; }
    let i = id.y * frame.size.x + id.x;
    let before = select(accumulated[i], vec4f(0.0), accumulation.first != 0u);
    let sum = before + vec4f(storable(textureLoad(hdr, id.xy, 0).rgb), 1.0);
    accumulated[i] = sum;
    textureStore(mean, id.xy, sum * accumulation.share);
}
