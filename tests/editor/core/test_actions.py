"""Every action of the core does what its label says; one that nothing here exercises fails the last test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.editor.core import ACTIONS, Action, Actions, EditorState
from dreamwell.editor.core.actions import keys_of, table
from dreamwell.editor.core.create_actions import PRIMITIVES

Exercise = Callable[[EditorState], object]
EXERCISES: dict[str, Exercise] = {}


def exercise(*actions: str) -> Callable[[Exercise], Exercise]:
    """Decorator: a function that does these actions."""

    def add(function: Exercise) -> Exercise:
        for one in actions:
            assert one not in EXERCISES
            EXERCISES[one] = function
        return function

    return add


def pick(editor: EditorState, *names: str) -> list[int]:
    """Choose objects by their names; their ids."""
    ids = [editor.scene[name].id for name in names]
    editor.select(ids)
    return ids


def active(editor: EditorState) -> dw.SceneObject:
    """The active object."""
    return editor.document.object(editor.selection.active)


# ---- file -------------------------------------------------------------------------------------------------------


@exercise("file.new")
def _(editor: EditorState) -> None:
    editor.run("file.new", name="fresh")
    assert editor.document.title == "fresh (not saved)"
    assert not editor.document.dirty
    assert "camera" in editor.scene


@exercise("file.open", "file.open_recent")
def _(editor: EditorState) -> None:
    editor.run("file.open", path="tree.dream")
    assert editor.scene.name == "tree"
    editor.run("file.open_recent")
    assert editor.scene.name == "level"
    editor.run("file.open")
    assert editor.answer(editor.project.root / "tree.dream")
    assert editor.scene.name == "tree"


@exercise("file.open_project")
def _(editor: EditorState) -> None:
    other = editor.project.root.parent / "other"
    other.mkdir()
    dw.Scene("alone").save(other / "alone.dream")
    editor.run("file.open_project", path=other)
    assert editor.project.root == other
    assert editor.scene.name == "alone"


@exercise("file.save", "file.save_as")
def _(editor: EditorState) -> None:
    pick(editor, "table")
    editor.run("edit.delete")
    assert editor.document.dirty
    editor.run("file.save")
    assert not editor.document.dirty
    assert "table" not in dw.Scene.load(editor.project.root / "scene.dream")
    editor.run("file.save_as", path="levels/two")
    assert editor.document.title == "two.dream"
    moved = dw.Scene.load(editor.project.root / "levels" / "two.dream")
    assert moved["rock"][dw.Mesh].asset == "../models/rock.obj"
    assert moved.scripts == ["../turning.py"]
    assert not editor.project.missing(editor.document)


@exercise("file.save_copy")
def _(editor: EditorState) -> None:
    editor.run("file.save_copy", path="copies/copy.dream")
    assert editor.document.title == "scene.dream"
    assert len(dw.Scene.load(editor.project.root / "copies" / "copy.dream")) == len(editor.scene)
    assert editor.scene["rock"][dw.Mesh].asset == "models/rock.obj"


@exercise("file.revert")
def _(editor: EditorState) -> None:
    before = editor.document.text()
    pick(editor, "table")
    editor.run("edit.delete")
    editor.run("file.revert")
    assert editor.document.text() == before
    assert not editor.document.dirty
    editor.undo()
    assert "table" not in editor.scene


@exercise("file.recover", "file.discard_recovery")
def _(editor: EditorState) -> None:
    path = editor.document.path
    assert path is not None

    def crashed() -> str:
        """Another editor on the same scene renames an object, and ends without closing it."""
        from dreamwell.editor import session

        other = session.opened(path, editor.settings)
        other.set([other.scene["lamp"].id], {"name": "recovered"})
        for file in (other.journal._file, other.journal._lock):
            assert file is not None
            file.close()
        return other.document.text()

    assert not editor.can("file.recover")
    wanted = crashed()
    editor.run("file.recover")
    assert editor.document.text() == wanted
    assert editor.document.dirty
    assert not editor.can("file.recover")
    crashed()
    editor.run("file.discard_recovery")
    assert not editor.can("file.recover")


@exercise("file.reload_scripts")
def _(editor: EditorState) -> None:
    editor.set([editor.scene["table"].id], {"Turning": {"speed": 5}})
    script = editor.project.root / "turning.py"
    script.write_text(
        script.read_text().replace("speed: float", "pace: float = dw.field(default=2.0)\n    speed: float")
    )
    editor.run("file.reload_scripts")
    found = editor.document.get(editor.scene["table"].id, "Turning")
    assert found == {"speed": 5}
    editor.set([editor.scene["table"].id], {"Turning.pace": 3})
    assert editor.document.get(editor.scene["table"].id, "Turning.pace") == 3


@exercise("file.scan", "file.import_asset")
def _(editor: EditorState) -> None:
    root = editor.project.root
    (root / "late.png").write_bytes((root / "textures" / "wood.png").read_bytes())
    assert "late.png" not in editor.project.assets
    editor.run("file.scan")
    assert "late.png" in editor.project.assets
    outside = root.parent / "outside.png"
    outside.write_bytes((root / "late.png").read_bytes())
    editor.run("file.import_asset", paths=[outside], folder="textures")
    assert "textures/outside.png" in editor.project.assets


@exercise("file.rename_asset", "file.move_asset", "file.duplicate_asset", "file.new_folder")
def _(editor: EditorState) -> None:
    editor.run("file.rename_asset", asset="models/rock.obj", name="stone")
    assert editor.scene["rock"][dw.Mesh].asset == "models/stone.obj"
    editor.run("file.new_folder", folder="models", name="old")
    editor.run("file.move_asset", asset="models/stone.obj", folder="models/old")
    assert editor.scene["rock"][dw.Mesh].asset == "models/old/stone.obj"
    assert editor.run("file.duplicate_asset", asset="models/old/stone.obj") == "models/old/stone-2.obj"


@exercise("file.drop")
def _(editor: EditorState) -> None:
    outside = editor.project.root.parent / "ball.obj"
    outside.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    assert editor.run("file.drop", paths=[outside], folder="models", at=[1, 0, 2]) == ["models/ball.obj"]
    assert editor.scene["ball"].position == (1, 0, 2)


@exercise("file.import_settings", "file.reset_import_settings")
def _(editor: EditorState) -> None:
    file = editor.project.root / "models" / "rock.obj.import"
    editor.run("file.import_settings", asset="models/rock.obj", values={"scale": 2})
    assert '"scale": 2.0' in file.read_text()
    editor.run("file.reset_import_settings", asset="models/rock.obj")
    assert not file.exists()


@exercise("file.delete_asset")
def _(editor: EditorState) -> None:
    editor.run("file.delete_asset", asset="models/rock.obj")
    (asked,) = editor.asks
    assert "scene.dream" in asked.text
    assert editor.answer("Cancel")
    assert "models/rock.obj" in editor.project.assets
    editor.run("file.delete_asset", asset="models")
    assert editor.answer("Delete")
    assert "models" not in editor.project.assets
    ((object_, problem),) = editor.project.missing(editor.document)
    assert (object_, problem.field) == (editor.scene["rock"].id, "Mesh.asset")


@exercise("file.new_script")
def _(editor: EditorState) -> None:
    editor.run("file.new_script", name="blinking_eye")
    assert editor.scene.scripts == ["turning.py", "blinking_eye.py"]
    pick(editor, "table")
    editor.run("object.add_component", component="BlinkingEye")
    editor.save()
    assert dw.Scene.load(editor.project.root / "scene.dream")["table"].get(dw.Mesh) is not None


@exercise("file.quit")
def _(editor: EditorState) -> None:
    pick(editor, "table")
    editor.run("edit.delete")
    editor.run("file.quit")
    assert not editor.closing
    assert editor.asks[0].choices == ("Save", "Don't Save", "Cancel")
    editor.answer("Cancel")
    assert not editor.closing
    editor.run("file.quit")
    editor.answer("Save")
    assert editor.closing
    assert "table" not in dw.Scene.load(editor.project.root / "scene.dream")


# ---- edit -------------------------------------------------------------------------------------------------------


@exercise("edit.undo", "edit.redo", "edit.go_to")
def _(editor: EditorState) -> None:
    texts = [editor.document.text()]
    for name in ("table", "door", "lamp"):
        if name in editor.scene:
            editor.do({"do": "remove_objects", "ids": [editor.scene[name].id]}, f"Remove {name}")
            texts.append(editor.document.text())
    assert editor.actions["edit.undo"].label_of(editor) == "Undo Remove door"
    editor.run("edit.undo")
    assert editor.document.text() == texts[-2]
    editor.run("edit.redo")
    assert editor.document.text() == texts[-1]
    for position in (0, 2, 1):
        editor.run("edit.go_to", position=position)
        assert editor.document.text() == texts[position]


@exercise("edit.cut", "edit.copy", "edit.paste", "edit.paste_below")
def _(editor: EditorState) -> None:
    n = len(editor.scene)
    pick(editor, "table")
    editor.run("edit.copy")
    (made,) = editor.run("edit.paste")
    assert len(editor.scene) == n + 3
    assert active(editor).id == made
    assert active(editor).name == "table-2"
    assert [child.name for child in active(editor).children] == ["board", "lamp"]
    editor.run("edit.cut")
    assert len(editor.scene) == n
    pick(editor, "door")
    editor.run("edit.paste_below")
    parent = active(editor).parent
    assert parent is not None
    assert parent.name == "door"


@exercise("edit.duplicate", "edit.delete")
def _(editor: EditorState) -> None:
    n = len(editor.scene)
    pick(editor, "board", "door", "handle")
    editor.run("edit.duplicate")
    assert len(editor.scene) == n + 3
    assert sorted(editor.scene.by_id(one).name for one in editor.selection) == ["board-2", "door-2"]
    assert editor.scene["board-2"].parent == editor.scene["table"]
    editor.run("edit.delete")
    assert len(editor.scene) == n
    assert not editor.selection.ids
    editor.undo()
    assert len(editor.selection) == 2


@exercise("edit.rename")
def _(editor: EditorState) -> None:
    pick(editor, "table")
    editor.run("edit.rename")
    assert editor.renaming == editor.scene["table"].id
    editor.run("edit.rename", name="desk")
    assert "desk" in editor.scene
    assert not editor.renaming


@exercise(
    "edit.select_all", "edit.select_none", "edit.select_invert", "edit.select_children", "edit.select_all_below",
    "edit.select_parent", "edit.select_with",
)  # fmt: skip
def _(editor: EditorState) -> None:
    def names() -> set[str]:
        return {editor.scene.by_id(one).name for one in editor.selection}

    editor.run("edit.select_all")
    assert len(editor.selection) == len(editor.scene)
    editor.run("edit.select_none")
    assert not len(editor.selection)
    pick(editor, "table")
    editor.run("edit.select_children")
    assert names() == {"board", "lamp"}
    editor.run("edit.select_parent")
    assert names() == {"table"}
    editor.run("edit.select_all_below")
    assert names() == {"table", "board", "lamp"}
    editor.run("edit.select_invert")
    assert len(editor.selection) == len(editor.scene) - 3
    editor.run("edit.select_with", component="PointLight")
    assert names() == {"lamp"}
    editor.run("edit.select_with", tag="crate")
    assert len(names()) == 8
    pick(editor, "crate-1")
    editor.run("edit.select_with")
    assert names() == {f"crate-{i}" for i in range(8)} | {"table", "board", "rock"}


# ---- create -----------------------------------------------------------------------------------------------------


@exercise("create.primitive", *(f"create.{shape}" for shape in PRIMITIVES))
def _(editor: EditorState) -> None:
    for shape in PRIMITIVES:
        editor.select([])
        editor.run(f"create.{shape}", at=(1, 0, 2))
        assert active(editor)[dw.Mesh].shape == shape
        assert active(editor).position[0] == 1
    pick(editor, "handle")
    editor.run("create.primitive", shape="cone", at=(0, 0, 0))
    assert active(editor).parent == editor.scene["door"]  # beside what is active, and yet where it was put
    assert active(editor).position == (-3, -0.5, 0)


@exercise("create.empty", "create.child", "create.with_component")
def _(editor: EditorState) -> None:
    editor.run("create.empty")
    assert active(editor).components == []
    editor.run("create.child")
    assert active(editor).parent == editor.scene["object"]
    editor.run("create.with_component", component="Turning")
    assert [type(one).__name__ for one in active(editor).components] == ["Turning"]


@exercise("create.sun", "create.point_light", "create.spot_light", "create.camera", "create.environment")
def _(editor: EditorState) -> None:
    for name, kind in (
        ("sun", dw.Sun), ("point_light", dw.PointLight), ("spot_light", dw.SpotLight), ("camera", dw.Camera),
        ("environment", dw.Environment),
    ):  # fmt: skip
        editor.run(f"create.{name}")
        assert [type(one) for one in active(editor).components] == [kind]


@exercise("create.ground", "create.body")
def _(editor: EditorState) -> None:
    editor.run("create.ground")
    assert active(editor).get(dw.Collider) is not None
    editor.run("create.body", shape="sphere")
    assert active(editor)[dw.Collider].shape == active(editor)[dw.Mesh].shape == "sphere"


@exercise("create.from_asset")
def _(editor: EditorState) -> None:
    editor.run("create.from_asset", asset="tree.dream", at=(1, 0, 0))
    assert active(editor)[dw.Prefab].file == "tree.dream"
    editor.run("create.from_asset", asset="textures/wood.png")
    texture = active(editor)[dw.Material].base_color_texture
    assert texture is not None
    assert texture.image == "textures/wood.png"
    editor.run("create.from_asset", asset="models/rock.obj")
    assert active(editor)[dw.Mesh].asset == "models/rock.obj"
    with pytest.raises(dw.EditorError, match="can't be put into a scene"):
        editor.run("create.from_asset", asset="turning.py")


# ---- object -----------------------------------------------------------------------------------------------------


@exercise("object.group", "object.ungroup")
def _(editor: EditorState) -> None:
    before = editor.document.text()
    pick(editor, "crate-1", "crate-3")
    editor.run("object.group", name="pair")
    assert active(editor).position == (2, 0, -3)
    assert [child.name for child in active(editor).children] == ["crate-1", "crate-3"]
    editor.run("object.ungroup")
    assert "pair" not in editor.scene
    assert editor.scene["crate-3"].position == (3, 0, -3)
    editor.undo(2)
    assert editor.document.text() == before


@exercise("object.reparent", "object.parent_to_active", "object.unparent")
def _(editor: EditorState) -> None:
    pick(editor, "crate-1", "crate-2", "door")
    editor.run("object.parent_to_active")
    assert [child.name for child in editor.scene["door"].children] == ["handle", "crate-1", "crate-2"]
    pick(editor, "crate-2")
    editor.run("object.reparent", parent=editor.scene["door"].id, index=0)
    assert [child.name for child in editor.scene["door"].children] == ["crate-2", "handle", "crate-1"]
    editor.run("object.unparent")
    assert editor.scene["crate-2"].parent is None
    assert editor.scene["crate-2"].position == (2, 0, -3)


@exercise("object.move_up", "object.move_down", "object.move_first", "object.move_last")
def _(editor: EditorState) -> None:
    pick(editor, "lamp")
    for action, index in (("move_up", 0), ("move_down", 1), ("move_first", 0), ("move_last", 1)):
        editor.run(f"object.{action}")
        assert editor.scene["lamp"].index == index


@exercise("object.hide", "object.lock", "object.isolate", "object.show_all", "object.unlock_all")
def _(editor: EditorState) -> None:
    pick(editor, "table", "door")
    for action, field in (("hide", "hidden"), ("lock", "locked")):
        editor.run(f"object.{action}")
        checked = editor.actions[f"object.{action}"].checked
        assert checked is not None
        assert checked(editor)
        assert editor.document.get(editor.scene["table"].id, field) is True
    editor.run("object.show_all")
    editor.run("object.unlock_all")
    assert editor.document.shown.all()
    assert not editor.document.locked.any()
    pick(editor, "board")
    editor.run("object.isolate")
    assert np.flatnonzero(editor.document.shown).tolist() == [editor.scene[n].row for n in ("table", "board")]


@exercise("object.set", "object.reset_field", "object.reset_transform", "object.set_scene")
def _(editor: EditorState) -> None:
    pick(editor, "crate-1", "crate-2")
    editor.run("object.set", fields={"Material.roughness": 0.125, "position": (7, 7, 7)})
    assert editor.scene["crate-2"][dw.Material].roughness == 0.125
    editor.run("object.reset_field", path="Material.roughness")
    assert editor.scene["crate-2"][dw.Material].roughness == 0.5
    editor.run("object.reset_transform")
    assert editor.scene["crate-1"].position == (0, 0, 0)
    editor.run("object.set_scene", fields={"physics.gravity": (0, -1, 0)})
    assert editor.scene.physics.gravity == (0, -1, 0)


@exercise(
    "object.add_component", "object.remove_component", "object.move_component", "object.reset_component",
    "object.copy_component", "object.paste_component",
)  # fmt: skip
def _(editor: EditorState) -> None:
    pick(editor, "crate-1", "lamp")
    editor.run("object.add_component", component="PointLight", values={"candela": 7})
    assert editor.scene["crate-1"][dw.PointLight].candela == 7
    assert editor.scene["lamp"][dw.PointLight].candela == 100
    editor.run("object.move_component", component="PointLight", index=0)
    assert isinstance(editor.document.components(editor.scene["crate-1"].id)[0], dw.PointLight)
    pick(editor, "crate-1")
    editor.run("object.copy_component", component="PointLight")
    editor.run("object.reset_component", component="PointLight")
    assert editor.scene["crate-1"][dw.PointLight].candela == 100
    editor.run("object.paste_component")
    assert editor.scene["crate-1"][dw.PointLight].candela == 7
    editor.run("object.remove_component", component="PointLight")
    assert editor.scene["crate-1"].get(dw.PointLight) is None


@exercise("object.add_tag", "object.remove_tag")
def _(editor: EditorState) -> None:
    pick(editor, "crate-1", "table")
    editor.run("object.add_tag", tag="wooden")
    assert editor.scene["crate-1"].tags == {"crate", "wooden"}
    assert len(editor.scene.tagged("wooden")) == 2
    editor.run("object.remove_tag", tag="crate")
    assert editor.scene["crate-1"].tags == {"wooden"}


@exercise(
    "object.make_prefab", "object.unpack_prefab", "object.apply_overrides", "object.revert_overrides",
    "object.override",
)  # fmt: skip
def _(editor: EditorState) -> None:
    from dreamwell.editor.core import prefabs

    root = editor.project.root
    pick(editor, "table")
    editor.run("object.make_prefab", path="prefabs/table")
    assert editor.scene["table"][dw.Prefab].file == "prefabs/table.dream"
    assert "board" not in editor.scene
    made = dw.Scene.load(root / "prefabs" / "table.dream")
    texture = made["board"][dw.Material].base_color_texture
    assert texture is not None
    assert texture.image == "../textures/wood.png"
    woven = dw.weave(editor.scene)
    assert {"board", "lamp"} <= set(woven.objects.names)

    editor.run("object.override", part="board", field="Material.roughness", value=0.25)
    shown = {part.name: part for part in prefabs.parts(editor.document, editor.scene["table"].id)}
    assert shown["board"].overridden == {"Material.roughness"}
    assert shown["board"].block["components"]["Material"]["roughness"] == 0.25
    assert not shown["lamp"].overridden
    editor.run("object.revert_overrides", part="board", field="Material.roughness")
    assert not editor.scene["table"][dw.Prefab].overrides
    editor.undo()
    editor.run("object.apply_overrides")
    assert not editor.scene["table"][dw.Prefab].overrides
    assert dw.Scene.load(root / "prefabs" / "table.dream")["board"][dw.Material].roughness == 0.25
    editor.run("object.unpack_prefab")
    assert editor.scene["board"][dw.Material].base_color_texture == dw.Texture(image="textures/wood.png")
    assert editor.scene["table"].get(dw.Prefab) is None


# ---- play -------------------------------------------------------------------------------------------------------


@exercise(
    "play.start", "play.pause", "play.step", "play.stop", "play.time_scale", "play.keep_changes", "play.keep_and_stop"
)
def _(editor: EditorState) -> None:
    before = editor.document.text()
    (table_,) = pick(editor, "table")
    editor.set([table_], {"Turning": {}})
    edited = editor.document.text()
    assert not editor.can("play.pause")
    editor.run("play.time_scale", value=2.0)
    editor.run("play.start")
    assert editor.play.active
    assert not editor.can("edit.delete")
    for _frame in range(3):
        editor.play.frame(1 / 60)
    editor.run("play.pause")
    assert editor.play.mode == "paused"
    game = editor.play.game
    assert isinstance(game, dw.App)
    tick = game.tick
    editor.play.frame(1 / 60)
    editor.run("play.step")
    editor.play.frame(1 / 60)
    assert game.tick == tick + 1
    assert editor.get(table_, "position")[1] > 5
    assert editor.document.get(table_, "position")[1] == 0.5
    editor.run("play.keep_changes", only=["position"])
    assert editor.document.get(table_, "position")[1] > 5
    assert editor.document.get(table_, "Turning.speed") == 90
    editor.run("play.stop")
    editor.undo()
    assert editor.document.text() == edited
    editor.run("play.start")
    editor.play.frame(1 / 60)
    editor.run("play.keep_and_stop", everything=True)
    assert not editor.play.active
    assert editor.document.get(table_, "Turning.speed") > 90
    assert editor.history.undo_label == "Keep Changes"
    editor.undo(2)
    assert editor.document.text() == before


# ---- the table --------------------------------------------------------------------------------------------------

GROUPS = ("file", "edit", "create", "object", "play")
CORE = tuple(name for name in table() if name.partition(".")[0] in GROUPS)  # views and panels have tests of their own


@pytest.mark.parametrize("exercised", sorted({id(f): f for f in EXERCISES.values()}.values(), key=lambda f: [
    name for name, one in EXERCISES.items() if one is f
]), ids=lambda f: next(name for name, one in EXERCISES.items() if one is f))  # fmt: skip
def test_actions_do_what_they_say(editor: EditorState, exercised: Exercise) -> None:
    exercised(editor)


def test_every_action_is_exercised() -> None:
    assert set(CORE) - EXERCISES.keys() == set()
    assert EXERCISES.keys() - set(CORE) == set()


def test_the_table_is_sound() -> None:
    actions = table()
    shortcuts = [keys_of(one.shortcut) for one in actions.values() if one.shortcut]
    assert len(set(shortcuts)) == len(shortcuts)
    for one in actions.values():
        assert one.label
        assert one.doc or one.run.__doc__ or one.id not in CORE, one.id


def test_adding_refuses_an_id_or_a_shortcut_that_is_taken() -> None:
    actions: Actions = table()
    with pytest.raises(dw.EditorError, match=r"edit\.undo already"):
        actions.add("edit.undo", "Undo", print)
    with pytest.raises(dw.EditorError, match=r"edit\.undo has it"):
        actions.add("my.undo", "Undo", print, "ctrl+z")
    found: Action | None = actions.by_shortcut("Shift+Ctrl+Z")
    assert found is not None
    assert found.id == "edit.redo"
    assert set(CORE) <= set(ACTIONS)


def test_what_goes_wrong_is_told_by_act_and_raised_by_run(editor: EditorState) -> None:
    before = editor.document.text()
    assert not editor.act("edit.delete")  # nothing is chosen: it can't be done
    assert editor.notice is None
    assert not editor.act("file.open", path="gone.dream")
    assert editor.notice is not None
    assert "gone.dream does not exist" in editor.notice.text
    assert not editor.act("no.such")
    with pytest.raises(dw.EditorError, match="can't be done now"):
        editor.run("edit.delete")
    with pytest.raises(dw.EditorError, match=r"there is edit\.undo"):
        editor.run("edit.undoo")
    with pytest.raises(dw.EditorError, match="its arguments are name"):
        editor.run("file.new", nonsense=1)
    assert editor.document.text() == before


def test_unsaved_work_is_asked_for_before_another_scene_takes_its_place(editor: EditorState) -> None:
    ids: list[Any] = pick(editor, "table")
    editor.act("edit.delete")
    editor.act("file.open", path="tree.dream")
    assert editor.scene.name == "level"
    editor.answer("Cancel")
    assert editor.scene.name == "level"
    editor.act("file.open", path="tree.dream")
    editor.answer("Don't Save")
    assert editor.scene.name == "tree"
    assert ids[0] in {one.id for one in dw.Scene.load(editor.project.root / "scene.dream")}
    editor.act("file.new")
    editor.run("create.box")
    editor.act("file.open", path="tree.dream")
    editor.answer("Save")  # it has no file yet, so that is asked next
    assert editor.answer(Path("unnamed").absolute().parent / editor.project.root / "made")
    assert editor.scene.name == "tree"
    assert "box" in dw.Scene.load(editor.project.root / "made.dream")
