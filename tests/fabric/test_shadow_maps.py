"""Cascades, lamps and soft edges against rays cast in NumPy; which maps are drawn, kept, and left out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamwell.engine.scene import Material, Mesh, PointLight, Scene, SpotLight, Sun, Texture
from dreamwell.fabric import Fabric
from dreamwell.fabric.movers import MOST
from dreamwell.fabric.observer import planes_of
from dreamwell.fabric.shadow_views import SMALLEST_TILE, Tiles, lamp_lens, split_distances, tile_edges
from dreamwell.loom.extract import light_struct as weave_light
from dreamwell.loom.weave import weave
from dreamwell.shaders.structs import DRAW_COMMAND
from dreamwell.tests.fabric.drawing import F32, F64, above, draw, image, looking, pixel_rays, read, show, spoil, stage

GROUND = Material((0.5, 0.5, 0.5), roughness=1.0)
TOP = above(6.0)
SIZE = (96, 96)


def floor(edge: float = 12.0, **shadows: Any) -> Scene:
    """A floor in the dark."""
    chosen: dict[str, Any] = {"enabled": True, "size": 1024, **shadows}
    scene = stage(**{f"shadows__{key}": value for key, value in chosen.items()})
    scene.add("floor", Mesh.plane(edge), GROUND)
    return scene


BALL = (np.array([0.9, 0.7, 0.3]), 0.45)
BOX = (np.array([-1.2, 0.4, -0.4]), np.array([0.4, 0.4, 0.7]))


def with_casters(scene: Scene) -> Scene:
    """A ball in the air and a box on the floor."""
    scene.add("ball", Mesh.sphere(BALL[1], 128), GROUND, at=BALL[0])
    scene.add("box", Mesh.box(tuple(2 * BOX[1])), GROUND, at=BOX[0])
    return scene


def hit(origins: F64, ends: F64) -> Any:
    """(...) whether the ball or the box lies between points (..., 3)."""
    d = ends - origins
    length = np.linalg.norm(d, axis=-1)
    d = d / length[..., None]
    along = np.clip(((BALL[0] - origins) * d).sum(axis=-1), 0, length)
    ball = np.linalg.norm(origins + d * along[..., None] - BALL[0], axis=-1) < BALL[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = (BOX[0] - BOX[1] - origins) / d, (BOX[0] + BOX[1] - origins) / d
    enter, leave = np.fmin(a, b).max(axis=-1), np.fmax(a, b).min(axis=-1)
    return ball | ((enter < leave) & (leave > 1e-6) & (enter < length))


def floor_points(size: tuple[int, int] = SIZE) -> tuple[F64, Any]:
    """Where the pixels of `TOP` see the plane y = 0, and which of them see the floor."""
    origins, directions = pixel_rays(TOP, size)
    points = origins + directions * (-origins[..., 1:2] / directions[..., 1:2])
    return points, ~hit(np.broadcast_to(origins, points.shape), np.add(points, (0, 1e-4, 0)))


def shares(points: F64, lamp: Any, radius: float = 0.0, rays: int = 400) -> F64:
    """(...) how much of a round lamp points (..., 3) see."""
    if not radius:
        return (~hit(points, np.broadcast_to(np.asarray(lamp, np.float64), points.shape))).astype(np.float64)
    random = np.random.default_rng(3)
    seen = np.zeros(points.shape[:-1])
    for _ in range(rays):
        # A disk that faces the floor: what the lamp's ball looks like from nearly below.
        r, angle = radius * np.sqrt(random.uniform()), random.uniform(0, 2 * np.pi)
        at = np.add(lamp, (r * np.cos(angle), 0, r * np.sin(angle)))
        seen += ~hit(points, np.broadcast_to(at, points.shape))
    return seen / rays


def near_edges(wanted: F64, pixels: int = 2) -> Any:
    """Where something changes within so many pixels."""
    out = np.zeros(wanted.shape, bool)
    for axis in (0, 1):
        for step in range(-pixels, pixels + 1):
            for other in range(-pixels, pixels + 1):
                out |= np.roll(np.roll(wanted, step, axis), other, 1 - axis) != wanted
    return out


LAMP = (0.3, 3.0, -0.5)
LIGHTS: dict[str, Any] = {
    "spot": SpotLight(30.0, inner_angle=44, outer_angle=45),
    "wide spot": SpotLight(30.0, inner_angle=79, outer_angle=80),
    "point": PointLight(30.0, cast_shadows=True),
    "point with range": PointLight(30.0, range=20, cast_shadows=True),
}


@pytest.mark.parametrize("kind", LIGHTS)
def test_lamps_throw_the_shadows_that_rays_do(fabric: Fabric, kind: str) -> None:
    pictures: list[F32] = []
    for enabled in (True, False):
        scene = with_casters(floor(enabled=enabled, size=2048))
        scene.add("lamp", LIGHTS[kind], at=LAMP, toward=(LAMP[0], 0, LAMP[2] + 0.01))
        pictures.append(draw(fabric, scene, TOP, SIZE).mean(axis=2))
    points, seen = floor_points()
    wanted = shares(points, LAMP)
    lit = pictures[1] > 0.01 * pictures[1].max()
    told = seen & ~near_edges(wanted) & ~near_edges(seen.astype(float)) & lit
    assert told.sum() > 3000
    assert (told & (wanted == 0)).sum() > 150
    found = pictures[0][told] / pictures[1][told]
    np.testing.assert_allclose(found, wanted[told], atol=0.02)


@pytest.mark.parametrize("kind", ["spot", "point"])
def test_large_lamps_have_soft_shadows(fabric: Fabric, kind: str) -> None:
    radius = 0.25
    pictures: list[F32] = []
    for enabled in (True, False):
        scene = with_casters(floor(enabled=enabled, size=2048, taps=16))
        scene.add("lamp", replace(LIGHTS[kind], radius=radius), at=LAMP, toward=(LAMP[0], 0, LAMP[2] + 0.01))
        pictures.append(draw(fabric, scene, TOP, SIZE, samples=16).mean(axis=2))
    points, seen = floor_points()
    wanted = shares(points, LAMP, radius)
    told = seen & ~near_edges(seen.astype(float)) & (pictures[1] > 0.01 * pictures[1].max())
    found = np.clip(pictures[0] / np.maximum(pictures[1], 1e-9), 0, 1)
    half = told & (wanted > 0.1) & (wanted < 0.9)
    assert half.sum() > 150
    assert np.abs(found - wanted)[told].mean() < 0.02
    assert np.abs(found - wanted)[half].mean() < 0.09
    sharp = np.abs(shares(points, LAMP) - wanted)[half].mean()
    assert np.abs(found - wanted)[half].mean() < 0.4 * sharp, "and far better than a sharp one"


def test_a_sun_of_some_size_softens_with_distance(fabric: Fabric) -> None:
    """Half shadows of an edge are as wide as the sun's angle says: 2 tan(a / 2) times the distance."""
    widths: list[float] = []
    for height in (0.5, 4.0):
        scene = floor(20, size=2048, distance=20, taps=16)
        scene.add("roof", Mesh.box((6, 0.1, 6)), GROUND, at=(-3, height, 0))
        scene.add("sun", Sun(3.0, angular_diameter=6.0), toward=(0, -1, 0))
        picture = draw(fabric, scene, looking((0, 0.4, 0), (0, 0, 0), (0, 0, -1), height=1.0), SIZE, samples=16)
        row = picture[40:56].mean(axis=(0, 2)) / picture[:, -4:].mean()
        widths.append(float(np.clip(np.minimum(row, 1 - row) * 2, 0, 1).sum() / SIZE[0]))
    # A disk's edge: the integral of min(share, 1 - share) * 2 is 0.424 of half its width each side.
    wide = 2 * np.tan(np.radians(3)) * (4.0 - 0.05)
    assert widths[1] == pytest.approx(0.424 * wide, rel=0.2)
    assert widths[0] < 0.3 * widths[1]


