// Temporal antialiasing: every frame looks through another place within each pixel, and what was seen before is
// reprojected and averaged in.
//
// Karis 2014, "High Quality Temporal Supersampling" (closest motion, the clip in a compressed YCoCg); Salvi 2016, "An
// Excursion in Temporal Supersampling" (clipping by variance); Jimenez 2016, "Filmic SMAA" (the history's five taps).
// Where nothing moves the mean of all samples is exact, and needs no clipping: there a change of light is found as
// Trigg 1964, "Monitoring a Forecasting System", finds one: errors that no longer cancel out.
use color;
use motion;

const MOVING = 6.0;  // at most so many frames are in the mean where something moves slowly
const FAST = 3.0;  // where it is fast: each look at the history, between its pixels, blurs it a little
const SPEEDS = vec2f(0.02, 0.2);  // pixels a frame: slow and fast
const WIDE = 2.5;  // standard deviations that a slow history may lie off what is around; 1 for fast ones
const VEILED = 0.5;  // at most so many frames where something transparent moves
const VEIL_DEPTH = 0.002;  // reversed depth: 500 times `near`
const STILL = 64.0;  // and where nothing does
const NOT_MOVING = 0.005;  // pixels
const QUICK = 0.2;  // how fast the mean error follows
const SLOW = 0.05;  // and the mean of its size
const PERSISTS = vec2f(0.9, 1.3);
const LARGE = vec2f(0.01, 0.03);
const STRANGE = vec2f(10.0, 15.0);  // times the usual size of an error
const WARM = 6.0;  // frames before small errors say anything
const IMPURE_BIT = 0x80000000u;  // of drift.x: the history began or went on where something moved or changed
const MOVED_BIT = 0x8000u;  // of drift.y: something did in the frame before

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

// The farthest and the nearest of the reversed depths that were around a place.
fn depths_before(uv: vec2f) -> vec2f {
    let last = vec2i(motion.size) - 1;
    let at = vec2i(floor((uv + motion.jitter_before) * motion.size));
    let middle = textureLoad(depth_before, clamp(at, vec2i(0), last), 0);
    var range = vec2f(middle);
    for (var i = 0; i < 4; i++) {
        let corner = vec2i((i & 1) * 2 - 1, (i & 2) - 1);
        let d = textureLoad(depth_before, clamp(at + corner, vec2i(0), last), 0);
        range = vec2f(min(range.x, d), max(range.y, d));
    }
    return range;
}

// What is stored as half floats: rounded up or down by chance, so that small shares of a mean are not lost. What is a
// half float stays as it is. Hash: Jarzynski & Olano 2020, "Hash Functions for GPU Rendering", JCGT 9:3.
fn rounded(c: vec3f, seed: u32) -> vec3f {
    let state = seed * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    let chance = ((word >> 22u) ^ word) & 0x1FFFu;
    return bitcast<vec3f>((bitcast<vec3u>(c) + vec3u(chance)) & vec3u(0xFFFFE000u));
}

