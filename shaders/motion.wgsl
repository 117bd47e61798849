// Where what a pixel shows was in the frame before. MOVED: this frame's prepass drew motion vectors, into `moved`;
// else nothing but the camera moved, and depth alone tells.

struct Past {
    motion: vec2f,  // from there to here, in parts of the picture, y down
    depth: f32,  // the reversed depth that it had there
};

// Of what stands still in the world.
fn still_past(pixel: vec2i, reversed_depth: f32) -> Past {
    let uv = (vec2f(pixel) + 0.5) / motion.size;
    let clip = motion.before_from_clip * vec4f(uv.x * 2.0 - 1.0, 1.0 - uv.y * 2.0, reversed_depth, 1.0);
    let was = clip.xy / clip.w * vec2f(0.5, -0.5) + 0.5;
    let by = select(vec2f(10.0), uv - motion.jitter - was, clip.w > 0.0);
    return Past(by, clip.z / max(clip.w, 1e-9));
}

fn past_of(pixel: vec2i, reversed_depth: f32) -> Past {
    var past = still_past(pixel, reversed_depth);
    if (MOVED) {
        // The background is not drawn in the prepass.
        past.motion = select(past.motion, textureLoad(moved, pixel, 0).xy, reversed_depth > 0.0);
    }
    return past;
}
