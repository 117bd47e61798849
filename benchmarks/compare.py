"""The same cubes, seen by the same camera at the same size, drawn by this engine and by pygfx, one after the other."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from ..engine.errors import DreamwellError
from ..engine.math import affine_from_trs
from ..engine.render import DT, Stage, shared_gpu
from ..engine.scene.components import Mesh
from ..engine.scene.scene import Scene
from ..engine.scene.settings import apply_settings
from ..engine.world import World
from ..loom.weave import weave
from .cloud import cloud, edge_of

RUNS_ON = "adapter"
OBJECTS = (1000, 10_000, 100_000)
MOST_MESHES = 10_000
"""More objects than this take pygfx seconds a frame as a Mesh each; they are drawn as one InstancedMesh only."""
WARM_UP = 5
FRAMES = 60
TURN = 0.5
"""Degrees that the camera turns every frame."""
PLAIN = {"shadows.enabled": False, "ao.enabled": False, "aa.mode": "none", "bloom.enabled": False}
"""What pygfx does not do here is left out of the frames that it is compared with; one more row has all of it."""

Frame = Callable[[int], None]


def measure(objects: int, size: tuple[int, int], frames: int | None = None) -> list[dict[str, Any]]:
    """Rows {"engine", "kind", "objects", "cpu_ms_p50", "wall_ms_p50", "ratio", "wall_ratio"}.

    cpu: what the CPU does for a frame, from turning the camera to handing the commands over.  wall: until the GPU is
    done.  ratios: how many times as long as this engine's without the effects that pygfx does not draw either.
    Raises DreamwellError where pygfx is not installed.
    """
    gfx = pygfx()
    scene = cloud(objects, solids=(Mesh.box(),))
    all_effects = scene.settings
    scene.settings = apply_settings(all_effects, PLAIN)
    most = frames or FRAMES
    rows = [("dreamwell", "objects", *timed(*ours(scene, size), most))]
    scene.settings = apply_settings(all_effects, {"shadows.enabled": False})
    rows.append(("dreamwell", "all effects", *timed(*ours(scene, size), most)))
    if objects <= MOST_MESHES:
        rows.append(("pygfx", "Mesh", *timed(*theirs(gfx, scene, size, instanced=False), most)))
    rows.append(("pygfx", "InstancedMesh", *timed(*theirs(gfx, scene, size, instanced=True), most)))
    cpu, wall = rows[0][2:]
    return [
        {
            "engine": engine,
            "kind": kind,
            "objects": objects,
            "cpu_ms_p50": cpu_ms,
            "wall_ms_p50": wall_ms,
            "ratio": cpu_ms / cpu,
            "wall_ratio": wall_ms / wall,
        }
        for engine, kind, cpu_ms, wall_ms in rows
    ]


@cache
def pygfx() -> Any:
    """The module, told to draw on the adapter that this engine draws on. Raises DreamwellError."""
    try:
        gfx: Any = import_module("pygfx")
    except ImportError:
        raise DreamwellError("comparing needs pygfx; install it with: pip install 'dreamwell[bench]'") from None
    gfx.renderers.wgpu.select_adapter(shared_gpu().adapter)
    return gfx


def timed(frame: Frame, device: Any, frames: int) -> tuple[float, float]:
    """Medians of the milliseconds of `frame(i)`: the calling thread's own work, and until the device is done."""
    cpu, wall = np.zeros((2, frames))
    for i in range(-WARM_UP, frames):
        if i == 0:
            gc.collect()
        start, worked = time.perf_counter(), time.thread_time()
        frame(i + WARM_UP)
        done = time.thread_time()
        device._poll_wait()  # for all that was submitted
        if i >= 0:
            cpu[i] = (done - worked) * 1e3
            wall[i] = (time.perf_counter() - start) * 1e3
    return float(np.median(cpu)), float(np.median(wall))


def ours(scene: Scene, size: tuple[int, int]) -> tuple[Frame, Any]:
    """A frame of this engine, and its device."""
    gpu = shared_gpu()
    world, stage = World(weave(scene), aspect=size[0] / size[1]), Stage(gpu, size)

    def frame(i: int) -> None:
        world.camera.rotate(y=TURN)
        stage.draw(world, i * DT)

    return frame, gpu.device


def theirs(gfx: Any, scene: Scene, size: tuple[int, int], *, instanced: bool) -> tuple[Frame, Any]:
    """A frame of pygfx, and its device: without antialiasing and sorting, lit by one sun and evenly from around."""
    rows = np.flatnonzero(scene.slots_of(Mesh) >= 0)
    matrices = np.tile(np.eye(4, dtype=np.float32), (len(rows), 1, 1))
    matrices[:, :3] = affine_from_trs(scene.positions[rows], scene.rotations[rows], scene.scales[rows])
    there = gfx.Scene()
    there.add(gfx.AmbientLight(intensity=0.3))
    sun = gfx.DirectionalLight(intensity=3)
    sun.local.position = (1, 2, 1)
    there.add(sun)
    box, paint = gfx.box_geometry(1, 1, 1), gfx.MeshStandardMaterial(color="#a06040")
    if instanced:
        mesh = gfx.InstancedMesh(box, paint, len(rows))
        for i, matrix in enumerate(matrices):
            mesh.set_matrix_at(i, matrix)
        there.add(mesh)
    else:
        for matrix in matrices:
            mesh = gfx.Mesh(box, paint)
            mesh.local.matrix = matrix
            there.add(mesh)
    edge = edge_of(len(rows))
    camera = gfx.PerspectiveCamera(60, size[0] / size[1], depth_range=(0.1, 2 * edge))
    camera.local.position = (0, 0, edge / 2)
    target = gfx.Texture(dim=2, size=(*size, 1), format="rgba8unorm")
    renderer = gfx.renderers.WgpuRenderer(target, pixel_scale=1, sort_objects=False, ppaa="none")

    def frame(i: int) -> None:
        turn = np.radians(TURN * i) / 2
        camera.local.rotation = (0, np.sin(turn), 0, np.cos(turn))
        renderer.render(there, camera)

    return frame, renderer.device
