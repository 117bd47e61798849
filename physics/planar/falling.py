"""How a body's velocity changes by itself: gravity, damping and locked axes, in place of what Chipmunk does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pymunk
from pymunk.vec2d import Vec2d

from ..physics_world import BodySpec

Falling = Callable[[pymunk.Body, Any, float, float], None]
"""Of a body, gravity, damping, and a time in seconds: a body's `velocity_func`."""


def falling(spec: BodySpec) -> Falling:
    """For one body: Chipmunk's own where it just falls, which is faster."""
    plain = spec.gravity_scale == 1 and not spec.linear_damping and not spec.angular_damping
    if plain and not spec.lock_position.strip("z"):
        return pymunk.Body.update_velocity
    x = 0.0 if "x" in spec.lock_position else 1.0
    y = 0.0 if "y" in spec.lock_position else 1.0

    def falls(body: pymunk.Body, gravity: Any, damping: float, dt: float) -> None:
        gx, gy = gravity
        pymunk.Body.update_velocity(body, Vec2d(gx * spec.gravity_scale, gy * spec.gravity_scale), damping, dt)
        slower = 1 / (1 + dt * spec.linear_damping)
        vx, vy = body.velocity
        body.velocity = Vec2d(vx * slower * x, vy * slower * y)
        body.angular_velocity = body.angular_velocity / (1 + dt * spec.angular_damping)

    return falls


def staying(body: pymunk.Body, gravity: Any, damping: float, dt: float) -> None:
    """Of what was halted."""
    body.velocity, body.angular_velocity = Vec2d(0, 0), 0.0
