"""The planar engine: bodies, their colliders, and steps.

What lies outside of the plane keeps its z. Going back is as good as can be: the cache of contacts can't be copied, so
stacks may settle another way than before.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from contextlib import suppress

import numpy as np
import pymunk

from ...engine.declare import Vec3, Vec4
from ..measures import volume
from ..parts import head_and_rest, headed
from ..physics_world import F32, I32, BodySpec, ColliderSpec, JointSpec, Label, at_border
from .ccd import stop_short
from .contacts import PlanarContacts, alone
from .falling import falling, staying
from .joints import PlanarJoints
from .poses import PlanarPoses
from .queries import PlanarQueries
from .shapes import shapes_of
from .space import (
    SCALE,
    PlanarBody,
    PlanarCollider,
    PlanarSpace,
    ShapeOwner,
    angle_of,
    point_of,
    to_metres,
    to_units,
)

SUBSTEPS = 2
"""Parts that a step is made in: two let a stack of ten stand."""
_KINDS = {"dynamic": pymunk.Body.DYNAMIC, "static": pymunk.Body.STATIC, "kinematic": pymunk.Body.KINEMATIC}
_SAVED = "<q7d?"
"""Of a body: row, place, angle, velocity, spin, z, whether it sleeps."""


class PlanarWorld:
    """A pymunk space whose bodies, colliders and joints are called by rows. See `physics_world.PhysicsWorld`."""

    exact = False
    can_freeze = False

    def __init__(self) -> None:
        self._space = space = PlanarSpace()
        space.native.sleep_time_threshold = 0.5
        space.native.collision_slop = 0.1
        self.contacts = PlanarContacts(space)
        self.queries = PlanarQueries(space)
        self.poses = PlanarPoses(space)
        self._joints = PlanarJoints(space)
        self._targets: dict[int, tuple[Vec3, float]] = {}
        self._fast: dict[int, None] = {}  # dynamic bodies with ccd
        self._sleepless: dict[int, None] = {}
        self._forces: list[tuple[int, Vec3, Vec3, Vec3 | None]] = []

    def __del__(self) -> None:
        # Pymunk frees a space without the joints of what sleeps, and then looks at the space when it frees those.
        with suppress(Exception):  # when Python ends, pymunk may be gone
            self._joints.let_go()

    def configure(self, gravity: Vec3, iterations: int) -> None:
        self._space.native.gravity = to_units(gravity)
        self._space.native.iterations = max(10, 4 * iterations)

    # ---- bodies -----------------------------------------------------------------------------------------------------

    @at_border
    def add_body(self, row: int, spec: BodySpec) -> None:
        native = pymunk.Body(1.0, 1.0, _KINDS[spec.kind])
        body = self._space.bodies[row] = PlanarBody(native, spec, spec.position[2])
        self._place(body, spec.position, spec.rotation)
        native.velocity = to_units(spec.velocity)
        native.angular_velocity = spec.angular_velocity[2]
        self._describe(row, body)
        self._space.native.add(native)

    def _place(self, body: PlanarBody, position: Vec3, rotation: Vec4) -> None:
        body.native.position, body.native.angle = to_units(position), angle_of(rotation)
        body.z = position[2]
        self.poses.forget()

    def _describe(self, row: int, body: PlanarBody) -> None:
        """Have a body move as it is to."""
        self.poses.forget()
        spec, body.halted = body.spec, False
        for rows, holds in ((self._fast, spec.ccd), (self._sleepless, not spec.can_sleep)):
            if holds and body.dynamic:
                rows[row] = None
            else:
                rows.pop(row, None)
        if body.dynamic:
            body.native.velocity_func = falling(spec)

    @at_border
    def change_body(self, row: int, spec: BodySpec, *, moved: bool) -> None:
        body = self._space.bodies[row]
        if body.spec.kind != spec.kind:
            body = self._made_anew(row, body, spec)
        body.spec = spec
        self._describe(row, body)
        if moved:
            body.native.velocity = to_units(spec.velocity)
            body.native.angular_velocity = spec.angular_velocity[2]
        body.wake()

    def _made_anew(self, row: int, old: PlanarBody, spec: BodySpec) -> PlanarBody:
        """A body of another kind in the place of one. Chipmunk crashes where a body's type is set in a space."""
        colliders = {collider: made.spec for collider, made in old.colliders.items()}
        joints = self._joints.of(row)
        was = old.native
        self.remove_body(row)
        self.add_body(row, spec)
        body = self._space.bodies[row]
        body.native.position, body.native.angle = was.position, was.angle
        if body.dynamic:
            body.native.velocity, body.native.angular_velocity = was.velocity, was.angular_velocity
        for collider, described in colliders.items():
            self.add_collider(collider, row, described)
        for joint, (held, turn) in joints.items():
            self._joints.add(joint, held, turn)
        return body

    @at_border
    def remove_body(self, row: int) -> None:
        body = self._space.bodies[row]
        for collider in list(body.colliders):
            self.remove_collider(collider)
        for joint in self._joints.of(row):
            self._joints.remove(joint)
        self._space.native.remove(body.native)
        del self._space.bodies[row]
        self.poses.forget()
        self._fast.pop(row, None)
        self._sleepless.pop(row, None)
        self._targets.pop(row, None)
        self._forces = [force for force in self._forces if force[0] != row]

    @at_border
    def settle_mass(self, row: int, mass: float) -> None:
        body = self._space.bodies[row]
        if not body.dynamic:
            return
        turned = math.isfinite(body.native.moment)
        self._weigh(body, mass)
        if math.isfinite(body.native.moment) != turned:
            self._joints.make_anew(row)

    def _weigh(self, body: PlanarBody, mass: float) -> None:
        """Have a body weigh so much, or what its colliders make it for 0. Without any, nothing turns it."""
        whole = sum(collider.weight for collider in body.colliders.values())
        if not whole:
            body.native.mass, body.native.moment = mass or 1.0, math.inf
            return
        factor = (mass or whole) / whole
        for collider in body.colliders.values():
            areas = [max(shape.area, 1e-9) for shape in collider.shapes]
            for shape, area in zip(collider.shapes, areas, strict=True):
                shape.mass = max(collider.weight * factor * area / sum(areas), 1e-9)
        if "z" in body.spec.lock_rotation:
            body.native.moment = math.inf

    # ---- colliders and joints ---------------------------------------------------------------------------------------

    @at_border
    def add_collider(self, row: int, body: int, spec: ColliderSpec) -> None:
        space, owner = self._space, self._space.bodies[body]
        weight = volume(spec.shape) * spec.density
        made = shapes_of(spec.shape, owner.native, spec.position, angle_of(spec.rotation))
        for shape in made:
            shape.friction, shape.elasticity, shape.sensor = spec.friction**0.5, spec.restitution, spec.sensor
            shape.filter = pymunk.ShapeFilter(categories=spec.member, mask=spec.meets)
            space.owners[shape] = ShapeOwner(row, spec.label, spec.sensor)
        space.native.add(*made)
        owner.colliders[row] = PlanarCollider(made, weight, spec)
        space.body_of[row] = body

    @at_border
    def remove_collider(self, row: int) -> None:
        self.queries.forget(row)
        space = self._space
        body = space.bodies[space.body_of.pop(row)]
        collider = body.colliders.pop(row)
        body.wake()
        space.native.remove(*collider.shapes)  # which ends their contacts
        for shape in collider.shapes:
            del space.owners[shape]

    @at_border
    def add_joint(self, row: int, spec: JointSpec) -> None:
        self._joints.add(row, spec)

    @at_border
    def remove_joint(self, row: int) -> None:
        self._joints.remove(row)

    # ---- steps ------------------------------------------------------------------------------------------------------

    @at_border
    def set_poses(self, rows: I32, positions: F32, rotations: F32) -> None:
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            body = self._space.bodies[row]
            self._place(body, position, rotation)
            if body.halted:
                self._describe(row, body)
            if body.dynamic:
                body.native.activate()
            else:
                self._space.native.reindex_shapes_for_body(body.native)

    def set_targets(self, rows: I32, positions: F32, rotations: F32) -> None:
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            self._targets[row] = (position, angle_of(rotation))

    @at_border
    def step(self, dt: float) -> list[int]:
        space, bodies = self._space, self._space.bodies
        driven = self._drive(dt)
        part = dt / SUBSTEPS
        for _ in range(SUBSTEPS):
            for row, linear, angular, at in self._forces:
                native = bodies[row].native
                native.apply_force_at_world_point(to_units(linear), point_of(native, at))
                native.torque += angular[2] * SCALE * SCALE
            self._joints.drive(part)
            for row in self._fast:
                stop_short(space, bodies[row], part)
            space.native.step(part)
        self._forces.clear()
        for native in driven:
            native.velocity, native.angular_velocity = (0.0, 0.0), 0.0
        for row in self._sleepless:
            bodies[row].native.activate()
        return []  # numbers of double precision go far beyond what is fetched

    def _drive(self, dt: float) -> list[pymunk.Body]:
        """Have kinematic bodies move so fast that they are at their targets after the step. Returns those."""
        driven: list[pymunk.Body] = []
        for row, (position, angle) in self._targets.items():
            body = self._space.bodies[row]
            native, (x, y) = body.native, body.native.position
            native.velocity = (position[0] * SCALE - x) / dt, (position[1] * SCALE - y) / dt
            native.angular_velocity = math.remainder(angle - native.angle, 2 * math.pi) / dt
            body.z = position[2]
            driven.append(native)
        self._targets.clear()
        return driven

    @at_border
    def halt(self, rows: I32, positions: F32, rotations: F32) -> None:
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            body = self._space.bodies[row]
            self._place(body, position, rotation)
            body.native.velocity, body.native.angular_velocity = (0.0, 0.0), 0.0
            body.native.velocity_func = staying
            body.halted = True

    def moved(self) -> tuple[I32, F32, F32]:
        return self.poses.moved()

    def pose(self, row: int) -> tuple[Vec3, Vec4]:
        body = self._space.bodies[row]
        half = body.native.angle / 2
        return to_metres(body.native.position, body.z), (0.0, 0.0, math.sin(half), math.cos(half))

    # ---- how a body moves -------------------------------------------------------------------------------------------

    def motion(self, row: int) -> tuple[Vec3, Vec3]:
        native = self._space.bodies[row].native
        return to_metres(native.velocity), (0.0, 0.0, native.angular_velocity)

    @at_border
    def set_motion(self, row: int, velocity: Vec3 | None, angular: Vec3 | None) -> None:
        body = self._space.bodies[row]
        if velocity is not None:
            body.native.velocity = to_units(velocity)
        if angular is not None:
            body.native.angular_velocity = angular[2]
        body.wake()

    @at_border
    def push(self, row: int, linear: Vec3, angular: Vec3, at: Vec3 | None, *, sudden: bool) -> None:
        body = self._space.bodies[row]
        if not body.dynamic:
            return
        body.wake()
        if not sudden:
            self._forces.append((row, linear, angular, at))
            return
        native = body.native
        native.apply_impulse_at_world_point(to_units(linear), point_of(native, at))
        if angular[2] and math.isfinite(native.moment):
            native.angular_velocity += angular[2] * SCALE * SCALE / native.moment

    def mass(self, row: int) -> float:
        body = self._space.bodies[row]
        return body.native.mass if body.dynamic else math.inf

    def asleep(self, row: int) -> bool:
        return bool(self._space.bodies[row].native.is_sleeping)

    def awake(self) -> I32:
        bodies = self._space.bodies.items()
        return np.array([row for row, body in bodies if body.dynamic and not body.native.is_sleeping], np.int32)

    @at_border
    def rest(self, row: int, asleep: bool) -> None:
        body = self._space.bodies[row]
        if not asleep:
            body.wake()
            return
        native = body.native
        if not body.dynamic or native.is_sleeping:  # to ask again would end the process
            return
        native.velocity, native.angular_velocity = (0.0, 0.0), 0.0
        if alone(native):  # else that spoils its memory; it sleeps with what it touches, when that rests
            native.sleep()

    # ---- going back -------------------------------------------------------------------------------------------------

    def save(self) -> bytes:
        bodies: list[bytes] = []
        for row, body in sorted(self._space.bodies.items()):
            native = body.native
            values = (*native.position, native.angle, *native.velocity, native.angular_velocity, body.z)
            bodies.append(struct.pack(_SAVED, row, *values, native.is_sleeping))
        return headed(self._joints.save(), b"".join(bodies))

    @at_border
    def load(self, data: bytes, labels: Mapping[int, Label]) -> None:
        joints, bodies = head_and_rest(data)
        self._joints.load(joints)
        for row, x, y, angle, vx, vy, turning, z, _ in struct.iter_unpack(_SAVED, bodies):
            body = self._space.bodies.get(row)
            if body is None:  # since then it was moved to where it can't be
                continue
            body.native.position, body.native.angle, body.z = (x, y), angle, z
            if body.spec.kind != "static":
                body.native.velocity, body.native.angular_velocity = (vx, vy), turning
            self._space.native.reindex_shapes_for_body(body.native)
        self.contacts.forget_touches()
        self.poses.forget()
