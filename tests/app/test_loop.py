"""Ticks and frames: how many, in which order, and what of the player each of them sees."""

from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.loop import LONGEST_STEP, Clock, Loop
from dreamwell.engine.render import DT, Stage, shared_gpu
from dreamwell.tests.fabric.drawing import UNIT_EV100

TICK = 1 / 60


def room(name: str = "room") -> dw.Scene:
    scene = dw.Scene(name, seed=1)
    scene.configure({"aa.mode": "none"})
    scene.add("camera", dw.Camera(), at=(0, 0, 4), toward=(0, 0, 0))
    scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
    scene.add("cube", dw.Mesh.box(), dw.Material(base_color=(0.9, 0.3, 0.1)), at=(0, 0, 0))
    return scene


# ---- counting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [30, 50, 60, 120, 144])
def test_frames_of_equal_length_come_to_the_right_number_of_ticks(rate: int) -> None:
    loop = Loop(rate)
    counted = 0
    for frame in range(1, 6001):
        due, dt = loop.advance(DT)
        assert dt == DT
        counted += due
        assert counted == int(np.ceil(frame * rate / 60 - 1e-6))
    assert loop.alpha == pytest.approx(1.0, abs=1e-2)


def test_a_frame_of_a_ticks_length_shows_exactly_its_state() -> None:
    loop = Loop(60)
    for _ in range(100_000):
        assert loop.advance(DT)[0] == 1
        assert loop.alpha == 1.0


def test_frames_between_ticks_lie_between_their_states() -> None:
    loop = Loop(60)
    seen = []
    for _ in range(8):
        due, _ = loop.advance(TICK / 4)
        seen.append((due, round(loop.alpha, 6)))
    assert seen == [(1, 0.25), (0, 0.5), (0, 0.75), (0, 1.0)] * 2
    assert loop.advance(TICK * 2.5) == (3, TICK * 2.5)
    assert loop.alpha == pytest.approx(0.5)


def test_slow_motion_and_a_pause_that_is_stepped_through() -> None:
    loop = Loop(60)
    loop.scale = 0.5
    assert [loop.advance(TICK) for _ in range(4)] == [(1, TICK / 2), (0, TICK / 2)] * 2
    loop.scale = 0
    assert loop.advance(TICK) == (0, 0.0)
    loop.scale = 1
    loop.advance(TICK * 0.3)
    assert loop.alpha == pytest.approx(0.3)
    loop.paused = True
    assert loop.advance(1.0) == (0, 0.0)
    assert loop.alpha == pytest.approx(0.3), "the picture stands still"
    loop.step()
    loop.step()
    assert loop.advance(1.0) == (2, 2 * TICK)
    assert loop.alpha == 1.0
    assert loop.advance(1.0) == (0, 0.0)
    loop.paused = False
    assert loop.advance(TICK) == (1, TICK)


def test_what_a_loop_can_not_do_is_told() -> None:
    for rate in (0, 1001, 59.94, True):
        with pytest.raises(dw.DreamwellError, match=r"tick_rate is .*; it must be a whole number"):
            dw.App(room(), tick_rate=rate)  # type: ignore[arg-type]
    app = dw.App(room())
    for scale in (-1, 101, float("nan")):
        with pytest.raises(dw.DreamwellError, match="time_scale is"):
            app.time_scale = scale
    for dt in (-0.1, float("inf"), float("nan")):
        with pytest.raises(dw.DreamwellError, match="a frame can't be"):
            app.step(dt)


def test_a_long_pause_counts_as_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("dreamwell.engine.loop.time.perf_counter", lambda: now)
    clock = Clock(DT)
    assert clock.tick() == pytest.approx(DT)
    now += 60
    assert clock.tick() == LONGEST_STEP
    now += 0.01
    assert clock.tick() == pytest.approx(0.01)


# ---- the app ----------------------------------------------------------------------------------------------------


def test_ticks_come_before_the_frames_updates_and_are_all_alike() -> None:
    app = dw.App(room(), tick_rate=50)
    heard: list[Any] = []
    app.fixed(lambda world, dt: heard.append(("tick", app.tick, dt)))
    app.update(lambda world, dt: heard.append(("frame", app.tick, dt)))
    app.step(0.05)
    app.step(0.001)
    assert heard == [
        ("tick", 1, 0.02), ("tick", 2, 0.02), ("tick", 3, 0.02), ("frame", 3, 0.05), ("frame", 3, 0.001),
    ]  # fmt: skip
    assert app.time == pytest.approx(0.051)
    assert app.tick_rate == 50


