"""Motion vectors: where everything that a picture shows was in the picture before, as projecting it says."""

from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.engine import math as dmath
from dreamwell.engine.scene import Material, Mesh, Scene
from dreamwell.fabric import Fabric, Observer
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F64, looking, pixel_rays, stage

SIZE = (96, 64)
VIEW = looking((0, 0, 4), (0, 0, 0), fov_y=50)
ASIDE = looking((0.07, -0.05, 3.9), (0.05, 0.02, 0), fov_y=50)
FLAT = looking((0, 0, 4), (0, 0, 0), height=4.0)
FLAT_ASIDE = looking((0.1, -0.05, 4), (0.12, -0.04, 0), height=4.0)
TURN = dmath.quaternion_from_axis_angle((1, 2, 5), 4)
SMALLEST = 0.02
"""Pixels: what the half floats of the picture can't tell apart."""


def wall(surface: Material, scale: float = 3.0) -> Scene:
    """A square at the origin that covers the middle of the picture; a negative scale mirrors it."""
    scene = stage(debug__view="motion")
    scene.add("wall", Mesh.quad(), surface, scale=(scale, abs(scale), 1))
    return scene


def frame(fabric: Fabric, observer: Observer) -> None:
    fabric.begin_frame(observer)
    fabric.end_frame()


def motion(fabric: Fabric) -> F64:
    """(h, w, 2) pixels a frame, y down: the debug view of the last one, read backwards."""
    shown = fabric.read_linear()[..., :2].astype(np.float64) * 4 - 1
    return shown * 3 / (1 - np.linalg.norm(shown, axis=-1, keepdims=True))


def seen_at(observer: Observer, points: F64) -> F64:
    """(..., 4) world → (..., 2) pixels, y down."""
    clip = points @ (observer.projection(SIZE, 100.0) @ observer.view()).T
    return (clip[..., :2] / clip[..., 3:] * (0.5, -0.5) + 0.5) * SIZE


def wanted(now: Observer, before: Observer, world: F64, world_before: F64) -> tuple[F64, NDArray[np.bool_]]:
    """What motion (h, w, 2) of the wall and of the background is to be seen; and the pixels (h, w) well inside."""
    origins, directions = pixel_rays(now, SIZE)
    local = np.linalg.inv(np.vstack([world, (0, 0, 0, 1)]))
    o = origins @ local[:3, :3].T + local[:3, 3]
    d = directions @ local[:3, :3].T
    at = o - d * (o[..., 2:] / d[..., 2:])
    edge = np.abs(at[..., :2]).max(axis=-1)
    held = np.concatenate([at, np.ones_like(at[..., :1])], axis=-1)
    then = np.concatenate([held @ world_before.T, held[..., 3:]], axis=-1)
    endless = np.concatenate([directions, np.zeros_like(at[..., :1])], axis=-1)
    pixels = np.stack(np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5), axis=-1)
    inside = (edge < 0.5)[..., None]
    if now.orthographic:  # its background has no direction of its own: it is not looked at
        endless, sure = then, edge < 0.47
    else:
        sure = np.abs(edge - 0.5) > 0.03
    was: F64 = np.where(inside, seen_at(before, then), seen_at(before, endless)).astype(np.float64)
    return pixels - was, np.asarray(sure, np.bool_)


def compare(fabric: Fabric, now: Observer, before: Observer, world: F64, world_before: F64) -> None:
    expected, sure = wanted(now, before, world, world_before)
    assert sure.mean() > 0.3
    np.testing.assert_allclose(motion(fabric)[sure], expected[sure], atol=SMALLEST, rtol=0.01)


def resized(fabric: Fabric, scene: Scene) -> F64:
    """Show a scene, and where its wall stands: (3, 4)."""
    fabric.resize(SIZE)
    fabric.upload_scene(weave(scene))
    assert fabric.scene is not None
    return fabric.scene.woven.objects.world[-1].astype(np.float64)


def put(fabric: Fabric, at: Any, scale: Any, how: Literal["move", "place"]) -> F64:
    """Move the wall, the last object. Returns where it then is: (3, 4)."""
    assert fabric.scene is not None
    row = np.array([len(fabric.scene.woven.objects.ids) - 1], np.int32)
    parts = [np.array([part], np.float32) for part in (at, TURN, scale)]
    world = dmath.affine_from_trs(*parts)
    if how == "move":
        fabric.move(row, world.astype(np.float32))
    else:
        fabric.place(row, *parts)
    return np.asarray(world[0], np.float64)


@pytest.mark.parametrize(("before", "now"), [(VIEW, ASIDE), (ASIDE, VIEW), (FLAT, FLAT_ASIDE)])
def test_a_moving_camera(fabric: Fabric, before: Observer, now: Observer) -> None:
    """The background too: it turns with the camera, and does not shift."""
    world = resized(fabric, wall(Material()))
    frame(fabric, before)
    assert np.abs(motion(fabric)).max() < SMALLEST, "the first picture has no past"
    frame(fabric, now)
    compare(fabric, now, before, world, world)
    assert np.abs(motion(fabric)).max() > 1
    frame(fabric, now)
    assert np.abs(motion(fabric)).max() < SMALLEST


