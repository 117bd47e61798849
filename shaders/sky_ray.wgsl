// The view ray through each point of the picture.

struct Ray {
    @builtin(position) clip: vec4f,
    @location(0) ndc: vec2f,
};

// The i-th corner of a triangle that covers the picture.
fn ray_corner(i: u32) -> Ray {
    let corner = vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0;
    return Ray(vec4f(corner, 0.0, 1.0), corner);
}

// Without the eye's place: far from the origin the near plane would coincide with it.
fn ray_direction(ndc: vec2f) -> vec3f {
    let p = frame.proj;
    let seen = vec3f((ndc.x + p[2].x) / p[0].x, (ndc.y + p[2].y) / p[1].y, -1.0);
    return select(normalize((vec4f(seen, 0.0) * frame.view).xyz), frame.forward, frame.orthographic != 0u);
}
