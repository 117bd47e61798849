"""What a tick of physics takes: heaps of boxes that never sleep, and the part of it that is the engine's own step.

The rest is what the world adds: looking for what scripts changed, reading where all boxes went, writing it to the
transforms, and contacts that nobody listens to.
"""

from __future__ import annotations

import gc
import time
from typing import Any, Literal, NamedTuple

import numpy as np

from ..engine.scene.physics import Body, Collider, Physics
from ..engine.scene.scene import Scene
from ..engine.world import World
from ..loom.weave import weave
from ..physics import simulate
from . import rules

RUNS_ON = "cpu"
OBJECTS = (1000, 10_000)
ENGINES: tuple[Literal["spatial", "planar"], ...] = ("spatial", "planar")
WARM_UP = 30
TICKS = 60
DT = 1 / 60
RULES, RULE_TICKS = 10_000, 60
_HIGH = 5


def measure(objects: int, size: tuple[int, int], frames: int | None = None) -> list[dict[str, Any]]:
    """Rows {"engine", "bodies", "step_ms", "bare_ms", "overhead", "read_ms", "overhead_read"}: medians of ticks.

    step_ms: a whole tick of physics.  bare_ms: the library's own step in it.  read_ms: that, and the library's own way
    to read all poses into arrays, without which nobody knows where things are.  overhead, overhead_read: what is beside
    the one and the other, as a part of it.  One more row has "rules_10k_ms": a tick of 20 rules over 10,000 objects.

    Milliseconds of processor time, of one thread: so others on the machine don't count.
    """
    rows: list[dict[str, Any]] = []
    for engine in ENGINES:
        took = tick_ms(engine, objects, frames or TICKS)
        step, bare, read = took.step, took.bare, took.bare + took.read
        rows.append(
            {
                "engine": engine,
                "bodies": objects,
                "step_ms": step,
                "bare_ms": bare,
                "overhead": (step - bare) / bare,
                "read_ms": read,
                "overhead_read": (step - read) / read,
            }
        )
    if objects == RULES:
        found = rules.measure(RULES, size, RULE_TICKS)
        rows.append({"rules": found["rules"], "objects": RULES, "rules_10k_ms": found["rules_ms"]})
    return rows


class Took(NamedTuple):
    """Milliseconds of a tick: the whole step, the library's own in it, its own reading of poses."""

    step: float
    bare: float
    read: float


def tick_ms(engine: Literal["spatial", "planar"], bodies: int, ticks: int) -> Took:
    """What a tick takes."""
    world = World(weave(heaps(engine, bodies)), seed=1)
    simulation = simulate(world)
    world.schedule.fixed(DT)
    native: Any = simulation.engine
    assert native is not None
    own, spent = native.step, [0.0]

    def timed(dt: float) -> list[int]:
        start = time.process_time()
        halted: list[int] = own(dt)
        spent[0] = time.process_time() - start
        return halted

    native.step = timed
    whole, bare, read = np.zeros(ticks), np.zeros(ticks), np.zeros(ticks)
    for i in range(-WARM_UP, ticks):
        if i == 0:
            gc.collect()
        start = time.process_time()
        simulation.step(DT)
        ended = time.process_time()
        native.poses.raw()
        if i >= 0:
            whole[i], bare[i], read[i] = ended - start, spent[0], time.process_time() - ended
        world.moved()
    return Took(*(float(np.median(one)) * 1e3 for one in (whole, bare, read)))


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
