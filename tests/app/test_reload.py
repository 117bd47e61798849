"""A game whose files are changed while it runs: what a person sees, what stays, and what is told."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.declare import component_types

PLAYER = '''
import dreamwell as dw

STEP = 1.0


class Runner(dw.Behaviour):
    """Runs."""

    speed: float = dw.field(default=2.0)

    def start(self):
        self.steps = 0
        self.world.every(0.5, self.beat)

    def update(self, dt):
        self.steps += 1
        self.entity.translate(x=self.speed * STEP)

    def beat(self):
        self.entity.tag("beat")
'''
COINS = '''
import dreamwell as dw
from dataclasses import dataclass

import runner


@dw.component
class Purse:
    """Money."""

    coins: int = dw.field(default=3)


@dataclass
class Paid:
    """Something was paid."""

    much: int


@dw.system(dw.Query(dw.Position, Purse))
def sink(batch, dt):
    batch[dw.Position] -= (0, 0.25, 0)


@dw.on(Paid)
def pay(event, world):
    world["hero"][Purse].coins -= event.much


@dw.start
def begin(world):
    world.run(slowly(world))


def slowly(world):
    while True:
        yield dw.wait(0.1)
        world.emit(Paid(1))
'''


@pytest.fixture(autouse=True)
def modules(tmp_path: Path) -> Iterator[None]:
    known, kinds, paths = set(sys.modules), dict(component_types()), list(sys.path)
    yield
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]
    assert sys.path == paths
    from dreamwell.engine import declare

    declare._components.clear()  # type: ignore[attr-defined]
    declare._components.update(kinds)  # type: ignore[attr-defined]


def scene(**more: Any) -> dw.Scene:
    made = dw.Scene("yard", **more)
    made.configure({"aa.mode": "none", "shadows.enabled": False} if False else {"aa.mode": "none"})
    made.add("camera", dw.Camera(fov_y=60), at=(0, 0, 8), toward=(0, 0, 0))
    made.add("sun", dw.Sun(lux=60_000), toward=(-1, -2, -1))
    made.add("hero", dw.Mesh.box(), dw.Material(base_color=(0.9, 0.1, 0.1)))
    return made


def game(folder: Path) -> dw.App:
    """A scene file with two scripts, one of which imports the other."""
    (folder / "runner.py").write_text(PLAYER)
    (folder / "purse.py").write_text(COINS)
    scene(root=folder).save(folder / "yard.dream")
    text = (folder / "yard.dream").read_text()
    text = text.replace('"Mesh"', '"Purse": {}, "Runner": {}, "Mesh"')
    text = text.replace('"name": "yard"', '"scripts": ["runner.py", "purse.py"], "name": "yard"')
    (folder / "yard.dream").write_text(text)
    return dw.App(folder / "yard.dream", reload=True, on_error="stop-script", seed=1)


def kind(name: str) -> Any:
    return component_types()[name]


def rewrite(path: Path, old: str, new: str) -> None:
    """As an editor that is slow enough: the file is settled when it is looked at next."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def play(app: dw.App, frames: int = 1) -> dw.World:
    for _ in range(frames):
        app.step(0.1)
    return app.world


# ---- scripts ----------------------------------------------------------------------------------------------------


def test_a_behaviour_goes_on_with_new_code_and_keeps_what_it_has_in_mind(tmp_path: Path) -> None:
    app = game(tmp_path)
    world = play(app, 3)
    hero = world["hero"]
    one = hero[kind("Runner")]
    assert (one.steps, hero.position[0]) == (3, 6.0)
    one.speed = 5.0
    rewrite(tmp_path / "runner.py", "self.steps += 1", "self.steps += 100")
    rewrite(tmp_path / "runner.py", "STEP = 1.0", "STEP = -1.0")
    assert app.reload() == (tmp_path / "runner.py",)
    assert app.world is world
    assert hero[kind("Runner")] is one
    play(app)
    assert (one.steps, one.speed, hero.position[0]) == (103, 5.0, 1.0)


