"""Ambient occlusion: what is found against what geometry says, what it does to light, and what it leaves alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.engine.errors import GpuError
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene import Environment, Material, Mesh, PointLight, Scene, Sun, Texture, apply_settings
from dreamwell.fabric import Fabric, Observer, ambient_occlusion
from dreamwell.fabric.ambient_occlusion import level_sizes
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F32, F64, draw, front, image, looking, pixel_rays, read, show, spoil, stage

SIZE = (96, 64)
WHITE = Environment(source="color", color=(1.0, 1.0, 1.0))
MATT = Material((0.8, 0.8, 0.8), roughness=1.0)
FINE: dict[str, Any] = {"ao__enabled": True, "ao__slices": 8, "ao__steps": 24, "ao__resolution": "full"}
EYES = {
    "perspective": looking((1, 3, 5), (0, 0, 0), fov_y=50),
    "orthographic": looking((1, 3, 5), (0, 0, 0), height=6.0),
}
FLAT = pytest.mark.parametrize("eye", EYES)
HALF_AND_FULL = pytest.mark.parametrize("resolution", ["half", "full"])


def found(fabric: Fabric, scene: Scene, eye: Observer, size: tuple[int, int] = SIZE) -> F32:
    """(h, w) what is open; the second frame, whose cull knows what is seen."""
    draw(fabric, scene, eye, size)
    show(fabric, eye, size)
    return fabric.read_ao()


def setting(fabric: Fabric, **changes: Any) -> None:
    values = {key.replace("__", "."): value for key, value in changes.items()}
    fabric.set_post_process_config(apply_settings(fabric.settings, values))


def on_plane(eye: Observer, size: tuple[int, int], normal: int, at: float) -> F64:
    """(h, w, 3) where the pixels' rays meet the plane on which a coordinate is `at`; NaN where they do not."""
    start, way = pixel_rays(eye, size)
    with np.errstate(divide="ignore"):
        t = (at - start[..., normal]) / way[..., normal]
    return np.where((t > 0)[..., None], start + way * t[..., None], np.nan)


# ---- what is found -------------------------------------------------------------------------------------------------


@FLAT
@HALF_AND_FULL
@pytest.mark.parametrize("steepness", [0.15, 1.0, 20.0])
def test_a_plane_is_open(fabric: Fabric, eye: str, resolution: str, steepness: float) -> None:
    """From nearly along it to straight down, to the edges of the picture and up to the horizon."""
    scene = stage(WHITE, ao__enabled=True, ao__resolution=resolution, ao__radius=0.0)
    scene.add("floor", Mesh.plane(400.0), MATT)
    lens: dict[str, Any] = {"fov_y": 50} if eye == "perspective" else {"height": 6.0}
    for size in (SIZE, (75, 43)):
        open_ = found(fabric, scene, looking((0, 2 * steepness, 2), (0.3, 0, 0), **lens), size)
        assert open_.shape == size[::-1]
        assert open_.min() > (0.99 if steepness > 0.2 else 0.95), "far off, depths are rounded more"
        assert open_.mean() > 0.998


