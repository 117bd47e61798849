"""Letters and rectangles over the finished picture: names and legends of debug views, and what the passes take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.structs import OVERLAY_QUAD
from .buffers import buffer
from .font import HEIGHT, WIDTH, glyph_of, table
from .layouts import Layouts
from .quads import Quads
from .tape import Encoder

MOST = 4096
"""Letters and rectangles."""
SMALLEST = 90
"""Lines of a picture: smaller ones are too small for letters."""
NUMBER = 256
"""Glyphs from here on are written on the GPU, see structs.OVERLAY_QUAD."""
PLACES = 5
"""Letters of such a number at most."""

_TEXT = (1.0, 1.0, 1.0, 1.0)
_PALE = (0.78, 0.80, 0.84, 1.0)
_PANEL = (0.0, 0.0, 0.0, 0.62)
_BAR = (0.25, 0.62, 0.95, 1.0)

Color = tuple[float, float, float, float]
Quad = tuple[tuple[float, float, float, float], Color, int]
"""(x, y, width, height) in pixels, screen colour and alpha, glyph."""


def scale_of(size: tuple[int, int]) -> int:
    """Pixels of a dot of the font."""
    return max(1, round(size[1] / 240))


def text(at: tuple[float, float], said: str, scale: int, color: Color = _TEXT) -> list[Quad]:
    """A line of text; `at` is its top left."""
    x, y = at
    wide, high = WIDTH * scale, HEIGHT * scale
    return [
        ((x + i * (WIDTH + 1) * scale, y, wide, high), color, glyph_of(letter))
        for i, letter in enumerate(said)
        if letter != " "
    ]


def length(said: str, scale: int) -> int:
    """Pixels that a line of text is wide."""
    return (len(said) * (WIDTH + 1) - 1) * scale


@dataclass(frozen=True)
class Legend:
    """What the colours of a view mean.

    title: at the top.  bar: screen colours (n, 3) from left to right.  marks: where on the bar (0 to 1) what stands
    below it; an empty text is written on the GPU, see structs.OVERLAY_QUAD.  swatches: colours with names, in place of
    a bar.
    """

    title: str
    bar: Sequence[tuple[float, float, float]] = ()
    marks: Sequence[tuple[float, str]] = ()
    swatches: Sequence[tuple[tuple[float, float, float], str]] = field(default=())


BAR_LEFT, BAR_BOTTOM, BAR_WIDTH, BAR_HEIGHT = 17, 16, 150, 7
"""Dots: where a legend's bar lies, from the left and from the bottom."""


