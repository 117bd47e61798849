"""Picking against a ray caster in NumPy: what a pixel is said to show is what its ray meets first."""

import gc
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.benchmarks.frame import native_objects
from dreamwell.engine.app import App
from dreamwell.engine.errors import GpuError, SceneError
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.input import Input
from dreamwell.engine.render import Stage
from dreamwell.engine.scene import Camera, Material, Mesh, Scene, Texture
from dreamwell.engine.world import World
from dreamwell.fabric import Fabric, Observer, Picked
from dreamwell.fabric.picking import FEATURE, SURFACE_NUMBERED, SURFACE_UNNUMBERED, Picking, Request
from dreamwell.loom.weave import weave
from dreamwell.loom.woven import WovenScene
from dreamwell.shaders import groups
from dreamwell.shaders.modules import program
from dreamwell.shaders.structs import InstanceFlag, MaterialFlag
from dreamwell.tests.fabric.drawing import F64, draw, front, image, looking, pixel_rays, rectangle, show, stage

I64 = NDArray[np.int64]

SIZE = (64, 36)
GLASS = Material(alpha_mode="blend", alpha=0.5)


def panel(edge: float = 1.0) -> Mesh:
    """A square facing +Z: triangle 0 is its upper left, 1 its lower right."""
    return Mesh.of(rectangle(edge=edge))


# ---- the witness ------------------------------------------------------------------------------------------------


@dataclass
class Cast:
    """What rays meet: object rows and triangles (h, w), -1 for nothing; metres along the rays.

    unsure: where a surface with holes is seen so much aslant that its texture is filtered, which the witness is not.
    """

    object: I64
    primitive: I64
    distance: F64
    unsure: NDArray[np.bool_]


def alpha_of(woven: WovenScene, material: int, vertices: NDArray[np.void], weights: F64) -> F64:
    """The alpha of points in a triangle, (p,), from its three vertices and their weights (p, 3)."""
    surface = woven.materials[material]
    alpha = np.full(len(weights), float(surface["base_color"][3]))
    slot = surface["slots"][0]
    if slot["texture"] < len(woven.textures):
        pixels = np.asarray(woven.textures[slot["texture"]].image.pixels)
        h, w = pixels.shape[:2]
        uv = weights @ vertices["uv0"].astype(np.float64)
        x, y = (np.clip(np.floor(uv * (w, h)).astype(int), 0, (w - 1, h - 1))).T
        alpha *= pixels[y, x, 3] / 255
    return alpha


def cast(woven: WovenScene, observer: Observer, size: tuple[int, int] = SIZE) -> Cast:
    """Möller & Trumbore 1997, "Fast, Minimum Storage Ray/Triangle Intersection": every ray, every triangle."""
    origins, directions = (a.reshape(-1, 3).astype(np.float64) for a in pixel_rays(observer, size))
    rays = len(origins)
    nearest = np.full(rays, np.inf)
    row_hit, triangle_hit = np.full(rays, -1, np.int64), np.full(rays, -1, np.int64)
    unsure = np.zeros(rays, bool)
    start = observer.near / (directions @ observer.forward)
    for instance, row in zip(woven.instances, woven.instance_object.tolist(), strict=True):
        batch = woven.batches[instance["batch"]]
        material = woven.materials[instance["material"]]
        m = woven.objects.world[row].astype(np.float64)
        first, count = int(batch["first_index"]), int(batch["index_count"])
        indices = woven.geometry.indices[first : first + count].astype(np.int64) + int(batch["base_vertex"])
        for number, corners in enumerate(indices.reshape(-1, 3)):
            a, b, c = woven.geometry.positions[corners].astype(np.float64) @ m[:, :3].T + m[:, 3]
            p = np.cross(directions, c - a)
            determinant = p @ (b - a)
            with np.errstate(divide="ignore", invalid="ignore"):
                s = origins - a
                u = np.einsum("ij,ij->i", s, p) / determinant
                q = np.cross(s, b - a)
                v = np.einsum("ij,ij->i", q, directions) / determinant
                t = q @ (c - a) / determinant
                hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (t > start) & (t < nearest)
            if not int(material["flags"]) & MaterialFlag.DOUBLE_SIDED:
                mirrored = bool(int(instance["flags"]) & InstanceFlag.MIRRORED)
                hit &= (determinant > 0) != mirrored
            if hit.any() and int(material["flags"]) & (MaterialFlag.MASK | MaterialFlag.BLEND):
                normal = np.cross(b - a, c - a)
                if material["textures"]:
                    unsure |= hit & (np.abs(directions @ normal) < 0.6 * np.linalg.norm(normal))
                weights = np.stack([1 - u - v, u, v], axis=1)[hit]
                alpha = alpha_of(woven, int(instance["material"]), woven.geometry.vertices[corners], weights)
                is_mask = int(material["flags"]) & MaterialFlag.MASK
                hit[hit] = alpha >= (float(material["alpha_cutoff"]) if is_mask else 0.05)
            nearest[hit], row_hit[hit], triangle_hit[hit] = t[hit], row, number
    shape = size[1], size[0]
    return Cast(row_hit.reshape(shape), triangle_hit.reshape(shape), nearest.reshape(shape), unsure.reshape(shape))


