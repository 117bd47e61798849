"""A tree of transforms as columns: who hangs on whom, what was touched, where everything is in the world.

What stands still costs nothing: once a frame `update` recomputes the touched rows and all that hangs on them, one
vectorised step per level of the tree.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .declare import Vec3
from .errors import SceneError

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

NO_ROWS: I32 = np.empty(0, np.int32)
NO_ROWS.flags.writeable = False

_CHUNK = 16384
"""Rows computed at a time, so that what is worked on stays in the cache."""


class Transforms:
    """n transforms, each relative to its parent; the tree itself does not change.

    position: (n, 3) float32, metres.  rotation: (n, 4) float32, unit quaternions xyzw.  scale: (n, 3) float32.
    world: (n, 3, 4) float32, world_from_local, as of the last `update`. Rows that stand alone (without parent and
    children) are made when it is read: who draws a crowd needs only where each one stands.
    parent: (n,) int32 rows, -1 for roots.  depth: (n,) int32, 0 for roots.
    p, q, s, up: position, rotation, scale and parent as flat memoryviews, which scripts read and write one number
    at a time, five times faster than an array. Who writes calls `mark` or `touch`.
    """

    def __init__(self, parent: I32, depth: I32, position: F32, rotation: F32, scale: F32, world: F32) -> None:
        assert len(parent), "an empty column has no memoryview"
        self.parent, self.depth = parent, depth
        self.position, self.rotation, self.scale, self._world = position, rotation, scale, world
        self.p, self.q, self.s = (column.data.cast("B").cast("f") for column in (position, rotation, scale))
        self.up = parent.data.cast("B").cast("i")
        below = np.flatnonzero(parent >= 0)
        self._child_start = np.zeros(len(parent) + 1, np.int32)  # row r's children: _child[start[r] : start[r + 1]]
        np.cumsum(np.bincount(parent[below], minlength=len(parent)), out=self._child_start[1:])
        self._child: I32 = below[np.argsort(parent[below], kind="stable")].astype(np.int32)
        self._alone = (parent < 0) & (np.diff(self._child_start) == 0)
        self._stale: NDArray[np.bool_] | None = None
        self._marks = bytearray(len(parent))
        self._touched: list[int] = []  # one by one
        self._touched_many: list[I32] = []

    @property
    def world(self) -> F32:
        """(n, 3, 4) world_from_local, as of the last `update`."""
        if self._stale is not None:
            self._compute(np.flatnonzero(self._stale).astype(np.int32), 0)
            self._stale = None
        return self._world

    def _put_off(self, rows: I32) -> None:
        if self._stale is None:
            self._stale = np.zeros(len(self.parent), bool)
        self._stale[rows] = True

    def mark(self, row: int) -> None:
        """Say that a row of position, rotation or scale was written."""
        if not self._marks[row]:
            self._marks[row] = 1
            self._touched.append(row)

    def touch(self, rows: Any = None) -> None:
        """Say which rows were written: (k,) integers, an (n,) mask, a slice, or None for all. Raises SceneError."""
        n = len(self.parent)
        chosen: NDArray[Any]
        if rows is None or isinstance(rows, slice):
            chosen = np.arange(n)[rows or slice(None)]
        else:
            given = np.atleast_1d(np.asarray(rows))
            if given.dtype == bool and len(given) != n:
                raise SceneError(f"touch: the mask has {len(given)} rows; there are {n}")
            chosen = np.flatnonzero(given) if given.dtype == bool else given
            if given.dtype != bool and not (np.diff(given) > 0).all():
                chosen = np.unique(given)
            if chosen.size and not (chosen[0] >= 0 and chosen[-1] < n):
                raise SceneError(f"touch: the rows go from {chosen[0]} to {chosen[-1]}; there are {n}")
        marks = np.frombuffer(self._marks, np.uint8)
        new = chosen[marks[chosen] == 0].astype(np.int32)
        marks[new] = 1
        if len(new):
            self._touched_many.append(new)

    def update(self) -> tuple[I32, I32]:
        """What changed, rows int32: (k,) that stand alone, and (m,) in trees, parents before their children.

        The `world` of those in trees is brought up to date.
        """
        if not self._touched and not self._touched_many:
            return NO_ROWS, NO_ROWS
        one_by_one = np.array(self._touched, np.int32)
        many = self._touched_many
        touched = many[0] if len(many) == 1 and not len(one_by_one) else np.concatenate([one_by_one, *many])
        self._touched.clear()
        self._touched_many.clear()
        marks = np.frombuffer(self._marks, np.uint8)
        alone = self._alone[touched]
        if alone.all():
            marks[touched] = 0
            self._put_off(touched)
            return touched, NO_ROWS
        in_trees = self._update_trees(touched[~alone], marks)
        marks[touched] = 0
        touched = touched[alone]
        if len(touched):
            self._put_off(touched)
        return touched, in_trees

    def _update_trees(self, touched: I32, marks: NDArray[np.uint8]) -> I32:
        depth = self.depth[touched]
        last = int(depth.max())
        levels: list[I32] = []
        below = NO_ROWS
        level = int(depth.min())
        while level <= last or len(below):
            rows = touched[depth == level]
            if len(below):
                rows = np.concatenate([rows, below[marks[below] == 0]])  # a marked child is in `touched` already
            if len(rows):
                self._compute(rows, level)
                levels.append(rows)
            below = self.below(rows)
            level += 1
        return levels[0] if len(levels) == 1 else np.concatenate(levels)

    def _compute(self, rows: I32, level: int) -> None:
        world = self._world.reshape(-1, 12)
        for first in range(0, len(rows), _CHUNK):
            some = rows[first : first + _CHUNK]
            matrix = _affine(self.position.take(some, 0), self.rotation.take(some, 0), self.scale.take(some, 0))
            if level:
                above = world.take(self.parent.take(some), 0)
                matrix = _compose(np.ascontiguousarray(above.T).reshape(3, 4, -1), matrix)
            world[some] = matrix.reshape(12, -1).T

    def below(self, rows: I32) -> I32:
        """(k,) all children of some rows."""
        first = self._child_start[rows]
        count = self._child_start[rows + 1] - first
        total = int(count.sum())
        if not total:
            return NO_ROWS
        return self._child[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(total)]

    # ---- single points, up and down the tree: always up to date --------------------------------------------------

    def to_world(self, row: int, x: float, y: float, z: float) -> Vec3:
        """A point in the space of `row` (-1: the world's) → world."""
        p, q, s, up = self.p, self.q, self.s, self.up
        while row >= 0:
            i, j = 3 * row, 4 * row
            x, y, z = _turned(q[j], q[j + 1], q[j + 2], q[j + 3], x * s[i], y * s[i + 1], z * s[i + 2])
            x, y, z = x + p[i], y + p[i + 1], z + p[i + 2]
            row = up[row]
        return x, y, z

    def to_local(self, row: int, x: float, y: float, z: float) -> Vec3:
        """A point in the world → the space of `row` (-1: the world's). Raises SceneError for a scale of 0."""
        p, q, s, up = self.p, self.q, self.s, self.up
        chain: list[int] = []
        while row >= 0:
            chain.append(row)
            row = up[row]
        for row in reversed(chain):
            i, j = 3 * row, 4 * row
            x, y, z = _turned(-q[j], -q[j + 1], -q[j + 2], q[j + 3], x - p[i], y - p[i + 1], z - p[i + 2])
            try:
                x, y, z = x / s[i], y / s[i + 1], z / s[i + 2]
            except ZeroDivisionError:
                raise SceneError("nothing can be placed below an object with a scale of 0") from None
        return x, y, z


def _affine(position: F32, rotation: F32, scale: F32) -> F32:
    """(k, 3), (k, 4), (k, 3) → (3, 4, k): scale, then turn, then move.

    Numbers of one kind lie together, which makes this ten times faster than (k, 3, 4) would be.
    """
    x, y, z, w = np.ascontiguousarray(rotation.T)
    out = np.empty((3, 4, len(position)), np.float32)
    x2, y2, z2 = x + x, y + y, z + z
    xx, yy, zz = x * x2, y * y2, z * z2
    xy, xz, yz = x * y2, x * z2, y * z2
    wx, wy, wz = w * x2, w * y2, w * z2
    out[0, 0], out[0, 1], out[0, 2] = 1 - (yy + zz), xy - wz, xz + wy
    out[1, 0], out[1, 1], out[1, 2] = xy + wz, 1 - (xx + zz), yz - wx
    out[2, 0], out[2, 1], out[2, 2] = xz - wy, yz + wx, 1 - (xx + yy)
    out[:, :3] *= scale.T
    out[:, 3] = position.T
    return out


def _compose(a: F32, b: F32) -> F32:
    """(3, 4, k) ∘ (3, 4, k): b first, then a."""
    out = np.empty_like(b)
    for i in range(3):
        out[i] = a[i, 0] * b[0] + a[i, 1] * b[1] + a[i, 2] * b[2]
        out[i, 3] += a[i, 3]
    return out


def _turned(qx: float, qy: float, qz: float, qw: float, x: float, y: float, z: float) -> Vec3:
    """A vector turned by a unit quaternion."""
    tx, ty, tz = 2 * (qy * z - qz * y), 2 * (qz * x - qx * z), 2 * (qx * y - qy * x)
    return x + qw * tx + qy * tz - qz * ty, y + qw * ty + qz * tx - qx * tz, z + qw * tz + qx * ty - qy * tx
