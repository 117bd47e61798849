"""The debug views: their colours say what the cull did, and where they are off nothing of them is there."""

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene import Material, Mesh, Scene, Sun, apply_settings
from dreamwell.fabric import Fabric, Observer
from dreamwell.fabric.cull import level_sizes
from dreamwell.fabric.debug_view import _BACKGROUND
from dreamwell.loom.weave import weave
from dreamwell.shaders import groups
from dreamwell.shaders.modules import FOLDER, program
from dreamwell.tests.fabric.drawing import F32, F64, HALF, front, looking, read, show, stage

SIZE = (64, 36)
GLASS = Material(alpha_mode="blend", alpha=0.5)
BACKGROUND = np.array(_BACKGROUND[:3])
COLORS: dict[str, F64] = {
    name: np.array([float(v) for v in values.split(",")])
    for name, values in re.findall(
        r"const ([A-Z]+) = vec3f\(([^)]*)\);", (FOLDER / "debug.wgsl").read_text(encoding="utf-8")
    )
}
WIRE = 0.6
"""The opacity of lines."""


def setting(fabric: Fabric, **changes: Any) -> None:
    """Change settings as group__key=value."""
    named = {key.replace("__", "."): value for key, value in changes.items()}
    fabric.set_post_process_config(apply_settings(fabric.settings, named))


def near(pixel: Any, color: F64) -> bool:
    return bool(np.allclose(pixel, color, rtol=2 * HALF, atol=1e-5))


def test_the_colours_can_be_told_apart() -> None:
    cull = [COLORS[name] for name in ("EARLY", "LATE", "OUTSIDE", "SMALL", "FAR", "OCCLUDED", "FROZEN")]
    rings = [COLORS[name] for name in ("ACTIVE", "DECOHERING", "SUPERPOSED", "DORMANT")]
    cascades = [COLORS[name] for name in ("FIRST", "SECOND", "THIRD", "FOURTH", "BEYOND")]
    for colors in (cull, rings, cascades):
        for i, a in enumerate(colors):
            assert all(np.abs(a - b).max() > 0.1 for b in colors[:i])


def test_rings(fabric: Fabric) -> None:
    """Two squares of 0.5 m radius and a bit, at 5 m and at 45 m; what lies farther out is not drawn at all."""
    scene = stage(cull__active=20.0, cull__decohering=60.0, debug__view="rings")
    scene.add("active", Mesh.quad(), at=(-1, 0, 0))
    scene.add("decohering", Mesh.quad(), at=(0, 0, -40))
    scene.add("superposed", Mesh.quad(), at=(1, 0, -80))
    fabric.upload_scene(weave(scene))
    picture = show(fabric, front(2.0), SIZE)
    assert near(picture[18, 14], COLORS["ACTIVE"])
    assert near(picture[18, 32], COLORS["DECOHERING"])
    assert near(picture[18, 50], BACKGROUND)
    assert near(picture[2, 32], BACKGROUND)
    setting(fabric, cull__rings=False)
    picture = show(fabric, front(2.0), SIZE)
    assert all(near(picture[18, x], COLORS["ACTIVE"]) for x in (14, 32, 50)), "without the test all count as Active"


def test_boxes_of_the_outer_rings(fabric: Fabric) -> None:
    """Frozen with a view from afar; then seen from nearby."""
    scene = stage(cull__active=20.0, cull__decohering=60.0, cull__superposed=100.0, debug__view="rings")
    places = {"SUPERPOSED": (0.0, 0.0, -80.0), "DORMANT": (0.0, 0.0, -200.0)}
    for name, at in places.items():
        scene.add(name, Mesh.box(), at=at)
    fabric.upload_scene(weave(scene))
    size = (160, 90)
    show(fabric, looking((0, 0, 0), (0, 0, -1), near=0.5), size)
    setting(fabric, debug__freeze_cull=True)
    for name, (x, y, z) in places.items():
        observer = looking((x + 2.0, y + 1.5, z + 1.2), (x, y, z), fov_y=50)
        picture = show(fabric, observer, size)
        assert has_box(picture, observer, (x, y, z), COLORS[name])


