"""What ticks moved, drawn between its last two states.

The columns always hold the state of the last tick, plus what was moved since. While a frame is drawn, and only then,
the rows that the last tick moved hold what lies between: so trees, lights, the camera and motion vectors follow by
themselves. What was moved since that tick, jumped or came into being is drawn where it is.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .affine import turned
from .declare import Vec3, Vec4
from .row_lists import gather, listed
from .rows import indices
from .transforms import NO_ROWS, Transforms

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

_COLUMNS = ("_position", "_rotation", "_scale")


@dataclass(slots=True)
class _Way:
    """What one column of the moved rows was before the tick, (k, c); `moved`: whether it is another now."""

    column: str
    before: F32
    moved: bool


class Interpolation:
    """Remembers where a world's rows were a tick ago.

    alpha: above 0 to 1, where the next frame lies between the last two ticks' states.

        between.begin_tick(); …; between.end_tick()
        with between.shown(): …  # draw

    A frame in which 10,000 rows were moved by a tick takes a quarter of a millisecond more; one in which nothing was
    moved takes nothing.
    """

    def __init__(self, transforms: Transforms) -> None:
        self.alpha = 1.0
        self.transforms = self._transforms = transforms
        self._known: dict[str, F32] = {}  # the columns after the last tick; those to read only are shared
        for name in _COLUMNS:
            column = transforms.column(name)
            self._known[name] = column.copy() if column.flags.writeable else column
        self._rows: I32 | range = NO_ROWS  # what the last tick moved, but for what was moved since
        self._ways: list[_Way] = []
        self._unsent: list[I32 | range] = []  # touched, and taken out of `transforms`
        self._shown = 1.0  # the `alpha` that `_rows` were last drawn at
        self._marks = np.zeros(0, bool)
        transforms.jumped = []

    # ---- ticks ------------------------------------------------------------------------------------------------------

    def begin_tick(self) -> None:
        """What was touched until now was not by a tick."""
        self._note(self._transforms.drain())
        if len(self._rows) and self._shown < 1:
            gather(self._unsent, self._rows)  # the GPU has them where no tick left them
        self._rows, self._ways, self._shown = NO_ROWS, [], 1.0
        self._transforms.jumped = []

    def end_tick(self) -> None:
        """What was touched since `begin_tick` is drawn between where it was and where it is."""
        t = self._transforms
        touched = t.drain()
        if not touched:
            return
        for rows in touched:
            gather(self._unsent, rows)
        self._fit()
        rows = self._united(touched)
        if t.jumped:
            for some in t.jumped:
                self._copy(some)
            rows = self._without(rows, t.jumped)
            t.jumped = []
        at = indices(rows)
        ways: list[_Way] = []
        for name in _COLUMNS:
            before, after = _some(self._known[name], at), _some(t.column(name), at)
            moved = not np.array_equal(before, after)
            if moved:
                if isinstance(at, slice):
                    before = before.copy()
                known = self._own(name)
                known[at] = after
            ways.append(_Way(name, before, moved))
        if len(rows) and any(way.moved for way in ways):
            self._rows, self._ways = rows, [way for way in ways if way.moved]

    def _note(self, touched: list[I32 | range]) -> None:
        """Rows that something else than a tick touched: there is nothing to draw them between."""
        if len(self._rows) and int(self._rows[-1]) >= self._transforms.count:  # some are gone
            known = listed(self._rows)
            self._keep(known[known < self._transforms.count])
        if not touched:
            return
        for rows in touched:
            gather(self._unsent, rows)
        self._fit()
        for rows in touched:
            self._copy(rows)
        if len(self._rows):
            self._keep(self._without(self._rows, touched))

    def _copy(self, rows: I32 | range) -> None:
        """Know the columns of some rows as they are."""
        at = indices(rows)
        for name in _COLUMNS:
            now = self._transforms.column(name)
            if now is not self._known[name]:
                self._own(name)[at] = now[at]

    def _own(self, name: str) -> F32:
        column = self._known[name]
        if not column.flags.writeable or column is self._transforms.column(name):
            column = self._known[name] = column.copy()
        return column

    def _fit(self) -> None:
        """Have room for every row."""
        size = len(self._transforms.column(_COLUMNS[0]))
        if len(self._marks) != size:
            self._marks = np.zeros(size, bool)
        for name, column in self._known.items():
            if len(column) != size:
                made = self._transforms.column(name).copy()
                kept = min(size, len(column))
                made[:kept] = column[:kept]
                self._known[name] = made

    def _united(self, lists: list[I32 | range]) -> I32 | range:
        """Each row of some lists once."""
        first, *others = lists
        if not others:
            return first
        marks = self._marks
        for rows in lists:
            marks[indices(rows)] = True
        found = np.flatnonzero(marks).astype(np.int32)
        marks[found] = False
        return found

    def _without(self, rows: I32 | range, others: list[I32 | range]) -> I32 | range:
        """Some rows but for others."""
        marks, here = self._marks, indices(rows)
        for some in others:
            marks[indices(some)] = True
        gone = marks[here]
        for some in others:
            marks[indices(some)] = False
        if not gone.any():
            return rows
        return listed(rows)[~gone]

    def _keep(self, rows: I32 | range) -> None:
        """Go on with fewer of the moved rows, in the same order."""
        if rows is self._rows:
            return
        if isinstance(self._rows, range):
            at = np.asarray(rows, np.intp) - self._rows.start
        else:
            at = np.searchsorted(self._rows, rows)
        for way in self._ways:
            way.before = way.before[at]
        self._rows = rows

    # ---- frames -----------------------------------------------------------------------------------------------------

    @contextmanager
    def shown(self) -> Generator[None]:
        """For the length of a `with` the columns hold what is to be drawn; what is to be sent is touched."""
        t, alpha = self._transforms, self.alpha
        self._note(t.drain())
        t.jumped = []
        rows = self._rows
        if len(rows) and alpha != self._shown:
            gather(self._unsent, rows)
        t.touch_again(self._unsent)
        self._unsent = []
        self._shown = alpha
        if not len(rows) or alpha == 1:
            yield
            return
        at = indices(rows)
        kept: list[tuple[str, F32]] = []
        for way in self._ways:
            column = t.own(way.column)
            now = column[at].copy() if isinstance(at, slice) else _some(column, at)
            kept.append((way.column, now))
            column[at] = _MIX[way.column](way.before, now, alpha)
        try:
            yield
        finally:
            for name, now in kept:
                t.own(name)[at] = now

    def to_world(self, row: int, x: float, y: float, z: float) -> Vec3:
        """A point in the space of `row` → world, as the next frame shows it."""
        up = self._transforms.up
        while row >= 0:
            position, rotation, scale = self._place(row)
            x, y, z = turned(*rotation, x * scale[0], y * scale[1], z * scale[2])
            x, y, z = x + position[0], y + position[1], z + position[2]
            row = up[row]
        return x, y, z

    def _place(self, row: int) -> tuple[Vec3, Vec4, Vec3]:
        t = self._transforms
        at = np.flatnonzero(np.asarray(self._rows) == row) if self.alpha < 1 and len(self._rows) else NO_ROWS
        out: dict[str, list[float]] = {}
        for name in _COLUMNS:
            now = t.column(name)[row]
            for way in self._ways if len(at) else ():
                if way.column == name and (now == self._known[name][row]).all():
                    now = _MIX[name](way.before[at], now[None], self.alpha)[0]
            out[name] = now.tolist()
        (px, py, pz), (qx, qy, qz, qw), (sx, sy, sz) = out.values()
        return (px, py, pz), (qx, qy, qz, qw), (sx, sy, sz)


def _some(column: F32, at: slice | NDArray[np.intp]) -> F32:
    """(k, c) some rows; a view for a slice."""
    return column[at] if isinstance(at, slice) else column.take(at, 0)


def lerp(a: F32, b: F32, alpha: float) -> F32:
    """(k, c) from a to b, straight."""
    out = b - a
    out *= np.float32(alpha)
    out += a
    return out


def nlerp(a: F32, b: F32, alpha: float) -> F32:
    """(k, 4) unit quaternions from a to b, the short way round: straight, and then of unit length again.

    Between the poses of two ticks it differs from turning evenly by less than can be seen (Blow 2004).
    """
    x = np.ascontiguousarray(a.T)
    y = np.ascontiguousarray(b.T)
    dot = x[0] * y[0] + x[1] * y[1] + x[2] * y[2] + x[3] * y[3]
    share = np.copysign(np.float32(alpha), dot)
    out = x * np.float32(1 - alpha)
    out += y * share
    length = np.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2] + out[3] * out[3])
    np.maximum(length, np.float32(1e-20), out=length)
    out /= length
    return np.ascontiguousarray(out.T)


def scaled(a: F32, b: F32, alpha: float) -> F32:
    """(k, 3) factors from a to b; those that change sign are b: they never come through 0."""
    out = lerp(a, b, alpha)
    turning = a * b <= 0
    if turning.any():
        out[turning] = b[turning]
    return out


_MIX = {"_position": lerp, "_rotation": nlerp, "_scale": scaled}
