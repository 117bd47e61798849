"""Every bind group that the frame uses, declared once."""

from __future__ import annotations

from . import structs as s
from .bindings import COMPUTE, FRAGMENT, VERTEX, Bindings, Slot, image, sampler, storage, texture, uniform
from .layout import affine, runtime_array, u32, uvec2, vec4

ALL = VERTEX | FRAGMENT | COMPUTE
POOLS = 8
"""How many pooled texture arrays a scene may use: one per size and format."""


def _visible(slot: Slot, stages: int) -> Slot:
    return Slot(slot.wgsl, {**slot.entry, "visibility": stages}, slot.declares)


FRAME = Bindings(
    "frame",
    ALL,
    frame=uniform(s.FRAME),
    lights=_visible(storage(runtime_array(s.LIGHT)), FRAGMENT),
    environment=_visible(texture("cube"), FRAGMENT),
    dfg=_visible(texture(), FRAGMENT),
    clamp_sampler=_visible(sampler(), FRAGMENT),
)

MAIN = Bindings("pass", FRAGMENT, shadow_map=texture("2d", "depth"), shadow_sampler=sampler("comparison"))

SHADOW = Bindings("pass", VERTEX, view=uniform(s.VIEW))

MATERIALS = Bindings(
    "material",
    FRAGMENT,
    materials=storage(runtime_array(s.MATERIAL)),
    textures=storage(runtime_array(s.TEXTURE)),
    **{f"pool_{i}": texture("2d-array") for i in range(POOLS)},
    texture_sampler=sampler(),
)

DRAW = Bindings(
    "draw",
    VERTEX | FRAGMENT,
    transforms=_visible(storage(runtime_array(affine)), VERTEX),
    instances=storage(runtime_array(s.INSTANCE)),
    visible=_visible(storage(runtime_array(u32)), VERTEX),
)

CULL = Bindings(
    "pass",
    COMPUTE,
    view=uniform(s.VIEW),
    spheres=storage(runtime_array(vec4)),
    instances=storage(runtime_array(s.INSTANCE)),
    batches=storage(runtime_array(s.BATCH)),
    args=storage(runtime_array(s.DRAW_ARGS), write=True),
    visible=storage(runtime_array(u32), write=True),
    blend_items=storage(runtime_array(uvec2), write=True),
    counters=storage(s.COUNTERS, write=True),
)

BLEND_SORT = Bindings(
    "pass",
    COMPUTE,
    view=uniform(s.VIEW),
    sorting=uniform(s.SORT),
    instances=storage(runtime_array(s.INSTANCE)),
    batches=storage(runtime_array(s.BATCH)),
    blend_items=storage(runtime_array(uvec2), write=True),
    blend_args=storage(runtime_array(s.DRAW_COMMAND), write=True),
    visible=storage(runtime_array(u32), write=True),
)

BOUNDS = Bindings(
    "pass",
    COMPUTE,
    transforms=storage(runtime_array(affine), write=True),
    spheres=storage(runtime_array(vec4), write=True),
    instances=storage(runtime_array(s.INSTANCE)),
    batches=storage(runtime_array(s.BATCH)),
    meshes=storage(runtime_array(s.MESH)),
    dirty_rows=storage(runtime_array(u32)),
    dirty_transforms=storage(runtime_array(affine)),
)

ACCUMULATE = Bindings(
    "pass",
    COMPUTE,
    accumulation=uniform(s.ACCUMULATION),
    hdr=texture("2d", "unfilterable-float"),
    accumulated=storage(runtime_array(vec4), write=True),
)

TONEMAP = Bindings(
    "pass",
    FRAGMENT,
    tonemap=uniform(s.TONEMAP),
    hdr=texture("2d", "unfilterable-float"),
    accumulated=storage(runtime_array(vec4)),
)

# Load time, not in the frame.

ENVIRONMENT_FILL = Bindings(
    "frame",
    COMPUTE,
    surroundings=uniform(s.SURROUNDINGS),
    picture=texture("2d", "unfilterable-float"),
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

MIP = Bindings("frame", FRAGMENT, source=texture(), clamp_sampler=sampler())
