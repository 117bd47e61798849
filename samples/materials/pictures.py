"""The pictures on the surfaces, painted with NumPy once and kept in the user's cache folder; and the room's light.

All of them tile and have the same size, so that they share two texture arrays. Normal maps come from heights.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dreamwell.assets.hdr import write_hdr
from dreamwell.samples._shared.painting import EDGE, painted, waves

from ..viewer.surroundings import directions, glow, gradient, softbox

F64 = NDArray[np.float64]

VERSION = 1
"""Pictures of another version are painted anew."""


def folder() -> Path:
    """The folder with the pictures; those that are missing are painted now."""
    place = painted(f"materials-{VERSION}", PICTURES)
    if not (place / "gallery.hdr").exists():
        write_hdr(place / "gallery.hdr", gallery(directions()).astype(np.float32))
    return place


# ---- brushes --------------------------------------------------------------------------------------------------


def grid() -> tuple[F64, F64]:
    """(EDGE, EDGE) u and v of every pixel, 0..1."""
    at = (np.arange(EDGE) + 0.5) / EDGE
    u, v = np.meshgrid(at, at)
    return u, v


def smoothstep(low: float, high: float, x: F64) -> F64:
    """0 below `low`, 1 above `high`, smooth in between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mixed(colors: list[ArrayLike], t: F64) -> F64:
    """Colours along 0..1, given in equal steps, for every pixel."""
    stops = np.linspace(0, 1, len(colors))
    table = np.asarray(colors, np.float64)
    return np.stack([np.interp(t, stops, table[:, i]) for i in range(3)], axis=-1)


def normals(height: F64, strength: float) -> F64:
    """A tangent-space normal map of heights that tile."""
    dx = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) * EDGE / 2 * strength
    dy = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) * EDGE / 2 * strength
    n = np.stack([-dx, dy, np.ones_like(dx)], axis=-1)
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    packed: F64 = n * 0.5 + 0.5
    return packed


def grey(values: F64) -> F64:
    """One channel as a picture."""
    return np.repeat(values[..., None], 3, axis=2)


def cells(count: int, seed: int) -> tuple[F64, F64]:
    """How far every pixel is from the nearest and the second nearest of random points (Worley 1996); tiles."""
    rng = np.random.default_rng(seed)
    points = (
        np.stack(np.meshgrid(np.arange(count), np.arange(count)), -1) + rng.uniform(0.1, 0.9, (count, count, 2))
    ) / count
    u, v = grid()
    near, second = np.full(u.shape, 9.0), np.full(u.shape, 9.0)
    for x, y in points.reshape(-1, 2):
        dx, dy = np.abs(u - x), np.abs(v - y)
        d = np.hypot(np.minimum(dx, 1 - dx), np.minimum(dy, 1 - dy)) * count
        second = np.minimum(second, np.maximum(near, d))
        near = np.minimum(near, d)
    return near, second


# ---- surfaces -------------------------------------------------------------------------------------------------


@cache
def _grain() -> F64:
    """The rings of a board along v, 0..1: dark where they end."""
    u, _ = grid()
    rings = u * 9 + 1.1 * waves(1, 1, 5, 1.6)[:, :] + 0.15 * waves(2, 6, 30, 1.0)
    ring = rings % 1
    late: F64 = ring**3 * (1 - smoothstep(0.94, 1.0, ring))
    return late


@cache
def _pores() -> F64:
    """Fine dark strokes along v."""
    rng = np.random.default_rng(3)
    dots = (rng.random((EDGE, EDGE)) > 0.985).astype(np.float64)
    strokes = np.fft.ifft2(np.fft.fft2(dots) * np.fft.fft2(_streak(26))).real
    return np.clip(strokes, 0, 1)


def _streak(length: int) -> F64:
    kernel = np.zeros((EDGE, EDGE))
    kernel[:length, 0] = np.sin(np.linspace(0, np.pi, length))
    return kernel


def wood() -> F64:
    """Walnut: rings, pores, and wide clouds of light and dark."""
    tone = 0.45 + 0.35 * waves(4, 1, 6, 1.2) + 0.12 * waves(5, 60, 200, 0.3)
    color = mixed([(0.20, 0.11, 0.07), (0.42, 0.26, 0.16), (0.60, 0.40, 0.25)], np.clip(tone, 0, 1))
    dark = 1 - 0.45 * _grain() - 0.35 * _pores()
    return color * dark[..., None]


def wood_normal() -> F64:
    """The pores are grooves, and the rings stand out a little."""
    return normals(0.002 * _grain() - 0.004 * _pores(), 1.0)


