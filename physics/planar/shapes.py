"""Colliders as Chipmunk's shapes: each as it is seen along z."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
import pymunk
from pymunk.vec2d import Vec2d

from ...engine.declare import Vec3
from ...engine.errors import PhysicsError
from ...engine.scene.physics import MOST_PLANAR
from ..physics_world import F32, Shape
from .space import SCALE

_THIN = 0.005
"""Metres: the radius of lines."""
_ROUND = 16
"""Corners of a circle that is drawn."""
Point = tuple[float, float]
Placed = Callable[[Iterable[Point]], list[Vec2d]]
"""Points in metres on the collider → in Chipmunk's units on the body."""


def shapes_of(shape: Shape, body: pymunk.Body, position: Vec3, angle: float) -> list[pymunk.Shape]:
    """Those of pymunk that a shape is made of, somewhere on a body. Raises PhysicsError for what is a line along z."""
    turn, move = Vec2d(math.cos(angle), math.sin(angle)), Vec2d(position[0], position[1]) * SCALE

    def placed(points: Iterable[Point]) -> list[Vec2d]:
        return [Vec2d(x * SCALE, y * SCALE).cpvrotate(turn) + move for x, y in points]

    match shape.kind:
        case "sphere":
            return [pymunk.Circle(body, shape.radius * SCALE, (move.x, move.y))]
        case "capsule":
            a, b = placed([(0.0, -shape.half_height), (0.0, shape.half_height)])
            return [pymunk.Segment(body, a, b, shape.radius * SCALE)]
        case "heightfield":
            assert shape.points is not None
            return [pymunk.Segment(body, a, b, _THIN * SCALE) for a, b in pairwise(placed(_skyline(shape.points)))]
        case "mesh":
            return [pymunk.Poly(body, placed(corners)) for corners in _triangles(shape)]
        case "decomposition":
            return [pymunk.Poly(body, placed(_silhouette(part))) for part in shape.parts]
        case _:
            return [pymunk.Poly(body, placed(_corners(shape)))]


def _corners(shape: Shape) -> list[Point]:
    match shape.kind:
        case "box":
            x, y, _ = shape.half
        case "cylinder":
            x, y = shape.radius, shape.half_height
        case "cone":
            r, h = shape.radius, shape.half_height
            return [(-r, -h), (r, -h), (0.0, h)]
        case _:
            assert shape.points is not None
            return _silhouette(shape.points)
    return [(-x, -y), (x, -y), (x, y), (-x, y)]


def _silhouette(points: F32) -> list[Point]:
    """What a hull's corners (n, 3) are, seen along z. Raises PhysicsError for a line."""
    seen = np.unique(points[:, :2], axis=0).astype(np.float64)
    if np.linalg.matrix_rank(seen - seen[0], 1e-6) < 2:
        raise PhysicsError("a hull is a line when it is seen along z; planar physics needs an area")
    return [(x, y) for x, y in seen.tolist()]


def _skyline(points: F32) -> list[Point]:
    """The highest points (n, 3) of a heightfield, from left to right, about its middle."""
    xs, which = np.unique(points[:, 0], return_inverse=True)
    top = np.full(len(xs), -np.inf)
    np.maximum.at(top, which, points[:, 1])
    middle = (float(points[:, 0].min()) + float(points[:, 0].max())) / 2
    return list(zip((xs - middle).tolist(), top.tolist(), strict=True))


def _triangles(shape: Shape) -> list[list[Point]]:
    """Those of a mesh that have an area when they are seen along z. Raises PhysicsError for none, or too many."""
    assert shape.points is not None
    assert shape.triangles is not None
    if len(shape.triangles) > MOST_PLANAR:
        raise PhysicsError(
            f"a mesh of {len(shape.triangles):,} triangles; planar physics takes {MOST_PLANAR:,} at most"
        )
    flat = shape.points[:, :2].astype(np.float64)[shape.triangles]
    a, b = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    area = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    seen = flat[area > 1e-8]
    if not len(seen):
        raise PhysicsError("a mesh is a line when it is seen along z; planar physics needs an area")
    return [[(x, y) for x, y in corners] for corners in seen.tolist()]


def outline(shape: pymunk.Shape) -> list[Vec2d]:
    """The corners of a shape, on its body, to be looked at."""
    if isinstance(shape, pymunk.Poly):
        return shape.get_vertices()
    if isinstance(shape, pymunk.Circle):
        ring = [Vec2d(shape.radius, 0).rotated(2 * math.pi * i / _ROUND) for i in range(_ROUND)]
        return [shape.offset + corner for corner in ring]
    assert isinstance(shape, pymunk.Segment)
    aside = (shape.b - shape.a).perpendicular_normal() * shape.radius
    return [shape.a + aside, shape.b + aside, shape.b - aside, shape.a - aside]


def least_half(shape: Shape) -> float:
    """Half the smallest extent in the plane, metres: what moves farther at a time may pass through something."""
    match shape.kind:
        case "box":
            return min(shape.half[:2])
        case "sphere":
            return shape.radius
        case "capsule" | "cylinder" | "cone":
            return min(shape.radius, shape.half_height)
        case _:
            return 0.1
