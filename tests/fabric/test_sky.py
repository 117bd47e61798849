"""The physical sky on the GPU: its tables against NumPy, the background, the sun's disc, the light, the air between."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dreamwell.engine.scene import Environment, Material, Mesh, Scene, Sun
from dreamwell.fabric import Fabric
from dreamwell.loom import atmosphere as a
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F32, F64, above, draw, looking, pixel_rays, show, stage
from dreamwell.tests.fabric.twin import unit

LUX = 100_000.0
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
WHITE = Material((1.0, 1.0, 1.0), roughness=1.0)


def toward_sun(height: float, azimuth: float = 0.0) -> F64:
    """Unit; degrees, the azimuth from +X towards +Z."""
    h, z = math.radians(height), math.radians(azimuth)
    return np.array([math.cos(h) * math.cos(z), math.sin(h), math.cos(h) * math.sin(z)])


def under(height: float, azimuth: float = 0.0, sun: Sun | None = None, **environment: Any) -> Scene:
    """A scene under a sky, exposed so that the sun's light lies within half floats."""
    settings = environment.pop("settings", {})
    scene = stage(Environment(**environment), exposure__ev100=14.0, **settings)
    d = -toward_sun(height, azimuth)
    scene.add("sun", sun or Sun(lux=LUX), toward=d)
    return scene


def table(fabric: Fabric, name: str) -> F64:
    """A look-up table (h, w, 3)."""
    tables = fabric._light.sky._tables
    assert tables is not None
    texture: Any = tables.textures[name]
    w, h = texture.width, texture.height
    raw: Any = fabric.gpu.device.queue.read_texture(
        {"texture": texture}, {"bytes_per_row": 8 * w, "rows_per_image": h}, (w, h, 1)
    )
    return np.frombuffer(raw, np.float16).reshape(h, w, 4)[..., :3].astype(np.float64)


def spoil_tables(fabric: Fabric) -> None:
    """Fill the tables with NaN and have them made anew."""
    sky = fabric._light.sky
    assert sky._tables is not None
    for texture in sky._tables.textures.values():
        nan = np.full((texture.height, texture.width, 4), np.nan, np.float16)
        size = (texture.width, texture.height, 1)
        fabric.gpu.device.queue.write_texture(
            {"texture": texture}, nan, {"bytes_per_row": 8 * texture.width, "rows_per_image": texture.height}, size
        )
    sky._view = sky._light = None


def sky_view_directions(horizon: float) -> F64:
    """(h, w, 3) of the table's texels: columns by the sine of half the turn, rows by roots of the height."""
    rows, columns = a.SKY_VIEW_SIZE
    across = np.arange(columns) / (columns - 1)
    steps = np.arange(rows // 2) / (rows // 2 - 1)
    up = horizon + 1e-4 + (1 - steps) ** 2 * (math.pi / 2 - horizon - 1e-4)
    down = horizon - 1e-4 - steps**2 * (math.pi / 2 + horizon - 1e-4)
    height = np.concatenate([up, down])[:, None]
    turn = 2 * np.arcsin(across)[None]
    return np.stack(
        [
            np.cos(height) * np.cos(turn),
            np.broadcast_to(np.sin(height), (rows, columns)),
            np.cos(height) * np.sin(turn),
        ],
        axis=-1,
    )


# ---- the tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("height", "altitude", "given"),
    [
        (35.0, 2.0, {}),
        (4.0, 1500.0, {"haze": 5.0, "ground": (0.8, 0.3, 0.1)}),
        (-4.0, 30.0, {"air": 1.5, "ozone": 0.5}),
        (88.0, 9000.0, {"haze": 0.2}),
    ],
    ids=["day", "low sun in haze", "twilight", "from a plane"],
)
def test_tables_are_those_of_numpy(fabric: Fabric, height: float, altitude: float, given: dict[str, Any]) -> None:
    fabric.upload_scene(weave(under(height, **given)))
    observer = looking((0, altitude, 0), (1, altitude, 0))
    show(fabric, observer, (8, 8))
    spoil_tables(fabric)
    show(fabric, observer, (8, 8))
    air = a.Air.of(Environment(**given))
    of = a.tables(air)
    np.testing.assert_allclose(table(fabric, "transmittance"), of.transmittance, rtol=4e-3, atol=2e-3)
    np.testing.assert_allclose(table(fabric, "multiscattering"), np.sqrt(of.multiscattering), rtol=0.02, atol=2e-3)
    state = fabric._light.sky._wanted
    assert state is not None
    assert state.altitude == pytest.approx(max(altitude / 1e3, 0.01), rel=0.02, abs=2e-3)
    sine = math.sin(state.height * math.radians(0.01))
    assert sine == pytest.approx(math.sin(math.radians(height)), abs=1e-4)
    on_ground, _ = a.Daylight.of(air).at(sine)
    directions = sky_view_directions(math.asin(float(a.horizon(a.scalar(state.altitude)))))
    wanted = a.radiance(of, state.altitude, sine, directions, sky_on_ground=on_ground) / (on_ground @ LUMINANCE)
    found = table(fabric, "sky_view")
    close = np.isclose(found, wanted, rtol=0.03, atol=2e-3)
    assert close.all(axis=-1).mean() > 0.99, np.abs(found / wanted - 1).max()


