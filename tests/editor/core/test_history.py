"""Undo and redo: the document's bytes at each point, drags as one step, the selection along with it."""

import random
from collections.abc import Callable
from typing import Any

import pytest

import dreamwell as dw
from dreamwell.editor.core import EditorState
from dreamwell.editor.core.create_actions import PRIMITIVES

Do = Callable[[EditorState, random.Random], object]


def some(editor: EditorState, chance: random.Random, most: int = 4) -> list[int]:
    """A few ids."""
    known = editor.scene.ids.tolist()
    return chance.sample(known, min(len(known), chance.randint(1, most)))


def _set_one(path: str, make: Callable[[random.Random], Any], kind: type | None = None) -> Do:
    def do(editor: EditorState, chance: random.Random) -> object:
        ids = [one for one in some(editor, chance) if kind is None or editor.document.object(one).get(kind)]
        if ids:
            editor.set(ids, {path: make(chance)})
        return None

    return do


def _drag(editor: EditorState, chance: random.Random) -> None:
    ids = some(editor, chance)
    for i in range(chance.randint(2, 6)):
        editor.set(ids, {"position": [[i * 0.1, chance.random(), 0]] * len(ids)}, "Move", "drag", each=True)
    if chance.random() < 0.8:
        editor.seal()


def _act(name: str, **arguments: Any) -> Do:
    def do(editor: EditorState, chance: random.Random) -> object:
        if chance.random() < 0.7 or not len(editor.selection):
            editor.select(some(editor, chance))
        made = {key: value(chance) if callable(value) else value for key, value in arguments.items()}
        return editor.act(name, **made)

    return do


def _reparent(editor: EditorState, chance: random.Random) -> object:
    parent = chance.choice([0, *some(editor, chance, 1)])
    keep = chance.choice(["world", "local"])
    return editor.act("object.reparent", ids=some(editor, chance), parent=parent, index=chance.randint(0, 4), keep=keep)


def _freely(editor: EditorState, chance: random.Random) -> None:
    with editor.edit("Freely") as scene:
        obj = scene.by_id(chance.choice(scene.ids.tolist()))
        obj.tags = {chance.choice("abc")}
        scene.add("free", parent=obj)


DOING: tuple[Do, ...] = (
    _set_one("position", lambda c: [c.uniform(-5, 5), 0.1, c.random()]),
    _set_one("rotation", lambda c: [0, c.random(), 0, 1]),
    _set_one("scale", lambda c: [c.uniform(0.1, 3)] * 3),
    _set_one("name", lambda c: c.choice(["a", "crate-9", "Größe", "x y"])),
    _set_one("tags", lambda c: c.sample(["a", "b", "c", "d"], 2)),
    _set_one("Material.base_color", lambda c: [c.random(), 0.1, 0.5], dw.Material),
    _set_one("Mesh.radius", lambda c: c.uniform(0.1, 2), dw.Mesh),
    _set_one("PointLight", lambda c: c.choice([None, {"candela": 5}, {}])),
    _drag,
    _reparent,
    _freely,
    _act("edit.delete"),
    _act("edit.duplicate"),
    _act("edit.copy"),
    _act("edit.cut"),
    _act("edit.paste"),
    _act("object.group"),
    _act("object.ungroup"),
    _act("object.unparent"),
    _act("object.move_up"),
    _act("object.move_down"),
    _act("object.move_first"),
    _act("object.hide"),
    _act("object.lock"),
    _act("object.isolate"),
    _act("object.show_all"),
    _act("object.add_component", component=lambda c: c.choice(["SpotLight", "Body", "Turning", "Material"])),
    _act("object.remove_component", component=lambda c: c.choice(["SpotLight", "Mesh", "Turning", "Material"])),
    _act("object.move_component", component="Material", index=0),
    _act("object.add_tag", tag="more"),
    _act("object.reset_transform"),
    _act("create.primitive", shape=lambda c: c.choice(PRIMITIVES)),
    _act("create.camera"),
    _act("create.from_asset", asset="tree.dream"),
    _act("object.unpack_prefab"),
    _act("object.override", part="leaves", field="Material.alpha", value=lambda c: c.random()),
    _act("object.set_scene", fields=lambda c: {"settings.shadows.distance": c.uniform(1, 99), "name": c.choice("ab")}),
    _act("object.set_scene", fields=lambda c: {"physics.gravity": [0, -c.random(), 0]}),
    _act("edit.select_all"),
)


