// The environment along a direction, by roughness.

fn environment_direction(d: vec3f) -> vec3f {
    let c = frame.environment_turn.x;
    let s = frame.environment_turn.y;
    return vec3f(c * d.x - s * d.z, d.y, s * d.x + c * d.z);
}

// The level that was prefiltered for a roughness: see roughness_of in environment_cube.py.
fn environment_level(roughness: f32) -> f32 {
    let last = frame.environment_mips;
    return min(roughness * (2.0 * last - 4.0), 4.0 * roughness + last - 4.0);
}

fn environment_radiance(d: vec3f, roughness: f32) -> vec3f {
    return textureSampleLevel(environment, clamp_sampler, environment_direction(d), environment_level(roughness)).rgb
        * frame.environment_intensity;
}