@pytest.mark.parametrize("elevation", [5, 10, 20, 30, 45, 60, 75, 85])
def test_shadows_begin_where_things_touch(fabric: Fabric, elevation: int) -> None:
    """Behind a fence it is dark from less than one texel of the map on, before it lit from a filter's width on."""
    e = np.radians(elevation)
    scene = floor(20, distance=30, softness=1.0)
    scene.add("fence", Mesh.box((0.1, 1.0, 8.0)), GROUND, at=(0, 0.5, 0))
    scene.add("sun", Sun(3.0, angular_diameter=0.0), toward=(np.cos(e), -np.sin(e), 0))
    size = (192, 32)
    picture = draw(fabric, scene, above(1.0, distance=3.0), size).mean(axis=2)
    fit = fabric._light.shadows._sun_maps[0][0].shows[0]
    texel = fit.texel / np.sin(e)  # on the floor
    x = ((np.arange(size[0]) + 0.5) / size[0] - 0.5) * size[0] / size[1]
    lit = picture[:, x < -2.0].mean()
    behind = (x > 0.05 + texel) & (x < 0.05 + 0.9 / np.tan(e) - 2.5 * texel)
    before = x < -0.05 - 2.5 * texel
    np.testing.assert_allclose(picture[:, before], lit, rtol=2e-3)
    if behind.any():
        assert picture[:, behind].max() < 0.35 * lit
        assert picture[:, behind & (x > 0.05 + 2.5 * texel)].max(initial=0) < 0.02 * lit


