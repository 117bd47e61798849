"""What shapes look like as lines, about their own middle: to be looked at, not to compute with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .physics_world import F32, F64, Shape

_ROUND = 24
"""Lines that a circle is made of."""
MOST_TRIANGLES = 50_000
"""Of a mesh or a field of heights; of larger ones some are left out."""


def edges_of(shape: Shape) -> F64:
    """(k, 2, 3) metres, in the shape's own space."""
    match shape.kind:
        case "box":
            return _box(np.array(shape.half))
        case "sphere":
            ring = _circle(shape.radius)
            return np.concatenate([ring, np.roll(ring, 1, axis=2), np.roll(ring, 2, axis=2)])
        case "capsule":
            return _capsule(shape.radius, shape.half_height)
        case "cylinder":
            ring = _circle(shape.radius)
            low, high = _lifted(ring, -shape.half_height), _lifted(ring, shape.half_height)
            return np.concatenate([low, high, _between(low, high)])
        case "cone":
            low = _lifted(_circle(shape.radius), -shape.half_height)
            return np.concatenate([low, _between(low, _lifted(np.zeros_like(low), shape.half_height))])
        case "convex":
            assert shape.points is not None
            return _hull(shape.points)
        case "decomposition":
            return np.concatenate([_hull(part) for part in shape.parts])
        case "mesh":
            assert shape.points is not None
            assert shape.triangles is not None
            return _wires(shape.points, shape.triangles)
        case _:
            assert shape.heights is not None
            return _field(shape.heights, shape.half[0], shape.half[2])


def _box(half: F64) -> F64:
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half
    pairs = [(i, j) for i in range(8) for j in range(i + 1, 8) if (i ^ j) in (1, 2, 4)]
    edges: F64 = corners[np.array(pairs)]
    return edges


def _circle(radius: float) -> F64:
    """In x and z."""
    angle = np.linspace(0, 2 * np.pi, _ROUND + 1)
    points = np.stack([np.cos(angle), np.zeros(len(angle)), np.sin(angle)], axis=1) * radius
    return np.stack([points[:-1], points[1:]], axis=1)


def _lifted(lines: F64, y: float) -> F64:
    lifted: F64 = lines + np.array((0.0, y, 0.0))
    return lifted


def _between(low: F64, high: F64) -> F64:
    """Four lines from one circle to another."""
    quarter = _ROUND // 4
    return np.stack([low[::quarter, 0], high[::quarter, 0]], axis=1)


def _capsule(radius: float, half: float) -> F64:
    ring = _circle(radius)
    low, high = _lifted(ring, -half), _lifted(ring, half)
    standing = np.concatenate([ring[:, :, [0, 2, 1]], ring[:, :, [1, 2, 0]]])  # in x and y, in z and y
    upper = standing[:, :, 1].mean(axis=1) > 0
    caps = standing + np.where(upper, half, -half)[:, None, None] * (0.0, 1.0, 0.0)
    return np.concatenate([low, high, _between(low, high), caps])


def _hull(points: F32) -> F64:
    """The edges of a convex hull where it bends."""
    import rapier3d as rapier  # loaded when a scene has bodies

    found = rapier.SharedShape.convex_hull(points).as_convex_polyhedron()
    if found is None:
        return np.empty((0, 2, 3))
    corners, triangles = found.to_trimesh()
    return _wires(np.asarray(corners, np.float32), np.asarray(triangles), bent=True)


def _wires(points: F32, triangles: NDArray[np.uint32], *, bent: bool = False) -> F64:
    """Every edge of triangles once; `bent`: those alone where two triangles do not lie in one plane."""
    triangles = triangles[:: -(-len(triangles) // MOST_TRIANGLES)]
    _, same = np.unique(points, axis=0, return_inverse=True)
    own = same.reshape(-1)[triangles.astype(np.intp)]
    pairs = np.sort(np.concatenate([own[:, [0, 1]], own[:, [1, 2]], own[:, [2, 0]]]), axis=1)
    place = np.empty(len(points), np.intp)
    place[same.reshape(-1)] = np.arange(len(points))
    edges, which = np.unique(pairs, axis=0, return_inverse=True)
    keep = np.ones(len(edges), bool)
    if bent:
        a, b, c = (points[triangles[:, i].astype(np.intp)].astype(np.float64) for i in range(3))
        normal = np.cross(b - a, c - a)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
        whole = np.zeros((len(edges), 3))
        np.add.at(whole, which.reshape(-1), np.tile(normal, (3, 1)))
        keep = np.linalg.norm(whole, axis=1) < 1.9995  # of two alike it is 2
    found: F64 = points[place[edges[keep]]].astype(np.float64)
    return found


def _field(heights: F32, x: float, z: float) -> F64:
    """The lines of a grid of heights (rows along z, columns along x) of a half width of x and z."""
    rows, columns = heights.shape
    points = np.empty((rows, columns, 3))
    points[..., 0] = np.linspace(-x, x, columns)
    points[..., 1] = heights
    points[..., 2] = np.linspace(-z, z, rows)[:, None]
    every = max(1, int(np.ceil((2 * rows * columns / MOST_TRIANGLES) ** 0.5)))
    points = points[::every, ::every]
    along = np.stack([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 2, 3)
    across = np.stack([points[:-1], points[1:]], axis=2).reshape(-1, 2, 3)
    return np.concatenate([along, across])
