// One level of a texture from the level above it.

struct Quad {
    @builtin(position) clip: vec4f,
    @location(0) uv: vec2f,
};

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> Quad {
    let corner = vec2f(f32((i << 1u) & 2u), f32(i & 2u));
    return Quad(vec4f(corner * 2.0 - 1.0, 0.0, 1.0), vec2f(corner.x, 1.0 - corner.y));
}

@fragment
fn fragment(in: Quad) -> @location(0) vec4f {
    // Four taps, each half way to a corner: exact where the level above is even, and no texel is left out where it is odd.
    let d = 0.25 * vec2f(dpdx(in.uv.x), dpdy(in.uv.y));
    var sum = textureSampleLevel(source, clamp_sampler, in.uv - d, 0.0);
    sum += textureSampleLevel(source, clamp_sampler, in.uv + d, 0.0);
    sum += textureSampleLevel(source, clamp_sampler, in.uv + vec2f(d.x, -d.y), 0.0);
    sum += textureSampleLevel(source, clamp_sampler, in.uv + vec2f(-d.x, d.y), 0.0);
    return sum * 0.25;
}
