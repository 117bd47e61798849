// The HUD: letters, shapes and pictures over the finished picture, from one list.
const GLYPH = 1u;
const PICTURE = 2u;

struct Corner {
    @builtin(position) pixel: vec4f,
    @location(0) @interpolate(flat) n: u32,
};

@vertex
fn vertex(@builtin(vertex_index) i: u32, @builtin(instance_index) n: u32) -> Corner {
    let rect = hud_quads[n].rect;
    let corner = vec2f(f32((0x32u >> i) & 1u), f32((0x2Cu >> i) & 1u));
    let at = (rect.xy + rect.zw * corner) / vec2f(frame.size);
    return Corner(vec4f(at.x * 2.0 - 1.0, 1.0 - at.y * 2.0, 0.0, 1.0), n);
}

@fragment
fn fragment(in: Corner) -> @location(0) vec4f {
    let q = hud_quads[in.n];
    let place = in.pixel.xy - q.rect.xy;
    let middle = q.rect.zw * 0.5;

    // The distance to the edge of a box with round corners, negative inside.
    let from_corner = abs(place - middle) - (middle - q.margin) + q.radius;
    let inside = min(max(from_corner.x, from_corner.y), 0.0);
    let distance = length(max(from_corner, vec2f(0.0))) + inside - q.radius;
    let hard = clamp(0.5 - distance, 0.0, 1.0);
    let soft = 1.0 - smoothstep(-q.margin, max(q.margin, 1.0), distance);

    let texel = vec2u(q.source & 0x3FFFu, (q.source >> 14u) & 0x3FFFu) + vec2u(max(place, vec2f(0.0)));
    let kind = q.source >> 28u;
    let shape = select(hard, soft, q.margin > 0.0);
    var coverage = select(shape, textureLoad(glyphs, texel, 0).r, kind == GLYPH);
    coverage *= clamp(q.cut - place.x + 0.5, 0.0, 1.0);

    let down = clamp((place.y - q.margin) / max(q.rect.w - 2.0 * q.margin, 1.0), 0.0, 1.0);
    var fill = mix(unpack4x8unorm(q.color), unpack4x8unorm(q.color_end), down);
    fill *= select(vec4f(1.0), textureLoad(pictures, texel, 0), kind == PICTURE);
    let border = unpack4x8unorm(q.border_color);
    let within = select(1.0, clamp(0.5 - distance - q.border, 0.0, 1.0), q.border > 0.0);
    let shown = mix(vec4f(border.rgb * border.a, border.a), vec4f(fill.rgb * fill.a, fill.a), within);
    return shown * coverage;
}