@FLAT
@HALF_AND_FULL
def test_the_corner_of_a_floor_and_a_wall(fabric: Fabric, eye: str, resolution: str) -> None:
    """Half is open at the edge; at a distance d of a wall that is near up to a radius R, what lies within c = d / R.

    The wall fills the directions whose part towards it is above c: as the cosine weighs them, the segment of the unit
    disk beyond c.
    """
    radius = 1.0
    scene = stage(WHITE, **{**FINE, "ao__resolution": resolution, "ao__radius": radius, "ao__thickness": 5.0})
    scene.add("floor", Mesh.plane(40.0), MATT)
    scene.add("wall", Mesh.plane(40.0), MATT, at=(0, 0, -1), rotation=(np.sqrt(0.5), 0, 0, np.sqrt(0.5)))
    size = (192, 128)
    open_ = found(fabric, scene, EYES[eye], size)
    place = on_plane(EYES[eye], size, 1, 0.0)
    away = place[..., 2] + 1.0
    c = np.clip(away / radius, 0, 1)
    expected = 1 - (np.arccos(c) - c * np.sqrt(1 - c * c)) / np.pi
    middle = np.abs(place[..., 0]) < 1.5
    inside = (away > 0.2) & middle  # nearer, the mean over neighbours bends the curve
    assert inside.sum() > 3000
    error = open_[inside] - expected[inside]
    assert abs(error.mean()) < 0.012
    assert np.abs(error).max() < (0.06 if resolution == "full" else 0.09)
    at_edge = (away > 0.0) & (away < 0.1) & middle
    assert open_[at_edge].min() == pytest.approx(0.5, abs=0.07 if resolution == "full" else 0.12)


@FLAT
def test_a_wall_goes_on_beyond_the_edge_of_the_picture(fabric: Fabric, eye: str) -> None:
    """Of a high wall, only its foot is in sight; where it has no end, half is open at any distance."""
    scene = stage(WHITE, **FINE, ao__radius=0.0, ao__thickness=100.0)
    scene.add("floor", Mesh.plane(400.0), MATT)
    scene.add("wall", Mesh.plane(400.0), MATT, at=(0, 0, -1), rotation=(np.sqrt(0.5), 0, 0, np.sqrt(0.5)))
    lens: dict[str, Any] = {"fov_y": 30} if eye == "perspective" else {"height": 2.5}
    observer = looking((0, 3, 3.2), (0, 0, 0), **lens)
    open_ = found(fabric, scene, observer)
    place = on_plane(observer, SIZE, 1, 0.0)
    on_floor = (place[..., 2] > -0.9) & (np.abs(place[..., 0]) < 0.2)
    assert 0.1 < (place[..., 2] < -1.0).mean() < 0.4, "a strip of the wall is in sight"
    assert open_[on_floor].mean() < 0.68


def test_a_sphere_on_a_plane(fabric: Fabric) -> None:
    """At a distance of its foot it hides (r / D)³, D being the way to its middle: the form factor of a whole sphere."""
    scene = stage(WHITE, **FINE, ao__radius=0.0, ao__thickness=1.5)
    scene.add("floor", Mesh.plane(40.0), MATT)
    scene.add("ball", Mesh.sphere(0.75), MATT, at=(0, 0.75, 0))
    eye = looking((0, 3.5, 6), (0, 0, 0), fov_y=50)
    size = (192, 128)
    open_ = found(fabric, scene, eye, size)
    place = on_plane(eye, size, 1, 0.0)
    away = np.hypot(place[..., 0], place[..., 2])
    expected = 1 - (0.75 / np.hypot(away, 0.75)) ** 3
    in_front = (place[..., 2] > 0.4) & (np.abs(place[..., 0]) < place[..., 2]) & (away > 0.5) & (away < 2.0)
    assert in_front.sum() > 500
    np.testing.assert_allclose(open_[in_front], expected[in_front], atol=0.13)
    assert abs((open_ - expected)[in_front].mean()) < 0.04


def test_what_is_thin_hides_as_much_as_it_is_thick(fabric: Fabric) -> None:
    """A pole in front of a wall: the thicker it is taken to be, the more of the light it keeps off."""
    scene = stage(WHITE, **FINE, ao__radius=2.0, ao__thickness=0.1)
    scene.add("wall", Mesh.quad(20.0), MATT, at=(0, 0, -0.6))
    scene.add("pole", Mesh.box((0.1, 20.0, 0.1)), MATT)
    open_ = [found(fabric, scene, front(3.0), SIZE)[32, 54]]
    for thickness in (0.3, 0.6):
        setting(fabric, ao__thickness=thickness)
        show(fabric, front(3.0), SIZE)
        open_.append(fabric.read_ao()[32, 54])
    assert 0.95 > open_[0] > open_[1] + 0.02 > open_[2] + 0.04


