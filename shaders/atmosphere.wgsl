// The air: what it scatters and takes away, and the way through it. Kilometres; cosines are against the zenith.
// Hillaire 2020, "A Scalable and Production Ready Sky and Atmosphere Rendering Technique". Its twin is loom/atmosphere.py.

const PI = 3.14159265358979;

// r² - bottom², without cancellation.
fn above_ground(altitude: f32) -> f32 {
    return altitude * (2.0 * atmosphere.bottom + altitude);
}

fn horizon_cosine(altitude: f32) -> f32 {
    return -sqrt(above_ground(altitude)) / (atmosphere.bottom + altitude);
}

fn distance_to_top(altitude: f32, mu: f32) -> f32 {
    let along = (atmosphere.bottom + altitude) * mu;
    let room = max(above_ground(atmosphere.top - atmosphere.bottom) - above_ground(altitude), 0.0);
    let root = sqrt(along * along + room);
    return select(root - along, room / max(root + along, 1e-9), along > 0.0);
}

// To the nearer point where the ray meets the ground; of a ray that misses it, to where it is nearest.
fn distance_to_ground(altitude: f32, mu: f32) -> f32 {
    let along = -(atmosphere.bottom + altitude) * mu;
    return above_ground(altitude) / max(along + sqrt(max(along * along - above_ground(altitude), 0.0)), 1e-9);
}

fn altitude_along(altitude: f32, mu: f32, distance: f32) -> f32 {
    let square = above_ground(altitude) + distance * (2.0 * (atmosphere.bottom + altitude) * mu + distance);
    return max(square / (sqrt(max(atmosphere.bottom * atmosphere.bottom + square, 0.0)) + atmosphere.bottom), 0.0);
}

struct Medium {
    rayleigh: vec3f,
    haze: f32,
    extinction: vec3f,
};

fn medium_at(altitude: f32) -> Medium {
    let rayleigh = atmosphere.rayleigh * exp(-altitude / atmosphere.rayleigh_height);
    let density = exp(-altitude / atmosphere.haze_height);
    let layer = max(0.0, 1.0 - abs(altitude - atmosphere.ozone_middle) / atmosphere.ozone_reach);
    let extinction = rayleigh + atmosphere.haze_extinction * density + atmosphere.ozone * layer;
    return Medium(rayleigh, atmosphere.haze_scattering * density, extinction);
}

// How much of the sun's disc is above the horizon.
fn sun_above(altitude: f32, mu: f32) -> f32 {
    return smoothstep(-atmosphere.sun_radius, atmosphere.sun_radius, mu - horizon_cosine(altitude));
}

// Where steps lie along a ray: denser at its beginning.
fn step_end(i: u32, steps: u32) -> f32 {
    let x = f32(i) / f32(steps);
    return x * x;
}

// Texels hold the table's ends at their middles.
fn unit_of_texel(texel: u32, size: u32) -> f32 {
    return f32(texel) / f32(size - 1u);
}