def test_the_environment_is_the_sky_without_the_disc(fabric: Fabric) -> None:
    """Level 0 of the cube and the irradiance, turned to where the sun is."""
    fabric.upload_scene(weave(under(30, 70)))
    show(fabric, looking((0, 2, 0), (1, 2, 0)), (8, 8))
    frame = fabric._uniforms["frame"]
    day, _ = a.Daylight.of(a.Air()).at(0.5)
    assert frame["environment_intensity"][0] == pytest.approx(LUX * float(day @ LUMINANCE), rel=1e-4)
    floor = under(30, 70, sun=Sun(lux=LUX), sun_disc=False)
    floor.add("floor", Mesh.plane(4.0), WHITE)
    with_sun = draw(fabric, floor, above())[32, 32]
    direct = a.sunlight(a.Air(), 0, 0.5) * 0.5
    wanted = LUX * (direct + day) / math.pi
    # Ground light reaches a floor from no side; the coating takes a few per cent.
    np.testing.assert_allclose(with_sun, wanted, rtol=0.06)


# ---- what is seen -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("azimuth", [0.0, 40.0, 200.0])
@pytest.mark.parametrize("height", [40.0, 3.0, -5.0])
def test_the_background_is_the_sky_along_each_ray(fabric: Fabric, height: float, azimuth: float) -> None:
    scene = under(height, azimuth, sun_disc=False)
    scene.settings = replace(
        scene.settings, exposure=replace(scene.settings.exposure, ev100=14.0 if height > 0 else 4.0)
    )
    observer = looking((3, 30, -2), (3.6, 30.4, -2.5), fov_y=110)
    picture = draw(fabric, scene, observer, (64, 48))
    _, rays = pixel_rays(observer, (64, 48))
    turn = math.radians(azimuth)
    local = np.stack(
        [
            rays[..., 0] * math.cos(turn) + rays[..., 2] * math.sin(turn),
            rays[..., 1],
            rays[..., 2] * math.cos(turn) - rays[..., 0] * math.sin(turn),
        ],
        axis=-1,
    )
    on_ground, _ = a.Daylight.of(a.Air()).at(math.sin(math.radians(height)))
    wanted = LUX * a.radiance(
        a.tables(a.Air()), 0.03, math.sin(math.radians(height)), local, 64, sky_on_ground=on_ground
    )
    off = np.abs(np.degrees(np.arcsin(rays[..., 1]))) > 1.5  # at the horizon a texel holds both
    close = np.asarray(np.isclose(picture, wanted, rtol=0.08, atol=wanted.max() * 0.01)).all(axis=-1)
    assert np.asarray(close)[off].mean() > 0.985


@pytest.mark.parametrize("source", ["sky", "gradient"])
def test_the_background_is_as_fine_far_from_the_origin(fabric: Fabric, source: str) -> None:
    pictures: list[F32] = []
    for x in (0.0, 200_000.0):
        scene = under(20.0, 30.0, source=source, intensity=1.0 if source == "sky" else 4000.0)
        pictures.append(draw(fabric, scene, looking((x, 30, 0), (x + 1, 30.2, 0.3), fov_y=30), (48, 32)))
    np.testing.assert_allclose(pictures[1], pictures[0], rtol=5e-3)


