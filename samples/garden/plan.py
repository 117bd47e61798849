"""Where everything in the garden is, and how one walks around it. Metres; +Z is towards the eye, +X to the right."""

from __future__ import annotations

import heapq
import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Spot = tuple[float, float]

LEFT, RIGHT, BACK, FRONT = -6.0, 6.0, -4.5, 4.3
"""The walls."""
BEDS: tuple[Spot, ...] = ((-2.55, -1.62), (2.55, -1.62), (-2.55, 1.86))
"""Middles of the beds."""
BED = (2.9, 1.95)
"""Their size, with the stones around them."""
ROWS, COLUMNS, APART = 2, 3, 0.86
PLOTS: tuple[Spot, ...] = tuple(
    (round(x + (k % COLUMNS - 1) * APART, 4), round(z + (k // COLUMNS - 0.5) * APART, 4))
    for x, z in BEDS
    for k in range(ROWS * COLUMNS)
)
"""Where seeds can go."""
POND, POND_RADIUS = (3.05, 1.95), 1.25
TREE, HIVE, BENCH = (-4.75, -3.25), (4.75, -3.35), (-5.2, 1.7)
ARCH = (0.0, -4.35)
LANTERNS: tuple[Spot, ...] = (
    (-0.95, 3.75),
    (0.95, 3.75),
    (-0.95, -3.6),
    (0.95, -3.6),
    (-5.35, 0.1),
    (5.35, 0.1),
    (5.2, 3.7),
)
START: Spot = (0.0, 2.6)

REACH = 1.08
"""How far from the gardener a plot may be."""
POND_REACH = POND_RADIUS + 0.62
CELL = 0.2
_SHAPE = (round((RIGHT - LEFT) / CELL), round((FRONT - BACK) / CELL))


def blocked(x: F64, z: F64) -> NDArray[np.bool_]:
    """Where nobody can stand."""
    out = (x < LEFT + 0.42) | (x > RIGHT - 0.42) | (z < BACK + 0.5) | (z > FRONT - 0.35)
    for bx, bz in BEDS:
        out |= (np.abs(x - bx) < BED[0] / 2 + 0.16) & (np.abs(z - bz) < BED[1] / 2 + 0.16)
    out |= np.hypot(x - POND[0], z - POND[1]) < POND_RADIUS + 0.32
    out |= np.hypot(x - TREE[0], z - TREE[1]) < 0.55
    out |= np.hypot(x - HIVE[0], z - HIVE[1]) < 0.7
    out |= (np.abs(x - BENCH[0]) < 0.55) & (np.abs(z - BENCH[1]) < 1.0)
    for lx, lz in LANTERNS:
        out |= np.hypot(x - lx, z - lz) < 0.24
    return out


@cache
def grid() -> tuple[F64, F64, NDArray[np.bool_]]:
    """x, z and whether nobody can stand there, of every cell's middle (columns, rows)."""
    i, j = np.indices(_SHAPE).astype(np.float64)
    x, z = LEFT + (i + 0.5) * CELL, BACK + (j + 0.5) * CELL
    return x, z, blocked(x, z)


@cache
def way_to(goal: Spot, near: float) -> F64:
    """How far each cell is from where one is `near` enough to a goal, by foot: infinite where nobody can stand."""
    x, z, closed = grid()
    away = np.hypot(x - goal[0], z - goal[1])
    far = np.full(x.shape, math.inf)
    heap = [(float(away[i, j]) * 0.3, i, j) for i, j in np.argwhere((away < near) & ~closed).tolist()]
    for start, i, j in heap:
        far[i, j] = start
    heapq.heapify(heap)
    steps = [(a, b, math.hypot(a, b) * CELL) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]
    while heap:
        here, i, j = heapq.heappop(heap)
        if here > far[i, j]:
            continue
        for a, b, length in steps:
            k, m = i + a, j + b
            if 0 <= k < _SHAPE[0] and 0 <= m < _SHAPE[1] and not closed[k, m] and here + length < far[k, m]:
                if a and b and (closed[k, j] or closed[i, m]):
                    continue  # not across a corner
                far[k, m] = here + length
                heapq.heappush(heap, (here + length, k, m))
    return far


def cell_of(x: float, z: float) -> tuple[int, int]:
    """The cell that a place is in, of the grid's."""
    i, j = int((x - LEFT) / CELL), int((z - BACK) / CELL)
    return min(max(i, 0), _SHAPE[0] - 1), min(max(j, 0), _SHAPE[1] - 1)


def next_step(x: float, z: float, goal: Spot, near: float) -> Spot:
    """Where to go from a place, so as to get to a goal: the middle of a cell a little way on."""
    far, (gx, gz, _) = way_to(goal, near), grid()
    i, j = cell_of(x, z)
    for _ in range(2):
        best = (float(far[i, j]), i, j)
        for a in (-1, 0, 1):
            for b in (-1, 0, 1):
                k, m = i + a, j + b
                if 0 <= k < _SHAPE[0] and 0 <= m < _SHAPE[1]:
                    best = min(best, (float(far[k, m]), k, m))
        _, i, j = best
    return float(gx[i, j]), float(gz[i, j])


def kept(x: float, z: float, dx: float, dz: float) -> Spot:
    """Where a step ends: along whatever stands in the way."""
    for to in ((x + dx, z + dz), (x + dx, z), (x, z + dz)):
        if not bool(blocked(np.array(to[0]), np.array(to[1]))):
            return to
    return x, z
