// The lists of lights of all clusters, in three dispatches: what each light reaches; which lights touch each column,
// row and slice, one bit each; and for each cluster those that touch its column, its row and its slice, after a closer
// look. So a list is in the order of the table, and no cluster looks at a light that is far from it.
use cluster_grid;

// Metres. Positions are rounded to float32 here and where surfaces are lit; nothing may be lost to that.
fn slack(position: vec3f, range: f32) -> f32 {
    let far = max(abs(position), abs(frame.eye));
    return 1e-3 * range + 4e-6 * max(far.x, max(far.y, far.z));
}

fn to_view(v: vec3f) -> vec3f {
    return (frame.view * vec4f(v, 0.0)).xyz * vec3f(1.0, 1.0, -1.0);
}

@compute @workgroup_size(64)
fn place_lights(@builtin(global_invocation_id) id: vec3u) {
    let row = id.x;
    if (row < 2u) { atomicStore(&light_demand[row], 0u); }
    if (row >= frame.lights) { return; }
    let kind = lamps[row].kind;
    let range = lamps[row].range;
    var out: LightBounds;
    out.apex = to_view(lamps[row].position - frame.eye);
    out.axis = to_view(lamps[row].direction);
    out.range = range;
    out.cosine = -1.0;
    out.centre = out.apex;
    out.radius = range;
    if (kind == LIGHT_SPOT) {
        out.cosine = clamp(-lamps[row].spot_offset / lamps[row].spot_scale, 0.0, 1.0);
        // The smallest ball around the cone: a flat one's middle is its base's, a narrow one's is farther in.
        let along = range * select(out.cosine, 0.5 / out.cosine, out.cosine > 0.70710678);
        if (range < 1e9) {
            out.centre += out.axis * along;
            out.radius = select(range * sqrt(1.0 - out.cosine * out.cosine), along, out.cosine > 0.70710678);
        }
    }
    out.slack = slack(lamps[row].position, range);
    out.radius += out.slack;
    let lit = any(lamps[row].color > vec3f(0.0));
    if (kind == LIGHT_SUN || range <= 0.0 || !lit) { out.radius = select(-1.0, -2.0, lit); }
    light_bounds[row] = out;
}

// Where columns (axis 0) or rows (axis 1) of tiles end: x or y over the depth, for orthographic views x or y in metres.
// A fiftieth of a pixel is added, for rounding.
fn tile_edges(tile: u32, axis: u32) -> vec2f {
    let size = f32(frame.size[axis]);
    let pixels = vec2f(f32(tile), f32(tile) + 1.0) / clustering.tiles_per_pixel[axis] + vec2f(-0.02, 0.02);
    let ndc = select(pixels / size * 2.0 - 1.0, 1.0 - pixels.yx / size * 2.0, axis == 1u);
    let shift = select(frame.proj[2][axis], -frame.proj[3][axis], frame.orthographic != 0u);
    return (ndc + shift) / frame.proj[axis][axis];
}

// Metres of depth where a slice begins and ends, a little wider.
fn slice_edges(slice: u32) -> vec2f {
    let parallel = frame.orthographic != 0u;
    let i = vec2f(f32(slice), f32(slice) + 1.0);
    var edges = select(
        clustering.first * exp2((i - 1.0) / clustering.slice_scale),
        clustering.near + i / clustering.slice_scale,
        parallel,
    );
    if (slice == 0u) { edges.x = clustering.near; }
    if (slice + 1u >= clustering.slices) { edges.y = max(clustering.reach, edges.y); }
    let wider = 1e-3 * abs(edges) + select(0.0, 1e-3 / clustering.slice_scale, parallel);
    return edges + vec2f(-wider.x, wider.y);
}

fn in_column(light: u32, edges: vec2f, axis: u32) -> bool {
    let at = light_bounds[light].centre;
    let parallel = frame.orthographic != 0u;
    let away = at[axis] - edges * select(at.z, 1.0, parallel);
    let reach = light_bounds[light].radius * select(sqrt(1.0 + edges * edges), vec2f(1.0), parallel);
    return !(away.x < -reach.x || away.y > reach.y);
}

fn in_slice(light: u32, edges: vec2f) -> bool {
    let depth = light_bounds[light].centre.z;
    let radius = light_bounds[light].radius;
    return !(depth + radius < edges.x || depth - radius > edges.y);
}

