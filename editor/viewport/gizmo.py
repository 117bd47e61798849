"""Handles to move, turn and stretch things by: where they are, which one the pointer is on, what a drag means.

Nothing here draws, and nothing knows of objects: a drag gives a `Change`, which `moving.py` applies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...engine import math as dmath
from ..core.view import Mode, Steps
from .frame import Frame

F64 = NDArray[np.float64]
Point = tuple[float, float]

AXES = ("x", "y", "z")
PLANES = {"yz": 0, "zx": 1, "xy": 2}
"""Handles to move in a plane: the axis that stays."""
CENTRE, VIEW, EVERY = "centre", "view", "xyz"
"""Handles: move in the picture's plane; turn about the line of sight; stretch all axes alike."""

LENGTH, INNER, NEAR, FAR = 92.0, 17.0, 0.30, 0.50
"""Points: of an axis, and where it begins; parts of it: where the square of a plane begins and ends."""
REACH = 8.0
"""Points around a handle in which it takes the pointer."""
OUTER = 1.16
"""Radius of the ring about the line of sight, of the others'."""
RING = 64
"""Pieces of a ring."""
_ALONG, _FLAT = 0.985, 0.12
"""From which cosine on an axis points at the eye, and below which a plane is seen from its edge."""
_EDGE = 0.25
"""Cosine below which a ring is turned along its tangent."""


@dataclass(frozen=True, eq=False)
class Stand:
    """Where the handles are: origin (3,) world, metres; axes (3, 3) unit columns; length in metres; scale in pixels.

    Axes that point at the eye, and planes seen from their edges, are left out.
    """

    origin: F64
    axes: F64
    length: float
    scale: float
    frame: Frame

    @staticmethod
    def at(origin: F64, axes: F64, frame: Frame, scale: float) -> Stand:
        """Handles that look equally large wherever they are."""
        return Stand(origin, axes, frame.pixel(origin) * LENGTH * scale, scale, frame)

    def to_eye(self) -> F64:
        """(3,) unit."""
        if self.frame.orthographic:
            return self.frame.axes[:, 2]
        away = self.frame.eye - self.origin
        return away / max(float(np.linalg.norm(away)), 1e-12)

    def shown(self, axis: int) -> bool:
        """Whether an axis is long enough in the picture to be dragged along."""
        return abs(float(self.axes[:, axis] @ self.to_eye())) < _ALONG

    def faces(self, axis: int) -> bool:
        """Whether the plane across an axis is wide enough in the picture to be dragged in."""
        return abs(float(self.axes[:, axis] @ self.to_eye())) > _FLAT

    def ends(self, axis: int) -> tuple[Point, Point]:
        """Where an axis begins and ends on the page."""
        a, b = (self.origin + self.axes[:, axis] * self.length * part for part in (INNER / LENGTH, 1.0))
        return self.frame.at(a), self.frame.at(b)

    def square(self, axis: int) -> list[Point]:
        """The corners of a plane's square on the page."""
        u, v = (self.axes[:, (axis + k) % 3] * self.length for k in (1, 2))
        corners = ((NEAR, NEAR), (FAR, NEAR), (FAR, FAR), (NEAR, FAR))
        found = self.frame.project([self.origin + u * a + v * b for a, b in corners])[0]
        return [(float(x), float(y)) for x, y in found]

    def ring(self, axis: int) -> tuple[F64, NDArray[np.bool_]]:
        """A ring's points (RING + 1, 2) on the page, and whether each is on the side of the eye."""
        u, v = self.axes[:, (axis + 1) % 3], self.axes[:, (axis + 2) % 3]
        turn = np.linspace(0, 2 * math.pi, RING + 1)
        away = (np.cos(turn)[:, None] * u + np.sin(turn)[:, None] * v) * self.length
        return self.frame.project(self.origin + away)[0], away @ self.to_eye() > -0.02 * self.length


