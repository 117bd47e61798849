"""How much memory a process takes that draws a scene: each count in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

RUNS_ON = "adapter"
FRAMES = 20

_SCRIPT = """
import json, sys
from {package}.benchmarks.memory import inside
print(json.dumps(inside({objects}, ({width}, {height}), {frames})))
"""


def measure(objects: int, size: tuple[int, int], frames: int | None) -> dict[str, Any]:
    """{"objects", "loaded_mb", "rss_mb", "after_mb"}: resident memory, in 10^6 bytes.

    loaded: with the world made and the Scene deleted, before there is a GPU.  rss: after `frames` frames of a turning
    camera.  after: with the world and the Fabric deleted too. NaN where the system does not tell.
    """
    package = __name__.rpartition(".benchmarks.")[0]
    script = _SCRIPT.format(package=package, objects=objects, width=size[0], height=size[1], frames=frames or FRAMES)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def inside(objects: int, size: tuple[int, int], frames: int) -> dict[str, Any]:
    """`measure`, of this process."""
    import gc

    import numpy as np

    from ..engine.memory import give_back
    from ..engine.render import DT, Stage, shared_gpu
    from ..engine.scene.components import Camera, Material, Mesh, Sun
    from ..engine.scene.scene import Scene
    from ..engine.world import World
    from ..loom.weave import weave

    edge = 3.0 * objects ** (1 / 3)  # metres
    scene = Scene("cubes", seed=1)
    scene.configure({"shadows.enabled": False})
    scene.add("camera", Camera(), at=(0, 0, 0.6 * edge))
    scene.add("sun", Sun(), toward=(-1, -2, -1))
    places = np.random.default_rng(0).uniform(-edge / 2, edge / 2, (objects, 3))
    scene.add_many("cube", Mesh.box(), Material(), at=places)
    world = World(weave(scene))
    del scene, places
    loaded = resident()
    gpu = shared_gpu()
    stage = Stage(gpu, size)
    for i in range(frames):
        world.camera.rotate(y=0.5)
        stage.draw(world, i * DT)
    stage.fabric.read_image()
    drawn = resident()
    del stage, world
    gc.collect()
    gpu.device.queue.read_buffer(gpu.device.create_buffer(size=4, usage="COPY_SRC"))  # waits for all before, and frees
    give_back()
    return {"objects": objects, "loaded_mb": loaded, "rss_mb": drawn, "after_mb": resident()}


def resident() -> float:
    """The memory of this process that is in RAM now, 10^6 bytes; NaN where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return float("nan")
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024 / 1e6
