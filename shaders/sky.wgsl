// The background, behind everything: the environment along each view ray.
use environment_light;

struct Ray {
    @builtin(position) clip: vec4f,
    @location(0) ndc: vec2f,
};

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> Ray {
    let corner = vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0;
    return Ray(vec4f(corner, 0.0, 1.0), corner);
}

@fragment
fn fragment(in: Ray) -> @location(0) vec4f {
    if (frame.background == 0u) { return vec4f(frame.backdrop * frame.exposure, 1.0); }
    let near = frame.world_from_clip * vec4f(in.ndc, 1.0, 1.0);
    let direction = select(normalize(near.xyz / near.w - frame.eye), frame.forward, frame.orthographic != 0u);
    return vec4f(min(environment_radiance(direction, 0.0) * frame.exposure, vec3f(65000.0)), 1.0);
}
