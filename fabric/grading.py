"""Colour grading: which of its parts a picture needs, and the numbers that they need."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.scene.settings import Grading, RenderSettings
from ..shaders.groups import Finish
from ..shaders.structs import ToneMapOperator

F64 = NDArray[np.float64]

NEUTRAL = Grading()

_XYZ_FROM_RGB = np.array(
    [
        [0.4123907992659595, 0.357584339383878, 0.1804807884018343],
        [0.21263900587151036, 0.715168678767756, 0.07219231536073371],
        [0.01933081871559185, 0.11919477979462599, 0.9505321522496606],
    ]
)
"""Rec.709 primaries, D65 white."""
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""XYZ → cone responses (Lam 1985)."""
_TINT = 0.02
"""How far in CIE 1960 v a tint of 1 lies off the Planckian locus."""


def planckian(kelvin: float) -> tuple[float, float]:
    """CIE 1960 (u, v) of a black body, 1,000 to 15,000 K and plausible beyond (Krystek 1985)."""
    t = kelvin
    u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t**2) / (1 + 8.42420235e-4 * t + 7.08145163e-7 * t**2)
    v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t**2) / (1 - 2.89741816e-5 * t + 1.61456053e-7 * t**2)
    return u, v


def white_balance(kelvin: float, tint: float) -> F64:
    """(3, 3): linear Rec.709 lit by light of that colour → as if lit by white light (Bradford).

    A temperature of 6504 K and no tint give the identity; the light meant is as far from white (D65) as a black body of
    that temperature is from one of 6504 K.
    """
    u, v = planckian(kelvin)
    u0, v0 = planckian(NEUTRAL.temperature)
    d65 = _XYZ_FROM_RGB.sum(axis=1)
    middle = d65 @ [1, 15, 3]
    u, v = 4 * d65[0] / middle + u - u0, 6 * d65[1] / middle + v - v0 + tint * _TINT
    x, y = 3 * u / (2 * u - 8 * v + 4), 2 * v / (2 * u - 8 * v + 4)
    scene_white = np.array([x / y, 1.0, (1 - x - y) / y])
    scale = (_BRADFORD @ d65) / (_BRADFORD @ scene_white)
    cones = _BRADFORD @ _XYZ_FROM_RGB
    found: F64 = np.linalg.inv(cones) @ np.diag(scale) @ cones
    return found


def finish_of(settings: RenderSettings) -> Finish:
    """Which parts the end of the frame needs for these settings."""
    grading = settings.grading
    return Finish(
        curve=ToneMapOperator[settings.tonemap.operator.upper()],
        bloom=settings.bloom.enabled and settings.bloom.intensity > 0,
        white_balance=(grading.temperature, grading.tint) != (NEUTRAL.temperature, NEUTRAL.tint),
        contrast=grading.contrast != 1,
        saturation=grading.saturation != 1,
        vignette=grading.vignette > 0,
        sharpening=grading.sharpening > 0,
        dither=grading.dither,
        glow=settings.debug.view == "bloom",
    )


def fill(tonemap: Any, settings: RenderSettings) -> None:
    """Write structs.TONEMAP, less where the bloom lies."""
    grading = settings.grading
    white = np.eye(4)
    white[:3, :3] = white_balance(grading.temperature, grading.tint)
    tonemap["white"] = white.T
    tonemap["bloom"] = settings.bloom.intensity
    tonemap["contrast"] = grading.contrast
    tonemap["saturation"] = grading.saturation
    tonemap["vignette"] = grading.vignette
    tonemap["sharpening"] = grading.sharpening
