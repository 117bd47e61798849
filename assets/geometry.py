"""Normals for triangles that come without them, and the checks that geometry from files has to pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import AssetError
from .mesh import MeshData

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
U32 = NDArray[np.uint32]


def face_vectors(positions: F32, indices: U32) -> F64:
    """positions (n, 3), indices (3 t,) → (t, 3): each triangle's normal, as long as twice its area."""
    wide = positions.astype(np.float64)  # areas of tiny and of huge triangles do not fit float32
    a, b, c = (wide[indices[k::3]] for k in range(3))
    return np.cross(b - a, c - a)


def unit(vectors: F32 | F64, instead: F32 | tuple[float, float, float] = (0.0, 0.0, 1.0)) -> F32:
    """(n, 3) vectors → unit length; those without a direction become `instead`."""
    wide = vectors.astype(np.float64)
    length = np.sqrt(np.einsum("ij,ij->i", wide, wide))[:, None]
    good = length > 0
    return np.where(good, wide / np.where(good, length, 1.0), np.asarray(instead, np.float64)).astype(np.float32)


def smooth_normals(positions: F32, indices: U32) -> F32:
    """(n, 3) unit normals: the mean of the triangles at each place, weighted by their areas.

    Vertices at the same place get the same normal, so that a seam in the UVs does not show.
    """
    _, place = np.unique(positions, axis=0, return_inverse=True)
    place = place.ravel()
    corners = np.repeat(face_vectors(positions, indices), 3, axis=0)
    at, count = place[indices], int(place.max()) + 1 if len(place) else 0
    summed = np.stack([np.bincount(at, corners[:, k], count) for k in range(3)], axis=1)
    return unit(summed.astype(np.float64))[place]


def perpendicular(normals: F32) -> F32:
    """(n, 3) unit normals → (n, 3) unit vectors at a right angle to them, whichever."""
    axis = np.zeros_like(normals)
    axis[np.arange(len(normals)), np.abs(normals).argmin(axis=1)] = 1
    return unit(np.cross(normals, axis).astype(np.float64))


def checked(mesh: MeshData, file: object) -> MeshData:
    """The same mesh, when a renderer can trust it; otherwise AssetError with everything that is wrong."""
    count = len(mesh.positions)
    wanted: dict[str, tuple[NDArray[np.generic] | None, tuple[int, ...]]] = {
        "positions": (mesh.positions, (count, 3)),
        "normals": (mesh.normals, (count, 3)),
        "tangents": (mesh.tangents, (count, 4)),
        "uv0": (mesh.uv0, (count, 2)),
        "uv1": (mesh.uv1, (count, 2)),
        "colors": (mesh.colors, (count, 4)),
    }
    problems: list[str] = []
    for name, (array, shape) in wanted.items():
        if array is None:
            continue
        if array.shape != shape:
            problems.append(f"{name} has the shape {array.shape}; it must be {shape}")
        elif not np.isfinite(array).all():
            bad = int(np.flatnonzero(~np.isfinite(array).reshape(count, -1).all(axis=1))[0])
            problems.append(f"{name}[{bad}] is {array[bad].tolist()}; it must be finite numbers")
    if mesh.indices.ndim != 1 or len(mesh.indices) % 3 or not len(mesh.indices):
        problems.append(f"indices has the shape {mesh.indices.shape}; it must be (3 t,) for t triangles")
    elif int(mesh.indices.max()) >= count:
        problems.append(f"the largest index is {mesh.indices.max()}; it must be below the number of vertices, {count}")
    if problems:
        raise AssetError("\n  ".join([f"{file}: this geometry can't be used:", *problems]))
    return mesh
