"""The pass of lines: what `engine/lines.py` holds, drawn over the finished picture in one draw call."""

from __future__ import annotations

from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.lines import Lines
from ..shaders import groups
from ..shaders.structs import LINE
from .buffers import buffer, upload
from .layouts import Layouts
from .quads import Quads
from .sight import Sight
from .tape import Encoder

FEWEST = 256
"""Lines that there is room for at first."""
LINGERS = 30
"""Frames without lines after which there is no pass any more: those that come and go do not record the frame anew."""


class LinesPass:
    """Draws Lines into a picture that is there. Where there are none there is no pass."""

    def __init__(self, gpu: Gpu, layouts: Layouts, lines: Lines, view: dict[str, Any]) -> None:
        """`view`: structs.LINES_VIEW, as a resource."""
        self.gpu, self.lines, self._view = gpu, lines, view
        self._quads = Quads(gpu, layouts, "lines", groups.LINES)
        self._group: wgpu.GPUBindGroup | None = None
        self._depth: wgpu.GPUTextureView | None = None
        self._buffer = buffer(gpu, "lines", LINE.size * FEWEST)
        self._version = -1
        self._idle = LINGERS

    @property
    def count(self) -> int:
        """Lines that are drawn."""
        return self._quads.count

    @property
    def on(self) -> bool:
        """Whether there is a pass."""
        return self._idle < LINGERS

    def fit(self, depth: wgpu.GPUTexture) -> None:
        """Draw before and behind surfaces of this depth."""
        self._depth, self._group = depth.create_view(), None

    def fill(self, view: NDArray[np.void], sight: Sight, density: float) -> None:
        """Write structs.LINES_VIEW for a frame."""
        if not (self.on or len(self.lines)):
            return
        view["view_proj"] = sight.steady_view_proj().T
        view["size"], view["density"], view["near"] = sight.size, density, sight.observer.near

    def prepare(self) -> bool:
        """Send what changed. Returns whether the frame has to be recorded anew."""
        if not self.lines.used:
            return False
        lines = self.lines.compose()
        version, known = self.lines.version, self._version
        self._version = version
        self._quads.count = len(lines)
        was_on = self.on
        self._idle = 0 if self.count else min(self._idle + 1, LINGERS)
        if self._buffer.size < lines.nbytes:
            self._buffer = buffer(self.gpu, "lines", LINE.size * (1 << (self.count - 1).bit_length()))
            self._group, known = None, -1
        if version != known:
            first = self.lines.changed_from if version == known + 1 else 0
            upload(self.gpu, self._buffer, lines[first:], LINE.size * first)
        made = self.on and self._group is None
        if made:
            assert self._depth is not None
            self._group = groups.LINES.bind(
                self.gpu.device,
                self._quads.layout,
                lines_view=self._view,
                lines={"buffer": self._buffer},
                depth=self._depth,
            )
        return made or self.on != was_on

    def record(
        self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, target: wgpu.GPUTextureView, format: str
    ) -> None:
        """Draw over `target`, which has the given (not sRGB) format."""
        if not self.on:
            return
        assert self._group is not None
        self._quads.record(encoder, frame_group, self._group, target, format)
