"""What a HUD is made of: texts, panels, bars, images and buttons, with fields that are checked when they are set."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypedDict, get_args

import numpy as np
from numpy.typing import NDArray

from ..shaders.structs import HUD_QUAD
from .errors import HudError

if TYPE_CHECKING:
    from .hud import Hud

Anchor = Literal[
    "top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right"
]  # fmt: skip
Align = Literal["left", "center", "right"]
Color = str | Sequence[float]
"""As a paint program shows it: "#rrggbb", "#rrggbbaa", or (r, g, b) or (r, g, b, alpha) from 0 to 1."""
Picture = str | os.PathLike[str] | NDArray[np.uint8]
"""A picture file, or (h, w, 3 or 4) uint8, row 0 at the top."""
Rgba = tuple[float, float, float, float]

ANCHORS: dict[str, tuple[float, float]] = {
    name: (i % 3 / 2, i // 3 / 2) for i, name in enumerate(get_args(Anchor))
}  # fmt: skip
"""Where each lies in a box: parts of its width and height."""
EVERYTHING = 1e9
"""A cut that leaves all of a quad."""
LARGEST_TEXT = 512


# ---- what may be given, for those who check types ---------------------------------------------------------------


class Placed(TypedDict, total=False):
    """Of every element."""

    at: tuple[float, float]
    anchor: Anchor
    parent: Element | str | None
    z: int
    visible: bool
    alpha: float


class TextLooks(Placed, total=False):
    """Of texts."""

    size: float
    color: Color
    font: str | os.PathLike[str] | None
    align: Align | None
    width: float | None
    line_spacing: float
    outline: Color | None
    outline_width: float
    shadow: Color | None
    shadow_offset: tuple[float, float]
    shadow_blur: float


class PanelLooks(Placed, total=False):
    """Of panels."""

    size: tuple[float | None, float | None]
    color: Color
    color_end: Color | None
    radius: float
    border: float
    border_color: Color
    shadow: Color | None
    shadow_offset: tuple[float, float]
    shadow_blur: float


class BarLooks(PanelLooks, total=False):
    """Of bars."""

    fill: Color
    fill_end: Color | None
    padding: float


class ImageLooks(Placed, total=False):
    """Of images."""

    size: tuple[float | None, float | None] | None
    color: Color
    radius: float
    smooth: bool


class ButtonLooks(PanelLooks, total=False):
    """Of buttons."""

    hover_color: Color | None
    pressed_color: Color | None
    focus_color: Color
    padding: tuple[float, float]
    text_size: float
    text_color: Color
    font: str | os.PathLike[str] | None
    enabled: bool
    on_click: Callable[[], object] | None


# ---- checks -----------------------------------------------------------------------------------------------------


class _BadError(Exception):
    """found, wanted."""


Check = Callable[[Any], Any]


def _number(low: float = -math.inf, high: float = math.inf) -> Check:
    def check(value: Any) -> float:
        real = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
        if not real or not math.isfinite(value) or not low <= value <= high:
            limits = "a number" if low == -math.inf else f"a number from {low:g} to {high:g}"
            raise _BadError(repr(value), limits if high < math.inf or low == -math.inf else f"a number from {low:g} up")
        return float(value)

    return check


def _pair(check: Check, what: str) -> Check:
    def pair(value: Any) -> tuple[Any, Any]:
        try:
            x, y = value
            return check(x), check(y)
        except (TypeError, ValueError, _BadError):
            raise _BadError(repr(value), what) from None

    return pair


def _or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _kind(kind: type, name: str) -> Check:
    def check(value: Any) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _BadError(repr(value), name)
        return value

    return check


def _one_of(names: Sequence[str]) -> Check:
    def check(value: Any) -> str:
        if value not in names:
            raise _BadError(repr(value), f"one of {', '.join(names)}")
        return str(value)

    return check


def _color(value: Any) -> Rgba:
    wanted = '"#rrggbb", "#rrggbbaa", or (r, g, b) or (r, g, b, alpha) from 0 to 1'
    if isinstance(value, str):
        digits = value[1:]
        if value[:1] != "#" or len(digits) not in (6, 8) or not all(c in "0123456789abcdefABCDEF" for c in digits):
            raise _BadError(repr(value), wanted)
        parts = [int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2)]
    else:
        try:
            parts = [float(part) for part in value]
        except (TypeError, ValueError):
            raise _BadError(repr(value), wanted) from None
    if len(parts) not in (3, 4) or not all(0 <= part <= 1 for part in parts):
        raise _BadError(repr(value), wanted)
    r, g, b, a = (*parts, 1.0)[:4]
    return r, g, b, a


def _callable(value: Any) -> Any:
    if not callable(value):
        raise _BadError(repr(value), "a function without parameters")
    return value


def _picture(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.ndim != 3 or value.shape[2] not in (3, 4) or value.dtype != np.uint8 or not value.size:
            raise _BadError(f"an array {value.shape} of {value.dtype}", "(h, w, 3 or 4) uint8")
        return value
    if not isinstance(value, (str, os.PathLike)):
        raise _BadError(repr(value), "a picture file or (h, w, 3 or 4) uint8")
    return value


def _path(value: Any) -> Path:
    if not isinstance(value, (str, os.PathLike)):
        raise _BadError(repr(value), "a font file, or None for the font that is built in")
    return Path(value)


_TEXT = _kind(str, "a text")
_FLAG = _kind(bool, "True or False")
_OFFSET = _pair(_number(), "two numbers, (x, y), logical pixels")
_LENGTH = _number(0.0)
_SIZE = _pair(
    _or_none(_LENGTH), "two numbers from 0 up, (width, height), logical pixels; None is as large as the parent"
)
_CHECKS: dict[str, Check] = {
    "at": _OFFSET,
    "anchor": _one_of(get_args(Anchor)),
    "z": _kind(int, "a whole number"),
    "visible": _FLAG,
    "alpha": _number(0.0, 1.0),
}
_SHAPE: dict[str, Check] = {
    "size": _SIZE,
    "color": _color,
    "color_end": _or_none(_color),
    "radius": _LENGTH,
    "border": _LENGTH,
    "border_color": _color,
    "shadow": _or_none(_color),
    "shadow_offset": _OFFSET,
    "shadow_blur": _LENGTH,
}


# ---- quads ------------------------------------------------------------------------------------------------------


def packed(color: Rgba, alpha: float = 1.0) -> int:
    """8 bits for each of red, green, blue and alpha, red lowest."""
    r, g, b, a = color
    return round(r * 255) | round(g * 255) << 8 | round(b * 255) << 16 | round(a * alpha * 255) << 24


def mixed(color: Rgba, other: Rgba, share: float) -> Rgba:
    """A colour with a share of another one's red, green and blue; its alpha stays."""
    r, g, b = (x + (y - x) * share for x, y in zip(color[:3], other[:3], strict=True))
    return r, g, b, color[3]


