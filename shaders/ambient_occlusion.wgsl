// What of the light from all around reaches a surface. AMBIENT_OCCLUSION says whether the picture has been searched for
// it; without, all this is the material's own factor.

// xyz: the direction that light from all around mostly comes from; w: how much of it.
fn openness(s: Surface, pixel: vec2f) -> vec4f {
    if (!AMBIENT_OCCLUSION) { return vec4f(s.normal, s.occlusion); }
    let found = textureLoad(ambient_occlusion, vec2u(pixel), 0);
    let bent = found.xyz * mat3x3f(frame.view[0].xyz, frame.view[1].xyz, frame.view[2].xyz);  // to world space
    return vec4f(normalize(s.normal + bent), min(s.occlusion, found.w));
}

// Light that nearby surfaces of the same colour give on (Jimenez et al. 2016).
fn multi_bounce(open: f32, albedo: vec3f) -> vec3f {
    let a = 2.0404 * albedo - 0.3324;
    let b = -4.7951 * albedo + 0.6417;
    let c = 2.7552 * albedo + 0.6903;
    return max(vec3f(open), ((open * a + b) * open + c) * open);
}

// The part of the smaller of two cones that lies in the other, by their half-angles and the angle between them: a smooth
// approximation (Oat & Sander 2007, "Ambient Aperture Lighting").
fn cones_overlap(one: f32, other: f32, between: f32) -> f32 {
    let inside = abs(one - other);
    return smoothstep(0.0, 1.0, 1.0 - saturate((between - inside) / max(one + other - inside, 1e-4)));
}

// The part of what a surface mirrors that is open: the cone of its lobe in the cone that is open (Jimenez et al. 2016), as
// a part of what would be without anything near. What is in the way is not black: it is taken to give on half of the
// light that reaches it, which is as much as here.
fn lobe_openness(lobe_of: Lobe, view: vec3f, open: vec4f) -> f32 {
    if (!AMBIENT_OCCLUSION) { return open.w; }
    let n = lobe_of.normal;
    // Seen from aside the lobe's middle moves towards the normal.
    let reflected = normalize(mix(reflect(-view, n), n, lobe_of.roughness * lobe_of.roughness));
    // A lobe narrower than what is known of the cone would show its edge.
    let roughness = max(lobe_of.roughness, 0.3);
    let lobe_cos = exp2(-3.32193 * roughness * roughness);
    let lobe = acos(lobe_cos);
    let open_cos = sqrt(saturate(1.0 - open.w));
    let cone = acos(open_cos);
    let between = acos(clamp(dot(open.xyz, reflected), -1.0, 1.0));
    let straight = acos(clamp(dot(n, reflected), -1.0, 1.0));
    let part = min(1.0, (1.0 - open_cos) / (1.0 - lobe_cos));
    let whole = max(cones_overlap(lobe, 1.57079633, straight), 1e-3);
    return mix(0.5 * open.w, 1.0, saturate(part * cones_overlap(lobe, cone, between) / whole));
}

// The part of matt light that is open.  albedo: of the diffuse lobe.
fn diffuse_openness(albedo: vec3f, open: vec4f) -> vec3f {
    if (!AMBIENT_OCCLUSION) { return vec3f(open.w); }
    return multi_bounce(open.w, albedo);
}
