// What an instance's sphere is tested against, for `view`: rings, the frustum, the smallest thing that is drawn.
use bounds2d;

fn in_frustum(sphere: vec4f) -> bool {
    var inside = true;
    for (var i = 0u; i < 6u; i++) {
        inside = inside && dot(view.planes[i].xyz, sphere.xyz) + view.planes[i].w >= -sphere.w;
    }
    return inside;
}

// The ring of an instance by distance over significance. Outwards a radius must be overstepped, so that an object on
// the border keeps its ring; inwards it counts at once.
fn ring_of(row: u32, sphere: vec4f, before: u32) -> u32 {
    let flags = instances[row].flags;
    if ((flags & INSTANCE_FIXED_RING) != 0u) { return (flags >> 2u) & 3u; }
    let away = max(distance(view.eye, sphere.xyz) - sphere.w, 0.0) / (max(sphere.w, 1.0) * instances[row].significance);
    var ring = 0u;
    for (var i = 0u; i < 3u; i++) {
        let limit = view.rings[i] * select(1.0 + view.hysteresis, 1.0, before > i);
        if (away > limit) { ring = i + 1u; }
    }
    return ring;
}

// Everything but occlusion: a RESULT, DRAWN for what may be seen.
fn tested(sphere: vec4f, bounds: Bounds, ring: u32) -> u32 {
    if (ring >= RING_SUPERPOSED) { return RESULT_FAR; }
    if ((view.tests & TEST_FRUSTUM) != 0u && !in_frustum(sphere)) { return RESULT_OUTSIDE; }
    if ((view.tests & TEST_SMALL) != 0u && holds_no_pixel(bounds)) { return RESULT_SMALL; }
    return RESULT_DRAWN;
}
