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

    def ray(self, x: float, y: float, size: tuple[float, float]) -> Ray:
        """What a place in a picture of a size shows, from the eye on; (0, 0) is the top left. Any unit of length.

        An orthographic ray begins in the plane that the camera stands in.
        """
        right, up = self._extent(size)
        sideways, upward = (2 * x / size[0] - 1) * right, (1 - 2 * y / size[1]) * up
        pose = self.world_from_camera
        if self.lens.orthographic:
            return Ray(_vec3(pose @ (sideways, upward, 0, 1)), _vec3(-pose[:, 2]))
        way = pose[:, :3] @ (sideways, upward, -1)
        return Ray(_vec3(pose[:, 3]), _vec3(way / np.linalg.norm(way)))

    def places(self, points: F64, size: tuple[float, float]) -> F64:
        """(k, 2) where points (k, 3), metres, world, are in a picture of a size; NaN for those behind the camera."""
        pose = self.world_from_camera
        local = (np.asarray(points, np.float64) - pose[:, 3]) @ pose[:, :3]
        right, up = self._extent(size)
        depth = np.ones(len(local)) if self.lens.orthographic else -local[:, 2]
        out = np.full((len(local), 2), np.nan)
        seen = -local[:, 2] > 0
        out[seen, 0] = (local[seen, 0] / (depth[seen] * right) + 1) / 2 * size[0]
        out[seen, 1] = (1 - local[seen, 1] / (depth[seen] * up)) / 2 * size[1]
        return out

    def _extent(self, size: tuple[float, float]) -> tuple[float, float]:
        """Half of what is seen to the right and up: metres at a distance of 1, of an orthographic camera anywhere."""
        up = self.lens.height / 2 if self.lens.orthographic else math.tan(math.radians(self.lens.fov_y) / 2)
        return up * size[0] / size[1], up


@dataclass(frozen=True, slots=True)
class Ray:
    """A half line in world space. origin: metres.  direction: unit length."""

    origin: Vec3
    direction: Vec3

    def at(self, distance: float) -> Vec3:
        """The point so many metres from the origin."""
        (x, y, z), (dx, dy, dz) = self.origin, self.direction
        return x + dx * distance, y + dy * distance, z + dz * distance

    def at_height(self, y: float = 0.0) -> Vec3 | None:
        """Where it meets the level plane at a height, metres: the ground, say. None where it never does."""
        rise, fall = y - self.origin[1], self.direction[1]
        if fall == 0 or rise / fall < 0:
            return None
        x, _, z = self.at(rise / fall)
        return x, y, z


@dataclass(frozen=True, slots=True)
class Sphere:
    """A ball in world space, metres."""

    centre: Vec3
    radius: float


def _vec3(values: F64) -> Vec3:
    x, y, z = values.tolist()
    return x, y, z


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
