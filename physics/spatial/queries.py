"""What one may ask a Rapier world: rays, shapes that are moved along, overlaps, what is near, and outlines."""

from __future__ import annotations

from typing import Any

import rapier3d as rapier

from ...engine.declare import Vec3, Vec4
from ...engine.physical_queries import Question
from ..physics_world import F32, Hit, Near, Shape, at_border
from .nearness import Meshes, Nearness
from .shapes import native_shape
from .space import SpatialSpace, to_tuple


class SpatialQueries:
    """Looks into a space. See `physics_world.EngineQueries`."""

    def __init__(self, space: SpatialSpace) -> None:
        self._space = space
        self._nearness: dict[int, Nearness] = {}
        self._meshes = Meshes()
        self._edges = rapier.DebugRenderPipeline(mode=rapier.DebugRenderMode.COLLIDER_SHAPES)

    def forget(self, collider: int, handle: Any) -> None:
        """A collider is gone, or another one."""
        self._nearness.pop(collider, None)
        self._meshes.forget(handle)

    def forget_all(self) -> None:
        """The space is another one."""
        self._nearness, self._meshes = {}, Meshes()

    def _fresh(self) -> Any:
        """Rapier's queries, which know what came and went since the last step."""
        space = self._space
        if space.stale:
            space.native.update_query_pipeline()
            space.stale = False
        return space.native.query_pipeline

    def _filter(self, question: Question) -> Any:
        made = rapier.QueryFilter()
        if question.layers != 0xFFFFFFFF:
            groups = rapier.InteractionGroups(rapier.Group(0xFFFFFFFF), rapier.Group(question.layers))
            made = made.groups(groups)
        if question.exclude in self._space.bodies:
            made = made.exclude_rigid_body(self._space.bodies[question.exclude])
        return made if question.sensors else made.exclude_sensors()

    @at_border
    def ray(self, origin: Vec3, direction: Vec3, maximum: float, question: Question) -> Hit | None:
        ray = rapier.Ray(origin, direction)
        found = self._fresh().cast_ray_and_get_normal(ray, maximum, True, self._filter(question))
        if found is None:
            return None
        handle, hit = found
        return self._space.rows[handle], hit.toi, to_tuple(hit.normal)

    @at_border
    def cast(
        self, shape: Shape, position: Vec3, rotation: Vec4, direction: Vec3, maximum: float, question: Question
    ) -> tuple[Hit, Vec3] | None:
        found = self._fresh().cast_shape(
            rapier.Isometry3(position, rotation),
            direction,
            native_shape(shape),
            rapier.ShapeCastOptions.with_max_time_of_impact(maximum),
            self._filter(question),
        )
        if found is None:
            return None
        handle, hit = found
        return (self._space.rows[handle], hit.time_of_impact, to_tuple(hit.normal1)), to_tuple(hit.witness1)

    @at_border
    def overlap(self, shape: Shape, position: Vec3, rotation: Vec4, question: Question) -> list[int]:
        rows: list[int] = []

        def met(handle: Any) -> bool:
            rows.append(self._space.rows[handle])
            return True

        pose = rapier.Isometry3(position, rotation)
        self._fresh().intersect_shape(pose, native_shape(shape), met, self._filter(question))
        return sorted(rows)

    @at_border
    def near(self, collider: int, position: Vec3, rotation: Vec4, reach: float) -> list[Near]:
        space, found = self._space, self._nearness.get(collider)
        if found is None:
            found = self._nearness[collider] = Nearness(space.native, space.colliders[collider])
        return found.near(space.native, self._fresh(), space.labels, self._meshes, position, rotation, reach)

    @at_border
    def lines(self) -> F32:
        return self._space.drawn(self._edges)
