"""What physics sees, as lines: where the shapes are, in the colours of what they do."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.lines import packed_colors
from dreamwell.physics.following import follow_physics
from dreamwell.physics.outlines import COLORS
from dreamwell.physics.physics_world import Shape
from dreamwell.physics.shape_edges import edges_of
from dreamwell.tests.physics.conftest import Play

Run = Callable[[dw.World, int], None]


def drawn(world: dw.World) -> dict[str, Any]:
    """Ends (k, 2, 3) by the name of the colour."""
    world.configure({"debug.physics": True})
    follow_physics(world)
    for told in world.lines.before_drawing:
        told()
    found = world.lines.compose()
    ends = np.stack([found["a"], found["b"]], axis=1)
    names = {int(packed_colors(color, 1)[0]): name for name, color in COLORS.items()}
    return {name: ends[found["color"] == color] for color, name in names.items()}


def test_shapes_are_where_their_bodies_are(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    scene.add("crate", dw.Body(), dw.Collider(size=(1, 1, 1), offset=(0, 0.5, 0)), at=(0, 0.1, 0))
    scene.add("lift", dw.Body(kind="kinematic"), dw.Collider.sphere(), at=(5, 3, 0))
    scene.add("zone", dw.Collider(size=(2, 2, 2), sensor=True), at=(-5, 3, 0))
    table = scene.add("table", dw.Body(), at=(9, 2, 0))
    scene.add("top", dw.Collider.box((3, 0.2, 1)), at=(0, 1, 0), parent=table)
    scene.add("hook", dw.Collider.sphere(0.1), at=(0, 9, 0))
    rope = dw.Joint(kind="distance", other="hook", other_anchor=(0, 0, 0))
    scene.add("bob", dw.Body(can_sleep=False), dw.Collider.sphere(0.2), rope, at=(1, 9, 0))
    world = play(scene, 20)
    found = drawn(world)
    dynamic = found["dynamic"].reshape(-1, 3)
    crate = dynamic[np.abs(dynamic[:, 0]) < 0.6][:24]
    x, y, z = world["crate"].position
    np.testing.assert_allclose(crate.min(axis=0), (x - 0.5, y, z - 0.5), atol=0.02)
    np.testing.assert_allclose(crate.max(axis=0), (x + 0.5, y + 1, z + 0.5), atol=0.02)
    top = dynamic[dynamic[:, 0] > 7]
    np.testing.assert_allclose(top.mean(axis=0), world["top"].world_position, atol=0.02)
    assert len(found["sensor"]) == 12
    np.testing.assert_allclose(np.linalg.norm(found["kinematic"].reshape(-1, 3) - (5, 3, 0), axis=1), 0.5, atol=1e-5)
    assert len(found["static"]) >= 12
    (joint,) = found["joint"]
    np.testing.assert_allclose(joint, [world["bob"].world_position, (0, 9, 0)], atol=1e-4)
    assert len(found["contact"]), "the crate stands on the ground"
    run(world, 200)
    found = drawn(world)
    assert len(found["asleep"]), "it rests"
    world["crate"].body.wake()
    world["crate"].position = (0, 5, 0)
    run(world, 1)
    assert drawn(world)["dynamic"].reshape(-1, 3)[:, 1].max() > 5.5
    world.despawn(world["crate"])
    run(world, 1)
    drawn(world)


def test_they_go_when_they_are_not_asked_for(scene: dw.Scene, play: Play) -> None:
    scene.add("crate", dw.Body(), dw.Collider.box())
    world = play(scene, 2)
    assert sum(map(len, drawn(world).values())) >= 12
    world.configure({"debug.physics": False})
    follow_physics(world)
    assert len(world.lines) == 0
    assert not world.lines.before_drawing


def test_they_are_there_after_going_back(scene: dw.Scene, play: Play, run: Run) -> None:
    rope = dw.Joint(kind="distance", other_anchor=(0, 5, 0))
    scene.add("bob", dw.Body(can_sleep=False), dw.Collider.box(), rope, at=(2, 5, 0))
    world = play(scene, 20)
    before = drawn(world)
    snapshot = world.snapshot()
    run(world, 30)
    world.restore(snapshot)
    after = drawn(world)
    for name, ends in before.items():
        np.testing.assert_allclose(after[name], ends, atol=1e-5)


def test_worlds_that_nobody_simulates_have_none() -> None:
    scene = dw.Scene("still", seed=1)
    scene.add("crate", dw.Body(), dw.Collider.box())
    assert sum(map(len, drawn(dw.World(dw.weave(scene))).values())) == 0


@pytest.mark.parametrize(
    ("shape", "extent"),
    [
        (Shape("box", half=(1, 2, 3)), (1, 2, 3)),
        (Shape("sphere", radius=2), (2, 2, 2)),
        (Shape("capsule", radius=1, half_height=2), (1, 3, 1)),
        (Shape("cylinder", radius=1, half_height=2), (1, 2, 1)),
        (Shape("cone", radius=1, half_height=2), (1, 2, 1)),
    ],
)
def test_edges_reach_as_far_as_the_shape(shape: Shape, extent: tuple[float, float, float]) -> None:
    edges = edges_of(shape)
    assert edges.shape[1:] == (2, 3)
    np.testing.assert_allclose(edges.reshape(-1, 3).max(axis=0), extent, atol=1e-6)
    np.testing.assert_allclose(edges.reshape(-1, 3).min(axis=0), np.negative(extent), atol=1e-6)


def test_hulls_and_triangles_show_each_edge_once() -> None:
    corners = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
    assert len(edges_of(Shape("convex", points=corners))) == 12, "the diagonals of its faces bend nothing"
    square = np.array([[0, 1, 2], [2, 1, 3]], np.uint32)
    assert len(edges_of(Shape("mesh", points=corners[:4], triangles=square))) == 5
    heights = np.arange(6, dtype=np.float32).reshape(2, 3)
    field = edges_of(Shape("heightfield", half=(2, 1, 1), heights=heights))
    assert len(field) == 4 + 3
    np.testing.assert_array_equal(field[0], [(-2, 0, -1), (0, 1, -1)])
