"""What is in the arena: the components that its rules look at, and the few functions that they call."""

from __future__ import annotations

import numpy as np

import dreamwell as dw

CHIPS = 5
"""Of the shell of a scarab that bursts."""


@dw.component
class Life:
    """How much somebody can take."""

    points: float = dw.field(default=10.0, minimum=0, maximum=150)


@dw.component
class Alert:
    """A scarab that saw the hero hunts for a while."""

    left: float = dw.field(default=0.0, minimum=0, unit="s")
    worth: float = dw.field(default=10.0, minimum=0, doc="points for whoever slays it")


@dw.component
class Bolt:
    """A shot of the hero."""

    damage: float = dw.field(default=10.0, minimum=0)
    left: float = dw.field(default=0.9, minimum=0, unit="s")


@dw.component
class Loot:
    """What the hero has won."""

    score: float = dw.field(default=0.0, minimum=0)
    gems: float = dw.field(default=0.0, minimum=0)
    needed: float = dw.field(default=6.0, minimum=0, doc="gems for the next level")
    level: int = dw.field(default=1, minimum=1)
    flame: float = dw.field(default=0.0, minimum=0, unit="s", doc="how long the flame still burns")


@dw.component
class Chip:
    """A piece that flies, shrinks, and is gone."""

    velocity: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0), unit="m/s")
    left: float = dw.field(default=0.6, unit="s")
    size: float = dw.field(default=1.0)


@dw.system(dw.Query(dw.Position, dw.Scale, Chip, tag="passing"), stage="fixed")
def fly(batch: dw.Batch, dt: float, world: dw.World) -> None:
    """All pieces at once."""
    if not len(batch):
        return
    chip = batch[Chip]
    chip.velocity[:, 1] -= 16 * dt
    chip.left -= dt
    batch[dw.Position] += chip.velocity * dt
    low = batch[dw.Position][:, 1] < 0.06
    batch[dw.Position][low, 1] = 0.06
    chip.velocity[low] *= (0.6, -0.4, 0.6)
    batch[dw.Scale] = (chip.size * np.clip(chip.left / 0.35, 0.02, 1))[:, None]
    gone = batch.rows[chip.left <= 0].copy()
    if len(gone):
        world.defer(lambda: world.despawn(world.roster.living(gone)))


@dw.system(dw.Query(dw.Rotation, tag="gem"), stage="fixed")
def glitter(batch: dw.Batch, dt: float, world: dw.World) -> None:
    """Gems turn."""
    half = world.schedule.time * 1.6 + 0.7 * batch.rows
    batch[dw.Rotation] = np.stack([0 * half, np.sin(half), 0 * half, np.cos(half)], axis=1)


def scatter(world: dw.World, kind: str, at: np.ndarray, each: int, speed: float, size: float) -> None:
    """Pieces in all directions, from places (k, 3)."""
    random, n = world.random, len(at) * each
    way = random.normal(size=(n, 3)) * (1, 0.5, 1)
    way *= speed * random.uniform(0.35, 1, (n, 1)) / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
    way[:, 1] = np.abs(way[:, 1]) + 2.0
    turn = random.normal(size=(n, 4))
    turn /= np.linalg.norm(turn, axis=1, keepdims=True)
    rows = world.spawn(kind, np.repeat(at + np.array((0, 0.3, 0)), each, axis=0), turn, tags={"passing"})
    sizes = size * random.uniform(0.6, 1.3, n)
    world.set(rows, Chip(), velocity=way, left=random.uniform(0.4, 0.9, n), size=sizes)


def shatter(firing: dw.Firing) -> None:
    """Scarabs burst: what the rule "is slain" calls."""
    world = firing.world
    for kind, size in (("mite", 0.8), ("hunter", 1.2), ("brute", 2.4)):
        rows = firing.rows[[world.roster.carries(row, kind) for row in firing.rows.tolist()]]
        if len(rows):
            scatter(world, f"shell of {kind}", world.positions[rows].astype(np.float64), CHIPS, 7.0, size)


def spark(firing: dw.Firing) -> None:
    """A bolt hits something: what the rules "is hit" and "bolt ends" call."""
    scatter(firing.world, "spark", firing.world.positions[firing.rows].astype(np.float64), 2, 5.0, 0.7)
