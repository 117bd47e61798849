"""The witness of diffuse light from the surroundings: spherical harmonics of order 2, in double precision.

Ramamoorthi & Hanrahan 2001, "An Efficient Representation for Irradiance Environment Maps".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


def equirect_directions(height: int, width: int) -> tuple[F64, F64]:
    """Directions (h, w, 3) of an equirectangular picture's pixels, and the solid angle (h, 1) of each row's pixels.

    Row 0 is +Y; column u in 0..1 is 0.5 + atan2(z, x) / 2π.
    """
    theta = (np.arange(height) + 0.5) / height * np.pi
    phi = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    sin = np.sin(theta)[:, None]
    directions = np.stack(
        [sin * np.cos(phi), np.broadcast_to(np.cos(theta)[:, None], (height, width)), sin * np.sin(phi)], axis=-1
    )
    edges = np.cos(np.arange(height + 1) / height * np.pi)
    return directions, ((edges[:-1] - edges[1:]) * 2 * np.pi / width)[:, None]


def basis(d: F64) -> F64:
    """(..., 3) unit directions → (..., 9): 1, y, z, x, xy, yz, 3z² - 1, xz, x² - y², without their constants."""
    x, y, z = np.moveaxis(d, -1, 0)
    return np.stack([np.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], axis=-1)


_Y = np.array([0.282095, 0.488603, 0.488603, 0.488603, 1.092548, 1.092548, 0.315392, 1.092548, 0.546274])
_COSINE = np.array([1.0, 2 / 3, 2 / 3, 2 / 3, 0.25, 0.25, 0.25, 0.25, 0.25])  # the cosine lobe, over π


def project(radiance: F32, block: int = 1) -> F32:
    """(h, w, 3) equirectangular radiance → (9, 4) coefficients for `basis`: irradiance over π, alpha unused.

    `block` averages that many pixels each way first: the result needs no detail.
    """
    h, w, _ = radiance.shape
    h2, w2 = h // block, w // block
    small = radiance[: h2 * block, : w2 * block].reshape(h2, block, w2, block, 3).mean(axis=(1, 3), dtype=np.float64)
    directions, solid = equirect_directions(h2, w2)
    weights = basis(directions) * solid[..., None]
    out = np.zeros((9, 4), np.float32)
    out[:, :3] = np.tensordot(weights, small, axes=((0, 1), (0, 1))) * (_Y * _Y * _COSINE)[:, None]
    return out
