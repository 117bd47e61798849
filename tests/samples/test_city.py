"""The city: its size, its plan, its shapes, and the light of a day."""

import flip_evaluator
import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.render import Stage, shared_gpu
from dreamwell.samples._shared.hours import hour_of
from dreamwell.samples.city import City, glide, shapes
from dreamwell.samples.city.build import WATER, scene
from dreamwell.samples.city.light import light
from dreamwell.samples.city.plan import BANK, KERB, PARK, Plan, path, plan
from dreamwell.samples.city.surfaces import surfaces
from dreamwell.samples.city.traffic import Traffic, deck_height

SIZE = (320, 180)
NOON, GOLDEN, NIGHT = 12.5, 18.1, 22.0


@pytest.fixture(scope="module")
def city_plan() -> Plan:
    return plan()


def radiance(hour: float) -> NDArray[np.float64]:
    """(h, w) luminance of the picture, cd/m²."""
    return dw.render(scene(hour), SIZE, linear=True).astype(np.float64) @ (0.2126, 0.7152, 0.0722)


# ---- what stands where ----------------------------------------------------------------------------------------


def test_thousands_of_objects_share_few_meshes_and_materials() -> None:
    stats = dw.weave(scene(NOON)).stats
    assert stats.instances >= 5000
    assert stats.meshes < 500
    assert stats.materials < 80


def test_buildings_stand_on_their_blocks_and_apart_from_each_other(city_plan: Plan) -> None:
    half = np.array([b.tiers[0][:2] for b in city_plan.buildings], np.float64) / 2
    place = np.array([(b.x, b.z) for b in city_plan.buildings])
    apart = (np.abs(place[:, None] - place) - half[:, None] - half).max(axis=2)  # metres between walls
    assert apart[~np.eye(len(place), dtype=bool)].min() >= 0
    blocks = np.array([(b.x, b.z, b.width / 2, b.depth / 2) for b in city_plan.blocks])
    beyond = (np.abs(place[:, None] - blocks[:, :2]) + half[:, None] - blocks[:, 2:]).max(axis=2)
    assert beyond.min(axis=1).max() <= 0


def test_nothing_grows_in_the_river_or_on_the_path(city_plan: Plan) -> None:
    for x, z in city_plan.trees:
        assert abs(x) > BANK
        if PARK[0] < x < PARK[1]:
            assert abs(x - path(np.array(z))[0]) > 5
    assert all(abs(x) > BANK for x, _, _ in city_plan.lamps)


def test_tiers_step_back_and_share_a_few_widths(city_plan: Plan) -> None:
    for b in city_plan.buildings:
        assert all(floors % 4 == 0 and floors > 0 for _, _, floors in b.tiers)
        widths = [w for w, _, _ in b.tiers]
        assert widths == sorted(widths, reverse=True)
    assert len({(w, d) for b in city_plan.buildings for w, d, _ in b.tiers}) <= 49


def test_the_plan_is_the_same_every_time(city_plan: Plan) -> None:
    assert plan() == city_plan
    assert plan(8) != city_plan


