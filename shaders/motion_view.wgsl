// The debug view of motion: grey stands still; red is to the right, green downwards, and less of them the other way.
use motion;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
    return vec4f(vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0, 0.0, 1.0);
}

// Half of the range is 3 pixels a frame.
@fragment
fn fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
    let pixel = vec2i(at.xy);
    let pixels = past_of(pixel, textureLoad(depth, pixel, 0)).motion * motion.size;
    return vec4f(0.25 + 0.25 * pixels / (3.0 + length(pixels)), 0.25, 1.0);
}
