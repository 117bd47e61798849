"""What a HUD is made of: texts, panels, bars and images, with fields that are checked when they are set."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np
from numpy.typing import NDArray

from ..shaders.structs import HUD_QUAD
from .errors import HudError
from .hud_checks import (
    FLAG,
    LENGTH,
    OFFSET,
    REQUIRED,
    SIZE,
    TEXT,
    BadValueError,
    Check,
    field,
    instance,
    number,
    one_of,
    or_none,
    path,
    picture,
    rgba,
    with_fields,
)
from .hud_looks import Align, Anchor, Color, Picture, Rgba
from .hud_quads import line, packed, shape, words

if TYPE_CHECKING:
    from .hud import Hud

ANCHORS: dict[str, tuple[float, float]] = {
    name: (i % 3 / 2, i // 3 / 2) for i, name in enumerate(get_args(Anchor))
}  # fmt: skip
"""Where each lies in a box: parts of its width and height."""
LARGEST_TEXT = 512


@dataclass
class Layout:
    """Where an element came to be.

    number: counts the elements as they are made.  children: what is placed in it.  stale: whether the rest is out of
    date.  box: left, top, right, bottom in pixels of the picture.  quads: (n, 12) uint32, the words of
    structs.HUD_QUAD: as structs, NumPy compares all field names whenever it puts some together.
    """

    number: int
    children: dict[str, Element] = dataclass_field(default_factory=dict[str, "Element"])
    stale: bool = True
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    quads: NDArray[np.uint32] = dataclass_field(default_factory=lambda: words(np.zeros(0, HUD_QUAD.dtype)))


@with_fields
class Element:
    """One thing on a HUD. Setting a field changes what is seen from the next frame on.

    at: how far it is from the anchor, logical pixels: inwards from the edges that the anchor names, along the others to
    the right and down.  anchor: the point of the parent, and of the element itself, that are so far apart.  parent: an
    element (or its name) that it is placed in and goes with, or None for the picture.  z: what is higher lies over its
    siblings; of equals, what was made later.  alpha: 0 to 1, of all that is in it.
    Raises HudError for fields that there are not and values that can't be.
    """

    KIND: ClassVar[str] = "element"
    CHECKS: ClassVar[Mapping[str, Check]] = {}
    DEFAULTS: ClassVar[Mapping[str, Any]] = {"parent": None}
    REORDERS: ClassVar[frozenset[str]] = frozenset(("z", "visible", "parent"))

    name: str
    layout: Layout
    at: tuple[float, float] = field((0.0, 0.0), OFFSET)
    anchor: Anchor = field("top_left", one_of(get_args(Anchor)))
    z: int = field(0, instance(int, "a whole number"))
    visible: bool = field(True, FLAG)
    alpha: float = field(1.0, number(0.0, 1.0))

    def __init__(self, hud: Hud, name: str, number: int, given: Mapping[str, Any]) -> None:
        own = self.__dict__
        own["name"], own["layout"] = name, Layout(number)
        self._hud = hud
        self._made = False
        own.update(self.DEFAULTS)
        for key, value in given.items():
            setattr(self, key, value)
        self._made = True

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if name[0] == "_":
            own[name] = value
            return
        if name == "parent":
            value = self._hud.parent_for(self, value)
        elif (check := self.CHECKS.get(name)) is not None:
            try:
                value = check(value)
            except BadValueError as error:
                raise HudError(f"{self}: {name} is {error.args[0]}; it must be {error.args[1]}") from None
        else:
            raise HudError(self._unknown(name))
        old = own.get(name)
        if value is old and not isinstance(value, np.ndarray):
            return
        if type(value) is type(old) and not isinstance(value, np.ndarray) and value == old:
            return
        own[name] = value
        self._changed(name)

    def _unknown(self, name: str) -> str:
        known = [key for key in self.DEFAULTS if hasattr(self, key)]
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(known)}"
        return f'{self}: there is no field "{name}"{hint}'

    def __str__(self) -> str:
        return f'{self.KIND} "{self.name}"'

    def __repr__(self) -> str:
        return f"<{self} of a HUD>"

    @property
    def parent(self) -> Element | None:
        """What it is placed in; None for the picture. May be set to an element, its name, or None."""
        found: Element | None = self.__dict__["parent"]
        return found

    @parent.setter
    def parent(self, value: Element | str | None) -> None:
        raise AssertionError("__setattr__ does it")

    @property
    def children(self) -> list[Element]:
        """What is placed in it, in the order it was made."""
        return list(self.layout.children.values())

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Where it is in the picture, or was when it was last visible: x, y, width and height in logical pixels."""
        scale = self._hud.settled()
        left, top, right, bottom = self.layout.box
        return left / scale, top / scale, (right - left) / scale, (bottom - top) / scale

    def remove(self) -> None:
        """Take it off the HUD, with all that is placed in it."""
        self._hud.remove(self.name)

    def _changed(self, name: str) -> None:
        if self._made:
            self._hud.touched(self, reorder=name in self.REORDERS)

    def opacity(self) -> float:
        """The alpha of it and of all that it is in."""
        found = self._hud.alpha
        at: Element | None = self
        while at is not None:
            found *= at.alpha
            at = at.parent
        return found

    def _room(self) -> tuple[int, int, int, int]:
        return self._hud.page if self.parent is None else self.parent.layout.box

    def put(self, w: float, h: float, scale: float) -> tuple[int, int, int, int]:
        """Place a box of a size in pixels; returns its left, top, right and bottom."""
        left, top, right, bottom = self._room()
        ax, ay = ANCHORS[self.anchor]
        dx, dy = self.at
        x = left + ax * (right - left - w) + dx * scale * (1 if ax < 1 else -1)
        y = top + ay * (bottom - top - h) + dy * scale * (1 if ay < 1 else -1)
        x0, y0 = math.floor(x + 0.5), math.floor(y + 0.5)
        self.layout.box = (x0, y0, x0 + round(w), y0 + round(h))
        return self.layout.box


