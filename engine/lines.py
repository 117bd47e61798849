"""Lines in the world, drawn over the finished picture: what a game, the physics or an editor wants to be seen.

They are kept as one array, which the Fabric draws in one call. Where nothing changes nothing is sent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..shaders.structs import LINE
from .errors import SceneError
from .math import I32

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

Color = str | Sequence[float] | Sequence[Sequence[float]] | NDArray[Any]
"""As the screen has it: "#rrggbb", "#rrggbbaa", (r, g, b) or (r, g, b, a) from 0 to 1, or one for each line."""

WHITE = "#ffffff"
THICKEST = 255.0
"""Logical pixels."""
_ROUND = 32
"""Lines that a circle is made of."""
_KEPT, _TIMED, _TICK, _FRAME = range(4)
_LEAST = 64

CORNERS: F64 = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)], np.float64)
"""(8, 3) of a cube of one metre."""
_EDGES: I32 = np.array(
    [(i, j) for i in range(8) for j in range(i + 1, 8) if (i ^ j) in (1, 2, 4)],
    np.int32,
)


class _Pool:
    """Lines that go at the same time; the array doubles."""

    def __init__(self) -> None:
        self.version = 0
        self.count = 0
        self._array: NDArray[np.void] = np.zeros(0, LINE.dtype)
        self._ends: F64 = np.zeros(0)  # of those that are there for some seconds

    @property
    def lines(self) -> NDArray[np.void]:
        return self._array[: self.count]

    def add(self, many: int, end: float) -> NDArray[np.void]:
        """Room for so many more, to be written to."""
        needed = self.count + many
        if needed > len(self._array):
            size = max(_LEAST, 1 << (needed - 1).bit_length())
            self._array = np.concatenate([self.lines, np.zeros(size - self.count, LINE.dtype)])
            self._ends = np.concatenate([self._ends[: self.count], np.zeros(size - self.count)])
        made = self._array[self.count : needed]
        self._ends[self.count : needed] = end
        self.count, self.version = needed, self.version + 1
        return made

    def clear(self) -> None:
        if self.count:
            self.count, self.version = 0, self.version + 1

    def expire(self, now: float) -> None:
        """Let go of those whose time is over."""
        if not self.count or float(self._ends[: self.count].min()) > now:
            return
        left = np.flatnonzero(self._ends[: self.count] > now)
        self._array[: len(left)] = self.lines[left]
        self._ends[: len(left)] = self._ends[left]
        self.count, self.version = len(left), self.version + 1


class Lines:
    """Lines in the world, metres; reached as `world.lines`.

        world.lines.line((0, 0, 0), (0, 2, 0), "#ff8800")                  # in this frame
        world.lines.box(at=(1, 0.5, 0), size=1, seconds=2)                 # for two seconds of the game's time
        world.lines.group("paths").segments(points, width=3, seconds=None) # until they are cleared

    seconds: 0 shows it in one frame, or, of what is said in a tick, until the next one; None until `clear`.
    color: the screen's own, which no light and no tone mapping changes, with alpha; one, or one for each line.
    width: logical pixels.  behind: how much of its opacity is left where something stands in front: 1 draws it over
    everything, 0 hides it.

    Places may be (3,) or (k, 3), for many at once. What can't be drawn raises SceneError. Lines are no part of a
    world's state: neither snapshots nor recordings know of them.
    """

    def __init__(self) -> None:
        self.visible = True
        """Whether those of this group are drawn."""
        self.now = 0.0
        """Seconds of the game's time, as of the last `begin_frame`."""
        self.before_drawing: list[Callable[[], object]] = []
        """Called before each frame is drawn, when everything is where it will be seen: the place to follow things."""
        self.used = False
        """Whether anything was ever drawn, or a group made."""
        self.version = 0
        self.changed_from = 0
        self._pools = [_Pool() for _ in range(4)]
        self._transient = _FRAME
        self._groups: dict[str, Lines] = {}
        self._above: Lines | None = None
        self._composed: NDArray[np.void] = np.zeros(0, LINE.dtype)
        self._told: list[tuple[int, int]] = []  # of each pool: which one it is, and its version
        self._count = 0

    def __len__(self) -> int:
        """How many there are, those of groups too."""
        return sum(pool.count for pool in self._all()) if self.used else 0

    def __repr__(self) -> str:
        return f"<Lines: {len(self)}>"

    def group(self, name: str) -> Lines:
        """Lines of their own, to be cleared and hidden alone; made when they are first asked for."""
        found = self._groups.get(name)
        if found is None:
            if self._above is not None:
                raise SceneError(f"lines: a group has no groups of its own; ask world.lines for {name!r}")
            found = self._groups[name] = Lines()
            self.used = True
            found._above, found.now, found._transient = self, self.now, self._transient
        return found

    def clear(self) -> None:
        """Take all away that were drawn on this very group."""
        for pool in self._pools:
            pool.clear()

    # ---- drawing ------------------------------------------------------------------------------------------------

    def line(
        self,
        a: ArrayLike,
        b: ArrayLike,
        color: Color = WHITE,
        *,
        width: float = 1.5,
        seconds: float | None = 0.0,
        behind: float = 0.25,
    ) -> None:
        """From `a` to `b`, each (3,) or (k, 3)."""
        start, end = _ends(a, b)
        self._draw(np.stack([start, end], axis=1), color, width, seconds, behind)

    def segments(
        self,
        ends: ArrayLike,
        color: Color = WHITE,
        *,
        width: float = 1.5,
        seconds: float | None = 0.0,
        behind: float = 0.25,
    ) -> None:
        """Many lines (k, 2, 3), each from its first point to its second."""
        try:
            found = np.asarray(ends)
        except ValueError:
            found = np.empty(0)
        if found.ndim != 3 or found.shape[1:] != (2, 3) or found.dtype.kind not in "fiu":
            raise SceneError(f"lines: segments are {found.dtype} {found.shape}; they must be numbers (k, 2, 3)")
        if not np.isfinite(found).all():
            raise SceneError("lines: segments must be finite")
        self._draw(found, color, width, seconds, behind)

    def path(
        self,
        points: ArrayLike,
        color: Color = WHITE,
        *,
        closed: bool = False,
        width: float = 1.5,
        seconds: float | None = 0.0,
        behind: float = 0.25,
    ) -> None:
        """Through (k, 3) points, and back to the first one where it is `closed`."""
        found = _points(points, "points")
        ends = np.roll(found, -1, axis=0) if closed else found[1:]
        self._draw(np.stack([found if closed else found[:-1], ends], axis=1), color, width, seconds, behind)

    def box(
        self,
        at: ArrayLike = (0.0, 0.0, 0.0),
        size: ArrayLike = 1.0,
        color: Color = WHITE,
        *,
        rotation: ArrayLike = (0.0, 0.0, 0.0, 1.0),
        width: float = 1.5,
        seconds: float | None = 0.0,
        behind: float = 0.25,
    ) -> None:
        """The edges of boxes about `at` (3,) or (k, 3); size: a number, (3,) or (k, 3); rotation (4,) or (k, 4)."""
        middle, turn = _points(at, "at"), _turns(rotation)
        edges = np.broadcast_to(_numbers(size, "size"), (*np.shape(size)[:-1], 3)).reshape(-1, 1, 3)
        corners = CORNERS * edges
        many = _number_of(at=middle, rotation=turn, size=corners)
        self._draw_shapes(
            np.broadcast_to(corners[:, _EDGES], (many, 12, 2, 3)), middle, turn, color, (width, seconds, behind)
        )

    def sphere(
        self,
        at: ArrayLike = (0.0, 0.0, 0.0),
        radius: ArrayLike = 0.5,
        color: Color = WHITE,
        *,
        rotation: ArrayLike = (0.0, 0.0, 0.0, 1.0),
        width: float = 1.5,
        seconds: float | None = 0.0,
        behind: float = 0.25,
    ) -> None:
        """Three great circles; at (3,) or (k, 3), radius: a number or (k,)."""
        self._draw_round(_SPHERE, at, radius, rotation, color, (width, seconds, behind))

    def circle(
        self,
        at: ArrayLike = (0.0, 0.0, 0.0),
        radius: ArrayLike = 0.5,
        color: Color = WHITE,
        *,
        rotation: ArrayLike = (0.0, 0.0, 0.0, 1.0),
        width: float = 1.5,
        seconds: float | None = 0.0,
        behind: float = 0.25,
    ) -> None:
        """Lying in x and z of its own; at (3,) or (k, 3), radius: a number or (k,)."""
        self._draw_round(_CIRCLE, at, radius, rotation, color, (width, seconds, behind))

    def arrow(
        self,
        a: ArrayLike,
        b: ArrayLike,
        color: Color = WHITE,
        *,
        head: float = 0.2,
        width: float = 1.5,
        seconds: float | None = 0.0,
        behind: float = 0.25,
    ) -> None:
        """From `a` to `b`, each (3,) or (k, 3), with a tip at b; head: its length, as a part of the arrow's."""
        start, end = _ends(a, b)
        way = end - start
        other = np.where(
            np.abs(way[:, 1:2]) > 0.9 * np.linalg.norm(way, axis=1, keepdims=True), (1.0, 0, 0), (0, 1.0, 0)
        )
        side = np.cross(way, other)
        length = np.linalg.norm(side, axis=1, keepdims=True)
        side *= np.linalg.norm(way, axis=1, keepdims=True) / np.where(length > 0, length, 1)
        up = np.cross(side, way) / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-30)
        back = end - head * way
        wings = [back + head * 0.4 * w for w in (side, -side, up, -up)]
        ends = np.stack([np.stack([start, end], axis=1), *(np.stack([w, end], axis=1) for w in wings)], axis=1)
        self._draw(ends.reshape(-1, 2, 3), _each(color, len(start), 5), width, seconds, behind)

    def axes(
        self,
        at: ArrayLike = (0.0, 0.0, 0.0),
        rotation: ArrayLike = (0.0, 0.0, 0.0, 1.0),
        length: float = 1.0,
        *,
        width: float = 2.0,
        seconds: float | None = 0.0,
        behind: float = 0.25,
    ) -> None:
        """Where x (red), y (green) and z (blue) of something point; at (3,) or (k, 3), rotation (4,) or (k, 4)."""
        middle, turn = _points(at, "at"), _turns(rotation)
        many = _number_of(at=middle, rotation=turn)
        shape = np.zeros((3, 2, 3))
        shape[:, 1] = np.eye(3) * length
        colors = np.tile(np.array([(0.96, 0.26, 0.28), (0.45, 0.8, 0.2), (0.2, 0.5, 1.0)]), (many, 1))
        self._draw_shapes(np.broadcast_to(shape, (many, 3, 2, 3)), middle, turn, colors, (width, seconds, behind))

    def grid(
        self,
        at: ArrayLike = (0.0, 0.0, 0.0),
        size: float = 20.0,
        step: float = 1.0,
        color: Color = "#ffffff40",
        *,
        rotation: ArrayLike = (0.0, 0.0, 0.0, 1.0),
        width: float = 1.0,
        seconds: float | None = 0.0,
        behind: float = 0.0,
    ) -> None:
        """Squares of `step` metres in x and z of its own, `size` metres wide, about `at` (3,)."""
        if not (0 < step <= size < math.inf and size / step <= 10_000):
            raise SceneError(f"lines: a grid of {size} m in steps of {step} m; it must be of 1 to 10,000 steps")
        half = math.floor(size / step / 2 + 1e-9)
        along = np.arange(-half, half + 1) * step
        reach = np.full(len(along), half * step)
        none = np.zeros(len(along))
        x = np.stack([np.stack([along, none, -reach], 1), np.stack([along, none, reach], 1)], axis=1)
        shape: F64 = np.concatenate([x, x[..., ::-1]]).astype(np.float64)
        self._draw_shapes(shape[None], _points(at, "at"), _turns(rotation), color, (width, seconds, behind))

    def _draw_round(
        self,
        ends: F64,
        at: ArrayLike,
        radius: ArrayLike,
        rotation: ArrayLike,
        color: Color,
        looks: tuple[float, float | None, float],
    ) -> None:
        """A shape (1, n, 2, 3) of radius 1 in many places, as large as said; see `sphere`."""
        middle, turn = _points(at, "at"), _turns(rotation)
        radii = _numbers(radius, "radius").reshape(-1, 1, 1, 1)
        many = _number_of(at=middle, rotation=turn, radius=radii)
        self._draw_shapes(ends * np.broadcast_to(radii, (many, 1, 1, 1)), middle, turn, color, looks)

    def _draw_shapes(
        self, ends: F64, at: F64, rotation: F64, color: Color, looks: tuple[float, float | None, float]
    ) -> None:
        """Shapes (k, n, 2, 3), each turned and put somewhere: at (1 or k, 3), rotation (1 or k, 4)."""
        many, each = ends.shape[:2]
        axis, w = rotation[:, None, None, :3], rotation[:, None, None, 3:]
        if (rotation[:, :3] != 0).any():
            twice = 2 * np.cross(axis, ends)
            ends = ends + w * twice + np.cross(axis, twice)
        width, seconds, behind = looks
        placed = (ends + at[:, None, None]).reshape(-1, 2, 3)
        self._draw(
            placed,
            color if isinstance(color, np.ndarray) and len(color) == many * each else _each(color, many, each),
            width,
            seconds,
            behind,
        )

    def _draw(self, ends: NDArray[Any], color: Color, width: float, seconds: float | None, behind: float) -> None:
        many = len(ends)
        if not 0 < width <= THICKEST:
            raise SceneError(f"lines: the width is {width!r}; it must be above 0 and at most {THICKEST:g} pixels")
        if not 0 <= behind <= 1:
            raise SceneError(f"lines: behind is {behind!r}; it must be from 0 to 1")
        if seconds is not None and not seconds >= 0:
            raise SceneError(f"lines: seconds is {seconds!r}; it must be 0 or more, or None")
        packed = packed_colors(color, many)
        which = _KEPT if seconds is None or seconds == math.inf else _TIMED if seconds else self._transient
        if many:
            self.used = True
            made = self._pools[which].add(many, self.now + (seconds or 0.0))
            made["a"], made["b"], made["color"] = ends[:, 0], ends[:, 1], packed
            made["style"] = round(width * 256) | round(behind * 255) << 16

    # ---- time -----------------------------------------------------------------------------------------------------

    def begin_frame(self, now: float) -> None:
        """What was for one frame goes, and what was until `now`, seconds. An App does it, or whoever runs a world."""
        for one in self._with_groups():
            one.now, one._transient = now, _FRAME
            one._pools[_FRAME].clear()
            one._pools[_TIMED].expire(now)

    def begin_tick(self) -> None:
        """What was said in the last tick goes; what is said until `end_tick` stays until the next."""
        for one in self._with_groups():
            one._pools[_TICK].clear()
            one._transient = _TICK

    def end_tick(self) -> None:
        """What is said from now on is of a frame."""
        for one in self._with_groups():
            one._transient = _FRAME

    def _with_groups(self) -> list[Lines]:
        return [self, *self._groups.values()]

    def _all(self) -> list[_Pool]:
        """The pools that are drawn; those that change least come first."""
        shown = [one for one in self._with_groups() if one.visible]
        return [one._pools[kind] for kind in range(4) for one in shown]

    # ---- for who draws them ---------------------------------------------------------------------------------------

    def compose(self) -> NDArray[np.void]:
        """(n,) structs.LINE. Where they are others than before `version` counts up; from `changed_from` on they are."""
        pools = self._all()
        told = [(id(pool), pool.version) for pool in pools]
        if told == self._told:
            return self._composed[: self._count]
        at, changed = 0, -1
        for i, pool in enumerate(pools):
            end = at + pool.count
            if changed < 0 and i < len(self._told) and self._told[i] == told[i]:
                at = end
                continue
            if end > len(self._composed):
                size = max(_LEAST, 1 << (end - 1).bit_length())
                self._composed = np.concatenate([self._composed, np.zeros(size - len(self._composed), LINE.dtype)])
            room = self._composed[at:end]
            if changed < 0 and not (end <= self._count and np.array_equal(_bits(room), _bits(pool.lines))):
                changed = at
            room[:] = pool.lines
            at = end
        before, self._count, self._told = self._count, at, told
        if changed < 0 and at != before:
            changed = min(at, before)
        if changed >= 0:
            self.version, self.changed_from = self.version + 1, changed
        return self._composed[:at]


