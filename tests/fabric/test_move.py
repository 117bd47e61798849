"""Moving things: the picture afterwards is that of a scene that was made so."""

from collections.abc import Callable

import numpy as np
import pytest

from dreamwell.engine.scene import Environment, Material, Mesh, PointLight, Scene, SpotLight, Sun
from dreamwell.fabric import Fabric
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F32, HALF, draw, looking, read, show, spoil, stage

SIZE = (96, 64)
VIEW = looking((3, 4, 7), (0, 0.5, 0), fov_y=50)
TURN = (0.1, 0.7, 0.2, 0.6782329983125268)


def room(shadows: bool = False) -> Scene:
    scene = stage(Environment(intensity=0.3), shadows__enabled=shadows, shadows__size=512, shadows__distance=20)
    scene.add("floor", Mesh.plane(8.0), Material((0.6, 0.6, 0.6)))
    scene.add("box", Mesh.box(), Material((0.9, 0.3, 0.2)), at=(0, 0.5, 0))
    scene.add("ball", Mesh.sphere(0.4, 12), Material((0.2, 0.5, 0.9), metallic=1.0), at=(1.5, 0.4, 0))
    scene.add("pane", Mesh.quad(), Material(alpha=0.5, alpha_mode="blend", double_sided=True), at=(-1, 0.5, 1))
    scene.add("empty", at=(1, 2, 3))
    scene.add("sun", Sun(lux=2.0), toward=(-1, -2, -0.5))
    scene.add("lamp", PointLight(3.0, range=6), at=(-2, 1, 1))
    scene.add("spot", SpotLight(5.0), at=(2, 3, 2), toward=(0, 0, 0))
    return scene


def place(scene: Scene, name: str) -> None:
    """A new transform for one object: turned, stretched and elsewhere."""
    obj = scene[name]
    x, y, z = obj.position
    obj.position = (x - 0.4, y + 0.6, z + 0.3)
    obj.rotation = TURN
    obj.scale = (0.8, 1.3, 0.6)


def same(picture: F32, wanted: F32) -> None:
    """Equal, but for the last bit of the HDR picture's 16-bit floats."""
    np.testing.assert_allclose(picture, wanted, rtol=1.1 * HALF, atol=1e-6)


def fresh(fabric: Fabric, change: Callable[[Scene], None], shadows: bool = False) -> F32:
    scene = room(shadows)
    change(scene)
    return draw(fabric, scene, VIEW, SIZE)


def moved(fabric: Fabric, *steps: Callable[[Scene], None], shadows: bool = False) -> F32:
    """Draw a room, then send the changes, each as one move, and draw it again."""
    scene = room(shadows)
    before = draw(fabric, scene, VIEW, SIZE)
    assert fabric.scene is not None
    known = fabric.scene.woven.objects.world
    for change in steps:
        change(scene)
        world = weave(scene).objects.world
        rows = np.flatnonzero((world != known).any(axis=(1, 2))).astype(np.int32)
        assert len(rows)
        fabric.move(rows, world[rows])
        known = world
    after = show(fabric, VIEW, SIZE)
    assert (after != before).any()
    return after


@pytest.mark.parametrize("name", ["floor", "box", "ball", "pane", "sun", "lamp", "spot"])
def test_the_picture_is_that_of_a_scene_made_so(fabric: Fabric, name: str) -> None:
    def change(scene: Scene) -> None:
        place(scene, name)

    same(moved(fabric, change), fresh(fabric, change))


@pytest.mark.parametrize("name", ["floor", "box", "ball", "sun"])
def test_shadows_follow(fabric: Fabric, name: str) -> None:
    def change(scene: Scene) -> None:
        place(scene, name)

    after, wanted = moved(fabric, change, shadows=True), fresh(fabric, change, shadows=True)
    # The map of a fresh scene may lie a fraction of a texel elsewhere: at the shadows' edges pixels differ.
    assert (np.abs(after - wanted).max(axis=2) > 0.01).mean() < 0.003
    assert np.abs(after - moved(fabric, change)).max() > 0.03, "there are shadows"


def test_all_at_once_some_without_anything_to_draw(fabric: Fabric) -> None:
    def change(scene: Scene) -> None:
        for name in ("empty", "spot", "pane", "box", "lamp", "ball"):
            place(scene, name)

    same(moved(fabric, change), fresh(fabric, change))


def test_of_many_moves_before_a_frame_the_last_wins(fabric: Fabric) -> None:
    def both(scene: Scene) -> None:
        place(scene, "box")
        place(scene, "lamp")

    def back_and_on(scene: Scene) -> None:
        scene["box"].position = (0.5, 0.5, -0.5)
        place(scene, "ball")
        scene["lamp"].position = (-1, 2, 1)

    def ball(scene: Scene) -> None:
        scene["ball"].position = (1, 1, 1)

    def all_of_them(scene: Scene) -> None:
        for step in (both, back_and_on, ball):
            step(scene)

    same(moved(fabric, both, back_and_on, ball), fresh(fabric, all_of_them))


def test_more_moves_before_a_frame_than_there_are_things(fabric: Fabric) -> None:
    scene = room()
    draw(fabric, scene, VIEW, SIZE)
    place(scene, "box")
    rows = np.array([scene["box"].row], np.int32)
    wanted = weave(scene).objects.world[rows]
    for i in range(50, -1, -1):
        step = wanted.copy()
        step[:, 0, 3] += i
        fabric.move(rows, step)
    same(show(fabric, VIEW, SIZE), draw(fabric, scene, VIEW, SIZE))


