"""Light clusters: the picture is the one that going over all lights gives, whatever is lit and looked through."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.engine.scene import Material, Mesh, PointLight, Scene, SpotLight, Sun, apply_settings
from dreamwell.engine.scene.scene import SceneObject
from dreamwell.fabric import Fabric, Observer, clusters
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F32, F64, draw, looking, show, stage

SIZE = (64, 36)


def unit_quaternions(random: np.random.Generator, count: int) -> F64:
    q = random.normal(size=(count, 4))
    return q / np.linalg.norm(q, axis=1, keepdims=True)


def crowd(random: np.random.Generator, lamps: int, size: float, ranges: tuple[float, float]) -> Scene:
    """Boxes and a floor, `size` metres across; half of the lamps spots, a few kinds of each, two suns, two bulbs."""
    scene = stage()
    grey = Material(base_color=(0.8, 0.7, 0.6), roughness=0.6)
    scene.add("floor", Mesh.plane(2 * size), grey, at=(0, -0.4 * size, 0))
    boxes = random.uniform(-0.5, 0.5, (40, 3)) * size
    edges = random.uniform(0.02, 0.15, 40) * size
    scene.add_many("box", Mesh.box(), grey, at=boxes, rotation=unit_quaternions(random, 40), scale=edges)
    kinds = 8
    for kind in range(kinds):
        reach = float(np.exp(random.uniform(*np.log(ranges)))) * size
        r, g, b = random.uniform(0.1, 1, 3).tolist()
        candela = float(0.3 * reach**2)
        light: Any = PointLight(candela, (r, g, b), reach)
        if kind % 2:
            outer = float(random.uniform(2, 90))
            light = SpotLight(candela, (r, g, b), reach, float(random.uniform(0, 0.95)) * outer, outer)
        count = max(1, lamps // kinds)
        at = random.uniform(-0.7, 0.7, (count, 3)) * size
        scene.add_many("lamp", light, at=at, rotation=unit_quaternions(random, count))
    scene.add("sun", Sun(0.2), toward=(-1, -2, -0.5))
    scene.add("bulb", PointLight(0.02 * size**2), at=(0.1 * size, 0.3 * size, 0))
    scene.add("torch", SpotLight(0.1 * size**2), at=(0, 0.5 * size, 0), toward=(0.1, 0, 0))
    return scene


def somewhere(random: np.random.Generator, size: float) -> Observer:
    """A camera in the middle of it, or outside; every third one orthographic."""
    eye = random.uniform(-0.8, 0.8, 3) * size
    near = float(np.exp(random.uniform(np.log(1e-4), np.log(0.1)))) * size
    if random.random() < 1 / 3:
        height = float(random.uniform(0.1, 1.5)) * size
        return looking(eye, random.uniform(-0.2, 0.2, 3) * size, height=height, near=near)
    return looking(eye, random.uniform(-0.2, 0.2, 3) * size, fov_y=float(random.uniform(15, 130)), near=near)


def without_clusters(fabric: Fabric, observer: Observer, size: tuple[int, int], samples: int = 1) -> F32:
    """The same picture with every surface going over all lights."""
    on = fabric.settings
    fabric.set_post_process_config(apply_settings(on, {"lights.clusters": False}))
    picture = show(fabric, observer, size, samples)
    fabric.set_post_process_config(on)
    return picture


def assert_same(found: F32, wanted: F32, where: Any = "") -> None:
    """Equal but for the order of the sum and the last bit of the 16-bit picture."""
    np.testing.assert_allclose(found, wanted, rtol=2**-9, atol=1e-5 * max(1.0, float(wanted.max())), err_msg=str(where))


@pytest.mark.parametrize("group", range(8))
def test_clusters_change_nothing(fabric: Fabric, group: int) -> None:
    """200 scenes: up to 4,096 lamps, tiny and huge ranges, millimetres to kilometres, cameras among the lamps."""
    lit = 0
    for seed in range(25 * group, 25 * group + 25):
        random = np.random.default_rng(seed)
        lamps = int(np.exp(random.uniform(np.log(24), np.log(4096 if seed % 5 == 0 else 400))))
        size = float(10 ** random.uniform(-1, 3))
        ranges = [(0.01, 0.1), (0.05, 0.6), (0.3, 5.0), (0.001, 30.0)][seed % 4]
        scene = crowd(random, lamps, size, ranges)
        observer = somewhere(random, size)
        found = draw(fabric, scene, observer, SIZE)
        assert fabric.counters()["light_entries"] > 0
        assert_same(found, without_clusters(fabric, observer, SIZE), f"seed {seed}")
        lit += int((found.max(axis=-1) > 0).sum() > 100)
    assert lit > 15, "most of them show something"
