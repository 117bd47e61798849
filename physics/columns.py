"""What rules see and do of many bodies at once: how they moved in the last tick, pushes, and what hides behind what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import Vec3
from ..engine.physical import BodyColumns
from ..engine.physical_queries import Question
from ..engine.scene.physics import Body
from ..engine.world import World
from .physics_world import F32, F64, I32, PhysicsWorld
from .rings import STILL
from .rotations import inverse, multiplied

if TYPE_CHECKING:
    from .simulation import WorldSimulation

Bools = NDArray[np.bool_]
_DYNAMIC = 2


class ManyBodies(BodyColumns):
    """The bodies of a simulation as columns; see `engine.physical.BodyColumns`.

    How bodies move is told by how far they came in the last tick: that is known for all of them at once, where engines
    have to be asked one by one.
    """

    def __init__(self, simulation: WorldSimulation) -> None:
        self._simulation = simulation
        self._dt = 0.0
        self._rows: I32 = np.empty(0, np.int32)  # ascending: those that forces move, and that hang on nothing
        self._who: NDArray[np.uint32] = np.empty(0, np.uint32)  # their generations
        self._before: F32 = np.empty((0, 7), np.float32)  # positions and rotations
        self._after = self._before

    # ---- what a tick did --------------------------------------------------------------------------------------------

    def begin(self, rows: I32, kinds: NDArray[np.int8]) -> None:
        """The engine is about to step: bodies (k,) of kinds (k,), and where they are."""
        world = self._simulation.world
        self._rows = rows[(kinds == _DYNAMIC) & (world.transforms.parent[rows] < 0)]
        self._who = self._generations(self._rows)
        self._before = self._places(world)

    def end(self, dt: float) -> None:
        """It stepped, and the objects are where their bodies went."""
        self._dt, self._after = dt, self._places(self._simulation.world)

    def forget(self) -> None:
        """Nobody asks, or the world went back."""
        self._rows, self._who = self._rows[:0], self._who[:0]

    def _places(self, world: World) -> F32:
        position, rotation, _ = world.transforms.places(self._rows)
        return np.concatenate([position, rotation], axis=1)

    def _split(self, rows: I32) -> tuple[Bools, NDArray[np.intp]]:
        """(k,) whether it is known how a body moved, and where that is."""
        known = self._rows
        if not len(known):
            return np.zeros(len(rows), bool), np.zeros(len(rows), np.intp)
        at = np.minimum(np.searchsorted(known, rows), len(known) - 1)
        there: Bools = (known[at] == rows) & (self._who[at] == self._generations(rows))
        return there, at

    def _generations(self, rows: I32) -> NDArray[np.uint32]:
        known = self._simulation.world.generations
        return np.zeros(len(rows), np.uint32) if known is None else np.asarray(known, np.uint32).take(rows)

    # ---- what bodies do ---------------------------------------------------------------------------------------------

    def velocities(self, rows: I32) -> F64:
        engine = self._simulation.ready(rows)
        out = np.empty((len(rows), 3))
        there, at = self._split(rows)
        way = self._after[at[there], :3].astype(np.float64) - self._before[at[there], :3]
        out[there] = way / self._dt if len(way) else way
        for i in np.flatnonzero(~there).tolist():
            out[i] = self._motion(engine, int(rows[i]))[0]
        return out

    def spins(self, rows: I32) -> F64:
        engine = self._simulation.ready(rows)
        out = np.empty((len(rows), 3))
        there, at = self._split(rows)
        before, after = (q[at[there], 3:].astype(np.float64) for q in (self._before, self._after))
        if len(after):
            turn = multiplied(after, inverse(before))
            turn *= np.where(turn[:, 3:] < 0, -1.0, 1.0)
            sine = np.linalg.norm(turn[:, :3], axis=1)
            angle = np.degrees(2 * np.arctan2(sine, turn[:, 3]))
            factor = np.divide(angle, sine, out=np.zeros(len(sine)), where=sine > 0)
            out[there] = turn[:, :3] * (factor / self._dt)[:, None]
        for i in np.flatnonzero(~there).tolist():
            out[i] = np.degrees(self._motion(engine, int(rows[i]))[1])
        return out

    def masses(self, rows: I32) -> F64:
        """(k,) kilograms; 0 for what forces do not move, so that what is reckoned by it does nothing."""
        engine = self._simulation.ready(rows)
        there = self._simulation.bodies.there(rows)
        found = np.zeros(len(rows))
        found[there] = [engine.mass(row) for row in rows[there].tolist()]
        found[~np.isfinite(found)] = 0.0
        return found

    def sleeping(self, rows: I32) -> Bools:
        engine = self._simulation.ready(rows)
        there = self._simulation.bodies.there(rows)
        if len(rows) > _FEW:
            return ~np.isin(rows, engine.awake()) & (self._moving(rows) | ~there)
        found = ~there
        found[~found] = [engine.asleep(row) for row in rows[~found].tolist()]
        return found

    # ---- what rules do to them --------------------------------------------------------------------------------------

    def move(self, rows: I32, values: F64, part: int = -1, *, turning: bool = False, more: bool = False) -> None:
        """Set velocities (k, 3) in m/s, or `turning` spins in degrees a second; `more`: add to what they are.

        part: only this axis, of (k,) numbers. Of a row that is there several times the last one counts, and of `more`
        all of them. Locked axes stay so.
        """
        engine = self._simulation.ready(rows)
        once, which = np.unique(rows, return_inverse=True)
        now = np.zeros((len(once), 3))
        if more or part >= 0:
            now[:] = [self._motion(engine, row)[turning] for row in once.tolist()]
        column = now if part < 0 else now[:, part]
        given = np.radians(values) if turning else values
        if more:
            np.add.at(column, which, given)
        else:
            column[which] = given
        now[self._locked(once, "lock_rotation" if turning else "lock_position")] = 0.0
        moving, rings = self._moving(once), self._simulation.rings
        for row, (x, y, z) in zip(once[moving].tolist(), now[moving].tolist(), strict=True):
            linear, angular = (None, (x, y, z)) if turning else ((x, y, z), None)
            if not rings.set_motion(row, linear, angular):
                engine.set_motion(row, linear, angular)

    def push(self, rows: I32, amounts: F64, *, sudden: bool) -> None:
        engine = self._simulation.ready(rows)
        moving = self._moving(rows)
        for row, (x, y, z) in zip(rows[moving].tolist(), amounts[moving].tolist(), strict=True):
            self._simulation.rings.wake(engine, row)
            engine.push(row, (x, y, z), (0.0, 0.0, 0.0), None, sudden=sudden)

    def rest(self, rows: I32, asleep: Bools) -> None:
        engine = self._simulation.ready(rows)
        moving = self._moving(rows)
        for row, sleeps in zip(rows[moving].tolist(), asleep[moving].tolist(), strict=True):
            engine.rest(row, sleeps)

    def _moving(self, rows: I32) -> Bools:
        """(k,) whether forces move bodies."""
        return np.array([kind == "dynamic" for kind in self._of("kind", rows)], bool) & self._simulation.bodies.there(
            rows
        )

    def _motion(self, engine: PhysicsWorld, row: int) -> tuple[Vec3, Vec3]:
        """Velocity and spin in radians a second, 0 of what the engine does not have."""
        simulation = self._simulation
        if row in simulation.bodies.left_out or row in simulation.bodies.off:
            return STILL, STILL
        return simulation.rings.motion(row) or engine.motion(row)

    def _locked(self, rows: I32, field: str) -> Bools:
        """(k, 3) the axes that bodies keep to."""
        return np.array([[axis in lock for axis in "xyz"] for lock in self._of(field, rows)], bool).reshape(-1, 3)

    def _of(self, field: str, rows: I32) -> list[Any]:
        bodies = self._simulation.world.tables.made(Body)
        found: list[Any] = bodies.look(field)[bodies.slots(rows)].tolist()
        return found


_FEW = 64
"""So many are asked one by one."""


def hits_between(engine: PhysicsWorld, question: Question, origins: F64, targets: F64, seers: I32) -> I32:
    """(k,) the collider that is met first between two points (k, 3) each, -1 for none; not those of `seers` (k,)."""
    way = targets - origins
    far = np.sqrt(np.einsum("ij,ij->i", way, way))
    way /= np.maximum(far, 1e-12)[:, None]
    out = np.full(len(origins), -1, np.int32)
    each = zip(origins.tolist(), way.tolist(), far.tolist(), seers.tolist(), strict=True)
    for i, (start, direction, distance, seer) in enumerate(each):
        if distance > _NEAR:
            question.exclude = seer
            hit = engine.queries.ray(start, direction, distance - _NEAR, question)
            if hit is not None:
                out[i] = hit[0]
    return out


_NEAR = 1e-4
"""Metres: what one stands at is not between."""
