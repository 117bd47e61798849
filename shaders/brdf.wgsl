// The glTF 2.0 metallic-roughness model (specification, appendix B): Lambert and GGX with height-correlated Smith
// visibility (Heitz 2014), Schlick's Fresnel, and multiple-scattering compensation (Turquin 2019).

const PI = 3.14159265358979;

fn pow5(x: f32) -> f32 {
    let x2 = x * x;
    return x2 * x2 * x;
}

// GGX, with 1 - (n·h)² taken from the cross product: exact for mirrors too.
fn ggx_distribution(n: vec3f, h: vec3f, a2: f32) -> f32 {
    let across = cross(n, h);
    let nh = dot(n, h);
    let d = a2 * nh * nh + dot(across, across);
    return a2 / (PI * d * d);
}

fn ggx_visibility(nl: f32, nv: f32, a2: f32) -> f32 {
    let l = nv * sqrt(nl * nl * (1.0 - a2) + a2);
    let v = nl * sqrt(nv * nv * (1.0 - a2) + a2);
    return 0.5 / max(l + v, 1e-12);
}

fn reflectance_at_normal(base_color: vec3f, metallic: f32) -> vec3f {
    return mix(vec3f(0.04), base_color, metallic);
}

// The BRDF times cos(n, l) for one direction of light. `boost` is the multiple-scattering factor.
fn reflect_light(s: Surface, v: vec3f, l: vec3f, boost: vec3f) -> vec3f {
    let nl = dot(s.normal, l);
    if (nl <= 0.0) { return vec3f(0.0); }
    let nv = max(dot(s.normal, v), 1e-4);
    let h = normalize(v + l);
    let alpha = max(s.roughness * s.roughness, 1e-3);
    let a2 = alpha * alpha;
    let w = pow5(max(1.0 - max(dot(v, h), 0.0), 0.0));
    let f0 = reflectance_at_normal(s.base_color, s.metallic);
    let specular = (f0 + (1.0 - f0) * w) * ggx_distribution(s.normal, h, a2) * ggx_visibility(nl, nv, a2) * boost;
    let diffuse = (1.0 - s.metallic) * (0.96 - 0.96 * w) * s.base_color / PI;
    return (diffuse + specular) * nl;
}
