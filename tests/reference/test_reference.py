"""Whole pictures against path-traced ones: the surface model, its energy, light from all around, and shadows."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dreamwell.assets.gltf_scene import scene_from_gltf
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene import Environment, PointLight, Scene, Sun, apply_settings
from dreamwell.fabric import Fabric, Observer
from dreamwell.loom.weave import weave
from dreamwell.shaders.structs import MaterialFlag
from dreamwell.tests.fabric.drawing import UNIT_EV100

SIZE = (256, 256)
SAMPLES = 16
DIRECT = {"bias": 0.004, "relMSE": 0.0011, "FLIP": 0.008}
FURNACE = {"bias": 0.002, "relMSE": 0.0001, "FLIP": 0.0135}
IMAGE_BASED = {"bias": 0.007, "relMSE": 0.008, "FLIP": 0.065}
SHADOWS = {"bias": 0.01, "relMSE": 0.005, "FLIP": 0.012}
HALF_SHADOWS = {"bias": 0.01, "relMSE": 0.003, "FLIP": 0.022}
"""What was measured, and a little."""


@pytest.fixture(scope="module")
def score(reference: Path) -> Any:
    """The references' own judge."""
    spec = importlib.util.spec_from_file_location("score", reference / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def fabric(gpu: Gpu) -> Fabric:
    return Fabric(gpu, SIZE)


def load(reference: Path, name: str) -> Scene:
    """The model, with the surroundings that its description names and nothing that the references leave out."""
    scene = scene_from_gltf(reference / "gt" / name / "scene.glb")
    compensation = "_ms" in name
    shadows = name.startswith(("shadow_", "cornell_"))
    changes = {"shadows.enabled": shadows, "shading.energy_compensation": compensation, "shadows.distance": 14}
    changes["ao.enabled"] = False
    scene.settings = apply_settings(scene.settings, changes)
    for thing in scene:
        # The references' lights are points, and suns without a disk.
        if (sun := thing.get(Sun)) is not None:
            thing.set(replace(sun, angular_diameter=0.0))
        if (point := thing.get(PointLight)) is not None:
            thing.set(replace(point, cast_shadows=True))
    environment = Environment(source="color", color=(0.0, 0.0, 0.0))
    for light in json.loads((reference / "gt" / name / "scene.json").read_text())["lights"]:
        if light["type"] == "sun_disk":
            sun = Sun(light["irradiance"][0], angular_diameter=light["angular_diameter_deg"])
            scene.add("sun", sun, toward=light["direction"])
        if light["type"] == "env_constant":
            r, g, b = light["radiance"]
            environment = Environment(source="color", color=(r, g, b))
        if light["type"] == "env_map":
            environment = Environment(source="file", file=str(reference / "env" / light["file"]))
    scene.add("environment", environment)
    return scene


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("pbr_dir_5x5", DIRECT),
        ("pbr_dir_ms_5x5", DIRECT),
        ("pbr_furnace_gold_5x5", FURNACE),
        ("pbr_furnace_gold_ms_5x5", FURNACE),
        ("ibl_courtyard_5x5", IMAGE_BASED),
        ("ibl_courtyard_ms_5x5", IMAGE_BASED),
        ("shadow_dir_hard", SHADOWS),
        ("shadow_spot", SHADOWS),
        ("shadow_sun_2deg", HALF_SHADOWS),
        ("cornell_point_direct", SHADOWS),
    ],
)
def test_the_picture_is_that_of_a_path_tracer(
    fabric: Fabric, reference: Path, score: Any, name: str, limits: dict[str, float]
) -> None:
    woven = weave(load(reference, name))
    cameras = woven.cameras
    pose = woven.objects.world[cameras.objects[0]].astype(np.float64)
    observer = Observer(pose, float(cameras.fov_y[0]), float(cameras.near[0]))
    fabric.upload_scene(woven)
    for i in range(SAMPLES):
        fabric.begin_frame(observer, sample=(i, SAMPLES))
        fabric.end_frame()
    found = score.score(fabric.read_linear(), score.reference(name))
    print(name, found)
    assert found["relMSE"] <= limits["relMSE"]
    assert found["FLIP"] <= limits["FLIP"]
    assert abs(found["bias_log2"]) <= limits["bias"]


@pytest.mark.parametrize(
    ("name", "settings", "part", "bias"),
    [
        ("ao_r0.5", {"ao.radius": 0.5}, 0.4, 0.03),
        ("ao_inf", {"ao.radius": 0.0}, 0.5, 0.3),
        ("ao_inf", {"ao.radius": 0.0, "ao.thickness": 2.0}, 0.45, 0.25),
    ],
)
def test_ambient_occlusion_is_that_of_a_path_tracer(
    fabric: Fabric, reference: Path, score: Any, name: str, settings: dict[str, Any], part: float, bias: float
) -> None:
    """As far as one picture can tell: much that is near in "ao_inf" lies outside of it. `part`: of FLIP without."""
    scene = scene_from_gltf(reference / "gt" / name / "scene.glb")
    scene.settings = apply_settings(scene.settings, settings)
    woven = weave(scene)
    cameras = woven.cameras
    pose = woven.objects.world[cameras.objects[0]].astype(np.float64)
    observer = Observer(pose, float(cameras.fov_y[0]), float(cameras.near[0]))
    fabric.upload_scene(woven)
    for _ in range(2):
        fabric.begin_frame(observer)
        fabric.end_frame()
    truth = score.reference(name)
    found = score.score(np.repeat(fabric.read_ao()[..., None], 3, axis=2), truth)
    without = score.score(np.ones_like(truth), truth)
    print(name, found, without)
    assert found["FLIP"] <= part * without["FLIP"]
    assert abs(found["bias_log2"]) <= bias


def test_frames_through_taa_become_what_a_path_tracer_sees(fabric: Fabric, reference: Path, score: Any) -> None:
    """Thin pickets and tiles to the horizon, which only shine: all that is left to get wrong is the edges."""
    scene = load(reference, "aa_static")
    own = {"aa.mode": "taa", "bloom.enabled": False, "exposure.mode": "manual", "exposure.ev100": UNIT_EV100}
    scene.settings = apply_settings(scene.settings, own)
    light = json.loads((reference / "gt" / "aa_static" / "scene.json").read_text())["lights"][0]
    assert light["background_only"]
    woven = weave(scene)
    materials = woven.materials.copy()
    materials["flags"] |= np.uint32(MaterialFlag.UNLIT)  # so that the background lights nothing
    materials["base_color"][:, :3] = materials["emissive"]
    woven = replace(woven, materials=materials)
    cameras = woven.cameras
    pose = woven.objects.world[cameras.objects[0]].astype(np.float64)
    observer = Observer(pose, float(cameras.fov_y[0]), float(cameras.near[0]))
    fabric.upload_scene(woven)
    for _ in range(64):
        fabric.begin_frame(observer)
        fabric.end_frame()
    found = score.score(fabric.read_linear(), score.reference("aa_static"))
    print(found)
    assert found["relMSE"] <= 0.0007
    assert found["FLIP"] <= 0.015
    assert abs(found["bias_log2"]) <= 0.001
