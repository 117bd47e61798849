"""Sparks that fly when something happens, and where things belong when a game begins anew."""

from __future__ import annotations

import numpy as np

import dreamwell as dw

AWAY = (0.0, -500.0, 0.0)
"""Metres: where things are that are out of the game for now."""


@dw.component
class Home:
    """Where its object belongs when a game begins."""

    at: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0), unit="m")


@dw.component
class Spark:
    """Flies, falls, and is gone."""

    linear: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0), unit="m/s")
    left: float = dw.field(default=0.6, unit="s")


@dw.system(dw.Query(dw.Position, Spark))
def fly(batch: dw.Batch, dt: float, world: dw.World) -> None:
    """All sparks."""
    spark = batch[Spark]
    spark.linear[:, 1] -= 12 * dt
    spark.left -= dt
    batch[dw.Position] += spark.linear * dt
    gone = batch.rows[spark.left <= 0]
    if len(gone):
        world.defer(lambda: world.despawn(gone))


def sparkle(world: dw.World, at: dw.Vec3, kind: str, number: int, speed: float) -> None:
    """So many things like the object `kind`, in all directions; m/s."""
    way = world.random.normal((0.0, 0.6, 0.0), size=(number, 3))
    way *= speed * world.random.uniform(0.4, 1, (number, 1)) / np.linalg.norm(way, axis=1, keepdims=True)
    rows = world.spawn(kind, np.tile(at, (number, 1)), scale=world.random.uniform(0.5, 1.2, number), tags={"spark"})
    world.set(rows, Spark(), linear=way, left=world.random.uniform(0.3, 0.8, number))
