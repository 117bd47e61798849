// All light that reaches a surface, and what of it goes to the eye: lights, the environment, what the surface gives off.
use brdf;
use lights;
use shadows;
use environment_light;
use ambient_occlusion;

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

    var light = s.emissive;
    for (var i = 0u; i < frame.lights; i++) {
        let arriving = light_at(i, position);
        if (any(arriving.radiance > vec3f(0.0)) && dot(s.normal, arriving.direction) > 0.0) {
            let visible = light_visibility(i, position, s.geometric_normal, arriving.direction, pixel);
            light += reflect_light(s, v, arriving.direction, boost) * arriving.radiance * visible;
        }
    }

    // Split sum (Karis 2013) with the environment prefiltered by roughness.
    // A wide lobe is cut off by the horizon, which moves its middle towards the normal.
    let alpha = s.roughness * s.roughness;
    let reflected = normalize(mix(reflect(-v, s.normal), s.normal, alpha));
    let open = openness(s, pixel);
    let specular = environment_radiance(reflected, s.roughness) * (f0 * albedo.x + albedo.y) * boost;
    let diffuse = irradiance(open.xyz) * (1.0 - s.metallic) * (0.96 - 0.96 * albedo.z) * s.base_color;
    return light + occluded(specular, diffuse, s, open, reflected);
}
