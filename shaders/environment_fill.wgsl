// The environment as a cube: from an equirectangular picture, a gradient or one colour; then its levels.
use cube;

fn sky_gradient(d: vec3f) -> vec3f {
    let up = pow(saturate(d.y), 0.45);
    let above = mix(surroundings.horizon, surroundings.zenith, up);
    let below = mix(surroundings.horizon * 0.6, surroundings.ground, pow(saturate(-d.y), 0.3));
    return mix(below, above, smoothstep(-0.02, 0.02, d.y));
}

fn equirectangular(d: vec3f) -> vec3f {
    let at = vec2f(0.5 + atan2(d.z, d.x) / (2.0 * 3.14159265358979), acos(clamp(d.y, -1.0, 1.0)) / 3.14159265358979);
    return textureSampleLevel(picture, around_sampler, at, 0.0).rgb * surroundings.scale;
}

@compute @workgroup_size(8, 8)
fn fill(@builtin(global_invocation_id) id: vec3u) {
    let size = surroundings.size;
    if (any(id.xy >= vec2u(size))) { return; }
    // 2x2 samples: an equirectangular row near a pole holds more than a cube's texel does.
    var sum = vec3f(0.0);
    for (var i = 0u; i < 4u; i++) {
        let d = cube_direction(id.z, (vec2f(id.xy) + 0.25 + 0.5 * vec2f(f32(i & 1u), f32(i >> 1u))) / f32(size));
        var c = surroundings.color;
        if (surroundings.source == ENVIRONMENT_GRADIENT) { c = sky_gradient(d); }
        if (surroundings.source == ENVIRONMENT_FILE) { c = equirectangular(d); }
        sum += c;
    }
    textureStore(level_out, id.xy, id.z, vec4f(min(sum * 0.25, vec3f(65000.0)), 1.0));
}
