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

// What a surface's specular lobe receives: one look-up, in the lobe's mean direction, as wide as the lobe is across.
//
// The cube is prefiltered for a view along the normal. Seen from aside, the horizon cuts the lobe off, which moves its
// middle towards the normal; and while it stays as wide in the plane of incidence, it becomes narrower across, like
// sqrt(n·v) where the surface is smooth. Both curves are fitted to moments of the GGX lobe, then to path-traced
// pictures. At n·v = 1 and at roughness 1 they leave direction and width alone, but that the latter looks along n.
fn environment_specular(n: vec3f, v: vec3f, nv: f32, roughness: f32) -> vec3f {
    let alpha = roughness * roughness;
    let a2 = alpha * alpha;
    let bend = a2 / max(a2 + (1.0 - alpha) * (0.5 * alpha + 0.8 * nv * nv), 1e-6);
    let aside = (1.0 - nv) * (1.0 - nv);
    let across = sqrt(nv + (1.0 - nv) * roughness * mix(roughness, 1.0, aside));
    return environment_radiance(normalize(mix(reflect(-v, n), n, bend)), roughness * across);
}
