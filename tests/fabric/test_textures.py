"""Textures: where they lie on a surface, how they repeat, how they are filtered, and the pools they are kept in."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from dreamwell.engine.errors import GpuError
from dreamwell.engine.scene import Environment, Material, Mesh, Scene, Texture
from dreamwell.fabric import Fabric
from dreamwell.fabric.textures import Pool, plan_pools
from dreamwell.shaders import groups
from dreamwell.tests.fabric.drawing import (
    F32,
    F64,
    draw,
    front,
    image,
    light_of_srgb,
    looking,
    rectangle,
    srgb,
    stage,
)

EDGE = 256


def unlit(folder: Path, pixels: ArrayLike, mesh: Any = None, settings: Any = None, **texture: Any) -> Scene:
    """A square that shows a picture as it is."""
    scene = stage(root=folder, **(settings or {}))
    look = Material((1.0, 1.0, 1.0), unlit=True, base_color_texture=Texture(image(folder, "it", pixels), **texture))
    scene.add("square", mesh or Mesh.quad(), look)
    return scene


def coordinates() -> F64:
    """A picture that holds where each of its texels lies: red u, green v, as 0..255."""
    at = (np.arange(EDGE) + 0.5) / EDGE * 255
    return np.rint(np.dstack([*np.meshgrid(at, at), np.zeros((EDGE, EDGE))]))


def shown_coordinates(picture: F32) -> F64:
    """Which u and v each pixel shows, 0..1."""
    return srgb(picture[..., :2]) * 255 / 255


def pixel_uv(size: int = 64) -> F64:
    """(size, size, 2) the UVs of a standard square that fills the picture."""
    at = (np.arange(size) + 0.5) / size
    return np.dstack(np.meshgrid(at, at))


def khr_transform(uv: F64, offset: Any = (0, 0), rotation: float = 0.0, scale: Any = (1, 1)) -> F64:
    """KHR_texture_transform: translation * rotation * scale, as its specification writes the matrices."""
    r = math.radians(rotation)
    move = np.array([[1, 0, offset[0]], [0, 1, offset[1]], [0, 0, 1]])
    turn = np.array([[math.cos(r), math.sin(r), 0], [-math.sin(r), math.cos(r), 0], [0, 0, 1]])
    stretch = np.diag([scale[0], scale[1], 1])
    return np.asarray((np.dstack([uv, np.ones(uv.shape[:2])]) @ (move @ turn @ stretch).T)[..., :2])


def wrapped(u: F64, mode: str) -> F64:
    if mode == "repeat":
        return np.asarray(u % 1)
    if mode == "clamp":
        return np.asarray(u.clip(0, 1))
    return np.asarray(1 - np.abs(u % 2 - 1))


def check_coordinates(picture: F32, uv: F64, wrap: tuple[str, str] = ("repeat", "repeat"), atol: float = 0.015) -> None:
    wanted = np.dstack([wrapped(uv[..., i], wrap[i]) for i in range(2)])
    # Where a picture starts anew, its two ends are mixed: leave those pixels out.
    seam = np.zeros(uv.shape[:2], bool)
    for i in range(2):
        if wrap[i] == "repeat":
            seam |= np.abs(uv[..., i] - np.rint(uv[..., i])) < 0.045
    assert seam.mean() < 0.5
    np.testing.assert_allclose(shown_coordinates(picture)[~seam], wanted[~seam], atol=atol)


@pytest.mark.parametrize(
    "transform",
    [
        {},
        {"offset": (0.25, 0.1)},
        {"rotation": 90.0},
        {"rotation": 30.0, "scale": (0.5, 0.25), "offset": (0.1, 0.3)},
        {"scale": (-1.0, 1.5), "rotation": -65.0},
    ],
    ids=str,
)
def test_texture_transforms(fabric: Fabric, tmp_path: Path, transform: dict[str, Any]) -> None:
    scene = unlit(tmp_path, coordinates(), **transform)
    check_coordinates(draw(fabric, scene, front()), khr_transform(pixel_uv(), **transform))


@pytest.mark.parametrize("uv_set", [0, 1])
def test_the_second_set_of_coordinates(fabric: Fabric, tmp_path: Path, uv_set: int) -> None:
    second = [[0.9, 0.1], [0.9, 0.6], [0.2, 0.1], [0.2, 0.6]]
    scene = unlit(tmp_path, coordinates(), Mesh.of(rectangle(uv1=second)), uv_set=uv_set)
    uv = pixel_uv()
    turned = np.dstack([0.9 - 0.7 * uv[..., 1], 0.1 + 0.5 * uv[..., 0]])
    check_coordinates(draw(fabric, scene, front()), turned if uv_set else uv)


@pytest.mark.parametrize("wrap_u", ["repeat", "clamp", "mirror"])
@pytest.mark.parametrize("wrap_v", ["repeat", "clamp", "mirror"])
def test_wrap_modes(fabric: Fabric, tmp_path: Path, wrap_u: str, wrap_v: str) -> None:
    transform: dict[str, Any] = {"offset": (-0.85, -0.9), "scale": (2.4, 2.6)}
    scene = unlit(tmp_path, coordinates(), wrap_u=wrap_u, wrap_v=wrap_v, **transform)
    uv = khr_transform(pixel_uv(128), **transform)
    # A pixel shows 0.02 of the picture's width: that near to an edge, clamping and mirroring set in.
    check_coordinates(draw(fabric, scene, front(), (128, 128)), uv, (wrap_u, wrap_v), atol=0.04)


@pytest.mark.parametrize("wrap", ["clamp", "mirror"])
def test_the_far_edge_does_not_shine_through(fabric: Fabric, tmp_path: Path, wrap: str) -> None:
    """Black on the left, white on the right: magnified, neither edge shows anything of the other."""
    scene = unlit(tmp_path, np.array([[0, 0, 255, 255]] * 4), wrap_u=wrap, wrap_v=wrap)
    picture = draw(fabric, scene, front())[..., 0]
    assert picture[:, :20].max() == 0
    assert picture[:, 44:].min() > 0.99


def test_nearest_shows_hard_texels_and_linear_mixes_light(fabric: Fabric, tmp_path: Path) -> None:
    checker = np.array([[0, 255], [255, 0]])
    hard = draw(fabric, unlit(tmp_path, checker, nearest=True), front())[..., 0]
    np.testing.assert_allclose(hard, np.kron(checker > 0, np.ones((32, 32))), atol=1e-3)
    soft = draw(fabric, unlit(tmp_path, checker, wrap_u="clamp", wrap_v="clamp"), front())[..., 0]
    at = ((np.arange(64) + 0.5) / 32 - 0.5).clip(0, 1)  # 0 at the first texel's centre, 1 at the second's
    x, y = np.meshgrid(at, at)
    np.testing.assert_allclose(soft, x * (1 - y) + y * (1 - x), atol=0.01)


def test_nearest_still_has_smooth_mip_levels(fabric: Fabric, tmp_path: Path) -> None:
    picture = draw(fabric, unlit(tmp_path, np.indices((64, 64)).sum(axis=0) % 2 * 255, nearest=True), front(), (8, 8))
    np.testing.assert_allclose(picture, 0.5, atol=0.02)


def test_colour_is_decoded_and_data_is_not(fabric: Fabric, tmp_path: Path) -> None:
    grey = np.full((4, 4, 3), 128)
    picture = draw(fabric, unlit(tmp_path, grey), front())
    np.testing.assert_allclose(picture[32, 32], light_of_srgb(128 / 255), rtol=5e-3)
    scene = stage(Environment(source="color", color=(1.0, 1.0, 1.0)), root=tmp_path)
    square = scene.add("square", Mesh.quad(), Material((1.0, 1.0, 1.0)))
    whole = draw(fabric, scene, front())[32, 32]
    square.set(Material((1.0, 1.0, 1.0), occlusion_texture=Texture(image(tmp_path, "occlusion", grey))))
    np.testing.assert_allclose(draw(fabric, scene, front())[32, 32], whole * 128 / 255, rtol=5e-3)


def test_roughness_is_green_and_metallic_is_blue(fabric: Fabric, tmp_path: Path) -> None:
    """One texture with both is the same as the factors; red and alpha mean nothing."""
    sky = Environment(intensity=1.0)

    def square(**factors: Any) -> F32:
        scene = stage(sky, root=tmp_path)
        scene.add("square", Mesh.quad(), Material((0.9, 0.5, 0.2), **factors))
        return draw(fabric, scene, looking((1, 1, 2), (0, 0, 0)))[32, 32]

    pixels = np.full((4, 4, 4), (13, 102, 153, 77))
    texture = Texture(image(tmp_path, "both", pixels))
    found = square(metallic=0.5, roughness=1.0, metallic_roughness_texture=texture)
    np.testing.assert_allclose(found, square(metallic=0.3, roughness=0.4), rtol=3e-3)
    assert np.abs(square(metallic=0.4, roughness=0.3) - found).max() > 5e-3


@pytest.mark.parametrize("size", [(64, 64), (128, 32), (100, 60), (33, 17)], ids=str)
def test_a_fine_pattern_far_away_is_grey(fabric: Fabric, tmp_path: Path, size: tuple[int, int]) -> None:
    """Black and white in equal parts are 0.5 of light, not of screen values."""
    w, h = size
    checker = (np.indices((h, w)).sum(axis=0) % 2) * 255
    picture = draw(fabric, unlit(tmp_path, checker), front(), (4, 4))
    np.testing.assert_allclose(picture, 0.5, atol=0.03)


def test_mip_levels_average_alpha_too(fabric: Fabric, tmp_path: Path) -> None:
    pixels = np.full((64, 64, 4), 255)
    pixels[..., 3] = (np.indices((64, 64)).sum(axis=0) % 2) * 255
    scene = stage(root=tmp_path)
    texture = Texture(image(tmp_path, "alpha", pixels))
    look = Material((1.0, 1.0, 1.0), unlit=True, alpha_mode="blend", base_color_texture=texture)
    scene.add("square", Mesh.quad(), look)
    np.testing.assert_allclose(draw(fabric, scene, front(), (4, 4)), 0.5, atol=0.03)


def test_anisotropy_keeps_contrast_on_slanted_surfaces(fabric: Fabric, tmp_path: Path) -> None:
    """Stripes that run away from the eye stay apart, where one round sample would mix them."""
    stripes = np.tile(np.repeat([0, 255], 16), (256, 8))
    contrast: dict[int, float] = {}
    for taps in (1, 16):
        floor = Mesh.plane((8.0, 40.0))
        scene = unlit(tmp_path, stripes, floor, {"textures__anisotropy": taps}, scale=(1.0, 5.0))
        picture = draw(fabric, scene, looking((0, 0.6, 20), (0, 0.6, 0), fov_y=35), (128, 64))[..., 0]
        contrast[taps] = float(picture[37:40, 32:96].std(axis=1).mean())  # 7 to 12 metres away
    assert contrast[16] > 2 * contrast[1]
    assert contrast[16] > 0.1


# ---- pools ----------------------------------------------------------------------------------------------------

edges = st.one_of(st.sampled_from([1, 2, 4, 64, 256, 1024, 4096]), st.integers(1, 5000))
pictures = st.lists(st.tuples(st.tuples(edges, edges), st.booleans()), max_size=60)


def reduced(size: tuple[int, int], limit: int) -> tuple[int, int]:
    """In proportion, no edge above the limit."""
    factor = min(1.0, limit / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


@given(pictures, st.sampled_from([16, 100, 1000, 4096, 8192]))
def test_every_picture_has_one_place_in_few_pools(wanted: list[tuple[tuple[int, int], bool]], limit: int) -> None:
    sizes, colours = [w[0] for w in wanted], [w[1] for w in wanted]
    pools = plan_pools(sizes, colours, limit, 256)
    assert len(pools) <= groups.POOLS
    assert sorted(row for pool in pools for row in pool.rows) == list(range(len(wanted)))
    distinct = {(reduced(size, limit), colour) for size, colour in wanted}
    for pool in pools:
        assert max(pool.size) <= limit
        assert {colours[row] for row in pool.rows} == {pool.srgb}
        if len(distinct) <= groups.POOLS:
            assert {reduced(sizes[row], limit) for row in pool.rows} == {pool.size}
        else:  # at most the power of two above the largest of its kind
            largest = max(max(reduced(size, limit)) for size, colour in wanted if colour == pool.srgb)
            assert max(pool.size) < 2 * largest


def test_pictures_of_one_size_fill_several_pools_where_layers_run_out() -> None:
    pools = plan_pools([(8, 8)] * 10, [True] * 10, 4096, 4)
    assert [len(pool.rows) for pool in pools] == [4, 4, 2]
    assert {pool.size for pool in pools} == {(8, 8)}


@given(st.lists(st.tuples(st.sampled_from([(8, 8), (16, 16), (30, 7)]), st.booleans()), min_size=1, max_size=40))
def test_too_many_layers_is_an_error_with_a_hint(wanted: list[tuple[tuple[int, int], bool]]) -> None:
    sizes, colours = [w[0] for w in wanted], [w[1] for w in wanted]
    least = sum(-(-colours.count(colour) // 2) for colour in (True, False))
    if least > groups.POOLS:
        with pytest.raises(GpuError, match=rf"{len(wanted)} textures"):
            plan_pools(sizes, colours, 4096, 2)
    else:
        assert len(plan_pools(sizes, colours, 4096, 2)) <= groups.POOLS


def test_merging_spares_the_largest() -> None:
    sizes = [(2**k, 2**k) for k in range(1, 12)]
    pools = plan_pools(sizes, [True] * 11, 4096, 256)
    assert len(pools) == groups.POOLS
    assert pools[0] == Pool((16, 16), True, (0, 1, 2, 3))
    assert [pool.size for pool in pools[1:]] == sizes[4:]


@pytest.mark.parametrize("count", [3, 13])
def test_each_surface_shows_its_own_picture(fabric: Fabric, tmp_path: Path, count: int) -> None:
    """Of many sizes, also more of them than there are pools."""
    random = np.random.default_rng(count)
    scene = stage(root=tmp_path)
    sizes = [(8, 8), (16, 8), (30, 7), (64, 64), (5, 5), (12, 40), (1, 1), (2, 64), (100, 3), (32, 32), (7, 9), (6, 2)]
    colours = random.integers(0, 256, (count, 3))
    for i in range(count):
        w, h = (64, 64) if i == 12 else sizes[i]
        texture = Texture(image(tmp_path, f"p{i}", np.full((h, w, 3), colours[i])))
        look = Material((1.0, 1.0, 1.0), unlit=True, base_color_texture=texture)
        scene.add("square", Mesh.quad((1 / count, 1)), look, at=((i + 0.5) / count - 0.5, 0, 0))
    picture = draw(fabric, scene, front(), (13 * 8, 13 * 8))
    assert fabric.scene is not None
    assert len(fabric.scene.texture_pools.pools) <= groups.POOLS
    assert (fabric.scene.texture_pools.resampled > 0) == (count > groups.POOLS)
    for i in range(count):
        found = srgb(picture[52, int((i + 0.5) / count * 104)]) * 255
        np.testing.assert_allclose(found, colours[i], atol=1)


def test_larger_pictures_are_reduced_and_keep_what_lies_under_clear_texels(fabric: Fabric, tmp_path: Path) -> None:
    """Alpha means nothing to opaque surfaces and to data, so that reducing a picture must not use it up."""
    pixels = np.full((64, 48, 4), (200, 90, 60, 0))
    scene = unlit(tmp_path, pixels, settings={"textures__max_size": 16})
    picture = draw(fabric, scene, front())
    assert fabric.scene is not None
    assert [pool.size for pool in fabric.scene.texture_pools.pools] == [(12, 16)]
    np.testing.assert_allclose(srgb(picture[32, 32]) * 255, (200, 90, 60), atol=1)
