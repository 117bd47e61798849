"""The main pass: opaque and masked surfaces over their depth, the background, transparent surfaces in order.

Where transparent surfaces are mixed in any order, `transparency.py` draws them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import PipelineClass
from .draws import ATTRIBUTES, POSITIONS, multi_draw, primitive, set_scene
from .layouts import Layouts
from .pipelines import screen_pipeline
from .scene_buffers import GpuScene
from .tape import Encoder, TapePass
from .targets import BACKGROUND, COPY_SRC, DEPTH_FORMAT, HDR_FORMAT, drawn

PREMULTIPLIED = {
    "color": {"src_factor": "one", "dst_factor": "one-minus-src-alpha", "operation": "add"},
    "alpha": {"src_factor": "zero", "dst_factor": "one-minus-src-alpha", "operation": "add"},
}
"""The over operator; what is left in alpha is how much of the opaque picture still shows, for TAA."""


class MainPass:
    """Forward shading into the HDR target."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu, self.layouts = gpu, layouts
        self.lighting = groups.Lighting()
        """What of lighting the pipelines hold: set it before `record`."""
        self._pipelines: dict[tuple[PipelineClass, groups.Sampling, groups.Lighting], wgpu.GPURenderPipeline] = {}
        self._modules: dict[tuple[groups.Sampling, groups.Lighting], wgpu.GPUShaderModule] = {}
        self._environment: wgpu.GPURenderPipeline | None = None

    def _background(self) -> wgpu.GPURenderPipeline:
        """The pipeline that draws the surroundings."""
        if self._environment is None:
            module = program("sky", [groups.FRAME]).compile(self.gpu.device)
            layouts = [self.layouts.frame]
            self._environment = screen_pipeline(self.gpu, "sky", module, layouts, HDR_FORMAT, depth=BACKGROUND)
        return self._environment

    def resize(self, size: tuple[int, int]) -> wgpu.GPUTexture:
        """Make the targets anew. Returns the HDR texture."""
        self.hdr = drawn(self.gpu, "hdr", size, HDR_FORMAT, COPY_SRC)
        self.depth = drawn(self.gpu, "depth", size, DEPTH_FORMAT, COPY_SRC)
        self._hdr_view, self.depth_view = self.hdr.create_view(), self.depth.create_view()
        return self.hdr

    def surfaces(
        self, sampling: groups.Sampling, *, solid: bool = False
    ) -> tuple[wgpu.GPUShaderModule, wgpu.GPUPipelineLayout]:
        """The program that lights surfaces, and its layout, for every pass that draws some.

        solid: their depth is in the picture, and so is what was found to keep light from all around off them.
        """
        lighting = replace(self.lighting, occluded=solid and self.lighting.occluded)
        device, layouts = self.gpu.device, self.layouts
        if (sampling, lighting) not in self._modules:
            seen = [groups.FRAME, groups.MAIN, groups.materials(sampling.pools), groups.DRAW]
            made = program("main", seen, [sampling.wgsl(), lighting.wgsl()])
            self._modules[sampling, lighting] = made.compile(device)
        return self._modules[sampling, lighting], device.create_pipeline_layout(
            bind_group_layouts=[layouts.frame, layouts.main, layouts.materials[sampling.pools], layouts.draw]
        )

    def _pipeline(self, kind: PipelineClass, sampling: groups.Sampling) -> wgpu.GPURenderPipeline:
        lighting = self.lighting
        found = self._pipelines.get((kind, sampling, lighting))
        if found is not None:
            return found
        module, layout = self.surfaces(sampling, solid=kind != PipelineClass.BLEND)
        blend = kind == PipelineClass.BLEND
        entry = "blend_fragment" if blend else "opaque_fragment"
        target: dict[str, Any] = {"format": HDR_FORMAT}
        if blend:
            target["blend"] = PREMULTIPLIED
        made = self.gpu.device.create_render_pipeline(
            label=f"main {kind.name.lower()}",
            layout=layout,
            vertex={"module": module, "entry_point": "vertex", "buffers": [POSITIONS, ATTRIBUTES]},
            fragment={"module": module, "entry_point": entry, "targets": [target]},
            primitive=primitive(kind),
            depth_stencil={
                "format": DEPTH_FORMAT,
                "depth_write_enabled": False,
                "depth_compare": "greater" if blend else "equal",
            },
        )
        self._pipelines[kind, sampling, lighting] = made
        return made

    def record(
        self,
        encoder: Encoder,
        frame_group: wgpu.GPUBindGroup,
        group: wgpu.GPUBindGroup,
        scene: GpuScene,
        *,
        late: bool,
        blended: bool,
        sky: Callable[[wgpu.GPURenderPassEncoder | TapePass], None] | None = None,
    ) -> None:
        """Draw the culled scene over its depth; `late`: the list of the late phase too; `blended`: what is sorted.

        `sky` draws the background in place of the environment.
        """
        render = encoder.begin_render_pass(
            label="main",
            color_attachments=[
                {"view": self._hdr_view, "clear_value": (0, 0, 0, 1), "load_op": "clear", "store_op": "store"}
            ],
            depth_stencil_attachment={
                "view": self.depth_view,
                "depth_load_op": "load",
                "depth_store_op": "store",
            },
        )
        set_scene(render, frame_group, group, scene)
        for kind, first, count in scene.runs:
            render.set_pipeline(self._pipeline(kind, scene.sampling))
            multi_draw(render, scene.view_target.args, first, count)
            if late:
                multi_draw(render, scene.view_target.args, scene.batches + first, count)
        if sky is not None:
            sky(render)
            render.set_bind_group(1, group)
        else:
            render.set_pipeline(self._background())
            render.draw(3)
        if blended:
            render.set_pipeline(self._pipeline(PipelineClass.BLEND, scene.sampling))
            multi_draw(render, scene.blend_args, 0, scene.blended)
        render.end()