def test_no_seam_shows_between_cascades(fabric: Fabric) -> None:
    """A lit floor to the horizon is lit all over, and a long shadow has its place in every cascade."""
    pictures: list[F32] = []
    for enabled in (True, False):
        scene = floor(300.0, enabled=enabled, distance=100, cascades=4, size=512)
        scene.add("wall", Mesh.box((0.5, 0.5, 120)), GROUND, at=(-1.5, 2.0, -60))
        scene.add("sun", Sun(3.0, angular_diameter=0.0), toward=(1, -1, 0.0))
        pictures.append(draw(fabric, scene, looking((0, 2.5, 4), (0, 0, -20)), (128, 128)).mean(axis=2))
    observer = looking((0, 2.5, 4), (0, 0, -20))
    origins, directions = pixel_rays(observer, (128, 128))
    with np.errstate(divide="ignore"):
        t = -origins[..., 1] / directions[..., 1]
    points = origins + directions * t[..., None]
    ground = (t > 0) & (t < 75) & (points[..., 0] > -1)
    # The shadow of a wall from 1.75 to 2.25 m up at x = -1.75 … -1.25 covers 0 … 1 on the floor.
    away = np.maximum(np.abs(points[..., 0] - 0.5), np.abs(points[..., 2] + 60) - 60 + 0.5) - 0.5
    blur = 0.05 + t / 25  # of texels and pixels
    dark, lit = ground & (away < -blur), ground & (away > blur) & (pictures[1] > 0)
    assert dark.sum() > 150
    assert lit.sum() > 3000
    assert pictures[0][dark].max() < 0.02 * pictures[1][ground].max()
    np.testing.assert_allclose(pictures[0][lit], pictures[1][lit], rtol=5e-3)


def test_shadows_stand_still_while_the_camera_turns(fabric: Fabric) -> None:
    """Over a pan: points that are a texel and a pixel away from an edge stay as they are."""
    scene = floor(200.0, size=1024, distance=40)
    scene.add("box", Mesh.box(), GROUND, at=(0, 0.5, 0))
    scene.add("sun", Sun(3.0, angular_diameter=0.0), toward=(1, -1, 0))
    fabric.upload_scene(weave(scene))
    wrong: list[float] = []
    for yaw in np.linspace(-12, 12, 25):
        eye = np.array([0.5, 4.0, 5.0])
        observer = looking(eye, np.add(eye, (np.sin(np.radians(yaw)), -0.8, -np.cos(np.radians(yaw)))))
        picture = show(fabric, observer, (96, 96)).mean(axis=2)
        origins, directions = pixel_rays(observer, (96, 96))
        x, _, z = np.moveaxis(origins - directions * (origins[..., 1:2] / directions[..., 1:2]), -1, 0)
        away = np.maximum(np.abs(x - 1.0), np.abs(z)) - 0.5  # of the shadow from 0.5 to 1.5
        ground = (directions[..., 1] < -0.2) & ((x > 0.6) | (x < -1.2) | (np.abs(z) > 1.6))
        expected = away > 0
        told = ground & (np.abs(away) > 0.12) & (x < 4)
        assert (told & ~expected).sum() > 20
        wrong.append(float(((picture > 0.3 * picture.max()) != expected)[told].mean()))
    assert max(wrong) == 0


