"""Icons in the picture for what has no surface: lights, cameras, and other objects that one could not click."""

from __future__ import annotations

import math
from collections.abc import Container
from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui
from imgui_bundle import icons_fontawesome_6 as icons
from numpy.typing import NDArray

from ...engine.scene.components import Camera, Mesh, PointLight, SpotLight, Sun
from ...engine.scene.scene import Scene
from .frame import Frame
from .moving import worlds
from .paint import HOT, INK, Rgba, color

SIZE, REACH = 19.0, 13.0
"""Points: of an icon, and around its middle where it takes the pointer."""
NEAREST = 0.4
"""Metres from the eye within which there are none."""
MOST = 400
"""Icons in one picture: the nearest."""

_LAMP: Rgba = (0.98, 0.83, 0.45, 1.0)
_EYE: Rgba = (0.56, 0.80, 1.0, 1.0)
KINDS: tuple[tuple[type, str, Rgba], ...] = (
    (Sun, icons.ICON_FA_SUN, _LAMP),
    (PointLight, icons.ICON_FA_LIGHTBULB, _LAMP),
    (SpotLight, icons.ICON_FA_BULLSEYE, _LAMP),
    (Camera, icons.ICON_FA_VIDEO, _EYE),
)


@dataclass(frozen=True, slots=True)
class Badge:
    """One icon: the object's id and row, where it is on the page, how far away (metres)."""

    id: int
    row: int
    x: float
    y: float
    depth: float
    icon: str
    tint: Rgba


def badges(scene: Scene, shown: NDArray[np.bool_], frame: Frame) -> list[Badge]:
    """The icons of a view, the farthest first. shown: (n,) the objects that are not hidden."""
    out: list[Badge] = []
    taken = np.zeros(len(scene), bool)
    for kind, icon, tint in KINDS:
        rows = np.flatnonzero((scene.slots_of(kind) >= 0) & shown & ~taken & (scene.slots_of(Mesh) < 0))
        taken[rows] = True
        out += _placed(scene, rows, frame, icon, tint)
    out.sort(key=lambda badge: -badge.depth)
    return out[-MOST:]


def _placed(scene: Scene, rows: NDArray[np.intp], frame: Frame, icon: str, tint: Rgba) -> list[Badge]:
    if not len(rows):
        return []
    places = worlds(scene, rows.astype(np.int64))[0][:, :, 3]
    at, front = frame.project(places)
    x, y, width, height = frame.rect
    front &= np.linalg.norm(places - frame.eye, axis=1) > NEAREST
    front &= (at[:, 0] > x) & (at[:, 0] < x + width) & (at[:, 1] > y) & (at[:, 1] < y + height)
    depth = (places - frame.eye) @ frame.forward
    return [
        Badge(int(scene.ids[row]), int(row), float(at[k, 0]), float(at[k, 1]), float(depth[k]), icon, tint)
        for k, row in enumerate(rows.tolist())
        if front[k]
    ]


def at(found: list[Badge], px: float, py: float, scale: float) -> Badge | None:
    """The icon under a point of the page; the nearest one where several are."""
    for badge in reversed(found):
        if math.hypot(badge.x - px, badge.y - py) <= REACH * scale:
            return badge
    return None


def draw_badges(draw: imgui.ImDrawList, found: list[Badge], chosen: Container[int], hovered: int, scale: float) -> None:
    """Draw them; those that are chosen in the selection's colour."""
    size = SIZE * scale
    imgui.push_font(None, SIZE * 0.86)
    for badge in found:
        picked = badge.id in chosen
        tint = (1.0, 0.62, 0.22, 1.0) if picked else HOT if badge.id == hovered else badge.tint
        radius = size * 0.72
        draw.add_circle_filled(ImVec2(badge.x, badge.y), radius, color(INK, 0.85 if picked else 0.6), 24)
        if picked:
            draw.add_circle(ImVec2(badge.x, badge.y), radius, color(tint), 24, 1.6 * scale)
        wide = imgui.calc_text_size(badge.icon)
        place = ImVec2(round(badge.x - wide.x / 2), round(badge.y - wide.y / 2))
        draw.add_text(place, color(tint), badge.icon)
    imgui.pop_font()