def away_from_edges(found: I64) -> NDArray[np.bool_]:
    """(h, w): pixels whose eight neighbours hold the same."""
    h, w = found.shape
    padded = np.pad(found, 1, mode="edge")
    same = np.ones((h, w), bool)
    for dy in range(3):
        for dx in range(3):
            same &= padded[dy : dy + h, dx : dx + w] == found
    return same


def everything(folder: Path) -> Scene:
    """Things of every pipeline class in front of, behind and through one another."""
    random = np.random.default_rng(5)
    scene = stage(root=folder)
    holes = np.full((2, 2, 4), 255)  # so few texels that each is larger than a pixel: the witness does not filter
    holes[[0, 1], [1, 0], 3] = 0
    holed = Texture(image(folder, "holes", holes), wrap_u="clamp", wrap_v="clamp", nearest=True)
    looks = [
        Material(),
        Material(double_sided=True),
        GLASS,
        Material(alpha_mode="blend", alpha=0.5, double_sided=True),
        Material(alpha_mode="blend", alpha=0.04),  # looked through
        Material(alpha_mode="mask", base_color_texture=holed),
        Material(alpha_mode="mask", base_color_texture=holed, double_sided=True),
        Material(alpha_mode="blend", alpha=0.9, base_color_texture=holed),
    ]
    flat = [Mesh.box(), Mesh.quad(1.5), panel(edge=2.0)]
    shapes = [*flat, Mesh.cone(segments=7), Mesh.sphere(segments=8)]
    n = 60
    mine = [looks[i] for i in random.integers(len(looks), size=n)]
    picture = [look.base_color_texture is not None for look in mine]
    turn = random.normal(size=(n, 4))
    scene.add_many(
        "thing",
        [flat[i % 3] if on else shapes[i] for i, on in zip(random.integers(5, size=n), picture, strict=True)],
        mine,
        at=random.uniform((-4, -2.2, -6), (4, 2.2, 2), (n, 3)),
        rotation=turn / np.linalg.norm(turn, axis=1, keepdims=True),
        scale=random.uniform(0.5, 1.5, (n, 3)) * random.choice([-1, 1], (n, 3)),
    )
    scene.add("nothing to see", at=(0, 0, 0))
    return scene


def picked_everywhere(fabric: Fabric, size: tuple[int, int] = SIZE) -> Cast:
    """Every pixel, asked one by one."""
    requests = [fabric.pick(x, y) for y in range(size[1]) for x in range(size[0])]
    answers = [request.result() for request in requests]
    return Cast(
        np.array([-1 if a is None else a.object for a in answers]).reshape(size[1], size[0]),
        np.array([-1 if a is None else a.primitive for a in answers]).reshape(size[1], size[0]),
        np.array([math.inf if a is None else a.distance for a in answers]).reshape(size[1], size[0]),
        np.zeros((size[1], size[0]), bool),
    )


def numbered(fabric: Fabric) -> bool:
    return FEATURE in fabric.gpu.device.features


OBSERVERS = {
    "from in front": looking((0, 0, 6), (0, 0, -2), fov_y=50),
    "from within": looking((1, 0.5, -1), (-1, 0, -4), fov_y=80, near=0.3),
    "orthographic": looking((3, 2, 5), (0, 0, -2), height=6.0),
}


