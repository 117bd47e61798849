"""Panoramas: equirectangular `.hdr` files, decoded only when somebody asks for what is in their pixels."""

from __future__ import annotations

import hashlib
import math
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..engine import cache
from .files import read_bytes
from .hdr import F32, Rgbe, decode_hdr
from .import_settings import PanoramaImport, panorama_settings, settings_text
from .picture_import import adjusted_panorama

F64 = NDArray[np.float64]

_KIND = "panoramas"
_VERSION = 1
"""Of what is kept about a panorama."""
_MEAN = struct.Struct("<3d")


class Panorama:
    """The radiance around a point: row 0 towards +Y, u = 0.5 + atan2(z, x) / 2π, linear Rec.709.

    digest: (32,) uint8, a hash of the file and its import settings.  mean: (3,) float64, radiance averaged over all
    directions.
    """

    def __init__(self, data: bytes, path: Path, settings: PanoramaImport | None = None) -> None:
        """Raises AssetError for a broken file; one that was read on this machine before is known to be whole."""
        self.path = path
        self._settings = settings or PanoramaImport()
        self._data = data
        self._rgbe: Rgbe | None = None
        hasher = hashlib.blake2b(data, digest_size=32)
        hasher.update(settings_text(self._settings).encode())
        self.digest = np.frombuffer(hasher.digest(), np.uint8)
        key = f"{self.digest.tobytes().hex()}-{_VERSION}"
        known = cache.load(_KIND, key)
        if known is not None and len(known) == _MEAN.size:
            self.mean: F64 = np.array(_MEAN.unpack(known))
        else:
            self.mean = _mean(self.rgbe)
            cache.store(_KIND, key, [_MEAN.pack(*self.mean.tolist())])
        self.mean.flags.writeable = False

    @property
    def rgbe(self) -> Rgbe:
        """The pixels as they are stored. Decoded at the first call."""
        if self._rgbe is None:
            self._rgbe = adjusted_panorama(decode_hdr(self._data, self.path), self._settings)
            self._data = b""
        return self._rgbe

    @property
    def pixels(self) -> F32:
        """(h, w, 3) float32 radiance. Made anew at every call."""
        return self.rgbe.radiance()


def read_panorama(path: str | Path) -> Panorama:
    """Read an equirectangular Radiance picture, as its import settings want it. Raises AssetError."""
    path = Path(path)
    data = read_bytes(path, "a Radiance picture (.hdr)")
    return Panorama(data, path, panorama_settings(path))


def _mean(rgbe: Rgbe) -> F64:
    height = len(rgbe.texels)
    weight = np.sin((np.arange(height) + 0.5) * (math.pi / height))  # rows near the poles are small
    rows = np.concatenate([part.radiance().mean(axis=1, dtype=np.float64) for part in rgbe.rows(256)])
    mean: F64 = weight / weight.sum() @ rows
    return mean
