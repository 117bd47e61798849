"""The structs that the CPU and the GPU share. The Loom fills the dtypes, the Fabric uploads them as they are."""

from __future__ import annotations

from enum import IntEnum, IntFlag

import numpy as np

from .layout import array, atomic, f32, i32, mat4, struct, u32, uvec2, uvec4, vec2, vec3, vec4

NONE = 0xFFFFFFFF
"""No texture, no object."""


class PipelineClass(IntEnum):
    """Which pipeline draws an instance. Mirrored ones (negative determinant) have their front faces clockwise."""

    OPAQUE = 0
    OPAQUE_MIRRORED = 1
    OPAQUE_DOUBLE_SIDED = 2
    MASK = 3
    MASK_MIRRORED = 4
    MASK_DOUBLE_SIDED = 5
    BLEND = 6


class MaterialFlag(IntFlag):
    """Bits of Material.flags."""

    MASK = 1
    BLEND = 2
    DOUBLE_SIDED = 4
    UNLIT = 8
    SPECULAR = 16  # another reflectance than that of an ior of 1.5
    CLEARCOAT = 32


SURFACE_FEATURES = MaterialFlag.SPECULAR | MaterialFlag.CLEARCOAT
"""What a material may need code for: shaders hold that of the features that a scene's materials use."""


class InstanceFlag(IntFlag):
    """Bits of Instance.flags."""

    MIRRORED = 1
    FIXED_RING = 2  # bits 2-3 of the flags are the ring that it stays in


class Faces(IntFlag):
    """Bits 30-31 of a sorted instance's entry in the visible list: what a draw shows. 0: as the material says."""

    FRONT = 1
    BACK = 2


class CullTest(IntFlag):
    """Bits of View.tests."""

    FRUSTUM = 1
    SMALL = 2  # bounds that hold no pixel's centre draw nothing
    RINGS = 4
    OCCLUSION = 8


class Ring(IntEnum):
    """Observer rings: bits 0-1 of an instance's state. Superposed and Dormant ones are not drawn."""

    ACTIVE = 0
    DECOHERING = 1
    SUPERPOSED = 2
    DORMANT = 3


class CullResult(IntEnum):
    """Why an instance was drawn or not: bits 4-6 of its state. Bit 2 is set when the last test found it visible."""

    DRAWN = 0
    OUTSIDE = 1
    SMALL = 2
    FAR = 3
    OCCLUDED = 4
    ABSENT = 5


class LightKind(IntEnum):
    """Light.kind."""

    SUN = 0
    POINT = 1
    SPOT = 2


class TextureUse(IntEnum):
    """The order of Material.slots."""

    BASE_COLOR = 0
    METALLIC_ROUGHNESS = 1
    NORMAL = 2
    OCCLUSION = 3
    EMISSIVE = 4
    SPECULAR = 5  # from here on with a feature alone, see FEATURE_USES
    SPECULAR_COLOR = 6
    CLEARCOAT = 7
    CLEARCOAT_ROUGHNESS = 8
    CLEARCOAT_NORMAL = 9


SRGB_USES = (TextureUse.BASE_COLOR, TextureUse.EMISSIVE, TextureUse.SPECULAR_COLOR)
FEATURE_USES = {MaterialFlag.SPECULAR: TextureUse.SPECULAR_COLOR, MaterialFlag.CLEARCOAT: TextureUse.CLEARCOAT_NORMAL}
"""The last slot that each surface feature reads."""

TEXTURE_SLOT = struct(
    "TextureSlot",
    texture=u32,  # row in the texture table, or NONE
    flags=u32,  # bits 0-1 wrap_u, 2-3 wrap_v (0 repeat, 1 clamp, 2 mirror), 4 nearest, 5 second UV set, 6 no mips
    offset=vec2,
    matrix=vec4,  # uv' = offset + (m00 u + m01 v, m10 u + m11 v), stored m00 m01 m10 m11
)

MATERIAL = struct(
    "Material",
    base_color=vec4,  # linear, alpha last
    emissive=vec3,  # linear, times its strength: cd/m²
    alpha_cutoff=f32,
    metallic=f32,
    roughness=f32,
    normal_scale=f32,
    occlusion_strength=f32,
    flags=u32,  # MaterialFlag
    textures=u32,  # bit i: slot i has a texture
    specular=f32,  # KHR_materials_specular: how much of the dielectric's reflection there is
    clearcoat=f32,
    reflectance=vec3,  # of the dielectric along its normal: that of its ior, times specular_color; may be above 1
    clearcoat_roughness=f32,
    clearcoat_normal_scale=f32,
    slots=array(TEXTURE_SLOT, len(TextureUse)),
)

