"""What is near a collider in Chipmunk: it is made larger by the reach, and what overlaps it then is near."""

from __future__ import annotations

from typing import Any

import pymunk

from ...engine.declare import Vec3
from ..physics_world import Near
from .shapes import shapes_of
from .space import SCALE, PlanarCollider, PlanarSpace, angle_of, to_metres, to_units


class Nearness:
    """Of one collider: its shapes once more, on a body that is in no space. body: the row of its own."""

    def __init__(self, body: int, collider: PlanarCollider) -> None:
        spec = collider.spec
        self._row = body
        self._body = pymunk.Body(body_type=pymunk.Body.KINEMATIC)
        made = shapes_of(spec.shape, self._body, spec.position, angle_of(spec.rotation))
        self._shapes: list[tuple[Any, float]] = [(shape, float(shape.radius)) for shape in made]
        for shape in made:
            shape.filter = collider.shapes[0].filter

    def near(self, space: PlanarSpace, at: Vec3, angle: float, reach: float) -> list[Near]:
        """See `EngineQueries.near`."""
        self._body.position, self._body.angle = to_units(at), angle
        found: list[Near] = []
        for shape, radius in self._shapes:
            shape.unsafe_set_radius(radius + reach * SCALE)
            for info in space.native.shape_query(shape):
                owner = space.owners.get(info.shape)
                if owner is None or owner.sensor or owner.label[0] == self._row:
                    continue
                contacts = info.contact_point_set
                if not contacts.points:
                    continue
                deepest = min(contacts.points, key=_distance)
                x, y = contacts.normal
                distance = deepest.distance / SCALE + reach
                found.append(Near(owner.label, distance, (-x, -y, 0.0), to_metres(deepest.point_b, at[2])))
        return found


def _distance(point: Any) -> float:
    return float(point.distance)
