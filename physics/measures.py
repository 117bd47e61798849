"""How much shapes hold, and how far they reach."""

from __future__ import annotations

import math

import numpy as np

from .hulls import hull_volume
from .physics_world import Shape


def volume(shape: Shape) -> float:
    """Cubic metres of a solid; 1 for what is none."""
    r, h = shape.radius, 2 * shape.half_height
    match shape.kind:
        case "box":
            x, y, z = shape.half
            return 8 * x * y * z
        case "sphere":
            return 4 / 3 * math.pi * r**3
        case "capsule":
            return math.pi * r * r * h + 4 / 3 * math.pi * r**3
        case "cylinder":
            return math.pi * r * r * h
        case "cone":
            return math.pi * r * r * h / 3
        case "convex" | "decomposition":
            assert shape.points is not None
            return sum(map(hull_volume, shape.parts or (shape.points,)))
        case _:
            return 1.0


def bounding_radius(shape: Shape) -> float:
    """Metres from a shape's middle to its farthest point, or a little more."""
    match shape.kind:
        case "box":
            return float(np.linalg.norm(shape.half))
        case "sphere":
            return shape.radius
        case "capsule":
            return shape.radius + shape.half_height
        case "cylinder" | "cone":
            return float(np.hypot(shape.radius, shape.half_height))
        case _:
            assert shape.points is not None
            return float(np.linalg.norm(shape.points, axis=1).max())
