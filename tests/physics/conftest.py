"""Small worlds that move by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest

import dreamwell as dw
from dreamwell.physics import simulate

DT = 1 / 60
Play = Callable[..., dw.World]


@pytest.fixture(params=["spatial", "planar"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each of the engines in turn."""
    return str(request.param)


@pytest.fixture
def scene(engine: Literal["spatial", "planar"]) -> dw.Scene:
    """An empty scene for one of the engines."""
    made = dw.Scene("physics", seed=1)
    made.physics = dw.Physics(engine=engine)
    return made


@pytest.fixture
def play() -> Play:
    """A function (scene, ticks=0, dt=1/60, setup=None): a world that is simulated, after so many ticks."""

    def played(
        scene: dw.Scene, ticks: int = 0, dt: float = DT, setup: Callable[[dw.World], Any] | None = None
    ) -> dw.World:
        world = dw.World(dw.weave(scene), seed=1)
        simulate(world)
        if setup is not None:
            setup(world)
        for _ in range(ticks):
            world.schedule.fixed(dt)
        return world

    return played


@pytest.fixture
def run() -> Callable[[dw.World, int], None]:
    """A function (world, ticks)."""

    def go(world: dw.World, ticks: int) -> None:
        for _ in range(ticks):
            world.schedule.fixed(DT)

    return go
