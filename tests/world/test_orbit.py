"""The camera that the mouse moves, driven by the same events that a window sends."""

import math
from typing import Any

import numpy as np
import pytest

from dreamwell.engine.input import LEFT, MIDDLE, Input
from dreamwell.engine.orbit import OrbitCamera
from dreamwell.engine.scene import Camera, Mesh, Scene
from dreamwell.engine.world import World
from dreamwell.loom.weave import weave


def world(**camera: Any) -> World:
    scene = Scene(seed=1)
    scene.add("camera", Camera(**camera), at=(3, 2, 6), toward=(0, 0, 0))
    scene.add("box", Mesh.box(2))
    return World(weave(scene))


def seen(w: World) -> np.ndarray[Any, Any]:
    return w.observer().world_from_camera


def event(mouse: Input, kind: str, **fields: Any) -> None:
    mouse.feed({"event_type": kind, **fields})


@pytest.fixture
def mouse() -> Input:
    made = Input()
    made.size = (800.0, 400.0)
    event(made, "pointer_move", x=100, y=100)
    return made


@pytest.mark.parametrize("camera", [{}, {"projection": "orthographic", "height": 4.0}])
def test_starting_to_orbit_moves_nothing(camera: dict[str, Any], mouse: Input) -> None:
    w = world(**camera)
    before, height = seen(w), w.lens.height
    OrbitCamera.of(w).update(w, mouse)
    np.testing.assert_allclose(seen(w)[:, :3], before[:, :3], atol=1e-6)
    if camera:
        assert w.lens.height == pytest.approx(height)
    else:
        np.testing.assert_allclose(seen(w)[:, 3], before[:, 3], atol=1e-5)


def test_a_left_drag_turns_around_the_target(mouse: Input) -> None:
    w = world()
    orbit = OrbitCamera.of(w)
    distance, yaw, pitch = orbit.distance, orbit.yaw, orbit.pitch
    event(mouse, "pointer_down", x=100, y=100, button=LEFT)
    event(mouse, "pointer_move", x=140, y=120)
    event(mouse, "pointer_move", x=180, y=120)
    orbit.update(w, mouse)
    assert orbit.yaw == pytest.approx(yaw - 36)
    assert orbit.pitch == pytest.approx(pitch + 9)
    eye = seen(w)
    assert math.dist(eye[:, 3], orbit.target) == pytest.approx(distance, rel=1e-5)
    np.testing.assert_allclose(eye[:, 3] - eye[:, 2] * distance, orbit.target, atol=1e-5)
    mouse.next_frame()
    orbit.update(w, mouse)
    np.testing.assert_allclose(seen(w), eye, atol=1e-6)


def test_the_poles_are_not_crossed() -> None:
    w = world()
    orbit = OrbitCamera.of(w)
    orbit.turn(yaw=500, pitch=500)
    orbit.apply(w)
    assert -180 <= orbit.yaw < 180
    assert 89 < orbit.pitch < 90
    assert seen(w)[1, 2] == pytest.approx(1, abs=1e-4)


def test_a_middle_drag_moves_what_is_under_the_pointer_with_it(mouse: Input) -> None:
    w = world()
    orbit = OrbitCamera.of(w)
    before, target = seen(w), np.array(orbit.target)
    event(mouse, "pointer_down", x=100, y=100, button=MIDDLE)
    event(mouse, "pointer_move", x=130, y=60)
    orbit.update(w, mouse)
    pixel = 2 * orbit.distance * math.tan(math.radians(w.lens.fov_y) / 2) / 400
    wanted = before[:, 0] * -30 * pixel + before[:, 1] * -40 * pixel
    np.testing.assert_allclose(np.subtract(orbit.target, target), wanted, atol=1e-6)
    np.testing.assert_allclose(seen(w)[:, 3] - before[:, 3], wanted, atol=1e-5)


def test_the_wheel_comes_closer_and_never_cuts_the_scene_away(mouse: Input) -> None:
    w = world(near=0.5)
    orbit = OrbitCamera.of(w)
    distance = orbit.distance
    event(mouse, "wheel", dy=-300)
    orbit.update(w, mouse)
    assert orbit.distance == pytest.approx(distance * 0.88**3)
    orbit.zoom(1e-4)
    orbit.apply(w)
    assert w.lens.near <= orbit.distance / 50


def test_f_shows_everything_again(mouse: Input) -> None:
    w = world()
    orbit = OrbitCamera.of(w)
    orbit.pan(right=100)
    event(mouse, "key_down", key="F")
    orbit.update(w, mouse)
    assert orbit.target == pytest.approx((0, 0, 0), abs=1e-6)
    assert orbit.distance == pytest.approx(math.sqrt(3) / math.sin(math.radians(30)), rel=1e-3)


def test_input_forgets_what_belongs_to_one_frame(mouse: Input) -> None:
    event(mouse, "key_down", key="W")
    event(mouse, "pointer_down", x=100, y=100, button=LEFT)
    event(mouse, "wheel", dy=100)
    assert (mouse.held("w"), mouse.axis("s", "w"), mouse.axis("w", "s")) == (True, 1, -1)
    assert (mouse.pressed, mouse.clicked, mouse.wheel) == ({"w"}, {LEFT}, -1)
    mouse.next_frame()
    assert (mouse.pressed, mouse.clicked, mouse.wheel, mouse.moved) == (set(), set(), 0, (0, 0))
    assert (mouse.keys, mouse.buttons) == ({"w"}, {LEFT})
    event(mouse, "key_up", key="w")
    event(mouse, "pointer_up", x=90, y=100, button=LEFT)
    assert (mouse.keys, mouse.released, mouse.buttons, mouse.moved) == (set(), {"w"}, set(), (-10, 0))
