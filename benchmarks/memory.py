"""How much memory a process takes that draws a scene: each count in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

RUNS_ON = "adapter"
FRAMES = 20
FEW = 1000
"""Objects that a running world begins with, grows from and shrinks back to."""
SETTLED = 8
"""Frames after which a scene that shrank has given back what it can."""

_SCRIPT = """
import json, sys
from {package}.benchmarks.memory import cycled, inside
print(json.dumps({call}))
"""


def measure(objects: int, size: tuple[int, int], frames: int | None, cycles: int = 0) -> dict[str, Any]:
    """What `inside` finds in a process of its own, or `cycled` where there are cycles."""
    package = __name__.rpartition(".benchmarks.")[0]
    arguments = f"({objects}, {size!r}, {frames or FRAMES}" + (f", {cycles})" if cycles else ")")
    script = _SCRIPT.format(package=package, call=("cycled" if cycles else "inside") + arguments)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def inside(objects: int, size: tuple[int, int], frames: int) -> dict[str, Any]:
    """{"objects", "loaded_mb", "rss_mb", "frame_kb", "after_mb"}: resident memory of this process, 10^6 bytes.

    loaded: with the world made and the Scene deleted, before there is a GPU.  rss: after `frames` frames of a turning
    camera.  frame_kb: what each of three times as many frames after them adds, 10^3 bytes.  after: with the world and
    the Fabric deleted too. NaN where the system does not tell.
    """
    import gc

    from ..engine.memory import give_back

    world = _world(objects, 3.0 * objects ** (1 / 3))
    loaded = resident()
    stage = _stage(size)
    _draw(stage, world, frames)
    drawn = resident()
    _draw(stage, world, 3 * frames)
    grown = (resident() - drawn) * 1e3 / (3 * frames)
    del stage, world
    gc.collect()
    _finish()
    give_back()
    return {"objects": objects, "loaded_mb": loaded, "rss_mb": drawn, "frame_kb": grown, "after_mb": resident()}


def cycled(objects: int, size: tuple[int, int], frames: int, cycles: int) -> dict[str, Any]:
    """How much a running world of 1,000 objects holds that grows to `objects` and shrinks again, so many times.

    {"objects", "cycles", and in 10^6 bytes "start_mb", "large_mb", "first_mb", "last_mb", "start_buffers_mb",
    "large_buffers_mb", "last_buffers_mb"}: resident memory and the buffers on the GPU, at the start, at the largest,
    after the first cycle and after the last one. Each is taken after `frames` frames, but no less than it takes until
    memory is given back.
    """
    import numpy as np

    edge = 3.0 * objects ** (1 / 3)
    frames = max(frames, SETTLED)
    world = _world(min(FEW, objects), edge)
    stage = _stage(size)
    at = np.random.default_rng(1).uniform(-edge / 2, edge / 2, (max(0, objects - FEW), 3)).astype(np.float32)
    _draw(stage, world, frames)
    found: dict[str, Any] = {"objects": objects, "cycles": cycles, "start_mb": resident(), "large_mb": 0.0}
    buffers = {"start_buffers_mb": _buffers(), "large_buffers_mb": 0.0}
    for cycle in range(cycles):
        rows = world.spawn("cube-0", at=at)
        _draw(stage, world, frames)
        found["large_mb"] = max(found["large_mb"], resident())
        buffers["large_buffers_mb"] = max(buffers["large_buffers_mb"], _buffers())
        world.despawn(rows)
        del rows
        _draw(stage, world, frames)
        found["first_mb" if cycle == 0 else "last_mb"] = resident()
    found.setdefault("last_mb", found["first_mb"])
    return {**found, **buffers, "last_buffers_mb": _buffers()}


def _world(objects: int, edge: float) -> Any:
    """So many equal cubes in a larger one of `edge` metres, woven; the camera stands in front of it."""
    import numpy as np

    from ..engine.scene.components import Camera, Material, Mesh, Sun
    from ..engine.scene.scene import Scene
    from ..engine.world import World
    from ..loom.weave import weave

    scene = Scene("cubes", seed=1)
    scene.configure({"shadows.enabled": False})
    scene.add("camera", Camera(), at=(0, 0, 0.6 * edge))
    scene.add("sun", Sun(), toward=(-1, -2, -1))
    places = np.random.default_rng(0).uniform(-edge / 2, edge / 2, (objects, 3))
    scene.add_many("cube", Mesh.box(), Material(), at=places)
    return World(weave(scene))


def _stage(size: tuple[int, int]) -> Any:
    from ..engine.render import Stage, shared_gpu

    return Stage(shared_gpu(), size)


def _draw(stage: Any, world: Any, frames: int) -> None:
    """Draw frames of a turning camera, and wait for them."""
    from ..engine.render import DT

    for i in range(frames):
        world.camera.rotate(y=0.5)
        stage.draw(world, i * DT)
    _finish()


def _finish() -> None:
    """Wait for the GPU, and let it free what was given up."""
    from ..engine.render import shared_gpu

    device = shared_gpu().device
    device.queue.read_buffer(device.create_buffer(size=4, usage="COPY_SRC"))


def _buffers() -> float:
    """All buffers on the GPU that Python holds, 10^6 bytes."""
    import gc

    import wgpu

    gc.collect()
    sizes: list[int] = [one.size for one in gc.get_objects() if isinstance(one, wgpu.GPUBuffer)]
    return sum(sizes) / 1e6


def resident() -> float:
    """The memory of this process that is in RAM now, 10^6 bytes; NaN where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return float("nan")
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024 / 1e6
