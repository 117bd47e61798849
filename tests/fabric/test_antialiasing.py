"""Antialiasing: still pictures converge to the truth, and what moves or changes leaves nothing behind."""

from typing import Any

import numpy as np
import pytest

from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import render
from dreamwell.engine.scene import Camera, Environment, Material, Mesh, PointLight, Scene, Sun, apply_settings
from dreamwell.fabric import Fabric, Observer
from dreamwell.fabric.taa import PERIOD, is_cut, jitter
from dreamwell.fabric.targets import read
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F32, HALF, looking, show, srgb, stage

SIZE = (96, 64)
VIEW = looking((0.2, 0.1, 6), (0, 0, 0), fov_y=30)
RED = Material((0.9, 0.1, 0.1), unlit=True)


def fence(**settings: Any) -> Scene:
    """Tiles, wires thinner than a pixel, lights, and last a ball in front of it all."""
    scene = stage(Environment(source="color", color=(0.3, 0.4, 0.5)), **{"aa__mode": "taa", **settings})
    scene.add("sun", Sun(lux=3.0), toward=(0.3, -0.4, -1))
    scene.add("lamp", PointLight(4.0), at=(1, 1, 1))
    for x in range(6):
        for y in range(4):
            look = Material((0.9, 0.85, 0.8) if (x + y) % 2 else (0.1, 0.2, 0.4))
            scene.add(f"tile-{x}-{y}", Mesh.box(), look, at=(x - 2.5, y - 1.5, 0), scale=(1, 1, 0.1))
    for x in range(9):
        scene.add(
            f"wire-{x}", Mesh.box(), Material((0.02, 0.02, 0.02)), at=(x * 0.43 - 2, 0, 0.3), scale=(0.02, 4, 0.02)
        )
    scene.add("ball", Mesh.sphere(0.4, 16), RED, at=(-2, 0.2, 1))
    return scene


def frames(fabric: Fabric, observer: Observer, count: int = 1) -> F32:
    """Some more frames. Returns the last picture's light."""
    for _ in range(count):
        fabric.begin_frame(observer)
        fabric.end_frame()
    return fabric.read_linear()


def start(fabric: Fabric, scene: Scene) -> None:
    fabric.resize(SIZE)
    fabric.upload_scene(weave(scene))


def place_ball(fabric: Fabric, x: float) -> None:
    assert fabric.scene is not None
    row = np.array([len(fabric.scene.woven.objects.ids) - 1], np.int32)
    at, turn = np.array([[x, 0.2, 1]], np.float32), np.array([[0, 0, 0, 1]], np.float32)
    fabric.place(row, at, turn, np.ones((1, 3), np.float32))


def truth(fabric: Fabric, scene: Scene, observer: Observer = VIEW) -> F32:
    start(fabric, scene)
    return show(fabric, observer, SIZE, samples=64)


def seen(light: F32) -> Any:
    """As a screen would show it, so that bright places count no more than they should."""
    return srgb(light / (1 + light))


def error(found: F32, wanted: F32) -> Any:
    return np.abs(seen(found) - seen(wanted)).max(axis=2)


# ---- still pictures --------------------------------------------------------------------------------------------


def test_the_first_picture_is_the_one_without(fabric: Fabric) -> None:
    start(fabric, fence())
    first = frames(fabric, VIEW)
    image = fabric.read_image()
    start(fabric, fence(aa__mode="none"))
    np.testing.assert_array_equal(first, frames(fabric, VIEW))
    np.testing.assert_array_equal(image, fabric.read_image())


def test_where_nothing_moves_it_is_the_mean_of_all_frames(fabric: Fabric) -> None:
    start(fabric, fence())
    sums, found, count = np.zeros((SIZE[1], SIZE[0], 3)), np.zeros(0, np.float32), 12
    for _ in range(count):
        found = frames(fabric, VIEW)
        sums += read(fabric.gpu, fabric._main.hdr, 4, np.float16)[..., :3]
    wrong = np.abs(found - sums / count) > 8 * HALF * (found + 0.01)
    assert wrong.any(axis=2).mean() < 0.08
    assert np.abs(found - sums / count).mean() < 4e-3


@pytest.mark.parametrize("plain", [False, True], ids=["tape", "plain"])
def test_it_converges_to_the_truth(gpu: Gpu, plain: bool) -> None:
    fabric = Fabric(gpu, SIZE, plain=plain)
    wanted = truth(fabric, fence())
    start(fabric, fence())
    first = error(frames(fabric, VIEW), wanted)
    last = error(frames(fabric, VIEW, 63), wanted)
    assert last.mean() < 0.15 * first.mean()
    assert np.percentile(last, 99) < 0.05


