// The debug views of what surfaces are made of: their values, as the main pass would shade with them.
//
// VIEW and VIEW_* are declared by `fabric/views.py`. Alpha says that there is a surface.
use main;
use color;

// A transparent surface with less alpha is looked through, as when picking.
const SOLID_ENOUGH = 0.05;

// The part of the lights' light on a surface that no shadow keeps off; 0 where none falls on it.
fn unshadowed(in: Varying, s: Surface) -> f32 {
    var all = 0.0;
    var left = 0.0;
    let near = lights_near(in.position, in.clip.xy);
    for (var k = 0u; k < near.count; k++) {
        let i = light_number(near, k);
        let arriving = light_at(i, in.position);
        let light = luminance(arriving.radiance) * max(dot(s.normal, arriving.direction), 0.0);
        if (light > 0.0) {
            all += light;
            left += light * light_visibility(i, in.position, s.geometric_normal, arriving.direction, in.clip.xy);
        }
    }
    return left / max(all, 1e-20);
}

fn value_of(in: Varying, s: Surface) -> vec4f {
    let towards = select(normalize(frame.eye - in.position), -frame.forward, frame.orthographic != 0u);
    let shape = 0.55 + 0.45 * saturate(abs(dot(s.normal, towards)));  // so that flat colours show it
    switch (VIEW) {
        case VIEW_DEPTH: { return vec4f(dot(in.position - frame.eye, frame.forward), 0.0, 0.0, 1.0); }
        case VIEW_NORMAL: { return vec4f(s.normal, 1.0); }
        case VIEW_ALBEDO: { return vec4f(s.base_color, 1.0); }
        case VIEW_ROUGHNESS: { return vec4f(s.roughness, 0.0, 0.0, 1.0); }
        case VIEW_METALLIC: { return vec4f(s.metallic, 0.0, 0.0, 1.0); }
        case VIEW_EMISSIVE: { return vec4f(s.emissive, 1.0); }
        case VIEW_UV: { return vec4f(in.uv.xy, shape, 1.0); }
        case VIEW_LIGHTS: { return vec4f(f32(lights_near(in.position, in.clip.xy).count), 0.0, 0.0, 1.0); }
        case VIEW_SHADOWS: { return vec4f(unshadowed(in, s), 0.0, 0.0, 1.0); }
        case VIEW_OBJECTS: { return vec4f(f32(instances[in.row].object), shape, 0.0, 1.0); }
        case VIEW_MATERIALS: { return vec4f(f32(instances[in.row].material), shape, 0.0, 1.0); }
        case VIEW_BATCHES: { return vec4f(f32(instances[in.row].batch), shape, 0.0, 1.0); }
        default: { return vec4f(1.0); }  // counted
    }
}

@fragment
fn value_fragment(in: Varying, @builtin(front_facing) front: bool) -> @location(0) vec4f {
    return value_of(in, surface_at(in, front));
}

@fragment
fn glass_value_fragment(in: Varying, @builtin(front_facing) front: bool) -> @location(0) vec4f {
    let s = surface_at(in, front);
    if (turned_away(in, front) || s.alpha < SOLID_ENOUGH) { discard; }
    return value_of(in, s);
}

// An edge, a little nearer than the triangles that it borders, which have left their depth.
@vertex
fn wire_vertex(@location(0) position: vec3f, @builtin(instance_index) slot: u32) -> @builtin(position) vec4f {
    var clip = frame.view_proj * vec4f(point_to_world(transforms[row_of(visible[slot])], position), 1.0);
    clip.z = select(clip.z * 1.004, clip.z + 2e-5 * clip.w, frame.orthographic != 0u);
    return clip;
}

@fragment
fn wire_fragment() -> @location(0) vec4f {
    return vec4f(1.0);
}
