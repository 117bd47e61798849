// Depth as in depth.wgsl, and how far each surface came in the picture since the frame before.
use depth;

struct Tracked {
    @invariant @builtin(position) clip: vec4f,
    @location(0) before: vec3f,  // x, y and w of where it was in the frame before, in that one's clip space
};

struct MaskedTracked {
    @invariant @builtin(position) clip: vec4f,
    @location(0) uv: vec4f,
    @location(1) alpha: f32,
    @location(2) @interpolate(flat) row: u32,
    @location(3) before: vec3f,
};

// What was not moved in this very frame is where it was.
fn position_before(row: u32, position: vec3f) -> vec3f {
    let kept = past[row];
    var m = transforms[row];
    if (kept.x == motion.stamp) { m = past_transforms[kept.y]; }
    return (motion.before_from_world * vec4f(point_to_world(m, position), 1.0)).xyw;
}

@vertex
fn motion_vertex(@location(0) position: vec3f, @builtin(instance_index) slot: u32) -> Tracked {
    let row = visible[slot];
    let clip = view.view_proj * vec4f(point_to_world(transforms[row], position), 1.0);
    return Tracked(clip, position_before(row, position));
}

@vertex
fn motion_mask_vertex(
    @location(0) position: vec3f,
    @location(2) uv0: vec2f,
    @location(3) uv1: vec2f,
    @location(4) color: vec4f,
    @builtin(instance_index) slot: u32,
) -> MaskedTracked {
    let row = visible[slot];
    let clip = view.view_proj * vec4f(point_to_world(transforms[row], position), 1.0);
    return MaskedTracked(clip, vec4f(uv0, uv1), color.a, row, position_before(row, position));
}

// From where it was to where it is, in parts of the picture, y down. What lay behind the eye came from far outside.
fn motion_of(at: vec2f, before: vec3f) -> vec2f {
    let uv = at / motion.size - motion.jitter;
    let was = before.xy / max(before.z, 1e-9) * vec2f(0.5, -0.5) + 0.5;
    return select(vec2f(10.0), clamp(uv - was, vec2f(-10.0), vec2f(10.0)), before.z > 0.0);
}

@fragment
fn motion_fragment(in: Tracked) -> @location(0) vec2f {
    return motion_of(in.clip.xy, in.before);
}

@fragment
fn motion_mask_fragment(in: MaskedTracked) -> @location(0) vec2f {
    if (cut_out(in.row, in.uv, in.alpha)) { discard; }
    return motion_of(in.clip.xy, in.before);
}
