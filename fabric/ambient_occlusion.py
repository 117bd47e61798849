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
from ..shaders.modules import program
from .scene_buffers import buffer
from .tape import Encoder

FORMAT = "rgba16float"
"""xyz: the mean open direction, less the surface's, in view space; w: the part that is open."""

_LEVELS = 6  # AO_LEVELS
_FOUND = 16  # bytes that the search writes for each pixel
_FARTHEST = 1e9
"""Metres that stand for no radius: squared, still a float32."""
_PHASES = np.array([0.7548776662466927, 0.5698402909980532, 0.6180339887498949])

_Step = tuple[wgpu.GPUComputePipeline, wgpu.GPUBindGroup, tuple[int, int]]


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
        self._depths = self._made("ao_depths", "depths", groups.AO_DEPTHS)
        self._search = self._made("ao_search", "search", groups.AO_SEARCH)
        self._close, self._wide, self._show = (
            self._made("ao_denoise", entry, groups.AO_DENOISE) for entry in ("close", "wide", "show")
        )
        self._upsample = self._made("ao_upsample", "upsample", groups.AO_UPSAMPLE)
        self._steps: list[_Step] = []
        self.size = (0, 0)
        self.half = False

    def _made(self, name: str, entry: str, bindings: Bindings) -> wgpu.GPUComputePipeline:
        device = self.gpu.device
        return device.create_compute_pipeline(
            label=f"ao {entry}",
            layout=device.create_pipeline_layout(bind_group_layouts=[bindings.layout(device)]),
            compute={"module": program(name, [bindings]).compile(device), "entry_point": entry},
        )

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
        usage = wgpu.TextureUsage.STORAGE_BINDING | wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_SRC
        self._texture = device.create_texture(label="ao", size=(*size, 1), format=FORMAT, usage=usage)
        self.view = out = self._texture.create_view()

        def step(pipeline: wgpu.GPUComputePipeline, bindings: Bindings, covers: tuple[int, int], **bound: Any) -> _Step:
            group = bindings.bind(device, pipeline.get_bind_group_layout(0), ao=uniform, **bound)
            return pipeline, group, covers

        raw, smooth, away = {"buffer": found}, {"buffer": smoothed}, {"buffer": depths}
        self._steps = [
            step(self._depths, groups.AO_DEPTHS, size, depth=depth, view_depths=away),
            step(self._search, groups.AO_SEARCH, self.grid, view_depths=away, found=raw),
            step(self._close, groups.AO_DENOISE, self.grid, found=raw, smoothed=smooth, ao_out=out),
            step(
                self._wide if half else self._show,
                groups.AO_DENOISE,
                self.grid,
                found=smooth,
                smoothed=raw,
                ao_out=out,
            ),
        ]
        if half:
            self._steps.append(
                step(self._upsample, groups.AO_UPSAMPLE, size, view_depths=away, smoothed=raw, ao_out=out)
            )

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
        for pipeline, group, (w, h) in self._steps:
            compute.set_pipeline(pipeline)
            compute.set_bind_group(0, group)
            compute.dispatch_workgroups(-(-w // 8), -(-h // 8))
        compute.end()

    def read(self) -> NDArray[np.float32]:
        """(h, w, 4) as FORMAT says. Waits for the GPU."""
        w, h = self.size
        data: Any = self.gpu.device.queue.read_texture(
            {"texture": self._texture}, {"bytes_per_row": 8 * w, "rows_per_image": h}, (w, h, 1)
        )
        return np.frombuffer(data, np.float16).reshape(h, w, 4).astype(np.float32)
