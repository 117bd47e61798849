"""A game whose files are changed while it runs: what a person sees, what stays, and what is told."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import wgpu

import dreamwell as dw
from dreamwell.engine import reload
from dreamwell.engine.cli import main
from dreamwell.engine.kinds import Registry, called, every
from dreamwell.engine.render import Stage, save, shared_gpu
from dreamwell.engine.scene.components import Texture
from dreamwell.engine.script import imported
from dreamwell.fabric.recompile import Workshop
from dreamwell.shaders import modules as shaders

PLAYER = '''
import dreamwell as dw

STEP = 1.0


class Dasher(dw.Behaviour):
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
    known, kinds, paths = set(sys.modules), Registry(), list(sys.path)
    yield
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]
    assert sys.path == paths
    kinds.put_back()


def scene(**more: Any) -> dw.Scene:
    made = dw.Scene("yard", **more)
    made.configure({"aa.mode": "none"})
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
    text = text.replace('"Mesh"', '"Purse": {}, "Dasher": {}, "Mesh"')
    text = text.replace('"name": "yard"', '"scripts": ["runner.py", "purse.py"], "name": "yard"')
    (folder / "yard.dream").write_text(text)
    return dw.App(folder / "yard.dream", reload=True, on_error="stop-script", seed=1)


def kind(name: str) -> Any:
    return called(name)[-1]


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
    one = hero[kind("Dasher")]
    assert (one.steps, hero.position[0]) == (3, 6.0)
    one.speed = 5.0
    rewrite(tmp_path / "runner.py", "self.steps += 1", "self.steps += 100")
    rewrite(tmp_path / "runner.py", "STEP = 1.0", "STEP = -1.0")
    assert app.reload() == (tmp_path / "runner.py",)
    assert app.world is world
    assert hero[kind("Dasher")] is one
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
    notes = "    notes: float = dw.field(default=0.5)\n"
    rewrite(tmp_path / "purse.py", "default=3)\n", f"default=3)\n{notes}")
    app.reload()
    assert (hero[kind("Dasher")].speed, hero[kind("Dasher")].name) == (4.0, "bob")
    assert (hero[kind("Purse")].coins, hero[kind("Purse")].notes, other[kind("Purse")].notes) == (7, 0.5, 0.5)
    assert purse.coins == 7, "a handle from before goes on"
    rewrite(tmp_path / "purse.py", "    coins: int = dw.field(default=3)\n", "")
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
    assert not world.schedule._registered.systems["fixed"]
    more = '\n\n@dw.system(stage="late")\ndef more(world, dt):\n    world["hero"].tag("late")\n'
    (tmp_path / "purse.py").write_text(COINS + more)
    app.reload()
    play(app)
    assert hero.position[1] < start
    assert "late" in hero.tags


def test_what_raised_goes_on_when_it_is_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = game(tmp_path)
    world = play(app)
    one = world["hero"][kind("Dasher")]
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


def test_timers_call_a_method_as_it_is_now(tmp_path: Path) -> None:
    app = game(tmp_path)
    world = play(app)
    rewrite(tmp_path / "runner.py", '"beat"', '"drum"')
    app.reload()
    play(app, 8)
    assert {"drum"} == world["hero"].tags


@pytest.mark.parametrize(
    ("broken", "told"),
    [("def update(self, dt:", r"runner\.py.*\n.*line 7"), ("1 / 0", r"failed in runner\.py, line 7: Zero")],
)
def test_a_broken_script_is_told_and_the_old_code_goes_on(tmp_path: Path, broken: str, told: str) -> None:
    app = game(tmp_path)
    world = play(app)
    one, kinds = world["hero"][kind("Dasher")], every()
    good = (tmp_path / "runner.py").read_text()
    (tmp_path / "runner.py").write_text(good.replace("class Dasher", f"{broken}\n\n\nclass Dasher", 1))
    with pytest.raises(dw.ScriptError, match=told):
        app.reload()
    assert every() == kinds
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
    one = world["hero"][kind("Dasher")]
    good = (tmp_path / "runner.py").read_text()
    (tmp_path / "runner.py").write_text("class Dasher(:\n")
    until(app, lambda: len(app.hud) > 0)
    assert "runner.py" in str(app.hud["dreamwell.reload.text"].text)  # type: ignore[attr-defined]
    assert "line 1" in capsys.readouterr().err
    steps = one.steps
    play(app)
    assert one.steps == steps + 1
    (tmp_path / "runner.py").write_text("")
    play(app, 30)
    assert len(app.hud) > 0, "an empty file is one that is being written"
    (tmp_path / "runner.py").write_text(good.replace("+= 1", "+= 100_000_000"))
    until(app, lambda: one.steps > 100_000_000)
    assert len(app.hud) == 0
    assert "reloaded runner.py" in capsys.readouterr().out
    assert world is app.world


def picture(world: dw.World) -> Any:
    stage = Stage(shared_gpu(), (96, 64))
    stage.draw(world, 0.0)
    return stage.fabric.read_image().astype(float)


def until(app: dw.App, done: Any) -> None:
    """Play until something is so."""
    for _ in range(100_000):
        app.step(0.001)
        if done():
            return
    raise AssertionError("it never was")


def test_a_game_that_failed_stands_still_until_it_is_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "EVERY", 0)
    (tmp_path / "drift.py").write_text("def drift(world, dt):\n    world['hero'].translate(x=1 / 0)\n")
    app = game(tmp_path)
    drift = imported("drift.py", tmp_path).drift
    app.update(drift)
    for _ in range(3):
        app._step_or_wait(0.1)
    assert capsys.readouterr().err.count("drift.py, line 2: ZeroDivisionError") == 1
    assert "dreamwell.reload" in app.hud
    rewrite(tmp_path / "drift.py", "1 / 0", "1000")
    os.utime(tmp_path / "drift.py", (1, 1))
    app._step_or_wait(0.1)
    assert len(app.hud) == 0
    app._step_or_wait(0.1)
    assert app.world["hero"].position[0] == 1002


def test_it_is_off_without_a_window_unless_asked(tmp_path: Path) -> None:
    app = game(tmp_path)
    app._reloading.enabled = None
    rewrite(tmp_path / "runner.py", "+= 1", "+= 100")
    os.utime(tmp_path / "runner.py", (1, 1))
    assert play(app, 3)["hero"][kind("Dasher")].steps == 3


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


def yard(folder: Path) -> tuple[dw.App, dw.World]:
    """A game that plays, with `part.dream` and `skin.png` in it."""
    made = scene(root=folder)
    made.add("thing", dw.Prefab("part.dream"))
    made["hero"].set(dw.Material(base_color_texture=Texture("skin.png"), roughness=1))
    made.save(folder / "yard.dream")
    app = dw.App(folder / "yard.dream", reload=True)
    return app, play(app)


def test_pictures_and_prefabs_are_watched(tmp_path: Path) -> None:
    save(tmp_path / "skin.png", np.full((4, 4, 3), 200, np.uint8))
    part = dw.Scene("part", root=tmp_path)
    part.add("knob", dw.Mesh.sphere(), dw.Material())
    part.save(tmp_path / "part.dream")
    app, world = yard(tmp_path)
    part["knob"].position = (0, 3, 0)
    part.save(tmp_path / "part.dream")
    until(app, lambda: world["knob"].position == (0, 3, 0))
    bright = picture(world)[32, 48]
    save(tmp_path / "skin.png", np.full((4, 4, 3), (20, 200, 20), np.uint8))
    assert app.reload() == (tmp_path / "skin.png",)
    dark = picture(world)[32, 48]
    assert dark[0] < bright[0] / 2


def test_import_settings_are_watched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a picture and of a model in a prefab: written, broken and removed."""
    save(tmp_path / "skin.png", np.array([[(220, 220, 220), (10, 10, 10)]], np.uint8).repeat(8, 0).repeat(4, 1))
    (tmp_path / "rock.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    part = dw.Scene("part", root=tmp_path)
    part.add("knob", dw.Mesh.load("rock.obj"), dw.Material())
    part.save(tmp_path / "part.dream")
    app, world = yard(tmp_path)

    def sized() -> float:
        return float(np.abs(world.woven.geometry.meshes["radius"]).max())

    small = sized()
    settings = tmp_path / "rock.obj.import"
    settings.write_text('{"import": 1, "scale": 8}')
    until(app, lambda: sized() == pytest.approx(8 * small, rel=0.2))
    settings.write_text('{"import": 1, "scale": "much"}')
    until(app, lambda: "rock.obj.import:1: scale is" in capsys.readouterr().err)
    assert sized() == pytest.approx(8 * small, rel=0.2)
    settings.unlink()
    until(app, lambda: sized() == small)
    bright = picture(world)[32, 48].astype(int)
    (tmp_path / "skin.png.import").write_text('{"import": 1, "color_space": "linear"}')
    assert app.reload() == (tmp_path / "skin.png.import",)
    assert np.abs(picture(world)[32, 48].astype(int) - bright).max() > 10


# ---- the main script --------------------------------------------------------------------------------------------

GAME = """
import yard_hooks
import dreamwell as dw

COLOR = (0.9, 0.1, 0.1)
frames = 0
scene = dw.Scene("yard")
scene.configure({"aa.mode": "none"})
scene.add("camera", dw.Camera(fov_y=60), at=(0, 0, 4), toward=(0, 0, 0))
scene.add("sun", dw.Sun(lux=60_000), toward=(-1, -2, -3))
for i in range(3):
    scene.add("block", dw.Mesh.box(), dw.Material(base_color=COLOR), at=(i - 1, 0, 0))
app = dw.App(scene, size=(96, 64), title="Yard")
hero = app.world["block"]


@app.update
def push(world, dt):
    global frames
    frames += 1
    hero.translate(y=0.25)
    yard_hooks.frame(app, frames)


@app.start
def begin(world):
    yard_hooks.begun += 1


app.run()
"""


def run(folder: Path, frame: Any, *more: str, text: str = GAME, frames: int = 6) -> tuple[int, Any]:
    """`dream run game.py` without a window; `frame(app, n)` is called by the game in every frame."""
    hooks: Any = ModuleType("yard_hooks")
    hooks.frame, hooks.begun = frame, 0
    sys.modules["yard_hooks"] = hooks
    (folder / "game.py").write_text(text)
    try:
        code = main(["run", str(folder / "game.py"), "-o", str(folder / "out.png"), "--frames", str(frames), *more])
    finally:
        del sys.modules["yard_hooks"]
    return code, hooks


def test_the_main_script_goes_on_with_its_functions_and_its_scene(tmp_path: Path) -> None:
    seen: list[Any] = []

    def frame(app: dw.App, n: int) -> None:
        world = app.world
        blocks = [one for one in world if one.name == "block"]
        seen.append((n, len(blocks), [one.position for one in blocks], blocks[0].material.base_color[0]))
        if n == 2:
            rewrite(tmp_path / "game.py", "(0.9, 0.1, 0.1)", "(0.2, 0.1, 0.1)")
            rewrite(tmp_path / "game.py", "range(3)", "range(4)")
            rewrite(tmp_path / "game.py", "y=0.25", "y=-1")
            rewrite(tmp_path / "game.py", 'title="Yard"', 'title="Other"')
            assert app.reload() == (tmp_path / "game.py",)
            assert app.world is world
            assert app.title == "Other"

    code, hooks = run(tmp_path, frame, frames=4)
    assert code == 0
    assert [entry[0] for entry in seen] == [1, 2, 3, 4], "a number at the top that the game counts up stays"
    assert [entry[1] for entry in seen] == [3, 3, 4, 4]
    assert [entry[2][0][1] for entry in seen] == [0.25, 0.5, -0.5, -1.5], "what was moved stays where it is"
    assert seen[-1][2][3] == (2, 0, 0)
    assert [entry[3] for entry in seen] == pytest.approx([0.9, 0.9, 0.2, 0.2])
    assert hooks.begun == 1


def test_a_broken_main_script_changes_nothing(tmp_path: Path) -> None:
    errors: list[str] = []

    def frame(app: dw.App, n: int) -> None:
        before = app.scene, list(app._functions.update), app.title
        for end in ("1 / 0", "def f(:", "import sys; sys.exit()"):
            rewrite(tmp_path / "game.py", "app.run()", end + "\napp.run()")
            with pytest.raises(dw.ScriptError, match=r"game\.py") as caught:
                app.reload()
            errors.append(str(caught.value))
            (tmp_path / "game.py").write_text(GAME)
        assert (app.scene, app._functions.update, app.title) == before

    assert run(tmp_path, frame, frames=2)[0] == 0
    assert "line 30" in errors[0]
    assert len(errors) == 6


def test_a_module_of_the_main_script_is_taken_over_with_it(tmp_path: Path) -> None:
    (tmp_path / "yard_rules.py").write_text("SPEED = 1\n\n\ndef speed():\n    return SPEED\n")
    text = GAME.replace("import yard_hooks\n", "import yard_hooks\nfrom yard_rules import speed\n")
    text = text.replace("y=0.25", "y=speed()")
    ys: list[float] = []

    def frame(app: dw.App, n: int) -> None:
        ys.append(app.world["block"].position[1])
        if n == 2:
            (tmp_path / "yard_rules.py").write_text("SPEED = 10\n\n\ndef speed():\n    return SPEED\n")
            assert app.reload() == (tmp_path / "yard_rules.py",)

    assert run(tmp_path, frame, frames=4, text=text)[0] == 0
    assert ys == [1, 2, 12, 22]


def test_the_command_watches_where_it_is_told_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "EVERY", 0)
    text = GAME.replace("hero = app", "color = COLOR\nhero = app")

    def frame(app: dw.App, n: int) -> None:
        if n == 1:
            rewrite(tmp_path / "game.py", "(0.9, 0.1, 0.1)", "(0.1, 0.1, 0.9)")
            os.utime(tmp_path / "game.py", (1, 1))  # nobody writes to it any more
        seen.append(app.world["block"].material.base_color[2])

    seen: list[float] = []
    assert run(tmp_path, frame, "--reload", text=text, frames=4)[0] == 0
    assert seen == pytest.approx([0.1, 0.9, 0.9, 0.9])
    assert "reloaded game.py" in capsys.readouterr().out
    run(tmp_path, frame, text=text, frames=3)
    assert "reloaded" not in capsys.readouterr().out


