"""Moves, turns and scales as (3, 4) matrices, many at a time, and a turn of one vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .declare import Vec3

F32 = NDArray[np.float32]


def affine(position: F32, rotation: F32, scale: F32) -> F32:
    """(k, 3), (k, 4), (k, 3) → (3, 4, k): scale, then turn, then move.

    Numbers of one kind lie together, which makes this ten times faster than (k, 3, 4) would be.
    """
    x, y, z, w = np.ascontiguousarray(rotation.T)
    out = np.empty((3, 4, len(position)), np.float32)
    x2, y2, z2 = x + x, y + y, z + z
    xx, yy, zz = x * x2, y * y2, z * z2
    xy, xz, yz = x * y2, x * z2, y * z2
    wx, wy, wz = w * x2, w * y2, w * z2
    out[0, 0], out[0, 1], out[0, 2] = 1 - (yy + zz), xy - wz, xz + wy
    out[1, 0], out[1, 1], out[1, 2] = xy + wz, 1 - (xx + zz), yz - wx
    out[2, 0], out[2, 1], out[2, 2] = xz - wy, yz + wx, 1 - (xx + yy)
    out[:, :3] *= scale.T
    out[:, 3] = position.T
    return out


def compose(a: F32, b: F32) -> F32:
    """(3, 4, k) ∘ (3, 4, k): b first, then a."""
    out = np.empty_like(b)
    for i in range(3):
        out[i] = a[i, 0] * b[0] + a[i, 1] * b[1] + a[i, 2] * b[2]
        out[i, 3] += a[i, 3]
    return out


def turned(qx: float, qy: float, qz: float, qw: float, x: float, y: float, z: float) -> Vec3:
    """A vector turned by a unit quaternion."""
    tx, ty, tz = 2 * (qy * z - qz * y), 2 * (qz * x - qx * z), 2 * (qx * y - qy * x)
    return x + qw * tx + qy * tz - qz * ty, y + qw * ty + qz * tx - qx * tz, z + qw * tz + qx * ty - qy * tx


def odd(three: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(k, 3) → (k,) whether one of them holds, or all."""
    return three[:, 0] ^ three[:, 1] ^ three[:, 2]