def packed_colors(color: Color, many: int) -> NDArray[np.uint32]:
    """One colour, or one for each of k lines, as (k,) with 8 bits for each part, red lowest. Raises SceneError."""
    if isinstance(color, str):
        digits = color[1:]
        if color[:1] != "#" or len(digits) not in (6, 8) or not all(c in "0123456789abcdefABCDEF" for c in digits):
            raise SceneError(f'lines: the color is {color!r}; it must be "#rrggbb", "#rrggbbaa" or numbers from 0 to 1')
        one = bytes.fromhex(digits if len(digits) == 8 else digits + "ff")
        return np.full(many, int.from_bytes(one, "little"), np.uint32)
    if isinstance(color, np.ndarray) and color.dtype == np.uint32 and color.shape == (many,):
        return color
    try:
        found = np.asarray(color, np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    wanted = found.shape in ((3,), (4,), (many, 3), (many, 4))
    if not wanted or not ((found >= 0) & (found <= 1)).all():
        raise SceneError(
            f"lines: the color is {color!r}; it must be (3,) or (4,), or one such for each of {many} lines, from 0 to 1"
        )
    parts = np.full((many, 4), 255, np.uint8)
    parts[:, : found.shape[-1]] = np.round(found * 255)
    packed: NDArray[np.uint32] = parts.view(np.uint32)[:, 0]
    return packed


def _each(color: Color, shapes: int, lines: int) -> Color:
    """One colour for each shape → one for each of its lines."""
    packed = isinstance(color, np.ndarray) and color.dtype == np.uint32
    if isinstance(color, str) or (np.ndim(color) == 1 and not packed):
        return color
    return np.repeat(packed_colors(color, shapes), lines)


def _bits(lines: NDArray[np.void]) -> NDArray[np.uint64]:
    return lines.view(np.uint64)


def _number_of(**given: F64) -> int:
    """How many shapes these make: as many as any says, where the others say one or as many."""
    many = max(len(values) for values in given.values())
    for what, values in given.items():
        if len(values) not in (1, many):
            raise SceneError(f"lines: {len(values)} values of {what} do not go with {many}; give one, or as many")
    return many


def _ends(a: ArrayLike, b: ArrayLike) -> tuple[F64, F64]:
    """Where lines begin and end, (k, 3) each."""
    start, end = _points(a, "a"), _points(b, "b")
    try:
        start, end = np.broadcast_arrays(start, end)
    except ValueError:
        raise SceneError(f"lines: {len(start)} places a do not go with {len(end)} places b") from None
    return start, end


def _points(value: ArrayLike, what: str) -> F64:
    """(k, 3) finite numbers."""
    try:
        found: F64 = np.atleast_2d(np.asarray(value, np.float64))
    except (TypeError, ValueError):
        found = np.empty((0, 0))
    if found.ndim != 2 or found.shape[1] != 3 or not np.isfinite(found).all():
        raise SceneError(f"lines: {what} is {_said(value)}; it must be (3,) or (k, 3) finite numbers, in metres")
    return found


def _turns(value: ArrayLike) -> F64:
    """(k, 4) unit quaternions."""
    try:
        found: F64 = np.atleast_2d(np.asarray(value, np.float64))
    except (TypeError, ValueError):
        found = np.empty((0, 0))
    length = np.linalg.norm(found, axis=-1, keepdims=True)
    if found.ndim != 2 or found.shape[1] != 4 or not np.isfinite(found).all() or not length.all():
        raise SceneError(f"lines: rotation is {_said(value)}; it must be quaternions (x, y, z, w), (4,) or (k, 4)")
    unit: F64 = found / length
    return unit


def _numbers(value: ArrayLike, what: str) -> F64:
    try:
        found = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    if not found.size or not np.isfinite(found).all():
        raise SceneError(f"lines: {what} is {_said(value)}; it must be finite numbers, in metres")
    return found


def _said(value: ArrayLike) -> str:
    text = repr(value)
    return text if len(text) < 80 else f"{np.asarray(value).dtype} {np.shape(value)}"


def _ring() -> F64:
    angle = np.linspace(0, 2 * np.pi, _ROUND + 1)
    points = np.stack([np.cos(angle), np.zeros(_ROUND + 1), np.sin(angle)], axis=1)
    return np.stack([points[:-1], points[1:]], axis=1)


_CIRCLE: F64 = _ring()[None]
_SPHERE: F64 = np.concatenate([_ring(), np.roll(_ring(), 1, axis=2), np.roll(_ring(), 2, axis=2)])[None]

__all__ = ["Color", "Lines"]
