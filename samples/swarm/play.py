"""The light that the player moves, the camera that looks at it, and what a gate counts."""

from __future__ import annotations

import math

import numpy as np

import dreamwell as dw

from . import land
from .flock import Starling, Will
from .rules import ROOM, SPEED, Gate, Rules


class Lantern(dw.Behaviour):
    """Goes where the pointer is, or where keys and sticks say; by itself through the gates while nobody plays."""

    def start(self) -> None:
        """Where it is, and not by the pointer until that moves."""
        self.goal = self.entity.position
        self.time, self.pointer = 0.0, self.input.pointer

    def fixed_update(self, dt: float) -> None:
        """One tick."""
        self.time += dt
        here = np.asarray(self.entity.position)
        rules, will = self.world["game"][Rules], self.entity[Will]
        gather = 0.0
        if rules.phase == "title":
            self.goal, gather = self.by_itself(), 0.5 + 0.4 * math.sin(0.8 * self.time)
        else:
            gather = 1.0 if self.input.action("gather") else 0.0
            x, y = self.input.vector("move_x", "move_y")
            if x or y:
                self.goal = tuple(here + SPEED * 0.25 * np.array((x, y, 0)))
            elif self.input.pointer != self.pointer:
                self.goal = self.under_pointer()
            self.pointer = self.input.pointer
        will.gather += (gather - will.gather) * (1 - math.exp(-5 * dt))
        way = np.asarray(self.goal) - here
        far = float(np.linalg.norm(way))
        here = here + way * min(1.0, SPEED * dt / (far + 1e-6), 5 * dt)
        wide, low, high = ROOM
        self.entity.position = np.clip(here, (-wide, low, -20), (wide, high, 20))

    def under_pointer(self) -> tuple[float, float, float]:
        """Where the pointer's ray meets the plane z = 0."""
        ray = self.world.camera_ray(*self.input.pointer, self.input.size)
        x, y, _ = ray.at(ray.origin[2] / max(-ray.direction[2], 1e-3))
        return x, y, 0.0

    def by_itself(self) -> tuple[float, float, float]:
        """To and fro through the gate."""
        for row in self.world.rows_of(Gate):
            gate = self.world.at(row)
            swing = 30 * math.sin(1.3 * self.time)
            x, y, z = np.asarray(gate.position) + swing * np.asarray(gate[Gate].normal)
            return float(x), float(y), float(z)
        return 0.0, 36.0, 0.0


class Gaze(dw.Behaviour):
    """The camera leans after the light, little and late."""

    def fixed_update(self, dt: float) -> None:
        """One tick."""
        light = np.asarray(self.world["light"].position)
        x, y, z = self.entity.position
        x += (0.10 * light[0] - x) * (1 - math.exp(-0.9 * dt))
        self.entity.position = (x, y, z)
        aim = np.asarray(land.TARGET)
        self.entity.look_at((aim[0] + 1.35 * x, aim[1], aim[2]))


@dw.system(dw.Query(Starling), stage="fixed")
def count(batch: dw.Batch, dt: float, world: dw.World) -> None:
    """Birds whose way of this tick crosses a gate have passed it, once each."""
    more = 0
    for row in world.rows_of(Gate):
        gate = world.at(row)
        number, normal = gate[Gate].number, np.asarray(gate[Gate].normal, np.float32)
        away = world.positions[batch.rows] - np.asarray(gate.position, np.float32)
        side = away @ normal
        before = side - (batch[Starling].velocity @ normal) * dt
        inside = np.einsum("ij,ij->i", away, away) < land.GATE**2
        new = inside & (side * before <= 0) & (batch[Starling].gate != number)
        if new.any():
            batch[Starling].gate[new] = number
            more += int(new.sum())
    if more:
        world.defer(lambda: world["game"][Rules].passed(more))


@dw.system(stage="fixed")
def set_sun(world: dw.World, dt: float) -> None:
    """The sun is as low as the evening is late."""
    rules = world["game"][Rules]
    x, y, z = land.toward_sun(rules.late)
    world["sun"].look_at((-x, -y, -z))