@pytest.mark.parametrize("elevation", [10, 35, 70])
@pytest.mark.parametrize("kind", ["sun", "spot"])
def test_far_from_the_origin_what_is_lit_is_lit(fabric: Fabric, kind: str, elevation: int) -> None:
    """Where single floats are half a millimetre apart."""
    e = np.radians(elevation)
    toward = np.array((np.cos(e) * 0.8, -np.sin(e), 0.6 * np.cos(e)))
    at = np.array((8000.0, 0.0, 8000.0))
    pictures: list[F32] = []
    for enabled in (True, False):
        scene = stage(shadows__enabled=enabled, shadows__distance=20.0)
        scene.add("floor", Mesh.plane(40.0), GROUND, at=at)
        if kind == "sun":
            scene.add("sun", Sun(3.0, angular_diameter=0.0), toward=toward)
        else:
            scene.add("spot", SpotLight(100.0, inner_angle=39, outer_angle=40), at=at - 6 * toward, toward=at)
        observer = looking(np.add(at, (1.6, 1.7, 2.0)), at, fov_y=50)
        pictures.append(draw(fabric, scene, observer, SIZE).mean(axis=2))
    lit = pictures[1] > 0.02 * pictures[1].max()
    assert lit.sum() > 500
    np.testing.assert_allclose(pictures[0][lit], pictures[1][lit], rtol=0.02)


def test_two_suns_cast_each_its_own(fabric: Fabric) -> None:
    scene = floor()
    scene.add("box", Mesh.box(), GROUND, at=(0, 0.5, 0))
    scene.add("morning", Sun(3.0, angular_diameter=0.0), toward=(1, -1, 0))
    scene.add("evening", Sun(2.0, angular_diameter=0.0), toward=(-1, -1, 0))
    picture = draw(fabric, scene, TOP, SIZE).mean(axis=2)
    lit = picture[4, 48]
    np.testing.assert_allclose(picture[48, 64], lit * 2 / 5, rtol=0.02)
    np.testing.assert_allclose(picture[48, 32], lit * 3 / 5, rtol=0.02)


@pytest.mark.parametrize("elevation", [20, 50, 80])
def test_round_things_of_flat_faces_do_not_shadow_themselves(fabric: Fabric, elevation: int) -> None:
    """A ring, hollow inside, that faces the sun: as it is without shadows, wherever its light is not grazing."""
    e = np.radians(elevation)
    toward = (0, -np.sin(e), -np.cos(e))
    pictures: list[F32] = []
    for enabled in (True, False):
        scene = floor(0.01, enabled=enabled, distance=20)
        scene.add(
            "ring",
            Mesh.torus(0.6, 0.18, 48),
            GROUND,
            rotation=(np.sin(np.pi / 4 - e / 2), 0, 0, np.cos(np.pi / 4 - e / 2)),
        )
        scene.add("sun", Sun(3.0, angular_diameter=0.0), toward=toward)
        observer = looking(-3 * np.array(toward), (0, 0, 0), height=1.7)
        pictures.append(draw(fabric, scene, observer, SIZE).mean(axis=2))
    facing = pictures[1] > 0.3 * pictures[1].max()
    assert facing.sum() > 2000
    darker = 1 - pictures[0][facing] / pictures[1][facing]
    assert (darker > 0.01).mean() < 3e-3
    assert darker.max() < 0.1


def test_a_bulb_does_not_stand_in_its_own_light(fabric: Fabric) -> None:
    pictures: list[F32] = []
    for casts in (True, False):
        scene = floor()
        scene.add("bulb", Mesh.sphere(0.2), GROUND, PointLight(30.0, cast_shadows=casts), at=LAMP)
        pictures.append(draw(fabric, scene, TOP, SIZE))
    points, _ = floor_points()
    outside = np.linalg.norm(points[..., ::2] - np.array(LAMP)[::2], axis=-1) > 0.3
    np.testing.assert_allclose(pictures[0][outside], pictures[1][outside], rtol=2e-3)