@HALF_AND_FULL
def test_no_halo_around_what_stands_far_in_front(fabric: Fabric, resolution: str) -> None:
    scene = stage(WHITE, ao__enabled=True, ao__resolution=resolution, ao__radius=1.0)
    scene.add("wall", Mesh.quad(20.0), MATT, at=(0, 0, -3))
    scene.add("box", Mesh.box(), MATT)
    assert found(fabric, scene, front(3.0), SIZE).min() > 0.99


@FLAT
@HALF_AND_FULL
@pytest.mark.parametrize("size", [(1, 1), (2, 1), (3, 5), (37, 23)])
def test_the_sky_is_open_and_nothing_is_nan(fabric: Fabric, eye: str, resolution: str, size: tuple[int, int]) -> None:
    scene = stage(WHITE, ao__enabled=True, ao__resolution=resolution, ao__radius=0.0)
    scene.add_many("box", Mesh.box(), MATT, at=np.random.default_rng(3).uniform(-2, 2, (20, 3)))
    raw = found(fabric, scene, EYES[eye], size), fabric._light.ao.read() if fabric._light.ao else None
    assert raw[1] is not None
    assert np.isfinite(raw[1]).all()
    assert (raw[0] >= 0).all()
    assert (raw[0] <= 1).all()
    empty = stage(WHITE, ao__enabled=True, ao__resolution=resolution)
    empty.add("behind", Mesh.box(), at=(0, 500, 0))
    assert (found(fabric, empty, EYES[eye], size) == 1).all()


def test_intensity_and_radius(fabric: Fabric) -> None:
    scene = stage(WHITE, **FINE, ao__radius=0.5)
    scene.add("floor", Mesh.plane(40.0), MATT)
    scene.add("box", Mesh.box(), MATT, at=(0, 0.5, 0))
    once = found(fabric, scene, EYES["perspective"])
    setting(fabric, ao__intensity=2.0)
    show(fabric, EYES["perspective"], SIZE)
    np.testing.assert_allclose(fabric.read_ao(), once**2, atol=2e-3)
    setting(fabric, ao__intensity=0.0)
    show(fabric, EYES["perspective"], SIZE)
    assert (fabric.read_ao() == 1).all()
    setting(fabric, ao__intensity=1.0, ao__radius=1.5)
    show(fabric, EYES["perspective"], SIZE)
    assert fabric.read_ao().mean() < once.mean() - 0.01


def test_half_and_full_find_the_same(fabric: Fabric) -> None:
    scene = stage(WHITE, ao__enabled=True)
    scene.add("floor", Mesh.plane(40.0), MATT)
    scene.add("box", Mesh.box(), MATT, at=(0, 0.5, 0))
    half = found(fabric, scene, EYES["perspective"], (192, 128))
    setting(fabric, ao__resolution="full")
    show(fabric, EYES["perspective"], (192, 128))
    full = fabric.read_ao()
    assert np.abs(half - full).mean() < 0.02
    assert full.min() < 0.7


@HALF_AND_FULL
def test_the_pattern_of_the_search_is_taken_away(fabric: Fabric, resolution: str) -> None:
    """One direction from every pixel; still, what is equally far from a wall is equally open."""
    scene = stage(WHITE, ao__enabled=True, ao__resolution=resolution, ao__slices=1, ao__radius=1.0, ao__thickness=5.0)
    scene.add("floor", Mesh.plane(40.0), MATT)
    scene.add("wall", Mesh.plane(40.0), MATT, at=(0, 0, -1), rotation=(np.sqrt(0.5), 0, 0, np.sqrt(0.5)))
    eye = looking((0, 3, 5), (0, 0, 0), height=4.0)
    size = (192, 128)
    open_ = found(fabric, scene, eye, size)
    away = on_plane(eye, size, 1, 0.0)[:, 96, 2] + 1.0
    rows = open_[(away > 0.1) & (away < 0.9)][:, 48:144]
    assert len(rows) > 12
    assert rows.std(axis=1).max() < 0.006
    assert rows.max() - rows.min() > 0.2


