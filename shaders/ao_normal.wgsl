// The normal of a pixel's surface, from depths alone. Once the prepass writes normals, reading them replaces this.

fn depth_at(pixel: vec2i) -> f32 {
    let p = vec2u(clamp(pixel, vec2i(0), vec2i(ao.size) - 1));
    return view_depths[p.y * ao.size.x + p.x];
}

// What is linear over the picture where a surface is flat.
fn linear_depth(depth: f32) -> f32 {
    return select(1.0 / depth, depth, ao.orthographic != 0u);
}

// The surface's step from a pixel to the next along an axis. Of the two neighbours the one that its own neighbour
// continues better lies on the same surface.
fn surface_step(pixel: vec2i, axis: vec2i, depth: f32, p: vec3f) -> vec3f {
    let here = linear_depth(depth);
    let before = depth_at(pixel - axis);
    let after = depth_at(pixel + axis);
    let l = linear_depth(before);
    let r = linear_depth(after);
    var to_before = abs(2.0 * l - linear_depth(depth_at(pixel - 2 * axis)) - here);
    var to_after = abs(2.0 * r - linear_depth(depth_at(pixel + 2 * axis)) - here);
    // Beside an edge of the picture there is no second neighbour: the smaller step counts.
    let last = vec2i(ao.size) - 1;
    let beside = any(pixel - 2 * axis < vec2i(0)) || any(pixel + 2 * axis > last);
    if (beside) {
        to_before = abs(l - here);
        to_after = abs(r - here);
    }
    let none_before = any(pixel - axis < vec2i(0));
    let none_after = any(pixel + axis > last);
    let back = none_after || (!none_before && to_before < to_after);
    let neighbour = select(after, before, back);
    // Far away and not as its own neighbour leads to expect, neither of them is on this surface.
    let apart = select(to_after, to_before, back) > 0.6 * abs(select(r, l, back) - here);
    let alone = apart && !beside && abs(neighbour - depth) > 4.0 * pixel_width(depth);
    let way = select(1.0, -1.0, back);
    let known = !alone && !(none_before && none_after);
    let q = view_position(vec2f(pixel) + 0.5 + vec2f(axis) * way, select(depth, neighbour, known));
    return (q - p) * way;
}

// View space, unit, towards the eye. p: the pixel's place.  v: from there to the eye.
fn surface_normal(pixel: vec2i, depth: f32, p: vec3f, v: vec3f) -> vec3f {
    let right = surface_step(pixel, vec2i(1, 0), depth, p);
    let down = surface_step(pixel, vec2i(0, 1), depth, p);
    let n = normalize(cross(down, right));
    return normalize(n + v * max(0.02 - dot(n, v), 0.0));
}
