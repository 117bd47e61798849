// The debug views, drawn in place of the finished scene light.
use geometry;
use hi_z_layout;

const EARLY = vec3f(0.05, 0.6, 0.12);
const LATE = vec3f(0.75, 0.65, 0.02);
const OUTSIDE = vec3f(0.85, 0.0, 0.1);
const SMALL = vec3f(0.05, 0.15, 0.75);
const FAR = vec3f(0.25, 0.25, 0.25);
const OCCLUDED = vec3f(0.9, 0.22, 0.0);
const FROZEN = vec3f(0.75, 0.75, 0.75);
const ACTIVE = vec3f(0.05, 0.6, 0.12);
const DECOHERING = vec3f(0.75, 0.65, 0.02);
const SUPERPOSED = vec3f(0.4, 0.05, 0.6);
const DORMANT = vec3f(0.25, 0.25, 0.25);
const FIRST = vec3f(0.8, 0.1, 0.05);
const SECOND = vec3f(0.75, 0.55, 0.02);
const THIRD = vec3f(0.05, 0.6, 0.12);
const FOURTH = vec3f(0.05, 0.2, 0.8);
const BEYOND = vec3f(0.25, 0.25, 0.25);

struct Painted {
    @invariant @builtin(position) clip: vec4f,  // equal to the frame's, whose depth it is compared with
    @location(0) position: vec3f,
    @location(1) @interpolate(flat) color: vec3f,
    @location(2) @interpolate(flat) entry: u32,
};

fn painted(entry: u32, position: vec3f, color: vec3f) -> Painted {
    let world = point_to_world(transforms[row_of(entry)], position);
    return Painted(frame.view_proj * vec4f(world, 1.0), world, color, entry);
}

@vertex
fn rings_vertex(@location(0) position: vec3f, @builtin(instance_index) slot: u32) -> Painted {
    let row = row_of(visible[slot]);
    return painted(visible[slot], position, select(DECOHERING, ACTIVE, (states[row] & 3u) == RING_ACTIVE));
}

@vertex
fn cull_vertex(@location(0) position: vec3f, @builtin(instance_index) slot: u32) -> Painted {
    let row = row_of(visible[slot]);
    return painted(visible[slot], position, select(LATE, EARLY, (states[row] & 8u) != 0u));
}

// Faces that are seen aslant are darker, so that shapes can be told apart.
fn lit(in: Painted) -> vec3f {
    let n = cross(dpdx(in.position), dpdy(in.position));
    let size = max(length(n), 1e-30);
    return in.color * (0.3 + 0.7 * abs(dot(n / size, frame.forward)));
}

@fragment
fn solid_fragment(in: Painted) -> @location(0) vec4f {
    return vec4f(lit(in), 1.0);
}

@vertex
fn cascades_vertex(@location(0) position: vec3f, @builtin(instance_index) slot: u32) -> Painted {
    return painted(visible[slot], position, vec3f(1.0));
}

// Which of a sun's shadow maps are looked up, and how much each counts.
fn cascades(in: Painted) -> Painted {
    let colors = array<vec3f, 4>(FIRST, SECOND, THIRD, FOURTH);
    var out = in;
    var left = 1.0;
    out.color = vec3f(0.0);
    for (var i = 0u; debug.cascades != NONE && i < shadows.views[debug.cascades].count; i++) {
        let v = debug.cascades + i;
        let p = shadows.views[v].from_world * vec4f(in.position, 1.0);
        let edge = select(-1.0, 1.0 - max(abs(p.x), abs(p.y)), p.z > 0.0);
        let part = left * saturate(edge / max(shadows.views[v].band, 1e-6));
        out.color += part * colors[i];
        left -= part;
    }
    let away = length(in.position - frame.eye);
    let fade = saturate((shadows.fade.y - away) / max(shadows.fade.y - shadows.fade.x, 1e-6));
    out.color = mix(BEYOND, out.color + left * BEYOND, fade);
    return out;
}

@fragment
fn cascades_fragment(in: Painted) -> @location(0) vec4f {
    return vec4f(lit(cascades(in)), 1.0);
}

@fragment
fn cascades_glass_fragment(in: Painted) -> @location(0) vec4f {
    return vec4f(lit(cascades(in)) * 0.5, 0.5);
}

@fragment
fn glass_fragment(in: Painted, @builtin(front_facing) front: bool) -> @location(0) vec4f {
    let color = lit(in);
    let mirrored = (instances[row_of(in.entry)].flags & INSTANCE_MIRRORED) != 0u;
    let other = select(FACES_BACK, FACES_FRONT, front == mirrored);
    if (faces_of(in.entry) == other) { discard; }
    return vec4f(color * 0.5, 0.5);
}

struct Wire {
    @builtin(position) clip: vec4f,
    @location(0) @interpolate(flat) color: vec3f,
};

