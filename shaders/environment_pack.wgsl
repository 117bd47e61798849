// A cube level as rgb9e5ufloat, face after face: nine bits of mantissa for each channel and a common exponent.

@compute @workgroup_size(8, 8)
fn pack(@builtin(global_invocation_id) id: vec3u) {
    let size = textureDimensions(level_in).x;
    if (any(id.xy >= vec2u(size))) { return; }
    let c = clamp(textureLoad(level_in, id.xy, id.z, 0).rgb, vec3f(0.0), vec3f(65408.0));
    let brightest = max(max(c.r, c.g), c.b);
    // 2^power is above the brightest; once more where that rounds up to 512 of 2^(power - 9).
    var power = max(i32(bitcast<u32>(brightest) >> 23u) - 126, -15);
    power += select(0, 1, brightest * power_of_two(9 - power) >= 511.5);
    let m = vec3u(c * power_of_two(9 - power) + 0.5);
    packed[(id.z * size + id.y) * size + id.x] = m.r | (m.g << 9u) | (m.b << 18u) | (u32(power + 15) << 27u);
}

fn power_of_two(n: i32) -> f32 {
    return bitcast<f32>(u32(n + 127) << 23u);
}
