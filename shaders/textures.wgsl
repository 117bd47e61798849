// Textures of surfaces: where they lie, how they repeat and how they are filtered.

// Anisotropic filtering where the sampler's own is unusable (SHADER_TAPS > 1): isotropic taps along the long axis of
// the footprint, as many as it is longer than the short one.
fn sample_filtered(pool: u32, uv: vec2f, layer: u32, dx: vec2f, dy: vec2f, size: vec2f) -> vec4f {
    if (SHADER_TAPS == 1u) { return sample_pool(pool, uv, layer, dx, dy); }
    let x2 = dot(dx * size, dx * size);
    let y2 = dot(dy * size, dy * size);
    let long = select(dy, dx, x2 > y2);
    let ratio = sqrt(max(x2, y2) / max(min(x2, y2), 1e-12));
    let magnified = max(x2, y2) <= 1.0;
    let taps = select(clamp(u32(ceil(ratio)), 1u, SHADER_TAPS), 1u, magnified);
    let apart = long / f32(taps);
    let short_x = select(dx, apart, x2 > y2);
    let short_y = select(apart, dy, x2 > y2);
    var sum = vec4f(0.0);
    for (var i = 0u; i < taps; i++) {
        sum += sample_pool(pool, uv + apart * (f32(i) + 0.5 - 0.5 * f32(taps)), layer, short_x, short_y);
    }
    return sum / f32(taps);
}

// The sampler repeats; clamp and mirror are made here, kept half a texel (of the level in use) inside the edge.
fn wrap(u: f32, mode: u32, margin: f32) -> f32 {
    if (mode == 0u) { return u; }
    let mirrored = 1.0 - abs(1.0 - (u - 2.0 * floor(0.5 * u)));
    let inside = select(u, mirrored, mode == 2u);
    let edge = min(margin, 0.5);
    return clamp(inside, edge, 1.0 - edge);
}

fn sample_slot(slot: TextureSlot, uv: vec4f, dx: vec4f, dy: vec4f) -> vec4f {
    let entry = textures[slot.texture];
    let second = (slot.flags & 32u) != 0u;
    let m = mat2x2f(slot.matrix.xz, slot.matrix.yw);
    var at = m * select(uv.xy, uv.zw, second) + slot.offset;
    let levels = select(1.0, 0.0, (slot.flags & 64u) != 0u);  // nothing is ever minified without mip levels
    let ddx = levels * (m * select(dx.xy, dx.zw, second));
    let ddy = levels * (m * select(dy.xy, dy.zw, second));
    let size = vec2f(entry.size);
    let footprint = max(length(ddx * size), length(ddy * size));
    if ((slot.flags & 16u) != 0u && footprint < 1.0) {
        at = (floor(at * size) + 0.5) / size;
    }
    // Minified, the coarser of the two levels in use has texels up to twice the footprint, and taps lie along it.
    let margin = min(0.5 + 8.0 * max(footprint - 1.0, 0.0), max(footprint, 0.5)) / size;
    at.x = wrap(at.x, slot.flags & 3u, margin.x);
    at.y = wrap(at.y, (slot.flags >> 2u) & 3u, margin.y);
    return sample_filtered(entry.pool, at, entry.layer, ddx, ddy, size);
}
