"""A model becomes a scene with its tree, its addresses and ids that stay."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.assets.gltf_scene import scene_from_gltf
from dreamwell.assets.library import AssetLibrary
from dreamwell.engine.scene.components import Camera, Material, Mesh, Sun, Texture
from dreamwell.engine.scene.scene import Scene

SIMPLE: dict[str, Any] = {"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2}
DOCUMENT: dict[str, Any] = {
    "extensionsUsed": ["EXT_other"],
    "extensions": {"KHR_lights_punctual": {"lights": [{"type": "directional"}]}},
    "cameras": [{"type": "perspective", "perspective": {"yfov": 1, "znear": 0.5}}],
    "meshes": [{"primitives": [{**SIMPLE, "material": 0}]}, {"primitives": [SIMPLE, {**SIMPLE, "mode": 0}, SIMPLE]}],
    "materials": [{"emissiveTexture": {"index": 0}}],
    "textures": [{"source": 0}],
    "images": [{"uri": "a.png"}],
    "scenes": [{"nodes": [0]}],
    "nodes": [
        {"name": "root", "children": [2, 1], "translation": [1, 2, 3]},
        {"name": "two", "mesh": 1, "scale": [1, 2, 1]},
        {"mesh": 0, "camera": 0, "rotation": [0, 3, 0, 3], "extensions": {"KHR_lights_punctual": {"light": 0}}},
        {"name": "elsewhere"},
    ],
}


@pytest.fixture
def scene(write_glb: Callable[..., Path], triangle: list[NDArray[Any]]) -> Scene:
    return scene_from_gltf(write_glb(DOCUMENT, triangle))


def test_nodes_become_objects(scene: Scene, tmp_path: Path) -> None:
    assert scene.name == "model"
    assert scene.root == tmp_path
    assert scene.warnings == [
        "uses EXT_other: these extensions are ignored",
        "meshes[1].primitives[1] is points: left out, only triangles are drawn",
    ]
    tree = [(o.name, o.parent.name if o.parent else None) for o in scene]
    assert tree == [("root", None), ("two", "root"), ("two#0", "two"), ("two#2", "two"), ("node-2", "root")]
    assert scene["root"].position == (1, 2, 3)
    assert scene["two"].scale == (1, 2, 1)
    assert scene["node-2"].rotation == pytest.approx((0, 0.5**0.5, 0, 0.5**0.5))


def test_components(scene: Scene) -> None:
    one = scene["node-2"]
    assert one[Mesh] == Mesh.load("model.glb#mesh/0/0")
    assert one[Material].emissive_texture == Texture("model.glb#image/0")
    assert one[Camera].near == 0.5
    assert one[Sun].lux == 1
    assert scene["two"].components == []
    assert scene["two#2"][Mesh] == Mesh.load("model.glb#mesh/1/2")
    library = AssetLibrary(scene.root)
    for found in scene:
        mesh = found.get(Mesh)
        if mesh is not None:
            assert len(library.mesh(mesh.asset).positions) == 3


def test_ids_are_stable_and_distinct(
    scene: Scene, write_glb: Callable[..., Path], triangle: list[NDArray[Any]]
) -> None:
    path = write_glb(DOCUMENT, triangle)
    again = scene_from_gltf(path.rename(path.with_name("renamed.glb")))
    assert again.ids.tolist() == scene.ids.tolist()
    assert len(set(scene.ids.tolist())) == len(scene)
    other = scene_from_gltf(write_glb({**DOCUMENT, "extras": 1}, triangle))
    assert not set(other.ids.tolist()) & set(scene.ids.tolist())


def test_an_imported_scene_survives_saving(scene: Scene) -> None:
    scene.save(scene.root / "scene.dream")
    loaded = Scene.load(scene.root / "scene.dream")
    assert sorted(loaded.names) == sorted(scene.names)
    assert loaded["two#0"][Mesh] == scene["two#0"][Mesh]
    assert loaded["node-2"][Material] == scene["node-2"][Material]


def test_a_deep_tree_does_not_overflow(write_glb: Callable[..., Path]) -> None:
    depth = 3000
    nodes: list[dict[str, Any]] = [{"children": [i + 1]} for i in range(depth - 1)] + [{}]
    scene = scene_from_gltf(write_glb({"nodes": nodes}))
    assert np.array_equal(scene.parents, np.arange(-1, depth - 1))
