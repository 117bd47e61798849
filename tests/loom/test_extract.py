"""Extraction: world transforms against a recursive oracle, lights, cameras and tags."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dreamwell.engine.errors import SceneError
from dreamwell.engine.scene import Camera, Mesh, PointLight, Scene, SpotLight, Sun
from dreamwell.loom import weave
from dreamwell.loom.extract import CHUNK, taken
from dreamwell.shaders.structs import LIGHT, InstanceFlag, LightKind
from dreamwell.tests.loom.forests import parent_lists


def random_scene(parents: list[int], seed: int) -> Scene:
    random = np.random.default_rng(seed)
    n = len(parents)
    rotations = random.normal(size=(n, 4))
    rotations /= np.linalg.norm(rotations, axis=1, keepdims=True)
    scales = random.uniform(0.5, 2, (n, 3)) * random.choice([-1, 1], (n, 3), p=[0.2, 0.8])
    scene = Scene(seed=seed)
    scene.add_many("o", Mesh.box(), at=random.uniform(-5, 5, (n, 3)), rotation=rotations, scale=scales)
    scene.parents[:] = parents
    return scene


def oracle(scene: Scene, row: int) -> NDArray[np.float64]:
    """(4, 4) world_from_local from the definition: where the axes and the origin go."""
    x, y, z, w = scene.rotations[row]
    local = np.eye(4)
    for i, axis in enumerate(np.eye(3)):
        u = np.array([x, y, z])
        t = 2 * np.cross(u, axis)  # v + w t + u × t, the turn of a vector by a quaternion
        local[:3, i] = (axis + w * t + np.cross(u, t)) * scene.scales[row, i]
    local[:3, 3] = scene.positions[row]
    above = int(scene.parents[row])
    return local if above < 0 else np.asarray(oracle(scene, above) @ local)


@given(parent_lists(), st.integers(0, 2**32 - 1))
def test_world_transforms_equal_plain_recursion(parents: list[int], seed: int) -> None:
    scene = random_scene(parents, seed)
    woven = weave(scene)
    mirrored = np.zeros(len(parents), bool)
    mirrored[woven.instance_object] = woven.instances["flags"] & InstanceFlag.MIRRORED != 0
    for row in range(len(parents)):
        wanted = oracle(scene, row)
        size = np.abs(wanted).max()
        np.testing.assert_allclose(woven.objects.world[row], wanted[:3], rtol=0, atol=1e-6 * size)
        assert mirrored[row] == (np.linalg.det(wanted) < 0)
        depth, above = 0, parents[row]
        while above >= 0:
            depth, above = depth + 1, parents[above]
        assert woven.objects.depth[row] == depth


def test_a_long_chain_is_accumulated_in_double_precision() -> None:
    """Ten thousand steps of 0.1 are 1000; in single precision they would be 999.9."""
    n = 10_000
    scene = Scene()
    scene.add_many("link", at=np.tile([0.1, 0, 0], (n, 1)))
    scene.parents[:] = np.arange(-1, n - 1)
    world = weave(scene).objects.world
    np.testing.assert_array_equal(world[:, 0, 3], (np.arange(1, n + 1) * 0.1).astype(np.float32))


def test_more_objects_than_a_chunk_with_a_parent_in_another() -> None:
    n = 2 * CHUNK + 5
    scene = Scene()
    scene.add_many("o", at=np.arange(3.0 * n).reshape(n, 3))
    scene.parents[: n - 1] = n - 1
    world = weave(scene).objects.world
    np.testing.assert_array_equal(world[:-1, :, 3], (scene.positions[:-1] + scene.positions[-1]).astype(np.float32))


def test_the_woven_objects_are_those_of_the_scene() -> None:
    scene = random_scene([-1, 0, 1], seed=3)
    objects = weave(scene).objects
    np.testing.assert_array_equal(objects.ids, scene.ids)
    np.testing.assert_array_equal(objects.parents, scene.parents)
    np.testing.assert_array_equal(objects.position, scene.positions.astype(np.float32))
    np.testing.assert_array_equal(objects.rotation, scene.rotations.astype(np.float32))
    np.testing.assert_array_equal(objects.scale, scene.scales.astype(np.float32))
    assert objects.names == ("o-0", "o-1", "o-2")


def test_what_does_not_fit_single_precision_is_an_error_that_names_the_objects() -> None:
    scene = Scene("wide")
    a = scene.add("a", scale=1e30)
    scene.add("b", at=(1e30, 0, 0), parent=a)
    scene.add("c", at=(1e39, 0, 0))
    small = scene.add("small", scale=1e-20)
    scene.add("d", at=(1e39, 0, 0), parent=small)  # in the world it would fit
    with pytest.raises(SceneError, match="wide has 3 objects") as caught:
        weave(scene)
    assert [(p.where, p.code) for p in caught.value.problems] == [(name, "overflow") for name in "bcd"]


# ---- lights ---------------------------------------------------------------------------------------------------


def test_lights_are_placed_and_scaled_and_in_order() -> None:
    scene = Scene()
    above = scene.add("above", at=(0, 10, 0), scale=(2, 3, 4), rotation=(0, np.sqrt(0.5), 0, np.sqrt(0.5)))
    scene.add("spot", SpotLight(candela=10, color=(1, 0.5, 0), range=7, inner_angle=20, outer_angle=30), parent=above)
    scene.add("bulb", PointLight(candela=5, range=9), at=(1, 0, 0), parent=above)
    scene.add("second", Sun(lux=2, cast_shadows=False), toward=(0, -1, 0), id=20)
    scene.add("first", Sun(lux=3), toward=(0, 0, 1), id=10)
    lights = weave(scene).lights
    assert [LightKind(k).name for k in lights["kind"]] == ["SUN", "SUN", "POINT", "SPOT"]
    assert [scene.names[i] for i in lights["object"]] == ["first", "second", "bulb", "spot"]
    np.testing.assert_allclose(lights["color"], [[3, 3, 3], [2, 2, 2], [5, 5, 5], [10, 5, 0]])
    np.testing.assert_allclose(lights["direction"], [[0, 0, 1], [0, -1, 0], [-1, 0, 0], [-1, 0, 0]], atol=1e-6)
    np.testing.assert_allclose(lights["position"][2:], [[0, 10, -2], [0, 10, 0]], atol=1e-6)
    np.testing.assert_allclose(lights["range"], [0, 0, 9, 7])
    assert lights["casts_shadows"].tolist() == [1, 0, 0, 1]


@given(st.floats(0, 89), st.floats(0.01, 90))
def test_a_cone_is_full_inside_and_dark_outside(inner: float, width: float) -> None:
    """KHR_lights_punctual: saturate(cos * scale + offset)² is 1 to the inner and 0 from the outer angle on."""
    outer = min(90.0, inner + width)
    scene = Scene()
    scene.add("spot", SpotLight(inner_angle=inner, outer_angle=outer))
    light = weave(scene).lights[0]

    def strength(degrees: float) -> float:
        cone = np.cos(np.radians(degrees)) * float(light["spot_scale"]) + float(light["spot_offset"])
        return float(np.clip(cone, 0, 1) ** 2)

    assert strength(outer) < 1e-6
    assert strength(min(180.0, outer + 1)) == 0
    if np.cos(np.radians(inner)) - np.cos(np.radians(outer)) > 0.001:  # the extension limits the slope
        assert strength(inner) > 1 - 1e-3
        assert strength((inner + outer) / 2) > 0


def test_lights_are_laid_out_as_the_shader_expects() -> None:
    scene = Scene()
    scene.add("a", Sun())
    scene.add("b", PointLight())
    lights = weave(scene).lights
    assert lights.dtype == LIGHT.dtype
    assert lights.nbytes == 2 * LIGHT.size
    assert not lights.view(np.uint8).reshape(2, LIGHT.size)[:, 68:].any()
    assert lights["radius"].tolist() == pytest.approx([np.tan(np.radians(0.53 / 2)), 0])


def test_rows_of_structs_are_taken_with_their_padding() -> None:
    """NumPy's own indexing leaves the padding as the memory was, and weaves would differ."""
    bytes_of_rows = (np.arange(5 * LIGHT.size) % 251).astype(np.uint8).reshape(5, LIGHT.size)
    rows = np.array([3, 0, 3])
    found = taken(bytes_of_rows.view(LIGHT.dtype)[:, 0], rows)
    np.testing.assert_array_equal(found.view(np.uint8).reshape(3, LIGHT.size), bytes_of_rows[rows])


