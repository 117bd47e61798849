// The depth pyramid in a buffer: level 1 first, rows of ceil(size / 2^level) texels, each the farthest (smallest,
// depth being reversed) of the pixels that it covers.

fn hi_z_size(size: vec2u, level: u32) -> vec2u {
    return (size + vec2u((1u << level) - 1u)) >> vec2u(level);
}

fn hi_z_levels(size: vec2u) -> u32 {
    return max(firstLeadingBit(max(max(size.x, size.y), 2u) - 1u) + 1u, 1u);
}

fn hi_z_offset(size: vec2u, level: u32) -> u32 {
    var offset = 0u;
    for (var i = 1u; i < level; i++) {
        let s = hi_z_size(size, i);
        offset += s.x * s.y;
    }
    return offset;
}
