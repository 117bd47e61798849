"""A tree of transforms as columns: who hangs on whom, what was touched, where everything is in the world.

What stands still costs nothing: once a frame `update` recomputes the touched rows and all that hangs on them, one
vectorised step per level of the tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..loom.woven import Objects
from .affine import affine, compose, odd, turned
from .declare import Vec3
from .errors import SceneError
from .math import depths_of
from .row_lists import FEW, LISTS, gather, listed, united
from .rows import Replaced, distinct, far_too_long, indices, picked

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

NO_ROWS: I32 = np.empty(0, np.int32)
NO_ROWS.flags.writeable = False

_COLUMNS = ("_parent", "_depth", "_position", "_rotation", "_scale", "_world", "_alone", "_stale")
_CHUNK = 16384
"""Rows computed at a time, so that what is worked on stays in the cache."""
_RUN = 1024
"""Rows that are behind one another are worth a range from so many on."""
_DENSE = 2
"""Where a range holds at most so many times the rows that were touched, it counts as touched as a whole: reading all
of it in order takes less than picking rows."""
_SAME = 1 << 17
"""Bytes of rows that are compared with those touched before: in most games the same things move in every frame."""


@dataclass(frozen=True, eq=False)
class TransformsState:
    """n transforms to go back to. parent: (n,) rows.  position (n, 3), rotation (n, 4), scale (n, 3): float32."""

    parent: I32
    position: F32
    rotation: F32
    scale: F32


class Transforms:
    """n transforms, each relative to its parent.

    position: (n, 3) float32, metres.  rotation: (n, 4) float32, unit quaternions xyzw.  scale: (n, 3) float32.
    world: (n, 3, 4) float32, world_from_local, as of the last `update`. Rows that stand alone (without parent and
    children) are made when it is read: who draws a crowd needs only where each one stands.
    parent: (n,) int32 rows, -1 for roots.  depth: (n,) int32, 0 for roots.
    p, q, s, up: position, rotation, scale and parent as flat memoryviews, which scripts read one number at a time,
    five times faster than an array; `put_position` and its like write so.

    Columns that are given read-only are shared, and copied when they are first written or asked for to write to.
    `spawn` and `release` may replace every array and view: ask for them anew.
    """

    def __init__(
        self, parent: I32, depth: I32, position: F32, rotation: F32, scale: F32, stored: I32, stored_world: F32
    ) -> None:
        """stored: (s,) rows that hang on others and (s, 3, 4) where they are; what is missing is to be touched."""
        assert len(parent), "an empty column has no memoryview"
        self.count = len(parent)
        """Rows in use, those of what was despawned among them."""
        self._parent, self._depth = parent, depth
        self._position, self._rotation, self._scale = position, rotation, scale
        self._world: F32 = np.zeros((len(parent), 3, 4), np.float32)  # takes no memory before it is written to
        self._look()
        self._alone: NDArray[np.bool_] = np.empty(len(parent), bool)
        self._hung = self._above = NO_ROWS  # rows with a parent, in the order of their parents; and those parents
        self._stale: NDArray[np.bool_] | None = np.ones(len(parent), bool)  # of what stands alone: not made yet
        self._marks = bytearray(len(parent))
        self._touched: list[int] = []  # one by one, each marked
        self._touched_many: list[I32 | range] = []  # each ascending
        self._given: tuple[object, I32 | range | None] = None, None  # to `touch`, last, and which rows those were
        self._joined: tuple[object, list[int], I32] = None, [], NO_ROWS  # by `update`, last: what, and the result
        self._other_tree = False
        self.trees = 0
        """Counts up when anything hangs elsewhere than before."""
        self.replaced = Replaced()
        """Its holders are the open batches that look into the columns."""
        self.jumped: list[I32 | range] | None = None
        """Rows that came where they are in another way than by moving; None as long as nobody wants to know."""
        self._order()
        self._world[stored] = stored_world
        self._make_roots()

    def _look(self) -> None:
        """The views of the columns as they are now."""
        self.p, self.q, self.s = (c.data.cast("B").cast("f") for c in (self._position, self._rotation, self._scale))
        self.up = self._parent.data.cast("B").cast("i")

    def column(self, name: str) -> NDArray[Any]:
        """`_position`, `_rotation`, `_scale` or `_parent` to read, with the rows that are not in use."""
        column: NDArray[Any] = getattr(self, name)
        return column

    def own(self, name: str) -> F32:
        """`_position`, `_rotation` or `_scale` to write to, with the rows that are not in use."""
        return self._own(name)

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

    def places(self, rows: I32 | range) -> tuple[F32, F32, F32]:
        """Position (k, 3), rotation (k, 4) and scale (k, 3) of some rows; those of a range are views."""
        at = indices(rows)
        if isinstance(at, slice):
            return self._position[at], self._rotation[at], self._scale[at]
        position, rotation, scale = picked(at, self._position, self._rotation, self._scale)
        return position, rotation, scale

    def world_of(self, rows: I32) -> F32:
        """(k, 3, 4) world_from_local of some rows, as of the last `update`: as `world`, but nothing else is made."""
        self._settle()
        out: F32 = self._world.take(rows, 0)
        if self._stale is not None:
            late = np.flatnonzero(self._stale[rows])
            if len(late):
                made = np.moveaxis(affine(*self.places(rows[late])), 2, 0)
                out[late] = made
                if len(late) <= FEW:  # somebody may ask for them in every frame
                    self._world[rows[late]] = made
                    self._stale[rows[late]] = False
        return out

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
        self._make_roots()

    def _make_roots(self) -> None:
        """What hangs on others is marked where it needs to be; the roots of trees are needed now."""
        if self._stale is not None:
            rows = np.flatnonzero(self._stale[: self.count] & ~self._alone[: self.count]).astype(np.int32)
            self._compute(rows[self._parent[rows] < 0], 0)
            self._stale[rows] = False

    def hang(self, row: int, above: int) -> None:
        """Another parent for a row, -1 for none; what it is relative to the parent stays. Must make no ring."""
        self._own("_parent")[row] = above
        self._other_tree = True
        self.trees += 1
        if self.jumped is not None:
            self.jumped.append(range(row, row + 1))
        self.mark(row)

    def scale_of(self, rows: I32) -> F32:
        """(k, 3) factors of some rows."""
        return self._scale.take(rows, 0)

    def mirrored(self, rows: I32) -> NDArray[np.bool_]:
        """(k,) whether world transforms turn a left hand into a right one: an odd number of negative factors above."""
        out = odd(self.scale_of(rows) < 0)
        at, above = np.arange(len(rows)), self._parent[rows]
        while (above >= 0).any():
            at, above = at[above >= 0], above[above >= 0]
            out[at] ^= odd(self.scale_of(above) < 0)
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

    def spawn(self, rows: I32, end: int, position: F32, rotation: F32, scale: F32, above: int | I32) -> None:
        """Use rows (k,) for new transforms (k, 3), (k, 4), (k, 3) below `above` (-1: none). `end`: the new count.

        above: one row for all, or (k,).
        """
        self._reserve(end)
        self.count = end
        self._own("_position")[rows] = position
        self._own("_rotation")[rows] = rotation
        self._own("_scale")[rows] = scale
        self._own("_parent")[rows] = above
        self._own("_depth")[rows] = 0
        self._alone[rows] = True
        self._other_tree |= above >= 0 if isinstance(above, int) else bool((above >= 0).any())
        self.trees += 1
        self.jump(rows)

    def release(self, rows: I32, end: int) -> None:
        """Rows (k,) that are not used any more, with all that hangs on them. `end`: the new count."""
        self.trees += 1
        if not self._alone[rows].all() or self._other_tree:
            self._own("_parent")[rows] = -1
            self._other_tree = True
        self.count = end
        if far_too_long(len(self._parent), end):
            self._shrink(2 * end)

    def state(self) -> TransformsState:
        """What `restore` needs."""
        return TransformsState(*(_kept(c[: self.count]) for c in self._local()))

    def _local(self) -> tuple[I32, F32, F32, F32]:
        return self._parent, self._position, self._rotation, self._scale

    def restore(self, state: TransformsState) -> I32:
        """Go back to a state; the rows (k,) that are elsewhere now are touched, and returned."""
        count, before = len(state.parent), self.count
        self.trees += 1
        self._reserve(count)
        self.count = count
        known = min(count, before)
        wanted = (state.parent, state.position, state.rotation, state.scale)
        other = np.ones(count, bool)
        other[:known] = False
        self._other_tree |= count != before or bool((self._parent[:known] != state.parent[:known]).any())
        for now, then in zip(self._local(), wanted, strict=True):
            differs = now[:known].reshape(known, -1) != then[:known].reshape(known, -1)
            if differs.any():
                other[:known] |= np.logical_or.reduce(differs, axis=1)
        rows = np.flatnonzero(other).astype(np.int32)
        if len(rows):
            for name, then in zip(("_parent", "_position", "_rotation", "_scale"), wanted, strict=True):
                self._own(name)[rows] = then[rows]
            self.jump(rows)
        return rows

    def _shrink(self, size: int) -> None:
        """Columns of this length, which holds all rows in use."""
        self._settle()
        for name in _COLUMNS:
            column = getattr(self, name)
            if column is not None:  # what is shared stays where it is
                keep = not column.flags.writeable
                setattr(self, name, column[:size] if keep else self._of_length(name, column, size))
        del self._marks[size:]
        self._touched = [row for row in self._touched if row < size]
        many = [listed(rows) for rows in self._touched_many]
        self._touched_many = [left for rows in many if len(left := rows[rows < size])]
        if self.jumped is not None:
            self.jumped = [left for rows in map(listed, self.jumped) if len(left := rows[rows < size])]
        self._look()

    def _of_length(self, name: str, column: NDArray[Any], size: int) -> NDArray[Any]:
        """A copy of a column, `size` long; of the world transforms only those that were made."""
        have = min(size, len(column))
        made = np.zeros((size, *column.shape[1:]), column.dtype)
        if name != "_world" or self._stale is None:
            made[:have] = column[:have]
        else:
            rows = np.flatnonzero(~self._stale[:have])
            made[rows] = column[rows]
        return made

    def _reserve(self, needed: int) -> None:
        """Columns for at least so many rows; they double."""
        have = len(self._parent)
        if needed <= have:
            return
        size = max(needed, 2 * have)
        for name in _COLUMNS:
            column = getattr(self, name)
            if column is not None:
                self.replaced.note(column)
                setattr(self, name, self._of_length(name, column, size))
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

    def shift(self, row: int, x: float, y: float, z: float) -> None:
        """Add to one position, and mark it. What is 0 is not touched: most things move along one axis or two."""
        p, i = self.p, 3 * row
        if p.readonly:
            self._own("_position")
            p = self.p
        if x:
            p[i] += x
        if y:
            p[i + 1] += y
        if z:
            p[i + 2] += z
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

    def _put_off(self, rows: I32 | range) -> None:
        if self._stale is None:
            self._stale = np.zeros(len(self._parent), bool)
        self._stale[indices(rows)] = True

    def mark(self, row: int) -> None:
        """Say that a row of position, rotation or scale was written."""
        if not self._marks[row]:
            self._marks[row] = 1
            self._touched.append(row)

    def touch(self, rows: Any = None) -> None:
        """Say which rows were written: (k,) integers, an (n,) mask, a slice, or None for all. Raises SceneError."""
        self._touch(rows)

    def jump(self, rows: Any = None) -> None:
        """`touch`, and say that they did not come there by moving: nobody is to draw them on the way."""
        chosen = self._touch(rows)
        if self.jumped is not None and chosen is not None:
            self.jumped.append(chosen)

    def _touch(self, rows: Any) -> I32 | range | None:
        """`touch`; what was touched, ascending."""
        if isinstance(rows, np.ndarray) and rows.nbytes <= _SAME:
            given = self.count, rows.dtype, rows.tobytes()
            if given != self._given[0]:
                self._given = given, self._found(rows)
            found = self._given[1]
        else:
            found = self._found(rows)
        if found is not None:
            self._touched_many.append(found)
            self._shorten()
        return found

    def _found(self, rows: Any) -> I32 | range | None:
        """The rows that `touch` is told of, ascending; None for none. Raises SceneError."""
        n = self.count
        chosen: NDArray[Any] | range
        if rows is None or isinstance(rows, slice):
            chosen = range(n)[rows or slice(None)]
            chosen = chosen if chosen.step > 0 else chosen[::-1]
            chosen = chosen if chosen.step == 1 else np.arange(chosen.start, chosen.stop, chosen.step)
        else:
            chosen = np.atleast_1d(np.asarray(rows))
            if chosen.dtype == bool:
                if len(chosen) != n:
                    raise SceneError(f"touch: the mask has {len(chosen)} rows; there are {n}")
                chosen = np.flatnonzero(chosen)
            elif not (chosen[1:] > chosen[:-1]).all():
                chosen = distinct(chosen)
        if not len(chosen):
            return None
        first, last = int(chosen[0]), int(chosen[-1])
        if not (first >= 0 and last < n):
            raise SceneError(f"touch: the rows go from {first} to {last}; there are {n}")
        if last - first + 1 == len(chosen):
            return range(first, last + 1)
        assert not isinstance(chosen, range)
        if not np.issubdtype(chosen.dtype, np.integer):
            raise SceneError(f"touch: the rows are of the type {chosen.dtype}; they must be integers or a mask")
        found = chosen.astype(np.int32)
        found.flags.writeable = False  # the same is given for the same rows
        return found

    def drain(self) -> list[I32 | range]:
        """Take away what was touched: lists of rows, each ascending. For who gives it back with `touch_again`."""
        out = self._touched_many
        if self._touched:
            one_by_one = np.array(self._touched, np.int32)
            one_by_one.sort()
            np.frombuffer(self._marks, np.uint8)[one_by_one] = 0
            self._touched.clear()
            out.append(one_by_one)
        if out:
            self._touched_many = []
        return out

    def touch_again(self, lists: list[I32 | range]) -> None:
        """Have touched what `drain` gave. Rows that are not there any more are left out, as are lists given twice."""
        many, count = self._touched_many, self.count
        for rows in lists:
            if not len(rows):
                continue
            if int(rows[-1]) >= count:
                rows = range(rows.start, count) if isinstance(rows, range) else rows[rows < count]
            gather(many, rows)

    def touch_sound(self, rows: I32) -> None:
        """As `touch`, for ascending rows that are there; the array is kept, and must not change."""
        if len(rows):
            self._touched_many.append(rows)
            self._shorten()

    def _shorten(self) -> None:
        many = self._touched_many
        if len(many) > LISTS:  # nothing may have been updated for a long time
            many[:] = [distinct(np.concatenate([listed(one) for one in many]))]

    def update(self) -> tuple[I32 | range, I32]:
        """What changed, rows int32: (k,) that stand alone, and (m,) in trees, parents before their children.

        Among those in trees may be some others: their `world` is brought up to date too. Of rows that stand alone
        and are close to one another a range may be given, in which some did not change.
        """
        singles, many = self._touched, self._touched_many
        if not singles and not many:
            return NO_ROWS, NO_ROWS
        self._settle()
        run = self._run(many)
        touched = self._join(many, singles, run)
        singles.clear()
        many.clear()
        if run is not None:
            self._put_off(run)
            return run, self._update_trees(touched) if len(touched) else NO_ROWS
        alone = self._alone.take(touched) if len(self._hung) else None
        if alone is None or alone.all():
            self._put_off(touched)
            return touched, NO_ROWS
        in_trees = self._update_trees(touched[~alone])
        touched = touched[alone]
        if len(touched):
            self._put_off(touched)
        return touched, in_trees

    def _join(self, many: list[I32 | range], singles: list[int], run: range | None) -> I32:
        """What was touched, in lists and one by one, each row once; where that is a run, what lies outside of it."""
        few = run is None and len(many) == 1 and len(singles) <= FEW
        told = many[0] if few and many[0] is self._given[1] else None  # others might be written to
        if told is not None and told is self._joined[0] and singles == self._joined[1]:
            for row in singles:
                self._marks[row] = 0
            return self._joined[2]
        one_by_one = np.array(singles, np.int32)
        marks = np.frombuffer(self._marks, np.uint8)
        marks[one_by_one] = 0
        if run is not None:
            return one_by_one[(one_by_one < run.start) | (one_by_one >= run.stop)]
        touched = united([listed(rows) for rows in many], one_by_one, marks)
        if told is not None:
            touched.flags.writeable = False
            self._joined = many[0], singles.copy(), touched
        return touched

    def _run(self, many: list[I32 | range]) -> range | None:
        """What `touch` was told, as one range of rows that stand alone; None where it is none."""
        if len(many) != 1 or len(many[0]) < _RUN:
            return None
        run = range(int(many[0][0]), int(many[0][-1]) + 1)
        return run if len(run) <= _DENSE * len(many[0]) and self._alone[run.start : run.stop].all() else None

    def _update_trees(self, touched: I32) -> I32:
        marks = np.frombuffer(self._marks, np.uint8)
        marks[touched] = 1
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
        marks[touched] = 0
        return levels[0] if len(levels) == 1 else np.concatenate(levels)

    def _compute(self, rows: I32, level: int) -> None:
        if not len(rows):
            return
        world = self._own("_world").reshape(-1, 12)
        for first in range(0, len(rows), _CHUNK):
            some = rows[first : first + _CHUNK]
            matrix = affine(*self.places(some))
            if level:
                above = world.take(self._parent.take(some), 0)
                matrix = compose(np.ascontiguousarray(above.T).reshape(3, 4, -1), matrix)
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
            x, y, z = turned(q[j], q[j + 1], q[j + 2], q[j + 3], x * s[i], y * s[i + 1], z * s[i + 2])
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
            x, y, z = turned(-q[j], -q[j + 1], -q[j + 2], q[j + 3], x - p[i], y - p[i + 1], z - p[i + 2])
            try:
                x, y, z = x / s[i], y / s[i + 1], z / s[i + 2]
            except ZeroDivisionError:
                raise SceneError("nothing can be placed below an object with a scale of 0") from None
        return x, y, z


def transforms_of(objects: Objects, extra: int = 0) -> Transforms:
    """Those of woven objects, and `extra` more rows that stand at the origin."""
    made = Transforms(
        parent=_grown(objects.parents, extra, -1),
        depth=_grown(objects.depth, extra, 0),
        position=_grown(objects.position, extra, 0),
        rotation=_grown(objects.rotation, extra, 0),
        scale=_grown(objects.scale, extra, 1),
        stored=objects.stored,
        stored_world=objects.stored_world,
    )
    if extra:
        made.rotation[-extra:, 3] = 1
    return made


def _grown(column: NDArray[Any], extra: int, fill: float) -> NDArray[Any]:
    """A column with `extra` more rows of `fill`; without any, the column itself."""
    if not extra:
        return column
    out = np.full((len(column) + extra, *column.shape[1:]), fill, column.dtype)
    out[: len(column)] = column
    return out


def _kept(column: NDArray[Any]) -> NDArray[Any]:
    """A column that nobody writes to: itself, or a copy."""
    return column.copy() if column.flags.writeable else column
