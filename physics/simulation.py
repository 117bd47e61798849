"""A world's bodies in motion: what scripts changed goes into the engine, one step, and what moved comes back.

One tick: who came and went → changed values → moved transforms → step → poses → contacts. All but the step is done
for many at once, by comparing columns with what they were; what rests costs a comparison.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engine.characters import CharacterState, MovingCharacter
from ..engine.declare import Vec3, Vec4
from ..engine.entity import Entity
from ..engine.errors import PhysicsError
from ..engine.game.events import Contact, ContactEnded
from ..engine.physical import MovingBody, RayHit, RayHits, three
from ..engine.scene.physics import Body, Collider, Joint
from ..engine.tables import Table
from ..engine.world import World
from ..loom.physics import owners
from .character import Characters
from .physics_world import F32, F64, I32, BodySpec, ColliderSpec, JointSpec, Label, PhysicsWorld, Question, Shape
from .rotations import inverse, multiplied, turned, turning_x_to
from .shapes import shape_of
from .watch import Watch

_NONE: I32 = np.empty(0, np.int32)
_NO_PLACES: NDArray[np.intp] = np.empty(0, np.intp)


def _spatial() -> PhysicsWorld:
    from .spatial import SpatialWorld  # engines are loaded when a scene has bodies

    return SpatialWorld()


def _planar() -> PhysicsWorld:
    from .planar import PlanarWorld

    return PlanarWorld()


_ENGINES: dict[str, Callable[[], PhysicsWorld]] = {"spatial": _spatial, "planar": _planar}


@dataclass(slots=True, eq=False)
class _Poses:
    """Where k rows are in the world. position (k, 3), rotation (k, 4), scale (k, 3): float64."""

    position: F64
    rotation: F64
    scale: F64


@dataclass(slots=True, eq=False)
class _Known:
    """What the engine was told of rows (k,), ascending, as the columns had it.

    generation: (k,).  position (k, 3), rotation (k, 4), scale (k, 3): float32, of the transforms' columns.
    """

    rows: I32
    generation: NDArray[np.int64]
    position: F32
    rotation: F32
    scale: F32


class WorldSimulation:
    """What moves the bodies of one world; `world.physics`. See `engine.physical.Simulation`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._gravity: Vec3 | None = None
        self._fresh()

    def _fresh(self) -> None:
        """Know nothing, and begin with an engine without bodies."""
        woven = self.world.woven
        self._woven = woven
        self._engine_name = woven.physics.engine
        make = _ENGINES.get(woven.physics.engine)
        self._engine: PhysicsWorld | None = None if make is None else make()
        self._configured: tuple[Vec3, int] | None = None
        self._watches = {Body: Watch(), Collider: Watch(), Joint: Watch()}
        self._versions: tuple[Any, ...] = ()
        self._bodies = self._none()
        self._kinds: NDArray[np.int8] = np.empty(0, np.int8)  # of the bodies: 0 static, 1 kinematic, 2 dynamic
        self._explicit: NDArray[np.bool_] = np.empty(0, bool)  # bodies that a Body says to be ones
        self._began: dict[int, tuple[Vec3, Vec3]] = {}  # what their Bodies say of how they begin to move
        self._hung: NDArray[np.bool_] = np.empty(0, bool)
        self._above: _Poses | None = None  # where the bodies that hang on others, and are no dynamic ones, are
        self._places: NDArray[np.intp] = np.empty(0, np.intp)  # by row of the world: where it is in `_bodies`
        self._colliders = self._none()
        self._owner: I32 = _NONE
        self._parts: NDArray[np.bool_] = np.empty(0, bool)  # colliders that are not on their body's own object
        self._local: _Poses | None = None  # of those, on their bodies
        self._joints: dict[int, tuple[Any, ...]] = {}
        self._jumps: set[int] = set()  # rows that were teleported since the last tick
        self._refused: set[tuple[int, int]] = set()  # rows, and 0 for a collider or 1 for a joint
        self._shapes: dict[tuple[Any, ...], tuple[Shape, Vec3]] = {}
        self._touching: dict[tuple[Label, Label, bool], int] = {}
        self._characters = Characters(self.world)

    @staticmethod
    def _none() -> _Known:
        empty = np.empty((0, 4), np.float32)
        return _Known(_NONE, np.empty(0, np.int64), empty[:, :3], empty, empty[:, :3])

    # ---- what there is ----------------------------------------------------------------------------------------------

    @property
    def engine(self) -> PhysicsWorld | None:
        """Who computes it; None for "none". Another one after a scene with another engine was adopted."""
        return self._engine

    @property
    def active(self) -> bool:
        """Whether there is anything to simulate."""
        if self.world.woven.physics.engine == "none":
            return False
        tables = self.world.tables.of
        bodies, colliders = tables.get(Body), tables.get(Collider)
        here = (bodies is not None and bodies.count > 0) or (colliders is not None and colliders.count > 0)
        return here or len(self._bodies.rows) > 0

    @property
    def gravity(self) -> Vec3:
        """m/s²; may be set."""
        return self.world.woven.physics.gravity if self._gravity is None else self._gravity

    @gravity.setter
    def gravity(self, value: ArrayLike) -> None:
        self._gravity = three(value, "gravity")

    def step(self, dt: float) -> None:
        """One tick of `dt` seconds."""
        problem = self._synchronise()
        engine = self._engine
        if engine is not None:
            self._characters.before(engine)
            engine.step(dt)
            self._fetch(engine)
            problem = self._walk(engine, dt) or problem
            self._tell(engine)
        if problem is not None:
            raise problem

    def jumped(self, rows: NDArray[Any]) -> None:
        """Objects (k,) were put elsewhere: what scripts move does not push what was on the way."""
        if self._versions:
            self._jumps.update(rows.tolist())

    # ---- into the engine --------------------------------------------------------------------------------------------

    def _synchronise(self) -> PhysicsError | None:
        """Have the engine know all that the world does; the first thing that it can't be told."""
        world = self.world
        if world.woven is not self._woven:
            if world.woven.physics.engine != self._engine_name:
                self._fresh()
            self._woven, self._versions = world.woven, ()
            self._refused.clear()
        engine = self._engine
        if engine is None:
            return None
        physics = world.woven.physics
        if (self.gravity, physics.iterations) != self._configured:
            self._configured = self.gravity, physics.iterations
            engine.configure(*self._configured)
            for row in self._bodies.rows[self._kinds == 2].tolist() if self._versions else ():
                engine.rest(row, False)
        bodies, colliders, joints = (world.tables.made(kind) for kind in (Body, Collider, Joint))
        problems: list[PhysicsError] = []
        remade: I32 = _NONE
        changed = {table.kind: self._watches[table.kind].changed(table) for table in (bodies, colliders, joints)}
        versions = (bodies.version, colliders.version, joints.version)
        if versions != self._versions or self._other_parents():
            remade = self._restructure(engine, bodies, colliders, problems)
            self._versions = versions
            self._rejoin(engine, joints, changed[Joint], remade, problems)
        elif len(changed[Joint]):
            self._rejoin(engine, joints, changed[Joint], remade, problems)
        self._change_values(engine, bodies, colliders, changed, remade, problems)
        self._jumps.update(self._characters.rows)  # what scripts put elsewhere is not pushed there
        self._follow(engine, colliders, problems)
        return problems[0] if problems else None

    def _other_parents(self) -> bool:
        """Whether anything of ours hangs on another object than before."""
        t = self.world.transforms
        rows = self._bodies.rows
        if len(rows) and int(rows[-1]) >= t.count:
            return True
        if ((t.parent[rows] >= 0) != self._hung).any():
            return True
        parts = self._colliders.rows[self._parts]
        if not len(parts):
            return False
        has = self._has_body()
        return bool((owners(t.parent, has, parts) != self._owner_of_parts()).any())

    def _owner_of_parts(self) -> I32:
        owner = self._owner[self._parts]
        return np.where(owner == self._colliders.rows[self._parts], -1, owner).astype(np.int32)

    def _has_body(self) -> NDArray[np.bool_]:
        has = np.zeros(self.world.transforms.count, bool)
        has[self.world.tables.made(Body).rows] = True
        return has

    def _generations(self, rows: I32) -> NDArray[np.int64]:
        known = self.world.generations
        return np.zeros(len(rows), np.int64) if known is None else np.asarray(known)[rows].astype(np.int64)

    def _known(self, rows: I32) -> _Known:
        position, rotation, scale = self.world.transforms.places(rows)
        return _Known(rows, self._generations(rows), position.copy(), rotation.copy(), scale.copy())

    def _restructure(
        self, engine: PhysicsWorld | None, bodies: Table, colliders: Table, problems: list[PhysicsError]
    ) -> I32:
        """Bodies and colliders that came and went. Returns the rows of the bodies that were made.

        Without an engine it is only written down who there is: for one that knows them already.
        """
        t = self.world.transforms
        has = self._has_body()
        parts = colliders.ascending().copy()
        owner = owners(t.parent, has, parts)
        owner = np.where(owner < 0, parts, owner).astype(np.int32)
        rows = np.union1d(bodies.rows, owner).astype(np.int32)

        now, explicit = self._known(rows), has[rows]
        gone, came = _exchange(self._bodies, now, self._explicit, explicit)
        old = self._colliders
        now_parts = self._known(parts)
        gone_parts, came_parts = _exchange(old, now_parts)
        before = self._local, old.rows[self._parts], self._owner[self._parts]
        both, here, there = np.intersect1d(old.rows, parts, assume_unique=True, return_indices=True)
        moved = both[self._owner[here] != owner[there]]  # to another body
        gone_parts, came_parts = np.union1d(gone_parts, moved), np.union1d(came_parts, moved)
        again = parts[np.isin(owner, came)]  # with their bodies
        came_parts = np.union1d(came_parts, again).astype(np.int32)
        lost = old.rows[np.isin(self._owner, gone)]
        taken = np.setdiff1d(np.union1d(gone_parts, np.intersect1d(again, old.rows)), lost)
        if engine is not None:
            for row in taken.tolist():
                self._remove_collider(engine, row)
            for row in gone.tolist():
                engine.remove_body(row)
        self._refused = {key for key in self._refused if key[1] or key[0] not in set(lost.tolist())}

        self._bodies, self._colliders = now, now_parts
        self._places = np.zeros(t.count, np.intp)
        self._places[rows] = np.arange(len(rows))
        self._owner, self._explicit = owner, explicit
        self._parts = parts != owner
        self._hung = t.parent[rows] >= 0
        slots = bodies.slots(rows)
        names = bodies.column("kind")
        self._kinds = np.array([_KINDS[str(names[slot])] if slot >= 0 else 0 for slot in slots.tolist()], np.int8)
        self._above = None
        self._remember_parts(*before)
        for row in gone.tolist():
            self._began.pop(row, None)
        poses = self._poses(came)
        for i, row in enumerate(came.tolist()):
            slot = bodies.slot(row)
            value = Body(kind="static") if slot < 0 else bodies.value(slot)
            spec = self._body_spec(value, poses, i)
            self._began[row] = (spec.velocity, spec.angular_velocity)
            if engine is not None:
                engine.add_body(row, spec)
        if engine is None:
            return came
        weighed = dict.fromkeys(owner[np.isin(parts, came_parts)].tolist())
        weighed |= dict.fromkeys(self._bodies_above(taken))
        self._add_colliders(engine, colliders, came_parts, problems)
        for row in dict.fromkeys((*weighed, *came.tolist())):
            slot = bodies.slot(row)
            if slot >= 0:
                engine.settle_mass(row, float(bodies.column("mass")[slot]))
        return came

    def _bodies_above(self, gone: NDArray[Any]) -> list[int]:
        """Bodies that lost a collider in one of these rows and are there still."""
        up, has = self.world.transforms.up, self._has_body()
        found: list[int] = []
        for row in gone.tolist():
            while 0 <= row < len(has) and not has[row]:
                row = up[row]
            if 0 <= row < len(has):
                found.append(row)
        return found

    def _remember_parts(self, before: _Poses | None, rows: I32, owner: I32) -> None:
        """Where parts are on their bodies; of those that were there before, as it was known."""
        now = self._colliders.rows[self._parts]
        if not len(now):
            self._local = None
            return
        self._local = local = self._on_bodies(now, self._owner[self._parts])
        if before is not None:
            _, here, there = np.intersect1d(rows, now, assume_unique=True, return_indices=True)
            same = owner[here] == self._owner[self._parts][there]
            for name in ("position", "rotation", "scale"):
                getattr(local, name)[there[same]] = getattr(before, name)[here[same]]

    def _remove_collider(self, engine: PhysicsWorld, row: int) -> None:
        if (row, 0) not in self._refused:
            engine.remove_collider(row)
        self._refused.discard((row, 0))

    def _add_colliders(self, engine: PhysicsWorld, colliders: Table, rows: I32, problems: list[PhysicsError]) -> None:
        if not len(rows):
            return
        world = self.world
        owner = self._owner[np.searchsorted(self._colliders.rows, rows)]
        local = self._on_bodies(rows, owner)
        generation = self._generations(owner).tolist()
        values: dict[tuple[Any, ...], Collider] = {}
        turns: dict[Any, F64] = {}
        for i, (row, own) in enumerate(zip(rows.tolist(), owner.tolist(), strict=True)):
            try:
                key = colliders.key(colliders.slot(row))
                value = values.get(key)
                if value is None:
                    value = values[key] = colliders.value(colliders.slot(row))
                mesh, _ = world.roster.look(row)
                shape, centre = self._shape_of(value, local.scale[i], mesh, row)
                turn = turns.get(value.rotation)
                if turn is None:
                    turn = turns[value.rotation] = _unit(value.rotation, f'the Collider of "{world.names[row]}"')
                position, rotation = local.position[i], local.rotation[i]
                if row != own or any(value.offset) or any(centre) or value.rotation != _STRAIGHT:
                    middle = np.array([value.offset]) * local.scale[i] + turned(turn, np.array([centre]))
                    position = position + turned(rotation[None], middle)[0]
                    rotation = multiplied(rotation[None], turn)[0]
                spec = ColliderSpec(
                    shape,
                    _three(position),
                    _four(rotation),
                    value.friction,
                    value.restitution,
                    value.density,
                    value.sensor,
                    self._bits((value.layer,)),
                    self._bits(value.collides_with or None),
                    (own, generation[i]),
                )
                engine.add_collider(row, own, spec)
            except PhysicsError as error:
                self._refused.add((row, 0))
                problems.append(error)

    def _shape_of(self, value: Collider, scale: F64, mesh: int, row: int) -> tuple[Shape, Vec3]:
        """See `shape_of`; the last ones are kept, since most objects are alike."""
        key = (value, tuple(scale.tolist()), mesh, id(self._woven))
        found = self._shapes.get(key)
        if found is None:
            if len(self._shapes) >= _SHAPES:
                self._shapes.clear()
            found = self._shapes[key] = shape_of(value, scale, self._woven, mesh, self.world.names[row])
        return found

    def _bits(self, layers: Sequence[str] | None) -> int:
        """Layers as a bit mask; None for all. Raises PhysicsError."""
        if layers is None:
            return 0xFFFFFFFF
        if isinstance(layers, str):
            layers = (layers,)
        known, bits = self.world.woven.physics.layers, 0
        for name in layers:
            if name not in known:
                raise PhysicsError(f'there is no physics layer "{name}"; scene.physics has {", ".join(known)}')
            bits |= 1 << known.index(name)
        return bits

    def _body_spec(self, value: Body, poses: _Poses, i: int) -> BodySpec:
        x, y, z = np.radians(value.angular_velocity).tolist()
        return BodySpec(
            value.kind,
            _three(poses.position[i]),
            _four(poses.rotation[i]),
            value.mass,
            value.linear_damping,
            value.angular_damping,
            value.gravity_scale,
            value.lock_position,
            value.lock_rotation,
            value.ccd,
            value.can_sleep,
            _unlocked(value.velocity, value.lock_position),
            _unlocked((x, y, z), value.lock_rotation),
        )

    def _change_values(
        self,
        engine: PhysicsWorld,
        bodies: Table,
        colliders: Table,
        changed: dict[Any, I32],
        made: I32,
        problems: list[PhysicsError],
    ) -> None:
        """What scripts wrote to Bodies and Colliders."""
        if not (len(changed[Body]) or len(changed[Collider])):
            return
        for row in np.setdiff1d(changed[Body], made).tolist():
            value: Body = bodies.value(bodies.slot(row))
            at = int(np.searchsorted(self._bodies.rows, row))
            if int(self._bodies.rows[at]) != row:
                continue
            self._kinds[at] = _KINDS[value.kind]
            spec = self._body_spec(value, self._poses(np.array([row], np.int32)), 0)
            motion = (spec.velocity, spec.angular_velocity)
            engine.change_body(row, spec, moved=self._began.get(row) != motion and row in self._began)
            self._began[row] = motion
            engine.settle_mass(row, value.mass)
        if len(changed[Body]):
            self._above = None
        for row in changed[Collider].tolist():
            at = int(np.searchsorted(self._colliders.rows, row))
            if int(self._owner[at]) in made:
                continue
            self._renew_collider(engine, colliders, row, problems)

    def _renew_collider(self, engine: PhysicsWorld, colliders: Table, row: int, problems: list[PhysicsError]) -> None:
        self._remove_collider(engine, row)
        self._add_colliders(engine, colliders, np.array([row], np.int32), problems)
        owner = int(self._owner[int(np.searchsorted(self._colliders.rows, row))])
        bodies = self.world.tables.made(Body)
        slot = bodies.slot(owner)
        if slot >= 0:
            engine.settle_mass(owner, float(bodies.column("mass")[slot]))

    # ---- transforms -------------------------------------------------------------------------------------------------

    def _follow(self, engine: PhysicsWorld, colliders: Table, problems: list[PhysicsError]) -> None:
        """Bodies go where scripts put them, and shapes become what objects are scaled to."""
        known = self._bodies
        position, rotation, _ = self.world.transforms.places(known.rows)
        other = _rows_that_differ(position, known.position) | _rows_that_differ(rotation, known.rotation)
        led = np.flatnonzero(self._hung & (self._kinds != 2))
        if len(led):
            now, before = self._poses(known.rows[led]), self._above
            if before is None:
                other[led] = True
            else:
                other[led] = _rows_that_differ(now.position, before.position)
                other[led] |= _rows_that_differ(now.rotation, before.rotation)
            self._above = now
        at = np.flatnonzero(other) if other.any() else _NO_PLACES
        if len(at):
            rows = known.rows[at]
            known.position[at], known.rotation[at] = position[at], rotation[at]
            poses = self._poses(rows)
            driven = self._kinds[at] == 1
            if self._jumps:
                driven &= ~np.isin(rows, np.fromiter(self._jumps, np.int32))
            place, turn = poses.position.astype(np.float32), poses.rotation.astype(np.float32)
            if driven.any():
                engine.set_targets(rows[driven], place[driven], turn[driven])
            if not driven.all():
                engine.set_poses(rows[~driven], place[~driven], turn[~driven])
        self._jumps.clear()
        shapes = self._colliders
        scale = self.world.transforms.scale_of(shapes.rows)
        scaled = _rows_that_differ(scale, shapes.scale)
        if self._local is not None:
            parts = np.flatnonzero(self._parts)
            now = self._on_bodies(shapes.rows[parts], self._owner[parts])
            for name in ("position", "rotation", "scale"):
                scaled[parts] |= _rows_that_differ(getattr(now, name), getattr(self._local, name), 1e-6)
            self._local = now
        for i in np.flatnonzero(scaled).tolist() if scaled.any() else ():
            shapes.scale[i] = scale[i]
            self._renew_collider(engine, colliders, int(shapes.rows[i]), problems)

    def _poses(self, rows: I32) -> _Poses:
        """Where some rows are in the world, up to date; shear, which bodies can't have, is left out."""
        return self._up_to(rows, np.full(len(rows), -1, np.int32))

    def _on_bodies(self, rows: I32, owner: I32) -> _Poses:
        """Where colliders are on their bodies, and how large in the world."""
        local = self._up_to(rows, owner)
        local.scale = self._poses(rows).scale
        whole = self._poses(owner).scale
        local.position *= whole  # a body has no scale of its own: it is in the shapes
        return local

    def _up_to(self, rows: I32, stop: I32) -> _Poses:
        t = self.world.transforms
        own = rows == stop
        place, turn, factors = t.places(rows)
        position, rotation = place.astype(np.float64), turn.astype(np.float64)
        scale = factors.astype(np.float64)
        if own.any():
            position[own], rotation[own], scale[own] = 0.0, (0.0, 0.0, 0.0, 1.0), 1.0
        above = np.where(own, -1, t.parent[rows])
        above = np.where(above == stop, -1, above)
        while (above >= 0).any():
            at = np.flatnonzero(above >= 0)
            up = above[at].astype(np.int32)
            p, q, s = (column.astype(np.float64) for column in t.places(up))
            position[at] = p + turned(q, s * position[at])
            rotation[at] = multiplied(q, rotation[at])
            scale[at] *= s
            nearer = t.parent[up]
            above[at] = np.where(nearer == stop[at], -1, nearer)
        return _Poses(position, rotation, scale)

    # ---- joints -----------------------------------------------------------------------------------------------------

    def _rejoin(
        self, engine: PhysicsWorld | None, joints: Table, changed: I32, remade: I32, problems: list[PhysicsError]
    ) -> None:
        """Joints that came, went, or hold other bodies than before."""
        if not joints.count and not self._joints:
            return
        world = self.world
        has, parents = self._has_body(), world.transforms.parent
        rows = joints.ascending().copy()
        wanted: dict[int, tuple[Any, ...]] = {}
        made = self._generations(self._bodies.rows)
        lives = dict(zip(self._bodies.rows.tolist(), made.tolist(), strict=True))
        for row in rows.tolist():
            value: Joint = joints.value(joints.slot(row))
            try:
                other = self._other(row, value)
            except PhysicsError as error:
                if (row, 1) not in self._refused:
                    problems.append(error)
                self._refused.add((row, 1))
                continue
            a, b = (
                owners(parents, has, np.array([row, other], np.int32)).tolist()
                if other >= 0
                else (int(owners(parents, has, np.array([row], np.int32))[0]), -1)
            )
            if a == b:
                if (row, 1) not in self._refused:
                    self._refused.add((row, 1))
                    name = world.names[row]
                    problems.append(
                        PhysicsError(f'the Joint of "{name}" holds a Body to itself, or nothing to the world')
                    )
                continue
            wanted[row] = (lives.get(a, 0), lives.get(b, 0), a, b, other)
        if engine is None:
            self._joints = wanted
            return
        again, new = set(changed.tolist()), set(remade.tolist())
        for row in sorted(self._joints):
            key = self._joints[row]
            if wanted.get(row) != key or row in again or key[2] in new or key[3] in new:
                engine.remove_joint(row)
                del self._joints[row]
        for row, key in wanted.items():
            if row not in self._joints:
                value = joints.value(joints.slot(row))
                try:
                    engine.add_joint(row, self._joint_spec(row, key[4], key[2], key[3], value))
                    self._joints[row] = key
                except PhysicsError as error:
                    problems.append(error)

    def _other(self, row: int, joint: Joint) -> int:
        """The row of the object that a joint names: the nearest of that name below what is above; -1 for the world."""
        if not joint.other:
            return -1
        world = self.world
        t = world.transforms
        top = row
        while top >= 0:
            below = t.with_all_below(np.array([top], np.int32))
            for one in below.tolist():
                if one != row and world.names[one] == joint.other:
                    return int(one)
            top = int(t.up[top])
        found = world.roster.find(joint.other)
        if found is None:
            name = world.names[row]
            raise PhysicsError(f'the Joint of "{name}" holds on to "{joint.other}", which is not in the world')
        return found

    def _joint_spec(self, row: int, other: int, a: int, b: int, value: Joint) -> JointSpec:
        mine = self._poses(np.array([row], np.int32))
        point = mine.position + turned(mine.rotation, np.array([value.anchor]) * mine.scale)
        other_point = point
        if value.other_anchor is not None:
            theirs = np.array([value.other_anchor], np.float64)
            if other >= 0:
                pose = self._poses(np.array([other], np.int32))
                theirs = pose.position + turned(pose.rotation, theirs * pose.scale)
            other_point = theirs
        axis = np.array(value.axis if value.kind in ("hinge", "slider") else (1.0, 0.0, 0.0), np.float64)
        length = float(np.linalg.norm(axis))
        if not length:
            raise PhysicsError(f'the axis of the Joint of "{self.world.names[row]}" is [0, 0, 0]')
        frame = multiplied(mine.rotation, turning_x_to(axis / length)[None])
        if value.kind in ("fixed", "ball"):
            frame = mine.rotation
        anchors: list[Vec3] = []
        frames: list[Vec4] = []
        for body, place in ((a, point), (b, other_point)):
            if body < 0:
                anchors.append(_three(place[0]))
                frames.append(_four(frame[0]))
                continue
            pose = self._poses(np.array([body], np.int32))
            back = inverse(pose.rotation)
            anchors.append(_three(turned(back, place - pose.position)[0]))
            frames.append(_four(multiplied(back, frame)[0]))
        apart = float(np.linalg.norm(point - other_point)) if value.length is None else value.length
        turning = value.kind == "hinge"
        low, high = value.minimum, value.maximum
        limits = None
        if low is not None or high is not None:
            limits = (-1e6 if low is None else low, 1e6 if high is None else high)
            if value.kind == "distance":
                limits = (max(limits[0], 0.0), limits[1])
            if turning:
                limits = (float(np.radians(limits[0])), float(np.radians(limits[1])))
        target = float(np.radians(value.motor_target)) if turning else value.motor_target
        return JointSpec(
            value.kind,
            a,
            b,
            anchors[0],
            anchors[1],
            frames[0],
            frames[1],
            limits,
            apart,
            value.stiffness,
            value.damping,
            value.motor,
            target,
            value.motor_force,
            value.collide,
        )

    # ---- out of the engine ------------------------------------------------------------------------------------------

    def _fetch(self, engine: PhysicsWorld) -> None:
        """Objects are where their bodies went."""
        rows, position, rotation = engine.moved()
        if not len(rows):
            return
        if not math.isfinite(float(position.sum()) + float(rotation.sum())):
            lost = rows[~(np.isfinite(position).all(axis=1) & np.isfinite(rotation).all(axis=1))]
            names = ", ".join(f'"{self.world.names[row]}"' for row in lost[:5].tolist())
            raise PhysicsError(f"{names} left the range of numbers; load the scene anew, or go back to a snapshot")
        known, t = self._bodies, self.world.transforms
        at = self._places.take(rows)
        hung = self._hung.take(at)
        if hung.any():
            place, turn = position.copy(), rotation.copy()
            place[hung], turn[hung] = self._below(rows[hung], position[hung], rotation[hung])
            position, rotation = place, turn
        where: Any = slice(int(rows[0]), int(rows[-1]) + 1) if int(rows[-1]) - int(rows[0]) == len(rows) - 1 else rows
        t.own("_position")[where] = position
        t.own("_rotation")[where] = rotation
        if len(at) == len(known.rows):
            known.position[:], known.rotation[:] = position, rotation
        else:
            known.position[at], known.rotation[at] = position, rotation
        t.touch_sound(rows)

    def _walk(self, engine: PhysicsWorld, dt: float) -> PhysicsError | None:
        """Characters go their way, and their bodies with them; what was wrong."""
        rows, places, problem = self._characters.move(engine, self.gravity, dt)
        if len(rows):
            t, known = self.world.transforms, self._bodies
            before = t.places(rows)[0]
            for row, place in zip(rows.tolist(), places.tolist(), strict=True):
                t.put_position(row, *t.to_local(t.up[row], *place))
            now = t.places(rows)[0]
            known.position[np.searchsorted(known.rows, rows)] = now
            other = (now != before).any(axis=1)
            if other.any():
                engine.set_poses(rows[other], places[other], self._poses(rows[other]).rotation.astype(np.float32))
        return problem

    def _below(self, rows: I32, position: F32, rotation: F32) -> tuple[F32, F32]:
        """Poses in the world → relative to the parents."""
        above = self._poses(self.world.transforms.parent[rows])
        back = inverse(above.rotation)
        place = turned(back, position - above.position) / above.scale
        return place.astype(np.float32), multiplied(back, rotation.astype(np.float64)).astype(np.float32)

    def _tell(self, engine: PhysicsWorld) -> None:
        """Emit what began and what ended, for each pair of objects once however many shapes they have."""
        schedule = self.world.schedule
        begins, ends = schedule.hears(Contact), schedule.hears(ContactEnded)
        if not (begins or ends):
            engine.forget_touches()
            self._characters.touches()
            self._touching.clear()
            return
        for touch in (*engine.touches(begins), *self._characters.touches()):
            a, b = touch.a, touch.b
            key = (a, b, touch.sensor) if a < b else (b, a, touch.sensor)
            count = self._touching.get(key, 0)
            if touch.began:
                self._touching[key] = count + 1
                if not count and begins:
                    one, two = self._entity(a), self._entity(b)
                    schedule.emit(Contact(one, two, touch.point, touch.normal, touch.impulse, touch.sensor))
            elif count > 1:
                self._touching[key] = count - 1
            elif count:
                del self._touching[key]
                if ends:
                    schedule.emit(ContactEnded(self._entity(a), self._entity(b), touch.sensor))

    def _entity(self, label: Label) -> Entity:
        return Entity.known(self.world, *label)

    # ---- motion -----------------------------------------------------------------------------------------------------

    def body(self, entity: Entity) -> MovingBody:
        """The motion of an object that has a Body. Raises PhysicsError for one that has none."""
        self._row(entity)
        return MovingBody(self, entity)

    def _row(self, entity: Entity) -> int:
        row = self.world.own(entity).live_row()
        table = self.world.tables.of.get(Body)
        if table is None or table.slot(row) < 0:
            raise PhysicsError(f'"{entity.name}" has no dw.Body')
        return row

    def _at(self, entity: Entity) -> tuple[PhysicsWorld, int]:
        """The engine and the row of a body that it knows."""
        row = self._row(entity)
        known = self._bodies
        at = int(np.searchsorted(known.rows, row))
        there = at < len(known.rows) and int(known.rows[at]) == row
        if not there or int(known.generation[at]) != int(self._generations(known.rows[at : at + 1])[0]):
            problem = self._synchronise()
            if problem is not None:
                raise problem
        if self._engine is None:
            raise PhysicsError('nothing moves by itself here: the scene\'s physics engine is "none"')
        return self._engine, row

    def character(self, entity: Entity) -> MovingCharacter:
        """How an object walks that has a Character. Raises PhysicsError for one that has none."""
        return self._characters.handle(self, entity)

    def character_state(self, entity: Entity) -> CharacterState:
        """What is remembered of it. Raises PhysicsError for an object without a Character."""
        return self._characters.state(entity)

    def read_motion(self, entity: Entity) -> tuple[Vec3, Vec3]:
        engine, row = self._at(entity)
        return engine.motion(row)

    def write_motion(self, entity: Entity, velocity: Vec3 | None, angular: Vec3 | None) -> None:
        engine, row = self._at(entity)
        bodies = self.world.tables.made(Body)
        slot = bodies.slot(row)
        if velocity is not None:
            velocity = _unlocked(velocity, bodies.column("lock_position")[slot])
        if angular is not None:
            angular = _unlocked(angular, bodies.column("lock_rotation")[slot])
        engine.set_motion(row, velocity, angular)

    def push(self, entity: Entity, linear: Vec3, angular: Vec3, at: Vec3 | None, *, sudden: bool) -> None:
        engine, row = self._at(entity)
        engine.push(row, linear, angular, at, sudden=sudden)

    def mass_of(self, entity: Entity) -> float:
        engine, row = self._at(entity)
        return engine.mass(row)

    def rest(self, entity: Entity, asleep: bool | None) -> bool:
        engine, row = self._at(entity)
        if asleep is not None:
            engine.rest(row, asleep)
        return engine.asleep(row)

    # ---- questions --------------------------------------------------------------------------------------------------

    def _asked(self, layers: Sequence[str] | None, exclude: Entity | None, sensors: bool) -> Question:
        versions = self._versions
        tables = self.world.tables
        now = tuple(tables.made(kind).version for kind in (Body, Collider))
        if versions[:2] != now or self.world.woven is not self._woven:
            problem = self._synchronise()
            if problem is not None:
                raise problem
        row = -1
        if exclude is not None:
            row = self.world.own(exclude).live_row()
            own = int(owners(self.world.transforms.parent, self._has_body(), np.array([row], np.int32))[0])
            row = own if own >= 0 else row
        return Question(self._bits(layers), row, sensors)

    def _entity_of(self, collider: int) -> Entity:
        owner = int(self._owner[int(np.searchsorted(self._colliders.rows, collider))])
        return Entity(self.world, owner)

    def ray(
        self,
        origin: ArrayLike,
        direction: ArrayLike,
        maximum: float = 1000.0,
        *,
        layers: Sequence[str] | None = None,
        exclude: Entity | None = None,
        sensors: bool = False,
    ) -> RayHit | None:
        start, way = three(origin, "the origin of a ray"), _direction(direction)
        question = self._asked(layers, exclude, sensors)
        found = None if self._engine is None else self._engine.ray(start, way, _far(maximum), question)
        if found is None:
            return None
        row, distance, normal = found
        (x, y, z), (a, b, c) = start, way
        point = (x + a * distance, y + b * distance, z + c * distance)
        return RayHit(self._entity_of(row), point, normal, distance)

    def rays(
        self,
        origins: ArrayLike,
        directions: ArrayLike,
        maximum: float = 1000.0,
        *,
        layers: Sequence[str] | None = None,
        exclude: Entity | None = None,
        sensors: bool = False,
    ) -> RayHits:
        starts, ways = _many(origins, "the origins"), _many(directions, "the directions")
        try:
            starts, ways = np.broadcast_arrays(starts, ways)
        except ValueError:
            raise PhysicsError(f"{len(starts)} origins do not go with {len(ways)} directions") from None
        length = np.linalg.norm(ways, axis=1, keepdims=True)
        if not length.all():
            raise PhysicsError("the direction of a ray is [0, 0, 0]")
        ways = ways / length
        question, far, engine = self._asked(layers, exclude, sensors), _far(maximum), self._engine
        k = len(starts)
        rows = np.full(k, -1, np.int32)
        normals, distances = np.full((k, 3), np.nan, np.float32), np.full(k, np.nan, np.float32)
        if engine is not None:
            for i, (start, way) in enumerate(zip(starts.tolist(), ways.tolist(), strict=True)):
                found = engine.ray(start, way, far, question)
                if found is not None:
                    rows[i], distances[i], normals[i] = found
        points = (starts + ways * distances[:, None]).astype(np.float32)
        hit = rows >= 0
        if hit.any():
            rows[hit] = self._owner[np.searchsorted(self._colliders.rows, rows[hit])]
        return RayHits(rows, points, normals, distances)

    def _asked_shape(self, shape: Collider) -> Shape:
        if type(shape) is not Collider:
            raise PhysicsError(f"a shape is a dw.Collider(...), not a {type(shape).__name__}")
        return shape_of(shape, np.ones(3), self.world.woven, -1, "the question")[0]

    def shape_cast(
        self,
        shape: Collider,
        origin: ArrayLike,
        direction: ArrayLike,
        maximum: float = 1000.0,
        *,
        rotation: ArrayLike = (0.0, 0.0, 0.0, 1.0),
        layers: Sequence[str] | None = None,
        exclude: Entity | None = None,
        sensors: bool = False,
    ) -> RayHit | None:
        start, way = three(origin, "the origin of a cast"), _direction(direction)
        made, turn = self._asked_shape(shape), _four(_unit(rotation, "a cast")[0])
        question = self._asked(layers, exclude, sensors)
        if self._engine is None:
            return None
        found = self._engine.cast(made, start, turn, way, _far(maximum), question)
        if found is None:
            return None
        (row, distance, normal), point = found
        return RayHit(self._entity_of(row), point, normal, distance)

    def overlap(
        self,
        shape: Collider,
        at: ArrayLike,
        *,
        rotation: ArrayLike = (0.0, 0.0, 0.0, 1.0),
        layers: Sequence[str] | None = None,
        exclude: Entity | None = None,
        sensors: bool = False,
    ) -> list[Entity]:
        place, made = three(at, "the place of an overlap"), self._asked_shape(shape)
        turn = _four(_unit(rotation, "an overlap")[0])
        question = self._asked(layers, exclude, sensors)
        if self._engine is None:
            return []
        rows = np.array(self._engine.overlap(made, place, turn, question), np.int32)
        owner = np.unique(self._owner[np.searchsorted(self._colliders.rows, rows)])
        return [Entity(self.world, row) for row in owner.tolist()]

    def lines(self) -> F32:
        """(k, 2, 3) float32, metres, world: the edges of all shapes."""
        self._synchronise()
        return np.empty((0, 2, 3), np.float32) if self._engine is None else self._engine.lines()

    # ---- going back -------------------------------------------------------------------------------------------------

    def save(self) -> bytes:
        """All of it. What scripts changed since the last tick is taken over first."""
        if not self.active and not self._versions:
            return b""
        self._synchronise()
        head: dict[str, Any] = {
            "gravity": self._gravity,
            "touching": [
                [a[0], b[0], sensor, count]  # without generations, which count on when one goes back
                for (a, b, sensor), count in sorted(self._touching.items())
                if self._label(a[0]) == a and self._label(b[0]) == b
            ],
            "refused": sorted(self._refused),
            "joints": sorted(self._joints),
            "characters": self._characters.save(),
        }
        text = json.dumps(head).encode()
        native = b"" if self._engine is None else self._engine.save()
        return struct.pack("<Q", len(text)) + text + native

    def load(self, data: bytes) -> None:
        """Go back to what `save` gave, once the world itself did."""
        self._fresh()
        if not data:
            self._gravity = None
            return
        (size,) = struct.unpack_from("<Q", data)
        head = json.loads(data[8 : 8 + size])
        self._gravity = None if head["gravity"] is None else three(head["gravity"], "gravity")
        if self._engine is None:
            return
        engine, native = self._engine, data[8 + size :]
        if engine.exact:
            tables = [self.world.tables.made(kind) for kind in (Body, Collider, Joint)]
            for table in tables:
                self._watches[table.kind].take(table)
            self._restructure(None, tables[0], tables[1], [])
            self._rejoin(None, tables[2], _NONE, _NONE, [])
            self._joints = {row: self._joints[row] for row in head["joints"]}
            self._refused = {(row, what) for row, what in head["refused"]}
            self._configured = self.gravity, self.world.woven.physics.iterations
            self._versions = tuple(table.version for table in tables)
        else:
            self._synchronise()
        pairs = zip(self._colliders.rows.tolist(), self._owner.tolist(), strict=True)
        engine.load(native, {row: self._label(owner) for row, owner in pairs})
        self._touching = {(self._label(a), self._label(b), sensor): count for a, b, sensor, count in head["touching"]}
        self._characters.load(head["characters"])

    def _label(self, row: int) -> Label:
        known = self.world.generations
        return row, 0 if known is None or row >= len(known) else known[row]