def test_it_converges_when_camera_and_objects_have_stopped(fabric: Fabric) -> None:
    wanted = truth(fabric, fence())
    start(fabric, fence())
    for x in range(8):
        place_ball(fabric, 0.3 * x - 4.1)
        frames(fabric, looking((0.2 + 0.03 * (8 - x), 0.1, 6), (0, 0, 0), fov_y=30))
    place_ball(fabric, -2)
    moving = error(frames(fabric, VIEW), wanted)
    last = error(frames(fabric, VIEW, 80), wanted)
    assert last.mean() < 0.4 * moving.mean()
    assert last.mean() < 0.003
    assert np.percentile(last, 99) < 0.04


def test_more_frames_of_a_picture_are_smoother() -> None:
    """As `dream render --frames 32` draws it."""
    scene = fence(shadows__enabled=True)
    scene.add("camera", Camera(fov_y=30), at=(0.2, 0.1, 6), toward=(0, 0, 0))
    wanted = render(scene, SIZE, samples=64).astype(float)
    one, many = (np.abs(render(scene, SIZE, frames=count) - wanted).mean() for count in (1, 32))
    assert many < 0.25 * one


def test_samples_of_a_still_picture_are_left_alone(fabric: Fabric) -> None:
    start(fabric, fence(aa__mode="none"))
    wanted = show(fabric, VIEW, SIZE, samples=4)
    start(fabric, fence())
    frames(fabric, VIEW, 3)
    np.testing.assert_array_equal(show(fabric, VIEW, SIZE, samples=4), wanted)
    start(fabric, fence(aa__mode="none"))
    alone = frames(fabric, VIEW)
    start(fabric, fence())
    show(fabric, VIEW, SIZE, samples=4)
    np.testing.assert_array_equal(frames(fabric, VIEW), alone, err_msg="what follows begins anew")


def test_the_jitter_is_a_halton_sequence() -> None:
    places = np.array([jitter(i) for i in range(PERIOD + 1)])
    assert tuple(places[0]) == (0, 0)
    np.testing.assert_allclose(places[1:4], [[0, -1 / 6], [-0.25, 1 / 6], [0.25, -7 / 18]], atol=1e-12)
    assert len(np.unique(places[1:], axis=0)) == PERIOD
    assert np.abs(places).max() <= 0.5
    assert np.abs(places[1:].mean(axis=0)).max() < 0.02
    assert jitter(PERIOD + 1) == jitter(1)


# ---- what moves and changes ------------------------------------------------------------------------------------


def test_nothing_trails_behind_what_moves_for_longer_than_four_frames(fabric: Fabric) -> None:
    steps = np.linspace(-2, 2, 28)
    start(fabric, fence())
    pictures = []
    for x in (*[-2.0] * 12, *steps):
        place_ball(fabric, x)
        pictures.append(frames(fabric, VIEW))
    scene = fence()
    scene["ball"].position = (50.0, 0, 0)
    wanted = truth(fabric, scene)
    scene.settings = apply_settings(scene.settings, {"aa.mode": "none"})
    start(fabric, scene)
    empty = frames(fabric, VIEW)
    start(fabric, fence(aa__mode="none"))
    worst = []
    for at in (18, 23, 27):
        covered = []
        for x in steps[at - 10 : at + 1]:
            place_ball(fabric, x)
            covered.append(np.abs(frames(fabric, VIEW) - empty).max(axis=2) > 0.02)
        since = np.logical_or.reduce(covered[6:])  # by the ball now and up to four frames ago
        # The ball's rim covers a pixel more in part.
        since |= np.roll(since, 1, 1) | np.roll(since, -1, 1) | np.roll(since, 1, 0) | np.roll(since, -1, 0)
        left = np.logical_or.reduce(covered[:6]) & ~since
        assert left.sum() > 20
        found = error(pictures[12 + at], wanted)[left]
        red = pictures[12 + at][left][:, 0] - wanted[left][:, 0]
        worst.append((found.mean(), np.percentile(found, 98), red.mean()))
    assert max(w[0] for w in worst) < 0.02, worst
    assert max(w[1] for w in worst) < 0.15, worst
    assert max(abs(w[2]) for w in worst) < 0.02, worst


