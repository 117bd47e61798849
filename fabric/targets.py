"""The textures that passes draw and write into: their formats, and how they are made."""

from __future__ import annotations

from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu

HDR_FORMAT = "rgba16float"
"""Of scene light."""
DEPTH_FORMAT = "depth32float"
IMAGE_FORMAT = "rgba8unorm"
"""Of the finished picture, not sRGB: shaders encode."""

BACKGROUND = {"format": DEPTH_FORMAT, "depth_write_enabled": False, "depth_compare": "greater-equal"}
"""The depth state of what is drawn behind everything."""

_Usage = wgpu.TextureUsage
COPY_SRC: int = _Usage.COPY_SRC
COPY_DST: int = _Usage.COPY_DST


def drawn(gpu: Gpu, label: str, size: tuple[int, int], format: str, more: int = 0) -> wgpu.GPUTexture:
    """A texture that render passes draw into and others look at; `more` are further usages."""
    usage = _Usage.RENDER_ATTACHMENT | _Usage.TEXTURE_BINDING | more
    return gpu.device.create_texture(label=label, size=(*size, 1), format=format, usage=usage)


def written(
    gpu: Gpu, label: str, size: tuple[int, int], format: str, more: int = 0, levels: int = 1
) -> wgpu.GPUTexture:
    """A texture that kernels write into and others look at."""
    usage = _Usage.STORAGE_BINDING | _Usage.TEXTURE_BINDING | more
    return gpu.device.create_texture(
        label=label, size=(*size, 1), format=format, usage=usage, mip_level_count=levels
    )  # fmt: skip


def read(gpu: Gpu, texture: wgpu.GPUTexture, channels: int, dtype: Any) -> NDArray[Any]:
    """(h, w, channels) what is in a texture. Waits for the GPU."""
    w, h, row = texture.width, texture.height, texture.width * channels * np.dtype(dtype).itemsize
    raw: Any = gpu.device.queue.read_texture(
        {"texture": texture}, {"bytes_per_row": row, "rows_per_image": h}, (w, h, 1)
    )
    return np.frombuffer(raw, dtype).reshape(h, w, channels)
