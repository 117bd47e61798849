"""What a script sees of a running scene: entities, columns, tags and the camera."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyrr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamwell.engine import math as dmath
from dreamwell.engine.camera import Sphere, fitting_distance
from dreamwell.engine.errors import SceneError, SettingsError
from dreamwell.engine.scene import Camera, Mesh, Scene, Sun
from dreamwell.engine.world import World
from dreamwell.fabric import Observer
from dreamwell.fabric.observer import planes_of
from dreamwell.loom.weave import weave


def solar_system() -> Scene:
    """Two cameras, a tree of three levels, tags."""
    scene = Scene("solar", seed=1)
    scene.add("eye", Camera(fov_y=50, near=0.25), at=(0, 2, 6), toward=(0, 0, 0))
    sun = scene.add("sun", Mesh.sphere(1), tags={"body", "hot"}, at=(1, 0, 0))
    earth = scene.add("earth", Mesh.sphere(0.3), tags={"body"}, parent=sun, at=(4, 0, 0), scale=0.5)
    scene.add("moon", Mesh.sphere(0.1), tags={"body", "cold"}, parent=earth, at=(1, 0, 0))
    scene.add("probe", Camera(fov_y=90, projection="orthographic", height=3), parent=earth, at=(0, 0, 2))
    scene.add("light", Sun(), toward=(-1, -2, -1))
    return scene


@pytest.fixture
def world() -> World:
    return World(weave(solar_system()))


# ---- objects --------------------------------------------------------------------------------------------------


def test_objects_are_found_by_name_tag_and_place(world: World) -> None:
    assert len(world) == 6
    assert [e.name for e in world] == ["eye", "sun", "earth", "moon", "probe", "light"]
    assert "moon" in world
    assert "mars" not in world
    assert world.find("mars") is None
    assert world["earth"] == world.find("earth") == world.at(2)
    assert len({world["earth"], world.at(2)}) == 1
    assert world["moon"].parent == world["earth"]
    assert world["sun"].parent is None
    assert [e.name for e in world["earth"].children] == ["moon", "probe"]
    assert world["sun"].tags == {"body", "hot"}
    assert [e.name for e in world.tagged("body")] == ["sun", "earth", "moon"]
    assert [e.name for e in world.tagged("body", "cold")] == ["moon"]
    assert world.tagged("nowhere") == []
    assert world.rows_tagged("hot").tolist() == [1]
    assert world["moon"].id == solar_system()["moon"].id


def test_a_name_that_was_despawned_is_not_offered(world: World) -> None:
    world.despawn(world["earth"])
    with pytest.raises(SceneError, match=r'no object "earth" any more: it was despawned$'):
        world["earth"]


def test_a_wrong_name_is_answered_with_the_nearest(world: World) -> None:
    with pytest.raises(SceneError, match=r'no object "eart"; there is "earth"'):
        world["eart"]
    with pytest.raises(SceneError, match="row 6"):
        world.at(6)


def test_the_first_of_equal_names_is_meant() -> None:
    scene = Scene(seed=1)
    scene.add("camera", Camera())
    for x in range(3):
        scene.add("crate", Mesh.box(), at=(x, 0, 0))
    assert World(weave(scene))["crate"].position == (0, 0, 0)


def test_more_tags_than_one_word_of_bits() -> None:
    scene = Scene(seed=1)
    for i in range(70):
        scene.add(f"object {i}", tags={f"tag-{i}", "all"})
    world = World(weave(scene))
    for i in (0, 31, 32, 63, 64, 69):
        assert [e.name for e in world.tagged(f"tag-{i}", "all")] == [f"object {i}"]
        assert world[f"object {i}"].tags == {f"tag-{i}", "all"}


# ---- transforms -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [(1, 2, 3), [1.0, 2.0, 3.0], np.array([1, 2, 3]), np.array([1, 2, 3], np.float32), pyrr.Vector3([1.0, 2.0, 3.0])],
    ids=["tuple", "list", "ints", "float32", "pyrr"],
)
def test_vectors_of_any_library_are_taken_and_plain_floats_come_back(world: World, value: Any) -> None:
    moon = world["moon"]
    moon.position = value
    assert moon.position == (1.0, 2.0, 3.0)
    assert type(moon.position) is tuple
    assert {type(v) for v in (*moon.position, *moon.rotation, *moon.scale, *moon.world_position)} == {float}
    moon.scale = value
    assert moon.scale == (1.0, 2.0, 3.0)
    moon.scale = 2
    assert moon.scale == (2.0, 2.0, 2.0)


def test_a_quaternion_of_any_length_becomes_a_unit_one(world: World) -> None:
    sun = world["sun"]
    sun.rotation = pyrr.Quaternion([0.0, 3.0, 0.0, 4.0])
    assert sun.rotation == pytest.approx((0, 0.6, 0, 0.8))


@pytest.mark.parametrize("value", [(1, 2), (1, 2, 3, 4), (1, 2, math.nan), (math.inf, 0, 0), 5, None, ("a", "b", "c")])
def test_what_is_no_place_is_refused_and_changes_nothing(world: World, value: Any) -> None:
    moon = world["moon"]
    with pytest.raises(SceneError, match=r'position of "moon".*must be 3 finite numbers'):
        moon.position = value
    assert moon.position == (1.0, 0.0, 0.0)
    assert len(world.update_transforms()[0]) == 0


@pytest.mark.parametrize("value", [(0, 0, 0, 0), (1, 0, 0), (math.nan, 0, 0, 1)])
def test_what_is_no_rotation_is_refused(world: World, value: Any) -> None:
    with pytest.raises(SceneError, match=r'rotation of "moon".*quaternion'):
        world["moon"].rotation = value


degrees = st.floats(-720, 720)


@given(degrees, degrees, degrees, degrees)
def test_turns_are_about_its_own_axes_one_after_the_other(first: float, x: float, y: float, z: float) -> None:
    scene = Scene(seed=1)
    scene.add("thing", Mesh.box(), rotation=dmath.quaternion_from_axis_angle((1, 2, 3), first))
    thing = World(weave(scene))["thing"]
    wanted = np.array(thing.rotation)
    for axis, angle in (((1, 0, 0), x), ((0, 1, 0), y), ((0, 0, 1), z)):
        wanted = dmath.multiply_quaternions(wanted, dmath.quaternion_from_axis_angle(axis, angle))
    thing.rotate(x, y, z)
    found = np.array(thing.rotation)
    assert min(abs(found - wanted).max(), abs(found + wanted).max()) < 1e-5


def test_a_thousand_small_turns_stay_a_rotation(world: World) -> None:
    for _ in range(3600):
        world["sun"].rotate(y=0.1)
    assert np.linalg.norm(world["sun"].rotation) == pytest.approx(1, abs=1e-6)
    assert world["sun"].rotation == pytest.approx((0, 0, 0, -1), abs=1e-3)


coordinate = st.floats(-50, 50)


@given(st.tuples(coordinate, coordinate, coordinate))
def test_looking_at_a_point_works_below_turned_and_scaled_parents(point: tuple[float, float, float]) -> None:
    scene = Scene(seed=1)
    mount = scene.add("mount", at=(3, 1, 2), rotation=dmath.quaternion_from_euler(30, 70, -20), scale=(1, 2, 3))
    scene.add("turret", Mesh.box(), parent=mount, at=(1, 1, 0))
    world = World(weave(scene))
    turret = world["turret"]
    if math.dist(turret.world_position, point) < 0.1:
        return
    turret.look_at(point)
    world.update_transforms()
    m = world.world_from_local[turret.row].astype(np.float64)
    ahead = -m[:, 2] / np.linalg.norm(m[:, 2])
    wanted = np.subtract(point, m[:, 3])
    assert ahead @ wanted / np.linalg.norm(wanted) > 1 - 1e-5


def test_looking_at_another_object_and_at_nothing(world: World) -> None:
    eye = world["eye"]
    eye.look_at(world["moon"])
    ahead = -world.observer().world_from_camera[:, 2]
    wanted = np.subtract(world["moon"].world_position, eye.world_position)
    assert ahead @ wanted / np.linalg.norm(wanted) == pytest.approx(1, abs=1e-6)
    with pytest.raises(SceneError, match="it stands there"):
        eye.look_at(eye.position)


def test_places_in_the_world_are_always_up_to_date_and_can_be_set(world: World) -> None:
    moon, sun = world["moon"], world["sun"]
    assert moon.world_position == pytest.approx((5.5, 0, 0))
    sun.rotate(y=90)
    assert moon.world_position == pytest.approx((1, 0, -4.5), abs=1e-6)
    moon.world_position = (7, 8, 9)
    assert moon.world_position == pytest.approx((7, 8, 9), abs=1e-5)
    moon.translate(x=2)
    assert moon.world_position == pytest.approx((7, 8, 8), abs=1e-5)  # the parent's x is the world's -z, half as long


def test_only_what_moved_and_what_hangs_on_it_is_reported(world: World) -> None:
    rows, moved = world.update_transforms()
    assert (rows.shape, moved.shape) == ((0,), (0, 3, 4))
    world["earth"].translate(y=1)
    rows, moved = world.update_transforms()
    assert rows.dtype == np.int32
    assert moved.dtype == np.float32
    assert [world.at(row).name for row in rows.tolist()] == ["earth", "moon", "probe"]
    assert moved[:, :, 3].tolist() == [pytest.approx(world.at(r).world_position) for r in rows.tolist()]
    assert (world.world_from_local[rows] == moved).all()
    assert len(world.update_transforms()[0]) == 0


def test_columns_move_many_at_once(world: World) -> None:
    bodies = world.rows_tagged("body")
    world.positions[bodies] += (0, 5, 0)
    assert len(world.update_transforms()[0]) == 0, "writing alone is not noticed"
    world.touch(bodies)
    assert set(world.update_transforms()[0].tolist()) == {1, 2, 3, 4}
    assert world["sun"].position == (1, 5, 0)
    assert (world.rotations.shape, world.scales.shape) == ((6, 4), (6, 3))


def test_the_woven_scene_is_left_alone() -> None:
    woven = weave(solar_system())
    digest = woven.digest
    world = World(woven)
    world.positions[:] = 7
    world.touch()
    world.update_transforms()
    assert woven.digest == digest


# ---- the camera -----------------------------------------------------------------------------------------------


def test_the_first_camera_is_looked_through_until_another_is_chosen(world: World) -> None:
    assert world.camera == world["eye"]
    assert [c.name for c in world.cameras] == ["eye", "probe"]
    eye = world.observer()
    assert (eye.lens.fov_y, eye.lens.near, eye.lens.orthographic) == (50, 0.25, False)
    np.testing.assert_allclose(eye.world_from_camera[:, 3], (0, 2, 6))
    world.camera = "probe"
    assert world.camera.name == "probe"
    assert (world.lens.orthographic, world.lens.height) == (True, 3)
    world.camera = world["eye"]
    world.lens.fov_y = 20
    assert world.observer().lens.fov_y == 20
    with pytest.raises(SceneError, match='"moon" has no Camera; there is "eye", "probe"'):
        world.camera = "moon"
    assert world.camera.name == "eye"


def test_a_camera_below_scaled_parents_sees_without_distortion(world: World) -> None:
    world.camera = "probe"
    world["sun"].rotate(x=20, y=30)
    world["earth"].scale = (3, 0.5, 2)
    m = world.observer().world_from_camera
    np.testing.assert_allclose(m[:, :3].T @ m[:, :3], np.eye(3), atol=1e-9)
    assert np.linalg.det(m[:, :3]) == pytest.approx(1)
    world["earth"].scale = 0
    with pytest.raises(SceneError, match='the camera "probe" has a scale of 0'):
        world.observer()


@pytest.mark.parametrize("aspect", [16 / 9, 1.0, 0.5])
@pytest.mark.parametrize("size", [0.01, 1.0, 1000.0])
def test_without_a_camera_everything_is_seen(aspect: float, size: float) -> None:
    scene = Scene(seed=1)
    random = np.random.default_rng(5)
    scene.add_many("rock", Mesh.box(0.2 * size), at=random.uniform(-size, 2 * size, (40, 3)))
    world = World(weave(scene), aspect=aspect)
    assert world.camera.name == "camera"
    assert world.camera.id == 0
    assert world.camera.tags == frozenset()
    assert len(world) == 41
    eye = world.observer()
    forward = -eye.world_from_camera[:, 2]
    assert forward[2] < -0.7, "from in front"
    assert forward[0] < -0.2, "from the right"
    assert -0.5 < forward[1] < -0.1, "slightly from above"
    observer = Observer(eye.world_from_camera, eye.lens.fov_y, eye.lens.near)
    planes = planes_of(observer.projection((1000, round(1000 / aspect)), 0) @ observer.view())
    ball = world.bounds()
    inside = planes[:5, :3] @ ball.centre + planes[:5, 3] - ball.radius
    assert (inside > -1e-3 * size).all()
    assert inside[:4].min() < 0.05 * ball.radius, "and it fills the picture"


def test_the_made_camera_moves_like_any_other_but_is_not_sent_to_the_renderer() -> None:
    scene = Scene(seed=1)
    scene.add("box", Mesh.box())
    world = World(weave(scene))
    world.camera.position = (0, 0, 9)
    world["box"].translate(x=1)
    rows, moved = world.update_transforms()
    assert rows.tolist() == [0]
    assert moved.shape == (1, 3, 4)
    assert world.observer().world_from_camera[:, 3].tolist() == [0, 0, 9]
    world.camera.translate(x=1)
    rows, moved = world.update_transforms()
    assert (len(rows), len(moved)) == (0, 0)


def test_an_empty_scene_still_has_a_world() -> None:
    world = World(weave(Scene("empty", seed=1)))
    assert len(world) == 1
    assert world.bounds() == Sphere((0.0, 0.0, 0.0), 1.0)
    assert world.observer().lens.near == pytest.approx(fitting_distance(1, 45) / 1000)


def test_bounds_hold_every_mesh_where_it_is_now(world: World) -> None:
    world["sun"].scale = (1, 3, 1)
    world.update_transforms()
    ball = world.bounds()
    for name, radius in (("sun", 1), ("earth", 0.3), ("moon", 0.1)):
        m = world.world_from_local[world[name].row].astype(np.float64)
        directions = np.random.default_rng(1).normal(size=(200, 3))
        points = m[:, :3] @ (radius * directions / np.linalg.norm(directions, axis=1, keepdims=True)).T + m[:, 3:]
        assert np.linalg.norm(points.T - ball.centre, axis=1).max() <= ball.radius * 1.001
    assert ball.radius < 7


def test_settings_change_together_or_not_at_all(world: World) -> None:
    before = world.settings
    with pytest.raises(SettingsError, match=r"exposure\.compensat.*did you mean"):
        world.configure({"tonemap.operator": "agx", "exposure.compensat": 1})
    assert world.settings is before
    world.configure({"tonemap.operator": "agx", "exposure.compensation": "1.5"})
    assert (world.settings.tonemap.operator, world.settings.exposure.compensation) == ("agx", 1.5)


def test_a_scene_file_and_the_scene_itself_run_alike(tmp_path: Path) -> None:
    scene = solar_system()
    scene.save(tmp_path / "solar.dream")
    a, b = World(weave(scene)), World(weave(tmp_path / "solar.dream"))
    assert (a.world_from_local == b.world_from_local).all()
    assert a.names == b.names
