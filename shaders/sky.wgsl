// The background, behind everything: the environment along each view ray.
use environment_light;
use sky_ray;
use color;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> Ray {
    return ray_corner(i);
}

@fragment
fn fragment(in: Ray) -> @location(0) vec4f {
    if (frame.background == 0u) { return vec4f(storable(frame.backdrop * frame.exposure), 1.0); }
    let direction = ray_direction(in.ndc);
    return vec4f(storable(environment_radiance(direction, 0.0) * frame.exposure), 1.0);
}
