"""Pictures that samples paint with NumPy once, kept in the user's cache folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dreamwell.assets.images import save_image

Painter = Callable[[], NDArray[np.float64]]
"""Paints (h, w, 3 or 4) screen values, 0..1."""


def painted(name: str, pictures: Mapping[str, Painter]) -> Path:
    """The folder of that name, with the pictures by their file names; those that are missing are painted now."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = root / "dreamwell" / name
    for file, paint in pictures.items():
        if not (place / file).exists():
            save_image(place / file, np.round(np.clip(paint(), 0, 1) * 255).astype(np.uint8))
    return place