# ---- shaders ----------------------------------------------------------------------------------------------------


def own_shaders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The engine's shaders in a checkout of one's own."""
    made = folder / "shaders"
    made.mkdir()
    (folder / "pyproject.toml").write_text("")
    for path in shaders.FOLDER.glob("*.wgsl"):
        (made / path.name).write_text(path.read_text())
    monkeypatch.setattr(shaders, "FOLDER", made)
    Workshop.of(shared_gpu().device)
    return made


def test_shaders_are_swapped_and_a_broken_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own_shaders(tmp_path, monkeypatch)
    app = dw.App(scene(), reload=True)
    stage = Stage(shared_gpu(), (96, 64))
    world = play(app)
    stage.draw(world, 0.0)
    stage.draw(world, 0.0)
    before = stage.fabric.read_image().astype(int)
    entry = folder / "tonemap.wgsl"
    good = entry.read_text()
    assert app.reload() == ()
    entry.write_text(good + "\nfn broken( {\n")
    with pytest.raises(dw.ShaderError, match=rf"tonemap\.wgsl:{good.count(chr(10)) + 2}"):
        app.reload()
    stage.draw(world, 0.0)
    assert (stage.fabric.read_image() == before).all()
    found = re.search(r"@fragment\s*fn fragment\([^{]*\{", good)
    assert found is not None
    entry.write_text(
        good[: found.end()] + "\n    if true { return vec4f(1.0, 0.0, 1.0, 1.0); }\n" + good[found.end() :]
    )
    assert app.reload() == (entry,)
    stage.draw(world, 0.0)
    assert (stage.fabric.read_image() == (255, 0, 255)).all()
    entry.write_text(good)
    app.reload()
    stage.draw(world, 0.0)
    assert (stage.fabric.read_image() == before).all()


# ---- again and again --------------------------------------------------------------------------------------------


def native_objects() -> int:
    """How many objects of the graphics library are alive."""
    diagnostics: Any = wgpu.diagnostics
    counts = diagnostics.wgpu_native_counts.get_dict()
    return sum(int(hub["a"]) for name, found in counts.items() if name != "total" for hub in found["hub"].values())


def held(app: dw.App) -> tuple[int, ...]:
    gc.collect()
    schedule = app.world.schedule
    classes = [one for one in gc.get_objects() if isinstance(one, type)]
    return (
        native_objects(),
        len(sys.modules),
        len(every()),
        sum(one.__name__ in ("Dasher", "Purse", "Paid") for one in classes),
        len(schedule._registered._used),
        len(schedule._registered.stoppable()),
        len(schedule.behaviours()),
        len(schedule.timers),
        len(schedule.coroutines),
        len(app.hud),
    )


def test_a_hundred_reloads_leave_nothing_behind(tmp_path: Path) -> None:
    app = game(tmp_path)
    stage = Stage(shared_gpu(), (96, 64))
    world = play(app)
    texts = {name: (tmp_path / name).read_text() for name in ("runner.py", "purse.py", "yard.dream")}

    def once(n: int) -> None:
        (tmp_path / "runner.py").write_text(f"{texts['runner.py']}\n# {n}\n")
        (tmp_path / "purse.py").write_text(texts["purse.py"].replace("default=3", f"default={n}"))
        (tmp_path / "yard.dream").write_text(texts["yard.dream"].replace("0.1, 0.1", f"0.1, 0.{n:03d}1"))
        assert len(app.reload()) == 3
        stage.draw(play(app), 0.0)

    for n in range(1, 6):
        once(n)
    before = held(app)
    for n in range(6, 106):
        once(n)
    stage.draw(world, 0.0)
    assert held(app) == before


def test_a_hundred_shaders_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own_shaders(tmp_path, monkeypatch)
    app = dw.App(scene())
    stage = Stage(shared_gpu(), (32, 32))
    stage.draw(play(app), 0.0)
    text = (folder / "tonemap.wgsl").read_text()

    def once(n: int) -> None:
        (folder / "tonemap.wgsl").write_text(f"{text}\n// {n}\n")
        assert app.reload() == (folder / "tonemap.wgsl",)
        stage.draw(play(app), 0.0)

    once(1)
    before = held(app)
    for n in range(100, 200):
        once(n)
    assert held(app) == before


def test_a_hundred_main_scripts_leave_nothing_behind(tmp_path: Path) -> None:
    found: list[tuple[int, ...]] = []

    def frame(app: dw.App, n: int) -> None:
        (tmp_path / "game.py").write_text(GAME.replace("y=0.25", f"y={n}"))
        assert app.reload() == (tmp_path / "game.py",)
        if n in (5, 105):
            found.append((*held(app), len(app._functions.update), len(app._functions.declared)))

    assert run(tmp_path, frame, frames=106)[0] == 0
    assert found[0][1:] == found[1][1:]
    assert found[1][0] - found[0][0] < 20, "objects of the graphics library: some wait for the GPU"
