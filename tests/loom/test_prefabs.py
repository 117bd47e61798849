"""Scenes that hold instances of other scenes: what the Loom makes of them, and what it says about broken ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import dreamwell as dw
from dreamwell.assets.library import AssetLibrary
from dreamwell.engine.errors import SceneError
from dreamwell.engine.scene.components import Camera, Environment, Material, Mesh, PointLight, Prefab, Sun, Texture
from dreamwell.engine.scene.prefabs import part_ids
from dreamwell.engine.scene.scene import Scene
from dreamwell.loom import prefabs as loom_prefabs
from dreamwell.loom.source import read
from dreamwell.loom.weave import weave
from dreamwell.loom.woven import WovenScene


@dw.component
class Ripeness:
    days: int = dw.field(default=3, minimum=0)


def tree(folder: Path, name: str = "tree.dream") -> Path:
    """Trunk, two leaves of which one is a light, and a camera."""
    scene = Scene("tree", seed=3)
    scene.add("surroundings", Environment(intensity=9))
    trunk = scene.add("trunk", Mesh.cylinder(), Material((0.4, 0.3, 0.2)), at=(0, 1, 0), tags={"wood"})
    scene.add("leaf", Mesh.sphere(), Material((0.1, 0.7, 0.2)), Ripeness(5), at=(1, 0, 0), parent=trunk, tags={"green"})
    scene.add("glow", PointLight(candela=5), at=(0, 2, 0), parent=trunk)
    scene.add("lens", Camera(fov_y=33), at=(0, 0, 5))
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    scene.save(folder / name)
    return folder / name


def row_of(woven: WovenScene, name: str) -> int:
    return list(woven.objects.names).index(name)


def problems(scene: Scene) -> list[str]:
    with pytest.raises(SceneError) as info:
        weave(scene)
    return [str(p) for p in info.value.problems]


def wood(folder: Path, *values: Prefab) -> Scene:
    scene = Scene("wood", seed=1, root=folder)
    for i, value in enumerate(values):
        scene.add(f"tree-{i}", value, at=(10 * i, 0, 0))
    return scene


# ---- instances --------------------------------------------------------------------------------------------------


def test_an_instance_is_the_objects_of_the_file_below_its_own(tmp_path: Path) -> None:
    tree(tmp_path)
    scene = wood(tmp_path, Prefab("tree.dream"), Prefab("tree.dream"))
    scene.add("sun", Sun())
    woven = weave(scene)
    objects = woven.objects
    assert list(objects.names) == [
        "tree-0", "tree-1", "sun", *2 * ["surroundings", "trunk", "leaf", "glow", "lens"],
    ]  # fmt: skip
    assert objects.parents.tolist() == [-1, -1, -1, 0, 0, 4, 4, 0, 1, 1, 9, 9, 1]
    assert objects.world[10, :, 3].tolist() == [11, 1, 0]
    assert woven.cameras.objects.tolist() == [7, 12]
    assert woven.cameras.fov_y.tolist() == [33, 33]
    assert sorted(woven.lights["object"].tolist()) == [2, 6, 11]
    assert sorted(woven.instance_object.tolist()) == [4, 5, 9, 10]
    assert woven.tag_names == ("green", "wood")
    assert objects.tags[:, 0].tolist() == [0, 0, 0, 0, 2, 1, 0, 0, 0, 2, 1, 0, 0]
    assert woven.environment.component.intensity == 1, "a prefab brings no surroundings"
    assert not scene.pools.keys() & {Mesh, Camera}, "the scene itself is as it was"


def test_ids_are_made_of_the_instance_and_the_object_and_stay(tmp_path: Path) -> None:
    source = Scene.load(tree(tmp_path))
    scene = wood(tmp_path, Prefab("tree.dream"), Prefab("tree.dream"))
    first = weave(scene)
    wanted = part_ids(scene.ids, source.ids)
    assert first.objects.ids[2:].tolist() == wanted.ravel().tolist()
    assert len(set(first.objects.ids.tolist())) == len(first.objects.ids)
    scene.add("first", Prefab("tree.dream")).parent = scene["tree-1"]
    source.add("nest")
    source.save(tmp_path / "tree.dream")
    later = weave(scene)
    assert set(first.objects.ids.tolist()) < set(later.objects.ids.tolist())
    assert weave(scene).digest == later.digest


def test_prefabs_hold_prefabs(tmp_path: Path) -> None:
    tree(tmp_path, "plants/tree.dream")
    grove = Scene("grove", seed=4, root=tmp_path / "places")
    for x in (0, 1):
        grove.add(f"spot-{x}", Prefab("../plants/tree.dream"), at=(x, 0, 0))
    (tmp_path / "places").mkdir()
    grove.save(tmp_path / "places" / "grove.dream")
    scene = Scene("land", seed=5, root=tmp_path)
    scene.add("here", Prefab("places/grove.dream"), at=(0, 0, 7))
    scene.add("there", Prefab("places/grove.dream", {"spot-1/leaf": {"position": (5, 0, 0)}}))
    woven = weave(scene)
    assert len(woven.objects.ids) == 2 + 2 * (2 + 2 * 5)
    assert len(woven.geometry.meshes) == 2
    leaves = [i for i, name in enumerate(woven.objects.names) if name == "leaf"]
    assert sorted(woven.objects.world[leaves, :, 3].tolist()) == [[1, 1, 0], [1, 1, 7], [2, 1, 7], [6, 1, 0]]


def test_assets_of_a_prefab_lie_beside_it(tmp_path: Path) -> None:
    (tmp_path / "props").mkdir()
    Image.new("RGB", (4, 4), (255, 0, 0)).save(tmp_path / "props" / "skin.png")
    prop = Scene("prop", seed=1, root=tmp_path / "props")
    prop.add("box", Mesh.box(), Material(base_color_texture=Texture("skin.png")))
    prop.save(tmp_path / "props" / "prop.dream")
    scene = wood(tmp_path, Prefab("props/prop.dream"))
    assert len(weave(scene).textures) == 1
    changed = {"box": {"Material.base_color_texture": {"image": "props/skin.png", "wrap_u": "clamp"}}}
    other = wood(tmp_path, Prefab("props/prop.dream", changed))
    assert len(weave(other).textures) == 1, "addresses in overrides are relative to the scene that holds them"
    (tmp_path / "levels").mkdir()
    other.save(tmp_path / "levels" / "one.dream")
    assert '"../props/skin.png"' in (tmp_path / "levels" / "one.dream").read_text()
    assert '"../props/prop.dream"' in (tmp_path / "levels" / "one.dream").read_text()
    assert len(weave(tmp_path / "levels" / "one.dream").textures) == 1


def test_a_file_is_read_and_checked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path)
    calls: list[Path] = []

    def noted(path: Path, own: Any = read) -> Any:
        calls.append(path)
        return own(path)

    monkeypatch.setattr(loom_prefabs, "read", noted)
    scene = Scene("wood", seed=1, root=tmp_path)
    scene.add_many("tree", Prefab("tree.dream"), at=np.zeros((2000, 3)))
    scene.add("other", Prefab("./tree.dream"))
    scene.prefabs = ["tree.dream"]
    woven = weave(scene)
    assert len(woven.objects.ids) == 2001 * 6
    assert len(woven.batches) == 2
    assert len(calls) == 1


def test_a_scene_without_prefabs_is_woven_as_it_is(tmp_path: Path) -> None:
    scene = wood(tmp_path)
    scene.add("box", Mesh.box())
    assert loom_prefabs.expand(scene, [], AssetLibrary(tmp_path), {}).scene is scene


# ---- overrides --------------------------------------------------------------------------------------------------


def test_overrides_change_one_instance(tmp_path: Path) -> None:
    tree(tmp_path)
    changes: dict[str, dict[str, Any] | None] = {
        "leaf": {
            "position": (3, 0, 0),
            "name": "bud",
            "tags": ["ripe"],
            "Material.base_color": (1, 0, 0),
            "Material.roughness": 0.25,
            "scale": np.full(3, 2.0),
        },
        "glow": {"PointLight": None, "Sun": Sun(lux=5)},
        "lens": None,
    }
    woven = weave(wood(tmp_path, Prefab("tree.dream"), Prefab("tree.dream", changes)))
    assert list(woven.objects.names)[7:] == ["surroundings", "trunk", "bud", "glow"]
    bud = row_of(woven, "bud")
    assert woven.objects.world[bud, :, 3].tolist() == [13, 1, 0]
    assert woven.objects.scale[bud].tolist() == [2, 2, 2]
    assert woven.tag_names == ("green", "ripe", "wood")
    reds = [m for m in woven.material_components if m.base_color == (1, 0, 0)]
    assert [m.roughness for m in reds] == [0.25]
    assert len(woven.material_components) == 3
    assert woven.lights["kind"].tolist() == [0, 1]
    assert len(woven.cameras.objects) == 1


def test_objects_of_the_same_name_are_meant_by_id(tmp_path: Path) -> None:
    source = Scene("pair", seed=1, root=tmp_path)
    first = source.add("one", Mesh.box())
    source.add("one", Mesh.box(), at=(1, 0, 0))
    source.save(tmp_path / "pair.dream")
    woven = weave(wood(tmp_path, Prefab("pair.dream", {f"{first.id:016x}": {"position": (0, 9, 0)}})))
    assert woven.objects.position[1:, 1].tolist() == [9, 0]
    (text,) = problems(wood(tmp_path, Prefab("pair.dream", {"one": {"position": (0, 9, 0)}})))
    assert 'tree-0 → Prefab.overrides["one"] is the name of 2 objects; it must be the name of one object' in text
    assert f"{first.id:016x}" in text


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"leav": {}}, 'Prefab.overrides["leav"] is unknown; it must be an object of tree.dream, such as "leaf"'),
        ({"leaf": {"positon": (0, 0, 0)}}, 'Prefab.overrides["leaf"].positon is unknown; it must be name, position'),
        ({"leaf": {"position": (0, 0)}}, 'Prefab.overrides["leaf"].position is [0, 0]; it must be 3 numbers'),
        ({"leaf": {"tags": "x"}}, 'Prefab.overrides["leaf"].tags is "x"; it must be a list of texts'),
        ({"leaf": {"Material.ruff": 1}}, 'overrides["leaf"].Material.ruff is unknown; it must be one of alpha'),
        ({"leaf": {"Material.roughness": "x"}}, 'overrides["leaf"].Material.roughness is "x"; it must be a number'),
        ({"leaf": {"Sun.lux": 1}}, "Sun.lux is a field of a Sun, which the object has not; it must be one of a compon"),
        ({"leaf": {"Material.roughness": 7}}, "tree-0/leaf → Material.roughness is 7.0; it must be from 0 to 1"),
        ({"leaf": {"Prefab.file": "x"}}, "is a field of Prefab, which overrides can't change"),
        ({"leaf": {"Material.normal_texture.imge": "x"}}, "normal_texture.imge is unknown; it must be one of image"),
    ],
)
def test_overrides_that_do_not_fit_are_told(tmp_path: Path, changes: Any, wanted: str) -> None:
    tree(tmp_path)
    texts = problems(wood(tmp_path, Prefab("tree.dream", changes)))
    assert any(wanted in text for text in texts), texts
    assert len(texts) == 1


def test_what_no_file_can_hold_is_refused_at_once() -> None:
    unfit: list[Any] = [5, {"a": 3}, {"a": {"position": object()}}, {3: {}}]
    for changes in unfit:
        with pytest.raises(SceneError, match=r"Prefab\.overrides is .*; it must be an object of objects"):
            Prefab("x.dream", changes)


# ---- what can go wrong ------------------------------------------------------------------------------------------


def test_missing_broken_and_foreign_files_are_told_with_the_rest(tmp_path: Path) -> None:
    (tmp_path / "text.dream").write_text("{")
    scene = wood(tmp_path, Prefab("none.dream"), Prefab(""), Prefab("text.dream"), Prefab("x.txt"))
    scene.add("box", Mesh.sphere(radius=-1))
    scene.prefabs = ["gone.glb"]
    texts = problems(scene)
    for wanted in (
        'tree-0 → Prefab.file is "none.dream"; it must be a scene that can be read',
        "tree-1 → Prefab.file is empty",
        'tree-2 → Prefab.file is "text.dream"',
        'tree-3 → Prefab.file is "x.txt"',
        "box → Mesh.radius is -1.0",
        'prefabs[0] is "gone.glb"; it must be a scene that can be read',
    ):
        assert any(text.startswith(wanted) for text in texts), (wanted, texts)
    assert len(texts) == 6


def test_what_is_no_path_is_told(tmp_path: Path) -> None:
    scene = wood(tmp_path)
    unfit: Any = 5
    scene.add("odd", Prefab(unfit))
    scene.prefabs = [unfit, Prefab("")]
    texts = problems(scene)
    assert [text.partition("; ")[0] for text in sorted(texts)] == [
        "odd → Prefab.file is 5",
        "prefabs[0].file is 5",
        "prefabs[1] is empty",
    ]


def test_problems_of_a_file_are_told_once_by_its_name(tmp_path: Path) -> None:
    path = tree(tmp_path)
    path.write_text(path.read_text().replace('"candela": 5', '"candela": -5').replace('"Camera": {', '"Kamera": {'))
    texts = problems(wood(tmp_path, *3 * [Prefab("tree.dream")]))
    assert sorted(text.split(" is ")[0] for text in texts) == [
        "tree.dream: glow → PointLight.candela",
        "tree.dream: lens → Kamera",
    ]


def test_rings_of_files_are_told(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        scene = Scene(name, seed=ord(name), root=tmp_path)
        scene.add("inner", Prefab(f"{other}.dream"))
        scene.save(tmp_path / f"{name}.dream")
    (text,) = problems(wood(tmp_path, Prefab("a.dream")))
    assert text.startswith("c.dream: inner → Prefab.file is in a ring, a.dream → b.dream → c.dream → a.dream")
    itself = Scene("self", seed=1, root=tmp_path)
    itself.add("me", Prefab("self.dream"))
    itself.save(tmp_path / "self.dream")
    with pytest.raises(SceneError, match=r"self\.dream → self\.dream"):
        weave(tmp_path / "self.dream")


def test_prefabs_that_multiply_beyond_measure_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loom_prefabs, "MOST_OBJECTS", 1000)
    leaf = Scene("n0", seed=1, root=tmp_path)
    leaf.add("leaf")
    leaf.save(tmp_path / "n0.dream")
    for level in range(1, 5):
        scene = Scene(f"n{level}", seed=level, root=tmp_path)
        scene.add_many("part", Prefab(f"n{level - 1}.dream"), at=np.zeros((10, 3)))
        scene.save(tmp_path / f"n{level}.dream")
    with pytest.raises(SceneError, match=r"objects in all; it must be at most 1,000"):
        weave(tmp_path / "n4.dream")


# ---- kept ready, and files --------------------------------------------------------------------------------------


def test_prefabs_that_are_kept_ready_bring_their_meshes_and_are_not_drawn(tmp_path: Path) -> None:
    tree(tmp_path)
    scene = wood(tmp_path)
    scene.add("box", Mesh.box(), Material((1, 1, 1)))
    plain = weave(scene)
    red = Prefab("tree.dream", {"leaf": {"Material.base_color": (1, 0, 0)}, "glow": None})
    scene.prefabs = ["tree.dream", red]
    woven = weave(scene)
    assert len(woven.objects.ids) == len(woven.instances) == 1
    assert len(plain.geometry.meshes) == 1
    assert len(woven.geometry.meshes) == 3
    assert list(woven.prefabs) == [Prefab("tree.dream"), red]
    parts = woven.prefabs[Prefab("tree.dream")]
    assert parts.names == ("surroundings", "trunk", "leaf", "glow", "lens")
    assert parts.parents.tolist() == [-1, -1, 1, 1, -1]
    assert parts.mesh.tolist() == [-1, 1, 2, -1, -1]
    assert [woven.material_components[i].base_color[0] for i in parts.material[1:3]] == [0.4, 0.1]
    assert (2, Ripeness(5)) in parts.components
    other = woven.prefabs[red]
    assert other.names == ("surroundings", "trunk", "leaf", "lens")
    assert woven.material_components[other.material[2]].base_color == (1, 0, 0)


def test_saving_and_loading_gives_the_same_bytes(tmp_path: Path) -> None:
    tree(tmp_path)
    scene = wood(
        tmp_path, Prefab("tree.dream", {"leaf": {"position": (1.5, 2, 3), "Material.alpha": 0.5}, "lens": None})
    )
    scene.prefabs = ["tree.dream", Prefab("tree.dream", {"glow": {"PointLight": PointLight(candela=3)}})]
    scene.save(tmp_path / "a.dream")
    text = (tmp_path / "a.dream").read_text()
    assert '"lens": null' in text
    loaded = Scene.load(tmp_path / "a.dream")
    loaded.save(tmp_path / "b.dream")
    assert (tmp_path / "b.dream").read_text() == text
    assert loaded["tree-0"][Prefab] == scene["tree-0"][Prefab]
    assert weave(loaded).to_bytes() == weave(scene).to_bytes()
    broken = text.replace('"lens": null', '"lens": 3')
    (tmp_path / "c.dream").write_text(broken)
    with pytest.raises(SceneError, match=r"tree-0 → Prefab\.overrides is with 3 for \"lens\"; it must be an object of"):
        Scene.load(tmp_path / "c.dream")
