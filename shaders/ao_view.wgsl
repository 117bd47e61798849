// Where pixels lie in view space (x right, y up, z towards the viewer), and the levels of depths that kernels read.
//
// Depths are metres in front of the camera's plane; where there is no surface, SKY. A level halves the one before;
// every texel holds the depth of one pixel, the one in the middle of those that it covers: no depth is a mean of
// others, so nothing is found where there is nothing (McGuire, Mara & Luebke 2012, "Scalable Ambient Obscurance").

const AO_LEVELS = 6u;
const SKY = 1e30;

fn level_size(level: u32) -> vec2u {
    return (ao.size + vec2u((1u << level) - 1u)) >> vec2u(level);
}

// The pixel whose depth a texel holds.
fn picked(texel: vec2u, level: u32) -> vec2u {
    return min((texel << vec2u(level)) + vec2u((1u << level) >> 1u), ao.size - 1u);
}

// `at` in pixels, (0, 0) being the top left corner of the picture.
fn view_position(at: vec2f, depth: f32) -> vec3f {
    let plane = at * ao.ray_scale + ao.ray_offset;
    return vec3f(plane * select(depth, 1.0, ao.orthographic != 0u), -depth);
}

// Metres that a pixel is wide.
fn pixel_width(depth: f32) -> f32 {
    return ao.ray_scale.x * select(depth, 1.0, ao.orthographic != 0u);
}

// What the search finds at one pixel; 16 bytes in a buffer.
struct Found {
    depth: f32,
    normal: vec3f,  // view space
    open: vec4f,  // xyz: the mean direction that is open, less the normal; w: how much is open, 0 to 1
};

fn pack_found(f: Found) -> vec4u {
    return vec4u(
        bitcast<u32>(f.depth), pack4x8snorm(vec4f(f.normal, 0.0)), pack2x16float(f.open.xy), pack2x16float(f.open.zw)
    );
}

fn unpack_found(v: vec4u) -> Found {
    return Found(bitcast<f32>(v.x), unpack4x8snorm(v.y).xyz, vec4f(unpack2x16float(v.z), unpack2x16float(v.w)));
}

// As settings ask for it.
fn finished(open: vec4f) -> vec4f {
    return vec4f(open.xyz * min(ao.intensity, 1.0), pow(saturate(open.w), ao.intensity));
}
