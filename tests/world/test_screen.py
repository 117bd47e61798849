"""From the picture into the world and back: what a place in it shows, and where a point is."""

import math
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.world import World
from dreamwell.fabric import Observer

SIZE = (320.0, 180.0)


def looking(**lens: Any) -> World:
    """A camera that hangs on a turned, moved and scaled object, over a ground with a mark."""
    scene = dw.Scene("view", seed=1)
    crane = scene.add("crane", at=(3, 1, -2), rotation=(0, 0.6, 0, 0.8), scale=2.0)
    scene.add("camera", dw.Camera(**lens), at=(1, 4, 6), toward=(0.2, 0.1, 0), parent=crane)
    return World(dw.weave(scene), seed=1)


LENSES = ({"fov_y": 50.0}, {"projection": "orthographic", "height": 7.0})


@pytest.mark.parametrize("lens", LENSES, ids=["perspective", "orthographic"])
def test_points_are_where_the_renderer_draws_them(lens: dict[str, Any]) -> None:
    world = looking(**lens)
    eye = world.observer()
    pose = Observer(eye.world_from_camera, eye.lens.fov_y, eye.lens.near, eye.lens.height, eye.lens.orthographic)
    points = eye.world_from_camera @ [[1, -2, 0.5], [0.3, 1, -2], [-4, -7, -20], [1, 1, 1]]
    points = points.T
    clip = np.c_[points, np.ones(len(points))] @ (pose.projection((320, 180), 100.0) @ pose.view()).T
    wanted = (clip[:, :2] / clip[:, 3:] * (1, -1) + 1) / 2 * SIZE
    assert world.to_screen(points, SIZE) == pytest.approx(wanted, abs=1e-9)
    assert world.to_screen(points[0], SIZE) == pytest.approx(tuple(wanted[0]), abs=1e-9)
    behind = eye.world_from_camera @ (0, 0, 1, 1)
    assert world.to_screen(behind, SIZE) is None
    assert np.isnan(world.to_screen([behind, points[0]], SIZE)[:, 0]).tolist() == [True, False]


@pytest.mark.parametrize("lens", LENSES, ids=["perspective", "orthographic"])
@pytest.mark.parametrize("place", [(160, 90), (0, 0), (40.5, 170), (500, -30)])
def test_a_ray_goes_through_its_place(lens: dict[str, Any], place: tuple[float, float]) -> None:
    world = looking(**lens)
    ray = world.camera_ray(*place, SIZE)
    assert math.hypot(*ray.direction) == pytest.approx(1)
    assert world.to_screen([ray.at(1), ray.at(30)], SIZE) == pytest.approx(np.array([place, place]), abs=1e-6)


def test_a_ray_meets_the_ground_or_never() -> None:
    down = dw.Ray((1, 4, 2), (0.6, -0.8, 0))
    assert down.at_height() == pytest.approx((4, 0, 2))
    assert down.at_height(2) == pytest.approx((2.5, 2, 2))
    assert down.at_height(5) is None, "behind it"
    assert dw.Ray((1, 4, 2), (1, 0, 0)).at_height() is None
    world = looking()
    spot = world.camera_ray(170, 120, SIZE).at_height(0.5)
    assert spot is not None
    assert spot[1] == 0.5
    assert world.to_screen(spot, SIZE) == pytest.approx((170, 120))


def test_an_app_counts_in_logical_pixels() -> None:
    scene = dw.Scene("view", seed=1)
    scene.add("camera", dw.Camera(), at=(0, 3, 6), toward=(0, 0, 0))
    app = dw.App(scene, size=(640, 360))
    assert app.to_screen((0, 0, 0)) == pytest.approx((320, 180))
    assert app.to_screen([(0, 0, 0)]) == pytest.approx(np.array([[320, 180]]))
    assert app.camera_ray(320, 180).at_height() == pytest.approx((0, 0, 0), abs=1e-6)


def test_what_can_not_be_asked() -> None:
    world = looking()
    with pytest.raises(dw.SceneError, match=r"has not been drawn; say size=\(width, height\)"):
        world.to_screen((0, 0, 0))
    with pytest.raises(dw.SceneError, match=r"size is \(320, 0\); both must be above 0"):
        world.camera_ray(0, 0, (320, 0))
    with pytest.raises(dw.SceneError, match=r"the point is \(2,\); it must be \(3,\), or \(k, 3\)"):
        world.to_screen((0, 0), SIZE)