@with_fields
class Text(Element):
    """Letters. `text` may have several lines.

    size: of the font, logical pixels.  font: a .ttf or .otf file, relative to the HUD's `root`; None is a plain sans
    serif that is built in.  align: of several lines; None follows the anchor.  width: lines are broken to fit into it.
    line_spacing: 1 is what the font wants.  outline, shadow: colours, None for none; the outline's width, the shadow's
    offset and softness in logical pixels.
    """

    KIND = "text"

    text: str = field("", TEXT)
    size: float = field(16.0, number(1.0, LARGEST_TEXT))
    color: Color = field((1.0, 1.0, 1.0, 1.0), rgba)
    font: Path | None = field(None, or_none(path))
    align: Align | None = field(None, or_none(one_of(get_args(Align))))
    width: float | None = field(None, or_none(LENGTH))
    line_spacing: float = field(1.0, number(0.0, 10.0))
    outline: Color | None = field(None, or_none(rgba))
    outline_width: float = field(1.5, number(0.0, 64.0))
    shadow: Color | None = field(None, or_none(rgba))
    shadow_offset: tuple[float, float] = field((0.0, 1.0), OFFSET)
    shadow_blur: float = field(2.0, number(0.0, 64.0))
    font_file: Path | None = None
    """The `font` that was found."""

    def _changed(self, name: str) -> None:
        if name == "font":
            self.__dict__["font_file"] = self._hud.font(self.font)
        super()._changed(name)


@with_fields
class Panel(Element):
    """A box: round corners, a border, a gradient from `color` at the top to `color_end` at the bottom, a shadow.

    size: logical pixels; a side that is None is as large as the parent, less `at` on both of its ends.
    """

    KIND = "panel"

    size: tuple[float | None, float | None] = field((200.0, 100.0), SIZE)
    color: Color = field((0.055, 0.07, 0.1, 0.86), rgba)
    color_end: Color | None = field(None, or_none(rgba))
    radius: float = field(10.0, LENGTH)
    border: float = field(0.0, LENGTH)
    border_color: Color = field((1.0, 1.0, 1.0, 0.16), rgba)
    shadow: Color | None = field(None, or_none(rgba))
    shadow_offset: tuple[float, float] = field((0.0, 6.0), OFFSET)
    shadow_blur: float = field(18.0, LENGTH)

    def _wanted(self, scale: float) -> tuple[float, float]:
        """Its size in pixels."""
        left, top, right, bottom = self._room()
        (w, h), (dx, dy) = self.size, self.at
        return (
            max(0.0, right - left - 2 * dx * scale) if w is None else round(w * scale),
            max(0.0, bottom - top - 2 * dy * scale) if h is None else round(h * scale),
        )

    def _colors(self) -> tuple[Rgba, Rgba | None]:
        own: Any = self.__dict__
        return own["color"], own["color_end"]

    def _border(self, scale: float) -> tuple[float, Rgba]:
        own: Any = self.__dict__
        return line(self.border, scale), own["border_color"]

    def draw(self, scale: float) -> list[tuple[Any, ...]]:
        """Place it; returns its quads, each as in structs.HUD_QUAD. `scale`: pixels per logical pixel."""
        left, top, right, bottom = self.put(*self._wanted(scale), scale)
        rect = float(left), float(top), float(right - left), float(bottom - top)
        own, alpha, radius = self.__dict__, self.opacity(), self.radius * scale
        quads: list[tuple[Any, ...]] = []
        if self.shadow is not None:
            dx, dy = (round(offset * scale) for offset in self.shadow_offset)
            cast = rect[0] + dx, rect[1] + dy, rect[2], rect[3]
            margin = float(max(1, round(self.shadow_blur * scale)))
            quads.append(shape(cast, packed(own["shadow"], alpha), radius=radius, margin=margin))
        color, end = self._colors()
        border, border_color = self._border(scale)
        ends = None if end is None else packed(end, alpha)
        quads.append(shape(rect, packed(color, alpha), ends, radius, border, packed(border_color, alpha)))
        return quads


