// Halves a cube level: a box filter per face.

@compute @workgroup_size(8, 8)
fn halve(@builtin(global_invocation_id) id: vec3u) {
    let size = textureDimensions(level_out);
    if (any(id.xy >= size)) { return; }
    let p = id.xy * 2u;
    let sum = textureLoad(level_in, p, id.z, 0) + textureLoad(level_in, p + vec2u(1u, 0u), id.z, 0)
        + textureLoad(level_in, p + vec2u(0u, 1u), id.z, 0) + textureLoad(level_in, p + vec2u(1u, 1u), id.z, 0);
    textureStore(level_out, id.xy, id.z, sum * 0.25);
}
