"""Where everything in the city stands: streets, lots, buildings, trees, lamps, the river. Metres; -Z is upstream.

The river flows along Z between x = -55 and x = 55. Downtown lies left of it (-X), a park and the old town right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

BANK = 55.0
"""Half the width of the river."""
PITCH = (84.0, 96.0)
STREET = 20.0
KERB = 0.15
LEFT = (-1012.0, -88.0)
RIGHT = (262.0, 940.0)
REACH = (-1780.0, 420.0)
"""From where to where, along Z, there are streets."""
PARK = (76.0, 246.0)
BRIDGE_Z = -252.0

HEROES = {"twisted": (-130.0, -300.0), "drum": (-130.0, -108.0), "spire": (-298.0, -300.0)}
"""Towers of their own kind, each on a block of its own."""

SIZES = (12, 16, 20, 24, 28, 32, 36)
"""Widths and depths of buildings: a few, so that they share geometry."""


@dataclass(frozen=True)
class Block:
    """A rectangle between streets: its middle, and its size."""

    x: float
    z: float
    width: float
    depth: float


@dataclass(frozen=True)
class Building:
    """Tiers of floors on one lot. `tiers`: (width, depth, floors), each upon the one before."""

    x: float
    z: float
    tiers: tuple[tuple[int, int, int], ...]
    kind: str  # glass, stone, strip
    tint: int

    @property
    def floors(self) -> int:
        """Of all tiers."""
        return sum(floors for _, _, floors in self.tiers)


@dataclass
class Plan:
    """The whole city."""

    blocks: list[Block] = field(default_factory=list[Block])
    buildings: list[Building] = field(default_factory=list[Building])
    trees: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    lamps: list[tuple[float, float, float]] = field(default_factory=list[tuple[float, float, float]])
    """x, z and the degrees about +Y; the arm points to where -Z then points."""


def plan(seed: int = 7) -> Plan:
    """The same city for the same seed."""
    rng = np.random.default_rng(seed)
    made = Plan()
    for sides in (LEFT, RIGHT):
        for block in _blocks(*sides):
            made.blocks.append(block)
            if (block.x, block.z) not in HEROES.values():
                made.buildings += _built(block, rng)
            made.trees += _street_trees(block, rng)
            made.lamps += _street_lamps(block)
    _park(made, rng)
    _quays(made)
    return made


# ---- streets and lots -----------------------------------------------------------------------------------------


def _blocks(left: float, right: float) -> Iterator[Block]:
    width, depth = PITCH[0] - STREET, PITCH[1] - STREET
    for i in range(int((right - left) // PITCH[0])):
        for k in range(int((REACH[1] - REACH[0]) // PITCH[1])):
            # Counted from the river, so that a street runs along it.
            x = right - (i + 0.5) * PITCH[0] if right < 0 else left + (i + 0.5) * PITCH[0]
            yield Block(x, REACH[1] - (k + 0.5) * PITCH[1], width, depth)


def tallness(x: float, z: float) -> float:
    """0 at the edge of the city, 1 in the middle of downtown."""
    downtown = math.exp(-(((x + 270) / 190) ** 2) - ((z + 330) / 250) ** 2)
    uptown = 0.5 * math.exp(-(((x - 480) / 210) ** 2) - ((z + 1180) / 300) ** 2)
    riverside = 0.25 * math.exp(-(((x + 120) / 90) ** 2) - ((z + 100) / 300) ** 2)
    return min(1.0, downtown + uptown + riverside)


def _split(x0: float, x1: float, z0: float, z1: float, largest: float, rng: np.random.Generator) -> Iterator[F64]:
    """Cut a rectangle until no side is longer than `largest`."""
    w, d = x1 - x0, z1 - z0
    if max(w, d) <= largest:
        yield np.array([x0, x1, z0, z1])
        return
    part = rng.uniform(0.4, 0.6)
    if w > d:
        yield from _split(x0, x0 + w * part, z0, z1, largest, rng)
        yield from _split(x0 + w * part, x1, z0, z1, largest, rng)
    else:
        yield from _split(x0, x1, z0, z0 + d * part, largest, rng)
        yield from _split(x0, x1, z0 + d * part, z1, largest, rng)


def _fitting(length: float) -> int:
    return max((s for s in SIZES if s <= length), default=0)


def _built(block: Block, rng: np.random.Generator) -> Iterator[Building]:
    tall = tallness(block.x, block.z)
    w, d = block.width / 2 - 4, block.depth / 2 - 4
    largest = 40 if tall > 0.35 else 34
    for x0, x1, z0, z1 in _split(block.x - w, block.x + w, block.z - d, block.z + d, largest, rng):
        width, depth = _fitting(x1 - x0 - 1), _fitting(z1 - z0 - 1)
        if not (width and depth):
            continue
        here = tallness((x0 + x1) / 2, (z0 + z1) / 2)
        floors = 3 + 7 * rng.random() + here * (8 + 46 * rng.random() ** 1.6)
        floors = 4 * max(1, round(floors / 4))
        kind = _kind(floors, rng)
        tiers = _tiers(width, depth, floors, kind, rng)
        yield Building((x0 + x1) / 2, (z0 + z1) / 2, tiers, kind, int(rng.integers(4)))


def _kind(floors: int, rng: np.random.Generator) -> str:
    if floors > 20:
        return str(rng.choice(["glass", "glass", "glass", "strip", "stone"]))
    if floors > 10:
        return str(rng.choice(["glass", "strip", "stone", "stone"]))
    return str(rng.choice(["strip", "stone", "stone", "stone"]))


def _tiers(
    width: int, depth: int, floors: int, kind: str, rng: np.random.Generator
) -> tuple[tuple[int, int, int], ...]:
    """Tall buildings step back on their way up, those of stone more often."""
    tiers: list[tuple[int, int, int]] = []
    steps = 3 if floors > 24 and kind == "stone" else 2 if floors > 14 and rng.random() < 0.6 else 1
    left = floors
    for step in range(steps):
        high = left if step == steps - 1 else max(4, 4 * round(left * rng.uniform(0.35, 0.65) / 4))
        if high >= left:
            high = left
        tiers.append((width, depth, high))
        left -= high
        if not left:
            break
        width, depth = max(12, width - 4 * int(rng.integers(1, 3))), max(12, depth - 4 * int(rng.integers(1, 3)))
    return tuple(tiers)


def _street_trees(block: Block, rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    if block.x < -760 or block.x > 700 or block.z < -1100:
        return
    x, z = block.width / 2 - 1.8, block.depth / 2 - 1.8
    for along in np.arange(-z + 5, z - 2, 9.5).tolist():
        for side in (-x, x):
            if rng.random() < 0.8:
                yield block.x + side, block.z + along + rng.uniform(-1, 1)


def _street_lamps(block: Block) -> Iterator[tuple[float, float, float]]:
    if block.x < -660 or block.x > 600 or block.z < -1100:
        return
    x, z = block.width / 2 - 0.6, block.depth / 2 - 0.6
    for along in (-z * 0.62, 0.0, z * 0.62):
        yield block.x - x, block.z + along, 90.0
        yield block.x + x, block.z + along, -90.0
    for along in (-x * 0.5, x * 0.5):
        yield block.x + along, block.z - z, 0.0
        yield block.x + along, block.z + z, 180.0


# ---- park and quays -------------------------------------------------------------------------------------------


def path(t: F64) -> tuple[F64, F64]:
    """The winding way through the park: x and z."""
    return 160 + 42 * np.sin(t / 75) + 12 * np.sin(t / 31), t


def _park(made: Plan, rng: np.random.Generator) -> None:
    """Trees in groves, away from the path; lamps along it."""
    count = 2600
    x = rng.uniform(PARK[0] + 6, PARK[1] - 4, count)
    z = rng.uniform(REACH[0] + 700, REACH[1] - 60, count)
    grove = np.sin(x / 23 + 1.3 * np.sin(z / 40)) + np.sin(z / 31) + rng.normal(0, 0.5, count)
    clear = np.abs(x - path(z)[0]) > 7
    near_bridge = np.abs(z - BRIDGE_Z) < 18
    keep = (grove > 0.1) & clear & ~near_bridge
    made.trees += list(zip(x[keep].tolist(), z[keep].tolist(), strict=True))
    along = np.arange(REACH[0] + 500, REACH[1], 34.0)
    px, pz = path(along)
    made.lamps += [(px_ + 3.4, pz_, 90.0) for px_, pz_ in zip(px.tolist(), pz.tolist(), strict=True)]


def _quays(made: Plan) -> None:
    """Promenades on both sides of the river."""
    for z in np.arange(REACH[0] + 300, REACH[1], 26.0).tolist():
        if abs(z - BRIDGE_Z) > 16:
            made.lamps += [(-BANK - 3, z, 90.0), (BANK + 3, z, -90.0)]
            made.trees += [(-BANK - 8, z + 8), (-BANK - 8, z + 17), (BANK + 9, z + 13)]
