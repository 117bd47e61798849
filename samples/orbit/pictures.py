"""The pictures: a planet by day and by night, its clouds and its air, deep space; painted with NumPy once and kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dreamwell.samples._shared.painting import painted

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]

VERSION = 4
"""Pictures of another version are painted anew."""
HEIGHT = 384
"""Of the maps of the planet, which are twice as wide."""
SUN = (-0.76, 0.52, 0.12)
"""Where the sun stands as the eye sees it: to the right, up, towards the eye. What has to look lit from there is."""
LIMB = 0.68
"""Of the half width of the picture of the air: where the planet ends."""


def folder() -> Path:
    """The folder with the pictures; those that are missing are painted now."""
    return painted(f"orbit-{VERSION}", PICTURES)


# ---- brushes --------------------------------------------------------------------------------------------------


def smoothstep(low: float, high: float, x: ArrayLike) -> F64:
    """0 below `low`, 1 above `high`, smooth in between."""
    t = np.clip((np.asarray(x, np.float64) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def noise(points: F32 | F64, seed: int, octaves: int = 6, gain: float = 0.52) -> F32:
    """Value noise at (..., 3) points, -1..1: octaves of numbers on a lattice, smooth in between (Perlin 1985)."""
    lattice = np.random.default_rng(seed).uniform(-1, 1, 32**3).astype(np.float32)
    total, weight, weights = np.zeros(points.shape[:-1], np.float32), 1.0, 0.0
    for octave in range(octaves):
        p = points * 2.0**octave + 17.3 * octave
        cell = np.floor(p).astype(np.int32)
        t = p - cell
        t *= t * (3 - 2 * t)
        (x, y, z), (tx, ty, tz) = np.moveaxis(cell, -1, 0), np.moveaxis(t, -1, 0)
        x0, x1 = (x & 31) << 10, (x + 1 & 31) << 10
        y0, y1, z0, z1 = (y & 31) << 5, (y + 1 & 31) << 5, z & 31, z + 1 & 31
        along = [lattice[i | j | z0] * (1 - tz) + lattice[i | j | z1] * tz for i in (x0, x1) for j in (y0, y1)]
        total += weight * (
            (along[0] * (1 - ty) + along[1] * ty) * (1 - tx) + (along[2] * (1 - ty) + along[3] * ty) * tx
        )
        weights += weight
        weight *= gain
    made: F32 = np.clip(total / (0.55 * weights), -1, 1)
    return made


def mixed(a: ArrayLike, b: ArrayLike, t: F64) -> F64:
    """Colours (..., 3) from `a` at 0 to `b` at 1."""
    return np.asarray(a, np.float64) + (np.asarray(b, np.float64) - np.asarray(a, np.float64)) * t[..., None]


@cache
def globe(high: int = HEIGHT) -> F32:
    """(high, 2 high, 3) the unit vector of every pixel of the planet's maps."""
    v, u = (np.mgrid[:high, : 2 * high] + 0.5) / high * np.pi
    return np.stack([np.sin(v) * np.cos(u), np.cos(v), np.sin(v) * np.sin(u)], axis=-1).astype(np.float32)


@cache
def height() -> F32:
    """How high the land is, the sea is below 0; folded, so that there are coasts with bays and islands."""
    d = globe()
    bent = d * 1.7 + 0.35 * np.stack([noise(d * 2 + k, 40 + k, 4) for k in (0, 1, 2)], axis=-1)
    return noise(bent, 12, 7) - 0.02


# ---- the planet -----------------------------------------------------------------------------------------------


def day() -> F64:
    """The sea, its shallows, land from violet woods to pale highlands, and ice at the poles."""
    h, d = height(), globe()
    sea = mixed((0.03, 0.14, 0.30), (0.07, 0.42, 0.52), smoothstep(-0.28, 0.0, h))
    fine = noise(d * 6, 21, 5)
    land = mixed((0.12, 0.26, 0.25), (0.36, 0.29, 0.36), smoothstep(0.02, 0.32, h + 0.12 * fine))
    land = mixed(land, (0.66, 0.56, 0.60), smoothstep(0.35, 0.70, h + 0.1 * fine))
    picture = mixed(sea, land, smoothstep(-0.005, 0.012, h))
    return mixed(picture, (0.86, 0.92, 0.98), smoothstep(0.90, 0.95, np.abs(d[..., 1]) + 0.06 * fine))


def night() -> F64:
    """The lights of towns, along coasts and in the plains: warm dots that gather."""
    h, d = height(), globe()
    people = smoothstep(-0.05, 0.5, noise(d * 3, 31, 3)) * smoothstep(0.0, 0.02, h) * smoothstep(0.35, 0.05, h)
    people *= smoothstep(0.85, 0.7, np.abs(d[..., 1]))
    grain = np.random.default_rng(5).random(h.shape)
    dots = (grain > 1 - 0.16 * people) * (0.35 + 0.65 * np.random.default_rng(6).random(h.shape))
    streets = smoothstep(0.86, 1.0, 1 - np.abs(noise(d * 14, 33, 3))) * people * 0.55
    soft = sum(np.roll(dots, s, (0, 1)) for s in ((0, 1), (0, -1), (1, 0), (-1, 0)))
    glow = np.clip(dots + 0.3 * np.asarray(soft) + streets, 0, 1)
    made: F64 = glow[..., None] * np.array((1.0, 0.72, 0.38))
    return made


def rough() -> F64:
    """The sea is smooth and the land is not: green is roughness."""
    wet = smoothstep(0.012, -0.005, height())
    return np.stack([np.zeros_like(wet), 0.95 - 0.5 * wet, np.zeros_like(wet)], axis=-1)


