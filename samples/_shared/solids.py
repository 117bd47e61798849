"""Shapes cut from flat faces, with a colour for each: what several samples build their things of. Metres."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw

F64 = NDArray[np.float64]


def solid(faces: ArrayLike, colors: ArrayLike = (1, 1, 1), name: str = "") -> dw.MeshData:
    """Triangles (t, 3, 3), each with its own normal; linear colours (3,), (t, 3) or (t, 3, 3)."""
    p = np.asarray(faces, np.float64)
    n = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    size = np.linalg.norm(n, axis=1)
    kept = size > 1e-12
    p, n = p[kept], n[kept] / size[kept, None]
    c = np.asarray(colors, np.float64)
    c = np.broadcast_to(c if c.ndim == 3 else c[..., None, :], (len(kept), 3, 3))[kept].reshape(-1, 3)
    return dw.MeshData(
        p.reshape(-1, 3).astype(np.float32),
        np.repeat(n, 3, axis=0).astype(np.float32),
        np.arange(3 * len(p), dtype=np.uint32),
        colors=np.column_stack([c.clip(0, 1), np.ones(len(c))]).astype(np.float32),
        name=name,
    )


def joined(parts: Sequence[dw.MeshData], name: str = "") -> dw.MeshData:
    """Several as one."""
    start = np.cumsum([0, *(len(part.positions) for part in parts)])
    colors = [np.ones((len(p.positions), 4), np.float32) if p.colors is None else p.colors for p in parts]
    return dw.MeshData(
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.normals for part in parts]),
        np.concatenate([part.indices + np.uint32(at) for part, at in zip(parts, start, strict=False)]),
        colors=np.concatenate(colors).astype(np.float32),
        name=name,
    )


def put(
    data: dw.MeshData, at: Sequence[float] = (0, 0, 0), size: ArrayLike = 1.0, yaw: float = 0.0, pitch: float = 0.0
) -> dw.MeshData:
    """The same scaled, lifted about +X, turned about +Y (degrees), and somewhere else."""
    y, x = np.radians(yaw), np.radians(pitch)
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    turn, factors = about_y @ about_x, np.broadcast_to(np.asarray(size, np.float64), 3)
    normals = (data.normals / factors) @ turn.T
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    points = (data.positions * factors) @ turn.T + np.asarray(at, np.float64)
    return dw.MeshData(
        points.astype(np.float32), normals.astype(np.float32), data.indices, colors=data.colors, name=data.name
    )


def turned(
    profile: Sequence[tuple[float, float]], sides: int, color: ArrayLike = (1, 1, 1), *, smooth: bool = False
) -> dw.MeshData:
    """A solid of revolution about Y: (radius, height) from the foot up. `smooth`: round about the axis."""
    r, h = np.array(profile, np.float64).T
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    p = np.stack([r[:, None] * np.sin(turn), np.repeat(h[:, None], sides + 1, 1), r[:, None] * np.cos(turn)], axis=-1)
    a, b, c, d = p[:-1, :-1], p[:-1, 1:], p[1:, 1:], p[1:, :-1]
    faces = np.concatenate(
        [np.stack([a, b, c], axis=2).reshape(-1, 3, 3), np.stack([a, c, d], axis=2).reshape(-1, 3, 3)]
    )
    made = solid(faces, color, "turned")
    if smooth:
        flat = np.hypot(made.normals[:, 0], made.normals[:, 2])
        away = made.positions[:, (0, 2)] / np.maximum(np.hypot(*made.positions[:, (0, 2)].T), 1e-9)[:, None]
        made.normals[:, (0, 2)] = away * flat[:, None]
    return made


def ball(sides: int = 10, rings: int = 6, color: ArrayLike = (1, 1, 1), low: float = -90.0) -> dw.MeshData:
    """A sphere of radius 1, from a latitude in degrees upwards; smooth."""
    angle = np.radians(np.linspace(low, 90, rings + 1))
    made = turned([(float(np.cos(a)), float(np.sin(a))) for a in angle], sides, color)
    made.normals[:] = made.positions / np.maximum(np.linalg.norm(made.positions, axis=1, keepdims=True), 1e-9)
    return made


def block(size: Sequence[float], color: ArrayLike = (1, 1, 1), bevel: float = 0.0) -> dw.MeshData:
    """A box about the origin; its upper edges are cut off by `bevel`."""
    x, y, z = (s / 2 for s in size)
    b = min(bevel, x, z)
    low, high = (x, z), (x - b, z - b)
    rings = [(-y, low), (y - b, low), (y, high)] if b else [(-y, low), (y, low)]
    loops = [np.array([(-u, h, -v), (-u, h, v), (u, h, v), (u, h, -v)]) for h, (u, v) in rings]
    faces = [[loops[-1][0], loops[-1][1], loops[-1][2]], [loops[-1][0], loops[-1][2], loops[-1][3]]]
    faces += [[loops[0][0], loops[0][2], loops[0][1]], [loops[0][0], loops[0][3], loops[0][2]]]
    for one, two in pairwise(loops):
        for i in range(4):
            j = (i + 1) % 4
            faces += [[one[i], one[j], two[j]], [one[i], two[j], two[i]]]
    return solid(faces, color, "block")


def shaded(data: dw.MeshData, amount: float, seed: int = 0) -> dw.MeshData:
    """The same with every face a little lighter or darker, by chance."""
    assert data.colors is not None
    rng = np.random.default_rng(seed)
    factor = np.repeat(rng.uniform(1 - amount, 1 + amount, len(data.positions) // 3), 3)
    data.colors[:, :3] = (data.colors[:, :3] * factor[:, None]).clip(0, 1)
    return data