def draw_legend(legend: Legend, size: tuple[int, int]) -> list[Quad]:
    """The name of a view in the corner at the top left, and its colours at the bottom left."""
    s = scale_of(size)
    out: list[Quad] = [((3 * s, 3 * s, length(legend.title, s) + 6 * s, (HEIGHT + 6) * s), _PANEL, 0)]
    out += text((6 * s, 6 * s), legend.title, s)
    if legend.bar:
        left, top = BAR_LEFT * s, size[1] - (BAR_BOTTOM + BAR_HEIGHT) * s
        panel = (3 * s, top - 4 * s, (BAR_LEFT - 3 + BAR_WIDTH + 15) * s, (BAR_HEIGHT + BAR_BOTTOM + 1) * s)
        out.append((panel, _PANEL, 0))
        edges = np.round(np.linspace(0, BAR_WIDTH * s, len(legend.bar) + 1))
        for (r, g, b), start, end in zip(legend.bar, edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            out.append(((left + start, top, end - start, BAR_HEIGHT * s), (r, g, b, 1.0), 0))
        for k, (place, said) in enumerate(legend.marks):
            x = left + place * BAR_WIDTH * s
            out.append(((round(x - s / 2), top + BAR_HEIGHT * s, s, 2 * s), _TEXT, 0))
            under = top + (BAR_HEIGHT + 4) * s
            if said:
                out += text((round(x - length(said, s) / 2), under), said, s)
            else:
                x = round(x - length("0.00", s) / 2)
                out += [
                    ((x + j * (WIDTH + 1) * s, under, WIDTH * s, HEIGHT * s), _TEXT, NUMBER + 8 * k + j)
                    for j in range(PLACES)
                ]
    elif legend.swatches:
        high = (HEIGHT + 3) * s
        wide = max(length(said, s) for _, said in legend.swatches)
        top = size[1] - len(legend.swatches) * high - 7 * s
        out.append(((3 * s, top - 3 * s, wide + 21 * s, size[1] - top), _PANEL, 0))
        for (r, g, b), said in legend.swatches:
            out.append(((7 * s, top, 9 * s, HEIGHT * s), (r, g, b, 1.0), 0))
            out += text((19 * s, top), said, s)
            top += high
    return out


def draw_times(
    passes: Mapping[str, float],
    totals: Mapping[str, float],
    size: tuple[int, int],
    cpu: Mapping[str, float] | None = None,
) -> list[Quad]:
    """A table at the top right. passes: {name: milliseconds on the GPU} with bars; totals: the same, in lines above.

    cpu: {name: microseconds that the CPU took to record it}, in a column of its own.
    """
    cpu = cpu or {}
    s = max(1, scale_of(size) - 1)
    high, bar = (HEIGHT + 2) * s, (24 if cpu else 40) * s
    lines = {**dict.fromkeys(totals), **dict.fromkeys(passes), **dict.fromkeys(cpu)}
    first, second = ("gpu ms", "cpu us") if cpu else ("ms", "")
    names = max((length(name, s) for name in lines), default=0)
    figures = max(
        length(first, s), *(length(f"{value:.2f}", s) for value in [*passes.values(), *totals.values(), 100.0])
    )
    other = max(length(second, s), *(length(f"{v:.1f}", s) for v in [*cpu.values(), 100.0])) + 8 * s if cpu else 0
    wide = names + figures + other + bar + 14 * s
    left = size[0] - wide - 3 * s
    ends = left + names + 6 * s + figures, left + names + 6 * s + figures + other
    out: list[Quad] = [((left, 3 * s, wide, (len(lines) + 1.5) * high + 4 * s), _PANEL, 0)]
    most = max([*passes.values(), 1e-6])
    for end, said in zip(ends, (first, second), strict=True):
        out += text((end - length(said, s), 6 * s), said, s, _PALE)
    y = 6.0 * s + high
    for name in lines:
        out += text((left + 4 * s, y), name, s, _PALE) if name in totals else text((left + 4 * s, y), name, s)
        if name in passes:
            filled = max(1, round(passes[name] / most * bar))
            out.append(((ends[1] + 4 * s, y + s, filled, (HEIGHT - 2) * s), _BAR, 0))
        said = f"{passes.get(name, totals.get(name, 0.0)):.2f}" if name in passes or name in totals else ""
        out += text((ends[0] - length(said, s), y), said, s)
        said = f"{cpu[name]:.1f}" if name in cpu else ""
        out += text((ends[1] - length(said, s), y), said, s)
        y += high
        if totals and name == list(totals)[-1]:
            y += high // 2
    return out


class Overlay:
    """Draws letters and rectangles into a picture that is there. What `write` was given last stays."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu = gpu
        device = gpu.device
        self._quads = np.zeros(MOST, OVERLAY_QUAD.dtype)
        self._buffer = buffer(gpu, "overlay", OVERLAY_QUAD.size * MOST)
        self._font = buffer(gpu, "font", table().nbytes)
        device.queue.write_buffer(self._font, 0, table())
        self._drawn = Quads(gpu, layouts, "overlay", groups.OVERLAY)
        self._group: wgpu.GPUBindGroup | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return self._drawn.count

    def bind(self, values: wgpu.GPUTextureView) -> None:
        """Numbers on legends come from these values of a view; any texture will do where there are none."""
        self._group = groups.OVERLAY.bind(
            self.gpu.device,
            self._drawn.layout,
            quads={"buffer": self._buffer},
            values=values,
            font={"buffer": self._font},
        )

    def write(self, quads: Sequence[Quad]) -> None:
        """Draw these from the next frame on; what is beyond MOST is left out."""
        quads = quads[:MOST]
        self._quads[: self.count] = 0
        self._drawn.count = len(quads)
        if quads:
            rects, colors, glyphs = zip(*quads, strict=True)
            some = self._quads[: len(quads)]
            some["rect"], some["color"], some["glyph"] = rects, colors, glyphs
        self.gpu.device.queue.write_buffer(self._buffer, 0, self._quads)

    @property
    def quads(self) -> NDArray[np.void]:
        """(count,) structs.OVERLAY_QUAD that are drawn."""
        return self._quads[: self.count]

    def record(
        self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, target: wgpu.GPUTextureView, format: str
    ) -> None:
        """Draw over `target`, which has the given format."""
        assert self._group is not None
        self._drawn.record(encoder, frame_group, self._group, target, format)
