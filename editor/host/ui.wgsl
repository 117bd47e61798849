// What Dear ImGui lays out: triangles with a colour and a picture, both in the screen's own (encoded) values.

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) color: vec4f,
    @location(1) uv: vec2f,
};

@vertex
fn vertex(@location(0) position: vec2f, @location(1) uv: vec2f, @location(2) color: vec4f) -> Corner {
    return Corner(vec4f(position * page.xy + page.zw, 0.0, 1.0), color, uv);
}

@fragment
fn fragment(in: Corner) -> @location(0) vec4f {
    return in.color * textureSample(picture, smoothly, in.uv);
}
