"""The spatial engine: bodies, their colliders, and steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import rapier3d as rapier

from ...engine.declare import Vec3, Vec4
from ..parts import joined, parted
from ..physics_world import F32, I32, BodySpec, ColliderSpec, JointSpec, Label, at_border
from .contacts import SpatialContacts
from .joints import SpatialJoints
from .poses import SpatialPoses
from .queries import SpatialQueries
from .shapes import native_shape
from .space import SpatialSpace, handles_loaded, handles_saved, to_tuple

_TYPES = {
    "dynamic": rapier.RigidBodyType.DYNAMIC,
    "static": rapier.RigidBodyType.FIXED,
    "kinematic": rapier.RigidBodyType.KINEMATIC_POSITION_BASED,
}
_LOCKS = {"x": 1, "y": 2, "z": 4}


class SpatialWorld:
    """A rapier world whose bodies, colliders and joints are called by rows. See `physics_world.PhysicsWorld`."""

    exact = True
    can_freeze = True

    def __init__(self) -> None:
        self._space = space = SpatialSpace()
        self.contacts = SpatialContacts(space)
        self.queries = SpatialQueries(space)
        self.poses = SpatialPoses(space)
        self._joints = SpatialJoints(space, self.poses)
        self._halted: set[int] = set()
        self._pushed: set[int] = set()

    def configure(self, gravity: Vec3, iterations: int) -> None:
        self._space.native.gravity = gravity
        self._space.native.integration_parameters.num_solver_iterations = iterations

    # ---- bodies -----------------------------------------------------------------------------------------------------

    @at_border
    def add_body(self, row: int, spec: BodySpec) -> None:
        space = self._space
        made = rapier.RigidBody.new_body(_TYPES[spec.kind]).position(rapier.Isometry3(spec.position, spec.rotation))
        made = made.linvel(spec.velocity).angvel(spec.angular_velocity).can_sleep(spec.can_sleep)
        space.bodies[row] = space.native.add_body(made.user_data(row))
        self._describe(row, space.body(row), spec)

    def _describe(self, row: int, body: Any, spec: BodySpec) -> None:
        """Have a body move as it is to."""
        body.linear_damping, body.angular_damping = spec.linear_damping, spec.angular_damping
        body.gravity_scale, body.ccd_enabled = spec.gravity_scale, spec.ccd
        bits = sum(_LOCKS[axis] for axis in spec.lock_position) + 8 * sum(_LOCKS[axis] for axis in spec.lock_rotation)
        body.locked_axes = rapier.LockedAxes(bits)
        self._halted.discard(row)
        dynamic = self._space.dynamic
        (dynamic.add if spec.kind == "dynamic" else dynamic.discard)(row)
        self.poses.forget()

    @at_border
    def change_body(self, row: int, spec: BodySpec, *, moved: bool) -> None:
        body, dynamic = self._space.body(row), self._space.dynamic
        was = row in dynamic
        body.body_type = _TYPES[spec.kind]
        self._describe(row, body, spec)
        if was != (row in dynamic):
            self._joints.hold_anew(row)
        sleeping = body.activation.sleeping
        kinds = rapier.RigidBodyActivation
        activation = kinds.active() if spec.can_sleep else kinds.cannot_sleep()
        activation.sleeping = sleeping and spec.can_sleep
        body.activation = activation
        if moved:
            body.linvel, body.angvel = spec.velocity, spec.angular_velocity
        body.wake_up(True)

    @at_border
    def remove_body(self, row: int) -> None:
        space = self._space
        handle = space.bodies.pop(row)
        for collider in space.native.rigid_bodies[handle].colliders:
            self._forget(collider)
        space.native.remove_body(handle)
        for rows in (space.dynamic, self._halted, self._pushed):
            rows.discard(row)
        space.stale = True
        self.poses.forget()

    @at_border
    def settle_mass(self, row: int, mass: float) -> None:
        body, colliders = self._space.body(row), self._space.native.colliders
        self.poses.forget()
        body.set_additional_mass(0.0, False)
        body.recompute_mass_properties_from_colliders(colliders)
        now = body.mass
        if not now > 0:
            body.set_additional_mass(mass or 1.0)  # without any, forces would not move it
            body.recompute_mass_properties_from_colliders(colliders)
            return
        if not mass or row not in self._space.dynamic:
            return
        for handle in body.colliders:
            collider = colliders[handle]
            collider.density = collider.density * mass / now
        body.recompute_mass_properties_from_colliders(colliders)

    # ---- colliders and joints ---------------------------------------------------------------------------------------

    @at_border
    def add_collider(self, row: int, body: int, spec: ColliderSpec) -> None:
        space = self._space
        made = rapier.Collider.new(native_shape(spec.shape)).position(rapier.Isometry3(spec.position, spec.rotation))
        made = made.friction(spec.friction).restitution(spec.restitution).density(spec.density).sensor(spec.sensor)
        made = made.friction_combine_rule(rapier.CoefficientCombineRule.GEOMETRIC_MEAN)
        made = made.restitution_combine_rule(rapier.CoefficientCombineRule.MAX)
        groups = rapier.InteractionGroups(rapier.Group(spec.member), rapier.Group(spec.meets))
        made = made.collision_groups(groups).active_events(rapier.ActiveEvents.COLLISION_EVENTS)
        if spec.sensor:
            kinds = rapier.ActiveCollisionTypes
            made = made.active_collision_types(
                kinds.default_types() | kinds.KINEMATIC_FIXED | kinds.KINEMATIC_KINEMATIC
            )
        handle = space.colliders[row] = space.native.add_collider(made.user_data(row), space.bodies[body])
        space.labels[handle], space.rows[handle] = spec.label, row
        space.stale = True

    @at_border
    def remove_collider(self, row: int) -> None:
        handle = self._space.colliders[row]
        self._forget(handle)
        self._space.native.remove_collider(handle)
        self._space.stale = True

    def _forget(self, handle: Any) -> None:
        """A collider is about to go."""
        space = self._space
        row = space.rows.pop(handle, None)
        if row is not None:
            del space.colliders[row]
            space.gone.append(handle)
            self.queries.forget(row, handle)

    @at_border
    def add_joint(self, row: int, spec: JointSpec) -> None:
        self._joints.add(row, spec)

    @at_border
    def remove_joint(self, row: int) -> None:
        self._joints.remove(row)

    # ---- steps ------------------------------------------------------------------------------------------------------

    @at_border
    def set_poses(self, rows: I32, positions: F32, rotations: F32) -> None:
        space, bodies = self._space, self._space.native.rigid_bodies
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            body = bodies[space.bodies[row]]
            if row in self._halted:
                self._halted.discard(row)
                space.dynamic.add(row)
                body.body_type = rapier.RigidBodyType.DYNAMIC
                self.poses.forget()
                self._joints.hold_anew(row)
            body.is_enabled = True  # rapier disables what it lost
            body.position = rapier.Isometry3(position, rotation)
            body.wake_up(True)
        space.stale = True
        if not space.dynamic.isdisjoint(rows.tolist()):
            self.poses.forget_last()

    @at_border
    def set_targets(self, rows: I32, positions: F32, rotations: F32) -> None:
        handles, bodies = self._space.bodies, self._space.native.rigid_bodies
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            bodies[handles[row]].set_next_kinematic_position(rapier.Isometry3(position, rotation))

    @at_border
    def step(self, dt: float) -> list[int]:
        space, native = self._space, self._space.native
        native.integration_parameters.dt = dt
        self._joints.drive(dt)
        native.step()
        space.stale = False
        for row in sorted(self._pushed):
            body = space.body(row)
            body.reset_forces(False)
            body.reset_torques(False)
        self._pushed.clear()
        lost = native.quarantine
        if lost.is_empty():
            return []
        return sorted(native.rigid_bodies[handle].user_data for handle in lost.bodies)

    @at_border
    def halt(self, rows: I32, positions: F32, rotations: F32) -> None:
        self.set_poses(rows, positions, rotations)
        for row in rows.tolist():
            body = self._space.body(row)
            body.linvel = body.angvel = (0.0, 0.0, 0.0)
            body.body_type = rapier.RigidBodyType.FIXED
            self._space.dynamic.discard(row)
            self._joints.hold_anew(row)
            self._halted.add(row)
        self.poses.forget()

    @at_border
    def moved(self) -> tuple[I32, F32, F32]:
        return self.poses.moved()

    def pose(self, row: int) -> tuple[Vec3, Vec4]:
        body = self._space.body(row)
        turn = body.rotation
        return to_tuple(body.translation), (turn.i, turn.j, turn.k, turn.w)

    # ---- how a body moves -------------------------------------------------------------------------------------------

    def motion(self, row: int) -> tuple[Vec3, Vec3]:
        body = self._space.body(row)
        return body.linvel.to_tuple(), to_tuple(body.angvel)

    @at_border
    def set_motion(self, row: int, velocity: Vec3 | None, angular: Vec3 | None) -> None:
        body = self._space.body(row)
        if velocity is not None:
            body.linvel = velocity
        if angular is not None:
            body.angvel = angular
        body.wake_up(True)

    @at_border
    def push(self, row: int, linear: Vec3, angular: Vec3, at: Vec3 | None, *, sudden: bool) -> None:
        body = self._space.body(row)
        if not sudden:
            self._pushed.add(row)
        if any(linear):
            if at is None:
                (body.apply_impulse if sudden else body.add_force)(linear, True)
            else:
                (body.apply_impulse_at_point if sudden else body.add_force_at_point)(linear, at, True)
        if any(angular):
            (body.apply_torque_impulse if sudden else body.add_torque)(angular, True)

    def mass(self, row: int) -> float:
        return self._space.body(row).mass if row in self._space.dynamic else float("inf")

    def asleep(self, row: int) -> bool:
        return bool(self._space.body(row).is_sleeping)

    def awake(self) -> I32:
        space, bodies = self._space, self._space.native.rigid_bodies
        rows = [bodies[handle].user_data for handle in space.native.active_bodies()]
        return np.array([row for row in rows if row in space.dynamic], np.int32)

    @at_border
    def rest(self, row: int, asleep: bool) -> None:
        body = self._space.body(row)
        if asleep:
            body.sleep()
        else:
            body.wake_up(True)

    # ---- going back -------------------------------------------------------------------------------------------------

    @at_border
    def save(self) -> bytes:
        space, ground = self._space, self._space.ground
        joints, *others = self._joints.save()
        numbers = [
            [] if ground is None else [ground.index, ground.generation],
            sorted(space.dynamic),
            sorted(self._pushed),
            sorted(self._halted),
        ]
        return joined(
            [
                handles_saved(space.bodies),
                handles_saved(space.colliders),
                joints,
                *(np.array(one, np.int64).tobytes() for one in numbers),
                *others,
                space.native.snapshot(),
            ]
        )

    @at_border
    def load(self, data: bytes, labels: Mapping[int, Label]) -> None:
        bodies, colliders, joints, *numbers, struts, idle, idle_joints, native = parted(data)
        ground, dynamic, pushed, halted = (np.frombuffer(one, np.int64).tolist() for one in numbers)
        space = self._space
        space.bodies = handles_loaded(bodies, rapier.RigidBodyHandle)
        space.colliders = handles_loaded(colliders, rapier.ColliderHandle)
        space.rows = {handle: row for row, handle in space.colliders.items()}
        space.labels = {handle: labels[row] for row, handle in space.colliders.items()}
        space.ground = rapier.RigidBodyHandle.from_raw_parts(*ground) if ground else None
        space.dynamic, self._pushed, self._halted = set(dynamic), set(pushed), set(halted)
        space.gone, space.stale = [], True
        space.take(rapier.PhysicsWorld.restore(native))
        self._joints.load(joints, struts, idle, idle_joints)
        self.queries.forget_all()
        self.poses.forget()
        self.poses.forget_last()
