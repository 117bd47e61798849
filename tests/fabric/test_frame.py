"""The frame as a whole: samples, sizes, cameras, counters, changes while it runs, and what is refused."""

from typing import Any

import numpy as np
import pytest

from dreamwell.engine import math as dmath
from dreamwell.engine.errors import GpuError
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene import Environment, Material, Mesh, PointLight, Scene, Sun, apply_settings
from dreamwell.fabric import Fabric, Observer
from dreamwell.fabric.observer import sample_shift
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import HALF, counted, draw, front, looking, pixel_rays, show, spoil, stage

VIEW = looking((2, 2, 4), (0, 0, 0), fov_y=40)


def still_life(**settings: Any) -> Scene:
    """Edges in all directions, lights, shadows and a transparent pane."""
    scene = stage(Environment(intensity=0.4), **{"shadows__enabled": True, "shadows__size": 256, **settings})
    scene.add("sun", Sun(lux=2.0), toward=(-1, -2, -1))
    scene.add("lamp", PointLight(2.0), at=(1, 1, 1))
    scene.add("box", Mesh.box(), Material((0.9, 0.2, 0.1)), rotation=dmath.quaternion_from_axis_angle((1, 2, 3), 40))
    scene.add("floor", Mesh.plane(4.0), Material((0.5, 0.5, 0.5)), at=(0, -0.8, 0))
    scene.add("pane", Mesh.quad(), Material((0.2, 0.9, 0.3), 0.4, alpha_mode="blend"), at=(0.3, 0.2, 1))
    return scene


# ---- samples --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("samples", [4, 16])
@pytest.mark.parametrize("flat", [False, True], ids=["perspective", "orthographic"])
def test_samples_are_a_larger_picture_boxed(fabric: Fabric, samples: int, flat: bool) -> None:
    side = int(samples**0.5)
    observer = looking((2, 2, 4), (0, 0, 0), height=2.5) if flat else VIEW
    scene = still_life()
    scene.settings = apply_settings(scene.settings, {"shadows.enabled": False})
    large = draw(fabric, scene, observer, (48 * side, 32 * side))
    wanted = large.reshape(32, side, 48, side, 3).mean(axis=(1, 3))
    fabric.resize((48, 32))
    fabric.begin_frame(observer, sample=(0, samples))
    spoil(fabric, fabric._post.accumulate.sums)
    fabric.end_frame()
    for i in range(1, samples):
        fabric.begin_frame(observer, sample=(i, samples))
        fabric.end_frame()
    # An edge that runs through a sample's place may be rounded to its other side.
    different = np.abs(fabric.read_linear() - wanted).max(axis=2) > 2 * HALF
    assert different.mean() < 0.003
    assert np.abs(wanted - show(fabric, observer, (48, 32))).max() > 0.05, "edges are smoother than without"


@pytest.mark.parametrize("flat", [False, True], ids=["perspective", "orthographic"])
def test_each_sample_shifts_the_picture_as_it_says(fabric: Fabric, flat: bool) -> None:
    """Of four: moved left or right, up or down by a quarter of a pixel, so that each shows one of four fine pixels."""
    observer = looking((2, 2, 4), (0, 0, 0), height=2.5) if flat else VIEW
    scene = still_life(shadows__enabled=False)
    large = draw(fabric, scene, observer, (96, 64))
    fabric.resize((48, 32))
    sums = np.zeros((32, 48, 3))
    for i in range(4):
        fabric.begin_frame(observer, sample=(i, 4))
        fabric.end_frame()
        so_far = fabric.read_linear().astype(np.float64) * 4
        x, y = sample_shift(i, 4)
        fine = large[int(y < 0) :: 2, int(x < 0) :: 2]  # the picture goes left: the pixel sees what lay to its right
        assert (np.abs(so_far - sums - fine).max(axis=2) > 3e-3).mean() < 0.003
        sums = so_far


