"""Points of a mesh as a grid of heights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Grid:
    """Heights over an even grid. heights: (rows along z, columns along x) float32, metres; its middle; its edges."""

    heights: NDArray[np.float32]
    centre: tuple[float, float]
    size: tuple[float, float]


def grid_of(points: NDArray[np.float32]) -> Grid | None:
    """(n, 3) points as a grid in x and z, evenly spaced, each place with one height; None where they are none."""
    scale = float(np.ptp(points[:, [0, 2]], axis=0).max(initial=0))
    if not scale:
        return None
    steps = np.round(points[:, [0, 2]].astype(np.float64) / (scale * 1e-6)).astype(np.int64)
    xs, column = np.unique(steps[:, 0], return_inverse=True)
    zs, row = np.unique(steps[:, 1], return_inverse=True)
    if len(xs) < 2 or len(zs) < 2 or len(xs) * len(zs) > len(points):
        return None
    for line in (xs, zs):
        gaps = np.diff(line)
        if np.ptp(gaps) > 1e-3 * gaps.mean() + 4:
            return None
    heights = np.full((len(zs), len(xs)), np.nan, np.float32)
    heights[row, column] = points[:, 1]
    if np.isnan(heights).any() or not np.allclose(heights[row, column], points[:, 1], atol=1e-6 * scale):
        return None
    x, z = points[:, 0].astype(np.float64), points[:, 2].astype(np.float64)
    centre = (float(x.min() + x.max()) / 2, float(z.min() + z.max()) / 2)
    return Grid(heights, centre, (float(np.ptp(x)), float(np.ptp(z))))
