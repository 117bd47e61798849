"""What touches in Rapier: as events of the last step, and as points now."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.declare import Vec3
from ..physics_world import F64, Touch, at_border
from .space import SpatialSpace, to_tuple

_TOUCHES = 0.02
"""Metres: what is as near counts as a contact that is shown. Rapier's distances are old where little moves."""


class SpatialContacts:
    """Listens to a space. See `physics_world.EngineContacts`."""

    def __init__(self, space: SpatialSpace) -> None:
        self._space = space

    @at_border
    def touches(self, wanted: bool) -> list[Touch]:
        found: list[Touch] = []
        labels = self._space.labels
        for event in self._space.events.drain_collision_events():
            one, two = event.collider1, event.collider2
            touch = Touch(labels[one], labels[two], event.started, event.sensor)
            if wanted and touch.began:
                self._look_at(touch, one, two)
            found.append(touch)
        self._drop_gone()
        return found

    def forget_touches(self) -> None:
        self._space.events.clear()
        self._drop_gone()

    def _drop_gone(self) -> None:
        for handle in self._space.gone:
            self._space.labels.pop(handle, None)
        self._space.gone.clear()

    def _look_at(self, touch: Touch, one: Any, two: Any) -> None:
        """Have a touch know where it is, which way and how hard."""
        space, native = self._space, self._space.native
        if one not in space.rows or two not in space.rows:
            return
        pair = None if touch.sensor else native.narrow_phase.contact_pair(one, two)
        if pair is None:
            touch.point = to_tuple(native.colliders[one].translation)
            return
        turned = pair.collider1 != one
        deepest: Any = None
        for manifold in pair.manifolds:
            for point in manifold.points:
                if deepest is None or point.dist < deepest[1].dist:
                    deepest = (manifold, point)
        touch.impulse = pair.total_impulse_magnitude()
        if deepest is not None:
            manifold, point = deepest
            x, y, z = to_tuple(manifold.data.normal)
            touch.normal = (-x, -y, -z) if turned else (x, y, z)
            touch.point = to_tuple(native.colliders[pair.collider1].position.transform_point(point.local_p1))

    @at_border
    def points(self) -> tuple[F64, F64]:
        native = self._space.native
        points: list[Vec3] = []
        normals: list[Vec3] = []
        for pair in native.narrow_phase.contact_pairs():
            if not pair.has_any_active_contact:
                continue
            pose = native.colliders[pair.collider1].position
            for manifold in pair.manifolds:
                normal = to_tuple(manifold.data.normal)
                for point in manifold.points:
                    if point.dist <= _TOUCHES:
                        points.append(to_tuple(pose.transform_point(point.local_p1)))
                        normals.append(normal)
        return np.array(points, np.float64).reshape(-1, 3), np.array(normals, np.float64).reshape(-1, 3)
