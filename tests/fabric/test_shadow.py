"""The sun's shadow: where geometry says, from whatever casts it, still while the camera moves, and nowhere else."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamwell.engine import math as dmath
from dreamwell.engine.scene import Material, Mesh, Scene, Sun, Texture, apply_settings
from dreamwell.fabric import Fabric, Observer
from dreamwell.fabric.shadow_views import fit_sun
from dreamwell.tests.fabric.drawing import F32, F64, above, draw, image, looking, pixel_rays, show, stage

GROUND = Material((0.5, 0.5, 0.5), roughness=1.0)
SLANT = (1.0, -1.0, 0.0)  # 45°: a thing's shadow is as long as the thing is high, towards +X


def ground(
    edge: float = 8.0, sun: Any = SLANT, light: Sun | None = None, root: Any = None, texels: int = 1024, **shadows: Any
) -> Scene:
    """A floor in the sun and nothing on it."""
    chosen: dict[str, Any] = {"shadows__enabled": True, "shadows__size": texels}
    scene = stage(root=root, **chosen, **{f"shadows__{key}": value for key, value in shadows.items()})
    scene.add("floor", Mesh.plane(edge), GROUND)
    scene.add("sun", light or Sun(3.0, angular_diameter=0.0), toward=sun)
    return scene


def places(observer: Observer, picture: F32) -> tuple[F64, F64]:
    """x and z on the floor (y = 0) of every pixel."""
    origins, directions = pixel_rays(observer, (picture.shape[1], picture.shape[0]))
    hit = origins - directions * (origins[..., 1:2] / directions[..., 1:2])
    return hit[..., 0], hit[..., 2]


def inside(x: F64, z: F64, x0: float, x1: float, z0: float, z1: float, margin: float = 0.0) -> Any:
    return (x > x0 + margin) & (x < x1 - margin) & (z > z0 + margin) & (z < z1 - margin)


def check_floor(picture: F32, observer: Observer, dark: Any, hidden: Any = None, margin: float = 0.1) -> None:
    """`dark(x, z, margin)` is in shadow, all else is lit; pixels nearer to an edge than `margin` are left out."""
    x, z = places(observer, picture)
    light = picture.mean(axis=2)
    lit = np.percentile(light, 95)
    seen = np.ones_like(light, bool) if hidden is None else ~hidden(x, z, -margin)
    umbra, bright = dark(x, z, margin) & seen, ~dark(x, z, -margin) & seen
    assert umbra.sum() > 20
    assert bright.sum() > 20
    assert light[umbra].max() < 0.02 * lit
    np.testing.assert_allclose(light[bright], lit, rtol=2e-3)


def box_shadow(x: F64, z: F64, margin: float) -> Any:
    """Of a cube of 1 m on the floor in the middle."""
    return inside(x, z, -0.5, 1.5, -0.5, 0.5, margin)


def box_top(x: F64, z: F64, margin: float) -> Any:
    return inside(x, z, -0.5, 0.5, -0.5, 0.5, margin)


TOP = above(6.0)


@pytest.mark.parametrize("size", [256, 1024])
def test_a_shadow_lies_where_geometry_says(fabric: Fabric, size: int) -> None:
    scene = ground(texels=size)
    scene.add("box", Mesh.box(), GROUND, at=(0, 0.5, 0))
    picture = draw(fabric, scene, TOP, (96, 96))
    check_floor(picture, TOP, box_shadow, box_top, margin=0.1 if size == 1024 else 0.3)
    np.testing.assert_allclose(picture[46:50, 46:50], picture[4, 4].mean(), rtol=0.01)  # the lid is lit


@pytest.mark.parametrize("direction", [(1, -1, 1), (-0.5, -1, 0.2), (0, -1, 0), (0.1, -1, -2)], ids=str)
def test_shadows_follow_the_sun(fabric: Fabric, direction: tuple[float, float, float]) -> None:
    """A small plate high above the floor, for suns in every quarter and overhead."""
    scene = ground(12.0, direction)
    scene.add("plate", Mesh.plane(1.5), replace(GROUND, double_sided=True), at=(0, 2, 0))
    x0, z0 = 2 * direction[0] / -direction[1], 2 * direction[2] / -direction[1]
    below = looking((0, 1.5, 0), (0, 0, 0), up=(0, 0, -1), height=11)  # under the plate
    picture = draw(fabric, scene, below, (96, 96))

    def plate(x: F64, z: F64, margin: float) -> Any:
        return inside(x, z, x0 - 0.75, x0 + 0.75, z0 - 0.75, z0 + 0.75, margin)

    check_floor(picture, below, plate, margin=0.12)


@pytest.mark.parametrize("how", ["setting", "light"])
def test_no_shadow_where_none_is_wanted(fabric: Fabric, how: str) -> None:
    sun = Sun(lux=3.0, cast_shadows=how != "light")
    scene = ground(light=sun)
    scene.settings = apply_settings(scene.settings, {"shadows.enabled": how != "setting"})
    scene.add("box", Mesh.box(), GROUND, at=(0, 0.5, 0))
    picture = draw(fabric, scene, TOP, (96, 96))
    assert np.ptp(picture[:, 60:].mean(axis=2)) < 1e-3


def test_shadows_can_be_turned_off_and_on_while_a_scene_is_shown(fabric: Fabric) -> None:
    scene = ground()
    scene.add("box", Mesh.box(), GROUND, at=(0, 0.5, 0))
    wanted = draw(fabric, scene, TOP)
    on = fabric.settings
    fabric.set_post_process_config(replace(on, shadows=replace(on.shadows, enabled=False)))
    assert np.ptp(show(fabric, TOP)[:, 40:].mean(axis=2)) < 1e-3
    fabric.set_post_process_config(replace(on, shadows=replace(on.shadows, size=512)))
    check_floor(show(fabric, TOP), TOP, box_shadow, box_top, margin=0.15)
    fabric.set_post_process_config(on)
    np.testing.assert_array_equal(show(fabric, TOP), wanted)


def test_a_second_sun_casts_no_shadow_of_the_first(fabric: Fabric) -> None:
    """Of several suns one throws shadows; in its shadow the other's light remains."""
    scene = ground(light=Sun(3.0, angular_diameter=0.0))
    scene.add("other", Sun(2.0, cast_shadows=False), toward=(-1, -1, 0))
    scene.add("box", Mesh.box(), GROUND, at=(0, 0.5, 0))
    picture = draw(fabric, scene, TOP, (96, 96)).mean(axis=2)
    x, z = places(TOP, picture[..., None])
    dark = picture[inside(x, z, 0.6, 1.4, -0.4, 0.4)]
    np.testing.assert_allclose(dark, picture[4, 4] * 2 / 5, rtol=0.02)


