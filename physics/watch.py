"""What changed in a table since it was last looked at.

Tables count what is written to one value at a time. Where whole columns were given out, they are compared: a few
microseconds for thousands.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.tables import Table

I32 = NDArray[np.int32]
_NO_ROWS: I32 = np.empty(0, np.int32)


class Watch:
    """The columns of one table as they were."""

    def __init__(self) -> None:
        self.version = -1
        self._moves = self._written = -1
        self._rows: I32 = np.empty(0, np.int32)
        self._columns: dict[str, NDArray[Any]] = {}
        self._addresses: dict[str, NDArray[np.intp]] = {}

    def changed(self, table: Table) -> I32:
        """(k,) ascending: rows that had a value and have another one now. What came and went is not among them."""
        same = self.version == table.version and self._moves == table.moves
        if same and not table.lent and self._written == table.written:
            return _NO_ROWS
        if same:
            found = [self._differing(name, table.look(name)) for name in self._columns]
            slots = [one for one in found if one is not None]
            if not slots:
                self._written = table.written
                return _NO_ROWS
            rows = np.unique(table.rows[np.concatenate(slots)])
        else:
            rows = self._since(table)
        self.take(table)
        return rows

    def _differing(self, name: str, now: NDArray[Any]) -> NDArray[np.intp] | None:
        known = self._columns[name]
        if now.dtype == object:
            if np.array_equal(_addresses(now), self._addresses[name]):
                return None
            other = np.asarray(now != known, bool)
        else:
            if np.array_equal(now, known):
                return None
            other = now != known
            if now.dtype.kind == "f":
                other &= ~(np.isnan(now) & np.isnan(known))
        return np.flatnonzero(other if other.ndim == 1 else other.any(axis=1))

    def _since(self, table: Table) -> I32:
        """As `changed`, where values are in other slots than before."""
        order = np.argsort(self._rows)
        before = self._rows[order]
        now = table.ascending()
        both = now[np.isin(now, before, assume_unique=True)]
        if not len(both):
            return np.empty(0, np.int32)
        old, new = order[np.searchsorted(before, both)], table.slots(both)
        other = np.zeros(len(both), bool)
        for name, known in self._columns.items():
            differs = np.asarray(known[old] != table.look(name)[new], bool)
            other |= differs if differs.ndim == 1 else differs.any(axis=1)
        return both[other]

    def take(self, table: Table) -> None:
        """Know the columns as they are."""
        self.version, self._moves, self._written = table.version, table.moves, table.written
        self._rows = table.rows.copy()
        self._columns = {f.name: table.look(f.name).copy() for f in table.fields}
        self._addresses = {
            name: _addresses(column).copy() for name, column in self._columns.items() if column.dtype == object
        }


def _addresses(column: NDArray[Any]) -> NDArray[np.intp]:
    """(k,) where the objects of a column are: equal addresses tell of equal objects without looking at them."""
    if not len(column):
        return np.empty(0, np.intp)
    pointer = ctypes.cast(column.ctypes.data, ctypes.POINTER(ctypes.c_ssize_t))
    found: NDArray[np.intp] = np.ctypeslib.as_array(pointer, (len(column),))
    return found
