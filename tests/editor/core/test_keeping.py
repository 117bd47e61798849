"""Keeping what was played: each kind of change, listed with before and after, kept as one step, and undone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import dreamwell as dw
from dreamwell.editor import session
from dreamwell.editor.core import EditorState, UserSettings
from dreamwell.editor.core.keeping import Difference, command, differences
from dreamwell.editor.core.values import jsonable
from dreamwell.engine.scene import dream_file

Check = Callable[[EditorState], None]


@pytest.fixture
def playing(editor: EditorState, project: Path) -> EditorState:
    """An editor whose scene is played, with a prefab that is ready to be spawned."""
    editor.do({"do": "set_settings", "fields": {"prefabs": ["tree.dream"]}})
    editor.set([editor.scene["crate-3"].id], {"Turning": {"speed": 30}})
    editor.run("play.start")
    return editor


def listed(editor: EditorState) -> dict[tuple[str, str], Difference]:
    """What is other, by the object's name and the field."""
    return {(one.name, one.field or one.kind): one for one in differences(editor.play, editor.document)}


def kept(editor: EditorState, *keys: tuple[str, str]) -> None:
    """Keep some of it, or everything; undo brings back the bytes, redo the others; the file reads back the same."""
    found = listed(editor)
    before, steps = editor.document.text(), len(editor.history.steps)
    made = command(editor.play, editor.document, [found[key] for key in keys] if keys else list(found.values()))
    assert made is not None
    editor.do(made, "Keep Changes", exact=True)
    assert len(editor.history.steps) == steps + 1
    after = editor.document.text()
    assert after != before
    scene, problems = dream_file.loads(after, root=editor.document.root)
    assert not problems
    assert scene.dumps() == after  # canonical
    editor.undo()
    assert editor.document.text() == before
    editor.redo()
    assert editor.document.text() == after


def test_nothing_is_other_when_it_begins(playing: EditorState) -> None:
    assert not differences(playing.play, playing.document)
    assert not playing.act("play.keep_changes")
    assert playing.notice is not None
    assert "nothing" in playing.notice.text


def test_places_fields_and_tags(playing: EditorState) -> None:
    world = playing.play.world
    world["table"].position = (0.1, 0.2, 0.3)
    playing.set([playing.scene["lamp"].id], {"PointLight.candela": 7.3})
    world["crate-1"].tag("hot").untag("crate")
    world["door"][dw.Body].mass = 4.5
    found = listed(playing)
    assert found.keys() == {
        ("table", "position"), ("lamp", "PointLight.candela"), ("crate-1", "tags"), ("door", "Body.mass"),
    }  # fmt: skip
    assert (found["table", "position"].before, found["table", "position"].after) == ([1, 0.5, 0], [0.1, 0.2, 0.3])
    assert found["crate-1", "tags"].after == ["hot"]
    kept(playing)
    scene = playing.scene
    assert scene["table"].position == (0.1, 0.2, 0.3)
    assert scene["lamp"][dw.PointLight].candela == 7.3
    assert scene["crate-1"].tags == {"hot"}
    assert scene["door"][dw.Body].mass == 4.5
    assert not listed(playing)  # it is kept: nothing is other now


def test_only_what_was_picked_is_kept(playing: EditorState) -> None:
    world = playing.play.world
    world["table"].position = (0.1, 0.2, 0.3)
    world["table"].scale = (3, 3, 3)
    world["lamp"].position = (0, 5, 0)
    kept(playing, ("table", "scale"))
    assert playing.scene["table"].scale == (3, 3, 3)
    assert playing.scene["table"].position == (1, 0.5, 0)
    assert playing.scene["lamp"].position == (0, 2, 0)


def test_a_material_that_was_changed_for_all_and_one_that_an_object_changed_to(playing: EditorState) -> None:
    world, scene = playing.play.world, playing.scene
    shared = scene["crate-0"][dw.Material]
    world["crate-7"].material = scene["board"][dw.Material]
    world.materials[shared] = replace(shared, base_color=(1, 0, 0), roughness=0.2)
    found = listed(playing)
    assert found["crate-0", "Material.base_color"].after == [1, 0, 0]
    assert found["crate-0", "Material.base_color"].before == list(shared.base_color)
    assert ("crate-7", "Material.base_color") not in found
    kept(playing)
    assert playing.scene["crate-0"][dw.Material].base_color == (1, 0, 0)
    assert playing.scene["crate-0"][dw.Material].roughness == 0.2
    assert playing.scene["crate-7"][dw.Material] == scene["board"][dw.Material]
    assert playing.scene["board"][dw.Material] != playing.scene["crate-0"][dw.Material]


