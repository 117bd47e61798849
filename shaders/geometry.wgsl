// Vertices and their transforms.

// An entry of the visible list: the instance, and the FACES that are drawn of what is transparent and in order.
fn row_of(entry: u32) -> u32 {
    return entry & 0x3FFFFFFFu;
}

fn faces_of(entry: u32) -> u32 {
    return entry >> 30u;
}

// Cigolle et al. 2014, "A Survey of Efficient Representations for Independent Unit Vectors", JCGT 3:2.
fn octahedral_decode(e: vec2f) -> vec3f {
    var v = vec3f(e, 1.0 - abs(e.x) - abs(e.y));
    let t = max(-v.z, 0.0);
    v.x += select(t, -t, v.x >= 0.0);
    v.y += select(t, -t, v.y >= 0.0);
    return normalize(v);
}

// The first axis of the basis of Duff et al. 2017, "Building an Orthonormal Basis, Revisited", JCGT 6:1.
fn duff_tangent(n: vec3f) -> vec3f {
    let s = select(-1.0, 1.0, n.z >= 0.0);
    let a = -1.0 / (s + n.z);
    return vec3f(1.0 + s * n.x * n.x * a, s * n.x * n.y * a, -s * n.x);
}

fn point_to_world(m: mat3x4<f32>, p: vec3f) -> vec3f {
    return vec4f(p, 1.0) * m;
}

fn vector_to_world(m: mat3x4<f32>, v: vec3f) -> vec3f {
    return vec4f(v, 0.0) * m;
}

// Normals go by the cofactor matrix; its determinant's sign mends mirrored transforms.
fn normal_to_world(m: mat3x4<f32>, n: vec3f) -> vec3f {
    let r0 = m[0].xyz;
    let r1 = m[1].xyz;
    let r2 = m[2].xyz;
    let c0 = cross(r1, r2);
    let cofactor = vec3f(dot(c0, n), dot(cross(r2, r0), n), dot(cross(r0, r1), n));
    return cofactor * select(-1.0, 1.0, dot(c0, r0) >= 0.0);
}