@compute @workgroup_size(8, 8)
fn resolve(@builtin(global_invocation_id) id: vec3u) {
    if (any(id.xy >= frame.size)) { return; }
    let pixel = vec2i(id.xy);
    let last = vec2i(frame.size) - 1;

    // What is around now.
    var sum = vec3f(0.0);
    var squares = vec3f(0.0);
    var around = 0.0;
    var count = 0.0;
    var nearest = -1.0;
    var nearest_at = pixel;
    for (var k = 0; k < 9; k++) {
        let at = clamp(pixel + vec2i(k % 3 - 1, k / 3 - 1), vec2i(0), last);
        let light = textureLoad(hdr, at, 0).rgb;
        let good = is_finite(light);
        let c = compressed(select(vec3f(0.0), light, good));
        sum += c;
        squares += c * c;
        around += select(0.0, luminance(light) / (1.0 + luminance(light)), good);
        count += select(0.0, 1.0, good);
        let d = textureLoad(depth, at, 0);
        nearest_at = select(nearest_at, at, d > nearest);
        nearest = max(nearest, d);
    }
    let mean = sum / max(count, 1.0);
    let level = around / max(count, 1.0);
    let spread = sqrt(max(squares / max(count, 1.0) - mean * mean, vec3f(0.0)));
    let own_light = textureLoad(hdr, pixel, 0);
    let own = own_light.rgb;
    let sound = is_finite(own);

    // What was there before.
    let i = id.y * frame.size.x + id.x;
    let stored = drift[i];
    let past = past_of(nearest_at, nearest);
    let before = (vec2f(pixel) + 0.5) / motion.size - past.motion;
    let pixels = length(past.motion * motion.size);
    // What is transparent has no depth here; it is taken to stand still, somewhat far away.
    let veil = select(0.0, saturate(1.0 - own_light.a), own_light.a >= 0.0);
    let assumed = max(nearest, select(VEIL_DEPTH, 0.5, frame.orthographic != 0u));
    let veil_pixels = length(still_past(pixel, assumed).motion * motion.size);
    let still = (pixels < NOT_MOVING) & ((veil < 0.02) | (veil_pixels < NOT_MOVING));
    let steady = still & (motion.steady != 0u);
    let held = select(history_at(before), textureLoad(history, pixel, 0), still);
    let depths = depths_before(before);
    let beyond = past.depth + select(past.depth * 0.05, 0.005, frame.orthographic != 0u);
    // All around was something nearer than the nearest is now; or it has just moved on.
    let hidden = (depths.x > beyond) | (still & ((stored.y & MOVED_BIT) != 0u) & (depths.y > beyond));
    let seen = (motion.followed != 0u) & all(abs(before - 0.5) <= vec2f(0.5)) & is_finite(held.rgb) & !hidden;
    let light = select(
        select(expanded(mean), own, sound), min(held.rgb * (frame.exposure / exposure_before), vec3f(65000.0)), seen
    );
    let now = select(light, own, sound);
    let frames = select(0.0, min(held.a, STILL), seen);

    // Whether the errors of the mean still cancel out. What is around is judged: that is steadier than the pixel.
    let errors = unpack2x16float(stored.x & ~IMPURE_BIT);
    let then = unpack2x16float(stored.y & ~MOVED_BIT);
    let brighter = then.x / max(1.0 - then.x, 1e-3) * (frame.exposure / exposure_before);
    let usual = select(level, brighter / (1.0 + brighter), seen & still & (frames > 1.0));
    let error = select(0.0, level - usual, sound);
    let drifts = select(0.0, mix(errors.x, error, QUICK), seen & still);
    let varies = select(0.0, mix(errors.y, abs(error), max(SLOW, 1.0 / (frames + 1.0))), seen & still);
    let persists = smoothstep(PERSISTS.x, PERSISTS.y, abs(drifts) / max(varies, 1e-5))
        * smoothstep(LARGE.x, LARGE.y, abs(drifts));
    let twice = select(0.0, min(abs(error), abs(then.y)), error * then.y > 0.0);
    let jumped = smoothstep(2.0, 3.0, twice / (errors.y + 0.002));
    let changed = max(jumped, select(0.0, persists, frames >= WARM));
    // A first sign of it: at the edge of a shadow that moves the past is held to what is around, to leave nothing behind.
    let strange = smoothstep(STRANGE.x, STRANGE.y, abs(error) / (errors.y + 0.004));
    let late = frames + 1.0 < min(f32(motion.followed), STILL);  // the history began here when something moved away
    let doubt = select(0.0, strange, seen & still & (frames >= select(WARM, 2.0, late)));
    let pure = !seen | (still & ((stored.x & IMPURE_BIT) == 0u) & (late | (doubt < 0.5)));

    // The past as far as the present bears it out.
    let long_still = max(select(0.0, 1.0, pure), smoothstep(MOVING, MOVING + 8.0, frames));
    let trust = select(0.0, long_still * (1.0 - changed) * (1.0 - doubt), seen & steady);
    let was = compressed(light);
    let away = abs(was - mean) / max(spread, vec3f(1e-3));
    let speed = smoothstep(SPEEDS.x, SPEEDS.y, max(pixels, veil * veil_pixels));
    let unsettled = select(speed, max(doubt, 1.0 - long_still), still);
    let quick = select(1.0, unsettled, motion.steady != 0u);
    let outside = max(1.0, largest(away) / mix(WIDE, 1.0, quick));
    let clipped = mean + (was - mean) / outside;
    // A mean of few frames may hold what was an error; more so where something has just moved away.
    let reach = select(1.0, max(4.0 * largest(spread), select(0.25, 0.05, late)), frames < WARM);
    let likely = clamp(was, mean - reach, mean + reach);
    let believed = select(expanded(mix(clipped, likely, trust)), light, !sound | ((trust > 0.999) & all(likely == was)));
    let doubted = frames / select(outside, 1.0, steady);
    let moving = mix(mix(MOVING, FAST, quick), VEILED, veil * smoothstep(0.1, 1.0, veil_pixels));
    let counted = min(mix(doubted, 0.0, changed), select(moving, mix(STILL, MOVING, doubt), steady));
    let share = 1.0 / (counted + 1.0);
    drift[i] = vec2u(
        pack2x16float(vec2f(drifts, varies) * (1.0 - changed)) | select(IMPURE_BIT, 0u, pure),
        pack2x16float(vec2f(usual + error * max(share, changed), error)) | select(MOVED_BIT, 0u, still),
    );
    let light_now = rounded(mix(believed, now, share), i ^ (motion.stamp << 16u) ^ (motion.stamp * 0x9E3779B9u));
    textureStore(resolved, id.xy, vec4f(light_now, counted + 1.0));
}
