"""What who draws over a picture may know of it: the numbers of its surfaces, its depth, and how it saw the world."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.camera import Eye, Lens
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Stage
from dreamwell.engine.world import World
from dreamwell.fabric.targets import read

SIZE = (48, 32)


def world() -> World:
    scene = dw.Scene("two", seed=1)
    scene.configure({"aa.mode": "none"})
    scene.add("camera", dw.Camera(fov_y=60), at=(0, 0, 4), toward=(0, 0, 0))
    scene.add("near", dw.Mesh.box(), at=(-0.6, 0, 0))
    scene.add("far", dw.Mesh.sphere(0.7), at=(0.6, 0, -1))
    return World(dw.weave(scene))


def numbers(gpu: Gpu, view: Any) -> NDArray[np.uint32]:
    """(h, w) rows + 1, 0 for nothing."""
    return read(gpu, view.texture, 2, np.uint32)[..., 0]


def test_every_pixel_has_the_number_that_picking_it_gives(gpu: Gpu) -> None:
    stage, shown = Stage(gpu, SIZE), world()
    stage.draw(shown, 0)
    surfaces, _ = stage.fabric.surfaces()
    found = numbers(gpu, surfaces)
    assert {0, shown["near"].row + 1, shown["far"].row + 1} == set(np.unique(found).tolist())
    for y in range(0, SIZE[1], 3):
        for x in range(0, SIZE[0], 3):
            hit = stage.fabric.pick(x, y).result()
            assert found[y, x] == (0 if hit is None else hit.object + 1), (x, y)


def test_an_eye_is_looked_through_in_place_of_the_camera(gpu: Gpu) -> None:
    stage, shown = Stage(gpu, SIZE), world()
    from_behind = np.array([[-1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, -5]])
    stage.draw(shown, 0, eye=Eye(from_behind, Lens(50.0)))
    found = numbers(gpu, stage.fabric.surfaces()[0])
    left, right = found[:, : SIZE[0] // 2], found[:, SIZE[0] // 2 :]
    assert (left == shown["far"].row + 1).sum() > (right == shown["far"].row + 1).sum()
    assert (right == shown["near"].row + 1).any()
    assert shown.observer().world_from_camera[2, 3] == 4, "the world's own camera stays where it is"
    place = stage.fabric.clip_from_world @ np.array([0.6, 0, -1, 1])
    x, y = (place[:2] / place[3] * (0.5, -0.5) + 0.5) * SIZE
    assert found[int(y), int(x)] == shown["far"].row + 1, "where the middle of the ball is said to be"
