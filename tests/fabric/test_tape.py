"""The frame on tape draws what the frame encoded anew draws, and costs no memory."""

import gc

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Stage
from dreamwell.engine.scene import apply_settings
from dreamwell.engine.world import World
from dreamwell.fabric import Fabric, Observer

SIZE = (96, 54)


def scene(shadows: bool = True) -> dw.Scene:
    made = dw.Scene(seed=1)
    made.configure({"shadows.enabled": shadows, "shadows.size": 256})
    made.add("camera", dw.Camera(), at=(0, 2, 5), toward=(0, 0.5, 0))
    made.add("sun", dw.Sun(), toward=(-1, -2, -1))
    made.add("floor", dw.Mesh.plane(8), dw.Material())
    made.add("box", dw.Mesh.box(), dw.Material(alpha_mode="mask"), at=(-0.8, 0.5, 0))
    made.add("glass", dw.Mesh.sphere(0.4), dw.Material(alpha_mode="blend", alpha=0.4), at=(1, 0.5, 0))
    return made


def observer(world: World) -> Observer:
    eye = world.observer()
    return Observer(eye.world_from_camera, eye.lens.fov_y, eye.lens.near)


@pytest.mark.parametrize("samples", [1, 4])
def test_tape_and_plain_frames_are_the_same_picture(gpu: Gpu, samples: int) -> None:
    pictures = []
    for plain in (False, True):
        fabric = Fabric(gpu, SIZE, plain=plain)
        world = World(dw.weave(scene()))
        fabric.upload_scene(world.woven)
        world["box"].translate(x=0.3)
        fabric.move(*world.update_transforms())
        for _ in range(2):  # the second is a replay
            for i in range(samples):
                fabric.begin_frame(observer(world), sample=(i, samples))
                fabric.end_frame()
        pictures.append(fabric.read_image())
    assert pictures[0].std() > 20
    np.testing.assert_array_equal(pictures[0], pictures[1])


def test_what_a_tape_refers_to_may_be_replaced(gpu: Gpu) -> None:
    """Resize, another scene, shadows on and off, more samples: each makes the tape wrong, so it is recorded anew."""
    used, fresh = Fabric(gpu, SIZE), Fabric(gpu, SIZE, plain=True)
    worlds = [World(dw.weave(scene(shadows))) for shadows in (True, False)]

    def check(world: World, samples: int = 1) -> None:
        for fabric in (used, fresh):
            for i in range(samples):
                fabric.begin_frame(observer(world), sample=(i, samples))
                fabric.end_frame()
        np.testing.assert_array_equal(used.read_image(), fresh.read_image())

    for world in (*worlds, worlds[0]):
        for fabric in (used, fresh):
            fabric.upload_scene(world.woven)
        check(world)
        check(world, samples=4)
        for size in ((64, 64), (33, 17), SIZE):
            for fabric in (used, fresh):
                fabric.resize(size)
            check(world)
        for changes in ({"shadows.enabled": False}, {"shadows.enabled": True, "shadows.size": 512}):
            for fabric in (used, fresh):
                fabric.set_post_process_config(apply_settings(world.settings, changes))
            check(world)


def test_a_frame_makes_no_garbage(gpu: Gpu) -> None:
    stage, world = Stage(gpu, SIZE), World(dw.weave(scene()))
    for _ in range(5):
        stage.draw(world, 0.0)
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(50):
            stage.draw(world, 0.0)
        assert len(gc.get_objects()) - before < 10
    finally:
        gc.enable()