def test_what_imports_a_changed_file_is_run_again_too(tmp_path: Path) -> None:
    app = game(tmp_path)
    world = play(app, 3)
    assert world["hero"][kind("Purse")].coins == 1
    rewrite(tmp_path / "purse.py", "-= event.much", "-= 10 * event.much")
    app.reload()
    play(app, 2)
    assert world["hero"][kind("Purse")].coins == -19, "the coroutine emits the new Paid, which the new listener hears"
    assert len(world.schedule.coroutines) == 1, "@start is not called again"


def test_fields_come_and_go_and_defaults_change(tmp_path: Path) -> None:
    app = game(tmp_path)
    world = play(app)
    hero = world["hero"]
    purse = hero[kind("Purse")]
    purse.coins = 7
    other = world.spawn("hero")
    rewrite(tmp_path / "runner.py", "default=2.0)", "default=4.0)\n    name: str = dw.field(default='bob')")
    rewrite(tmp_path / "purse.py", "coins: int = dw.field(default=3)", "coins: int = dw.field(default=3)\n    notes: float = dw.field(default=0.5)")
    app.reload()
    assert (hero[kind("Runner")].speed, hero[kind("Runner")].name) == (4.0, "bob")
    assert (hero[kind("Purse")].coins, hero[kind("Purse")].notes, other[kind("Purse")].notes) == (7, 0.5, 0.5)
    assert purse.coins == 7, "a handle from before goes on"
    rewrite(tmp_path / "purse.py", "coins: int = dw.field(default=3)\n", "")
    rewrite(tmp_path / "purse.py", ".coins -=", ".notes -=")
    app.reload()
    assert not hasattr(hero[kind("Purse")], "coins")
    play(app)
    assert world.schedule.errors == []


def test_systems_are_replaced_dropped_and_added(tmp_path: Path) -> None:
    app = game(tmp_path)
    world = play(app)
    hero = world["hero"]
    start = hero.position[1]
    rewrite(tmp_path / "purse.py", "-= (0, 0.25, 0)", "+= (0, 1, 0)")
    app.reload()
    play(app)
    assert hero.position[1] > start + 2
    rewrite(tmp_path / "purse.py", "@dw.system(dw.Query(dw.Position, Purse))", "")
    app.reload()
    start = hero.position[1]
    play(app)
    assert hero.position[1] == start
    assert not world.schedule._systems["fixed"]
    (tmp_path / "purse.py").write_text(COINS + '\n\n@dw.system(stage="late")\ndef more(world, dt):\n    world["hero"].tag("late")\n')
    app.reload()
    play(app)
    assert hero.position[1] < start
    assert "late" in hero.tags


def test_what_raised_goes_on_when_it_is_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = game(tmp_path)
    world = play(app)
    one = world["hero"][kind("Runner")]
    rewrite(tmp_path / "runner.py", "self.steps += 1", "self.steps += nothing")
    app.reload()
    play(app, 2)
    assert one.ended
    assert capsys.readouterr().err.count("NameError") == 1
    rewrite(tmp_path / "runner.py", "self.steps += nothing", "self.steps += 1")
    app.reload()
    play(app, 2)
    assert not one.ended
    assert one.steps == 3
    assert "beat" not in world["hero"].tags
    rewrite(tmp_path / "runner.py", '"beat"', '"drum"')
    app.reload()
    play(app, 8)
    assert "drum" in world["hero"].tags, "a timer calls the method as it is now"


