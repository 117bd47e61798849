"""Transparent surfaces: sorted back to front whatever their number, and mixed by the over operator."""

from dataclasses import replace

import numpy as np
import pytest

from dreamwell.engine.scene import Material, Mesh, Scene
from dreamwell.fabric import Fabric, Observer
from dreamwell.loom.weave import weave
from dreamwell.shaders.structs import DRAW_COMMAND, Faces
from dreamwell.tests.fabric.drawing import BLACK, F64, FRUSTUM_ALONE, draw, front, looking, read, show, spoil, stage

NO_ROW = 0xFFFFFFFF
GLASS = Material(alpha_mode="blend", alpha=0.5)


def panes(at: F64) -> Scene:
    scene = stage(**FRUSTUM_ALONE, cull__frustum=False)
    scene.add_many("pane", Mesh.quad(0.1), GLASS, at=at)
    scene.add("wall", Mesh.quad(), at=(0, 0, -5000))  # opaque: not to be sorted
    return scene


def sorted_rows(fabric: Fabric, observer: Observer) -> list[int]:
    """The transparent instances in the order in which they are drawn, every list that leads there checked."""
    scene = fabric.scene
    assert scene is not None
    spoil(fabric, scene.blend_items, scene.blend_args, scene.view_target.visible)
    show(fabric, observer, (16, 16))
    items = read(fabric, scene.blend_items, np.uint32).reshape(-1, 2)
    n = scene.blended
    assert (items[n:] == NO_ROW).all()
    keys, rows = items[:n, 0].astype(np.int64), items[:n, 1].tolist()
    assert (np.diff(keys) >= 0).all()
    drawn = read(fabric, scene.blend_args, DRAW_COMMAND.dtype)[: scene.blend_capacity]
    visible = read(fabric, scene.view_target.visible, np.uint32)
    entries = visible[scene.blend_slot :][: 2 * n : 2]
    assert (entries & 0x3FFFFFFF).tolist() == rows
    assert (entries >> 30 == Faces.FRONT).all()
    assert drawn["first_instance"][:n].tolist() == list(range(scene.blend_slot, scene.blend_slot + 2 * n, 2))
    assert (drawn["instance_count"][:n] == 1).all()
    batches = scene.woven.batches[scene.woven.instances["batch"][rows]]
    for key in ("index_count", "first_index", "base_vertex"):
        assert drawn[key][:n].tolist() == batches[key].tolist()
        assert not drawn[key][n:].any()
    assert not drawn["instance_count"][n:].any()
    return rows