def stone() -> F64:
    """Sandstone in beds, with darker grains."""
    _, v = grid()
    beds = np.sin(2 * np.pi * (v * 5 + 0.35 * waves(6, 1, 6, 1.4))) * 0.5 + 0.5
    grains = smoothstep(0.35, 0.7, waves(7, 40, 200, 0.1))
    color = mixed([(0.55, 0.42, 0.30), (0.74, 0.62, 0.47), (0.82, 0.74, 0.62)], beds * 0.7 + 0.3 * waves(8, 2, 30, 1.0))
    return color * (1 - 0.35 * grains)[..., None]


@cache
def _relief() -> F64:
    near, second = cells(7, 9)
    joints = 1 - smoothstep(0.02, 0.20, second - near)
    chips: F64 = 0.022 * waves(10, 2, 20, 1.2) + 0.006 * waves(7, 40, 200, 0.1) - 0.035 * joints
    return chips


def stone_normal() -> F64:
    """Chipped blocks with sunken joints."""
    return normals(_relief(), 1.0)


def stone_occlusion() -> F64:
    """Joints see little of the sky."""
    return grey(np.clip(1 + _relief() * 22, 0.15, 1))


def hammered() -> F64:
    """Dents of a small hammer, side by side."""
    near, _ = cells(11, 11)
    return normals(0.010 * np.minimum(near, 0.75) ** 2 + 0.0006 * waves(12, 20, 120, 0.6), 1.0)


def plaster() -> F64:
    """A wall that was smoothed by hand."""
    return normals(0.006 * waves(13, 2, 24, 1.1) + 0.0010 * waves(14, 40, 160, 0.3), 1.0)


def flakes() -> F64:
    """Metal flakes in paint: small facets, each tilted by itself."""
    rng = np.random.default_rng(15)
    points = 90
    near, where = np.full((EDGE, EDGE), 9.0), np.zeros((EDGE, EDGE), np.int64)
    u, v = grid()
    column, row = np.floor(u * points).astype(int), np.floor(v * points).astype(int)
    jitter = rng.random((points, points, 2))
    for dj in (-1, 0, 1):
        for di in (-1, 0, 1):
            i, j = (column + di) % points, (row + dj) % points
            d = np.hypot(column + di + jitter[j, i, 0] - u * points, row + dj + jitter[j, i, 1] - v * points)
            where = np.where(d < near, j * points + i, where)
            near = np.minimum(near, d)
    tilt = rng.normal(0, 0.16, (points * points, 2))[where]
    n = np.concatenate([tilt, np.ones((EDGE, EDGE, 1))], axis=-1)
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    packed: F64 = n * 0.5 + 0.5
    return packed


def peel() -> F64:
    """The skin of an orange, as badly sprayed lacquer has it."""
    return normals(0.0022 * waves(16, 14, 30, 0.4), 1.0)


@cache
def _weave() -> tuple[F64, F64]:
    """A twill of flat threads: height 0..1, and 1 where the thread along u lies on top."""
    u, v = grid()
    threads = 24
    x, y = u * threads, v * threads
    on_top = ((np.floor(x) + np.floor(y)) % 4 < 2).astype(np.float64)
    across = np.where(on_top > 0, y, x) % 1
    return np.sqrt(np.clip(1 - (2 * across - 1) ** 2, 0.02, 1)), on_top


def carbon() -> F64:
    """Carbon fibre: near black, one direction a little lighter."""
    height, on_top = _weave()
    return grey((0.10 + 0.13 * on_top) * (0.35 + 0.65 * height))


def carbon_normal() -> F64:
    """The round threads of the weave, tilted where they dive under each other."""
    height, _ = _weave()
    return normals(height * 0.010, 1.0)


def lacquer() -> F64:
    """For a clear coat. Red: how much there is, in bands and dots; green: how rough, 0.25 to 1."""
    u, v = grid()
    bands = smoothstep(-0.1, 0.1, np.sin(2 * np.pi * 8 * (u + v)))
    rough = 0.25 + 0.75 * smoothstep(-0.4, 0.5, waves(17, 2, 10, 1.0))
    return np.stack([bands, rough, np.zeros_like(u)], axis=-1)


def damask() -> F64:
    """For reflection. Alpha: a pattern of leaves; colours: from rose over gold to teal."""
    u, v = grid()
    x, y = (u * 4) % 1 - 0.5, ((v * 4) + 0.5 * (np.floor(u * 4) % 2)) % 1 - 0.5
    r, turn = np.hypot(x, y), np.arctan2(y, x)
    leaf = smoothstep(-0.03, 0.03, 0.30 + 0.13 * np.cos(6 * turn) - r) * smoothstep(-0.02, 0.02, r - 0.08)
    tint = mixed([(1.0, 0.35, 0.45), (1.0, 0.80, 0.35), (0.35, 0.95, 0.85)], 0.5 + 0.5 * np.sin(2 * np.pi * v))
    return np.concatenate([tint, np.clip(leaf, 0.03, 1)[..., None]], axis=-1)


