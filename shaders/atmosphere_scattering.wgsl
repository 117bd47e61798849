// Light that was scattered more than once, per scattering coefficient: section 5.5 of the paper. It is taken to be
// isotropic from the second bounce on, and what comes near to be as what is here: a geometric series.
use atmosphere_tables;

@compute @workgroup_size(8, 8)
fn scatter(@builtin(global_invocation_id) id: vec3u) {
    let size = textureDimensions(table_out);
    if (any(id.xy >= size)) { return; }
    let s = unit_of_texel(id.x, size.x) * 2.0 - 1.0;
    let sun = vec2f(sqrt(max(1.0 - s * s * s * s, 0.0)), sign(s) * s * s);
    let row = unit_of_texel(id.y, size.y);
    let altitude = max(row * row * (atmosphere.top - atmosphere.bottom), atmosphere.lowest);
    let r = atmosphere.bottom + altitude;

    var second = vec3f(0.0);
    var transfer = vec3f(0.0);
    let rays = atmosphere.scattering_rays;
    let steps = atmosphere.scattering_steps;
    for (var ray = 0u; ray < rays; ray++) {
        // A Fibonacci lattice (Swinbank & Purser 2006).
        let mu = 1.0 - 2.0 * (f32(ray) + 0.5) / f32(rays);
        let turn = (f32(ray) + 0.5) * 2.39996322972865;
        let nu = sqrt(1.0 - mu * mu) * cos(turn) * sun.x + mu * sun.y;
        let hits = mu < horizon_cosine(altitude);
        let reach = select(distance_to_top(altitude, mu), distance_to_ground(altitude, mu), hits);
        var through = vec3f(1.0);
        for (var i = 0u; i < steps; i++) {
            let first = reach * step_end(i, steps);
            let last = reach * step_end(i + 1u, steps);
            let t = 0.5 * (first + last);
            let here = altitude_along(altitude, mu, t);
            let there = (r * sun.y + t * nu) / (atmosphere.bottom + here);
            let medium = medium_at(here);
            let kept = exp(-medium.extinction * (last - first));
            let part = through * (medium.rayleigh + medium.haze) * (1.0 - kept) / max(medium.extinction, vec3f(1e-9));
            second += transmittance_to_top(here, there) * sun_above(here, there) * part / (4.0 * PI);
            transfer += part;
            through *= kept;
        }
        if (hits) {
            let there = (r * sun.y + reach * nu) / atmosphere.bottom;
            let lit = transmittance_to_top(0.0, there) * sun_above(0.0, there) * max(there, 0.0);
            second += lit * through * atmosphere.ground / PI;
        }
    }
    let all = second / f32(rays) / (1.0 - min(transfer / f32(rays), vec3f(0.999)));
    // The root keeps the twilight within half floats.
    textureStore(table_out, id.xy, vec4f(sqrt(all), 1.0));
}
