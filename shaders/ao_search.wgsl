// How much of the sky above every pixel is open, and in which direction: a search through the depths around it.
//
// Slices through the eye's ray are searched to both sides, as in Jimenez, Wu, Pesce & Jarabo 2016, "Practical Real-Time
// Strategies for Accurate Indirect Occlusion". What is hit covers a range of a slice's directions, from its front to its
// back, `ao.thickness` behind; beyond a metre the more the farther it is, since of a wall the picture shows the front
// alone, and what is far and thin hides little anyway. The ranges are collected in a mask of 32 sectors (Therrien,
// Levesque & Gilet 2023, "Screen Space Indirect Lighting with Visibility Bitmask"). Here sectors have equal weight, not
// equal angle: the weight of all directions up to an angle is known in closed form, so that counting sectors integrates
// cosine times solid angle.
use ao_view;
use ao_normal;

const HALF_PI = 1.57079633;
const FAR_BEYOND = 1000.0;
const LINK = 4.0;

// acos(x) for 0 <= x <= 1, to 7e-5 (Abramowitz & Stegun 4.4.45).
fn quick_acos(x: f32) -> f32 {
    return sqrt(max(1.0 - x, 0.0)) * (1.5707288 + x * (-0.2121144 + x * (0.074261 - x * 0.0187293)));
}

// One side of a slice; angles are from the slice's normal, and grow away from the eye's ray.
struct Side {
    sin_normal: f32,  // of the angle from the eye's ray to the normal
    cos_normal: f32,
    horizon: f32,  // the antiderivative at the tangent plane
};

// The weight of the directions between d and the tangent plane; d: unit, along the normal and along the tangent.
// ∫ cos x sin(x + γ) dx = -cos(2x + γ) / 4 + x sin(γ) / 2
fn weight_beyond(side: Side, d: vec2f) -> f32 {
    let x = sign(d.y) * (HALF_PI - quick_acos(min(abs(d.y), 1.0)));
    let cos_2x = 2.0 * d.x * d.x - 1.0;
    let sin_2x = 2.0 * d.x * d.y;
    let at = -0.25 * (cos_2x * side.cos_normal - sin_2x * side.sin_normal) + 0.5 * x * side.sin_normal;
    return max(side.horizon - at, 0.0);
}

// Unit, and not below the tangent plane, nor in it but for what depths are rounded.
fn above(d: vec2f) -> vec2f {
    if (d.x <= 2e-3 * abs(d.y)) { return vec2f(0.0, 1.0); }
    return d * inverseSqrt(dot(d, d));
}

fn sectors(low: u32, high: u32) -> u32 {
    if (high <= low) { return 0u; }
    return (0xffffffffu >> (32u - (high - low))) << low;
}

// Every 4x4 pixels hold 16 turns of the slices and 16 places of the steps; the mean over them has no pattern.
fn pattern(pixel: vec2u) -> vec3f {
    let x = pixel.x;
    let y = pixel.y;
    let turn = (((x + y) & 3u) << 2u) | (x & 3u);
    let place = (((y - x) & 3u) << 2u) | ((2u * x + y) & 3u);
    let rounding = ((x & 3u) << 2u) | ((x + 3u * y) & 3u);
    return fract((vec3f(f32(turn), f32(place), f32(rounding)) + 0.5) / 16.0 + ao.phase);
}

// Pixels from `at` to the edge of the picture along `way`.
fn to_edge(at: vec2f, way: vec2f) -> f32 {
    let room = select(at, vec2f(ao.size) - at, way > vec2f(0.0)) / max(abs(way), vec2f(1e-6));
    return min(room.x, room.y);
}

