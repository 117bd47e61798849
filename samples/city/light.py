"""The light of a day in the city: where the sun stands, what the sky looks like, when the lamps are lit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

import dreamwell as dw

Vec3 = tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """The light at one hour. toward: the way that the sun's light goes. lamps: 0 by day, 1 by night."""

    toward: Vec3
    sun: dw.Sun
    sky: dw.Environment
    ev100: float
    lamps: float


# By the sun's height in degrees: lux and colour of the sun (below -4° it is the moon), radiance of the sky in cd/m²
# straight up, at the horizon and from the ground, the exposure value, and how far the lamps are lit.
_TABLE = np.array([
    # height     lux   r     g     b      zenith r g b         horizon r g b        ground r g b       EV100  lamps
    [-90.0,      0.8, 0.55, 0.70, 1.0,    0.5,   1.0,   3.0,    3.0,   2.4,   3.2,   1.2,  1.0,  0.9,   5.0, 1.0],
    [-14.0,      0.8, 0.55, 0.70, 1.0,    0.7,   1.4,   4.2,    4.6,   3.4,   4.2,   1.2,  1.0,  0.9,   5.0, 1.0],
    [-8.0,       1.0, 0.55, 0.70, 1.0,      4,    10,    30,     58,    32,    31,     5,    4,    5,   5.4, 1.0],
    [-4.0,       1.0, 0.60, 0.70, 1.0,     24,    60,   180,    300,   160,   140,    38,   32,   34,   8.0, 1.0],
    [-1.0,       500, 1.00, 0.42, 0.20,   110,   260,   700,   1500,   780,   480,   170,  140,  130,   9.2, 0.7],
    [3.0,     14_000, 1.00, 0.50, 0.22,   220,   560,  1600,   3200,  1900,  1150,   420,  340,  290,  11.0, 0.2],
    [9.0,     38_000, 1.00, 0.64, 0.34,   320,   940,  2900,   4100,  3000,  2150,   800,  640,  520,  12.0, 0.0],
    [20.0,    66_000, 1.00, 0.84, 0.66,   600,  1600,  4200,   4800,  4900,  5000,  1600, 1450, 1250,  12.8, 0.0],
    [60.0,   100_000, 1.00, 0.95, 0.88,   800,  2100,  5400,   4600,  5900,  7400,  2400, 2300, 2100,  13.4, 0.0],
])  # fmt: skip


def light(hour: float) -> Light:
    """The light at an hour of the day, 0 to 24."""
    height = 57 * math.sin(2 * math.pi * (hour - 6.5) / 24) + 3
    azimuth = 78 - 15 * (hour - 18.1)  # degrees to the right of -Z
    row = np.array([np.interp(height, _TABLE[:, 0], column) for column in _TABLE.T])
    bright = np.array([np.interp(height, _TABLE[:, 0], np.log(column)) for column in _TABLE[:, [1, *range(5, 14)]].T])
    lux, *radiances = np.exp(bright).tolist()
    if height < -4:
        height, azimuth = 35.0, -50.0  # the moon
    flat = math.cos(math.radians(height))
    toward = (
        -flat * math.sin(math.radians(azimuth)),
        -math.sin(math.radians(max(height, 0.5))),
        flat * math.cos(math.radians(azimuth)),
    )
    red, green, blue = row[2:5].tolist()
    zenith, horizon, ground = (_color(radiances[i : i + 3]) for i in (0, 3, 6))
    sky = dw.Environment(source="gradient", zenith=zenith, horizon=horizon, ground=ground)
    return Light(toward, dw.Sun(lux=lux, color=(red, green, blue)), sky, float(row[14]), float(row[15]))


def _color(values: list[float]) -> Vec3:
    r, g, b = values
    return r, g, b
