"""Bees and butterflies: they come to the blossoms, and go home in the evening."""

from __future__ import annotations

import math

import dreamwell as dw

from . import plan
from .day import LEAVING, Day
from .events import Opened
from .kinds import KINDS
from .plants import Plant
from .prefabs import turned


def invite(world: dw.World, kind: str, at: tuple[float, float, float]) -> dw.Entity:
    """A bee or a butterfly, in one of three colours."""
    visitor = world.spawn(dw.Prefab(f"{kind}.dream"), at=at, tags={"visitor"}, components=(Visitor(species=kind),))
    return visitor


@dw.on(Opened)
def welcome(event: Opened, world: dw.World) -> None:
    """For every second blossom somebody comes: over the wall, or out of the hive."""
    blossoms, visitors = len(world.tagged("open")), len(world.tagged("visitor"))
    if visitors < min(9, (blossoms + 1) // 2) and world["day"][Day].hour < LEAVING:
        bee = world.random.random() < 0.4
        side = float(world.random.choice((-1.0, 1.0)))
        invite(
            world,
            "bee" if bee else "butterfly",
            (plan.HIVE[0], 0.7, plan.HIVE[1] + 0.4) if bee else (side * 7, 1.8, -2.0),
        )


class Visitor(dw.Behaviour):
    """Flies from blossom to blossom, and home in the evening."""

    species: str = dw.field(default="butterfly")

    def start(self) -> None:
        """In the air, and curious."""
        self.vx = self.vy = self.vz = 0.0
        self.resting = 0.0
        self.beat = float(self.world.random.uniform(0, 6))
        self.going = False
        self.flower: dw.Entity | None = None
        self.wings = [(part, 1 if part.name == "right" else -1) for part in self.entity.children
                      if part.name in ("left", "right")]  # fmt: skip
        self.entity.scale = 1.35 if self.species == "bee" else 1.0
        self.choose()

    def choose(self) -> None:
        """Where to next."""
        random = self.world.random
        blossoms = self.world.tagged("open")
        self.flower = None
        if self.going or self.world["day"][Day].hour >= LEAVING:
            self.going = True
            self.to = (plan.HIVE[0], 0.66, plan.HIVE[1] + 0.4) if self.species == "bee" else (9.0, 3.5, -9.0)
        elif blossoms:
            self.flower = blossoms[int(random.integers(len(blossoms)))]
            x, y, z = self.flower.position
            self.to = (x, y + 1.2 * KINDS[self.flower[Plant].species].height + 0.06, z + 0.10)
        else:
            x, z = random.uniform((-4.0, -3.0), (4.0, 3.0))
            self.to = (float(x), float(random.uniform(0.8, 1.6)), float(z))

    def leave(self) -> None:
        """Fly home now."""
        self.going, self.resting = True, 0.0
        self.choose()

    def fixed_update(self, dt: float) -> None:
        """Fly, or sit and fold the wings."""
        bee = self.species == "bee"
        self.beat += dt * (60 if bee else 17) * (0.14 if self.resting > 0 and not bee else 1)
        angle = (20 if bee else 28) + (28 if bee else 46) * math.sin(self.beat)
        for wing, side in self.wings:
            wing.rotation = turned(0, 0, side * angle)
        if self.resting > 0:
            self.resting -= dt
            if self.resting <= 0 or (
                self.flower is not None and not (self.flower.alive and "open" in self.flower.tags)
            ):
                self.resting = 0.0
                self.choose()
            return
        x, y, z = self.entity.position
        dx, dy, dz = self.to[0] - x, self.to[1] - y, self.to[2] - z
        away = math.sqrt(dx * dx + dy * dy + dz * dz)
        if away < 0.09:
            self.arrive()
            return
        speed = min(1.9 if bee else 1.25, 0.25 + 1.6 * away) * (1.7 if self.going else 1)
        wobble = min(away, 1.0) * (0.5 if bee else 0.9)
        pull = min(1.0, 4.5 * dt)
        lift = wobble * math.sin(self.beat * (0.09 if bee else 0.45)) + min(away, 1.2) * 0.25
        self.vx += (dx / away * speed + wobble * math.sin(self.beat * 0.11) - self.vx) * pull
        self.vy += (dy / away * speed + lift - self.vy) * pull
        self.vz += (dz / away * speed + wobble * math.cos(self.beat * 0.13) - self.vz) * pull
        self.entity.position = (x + self.vx * dt, max(y + self.vy * dt, 0.3), z + self.vz * dt)
        self.entity.rotation = turned(math.degrees(math.atan2(-self.vx, -self.vz)), 0, 0)

    def arrive(self) -> None:
        """At a blossom, or at home."""
        if self.going:
            self.world.despawn(self.entity)
            return
        low, high = (0.6, 1.4) if self.species == "bee" else (1.5, 3.5)
        self.resting = float(self.world.random.uniform(low, high)) if self.flower is not None else 0.02
        self.vx = self.vy = self.vz = 0.0
