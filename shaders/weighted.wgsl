// How much a transparent surface counts where they are mixed in any order. McGuire & Bavoil 2013, "Weighted Blended
// Order-Independent Transparency", JCGT 2:2; the weight is our own.

struct Weighted {
    @location(0) accumulated: vec4f,
    @location(1) covered: f32,
};

// color: rgb before, and its alpha. depth: reversed, near / distance (orthographic: 1 near to 0 far). Nearer surfaces
// count more: by the inverse of their distance, which favours no scale. Bright ones at most so much that 32 of them
// fit into half floats.
fn weight(color: vec4f, depth: f32) -> f32 {
    let brightest = max(max(color.r, color.g), max(color.b, 1.0)) * color.a;
    return min(max(1024.0 * depth, 0.01), 2048.0 / max(brightest, 1e-3));
}