def test_what_it_shows_its_lens_its_surroundings_and_settings(playing: EditorState) -> None:
    world = playing.play.world
    world["crate-5"].show("handle")
    world.lens.fov_y = 35.0
    world.environment = replace(world.environment, intensity=0.25)
    world.configure({"exposure.compensation": 1.5})
    found = listed(playing)
    assert found["camera", "Camera.fov_y"].after == 35
    assert found["level", "settings.exposure.compensation"].after == 1.5
    kept(playing)
    assert playing.scene["crate-5"][dw.Mesh] == dw.Mesh.sphere(0.1)
    assert playing.scene["camera"][dw.Camera].fov_y == 35
    assert playing.scene["sky"][dw.Environment].intensity == 0.25
    assert playing.scene.settings.exposure.compensation == 1.5


def test_components_that_came_and_went(playing: EditorState) -> None:
    world = playing.play.world
    turning = type(playing.scene["crate-3"].components[-1])
    assert turning.__name__ == "Turning"
    world["door"].set(turning(speed=12), dw.SpotLight(candela=5))
    world["crate-3"].discard(turning)
    world["lamp"].discard(dw.PointLight)
    world["hinge"].discard(dw.Joint)
    found = listed(playing)
    assert found["door", "Turning"].after == {"speed": 12}
    assert found["door", "Turning"].kind == "added"
    assert found["crate-3", "Turning"].kind == found["lamp", "PointLight"].kind == "removed"
    kept(playing)
    assert playing.scene["door"][turning].speed == 12
    assert playing.scene["door"][dw.SpotLight].candela == 5
    assert playing.scene["crate-3"].get(turning) is None
    assert playing.scene["lamp"].get(dw.PointLight) is None
    assert playing.scene["hinge"].get(dw.Joint) is None


def test_what_was_spawned_becomes_objects(playing: EditorState) -> None:
    world = playing.play.world
    turning = type(playing.scene["crate-3"].components[-1])
    one = world.spawn("crate-3", at=(1, 2, 3), name="new", tags={"fresh"}, components=[turning(speed=7)])
    world.spawn("handle", at=(0, 1, 0), name="knob", parent=one)
    world.spawn("leaves", at=(0, 4, 0), name="leaf")  # of a prefab's instance: its mesh is in that file
    world["crate-2"].parent = one
    assert {key for key, d in listed(playing).items() if d.kind == "spawned"} == {
        ("new", "spawned"), ("knob", "spawned"), ("leaf", "spawned"),
    }  # fmt: skip
    assert not any(d.trouble for d in listed(playing).values())
    kept(playing)
    scene = playing.scene
    new = scene["new"]
    assert new.position == (1, 2, 3)
    assert new.tags == {"fresh"}
    assert new[turning].speed == 7
    assert new[dw.Mesh] == scene["crate-3"][dw.Mesh]
    assert new[dw.Material] == scene["crate-3"][dw.Material]
    assert scene["knob"].parent == new
    assert scene["crate-2"].parent == new
    assert scene["leaf"][dw.Mesh] == dw.Mesh.sphere()
    assert not listed(playing)  # they are in both now
    playing.run("play.stop")
    playing.run("play.start")  # and what was kept plays
    assert "knob" in playing.play.world


def test_what_hangs_on_a_spawned_object_that_is_not_kept_stays_where_it_is(playing: EditorState) -> None:
    world = playing.play.world
    one = world.spawn("crate-3", at=(1, 2, 3), name="new", rotation=(0, 0, 0, 1), scale=(2, 2, 2))
    world.spawn("handle", at=(0, 1, 0), name="knob", parent=one)
    kept(playing, ("knob", "spawned"))
    knob = playing.scene["knob"]
    assert knob.parent is None
    assert knob.position == (1, 4, 3)
    assert knob.scale == (2, 2, 2)
    assert "new" not in playing.scene


def test_a_spawned_prefab_is_an_instance_with_what_differs_in_it(playing: EditorState) -> None:
    world = playing.play.world
    world.spawn(dw.Prefab("tree.dream"), at=(0, 0, 9), name="birch")
    tops = [one for one in world if one.name == "leaves" and one.parent is not None and one.parent.name == "trunk"]
    (leaves,) = [one for one in tops if one.parent.parent.name == "birch"]
    leaves.scale = (0.5, 0.5, 0.5)
    found = {key: d for key, d in listed(playing).items() if d.kind == "spawned"}
    assert found.keys() == {("birch", "spawned")}
    kept(playing)
    prefab = playing.scene["birch"][dw.Prefab]
    assert prefab.file == "tree.dream"
    assert jsonable(prefab.overrides) == {"leaves": {"scale": [0.5, 0.5, 0.5]}}
    assert len(playing.scene["birch"].children) == 0