def hit(mode: Mode, stand: Stand, px: float, py: float) -> str:
    """The handle under a point of the page, or an empty text."""
    middle = stand.frame.at(stand.origin)
    away, reach = math.hypot(px - middle[0], py - middle[1]), REACH * stand.scale
    if mode == "select" or away > LENGTH * stand.scale * 1.6:
        return ""
    if mode == "rotate":
        return _ring_hit(stand, px, py, away, reach)
    if away < (INNER - 5) * stand.scale:
        return CENTRE if mode == "translate" else EVERY
    if mode == "translate":
        for name, axis in PLANES.items():
            if stand.faces(axis) and _inside(stand.square(axis), px, py):
                return name
    found = [(_to_segment(*stand.ends(axis), px, py), name) for axis, name in enumerate(AXES) if stand.shown(axis)]
    nearest = min(found, default=(math.inf, ""))
    return nearest[1] if nearest[0] < reach else ""


def _ring_hit(stand: Stand, px: float, py: float, away: float, reach: float) -> str:
    best = (reach, "")
    for axis, name in enumerate(AXES):
        points, front = stand.ring(axis)
        gap = np.hypot(points[:, 0] - px, points[:, 1] - py)
        lengths = np.hypot(*np.diff(points, axis=0).T)
        gap = np.where(front, np.maximum(gap - lengths.max() / 2, 0), np.inf)
        best = min(best, (float(gap.min()), name))
    outer = abs(away - LENGTH * OUTER * stand.scale)
    return min(best, (outer, VIEW))[1] if outer < reach else best[1]


def _to_segment(a: Point, b: Point, px: float, py: float) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else max(0.0, min(1.0, ((px - a[0]) * dx + (py - a[1]) * dy) / length))
    return math.hypot(a[0] + t * dx - px, a[1] + t * dy - py)


def _inside(corners: list[Point], px: float, py: float) -> bool:
    sides = [
        (b[0] - a[0]) * (py - a[1]) - (b[1] - a[1]) * (px - a[0])
        for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)
    ]
    return all(s >= 0 for s in sides) or all(s <= 0 for s in sides)


# ---- drags ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Change:
    """What a drag has come to since it began.

    move: (3,) metres, world.  turn: (4,) quaternion, world.  axis: which of the handles' own axes it is turned about,
    or -1.  degrees: about it.  factors: (3,) along the handles' axes.  text: the same in words.
    """

    move: F64 = field(default_factory=lambda: np.zeros(3))
    turn: F64 = field(default_factory=lambda: np.array(dmath.IDENTITY_QUATERNION))
    axis: int = -1
    degrees: float = 0.0
    factors: F64 = field(default_factory=lambda: np.ones(3))
    text: str = ""


def _rounded(value: float, step: float) -> float:
    return round(value / step) * step if step else value


