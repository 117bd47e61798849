"""Packing vertices: positions, and 32 bytes for everything else.

Normals are octahedral snorm16 (Cigolle et al. 2014, "A Survey of Efficient Representations for Independent Unit
Vectors", JCGT 3:2). A tangent is its angle in the basis that Duff et al. 2017, "Building an Orthonormal Basis,
Revisited", JCGT 6:1, give for the decoded normal, so that the shader, which decodes the same normal, finds the same
basis. That basis jumps where the normal's z changes sign; no code is used whose z the rounding of a GPU could turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..assets.mesh import MeshData
from ..engine.math import F32, F64
from ..shaders.structs import VERTEX

I16 = NDArray[np.int16]
SNORM = 32767
UNORM = 65535


def octahedral_from_normals(normals: F32 | F64) -> I16:
    """(n, 3) → (n, 2) snorm16 codes; any length but zero, which counts as +Z."""
    n = np.asarray(normals, np.float64)
    total = np.abs(n).sum(axis=1, keepdims=True)
    n = np.where(total > 0, n / np.where(total > 0, total, 1), (0.0, 0.0, 1.0))
    folded = np.where(n[:, 2:] < 0, (1 - np.abs(n[:, 1::-1])) * np.copysign(1, n[:, :2]), n[:, :2])
    codes: NDArray[np.int32] = np.rint(folded * SNORM).astype(np.int32)
    # On the fold |x| + |y| = 1 a GPU's z is 0 ± an ulp; one step along x makes its sign sure. Corners are exact.
    fold = (np.abs(codes).sum(axis=1) == SNORM) & (codes != 0).all(axis=1)
    codes[fold, 0] += np.where(n[fold, 2] < 0, 1, -1) * np.sign(codes[fold, 0])
    return codes.astype(np.int16)


def normals_from_octahedral(codes: I16) -> F32:
    """(n, 2) snorm16 → (n, 3) unit normals, computed in float32 as the shader does."""
    e = np.maximum(codes.astype(np.float32) / np.float32(SNORM), np.float32(-1))
    z = np.float32(1) - np.abs(e[:, 0]) - np.abs(e[:, 1])
    fold = np.maximum(-z, np.float32(0))[:, None]
    n: F32 = np.concatenate([e - np.copysign(fold, e), z[:, None]], axis=1)
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    return n


def basis_from_normals(normals: F32) -> tuple[F64, F64]:
    """(n, 3) unit normals → two (n, 3) unit vectors that make right-handed bases with them (Duff et al.)."""
    x, y, z = np.moveaxis(np.asarray(normals, np.float64), -1, 0)
    sign = np.copysign(1.0, z)
    a = -1 / (sign + z)
    b = x * y * a
    first = np.stack([1 + sign * x * x * a, sign * b, -sign * x], axis=1)
    return first, np.stack([b, sign + y * y * a, -y], axis=1)


def pack_vertices(mesh: MeshData, out: NDArray[np.void]) -> None:
    """Write the attributes of `mesh` to `out`, (n,) structs.VERTEX.

    Without tangents (or where one is zero or along the normal) the sign is 0; without UVs they are 0; without colours
    white.
    """
    codes = octahedral_from_normals(mesh.normals)
    frame = np.zeros((len(codes), 4), np.int16)
    frame[:, :2] = codes
    if mesh.tangents is not None:
        first, second = basis_from_normals(normals_from_octahedral(codes))
        tangent = mesh.tangents[:, :3].astype(np.float64)
        along_first, along_second = (np.einsum("ij,ij->i", tangent, axis) for axis in (first, second))
        frame[:, 2] = np.rint(np.arctan2(along_second, along_first) * (SNORM / np.pi))
        length = np.linalg.norm(tangent, axis=1)
        flat = np.hypot(along_first, along_second) > 1e-3 * length
        frame[:, 3] = np.where(flat, np.copysign(SNORM, mesh.tangents[:, 3]), 0)
    out["frame"] = frame
    out["uv0"] = 0 if mesh.uv0 is None else mesh.uv0
    out["uv1"] = 0 if mesh.uv1 is None else mesh.uv1
    out["color"] = UNORM if mesh.colors is None else np.rint(np.clip(mesh.colors, 0, 1) * UNORM)


@dataclass(frozen=True, eq=False)
class Vertices:
    """Vertices as a shader decodes them. normals (n, 3), tangents (n, 4) with sign 0 for none, uv0, uv1, colors."""

    normals: F32
    tangents: F32
    uv0: F32
    uv1: F32
    colors: F32


def unpack_vertices(vertices: NDArray[np.void]) -> Vertices:
    """(n,) structs.VERTEX → what was packed, within its precision: the witness of the shader's decoder."""
    assert vertices.dtype == VERTEX
    frame = vertices["frame"]
    normals = normals_from_octahedral(frame[:, :2])
    first, second = basis_from_normals(normals)
    angle = frame[:, 2:3].astype(np.float64) * (np.pi / SNORM)
    tangents = np.zeros((len(frame), 4), np.float32)
    tangents[:, :3] = np.cos(angle) * first + np.sin(angle) * second
    tangents[:, 3] = np.sign(frame[:, 3])
    colors = vertices["color"].astype(np.float32) / np.float32(UNORM)
    return Vertices(normals, tangents, vertices["uv0"].copy(), vertices["uv1"].copy(), colors)
