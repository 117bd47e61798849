// What is under the pixels: the object and the triangle of the surface that each pixel shows.
//
// SurfaceOf and triangle_of are declared by whoever compiles this: not every device numbers its triangles.
use geometry;
use textures;

// A transparent surface with less alpha is looked through.
const SOLID_ENOUGH = 0.05;

struct Solid {
    @invariant @builtin(position) clip: vec4f,  // equal to the frame's, whose depth it is compared with
    @location(0) @interpolate(flat) object: u32,
};

@vertex
fn vertex(@location(0) position: vec3f, @builtin(instance_index) slot: u32) -> Solid {
    let row = row_of(visible[slot]);
    let clip = view.view_proj * vec4f(point_to_world(transforms[row], position), 1.0);
    return Solid(clip, instances[row].object);
}

@fragment
fn solid_fragment(in: Solid, at: SurfaceOf) -> @location(0) vec2u {
    return vec2u(in.object + 1u, triangle_of(at));
}

struct Glass {
    @invariant @builtin(position) clip: vec4f,
    @location(0) uv: vec4f,
    @location(1) alpha: f32,
    @location(2) @interpolate(flat) row: u32,
};

@vertex
fn blend_vertex(
    @location(0) position: vec3f,
    @location(2) uv0: vec2f,
    @location(3) uv1: vec2f,
    @location(4) color: vec4f,
    @builtin(instance_index) slot: u32,
) -> Glass {
    let row = row_of(visible[slot]);
    let clip = view.view_proj * vec4f(point_to_world(transforms[row], position), 1.0);
    return Glass(clip, vec4f(uv0, uv1), color.a, row);
}

@fragment
fn blend_fragment(in: Glass, at: SurfaceOf) -> @location(0) vec2u {
    let dx = dpdx(in.uv);
    let dy = dpdy(in.uv);
    let instance = instances[in.row];
    let m = instance.material;
    var alpha = materials[m].base_color.a * in.alpha;
    if (TEXTURE_POOLS > 0u && materials[m].slots[0].texture != NONE) {
        alpha *= sample_slot(materials[m].slots[0], in.uv, dx, dy).a;
    }
    let mirrored = (instance.flags & INSTANCE_MIRRORED) != 0u;
    let double_sided = (materials[m].flags & MATERIAL_DOUBLE_SIDED) != 0u;
    if (alpha < SOLID_ENOUGH || (at.front == mirrored && !double_sided)) { discard; }
    return vec2u(instance.object + 1u, triangle_of(at));
}
