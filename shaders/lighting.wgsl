// All light that reaches a surface, and what of it goes to the eye: lights, the environment, what the surface gives off.
use brdf;
use lights;
use clusters;
use shadows;

fn shade(s: Surface, position: vec3f, pixel: vec2f) -> vec3f {
    if (s.unlit) { return s.base_color / frame.exposure; }  // on the screen as it is, however bright the scene
    let lobes = lobes_of(s, select(normalize(frame.eye - position), -frame.forward, frame.orthographic != 0u));

    var light = emit(lobes, s);
    let near = lights_near(position, pixel);
    for (var k = 0u; k < near.count; k++) {
        let i = light_number(near, k);
        let arriving = light_at(i, position);
        if (any(arriving.radiance > vec3f(0.0)) && faces(lobes, arriving.direction)) {
            let visible = light_visibility(i, position, s.geometric_normal, arriving.direction, pixel);
            light += reflect_light(lobes, arriving.direction) * arriving.radiance * visible;
        }
    }
    return light + reflect_environment(lobes, openness(s, pixel));
}
