"""What a Collider is, at its final size. All is checked here: native code takes NaN and flat hulls in silence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..assets.grid import grid_of
from ..engine.declare import Vec3, problems_of
from ..engine.errors import PhysicsError
from ..engine.scene.physics import LARGEST_HULL, MOST_DECOMPOSED, Collider
from ..loom.physics import flat, has_area
from ..loom.woven import WovenScene
from .hulls import convex_parts
from .physics_world import F32, F64, Shape

SMALLEST = 1e-6
LARGEST = 1e9
"""Metres: no edge, radius or height may be less, or more."""


def shape_of(collider: Collider, scale: F64, woven: WovenScene, mesh: int, name: str) -> tuple[Shape, Vec3]:
    """A collider's shape at a scale (3,), and where its middle is beside the collider's own offset, metres.

    mesh: the row of the geometry of its object, -1 for none. Raises PhysicsError, which names the object.
    """
    factors = np.abs(scale)
    if not (np.isfinite(factors).all() and factors.all()):
        raise PhysicsError(
            f'the Collider of "{name}" is scaled by {tuple(scale.tolist())}; it must be finite, and not 0'
        )
    problems = list(problems_of(collider, name, "Collider."))
    if problems:
        raise PhysicsError(str(problems[0]))
    x, y, z = factors.tolist()
    centre: Vec3 = (0.0, 0.0, 0.0)
    match collider.shape:
        case "box":
            a, b, c = collider.size
            made = Shape("box", half=(a * x / 2, b * y / 2, c * z / 2))
        case "sphere":
            made = Shape("sphere", radius=collider.radius * max(x, y, z))
        case "capsule" | "cylinder" | "cone":
            made = Shape(collider.shape, radius=collider.radius * max(x, z), half_height=collider.height * y / 2)
        case _:
            made, centre = _of_mesh(collider.shape, scale, woven, mesh, name)
    sizes = (*made.half, made.radius, made.half_height)
    if not all(SMALLEST <= size <= LARGEST for size in sizes):
        raise PhysicsError(
            f'the Collider of "{name}" is {min(sizes):g} to {max(sizes):g} m in size; from 1e-6 to 1e9 m'
        )
    return made, centre


def _of_mesh(kind: str, scale: F64, woven: WovenScene, mesh: int, name: str) -> tuple[Shape, Vec3]:
    if mesh < 0:
        raise PhysicsError(f'the Collider of "{name}" is of the shape "{kind}", but the object shows no Mesh')
    mesh_points, triangles = _geometry(woven, mesh)
    points = (mesh_points * scale).astype(np.float32)
    size = float(np.ptp(points, axis=0).max(initial=0))
    if not (size >= SMALLEST and np.abs(points).max() <= LARGEST):
        raise PhysicsError(f'the mesh of "{name}" is {size:g} m in size; to be a Collider, from 1e-6 to 1e9 m')
    if kind == "convex":
        points = np.unique(points, axis=0)
        if len(points) > LARGEST_HULL:
            raise PhysicsError(f'the hull of "{name}" is of {len(points)} points; it must be of {LARGEST_HULL} at most')
        if flat(points):
            raise PhysicsError(f'the hull of "{name}" is flat; it must have a volume')
        return Shape(kind, points=points), (0.0, 0.0, 0.0)
    if kind == "decomposition":
        if len(triangles) > MOST_DECOMPOSED:
            raise PhysicsError(
                f'the mesh of "{name}" has {len(triangles):,} triangles; to be decomposed, {MOST_DECOMPOSED:,} at most'
            )
        if flat(points):
            raise PhysicsError(f'the mesh of "{name}" is flat; to be decomposed it must have a volume')
        parts = tuple((part * scale).astype(np.float32) for part in convex_parts(mesh_points, triangles))
        return Shape(kind, points=points, parts=parts), (0.0, 0.0, 0.0)
    if kind == "mesh":
        if not has_area(points, triangles.ravel()):
            raise PhysicsError(f'the triangles of "{name}" have no area')
        return Shape(kind, points=points, triangles=triangles), (0.0, 0.0, 0.0)
    grid = grid_of(points)
    if grid is None:
        raise PhysicsError(f'the Mesh of "{name}" is no grid of heights in x and z')
    half = (grid.size[0] / 2, 1.0, grid.size[1] / 2)
    return Shape(kind, half=half, heights=grid.heights, points=points), (grid.centre[0], 0.0, grid.centre[1])


def _geometry(woven: WovenScene, mesh: int) -> tuple[F32, NDArray[np.uint32]]:
    """Points (n, 3) and triangles (m, 3) of one mesh of the woven scene."""
    entry, geometry = woven.geometry.meshes[mesh], woven.geometry
    base, first = int(entry["base_vertex"]), int(entry["first_index"])
    points = geometry.positions[base : base + int(entry["vertex_count"])]
    triangles = geometry.indices[first : first + int(entry["index_count"])].reshape(-1, 3)
    return points, triangles
