"""Scripts of a scene: saved by name, imported before its objects are read, and what can be wrong with them."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dreamwell as dw

DT = 1 / 60

DOORS = """
import dreamwell as dw
from locks import Lock

imports = []

class Door{n}(dw.Behaviour):
    speed: float = dw.field(default=1.0, unit="m/s", above=0)

    def update(self, dt: float) -> None:
        self.entity.translate(y=self.speed * dt)

@dw.start
def begin(world: dw.World) -> None:
    world["door"].name
    imports.append(world.woven.name)

@dw.system()
def slam(world: dw.World, dt: float) -> None:
    imports.append("tick")
"""
LOCKS = '''
import dreamwell as dw

@dw.component
class Lock:
    """Needs a key."""
    pins: int = dw.field(default=5)
'''


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    """Forget what was imported."""
    before = dict(sys.modules)
    yield
    for name in sys.modules.keys() - before.keys():
        if not name.startswith(("dreamwell", "numpy", "PIL", "wgpu")):
            del sys.modules[name]


def house(root: Path, n: int, **block: object) -> Path:
    """A scene file with a door, and its scripts."""
    (root / "doors.py").write_text(DOORS.replace("{n}", str(n)))
    (root / "locks.py").write_text(LOCKS.replace("Lock", f"Lock{n}").replace("import Lock", f"import Lock{n}"))
    (root / "doors.py").write_text((root / "doors.py").read_text().replace("import Lock", f"import Lock{n}"))
    top = {
        "dream": 1,
        "name": "house",
        "objects": [
            {"id": "00000000000000ff", "name": "door", "components": {f"Door{n}": {"speed": 3}, f"Lock{n}": {}}}
        ],
        "scripts": ["doors.py"],
        **block,
    }
    path = root / "house.dream"
    path.write_text(json.dumps(top))
    return path


def problems(path: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(dw.SceneError) as error:
        print(dw.App(path).world)
    return [(p.where or p.field, p.found, p.hint or p.wanted) for p in error.value.problems]


def test_a_scene_brings_its_scripts(tmp_path: Path) -> None:
    scene = dw.load(house(tmp_path, 1))
    assert scene.scripts == ["doors.py"]
    doors = sys.modules["doors"]
    assert isinstance(scene["door"].get(doors.Door1), dw.Behaviour)
    app = dw.App(tmp_path / "house.dream")
    app.step(DT)
    app.step(DT)
    assert app.world["door"].position == pytest.approx((0, 6 * DT, 0))
    assert doors.imports == ["house", "tick", "tick"]
    assert sys.path.count(str(tmp_path)) == 0


def test_the_same_file_is_run_once_and_is_the_module_that_others_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house(tmp_path, 2)
    monkeypatch.syspath_prepend(tmp_path)
    import doors  # type: ignore[import-not-found, unused-ignore]  # pyright: ignore[reportMissingImports]

    first, second = dw.load(tmp_path / "house.dream"), dw.load(tmp_path / "house.dream")
    assert type(first["door"].components[0]).__mro__[2] is doors.Door2
    assert first["door"].components == second["door"].components


def test_saving_keeps_them_and_paths_follow(tmp_path: Path) -> None:
    scene = dw.load(house(tmp_path, 3))
    scene.save(tmp_path / "house.dream")
    text = (tmp_path / "house.dream").read_text()
    assert ' "scripts": ["doors.py"]\n' in text
    assert dw.load(tmp_path / "house.dream").dumps() == text
    (tmp_path / "levels").mkdir()
    scene.save(tmp_path / "levels" / "house.dream")
    assert scene.scripts == ["../doors.py"]
    app = dw.App(tmp_path / "levels" / "house.dream")
    app.step(DT)
    assert app.world["door"].position == pytest.approx((0, 3 * DT, 0))


def test_a_scene_made_in_code_can_have_scripts(tmp_path: Path) -> None:
    house(tmp_path, 4)
    scene = dw.Scene("code", seed=1, root=tmp_path)
    scene.scripts = ["doors.py"]
    scene.add("door")
    app = dw.App(scene)
    app.step(DT)
    assert sys.modules["doors"].imports == ["code", "tick"]


def test_a_file_with_the_name_of_a_module_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("import dreamwell as dw\nseen = []\n@dw.start\ndef begin(): seen.append(1)\n")
    scene = dw.Scene("code", seed=1, root=tmp_path)
    scene.scripts = ["json.py"]
    app = dw.App(scene)
    app.step(DT)
    assert sys.modules["json"] is json
    assert next(m for n, m in sys.modules.items() if n.startswith("json_")).seen == [1]


# ---- what can be wrong with them ------------------------------------------------------------------------------------


def test_a_missing_script_is_one_problem(tmp_path: Path) -> None:
    path = house(tmp_path, 5)
    (tmp_path / "doors.py").unlink()
    assert problems(path) == [
        ("scripts[0]", '"doors.py"', f"{tmp_path / 'doors.py'} can't be read: No such file or directory")
    ]
    scene = dw.Scene("code", seed=1, root=tmp_path)
    scene.scripts = ["doors.txt"]
    with pytest.raises(dw.SceneError, match=r'scripts\[0\] is "doors\.txt".*the suffix is "\.txt"; it must be \.py'):
        dw.weave(scene)


def test_a_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    path = house(tmp_path, 6)
    (tmp_path / "doors.py").write_text("import dreamwell as dw\n\ndef open(:\n")
    assert problems(path) == [("scripts[0]", '"doors.py"', "doors.py, line 3: SyntaxError: invalid syntax")]


def test_one_that_raises_names_file_and_line(tmp_path: Path) -> None:
    path = house(tmp_path, 7)
    (tmp_path / "locks.py").write_text("x = 1\ny = x / 0\n")
    assert problems(path) == [
        ("scripts[0]", '"doors.py"', "doors.py failed in locks.py, line 2: ZeroDivisionError: division by zero")
    ]
    assert "doors" not in sys.modules
    (tmp_path / "locks.py").write_text(LOCKS.replace("Lock", "Lock7"))
    dw.load(path)


def test_a_wrong_value_in_the_file(tmp_path: Path) -> None:
    path = house(tmp_path, 8)
    path.write_text(path.read_text().replace('"speed": 3', '"speed": -3'))
    assert problems(path) == [("door", "-3.0", "above 0 m/s")]
    path.write_text(path.read_text().replace('"speed": -3', '"sped": 3'))
    assert problems(path) == [("door", "unknown", "one of speed")]


def test_scripts_that_are_no_list(tmp_path: Path) -> None:
    path = house(tmp_path, 9, scripts="doors.py", objects=[])
    assert problems(path) == [("scripts", '"doors.py"', "a list of paths (texts)")]