def test_nothing_trails_behind_the_shadow_of_what_moves(gpu: Gpu) -> None:
    """A shadow changes what stands still: nothing tells the motion vectors."""
    eye, count = looking((0, 7, 9), (0, 0, -0.5), fov_y=32), 34

    def steps(mode: str, samples: int) -> list[F32]:
        scene = stage(Environment(source="color", color=(0.05, 0.08, 0.06)), aa__mode=mode, shadows__enabled=True)
        scene.add("sun", Sun(lux=5.0), toward=(-1, -1.3, -0.7))
        scene.add("floor", Mesh.box(), Material((0.3, 0.42, 0.2)), at=(0, -0.5, 0), scale=(20, 1, 20))
        scene.add("ball", Mesh.sphere(0.6, 24), RED, at=(-2, 0.6, 0))
        fabric = Fabric(gpu, (192, 128))
        fabric.upload_scene(weave(scene))
        pictures = list[F32]()
        row, turn = np.array([scene["ball"].row], np.int32), np.array([[0, 0, 0, 1]], np.float32)
        for i in range(count):
            at = np.array([[-2 + 0.12 * i, 0.6, np.sin(i / 9)]], np.float32)
            fabric.place(row, at, turn, np.ones((1, 3), np.float32))
            pictures.append(frames(fabric, eye) if samples == 1 else show(fabric, eye, (192, 128), samples=samples))
        return pictures

    wanted = steps("none", 36)
    found = {mode: steps(mode, 1) for mode in ("taa", "none")}
    wrong = {mode: [error(a, b) for a, b in zip(found[mode], wanted, strict=True)][12:] for mode in found}
    large = {mode: np.mean([(one > 0.2).sum() for one in wrong[mode]]) for mode in wrong}
    assert large["taa"] < 1.5 * large["none"]  # pixels: the edges of the ball, its shadow, its highlight


@pytest.mark.parametrize("factor", [2.0, 0.3])
@pytest.mark.parametrize("told", [True, False], ids=["set_lights", "behind its back"])
def test_other_light_is_there_at_once(fabric: Fabric, factor: float, told: bool) -> None:
    start(fabric, fence())
    before = frames(fabric, VIEW, 40)
    assert fabric.scene is not None
    lights = fabric.scene.woven.lights.copy()
    lights["color"] *= factor
    brighter = fence()
    brighter["sun"].set(Sun(lux=3.0 * factor))
    brighter["lamp"].set(PointLight(4.0 * factor))
    if told:
        fabric.set_lights(np.arange(len(lights), dtype=np.int32), lights)
    else:
        fabric.gpu.device.queue.write_buffer(fabric.scene.lights.buffer, 0, lights.tobytes())
    pictures = [frames(fabric, VIEW) for _ in range(6)]
    wanted = truth(fabric, brighter)
    change = error(before, wanted).mean()
    assert error(pictures[0], wanted).mean() < (0.35 if told else 0.9) * change
    assert error(pictures[5], wanted).mean() < (0.2 if told else 0.35) * change


def test_another_exposure_is_not_mistaken_for_other_light(fabric: Fabric) -> None:
    start(fabric, fence())
    before = frames(fabric, VIEW, 40)
    ev100 = fabric.settings.exposure.ev100
    fabric.set_post_process_config(apply_settings(fabric.settings, {"exposure.ev100": ev100 - 2}))
    after = frames(fabric, VIEW)
    assert error(after, before).mean() < 0.02


def test_a_cut_begins_anew(fabric: Fabric) -> None:
    there = looking((3, 0.5, 5), (0.5, 0, 0), fov_y=30)
    start(fabric, fence(aa__mode="none"))
    wanted = frames(fabric, there)
    start(fabric, fence())
    frames(fabric, looking((-6, 0.1, -6), (0, 0, 0), fov_y=30), 20)
    np.testing.assert_array_equal(frames(fabric, there), wanted)
    frames(fabric, there, 5)
    fabric.reset_history()
    np.testing.assert_array_equal(frames(fabric, there), wanted)
    assert is_cut(VIEW, looking((0.2, 0.1, 60), (0, 0, 0)))
    assert is_cut(VIEW, looking((0.2, 0.1, 6), (0.2, 0.1, 0), height=5))
    assert not is_cut(VIEW, looking((0.5, 0.1, 6), (0.9, 0, 0)))


