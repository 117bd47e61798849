// Antialiasing of a finished picture: edges are found by their contrast, followed to both ends, and blended by how far
// the pixel is from the nearer one. Lottes 2009, "FXAA" (the quality variant of 2011).

const LEAST_CONTRAST = 1.0 / 24.0;
const RELATIVE_CONTRAST = 1.0 / 8.0;  // of the brightest around
const STEPS = 12;
const SMOOTHING = 0.75;  // of single pixels

fn brightness(c: vec3f) -> f32 {
    return dot(c, vec3f(0.299, 0.587, 0.114));
}

fn at_pixel(pixel: vec2i, last: vec2i) -> f32 {
    return brightness(textureLoad(toned, clamp(pixel, vec2i(0), last), 0).rgb);
}

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
    return vec4f(vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0, 0.0, 1.0);
}

@fragment
fn fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
    let size = vec2i(textureDimensions(toned));
    let texel = 1.0 / vec2f(size);
    let last = size - 1;
    let pixel = vec2i(at.xy);
    let color = textureLoad(toned, pixel, 0);
    let m = brightness(color.rgb);
    let n = at_pixel(pixel + vec2i(0, -1), last);
    let s = at_pixel(pixel + vec2i(0, 1), last);
    let w = at_pixel(pixel + vec2i(-1, 0), last);
    let e = at_pixel(pixel + vec2i(1, 0), last);
    let highest = max(m, max(max(n, s), max(w, e)));
    let contrast = highest - min(m, min(min(n, s), min(w, e)));
    if (contrast < max(LEAST_CONTRAST, highest * RELATIVE_CONTRAST)) { return color; }
    let nw = at_pixel(pixel + vec2i(-1, -1), last);
    let ne = at_pixel(pixel + vec2i(1, -1), last);
    let sw = at_pixel(pixel + vec2i(-1, 1), last);
    let se = at_pixel(pixel + vec2i(1, 1), last);

    // The edge lies along the axis across which the picture bends more; the steeper side is where.
    let across_y = abs(nw + sw - 2.0 * w) + 2.0 * abs(n + s - 2.0 * m) + abs(ne + se - 2.0 * e);
    let across_x = abs(nw + ne - 2.0 * n) + 2.0 * abs(w + e - 2.0 * m) + abs(sw + se - 2.0 * s);
    let level = across_y >= across_x;
    let low = select(w, n, level);
    let high = select(e, s, level);
    let below = abs(low - m) >= abs(high - m);
    let across = select(vec2f(texel.x, 0.0), vec2f(0.0, texel.y), level) * select(1.0, -1.0, below);
    let along = select(vec2f(0.0, texel.y), vec2f(texel.x, 0.0), level);
    let middle = (m + select(high, low, below)) * 0.5;
    let steepness = max(abs(low - m), abs(high - m)) * 0.25;

    // To both ends: where what lies between the two sides is not their mean any more. Steps grow.
    let start = at.xy * texel + across * 0.5;
    var ends = vec2f(0.0);  // how far they are, in pixels
    var off = vec2f(0.0);  // how far from the mean
    for (var side = 0; side < 2; side++) {
        let way = along * select(1.0, -1.0, side == 0);
        var away = 1.0;
        var found = 0.0;
        for (var i = 0; i < STEPS; i++) {
            found = brightness(textureSampleLevel(toned, clamp_sampler, start + way * away, 0.0).rgb) - middle;
            if (abs(found) >= steepness) { break; }
            away += select(1.0, select(1.5, 2.0, i > 4), i > 3);  // from then on between two pixels: none is missed
        }
        ends[side] = away;
        off[side] = found;
    }
    let nearer = select(1, 0, ends.x < ends.y);
    let part = 0.5 - min(ends.x, ends.y) / (ends.x + ends.y);
    let crosses = (off[nearer] < 0.0) != (m < middle);  // at that end the edge goes over to this pixel's side
    let by_edge = select(0.0, part, crosses);

    // What stands out from all around.
    let around = (2.0 * (n + s + w + e) + nw + ne + sw + se) / 12.0;
    let alone = smoothstep(0.0, 1.0, saturate(abs(around - m) / contrast));
    let shift = max(by_edge, alone * alone * SMOOTHING);
    return textureSampleLevel(toned, clamp_sampler, at.xy * texel + across * shift, 0.0);
}
