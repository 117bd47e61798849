// What a surface is made of at one point: material factors times textures.
use textures;

struct Varying {
    @invariant @builtin(position) clip: vec4f,  // the same in every pass: the prepass leaves only equal depths
    @location(0) position: vec3f,
    @location(1) normal: vec3f,
    @location(2) tangent: vec4f,
    @location(3) uv: vec4f,
    @location(4) color: vec4f,
    @location(5) @interpolate(flat) row: u32,
    @location(6) @interpolate(flat) faces: u32,  // FACES of what is transparent and in order, else 0
};

// All that the surface model (brdf.wgsl) knows of a point. What a material lacks has the value that does nothing.
struct Surface {
    base_color: vec3f,
    alpha: f32,
    metallic: f32,
    roughness: f32,  // perceptual
    bend: mat2x3f,  // how the normal turns over the pixel, see bend_of
    occlusion: f32,
    emissive: vec3f,
    normal: vec3f,
    geometric_normal: vec3f,
    unlit: bool,
    reflectance: vec3f,  // along the normal, of what is not metal
    specular: f32,  // how much of that reflection there is
    clearcoat: f32,
    clearcoat_roughness: f32,
    clearcoat_normal: vec3f,
};

// A tangent frame from screen-space derivatives, for meshes without tangents: what MikkTSpace (Mikkelsen 2008) gives a
// triangle. The tangent goes along u, the bitangent against v. After Schüler 2007, "Normal Mapping without Precomputed
// Tangents".
fn derived_frame(n: vec3f, dpx: vec3f, dpy: vec3f, dux: vec2f, duy: vec2f) -> mat3x3f {
    let handed = sign(dux.x * duy.y - duy.x * dux.y);
    let along_u = (dpx * duy.y - dpy * dux.y) * handed;
    let along_v = (dpy * dux.x - dpx * duy.x) * handed;
    let t = along_u - n * dot(n, along_u);
    let size = dot(t, t);
    let tangent = select(vec3f(0.0), t * inverseSqrt(size), size > 0.0);
    let b = cross(n, tangent);
    return mat3x3f(tangent, b * -sign(dot(b, along_v)), n);
}

// A normal from a texel, in the tangent frame of the slot's UVs.  facing: -1 turns the frame round, for back faces.
fn bent_normal(
    in: Varying, n: vec3f, facing: f32, slot: TextureSlot, texel: vec3f, scale: f32, dpx: vec3f, dpy: vec3f, dx: vec4f,
    dy: vec4f,
) -> vec3f {
    let second = (slot.flags & 32u) != 0u;
    var frame_of = mat3x3f(in.tangent.xyz, cross(in.normal, in.tangent.xyz) * in.tangent.w, n);
    if (abs(in.tangent.w) < 0.5) {
        let um = mat2x2f(slot.matrix.xz, slot.matrix.yw);
        frame_of = derived_frame(n, dpx, dpy, um * select(dx.xy, dx.zw, second), um * select(dy.xy, dy.zw, second));
    }
    frame_of[0] *= facing;
    frame_of[1] *= facing;
    let packed = texel * 2.0 - 1.0;
    let bent = frame_of * vec3f(packed.xy * scale, packed.z);
    let size = dot(bent, bent);
    return select(n, bent * inverseSqrt(max(size, 1e-20)), size > 1e-12);
}

// How the normal turns over a pixel, as far as specular antialiasing counts it: two world vectors whose squares add to
// alpha squared. Tokuyoshi & Kaplanyan 2019, "Improved Geometric Specular Antialiasing".  n: interpolated, and nothing
// else: what a pixel beside the triangle reads from buffers is not to be relied on.
fn bend_of(n: vec3f) -> mat2x3f {
    let dx = dpdx(n);
    let dy = dpdy(n);
    let added = 2.0 * frame.normal_variance;
    let limit = 0.18 / max(dot(dx, dx) + dot(dy, dy), 1e-12);
    let weight = sqrt(min(added, limit));
    return mat2x3f(dx * weight, dy * weight);
}