def clouds() -> F64:
    """White, in bands that swirl; alpha says where."""
    d = globe()
    swirl = np.stack([noise(d * 2.2 + 5 * k, 50 + k, 4) for k in (1, 2, 3)], axis=-1)
    cover = noise(d * np.array((2.0, 4.2, 2.0), np.float32) + 0.9 * swirl, 61, 6, 0.6)
    alpha = 0.88 * smoothstep(0.16, 0.72, cover)
    return np.concatenate([np.full((*alpha.shape, 3), 0.95), alpha[..., None]], axis=-1)


def air(edge: int = 512) -> F64:
    """The air around the planet as a disc before it: bright along the limb where the sun is, red where it sets."""
    y, x = (np.mgrid[:edge, :edge] + 0.5) / edge * -2 + 1
    x = -x
    r = np.hypot(x, y) / LIMB
    inside = np.sqrt(np.clip(1 - r * r, 0, 1))
    within = np.clip(1.0 - inside, 0, 1) ** 2.6 * (r <= 1)
    beyond = np.exp(-np.clip(r - 1, 0, None) / 0.045) * 0.85 + np.exp(-np.clip(r - 1, 0, None) / 0.16) * 0.15
    beyond *= smoothstep(1 / LIMB, 1 / LIMB - 0.25, r)
    depth = np.where(r <= 1, within * 0.85, beyond * 0.85)
    length = np.maximum(r, 1e-6) * LIMB
    sun = np.array(SUN) / np.linalg.norm(SUN)
    rim = np.minimum(r, 1)
    facing = (x / length * sun[0] + y / length * sun[1]) * rim + inside * sun[2]
    lit = smoothstep(-0.16, 0.6, facing)
    color = mixed((1.0, 0.42, 0.26), (0.32, 0.78, 1.0), smoothstep(-0.05, 0.25, facing))
    color = mixed(color, (0.78, 0.95, 1.0), smoothstep(0.55, 1.0, facing) * smoothstep(0.75, 1.0, r) * 0.6)
    alpha = np.clip(depth * (0.01 + 0.99 * lit), 0, 1)
    return np.concatenate([color, alpha[..., None]], axis=-1)


# ---- deep space -----------------------------------------------------------------------------------------------


def space(width: int = 1920) -> F64:
    """A nebula in indigo and magenta, dust before it, and the finest stars."""
    high, fine = width * 9 // 16, 4
    y, x = np.mgrid[: high // fine, : width // fine] / (width / fine)
    flat = np.stack([x * 3.2, y * 3.2, 0 * x], axis=-1).astype(np.float32)
    bent = flat + 0.55 * np.stack([noise(flat + 9 * k, 70 + k, 4) for k in (0, 1)] + [np.float32(0) * flat[..., 0]], -1)
    gas, wisps = noise(bent, 81, 6), noise(bent * 1.9 + 3, 82, 6)
    band = np.exp(-(((y - 0.30 + 0.42 * (x - 0.5)) / 0.17) ** 2))
    picture = mixed((0.135, 0.125, 0.275), (0.34, 0.22, 0.54), band * smoothstep(-0.5, 0.6, gas))
    picture = mixed(picture, (0.66, 0.24, 0.52), band * smoothstep(0.1, 0.9, gas * 0.6 + wisps * 0.6) * 0.8)
    picture = mixed(picture, (0.13, 0.36, 0.52), (1 - band) * smoothstep(-0.15, 0.8, wisps) * 0.55)
    picture *= 1 - 0.55 * (smoothstep(0.2, 0.75, noise(bent * 1.4 + 11, 83, 5)) * band)[..., None]
    picture = larger(picture, fine)
    rng = np.random.default_rng(8)
    for count, size, bright in ((1900, 0.5, 0.5), (500, 0.75, 0.85), (90, 1.2, 1.0)):
        tint = (
            mixed((0.75, 0.85, 1.0), (1.0, 0.86, 0.78), rng.random(count)) * bright * rng.uniform(0.35, 1, (count, 1))
        )
        at = rng.random((count, 2)) * (high - 9, width - 9) + 4
        for (row, column), color in zip(at, tint, strict=True):
            i, j = int(row), int(column)
            b, a = np.mgrid[i - 3 : i + 4, j - 3 : j + 4]
            spot = np.exp(-((b - row) ** 2 + (a - column) ** 2) / (2 * size**2))
            picture[i - 3 : i + 4, j - 3 : j + 4] += spot[..., None] * color
    return np.clip(picture, 0, 1)


def larger(picture: F64, times: int) -> F64:
    """A picture (h, w, 3) so many times as large, smooth in between."""
    for axis in (0, 1):
        n = picture.shape[axis]
        at = np.clip((np.arange(n * times) + 0.5) / times - 0.5, 0, n - 1)
        low = np.minimum(at.astype(int), n - 2)
        t = (at - low).reshape(-1, 1, 1) if axis == 0 else (at - low).reshape(1, -1, 1)
        picture = picture.take(low, axis) * (1 - t) + picture.take(low + 1, axis) * t
    return picture


def lava() -> F64:
    """What glows through the cracks of the rocks that fall."""
    d = globe(96)
    crack = smoothstep(0.80, 1.0, 1 - np.abs(noise(d * 1.8, 91, 3)))
    return mixed((0.10, 0.012, 0.006), (1.0, 0.42, 0.16), crack)


PICTURES = {
    "day.png": day,
    "night.png": night,
    "rough.png": rough,
    "clouds.png": clouds,
    "air.png": air,
    "space.png": space,
    "lava.png": lava,
}
