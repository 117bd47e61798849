// The physical sky behind everything, and the sun in it.
use atmosphere_tables;
use environment_light;
use sky_direction;
use sky_ray;
use color;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> Ray {
    return ray_corner(i);
}

@fragment
fn fragment(in: Ray) -> @location(0) vec4f {
    let direction = ray_direction(in.ndc);
    let pixel = length(fwidth(direction)) * 0.5;
    let d = environment_direction(direction);
    let uv = sky_view_uv(d, frame.air.horizon, vec2f(textureDimensions(sky_view)));
    var light = textureSampleLevel(sky_view, table_sampler, uv, 0.0).rgb * frame.environment_intensity;
    let away = length(direction - frame.air.sun);
    let height = asin(clamp(direction.y, -1.0, 1.0)) - frame.air.horizon;
    let edge = frame.air.disc_radius + 0.5 * pixel;
    // The loop runs once at most: software adapters run both sides of an `if`.
    for (var i = select(1u, 0u, away < edge && height > 0.0); i < 1u; i++) {
        let from_middle = saturate(away / max(frame.air.disc_radius, 1e-6));
        // Darker towards the edge: Eddington's law, over its mean.
        let dimmed = (0.4 + 0.6 * sqrt(1.0 - from_middle * from_middle)) / 0.8;
        let inside = saturate((edge - away) / max(pixel, 1e-6));
        light += frame.air.disc * transmittance_to_top(atmosphere.altitude, direction.y) * dimmed * inside;
    }
    // Not a branch on the uniform alone: llvmpipe (Mesa 22.3) would compile this anew every frame.
    light = select(light, frame.backdrop, frame.background == 0u);
    return vec4f(storable(light * frame.exposure), 1.0);
}
