// From the surfaces that `pick.wgsl` drew to the answer: one pixel's, or the set of objects in a rectangle.

@compute @workgroup_size(1)
fn pixel() {
    let surface = textureLoad(surfaces, picking.low, 0);
    atomicStore(&found[0], surface.x);
    atomicStore(&found[1], surface.y);
    atomicStore(&found[2], bitcast<u32>(textureLoad(depth, picking.low, 0)));
}

// One bit for every object.
@compute @workgroup_size(8, 8)
fn rectangle(@builtin(global_invocation_id) id: vec3u) {
    let at = picking.low + id.xy;
    if (any(at >= picking.high)) { return; }
    let surface = textureLoad(surfaces, at, 0).x;
    if (surface == 0u) { return; }
    let word = (surface - 1u) / 32u;
    let bit = 1u << ((surface - 1u) % 32u);
    // Neighbours mostly show the same object: looking first saves nearly all of the writes.
    if ((atomicLoad(&found[word]) & bit) == 0u) { atomicOr(&found[word], bit); }
}
