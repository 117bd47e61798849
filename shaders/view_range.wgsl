// The scale of the depth view: metres, in quarters of an octave around what is seen at 16x16 places.

fn range_of(places: u32) -> vec2f {
    let size = textureDimensions(values);
    var range = vec2f(1e30, 1e-30);
    for (var y = 0u; y < places; y++) {
        for (var x = 0u; x < places; x++) {
            let v = textureLoad(values, (vec2u(x, y) * 2u + 1u) * size / (2u * places), 0);
            if (v.a > 0.0 && v.x > 0.0) { range = vec2f(min(range.x, v.x), max(range.y, v.x)); }
        }
    }
    if (range.x > range.y) { return vec2f(0.1, 100.0); }
    let low = exp2(floor(log2(range.x) * 4.0) * 0.25);
    return vec2f(low, max(exp2(ceil(log2(range.y) * 4.0) * 0.25), low * 1.18920712));
}
