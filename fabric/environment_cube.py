"""A cube map that light is taken from: what makes its levels and its irradiance, all on the GPU.

Karis 2013, "Real Shading in Unreal Engine 4": one level for each of a few roughnesses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.bindings import Bindings
from ..shaders.modules import Program, program
from ..shaders.structs import PREFILTERING
from .pipelines import Kernels
from .tape import ComputePass, Encoder

IRRADIANCE_FACE = 32
"""The irradiance is summed over the level that has at least so many texels along an edge."""
SAMPLES = (64, 128, 384, 512)
"""How many directions a texel of the first prefiltered level is the mean of, of the second, the third, all others.

A sun in the picture shows single samples as spots where there are too few; small levels can afford many.
"""
SAMPLES_SMOOTH = (64, 128, 128)
"""For cubes that are made anew while the scene runs, from skies without a sun's disc."""
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_ALIGN = 256  # offsets of uniforms and storage


def levels_of(face: int) -> int:
    """How many levels a cube of `face` texels along an edge has."""
    return 7 if face >= 256 else 5


def roughness_of(level: int, levels: int) -> float:
    """The roughness that a level is prefiltered for: of 5 levels 0, ¼, ½, ¾, 1; of 7 also ⅛ and ⅜.

    The inverse of `environment_level` in `environment_light.wgsl`.
    """
    last = levels - 1
    return max(level / (2 * last - 4), (level - last + 4) / 4)


