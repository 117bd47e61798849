"""Culling must not be seen: random scenes, cameras and motion give the same pixels with it and without it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene import Environment, Material, Mesh, Scene, Sun, apply_settings
from dreamwell.fabric import Fabric, Observer
from dreamwell.loom.weave import weave
from dreamwell.loom.woven import WovenScene
from dreamwell.shaders.structs import CullResult, InstanceFlag, Ring
from dreamwell.tests.fabric.drawing import BLACK, F32, F64, looking, read, show, spoil, stage

SCENES = 200
FRAMES = 4
SIZES = ((96, 54), (97, 53), (61, 35), (33, 71))
ALL_OFF = {"cull.frustum": False, "cull.small": False, "cull.occlusion": False, "cull.rings": False}
SHAPES = (Mesh.box(), Mesh.sphere(segments=6), Mesh.cylinder(segments=6), Mesh.plane(3), Mesh.torus(segments=6))


@pytest.fixture(scope="module")
def unculled(gpu: Gpu) -> Fabric:
    """A second renderer: what the first found visible must not depend on it."""
    return Fabric(gpu, (64, 64))


# ---- random scenes --------------------------------------------------------------------------------------------


def jumble(random: np.random.Generator, count: int, extent: float) -> Scene:
    """A wall amidst shapes of every kind of transform: turned, stretched, mirrored, tiny, huge."""
    scene = stage(
        Environment(source="color", color=(0.3, 0.4, 0.5)),
        shadows__enabled=bool(random.random() < 0.3), shadows__size=256, cull__rings=False,
    )  # fmt: skip
    scene.add("sun", Sun(lux=3), toward=(-1, -2, -0.7))
    looks = [
        Material(
            base_color=(r, g, b),
            double_sided=bool(random.random() < 0.3),
            alpha_mode=("opaque", "opaque", "mask", "blend")[int(random.integers(4))],
            alpha=float(random.uniform(0.3, 1)),
        )
        for r, g, b in random.random((6, 3)).tolist()
    ]
    scale = random.uniform(0.05, 1.5, (count, 3)) * random.choice((1, 1, 1, -1), (count, 3))
    if random.random() < 0.5:
        scale[0] = (30, 30, 0.1)
    scene.add_many(
        "thing",
        [SHAPES[i] for i in random.integers(len(SHAPES), size=count)],
        [looks[i] for i in random.integers(len(looks), size=count)],
        at=random.uniform(-extent / 2, extent / 2, (count, 3)),
        rotation=turns(random, count),
        scale=scale,
    )
    scene.add("wall", Mesh.box((extent, extent, 0.2)), Material())
    return scene


def settled(fabric: Fabric, observer: Observer, size: tuple[int, int]) -> F32:
    """The picture some frames later: what is occluded is known then, and what takes turns has had its turn."""
    for _ in range(3):
        show(fabric, observer, size)
    return show(fabric, observer, size)


def turns(random: np.random.Generator, count: int) -> F64:
    """(n, 4) random rotations."""
    q = random.normal(size=(count, 4))
    return np.asarray(q / np.linalg.norm(q, axis=1, keepdims=True))


class Motion:
    """An observer that drifts and now and then is somewhere else; it starts within arm's reach of things."""

    def __init__(self, random: np.random.Generator, extent: float, *, orthographic: bool) -> None:
        self.random, self.extent, self.orthographic = random, extent, orthographic
        self.near = float(random.choice((0.02, 0.1, 2.0)))
        self.jump()

    def jump(self) -> None:
        self.eye = self.random.uniform(-self.extent, self.extent, 3) * self.random.choice((0.3, 1.0))
        self.forward = self.random.normal(size=3) - self.eye

    def next(self) -> Observer:
        if self.random.random() < 0.25:
            self.jump()
        self.eye = self.eye + self.random.normal(size=3) * 0.2
        self.forward = self.forward + self.random.normal(size=3) * 0.1
        lens: dict[str, Any] = {"near": self.near}
        if self.orthographic:
            lens["height"] = self.extent * float(self.random.uniform(0.2, 1.2))
        else:
            lens["fov_y"] = float(self.random.uniform(20, 110))
        return looking(self.eye, self.eye + self.forward, **lens)


# ---- what ought to be culled ----------------------------------------------------------------------------------


