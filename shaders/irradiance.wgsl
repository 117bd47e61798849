// What the environment sheds on a matt surface.
use environment_light;

// Irradiance over π. Spherical harmonics, order 2 (Ramamoorthi & Hanrahan 2001); the coefficients hold the cosine lobe.
fn irradiance(direction: vec3f) -> vec3f {
    let n = environment_direction(direction);
    var e = irradiance_sh[0].rgb;
    e += irradiance_sh[1].rgb * n.y + irradiance_sh[2].rgb * n.z + irradiance_sh[3].rgb * n.x;
    e += irradiance_sh[4].rgb * (n.x * n.y) + irradiance_sh[5].rgb * (n.y * n.z);
    e += irradiance_sh[6].rgb * (3.0 * n.z * n.z - 1.0) + irradiance_sh[7].rgb * (n.x * n.z);
    e += irradiance_sh[8].rgb * (n.x * n.x - n.y * n.y);
    return max(e, vec3f(0.0)) * frame.environment_intensity;
}