@pytest.mark.parametrize("place", OBSERVERS)
@pytest.mark.parametrize("occlusion", [True, False])
def test_every_pixel_is_what_its_ray_meets(fabric: Fabric, tmp_path: Path, place: str, occlusion: bool) -> None:
    scene = everything(tmp_path)
    observer = OBSERVERS[place]
    woven = weave(scene)
    fabric.upload_scene(woven)
    cull = stage(cull__occlusion=occlusion).settings
    fabric.set_post_process_config(cull)
    expected = cast(woven, observer)
    for _ in range(1 + occlusion):  # what is drawn early, what late differs between the first frame and the second
        show(fabric, observer, SIZE)
        found = picked_everywhere(fabric)
        sure = away_from_edges(expected.object) & ~expected.unsure
        assert sure.mean() > 0.3
        assert (found.object == expected.object)[sure].all()
        assert (found.object == expected.object).mean() > 0.97, "even at the edges most are the same"
        seen = sure & (expected.object >= 0)
        np.testing.assert_allclose(found.distance[seen], expected.distance[seen], rtol=1e-4)
        assert np.isinf(found.distance[sure & (expected.object < 0)]).all()
        if numbered(fabric):
            one_triangle = sure & away_from_edges(expected.primitive)
            assert one_triangle.any()
            assert (found.primitive == expected.primitive)[one_triangle].all()
        assert len(np.unique(expected.object[sure])) > 10
        drawn = np.unique(found.object[found.object >= 0])
        assert fabric.pick_rectangle(0, 0, *SIZE).result().tolist() == drawn.tolist()
        for x0, y0, x1, y1 in ((10, 5, 30, 20), (63, 35, 60, 30), (20, 20, 20, 20), (-50, 3, 4, 300)):
            low, high = (max(0, min(x0, x1)), max(0, min(y0, y1))), (max(x0, x1) + 1, max(y0, y1) + 1)
            inside = found.object[low[1] : high[1], low[0] : high[0]]
            answer = fabric.pick_rectangle(x0, y0, x1, y1).result()
            assert answer.dtype == np.int32
            assert answer.tolist() == np.unique(inside[inside >= 0]).tolist()


@pytest.mark.parametrize("place", OBSERVERS)
def test_the_place_is_on_the_surface(fabric: Fabric, tmp_path: Path, place: str) -> None:
    woven, observer = weave(everything(tmp_path)), OBSERVERS[place]
    draw(fabric, woven, observer, SIZE)
    origins, directions = pixel_rays(observer, SIZE)
    checked = 0
    for x, y in ((x, y) for x in range(5, 64, 9) for y in range(3, 36, 9)):
        found = fabric.pick(x + 0.7, y + 0.2).result()  # anywhere in the pixel: its centre is meant
        if found is not None:
            expected = origins[y, x] + directions[y, x] * found.distance
            if not observer.orthographic:
                assert found.distance == pytest.approx(math.dist(found.position, observer.eye), rel=1e-6)
            np.testing.assert_allclose(found.position, expected, atol=1e-4)
            checked += 1
    assert checked > 5


# ---- single rules -----------------------------------------------------------------------------------------------


def pick_middle(fabric: Fabric, scene: Scene, observer: Observer | None = None) -> Picked | None:
    draw(fabric, scene, observer or front(1.0), (16, 16))
    return fabric.pick(8, 8).result()


def test_the_answers_are_rows_triangles_and_metres(fabric: Fabric) -> None:
    scene = stage()
    scene.add("first", at=(0, 0, 0))
    square = scene.add("square", panel(), at=(0, 0, 1))
    draw(fabric, scene, looking((0, 0, 3), (0, 0, 0), fov_y=40), (16, 16))
    row = scene.row_of(square.id)
    upper, lower = fabric.pick(3, 3).result(), fabric.pick(12, 12).result()
    assert upper is not None
    assert lower is not None
    assert upper.object == lower.object == row
    assert (upper.primitive, lower.primitive) == ((0, 1) if numbered(fabric) else (-1, -1))
    assert upper.position[2] == pytest.approx(1.0, abs=1e-5)
    assert upper.position[0] < 0 < upper.position[1]


def test_a_hole_in_a_mask_shows_what_is_behind(fabric: Fabric, tmp_path: Path) -> None:
    scene = stage(root=tmp_path)
    pixels = np.full((16, 16, 4), 255)
    pixels[4:12, 4:12, 3] = 0
    look = Material(alpha_mode="mask", base_color_texture=Texture(image(tmp_path, "frame", pixels)))
    scene.add("frame", panel(), look)
    scene.add("behind", Mesh.quad(), at=(0, 0, -1))
    draw(fabric, scene, front(1.0), (16, 16))
    middle, rim = fabric.pick(8, 8).result(), fabric.pick(1, 8).result()
    assert middle is not None
    assert rim is not None
    assert (rim.object, middle.object) == (1, 2)
    assert fabric.pick_rectangle(5, 5, 10, 10).result().tolist() == [2]
    assert fabric.pick_rectangle(1, 5, 10, 10).result().tolist() == [1, 2]


