// What a surface is made of at one point: material factors times textures.

struct Varying {
    @invariant @builtin(position) clip: vec4f,  // the same in every pass: the prepass leaves only equal depths
    @location(0) position: vec3f,
    @location(1) normal: vec3f,
    @location(2) tangent: vec4f,
    @location(3) uv: vec4f,
    @location(4) color: vec4f,
    @location(5) @interpolate(flat) row: u32,
};

struct Surface {
    base_color: vec3f,
    alpha: f32,
    metallic: f32,
    roughness: f32,
    occlusion: f32,
    emissive: vec3f,
    normal: vec3f,
    geometric_normal: vec3f,
    unlit: bool,
};

// Anisotropic filtering where the sampler's own is unusable (SHADER_TAPS > 1): isotropic taps along the long axis of
// the footprint, as many as it is longer than the short one.
fn sample_filtered(pool: u32, uv: vec2f, layer: u32, dx: vec2f, dy: vec2f, size: vec2f) -> vec4f {
    if (SHADER_TAPS == 1u) { return sample_pool(pool, uv, layer, dx, dy); }
    let x2 = dot(dx * size, dx * size);
    let y2 = dot(dy * size, dy * size);
    let long = select(dy, dx, x2 > y2);
    let ratio = sqrt(max(x2, y2) / max(min(x2, y2), 1e-12));
    let magnified = max(x2, y2) <= 1.0;
    let taps = select(clamp(u32(ceil(ratio)), 1u, SHADER_TAPS), 1u, magnified);
    let apart = long / f32(taps);
    let short_x = select(dx, apart, x2 > y2);
    let short_y = select(apart, dy, x2 > y2);
    var sum = vec4f(0.0);
    for (var i = 0u; i < taps; i++) {
        sum += sample_pool(pool, uv + apart * (f32(i) + 0.5 - 0.5 * f32(taps)), layer, short_x, short_y);
    }
    return sum / f32(taps);
}

// The sampler repeats; clamp and mirror are made here, kept half a texel (of the level in use) inside the edge.
fn wrap(u: f32, mode: u32, margin: f32) -> f32 {
    if (mode == 0u) { return u; }
    let mirrored = 1.0 - abs(1.0 - (u - 2.0 * floor(0.5 * u)));
    let inside = select(u, mirrored, mode == 2u);
    let edge = min(margin, 0.5);
    return clamp(inside, edge, 1.0 - edge);
}

fn sample_slot(slot: TextureSlot, uv: vec4f, dx: vec4f, dy: vec4f) -> vec4f {
    let entry = textures[slot.texture];
    let second = (slot.flags & 32u) != 0u;
    let m = mat2x2f(slot.matrix.xz, slot.matrix.yw);
    var at = m * select(uv.xy, uv.zw, second) + slot.offset;
    let ddx = m * select(dx.xy, dx.zw, second);
    let ddy = m * select(dy.xy, dy.zw, second);
    let size = vec2f(entry.size);
    let footprint = max(length(ddx * size), length(ddy * size));
    if ((slot.flags & 16u) != 0u && footprint < 1.0) {
        at = (floor(at * size) + 0.5) / size;
    }
    // Minified, the coarser of the two levels in use has texels up to twice the footprint, and taps lie along it.
    let margin = min(0.5 + 8.0 * max(footprint - 1.0, 0.0), max(footprint, 0.5)) / size;
    at.x = wrap(at.x, slot.flags & 3u, margin.x);
    at.y = wrap(at.y, (slot.flags >> 2u) & 3u, margin.y);
    return sample_filtered(entry.pool, at, entry.layer, ddx, ddy, size);
}

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

    var texels = array<vec4f, 5>(vec4f(1.0), vec4f(1.0), vec4f(0.5, 0.5, 1.0, 1.0), vec4f(1.0), vec4f(1.0));
    if (TEXTURE_POOLS > 0u) {
        // Only as many rounds as the material has textures: software adapters pay for every round.
        for (var left = materials[m].textures; left != 0u; left &= left - 1u) {
            let i = firstTrailingBit(left);
            texels[i] = sample_slot(materials[m].slots[i], in.uv, dx, dy);
        }
    }

    var s: Surface;
    let base = materials[m].base_color * texels[0] * in.color;
    s.base_color = base.rgb;
    s.alpha = base.a;
    s.metallic = materials[m].metallic * texels[1].b;
    s.roughness = materials[m].roughness * texels[1].g;
    s.occlusion = mix(1.0, texels[3].r, materials[m].occlusion_strength);
    s.emissive = materials[m].emissive * texels[4].rgb;
    s.unlit = (flags & MATERIAL_UNLIT) != 0u;

    // Front faces of mirrored instances are wound the other way.
    let mirrored = (instance.flags & INSTANCE_MIRRORED) != 0u;
    let facing = select(-1.0, 1.0, front_facing != mirrored);
    let n = normalize(in.normal) * facing;
    s.geometric_normal = facet_normal(in.position, dpx, dpy, n);
    s.normal = n;
    if (TEXTURE_POOLS > 0u && materials[m].slots[2].texture != NONE) {
        let slot = materials[m].slots[2];
        let second = (slot.flags & 32u) != 0u;
        var frame = mat3x3f(in.tangent.xyz, cross(in.normal, in.tangent.xyz) * in.tangent.w, n);
        if (abs(in.tangent.w) < 0.5) {
            let um = mat2x2f(slot.matrix.xz, slot.matrix.yw);
            frame = derived_frame(n, dpx, dpy, um * select(dx.xy, dx.zw, second), um * select(dy.xy, dy.zw, second));
        }
        frame[0] *= facing;
        frame[1] *= facing;
        let packed = texels[2].xyz * 2.0 - 1.0;
        let bent = frame * vec3f(packed.xy * materials[m].normal_scale, packed.z);
        let size = dot(bent, bent);
        s.normal = select(n, bent * inverseSqrt(max(size, 1e-20)), size > 1e-12);
    }
    return s;
}
