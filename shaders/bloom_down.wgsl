// Bloom, one level down: every output texel covers 2x2 of the source. Five overlapping boxes of 4x4 texels, the one in
// the middle as heavy as the other four together, in 13 bilinear samples (Jimenez 2014, "Next Generation Post Processing
// in Call of Duty: Advanced Warfare"). Every source texel has the same weight over all outputs: no light is lost.
use color;

fn box_weight(c: vec3f, steady: bool) -> f32 {
    return select(1.0, 1.0 / (1.0 + luminance(c)), steady);
}

fn down(texel: vec2u, steady: bool) {
    let pixel = 1.0 / vec2f(textureDimensions(source));
    let at = (vec2f(texel) * 2.0 + 1.0) * pixel;
    var tap: array<vec3f, 13>;
    for (var i = 0u; i < 9u; i++) {
        let offset = vec2f(f32(i % 3u), f32(i / 3u)) * 2.0 - 2.0;
        tap[i] = storable(textureSampleLevel(source, clamp_sampler, at + offset * pixel, 0.0).rgb);
    }
    for (var i = 0u; i < 4u; i++) {
        let offset = vec2f(f32(i & 1u), f32(i >> 1u)) * 2.0 - 1.0;
        tap[9u + i] = storable(textureSampleLevel(source, clamp_sampler, at + offset * pixel, 0.0).rgb);
    }
    let middle = (tap[9] + tap[10] + tap[11] + tap[12]) * 0.25;
    let corners = array<vec3f, 4>(
        (tap[0] + tap[1] + tap[3] + tap[4]) * 0.25,
        (tap[1] + tap[2] + tap[4] + tap[5]) * 0.25,
        (tap[3] + tap[4] + tap[6] + tap[7]) * 0.25,
        (tap[4] + tap[5] + tap[7] + tap[8]) * 0.25,
    );
    var weight = 0.5 * box_weight(middle, steady);
    var sum = middle * weight;
    for (var i = 0u; i < 4u; i++) {
        let w = 0.125 * box_weight(corners[i], steady);
        sum += corners[i] * w;
        weight += w;
    }
    textureStore(level_out, texel, vec4f(sum / weight, 1.0));
}

// From the picture itself. Bright boxes can count for less (Karis 2013): a single bright pixel would flicker.
@compute @workgroup_size(8, 8)
fn first(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= textureDimensions(level_out))) { return; }
    down(id.xy, bloom.steady != 0u);
}

@compute @workgroup_size(8, 8)
fn next(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= textureDimensions(level_out))) { return; }
    down(id.xy, false);
}