def test_the_nearest_glass_wins_whatever_its_order(fabric: Fabric) -> None:
    """Sorted by its centre the large box comes last, but the pane in front of its near face is nearer."""
    for pane_first in (True, False):
        scene = stage()
        names = ["pane", "box"] if pane_first else ["box", "pane"]
        for name in names:
            if name == "pane":
                scene.add("pane", panel(), GLASS, at=(0, 0, 1.1))
            else:
                scene.add("box", Mesh.box(2.0), GLASS)
        found = pick_middle(fabric, scene)
        assert found is not None
        assert found.object == 1 + names.index("pane")
        assert found.position[2] == pytest.approx(1.1, abs=1e-5)


def test_of_one_double_sided_glass_the_near_side(fabric: Fabric) -> None:
    scene = stage()
    scene.add("bubble", Mesh.sphere(1.0), Material(alpha_mode="blend", alpha=0.3, double_sided=True))
    for eye in ((0.0, 0.0, 5.0), (0.0, 0.0, -5.0), (5.0, 0.0, 0.0)):
        found = pick_middle(fabric, scene, looking(eye, (0, 0, 0), height=1.0))
        assert found is not None
        assert found.distance == pytest.approx(4.0, abs=0.02)


@pytest.mark.parametrize(("alpha", "picked"), [(0.04, "wall"), (0.06, "glass"), (1.0, "glass")])
def test_glass_that_is_hardly_there_is_looked_through(fabric: Fabric, alpha: float, picked: str) -> None:
    scene = stage()
    scene.add("wall", panel(edge=2.0), at=(0, 0, -1))
    scene.add("glass", panel(), Material(alpha_mode="blend", alpha=alpha))
    found = pick_middle(fabric, scene)
    assert found is not None
    assert weave(scene).objects.names[found.object] == picked


def test_glass_behind_a_wall_is_not_picked(fabric: Fabric) -> None:
    scene = stage()
    scene.add("wall", panel(edge=2.0))
    scene.add("glass", panel(), GLASS, at=(0, 0, -1))
    found = pick_middle(fabric, scene)
    assert found is not None
    assert weave(scene).objects.names[found.object] == "wall"


@pytest.mark.parametrize("mirror", [1, -1])
@pytest.mark.parametrize("look", [Material(), GLASS], ids=["solid", "glass"])
def test_back_faces_are_picked_where_they_are_drawn(fabric: Fabric, mirror: int, look: Material) -> None:
    for double_sided in (False, True):
        scene = stage()
        here = Material(alpha_mode=look.alpha_mode, alpha=look.alpha, double_sided=double_sided)
        scene.add("square", panel(), here, scale=(mirror, 1, 1))
        assert pick_middle(fabric, scene, front(1.0)) is not None
        behind = pick_middle(fabric, scene, looking((0, 0, -5), (0, 0, 0), height=1.0))
        assert (behind is not None) == double_sided


def test_what_moved_is_picked_where_it_is_drawn(fabric: Fabric) -> None:
    scene = stage()
    scene.add("square", panel(edge=0.3))
    draw(fabric, scene, front(1.0), (16, 16))
    assert fabric.pick(8, 8).result() is not None
    at = np.array([[[1, 0, 0, -0.3], [0, 1, 0, 0.3], [0, 0, 1, 0]]], np.float32)
    fabric.move(np.array([1], np.int32), at)
    assert fabric.pick(8, 8).result() is not None, "the picture is still that of before"
    show(fabric, front(1.0), (16, 16))
    assert fabric.pick(8, 8).result() is None
    assert fabric.pick(3, 3).result() is not None


# ---- requests ---------------------------------------------------------------------------------------------------


def square(fabric: Fabric, size: tuple[int, int] = (16, 16)) -> None:
    scene = stage()
    scene.add("square", panel())
    draw(fabric, scene, front(2.0), size)