def test_what_is_not_in_the_picture_casts_too(fabric: Fabric) -> None:
    """Above and behind the eye, while the map only covers what the eye sees."""
    scene = ground(200.0, distance=10.0)
    scene.add("box", Mesh.box(2.0), GROUND, at=(-30, 30, 0))
    observer = above(6.0, distance=3.0)
    picture = draw(fabric, scene, observer)
    check_floor(picture, observer, lambda x, z, m: inside(x, z, -2, 2, -1, 1, m) & (abs(x) < 2 - m), margin=0.2)
    assert fabric.counters()["culled"] == 1


@pytest.mark.parametrize("mode", ["opaque", "mask", "blend"])
def test_masked_things_cast_their_holes_and_transparent_ones_nothing(fabric: Fabric, tmp_path: Path, mode: Any) -> None:
    pixels = np.full((64, 64, 4), 255)
    pixels[16:48, 16:48, 3] = 0
    texture = Texture(image(tmp_path, "hole", pixels), wrap_u="clamp", wrap_v="clamp")
    scene = ground(12.0, root=tmp_path)
    look = Material((1.0, 1.0, 1.0), alpha_mode=mode, base_color_texture=texture, double_sided=True)
    scene.add("plate", Mesh.plane(2.0), look, at=(-3, 3, 0))
    observer = above(4.0, distance=2.0)

    def plate(x: F64, z: F64, margin: float) -> Any:
        return inside(x, z, -1, 1, -1, 1, margin)

    def frame(x: F64, z: F64, margin: float) -> Any:
        return plate(x, z, margin) & ~inside(x, z, -0.5, 0.5, -0.5, 0.5, -margin)

    picture = draw(fabric, scene, observer)
    if mode == "blend":
        assert np.ptp(picture.mean(axis=2)) < 1e-3
    else:
        check_floor(picture, observer, frame if mode == "mask" else plate, margin=0.15)


def test_from_either_side_and_mirrored(fabric: Fabric) -> None:
    """Open shapes cast their shadow whichever side the sun sees."""
    scene = ground()
    turn = dmath.quaternion_from_axis_angle((1, 0, 0), 180)
    scene.add("face down", Mesh.plane(1.0), GROUND, at=(-2, 1, -1.5), rotation=turn)
    scene.add("mirrored", Mesh.plane(1.0), GROUND, at=(-2, 1, 1.5), scale=(-1, 1, 1))

    def dark(x: F64, z: F64, margin: float) -> Any:
        return inside(x, z, -1.5, -0.5, -2, -1, margin) | inside(x, z, -1.5, -0.5, 1, 2, margin)

    low = above(6.0, distance=0.5)
    check_floor(draw(fabric, scene, low, (96, 96)), low, dark)


