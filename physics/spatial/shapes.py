"""Colliders as Rapier's shapes."""

from __future__ import annotations

from typing import Any

import rapier3d as rapier

from ..physics_world import Shape, at_border

_SMOOTH = 25_000
"""Points of a heightfield: up to so many it is made of triangles, whose inner edges jolt nothing that rolls over."""


@at_border
def native_shape(shape: Shape) -> Any:
    """Rapier's shape. Raises PhysicsError for what it refuses."""
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
            return _heightfield(shape)


def _heightfield(shape: Shape) -> Any:
    assert shape.heights is not None
    made = rapier.SharedShape.heightfield(shape.heights, (2 * shape.half[0], 1.0, 2 * shape.half[2]))
    if shape.heights.size > _SMOOTH:
        return made
    field = made.as_heightfield()
    assert field is not None
    points, triangles = field.to_trimesh()
    return rapier.SharedShape.trimesh(points, triangles, rapier.TriMeshFlags.FIX_INTERNAL_EDGES)
