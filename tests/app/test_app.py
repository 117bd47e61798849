"""Apps without a window: what their functions are given, what they may change, and how they end."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import dreamwell as dw
from dreamwell.engine.render import DT, Stage, shared_gpu
from dreamwell.engine.run_options import RUN, RunOptions
from dreamwell.engine.scene.settings import VIEWS


def table() -> dw.Scene:
    scene = dw.Scene("the table", seed=1)
    scene.configure({"aa.mode": "none"})  # every frame alone
    scene.add("camera", dw.Camera(), at=(0, 1, 4), toward=(0, 0, 0))
    scene.add("side", dw.Camera(), at=(4, 1, 0), toward=(0, 0, 0))
    scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
    scene.add("cube", dw.Mesh.box(), dw.Material(base_color=(0.9, 0.3, 0.1)))
    return scene


@contextmanager
def told(**options: Any) -> Generator[RunOptions]:
    """As if `dream` had been given these options."""
    made = RunOptions("headless", (64, 36), **options)
    token = RUN.set(made)
    try:
        yield made
    finally:
        RUN.reset(token)


def test_without_a_display_the_last_frame_becomes_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    app = dw.App(table(), size=(64, 36))
    steps: list[float] = []

    @app.update
    def note(world: dw.World, dt: float) -> None:
        steps.append(dt)
        world["cube"].rotate(y=90 * dt)

    app.run()
    assert steps == [DT] * 10
    assert app.time == pytest.approx(10 / 60)
    assert capsys.readouterr().out == "out/the-table.png: 64x36, 10 frames, since there is no display\n"
    with Image.open(tmp_path / "out" / "the-table.png") as image:
        found = np.asarray(image)
    turned = table()
    turned["cube"].rotation = (0, np.sin(np.radians(7.5)), 0, np.cos(np.radians(7.5)))
    difference = np.abs(found.astype(int) - dw.render(turned, (64, 36)))
    assert difference.mean() < 0.1, "the picture shows the cube after a sixth of a second"


def test_the_command_line_decides_over_the_script(tmp_path: Path) -> None:
    output = tmp_path / "picture.npy"
    with told(frames=3, output=output, camera="side", environment="none", settings={"shadows.enabled": "off"}) as run:
        app = dw.App(table(), size=(640, 360), settings={"shadows.enabled": True, "exposure.compensation": 1})
        app.run()
    assert run.app is app
    assert run.picture is not None
    assert run.picture.report["frames"] == 3
    light = np.load(output)
    assert (light.shape, light.dtype) == ((36, 64, 3), np.float32)
    assert (light == run.picture.image).all()
    assert (light[0, 0] == 0).all(), "black surroundings"
    assert app.camera.name == "side"
    assert not app.world.settings.shadows.enabled
    assert app.world.settings.exposure.compensation == 1


def test_changes_until_the_start_are_seen() -> None:
    scene = table()
    app = dw.App(scene)
    scene.add("late")
    assert "late" in app.world
    assert app.scene is scene


def fails(app: dw.App, tmp_path: Path) -> dw.ScriptError:
    with told(output=tmp_path / "never.png"), pytest.raises(dw.ScriptError) as error:
        app.run()
    assert not (tmp_path / "never.png").exists()
    return error.value


def test_an_error_in_an_update_names_the_file_and_the_line(tmp_path: Path) -> None:
    app = dw.App(table(), size=(64, 36))

    def helper(world: dw.World) -> None:
        world["cub"].rotate(y=1)  # the line that is meant

    @app.update
    def turn(world: dw.World, dt: float) -> None:
        helper(world)

    error = fails(app, tmp_path)
    line = next(
        i for i, text in enumerate(Path(__file__).read_text().splitlines(), 1) if "the line that is meant" in text
    )
    first, *trace = str(error).splitlines()
    assert first == (
        f'turn() failed in test_app.py, line {line}: SceneError: the world has no object "cub"; there is "cube"'
    )
    assert f'  File "{__file__}", line {line}, in helper' in trace
    assert not any("engine" in text for text in trace), "the engine's own frames are left out"
    assert isinstance(error.__cause__, dw.SceneError)


def test_keys_come_to_their_functions_before_the_update() -> None:
    app = dw.App(table())
    heard: list[Any] = []
    app.on_key(heard.append)
    app.update(lambda world, dt: heard.append(("update", app.input.held("q"))))
    app.input.feed({"event_type": "key_down", "key": "Q"})
    app.step(DT)
    app.step(DT)
    assert heard == ["q", ("update", True), ("update", True)]


def test_another_scene_is_loaded_or_nothing_changes(tmp_path: Path) -> None:
    other = dw.Scene("other", seed=2)
    other.add("ball", dw.Mesh.sphere())
    other.save(tmp_path / "other.dream")
    broken = dw.Scene("broken", seed=3)
    broken.add("ball", dw.Mesh.load("nowhere.glb"))
    app = dw.App(table())
    seen: list[str] = []
    app.update(lambda world, dt: seen.append(world.woven.name))
    app.step(DT)
    with pytest.raises(dw.SceneError, match="nowhere"):
        app.load(broken)
    with pytest.raises(dw.SceneError, match="does not exist"):
        app.load(tmp_path / "missing.dream")
    app.step(DT)
    assert app.load(tmp_path / "other.dream") is app.world
    app.step(DT)
    assert seen == ["the table", "the table", "other"]
    assert app.scene.name == "other"


def test_a_scene_swapped_during_the_run_is_drawn(tmp_path: Path) -> None:
    red = dw.Scene("red", seed=2)
    red.add("sky", dw.Environment(source="color", color=(1, 0, 0)))
    output = tmp_path / "picture.npy"
    with told(frames=3, output=output):
        app = dw.App(table())
        steps: list[float] = []

        @app.update
        def swap(world: dw.World, dt: float) -> None:
            steps.append(dt)
            if len(steps) == 2:
                app.load(red)

        app.run()
    np.testing.assert_allclose(np.load(output), np.broadcast_to([1, 0, 0], (36, 64, 3)), atol=0.01)


def test_other_surroundings_leave_the_world_as_it_is(tmp_path: Path) -> None:
    output = tmp_path / "picture.npy"
    with told(frames=2, output=output):
        app = dw.App(table())
        world = app.world

        @app.update
        def change(world: dw.World, dt: float) -> None:
            world["cube"].position = (50, 0, 0)
            if app.environment is None:
                app.environment = (0, 3, 0)

        app.run()
    assert app.world is world
    light = np.load(output)
    np.testing.assert_allclose(light, np.broadcast_to([0, 3, 0], light.shape), rtol=0.01, atol=0.01)
    lit = table()
    lit.add("sky", dw.Environment(source="color", color=(0, 3, 0)))
    assert world.appearance.ev100 == dw.weave(lit).metered_ev100, "the exposure follows"
    with pytest.raises(dw.SceneError, match=r"nowhere\.hdr"):
        app.environment = tmp_path / "nowhere.hdr"
    assert app.environment == (0, 3, 0)


def test_a_suffix_that_can_not_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    with told(output=tmp_path / "picture.tga"):
        app = dw.App(table())
        calls: list[float] = []
        app.update(lambda world, dt: calls.append(dt))
        with pytest.raises(dw.AssetError, match=r"\.tga.*must be one of \.png"):
            app.run()
    assert calls == []


# ---- looking inside ---------------------------------------------------------------------------------------------


def pressed(app: dw.App, *keys: str) -> None:
    """One frame in which keys go down and up again."""
    for key in keys:
        app.input.feed({"event_type": "key_down", "key": key})
    app.step(DT)
    for key in keys:
        app.input.feed({"event_type": "key_up", "key": key})
    app.input.next_frame()


def test_function_keys_step_through_the_views() -> None:
    app = dw.App(table(), size=(64, 36))
    heard: list[str] = []
    app.on_key(heard.append)
    found = ["none"]
    for _ in VIEWS:
        pressed(app, "F2")
        found.append(app.world.settings.debug.view)
    assert found == [*VIEWS, "none"]
    pressed(app, "Shift", "F2")
    assert app.world.settings.debug.view == VIEWS[-1]
    pressed(app, "F3")
    assert app.world.settings.debug.view == "none"
    pressed(app, "F4")
    assert app.world.settings.debug.timings
    pressed(app, "F4", "x")
    assert not app.world.settings.debug.timings
    assert heard == ["Shift", "x"], "the game hears of none of them"


def test_a_game_may_have_the_function_keys() -> None:
    app = dw.App(table(), size=(64, 36), inspect=False)
    heard: list[str] = []
    app.on_key(heard.append)
    pressed(app, "F2", "F12")
    assert heard == ["F12", "F2"]
    assert app.world.settings.debug.view == "none"


def test_a_key_keeps_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "the-table-0001.png").write_bytes(b"of before")

    def press(done: int, total: int) -> None:
        if done == 2:
            app.input.feed({"event_type": "key_down", "key": "F12"})

    with told(frames=4, output=tmp_path / "last.png", progress=press):
        app = dw.App(table())
        app.update(lambda world, dt: world["cube"].rotate(y=400 * dt))
        with pytest.raises(dw.GpuError, match="no picture"):
            app.screenshot()
        app.run()
    assert capsys.readouterr().out.splitlines()[0] == "the-table-0002.png"
    assert (tmp_path / "the-table-0001.png").read_bytes() == b"of before"
    kept = np.asarray(Image.open(tmp_path / "the-table-0002.png"))
    last = np.asarray(Image.open(tmp_path / "last.png"))
    assert kept.shape == last.shape == (36, 64, 3)
    assert (kept != last).any(), "of the third frame, not of the fourth"
    assert app.screenshot() == Path("the-table-0003.png")
    assert (np.asarray(Image.open(tmp_path / "the-table-0003.png")) == last).all()


def test_every_frame_may_be_captured(tmp_path: Path) -> None:
    folder = tmp_path / "film"
    with told(frames=3, capture=folder, timed=True) as run:
        app = dw.App(table())
        app.update(lambda world, dt: world["cube"].rotate(y=2000 * dt))
        app.run()
    assert sorted(path.name for path in folder.iterdir()) == ["0001.png", "0002.png", "0003.png"]
    frames = [np.asarray(Image.open(folder / f"{i}.png")) for i in ("0001", "0002", "0003")]
    assert (frames[0] != frames[1]).any()
    assert (frames[1] != frames[2]).any()
    assert run.picture is not None
    assert (frames[2] == run.picture.image).all()
    assert run.report["frames"] == 3
    assert run.report["passes_cpu_us"]["main"] > 0
    passes = run.report.get("passes")  # not every adapter can tell
    assert passes is None or (passes["main"] > 0 and {"depth", "tonemap"} < set(passes))


def test_times_of_the_passes_are_written_over_the_picture() -> None:
    stage = Stage(shared_gpu(), (320, 180))
    world = dw.World(dw.weave(table()))
    stage.draw(world, 0)
    plain = stage.fabric.read_image()
    world.configure({"debug.timings": True})
    for _ in range(3):
        stage.draw(world, 0)
    written = stage.fabric.read_image()
    assert (written[:100, 160:] != plain[:100, 160:]).any(axis=2).sum() > 500
    assert (written[:, :80] == plain[:, :80]).all()
    world.configure({"debug.timings": False})
    stage.draw(world, 0)
    assert (stage.fabric.read_image() == plain).all()
    assert stage.fabric._pass_times is None