def test_the_disc_is_where_the_sun_is_and_as_large(fabric: Fabric) -> None:
    sun = Sun(lux=1.0, angular_diameter=4.0)
    scene = under(20, 130, sun=sun)
    scene.settings = replace(scene.settings, exposure=replace(scene.settings.exposure, ev100=6.0))
    eye = np.array([0, 1.8, 0])
    observer = looking(eye, eye + toward_sun(20, 130), fov_y=8)
    picture = draw(fabric, scene, observer, (80, 80))
    _, rays = pixel_rays(observer, (80, 80))
    away = np.degrees(np.arccos(np.clip(rays @ toward_sun(20, 130), -1, 1)))
    bright = picture @ LUMINANCE
    inside, outside = bright[away < 1.9], bright[away > 2.1]
    assert inside.min() > 20 * outside.max()
    arriving = a.sunlight(a.Air(), 0, math.sin(math.radians(20)))
    solid = (rays[40, 40] @ rays[40, 41]).clip(-1, 1)
    pixel = math.acos(float(solid)) ** 2
    total = (picture[away < 2.2].astype(np.float64).sum(axis=0)) * pixel
    np.testing.assert_allclose(total, arriving, rtol=0.06)  # the disc gives as many lux as the light
    assert bright[away < 0.3].mean() > 1.3 * bright[(away > 1.8) & (away < 1.95)].mean(), "darker towards the edge"
    without = draw(fabric, under(20, 130, sun=sun, sun_disc=False), observer, (80, 80))
    assert without.max() < picture.max() / 20


def test_a_low_sun_is_cut_by_the_horizon_and_redder(fabric: Fabric) -> None:
    sun = Sun(lux=1.0, angular_diameter=6.0)
    pictures: list[F32] = []
    for height in (30.0, 0.5):
        scene = under(height, sun=sun)
        scene.settings = replace(scene.settings, exposure=replace(scene.settings.exposure, ev100=4.0))
        eye = np.array([0, 1.8, 0])
        pictures.append(draw(fabric, scene, looking(eye, eye + toward_sun(height), fov_y=14), (64, 64)))
    high, low = pictures
    assert high[32, 32, 0] / high[32, 32, 2] < 2
    assert low[30, 32, 0] / low[30, 32, 2] > 6
    assert float(low[44, 32] @ LUMINANCE) < 0.02 * float(low[30, 32] @ LUMINANCE), "below the horizon is ground"


def test_what_the_sun_lights_reddens_and_goes_dark(fabric: Fabric) -> None:
    """A wall that faces the sun."""
    seen: list[F64] = []
    for height in (60.0, 3.0, -2.0):
        scene = under(height, intensity=0.0)
        d = toward_sun(height)
        scene.add("wall", Mesh.quad(4.0), WHITE, at=(0, 20, 0), toward=-d + (0, 20, 0))
        eye = d * 3 + (0, 20, 0)
        seen.append(draw(fabric, scene, looking(eye, (0, 20, 0), up=(0, 0, 1)), (16, 16))[8, 8].astype(np.float64))
    noon, low, night = seen
    for picture, height in ((noon, 60.0), (low, 3.0)):
        np.testing.assert_allclose(
            picture, LUX * a.sunlight(a.Air(), 0.02, math.sin(math.radians(height))) / math.pi, rtol=0.06
        )
    assert low[0] / low[2] > 3 * noon[0] / noon[2]
    assert not night.any()
    free = under(3.0, intensity=0.0, sun_through_air=False)
    d = toward_sun(3.0)
    free.add("wall", Mesh.quad(4.0), WHITE, at=(0, 20, 0), toward=-d + (0, 20, 0))
    white = draw(fabric, free, looking(d * 3 + (0, 20, 0), (0, 20, 0), up=(0, 0, 1)), (16, 16))[8, 8]
    np.testing.assert_allclose(white, LUX / math.pi, rtol=0.06)


# ---- through the air ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("height", [40.0, 8.0])
@pytest.mark.parametrize("distance", [2.0, 10.0, 40.0])
def test_what_is_far_away_is_seen_through_the_air(fabric: Fabric, distance: float, height: float) -> None:
    """A black wall shows what the air before it scatters; against a fine sum along the ray."""
    scene = under(height, 0.0)
    metres = distance * 1e3
    wall = Material((0.0, 0.0, 0.0), emissive=(1.0, 1.0, 1.0), emissive_strength=0.0, roughness=1.0)
    scene.add("wall", Mesh.quad(metres * 3), wall, at=(0, 0, -metres))
    observer = looking((0, 60, 0), (0, 60, -1), fov_y=40)
    clear = scene.settings
    scene.settings = replace(clear, sky=replace(clear.sky, aerial_perspective=False))
    bare = draw(fabric, scene, observer, (32, 32))
    scene.settings = clear
    through = draw(fabric, scene, observer, (32, 32))
    _, rays = pixel_rays(observer, (32, 32))
    air, sine = a.Air(), math.sin(math.radians(height))
    of = a.tables(air)
    for y, x in ((12, 4), (15, 16), (14, 30)):
        ray = rays[y, x]
        reach = distance / -ray[2]
        rise = 0.06 + reach * ray[1]
        if rise > 1.2:
            continue  # the light is taken to be everywhere as at the eye
        wanted = LUX * a.radiance(of, 0.06, sine, ray[None], 200, reach=reach)[0]
        t = (np.arange(400) + 0.5) / 400 * reach
        depth = air.extinction(0.06 + t * ray[1]).sum(axis=0) * reach / 400
        wanted = wanted + bare[y, x] * np.exp(-depth)
        np.testing.assert_allclose(through[y, x], wanted, rtol=0.15)
    assert (through[15, 16] > bare[15, 16]).all()