def level_offsets(face: int) -> list[int]:
    """Where each level of a packed cube starts, and where the last ends: bytes."""
    sizes = [-(-6 * 4 * (face >> level) ** 2 // _ALIGN) * _ALIGN for level in range(levels_of(face))]
    return [0, *accumulate(sizes)]


def lobe_samples(roughness: float, count: int, size: int) -> NDArray[np.float32]:
    """(count, 4) x, y, level, weight: what of the lobe around a normal, seen along it, is sampled where and how wide.

    Half vectors follow GGX, l = reflect(-n, h), weighted by Smith's shadowing of l. A sample reads the level of a cube
    with `size` texels along an edge whose texels are as large as its part of the sphere (Křivánek & Colbert 2008,
    "Real-time Shading with Filtered Importance Sampling"). They lie on a spiral that ends at the horizon. Importance
    alone would leave the long tail to a few of the widest samples, through which bright things leak: more of them go
    there the narrower the lobe is, and more to the middle the wider it is.
    """
    a2 = roughness**4
    power = 2.5 + (0.5 - 2.5) * roughness
    rest = 1 - (np.arange(count) + 0.5) / count
    u = (1 - rest**power) / (1 + a2)  # of the lobe's part that is above the horizon
    density = power * rest ** (power - 1) / (1 + a2)  # du/di * count
    sin2 = a2 * u / (1 - (1 - a2) * u)  # of the half vector
    nl = 1 - 2 * sin2
    solid = 4 * np.pi * (sin2 + a2 * (1 - sin2)) ** 2 / a2 * density / count
    level = 0.5 * np.log2(solid * size * size / 4)  # a texel in a face's middle has 4 / size²
    around = np.arange(count) * GOLDEN_ANGLE
    sine = 2 * np.sqrt(sin2 * (1 - sin2))
    weight = 2 * nl / (nl + np.sqrt(nl * nl * (1 - a2) + a2)) * density
    return np.stack([sine * np.cos(around), sine * np.sin(around), level, weight / weight.sum()], axis=1).astype("<f4")


class EnvironmentKernels:
    """The kernels that every cube shares."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self.fill = Kernel(gpu, "environment_fill", "fill", groups.ENVIRONMENT_FILL)
        self.halve = Kernel(gpu, "environment_levels", "halve", groups.ENVIRONMENT_LEVELS)
        self.prefilter = Kernel(gpu, "environment_prefilter", "prefilter", groups.ENVIRONMENT_PREFILTER)
        self.project = Kernel(gpu, "environment_irradiance", "project", groups.ENVIRONMENT_IRRADIANCE)
        self.pack = Kernel(gpu, "environment_pack", "pack", groups.ENVIRONMENT_PACK)
        make = gpu.device.create_sampler
        self.sampler = make(label="environment", mag_filter="linear", min_filter="linear", mipmap_filter="linear")
        self.around_sampler = make(
            label="panorama", mag_filter="linear", min_filter="linear", address_mode_u="repeat"
        )  # fmt: skip

    @property
    def code(self) -> str:
        """All of their WGSL."""
        kernels = (self.fill, self.halve, self.prefilter, self.project, self.pack)
        return "".join(kernel.program.code for kernel in kernels)


class Kernel:
    """A compute kernel over the six faces of a cube level."""

    def __init__(self, gpu: Gpu, name: str, entry: str, group: Bindings) -> None:
        self.device, self.group = gpu.device, group
        self.layout = group.layout(gpu.device)
        self._name, self._entry = name, entry
        self._kernels = Kernels(gpu, name, [group], [self.layout])

    @cached_property
    def program(self) -> Program:
        """Its WGSL."""
        return program(self._name, [self.group])

    @property
    def pipeline(self) -> wgpu.GPUComputePipeline:
        """The pipeline, made when it is first asked for."""
        return self._kernels[self._entry]

    def bind(self, **bound: Any) -> wgpu.GPUBindGroup:
        """A bind group of the kernel's."""
        return self.group.bind(self.device, self.layout, **bound)

    def record(self, compute: ComputePass, runs: Sequence[tuple[wgpu.GPUBindGroup, int]]) -> None:
        """Run over (size, size, 6) texels for every (bind group, size), one after the other."""
        compute.set_pipeline(self.pipeline)
        for group, size in runs:
            compute.set_bind_group(0, group)
            compute.dispatch_workgroups(-(-size // 8), -(-size // 8), 6)


class EnvironmentCube:
    """A cube whose level 0 somebody writes, and what makes the rest of it.

    face: texels along an edge, a multiple of 64.  view: the cube.  level_0: its first level as six layers, rgba16float,
    a storage texture.  irradiance: the buffer that gets the structs.IRRADIANCE.
    """

    def __init__(
        self, kernels: EnvironmentKernels, face: int, irradiance: wgpu.GPUBuffer, samples: Sequence[int]
    ) -> None:
        """samples: for each level from the first prefiltered one on; the last holds for those that are not named."""
        assert face % 64 == 0, face
        gpu, self.kernels, self.face, self.levels = kernels.gpu, kernels, face, levels_of(face)
        halvings = (face & -face).bit_length() - 1  # until the texels along an edge are odd
        self.texture = _cube(gpu, face, self.levels, "environment")
        source = _cube(gpu, face // 2, halvings, "environment's means")
        self.view = self.texture.create_view(dimension="cube")
        outs = [_level(self.texture, level) for level in range(self.levels)]
        means = [_level(source, level) for level in range(halvings)]
        self.level_0 = outs[0]
        self._outs = outs
        self._halvings = [
            (kernels.halve.bind(level_in=finer, level_out=coarser), face >> (level + 1))
            for level, (finer, coarser) in enumerate(zip([outs[0], *means], means, strict=False))
        ]
        stride = -(-PREFILTERING.size // _ALIGN) * _ALIGN
        values = np.zeros((self.levels, stride), np.uint8)
        uniforms = gpu.device.create_buffer(
            label="prefiltering", size=values.size, usage=wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        )
        cube = source.create_view(dimension="cube")
        self._prefilterings: list[tuple[wgpu.GPUBindGroup, int]] = []
        for level in range(1, self.levels):
            value = values[level, : PREFILTERING.size].view(PREFILTERING.dtype)
            count = samples[min(level, len(samples)) - 1]
            value["lobe"][0, :count] = lobe_samples(roughness_of(level, self.levels), count, face // 2)
            value["samples"] = count
            value["size"] = face >> level
            part = {"buffer": uniforms, "offset": level * stride, "size": PREFILTERING.size}
            group = kernels.prefilter.bind(
                prefiltering=part, source=cube, clamp_sampler=kernels.sampler, level_out=outs[level]
            )
            self._prefilterings.append((group, face >> level))
        gpu.device.queue.write_buffer(uniforms, 0, values)
        small = means[(face // 2 // IRRADIANCE_FACE).bit_length() - 1]
        self._project_group = kernels.project.bind(level_in=small, irradiance_out={"buffer": irradiance})

    def relight(self, encoder: Encoder) -> None:
        """Level 0 was written: make the other levels and the irradiance from it."""
        compute = encoder.begin_compute_pass(label="environment")
        self.kernels.halve.record(compute, self._halvings)
        self.kernels.prefilter.record(compute, self._prefilterings)
        compute.set_pipeline(self.kernels.project.pipeline)
        compute.set_bind_group(0, self._project_group)
        compute.dispatch_workgroups(1)
        compute.end()

    def packed(self) -> bytes:
        """Every level in rgb9e5ufloat, each where `level_offsets` says. Waits for the GPU."""
        gpu, offsets = self.kernels.gpu, level_offsets(self.face)
        buffer = gpu.device.create_buffer(
            label="packed environment", size=offsets[-1], usage=wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC
        )
        runs: list[tuple[wgpu.GPUBindGroup, int]] = []
        for level, out in enumerate(self._outs):
            size = self.face >> level
            part = {"buffer": buffer, "offset": offsets[level], "size": 6 * 4 * size * size}
            runs.append((self.kernels.pack.bind(level_in=out, packed=part), size))
        encoder = gpu.device.create_command_encoder(label="packed environment")
        compute = encoder.begin_compute_pass()
        self.kernels.pack.record(compute, runs)
        compute.end()
        gpu.device.queue.submit([encoder.finish()])
        raw: Any = gpu.device.queue.read_buffer(buffer)
        return bytes(raw)


def _cube(gpu: Gpu, face: int, levels: int, label: str) -> wgpu.GPUTexture:
    usage = wgpu.TextureUsage.STORAGE_BINDING | wgpu.TextureUsage.TEXTURE_BINDING
    usage |= wgpu.TextureUsage.COPY_SRC | wgpu.TextureUsage.COPY_DST
    return gpu.device.create_texture(
        label=label, size=(face, face, 6), format="rgba16float", mip_level_count=levels, usage=usage
    )


def _level(texture: wgpu.GPUTexture, level: int) -> wgpu.GPUTextureView:
    return texture.create_view(dimension="2d-array", base_mip_level=level, mip_level_count=1)
