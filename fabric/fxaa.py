"""Antialiasing of the finished picture, for one frame alone. `fxaa.wgsl` has the technique and its source."""

from __future__ import annotations

import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.modules import program
from .pipelines import screen_pipeline
from .tape import Encoder
from .targets import IMAGE_FORMAT, drawn


class Fxaa:
    """Draws the picture in `toned` with its edges smoothed."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self._layout = groups.FXAA.layout(gpu.device)
        self._module = program("fxaa", [groups.FXAA]).compile(gpu.device)
        self._pipelines: dict[str, wgpu.GPURenderPipeline] = {}
        self._sampler = gpu.device.create_sampler(label="fxaa", mag_filter="linear", min_filter="linear")
        self._size = (0, 0)

    def resize(self, size: tuple[int, int]) -> None:
        """Have room for a tone-mapped picture of a size in pixels."""
        if size == self._size:
            return
        self._size = size
        self.toned = drawn(self.gpu, "toned", size, IMAGE_FORMAT).create_view()
        self._group = groups.FXAA.bind(self.gpu.device, self._layout, toned=self.toned, clamp_sampler=self._sampler)

    def _pipeline(self, format: str) -> wgpu.GPURenderPipeline:
        if format not in self._pipelines:
            self._pipelines[format] = screen_pipeline(self.gpu, "fxaa", self._module, [self._layout], format)
        return self._pipelines[format]

    def record(self, encoder: Encoder, view: wgpu.GPUTextureView, format: str) -> None:
        """Draw into `view`, which has the given format."""
        render = encoder.begin_render_pass(
            label="fxaa", color_attachments=[{"view": view, "load_op": "clear", "store_op": "store"}]
        )
        render.set_pipeline(self._pipeline(format))
        render.set_bind_group(0, self._group)
        render.draw(3)
        render.end()
