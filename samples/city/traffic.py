"""Cars and boats: where each is at a time, as columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw

from .plan import BRIDGE_Z, KERB, LEFT, PITCH, REACH, RIGHT

F64 = NDArray[np.float64]

CARS = 420
BOATS = 5
RISE = 5.5
"""How high the bridge rises above its ends."""


def deck_height(x: F64) -> F64:
    """How high the bridge's road lies."""
    return KERB + RISE * np.maximum(0, 1 - (x / 92) ** 2)


def lanes() -> F64:
    """(n, 5) every lane: axis (0 along X, 2 along Z), the other coordinate, from, to, direction. The bridge is busy."""
    made: list[tuple[float, float, float, float, float]] = []
    for k in range(3, 15):
        z = REACH[1] - k * PITCH[1]
        stretches = [(LEFT[0], RIGHT[1])] * 4 if z == BRIDGE_Z else [LEFT, RIGHT]
        made += [(0, z + side * 2.6, first, last, -side) for first, last in stretches for side in (-1.0, 1.0)]
    for i in range(9):
        for x in (LEFT[1] - i * PITCH[0], RIGHT[0] + i * PITCH[0]):
            made += [(2, x + side * 2.6, *REACH, side) for side in (-1.0, 1.0)]
    return np.array(made)


class Traffic:
    """Moves a world's cars and boats."""

    def __init__(self, world: dw.World) -> None:
        rng = np.random.default_rng(14)
        self.world = world
        self.cars, self.boats = world.rows_tagged("car"), world.rows_tagged("boat")
        table = lanes()
        self.axis, self.other, self.first, self.last, self.way = table[rng.integers(0, len(table), len(self.cars))].T
        self.start = rng.uniform(0, 1, len(self.cars)) * (self.last - self.first)
        self.speed = rng.uniform(9, 14, len(self.cars))
        along_x = np.where(self.way < 0, 90.0, -90.0)
        self._turn(self.cars, np.where(self.axis == 0, along_x, np.where(self.way < 0, 0.0, 180.0)))
        self.upstream = np.where(np.arange(len(self.boats)) % 2, 1.0, -1.0)
        self._turn(self.boats, np.where(self.upstream < 0, 0.0, 180.0))

    def _turn(self, rows: NDArray[np.int32], degrees: F64) -> None:
        half = np.radians(degrees) / 2
        self.world.rotations[rows] = np.stack([0 * half, np.sin(half), 0 * half, np.cos(half)], axis=1)

    def move(self, time: float, water: float) -> None:
        """Put everything where it is after so many seconds; `water` is the height of the river."""
        gone = (self.start + self.speed * time) % (self.last - self.first)
        along = np.where(self.way > 0, self.first + gone, self.last - gone)
        x, z = np.where(self.axis == 0, along, self.other), np.where(self.axis == 0, self.other, along)
        on_bridge = (self.axis == 0) & (np.abs(self.other - BRIDGE_Z) < 4)
        self.world.positions[self.cars] = np.stack([x, np.where(on_bridge, deck_height(x), 0) + 0.05, z], axis=1)
        i = np.arange(len(self.boats))
        z = (i * 391 + self.upstream * 3.2 * time) % 1500 - 1150
        bob = water + 0.15 * np.sin(1.1 * time + i)
        self.world.positions[self.boats] = np.stack([self.upstream * (14 + 7 * (i % 3)), bob, z], axis=1)
        self.world.touch(self.cars)
        self.world.touch(self.boats)
