"""What a frame costs the CPU, and whether it leaves anything behind: the camera turns, some of the objects may move."""

from __future__ import annotations

import gc
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import wgpu

from ..engine.render import DT, Stage, shared_gpu
from ..engine.scene.settings import apply_settings
from ..engine.world import World
from ..loom.weave import weave
from .cloud import cloud

RUNS_ON = "adapter"
WARM_UP = 20
AFTERWARDS = 20
"""Frames after the measured ones, for what would disturb those: encoding twice, reading the times of passes."""
AGAIN = 3
"""Recordings of a frame in a row, the last of which counts as warm."""
MOST, FEWEST, SECONDS = 500, 30, 20.0
"""Frames that are measured where no number is given: fewer than MOST where those would take longer than SECONDS."""


def measure(
    objects: int,
    size: tuple[int, int],
    frames: int | None = None,
    settings: Mapping[str, Any] | None = None,
    moving: float = 0.0,
    gpu: bool = False,
    every: float = 0.0,
) -> dict[str, Any]:
    """One row; `moving` is the part of the objects that moves every frame, `gpu` asks for the time of every pass.

    every: milliseconds from one frame's beginning to the next's, at least. Small scenes then pause as long between two
    frames as large ones, and what a pause costs is the same for all.

    encode: recording the commands.  warm: recording them again at once, which leaves out what the pause before costs
    (caches that others used meanwhile, a software adapter above all).  cpu: all that the engine does in a frame but
    handing over.  move: all that the movement causes, from telling the world to the recorded commands.  wall: until
    the GPU is done.
    gc_collections: garbage collections during the `frames` measured.  native_growth: objects of the graphics library
    that are alive at the end and were not at their beginning.  drawn, culled: instances of the last frame.
    """
    device = shared_gpu().device
    poll: Any = device
    scene = cloud(objects)
    scene.settings = apply_settings(scene.settings, settings or {})
    world = World(weave(scene), aspect=size[0] / size[1])
    stage = Stage(shared_gpu(), size)
    movers = np.random.default_rng(1).permutation(world.woven.instance_object)[: round(moving * objects)]
    movers.sort()
    stage.draw(world, 0.0)  # uploads the scene
    most = frames or MOST
    encode, cpu, move, wall = np.zeros((4, most + 1))
    spare = most

    def one(i: int, row: int) -> None:
        """Frame i, measured into a row."""
        world.positions[movers] += np.float32(0.01 if i % 2 else -0.01)  # the game's work, not the engine's
        start = time.perf_counter()
        world.camera.rotate(y=0.5)
        turned = time.perf_counter()
        if len(movers):
            world.touch(movers)
            moved = world.moved()
            stage.fabric.place(moved.alone, moved.position, moved.rotation, moved.scale)
            stage.fabric.move(moved.in_trees, moved.world)
        placed = time.perf_counter()
        stage.draw(world, i * DT)
        drawn = time.perf_counter()
        poll._poll_wait()  # for all that was submitted
        wall[row] = (time.perf_counter() - start) * 1e3
        encode[row] = stage.fabric.encode_us
        move[row] = (placed - turned) * 1e3 + stage.fabric.encode_us / 1e3
        cpu[row] = (drawn - start) * 1e6 - stage.fabric.submit_us
        time.sleep(max(0.0, every / 1e3 - (time.perf_counter() - start)))

    for i in range(WARM_UP):
        one(i, spare)
    gc.collect()
    native = native_objects()
    done = 0
    with counted_collections() as collections:
        began = time.perf_counter()
        while done < most and (frames or done < FEWEST or time.perf_counter() - began < SECONDS):
            one(WARM_UP + done, done)
            done += 1
        found = collections[0]
    growth = native_objects() - native
    warm = np.zeros(AFTERWARDS)
    for i in range(AFTERWARDS):
        one(i, spare)
        warm[i] = [stage.fabric.encode_again() for _ in range(AGAIN)][-1]
    counters = stage.fabric.counters()
    row: dict[str, Any] = {
        "objects": objects,
        "frames": done,
        "encode_us_p50": float(np.median(encode[:done])),
        "encode_us_p95": float(np.percentile(encode[:done], 95)),
        "warm_us_p50": float(np.median(warm)),
        "cpu_us_p50": float(np.median(cpu[:done])),
        **({"moving": len(movers), "move_ms_p50": float(np.median(move[:done]))} if moving else {}),
        "wall_ms_p50": float(np.median(wall[:done])),
        "gc_collections": found,
        "native_growth": growth,
        "drawn": counters["instances"],
        "culled": counters["culled"],
    }
    if gpu:
        row["gpu_ms"] = {}
        times = stage.fabric.time_passes()
        if times is not None:
            runs: list[dict[str, float]] = []
            for i in range(AFTERWARDS):
                one(i, spare)
                runs.append(times.read())
            row["gpu_ms"] = {name: float(np.median([run[name] for run in runs])) for name in runs[-1]}
    return row


@contextmanager
def counted_collections() -> Generator[list[int]]:
    """Counts Python's garbage collections, of all generations, for the length of a `with`: a list of one number."""
    count = [0]

    def note(phase: str, info: dict[str, int]) -> None:
        count[0] += phase == "start"

    gc.callbacks.append(note)
    try:
        yield count
    finally:
        gc.callbacks.remove(note)


def native_objects() -> int:
    """How many objects of the graphics library are alive."""
    diagnostics: Any = wgpu.diagnostics  # its parts are made at run time
    counts: dict[str, dict[str, Any]] = diagnostics.wgpu_native_counts.get_dict()
    return sum(int(hub["a"]) for kind, found in counts.items() if kind != "total" for hub in found["hub"].values())
