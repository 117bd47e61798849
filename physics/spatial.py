"""Three dimensions, by rapier3d: bit-identical on one build, snapshots included."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import rapier3d as rapier
from numpy.typing import NDArray

from ..engine.declare import Vec3, Vec4
from ..engine.errors import PhysicsError
from .near_spatial import Meshes, Nearness
from .physics_world import (
    F32,
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
from .rotations import from_axes

_AXES = 4096.0
"""Metres: how long the axes are drawn that poses are read from. Long ones keep a rotation's digits."""
_FEW = 5
"""Where at most one body in so many is awake, they are read one by one."""
_TYPES = {
    "dynamic": rapier.RigidBodyType.DYNAMIC,
    "static": rapier.RigidBodyType.FIXED,
    "kinematic": rapier.RigidBodyType.KINEMATIC_POSITION_BASED,
}
_LOCKS = {"x": 1, "y": 2, "z": 4}
_JOINT_LOCKS = {"fixed": 0b111111, "hinge": 0b110111, "ball": 0b000111, "slider": 0b111110, "spring": 0, "distance": 0}
_LINEAR = 0b000111
_STIFF = 1e4
"""1/s² and, by its root, 1/s: how hard motors drive to a position, or how fast to a velocity, for each kilogram."""


class SpatialWorld:
    """A rapier world whose bodies, colliders and joints are called by rows."""

    exact = True

    def __init__(self) -> None:
        self._take(rapier.PhysicsWorld(gravity=(0.0, 0.0, 0.0)))
        self._bodies: dict[int, Any] = {}
        self._colliders: dict[int, Any] = {}
        self._joints: dict[int, Any] = {}
        self._ground: Any = None
        self._labels: dict[Any, Label] = {}  # by collider's handle; of those that are gone until they were told of
        self._rows: dict[Any, int] = {}  # by collider's handle
        self._gone: list[Any] = []
        self._nearness: dict[int, Nearness] = {}
        self._meshes = Meshes()
        self._dynamic: set[int] = set()
        self._pushed: set[int] = set()
        self._order: tuple[I32, NDArray[np.bool_], F32] | None = None  # see `_arena`
        self._last: F32 | None = None
        self._stale = True
        self._axes = rapier.DebugRenderPipeline(mode=rapier.DebugRenderMode.RIGID_BODY_AXES)
        self._axes.style.rigid_body_axes_length = _AXES
        self._edges = rapier.DebugRenderPipeline(mode=rapier.DebugRenderMode.COLLIDER_SHAPES)

    def _take(self, world: Any) -> None:
        self._world = world
        world.set_num_threads(1)
        self._events = rapier.ChannelEventCollector()
        world.event_handler = self._events

    def configure(self, gravity: Vec3, iterations: int) -> None:
        self._world.gravity = gravity
        self._world.integration_parameters.num_solver_iterations = iterations

    # ---- bodies -----------------------------------------------------------------------------------------------------

    @at_border
    def add_body(self, row: int, spec: BodySpec) -> None:
        made = rapier.RigidBody.new_body(_TYPES[spec.kind]).position(rapier.Isometry3(spec.position, spec.rotation))
        made = made.linvel(spec.velocity).angvel(spec.angular_velocity).can_sleep(spec.can_sleep)
        handle = self._bodies[row] = self._world.add_body(made.user_data(row))
        self._describe(row, self._world.rigid_bodies[handle], spec)
        self._order = None

    def _describe(self, row: int, body: Any, spec: BodySpec) -> None:
        body.linear_damping, body.angular_damping = spec.linear_damping, spec.angular_damping
        body.gravity_scale, body.ccd_enabled = spec.gravity_scale, spec.ccd
        bits = sum(_LOCKS[axis] for axis in spec.lock_position) + 8 * sum(_LOCKS[axis] for axis in spec.lock_rotation)
        body.locked_axes = rapier.LockedAxes(bits)
        (self._dynamic.add if spec.kind == "dynamic" else self._dynamic.discard)(row)
        self._order = None

    @at_border
    def change_body(self, row: int, spec: BodySpec, *, moved: bool) -> None:
        body = self._body(row)
        body.body_type = _TYPES[spec.kind]
        self._describe(row, body, spec)
        sleeping = body.activation.sleeping
        activation = (
            rapier.RigidBodyActivation.active() if spec.can_sleep else rapier.RigidBodyActivation.cannot_sleep()
        )
        activation.sleeping = sleeping and spec.can_sleep
        body.activation = activation
        if moved:
            body.linvel, body.angvel = spec.velocity, spec.angular_velocity
        body.wake_up(True)

    @at_border
    def remove_body(self, row: int) -> None:
        handle = self._bodies.pop(row)
        for collider in self._world.rigid_bodies[handle].colliders:
            self._forget(collider)
        self._world.remove_body(handle)
        self._dynamic.discard(row)
        self._pushed.discard(row)
        self._order, self._stale = None, True

    def _body(self, row: int) -> Any:
        return self._world.rigid_bodies[self._bodies[row]]

    @at_border
    def settle_mass(self, body: int, mass: float) -> None:
        world = self._world
        found = self._body(body)
        self._order = None
        found.set_additional_mass(0.0, False)
        found.recompute_mass_properties_from_colliders(world.colliders)
        now = found.mass
        if not now > 0:
            found.set_additional_mass(mass or 1.0)  # without any, forces would not move it
            found.recompute_mass_properties_from_colliders(world.colliders)
            return
        if not mass or body not in self._dynamic:
            return
        for handle in found.colliders:
            collider = world.colliders[handle]
            collider.density = collider.density * mass / now
        found.recompute_mass_properties_from_colliders(world.colliders)

    # ---- colliders --------------------------------------------------------------------------------------------------

    @at_border
    def add_collider(self, row: int, body: int, spec: ColliderSpec) -> None:
        made = rapier.Collider.new(_shape(spec.shape)).position(rapier.Isometry3(spec.position, spec.rotation))
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
        handle = self._world.add_collider(made.user_data(row), self._bodies[body])
        self._colliders[row] = handle
        self._labels[handle], self._rows[handle] = spec.label, row
        self._stale = True

    @at_border
    def remove_collider(self, row: int) -> None:
        handle = self._colliders[row]
        self._forget(handle)
        self._world.remove_collider(handle)
        self._stale = True

    def _forget(self, handle: Any) -> None:
        row = self._rows.pop(handle, None)
        if row is not None:
            del self._colliders[row]
            self._gone.append(handle)
            self._nearness.pop(row, None)
            self._meshes.forget(handle)

    # ---- joints -----------------------------------------------------------------------------------------------------

    @at_border
    def add_joint(self, row: int, spec: JointSpec) -> None:
        world = self._world
        axis = rapier.JointAxis.ANG_X if spec.kind == "hinge" else rapier.JointAxis.LIN_X
        made = rapier.GenericJointBuilder(rapier.JointAxesMask(_JOINT_LOCKS[spec.kind]))
        made = made.local_frame1(rapier.Isometry3(spec.anchor_b, spec.frame_b))  # ways and angles are those of `a`
        made = made.local_frame2(rapier.Isometry3(spec.anchor_a, spec.frame_a)).contacts_enabled(spec.collide)
        if spec.kind == "spring":
            made = made.coupled_axes(rapier.JointAxesMask(_LINEAR))
            made = made.motor_position(axis, spec.length, spec.stiffness, spec.damping)
            made = made.motor_model(axis, rapier.MotorModel.FORCE_BASED)
        elif spec.kind == "distance":
            low, high = spec.limits or (spec.length, spec.length)
            made = made.coupled_axes(rapier.JointAxesMask(_LINEAR)).limits(axis, low, high)
        elif spec.kind in ("hinge", "slider"):
            if spec.limits is not None:
                made = made.limits(axis, *spec.limits)
            if spec.motor == "velocity":
                made = made.motor_velocity(axis, spec.motor_target, _STIFF**0.5)
            elif spec.motor == "position":
                made = made.motor_position(axis, spec.motor_target, _STIFF, 2 * _STIFF**0.5)
            if spec.motor != "none" and spec.motor_force:
                made = made.motor_max_force(axis, spec.motor_force)
        b, a = (self._bodies[one] if one >= 0 else self._world_body() for one in (spec.b, spec.a))
        self._joints[row] = world.impulse_joints.insert(b, a, made.build(), True)

    def _world_body(self) -> Any:
        """A body that stands still, for what hangs on the world."""
        if self._ground is None:
            self._ground = self._world.add_body(rapier.RigidBody.fixed().user_data(2**32))
            self._order = None
        return self._ground

    @at_border
    def remove_joint(self, row: int) -> None:
        handle = self._joints.pop(row)
        if handle in self._world.impulse_joints:  # else it went with a body
            self._world.impulse_joints.remove(handle, True)

    # ---- motion -----------------------------------------------------------------------------------------------------

    @at_border
    def set_poses(self, rows: I32, positions: F32, rotations: F32) -> None:
        bodies = self._world.rigid_bodies
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            body = bodies[self._bodies[row]]
            body.position = rapier.Isometry3(position, rotation)
            body.wake_up(True)
        self._stale = True
        if not self._dynamic.isdisjoint(rows.tolist()):
            self._last = None

    @at_border
    def set_targets(self, rows: I32, positions: F32, rotations: F32) -> None:
        bodies = self._world.rigid_bodies
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            bodies[self._bodies[row]].set_next_kinematic_position(rapier.Isometry3(position, rotation))

    @at_border
    def step(self, dt: float) -> None:
        world = self._world
        world.integration_parameters.dt = dt
        world.step()
        self._stale = False
        if self._pushed:
            for row in sorted(self._pushed):
                body = self._body(row)
                body.reset_forces(False)
                body.reset_torques(False)
            self._pushed.clear()
        lost = world.quarantine
        if not lost.is_empty():
            rows = sorted(world.rigid_bodies[handle].user_data for handle in lost.bodies)
            raise PhysicsError(f"the bodies of rows {rows} left the range of numbers; they stand still from now on")

    @at_border
    def moved(self) -> tuple[I32, F32, F32]:
        world = self._world
        awake = world.active_bodies()
        bodies = world.rigid_bodies
        if len(awake) * _FEW <= len(self._bodies):
            self._last = None
            found: list[tuple[int, Any]] = []
            for handle in awake:
                body = bodies[handle]
                found.append((body.user_data, body))
            mine = [(row, body) for row, body in found if row in self._dynamic]
            mine.sort(key=_first)
            rows = np.array([row for row, _ in mine], np.int32)
            positions = np.array([body.translation.to_tuple() for _, body in mine], np.float32).reshape(-1, 3)
            turns = [(r.i, r.j, r.k, r.w) for r in (body.rotation for _, body in mine)]
            return rows, positions, np.array(turns, np.float32).reshape(-1, 4)
        order, dynamic, centre = self._arena()
        raw = self._drawn(self._axes).reshape(-1, 18)
        assert len(raw) == len(order), "a body's axes are three lines"
        if self._last is None or len(awake) >= len(self._dynamic):
            at = np.flatnonzero(dynamic)
        else:
            other = raw[:, 3] != self._last[:, 3]
            for i in (4, 5, 9, 10, 11, 15, 16, 17):
                other |= raw[:, i] != self._last[:, i]
            at = np.flatnonzero(other & dynamic)
        self._last = raw
        rows = order[at]
        if len(rows) > 1 and not (rows[1:] > rows[:-1]).all():
            sorting = np.argsort(rows)
            rows, at = rows[sorting], at[sorting]
        here = slice(int(at[0]), int(at[-1]) + 1) if len(at) and (at[1:] - at[:-1] == 1).all() else at
        lines = raw.reshape(-1, 3, 2, 3)[here]
        axes = lines[:, :, 1] - lines[:, :, 0]
        axes *= np.float32(1 / _AXES)
        positions = lines[:, 0, 0]  # of the centre of mass
        aside = centre[here]
        if aside.any():
            positions = positions - np.einsum("ni,nij->nj", aside, axes)
        return rows, positions, from_axes(axes)

    def _arena(self) -> tuple[I32, NDArray[np.bool_], F32]:
        """All bodies in rapier's order: rows, -1 for the ground; whether forces move it; its centre of mass (n, 3)."""
        if self._order is None:
            rows = np.array([*self._bodies, *([-1] if self._ground is not None else [])], np.int32)
            handles = [*self._bodies.values(), *([self._ground] if self._ground is not None else [])]
            bodies = self._world.rigid_bodies
            centre = np.array([_tuple(bodies[handle].local_center_of_mass) for handle in handles], np.float32)
            order = np.argsort(np.array([handle.index for handle in handles], np.int64))
            rows = rows[order]
            dynamic = np.array([row in self._dynamic for row in rows.tolist()], bool)
            self._order, self._last = (rows, dynamic, centre[order]), None
        return self._order

    def motion(self, row: int) -> tuple[Vec3, Vec3]:
        body = self._body(row)
        return body.linvel.to_tuple(), _tuple(body.angvel)

    @at_border
    def set_motion(self, row: int, velocity: Vec3 | None, angular: Vec3 | None) -> None:
        body = self._body(row)
        if velocity is not None:
            body.linvel = velocity
        if angular is not None:
            body.angvel = angular
        body.wake_up(True)

    @at_border
    def push(self, row: int, linear: Vec3, angular: Vec3, at: Vec3 | None, *, sudden: bool) -> None:
        body = self._body(row)
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
        return self._body(row).mass if row in self._dynamic else float("inf")

    def asleep(self, row: int) -> bool:
        return bool(self._body(row).is_sleeping)

    @at_border
    def rest(self, row: int, asleep: bool) -> None:
        body = self._body(row)
        if asleep:
            body.sleep()
        else:
            body.wake_up(True)

    # ---- contacts ---------------------------------------------------------------------------------------------------

    @at_border
    def touches(self, wanted: bool) -> list[Touch]:
        found: list[Touch] = []
        world, labels = self._world, self._labels
        for event in self._events.drain_collision_events():
            one, two = event.collider1, event.collider2
            touch = Touch(labels[one], labels[two], event.started, event.sensor)
            if wanted and touch.began:
                self._look_at(touch, world, one, two)
            found.append(touch)
        self._drop_gone()
        return found

    def forget_touches(self) -> None:
        self._events.clear()
        self._drop_gone()

    def _drop_gone(self) -> None:
        for handle in self._gone:
            self._labels.pop(handle, None)
        self._gone.clear()

    def _look_at(self, touch: Touch, world: Any, one: Any, two: Any) -> None:
        if one not in self._rows or two not in self._rows:
            return
        pair = None if touch.sensor else world.narrow_phase.contact_pair(one, two)
        if pair is None:
            touch.point = _tuple(world.colliders[one].translation)
            return
        turned = pair.collider1 != one
        deepest: Any = None
        for manifold in pair.manifolds:
            for point in manifold.points:
                if deepest is None or point.dist < deepest[1].dist:
                    deepest = (manifold, point)
        touch.impulse = pair.total_impulse_magnitude()
        if deepest is not None:
            manifold, point = deepest
            x, y, z = _tuple(manifold.data.normal)
            touch.normal = (-x, -y, -z) if turned else (x, y, z)
            touch.point = _tuple(world.colliders[pair.collider1].position.transform_point(point.local_p1))

    # ---- questions --------------------------------------------------------------------------------------------------

    def _fresh(self) -> Any:
        if self._stale:
            self._world.update_query_pipeline()
            self._stale = False
        return self._world.query_pipeline

    def _filter(self, question: Question) -> Any:
        made = rapier.QueryFilter()
        if question.layers != 0xFFFFFFFF:
            groups = rapier.InteractionGroups(rapier.Group(0xFFFFFFFF), rapier.Group(question.layers))
            made = made.groups(groups)
        if question.exclude in self._bodies:
            made = made.exclude_rigid_body(self._bodies[question.exclude])
        return made if question.sensors else made.exclude_sensors()

    @at_border
    def ray(self, origin: Vec3, direction: Vec3, maximum: float, question: Question) -> Hit | None:
        ray = rapier.Ray(origin, direction)
        found = self._fresh().cast_ray_and_get_normal(ray, maximum, True, self._filter(question))
        if found is None:
            return None
        handle, hit = found
        return self._rows[handle], hit.toi, _tuple(hit.normal)

    @at_border
    def cast(
        self, shape: Shape, position: Vec3, rotation: Vec4, direction: Vec3, maximum: float, question: Question
    ) -> tuple[Hit, Vec3] | None:
        found = self._fresh().cast_shape(
            rapier.Isometry3(position, rotation),
            direction,
            _shape(shape),
            rapier.ShapeCastOptions.with_max_time_of_impact(maximum),
            self._filter(question),
        )
        if found is None:
            return None
        handle, hit = found
        return (self._rows[handle], hit.time_of_impact, _tuple(hit.normal1)), _tuple(hit.witness1)

    @at_border
    def overlap(self, shape: Shape, position: Vec3, rotation: Vec4, question: Question) -> list[int]:
        rows: list[int] = []

        def met(handle: Any) -> bool:
            rows.append(self._rows[handle])
            return True

        pose = rapier.Isometry3(position, rotation)
        self._fresh().intersect_shape(pose, _shape(shape), met, self._filter(question))
        return sorted(rows)

    def pose(self, row: int) -> tuple[Vec3, Vec4]:
        body = self._body(row)
        turn = body.rotation
        return _tuple(body.translation), (turn.i, turn.j, turn.k, turn.w)

    @at_border
    def near(self, collider: int, position: Vec3, rotation: Vec4, reach: float) -> list[Near]:
        mine = self._nearness.get(collider)
        if mine is None:
            mine = self._nearness[collider] = Nearness(self._world, self._colliders[collider])
        return mine.near(self._world, self._fresh(), self._labels, self._meshes, position, rotation, reach)

    @at_border
    def lines(self) -> F32:
        return self._drawn(self._edges)

    def _drawn(self, pipeline: Any) -> F32:
        """(k, 2, 3) what rapier draws to be looked at; without its colours that takes a third of the time."""
        world, collector = self._world, rapier.DebugLineCollector()
        pipeline.render(
            world.rigid_bodies,
            world.colliders,
            world.impulse_joints,
            world.multibody_joints,
            world.narrow_phase,
            collector,
        )
        lines: F32 = collector.lines()
        return lines.reshape(-1, 2, 3)

    # ---- going back -------------------------------------------------------------------------------------------------

    @at_border
    def save(self) -> bytes:
        parts: list[bytes] = []
        for handles in (self._bodies, self._colliders, self._joints):
            keys = sorted(handles)
            table = [(row, handles[row].index, handles[row].generation) for row in keys]
            parts.append(np.array(table, np.int64).reshape(-1, 3).tobytes())
        ground = () if self._ground is None else (self._ground.index, self._ground.generation)
        parts.append(np.array(ground, np.int64).tobytes())
        parts.append(np.array(sorted(self._dynamic), np.int64).tobytes())
        parts.append(np.array(sorted(self._pushed), np.int64).tobytes())
        parts.append(self._world.snapshot())
        return b"".join(struct.pack("<Q", len(part)) + part for part in parts)

    @at_border
    def load(self, data: bytes, labels: Mapping[int, Label]) -> None:
        parts: list[bytes] = []
        at = 0
        while at < len(data):
            (size,) = struct.unpack_from("<Q", data, at)
            parts.append(data[at + 8 : at + 8 + size])
            at += 8 + size
        bodies, colliders, joints, ground, dynamic, pushed = (np.frombuffer(part, np.int64) for part in parts[:6])
        body, collider = rapier.RigidBodyHandle.from_raw_parts, rapier.ColliderHandle.from_raw_parts
        joint = rapier.ImpulseJointHandle.from_raw_parts
        self._bodies = _handles(bodies, body)
        self._colliders = _handles(colliders, collider)
        self._joints = _handles(joints, joint)
        self._ground = body(*ground.tolist()) if len(ground) else None
        self._dynamic, self._pushed = set(dynamic.tolist()), set(pushed.tolist())
        self._rows = {handle: row for row, handle in self._colliders.items()}
        self._labels = {handle: labels[row] for row, handle in self._colliders.items()}
        self._gone, self._order, self._last, self._stale = [], None, None, True
        self._nearness, self._meshes = {}, Meshes()
        self._take(rapier.PhysicsWorld.restore(parts[6]))


def _handles(table: Any, make: Callable[[int, int], Any]) -> dict[int, Any]:
    return {row: make(index, generation) for row, index, generation in table.reshape(-1, 3).tolist()}


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]


def _tuple(vector: Any) -> Vec3:
    return vector.x, vector.y, vector.z


@at_border
def _shape(shape: Shape) -> Any:
    make = rapier.SharedShape
    match shape.kind:
        case "box":
            return make.cuboid(*shape.half)
        case "sphere":
            return make.ball(shape.radius)
        case "capsule":
            return make.capsule_y(shape.half_height, shape.radius)
        case "cylinder":
            return make.cylinder(shape.half_height, shape.radius)
        case "cone":
            return make.cone(shape.half_height, shape.radius)
        case "convex":
            assert shape.points is not None
            return make.convex_hull(shape.points)
        case "mesh":
            assert shape.points is not None
            assert shape.triangles is not None
            return make.trimesh(shape.points, shape.triangles, rapier.TriMeshFlags.FIX_INTERNAL_EDGES)
        case _:
            assert shape.heights is not None
            return make.heightfield(shape.heights, (2 * shape.half[0], 1.0, 2 * shape.half[2]))
