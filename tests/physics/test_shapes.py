"""Every shape, as a thing that others lie on, as a thing that lies, and as a thing that rays hit; by both engines."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw

F64 = NDArray[np.float64]
Play = Callable[..., dw.World]
Surface = Callable[[F64], F64]


# ---- what the shapes are ------------------------------------------------------------------------------------------
# How far (k, 3) points are outside of a shape, metres, negative within; in the plane z is 0.


def box_surface(p: F64) -> F64:
    q = np.abs(p) - (1.0, 0.5, 0.75)
    return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0)


def capsule_surface(p: F64) -> F64:
    y = np.clip(p[:, 1], -0.5, 0.5)
    return np.hypot(np.hypot(p[:, 0], p[:, 2]), p[:, 1] - y) - 0.4


def cylinder_surface(p: F64) -> F64:
    q = np.stack([np.hypot(p[:, 0], p[:, 2]) - 0.4, np.abs(p[:, 1]) - 0.5], axis=1)
    return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0)


def cone_surface(p: F64) -> F64:
    """Of radius 0.4 at y = -0.5 and a tip at y = 0.5; planes' distances, exact on the surface."""
    slant = ((np.hypot(p[:, 0], p[:, 2]) / 0.4 + p[:, 1] - 0.5) * 0.4) / math.hypot(1, 0.4)
    return np.maximum(slant, -0.5 - p[:, 1])


SHAPES: dict[str, tuple[dw.Collider, dw.Mesh | None, Surface, float]] = {
    "box": (dw.Collider.box((2, 1, 1.5)), None, box_surface, 0.5),
    "sphere": (dw.Collider.sphere(0.4), None, lambda p: np.linalg.norm(p, axis=1) - 0.4, 0.4),
    "capsule": (dw.Collider.capsule(0.4, 1.0), None, capsule_surface, 0.9),
    "cylinder": (dw.Collider.cylinder(0.4, 1.0), None, cylinder_surface, 0.5),
    "cone": (dw.Collider.cone(0.4, 1.0), None, cone_surface, 0.5),
    "convex": (dw.Collider.convex(), dw.Mesh.box((2, 1, 1.5)), box_surface, 0.5),
    "decomposition": (dw.Collider.decomposition(), dw.Mesh.box((2, 1, 1.5)), box_surface, 0.5),
    "mesh": (dw.Collider.mesh(), dw.Mesh.box((2, 1, 1.5)), box_surface, 0.5),
}
"""Collider, Mesh beside it, its surface, and how high its top is above its middle."""
SOLID = [name for name in SHAPES if name != "mesh"]


def channel() -> dw.Mesh:
    """A U of 2 m from side to side and 1 m high, whose walls and floor are 0.2 m thick; 1 m along z, open there."""
    outline = np.array([(-1, -0.5), (1, -0.5), (1, 0.5), (0.8, 0.5), (0.8, -0.3), (-0.8, -0.3), (-0.8, 0.5), (-1, 0.5)])
    flat = [(0, 1, 4), (0, 4, 5), (1, 2, 3), (1, 3, 4), (0, 5, 6), (0, 6, 7)]
    n = len(outline)
    points = np.array([(x, y, z) for z in (-0.5, 0.5) for x, y in outline], np.float32)
    faces = [tuple(reversed(t)) for t in flat] + [tuple(i + n for i in t) for t in flat]
    for i in range(n):
        j = (i + 1) % n
        faces += [(i, j, j + n), (i, j + n, i + n)]
    normals = np.tile(np.array([[0, 0, 1]], np.float32), (2 * n, 1))
    return dw.Mesh.of(dw.MeshData(points, normals, np.array(faces, np.uint32).ravel()))


def hills() -> dw.Mesh:
    """A grid of 8 m by 4 m whose height is 0.2 x - 0.1 z where x is below 2, and 0.4 m beyond."""
    x, z = np.meshgrid(np.linspace(-4, 4, 17), np.linspace(-2, 2, 5))
    y = np.where(x <= 2, 0.2 * x, 0.4) - 0.1 * z
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3).astype(np.float32)
    quads = [(r * 17 + c, r * 17 + c + 17, r * 17 + c + 1, r * 17 + c + 18) for r in range(4) for c in range(16)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (c, b, d))], np.uint32).ravel()
    return dw.Mesh.of(dw.MeshData(points, np.tile(np.array((0, 1, 0), np.float32), (len(points), 1)), faces))


def add(scene: dw.Scene, name: str, shape: str, *more: Any, **how: Any) -> dw.SceneObject:
    collider, mesh, _, _ = SHAPES[shape]
    return scene.add(name, collider, *more, *(() if mesh is None else (mesh,)), **how)


# ---- rest -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_things_come_to_rest_on_it(scene: dw.Scene, play: Play, shape: str) -> None:
    add(scene, "below", shape, at=(3, 1, 0))
    upright = dw.Body(lock_rotation="xyz", lock_position="xz")
    scene.add("plank", upright, dw.Collider.box((0.5, 0.2, 0.5)), at=(3, 3, 0))
    world = play(scene, 150)
    assert world["plank"].position == pytest.approx((3, 1 + SHAPES[shape][3] + 0.1, 0), abs=0.01)
    assert world["plank"].body.velocity == pytest.approx((0, 0, 0), abs=0.02)


