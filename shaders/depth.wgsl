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

@fragment
fn mask_fragment(in: Masked) {
    let dx = dpdx(in.uv);
    let dy = dpdy(in.uv);
    let m = instances[in.row].material;
    var alpha = materials[m].base_color.a * in.alpha;
    if (TEXTURE_POOLS > 0u && materials[m].slots[0].texture != NONE) {
        alpha *= sample_slot(materials[m].slots[0], in.uv, dx, dy).a;
    }
    if (alpha < materials[m].alpha_cutoff) { discard; }
}
