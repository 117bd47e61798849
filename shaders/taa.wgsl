// Temporal antialiasing: every frame looks through another place within each pixel, and what was seen before is
// reprojected and averaged in.
//
// Karis 2014, "High Quality Temporal Supersampling" (closest motion, the clip in a compressed YCoCg); Salvi 2016, "An
// Excursion in Temporal Supersampling" (clipping by variance); Jimenez 2016, "Filmic SMAA" (the history's five taps).
// Where nothing moves the mean of all samples is exact, and needs no clipping: there a change of light is found as
// Trigg 1964, "Monitoring a Forecasting System", finds one: errors that no longer cancel out.
use color;
use motion;

const MOVING = 10.0;  // at most so many frames are in the mean where something moves
const STILL = 64.0;  // and where nothing does
const NOT_MOVING = 0.005;  // pixels
const RATE = 0.2;  // how fast the mean error follows
const WARM = 4.0;  // frames before errors say anything
const IMPURE = 0x80000000u;

fn is_finite(c: vec3f) -> bool {
    return all((bitcast<vec3u>(c) & vec3u(0x7F800000u)) != vec3u(0x7F800000u));
}

fn largest(c: vec3f) -> f32 {
    return max(c.r, max(c.g, c.b));
}

// Bright light in a range where variances say something: below 1, in YCoCg.
fn compressed(light: vec3f) -> vec3f {
    let c = light / (1.0 + largest(light));
    return vec3f(dot(c, vec3f(0.25, 0.5, 0.25)), (c.r - c.b) * 0.5, dot(c, vec3f(-0.25, 0.5, -0.25)));
}

fn expanded(c: vec3f) -> vec3f {
    let rgb = max(vec3f(c.x + c.y - c.z, c.x + c.z, c.x - c.y - c.z), vec3f(0.0));
    return min(rgb / max(1.0 - largest(rgb), 1e-5), vec3f(65000.0));
}

// Catmull-Rom from five bilinear taps: the corners weigh next to nothing.
fn history_at(uv: vec2f) -> vec4f {
    let at = uv * motion.size;
    let middle = floor(at - 0.5) + 0.5;
    let f = at - middle;
    let w0 = f * (-0.5 + f * (1.0 - 0.5 * f));
    let w1 = 1.0 + f * f * (-2.5 + 1.5 * f);
    let w2 = f * (0.5 + f * (2.0 - 1.5 * f));
    let w3 = f * f * (-0.5 + 0.5 * f);
    let w12 = w1 + w2;
    let t0 = (middle - 1.0) / motion.size;
    let t12 = (middle + w2 / w12) / motion.size;
    let t3 = (middle + 2.0) / motion.size;
    var sum = textureSampleLevel(history, clamp_sampler, t12, 0.0) * (w12.x * w12.y);
    sum += textureSampleLevel(history, clamp_sampler, vec2f(t12.x, t0.y), 0.0) * (w12.x * w0.y);
    sum += textureSampleLevel(history, clamp_sampler, vec2f(t0.x, t12.y), 0.0) * (w0.x * w12.y);
    sum += textureSampleLevel(history, clamp_sampler, vec2f(t3.x, t12.y), 0.0) * (w3.x * w12.y);
    sum += textureSampleLevel(history, clamp_sampler, vec2f(t12.x, t3.y), 0.0) * (w12.x * w3.y);
    let weight = w12.x * (w12.y + w0.y + w3.y) + w12.y * (w0.x + w3.x);
    return max(sum / weight, vec4f(0.0));
}