@pytest.mark.parametrize("elevation", [90, 80, 45, 20, 10, 5])
@pytest.mark.parametrize("size", [8.0, 300.0])
def test_a_lit_plane_has_no_acne(fabric: Fabric, elevation: float, size: float) -> None:
    sun = (np.cos(np.radians(elevation)), -np.sin(np.radians(elevation)), 0.3 * np.cos(np.radians(elevation)))
    scene = ground(size, sun)
    for observer in (above(size / 2, distance=20), above(4.0)):
        picture = draw(fabric, scene, observer).mean(axis=2)
        assert picture.min() > 0
        assert np.ptp(picture) < 2e-3 * picture.mean()


def test_the_lit_sides_of_a_ball_have_no_acne(fabric: Fabric) -> None:
    """The same as without shadows, up to where the light grazes."""
    pictures: list[F32] = []
    for enabled in (True, False):
        scene = stage(shadows__enabled=enabled, shadows__size=1024)
        scene.add("sun", Sun(lux=3.0), toward=(-0.3, -0.4, -1))
        scene.add("ball", Mesh.sphere(1.0, 96), GROUND)
        pictures.append(draw(fabric, scene, looking((0, 0, 5), (0, 0, 0), height=2.2), (96, 96)))
    facing = pictures[1].mean(axis=2) > 0.2 * pictures[1].mean(axis=2).max()
    assert facing.sum() > 3000
    np.testing.assert_allclose(pictures[0][facing], pictures[1][facing], rtol=0.01)


def test_far_away_shadows_fade(fabric: Fabric) -> None:
    scene = ground(200.0, distance=20.0)
    for x in (0.0, 50.0):
        scene.add("box", Mesh.box(), GROUND, at=(x, 0.5, 0))
    for x, seen in ((0.0, True), (50.0, False)):
        near = above(6.0, at=(x, 0.0))
        assert (draw(fabric, scene, near)[32, 42].max() < 0.01) == seen or x
    # From 0.8 of the distance on, as the eye goes away, until they are gone.
    for height, left in ((15.9, 0.0), (18.0, 0.5), (19.0, 0.75), (20.1, 1.0)):
        far = looking((1, height, 0), (1, 0, 0), up=(0, 0, -1), height=4)
        picture = draw(fabric, scene, far).mean(axis=2)
        np.testing.assert_allclose(picture[32, 32] / picture[4, 32], left, atol=0.02)


def test_edges_are_soft_as_wanted(fabric: Fabric) -> None:
    widths: list[int] = []
    for softness in (0.0, 6.0):
        scene = ground(softness=softness, texels=256)
        scene.add("box", Mesh.box(), GROUND, at=(0, 0.5, 0))
        picture = draw(fabric, scene, above(3.0, at=(1.0, 0.0)), (128, 128)).mean(axis=2)
        lit = picture[4, 4]
        widths.append(int(((picture > 0.05 * lit) & (picture < 0.95 * lit))[40:88, 64:].sum(axis=1).mean()))
    assert widths[1] > widths[0] + 4


# ---- the map follows the eye ----------------------------------------------------------------------------------


def sun_map(direction: Any, focus: tuple[F64, float], bounds: tuple[F64, float], size: int) -> tuple[F64, float]:
    """The map's clip_from_world, and its texel."""
    turn = dmath.look_matrix(direction).T
    fit = fit_sun(turn, focus, bounds, size)
    view, projection = fit.matrices(turn, size)
    return projection @ view, fit.texel


unit_vectors = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)
offsets = st.tuples(*[st.floats(-500, 500)] * 3)