class Drag:
    """One drag of a handle, from where the pointer went down."""

    def __init__(self, mode: Mode, handle: str, stand: Stand, px: float, py: float) -> None:
        self.mode: Mode = mode
        self.handle, self.stand = handle, stand
        self._start = px, py
        self._from = self._point(px, py)
        self._angle, self._turned = self._angle_at(px, py), 0.0

    @property
    def turned(self) -> tuple[float, float]:
        """Where the turn began and how far it went, radians in the plane of the ring, for who draws it."""
        return self._first, math.radians(self._turned)

    def at(self, px: float, py: float, steps: Steps) -> Change:
        """What it means with the pointer here."""
        if self.mode == "translate":
            return self._moved(px, py, steps.move)
        if self.mode == "rotate":
            return self._rotated(px, py, steps.turn)
        return self._scaled(px, py, steps.scale)

    def _moved(self, px: float, py: float, step: float) -> Change:
        now = self._point(px, py)
        if now is None or self._from is None:
            return Change()
        along = self.stand.axes.T @ (now - self._from)
        if self.handle in AXES:
            along[[k for k in range(3) if k != AXES.index(self.handle)]] = 0
        elif self.handle in PLANES:
            along[PLANES[self.handle]] = 0
        if step:
            along = np.array([_rounded(value, step) for value in along.tolist()])
        names = AXES if self.handle == CENTRE else tuple(self.handle)
        said = "   ".join(f"{name.upper()} {along[AXES.index(name)]:+.3g} m" for name in names)
        return Change(move=self.stand.axes @ along, text=said)

    def _rotated(self, px: float, py: float, step: float) -> Change:
        angle = self._angle_at(px, py)
        self._turned += math.degrees((angle - self._angle + math.pi) % (2 * math.pi) - math.pi)
        self._angle = angle
        degrees = _rounded(self._turned, step)
        axis = -1 if self.handle == VIEW else AXES.index(self.handle)
        turn = dmath.quaternion_from_axis_angle(self._normal().tolist(), degrees)
        name = "View" if axis < 0 else self.handle.upper()
        return Change(turn=turn, axis=axis, degrees=degrees, text=f"{name} {degrees:+.1f}°")

    def _scaled(self, px: float, py: float, step: float) -> Change:
        factors = np.ones(3)
        if self.handle == EVERY:
            way = (px - self._start[0]) - (py - self._start[1])
            factors[:] = self._factor(1 + way / (LENGTH * self.stand.scale), step)
            return Change(factors=factors, text=f"× {factors[0]:.3g}")
        axis, now = AXES.index(self.handle), self._point(px, py)
        if now is not None and self._from is not None:
            way = float(self.stand.axes[:, axis] @ (now - self._from))
            factors[axis] = self._factor(1 + way / self.stand.length, step)
        return Change(factors=factors, text=f"{self.handle.upper()} × {factors[axis]:.3g}")

    def _factor(self, value: float, step: float) -> float:
        return max(_rounded(value, step), step or 0.01)

    def _normal(self) -> F64:
        return self.stand.to_eye() if self.handle == VIEW else self.stand.axes[:, AXES.index(self.handle)]

    def _point(self, px: float, py: float) -> F64 | None:
        """Where the pointer is on what the handle moves along."""
        stand, handle = self.stand, self.handle
        if handle in PLANES:
            normal = stand.axes[:, PLANES[handle]]
        elif handle in AXES and self.mode != "rotate":
            axis = stand.axes[:, AXES.index(handle)]
            across = dmath.cross(axis, stand.to_eye())
            normal = dmath.cross(across, axis)  # the plane through the axis that faces the eye most
        else:
            normal = stand.frame.forward
        return stand.frame.on_plane(px, py, stand.origin, normal)

    def _angle_at(self, px: float, py: float) -> float:
        """Radians in the plane of the ring, counter-clockwise seen against its axis."""
        if self.mode != "rotate":
            return self._note(0.0)
        stand, normal = self.stand, self._normal()
        u, v = self.plane()
        facing = float(normal @ stand.to_eye())
        if abs(facing) < _EDGE:  # along the tangent at the start, a radian for each length of the handles
            if not hasattr(self, "_tangent"):
                on_ring = stand.frame.on_plane(px, py, stand.origin, stand.to_eye())
                out = stand.origin * 0 if on_ring is None else on_ring - stand.origin
                way = dmath.cross(normal, stand.to_eye() * stand.length + out)
                a, b = stand.frame.at(stand.origin), stand.frame.at(stand.origin + way)
                length = max(math.hypot(b[0] - a[0], b[1] - a[1]), 1e-6)
                self._tangent = (b[0] - a[0]) / length, (b[1] - a[1]) / length
            along = (px - self._start[0]) * self._tangent[0] + (py - self._start[1]) * self._tangent[1]
            return self._note(along / (LENGTH * stand.scale))
        found = stand.frame.on_plane(px, py, stand.origin, normal)
        if found is None:
            return self._angle
        away = found - stand.origin
        return self._note(math.atan2(float(away @ v), float(away @ u)))

    def plane(self) -> tuple[F64, F64]:
        """Two unit vectors of the ring's plane, to the right about its axis."""
        if self.handle == VIEW:
            u = self.stand.frame.axes[:, 0]
            normal = self._normal()
            u = dmath.unit(u - normal * float(u @ normal))
            return u, dmath.cross(normal, u)
        axis = AXES.index(self.handle)
        return self.stand.axes[:, (axis + 1) % 3], self.stand.axes[:, (axis + 2) % 3]

    def _note(self, angle: float) -> float:
        if not hasattr(self, "_first"):
            self._first = angle
        return angle
