"""Two dimensions, by pymunk: everything lies in the plane of x and y, and turns about z.

Lengths are in centimetres inside, since Chipmunk's tolerances are made for numbers of that size. What lies outside of
the plane keeps its z. Going back is as good as can be: the cache of contacts can't be copied, so stacks may settle
another way than before.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pymunk
import pymunk.batch
from numpy.typing import NDArray
from pymunk import constraints
from pymunk.vec2d import Vec2d

from ..engine.declare import Vec3, Vec4
from ..engine.errors import PhysicsError
from ..engine.scene.physics import MOST_PLANAR
from .hulls import hull_volume
from .near_planar import Nearness
from .physics_world import (
    F32,
    F64,
    I32,
    BodySpec,
    ColliderSpec,
    Hit,
    JointSpec,
    Label,
    Near,
    Question,
    Shape,
    Touch,
    at_border,
)
from .planar_motors import SCALE, Motor, side_of, slide_axis

SUBSTEPS = 2
"""Parts that a step is made in: two let a stack of ten stand."""
_KINDS = {"dynamic": pymunk.Body.DYNAMIC, "static": pymunk.Body.STATIC, "kinematic": pymunk.Body.KINEMATIC}
_POSE = pymunk.batch.BodyFields.BODY_ID | pymunk.batch.BodyFields.POSITION | pymunk.batch.BodyFields.ANGLE
_FAR = 1e13
"""Chipmunk's units: what goes so far in a part of a step is halted after it."""
_THIN = 0.005
"""Metres: the radius of lines."""
_ROUND = 16
"""Corners of a circle that is drawn or cast."""


class _Body:
    """A pymunk body, and what it has no place for."""

    __slots__ = ("body", "halted", "shapes", "spec", "z")

    def __init__(self, body: pymunk.Body, spec: BodySpec) -> None:
        self.body = body
        self.spec = spec
        self.z = spec.position[2]
        self.halted = False
        self.shapes: dict[int, tuple[list[pymunk.Shape], float, ColliderSpec]] = {}


@dataclass(slots=True, eq=False)
class _Order:
    """Dynamic bodies by their ids (k,) int64, ascending: rows, z in metres; last: (k, 3) poses as they were read."""

    ids: NDArray[np.int64]
    rows: I32
    z: F32
    last: NDArray[np.float64] | None = None


