"""Commands: each changes what it says, its inverse restores the bytes, and what can't be changes nothing."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.editor.core import EditorState, apply
from dreamwell.editor.core.commands import KINDS
from dreamwell.editor.core.difference import difference
from dreamwell.editor.core.outside import OUTSIDE
from dreamwell.editor.core.tree import world_matrices
from dreamwell.engine.scene.scene import id_text

Ids = Callable[..., list[int]]

NEW = {"id": "00000000000000ff", "name": "new", "components": {"Mesh": {"shape": "cone"}}, "position": [1, 2, 3]}


def commands(ids: Ids) -> dict[str, dict[str, Any]]:
    """At least one of each kind, by what it does."""
    one, two, three = ids("table", "crate-1", "crate-2")
    door, lamp, camera = ids("door", "lamp", "camera")

    def fields(which: list[int], **values: Any) -> dict[str, Any]:
        return {"do": "set_fields", "ids": which, "fields": {k.replace("__", "."): v for k, v in values.items()}}

    return {
        "move": fields([one, two], position=[[1.5, 2, 3], [4, 5, 6]]),
        "turn and scale": fields([one], rotation=[[0, 1, 0, 0]], scale=[[1, 2, 3]]),
        "name": fields([one, two, three], name=["a", "b", "c"]),
        "tags": fields([one, two], tags=[["x", "y"]]),
        "hide": fields([one, lamp], hidden=[True], locked=[True]),
        "a field of many": fields([two, three], Material__roughness=[0.25]),
        "two fields of one component": fields([two], Material__roughness=[0.25], Material__metallic=[1.0]),
        "a field in a field": fields(ids("board"), Material__base_color_texture__scale=[[2, 3]]),
        "a field that is a struct": fields([two], Material__normal_texture=[{"image": "textures/wood.png"}]),
        "a whole component": fields([two, one], PointLight=[{"candela": 3}, None]),
        "a field that is a list": fields([door], Collider__collides_with=[["a", "b"]]),
        "a field that is optional": fields(ids("hinge"), Joint__minimum=[-30.0]),
        "overrides": fields(ids("oak"), Prefab__overrides=[{"trunk": {"Material.alpha": 0.5}}]),
        "add a component": {"do": "add_component", "ids": [one, camera], "component": "SpotLight"},
        "remove a component": {"do": "remove_component", "ids": [two, three], "component": "Material"},
        "move a component": {"do": "move_component", "ids": [door], "component": "Mesh", "index": 0},
        "add": {"do": "add_objects", "objects": [NEW, {**NEW, "id": "00000000000000fe", "parent": NEW["id"]}]},
        "add in rows": {"do": "add_objects", "objects": [NEW], "rows": [2]},
        "remove": {"do": "remove_objects", "ids": [one, two]},
        "remove all": {"do": "remove_objects", "ids": ids("camera", "sun", "sky", "table", "door")},
        "hang": {"do": "reparent", "ids": [two, three], "parent": one, "index": 0, "keep": "world"},
        "hang, staying relative": {"do": "reparent", "ids": [two], "parent": one, "index": 1, "keep": "local"},
        "unhang": {"do": "reparent", "ids": [lamp], "parent": 0, "index": 0},
        "order": {"do": "reparent", "ids": [three], "parent": 0, "index": 0},
        "arrange": {"do": "arrange", "ids": [two, three], "parents": [one, 0], "rows": [0, 5]},
        "scene": {"do": "set_settings", "fields": {"name": "other", "settings.shadows.distance": 20}},
        "gravity": {"do": "set_settings", "fields": {"physics.gravity": [0, -1.6, 0], "physics.layers": ["a", "b"]}},
        "a group of settings": {"do": "set_settings", "fields": {"settings.bloom": {"enabled": False, "levels": 3}}},
        "rules": {
            "do": "set_settings",
            "fields": {"rules": [{"name": "r", "when": {"tags_all": ["a"]}, "then": [{"do": "tag", "tags": ["b"]}]}]},
        },
        "scripts and prefabs": {"do": "set_settings", "fields": {"scripts": [], "prefabs": ["tree.dream"]}},
        "group": {
            "do": "group",
            "commands": [fields([one], name=["z"]), {"do": "remove_objects", "ids": [one]}, fields([two], name=["y"])],
        },
    }


CASES = (
    "move", "turn and scale", "name", "tags", "hide", "a field of many", "two fields of one component",
    "a field in a field", "a field that is a struct", "a whole component", "a field that is a list",
    "a field that is optional", "overrides", "add a component", "remove a component", "move a component", "add",
    "add in rows", "remove", "remove all", "hang", "hang, staying relative", "unhang", "order", "arrange", "scene",
    "gravity", "a group of settings", "rules", "scripts and prefabs", "group",
)  # fmt: skip


def test_every_kind_of_command_is_tried(ids: Ids) -> None:
    known = commands(ids)
    assert tuple(known) == CASES
    assert {command["do"] for command in known.values()} == set(KINDS) - set(OUTSIDE)


@pytest.mark.parametrize("case", CASES)
def test_the_inverse_restores_the_bytes_and_the_command_does_the_same_again(
    editor: EditorState, ids: Ids, case: str
) -> None:
    document, command = editor.document, commands(ids)[case]
    before = document.text()
    inverse = apply(document, json.loads(json.dumps(command)))
    after = document.text()
    assert after != before
    forward = apply(document, json.loads(json.dumps(inverse)))
    assert document.text() == before
    apply(document, json.loads(json.dumps(forward)))  # the inverse of the inverse
    assert document.text() == after
    apply(document, inverse)
    apply(document, command)
    assert document.text() == after
    assert dw.Scene.load(editor.project.root / "scene.dream").dumps() == before  # no command touches the file


def test_commands_do_what_they_say(editor: EditorState, ids: Ids) -> None:
    scene, document = editor.scene, editor.document
    for name in ("name", "a whole component", "move a component", "hide", "a field in a field"):
        apply(document, commands(ids)[name] if name != "name" else commands(ids)["move"])
    assert scene["table"].position == (1.5, 2, 3)
    assert scene["crate-1"][dw.PointLight].candela == 3
    assert scene["table"].note.hidden
    assert not document.shown[scene["board"].row]  # hiding goes on below
    assert document.locked[scene["board"].row]
    assert document.shown[scene["camera"].row]
    texture = scene["board"][dw.Material].base_color_texture
    assert texture is not None
    assert texture.scale == (2, 3)
    assert texture.image == "textures/wood.png"
    assert [type(value).__name__ for value in document.components(ids("door")[0])] == ["Mesh", "Body", "Collider"]


def test_hanging_elsewhere_keeps_the_place_in_the_world(editor: EditorState, ids: Ids) -> None:
    crate, lamp, door = ids("crate-3", "lamp", "door")
    editor.set([door], {"rotation": (0.6, 0, 0, 0.8), "scale": (2, 2, 2)})
    before = world_matrices(editor.scene, editor.document.rows([crate, lamp]))
    editor.run("object.reparent", parent=door, ids=[crate])
    np.testing.assert_allclose(world_matrices(editor.scene, editor.document.rows([crate])), before[:1], atol=1e-8)
    editor.run("object.reparent", parent=ids("table")[0], ids=[crate])  # which is stretched: places stay, not shapes
    editor.run("object.reparent", parent=0, ids=[lamp])
    after = world_matrices(editor.scene, editor.document.rows([crate, lamp]))
    np.testing.assert_allclose(after[:, :, 3], before[:, :, 3], atol=1e-8)
    parent = editor.scene.by_id(crate).parent
    assert parent is not None
    assert parent.name == "table"


def test_order_among_siblings_is_that_of_the_file(editor: EditorState, ids: Ids) -> None:
    def crates() -> list[str]:
        return [
            editor.scene.by_id(one).name
            for one in editor.document.tree.roots
            if "crate" in editor.document.get(one, "tags")
        ]

    assert crates() == [f"crate-{i}" for i in range(8)]
    editor.select(ids("crate-6"))
    editor.run("object.move_up")
    assert crates()[5:7] == ["crate-6", "crate-5"]
    editor.run("object.move_first")
    assert editor.scene.by_id(editor.document.tree.roots[0]).name == "crate-6"
    editor.run("object.move_last")
    assert editor.scene.by_id(editor.document.tree.roots[-1]).name == "crate-6"
    assert dw.Scene.load(_saved(editor)).names == editor.scene.names


def _saved(editor: EditorState) -> str:
    editor.save()
    return str(editor.document.path)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ({"do": "dance"}, "there is no command 'dance'"),
        ({"do": "set_fields", "ids": [12345], "fields": {}}, "no object with the id"),
        ({"do": "set_fields", "ids": [], "fields": {"Materiel.alpha": [1]}}, "did you mean Material"),
        ({"do": "set_fields", "ids": ["crate-1"], "fields": {"Material.alfa": [1]}}, "has no field alfa"),
        ({"do": "set_fields", "ids": ["crate-1"], "fields": {"Material.alpha": [7]}}, "from 0 to 1"),
        ({"do": "set_fields", "ids": ["crate-1"], "fields": {"Material.alpha": ["x"]}}, "must be a number"),
        ({"do": "set_fields", "ids": ["camera"], "fields": {"Material.alpha": [1]}}, "camera has no Material"),
        ({"do": "set_fields", "ids": ["crate-1"], "fields": {"position": [[1, 2]]}}, "3 finite numbers"),
        ({"do": "set_fields", "ids": ["crate-1"], "fields": {"position": [[1, 2, float("nan")]]}}, "3 finite numbers"),
        ({"do": "set_fields", "ids": ["crate-1"], "fields": {"tags": [["two words"]]}}, "one word"),
        ({"do": "set_fields", "ids": ["crate-1"], "fields": {"name": [7]}}, "must be a text"),
        ({"do": "set_fields", "ids": ["crate-1", "crate-1"], "fields": {"name": ["a"]}}, "named twice"),
        ({"do": "set_fields", "ids": ["crate-1"], "fields": {"name": ["a", "b"]}}, "has 2 values for 1 objects"),
        ({"do": "set_fields", "ids": ["crate-1"], "fields": {"Mesh.data": [None]}}, "in memory only"),
        ({"do": "set_fields", "ids": ["crate-1"], "fields": {"Material.normal_texture.scale": [[1, 1]]}}, "as a whole"),
        ({"do": "add_objects", "objects": [{"id": "x", "name": "a"}]}, "16 hexadecimal"),
        ({"do": "add_objects", "objects": [{**NEW, "parent": "00000000000000aa"}]}, "id of an object"),
        ({"do": "add_objects", "objects": [{**NEW, "components": {"Mesh": {"radius": "x"}}}]}, "radius"),
        ({"do": "add_objects", "objects": [NEW], "rows": [99]}, "rows"),
        ({"do": "reparent", "ids": ["table"], "parent": "lamp"}, "below it"),
        ({"do": "reparent", "ids": ["table"], "parent": "table"}, "below it"),
        ({"do": "set_settings", "fields": {"settings.shadows.distanze": 1}}, "has no field distanze"),
        ({"do": "set_settings", "fields": {"settings.shadows.distance": -1}}, "above 0"),
        ({"do": "set_settings", "fields": {"weather": 1}}, "a scene has no weather"),
        ({"do": "set_settings", "fields": {"scripts": ["gone.py"]}}, "gone.py"),
        ({"do": "set_settings", "fields": {"rules": [{"nam": "x"}]}}, "nam"),
        ({"do": "remove_objects"}, "lacks 'ids'"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_told_and_changes_nothing(
    editor: EditorState, ids: Ids, command: dict[str, Any], told: str
) -> None:
    command = json.loads(json.dumps(command))
    if "ids" in command:
        command["ids"] = [ids(one)[0] if isinstance(one, str) else one for one in command["ids"]]
    if isinstance(command.get("parent"), str):
        command["parent"] = ids(command["parent"])[0]
    before = editor.document.text()
    with pytest.raises(dw.DreamwellError, match=told):
        editor.do({"do": "group", "commands": [commands(ids)["name"], command]})  # what was done before it is undone
    assert editor.document.text() == before
    assert not editor.history.can_undo
    assert not editor.document.dirty


def test_a_copy_of_the_scene_that_was_changed_freely_is_one_step(editor: EditorState, ids: Ids) -> None:
    before = editor.document.text()
    with editor.edit("Rearrange") as scene:
        scene["table"].position = (9, 9, 9)
        scene["lamp"].parent = scene["door"]
        scene["crate-2"].remove()
        made = scene.add("new", dw.Mesh.torus(), parent=scene["door"], tags={"a"})
        scene.add("newer", parent=made)
        made.index = 0
        scene["crate-3"].index = 0
        scene["crate-4"].set(dw.Material(alpha=0.5))
        scene["crate-5"].discard(dw.Material)
        scene.configure({"shadows.distance": 33})
        scene.physics = dw.Physics(gravity=(0, 0, 0))
        wanted = scene.dumps()
    assert editor.document.text() == wanted
    assert len(editor.history.steps) == 1
    editor.undo()
    assert editor.document.text() == before
    editor.redo()
    assert editor.document.text() == wanted
    with editor.edit("Nothing"):
        pass
    assert len(editor.history.steps) == 1


def test_the_difference_of_any_two_scenes_makes_one_into_the_other() -> None:
    random = np.random.default_rng(5)
    for seed in range(40):
        old = dw.Scene("a", seed=seed)
        for i in range(12):
            above = old.by_id(int(old.ids[random.integers(len(old))])) if len(old) and random.random() < 0.6 else None
            old.add(f"o{i}", *([dw.Mesh.box()] if i % 2 else []), at=random.random(3), parent=above)
        new = old.copy()
        for _ in range(6):
            if not len(new):
                break
            obj = new.by_id(int(new.ids[random.integers(len(new))]))
            match int(random.integers(5)):
                case 0:
                    obj.remove()
                case 1:
                    above = new.by_id(int(new.ids[random.integers(len(new))]))
                    up: dw.SceneObject | None = above
                    while up is not None and up != obj:
                        up = up.parent
                    if up is None:
                        obj.parent = above
                case 2:
                    obj.index = int(random.integers(6))
                case 3:
                    new.add("n", dw.Mesh.sphere(), parent=obj)
                case _:
                    new.reorder(random.permutation(len(new)))
        from dreamwell.editor.core import Document

        document = Document(old)
        command = difference(old, new)
        if command is not None:
            before = old.dumps()
            inverse = apply(document, command)
            assert document.text() == new.dumps()
            apply(document, inverse)
            assert document.text() == before


def test_changes_say_what_a_view_has_to_look_at(editor: EditorState, ids: Ids) -> None:
    document = editor.document
    crate, table, lamp = ids("crate-1", "table", "lamp")
    since = document.revision
    assert not document.changes(since)
    editor.set([crate, table], {"position": (0, 0, 0)})
    editor.set([crate], {"Material.alpha": 0.5, "name": "x"})
    found = document.changes(since)
    assert sorted(found.moved.tolist()) == sorted([crate, table])
    assert found.fields == {crate: {"Material", "name"}}
    assert not found.structure
    assert not found.everything
    editor.do({"do": "set_settings", "fields": {"settings.shadows.distance": 20}})
    editor.select([lamp])
    editor.act("edit.delete")
    found = document.changes(found.revision)
    assert found.structure
    assert found.settings == {"settings.shadows.distance"}
    assert not len(found.moved)
    editor.undo()
    assert document.changes(found.revision).structure
    for _ in range(600):
        editor.set([crate], {"position": (1, 0, 0)}, merge="drag")
    assert document.changes(since).everything


def test_ids_are_as_files_write_them(editor: EditorState) -> None:
    assert f'"id": "{id_text(int(editor.scene.ids[0]))}"' in editor.document.text()
