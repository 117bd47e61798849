"""Bodies far from the camera: a quarter of the ticks, or none; what they were about to do is not forgotten."""

from collections.abc import Callable
from typing import Literal

import pytest

import dreamwell as dw
from dreamwell.engine.scene import apply_settings
from dreamwell.tests.physics.conftest import Play

Run = Callable[[dw.World, int], None]
NEAR, MIDDLE, FAR = 10.0, 60.0, 300.0


@pytest.fixture
def engine() -> Literal["spatial", "planar"]:
    return "spatial"


@pytest.fixture
def rings(engine: Literal["spatial", "planar"]) -> dw.Scene:
    """A scene with a camera in the origin, in which Active ends at 50 m and Decohering at 100."""
    scene = dw.Scene("rings", seed=1)
    scene.physics = dw.Physics(engine=engine, gravity=(0, 0, 0), rings=True)
    scene.settings = apply_settings(
        scene.settings, {"cull.active": 50.0, "cull.decohering": 100.0, "cull.superposed": 1000.0}
    )
    scene.add("camera", dw.Camera())
    return scene


def drifting(scene: dw.Scene) -> dw.Scene:
    for name, x in (("near", NEAR), ("middle", MIDDLE), ("far", FAR)):
        scene.add(name, dw.Body(velocity=(0, 3, 0), can_sleep=False), dw.Collider.sphere(0.5), at=(x, 0, 0))
    return scene


def heights(world: dw.World) -> list[float]:
    return [world[name].position[1] for name in ("near", "middle", "far")]


def test_far_ones_tick_less_often(rings: dw.Scene, play: Play, run: Run) -> None:
    world = play(drifting(rings), 80)
    assert heights(world) == pytest.approx([4, 1, 0], abs=0.01)
    assert world["far"].body.velocity == pytest.approx((0, 3, 0))
    assert world["middle"].body.velocity == pytest.approx((0, 3, 0))
    world["camera"].position = (FAR, 0, 0)
    run(world, 80)
    near, middle, far = heights(world)
    assert near == pytest.approx(4, abs=0.25), "now it is far away"
    assert far == pytest.approx(4, abs=0.25), "and what was goes on as it was"
    assert middle == pytest.approx(1, abs=0.1)


def test_without_asking_all_move(rings: dw.Scene, play: Play) -> None:
    rings.physics = dw.Physics(engine=rings.physics.engine, gravity=(0, 0, 0))
    assert heights(play(drifting(rings), 80)) == pytest.approx([4, 4, 4], abs=0.01)


def test_scripts_move_what_rests(rings: dw.Scene, play: Play, run: Run) -> None:
    """What is set is kept until it moves again; what is pushed moves at once."""
    world = play(drifting(rings), 10)
    far = world["far"].body
    far.velocity = (0, -3, 0)
    run(world, 10)
    assert far.velocity == pytest.approx((0, -3, 0))
    assert world["far"].position[1] == pytest.approx(0, abs=0.1)
    before = world["far"].position[1]
    far.apply_impulse((0, 9 * far.mass, 0))
    run(world, 1)
    assert far.velocity == pytest.approx((0, 6, 0), rel=1e-3)
    assert world["far"].position[1] > before
    far.sleep()
    assert far.asleep
    assert far.velocity == pytest.approx((0, 0, 0))


def test_what_is_woken_gets_its_motion_back(rings: dw.Scene, play: Play, run: Run) -> None:
    """An active thing runs into one that rests while it moves: both momenta count."""
    scene = drifting(rings)
    fast = dw.Body(velocity=(60, 0, 0), can_sleep=False)
    scene.add("train", fast, dw.Collider.sphere(20.0), at=(FAR - 40, 0, 0))  # so large that it is always Active
    world = play(scene, 60)
    assert world["far"].position[1] != pytest.approx(0, abs=0.05)
    assert world["far"].body.velocity[0] > 10


def test_a_stack_across_the_border_stands(rings: dw.Scene, play: Play) -> None:
    rings.physics = dw.Physics(engine=rings.physics.engine, rings=True)
    rings.add("ground", dw.Collider.box((400, 1, 40)), at=(0, -0.5, 0))
    for i in range(6):
        rings.add(f"crate-{i}", dw.Body(can_sleep=False), dw.Collider.box(), at=(51.5, 0.5 + i, 0))
    world = play(rings, 600)
    for i in range(6):
        assert world[f"crate-{i}"].position == pytest.approx((51.5, 0.5 + i, 0), abs=0.06)


def test_it_repeats_and_goes_back(play: Play, run: Run) -> None:
    def scene() -> dw.Scene:
        made = dw.Scene("rings", seed=1)
        made.physics = dw.Physics(rings=True)
        made.settings = apply_settings(
            made.settings, {"cull.active": 20.0, "cull.decohering": 30.0, "cull.superposed": 100.0}
        )
        made.add("camera", dw.Camera())
        made.add("ground", dw.Collider.box((200, 1, 200)), at=(0, -2, 0))
        for i in range(12):
            made.add(f"crate-{i}", dw.Body(), dw.Collider.box(), at=(4.0 * i, 3, 0.1 * i))
        return made

    def played(world: dw.World, ticks: int) -> str:
        for i in range(ticks):
            world["camera"].translate(0.2, 0, 0) if i % 2 else None
            run(world, 1)
        return world.state_hash()

    first, second = play(scene()), play(scene())
    assert played(first, 90) == played(second, 90)
    snapshot = first.snapshot()
    now = first.state_hash()
    ends: set[str] = {played(second, 61)}
    for _ in range(2):
        ends.add(played(first, 61))
        first.restore(snapshot)
        assert first.state_hash() == now
    assert len(ends) == 1


def test_planar_physics_has_none(play: Play) -> None:
    scene = dw.Scene("rings", seed=1)
    scene.physics = dw.Physics(engine="planar", gravity=(0, 0, 0), rings=True)
    scene.settings = apply_settings(scene.settings, {"cull.active": 50.0, "cull.decohering": 100.0})
    scene.add("camera", dw.Camera())
    assert heights(play(drifting(scene), 80)) == pytest.approx([4, 4, 4], abs=0.01)