def test_a_paused_app_goes_on_with_its_menus() -> None:
    app = dw.App(room())
    heard: list[Any] = []
    app.fixed(lambda world, dt: heard.append("tick"))
    app.update(lambda world, dt: heard.append(dt))
    app.paused = True
    app.step()
    app.step_tick()
    app.step()
    app.step()
    assert heard == [0.0, "tick", TICK, 0.0]
    assert app.time == pytest.approx(TICK)
    app.paused = False
    app.time_scale = 2
    app.step()
    assert heard[4:] == ["tick", "tick", 2 * TICK]


def test_an_error_in_a_tick_names_the_file_and_the_line() -> None:
    app = dw.App(room())

    @app.fixed
    def fall(world: dw.World, dt: float) -> None:
        world["cub"].translate(y=-1)

    with pytest.raises(dw.ScriptError, match=r'fall\(\) failed in test_loop\.py, line \d+: .*there is "cube"'):
        app.step()


def test_what_went_down_is_seen_by_one_tick_and_one_frame() -> None:
    app = dw.App(room())
    heard: list[Any] = []
    app.fixed(lambda world, dt: heard.append(("tick", *sorted(app.input.pressed), app.input.moved, app.input.wheel)))
    app.update(lambda world, dt: heard.append(("frame", *sorted(app.input.pressed), app.input.moved, app.input.wheel)))
    app.step(TICK)
    heard.clear()
    feed = app.input.feed
    feed({"event_type": "pointer_move", "x": 10, "y": 10})
    feed({"event_type": "key_down", "key": "a"})
    feed({"event_type": "pointer_move", "x": 13, "y": 14})
    app.step(2.25 * TICK)  # three ticks
    feed({"event_type": "key_down", "key": "b"})
    feed({"event_type": "wheel", "dy": -100})
    app.step(0.25 * TICK)  # none
    feed({"event_type": "key_down", "key": "c"})
    feed({"event_type": "wheel", "dy": -100})
    app.step(0.25 * TICK)  # none
    app.step(0.5 * TICK)  # one
    still = (0.0, 0.0)
    assert heard == [
        ("tick", "a", (3.0, 4.0), 0.0), ("tick", still, 0.0), ("tick", still, 0.0), ("frame", "a", (3.0, 4.0), 0.0),
        ("frame", "b", still, 1.0),
        ("frame", "c", still, 1.0),
        ("tick", "b", "c", still, 2.0), ("frame", still, 0.0),
    ]  # fmt: skip
    assert app.input.keys == {"a", "b", "c"}


def test_another_scene_may_be_loaded_within_a_tick() -> None:
    app = dw.App(room())
    seen: list[str] = []

    @app.fixed
    def swap(world: dw.World, dt: float) -> None:
        seen.append(world.woven.name)
        world["cube"].translate(x=1)
        if len(seen) == 1:
            app.load(room("other"))

    app.step(TICK * 1.5)
    assert seen == ["room", "other"]
    assert app.world.woven.name == "other"
    stage = Stage(shared_gpu(), (32, 18))
    stage.draw(app.world, 0)


# ---- what is drawn ----------------------------------------------------------------------------------------------


def drawn(app: dw.App) -> np.ndarray[Any, Any]:
    stage = Stage(shared_gpu(), (96, 54))
    stage.draw(app.world, 0)
    return stage.fabric.read_image().astype(int)


def placed(x: float) -> np.ndarray[Any, Any]:
    scene = room()
    scene["cube"].position = (x, 0, 0)
    return drawn(dw.App(scene))


def test_pictures_show_what_lies_between_two_ticks() -> None:
    app = dw.App(room())
    app.fixed(lambda world, dt: world["cube"].translate(x=0.5))
    stage = Stage(shared_gpu(), (96, 54))
    shown: list[np.ndarray[Any, Any]] = []
    for dt in (TICK, TICK * 1.5, TICK * 0.5):
        app.step(dt)
        stage.draw(app.world, 0)
        shown.append(stage.fabric.read_image().astype(int))
        assert app.world["cube"].position[0] == 0.5 * app.tick, "the world has the last tick's state"
    assert app.tick == 3
    for picture, x in zip(shown, (0.5, 1.25, 1.5), strict=True):
        wanted = placed(x)
        assert np.abs(picture - wanted).max() <= 1, f"as if it stood at {x}"
    assert np.abs(shown[1] - placed(1.5)).max() > 30, "and nowhere else"


