// What the environment sheds on a matt surface.
use environment_light;

// Irradiance over π. Spherical harmonics, order 2 (Ramamoorthi & Hanrahan 2001); the coefficients hold the cosine lobe.
fn irradiance(direction: vec3f) -> vec3f {
    let n = environment_direction(direction);
    var e = frame.irradiance[0].rgb;
    e += frame.irradiance[1].rgb * n.y + frame.irradiance[2].rgb * n.z + frame.irradiance[3].rgb * n.x;
    e += frame.irradiance[4].rgb * (n.x * n.y) + frame.irradiance[5].rgb * (n.y * n.z);
    e += frame.irradiance[6].rgb * (3.0 * n.z * n.z - 1.0) + frame.irradiance[7].rgb * (n.x * n.z);
    e += frame.irradiance[8].rgb * (n.x * n.x - n.y * n.y);
    return max(e, vec3f(0.0)) * frame.environment_intensity;
}
