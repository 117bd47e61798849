"""Files from elsewhere: opened, copied into the project, placed; and what is kept from one run to the next."""

import json
from pathlib import Path

import pytest

import dreamwell as dw
from dreamwell.editor import session
from dreamwell.editor.core import EditorState, UserSettings

from .conftest import png

OBJ = "mtllib ball.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder elsewhere with a model of three files, pictures and a scene."""
    home = tmp_path / "desk"
    home.mkdir()
    (home / "ball.obj").write_text(OBJ)
    (home / "ball.obj.import").write_text('{"import": 1, "scale": 2}')
    (home / "ball.mtl").write_text("newmtl a\nmap_Kd maps/red.png\n")
    png(home / "maps" / "red.png")
    png(home / "wood.png")
    scene = dw.Scene("far", root=home)
    scene.add("box", dw.Mesh.box())
    scene.save(home / "far.dream")
    return home


def test_models_bring_what_they_name_and_their_settings(editor: EditorState, project: Path, desk: Path) -> None:
    assert editor.run("file.drop", paths=[desk / "ball.obj"], folder="models") == ["models/ball.obj"]
    for name in ("ball.obj", "ball.obj.import", "ball.mtl", "maps/red.png"):
        assert (project / "models" / name).read_bytes() == (desk / name).read_bytes()
    assert "models/ball.obj" in editor.project.assets
    assert not editor.history.can_undo


def test_a_name_that_is_taken_gets_a_number_and_equal_files_are_not_copied(
    editor: EditorState, project: Path, desk: Path
) -> None:
    assert editor.run("file.drop", paths=[desk / "wood.png"], folder="textures") == ["textures/wood.png"]
    assert [path.name for path in (project / "textures").iterdir()] == ["wood.png"]
    (desk / "wood.png").write_bytes(b"another")
    assert editor.run("file.drop", paths=[desk / "wood.png"], folder="textures") == ["textures/wood-2.png"]
    assert editor.notice is not None
    assert "wood.png is wood-2.png here" in editor.notice.text
    assert (project / "textures" / "wood.png").read_bytes() != b"another"


def test_what_is_dropped_over_the_scene_is_placed(editor: EditorState, desk: Path) -> None:
    made = editor.run("file.drop", paths=[desk / "ball.obj", desk / "maps" / "red.png"], at=[1, 0, 2])
    assert made == ["ball.obj", "red.png"]
    assert editor.scene["ball"].position == (0.25, 0, 2)
    assert editor.scene["red"].position == (1.75, 0.5, 2)
    assert len(editor.selection.ids) == 2
    inside = editor.project.root / "tree.dream"
    assert editor.run("file.drop", paths=[inside], at=[3, 0, 0]) == ["tree.dream"]
    assert editor.scene["tree"][dw.Prefab].file == "tree.dream"


def test_a_scene_is_opened_and_unsaved_work_asked_about(editor: EditorState, desk: Path) -> None:
    editor.set([editor.scene["table"].id], {"name": "desk"})
    editor.run("file.drop", paths=[desk / "far.dream"])
    assert editor.asks[0].choices == ("Save", "Don't Save", "Cancel")
    editor.answer("Cancel")
    assert editor.document.title == "scene.dream"
    editor.run("file.drop", paths=[desk / "far.dream"])
    editor.answer("Don't Save")
    assert editor.document.title == "far.dream"
    assert editor.project.root == desk


def test_folders_are_opened_where_a_project_is_in_them_else_copied(
    editor: EditorState, project: Path, desk: Path
) -> None:
    made = editor.run("file.drop", paths=[desk / "maps"], folder="textures")
    assert made == ["textures/maps/red.png"]
    (desk / "game.py").touch()
    editor.run("file.drop", paths=[desk])
    assert editor.project.root == desk


def test_what_can_not_be_taken_in_is_told(editor: EditorState, desk: Path) -> None:
    with pytest.raises(dw.EditorError, match="no file that can be imported"):
        editor.run("file.drop", paths=[desk / "gone.png"])
    editor.run("play.start")
    with pytest.raises(dw.EditorError, match="can't be done now"):
        editor.run("file.drop", paths=[desk / "wood.png"])
    editor.run("play.stop")


# ---- what is kept ---------------------------------------------------------------------------------------------------


def test_settings_are_kept_from_one_run_to_the_next(project: Path, tmp_path: Path) -> None:
    place = tmp_path / "config" / "editor.json"
    first = session.opened(project, UserSettings.load(place))
    first.settings.theme, first.settings.scale, first.settings.layout = "light", 1.5, "[Docking]\n"
    first.run("file.open", path="tree.dream")
    first.settings.save()
    first.close()
    second = session.opened(project, UserSettings.load(place))
    assert (second.settings.theme, second.settings.scale, second.settings.layout) == ("light", 1.5, "[Docking]\n")
    assert [Path(one).name for one in second.settings.recent] == ["scene.dream", "tree.dream"]
    assert not second.settings.trouble


BROKEN = (
    "{", "[]", "\x00", '{"theme": 3, "scale": "big", "recent": "x", "layout": null}', '{"panels": {"shown": 3}}',
    '{"layouts": {"mine": 1}, "snap": {"rotate": "much"}, "recent": [1]}',
)  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_settings_are_told_put_aside_and_the_defaults_hold(project: Path, tmp_path: Path, broken: str) -> None:
    place = tmp_path / "editor.json"
    place.write_text(broken)
    editor = session.opened(project, UserSettings.load(place))
    usual = UserSettings()
    assert (editor.settings.theme, editor.settings.scale, editor.settings.layout) == (usual.theme, 0.0, "")
    (told,) = [entry for entry in editor.log.entries if "editor.json" in entry.text]
    assert told.level == "warning"
    assert (tmp_path / "editor.json.bad").read_text() == broken
    editor.settings.save()
    assert json.loads(place.read_text())["theme"] == "dark"
