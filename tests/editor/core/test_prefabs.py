"""Instances of prefabs: what differs is shown, applied to the file, reverted, unpacked, and looks the same."""

from pathlib import Path

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.editor import session
from dreamwell.editor.core import EditorState, UserSettings, prefabs

OVERRIDES = {
    "leaves": {"scale": (2, 2, 2), "Material.base_color": (0.9, 0.1, 0.1), "Body": {"mass": 1}, "tags": ["red"]},
    "nest": None,
    "lamp/bulb": {"PointLight.candela": 5},
}


@pytest.fixture
def grove(tmp_path: Path) -> EditorState:
    """A scene with two instances of a tree that has a lamp in it, one of them different."""
    root = tmp_path / "grove"
    (root / "parts").mkdir(parents=True)
    bulb = dw.Scene("bulb", seed=1)
    bulb.add("bulb", dw.PointLight(candela=9))
    bulb.save(root / "parts" / "bulb.dream")
    tree = dw.Scene("tree", seed=2, root=root / "parts")
    trunk = tree.add("trunk", dw.Mesh.cylinder(), dw.Material(alpha=0.5))
    leaves = tree.add("leaves", dw.Mesh.sphere(), dw.Material(), at=(0, 1, 0), parent=trunk)
    nest = tree.add("nest", dw.Mesh.torus(), parent=leaves)
    tree.add("egg", dw.Mesh.sphere(0.1), parent=nest)
    tree.add("lamp", dw.Prefab("bulb.dream"), at=(0, 3, 0))
    tree.add("sky", dw.Environment())
    tree.save(root / "parts" / "tree.dream")
    scene = dw.Scene("grove", seed=3, root=root)
    scene.add("camera", dw.Camera(), at=(0, 0, 9))
    scene.add("plain", dw.Prefab("parts/tree.dream"))
    scene.add("other", dw.Prefab("parts/tree.dream", OVERRIDES), at=(5, 0, 0), rotation=(0, 1, 0, 0))
    scene.save(root / "scene.dream")
    return session.opened(root, UserSettings())


def seen(editor: EditorState, below: str) -> list[tuple[object, ...]]:
    """What a player sees of what hangs on an object: names, places, colours, lights, tags."""
    world = dw.App(editor.scene.copy(), inspect=False).world
    root = world[below]
    out: list[tuple[object, ...]] = []
    waiting = list(root.children)
    while waiting:
        one = waiting.pop()
        waiting += one.children
        look = one.material.base_color if world.roster.look(one.row)[0] >= 0 else None
        lights = tuple(value.candela for value in one.components if isinstance(value, dw.PointLight))
        place = tuple(np.round(one.world_position, 4))
        out.append((one.name, place, look, lights, one.tags, one.get(dw.Body) is not None))
    return sorted(out, key=str)


def test_parts_show_what_differs(grove: EditorState) -> None:
    parts = {part.key: part for part in prefabs.parts(grove.document, grove.scene["other"].id)}
    assert list(parts) == ["trunk", "leaves", "nest", "egg", "lamp", "sky"]
    assert [part.depth for part in parts.values()] == [0, 1, 2, 3, 0, 0]
    assert parts["leaves"].overridden == {"scale", "Material.base_color", "Body", "tags"}
    assert parts["leaves"].block["scale"] == [2, 2, 2]
    assert parts["leaves"].block["components"]["Material"] == {"base_color": [0.9, 0.1, 0.1]}
    assert parts["nest"].removed
    assert not parts["trunk"].overridden
    assert not any(part.overridden for part in prefabs.parts(grove.document, grove.scene["plain"].id))


def test_unpacking_looks_the_same(grove: EditorState) -> None:
    before, text = seen(grove, "other"), grove.document.text()
    assert {row[0] for row in before} == {"trunk", "leaves", "lamp", "bulb", "sky"}
    grove.select([grove.scene["other"].id])
    grove.run("object.unpack_prefab")
    assert [child.name for child in grove.scene["other"].children] == ["trunk", "lamp", "sky"]
    assert seen(grove, "other") == before
    assert grove.scene["lamp"][dw.Prefab].file == "parts/bulb.dream"
    grove.undo()
    assert grove.document.text() == text


def test_applying_makes_every_instance_so(grove: EditorState) -> None:
    before, plain = seen(grove, "other"), seen(grove, "plain")
    assert before != plain
    grove.select([grove.scene["other"].id])
    grove.run("object.apply_overrides")
    assert not grove.scene["other"][dw.Prefab].overrides
    assert seen(grove, "other") == before
    moved = [(row[0], *row[2:]) for row in seen(grove, "plain")]
    assert moved == [(row[0], *row[2:]) for row in before]
    with pytest.raises(dw.EditorError, match="does not differ"):
        grove.run("object.apply_overrides")


def test_reverting_is_by_object_and_by_field(grove: EditorState) -> None:
    text = grove.document.text()
    (other,) = [grove.scene["other"].id]
    grove.select([other])
    grove.run("object.revert_overrides", part="nest")
    assert "nest" in {row[0] for row in seen(grove, "other")}
    grove.run("object.revert_overrides", part="leaves", field="scale")
    assert "scale" not in grove.document.get(other, "Prefab.overrides")["leaves"]
    with pytest.raises(dw.EditorError, match="does not differ"):
        grove.run("object.revert_overrides", part="leaves", field="scale")
    grove.run("object.revert_overrides")
    assert not grove.scene["other"][dw.Prefab].overrides
    grove.go_to(0)
    assert grove.document.text() == text


def test_what_can_not_be_is_told(grove: EditorState) -> None:
    text = grove.document.text()
    grove.select([grove.scene["other"].id])
    for part, field, told in (
        ("leaves", "Material.alfa", "no field alfa"),
        ("leaves", "nonsense", "can't be overridden"),
    ):
        with pytest.raises(dw.EditorError, match=told):
            grove.run("object.override", part=part, field=field, value=1)
    with pytest.raises(dw.EditorError, match="there already"):
        grove.run("object.make_prefab", path="parts/tree.dream")
    (grove.project.root / "parts" / "tree.dream").chmod(0o444)
    with pytest.raises(dw.EditorError, match="read-only"):
        grove.run("object.apply_overrides")
    (grove.project.root / "parts" / "tree.dream").unlink()
    assert not grove.act("object.unpack_prefab")
    assert grove.document.text() == text
    grove.select([grove.scene["camera"].id])
    assert not grove.can("object.unpack_prefab")


def test_leaving_an_object_out_and_making_a_prefab(grove: EditorState) -> None:
    grove.select([grove.scene["plain"].id])
    grove.run("object.override", part="leaves", field="", value=None)
    assert {row[0] for row in seen(grove, "plain")} == {"trunk", "lamp", "bulb", "sky"}
    before = seen(grove, "plain")
    grove.run("object.unpack_prefab")
    grove.run("object.make_prefab", path="made/plain")
    assert grove.scene["plain"][dw.Prefab].file == "made/plain.dream"
    inner = [row for row in seen(grove, "plain") if row[0] != "plain"]
    assert inner == before
    assert dw.Scene.load(grove.project.root / "made" / "plain.dream")["lamp"][dw.Prefab].file == "../parts/bulb.dream"
