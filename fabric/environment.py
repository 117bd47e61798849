"""The surroundings on the GPU: a cube map prefiltered by roughness, and spherical harmonics for diffuse light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.scene.components import Environment
from ..loom.woven import WovenEnvironment
from ..shaders import groups
from ..shaders.bindings import Bindings
from ..shaders.modules import program
from ..shaders.structs import IRRADIANCE, PREFILTERING, SURROUNDINGS, EnvironmentSource
from .tape import ComputePass, Encoder

LEVELS = 5
"""Levels of the prefiltered cube: roughness 0, ¼, ½, ¾, 1."""
FACE_SMOOTH = 64
"""Texels along an edge of a face for gradients, even colours and skies: no detail that is finer than 1.5°."""
FACE_FILE_MAX = 1024
IRRADIANCE_FACE = 32
"""The level that the irradiance is summed over has at most so many texels along an edge."""
_ALIGN = 256  # uniform offsets


class EnvironmentMap:
    """What the frame binds of the surroundings, and the kernels that make it.

    view: a cube view, level = roughness * (LEVELS - 1). irradiance: the buffer with (9, 4) float32, see
    `spherical_harmonics`. component: the Environment that is shown, for what needs no cube (intensity, rotation,
    backdrop).

    Level 0 is what a mirror sees; `relight` makes everything else from it, on the GPU alone. A source that changes
    while the scene runs writes level 0 by a kernel of its own, and has the same encoder relit:

        new = environment.resize(FACE_SMOOTH)        # once; True: bind `view` and `level_0` anew
        ...                                          # every time: dispatch what writes environment.level_0
        environment.relight(encoder)
    """

    view: wgpu.GPUTextureView
    level_0: wgpu.GPUTextureView
    """Six layers, rgba16float, to be written as a storage texture: radiance before its intensity, not rotated."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self.component = Environment()
        self.face = 0
        self._shown: tuple[Any, ...] | None = None
        self._fill = _Kernel(gpu, "environment_fill", "fill", groups.ENVIRONMENT_FILL)
        self._halve = _Kernel(gpu, "environment_levels", "halve", groups.ENVIRONMENT_LEVELS)
        self._prefilter = _Kernel(gpu, "environment_prefilter", "prefilter", groups.ENVIRONMENT_PREFILTER)
        self._project = _Kernel(gpu, "environment_irradiance", "project", groups.ENVIRONMENT_IRRADIANCE)
        self._sampler = gpu.device.create_sampler(mag_filter="linear", min_filter="linear", mipmap_filter="linear")
        self.irradiance = gpu.device.create_buffer(
            label="irradiance", size=IRRADIANCE.size,
            usage=wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC,
        )  # fmt: skip
        self._surroundings = gpu.device.create_buffer(
            label="surroundings", size=SURROUNDINGS.size, usage=wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        )
        self._no_picture = _picture(gpu, np.zeros((1, 1, 3), np.float32))

    def resize(self, face: int) -> bool:
        """Have `face` x `face` texels a face (a power of two from 64 on). Returns whether all views are new ones."""
        if face == self.face:
            return False
        gpu, self.face = self.gpu, face
        levels = face.bit_length() - 1
        out = _cube(gpu, face, LEVELS, "environment")
        source = _cube(gpu, face // 2, levels, "environment's levels")
        self.view = out.create_view(dimension="cube")
        self.level_0 = _level(out, 0)
        self._smooth_group = self._fill.bind(
            surroundings={"buffer": self._surroundings}, picture=self._no_picture, level_out=self.level_0
        )
        finer = self.level_0
        self._halvings: list[tuple[wgpu.GPUBindGroup, int]] = []
        for level in range(levels):
            coarser = _level(source, level)
            self._halvings.append((self._halve.bind(level_in=finer, level_out=coarser), face >> (level + 1)))
            finer = coarser
        values = np.zeros((LEVELS, _ALIGN), np.uint8)
        uniforms = gpu.device.create_buffer(
            label="prefiltering", size=values.size, usage=wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        )
        cube = source.create_view(dimension="cube")
        self._prefilterings: list[tuple[wgpu.GPUBindGroup, int]] = []
        for level in range(1, LEVELS):
            value = values[level, : PREFILTERING.size].view(PREFILTERING.dtype)
            value["roughness"] = level / (LEVELS - 1)
            value["samples"] = min(256, 32 << level)  # smaller levels have wider lobes to cover
            value["size"] = face >> level
            value["source_size"] = face // 2
            part = {"buffer": uniforms, "offset": level * _ALIGN, "size": PREFILTERING.size}
            group = self._prefilter.bind(
                prefiltering=part, source=cube, clamp_sampler=self._sampler, level_out=_level(out, level)
            )
            self._prefilterings.append((group, face >> level))
        gpu.device.queue.write_buffer(uniforms, 0, values)
        small = _level(source, max(0, (face // 2 // IRRADIANCE_FACE).bit_length() - 1))
        self._project_group = self._project.bind(level_in=small, irradiance_out={"buffer": self.irradiance})
        return True

    def relight(self, encoder: Encoder) -> None:
        """Level 0 was written: make the other levels and the irradiance from it. Nothing is made or read back."""
        self._shown = None
        compute = encoder.begin_compute_pass(label="environment")
        self._halve.record(compute, self._halvings)
        self._prefilter.record(compute, self._prefilterings)
        compute.set_pipeline(self._project.pipeline)
        compute.set_bind_group(0, self._project_group)
        compute.dispatch_workgroups(1)
        compute.end()

    def show(self, woven: WovenEnvironment) -> bool:
        """Show other surroundings. Returns whether `view` is a new one, to be bound anew.

        What only intensity, rotation, backdrop or visibility tell apart costs nothing.
        """
        component, pixels = woven.component, woven.pixels
        self.component = component
        source = (component.source, component.color, component.zenith, component.horizon, component.ground, id(pixels))
        if source == self._shown:
            return False
        picture = pixels if component.source == "file" else None
        face = FACE_SMOOTH
        if picture is not None:
            face = min(FACE_FILE_MAX, max(64, 1 << (picture.shape[0] - 1).bit_length()))
        new = self.resize(face)
        values = np.zeros((), SURROUNDINGS.dtype)
        values["source"] = EnvironmentSource[component.source.upper()]
        values["size"] = face
        for key in ("zenith", "horizon", "ground", "color"):
            values[key] = getattr(component, key)
        self.gpu.device.queue.write_buffer(self._surroundings, 0, values.tobytes())
        group = self._smooth_group
        if picture is not None:
            group = self._fill.bind(
                surroundings={"buffer": self._surroundings},
                picture=_picture(self.gpu, picture),
                level_out=self.level_0,
            )
        encoder = self.gpu.device.create_command_encoder(label="environment")
        compute = encoder.begin_compute_pass()
        self._fill.record(compute, [(group, face)])
        compute.end()
        self.relight(encoder)
        self.gpu.device.queue.submit([encoder.finish()])
        self._shown, self._pixels = source, pixels
        return new


def without_sun(woven: WovenEnvironment) -> WovenEnvironment:
    """Surroundings of a scene that no sun makes a sky for: a gradient in its place."""
    if woven.component.source != "sky":
        return woven
    return replace(woven, component=replace(woven.component, source="gradient"))


def _cube(gpu: Gpu, face: int, levels: int, label: str) -> wgpu.GPUTexture:
    usage = wgpu.TextureUsage.STORAGE_BINDING | wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_SRC
    usage |= wgpu.TextureUsage.COPY_DST
    return gpu.device.create_texture(
        label=label, size=(face, face, 6), format="rgba16float", mip_level_count=levels, usage=usage
    )


def _level(texture: wgpu.GPUTexture, level: int) -> wgpu.GPUTextureView:
    return texture.create_view(dimension="2d-array", base_mip_level=level, mip_level_count=1)


class _Kernel:
    """A compute kernel over the six faces of a cube level."""

    def __init__(self, gpu: Gpu, name: str, entry: str, group: Bindings) -> None:
        self.device, self.group = gpu.device, group
        self.layout = group.layout(gpu.device)
        self.pipeline = gpu.device.create_compute_pipeline(
            label=name,
            layout=gpu.device.create_pipeline_layout(bind_group_layouts=[self.layout]),
            compute={"module": program(name, [group]).compile(gpu.device), "entry_point": entry},
        )

    def bind(self, **bound: Any) -> wgpu.GPUBindGroup:
        """A bind group of the kernel's."""
        return self.group.bind(self.device, self.layout, **bound)

    def record(self, compute: ComputePass, runs: Sequence[tuple[wgpu.GPUBindGroup, int]]) -> None:
        """Run over (size, size, 6) texels for every (bind group, size), one after the other."""
        compute.set_pipeline(self.pipeline)
        for group, size in runs:
            compute.set_bind_group(0, group)
            compute.dispatch_workgroups(-(-size // 8), -(-size // 8), 6)


def _picture(gpu: Gpu, pixels: NDArray[np.float32]) -> wgpu.GPUTextureView:
    h, w, _ = pixels.shape
    rgba = np.ones((h, w, 4), np.float32)
    rgba[..., :3] = pixels
    texture = gpu.device.create_texture(
        label="equirectangular picture", size=(w, h, 1), format="rgba32float",
        usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
    )  # fmt: skip
    rows = max(1, (16 << 20) // (w * 16))  # in pieces of 16 MB: larger ones stall
    for first in range(0, h, rows):
        part = np.ascontiguousarray(rgba[first : first + rows])
        gpu.device.queue.write_texture(
            {"texture": texture, "origin": (0, first, 0)}, part, {"bytes_per_row": w * 16, "rows_per_image": len(part)},
            (w, len(part), 1),
        )  # fmt: skip
    return texture.create_view()
