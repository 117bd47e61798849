"""The HUD's pass: what `engine/hud.py` has laid out, drawn over the finished picture in one draw call."""

from __future__ import annotations

from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.hud import Hud
from ..engine.lettering import Atlas
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import HUD_QUAD
from .buffers import buffer
from .layouts import Layouts
from .tape import Encoder

FEWEST = 256
"""Quads that there is room for at first."""

_OVER = {"src_factor": "one", "dst_factor": "one-minus-src-alpha", "operation": "add"}
_FORMATS = {1: "r8unorm", 4: "rgba8unorm"}


class _Copy:
    """An atlas on the GPU."""

    def __init__(self, device: wgpu.GPUDevice) -> None:
        self._device = device
        self._size = (0, 0)
        self._generation = -1
        self._sent = 0

    def update(self, atlas: Atlas) -> bool:
        """Send what is new. Returns whether `view` is another one."""
        h, w, channels = atlas.pixels.shape
        made = (w, h) != self._size
        if made:
            self._size = (w, h)
            self._texture = self._device.create_texture(
                label="hud atlas",
                size=(w, h, 1),
                format=_FORMATS[channels],
                usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
            )
            self.view = self._texture.create_view()
        if made or atlas.generation != self._generation:
            self._generation = atlas.generation
            top, bottom = 0, max((y + high for y, high, _ in atlas.shelves), default=0)
        elif self._sent == len(atlas.added):
            return False
        else:
            rows = [(y, y + high) for _, y, _, high in atlas.added[self._sent :]]
            top, bottom = min(y for y, _ in rows), max(y for _, y in rows)
        self._sent = len(atlas.added)
        if bottom > top:
            self._device.queue.write_texture(
                {"texture": self._texture, "origin": (0, top, 0)},
                atlas.pixels[top:bottom],
                {"bytes_per_row": channels * w, "rows_per_image": bottom - top},
                (w, bottom - top, 1),
            )
        return made


class HudPass:
    """Draws a Hud into a picture that is there."""

    def __init__(self, gpu: Gpu, layouts: Layouts, hud: Hud) -> None:
        self.gpu, self.hud = gpu, hud
        device = gpu.device
        self._layouts = [layouts.frame, groups.HUD.layout(device)]
        self._pipelines: dict[str, wgpu.GPURenderPipeline] = {}
        self._module: wgpu.GPUShaderModule | None = None
        self._group: wgpu.GPUBindGroup | None = None
        self._glyphs, self._pictures = _Copy(device), _Copy(device)
        self._quads = buffer(gpu, "hud", HUD_QUAD.size * FEWEST)
        usage = wgpu.BufferUsage.INDIRECT | wgpu.BufferUsage.COPY_DST
        self._args = buffer(gpu, "hud draw", 16, usage)
        self._version = -1
        self.count = 0
        """Quads that are drawn."""

    def prepare(self, size: tuple[int, int]) -> bool:
        """Send what changed, for a picture of a size in pixels. Returns whether it has to be recorded anew."""
        self.hud.compose(size)
        if self.hud.version == self._version:
            return False
        self._version = self.hud.version
        quads, before = self.hud.quads, self.count
        changed = (len(quads) > 0) != (before > 0)
        self.count = len(quads)
        if not self.count:
            return changed
        queue = self.gpu.device.queue
        made = self._group is None
        if self._quads.size < quads.nbytes:
            self._quads = buffer(self.gpu, "hud", HUD_QUAD.size * (1 << (self.count - 1).bit_length()))
            made = True
        made |= self._glyphs.update(self.hud.letters.atlas)
        made |= self._pictures.update(self.hud.pictures.atlas)
        queue.write_buffer(self._quads, 0, quads)
        if self.count != before:
            queue.write_buffer(self._args, 0, _draw_args(self.count))
        if made:
            self._group = groups.HUD.bind(
                self.gpu.device,
                self._layouts[1],
                hud_quads={"buffer": self._quads},
                glyphs=self._glyphs.view,
                pictures=self._pictures.view,
            )
        return changed or made

    def _pipeline(self, format: str) -> wgpu.GPURenderPipeline:
        if format not in self._pipelines:
            device = self.gpu.device
            self._module = self._module or program("hud", [groups.FRAME, groups.HUD]).compile(device)
            parts: dict[str, Any] = {"format": format, "blend": {"color": _OVER, "alpha": _OVER}}
            self._pipelines[format] = device.create_render_pipeline(
                label="hud",
                layout=device.create_pipeline_layout(bind_group_layouts=self._layouts),
                vertex={"module": self._module, "entry_point": "vertex"},
                fragment={"module": self._module, "entry_point": "fragment", "targets": [parts]},
                primitive={"topology": "triangle-list"},
            )
        return self._pipelines[format]

    def record(
        self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, target: wgpu.GPUTextureView, format: str
    ) -> None:
        """Draw over `target`, which has the given (not sRGB) format."""
        if not self.count:
            return
        assert self._group is not None
        render = encoder.begin_render_pass(
            label="hud", color_attachments=[{"view": target, "load_op": "load", "store_op": "store"}]
        )
        render.set_pipeline(self._pipeline(format))
        render.set_bind_group(0, frame_group)
        render.set_bind_group(1, self._group)
        render.draw_indirect(self._args, 0)
        render.end()


def _draw_args(count: int) -> NDArray[np.uint32]:
    return np.array([6, count, 0, 0], np.uint32)
