"""The pictures on floor and walls, painted with NumPy once and kept in the user's cache folder. They tile."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dreamwell.samples._shared.painting import painted, waves

from ..materials.pictures import grid, mixed, normals, smoothstep

F64 = NDArray[np.float64]

VERSION = 1
"""Pictures of another version are painted anew."""


def folder() -> Path:
    """The folder with the pictures; those that are missing are painted now."""
    return painted(f"effects-{VERSION}", PICTURES)


@cache
def _floor() -> tuple[F64, F64, F64]:
    """Octagons with small squares between them, 2 x 2: where the squares are, where the joints, which octagon."""
    u, v = grid()
    x, y = (u * 2) % 1 - 0.5, (v * 2) % 1 - 0.5
    corner = 0.5 - np.abs(x) + 0.5 - np.abs(y)  # 0 at the corners of a cell
    small = smoothstep(0.012, -0.012, corner - 0.26)
    edge = np.minimum(np.minimum(0.5 - np.abs(x), 0.5 - np.abs(y)) + 9 * small, np.abs(corner - 0.26) * 0.7)
    which = np.floor(u * 2) + 2 * np.floor(v * 2)
    return small, 1 - smoothstep(0.004, 0.016, edge), which


def floor() -> F64:
    """Honey-coloured stone with insets of slate."""
    small, joint, which = _floor()
    cloud = 0.5 + 0.5 * waves(21, 2, 40, 1.1) + 0.12 * waves(22, 40, 180, 0.3)
    shade = np.array((0.0, 0.16, 0.10, -0.08))[which.astype(int)]
    stone = mixed([(0.60, 0.47, 0.36), (0.74, 0.62, 0.49), (0.86, 0.76, 0.64)], np.clip(cloud + shade, 0, 1))
    slate = mixed([(0.12, 0.17, 0.20), (0.20, 0.28, 0.32)], np.clip(cloud, 0, 1))
    made = stone * (1 - small[..., None]) + slate * small[..., None]
    return made * (1 - 0.55 * joint)[..., None]


def floor_normal() -> F64:
    """Sunken joints, and wear."""
    _, joint, _ = _floor()
    return normals(0.0016 * waves(21, 2, 40, 1.1) - 0.0035 * joint, 1.0)


def floor_rough() -> F64:
    """Green: roughness. Worn stone shines, slate more."""
    small, joint, _ = _floor()
    rough = 0.46 + 0.16 * waves(23, 2, 30, 1.0) - 0.12 * small + 0.4 * joint
    return np.stack([np.ones_like(rough), np.clip(rough, 0.15, 1), np.zeros_like(rough)], axis=-1)


def limestone() -> F64:
    """Walls: pale limestone with veins and stains."""
    cloud = 0.55 + 0.45 * waves(24, 1, 20, 1.3) + 0.08 * waves(25, 40, 200, 0.2)
    return mixed([(0.70, 0.58, 0.46), (0.82, 0.73, 0.62), (0.90, 0.84, 0.76)], np.clip(cloud, 0, 1))


def limestone_normal() -> F64:
    """Chisel marks."""
    return normals(0.0040 * waves(26, 3, 40, 1.0) + 0.0010 * waves(27, 40, 160, 0.3), 1.0)


def blocks() -> F64:
    """A wall of cut blocks, three courses, each block of its own tone."""
    u, v = grid()
    row = np.floor(v * 4)
    x = (u * 2 + 0.5 * (row % 2)) % 2
    tone = 0.5 + 0.25 * np.sin(12.9 * np.floor(x) + 7.7 * row)
    joint = _joints()
    base = limestone() * (0.80 + 0.25 * tone)[..., None]
    return base * (1 - 0.35 * joint)[..., None]


@cache
def _joints() -> F64:
    u, v = grid()
    y = (v * 4) % 1
    x = (u * 2 + 0.5 * (np.floor(v * 4) % 2)) % 1
    near = np.minimum(np.minimum(x, 1 - x) * 2, np.minimum(y, 1 - y))
    joint: F64 = 1 - smoothstep(0.008, 0.035, near)
    return joint


def blocks_normal() -> F64:
    """Their joints are sunken."""
    return normals(0.0040 * waves(26, 3, 40, 1.0) - 0.007 * _joints(), 1.0)


PICTURES: dict[str, Callable[[], F64]] = {
    "floor.png": floor,
    "floor-normal.png": floor_normal,
    "floor-rough.png": floor_rough,
    "limestone.png": limestone,
    "limestone-normal.png": limestone_normal,
    "blocks.png": blocks,
    "blocks-normal.png": blocks_normal,
}
