// The main pass: every surface, lit.
use geometry;
use surface;
use lighting;
use atmosphere_aerial;
use weighted;
use white;
use color;

@vertex
fn vertex(
    @location(0) position: vec3f,
    @location(1) packed: vec4f,
    @location(2) uv0: vec2f,
    @location(3) uv1: vec2f,
    @location(4) color: vec4f,
    @builtin(instance_index) slot: u32,
) -> Varying {
    let entry = visible[slot];
    let row = row_of(entry);
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
    out.faces = faces_of(entry);
    return out;
}

// Opaque and masked surfaces: the prepass has cut the masks, and only what is seen has its depth.
@fragment
fn opaque_fragment(in: Varying, @builtin(front_facing) front: bool) -> @location(0) vec4f {
    let s = whitened(surface_at(in, front));
    let light = through_air(shade(s, in.position, in.clip.xy), in.position, s.unlit);
    return vec4f(storable(light * frame.exposure), 1.0);
}

// Whether a transparent surface does not show this side. One pipeline draws all of them, so facing is judged here.
fn turned_away(in: Varying, front: bool) -> bool {
    let mirrored = (instances[in.row].flags & INSTANCE_MIRRORED) != 0u;
    let double_sided = (materials[instances[in.row].material].flags & MATERIAL_DOUBLE_SIDED) != 0u;
    let shown = select(in.faces, FACES_FRONT | select(0u, FACES_BACK, double_sided), in.faces == 0u);
    return (shown & select(FACES_FRONT, FACES_BACK, front == mirrored)) == 0u;
}

// A transparent surface, colour and alpha.
fn transparent(in: Varying, front: bool) -> vec4f {
    let s = whitened(surface_at(in, front));
    if (turned_away(in, front)) { discard; }
    let light = through_air(shade(s, in.position, in.clip.xy), in.position, s.unlit);
    return vec4f(storable(light * frame.exposure), s.alpha);
}

// In depth order: what the over operator mixes.
@fragment
fn blend_fragment(in: Varying, @builtin(front_facing) front: bool) -> @location(0) vec4f {
    let c = transparent(in, front);
    return vec4f(c.rgb * c.a, c.a);
}

// In any order: what `transparency.py` adds up, and what it multiplies by one minus this.
@fragment
fn weighted_fragment(in: Varying, @builtin(front_facing) front: bool) -> Weighted {
    let c = transparent(in, front);
    return Weighted(vec4f(c.rgb, 1.0) * (c.a * weight(c, in.clip.z)), c.a);
}
