"""The garden of lights: a thousand lamps that all move, what the keys do, what is told."""

import re
from pathlib import Path

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.app import App
from dreamwell.engine.cli import main
from dreamwell.tests.samples.keys import press, started

MOVING = ("hanging", "floating", "firefly")


@pytest.fixture
def app() -> App:
    return started("lights")


def candela(app: App, tag: str) -> list[float]:
    return [entity[dw.PointLight].candela for entity in app.world.tagged(tag)]


def test_there_are_a_thousand_lamps_and_nearly_all_move(app: App) -> None:
    rows = np.concatenate([app.world.rows_tagged(tag) for tag in MOVING])
    assert len(app.world.lights) >= 1000
    assert len(rows) > 0.9 * len(app.world.lights)
    assert all(app.world.at(row)[dw.PointLight].range > 0 for row in rows.tolist())
    app.step(0.1)
    before, bright = app.world.positions[rows].copy(), candela(app, "floating")
    app.step(1.0)
    assert (np.linalg.norm(app.world.positions[rows] - before, axis=1) > 1e-3).all()
    assert np.mean(np.not_equal(bright, candela(app, "floating"))) > 0.9


def test_keys_stop_them_put_them_out_and_turn_clusters_off(app: App) -> None:
    app.step(0.1)
    press(app, " ", dt=0.1)
    before = app.world.positions[app.world.rows_tagged("firefly")].copy()
    app.step(1.0)
    np.testing.assert_array_equal(app.world.positions[app.world.rows_tagged("firefly")], before)
    press(app, "f", dt=0.1)
    assert set(candela(app, "firefly")) == {0.0}
    press(app, "f", dt=0.1)
    assert max(candela(app, "firefly")) > 0
    press(app, " ", dt=0.1)
    app.step(1.0)
    assert np.abs(app.world.positions[app.world.rows_tagged("firefly")] - before).max() > 0.1
    moon = app.world["moon"][dw.Sun].lux
    press(app, "n", dt=0.1)
    assert app.world["moon"][dw.Sun].lux < moon
    for on in (False, True):
        press(app, "c", dt=0.1)
        assert app.world.settings.lights.clusters == on


def test_without_a_window_the_counters_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quick = ["--size", "64x36", "--set", "shadows.enabled=false"]
    assert main(["run", "lights", "-o", str(tmp_path / "lights.png"), "--frames", "2", *quick]) == 0
    told = capsys.readouterr().out.splitlines()[1]
    assert re.fullmatch(r"1,\d{3} lights, [\d,]+ places in clusters; [\d,]+ instances; CPU [\d,]+ µs", told), told
