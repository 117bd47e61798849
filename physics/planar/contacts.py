"""What touches in Chipmunk: as events of the last step, and as points now."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pymunk

from ...engine.declare import Vec3
from ..physics_world import F64, Touch, at_border
from .space import SCALE, PlanarSpace, to_metres


class PlanarContacts:
    """Listens to a space. See `physics_world.EngineContacts`."""

    def __init__(self, space: PlanarSpace) -> None:
        self._space = space
        self._touches: list[Touch] = []
        space.native.on_collision(None, None, begin=self._begins, separate=self._ends)

    def _begins(self, arbiter: pymunk.Arbiter, space: pymunk.Space, data: Any) -> None:
        one, two = (self._space.owners[shape] for shape in arbiter.shapes)
        arbiter.restitution = max(shape.elasticity for shape in arbiter.shapes)  # only the first step bounces
        touch = Touch(one.label, two.label, True, one.sensor or two.sensor)
        contacts = arbiter.contact_point_set
        x, y = contacts.normal
        touch.normal = (x, y, 0.0)
        if contacts.points:
            touch.point = to_metres(contacts.points[0].point_a)
        a, b = (shape.body for shape in arbiter.shapes)
        if a is not None and b is not None and not touch.sensor:
            touch.impulse = _blow(a, b, contacts, arbiter.restitution)
        self._touches.append(touch)

    def _ends(self, arbiter: pymunk.Arbiter, space: pymunk.Space, data: Any) -> None:
        one, two = (self._space.owners.get(shape) for shape in arbiter.shapes)
        if one is not None and two is not None:
            self._touches.append(Touch(one.label, two.label, False, one.sensor or two.sensor))

    def touches(self, wanted: bool) -> list[Touch]:
        found, self._touches = self._touches, []
        return found

    def forget_touches(self) -> None:
        self._touches.clear()

    @at_border
    def points(self) -> tuple[F64, F64]:
        points: list[Vec3] = []
        normals: list[Vec3] = []
        for body in self._space.bodies.values():
            if not body.dynamic:
                continue

            def note(arbiter: pymunk.Arbiter, z: float = body.z) -> None:
                found = arbiter.contact_point_set
                x, y = found.normal
                for point in found.points:
                    points.append(to_metres(point.point_a, z))
                    normals.append((x, y, 0.0))

            body.native.each_arbiter(note)
        return np.array(points, np.float64).reshape(-1, 3), np.array(normals, np.float64).reshape(-1, 3)


def _blow(a: pymunk.Body, b: pymunk.Body, contacts: Any, bounce: float) -> float:
    """The impulse in N s of two bodies that meet, as if they met in one point without friction."""
    if not contacts.points:
        return 0.0
    normal, point = contacts.normal, contacts.points[0].point_a
    speed = -(b.velocity_at_world_point(point) - a.velocity_at_world_point(point)).dot(normal)
    lightness = 0.0
    for body in (a, b):
        if body.body_type == pymunk.Body.DYNAMIC:
            arm = (point - body.local_to_world(body.center_of_gravity)).cross(normal)
            lightness += 1 / body.mass + (arm * arm / body.moment if math.isfinite(body.moment) else 0.0)
    return min(max(0.0, speed * (1 + bounce) / lightness / SCALE), 1e30) if lightness else 0.0


def alone(body: pymunk.Body) -> bool:
    """Whether nothing touches a body, or hangs on it, but what is static."""
    others = {one for c in body.constraints for one in (c.a, c.b)}

    def note(arbiter: pymunk.Arbiter) -> None:
        others.update(shape.body for shape in arbiter.shapes if shape.body is not None)

    body.each_arbiter(note)
    return all(one is body or one.body_type == pymunk.Body.STATIC for one in others)
