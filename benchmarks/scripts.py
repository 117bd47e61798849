"""What a game's own code costs a tick: many things in one system, and many behaviours; and the same work elsewhere.

The work is the same everywhere: a thing's velocity times a sixtieth of a second is added to its position, and whoever
draws it knows. Queries: 10,000 things by the fastest way that an engine offers. Behaviours: 2,000 things by a method
or a function of their own each.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from ..engine.declare import field
from ..engine.game.behaviour import Behaviour
from ..engine.game.systems import system
from ..engine.query import Batch, Position, Query
from ..engine.scene.scene import Scene
from ..engine.world import World
from ..loom.weave import weave
from .tables import BenchVelocity

RUNS_ON = "cpu"
OBJECTS = (10_000,)
BEHAVIOURS = 2000
WARM_UP = 20
FRAMES = 200
DT = 1 / 60
PEERS = {"ursina": "ursina", "panda3d": "panda3d.core"}
"""Engines that are compared with where they are installed, and the module that tells."""


class BenchMover(Behaviour):
    """Moves its object on."""

    speed: float = field(default=1.0, unit="m/s", doc="along X")

    def fixed_update(self, dt: float) -> None:
        self.entity.translate(x=self.speed * dt)


def measure(objects: int, size: tuple[int, int], frames: int | None = None) -> list[dict[str, Any]]:
    """Rows {"engine", "objects", "query_10k_ms", "behaviour_2k_ms", "query_ratio", "behaviour_ratio"}.

    Medians of a tick's milliseconds. With another number of objects as many move, under the same names. The ratios say
    how many times as long as this engine's; there is a row for each of PEERS that is installed.
    """
    ticks = frames or FRAMES
    found = [("dreamwell", query_ms(objects, ticks), behaviour_ms(ticks))]
    for name, module in PEERS.items():
        if find_spec(module.partition(".")[0]) is not None:
            found.append((name, *_elsewhere(name, objects, ticks)))
    _, query, behaviour = found[0]
    return [
        {
            "engine": engine,
            "objects": objects,
            "query_10k_ms": query_there,
            "behaviour_2k_ms": behaviour_there,
            "query_ratio": query_there / query,
            "behaviour_ratio": behaviour_there / behaviour,
        }
        for engine, query_there, behaviour_there in found
    ]


def median_ms(tick: Callable[[], object], between: Callable[[], object] | None, ticks: int) -> float:
    """The median of the milliseconds that `tick` takes; what `between` does is not counted."""
    times = np.zeros(ticks)
    for i in range(-WARM_UP, ticks):
        if i == 0:
            gc.collect()
        start = time.perf_counter()
        tick()
        if i >= 0:
            times[i] = (time.perf_counter() - start) * 1e3
        if between is not None:
            between()
    return float(np.median(times))


def query_ms(objects: int, ticks: int) -> float:
    """A tick of a world whose one system moves all of its objects."""
    world = World(weave(_crowd(objects, BenchVelocity(linear=(1.0, 0.0, 0.0)))))

    @system(Query(Position, BenchVelocity, tag="mover"))
    def move(batch: Batch, dt: float) -> None:
        batch[Position] += batch[BenchVelocity].linear * dt

    world.schedule.use(move)
    return median_ms(lambda: world.schedule.fixed(DT), world.moved, ticks)


def behaviour_ms(ticks: int) -> float:
    """A tick of a world of which each object has a behaviour."""
    world = World(weave(_crowd(BEHAVIOURS, BenchMover())))
    return median_ms(lambda: world.schedule.fixed(DT), world.moved, ticks)


def _crowd(count: int, value: Any) -> Scene:
    """So many objects with a tag and a component."""
    scene = Scene("crowd")
    side = int(np.ceil(count**0.5))
    for i in range(count):
        scene.add(f"thing-{i}", value, at=(i % side, 0.0, i // side), tags={"mover"})
    return scene


def _elsewhere(name: str, objects: int, ticks: int) -> tuple[float, float]:
    """The same in another engine, in a process of its own: some of them write into Python's builtins."""
    command = [sys.executable, "-m", f"{__package__}.peers", name, str(objects), str(BEHAVIOURS), str(ticks)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found["query_ms"], found["behaviour_ms"]
