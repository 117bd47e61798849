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
    if (any(pixel - 2 * axis < vec2i(0)) || any(pixel + 2 * axis > last)) {
        to_before = abs(l - here);
        to_after = abs(r - here);
    }
    let none_before = any(pixel - axis < vec2i(0));
    let none_after = any(pixel + axis > last);
    let middle = vec2f(pixel) + 0.5;
    if (none_before && none_after) { return view_position(middle + vec2f(axis), depth) - p; }
    if (none_after || (!none_before && to_before < to_after)) {
        return p - view_position(middle - vec2f(axis), before);
    }
    return view_position(middle + vec2f(axis), after) - p;
}

// View space, unit, towards the eye. p: the pixel's place.  v: from there to the eye.
fn surface_normal(pixel: vec2i, depth: f32, p: vec3f, v: vec3f) -> vec3f {
    let right = surface_step(pixel, vec2i(1, 0), depth, p);
    let down = surface_step(pixel, vec2i(0, 1), depth, p);
    let n = normalize(cross(down, right));
    return normalize(n + v * max(0.02 - dot(n, v), 0.0));
}
