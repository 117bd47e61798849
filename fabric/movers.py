"""Where casters of shadows were and are: what moved since the last frame, so that other maps can be kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

MOST = 512
"""Movers at a time that are looked at one by one; where more move, everything counts as moved."""
_PATIENCE = 120  # frames


class Movers:
    """The spheres that moved since `taken`: where they were and where they are, world, metres.

    everything: more than can be told apart, or what has another shape than before.
    """

    def __init__(self) -> None:
        self.everything = True
        self._spheres: list[F32] = []
        self._where: F32 | None = None  # (n, 4) of every instance, while it is known
        self._wait = 0
        self._unplaced = set[int]()  # came, and nobody has said where to

    def all(self, patience: int = 30) -> None:
        """Everything may have changed, and for `patience` frames it is not worth a wait to tell what did."""
        self.everything = True
        self._where = None
        self._wait = max(self._wait, patience)

    def counts(self, k: int) -> bool:
        """Whether it matters where k instances are now: else all that is to be known is known."""
        if k > MOST:
            self.all(_PATIENCE)
        elif self._wait:
            self.all(0)
        elif self.everything:
            self._where = None
        return not self.everything

    def needs_places(self) -> bool:
        """Whether `know` is to be told where every instance was in the last frame, before `note`."""
        return self._where is None

    def know(self, spheres: F32) -> None:
        """Where every instance (n, 4) was: centre and radius."""
        self._where = spheres.copy()

    def note(self, rows: I32, spheres: F32) -> None:
        """Instances (k,) are at (k, 4) now."""
        where = self._places(rows)
        self._spheres += [where[rows], spheres]
        where[rows] = spheres
        if self._unplaced:
            self._unplaced.difference_update(rows.tolist())

    def came(self, rows: I32) -> None:
        """Instances (k,) are new; `note` is to tell where they are."""
        self._places(rows)[rows] = np.nan
        self._unplaced.update(rows.tolist())

    def went(self, rows: I32) -> None:
        """Instances (k,) are gone."""
        self._spheres.append(self._places(rows)[rows])

    def _places(self, rows: I32) -> F32:
        """Where every instance is, with room for these."""
        assert self._where is not None
        needed, have = int(rows.max(initial=-1)) + 1, len(self._where)
        if needed > have:
            more = np.full((max(needed, 2 * have) - have, 4), np.nan, np.float32)
            self._where = np.concatenate([self._where, more])
        return self._where

    def taken(self) -> F32 | None:
        """(m, 4) all that moved since the last call, old places and new; None where everything may have.

        Some are not numbers: places of what was nowhere before.
        """
        self.everything |= bool(self._unplaced)
        found = None if self.everything else np.concatenate([np.zeros((0, 4), np.float32), *self._spheres])
        self.everything = False
        self._unplaced.clear()
        self._spheres.clear()
        self._wait = max(0, self._wait - 1)
        return found