def test_masked_things_cast_their_holes_in_lamplight(fabric: Fabric, tmp_path: Path) -> None:
    pixels = np.full((64, 64, 4), 255)
    pixels[16:48, 16:48, 3] = 0
    texture = Texture(image(tmp_path, "hole", pixels), wrap_u="clamp", wrap_v="clamp")
    scene = floor()
    scene.root = tmp_path
    look = Material((1.0, 1.0, 1.0), alpha_mode="mask", base_color_texture=texture, double_sided=True)
    scene.add("plate", Mesh.plane(1.0), look, at=(0, 2, 0))
    scene.add("lamp", SpotLight(30.0, outer_angle=60, inner_angle=59), at=(0, 4, 0), toward=(0, 0, 0.001))
    below = looking((0, 1.9, 0), (0, 0, 0), (0, 0, -1), height=4)
    picture = draw(fabric, scene, below, SIZE).mean(axis=2)
    lit = picture.max()
    assert picture[48, 48] > 0.9 * lit, "through the hole"
    assert picture[48, 48 + 18] < 0.02 * lit, "behind the frame: 0.5 to 1 m from the middle"
    assert picture[48, 48 + 36] > 0.3 * lit


# ---- what is drawn, and what is kept --------------------------------------------------------------------------


def drawn(fabric: Fabric) -> int:
    return fabric.counters()["shadow_maps"]


def moved(fabric: Fabric, scene: Scene, name: str, at: tuple[float, float, float]) -> F32:
    world = np.eye(4, dtype=np.float32)[None, :3].copy()
    world[0, :, 3] = at
    fabric.move(np.array([scene[name].row], np.int32), world)
    return show(fabric, TOP, SIZE)


def lamplit() -> Scene:
    """Two spots far apart, a box below each, and a sun."""
    scene = floor(60.0, distance=100)
    for i, x in enumerate((-1.5, 20.0)):
        scene.add(f"box {i}", Mesh.box(0.5), GROUND, at=(x, 0.25, 0))
        scene.add(f"spot {i}", SpotLight(40.0, range=8, outer_angle=30), at=(x, 3, 0), toward=(x, 0, 0.001))
    scene.add("sun", Sun(3.0), toward=(1, -1, 0))
    return scene


WIDE = looking((10, 30, 0), (10, 0, 0), (0, 0, -1), height=40)


def test_what_stands_still_is_drawn_once(fabric: Fabric) -> None:
    scene = lamplit()
    first = draw(fabric, scene, WIDE, SIZE)
    assert drawn(fabric) == 3  # an orthographic eye has one cascade
    for _ in range(3):
        np.testing.assert_array_equal(show(fabric, WIDE, SIZE), first)
        assert drawn(fabric) == 0
        assert fabric.counters()["shadow_maps_kept"] == 3


def test_what_moves_is_drawn_where_it_was_and_is(fabric: Fabric) -> None:
    scene = lamplit()
    draw(fabric, scene, WIDE, SIZE)

    def after(name: str, at: tuple[float, float, float]) -> int:
        world = np.eye(4, dtype=np.float32)[None, :3].copy()
        world[0, :, 3] = at
        fabric.move(np.array([scene[name].row], np.int32), world)
        picture = show(fabric, WIDE, SIZE)
        count = drawn(fabric)
        fabric._light.shadows.forget()
        np.testing.assert_array_equal(show(fabric, WIDE, SIZE), picture)
        return count

    assert after("box 0", (-1.2, 0.25, 0)) == 2  # the sun's and its spot's
    assert after("box 0", (10, 0.25, 0)) == 2  # out of the light
    assert after("box 0", (11, 0.25, 0)) == 1  # in the dark between
    assert after("box 0", (21, 0.25, 0)) == 2  # below the other
    assert after("box 1", (-1.5, 0.25, 0.3)) == 3  # from one to the other


def test_lights_that_move_or_turn_are_drawn_anew(fabric: Fabric) -> None:
    scene = with_casters(floor())
    scene.add("spot", SpotLight(40.0, outer_angle=40), at=LAMP, toward=(0.3, 0, -0.49))
    draw(fabric, scene, TOP, SIZE)
    lights = fabric._scene().lights.table.copy()
    world = weave(scene).objects.world[[scene["spot"].row]].copy()
    world[0, :, 3] += (0.5, 0, 0.5)
    fabric.move(np.array([scene["spot"].row], np.int32), world)
    picture = show(fabric, TOP, SIZE)
    assert drawn(fabric) == 1
    other = with_casters(floor())
    other.add("spot", SpotLight(40.0, outer_angle=40), at=(0.8, 3.0, 0.0), toward=(0.8, 0, 0.01))
    np.testing.assert_allclose(draw(fabric, other, TOP, SIZE), picture, atol=2e-3 * picture.max())
    # Another colour is no other shadow.
    lights["color"] *= 0.5
    fabric.set_lights(np.array([0], np.int32), lights)
    show(fabric, TOP, SIZE)
    assert drawn(fabric) == 0


