"""The characters of a world: after all else moved in a tick, each goes its way through what is there now.

One tick of one: the ground carries it → out of what came upon it → gravity → along its way, over steps and along walls
→ down to the ground → what it pushed. See `sliding` for how.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from ..engine.characters import CharacterState, MovingCharacter
from ..engine.declare import Vec3, Vec4
from ..engine.entity import Entity
from ..engine.errors import PhysicsError
from ..engine.physical_checks import three
from ..engine.physical_queries import Question
from ..engine.scene.physics import Body, Character, Collider
from ..engine.world import World
from .bodies import Bodies
from .physics_world import F32, I32, Label, PhysicsWorld, Touch
from .rotations import inverse, multiplied, turned
from .sliding import Legs, clipped, dot, length_of, plus, times, unit

RISING = 0.01
"""m/s upwards that leave the ground."""
WALKERS = ("box", "sphere", "capsule", "cylinder", "cone", "convex")
"""Shapes that a character may have."""


class Characters:
    """What is known of the characters of one world, by their rows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._states: dict[int, CharacterState] = {}
        self._grounds: dict[int, tuple[Vec3, Vec4]] = {}  # where the bodies that carry are before a step, by row
        self._refused: set[int] = set()
        self._touches: list[Touch] = []

    @property
    def rows(self) -> list[int]:
        """The objects with a Character, ascending."""
        table = self._world.tables.of.get(Character)
        return [] if table is None or not table.count else table.ascending().tolist()

    def handle(self, simulation: Any, entity: Entity) -> MovingCharacter:
        """Raises PhysicsError for an object without a Character."""
        self.state(entity)
        return MovingCharacter(simulation, entity)

    def state(self, entity: Entity) -> CharacterState:
        """What is remembered of it. Raises PhysicsError for an object without a Character."""
        row = self._world.own(entity).live_row()
        table = self._world.tables.of.get(Character)
        if table is None or table.slot(row) < 0:
            raise PhysicsError(f'"{entity.name}" has no dw.Character')
        return self._of(row)

    def _of(self, row: int) -> CharacterState:
        generation = self._generation(row)
        known = self._states.get(row)
        if known is None or known.generation != generation:
            known = self._states[row] = CharacterState(generation)
        return known

    def _generation(self, row: int) -> int:
        known = self._world.generations
        return 0 if known is None else int(known[row])

    # ---- a tick -----------------------------------------------------------------------------------------------------

    def before(self, engine: PhysicsWorld, known: Bodies) -> None:
        """Before all else moves: remember where the ground is that carries, if it is one of the `known` bodies."""
        self._grounds.clear()
        for row in self.rows:
            ground = self._of(row).ground
            if ground is not None and self._has_body(ground) and known.known.has(ground[0]):
                self._grounds[ground[0]] = engine.pose(ground[0])

    def _has_body(self, label: Label) -> bool:
        bodies = self._world.tables.of.get(Body)
        there = bodies is not None and bodies.slot(label[0]) >= 0
        return there and self._generation(label[0]) == label[1]

    def move(
        self, engine: PhysicsWorld, known: Bodies, gravity: Vec3, dt: float, problems: list[PhysicsError]
    ) -> tuple[I32, F32, dict[int, Vec4]]:
        """Each goes its way that is one of the `known` bodies: rows (k,) ascending, and (k, 3) where they are then.

        And by row how the ground turned some of them, in the world.
        """
        rows = self.rows
        for row in [row for row in self._states if row not in rows]:
            del self._states[row]
        places: list[Vec3] = []
        moved: list[int] = []
        turns: dict[int, Vec4] = {}
        for row in rows:
            wrong = self._problem(row)
            if wrong is not None:
                if row not in self._refused:
                    self._refused.add(row)
                    problems.append(PhysicsError(f'the Character of "{self._world.names[row]}" {wrong}'))
                continue
            self._refused.discard(row)
            if not (known.known.has(row) and known.colliders.there(row)):
                self._let_go(row)
                continue
            moved.append(row)
            places.append(self._go(engine, row, gravity, dt, turns))
        return np.array(moved, np.int32), np.array(places, np.float32).reshape(-1, 3), turns

    def _problem(self, row: int) -> str | None:
        """Why a character can't walk."""
        tables = self._world.tables
        bodies, colliders = tables.made(Body), tables.made(Collider)
        body, collider = bodies.slot(row), colliders.slot(row)
        if body < 0 or bodies.look("kind")[body] != "kinematic":
            return 'needs a dw.Body(kind="kinematic") on the same object'
        if collider < 0 or colliders.look("sensor")[collider]:
            return "needs a dw.Collider that is no sensor on the same object"
        shape = str(colliders.look("shape")[collider])
        return None if shape in WALKERS else f"has a Collider of the shape {shape!r}; it must be one of {WALKERS}"

    def _go(self, engine: PhysicsWorld, row: int, gravity: Vec3, dt: float, turns: dict[int, Vec4]) -> Vec3:
        """The way of one: where it is then; how the ground turned it is noted in `turns`."""
        tables, state = self._world.tables, self._of(row)
        character: Character = tables.made(Character).value(tables.made(Character).slot(row))
        legs = self._legs(engine, row, character, gravity)
        up, pull = legs.up, times(gravity, character.gravity_scale)
        at, velocity = self._world.transforms.to_world(row, 0.0, 0.0, 0.0), state.velocity
        carrier = -1 if state.ground is None else state.ground[0]
        state.ground_velocity = (0.0, 0.0, 0.0)
        if carrier in self._grounds and state.ground is not None and self._has_body(state.ground):
            before, now = self._grounds[carrier], engine.pose(carrier)
            carried = _carried(at, before, now)
            if character.turn_with_ground and before[1] != now[1]:
                turns[row] = _turn_about(up, before[1], now[1])
            if length_of(carried) > 1e-7:
                state.ground_velocity = times(carried, 1 / dt)
                at, _, _ = legs.sweep(at, carried, without=carrier)
        at = legs.freed(at)
        wanted, landed = velocity, 0.0
        if state.grounded and dot(velocity, up) <= RISING:
            velocity = legs.level_part(velocity)
            legs.feel(at)
            at = legs.walk(at, times(velocity, dt))
            velocity = clipped(velocity, legs.walls)
            held = legs.snapped(at)
            if held is None:
                legs.floor, velocity = None, plus(velocity, state.ground_velocity)
            else:
                at = held
        else:
            if state.grounded:
                velocity = plus(velocity, state.ground_velocity)
            way = plus(times(velocity, dt), pull, dt * dt / 2)
            velocity = plus(velocity, pull, dt)
            landed = max(0.0, -dot(velocity, up))
            at, velocity, legs.floor = legs.fly(at, way, velocity)
            if legs.floor is not None:
                velocity = clipped(legs.level_part(velocity), legs.walls)
                held = legs.snapped(at)
                at = at if held is None else held
        self._push(engine, legs, character, wanted, landed if legs.floor is not None else 0.0, pull, dt)
        self._tell(engine, row, state, legs)
        floor = legs.floor
        state.velocity, state.grounded = velocity, floor is not None
        state.normal, state.ground = (up, None) if floor is None else (floor.normal, floor.label)
        state.hit_wall, state.hit_ceiling = bool(legs.walls), legs.ceiling
        return at

    def _legs(self, engine: PhysicsWorld, row: int, character: Character, gravity: Vec3) -> Legs:
        transforms, colliders = self._world.transforms, self._world.tables.made(Collider)
        _, _, scale = transforms.places(np.array([row], np.int32))
        _, turn = engine.pose(row)
        slot = colliders.slot(row)
        size, factor = colliders.look("size")[slot], float(np.abs(scale[0, ::2]).max())
        box = str(colliders.look("shape")[slot]) == "box"
        girth = factor * float(min(size[0], size[2]) / 2 if box else colliders.look("radius")[slot])
        question = Question(exclude=row)
        up = unit(times(gravity, -1.0)) or (0.0, 1.0, 0.0)
        down = times(up, -1.0)

        def near(at: Vec3, reach: float) -> Any:
            return engine.queries.near(row, at, turn, reach)

        def surface(at: Vec3, far: float) -> Vec3 | None:
            hit = engine.queries.ray(at, down, far, question)
            return None if hit is None or hit[1] <= 0 else hit[2]

        level = math.cos(math.radians(character.max_slope)) - 1e-3
        return Legs(near, surface, up, girth, character.skin, character.step_height, character.snap_to_ground, level)

    # ---- what it does to others -------------------------------------------------------------------------------------

    def _push(
        self,
        engine: PhysicsWorld,
        legs: Legs,
        character: Character,
        velocity: Vec3,
        landed: float,
        pull: Vec3,
        dt: float,
    ) -> None:
        """Dynamic bodies in its way give way, and those below it bear its weight. landed: its speed, m/s."""
        for label, hit in legs.met.items():
            mass = engine.mass(label[0])
            if not math.isfinite(mass):
                continue
            if legs.floor is not None and label == legs.floor.label:
                engine.push(label[0], times(pull, character.mass), (0.0, 0.0, 0.0), hit.point, sudden=False)
                impulse = times(legs.up, -landed * character.mass * mass / max(character.mass + mass, 1e-9))
            else:
                theirs, _ = engine.motion(label[0])
                speed = -dot(plus(velocity, theirs, -1), hit.normal)
                impulse = times(hit.normal, -min(max(speed, 0.0) * mass, character.push * dt))
            engine.push(label[0], impulse, (0.0, 0.0, 0.0), hit.point, sudden=True)

    def _tell(self, engine: PhysicsWorld, row: int, state: CharacterState, legs: Legs) -> None:
        """Note whom it begins and ceases to be pressed against."""
        own = (row, state.generation)
        before, now = set(state.touching), legs.met
        for label in sorted(before - now.keys()):
            self._touches.append(Touch(own, label, began=False, sensor=False))
        for label, hit in now.items():
            if label not in before:
                touch = Touch(own, label, began=True, sensor=False, point=hit.point, normal=times(hit.normal, -1.0))
                self._touches.append(touch)
        state.touching = sorted(now)

    def _let_go(self, row: int) -> None:
        """It is not there: it stands on nothing and is pressed against nothing."""
        state = self._of(row)
        for label in state.touching:
            self._touches.append(Touch((row, state.generation), label, began=False, sensor=False))
        state.touching, state.grounded, state.ground = [], False, None

    def touches(self) -> list[Touch]:
        """What began and ceased to touch since the last call."""
        found, self._touches = self._touches, []
        return found

    # ---- going back -------------------------------------------------------------------------------------------------

    def save(self) -> dict[str, Any]:
        """All that is remembered, as plain values; without generations, which count on when one goes back."""
        out: dict[str, Any] = {}
        rows = set(self.rows)
        for row in sorted(rows & self._states.keys()):
            state = self._states[row]
            if state.generation != self._generation(row):
                continue
            values = asdict(state)
            del values["generation"]
            values["ground"] = None if state.ground is None or not self._same(state.ground) else state.ground[0]
            values["touching"] = [label[0] for label in state.touching if self._same(label)]
            out[str(row)] = values
        return out

    def _same(self, label: Label) -> bool:
        known = self._world.generations
        return known is None or (label[0] < len(known) and known[label[0]] == label[1])

    def load(self, saved: dict[str, Any]) -> None:
        """Go back to what `save` gave."""
        self._states.clear()
        self._touches.clear()
        for key, values in saved.items():
            ground = values["ground"]
            velocity, normal, riding = (three(values[k], k) for k in ("velocity", "normal", "ground_velocity"))
            self._states[int(key)] = CharacterState(
                self._generation(int(key)),
                velocity,
                values["grounded"],
                normal,
                None if ground is None else (ground, self._generation(ground)),
                riding,
                values["hit_wall"],
                values["hit_ceiling"],
                [(row, self._generation(row)) for row in values["touching"]],
            )


def _carried(at: Vec3, before: tuple[Vec3, Vec4], now: tuple[Vec3, Vec4]) -> Vec3:
    """Metres that a place moves with a body that goes from one pose to another."""
    (p0, q0), (p1, q1) = before, now
    if q0 == q1:
        return plus(p1, p0, -1)
    turn = multiplied(np.array([q1]), inverse(np.array([q0])))
    arm = turned(turn, np.array([plus(at, p0, -1)]))[0].tolist()
    return plus(plus(p1, (arm[0], arm[1], arm[2])), at, -1)


def _turn_about(axis: Vec3, before: Vec4, now: Vec4) -> Vec4:
    """The part about an axis of what turns one rotation to another: its twist."""
    x, y, z, w = multiplied(np.array([now]), inverse(np.array([before])))[0].tolist()
    along = dot((x, y, z), axis)
    length = math.hypot(along, w)
    if length < 1e-9:
        return 0.0, 0.0, 0.0, 1.0
    x, y, z = times(axis, along / length)
    return x, y, z, w / length
