"""What components of games cost while a scene runs: queries over columns, and single values through handles."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine.declare import Vec3, component, field
from ..engine.query import Position, Query
from ..engine.scene.components import Camera, Material, Mesh
from ..engine.scene.scene import Scene
from ..engine.world import World
from ..loom.weave import weave

RUNS_ON = "cpu"
OBJECTS = (1000, 10_000, 100_000)
DT = 1 / 60
ONE_BY_ONE = 2000
"""Handles at most whose single values are read and written."""


@component
class BenchVelocity:
    """Where to, and how fast."""

    linear: Vec3 = field(default=(0.0, 0.0, 0.0), unit="m/s")
    drag: float = field(default=0.0, minimum=0)


MOVING = Query(Position, BenchVelocity, tag="mover")


def measure(objects: int, size: tuple[int, int], frames: int | None) -> list[dict[str, Any]]:
    """A row for rows that lie together, and one for such that do not: half of twice as many were despawned.

    Size does not matter here; `frames`: how often each is done, 200 times unless told.
    """
    times = frames or 200
    rows: list[dict[str, Any]] = []
    for layout in ("together", "scattered"):
        world = _world(objects, layout)
        handles = [world.at(row) for row in world.rows_tagged("mover")[:ONE_BY_ONE].tolist()]
        values = [entity[BenchVelocity] for entity in handles]

        def read(values: list[BenchVelocity] = values) -> None:
            for value in values:
                _ = value.drag

        def write(values: list[BenchVelocity] = values) -> None:
            for value in values:
                value.drag = 0.5

        def get(world: World = world, handles: list[Any] = handles) -> None:
            for entity in handles:
                _ = entity[BenchVelocity].drag

        def move(world: World = world) -> None:
            with world.query(MOVING) as batch:
                batch[Position] += batch[BenchVelocity].linear * DT

        def find(world: World = world) -> None:
            world.matches.forget()
            world.query(MOVING)

        def take(world: World = world) -> None:
            world.snapshot()

        each = 1e3 / len(handles)
        rows.append(
            {
                "objects": objects,
                "rows": layout,
                "move_us": _microseconds(move, times, world.update_transforms),
                "find_us": _microseconds(find, times),
                "read_ns": _microseconds(read, 20) * each,
                "write_ns": _microseconds(write, 20) * each,
                "get_and_read_ns": _microseconds(get, 20) * each,
                "snapshot_us": _microseconds(take, 20),
                "hash_us": _microseconds(world.state_hash, 20),
            }
        )
    return rows


def _world(objects: int, layout: str) -> World:
    scene = Scene("movers", seed=1)
    scene.add("camera", Camera(), at=(0, 0, 100))  # before the others, so that those lie together
    scene.add("mover", Mesh.box(), Material(), BenchVelocity(), tags={"mover"})
    world = World(weave(scene), seed=1)
    many = objects if layout == "together" else 2 * objects
    random = world.random
    rows = world.spawn("mover", random.uniform(-50, 50, (many - 1, 3)))
    world.set(rows, BenchVelocity(), linear=random.normal(size=(many - 1, 3)))
    if layout != "together":
        world.despawn(rows[random.permutation(many - 1)[:objects]])
    world.update_transforms()
    return world


def _microseconds(what: Callable[[], Any], times: int, after: Callable[[], Any] | None = None) -> float:
    """The median time of a call; `after` each of which something else is done that does not count."""
    found: list[float] = []
    gc.collect()
    for _ in range(times + 10):
        start = time.perf_counter()
        what()
        found.append((time.perf_counter() - start) * 1e6)
        if after is not None:
            after()
    return float(np.median(found[10:]))
