"""Quads over the finished picture, in one draw call: what the HUD, lines and the letters of debug views share."""

from __future__ import annotations

import numpy as np
import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.bindings import Bindings
from ..shaders.modules import program
from .buffers import buffer
from .layouts import Layouts
from .pipelines import PREMULTIPLIED, screen_pipeline
from .tape import Encoder


class Quads:
    """Draws the instances of one program, each a quad, into a picture that is there, over what it shows.

    layout: of the program's own group, the second one; the first is the frame's.
    """

    def __init__(self, gpu: Gpu, layouts: Layouts, name: str, bindings: Bindings) -> None:
        """name: of the program.  bindings: of its own group."""
        self.gpu, self._name = gpu, name
        self.layout = bindings.layout(gpu.device)
        self._layouts = [layouts.frame, self.layout]
        self._bindings = [groups.FRAME, bindings]
        self._pipelines: dict[str, wgpu.GPURenderPipeline] = {}
        self._module: wgpu.GPUShaderModule | None = None
        self._args = buffer(gpu, f"{name} draw", 16, wgpu.BufferUsage.INDIRECT | wgpu.BufferUsage.COPY_DST)
        self._count = 0

    @property
    def count(self) -> int:
        """How many are drawn. To change it does not record the frame anew."""
        return self._count

    @count.setter
    def count(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self.gpu.device.queue.write_buffer(self._args, 0, np.array([6, count, 0, 0], np.uint32))

    def _pipeline(self, format: str) -> wgpu.GPURenderPipeline:
        if format not in self._pipelines:
            self._module = self._module or program(self._name, self._bindings).compile(self.gpu.device)
            self._pipelines[format] = screen_pipeline(
                self.gpu, self._name, self._module, self._layouts, format, blend=PREMULTIPLIED
            )
        return self._pipelines[format]

    def record(
        self,
        encoder: Encoder,
        frame_group: wgpu.GPUBindGroup,
        group: wgpu.GPUBindGroup,
        target: wgpu.GPUTextureView,
        format: str,
    ) -> None:
        """Draw over `target`, which has the given (not sRGB) format. `group`: the program's own."""
        render = encoder.begin_render_pass(
            label=self._name, color_attachments=[{"view": target, "load_op": "load", "store_op": "store"}]
        )
        render.set_pipeline(self._pipeline(format))
        render.set_bind_group(0, frame_group)
        render.set_bind_group(1, group)
        render.draw_indirect(self._args, 0)
        render.end()
