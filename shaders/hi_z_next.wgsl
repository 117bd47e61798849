// Four more levels, from one of the pyramid's own.
use hi_z_reduce;

@compute @workgroup_size(64)
fn next_levels(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let size = hi_z_size(reduction.size, reduction.source);
    let base = hi_z_offset(reduction.size, reduction.source);
    let p = (group.xy * 8u + vec2u(lane % 8u, lane / 8u)) * 2u;
    let x0 = min(p.x, size.x - 1u);
    let x1 = min(p.x + 1u, size.x - 1u);
    let y0 = base + min(p.y, size.y - 1u) * size.x;
    let y1 = base + min(p.y + 1u, size.y - 1u) * size.x;
    reduce(group.xy, lane, min(min(hi_z[y0 + x0], hi_z[y0 + x1]), min(hi_z[y1 + x0], hi_z[y1 + x1])));
}
