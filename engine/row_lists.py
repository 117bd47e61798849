"""Lists of rows, each an array or a range: gathered over a frame, and made one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .rows import distinct

I32 = NDArray[np.int32]

FEW = 64
"""Rows one by one that are looked for in a list, rather than marking all of those that are in it."""
LISTS = 16
"""Lists that are kept apart."""


def gather(lists: list[I32 | range], rows: I32 | range) -> None:
    """Add one list of rows to some, unless it is among them; there never are many."""
    if any(rows is one or (isinstance(rows, range) and isinstance(one, range) and rows == one) for one in lists):
        return
    lists.append(rows)
    if len(lists) > LISTS:
        lists[:] = [distinct(np.concatenate([listed(one) for one in lists]))]


def listed(rows: I32 | range) -> I32:
    """(k,) the rows of a range, or what is listed already."""
    return np.arange(rows.start, rows.stop, dtype=np.int32) if isinstance(rows, range) else rows


def united(many: list[I32], few: I32, marks: NDArray[np.uint8]) -> I32:
    """(k,) each row of some lists and of one more once. Each list holds a row once; `marks` are 0, and are again."""
    if not many:
        return few
    rows = many[0]
    if len(many) == 1 and not len(few):
        return rows
    if len(many) == 1 and len(few) <= FEW:
        known = rows.take(rows.searchsorted(few), mode="clip") == few
        if not known.any():
            return np.concatenate([rows, few])
        return rows if known.all() else np.concatenate([rows, few[~known]])
    found: list[I32] = [few]
    marks[few] = 1
    for rows in many:
        new = rows[marks.take(rows) == 0]
        marks[new] = 1
        found.append(new)
    out = np.concatenate(found)
    marks[out] = 0
    return out