TEXTURE = struct("Texture", pool=u32, layer=u32, size=uvec2)
"""Where a texture lies in the pooled texture arrays."""


class ToneMapOperator(IntEnum):
    """The names are those of the setting `tonemap.operator`."""

    NEUTRAL = 0
    AGX = 1
    ACES = 2
    REINHARD = 3
    NONE = 4


class EnvironmentSource(IntEnum):
    """Surroundings.source; the names are those of Environment.source."""

    SKY = 0  # sky_light.wgsl fills it
    COLOR = 1
    FILE = 2
    GRADIENT = 3


MESH = struct("Mesh", index_count=u32, first_index=u32, base_vertex=i32, vertex_count=u32, centre=vec3, radius=f32)
"""A mesh in the mega-buffers, and its bounding sphere in local space."""

INSTANCE = struct("Instance", batch=u32, material=u32, object=u32, flags=u32, significance=f32)
"""What an instance is, beside its transform. `object` is the row of the scene object; `batch` NONE draws nothing.

`significance` divides the distance that the observer rings judge by; 1 for an object one metre in radius or less.
"""

RENEWAL = struct("Renewal", row=u32, batch=u32, material=u32, object=u32, flags=u32, significance=f32)
"""What becomes of the instance in a row. In a list, the first one's `row` is how many follow."""

BATCH = struct("Batch", index_count=u32, first_index=u32, base_vertex=i32, first_slot=u32, pipeline=u32, mesh=u32)
"""All instances of one mesh in one pipeline class: one indirect draw, with its part of the visible list."""

DRAW_ARGS = struct(
    "DrawArgs", index_count=u32, instance_count=atomic(u32), first_index=u32, base_vertex=i32, first_instance=u32
)
"""Indirect draw arguments, as the API wants them."""

LIGHT = struct(
    "Light",
    position=vec3,  # world, metres
    kind=u32,  # LightKind
    direction=vec3,  # world, unit, the way the light travels
    range=f32,  # metres, 0 for no limit
    color=vec3,  # linear, times lux or candela
    spot_scale=f32,  # KHR_lights_punctual: saturate(cos * scale + offset)²
    spot_offset=f32,
    object=u32,  # NONE: the light is gone, and its row is free
    casts_shadows=u32,
    radius=f32,  # lamps: metres; suns: the tangent of half their angular diameter
    shadow=u32,  # its first map in Shadows.views, or NONE; the Fabric fills it in
)

CLUSTERING = struct(
    "Clustering",
    tiles=uvec2,  # across and down the picture
    slices=u32,  # along the depth
    words=u32,  # of 32 lights each
    tiles_per_pixel=vec2,
    room=u32,  # entries that there is room for in all lists together
    near=f32,  # metres: where the first slice begins
    first=f32,  # metres: where it ends, for perspective views
    slice_scale=f32,  # slices per doubling of the depth; for orthographic views: per metre
    reach=f32,  # metres: no light with a range comes as far
)
"""How the view is cut into clusters, and where their lists of lights are. See `cluster_grid.wgsl`."""

LIGHT_BOUNDS = struct(
    "LightBounds",
    centre=vec3,  # of a ball around what the light reaches; right, up and along the view from the eye, metres
    radius=f32,  # below 0 for lights that are in no cluster
    apex=vec3,
    cosine=f32,  # of half the cone; -1 for lights without one
    axis=vec3,  # unit
    range=f32,
    slack=f32,  # metres by which all of this may be off, for rounding
)
"""What a light with a range reaches, in view space."""

VIEW = struct(
    "View",
    view=mat4,  # view_from_world
    proj=mat4,
    view_proj=mat4,
    planes=array(vec4, 6),  # point inward, world space, unit normals
    eye=vec3,
    count=u32,  # instances
    forward=vec3,
    batches=u32,
    rings=vec3,  # metres of effective distance where Active, Decohering and Superposed end
    hysteresis=f32,  # part of a radius by which it must be overstepped outwards
    size=uvec2,  # pixels
    tests=u32,  # CullTest
    blend_slot=u32,  # first slot of the sorted transparent instances in the visible list, or NONE to leave them out
    slots=u32,  # length of the list that the early phase draws; the late phase's lies behind it
    orthographic=u32,
    turn=u32,  # counts frames: what is tested only now and then takes turns
    near=f32,
    in_order=u32,  # 1: what is transparent is sorted; 0: it is listed by batch, as all else
)
"""What one view's cull passes test against."""

