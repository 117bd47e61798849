"""Who is near whom: pairs of points by a uniform grid, in arrays.

Cells are as wide as the distance, so that what is near a point lies in the 27 cells around it: nine stretches of the
points in the order of their cells (Green, "Particle simulation using CUDA", 2010, on sorted grids).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Intp = NDArray[np.intp]

_FEW = 4096
"""So many pairs are just all tried."""
_AT_ONCE = 1 << 20
"""Candidates that are held in memory together."""
_CELLS = 1 << 20
"""Up to so many cells have a table; beyond that they are searched for."""
_NO_PAIRS: tuple[Intp, Intp, F64] = (np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))


def pairs_within(points: F64, targets: F64, distance: float) -> tuple[Intp, Intp, F64]:
    """All pairs that are at most `distance` apart: (p,) which point, (p,) which target, (p,) their distance squared.

    points: (k, 3).  targets: (m, 3), metres.  In the order of the points, and for each of the targets.
    """
    k, m = len(points), len(targets)
    if not k or not m:
        return _NO_PAIRS
    if k * m <= _FEW:
        i, j = np.divmod(np.arange(k * m), m)
        return _near(points, targets, i, j, distance)
    low = targets.min(axis=0)
    extent = targets.max(axis=0) - low
    slack = 16 * float(np.spacing(max(np.abs(points).max(), np.abs(targets).max())))
    cell = distance * (1 + 1e-6) + slack  # what is rounded still lies in the next cell at most
    while True:
        size = [int(n) + 1 for n in extent // cell]
        if size[0] * size[1] * size[2] < 2**52:
            break
        cell *= 2
    nx, ny, nz = size
    count = nx * ny * nz
    x, y, z = (np.clip(_cells(targets[:, axis], low[axis], cell, size[axis]), 0, size[axis] - 1) for axis in range(3))
    keys = (x * ny + y) * nz + z
    order = np.argsort(keys, kind="stable")
    table = None
    if count <= _CELLS:
        table = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(keys, minlength=count), out=table[1:])
    else:
        keys = keys[order]
    here = [_cells(points[:, axis], low[axis], cell, size[axis]) for axis in range(3)]
    inside = _not_far(here, (x, y, z), size)
    if inside is None:
        inside = np.arange(k)
    else:
        here = [column.take(inside) for column in here]
    first_z, last_z = np.maximum(here[2] - 1, 0), np.minimum(here[2] + 1, nz - 1)
    found: list[tuple[Intp, Intp, F64]] = []
    for dx in (-1, 0, 1):
        x = here[0] + dx
        for dy in (-1, 0, 1):
            y = here[1] + dy
            fits = np.flatnonzero((x >= 0) & (x < nx) & (y >= 0) & (y < ny) & (last_z >= first_z))
            row = (x[fits] * ny + y[fits]) * nz
            low_key, high_key = row + first_z[fits], row + last_z[fits] + 1
            if table is not None:
                start, end = table[low_key], table[high_key]
            else:
                start, end = np.searchsorted(keys, low_key), np.searchsorted(keys, high_key)
            counts = end - start
            some = np.flatnonzero(counts)
            if len(some):
                found += _stretches(points, targets, inside[fits[some]], start[some], counts[some], order, distance)
    if not found:
        return _NO_PAIRS
    i, j, d = (np.concatenate(column) for column in zip(*found, strict=True))
    sorting = np.lexsort((j, i))
    return i[sorting], j[sorting], d[sorting]


def _cells(values: F64, low: float, cell: float, count: int) -> I64:
    """(k,) the cells of values along one axis; -1 for all before the first, `count` for all behind the last."""
    at = values - (low - 2 * cell)  # so that all that counts is above 0, where to cut off is to round down
    at *= 1 / cell
    np.clip(at, 1, count + 2, out=at)
    return at.astype(np.int64) - 2


def _not_far(here: Sequence[I64], there: Sequence[I64], size: Sequence[int]) -> Intp | None:
    """Which points are in a cell with targets or beside one; None where it is not worth finding out."""
    wide = [n + 2 for n in size]
    many = wide[0] * wide[1] * wide[2]
    if 4 * len(there[0]) > len(here[0]) or many > max(_CELLS, 64 * len(here[0])):
        return None
    near = np.zeros(many, bool)
    steps = [(x * wide[1] + y) * wide[2] + z for x in range(3) for y in range(3) for z in range(3)]
    keys = (there[0] * wide[1] + there[1]) * wide[2] + there[2]
    near[(keys[:, None] + np.array(steps)).ravel()] = True
    return np.flatnonzero(near.take(((here[0] + 1) * wide[1] + here[1] + 1) * wide[2] + here[2] + 1))


def _stretches(
    points: F64, targets: F64, i: Intp, start: Intp, counts: Intp, order: Intp, distance: float
) -> list[tuple[Intp, Intp, F64]]:
    """The near ones of each point's stretch of the sorted targets, a bounded number of candidates at a time."""
    out: list[tuple[Intp, Intp, F64]] = []
    ends = np.cumsum(counts)
    first = 0
    while first < len(i):
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + _AT_ONCE, side="right")))
        some = slice(first, last)
        n = counts[some]
        offsets = np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n)
        out.append(_near(points, targets, np.repeat(i[some], n), order[np.repeat(start[some], n) + offsets], distance))
        first = last
    return out


def _near(points: F64, targets: F64, i: Intp, j: Intp, distance: float) -> tuple[Intp, Intp, F64]:
    away = points.take(i, 0)
    away -= targets.take(j, 0)
    squared = np.einsum("ij,ij->i", away, away)
    near = np.flatnonzero(squared <= distance * distance)
    return i[near], j[near], squared[near]


def nearest(i: Intp, j: Intp, squared: F64) -> Intp:
    """(q,) of pairs in the order of the points, the nearest of each point; of equally near ones the first."""
    if not len(i):
        return np.empty(0, np.intp)
    best = np.lexsort((j, squared, i))
    ordered = i[best]
    first: Intp = best[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
    return first
