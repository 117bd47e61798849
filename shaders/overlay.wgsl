// Letters and rectangles over the finished picture.
use view_range;

const NUMBERS = 256u;
const DOT = 11u;  // in the font: behind the full rectangle, the digits

struct Letter {
    @builtin(position) clip: vec4f,
    @location(0) place: vec2f,  // dots of the font, from the top left
    @location(1) @interpolate(flat) color: vec4f,
    @location(2) @interpolate(flat) glyph: u32,
};

// What stands at a place of a number that is written with two digits or more: 0.25, 2.50, 25.0, 250.
fn written(number: f32, place: u32) -> u32 {
    let decimals = select(select(0u, 1u, number < 99.95), 2u, number < 9.995);
    var ten = array<u32, 6>(1u, 10u, 100u, 1000u, 10000u, 100000u);
    let whole = u32(round(number * f32(ten[decimals])));
    let before = 1u + u32(number >= 9.995) + u32(number >= 99.95) + u32(number >= 999.5) + u32(number >= 9999.5);
    let last = before + select(0u, decimals + 1u, decimals > 0u);
    let digit = select(before + decimals - 1u - place, before + decimals - place, place > before);
    let found = 1u + whole / ten[min(digit, 5u)] % 10u;
    return select(select(found, DOT, place == before), NUMBERS, place >= last);  // NUMBERS: nothing
}

@vertex
fn vertex(@builtin(vertex_index) i: u32, @builtin(instance_index) n: u32) -> Letter {
    let q = quads[n];
    let computed = q.glyph >= NUMBERS;
    let range = range_of(select(0u, 16u, computed));
    let mark = f32((q.glyph - NUMBERS) / 8u) * 0.25;
    let number = range.x * pow(range.y / range.x, mark);
    let glyph = select(q.glyph, written(number, q.glyph % 8u), computed);
    let corner = vec2f(f32((0x32u >> i) & 1u), f32((0x2Cu >> i) & 1u));
    let at = (q.rect.xy + q.rect.zw * corner) / vec2f(frame.size);
    let clip = vec4f(at.x * 2.0 - 1.0, 1.0 - at.y * 2.0, 0.0, 1.0);
    return Letter(select(clip, vec4f(2.0, 2.0, 0.0, 1.0), glyph == NUMBERS), corner * vec2f(5.0, 7.0), q.color, glyph);
}

@fragment
fn fragment(in: Letter) -> @location(0) vec4f {
    let cell = min(vec2u(in.place), vec2u(4u, 6u));
    let bit = cell.y * 5u + cell.x;
    let on = (font[2u * in.glyph + bit / 32u] >> (bit % 32u)) & 1u;
    return vec4f(in.color.rgb * in.color.a, in.color.a) * f32(on);
}
