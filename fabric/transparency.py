"""Transparent surfaces in any order: weighted sums, then one mean over the picture.

McGuire & Bavoil 2013, "Weighted Blended Order-Independent Transparency", JCGT 2:2. One target adds up colours and
alphas, both times a weight that falls with the distance (`weighted.wgsl`); the other holds how much of what is behind
still shows, the product of all (1 - alpha). Nothing has to be sorted, and surfaces may pass through each other; where
several are behind each other the result is a mean, and no longer exactly what the eye would see.
"""

from __future__ import annotations

from typing import Any

import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import PipelineClass
from .draws import ATTRIBUTES, POSITIONS, draw_unordered, multi_draw, primitive, set_scene
from .main_pass import PREMULTIPLIED, MainPass
from .pipelines import screen_pipeline
from .scene_buffers import GpuScene
from .tape import Encoder
from .targets import DEPTH_FORMAT, HDR_FORMAT, drawn

_SUM_FORMAT = "rgba16float"
_REVEALAGE_FORMAT = "r16float"
_ADD = {"src_factor": "one", "dst_factor": "one", "operation": "add"}
_HIDE = {"src_factor": "zero", "dst_factor": "one-minus-src", "operation": "add"}


class WeightedTransparency:
    """Draws transparent surfaces unsorted, and lays them over the HDR picture. Holds targets only while it is used."""

    def __init__(self, gpu: Gpu, main: MainPass) -> None:
        self.gpu, self._main = gpu, main
        self.size: tuple[int, int] | None = None
        self._targets: tuple[wgpu.GPUTextureView, wgpu.GPUTextureView, wgpu.GPUBindGroup] | None = None
        self._surfaces: dict[tuple[groups.Sampling, groups.Lighting], wgpu.GPURenderPipeline] = {}
        self._over: tuple[wgpu.GPUBindGroupLayout, wgpu.GPURenderPipeline] | None = None

    def resize(self, size: tuple[int, int] | None) -> bool:
        """Have targets of a size in pixels, or none with None. Returns whether they are others than before."""
        if size == self.size:
            return False
        self.size = size
        self._targets = None if size is None else self._made(size)
        return True

    def _made(self, size: tuple[int, int]) -> tuple[wgpu.GPUTextureView, wgpu.GPUTextureView, wgpu.GPUBindGroup]:
        sums, revealage = (
            drawn(self.gpu, label, size, kind).create_view()
            for label, kind in (("weighted sums", _SUM_FORMAT), ("revealage", _REVEALAGE_FORMAT))
        )
        group = groups.TRANSPARENCY.bind(self.gpu.device, self._laid_over()[0], accumulated=sums, revealage=revealage)
        return sums, revealage, group

    def _laid_over(self) -> tuple[wgpu.GPUBindGroupLayout, wgpu.GPURenderPipeline]:
        """The layout and the pipeline of the second half."""
        if self._over is None:
            device = self.gpu.device
            layout = groups.TRANSPARENCY.layout(device)
            module = program("transparency", [groups.TRANSPARENCY]).compile(device)
            layouts = [self._main.layouts.frame, layout]
            pipeline = screen_pipeline(
                self.gpu, "transparency over", module, layouts, HDR_FORMAT, blend=PREMULTIPLIED
            )  # fmt: skip
            self._over = layout, pipeline
        return self._over

    def _pipeline(self, sampling: groups.Sampling) -> wgpu.GPURenderPipeline:
        key = sampling, self._main.lighting
        if key not in self._surfaces:
            module, layout = self._main.surfaces(sampling)
            targets: list[dict[str, Any]] = [
                {"format": _SUM_FORMAT, "blend": {"color": _ADD, "alpha": _ADD}},
                {"format": _REVEALAGE_FORMAT, "blend": {"color": _HIDE, "alpha": _HIDE}},
            ]
            self._surfaces[key] = self.gpu.device.create_render_pipeline(
                label="transparency",
                layout=layout,
                vertex={"module": module, "entry_point": "vertex", "buffers": [POSITIONS, ATTRIBUTES]},
                fragment={"module": module, "entry_point": "weighted_fragment", "targets": targets},
                primitive=primitive(PipelineClass.BLEND),
                depth_stencil={"format": DEPTH_FORMAT, "depth_write_enabled": False, "depth_compare": "greater"},
            )
        return self._surfaces[key]

    def record(
        self,
        encoder: Encoder,
        frame_group: wgpu.GPUBindGroup,
        group: wgpu.GPUBindGroup,
        scene: GpuScene,
        hdr: wgpu.GPUTextureView,
        depth: wgpu.GPUTextureView,
        *,
        late: bool,
        in_order: bool,
    ) -> None:
        """Draw what is transparent in front of `depth`, over `hdr`. `group`: the main pass's.

        late: the list of the late phase too.  in_order: it was sorted all the same, for a debug view.
        """
        assert self._targets is not None
        sums, revealage, targets = self._targets
        render = encoder.begin_render_pass(
            label="transparency",
            color_attachments=[
                {"view": sums, "clear_value": (0, 0, 0, 0), "load_op": "clear", "store_op": "store"},
                {"view": revealage, "clear_value": (1, 1, 1, 1), "load_op": "clear", "store_op": "store"},
            ],
            depth_stencil_attachment={"view": depth, "depth_load_op": "load", "depth_store_op": "store"},
        )
        set_scene(render, frame_group, group, scene)
        render.set_pipeline(self._pipeline(scene.sampling))
        if in_order:
            multi_draw(render, scene.blend_args, 0, scene.blended)
        else:
            draw_unordered(render, scene, late=late)
        render.end()
        over = encoder.begin_render_pass(
            label="transparency over", color_attachments=[{"view": hdr, "load_op": "load", "store_op": "store"}]
        )
        over.set_pipeline(self._laid_over()[1])
        over.set_bind_group(0, frame_group)
        over.set_bind_group(1, targets)
        over.draw(3)
        over.end()
