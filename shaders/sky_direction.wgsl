// Where a direction lies in the sky-view table: columns by the turn away from the sun, densest towards it; rows by the
// height above or below the horizon, densest at it. After section 5.3 of the paper, but one side of the sun is enough.
// Directions have the sun over +X, `horizon` is the height of the horizon in radians.

const HALF_PI = 1.57079632679490;
const OFF_HORIZON = 1e-4;  // radians: rays that touch the ground are neither here nor there

fn sky_view_uv(d: vec3f, horizon: f32, size: vec2f) -> vec2f {
    let flat = length(d.xz);
    let across = sqrt(saturate(0.5 - 0.5 * d.x / max(flat, 1e-9)));
    let height = asin(clamp(d.y, -1.0, 1.0)) - horizon;
    let half = 0.5 * size.y;
    let up = sqrt(saturate((height - OFF_HORIZON) / (HALF_PI - horizon - OFF_HORIZON)));
    let down = sqrt(saturate((-height - OFF_HORIZON) / (HALF_PI + horizon - OFF_HORIZON)));
    let row = select(half + down * (half - 1.0), (1.0 - up) * (half - 1.0), height > 0.0);
    return (0.5 + vec2f(across * (size.x - 1.0), row)) / size;
}

fn sky_view_direction(texel: vec2u, horizon: f32, size: vec2u) -> vec3f {
    let across = f32(texel.x) / f32(size.x - 1u);
    let half = size.y / 2u;
    let steps = f32(half - 1u);
    var height = 0.0;
    if (texel.y < half) {
        let up = 1.0 - f32(texel.y) / steps;
        height = horizon + OFF_HORIZON + up * up * (HALF_PI - horizon - OFF_HORIZON);
    } else {
        let down = f32(texel.y - half) / steps;
        height = horizon - OFF_HORIZON - down * down * (HALF_PI + horizon - OFF_HORIZON);
    }
    let cosine = 1.0 - 2.0 * across * across;
    let flat = cos(height);
    return vec3f(flat * cosine, sin(height), flat * sqrt(max(1.0 - cosine * cosine, 0.0)));
}
