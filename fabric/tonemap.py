"""The end of the frame: sub-pixel frames summed, and exposed scene light turned into screen colour."""

from __future__ import annotations

from typing import Any

import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.modules import program
from .buffers import buffer
from .layouts import Layouts
from .pipelines import Kernels, screen_pipeline
from .tape import Encoder
from .targets import HDR_FORMAT, written


class Accumulate:
    """Sums frames in float32; `mean` shows what they amount to."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu, self.layouts = gpu, layouts
        self.sums = buffer(gpu, "accumulated", 16)
        self.mean: wgpu.GPUTextureView | None = None
        self._size = (0, 0)
        self._kernels = Kernels(
            gpu, "accumulate", [groups.FRAME, groups.ACCUMULATE], [layouts.frame, layouts.accumulate]
        )  # fmt: skip

    def resize(self, size: tuple[int, int], on: bool) -> bool:
        """Have room for `size` where `on`. Returns whether the buffer is a new one."""
        wanted = size if on else (0, 0)
        if wanted in ((0, 0), self._size):
            return False
        self._size = wanted
        self.sums = buffer(self.gpu, "accumulated", 16 * size[0] * size[1])
        self.mean = written(self.gpu, "mean", size, HDR_FORMAT).create_view()
        return True

    def bind(self, uniform: dict[str, Any], hdr: wgpu.GPUTextureView) -> wgpu.GPUBindGroup | None:
        """The bind group for these targets; None before there is room for any."""
        if self.mean is None:
            return None
        return groups.ACCUMULATE.bind(
            self.gpu.device,
            self.layouts.accumulate,
            accumulation=uniform,
            hdr=hdr,
            accumulated={"buffer": self.sums},
            mean=self.mean,
        )

    def record(
        self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, group: wgpu.GPUBindGroup,
        size: tuple[int, int],
    ) -> None:  # fmt: skip
        """Add the HDR picture to the sums."""
        compute = encoder.begin_compute_pass(label="accumulate")
        compute.set_pipeline(self._kernels["add"])
        compute.set_bind_group(0, frame_group)
        compute.set_bind_group(1, group)
        compute.dispatch_workgroups(-(-size[0] // 8), -(-size[1] // 8))
        compute.end()


class Tonemap:
    """Draws the finished picture into any 8-bit target."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu, self.layouts = gpu, layouts
        self._modules: dict[groups.Finish, wgpu.GPUShaderModule] = {}
        self._pipelines: dict[tuple[str, groups.Finish], wgpu.GPURenderPipeline] = {}

    def bind(
        self, uniform: dict[str, Any], hdr: wgpu.GPUTextureView, scattered: wgpu.GPUTextureView
    ) -> wgpu.GPUBindGroup:  # fmt: skip
        """The bind group for these targets; where there is no bloom, `scattered` is any texture."""
        return groups.TONEMAP.bind(self.gpu.device, self.layouts.tonemap, tonemap=uniform, hdr=hdr, scattered=scattered)

    def _pipeline(self, format: str, finish: groups.Finish) -> wgpu.GPURenderPipeline:
        if finish not in self._modules:
            made = program("tonemap", [groups.FRAME, groups.TONEMAP], [finish.wgsl()])
            self._modules[finish] = made.compile(self.gpu.device)
        if (format, finish) not in self._pipelines:
            module, layouts = self._modules[finish], [self.layouts.frame, self.layouts.tonemap]
            self._pipelines[format, finish] = screen_pipeline(self.gpu, "tonemap", module, layouts, format)
        return self._pipelines[format, finish]

    def record(
        self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, group: wgpu.GPUBindGroup,
        finish: groups.Finish, view: wgpu.GPUTextureView, format: str,
    ) -> None:  # fmt: skip
        """Draw into `view`, which has the given (not sRGB) format: the shader encodes."""
        render = encoder.begin_render_pass(
            label="tonemap", color_attachments=[{"view": view, "load_op": "clear", "store_op": "store"}]
        )
        render.set_pipeline(self._pipeline(format, finish))
        render.set_bind_group(0, frame_group)
        render.set_bind_group(1, group)
        render.draw(3)
        render.end()
