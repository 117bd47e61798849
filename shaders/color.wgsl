// What passes share about colour. Linear light, Rec.709 primaries.

fn luminance(c: vec3f) -> f32 {
    return dot(c, vec3f(0.2126, 0.7152, 0.0722));
}

// Light to screen values, 0 to 1.
fn encode_srgb(c: vec3f) -> vec3f {
    let x = saturate(c);
    return select(1.055 * pow(x, vec3f(1.0 / 2.4)) - 0.055, x * 12.92, x <= vec3f(0.0031308));
}
