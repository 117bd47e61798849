// Transparent surfaces that were added up, laid over the picture; see weighted.wgsl.
use color;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
    return vec4f(vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0, 0.0, 1.0);
}

// The weighted mean of their colours, as opaque as all of them together are. Premultiplied.
@fragment
fn fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
    let pixel = vec2u(at.xy);
    let covered = 1.0 - textureLoad(revealage, pixel, 0).r;
    if (covered <= 0.0) { discard; }
    let sum = min(textureLoad(accumulated, pixel, 0), vec4f(65000.0));  // so many layers that the sum overflowed
    return vec4f(storable(sum.rgb / max(sum.a, 1e-7)) * covered, covered);
}
