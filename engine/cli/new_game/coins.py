"""Coins: they turn, and fly away when they are collected."""

import math
from dataclasses import dataclass

import numpy as np

import dreamwell as dw

TURN = 2.6  # radians per second
FLIGHT = 0.35  # seconds


@dw.component
class Coin:
    """What can be collected."""

    worth: int = dw.field(default=1, minimum=0, doc="added to the score")
    angle: float = dw.field(default=0.0, unit="rad", doc="how far it has turned")


@dataclass(frozen=True)
class Collected:
    """An event: a coin was touched."""

    coin: dw.Entity
    worth: int


@dw.system(dw.Query(dw.Rotation, Coin), stage="fixed")
def turn(batch: dw.Batch, dt: float) -> None:
    """Turn all coins at once: a batch is columns, with a row for each."""
    batch[Coin].angle += TURN * dt
    cos, sin = np.cos(batch[Coin].angle / 2), np.sin(batch[Coin].angle / 2)
    batch[dw.Rotation] = np.stack([cos, sin, -sin, cos], axis=1) * math.sqrt(0.5)  # about +Y, standing upright


@dw.on(Collected)
def fly_away(event: Collected, world: dw.World) -> None:
    """A collected coin rises, and is gone."""
    coin = event.coin
    coin.discard(Coin)  # it counts once, and does not turn any more
    x, y, z = coin.position
    world.tween(coin, "position", to=(x, y + 3, z), seconds=FLIGHT, ease="out_cubic")
    world.after(FLIGHT, lambda: world.despawn(coin))
