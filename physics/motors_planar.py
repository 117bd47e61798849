"""Motors of planar joints: a hinge has one of Chipmunk's, a slider gets impulses before each step is solved.

A motor to a place is one to a speed that falls off towards the place, so the most force counts for both.
"""

from __future__ import annotations

import math
from typing import Any

import pymunk
from pymunk import constraints

from .physics_world import JointSpec

GAIN = 50.0
"""1/s: how fast a motor to a place closes the gap."""


def turning(a: pymunk.Body, b: pymunk.Body, spec: JointSpec, sign: float, scale: float) -> constraints.SimpleMotor:
    """The motor of a hinge that turns `a` against `b`. sign: -1 for an axis that points away from the eye."""
    motor = constraints.SimpleMotor(a, b, sign * spec.motor_target)
    if spec.motor_force:
        motor.max_force = spec.motor_force * scale * scale
    if spec.motor == "position":
        begun, target = a.angle - b.angle, sign * spec.motor_target

        def servo(joint: Any, space: pymunk.Space) -> None:
            joint.rate = GAIN * (target - (a.angle - b.angle - begun))

        motor.pre_solve = servo
    return motor


def sliding(
    joint: constraints.Constraint,
    bodies: tuple[pymunk.Body, pymunk.Body],
    anchors: tuple[tuple[float, float], tuple[float, float]],
    axis: tuple[float, float],
    spec: JointSpec,
    scale: float,
) -> None:
    """Have a slider's joint drive a along the axis of b. anchors: on each, in the space's units; axis: on b."""
    a, b = bodies
    most = spec.motor_force * scale if spec.motor_force else math.inf
    target = spec.motor_target * scale

    def drive(_: Any, space: pymunk.Space) -> None:
        dt = space.current_time_step
        x, y = axis
        way = b.local_to_world((x, y)) - b.local_to_world((0.0, 0.0))
        at = a.local_to_world(anchors[0])
        wanted = target
        if spec.motor == "position":
            wanted = GAIN * (target - (at - b.local_to_world(anchors[1])).dot(way))
        speed = (a.velocity_at_world_point(at) - b.velocity_at_world_point(at)).dot(way)
        lightness = 0.0
        for body, side in ((a, 1.0), (b, -1.0)):
            if body.body_type == pymunk.Body.DYNAMIC:
                lightness += 1 / body.mass
                speed += side * dt * (body.force / body.mass + space.gravity).dot(way)  # which come after this
        if not lightness:
            return
        impulse = max(-most * dt, min(most * dt, (wanted - speed) / lightness))
        for body, side in ((a, 1.0), (b, -1.0)):
            if body.body_type == pymunk.Body.DYNAMIC:
                body.velocity += side * impulse / body.mass * way

    joint.pre_solve = drive
