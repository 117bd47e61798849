// How much of a light arrives at a point.

// How much of the sun arrives: percentage-closer filtering over a Vogel disk, with a normal offset against acne.
fn sun_visibility(position: vec3f, n: vec3f, l: vec3f, pixel: vec2f) -> f32 {
    let away = length(position - frame.eye);
    let fade = saturate((frame.shadow_fade.y - away) / max(frame.shadow_fade.y - frame.shadow_fade.x, 1e-6));
    if (fade <= 0.0) { return 1.0; }
    let slope = sqrt(saturate(1.0 - dot(n, l) * dot(n, l)));
    let offset = n * frame.shadow_texel * (1.0 + frame.shadow_softness) * (0.4 + 1.6 * slope);
    let p = frame.shadow_from_world * vec4f(position + offset, 1.0);
    let uv = p.xy * vec2f(0.5, -0.5) + 0.5;
    if (any(uv < vec2f(0.0)) || any(uv > vec2f(1.0)) || p.z <= 0.0) { return 1.0; }
    // Interleaved gradient noise (Jimenez 2014) turns the disk at every pixel.
    let turn = 6.2831853 * fract(52.9829189 * fract(dot(pixel, vec2f(0.06711056, 0.00583715))));
    let radius = frame.shadow_softness / frame.shadow_size;
    var lit = 0.0;
    for (var i = 0u; i < 8u; i++) {
        let r = sqrt((f32(i) + 0.5) / 8.0) * radius;
        let angle = f32(i) * 2.39996323 + turn;
        let at = uv + r * vec2f(cos(angle), sin(angle));
        lit += textureSampleCompareLevel(shadow_map, shadow_sampler, at, p.z);
    }
    return mix(1.0, lit / 8.0, fade);
}

// How much of a light reaches a point: 1 where nothing is in between.  n: the geometric normal.  l: towards the light.
fn light_visibility(light: u32, position: vec3f, n: vec3f, l: vec3f, pixel: vec2f) -> f32 {
    if (light != frame.shadow_light) { return 1.0; }
    return sun_visibility(position, n, l, pixel);
}
