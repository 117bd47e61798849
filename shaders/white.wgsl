// The debug view of light alone: every surface white, and nothing that it gives off itself.
use surface;

fn whitened(s: Surface) -> Surface {
    if (!WHITE) { return s; }
    var w = s;
    w.base_color = vec3f(1.0);
    w.metallic = 0.0;
    w.emissive = vec3f(0.0);
    w.reflectance = vec3f(0.04);
    w.specular = 1.0;
    w.clearcoat = 0.0;
    w.unlit = false;
    return w;
}
