"""`dream new`: what it makes is a game that runs, and that a person can play."""

import sys
from pathlib import Path

import pytest

import dreamwell as dw
from dreamwell.engine.cli import main
from dreamwell.engine.cli.targets import find, play
from dreamwell.engine.run_options import RunOptions


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that was just made."""
    monkeypatch.chdir(tmp_path)
    for name in ("coins", "player"):  # another test's, from another folder
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert main(["new", "coin-hunt"]) == 0
    return tmp_path / "coin-hunt"


def text_of(app: dw.App, name: str) -> str:
    shown = app.hud[name]
    assert isinstance(shown, dw.Text)
    return shown.text


def press(app: dw.App, key: str, kind: str = "key_down") -> None:
    app.input.feed({"event_type": kind, "key": key})


def test_its_files(game: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert {path.name for path in game.iterdir()} == {
        "game.py",
        "player.py",
        "coins.py",
        "scene.dream",
        "README.md",
        ".gitignore",
    }
    assert "dream run coin-hunt" in (game / "README.md").read_text()
    scene = dw.load(game / "scene.dream")
    assert scene.name == "Coin hunt"
    assert sum("Coin" in [type(c).__name__ for c in obj.components] for obj in scene) == 8
    assert scene.dumps() == (game / "scene.dream").read_text(), "in the form that a save gives"
    capsys.readouterr()
    assert main(["new", "coin-hunt"]) == 1
    assert "is there already" in capsys.readouterr().err


def test_it_runs(game: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["run", "coin-hunt", "-o", "a.png", "--size", "160x90", "--frames", "3"]) == 0
    assert capsys.readouterr().err == ""
    assert (game.parent / "a.png").stat().st_size > 1000


def test_it_is_played(game: Path) -> None:
    app = play(find("coin-hunt"), RunOptions("collect"))
    press(app, "ArrowRight")
    for _ in range(60):
        app.step(1 / 60)
    x, y, z = app.world["player"].position
    assert (x, y, z) == (pytest.approx(6.2, abs=0.2), pytest.approx(0.6), 2)
    for _ in range(60):
        app.step(1 / 60)
    assert app.world["player"].position[0] == pytest.approx(9.4), "the ball stays on the field"
    press(app, "ArrowRight", "key_up")
    app.world["player"].position = app.world["coin-0"].position
    for _ in range(60):
        app.step(1 / 60)
    assert text_of(app, "score") == "Score 1"
    assert "coin-0" not in app.world
    press(app, "r")
    app.step(1 / 60)
    app.step(1 / 60)
    assert text_of(app, "score") == "Score 0"
    assert "coin-0" in app.world