def test_what_is_near_is_not_seen_through_the_air(fabric: Fabric) -> None:
    pictures: list[F32] = []
    for on in (True, False):
        scene = under(40.0, settings={"sky__aerial_perspective": on})
        scene.add("ball", Mesh.sphere(1.0), Material())
        pictures.append(draw(fabric, scene, looking((0, 1, 4), (0, 0, 0), fov_y=20)))
    np.testing.assert_allclose(pictures[0], pictures[1], rtol=3e-3)


def test_unlit_surfaces_stay_as_they_are(fabric: Fabric) -> None:
    scene = under(40.0)
    scene.add("sign", Mesh.quad(90_000.0), Material((0.5, 0.5, 0.5), unlit=True), at=(0, 0, -30_000))
    exposure = 1 / (1.2 * 2.0**14)
    picture = draw(fabric, scene, looking((0, 50, 0), (0, 50, -1), fov_y=30), (8, 8))
    np.testing.assert_allclose(picture * exposure, 0.5, rtol=2e-3)


# ---- frames -------------------------------------------------------------------------------------------------------


def test_a_still_sky_costs_no_pass(fabric: Fabric) -> None:
    fabric.upload_scene(weave(under(40.0)))
    times = fabric.time_passes()
    if times is None:
        pytest.skip("the adapter has no timestamps")
    fabric.resize((16, 16))
    seen: list[list[str]] = []
    eyes = [(0, 2, 0), (0, 2, 0), (5, 2.1, 3), (0, 2, 0), *[(0, 400, 0)] * 6]
    for eye in eyes:
        fabric.begin_frame(looking(eye, (eye[0] + 1, eye[1], eye[2])))
        fabric.end_frame()
        seen.append(list(times.labels))
    assert [("sky" in labels, "environment" in labels) for labels in seen[:4]] == [(True, True), *[(False, False)] * 3]
    assert "sky" in seen[4], "another altitude has another sky"
    assert "sky" not in seen[-1]
    assert fabric.scene is not None


def turn_sun(fabric: Fabric, scene: Scene, height: float, azimuth: float = 0.0) -> None:
    assert fabric.scene is not None
    row = scene["sun"].row
    other = under(height, azimuth)
    world = weave(other).objects.world[other["sun"].row]
    fabric.move(np.array([row], np.int32), world[None])


def test_a_sun_that_moves_looks_as_if_it_had_been_there(fabric: Fabric) -> None:
    def scene(height: float, azimuth: float) -> Scene:
        made = under(height, azimuth)
        made.add("ball", Mesh.sphere(1.0), Material((0.9, 0.8, 0.7), metallic=0.5, roughness=0.3), at=(0, 1, 0))
        return made

    observer = looking((0, 2, 5), (0, 1.5, 0), fov_y=70)
    first = scene(20.0, 10.0)
    fabric.upload_scene(weave(first))
    moving = rested = show(fabric, observer, (48, 32))
    for i in range(8):  # faster than the light on surfaces follows
        turn_sun(fabric, first, 20.0 - i, 10.0 + i)
        moving = show(fabric, observer, (48, 32))
    turn_sun(fabric, first, 12.0, 55.0)
    for _ in range(6):
        rested = show(fabric, observer, (48, 32))
    fabric.upload_scene(weave(scene(13.0, 17.0)))
    np.testing.assert_allclose(moving, show(fabric, observer, (48, 32)), rtol=0.1, atol=50)
    fabric.upload_scene(weave(scene(12.0, 55.0)))
    np.testing.assert_allclose(rested, show(fabric, observer, (48, 32)), rtol=3e-3)


def test_the_light_on_surfaces_follows_in_steps(fabric: Fabric) -> None:
    scene = under(30.0)
    fabric.upload_scene(weave(scene))
    times = fabric.time_passes()
    if times is None:
        pytest.skip("the adapter has no timestamps")
    observer = looking((0, 2, 5), (0, 1.5, 0))
    show(fabric, observer, (8, 8))
    relit: list[bool] = []
    for i in range(24):
        turn_sun(fabric, scene, 30.0 - 0.1 * (i + 1))
        show(fabric, observer, (8, 8))
        assert "sky" in times.labels
        relit.append("environment" in times.labels)
    assert 24 / (fabric._light.sky.light_frames + 1.5) < sum(relit) <= 24 / fabric._light.sky.light_frames
    for _ in range(6):
        show(fabric, observer, (8, 8))
    assert "sky" not in times.labels
    before = fabric._uniforms["frame"]["environment_turn"].copy()
    turn_sun(fabric, scene, 30.0 - 2.4, 90.0)
    show(fabric, observer, (8, 8))
    assert "sky" not in times.labels, "a sun that goes round only turns the tables"
    assert (fabric._uniforms["frame"]["environment_turn"] != before).any()


