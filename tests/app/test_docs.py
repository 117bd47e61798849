"""The first thing that people copy from the documentation works."""

import re
from pathlib import Path

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.cli.targets import Target, play
from dreamwell.engine.run_options import RunOptions


def test_the_first_game_of_the_scripting_page_runs(checkout: Path, tmp_path: Path) -> None:
    page = (checkout / "docs" / "scripting.md").read_text(encoding="utf-8")
    first = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert first is not None
    (tmp_path / "hello.py").write_text(first[1], encoding="utf-8")
    options = RunOptions("headless", (96, 54), frames=2, output=tmp_path / "hello.png")
    app = play(Target(tmp_path / "hello.py"), options)
    assert app.world["cube"].rotation[1] == np.float32(np.sin(np.radians(45 * 2 / 60 / 2)))
    assert options.picture is not None
    assert options.picture.image.std() > 10


def test_the_first_game_of_the_page_about_time_runs(checkout: Path) -> None:
    page = (checkout / "docs" / "loop.md").read_text(encoding="utf-8")
    first = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert first is not None
    scene = dw.Scene("page", seed=1)
    scene.add("camera", dw.Camera(), at=(0, 0, 9))
    scene.add("ball", dw.Mesh.sphere(), at=(0, 5, 0))
    names = {"dw": dw, "scene": scene}
    exec(first[1], names)
    app = names["app"]
    assert isinstance(app, dw.App)
    assert app.seed == 7
    app.step(1.5 / 60)
    assert app.world["ball"].position[1] == pytest.approx(5 - 4 / 60)
    assert app.world["ball"].drawn_position[1] == pytest.approx(5 - 3 / 60)


def test_the_game_of_the_page_about_giving_it_to_others_runs(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (checkout / "docs" / "shipping.md").read_text(encoding="utf-8")
    first = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert first is not None
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    folder = tmp_path / "my game"
    folder.mkdir()
    scene = dw.Scene("yard", seed=1)
    scene.add("ball", dw.Mesh.sphere())
    scene.save(folder / "scene.dream")
    (folder / "game.py").write_text(first[1], encoding="utf-8")
    for again in (False, True):
        options = RunOptions("headless", (64, 36), frames=1, output=tmp_path / "p.png")
        app = play(Target(folder / "game.py"), options)
        if again:
            assert app.bindings.actions["jump"][0].name == "j", "they were kept"
        app.bindings.bind("jump", "j")
        app.input.feed({"event_type": "key_down", "key": "F1"})
        app.step()
    assert (tmp_path / ".my-game" / "keys.json").exists()


def test_the_hud_page_is_complete_and_its_first_game_runs(checkout: Path, tmp_path: Path) -> None:
    page = (checkout / "docs" / "hud.md").read_text(encoding="utf-8")
    for kind in (dw.Text, dw.Panel, dw.Bar, dw.Image, dw.Button):
        for name in kind.DEFAULTS:
            assert f"`{name}`" in page, f"{name} of {kind.KIND}"
    first = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert first is not None
    (tmp_path / "game.py").write_text(first[1], encoding="utf-8")
    options = RunOptions("headless", (400, 300), frames=2, output=tmp_path / "game.png")
    app = play(Target(tmp_path / "game.py"), options)
    assert app.hud["score"].box[:2] == (16, 16)
    assert options.picture is not None
    assert (options.picture.image[:50, :120] > 230).all(axis=-1).sum() > 50, "white letters"