@with_fields
class Bar(Panel):
    """How much there is of something: `value` from 0 to 1 fills a panel from the left.

    fill, fill_end: colours of what is filled, top and bottom.  padding: logical pixels between the edge and that.
    """

    KIND = "bar"

    size: tuple[float | None, float | None] = field((200.0, 14.0), SIZE)
    radius: float = field(7.0, LENGTH)
    value: float = field(1.0, number(0.0, 1.0))
    fill: Color = field((0.36, 0.80, 0.52, 1.0), rgba)
    fill_end: Color | None = field(None, or_none(rgba))
    padding: float = field(2.0, LENGTH)

    def draw(self, scale: float) -> list[tuple[Any, ...]]:
        """Place it; returns its quads, each as in structs.HUD_QUAD. `scale`: pixels per logical pixel."""
        quads = super().draw(scale)
        left, top, right, bottom = self.layout.box
        inset = round(self.padding * scale) + line(self.border, scale)
        w, h = right - left - 2 * inset, bottom - top - 2 * inset
        if self.value > 0 and w > 0 and h > 0:
            own, alpha = self.__dict__, self.opacity()
            ends = None if self.fill_end is None else packed(own["fill_end"], alpha)
            radius = max(0.0, min(self.radius * scale, (bottom - top) / 2) - inset)
            rect = left + inset, top + inset, w, h
            quads.append(shape(rect, packed(own["fill"], alpha), ends, radius, cut=self.value * w))
        return quads


@with_fields
class Image(Element):
    """A picture, resampled to the pixels that it covers.

    source: a file, relative to the HUD's `root`, or (h, w, 3 or 4) uint8; set it again to show another.  size: logical
    pixels; a side that is None keeps the picture's proportions, None is its own size.  color: what it is multiplied
    by.  radius: of its corners.  smooth: whether pixels are mixed when it is resampled; False for pixel art.
    """

    KIND = "image"

    source: Picture = field(REQUIRED, picture)
    size: tuple[float | None, float | None] | None = field(None, or_none(SIZE))
    color: Color = field((1.0, 1.0, 1.0, 1.0), rgba)
    radius: float = field(0.0, LENGTH)
    smooth: bool = field(True, FLAG)

    _pixels: NDArray[np.uint8]
    _key: int

    def _changed(self, name: str) -> None:
        if name == "source":
            self._key, self._pixels = self._hud.picture(self.source)
        super()._changed(name)

    def draw(self, scale: float) -> list[tuple[Any, ...]]:
        """Place it; returns its quads, each as in structs.HUD_QUAD. `scale`: pixels per logical pixel."""
        high, wide = self._pixels.shape[:2]
        w, h = self.size or (None, None)
        if w is None:
            w = wide if h is None else h * wide / high
        if h is None:
            h = w * high / wide
        size = max(1, round(w * scale)), max(1, round(h * scale))
        left, top, right, bottom = self.put(*size, scale)
        source = self._hud.pictures.source_of(self._key, self._pixels, size, smooth=self.smooth)
        rect = left, top, right - left, bottom - top
        color = packed(self.__dict__["color"], self.opacity())
        return [shape(rect, color, radius=self.radius * scale, source=source)]
