"""A texture that the Fabric draws a world into, for Dear ImGui to show."""

from __future__ import annotations

from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ...engine.camera import Eye
from ...engine.gpu import Gpu
from ...engine.hud import Hud
from ...engine.render import Stage
from ...engine.world import World
from ...fabric.picking import Pick, Rectangle
from .overlay import Overlay

FORMAT = "bgra8unorm"
SMALLEST = 8
"""Pixels of a side: there is nothing to see in less."""


class Picture:
    """What is seen of one world at a time, at one size.

    view: the texture to show; another one after `resize`, which then says so.
    """

    def __init__(self, gpu: Gpu, *, overlay: bool = True, timed: bool = False) -> None:
        self.gpu = gpu
        self.stage = Stage(gpu, (SMALLEST, SMALLEST), timed=timed)
        self.overlay = Overlay(gpu, FORMAT) if overlay else None
        self.size: tuple[int, int] = (0, 0)
        self._surfaces: wgpu.GPUTextureView | None = None  # of the last frame, while nothing was picked since
        self.drawn = 0
        """How many frames."""
        self.resize((SMALLEST, SMALLEST))

    def resize(self, size: tuple[int, int]) -> bool:
        """Draw at another size in pixels; returns whether `view` is another one."""
        limit = int(self.gpu.device.limits["max-texture-dimension-2d"])
        w, h = (min(limit, max(SMALLEST, int(side))) for side in size)
        if (w, h) == self.size:
            return False
        self.size = (w, h)
        usage = wgpu.TextureUsage
        self.texture = self._made(
            "viewport", usage.RENDER_ATTACHMENT | usage.TEXTURE_BINDING | usage.COPY_SRC | usage.COPY_DST
        )
        self.view = self.texture.create_view()
        if self.overlay is not None:
            self._bare = self._made("viewport, bare", usage.RENDER_ATTACHMENT | usage.COPY_SRC)
            self._bare_view = self._bare.create_view()
        self._surfaces = None
        self.stage.fabric.resize(self.size)
        return True

    def _made(self, label: str, usage: int) -> wgpu.GPUTexture:
        return self.gpu.device.create_texture(
            label=label, size=(self.size[0], self.size[1], 1), format=FORMAT, usage=usage
        )

    def show_hud(self, hud: Hud | None) -> None:
        """Draw a HUD over it; None for none."""
        self.stage.fabric.show_hud(hud)

    def draw(self, world: World, time: float, eye: Eye | None = None, *, bare: bool = False) -> None:
        """Draw a frame of a world through an eye, or through its own camera. bare: `cover` is called next."""
        self.stage.draw(world, time, view=self._bare_view if bare else self.view, eye=eye)
        self._surfaces = None
        self.drawn += 1

    def cover(
        self,
        eye: Eye,
        *,
        grid: bool,
        outlines: bool,
        focus: tuple[float, float, float],
        distance: float,
        plane: str = "xz",
    ) -> None:
        """Show the frame that was drawn bare last, with what `Overlay.draw` says over it; again, if that changed."""
        assert self.overlay is not None
        fabric = self.stage.fabric
        encoder = self.gpu.device.create_command_encoder(label="viewport, bare")
        encoder.copy_texture_to_texture(
            {"texture": self._bare}, {"texture": self.texture}, (self.size[0], self.size[1], 1)
        )
        self.gpu.device.queue.submit([encoder.finish()])
        if outlines and self._surfaces is None:
            self._surfaces, _ = fabric.surfaces()
        self.overlay.draw(
            self.view, self.size, eye, fabric.clip_from_world, fabric.depth_view, self._surfaces if outlines else None,
            grid=grid, focus=focus, distance=distance, plane=plane,
        )  # fmt: skip

    def pick(self, x: float, y: float) -> Pick:
        """What a pixel shows, as `Fabric.pick`. Raises GpuError before the first frame."""
        self._surfaces = None
        return self.stage.fabric.pick(x, y)

    def pick_rectangle(self, x0: float, y0: float, x1: float, y1: float) -> Rectangle:
        """Rows (k,) of what is seen in a rectangle of pixels. Raises GpuError before the first frame."""
        self._surfaces = None
        return self.stage.fabric.pick_rectangle(x0, y0, x1, y1)

    def read(self) -> NDArray[np.uint8]:
        """(h, w, 3) the picture. Waits for the GPU."""
        w, h = self.size
        raw: Any = self.gpu.device.queue.read_texture(
            {"texture": self.texture}, {"bytes_per_row": 4 * w, "rows_per_image": h}, (w, h, 1)
        )
        return np.frombuffer(raw, np.uint8).reshape(h, w, 4)[..., 2::-1].copy()
