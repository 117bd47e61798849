"""Import settings in the editor: set with undo, moved with their assets; models' references written anew."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.assets.import_settings import ModelImport, TextureImport
from dreamwell.editor import session
from dreamwell.editor.core import EditorState, UserSettings
from dreamwell.editor.core.journal import Journal
from dreamwell.editor.core.obj_references import changed, named
from dreamwell.editor.core.outside import set_settings_of, settings_of, write_settings_of

from .conftest import png

ROCK = "models/rock.obj"


def extent(path: Path) -> float:
    """How large the largest mesh of a scene on the disk is."""
    return float(np.ptp(dw.weave(path).geometry.positions, axis=0).max())


def test_settings_are_set_undone_and_honoured(editor: EditorState, project: Path) -> None:
    file = project / "models" / "rock.obj.import"
    before = editor.document.state
    set_settings_of(editor, ROCK, scale=200, up_axis="z")
    assert file.read_text() == '{\n "import": 1,\n "scale": 200.0,\n "up_axis": "z"\n}\n'
    assert settings_of(editor, ROCK) == ModelImport(scale=200, up_axis="z")
    assert extent(project / "scene.dream") == pytest.approx(200, abs=1)
    assert project / "models" / "rock.obj" in {Path(path) for path in editor.watching.changed}
    assert not editor.document.dirty
    assert editor.document.state == before
    assert editor.history.undo_label == "Import settings of rock.obj"
    set_settings_of(editor, ROCK, scale=1.0)
    editor.undo()
    assert settings_of(editor, ROCK) == ModelImport(scale=200, up_axis="z")
    editor.undo()
    assert not file.exists()
    assert extent(project / "scene.dream") < 10
    editor.redo(2)
    assert settings_of(editor, ROCK) == ModelImport(up_axis="z")
    set_settings_of(editor, ROCK)
    assert not file.exists()
    steps = len(editor.history.steps)
    write_settings_of(editor, ROCK, ModelImport())
    assert len(editor.history.steps) == steps, "what changes nothing is no step"


def test_what_was_undone_can_still_be_done_again(editor: EditorState) -> None:
    table = editor.scene["table"].id
    editor.set([table], {"name": "desk"})
    editor.undo()
    set_settings_of(editor, ROCK, double_sided=True)
    editor.redo()
    assert editor.scene.by_id(table).name == "desk"
    editor.undo(2)
    assert settings_of(editor, ROCK) == ModelImport()


def test_what_can_not_be_set_is_told_and_changes_nothing(editor: EditorState, project: Path) -> None:
    for values, told in (({"scale": -1}, "must be above 0"), ({"size": 2}, "has no import setting size")):
        with pytest.raises(dw.DreamwellError, match=told):
            set_settings_of(editor, ROCK, **values)
    with pytest.raises(dw.EditorError, match="no import settings"):
        set_settings_of(editor, "turning.py", scale=2)
    with pytest.raises(dw.EditorError, match="is not there"):
        editor.do({"do": "set_import", "asset": "models/gone.obj", "text": '{"import": 1, "scale": 2}'})
    with pytest.raises(dw.AssetError, match=r"rock.obj.import:1: scale"):
        editor.do({"do": "set_import", "asset": ROCK, "text": '{"import": 1, "scale": true}'})
    assert not (project / "models" / "rock.obj.import").exists()
    assert not editor.history.can_undo


def test_a_broken_file_is_put_back_to_the_byte_by_undo(editor: EditorState, project: Path) -> None:
    file = project / "models" / "rock.obj.import"
    file.write_bytes(b'{"import": 1, "scale": \xff')
    with pytest.raises(dw.AssetError, match="no UTF-8"):
        set_settings_of(editor, ROCK, scale=2)
    set_settings_of(editor, ROCK)
    assert not file.exists()
    editor.undo()
    assert file.read_bytes() == b'{"import": 1, "scale": \xff'


def test_undo_after_the_asset_went_does_no_harm(editor: EditorState, project: Path) -> None:
    set_settings_of(editor, ROCK, scale=2)
    editor.set([editor.scene["table"].id], {"name": "desk"})
    editor.run("file.delete_asset", asset=ROCK)
    editor.answer("Delete")
    assert not (project / "models" / "rock.obj.import").exists()
    editor.undo(2)
    assert not (project / "models" / "rock.obj.import").exists()
    assert not editor.document.dirty


def test_settings_follow_their_asset(editor: EditorState, project: Path) -> None:
    set_settings_of(editor, "textures/wood.png", filter="nearest")
    editor.run("file.rename_asset", asset="textures/wood.png", name="oak.png")
    assert not (project / "textures" / "wood.png.import").exists()
    assert settings_of(editor, "textures/oak.png") == TextureImport(filter="nearest")
    editor.run("file.move_asset", asset="textures/oak.png", folder="models")
    assert settings_of(editor, "models/oak.png") == TextureImport(filter="nearest")
    assert editor.run("file.duplicate_asset", asset="models/oak.png") == "models/oak-2.png"
    assert settings_of(editor, "models/oak-2.png") == TextureImport(filter="nearest")

    def texture() -> dw.Texture | None:
        return editor.scene["board"][dw.Material].base_color_texture

    assert texture() == dw.Texture("models/oak.png")
    editor.undo(2)
    assert texture() == dw.Texture("textures/wood.png")
    assert settings_of(editor, "textures/wood.png") == TextureImport(filter="nearest")
    assert dw.Scene.load(project / "scene.dream")["board"][dw.Material].base_color_texture == texture()
    editor.undo()
    assert settings_of(editor, "textures/wood.png") == TextureImport()
    editor.redo(3)
    assert settings_of(editor, "models/oak.png") == TextureImport(filter="nearest")
    assert not editor.project.missing(editor.document)


def test_settings_of_no_asset_are_told_and_never_taken_over_in_silence(editor: EditorState, project: Path) -> None:
    (project / "textures" / "gone.png.import").write_text('{"import": 1, "flip_y": true}')
    editor.project.refresh()
    assert editor.project.unused_settings() == ["textures/gone.png.import"]
    editor.watching.tell_unused(editor)
    (told,) = [entry for entry in editor.log.entries if "import settings for textures/gone.png" in entry.text]
    assert told.level == "warning"
    editor.watching.tell_unused(editor)
    assert len([entry for entry in editor.log.entries if "gone.png" in entry.text]) == 1
    set_settings_of(editor, "textures/wood.png", filter="nearest")
    with pytest.raises(dw.EditorError, match=r"gone.png.import is there already"):
        editor.run("file.rename_asset", asset="textures/wood.png", name="gone.png")
    assert (project / "textures" / "wood.png").exists()


def test_settings_are_in_no_journal(editor: EditorState, project: Path) -> None:
    path = editor.document.path
    assert path is not None
    set_settings_of(editor, ROCK, scale=2)
    editor.run("file.rename_asset", asset=ROCK, name="stone.obj")
    assert editor.journal.lines == 0
    editor.set([editor.scene["table"].id], {"name": "desk"})
    assert editor.journal.folder is not None
    for file in (editor.journal._file, editor.journal._lock):
        assert file is not None
        file.close()
    offer = Journal.offer(path)
    assert offer is not None
    document, trouble = Journal.recovered(offer)
    assert not trouble
    assert "desk" in document.scene.names
    Journal.discard(offer)


# ---- names in models ----------------------------------------------------------------------------------------------

OBJ = "# rock\r\nmtllib my rock.mtl\r\nmtllib a.mtl  b.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl x\nf 1 2 3\n"
MTL = (
    "newmtl x\nKd 1 1 1\nmap_Kd -s 2 2 -blendu on ..\\textures\\wood.png\r\nbump -bm 0.5 bump map.png\n"
    "  map_Ks -o 0 wood.png  \n# map_Kd wood.png\nmap_d\n"
)


def test_names_are_found_and_changed_in_obj_and_mtl(tmp_path: Path) -> None:
    (tmp_path / "my rock.mtl").touch()
    assert named(OBJ, ".obj", tmp_path) == ["my rock.mtl", "a.mtl", "b.mtl"]
    assert named(MTL, ".mtl", tmp_path) == ["../textures/wood.png", "bump map.png", "wood.png"]
    assert changed(OBJ, ".obj", tmp_path, lambda address: address) == OBJ
    assert changed(MTL, ".mtl", tmp_path, lambda address: address) == MTL
    fresh = changed(MTL, ".mtl", tmp_path, lambda address: address.replace("wood", "oak"))
    assert fresh == MTL.replace("..\\textures\\wood.png", "../textures/oak.png").replace("0 wood.png  ", "0 oak.png  ")
    fresh = changed(OBJ, ".obj", tmp_path, lambda address: address.replace("a.mtl", "c.mtl"))
    assert fresh == OBJ.replace("mtllib a.mtl  b", "mtllib c.mtl  b")


def test_obj_and_mtl_are_written_anew_and_undo_restores_the_bytes(editor: EditorState, project: Path) -> None:
    (project / "models" / "rock.obj").write_bytes(
        b"# K\xf6nig\r\nmtllib rock.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
    )
    (project / "models" / "rock.mtl").write_text("newmtl x\nmap_Kd ../textures/wood.png\n")
    editor.project.refresh()
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    editor.run("file.rename_asset", asset="textures/wood.png", name="red oak.png")
    assert (project / "models" / "rock.mtl").read_text() == "newmtl x\nmap_Kd ../textures/red oak.png\n"
    editor.run("file.move_asset", asset="models/rock.mtl", folder="textures")
    assert (project / "textures" / "rock.mtl").read_text() == "newmtl x\nmap_Kd red oak.png\n"
    assert b"# K\xf6nig\r\nmtllib ../textures/rock.mtl\nv" in (project / "models" / "rock.obj").read_bytes()
    assert not editor.asks
    assert {use.user.name for use in editor.project.used_by("textures/rock.mtl")} == {"rock.obj"}
    editor.undo(2)
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
    editor.redo(2)
    editor.run("file.rename_asset", asset="textures", name="pictures")
    editor.undo(3)
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def glb(path: Path, uri: str) -> None:
    """A packed model that names a picture outside of it."""
    text = json.dumps({"asset": {"version": "2.0"}, "images": [{"uri": uri}]}).encode()
    text += b" " * (-len(text) % 4)
    path.write_bytes(struct.pack("<4sII", b"glTF", 2, 20 + len(text)) + struct.pack("<I4s", len(text), b"JSON") + text)


def test_what_is_not_written_anew_is_listed_before(editor: EditorState, project: Path) -> None:
    glb(project / "models" / "town.glb", "../textures/wood.png")
    (project / "game.py").write_text("\nX = 'textures/wood.png'\n")
    editor.project.refresh()
    assert editor.run("file.rename_asset", asset="textures/wood.png", name="oak.png") == ""
    (asked,) = editor.asks
    assert asked.choices == ("Rename", "Cancel")
    assert "town.glb names ../textures/wood.png" in asked.text
    assert "game.py, line 2, names textures/wood.png" in asked.text
    editor.answer("Cancel")
    assert (project / "textures" / "wood.png").exists()
    assert not editor.history.can_undo
    editor.run("file.move_asset", asset="textures", folder="models")
    assert editor.asks[0].title == "Move textures?"
    editor.answer("Move")
    assert (project / "models" / "textures" / "wood.png").exists()
    told = [entry.text for entry in editor.log.entries if entry.level == "warning"]
    assert any("what is in a .glb is yours" in text for text in told)
    editor.undo()
    assert (project / "textures" / "wood.png").exists()
    # what stays together needs no question
    editor.run("file.rename_asset", asset="models/rock.obj", name="stone.obj")
    assert not editor.asks
    # a model that goes elsewhere does not find its picture either
    editor.run("file.move_asset", asset="models/town.glb", folder="")
    assert "town.glb names" in editor.asks[0].text


def test_a_move_that_can_not_be_undone_is_told_and_forgotten_alone(editor: EditorState, project: Path) -> None:
    table = editor.scene["table"].id
    editor.set([table], {"name": "desk"})
    editor.run("file.rename_asset", asset=ROCK, name="stone.obj")
    png(project / "models" / "rock.obj")
    with pytest.raises(dw.EditorError, match=r"Rename rock.obj can't be undone: rock.obj is there already"):
        editor.undo()
    assert (project / "models" / "stone.obj").exists()
    editor.undo()
    assert editor.scene.by_id(table).name == "table"


def test_settings_in_another_folder_than_the_scene(project: Path, tmp_path: Path) -> None:
    (project / "levels").mkdir()
    level = dw.Scene("two", root=project / "levels")
    level.add("rock", dw.Mesh.load("../models/rock.obj"), dw.Material())
    level.save(project / "levels" / "two.dream")
    (project / "game.py").touch()
    editor = session.opened(project / "levels" / "two.dream", UserSettings(path=tmp_path / "editor.json"))
    assert editor.project.root == project
    set_settings_of(editor, ROCK, scale=3)
    assert extent(project / "levels" / "two.dream") == 3
    editor.run("file.rename_asset", asset=ROCK, name="stone.obj")
    editor.undo(2)
    assert extent(project / "levels" / "two.dream") == 1
