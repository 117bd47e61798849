"""Every bind group that the frame uses, declared once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from . import structs as s
from .bindings import COMPUTE, FRAGMENT, VERTEX, Bindings, Slot, image, sampler, storage, texture, uniform
from .layout import affine, array, atomic, f32, runtime_array, u32, uvec2, uvec4, vec4

ALL = VERTEX | FRAGMENT | COMPUTE
POOLS = 8
"""At most how many pooled texture arrays a scene uses: one per size and format."""


def _visible(slot: Slot, stages: int) -> Slot:
    return Slot(slot.wgsl, {**slot.entry, "visibility": stages}, slot.declares)


FRAME = Bindings(
    "frame",
    ALL,
    frame=uniform(s.FRAME),
    lights=_visible(storage(runtime_array(s.LIGHT)), FRAGMENT),
    environment=_visible(texture("cube"), FRAGMENT),
    irradiance_sh=uniform(s.IRRADIANCE),
    dfg=_visible(texture(), FRAGMENT),
    clamp_sampler=_visible(sampler(), FRAGMENT),
)

MAIN = Bindings(
    "pass",
    FRAGMENT,
    shadows=uniform(s.SHADOWS),
    shadow_maps=texture("2d-array", "depth"),
    shadow_sampler=sampler("non-filtering"),
    clustering=uniform(s.CLUSTERING),
    light_lists=storage(runtime_array(u32)),
    ambient_occlusion=texture("2d", "unfilterable-float"),
)


@dataclass(frozen=True)
class Shadowing:
    """What a shader needs of shadows: whether there are any, taps for each lookup, and whether their edges widen."""

    on: bool = False
    taps: int = 8
    soft: bool = False

    def wgsl(self) -> str:
        """SHADOW_VIEWS, SHADOWS_ON, SHADOW_TAPS, SHADOWS_SOFT."""
        on, soft = ("true" if flag else "false" for flag in (self.on, self.soft))
        views = f"const SHADOW_VIEWS = {s.MOST_SHADOW_VIEWS}u;\n"
        return f"{views}const SHADOWS_ON = {on};\nconst SHADOW_TAPS = {self.taps}u;\nconst SHADOWS_SOFT = {soft};\n"


@dataclass(frozen=True)
class Lighting:
    """What a program that shades needs to know of light: shadows, and whether lamps are looked up in the clusters.

    aerial: whether surfaces are seen through the air of a sky.  occluded: whether they read ambient occlusion.
    white: whether they are all white, for the debug view.
    """

    shadows: Shadowing = Shadowing()
    clustered: bool = False
    aerial: bool = False
    occluded: bool = False
    white: bool = False

    def wgsl(self) -> str:
        """The constants of the shadows, CLUSTERED, AERIAL, AMBIENT_OCCLUSION, and WHITE."""
        flags = {
            "CLUSTERED": self.clustered,
            "AERIAL": self.aerial,
            "AMBIENT_OCCLUSION": self.occluded,
            "WHITE": self.white,
        }
        return self.shadows.wgsl() + "".join(f"const {name} = {str(on).lower()};\n" for name, on in flags.items())


DEPTH = Bindings("pass", VERTEX, view=uniform(s.VIEW))


@cache
def materials(pools: int) -> Bindings:
    """Surfaces, for a scene with this many texture pools: shaders then hold no code for what is not there."""
    return Bindings(
        "material",
        FRAGMENT,
        materials=storage(runtime_array(s.MATERIAL)),
        textures=storage(runtime_array(s.TEXTURE)),
        **{f"pool_{i}": texture("2d-array") for i in range(pools)},
        texture_sampler=sampler(),
    )


@dataclass(frozen=True)
class Sampling:
    """What the shaders of a scene's surfaces are made for: textures, and features of materials that are in use.

    pools: how many texture pools there are.  taps: how many anisotropic ones the shader takes; 1 leaves anisotropy to
    the sampler.  features: bits of structs.SURFACE_FEATURES.
    """

    pools: int
    taps: int
    features: int = 0

    @property
    def bare(self) -> Sampling:
        """For passes that read textures and shade nothing: the same whatever the features."""
        return Sampling(self.pools, self.taps)

    def wgsl(self) -> str:
        """TEXTURE_POOLS, SHADER_TAPS, SURFACE_*, SLOT_*, and `sample_pool`, which works in any control flow.

        SURFACE_SLOTS is how many of a material's textures are looked at; SLOT_* of one beyond them is 0, and not used.
        """
        last_use = max([s.TextureUse.EMISSIVE, *(use for f, use in s.FEATURE_USES.items() if self.features & f)])
        features = "".join(
            f"const SURFACE_{f.name} = {'true' if self.features & f else 'false'};\n" for f in s.SURFACE_FEATURES
        ) + "".join(f"const SLOT_{use.name} = {use if use <= last_use else 0}u;\n" for use in s.TextureUse)
        read = "textureSampleGrad(pool_{i}, texture_sampler, uv, layer, dx, dy)"
        cases = "".join(f"        case {i}u: {{ return {read.format(i=i)}; }}\n" for i in range(self.pools - 1))
        last = read.format(i=self.pools - 1) if self.pools else "vec4f(1.0)"
        return (
            f"const TEXTURE_POOLS = {self.pools}u;\nconst SHADER_TAPS = {self.taps}u;\n"
            f"const SURFACE_SLOTS = {last_use + 1}u;\n{features}"
            "fn sample_pool(pool: u32, uv: vec2f, layer: u32, dx: vec2f, dy: vec2f) -> vec4f {\n"
            f"    switch (pool) {{\n{cases}        default: {{ return {last}; }}\n    }}\n}}\n"
        )


DRAW = Bindings(
    "draw",
    VERTEX | FRAGMENT,
    transforms=_visible(storage(runtime_array(affine)), VERTEX),
    instances=storage(runtime_array(s.INSTANCE)),
    visible=_visible(storage(runtime_array(u32)), VERTEX),
)

CULL = Bindings(
    "kernel",
    COMPUTE,
    view=uniform(s.VIEW),
    spheres=storage(runtime_array(vec4)),
    instances=storage(runtime_array(s.INSTANCE)),
    batches=storage(runtime_array(s.BATCH)),
    args=storage(runtime_array(s.DRAW_ARGS), write=True),
    visible=storage(runtime_array(u32), write=True),
    blend_items=storage(runtime_array(uvec2), write=True),
    states=storage(runtime_array(u32), write=True),
    depth=texture("2d", "depth"),
    hi_z=storage(runtime_array(f32)),
)

CLUSTERS = Bindings(
    "pass",
    COMPUTE,
    clustering=uniform(s.CLUSTERING),
    lamps=storage(runtime_array(s.LIGHT)),
    light_bounds=storage(runtime_array(s.LIGHT_BOUNDS), write=True),
    light_masks=storage(runtime_array(u32), write=True),
    light_lists=storage(runtime_array(u32), write=True),
    light_demand=storage(runtime_array(atomic(u32)), write=True),
)

SHADOW_CULL = Bindings(
    "kernel",
    COMPUTE,
    casters=uniform(array(s.CASTER_VIEW, s.MOST_SHADOW_VIEWS)),
    shadow_round=uniform(s.SHADOW_ROUND),
    spheres=storage(runtime_array(vec4)),
    instances=storage(runtime_array(s.INSTANCE)),
    batches=storage(runtime_array(s.BATCH)),
    args=storage(runtime_array(s.DRAW_ARGS), write=True),
    visible=storage(runtime_array(u32), write=True),
)

HI_Z_FIRST = Bindings(
    "kernel",
    COMPUTE,
    reduction=storage(s.HI_Z),
    depth=texture("2d", "depth"),
    hi_z=storage(runtime_array(f32), write=True),
)

HI_Z_NEXT = Bindings("kernel", COMPUTE, reduction=storage(s.HI_Z), hi_z=storage(runtime_array(f32), write=True))

BLEND_SORT = Bindings(
    "kernel",
    COMPUTE,
    view=uniform(s.VIEW),
    sorting=uniform(s.SORT),
    instances=storage(runtime_array(s.INSTANCE)),
    batches=storage(runtime_array(s.BATCH)),
    blend_items=storage(runtime_array(uvec2), write=True),
    blend_args=storage(runtime_array(s.DRAW_COMMAND), write=True),
    materials=storage(runtime_array(s.MATERIAL)),
    visible=storage(runtime_array(u32), write=True),
)

BOUNDS = Bindings(
    "kernel",
    COMPUTE,
    transforms=storage(runtime_array(affine), write=True),
    spheres=storage(runtime_array(vec4), write=True),
    instances=storage(runtime_array(s.INSTANCE)),
    batches=storage(runtime_array(s.BATCH)),
    meshes=storage(runtime_array(s.MESH)),
    dirty_rows=storage(runtime_array(u32)),
    dirty_transforms=storage(runtime_array(affine)),
)

PLACE = Bindings(
    "kernel",
    COMPUTE,
    transforms=storage(runtime_array(affine), write=True),
    spheres=storage(runtime_array(vec4), write=True),
    instances=storage(runtime_array(s.INSTANCE)),
    batches=storage(runtime_array(s.BATCH)),
    meshes=storage(runtime_array(s.MESH)),
    moved=storage(runtime_array(u32)),
)

RENEW = Bindings(
    "kernel",
    COMPUTE,
    transforms=storage(runtime_array(affine)),
    spheres=storage(runtime_array(vec4), write=True),
    instances=storage(runtime_array(s.INSTANCE), write=True),
    batches=storage(runtime_array(s.BATCH)),
    meshes=storage(runtime_array(s.MESH)),
    states=storage(runtime_array(u32), write=True),
    renewals=storage(runtime_array(s.RENEWAL)),
)

REMEMBER = Bindings(
    "kernel",
    COMPUTE,
    motion=uniform(s.MOTION),
    transforms=storage(runtime_array(affine)),
    instances=storage(runtime_array(s.INSTANCE)),
    moved=storage(runtime_array(u32)),
    renewals=storage(runtime_array(s.RENEWAL)),
    past=storage(runtime_array(uvec2), write=True),
    past_transforms=storage(runtime_array(affine), write=True),
)

DEPTH_MOTION = Bindings(
    "pass",
    VERTEX,
    view=uniform(s.VIEW),
    motion=_visible(uniform(s.MOTION), VERTEX | FRAGMENT),
    past=storage(runtime_array(uvec2)),
    past_transforms=storage(runtime_array(affine)),
)

TAA = Bindings(
    "kernel",
    COMPUTE,
    frame=uniform(s.FRAME),
    motion=uniform(s.MOTION),
    exposure_before=uniform(f32),
    hdr=texture("2d", "unfilterable-float"),
    depth=texture("2d", "depth"),
    moved=texture("2d", "unfilterable-float"),
    history=texture(),
    depth_before=texture("2d", "depth"),
    clamp_sampler=sampler(),
    drift=storage(runtime_array(uvec2), write=True),
    resolved=image("rgba16float"),
)

FXAA = Bindings("kernel", FRAGMENT, toned=texture(), clamp_sampler=sampler())

MOTION_VIEW = Bindings(
    "pass",
    FRAGMENT,
    motion=uniform(s.MOTION),
    depth=texture("2d", "depth"),
    moved=texture("2d", "unfilterable-float"),
)

PICK = Bindings(
    "pass",
    COMPUTE,
    picking=uniform(s.PICKING),
    surfaces=texture("2d", "uint"),
    depth=texture("2d", "depth"),
    found=storage(runtime_array(atomic(u32)), write=True),
)

DEBUG = Bindings(
    "pass",
    VERTEX | FRAGMENT,
    debug=uniform(s.DEBUG),
    batches=_visible(storage(runtime_array(s.BATCH)), VERTEX),
    meshes=_visible(storage(runtime_array(s.MESH)), VERTEX),
    states=_visible(storage(runtime_array(u32)), VERTEX),
    hi_z=storage(runtime_array(f32)),
    shadows=_visible(uniform(s.SHADOWS), FRAGMENT),
    ambient_occlusion=_visible(texture("2d", "unfilterable-float"), FRAGMENT),
)

VIEW_SHOW = Bindings(
    "pass",
    VERTEX | FRAGMENT,
    values=texture("2d", "unfilterable-float"),
    histogram=storage(runtime_array(u32)),
)

OVERLAY = Bindings(
    "pass",
    VERTEX,
    quads=storage(runtime_array(s.OVERLAY_QUAD)),
    values=texture("2d", "unfilterable-float"),
    font=_visible(storage(runtime_array(u32)), FRAGMENT),
)

HUD = Bindings(
    "pass",
    FRAGMENT,
    hud_quads=_visible(storage(runtime_array(s.HUD_QUAD)), VERTEX | FRAGMENT),
    glyphs=texture("2d", "unfilterable-float"),
    pictures=texture("2d", "unfilterable-float"),
)

LINES = Bindings(
    "pass",
    FRAGMENT,
    lines_view=_visible(uniform(s.LINES_VIEW), VERTEX | FRAGMENT),
    lines=_visible(storage(runtime_array(s.LINE)), VERTEX | FRAGMENT),
    depth=texture("2d", "depth"),
)

ACCUMULATE = Bindings(
    "pass",
    COMPUTE,
    accumulation=uniform(s.ACCUMULATION),
    hdr=texture("2d", "unfilterable-float"),
    accumulated=storage(runtime_array(vec4), write=True),
    mean=image("rgba16float"),
)

AO_DEPTHS = Bindings(
    "kernel",
    COMPUTE,
    ao=uniform(s.AMBIENT_OCCLUSION),
    depth=texture("2d", "depth"),
    view_depths=storage(runtime_array(f32), write=True),
)

AO_SEARCH = Bindings(
    "kernel",
    COMPUTE,
    ao=uniform(s.AMBIENT_OCCLUSION),
    view_depths=storage(runtime_array(f32)),
    found=storage(runtime_array(uvec4), write=True),
)

AO_DENOISE = Bindings(
    "kernel",
    COMPUTE,
    ao=uniform(s.AMBIENT_OCCLUSION),
    found=storage(runtime_array(uvec4)),
    smoothed=storage(runtime_array(uvec4), write=True),
    ao_out=image("rgba16float"),
)

AO_UPSAMPLE = Bindings(
    "kernel",
    COMPUTE,
    ao=uniform(s.AMBIENT_OCCLUSION),
    view_depths=storage(runtime_array(f32)),
    smoothed=storage(runtime_array(uvec4)),
    ao_out=image("rgba16float"),
)

BLOOM_DOWN = Bindings(
    "kernel",
    COMPUTE,
    bloom=uniform(s.BLOOM),
    source=texture(),
    clamp_sampler=sampler(),
    level_out=image("rgba16float"),
)

BLOOM_UP = Bindings(
    "kernel",
    COMPUTE,
    bloom=uniform(s.BLOOM),
    source=texture(),
    coarser=texture(),
    clamp_sampler=sampler(),
    level_out=image("rgba16float"),
)

METER = Bindings(
    "kernel",
    COMPUTE,
    meter=uniform(s.METER),
    frame=uniform(s.FRAME),
    hdr=texture("2d", "unfilterable-float"),
    histogram=storage(array(atomic(u32), 2 * s.HISTOGRAM_BINS), write=True),
    adapted=storage(s.ADAPTED, write=True),
)

TRANSPARENCY = Bindings(
    "pass",
    FRAGMENT,
    accumulated=texture("2d", "unfilterable-float"),
    revealage=texture("2d", "unfilterable-float"),
)

TONEMAP = Bindings(
    "pass",
    FRAGMENT,
    tonemap=uniform(s.TONEMAP),
    hdr=texture("2d", "unfilterable-float"),
    scattered=texture(),
)


@dataclass(frozen=True)
class Finish:
    """The tone mapping operator and which other parts the end of the frame has: shaders hold no code for the others.

    They branch on no uniform, not even for the operator: llvmpipe (Mesa 22.3) would compile them anew every frame.
    """

    curve: s.ToneMapOperator = s.ToneMapOperator.NEUTRAL
    bloom: bool = False
    white_balance: bool = False
    contrast: bool = False
    saturation: bool = False
    vignette: bool = False
    sharpening: bool = False
    dither: bool = False
    glow: bool = False  # nothing but what bloom scatters, as if all light was: for the debug view

    def wgsl(self) -> str:
        """A constant for each: FINISH_CURVE, FINISH_BLOOM, ..."""
        parts = {f.name.upper(): str(getattr(self, f.name)).lower() for f in fields(self) if f.name != "curve"}
        parts["CURVE"] = f"{self.curve.value}u"
        return "".join(f"const FINISH_{name} = {value};\n" for name, value in parts.items())


SKY_BACKGROUND = Bindings(
    "pass",
    FRAGMENT,
    atmosphere=uniform(s.ATMOSPHERE),
    transmittance=texture(),
    sky_view=texture(),
    table_sampler=sampler(),
)

# When the sky changes.

ATMOSPHERE_TRANSMITTANCE = Bindings("frame", COMPUTE, atmosphere=uniform(s.ATMOSPHERE), table_out=image("rgba16float"))

ATMOSPHERE_SCATTERING = Bindings(
    "frame",
    COMPUTE,
    atmosphere=uniform(s.ATMOSPHERE),
    transmittance=texture(),
    table_sampler=sampler(),
    table_out=image("rgba16float"),
)

SKY_VIEW = Bindings(
    "frame",
    COMPUTE,
    atmosphere=uniform(s.ATMOSPHERE),
    transmittance=texture(),
    multiscattering=texture(),
    table_sampler=sampler(),
    table_out=image("rgba16float"),
)

SKY_LIGHT = Bindings(
    "frame",
    COMPUTE,
    atmosphere=uniform(s.ATMOSPHERE),
    sky_view=texture(),
    table_sampler=sampler(),
    level_out=image("rgba16float", "2d-array"),
)

# When the surroundings change.

ENVIRONMENT_FILL = Bindings(
    "frame",
    COMPUTE,
    surroundings=uniform(s.SURROUNDINGS),
    picture=texture(),
    around_sampler=sampler(),
    level_out=image("rgba16float", "2d-array"),
)

ENVIRONMENT_LEVELS = Bindings(
    "frame", COMPUTE, level_in=texture("2d-array", "unfilterable-float"), level_out=image("rgba16float", "2d-array")
)

ENVIRONMENT_PREFILTER = Bindings(
    "frame",
    COMPUTE,
    prefiltering=uniform(s.PREFILTERING),
    source=texture("cube"),
    clamp_sampler=sampler(),
    level_out=image("rgba16float", "2d-array"),
)

ENVIRONMENT_IRRADIANCE = Bindings(
    "frame",
    COMPUTE,
    level_in=texture("2d-array", "unfilterable-float"),
    irradiance_out=storage(s.IRRADIANCE, write=True),
)

# Load time, not in the frame.

ENVIRONMENT_PACK = Bindings(
    "frame",
    COMPUTE,
    level_in=texture("2d-array", "unfilterable-float"),
    packed=storage(runtime_array(u32), write=True),
)

MIP = Bindings("frame", FRAGMENT, source=texture(), clamp_sampler=sampler())
