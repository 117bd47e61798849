"""The bodies that an engine knows: who came and went, what scripts wrote, where scripts and the engine put them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import Vec3, Vec4
from ..engine.errors import PhysicsError
from ..engine.scene.physics import Body, Collider
from ..engine.world import World
from ..loom.physics import owners
from .checks import unlocked, vec3, vec4
from .colliders import Colliders
from .known import (
    NO_ROWS,
    Known,
    exchanged,
    generations_of,
    known_of,
    rows_that_differ,
    same,
    switched_off,
    was_switched,
    with_body,
)
from .physics_world import F32, I32, BodySpec, PhysicsWorld
from .poses import Poses, below_parents, depths_above, poses_of
from .rotations import inverse, multiplied
from .soundness import FARTHEST, nowhere, sound_bodies, sound_places, why_not

_KINDS = {"static": 0, "kinematic": 1, "dynamic": 2}
_NO_PLACES: NDArray[np.intp] = np.empty(0, np.intp)


class Bodies:
    """Bodies, by their rows in ascending order: those of Bodies, and those of Colliders that are on none.

    known: what the engine was told.  kinds: (k,) 0 static, 1 kinematic, 2 dynamic.  hung: (k,) whether
    they hang on other objects.  jumps: rows that were teleported
    since the last tick.
    """

    def __init__(self, world: World, colliders: Colliders) -> None:
        self.world = world
        self.colliders = colliders
        self.known = Known.nothing()
        self.kinds: NDArray[np.int8] = np.empty(0, np.int8)
        self.jumps: set[int] = set()
        self.left_out: I32 = NO_ROWS  # that can't be bodies as they are
        self.off: I32 = NO_ROWS  # whose Bodies are not enabled
        self._explicit: NDArray[np.bool_] = np.empty(0, bool)  # those that a Body says to be ones
        self._began: dict[int, tuple[Vec3, Vec3]] = {}  # what their Bodies say of how they begin to move
        self.hung: NDArray[np.bool_] = np.empty(0, bool)
        self._led: NDArray[np.intp] = _NO_PLACES  # which of them hang on others
        self._above: Poses | None = None  # where those that hang on others, and are no dynamic ones, are
        self._trees = -1  # as the transforms count
        self._fetched: I32 | None = None  # the rows that came from the engine last, and where they go
        self._into: tuple[Any, Any] = (_NO_PLACES, _NO_PLACES)
        self._places: NDArray[np.intp] = np.empty(0, np.intp)  # by row of the world: where it is in `known`

    def dynamic(self) -> list[int]:
        """The rows of those that forces move."""
        rows: list[int] = self.known.rows[self.kinds == 2].tolist()
        return rows

    # ---- who there is -----------------------------------------------------------------------------------------------

    def hang_elsewhere(self) -> bool:
        """Whether any body or collider hangs on another object than before."""
        t = self.world.transforms
        rows = self.known.rows
        out = self.left_out
        if len(out) and (int(out[-1]) >= t.count or sound_bodies(self.world, out, np.ones(len(out), bool)).any()):
            return True
        if t.trees == self._trees:
            return False
        self._trees = t.trees
        if len(rows) and int(rows[-1]) >= t.count:
            return True
        if ((t.parent[rows] >= 0) != self.hung).any():
            return True
        colliders = self.colliders
        parts = colliders.known.rows[colliders.parts]
        if not len(parts):
            return False
        return bool((owners(t.parent, with_body(self.world), parts) != colliders.owner_of_parts()).any())

    def restructure(self, engine: PhysicsWorld | None, problems: list[PhysicsError]) -> I32:
        """Bodies and colliders that came and went. Returns the rows of the bodies that were made.

        Without an engine it is only written down who there is, but for `left_out`: for one that knows them already.
        """
        world, t, parts = self.world, self.world.transforms, self.colliders
        bodies, colliders = world.tables.made(Body), world.tables.made(Collider)
        has = with_body(world)
        self.off, parts.off = switched_off(bodies), switched_off(colliders)
        shapes = np.setdiff1d(colliders.ascending(), parts.off, assume_unique=True).astype(np.int32)
        owner = owners(t.parent, has, shapes)
        owner = np.where(owner < 0, shapes, owner).astype(np.int32)
        rows = np.setdiff1d(np.union1d(bodies.rows, owner), self.off, assume_unique=True).astype(np.int32)
        rows, kept = self._sound(engine, rows, owner, problems)
        kept &= ~np.isin(owner, self.off)
        shapes, owner = shapes[kept], owner[kept]

        now, explicit = known_of(world, rows), has[rows]
        gone, came = exchanged(self.known, now, self._explicit, explicit)
        now_shapes = known_of(world, shapes)
        taken, lost, came_shapes = parts.exchanged(now_shapes, owner, gone, came)
        poorer = np.setdiff1d(parts.owners_of(taken), gone)  # bodies that lose a collider, and stay
        if engine is not None:
            for row in taken.tolist():
                parts.remove(engine, row)
            for row in gone.tolist():
                engine.remove_body(row)
        parts.refused -= set(lost.tolist())
        parts.changes += 1
        for row in gone.tolist():
            self._began.pop(row, None)

        self._become(now, explicit)
        parts.become(now_shapes, owner)
        for row, spec in self._specs(came):
            self._began[row] = (spec.velocity, spec.angular_velocity)
            if engine is not None:
                engine.add_body(row, spec)
        if engine is not None:
            parts.add(engine, came_shapes, problems)
            richer = owner[np.isin(shapes, came_shapes)]
            for row in dict.fromkeys((*richer.tolist(), *poorer.tolist(), *came.tolist())):
                parts.settle(engine, row)
        return came

    def _become(self, known: Known, explicit: NDArray[np.bool_]) -> None:
        """Be other ones, of which some (k,) are by a Body."""
        t, bodies, rows = self.world.transforms, self.world.tables.made(Body), known.rows
        self.known, self._explicit = known, explicit
        self._places = np.zeros(t.count, np.intp)
        self._places[rows] = np.arange(len(rows))
        self._fetched = self._above = None
        self.hung, self._trees = t.parent[rows] >= 0, t.trees
        self._led = np.flatnonzero(self.hung)
        slots, names = bodies.slots(rows), bodies.look("kind")
        self.kinds = np.array([_KINDS[str(names[slot])] if slot >= 0 else 0 for slot in slots.tolist()], np.int8)

    def _specs(self, rows: I32) -> Iterator[tuple[int, BodySpec]]:
        """What bodies (k,) are, as their components say and where their objects are now."""
        bodies, poses = self.world.tables.made(Body), poses_of(self.world.transforms, rows)
        for i, row in enumerate(rows.tolist()):
            slot = bodies.slot(row)
            yield row, _spec_of(Body(kind="static") if slot < 0 else bodies.value(slot), poses, i)

    def switched(self, changed: I32, other_shapes: I32) -> bool:
        """Whether any of the Bodies, or of the Colliders, that scripts wrote to was switched on or off."""
        made = self.world.tables.made
        other = was_switched(made(Body), changed, self.off)
        return other or was_switched(made(Collider), other_shapes, self.colliders.off)

    def there(self, rows: I32) -> NDArray[np.bool_]:
        """(k,) whether the engine has bodies: not those that can't be as they are, or are switched off."""
        return ~np.isin(rows, self.left_out) & ~np.isin(rows, self.off)

    def spoilt(self, changed: I32) -> bool:
        """Whether any of the Bodies of rows (k,) that scripts wrote to can't be simulated any more."""
        return len(changed) > 0 and not sound_bodies(self.world, changed, np.zeros(len(changed), bool)).all()

    def _sound(
        self, engine: PhysicsWorld | None, rows: I32, owner: I32, problems: list[PhysicsError]
    ) -> tuple[I32, NDArray[np.bool_]]:
        """Those of rows (k,) that can be bodies, and whether what belongs to others (m,) does to one of them."""
        known, world = self.known, self.world
        if engine is None:
            return rows[~np.isin(rows, self.left_out)], ~np.isin(owner, self.left_out)
        _, here, there = np.intersect1d(rows, known.rows, assume_unique=True, return_indices=True)
        unknown = np.ones(len(rows), bool)
        unknown[here] = generations_of(world, rows[here]) != known.generation[there]
        sound = sound_bodies(world, rows, unknown)
        if sound.all():
            self.left_out = NO_ROWS
            return rows, np.ones(len(owner), bool)
        before, self.left_out = self.left_out, rows[~sound]
        problems += [why_not(self.world, row) for row in np.setdiff1d(self.left_out, before).tolist()]
        return rows[sound], ~np.isin(owner, self.left_out)

    def change(self, engine: PhysicsWorld, changed: I32, made: I32) -> None:
        """What scripts wrote to the Bodies of rows (k,); `made` are told of already."""
        if not len(changed):
            return
        known = self.known
        changed = np.intersect1d(changed, known.rows)
        for row, spec in self._specs(np.setdiff1d(changed, made)):
            self.kinds[known.at(row)] = _KINDS[spec.kind]
            motion = (spec.velocity, spec.angular_velocity)
            engine.change_body(row, spec, moved=self._began.get(row) != motion and row in self._began)
            self._began[row] = motion
            engine.settle_mass(row, spec.mass)
        self._above = None

    # ---- where they are ---------------------------------------------------------------------------------------------

    def follow(self, engine: PhysicsWorld, problems: list[PhysicsError]) -> None:
        """Bodies go where scripts put them; from where they can't be they are put back."""
        known, t = self.known, self.world.transforms
        position, rotation, _ = t.places(known.run)
        led = self._led if not len(self._led) else self._led[self.kinds[self._led] != 2]
        if not len(led) and same(position, known.position) and same(rotation, known.rotation):
            self.jumps.clear()
            return
        other = rows_that_differ(position, known.position) | rows_that_differ(rotation, known.rotation)
        if len(led):
            now, before = poses_of(t, known.rows[led]), self._above
            if before is None:
                other[led] = True
            else:
                other[led] = rows_that_differ(now.position, before.position)
                other[led] |= rows_that_differ(now.rotation, before.rotation)
            self._above = now
        at = np.flatnonzero(other) if other.any() else _NO_PLACES
        if len(at):
            poses = poses_of(t, known.rows[at])
            sound = sound_places(poses.position, poses.rotation)
            if not sound.all():
                problems.append(nowhere(self.world, known.rows[at[~sound]]))
                self._put_back(at[~sound])
                at, poses = at[sound], Poses(poses.position[sound], poses.rotation[sound], poses.scale[sound])
            rows = known.rows[at]
            known.position[at], known.rotation[at] = position[at], rotation[at]
            poses.rotation /= np.linalg.norm(poses.rotation, axis=1, keepdims=True)
            driven = self.kinds[at] == 1
            if self.jumps:
                driven &= ~np.isin(rows, np.fromiter(self.jumps, np.int32))
            place, turn = poses.position.astype(np.float32), poses.rotation.astype(np.float32)
            if driven.any():
                engine.set_targets(rows[driven], place[driven], turn[driven])
            if not driven.all():
                engine.set_poses(rows[~driven], place[~driven], turn[~driven])
        self.jumps.clear()

    def _put_back(self, at: NDArray[np.intp]) -> None:
        """Objects are where they were known to be, by their places in `known`."""
        known, t = self.known, self.world.transforms
        rows = known.rows[at]
        t.own("_position")[rows], t.own("_rotation")[rows] = known.position[at], known.rotation[at]
        t.touch_sound(rows)

    def fetch(self, engine: PhysicsWorld, halted: list[int], problems: list[PhysicsError]) -> None:
        """Objects are where their bodies went. Those that were halted, or went too far, stay where they were known."""
        rows, position, rotation = engine.moved()
        gone = np.array(halted, np.int32)
        low, high = position.min(initial=0), position.max(initial=0)
        if not (low >= -FARTHEST and high <= FARTHEST and math.isfinite(_sum(rotation))):
            sound = sound_places(position, rotation)
            gone = np.union1d(gone, rows[~sound]).astype(np.int32)
        if len(gone):
            problems.append(nowhere(self.world, gone))
            self._halt(engine, gone)
            there = ~np.isin(rows, gone)
            rows, position, rotation = rows[there], position[there], rotation[there]
        if not len(rows):
            return
        known, t = self.known, self.world.transforms
        if rows is not self._fetched:
            self._fetched, self._into = rows, self._where(rows)
        at, where = self._into
        if len(self._led):
            position, rotation = self._relative(rows, self.hung[at], position, rotation)
        t.own("_position")[where], t.own("_rotation")[where] = position, rotation
        known.position[at], known.rotation[at] = position, rotation
        t.touch_sound(rows)

    def walk(self, engine: PhysicsWorld, rows: I32, places: F32, turns: Mapping[int, Vec4]) -> None:
        """Characters went their way: rows (k,), and (k, 3) where they are in the world now.

        turns: by row, of those that were turned: by what, in the world.
        """
        if not len(rows):
            return
        t, known, at = self.world.transforms, self.known, self._places.take(rows)
        before = t.places(rows)[0]
        for row, place in zip(rows.tolist(), places.tolist(), strict=True):
            t.put_position(row, *t.to_local(t.up[row], *place))
        now = t.places(rows)[0]
        other = (now != before).any(axis=1)
        for row, turn in turns.items():
            self._turn(row, turn)
            other[np.searchsorted(rows, row)] = True
        known.position[at], known.rotation[at] = now, t.places(rows)[1]
        if other.any():
            engine.set_poses(rows[other], places[other], poses_of(t, rows[other]).rotation.astype(np.float32))

    def _turn(self, row: int, turn: Vec4) -> None:
        """Turn an object in the world."""
        t, one = self.world.transforms, np.array([row], np.int32)
        rotation = multiplied(np.array([turn]), poses_of(t, one).rotation)
        if t.up[row] >= 0:
            rotation = multiplied(inverse(poses_of(t, t.parent[one]).rotation), rotation)
        x, y, z, w = (rotation[0] / np.linalg.norm(rotation)).tolist()
        t.put_rotation(row, x, y, z, w)

    def _halt(self, engine: PhysicsWorld, rows: I32) -> None:
        """Have bodies stand still where their objects are."""
        poses = poses_of(self.world.transforms, rows)
        sound = sound_places(poses.position, poses.rotation)
        poses.position[~sound], poses.rotation[~sound] = 0.0, (0.0, 0.0, 0.0, 1.0)  # below what is nowhere
        engine.halt(rows, poses.position.astype(np.float32), poses.rotation.astype(np.float32))

    def _relative(self, rows: I32, hung: NDArray[np.bool_], position: F32, rotation: F32) -> tuple[F32, F32]:
        """Poses in the world → relative to the parents, which may have moved in the same step.

        What is below something that is nowhere stays where it is.
        """
        if not hung.any():
            return position, rotation
        t = self.world.transforms
        place, turn = position.copy(), rotation.copy()
        depth = depths_above(t, rows)
        for level in np.unique(depth).tolist():  # from above, so that each one is relative to where its parent is now
            some = np.flatnonzero(depth == level)
            if level:
                place[some], turn[some] = below_parents(t, rows[some], position[some], rotation[some])
                lost = some[~np.isfinite(place[some].sum(axis=1) + turn[some].sum(axis=1))]
                place[lost], turn[lost], _ = t.places(rows[lost])
            t.own("_position")[rows[some]], t.own("_rotation")[rows[some]] = place[some], turn[some]
        return place, turn

    def _where(self, rows: I32) -> tuple[Any, Any]:
        """Where ascending rows are in `known`, and in the world's columns: slices where they lie behind one another."""
        at: Any = self._places.take(rows)
        where: Any = rows
        last = len(rows) - 1
        if int(at[-1]) - int(at[0]) == last:
            at = slice(int(at[0]), int(at[-1]) + 1)
        if int(rows[-1]) - int(rows[0]) == last:
            where = slice(int(rows[0]), int(rows[-1]) + 1)
        return at, where


def _sum(numbers: F32) -> float:
    return float(np.add.reduce(numbers.reshape(-1)))


def _spec_of(value: Body, poses: Poses, i: int) -> BodySpec:
    x, y, z = np.radians(value.angular_velocity).tolist()
    return BodySpec(
        value.kind,
        vec3(poses.position[i]),
        vec4(poses.rotation[i]),
        value.mass,
        value.linear_damping,
        value.angular_damping,
        value.gravity_scale,
        value.lock_position,
        value.lock_rotation,
        value.ccd,
        value.can_sleep,
        unlocked(value.velocity, value.lock_position),
        unlocked((x, y, z), value.lock_rotation),
    )