def test_faces_that_are_seen_aslant_are_darker(fabric: Fabric) -> None:
    scene = stage(debug__view="rings")
    scene.add("square", Mesh.quad(2.0))
    fabric.upload_scene(weave(scene))
    aslant = show(fabric, looking((0, 5, 5), (0, 0, 0), height=1.0), SIZE)[18, 32]
    np.testing.assert_allclose(aslant, COLORS["ACTIVE"] * (0.3 + 0.7 * np.sqrt(0.5)), rtol=1e-2)


def test_early_late_and_through_glass(fabric: Fabric) -> None:
    scene = stage(debug__view="cull")
    scene.add("wall", Mesh.quad(), at=(-1, 0, 0))
    scene.add("crumb", Mesh.quad(), at=(0.5 / 18, 13.5 / 18, 0), scale=0.07)  # around the centre of a pixel
    scene.add("glass", Mesh.quad(), GLASS, at=(1, 0, 0))
    fabric.upload_scene(weave(scene))
    for frame in range(3):
        picture = show(fabric, front(2.0), SIZE)
        assert near(picture[18, 14], COLORS["EARLY"]), "what is large hides the rest from the first frame on"
        assert near(picture[4, 32], COLORS["EARLY"] if frame else COLORS["LATE"]), "the first frame knows nothing yet"
        assert near(picture[18, 50], 0.5 * COLORS["LATE"] + 0.5 * BACKGROUND), "glass is always judged late"
    setting(fabric, cull__occlusion=False)
    picture = show(fabric, front(2.0), SIZE)
    assert near(picture[18, 14], COLORS["EARLY"])
    assert near(picture[18, 50], 0.5 * COLORS["EARLY"] + 0.5 * BACKGROUND)


def project(observer: Observer, points: F64, size: tuple[int, int]) -> F64:
    """World points (n, 3) → pixels (n, 2), y down."""
    clip = np.column_stack([points, np.ones(len(points))]) @ (observer.projection(size, 100.0) @ observer.view()).T
    ndc = clip[:, :2] / clip[:, 3:]
    return np.asarray((ndc * (1, -1) * 0.5 + 0.5) * size)


def has_box(picture: F32, observer: Observer, centre: tuple[float, float, float], color: F64) -> bool:
    """Whether a wire cube of 1 m is seen: its colour over the background, near the middle of (nearly) every edge."""
    h, w = picture.shape[:2]
    corners = np.array(list(product((-0.5, 0.5), repeat=3))) + centre
    pairs = [(a, b) for a in range(8) for b in range(a) if bin(a ^ b).count("1") == 1]
    middles = np.array([(2 * corners[a] + corners[b]) / 3 for a, b in pairs])
    wanted = WIRE * color + (1 - WIRE) * BACKGROUND
    found = 0
    for x, y in np.floor(project(observer, middles, (w, h))).astype(int):
        patch = picture[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].reshape(-1, 3)
        found += any(near(pixel, wanted) for pixel in patch)
    return len(pairs) == 12 and found >= 10


