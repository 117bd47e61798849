// How much of a light arrives at a point.
//
// Maps are looked up with the plane of the receiver: it says how deep each texel would be if nothing were in the way, so
// a lit surface is lit however low the light stands, and shadows begin where things touch (Isidoro 2006, "Shadow
// Mapping: GPU-based Tips and Techniques"). Edges are filtered by percentage closer (Reeves et al. 1987); lights with a
// size widen them by the distance of what casts them (Fernando 2005, "Percentage-Closer Soft Shadows").

struct Receiver {
    at: vec2f,  // in texels of the layer
    depth: f32,
    slope: vec2f,  // how much deeper its plane is one texel to the right, and one down
    slack: f32,  // depth that rounding may be wrong by
    rise: f32,  // and how much more with every texel: by so much hollow surfaces of many faces rise out of the plane
    low: vec2f,  // the middles of the tile's first and last texel
    high: vec2f,
    layer: u32,
    edge: f32,  // how far the map's border is, in half edges; below 0 the point is not on the map
};

// The plane through a point, as a map sees it. Maps keep planes, perspective ones too.
fn receive(v: u32, position: vec3f, n: vec3f) -> Receiver {
    let m = shadows.views[v].from_world;
    let half_edge = shadows.views[v].half_edge;
    let p = m * vec4f(position, 1.0);
    let w = select(p.w, 1e-6, p.w < 1e-6);
    let ndc = p.xyz / w;
    let scale = vec3f(half_edge, -half_edge, 1.0);
    let t = duff_tangent(n);
    let mt = m * vec4f(t, 0.0);
    let mb = m * vec4f(cross(n, t), 0.0);
    let along_t = (mt.xyz - ndc * mt.w) * scale / w;
    let along_b = (mb.xyz - ndc * mb.w) * scale / w;
    let d = along_t.x * along_b.y - along_b.x * along_t.y;
    let turned = vec2f(
        along_t.z * along_b.y - along_b.z * along_t.y, along_t.x * along_b.z - along_b.x * along_t.z
    );
    let slope = turned / select(d, 1e-12, abs(d) < 1e-12);
    let unit = shadows.views[v].unit.x + shadows.views[v].unit.y * ndc.z;
    let steep = length(slope);
    var r: Receiver;
    r.at = shadows.views[v].centre + ndc.xy * scale.xy;
    r.depth = ndc.z;
    r.slope = slope * min(1.0, 24.0 * unit / max(steep, 1e-30));
    let far = shadows.views[v].slack * select(1.0, ndc.z * ndc.z, shadows.views[v].unit.y > 0.0);
    r.slack = 0.05 * unit + 0.04 * min(steep, 24.0 * unit) + 4e-7 * abs(ndc.z) + far;
    r.rise = 0.15 * unit;
    r.low = shadows.views[v].centre - half_edge + 0.5;
    r.high = shadows.views[v].centre + half_edge - 0.5;
    r.layer = shadows.views[v].layer;
    r.edge = select(-1.0, 1.0 - max(abs(ndc.x), abs(ndc.y)), p.w > 1e-6 && ndc.z > 0.0);
    return r;
}

struct Texels {
    depths: vec4f,  // (0, 1), (1, 1), (1, 0), (0, 0)
    expected: vec4f,  // what is not deeper than this does not stand in the light
    part: vec2f,  // where between them the place lies
};

// The four texels around a place that lies `away` texels from a receiver.
fn texels_at(r: Receiver, away: vec2f) -> Texels {
    let at = clamp(r.at + away, r.low, r.high);
    let first = floor(at - 0.5);
    let corner = first + 0.5 - r.at;
    let dx = corner.x + vec4f(0.0, 1.0, 1.0, 0.0);
    let dy = corner.y + vec4f(1.0, 1.0, 0.0, 0.0);
    // Gathered at the corner that the four share: no rounding of the hardware's picks others.
    let depths = textureGather(shadow_maps, shadow_sampler, (first + 1.0) * shadows.texel, r.layer);
    // Where the plane falls away from the light, what stands on it there is not in the way of this point.
    let plane = max(r.depth + r.slope.x * dx + r.slope.y * dy, vec4f(r.depth));
    return Texels(depths, plane + (r.slack + r.rise * length(away)), at - 0.5 - first);
}