// Bins: the columns, the rows, the slices, and one for the lights that act everywhere.
@compute @workgroup_size(64)
fn mark_lights(@builtin(global_invocation_id) id: vec3u) {
    let columns = clustering.tiles.x;
    let rows = clustering.tiles.y;
    let bins = columns + rows + clustering.slices + 1u;
    let bin = id.x / clustering.words;
    let word = id.x % clustering.words;
    if (bin >= bins) { return; }
    let axis = select(0u, 1u, bin >= columns);
    let slice = bin - columns - rows;
    let is_tile = bin < columns + rows;
    let everywhere = bin + 1u == bins;
    var edges = vec2f(0.0);
    if (is_tile) { edges = tile_edges(bin - axis * columns, axis); } else { edges = slice_edges(slice); }
    var bits = 0u;
    for (var b = 0u; b < 32u; b++) {
        let light = 32u * word + b;
        if (light >= frame.lights) { break; }
        let radius = light_bounds[light].radius;
        var hit = false;
        if (everywhere) {
            hit = radius == -2.0;
        } else if (radius >= 0.0) {
            if (is_tile) { hit = in_column(light, edges, axis); } else { hit = in_slice(light, edges); }
        }
        bits |= select(0u, 1u << b, hit);
    }
    light_masks[id.x] = bits;
}

struct Froxel {
    low: vec3f,
    high: vec3f,
    middle: vec3f,
    radius: f32,
};

fn froxel_at(tile: vec2u, slice: u32) -> Froxel {
    let x = tile_edges(tile.x, 0u);
    let y = tile_edges(tile.y, 1u);
    let z = slice_edges(slice);
    let wide = select(z, vec2f(1.0), frame.orthographic != 0u);
    let low = vec3f(min(x.x * wide.x, x.x * wide.y), min(y.x * wide.x, y.x * wide.y), z.x);
    let high = vec3f(max(x.y * wide.x, x.y * wide.y), max(y.y * wide.x, y.y * wide.y), z.y);
    let middle = 0.5 * (low + high);
    return Froxel(low, high, middle, distance(middle, high));
}

// Ball against box; then the cone against the ball around the box (Wronski 2017, "Cull that cone!").
// What is not a number counts as touched.
fn touches(light: u32, froxel: Froxel) -> bool {
    let bounds = light_bounds[light];
    let away = bounds.centre - clamp(bounds.centre, froxel.low, froxel.high);
    if (dot(away, away) > bounds.radius * bounds.radius) { return false; }
    if (bounds.cosine < 0.0) { return true; }
    let to_middle = froxel.middle - bounds.apex;
    let along = dot(to_middle, bounds.axis);
    let across = sqrt(max(dot(to_middle, to_middle) - along * along, 0.0));
    let sine = sqrt(max(1.0 - bounds.cosine * bounds.cosine, 0.0));
    let radius = froxel.radius * 1.001 + bounds.slack;
    return !(across * bounds.cosine - along * sine > radius || along > radius + bounds.range || along < -radius);
}

fn candidates(cluster: u32, word: u32) -> u32 {
    let columns = clustering.tiles.x;
    let rows = clustering.tiles.y;
    let slice = cluster / (columns * rows);
    if (slice >= clustering.slices) { return light_masks[(columns + rows + clustering.slices) * clustering.words + word]; }
    let in_this = light_masks[(columns + rows + slice) * clustering.words + word];
    if (in_this == 0u) { return 0u; }
    let column = light_masks[(cluster % columns) * clustering.words + word];
    return in_this & column & light_masks[(columns + cluster / columns % rows) * clustering.words + word];
}

@compute @workgroup_size(64)
fn list_lights(@builtin(global_invocation_id) id: vec3u) {
    let cluster = id.x;
    let clusters = cluster_count();
    if (cluster > clusters) { return; }
    let everywhere = cluster == clusters;
    let tiles = clustering.tiles;
    let froxel = froxel_at(vec2u(cluster % tiles.x, cluster / tiles.x % tiles.y), cluster / (tiles.x * tiles.y));
    var count = 0u;
    for (var word = 0u; word < clustering.words; word++) {
        for (var bits = candidates(cluster, word); bits != 0u; bits &= bits - 1u) {
            if (everywhere || touches(32u * word + firstTrailingBit(bits), froxel)) { count++; }
        }
    }
    var first = 0u;
    if (count > 0u) { first = atomicAdd(&light_demand[0], count); }
    let fits = first + count <= clustering.room;
    let base = light_list_base();
    light_lists[2u * cluster] = base + first;
    light_lists[2u * cluster + 1u] = select(NONE, count, fits);
    if (!fits) {
        atomicAdd(&light_demand[1], 1u);
        return;
    }
    var at = base + first;
    for (var word = 0u; word < clustering.words; word++) {
        for (var bits = candidates(cluster, word); bits != 0u; bits &= bits - 1u) {
            let light = 32u * word + firstTrailingBit(bits);
            if (everywhere || touches(light, froxel)) {
                light_lists[at] = light;
                at++;
            }
        }
    }
}