def test_without_a_sun_the_sky_is_a_gradient(fabric: Fabric) -> None:
    sky = Environment(zenith=(0.0, 0.0, 4.0), horizon=(0.0, 3.0, 0.0), ground=(2.0, 0.0, 0.0))
    up = looking((0, 0, 0), (0, 1, 0), up=(0, 0, 1), fov_y=5)
    np.testing.assert_array_equal(
        draw(fabric, stage(sky), up), draw(fabric, stage(replace(sky, source="gradient")), up)
    )
    assert not fabric._light.sky.on


def test_from_one_sky_to_another_and_back(fabric: Fabric) -> None:
    """Surroundings of every kind follow each other in one Fabric."""
    kinds = [
        Environment(),
        Environment(source="gradient", intensity=4000),
        Environment(haze=10, ground=(0.9, 0.2, 0.1)),
        Environment(source="color", color=(900, 500, 100)),
        Environment(visible=False, backdrop=(100, 200, 300), intensity=2.0),
    ]

    def scene(environment: Environment) -> Scene:
        made = stage(environment, exposure__ev100=14.0)
        made.add("sun", Sun(lux=LUX), toward=(-1, -0.4, -0.2))
        made.add("ball", Mesh.sphere(0.8), Material((0.9, 0.7, 0.5), metallic=0.5, roughness=0.3))
        return made

    observer = looking((0, 1, 3), (0, 0.3, 0), fov_y=60)
    wanted = [draw(fabric, scene(kind), observer, (32, 32)) for kind in kinds]
    assert len({picture.tobytes() for picture in wanted}) == len(kinds)
    fabric.upload_scene(weave(scene(kinds[0])))
    for i in (1, 2, 0, 3, 4, 2, 1, 4, 0):
        fabric.set_environment(weave(scene(kinds[i])).environment)
        for _ in range(3):
            np.testing.assert_allclose(show(fabric, observer, (32, 32)), wanted[i], rtol=2e-3)
    for on in (False, True):
        settings = fabric.settings
        fabric.set_post_process_config(replace(settings, sky=replace(settings.sky, aerial_perspective=on)))
        show(fabric, observer, (32, 32))
        assert fabric._light.sky.aerial == on


def test_plain_frames_show_the_same(fabric: Fabric) -> None:
    scene = under(10.0, 30.0)
    scene.add("ball", Mesh.sphere(1.0), Material())
    observer = looking((0, 2, 5), (0, 1, 0))
    taped = draw(fabric, scene, observer, (32, 32))
    fabric.plain = True
    try:
        plain = draw(fabric, scene, observer, (32, 32))
    finally:
        fabric.plain = False
    np.testing.assert_array_equal(taped, plain)


@pytest.mark.parametrize("height", [90.0, 45.0, 0.0, -3.0, -30.0, -90.0])
@pytest.mark.parametrize("altitude", [-500.0, 0.0, 9_000.0, 150_000.0])
def test_there_is_always_a_number(fabric: Fabric, height: float, altitude: float) -> None:
    scene = under(height, haze=2.0)
    scene.add("ball", Mesh.sphere(0.5), Material(), at=(0, altitude, -3))
    fabric.upload_scene(weave(scene))
    eye = np.array([0, altitude, 0])
    for d in ((0, 1, 0), (0, -1, 0), (0, 0, -1), toward_sun(height)):
        picture = show(fabric, looking(eye, eye + unit(d), up=(0.1, 0.2, 1), fov_y=60), (16, 16))
        assert np.isfinite(picture).all()
        assert (picture >= 0).all()
    flat = show(fabric, looking(eye, eye - np.array([0, 0, 1]), height=5), (16, 16))
    assert np.isfinite(flat).all()
    if height == -90:
        assert picture.max() < 1


def test_a_sun_of_no_light_makes_a_black_sky(fabric: Fabric) -> None:
    scene = under(40.0, sun=Sun(lux=0.0))
    picture = draw(fabric, scene, looking((0, 2, 0), (1, 3, 0)), (8, 8))
    assert not picture.any()
