"""What a tick of physics takes: heaps of boxes that never sleep, and the part of it that is the engine's own step.

The rest is what the world adds: looking for what scripts changed, reading where all boxes went, writing it to the
transforms, and contacts that nobody listens to.
"""

from __future__ import annotations

import gc
import time
from typing import Any, Literal

import numpy as np

from ..engine.scene.physics import Body, Collider, Physics
from ..engine.scene.scene import Scene
from ..engine.world import World
from ..loom.weave import weave
from ..physics import simulate

RUNS_ON = "cpu"
OBJECTS = (1000, 10_000)
ENGINES: tuple[Literal["spatial", "planar"], ...] = ("spatial", "planar")
WARM_UP = 30
TICKS = 60
DT = 1 / 60
_HIGH = 5


def measure(objects: int, size: tuple[int, int], frames: int | None = None) -> list[dict[str, Any]]:
    """Rows {"engine", "bodies", "step_ms", "bare_ms", "overhead"}: medians of ticks; overhead is a part of bare_ms.

    Milliseconds of processor time, of one thread: so others on the machine don't count.
    """
    rows: list[dict[str, Any]] = []
    for engine in ENGINES:
        step, bare = tick_ms(engine, objects, frames or TICKS)
        overhead = (step - bare) / bare
        rows.append({"engine": engine, "bodies": objects, "step_ms": step, "bare_ms": bare, "overhead": overhead})
    return rows


def tick_ms(engine: Literal["spatial", "planar"], bodies: int, ticks: int) -> tuple[float, float]:
    """Milliseconds of a whole step of the simulation, and of the engine's own step in it."""
    world = World(weave(heaps(engine, bodies)), seed=1)
    simulation = simulate(world)
    world.schedule.fixed(DT)
    native = simulation.engine
    assert native is not None
    own, spent = native.step, [0.0]

    def timed(dt: float) -> list[int]:
        start = time.process_time()
        halted = own(dt)
        spent[0] = time.process_time() - start
        return halted

    native.step = timed  # type: ignore[method-assign]
    whole, bare = np.zeros(ticks), np.zeros(ticks)
    for i in range(-WARM_UP, ticks):
        if i == 0:
            gc.collect()
        start = time.process_time()
        simulation.step(DT)
        if i >= 0:
            whole[i], bare[i] = time.process_time() - start, spent[0]
        world.moved()
    return float(np.median(whole)) * 1e3, float(np.median(bare)) * 1e3


def heaps(engine: Literal["spatial", "planar"], bodies: int) -> Scene:
    """Columns of boxes, five high, on the ground."""
    scene = Scene("heaps", seed=1)
    scene.physics = Physics(engine=engine)
    columns = -(-bodies // _HIGH)
    across = columns if engine == "planar" else int(np.ceil(columns**0.5))
    wide = 1.5 * across + 10
    scene.add("ground", Collider.box((2 * wide, 2.0, 2 * wide)), at=(0, -1, 0))
    place = np.arange(bodies)
    column, level = place // _HIGH, place % _HIGH
    at = np.zeros((bodies, 3))
    at[:, 0] = 1.5 * (column % across - across / 2) + 0.02 * (level % 3)
    at[:, 1] = 0.5 + 1.05 * level
    at[:, 2] = 1.5 * (column // across - columns / across / 2)
    scene.add_many("box", Body(can_sleep=False), Collider.box(), at=at)
    return scene
