"""Bodies in motion: what a world's Bodies, Colliders and Joints do, by one of two engines behind one protocol."""

from __future__ import annotations

from ..engine.world import World
from .simulation import WorldSimulation


def simulate(world: World) -> WorldSimulation:
    """Have a world's bodies move in its ticks (`world.schedule.fixed`), and `world.physics` answer. An App does it.

    Of no effect on a world that is simulated already.
    """
    found = world.schedule.simulation
    if isinstance(found, WorldSimulation):
        return found
    made = WorldSimulation(world)
    world.schedule.simulation = made
    world.keeps.append(made)
    return made


__all__ = ["WorldSimulation", "simulate"]
