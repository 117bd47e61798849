// The clusters of a view: tiles of the picture times slices of the depth (Olsson, Billeter & Assarsson 2012, "Clustered
// Deferred and Forward Shading"). Slices grow with the depth (Sousa & Geffroy 2016, "The Devil is in the Details:
// idTech 666"); those of orthographic views are equally thick. The last one has no end.

// Depth: metres along the view.
fn cluster_slice(depth: f32) -> u32 {
    let t = select(
        1.0 + log2(max(depth, 1e-20) / clustering.first) * clustering.slice_scale,
        (depth - clustering.near) * clustering.slice_scale,
        frame.orthographic != 0u,
    );
    return u32(clamp(t, 0.0, f32(clustering.slices - 1u)));
}

// Pixel: from the top left, the first one's centre at (0.5, 0.5).
fn cluster_at(pixel: vec2f, depth: f32) -> u32 {
    let tile = min(vec2u(max(pixel, vec2f(0.0)) * clustering.tiles_per_pixel), clustering.tiles - 1u);
    return (cluster_slice(depth) * clustering.tiles.y + tile.y) * clustering.tiles.x + tile.x;
}

fn cluster_count() -> u32 {
    return clustering.tiles.x * clustering.tiles.y * clustering.slices;
}

// light_lists: for each cluster, and behind them for the lights that act everywhere, where its list begins and how long
// it is (NONE: there was no room for it); then the lists.
fn light_list_base() -> u32 {
    return 2u * (cluster_count() + 1u);
}
