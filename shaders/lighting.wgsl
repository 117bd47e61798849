// All light that reaches a surface: lights, the sun's shadow map, the environment.
use brdf;
use environment_light;

// (a, b, w, 1): reflected part of white light f0 * a + b, and the Fresnel weight of the diffuse part. See dfg.py.
fn directional_albedo(nv: f32, roughness: f32) -> vec4f {
    return textureSampleLevel(dfg, clamp_sampler, vec2f(nv, roughness), 0.0);
}

// Spherical harmonics, order 2 (Ramamoorthi & Hanrahan 2001); the coefficients hold the cosine lobe over π.
fn irradiance(direction: vec3f) -> vec3f {
    let n = environment_direction(direction);
    var e = frame.irradiance[0].rgb;
    e += frame.irradiance[1].rgb * n.y + frame.irradiance[2].rgb * n.z + frame.irradiance[3].rgb * n.x;
    e += frame.irradiance[4].rgb * (n.x * n.y) + frame.irradiance[5].rgb * (n.y * n.z);
    e += frame.irradiance[6].rgb * (3.0 * n.z * n.z - 1.0) + frame.irradiance[7].rgb * (n.x * n.z);
    e += frame.irradiance[8].rgb * (n.x * n.x - n.y * n.y);
    return max(e, vec3f(0.0)) * frame.environment_intensity;
}

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

fn shade(s: Surface, position: vec3f, pixel: vec2f) -> vec3f {
    if (s.unlit) { return s.base_color / frame.exposure; }  // on the screen as it is, however bright the scene
    let v = select(normalize(frame.eye - position), -frame.forward, frame.orthographic != 0u);
    let nv = saturate(dot(s.normal, v));
    let f0 = reflectance_at_normal(s.base_color, s.metallic);
    let albedo = directional_albedo(nv, s.roughness);
    var boost = vec3f(1.0);
    if (frame.energy_compensation != 0u) {
        boost += f0 * (1.0 / max(albedo.x + albedo.y, 0.02) - 1.0);
    }

    var sunlit = 1.0;
    if (frame.shadow_light != NONE) {
        sunlit = sun_visibility(position, s.geometric_normal, -lights[frame.shadow_light].direction, pixel);
    }

    var light = s.emissive;
    for (var i = 0u; i < frame.lights; i++) {
        let kind = lights[i].kind;
        var l = -lights[i].direction;
        var strength = 1.0;
        if (kind != LIGHT_SUN) {
            let to_light = lights[i].position - position;
            let d2 = max(dot(to_light, to_light), 1e-8);
            l = to_light * inverseSqrt(d2);
            strength = 1.0 / d2;
            if (lights[i].range > 0.0) {
                let r2 = d2 / (lights[i].range * lights[i].range);
                strength *= saturate(1.0 - r2 * r2);
            }
            if (kind == LIGHT_SPOT) {
                let cone = saturate(dot(-l, lights[i].direction) * lights[i].spot_scale + lights[i].spot_offset);
                strength *= cone * cone;
            }
        }
        if (strength > 0.0 && dot(s.normal, l) > 0.0) {
            strength *= select(1.0, sunlit, i == frame.shadow_light);
            light += reflect_light(s, v, l, boost) * lights[i].color * strength;
        }
    }

    // Split sum (Karis 2013) with the environment prefiltered by roughness.
    // A wide lobe is cut off by the horizon, which moves its middle towards the normal.
    let alpha = s.roughness * s.roughness;
    let reflected = normalize(mix(reflect(-v, s.normal), s.normal, alpha));
    let specular = environment_radiance(reflected, s.roughness) * (f0 * albedo.x + albedo.y) * boost;
    let diffuse = irradiance(s.normal) * (1.0 - s.metallic) * (0.96 - 0.96 * albedo.z) * s.base_color;
    return light + (specular + diffuse) * s.occlusion;
}