def test_what_is_other_in_an_instance_becomes_its_overrides(playing: EditorState) -> None:
    world = playing.play.world
    oak = world["oak"]
    (trunk,) = oak.children
    (leaves,) = trunk.children
    trunk.position = (0.5, 0, 0)
    found = listed(playing)
    assert found.keys() == {("oak", "Prefab.overrides")}
    assert found["oak", "Prefab.overrides"].after == {
        "leaves": {"scale": [2, 2, 2]}, "trunk": {"position": [0.5, 0, 0]},
    }  # fmt: skip
    world.despawn(leaves)
    kept(playing)
    assert jsonable(playing.scene["oak"][dw.Prefab].overrides) == {"leaves": None, "trunk": {"position": [0.5, 0, 0]}}
    assert dw.weave(playing.scene)


def test_what_was_despawned_is_removed_with_what_hung_on_it_then(playing: EditorState) -> None:
    world = playing.play.world
    world["board"].parent = None  # it was hung elsewhere in time
    world.despawn(world["table"])
    found = listed(playing)
    gone = found["table", "despawned"]
    assert gone.before == 2  # the board and the lamp hang on it in the document
    assert ("lamp", "despawned") not in found
    kept(playing, ("table", "despawned"))
    assert "table" not in playing.scene
    assert "lamp" not in playing.scene
    assert playing.scene["board"].parent is None


def test_the_list_is_asked_for_and_the_game_waits(playing: EditorState) -> None:
    before = playing.document.text()
    playing.play.world["table"].position = (0.1, 0.2, 0.3)
    playing.play.world["lamp"].position = (0.5, 0.5, 0.5)
    assert playing.act("play.keep_changes")
    assert playing.play.mode == "paused"
    (asked,) = playing.asks
    assert asked.kind == "keep"
    assert [(one.name, one.field) for one in asked.changes] == [("table", "position"), ("lamp", "position")]
    playing.answer(None)
    assert playing.document.text() == before
    playing.act("play.keep_and_stop")
    (asked,) = playing.asks
    playing.answer([asked.changes[1]])
    assert not playing.play.active
    assert playing.scene["lamp"].position == (0.5, 0.5, 0.5)
    assert playing.scene["table"].position == (1, 0.5, 0)
    playing.undo()
    assert playing.document.text() == before


def test_of_another_scene_that_the_game_loaded_nothing_is_kept(project: Path) -> None:
    (project / "game.py").write_text(
        "from pathlib import Path\nimport dreamwell as dw\n\nHERE = Path(__file__).parent\n"
        'app = dw.App(HERE / "scene.dream")\n\n\n@app.update\ndef go(world: dw.World, dt: float) -> None:\n'
        '    if "trunk" not in world or "door" in world:\n        app.load(HERE / "tree.dream")\n\n\napp.run()\n'
    )
    editor = session.opened(project, UserSettings())
    editor.run("play.start")
    for _ in range(5):
        editor.play.frame(1 / 60)
    if "door" in editor.play.world:
        pytest.skip("the game has not loaded it")
    assert not editor.act("play.keep_changes", everything=True)
    assert editor.notice is not None
    assert "another scene" in editor.notice.text


def test_everything_at_once(playing: EditorState) -> None:
    world: Any = playing.play.world
    for _ in range(5):
        playing.play.frame(1 / 60)
    world.spawn("door", at=(0, 5, 0), name="second")
    world.despawn(world["rock"])
    world["crate-1"].parent = world["second"]
    world["crate-0"].position = (9, 9, 9)
    before = playing.document.text()
    assert playing.act("play.keep_changes", everything=True)
    assert "rock" not in playing.scene
    assert playing.scene["crate-1"].parent == playing.scene["second"]
    assert playing.scene["second"][dw.Collider] == playing.scene["door"][dw.Collider]
    assert playing.scene["hinge"][dw.Joint].other == "door"
    assert dw.weave(playing.scene)
    playing.undo()
    assert playing.document.text() == before


def test_materials_and_lenses_are_set_while_it_is_played(playing: EditorState) -> None:
    before = playing.document.text()
    table, camera = playing.scene["table"].id, playing.scene["camera"].id
    playing.set([table], {"Material.roughness": 0.1})
    playing.set([camera], {"Camera.fov_y": 33})
    assert playing.get(table, "Material.roughness") == 0.1
    assert playing.play.world.lens.fov_y == 33
    assert {type(one).__name__ for one in playing.play.components(camera)} == {"Camera"}
    with pytest.raises(dw.DreamwellError, match="alpha_mode"):
        playing.set([table], {"Material.alpha_mode": "blend"})
    assert playing.document.text() == before
    assert ("table", "Material.roughness") in listed(playing)
    kept(playing, ("table", "Material.roughness"), ("camera", "Camera.fov_y"))
    assert playing.scene["table"][dw.Material].roughness == 0.1
