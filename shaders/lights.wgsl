// What the lights send to a point.

struct Arriving {
    direction: vec3f,  // towards the light, unit
    radiance: vec3f,  // what a surface that faces the light receives, before shadows: lux
};

fn light_at(light: u32, position: vec3f) -> Arriving {
    let kind = lights[light].kind;
    var l = -lights[light].direction;
    var strength = 1.0;
    if (kind != LIGHT_SUN) {
        let to_light = lights[light].position - position;
        let d2 = max(dot(to_light, to_light), 1e-8);
        l = to_light * inverseSqrt(d2);
        strength = 1.0 / d2;
        if (lights[light].range > 0.0) {
            let r2 = d2 / (lights[light].range * lights[light].range);
            strength *= saturate(1.0 - r2 * r2);
        }
        if (kind == LIGHT_SPOT) {
            let cone = saturate(dot(-l, lights[light].direction) * lights[light].spot_scale + lights[light].spot_offset);
            strength *= cone * cone;
        }
    }
    let through = select(vec3f(1.0), frame.air.through, light == frame.air.light);
    return Arriving(l, lights[light].color * strength * through);
}