# ---- cameras and tags -----------------------------------------------------------------------------------------


def test_cameras_keep_the_order_of_the_scene() -> None:
    scene = Scene()
    scene.add("nothing")
    scene.add("wide", Camera(fov_y=90, near=0.5))
    scene.add("flat", Camera(projection="orthographic", height=12))
    cameras = weave(scene).cameras
    assert cameras.objects.tolist() == [1, 2]
    assert cameras.fov_y.tolist() == [90, 60]
    assert cameras.near.tolist() == [0.5, np.float32(0.1)]
    assert cameras.height.tolist() == [10, 12]
    assert cameras.orthographic.tolist() == [False, True]


@given(st.lists(st.sets(st.integers(0, 80).map(str), max_size=40), min_size=1, max_size=20))
def test_tag_masks_hold_exactly_the_tags(sets: list[set[str]]) -> None:
    scene = Scene()
    for tags in sets:
        scene.add("o", tags=tags)
    woven = weave(scene)
    assert list(woven.tag_names) == sorted(set().union(*sets))
    assert woven.objects.tags.shape == (len(sets), max(1, -(-len(woven.tag_names) // 32)))
    for row, tags in enumerate(sets):
        words = woven.objects.tags[row].tolist()
        assert {t for i, t in enumerate(woven.tag_names) if words[i // 32] >> (i % 32) & 1} == tags
        assert sum(w.bit_count() for w in words) == len(tags)
