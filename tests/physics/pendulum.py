"""A pendulum, in tests of joints and of mechanics."""

import math

import numpy as np
import pytest

import dreamwell as dw

G = 9.81


def swing(world: dw.World, length: float, start: float, periods: float) -> list[float]:
    """Let "bob" swing about the origin, from `start` radians; where it was along x, m, 240 times a second.

    A small ball counts as a point: it keeps its length, and its period is 2π √(l/g) (1 + θ²/16).
    """
    period = 2 * math.pi * math.sqrt(length / G) * (1 + start**2 / 16)
    xs: list[float] = []
    for _ in range(round(periods * period * 240)):
        world.schedule.fixed(1 / 240)
        xs.append(world["bob"].position[0])
    assert np.linalg.norm(world["bob"].position) == pytest.approx(length, rel=0.01)
    crossings = np.flatnonzero(np.diff(np.sign(xs)) > 0) / 240
    assert np.diff(crossings).mean() == pytest.approx(period, rel=0.015)
    return xs
