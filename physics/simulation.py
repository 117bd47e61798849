"""A world's bodies in motion: what scripts changed goes into the engine, one step, and what moved comes back.

One tick: who came and went → changed values → moved transforms → step → poses → characters → contacts. All
but the step is done for many at once, by comparing columns with what they were; what rests costs a comparison.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engine.characters import CharacterState, MovingCharacter
from ..engine.declare import Vec3
from ..engine.entity import Entity
from ..engine.errors import PhysicsError
from ..engine.physical import MovingBody
from ..engine.physical_checks import three
from ..engine.scene.physics import Body, Collider, Joint
from ..engine.world import World
from .answers import Answers
from .bodies import Bodies
from .character import Characters
from .checks import unlocked
from .colliders import Colliders
from .columns import ManyBodies
from .contacts import Contacts
from .joints import Joints
from .known import NO_ROWS, generations_of
from .parts import head_and_rest, headed
from .physics_world import F32, I32, PhysicsWorld
from .rings import HOLD, STILL, Rings
from .soundness import all_of, why_not
from .watch import Watch


def _spatial() -> PhysicsWorld:
    from .spatial import SpatialWorld  # engines are loaded when a scene has bodies

    return SpatialWorld()


def _planar() -> PhysicsWorld:
    from .planar import PlanarWorld

    return PlanarWorld()


_ENGINES: dict[str, Callable[[], PhysicsWorld]] = {"spatial": _spatial, "planar": _planar}


class WorldSimulation(Answers):
    """What moves the bodies of one world; `world.physics`. See `engine.physical.Simulation`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._gravity: Vec3 | None = None
        self.columns = ManyBodies(self)
        """Many bodies at once, for rules."""
        self._problems: list[PhysicsError] = []  # to be told in the next tick: who asks meanwhile is not to blame
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
        self.colliders = Colliders(self.world)
        self.bodies = Bodies(self.world, self.colliders)
        self.joints = Joints(self.world, self.bodies)
        self.contacts = Contacts(self.world)
        self.rings = Rings(self.world, self.bodies, self.colliders)
        self.characters = Characters(self.world)

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
        return here or len(self.bodies.known.rows) > 0

    @property
    def gravity(self) -> Vec3:
        """m/s²; may be set."""
        return self.world.woven.physics.gravity if self._gravity is None else self._gravity

    @gravity.setter
    def gravity(self, value: ArrayLike) -> None:
        self._gravity = three(value, "gravity")

    @np.errstate(all="ignore")
    def step(self, dt: float) -> None:
        """One tick of `dt` seconds."""
        self._synchronise()
        engine = self._engine
        problems, self._problems = self._problems, []
        if engine is not None:
            rules, columns = self.world.schedule.rules, self.columns
            asked = rules is not None and rules.reads_motion
            columns.begin(self.bodies.known.rows, self.bodies.kinds) if asked else columns.forget()
            self.rings.before_step(engine)
            self.characters.before(engine, self.bodies)
            halted = engine.step(dt)
            self.rings.after_step(engine)
            self.bodies.fetch(engine, halted, problems)
            self.bodies.walk(engine, *self.characters.move(engine, self.bodies, self.gravity, dt, problems))
            if asked:
                columns.end(dt)
            self.contacts.tell(engine, self.characters.touches())
        if problems:
            raise all_of(problems)

    def jumped(self, rows: NDArray[Any]) -> None:
        """Objects (k,) were put elsewhere: what scripts move does not push what was on the way."""
        if self._versions:
            self.bodies.jumps.update(rows.tolist())

    # ---- into the engine --------------------------------------------------------------------------------------------

    @np.errstate(all="ignore")  # columns may hold anything; what comes of it is looked at
    def _synchronise(self) -> None:
        """Have the engine know all that the world does; what it can't be told is told in the next tick."""
        world = self.world
        if world.woven is not self._woven:
            if world.woven.physics.engine != self._engine_name:
                self._fresh()
            self._woven, self._versions = world.woven, ()
            self.colliders.refused.clear()
            self.joints.refused.clear()
        engine = self._engine
        if engine is None:
            return
        self._configure(engine)
        made = world.tables.made
        bodies, colliders, joints = made(Body), made(Collider), made(Joint)
        problems = self._problems
        remade: I32 = NO_ROWS
        watches = self._watches
        changed = watches[Body].changed(bodies)
        other_shapes, other_joints = watches[Collider].changed(colliders), watches[Joint].changed(joints)
        versions = (bodies.version, colliders.version, joints.version)
        others = versions != self._versions or self.bodies.switched(changed, other_shapes)
        if others or self.bodies.hang_elsewhere() or self.bodies.spoilt(changed):
            remade = self.bodies.restructure(engine, problems)
            self._versions = versions
            self.joints.rejoin(engine, other_joints, remade, problems)
        elif len(other_joints):
            self.joints.rejoin(engine, other_joints, remade, problems)
        self.bodies.change(engine, changed, remade)
        if len(other_shapes):
            other_shapes = np.intersect1d(other_shapes, self.colliders.known.rows)
        for row in other_shapes.tolist():
            if self.colliders.owner_of(row) not in remade:
                self.colliders.renew(engine, row, problems)
        self.bodies.jumps.update(self.characters.rows)  # what scripts put elsewhere is not pushed there
        self.bodies.follow(engine, problems)
        self.colliders.grow(engine, problems)

    def _configure(self, engine: PhysicsWorld) -> None:
        """Gravity, which wakes what sleeps where it is another one, and how exactly to compute."""
        wanted = self.gravity, self.world.woven.physics.iterations
        if wanted == self._configured:
            return
        self._configured = wanted
        engine.configure(*wanted)
        for row in self.bodies.dynamic() if self._versions else ():
            engine.rest(row, False)

    def up_to_date(self) -> None:
        """Have the engine know what came and what went."""
        tables = self.world.tables
        now = tuple(tables.made(kind).version for kind in (Body, Collider))
        if self._versions[:2] != now or self.world.woven is not self._woven:
            self._synchronise()

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

    def _at(self, entity: Entity) -> tuple[PhysicsWorld, int] | None:
        """The engine and the row of a body that it knows; None for one that is switched off."""
        row = self._row(entity)
        engine = self.ready(np.array([row], np.int32))
        if row in self.bodies.left_out:
            raise why_not(self.world, row)
        return None if row in self.bodies.off else (engine, row)

    def ready(self, rows: I32) -> PhysicsWorld:
        """The engine, when it knows the bodies in rows (k,) that are `there`. Raises PhysicsError."""
        if len(rows) and not self._knows(rows):
            self._synchronise()
        if self._engine is None:
            raise PhysicsError('nothing moves by itself here: the scene\'s physics engine is "none"')
        return self._engine

    def _knows(self, rows: I32) -> bool:
        """Whether the engine was told of the bodies in rows (k,), as they are now."""
        known = self.bodies.known
        if not len(known.rows):
            return False
        at = np.minimum(np.searchsorted(known.rows, rows), len(known.rows) - 1)
        there = bool((known.rows[at] == rows).all())
        return there and bool((known.generation[at] == generations_of(self.world, rows)).all())

    def character(self, entity: Entity) -> MovingCharacter:
        """How an object walks that has a Character. Raises PhysicsError for one that has none."""
        return self.characters.handle(self, entity)

    def character_state(self, entity: Entity) -> CharacterState:
        """What is remembered of it. Raises PhysicsError for an object without a Character."""
        return self.characters.state(entity)

    def read_motion(self, entity: Entity) -> tuple[Vec3, Vec3]:
        found = self._at(entity)
        if found is None:
            return STILL, STILL
        engine, row = found
        return self.rings.motion(row) or engine.motion(row)

    def write_motion(self, entity: Entity, velocity: Vec3 | None, angular: Vec3 | None) -> None:
        found = self._at(entity)
        if found is None:
            return
        engine, row = found
        bodies = self.world.tables.made(Body)
        slot = bodies.slot(row)
        if velocity is not None:
            velocity = unlocked(velocity, bodies.look("lock_position")[slot])
        if angular is not None:
            angular = unlocked(angular, bodies.look("lock_rotation")[slot])
        if not self.rings.set_motion(row, velocity, angular):
            engine.set_motion(row, velocity, angular)

    def push(self, entity: Entity, linear: Vec3, angular: Vec3, at: Vec3 | None, *, sudden: bool) -> None:
        found = self._at(entity)
        if found is None:
            return
        engine, row = found
        self.rings.wake(engine, row)
        engine.push(row, linear, angular, at, sudden=sudden)

    def mass_of(self, entity: Entity) -> float:
        found = self._at(entity)
        if found is None:
            return 0.0
        engine, row = found
        return engine.mass(row)

    def rest(self, entity: Entity, asleep: bool | None) -> bool:
        found = self._at(entity)
        if found is None:
            return True
        engine, row = found
        if asleep is not None:
            if asleep:
                self.rings.forget(row)
            else:
                self.rings.wake(engine, row, HOLD)
            engine.rest(row, asleep)
        return engine.asleep(row)

    def lines(self) -> F32:
        """(k, 2, 3) float32, metres, world: the edges of all shapes."""
        self._synchronise()
        return np.empty((0, 2, 3), np.float32) if self._engine is None else self._engine.queries.lines()

    # ---- going back -------------------------------------------------------------------------------------------------

    def save(self) -> bytes:
        """All of it. What scripts changed since the last tick is taken over first."""
        if not self.active and not self._versions:
            return b""
        self._synchronise()
        head: dict[str, Any] = {
            "gravity": self._gravity,
            "left_out": self.bodies.left_out.tolist(),
            "touching": self.contacts.save(),
            "refused": [sorted(self.colliders.refused), sorted(self.joints.refused)],
            "rings": self.rings.save(),
            "joints": self.joints.save(),
            "characters": self.characters.save(),
        }
        return headed(json.dumps(head).encode(), b"" if self._engine is None else self._engine.save())

    @np.errstate(all="ignore")
    def load(self, data: bytes) -> None:
        """Go back to what `save` gave, once the world itself did."""
        self.columns.forget()
        self._fresh()
        if not data:
            self._gravity = None
            return
        text, native = head_and_rest(data)
        head = json.loads(text)
        self._gravity = None if head["gravity"] is None else three(head["gravity"], "gravity")
        if self._engine is None:
            return
        engine = self._engine
        colliders, joints = self.colliders, self.joints
        if engine.exact:
            tables = [self.world.tables.made(kind) for kind in (Body, Collider, Joint)]
            for table in tables:
                self._watches[table.kind].take(table)
            self.bodies.left_out = np.array(head["left_out"], np.int32)
            self.bodies.restructure(None, [])
            joints.load(head["joints"])
            colliders.refused, joints.refused = (set(rows) for rows in head["refused"])
            self._configured = self.gravity, self.world.woven.physics.iterations
            self._versions = tuple(table.version for table in tables)
        else:
            self._synchronise()
        label = self.contacts.label
        pairs = zip(colliders.known.rows.tolist(), colliders.owner.tolist(), strict=True)
        engine.load(native, {row: label(owner) for row, owner in pairs})
        self.contacts.load(head["touching"], engine.exact)
        self.rings.load(head["rings"])
        self.characters.load(head["characters"])