@HALF_AND_FULL
def test_shade_stops_at_the_edge_of_what_stands_in_front(fabric: Fabric, resolution: str) -> None:
    """An open card before dark gaps: no pixel of it is dark, and none of the gaps is bright for its sake."""
    gaps = [(x, 0.0, z) for x, z in zip(np.arange(-3, 3.1, 0.5), np.tile([0.0, -1.0], 7), strict=False)]

    def wall(*cards: tuple[float, float, float]) -> Scene:
        scene = stage(WHITE, ao__enabled=True, ao__resolution=resolution, ao__radius=2.0, ao__thickness=5.0)
        scene.add_many("bar", Mesh.box((0.5, 9.0, 0.5)), MATT, at=np.array(gaps))
        for card in cards:
            scene.add("card", Mesh.quad(1.4), MATT, at=card)
        return scene

    eye, size = front(3.0, distance=9.0), (193, 129)
    without = found(fabric, wall(), eye, size)
    pixel = 3.0 / size[1]
    for x, y in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
        middle = np.array((0.13 + x * pixel, 0.05 + y * pixel, 3.0))
        open_ = found(fabric, wall(tuple(middle)), eye, size)
        away = np.abs((on_plane(eye, size, 2, 3.0) - middle)[..., :2]).max(axis=2)
        hidden = away < 0.7
        assert hidden.sum() > 3000
        assert open_[hidden].min() > 0.99
        assert without[hidden].min() < 0.75
        around = ~hidden & (away < 1.0)
        assert np.abs(open_ - without)[around].mean() < 0.07, "it hides a little of what keeps light off beside it"
        assert open_[around & (without < 0.6)].max() < 0.85


def test_the_open_direction_leans_away_from_the_wall(fabric: Fabric) -> None:
    scene = stage(WHITE, **FINE)
    scene.add("floor", Mesh.plane(40.0), MATT)
    scene.add("wall", Mesh.plane(40.0), MATT, at=(-1, 0, 0), rotation=(0, 0, -np.sqrt(0.5), np.sqrt(0.5)))
    eye = EYES["perspective"]
    open_ = found(fabric, scene, eye)
    assert fabric._light.ao is not None
    lean = fabric._light.ao.read()[..., :3] @ eye.view()[:3, :3].astype(np.float32)  # to world space
    place = on_plane(eye, SIZE, 1, 0.0)
    beside = (place[..., 0] > -0.9) & (place[..., 0] < -0.7) & (np.abs(place[..., 2]) < 1)
    assert open_[beside].max() < 0.75
    assert lean[beside][:, 0].min() > 0.2, "away from the wall"
    assert np.abs(lean[beside][:, 2]).max() < 0.2, "not along it"
    np.testing.assert_allclose(np.linalg.norm(lean[beside] + (0, 1, 0), axis=1), 1.0, atol=0.05)
    far = place[..., 0] > 2.5
    np.testing.assert_allclose(lean[far], 0.0, atol=0.02)


# ---- the kernels' own steps ----------------------------------------------------------------------------------------


