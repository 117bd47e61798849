"""Many unit quaternions (k, 4) xyzw at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


def multiplied(a: F64, b: F64) -> F64:
    """a ∘ b: b first, then a."""
    ax, ay, az, aw = a.T
    bx, by, bz, bw = b.T
    return np.stack(
        [
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ],
        axis=1,
    )


def turned(q: F64, v: F64) -> F64:
    """(k, 3) vectors turned by (k, 4) quaternions."""
    axis, w = q[:, :3], q[:, 3:]
    t = 2 * np.cross(axis, v)
    out: F64 = v + w * t + np.cross(axis, t)
    return out


def inverse(q: F64) -> F64:
    """The other way round, for unit quaternions."""
    return q * (-1.0, -1.0, -1.0, 1.0)


def from_axes(axes: F32) -> F32:
    """(k, 3, 3) float32, rows are where x, y and z point → (k, 4). Shepperd 1978: by the largest component."""
    m = axes
    xx, yy, zz = m[:, 0, 0], m[:, 1, 1], m[:, 2, 2]
    out = np.empty((len(m), 4), np.float32)
    w = 1 + xx + yy + zz
    out[:, 0], out[:, 1], out[:, 2], out[:, 3] = (
        m[:, 1, 2] - m[:, 2, 1],
        m[:, 2, 0] - m[:, 0, 2],
        m[:, 0, 1] - m[:, 1, 0],
        w,
    )
    small = np.flatnonzero(w < 1)  # turned by more than 120 degrees
    if len(small):
        s = m[small]
        d = np.stack([s[:, 0, 0], s[:, 1, 1], s[:, 2, 2]], axis=1)
        largest = d.argmax(axis=1)
        for i in range(3):
            at = np.flatnonzero(largest == i)
            j, k = (i + 1) % 3, (i + 2) % 3
            n = s[at]
            rows = small[at]
            out[rows, i] = 1 + n[:, i, i] - n[:, j, j] - n[:, k, k]
            out[rows, j] = n[:, i, j] + n[:, j, i]
            out[rows, k] = n[:, i, k] + n[:, k, i]
            out[rows, 3] = n[:, j, k] - n[:, k, j]
    out /= np.sqrt(np.einsum("ij,ij->i", out, out))[:, None]
    return out


def turning_x_to(axis: F64) -> F64:
    """(4,) a quaternion that turns +X to a unit vector (3,)."""
    x, y, z = axis.tolist()
    if x < -0.999999:
        return np.array([0.0, 1.0, 0.0, 0.0])
    q = np.array([0.0, -z, y, 1 + x])
    out: F64 = q / np.linalg.norm(q)
    return out
