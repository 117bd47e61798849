// What passes share about colour. Linear light, Rec.709 primaries.

fn luminance(c: vec3f) -> f32 {
    return dot(c, vec3f(0.2126, 0.7152, 0.0722));
}

// By bits: compilers may take it that no number is NaN.
fn is_finite(c: vec3f) -> bool {
    return all((bitcast<vec3u>(c) & vec3u(0x7F800000u)) != vec3u(0x7F800000u));
}

// Light as half floats hold it: what is too bright is as bright as can be, what is no number is black.
fn storable(light: vec3f) -> vec3f {
    let number = (bitcast<vec3u>(light) & vec3u(0x7FFFFFFFu)) <= vec3u(0x7F800000u);
    return select(vec3f(0.0), clamp(light, vec3f(0.0), vec3f(65000.0)), number);
}

// Light to screen values, 0 to 1.
fn encode_srgb(c: vec3f) -> vec3f {
    let x = saturate(c);
    return select(1.055 * pow(x, vec3f(1.0 / 2.4)) - 0.055, x * 12.92, x <= vec3f(0.0031308));
}
