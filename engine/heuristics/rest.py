"""Who rests after a rule fired for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ..world import World

Bools = NDArray[np.bool_]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

SOON = 1e-9
"""Seconds: times are sums of ticks."""


class Rest:
    """Until when each object rests after a rule fired for it: by row, of the object that was there then."""

    def __init__(self) -> None:
        self.until: F64 = np.zeros(0)
        self.generation: NDArray[np.uint32] = np.zeros(0, np.uint32)

    def over(self, rows: I32, generations: NDArray[np.uint32], time: float) -> Bools:
        """(k,) whether objects may fire again."""
        self._reserve(rows)
        done: Bools = (self.until[rows] <= time + SOON) | (self.generation[rows] != generations)
        return done

    def begin(self, rows: I32, generations: NDArray[np.uint32], until: float) -> None:
        """Objects rest from now on."""
        self._reserve(rows)
        self.until[rows] = until
        self.generation[rows] = generations

    def left(self, rows: I32, generations: NDArray[np.uint32], time: float) -> tuple[I32, F64]:
        """Which of the objects (ascending) still rest, and until when."""
        self._reserve(rows)
        some = rows[~self.over(rows, generations, time)]
        return some, self.until[some]

    def _reserve(self, rows: I32) -> None:
        needed = int(rows.max()) + 1 if len(rows) else 0
        if needed > len(self.until):
            size = max(needed, 2 * len(self.until))
            until, generation = np.full(size, -np.inf), np.zeros(size, np.uint32)
            until[: len(self.until)] = self.until
            generation[: len(self.generation)] = self.generation
            self.until, self.generation = until, generation


def generations_of(world: World, rows: I32) -> NDArray[np.uint32]:
    """(k,) how often each row of a world was given up: with the row, who an object is."""
    known = world.generations
    if known is None:
        return np.zeros(len(rows), np.uint32)
    return np.asarray(known, np.uint32).take(rows)
