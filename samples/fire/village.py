"""What is in the village: the components that its rules look at, what moves by itself, and what the rules call."""

from __future__ import annotations

import numpy as np

import dreamwell as dw

WIND = (1.5, 0.35)
"""Metres a second along x and z: where smoke, embers and the fire go."""


@dw.component
class Tinder:
    """What can burn."""

    left: float = dw.field(default=7.0, minimum=0, unit="s", doc="how long it can still burn")
    wet: float = dw.field(default=0.0, minimum=0, unit="s", doc="how long it stays wet")
    catches: float = dw.field(default=1.0, minimum=0, doc="how easily, beside dry grass")


@dw.component
class Pail:
    """The warden's water."""

    water: float = dw.field(default=100.0, minimum=0, maximum=100)


@dw.component
class Airborne:
    """Smoke, embers and drops: rise or fall, and are gone in time."""

    velocity: dw.Vec3 = dw.field(default=(0.0, 1.0, 0.0), unit="m/s")
    left: float = dw.field(default=3.0, unit="s")
    life: float = dw.field(default=3.0, unit="s", above=0)
    size: float = dw.field(default=1.0)


@dw.component
class Tongue:
    """A flame: flickers about its size."""

    size: float = dw.field(default=1.0)
    phase: float = dw.field(default=-1.0, unit="rad", doc="below 0: not lit yet")
    grown: float = dw.field(default=0.0, minimum=0, maximum=1)


@dw.system(dw.Query(dw.Position, dw.Scale, Airborne, tag="passing"), stage="fixed")
def drift(batch: dw.Batch, dt: float, world: dw.World) -> None:
    """All smoke and embers at once: with the wind, growing as they thin out."""
    if not len(batch):
        return
    air = batch[Airborne]
    fresh = air.left == air.life
    if fresh.any():
        k = int(fresh.sum())
        air.velocity[fresh] += world.random.normal(0, 0.25, (k, 3))
        air.left[fresh] *= world.random.uniform(0.75, 1.0, k)
    air.left -= dt
    air.velocity[:, 0] += (WIND[0] - air.velocity[:, 0]) * 0.9 * dt
    air.velocity[:, 2] += (WIND[1] - air.velocity[:, 2]) * 0.9 * dt
    batch[dw.Position] += air.velocity * dt
    age = 1 - np.clip(air.left / air.life, 0, 1)
    batch[dw.Scale] = (air.size * (0.35 + 1.1 * age) * np.clip(4 * (1 - age), 0.02, 1))[:, None]
    gone = batch.rows[air.left <= 0].copy()
    if len(gone):
        world.defer(lambda: world.despawn(world.roster.living(gone)))


@dw.system(dw.Query(dw.Rotation, dw.Scale, Tongue, tag="flame"), stage="fixed")
def flicker(batch: dw.Batch, dt: float, world: dw.World) -> None:
    """All flames at once."""
    if not len(batch):
        return
    tongue, random = batch[Tongue], world.random
    new = tongue.phase < 0
    if new.any():
        tongue.phase[new] = random.uniform(0, 6, int(new.sum()))
    tongue.phase += dt * (9 + 2 * np.sin(batch.rows))
    tongue.grown += (1 - tongue.grown) * 2.5 * dt
    p = tongue.phase
    high = 1 + 0.20 * np.sin(p) + 0.12 * np.sin(2.7 * p + 1) + 0.06 * np.sin(6.1 * p)
    wide = 1 - 0.10 * np.sin(p + 0.5) + 0.06 * np.sin(4.3 * p)
    size = tongue.size * tongue.grown
    batch[dw.Scale] = np.maximum(np.stack([size * wide, size * high, size * wide], axis=1), 0.02)
    lean, turn = 0.10 + 0.05 * np.sin(0.9 * p), 0.15 * p + batch.rows
    batch[dw.Rotation] = np.stack(
        [lean * np.sin(turn), np.sin(turn / 2), -lean * np.cos(turn), np.cos(turn / 2)], axis=1
    )


def fell(firing: dw.Firing) -> None:
    """Bushes fall: what the rule "is cut" calls."""
    world = firing.world
    world.scales[firing.rows, 1] *= 0.12
    world.touch(firing.rows)


def char(firing: dw.Firing) -> None:
    """What is burnt is black: what the rule "is charred" calls."""
    world = firing.world
    for entity in firing.entities:
        for part in (entity, *entity.children):
            part.material = world["charcoal"].material
    low = [row for row in firing.rows.tolist() if not world.roster.carries(row, "house")]
    world.scales[low, 1] *= 0.45
    world.touch(np.array(low, np.int32))


def splash(firing: dw.Firing) -> None:
    """A drop bursts: what the rule "drop lands" calls."""
    world = firing.world
    at = world.positions[firing.rows].astype(np.float64)
    rows = world.spawn("droplet", np.repeat(at, 2, axis=0), tags={"passing"})
    way = world.random.normal(size=(len(rows), 3)) * 1.2
    way[:, 1] = np.abs(way[:, 1]) * 0.8
    world.set(rows, Airborne(left=0.3, life=0.3, size=0.5), velocity=way)
