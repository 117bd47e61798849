"""The sun's shadow: one orthographic map around what the camera sees, stable under camera motion."""

from __future__ import annotations

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine import math as dmath
from ..engine.gpu import Gpu
from .depth_pass import FORMAT

F64 = NDArray[np.float64]


def fit_sun(direction: F64, focus: tuple[F64, float], bounds: tuple[F64, float], size: int) -> tuple[F64, F64, float]:
    """View and projection (4, 4) of a sun's map around the sphere `focus`, and the edge of a texel in metres.

    The middle moves in whole texels, so that a moving camera does not make shadow edges crawl. Depth (reversed)
    reaches from the sphere towards the sun as far as the scene does (`bounds`), so that casters outside the view
    still cast.
    """
    rotation = dmath.look_matrix(direction).T  # light_from_world
    centre, radius = focus
    texel = 2 * radius / size
    middle = rotation @ centre
    middle[:2] = np.round(middle[:2] / texel) * texel
    along = rotation @ bounds[0]
    near_z = max(along[2] + bounds[1], middle[2] + radius)
    far_z = middle[2] - radius
    view = np.eye(4)
    view[:3, :3] = rotation
    view[:3, 3] = -np.array([middle[0], middle[1], near_z])
    return view, dmath.orthographic(2 * radius, 1.0, 0.0, max(near_z - far_z, 1e-3)), texel


class ShadowMap:
    """The sun's map; `view` is what the main pass samples."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self.size = 0
        self.sampler = gpu.device.create_sampler(
            label="shadow", mag_filter="linear", min_filter="linear", compare="greater-equal"
        )
        self.resize(1)

    def resize(self, size: int) -> bool:
        """Make the map `size` texels wide. Returns whether it is a new one."""
        if size == self.size:
            return False
        self.size = size
        texture = self.gpu.device.create_texture(
            label="sun shadow",
            size=(size, size, 1),
            format=FORMAT,
            usage=wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.TEXTURE_BINDING,
        )
        self.view = texture.create_view()
        return True
