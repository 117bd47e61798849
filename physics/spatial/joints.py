"""Joints as Rapier's impulse joints, those that hold nothing yet, and struts."""

from __future__ import annotations

from typing import Any

import numpy as np
import rapier3d as rapier

from ..parts import joined, parted
from ..physics_world import JointSpec
from .poses import SpatialPoses
from .space import SpatialSpace, handles_loaded, handles_saved
from .struts import Struts

_LOCKED = {"fixed": 0b111111, "hinge": 0b110111, "ball": 0b000111, "slider": 0b111110, "spring": 0, "distance": 0}
_LINEAR = 0b000111
_GROUND = 2**32
"""In place of a row: that of what stands still, for what hangs on the world."""
_STIFF = 1e4
"""1/s² and 1/s: how hard motors drive to a position, or to a velocity, for each kilogram."""


class SpatialJoints:
    """The joints of a space, by their rows."""

    def __init__(self, space: SpatialSpace, poses: SpatialPoses) -> None:
        self._space, self._poses = space, poses
        self._handles: dict[int, Any] = {}
        self._idle: dict[int, tuple[int, int, Any]] = {}  # between bodies that forces do not move: a, b, itself
        self._struts = Struts()

    def add(self, row: int, spec: JointSpec) -> None:
        """See `PhysicsWorld.add_joint`."""
        axis = rapier.JointAxis.ANG_X if spec.kind == "hinge" else rapier.JointAxis.LIN_X
        made = rapier.GenericJointBuilder(rapier.JointAxesMask(_LOCKED[spec.kind]))
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
        self._hold(row, spec.a, spec.b, made.build())

    def _hold(self, row: int, a: int, b: int, made: Any) -> None:
        """Have a joint hold two bodies, as soon as forces move one of them: rapier panics before that."""
        space = self._space
        if a not in space.dynamic and b not in space.dynamic:
            self._idle[row] = a, b, made
            return
        second, first = (space.bodies[one] if one >= 0 else self._ground() for one in (a, b))
        self._handles[row] = space.native.impulse_joints.insert(first, second, made, True)

    def hold_anew(self, body: int) -> None:
        """A body is of another kind now: joints begin or cease to hold it."""
        space = self._space
        joints, bodies = space.native.impulse_joints, space.native.rigid_bodies
        for row, (a, b, made) in list(self._idle.items()):
            if body in (a, b):
                del self._idle[row]
                self._hold(row, a, b, made)
        for row, handle in list(self._handles.items()) if body not in space.dynamic else ():
            joint = joints.get(handle)
            if joint is None:
                continue
            b, a = (_row_of(bodies[one]) for one in (joint.body1, joint.body2))
            if body in (a, b) and a not in space.dynamic and b not in space.dynamic:
                del self._handles[row]
                self._idle[row] = a, b, joints.remove(handle, True).data

    def _ground(self) -> Any:
        """A body that stands still, for what hangs on the world."""
        space = self._space
        if space.ground is None:
            space.ground = space.native.add_body(rapier.RigidBody.fixed().user_data(_GROUND))
            self._poses.forget()
        return space.ground

    def remove(self, row: int) -> None:
        """Forget one, if it is known."""
        joints, handle = self._space.native.impulse_joints, self._handles.pop(row, None)
        self._idle.pop(row, None)
        self._struts.remove(row)
        if handle is not None and handle in joints:  # else it went with a body
            joints.remove(handle, True)

    def drive(self, dt: float) -> None:
        """Have struts push, before a step of `dt` seconds."""
        native = self._space.native
        self._struts.drive(native.impulse_joints, native.rigid_bodies, self._handles, dt)

    def save(self) -> list[bytes]:
        """Four parts, for `load`."""
        idle = sorted(self._idle.items(), key=lambda one: one[0])
        return [
            handles_saved(self._handles),
            self._struts.save(),
            np.array([(row, a, b) for row, (a, b, _) in idle], np.int64).tobytes(),
            joined(made.to_bytes() for _, (_, _, made) in idle),
        ]

    def load(self, handles: bytes, struts: bytes, idle: bytes, made: bytes) -> None:
        """Go back to what `save` gave."""
        self._handles = handles_loaded(handles, rapier.ImpulseJointHandle)
        self._struts.load(struts)
        ends = np.frombuffer(idle, np.int64).reshape(-1, 3).tolist()
        joints = map(rapier.GenericJoint.from_bytes, parted(made))
        self._idle = {row: (a, b, one) for (row, a, b), one in zip(ends, joints, strict=True)}


def _row_of(body: Any) -> int:
    row: int = body.user_data
    return -1 if row == _GROUND else row
