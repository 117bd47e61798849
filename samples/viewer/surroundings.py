"""Surroundings to look at things in, painted with NumPy: each a panorama in cd/m², and the sun or lamp that fits it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw
from dreamwell.assets.hdr import write_hdr

F64 = NDArray[np.float64]
Vec3 = tuple[float, float, float]

HEIGHT = 256
VERSION = 2
"""Panoramas of another version are painted anew."""


@dataclass(frozen=True)
class Surroundings:
    """A panorama and the light that throws the shadows in it. toward: the way that this light goes."""

    paint: Callable[[F64], F64]
    toward: Vec3
    sun: dw.Sun
    indoors: bool


def panorama(name: str) -> Path:
    """The .hdr file of one of the surroundings, in the user's cache folder; painted when it is missing."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    path = cache / "dreamwell" / f"viewer-{VERSION}" / f"{name}.hdr"
    if not path.exists():
        write_hdr(path, SURROUNDINGS[name].paint(directions()).astype(np.float32))
    return path


def directions() -> F64:
    """(h, 2h, 3) the unit vector of every pixel: row 0 is +Y, the middle column +X."""
    v, u = np.mgrid[0:HEIGHT, 0 : 2 * HEIGHT] + 0.5
    down, around = v / HEIGHT * np.pi, (u / (2 * HEIGHT) - 0.5) * 2 * np.pi
    return np.stack([np.sin(down) * np.cos(around), np.cos(down), np.sin(down) * np.sin(around)], axis=-1)


# ---- brushes --------------------------------------------------------------------------------------------------


def unit(v: ArrayLike) -> F64:
    """The vector at length 1."""
    a = np.asarray(v, np.float64)
    return a / np.linalg.norm(a)


def gradient(d: F64, stops: list[tuple[float, Vec3]]) -> F64:
    """Colours by the sine of the height above the horizon, from low to high."""
    heights = [h for h, _ in stops]
    return np.stack([np.interp(d[..., 1], heights, [c[i] for _, c in stops]) for i in range(3)], axis=-1)


def softbox(d: F64, at: ArrayLike, size: tuple[float, float], color: ArrayLike) -> F64:
    """A rectangle of light: the way to its middle, its width and height as tangents, soft at the edges."""
    ahead = unit(at)
    right = unit(np.cross(ahead, (0, 1, 0.001)))
    up = np.cross(right, ahead)
    depth = np.maximum(d @ ahead, 1e-6)
    x, y = np.abs(d @ right) / depth / (size[0] / 2), np.abs(d @ up) / depth / (size[1] / 2)
    inside = np.clip((1 - np.maximum(x, y)) / 0.08, 0, 1) * (d @ ahead > 0)
    return (inside * (1 - 0.25 * np.minimum(1, x * x + y * y)))[..., None] * np.asarray(color, np.float64)


def glow(d: F64, at: ArrayLike, degrees: float, color: ArrayLike) -> F64:
    """A soft round light."""
    near = (d @ unit(at) - 1) / (1 - np.cos(np.radians(degrees)))
    shine: F64 = np.exp(near)[..., None] * np.asarray(color, np.float64)
    return shine


def clouds(d: F64, seed: int, cover: float) -> F64:
    """(h, w) 0..1: a layer of clouds high above, thinning towards the horizon."""
    rng = np.random.default_rng(seed)
    high = np.maximum(d[..., 1], 0.03)
    x, y = d[..., 0] / (high + 0.12), d[..., 2] / (high + 0.12)
    total = np.zeros(x.shape)
    for octave in range(5):
        for _ in range(6):
            wave = 1.6 * 2.0**octave * rng.uniform(0.6, 1.4)
            turn, phase = rng.uniform(0, 2 * np.pi, 2)
            bend = 0.8 * np.sin(wave * 0.6 * (x * np.sin(turn) + y * np.cos(turn)) + phase)
            total += np.sin(wave * (x * np.cos(turn) + y * np.sin(turn)) + bend + phase) / 2.0**octave
    return np.clip(total / 6 + cover, 0, 1) * np.clip((d[..., 1] - 0.02) / 0.16, 0, 1)


# ---- places ---------------------------------------------------------------------------------------------------


