"""The many cubes: how many there are, how one flies among them, what the keys do, what is told at the end."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import dreamwell as dw
from dreamwell.engine.app import App
from dreamwell.engine.cli import main
from dreamwell.tests.samples import keys as on_keys
from dreamwell.tests.samples.keys import started

COUNT = 3000
REASONS = ("outside", "small", "far", "occluded")


@pytest.fixture
def app() -> App:
    return started("many_cubes", str(COUNT))


def press(app: App, *keys: str, dt: float = 0.1, **event: Any) -> None:
    """One frame of a tenth of a second with these keys held down, and perhaps an event."""
    on_keys.press(app, *keys, dt=dt, **event)


def eye(app: App) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the camera stands and where it looks."""
    pose = app.world.observer().world_from_camera
    return pose[:, 3].copy(), -pose[:, 2]


def test_there_are_as_many_as_asked_for_in_few_materials(app: App) -> None:
    woven = dw.weave(app.scene)
    assert woven.stats.instances == COUNT
    assert woven.stats.meshes == 1
    assert 8 <= woven.stats.materials <= 16
    assert woven.warnings == ()
    parts = [app.world.rows_tagged(tag) for tag in ("sea", "planet", "ring")]
    assert sum(map(len, parts)) == COUNT
    assert min(map(len, parts)) > COUNT / 10


def test_the_ring_is_flat_and_free_of_the_planet_and_the_sea(app: App) -> None:
    sea, planet, ring = (app.world.positions[app.world.rows_tagged(t)] for t in ("sea", "planet", "ring"))
    centre = planet.mean(axis=0)
    thickness = np.linalg.svd(ring - centre, compute_uv=False)[2] / np.sqrt(len(ring))
    assert thickness < 1
    assert np.linalg.norm(ring - centre, axis=1).min() > np.linalg.norm(planet - centre, axis=1).max() + 5
    assert ring[:, 1].min() > sea[:, 1].max() + 10


def test_untouched_it_flies_by_itself(app: App) -> None:
    places: list[NDArray[np.float64]] = []
    for _ in range(40):
        app.step(3.0)
        place, ahead = eye(app)
        assert place[1] > 10, "over the waves"
        assert ahead @ (np.array((0, 82, 0)) - place) > 0, "towards the planet"
        places.append(place)
    assert (np.ptp(places, axis=0) > 20).all()


def test_keys_and_mouse_take_over_until_space(app: App) -> None:
    app.step(0.1)
    before, ahead = eye(app)
    press(app, "w")
    after, same = eye(app)
    np.testing.assert_allclose(after - before, 3.0 * ahead, atol=1e-2)
    np.testing.assert_allclose(same, ahead, atol=1e-4)
    app.step(5.0)
    np.testing.assert_array_equal(eye(app)[0], after)
    press(app, "ArrowUp", "Shift")
    np.testing.assert_allclose(eye(app)[0] - after, 12.0 * ahead, atol=1e-2)
    press(app, "e")
    press(app, "d")
    moved = eye(app)[0] - after - 12.0 * ahead
    assert moved[1] == pytest.approx(3.0, abs=1e-2)
    assert moved @ np.cross(ahead, (0, 1, 0)) > 0, "to the right"
    press(app, "ArrowLeft")
    assert np.cross(ahead, eye(app)[1])[1] > 0, "turned to the left"
    app.input.feed({"event_type": "pointer_down", "button": 1, "x": 300, "y": 200})
    app.step(0.1)
    level = eye(app)[1][1]
    press(app, event_type="pointer_move", x=300, y=100)
    assert eye(app)[1][1] > level, "dragged up"
    app.input.feed({"event_type": "pointer_up", "button": 1, "x": 300, "y": 100})
    stays = eye(app)[0]
    press(app, " ")
    app.step(1.0)
    assert np.linalg.norm(eye(app)[0] - stays) > 1


@pytest.mark.parametrize(
    ("key", "group", "name"),
    [
        ("f", "cull", "frustum"),
        ("o", "cull", "occlusion"),
        ("p", "cull", "small"),
        ("r", "cull", "rings"),
        ("h", "shadows", "enabled"),
    ],
)
def test_keys_turn_off_and_on(app: App, key: str, group: str, name: str) -> None:
    states: list[bool] = []
    for _ in range(3):
        states.append(getattr(getattr(app.world.settings, group), name))
        press(app, key)
    assert states == [True, False, True]


def test_the_ring_turns_around_the_planet_when_told(app: App) -> None:
    rows = app.world.rows_tagged("ring")
    start = app.world.positions.copy()
    app.step(1.0)
    np.testing.assert_array_equal(app.world.positions[rows], start[rows])
    press(app, "m")
    for _ in range(10):
        app.step(1.0)
    moved = app.world.positions[rows] - start[rows]
    assert (np.linalg.norm(moved, axis=1) > 10).all()
    centre = (0, 82, 0)
    away, before = (np.linalg.norm(p[rows] - centre, axis=1) for p in (app.world.positions, start))
    np.testing.assert_allclose(away, before, rtol=1e-4)
    others = np.setdiff1d(np.concatenate([app.world.rows_tagged(t) for t in ("sea", "planet")]), rows)
    np.testing.assert_array_equal(app.world.positions[others], start[others])


def test_without_a_window_the_counters_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cubes.png"
    quick = ["--size", "160x90", "--set", "shadows.size=256"]
    assert main(["run", "many_cubes", "-o", str(path), "--frames", "5", *quick, "--", str(COUNT)]) == 0
    drawn, said, cpu = capsys.readouterr().out.splitlines()[1].split("; ")
    numbers = dict.fromkeys(REASONS, 0)
    for number, reason in re.findall(r"(\d[\d,]*) (\w+)", said):
        numbers[reason] = int(number.replace(",", ""))
    assert min(numbers["outside"], numbers["occluded"]) > 0
    assert int(re.sub(r"\D", "", drawn)) + sum(numbers.values()) == COUNT
    assert re.fullmatch(r"CPU [\d,]+ µs", cpu)
    with Image.open(path) as image:
        pixels = np.asarray(image)
    assert 40 < pixels.mean() < 190
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 500
