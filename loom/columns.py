"""Components as columns: one array for each field of a type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import Field, fields_of

_PLAIN: dict[str, type] = {"float": np.float64, "vector": np.float64, "int": np.int64, "bool": np.bool_}


def column_for(f: Field, count: int) -> NDArray[Any]:
    """A column of zeros for a field: (count,) float64, int64 or bool, (count, d) float64 for vectors, else objects."""
    kind = f.kind
    if kind.optional or kind.name not in _PLAIN:
        return np.full(count, None, object)
    return np.zeros((count, kind.of) if kind.name == "vector" else count, _PLAIN[kind.name])


def columns_of(kind: type, values: Sequence[Any]) -> dict[str, NDArray[Any]]:
    """The fields of (k,) values of one type, by name. The values have no problems."""
    out: dict[str, NDArray[Any]] = {}
    for f in fields_of(kind):
        column = out[f.name] = column_for(f, len(values))
        if column.dtype == object:
            for i, value in enumerate(values):  # NumPy would take tuples apart
                column[i] = getattr(value, f.name)
        elif len(values):
            column[:] = [getattr(value, f.name) for value in values]
    return out
