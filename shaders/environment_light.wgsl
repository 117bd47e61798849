// The environment along a direction, by roughness.

fn environment_direction(d: vec3f) -> vec3f {
    let c = frame.environment_turn.x;
    let s = frame.environment_turn.y;
    return vec3f(c * d.x - s * d.z, d.y, s * d.x + c * d.z);
}

fn environment_radiance(d: vec3f, roughness: f32) -> vec3f {
    let level = roughness * frame.environment_mips;
    return textureSampleLevel(environment, clamp_sampler, environment_direction(d), level).rgb
        * frame.environment_intensity;
}
