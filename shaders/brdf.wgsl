// The surface model: what of the light from one direction, and from all around, goes to the eye.
//
// The glTF 2.0 metallic-roughness model (specification, appendix B): Lambert and GGX with height-correlated Smith
// visibility (Heitz 2014), Schlick's Fresnel, and multiple-scattering compensation (Turquin 2019); with
// KHR_materials_ior, KHR_materials_specular and KHR_materials_clearcoat.
//
// `lobes_of` prepares a surface for one eye; `reflect_light` and `reflect_environment` have the same layers in the same
// order, from the inside out. An extension adds its factors to Surface, what it needs to Lobes, and its layer to both.
use ambient_occlusion;
use geometry;
use environment_light;
use irradiance;

const PI = 3.14159265358979;

// One GGX lobe as the eye sees it, without its Fresnel factor.
struct Lobe {
    normal: vec3f,
    nv: f32,  // cosine between normal and eye
    roughness: f32,
    tangent: vec3f,
    bitangent: vec3f,
    own_alpha2: f32,
    bend: mat2x2f,  // over tangent and bitangent; alpha squared is the matrix own_alpha2 + bend * transpose(bend)
    alpha2: f32,  // the root of its determinant
    albedo: vec3f,  // (a, b, w): what it reflects of white light is f0 * a + f90 * b; see dfg.py for w
};

struct Lobes {
    view: vec3f,  // towards the eye
    base: Lobe,
    f0: vec3f,
    f90: vec3f,
    boost: vec3f,  // for light that is scattered more than once
    diffuse: vec3f,  // colour of the diffuse lobe
    transmitted: vec2f,  // x - y * (1 - v·h)^5 of the light passes the dielectric's surface and is diffused
    coat: Lobe,
    coat_boost: f32,
    coat_weight: f32,  // how much of what is seen is the clear coat's reflection
};

fn pow5(x: f32) -> f32 {
    let x2 = x * x;
    return x2 * x2 * x;
}

fn across(a: vec2f, b: vec2f) -> f32 {
    return a.x * b.y - a.y * b.x;
}

// GGX with another width along each axis (Burley 2012), of any ellipse. 1 - (n·h)² comes from the tangents: exact for
// mirrors too.
fn ggx_distribution(lobe: Lobe, h: vec3f) -> f32 {
    let flat = vec2f(dot(lobe.tangent, h), dot(lobe.bitangent, h));
    let nh = dot(lobe.normal, h);
    let beside = vec2f(across(flat, lobe.bend[0]), across(flat, lobe.bend[1]));
    let d = lobe.alpha2 * nh * nh + (lobe.own_alpha2 * dot(flat, flat) + dot(beside, beside)) / lobe.alpha2;
    return lobe.alpha2 / (PI * d * d);
}

fn ggx_visibility(nl: f32, nv: f32, a2: f32) -> f32 {
    let l = nv * sqrt(nl * nl * (1.0 - a2) + a2);
    let v = nl * sqrt(nv * nv * (1.0 - a2) + a2);
    return 0.5 / max(l + v, 1e-12);
}

fn lobe_of(normal: vec3f, roughness: f32, bend: mat2x3f, view: vec3f) -> Lobe {
    let nv = saturate(dot(normal, view));
    let alpha = max(roughness * roughness, 1e-3);
    let tangent = duff_tangent(normal);
    let bitangent = cross(normal, tangent);
    let own = alpha * alpha;
    let b = mat2x2f(
        vec2f(dot(tangent, bend[0]), dot(bitangent, bend[0])), vec2f(dot(tangent, bend[1]), dot(bitangent, bend[1])),
    );
    let area = across(b[0], b[1]);
    let alpha2 = sqrt(own * (own + dot(b[0], b[0]) + dot(b[1], b[1])) + area * area);
    let albedo = textureSampleLevel(dfg, clamp_sampler, vec2f(nv, roughness), 0.0).xyz;
    return Lobe(normal, max(nv, 1e-4), roughness, tangent, bitangent, own, b, alpha2, albedo);
}

