// The environment convolved with GGX for one roughness: the weighted mean of filtered look-ups. Where they lie, how
// wide they are and what they weigh is the same for every texel: see lobe_samples in environment_cube.py.
use cube;

@compute @workgroup_size(8, 8)
fn prefilter(@builtin(global_invocation_id) id: vec3u) {
    let size = prefiltering.size;
    if (any(id.xy >= vec2u(size))) { return; }
    let n = cube_direction(id.z, (vec2f(id.xy) + 0.5) / f32(size));
    let up = select(vec3f(0.0, 0.0, 1.0), vec3f(1.0, 0.0, 0.0), abs(n.z) > 0.9);
    let x = normalize(cross(up, n));
    let y = cross(n, x);
    // Texels are smaller towards the corners of a face.
    let m = max(max(abs(n.x), abs(n.y)), abs(n.z));
    let smaller = -1.5 * log2(m);
    var sum = vec3f(0.0);
    for (var i = 0u; i < prefiltering.samples; i++) {
        let s = prefiltering.lobe[i];  // x, y, level, weight
        let l = x * s.x + y * s.y + n * sqrt(1.0 - s.x * s.x - s.y * s.y);
        sum += textureSampleLevel(source, clamp_sampler, l, max(s.z + smaller, 0.0)).rgb * s.w;
    }
    textureStore(level_out, id.xy, id.z, vec4f(sum, 1.0));
}