def studio(d: F64) -> F64:
    """A photographer's studio: a large softbox, a strip behind, a soft light above, dark walls."""
    room = gradient(d, [(-1, (190, 180, 170)), (-0.2, (150, 145, 145)), (0.3, (130, 132, 140)), (1, (260, 260, 270))])
    room += glow(d, (0.1, -0.05, -1), 34, (900, 840, 780))
    room += softbox(d, (-0.9, 0.55, 0.75), (0.9, 1.3), (7_200, 6_700, 6_000))
    room += softbox(d, (1.0, 0.35, 0.1), (0.3, 1.5), (3_400, 3_900, 4_800))
    room += softbox(d, (1.0, 0.5, -0.75), (0.35, 1.1), (5_200, 5_300, 5_600))
    return room + softbox(d, (0.05, 1.0, -0.15), (1.1, 0.7), (2_600, 2_600, 2_700))


def daylight(d: F64) -> F64:
    """A blue sky with fair clouds, over pale ground."""
    stops = [(-1, (5_200, 4_800, 4_300)), (-0.03, (6_600, 6_500, 6_300)), (0, (7_400, 8_000, 8_600))]
    stops += [(0.06, (4_600, 6_600, 9_000)), (0.2, (2_600, 4_700, 8_400)), (0.4, (1_700, 3_400, 7_000))]
    sky = gradient(d, [*stops, (1, (1_000, 2_200, 5_200))])
    cover = clouds(d, 3, 0.22)[..., None]
    toward = np.clip(d @ unit((0.6, 0.75, 0.5)), 0, 1)[..., None]
    lit: F64 = 9_500 + 6_000 * toward * np.array([1.0, 0.98, 0.95])
    sky = sky * (1 - cover) + lit * cover
    return sky + glow(d, (0.6, 0.75, 0.5), 9, (30_000, 28_000, 24_000))


def sunset(d: F64) -> F64:
    """The sun goes down behind streaks of cloud."""
    sun = (0.42, 0.10, -0.9)
    stops = [
        (-1, (420, 290, 260)),
        (-0.03, (1_000, 560, 380)),
        (0.0, (3_600, 1_700, 750)),
        (0.14, (2_300, 1_350, 1_050)),
    ]
    sky = gradient(d, [*stops, (0.45, (560, 620, 1_150)), (1, (150, 230, 640))])
    toward = np.clip(d @ unit(sun), 0, 1)[..., None]
    sky *= 0.35 + 1.1 * toward**1.5
    cover = clouds(d * (1, 2.4, 1) / np.linalg.norm(d * (1, 2.4, 1), axis=-1, keepdims=True), 8, 0.12)[..., None]
    lit: F64 = np.array([4_600, 1_900, 900]) * (0.25 + toward**3) + np.array([300, 260, 420])
    sky = sky * (1 - 0.8 * cover) + lit * 0.8 * cover
    return sky + glow(d, sun, 14, (11_000, 4_800, 1_400)) + glow(d, sun, 3.5, (60_000, 30_000, 9_000))


def neon(d: F64) -> F64:
    """A street at night: signs in pink, cyan and amber, wet dark ground."""
    street = gradient(d, [(-1, (5, 4, 8)), (-0.03, (22, 13, 22)), (0, (14, 10, 20)), (0.3, (5, 5, 12)), (1, (2, 3, 9))])
    rng = np.random.default_rng(5)
    street += softbox(d, (-1, 0.35, 0.55), (0.28, 1.5), (900, 110, 420))
    street += softbox(d, (1, 0.30, 0.2), (0.30, 1.3), (60, 520, 800))
    street += softbox(d, (0.2, 0.45, -1), (1.3, 0.22), (950, 420, 90))
    street += softbox(d, (-0.35, 1.0, -0.2), (0.6, 0.25), (330, 300, 420))
    palette = np.array([(700, 90, 300), (70, 420, 600), (620, 330, 80), (260, 90, 560)])
    for _ in range(60):
        turn, high = rng.uniform(0, 2 * np.pi), rng.uniform(0.0, 0.28)
        street += glow(d, (np.cos(turn), high, np.sin(turn)), rng.uniform(0.6, 1.6), palette[rng.integers(4)])
    return street


SURROUNDINGS = {
    "studio": Surroundings(studio, (0.62, -1.0, -0.62), dw.Sun(lux=9_000, color=(1.0, 0.94, 0.86)), indoors=True),
    "daylight": Surroundings(daylight, (-0.6, -0.75, -0.5), dw.Sun(lux=60_000, color=(1.0, 0.95, 0.87)), indoors=False),
    "sunset": Surroundings(sunset, (-0.62, -0.34, 0.75), dw.Sun(lux=12_000, color=(1.0, 0.58, 0.28)), indoors=False),
    "neon": Surroundings(neon, (0.6, -1.0, -0.35), dw.Sun(lux=160, color=(1.0, 0.45, 0.75)), indoors=True),
}
