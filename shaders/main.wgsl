// The main pass: every surface, lit.
use geometry;
use surface;
use lighting;
use atmosphere_aerial;

@vertex
fn vertex(
    @location(0) position: vec3f,
    @location(1) packed: vec4f,
    @location(2) uv0: vec2f,
    @location(3) uv1: vec2f,
    @location(4) color: vec4f,
    @builtin(instance_index) slot: u32,
) -> Varying {
    let row = visible[slot];
    let m = transforms[row];
    let n = octahedral_decode(packed.xy);
    let t = duff_tangent(n);
    let angle = packed.z * PI;
    let tangent = t * cos(angle) + cross(n, t) * sin(angle);
    let determinant = dot(cross(m[0].xyz, m[1].xyz), m[2].xyz);
    var out: Varying;
    out.position = point_to_world(m, position);
    out.clip = frame.view_proj * vec4f(out.position, 1.0);
    out.normal = normalize(normal_to_world(m, n));
    out.tangent = vec4f(vector_to_world(m, tangent), packed.w * sign(determinant));
    out.tangent = vec4f(normalize(out.tangent.xyz), out.tangent.w);
    out.uv = vec4f(uv0, uv1);
    out.color = color;
    out.row = row;
    return out;
}

// Opaque and masked surfaces: the prepass has cut the masks, and only what is seen has its depth.
@fragment
fn opaque_fragment(in: Varying, @builtin(front_facing) front: bool) -> @location(0) vec4f {
    let s = surface_at(in, front);
    let light = through_air(shade(s, in.position, in.clip.xy), in.position, s.unlit);
    return vec4f(min(light * frame.exposure, vec3f(65000.0)), 1.0);
}

// One pipeline draws all transparent surfaces in depth order, so facing is judged here.
@fragment
fn blend_fragment(in: Varying, @builtin(front_facing) front: bool) -> @location(0) vec4f {
    let s = surface_at(in, front);
    let mirrored = (instances[in.row].flags & INSTANCE_MIRRORED) != 0u;
    let double_sided = (materials[instances[in.row].material].flags & MATERIAL_DOUBLE_SIDED) != 0u;
    if (front == mirrored && !double_sided) { discard; }
    let light = through_air(shade(s, in.position, in.clip.xy), in.position, s.unlit);
    let color = min(light * frame.exposure, vec3f(65000.0));
    return vec4f(color * s.alpha, s.alpha);
}
