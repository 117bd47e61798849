"""Stage 3: the settings, what surrounds the scene, and how bright the picture is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..assets.panorama import Panorama
from ..engine.math import F32, F64
from ..engine.scene.components import Environment, Mesh
from ..engine.scene.settings import RenderSettings
from ..shaders.structs import LightKind
from .atmosphere import Air, Daylight, sun_of_sky, sunlight
from .extract import Extracted
from .validate import Checked
from .woven import WovenEnvironment

EV100_RANGE = (-16.0, 24.0)
METERED_PLACES = 256
LAMPS_AT_A_TIME = 256
METER_CONSTANT = 250.0
"""Lux seconds at ISO 100: C of a flat-field incident meter, ISO 2720:1974. E lux are EV100 = log2(100 E / C)."""
SUN_ON_SURFACES = 0.7
"""Mean cosine between a sun and the surfaces that the picture shows."""
NIGHT = 1e-5
"""Under a sky the meter finds no less than this part of the sun's illuminance outside of the air: nights stay dark."""
GLOW_OF_LAMPS = 0.05
"""The illuminance of an implicit environment in lamp light, as a part of it: so that no side of a lit room is black."""


@dataclass(frozen=True, eq=False)
class Configured:
    """How the scene is drawn. ev100: the exposure value, metered or set, less the compensation."""

    settings: RenderSettings
    environment: WovenEnvironment
    ev100: float


def configure(checked: Checked, extracted: Extracted) -> Configured:
    """Settings, the environment (an implicit one where the scene has none) and the exposure.

    The implicit environment is the sky that the suns make; or, with lamps only, an even white glow with 5 % of the
    metered illuminance; or, without any light, a gradient of 1 cd/m².
    """
    places = extracted.world[to_meter(_drawn(checked, extracted)), :, 3]
    if checked.surroundings is not None:
        component, panorama = checked.surroundings
        environment = WovenEnvironment(component, panorama, implicit=False)
    else:
        implied = implicit_environment(extracted.lights, places)
        environment = WovenEnvironment(implied, None, implicit=True)
    ev100 = metered(extracted.lights, environment, places)
    return Configured(checked.scene.settings, environment, ev100)


def metered(lights: NDArray[np.void], environment: WovenEnvironment, places: F32) -> float:
    """EV100 as an incident meter reads it: the median over some places (p, 3), metres; without any, at the origin.

    lights: (l,) structs.LIGHT where they are now. Suns count with the mean cosine of what they shine on, the one that
    makes the sky with what the air leaves of it.
    """
    row = sun_of_sky(environment.component, lights)
    if row is None:
        sun, lamps = illuminance(lights, _some(places))
        natural = SUN_ON_SURFACES * sun + math.pi * mean_radiance(environment.component, environment.panorama)
    else:
        outside = float(luminance(lights["color"][row]))
        lights, around = under_sky(environment.component, lights, row)
        sun, lamps = illuminance(lights, _some(places))
        natural = max(SUN_ON_SURFACES * sun + around, NIGHT * outside)
    return exposure_value(median_lux(natural + lamps))


def under_sky(environment: Environment, lights: NDArray[np.void], row: int) -> tuple[NDArray[np.void], float]:
    """The lights as they arrive at sea level, where the sun in a row makes the sky; and the sky's own lux."""
    sine = -float(lights["direction"][row][1])
    color = lights["color"][row].astype(np.float64)
    sky, _ = Daylight.of(Air.of(environment)).at(sine)
    arriving = lights.copy()
    if environment.sun_through_air:
        arriving["color"][row] = color * sunlight(Air.of(environment), 0.0, sine)
    return arriving, float(luminance(sky * color)) * environment.intensity


def implicit_environment(lights: NDArray[np.void], places: F32) -> Environment:
    """The surroundings of a scene that names none; see `configure`."""
    sun, lamps = illuminance(lights, _some(places))
    return _implicit(sun, median_lux(lamps))


