"""The order of objects, what the editor notes about them, components nobody declares, and texts that are not saved."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dreamwell as dw
from dreamwell.engine.errors import SceneError
from dreamwell.engine.scene import dream_file
from dreamwell.engine.scene.notes import Note


def family() -> dw.Scene:
    """Two roots; the first has three children, one of which has a child."""
    scene = dw.Scene("family", seed=1)
    first = scene.add("first", dw.Mesh.box(), tags={"a"})
    for name in ("x", "y", "z"):
        scene.add(name, at=(1, 2, 3), parent=first)
    scene.add("second")
    scene.add("yy", dw.Mesh.sphere(), parent=scene["y"])
    return scene


def children(scene: dw.Scene, name: str) -> list[str]:
    return [child.name for child in scene[name].children]


def test_an_objects_index_is_its_place_among_its_siblings() -> None:
    scene = family()
    y = scene["y"]
    assert (y.index, scene["second"].index, scene["yy"].index) == (1, 1, 0)
    y.index = 0
    assert children(scene, "first") == ["y", "x", "z"]
    y.index = 99
    assert children(scene, "first") == ["x", "z", "y"]
    assert children(scene, "y") == ["yy"]
    assert y.name == "y"  # the handle is good for the same object
    scene["second"].index = 0
    assert [obj.name for obj in scene if obj.parent is None] == ["second", "first"]
    again, problems = dream_file.loads(scene.dumps())
    assert not problems
    assert children(again, "first") == ["x", "z", "y"]
    assert dw.weave(again).digest == dw.weave(scene).digest


def test_objects_are_put_among_others_and_no_further_than_needed() -> None:
    scene = family()
    before = list(scene.names)
    scene.put_among([scene["second"].row, scene["z"].row], scene["first"].row, 1)
    assert children(scene, "first") == ["x", "second", "z", "y"]
    with pytest.raises(SceneError, match="can't hang on yy"):
        scene.put_among([scene["y"].row], scene["yy"].row, 0)
    other = family()
    other.put_among([other["yy"].row], -1, 9)  # it is behind the other roots as it is
    assert list(other.names) == before
    assert other["yy"].parent is None


def test_an_order_has_each_row_once() -> None:
    scene = family()
    text = scene.dumps()
    for wrong in ([0, 1], [0, 0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 6], [-1, 0, 1, 2, 3, 4]):
        with pytest.raises(SceneError, match="each of its 6 rows once"):
            scene.reorder(wrong)
    for wrong in ([9], [-1]):
        with pytest.raises(SceneError, match="rows 0 to 5"):
            scene.put_at([0], wrong)
    assert scene.dumps() == text


@given(st.permutations(range(6)))
def test_any_order_keeps_the_objects(order: list[int]) -> None:
    scene = family()
    blocks = {block["id"]: block for block in json.loads(scene.dumps())["objects"]}
    ids = scene.ids.copy()
    scene.reorder(order)
    np.testing.assert_array_equal(scene.ids, ids[order])
    assert {block["id"]: block for block in json.loads(scene.dumps())["objects"]} == blocks
    scene.reorder(np.argsort(order))
    np.testing.assert_array_equal(scene.ids, ids)


# ---- notes --------------------------------------------------------------------------------------------------------


def test_what_the_editor_notes_is_in_the_file_where_there_is_something() -> None:
    scene = family()
    assert '"editor"' not in scene.dumps()
    scene["x"].note = Note(hidden=True, order=("Mesh", "Material"))
    scene["z"].note = Note(locked=True)
    text = scene.dumps()
    again, problems = dream_file.loads(text)
    assert not problems
    assert again.dumps() == text
    assert again["x"].note == Note(hidden=True, order=("Mesh", "Material"))
    assert json.loads(text)["objects"][1]["editor"] == {"hidden": True, "order": ["Mesh", "Material"]}
    assert dw.weave(again).digest == dw.weave(family()).digest  # a game knows nothing of it
    copy = again.copy()
    copy["x"].note = Note()
    assert again["x"].note.hidden
    copy.remove(copy["second"])
    assert copy["z"].note.locked


def test_wrong_notes_are_told() -> None:
    text = family().dumps().replace('"name": "second"', '"name": "second", "editor": {"hidden": 1, "shown": true}')
    _, problems = dream_file.loads(text)
    assert sorted((p.where, p.field, p.code) for p in problems) == [
        ("second", "editor.hidden", "type"), ("second", "editor.shown", "unknown-field"),
    ]  # fmt: skip


# ---- components nobody declares -------------------------------------------------------------------------------------


def test_components_nobody_declares_are_kept_where_that_is_asked_for(tmp_path: Path) -> None:
    scene = family()
    text = scene.dumps().replace('"Mesh": {}', '"Lost": {"speed": 3, "who": ["a", {"b": 1}]},\n    "Mesh": {}')
    text = dream_file.canonical(json.loads(text))
    strict, problems = dream_file.loads(text)
    assert [p.code for p in problems] == ["unknown-component"]
    assert not strict.unread
    kept, problems = dream_file.loads(text, keep=True)
    assert [p.code for p in problems] == ["unknown-component"]  # a game still can't play it
    assert kept.unread == {kept["first"].id: {"Lost": {"speed": 3, "who": ["a", {"b": 1}]}}}
    assert kept.dumps() == kept.copy().dumps() == text
    kept.save(tmp_path / "kept.dream")
    assert (tmp_path / "kept.dream").read_text() == text
    kept.give_id(kept["first"].row, 77)
    assert list(kept.unread) == [77]
    kept["first"].remove()
    assert not kept.unread


# ---- parts of files -------------------------------------------------------------------------------------------------


def test_objects_as_data_and_back() -> None:
    scene = family()
    blocks = dream_file.blocks_of(scene, [0, 2, 5])
    assert [block["name"] for block in blocks] == ["first", "y", "yy"]
    other = dw.Scene("other")
    problems: list[dw.Problem] = []
    dream_file.read_blocks(other, blocks, problems)
    assert not problems
    assert dream_file.blocks_of(other) == blocks
    dream_file.read_blocks(other, [{"id": "00000000000000aa", "name": "q", "parent": "00000000000000bb"}], problems)
    assert [p.code for p in problems] == ["unknown-parent"]


def test_texts_that_are_not_saved_are_read_in_place_of_their_files(tmp_path: Path) -> None:
    path = tmp_path / "family.dream"
    family().save(path)
    changed = dw.Scene("changed").dumps()
    with dream_file.unsaved({path: changed}) as taken:
        assert not taken
        assert dw.Scene.load(path).name == "changed"
        assert dw.load(tmp_path / "." / "family.dream").name == "changed"
        assert taken == {path.resolve()}
        assert dw.App(path).scene.name == "changed"
    assert dw.Scene.load(path).name == "family"


def test_a_scenes_folder_can_be_another_one(tmp_path: Path) -> None:
    scene = dw.Scene("s", root=tmp_path / "a")
    scene.add("m", dw.Mesh.load("x.obj"))
    scene.prefabs, scene.scripts = ["p.dream"], ["q.py"]
    dream_file.move_root(scene, tmp_path / "b")
    assert scene["m"][dw.Mesh].asset == "../a/x.obj"
    assert scene.scripts == ["../a/q.py"]
    assert scene.root == tmp_path / "b"


def test_the_name_of_another_object_is_known_as_such() -> None:
    from dreamwell.engine.declare import fields_of

    (other,) = [f for f in fields_of(dw.Joint) if f.name == "other"]
    assert (other.kind.role, other.kind.wanted) == ("object", "the name of an object")
    scene = dw.Scene("s")
    scene.add("a", dw.Body(), dw.Collider(), dw.Joint(other=3))  # type: ignore[arg-type]
    with pytest.raises(SceneError, match="must be the name of an object"):
        dw.weave(scene)
