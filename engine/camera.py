"""How a camera sees, and where it must stand to see all of something."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..loom.woven import WovenScene
from .declare import Vec3

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

DEFAULT_FOV = 45.0
"""Degrees, of the camera that a scene without one gets."""


@dataclass(slots=True)
class Lens:
    """How a camera sees. `fov_y` in degrees; `near` and the orthographic `height` in metres. May be changed."""

    fov_y: float = 60.0
    near: float = 0.1
    height: float = 10.0
    orthographic: bool = False


@dataclass(frozen=True, slots=True)
class Eye:
    """What is looked through: world_from_camera (3, 4) float64 without scale, metres, and the lens."""

    world_from_camera: F64
    lens: Lens


@dataclass(frozen=True, slots=True)
class Sphere:
    """A ball in world space, metres."""

    centre: Vec3
    radius: float


def fitting_distance(radius: float, fov_y: float, aspect: float = 16 / 9) -> float:
    """How far from a ball's centre a camera must stand to see all of it. Metres, degrees, width / height."""
    half = math.radians(fov_y) / 2
    return radius / math.sin(min(half, math.atan(math.tan(half) * aspect)))


def around(centre: Vec3, distance: float, yaw: float, pitch: float) -> Vec3:
    """A point at a distance (metres): in front of `centre` (+Z), `yaw` degrees to the right, `pitch` degrees up."""
    turn, rise = math.radians(yaw), math.radians(pitch)
    x, y, z = centre
    level = distance * math.cos(rise)
    return x + level * math.sin(turn), y + distance * math.sin(rise), z + level * math.cos(turn)


def bounds_of(mesh: NDArray[np.void], world_from_local: F32) -> Sphere:
    """A ball around (k,) structs.MESH that are placed at (k, 3, 4)."""
    if not len(mesh):
        return Sphere((0.0, 0.0, 0.0), 1.0)
    placed = world_from_local.astype(np.float64)
    centre = np.matmul(placed[:, :, :3], mesh["centre"].astype(np.float64)[:, :, None])[:, :, 0] + placed[:, :, 3]
    radius = mesh["radius"] * np.linalg.norm(placed[:, :, :3], axis=1).max(axis=1)
    middle = ((centre - radius[:, None]).min(axis=0) + (centre + radius[:, None]).max(axis=0)) / 2
    reach = float((np.linalg.norm(centre - middle, axis=1) + radius).max())
    x, y, z = middle.tolist()
    return Sphere((x, y, z), reach if reach > 0 else 1.0)


def lenses_of(woven: WovenScene) -> dict[int, Lens]:
    """How each camera sees as it was woven, by the row of its object."""
    cameras = woven.cameras
    columns = (cameras.fov_y, cameras.near, cameras.height, cameras.orthographic)
    lenses = zip(*(column.tolist() for column in columns), strict=True)
    return {row: Lens(*lens) for row, lens in zip(cameras.objects.tolist(), lenses, strict=True)}
