"""A day in a minute by a lake in the mountains, under a physical sky: the arrow keys turn the clock, Space stops it."""

from __future__ import annotations

import math
import sys

import numpy as np

import dreamwell as dw
from dreamwell.samples._shared.hours import Clock, hour_of

from . import land

HOURS_PER_SECOND = 24 / 60
KEY_HOURS_PER_SECOND = 3.0
LATITUDE, DECLINATION = 45.0, 6.0
"""Degrees: of the place, and of the sun at that time of the year."""
EVENING = 17.6
EYE = (0.0, 3.4, 3.0)
TARGET = (-6.0, 6.3, -60.0)
PINES = 4200
PLAIN = dw.Material(base_color=(1.0, 1.0, 1.0), roughness=0.95)
LAKE = dw.Material(base_color=(0.010, 0.022, 0.026), roughness=0.14)


def toward_sun(hour: float) -> tuple[float, float, float]:
    """Where the sun stands at a true solar time, a unit vector: west is -Z, south is -X."""
    turn = (hour - 12) * math.pi / 12
    place, season = math.radians(LATITUDE), math.radians(DECLINATION)
    south = math.sin(place) * math.cos(season) * math.cos(turn) - math.cos(place) * math.sin(season)
    up = math.sin(place) * math.sin(season) + math.cos(place) * math.cos(season) * math.cos(turn)
    return -south, up, -math.cos(season) * math.sin(turn)


def compensation(hour: float) -> float:
    """EV: the meter would make a day of the dusk, and does not know when one looks into the sun."""
    _, up, z = toward_sun(hour)
    height = math.degrees(math.asin(up))
    adapted = np.interp(height, [-16, -9, -4, 0, 5, 12, 25], [0.8, -1.4, -2.0, -1.4, -0.4, 0.4, 0.9])
    return float(adapted) - 0.9 * max(-z, 0.0) * float(np.interp(height, [-10, -2, 10, 30], [0, 0.6, 1, 0]))


def scene(hour: float) -> dw.Scene:
    """The lake at an hour of the day."""
    made = dw.Scene("sky", seed=3)
    made.configure(
        {
            "shadows.size": 4096,
            "shadows.distance": 260,
            "exposure.compensation": compensation(hour),
            "tonemap.operator": "neutral",
        }
    )
    made.add("camera", dw.Camera(fov_y=42, near=0.2), at=EYE, toward=TARGET)
    x, y, z = toward_sun(hour)
    made.add("sun", dw.Sun(lux=128_000), toward=(-x, -y, -z))
    made.add("moon", dw.Sun(lux=0.3, color=(0.7, 0.85, 1.0), cast_shadows=False), toward=(-0.6, -0.5, -0.6))
    made.add("air", dw.Environment(haze=1.6, ground=(0.07, 0.075, 0.06)))
    made.add("land", dw.Mesh.of(land.ground()), PLAIN)
    made.add("lake", dw.Mesh.of(land.water()), LAKE)
    add_pines(made)
    add_stones(made)
    return made


def add_pines(made: dw.Scene) -> None:
    """Woods: denser where the noise says so, none on the beach, on rock and in the water."""
    x, z = land.scattered(PINES * 2, 45.0, 2600.0, seed=5)
    y, away = land.height(x, z), land.from_lake(x, z)
    flat = land.slope_normals(x, z, np.full(len(x), 2.0))[:, 1]
    wood = land.rough(x / 130 + 9, z / 130) + np.clip(np.hypot(x, z) / 900, 0, 0.6)
    kept = np.flatnonzero((away > 9) & (flat > 0.8) & (y < 620) & (wood > 0.05))[:PINES]
    x, y, z = x[kept], y[kept], z[kept]
    rng = np.random.default_rng(6)
    tall = rng.uniform(5, 15, len(x)) * (1 + 0.3 * land.rough(x / 200, z / 200))
    turn = rng.uniform(0, 2 * math.pi, len(x))
    zero = np.zeros_like(turn)
    kinds = [dw.Mesh.of(land.pine(seed)) for seed in range(5)]
    made.add_many(
        "pine",
        [kinds[i % 5] for i in range(len(x))],
        PLAIN,
        at=np.stack([x, y - 0.1, z], axis=1),
        rotation=np.stack([zero, np.sin(turn / 2), zero, np.cos(turn / 2)], axis=1),
        scale=np.stack([tall * rng.uniform(0.85, 1.2, len(x)), tall, tall * rng.uniform(0.85, 1.2, len(x))], axis=1),
    )


def add_stones(made: dw.Scene) -> None:
    """Boulders along the shore, some of them in the water."""
    x, z = land.scattered(900, 4.0, 160.0, seed=9)
    away = land.from_lake(x, z)
    rng = np.random.default_rng(10)
    kept = np.flatnonzero((away > -5) & (away < 7) & (np.hypot(x, z) > 6))[:150]
    x, z, y = x[kept], z[kept], land.height(x[kept], z[kept])
    large = 0.10 + 0.9 * rng.random(len(x)) ** 4
    turn = rng.uniform(0, 2 * math.pi, len(x))
    zero = np.zeros_like(turn)
    kinds = [dw.Mesh.of(land.stone(seed)) for seed in range(6)]
    made.add_many(
        "stone",
        [kinds[i % 6] for i in range(len(x))],
        PLAIN,
        at=np.stack([x, y + 0.1 * large, z], axis=1),
        rotation=np.stack([zero, np.sin(turn / 2), zero, np.cos(turn / 2)], axis=1),
        scale=np.stack([large, large * rng.uniform(0.5, 0.8, len(x)), large * rng.uniform(0.8, 1.3, len(x))], axis=1),
    )


class Day:
    """The lake and its clock, as an app."""

    def __init__(self, hour: float = EVENING) -> None:
        self.clock = Clock(hour, HOURS_PER_SECOND, KEY_HOURS_PER_SECOND)
        self.shown = hour
        self.app = dw.App(scene(hour), title="Sky")
        self.app.update(self.update)

    def update(self, world: dw.World, dt: float) -> None:
        """Every frame: time passes, the sun follows."""
        self.clock.tick(dt, self.app.input)
        hour = self.clock.hour
        if hour != self.shown:
            self.shown = hour
            x, y, z = toward_sun(hour)
            world["sun"].look_at((-x, -y, -z))
            world.configure({"exposure.compensation": compensation(hour)})
        self.app.title = f"Sky, {self.clock}"


if __name__ == "__main__":
    Day(hour_of(sys.argv[1]) if sys.argv[1:] else EVENING).app.run()
