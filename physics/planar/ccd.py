"""Continuous collision for what is small and fast, which Chipmunk has none of: rays ahead of each part of a step."""

from __future__ import annotations

import math

import pymunk

from .shapes import least_half
from .space import SCALE, PlanarBody, PlanarSpace

_FAR = 1e13
"""Chipmunk's units: what goes so far in a part of a step is halted after it."""


def stop_short(space: PlanarSpace, body: PlanarBody, dt: float) -> None:
    """Have a fast body end the next part of the step where it meets something, rather than behind it."""
    native, way = body.native, body.native.velocity * dt
    if not body.colliders or native.is_sleeping:
        return
    size = SCALE * min(least_half(collider.spec.shape) for collider in body.colliders.values())
    far = math.hypot(way.x, way.y)
    if not size / 2 < far < _FAR:
        return
    spec = next(iter(body.colliders.values())).spec
    seen = pymunk.ShapeFilter(categories=spec.member, mask=spec.meets)
    joined = {one for c in native.constraints if not c.collide_bodies for one in (c.a, c.b)}
    start = native.local_to_world(native.center_of_gravity)
    best = 1.0
    for info in space.native.segment_query(start, start + way, size, seen):
        other = info.shape.body
        if other is native or other in joined or info.shape.sensor:
            continue
        deep = -way.dot(info.normal) * (1 - info.alpha)
        if deep > size / 2:  # else the part's own end will do: it lies on it, or grazes it
            best = min(best, info.alpha)
    if best < 1:
        native.position += way * (best - 1 + space.native.collision_slop / far)