_SHAPES = 256
_STRAIGHT: Vec4 = (0.0, 0.0, 0.0, 1.0)
_KINDS = {"static": 0, "kinematic": 1, "dynamic": 2}


def _exchange(
    old: _Known,
    new: _Known,
    then: NDArray[np.bool_] | None = None,
    now: NDArray[np.bool_] | None = None,
) -> tuple[I32, I32]:
    """The rows whose objects are gone, and those with new ones; both where another object is in a row now.

    Both as well where a row is another thing than it was (then, now). What stays is known in `new` as in `old`.
    """
    both, here, there = np.intersect1d(old.rows, new.rows, assume_unique=True, return_indices=True)
    same = old.generation[here] == new.generation[there]
    if then is not None and now is not None:
        same &= then[here] == now[there]
    for name in ("position", "rotation", "scale"):
        getattr(new, name)[there[same]] = getattr(old, name)[here[same]]
    other = both[~same]
    gone = np.union1d(np.setdiff1d(old.rows, new.rows, assume_unique=True), other)
    came = np.union1d(np.setdiff1d(new.rows, old.rows, assume_unique=True), other)
    return gone.astype(np.int32), came.astype(np.int32)


def _rows_that_differ(a: NDArray[Any], b: NDArray[Any], by: float = 0.0) -> NDArray[np.bool_]:
    """(k,) whether any number of a row is another one."""
    if not by and np.array_equal(a, b):
        return np.zeros(len(a), bool)
    other = a != b if not by else np.abs(a - b) > by
    out: NDArray[np.bool_] = np.logical_or.reduce(other, axis=1)
    return out


