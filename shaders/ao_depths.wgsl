// The depth buffer as metres, in levels.
use ao_view;

@compute @workgroup_size(8, 8)
fn depths(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= ao.size)) { return; }
    let d = textureLoad(depth, id.xy, 0);
    let away = select(ao.depth.x / max(d, 1e-30), (ao.depth.x - d) / ao.depth.y, ao.orthographic != 0u);
    let metres = select(SKY, away, d > 0.0);
    view_depths[id.y * ao.size.x + id.x] = metres;
    for (var level = 1u; level < AO_LEVELS; level++) {
        let texel = id.xy >> vec2u(level);
        if (all(picked(texel, level) == id.xy)) {
            view_depths[ao.levels[level / 4u][level % 4u] + texel.y * level_size(level).x + texel.x] = metres;
        }
    }
}
