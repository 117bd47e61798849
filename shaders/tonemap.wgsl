// From scene light to screen colour.

// What the fragments branch on reaches them from the vertices. If they read it from the uniform, llvmpipe (Mesa 22.3)
// would compile them anew every frame, for its value, and keep each of them for ever: a megabyte a frame.
struct Screen {
    @builtin(position) at: vec4f,
    @location(0) @interpolate(flat) curve: u32,
    @location(1) @interpolate(flat) samples: f32,
};

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> Screen {
    let at = vec4f(vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0, 0.0, 1.0);
    return Screen(at, tonemap.curve, tonemap.samples);
}

// Khronos PBR Neutral (Khronos Group 2024): base colours stay true, highlights roll off and desaturate.
fn neutral(color: vec3f) -> vec3f {
    let start = 0.8 - 0.04;
    let low = min(color.r, min(color.g, color.b));
    let offset = select(0.04, low - 6.25 * low * low, low < 0.08);
    let c = color - offset;
    let peak = max(c.r, max(c.g, c.b));
    if (peak < start) { return c; }
    let d = 1.0 - start;
    let new_peak = 1.0 - d * d / (peak + d - start);
    let g = 1.0 - 1.0 / (0.15 * (peak - new_peak) + 1.0);
    return mix(c * new_peak / peak, vec3f(new_peak), g);
}

// AgX (Sobotka 2022): log encoding in an inset gamut, a sigmoid, and back. The gamut matrices for linear Rec.709 are
// those of Wrensch 2023, "Minimal AgX Implementation"; the sigmoid is Sobotka's own form, not a polynomial fit of it:
// slope 2 through (10/16.5, 0.5), toe power 3, shoulder power 3.25.
fn agx_curve(x: f32) -> f32 {
    let pivot = vec2f(0.60606061, 0.5);
    let slope = 2.0;
    let below = x < pivot.x;
    let power = select(3.25, 3.0, below);
    let limit = select(vec2f(1.0) - pivot, pivot, below);
    let rise = slope * limit.x;
    let scale = pow(pow(rise, -power) * (pow(rise / limit.y, power) - 1.0), -1.0 / power);
    let t = slope * abs(x - pivot.x) / scale;
    let y = scale * t / pow(1.0 + pow(t, power), 1.0 / power);
    return pivot.y + select(y, -y, below);
}

fn agx(color: vec3f) -> vec3f {
    let inset = mat3x3f(
        0.842479062253094, 0.0423282422610123, 0.0423756549057051,
        0.0784335999999992, 0.878468636469772, 0.0784336,
        0.0792237451477643, 0.0791661274605434, 0.879142973793104,
    );
    let outset = mat3x3f(
        1.19687900512017, -0.0528968517574562, -0.0529716355144438,
        -0.0980208811401368, 1.15190312990417, -0.0980434501171241,
        -0.0990297440797205, -0.0989611768448433, 1.15107367264116,
    );
    let encoded = saturate((log2(max(inset * color, vec3f(1e-10))) + 12.47393) / 16.5);
    let curved = vec3f(agx_curve(encoded.r), agx_curve(encoded.g), agx_curve(encoded.b));
    return pow(max(outset * curved, vec3f(0.0)), vec3f(2.2));
}

// ACES reference and output transform, fitted by Stephen Hill.
fn aces(color: vec3f) -> vec3f {
    let to_rrt = mat3x3f(0.59719, 0.07600, 0.02840, 0.35458, 0.90834, 0.13383, 0.04823, 0.01566, 0.83777);
    let from_odt = mat3x3f(1.60475, -0.10208, -0.00327, -0.53108, 1.10813, -0.07276, -0.07367, -0.00605, 1.07602);
    let c = to_rrt * color / 0.6;
    let fitted = (c * (c + 0.0245786) - 0.000090537) / (c * (0.983729 * c + 0.4329510) + 0.238081);
    return saturate(from_odt * fitted);
}

fn luminance(c: vec3f) -> f32 {
    return dot(c, vec3f(0.2126, 0.7152, 0.0722));
}

fn encode_srgb(c: vec3f) -> vec3f {
    let x = saturate(c);
    return select(1.055 * pow(x, vec3f(1.0 / 2.4)) - 0.055, x * 12.92, x <= vec3f(0.0031308));
}

@fragment
fn fragment(screen: Screen) -> @location(0) vec4f {
    let pixel = vec2u(screen.at.xy);
    var color = textureLoad(hdr, pixel, 0).rgb;
    if (screen.samples > 1.0) {
        color = accumulated[pixel.y * frame.size.x + pixel.x].rgb / screen.samples;
    }
    color = max(color, vec3f(0.0)) * tonemap.exposure;
    switch (screen.curve) {
        case TONEMAP_NEUTRAL: { color = neutral(color); }
        case TONEMAP_AGX: { color = agx(color); }
        case TONEMAP_ACES: { color = aces(color); }
        case TONEMAP_REINHARD: { color = color / (1.0 + luminance(color)); }
        default: {}
    }
    return vec4f(encode_srgb(color), 1.0);
}
