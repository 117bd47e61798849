"""What a panorama lights the scene with, made once and kept on disk: the cube, prefiltered, and the irradiance."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..assets.hdr import Rgbe
from ..assets.panorama import Panorama
from ..engine import cache
from ..engine.gpu import Gpu
from ..shaders.structs import IRRADIANCE, SURROUNDINGS, EnvironmentSource
from . import environment_cube
from .environment_cube import EnvironmentCube, EnvironmentKernels, level_offsets, levels_of

FACE_MAX = 1280
FACE_EASY = 640
"""Texels along an edge that are made in no time: up to here, panoramas get twice as many as they have themselves."""
_KIND = "environments"
_VERSION = 1
"""Of what no parameter or shader text tells."""
_HEAD = struct.Struct("<I")  # texels along an edge


def face_of(height: int) -> int:
    """Texels along a cube's edge for a panorama `height` pixels high: 1024 → 640, a multiple of 64 as halving wants it.

    5/8 of the height are as many to the radian in a face's middle, where they are fewest. Twice that is sharper still,
    since what is enlarged on the screen is then filtered once, not twice.
    """
    equal = height * 0.625
    face = min(2 * equal, max(FACE_EASY, equal))
    return min(FACE_MAX, max(64, round(face / 64) * 64))


@dataclass(frozen=True, eq=False)
class BakedEnvironment:
    """A cube as `EnvironmentCube.packed` has it, and its structs.IRRADIANCE."""

    face: int
    irradiance: bytes | memoryview
    texels: bytes | memoryview

    def texture(self, gpu: Gpu) -> wgpu.GPUTexture:
        """The cube as an rgb9e5ufloat texture."""
        levels, offsets = levels_of(self.face), level_offsets(self.face)
        texture = gpu.device.create_texture(
            label="environment", size=(self.face, self.face, 6), format="rgb9e5ufloat", mip_level_count=levels,
            usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST | wgpu.TextureUsage.COPY_SRC,
        )  # fmt: skip
        texels = memoryview(self.texels)
        for level in range(levels):
            size = self.face >> level
            for first in range(6):  # one at a time: larger pieces stall
                part = texels[offsets[level] + first * 4 * size * size :][: 4 * size * size]
                to = {"texture": texture, "mip_level": level, "origin": (0, 0, first)}
                layout = {"bytes_per_row": 4 * size, "rows_per_image": size}
                gpu.device.queue.write_texture(to, part, layout, (size, size, 1))
        return texture


def baked(kernels: EnvironmentKernels, panorama: Panorama) -> BakedEnvironment:
    """From the cache, else made now and kept there: the same to the bit."""
    key = _key(kernels, panorama)
    body = cache.load(_KIND, key)
    if body is not None and len(body) > _HEAD.size:
        (face,) = _HEAD.unpack(body[: _HEAD.size])
        start = _HEAD.size + IRRADIANCE.size
        if 0 < face <= FACE_MAX and face % 64 == 0 and len(body) == start + level_offsets(face)[-1]:
            return BakedEnvironment(face, body[_HEAD.size : start], body[start:])
    made = _bake(kernels, panorama.rgbe)
    cache.store(_KIND, key, [_HEAD.pack(made.face), made.irradiance, made.texels])
    return made


def _key(kernels: EnvironmentKernels, panorama: Panorama) -> str:
    """What the result depends on: the file, the code, its parameters, and how the adapter rounds."""
    info = kernels.gpu.info
    parts = (_VERSION, FACE_MAX, environment_cube.SAMPLES, environment_cube.IRRADIANCE_FACE, kernels.code)
    told = repr((parts, [info.get(name) for name in ("vendor", "device", "description")]))
    return hashlib.blake2b(panorama.digest.tobytes() + told.encode(), digest_size=32).hexdigest()


def _bake(kernels: EnvironmentKernels, rgbe: Rgbe) -> BakedEnvironment:
    gpu = kernels.gpu
    while max(rgbe.texels.shape) > gpu.device.limits["max-texture-dimension-2d"]:
        rgbe = rgbe.halved()
    usage = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC
    irradiance = gpu.device.create_buffer(label="irradiance", size=IRRADIANCE.size, usage=usage)
    cube = EnvironmentCube(kernels, face_of(len(rgbe.texels)), irradiance, environment_cube.SAMPLES)
    texels, scale = shared_exponents(rgbe)
    values = np.zeros((), SURROUNDINGS.dtype)
    values["source"], values["size"], values["scale"] = EnvironmentSource.FILE, cube.face, scale
    surroundings = gpu.device.create_buffer_with_data(data=values.tobytes(), usage=wgpu.BufferUsage.UNIFORM)
    group = kernels.fill.bind(
        surroundings={"buffer": surroundings},
        picture=picture(gpu, texels),
        around_sampler=kernels.around_sampler,
        level_out=cube.level_0,
    )
    encoder = gpu.device.create_command_encoder(label="environment")
    compute = encoder.begin_compute_pass()
    kernels.fill.record(compute, [(group, cube.face)])
    compute.end()
    cube.relight(encoder)
    gpu.device.queue.submit([encoder.finish()])
    raw: Any = gpu.device.queue.read_buffer(irradiance)
    return BakedEnvironment(cube.face, bytes(raw), cube.packed())


def shared_exponents(rgbe: Rgbe) -> tuple[NDArray[np.uint32], float]:
    """A Radiance picture as (h, w) uint32 rgb9e5ufloat, and the factor, from 1 to 2, that it still lacks.

    That format has a bit more of mantissa and fewer exponents: radiance above 65,408 is cut off, and what is below
    2^-15 loses digits.
    """
    mantissa, power = np.frexp(1 / rgbe.exposure)  # in ½..1
    exponents = np.arange(256) + (int(power) - 1 - 136 - 1 + 24)
    exponents[0] = -9  # black
    stored, one = rgbe.texels[..., 3], np.uint32(1)
    down = np.clip(-exponents, 0, 9).astype(np.uint32)[stored]
    bits: NDArray[np.uint32] = (np.clip(exponents, 0, 31).astype(np.uint32) << np.uint32(27))[stored]
    for channel in range(3):
        bits |= ((rgbe.texels[..., channel].astype(np.uint32) << one) >> down) << np.uint32(9 * channel)
    bits[(exponents > 31)[stored]] = 0xFFFFFFFF
    return bits, float(2 * mantissa)


def picture(gpu: Gpu, texels: NDArray[np.uint32]) -> wgpu.GPUTextureView:
    """(h, w) uint32 as an rgb9e5ufloat texture."""
    h, w = texels.shape
    texture = gpu.device.create_texture(
        label="panorama", size=(w, h, 1), format="rgb9e5ufloat",
        usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
    )  # fmt: skip
    rows = max(1, (16 << 20) // (w * 4))  # in pieces of 16 MB: larger ones stall
    for first in range(0, h, rows):
        part = np.ascontiguousarray(texels[first : first + rows])
        gpu.device.queue.write_texture(
            {"texture": texture, "origin": (0, first, 0)}, part, {"bytes_per_row": w * 4, "rows_per_image": len(part)},
            (w, len(part), 1),
        )  # fmt: skip
    return texture.create_view()
