"""Vectors, quaternions and matrices for batches. Float64 in, float64 out; quaternions are (x, y, z, w).

Right-handed, +Y up, -Z forward; matrices are `to_from_from` on column vectors: `world = world_from_local @ local`.
pyrr serves single vectors and quaternions at the API; everything here works on (n, ...) arrays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

IDENTITY_QUATERNION = (0.0, 0.0, 0.0, 1.0)


def vector(value: ArrayLike | Any, length: int = 3) -> tuple[float, ...]:
    """Any sequence of numbers (tuple, list, NumPy, pyrr) → a tuple of `length` floats. Raises ValueError."""
    out = tuple(float(v) for v in np.asarray(value, np.float64).ravel())
    if len(out) != length:
        raise ValueError(f"wanted {length} numbers, found {len(out)}")
    return out


def matrix_from_quaternion(q: ArrayLike) -> F64:
    """(..., 4) unit quaternions → (..., 3, 3) rotation matrices."""
    q = np.asarray(q, np.float64)
    x, y, z, w = np.moveaxis(q, -1, 0)
    out = np.empty((*q.shape[:-1], 3, 3))
    out[..., 0, 0] = 1 - 2 * (y * y + z * z)
    out[..., 0, 1] = 2 * (x * y - z * w)
    out[..., 0, 2] = 2 * (x * z + y * w)
    out[..., 1, 0] = 2 * (x * y + z * w)
    out[..., 1, 1] = 1 - 2 * (x * x + z * z)
    out[..., 1, 2] = 2 * (y * z - x * w)
    out[..., 2, 0] = 2 * (x * z - y * w)
    out[..., 2, 1] = 2 * (y * z + x * w)
    out[..., 2, 2] = 1 - 2 * (x * x + y * y)
    return out


def quaternion_from_matrix(m: ArrayLike) -> F64:
    """(3, 3) rotation matrix → (4,) unit quaternion with w ≥ 0 (Shepperd's method: the largest term first)."""
    m = np.asarray(m, np.float64)
    trace = np.trace(m)
    squares = np.array([m[0, 0], m[1, 1], m[2, 2], trace])
    i = int(squares.argmax())
    if i == 3:
        q = np.array([m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1], 1 + trace])
    else:
        j, k = (i + 1) % 3, (i + 2) % 3
        q = np.empty(4)
        q[i] = 1 + m[i, i] - m[j, j] - m[k, k]
        q[j] = m[i, j] + m[j, i]
        q[k] = m[i, k] + m[k, i]
        q[3] = m[k, j] - m[j, k]
    q /= np.linalg.norm(q)
    return -q if q[3] < 0 else q


def multiply_quaternions(a: ArrayLike, b: ArrayLike) -> F64:
    """a ∘ b: turn by b first, then by a. Shapes (..., 4) broadcast."""
    ax, ay, az, aw = np.moveaxis(np.asarray(a, np.float64), -1, 0)
    bx, by, bz, bw = np.moveaxis(np.asarray(b, np.float64), -1, 0)
    return np.stack(
        [
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ],
        axis=-1,
    )


def quaternion_from_axis_angle(axis: Sequence[float], degrees: float) -> F64:
    """A turn of `degrees` about `axis` (any length but zero), counter-clockwise seen against the axis."""
    a = np.asarray(axis, np.float64)
    half = math.radians(degrees) / 2
    return np.array([*(a / np.linalg.norm(a) * math.sin(half)), math.cos(half)])


def quaternion_from_euler(x: float, y: float, z: float) -> F64:
    """Turns in degrees, first about X, then Y, then Z (fixed axes)."""
    qx = quaternion_from_axis_angle((1, 0, 0), x)
    qy = quaternion_from_axis_angle((0, 1, 0), y)
    qz = quaternion_from_axis_angle((0, 0, 1), z)
    return multiply_quaternions(qz, multiply_quaternions(qy, qx))


