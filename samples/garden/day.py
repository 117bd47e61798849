"""The day: the clock, the light of each hour, and what comes with it."""

from __future__ import annotations

import math

import numpy as np

import dreamwell as dw

from .events import Ended, Told, Wilted
from .fireflies import fireflies
from .kinds import SEEDS
from .plants import count
from .prefabs import GLASS

DAWN, DUSK = 6.0, 20.0
"""Hours between which one plays."""
LAMPS, SPARKS, LEAVING = 18.7, 19.1, 18.5
"""Hours: lanterns are lit, fireflies come, bees and butterflies go home."""
STEP = 0.006
"""Hours that the sun goes on at a time."""
CAN = 8
"""How often the can waters."""


def toward_sun(hour: float) -> tuple[float, float, float]:
    """Where the sun stands, a unit vector: it rises on the left and sets behind the right wall."""
    t = (hour - 5.5) / 14.1
    x, y, z = -math.cos(math.pi * t), 0.86 * math.sin(math.pi * t), 0.62 - 0.95 * t
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


def exposure(hour: float) -> float:
    """EV at ISO 100, by how high the sun stands: the evening stays an evening."""
    height = math.degrees(math.asin(toward_sun(hour)[1]))
    return float(
        np.interp(
            height, [-10, -6, -4, -2, 0, 3, 8, 15, 30, 60], [1.5, 4.0, 5.6, 7.4, 9.0, 10.9, 12.3, 13.1, 13.95, 14.4]
        )
    )


class Day(dw.Behaviour):
    """The clock, and what goes by it. `phase`: title, rewind, play or end."""

    phase: str = dw.field(default="title")
    hour: float = dw.field(default=8.3, unit="h")
    length: float = dw.field(default=150.0, above=0, unit="s", doc="from dawn to dusk")
    chosen: int = dw.field(default=0, minimum=0, maximum=len(SEEDS) - 1, doc="which seed")
    can: int = dw.field(default=CAN, minimum=0, maximum=CAN)
    wilted: int = dw.field(default=0, minimum=0, doc="plants lost today")

    def start(self) -> None:
        """Before anybody plays it is morning."""
        self.lit = self.sparkling = False
        self.exposed, self.shone = math.nan, -1.0
        self.lamps = self.world.tagged("lamp")
        self.show()

    def fixed_update(self, dt: float) -> None:
        """Time passes; at certain hours something happens."""
        if self.phase == "play":
            self.hour += dt * (DUSK - DAWN) / self.length
        elif self.phase == "title":
            self.hour = min(self.hour + 0.04 * dt, 19.3)
        elif self.phase == "end":
            self.hour = min(self.hour + 0.05 * dt, 20.4)
        self.show()
        if self.phase == "rewind":
            return
        if self.hour >= LAMPS and not self.lit:
            self.light(True)
        if self.hour >= SPARKS and not self.sparkling:
            self.sparkling = True
            fireflies(self.world)
        if self.phase == "play" and self.hour >= DUSK:
            self.phase = "end"
            self.world.emit(Ended(*count(self.world)))

    def show(self) -> None:
        """The sun where the hour says, in steps too small to see: its shadows and the sky are drawn anew for each."""
        if abs(self.hour - self.shone) < STEP:
            return
        self.shone = self.hour
        x, y, z = toward_sun(self.hour)
        self.world["sun"].look_at((-x, -y, -z))
        ev = round(exposure(self.hour), 2)
        if ev != self.exposed:
            self.exposed = ev
            self.world.configure({"exposure.ev100": ev})

    def light(self, on: bool) -> None:
        """Light the lanterns, one after the other, or put them out."""
        self.lit = on
        for k, lamp in enumerate(self.lamps):
            self.world.tween(lamp, "PointLight.candela", to=70.0 if on else 0.0, seconds=1.6 if on else 0.4,
                             ease="in_out_sine", delay=0.25 * k if on else 0.0)  # fmt: skip
        self.world.tween(GLASS, "emissive_strength", to=1_100.0 if on else 0.0, seconds=1.6 if on else 0.4,
                         on_done=self.settle if on else None)  # fmt: skip

    def settle(self) -> None:
        """What is bright in daylight would blind at night: the panes keep up with the eye."""
        rest = (DUSK - LAMPS) / (DUSK - DAWN) * self.length
        self.world.tween(GLASS, "emissive_strength", to=130.0, seconds=rest, ease="out_quart")

    def rewind(self) -> None:
        """The clock turns back to dawn."""
        self.phase, self.can, self.wilted = "rewind", CAN, 0
        self.light(False)
        self.sparkling = False
        self.world.tween(self.entity, "Day.hour", to=DAWN, seconds=2.2, ease="in_out_sine", on_done=self.dawn)

    def dawn(self) -> None:
        """The clock is back."""
        self.phase = "play"
        self.world.emit(Told("Sow in the beds, water, and wait"))


@dw.on(Wilted)
def lost(event: Wilted, world: dw.World) -> None:
    """It counts, on the other side."""
    world["day"][Day].wilted += 1