def exposure_value(lux: float) -> float:
    """EV100 for a scene lit by `lux`; 0 for one in the dark."""
    ev100 = math.log2(lux * 100 / METER_CONSTANT) if lux > 0 else 0.0
    return float(np.clip(ev100, *EV100_RANGE))


# ---- light ----------------------------------------------------------------------------------------------------


def luminance(color: ArrayLike) -> NDArray[np.float64]:
    """(..., 3) linear Rec.709 → (...) luminance."""
    return np.asarray(color, np.float64) @ (0.2126, 0.7152, 0.0722)


def illuminance(lights: NDArray[np.void], places: F64) -> tuple[float, F64]:
    """Lux of all suns together on surfaces that face them, and (p,) lux of the lamps at each place.

    places: (p, 3), world, metres. Lamps fall off as KHR_lights_punctual says: candela / d², the window of `range`,
    the cone. Nothing casts shadows.
    """
    is_sun = lights["kind"] == LightKind.SUN
    sun = float(luminance(lights["color"][is_sun]).sum())
    lamps = lights[~is_sun]
    total = np.zeros(len(places))
    for start in range(0, len(lamps), LAMPS_AT_A_TIME):
        some = lamps[start : start + LAMPS_AT_A_TIME]
        away = places[:, None] - some["position"]
        distance = np.maximum(np.linalg.norm(away, axis=2), 0.1)  # nearer is inside of the bulb
        lux = luminance(some["color"]) / distance**2
        reach = np.where(some["range"] > 0, some["range"], np.inf)
        lux *= np.clip(1 - (distance / reach) ** 4, 0, 1)
        cone = np.einsum("plk,lk->pl", away, some["direction"]) / distance * some["spot_scale"] + some["spot_offset"]
        lux *= np.where(some["kind"] == LightKind.SPOT, np.clip(cone, 0, 1) ** 2, 1)
        total += lux.sum(axis=1)
    return sun, total


def median_lux(lux: F64) -> float:
    """The median over the places; where most are in the dark, over those that are not."""
    middle = float(np.median(lux))
    lit = lux[lux > 0]
    return middle if middle > 0 or not len(lit) else float(np.median(lit))


def mean_radiance(environment: Environment, panorama: Panorama | None) -> float:
    """Luminance of the surroundings, averaged over all directions, cd/m².

    For a sky too, the gradient in `environment_fill.wgsl`, where a power p of the height has the mean 1 / (1 + p).
    """
    if environment.source == "color":
        mean = luminance(environment.color)
    elif panorama is not None:
        mean = luminance(panorama.mean)
    else:
        horizon, up, down = luminance(environment.horizon), 1 / 1.45, 1 / 1.3
        above = horizon * (1 - up) + luminance(environment.zenith) * up
        below = 0.6 * horizon * (1 - down) + luminance(environment.ground) * down
        mean = (above + below) / 2
    return float(mean) * environment.intensity


def _implicit(sun: float, lamps: float) -> Environment:
    if lamps > 0 and not sun > 0:
        return Environment(source="color", intensity=GLOW_OF_LAMPS * lamps / math.pi)
    return Environment()


def _drawn(checked: Checked, extracted: Extracted) -> NDArray[np.integer[Any]]:
    """(k,) rows of the objects that are drawn. What carries a lamp itself, its bulb, does not count."""
    drawn = checked.scene.slots_of(Mesh) >= 0
    drawn[extracted.lights["object"]] = False
    return np.flatnonzero(drawn)


def to_meter(drawn: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
    """(p,) up to 256 of the rows (k,) of what is drawn, evenly chosen."""
    at = np.linspace(0, len(drawn) - 1, min(METERED_PLACES, len(drawn))).astype(np.int64)
    return drawn[at].astype(np.int32)


def _some(places: F32) -> F64:
    return places.astype(np.float64) if len(places) else np.zeros((1, 3))