@given(unit_vectors, offsets, offsets, st.floats(0.5, 200), st.floats(0.5, 500), st.sampled_from([256, 300, 2048]))
def test_the_map_moves_in_whole_texels_and_holds_what_it_must(
    direction: Any, eye: Any, step: Any, radius: float, reach: float, size: int
) -> None:
    along = np.array(direction) / np.linalg.norm(direction)
    bounds = (np.array([3.0, -4.0, 5.0]), reach)
    first, texel = sun_map(along, (np.array(eye), radius), bounds, size)
    second, same = sun_map(along, (np.array(eye) + np.array(step) / 1000, radius), bounds, size)
    assert same == texel == pytest.approx(2 * radius / size, rel=0.05)
    point = np.array([1.0, 2.0, 3.0, 1.0])
    moved = ((second - first) @ point)[:2] * size / 2  # texels
    np.testing.assert_allclose(moved, np.rint(moved), atol=1e-4 * size)
    assert np.abs(moved).max() <= np.linalg.norm(step) / 1000 / texel + size // 32 + 0.01
    np.testing.assert_allclose(second[:, :3], first[:, :3])
    # All of the sphere is on the map, and the depths of all of the scene.
    random = np.random.default_rng(1).normal(size=(50, 3))
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    seen = np.column_stack([np.array(eye) + radius * random, np.ones(50)]) @ first.T
    assert np.abs(seen[:, :2]).max() <= 1
    casters = np.column_stack([bounds[0] + reach * random, np.ones(50)]) @ first.T
    assert casters[:, 2].min() > -1e-6
    assert casters[:, 2].max() < 1 + 1e-6


@given(unit_vectors, offsets, offsets)
def test_a_step_of_less_than_a_texel_hardly_ever_changes_a_map(direction: Any, eye: Any, step: Any) -> None:
    """Never by a part of a texel; and where it does not move, its matrix is the same to the last bit."""
    turn = dmath.look_matrix(direction).T
    bounds = (np.zeros(3), 100.0)
    fits = [fit_sun(turn, (np.array(eye) + np.array(step) * k / 1e5, 10.0), bounds, 1024) for k in range(2)]
    changed = [abs(fits[0].right - fits[1].right), abs(fits[0].up - fits[1].up)]
    assert max(changed) <= 1
    if not any(changed):
        np.testing.assert_array_equal(fits[0].matrices(turn, 1024)[0], fits[1].matrices(turn, 1024)[0])


@given(unit_vectors, st.floats(5, 150), st.floats(0.2, 5), st.floats(0.5, 100), st.booleans())
def test_the_sphere_of_what_is_seen(direction: Any, fov_y: float, aspect: float, distance: float, flat: bool) -> None:
    observer = looking((1, 2, 3), np.add((1, 2, 3), direction), (0.1, 1, 0.2), fov_y=fov_y)
    if flat:
        observer = replace(observer, orthographic=True, height=distance / 2)
    size = (int(100 * aspect) + 1, 100)
    origins, directions = pixel_rays(observer, size)
    for start in (0.0, 0.4 * distance, 0.95 * distance):
        centre, radius = observer.slice_sphere(size, distance, start)
        ends = [origins + directions * (d / (directions @ observer.forward))[..., None] for d in (start, distance)]
        away = [np.linalg.norm(end - centre, axis=-1).max() for end in ends]
        assert max(away) <= radius * (1 + 1e-9)
        assert max(away) > 0.8 * radius, "and not much larger than that"


def test_edges_stand_still_while_the_camera_moves(fabric: Fabric) -> None:
    """An orthographic camera that nears shows the same picture, and the map follows it in steps."""
    scene = ground(300.0, distance=12.0, texels=512)
    scene.add("box", Mesh.box(), GROUND, at=(0, 0.5, 0))
    fixed = draw(fabric, scene, above(6.0, distance=6.0), (96, 96))
    check_floor(fixed, above(6.0), box_shadow, box_top, margin=0.2)
    for step in (0.0001, 0.001, 0.004, 0.01, 0.05, 0.3, 3.0):
        picture = show(fabric, above(6.0, distance=6.0 + step), (96, 96))
        if step < 0.1:
            np.testing.assert_array_equal(picture, fixed)
        assert (np.abs(picture - fixed).max(axis=2) > 0.02 * fixed.max()).mean() < 0.001


@pytest.mark.parametrize("gone", [(0.0, -1e9, 0.0), (0.0, np.inf, 0.0), (np.nan, 0.0, 0.0)], ids=str)
def test_what_falls_for_ever_leaves_the_shadows_as_they_are(fabric: Fabric, gone: tuple[float, float, float]) -> None:
    scene = ground(distance=30.0)
    scene.add("box", Mesh.box(), GROUND, at=(0, 0.5, 0))
    ball = scene.add("ball", Mesh.sphere(0.1), GROUND, at=(-3, 1, 3))
    draw(fabric, scene, TOP, (96, 96))
    away = np.eye(4, dtype=np.float32)[None, :3].copy()
    away[0, :, 3] = gone
    fabric.move(np.array([ball.row], np.int32), away)
    check_floor(show(fabric, TOP, (96, 96)), TOP, box_shadow, box_top, margin=0.2)
