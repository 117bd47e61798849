// Automatic exposure: a histogram of log2 luminance, the mean of its middle, and an eye that takes time to adapt.
use color;

const LOWEST = -12.0;  // log2 cd/m², where the first bin lies
const PER_STOP = 8.0;
const BINS = 256u;
const SHARES = 16.0;  // a pixel's whole weight
const PARTS = 16.0;  // of a bin, in which places within it are counted
const GREY = 0.18;  // what the mean becomes

// The weight of each bin; behind them, its weight times the place within the bin.
var<workgroup> counted: array<atomic<u32>, 512>;

fn weight(pixel: vec2f) -> f32 {
    let away = length(pixel - vec2f(meter.size) * 0.5) / f32(meter.size.y);
    // No branch on a uniform: llvmpipe (Mesa 22.3) would compile this anew for its value.
    let center = select(1.0, mix(1.0, 0.1, smoothstep(0.2, 0.6, away)), meter.metering == METERING_CENTER);
    return select(center, select(0.0, 1.0, away < 0.08), meter.metering == METERING_SPOT);
}

@compute @workgroup_size(16, 16)
fn measure(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
    atomicStore(&counted[lane], 0u);
    atomicStore(&counted[BINS + lane], 0u);
    workgroupBarrier();
    let pixel = id.xy * meter.step;
    if (all(pixel < meter.size)) {
        let light = luminance(storable(textureLoad(hdr, pixel, 0).rgb)) / frame.exposure;
        let place = (log2(max(light, 1e-10)) - LOWEST) * PER_STOP;
        let shares = u32(round(weight(vec2f(pixel) + 0.5) * SHARES));
        if (place >= 0.0 && shares > 0u) {  // what is darker counts as black, which says nothing
            let bin = min(u32(place), BINS - 1u);
            atomicAdd(&counted[bin], shares);
            atomicAdd(&counted[BINS + bin], shares * u32(round(saturate(place - f32(bin)) * PARTS)));
        }
    }
    workgroupBarrier();
    let found = atomicLoad(&counted[lane]);
    if (found > 0u) {
        atomicAdd(&histogram[lane], found);
        atomicAdd(&histogram[BINS + lane], atomicLoad(&counted[BINS + lane]));
    }
}

@compute @workgroup_size(1)
fn adapt() {
    var total = 0.0;
    for (var i = 0u; i < BINS; i++) { total += f32(atomicLoad(&histogram[i])); }
    let first = total * meter.darkest;
    let last = max(total * (1.0 - meter.brightest), first);
    var before = 0.0;
    var sum = 0.0;
    var kept = 0.0;
    for (var i = 0u; i < BINS; i++) {
        let here = f32(atomicLoad(&histogram[i]));
        let inside = max(min(before + here, last) - max(before, first), 0.0);
        if (inside > 0.0) {
            let within = f32(atomicLoad(&histogram[BINS + i])) / (here * PARTS);
            sum += inside * ((f32(i) + within) / PER_STOP + LOWEST);
            kept += inside;
        }
        before += here;
        atomicStore(&histogram[i], 0u);
        atomicStore(&histogram[BINS + i], 0u);
    }
    if (kept > 0.0) { adapted.wanted = log2(GREY) - sum / kept; }
    let wanted = clamp(adapted.wanted, meter.lowest, meter.highest) + meter.compensation;
    adapted.used = frame.exposure;
    let now = log2(frame.exposure);
    let time = select(meter.to_dark, meter.to_bright, wanted < now);
    // Nine tenths of the difference in `time` seconds.
    let part = select(1.0 - exp(-2.302585 * meter.seconds / max(time, 1e-6)), 1.0, meter.seconds < 0.0 || time <= 0.0);
    adapted.exposure = exp2(mix(now, wanted, part));
}
