"""Geometry and pictures in memory: what every importer and every primitive makes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]


def _digest(*arrays: NDArray[np.generic] | None) -> str:
    hasher = hashlib.blake2b(digest_size=16)
    for array in arrays:
        if array is None:
            hasher.update(b"-")
        else:
            hasher.update(f"{array.dtype.str}{array.shape}".encode())
            hasher.update(np.ascontiguousarray(array).data)
    return hasher.hexdigest()


@dataclass(eq=False)
class MeshData:
    """Indexed triangles with the standard attributes, in local space, metres.

    positions: (n, 3) float32.  normals: (n, 3) float32, unit length.  indices: (3 t,) uint32, counter-clockwise.
    tangents: (n, 4) float32, w is the bitangent's sign, or None: the renderer then derives a frame per pixel.
    uv0, uv1: (n, 2) float32, origin top left as in glTF.  colors: (n, 4) float32, linear.
    """

    positions: F32
    normals: F32
    indices: U32
    tangents: F32 | None = None
    uv0: F32 | None = None
    uv1: F32 | None = None
    colors: F32 | None = None
    name: str = field(default="", kw_only=True)

    @cached_property
    def digest(self) -> str:
        """A hash of the content: equal geometry has an equal digest, in every process."""
        return _digest(self.positions, self.normals, self.indices, self.tangents, self.uv0, self.uv1, self.colors)

    @cached_property
    def bounds(self) -> tuple[F32, F32]:
        """The axis-aligned box: (3,) minimum and (3,) maximum, local space, metres."""
        return self.positions.min(axis=0), self.positions.max(axis=0)


@dataclass(frozen=True)
class Sampling:
    """What a picture's import settings say of every texture of it, in place of what materials say; None: those count.

    srgb: whether the values are sRGB rather than linear.  nearest: hard texels when magnified.  wrap: outside of 0..1.
    mipmaps: whether smaller copies are used for what is far away.
    """

    srgb: bool | None = None
    nearest: bool | None = None
    wrap: Literal["repeat", "clamp", "mirror"] | None = None
    mipmaps: bool = True


AS_USED = Sampling()
"""Of a picture without import settings."""


@dataclass(eq=False)
class ImageData:
    """A picture: pixels (h, w, 4) uint8, row 0 at the top, as stored in the file (colour not yet linear)."""

    pixels: U8
    name: str = field(default="", kw_only=True)
    sampling: Sampling = field(default=AS_USED, kw_only=True)

    @cached_property
    def digest(self) -> str:
        """A hash of the content."""
        return _digest(self.pixels)