def holes() -> F64:
    """Sheet metal with round holes in staggered rows: the alpha."""
    u, v = grid()
    row = np.floor(v * 16)
    x, y = (u * 16 + 0.5 * (row % 2)) % 1 - 0.5, (v * 16) % 1 - 0.5
    out = np.ones((EDGE, EDGE, 4))
    out[..., 3] = smoothstep(-0.06, 0.06, np.hypot(x, y) - 0.33)
    return out


def lantern() -> F64:
    """For emission: glowing paper between dark ribs, brighter below."""
    u, v = grid()
    ribs = smoothstep(0.05, 0.14, np.abs((u * 12) % 1 - 0.5) * 2) * smoothstep(0.02, 0.06, np.abs((v * 6) % 1 - 0.5))
    paper = (0.72 + 0.28 * np.sin(np.pi * v)) * (0.92 + 0.08 * waves(18, 4, 60, 0.8))
    return mixed([(0, 0, 0), (0.95, 0.55, 0.25), (1.0, 0.86, 0.62)], np.clip(ribs * paper, 0, 1))


def chart() -> F64:
    """A colour chart of 6 x 4 fields, to be shown as it is."""
    u, v = grid()
    hue = [(0.46, 0.32, 0.26), (0.78, 0.58, 0.50), (0.36, 0.48, 0.62), (0.35, 0.42, 0.26), (0.52, 0.50, 0.69),
           (0.38, 0.75, 0.68), (0.87, 0.48, 0.18), (0.28, 0.36, 0.66), (0.76, 0.33, 0.38), (0.37, 0.24, 0.42),
           (0.63, 0.74, 0.25), (0.90, 0.63, 0.18), (0.17, 0.24, 0.59), (0.27, 0.59, 0.29), (0.70, 0.20, 0.23),
           (0.94, 0.79, 0.11), (0.74, 0.33, 0.59), (0.00, 0.53, 0.66), (0.95, 0.95, 0.95), (0.79, 0.79, 0.79),
           (0.63, 0.63, 0.63), (0.47, 0.47, 0.47), (0.33, 0.33, 0.33), (0.19, 0.19, 0.19)]  # fmt: skip
    field = np.minimum(np.floor(v * 4) * 6 + np.floor(u * 6), 23).astype(int)
    x, y = (u * 6) % 1, (v * 4) % 1
    inside = (np.minimum(x, 1 - x) > 0.06) & (np.minimum(y, 1 - y) > 0.05)
    return np.where(inside[..., None], np.asarray(hue)[field], 0.05)


PICTURES: dict[str, Callable[[], F64]] = {
    "wood.png": wood,
    "wood-normal.png": wood_normal,
    "stone.png": stone,
    "stone-normal.png": stone_normal,
    "stone-occlusion.png": stone_occlusion,
    "hammered.png": hammered,
    "plaster.png": plaster,
    "flakes.png": flakes,
    "peel.png": peel,
    "carbon.png": carbon,
    "carbon-normal.png": carbon_normal,
    "lacquer.png": lacquer,
    "damask.png": damask,
    "holes.png": holes,
    "lantern.png": lantern,
    "chart.png": chart,
}


# ---- the room -------------------------------------------------------------------------------------------------


def gallery(d: F64) -> F64:
    """What things mirror: a dim room with a tall window on the left, lamps above and a doorway on the right."""
    stops = [(-1, (260, 200, 150)), (-0.25, (330, 290, 250)), (0.0, (280, 280, 300)), (0.5, (330, 350, 400))]
    room = gradient(d, [*stops, (1, (480, 500, 560))])
    for across in (-0.36, 0.0, 0.36):
        for up in (0.10, 0.46, 0.82):
            room += softbox(d, (-0.85, up, 0.85 + across), (0.30, 0.30), (62_000, 65_000, 70_000))
    room += softbox(d, (0.35, 1.0, 0.75), (1.3, 0.22), (15_000, 13_600, 11_800))
    room += softbox(d, (-0.15, 1.0, -0.35), (1.1, 0.22), (8_000, 7_500, 7_000))
    room += softbox(d, (1.0, 0.30, 0.60), (0.34, 1.15), (9_000, 5_600, 3_000))
    return room + glow(d, (0.25, 0.15, 1), 55, (1_250, 1_150, 1_060))
