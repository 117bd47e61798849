"""Screen-space ambient occlusion: how much of the light from all around things keep off, and which way is open.

A search for horizons in the prepass's depth (Jimenez, Wu, Pesce & Jarabo 2016, "Practical Real-Time Strategies for
Accurate Indirect Occlusion"), collected in bit masks (Therrien, Levesque & Gilet 2023, "Screen Space Indirect Lighting
with Visibility Bitmask"), so that what is thin casts no shade as if it were a wall. `ao_search.wgsl` says how.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.scene.settings import AmbientOcclusion as AmbientOcclusionSettings
from ..shaders import groups
from ..shaders.bindings import Bindings
from .buffers import buffer
from .pipelines import Kernels
from .tape import Encoder
from .targets import COPY_SRC, read, written

FORMAT = "rgba16float"
"""xyz: the mean open direction, less the surface's, in view space; w: the part that is open."""

_LEVELS = 6  # AO_LEVELS
_FOUND = 16  # bytes that the search writes for each pixel
_FARTHEST = 1e9
"""Metres that stand for no radius: squared, still a float32."""
_PHASES = np.array([0.7548776662466927, 0.5698402909980532, 0.6180339887498949])

_PROGRAMS: dict[str, Bindings] = {
    "ao_depths": groups.AO_DEPTHS,
    "ao_search": groups.AO_SEARCH,
    "ao_denoise": groups.AO_DENOISE,
    "ao_upsample": groups.AO_UPSAMPLE,
}
_Step = tuple[tuple[str, str], wgpu.GPUBindGroup, tuple[int, int]]


def level_sizes(size: tuple[int, int]) -> list[tuple[int, int]]:
    """(width, height) of the levels of depths: the picture's, and halves rounded up."""
    return [((size[0] + (1 << k) - 1) >> k, (size[1] + (1 << k) - 1) >> k) for k in range(_LEVELS)]


def open_view(gpu: Gpu) -> wgpu.GPUTextureView:
    """A single texel that is wholly open: what is bound where nothing is searched."""
    texture = gpu.device.create_texture(
        label="open",
        size=(1, 1, 1),
        format=FORMAT,
        usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
    )
    gpu.device.queue.write_texture(
        {"texture": texture}, np.array([0, 0, 0, 1], np.float16), {"bytes_per_row": 8, "rows_per_image": 1}, (1, 1, 1)
    )
    return texture.create_view()


class AmbientOcclusion:
    """The passes that search a picture's depth: `view` is their result, at the picture's size."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self._layouts = {name: bindings.layout(gpu.device) for name, bindings in _PROGRAMS.items()}
        self._kernels = {
            name: Kernels(gpu, name, [bindings], [self._layouts[name]]) for name, bindings in _PROGRAMS.items()
        }
        self._steps: list[_Step] = []
        self.size = (0, 0)
        self.half = False

    def resize(self, size: tuple[int, int], depth: wgpu.GPUTextureView, uniform: dict[str, Any], *, half: bool) -> None:
        """Make buffers for a picture of `size` pixels with this depth; `uniform` holds a structs.AMBIENT_OCCLUSION."""
        device = self.gpu.device
        self.size, self.half = size, half
        sizes = level_sizes(size)
        self.grid = sizes[half]
        counts = [w * h for w, h in sizes]
        self._offsets = np.concatenate([np.cumsum([0, *counts[:-1]]), [0, 0]]).reshape(2, 4)
        self.depths = depths = buffer(self.gpu, "ao depths", 4 * sum(counts))
        found, smoothed = (
            buffer(self.gpu, f"ao {name}", _FOUND * self.grid[0] * self.grid[1]) for name in ("found", "smoothed")
        )
        self._texture = written(self.gpu, "ao", size, FORMAT, COPY_SRC)
        self.view = out = self._texture.create_view()

        def step(name: str, entry: str, covers: tuple[int, int], **bound: Any) -> _Step:
            group = _PROGRAMS[name].bind(device, self._layouts[name], ao=uniform, **bound)
            return (name, entry), group, covers

        raw, smooth, away = {"buffer": found}, {"buffer": smoothed}, {"buffer": depths}
        self._steps = [
            step("ao_depths", "depths", size, depth=depth, view_depths=away),
            step("ao_search", "search", self.grid, view_depths=away, found=raw),
            step("ao_denoise", "close", self.grid, found=raw, smoothed=smooth, ao_out=out),
            step("ao_denoise", "wide" if half else "show", self.grid, found=smooth, smoothed=raw, ao_out=out),
        ]
        if half:
            self._steps.append(step("ao_upsample", "upsample", size, view_depths=away, smoothed=raw, ao_out=out))

    def set(self, values: NDArray[np.void], settings: AmbientOcclusionSettings) -> None:
        """Write what stays the same from frame to frame into a structs.AMBIENT_OCCLUSION."""
        values["size"], values["grid"] = self.size, self.grid
        values["stride"] = 2 if self.half else 1
        values["slices"], values["steps"] = settings.slices, settings.steps
        values["radius"] = min(settings.radius or _FARTHEST, _FARTHEST)
        values["thickness"] = min(settings.thickness, _FARTHEST)
        values["intensity"] = settings.intensity
        values["levels"] = self._offsets

    def look(self, values: NDArray[np.void], projection: NDArray[np.float64], near: float, sample: int) -> None:
        """Write the frame's own part of it.

        projection: (4, 4) clip_from_camera, shifted by its part of a pixel.  near: metres, of perspective ones.
        sample: of those that are averaged; every one searches other directions, so that their mean converges.
        """
        w, h = self.size
        flat = projection[3, 3] == 1
        x, y = projection[0, 0], projection[1, 1]
        # Of pixels: clip = at * (2 / w, -2 / h) + (-1, 1), then the projection undone on the plane z = -1.
        dx, dy = (-projection[0, 3], -projection[1, 3]) if flat else (projection[0, 2], projection[1, 2])
        values["ray_scale"] = 2 / (w * x), -2 / (h * y)
        values["ray_offset"] = (dx - 1) / x, (dy + 1) / y
        values["depth"] = (projection[2, 3], projection[2, 2]) if flat else (near, 0)
        values["orthographic"] = flat
        values["phase"] = sample * _PHASES % 1

    def record(self, encoder: Encoder) -> None:
        """Search the depth."""
        compute = encoder.begin_compute_pass(label="ambient occlusion")
        for (name, entry), group, (w, h) in self._steps:
            compute.set_pipeline(self._kernels[name][entry])
            compute.set_bind_group(0, group)
            compute.dispatch_workgroups(-(-w // 8), -(-h // 8))
        compute.end()

    def read(self) -> NDArray[np.float32]:
        """(h, w, 4) as FORMAT says. Waits for the GPU."""
        return read(self.gpu, self._texture, 4, np.float16).astype(np.float32)
