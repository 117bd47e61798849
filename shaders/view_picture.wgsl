// The debug views of light: what is measured of the picture, before it is exposed.
use color;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
    return vec4f(vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0, 0.0, 1.0);
}

@fragment
fn luminance_fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
    let light = luminance(storable(textureLoad(hdr, vec2i(at.xy), 0).rgb));
    return vec4f(light / frame.exposure, light, 0.0, 1.0);
}

@fragment
fn bloom_fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
    let glow = textureSampleLevel(scattered, clamp_sampler, at.xy * tonemap.bloom_scale, 0.0).rgb;
    return vec4f(glow / frame.exposure, 1.0);
}