@pytest.mark.parametrize(
    ("broken", "told"),
    [("def update(self, dt:", r"runner\.py.*\n.*line \d+"), ("1 / 0\ndef late(", r"failed in runner\.py, line \d+: Zero")],
)
def test_a_broken_script_is_told_and_the_old_code_goes_on(tmp_path: Path, broken: str, told: str) -> None:
    app = game(tmp_path)
    world = play(app)
    one, kinds = world["hero"][kind("Runner")], dict(component_types())
    good = (tmp_path / "runner.py").read_text()
    (tmp_path / "runner.py").write_text(good.replace("class Runner", f"{broken}\n\n\nclass Runner", 1))
    with pytest.raises(dw.ScriptError, match=told):
        app.reload()
    assert dict(component_types()) == kinds
    play(app)
    assert one.steps == 2
    (tmp_path / "runner.py").write_text(good.replace("+= 1", "+= 10"))
    app.reload()
    play(app)
    assert one.steps == 12


def test_changes_are_noticed_while_it_runs_and_trouble_is_shown_until_it_is_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = game(tmp_path)
    world = play(app)
    one = world["hero"][kind("Runner")]
    good = (tmp_path / "runner.py").read_text()
    (tmp_path / "runner.py").write_text("class Runner(:\n")
    until(app, lambda: len(app.hud) > 0)
    assert "runner.py" in str(app.hud["dreamwell.reload.text"].text)  # type: ignore[attr-defined]
    assert "line 1" in capsys.readouterr().err
    steps = one.steps
    play(app)
    assert one.steps == steps + 1
    (tmp_path / "runner.py").write_text("")
    play(app, 30)
    assert len(app.hud) > 0, "an empty file is one that is being written"
    (tmp_path / "runner.py").write_text(good.replace("+= 1", "+= 1000"))
    until(app, lambda: one.steps > 1000)
    assert len(app.hud) == 0
    assert "reloaded runner.py" in capsys.readouterr().out
    assert world is app.world


def until(app: dw.App, done: Any) -> None:
    """Play until something is so."""
    for _ in range(100_000):
        app.step(0.001)
        if done():
            return
    raise AssertionError("it never was")


def test_it_is_off_without_a_window_unless_asked(tmp_path: Path) -> None:
    app = game(tmp_path)
    app._reloads = None
    play(app)
    assert app._watcher.files() == []


# ---- scenes -----------------------------------------------------------------------------------------------------


def test_a_scene_file_is_adopted_and_a_broken_one_is_told(tmp_path: Path) -> None:
    app = game(tmp_path)
    world = play(app)
    hero, x = world["hero"], world["hero"].position[0]
    rewrite(tmp_path / "yard.dream", "0.1, 0.1", "0.1, 0.8")
    assert app.reload() == (tmp_path / "yard.dream",)
    assert hero.position[0] == x
    assert hero.material is not None
    assert hero.material.base_color == (0.9, 0.1, 0.8)
    good = (tmp_path / "yard.dream").read_text()
    (tmp_path / "yard.dream").write_text(good.replace('"Sun"', '"Moon"'))
    with pytest.raises(dw.SceneError, match="Moon"):
        app.reload()
    play(app)
    assert hero.alive
    (tmp_path / "yard.dream").write_text(good)
    assert app.reload() == (tmp_path / "yard.dream",)


def test_pictures_and_prefabs_are_watched(tmp_path: Path) -> None:
    from dreamwell.engine.render import save

    save(tmp_path / "skin.png", np.full((4, 4, 3), 200, np.uint8))
    part = dw.Scene("part", root=tmp_path)
    part.add("knob", dw.Mesh.sphere(), dw.Material(texture="skin.png") if False else dw.Material())
    part.save(tmp_path / "part.dream")
    made = scene(root=tmp_path)
    made.add("thing", dw.Prefab("part.dream"))
    made["hero"].set(dw.Material(base_color_texture=dw.Texture("skin.png")) if hasattr(dw, "Texture") else dw.Material())
    made.save(tmp_path / "yard.dream")
    app = dw.App(tmp_path / "yard.dream", reload=True)
    world = play(app)
    part["knob"].position = (0, 3, 0)
    part.save(tmp_path / "part.dream")
    until(app, lambda: world["knob"].position == (0, 3, 0))