@pytest.mark.parametrize("shape", SOLID)
def test_it_comes_to_rest(scene: dw.Scene, play: Play, shape: str) -> None:
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    height = 0.5 if shape == "cone" else SHAPES[shape][3]
    add(scene, "thing", shape, dw.Body(lock_rotation="xyz"), at=(0, height + 1, 0))
    world = play(scene, 150)
    assert world["thing"].position == pytest.approx((0, height, 0), abs=0.01)
    assert world["thing"].body.asleep


@pytest.mark.parametrize("shape", ["box", "cylinder", "convex", "decomposition"])
def test_it_stands_by_itself(scene: dw.Scene, play: Play, shape: str) -> None:
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    add(scene, "thing", shape, dw.Body(), at=(0, 0.7, 0))
    world = play(scene, 200)
    assert world["thing"].position == pytest.approx((0, 0.5, 0), abs=0.01)
    assert abs(world["thing"].rotation[3]) == pytest.approx(1, abs=1e-4)


def test_a_ball_lies_in_the_hollow_of_what_was_decomposed(scene: dw.Scene, play: Play) -> None:
    """A hull would have no hollow. What falls, with the ball in it, is one body."""
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    scene.add("tray", channel(), dw.Body(lock_rotation="xyz"), dw.Collider.decomposition(), at=(2, 1, 0), scale=2)
    scene.add("hull", channel(), dw.Collider.convex(), at=(-5, 1, 0), scale=2)
    for x in (2, -5):
        scene.add(f"ball{x}", dw.Body(lock_position="xz"), dw.Collider.sphere(0.3), at=(x, 4, 0))
    world = play(scene, 200)
    assert world["tray"].position == pytest.approx((2, 1, 0), abs=0.02)
    assert world["ball2"].position[1] == pytest.approx(0.4 + 0.3, abs=0.05)
    assert world["ball-5"].position[1] == pytest.approx(2 + 0.3, abs=0.02)
    assert world["tray"].body.mass == pytest.approx(8 * 1000 * (2 * 0.2 + 2 * 0.2 * 0.8), rel=0.1)


def test_things_lie_on_a_heightfield(scene: dw.Scene, play: Play) -> None:
    scene.add("hills", hills(), dw.Collider(shape="heightfield", friction=2.0), at=(10, 1, 0))
    slope = math.atan(0.2) / 2
    turn = (0.0, 0.0, math.sin(slope), math.cos(slope))
    scene.physics = dw.Physics(engine=scene.physics.engine)
    scene.add("ball", dw.Body(lock_position="xz"), dw.Collider.sphere(0.25), at=(13, 3, 0))
    held = dw.Body(lock_position="xz", lock_rotation="xyz")
    scene.add("box", held, dw.Collider(size=(0.4, 0.4, 0.4), friction=2.0), at=(9, 3, 0), rotation=turn)
    world = play(scene, 200)
    lift = 0.2 if scene.physics.engine == "planar" else 0.0  # the skyline: of all z the highest
    normal = 1.0 if scene.physics.engine == "planar" else math.hypot(1, 0.1)
    assert world["ball"].position[1] == pytest.approx(1.4 + lift + 0.25 * normal, abs=0.02)
    hit = world.physics.ray((9, 9, 0), (0, -1, 0), exclude=world["box"])
    assert hit is not None
    assert hit.point == pytest.approx((9, 0.8 + lift, 0), abs=0.01)
    assert hit.normal[0] < -0.15
    assert world["box"].position[1] == pytest.approx(0.8 + lift + 0.2, abs=0.05)


def test_a_compound_rests_on_all_its_parts(scene: dw.Scene, play: Play) -> None:
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    table = scene.add("table", dw.Body(), at=(1, 3, 0), scale=2)
    for x in (-1, 1):
        scene.add(f"leg{x}", dw.Collider.cylinder(0.1, 1.0), at=(x, 0, 0), parent=table)
    scene.add("top", dw.Collider.box((3, 0.2, 1)), at=(0, 0.6, 0), parent=table)
    scene.add("cup", dw.Body(), dw.Collider.box(0.3), at=(1.5, 5, 0))
    world = play(scene, 240)
    assert world["table"].position == pytest.approx((1, 1, 0), abs=0.01)
    assert world["cup"].position[1] == pytest.approx(2.4 + 0.15, abs=0.02)
    hit = world.physics.ray((0, 9, 0), (0, -1, 0))
    assert hit is not None
    assert hit.entity == world["table"]
    assert hit.point == pytest.approx((0, 2.4, 0), abs=0.02)