def test_outside_of_the_picture_is_nothing_at_once(fabric: Fabric) -> None:
    square(fabric)
    for x, y in ((-0.1, 8), (8, -1), (16, 8), (8, 16.0), (math.nan, 8), (8, math.inf)):
        request = fabric.pick(x, y)
        assert request.done
        assert request.result() is None
    for corners in ((-9, -9, -1, 20), (16, 0, 30, 16), (0, math.nan, 5, 5)):
        rows = fabric.pick_rectangle(*corners)
        assert rows.done
        assert rows.result().tolist() == []
    assert fabric.pick_rectangle(-math.inf, -math.inf, math.inf, math.inf).result().tolist() == [1]


def test_after_another_size(fabric: Fabric) -> None:
    square(fabric)
    fabric.resize((48, 24))
    with pytest.raises(GpuError, match="no picture to pick from"):
        fabric.pick(3, 3)
    for size in ((48, 24), (8, 8)):
        show(fabric, front(2.0), size)
        w, h = size
        middle = fabric.pick(w // 2, h // 2).result()
        assert middle is not None
        assert fabric.pick(0, 0).result() is None
        assert fabric.pick(w - 1, h - 1).result() is None
        assert math.hypot(*middle.position[:2]) < 2.0 / h


def test_before_the_first_frame_there_is_nothing_to_pick(gpu: Gpu) -> None:
    fresh = Fabric(gpu, (8, 8))
    with pytest.raises(GpuError, match="upload_scene"):
        fresh.pick(1, 1)
    scene = stage()
    scene.add("square", panel())
    fresh.upload_scene(weave(scene))
    with pytest.raises(GpuError, match="call end_frame first"):
        fresh.pick(1, 1)
    fresh.begin_frame(front())
    with pytest.raises(GpuError, match="call end_frame first"):
        fresh.pick_rectangle(0, 0, 8, 8)
    fresh.end_frame()
    assert fresh.pick(4, 4).result() is not None


def test_an_empty_scene_has_nothing_to_pick(fabric: Fabric) -> None:
    draw(fabric, stage(), front(), (16, 16))
    assert fabric.pick(8, 8).result() is None
    assert fabric.pick_rectangle(0, 0, 16, 16).result().tolist() == []


def test_many_at_a_time_answer_each_for_its_own_frame(fabric: Fabric) -> None:
    """Requests of several frames, read in another order than asked, while the frames go on."""
    scene = stage()
    scene.add("left", panel(), at=(-1, 0, 0))
    scene.add("right", panel(), at=(1, 0, 0))
    fabric.upload_scene(weave(scene))
    requests: list[tuple[int, Request[Picked | None]]] = []
    for i in range(20):
        x = -1.0 if i % 3 else 1.0
        show(fabric, looking((x, 0, 5), (x, 0, 0), height=1.0), (16, 16))
        requests.append((1 if i % 3 else 2, fabric.pick(8, 8)))
    show(fabric, looking((50, 0, 5), (50, 0, 0), height=1.0), (16, 16))
    for row, request in reversed(requests):
        found = request.result()
        assert found is not None
        assert found.object == row
        assert found.position[0] == pytest.approx(-1 if row == 1 else 1, abs=0.1)
        assert request.done
        assert request.result() is found


def test_done_comes_by_itself(fabric: Fabric) -> None:
    square(fabric)
    request = fabric.pick(8, 8)
    polls = 0
    while not request.done:
        fabric.begin_frame(front(2.0))
        fabric.end_frame()
        polls += 1
        assert polls < 10_000
    assert request.result() is not None


def test_nothing_is_left_behind(fabric: Fabric) -> None:
    """200 picks and as many rectangles, half of them never looked at."""
    square(fabric)

    def ask(times: int) -> None:
        for i in range(times):
            one, many = fabric.pick(i % 16, 8), fabric.pick_rectangle(0, 0, i % 16, 15)
            if i % 2:
                one.result()
                many.result()
        fabric.pick(8, 8).result()
        gc.collect()

    ask(50)
    before = native_objects()
    ask(200)
    assert native_objects() <= before + 16, "no more than a few buffers more are kept"


# ---- the shaders ------------------------------------------------------------------------------------------------


def test_without_numbers_for_triangles_the_rest_is_the_same(gpu: Gpu) -> None:
    fresh = Fabric(gpu, (16, 16))
    scene = stage()
    scene.add("square", panel())
    scene.add("pane", panel(edge=0.2), GLASS, at=(0, 0, 1))
    draw(fresh, scene, front(2.0), (16, 16))
    known = [fresh.pick(x, 8).result() for x in (8, 6, 0)]
    fresh._picking = Picking(gpu, fresh._layouts, fresh._uniforms.binding("view"), numbered=False)
    plain = [fresh.pick(x, 8).result() for x in (8, 6, 0)]
    assert [p and (p.object, p.position, p.distance) for p in plain] == [
        k and (k.object, k.position, k.distance) for k in known
    ]
    assert [p and p.primitive for p in plain] == [-1, -1, None]


@pytest.mark.parametrize("pools", range(groups.POOLS + 1))
def test_it_compiles_for_every_number_of_texture_pools(gpu: Gpu, pools: int) -> None:
    seen = [groups.DEPTH, groups.materials(pools), groups.DRAW]
    texts = [groups.Sampling(pools, 1).wgsl()]
    program("pick", seen, [*texts, SURFACE_UNNUMBERED]).compile(gpu.device)
    if FEATURE in gpu.device.features:
        program("pick", seen, [*texts, SURFACE_NUMBERED], enable=["primitive_index"]).compile(gpu.device)


# ---- the world --------------------------------------------------------------------------------------------------


def small_world() -> World:
    scene = stage()
    scene.add("camera", Camera(projection="orthographic", height=2.0), at=(0, 0, 5))
    scene.add("left", panel(edge=0.5), at=(-0.5, 0, 0))
    scene.add("right", panel(edge=0.5), at=(0.5, 0, 0))
    return World(weave(scene))


def test_a_world_gives_entities(gpu: Gpu) -> None:
    stage_, world = Stage(gpu, (16, 16)), small_world()
    with pytest.raises(SceneError, match="has not been drawn yet"):
        world.pick(4, 8)
    with pytest.raises(SceneError, match="has not been drawn yet"):
        world.pick_rectangle(0, 0, 1, 1)
    stage_.draw(world, 0.0)
    assert world.pick(4, 8) == world["left"]
    assert world.pick(12, 8) == world["right"]
    assert world.pick(8, 8) is None
    assert world.pick(-1, 8) is None
    assert world.pick_rectangle(0, 0, 16, 16) == [world["left"], world["right"]]
    assert world.pick_rectangle(9, 0, 16, 16) == [world["right"]]
    assert world.picker is not None
    found = world.picker.pick(12, 8).result()
    assert found is not None
    assert world.at(found.object) == world["right"]


def test_what_was_spawned_is_picked_and_what_was_despawned_is_not(gpu: Gpu) -> None:
    stage_, world = Stage(gpu, (16, 16)), small_world()
    stage_.draw(world, 0.0)
    many = world.spawn("left", np.array([(50.0 + i, 0, 0) for i in range(500)]))
    new = world.spawn("right", (0.5, 0.0, 1.0))
    assert world.pick(12, 8) == world["right"], "the picture is still that of before"
    stage_.draw(world, 0.0)
    assert world.pick(12, 8) == new
    assert world.pick_rectangle(0, 0, 16, 16) == [world["left"], new]
    world.despawn(new)
    world.despawn(many)
    assert world.pick(12, 8) is None
    assert world.pick_rectangle(0, 0, 16, 16) == [world["left"]]
    stage_.draw(world, 0.0)
    assert world.pick(12, 8) == world["right"]


def test_a_world_that_is_no_longer_drawn_answers_no_more(gpu: Gpu) -> None:
    stage_, first, second = Stage(gpu, (16, 16)), small_world(), small_world()
    stage_.draw(first, 0.0)
    stage_.draw(second, 0.0)
    assert second.pick(4, 8) == second["left"]
    with pytest.raises(SceneError, match="has not been drawn yet"):
        first.pick(4, 8)
    stage_.draw(first, 0.0)
    assert first.pick(4, 8) == first["left"]


def test_an_app_knows_what_the_pointer_is_on(gpu: Gpu) -> None:
    """The pointer is in logical pixels; the picture of a dense screen has more."""
    scene = stage()
    scene.add("camera", Camera(projection="orthographic", height=2.0), at=(0, 0, 5))
    scene.add("left", panel(edge=0.5), at=(-0.5, 0, 0))
    app = App(scene, size=(16, 16))
    assert isinstance(app.input, Input)
    app.input.pointer = (4.0, 8.0)
    assert app.pointed_at() is None
    for density in (1, 2, 3):
        Stage(gpu, (16 * density, 16 * density)).draw(app.world, 0.0)
        assert app.pointed_at() == app.world["left"]
    app.input.pointer = (12.0, 8.0)
    assert app.pointed_at() is None