def unseen(observer: Observer, spheres: F64, size: tuple[int, int], slack: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Which spheres, grown by `slack` metres and pixels, lie outside of the view; and which others hold no pixel.

    Angles of tangents from the eye, in float64: another way than the kernel's.
    """
    w, h = size
    local = spheres[:, :3] @ observer.view()[:3, :3].T + observer.view()[:3, 3]
    across, depth, radius = local[:, :2] * (1, -1), -local[:, 2], spheres[:, 3]
    reach = radius + slack
    pixels = np.array((w, h)) / 2
    if observer.orthographic:
        half = observer.height / 2 * np.array((w / h, 1))
        outside = (np.abs(across) > half + reach[:, None]).any(axis=1) | (depth + reach < observer.near)
        low, high = (across - radius[:, None]) / half, (across + radius[:, None]) / half
        known = np.ones(len(spheres), bool)
    else:
        half = np.tan(np.radians(observer.fov_y) / 2) * np.array((w / h, 1))
        away = (np.abs(across) - half * depth[:, None]) / np.hypot(1, half)
        outside = (away > reach[:, None]).any(axis=1) | (depth + reach < observer.near)
        known = depth - radius > observer.near
        middle = np.arctan2(across, depth[:, None])
        wide = np.arcsin(np.clip(radius[:, None] / np.hypot(across, depth[:, None]), 0, 1))
        low, high = np.tan(middle - wide) / half, np.tan(middle + wide) / half
    first = np.ceil((low + 1) * pixels - slack - 0.5)
    last = np.floor((high + 1) * pixels + slack - 0.5)
    return outside, known & (first > last).any(axis=1) & ~outside


def check_counters(fabric: Fabric, observer: Observer, size: tuple[int, int]) -> dict[str, int]:
    """The counters are those of the oracle, up to what lies on a border; nothing is drawn twice or forgotten."""
    scene = fabric.scene
    assert scene is not None
    spheres = read(fabric, scene.spheres, np.float32).reshape(-1, 4)[: scene.count].astype(np.float64)
    counters = fabric.counters()
    assert sum(counters[name] for name in ("instances", "outside", "small", "far", "occluded")) == scene.count
    assert counters["culled"] == scene.count - counters["instances"]
    slack = 2e-3 * max(1.0, float(np.abs(spheres).max()) / 30)
    bold, small = unseen(observer, spheres, size, -slack)
    timid, surely_small = unseen(observer, spheres, size, slack + 1 / 128)
    assert timid.sum() <= counters["outside"] <= bold.sum()
    assert (surely_small & timid | surely_small & ~bold).sum() <= counters["small"] <= (small | bold & ~timid).sum()
    return counters


@pytest.mark.parametrize("part", range(8))
def test_culling_is_not_seen(fabric: Fabric, unculled: Fabric, part: int) -> None:
    """Moving cameras, teleports, moving things, shadows, transparency, odd sizes, orthographic views."""
    found = dict.fromkeys(("outside", "small", "occluded", "instances"), 0)
    for seed in range(part, SCENES, 8):
        random = np.random.default_rng(seed)
        count, extent, size = int(random.integers(20, 300)), float(random.uniform(4, 60)), SIZES[seed % len(SIZES)]
        scene = jumble(random, count, extent)
        woven = weave(scene)
        for one in (fabric, unculled):
            one.upload_scene(woven)
        unculled.set_post_process_config(apply_settings(scene.settings, ALL_OFF))
        motion = Motion(random, extent, orthographic=seed % 7 == 3)
        for frame in range(FRAMES):
            rows = random.permutation(woven.instance_object)[: int(random.integers(0, count // 4))]
            position = random.uniform(-extent / 2, extent / 2, (len(rows), 3)).astype(np.float32)
            rotation = turns(random, len(rows)).astype(np.float32)
            # A mirrored thing stays one: that is its pipeline's.
            factors = random.uniform(0.3, 1, (len(rows), 1)) * scene.scales[rows]
            observer = motion.next()
            pictures: list[Any] = []
            for one in (fabric, unculled):
                if frame:
                    one.place(rows, position, rotation, factors.astype(np.float32))
                pictures.append(show(one, observer, size))
            assert (pictures[0] == pictures[1]).all(), f"scene {seed}, frame {frame}"
            for name, number in check_counters(fabric, observer, size).items():
                if name in found:
                    found[name] += number
            assert unculled.counters()["culled"] == 0
    assert min(found.values()) > 100, "every test had something to do"


# ---- occlusion ------------------------------------------------------------------------------------------------


def behind_a_wall(count: int) -> WovenScene:
    random = np.random.default_rng(4)
    scene = stage(BLACK)
    scene.add_many("cube", Mesh.box(), at=random.uniform((-60, -30, -90), (60, 30, -10), (count, 3)))
    scene.add("wall", Mesh.box((400, 400, 1)), at=(0, 0, -5))
    return weave(scene)


def test_what_a_wall_hides_is_not_drawn(fabric: Fabric) -> None:
    fabric.upload_scene(behind_a_wall(10_000))
    settled(fabric, looking((0, 0, 0), (0, 0, -1)), (160, 90))
    counters = fabric.counters()
    in_view = 10_001 - counters["outside"]
    assert in_view > 3000
    assert counters["instances"] <= 1 + in_view * 0.001
    assert counters["occluded"] >= in_view * 0.999 - 1 - counters["small"]


def test_what_comes_from_behind_a_wall_is_there_at_once(fabric: Fabric, unculled: Fabric) -> None:
    woven = behind_a_wall(2000)
    unculled_settings = apply_settings(woven.settings, ALL_OFF)
    for one in (fabric, unculled):
        one.upload_scene(woven)
    unculled.set_post_process_config(unculled_settings)
    wall = woven.objects.names.index("wall")
    aside = np.eye(4, dtype=np.float32)[None, :3].copy()
    aside[0, 1, 3] = 1000
    observer = looking((0, 0, 0), (0, 0, -1))
    for one in (fabric, unculled):
        settled(one, observer, (96, 54))
        one.move(np.array([wall], np.int32), aside)
    pictures = [show(one, observer, (96, 54)) for one in (fabric, unculled)]
    assert (pictures[0] == pictures[1]).all()
    assert pictures[0].std() > 0 or fabric.counters()["instances"] > 500


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (3, 5), (17, 16), (33, 71), (97, 53), (128, 64), (255, 257)])
def test_the_pyramid_holds_the_farthest_depths(fabric: Fabric, size: tuple[int, int]) -> None:
    """Level k: the smallest (reversed) depth of every block of 2^k pixels, in sizes that are no powers of two."""
    fabric.upload_scene(weave(jumble(np.random.default_rng(3), 150, 12.0)))
    observer = looking((0, 2, 9), (0, 0, 0))
    settled(fabric, observer, size)  # the early phase draws all that is seen: its depth is the final one
    pyramid = fabric._hi_z.buffer
    spoil(fabric, pyramid)
    show(fabric, observer, size)
    w, h = size
    raw: Any = fabric.gpu.device.queue.read_texture(
        {"texture": fabric._main.depth, "aspect": "depth-only"},
        {"bytes_per_row": 4 * w, "rows_per_image": h},
        (w, h, 1),
    )
    level = np.frombuffer(raw, np.float32).reshape(h, w)
    levels: list[NDArray[np.float32]] = []
    while not levels or level.size > 1:
        wide = np.pad(level, [(0, level.shape[0] % 2), (0, level.shape[1] % 2)], constant_values=np.inf)
        level = wide.reshape(wide.shape[0] // 2, 2, -1, 2).min(axis=(1, 3))
        levels.append(level)
    wanted = np.concatenate([one.ravel() for one in levels])
    np.testing.assert_array_equal(read(fabric, pyramid, np.float32)[: len(wanted)], wanted)
    assert level[0, 0] == 0 or size[0] * size[1] < 1000, "somewhere the sky is seen"


# ---- observer rings -------------------------------------------------------------------------------------------

LIMITS = {"cull__active": 10.0, "cull__decohering": 20.0, "cull__superposed": 40.0, "cull__hysteresis": 0.2}


def lonely(size: float = 1.0, flags: int = 0, significance: float = 1.0, **settings: Any) -> WovenScene:
    """One cube in front of the eye, and what the rings judge it by."""
    scene = stage(BLACK, **{**LIMITS, **settings})
    scene.add("cube", Mesh.box(size), at=(0, 0, -1))
    woven = weave(scene)
    instances = woven.instances.copy()
    instances["flags"] |= flags
    instances["significance"] = significance
    return replace(woven, instances=instances)


def ring_at(fabric: Fabric, distance: float) -> tuple[Ring, bool]:
    """Put the cube's nearest point `distance` metres from the eye; its ring a few frames later, and if it is drawn."""
    scene = fabric.scene
    assert scene is not None
    radius = float(read(fabric, scene.spheres, np.float32)[3])
    world = np.eye(4, dtype=np.float32)[None, :3].copy()
    world[0, 2, 3] = -(distance + radius)
    fabric.move(np.array([scene.woven.objects.names.index("cube")], np.int32), world)
    settled(fabric, looking((0, 0, 0), (0, 0, -1)), (64, 36))
    state = int(read(fabric, scene.states, np.uint32)[0])
    return Ring(state & 3), CullResult(state >> 4 & 7) != CullResult.FAR


def test_rings_follow_the_distance(fabric: Fabric) -> None:
    fabric.upload_scene(lonely())
    way = {1: Ring.ACTIVE, 9.9: Ring.ACTIVE, 14: Ring.DECOHERING, 30: Ring.SUPERPOSED, 70: Ring.DORMANT}
    for distance, ring in (*way.items(), *reversed(way.items())):
        assert ring_at(fabric, distance) == (ring, ring in (Ring.ACTIVE, Ring.DECOHERING))


@pytest.mark.parametrize(("limit", "inner"), [(10.0, Ring.ACTIVE), (20.0, Ring.DECOHERING), (40.0, Ring.SUPERPOSED)])
def test_to_and_fro_across_a_border_keeps_the_ring(fabric: Fabric, limit: float, inner: Ring) -> None:
    fabric.upload_scene(lonely())
    outer = Ring(inner + 1)
    assert ring_at(fabric, limit * 0.99)[0] == inner
    for part in (1.01, 0.99, 1.19, 0.98, 1.15):
        assert ring_at(fabric, limit * part)[0] == inner
    assert ring_at(fabric, limit * 1.21)[0] == outer
    for part in (1.19, 1.01, 1.15, 1.30):
        assert ring_at(fabric, limit * part)[0] == outer
    assert ring_at(fabric, limit * 0.99)[0] == inner


def test_without_hysteresis_the_border_is_sharp(fabric: Fabric) -> None:
    fabric.upload_scene(lonely(cull__hysteresis=0.0))
    for _ in range(2):
        assert ring_at(fabric, 10.05)[0] == Ring.DECOHERING
        assert ring_at(fabric, 9.95)[0] == Ring.ACTIVE


def test_large_and_significant_things_count_as_nearer(fabric: Fabric) -> None:
    fabric.upload_scene(lonely(significance=3.0))
    assert ring_at(fabric, 29)[0] == Ring.ACTIVE
    assert ring_at(fabric, 40)[0] == Ring.DECOHERING
    fabric.upload_scene(lonely(size=8.0))  # 6.9 m in radius
    assert ring_at(fabric, 60)[0] == Ring.ACTIVE
    assert ring_at(fabric, 100)[0] == Ring.DECOHERING


@pytest.mark.parametrize("ring", list(Ring))
def test_a_fixed_ring_stays(fabric: Fabric, ring: Ring) -> None:
    fabric.upload_scene(lonely(flags=int(InstanceFlag.FIXED_RING) | ring << 2))
    for distance in (1, 30, 70, 1):
        assert ring_at(fabric, distance) == (ring, ring in (Ring.ACTIVE, Ring.DECOHERING))


def test_without_rings_everything_is_active(fabric: Fabric) -> None:
    fabric.upload_scene(lonely(cull__rings=False))
    for distance in (1, 30, 700):
        assert ring_at(fabric, distance) == (Ring.ACTIVE, True)


def test_other_radii_count_from_the_next_frames_on(fabric: Fabric) -> None:
    woven = lonely()
    fabric.upload_scene(woven)
    assert ring_at(fabric, 30)[0] == Ring.SUPERPOSED
    fabric.set_post_process_config(apply_settings(woven.settings, {"cull.active": 100.0, "cull.decohering": 200.0}))
    assert ring_at(fabric, 30) == (Ring.ACTIVE, True)


def test_what_is_far_throws_no_shadow(fabric: Fabric) -> None:
    """The sun's view reads the rings of the main one."""
    scene = stage(Environment(source="color", color=(0.1, 0.1, 0.1)), shadows__enabled=True, **LIMITS)
    scene.add("sun", Sun(lux=3), toward=(0, -1, 0))
    scene.add("floor", Mesh.plane(30), at=(0, -2, -6))
    scene.add("cube", Mesh.box(2), at=(0, 60, -6))
    woven = weave(scene)
    fabric.upload_scene(woven)
    without = settled(fabric, looking((0, 0, 0), (0, -1, -4)), (64, 36))
    fabric.set_post_process_config(apply_settings(woven.settings, {"cull.rings": False}))
    shadowed = settled(fabric, looking((0, 0, 0), (0, -1, -4)), (64, 36))
    assert (shadowed < without - 0.1).any()
