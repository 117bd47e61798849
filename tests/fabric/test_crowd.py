"""Crowds that move: however it is told, the GPU has them where the world has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Stage
from dreamwell.engine.scene import Camera, Material, Mesh, PointLight, Scene
from dreamwell.engine.world import World
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F32, read

COUNT = 5000
FIRST = 3
"""The row of the first cube."""


def crowd() -> World:
    """Cubes, turned and stretched; a lamp and a tree of two before them."""
    random = np.random.default_rng(7)
    scene = Scene("crowd", seed=1)
    scene.configure({"shadows.enabled": False})
    scene.add("eye", Camera(), at=(0, 0, 90))
    trunk = scene.add("trunk", Mesh.box(), Material(), at=(1, 0, 0))
    scene.add("branch", Mesh.box(), Material(), at=(0, 2, 0), parent=trunk)
    turn = random.normal(size=(COUNT, 4))
    turn /= np.linalg.norm(turn, axis=1, keepdims=True)
    at, scale = random.uniform(-40, 40, (COUNT, 3)), random.uniform(0.5, 1.5, (COUNT, 3))
    scene.add_many("cube", Mesh.box(), Material(), at=at, rotation=turn, scale=scale)
    scene.add("lamp", Mesh.box(), PointLight(5.0, range=6), at=(0, 9, 0))
    return World(weave(scene))


@pytest.fixture(scope="module")
def stage(gpu: Gpu) -> Stage:
    return Stage(gpu, (32, 18))


def on_the_gpu(stage: Stage) -> tuple[F32, F32]:
    """The transform (k, 3, 4) and the sphere (k, 4) of every instance."""
    assert stage.fabric.scene is not None
    scene = stage.fabric.scene
    transforms, spheres = (read(stage.fabric, b, np.float32) for b in (scene.transforms, scene.spheres))
    return transforms[: 12 * scene.count].reshape(-1, 3, 4), spheres[: 4 * scene.count].reshape(-1, 4)


def check(world: World, stage: Stage) -> None:
    """What is on the GPU is what the world says, and all of it lies in the bounds."""
    scene = stage.fabric.scene
    assert scene is not None
    looks = world.roster.drawn()
    rows = scene.rows_of(looks.rows)
    assert (rows >= 0).all()
    transforms, spheres = on_the_gpu(stage)
    wanted = world.world_from_local[looks.rows]
    np.testing.assert_allclose(transforms[rows], wanted, rtol=1e-5, atol=1e-5 * float(abs(wanted).max()))
    centre, radius = scene.bounds
    assert (np.linalg.norm(spheres[rows, :3] - centre, axis=1) + spheres[rows, 3] <= radius * (1 + 1e-5)).all()


CUBES = slice(FIRST, FIRST + COUNT)
CALLS: dict[str, list[Any]] = {
    "all": [None],
    "a slice": [CUBES],
    "a slice backwards": [slice(None, 1, -1)],
    "every third": [slice(FIRST, None, 3)],
    "rows that lie close": [np.arange(FIRST, FIRST + COUNT)[np.arange(COUNT) % 3 > 0]],
    "rows that lie apart": [np.arange(FIRST, FIRST + COUNT, 7)],
    "rows in no order, twice": [[FIRST + 9, FIRST + 4, FIRST + 9]],
    "several calls": [np.arange(FIRST, FIRST + 900), np.arange(FIRST + 800, 4000, 3), [1, FIRST + 2, COUNT]],
}
"""What `touch` is told."""


@pytest.mark.parametrize("how", CALLS)
@pytest.mark.parametrize("also", ["", "one by one", "mirrored", "despawned", "spawned"])
def test_the_gpu_has_them_where_the_world_has_them(stage: Stage, how: str, also: str) -> None:
    world = crowd()
    stage.draw(world, 0.0)
    if also == "despawned":
        world.despawn(np.arange(FIRST + 5, FIRST + 1500, 2))
    if also == "spawned":
        world.spawn("cube-0", np.random.default_rng(1).uniform(-5, 5, (300, 3)))
        stage.draw(world, 0.0)
    before = world.positions.copy()
    every = np.arange(len(before))
    told = np.unique(np.concatenate([every[slice(None) if rows is None else rows] for rows in CALLS[how]]))
    world.positions[told] += (3.0, -1.0, 0.5)
    if also == "mirrored":
        world.scales[told[::3], 1] *= -1
    for rows in CALLS[how]:
        world.touch(rows)
    if also == "spawned":
        world.spawn("branch", np.random.default_rng(2).uniform(-5, 5, (3, 3)))
    if also == "one by one":
        world["cube-1"].position = (60, 0, 0)
        world["trunk"].rotate(y=30)
        world.camera.translate(z=1)
    stage.draw(world, 0.1)
    check(world, stage)
    assert (world.positions[: len(before)] != before).any()


def test_lights_follow_in_a_range(stage: Stage) -> None:
    world = crowd()
    stage.draw(world, 0.0)
    world.positions[:] += (1, 2, 3)
    world.touch()
    stage.draw(world, 0.1)
    assert stage.fabric.scene is not None
    np.testing.assert_allclose(stage.fabric.scene.lights.table["position"][0], (1, 11, 3))


def test_what_lies_between_stays_in_its_tree(stage: Stage) -> None:
    """Rows that hang on others are not taken for lone ones, however close they lie to those that moved."""
    world = crowd()
    world["cube-100"].parent = world["trunk"]
    stage.draw(world, 0.0)
    rows = np.arange(FIRST, FIRST + COUNT)
    rows = rows[rows != world["cube-100"].row]
    world.positions[rows] += (0, 1, 0)
    world.touch(rows)
    stage.draw(world, 0.1)
    check(world, stage)


@pytest.mark.parametrize("read_before", [False, True])
def test_what_moved_before_the_first_frame_is_there(stage: Stage, read_before: bool) -> None:
    """And no world transforms, 48 bytes for each object, are made only because the camera moved."""
    world = crowd()
    world.camera.position = (1, 2, 95)
    if read_before:
        assert world.update_transforms()[0].tolist() == [world.camera.row]
    stage.draw(world, 0.0)
    assert world.rows_that_moved().tolist() == [world.camera.row]
    made = world.transforms._stale
    assert made is not None
    assert (~made).sum() < COUNT / 2
    for name in ("cube-4", "branch"):
        world[name].position = (3, 4, 5)
    Stage(stage.fabric.gpu, (32, 18)).draw(world, 0.0)  # another one uploads it anew
    other = Stage(stage.fabric.gpu, (32, 18))
    other.draw(world, 0.0)
    check(world, other)
