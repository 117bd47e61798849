"""Answers to the questions that one may ask a world's physics."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engine.declare import Vec3
from ..engine.entity import Entity
from ..engine.errors import PhysicsError
from ..engine.physical_queries import Queries, Question, RayHit, RayHits
from ..engine.scene.physics import Collider
from ..engine.world import World
from ..loom.physics import owners
from .checks import bits_of, vec4
from .colliders import Colliders
from .columns import hits_between
from .known import with_body
from .physics_world import F64, I32, PhysicsWorld, Shape
from .shapes import shape_of


class Answers(Queries):
    """The half of `world.physics` that changes nothing: what `Queries` leaves open."""

    world: World
    _engine: PhysicsWorld | None
    colliders: Colliders

    @abstractmethod
    def up_to_date(self) -> None:
        """Have the engine know what came and what went."""

    def _question(self, layers: Sequence[str] | None, exclude: Entity | None, sensors: bool) -> Question:
        self.up_to_date()
        row = -1
        if exclude is not None:
            row = self.world.own(exclude).live_row()
            own = int(owners(self.world.transforms.parent, with_body(self.world), np.array([row], np.int32))[0])
            row = own if own >= 0 else row
        return Question(bits_of(self.world.woven.physics.layers, layers), row, sensors)

    def _entity_of(self, collider: int) -> Entity:
        return Entity(self.world, self.colliders.owner_of(collider))

    def _first_on_ray(self, start: Vec3, way: Vec3, far: float, question: Question) -> RayHit | None:
        found = None if self._engine is None else self._engine.queries.ray(start, way, far, question)
        if found is None:
            return None
        row, distance, normal = found
        (x, y, z), (a, b, c) = start, way
        point = (x + a * distance, y + b * distance, z + c * distance)
        return RayHit(self._entity_of(row), point, normal, distance)

    def _first_on_rays(self, starts: F64, ways: F64, far: float, question: Question) -> RayHits:
        k, engine = len(starts), self._engine
        rows = np.full(k, -1, np.int32)
        normals, distances = np.full((k, 3), np.nan, np.float32), np.full(k, np.nan, np.float32)
        if engine is not None:
            for i, (start, way) in enumerate(zip(starts.tolist(), ways.tolist(), strict=True)):
                found = engine.queries.ray(start, way, far, question)
                if found is not None:
                    rows[i], distances[i], normals[i] = found
        points = (starts + ways * distances[:, None]).astype(np.float32)
        hit = rows >= 0
        if hit.any():
            rows[hit] = self.colliders.owners_of(rows[hit])
        return RayHits(rows, points, normals, distances)

    def _first_on_way(
        self, shape: Collider, start: Vec3, turn: F64, way: Vec3, far: float, question: Question
    ) -> RayHit | None:
        made = self._asked_shape(shape)
        found = (
            None if self._engine is None else self._engine.queries.cast(made, start, vec4(turn[0]), way, far, question)
        )
        if found is None:
            return None
        (row, distance, normal), point = found
        return RayHit(self._entity_of(row), point, normal, distance)

    def _touched(self, shape: Collider, place: Vec3, turn: F64, question: Question) -> list[Entity]:
        made = self._asked_shape(shape)
        if self._engine is None:
            return []
        rows = np.array(self._engine.queries.overlap(made, place, vec4(turn[0]), question), np.int32)
        return [Entity(self.world, row) for row in np.unique(self.colliders.owners_of(rows)).tolist()]

    def _asked_shape(self, shape: Collider) -> Shape:
        given: Any = shape
        if type(given) is not Collider:
            raise PhysicsError(f"a shape is a dw.Collider(...), not a {type(given).__name__}")
        return shape_of(shape, np.ones(3), self.world.woven, -1, "the question")[0]

    def obstacles(self, origins: F64, targets: F64, seers: I32, seen: I32, layers: Sequence[str] = ()) -> I32:
        """(k,) what hides objects from others: the row of the object between two points (k, 3) each, -1 for none."""
        question, engine, world = self._question(layers or None, None, False), self._engine, self.world
        if engine is None or not len(self.colliders.known.rows):
            return np.full(len(origins), -1, np.int32)
        has = with_body(world)
        mine, theirs = (owners(world.transforms.parent, has, rows.astype(np.int32)) for rows in (seers, seen))
        mine, theirs = np.where(mine < 0, seers, mine), np.where(theirs < 0, seen, theirs)
        met = hits_between(engine, question, origins, targets, mine)
        hit = met >= 0
        met[hit] = self.colliders.owners_of(met[hit])
        return np.where(met == theirs, -1, met).astype(np.int32)