Rect = tuple[float, float, float, float]
"""x, y, width, height in pixels of the picture."""


def _shape(
    rect: Rect,
    color: int,
    end: int | None = None,
    radius: float = 0.0,
    border: float = 0.0,
    border_color: int = 0,
    margin: float = 0.0,
    cut: float = EVERYTHING,
    source: int = 0,
) -> tuple[Any, ...]:
    x, y, w, h = rect
    radius = min(radius, w / 2, h / 2)
    outer = (x - margin, y - margin, w + 2 * margin, h + 2 * margin)
    return outer, color, color if end is None else end, border_color, source, radius, border, margin, cut


# ---- elements ---------------------------------------------------------------------------------------------------


def words(quads: NDArray[Any]) -> NDArray[np.uint32]:
    """(n,) structs.HUD_QUAD as (n, 12) uint32."""
    return quads.view(np.uint32).reshape(-1, HUD_QUAD.size // 4)


@dataclass
class Layout:
    """Where an element came to be.

    number: counts the elements as they are made.  children: what is placed in it.  stale: whether the rest is out of
    date.  box: left, top, right, bottom in pixels of the picture.  quads: (n, 12) uint32, the words of
    structs.HUD_QUAD: as structs, NumPy compares all field names whenever it puts some together.
    """

    number: int
    children: dict[str, Element] = field(default_factory=dict[str, "Element"])
    stale: bool = True
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    quads: NDArray[np.uint32] = field(default_factory=lambda: words(np.zeros(0, HUD_QUAD.dtype)))


class Element:
    """One thing on a HUD. Setting a field changes what is seen from the next frame on.

    at: how far it is from the anchor, logical pixels: inwards from the edges that the anchor names, along the others to
    the right and down.  anchor: the point of the parent, and of the element itself, that are so far apart.  parent: an
    element (or its name) that it is placed in and goes with, or None for the picture.  z: what is higher lies over its
    siblings; of equals, what was made later.  alpha: 0 to 1, of all that is in it.
    Raises HudError for fields that there are not and values that can't be.
    """

    KIND: ClassVar[str] = "element"
    CHECKS: ClassVar[Mapping[str, Check]] = _CHECKS
    DEFAULTS: ClassVar[Mapping[str, Any]] = {
        "at": (0.0, 0.0),
        "anchor": "top_left",
        "parent": None,
        "z": 0,
        "visible": True,
        "alpha": 1.0,
    }
    REORDERS: ClassVar[frozenset[str]] = frozenset(("z", "visible", "parent"))

    name: str
    layout: Layout
    at: tuple[float, float]
    anchor: Anchor
    z: int
    visible: bool
    alpha: float

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
            except _BadError as error:
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


class Text(Element):
    """Letters. `text` may have several lines.

    size: of the font, logical pixels.  font: a .ttf or .otf file, relative to the HUD's `root`; None is a plain sans
    serif that is built in.  align: of several lines; None follows the anchor.  width: lines are broken to fit into it.
    line_spacing: 1 is what the font wants.  outline, shadow: colours, None for none; the outline's width, the shadow's
    offset and softness in logical pixels.
    """

    KIND = "text"
    CHECKS: ClassVar[Mapping[str, Check]] = {
        **_CHECKS,
        "text": _TEXT,
        "size": _number(1.0, LARGEST_TEXT),
        "color": _color,
        "font": _or_none(_path),
        "align": _or_none(_one_of(get_args(Align))),
        "width": _or_none(_LENGTH),
        "line_spacing": _number(0.0, 10.0),
        "outline": _or_none(_color),
        "outline_width": _number(0.0, 64.0),
        "shadow": _or_none(_color),
        "shadow_offset": _OFFSET,
        "shadow_blur": _number(0.0, 64.0),
    }
    DEFAULTS: ClassVar[Mapping[str, Any]] = {
        **Element.DEFAULTS,
        "text": "",
        "size": 16.0,
        "color": (1.0, 1.0, 1.0, 1.0),
        "font": None,
        "align": None,
        "width": None,
        "line_spacing": 1.0,
        "outline": None,
        "outline_width": 1.5,
        "shadow": None,
        "shadow_offset": (0.0, 1.0),
        "shadow_blur": 2.0,
    }

    text: str
    size: float
    color: Color
    font: Path | None
    align: Align | None
    width: float | None
    line_spacing: float
    outline: Color | None
    outline_width: float
    shadow: Color | None
    shadow_offset: tuple[float, float]
    shadow_blur: float
    font_file: Path | None = None
    """The `font` that was found."""

    def _changed(self, name: str) -> None:
        if name == "font":
            self.__dict__["font_file"] = self._hud.font(self.font)
        super()._changed(name)


class Panel(Element):
    """A box: round corners, a border, a gradient from `color` at the top to `color_end` at the bottom, a shadow.

    size: logical pixels; a side that is None is as large as the parent, less `at` on both of its ends.
    """

    KIND = "panel"
    CHECKS: ClassVar[Mapping[str, Check]] = {**_CHECKS, **_SHAPE}
    DEFAULTS: ClassVar[Mapping[str, Any]] = {
        **Element.DEFAULTS,
        "size": (200.0, 100.0),
        "color": (0.055, 0.07, 0.1, 0.86),
        "color_end": None,
        "radius": 10.0,
        "border": 0.0,
        "border_color": (1.0, 1.0, 1.0, 0.16),
        "shadow": None,
        "shadow_offset": (0.0, 6.0),
        "shadow_blur": 18.0,
    }

    size: tuple[float | None, float | None]
    color: Color
    color_end: Color | None
    radius: float
    border: float
    border_color: Color
    shadow: Color | None
    shadow_offset: tuple[float, float]
    shadow_blur: float

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
        return _line(self.border, scale), own["border_color"]

    def draw(self, scale: float) -> list[tuple[Any, ...]]:
        left, top, right, bottom = self.put(*self._wanted(scale), scale)
        rect = float(left), float(top), float(right - left), float(bottom - top)
        own, alpha, radius = self.__dict__, self.opacity(), self.radius * scale
        quads: list[tuple[Any, ...]] = []
        if self.shadow is not None:
            dx, dy = (round(offset * scale) for offset in self.shadow_offset)
            cast = rect[0] + dx, rect[1] + dy, rect[2], rect[3]
            margin = float(max(1, round(self.shadow_blur * scale)))
            quads.append(_shape(cast, packed(own["shadow"], alpha), radius=radius, margin=margin))
        color, end = self._colors()
        border, border_color = self._border(scale)
        ends = None if end is None else packed(end, alpha)
        quads.append(_shape(rect, packed(color, alpha), ends, radius, border, packed(border_color, alpha)))
        return quads


def _line(width: float, scale: float) -> float:
    """A border's width in whole pixels; a thin one does not vanish."""
    return float(max(1, round(width * scale))) if width > 0 else 0.0


class Bar(Panel):
    """How much there is of something: `value` from 0 to 1 fills a panel from the left.

    fill, fill_end: colours of what is filled, top and bottom.  padding: logical pixels between the edge and that.
    """

    KIND = "bar"
    CHECKS: ClassVar[Mapping[str, Check]] = {
        **Panel.CHECKS,
        "value": _number(0.0, 1.0),
        "fill": _color,
        "fill_end": _or_none(_color),
        "padding": _LENGTH,
    }
    DEFAULTS: ClassVar[Mapping[str, Any]] = {
        **Panel.DEFAULTS,
        "size": (200.0, 14.0),
        "radius": 7.0,
        "value": 1.0,
        "fill": (0.36, 0.80, 0.52, 1.0),
        "fill_end": None,
        "padding": 2.0,
    }

    value: float
    fill: Color
    fill_end: Color | None
    padding: float

    def draw(self, scale: float) -> list[tuple[Any, ...]]:
        quads = super().draw(scale)
        left, top, right, bottom = self.layout.box
        inset = round(self.padding * scale) + _line(self.border, scale)
        w, h = right - left - 2 * inset, bottom - top - 2 * inset
        if self.value > 0 and w > 0 and h > 0:
            own, alpha = self.__dict__, self.opacity()
            ends = None if self.fill_end is None else packed(own["fill_end"], alpha)
            radius = max(0.0, min(self.radius * scale, (bottom - top) / 2) - inset)
            rect = left + inset, top + inset, w, h
            quads.append(_shape(rect, packed(own["fill"], alpha), ends, radius, cut=self.value * w))
        return quads


class Image(Element):
    """A picture, resampled to the pixels that it covers.

    source: a file, relative to the HUD's `root`, or (h, w, 3 or 4) uint8; set it again to show another.  size: logical
    pixels; a side that is None keeps the picture's proportions, None is its own size.  color: what it is multiplied
    by.  radius: of its corners.  smooth: whether pixels are mixed when it is resampled; False for pixel art.
    """

    KIND = "image"
    CHECKS: ClassVar[Mapping[str, Check]] = {
        **_CHECKS,
        "source": _picture,
        "size": _or_none(_SIZE),
        "color": _color,
        "radius": _LENGTH,
        "smooth": _FLAG,
    }
    DEFAULTS: ClassVar[Mapping[str, Any]] = {
        **Element.DEFAULTS,
        "size": None,
        "color": (1.0, 1.0, 1.0, 1.0),
        "radius": 0.0,
        "smooth": True,
    }

    source: Picture
    size: tuple[float | None, float | None] | None
    color: Color
    radius: float
    smooth: bool

    _pixels: NDArray[np.uint8]
    _key: int

    def _changed(self, name: str) -> None:
        if name == "source":
            self._key, self._pixels = self._hud.picture(self.source)
        super()._changed(name)

    def draw(self, scale: float) -> list[tuple[Any, ...]]:
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
        return [_shape(rect, color, radius=self.radius * scale, source=source)]


_WHITE, _BLACK = (1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 1.0)


class Button(Panel):
    """A panel with a text that can be clicked with the pointer, or with Enter where it has the `focus` of the HUD.

    clicked: in this frame; on_click() is called as well.  hovered, pressed: as of this frame.  enabled: whether it can
    be clicked.  size: a side that is None fits the text, with `padding` (x, y) around it.  hover_color, pressed_color:
    None for a lighter and a darker `color`.  focus_color: of the border where it has the focus.
    """

    KIND = "button"
    CHECKS: ClassVar[Mapping[str, Check]] = {
        **Panel.CHECKS,
        "text": _TEXT,
        "hover_color": _or_none(_color),
        "pressed_color": _or_none(_color),
        "focus_color": _color,
        "padding": _pair(_LENGTH, "two numbers from 0 up, (x, y), logical pixels"),
        "text_size": _number(1.0, LARGEST_TEXT),
        "text_color": _color,
        "font": _or_none(_path),
        "enabled": _FLAG,
        "on_click": _or_none(_callable),
    }
    DEFAULTS: ClassVar[Mapping[str, Any]] = {
        **Panel.DEFAULTS,
        "text": "",
        "size": (None, None),
        "color": (0.17, 0.22, 0.31, 0.96),
        "radius": 8.0,
        "border": 1.0,
        "hover_color": None,
        "pressed_color": None,
        "focus_color": (1.0, 1.0, 1.0, 0.9),
        "padding": (20.0, 12.0),
        "text_size": 18.0,
        "text_color": _WHITE,
        "font": None,
        "enabled": True,
        "on_click": None,
    }

    text: str
    hover_color: Color | None
    pressed_color: Color | None
    focus_color: Color
    padding: tuple[float, float]
    text_size: float
    text_color: Color
    font: Path | None
    enabled: bool
    on_click: Callable[[], object] | None

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
        return (_line(2.0, scale), self.__dict__["focus_color"]) if self._focused else super()._border(scale)
