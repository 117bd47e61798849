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


def from_axis_lines(lines: F32, length: float) -> tuple[F32, F32]:
    """(k, 18) lines (from, to) along where x, y and z point, of a length → places (k, 3), turns (k, 4).

    By the largest component (Shepperd 1978): w, unless a turn is by more than 120 degrees. Numbers of one kind lie
    together while they are computed with, which takes half as long; and each number comes from its own row alone, so
    that bodies are the same to the last bit whoever else is read with them.
    """
    k = len(lines)
    ends = np.ascontiguousarray(lines.T).reshape(3, 6, k)
    m = ends[:, 3:] - ends[:, :3]
    q = np.empty((4, k), np.float32)
    np.subtract(m[1, 2], m[2, 1], out=q[0])
    np.subtract(m[2, 0], m[0, 2], out=q[1])
    np.subtract(m[0, 1], m[1, 0], out=q[2])
    w = q[3]
    np.add(m[0, 0], m[1, 1], out=w)
    w += m[2, 2]
    w += np.float32(length)
    if k and not float(np.minimum.reduce(w)) >= length:
        _by_the_largest(q, m, np.flatnonzero(w < length), np.float32(length))
    whole = np.einsum("ij,ij->j", q, q)
    out = np.empty((k, 4), np.float32)
    np.divide(q, np.sqrt(whole, out=whole), out=out.T)
    places = np.empty((k, 3), np.float32)
    for i in range(3):
        places[:, i] = ends[0, i]
    return places, out


def _by_the_largest(q: F32, m: F32, places: NDArray[np.intp], length: np.float32) -> None:
    """Shepperd's other three cases: q (4, k) at some places, of axes (3, 3, k)."""
    s = m[:, :, places]
    largest = np.stack([s[0, 0], s[1, 1], s[2, 2]]).argmax(axis=0)
    for i in range(3):
        at = np.flatnonzero(largest == i)
        j, k = (i + 1) % 3, (i + 2) % 3
        n, to = s[:, :, at], places[at]
        q[i, to] = length + n[i, i] - n[j, j] - n[k, k]
        q[j, to] = n[i, j] + n[j, i]
        q[k, to] = n[i, k] + n[k, i]
        q[3, to] = n[j, k] - n[k, j]


def turning_x_to(axis: F64) -> F64:
    """(4,) a quaternion that turns +X to a unit vector (3,)."""
    x, y, z = axis.tolist()
    if x < -0.999999:
        return np.array([0.0, 1.0, 0.0, 0.0])
    q = np.array([0.0, -z, y, 1 + x])
    out: F64 = q / np.linalg.norm(q)
    return out