@compute @workgroup_size(8, 8)
fn search(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= ao.grid)) { return; }
    let pixel = id.xy * ao.stride;
    let i = id.y * ao.grid.x + id.x;
    let depth = view_depths[pixel.y * ao.size.x + pixel.x];
    if (depth >= SKY) {
        found[i] = pack_found(Found(SKY, vec3f(0.0, 0.0, 1.0), vec4f(0.0, 0.0, 0.0, 1.0)));
        return;
    }
    let middle = vec2f(pixel) + 0.5;
    let p = view_position(middle, depth);
    let v = select(normalize(-p), vec3f(0.0, 0.0, 1.0), ao.orthographic != 0u);
    let n = surface_normal(vec2i(pixel), depth, p, v);

    let width = pixel_width(depth);
    // Where the picture is more than ten metres high, what counts as near and thick grows with it.
    let grown = max(width * f32(ao.size.y) / 10.0, 1.0);
    let radius = ao.radius * grown;
    let thickness = ao.thickness * grown;
    let reach = radius / width;
    let noise = pattern(id.xy);
    let last_pixel = vec2f(ao.size) - 0.5;
    let spacing = 1.0 / max(f32(ao.steps) - 1.0, 1.0);
    var open = 0.0;
    var whole = 0.0;
    var closed = vec3f(0.0);
    // Nothing within less than a pixel is known.
    let slices = select(ao.slices, 0u, reach < 1.0);
    for (var slice = 0u; slice < slices; slice++) {
        let turn = 2.0 * HALF_PI * (f32(slice) + noise.x) / f32(ao.slices);
        let way = vec2f(cos(turn), sin(turn));
        let across = normalize(vec3f(way, 0.0) - v * dot(vec3f(way, 0.0), v));
        let axis = cross(across, v);
        let in_slice = n - axis * dot(n, axis);
        let part = max(length(in_slice), 1e-4);
        let normal = in_slice / part;
        let tangent = cross(normal, axis);
        let sin_normal = clamp(dot(normal, across), -1.0, 1.0);
        let cos_normal = saturate(dot(normal, v));
        let angle = sign(sin_normal) * quick_acos(cos_normal);
        let total = cos_normal + angle * sin_normal;
        let per_weight = 32.0 / total;
        let rounding = fract(noise.z + f32(slice) * 0.61803399);

        var mask = 0u;
        var lost = vec2f(0.0);
        for (var k = 0u; k < 2u; k++) {
            let s = 1.0 - 2.0 * f32(k);
            let forth = vec2f(way.x, -way.y) * s;
            let edge = to_edge(middle, forth);
            let end = min(reach, edge);
            if (end <= 1.0) { continue; }
            let side = Side(s * sin_normal, cos_normal, 0.25 * cos_normal + HALF_PI * 0.5 * s * sin_normal);
            // In-slice directions have these coordinates; and what lies in the tangent plane has 0 for the first, even if
            // its pixel is beside the slice.
            let along_normal = n / part;
            let along_tangent = tangent * s;
            let deep = thickness * vec2f(dot(v, along_normal), dot(v, along_tangent));
            // Steps grow with the distance, and the last goes up to the end or over it. One more goes on beyond the edge
            // of the picture, as the last two did.
            let place = fract(noise.y + f32(2u * slice + k) * 0.61803399);
            let steps = ao.steps + select(0u, 1u, end < reach);
            var r = 0.0;
            var front = 0.0;  // the weights beyond what was hit last: first, the pixel itself
            var back = 0.0;
            var at = vec3f(0.0);
            var far = 0.0;  // metres from the pixel to there
            var away = depth;
            var before = vec3f(0.0);
            var goes_on = false;
            for (var step = 0u; step < steps; step++) {
                let beyond = step == ao.steps;
                let t = (f32(step) + place) * spacing;
                let next_r = min(1.0 + (end - 1.0) * t * t, edge);
                let level = u32(clamp(log2(next_r - r) - 4.0, 0.0, f32(AO_LEVELS - 1u)));
                let texel = vec2u(clamp(middle + forth * next_r, vec2f(0.0), last_pixel)) >> vec2u(level);
                let z = view_depths[ao.levels[level / 4u][level % 4u] + texel.y * level_size(level).x + texel.x];
                var to = view_position(vec2f(picked(texel, level)) + 0.5, z) - p;
                if (beyond) { to = at + (at - before) * (FAR_BEYOND * far / max(length(at - before), 1e-12)); }
                let to_far = length(to);

                // What goes on from one step to the next is hit in between as well, up to the radius.
                let jump = min(LINK * (next_r - r) * pixel_width(z), thickness);
                goes_on = select(abs(z - away) < jump, goes_on, beyond);
                let linked = goes_on && far < radius;
                let near = to_far < radius;
                if (near || linked) {
                    let part_way = (radius - far) / max(to_far - far, 1e-12);
                    let end_point = select(at + (to - at) * part_way, to, near);
                    let f = vec2f(dot(end_point, along_normal), dot(end_point, along_tangent));
                    let d0 = above(f);
                    let d1 = above(f - deep * max(min(to_far, radius) / grown, 1.0));
                    let new_front = weight_beyond(side, d0);
                    let new_back = weight_beyond(side, d1);
                    let low = u32(select(new_back, min(new_back, back), linked) * per_weight + rounding);
                    let high = u32(select(new_front, max(new_front, front), linked) * per_weight + rounding);
                    let covered = sectors(low, min(high, 32u));
                    let hit = select(reverseBits(covered), covered, k == 1u) & ~mask;
                    mask |= hit;
                    lost += f32(countOneBits(hit)) * 0.5 * (d0 + d1) * vec2f(1.0, s);
                    front = new_front;
                    back = new_back;
                }
                before = at;
                at = to;
                far = to_far;
                away = z;
                r = next_r;
            }
        }
        let weight = part * total;
        whole += weight;
        open += weight * (1.0 - f32(countOneBits(mask)) / 32.0);
        closed += weight / 32.0 * (normal * lost.x + tangent * lost.y);
    }
    var result = vec4f(0.0, 0.0, 0.0, 1.0);
    if (whole > 0.0) {
        // All directions together, weighted with the cosine, have two thirds of the normal as their mean.
        let mean = n * (2.0 / 3.0 + 0.05) - closed / whole;
        result = vec4f(normalize(mean + n * 1e-3) - n, open / whole);
    }
    found[i] = pack_found(Found(depth, n, result));
}
