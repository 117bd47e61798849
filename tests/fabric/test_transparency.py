"""Transparent surfaces in any order: the published mean, one layer as when sorted, and no cost where nothing is."""

import gc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Stage
from dreamwell.engine.scene import Camera, Material, Mesh, RenderSettings, Scene, Sun, apply_settings
from dreamwell.engine.world import World
from dreamwell.fabric import Fabric, Observer
from dreamwell.fabric.tape import Tape
from dreamwell.loom.weave import weave
from dreamwell.shaders.structs import DRAW_COMMAND
from dreamwell.tests.fabric.drawing import (
    BLACK,
    F32,
    F64,
    FRUSTUM_ALONE,
    HALF,
    draw,
    front,
    looking,
    read,
    show,
    spoil,
    stage,
)

BACKDROP = (0.3, 0.4, 0.5)
LAYER = 2 * HALF
"""Sums and their quotient are half floats."""


def lit_by(backdrop: tuple[float, float, float] = BACKDROP, **settings: Any) -> Scene:
    return stage(replace(BLACK, visible=False, backdrop=backdrop), **settings)


def pane(color: Any, alpha: float, **more: Any) -> Material:
    return Material(tuple(color), alpha, alpha_mode="blend", unlit=True, double_sided=True, **more)


def other(settings: RenderSettings, mode: str, **more: Any) -> RenderSettings:
    return apply_settings(settings, {"transparency.mode": mode, **more})


def both(fabric: Fabric, scene: Scene, observer: Observer, size: tuple[int, int] = (64, 64)) -> tuple[F32, F32]:
    """A scene sorted and weighted."""
    picture = draw(fabric, scene, observer, size)
    fabric.set_post_process_config(other(scene.settings, "weighted"))
    return picture, show(fabric, observer, size)


def mixed(colors: F64, alphas: F64, distances: F64) -> F64:
    """Equation 6 of McGuire & Bavoil 2013 over the backdrop: colours (k, 3), alphas and distances (k,)."""
    weights = alphas / distances
    mean = weights @ colors / weights.sum()
    shows = np.prod(1 - alphas)
    return mean * (1 - shows) + np.array(BACKDROP) * shows


def stack(count: int, seed: int = 3, alpha: tuple[float, float] = (0.05, 0.6)) -> tuple[F64, F64, F64]:
    """Colours, alphas and distances of panes behind each other."""
    random = np.random.default_rng(seed)
    return random.uniform(0, 1, (count, 3)), random.uniform(*alpha, count), random.uniform(1, 40, count)


def panes(colors: F64, alphas: F64, distances: F64, order: Any = None) -> Scene:
    """Before an eye in the origin, each as large as the picture; added in an order."""
    scene = lit_by(transparency__mode="weighted")
    for i in range(len(alphas)) if order is None else order:
        scene.add("pane", Mesh.quad(4 * distances[i]), pane(colors[i], alphas[i]), at=(0, 0, -distances[i]))
    return scene


EYE = looking((0, 0, 0), (0, 0, -1), fov_y=60)


