"""The city's pictures: facades with windows, ripples, the sun's glow. Painted once, kept in the user's cache folder.

A facade is 16 x 16 windows in three pictures: colour, surface (green roughness, blue metallic) and the light in the
windows. Every building shows a part of one, so that no two show the same windows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dreamwell.samples._shared.painting import EDGE, painted, waves

F64 = NDArray[np.float64]

BAYS = 16
"""Windows in each direction."""
STYLES = ("glass", "stone", "strip", "shop")
VERSION = 1
"""Pictures of another version are painted anew."""


def folder() -> Path:
    """The folder with the pictures; those that are missing are painted now."""
    return painted(f"city-{VERSION}", PICTURES)


# ---- facades --------------------------------------------------------------------------------------------------


def _within() -> tuple[F64, F64]:
    """(EDGE, EDGE) how far right and how far down in its window's field each pixel lies, 0..1."""
    at = ((np.arange(EDGE) + 0.5) * (BAYS / EDGE) % 1).astype(np.float64)
    return np.tile(at, (EDGE, 1)), np.tile(at[:, None], (1, EDGE))


def _spread(values: F64) -> F64:
    """One value (or colour) per window → per pixel."""
    return values.repeat(EDGE // BAYS, axis=0).repeat(EDGE // BAYS, axis=1)


def _box(left: float, right: float, top: float, bottom: float) -> F64:
    """1 inside of a part of every window's field."""
    x, y = _within()
    return ((x >= left) & (x < right) & (y >= top) & (y < bottom)).astype(np.float64)


def _grain(seed: int, strength: float) -> F64:
    return 1 + strength * np.random.default_rng(seed).normal(size=(EDGE, EDGE))


def _pane(style: str) -> F64:
    """1 where there is glass."""
    match style:
        case "glass":
            return _box(0.05, 0.95, 0.03, 0.97)
        case "stone":
            return _box(0.27, 0.73, 0.18, 0.8) * (1 - _box(0.48, 0.52, 0, 1))
        case "strip":
            return _box(0.0, 0.93, 0.26, 0.78)
        case _:
            return _box(0.04, 0.96, 0.2, 0.94)


def _color(style: str) -> F64:
    """sRGB; the material's colour multiplies it, so walls are near white."""
    pane = _pane(style)[..., None]
    rng = np.random.default_rng(STYLES.index(style))
    shade = _spread(rng.uniform(0.85, 1.1, (BAYS, BAYS)))[..., None]
    if style == "glass":
        spandrel = _box(0, 1, 0.74, 1)[..., None]
        glass = np.array([0.62, 0.70, 0.76]) * shade * (1 - 0.28 * spandrel)
        wall = np.full((EDGE, EDGE, 3), 0.5)
    else:
        glass = np.array([0.24, 0.28, 0.32]) * shade
        wall = np.array([0.86, 0.85, 0.83]) * _grain(7, 0.02)[..., None]
    if style == "stone":
        sill = _box(0.22, 0.78, 0.8, 0.86) + _box(0.22, 0.78, 0.12, 0.18)
        wall = wall * (1 + 0.12 * sill[..., None]) * (1 - 0.10 * _box(0, 1, 0.94, 1)[..., None])
    if style == "strip":
        wall = wall * (1 - 0.22 * _box(0, 1, 0.78, 0.84)[..., None])
    if style == "shop":
        awning = _box(0, 1, 0.0, 0.2)[..., None]
        cloth = _spread(rng.choice([0.35, 0.6, 0.8], (1, BAYS))[..., None] * np.ones((BAYS, 1, 1)))
        wall = wall * (1 - awning) + awning * cloth * np.array([1.0, 0.92, 0.85])
    return glass * pane + wall * (1 - pane)


def _surface(style: str) -> F64:
    """Glass mirrors the sky; on office towers it is coated, so that it does so like a dark metal."""
    pane = _pane(style)
    rng = np.random.default_rng(10 + STYLES.index(style))
    smooth = _spread(rng.uniform(0.05, 0.16, (BAYS, BAYS)))
    out = np.zeros((EDGE, EDGE, 3))
    out[..., 1] = smooth * pane + (0.55 if style == "glass" else 0.85) * (1 - pane)
    out[..., 2] = pane * (0.92 if style == "glass" else 0.55)
    return out


def _light(style: str) -> F64:
    """What shines through the windows at night."""
    rng = np.random.default_rng(20 + STYLES.index(style))
    shares = {"glass": 0.34, "stone": 0.36, "strip": 0.42, "shop": 0.85}
    lit = rng.random((BAYS, BAYS)) < shares[style]
    if style in ("glass", "strip"):  # offices are lit by the floor
        busy = rng.random((BAYS, 1)) < 0.3
        lit = np.where(busy, rng.random((BAYS, BAYS)) < 0.85, lit & (rng.random((BAYS, BAYS)) < 0.5))
    kinds = np.array([[1.0, 0.80, 0.56], [1.0, 0.90, 0.74], [0.86, 0.93, 1.0], [1.0, 0.70, 0.42]])
    weights = {"glass": [0.3, 0.4, 0.3, 0], "stone": [0.5, 0.2, 0.02, 0.28], "strip": [0.3, 0.5, 0.2, 0]}
    color = kinds[rng.choice(4, (BAYS, BAYS), p=weights.get(style, [0.4, 0.4, 0.1, 0.1]))]
    color = color * rng.uniform(0.4, 1.0, (BAYS, BAYS, 1)) * lit[..., None]
    _, y = _within()
    ceiling = 1.08 - 0.35 * y
    if style == "stone":  # blinds, drawn down to different heights
        ceiling = ceiling * np.where(y < _spread(rng.uniform(0.1, 0.6, (BAYS, BAYS))), 0.45, 1.0)
    bright = _spread(color) * (_pane(style) * ceiling)[..., None]
    if style == "glass":
        bright *= 1 - 0.85 * _box(0, 1, 0.74, 1)[..., None]
    return bright


# ---- the rest -------------------------------------------------------------------------------------------------


def ripples() -> F64:
    """Tangent-space normals of water."""
    height = waves(1, 3, 48, 1.6) * 10
    dy, dx = np.gradient(height)
    normal = np.stack([-dx, dy, np.ones_like(dx)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    packed: F64 = normal * 0.5 + 0.5
    return packed


def ground() -> F64:
    """Blotches for grass, asphalt and paving, about white."""
    grey = 0.86 + 0.10 * waves(2, 2, 200, 1.0) + 0.05 * waves(3, 40, 255, 0.2)
    return np.repeat(grey[..., None], 3, axis=2)


def glow() -> F64:
    """The sun and the bright air about it: white, with the alpha falling off."""
    at = (np.arange(EDGE) + 0.5) / EDGE * 2 - 1
    r = np.hypot(*np.meshgrid(at, at))
    wide = 0.30 * np.exp(-5.5 * r) + 0.25 * np.exp(-16 * r) + 0.45 * np.exp(-((r / 0.03) ** 2))
    out = np.ones((EDGE, EDGE, 4))
    out[..., 3] = wide * np.clip((1 - r) / 0.5, 0, 1)
    return out


def cloud() -> F64:
    """A bank of thin clouds: white, with the alpha of long streaks."""
    at = (np.arange(EDGE) + 0.5) / EDGE * 2 - 1
    x, y = np.meshgrid(at, at)
    noise = waves(4, 2, 120, 1.5)
    streaks = noise[:, (np.arange(EDGE) // 3) % EDGE] + 0.35 * waves(5, 6, 200, 1.2)
    edge = np.clip((1 - np.hypot(x, y)) / 0.6, 0, 1) ** 1.5
    out = np.ones((EDGE, EDGE, 4))
    out[..., 3] = np.clip((streaks + 0.12) * 1.9, 0, 1) ** 1.3 * edge
    return out


def _facades() -> dict[str, Callable[[], F64]]:
    made: dict[str, Callable[[], F64]] = {}
    for style in STYLES:
        for kind, paint in (("color", _color), ("surface", _surface), ("light", _light)):
            made[f"{style}-{kind}.png"] = partial(paint, style)
    return made


PICTURES: dict[str, Callable[[], F64]] = {
    **_facades(),
    "ripples.png": ripples,
    "ground.png": ground,
    "glow.png": glow,
    "cloud.png": cloud,
}
