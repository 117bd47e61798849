"""The HUD's pass: what `engine/hud.py` has laid out, drawn over the finished picture in one draw call."""

from __future__ import annotations

import wgpu

from ..engine.gpu import Gpu
from ..engine.hud import Hud
from ..engine.lettering import Atlas
from ..shaders import groups
from ..shaders.structs import HUD_QUAD
from .buffers import buffer
from .layouts import Layouts
from .quads import Quads
from .tape import Encoder

FEWEST = 256
"""Quads that there is room for at first."""

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
        self._drawn = Quads(gpu, layouts, "hud", groups.HUD)
        self._group: wgpu.GPUBindGroup | None = None
        self._glyphs, self._pictures = _Copy(device), _Copy(device)
        self._quads = buffer(gpu, "hud", HUD_QUAD.size * FEWEST)
        self._version = -1

    @property
    def count(self) -> int:
        """Quads that are drawn."""
        return self._drawn.count

    def prepare(self, size: tuple[int, int]) -> bool:
        """Send what changed, for a picture of a size in pixels. Returns whether it has to be recorded anew."""
        self.hud.compose(size)
        if self.hud.version == self._version:
            return False
        self._version = self.hud.version
        quads = self.hud.quads
        changed = (len(quads) > 0) != (self.count > 0)
        self._drawn.count = len(quads)
        if not self.count:
            return changed
        made = self._group is None
        if self._quads.size < quads.nbytes:
            self._quads = buffer(self.gpu, "hud", HUD_QUAD.size * (1 << (self.count - 1).bit_length()))
            made = True
        made |= self._glyphs.update(self.hud.letters.atlas)
        made |= self._pictures.update(self.hud.pictures.atlas)
        self.gpu.device.queue.write_buffer(self._quads, 0, quads)
        if made:
            self._group = groups.HUD.bind(
                self.gpu.device,
                self._drawn.layout,
                hud_quads={"buffer": self._quads},
                glyphs=self._glyphs.view,
                pictures=self._pictures.view,
            )
        return changed or made

    def record(
        self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, target: wgpu.GPUTextureView, format: str
    ) -> None:
        """Draw over `target`, which has the given (not sRGB) format."""
        if not self.count:
            return
        assert self._group is not None
        self._drawn.record(encoder, frame_group, self._group, target, format)
