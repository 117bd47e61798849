"""What one may ask a Chipmunk space: rays, shapes that are moved along, overlaps, what is near, and outlines."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pymunk

from ...engine.declare import Vec3, Vec4
from ...engine.physical_queries import Question
from ..physics_world import F32, Hit, Near, Shape, at_border
from .nearness import Nearness
from .shapes import least_half, outline, shapes_of
from .space import SCALE, PlanarSpace, angle_of, to_metres, to_units

_BISECTIONS = 24
"""Of a part of a cast in which something is met."""
_MOST_PARTS = 4096
"""Of a cast."""


class PlanarQueries:
    """Looks into a space. See `physics_world.EngineQueries`."""

    def __init__(self, space: PlanarSpace) -> None:
        self._space = space
        self._nearness: dict[int, Nearness] = {}

    def forget(self, collider: int) -> None:
        """A collider is gone, or another one."""
        self._nearness.pop(collider, None)

    @at_border
    def ray(self, origin: Vec3, direction: Vec3, maximum: float, question: Question) -> Hit | None:
        x, y, _ = origin
        start = x * SCALE, y * SCALE
        end = (x + direction[0] * maximum) * SCALE, (y + direction[1] * maximum) * SCALE
        best: tuple[float, pymunk.Shape, Any] | None = None
        for info in self._space.native.segment_query(start, end, 0, _filter(question)):
            if self._counts(info.shape, question) and (best is None or info.alpha < best[0]):
                best = (info.alpha, info.shape, info.normal)
        if best is None:
            return None
        alpha, shape, (nx, ny) = best
        return self._space.owners[shape].collider, alpha * maximum, (nx, ny, 0.0)

    @at_border
    def cast(
        self, shape: Shape, position: Vec3, rotation: Vec4, direction: Vec3, maximum: float, question: Question
    ) -> tuple[Hit, Vec3] | None:
        # By bisection over what overlaps: no engine of this kind sweeps shapes. Parts as long as half the shape.
        x, y, z = position

        def met(far: float) -> list[tuple[Any, int]]:
            return self._overlaps(shape, (x + direction[0] * far, y + direction[1] * far, z), rotation, question)

        parts = min(_MOST_PARTS, max(1, math.ceil(maximum / least_half(shape))))
        before = 0.0
        for i in range(parts + 1):
            far = maximum * i / parts
            found = met(far)
            if found:
                low, high = before, far
                for _ in range(_BISECTIONS):
                    middle = (low + high) / 2
                    nearer = met(middle)
                    low, high, found = (low, middle, nearer) if nearer else (middle, high, found)
                contacts, row = found[0]
                nx, ny = contacts.normal
                point = contacts.points[0].point_b if contacts.points else (0.0, 0.0)
                return (row, high, (-nx, -ny, 0.0)), to_metres(point, z)
            before = far
        return None

    @at_border
    def overlap(self, shape: Shape, position: Vec3, rotation: Vec4, question: Question) -> list[int]:
        return sorted({row for _, row in self._overlaps(shape, position, rotation, question)})

    def _overlaps(self, shape: Shape, position: Vec3, rotation: Vec4, question: Question) -> list[tuple[Any, int]]:
        """How a shape touches what it does, and the rows of those colliders."""
        space = self._space
        body = pymunk.Body(body_type=pymunk.Body.KINEMATIC)
        body.position, body.angle = to_units(position), angle_of(rotation)
        found: list[tuple[Any, int]] = []
        for one in shapes_of(shape, body, (0.0, 0.0, 0.0), 0.0):
            one.filter = _filter(question)
            for info in space.native.shape_query(one):
                if self._counts(info.shape, question):
                    found.append((info.contact_point_set, space.owners[info.shape].collider))
        return found

    def _counts(self, shape: pymunk.Shape | None, question: Question) -> bool:
        assert shape is not None
        owner = self._space.owners[shape]
        return (question.sensors or not owner.sensor) and self._space.body_of[owner.collider] != question.exclude

    @at_border
    def near(self, collider: int, position: Vec3, rotation: Vec4, reach: float) -> list[Near]:
        found = self._nearness.get(collider)
        if found is None:
            row = self._space.body_of[collider]
            found = self._nearness[collider] = Nearness(row, self._space.bodies[row].colliders[collider])
        return found.near(self._space, position, angle_of(rotation), reach)

    @at_border
    def lines(self) -> F32:
        found: list[tuple[Vec3, Vec3]] = []
        for body in self._space.bodies.values():
            for collider in body.colliders.values():
                for shape in collider.shapes:
                    corners = [to_metres(body.native.local_to_world(v), body.z) for v in outline(shape)]
                    found += zip(corners, [*corners[1:], corners[0]], strict=True)
        return np.array(found, np.float32).reshape(-1, 2, 3)


def _filter(question: Question) -> pymunk.ShapeFilter:
    return pymunk.ShapeFilter(mask=question.layers)
