"""How the handles look."""

from __future__ import annotations

import math

import numpy as np
from imgui_bundle import ImVec2, imgui
from numpy.typing import NDArray

from ..core.view import Mode
from .gizmo import AXES, CENTRE, EVERY, INNER, LENGTH, OUTER, PLANES, VIEW, Drag, Stand
from .paint import AXIS, HOT, INK, WHITE, Point, Rgba, color, label, mixed, path

F64 = NDArray[np.float64]


def draw_gizmo(draw: imgui.ImDrawList, mode: Mode, stand: Stand, hovered: str, drag: Drag | None, text: str) -> None:
    """Draw the handles; of those that are dragged only these, and what the drag has come to."""
    only = drag.handle if drag is not None else ""
    if mode == "translate":
        _planes(draw, stand, hovered, only)
        _axes(draw, stand, hovered, only, arrows=True)
        _middle(draw, stand, CENTRE, hovered, only)
    elif mode == "rotate":
        _rings(draw, stand, hovered, only, drag)
    elif mode == "scale":
        _axes(draw, stand, hovered, only, arrows=False)
        _middle(draw, stand, EVERY, hovered, only)
    if text:
        x, y = stand.frame.at(stand.origin)
        label(draw, (x + 16 * stand.scale, y + 22 * stand.scale), text, stand.scale)


def _tint(name: str, hovered: str, only: str, own: Rgba) -> Rgba:
    if name in (hovered, only):
        return HOT
    return mixed(own, (own[0], own[1], own[2], 0.28), 1.0) if only else own


def _axes(draw: imgui.ImDrawList, stand: Stand, hovered: str, only: str, *, arrows: bool) -> None:
    s = stand.scale
    depth = [(float(stand.axes[:, k] @ stand.to_eye()), k) for k in range(3)]
    for _, axis in sorted(depth):  # what points at the eye is drawn last
        name = AXES[axis]
        if not stand.shown(axis):
            continue
        tint = color(_tint(name, hovered, only, AXIS[name]))
        (ax, ay), (bx, by) = stand.ends(axis)
        length = math.hypot(bx - ax, by - ay)
        if length < 6 * s:
            continue
        dx, dy = (bx - ax) / length, (by - ay) / length
        head = 15 * s if arrows else 0.0
        draw.add_line(ImVec2(ax, ay), ImVec2(bx - dx * head, by - dy * head), color(INK, 0.6), 5 * s)
        draw.add_line(ImVec2(ax, ay), ImVec2(bx - dx * head, by - dy * head), tint, 3 * s)
        if arrows:
            px, py = -dy * 6 * s, dx * 6 * s
            base = bx - dx * head, by - dy * head
            a, b = ImVec2(base[0] + px, base[1] + py), ImVec2(base[0] - px, base[1] - py)
            draw.add_triangle_filled(ImVec2(bx, by), a, b, tint)
        else:
            half = 5.5 * s
            draw.add_rect_filled(ImVec2(bx - half, by - half), ImVec2(bx + half, by + half), tint, 1.5 * s)


def _planes(draw: imgui.ImDrawList, stand: Stand, hovered: str, only: str) -> None:
    for name, axis in PLANES.items():
        if not stand.faces(axis):
            continue
        tint, corners = _tint(name, hovered, only, AXIS[AXES[axis]]), path(stand.square(axis))
        draw.add_convex_poly_filled(corners, color(tint, 0.45 if name in (hovered, only) else 0.26))
        draw.add_polyline(corners, color(tint, 0.95), 1.5 * stand.scale, imgui.ImDrawFlags_.closed)


def _middle(draw: imgui.ImDrawList, stand: Stand, name: str, hovered: str, only: str) -> None:
    at, s = ImVec2(*stand.frame.at(stand.origin)), stand.scale
    tint = _tint(name, hovered, only, WHITE)
    draw.add_circle_filled(at, 6.5 * s, color(INK, 0.8), 24)
    draw.add_circle_filled(at, 5 * s, color(tint), 24)


def _rings(draw: imgui.ImDrawList, stand: Stand, hovered: str, only: str, drag: Drag | None) -> None:
    s, (mx, my) = stand.scale, stand.frame.at(stand.origin)
    radius = LENGTH * s
    draw.add_circle_filled(ImVec2(mx, my), radius, color(WHITE, 0.05), 64)
    if drag is not None:
        _wedge(draw, stand, drag)
    for axis, name in enumerate(AXES):
        if only and only != name:
            continue
        tint = _tint(name, hovered, only, AXIS[name])
        points, front = stand.ring(axis)
        lit = name in (hovered, only)
        for first, last, seen in _runs(front):
            piece = path([(float(x), float(y)) for x, y in points[first : last + 1]])
            if len(piece) < 2:
                continue
            if seen or only:
                draw.add_polyline(piece, color(INK, 0.55), 5 * s, 0)
                draw.add_polyline(piece, color(tint), (3.5 if lit else 2.8) * s, 0)
            else:
                draw.add_polyline(piece, color(tint, 0.22), 1.5 * s, 0)
    if not only or only == VIEW:
        tint = _tint(VIEW, hovered, only, (0.85, 0.87, 0.92, 0.75))
        draw.add_circle(ImVec2(mx, my), radius * OUTER, color(tint), 72, (2.6 if VIEW in (hovered, only) else 1.6) * s)
    draw.add_circle_filled(ImVec2(mx, my), INNER * 0.16 * s, color(WHITE, 0.8), 12)


def _runs(front: NDArray[np.bool_]) -> list[tuple[int, int, bool]]:
    """Stretches of a ring that are all in front or all behind: first, last, in front. The joints are in both."""
    flags = front.tolist()
    out: list[tuple[int, int, bool]] = []
    first = 0
    for i in range(1, len(flags) + 1):
        if i == len(flags) or flags[i] != flags[first]:
            out.append((max(0, first - 1) if flags[first] else first, min(i, len(flags) - 1), flags[first]))
            first = i
    return out


def _wedge(draw: imgui.ImDrawList, stand: Stand, drag: Drag) -> None:
    """The angle that a turn has come to."""
    begun, turned = drag.turned
    if abs(turned) < 1e-3:
        return
    u, v = drag.plane()
    reach = stand.length * (OUTER if drag.handle == VIEW else 1.0)
    shown = math.copysign(min(abs(turned), 2 * math.pi), turned)
    angles = np.linspace(begun, begun + shown, max(3, int(abs(shown) * 24)))
    away = (np.cos(angles)[:, None] * u + np.sin(angles)[:, None] * v) * reach
    rim: F64 = stand.frame.project(stand.origin + away)[0]
    centre: Point = stand.frame.at(stand.origin)
    for a, b in zip(rim[:-1].tolist(), rim[1:].tolist(), strict=True):
        draw.add_triangle_filled(ImVec2(*centre), ImVec2(*a), ImVec2(*b), color(HOT, 0.22))
    for end in (rim[0].tolist(), rim[-1].tolist()):
        draw.add_line(ImVec2(*centre), ImVec2(*end), color(HOT, 0.9), 1.6 * stand.scale)
