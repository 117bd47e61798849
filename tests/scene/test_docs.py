"""docs/scene.md: its tables are the declarations, its examples work."""

import re
from pathlib import Path

from dreamwell.engine.declare import field_names
from dreamwell.engine.kinds import every
from dreamwell.engine.scene import Camera, Light, Material, Mesh, Scene, Sun
from dreamwell.engine.scene.dream_file import loads
from dreamwell.engine.scene.reference import component_tables, updated
from dreamwell.engine.scene.settings import known_settings
from dreamwell.loom import weave


def page(checkout: Path) -> str:
    return (checkout / "docs" / "scene.md").read_text(encoding="utf-8")


def test_the_page_is_up_to_date(checkout: Path) -> None:
    text = page(checkout)
    assert updated(text) == text, "run: python -m dreamwell.engine.scene.reference docs/scene.md"
    for kind in every():
        if kind.__module__.startswith("dreamwell.engine.scene"):
            section = text.partition(f"### {kind.__name__}\n")[2].partition("###")[0]
            for field in field_names(kind):
                assert f"| `{field}` |" in section
    for key, _ in known_settings():
        group, name = key.split(".")
        assert f"| `{name}` |" in text.partition(f"### {group}\n")[2].partition("###")[0]


def test_a_stale_page_is_noticed(checkout: Path) -> None:
    text = page(checkout)
    assert updated(text.replace("| `lux` | number | `60000.0`", "| `lux` | number | `50000.0`")) == text
    assert "| `lux` | number | `60000.0` | from 0 lx |" in component_tables([Sun])


def test_the_file_in_the_page_is_canonical_and_weaves(checkout: Path) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", page(checkout), re.DOTALL)
    scene, problems = loads(example)
    assert not problems
    assert scene.dumps() == example
    assert not weave(scene).warnings


def test_the_scene_that_the_page_makes(tmp_path: Path) -> None:
    scene = Scene("hello")
    scene.add("camera", Camera(fov_y=60), at=(0, 2, 6), toward=(0, 0, 0))
    scene.add("sun", Sun(lux=60_000), toward=(-1, -2, -1))
    cube = scene.add("cube", Mesh.box(), Material(base_color=(0.9, 0.4, 0.2)), tags={"spinner"})
    scene.add("hat", Mesh.cone(), at=(0, 1, 0), parent=cube)
    scene.add_many("crate", Mesh.box(0.5), at=[(x, 0, -4) for x in range(1000)])
    scene.save(tmp_path / "hello.dream")
    assert weave(tmp_path / "hello.dream").stats.instances == 1002
    assert isinstance(scene["sun"][Sun], Light)
