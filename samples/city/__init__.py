"""A city by a river, from noon to night: the arrow keys turn the clock, Space stops it."""

from __future__ import annotations

import math
import sys

import dreamwell as dw
from dreamwell.samples._shared.hours import Clock, hour_of

from .build import EYE, TARGET, WATER, scene
from .light import light
from .surfaces import bulb, surfaces
from .traffic import Traffic

GOLDEN_HOUR = 18.1
HOURS_PER_SECOND = 0.1
KEY_HOURS_PER_SECOND = 1.5
STEP = 0.01
"""Hours: the light is brought up to date when it is older than this."""


class Daylight:
    """The light that belongs to the hour."""

    def __init__(self, hour: float) -> None:
        self.shown = hour
        self.woven = surfaces(light(hour))

    def shine(self, world: dw.World, hour: float) -> None:
        """Change sun, sky, lamps, windows and exposure to those of the hour."""
        if abs(hour - self.shown) < STEP:
            return
        self.shown = hour
        now = light(hour)
        sun = world["sun"].set(now.sun)
        sun.look_at(now.toward)
        world.environment = now.sky
        for lamp in world.tagged("lamp"):
            lamp.set(bulb(now))
        for name, material in surfaces(now).items():
            world.materials[self.woven[name]] = material
        world.configure({"exposure.ev100": now.ev100})


def glide(world: dw.World, time: float) -> None:
    """The camera swings around downtown, over the river and back."""
    middle_x, middle_z = -190.0, -270.0
    across, along = EYE[0] - middle_x, EYE[2] - middle_z
    turn = math.atan2(across, along) + 0.32 * math.sin(time / 17)
    away = math.hypot(across, along) * (1 - 0.12 * math.sin(time / 29))
    height = EYE[1] + 18 * math.sin(time / 23)
    world.camera.position = (middle_x + away * math.sin(turn), height, middle_z + away * math.cos(turn))
    world.camera.look_at(TARGET)


class City:
    """The city, its clock and its traffic, as an app."""

    def __init__(self, hour: float = GOLDEN_HOUR) -> None:
        self.app = dw.App(scene(hour), title="City")
        self.clock = Clock(hour, HOURS_PER_SECOND, KEY_HOURS_PER_SECOND)
        self.daylight = Daylight(hour)
        self.traffic = Traffic(self.app.world)
        self.app.update(self.update)

    def update(self, world: dw.World, dt: float) -> None:
        """Every frame."""
        self.clock.tick(dt, self.app.input)
        self.daylight.shine(world, self.clock.hour)
        self.traffic.move(self.app.time, WATER)
        glide(world, self.app.time)
        self.app.title = f"City, {self.clock}"


if __name__ == "__main__":
    City(hour_of(sys.argv[1]) if sys.argv[1:] else GOLDEN_HOUR).app.run()
