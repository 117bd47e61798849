"""What is written over the viewport's picture: what was just done, what can't be drawn, figures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imgui_bundle import imgui

from ..core.view import View
from .frame import Frame
from .paint import label
from .picture import Picture

if TYPE_CHECKING:
    from ..core.state import EditorState

SAID = 1.2
"""Seconds that a word about what was just done stays."""
EVERY = 0.5
"""Seconds from one reading of the figures to the next: reading waits for the GPU."""
_RED = (0.42, 0.09, 0.11, 0.92)


class Notes:
    """Words that lie over one viewport."""

    def __init__(self) -> None:
        self._said, self._said_until = "", 0.0
        self._figures, self._figures_at = "", 0.0

    def say(self, text: str) -> None:
        """Show a word for a moment."""
        self._said, self._said_until = text, time.monotonic() + SAID

    def draw(
        self,
        state: EditorState,
        view: View,
        frame: Frame,
        scale: float,
        draw: imgui.ImDrawList,
        problems: Sequence[object],
        picture: Picture,
    ) -> None:
        """Draw them. problems: what can't be drawn as it is written."""
        x, y, width, height = frame.rect
        middle = x + width / 2
        if view.through and state.document.scene.row_of(view.through) is not None:
            name = state.document.object(view.through).name
            label(draw, (middle, y + 20 * scale), f"through {name}", scale, middle=True)
        if time.monotonic() < self._said_until:
            label(draw, (middle, y + height - 30 * scale), self._said, scale, middle=True)
        elif problems and not state.play.active:
            text = summary(problems, width - 48 * scale)
            label(draw, (middle, y + height - 22 * scale), text, scale, middle=True, fill=_RED)
        elif not len(state.scene) and not state.play.active:
            hint = "An empty scene. Create something: right-click, or the menu Create."
            label(draw, (middle, y + height / 2), hint, scale, middle=True)
        if view.stats:
            lines = self._read(state, picture).splitlines()
            for i, line in enumerate(reversed(lines)):
                label(draw, (x + 12 * scale, y + height - (26 + 19 * i) * scale), line, scale)

    def _read(self, state: EditorState, picture: Picture) -> str:
        """Figures of the last picture, a few times a second."""
        now = time.monotonic()
        if now < self._figures_at + EVERY or not picture.drawn:
            return self._figures
        self._figures_at = now
        counted = picture.stage.fabric.counters()
        w, h = picture.size
        self._figures = (
            f"{len(state.scene):,} objects   {counted.get('instances', 0):,} drawn   "
            f"{counted.get('culled', 0):,} culled\n"
            f"{counted.get('triangles', 0):,} triangles   {counted.get('draws', 0):,} draws\n"
            f"{w} x {h}   {picture.stage.fabric.encode_us / 1e3:.2f} ms to encode   "
            f"{imgui.get_io().framerate:.0f} frames a second"
        )
        return self._figures


def summary(problems: Sequence[object], room: float) -> str:
    """One line on what can't be drawn as it is, that fits into a width in pixels; the Loom's panel has all of it."""
    head = "" if len(problems) == 1 else f"{len(problems)} problems: "
    first = str(problems[0])
    while len(first) > 8 and imgui.calc_text_size(head + first).x > room:
        first = first[: int(len(first) * 0.96) - 1].rstrip(" …") + "…"
    return head + first