def test_light_that_is_no_number_does_not_stay(fabric: Fabric) -> None:
    """A lamp of NaN lights everything for some frames; then it is mended."""
    start(fabric, fence())
    frames(fabric, VIEW, 5)
    assert fabric.scene is not None
    lights = fabric.scene.woven.lights.copy()
    queue = fabric.gpu.device.queue
    for broken in (np.nan, np.inf, -np.inf):
        wrong = lights.copy()
        wrong["color"] = broken
        queue.write_buffer(fabric.scene.lights.buffer, 0, wrong.tobytes())
        assert np.isfinite(frames(fabric, VIEW, 3)).all()
    queue.write_buffer(fabric.scene.lights.buffer, 0, lights.tobytes())
    healed = frames(fabric, VIEW, 40)
    assert error(healed, truth(fabric, fence())).mean() < 0.03


def test_a_moving_camera_sees_better_than_without(fabric: Fabric) -> None:
    def at(frame: int) -> Observer:
        return looking((0.2 + 0.03 * frame, 0.1, 6), (0.02 * frame, 0, 0), fov_y=30)

    wanted = truth(fabric, fence(), at(20))
    found = {}
    for mode in ("none", "taa"):
        start(fabric, fence(aa__mode=mode))
        for i in range(20):
            frames(fabric, at(i))
        found[mode] = error(frames(fabric, at(20)), wanted).mean()
    assert found["taa"] < 0.8 * found["none"]


# ---- the finished picture --------------------------------------------------------------------------------------


def test_fxaa_smooths_edges_and_nothing_else(fabric: Fabric) -> None:
    scene = stage(Environment(source="color", color=(0.05, 0.1, 0.2)), tonemap__operator="none")
    scene.add("square", Mesh.quad(), Material((0.9, 0.8, 0.7), unlit=True), rotation=(0, 0, 0.0872, 0.9962), scale=2.0)

    def drawn(mode: str, samples: int = 1) -> Any:
        scene.settings = apply_settings(scene.settings, {"aa.mode": mode})
        start(fabric, scene)
        show(fabric, VIEW, SIZE, samples)
        return fabric.read_image().astype(np.float64)

    wanted, without, smooth = drawn("none", 64), drawn("none"), drawn("fxaa")
    edges = np.abs(wanted - without).max(axis=2) > 0
    assert edges.sum() > 100
    assert np.abs(smooth - wanted)[edges].mean() < 0.6 * np.abs(without - wanted)[edges].mean()
    beside = edges.copy()
    for axis in (0, 1):
        beside |= np.roll(beside, 1, axis) | np.roll(beside, -1, axis)
    np.testing.assert_array_equal(smooth[~beside], without[~beside])
    np.testing.assert_array_equal(drawn("fxaa", 64), wanted, err_msg="what is smooth already stays as it is")


@pytest.mark.parametrize("mode", ["taa", "fxaa"])
def test_a_window_shows_the_same(fabric: Fabric, mode: str) -> None:
    start(fabric, fence(aa__mode=mode))
    frames(fabric, VIEW, 3)
    fabric.resize(SIZE)
    wanted = fabric.read_image()
    fabric.reset_history()
    shown = fabric.gpu.device.create_texture(size=(*SIZE, 1), format="rgba8unorm", usage=0x11)
    fabric.present_format = "rgba8unorm"
    try:
        for _ in range(3):
            fabric.begin_frame(VIEW)
            fabric.end_frame(shown.create_view())
    finally:
        del fabric.present_format
    raw: Any = fabric.gpu.device.queue.read_texture({"texture": shown}, {"bytes_per_row": 4 * SIZE[0]}, (*SIZE, 1))
    np.testing.assert_allclose(
        np.frombuffer(raw, np.uint8).reshape(SIZE[1], SIZE[0], 4)[..., :3].astype(int), wanted.astype(int), atol=1
    )
    fabric.show_again()
    np.testing.assert_allclose(fabric.read_image().astype(int), wanted.astype(int), atol=1)


def test_changing_the_mode_while_it_runs(fabric: Fabric) -> None:
    start(fabric, fence(aa__mode="none"))
    alone = frames(fabric, VIEW)
    for mode in ("taa", "fxaa", "taa", "none"):
        fabric.set_post_process_config(apply_settings(fabric.settings, {"aa.mode": mode}))
        np.testing.assert_array_equal(frames(fabric, VIEW), alone)
    assert fabric._post.taa is None
