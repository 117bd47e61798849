// Over the finished picture of the viewport: the grid, lines, and the edges of what is selected.

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) ndc: vec2f,
};

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> Corner {
    let at = vec2f(f32((i << 1u) & 2u), f32(i & 2u)) * 2.0 - 1.0;
    return Corner(vec4f(at, 0.0, 1.0), at);
}

// ---- the grid

// How much of a pixel the lines at whole multiples of 1 cover; `width` is what a pixel spans of it.
fn covered(at: vec2f, width: vec2f) -> f32 {
    let away = abs(fract(at - 0.5) - 0.5) / max(width, vec2f(1e-9));
    let lines = clamp(vec2f(over.line) - away, vec2f(0.0), vec2f(1.0));
    let clear = 1.0 - smoothstep(vec2f(0.15), vec2f(0.6), width);  // before lines become a moiré
    return max(lines.x * clear.x, lines.y * clear.y);
}

@fragment
fn grid(in: Corner) -> @location(0) vec4f {
    let across = in.ndc.x * over.right + in.ndc.y * over.up;
    let start = over.eye + across * over.orthographic;
    let way = over.forward + across * (1.0 - over.orthographic);
    let normal = cross(over.grid_v, over.grid_u);
    let slope = dot(normal, way);
    let t = -dot(normal, start) / select(slope, 1e-9, abs(slope) < 1e-9);
    let point = start + way * t;
    let at = vec2f(dot(point, over.grid_u), dot(point, over.grid_v));
    let width = max(fwidth(at), vec2f(1e-9));
    let minor = covered(at / over.cell, width / over.cell) * over.minor;
    let major = covered(at / (over.cell * 10.0), width / (over.cell * 10.0));
    let axes = clamp(vec2f(over.line + 0.4) - abs(at) / width, vec2f(0.0), vec2f(1.0));  // along v, along u
    var color = vec4f(over.grid_color.rgb, over.grid_color.a * max(minor * 0.45, major * 0.8));
    color = mix(color, vec4f(over.v_color.rgb, max(color.a, over.v_color.a)), axes.x);
    color = mix(color, vec4f(over.u_color.rgb, max(color.a, over.u_color.a)), axes.y);
    let far = length(point - over.focus) / over.reach;
    let clip = over.clip_from_world * vec4f(point, 1.0);
    let shown = textureLoad(depth, vec2i(in.clip.xy), 0);
    let z = clip.z / clip.w;
    let open = z > shown + 1.5 * fwidth(z) + 1e-9;  // a floor in the grid's plane hides it
    let grazing = smoothstep(0.0, 0.06, abs(slope) / length(way));
    color.a *= clamp(1.0 - far * far, 0.0, 1.0) * grazing * f32(t > 0.0 && open);
    return vec4f(color.rgb * color.a, color.a);
}

// ---- what is selected

// 0 not at all, 1 below something selected, 2 selected, 3 the active one
fn chosen(at: vec2i) -> u32 {
    let last = vec2i(textureDimensions(surfaces)) - 1;
    let row = textureLoad(surfaces, clamp(at, vec2i(0), last), 0).x;
    let k = max(row, 1u) - 1u;
    let code = (selected[min(k / 4u, arrayLength(&selected) - 1u)] >> (8u * (k % 4u))) & 0xFFu;
    return select(code, 0u, row == 0u);
}

const RING = array<vec2f, 12>(
    vec2f(1.0, 0.0), vec2f(0.866, 0.5), vec2f(0.5, 0.866), vec2f(0.0, 1.0), vec2f(-0.5, 0.866), vec2f(-0.866, 0.5),
    vec2f(-1.0, 0.0), vec2f(-0.866, -0.5), vec2f(-0.5, -0.866), vec2f(0.0, -1.0), vec2f(0.5, -0.866), vec2f(0.866, -0.5),
);

@fragment
fn outline(in: Corner) -> @location(0) vec4f {
    let at = vec2i(in.clip.xy);
    let own = chosen(at);
    let r = over.outline;
    var ring = RING;
    var found = 0.0;
    var most = 0u;
    var toward = vec2f(1e-6, 0.0);
    for (var i = 0u; i < 12u; i++) {
        let code = chosen(at + vec2i(round(ring[i] * r)));
        let outside = code > 0u && (own == 0u || (code == 3u && own != 3u));
        found += f32(outside);
        toward += ring[i] * f32(outside);
        most = max(most, select(0u, code, outside));
    }
    // What lies in front of something selected does not get its edge.
    let last = vec2i(textureDimensions(depth)) - 1;
    let there = textureLoad(depth, clamp(at + vec2i(round(normalize(toward) * r)), vec2i(0), last), 0);
    let behind = 1.0 - smoothstep(1.01, 1.04, textureLoad(depth, at, 0) / max(there, 1e-9));
    let edge = min(found / 3.0, 1.0) * behind;
    let color = select(select(over.below_color, over.selected_color, most == 2u), over.active_color, most == 3u);
    return vec4f(color.rgb, 1.0) * (color.a * edge);
}

// ---- lines

struct Edge {
    @builtin(position) clip: vec4f,
    @location(0) across: f32,  // pixels from the middle
    @location(1) @interpolate(flat) half: f32,
    @location(2) @interpolate(flat) color: vec4f,
    @location(3) @interpolate(flat) hidden: f32,
};

@vertex
fn line_vertex(@builtin(vertex_index) i: u32, @builtin(instance_index) n: u32) -> Edge {
    let line = lines[n];
    var a = over.clip_from_world * vec4f(line.a, 1.0);
    var b = over.clip_from_world * vec4f(line.b, 1.0);
    let behind = 1e-3;  // what is nearer to the eye's plane is cut off
    let cut_a = mix(a, b, clamp((behind - a.w) / (b.w - a.w), 0.0, 1.0));
    let cut_b = mix(b, a, clamp((behind - b.w) / (a.w - b.w), 0.0, 1.0));
    let gone = a.w < behind && b.w < behind;
    a = select(a, cut_a, a.w < behind);
    b = select(b, cut_b, b.w < behind);
    let half_size = over.size * 0.5;
    let pa = a.xy / a.w * half_size;
    let pb = b.xy / b.w * half_size;
    let way = pb - pa;
    let along = select(way / max(length(way), 1e-6), vec2f(1.0, 0.0), length(way) < 1e-6);
    let side = vec2f(-along.y, along.x);
    let half = line.width * 0.5 * over.line;
    let end = f32((0x32u >> i) & 1u);
    let across = (f32((0x2Cu >> i) & 1u) * 2.0 - 1.0) * (half + 1.0);
    let place = mix(pa, pb, end) + along * (end * 2.0 - 1.0) * 0.5 + side * across;
    let z = mix(a.z / a.w, b.z / b.w, end);
    let clip = select(vec4f(place / half_size, z, 1.0), vec4f(2.0, 2.0, 0.0, 1.0), gone);
    return Edge(clip, across, half, line.color, line.hidden);
}

@fragment
fn line_fragment(in: Edge) -> @location(0) vec4f {
    let shown = textureLoad(depth, vec2i(in.clip.xy), 0);
    let open = in.clip.z >= shown * 0.999;
    let soft = clamp(in.half + 0.5 - abs(in.across), 0.0, 1.0);
    let alpha = in.color.a * soft * select(in.hidden, 1.0, open);
    return vec4f(in.color.rgb * alpha, alpha);
}