def test_samples_are_the_mean_of_single_frames(fabric: Fabric) -> None:
    """An orthographic camera that steps aside by parts of a pixel sees what the samples see."""
    scene = still_life()
    eye, toward = np.array([0.5, 2, 4]), np.array([0, 0, 0])
    observer = looking(eye, toward, height=2.4)
    right, up = observer.world_from_camera[:, 0], observer.world_from_camera[:, 1]
    averaged = draw(fabric, scene, observer, (36, 24), samples=16)
    image = fabric.read_image()
    singles = []
    for i in range(16):
        x, y = (i % 4 - 1.5) / 4, (i // 4 - 1.5) / 4  # pixels right and down
        moved = eye + (right * x - up * y) * 2.4 / 24
        pose = np.column_stack([observer.world_from_camera[:, :3], moved])
        singles.append(show(fabric, Observer(pose, height=2.4, orthographic=True), (36, 24)))
    # The noise of soft shadows is fixed to the map, which may move along: a few pixels differ.
    different = np.abs(averaged - np.mean(singles, axis=0)).max(axis=2) > 4e-3
    assert different.mean() < 0.05
    assert image.std() > 20


@pytest.mark.parametrize("n", [2, 3, 5, 7, 8, 12, 40])
def test_any_number_of_samples_covers_the_pixel(n: int) -> None:
    shifts = np.array([sample_shift(i, n) for i in range(n)])
    assert (np.abs(shifts) <= 0.5).all()
    assert len(np.unique(shifts.round(6), axis=0)) == n
    assert (np.abs(shifts.mean(axis=0)) < 0.15).all() or n < 4


def test_one_sample_looks_through_the_middle_of_the_pixel() -> None:
    assert sample_shift(0, 1) == (0, 0)


def test_fewer_and_more_samples_follow_each_other(fabric: Fabric) -> None:
    scene = still_life()
    one = draw(fabric, scene, VIEW, (40, 30))
    four = show(fabric, VIEW, (40, 30), samples=4)
    np.testing.assert_array_equal(show(fabric, VIEW, (40, 30)), one)
    np.testing.assert_array_equal(show(fabric, VIEW, (40, 30), samples=4), four)
    np.testing.assert_array_equal(show(fabric, VIEW, (40, 30), samples=9), show(fabric, VIEW, (40, 30), samples=9))
    np.testing.assert_array_equal(show(fabric, VIEW, (40, 30), samples=4), four)


# ---- sizes ----------------------------------------------------------------------------------------------------


def test_every_size_draws_the_same_as_a_new_fabric(gpu: Gpu, fabric: Fabric) -> None:
    woven = weave(still_life())
    fabric.upload_scene(woven)
    for size in ((64, 64), (37, 23), (1, 1), (3, 111), (255, 2), (64, 64)):
        found = show(fabric, VIEW, size)
        image = fabric.read_image()
        assert found.shape == image.shape == (size[1], size[0], 3)
        other = Fabric(gpu, size)
        np.testing.assert_array_equal(found, draw(other, woven, VIEW, size))
        np.testing.assert_array_equal(image, other.read_image())
    assert found.std() > 0.05


def test_a_very_wide_picture(fabric: Fabric) -> None:
    scene = stage()
    for x in (-255, 0, 255):
        scene.add("square", Mesh.quad(1.0), Material((1.0, 1.0, 1.0), unlit=True), at=(x, 0, 0))
    picture = draw(fabric, scene, front(height=1.0), (4096, 8))[4, :, 0]
    lit = np.flatnonzero(picture > 0.5)
    assert len(lit) == 24
    np.testing.assert_allclose(lit.reshape(3, 8).mean(axis=1), 2047.5 + 8 * np.array([-255, 0, 255]))


def test_many_resizes(fabric: Fabric) -> None:
    fabric.upload_scene(weave(still_life()))
    wanted = show(fabric, VIEW, (30, 20))
    for i in range(60):
        show(fabric, VIEW, (1 + 7 * i % 40, 1 + 5 * i % 31), samples=1 + i % 3)
    np.testing.assert_array_equal(show(fabric, VIEW, (30, 20)), wanted)


def test_too_large_is_refused_and_the_old_size_stays(fabric: Fabric) -> None:
    wanted = draw(fabric, still_life(), VIEW, (30, 20))
    limit = fabric.gpu.device.limits["max-texture-dimension-2d"]
    with pytest.raises(GpuError, match=rf"{limit + 1}x5 pixels are too many.*{limit}x{limit}"):
        fabric.resize((limit + 1, 5))
    assert fabric.size == (30, 20)
    np.testing.assert_array_equal(show(fabric, VIEW, (30, 20)), wanted)


def test_no_pixels_are_one_pixel(fabric: Fabric) -> None:
    fabric.resize((0, -3))
    assert fabric.size == (1, 1)


# ---- order ----------------------------------------------------------------------------------------------------


def test_what_comes_too_early_is_refused(gpu: Gpu) -> None:
    fresh = Fabric(gpu, (8, 8))
    for attempt in (
        lambda: fresh.begin_frame(VIEW),
        fresh.counters,
        lambda: fresh.move(np.zeros(1, np.int32), np.zeros((1, 3, 4), np.float32)),
    ):
        with pytest.raises(GpuError, match="call upload_scene first"):
            attempt()
    fresh.upload_scene(weave(still_life()))
    with pytest.raises(GpuError, match="end_frame without begin_frame"):
        fresh.end_frame()
    fresh.begin_frame(VIEW)
    fresh.end_frame()
    with pytest.raises(GpuError, match="end_frame without begin_frame"):
        fresh.end_frame()


def test_settings_before_a_scene_are_allowed(gpu: Gpu) -> None:
    fresh = Fabric(gpu, (8, 8))
    fresh.set_post_process_config(still_life().settings)
    draw(fresh, still_life(), VIEW, (8, 8))


@pytest.mark.parametrize("lights", [False, True])
def test_an_empty_scene_draws_the_background(fabric: Fabric, lights: bool) -> None:
    scene = stage(Environment(source="color", color=(0.2, 0.4, 0.6)), shadows__enabled=True)
    if lights:
        scene.add("sun", Sun())
    picture = draw(fabric, scene, VIEW, (20, 10))
    np.testing.assert_allclose(picture, np.broadcast_to((0.2, 0.4, 0.6), (10, 20, 3)), rtol=HALF)
    assert counted(fabric) == {"draws": 0, "instances": 0, "triangles": 0, "culled": 0}


def test_scenes_follow_each_other(fabric: Fabric) -> None:
    """With and without instances, transparent things, lights and shadows: nothing of the one before is left."""
    wanted = draw(fabric, still_life(), VIEW)
    for other in (stage(), still_life(shadows__size=512), stage(None)):
        draw(fabric, other, VIEW)
        np.testing.assert_array_equal(draw(fabric, still_life(), VIEW), wanted)


def test_a_plain_fabric_draws_the_same(gpu: Gpu, fabric: Fabric) -> None:
    """Encoded anew every frame instead of replayed: the same pictures, whatever changes between frames."""
    plain = Fabric(gpu, (40, 30), plain=True)
    scene = still_life()
    turned = weave(scene).objects.world.copy()
    turned[:, :, 3] += 0.2
    dark = apply_settings(scene.settings, {"shadows.enabled": False, "tonemap.operator": "agx"})
    coarse = apply_settings(scene.settings, {"shadows.size": 300, "cull.frustum": False})
    pictures: list[list[Any]] = []
    for one in (fabric, plain):
        mine: list[Any] = [draw(one, scene, VIEW, (40, 30)), show(one, front(3.0), (40, 30))]
        one.set_post_process_config(dark)
        mine += [show(one, VIEW, (40, 30)), one.read_image()]
        one.move(np.arange(len(turned), dtype=np.int32), turned)
        mine.append(show(one, VIEW, (50, 20), samples=4))
        one.set_post_process_config(coarse)
        mine += [show(one, VIEW, (50, 20)), draw(one, stage(), VIEW, (50, 20)), draw(one, scene, VIEW, (40, 30))]
        pictures.append(mine)
    for a, b in zip(*pictures, strict=True):
        np.testing.assert_array_equal(a, b)
    assert len({picture.tobytes() for picture in pictures[0]}) == len(pictures[0]) - 1  # the first comes again


def test_counters_say_what_was_drawn(fabric: Fabric) -> None:
    scene = stage()
    box, ball = Mesh.box(), Mesh.sphere(0.5, 8)
    glass = Material(alpha_mode="blend", alpha=0.5)
    scene.add_many("box", box, at=[(x, 0, 0) for x in range(-2, 3)])
    scene.add("ball", ball, at=(0, 2, 0))
    scene.add_many("glass", box, glass, at=[(0, -2, 0), (1, -2, 0)])
    scene.add("behind", box, at=(0, 0, 99))
    draw(fabric, scene, looking((0, 0, 12), (0, 0, 0)))
    triangles = len(weave(scene).geometry.indices) // 3 - 12  # of the ball
    wanted = {"draws": 2 + 2, "instances": 8, "triangles": 7 * 12 + triangles, "culled": 1}
    assert counted(fabric) == wanted


def test_times_of_a_frame_are_known(fabric: Fabric) -> None:
    draw(fabric, still_life(), VIEW)
    assert 0 < fabric.encode_us < 1e6
    assert 0 < fabric.submit_us < 1e7


# ---- changes while a scene is shown ---------------------------------------------------------------------------


def test_other_lights_are_as_if_woven(fabric: Fabric) -> None:
    def scene(sun: Sun, lamp: PointLight) -> Scene:
        made = still_life()
        made["sun"].set(sun)
        made["lamp"].set(lamp)
        return made

    before, after = (
        weave(scene(Sun(2.0), PointLight(2.0))),
        weave(scene(Sun(1.0, (1.0, 0.5, 0.2), cast_shadows=False), PointLight(9.0, (0.0, 1.0, 0.0), range=2.5))),
    )
    wanted = draw(fabric, after, VIEW)
    first = draw(fabric, before, VIEW)
    assert np.abs(first - wanted).max() > 0.1
    fabric.set_lights(np.arange(2, dtype=np.int32), after.lights)
    np.testing.assert_array_equal(show(fabric, VIEW), wanted)
    fabric.set_lights(np.arange(2, dtype=np.int32), before.lights)
    np.testing.assert_array_equal(show(fabric, VIEW), first)


def test_other_materials_are_as_if_woven(fabric: Fabric) -> None:
    def scene(color: tuple[float, float, float], roughness: float) -> Scene:
        made = still_life()
        made["box"].set(Material(color, roughness=roughness))
        return made

    before, after = weave(scene((0.9, 0.2, 0.1), 0.5)), weave(scene((0.1, 0.2, 0.9), 0.2))
    wanted, first = draw(fabric, after, VIEW), draw(fabric, before, VIEW)
    changed = np.flatnonzero(before.materials != after.materials).astype(np.int32)
    assert len(changed) == 1
    fabric.set_materials(changed, after.materials[changed])
    np.testing.assert_array_equal(show(fabric, VIEW), wanted)
    assert np.abs(first - wanted).max() > 0.1


# ---- cameras --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(64, 64), (80, 40), (40, 80)], ids=str)
def test_an_orthographic_metre_is_as_large_everywhere(fabric: Fabric, size: tuple[int, int]) -> None:
    scene = stage()
    box = scene.add("box", Mesh.box(), Material((1.0, 1.0, 1.0), unlit=True))
    for z in (0.0, -30.0):
        box.position = (0, 0, z)
        lit = draw(fabric, scene, front(height=2.0), size)[..., 0] > 0.5
        edge = size[1] // 2  # half of the two metres that fit vertically
        rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
        assert lit.sum() == edge * min(edge, size[0])
        assert (rows[0], rows[-1]) == (edge // 2, edge // 2 + edge - 1)
        assert columns[0] == max(0, (size[0] - edge) // 2)


@pytest.mark.parametrize("fov_y", [20.0, 60.0, 110.0])
def test_perspective_is_that_of_rays(fabric: Fabric, fov_y: float) -> None:
    scene = stage()
    ball = np.array([0.4, -0.3, -2.0])
    scene.add("ball", Mesh.sphere(0.7, 128), Material((1.0, 1.0, 1.0), unlit=True), at=ball)
    observer = Observer(np.eye(4)[:3], fov_y=fov_y)
    size = (96, 54)
    lit = draw(fabric, scene, observer, size)[..., 0] > 0.5
    _, directions = pixel_rays(observer, size)
    along = directions @ ball
    apart = np.linalg.norm(ball - directions * along[..., None], axis=-1)
    sure = np.abs(apart - 0.7) > 0.02
    assert (lit == (apart < 0.7))[sure].all()
    assert 20 < lit.sum() < lit.size


def test_nearer_than_near_is_not_drawn(fabric: Fabric) -> None:
    scene = stage()
    scene.add("square", Mesh.quad(9.0), Material((1.0, 1.0, 1.0), unlit=True), at=(0, 0, -2))
    for lens in ({"fov_y": 60.0}, {"height": 2.0}):
        for near, seen in ((1.9, True), (2.1, False)):
            observer = looking((0, 0, 0), (0, 0, -1), near=near, **lens)
            assert (draw(fabric, scene, observer)[32, 32, 0] > 0.5) == seen


def test_the_nearer_of_two_hides_the_other(fabric: Fabric) -> None:
    scene = stage()
    for z, color in ((-1.0, (1.0, 0.0, 0.0)), (-1.001, (0.0, 1.0, 0.0)), (-500.0, (0.0, 0.0, 1.0))):
        scene.add("square", Mesh.quad((4000 if z < -2 else 1, 1)), Material(color, unlit=True), at=(0, 0, z))
    for observer in (Observer(np.eye(4)[:3]), looking((0, 0, 0), (0, 0, -1), height=1.0)):
        np.testing.assert_allclose(draw(fabric, scene, observer)[32, 32], (1, 0, 0), atol=HALF)


def test_a_scaled_or_mirrored_camera_sees_the_same(fabric: Fabric) -> None:
    wanted = draw(fabric, still_life(), VIEW)
    pose = np.asarray(VIEW.world_from_camera)
    for scale in ((3.0, 3.0, 3.0), (0.2, 2.0, 1.0), (-1.0, 1.0, 1.0)):
        scaled = pose @ np.diag([*scale, 1.0])
        np.testing.assert_allclose(show(fabric, Observer(scaled, fov_y=40)), wanted, atol=1e-3)