def test_lights_begin_and_cease_to_cast(fabric: Fabric) -> None:
    scene = lamplit()
    wanted = draw(fabric, scene, WIDE, SIZE)
    lights = fabric._scene().lights.table.copy()
    off = lights.copy()
    off["casts_shadows"] = 0
    rows = np.arange(len(lights), dtype=np.int32)
    fabric.set_lights(rows, off)
    assert np.abs(show(fabric, WIDE, SIZE) - wanted).max() > 0.1
    assert drawn(fabric) == 0
    fabric.set_lights(rows, lights)
    np.testing.assert_array_equal(show(fabric, WIDE, SIZE), wanted)
    assert drawn(fabric) == 3


def test_a_spot_that_opens_beyond_a_map_gets_a_cube_where_there_is_room(fabric: Fabric) -> None:
    for most, expected in ((1, 0), (6, 6)):
        scene = with_casters(floor(max_lights=most))
        for i in range(most):
            scene.add(
                "spot",
                SpotLight(30.0, inner_angle=30, outer_angle=40),
                at=(LAMP[0], LAMP[1], LAMP[2] - i),
                toward=(0, 0, 0),
            )
        draw(fabric, scene, TOP, SIZE)
        assert drawn(fabric) == most
        lights = fabric._scene().lights.table.copy()
        wide = weave_light(SpotLight(30.0, inner_angle=79, outer_angle=80))
        for key in ("spot_scale", "spot_offset"):
            lights[key][0] = wide[key]
        fabric.set_lights(np.arange(most, dtype=np.int32), lights)
        show(fabric, TOP, SIZE)
        counters = fabric.counters()
        assert counters["shadow_maps"] + counters["shadow_maps_kept"] in (expected, most - 1)
        assert counters["lights_without_maps"] >= 1


def test_other_settings_leave_the_maps_as_they_are(fabric: Fabric) -> None:
    draw(fabric, lamplit(), WIDE, SIZE)
    settings = fabric.settings
    fabric.set_post_process_config(replace(settings, exposure=replace(settings.exposure, compensation=1.0)))
    show(fabric, WIDE, SIZE)
    assert drawn(fabric) == 0
    fabric.set_post_process_config(replace(settings, shadows=replace(settings.shadows, softness=3.0)))
    show(fabric, WIDE, SIZE)
    assert drawn(fabric) == 3


def test_many_movers_draw_everything(fabric: Fabric) -> None:
    scene = lamplit()
    count = MOST + 1
    for i in range(count):
        scene.add("crumb", Mesh.box(0.02), GROUND, at=(10, 0.01, i / 100))
    draw(fabric, scene, WIDE, SIZE)
    rows = np.array([o.row for o in scene if o.name == "crumb"], np.int32)
    fabric.move(rows, weave(scene).objects.world[rows])
    show(fabric, WIDE, SIZE)
    assert drawn(fabric) == 3
    show(fabric, WIDE, SIZE)
    assert drawn(fabric) == 0


def test_what_comes_and_goes_is_drawn_where_it_is(fabric: Fabric) -> None:
    scene = lamplit()
    draw(fabric, scene, WIDE, SIZE)
    woven = fabric._scene().woven
    box = scene["box 0"].row
    instance = woven.instances[fabric._scene().rows_of(np.array([box], np.int32))[0]]
    mesh, material = woven.batches["mesh"][instance["batch"]], instance["material"]
    looks = np.array([mesh], np.int32), np.array([material], np.int32)

    def after() -> int:
        picture = show(fabric, WIDE, SIZE)
        count = drawn(fabric)
        fabric._light.shadows.forget()
        np.testing.assert_array_equal(show(fabric, WIDE, SIZE), picture)
        return count

    new = np.array([len(woven.objects.ids) + 3], np.int32)
    at = np.array([[-1.2, 0.25, 0.4]], np.float32)
    turn, size = np.array([[0, 0, 0, 1]], np.float32), np.ones((1, 3), np.float32)
    fabric.spawn(new, *looks)
    fabric.place(new, at, turn, size)
    assert after() == 2  # the sun's and the spot's above it
    fabric.place(new, at + np.array([11, 0, 0], np.float32), turn, size)
    assert after() == 2
    fabric.despawn(new)
    assert after() == 1  # it stood in the dark
    fabric.despawn(np.array([scene["box 1"].row], np.int32))
    assert after() == 2
    fabric.spawn(new, *looks)  # nobody says where
    assert after() == 3


