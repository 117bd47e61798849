"""Projects: assets, who names whom, files moved with their references, changes from outside."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import dreamwell as dw
from dreamwell.editor import session
from dreamwell.editor.core import EditorState, Project, UserSettings

from .conftest import png


def test_a_project_is_a_folder_a_scene_or_a_script(project: Path, tmp_path: Path) -> None:
    assert Project.open(project).scene == project / "scene.dream"
    assert Project.open(project).main is None
    (project / "game.py").write_text("")
    (project / "levels").mkdir()
    shutil.copy(project / "tree.dream", project / "levels" / "two.dream")
    found = Project.open(project / "levels" / "two.dream")
    assert (found.root, found.scene, found.main) == (project, project / "levels" / "two.dream", project / "game.py")
    (project / "dreamwell.json").write_text(json.dumps({"scene": "tree.dream", "main": "turning.py"}))
    found = Project.open(project)
    assert (found.scene, found.main) == (project / "tree.dream", project / "turning.py")
    for path, told in ((tmp_path / "gone", "does not exist"), (project / "models" / "rock.obj", "is none")):
        with pytest.raises(dw.EditorError, match=told):
            Project.open(path)
    (project / "dreamwell.json").write_text("{")
    assert "can't be read" in Project.open(project).trouble


def test_assets_are_listed_by_kind_and_folder(project: Path) -> None:
    (project / ".git").mkdir()
    (project / ".git" / "x.png").touch()
    (project / "__pycache__").mkdir()
    found = Project.open(project)
    assert {asset.path: asset.kind for asset in found.assets.values()} == {
        "models": "folder", "models/rock.obj": "model", "scene.dream": "scene", "textures": "folder",
        "textures/wood.png": "image", "tree.dream": "scene", "turning.py": "script",
    }  # fmt: skip
    assert [asset.name for asset in found.in_folder()] == [
        "models",
        "textures",
        "scene.dream",
        "tree.dream",
        "turning.py",
    ]
    assert [asset.path for asset in found.of_kind("image", "model")] == ["models/rock.obj", "textures/wood.png"]
    assert not found.refresh()
    (project / "new.glb").touch()
    assert found.refresh()
    assert found.revision == 2
    with pytest.raises(dw.EditorError, match="not in the project"):
        found.place("../elsewhere")


def test_uses_are_found_in_scenes_models_and_scripts(editor: EditorState, project: Path) -> None:
    (project / "models" / "chair.gltf").write_text('{"images": [{"uri": "../textures/wood.png"}]}')
    (project / "game.py").write_text("import dreamwell as dw\n\ndw.App('scene.dream')\nX = 'textures/wood.png'\n")
    editor.project.refresh()
    found = editor.project.used_by("textures/wood.png", editor.document)
    assert {(use.user.name, use.field, use.kind, use.line) for use in found} == {
        ("scene.dream", "Material.base_color_texture", "scene", 0), ("chair.gltf", "", "model", 0),
        ("game.py", "", "script", 4),
    }  # fmt: skip
    assert {use.object for use in found if use.kind == "scene"} == {editor.scene["board"].id}
    assert {use.user.name for use in editor.project.used_by("textures", editor.document)} == {
        "scene.dream", "chair.gltf", "game.py",
    }  # fmt: skip
    assert {use.target.name for use in editor.project.needs("scene.dream")} == {
        "wood.png", "rock.obj", "tree.dream", "turning.py",
    }  # fmt: skip
    editor.set([editor.scene["rock"].id], {"Mesh.asset": "models/gone.obj"})  # not saved: it counts as it is edited
    assert not editor.project.used_by("models/rock.obj", editor.document)


def woven(path: Path) -> tuple[object, ...]:
    """What a scene on the disk weaves to, but for the names of files: each of them is there."""
    found = dw.weave(path)
    textures = sorted(texture.image.digest for texture in found.textures)
    return list(found.objects.names), found.geometry.positions.tobytes(), textures, found.instances.tobytes()


MOVES: dict[str, Callable[[EditorState], object]] = {
    "rename a picture": lambda e: e.run("file.rename_asset", asset="textures/wood.png", name="oak.png"),
    "rename a folder": lambda e: e.run("file.rename_asset", asset="textures", name="pictures"),
    "move a model": lambda e: e.run("file.move_asset", asset="models/rock.obj", folder=""),
    "move a folder": lambda e: e.run("file.move_asset", asset="models", folder="textures"),
    "move a prefab": lambda e: e.run("file.move_asset", asset="tree.dream", folder="models"),
    "move a script": lambda e: e.run("file.move_asset", asset="turning.py", folder="models"),
    "move the scene": lambda e: e.run("file.move_asset", asset="scene.dream", folder="models"),
}


@pytest.mark.parametrize("case", MOVES)
def test_references_are_kept_when_files_move(editor: EditorState, project: Path, case: str) -> None:
    tree = dw.Scene.load(project / "tree.dream")  # a prefab that names a picture, too
    tree["leaves"].set(dw.Material(base_color_texture=dw.Texture(image="textures/wood.png")))
    tree.save(project / "tree.dream")
    before = woven(project / "scene.dream")
    editor.set([editor.scene["board"].id], {"Material.base_color_texture": None})
    editor.set([editor.scene["rock"].id], {"Mesh": {}})
    editor.undo(2)
    editor.set([editor.scene["lamp"].id], {"name": "light"})
    editor.undo()
    assert not editor.document.dirty
    MOVES[case](editor)
    path = editor.document.path
    assert path is not None
    assert not editor.document.dirty
    assert editor.document.text() == path.read_text()  # the file was written, and the document follows
    assert woven(path) == before
    assert not editor.project.missing(editor.document)
    # what was undone names the files as they are called now
    editor.redo()
    editor.undo()
    assert editor.document.text() == path.read_text()
    # unsaved work follows as well
    editor.redo(3)
    assert not editor.project.missing(editor.document)
    editor.save()
    assert woven(path) != before


def test_moving_back_restores_the_bytes(editor: EditorState, project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    editor.run("file.rename_asset", asset="textures", name="pictures")
    editor.run("file.move_asset", asset="tree.dream", folder="models")
    editor.run("file.move_asset", asset="models/tree.dream", folder="")
    editor.run("file.rename_asset", asset="pictures", name="textures")
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_a_move_that_fails_midway_changes_nothing(
    editor: EditorState, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    text = editor.document.text()
    shutil.copy(project / "scene.dream", project / "another.dream")
    before[project / "another.dream"] = before[project / "scene.dream"]
    (project / "scene.dream").chmod(0o444)  # the second of the two that name it
    editor.project.refresh()
    assert not editor.act("file.rename_asset", asset="textures/wood.png", name="oak")
    assert editor.notice is not None
    assert "read-only" in editor.notice.text
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
    assert editor.document.text() == text


def test_a_model_and_a_script_that_name_a_moved_file(editor: EditorState, project: Path) -> None:
    (project / "models" / "chair.gltf").write_text('{"asset": {}, "images": [{"uri": "../textures/wood.png"}]}')
    (project / "game.py").write_text("X = 'textures/wood.png'\n")
    editor.project.refresh()
    editor.run("file.rename_asset", asset="textures/wood.png", name="red oak.png")
    (asked,) = editor.asks
    assert "game.py, line 1, names textures/wood.png" in asked.text
    editor.answer("Cancel")
    assert (project / "textures" / "wood.png").exists()
    editor.run("file.rename_asset", asset="textures/wood.png", name="red oak.png")
    editor.answer("Rename")
    assert '"uri": "../textures/red%20oak.png"' in (project / "models" / "chair.gltf").read_text()
    assert (project / "game.py").read_text() == "X = 'textures/wood.png'\n"
    (told,) = [entry for entry in editor.log.entries if "scripts are yours" in entry.text]
    assert told.place == "game.py:1"


@pytest.mark.parametrize(
    ("name", "told"), [("a/b", "can't be a file's name"), ("", "can't be"), ("rock.obj", "there already")]
)
def test_names_that_can_not_be_are_refused(editor: EditorState, name: str, told: str) -> None:
    png(editor.project.root / "models" / "b.png")
    with pytest.raises(dw.EditorError, match=told):
        editor.run("file.rename_asset", asset="models/b.png", name=name)
    with pytest.raises(dw.EditorError, match="into itself"):
        editor.run("file.move_asset", asset="models", folder="models")
    with pytest.raises(dw.EditorError, match='no "gone'):
        editor.run("file.move_asset", asset="gone.png", folder="models")


# ---- changes from outside -----------------------------------------------------------------------------------------


def look(editor: EditorState) -> None:
    """As a frame some time later does."""
    editor.watching._watcher._next = 0.0
    editor.watching._scanned -= 1000
    editor.tick(0.0)


def written(path: Path, text: str) -> None:
    """Write a file as another program does, a while ago."""
    path.write_text(text)
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 10))


def test_a_scene_written_by_another_program_is_taken_over(editor: EditorState, project: Path) -> None:
    before = editor.document.text()
    other = dw.Scene.load(project / "scene.dream")
    other["table"].position = (9, 9, 9)
    other["lamp"].remove()
    written(project / "scene.dream", other.dumps())
    look(editor)
    assert editor.document.text() == other.dumps()
    assert not editor.document.dirty
    editor.undo()
    assert editor.document.text() == before
    assert editor.document.dirty


def test_a_conflict_is_told_and_nothing_is_lost(editor: EditorState, project: Path) -> None:
    other = dw.Scene.load(project / "scene.dream")
    other["table"].name = "theirs"
    editor.set([editor.scene["table"].id], {"name": "ours"})
    mine = editor.document.text()
    written(project / "scene.dream", other.dumps())
    look(editor)
    assert editor.watching.conflict
    assert editor.document.text() == mine
    assert editor.notice is not None
    assert "another program" in editor.notice.text
    editor.run("file.save")
    assert editor.answer("Cancel")
    assert dw.Scene.load(project / "scene.dream").dumps() == other.dumps()
    editor.run("file.revert")
    assert editor.document.text() == other.dumps()
    editor.undo()
    assert editor.document.text() == mine


def test_saving_is_no_change_from_outside(editor: EditorState) -> None:
    editor.set([editor.scene["table"].id], {"name": "x"})
    editor.save()
    steps = len(editor.history.steps)
    look(editor)
    assert len(editor.history.steps) == steps
    assert not editor.watching.conflict


def test_scripts_and_pictures_that_change_are_taken_over(editor: EditorState, project: Path) -> None:
    table = editor.scene["table"].id
    editor.set([table], {"Turning": {"speed": 5}})
    text = (project / "turning.py").read_text()
    written(project / "turning.py", text.replace("speed: float", "turns: int = dw.field(default=3)\n    speed: float"))
    look(editor)
    editor.set([table], {"Turning.turns": 7})
    assert editor.document.get(table, "Turning") == {"speed": 5, "turns": 7}
    before = editor.document.text()
    written(project / "turning.py", "def f(:\n")
    look(editor)
    assert editor.notice is not None
    assert editor.notice.place == "turning.py:1"
    assert editor.document.text() == before
    written(project / "turning.py", text)  # it has no `turns` any more
    look(editor)
    assert editor.document.get(table, "Turning") == {"speed": 5}
    wood = project / "textures" / "wood.png"
    wood.write_bytes(wood.read_bytes() + b"more")
    os.utime(wood, (1, 1))
    assets = editor.watching.assets
    look(editor)
    assert editor.watching.assets == assets + 1
    assert editor.watching.changed == (wood,)
    png(project / "late.png")
    look(editor)
    assert "late.png" in editor.project.assets


def test_a_file_that_was_just_written_by_another_is_not_overwritten_unasked(editor: EditorState, project: Path) -> None:
    other = dw.Scene.load(project / "scene.dream")
    other["table"].name = "theirs"
    editor.set([editor.scene["table"].id], {"name": "ours"})
    (project / "scene.dream").write_text(other.dumps())  # nobody looked since
    editor.run("file.save")
    assert editor.asks[0].choices == ("Overwrite", "Reload", "Cancel")
    assert dw.Scene.load(project / "scene.dream").dumps() == other.dumps()
    editor.answer("Overwrite")
    assert "ours" in dw.Scene.load(project / "scene.dream")


def test_saving_into_another_folder_keeps_what_can_be_undone(editor: EditorState, project: Path) -> None:
    rock, first = editor.scene["rock"].id, editor.document.text()
    editor.set([rock], {"Mesh.asset": "tree.obj"})
    editor.do({"do": "remove_objects", "ids": [rock]})
    editor.run("file.save_as", path="levels/two.dream")
    editor.undo()
    assert editor.document.get(rock, "Mesh.asset") == "../tree.obj"
    editor.undo()
    assert editor.document.get(rock, "Mesh.asset") == "../models/rock.obj"
    assert not editor.project.missing(editor.document)
    editor.run("file.save_as", path="back.dream")
    assert editor.document.text() == first


def test_a_step_that_can_not_be_undone_any_more_is_told_and_forgotten(editor: EditorState, project: Path) -> None:
    table = editor.scene["table"].id
    editor.set([table], {"Turning": {"speed": 5}})
    editor.set([table], {"Turning.speed": 6})
    script = (project / "turning.py").read_text()
    (project / "turning.py").write_text(script.replace("speed", "pace"))
    editor.run("file.reload_scripts")
    editor.set([editor.scene["lamp"].id], {"name": "light"})
    assert editor.act("edit.undo")
    before = editor.document.text()
    assert not editor.act("edit.undo")
    assert editor.notice is not None
    assert "can't be undone any more" in editor.notice.text
    assert editor.document.text() == before
    assert not editor.history.can_undo
    assert editor.act("edit.redo")
    assert "light" in editor.scene


def test_a_large_folder_is_looked_at_by_another_thread(editor: EditorState, project: Path) -> None:
    watching = editor.watching
    watching._takes = 1.0
    png(project / "late.png")
    look(editor)
    assert watching._scanner is not None
    watching._scanner.join()
    assert "late.png" not in editor.project.assets  # until the next look
    look(editor)
    assert "late.png" in editor.project.assets


# ---- opening ------------------------------------------------------------------------------------------------------


def test_opening_nothing_and_models(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    editor = session.opened(None, UserSettings())
    assert "sun" in editor.scene
    assert editor.document.path is None or editor.document.path.is_relative_to(tmp_path)
    with pytest.raises(dw.EditorError, match="does not exist"):
        session.opened(tmp_path / "gone.dream", UserSettings())


def test_a_model_is_opened_as_an_instance_in_a_new_scene(project: Path) -> None:
    (project / "models" / "chair.gltf").write_text('{"asset": {"version": "2.0"}, "scenes": [{"nodes": []}]}')
    editor = session.opened(project / "models" / "chair.gltf", UserSettings())
    assert editor.scene["chair"][dw.Prefab].file == "chair.gltf"
    assert editor.document.dirty
    assert editor.document.path is None
    assert not editor.project.missing(editor.document)
    editor.run("file.save_as", path="with_chair")
    assert not editor.project.missing(editor.document)
    with pytest.raises(dw.EditorError, match="can't be edited"):
        editor.run("file.open", path="chair.gltf")


def test_a_scene_is_built_from_nothing_saved_and_reopened(tmp_path: Path) -> None:
    root = tmp_path / "new"
    root.mkdir()
    editor = session.opened(root, UserSettings())
    editor.act("create.ground")
    editor.act("create.body", shape="sphere", at=(0, 2, 0))
    editor.act("object.add_tag", tag="ball")
    editor.act("file.save_as", path="scene")
    text = editor.document.text()
    again = session.opened(root, UserSettings())
    assert again.document.path == root / "scene.dream"
    assert again.document.text() == text == (root / "scene.dream").read_text()
    again.run("play.start")
    for _ in range(60):
        again.play.frame(1 / 60)
    (ball,) = again.play.world.tagged("ball")
    assert ball.position[1] < 2.4
    again.run("play.stop")
    assert again.document.text() == text
