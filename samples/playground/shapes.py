"""What there is to play with: round-edged blocks, balls, gems; what they look like and what they weigh."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw

F64 = NDArray[np.float64]

ROUND = 0.07
"""Metres: the radius of edges."""
COLORS = {
    "coral": (0.90, 0.16, 0.12),
    "amber": (0.95, 0.50, 0.05),
    "lime": (0.30, 0.62, 0.10),
    "teal": (0.02, 0.45, 0.48),
    "blue": (0.07, 0.22, 0.72),
    "violet": (0.36, 0.12, 0.58),
}
SKIN = (0.82, 0.55, 0.36)
BODIES: dict[str, tuple[dw.Mesh, dw.Collider]] = {}
"""By the name of the object that they are copied from: what is seen, and what is touched."""
TOYS = ("block", "ball", "pill", "drum", "cone", "gem", "plank")
"""Those that the keys 1 to 7 make."""


def rounded(size: tuple[float, float, float], radius: float = ROUND, parts: int = 7) -> dw.MeshData:
    """A box with round edges: the points of a finer box, pushed out of a smaller one (Minkowski's sum with a ball)."""
    half = np.array(size) / 2
    radius = min(radius, *half)
    grid = np.linspace(-1, 1, parts)
    u, v = (axis.ravel() for axis in np.meshgrid(grid, grid, indexing="ij"))
    points: list[F64] = []
    triangles: list[NDArray[np.int64]] = []
    corner = np.arange(parts - 1)
    first = (corner[:, None] * parts + corner).ravel()
    for axis in range(3):
        for side in (-1.0, 1.0):
            face = np.empty((parts * parts, 3))
            face[:, axis], face[:, (axis + 1) % 3], face[:, (axis + 2) % 3] = side, u, v
            quads = np.stack([first, first + parts, first + parts + 1, first + 1], axis=1)
            both = quads[:, [0, 1, 2, 0, 2, 3]] if side > 0 else quads[:, [0, 2, 1, 0, 3, 2]]
            triangles.append(both.reshape(-1) + len(points) * parts * parts)
            points.append(face)
    bent = np.sign(points_ := np.concatenate(points)) * np.abs(points_) ** 0.25  # more of them at the edges
    places = bent * half
    inner = np.clip(places, -(half - radius), half - radius)
    normals = places - inner
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return dw.MeshData(
        (inner + radius * normals).astype(np.float32),
        normals.astype(np.float32),
        np.concatenate(triangles).astype(np.uint32),
    )


def gem(radius: float = 0.62) -> dw.MeshData:
    """A cut stone: eight sides, a flat table, a point below."""
    angle = np.linspace(0, 2 * np.pi, 9)[:-1]
    rings = [(0.55, 0.62), (1.0, 0.25), (1.0, 0.05)]
    around = [np.stack([r * np.cos(angle), np.full(8, y), r * np.sin(angle)], axis=1) for r, y in rings]
    top, tip = np.array((0, 0.62, 0)), np.array((0, -0.95, 0))
    faces: list[tuple[F64, F64, F64]] = []
    for i in range(8):
        j = (i + 1) % 8
        faces.append((top, around[0][j], around[0][i]))
        for upper, lower in pairwise(around):
            faces += [(upper[i], upper[j], lower[j]), (upper[i], lower[j], lower[i])]
        faces.append((around[2][i], around[2][j], tip))
    corners = np.array(faces) * radius
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return dw.MeshData(
        corners.reshape(-1, 3).astype(np.float32),
        np.repeat(normals, 3, axis=0).astype(np.float32),
        np.arange(3 * len(faces), dtype=np.uint32),
    )


def _block(name: str, size: tuple[float, float, float], density: float = 400.0, friction: float = 0.6) -> None:
    collider = dw.Collider(size=size, density=density, friction=friction)
    BODIES[name] = dw.Mesh.of(rounded(size)), collider


def _limb(name: str, radius: float, height: float) -> None:
    collider = dw.Collider(shape="capsule", radius=radius, height=height, density=900.0, friction=0.7)
    BODIES[name] = dw.Mesh.capsule(radius, height, 24), collider


_block("block", (1, 1, 1))
_block("plank", (2.4, 0.4, 0.8))
_block("beam", (3.0, 0.6, 1.0))
_block("domino", (0.22, 1.3, 0.66))
_block("torso", (0.62, 0.66, 0.34), 900.0)
_block("hips", (0.5, 0.3, 0.32), 900.0)
BODIES["ball"] = dw.Mesh.sphere(0.55), dw.Collider(shape="sphere", radius=0.55, density=300.0, restitution=0.6)
BODIES["pill"] = dw.Mesh.capsule(0.4, 0.8), dw.Collider(shape="capsule", radius=0.4, height=0.8, density=400.0)
BODIES["drum"] = (
    dw.Mesh.cylinder(0.55, 1.0, 48),
    dw.Collider(shape="cylinder", radius=0.55, height=1.0, density=400.0, friction=0.6),
)
BODIES["cone"] = (
    dw.Mesh.cone(0.6, 1.2, 48),
    dw.Collider(shape="cone", radius=0.6, height=1.2, density=400.0, friction=0.6),
)
BODIES["gem"] = dw.Mesh.of(gem()), dw.Collider(shape="convex", density=500.0)
BODIES["link"] = (
    dw.Mesh.capsule(0.16, 0.5, 20),
    dw.Collider(shape="capsule", radius=0.16, height=0.5, density=1500.0),
)
BODIES["wrecker"] = dw.Mesh.sphere(1.1, 48), dw.Collider(shape="sphere", radius=1.1, density=1600.0, friction=0.3)
BODIES["head"] = dw.Mesh.sphere(0.26), dw.Collider(shape="sphere", radius=0.26, density=900.0, friction=0.7)
_limb("arm", 0.11, 0.34)
_limb("leg", 0.14, 0.4)
