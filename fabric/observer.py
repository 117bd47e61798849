"""Who looks, and from where."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine import math as dmath

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Observer:
    """A camera's pose and lens.

    world_from_camera: (3, 4) float64, metres; the camera looks along its -Z. fov_y: degrees, vertical. near: metres.
    height: metres, for orthographic ones.
    """

    world_from_camera: F64
    fov_y: float = 60.0
    near: float = 0.1
    height: float = 10.0
    orthographic: bool = False

    @property
    def eye(self) -> F64:
        """(3,) position, world, metres."""
        return np.asarray(self.world_from_camera, np.float64)[:, 3]

    @property
    def forward(self) -> F64:
        """(3,) unit direction of view, world."""
        z = np.asarray(self.world_from_camera, np.float64)[:, 2]
        return -dmath.unit(z)

    def view(self) -> F64:
        """(4, 4) camera_from_world; a scale in the camera's transform is left out."""
        m = np.asarray(self.world_from_camera, np.float64)
        x, y = m[:, 0], m[:, 1]
        z = -self.forward
        x = dmath.unit(x - z * (x @ z))
        y_axis = dmath.cross(z, x)
        if y_axis @ y < 0:  # a mirrored camera transform still shows the world the right way round
            y_axis, x = -y_axis, -x
        out = np.eye(4)
        out[:3, :3] = (x, y_axis, z)
        out[:3, 3] = -out[:3, :3] @ self.eye
        return out

    def projection(self, size: tuple[int, int], far: float, shift: tuple[float, float] = (0.0, 0.0)) -> F64:
        """(4, 4) clip_from_camera, depth reversed; `shift` moves the picture, in pixels, +y down.

        `far` bounds orthographic views only, metres.
        """
        w, h = size
        if self.orthographic:
            out = dmath.orthographic(self.height, w / h, self.near, max(far, 2 * self.near))
            out[0, 3] += 2 * shift[0] / w
            out[1, 3] -= 2 * shift[1] / h
        else:
            out = dmath.perspective(self.fov_y, w / h, self.near)
            out[0, 2] -= 2 * shift[0] / w
            out[1, 2] += 2 * shift[1] / h
        return out

    def slice_sphere(self, size: tuple[int, int], end: float, start: float = 0.0) -> tuple[F64, float]:
        """The smallest sphere around what is seen from `start` to `end` metres: centre (3,) and radius."""
        aspect = size[0] / size[1]
        if self.orthographic:
            half = math.hypot(self.height, self.height * aspect) / 2
            return self.eye + self.forward * ((start + end) / 2), math.hypot(half, (end - start) / 2)
        k = math.tan(math.radians(self.fov_y) / 2) * math.hypot(1, aspect)
        along = min(end, (start + end) * (1 + k * k) / 2)
        return self.eye + self.forward * along, math.hypot(end - along, end * k)


def planes_of(view_proj: F64) -> F64:
    """(4, 4) clip_from_world with reversed depth → (6, 4) planes, normals unit and inward.

    Gribb & Hartmann 2001. An infinite far plane becomes one that lets everything through.
    """
    x, y, z, w = view_proj
    planes = np.array((w + x, w - x, w + y, w - y, w - z, z))
    lengths = np.sqrt(np.einsum("ij,ij->i", planes[:, :3], planes[:, :3]))
    endless = lengths < 1e-9 * lengths.max()
    lengths[endless] = 1
    planes /= lengths[:, None]
    planes[endless] = (0, 0, 0, 1)
    return planes


def sample_shift(i: int, n: int) -> tuple[float, float]:
    """The i-th of n sub-pixel positions, in pixels from the pixel's centre: a grid where n is a square, else R2.

    Roberts 2018, "The Unreasonable Effectiveness of Quasirandom Sequences".
    """
    if n <= 1:
        return 0.0, 0.0
    side = math.isqrt(n)
    if side * side == n:
        return (i % side + 0.5) / side - 0.5, (i // side + 0.5) / side - 0.5
    g = 1.32471795724474602596
    return (0.5 + (i + 1) / g) % 1 - 0.5, (0.5 + (i + 1) / (g * g)) % 1 - 0.5
