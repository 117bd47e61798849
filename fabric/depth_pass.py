"""Depth alone: the prepass of the main view, and what lights see."""

from __future__ import annotations

from typing import Any

import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.structs import PipelineClass
from .draws import ATTRIBUTES, MASKED, POSITIONS, multi_draw, primitive, set_geometry
from .layouts import Layouts
from .pipelines import SurfacePipelines
from .scene_buffers import CullTarget, GpuScene
from .tape import Encoder
from .targets import DEPTH_FORMAT


class DepthPass:
    """Draws the depth of a view's culled instances.

    `from_light`: both faces are drawn, since thin and open shapes cast from either side.
    """

    def __init__(self, gpu: Gpu, layouts: Layouts, view_uniform: dict[str, Any], *, from_light: bool) -> None:
        self.from_light = from_light
        self._group = groups.DEPTH.bind(gpu.device, layouts.depth, view=view_uniform)
        self._pipelines = SurfacePipelines(gpu, layouts, "depth", groups.DEPTH, layouts.depth, self._look)

    def _look(self, kind: PipelineClass) -> dict[str, Any]:
        masked = kind in MASKED
        return {
            "vertex": {
                "entry_point": "mask_vertex" if masked else "vertex",
                "buffers": [POSITIONS, ATTRIBUTES] if masked else [POSITIONS],
            },
            "fragment": {"entry_point": "mask_fragment", "targets": []} if masked else None,
            "primitive": {**primitive(kind), "cull_mode": "none"} if self.from_light else primitive(kind),
            "depth_stencil": {"format": DEPTH_FORMAT, "depth_write_enabled": True, "depth_compare": "greater"},
        }

    def record(
        self,
        encoder: Encoder,
        frame_group: wgpu.GPUBindGroup,
        scene: GpuScene,
        target: CullTarget,
        draw_group: wgpu.GPUBindGroup,
        depth: wgpu.GPUTextureView,
        *,
        late: bool = False,
    ) -> None:
        """Draw one of the lists into `depth`; the early one clears it first."""
        render = encoder.begin_render_pass(
            label="depth late" if late else "depth",
            color_attachments=[],
            depth_stencil_attachment={
                "view": depth,
                "depth_clear_value": 0.0,
                "depth_load_op": "load" if late else "clear",
                "depth_store_op": "store",
            },
        )
        render.set_bind_group(0, frame_group)
        self.draw(render, scene, self._group, draw_group, target.args, scene.batches * late)
        render.end()

    def draw(
        self,
        render: Any,
        scene: GpuScene,
        view_group: wgpu.GPUBindGroup,
        draw_group: wgpu.GPUBindGroup,
        args: wgpu.GPUBuffer,
        first: int,
    ) -> None:
        """Draw a scene's batches into a pass, which has the frame's group, from row `first` of `args` on."""
        render.set_bind_group(1, view_group)
        render.set_bind_group(2, scene.materials_group)
        render.set_bind_group(3, draw_group)
        set_geometry(render, scene)
        for kind, batch, count in scene.runs:
            render.set_pipeline(self._pipelines.of(kind, scene.sampling.bare))
            multi_draw(render, args, first + batch, count)
