"""Fireflies: they come out of the grass in the evening, and light what is near."""

from __future__ import annotations

import numpy as np

import dreamwell as dw

from . import plan


@dw.component
class Drift:
    """A firefly: floats around its place."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    phase: float = dw.field(default=0.0, unit="rad")


@dw.system(dw.Query(dw.Position, Drift), stage="fixed")
def drift(batch: dw.Batch, dt: float) -> None:
    """Fireflies go nowhere, in loops."""
    d = batch[Drift]
    d.phase += dt
    p = d.phase
    batch[dw.Position] = np.stack(
        [d.x + 0.5 * np.sin(0.7 * p) + 0.15 * np.sin(2.1 * p), d.y + 0.22 * np.sin(1.1 * p + 1),
         d.z + 0.5 * np.cos(0.6 * p) + 0.12 * np.sin(1.9 * p)], axis=1,
    )  # fmt: skip


def fireflies(world: dw.World) -> None:
    """They come out of the grass; some of them light what is near."""
    for k in range(14):
        x, z = (
            float(v)
            for v in world.random.uniform((plan.LEFT + 0.6, plan.BACK + 0.6), (plan.RIGHT - 0.6, plan.FRONT - 0.6))
        )
        y = float(world.random.uniform(0.5, 1.5))
        drifting = Drift(x=x, y=y, z=z, phase=float(world.random.uniform(0, 6.28)))
        spark = world.spawn("spark", at=(x, y, z), tags={"spark"}, components=(drifting,))
        world.tween(spark, "scale", to=(1, 1, 1), start=(0.01, 0.01, 0.01), seconds=1.5, delay=0.3 * k, ease="out_back")
        if k < 7:
            spark.set(dw.PointLight(candela=3.0, color=(0.75, 1.0, 0.3), range=1.6))
