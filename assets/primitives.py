"""The built-in shapes, exact: normals and tangents from the surface's own formula, not from its triangles.

Triangles are counter-clockwise seen from outside. A picture on a shape appears upright and unmirrored from
outside: u to the right, v down from the top left (glTF's UVs), the tangent along +u, the bitangent
`cross(normal, tangent) * w` along -v, so that a tangent-space normal map with +Y up fits.

The arrays are shared by everyone who asks for the same shape, so they are read-only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import AssetError
from .mesh import MeshData

if TYPE_CHECKING:
    from ..engine.scene.components import Mesh

F64 = NDArray[np.float64]
U32 = NDArray[np.uint32]
Size2 = tuple[float, float]
Size3 = tuple[float, float, float]


def make(mesh: Mesh) -> MeshData:
    """The geometry of a Mesh component with a built-in shape; equal parameters give the same object.

    Raises AssetError for the shapes "asset" and "data", whose geometry lies elsewhere.
    """
    x, y, z = mesh.size
    match mesh.shape:
        case "box":
            return box(mesh.size)
        case "sphere":
            return sphere(mesh.radius, mesh.segments)
        case "plane":
            return plane((x, z))
        case "quad":
            return quad((x, y))
        case "cylinder":
            return cylinder(mesh.radius, mesh.height, mesh.segments)
        case "cone":
            return cone(mesh.radius, mesh.height, mesh.segments)
        case "capsule":
            return capsule(mesh.radius, mesh.height, mesh.segments)
        case "torus":
            return torus(mesh.radius, mesh.tube, mesh.segments)
        case "asset" | "data":
            raise AssetError(f'a mesh of shape "{mesh.shape}" is not built in: its geometry comes with the scene')


@lru_cache(maxsize=256)
def box(size: Size3 = (1.0, 1.0, 1.0)) -> MeshData:
    """A box centred on the origin; `size` in metres. Each face shows the whole picture."""
    # One row per face: outward normal, then where u points seen from outside.
    normals = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], np.float64)
    right = np.array([[0, 0, -1], [0, 0, 1], [1, 0, 0], [1, 0, 0], [1, 0, 0], [-1, 0, 0]], np.float64)
    down = -np.cross(normals, right)
    centre = np.repeat(normals, 4, axis=0)
    corners = centre + np.repeat(right, 4, axis=0) * np.tile([[-1], [1], [-1], [1]], (6, 1))
    corners += np.repeat(down, 4, axis=0) * np.tile([[-1], [-1], [1], [1]], (6, 1))
    first = np.arange(6)[:, None] * 4
    return _mesh(
        "box",
        corners / 2 * np.asarray(size),
        centre,
        np.repeat(right, 4, axis=0),
        np.tile([[0, 0], [1, 0], [0, 1], [1, 1]], (6, 1)),
        (first + np.array([0, 2, 1, 1, 2, 3])).ravel().astype(np.uint32),
    )


@lru_cache(maxsize=256)
def plane(size: Size2 = (1.0, 1.0)) -> MeshData:
    """A rectangle in x and z facing +Y; `size` in metres. The picture's top lies towards -Z."""
    x, z = size
    corners = np.array([[-x, 0, -z], [x, 0, -z], [-x, 0, z], [x, 0, z]]) / 2
    return _rectangle("plane", corners, (0, 1, 0))


@lru_cache(maxsize=256)
def quad(size: Size2 = (1.0, 1.0)) -> MeshData:
    """A rectangle in x and y facing +Z; `size` in metres."""
    x, y = size
    corners = np.array([[-x, y, 0], [x, y, 0], [-x, -y, 0], [x, -y, 0]]) / 2
    return _rectangle("quad", corners, (0, 0, 1))