// Whether what is seen now was hidden: all around there something nearer was drawn than the nearest that is around now.
fn was_hidden(uv: vec2f, reversed_depth: f32) -> bool {
    let last = vec2i(motion.size) - 1;
    let at = vec2i(floor((uv + motion.jitter_before) * motion.size));
    var farthest = textureLoad(depth_before, clamp(at, vec2i(0), last), 0);
    for (var i = 0; i < 4; i++) {
        let corner = vec2i((i & 1) * 2 - 1, (i & 2) - 1);
        farthest = min(farthest, textureLoad(depth_before, clamp(at + corner, vec2i(0), last), 0));
    }
    let tolerance = select(reversed_depth * 0.05, 0.005, frame.orthographic != 0u);
    return farthest > reversed_depth + tolerance;
}

@compute @workgroup_size(8, 8)
fn resolve(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= frame.size)) { return; }
    let pixel = vec2i(id.xy);
    let last = vec2i(frame.size) - 1;

    // What is around now.
    var sum = vec3f(0.0);
    var squares = vec3f(0.0);
    var count = 0.0;
    var nearest = -1.0;
    var nearest_at = pixel;
    for (var i = 0; i < 9; i++) {
        let at = clamp(pixel + vec2i(i % 3 - 1, i / 3 - 1), vec2i(0), last);
        let light = textureLoad(hdr, at, 0).rgb;
        let good = is_finite(light);
        let c = compressed(select(vec3f(0.0), light, good));
        sum += c;
        squares += c * c;
        count += select(0.0, 1.0, good);
        let d = textureLoad(depth, at, 0);
        nearest_at = select(nearest_at, at, d > nearest);
        nearest = max(nearest, d);
    }
    let mean = sum / max(count, 1.0);
    let spread = sqrt(max(squares / max(count, 1.0) - mean * mean, vec3f(0.0)));
    let own = textureLoad(hdr, pixel, 0).rgb;
    let now = select(expanded(mean), own, is_finite(own));

    // What was there before.
    let past = past_of(nearest_at, nearest);
    let uv = (vec2f(pixel) + 0.5) / motion.size;
    let before = uv - past.motion;
    let still = length(past.motion * motion.size) < NOT_MOVING;
    var held = history_at(before);
    held = select(held, textureLoad(history, pixel, 0), still);
    let seen = (motion.followed != 0u) & all(abs(before - 0.5) <= vec2f(0.5)) & is_finite(held.rgb)
        & !was_hidden(before, past.depth);
    let light = select(now, min(held.rgb * (frame.exposure / exposure_before), vec3f(65000.0)), seen);
    var frames = select(0.0, held.a, seen);

    // Whether the errors of the mean still cancel out.
    let i = id.y * frame.size.x + id.x;
    let kept = unpack2x16float(drift[i] & ~IMPURE);
    let was = compressed(light);
    let error = compressed(now).x - was.x;
    let known = seen & still;
    let signed_error = select(0.0, mix(kept.x, error, RATE), known);
    let size_of_error = select(0.0, mix(kept.y, abs(error), RATE), known);
    let persists = smoothstep(0.6, 0.9, abs(signed_error) / max(size_of_error, 1e-5));
    let changed = persists * smoothstep(0.02, 0.05, abs(signed_error)) * select(0.0, 1.0, frames >= WARM);
    let pure = !seen | (still & ((drift[i] & IMPURE) == 0u));
    drift[i] = pack2x16float(vec2f(signed_error, size_of_error) * (1.0 - changed)) | select(IMPURE, 0u, pure);

    // The past as far as the present bears it out.
    let trust = select(0.0, max(select(0.0, 1.0, pure), smoothstep(MOVING, MOVING + 8.0, frames)), known) * (1.0 - changed);
    let away = abs(was - mean) / max(spread, vec3f(1e-4));
    let clipped = mean + (was - mean) / max(1.0, largest(away));
    let believed = select(expanded(mix(clipped, was, trust)), light, trust > 0.999);
    frames = min(mix(frames, min(frames, 1.0), changed), select(MOVING, STILL, still));
    let share = 1.0 / (frames + 1.0);
    textureStore(resolved, id.xy, vec4f(mix(believed, now, share), frames + 1.0));
}