fn lobes_of(s: Surface, view: vec3f) -> Lobes {
    var p: Lobes;
    p.view = view;
    p.base = lobe_of(s.normal, s.roughness, s.bend, view);
    p.f0 = mix(s.reflectance * s.specular, s.base_color, s.metallic);
    p.f90 = vec3f(mix(s.specular, 1.0, s.metallic));
    p.diffuse = (1.0 - s.metallic) * s.base_color;
    let strongest = max(s.reflectance.r, max(s.reflectance.g, s.reflectance.b));
    p.transmitted = vec2f(1.0 - s.specular * strongest, s.specular * (1.0 - strongest));
    p.boost = vec3f(1.0);
    let compensate = frame.energy_compensation != 0u;
    if (compensate) {
        let once = mix(s.reflectance, s.base_color, s.metallic);
        p.boost += once * (1.0 / max(p.base.albedo.x + p.base.albedo.y, 0.02) - 1.0);
    }
    if (SURFACE_CLEARCOAT) {
        p.coat = lobe_of(s.clearcoat_normal, s.clearcoat_roughness, s.bend, view);
        p.coat_weight = s.clearcoat * (0.04 + 0.96 * pow5(1.0 - p.coat.nv));  // an ior of 1.5
        p.coat_boost = 1.0;
        if (compensate) { p.coat_boost = 1.0 / max(p.coat.albedo.x + p.coat.albedo.y, 0.02); }
    }
    return p;
}

// Whether light from a direction is reflected at all.
fn faces(p: Lobes, l: vec3f) -> bool {
    var some = dot(p.base.normal, l) > 0.0;
    if (SURFACE_CLEARCOAT) { some = some || dot(p.coat.normal, l) > 0.0; }
    return some;
}

// The BRDF times the cosine, for light from one direction.
fn reflect_light(p: Lobes, l: vec3f) -> vec3f {
    let sum = p.view + l;
    let h = sum * inverseSqrt(max(dot(sum, sum), 1e-12));
    let w = pow5(max(1.0 - max(dot(p.view, h), 0.0), 0.0));

    let nl = max(dot(p.base.normal, l), 0.0);
    let glossy = ggx_distribution(p.base, h) * ggx_visibility(nl, p.base.nv, p.base.alpha2);
    let specular = (p.f0 + (p.f90 - p.f0) * w) * glossy * p.boost;
    let diffuse = (p.transmitted.x - p.transmitted.y * w) * p.diffuse / PI;
    var out = (diffuse + specular) * nl;

    if (SURFACE_CLEARCOAT) {
        let coat_nl = max(dot(p.coat.normal, l), 0.0);
        let coat = ggx_distribution(p.coat, h)
            * ggx_visibility(coat_nl, p.coat.nv, p.coat.alpha2) * coat_nl * p.coat_boost;
        out = mix(out, vec3f(coat), p.coat_weight);
    }
    return out;
}

// The environment along the lobe: split sum (Karis 2013), with the environment prefiltered by roughness.
fn environment_in(lobe: Lobe, view: vec3f) -> vec3f {
    return environment_specular(lobe.normal, view, lobe.nv, lobe.roughness);
}

// The BRDF times the cosine, for light from all around.  open: see `openness`.
fn reflect_environment(p: Lobes, open: vec4f) -> vec3f {
    let albedo = p.base.albedo;
    let specular = environment_in(p.base, p.view) * (p.f0 * albedo.x + p.f90 * albedo.y) * p.boost;
    let diffuse = irradiance(open.xyz) * (p.transmitted.x - p.transmitted.y * albedo.z) * p.diffuse;
    var out = specular * lobe_openness(p.base, p.view, open) + diffuse * diffuse_openness(p.diffuse, open);

    if (SURFACE_CLEARCOAT) {
        let reflected = environment_in(p.coat, p.view) * lobe_openness(p.coat, p.view, open);
        let coat = reflected * (p.coat.albedo.x + p.coat.albedo.y) * p.coat_boost;
        out = mix(out, coat, p.coat_weight);
    }
    return out;
}

// What the surface gives off itself, as far as it comes through the layers above.
fn emit(p: Lobes, s: Surface) -> vec3f {
    var out = s.emissive;
    if (SURFACE_CLEARCOAT) { out *= 1.0 - p.coat_weight; }
    return out;
}
