"""What a scene keeps its objects in: growing columns, and each distinct value once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Pool:
    """Distinct hashable values, numbered in order of arrival."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._index: dict[Any, int] = {}

    def index(self, value: Any) -> int:
        """The number of `value`, which is added when it is new."""
        found = self._index.get(value)
        if found is None:
            found = self._index[value] = len(self.values)
            self.values.append(value)
        return found

    def copy(self) -> Pool:
        """The same values, which no longer change with these."""
        made = Pool()
        made.values, made._index = list(self.values), dict(self._index)
        return made

    def replace(self, values: Sequence[Any]) -> None:
        """Put these values in the places of the old ones: every row that refers to one sees the new one."""
        assert len(values) == len(self.values)
        self.values[:] = values
        self._index = {v: k for k, v in reversed(list(enumerate(self.values)))}

    def indices(self, values: Sequence[Any]) -> NDArray[np.int32]:
        """(n,) the numbers of many values; equal objects are hashed once."""
        seen: dict[int, int] = {}
        out = np.empty(len(values), np.int32)
        for i, value in enumerate(values):
            key = id(value)
            number = seen.get(key)
            if number is None:
                number = seen[key] = self.index(value)
            out[i] = number
        return out


class Column:
    """A growing array: appended to in blocks, read as one view."""

    def __init__(self, dtype: Any, width: int = 1, fill: float = 0) -> None:
        self.fill = fill
        self._data: NDArray[Any] = np.empty((16, width) if width > 1 else 16, dtype)
        self.n = 0

    @property
    def view(self) -> NDArray[Any]:
        """The rows in use; writing to it writes to the column."""
        return self._data[: self.n]

    def grow(self, count: int) -> None:
        """Append `count` rows at the fill value."""
        need = self.n + count
        if need > len(self._data):
            bigger = np.empty((max(need, 2 * len(self._data)), *self._data.shape[1:]), self._data.dtype)
            bigger[: self.n] = self.view
            self._data = bigger
        self._data[self.n : need] = self.fill
        self.n = need

    def reorder(self, order: NDArray[np.intp]) -> None:
        """Put the rows (n,) in another order."""
        self._data = self.view[order]

    def copy(self) -> Column:
        """The same rows, which no longer change with these."""
        made = Column(self._data.dtype, fill=self.fill)
        made._data, made.n = self.view.copy(), self.n
        return made

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Drop every row where `rows` is false."""
        kept = self.view[rows]
        self._data, self.n = kept, len(kept)
