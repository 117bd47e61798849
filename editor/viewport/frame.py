"""Where things of the world are on the screen, and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...engine.camera import Eye
from ...fabric.observer import Observer

F64 = NDArray[np.float64]

Rect = tuple[float, float, float, float]
"""x, y, width, height."""


def observer_of(eye: Eye) -> Observer:
    """The same, as the Fabric has it."""
    lens = eye.lens
    return Observer(eye.world_from_camera, lens.fov_y, lens.near, lens.height, lens.orthographic)


@dataclass(frozen=True, eq=False)
class Frame:
    """A view in a rectangle of the screen, in the pixels of the page.

    clip_from_world, world_from_clip: (4, 4), depth reversed.  axes: (3, 3) right, up, back.  eye: (3,) world, metres.
    """

    rect: Rect
    clip_from_world: F64
    world_from_clip: F64
    axes: F64
    eye: F64
    lens_scale: float  # pixels that a metre has at a distance of one metre; for orthographic ones anywhere
    orthographic: bool

    @staticmethod
    def of(eye: Eye, rect: Rect, far: float = 10_000.0) -> Frame:
        """The view through an eye."""
        observer, lens = observer_of(eye), eye.lens
        size = max(1, round(rect[2])), max(1, round(rect[3]))
        clip = observer.projection(size, far) @ observer.view()
        half = lens.height / 2 if lens.orthographic else math.tan(math.radians(lens.fov_y) / 2)
        world = np.asarray(eye.world_from_camera, np.float64)
        inverse = np.asarray(np.linalg.inv(clip), np.float64)
        return Frame(rect, clip, inverse, world[:, :3], world[:, 3], rect[3] / 2 / half, lens.orthographic)

    @property
    def forward(self) -> F64:
        """(3,) where it looks, world, unit."""
        return -self.axes[:, 2]

    def project(self, points: ArrayLike) -> tuple[F64, NDArray[np.bool_]]:
        """(n, 3) world → (n, 2) pixels of the page, and (n,) whether they are in front of the eye."""
        p = np.atleast_2d(np.asarray(points, np.float64))
        clip = p @ self.clip_from_world[:, :3].T + self.clip_from_world[:, 3]
        w = clip[:, 3]
        front = w > 1e-6
        x, y, width, height = self.rect
        with np.errstate(divide="ignore", invalid="ignore"):
            ndc = clip[:, :2] / np.where(front, w, 1.0)[:, None]
        return np.stack([x + (ndc[:, 0] * 0.5 + 0.5) * width, y + (0.5 - ndc[:, 1] * 0.5) * height], axis=1), front

    def at(self, point: ArrayLike) -> tuple[float, float]:
        """(3,) world → pixels of the page."""
        found = self.project(np.asarray(point)[None])[0][0]
        return float(found[0]), float(found[1])

    def ray(self, px: float, py: float) -> tuple[F64, F64]:
        """What lies under a pixel of the page: a point (3,) and a unit direction (3,), world."""
        x, y, width, height = self.rect
        ndc = np.array([(px - x) / width * 2 - 1, 1 - (py - y) / height * 2])
        near = self.world_from_clip @ np.array([*ndc, 1.0, 1.0])
        start = near[:3] / near[3]
        if self.orthographic:
            return start, self.forward
        way = start - self.eye
        return self.eye, way / np.linalg.norm(way)

    def pixel(self, point: ArrayLike) -> float:
        """Metres that a pixel is wide at a point (3,)."""
        if self.orthographic:
            return 1 / self.lens_scale
        depth = float((np.asarray(point, np.float64) - self.eye) @ self.forward)
        return max(depth, 1e-6) / self.lens_scale

    def on_plane(self, px: float, py: float, point: ArrayLike, normal: ArrayLike) -> F64 | None:
        """Where the ray through a pixel meets a plane; None where it runs along it, or away from it."""
        start, way = self.ray(px, py)
        n = np.asarray(normal, np.float64)
        slope = float(way @ n)
        if abs(slope) < 1e-6:
            return None
        t = float((np.asarray(point, np.float64) - start) @ n) / slope
        return start + way * t if t > 0 else None

    def holds(self, px: float, py: float) -> bool:
        """Whether a pixel of the page is in the rectangle."""
        x, y, width, height = self.rect
        return x <= px < x + width and y <= py < y + height
