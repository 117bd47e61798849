"""Buttons: panels of a HUD that can be clicked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .hud_checks import FLAG, LENGTH, SIZE, TEXT, field, function, number, or_none, pair, path, rgba, with_fields
from .hud_elements import LARGEST_TEXT, Element, Panel, Text
from .hud_looks import Color, Rgba
from .hud_quads import line, mixed

if TYPE_CHECKING:
    from .hud import Hud

_WHITE, _BLACK = (1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 1.0)


@with_fields
class Button(Panel):
    """A panel with a text that can be clicked with the pointer, or with Enter where it has the `focus` of the HUD.

    clicked: in this frame; on_click() is called as well.  hovered, pressed: as of this frame.  enabled: whether it can
    be clicked.  size: a side that is None fits the text, with `padding` (x, y) around it.  hover_color, pressed_color:
    None for a lighter and a darker `color`.  focus_color: of the border where it has the focus.
    """

    KIND = "button"

    text: str = field("", TEXT)
    size: tuple[float | None, float | None] = field((None, None), SIZE)
    color: Color = field((0.17, 0.22, 0.31, 0.96), rgba)
    radius: float = field(8.0, LENGTH)
    border: float = field(1.0, LENGTH)
    hover_color: Color | None = field(None, or_none(rgba))
    pressed_color: Color | None = field(None, or_none(rgba))
    focus_color: Color = field((1.0, 1.0, 1.0, 0.9), rgba)
    padding: tuple[float, float] = field((20.0, 12.0), pair(LENGTH, "two numbers from 0 up, (x, y), logical pixels"))
    text_size: float = field(18.0, number(1.0, LARGEST_TEXT))
    text_color: Color = field(_WHITE, rgba)
    font: Path | None = field(None, or_none(path))
    enabled: bool = field(True, FLAG)
    on_click: Callable[[], object] | None = field(None, or_none(function))

    def __init__(self, hud: Hud, name: str, number: int, given: Mapping[str, Any]) -> None:
        self._label: Text | None = None
        self._hovered = self._down = self._clicked = self._focused = False
        super().__init__(hud, name, number, given)
        self._label = Text(hud, f"{name} label", number, {"anchor": "center"})
        self._label.__dict__["parent"] = self
        self.layout.children[self._label.name] = self._label
        self._tell()

    @property
    def hovered(self) -> bool:
        """Whether the pointer is over it."""
        return self._hovered

    @property
    def pressed(self) -> bool:
        """Whether it is held down."""
        return self._down

    @property
    def clicked(self) -> bool:
        """Whether it was clicked in this frame."""
        return self._clicked

    @property
    def children(self) -> list[Element]:
        """What is placed in it beside its text, in the order it was made."""
        return [child for child in self.layout.children.values() if child is not self._label]

    def _tell(self) -> None:
        """The label is as the button says."""
        if self._label is not None:
            self._label.text, self._label.size = self.text, self.text_size
            self._label.color, self._label.font = self.text_color, self.font
            self._label.alpha = 1.0 if self.enabled else 0.45

    def _changed(self, name: str) -> None:
        self._tell()
        super()._changed(name)

    def look(self, *, hovered: bool, down: bool, focused: bool, clicked: bool) -> None:
        """Told by the HUD, once a frame, what the player does to it."""
        self._clicked = clicked
        if (hovered, down, focused) != (self._hovered, self._down, self._focused):
            self._hovered, self._down, self._focused = hovered, down, focused
            self._hud.touched(self)

    def _wanted(self, scale: float) -> tuple[float, float]:
        (w, h), (dx, dy) = self.size, self.padding
        if (w is None or h is None) and self._label is not None:
            lines = self.text.split("\n")
            face = self._hud.letters.face(self._label.font_file, self.text_size * scale)
            if w is None:
                w = round(max(map(face.width, lines)) + 2 * dx * scale) / scale
            if h is None:
                h = (round(len(lines) * (face.ascent + face.descent)) + round(2 * dy * scale)) / scale
        return round((w or 0.0) * scale), round((h or 0.0) * scale)

    def _colors(self) -> tuple[Rgba, Rgba | None]:
        own = self.__dict__
        color, end = super()._colors()
        if not self.enabled:
            return (*color[:3], color[3] * 0.6), None if end is None else (*end[:3], end[3] * 0.6)
        for on, given, other, share in (
            (self._down, own["pressed_color"], _BLACK, 0.28),
            (self._hovered or self._focused, own["hover_color"], _WHITE, 0.14),
        ):
            if on:
                ends = None if end is None or given is not None else mixed(end, other, share)
                return given or mixed(color, other, share), ends
        return color, end

    def _border(self, scale: float) -> tuple[float, Rgba]:
        return (line(2.0, scale), self.__dict__["focus_color"]) if self._focused else super()._border(scale)
