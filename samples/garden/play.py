"""How it is played: a garden in bloom until somebody begins, then one day after another."""

from __future__ import annotations

import dreamwell as dw

from .day import Day
from .gardener import Gardener
from .kinds import BLOSSOM, SEEDS
from .plants import Plot, sow
from .visitors import Visitor, invite


class InBloom(dw.Behaviour):
    """What the garden shows of itself before anybody plays."""

    def start(self) -> None:
        """Everything is in bloom, and visited."""
        random = self.world.random
        order = [0, 0, 1, 2, 1, 2, 2, 1, 0, 0, 2, 1, 1, 2, 0, 0, 1, 2]
        for number, kind in enumerate(order):
            stage = 2 if random.random() < 0.12 else BLOSSOM
            sow(self.world, number, SEEDS[kind], stage)
        for visitor in ("butterfly", "butterfly", "bee", "butterfly", "bee"):
            x, z = random.uniform((-3.5, -2.5), (3.5, 2.5))
            invite(self.world, visitor, (float(x), 1.0, float(z)))


def begin(world: dw.World) -> None:
    """A new day: everything of the old one goes while the clock turns back."""
    day = world["day"][Day]
    if day.phase not in ("title", "end"):
        return
    day.rewind()
    for plot in world.tagged("plot"):
        plot[Plot].clear()
    for visitor in world.tagged("visitor"):
        visitor[Visitor].leave()
    world.despawn(world.rows_tagged("spark"))
    world["gardener"][Gardener].goal = None