def test_boxes_of_what_is_left_out(fabric: Fabric) -> None:
    """Frozen with a view in which one thing is left out for each reason; then seen from elsewhere."""
    places = {
        "OUTSIDE": (0.0, 0.0, 14.0),
        "SMALL": (4.0, 3.0, -500.0),
        "FAR": (0.0, 0.0, -900.0),
        "OCCLUDED": (0.0, 0.0, -20.0),
    }
    scene = stage(cull__decohering=700.0, debug__view="cull")
    scene.add("wall", Mesh.box((4.0, 4.0, 0.2)))
    for name, at in places.items():
        scene.add(name.lower(), Mesh.box(), at=at)
    fabric.upload_scene(weave(scene))
    size = (160, 90)
    eye = looking((0, 0, 5), (0, 0, 0), fov_y=20)
    for _ in range(3):  # drawn late, found to be hidden, left out
        show(fabric, eye, size)
    counts = fabric.counters()
    assert {name: counts[name.lower()] for name in places} == dict.fromkeys(places, 1)
    setting(fabric, debug__freeze_cull=True)
    for name, (x, y, z) in places.items():
        observer = looking((x + 2.0, y + 1.5, z + 1.2), (x, y, z), fov_y=50)
        picture = show(fabric, observer, size)
        assert has_box(picture, observer, (x, y, z), COLORS[name])
        assert not any(has_box(picture, observer, (x, y, z), COLORS[other]) for other in places if other != name)
        if name != "OUTSIDE":
            assert fabric.counters()["instances"] == 1, "the wall and nothing else"
    picture = show(fabric, looking((5, 3, 9), (0, 0, 4), fov_y=60), size)
    lines = WIRE * COLORS["FROZEN"] + (1 - WIRE) * BACKGROUND
    assert np.isclose(picture, lines, rtol=1e-2).all(axis=2).sum() > 50, "the view that the cull was frozen with"
    setting(fabric, debug__freeze_cull=False)
    picture = show(fabric, looking((5, 3, 9), (0, 0, 4), fov_y=60), size)
    assert not np.isclose(picture, lines, rtol=1e-2).all(axis=2).any()


def test_a_box_has_the_place_the_turn_and_the_size_of_its_object(fabric: Fabric) -> None:
    scene = stage(debug__view="cull", cull__decohering=10.0, cull__active=5.0, cull__superposed=2000.0)
    turn = (0, np.sqrt(0.5), 0, np.sqrt(0.5))
    scene.add("far", Mesh.box((2.0, 2.0, 2.0)), at=(3, 0, -99), scale=(2, 1, 1), rotation=turn)
    fabric.upload_scene(weave(scene))
    picture = show(fabric, looking((0, 0, 0), (0, 0, -1), height=9.0), (160, 90))
    drawn = np.argwhere((np.abs(picture - BACKGROUND) > 1e-3).any(axis=2))
    assert len(drawn), "something is drawn"
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    # Turned by 90 degrees about +Y: 2 m wide and 2 m high as seen, 4 m deep; 10 pixels to the metre.
    np.testing.assert_allclose(low, (35, 100), atol=1)
    np.testing.assert_allclose(high, (55, 120), atol=1)


def squares(**settings: Any) -> Scene:
    scene = stage(**settings)
    scene.add("here", Mesh.box(), Material(emissive=(1.0, 0.5, 0.25)))
    scene.add("there", Mesh.box(), Material(emissive=(0.25, 0.5, 1.0)), at=(20, 0, 0))
    return scene


def test_frozen_the_list_stays_while_the_eye_moves(fabric: Fabric) -> None:
    at_here, at_there = looking((0, 0, 5), (0, 0, 0), height=2.0), looking((20, 0, 5), (20, 0, 0), height=2.0)
    fabric.upload_scene(weave(squares()))
    before = show(fabric, at_here, SIZE)
    assert before[18, 32].max() > 0.5
    setting(fabric, debug__freeze_cull=True)
    assert (show(fabric, at_here, SIZE) == before).all()
    assert show(fabric, at_there, SIZE)[18, 32].max() == 0, "it was not seen when the cull was frozen"
    aside = show(fabric, looking((0, 0, 5), (0.4, 0, 0), height=2.0), SIZE)
    assert aside[18, 32].max() > 0.5
    assert (aside != before).any(), "what is drawn is drawn as it is seen now"
    moved = np.array([[[1, 0, 0, 20], [0, 1, 0, 0], [0, 0, 1, 0]]], np.float32)
    fabric.move(np.array([1], np.int32), moved)
    assert show(fabric, at_there, SIZE)[18, 32].max() > 0.5, "things go on moving"
    setting(fabric, debug__freeze_cull=False)
    moved[0, 2, 3] = -999
    fabric.move(np.array([1], np.int32), moved)
    assert show(fabric, at_there, SIZE)[18, 32].max() > 0.5, "what stood there all the time is drawn again"