def test_a_camera_that_ticks_move_is_between_them_too() -> None:
    app = dw.App(room())
    app.fixed(lambda world, dt: world.camera.translate(x=1))
    app.step(TICK)
    drawn(app)
    app.step(TICK / 4)
    wanted = room()
    wanted["camera"].position = (1.25, 0, 4)
    assert np.abs(drawn(app) - drawn(dw.App(wanted))).max() <= 1
    assert app.camera.position[0] == 2


def test_what_scripts_move_at_ticks_is_between_them_too() -> None:
    app = dw.App(room())

    class Slide(dw.Behaviour):
        def fixed_update(self, dt: float) -> None:
            self.entity.translate(x=1)

    @app.system(dw.Query(dw.Position, tag="high"))
    def rise(batch: dw.Batch, dt: float) -> None:
        batch[dw.Position] += (0, 1, 0)

    app.scene["cube"].set(Slide())
    app.scene.add("other", dw.Mesh.box(), tags={"high"})
    app.scene.add("tweened", dw.Mesh.box())
    app.start(lambda world: world.tween(world["tweened"], "position", to=(0, 0, 6), seconds=0.1) and None)
    app.step(TICK)
    app.step(TICK / 4)
    cube, other, tweened = (app.world[name].drawn_position for name in ("cube", "other", "tweened"))
    np.testing.assert_allclose((cube, other, tweened), [(1.25, 0, 0), (0, 1.25, 0), (0, 0, 1.25)], atol=1e-6)
    assert app.world["cube"].position == (2, 0, 0)


def test_what_a_tween_left_stays_there() -> None:
    app = dw.App(room())
    app.start(lambda world: world.tween(world["cube"], "position", to=(3, 0, 0), seconds=3 * TICK) and None)
    seen: list[float] = []
    app.update(lambda world, dt: seen.append(round(world["cube"].drawn_position[0], 3)))
    for _ in range(24):
        app.step(TICK / 4)
    assert seen[:12] == pytest.approx([0.25 * i for i in range(1, 13)], abs=1e-3)
    assert seen[12:] == [3] * 12


def test_going_back_is_a_jump() -> None:
    app = dw.App(room())
    kept: list[dw.Snapshot] = []

    @app.fixed
    def move(world: dw.World, dt: float) -> None:
        world["cube"].translate(x=1)
        if app.tick == 2:
            kept.append(world.snapshot())
        if app.tick == 5:
            world.restore(kept[0])

    for _ in range(4):
        app.step(TICK)
    app.step(TICK / 2)
    assert app.world["cube"].drawn_position == app.world["cube"].position == (2, 0, 0)


def test_motion_vectors_are_those_of_what_is_drawn() -> None:
    scene = room()
    scene.configure({"debug.view": "motion", "exposure.mode": "manual", "exposure.ev100": UNIT_EV100})
    scene["cube"].position = (0, 0, -4)
    app = dw.App(scene)
    app.fixed(lambda world, dt: world["cube"].translate(x=0.1))
    stage = Stage(shared_gpu(), (96, 54))

    def motion() -> float:
        """Pixels to the right that the cube's front went since the frame before."""
        shown = stage.fabric.read_linear()[27, 48, :2].astype(np.float64) * 4 - 1
        return float((shown * 3 / (1 - np.linalg.norm(shown)))[0])

    lens = app.world.lens
    per_metre = 27 / np.tan(np.radians(lens.fov_y) / 2) / 7.5  # at the cube's near side
    found = []
    for dt in (1, 0.5, 0.25, 0.25, 0):
        app.step(TICK * dt)
        stage.draw(app.world, 0)
        found.append(motion())
    np.testing.assert_allclose(found[1:], np.array([0.05, 0.025, 0.025, 0]) * per_metre, atol=0.03)


def test_without_ticks_nothing_is_remembered() -> None:
    app = dw.App(room())
    app.update(lambda world, dt: world["cube"].rotate(y=90 * dt))
    app.step()
    assert app.world.between is None