@pytest.mark.parametrize("how", ["move", "place"])
@pytest.mark.parametrize("surface", ["opaque", "mask", "both sides", "mirrored"])
@pytest.mark.parametrize("now", [VIEW, ASIDE], ids=["still camera", "moving camera"])
def test_a_moving_object(fabric: Fabric, surface: str, how: Literal["move", "place"], now: Observer) -> None:
    look = Material(alpha_mode="mask" if surface == "mask" else "opaque", double_sided=surface == "both sides")
    sign = -1 if surface == "mirrored" else 1
    before = resized(fabric, wall(look, 3.0 * sign))
    frame(fabric, VIEW)
    world = put(fabric, (0.1, -0.15, -0.2), (3.2 * sign, 2.8, 1), how)
    frame(fabric, now)
    compare(fabric, now, VIEW, world, before)
    frame(fabric, now)
    compare(fabric, now, now, world, world)
    again = put(fabric, (0.0, -0.1, 0), (3.2 * sign, 2.8, 1), how)
    frame(fabric, VIEW)
    compare(fabric, VIEW, now, again, world)


def test_what_comes_into_sight_is_drawn_late_and_has_a_past_all_the_same(fabric: Fabric) -> None:
    resized(fabric, wall(Material()))
    before = put(fabric, (7, 0, 0), (3, 3, 1), "move")
    frame(fabric, VIEW)
    world = put(fabric, (0, 0, 0), (3, 3, 1), "move")
    frame(fabric, VIEW)
    compare(fabric, VIEW, VIEW, world, before)


def test_placed_and_moved_in_one_frame_counts_once(fabric: Fabric) -> None:
    before = resized(fabric, wall(Material()))
    frame(fabric, VIEW)
    put(fabric, (5, 5, 5), (1, 1, 1), "place")
    world = put(fabric, (0.1, 0.1, 0), (3, 3, 1), "move")
    frame(fabric, VIEW)
    compare(fabric, VIEW, VIEW, world, before)


def test_what_is_new_was_nowhere_before(fabric: Fabric) -> None:
    """Its row held another object, whose place is not its past."""
    resized(fabric, wall(Material()))
    assert fabric.scene is not None
    other = np.array([len(fabric.scene.woven.objects.ids)], np.int32)
    nothing = np.zeros(1, np.int32)
    frame(fabric, VIEW)
    fabric.despawn(other - 1)
    fabric.spawn(other, nothing, nothing)
    turned = [np.array([part], np.float32) for part in ((0.5, 0.3, 0), TURN, (3, 3, 1))]
    fabric.place(other, *turned)
    frame(fabric, ASIDE)
    world = np.asarray(dmath.affine_from_trs(*turned)[0], np.float64)
    compare(fabric, ASIDE, VIEW, world, world)
    fabric.change(other, nothing, nothing)
    fabric.place(other, turned[0] + 0.1, *turned[1:])
    frame(fabric, ASIDE)
    later = np.asarray(dmath.affine_from_trs(turned[0] + np.float32(0.1), *turned[1:])[0], np.float64)
    compare(fabric, ASIDE, ASIDE, later, world)


def test_many_that_move_and_a_table_that_grows(fabric: Fabric) -> None:
    before = resized(fabric, wall(Material()))
    assert fabric.scene is not None
    frame(fabric, VIEW)
    last = len(fabric.scene.woven.objects.ids)
    crowd = np.arange(last, last + 300, dtype=np.int32)
    fabric.spawn(crowd, np.zeros(300, np.int32), np.zeros(300, np.int32))
    rotation = np.tile(np.array([0, 0, 0, 1], np.float32), (300, 1))
    fabric.place(crowd, np.full((300, 3), 50, np.float32), rotation, np.ones((300, 3), np.float32))
    world = put(fabric, (0.1, 0.1, 0), (3, 3, 1), "move")
    frame(fabric, VIEW)
    compare(fabric, VIEW, VIEW, world, before)
    fabric.place(crowd, np.full((300, 3), 60, np.float32), rotation, np.ones((300, 3), np.float32))
    frame(fabric, VIEW)
    compare(fabric, VIEW, VIEW, world, world)


def test_nothing_is_kept_where_nothing_asks(fabric: Fabric) -> None:
    """Without TAA no frame has motion vectors, and objects that move cost nothing more."""
    scene = wall(Material())
    scene.settings = stage().settings
    resized(fabric, scene)
    put(fabric, (1, 0, 0), (1, 1, 1), "move")
    frame(fabric, VIEW)
    assert fabric._post.motion is None
