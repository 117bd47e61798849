"""Weaving from files, its five stages, and what it reports."""

import json
from pathlib import Path

import numpy as np
import pytest

from dreamwell.assets.library import AssetLibrary
from dreamwell.assets.mesh import MeshData
from dreamwell.engine.errors import AssetError, SceneError
from dreamwell.engine.scene import Camera, Mesh, Scene, SpotLight, Sun
from dreamwell.loom import weave
from dreamwell.loom.report import report
from dreamwell.loom.woven import STAGES


def hello() -> Scene:
    scene = Scene("hello", seed=3)
    scene.add("camera", Camera(), at=(0, 2, 6), toward=(0, 0, 0))
    scene.add("sun", Sun(), toward=(-1, -2, -1))
    scene.add("cube", Mesh.box(), tags={"spinner"})
    return scene


def test_a_saved_scene_weaves_to_the_same_bytes(tmp_path: Path) -> None:
    scene = hello()
    up = np.tile(np.array([0, 0, 1], np.float32), (3, 1))
    data = MeshData(np.eye(3, dtype=np.float32), up, np.arange(3, dtype=np.uint32))
    scene.add("made in code", Mesh.of(data), parent=scene["cube"])
    woven = weave(scene)
    path = tmp_path / "hello.dream"
    scene.save(path)
    assert weave(path).to_bytes() == weave(str(path)).to_bytes() == woven.to_bytes()


def test_the_stages_are_told_as_they_begin_and_timed() -> None:
    told: list[str] = []
    woven = weave(hello(), progress=told.append)
    assert tuple(told) == tuple(woven.seconds) == STAGES
    assert all(seconds > 0 for seconds in woven.seconds.values())


def test_the_first_stage_that_fails_is_the_last() -> None:
    scene = hello()
    scene.add("o", scale=0)
    told: list[str] = []
    with pytest.raises(SceneError):
        weave(scene, progress=told.append)
    assert told == ["validate"]


def test_a_library_is_used_again(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    scene = Scene(root=tmp_path)
    scene.add("a", Mesh.load("a.obj"))
    library = AssetLibrary(tmp_path)
    first = weave(scene, library=library)
    (tmp_path / "a.obj").unlink()
    assert weave(scene, library=library).to_bytes() == first.to_bytes()


def test_a_gltf_model_is_a_scene(reference: Path) -> None:
    model = reference / "models" / "WaterBottle" / "glTF" / "WaterBottle.gltf"
    woven = weave(model)
    assert (woven.stats.instances, woven.stats.meshes) == (1, 1)
    assert woven.stats.vertices > 2000
    assert weave(model).digest == woven.digest


def test_what_is_no_scene_is_refused(tmp_path: Path) -> None:
    for name in ("scene.txt", "scene"):
        with pytest.raises(SceneError, match=r"it must be \.dream, \.gltf or \.glb"):
            weave(tmp_path / name)
    with pytest.raises(SceneError, match=r"missing\.dream does not exist"):
        weave(tmp_path / "missing.dream")
    with pytest.raises(AssetError, match=r"missing\.glb"):
        weave(tmp_path / "missing.glb")


def test_an_empty_scene_is_woven() -> None:
    woven = weave(Scene())
    assert woven.stats.objects == woven.stats.instances == woven.stats.bytes == 0
    assert woven.objects.world.shape == (0, 3, 4)
    assert woven.objects.tags.shape == (0, 1)
    assert weave(Scene()).to_bytes() == woven.to_bytes()


def test_a_report_is_plain_data_that_json_can_write() -> None:
    scene = hello()
    scene.add("spot", SpotLight())
    told = report(weave(scene))
    again = json.loads(json.dumps(told))
    assert again == told
    assert told["stats"]["instances"] == 1
    assert told["instances"] == {"opaque": 1}
    assert told["lights"] == {"sun": 1, "point": 0, "spot": 1}
    assert told["environment"] == "implicit"
    assert told["settings"]["shadows.size"] == "2048"
    assert sum(told["bytes"].values()) == told["stats"]["bytes"]
    assert list(told["seconds"]) == list(STAGES)