@pytest.mark.parametrize("alpha", [0.0, 0.004, 0.05, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("distance", [0.11, 3.0, 900.0])
def test_one_layer_is_as_when_sorted(fabric: Fabric, alpha: float, distance: float) -> None:
    scene = panes(np.array([[0.9, 0.2, 0.05]]), np.array([alpha]), np.array([distance]))
    scene.settings = other(scene.settings, "sorted")
    wanted, found = both(fabric, scene, EYE, (8, 8))
    np.testing.assert_allclose(found, wanted, rtol=LAYER, atol=1e-4)
    if alpha in (0.0, 1.0):
        np.testing.assert_allclose(found[4, 4], (0.9, 0.2, 0.05) if alpha else BACKDROP, rtol=LAYER)


@pytest.mark.parametrize("count", [2, 3, 8, 40])
def test_many_layers_are_the_published_mean(fabric: Fabric, count: int) -> None:
    layers = stack(count)
    picture = draw(fabric, panes(*layers), EYE, (8, 8))
    np.testing.assert_allclose(picture, np.broadcast_to(mixed(*layers), picture.shape), rtol=0.01)


def test_many_layers_are_near_to_what_the_eye_would_see(fabric: Fabric) -> None:
    """Nearer than a mean without weights, for stacks from 1 to 40 m."""
    errors = np.zeros(2)
    for seed in range(6):
        colors, alphas, distances = stack(6, seed)
        scene = panes(colors, alphas, distances)
        scene.settings = other(scene.settings, "sorted")
        wanted, found = both(fabric, scene, EYE, (4, 4))
        plain = mixed(colors, alphas, np.ones(6))
        errors += np.abs(found[2, 2] - wanted[2, 2]).mean(), np.abs(plain - wanted[2, 2]).mean()
    assert errors[0] / 6 < 0.05
    assert errors[0] < 0.7 * errors[1]


def test_the_order_of_objects_does_not_matter(fabric: Fabric) -> None:
    layers = stack(30)
    random = np.random.default_rng(1)
    wanted = draw(fabric, panes(*layers), EYE, (16, 16))
    for _ in range(3):
        found = draw(fabric, panes(*layers, random.permutation(30)), EYE, (16, 16))
        np.testing.assert_allclose(found, wanted, rtol=0.005)


def test_surfaces_that_pass_through_each_other_have_no_seam(fabric: Fabric) -> None:
    """Two crossing panes: which one is nearer changes in the middle, where sorting shows an edge."""
    scene = lit_by()
    for turn, color in ((0.3, (1, 0, 0)), (-0.3, (0, 0, 1))):
        scene.add("pane", Mesh.quad(3.0), pane(color, 0.5), at=(0, 0, 0), rotation=(0, np.sin(turn), 0, np.cos(turn)))
    hard, soft = both(fabric, scene, looking((0, 0, 3), (0, 0, 0), fov_y=40), (64, 64))
    row = soft[32, 8:56]
    assert row[0, 0] > row[-1, 0] + 0.03 or row[0, 0] < row[-1, 0] - 0.03, "what is nearer counts more"
    assert np.abs(np.diff(row[:, 0])).max() < 0.01
    assert np.abs(hard - soft).max() > 0.05


@pytest.mark.parametrize("scale", [0.01, 100.0])
def test_the_size_of_the_world_does_not_matter(fabric: Fabric, scale: float) -> None:
    colors, alphas, distances = stack(6)
    wanted = draw(fabric, panes(colors, alphas, distances), EYE, (8, 8))
    eye = looking((0, 0, 0), (0, 0, -1), fov_y=60, near=0.1 * scale)
    found = draw(fabric, panes(colors, alphas, distances * scale), eye, (8, 8))
    np.testing.assert_allclose(found, wanted, rtol=0.005)


def test_an_orthographic_view_favours_what_is_near_too(fabric: Fabric) -> None:
    scene = lit_by(transparency__mode="weighted")
    for z, color in ((0.0, (1, 0, 0)), (-4.0, (0, 0, 1))):
        scene.add("pane", Mesh.quad(), pane(color, 0.5), at=(0, 0, z))
    found = draw(fabric, scene, front(1.0, distance=1.0))[32, 32]
    shown = found - np.array(BACKDROP) * 0.25
    np.testing.assert_allclose(shown.sum(), 0.75, rtol=0.01)
    assert shown[0] > 1.3 * shown[2]


@pytest.mark.parametrize("count", [1, 12, 150])
def test_light_of_any_strength_is_kept(fabric: Fabric, count: int) -> None:
    """Half floats end at 65504: neither many nor bright layers near the eye may become infinite, or not a number."""
    scene = lit_by(transparency__mode="weighted")
    glow = Material((0.0, 0.0, 0.0), 0.5, alpha_mode="blend", emissive=(900.0, 30.0, 0.0), emissive_strength=60.0)
    for i in range(count):
        scene.add("pane", Mesh.quad(1.0), glow, at=(0, 0, -0.12 - 0.0005 * i))
    found = draw(fabric, scene, EYE, (8, 8))
    assert np.isfinite(found).all()
    wanted = np.minimum(np.array([54000.0, 1800, 0]) * (1 - 0.5**count), 65000)
    if count <= 12:
        np.testing.assert_allclose(found[4, 4], wanted, rtol=0.01, atol=0.4)
    assert (found[4, 4, 0] > 10_000).all()


def test_it_hides_behind_what_is_solid(fabric: Fabric) -> None:
    scene = lit_by()
    scene.add("back", Mesh.quad(), pane((1, 1, 1), 0.5), at=(0, 0, -1))
    scene.add("front", Mesh.quad(), pane((1, 1, 1), 0.5), at=(0, 0, 0))
    scene.add("wall", Mesh.quad((0.5, 1)), Material((0.0, 0.0, 0.0), unlit=True), at=(-0.25, 0, -0.5))
    wanted, found = both(fabric, scene, front(1.0))
    np.testing.assert_allclose(found, wanted, rtol=LAYER, atol=1e-4)
    np.testing.assert_allclose(found[32, 16], 0.5, rtol=LAYER)


def test_only_double_sided_panes_are_seen_from_behind(fabric: Fabric) -> None:
    scene = stage(BLACK, transparency__mode="weighted")
    for x, two, flip in ((-0.375, False, 1), (-0.125, True, 1), (0.125, False, -1), (0.375, True, -1)):
        look = Material((1.0, 1.0, 1.0), 0.5, alpha_mode="blend", unlit=True, double_sided=two)
        scene.add("pane", Mesh.quad((0.25, 1)), look, at=(x, 0, 0), scale=(flip, 1, 1))
    np.testing.assert_allclose(draw(fabric, scene, front(1.0))[32, 8::16, 0], 0.5, rtol=1e-3)
    behind = show(fabric, looking((0, 0, -5), (0, 0, 0), height=1.0))
    np.testing.assert_allclose(behind[32, ::-1, 0][8::16], [0, 0.5, 0, 0.5], atol=1e-3)


# ---- what it costs --------------------------------------------------------------------------------------------


def solid() -> Scene:
    scene = lit_by(shadows__enabled=True, shadows__size=256)
    scene.add("sun", Sun(3.0), toward=(-1, -2, -1))
    scene.add("floor", Mesh.plane(8), Material())
    scene.add("box", Mesh.box(), Material((0.8, 0.3, 0.2)), at=(0, 0.5, 0))
    return scene


GLASS = pane((0, 1, 0), 0.5)
VIEW = looking((0, 2, 5), (0, 0.5, 0))


@pytest.fixture
def labels(fabric: Fabric, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passes that are recorded on tape."""
    seen: list[str] = []
    for name in ("begin_compute_pass", "begin_render_pass"):
        begin = getattr(Tape, name)

        def noted(self: Tape, *, label: str = "", begin: Any = begin, **more: Any) -> Any:
            seen.append(label)
            return begin(self, label=label, **more)

        monkeypatch.setattr(Tape, name, noted)
    return seen


def test_nothing_is_made_or_drawn_where_nothing_is_transparent(fabric: Fabric, labels: list[str]) -> None:
    wanted, found = both(fabric, solid(), VIEW)
    np.testing.assert_array_equal(found, wanted)
    assert fabric._transparency._targets is None
    assert not [label for label in labels if label.startswith("transparency")]


def test_what_is_solid_stays_as_it_is(fabric: Fabric) -> None:
    scene = solid()
    scene.add("pane", Mesh.quad(), pane((0, 1, 0), 0.5), at=(-1, 1.0, 1))
    wanted, found = both(fabric, scene, VIEW)
    solid_alone = draw(fabric, solid(), VIEW)
    touched = np.abs(wanted - solid_alone).max(axis=2) > 0
    assert 50 < touched.sum() < 2000
    np.testing.assert_array_equal(found[~touched], wanted[~touched])
    np.testing.assert_allclose(found[touched], wanted[touched], rtol=2 * LAYER, atol=1e-3)


def test_targets_are_there_only_while_they_are_needed(gpu: Gpu, labels: list[str]) -> None:
    fabric = Fabric(gpu, (32, 32))
    held = fabric._transparency
    scene = solid()
    scene.add("pane", Mesh.quad(), pane((0, 1, 0), 0.5), at=(0, 1, 2))
    sorted_picture = draw(fabric, scene, VIEW, (32, 32))
    assert held._targets is None
    assert not any(label.startswith("transparency") for label in labels)
    fabric.set_post_process_config(other(scene.settings, "weighted"))
    weighted = show(fabric, VIEW, (32, 32))
    assert held.size == (32, 32)
    np.testing.assert_array_equal(show(fabric, VIEW, (20, 32)).shape, (32, 20, 3))
    assert held.size == (20, 32)
    np.testing.assert_array_equal(show(fabric, VIEW, (32, 32)), weighted)
    fabric.set_post_process_config(scene.settings)
    assert held._targets is None
    np.testing.assert_array_equal(show(fabric, VIEW, (32, 32)), sorted_picture)
    fabric.set_post_process_config(other(scene.settings, "weighted"))
    draw(fabric, solid(), VIEW, (32, 32))
    assert held._targets is None


def test_what_comes_while_it_is_shown_is_mixed_too(gpu: Gpu) -> None:
    """The first transparent object of a scene appears when the frame is already on tape."""
    fabric = Fabric(gpu, (32, 32))

    def scene(look: Material) -> Scene:
        made = solid()
        made.settings = other(made.settings, "weighted")
        made.add("elsewhere", Mesh.quad(0.1), GLASS, at=(0, -3, 0))  # so that the material is there
        made.add("pane", Mesh.quad(), look, at=(0, 1, 2))
        return made

    wanted = draw(fabric, scene(GLASS), VIEW, (32, 32))
    woven = weave(scene(Material()))
    places, looks = woven.objects.world[woven.instance_object, :, 3], woven.instances["material"]
    pane, elsewhere = int(np.argmax(places[:, 2])), int(np.argmin(places[:, 1]))
    fabric.upload_scene(woven)
    fabric.despawn(woven.instance_object[[elsewhere]])
    assert np.abs(show(fabric, VIEW, (32, 32)) - wanted).max() > 0.1
    mesh = woven.batches["mesh"][woven.instances["batch"][[pane]]].astype(np.int32)
    fabric.change(woven.instance_object[[pane]], mesh, looks[[elsewhere]].astype(np.int32))
    np.testing.assert_allclose(show(fabric, VIEW, (32, 32)), wanted, rtol=LAYER, atol=1e-4)


def test_nothing_is_sorted_and_each_batch_is_one_draw(fabric: Fabric) -> None:
    """Listed by batch like what is solid, and sorted again for debug views, and when the mode is left."""
    at = np.zeros((300, 3))
    at[:, 2] = -np.random.default_rng(2).permutation(300) - 1.0
    scene = lit_by(transparency__mode="weighted", **FRUSTUM_ALONE)
    scene.add_many("pane", Mesh.quad(0.5), pane((1, 1, 1), 0.5), at=at)
    fabric.upload_scene(weave(scene))
    gpu_scene = fabric.scene
    assert gpu_scene is not None

    def found() -> tuple[int, list[int]]:
        """How many instances the batch's draw has, and the draws in order."""
        spoil(fabric, gpu_scene.blend_items, gpu_scene.blend_args, gpu_scene.view_target.visible)
        show(fabric, EYE, (16, 16))
        whole = read(fabric, gpu_scene.view_target.args, DRAW_COMMAND.dtype)[0]
        visible = read(fabric, gpu_scene.view_target.visible, np.uint32)
        listed = visible[int(whole["first_instance"]) :][: int(whole["instance_count"])]
        assert sorted(listed.tolist()) in ([], list(range(300)))
        single = read(fabric, gpu_scene.blend_args, DRAW_COMMAND.dtype)[: gpu_scene.blend_capacity]
        counters = fabric.counters()
        assert counters["instances"] == 300
        assert counters["triangles"] == 600
        assert counters["draws"] == (1 if len(listed) else 300)
        return whole["instance_count"].tolist(), np.unique(single["instance_count"][:300]).tolist()

    assert found() == (300, [0])
    fabric.set_post_process_config(other(scene.settings, "sorted"))
    assert found() == (0, [2])
    fabric.set_post_process_config(other(scene.settings, "weighted", **{"debug.view": "cull"}))
    assert found() == (0, [2])
    fabric.set_post_process_config(scene.settings)
    assert found() == (300, [0])


@pytest.mark.parametrize("occlusion", [False, True])
def test_what_is_seen_of_a_crowd_is_drawn(fabric: Fabric, occlusion: bool) -> None:
    """Panes beside each other, half of them behind a wall, from places between which much comes into sight."""
    random = np.random.default_rng(4)
    at = np.column_stack([np.arange(60) % 10 - 4.5, np.arange(60) // 10 - 2.5, random.uniform(-1, 1, 60)])
    scene = lit_by(cull__occlusion=occlusion)
    for shape in (Mesh.quad(0.8), Mesh.plane(0.5), Mesh.box(0.3)):
        scene.add_many("pane", shape, GLASS, at=at[random.permutation(60)[:20]])
    scene.add("wall", Mesh.box((6, 3, 0.2)), Material((0.5, 0.1, 0.1), unlit=True), at=(2, 0, 2))
    fabric.upload_scene(weave(scene))
    for eye in ((0, 0, 9), (6, 2, 8), (-7, 0, 6), (0, 0, -9)):
        pictures = []
        for mode in ("sorted", "weighted"):
            fabric.set_post_process_config(other(scene.settings, mode))
            pictures.append(show(fabric, looking(eye, (0, 0, 0)), (48, 32)))
            hits = fabric.pick_rectangle(0, 0, 47, 31).result()
            pictures[-1] = np.append(pictures[-1].ravel(), np.pad(hits, (0, 64))[:64])
        np.testing.assert_allclose(pictures[1], pictures[0], rtol=0.02, atol=0.005)


def test_tape_and_plain_frames_agree(gpu: Gpu, fabric: Fabric) -> None:
    scene = panes(*stack(5))
    wanted = draw(fabric, scene, EYE, (20, 12), samples=4)
    np.testing.assert_allclose(draw(Fabric(gpu, (20, 12), plain=True), scene, EYE, (20, 12), 4), wanted, rtol=0.005)


def test_a_running_world_changes_the_mode_and_its_frames_make_no_garbage(gpu: Gpu) -> None:
    made = solid()
    made.add("camera", Camera(), at=(0, 2, 5), toward=(0, 0.5, 0))
    for z in (0.8, 1.2):
        made.add("pane", Mesh.quad(), pane((z - 0.3, 1 - z / 2, 0), 0.5), at=(0, 1, z))
    drawer, world = Stage(gpu, (32, 32)), World(weave(made))
    pictures = []
    for mode in ("sorted", "weighted", "sorted"):
        world.configure({"transparency.mode": mode})
        for _ in range(3):
            drawer.draw(world, 0.0)
        gc.collect()
        gc.disable()
        try:
            before = len(gc.get_objects())
            for _ in range(20):
                drawer.draw(world, 0.0)
            assert len(gc.get_objects()) - before < 10
        finally:
            gc.enable()
        pictures.append(drawer.fabric.read_linear())
    np.testing.assert_array_equal(pictures[0], pictures[2])
    assert 0.01 < np.abs(pictures[0] - pictures[1]).max() < 0.3
