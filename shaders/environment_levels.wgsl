// Halves a cube level: the mean of four texels, each by its solid angle, so that no light is lost or won.
use cube;

@compute @workgroup_size(8, 8)
fn halve(@builtin(global_invocation_id) id: vec3u) {
    let size = textureDimensions(level_out).x;
    if (any(id.xy >= vec2u(size))) { return; }
    var sum = vec3f(0.0);
    var weight = 0.0;
    for (var i = 0u; i < 4u; i++) {
        let p = id.xy * 2u + vec2u(i & 1u, i >> 1u);
        let w = cube_solid_angle((vec2f(p) + 0.5) / f32(2u * size));
        sum += textureLoad(level_in, p, id.z, 0).rgb * w;
        weight += w;
    }
    textureStore(level_out, id.xy, id.z, vec4f(sum / weight, 1.0));
}