MOST_SHADOW_VIEWS = 128
"""Shadow maps at a time: as many as a uniform buffer of 64 KiB holds CASTER_VIEWs."""

SHADOW_VIEW = struct(
    "ShadowView",
    from_world=mat4,
    centre=vec2,  # of its tile, in texels of its layer
    half_edge=f32,  # texels
    layer=u32,
    unit=vec2,  # depth that is as long as a texel is wide, where the depth is d: unit.x + unit.y * d
    spread=f32,  # texels of half shadow for each unit of depth between what casts it and what it falls on
    least=f32,  # texels: the smallest radius that edges are filtered with
    most=f32,  # texels: the largest
    band=f32,  # part of the map's half edge over which it gives way to the next one, 0 for none
    slack=f32,  # depth that single precision is wrong by so far from the origin; in perspective times its square
    count=u32,  # maps of this light from here on: cascades, or the six faces of a cube (+x -x +y -y +z -z)
)
"""A shadow map as the shading sees it: a tile of a layer, and how to find a point on it."""

SHADOWS = struct(
    "Shadows",
    fade=vec2,  # metres from the eye where a sun's shadows begin to fade, and where they have gone
    texel=f32,  # of a layer, as a part of its edge
    views=array(SHADOW_VIEW, MOST_SHADOW_VIEWS),
)

CASTER_VIEW = struct(
    "CasterView",
    view=VIEW,
    number=u32,  # in the i-th one: which shadow map is the i-th to be drawn in this frame
    without=u32,  # the object that carries the light, which does not stand in it
    padding=array(vec4, 7),
)
"""A shadow map as the cull sees it; 512 bytes, so that each can be bound by itself."""

SHADOW_ROUND = struct("ShadowRound", first=u32)
"""The first of the maps that one dispatch culls for."""

HI_Z = struct("HiZ", size=uvec2, source=u32, levels=u32)
"""One dispatch of the pyramid: pixels of the depth buffer, the level it reads (0 for that), the number of levels."""

DRAW_COMMAND = struct(
    "DrawCommand", index_count=u32, instance_count=u32, first_index=u32, base_vertex=i32, first_instance=u32
)
"""DrawArgs where nothing counts atomically."""

SORT = struct("Sort", k=u32, j=u32)
"""One step of the bitonic sort."""

ATMOSPHERE = struct(
    "Atmosphere",
    rayleigh=vec3,  # scattering by the air at sea level, 1/km
    rayleigh_height=f32,  # km
    ozone=vec3,  # absorption in the middle of its layer, 1/km
    ozone_middle=f32,  # km
    ground=vec3,  # albedo
    ozone_reach=f32,  # km
    sky_on_ground=vec3,  # irradiance of the ground by the sky, for a sun of 1 lux outside of the air
    haze_scattering=f32,  # at sea level, 1/km
    scale=vec3,  # of the sky-view table: the sun's colour over the luminance of the sky's irradiance
    haze_extinction=f32,
    sun=vec2,  # cosine and sine of its height
    haze_height=f32,
    haze_anisotropy=f32,
    bottom=f32,  # radius of the ground, km
    top=f32,  # radius where the air ends
    lowest=f32,  # altitude that nobody is taken to be below, km
    altitude=f32,  # of the eye, km
    horizon=f32,  # its height as seen from there, radians
    sun_radius=f32,
    transmittance_steps=u32,
    scattering_rays=u32,
    scattering_steps=u32,
    view_steps=u32,
)
"""What the tables of the sky are made from; see loom/atmosphere.py."""

