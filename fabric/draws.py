"""What every pass that draws geometry shares: vertex layouts and the multi-draw calls."""

from __future__ import annotations

from typing import Any

import wgpu

from ..engine.native import extras
from ..shaders.structs import DRAW_COMMAND, VERTEX, PipelineClass
from .scene_buffers import GpuScene
from .tape import TapePass

POSITIONS: dict[str, Any] = {
    "array_stride": 12,
    "step_mode": "vertex",
    "attributes": [{"format": "float32x3", "offset": 0, "shader_location": 0}],
}

_FORMATS = {"frame": "snorm16x4", "uv0": "float32x2", "uv1": "float32x2", "color": "unorm16x4"}
_FIELDS: Any = VERTEX.fields
ATTRIBUTES: dict[str, Any] = {
    "array_stride": VERTEX.itemsize,
    "step_mode": "vertex",
    "attributes": [
        {"format": kind, "offset": _FIELDS[name][1], "shader_location": i + 1}
        for i, (name, kind) in enumerate(_FORMATS.items())
    ],
}

_MIRRORED = (PipelineClass.OPAQUE_MIRRORED, PipelineClass.MASK_MIRRORED)
_BOTH = (PipelineClass.OPAQUE_DOUBLE_SIDED, PipelineClass.MASK_DOUBLE_SIDED, PipelineClass.BLEND)
MASKED = (PipelineClass.MASK, PipelineClass.MASK_MIRRORED, PipelineClass.MASK_DOUBLE_SIDED)


def primitive(kind: PipelineClass) -> dict[str, Any]:
    """The primitive state of a pipeline class."""
    # Front means counter-clockwise for all: `surface.wgsl` turns it round where an instance is mirrored.
    return {
        "topology": "triangle-list",
        "front_face": "ccw",
        "cull_mode": "none" if kind in _BOTH else "front" if kind in _MIRRORED else "back",
    }


def set_geometry(render: Any, scene: GpuScene) -> None:
    """Bind the mega-buffers."""
    render.set_vertex_buffer(0, scene.positions)
    render.set_vertex_buffer(1, scene.vertices)
    render.set_index_buffer(scene.indices, "uint32")


def set_scene(render: Any, frame_group: wgpu.GPUBindGroup, group: wgpu.GPUBindGroup, scene: GpuScene) -> None:
    """Bind all that draws a scene's surfaces; `group`: the pass's own."""
    render.set_bind_group(0, frame_group)
    render.set_bind_group(1, group)
    render.set_bind_group(2, scene.materials_group)
    render.set_bind_group(3, scene.draw_group)
    set_geometry(render, scene)


def draw_unordered(render: Any, scene: GpuScene, *, late: bool) -> None:
    """What is transparent and was not sorted: the early list, and with `late` the late one. Empty where it was."""
    for first, count in scene.transparent_runs:
        multi_draw(render, scene.view_target.args, first, count)
        if late:
            multi_draw(render, scene.view_target.args, scene.batches + first, count)


def multi_draw(render: Any, args: Any, first: int, count: int) -> None:
    """`count` indirect draws from row `first` of a buffer of draw commands, in one call."""
    offset = first * DRAW_COMMAND.size
    if isinstance(render, TapePass):
        render.multi_draw_indexed_indirect(args, offset, count)
    else:
        extras.multi_draw_indexed_indirect(render, args, offset=offset, count=count)
