"""Bloom: light that a lens scatters, as a chain of ever coarser pictures, down and up again."""

from __future__ import annotations

import numpy as np
import wgpu

from ..engine.gpu import Gpu
from ..engine.scene.settings import Bloom as BloomSettings
from ..shaders import groups
from ..shaders.structs import BLOOM
from .pipelines import Kernels
from .tape import Encoder
from .targets import COPY_SRC, HDR_FORMAT, written

Size = tuple[int, int]
_Step = tuple[str, wgpu.GPUBindGroup, Size]

_SMALLEST = 4
"""Pixels of a picture's shorter edge that the coarsest level has at least."""


def level_sizes(size: Size, levels: int) -> list[Size]:
    """(width, height) of the levels: half the picture, and exactly half of that, and so on.

    The first is rounded up so that all others are whole; what lies beyond the picture repeats its edge.
    """
    fitting = max(1, (min(size) // _SMALLEST).bit_length() - 1)
    count = min(levels, fitting)
    grain = 1 << (count - 1)
    w, h = (-(-((edge + 1) // 2) // grain) * grain for edge in size)
    return [(w >> k, h >> k) for k in range(count)]


class Bloom:
    """The passes that make the scattered light of a picture: `view`, half as large, energy conserving.

    After Jimenez 2014, "Next Generation Post Processing in Call of Duty: Advanced Warfare".
    """

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self._down, self._up = groups.BLOOM_DOWN.layout(gpu.device), groups.BLOOM_UP.layout(gpu.device)
        self._falling = Kernels(gpu, "bloom_down", [groups.BLOOM_DOWN], [self._down])
        self._rising = Kernels(gpu, "bloom_up", [groups.BLOOM_UP], [self._up])
        self._sampler = gpu.device.create_sampler(label="bloom", mag_filter="linear", min_filter="linear")
        self._values = np.zeros((), BLOOM.dtype)
        self._uniform = gpu.device.create_buffer(
            label="bloom", size=BLOOM.size, usage=wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        )
        self._steps: list[_Step] = []
        self.sizes: list[Size] = []

    def set(self, settings: BloomSettings) -> None:
        """Other settings; their number of levels takes effect with `resize`."""
        self._values["spread"], self._values["steady"] = settings.spread, settings.steady
        self.gpu.device.queue.write_buffer(self._uniform, 0, self._values.tobytes())

    def resize(self, size: Size, source: wgpu.GPUTextureView, levels: int) -> None:
        """Make the chain of a picture of `size` pixels."""
        device = self.gpu.device
        self.sizes = sizes = level_sizes(size, levels)
        self.down, self.up = (
            written(self.gpu, f"bloom {way}", sizes[0], HDR_FORMAT, COPY_SRC, len(sizes)) for way in ("down", "up")
        )
        down, up = (
            [texture.create_view(base_mip_level=k, mip_level_count=1) for k in range(len(sizes))]
            for texture in (self.down, self.up)
        )
        shared = {"bloom": {"buffer": self._uniform}, "clamp_sampler": self._sampler}
        self._steps = []
        for k, out in enumerate(down):
            group = groups.BLOOM_DOWN.bind(
                device, self._down, source=down[k - 1] if k else source, level_out=out, **shared
            )
            self._steps.append(("next" if k else "first", group, sizes[k]))
        coarser = down[-1]
        for k in reversed(range(len(sizes) - 1)):
            group = groups.BLOOM_UP.bind(device, self._up, source=down[k], coarser=coarser, level_out=up[k], **shared)
            self._steps.append(("up", group, sizes[k]))
            coarser = up[k]
        self.view = coarser
        self.levels = down
        self.scale = (0.5 / sizes[0][0], 0.5 / sizes[0][1])

    def record(self, encoder: Encoder) -> None:
        """Scatter the picture's light."""
        compute = encoder.begin_compute_pass(label="bloom")
        for entry, group, (w, h) in self._steps:
            compute.set_pipeline((self._rising if entry == "up" else self._falling)[entry])
            compute.set_bind_group(0, group)
            compute.dispatch_workgroups(-(-w // 8), -(-h // 8))
        compute.end()
