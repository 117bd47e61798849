// How much light comes from the end of the air to a point; the ground is not in the way.
use atmosphere;

@compute @workgroup_size(8, 8)
fn transmit(@builtin(global_invocation_id) id: vec3u) {
    let size = textureDimensions(table_out);
    if (any(id.xy >= size)) { return; }
    // Bruneton & Neyret 2008, "Precomputed Atmospheric Scattering", section 4: rows by the distance to the horizon,
    // columns by the distance to the end of the air.
    let end2 = above_ground(atmosphere.top - atmosphere.bottom);
    let end = sqrt(end2);
    let rho = unit_of_texel(id.y, size.y) * end;
    let altitude = rho * rho / (sqrt(rho * rho + atmosphere.bottom * atmosphere.bottom) + atmosphere.bottom);
    let nearest = atmosphere.top - atmosphere.bottom - altitude;
    let d = nearest + unit_of_texel(id.x, size.x) * (rho + end - nearest);
    let cosine = (end2 - rho * rho - d * d) / (2.0 * (atmosphere.bottom + altitude) * max(d, 1e-9));
    let mu = select(clamp(cosine, -1.0, 1.0), 1.0, d < 1e-4);

    let reach = distance_to_top(altitude, mu);
    var depth = vec3f(0.0);
    for (var i = 0u; i < atmosphere.transmittance_steps; i++) {
        let first = reach * step_end(i, atmosphere.transmittance_steps);
        let last = reach * step_end(i + 1u, atmosphere.transmittance_steps);
        depth += medium_at(altitude_along(altitude, mu, 0.5 * (first + last))).extinction * (last - first);
    }
    textureStore(table_out, id.xy, vec4f(exp(-depth), 1.0));
}