def _unit(rotation: ArrayLike, what: str) -> F64:
    """(1, 4) a quaternion at unit length. Raises PhysicsError."""
    q = np.asarray(rotation, np.float64)
    length = float(np.linalg.norm(q)) if q.shape == (4,) else 0.0
    if not 0 < length < np.inf:
        raise PhysicsError(f"the rotation of {what} is {rotation!r}; it must be 4 finite numbers, not all 0")
    return (q / length)[None]


def _unlocked(motion: Vec3, lock: str) -> Vec3:
    """A motion without what goes along locked axes."""
    x, y, z = motion
    return 0.0 if "x" in lock else x, 0.0 if "y" in lock else y, 0.0 if "z" in lock else z


def _direction(value: ArrayLike) -> Vec3:
    x, y, z = three(value, "the direction of a ray")
    length = float(np.sqrt(x * x + y * y + z * z))
    if not length:
        raise PhysicsError("the direction of a ray is [0, 0, 0]")
    return x / length, y / length, z / length


def _many(value: ArrayLike, what: str) -> F64:
    try:
        found = np.atleast_2d(np.asarray(value, np.float64))
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 2 or found.shape[-1] != 3 or not np.isfinite(found).all():
        raise PhysicsError(f"{what} of rays must be (k, 3) finite numbers")
    return found


def _far(maximum: float) -> float:
    if not 0 < maximum <= 1e9:
        raise PhysicsError(f"a ray's maximum is {maximum!r}; it must be above 0 and at most 1e9 metres")
    return float(maximum)


def _three(v: F64) -> Vec3:
    x, y, z = v.tolist()
    return x, y, z


def _four(v: F64) -> Vec4:
    x, y, z, w = v.tolist()
    return x, y, z, w
