"""Lights that are added by one call, and lights that come, go, move and change by the hundred while a world runs."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Stage
from dreamwell.engine.scene.lights import LightAdder
from dreamwell.engine.world import World
from dreamwell.fabric import clusters

SIZE = (96, 54)


def room(*, manual: bool = True) -> dw.Scene:
    scene = dw.Scene(seed=1)
    scene.configure({"aa.mode": "none"})  # every frame alone
    scene.add("camera", dw.Camera(), at=(0, 3, 7), toward=(0, 0.5, 0))
    scene.add("floor", dw.Mesh.plane(12), dw.Material())
    scene.add("box", dw.Mesh.box(), dw.Material(base_color=(0.8, 0.2, 0.1)), at=(-1.2, 0.5, 0))
    scene.add("holder", at=(1, 1, 0), scale=2.0)
    if manual:
        scene.configure({"exposure.mode": "manual", "exposure.ev100": 4.0})
        scene.add("sky", dw.Environment(intensity=2.0))
    return scene


def drawn(gpu: Gpu, world: World, stage: Stage | None = None) -> NDArray[np.uint8]:
    stage = stage or Stage(gpu, SIZE)
    stage.draw(world, 0.0)
    return stage.fabric.read_image()


def running(scene: dw.Scene) -> World:
    return World(dw.weave(scene), aspect=16 / 9)


ADD: dict[str, Callable[[LightAdder[Any]], Any]] = {
    "sun": lambda lights: lights.add_sun(lux=60, color=(1, 0.9, 0.7), at=(1, 5, 2), toward=(0, 0, 0)),
    "point": lambda lights: lights.add_point("bulb", lumens=900, range=5, color=(0.5, 0.7, 1), at=(0.5, 1.5, 1)),
    "endless": lambda lights: lights.add_point("bulb", candela=50, at=(0.5, 1.5, 1)),
    "spot": lambda lights: lights.add_spot(
        "torch", candela=300, inner_angle=10, outer_angle=25, range=9, at=(2, 3, 2), toward=(-1, 0, 0)
    ),
    "turned": lambda lights: lights.add_spot("torch", lumens=300, at=(0, 4, 0), rotation=(-0.7071068, 0, 0, 0.7071068)),
}


@pytest.mark.parametrize("manual", [True, False])
@pytest.mark.parametrize("kind", ADD)
def test_what_is_added_at_run_time_looks_as_if_it_had_been_written(gpu: Gpu, kind: str, manual: bool) -> None:
    """And what is taken out again as if it had never been there; exposure and implicit surroundings follow."""
    world, stage = running(room(manual=manual)), Stage(gpu, SIZE)
    dark = drawn(gpu, world, stage)
    made = ADD[kind](world.lights)
    lit = drawn(gpu, world, stage)
    scene = room(manual=manual)
    written = ADD[kind](scene.lights)
    assert [entity.name for entity in world.lights] == [thing.name for thing in scene.lights] == [written.name]
    assert (len(world.lights), len(scene.lights)) == (1, 1)
    np.testing.assert_allclose(made.rotation, written.rotation, atol=1e-6)
    expected = drawn(gpu, running(scene))
    assert np.abs(lit.astype(int) - expected).max() <= 1
    assert np.abs(lit.astype(int) - dark).max() > 20
    np.testing.assert_array_equal(drawn(gpu, world), lit, "another stage shows the same")
    world.despawn(made)
    assert len(world.lights) == 0
    assert np.abs(drawn(gpu, world, stage).astype(int) - dark).max() <= 1


def test_a_sun_that_comes_and_goes_casts_its_shadow(gpu: Gpu) -> None:
    world, stage = running(room()), Stage(gpu, SIZE)
    drawn(gpu, world, stage)
    for _ in range(2):
        sun = world.lights.add_sun("sun", lux=60, toward=(1, -1, -0.3))
        shadowed = drawn(gpu, world, stage)
        sun.set(dw.Sun(lux=60, cast_shadows=False))
        without = drawn(gpu, world, stage)
        assert (without.astype(int) - shadowed).max() > 20
        world.despawn(sun)


def test_an_object_is_given_a_light_and_loses_it(gpu: Gpu) -> None:
    world, stage = running(room()), Stage(gpu, SIZE)
    dark = drawn(gpu, world, stage)
    box = world["box"]
    box.position = (-1.0, 0.5, 1.0)
    box.set(dw.PointLight(candela=80), dw.SpotLight(candela=10))
    assert box[dw.PointLight].candela == 80
    assert box[dw.SpotLight].candela == 10
    lit = drawn(gpu, world, stage)
    box.position = (2.0, 0.5, 1.0)
    moved = drawn(gpu, world, stage)
    scene = room()
    scene["box"].position = (2.0, 0.5, 1.0)
    scene["box"].set(dw.PointLight(candela=80), dw.SpotLight(candela=10))
    assert np.abs(moved.astype(int) - drawn(gpu, running(scene))).max() <= 1
    assert np.abs(moved.astype(int) - lit).max() > 20
    box.position = (-1.2, 0.5, 0.0)
    box.discard(dw.PointLight)
    box.discard(dw.SpotLight)
    box.discard(dw.Sun)
    assert box.get(dw.PointLight) is None
    np.testing.assert_array_equal(drawn(gpu, world, stage), dark)


def test_below_a_parent_lights_follow_it(gpu: Gpu) -> None:
    world, stage = running(room()), Stage(gpu, SIZE)
    drawn(gpu, world, stage)
    lamp = world.lights.add_point("lamp", candela=60, at=(0.2, 0.1, 0.3), parent=world["holder"], tags={"lit"})
    assert world.tagged("lit") == [lamp]
    world["holder"].position = (-0.5, 1.0, 1.0)
    found = drawn(gpu, world, stage)
    scene = room()
    scene["holder"].position = (-0.5, 1.0, 1.0)
    scene.lights.add_point("lamp", candela=60, at=(0.2, 0.1, 0.3), parent=scene["holder"])
    assert np.abs(found.astype(int) - drawn(gpu, running(scene))).max() <= 1


def test_hundreds_come_move_change_and_go(gpu: Gpu) -> None:
    """The table grows, rows are used again, and the clusters follow."""
    random = np.random.default_rng(1)
    world, stage = running(room()), Stage(gpu, SIZE)
    dark = drawn(gpu, world, stage)
    here: list[int] = []
    for step in range(6):
        gone = here[: len(here) // 2]
        world.despawn(np.array(gone, np.int32))
        here = here[len(gone) :]
        places = random.uniform((-5, 0.2, -5), (5, 2, 5), (40 + 60 * step, 3))
        here += world.lights.add_many("fly", dw.PointLight(2, (0.2, 1, 0.1), range=2), places).tolist()
        rows = np.array(here, np.int32)
        assert world.lights.rows.tolist() == sorted(here)
        world.positions[rows] += random.normal(0, 0.2, (len(rows), 3)).astype(np.float32)
        world.touch(rows)
        colors, candela = random.uniform(0, 1, (len(rows), 3)), random.uniform(0, 4, len(rows))
        world.lights.tune(rows, color=colors, strength=candela, range=1.5)
        picture = drawn(gpu, world, stage)
        scene = room()
        for row, color, strength in zip(here, colors.tolist(), candela.tolist(), strict=True):
            r, g, b = color
            value = world.at(row)[dw.PointLight]
            assert value == dw.PointLight(strength, (r, g, b), 1.5)
            scene.add("fly", value, at=world.at(row).position)
        expected = drawn(gpu, running(scene))
        assert np.abs(picture.astype(int) - expected).max() <= 2
        counters = stage.fabric.counters()
        assert counters["lights"] == len(here)
        assert (counters["light_entries"] > 0) == (len(here) >= clusters.WORTHWHILE)
        assert len(world.appearance.lights.rows) < 2 * 600
    world.despawn(world.lights.rows)
    np.testing.assert_array_equal(drawn(gpu, world, stage), dark)
    assert stage.fabric.counters()["lights"] == 0


def test_moved_lights_follow_their_objects_whatever_they_are_turned_by(gpu: Gpu) -> None:
    """All at once, as the Fabric gets them: places and directions against those of a weave."""
    random = np.random.default_rng(2)
    scene = dw.Scene(seed=1)
    scene.add("camera", dw.Camera(), at=(0, 0, 9), toward=(0, 0, 0))
    spots = scene.add_many("spot", dw.SpotLight(), dw.PointLight(), dw.Mesh.box(0.1), at=np.zeros((50, 3)))
    world, stage = running(scene), Stage(gpu, (16, 9))
    stage.draw(world, 0.0)
    rows = np.array([scene.by_id(int(i)).row for i in spots], np.int32)
    turns = random.normal(size=(50, 4))
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    world.positions[rows], world.rotations[rows] = random.normal(size=(50, 3)), turns
    world.scales[rows] = random.uniform(0.2, 2, (50, 3)) * random.choice((-1, 1), (50, 3))
    world.touch(rows)
    stage.draw(world, 0.0)
    for column in ("positions", "rotations", "scales"):
        getattr(scene, column)[rows] = getattr(world, column)[rows]
    wanted, found = dw.weave(scene).lights, stage.fabric.scene
    assert found is not None
    for key in ("position", "direction"):
        np.testing.assert_allclose(found.lights.table[key], wanted[key], atol=2e-6)
    np.testing.assert_array_equal(found.lights.table["object"], wanted["object"])


def test_what_is_wrong_is_refused_and_changes_nothing() -> None:
    world = running(room())
    scene = room()
    for lights in (world.lights, scene.lights):
        before = len(lights)
        with pytest.raises(dw.SceneError, match="give candela or lumens, not both"):
            lights.add_point("a", candela=1, lumens=1)
        with pytest.raises(dw.SceneError, match="range is -1"):
            lights.add_point("a", range=-1)
        with pytest.raises(dw.SceneError, match=r"inner_angle is 40; it must be below outer_angle, 30"):
            lights.add_spot("a", inner_angle=40)
        with pytest.raises(dw.SceneError, match="toward or rotation"):
            lights.add_sun("a", toward=(0, 0, 1), rotation=(0, 0, 0, 1))
        assert len(lights) == before
    with pytest.raises(dw.SceneError, match="add_many"):
        world.lights.add_point("a", at=[(0, 0, 0), (1, 0, 0)])
    with pytest.raises(dw.SceneError, match="is no light"):
        world.lights.add_many("a", dw.Material(), [(0, 0, 0)])  # type: ignore[arg-type]
    box = world["box"]
    with pytest.raises(dw.SceneError, match="has 0 lights; it must have 1"):
        world.lights.tune([box.row], strength=1)
    box.set(dw.PointLight(), dw.SpotLight())
    with pytest.raises(dw.SceneError, match="has 2 lights"):
        world.lights.tune([box.row], strength=1)
    lamp = world.lights.add_point("lamp")
    for wrong in ({"strength": -1.0}, {"color": (1, np.nan, 1)}, {"range": np.inf}, {"color": (1, 1)}):
        with pytest.raises(dw.SceneError, match=f"{next(iter(wrong))} of 1 lights"):
            world.lights.tune([lamp.row], **wrong)
    assert lamp[dw.PointLight] == dw.PointLight()


def test_lumens_are_what_all_directions_together_give() -> None:
    """A bulb's exactly; a cone's as if it were even, which the soft edge makes a little less."""
    assert dw.PointLight.lumens(800).candela * 4 * math.pi == pytest.approx(800)
    for inner, outer in ((0, 30), (20, 30), (29.9, 30), (80, 90)):
        lamp = dw.SpotLight.lumens(800, range=7, inner_angle=inner, outer_angle=outer)
        assert (lamp.range, lamp.inner_angle, lamp.outer_angle) == (7, inner, outer)
        cosine = np.linspace(math.cos(math.radians(outer)), 1, 20_001)
        low, high = cosine[0], math.cos(math.radians(inner))
        falloff = np.clip((cosine - low) / max(high - low, 1e-3), 0, 1) ** 2
        total = lamp.candela * 2 * math.pi * np.trapezoid(falloff, cosine)
        assert 0.3 * 800 < total <= 800 * (1 + 1e-6)
        if outer - inner < 1:
            assert total == pytest.approx(800, rel=0.02)