@FLAT
@pytest.mark.parametrize("size", [(64, 36), (75, 43)])
def test_depths_are_metres_and_levels_hold_pixels(fabric: Fabric, eye: str, size: tuple[int, int]) -> None:
    scene = stage(WHITE, ao__enabled=True)
    scene.add("floor", Mesh.plane(8.0), MATT)
    found(fabric, scene, EYES[eye], size)
    assert fabric._light.ao is not None
    spoil(fabric, fabric._light.ao.depths)
    show(fabric, EYES[eye], size)
    values = read(fabric, fabric._light.ao.depths, np.float32)
    sizes = level_sizes(size)
    levels: list[NDArray[Any]] = []
    for w, h in sizes:
        levels.append(values[: w * h].reshape(h, w))
        values = values[w * h :]
    place = on_plane(EYES[eye], size, 1, 0.0)
    away = (place - EYES[eye].eye) @ EYES[eye].forward
    inside = np.abs(place[..., [0, 2]]).max(axis=2) < 3.8
    np.testing.assert_allclose(levels[0][inside], away[inside], rtol=2e-4)
    outside = ~(np.abs(place[..., [0, 2]]).max(axis=2) < 4.2)
    assert outside.any()
    assert (levels[0][outside] == np.float32(1e30)).all()
    for k, (w, h) in enumerate(sizes):
        x, y = (np.minimum((np.arange(n) << k) + (1 << k >> 1), of - 1) for n, of in zip((w, h), size, strict=True))
        np.testing.assert_array_equal(levels[k], levels[0][np.ix_(y, x)])


