// Reads the tables of the air.
use atmosphere;

fn table_uv(unit: vec2f, size: vec2u) -> vec2f {
    return (0.5 + saturate(unit) * vec2f(size - 1u)) / vec2f(size);
}

fn transmittance_to_top(altitude: f32, mu: f32) -> vec3f {
    let end = sqrt(above_ground(atmosphere.top - atmosphere.bottom));
    let rho = sqrt(above_ground(altitude));
    let nearest = atmosphere.top - atmosphere.bottom - altitude;
    let column = (distance_to_top(altitude, mu) - nearest) / max(rho + end - nearest, 1e-9);
    let uv = table_uv(vec2f(column, rho / end), textureDimensions(transmittance));
    return textureSampleLevel(transmittance, table_sampler, uv, 0.0).rgb;
}
