"""The quads that a HUD is drawn as."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..shaders.structs import HUD_QUAD
from .hud_looks import Rgba

EVERYTHING = 1e9
"""A cut that leaves all of a quad."""


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


def shape(
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
    """One quad, a structs.HUD_QUAD. `margin`: pixels around the box in which it fades out, for shadows."""
    x, y, w, h = rect
    radius = min(radius, w / 2, h / 2)
    outer = (x - margin, y - margin, w + 2 * margin, h + 2 * margin)
    return outer, color, color if end is None else end, border_color, source, radius, border, margin, cut


def line(width: float, scale: float) -> float:
    """A border's width in whole pixels; a thin one does not vanish."""
    return float(max(1, round(width * scale))) if width > 0 else 0.0


def words(quads: NDArray[Any]) -> NDArray[np.uint32]:
    """(n,) structs.HUD_QUAD as (n, 12) uint32."""
    return quads.view(np.uint32).reshape(-1, HUD_QUAD.size // 4)
