"""The player: a ball that rolls where the input says, stays on the field and touches coins."""

import math

import numpy as np

import dreamwell as dw

from coins import Coin, Collected

RADIUS = 0.6  # metres, of the ball
REACH = 1.2  # metres from the ball's middle to a coin's
HALF = (10.0, 7.0)  # metres from the middle of the field to its edges, along x and z


class Player(dw.Behaviour):
    """Rolls where the keys, or a gamepad's stick, say."""

    speed: float = dw.field(default=7.0, unit="m/s", minimum=0, doc="at most")
    response: float = dw.field(default=8.0, unit="1/s", above=0, doc="how quickly it takes up another direction")
    score: int = dw.field(default=0, minimum=0, doc="what its coins were worth")

    def start(self) -> None:
        """Called once, before the first tick."""
        self.vx = self.vz = 0.0

    def fixed_update(self, dt: float) -> None:
        """Called 60 times a second, however many pictures are drawn."""
        x, y = self.input.vector("move_x", "move_y")  # no longer than 1: no faster along the diagonal
        faster = 1 - math.exp(-self.response * dt)
        self.vx += (self.speed * x - self.vx) * faster
        self.vz += (-self.speed * y - self.vz) * faster  # away from the eye is -Z
        px, py, pz = self.entity.position
        self.entity.position = (kept(px + self.vx * dt, HALF[0]), py, kept(pz + self.vz * dt, HALF[1]))
        self.touch()

    def touch(self) -> None:
        """Tell the game of the coins that the ball touches."""
        with self.world.query(dw.Query(dw.Position, Coin)) as coins:
            near = np.linalg.norm(coins[dw.Position] - self.entity.position, axis=1) < REACH
            touched = coins.rows[near]
        for row in touched:
            coin = self.world.at(row)
            self.world.emit(Collected(coin, coin[Coin].worth))


def kept(place: float, half: float) -> float:
    """A place along an axis, so that the ball stays on the field."""
    return min(max(place, RADIUS - half), half - RADIUS)
