// What passes share about colour. Linear light, Rec.709 primaries.

fn luminance(c: vec3f) -> f32 {
    return dot(c, vec3f(0.2126, 0.7152, 0.0722));
}