@lru_cache(maxsize=256)
def sphere(radius: float = 0.5, segments: int = 32) -> MeshData:
    """A sphere centred on the origin, in metres, its poles on Y; the picture is equirectangular, its centre at +X."""
    rings = max(2, segments // 2)
    down = np.linspace(0, np.pi, rings + 1)  # the angle from +Y
    return _mesh("sphere", *_lathe(radius * _circle(down), _circle(down), down / np.pi, segments))


@lru_cache(maxsize=256)
def cylinder(radius: float = 0.5, height: float = 1.0, segments: int = 32) -> MeshData:
    """A closed cylinder along Y centred on the origin, in metres; the lids show a round cut of the picture."""
    half = height / 2
    outward = np.array([[1.0, 0], [1, 0]])
    side = _lathe(np.array([[radius, half], [radius, -half]]), outward, np.array([0.0, 1]), segments)
    return _mesh("cylinder", *_joined(side, _lid(radius, half, 1, segments), _lid(radius, -half, -1, segments)))


@lru_cache(maxsize=256)
def cone(radius: float = 0.5, height: float = 1.0, segments: int = 32) -> MeshData:
    """A closed cone along Y, its tip up, in metres; the origin is halfway up."""
    half = height / 2
    outward = np.array([height, radius]) / np.hypot(height, radius)
    side = _lathe(np.array([[0, half], [radius, -half]]), np.stack([outward, outward]), np.array([0.0, 1]), segments)
    return _mesh("cone", *_joined(side, _lid(radius, -half, -1, segments)))


@lru_cache(maxsize=256)
def capsule(radius: float = 0.5, height: float = 1.0, segments: int = 32) -> MeshData:
    """A capsule along Y centred on the origin, in metres; `height` lies between the centres of its caps."""
    rings = max(2, segments // 4)
    cap = np.linspace(0, np.pi / 2, rings + 1)
    down = np.concatenate([cap, cap + np.pi / 2])  # the angle from +Y; the equator twice
    lift = np.repeat([height / 2, -height / 2], rings + 1)
    profile = radius * _circle(down)
    profile[:, 1] += lift
    length = radius * down + np.repeat([0, height], rings + 1)  # along the profile, so that pictures keep their shape
    return _mesh("capsule", *_lathe(profile, _circle(down), length / length[-1], segments))


@lru_cache(maxsize=256)
def torus(radius: float = 0.5, tube: float = 0.2, segments: int = 32) -> MeshData:
    """A ring around Y centred on the origin, in metres; `radius` reaches to the middle of the tube."""
    around = np.arange(max(3, segments // 2) + 1)
    # From the innermost line over the top to the outside, and back below; the last row is exactly the first.
    angle = 2 * np.pi * (around % around[-1]) / around[-1] - np.pi / 2
    profile = tube * _circle(angle)
    profile[:, 0] += radius
    return _mesh("torus", *_lathe(profile, _circle(angle), around / around[-1], segments))


# ---- building blocks ------------------------------------------------------------------------------------------

Parts = tuple[F64, F64, F64, F64, U32]
"""positions (n, 3), normals (n, 3), tangents (n, 3), uv (n, 2), indices (3 t,)."""


def _mesh(name: str, positions: F64, normals: F64, tangents: F64, uv: F64, indices: U32) -> MeshData:
    handed = np.concatenate([tangents, np.ones((len(tangents), 1))], axis=1)
    arrays = [np.ascontiguousarray(a, np.float32) for a in (positions, normals, handed, uv)]
    triangles = np.ascontiguousarray(indices, np.uint32)
    for array in (*arrays, triangles):
        array.flags.writeable = False
    return MeshData(arrays[0], arrays[1], triangles, arrays[2], arrays[3], name=name)


def _rectangle(name: str, corners: F64, normal: tuple[int, int, int]) -> MeshData:
    """Corners (4, 3): top left, top right, bottom left, bottom right."""
    return _mesh(
        name,
        corners,
        np.tile(np.array(normal, np.float64), (4, 1)),
        np.tile(np.array([1.0, 0, 0]), (4, 1)),
        np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]]),
        np.array([0, 2, 1, 1, 2, 3], np.uint32),
    )


def _circle(down: F64) -> F64:
    """(n,) angles from +Y → (n, 2) distance from the axis and height, exact at the poles."""
    out = np.stack([np.sin(down), np.cos(down)], axis=1)
    out[np.abs(out) < 1e-15] = 0
    return out


def _turn(at: F64 | NDArray[np.int64], segments: int) -> tuple[F64, F64]:
    """cos and sin of the angle at `at` segments around: u = 0 lies at -X, u = 0.25 at +Z, u = 0.5 at +X."""
    angle = 2 * np.pi * (at % segments) / segments  # the last column is exactly the first
    return -np.cos(angle), np.sin(angle)


def _lathe(profile: F64, outward: F64, v: F64, segments: int) -> Parts:
    """Turn a profile about Y.

    profile: (k, 2) distance from the axis and height, from top to bottom along the outside.
    outward: (k, 2) unit normals in the same plane.  v: (k,) the second UV.
    A first or last row on the axis is a pole: one vertex per segment, each in the middle of its segment, so that
    the picture meets in a point without being torn and every tangent is that of its triangle.
    """
    assert segments >= 3
    rows = len(profile)
    pole = profile[:, 0] == 0
    columns = np.where(pole, segments, segments + 1)
    first = np.concatenate([[0], np.cumsum(columns)])
    row = np.repeat(np.arange(rows), columns)
    at = np.arange(first[-1]) - first[row] + np.where(pole[row], 0.5, 0.0)
    x, z = _turn(at, segments)
    positions = np.stack([profile[row, 0] * x, profile[row, 1], profile[row, 0] * z], axis=1)
    normals = np.stack([outward[row, 0] * x, outward[row, 1], outward[row, 0] * z], axis=1)
    tangents = np.stack([z, np.zeros(len(x)), -x], axis=1)
    uv = np.stack([at / segments, v[row]], axis=1)
    # Two triangles per cell; a cell that touches a pole keeps the one that is not flat.
    i = np.arange(segments)
    upper, lower = first[:-2, None] + i, first[1:-1, None] + i
    to_lower = np.stack([upper, lower, lower + 1], axis=-1)  # has its single corner above
    to_upper = np.stack([upper, lower, upper + 1], axis=-1)  # has its single corner below
    middle = np.stack([upper + 1, lower, lower + 1], axis=-1)
    plain = ~pole[:-1] & ~pole[1:]
    indices = [to_lower[pole[:-1]], to_upper[pole[1:]], to_upper[plain], middle[plain]]
    return positions, normals, tangents, uv, np.concatenate([a.ravel() for a in indices]).astype(np.uint32)


def _lid(radius: float, height: float, up: int, segments: int) -> Parts:
    """A disc at `height` facing +Y (`up` = 1) or -Y (-1): a rim and a centre."""
    x, z = _turn(np.arange(segments), segments)
    rim = np.stack([radius * x, np.full(segments, height), radius * z], axis=1)
    positions = np.concatenate([rim, [[0, height, 0]]])
    normals = np.tile(np.array([0.0, up, 0]), (segments + 1, 1))
    tangents = np.tile(np.array([1.0, 0, 0]), (segments + 1, 1))
    uv = 0.5 + 0.5 * np.concatenate([np.stack([x, up * z], axis=1), [[0, 0]]])
    i = np.arange(segments)
    after = (i + 1) % segments
    turn = np.stack([np.full(segments, segments), i, after] if up > 0 else [np.full(segments, segments), after, i], 1)
    return positions, normals, tangents, uv, turn.ravel().astype(np.uint32)


def _joined(*parts: Parts) -> Parts:
    starts = np.cumsum([0, *(len(p[0]) for p in parts)])
    positions, normals, tangents, uv, _ = zip(*parts, strict=True)
    indices = np.concatenate([p[4] + np.uint32(start) for p, start in zip(parts, starts, strict=False)])
    return np.concatenate(positions), np.concatenate(normals), np.concatenate(tangents), np.concatenate(uv), indices
