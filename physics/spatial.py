"""Three dimensions, by rapier3d: bit-identical on one build, snapshots included."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import rapier3d as rapier
from numpy.typing import NDArray

from ..engine.declare import Vec3, Vec4
from .near_spatial import Meshes, Nearness
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
from .rotations import from_axis_lines
from .spatial_struts import Struts

_AXES = 4096.0
"""Metres: how long the axes are drawn that poses are read from. Long ones keep a rotation's digits."""
_FEW = 5
"""Where at most one body in so many is awake, they are read one by one."""
Places = slice | NDArray[np.intp]
"""Which of many; a slice where they lie behind one another, which is read faster."""
_SMOOTH = 25_000
"""Points of a heightfield: up to so many it is made of triangles, whose inner edges jolt nothing that rolls over."""
_TYPES = {
    "dynamic": rapier.RigidBodyType.DYNAMIC,
    "static": rapier.RigidBodyType.FIXED,
    "kinematic": rapier.RigidBodyType.KINEMATIC_POSITION_BASED,
}
_LOCKS = {"x": 1, "y": 2, "z": 4}
_JOINT_LOCKS = {"fixed": 0b111111, "hinge": 0b110111, "ball": 0b000111, "slider": 0b111110, "spring": 0, "distance": 0}
_LINEAR = 0b000111
_GROUND = 2**32
"""In place of a row: that of what stands still, for what hangs on the world."""
_TOUCHES = 0.02
"""Metres: what is as near counts as a contact that is shown. Rapier's distances are old where little moves."""
_STIFF = 1e4
"""1/s² and 1/s: how hard motors drive to a position, or to a velocity, for each kilogram."""


