"""Automatic exposure: found on the GPU from each picture, applied to the next one, never read by the CPU."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import wgpu

from ..engine.gpu import Gpu
from ..engine.scene.settings import Exposure
from ..shaders import groups
from ..shaders.structs import ADAPTED, HISTOGRAM_BINS, Metering
from .buffers import buffer
from .pipelines import Kernels
from .tape import Encoder

SAMPLES = 1 << 20
"""At most so many pixels of a picture are measured."""


def exposure_of(ev100: float) -> float:
    """What light is multiplied by at an exposure value: the saturation-based speed of ISO 12232.

    As in Lagarde & de Rousiers 2014, "Moving Frostbite to Physically Based Rendering".
    """
    return float(1 / (1.2 * 2.0**ev100))


class AutoExposure:
    """Measures pictures and adapts: `record` after the picture is there, `apply` before the next one begins."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        usage = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC | wgpu.BufferUsage.COPY_DST
        self._adapted = buffer(gpu, "adapted exposure", ADAPTED.size, usage)
        self._histogram = buffer(gpu, "histogram", 8 * HISTOGRAM_BINS)
        self._layout = groups.METER.layout(gpu.device)
        self._kernels = Kernels(gpu, "auto_exposure", [groups.METER], [self._layout])

    def begin(self, exposure: float) -> None:
        """Start anew, from an exposure (what light is multiplied by)."""
        values = np.zeros((), ADAPTED.dtype)
        values["exposure"] = values["used"] = exposure
        values["wanted"] = math.log2(exposure)
        self.gpu.device.queue.write_buffer(self._adapted, 0, values.tobytes())

    def bind(self, size: tuple[int, int], meter: dict[str, Any], frame: dict[str, Any], hdr: Any) -> None:
        """Measure a picture of `size` pixels; `meter` and `frame` are the uniforms."""
        self._size = size
        self._group = groups.METER.bind(
            self.gpu.device,
            self._layout,
            meter=meter,
            frame=frame,
            hdr=hdr,
            histogram={"buffer": self._histogram},
            adapted={"buffer": self._adapted},
        )

    @property
    def step(self) -> int:
        """Every so many pixels one is measured, in x and y."""
        w, h = self._size
        return max(1, math.ceil(math.sqrt(w * h / SAMPLES)))

    def fill(self, meter: Any, settings: Exposure, seconds: float) -> None:
        """Write structs.METER; `seconds` since the last picture, negative to adapt at once."""
        meter["size"], meter["step"] = self._size, self.step
        meter["metering"] = Metering[settings.metering.upper()]
        meter["darkest"], meter["brightest"] = settings.darkest, settings.brightest
        low, high = sorted((settings.lowest, settings.highest))
        meter["lowest"], meter["highest"] = math.log2(exposure_of(high)), math.log2(exposure_of(low))
        meter["compensation"] = settings.compensation
        meter["seconds"] = seconds
        meter["to_bright"], meter["to_dark"] = settings.to_bright, settings.to_dark

    def apply(self, encoder: Encoder, target: wgpu.GPUBuffer, offset: int) -> None:
        """Put the exposure in its place in the frame's uniforms."""
        encoder.copy_buffer_to_buffer(self._adapted, 0, target, offset, 4)

    def record(self, encoder: Encoder, keep: wgpu.GPUBuffer | None = None) -> None:
        """Measure the picture and adapt to it; `keep` gets the histogram, for who wants to show it."""
        w, h = (-(-edge // self.step) for edge in self._size)
        compute = encoder.begin_compute_pass(label="exposure")
        compute.set_pipeline(self._kernels["measure"])
        compute.set_bind_group(0, self._group)
        compute.dispatch_workgroups(-(-w // 16), -(-h // 16))
        if keep is not None:
            compute.end()
            encoder.copy_buffer_to_buffer(self._histogram, 0, keep, 0, 8 * HISTOGRAM_BINS)
            compute = encoder.begin_compute_pass(label="exposure")
            compute.set_bind_group(0, self._group)
        compute.set_pipeline(self._kernels["adapt"])
        compute.dispatch_workgroups(1)
        compute.end()

    def read(self) -> float:
        """The exposure that the last picture was drawn with. Waits for the GPU."""
        raw: Any = self.gpu.device.queue.read_buffer(self._adapted, 0, ADAPTED.size)
        return float(np.frombuffer(raw, ADAPTED.dtype)["used"][0])
