// The environment convolved with GGX for one roughness: importance sampling with filtered look-ups.
// Karis 2013, "Real Shading in Unreal Engine 4"; Křivánek & Colbert 2008, "Real-time Shading with Filtered
// Importance Sampling".
use cube;

const PI = 3.14159265358979;

fn radical_inverse(bits: u32) -> f32 {
    return f32(reverseBits(bits)) * 2.3283064365386963e-10;
}

@compute @workgroup_size(8, 8)
fn prefilter(@builtin(global_invocation_id) id: vec3u) {
    let size = prefiltering.size;
    if (any(id.xy >= vec2u(size))) { return; }
    let n = cube_direction(id.z, (vec2f(id.xy) + 0.5) / f32(size));
    let up = select(vec3f(0.0, 0.0, 1.0), vec3f(1.0, 0.0, 0.0), abs(n.z) > 0.9);
    let x = normalize(cross(up, n));
    let y = cross(n, x);
    let alpha = max(prefiltering.roughness * prefiltering.roughness, 1e-3);
    let a2 = alpha * alpha;
    let texel = 4.0 * PI / (6.0 * f32(prefiltering.source_size * prefiltering.source_size));
    var sum = vec3f(0.0);
    var weight = 0.0;
    for (var i = 0u; i < prefiltering.samples; i++) {
        let u = vec2f((f32(i) + 0.5) / f32(prefiltering.samples), radical_inverse(i));
        let cos2 = (1.0 - u.x) / (1.0 + (a2 - 1.0) * u.x);
        let ch = sqrt(cos2);
        let sh = sqrt(max(1.0 - cos2, 0.0));
        let h = x * (sh * cos(2.0 * PI * u.y)) + y * (sh * sin(2.0 * PI * u.y)) + n * ch;
        let l = 2.0 * ch * h - n;
        let nl = dot(n, l);
        if (nl <= 0.0) { continue; }
        let d = cos2 * (a2 - 1.0) + 1.0;
        let pdf = a2 / (PI * d * d) * 0.25;
        let solid = 1.0 / (f32(prefiltering.samples) * pdf + 1e-9);
        let level = max(0.5 * log2(solid / texel) + 0.5, 0.0);
        sum += textureSampleLevel(source, clamp_sampler, l, level).rgb * nl;
        weight += nl;
    }
    textureStore(level_out, id.xy, id.z, vec4f(sum / max(weight, 1e-6), 1.0));
}
