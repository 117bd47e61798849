// What a world sphere covers of a view's picture.

struct Bounds {
    low: vec2f,  // pixels, y down
    high: vec2f,
    nearest: f32,  // reversed depth of the point closest to the view, rounded towards it
    crosses: bool,  // the near plane: nothing is known then
};

fn bounds_of(sphere: vec4f) -> Bounds {
    let c = (view.view * vec4f(sphere.xyz, 1.0)).xyz;
    let r = sphere.w;
    let size = vec2f(view.size);
    let scale = vec2f(view.proj[0].x, view.proj[1].y);
    // Both kinds of views without a branch: llvmpipe (Mesa 22.3) compiles kernels that are mostly behind a branch on a
    // uniform anew every frame, for its value, and keeps each of them for ever.
    let flat = view.orthographic != 0u;
    let z = -c.z;
    if (!flat & (z - r <= view.near)) { return Bounds(vec2f(0.0), size, 1.0, true); }
    // Mara & McGuire 2013, "2D Polyhedral Bounds of a Clipped, Perspective-Projected 3D Sphere", JCGT 2:2.
    let t = sqrt(max(c.xy * c.xy + z * z - r * r, vec2f(0.0)));
    let shift = vec2f(view.proj[2].x, view.proj[2].y);
    let seen_low = scale * (t * c.xy - r * z) / (t * z + r * c.xy) - shift;
    let seen_high = scale * (t * c.xy + r * z) / (t * z - r * c.xy) - shift;
    let middle = scale * c.xy + view.proj[3].xy;
    let low = select(seen_low, middle - scale * r, flat);
    let high = select(seen_high, middle + scale * r, flat);
    let nearest = select(view.near / (z - r), view.proj[2].z * (c.z + r) + view.proj[3].z, flat);
    let a = (vec2f(low.x, -high.y) * 0.5 + 0.5) * size;
    let b = (vec2f(high.x, -low.y) * 0.5 + 0.5) * size;
    // Rasterisers snap vertices to 1/256 pixel; depth is interpolated to a few ulp.
    let slack = vec2f(1.0 / 128.0) + 1e-6 * max(abs(a), abs(b));
    return Bounds(a - slack, b + slack, nearest * 1.00001 + 1e-9, false);
}

// Triangles are drawn where they cover the centres of pixels: bounds between two centres draw nothing.
fn holds_no_pixel(bounds: Bounds) -> bool {
    let first = ceil(bounds.low - 0.5);
    let last = floor(bounds.high - 0.5);
    return !bounds.crosses && any(first > last);
}