@pytest.mark.parametrize("count", [1, 2, 1000, 1024, 1025, 5000])
def test_farthest_first_then_by_row(fabric: Fabric, count: int) -> None:
    """Depths that floats hold exactly, in front of the eye and behind it, many of them equal."""
    random = np.random.default_rng(count)
    at = np.zeros((count, 3))
    at[:, 2] = random.integers(-count // 2, count // 2 + 1, count) / 4
    woven = weave(panes(at))
    fabric.upload_scene(woven)
    scene = fabric.scene
    assert scene is not None
    assert scene.blended == count
    z = woven.objects.world[woven.instance_object, 2, 3]
    glass = np.flatnonzero(z > -5000)
    for direction in (-1, 1):
        rows = sorted_rows(fabric, looking((0, 0, -3 * direction), (0, 0, 9 * direction)))
        assert rows == glass[np.lexsort((glass, -z[glass] * direction))].tolist()


def test_along_any_direction_and_only_what_is_in_view(fabric: Fabric) -> None:
    random = np.random.default_rng(5)
    scene = panes(random.uniform(-10, 10, (1500, 3)))
    fabric.upload_scene(weave(scene))
    gpu_scene = fabric.scene
    assert gpu_scene is not None
    at = gpu_scene.woven.objects.world[gpu_scene.woven.instance_object, :, 3].astype(np.float64)
    for _ in range(5):
        observer = looking(random.uniform(-20, 20, 3), random.uniform(-5, 5, 3))
        rows = sorted_rows(fabric, observer)
        assert len(set(rows)) == 1500
        assert (np.diff((at[rows] - observer.eye) @ observer.forward) <= 1e-5).all()
    fabric.set_post_process_config(stage(**FRUSTUM_ALONE).settings)
    show(fabric, looking((0, 0, 0), (0, 0, -1), fov_y=30))
    drawn = read(fabric, gpu_scene.blend_args, DRAW_COMMAND.dtype)["instance_count"].sum()
    assert 0 < drawn < 500
    assert fabric.counters()["draws"] == drawn + 1


COLORS = {"red": (0.9, 0.1, 0.2), "green": (0.2, 0.8, 0.1), "blue": (0.1, 0.3, 0.7)}
ALPHAS = {"red": 0.5, "green": 0.25, "blue": 0.8}
BACKDROP = (0.3, 0.4, 0.5)


def over(*names: str) -> F64:
    """The light behind `names`, nearest last, on the backdrop."""
    light = np.array(BACKDROP)
    for name in names:
        light = np.array(COLORS[name]) * ALPHAS[name] + light * (1 - ALPHAS[name])
    return light


@pytest.mark.parametrize("order", [("red", "green", "blue"), ("blue", "red", "green"), ("green", "blue", "red")])
def test_three_panes_are_mixed_as_the_over_operator_says(fabric: Fabric, order: tuple[str, ...]) -> None:
    scene = stage(replace(BLACK, visible=False, backdrop=BACKDROP))
    for name in order:  # the order in the scene must not matter
        z = {"red": -2.0, "green": -1.0, "blue": 0.0}[name]
        look = Material(COLORS[name], ALPHAS[name], alpha_mode="blend", unlit=True, double_sided=True)
        x = {"red": -0.25, "green": 0.0, "blue": 0.25}[name]
        scene.add(name, Mesh.quad((0.5, 0.5)), look, at=(x, 0, z))
    picture = draw(fabric, scene, front(1.0), (64, 64))
    row = picture[32]
    # x from -0.5 to 0.5: red covers -0.5..0, green -0.25..0.25, blue 0..0.5
    for x, names in {-0.4: ["red"], -0.15: ["red", "green"], 0.15: ["green", "blue"], 0.4: ["blue"]}.items():
        np.testing.assert_allclose(row[int((x + 0.5) * 64)], over(*names), rtol=2e-3)
    np.testing.assert_allclose(picture[4, 32], BACKDROP, rtol=1e-3)
    behind = show(fabric, looking((0, 0, -9), (0, 0, 0), height=1.0))[32, ::-1]
    for x, names in {-0.15: ["green", "red"], 0.15: ["blue", "green"]}.items():
        np.testing.assert_allclose(behind[int((x + 0.5) * 64)], over(*names), rtol=2e-3)


def test_panes_hide_behind_opaque_things_and_do_not_hide_each_other(fabric: Fabric) -> None:
    scene = stage(BLACK)
    glass = Material((1.0, 1.0, 1.0), 0.5, alpha_mode="blend", unlit=True)
    scene.add("back", Mesh.quad(), glass, at=(0, 0, -1))
    scene.add("front", Mesh.quad(), glass, at=(0, 0, 0))
    scene.add("wall", Mesh.quad((0.5, 1)), Material((0.0, 0.0, 0.0), unlit=True), at=(-0.25, 0, -0.5))
    picture = draw(fabric, scene, front(1.0))
    np.testing.assert_allclose(picture[32, 48], 0.75, rtol=1e-3)
    np.testing.assert_allclose(picture[32, 16], 0.5, rtol=1e-3)


def test_only_double_sided_panes_are_seen_from_behind(fabric: Fabric) -> None:
    scene = stage(BLACK)
    for x, two, flip in ((-0.375, False, 1), (-0.125, True, 1), (0.125, False, -1), (0.375, True, -1)):
        look = Material((1.0, 1.0, 1.0), 0.5, alpha_mode="blend", unlit=True, double_sided=two)
        scene.add("pane", Mesh.quad((0.25, 1)), look, at=(x, 0, 0), scale=(flip, 1, 1))
    picture = draw(fabric, scene, front(1.0))
    np.testing.assert_allclose(picture[32, 8::16, 0], 0.5, rtol=1e-3)
    behind = show(fabric, looking((0, 0, -5), (0, 0, 0), height=1.0))
    np.testing.assert_allclose(behind[32, ::-1, 0][8::16], [0, 0.5, 0, 0.5], atol=1e-3)
