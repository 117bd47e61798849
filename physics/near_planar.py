"""What is near a collider in Chipmunk: it is made larger by the reach, and what overlaps it then is near."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pymunk

from ..engine.declare import Vec3
from .physics_world import Label, Near


class Nearness:
    """Of one collider: shapes made anew by `make`, on a body that is in no space. scale: units in a metre."""

    def __init__(self, make: Callable[[pymunk.Body], list[Any]], like: pymunk.Shape, scale: float) -> None:
        self._body = pymunk.Body(body_type=pymunk.Body.KINEMATIC)
        self._shapes = [(shape, float(shape.radius)) for shape in make(self._body)]
        self._scale = scale
        for shape, _ in self._shapes:
            shape.filter = like.filter

    def near(
        self,
        space: pymunk.Space,
        rows: Mapping[pymunk.Shape, tuple[int, Label, bool]],
        mine: int,
        at: Vec3,
        angle: float,
        reach: float,
    ) -> list[Near]:
        """See `PhysicsWorld.near`. mine: the row of its own body."""
        scale = self._scale
        self._body.position, self._body.angle = (at[0] * scale, at[1] * scale), angle
        found: list[Near] = []
        for shape, radius in self._shapes:
            shape.unsafe_set_radius(radius + reach * scale)
            for info in space.shape_query(shape):
                known = rows.get(info.shape)
                if known is None or known[2] or known[1][0] == mine:
                    continue
                contacts = info.contact_point_set
                if not contacts.points:
                    continue
                deepest = min(contacts.points, key=_distance)
                x, y = contacts.normal
                px, py = deepest.point_b
                found.append(
                    Near(
                        known[1],
                        deepest.distance / scale + reach,
                        (-x, -y, 0.0),
                        (px / scale, py / scale, at[2]),
                    )
                )
        return found


def _distance(point: Any) -> float:
    return float(point.distance)
