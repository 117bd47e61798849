"""What may be said of the elements of a HUD, for those who check types."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .hud_elements import Element

Anchor = Literal[
    "top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right"
]  # fmt: skip
"""A point of a box."""
Align = Literal["left", "center", "right"]
"""Of several lines of a text."""
Color = str | Sequence[float]
"""As a paint program shows it: "#rrggbb", "#rrggbbaa", or (r, g, b) or (r, g, b, alpha) from 0 to 1."""
Picture = str | os.PathLike[str] | NDArray[np.uint8]
"""A picture file, or (h, w, 3 or 4) uint8, row 0 at the top."""
Rgba = tuple[float, float, float, float]


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
