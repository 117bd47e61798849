// Depth alone, of a view or of a light. Masked surfaces are cut out by their alpha.
use geometry;
use textures;

@vertex
fn vertex(@location(0) position: vec3f, @builtin(instance_index) slot: u32) -> @invariant @builtin(position) vec4f {
    return view.view_proj * vec4f(point_to_world(transforms[visible[slot]], position), 1.0);
}

struct Masked {
    @invariant @builtin(position) clip: vec4f,
    @location(0) uv: vec4f,
    @location(1) alpha: f32,
    @location(2) @interpolate(flat) row: u32,
};

@vertex
fn mask_vertex(
    @location(0) position: vec3f,
    @location(2) uv0: vec2f,
    @location(3) uv1: vec2f,
    @location(4) color: vec4f,
    @builtin(instance_index) slot: u32,
) -> Masked {
    let row = visible[slot];
    let clip = view.view_proj * vec4f(point_to_world(transforms[row], position), 1.0);
    return Masked(clip, vec4f(uv0, uv1), color.a, row);
}

// Whether a masked surface has a hole there.
fn cut_out(row: u32, uv: vec4f, vertex_alpha: f32) -> bool {
    let dx = dpdx(uv);
    let dy = dpdy(uv);
    let m = instances[row].material;
    var alpha = materials[m].base_color.a * vertex_alpha;
    if (TEXTURE_POOLS > 0u && materials[m].slots[0].texture != NONE) {
        alpha *= sample_slot(materials[m].slots[0], uv, dx, dy).a;
    }
    return alpha < materials[m].alpha_cutoff;
}

@fragment
fn mask_fragment(in: Masked) {
    if (cut_out(in.row, in.uv, in.alpha)) { discard; }
}
