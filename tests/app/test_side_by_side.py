"""Two games in one process: their files declare classes of the same names, and none is taken for the other's."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import dreamwell as dw
from dreamwell.engine.kinds import Registry
from dreamwell.engine.script import imported

PLAYER = """
import dreamwell as dw
from items import GAME, Purse


@dw.component
class Health:
    points: float = dw.field(default=POINTS)


class Player(dw.Behaviour):
    speed: float = SPEED

    def fixed_update(self, dt: float) -> None:
        import items  # while the game runs, too

        self.entity.translate(x=self.speed)
        self.entity[Purse].coins += 1
        self.entity[Purse].game = f"{GAME} {items.GAME}"
"""
ITEMS = """
import dreamwell as dw

GAME = "NAME"


@dw.component
class Purse:
    coins: int = dw.field(default=COINS)
    game: str = dw.field(default="")
"""


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    modules, kinds = set(sys.modules), Registry()
    yield
    for name in set(sys.modules) - modules:
        del sys.modules[name]
    kinds.put_back()


def game(folder: Path, name: str, *, speed: float, points: float, coins: int, rules: bool = True) -> Path:
    """A game of its own folder: a scene with a script that imports another file."""
    folder.mkdir()
    (folder / "player.py").write_text(PLAYER.replace("POINTS", str(points)).replace("SPEED", str(speed)))
    (folder / "items.py").write_text(ITEMS.replace("NAME", name).replace("COINS", str(coins)))
    scene = dw.Scene(name, seed=1, root=folder)
    scene.scripts = ["player.py"]
    kinds = vars(imported("player.py", folder))
    scene.add("hero", kinds["Health"](), kinds["Player"](), kinds["Purse"](coins=coins))
    hurts = dw.Then.add("Health.points", -1)
    scene.rules = rules * [dw.Rule("hurts", when=dw.When(where="Health.points > 0 and Purse.coins > 0"), then=hurts)]
    scene.save(folder / f"{name}.dream")
    return folder / f"{name}.dream"


def held(app: dw.App) -> tuple[Any, ...]:
    """What the hero of a game has."""
    by_name = {type(value).__name__: value for value in app.world["hero"].components}
    purse = by_name["Purse"]
    return by_name["Health"].points, by_name["Player"].speed, purse.coins, purse.game, app.world["hero"].position[0]


def test_two_games_run_save_and_reload_side_by_side(tmp_path: Path) -> None:
    files = [
        game(tmp_path / "one", "one", speed=1.0, points=10.0, coins=1),
        game(tmp_path / "two", "two", speed=5.0, points=70.0, coins=300),
    ]
    texts = [file.read_text() for file in files]
    for file, text in zip(files, texts, strict=True):
        dw.Scene.load(file).save(file)
        assert file.read_text() == text
    apps = [dw.App(file, reload=True) for file in files]
    for _ in range(3):
        for app in apps:
            app.step(1 / 60)
    assert [held(app) for app in apps] == [(7, 1, 4, "one one", 3), (67, 5, 303, "two two", 15)]

    script = tmp_path / "one" / "player.py"
    script.write_text(script.read_text().replace("x=self.speed", "x=self.speed * 100"))
    os.utime(script, (1, 1))
    assert apps[0].reload() == (script,)
    assert apps[1].reload() == ()
    for app in apps:
        app.step(1 / 60)
    assert [held(app) for app in apps] == [(6, 1, 5, "one one", 103), (66, 5, 304, "two two", 20)]

    items = tmp_path / "two" / "items.py"
    items.write_text(items.read_text().replace('"two"', '"second"'))
    os.utime(items, (1, 1))
    assert apps[1].reload() == (items,)
    for app in apps:
        app.step(1 / 60)
    assert [held(app)[3] for app in apps] == ["one one", "second second"], (
        "the file that imports it is run once more as well"
    )

    before, states = [held(app) for app in apps], [app.world.snapshot() for app in apps]
    for app in apps:
        app.step(1 / 60)
    for app, state in zip(apps, states, strict=True):
        app.world.restore(state)
    assert [held(app) for app in apps] == before
    apps[0].world.tween(apps[0].world["hero"], "Player.speed", to=9, seconds=1 / 60)
    apps[0].step(1 / 60)
    assert [held(app)[1] for app in apps] == [9, 5]


def test_a_scripts_class_is_no_matter_of_other_scenes(tmp_path: Path) -> None:
    file = game(tmp_path / "one", "one", speed=1.0, points=10.0, coins=1)
    dw.Scene.load(file)
    text = file.read_text()
    stranger = tmp_path / "stranger.dream"
    stranger.write_text(text.replace('"scripts": ["player.py"]', '"scripts": []'))
    with pytest.raises(dw.SceneError, match=r"Health.*unknown(.|\n)*name .*player\.py in the scene's scripts"):
        dw.Scene.load(stranger)


def declared(folder: Path, name: str) -> ModuleType:
    """A file that the game itself imports, not a scene."""
    (folder / f"{name}.py").write_text(
        "import dreamwell as dw\n\n@dw.component\nclass Shield:\n    width: float = 1.0\n"
    )
    return imported(f"{name}.py", folder)


def test_a_name_that_may_mean_two_classes_is_refused_with_both_files(tmp_path: Path) -> None:
    one, two = declared(tmp_path, "bronze"), declared(tmp_path, "silver")
    scene = dw.Scene("arms", seed=1, root=tmp_path)
    scene.add("a", one.Shield(2.0))
    scene.save(tmp_path / "arms.dream")
    with pytest.raises(dw.SceneError, match=r"Shield is declared in .*bronze\.py and in .*silver\.py; name the one"):
        dw.Scene.load(tmp_path / "arms.dream")
    text = (tmp_path / "arms.dream").read_text()
    for name, kind in (("bronze", one.Shield), ("silver", two.Shield)):
        (tmp_path / "arms.dream").write_text(text.replace('"objects"', f'"scripts": ["{name}.py"], "objects"'))
        assert dw.Scene.load(tmp_path / "arms.dream")["a"][kind].width == 2.0
    scene.add("b", two.Shield(3.0))
    with pytest.raises(dw.SceneError, match=r"two classes called Shield: in .*bronze\.py and in .*silver\.py"):
        scene.save(tmp_path / "both.dream")
    world = dw.App(scene).world
    assert (world["a"][one.Shield].width, world["b"][two.Shield].width) == (2.0, 3.0)
    assert one.Shield not in world["b"]


def test_without_scripts_the_files_in_the_scenes_own_folder_come_first(tmp_path: Path) -> None:
    for name in ("bronze", "silver"):
        (tmp_path / name).mkdir()
    one, two = declared(tmp_path / "bronze", "bronze"), declared(tmp_path / "silver", "silver")
    for name, kind in (("bronze", one.Shield), ("silver", two.Shield)):
        scene = dw.Scene("arms", seed=1, root=tmp_path / name)
        scene.add("a", kind(2.0))
        scene.save(tmp_path / name / "arms.dream")
        assert dw.Scene.load(tmp_path / name / "arms.dream")["a"][kind].width == 2.0


def test_a_prefabs_overrides_mean_what_its_objects_carry(tmp_path: Path) -> None:
    game(tmp_path / "one", "one", speed=1.0, points=10.0, coins=1, rules=False)
    game(tmp_path / "two", "two", speed=5.0, points=70.0, coins=300, rules=False)
    scene = dw.Scene("land", seed=1, root=tmp_path)
    scene.add("a", dw.Prefab("one/one.dream", {"hero": {"Health.points": 3}}))
    scene.add("b", dw.Prefab("two/two.dream", {"hero": {"Player.speed": 8}}))
    app = dw.App(scene)
    found = [{type(v).__name__: v for v in app.world[name].children[0].components} for name in "ab"]
    assert [(one["Health"].points, one["Player"].speed) for one in found] == [(3, 1), (70, 8)]
