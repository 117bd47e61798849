// The sky as the finest level of the environment's cube, the sun over +X; without its disc, which is a light by itself.
use cube;
use sky_direction;

@compute @workgroup_size(8, 8)
fn fill(@builtin(global_invocation_id) id: vec3u) {
    let size = textureDimensions(level_out);
    if (any(id.xy >= size)) { return; }
    let table = vec2f(textureDimensions(sky_view));
    var sum = vec3f(0.0);
    for (var i = 0u; i < 4u; i++) {
        let at = (vec2f(id.xy) + 0.25 + 0.5 * vec2f(f32(i & 1u), f32(i >> 1u))) / vec2f(size);
        let uv = sky_view_uv(cube_direction(id.z, at), atmosphere.horizon, table);
        sum += textureSampleLevel(sky_view, table_sampler, uv, 0.0).rgb;
    }
    textureStore(level_out, id.xy, id.z, vec4f(sum * 0.25, 1.0));
}