// The normal of the triangle itself, on the side of `n`; `n` where the pixel is too small for numbers to tell.
fn facet_normal(position: vec3f, dpx: vec3f, dpy: vec3f, n: vec3f) -> vec3f {
    let across = cross(dpx, dpy);
    let size = dot(across, across);
    let far = max(max(abs(position.x), abs(position.y)), abs(position.z)) * 1e-5;
    let told = size > far * far * max(dot(dpx, dpx), dot(dpy, dpy)) && size > 1e-30;
    let facet = across * inverseSqrt(max(size, 1e-30));
    return select(n, facet * select(-1.0, 1.0, dot(facet, n) >= 0.0), told);
}

fn surface_at(in: Varying, front_facing: bool) -> Surface {
    let instance = instances[in.row];
    let m = instance.material;
    let flags = materials[m].flags;

    // Derivatives first: they need uniform control flow.
    let dx = dpdx(in.uv);
    let dy = dpdy(in.uv);
    let dpx = dpdx(in.position);
    let dpy = dpdy(in.position);
    let bend = bend_of(normalize(in.normal));

    var texels: array<vec4f, SURFACE_SLOTS>;
    for (var i = 0u; i < SURFACE_SLOTS; i++) { texels[i] = vec4f(1.0); }
    if (TEXTURE_POOLS > 0u) {
        // Only as many rounds as the material has textures: software adapters pay for every round.
        for (var left = materials[m].textures & ((1u << SURFACE_SLOTS) - 1u); left != 0u; left &= left - 1u) {
            let i = firstTrailingBit(left);
            texels[i] = sample_slot(materials[m].slots[i], in.uv, dx, dy);
        }
    }

    var s: Surface;
    let base = materials[m].base_color * texels[SLOT_BASE_COLOR] * in.color;
    s.base_color = base.rgb;
    s.alpha = base.a;
    s.metallic = materials[m].metallic * texels[SLOT_METALLIC_ROUGHNESS].b;
    s.roughness = materials[m].roughness * texels[SLOT_METALLIC_ROUGHNESS].g;
    s.bend = bend;
    s.occlusion = mix(1.0, texels[SLOT_OCCLUSION].r, materials[m].occlusion_strength);
    s.emissive = materials[m].emissive * texels[SLOT_EMISSIVE].rgb;
    s.unlit = (flags & MATERIAL_UNLIT) != 0u;

    // Front faces of mirrored instances are wound the other way.
    let mirrored = (instance.flags & INSTANCE_MIRRORED) != 0u;
    let facing = select(-1.0, 1.0, front_facing != mirrored);
    let n = normalize(in.normal) * facing;
    s.geometric_normal = facet_normal(in.position, dpx, dpy, n);
    s.normal = n;
    if (TEXTURE_POOLS > 0u && materials[m].slots[SLOT_NORMAL].texture != NONE) {
        let scale = materials[m].normal_scale;
        s.normal = bent_normal(in, n, facing, materials[m].slots[SLOT_NORMAL], texels[SLOT_NORMAL].xyz, scale, dpx, dpy, dx, dy);
    }

    s.reflectance = vec3f(0.04);  // an index of refraction of 1.5
    s.specular = 1.0;
    if (SURFACE_SPECULAR) {
        s.reflectance = min(materials[m].reflectance * texels[SLOT_SPECULAR_COLOR].rgb, vec3f(1.0));
        s.specular = materials[m].specular * texels[SLOT_SPECULAR].a;
    }
    if (SURFACE_CLEARCOAT) {
        s.clearcoat = materials[m].clearcoat * texels[SLOT_CLEARCOAT].r;
        s.clearcoat_roughness = materials[m].clearcoat_roughness * texels[SLOT_CLEARCOAT_ROUGHNESS].g;
        s.clearcoat_normal = n;
        let slot = materials[m].slots[SLOT_CLEARCOAT_NORMAL];
        if (TEXTURE_POOLS > 0u && slot.texture != NONE) {
            let texel = texels[SLOT_CLEARCOAT_NORMAL].xyz;
            let scale = materials[m].clearcoat_normal_scale;
            s.clearcoat_normal = bent_normal(in, n, facing, slot, texel, scale, dpx, dpy, dx, dy);
        }
    }
    return s;
}
