"""The hawk: it circles over the lake, stoops through the flock, and takes whom it reaches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

import dreamwell as dw

from .flock import Starling

REACH = 4.2
"""Metres from the hawk's middle to the bird that it takes."""
BIRDS = dw.Query(dw.Position, Starling)


@dataclass(frozen=True)
class Stooped:
    """An event: a hawk dives."""


@dataclass(frozen=True)
class Taken:
    """An event: birds were caught."""

    count: int


class Hawk(dw.Behaviour):
    """Circles, stoops, climbs again."""

    speed: float = dw.field(default=50.0, unit="m/s", above=0, doc="of its dive")
    turn: float = dw.field(
        default=1.5, unit="1/s", above=0, doc="how quickly it follows a flock that gets out of its way"
    )
    patience: float = dw.field(default=7.0, unit="s", above=0, doc="between two dives")
    angle: float = dw.field(default=0.0, unit="rad", doc="where on its circle it is")

    def start(self) -> None:
        """On its circle, and in no hurry."""
        self.diving, self.clock = False, self.patience
        self.flight = (0.0, 0.0, -20.0)

    def fixed_update(self, dt: float) -> None:
        """One tick: choose where to, fly there, take birds on the way."""
        self.clock -= dt
        self.angle += 0.55 * dt
        here = np.asarray(self.entity.position)
        if self.diving:
            aim, speed, grip = np.asarray(self.prey() or here), self.speed, self.turn
            if self.clock < 0 or here[1] < 5 or (self.clock < 2.4 and (aim - here) @ np.asarray(self.flight) < 0):
                self.diving, self.clock = False, self.patience * self.world.random.uniform(0.7, 1.3)
        else:
            aim = np.array(
                (58 * math.cos(self.angle), 57 + 3 * math.sin(2.1 * self.angle), 2 + 20 * math.sin(self.angle))
            )
            speed, grip = 27.0, 2.2
            if self.clock < 0 and here[1] > 44 and self.prey() is not None:
                self.diving, self.clock = True, 3.6
                self.world.emit(Stooped())
        way = aim - here
        flight = np.asarray(self.flight)
        flight = flight + (way * speed / (np.linalg.norm(way) + 1e-6) - flight) * (1 - math.exp(-grip * dt))
        self.flight = (float(flight[0]), float(flight[1]), float(flight[2]))
        here = here + flight * dt
        here[1] = max(here[1], 3.0)
        self.entity.position = here
        self.entity.look_at(here + flight)
        if self.diving:
            self.take()

    def prey(self) -> tuple[float, float, float] | None:
        """Where the flock is thickest, about: the middle of some of it, without those that stray."""
        birds = self.world.query(BIRDS)  # read only
        if not len(birds):
            return None
        x, y, z = np.median(birds[dw.Position][::16], axis=0)
        return float(x), float(y), float(z)

    def take(self) -> None:
        """Those within reach are gone."""
        birds = self.world.query(BIRDS)
        away = birds[dw.Position] - np.asarray(self.entity.position, np.float32)
        caught = birds.rows[np.einsum("ij,ij->i", away, away) < REACH * REACH]
        if len(caught):
            self.world.despawn(caught)
            self.world.emit(Taken(len(caught)))
