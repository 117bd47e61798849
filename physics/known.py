"""What the engine was told of a world's rows, to be compared with what the world has now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.scene.physics import Body
from ..engine.tables import Table
from ..engine.world import World
from .physics_world import F32, I32

NO_ROWS: I32 = np.empty(0, np.int32)
_SMALL = 65536
"""Bytes up to which copies are compared faster than numbers."""


@dataclass(slots=True, eq=False)
class Known:
    """What the engine was told of rows (k,), ascending, as the columns had it.

    run: the rows; as a range where they lie behind one another, whose columns need not be gathered.
    generation: (k,).  position (k, 3), rotation (k, 4), scale (k, 3): float32, of the transforms' columns.
    """

    rows: I32
    generation: NDArray[np.int64]
    position: F32
    rotation: F32
    scale: F32
    run: I32 | range = field(init=False)

    def __post_init__(self) -> None:
        rows = self.rows
        follow = len(rows) > 0 and int(rows[-1]) - int(rows[0]) == len(rows) - 1
        self.run = range(int(rows[0]), int(rows[-1]) + 1) if follow else rows

    @classmethod
    def nothing(cls) -> Known:
        """Of no rows."""
        empty = np.empty((0, 4), np.float32)
        return cls(NO_ROWS, np.empty(0, np.int64), empty[:, :3], empty, empty[:, :3])

    def at(self, row: int) -> int:
        """Where a row is that is known."""
        return int(np.searchsorted(self.rows, row))

    def has(self, row: int) -> bool:
        """Whether a row is known."""
        at = self.at(row)
        return at < len(self.rows) and int(self.rows[at]) == row


def exchanged(
    old: Known,
    new: Known,
    then: NDArray[np.bool_] | None = None,
    now: NDArray[np.bool_] | None = None,
) -> tuple[I32, I32]:
    """The rows whose objects are gone, and those with new ones; both where another object is in a row now.

    Both as well where a row is another thing than it was (then, now). What stays is known in `new` as in `old`.
    """
    both, here, there = np.intersect1d(old.rows, new.rows, assume_unique=True, return_indices=True)
    same = old.generation[here] == new.generation[there]
    if then is not None and now is not None:
        same &= then[here] == now[there]
    for name in ("position", "rotation", "scale"):
        getattr(new, name)[there[same]] = getattr(old, name)[here[same]]
    other = both[~same]
    gone = np.union1d(np.setdiff1d(old.rows, new.rows, assume_unique=True), other)
    came = np.union1d(np.setdiff1d(new.rows, old.rows, assume_unique=True), other)
    return gone.astype(np.int32), came.astype(np.int32)


def same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether two arrays of a shape hold the same bits."""
    if a.nbytes < _SMALL:
        return a.tobytes() == b.tobytes()
    return np.array_equal(a, b)


def rows_that_differ(a: NDArray[Any], b: NDArray[Any], by: float = 0.0) -> NDArray[np.bool_]:
    """(k,) whether any number of a row is another one."""
    if not by and np.array_equal(a, b):
        return np.zeros(len(a), bool)
    other = a != b if not by else np.abs(a - b) > by
    out: NDArray[np.bool_] = np.logical_or.reduce(other, axis=1)
    return out


def known_of(world: World, rows: I32) -> Known:
    """What the columns have of some rows now."""
    position, rotation, scale = world.transforms.places(rows)
    return Known(rows, generations_of(world, rows), position.copy(), rotation.copy(), scale.copy())


def generations_of(world: World, rows: I32) -> NDArray[np.int64]:
    """(k,) which objects are in some rows."""
    known = world.generations
    return np.zeros(len(rows), np.int64) if known is None else np.asarray(known)[rows].astype(np.int64)


def switched_off(table: Table) -> I32:
    """(k,) ascending: the rows whose components are not enabled."""
    off: I32 = np.sort(table.rows[~table.look("enabled")])
    return off


def was_switched(table: Table, rows: I32, off: I32) -> bool:
    """Whether any component of rows (k,) is on that was off, or the other way round."""
    return len(rows) > 0 and bool((table.look("enabled")[table.slots(rows)] == np.isin(rows, off)).any())


def with_body(world: World) -> NDArray[np.bool_]:
    """(n,) the rows of the world that have a Body."""
    has = np.zeros(world.transforms.count, bool)
    has[world.tables.made(Body).rows] = True
    return has
