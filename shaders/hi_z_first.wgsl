// The first four levels, from the depth buffer.
use hi_z_reduce;

@compute @workgroup_size(64)
fn first_levels(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let last = vec2i(reduction.size) - 1;
    let p = vec2i((group.xy * 8u + vec2u(lane % 8u, lane / 8u)) * 2u);
    let a = textureLoad(depth, min(p, last), 0);
    let b = textureLoad(depth, min(p + vec2i(1, 0), last), 0);
    let c = textureLoad(depth, min(p + vec2i(0, 1), last), 0);
    let d = textureLoad(depth, min(p + vec2i(1, 1), last), 0);
    reduce(group.xy, lane, min(min(a, b), min(c, d)));
}
