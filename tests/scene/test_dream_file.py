"""`.dream` text: the same bytes after loading and saving, every mistake named, assets that follow the file."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dreamwell.assets.library import AssetLibrary
from dreamwell.assets.mesh import MeshData
from dreamwell.engine.declare import Kind, fields_of
from dreamwell.engine.errors import AssetError, SceneError
from dreamwell.engine.scene import (
    Camera,
    Environment,
    Material,
    Mesh,
    PointLight,
    RenderSettings,
    Scene,
    SpotLight,
    Sun,
    Texture,
)  # fmt: skip
from dreamwell.engine.scene.dream_file import loads
from dreamwell.loom import weave

COMPONENTS = (Camera, Environment, Material, Mesh, PointLight, SpotLight, Sun)
FLOATS = st.floats() | st.sampled_from([0.1, -0.0, 1e15, 1e16, 5e-324, 1.7976931348623157e308, 123456789012345.0])


def value_of(kind: Kind) -> st.SearchStrategy[Any]:
    """Any value of a declared kind: files keep also what is out of range, weaving reports it."""
    plain: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
        "float": lambda: FLOATS,
        "int": lambda: st.integers(-(2**70), 2**70),
        "bool": st.booleans,
        "str": lambda: st.text(max_size=20),
        "choice": lambda: st.sampled_from(kind.of),
        "vector": lambda: st.tuples(*[FLOATS] * kind.of),
        "struct": lambda: struct_of(kind.of),
        "memory": st.none,
    }
    return st.none() | plain[kind.name]() if kind.optional else plain[kind.name]()


def struct_of(cls: type) -> st.SearchStrategy[Any]:
    """Any value of a struct, each field sometimes left at its default."""
    return st.fixed_dictionaries({}, optional={f.name: value_of(f.kind) for f in fields_of(cls)}).map(
        lambda v: cls(**v)
    )


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    scene = Scene(draw(st.text(max_size=10)), seed=draw(st.integers(0, 1000)))
    scene.settings = draw(struct_of(RenderSettings))
    for _ in range(draw(st.integers(0, 6))):
        made = scene.add(
            draw(st.text(max_size=10)),
            *[draw(struct_of(kind)) for kind in draw(st.sets(st.sampled_from(COMPONENTS), max_size=3))],
            at=draw(st.tuples(FLOATS, FLOATS, FLOATS)),
            rotation=draw(st.none() | st.tuples(FLOATS, FLOATS, FLOATS, FLOATS)),
            scale=draw(st.tuples(FLOATS, FLOATS, FLOATS)),
            tags=draw(st.sets(st.text(max_size=5), max_size=3)),
        )
        if len(scene) > 1 and draw(st.booleans()):
            made.parent = scene.by_id(int(scene.ids[draw(st.integers(0, len(scene) - 2))]))
    for value in scene.values_of(Mesh):
        if value.shape == "data":
            scene.pools[Mesh].replace([Mesh() if v.shape == "data" else v for v in scene.values_of(Mesh)])
            break
    return scene


@given(scenes())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_loading_and_saving_gives_the_same_bytes_and_the_same_scene(scene: Scene) -> None:
    text = scene.dumps()
    text.encode("utf-8")
    again, problems = loads(text, root=scene.root)
    assert not problems
    assert again.dumps() == text
    assert (again.name, again.names) == (scene.name, scene.names)
    np.testing.assert_array_equal(again.ids, scene.ids)
    np.testing.assert_array_equal(again.parents, scene.parents)
    for column in ("positions", "rotations", "scales"):
        np.testing.assert_array_equal(getattr(again, column), getattr(scene, column))  # NaN equals NaN here
    shown = [repr([o.components for o in s]) for s in (again, scene)]  # repr, since NaN equals nothing
    assert shown[0] == shown[1]


@given(scenes())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_any_scene_is_woven_or_refused_with_its_problems(scene: Scene) -> None:
    scene.root = Path(__file__).parent
    error: SceneError | None = None
    try:
        assert weave(scene).stats.objects == len(scene)
    except SceneError as caught:
        error = caught
    assert error is None or error.problems


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "dream",
                        "objects",
                        "settings",
                        "name",
                        "id",
                        "parent",
                        "position",
                        "scale",
                        "tags",
                        "components",
                        "Mesh",
                        "Material",
                        "size",
                        "shape",
                        "base_color_texture",
                        "image",
                        "shadows",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=25,
    )
)
def test_no_text_makes_anything_but_a_scene_and_problems(data: Any) -> None:
    top = data if isinstance(data, dict) else {"objects": data}
    for text in (json.dumps(data), json.dumps({**top, "dream": 1}), json.dumps({"dream": 1, "objects": [data, top]})):
        try:
            scene, _ = loads(text)
        except SceneError:
            continue
        scene.dumps()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        "{",
        '{"dream": 2}',
        '{"objects": []}',
        "[" * 100_000,
        '{"dream": 1, "name": "\\ud800"}',
        "\ufeff{}",
        '{"dream": "1"}',
        "9" * 5000,
    ],
)
def test_text_that_is_no_dream_file_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(SceneError, match=r"^level"):
        loads(text, name="level")


def test_a_newer_version_is_named() -> None:
    with pytest.raises(SceneError, match="dream is 2; it must be 1"):
        loads('{"dream": 2}')


def block(**changes: Any) -> dict[str, Any]:
    return {"id": "00000000000000aa", "name": "crate", **changes}


@pytest.mark.parametrize(
    ("changes", "code", "place", "found", "wanted"),
    [
        ({"components": {"Mehs": {}}}, "unknown-component", "Mehs", "unknown", "Mesh"),
        ({"components": {"Mesh": {"colour": 1}}}, "unknown-field", "Mesh.colour", "unknown", "segments"),
        ({"components": {"Mesh": {"radius": "big"}}}, "type", "Mesh.radius", '"big"', "a number"),
        ({"components": {"Mesh": 3}}, "type", "Mesh", "3", "a Mesh object"),
        ({"components": {"Mesh": {"shape": "ball"}}}, "type", "Mesh.shape", '"ball"', "one of box, sphere"),
        ({"components": {"Mesh": {"data": 1}}}, "unknown-field", "Mesh.data", "unknown", "one of"),
        ({"components": []}, "type", "components", "[]", "an object"),
        ({"colour": 1}, "unknown-field", "colour", "unknown", "position"),
        ({"name": 7}, "type", "name", "7", "text"),
        ({"id": "AA"}, "bad-id", "id", '"AA"', "16 hexadecimal digits"),
        ({"id": "0" * 16}, "bad-id", "id", '"0000000000000000"', "not all zero"),
        ({"parent": "00000000000000bb"}, "unknown-parent", "parent", '"00000000000000bb"', "the id of an object"),
        ({"parent": 7}, "bad-id", "parent", "7", "16 hexadecimal digits"),
        ({"position": [1, 2]}, "type", "position", "[1, 2]", "3 numbers"),
        ({"position": [1, 2, 10**400]}, "type", "position", "[1, 2, 1000", "3 numbers"),
        ({"rotation": [0, 0, 0, "1"]}, "type", "rotation", '[0, 0, 0, "1"]', "4 numbers"),
        ({"scale": 2}, "type", "scale", "2", "3 numbers"),
        ({"tags": "abc"}, "type", "tags", '"abc"', "a list of texts"),
    ],
)
def test_a_mistake_in_the_text_is_named(
    changes: dict[str, Any], code: str, place: str, found: str, wanted: str
) -> None:
    _, (problem,) = loads(json.dumps({"dream": 1, "objects": [block(**changes)]}))
    assert (problem.code, problem.field) == (code, place)
    assert problem.found.startswith(found)
    assert wanted in problem.wanted
    assert problem.where == ("objects[0]" if "name" in changes else "crate")


def test_mistakes_beside_the_objects_are_named() -> None:
    top = {"dream": 1, "name": 3, "objects": 4, "author": 5, "settings": {"shadow": {}, "shadows": {"size": "x"}}}
    _, problems = loads(json.dumps(top))
    assert {p.field for p in problems} == {"name", "objects", "author", "settings.shadow", "settings.shadows.size"}
    _, (problem,) = loads('{"dream": 1, "objects": [7]}')
    assert problem.field == "objects[0]"


def test_a_file_that_can_not_be_read_is_a_scene_error(tmp_path: Path) -> None:
    (tmp_path / "binary.dream").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.dream").mkdir()
    for name in ("missing", "binary", "folder"):
        with pytest.raises(SceneError, match=f"{name}.dream"):
            Scene.load(tmp_path / f"{name}.dream")


def test_the_text_is_made_for_diffs(tmp_path: Path) -> None:
    scene = Scene("plain", root=tmp_path)
    scene.add("crate", Mesh(), Material(roughness=0.25), at=(1, 2.5, 3), tags={"b", "a"}, id=0xAA)
    assert (
        scene.dumps()
        == """{
 "dream": 1,
 "name": "plain",
 "objects": [
  {
   "components": {
    "Material": {
     "roughness": 0.25
    },
    "Mesh": {}
   },
   "id": "00000000000000aa",
   "name": "crate",
   "position": [1, 2.5, 3],
   "tags": ["a", "b"]
  }
 ]
}
"""
    )


def test_halves_of_characters_are_not_written() -> None:
    scene = Scene("a\ud800")
    scene.add("\udfffb 😀")
    text = scene.dumps()
    again, problems = loads(text)
    assert not problems
    assert (again.name, list(again.names)) == ("a?", ["?b 😀"])
    assert loads(json.dumps({"dream": 1, "name": "😀"}))[0].name == "😀"  # two halves that make a whole


# ---- assets ---------------------------------------------------------------------------------------------------


def triangle() -> MeshData:
    up = np.tile(np.array([0, 0, 1], np.float32), (3, 1))
    return MeshData(np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32), up, np.arange(3, dtype=np.uint32))


def test_saving_to_another_folder_keeps_asset_paths_valid(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    scene = Scene(root=tmp_path)
    textured = Material(normal_texture=Texture("pictures/n.png"))
    scene.add("a", Mesh.load("models/a.obj"), textured)
    scene.add("b", Mesh.load("models/a.glb#mesh/0"), Environment(source="file", file="/skies/sky.hdr"))
    scene.save(tmp_path / "levels" / "one" / "level.dream")
    for saved in (scene, Scene.load(tmp_path / "levels" / "one" / "level.dream")):
        assert saved["a"][Mesh].asset == "../../models/a.obj"
        assert saved["b"][Mesh].asset == "../../models/a.glb#mesh/0"
        assert saved["b"][Environment].file == "/skies/sky.hdr"
        assert saved["a"][Material].normal_texture == Texture("../../pictures/n.png")
        assert len(AssetLibrary(saved.root).mesh(saved["a"][Mesh].asset).indices) == 3
    scene.save(tmp_path / "level.dream")
    assert scene["a"][Mesh].asset == "models/a.obj"


def test_geometry_made_in_code_is_saved_beside_the_scene_and_loads_back(tmp_path: Path) -> None:
    scene = Scene(root=tmp_path)
    data = triangle()
    scene.add("a", Mesh.of(data))
    scene.add("b", Mesh.of(triangle()))
    with pytest.raises(SceneError, match=r"scene\.save"):
        scene.dumps()
    path = tmp_path / "deep" / "level.dream"
    scene.save(path)
    assert [p.name for p in (path.parent / "level.assets").iterdir()] == [f"{data.digest}.npz"]
    loaded = Scene.load(path)
    mesh = loaded["a"][Mesh]
    assert mesh == loaded["b"][Mesh] == scene["a"][Mesh]
    assert AssetLibrary(loaded.root).mesh(mesh.asset).digest == data.digest
    first = path.read_bytes()
    loaded.save(path)
    assert path.read_bytes() == first


def test_a_save_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "level.dream"
    Scene("old").save(path)
    (tmp_path / "taken").write_text("a file where a folder is wanted")
    scene = Scene("new")
    with pytest.raises(AssetError, match="taken"):
        scene.save(tmp_path / "taken" / "level.dream")
    path.unlink()
    path.mkdir()  # a folder can't be replaced by a file
    (path / "x").touch()
    with pytest.raises(AssetError, match=r"level\.dream"):
        scene.save(path)
    assert sorted(os.listdir(tmp_path)) == ["level.dream", "taken"]