def test_moves_over_several_frames_add_up(fabric: Fabric) -> None:
    scene = room()
    draw(fabric, scene, VIEW, SIZE)
    known = weave(scene).objects.world
    for name in ("box", "ball", "box", "pane"):
        place(scene, name)
        world = weave(scene).objects.world
        rows = np.flatnonzero((world != known).any(axis=(1, 2))).astype(np.int32)
        fabric.move(rows, world[rows])
        after = show(fabric, VIEW, SIZE)
        known = world
    same(after, draw(fabric, scene, VIEW, SIZE))


def test_moves_before_the_first_frame_count(fabric: Fabric) -> None:
    scene = room()
    fabric.upload_scene(weave(scene))
    place(scene, "box")
    row = scene["box"].row
    fabric.move(np.array([row], np.int32), weave(scene).objects.world[[row]])
    after = show(fabric, VIEW, SIZE)
    same(after, draw(fabric, scene, VIEW, SIZE))


def test_far_outside_of_where_the_scene_was(fabric: Fabric) -> None:
    """Shadows and orthographic views reach as far as things have moved."""
    far = looking((400, -70, 3), (400, -80, 0), height=10)

    def away(scene: Scene) -> None:
        scene["floor"].position = (400, -80, 0)
        scene["box"].position = (400, -79.5, 0)
        scene["ball"].position = (403, -75, 1)

    scene = room(shadows=True)
    draw(fabric, scene, VIEW, SIZE)
    away(scene)
    world = weave(scene).objects.world
    fabric.move(np.arange(len(world), dtype=np.int32), world)
    after = show(fabric, far, SIZE)
    wanted = draw(fabric, scene, far, SIZE)
    assert wanted.std() > 0.02
    assert (np.abs(after - wanted).max(axis=2) > 0.05).mean() < 0.003


def test_moving_nothing_is_allowed(fabric: Fabric) -> None:
    before = draw(fabric, room(), VIEW, SIZE)
    fabric.move(np.zeros(0, np.int32), np.zeros((0, 3, 4), np.float32))
    empty = fabric.scene.woven.objects.names.index("empty") if fabric.scene else -1
    fabric.move(np.array([empty], np.int32), np.eye(4, dtype=np.float32)[None, :3])
    same(show(fabric, VIEW, SIZE), before)


def test_every_row_of_many_is_written_and_no_other(fabric: Fabric) -> None:
    random = np.random.default_rng(2)
    scene = stage()
    scene.add_many("box", Mesh.box(0.1), at=random.uniform(-9, 9, (3000, 3)))
    woven = weave(scene)
    fabric.upload_scene(woven)
    gpu_scene = fabric.scene
    assert gpu_scene is not None
    show(fabric, VIEW, (16, 16))
    wanted = woven.objects.world.copy()
    for size in (3000, 1, 257):
        rows = random.permutation(3000)[:size].astype(np.int32)
        wanted[rows] = random.uniform(-9, 9, (size, 3, 4)).astype(np.float32)
        fabric.move(rows, wanted[rows])
        spheres = read(fabric, gpu_scene.spheres, np.float32).copy()
        show(fabric, VIEW, (16, 16))
        transforms = read(fabric, gpu_scene.transforms, np.float32).reshape(-1, 3, 4)
        np.testing.assert_array_equal(transforms, wanted[woven.instance_object])
        now = read(fabric, gpu_scene.spheres, np.float32).reshape(-1, 4)
        assert ((now != spheres.reshape(-1, 4)).any(axis=1) == np.isin(woven.instance_object, rows)).all()
        np.testing.assert_allclose(now[:, :3], transforms[:, :, 3], atol=1e-5)


def test_the_spheres_of_moved_things_are_computed_on_the_gpu(fabric: Fabric) -> None:
    scene = stage()
    scene.add("box", Mesh.box())
    fabric.upload_scene(weave(scene))
    gpu_scene = fabric.scene
    assert gpu_scene is not None
    show(fabric, VIEW, (16, 16))
    spoil(fabric, gpu_scene.spheres, gpu_scene.transforms)
    stretched = np.array([[[2, 0, 0, 5], [0, 3, 0, 6], [0, 0, 1, 7]]], np.float32)
    fabric.move(np.array([scene["box"].row], np.int32), stretched)
    show(fabric, VIEW, (16, 16))
    np.testing.assert_allclose(read(fabric, gpu_scene.spheres, np.float32)[:4], [5, 6, 7, 3 * 0.75**0.5], rtol=1e-6)


@pytest.mark.parametrize("double_sided", [False, True])
def test_a_thing_that_is_mirrored_while_it_is_shown(fabric: Fabric, double_sided: bool) -> None:
    """The winding belongs to the pipeline: a move into the mirror image comes with a change of it."""

    def scene(x: float) -> Scene:
        made = stage()
        made.add("sun", Sun(lux=2.0), toward=(-1, -1, -2))
        made.add("cone", Mesh.cone(segments=8), Material(double_sided=double_sided), scale=(x, 1, 1))
        return made

    draw(fabric, scene(1.0), VIEW, SIZE)
    mirrored = scene(-1.0)
    row = np.array([mirrored["cone"].row], np.int32)
    first = np.zeros(1, np.int32)
    fabric.move(row, weave(mirrored).objects.world[row])
    fabric.change(row, first, first, np.ones(1, bool))
    after = show(fabric, VIEW, SIZE)
    wanted = draw(fabric, mirrored, VIEW, SIZE)
    assert (np.abs(after - wanted).max(axis=2) > 0.02).mean() < 0.005
