"""Under TAA the pattern of soft shadows and ambient occlusion turns every frame, and its noise averages out."""

from typing import Any

import numpy as np
import pytest

from dreamwell.engine.scene import Environment, Material, Mesh, Scene, Sun
from dreamwell.fabric import Fabric, Observer
from dreamwell.fabric.taa import PERIOD, TemporalAntialiasing
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F32, looking, show, stage

SIZE = (96, 64)
MATT = Material((0.7, 0.7, 0.7), roughness=1.0)
SOFT: dict[str, Any] = {"shadows__enabled": True, "shadows__size": 512, "shadows__distance": 12.0, "shadows__taps": 4}
OCCLUDED: dict[str, Any] = {"ao__enabled": True, "ao__slices": 2, "ao__steps": 6, "ao__resolution": "full"}
BOTH = pytest.mark.parametrize("noisy", [SOFT, OCCLUDED], ids=["soft shadows", "ambient occlusion"])


def pillars(**settings: Any) -> Scene:
    sun = "shadows__enabled" in settings
    sky = 0.0 if sun else 1.0
    scene = stage(Environment(source="color", color=(sky, sky, sky)), **{"aa__mode": "taa", **settings})
    if sun:
        scene.add("sun", Sun(lux=3.0, angular_diameter=12.0), toward=(0.7, -0.8, -0.3))
    scene.add("floor", Mesh.plane(40.0), MATT)
    for x in (-1.5, 0.0, 1.5):
        scene.add("pillar", Mesh.box((0.3, 2.0, 0.3)), MATT, at=(x, 1.0, 0.0))
    return scene


def eye(frame: int = 0) -> Observer:
    return looking((0.8 + 0.01 * frame, 3.0, 4.0), (0.5 + 0.01 * frame, 0.3, 0.0), fov_y=45)


def start(fabric: Fabric, settings: dict[str, Any]) -> None:
    fabric.resize(SIZE)
    fabric.upload_scene(weave(pillars(**settings)))


def frames(fabric: Fabric, first: int, count: int, speed: int = 0) -> F32:
    for i in range(first, first + count):
        fabric.begin_frame(eye(speed * i))
        fabric.end_frame()
    return fabric.read_linear()


def truth(fabric: Fabric, settings: dict[str, Any], observer: Observer) -> F32:
    start(fabric, {**settings, "aa__mode": "none"})
    return show(fabric, observer, SIZE, samples=64)


@BOTH
def test_noise_falls_with_the_frames(fabric: Fabric, monkeypatch: pytest.MonkeyPatch, noisy: dict[str, Any]) -> None:
    wanted = truth(fabric, noisy, eye())

    def errors() -> list[float]:
        start(fabric, noisy)
        done, out = 0, []
        for count in (1, 6, 16, 64):
            light = frames(fabric, done, count - done)
            done = count
            out.append(float(np.sqrt(np.mean((light - wanted) ** 2))))
        return out

    turning = errors()
    assert turning[1] < 0.65 * turning[0]
    assert turning[2] < 0.7 * turning[1]
    assert turning[3] < 0.8 * turning[2]
    monkeypatch.setattr(TemporalAntialiasing, "pattern", property(lambda self: 0))
    still = errors()
    assert turning[0] == still[0]
    assert turning[3] < 0.6 * still[3]


@BOTH
def test_a_moving_camera_flickers_no_more_for_it(
    fabric: Fabric, monkeypatch: pytest.MonkeyPatch, noisy: dict[str, Any]
) -> None:
    """What changes from one frame to the next, beyond what does in the truth."""
    at = (12, 13, 14, 15)
    wanted = [truth(fabric, noisy, eye(i)) for i in at]

    def flicker() -> tuple[float, float]:
        start(fabric, noisy)
        frames(fabric, 0, at[0], speed=1)
        found = [frames(fabric, i, 1, speed=1) for i in at]
        steps = [
            np.abs((b - a) - (d - c)).mean()
            for a, b, c, d in zip(found[:-1], found[1:], wanted[:-1], wanted[1:], strict=True)
        ]
        errors = [np.abs(a - b).mean() for a, b in zip(found, wanted, strict=True)]
        return float(np.mean(steps)), float(np.mean(errors))

    turning = flicker()
    monkeypatch.setattr(TemporalAntialiasing, "pattern", property(lambda self: 0))
    still = flicker()
    print(turning, still)
    assert turning[0] < 1.25 * still[0]
    assert turning[1] < 1.02 * still[1]


def test_the_pattern_comes_round_with_the_jitter(fabric: Fabric) -> None:
    start(fabric, SOFT)
    assert fabric._post.taa is not None
    seen: list[int] = []
    for i in range(PERIOD + 3):
        frames(fabric, i, 1)
        assert fabric._uniforms["frame"]["sample"][0] == fabric._post.taa.pattern
        seen.append(fabric._post.taa.pattern)
    assert seen == [*range(PERIOD), 0, 1, 2]
    start(fabric, {**SOFT, "aa__mode": "none"})
    frames(fabric, 0, 3)
    assert fabric._uniforms["frame"]["sample"][0] == 0
