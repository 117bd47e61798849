"""Convex hulls, and solids as convex parts, so that what is hollow can move.

V-HACD, Mamou and Ghorbel 2009, "A simple and efficient approach for 3D mesh approximate convex decomposition", as
Rapier has it. Planar physics asks for them, too.
"""

from __future__ import annotations

import hashlib

import numpy as np
import rapier3d as rapier
from numpy.typing import NDArray

from ..engine import cache
from ..engine.errors import PhysicsError
from ..engine.scene.physics import LARGEST_HULL
from ..loom.physics import flat
from .physics_world import F32, at_border

_KIND = "decomposition"
_SOLID = 0.98
"""Of a hull: what fills so much of it is taken for it."""
_VERSION = 2
"""Of what is kept: another one where the same mesh gives other parts."""


def convex_parts(points: F32, triangles: NDArray[np.uint32]) -> tuple[F32, ...]:
    """The corners of convex parts that fill a solid: each (n, 3) float32. Raises PhysicsError for one without volume.

    points (n, 3), triangles (m, 3): of a surface that encloses something, of any size. What was found is kept on disk.
    """
    key = hashlib.blake2b(digest_size=16)
    for array in (points, triangles):
        key.update(f"{_VERSION} {array.dtype} {array.shape} ".encode() + np.ascontiguousarray(array).tobytes())
    known = cache.load(_KIND, key.hexdigest())
    if known is not None:
        return _read(known)
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    middle, size = (low + high) / 2, float((high - low).max())
    small = ((points - middle) / size).astype(np.float32)
    found = [small] if _convex(small, triangles) else _decomposed(small, triangles)
    parts = tuple((part * size + middle).astype(np.float32) for part in found if not flat(part))
    if not parts:
        raise PhysicsError("there is no part with a volume in it")
    cache.store(_KIND, key.hexdigest(), _written(parts))
    return parts


@at_border
def hull_volume(points: F32) -> float:
    """Cubic metres of the convex hull of (n, 3) points."""
    return float(rapier.SharedShape.convex_hull(points).mass_properties(1.0).mass)


def _convex(points: F32, triangles: NDArray[np.uint32]) -> bool:
    """Whether triangles enclose nearly as much as their hull does."""
    if len(points) > LARGEST_HULL or flat(points):
        return False
    a, b, c = (points[triangles[:, i]].astype(np.float64) for i in range(3))
    enclosed = abs(float(np.einsum("ij,ij->", a, np.cross(b, c)))) / 6
    return enclosed > _SOLID * hull_volume(points)


@at_border
def _decomposed(points: F32, triangles: NDArray[np.uint32]) -> list[F32]:
    whole = rapier.SharedShape.convex_decomposition(points, triangles).as_compound()
    hulls = [] if whole is None else [shape.as_convex_polyhedron() for _, shape in whole.shapes()]
    return [np.asarray(hull.points, np.float32).reshape(-1, 3) for hull in hulls if hull is not None]


def _written(parts: tuple[F32, ...]) -> list[bytes]:
    counts = np.array([len(parts), *map(len, parts)], np.int64)
    return [counts.tobytes(), *(np.ascontiguousarray(part).tobytes() for part in parts)]


def _read(data: memoryview) -> tuple[F32, ...]:
    count = int(np.frombuffer(data, np.int64, 1)[0])
    sizes = np.frombuffer(data, np.int64, count, 8)
    points = np.frombuffer(data, np.float32, offset=8 + 8 * count).reshape(-1, 3)
    return tuple(np.split(points, np.cumsum(sizes)[:-1]))
