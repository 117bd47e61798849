// Sums sub-pixel frames; the sum is divided where it is read.

@compute @workgroup_size(8, 8)
fn add(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= frame.size)) { return; }
    let i = id.y * frame.size.x + id.x;
    let color = textureLoad(hdr, id.xy, 0);
    let before = select(accumulated[i], vec4f(0.0), accumulation.first != 0u);
    accumulated[i] = before + color;
}