class SpatialWorld:
    """A rapier world whose bodies, colliders and joints are called by rows."""

    exact = True
    can_freeze = True

    def __init__(self) -> None:
        self._take(rapier.PhysicsWorld(gravity=(0.0, 0.0, 0.0)))
        self._bodies: dict[int, Any] = {}
        self._colliders: dict[int, Any] = {}
        self._joints: dict[int, Any] = {}
        self._idle: dict[int, tuple[int, int, Any]] = {}  # joints between bodies that forces do not move: a, b, itself
        self._struts = Struts()
        self._ground: Any = None
        self._labels: dict[Any, Label] = {}  # by collider's handle; of those that are gone until they were told of
        self._rows: dict[Any, int] = {}  # by collider's handle
        self._gone: list[Any] = []
        self._nearness: dict[int, Nearness] = {}
        self._meshes = Meshes()
        self._dynamic: set[int] = set()
        self._halted: set[int] = set()
        self._pushed: set[int] = set()
        self._order: tuple[I32, Places, F32, bool] | None = None  # see `_arena`
        self._moving: NDArray[np.bool_] = np.empty(0, bool)  # in its order: whether forces move it
        self._rows_that_move: I32 = np.empty(0, np.int32)
        self._ascending = True  # whether they are in the order of their rows
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
        self._halted.discard(row)
        (self._dynamic.add if spec.kind == "dynamic" else self._dynamic.discard)(row)
        self._order = None

    @at_border
    def change_body(self, row: int, spec: BodySpec, *, moved: bool) -> None:
        body = self._body(row)
        was = row in self._dynamic
        body.body_type = _TYPES[spec.kind]
        self._describe(row, body, spec)
        if was != (row in self._dynamic):
            self._rejoin(row)
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
        self._halted.discard(row)
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
            made = self._struts.begin(row, spec, made)
        elif spec.kind in ("hinge", "slider"):
            if spec.limits is not None:
                made = made.limits(axis, *spec.limits)
            if spec.motor == "velocity":
                made = made.motor_velocity(axis, spec.motor_target, _STIFF)
            elif spec.motor == "position":
                made = made.motor_position(axis, spec.motor_target, _STIFF, 2 * _STIFF**0.5)
            if spec.motor != "none" and spec.motor_force:
                made = made.motor_max_force(axis, spec.motor_force)
        self._join(row, spec.a, spec.b, made.build())

    def _join(self, row: int, a: int, b: int, made: Any) -> None:
        """Have a joint hold two bodies, as soon as forces move one of them: rapier panics before that."""
        if a not in self._dynamic and b not in self._dynamic:
            self._idle[row] = a, b, made
            return
        second, first = (self._bodies[one] if one >= 0 else self._world_body() for one in (a, b))
        self._joints[row] = self._world.impulse_joints.insert(first, second, made, True)

    def _rejoin(self, body: int) -> None:
        """A body is of another kind now: joints begin or cease to hold it."""
        joints, bodies = self._world.impulse_joints, self._world.rigid_bodies
        for row, (a, b, made) in list(self._idle.items()):
            if body in (a, b):
                del self._idle[row]
                self._join(row, a, b, made)
        for row, handle in list(self._joints.items()) if body not in self._dynamic else ():
            joint = joints.get(handle)
            if joint is None:
                continue
            b, a = (_row_of(bodies[one]) for one in (joint.body1, joint.body2))
            if body in (a, b) and a not in self._dynamic and b not in self._dynamic:
                del self._joints[row]
                self._idle[row] = a, b, joints.remove(handle, True).data

    def _world_body(self) -> Any:
        """A body that stands still, for what hangs on the world."""
        if self._ground is None:
            self._ground = self._world.add_body(rapier.RigidBody.fixed().user_data(_GROUND))
            self._order = None
        return self._ground

    @at_border
    def remove_joint(self, row: int) -> None:
        handle = self._joints.pop(row, None)
        self._idle.pop(row, None)
        self._struts.remove(row)
        if handle is not None and handle in self._world.impulse_joints:  # else it went with a body
            self._world.impulse_joints.remove(handle, True)

    # ---- motion -----------------------------------------------------------------------------------------------------

    @at_border
    def set_poses(self, rows: I32, positions: F32, rotations: F32) -> None:
        bodies = self._world.rigid_bodies
        for row, position, rotation in zip(rows.tolist(), positions.tolist(), rotations.tolist(), strict=True):
            body = bodies[self._bodies[row]]
            if row in self._halted:
                self._halted.discard(row)
                self._dynamic.add(row)
                body.body_type, self._order = rapier.RigidBodyType.DYNAMIC, None
                self._rejoin(row)
            body.is_enabled = True  # rapier disables what it lost
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
    def step(self, dt: float) -> list[int]:
        world = self._world
        world.integration_parameters.dt = dt
        self._struts.drive(world.impulse_joints, world.rigid_bodies, self._joints, dt)
        world.step()
        self._stale = False
        if self._pushed:
            for row in sorted(self._pushed):
                body = self._body(row)
                body.reset_forces(False)
                body.reset_torques(False)
            self._pushed.clear()
        lost = world.quarantine
        if lost.is_empty():
            return []
        return sorted(world.rigid_bodies[handle].user_data for handle in lost.bodies)

    @at_border
    def halt(self, rows: I32, positions: F32, rotations: F32) -> None:
        self.set_poses(rows, positions, rotations)
        for row in rows.tolist():
            body = self._body(row)
            body.linvel = body.angvel = (0.0, 0.0, 0.0)
            body.body_type = rapier.RigidBodyType.FIXED
            self._dynamic.discard(row)
            self._rejoin(row)
            self._halted.add(row)
        self._order = None

    @at_border
    def moved(self) -> tuple[I32, F32, F32]:
        awake = len(self._world.islands)
        if awake * _FEW <= len(self._bodies):
            self._last = None
            return self._read_few()
        order, dynamic, centre, aside = self._arena()
        raw = self.raw_poses().reshape(-1, 18)
        assert len(raw) == len(order), "a body's axes are three lines"
        if self._last is None or awake >= len(self._dynamic):
            at = dynamic
        else:
            other = raw[:, 3] != self._last[:, 3]
            for i in (4, 5, 9, 10, 11, 15, 16, 17):
                other |= raw[:, i] != self._last[:, i]
            at = _run(np.flatnonzero(other & self._moving))
        self._last = raw
        rows = self._rows_that_move if at is dynamic else order[at]
        if not self._ascending:
            sorting = np.argsort(rows)
            at = _listed(at)[sorting]
            rows = rows[sorting]
        lines = raw[at]
        positions, rotations = from_axis_lines(lines, _AXES)  # of the centre of mass
        if aside:
            axes = lines.reshape(-1, 3, 2, 3)
            axes = (axes[:, :, 1] - axes[:, :, 0]) * np.float32(1 / _AXES)
            positions -= np.einsum("ni,nij->nj", centre[at], axes)
        return rows, positions, rotations

    def _read_few(self) -> tuple[I32, F32, F32]:
        """As `moved`, of the few bodies that are awake, one by one."""
        bodies, dynamic = self._world.rigid_bodies, self._dynamic
        awake = [bodies[handle] for handle in self._world.active_bodies()]
        mine = sorted(((body.user_data, body) for body in awake if body.user_data in dynamic), key=_first)
        rows = np.array([row for row, _ in mine], np.int32)
        positions = np.array([body.translation.to_tuple() for _, body in mine], np.float32).reshape(-1, 3)
        turns = [(r.i, r.j, r.k, r.w) for r in (body.rotation for _, body in mine)]
        return rows, positions, np.array(turns, np.float32).reshape(-1, 4)

    def _arena(self) -> tuple[I32, Places, F32, bool]:
        """All bodies in rapier's order: rows, -1 for the ground; which of them forces move; centres of mass (n, 3).

        And whether any centre of mass is not where its body is.
        """
        if self._order is None:
            rows = np.array([*self._bodies, *([-1] if self._ground is not None else [])], np.int32)
            handles = [*self._bodies.values(), *([self._ground] if self._ground is not None else [])]
            bodies = self._world.rigid_bodies
            centre = np.array([_tuple(bodies[handle].local_center_of_mass) for handle in handles], np.float32)
            order = np.argsort(np.array([handle.index for handle in handles], np.int64))
            rows = rows[order]
            self._moving = np.array([row in self._dynamic for row in rows.tolist()], bool)
            dynamic = _run(np.flatnonzero(self._moving))
            moving = rows[self._moving]
            self._ascending = bool((moving[1:] > moving[:-1]).all())
            self._rows_that_move = moving
            self._order, self._last = (rows, dynamic, centre[order], bool(centre.any())), None
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

    def awake(self) -> I32:
        bodies = self._world.rigid_bodies
        rows = [bodies[handle].user_data for handle in self._world.active_bodies()]
        return np.array([row for row in rows if row in self._dynamic], np.int32)

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

    @at_border
    def contacts(self) -> tuple[F64, F64]:
        world = self._world
        points: list[Vec3] = []
        normals: list[Vec3] = []
        for pair in world.narrow_phase.contact_pairs():
            if not pair.has_any_active_contact:
                continue
            pose = world.colliders[pair.collider1].position
            for manifold in pair.manifolds:
                normal = _tuple(manifold.data.normal)
                for point in manifold.points:
                    if point.dist <= _TOUCHES:
                        points.append(_tuple(pose.transform_point(point.local_p1)))
                        normals.append(normal)
        return np.array(points, np.float64).reshape(-1, 3), np.array(normals, np.float64).reshape(-1, 3)

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

    def raw_poses(self) -> F32:
        """All that rapier has to read many poses at once: (3 n, 2, 3) lines, from each body along its axes."""
        return self._drawn(self._axes)

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
        parts.append(np.array(sorted(self._halted), np.int64).tobytes())
        parts.append(self._struts.save())
        parts.append(np.array([(row, a, b) for row, (a, b, _) in sorted(self._idle.items())], np.int64).tobytes())
        idle = [made.to_bytes() for _, (_, _, made) in sorted(self._idle.items())]
        parts.append(b"".join(struct.pack("<Q", len(one)) + one for one in idle))
        parts.append(self._world.snapshot())
        return b"".join(struct.pack("<Q", len(part)) + part for part in parts)

    @at_border
    def load(self, data: bytes, labels: Mapping[int, Label]) -> None:
        parts = _parts(data)
        bodies, colliders, joints, ground, dynamic, pushed, halted = (np.frombuffer(p, np.int64) for p in parts[:7])
        body, collider = rapier.RigidBodyHandle.from_raw_parts, rapier.ColliderHandle.from_raw_parts
        joint = rapier.ImpulseJointHandle.from_raw_parts
        self._bodies = _handles(bodies, body)
        self._colliders = _handles(colliders, collider)
        self._joints = _handles(joints, joint)
        self._ground = body(*ground.tolist()) if len(ground) else None
        self._dynamic, self._pushed, self._halted = (set(rows.tolist()) for rows in (dynamic, pushed, halted))
        self._rows = {handle: row for row, handle in self._colliders.items()}
        self._labels = {handle: labels[row] for row, handle in self._colliders.items()}
        self._gone, self._order, self._last, self._stale = [], None, None, True
        self._struts.load(parts[7])
        idle = np.frombuffer(parts[8], np.int64).reshape(-1, 3).tolist()
        made = map(rapier.GenericJoint.from_bytes, _parts(parts[9]))
        self._idle = {row: (a, b, one) for (row, a, b), one in zip(idle, made, strict=True)}
        self._nearness, self._meshes = {}, Meshes()
        self._take(rapier.PhysicsWorld.restore(parts[10]))


