// Spherical harmonics of order 2 of a cube level, with the cosine lobe over π in them: one workgroup sums all texels.
// Ramamoorthi & Hanrahan 2001, "An Efficient Representation for Irradiance Environment Maps".
use cube;

const LANES = 64u;
const PI = 3.14159265358979;

var<workgroup> sums: array<array<vec4f, 9>, LANES>;

@compute @workgroup_size(LANES)
fn project(@builtin(local_invocation_index) lane: u32) {
    let size = textureDimensions(level_in).x;
    var sum: array<vec4f, 9>;  // alpha of the first: the weights
    for (var i = lane; i < 6u * size * size; i += LANES) {
        let p = vec2u(i % size, i / size % size);
        let face = i / (size * size);
        let at = (vec2f(p) + 0.5) / f32(size);
        let d = cube_direction(face, at);
        let light = vec4f(textureLoad(level_in, p, face, 0).rgb, 1.0) * cube_solid_angle(at);
        sum[0] += light;
        sum[1] += light * d.y;
        sum[2] += light * d.z;
        sum[3] += light * d.x;
        sum[4] += light * (d.x * d.y);
        sum[5] += light * (d.y * d.z);
        sum[6] += light * (3.0 * d.z * d.z - 1.0);
        sum[7] += light * (d.x * d.z);
        sum[8] += light * (d.x * d.x - d.y * d.y);
    }
    sums[lane] = sum;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        if (lane < half) {
            for (var k = 0u; k < 9u; k++) { sums[lane][k] += sums[lane + half][k]; }
        }
        workgroupBarrier();
    }
    if (lane > 0u) { return; }
    // Basis functions squared, times the cosine lobe over π, times the whole sphere: 4π over all weights.
    let scale = 4.0 * PI / sums[0][0].a;
    let bands = array(
        1.0 / (4.0 * PI),
        0.5 / PI, 0.5 / PI, 0.5 / PI,  // 3/4π * 2/3
        0.9375 / PI, 0.9375 / PI, 0.078125 / PI, 0.9375 / PI, 0.234375 / PI,  // 15/4π, 5/16π, 15/16π * 1/4
    );
    for (var k = 0u; k < 9u; k++) {
        irradiance_out[k] = vec4f(sums[0][k].rgb * (scale * bands[k]), 0.0);
    }
}
