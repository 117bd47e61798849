"""What the HUD and lines are drawn over in tests: one even colour, and pictures of it blended by hand."""

from typing import Any

import numpy as np

from dreamwell.engine.scene import Environment, Scene
from dreamwell.fabric import Fabric, Observer
from dreamwell.tests.fabric.drawing import F64, show, srgb, stage

BACK = (0.2, 0.3, 0.5)
"""The light behind."""
STEP = 1.01 / 255


def behind() -> Scene:
    """The even colour, which comes out as it is."""
    return stage(Environment(source="color", color=BACK), tonemap__operator="none", debug__labels=False)


def plain(size: tuple[int, int]) -> F64:
    """Its picture (h, w, 3), screen values 0 to 1."""
    return np.broadcast_to(np.round(srgb(BACK) * 255) / 255, (size[1], size[0], 3)).astype(np.float64)


def picture(fabric: Fabric, observer: Observer, size: tuple[int, int]) -> F64:
    """The next frame, screen values 0 to 1."""
    show(fabric, observer, size)
    return fabric.read_image() / 255.0


def over(below: F64, color: Any, coverage: F64) -> F64:
    """Colour (3,) or (h, w, 3) over a picture, in screen values; coverage (h, w)."""
    return below + (np.asarray(color, np.float64) - below) * coverage[..., None]
