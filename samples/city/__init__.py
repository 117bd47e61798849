"""A city by a river, from noon to night: the arrow keys turn the clock, Space stops it."""

from __future__ import annotations

import math
import sys

import dreamwell as dw

from .build import EYE, TARGET, WATER, scene
from .light import light
from .surfaces import bulb, surfaces
from .traffic import Traffic

GOLDEN_HOUR = 18.1
HOURS_PER_SECOND = 0.1
KEY_HOURS_PER_SECOND = 1.5
STEP = 0.01
"""Hours: the light is brought up to date when it is older than this."""


class Clock:
    """The hour, and the light that belongs to it."""

    def __init__(self, hour: float) -> None:
        self.hour = self.shown = hour
        self.running = True
        self.woven = surfaces(light(hour))

    def tick(self, dt: float, input: dw.Input) -> None:
        """Let time pass; the arrow keys turn the clock back and forth."""
        if " " in input.pressed:
            self.running = not self.running
        speed = input.axis("ArrowLeft", "ArrowRight") * KEY_HOURS_PER_SECOND or self.running * HOURS_PER_SECOND
        self.hour += speed * dt

    def shine(self, world: dw.World) -> None:
        """Change sun, sky, lamps, windows and exposure to those of the hour."""
        if abs(self.hour - self.shown) < STEP:
            return
        self.shown = self.hour
        now = light(self.hour % 24)
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
        self.clock = Clock(hour)
        self.traffic = Traffic(self.app.world)
        self.app.update(self.update)

    def update(self, world: dw.World, dt: float) -> None:
        """Every frame."""
        self.clock.tick(dt, self.app.input)
        self.clock.shine(world)
        self.traffic.move(self.app.time, WATER)
        glide(world, self.app.time)
        minutes = int(self.clock.hour * 60) % (24 * 60)
        self.app.title = f"City, {minutes // 60:02}:{minutes % 60:02}"


def hour_of(text: str) -> float:
    """The hour that was asked for on the command line."""
    try:
        hour = float(text)
    except ValueError:
        hour = math.nan
    if not 0 <= hour <= 24:
        sys.exit(f"error: the hour is {text!r}; it must be a number from 0 to 24")
    return hour


if __name__ == "__main__":
    City(hour_of(sys.argv[1]) if sys.argv[1:] else GOLDEN_HOUR).app.run()