AIR = struct(
    "Air",
    sun=vec3,  # world, unit, towards the sun that lights the sky
    light=u32,  # its row among the lights, or NONE without a physical sky
    through=vec3,  # how much of its light comes through the air
    rayleigh_height=f32,  # m
    rayleigh=vec3,  # scattering by the air at sea level, 1/m
    horizon=f32,  # its height, radians
    direct=vec3,  # what arrives of the sun at the eye, lux
    haze_scattering=f32,  # at sea level, 1/m
    diffuse=vec3,  # radiance of what was scattered more than once, per scattering coefficient
    haze_extinction=f32,
    disc=vec3,  # radiance of the sun outside of the air, or 0 where it is not shown
    haze_height=f32,  # m
    disc_radius=f32,  # radians
    haze_anisotropy=f32,
)
"""The physical sky as the frame's shaders see it; its look-up table is turned by `environment_turn`."""

FRAME = struct(
    "Frame",
    view=mat4,
    proj=mat4,
    view_proj=mat4,
    world_from_clip=mat4,
    eye=vec3,  # world, metres
    exposure=f32,  # multiplies every radiance before it is stored
    size=uvec2,  # pixels
    time=f32,  # seconds
    lights=u32,
    environment_turn=vec2,  # cosine and sine of the rotation about +Y
    environment_mips=f32,
    environment_intensity=f32,
    backdrop=vec3,
    background=u32,  # 1: the environment fills the background
    sample=u32,  # number of the sub-pixel frame: noise differs, so that what is summed up converges
    energy_compensation=u32,
    normal_variance=f32,  # specular antialiasing: how much of the normal's change per pixel is roughness; 0 for off
    orthographic=u32,
    forward=vec3,  # the way the camera looks
    air=AIR,
)

MOTION = struct(
    "Motion",
    before_from_clip=mat4,  # clip space of this frame, jitter and all → that of the frame before, without its jitter
    before_from_world=mat4,  # the same of the frame before, from the world
    size=vec2,  # pixels
    jitter=vec2,  # how far this picture is shifted, in parts of its size, y down
    jitter_before=vec2,
    stamp=u32,  # the frame's number, never 0
    placed_from=u32,  # where in the list of old transforms those of what was placed begin
    followed=u32,  # how many frames there were before, without a cut; at most 2**32 - 1
    steady=u32,  # 1: neither light nor materials were changed since then
)
"""What motion is seen against: the picture before."""

PICKING = struct("Picking", low=uvec2, high=uvec2)
"""Pixels of the picture that are asked about: from `low` up to, but without, `high`."""

DEBUG = struct(
    "Debug",
    world_from_frozen=mat4,  # world_from_clip of the observer that the cull was frozen with
    frozen=u32,
    frozen_far=f32,  # the depth at which its view is drawn to end
    level=u32,  # of the depth pyramid
    near=f32,  # metres
    cascades=u32,  # the first shadow map of a sun, or NONE
)
"""What the debug views are drawn with."""

OVERLAY_QUAD = struct("OverlayQuad", rect=vec4, color=vec4, glyph=u32)
"""A letter or a rectangle (glyph 0) over the picture: x, y, width, height in pixels; screen colour and alpha.

Glyphs from 256 on are written on the GPU: place g % 8 of the number that stands at mark (g - 256) / 8 of a scale.
"""

HUD_QUAD = struct(
    "HudQuad",
    rect=vec4,  # x, y, width, height in pixels
    color=u32,  # at the top: screen colour and alpha, 8 bits each, red lowest
    color_end=u32,  # at the bottom
    border_color=u32,
    source=u32,  # kind << 28 | y << 14 | x: 1 a glyph, 2 a picture, and where in its atlas; 0 a shape
    radius=f32,  # of the corners, pixels
    border=f32,  # pixels
    margin=f32,  # by how much the shape is smaller than `rect` on all sides, and its edge soft
    cut=f32,  # nothing is drawn to the right of so many pixels
)
"""A letter, a shape or a picture of the HUD."""

LINE = struct(
    "Line",
    a=vec3,  # world, metres
    color=u32,  # screen colour and alpha, 8 bits each, red lowest
    b=vec3,
    style=u32,  # bits 0-15 the width in 1/256 logical pixels; 16-23 how opaque it is behind things, of 255
)
"""A line over the finished picture."""

LINES_VIEW = struct(
    "LinesView",
    view_proj=mat4,  # clip_from_world, without the shift of averaged samples
    size=vec2,  # pixels
    density=f32,  # pixels per logical pixel
    near=f32,  # metres
)