def test_materials_that_cut_no_holes_leave_the_maps(fabric: Fabric) -> None:
    draw(fabric, lamplit(), WIDE, SIZE)
    materials = fabric._scene().woven.materials.copy()
    fabric.set_materials(np.arange(len(materials), dtype=np.int32), materials)
    show(fabric, WIDE, SIZE)
    assert drawn(fabric) == 0


def test_a_walking_camera_keeps_most_of_its_cascades(fabric: Fabric) -> None:
    scene = floor(300.0, distance=100)
    scene.add("sun", Sun(3.0), toward=(1, -1, 0.3))
    fabric.upload_scene(weave(scene))
    counts: list[int] = []
    for i in range(40):
        show(fabric, looking((0.025 * i, 1.7, 0), (0.025 * i, 1.2, -5)), (32, 32))
        counts.append(drawn(fabric))
    assert counts[0] == 3
    assert 0 < sum(counts[1:]) < 20, "of 117"


def test_lamps_beyond_the_budget_shine_without_shadows_and_are_counted(fabric: Fabric) -> None:
    pictures: list[F32] = []
    for most in (8, 2, 0):
        scene = floor(60.0, max_lights=most)
        for i in range(4):
            scene.add("box", Mesh.box(0.5), GROUND, at=(3 * i - 4.5, 1.0, 0))
            scene.add(
                "spot",
                SpotLight(40.0, range=4, inner_angle=15, outer_angle=20),
                at=(3 * i - 4.5, 3, 0),
                toward=(3 * i - 4.5, 0, 0.001),
            )
        observer = looking((-4.5, 8, 0), (-4.5, 0, 0), (0, 0, -1), fov_y=80)
        pictures.append(draw(fabric, scene, observer, SIZE))
        counters = fabric.counters()
        assert counters["shadow_maps"] == min(most, 4)
        assert counters["lights_without_maps"] == max(0, 4 - most)
    assert np.abs(pictures[0] - pictures[1]).max() > 0.1, "two shadows are missing"
    assert np.abs(pictures[1] - pictures[2]).max() > 0.1
    # Those nearest to the eye keep theirs.
    np.testing.assert_allclose(pictures[0][:, 40:56], pictures[1][:, 40:56], atol=0.02 * pictures[0].max())


