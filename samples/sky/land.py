"""A lake between mountains, made of noise: terrain, water, pines and stones. Metres; the lake lies on y = 0.

The eye stands on the eastern shore and looks west, along -Z; south is to the left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw
from dreamwell.assets import primitives

F64 = NDArray[np.float64]

FAR = 60_000.0
"""How far the land goes."""
HALF_TURN = 75.0
"""Degrees of land to each side of west."""
LAKE = 3_600.0
SNOW = 1_150.0
"""Where snow lies, above the lake."""

_LATTICE = np.random.default_rng(7).random((256, 256))


# ---- noise ------------------------------------------------------------------------------------------------------


def noise(x: F64, z: F64) -> F64:
    """Value noise of period 256, -1 to 1, with continuous second derivatives."""
    x0, z0 = np.floor(x), np.floor(z)
    u, v = x - x0, z - z0
    u, v = (t * t * t * (t * (t * 6 - 15) + 10) for t in (u, v))
    i, j = x0.astype(np.int64) & 255, z0.astype(np.int64) & 255
    k, m = (i + 1) & 255, (j + 1) & 255
    near = _LATTICE[i, j] * (1 - u) + _LATTICE[k, j] * u
    far = _LATTICE[i, m] * (1 - u) + _LATTICE[k, m] * u
    return np.asarray((near * (1 - v) + far * v) * 2 - 1)


def rough(x: F64, z: F64, octaves: int = 5) -> F64:
    """Sums of noise, each half as high and half as wide as the one before; about -1 to 1."""
    total = np.zeros(np.broadcast(x, z).shape)
    for i in range(octaves):
        turned = (0.8 * x - 0.6 * z, 0.6 * x + 0.8 * z)  # else the lattice shows
        total += noise(turned[0] + 17.3 * i, turned[1] + 9.1 * i) / 2**i
        x, z = turned[0] * 2, turned[1] * 2
    return total / 1.6


def ridges(x: F64, z: F64, octaves: int = 7) -> F64:
    """Mountains, 0 to about 1: noise folded at 0, rougher where it is high (Musgrave 1994)."""
    total = np.zeros(np.broadcast(x, z).shape)
    weight, height = np.ones_like(total), 0.5
    for i in range(octaves):
        x, z = 0.8 * x - 0.6 * z + 31.7, 0.6 * x + 0.8 * z + 11.9
        sharp = (1 - np.abs(noise(x, z))) ** 2 * weight
        total += sharp * height
        weight = np.clip(sharp * 1.8, 0, 1)
        height *= 0.48
        x, z = x * 2.03, z * 2.03
        if i == 0:
            weight = np.clip(weight, 0.15, 1)
    return total


# ---- the ground -------------------------------------------------------------------------------------------------


def from_lake(x: F64, z: F64) -> F64:
    """Metres from the shore, negative on the lake."""
    ahead = -z
    middle = 130 * np.sin(ahead / 620) - 40 * np.sin(ahead / 210)
    width = 62 + 0.27 * np.clip(ahead, 0, 2200) + 16 * noise(x / 60, z / 60)
    bay = 7 + 3 * noise(x / 23, z / 23 + 4) + 0.0006 * x * x
    return np.asarray(np.maximum(np.maximum(np.abs(x - middle) - width, bay - ahead), ahead - LAKE))


def height(x: F64, z: F64) -> F64:
    """The ground, metres above the lake."""
    away = from_lake(x, z)
    out = np.maximum(away, 0)
    far = np.hypot(x, z)
    tall = np.interp(far, [0, 300, 1500, 4000, 9000, 18_000, 35_000, FAR], [0, 40, 330, 1050, 2300, 2700, 3300, 3200])
    mountains = ridges(x / 5200 + 3.1, z / 5200 + 7.7) * tall * (1 - np.exp(-out / (120 + 0.12 * far)))
    hills = (rough(x / 260, z / 260) + 0.75) * 26 * (1 - np.exp(-out / 160))
    bank = 1.5 * (1 - np.exp(-out / 9)) + 0.7 * rough(x / 21, z / 21, 4) * (1 - np.exp(-out / 14))
    return np.where(away > 0, mountains + hills + bank, np.maximum(away * 0.2, -6))


def slope_normals(x: F64, z: F64, step: F64) -> F64:
    """(..., 3) unit normals of the ground, found over `step` metres."""
    dx = (height(x + step, z) - height(x - step, z)) / (2 * step)
    dz = (height(x, z + step) - height(x, z - step)) / (2 * step)
    n = np.stack([-dx, np.ones_like(dx), -dz], axis=-1)
    return np.asarray(n / np.linalg.norm(n, axis=-1, keepdims=True))


def colors(x: F64, z: F64, y: F64, n: F64) -> F64:
    """(..., 4) what grows and lies on the ground: sand, grass, woods, rock, snow."""

    def mixed(a: F64, b: ArrayLike, t: F64) -> F64:
        return np.asarray(a + (np.asarray(b) - a) * np.clip(t, 0, 1)[..., None])

    patch = rough(x / 90, z / 90, 4)
    grain = rough(x / 7, z / 7, 3)
    grass = mixed(np.broadcast_to([0.105, 0.125, 0.036], n.shape), (0.21, 0.19, 0.075), patch * 1.4 + grain * 0.5 + 0.1)
    woods = mixed(grass, (0.026, 0.046, 0.020), (np.hypot(x, z) - 500) / 1500)
    steep = (0.86 + 0.05 * patch - n[..., 1]) * 9
    rocky = mixed(woods, (0.20, 0.185, 0.17), np.maximum(steep, (y - 780 - 160 * patch) / 180))
    snowy = mixed(rocky, (0.88, 0.90, 0.94), np.minimum((y - SNOW - 200 * patch) / 140, (n[..., 1] - 0.62) * 9))
    shore = mixed(snowy, (0.30, 0.26, 0.20), 1.3 - from_lake(x, z) / (5 + 2 * grain))
    return np.concatenate([shore * (1 + 0.18 * grain[..., None]), np.ones((*n.shape[:-1], 1))], axis=-1).clip(0, 1)


def ground(rings: int = 190, rays: int = 330) -> dw.MeshData:
    """The land as a fan of rings around the eye, fine near it and coarse far away."""
    t = np.arange(rings) / (rings - 1)
    reach = (3.0 * (FAR / 3.0) ** t)[:, None]
    turn = np.radians(np.linspace(-HALF_TURN, HALF_TURN, rays))[None]
    x, z = reach * np.sin(turn), -reach * np.cos(turn) + 2.5
    y = height(x, z)
    n = slope_normals(x, z, 0.012 * reach + 0.3)
    points = np.stack([x, y, z], axis=-1)
    i = (np.arange(rings - 1)[:, None] * rays + np.arange(rays - 1)[None]).ravel()
    quads = np.stack([i, i + 1, i + rays, i + 1, i + rays + 1, i + rays], axis=1)
    return _data(points, n, quads, colors(x, z, y, n), "land")


def water(rings: int = 120, rays: int = 220) -> dw.MeshData:
    """The lake, its normals bent by small waves."""
    t = np.arange(rings) / (rings - 1)
    reach = (2.0 * (2 * LAKE / 2.0) ** t)[:, None]
    turn = np.radians(np.linspace(-HALF_TURN, HALF_TURN, rays))[None]
    x, z = reach * np.sin(turn), -reach * np.cos(turn) + 2.5
    calm = 0.030 / (1 + reach / 900)
    n = np.stack([rough(x / 3.1, z / 1.3, 3) * calm, np.ones_like(x), rough(x / 2.7 + 40, z / 1.1, 3) * calm], axis=-1)
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    i = (np.arange(rings - 1)[:, None] * rays + np.arange(rays - 1)[None]).ravel()
    quads = np.stack([i, i + 1, i + rays, i + 1, i + rays + 1, i + rays], axis=1)
    return _data(np.stack([x, 0 * x, z], axis=-1), n, quads, None, "lake")


def _data(points: F64, normals: F64, triangles: NDArray[np.int64], tint: F64 | None, name: str) -> dw.MeshData:
    return dw.MeshData(
        points.reshape(-1, 3).astype(np.float32),
        normals.reshape(-1, 3).astype(np.float32),
        triangles.ravel().astype(np.uint32),
        colors=None if tint is None else tint.reshape(-1, 4).astype(np.float32),
        name=name,
    )


# ---- what stands on it ------------------------------------------------------------------------------------------


def pine(seed: int, tiers: int = 7, sides: int = 9) -> dw.MeshData:
    """A tree of height 1: a stem, and drooping tiers whose edges are torn."""
    rng = np.random.default_rng(seed)
    points, normals, triangles, tint = list[F64](), list[F64](), list[NDArray[np.int64]](), list[F64]()
    start = 0
    for tier in range(-1, tiers):
        if tier < 0:
            low, high, wide = 0.0, 0.5, 0.022
        else:
            t = tier / tiers
            low, high = 0.10 + 0.80 * t, min(0.10 + 0.80 * t + 0.27 * (1 - 0.45 * t), 1.0)
            wide = 0.145 * (1 - t) ** 0.85 + 0.015
        turn = (np.arange(sides) + rng.random()) / sides * 2 * np.pi
        out = wide * (rng.uniform(0.72, 1.15, sides) if tier >= 0 else np.ones(sides))
        drop = rng.uniform(-0.02, 0.015, sides) if tier >= 0 else np.zeros(sides)
        rim = np.stack([np.sin(turn) * out, low + drop, np.cos(turn) * out], axis=1)
        points.append(np.vstack([rim, [[0, high, 0]], [[0, low + 0.05 * (tier >= 0), 0]]]))
        side = np.stack([np.sin(turn), np.full(sides, 0.55), np.cos(turn)], axis=1) / np.hypot(1, 0.55)
        normals.append(np.vstack([side, [[0, 1, 0]], [[0, -1, 0]]]))
        i = np.arange(sides)
        j = (i + 1) % sides
        top, under = np.full(sides, sides), np.full(sides, sides + 1)
        triangles.append(np.vstack([np.stack([i, j, top], axis=1), np.stack([j, i, under], axis=1)]) + start)
        edge, middle = ((0.045, 0.085, 0.030), (0.016, 0.032, 0.012)) if tier >= 0 else ((0.09, 0.06, 0.04),) * 2
        tint.append(np.array([(*edge, 1.0)] * sides + [(*middle, 1.0)] * 2))
        start += sides + 2
    return _data(np.vstack(points), np.vstack(normals), np.vstack(triangles), np.vstack(tint), f"pine {seed}")


def stone(seed: int) -> dw.MeshData:
    """A boulder of radius about 1: a ball with facets cut off."""
    rng = np.random.default_rng(seed)
    ball = primitives.sphere(1.0, 28)
    p = ball.positions.astype(np.float64)
    cuts = rng.normal(size=(16, 3))
    cuts /= np.linalg.norm(cuts, axis=1, keepdims=True)
    for cut in cuts:
        over = np.maximum(p @ cut - rng.uniform(0.58, 0.85), 0)
        p -= over[:, None] * cut * 0.94
    p += 0.03 * rough(p[:, 0] * 4 + seed, p[:, 2] * 4 + p[:, 1] * 3, 3)[:, None] * p
    faces = ball.indices.reshape(-1, 3).astype(np.int64)
    across = np.cross(p[faces[:, 1]] - p[faces[:, 0]], p[faces[:, 2]] - p[faces[:, 0]])
    _, same = np.unique(np.round(ball.positions, 5), axis=0, return_inverse=True)
    n = np.zeros((int(same.max()) + 1, 3))
    for k in range(3):
        np.add.at(n, same.ravel()[faces[:, k]], across)
    n = n[same.ravel()]
    n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)
    grey = 0.24 + 0.10 * rough(p[:, 0] * 3 + 5, p[:, 1] * 3 + p[:, 2] * 2, 4)
    tint = np.stack([grey, grey * 0.96, grey * 0.90, np.ones_like(grey)], axis=1)
    moss = np.clip((n[:, 1:2] - 0.55) * 3 + rough(p[:, :1] * 5, p[:, 2:] * 5, 3), 0, 0.75)
    tint[:, :3] += (np.array([0.085, 0.105, 0.03]) - tint[:, :3]) * moss
    return _data(p, n, faces, tint, f"stone {seed}")


def scattered(count: int, near: float, far: float, seed: int) -> tuple[F64, F64]:
    """x and z of up to `count` places on dry ground, evenly over the logarithm of the distance."""
    rng = np.random.default_rng(seed)
    reach = near * (far / near) ** rng.random(3 * count)
    turn = np.radians(rng.uniform(-HALF_TURN, HALF_TURN, 3 * count))
    x, z = reach * np.sin(turn), -reach * np.cos(turn)
    return x[:count], z[:count]
