// What lies far away, seen through the air: it takes light away, and adds what it scatters towards the eye.
// After Hoffman & Preetham 2002, "Rendering Outdoor Light Scattering in Real Time", with exact optical depths in air that
// thins with the height, and the light of Hillaire 2020's multiple scattering.

// The mean of exp(-h / scale) over the heights from `low` to `high`.
fn mean_density(low: f32, high: f32, scale: f32) -> f32 {
    let x = (high - low) / scale;
    let flat = abs(x) < 1e-2;
    let mean = (exp(-low / scale) - exp(-high / scale)) / select(x, 1.0, flat);
    return select(mean, exp(-low / scale) * (1.0 - 0.5 * x), flat);
}

fn through_air(light: vec3f, position: vec3f, unlit: bool) -> vec3f {
    if (!AERIAL) { return light; }  // a constant: without a sky nothing of this is compiled
    let away = position - frame.eye;
    let distance = select(length(away), dot(away, frame.forward), frame.orthographic != 0u);
    let nu = dot(away, frame.air.sun) / max(length(away), 1e-6);
    let low = max(frame.eye.y, 0.0);
    let high = max(position.y, 0.0);
    let by_air = frame.air.rayleigh * (mean_density(low, high, frame.air.rayleigh_height) * distance);
    let haze = mean_density(low, high, frame.air.haze_height) * distance;
    let by_haze = frame.air.haze_scattering * haze;
    let depth = by_air + frame.air.haze_extinction * haze;
    let kept = exp(-depth);
    let g = frame.air.haze_anisotropy;
    let square = 1.0 + nu * nu;
    let air_phase = 0.0596831 * square;
    let haze_phase = 0.1193662 * (1.0 - g * g) / (2.0 + g * g) * square / pow(1.0 + g * g - 2.0 * g * nu, 1.5);
    let source = frame.air.direct * (by_air * air_phase + by_haze * haze_phase) + frame.air.diffuse * (by_air + by_haze);
    let seen = light * kept + source * (1.0 - kept) / max(depth, vec3f(1e-9));
    return select(seen, light, unlit);
}
