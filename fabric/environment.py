"""The surroundings on the GPU: a cube map prefiltered by roughness, and spherical harmonics for diffuse light."""

from __future__ import annotations

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
from ..shaders.structs import PREFILTERING, SURROUNDINGS, EnvironmentSource
from . import spherical_harmonics as sh

LEVELS = 5
"""Levels of the prefiltered cube: roughness 0, ¼, ½, ¾, 1."""
FACE_GRADIENT = 64
FACE_FILE_MAX = 1024


class EnvironmentMap:
    """What the frame binds of the surroundings, and the kernels that make it.

    view: a cube view, level = roughness * (LEVELS - 1). irradiance: (9, 4) float32, see `spherical_harmonics`.
    component: the Environment that is shown, for what needs no cube (intensity, rotation, backdrop).
    """

    view: wgpu.GPUTextureView

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self.component = Environment()
        self.irradiance: NDArray[np.float32] = np.zeros((9, 4), np.float32)
        self._face = 0
        self._shown: tuple[Any, ...] | None = None
        self._fill = _Kernel(gpu, "environment_fill", "fill", groups.ENVIRONMENT_FILL)
        self._halve = _Kernel(gpu, "environment_levels", "halve", groups.ENVIRONMENT_LEVELS)
        self._prefilter = _Kernel(gpu, "environment_prefilter", "prefilter", groups.ENVIRONMENT_PREFILTER)
        self._sampler = gpu.device.create_sampler(mag_filter="linear", min_filter="linear", mipmap_filter="linear")

    def show(self, woven: WovenEnvironment) -> bool:
        """Show other surroundings. Returns whether `view` is a new one, to be bound anew.

        What only intensity, rotation, backdrop or visibility tell apart costs nothing.
        """
        component, pixels = woven.component, woven.pixels
        self.component = component
        source = (component.source, component.color, component.zenith, component.horizon, component.ground, id(pixels))
        if source == self._shown:
            return False
        self._shown, self._pixels = source, pixels
        if component.source == "file" and pixels is not None:
            height = pixels.shape[0]
            face = min(FACE_FILE_MAX, max(64, 1 << (height - 1).bit_length()))
            self.irradiance = sh.project(pixels, block=max(1, height // 128))
        else:
            face = FACE_GRADIENT
            self.irradiance = sh.project(_equirect(component))
        new = bool(face != self._face)
        if new:
            self._face = face
            self._source = _cube(self.gpu, face, face.bit_length(), "environment")
            self._out = _cube(self.gpu, face, LEVELS, "prefiltered environment")
            self.view = self._out.create_view(dimension="cube")
        self._bake(component, pixels, face)
        return new

    def _bake(self, component: Environment, pixels: NDArray[np.float32] | None, face: int) -> None:
        gpu, source, out = self.gpu, self._source, self._out
        values = np.zeros((), SURROUNDINGS.dtype)
        values["source"] = EnvironmentSource[component.source.upper()]
        values["size"] = face
        for key in ("zenith", "horizon", "ground", "color"):
            values[key] = getattr(component, key)
        encoder = gpu.device.create_command_encoder(label="environment")
        self._fill.record(
            encoder,
            face,
            surroundings=_uniform(gpu, values),
            picture=_picture(gpu, pixels),
            level_out=_level(source, 0),
        )
        for level in range(1, face.bit_length()):
            self._halve.record(
                encoder, face >> level, level_in=_level(source, level - 1), level_out=_level(source, level)
            )
        encoder.copy_texture_to_texture({"texture": source}, {"texture": out}, (face, face, 6))
        cube = source.create_view(dimension="cube")
        for level in range(1, LEVELS):
            values = np.zeros((), PREFILTERING.dtype)
            values["roughness"] = level / (LEVELS - 1)
            values["samples"] = min(256, 32 << level)  # smaller levels have wider lobes to cover
            values["size"] = face >> level
            values["source_size"] = face
            self._prefilter.record(
                encoder,
                face >> level,
                prefiltering=_uniform(gpu, values),
                source=cube,
                clamp_sampler=self._sampler,
                level_out=_level(out, level),
            )
        gpu.device.queue.submit([encoder.finish()])


def _equirect(environment: Environment, height: int = 32) -> NDArray[np.float32]:
    """A sky or a colour as (h, 2h, 3) radiance: the twin of `environment_fill.wgsl`."""
    if environment.source != "sky":
        return np.broadcast_to(np.asarray(environment.color, np.float32), (height, 2 * height, 3)).copy()
    d, _ = sh.equirect_directions(height, 2 * height)
    y = d[..., 1:2]
    above = _mix(environment.horizon, environment.zenith, np.clip(y, 0, 1) ** 0.45)
    below = _mix(np.multiply(environment.horizon, 0.6), environment.ground, np.clip(-y, 0, 1) ** 0.3)
    t = np.clip((y + 0.02) / 0.04, 0, 1)
    return _mix(below, above, t * t * (3 - 2 * t)).astype(np.float32)


def _mix(a: Any, b: Any, t: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(a) * (1 - t) + np.asarray(b) * t


def _cube(gpu: Gpu, face: int, levels: int, label: str) -> wgpu.GPUTexture:
    usage = wgpu.TextureUsage.STORAGE_BINDING | wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST
    usage |= wgpu.TextureUsage.COPY_SRC
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

    def record(self, encoder: wgpu.GPUCommandEncoder, size: int, **bound: Any) -> None:
        """Run over (size, size, 6) texels."""
        compute = encoder.begin_compute_pass()
        compute.set_pipeline(self.pipeline)
        compute.set_bind_group(0, self.group.bind(self.device, self.layout, **bound))
        compute.dispatch_workgroups(-(-size // 8), -(-size // 8), 6)
        compute.end()


def _uniform(gpu: Gpu, value: NDArray[np.void]) -> dict[str, Any]:
    data = value.tobytes()
    return {"buffer": gpu.device.create_buffer_with_data(data=data, usage=wgpu.BufferUsage.UNIFORM)}


def _picture(gpu: Gpu, pixels: NDArray[np.float32] | None) -> wgpu.GPUTextureView:
    rgb = np.zeros((1, 1, 3), np.float32) if pixels is None else pixels
    h, w, _ = rgb.shape
    rgba = np.ones((h, w, 4), np.float32)
    rgba[..., :3] = rgb
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
