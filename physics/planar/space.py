"""A Chipmunk space, what its bodies and shapes are called by, and how lengths and angles go over to it and back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import pymunk
from pymunk.vec2d import Vec2d

from ...engine.declare import Vec3, Vec4
from ..physics_world import BodySpec, ColliderSpec, Label

SCALE = 100.0
"""Chipmunk's units in a metre: its tolerances are made for numbers of that size."""


@dataclass(slots=True, eq=False)
class PlanarCollider:
    """The pymunk shapes that a collider is made of, what it weighs by its density in kilograms, what it was to be."""

    shapes: list[pymunk.Shape]
    weight: float
    spec: ColliderSpec


@dataclass(slots=True, eq=False)
class PlanarBody:
    """A pymunk body, and what that has no place for.

    z: metres, where it stays.  halted: whether it stands still since it left the range of numbers.  colliders: by row.
    """

    native: pymunk.Body
    spec: BodySpec
    z: float
    halted: bool = False
    colliders: dict[int, PlanarCollider] = field(default_factory=dict[int, PlanarCollider])

    @property
    def dynamic(self) -> bool:
        """Whether forces move it."""
        return self.spec.kind == "dynamic"

    def wake(self) -> None:
        """Have it computed again, if forces move it."""
        if self.dynamic:
            self.native.activate()


class ShapeOwner(NamedTuple):
    """Whose a pymunk shape is: the row of its collider, the object that events name, and whether it is a sensor."""

    collider: int
    label: Label
    sensor: bool


class PlanarSpace:
    """A pymunk space, and the rows of what is in it.

    bodies: by row.  body_of: by a collider's row, that of its body.  owners: by pymunk's shapes.
    """

    def __init__(self) -> None:
        self.native = pymunk.Space()
        self.bodies: dict[int, PlanarBody] = {}
        self.body_of: dict[int, int] = {}
        self.owners: dict[pymunk.Shape, ShapeOwner] = {}


def to_units(v: Vec3) -> tuple[float, float]:
    """A place, way, velocity or force, seen along z, in Chipmunk's units."""
    return v[0] * SCALE, v[1] * SCALE


def to_metres(v: tuple[float, float], z: float = 0.0) -> Vec3:
    """What Chipmunk has, in the world; z in metres."""
    x, y = v
    return x / SCALE, y / SCALE, z


def angle_of(rotation: Vec4 | Iterable[float]) -> float:
    """Radians about z."""
    _, _, z, w = rotation
    return 2 * math.atan2(z, w)


def point_of(body: pymunk.Body, at: Vec3 | None) -> Vec2d | tuple[float, float]:
    """A point of the world in Chipmunk's units; for None the body's centre of mass."""
    return body.local_to_world(body.center_of_gravity) if at is None else to_units(at)
