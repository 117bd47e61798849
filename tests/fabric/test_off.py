"""All effects off: not a bit of the picture, and not a pass of the frame, is there for their sake."""

import numpy as np
import pytest

from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene import PointLight, Scene, apply_settings
from dreamwell.fabric import Fabric, grading
from dreamwell.loom.weave import weave
from dreamwell.shaders.groups import Finish, Lighting
from dreamwell.tests.fabric.drawing import srgb
from dreamwell.tests.fabric.test_numbers import EVERY, SIZE, VIEW, frames, room
from dreamwell.tests.fabric.test_tonemap import neutral

OFF = {
    "ao.enabled": False,
    "aa.mode": "none",
    "bloom.enabled": False,
    "shadows.enabled": False,
    "exposure.mode": "manual",
    "grading.temperature": 6504.0,
    "grading.tint": 0.0,
    "grading.contrast": 1.0,
    "grading.saturation": 1.0,
    "grading.vignette": 0.0,
    "grading.sharpening": 0.0,
    "grading.dither": False,
    "debug.view": "none",
    "debug.timings": False,
}
PASSES = ["cull early", "depth", "cull late", "depth late", "main", "tonemap"]


def lit() -> Scene:
    scene = room()
    scene.add("lamp", PointLight(3.0, range=5.0), at=(0, 1, 1))
    return scene


@pytest.mark.parametrize("plain", [False, True], ids=["tape", "plain"])
def test_everything_off_is_the_bare_picture(gpu: Gpu, plain: bool) -> None:
    """However one comes there: the bytes of a Fabric that never had an effect."""
    bare = lit()
    bare.settings = apply_settings(bare.settings, OFF)
    fabric = Fabric(gpu, SIZE, plain=plain)
    fabric.upload_scene(weave(bare))
    frames(fabric, 3)
    wanted, light = fabric.read_image(), fabric.read_linear()
    times = fabric.time_passes()
    assert times is not None
    frames(fabric, 1)
    assert list(times.labels) == PASSES
    assert [
        fabric._light.ao,
        fabric._post.taa,
        fabric._post.motion,
        fabric._post.fxaa,
        fabric._post.bloom,
        fabric._post.auto,
    ] == [None] * 6
    assert grading.finish_of(fabric.settings) == Finish()
    assert fabric._main.lighting == Lighting()
    np.testing.assert_allclose(wanted, srgb(neutral(light.astype(np.float64))) * 255, atol=0.51)

    once = Fabric(gpu, SIZE, plain=plain)
    once.upload_scene(weave(lit()))
    frames(once, 3)
    assert (once.read_image() != wanted).any(axis=2).mean() > 0.9, "effects do something"
    for view in ("ao", "normal", "motion", "luminance"):
        once.set_post_process_config(apply_settings(once.settings, {"debug.view": view, "debug.timings": True}))
        frames(once, 1)
    once.set_post_process_config(apply_settings(once.settings, OFF))
    for _ in range(3):
        frames(once, 1)
        np.testing.assert_array_equal(once.read_image(), wanted)
        np.testing.assert_array_equal(once.read_linear(), light)
    times = once.time_passes()
    assert times is not None
    frames(once, 1)
    assert list(times.labels) == PASSES


@pytest.mark.parametrize(
    "effect",
    [key for key in EVERY if key not in ("shadows__size",)],
)
def test_each_effect_leaves_nothing_behind(fabric: Fabric, effect: str) -> None:
    """On for two frames, and off again."""
    assert VIEW is not None
    bare = lit()
    bare.settings = apply_settings(bare.settings, OFF)
    fabric.resize(SIZE)
    fabric.upload_scene(weave(bare))
    frames(fabric, 3)
    wanted = fabric.read_image()
    key = effect.replace("__", ".")
    fabric.set_post_process_config(apply_settings(fabric.settings, {key: EVERY[effect]}))
    frames(fabric, 2)
    if key not in ("exposure.mode", "aa.mode"):
        assert (fabric.read_image() != wanted).any()
    fabric.set_post_process_config(apply_settings(fabric.settings, OFF))
    frames(fabric, 1)
    np.testing.assert_array_equal(fabric.read_image(), wanted)
