"""Joints as Chipmunk's constraints: each is made of one or two, and of a motor."""

from __future__ import annotations

import json
import math
from dataclasses import astuple

import pymunk
from pymunk import constraints
from pymunk.vec2d import Vec2d

from ..physics_world import JointSpec
from .motors import Motor, side_of, slide_axis
from .space import SCALE, PlanarSpace, to_units

_ROTARY = (constraints.RotaryLimitJoint, constraints.SimpleMotor)


class PlanarJoints:
    """The joints of a space, by their rows."""

    def __init__(self, space: PlanarSpace) -> None:
        self._space = space
        self._made: dict[int, list[constraints.Constraint]] = {}
        self._specs: dict[int, tuple[JointSpec, float]] = {}  # and how `b` is turned against `a` where the angle is 0
        self._motors: dict[int, Motor] = {}

    def add(self, row: int, spec: JointSpec, turn: float | None = None) -> None:
        """As `PhysicsWorld.add_joint`; turn: how much farther `b` is turned than `a` where the angle is 0, or now."""
        space = self._space.native
        a, b = (self._space.bodies[one].native if one >= 0 else space.static_body for one in (spec.a, spec.b))
        turn = b.angle - a.angle if turn is None else turn
        made: list[constraints.Constraint] = []
        motor: Motor | None = None
        if any(one.body_type == pymunk.Body.DYNAMIC for one in (a, b)):  # else it waits until one of them is
            made = _constraints(spec, a, b, turn)
            if spec.motor != "none" and spec.kind in ("hinge", "slider"):
                motor = Motor(spec, a, b, turn)
                made += motor.constraints
            if not any(_turns(one) for one in (a, b)):  # Chipmunk would divide by nothing
                made = [one for one in made if not isinstance(one, _ROTARY)]
            for joint in made:
                joint.collide_bodies = spec.collide
            space.add(*made)
        self._made[row], self._specs[row] = made, (spec, turn)
        if motor is not None:
            self._motors[row] = motor

    def remove(self, row: int) -> None:
        """Forget one, if it is known."""
        made = self._made.pop(row, None)
        self._specs.pop(row, None)
        self._motors.pop(row, None)
        if made is not None:
            self._space.native.remove(*made)

    def make_anew(self, body: int) -> None:
        """A body's mass is another one: whether it can be turned, too."""
        for row, (spec, turn) in self.of(body).items():
            self.remove(row)
            self.add(row, spec, turn)

    def of(self, body: int) -> dict[int, tuple[JointSpec, float]]:
        """What hangs on the body of a row: by row, as `add` takes it."""
        return {row: known for row, known in self._specs.items() if body in (known[0].a, known[0].b)}

    def drive(self, dt: float) -> None:
        """Have motors push, before a step of `dt` seconds."""
        for motor in self._motors.values():
            motor.drive(dt, self._pull(motor.spec.a), self._pull(motor.spec.b))

    def _pull(self, row: int) -> Vec2d:
        """What gravity does to a body, Chipmunk's units a second squared."""
        body = self._space.bodies.get(row)
        if body is None or not body.dynamic:
            return Vec2d(0, 0)
        return Vec2d(*self._space.native.gravity) * body.spec.gravity_scale

    def let_go(self) -> None:
        """Take all out of the space."""
        for made in self._made.values():
            self._space.native.remove(*made)

    def save(self) -> bytes:
        """All of them, for `load`."""
        return json.dumps([(row, astuple(spec), turn) for row, (spec, turn) in sorted(self._specs.items())]).encode()

    def load(self, data: bytes) -> None:
        """Make anew those that are there: angles and ways count from where they were made."""
        for row, spec, turn in json.loads(data):
            if row in self._made:
                self.remove(row)
                self.add(row, JointSpec(*spec), turn)


def _turns(body: pymunk.Body) -> bool:
    return body.body_type == pymunk.Body.DYNAMIC and math.isfinite(body.moment)


def _constraints(spec: JointSpec, a: pymunk.Body, b: pymunk.Body, turn: float) -> list[constraints.Constraint]:
    """What a joint is made of, but for its motor."""
    at_a, at_b = to_units(spec.anchor_a), to_units(spec.anchor_b)
    low, high = spec.limits or (-math.inf, math.inf)
    match spec.kind:
        case "fixed":
            return [constraints.PivotJoint(a, b, at_a, at_b), constraints.RotaryLimitJoint(a, b, turn, turn)]
        case "ball":
            return [constraints.PivotJoint(a, b, at_a, at_b)]
        case "hinge":
            made: list[constraints.Constraint] = [constraints.PivotJoint(a, b, at_a, at_b)]
            if spec.limits is not None:
                if side_of(spec.frame_a) < 0:
                    low, high = -high, -low
                made.append(constraints.RotaryLimitJoint(b, a, low - turn, high - turn))
            return made
        case "slider":
            x, y = slide_axis(spec.frame_b)
            begin, end = (-1000.0 * SCALE, 1000.0 * SCALE) if spec.limits is None else (low * SCALE, high * SCALE)
            first = at_b[0] + x * begin, at_b[1] + y * begin
            last = at_b[0] + x * end, at_b[1] + y * end
            groove = constraints.GrooveJoint(b, a, first, last, at_a)
            return [groove, constraints.RotaryLimitJoint(a, b, turn, turn)]
        case "spring":
            length = spec.length * SCALE
            return [constraints.DampedSpring(a, b, at_a, at_b, length, spec.stiffness, spec.damping)]
        case _:
            near, far = spec.limits or (spec.length, spec.length)
            return [constraints.SlideJoint(a, b, at_a, at_b, near * SCALE, min(far, 1e6) * SCALE)]
