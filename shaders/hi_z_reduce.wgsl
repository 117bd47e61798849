// Four levels of the depth pyramid from one: each workgroup turns 16x16 texels into 8x8, 4x4, 2x2 and one.
use hi_z_layout;

var<workgroup> tile: array<f32, 64>;

fn store(level: u32, at: vec2u, depth: f32) {
    let size = hi_z_size(reduction.size, level);
    if (level <= reduction.levels && all(at < size)) {
        hi_z[hi_z_offset(reduction.size, level) + at.y * size.x + at.x] = depth;
    }
}

fn reduce(group: vec2u, lane: u32, first: f32) {
    tile[lane] = first;
    store(reduction.source + 1u, group * 8u + vec2u(lane % 8u, lane / 8u), first);
    for (var edge = 4u; edge > 0u; edge /= 2u) {
        workgroupBarrier();
        let at = vec2u(lane % edge, lane / edge);
        let i = (2u * at.y) * (edge * 2u) + 2u * at.x;
        var depth = 0.0;
        if (lane < edge * edge) {
            depth = min(min(tile[i], tile[i + 1u]), min(tile[i + 2u * edge], tile[i + 2u * edge + 1u]));
        }
        workgroupBarrier();
        if (lane < edge * edge) {
            tile[lane] = depth;
            let level = reduction.source + select(select(4u, 3u, edge == 2u), 2u, edge == 4u);
            store(level, group * edge + at, depth);
        }
    }
}
