"""Culling and bounds against NumPy: what is drawn is what can be seen, and nothing that is seen is left out."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.engine.math import quaternion_from_axis_angle
from dreamwell.engine.scene import Environment, Material, Mesh, Scene
from dreamwell.fabric import Fabric, Observer
from dreamwell.fabric.buffers import grid
from dreamwell.loom.weave import weave
from dreamwell.loom.woven import WovenScene
from dreamwell.shaders.structs import DRAW_COMMAND, PipelineClass
from dreamwell.tests.fabric.drawing import F64, FRUSTUM_ALONE, counted, draw, looking, read, show, spoil, stage

COUNT = 2000
SIZE = (32, 18)


def crowd() -> Scene:
    """2,000 things of every kind of transform: turned, stretched, mirrored, sheared by what they hang on, huge."""
    random = np.random.default_rng(7)
    scene = stage(**FRUSTUM_ALONE)
    shapes: list[Any] = [Mesh.box(), Mesh.sphere(segments=8), Mesh.cone(segments=6), Mesh.plane(2.0)]
    looks = [Material(base_color=(r, 0.5, 1 - r), emissive=(r, 0.2, 0.1)) for r in (0.0, 0.5, 1.0)]
    looks += [Material(alpha_mode="mask"), Material(double_sided=True), Material(alpha_mode="blend", alpha=0.5)]

    def turns(n: int) -> F64:
        q = random.normal(size=(n, 4))
        return np.asarray(q / np.linalg.norm(q, axis=1, keepdims=True))

    shear = scene.add("shear", rotation=turns(1)[0], scale=(0.3, 2.0, 1.0))
    inner = scene.add("inner", rotation=turns(1)[0], scale=(1.0, 0.2, 3.0), parent=shear)
    for parent, n in ((None, COUNT - 600), (shear, 300), (inner, 300)):
        scale = np.exp(random.uniform(-2, 1, (n, 3))) * random.choice([-1, 1], (n, 3))
        scale[: n // 100] *= 60  # huge: their centres are far outside of what they reach into
        scene.add_many(
            "thing",
            [shapes[i] for i in random.integers(len(shapes), size=n)],
            [looks[i] for i in random.integers(len(looks), size=n)],
            at=random.uniform(-60, 60, (n, 3)),
            rotation=turns(n),
            scale=scale,
            parent=parent,
        )
    return scene


@pytest.fixture(scope="module")
def woven() -> WovenScene:
    return weave(crowd())


def world_vertices(woven: WovenScene) -> list[F64]:
    """For every instance its vertices in the world, (v, 3) float64."""
    meshes, batches = woven.geometry.meshes, woven.batches
    out: list[F64] = []
    for row, obj in enumerate(woven.instance_object.tolist()):
        mesh = meshes[batches["mesh"][woven.instances["batch"][row]]]
        first, count = int(mesh["base_vertex"]), int(mesh["vertex_count"])
        local = woven.geometry.positions[first : first + count].astype(np.float64)
        world = woven.objects.world[obj].astype(np.float64)
        out.append(local @ world[:, :3].T + world[:, 3])
    return out


def observers() -> list[Observer]:
    random = np.random.default_rng(11)
    out: list[Observer] = []
    for i in range(50):
        eye, toward, up = random.uniform(-70, 70, 3), random.uniform(-30, 30, 3), random.normal(size=3)
        near = float(np.exp(random.uniform(-3, 2)))
        if i % 5 == 4:
            out.append(looking(eye, toward, up, height=float(random.uniform(1, 80)), near=near))
        else:
            out.append(looking(eye, toward, up, fov_y=float(random.uniform(5, 130)), near=near))
    return out


def frustum(observer: Observer, size: tuple[int, int]) -> tuple[F64, F64]:
    """Inward unit normals (5, 3) and offsets (5,) of near, left, right, bottom and top, from the angles of the lens."""
    pose = np.asarray(observer.world_from_camera, np.float64)
    right, up, back = pose[:, 0], pose[:, 1], pose[:, 2]
    aspect = size[0] / size[1]
    if observer.orthographic:
        half = observer.height / 2
        normals = np.stack([-back, right, -right, up, -up])
        points = pose[:, 3] - normals * np.array([-observer.near, half * aspect, half * aspect, half, half])[:, None]
    else:
        tangent = np.tan(np.radians(observer.fov_y) / 2)
        sides = [right - back * tangent * aspect, -right - back * tangent * aspect, up - back * tangent]
        normals = np.stack([-back, *sides, -up - back * tangent])
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        points = np.tile(pose[:, 3], (5, 1))
        points[0] -= back * observer.near
    return normals, -np.einsum("ij,ij->i", normals, points)


def spheres_on_gpu(fabric: Fabric) -> F64:
    """(n, 4) centre and radius of every instance of the uploaded scene."""
    scene = fabric.scene
    assert scene is not None
    spoil(fabric, scene.spheres)
    scene.changes.measure_all(scene.count)
    return read(fabric, scene.spheres, np.float32).reshape(-1, 4)[: scene.count].astype(np.float64)


def test_spheres_hold_all_vertices_and_not_much_more(fabric: Fabric, woven: WovenScene) -> None:
    fabric.upload_scene(woven)
    meshes = woven.geometry.meshes[woven.batches["mesh"][woven.instances["batch"]]]
    matrices = woven.objects.world[woven.instance_object].astype(np.float64)[:, :, :3]
    stretch = np.linalg.svd(matrices, compute_uv=False)
    spheres = spheres_on_gpu(fabric)
    for sphere, vertices in zip(spheres, world_vertices(woven), strict=True):
        assert np.linalg.norm(vertices - sphere[:3], axis=1).max() <= sphere[3] * (1 + 1e-4) + 1e-4
    times = spheres[:, 3] / meshes["radius"] / stretch[:, 0]
    below = woven.objects.depth[woven.instance_object] > 0
    np.testing.assert_allclose(times[~below], 1, rtol=1e-4)  # no shear: as small as a stretched sphere can be
    assert times[below].max() <= 3**0.25 + 1e-4  # Gershgorin's bound on three rows


def test_the_scene_s_sphere_holds_sheared_things(fabric: Fabric) -> None:
    scene = stage()
    above = scene.add("above", scale=(1, 0.01, 0.01))
    turn = quaternion_from_axis_angle((0, 0, 1), 45)
    scene.add("ball", Mesh.sphere(1.0), rotation=turn, parent=above)  # its x and y axes lie nearly on one line
    woven = weave(scene)
    fabric.upload_scene(woven)
    assert fabric.scene is not None
    centre, radius = fabric.scene.bounds
    reach = np.linalg.norm(world_vertices(woven)[0] - centre, axis=1).max()
    assert reach <= radius * (1 + 1e-5)


def drawn_rows(fabric: Fabric, woven: WovenScene) -> tuple[NDArray[np.int64], NDArray[np.void]]:
    """The instances in the visible lists of all draws, sorted; and the draw arguments."""
    scene = fabric.scene
    assert scene is not None
    args = read(fabric, scene.view_target.args, DRAW_COMMAND.dtype)[: scene.batches]
    visible = read(fabric, scene.view_target.visible, np.uint32)
    rows: list[int] = []
    for i, (batch, drawn) in enumerate(zip(woven.batches, args, strict=True)):
        for key in ("index_count", "first_index", "base_vertex"):
            assert drawn[key] == batch[key]
        assert drawn["first_instance"] == batch["first_slot"]
        mine = visible[batch["first_slot"] :][: drawn["instance_count"]]
        assert (woven.instances["batch"][mine] == i).all()
        rows += mine.tolist()
    blended = read(fabric, scene.blend_args, DRAW_COMMAND.dtype)
    for slot in blended["first_instance"][blended["instance_count"] == 1]:
        rows.append(int(visible[slot]) & 0x3FFFFFFF)
    return np.sort(np.array(rows, np.int64)), args


def test_what_is_drawn_is_what_the_frustum_holds(fabric: Fabric, woven: WovenScene) -> None:
    fabric.upload_scene(woven)
    scene = fabric.scene
    assert scene is not None
    spheres, vertices = spheres_on_gpu(fabric), world_vertices(woven)
    index_count = woven.batches["index_count"][woven.instances["batch"]].astype(np.int64)
    blends = int((woven.batches["pipeline"] == PipelineClass.BLEND).sum())
    assert blends, "the crowd has transparent things too"
    some_seen = some_culled = 0
    for observer in observers():
        target = scene.view_target
        spoil(fabric, target.args, target.visible, scene.blend_items, scene.blend_args)
        show(fabric, observer, SIZE)
        rows, args = drawn_rows(fabric, woven)
        assert len(np.unique(rows)) == len(rows), "drawn twice"
        normals, offsets = frustum(observer, SIZE)
        away = spheres[:, :3] @ normals.T + offsets
        slack = (away + spheres[:, 3:]).min(axis=1)  # below 0: wholly outside of one plane
        unsure = np.abs(slack) < 1e-3
        assert unsure.sum() < 5
        found = np.zeros(COUNT, bool)
        found[rows] = True
        assert (found == (slack >= 0))[~unsure].all()
        for row in np.flatnonzero(~found):
            inside = (vertices[row] @ normals.T + offsets > 1e-3).all(axis=1)
            assert not inside.any(), "a vertex in the picture was culled"
        counters = fabric.counters()
        assert counters["instances"] == len(rows)
        assert counters["culled"] == COUNT - len(rows)
        assert counters["triangles"] == int(index_count[rows].sum()) // 3
        blended = int((woven.batches["pipeline"][woven.instances["batch"][rows]] == PipelineClass.BLEND).sum())
        assert counters["draws"] == int((args["instance_count"] > 0).sum()) + blended
        some_seen += len(rows) > 0
        some_culled += len(rows) < COUNT
    assert some_seen > 40
    assert some_culled > 40


def test_without_culling_everything_is_drawn_and_the_picture_is_the_same(fabric: Fabric) -> None:
    fabric.upload_scene(weave(crowd()))
    with_culling, without = fabric.settings, stage(**FRUSTUM_ALONE, cull__frustum=False).settings
    lit = 0
    for observer in observers()[:12]:
        fabric.set_post_process_config(with_culling)
        culled = show(fabric, observer, (96, 54))
        few = fabric.counters()["instances"]
        fabric.set_post_process_config(without)
        whole = show(fabric, observer, (96, 54))
        assert fabric.counters()["instances"] == COUNT > few
        assert fabric.counters()["culled"] == 0
        assert (culled == whole).all()
        lit += culled.max() > 0
    assert lit > 8


def test_things_behind_and_beside_are_not_drawn(fabric: Fabric) -> None:
    scene = stage()
    for name, at in {"ahead": (0, 0, -5), "behind": (0, 0, 5), "left": (-50, 0, -5), "right": (50, 0, -5)}.items():
        scene.add(name, Mesh.box(), at=at)
    fabric.upload_scene(weave(scene))
    show(fabric, Observer(np.eye(4)[:3]), SIZE)
    assert counted(fabric) == {"draws": 1, "instances": 1, "triangles": 12, "culled": 3}


def test_of_a_dense_crowd_little_more_is_drawn_than_is_seen(fabric: Fabric) -> None:
    """Though each thing covers a few pixels only; in the first frame, too, in which nothing is known."""
    size = (128, 72)
    scene = stage(cull__rings=False)
    random = np.random.default_rng(5)
    places, looks = random.uniform(-45, 45, (40_000, 3)), [Material(emissive=color) for color in random.random((9, 3))]
    scene.add_many("cube", Mesh.box(), [looks[i] for i in random.integers(9, size=len(places))], at=places)
    fabric.upload_scene(weave(scene))
    observer = looking((0, 0, 60), (0, 0, 0), fov_y=60)
    picture = show(fabric, observer, size)
    first = fabric.counters()
    in_view = first["instances"] + first["occluded"]
    for _ in range(3):
        assert (show(fabric, observer, size) == picture).all()
    later = fabric.counters()
    seen = len(fabric.pick_rectangle(0, 0, *size).result())
    assert seen <= later["instances"] < 2 * seen < in_view / 2
    assert first["instances"] < in_view / 2
    fabric.set_post_process_config(stage(cull__rings=False, cull__occlusion=False).settings)
    assert (show(fabric, observer, size) == picture).all()


def test_an_endless_far_plane_keeps_what_is_far_away(fabric: Fabric) -> None:
    scene = stage(Environment(source="color", color=(1.0, 1.0, 1.0), visible=False))
    scene.add("far", Mesh.box(1000.0), at=(0, 0, -1e6))
    picture = draw(fabric, scene, Observer(np.eye(4)[:3], fov_y=0.1))
    assert fabric.counters()["instances"] == 1
    assert picture[32, 32].min() > 0


@pytest.mark.parametrize("count", [0, 1, 256, 65535 * 256, 65535 * 256 + 1, 40_000_000])
def test_dispatches_cover_every_row_within_the_limits(count: int) -> None:
    x, y = grid(count)
    assert 1 <= x <= 65535
    assert 1 <= y <= 65535
    assert x * y * 256 >= count
