"""Light clusters: the picture is the one that going over all lights gives, whatever is lit and looked through."""

from typing import Any

import numpy as np
import pytest

from dreamwell.engine.scene import Material, Mesh, PointLight, Scene, SpotLight, Sun, apply_settings
from dreamwell.fabric import Fabric, Observer, clusters
from dreamwell.fabric.observer import sample_shift
from dreamwell.loom.weave import weave
from dreamwell.shaders.structs import NONE
from dreamwell.tests.fabric.drawing import F32, F64, draw, looking, read, show, spoil, stage

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
    glass = Material(base_color=(0.5, 0.8, 0.9), alpha=0.5, alpha_mode="blend", double_sided=True)
    scene.add_many(
        "pane", Mesh.quad(0.3 * size), glass, at=boxes[:3] + 0.1 * size, rotation=unit_quaternions(random, 3)
    )
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


def lists_of(fabric: Fabric) -> list[set[int]]:
    """What each cluster's list of the last frame holds; that of the lights that act everywhere comes last."""
    made = fabric._light.clusters
    values = read(fabric, made.lists, np.uint32)
    heads = values[: 2 * (clusters.TILES[0] * clusters.TILES[1] * clusters.SLICES + 1)].reshape(-1, 2)
    found: list[set[int]] = []
    for first, count in heads.tolist():
        assert count != NONE
        entries = values[first : first + count].tolist()
        assert entries == sorted(set(entries)), "in the order of the table, each once"
        found.append(set(entries))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_no_list_misses_a_lamp(fabric: Fabric, seed: int) -> None:
    """Points that lamps reach, thousands of them, against NumPy's own idea of clusters and of light."""
    random = np.random.default_rng(100 + seed)
    size = float(10 ** random.uniform(-1, 3))
    woven = weave(crowd(random, 300, size, (0.01, 1.0)))
    observer = somewhere(random, size)
    fabric.upload_scene(woven)
    fabric._light.clusters._wanted = 1 << 22
    show(fabric, observer, SIZE)
    spoil(fabric, fabric._light.clusters.lists)
    samples = 1 + 3 * (seed % 2)
    show(fabric, observer, SIZE, samples)
    lists = lists_of(fabric)
    lights = woven.lights
    ranged = np.flatnonzero((lights["kind"] != 0) & (lights["range"] > 0))
    assert lists[-1] == set(np.flatnonzero((lights["kind"] == 0) | (lights["range"] == 0)).tolist())
    assert not any(lists[-1] & some for some in lists[:-1])
    rows = random.choice(ranged, 40_000)
    away = random.normal(size=(len(rows), 3))
    away *= (lights["range"][rows] * random.uniform(0, 1, len(rows)) ** 0.1 / np.linalg.norm(away, axis=1))[:, None]
    points = lights["position"][rows] + away
    toward = away / np.linalg.norm(away, axis=1, keepdims=True)
    cosine = np.einsum("ki,ki->k", toward, lights["direction"][rows])
    reached = (lights["kind"][rows] == 1) | (cosine * lights["spot_scale"][rows] + lights["spot_offset"][rows] > 0)
    seen = np.c_[points, np.ones(len(points))] @ observer.view().T
    clip = seen @ observer.projection(SIZE, 1e6 * size, sample_shift(samples - 1, samples)).T
    pixel = (clip[:, :2] / clip[:, 3:] * (0.5, -0.5) + 0.5) * SIZE
    depth = -seen[:, 2]
    reached &= (depth > observer.near) & (pixel > 0).all(axis=1) & (pixel < SIZE).all(axis=1)
    assert reached.sum() > 10
    value = fabric._uniforms["clustering"][0]
    if observer.orthographic:
        slices = (depth - value["near"]) * value["slice_scale"]
    else:
        slices = 1 + np.log2(np.maximum(depth, 1e-9) / value["first"]) * value["slice_scale"]
    slices = np.clip(slices, 0, clusters.SLICES - 1).astype(int)
    tiles = (pixel * clusters.TILES / SIZE).astype(int)
    number = (slices * clusters.TILES[1] + tiles[:, 1]) * clusters.TILES[0] + tiles[:, 0]
    missed = [(k, int(rows[k])) for k in np.flatnonzero(reached) if int(rows[k]) not in lists[number[k]]]
    assert missed == []