def test_more_lamps_than_there_is_room_for_have_smaller_maps(fabric: Fabric) -> None:
    scene = floor(20.0, max_lights=40, size=256)
    for i in range(24):
        scene.add("lamp", PointLight(3.0, range=5, cast_shadows=True), at=(i % 6 - 2.5, 2, i // 6 - 1.5))
    draw(fabric, scene, TOP, SIZE)
    counters = fabric.counters()
    # 256 x 256 texels are 16 of the smallest tiles: two points of six.
    assert counters["shadow_maps"] == 12
    assert counters["lights_without_maps"] == 22


def test_maps_are_culled_as_rays_say(fabric: Fabric) -> None:
    """The lists of a spot's map against a NumPy frustum test, the lists spoiled before."""
    random = np.random.default_rng(5)
    scene = floor(4.0)
    scene.configure({"cull.small": False})
    places = random.uniform((-8, 0, -8), (8, 4, 8), (200, 3))
    for at in places:
        scene.add("ball", Mesh.sphere(0.2, 8), GROUND, at=at)
    scene.add("spot", SpotLight(40.0, range=5, outer_angle=35), at=(0, 4, 0), toward=(1, 0, 0.5))
    woven = weave(scene)
    fabric.upload_scene(woven)
    shadows = fabric._light.shadows
    spoil(fabric, shadows.drawing._visible, shadows.drawing._args)
    show(fabric, looking((0, 3, 9), (0, 0, 0)), (32, 32))
    light = woven.lights[0]
    lens = lamp_lens(light["position"].astype(float), light["direction"].astype(float), 5.0, 1, 35.0)
    spheres = read(fabric, fabric._scene().spheres, np.float32).reshape(-1, 4)[: len(woven.instances)].astype(float)
    wanted = (spheres[:, :3] @ lens.planes[0, :, :3].T + lens.planes[0, :, 3] >= -spheres[:, 3:]).all(axis=1)
    assert 5 < wanted.sum() < 150
    args = read(fabric, shadows.drawing._args, DRAW_COMMAND.dtype)[: len(woven.batches)]
    listed = read(fabric, shadows.drawing._visible, np.uint32)
    found = np.concatenate(
        [listed[a : a + n] for a, n in zip(args["first_instance"], args["instance_count"], strict=True)]
    )
    assert sorted(found.tolist()) == np.flatnonzero(wanted).tolist()


def test_lists_that_are_too_long_are_made_in_rounds(fabric: Fabric, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = with_casters(floor())
    scene.add("point", PointLight(30.0, cast_shadows=True), at=LAMP)
    scene.add("sun", Sun(3.0), toward=(1, -1, 0.2))
    at_once = draw(fabric, scene, TOP, SIZE)
    monkeypatch.setattr("dreamwell.fabric.shadow_drawing._LISTS", 1)
    np.testing.assert_array_equal(draw(fabric, scene, TOP, SIZE), at_once)
    assert fabric._light.shadows.drawing.list_room == 4
    assert drawn(fabric) == 7


# ---- plain arithmetic -----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(1, 5000), st.sampled_from([1, 6]), st.sampled_from([0, 64, 512])), max_size=40))
def test_tiles_never_overlap_and_always_fit(wanted: list[tuple[float, int, int]]) -> None:
    tiles = Tiles(1024, range(3, 5))
    edges = tile_edges(wanted, tiles.area)
    assert len(edges) == len(wanted)
    assert edges == sorted(edges, key=bool, reverse=True), "the last are left out first"
    taken = np.zeros((2, 1024 // SMALLEST_TILE, 1024 // SMALLEST_TILE), int)
    for edge, (_, count, _) in sorted(zip(edges, wanted, strict=True), key=lambda one: -one[0]):
        for _ in range(count if edge else 0):
            tile = tiles.take(edge)
            assert tile is not None
            layer, x, y = tile[0] - 3, tile[1] // SMALLEST_TILE, tile[2] // SMALLEST_TILE
            taken[layer, y : y + edge // SMALLEST_TILE, x : x + edge // SMALLEST_TILE] += 1
    assert taken.max() <= 1
    assert taken.sum() * SMALLEST_TILE**2 == sum(c * e * e for e, (_, c, _) in zip(edges, wanted, strict=True))


@given(st.floats(0.01, 5), st.floats(6, 1000), st.integers(1, 4))
def test_slices_follow_each_other(near: float, far: float, count: int) -> None:
    ends = split_distances(near, far, count)
    assert len(ends) == count
    assert ends[-1] == far
    assert all(a < b for a, b in zip([near, *ends], ends, strict=False))


@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1), st.floats(0.2, 50))
def test_the_faces_of_a_cube_see_everything(direction: Any, distance: float) -> None:
    """Every direction lies on the face that the shader picks, away from its border; others' planes may hold it too."""
    d = np.array(direction) / np.linalg.norm(direction)
    position = np.array([1.0, -2.0, 0.5])
    lens = lamp_lens(position, np.array([0.0, -1.0, 0.0]), 60.0, 6, 180.0)
    axis = int(np.abs(d).argmax())
    face = 2 * axis + int(d[axis] < 0)
    clip = lens.projections[face] @ lens.views[face] @ np.append(position + d * distance, 1)
    ndc = clip[:3] / clip[3]
    assert np.abs(ndc[:2]).max() < 0.95
    assert 0 < ndc[2] <= 1
    planes = lens.planes[face]
    assert (planes[:, :3] @ (position + d * distance) + planes[:, 3] > 0).all()
    np.testing.assert_allclose(planes[:4], planes_of(lens.projections[face] @ lens.views[face])[:4])