TONEMAP = struct(
    "Tonemap",
    white=mat4,  # linear Rec.709 → the same with another white balance
    bloom_scale=vec2,  # pixel → place in the bloom texture, 0 to 1
    bloom=f32,  # part of all light that is scattered
    contrast=f32,
    saturation=f32,
    vignette=f32,
    sharpening=f32,
)

ACCUMULATION = struct("Accumulation", first=u32, share=f32)
"""`share`: 1 / the samples summed so far."""

BLOOM = struct("Bloom", spread=f32, steady=u32)

METER = struct(
    "Meter",
    size=uvec2,  # pixels
    step=u32,  # every so many pixels one is measured, in x and y
    metering=u32,  # Metering
    darkest=f32,  # parts of the weight that do not count
    brightest=f32,
    lowest=f32,  # log2 of the exposures that it stays between
    highest=f32,
    compensation=f32,  # stops
    seconds=f32,  # since the last picture; negative: adapt at once
    to_bright=f32,  # seconds in which nine tenths of a difference are made up for; 0 at once
    to_dark=f32,
)
"""How automatic exposure is found."""

HISTOGRAM_BINS = 256
"""Each an eighth of a stop wide."""

ADAPTED = struct("Adapted", exposure=f32, wanted=f32, used=f32)
"""The exposure of the next picture; log2 of what the last one asked for, without limits; and what that one had."""


class Metering(IntEnum):
    """Meter.metering; the names are those of the setting `exposure.metering`."""

    AVERAGE = 0
    CENTER = 1
    SPOT = 2


AMBIENT_OCCLUSION = struct(
    "AmbientOcclusion",
    size=uvec2,  # pixels
    grid=uvec2,  # what is searched: every pixel, or every other one in x and y
    ray_scale=vec2,  # pixels → metres one metre in front of a perspective camera, or of any orthographic one
    ray_offset=vec2,
    depth=vec2,  # perspective: near, 0; orthographic: the depth at the camera, and its change per metre
    orthographic=u32,
    stride=u32,  # pixels from one that is searched to the next
    phase=vec3,  # added to the pattern: turn of the slices, place of the steps, rounding
    slices=u32,
    steps=u32,  # to each side of a slice
    radius=f32,  # metres
    thickness=f32,  # metres
    intensity=f32,
    levels=array(uvec4, 2),  # where each level of depths begins
)

SURROUNDINGS = struct(
    "Surroundings",
    zenith=vec3,
    source=u32,
    horizon=vec3,
    size=u32,  # texels along an edge
    ground=vec3,
    scale=f32,  # of what is in the picture
    color=vec3,
)
"""What fills the environment cube; radiance, before its intensity."""

IRRADIANCE = array(vec4, 9)
"""SH L2 of the environment, already convolved with the cosine lobe, over π; alpha unused."""

LOBE_SAMPLES = 512
"""The most directions that a prefiltered texel is the mean of."""

PREFILTERING = struct("Prefiltering", lobe=array(vec4, LOBE_SAMPLES), samples=u32, size=u32)
"""How one level is prefiltered. lobe: x and y of the direction in the texel's tangent frame, level, weight."""

VERTEX = np.dtype(
    [
        ("frame", "<i2", 4),  # snorm16: octahedral normal x, y; the tangent's angle / π; its sign, 0 for no tangent
        ("uv0", "<f4", 2),
        ("uv1", "<f4", 2),
        ("color", "<u2", 4),  # unorm16, linear
    ]
)
"""The second vertex stream (32 bytes); the first is the position, float32 x 3.

The tangent is stored as its angle in the basis that Duff et al. 2017, "Building an Orthonormal Basis, Revisited"
(JCGT 6:1), gives for the decoded normal.
"""


def constants() -> str:
    """WGSL constants for NONE and every enumeration above."""
    lines = [f"const NONE = {NONE}u;"]
    for prefix, of in (
        ("PIPELINE", PipelineClass),
        ("MATERIAL", MaterialFlag),
        ("INSTANCE", InstanceFlag),
        ("FACES", Faces),
        ("TEST", CullTest),
        ("RING", Ring),
        ("RESULT", CullResult),
        ("LIGHT", LightKind),
        ("TONEMAP", ToneMapOperator),
        ("METERING", Metering),
        ("ENVIRONMENT", EnvironmentSource),
    ):
        lines += [f"const {prefix}_{member.name} = {member.value}u;" for member in of]
    return "\n".join(lines) + "\n"
