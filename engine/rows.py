"""Which rows of growing columns are in use."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

_PIECE = 4096
"""Rows picked at a time, so that what is around them stays in the cache meanwhile."""
_CLOSE = 16
"""Rows are close where a piece of them spans at most so many times its length."""
_LINE = 16
"""Numbers that a processor fetches together."""


class Rows:
    """Hands out rows and takes them back. Those given back are handed out again before the columns grow.

    `end`: all rows in use lie below it.
    """

    def __init__(self, count: int) -> None:
        self.end = count
        self._free: I32 = np.empty(0, np.int32)  # a stack: the first `_left` are free
        self._left = 0
        self._look_at = count // 4

    @property
    def live(self) -> int:
        """How many rows are in use."""
        return self.end - self._left

    def take(self, count: int) -> I32:
        """(count,) int32 rows that were not in use."""
        again = min(count, self._left)
        rows = np.empty(count, np.int32)
        rows[:again] = self._free[self._left - again : self._left]
        rows[again:] = np.arange(self.end, self.end + count - again, dtype=np.int32)
        self._left -= again
        self.end += count - again
        self._look_at = max(self._look_at, self.live // 4)
        return rows

    def give(self, rows: I32) -> None:
        """(k,) distinct rows that were in use are not any more."""
        needed = self._left + len(rows)
        if needed > len(self._free):
            bigger = np.empty(max(needed, 2 * len(self._free)), np.int32)
            bigger[: self._left] = self._free[: self._left]
            self._free = bigger
        self._free[self._left : needed] = rows
        self._left = needed
        if self.live <= self._look_at:  # now and then, so that it costs little per row
            self._look_at = self.live // 2
            self._lower()

    def copy(self) -> Rows:
        """The same rows in use, and the same ones to be handed out next."""
        made = Rows(self.end)
        made._free, made._left, made._look_at = self._free[: self._left].copy(), self._left, self._look_at
        return made

    def to_bytes(self) -> bytes:
        """What decides which rows are handed out next."""
        return np.concatenate([np.array([self.end, self._look_at], np.int32), self._free[: self._left]]).tobytes()

    def _lower(self) -> None:
        """Bring `end` down to the last row in use."""
        free = np.sort(self._free[: self._left])
        held = np.flatnonzero(free != np.arange(self.end - len(free), self.end))
        kept = int(held[-1]) + 1 if len(held) else 0
        self.end -= len(free) - kept
        self._free, self._left = free[:kept].copy(), kept


class Replaced:
    """Columns that were replaced by longer ones while somebody looked into them, each with a copy of that moment.

    holders: how many look into them now.
    """

    def __init__(self) -> None:
        self.holders = 0
        self._known: list[tuple[NDArray[Any], NDArray[Any]]] = []

    def note(self, column: NDArray[Any]) -> None:
        """A column is about to be replaced."""
        if self.holders:
            self._known.append((column, column.copy()))

    def let_go(self) -> None:
        """One looks into them no more."""
        self.holders -= 1
        if not self.holders:
            self._known.clear()

    def as_it_was(self, column: NDArray[Any]) -> NDArray[Any] | None:
        """What was in a column, or in the one that it is a view of, when it was replaced; None if it was not."""
        start = column.ctypes.data
        return next((copy for known, copy in self._known if known.ctypes.data == start), None)


def distinct(rows: I32) -> I32:
    """(m,) the rows that occur in (k,), ascending. `np.unique` hashes, which is ten times slower."""
    ordered = np.sort(rows)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) > 1 else ordered


def indices(rows: I32 | range) -> slice | NDArray[np.intp]:
    """What to index a column with: a slice for a range, else `intp`, which NumPy would convert to every time."""
    return slice(rows.start, rows.stop) if isinstance(rows, range) else rows.astype(np.intp)


def picked(rows: NDArray[np.intp], *columns: F32) -> list[F32]:
    """(k, m) some rows of each column (n, m).

    Where they lie close, all that is around them is read before, in order: a processor fetches that far ahead, while it
    waits for rows that are picked one by one.
    """
    if len(rows) < _PIECE:
        return [column.take(rows, 0) for column in columns]
    out = [np.empty((len(rows), column.shape[1]), column.dtype) for column in columns]
    for first in range(0, len(rows), _PIECE):
        some = rows[first : first + _PIECE]
        low, high = int(some.min()), int(some.max())
        for column, found in zip(columns, out, strict=True):
            if high - low < _CLOSE * len(some):
                column[low : high + 1].reshape(-1)[::_LINE].max()
            column.take(some, 0, out=found[first : first + _PIECE], mode="clip")
    return out


def far_too_long(length: int, needed: int) -> bool:
    """Whether a table is to shrink: not before it is eight times as long as needed, and never a short one."""
    return length > 4096 and length > 8 * needed


def power_of_two(least: int) -> int:
    """The smallest power of two that is not below `least`; 1 for 0."""
    return 1 << max(least - 1, 0).bit_length()