def test_averaged_frames_search_other_directions(fabric: Fabric, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that their mean is nearer to the truth than that of frames which all search the same ones."""

    def mean(scene: Scene) -> F32:
        fabric.upload_scene(weave(scene))
        frames: list[F32] = []
        for i in (0, *range(16)):
            fabric.begin_frame(eye, sample=(i, 16))
            fabric.end_frame()
            frames.append(fabric.read_ao())
        return np.asarray(np.mean(frames[1:], axis=0))

    def boxes(**settings: Any) -> Scene:
        scene = stage(WHITE, ao__enabled=True, ao__resolution="full", ao__radius=1.5, **settings)
        scene.add("floor", Mesh.plane(40.0), MATT)
        places = np.random.default_rng(4).uniform((-2, 0, -2), (2, 0.5, 2), (30, 3))
        scene.add_many("box", Mesh.box(0.4), MATT, at=places)
        return scene

    eye = EYES["perspective"]
    fabric.resize(SIZE)
    truth = mean(boxes(ao__slices=12, ao__steps=10))
    coarse = {"ao__slices": 1, "ao__steps": 10}
    other = np.abs(mean(boxes(**coarse)) - truth).mean()
    monkeypatch.setattr(ambient_occlusion, "_PHASES", np.zeros(3))
    same = np.abs(mean(boxes(**coarse)) - truth).mean()
    assert other < 0.9 * same


# ---- what it does to light -----------------------------------------------------------------------------------------


def bounced(open_: F32, albedo: float) -> F32:
    """Jimenez et al. 2016, equation 10."""
    a, b, c = 2.0404 * albedo - 0.3324, -4.7951 * albedo + 0.6417, 2.7552 * albedo + 0.6903
    return np.asarray(np.maximum(open_, ((a * open_ + b) * open_ + c) * open_), np.float32)


def corner(**settings: Any) -> Scene:
    """A floor and a box on it, with light from all around."""
    scene = stage(WHITE, **settings)
    scene.add("floor", Mesh.plane(40.0), MATT)
    scene.add("box", Mesh.box(), MATT, at=(0, 0.5, 0))
    return scene


def test_matt_surfaces_lose_what_is_hidden_and_get_some_back_from_their_like(fabric: Fabric) -> None:
    eye = EYES["perspective"]
    plain = draw(fabric, corner(), eye, SIZE)
    open_ = found(fabric, corner(**FINE), eye)
    shaded = fabric.read_linear()
    ratio = (shaded / plain)[..., 0]
    np.testing.assert_allclose(ratio, bounced(open_, 0.8), atol=0.05)
    assert ratio.min() < 0.75
    assert (ratio <= 1.002).all()


def test_polished_surfaces_mirror_less_of_what_is_hidden(fabric: Fabric) -> None:
    gold = Material((1.0, 0.8, 0.4), metallic=1.0, roughness=0.4)

    def standing(**settings: Any) -> Scene:
        scene = stage(WHITE, **settings)
        scene.add("floor", Mesh.plane(40.0), gold)
        scene.add("wall", Mesh.plane(40.0), gold, at=(0, 0, -1), rotation=(np.sqrt(0.5), 0, 0, np.sqrt(0.5)))
        return scene

    eye = EYES["perspective"]
    plain = draw(fabric, standing(), eye, SIZE)
    open_ = found(fabric, standing(**FINE), eye)
    ratio = (fabric.read_linear() / plain)[..., 0]
    place = on_plane(eye, SIZE, 1, 0.0)
    near = (place[..., 2] > -0.95) & (place[..., 2] < -0.6)
    far = place[..., 2] > 1.6
    assert ratio[near].mean() < 0.6, "the floor mirrors the wall behind it"
    assert (ratio[near] >= 0.5 * open_[near] - 0.01).all(), "which is not black"
    np.testing.assert_allclose(ratio[far], 1.0, atol=0.02)


def test_what_shines_by_itself_or_on_something_is_left_alone(fabric: Fabric) -> None:
    """Suns, lamps, emission, unlit colours and the background: the same to the last bit."""

    def lit(**settings: Any) -> Scene:
        scene = stage(shadows__enabled=True, shadows__size=256, **settings)
        scene.add("sun", Sun(lux=2.0), toward=(-1, -2, -1))
        scene.add("lamp", PointLight(2.0), at=(1, 1, 1))
        scene.add("floor", Mesh.plane(8.0), MATT)
        scene.add("box", Mesh.box(), Material(emissive=(0.2, 0.1, 0.0)), at=(0, 0.5, 0))
        scene.add("sign", Mesh.box(0.3), Material((0.3, 0.5, 0.7), unlit=True), at=(0.7, 0.15, 0))
        return scene

    eye = EYES["perspective"]
    plain = draw(fabric, lit(), eye, SIZE)
    np.testing.assert_array_equal(draw(fabric, lit(ao__enabled=True), eye, SIZE), plain)
    assert fabric.read_ao().min() < 0.8


def test_what_is_open_looks_as_it_does_without(fabric: Fabric) -> None:
    sky = Environment(zenith=(0.2, 0.4, 0.9), horizon=(0.9, 0.7, 0.5), ground=(0.2, 0.1, 0.05))

    def ball(**settings: Any) -> Scene:
        scene = stage(sky, **settings)
        for x, metallic in ((-1.2, 0.0), (1.2, 1.0)):
            scene.add(
                "ball", Mesh.sphere(1.0), Material((0.9, 0.6, 0.4), metallic=metallic, roughness=0.5), at=(x, 0, 0)
            )
        return scene

    eye = looking((0, 0, 9), (0, 0, 0), fov_y=30)
    plain = draw(fabric, ball(), eye, SIZE)
    shaded = draw(fabric, ball(ao__enabled=True, ao__radius=0.1), eye, SIZE)
    np.testing.assert_allclose(shaded, plain, rtol=0.02, atol=0.002)


@pytest.mark.parametrize("mode", ["sorted", "weighted"])
def test_transparent_surfaces_are_not_shaded(fabric: Fabric, mode: str) -> None:
    """One that hides what is behind it altogether, close to a floor that it would be darkened by."""

    def pane(**settings: Any) -> Scene:
        scene = stage(WHITE, transparency__mode=mode, **settings)
        scene.add("floor", Mesh.plane(40.0), Material((0.0, 0.0, 0.0), roughness=1.0))
        scene.add("pane", Mesh.quad(2.0), replace(MATT, alpha_mode="blend"), at=(0, 1, 0))
        return scene

    eye = front(1.6)
    plain = draw(fabric, pane(), eye, SIZE)
    shaded = draw(fabric, pane(**FINE), eye, SIZE)
    np.testing.assert_array_equal(shaded[:30, 20:76], plain[:30, 20:76])


def test_a_materials_own_occlusion_and_what_is_found_do_not_add_up(fabric: Fabric, tmp_path: Path) -> None:
    """Both see the same crevices: the darker one counts."""
    texture = image(tmp_path, "occlusion", np.full((4, 4), 102))  # 0.4

    def floor(**settings: Any) -> Scene:
        scene = stage(WHITE, root=tmp_path, **settings)
        scene.add("floor", Mesh.plane(40.0), replace(MATT, occlusion_texture=Texture(texture)))
        scene.add("box", Mesh.box(), MATT, at=(0, 0.5, 0))
        return scene

    eye = EYES["perspective"]
    plain = draw(fabric, corner(), eye, SIZE)
    open_ = found(fabric, floor(**FINE), eye)
    ratio = (fabric.read_linear() / plain)[..., 0]
    place = on_plane(eye, SIZE, 1, 0.0)
    bare = (place[..., 2] > 0.8) & np.isfinite(place[..., 2])
    assert bare.sum() > 300
    np.testing.assert_allclose(ratio[bare], bounced(np.minimum(open_, 0.4), 0.8)[bare], atol=0.06)


# ---- where it stands -----------------------------------------------------------------------------------------------


def test_off_it_is_not_there(gpu: Gpu) -> None:
    eye = EYES["perspective"]
    never = Fabric(gpu, SIZE)
    plain = draw(never, corner(), eye, SIZE)
    picture = never.read_image()
    assert never._light.ao is None
    with pytest.raises(GpuError, match=r"ao\.enabled"):
        never.read_ao()
    steps = len(next(iter(never._tapes.values()))._steps)
    setting(never, ao__enabled=True)
    assert (show(never, eye, SIZE) != plain).any()
    assert len(next(iter(never._tapes.values()))._steps) == steps + 1, "one pass"
    setting(never, ao__enabled=False)
    np.testing.assert_array_equal(show(never, eye, SIZE), plain)
    np.testing.assert_array_equal(never.read_image(), picture)
    assert never._light.ao is None


def test_sizes_and_settings_follow_each_other(gpu: Gpu, fabric: Fabric) -> None:
    eye = EYES["perspective"]
    fabric.upload_scene(weave(corner(ao__enabled=True)))
    for size, resolution in (((64, 36), "half"), ((37, 23), "half"), ((37, 23), "full"), ((64, 36), "half")):
        setting(fabric, ao__resolution=resolution)
        shaded = show(fabric, eye, size)
        other = Fabric(gpu, size)
        np.testing.assert_array_equal(
            shaded, draw(other, corner(ao__enabled=True, ao__resolution=resolution), eye, size)
        )
        np.testing.assert_array_equal(fabric.read_ao(), other.read_ao())


def test_on_tape_and_not_the_same(gpu: Gpu) -> None:
    pictures: list[list[NDArray[Any]]] = []
    for plain in (False, True):
        one = Fabric(gpu, SIZE, plain=plain)
        mine: list[NDArray[Any]] = []
        for scene in (corner(ao__enabled=True), corner(), corner(ao__enabled=True, cull__occlusion=False)):
            one.upload_scene(weave(scene))
            for size, samples in ((SIZE, 1), ((40, 30), 1), ((40, 30), 4)):
                mine.append(show(one, EYES["orthographic"], size, samples))
        pictures.append(mine)
    for taped, encoded in zip(*pictures, strict=True):
        np.testing.assert_array_equal(taped, encoded)


def test_the_debug_view_shows_it(fabric: Fabric) -> None:
    eye = EYES["perspective"]
    picture = draw(fabric, corner(**FINE, debug__view="ao"), eye, SIZE)
    np.testing.assert_allclose(picture, np.repeat(fabric.read_ao()[..., None], 3, axis=2), atol=2e-3)
    assert picture.min() < 0.7
    setting(fabric, ao__enabled=False)
    np.testing.assert_allclose(show(fabric, eye, SIZE), 1.0, atol=1e-3)
