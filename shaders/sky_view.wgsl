// The sky all around the eye, and the ground far below it; without the sun's disc.
use atmosphere_tables;
use sky_direction;

fn scattered_more(altitude: f32, mu: f32) -> vec3f {
    let row = sqrt(altitude / (atmosphere.top - atmosphere.bottom));
    let uv = table_uv(vec2f(sign(mu) * sqrt(abs(mu)) * 0.5 + 0.5, row), textureDimensions(multiscattering));
    let root = textureSampleLevel(multiscattering, table_sampler, uv, 0.0).rgb;
    return root * root;
}

@compute @workgroup_size(8, 8)
fn look(@builtin(global_invocation_id) id: vec3u) {
    let size = textureDimensions(table_out);
    if (any(id.xy >= size)) { return; }
    let horizon = atmosphere.horizon;
    let d = sky_view_direction(id.xy, horizon, size);
    let hits = id.y >= size.y / 2u;
    let altitude = atmosphere.altitude;
    let r = atmosphere.bottom + altitude;
    let nu = dot(d.xy, atmosphere.sun);

    // Rayleigh's phase function, and Cornette and Shanks's 1992 for the haze.
    let g = atmosphere.haze_anisotropy;
    let by_air = 3.0 / (16.0 * PI) * (1.0 + nu * nu);
    let by_haze = 3.0 / (8.0 * PI) * (1.0 - g * g) / (2.0 + g * g) * (1.0 + nu * nu)
        / pow(1.0 + g * g - 2.0 * g * nu, 1.5);

    let reach = select(distance_to_top(altitude, d.y), distance_to_ground(altitude, d.y), hits);
    let steps = atmosphere.view_steps;
    var light = vec3f(0.0);
    var through = vec3f(1.0);
    for (var i = 0u; i < steps; i++) {
        let first = reach * step_end(i, steps);
        let last = reach * step_end(i + 1u, steps);
        let t = 0.5 * (first + last);
        let here = altitude_along(altitude, d.y, t);
        let there = (r * atmosphere.sun.y + t * nu) / (atmosphere.bottom + here);
        let medium = medium_at(here);
        var source = transmittance_to_top(here, there) * sun_above(here, there)
            * (medium.rayleigh * by_air + medium.haze * by_haze);
        source += scattered_more(here, there) * (medium.rayleigh + medium.haze);
        let kept = exp(-medium.extinction * (last - first));
        light += through * source * (1.0 - kept) / max(medium.extinction, vec3f(1e-9));
        through *= kept;
    }
    if (hits) {
        let there = (r * atmosphere.sun.y + reach * nu) / atmosphere.bottom;
        let lit = transmittance_to_top(0.0, there) * sun_above(0.0, there) * max(there, 0.0);
        light += through * (lit + atmosphere.sky_on_ground) * atmosphere.ground / PI;
    }
    textureStore(table_out, id.xy, vec4f(light * atmosphere.scale, 1.0));
}
