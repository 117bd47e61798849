"""The work of `scripts` in other engines: `python -m dreamwell.benchmarks.peers NAME OBJECTS BEHAVIOURS TICKS`.

Prints {"query_ms", "behaviour_ms"} as its last line. Both engines run without a window, a sound and a frame: what is
timed is their scripts alone.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

WARM_UP = 5
DT = 1 / 60


def median_ms(tick: Callable[[], object], ticks: int) -> float:
    """The median of the milliseconds that `tick` takes."""
    times: list[float] = []
    for i in range(WARM_UP + ticks):
        start = time.perf_counter()
        tick()
        if i >= WARM_UP:
            times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def panda3d(objects: int, behaviours: int, ticks: int) -> tuple[float, float]:
    """Nodes moved in a loop, its fastest way from Python; then one task for each of some."""
    core: Any = import_module("panda3d.core")
    core.loadPrcFileData("", "window-type none\naudio-library-name null\nnotify-level error")
    tasks: Any = import_module("direct.task.TaskManagerGlobal").taskMgr
    root = core.NodePath("root")
    nodes = [root.attachNewNode(str(i)) for i in range(objects)]
    velocity = core.LVector3f(1, 0, 0)

    def move() -> None:
        for node in nodes:
            node.setPos(node.getPos() + velocity * DT)

    query = median_ms(move, ticks)
    for i in range(behaviours):
        node = root.attachNewNode("behaviour")

        def task(task: Any, node: Any = node) -> Any:
            node.setPos(node.getPos() + velocity * DT)
            return task.cont

        tasks.add(task, str(i))
    return query, median_ms(tasks.step, ticks)


def ursina(objects: int, behaviours: int, ticks: int) -> tuple[float, float]:
    """Entities moved in a loop; then one `update` for each of some."""
    module: Any = import_module("ursina")
    app = module.Ursina(window_type="none")
    things = [module.Entity() for _ in range(objects)]

    def move() -> None:
        for thing in things:
            thing.x += DT

    query = median_ms(move, ticks)
    idle = median_ms(app.step, ticks)

    class Mover(module.Entity):  # type: ignore[misc]
        def update(self) -> None:
            self.x += DT

    movers = [Mover() for _ in range(behaviours)]
    busy = median_ms(app.step, ticks)
    assert len(movers) == behaviours
    return query, busy - idle


if __name__ == "__main__":
    name, *counts = sys.argv[1:]
    query_ms, behaviour_ms = {"panda3d": panda3d, "ursina": ursina}[name](*map(int, counts))
    print(json.dumps({"query_ms": query_ms, "behaviour_ms": behaviour_ms}))
