"""Observer rings for bodies: what is far from the camera for its size ticks less often, or not at all.

The rings are those of drawing (`cull.active`, `cull.decohering`, `cull.hysteresis`). A Decohering body moves in every
fourth tick: it sleeps in the three between, and its motion is kept and given back. A Superposed or Dormant one sleeps
until the camera comes nearer. All Decohering ones move in the same ticks, so what touches moves together; what
something awake touches is awake, and gets its motion back in the same tick. Planar physics has no rings: Chipmunk does
not let a body sleep that touches one which is awake.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import Vec3
from ..engine.errors import PhysicsError
from ..engine.world import World
from ..shaders.structs import Ring
from .bodies import Bodies
from .colliders import Colliders
from .known import generations_of
from .measures import bounding_radius
from .physics_world import F64, I32, PhysicsWorld
from .poses import poses_of

PERIOD = 4
"""Ticks from one to the next in which Decohering bodies move."""
HOLD = 30
"""Ticks for which a body that something woke is left awake."""

STILL: Vec3 = (0.0, 0.0, 0.0)
Motion = tuple[Vec3, Vec3]


class Rings:
    """Which bodies of a world rest since they are far away, and how they moved.

    frozen: by row, the generation, velocity and angular velocity of those that rest.  ring: (k,) of `bodies.known`.
    """

    def __init__(self, world: World, bodies: Bodies, colliders: Colliders) -> None:
        self.world, self.bodies, self.colliders = world, bodies, colliders
        self.frozen: dict[int, tuple[int, Vec3, Vec3]] = {}
        self._held: dict[int, int] = {}  # by row: the tick until which it is left awake
        self._ring: dict[int, int] = {}  # by row, of those that are not Active
        self._sizes: NDArray[np.float64] = np.empty(0)  # of `bodies.known`: metres from a body's origin to its end
        self._known: tuple[Any, int] | None = None

    # ---- ticks ------------------------------------------------------------------------------------------------------

    def before_step(self, engine: PhysicsWorld) -> None:
        """Put those to sleep that are not to move in this tick, and wake those that are."""
        if not (self.world.woven.physics.rings and engine.can_freeze):
            if self.frozen:
                self._thaw(engine, sorted(self.frozen))
            self._ring.clear()
            return
        tick = self.world.schedule.tick
        due = tick % PERIOD == 0
        if self._others() or due:
            self._look_around()
        resting = {
            row
            for row, ring in self._ring.items()
            if (ring >= Ring.SUPERPOSED or not due) and self._held.get(row, 0) <= tick
        }
        self._thaw(engine, sorted(row for row in self.frozen if row not in resting))
        self._freeze(engine, sorted(row for row in resting if row not in self.frozen))
        if due:
            self._held = {row: until for row, until in self._held.items() if until > tick}

    def after_step(self, engine: PhysicsWorld) -> None:
        """Give those their motion back that something woke."""
        if not self.frozen:
            return
        frozen, tick = self.frozen, self.world.schedule.tick
        for row in sorted(row for row in engine.awake() if row in frozen):
            _, velocity, angular = frozen.pop(row)
            now, turning = engine.motion(row)
            engine.set_motion(row, _sum(now, velocity), _sum(turning, angular))
            self._held[row] = tick + HOLD

    def _freeze(self, engine: PhysicsWorld, rows: list[int]) -> None:
        generations = generations_of(self.world, np.array(rows, np.int32)).tolist()
        for row, generation in zip(rows, generations, strict=True):
            if not engine.asleep(row):
                velocity, angular = engine.motion(row)
                self.frozen[row] = (generation, velocity, angular)
                engine.set_motion(row, STILL, STILL)
                engine.rest(row, True)

    def _thaw(self, engine: PhysicsWorld, rows: list[int]) -> None:
        known = self.bodies.known
        for row in rows:
            generation, velocity, angular = self.frozen.pop(row)
            at = known.at(row)
            there = at < len(known.rows) and int(known.rows[at]) == row and int(known.generation[at]) == generation
            if there and self.bodies.kinds[at] == 2:
                engine.set_motion(row, velocity, angular)

    # ---- who is how far away ----------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        """Find the ring of every body that forces move."""
        bodies, world = self.bodies, self.world
        known = bodies.known
        if self._others():
            self._measure()
        at = np.flatnonzero(bodies.kinds == 2)
        rows = known.rows[at]
        place: F64 = known.position[at].astype(np.float64)
        hung = bodies.hung[at]
        if hung.any():
            place[hung] = poses_of(world.transforms, rows[hung]).position
        eye = np.array(world.transforms.to_world(world.camera.row, 0.0, 0.0, 0.0))
        size = self._sizes[at]
        away = np.maximum(np.linalg.norm(place - eye, axis=1) - size, 0) / np.maximum(size, 1)
        before = np.array([self._ring.get(row, 0) for row in rows.tolist()], np.int64)
        cull = world.settings.cull
        ring = np.zeros(len(rows), np.int64)
        for i, radius in enumerate((cull.active, cull.decohering, cull.superposed)):
            limit = np.where(before > i, radius, radius * (1 + cull.hysteresis))
            ring[away > limit] = i + 1
        far = np.flatnonzero(ring)
        self._ring = dict(zip(rows[far].tolist(), ring[far].tolist(), strict=True))

    def _others(self) -> bool:
        """Whether there are other bodies and colliders than were measured."""
        known = self._known
        return known is None or known[0] is not self.bodies.known.rows or known[1] != self.colliders.changes

    def _measure(self) -> None:
        self._known = (self.bodies.known.rows, self.colliders.changes)
        self._sizes = self._extents()

    def _extents(self) -> F64:
        known, colliders = self.bodies.known, self.colliders
        sizes = np.zeros(len(known.rows))
        for _, spec in colliders.specs(colliders.known.rows):
            if not isinstance(spec, PhysicsError):
                at = known.at(spec.label[0])
                sizes[at] = max(sizes[at], float(np.linalg.norm(spec.position)) + bounding_radius(spec.shape))
        return sizes

    # ---- what scripts ask -------------------------------------------------------------------------------------------

    def motion(self, row: int) -> Motion | None:
        """How a body moves that rests since it is far away; None for others."""
        found = self.frozen.get(row)
        return None if found is None else found[1:]

    def set_motion(self, row: int, velocity: Vec3 | None, angular: Vec3 | None) -> bool:
        """Have it move otherwise once it does; False for one that does not rest."""
        found = self.frozen.get(row)
        if found is None:
            return False
        generation, was, turning = found
        self.frozen[row] = (generation, was if velocity is None else velocity, turning if angular is None else angular)
        return True

    def wake(self, engine: PhysicsWorld, row: int, ticks: int = 1) -> None:
        """Have it move for so many ticks, wherever it is."""
        if self.world.woven.physics.rings and engine.can_freeze:
            self._held[row] = max(self._held.get(row, 0), self.world.schedule.tick + 1 + ticks)
            if row in self.frozen:
                self._thaw(engine, [row])

    def forget(self, row: int) -> None:
        """It was put to rest for good."""
        self.frozen.pop(row, None)

    # ---- going back -----------------------------------------------------------------------------------------------

    def save(self) -> list[Any]:
        """What `load` needs, as JSON has it."""
        if self._known is None:
            return []
        frozen = [[row, velocity, angular] for row, (_, velocity, angular) in sorted(self.frozen.items())]
        return [frozen, sorted(self._held.items()), sorted(self._ring.items())]

    def load(self, data: list[Any]) -> None:
        """Go back."""
        frozen, held, ring = data or ([], [], [])
        rows: I32 = np.array([row for row, _, _ in frozen], np.int32)
        self.frozen = {
            row: (generation, tuple(velocity), tuple(angular))
            for (row, velocity, angular), generation in zip(
                frozen, generations_of(self.world, rows).tolist(), strict=True
            )
        }
        self._held, self._ring = dict(held), dict(ring)
        self._known = None
        if data:
            self._measure()


def _sum(a: Vec3, b: Vec3) -> Vec3:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]