@pytest.mark.parametrize("seed", range(10))
def test_undo_and_redo_restore_the_bytes_over_a_thousand_random_sequences(editor: EditorState, seed: int) -> None:
    chance = random.Random(seed)
    for _sequence in range(100):
        if len(editor.scene) > 60 or len(editor.scene) < 5:
            editor.undo(chance.randint(5, 40))
        start = editor.history.position
        texts = {start: editor.document.text()}  # by how many steps are done
        for _step in range(chance.randint(1, 5)):
            chance.choice(DOING)(editor, chance)
            position = editor.history.position
            texts = {at: text for at, text in texts.items() if at < position} | {position: editor.document.text()}
        for position in [*sorted(texts, reverse=True), *sorted(texts)]:
            editor.go_to(position)
            assert editor.document.text() == texts[position]
            assert all(one in editor.document for one in editor.selection)
        if chance.random() < 0.3:
            editor.undo(chance.randint(1, 3))
    assert not [entry for entry in editor.log.entries if "Traceback" in entry.details]
    assert len({step.label.partition(" ")[0] for step in editor.history.steps}) > 10  # it was no walk in place
    again = dw.Scene.load(_saved(editor))
    assert again.dumps() == editor.document.text()


def _saved(editor: EditorState) -> str:
    editor.run("file.save_copy", path="copy.dream")
    return str(editor.project.root / "copy.dream")


def test_a_drag_is_one_step_until_it_is_sealed(editor: EditorState) -> None:
    before = editor.document.text()
    (box,) = [editor.scene["table"].id]
    for i in range(30):
        editor.set([box], {"position": (i, 0, 0)}, "Move", "gizmo")
    assert len(editor.history.steps) == 1
    editor.seal()
    editor.set([box], {"position": (99, 0, 0)}, "Move", "gizmo")
    editor.set([box], {"position": (98, 0, 0)}, "Move", "other drag")
    assert len(editor.history.steps) == 3
    editor.undo(2)
    assert editor.scene["table"].position == (29, 0, 0)
    editor.undo()
    assert editor.document.text() == before
    editor.redo()
    assert editor.scene["table"].position == (29, 0, 0)


def test_a_drag_over_other_objects_and_fields_is_undone_as_a_whole(editor: EditorState) -> None:
    before = editor.document.text()
    one, two = editor.scene["table"].id, editor.scene["door"].id
    editor.set([one], {"position": (1, 0, 0)}, merge="d")
    editor.set([one, two], {"position": (2, 0, 0)}, merge="d")
    editor.set([two], {"Body.mass": 5}, merge="d")
    after = editor.document.text()
    assert len(editor.history.steps) == 1
    editor.undo()
    assert editor.document.text() == before
    editor.redo()
    assert editor.document.text() == after


def test_the_selection_is_undone_and_looking_around_forgets_nothing(editor: EditorState) -> None:
    one, two = editor.scene["table"].id, editor.scene["door"].id
    editor.select([one])
    editor.select([two], mode="add")
    assert list(editor.selection) == [one, two]
    assert not editor.document.dirty
    editor.undo()
    assert list(editor.selection) == [one]
    editor.redo()
    editor.act("edit.delete")
    assert not len(editor.selection)
    editor.undo()
    assert editor.selection.ids == (one, two)
    editor.select([two])  # no step while something can be redone
    assert editor.history.can_redo
    editor.redo()
    assert "door" not in editor.scene


def test_dirty_is_whether_it_differs_from_the_file(editor: EditorState) -> None:
    editor.select([editor.scene["table"].id])
    assert not editor.document.dirty
    editor.act("edit.rename", name="x")
    assert editor.document.dirty
    editor.undo()
    assert not editor.document.dirty
    editor.redo()
    editor.save()
    assert not editor.document.dirty
    editor.undo()
    assert editor.document.dirty


def test_selection_ranges_toggles_and_what_is_gone(editor: EditorState) -> None:
    crates = [editor.scene[f"crate-{i}"].id for i in range(8)]
    editor.select([crates[2]])
    editor.set_selection(editor.selection.range_to(crates[5], crates))
    assert editor.selection.ids == tuple(crates[2:6])
    assert editor.selection.active == crates[5]
    editor.set_selection(editor.selection.range_to(crates[0], crates))  # from where it began
    assert editor.selection.ids == tuple(crates[:3])
    editor.select([crates[1]], mode="toggle")
    assert editor.selection.ids == (crates[0], crates[2])
    editor.select([crates[7]], mode="toggle")
    assert editor.selection.active == crates[7]
    editor.do({"do": "remove_objects", "ids": [crates[7]]})
    assert editor.selection.ids == (crates[0], crates[2])
    assert editor.selection.active == crates[2]


def test_the_oldest_steps_are_forgotten_when_they_take_too_much(editor: EditorState) -> None:
    editor.history.max_bytes = 20_000
    (box,) = [editor.scene["table"].id]
    for i in range(200):
        editor.set([box], {"name": f"name {i}"})
    assert editor.history.bytes <= 20_000
    assert editor.history.forgotten > 0
    editor.undo(1000)
    assert editor.history.position == 0
    assert editor.document.dirty
    editor.redo(1000)
    assert editor.scene.by_id(box).name == "name 199"
