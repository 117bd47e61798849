"""Colours and small shapes for Dear ImGui's draw lists."""

from __future__ import annotations

import math
from collections.abc import Sequence

from imgui_bundle import ImVec2, ImVec4, imgui
from imgui_bundle.imgui import ImVec2Like

Rgba = tuple[float, float, float, float]
Point = tuple[float, float]

AXIS: dict[str, Rgba] = {
    "x": (0.93, 0.36, 0.40, 1.0),
    "y": (0.49, 0.76, 0.33, 1.0),
    "z": (0.32, 0.58, 0.98, 1.0),
}
HOT: Rgba = (1.0, 0.83, 0.30, 1.0)
WHITE: Rgba = (0.96, 0.97, 0.99, 1.0)
INK: Rgba = (0.04, 0.045, 0.06, 0.72)


def color(rgba: Rgba, alpha: float = 1.0) -> int:
    """As draw lists take it; `alpha` multiplies."""
    return imgui.color_convert_float4_to_u32(ImVec4(rgba[0], rgba[1], rgba[2], rgba[3] * alpha))


def mixed(a: Rgba, b: Rgba, part: float) -> Rgba:
    """Between two colours; 0 is the first."""
    return (
        a[0] + (b[0] - a[0]) * part,
        a[1] + (b[1] - a[1]) * part,
        a[2] + (b[2] - a[2]) * part,
        a[3] + (b[3] - a[3]) * part,
    )


def path(points: Sequence[Point]) -> list[ImVec2Like]:
    """Points as draw lists take them."""
    return [ImVec2(*p) for p in points]


def label(
    draw: imgui.ImDrawList, at: Point, text: str, scale: float, *, middle: bool = False, fill: Rgba = INK
) -> None:
    """A line of text on a dark plate; `at` is its top left, or its middle."""
    size, pad = imgui.calc_text_size(text), 5.0 * scale
    x, y = at
    if middle:
        x, y = x - size.x / 2, y - size.y / 2
    x, y = math.floor(x), math.floor(y)
    low, high = ImVec2(x - pad, y - pad * 0.5), ImVec2(x + size.x + pad, y + size.y + pad * 0.5)
    draw.add_rect_filled(low, high, color(fill), 4 * scale)
    draw.add_text(ImVec2(x, y), color(WHITE), text)


def rectangle(draw: imgui.ImDrawList, a: tuple[float, float], b: tuple[float, float], scale: float) -> None:
    """What is dragged from one point of the page to another."""
    low = ImVec2(min(a[0], b[0]), min(a[1], b[1]))
    high = ImVec2(max(a[0], b[0]), max(a[1], b[1]))
    draw.add_rect_filled(low, high, color((0.50, 0.58, 1.0, 0.16)), 2 * scale)
    draw.add_rect(low, high, color((0.62, 0.68, 1.0, 0.95)), 2 * scale, 1.2 * scale)


def letterbox(draw: imgui.ImDrawList, rect: tuple[float, float, float, float], scale: float) -> None:
    """The edge of what a camera sees."""
    x, y, width, height = rect
    draw.add_rect(
        ImVec2(x + 1, y + 1), ImVec2(x + width - 1, y + height - 1), color((0.56, 0.80, 1.0, 0.85)), 0, 2 * scale
    )
