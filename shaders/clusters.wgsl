// Which lights a surface has to look at.
use cluster_grid;

struct LightList {
    count: u32,
    everywhere: u32,  // how many of them act everywhere: those come first
    everywhere_first: u32,
    near_first: u32,
    all: bool,  // every light of the table
};

fn lights_near(position: vec3f, pixel: vec2f) -> LightList {
    if (!CLUSTERED) { return LightList(frame.lights, 0u, 0u, 0u, true); }
    let c = 2u * cluster_at(pixel, dot(position - frame.eye, frame.forward));
    let e = 2u * cluster_count();
    let near = light_lists[c + 1u];
    let everywhere = light_lists[e + 1u];
    let all = near == NONE || everywhere == NONE;  // they found no room in this frame
    let count = select(everywhere + near, frame.lights, all);
    return LightList(count, everywhere, light_lists[e], light_lists[c] - everywhere, all);
}

// The row of the k-th of them in the table.
fn light_number(list: LightList, k: u32) -> u32 {
    if (!CLUSTERED) { return k; }
    return select(light_lists[k + select(list.near_first, list.everywhere_first, k < list.everywhere)], k, list.all);
}
