"""The game with a menu: it is played by pointer and by keys, from the menu to the end and back."""

from typing import Any

import pytest

from dreamwell.engine.app import App
from dreamwell.engine.cli.targets import play, samples
from dreamwell.engine.run_options import RunOptions

DT = 1 / 60


@pytest.fixture
def app() -> App:
    made: App = play(samples()["menu"], RunOptions("collect"))
    made.hud.compose((1280, 720))
    return made


def click(app: App, name: str) -> None:
    x, y, w, h = app.hud[name].box
    for kind in ("pointer_move", "pointer_down", "pointer_up"):
        app.input.feed({"event_type": kind, "x": x + w / 2, "y": y + h / 2, "button": 1})
    app.step(DT)


def key(app: App, name: str) -> None:
    for kind in ("key_down", "key_up"):
        app.input.feed({"event_type": kind, "key": name})
    app.step(DT)


def test_a_game(app: App) -> None:
    hud: Any = app.hud
    assert hud["menu"].visible
    click(app, "drag")
    assert hud["drag"].text == "Drag: strong"
    click(app, "play")
    assert not hud["menu"].visible
    for _ in range(60):
        app.step(DT)
    slow = hud["momentum"].value
    assert slow == pytest.approx(0.72 - 0.2, abs=0.01)
    assert float(hud["score"].text.rstrip("°")) == pytest.approx(60 * (0.72 + slow) / 2, abs=1)
    key(app, " ")
    assert hud["momentum"].value > slow + 0.05
    key(app, "p")
    assert hud["menu"].visible
    key(app, "Enter")
    assert not hud["menu"].visible, "the focus is on the first button"
    for _ in range(60 * 5):
        app.step(DT)
    assert hud["menu"].visible
    assert hud["told"].text.startswith("They stand still, after ")


def test_everything_has_room(app: App) -> None:
    left, top, wide, high = app.hud["menu"].box
    for child in app.hud["menu"].children:
        x, y, w, h = child.box
        assert left + 20 <= x
        assert x + w <= left + wide - 20
        assert top + 20 <= y
        assert y + h <= top + high - 20
