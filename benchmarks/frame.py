"""What a frame costs the CPU, and whether it leaves anything behind: the camera turns, all else stands still."""

from __future__ import annotations

import gc
import time
from typing import Any

import numpy as np
import wgpu

from ..engine.render import DT, Stage, shared_gpu
from ..engine.world import World
from ..loom.weave import weave
from .cloud import cloud

RUNS_ON = "adapter"
WARM_UP = 20


def measure(objects: int, size: tuple[int, int], frames: int) -> dict[str, Any]:
    """{"objects", "encode_us_p50", "encode_us_p95", "cpu_us_p50", "wall_ms_p50", "gc_collections", "native_growth"}.

    encode: recording the commands.  cpu: all that the engine does in a frame but handing over.  wall: until the GPU
    is done.  gc_collections: garbage collections during the `frames` measured.  native_growth: objects of the
    graphics library that are alive at the end and were not at their beginning.
    """
    gpu = shared_gpu()
    world = World(weave(cloud(objects)), aspect=size[0] / size[1])
    stage = Stage(gpu, size)
    flag = gpu.device.create_buffer(size=4, usage="COPY_SRC")
    encode, cpu, wall = np.empty(frames), np.empty(frames), np.empty(frames)
    collections = native = 0
    for i in range(-WARM_UP, frames):
        if i == 0:
            gc.collect()
            collections, native = gc_collections(), native_objects()
        start = time.perf_counter()
        world.camera.rotate(y=0.5)
        stage.draw(world, (i + WARM_UP) * DT)
        drawn = time.perf_counter()
        gpu.device.queue.read_buffer(flag)  # waits for all that was submitted before
        if i >= 0:
            encode[i] = stage.fabric.encode_us
            cpu[i] = (drawn - start) * 1e6 - stage.fabric.submit_us
            wall[i] = (time.perf_counter() - start) * 1e3
    return {
        "objects": objects,
        "encode_us_p50": float(np.median(encode)),
        "encode_us_p95": float(np.percentile(encode, 95)),
        "cpu_us_p50": float(np.median(cpu)),
        "wall_ms_p50": float(np.median(wall)),
        "gc_collections": gc_collections() - collections,
        "native_growth": native_objects() - native,
    }


def gc_collections() -> int:
    """How often Python collected garbage until now, all generations."""
    return sum(generation["collections"] for generation in gc.get_stats())


def native_objects() -> int:
    """How many objects of the graphics library are alive."""
    diagnostics: Any = wgpu.diagnostics  # its parts are made at run time
    counts: dict[str, dict[str, Any]] = diagnostics.wgpu_native_counts.get_dict()
    return sum(int(hub["a"]) for kind, found in counts.items() if kind != "total" for hub in found["hub"].values())