# ---- rays -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_rays_hit_its_surface_and_nothing_else(scene: dw.Scene, play: Play, shape: str) -> None:
    """From all around, at one that is moved, turned and scaled: each point lies on it, and nothing is before it."""
    planar = scene.physics.engine == "planar"
    random = np.random.default_rng(7)
    angle, centre = 0.7, np.array((4.0, -2.0, 0.0 if planar else 3.0))
    turn = (0.0, 0.0, math.sin(angle / 2), math.cos(angle / 2))
    add(scene, "it", shape, at=tuple(centre), rotation=turn, scale=1.5)
    world = play(scene, 1)
    around = random.normal(size=(200, 3))
    aims = random.normal(size=(200, 3)) * 0.5
    if planar:
        around[:, 2] = aims[:, 2] = 0
    starts = centre + 6 * around / np.linalg.norm(around, axis=1, keepdims=True)
    ways = centre + aims - starts
    hits = world.physics.rays(starts, ways)
    there = hits.rows >= 0
    assert 20 < there.sum() < 200, "some hit, some miss"
    c, s = math.cos(angle), math.sin(angle)

    def outside(points: F64) -> F64:
        x, y, z = ((points - centre) / 1.5).T
        return 1.5 * SHAPES[shape][2](np.stack([c * x + s * y, c * y - s * x, z], axis=1))

    assert np.abs(outside(hits.points[there].astype(np.float64))).max() < 0.01
    far = np.linalg.norm(hits.points[there] - starts[there], axis=1)
    assert hits.distances[there] == pytest.approx(far, abs=1e-3)
    steps = np.linspace(0, 12, 600)
    unit = ways / np.linalg.norm(ways, axis=1, keepdims=True)
    for start, way, hit, distance in zip(starts, unit, there, hits.distances, strict=True):
        depth = outside(start + steps[:, None] * way)
        before = depth[steps < distance - 0.03] if hit else depth
        assert before.min() > -0.01, "nothing before it"
        if hit:
            assert (outside((start + way * (distance + 0.002))[None]) < 0.01).all()
    faced = np.einsum("ij,ij->i", hits.normals[there], unit[there])
    assert (faced < 0.05).all(), "normals look back"
    assert np.linalg.norm(hits.normals[there], axis=1) == pytest.approx(np.ones(there.sum()), abs=1e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_are_cast_at_it_and_overlap_it(scene: dw.Scene, play: Play, shape: str) -> None:
    add(scene, "it", shape, at=(1, 0, 0))
    world = play(scene, 1)
    cast = world.physics.shape_cast(dw.Collider.box((0.5, 0.2, 0.5)), (1, 5, 0), (0, -1, 0))
    assert cast is not None
    assert cast.distance == pytest.approx(5 - SHAPES[shape][3] - 0.1, abs=0.01)
    assert world.physics.overlap(dw.Collider.sphere(0.2), at=(1, SHAPES[shape][3] - 0.1, 0)) == [world["it"]]
    assert world.physics.overlap(dw.Collider.sphere(0.2), at=(1, SHAPES[shape][3] + 0.25, 0)) == []


# ---- mass, offset, turn ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "volume"),
    [
        ("box", 3.0),
        ("sphere", 4 / 3 * math.pi * 0.4**3),
        ("capsule", math.pi * 0.16 + 4 / 3 * math.pi * 0.4**3),
        ("cylinder", math.pi * 0.16),
        ("cone", math.pi * 0.16 / 3),
        ("convex", 3.0),
        ("decomposition", 3.0),
    ],
)
def test_it_weighs_what_it_holds(scene: dw.Scene, play: Play, shape: str, volume: float) -> None:
    add(scene, "thing", shape, dw.Body(), scale=2)
    world = play(scene, 1)
    assert world["thing"].body.mass == pytest.approx(8 * 1000 * volume, rel=0.02)


def test_colliders_may_be_moved_and_turned_on_their_object(scene: dw.Scene, play: Play) -> None:
    quarter = (0.0, 0.0, math.sqrt(0.5), math.sqrt(0.5))
    lying = dw.Collider(size=(0.2, 2.0, 1.0), offset=(1.0, 0.5, 0.0), rotation=quarter)
    scene.add("beam", lying, at=(2, 0, 0), scale=2)
    world = play(scene, 1)
    for x, there in ((1.9, False), (2.1, True), (5.9, True), (6.1, False)):
        hit = world.physics.ray((x, 9, 0), (0, -1, 0))
        assert (hit is not None) == there
        if hit is not None:
            assert hit.point[1] == pytest.approx(1.2, abs=0.01)


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_drawn_on_its_surface(scene: dw.Scene, play: Play, shape: str) -> None:
    """Edges as they are looked at, by `debug.physics`, and the farthest point, which observer rings ask for."""
    from dreamwell.physics.measures import bounding_radius
    from dreamwell.physics.shape_edges import edges_of
    from dreamwell.physics.shapes import shape_of

    row = add(scene, "it", shape).row
    world = play(scene, 1)
    mesh, _ = world.roster.look(row)
    made, _ = shape_of(SHAPES[shape][0], np.ones(3), world.woven, mesh, "it")
    lines = edges_of(made)
    assert len(lines) >= 12
    assert np.abs(SHAPES[shape][2](lines.reshape(-1, 3))).max() < 0.02
    assert np.linalg.norm(lines.reshape(-1, 3), axis=1).max() == pytest.approx(bounding_radius(made), rel=0.02)
    assert world.physics.lines().shape[1:] == (2, 3)