SOLIDS = {
    "storeys": shapes.storeys(24, 16, 4, 0),
    "twisted": shapes.twisted(40.0, 62, 90.0),
    "drum": shapes.drum(20.0, 34),
    "pyramid": shapes.pyramid(),
    "tree": shapes.tree(0, 4),
    "car": shapes.car(),
    "boat": shapes.boat(),
    "portal": shapes.portal(44, 18),
    "cable": shapes.cable(84.0, 42.0, 8.0, 46),
    "deck": shapes.deck(np.linspace(-92, 92, 33), deck_height(np.linspace(-92, 92, 33)), 19.0),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_shapes_are_seen_from_outside(name: str) -> None:
    data = SOLIDS[name]
    assert np.linalg.norm(data.normals, axis=1) == pytest.approx(1, abs=1e-4)
    corners = data.positions[data.indices.reshape(-1, 3)].astype(np.float64)
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    smooth = data.normals[data.indices.reshape(-1, 3)].sum(axis=1)
    real = np.linalg.norm(face, axis=1) > 1e-6
    assert ((face * smooth).sum(axis=1)[real] > 0).all(), "triangles face the way of their normals"
    centred = corners - corners.mean(axis=(0, 1))
    volume = np.einsum("ij,ij->", centred[:, 0], np.cross(centred[:, 1], centred[:, 2])) / 6
    assert volume > 0, "and that is outwards"


def test_windows_are_as_large_on_every_wall() -> None:
    for width, depth in ((12, 36), (28, 16)):
        data = shapes.storeys(width, depth, 12, 1)
        assert data.uv0 is not None
        for side in range(4):
            corners = slice(4 * side, 4 * side + 4)
            metres = np.ptp(data.positions[corners], axis=0)
            windows = np.ptp(data.uv0[corners], axis=0) * 16
            assert np.hypot(metres[0], metres[2]) / windows[0] == pytest.approx(shapes.BAY)
            assert metres[1] / windows[1] == pytest.approx(shapes.FLOOR)


# ---- traffic --------------------------------------------------------------------------------------------------


def test_cars_keep_to_the_streets_and_boats_to_the_river(city_plan: Plan) -> None:
    world = City(NOON).app.world
    traffic = Traffic(world)
    blocks = np.array([(b.x, b.z, b.width / 2, b.depth / 2) for b in city_plan.blocks])
    before = world.positions[traffic.cars].copy()
    for seconds in (0.0, 7.5, 333.0):
        traffic.move(seconds, -4.5)
        cars = world.positions[traffic.cars].astype(np.float64)
        x, y = cars[:, 0], cars[:, 1]
        on_pavement = (np.abs(cars[:, None, ::2] - blocks[:, :2]) < blocks[:, 2:]).all(axis=2)
        assert not on_pavement.any()
        over_water = np.abs(x) < BANK
        assert y[over_water] == pytest.approx(deck_height(x[over_water]) + 0.05, abs=1e-3)
        assert (y[over_water] > KERB + 3).all()
        boats = world.positions[traffic.boats]
        assert (np.abs(boats[:, 0]) < BANK - 5).all()
    assert (np.abs(world.positions[traffic.cars] - before).max(axis=1) > 1).all()


# ---- the light of a day ---------------------------------------------------------------------------------------


def test_the_night_is_dark_and_its_windows_are_lit() -> None:
    noon, night = radiance(NOON), radiance(NIGHT)
    assert np.median(night) < np.median(noon) / 200
    windows = night > 20
    assert 0.02 < windows.mean() < 0.5
    assert night[windows].mean() > 20 * np.median(night)
    assert np.median(noon[windows]) > night[windows].mean(), "by day the same places are brighter still"


def test_pictures_are_well_exposed_at_every_hour() -> None:
    for hour, low, high in ((NOON, 90, 170), (GOLDEN, 90, 170), (19.2, 60, 150), (NIGHT, 25, 90)):
        image = dw.render(scene(hour), SIZE)
        assert low < image.mean() < high, hour
        assert (image.min(axis=2) > 250).mean() < 0.06, f"burnt out at {hour}"


def test_the_golden_hour_is_golden() -> None:
    golden, noon = light(GOLDEN), light(NOON)
    assert golden.sun.color[2] < 0.5 * golden.sun.color[0]
    assert golden.toward[1] > noon.toward[1], "the sun is lower"
    image = dw.render(scene(GOLDEN), SIZE).astype(np.float64)
    bright = image.sum(axis=2) > 550
    assert (image[..., 0] > image[..., 2])[bright].mean() > 0.6


def test_light_changes_without_jumps() -> None:
    hours = np.arange(0, 24.001, 0.02)
    lights = [light(float(h) % 24) for h in hours]
    ev100 = np.array([now.ev100 for now in lights])
    assert np.abs(np.diff(ev100)).max() < 0.2
    lamps = np.array([now.lamps for now in lights])
    assert lamps[hours < 4].min() == 1
    assert lamps[(hours > 9) & (hours < 17)].max() == 0
    for now in lights:
        assert now.toward[1] < 0, "light comes from above"
        assert np.linalg.norm(now.toward) == pytest.approx(1, abs=0.02)
    assert min(now.sun.lux for now in lights) < 1 < 90_000 < max(now.sun.lux for now in lights)


def test_surfaces_that_change_with_the_hour_can_be_told_apart() -> None:
    for hour in (NOON, GOLDEN, NIGHT):
        made = surfaces(light(hour))
        assert len(set(made.values())) == len(made), "the running world knows them by their value"


def test_a_world_that_has_come_to_night_looks_like_one_woven_at_night() -> None:
    pictures: list[NDArray[np.uint8]] = []
    for start in (GOLDEN, NIGHT):
        city = City(start)
        city.clock.running = False
        city.app.world.configure({"aa.mode": "none"})
        stage = Stage(shared_gpu(), SIZE)
        stage.draw(city.app.step(1 / 60), 0)
        city.clock.hour = NIGHT
        stage.draw(city.app.step(1 / 60), 0)
        pictures.append(stage.fabric.read_image())
        assert city.app.title == "City, 22:00"
    assert np.abs(pictures[0].astype(int) - pictures[1]).max() <= 2


def test_the_arrow_keys_turn_the_clock_and_space_stops_it() -> None:
    city = City(GOLDEN)
    key = {"event_type": "key_down", "key": "ArrowRight"}
    city.app.step(1.0)
    drifted = city.clock.hour
    assert drifted > GOLDEN
    city.app.input.feed(key)
    city.app.step(1.0)
    assert city.clock.hour > drifted + 1
    city.app.input.feed({**key, "event_type": "key_up"})
    city.app.input.feed({"event_type": "key_down", "key": " "})
    city.app.step(1.0)
    stopped = city.clock.hour
    city.app.step(1.0)
    assert city.clock.hour == stopped


def test_the_hour_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert hour_of("21.5") == 21.5
    for wrong in ("noon", "25", "nan"):
        with pytest.raises(SystemExit, match="must be a number from 0 to 24"):
            hour_of(wrong)


# ---- a camera that moves --------------------------------------------------------------------------------------


@pytest.mark.parametrize("speed", [2.0, 15.0], ids=["normal", "fast"])
def test_taa_is_nearer_to_the_truth_than_fxaa_and_than_nothing(speed: float) -> None:
    """As people see it (Andersson et al. 2020, FLIP), while the camera glides past thousands of windows."""
    size, frames, looked_at, samples = (192, 108), 12, (7, 11), 36

    def pose(city: City, frame: int) -> dw.World:
        world = city.app.world
        city.traffic.move(frame / 60, WATER)
        glide(world, speed * frame / 60)
        return world

    def drawn(mode: str) -> list[NDArray[np.uint8]]:
        city = City(GOLDEN)
        city.app.world.configure({"aa.mode": mode})
        stage, out = Stage(shared_gpu(), size), list[NDArray[np.uint8]]()
        for frame in range(frames):
            stage.draw(pose(city, frame), frame / 60)
            if frame in looked_at:
                out.append(stage.fabric.read_image())
        return out

    city, truth = City(GOLDEN), list[NDArray[np.uint8]]()
    stage = Stage(shared_gpu(), size)
    for frame in looked_at:
        world = pose(city, frame)
        for i in range(samples):
            stage.draw(world, frame / 60, (i, samples))
        truth.append(stage.fabric.read_image())

    def flip(images: list[NDArray[np.uint8]]) -> float:
        pairs = [[(image / 255).astype(np.float32) for image in pair] for pair in zip(truth, images, strict=True)]
        return float(np.mean([flip_evaluator.evaluate(a, b, "LDR", applyMagma=False)[1] for a, b in pairs]))

    found = {mode: flip(drawn(mode)) for mode in ("none", "fxaa", "taa")}
    print(found)
    assert found["taa"] < 0.85 * found["none"]
    assert found["taa"] < 0.75 * found["fxaa"]
