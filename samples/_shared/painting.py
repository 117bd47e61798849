"""Pictures that samples paint with NumPy once, kept in the user's cache folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dreamwell.assets.images import save_image

F64 = NDArray[np.float64]
EDGE = 512
"""Pixels along each side of the pictures that tile."""
Painter = Callable[[], F64]
"""Paints (h, w, 3 or 4) screen values, 0..1."""


def painted(name: str, pictures: Mapping[str, Painter]) -> Path:
    """The folder of that name, with the pictures by their file names; those that are missing are painted now."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = root / "dreamwell" / name
    for file, paint in pictures.items():
        if not (place / file).exists():
            save_image(place / file, np.round(np.clip(paint(), 0, 1) * 255).astype(np.uint8))
    return place


@cache
def waves(seed: int, lowest: int, highest: int, fall: float) -> F64:
    """(EDGE, EDGE) noise that tiles: random waves of `lowest` to `highest` periods, weaker the shorter; -1..1."""
    rng = np.random.default_rng(seed)
    fx, fy = np.meshgrid(np.fft.fftfreq(EDGE, 1 / EDGE), np.fft.fftfreq(EDGE, 1 / EDGE))
    f = np.hypot(fx, fy)
    strength = np.where((f >= lowest) & (f <= highest), np.maximum(f, 1) ** -fall, 0)
    made: F64 = np.fft.ifft2(strength * np.exp(2j * np.pi * rng.random((EDGE, EDGE)))).real
    made /= np.abs(made).max()
    return made