def _parts(data: bytes) -> list[bytes]:
    """What was joined with the lengths before the parts."""
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        parts.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    return parts


def _row_of(body: Any) -> int:
    row: int = body.user_data
    return -1 if row == _GROUND else row


def _run(places: NDArray[np.intp]) -> Places:
    """Ascending places as a slice, if they are one."""
    if len(places) and int(places[-1]) - int(places[0]) == len(places) - 1:
        return slice(int(places[0]), int(places[-1]) + 1)
    return places


def _listed(places: Places) -> NDArray[np.intp]:
    return np.arange(places.start, places.stop) if isinstance(places, slice) else places


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
        case "decomposition":
            here = rapier.Isometry3()
            return make.compound([(here, make.convex_hull(part)) for part in shape.parts])
        case "mesh":
            assert shape.points is not None
            assert shape.triangles is not None
            return make.trimesh(shape.points, shape.triangles, rapier.TriMeshFlags.FIX_INTERNAL_EDGES)
        case _:
            assert shape.heights is not None
            made = make.heightfield(shape.heights, (2 * shape.half[0], 1.0, 2 * shape.half[2]))
            if shape.heights.size > _SMOOTH:
                return made
            field = made.as_heightfield()
            assert field is not None
            points, triangles = field.to_trimesh()
            return make.trimesh(points, triangles, rapier.TriMeshFlags.FIX_INTERNAL_EDGES)