// Either end of one of a cube's 12 edges: 24 vertices, -1 or 1 on every axis.
fn edge_of_cube(vertex: u32) -> vec3f {
    let edge = vertex / 2u;
    let along = f32(vertex % 2u) * 2.0 - 1.0;
    let across = vec2f(f32(edge & 1u), f32((edge >> 1u) & 1u)) * 2.0 - 1.0;
    switch (edge / 4u) {
        case 0u: { return vec3f(along, across); }
        case 1u: { return vec3f(across.y, along, across.x); }
        default: { return vec3f(across, along); }
    }
}

fn no_wire() -> Wire {
    return Wire(vec4f(2.0, 2.0, 0.0, 1.0), vec3f(0.0));
}

// The cube within an instance's bounding sphere, turned and stretched as it is. For boxes that is the box.
fn box(i: u32, row: u32, color: vec3f) -> Wire {
    let mesh = meshes[batches[instances[row].batch].mesh];
    let corner = mesh.centre + edge_of_cube(i) * (mesh.radius * 0.57735027);
    return Wire(frame.view_proj * vec4f(point_to_world(transforms[row], corner), 1.0), color);
}

@vertex
fn rings_box_vertex(@builtin(vertex_index) i: u32, @builtin(instance_index) row: u32) -> Wire {
    if (((states[row] >> 4u) & 7u) != RESULT_FAR) { return no_wire(); }
    return box(i, row, select(DORMANT, SUPERPOSED, (states[row] & 3u) == RING_SUPERPOSED));
}

@vertex
fn cull_box_vertex(@builtin(vertex_index) i: u32, @builtin(instance_index) row: u32) -> Wire {
    switch ((states[row] >> 4u) & 7u) {
        case RESULT_OUTSIDE: { return box(i, row, OUTSIDE); }
        case RESULT_SMALL: { return box(i, row, SMALL); }
        case RESULT_FAR: { return box(i, row, FAR); }
        case RESULT_OCCLUDED: { return box(i, row, OCCLUDED); }
        default: { return no_wire(); }
    }
}

// The view that the cull was frozen with.
@vertex
fn frozen_vertex(@builtin(vertex_index) i: u32) -> Wire {
    if (debug.frozen == 0u) { return no_wire(); }
    let corner = edge_of_cube(i);
    let world = debug.world_from_frozen * vec4f(corner.xy, select(debug.frozen_far, 1.0, corner.z > 0.0), 1.0);
    return Wire(frame.view_proj * vec4f(world.xyz / world.w, 1.0), FROZEN);
}

@fragment
fn wire_fragment(in: Wire) -> @location(0) vec4f {
    return vec4f(in.color * 0.6, 0.6);
}

struct Screen {
    @builtin(position) clip: vec4f,
    @location(0) @interpolate(flat) range: vec2f,  // metres: the nearest and the farthest surface of the level
};

// Metres in front of the camera.
fn away_at(depth: f32) -> f32 {
    let orthographic = (frame.proj[3].z - depth) / frame.proj[2].z;
    return max(select(debug.near / depth, orthographic, frame.orthographic != 0u), 1e-20);
}

// The range is that of 32x32 texels all over the level: enough to judge by, and no pass of its own.
@vertex
fn screen_vertex(@builtin(vertex_index) i: u32) -> Screen {
    let level = min(debug.level, hi_z_levels(frame.size));
    let size = hi_z_size(frame.size, level);
    let base = hi_z_offset(frame.size, level);
    let taken = min(size, vec2u(32u));
    var range = vec2f(1e30, 0.0);
    for (var y = 0u; y < taken.y; y++) {
        for (var x = 0u; x < taken.x; x++) {
            let at = vec2u(x, y) * size / taken;
            let depth = hi_z[base + at.y * size.x + at.x];
            if (depth > 0.0) { range = vec2f(min(range.x, away_at(depth)), max(range.y, away_at(depth))); }
        }
    }
    return Screen(vec4f(vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0, 0.0, 1.0), range);
}

// How much of the light from all around reaches each pixel.
@fragment
fn ao_fragment(in: Screen) -> @location(0) vec4f {
    let last = textureDimensions(ambient_occlusion) - 1u;  // off, it is a single open texel
    return vec4f(vec3f(textureLoad(ambient_occlusion, min(vec2u(in.clip.xy), last), 0).w), 1.0);
}

// A level of the depth pyramid: near is white, far dark, equal ratios of distance equal steps, and no surface black.
@fragment
fn hi_z_fragment(in: Screen) -> @location(0) vec4f {
    let level = min(debug.level, hi_z_levels(frame.size));
    let texel = vec2u(in.clip.xy) >> vec2u(level);
    let depth = hi_z[hi_z_offset(frame.size, level) + texel.y * hi_z_size(frame.size, level).x + texel.x];
    if (depth <= 0.0) { return vec4f(0.0, 0.0, 0.0, 1.0); }
    let steps = max(log2(in.range.y / in.range.x), 1e-3);
    let nearness = 1.0 - saturate(log2(away_at(depth) / in.range.x) / steps);
    return vec4f(vec3f(pow(0.1 + 0.9 * nearness, 2.2)), 1.0);
}
