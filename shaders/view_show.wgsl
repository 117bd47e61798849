// A debug view's values as colours of the screen.
//
// VIEW, VIEW_*, RAMP and what says where the legend lies are declared by `fabric/views.py`.
use color;
use view_range;

const BACKGROUND = vec3f(0.10, 0.10, 0.11);
const GREY = 0.18;
const LOWEST = -12.0;  // of the histogram: log2 cd/m², see auto_exposure.wgsl
const PER_STOP = 8.0;

struct Screen {
    @builtin(position) at: vec4f,
    @location(0) @interpolate(flat) range: vec2f,  // depth: metres
    @location(1) @interpolate(flat) most: f32,  // in a bin of the histogram
};

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> Screen {
    var range = vec2f(0.0);
    if (VIEW == VIEW_DEPTH) { range = range_of(16u); }
    var most = 1u;
    if (HISTOGRAM) {
        for (var k = 0u; k < 256u; k++) { most = max(most, histogram[k]); }
    }
    let corner = vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0;
    return Screen(vec4f(corner, 0.0, 1.0), range, f32(most));
}

fn ramp(t: f32) -> vec3f {
    var colors = RAMP;
    let place = saturate(t) * f32(RAMP_STEPS - 1u);
    let i = min(u32(place), RAMP_STEPS - 2u);
    return mix(colors[i], colors[i + 1u], place - f32(i));
}

// A colour for a number: hues a golden ratio apart, in three brightnesses.
fn color_of(number: u32) -> vec3f {
    let hue = fract(f32(number % 65536u) * 0.61803399 + 0.05);
    let wheel = saturate(abs(fract(hue + vec3f(0.0, 2.0, 1.0) / 3.0) * 6.0 - 3.0) - 1.0);
    let bright = 0.95 - 0.18 * f32((number / 3u) % 3u);
    return bright * mix(vec3f(1.0), wheel, 0.75 - 0.25 * f32(number % 2u));
}

// Stops around middle grey: every band a stop wide, and brighter towards its upper end.
fn stops(light: f32) -> vec3f {
    let s = clamp(log2(max(light, 1e-10) / GREY), -8.0, 8.0);
    let band = floor(s + 0.5);
    let color = select(ramp((band + 8.0) / 16.0), vec3f(0.5), band == 0.0);
    return color * (0.86 + 0.14 * saturate(s + 0.5 - band));
}

fn shown(v: vec4f, in: Screen) -> vec3f {
    switch (VIEW) {
        case VIEW_DEPTH: { return ramp(0.97 - 0.85 * saturate(log2(max(v.x, 1e-20) / in.range.x) / log2(in.range.y / in.range.x))); }
        case VIEW_NORMAL: { return v.xyz * 0.5 + 0.5; }
        case VIEW_ALBEDO: { return encode_srgb(v.rgb); }
        case VIEW_ROUGHNESS, VIEW_METALLIC, VIEW_SHADOWS: { return v.xxx; }
        case VIEW_EMISSIVE: {
            let light = v.rgb * frame.exposure;
            return encode_srgb(light / (1.0 + luminance(light)));
        }
        case VIEW_UV: {
            let at = fract(v.xy);
            let odd = (u32(at.x * 8.0) + u32(at.y * 8.0)) % 2u;
            return vec3f(at, 0.15) * (0.5 + 0.5 * v.z) * select(1.0, 0.8, odd == 1u);
        }
        case VIEW_LIGHTS: { return ramp(log2(1.0 + v.x) / 8.0); }
        case VIEW_OVERDRAW: { return ramp(v.x / 16.0); }
        case VIEW_LUMINANCE: { return stops(v.y); }
        default: { return color_of(u32(v.x)) * v.y; }
    }
}

@fragment
fn fragment(in: Screen) -> @location(0) vec4f {
    let v = textureLoad(values, vec2i(in.at.xy), 0);
    var color = select(BACKGROUND, shown(v, in), v.a > 0.0 || VIEW == VIEW_OVERDRAW);
    if (HISTOGRAM) {
        // Over the legend's bar, on the same scale.
        let scale = max(1.0, round(f32(frame.size.y) / 240.0));
        let at = vec2f(in.at.x, f32(frame.size.y) - in.at.y) / scale - vec2f(LEGEND_LEFT, LEGEND_TOP);
        let stop = (at.x / LEGEND_WIDTH - 0.5) * 16.0;
        let bin = u32(clamp((stop + log2(GREY / frame.exposure) - LOWEST) * PER_STOP, 0.0, 255.0));
        let high = sqrt(f32(histogram[bin]) / in.most) * HISTOGRAM_HEIGHT;
        let over = at.x >= 0.0 && at.x < LEGEND_WIDTH && at.y >= 0.0 && at.y < HISTOGRAM_HEIGHT;
        color = select(color, select(color * 0.25, vec3f(0.95), at.y < high), over);
    }
    return vec4f(color, 1.0);
}

// Edges over the shaded picture, which steps back. Premultiplied.
@fragment
fn wire_fragment(in: Screen) -> @location(0) vec4f {
    let edge = textureLoad(values, vec2i(in.at.xy), 0).a > 0.0;
    return select(vec4f(0.0, 0.0, 0.0, 0.55), vec4f(0.56, 0.69, 0.75, 0.75), edge);
}