def cross(a: F64, b: F64) -> F64:
    """(3,) × (3,) → (3,): `np.cross` without its 10 µs of preparation, for what runs every frame."""
    ax, ay, az = a.tolist()
    bx, by, bz = b.tolist()
    return np.array((ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx))


def unit(v: F64) -> F64:
    """(n,) → its direction; a vector of length 0 gives NaN."""
    return v / math.sqrt(float(v @ v))


def look_rotation(forward: ArrayLike, up: ArrayLike = (0.0, 1.0, 0.0)) -> F64:
    """The quaternion that turns -Z to `forward`, with +Y as near to `up` as can be. Raises ValueError for zero."""
    return quaternion_from_matrix(look_matrix(forward, up))


def look_matrix(forward: ArrayLike, up: ArrayLike = (0.0, 1.0, 0.0)) -> F64:
    """`look_rotation` as a (3, 3) matrix: its columns are right, up and back."""
    z = -np.asarray(forward, np.float64)
    length = math.sqrt(float(z @ z))
    if not length > 0:
        raise ValueError("the direction to look along is zero")
    z = z / length
    x = cross(np.asarray(up, np.float64), z)
    if float(x @ x) < 1e-18:  # looking straight along `up`: any right will do, take +X or +Z
        x = cross(np.array((0.0, 0.0, 1.0) if abs(z[2]) < 0.9 else (1.0, 0.0, 0.0)), z)
    x = unit(x)
    return np.array((x, cross(z, x), z)).T


def affine_from_trs(position: ArrayLike, rotation: ArrayLike, scale: ArrayLike) -> F64:
    """(n, 3), (n, 4), (n, 3) → (n, 3, 4) affine matrices: scale, then rotate, then move."""
    position = np.asarray(position, np.float64)
    out = np.empty((len(position), 3, 4))
    np.multiply(matrix_from_quaternion(rotation), np.asarray(scale, np.float64)[:, None, :], out=out[:, :, :3])
    out[:, :, 3] = position
    return out


def compose_affine(a: F64, b: F64) -> F64:
    """(n, 3, 4) ∘ (n, 3, 4): b first, then a."""
    out = np.empty_like(b)
    np.matmul(a[:, :, :3], b[:, :, :3], out=out[:, :, :3])
    np.matmul(a[:, :, :3], b[:, :, 3:], out=out[:, :, 3:])
    out[:, :, 3] += a[:, :, 3]
    return out


def depths_of(parent: I32) -> I32:
    """(n,) parent rows (-1 for roots) → (n,) depth in the tree; rows in or below a cycle get -1."""
    depth = (parent >= 0).astype(np.int32)  # steps from each row to its `above`, which doubles in every round
    above = parent.copy()
    for _ in range(len(parent).bit_length()):
        rows = np.flatnonzero(above >= 0)
        if not len(rows):
            return depth
        up = above[rows]
        depth[rows] += depth[up]
        above[rows] = above[up]
    depth[above >= 0] = -1  # more steps than rows: going round
    return depth


def perspective(fov_y: float, aspect: float, near: float) -> F64:
    """(4, 4) projection, depth reversed (1 at `near`), far plane at infinity; `fov_y` in degrees; clip z in 0..1."""
    f = 1 / math.tan(math.radians(fov_y) / 2)
    return np.array([[f / aspect, 0, 0, 0], [0, f, 0, 0], [0, 0, 0, near], [0, 0, -1, 0]], np.float64)


def orthographic(height: float, aspect: float, near: float, far: float) -> F64:
    """(4, 4) orthographic projection, depth reversed: 1 at `near`, 0 at `far`; `height` in metres."""
    depth = 1 / (far - near)
    return np.array(
        [[2 / (height * aspect), 0, 0, 0], [0, 2 / height, 0, 0], [0, 0, depth, far * depth], [0, 0, 0, 1]], np.float64
    )
