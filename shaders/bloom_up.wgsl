// Bloom, one level up: the coarser level through a 3x3 tent, mixed with what this level kept on the way down.

@compute @workgroup_size(8, 8)
fn up(@builtin(global_invocation_id) id: vec3u) {
    let size = textureDimensions(level_out);
    if (any(id.xy >= size)) { return; }
    let at = (vec2f(id.xy) + 0.5) / vec2f(size);
    let texel = 1.0 / vec2f(textureDimensions(coarser));
    var sum = vec3f(0.0);
    for (var i = 0u; i < 9u; i++) {
        let offset = vec2f(f32(i % 3u), f32(i / 3u)) - 1.0;
        let weight = (2.0 - abs(offset.x)) * (2.0 - abs(offset.y)) / 16.0;
        sum += textureSampleLevel(coarser, clamp_sampler, at + offset * texel, 0.0).rgb * weight;
    }
    let kept = textureLoad(source, id.xy, 0).rgb;
    textureStore(level_out, id.xy, vec4f(mix(kept, sum, bloom.spread), 1.0));
}
