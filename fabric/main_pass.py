"""The main pass: opaque and masked surfaces over their depth, the background, transparent surfaces in order.

Where transparent surfaces are mixed in any order, `transparency.py` draws them.
"""

from __future__ import annotations

from typing import Any

import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import PipelineClass
from .depth_pass import FORMAT as DEPTH_FORMAT
from .draws import ATTRIBUTES, POSITIONS, multi_draw, primitive, set_geometry
from .scene_buffers import GpuScene, Layouts
from .tape import Encoder

HDR_FORMAT = "rgba16float"

PREMULTIPLIED = {
    "color": {"src_factor": "one", "dst_factor": "one-minus-src-alpha", "operation": "add"},
    "alpha": {"src_factor": "one", "dst_factor": "one-minus-src-alpha", "operation": "add"},
}


class MainPass:
    """Forward shading into the HDR target."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu, self.layouts = gpu, layouts
        self._pipelines: dict[tuple[PipelineClass, groups.Sampling, bool], wgpu.GPURenderPipeline] = {}
        self._modules: dict[tuple[groups.Sampling, bool], wgpu.GPUShaderModule] = {}
        sky = program("sky", [groups.FRAME]).compile(gpu.device)
        self._sky = gpu.device.create_render_pipeline(
            label="sky",
            layout=gpu.device.create_pipeline_layout(bind_group_layouts=[layouts.frame]),
            vertex={"module": sky, "entry_point": "vertex"},
            fragment={"module": sky, "entry_point": "fragment", "targets": [{"format": HDR_FORMAT}]},
            primitive={"topology": "triangle-list"},
            depth_stencil={"format": DEPTH_FORMAT, "depth_write_enabled": False, "depth_compare": "greater-equal"},
        )

    def resize(self, size: tuple[int, int]) -> wgpu.GPUTexture:
        """Make the targets anew. Returns the HDR texture."""
        device = self.gpu.device
        usage = wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_SRC
        self.hdr = device.create_texture(label="hdr", size=(*size, 1), format=HDR_FORMAT, usage=usage)
        self.depth = device.create_texture(label="depth", size=(*size, 1), format=DEPTH_FORMAT, usage=usage)
        self._hdr_view, self.depth_view = self.hdr.create_view(), self.depth.create_view()
        return self.hdr

    def surfaces(
        self, sampling: groups.Sampling, *, occluded: bool = False
    ) -> tuple[wgpu.GPUShaderModule, wgpu.GPUPipelineLayout]:
        """The program that lights surfaces, and its layout, for every pass that draws some.

        occluded: what was found in the picture keeps light from all around off them.
        """
        device, layouts = self.gpu.device, self.layouts
        if (sampling, occluded) not in self._modules:
            seen = [groups.FRAME, groups.MAIN, groups.materials(sampling.pools), groups.DRAW]
            made = program("main", seen, [sampling.wgsl(), groups.occlusion(occluded)])
            self._modules[sampling, occluded] = made.compile(device)
        return self._modules[sampling, occluded], device.create_pipeline_layout(
            bind_group_layouts=[layouts.frame, layouts.main, layouts.materials[sampling.pools], layouts.draw]
        )

    def _pipeline(self, kind: PipelineClass, sampling: groups.Sampling, occluded: bool) -> wgpu.GPURenderPipeline:
        found = self._pipelines.get((kind, sampling, occluded))
        if found is not None:
            return found
        module, layout = self.surfaces(sampling, occluded=occluded)
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
        self._pipelines[kind, sampling, occluded] = made
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
        occluded: bool,
    ) -> None:
        """Draw the culled scene over its depth; `late`: the list of the late phase too; `blended`: what is sorted.

        occluded: what is solid reads the group's ambient occlusion.
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
        render.set_bind_group(0, frame_group)
        render.set_bind_group(1, group)
        render.set_bind_group(2, scene.materials_group)
        render.set_bind_group(3, scene.draw_group)
        set_geometry(render, scene)
        for kind, first, count in scene.runs:
            render.set_pipeline(self._pipeline(kind, scene.sampling, occluded))
            multi_draw(render, scene.view_target.args, first, count)
            if late:
                multi_draw(render, scene.view_target.args, scene.batches + first, count)
        render.set_pipeline(self._sky)
        render.draw(3)
        if blended:
            render.set_pipeline(self._pipeline(PipelineClass.BLEND, scene.sampling, False))
            multi_draw(render, scene.blend_args, 0, scene.blended)
        render.end()
