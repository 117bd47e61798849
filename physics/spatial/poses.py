"""Where the bodies of a Rapier world went: read at once where many are awake, and one by one where few are.

Rapier has no call for many poses but one: it draws the axes of all bodies, from whose ends poses are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import rapier3d as rapier
from numpy.typing import NDArray

from ..physics_world import F32, I32
from ..rotations import from_axis_lines
from .space import SpatialSpace, to_tuple

_LENGTH = 4096.0
"""Metres: how long the axes are drawn that poses are read from. Long ones keep a rotation's digits."""
_FEW = 5
"""Where at most one body in so many is awake, they are read one by one."""
_ENDS = (3, 4, 5, 9, 10, 11, 15, 16, 17)
"""Of a body's 18 numbers, where its three axes end: no other ones change alone."""
Places = slice | NDArray[np.intp]
"""Which of many; a slice where they lie behind one another, which is read faster."""


@dataclass(slots=True, eq=False)
class _Arena:
    """All bodies (n,) in rapier's order.

    rows: -1 for the ground.  moving: (n,) whether forces move them; dynamic: where those are; dynamic_rows: theirs.
    ascending: whether these are in the order of their rows.  centres: (n, 3) of mass, on the bodies; aside: whether any
    is not where its body is.
    """

    rows: I32
    moving: NDArray[np.bool_]
    dynamic: Places
    dynamic_rows: I32
    ascending: bool
    centres: F32
    aside: bool


class SpatialPoses:
    """Reads a space's poses, and knows them until the next time."""

    def __init__(self, space: SpatialSpace) -> None:
        self._space = space
        self._arena: _Arena | None = None
        self._last: F32 | None = None
        self._axes = rapier.DebugRenderPipeline(mode=rapier.DebugRenderMode.RIGID_BODY_AXES)
        self._axes.style.rigid_body_axes_length = _LENGTH

    def forget(self) -> None:
        """Bodies came or went, or are of another kind or mass."""
        self._arena = None

    def forget_last(self) -> None:
        """Bodies were put elsewhere: all count as moved."""
        self._last = None

    def moved(self) -> tuple[I32, F32, F32]:
        """See `PhysicsWorld.moved`."""
        space = self._space
        awake = len(space.native.islands)
        if awake * _FEW <= len(space.bodies):
            self._last = None
            return self._read_few()
        arena = self._arena or self._ordered()
        raw = self.raw().reshape(-1, 18)
        assert len(raw) == len(arena.rows), "a body's axes are three lines"
        if self._last is None or awake >= len(space.dynamic):
            at, rows = arena.dynamic, arena.dynamic_rows
        else:
            other = raw[:, _ENDS[0]] != self._last[:, _ENDS[0]]
            for i in _ENDS[1:]:
                other |= raw[:, i] != self._last[:, i]
            at = _as_run(np.flatnonzero(other & arena.moving))
            rows = arena.rows[at]
        self._last = raw
        if not arena.ascending:
            sorting = np.argsort(rows)
            at = _listed(at)[sorting]
            rows = rows[sorting]
        lines = raw[at]
        positions, rotations = from_axis_lines(lines, _LENGTH)  # of the centre of mass
        if arena.aside:
            axes = lines.reshape(-1, 3, 2, 3)
            axes = (axes[:, :, 1] - axes[:, :, 0]) * np.float32(1 / _LENGTH)
            positions -= np.einsum("ni,nij->nj", arena.centres[at], axes)
        return rows, positions, rotations

    def _read_few(self) -> tuple[I32, F32, F32]:
        """As `moved`, of the few bodies that are awake, one by one."""
        native, dynamic = self._space.native, self._space.dynamic
        awake = [native.rigid_bodies[handle] for handle in native.active_bodies()]
        found = sorted(((body.user_data, body) for body in awake if body.user_data in dynamic), key=itemgetter(0))
        rows = np.array([row for row, _ in found], np.int32)
        positions = np.array([body.translation.to_tuple() for _, body in found], np.float32).reshape(-1, 3)
        turns = [(r.i, r.j, r.k, r.w) for r in (body.rotation for _, body in found)]
        return rows, positions, np.array(turns, np.float32).reshape(-1, 4)

    def _ordered(self) -> _Arena:
        space = self._space
        ground = [space.ground] if space.ground is not None else []
        handles = [*space.bodies.values(), *ground]
        rows = np.array([*space.bodies, *(-1 for _ in ground)], np.int32)
        bodies = space.native.rigid_bodies
        centres = np.array([to_tuple(bodies[handle].local_center_of_mass) for handle in handles], np.float32)
        order = np.argsort(np.array([handle.index for handle in handles], np.int64))
        rows = rows[order]
        moving = np.array([row in space.dynamic for row in rows.tolist()], bool)
        dynamic_rows = rows[moving]
        ascending = bool((dynamic_rows[1:] > dynamic_rows[:-1]).all())
        dynamic = _as_run(np.flatnonzero(moving))
        self._last = None
        self._arena = _Arena(rows, moving, dynamic, dynamic_rows, ascending, centres[order], bool(centres.any()))
        return self._arena

    def raw(self) -> F32:
        """All that rapier has to read many poses at once: (3 n, 2, 3) lines, from each body along its axes."""
        return self._space.drawn(self._axes)


def _as_run(places: NDArray[np.intp]) -> Places:
    """Ascending places as a slice, if they are one."""
    if len(places) and int(places[-1]) - int(places[0]) == len(places) - 1:
        return slice(int(places[0]), int(places[-1]) + 1)
    return places


def _listed(places: Places) -> NDArray[np.intp]:
    return np.arange(places.start, places.stop) if isinstance(places, slice) else places