def test_lists_are_short(fabric: Fabric) -> None:
    """A lamp of 1 m in a view 60 m deep is in few clusters, a narrow cone in fewer than a ball."""
    entries: list[int] = []
    for lamp in (PointLight(1, range=4), SpotLight(1, range=4, inner_angle=5, outer_angle=12)):
        scene = stage()
        scene.add("floor", Mesh.plane(80), Material())
        at = [(x, 1, z) for x in range(-8, 9, 4) for z in range(-24, 5, 4)]
        scene.add_many("lamp", lamp, at=at)
        draw(fabric, scene, looking((0, 4, 10), (0, 0, -10)), SIZE)
        entries.append(fabric.counters()["light_entries"])
        lists = lists_of(fabric)
        assert sum(map(len, lists)) == entries[-1]
        assert sum(map(bool, lists)) > 100
    assert entries[0] < 0.02 * len(at) * len(lists)
    assert entries[1] < 0.25 * entries[0]


def test_ten_thousand_lamps_all_shine(fabric: Fabric) -> None:
    """Each lights a patch of its own; the whole floor is as bright as going over all of them finds it."""
    scene = stage()
    scene.add("floor", Mesh.plane(100), Material())
    x, z = np.meshgrid(np.arange(100) - 49.5, np.arange(100) - 49.5)
    at = np.stack([x.ravel(), np.full(10_000, 0.5), z.ravel()], axis=1)
    scene.add_many("lamp", PointLight(1.0, range=0.9), at=at)
    observer = looking((0, 60, 0.1), (0, 0, 0), fov_y=80)
    found = draw(fabric, scene, observer, (96, 54))
    counters = fabric.counters()
    assert (counters["lights"], counters["light_overflows"]) == (10_000, 0)
    assert set.union(*lists_of(fabric)) == set(range(10_000))
    inside = found[8:-8, 24:-24]
    assert inside.min() > 0.05
    assert_same(found, without_clusters(fabric, observer, (96, 54)))


def test_what_finds_no_room_is_right_at_once_and_fits_soon(fabric: Fabric, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "FIRST_ROOM", 0)
    mine = Fabric(fabric.gpu, SIZE)
    mine._light.clusters.room = mine._light.clusters._wanted = 256
    mine._light.clusters.lists = mine._light.clusters._make_lists()
    random = np.random.default_rng(5)
    scene, observer = crowd(random, 400, 10.0, (0.1, 0.5)), looking((0, 3, 9), (0, 0, 0))
    first = draw(mine, scene, observer, SIZE)
    before = mine.counters()
    assert before["light_room"] == 256 < before["light_entries"]
    assert before["light_overflows"] > 0
    last = first
    for _ in range(40):
        last = show(mine, observer, SIZE)
        if mine.counters()["light_overflows"] == 0:
            break
    after = mine.counters()
    assert after["light_overflows"] == 0
    assert after["light_room"] == 1 << (after["light_entries"] - 1).bit_length(), "doubled until it fits"
    assert after["light_entries"] == before["light_entries"]
    assert_same(first, last)
    assert_same(first, without_clusters(mine, observer, SIZE))
    assert first.std() > 0.01


def test_few_lamps_need_no_clusters(fabric: Fabric) -> None:
    for lamps, used in ((clusters.WORTHWHILE - 1, False), (clusters.WORTHWHILE, True)):
        scene = stage()
        scene.add("floor", Mesh.plane(10), Material())
        scene.add_many("lamp", PointLight(5, range=3), at=[(0.1 * i, 1, 0) for i in range(lamps)])
        scene.add_many("bulb", PointLight(5), at=[(0.1 * i, 1, 0) for i in range(40)])
        observer = looking((0, 4, 6), (0, 0, 0))
        found = draw(fabric, scene, observer, SIZE)
        assert (fabric.counters()["light_entries"] > 0) == used
        assert fabric._light.clustered(fabric._scene()) == used
        if used:
            spoil(fabric, fabric._light.clusters.lists)
            assert_same(without_clusters(fabric, observer, SIZE), found)
            assert fabric.counters()["light_overflows"] == 0


def test_samples_shift_the_clusters_too(fabric: Fabric) -> None:
    random = np.random.default_rng(3)
    scene, observer = crowd(random, 200, 10.0, (0.05, 0.3)), looking((0, 3, 9), (0, 0, 0))
    found = draw(fabric, scene, observer, (24, 14), samples=4)
    assert_same(found, without_clusters(fabric, observer, (24, 14), samples=4))
