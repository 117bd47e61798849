"""Motors of planar joints: Chipmunk has one for a hinge to a speed; the others are made of it, and of impulses."""

from __future__ import annotations

import math

import pymunk
from pymunk import constraints
from pymunk.vec2d import Vec2d

from ...engine.declare import Vec4
from ...engine.errors import PhysicsError
from ..physics_world import JointSpec
from .space import SCALE, to_units

_HASTE = 20.0
"""1/s: how fast a motor to a place makes up for what is missing."""


class Motor:
    """Drives a hinge or a slider between two bodies; `drive` before each step.

    constraints: what belongs into the space beside the joint.
    """

    def __init__(self, spec: JointSpec, a: pymunk.Body, b: pymunk.Body, turn: float) -> None:
        self.spec = spec
        self._a, self._b, self._turn = a, b, turn
        self._rotary: constraints.SimpleMotor | None = None
        self._target = spec.motor_target * (side_of(spec.frame_a) if spec.kind == "hinge" else SCALE)
        if spec.kind == "hinge":
            self._rotary = constraints.SimpleMotor(a, b, self._target)
            if spec.motor_force:
                self._rotary.max_force = spec.motor_force * SCALE * SCALE
            return
        x, y = slide_axis(spec.frame_b)
        self._axis = Vec2d(x, y)  # on b
        self._on_a, self._on_b = to_units(spec.anchor_a), to_units(spec.anchor_b)

    @property
    def constraints(self) -> list[constraints.Constraint]:
        return [] if self._rotary is None else [self._rotary]

    def drive(self, dt: float, weight_a: Vec2d, weight_b: Vec2d) -> None:
        """Before a step of `dt` seconds. weights: what gravity does to the bodies, in Chipmunk's units, 1/s²."""
        a, b, target = self._a, self._b, self._target
        if not math.isfinite(a.angle + b.angle):  # they are halted after the step
            return
        to_a_place = self.spec.motor == "position"
        haste = min(_HASTE, 0.5 / dt)
        if self._rotary is not None:
            if to_a_place:
                self._rotary.rate = (target - (a.angle - b.angle + self._turn)) * haste
            return
        if all(body.is_sleeping or body.body_type != pymunk.Body.DYNAMIC for body in (a, b)):
            return
        axis = self._axis.rotated(b.angle)
        point = a.local_to_world(self._on_a)
        speed = target
        if to_a_place:
            speed = (target - (point - b.local_to_world(self._on_b)).dot(axis)) * haste
        now = (a.velocity_at_world_point(point) - b.velocity_at_world_point(point)).dot(axis)
        soon = now + (weight_a - weight_b).dot(axis) * dt
        lightness = sum(1 / body.mass for body in (a, b) if body.body_type == pymunk.Body.DYNAMIC)
        impulse = (speed - soon) / lightness
        most = self.spec.motor_force * SCALE * dt or math.inf
        impulse = max(-most, min(most, impulse))
        middle = a.local_to_world(a.center_of_gravity)
        for body, way in ((a, axis * impulse), (b, axis * -impulse)):
            if body.body_type == pymunk.Body.DYNAMIC:
                body.apply_force_at_world_point(way / dt, middle)  # places are advanced before velocities are


def side_of(frame: Vec4) -> float:
    """-1 where a frame's x axis points away from the eye: turning about it goes the other way round. Else 1."""
    x, y, z, w = frame
    return -1.0 if x * z - w * y < -1e-6 else 1.0


def slide_axis(frame: Vec4) -> tuple[float, float]:
    """Where a frame's x axis points in the plane, at unit length."""
    x, y, z, w = frame
    across, up = 1 - 2 * (y * y + z * z), 2 * (x * y + w * z)
    length = math.hypot(across, up)
    if length < 1e-6:
        raise PhysicsError("a slider's axis must lie in the plane of x and y, in planar physics")
    return across / length, up / length
