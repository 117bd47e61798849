"""Bloom: no light is lost or made, it lies around what is bright, and it is gone where it is off."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from dreamwell.engine.scene import Environment, Material, Mesh, Scene
from dreamwell.fabric import Fabric
from dreamwell.fabric.bloom import level_sizes
from dreamwell.tests.fabric.drawing import BLACK, F64, draw, front, stage


def glow(strength: float) -> Material:
    return Material((0.0, 0.0, 0.0), metallic=1.0, emissive=(1.0, 1.0, 1.0), emissive_strength=strength)


def scene(environment: Environment = BLACK, **settings: Any) -> Scene:
    return stage(environment, tonemap__operator="none", **{"bloom__enabled": True, "bloom__steady": False, **settings})


def scattered(fabric: Fabric) -> F64:
    """(h, w) the red light of the finest level of the bloom, of the last frame."""
    bloom = fabric._post.bloom
    assert bloom is not None
    device = fabric.gpu.device
    w, h = bloom.sizes[0]
    raw: Any = device.queue.read_texture(
        {"texture": bloom.view.texture}, {"bytes_per_row": 8 * w, "rows_per_image": h}, (w, h, 1)
    )
    return np.frombuffer(raw, np.float16).reshape(h, w, 4)[..., 0].astype(np.float64)


@pytest.mark.parametrize("size", [(64, 64), (67, 45), (33, 20)])
@pytest.mark.parametrize("steady", [False, True])
def test_an_even_picture_stays_as_it_is(fabric: Fabric, size: tuple[int, int], steady: bool) -> None:
    even = scene(Environment(source="color", color=(0.5, 0.5, 0.5)), bloom__steady=steady, bloom__intensity=1.0)
    draw(fabric, even, front(), size)
    np.testing.assert_allclose(scattered(fabric), 0.5, rtol=1e-3)


@pytest.mark.parametrize("levels", [1, 2, 4])
@pytest.mark.parametrize("spread", [0.0, 0.65, 1.0])
def test_no_light_is_lost(fabric: Fabric, levels: int, spread: float) -> None:
    spark = scene(bloom__levels=levels, bloom__spread=spread)
    spark.add("spark", Mesh.quad(1 / 32), glow(50.0), at=(1 / 64, 1 / 64, 0))
    light = draw(fabric, spark, front(), (128, 128)).astype(np.float64)[..., 0]
    assert np.count_nonzero(light) == 16
    found = scattered(fabric)
    assert found.sum() * 4 == pytest.approx(light.sum(), rel=0.01)
    assert found.max() < light.max()
    reach = np.abs(np.argwhere(found > 1e-3) - 32).max()
    assert reach >= 2 ** (levels if spread else 1)


def test_a_lens_scatters_a_part_of_all_light(fabric: Fabric) -> None:
    """The picture is the light less that part, and the scattered light times it."""
    lamp = scene(bloom__intensity=0.25)
    lamp.add("lamp", Mesh.quad(0.25), glow(0.8))
    light = draw(fabric, lamp, front()).astype(np.float64)[..., 0]
    image = fabric.read_image()[..., 0]
    around = scattered(fabric)
    middle = (slice(30, 34), slice(30, 34))
    assert 0.4 < around[15:17, 15:17].mean() < light[middle].mean()
    wanted = light[middle].mean() * 0.75 + around[15:17, 15:17].mean() * 0.25
    assert ((image[middle] / 255 + 0.055) / 1.055).mean() ** 2.4 == pytest.approx(wanted, rel=0.02)
    assert image[32, 20] > 0, "beside the lamp"
    assert image[32, 20] > image[32, 10] >= 0


def test_without_it_the_picture_is_what_it_was(fabric: Fabric) -> None:
    pictures: list[Any] = []
    choices: list[dict[str, Any]] = [{"bloom__enabled": False}, {"bloom__intensity": 0.0}, {}]
    for settings in choices:
        lamp = scene(**settings)
        lamp.add("lamp", Mesh.quad(0.25), glow(40.0))
        draw(fabric, lamp, front())
        pictures.append(fabric.read_image())
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert (pictures[2] != pictures[0]).any()


def test_samples_are_averaged_before(fabric: Fabric) -> None:
    """A flat picture in many samples scatters the same light as in one."""
    lamp = scene()
    lamp.add("lamp", Mesh.quad(0.25), glow(40.0))
    draw(fabric, lamp, front())
    one, image = scattered(fabric), fabric.read_image()
    draw(fabric, lamp, front(), samples=4)
    np.testing.assert_allclose(scattered(fabric), one, rtol=2e-3, atol=1e-4)
    assert np.abs(fabric.read_image().astype(int) - image).max() <= 1


def test_single_bright_pixels_count_for_less(fabric: Fabric) -> None:
    sums: list[float] = []
    for steady in (False, True):
        spark = scene(bloom__steady=steady)
        spark.add("spark", Mesh.quad(1 / 64), glow(5000.0), at=(1 / 128, 1 / 128, 0))
        draw(fabric, spark, front())
        sums.append(float(scattered(fabric).sum()))
    assert sums[1] < 0.3 * sums[0]


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (320, 180), (1281, 719)])
def test_levels_halve_exactly(size: tuple[int, int]) -> None:
    sizes = level_sizes(size, 6)
    assert 1 <= len(sizes) <= 6
    assert all(2 * edge >= whole for edge, whole in zip(sizes[0], size, strict=True))
    for finer, coarser in pairwise(sizes):
        assert finer == (2 * coarser[0], 2 * coarser[1])
    assert min(sizes[-1]) >= (2 if min(size) > 8 else 1)
