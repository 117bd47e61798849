// The end of the frame: exposed light to screen colour, through the lens and the darkroom.
use color;
use tone_curves;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
    return vec4f(vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0, 0.0, 1.0);
}

// Edges brought out: stops of difference to the four neighbours, made larger.
fn sharpened(color: vec3f, pixel: vec2i) -> vec3f {
    let last = vec2i(frame.size) - 1;
    var around = 0.0;
    for (var i = 0; i < 4; i++) {
        let step = select(vec2i(0, i * 2 - 5), vec2i(i * 2 - 1, 0), i < 2);
        around += log2(max(luminance(storable(textureLoad(hdr, clamp(pixel + step, vec2i(0), last), 0).rgb)), 1e-6));
    }
    let stops = log2(max(luminance(color), 1e-6)) - around * 0.25;
    return color * exp2(clamp(stops * tonemap.sharpening, -1.0, 1.0));
}

// Darker corners, as with a simple lens: the fourth power of a cosine.
fn vignette(at: vec2f) -> f32 {
    let from_middle = (at * 2.0 - vec2f(frame.size)) / length(vec2f(frame.size));
    let cosine2 = 1.0 / (1.0 + tonemap.vignette * dot(from_middle, from_middle));
    return cosine2 * cosine2;
}

@fragment
fn fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
    let pixel = vec2i(at.xy);
    var color = storable(textureLoad(hdr, pixel, 0).rgb);
    if (FINISH_SHARPENING) { color = sharpened(color, pixel); }
    if (FINISH_BLOOM) {
        let glow = textureSampleLevel(scattered, clamp_sampler, at.xy * tonemap.bloom_scale, 0.0).rgb;
        color = mix(color, glow, select(tonemap.bloom, 1.0, FINISH_GLOW));
    }
    if (FINISH_GLOW && !FINISH_BLOOM) { color = vec3f(0.0); }
    if (FINISH_VIGNETTE) { color *= vignette(at.xy); }
    if (FINISH_WHITE_BALANCE) { color = (tonemap.white * vec4f(color, 0.0)).rgb; }
    color = max(color, vec3f(0.0));
    if (FINISH_CONTRAST) { color = 0.18 * pow(color / 0.18, vec3f(tonemap.contrast)); }
    if (FINISH_SATURATION) { color = max(mix(vec3f(luminance(color)), color, tonemap.saturation), vec3f(0.0)); }
    switch (FINISH_CURVE) {
        case TONEMAP_NEUTRAL: { color = neutral(color); }
        case TONEMAP_AGX: { color = agx(color); }
        case TONEMAP_ACES: { color = aces(color); }
        case TONEMAP_REINHARD: { color = color / (1.0 + luminance(color)); }
        default: {}
    }
    var shown = encode_srgb(color);
    if (FINISH_DITHER) {
        // Interleaved gradient noise (Jimenez 2014), half a step either way: what a screen can show stays as it is.
        shown += (fract(52.9829189 * fract(dot(at.xy, vec2f(0.06711056, 0.00583715)))) - 0.5) / 255.0;
    }
    return vec4f(shown, 1.0);
}
