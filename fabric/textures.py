"""Textures in pools: one 2D array per size and format, so that a scene needs few bindings and no bindless.

A scene with at most `groups.POOLS` distinct sizes keeps every picture as it is. With more, pictures are resampled to
powers of two, and the smallest pools are merged upwards until they fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..assets.mesh import U8
from ..engine.errors import GpuError
from ..engine.gpu import Gpu
from ..loom.woven import TextureData
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import TEXTURE


@dataclass(frozen=True)
class Pool:
    """Pictures of one size and format: rows of the scene's textures, in layer order."""

    size: tuple[int, int]
    srgb: bool
    rows: tuple[int, ...]


def _power_of_two(n: int, limit: int) -> int:
    lower = 1 << (max(n, 1).bit_length() - 1)
    nearest = lower if n * n < 2 * lower * lower else 2 * lower
    return nearest if nearest <= limit else lower


def plan_pools(sizes: Sequence[tuple[int, int]], srgb: Sequence[bool], max_size: int, max_layers: int) -> list[Pool]:
    """Which picture goes where. Sizes are (width, height); larger ones than `max_size` are reduced in proportion.

    Raises GpuError for more pictures than `groups.POOLS` pools of `max_layers` hold.
    """
    if sum(-(-count // max_layers) for count in Counter(srgb).values()) > groups.POOLS:
        most = groups.POOLS * max_layers
        raise GpuError(f"{len(sizes)} textures are too many: this device holds about {most}; join some into atlases")
    wanted: list[tuple[tuple[int, int], bool]] = []
    for (w, h), colour in zip(sizes, srgb, strict=True):
        reduce = min(1.0, max_size / max(w, h))
        wanted.append(((max(1, round(w * reduce)), max(1, round(h * reduce))), colour))
    pools = _gather(wanted, max_layers)
    if len(pools) > groups.POOLS:
        wanted = [((_power_of_two(w, max_size), _power_of_two(h, max_size)), colour) for (w, h), colour in wanted]
        pools = _gather(wanted, max_layers)
    while len(pools) > groups.POOLS:
        # Square the smallest oddly shaped size; when all are square, merge the smallest into the next larger.
        keys = sorted(set(wanted), key=lambda k: (k[0][0] == k[0][1], k[0][0] * k[0][1], k))
        (w, h), colour = keys[0]
        edge = max(w, h)
        if w == h:
            last = {c: size for size, c in keys}  # the largest of each colour has none to go to
            (w, h), colour = next(key for key in keys if key[0] != last[key[1]])
            edge = min(size[0] for size, c in keys if c == colour and size[0] > w)
        wanted = [((edge, edge), c) if (s, c) == ((w, h), colour) else (s, c) for s, c in wanted]
        pools = _gather(wanted, max_layers)
    return pools


def _gather(wanted: Sequence[tuple[tuple[int, int], bool]], max_layers: int) -> list[Pool]:
    rows: dict[tuple[tuple[int, int], bool], list[int]] = {}
    for row, key in enumerate(wanted):
        rows.setdefault(key, []).append(row)
    return [
        Pool(size, srgb, tuple(members[first : first + max_layers]))
        for (size, srgb), members in sorted(rows.items())
        for first in range(0, len(members), max_layers)
    ]


def _resized(pixels: U8, size: tuple[int, int]) -> U8:
    if (pixels.shape[1], pixels.shape[0]) == size:
        return np.ascontiguousarray(pixels)
    from PIL import Image

    # Channel by channel: as one picture, Pillow would multiply the others by alpha, and what is clear would be lost.
    channels = (Image.fromarray(np.ascontiguousarray(pixels[..., i])) for i in range(4))
    return np.stack([np.asarray(c.resize(size, Image.Resampling.LANCZOS)) for c in channels], axis=-1)


class TexturePools:
    """The pools on the GPU, with their mip levels. `table` is (n,) structs.TEXTURE; `views` fill the bindings."""

    def __init__(self, gpu: Gpu, textures: Sequence[TextureData], max_size: int) -> None:
        device = gpu.device
        limit = min(max_size, device.limits["max-texture-dimension-2d"])
        sizes = [(t.image.pixels.shape[1], t.image.pixels.shape[0]) for t in textures]
        self.pools = plan_pools(sizes, [t.srgb for t in textures], limit, device.limits["max-texture-array-layers"])
        self.table: NDArray[np.void] = np.zeros(max(1, len(textures)), TEXTURE.dtype)
        self.bytes = 0
        self.resampled = 0
        self.views: list[wgpu.GPUTextureView] = []
        mips = _Mips(gpu) if self.pools else None
        for number, pool in enumerate(self.pools):
            w, h = pool.size
            levels = max(w, h).bit_length()
            texture = device.create_texture(
                label=f"texture pool {number}",
                size=(w, h, len(pool.rows)),
                format="rgba8unorm-srgb" if pool.srgb else "rgba8unorm",
                mip_level_count=levels,
                usage=wgpu.TextureUsage.TEXTURE_BINDING
                | wgpu.TextureUsage.COPY_DST
                | wgpu.TextureUsage.RENDER_ATTACHMENT,
            )
            for layer, row in enumerate(pool.rows):
                self.resampled += sizes[row] != pool.size
                pixels = _resized(textures[row].image.pixels, pool.size)
                device.queue.write_texture(
                    {"texture": texture, "origin": (0, 0, layer)},
                    pixels,
                    {"bytes_per_row": 4 * w, "rows_per_image": h},
                    (w, h, 1),
                )
                self.table[row] = (number, layer, pool.size)
            assert mips is not None
            mips.make(texture, levels, len(pool.rows))
            self.views.append(texture.create_view(dimension="2d-array"))
            self.bytes += w * h * 4 * len(pool.rows) * 4 // 3


class _Mips:
    """Makes mip levels by drawing; sRGB views make the filter work on linear light."""

    def __init__(self, gpu: Gpu) -> None:
        self.device = gpu.device
        self.layout = groups.MIP.layout(gpu.device)
        self.module = program("mip", [groups.MIP]).compile(gpu.device)
        self.sampler = gpu.device.create_sampler(mag_filter="linear", min_filter="linear")
        self.pipelines: dict[str, wgpu.GPURenderPipeline] = {}

    def _pipeline(self, format: str) -> wgpu.GPURenderPipeline:
        if format not in self.pipelines:
            self.pipelines[format] = self.device.create_render_pipeline(
                label="mip",
                layout=self.device.create_pipeline_layout(bind_group_layouts=[self.layout]),
                vertex={"module": self.module, "entry_point": "vertex"},
                fragment={"module": self.module, "entry_point": "fragment", "targets": [{"format": format}]},
                primitive={"topology": "triangle-list"},
            )
        return self.pipelines[format]

    def make(self, texture: wgpu.GPUTexture, levels: int, layers: int) -> None:
        """Fill levels 1 and up from level 0, for every layer."""
        pipeline = self._pipeline(texture.format)
        encoder = self.device.create_command_encoder(label="mip levels")
        for layer in range(layers):
            for level in range(1, levels):
                above, below = (
                    texture.create_view(
                        dimension="2d", base_mip_level=i, mip_level_count=1, base_array_layer=layer, array_layer_count=1
                    )
                    for i in (level - 1, level)
                )
                group = groups.MIP.bind(self.device, self.layout, source=above, clamp_sampler=self.sampler)
                render = encoder.begin_render_pass(
                    color_attachments=[{"view": below, "load_op": "clear", "store_op": "store"}]
                )
                render.set_pipeline(pipeline)
                render.set_bind_group(0, group)
                render.draw(3)
                render.end()
        self.device.queue.submit([encoder.finish()])
