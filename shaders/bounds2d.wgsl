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
    var low: vec2f;
    var high: vec2f;
    var nearest: f32;
    if (view.orthographic != 0u) {
        let middle = scale * c.xy + view.proj[3].xy;
        low = middle - scale * r;
        high = middle + scale * r;
        nearest = view.proj[2].z * (c.z + r) + view.proj[3].z;
    } else {
        let z = -c.z;
        if (z - r <= view.near) { return Bounds(vec2f(0.0), size, 1.0, true); }
        // Mara & McGuire 2013, "2D Polyhedral Bounds of a Clipped, Perspective-Projected 3D Sphere", JCGT 2:2.
        let t = sqrt(c.xy * c.xy + z * z - r * r);
        let shift = vec2f(view.proj[2].x, view.proj[2].y);
        low = scale * (t * c.xy - r * z) / (t * z + r * c.xy) - shift;
        high = scale * (t * c.xy + r * z) / (t * z - r * c.xy) - shift;
        nearest = view.near / (z - r);
    }
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
