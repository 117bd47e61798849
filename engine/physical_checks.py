"""What users pass to physics, checked where it enters: all raise PhysicsError, which says what was found and wanted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .declare import Vec3
from .errors import PhysicsError

F64 = NDArray[np.float64]
LARGEST = 1e15
"""Beyond this single precision can't hold the squares that engines make of forces and ways."""


def three(value: Any, what: str) -> Vec3:
    """Three finite numbers of a size that can be computed with; errors call them `what`."""
    try:
        x, y, z = map(float, value)
    except (TypeError, ValueError):
        x = y = z = np.nan
    if not (abs(x) <= LARGEST and abs(y) <= LARGEST and abs(z) <= LARGEST):
        found = tuple(np.ravel(value).tolist()) if isinstance(value, np.ndarray) else value
        raise PhysicsError(f"{what} can't be {found!r}; it must be 3 finite numbers, within ±{LARGEST:g}")
    return x, y, z


def many(value: ArrayLike, what: str) -> F64:
    """(k, 3) finite numbers; errors call them `what`."""
    try:
        found = np.atleast_2d(np.asarray(value, np.float64))
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 2 or found.shape[-1] != 3 or not np.isfinite(found).all():
        raise PhysicsError(f"{what} of rays must be (k, 3) finite numbers")
    return found


def unit_rotation(value: ArrayLike, what: str) -> F64:
    """(1, 4) a quaternion at unit length; errors call it the rotation of `what`."""
    q = np.asarray(value, np.float64)
    length = float(np.linalg.norm(q)) if q.shape == (4,) else 0.0
    if not 0 < length < np.inf:
        raise PhysicsError(f"the rotation of {what} is {value!r}; it must be 4 finite numbers, not all 0")
    return (q / length)[None]


def direction_of(value: ArrayLike) -> Vec3:
    """Of a ray or a cast, at unit length."""
    x, y, z = three(value, "the direction of a ray")
    length = float(np.sqrt(x * x + y * y + z * z))
    if not length:
        raise PhysicsError("the direction of a ray is [0, 0, 0]")
    return x / length, y / length, z / length


def rays_of(origins: ArrayLike, directions: ArrayLike) -> tuple[F64, F64]:
    """(k, 3) where rays begin, and their directions at unit length; one of either will do for all."""
    starts, ways = many(origins, "the origins"), many(directions, "the directions")
    try:
        starts, ways = np.broadcast_arrays(starts, ways)
    except ValueError:
        raise PhysicsError(f"{len(starts)} origins do not go with {len(ways)} directions") from None
    length = np.linalg.norm(ways, axis=1, keepdims=True)
    if not length.all():
        raise PhysicsError("the direction of a ray is [0, 0, 0]")
    return starts, ways / length


def reach_of(maximum: float) -> float:
    """How far a ray goes, metres."""
    if not 0 < maximum <= 1e9:
        raise PhysicsError(f"a ray's maximum is {maximum!r}; it must be above 0 and at most 1e9 metres")
    return float(maximum)
