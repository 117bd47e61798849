// Lines over the finished picture, as wide as they are said to be wherever they are, with round ends.
//
// Each is a rectangle around its two ends on the screen; how far a pixel is from the line gives its opacity, after
// Gupta & Sproull 1981, "Filtering Edges for Gray-Scale Devices". Its ends reach the fragments as they are: nothing is
// interpolated, so nothing depends on how the rectangle is cut at the picture's edges.

struct Segment {
    @builtin(position) pixel: vec4f,
    @location(0) @interpolate(flat) ends: vec4f,  // pixels
    @location(1) @interpolate(flat) depths: vec2f,
    @location(2) @interpolate(flat) n: u32,
};

fn pixels_of(clip: vec4f) -> vec2f {
    return (clip.xy / clip.w * vec2f(0.5, -0.5) + 0.5) * lines_view.size;
}

fn width_of(style: u32) -> f32 {
    return f32(style & 0xFFFFu) / 256.0 * lines_view.density;
}

@vertex
fn vertex(@builtin(vertex_index) i: u32, @builtin(instance_index) n: u32) -> Segment {
    let line = lines[n];
    let a = lines_view.view_proj * vec4f(line.a, 1.0);
    let b = lines_view.view_proj * vec4f(line.b, 1.0);
    // What is nearer than the near plane is cut off: depth would be above 1 there.
    let inside = vec2f(a.w - a.z, b.w - b.z);
    let cut = inside.x / select(1.0, inside.x - inside.y, inside.x != inside.y);
    let first = select(a, mix(a, b, cut), inside.x < 0.0);
    let second = select(b, mix(a, b, cut), inside.y < 0.0);
    let ends = vec4f(pixels_of(first), pixels_of(second));

    let reach = max(width_of(line.style), 1.0) * 0.5 + 1.0;
    let way = ends.zw - ends.xy;
    let long = length(way);
    let along = select(vec2f(1.0, 0.0), way / max(long, 1e-6), long > 1e-6) * reach;
    let last = (i == 1u || i == 4u || i == 5u);
    let upper = (i == 2u || i == 3u || i == 5u);
    let corner = select(ends.xy - along, ends.zw + along, last) + select(-1.0, 1.0, upper) * vec2f(-along.y, along.x);
    let at = vec2f(corner.x, lines_view.size.y - corner.y) / lines_view.size * 2.0 - 1.0;
    let seen = max(inside.x, inside.y) >= 0.0;
    let clip = select(vec4f(2.0, 2.0, 0.0, 1.0), vec4f(at, 0.0, 1.0), seen);
    return Segment(clip, ends, vec2f(first.z / first.w, second.z / second.w), n);
}

// Metres in front of the camera.
fn away_at(depth: f32) -> f32 {
    let orthographic = (frame.proj[3].z - depth) / frame.proj[2].z;
    return select(lines_view.near / max(depth, 1e-20), orthographic, frame.orthographic != 0u);
}

@fragment
fn fragment(in: Segment) -> @location(0) vec4f {
    let line = lines[in.n];
    let way = in.ends.zw - in.ends.xy;
    let away = in.pixel.xy - in.ends.xy;
    let part = clamp(dot(away, way) / max(dot(way, way), 1e-12), 0.0, 1.0);
    let width = width_of(line.style);
    let coverage = clamp(max(width, 1.0) * 0.5 + 0.5 - length(away - way * part), 0.0, 1.0) * min(width, 1.0);

    // A line that lies on a surface counts as before it, also where that is seen at an angle.
    let here = away_at(mix(in.depths.x, in.depths.y, part));
    let there = textureLoad(depth, vec2u(in.pixel.xy), 0);  // 0 where no surface is
    let hidden = (here > away_at(there) * 1.004 + 0.002) & (there > 0.0);
    let opacity = select(1.0, f32((line.style >> 16u) & 0xFFu) / 255.0, hidden);
    let color = unpack4x8unorm(line.color);
    return vec4f(color.rgb, 1.0) * (color.a * coverage * opacity);
}