def test_frozen_from_the_start_the_first_frame_culls(gpu: Gpu, fabric: Fabric) -> None:
    fresh = Fabric(gpu, SIZE)
    for one in (fresh, fabric):
        one.upload_scene(weave(squares(debug__freeze_cull=True)))
        for _ in range(3):
            picture = show(one, looking((0, 0, 5), (0, 0, 0), height=2.0), SIZE)
            assert picture[18, 32].max() > 0.5
            assert one.counters()["instances"] == 1


# ---- the depth pyramid --------------------------------------------------------------------------------------------


def expected_greys(fabric: Fabric, observer: Observer, size: tuple[int, int], level: int) -> F64:
    """(h, w) from what is in the pyramid's buffer."""
    sizes = level_sizes(size)
    level = min(level, len(sizes))
    values = read(fabric, fabric._hi_z.buffer, np.float32).astype(np.float64)
    first = sum(w * h for w, h in sizes[: level - 1])
    w, h = sizes[level - 1]
    depth = values[first : first + w * h].reshape(h, w)
    with np.errstate(divide="ignore"):
        if observer.orthographic:
            proj = fabric._uniforms["frame"]["proj"][0].astype(np.float64).T
            away = (proj[2, 3] - depth) / proj[2, 2]
        else:
            away = observer.near / depth
    taken = np.minimum((w, h), 32)
    xs, ys = (np.arange(n) * of // n for n, of in zip(taken, (w, h), strict=True))
    sampled = away[np.ix_(ys, xs)][depth[np.ix_(ys, xs)] > 0]
    if not len(sampled):
        return np.zeros((size[1], size[0]))
    low, high = sampled.min(), sampled.max()
    nearness = 1 - np.clip(np.log2(away / low) / max(np.log2(high / low), 1e-3), 0, 1)
    grey = np.where(depth > 0, (0.1 + 0.9 * nearness) ** 2.2, 0.0)
    y, x = (np.arange(size[1]) >> level), (np.arange(size[0]) >> level)
    return np.asarray(grey[np.ix_(y, x)])


EYES = {
    "perspective": looking((0, 1, 6), (0, 0, 0), fov_y=50),
    "orthographic": looking((2, 3, 9), (0, 0, 0), height=8.0),
}


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("level", [1, 2, 4, 14])
@pytest.mark.parametrize("size", [(64, 36), (75, 43)])
def test_a_level_of_the_pyramid(fabric: Fabric, eye: str, level: int, size: tuple[int, int]) -> None:
    random = np.random.default_rng(2)
    scene = stage(debug__view="hi_z", debug__hi_z_level=level)
    scene.add("ground", Mesh.plane(30.0), at=(0, -2, 0))
    scene.add_many("thing", Mesh.box(), at=random.uniform((-4, -2, -9), (4, 2, 2), (25, 3)))
    fabric.upload_scene(weave(scene))
    picture = np.zeros(0, np.float32)
    for occlusion in (True, False):  # without that cull the pyramid is made for the view alone
        setting(fabric, cull__occlusion=occlusion)
        show(fabric, EYES[eye], size)
        picture = show(fabric, EYES[eye], size)
        expected = expected_greys(fabric, EYES[eye], size, level)
        np.testing.assert_allclose(picture, np.repeat(expected[..., None], 3, axis=2), atol=3e-3)
    if level < 3:
        assert picture.max() > 0.8
        assert picture[picture > 0].min() < 0.05


def test_near_is_white_far_is_dark_and_nothing_is_black(fabric: Fabric) -> None:
    scene = stage(debug__view="hi_z", debug__hi_z_level=1)
    scene.add("near", Mesh.quad(), at=(-1, 0, 0))
    scene.add("far", Mesh.quad(), at=(1, 0, -3))
    fabric.upload_scene(weave(scene))
    show(fabric, front(2.0), SIZE)  # the pyramid is that of the early phase, which draws nothing in a first frame
    picture = show(fabric, front(2.0), SIZE)
    np.testing.assert_allclose(picture[18, 14], 1.0, rtol=1e-2)
    np.testing.assert_allclose(picture[18, 50], 0.1**2.2, rtol=1e-2)
    assert (picture[18, 32] == 0).all()


# ---- what they cost, and where they stand ------------------------------------------------------------------------


def test_cascades(fabric: Fabric) -> None:
    """A floor to the horizon is red, yellow and green from near to far, then grey; without shadows all grey."""
    scene = stage(debug__view="cascades", shadows__enabled=True, shadows__size=256, shadows__distance=50.0)
    scene.add("floor", Mesh.plane(400.0))
    scene.add("sun", Sun(), toward=(0.3, -1, 0.2))
    fabric.upload_scene(weave(scene))
    column = show(fabric, looking((0, 2, 0), (0, 1.2, -5)), (16, 128))[:, 8]
    floor = column[~np.isclose(column, BACKGROUND, rtol=0.01).all(axis=1)]
    hue = floor / floor.max(axis=1, keepdims=True)
    names = ("BEYOND", "THIRD", "SECOND", "FIRST")
    hues = np.array([COLORS[name] / COLORS[name].max() for name in names])
    nearest = np.abs(hue[:, None] - hues).max(axis=2).argmin(axis=1)
    pure = np.abs(hue[:, None] - hues).max(axis=2).min(axis=1) < 0.01
    assert set(nearest[pure].tolist()) == {0, 1, 2, 3}
    assert (np.diff(nearest[pure]) >= 0).all()
    setting(fabric, shadows__enabled=False)
    grey = show(fabric, looking((0, 2, 0), (0, 1.2, -5)), (16, 128))[120, 8]
    assert np.ptp(grey) < 1e-3
    assert grey.max() > 0.02


def test_off_nothing_is_there(gpu: Gpu) -> None:
    fresh = Fabric(gpu, SIZE)
    fresh.upload_scene(weave(squares()))
    plain = show(fresh, front(2.0), SIZE)
    assert fresh._debug is None
    passes = len(next(iter(fresh._tapes.values()))._steps)
    for view in ("rings", "cull", "hi_z", "cascades"):
        setting(fresh, debug__view=view)
        assert (show(fresh, front(2.0), SIZE) != plain).any()
        setting(fresh, debug__view="none")
        assert (show(fresh, front(2.0), SIZE) == plain).all()
    fresh._tapes.clear()
    show(fresh, front(2.0), SIZE)
    assert len(next(iter(fresh._tapes.values()))._steps) == passes


@pytest.mark.parametrize("view", ["rings", "cull", "hi_z", "cascades"])
def test_on_tape_and_not_the_same(gpu: Gpu, view: str) -> None:
    """Over changes of size, averaged frames and another scene."""
    pictures: list[list[NDArray[Any]]] = []
    for plain in (False, True):
        one = Fabric(gpu, SIZE, plain=plain)
        mine: list[NDArray[Any]] = []
        for scene in (squares(debug__view=view), stage(debug__view=view), squares(debug__view=view)):
            one.upload_scene(weave(scene))
            for size, samples in ((SIZE, 1), ((40, 30), 1), ((40, 30), 4)):
                mine.append(show(one, front(2.0), size, samples))
        pictures.append(mine)
    for taped, encoded in zip(*pictures, strict=True):
        assert (taped == encoded).all()
    assert pictures[0][1].max() > 0.1


def test_it_compiles_with_its_groups(gpu: Gpu) -> None:
    program("debug", [groups.FRAME, groups.DEBUG, groups.DRAW]).compile(gpu.device)
    program("pick_read", [groups.PICK]).compile(gpu.device)
