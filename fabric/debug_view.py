"""Debug views: what the cull did with every object, its observer ring, the depth pyramid, shadow maps, occlusion.

Drawn over the finished scene light, before it becomes a picture. Where a view is off, none of this exists.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import DEBUG, PipelineClass
from .cull import HiZ
from .draws import POSITIONS, draw_unordered, multi_draw, primitive, set_geometry
from .layouts import Layouts
from .observer import Observer
from .pipelines import PREMULTIPLIED
from .scene_buffers import GpuScene
from .sight import Sight
from .tape import Encoder
from .targets import DEPTH_FORMAT, HDR_FORMAT

F64 = NDArray[np.float64]
View = Literal["rings", "cull", "hi_z", "cascades", "ao"]
DRAWN: tuple[View, ...] = ("rings", "cull", "hi_z", "cascades", "ao")
"""What is drawn over the finished scene light; the other views are those of `views.py`."""

_CUBE_VERTICES = 24  # of its edges
_BACKGROUND = (0.01, 0.01, 0.012, 1)
_BLENDED = {"format": HDR_FORMAT, "blend": PREMULTIPLIED}


@dataclass(frozen=True, eq=False)
class Canvas:
    """What is drawn over: the HDR picture, the depth of its surfaces, and how much light reaches them."""

    color: wgpu.GPUTextureView
    depth: wgpu.GPUTextureView
    occlusion: wgpu.GPUTextureView


class DebugView:
    """Draws the view that the settings ask for."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        device = gpu.device
        self.gpu = gpu
        self.uniform: NDArray[np.void] = np.zeros(1, DEBUG.dtype)
        self._buffer = device.create_buffer(
            label="debug", size=DEBUG.size, usage=wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        )
        self._layout = groups.DEBUG.layout(device)
        nothing = device.create_bind_group_layout(entries=[])
        self._nothing = device.create_bind_group(layout=nothing, entries=[])
        self._pipeline_layout = device.create_pipeline_layout(
            bind_group_layouts=[layouts.frame, self._layout, nothing, layouts.draw]
        )
        self._module = program("debug", [groups.FRAME, groups.DEBUG, groups.DRAW]).compile(device)
        self._pipelines: dict[tuple[str, PipelineClass], wgpu.GPURenderPipeline] = {}
        lines = {"topology": "line-list"}
        self._boxes = {
            view: self._made(f"{view}_box_vertex", "wire_fragment", lines, "always", _BLENDED)
            for view in ("rings", "cull")
        }
        self._frozen = self._made("frozen_vertex", "wire_fragment", lines, "always", _BLENDED)
        screen = {"topology": "triangle-list"}
        self._screens = {
            view: self._made("screen_vertex", f"{view}_fragment", screen, "always", {"format": HDR_FORMAT})
            for view in ("hi_z", "ao")
        }

    def _made(
        self, vertex: str, fragment: str, primitive: dict[str, Any], compare: Any, target: dict[str, Any]
    ) -> wgpu.GPURenderPipeline:
        buffers = [POSITIONS] if vertex in ("rings_vertex", "cull_vertex", "cascades_vertex") else []
        return self.gpu.device.create_render_pipeline(
            label=f"debug {vertex}",
            layout=self._pipeline_layout,
            vertex={"module": self._module, "entry_point": vertex, "buffers": buffers},
            fragment={"module": self._module, "entry_point": fragment, "targets": [target]},
            primitive=primitive,
            depth_stencil={"format": DEPTH_FORMAT, "depth_write_enabled": False, "depth_compare": compare},
        )

    def _pipeline(self, view: View, kind: PipelineClass) -> wgpu.GPURenderPipeline:
        if (view, kind) not in self._pipelines:
            blend = kind == PipelineClass.BLEND
            solid, glass = "solid_fragment", "glass_fragment"
            if view == "cascades":
                solid, glass = "cascades_fragment", "cascades_glass_fragment"
            self._pipelines[view, kind] = self._made(
                f"{view}_vertex",
                glass if blend else solid,
                primitive(kind),
                "greater" if blend else "equal",
                _BLENDED if blend else {"format": HDR_FORMAT},
            )
        return self._pipelines[view, kind]

    def fill(
        self, scene: GpuScene, observer: Observer, culled: Sight | None, *, frozen: bool, level: int, cascades: int
    ) -> None:
        """What a frame's views want to know, once a frame.

        culled: what the last cull saw; frozen: its lists are drawn again.  level: of the depth pyramid.  cascades: the
        number of the first sun's first map.
        """
        values = self.uniform
        values["frozen"] = frozen
        if culled is not None:
            length = math.dist(culled.observer.eye, scene.bounds[0]) + scene.bounds[1]
            values["world_from_frozen"] = culled.world_from_clip.T
            values["frozen_far"] = 0.0 if culled.observer.orthographic else min(0.5, culled.observer.near / length)
        values["level"] = level
        values["near"] = observer.near
        values["cascades"] = cascades
        self.gpu.device.queue.write_buffer(self._buffer, 0, self.uniform)

    def record(
        self,
        encoder: Encoder,
        frame_group: wgpu.GPUBindGroup,
        scene: GpuScene,
        canvas: Canvas,
        hi_z: HiZ,
        shadows: wgpu.GPUBuffer,
        view: View,
    ) -> None:
        """Draw a view in place of the scene."""
        group = groups.DEBUG.bind(
            self.gpu.device,
            self._layout,
            debug={"buffer": self._buffer},
            batches={"buffer": scene.batch_table},
            meshes={"buffer": scene.meshes},
            states={"buffer": scene.states},
            hi_z={"buffer": hi_z.buffer},
            shadows={"buffer": shadows},
            ambient_occlusion=canvas.occlusion,
        )
        render = encoder.begin_render_pass(
            label=f"debug {view}",
            color_attachments=[
                {"view": canvas.color, "clear_value": _BACKGROUND, "load_op": "clear", "store_op": "store"}
            ],
            depth_stencil_attachment={"view": canvas.depth, "depth_load_op": "load", "depth_store_op": "store"},
        )
        render.set_bind_group(0, frame_group)
        render.set_bind_group(1, group)
        render.set_bind_group(2, self._nothing)
        render.set_bind_group(3, scene.draw_group)
        if view in self._screens:
            render.set_pipeline(self._screens[view])
            render.draw(3)
        else:
            set_geometry(render, scene)
            for kind, first, count in scene.runs:
                render.set_pipeline(self._pipeline(view, kind))
                multi_draw(render, scene.view_target.args, first, count)
                multi_draw(render, scene.view_target.args, scene.batches + first, count)
            if scene.blended:
                render.set_pipeline(self._pipeline(view, PipelineClass.BLEND))
                multi_draw(render, scene.blend_args, 0, scene.blended)
                draw_unordered(render, scene, late=True)  # where they were when the cull was frozen
            if view != "cascades":
                render.set_pipeline(self._boxes[view])
                render.draw(_CUBE_VERTICES, scene.capacity)
                render.set_pipeline(self._frozen)
                render.draw(_CUBE_VERTICES)
        render.end()
