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
from .math import depths_of
from .rows import distinct

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

NO_ROWS: I32 = np.empty(0, np.int32)
NO_ROWS.flags.writeable = False

_CHUNK = 16384
"""Rows computed at a time, so that what is worked on stays in the cache."""


class Transforms:
    """n transforms, each relative to its parent.

    position: (n, 3) float32, metres.  rotation: (n, 4) float32, unit quaternions xyzw.  scale: (n, 3) float32.
    world: (n, 3, 4) float32, world_from_local, as of the last `update`. Rows that stand alone (without parent and
    children) are made when it is read: who draws a crowd needs only where each one stands.
    parent: (n,) int32 rows, -1 for roots.  depth: (n,) int32, 0 for roots.
    p, q, s, up: position, rotation, scale and parent as flat memoryviews, which scripts read one number at a time,
    five times faster than an array; `put_position` and its like write so.

    Columns that are given read-only are shared, and copied when they are first written or asked for to write to.
    `spawn` may replace every array and view: ask for them anew.
    """

    def __init__(self, parent: I32, depth: I32, position: F32, rotation: F32, scale: F32, world: F32) -> None:
        assert len(parent), "an empty column has no memoryview"
        self.count = len(parent)
        """Rows in use, those of what was despawned among them."""
        self._parent, self._depth = parent, depth
        self._position, self._rotation, self._scale, self._world = position, rotation, scale, world
        self._look()
        self._alone: NDArray[np.bool_] = np.empty(len(parent), bool)
        self._hung = self._above = NO_ROWS  # rows with a parent, in the order of their parents; and those parents
        self._stale: NDArray[np.bool_] | None = None
        self._marks = bytearray(len(parent))
        self._touched: list[int] = []  # one by one
        self._touched_many: list[I32] = []
        self._other_tree = False
        self._order()

    def _look(self) -> None:
        """The views of the columns as they are now."""
        self.p, self.q, self.s = (c.data.cast("B").cast("f") for c in (self._position, self._rotation, self._scale))
        self.up = self._parent.data.cast("B").cast("i")

    def _own(self, name: str) -> NDArray[Any]:
        """A column to write to."""
        column: NDArray[Any] = getattr(self, name)
        if not column.flags.writeable:
            column = column.copy()
            setattr(self, name, column)
            self._look()
        return column

    @property
    def position(self) -> F32:
        """(n, 3) to read and to write."""
        return self._own("_position")[: self.count]

    @property
    def rotation(self) -> F32:
        """(n, 4) to read and to write."""
        return self._own("_rotation")[: self.count]

    @property
    def scale(self) -> F32:
        """(n, 3) to read and to write."""
        return self._own("_scale")[: self.count]

    @property
    def parent(self) -> I32:
        """(n,) to read."""
        return self._parent[: self.count]

    @property
    def depth(self) -> I32:
        """(n,) to read, as of the last `update`."""
        return self._depth[: self.count]

    def places(self, rows: I32) -> tuple[F32, F32, F32]:
        """Position (k, 3), rotation (k, 4) and scale (k, 3) of some rows."""
        return self._position.take(rows, 0), self._rotation.take(rows, 0), self._scale.take(rows, 0)

    # ---- the tree -------------------------------------------------------------------------------------------------

    def _order(self) -> None:
        """Find out who hangs on whom, and who stands alone."""
        n = self.count
        hung = np.flatnonzero(self._parent[:n] >= 0).astype(np.int32)
        order = np.argsort(self._parent[hung], kind="stable")
        self._hung, self._above = hung[order], self._parent[hung[order]]
        self._alone[:] = True
        self._alone[self._hung] = False
        self._alone[self._above] = False

    def _settle(self) -> None:
        """Take up changes of the tree."""
        if not self._other_tree:
            return
        self._other_tree = False
        self._order()
        self._own("_depth")[: self.count] = depths_of(self._parent[: self.count])
        if self._stale is not None:  # what hangs on others is marked; roots that got children are needed now
            rows = np.flatnonzero(self._stale[: self.count] & ~self._alone[: self.count]).astype(np.int32)
            self._compute(rows[self._parent[rows] < 0], 0)
            self._stale[rows] = False

    def hang(self, row: int, above: int) -> None:
        """Another parent for a row, -1 for none; what it is relative to the parent stays. Must make no ring."""
        self._own("_parent")[row] = above
        self._other_tree = True
        self.mark(row)

    def lowest_scale(self, rows: I32) -> float:
        """The smallest factor of some rows, and of all that there are when one of them hangs on anything."""
        return float(self._scale.min() if (self._parent[rows] >= 0).any() else self._scale[rows].min())

    def mirrored(self, rows: I32) -> NDArray[np.bool_]:
        """(k,) whether world transforms turn a left hand into a right one: an odd number of negative factors above."""
        out: NDArray[np.bool_] = (self._scale[rows] < 0).sum(axis=1) % 2 == 1
        at, above = np.arange(len(rows)), self._parent[rows]
        while (above >= 0).any():
            at, above = at[above >= 0], above[above >= 0]
            out[at] ^= (self._scale[above] < 0).sum(axis=1) % 2 == 1
            above = self._parent[above]
        return out

    def is_below(self, row: int, other: int) -> bool:
        """Whether `row` is `other` or hangs on it, directly or not."""
        while row >= 0 and row != other:
            row = self.up[row]
        return row == other

    def with_all_below(self, rows: I32) -> I32:
        """(m,) some rows and all that hangs on them, each once."""
        found = [distinct(rows)]
        while len(found[-1]):
            found.append(self.below(found[-1]))
        every = np.concatenate(found)
        return distinct(every) if len(found) > 2 else every

    def spawn(self, rows: I32, end: int, position: F32, rotation: F32, scale: F32, above: int) -> None:
        """Use rows (k,) for new transforms (k, 3), (k, 4), (k, 3) below `above` (-1: none). `end`: the new count."""
        self._reserve(end)
        self.count = end
        self._own("_position")[rows] = position
        self._own("_rotation")[rows] = rotation
        self._own("_scale")[rows] = scale
        self._own("_parent")[rows] = above
        self._own("_depth")[rows] = 0
        self._alone[rows] = True
        self._other_tree |= above >= 0
        self.touch(rows)

    def release(self, rows: I32, end: int) -> None:
        """Rows (k,) that are not used any more, with all that hangs on them. `end`: the new count."""
        if not self._alone[rows].all() or self._other_tree:
            self._own("_parent")[rows] = -1
            self._other_tree = True
        self.count = end

    def _reserve(self, needed: int) -> None:
        """Columns for at least so many rows; they double."""
        have = len(self._parent)
        if needed <= have:
            return
        size = max(needed, 2 * have)
        for name in ("_parent", "_depth", "_position", "_rotation", "_scale", "_world", "_alone", "_stale"):
            column = getattr(self, name)
            if column is not None:
                made = np.empty((size, *column.shape[1:]), column.dtype)
                made[:have] = column
                setattr(self, name, made)
        self._alone[have:] = True
        if self._stale is not None:
            self._stale[have:] = False
        self._marks.extend(bytes(size - have))
        self._look()

    # ---- what was written -----------------------------------------------------------------------------------------

    def put_position(self, row: int, x: float, y: float, z: float) -> None:
        """Write one position, and mark it."""
        p, i = self.p, 3 * row
        try:
            p[i], p[i + 1], p[i + 2] = x, y, z
        except TypeError:  # it can't be written to, or they are no numbers
            self._own("_position")
            self.p[i], self.p[i + 1], self.p[i + 2] = x, y, z
        if not self._marks[row]:
            self._marks[row] = 1
            self._touched.append(row)

    def put_rotation(self, row: int, x: float, y: float, z: float, w: float) -> None:
        """Write one unit quaternion, and mark it."""
        q, i = self.q, 4 * row
        try:
            q[i], q[i + 1], q[i + 2], q[i + 3] = x, y, z, w
        except TypeError:
            self._own("_rotation")
            self.q[i], self.q[i + 1], self.q[i + 2], self.q[i + 3] = x, y, z, w
        if not self._marks[row]:
            self._marks[row] = 1
            self._touched.append(row)

    def put_scale(self, row: int, x: float, y: float, z: float) -> None:
        """Write the factors of one row, and mark it."""
        s, i = self.s, 3 * row
        try:
            s[i], s[i + 1], s[i + 2] = x, y, z
        except TypeError:
            self._own("_scale")
            self.s[i], self.s[i + 1], self.s[i + 2] = x, y, z
        self.mark(row)

    @property
    def world(self) -> F32:
        """(n, 3, 4) world_from_local, as of the last `update`."""
        if self._stale is not None:
            self._settle()
            self._compute(np.flatnonzero(self._stale[: self.count]).astype(np.int32), 0)
            self._stale = None
        return self._world[: self.count]

    def world_of(self, rows: I32) -> F32:
        """(k, 3, 4) world_from_local of some rows, as of the last `update`; no others are made for it."""
        if self._stale is None or not self._stale[rows].any():
            return self._world[rows]
        out = self._world[rows]
        alone = np.flatnonzero(self._stale[rows])
        out[alone] = np.moveaxis(_affine(*self.places(rows[alone])), -1, 0)
        return out

    def _put_off(self, rows: I32) -> None:
        if self._stale is None:
            self._stale = np.zeros(len(self._parent), bool)
        self._stale[rows] = True

    def mark(self, row: int) -> None:
        """Say that a row of position, rotation or scale was written."""
        if not self._marks[row]:
            self._marks[row] = 1
            self._touched.append(row)

    def touch(self, rows: Any = None) -> None:
        """Say which rows were written: (k,) integers, an (n,) mask, a slice, or None for all. Raises SceneError."""
        n = self.count
        chosen: NDArray[Any]
        if rows is None or isinstance(rows, slice):
            chosen = np.arange(n)[rows or slice(None)]
        else:
            given = np.atleast_1d(np.asarray(rows))
            given = given if given.size else NO_ROWS
            if given.dtype == bool and len(given) != n:
                raise SceneError(f"touch: the mask has {len(given)} rows; there are {n}")
            chosen = np.flatnonzero(given) if given.dtype == bool else given
            if given.dtype != bool and not (np.diff(given) > 0).all():
                chosen = distinct(given)
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
        self._settle()
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
        depth = self._depth[touched]
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
        if not len(rows):
            return
        world = self._own("_world").reshape(-1, 12)
        for first in range(0, len(rows), _CHUNK):
            some = rows[first : first + _CHUNK]
            matrix = _affine(*self.places(some))
            if level:
                above = world.take(self._parent.take(some), 0)
                matrix = _compose(np.ascontiguousarray(above.T).reshape(3, 4, -1), matrix)
            world[some] = matrix.reshape(12, -1).T

    def below(self, rows: I32) -> I32:
        """(k,) all children of some rows."""
        self._settle()
        first = np.searchsorted(self._above, rows)
        count = np.searchsorted(self._above, rows, "right") - first
        total = int(count.sum())
        if not total:
            return NO_ROWS
        return self._hung[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(total)]

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