fn lit_between(t: Texels) -> f32 {
    let lit = select(vec4f(0.0), vec4f(1.0), t.depths <= t.expected);
    return mix(mix(lit.w, lit.z, t.part.x), mix(lit.x, lit.y, t.part.x), t.part.y);
}

// A place on a spiral that covers the unit disk evenly (Vogel 1979), turned by `turn` circles.
fn spiral(i: f32, radius: f32, turn: f32) -> vec2f {
    let angle = i * 2.39996323 + turn * 6.2831853;
    return radius * vec2f(cos(angle), sin(angle));
}

fn filtered(v: u32, r: Receiver, turn: f32) -> f32 {
    let taps = f32(SHADOW_TAPS);
    let least = shadows.views[v].least;
    var radius = least;
    var rounds = SHADOW_TAPS;
    if (SHADOWS_SOFT) {
        // What stands in the light, within the cone from the receiver to the light's disk. Where nothing does, it is lit.
        let spread = shadows.views[v].spread;
        let reach = min(spread * (1.0 - r.depth), shadows.views[v].most);
        var sum = 0.0;
        var count = 0.0;
        for (var i = 0u; i < SHADOW_TAPS && reach > least; i++) {
            // Denser in the middle, where the narrow cones of what is near are.
            let away = select(reach * (f32(i) - 1.0 + turn) / max(taps - 1.0, 1.0), 0.0, i == 0u);
            let t = texels_at(r, spiral(f32(i), away, turn));
            let stands = (t.depths > t.expected) & (spread * (t.depths - r.depth) > vec4f(away - 1.5));
            let weight = select(vec4f(0.0), vec4f(max(away, 1.0)), stands);  // as if they were evenly spread
            sum += dot(weight, t.depths);
            count += dot(weight, vec4f(1.0));
        }
        radius = clamp(spread * (sum / max(count, 1e-9) - r.depth), least, max(shadows.views[v].most, least));
        rounds = select(SHADOW_TAPS, 0u, reach > least && count == 0.0);
    }
    var lit = 0.0;
    for (var i = 0u; i < rounds; i++) {
        let away = radius * sqrt((f32(i) + turn) / taps);
        lit += lit_between(texels_at(r, spiral(f32(i), away, turn)));
    }
    return select(lit / taps, 1.0, rounds == 0u);
}

// Which face of a cube a direction goes through: +x -x +y -y +z -z.
fn cube_face(d: vec3f) -> u32 {
    let a = abs(d);
    if (a.x >= a.y && a.x >= a.z) { return select(0u, 1u, d.x < 0.0); }
    if (a.y >= a.z) { return select(2u, 3u, d.y < 0.0); }
    return select(4u, 5u, d.z < 0.0);
}

// How much of a light reaches a point: 1 where nothing is in between.  n: the geometric normal.  l: towards the light.
fn light_visibility(light: u32, position: vec3f, n: vec3f, l: vec3f, pixel: vec2f) -> f32 {
    if (!SHADOWS_ON) { return 1.0; }
    let shadow = lights[light].shadow;
    let first = min(shadow, SHADOW_VIEWS - 1u);
    let is_sun = lights[light].kind == LIGHT_SUN;
    let away = length(position - frame.eye);
    let fading = saturate((shadows.fade.y - away) / max(shadows.fade.y - shadows.fade.x, 1e-6));
    let fade = select(1.0, fading, is_sun);
    let count = shadows.views[first].count;
    let face = select(0u, cube_face(-l), !is_sun && count == 6u);
    let none = shadow == NONE || fade <= 0.0;
    // Interleaved gradient noise (Jimenez 2014) turns the taps at every pixel, and in every frame that is summed up.
    let noise = fract(52.9829189 * fract(dot(pixel, vec2f(0.06711056, 0.00583715))));
    let turn = fract(noise + f32(frame.sample) * 0.61803399);
    var dark = 0.0;
    var left = 1.0;  // of what the maps so far have not told
    let end = select(select(face + 1u, count, is_sun), 0u, none);
    for (var i = face; i < end && left > 0.0; i++) {
        let v = first + i;
        let r = receive(v, position, n);
        let band = shadows.views[v].band;
        let part = left * select(select(0.0, 1.0, r.edge >= 0.0), saturate(r.edge / band), band > 0.0);
        for (var once = part > 0.0; once; once = false) {
            dark += part * (1.0 - filtered(v, r, turn));
            left -= part;
        }
    }
    return 1.0 - dark * fade;
}
