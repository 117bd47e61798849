// Cube map directions: face 0..5 = +X -X +Y -Y +Z -Z, as WebGPU lays them out; `at` in 0..1, origin top left.

fn cube_direction(face: u32, at: vec2f) -> vec3f {
    let s = at.x * 2.0 - 1.0;
    let t = at.y * 2.0 - 1.0;
    switch (face) {
        case 0u: { return normalize(vec3f(1.0, -t, -s)); }
        case 1u: { return normalize(vec3f(-1.0, -t, s)); }
        case 2u: { return normalize(vec3f(s, 1.0, t)); }
        case 3u: { return normalize(vec3f(s, -1.0, -t)); }
        case 4u: { return normalize(vec3f(s, -t, 1.0)); }
        default: { return normalize(vec3f(-s, -t, -1.0)); }
    }
}

// Solid angle of a texel at `at`, in units of what one at the middle of a face has.
fn cube_solid_angle(at: vec2f) -> f32 {
    let p = at * 2.0 - 1.0;
    let d2 = 1.0 + dot(p, p);
    return 1.0 / (d2 * sqrt(d2));
}