class PlanarWorld:
    """A pymunk space whose bodies, colliders and joints are called by rows."""

    exact = False
    can_freeze = False

    def __init__(self) -> None:
        self._space = space = pymunk.Space()
        space.sleep_time_threshold = 0.5
        space.collision_slop = 0.1
        space.on_collision(None, None, begin=self._begins, separate=self._ends)
        self._bodies: dict[int, _Body] = {}
        self._colliders: dict[int, int] = {}  # the body of each
        self._nearness: dict[int, Nearness] = {}
        self._joints: dict[int, list[constraints.Constraint]] = {}
        self._joint_specs: dict[int, tuple[JointSpec, float]] = {}
        self._motors: dict[int, Motor] = {}
        self._rows: dict[pymunk.Shape, tuple[int, Label, bool]] = {}
        self._touches: list[tuple[Touch, Any]] = []
        self._targets: dict[int, tuple[Vec3, float]] = {}
        self._fast: dict[int, None] = {}  # dynamic bodies with ccd
        self._sleepless: dict[int, None] = {}
        self._order: _Order | None = None
        self._buffer = pymunk.batch.Buffer()
        self._forces: list[tuple[int, Vec3, Vec3, Vec3 | None]] = []
        self._gravity: Vec3 = (0.0, 0.0, 0.0)

    def __del__(self) -> None:
        # Pymunk frees a space without the joints of what sleeps, and then looks at the space when it frees those.
        with suppress(Exception):  # when Python ends, pymunk may be gone
            for made in self._joints.values():
                self._space.remove(*made)

    def configure(self, gravity: Vec3, iterations: int) -> None:
        self._gravity = gravity
        self._space.gravity = gravity[0] * SCALE, gravity[1] * SCALE
        self._space.iterations = max(10, 4 * iterations)

    # ---- bodies -----------------------------------------------------------------------------------------------------

    @at_border
    def add_body(self, row: int, spec: BodySpec) -> None:
        body = pymunk.Body(1.0, 1.0, _KINDS[spec.kind])
        self._bodies[row] = mine = _Body(body, spec)
        self._place(mine, spec.position, spec.rotation)
        body.velocity = spec.velocity[0] * SCALE, spec.velocity[1] * SCALE
        body.angular_velocity = spec.angular_velocity[2]
        self._describe(row, mine)
        self._space.add(body)

    def _place(self, mine: _Body, position: Vec3, rotation: Vec4) -> None:
        mine.body.position = position[0] * SCALE, position[1] * SCALE
        mine.body.angle = _angle(rotation)
        mine.z = position[2]
        self._order = None

    def _describe(self, row: int, mine: _Body) -> None:
        """Give a body a function of its own for its velocity where it does not just fall."""
        spec = mine.spec
        self._order, mine.halted = None, False
        for rows, holds in ((self._fast, spec.ccd), (self._sleepless, not spec.can_sleep)):
            if holds and spec.kind == "dynamic":
                rows[row] = None
            else:
                rows.pop(row, None)
        plain = spec.gravity_scale == 1 and not spec.linear_damping and not spec.angular_damping
        if spec.kind != "dynamic":
            return
        if plain and not spec.lock_position.strip("z"):
            mine.body.velocity_func = pymunk.Body.update_velocity
            return
        x = 0.0 if "x" in spec.lock_position else 1.0
        y = 0.0 if "y" in spec.lock_position else 1.0

        def falls(body: pymunk.Body, gravity: Any, damping: float, dt: float) -> None:
            gx, gy = gravity
            pymunk.Body.update_velocity(body, Vec2d(gx * spec.gravity_scale, gy * spec.gravity_scale), damping, dt)
            slower = 1 / (1 + dt * spec.linear_damping)
            vx, vy = body.velocity
            body.velocity = Vec2d(vx * slower * x, vy * slower * y)
            body.angular_velocity = body.angular_velocity / (1 + dt * spec.angular_damping)

        mine.body.velocity_func = falls

    @at_border
    def change_body(self, row: int, spec: BodySpec, *, moved: bool) -> None:
        mine = self._bodies[row]
        if mine.spec.kind != spec.kind:
            mine = self._made_anew(row, mine, spec)
        mine.spec = spec
        self._describe(row, mine)
        if moved:
            mine.body.velocity = spec.velocity[0] * SCALE, spec.velocity[1] * SCALE
            mine.body.angular_velocity = spec.angular_velocity[2]
        if spec.kind == "dynamic":
            mine.body.activate()

    def _made_anew(self, row: int, old: _Body, spec: BodySpec) -> _Body:
        """A body of another kind in the place of one. Chipmunk crashes where a body's type is set in a space."""
        shapes = {collider: spec for collider, (_, _, spec) in old.shapes.items()}
        joints = {joint: self._joint_specs[joint] for joint in self._held_by(row)}
        was = old.body
        self.remove_body(row)
        self.add_body(row, spec)
        mine = self._bodies[row]
        mine.body.position, mine.body.angle = was.position, was.angle
        if spec.kind == "dynamic":
            mine.body.velocity, mine.body.angular_velocity = was.velocity, was.angular_velocity
        for collider, made in shapes.items():
            self.add_collider(collider, row, made)
        for joint, (held, turn) in joints.items():
            self.add_joint(joint, held, turn)
        return mine

    def _held_by(self, row: int) -> list[int]:
        return [joint for joint, (spec, _) in self._joint_specs.items() if row in (spec.a, spec.b)]

    @at_border
    def remove_body(self, row: int) -> None:
        mine = self._bodies[row]
        for collider in list(mine.shapes):
            self.remove_collider(collider)
        for joint in self._held_by(row):
            self.remove_joint(joint)
        self._space.remove(mine.body)
        del self._bodies[row]
        self._order = None
        self._fast.pop(row, None)
        self._sleepless.pop(row, None)
        self._targets.pop(row, None)
        self._forces = [force for force in self._forces if force[0] != row]

    @at_border
    def settle_mass(self, body: int, mass: float) -> None:
        mine = self._bodies[body]
        if mine.spec.kind != "dynamic":
            return
        whole = sum(weight for _, weight, _ in mine.shapes.values())
        if not whole:
            mine.body.mass, mine.body.moment = mass or 1.0, math.inf
            return
        factor = (mass or whole) / whole
        for shapes, weight, _ in mine.shapes.values():
            areas = [max(shape.area, 1e-9) for shape in shapes]
            for shape, area in zip(shapes, areas, strict=True):
                shape.mass = max(weight * factor * area / sum(areas), 1e-9)
        if "z" in mine.spec.lock_rotation:
            mine.body.moment = math.inf

    # ---- colliders --------------------------------------------------------------------------------------------------

    @at_border
    def add_collider(self, row: int, body: int, spec: ColliderSpec) -> None:
        mine = self._bodies[body]
        weight = _volume(spec.shape) * spec.density
        made = _shapes(spec.shape, mine.body, spec.position, _angle(spec.rotation))
        for shape in made:
            shape.friction, shape.elasticity, shape.sensor = spec.friction**0.5, spec.restitution, spec.sensor
            shape.filter = pymunk.ShapeFilter(categories=spec.member, mask=spec.meets)
            self._rows[shape] = (row, spec.label, spec.sensor)
        self._space.add(*made)
        mine.shapes[row] = (made, weight, spec)
        self._colliders[row] = body

    @at_border
    def remove_collider(self, row: int) -> None:
        self._nearness.pop(row, None)
        mine = self._bodies[self._colliders.pop(row)]
        shapes, _, _ = mine.shapes.pop(row)
        if mine.spec.kind == "dynamic":
            mine.body.activate()
        self._space.remove(*shapes)  # which ends their contacts
        for shape in shapes:
            del self._rows[shape]

    # ---- joints -----------------------------------------------------------------------------------------------------

    @at_border
    def add_joint(self, row: int, spec: JointSpec, turn: float | None = None) -> None:
        """As `PhysicsWorld.add_joint`; turn: how much farther `b` is turned than `a` where the angle is 0, or now."""
        space = self._space
        a, b = (self._bodies[one].body if one >= 0 else space.static_body for one in (spec.a, spec.b))
        at_a, at_b = ((v[0] * SCALE, v[1] * SCALE) for v in (spec.anchor_a, spec.anchor_b))
        low, high = spec.limits or (-math.inf, math.inf)
        turn = b.angle - a.angle if turn is None else turn
        if all(one.body_type != pymunk.Body.DYNAMIC for one in (a, b)):  # until one of them is
            self._joints[row], self._joint_specs[row] = [], (spec, turn)
            return
        if spec.kind == "hinge" and side_of(spec.frame_a) < 0:
            low, high = -high, -low
        made: list[constraints.Constraint] = []
        if spec.kind in ("fixed", "hinge", "ball"):
            made.append(constraints.PivotJoint(a, b, at_a, at_b))
        if spec.kind == "fixed":
            made.append(constraints.RotaryLimitJoint(a, b, turn, turn))
        elif spec.kind == "hinge" and spec.limits is not None:
            made.append(constraints.RotaryLimitJoint(b, a, low - turn, high - turn))
        elif spec.kind == "slider":
            way = SCALE * (max(-low, high) if spec.limits is not None else 1000.0)
            x, y = slide_axis(spec.frame_b)
            begin, end = -way, way
            if spec.limits is not None:
                begin, end = low * SCALE, high * SCALE
            first = at_b[0] + x * begin, at_b[1] + y * begin
            last = at_b[0] + x * end, at_b[1] + y * end
            made.append(constraints.GrooveJoint(b, a, first, last, at_a))
            made.append(constraints.RotaryLimitJoint(a, b, turn, turn))
        elif spec.kind == "spring":
            made.append(constraints.DampedSpring(a, b, at_a, at_b, spec.length * SCALE, spec.stiffness, spec.damping))
        elif spec.kind == "distance":
            near, far = spec.limits or (spec.length, spec.length)
            made.append(constraints.SlideJoint(a, b, at_a, at_b, near * SCALE, min(far, 1e6) * SCALE))
        motor = None
        if spec.motor != "none" and spec.kind in ("hinge", "slider"):
            motor = Motor(spec, a, b, turn)
            made += motor.constraints
        for joint in made:
            joint.collide_bodies = spec.collide
        space.add(*made)
        self._joints[row], self._joint_specs[row] = made, (spec, turn)
        if motor is not None:
            self._motors[row] = motor

    @at_border
    def remove_joint(self, row: int) -> None:
        made = self._joints.pop(row, None)
        self._joint_specs.pop(row, None)
        self._motors.pop(row, None)
        if made is not None:
            self._space.remove(*made)

    # ---- motion -----------------------------------------------------------------------------------------------------

    @at_border
    def set_poses(self, rows: I32, positions: F32, rotations: F32) -> None:
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            mine = self._bodies[row]
            self._place(mine, position, rotation)
            if mine.halted:
                self._describe(row, mine)
            if mine.spec.kind == "dynamic":
                mine.body.activate()
            else:
                self._space.reindex_shapes_for_body(mine.body)

    def set_targets(self, rows: I32, positions: F32, rotations: F32) -> None:
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            self._targets[row] = (position, _angle(rotation))

    @at_border
    def step(self, dt: float) -> list[int]:
        space = self._space
        driven: list[pymunk.Body] = []
        for row, (position, angle) in self._targets.items():
            mine = self._bodies[row]
            body, (x, y) = mine.body, mine.body.position
            body.velocity = (position[0] * SCALE - x) / dt, (position[1] * SCALE - y) / dt
            body.angular_velocity = math.remainder(angle - body.angle, 2 * math.pi) / dt
            mine.z = position[2]
            driven.append(body)
        self._targets.clear()
        part = dt / SUBSTEPS
        for _ in range(SUBSTEPS):
            for row, linear, angular, at in self._forces:
                self._force(row, linear, angular, at)
            for motor in self._motors.values():
                motor.drive(part, self._weight(motor.spec.a), self._weight(motor.spec.b))
            for row in self._fast:
                self._stop_short(self._bodies[row], part)
            space.step(part)
        self._forces.clear()
        for body in driven:
            body.velocity, body.angular_velocity = (0.0, 0.0), 0.0
        for row in self._sleepless:
            self._bodies[row].body.activate()
        return []  # numbers of double precision go far beyond what is fetched

    @at_border
    def halt(self, rows: I32, positions: F32, rotations: F32) -> None:
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            mine = self._bodies[row]
            self._place(mine, position, rotation)
            mine.body.velocity, mine.body.angular_velocity = (0.0, 0.0), 0.0
            mine.body.velocity_func = _stay
            mine.halted = True

    def _weight(self, row: int) -> Vec2d:
        """What gravity does to a body, Chipmunk's units a second squared."""
        mine = self._bodies.get(row)
        if mine is None or mine.spec.kind != "dynamic":
            return Vec2d(0, 0)
        return Vec2d(*self._space.gravity) * mine.spec.gravity_scale

    def _stop_short(self, mine: _Body, dt: float) -> None:
        """Have a fast body with `ccd` end the next part of the step where it meets something, rather than behind it."""
        body, way = mine.body, mine.body.velocity * dt
        if not mine.shapes or body.is_sleeping:
            return
        size = SCALE * min(_extent(spec.shape) for _, _, spec in mine.shapes.values())
        far = math.hypot(way.x, way.y)
        if not size / 2 < far < _FAR:
            return
        spec = next(iter(mine.shapes.values()))[2]
        seen = pymunk.ShapeFilter(categories=spec.member, mask=spec.meets)
        joined = {one for c in body.constraints if not c.collide_bodies for one in (c.a, c.b)}
        start = body.local_to_world(body.center_of_gravity)
        best = 1.0
        for info in self._space.segment_query(start, start + way, size, seen):
            other = info.shape.body
            if other is body or other in joined or info.shape.sensor:
                continue
            deep = -way.dot(info.normal) * (1 - info.alpha)
            if deep > size / 2:  # else the part's own end will do: it lies on it, or grazes it
                best = min(best, info.alpha)
        if best < 1:
            body.position += way * (best - 1 + self._space.collision_slop / far)

    def _force(self, row: int, linear: Vec3, angular: Vec3, at: Vec3 | None) -> None:
        body = self._bodies[row].body
        force = linear[0] * SCALE, linear[1] * SCALE
        point = body.local_to_world(body.center_of_gravity) if at is None else (at[0] * SCALE, at[1] * SCALE)
        body.apply_force_at_world_point(force, point)
        body.torque += angular[2] * SCALE * SCALE

    def moved(self) -> tuple[I32, F32, F32]:
        if self._order is None:
            mine = sorted((one.body.id, row) for row, one in self._bodies.items() if one.spec.kind == "dynamic")
            table = np.array(mine, np.int64).reshape(-1, 2)
            depth = [self._bodies[row].z for row in table[:, 1].tolist()]
            self._order = _Order(table[:, 0].copy(), table[:, 1].astype(np.int32), np.array(depth, np.float32))
        order = self._order
        poses = self._poses(order.ids)
        if order.last is None:
            at = np.arange(len(poses))
        else:
            at = np.flatnonzero(np.logical_or.reduce(poses != order.last, axis=1))
        order.last = poses
        rows = order.rows[at]
        if len(rows) > 1 and not (rows[1:] > rows[:-1]).all():
            sorting = np.argsort(rows)
            rows, at = rows[sorting], at[sorting]
        found = poses[at]
        places, turns = np.empty((len(at), 3), np.float32), np.zeros((len(at), 4), np.float32)
        places[:, :2], places[:, 2] = found[:, :2] / SCALE, order.z[at]
        turns[:, 2], turns[:, 3] = np.sin(found[:, 2] / 2), np.cos(found[:, 2] / 2)
        return rows, places, turns

    def _poses(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """(k, 3) x, y and angle of bodies by their ids, ascending, as Chipmunk has them."""
        who, poses = self.raw_poses()
        order = np.argsort(who)
        found: NDArray[np.float64] = poses[order[np.searchsorted(who, ids, sorter=order)]] if len(ids) else poses[:0]
        return found

    def raw_poses(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """What pymunk has to read many poses at once: ids (n,), and x, y and angle (n, 3)."""
        buffer = self._buffer
        buffer.clear()
        pymunk.batch.get_space_bodies(self._space, _POSE, buffer)
        return np.frombuffer(buffer.int_buf(), np.int64), np.frombuffer(buffer.float_buf(), np.float64).reshape(-1, 3)

    def motion(self, row: int) -> tuple[Vec3, Vec3]:
        body = self._bodies[row].body
        x, y = body.velocity
        return (x / SCALE, y / SCALE, 0.0), (0.0, 0.0, body.angular_velocity)

    @at_border
    def set_motion(self, row: int, velocity: Vec3 | None, angular: Vec3 | None) -> None:
        body = self._bodies[row].body
        if velocity is not None:
            body.velocity = velocity[0] * SCALE, velocity[1] * SCALE
        if angular is not None:
            body.angular_velocity = angular[2]
        self._wake(row)

    def _wake(self, row: int) -> None:
        mine = self._bodies[row]
        if mine.spec.kind == "dynamic":
            mine.body.activate()

    @at_border
    def push(self, row: int, linear: Vec3, angular: Vec3, at: Vec3 | None, *, sudden: bool) -> None:
        mine = self._bodies[row]
        if mine.spec.kind != "dynamic":
            return
        self._wake(row)
        if not sudden:
            self._forces.append((row, linear, angular, at))
            return
        body = mine.body
        point = body.local_to_world(body.center_of_gravity) if at is None else (at[0] * SCALE, at[1] * SCALE)
        body.apply_impulse_at_world_point((linear[0] * SCALE, linear[1] * SCALE), point)
        if angular[2] and math.isfinite(body.moment):
            body.angular_velocity += angular[2] * SCALE * SCALE / body.moment

    def mass(self, row: int) -> float:
        mine = self._bodies[row]
        return mine.body.mass if mine.spec.kind == "dynamic" else math.inf

    def asleep(self, row: int) -> bool:
        return bool(self._bodies[row].body.is_sleeping)

    def awake(self) -> I32:
        mine = self._bodies.items()
        rows = [row for row, one in mine if one.spec.kind == "dynamic" and not one.body.is_sleeping]
        return np.array(rows, np.int32)

    @at_border
    def rest(self, row: int, asleep: bool) -> None:
        if self._bodies[row].spec.kind != "dynamic":
            return
        if asleep:
            body = self._bodies[row].body
            if body.is_sleeping:  # to ask again would end the process
                return
            body.velocity, body.angular_velocity = (0.0, 0.0), 0.0
            if _alone(body):  # else that spoils its memory; it sleeps with what it touches, when that rests
                body.sleep()
        else:
            self._wake(row)

    # ---- contacts ---------------------------------------------------------------------------------------------------

    def _begins(self, arbiter: pymunk.Arbiter, space: pymunk.Space, data: Any) -> None:
        one, two = (self._rows[shape] for shape in arbiter.shapes)
        arbiter.restitution = max(shape.elasticity for shape in arbiter.shapes)  # only the first step bounces
        touch = Touch(one[1], two[1], True, one[2] or two[2])
        contacts = arbiter.contact_point_set
        x, y = contacts.normal
        touch.normal = (x, y, 0.0)
        if contacts.points:
            px, py = contacts.points[0].point_a
            touch.point = (px / SCALE, py / SCALE, 0.0)
        a, b = (shape.body for shape in arbiter.shapes)
        if a is not None and b is not None and not touch.sensor:
            touch.impulse = _blow(a, b, contacts, arbiter.restitution)
        self._touches.append((touch, None))

    def _ends(self, arbiter: pymunk.Arbiter, space: pymunk.Space, data: Any) -> None:
        found = [self._rows.get(shape) for shape in arbiter.shapes]
        if found[0] is not None and found[1] is not None:
            one, two = found[0], found[1]
            self._touches.append((Touch(one[1], two[1], False, one[2] or two[2]), None))

    def touches(self, wanted: bool) -> list[Touch]:
        found = [touch for touch, _ in self._touches]
        self._touches.clear()
        return found

    def forget_touches(self) -> None:
        self._touches.clear()

    @at_border
    def contacts(self) -> tuple[F64, F64]:
        points: list[Vec3] = []
        normals: list[Vec3] = []
        for mine in self._bodies.values():
            if mine.spec.kind != "dynamic":
                continue

            def note(arbiter: pymunk.Arbiter, z: float = mine.z) -> None:
                found = arbiter.contact_point_set
                x, y = found.normal
                for point in found.points:
                    points.append((point.point_a.x / SCALE, point.point_a.y / SCALE, z))
                    normals.append((x, y, 0.0))

            mine.body.each_arbiter(note)
        return np.array(points, np.float64).reshape(-1, 3), np.array(normals, np.float64).reshape(-1, 3)

    # ---- questions --------------------------------------------------------------------------------------------------

    def _passes(self, shape: pymunk.Shape, question: Question) -> bool:
        row, _, sensor = self._rows[shape]
        return (question.sensors or not sensor) and self._colliders[row] != question.exclude

    def _filter(self, question: Question) -> pymunk.ShapeFilter:
        return pymunk.ShapeFilter(mask=question.layers)

    @at_border
    def ray(self, origin: Vec3, direction: Vec3, maximum: float, question: Question) -> Hit | None:
        x, y, _ = origin
        start = x * SCALE, y * SCALE
        end = (x + direction[0] * maximum) * SCALE, (y + direction[1] * maximum) * SCALE
        best: tuple[float, pymunk.Shape, Any] | None = None
        for info in self._space.segment_query(start, end, 0, self._filter(question)):
            if self._passes(info.shape, question) and (best is None or info.alpha < best[0]):
                best = (info.alpha, info.shape, info.normal)
        if best is None:
            return None
        nx, ny = best[2]
        return self._rows[best[1]][0], best[0] * maximum, (nx, ny, 0.0)

    @at_border
    def cast(
        self, shape: Shape, position: Vec3, rotation: Vec4, direction: Vec3, maximum: float, question: Question
    ) -> tuple[Hit, Vec3] | None:
        # By bisection over what overlaps: no engine of this kind sweeps shapes. Parts as long as half the shape.
        reach = _extent(shape)
        steps = min(4096, max(1, math.ceil(maximum / reach)))
        before = 0.0
        for i in range(steps + 1):
            far = maximum * i / steps
            met = self._met(shape, position, rotation, direction, far, question)
            if met:
                low, high = before, far
                for _ in range(24):
                    middle = (low + high) / 2
                    found = self._met(shape, position, rotation, direction, middle, question)
                    low, high, met = (low, middle, found) if found else (middle, high, met)
                info, row = met[0]
                x, y = info.normal
                points = info.points
                px, py = points[0].point_b if points else (0.0, 0.0)
                return (row, high, (-x, -y, 0.0)), (px / SCALE, py / SCALE, position[2])
            before = far
        return None

    def _met(
        self, shape: Shape, at: Vec3, rotation: Vec4, way: Vec3, far: float, question: Question
    ) -> list[tuple[Any, int]]:
        x, y, z = at
        return self._overlaps(shape, (x + way[0] * far, y + way[1] * far, z), rotation, question)

    def _overlaps(self, shape: Shape, position: Vec3, rotation: Vec4, question: Question) -> list[tuple[Any, int]]:
        body = pymunk.Body(body_type=pymunk.Body.KINEMATIC)
        body.position, body.angle = (position[0] * SCALE, position[1] * SCALE), _angle(rotation)
        found: list[tuple[Any, int]] = []
        for one in _shapes(shape, body, (0.0, 0.0, 0.0), 0.0):
            one.filter = self._filter(question)
            for info in self._space.shape_query(one):
                if self._passes(info.shape, question):
                    found.append((info.contact_point_set, self._rows[info.shape][0]))
        return found

    @at_border
    def overlap(self, shape: Shape, position: Vec3, rotation: Vec4, question: Question) -> list[int]:
        return sorted({row for _, row in self._overlaps(shape, position, rotation, question)})

    def pose(self, row: int) -> tuple[Vec3, Vec4]:
        mine = self._bodies[row]
        (x, y), half = mine.body.position, mine.body.angle / 2
        return (x / SCALE, y / SCALE, mine.z), (0.0, 0.0, math.sin(half), math.cos(half))

    @at_border
    def near(self, collider: int, position: Vec3, rotation: Vec4, reach: float) -> list[Near]:
        row = self._colliders[collider]
        found = self._nearness.get(collider)
        if found is None:
            shapes, _, spec = self._bodies[row].shapes[collider]

            def make(body: pymunk.Body) -> list[Any]:
                return _shapes(spec.shape, body, spec.position, _angle(spec.rotation))

            found = self._nearness[collider] = Nearness(make, shapes[0], SCALE)
        return found.near(self._space, self._rows, row, position, _angle(rotation), reach)

    @at_border
    def lines(self) -> F32:
        found: list[tuple[Vec3, Vec3]] = []
        for mine in self._bodies.values():
            for shapes, _, _ in mine.shapes.values():
                for shape in shapes:
                    corners = [mine.body.local_to_world(v) / SCALE for v in _outline(shape)]
                    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
                        found.append(((a.x, a.y, mine.z), (b.x, b.y, mine.z)))
        return np.array(found, np.float32).reshape(-1, 2, 3)

    # ---- going back -------------------------------------------------------------------------------------------------

    def save(self) -> bytes:
        joints = [(row, astuple(spec), turn) for row, (spec, turn) in sorted(self._joint_specs.items())]
        head = json.dumps(joints).encode()
        out: list[bytes] = [struct.pack("<Q", len(head)), head]
        for row in sorted(self._bodies):
            mine = self._bodies[row]
            body = mine.body
            values = (*body.position, body.angle, *body.velocity, body.angular_velocity, mine.z)
            out.append(struct.pack("<q7d?", row, *values, body.is_sleeping))
        return b"".join(out)

    @at_border
    def load(self, data: bytes, labels: Mapping[int, Label]) -> None:
        (size,) = struct.unpack_from("<Q", data)
        for row, spec, turn in json.loads(data[8 : 8 + size]):  # angles and ways count from where it was made
            if row in self._joints:
                self.remove_joint(row)
                self.add_joint(row, JointSpec(*spec), turn)
        for row, x, y, angle, vx, vy, turning, z, _ in struct.iter_unpack("<q7d?", data[8 + size :]):
            mine = self._bodies.get(row)
            if mine is None:  # since then it was moved to where it can't be
                continue
            mine.body.position, mine.body.angle, mine.z = (x, y), angle, z
            if mine.spec.kind != "static":
                mine.body.velocity, mine.body.angular_velocity = (vx, vy), turning
            self._space.reindex_shapes_for_body(mine.body)
        self._touches.clear()
        self._order = None


def _alone(body: pymunk.Body) -> bool:
    """Whether nothing touches a body, or hangs on it, but what is static."""
    others = {one for c in body.constraints for one in (c.a, c.b)}

    def note(arbiter: pymunk.Arbiter) -> None:
        others.update(shape.body for shape in arbiter.shapes if shape.body is not None)

    body.each_arbiter(note)
    return all(one is body or one.body_type == pymunk.Body.STATIC for one in others)


def _stay(body: pymunk.Body, gravity: Any, damping: float, dt: float) -> None:
    """In place of falling."""
    body.velocity, body.angular_velocity = Vec2d(0, 0), 0.0


def _blow(a: pymunk.Body, b: pymunk.Body, contacts: Any, bounce: float) -> float:
    """The impulse in N s of two bodies that meet, as if they met in one point without friction."""
    if not contacts.points:
        return 0.0
    normal, point = contacts.normal, contacts.points[0].point_a
    speed = -(b.velocity_at_world_point(point) - a.velocity_at_world_point(point)).dot(normal)
    lightness = 0.0
    for body in (a, b):
        if body.body_type == pymunk.Body.DYNAMIC:
            arm = (point - body.local_to_world(body.center_of_gravity)).cross(normal)
            lightness += 1 / body.mass + (arm * arm / body.moment if math.isfinite(body.moment) else 0.0)
    return min(max(0.0, speed * (1 + bounce) / lightness / SCALE), 1e30) if lightness else 0.0


def _angle(rotation: Vec4 | Iterable[float]) -> float:
    _, _, z, w = rotation
    return 2 * math.atan2(z, w)


def _shapes(shape: Shape, body: pymunk.Body, position: Vec3, angle: float) -> list[pymunk.Shape]:
    """A shape as seen along z: those of pymunk that it is made of."""
    turn, move = Vec2d(math.cos(angle), math.sin(angle)), Vec2d(position[0], position[1]) * SCALE

    def placed(points: Iterable[tuple[float, float]]) -> list[Vec2d]:
        return [Vec2d(x * SCALE, y * SCALE).cpvrotate(turn) + move for x, y in points]

    match shape.kind:
        case "sphere":
            return [pymunk.Circle(body, shape.radius * SCALE, (move.x, move.y))]
        case "capsule":
            a, b = placed([(0.0, -shape.half_height), (0.0, shape.half_height)])
            return [pymunk.Segment(body, a, b, shape.radius * SCALE)]
        case "heightfield":
            assert shape.points is not None
            return _line(shape.points, body, placed, shape)
        case "mesh":
            assert shape.points is not None
            assert shape.triangles is not None
            return _triangles(shape, body, placed)
        case "decomposition":
            return [pymunk.Poly(body, placed(_silhouette(part))) for part in shape.parts]
        case _:
            return [pymunk.Poly(body, placed(_corners(shape)))]


def _corners(shape: Shape) -> list[tuple[float, float]]:
    match shape.kind:
        case "box":
            x, y, _ = shape.half
        case "cylinder":
            x, y = shape.radius, shape.half_height
        case "cone":
            r, h = shape.radius, shape.half_height
            return [(-r, -h), (r, -h), (0.0, h)]
        case _:
            assert shape.points is not None
            return _silhouette(shape.points)
    return [(-x, -y), (x, -y), (x, y), (-x, y)]


def _silhouette(points: F32) -> list[tuple[float, float]]:
    """What a hull's corners (n, 3) are, seen along z. Raises PhysicsError for a line."""
    seen = np.unique(points[:, :2], axis=0).astype(np.float64)
    if np.linalg.matrix_rank(seen - seen[0], 1e-6) < 2:
        raise PhysicsError("a hull is a line when it is seen along z; planar physics needs an area")
    return [(x, y) for x, y in seen.tolist()]


def _line(
    points: F32, body: pymunk.Body, placed: Callable[[Iterable[tuple[float, float]]], list[Vec2d]], shape: Shape
) -> list[pymunk.Shape]:
    """The skyline of a heightfield."""
    xs, which = np.unique(points[:, 0], return_inverse=True)
    top = np.full(len(xs), -np.inf)
    np.maximum.at(top, which, points[:, 1])
    middle = (float(points[:, 0].min()) + float(points[:, 0].max())) / 2
    corners = placed(list(zip((xs - middle).tolist(), top.tolist(), strict=True)))
    return [pymunk.Segment(body, a, b, _THIN * SCALE) for a, b in pairwise(corners)]


def _triangles(
    shape: Shape, body: pymunk.Body, placed: Callable[[Iterable[tuple[float, float]]], list[Vec2d]]
) -> list[pymunk.Shape]:
    assert shape.points is not None
    assert shape.triangles is not None
    if len(shape.triangles) > MOST_PLANAR:
        raise PhysicsError(
            f"a mesh of {len(shape.triangles):,} triangles; planar physics takes {MOST_PLANAR:,} at most"
        )
    flat = shape.points[:, :2].astype(np.float64)[shape.triangles]
    a, b = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    area = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    seen = flat[area > 1e-8]
    if not len(seen):
        raise PhysicsError("a mesh is a line when it is seen along z; planar physics needs an area")
    return [pymunk.Poly(body, placed([(x, y) for x, y in corners])) for corners in seen.tolist()]


def _outline(shape: pymunk.Shape) -> list[Vec2d]:
    """The corners of a shape on its body."""
    if isinstance(shape, pymunk.Poly):
        return shape.get_vertices()
    if isinstance(shape, pymunk.Circle):
        ring = [Vec2d(shape.radius, 0).rotated(2 * math.pi * i / _ROUND) for i in range(_ROUND)]
        return [shape.offset + corner for corner in ring]
    assert isinstance(shape, pymunk.Segment)
    aside = (shape.b - shape.a).perpendicular_normal() * shape.radius
    return [shape.a + aside, shape.b + aside, shape.b - aside, shape.a - aside]


def _volume(shape: Shape) -> float:
    """Cubic metres of the solid, so that it weighs as much as in three dimensions."""
    r, h = shape.radius, 2 * shape.half_height
    match shape.kind:
        case "box":
            x, y, z = shape.half
            return 8 * x * y * z
        case "sphere":
            return 4 / 3 * math.pi * r**3
        case "capsule":
            return math.pi * r * r * h + 4 / 3 * math.pi * r**3
        case "cylinder":
            return math.pi * r * r * h
        case "cone":
            return math.pi * r * r * h / 3
        case "convex" | "decomposition":
            assert shape.points is not None
            return sum(map(hull_volume, shape.parts or (shape.points,)))
        case _:
            return 1.0


def _extent(shape: Shape) -> float:
    """Half the smallest extent, metres."""
    match shape.kind:
        case "box":
            return min(shape.half[:2])
        case "sphere":
            return shape.radius
        case "capsule" | "cylinder" | "cone":
            return min(shape.radius, shape.half_height)
        case _:
            return 0.1
