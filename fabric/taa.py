"""Temporal antialiasing: frames that look through different places of each pixel, averaged over time.

`taa.wgsl` has the technique and its sources.
"""

from __future__ import annotations

import math
from typing import Any

import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from .buffers import buffer
from .motion import variant
from .observer import Observer
from .pipelines import Kernels
from .tape import Encoder
from .targets import COPY_DST, COPY_SRC, DEPTH_FORMAT, HDR_FORMAT, written

Size = tuple[int, int]

PERIOD = 64
"""Frames after which the jitter begins anew."""
_CUT_DEGREES = 30.0
_CUT_NEARS = 100.0


def jitter(frame: int) -> tuple[float, float]:
    """Where a frame looks through its pixels, in pixels from their centres: a Halton (2, 3) sequence, from 0 on."""
    if frame == 0:
        return 0.0, 0.0
    i = (frame - 1) % PERIOD + 1
    return _radical_inverse(i, 2) - 0.5, _radical_inverse(i, 3) - 0.5


def _radical_inverse(i: int, base: int) -> float:
    out, digit = 0.0, 1.0 / base
    while i:
        i, rest = divmod(i, base)
        out += rest * digit
        digit /= base
    return out


def is_cut(before: Observer, now: Observer) -> bool:
    """Whether the picture begins anew: no camera turns by 30° in a frame, or moves by a hundred times its `near`."""
    turned = float(before.forward @ now.forward) < math.cos(math.radians(_CUT_DEGREES))
    moved = math.dist(before.eye, now.eye) > _CUT_NEARS * now.near
    return turned or moved or before.orthographic != now.orthographic


class TemporalAntialiasing:
    """The pass that averages: `view` is the picture, `record` comes between the light and whatever looks at it."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self.frames = 0
        """How many frames there were since the history began."""
        self._layout = groups.TAA.layout(gpu.device)
        self._kernels = {
            moved: Kernels(gpu, "taa", [groups.TAA], [self._layout], [variant(moved)]) for moved in (False, True)
        }
        self._sampler = gpu.device.create_sampler(label="history", mag_filter="linear", min_filter="linear")
        self._exposure = gpu.device.create_buffer(
            label="exposure before", size=16, usage=wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        )
        self._size: Size = (0, 0)
        self._observer: Observer | None = None

    def reset(self) -> None:
        """Forget all frames."""
        self.frames = 0

    def begin(self, observer: Observer) -> tuple[float, float]:
        """Another frame, seen by `observer`: its jitter in pixels, y down."""
        if self._observer is not None and is_cut(self._observer, observer):
            self.reset()
        self._observer = observer
        self.frames += 1
        return jitter(self.frames - 1)

    @property
    def follows(self) -> bool:
        """Whether this frame goes on from one before."""
        return self.frames > 1

    @property
    def pattern(self) -> int:
        """The number of this frame's noise: what soft shadows and ambient occlusion leave behind is averaged too.

        It comes round with the jitter, so that the last `PERIOD` frames of a still picture are always the same ones.
        """
        return (self.frames - 1) % PERIOD

    def _resize(self, size: Size) -> None:
        """Have textures for pictures of a size in pixels."""
        if size == self._size:
            return
        self._size = size
        self.reset()
        self.texture = written(self.gpu, "antialiased", size, HDR_FORMAT, COPY_SRC | COPY_DST)
        made, kept = self.gpu.device.create_texture, wgpu.TextureUsage.TEXTURE_BINDING | COPY_DST
        self._history = made(label="history", size=(*size, 1), format=HDR_FORMAT, usage=kept)
        self._depth_before = made(label="depth before", size=(*size, 1), format=DEPTH_FORMAT, usage=kept)
        self._drift = buffer(self.gpu, "drift", 8 * size[0] * size[1])
        self.view = self.texture.create_view()

    def bind(
        self,
        size: Size,
        frame: dict[str, Any],
        motion: dict[str, Any],
        hdr: wgpu.GPUTexture,
        depth: wgpu.GPUTexture,
        moved: wgpu.GPUTextureView,
    ) -> None:
        """Average pictures of `size` pixels. frame, motion: the uniforms.  moved: motion vectors."""
        self._resize(size)
        self._depth = depth
        self._group = groups.TAA.bind(
            self.gpu.device,
            self._layout,
            frame=frame,
            motion=motion,
            exposure_before={"buffer": self._exposure, "size": 4},
            hdr=hdr.create_view(),
            depth=depth.create_view(),
            moved=moved,
            history=self._history.create_view(),
            depth_before=self._depth_before.create_view(),
            clamp_sampler=self._sampler,
            drift={"buffer": self._drift},
            resolved=self.view,
        )

    def record(self, encoder: Encoder, uniforms: wgpu.GPUBuffer, exposure: int, *, moved: bool) -> None:
        """Average the picture in, and keep what the next frame needs.

        exposure: its place in the uniforms, in bytes.  moved: this frame has motion vectors.
        """
        w, h = self._size
        size = (w, h, 1)
        compute = encoder.begin_compute_pass(label="taa")
        compute.set_pipeline(self._kernels[moved]["resolve"])
        compute.set_bind_group(0, self._group)
        compute.dispatch_workgroups(-(-w // 8), -(-h // 8))
        compute.end()
        encoder.copy_texture_to_texture({"texture": self.texture}, {"texture": self._history}, size)
        encoder.copy_texture_to_texture({"texture": self._depth}, {"texture": self._depth_before}, size)
        encoder.copy_buffer_to_buffer(uniforms, exposure, self._exposure, 0, 4)
