"""What scripts write to Bodies and Colliders is followed, whichever way they write it."""

from collections.abc import Callable

import pytest

import dreamwell as dw
from dreamwell.tests.physics.conftest import Play

Run = Callable[[dw.World, int], None]


@pytest.fixture
def world(scene: dw.Scene, play: Play) -> dw.World:
    scene.add("a", dw.Body(), dw.Collider.box(), at=(0, 0, 0))
    scene.add("b", dw.Body(), dw.Collider.box(), at=(9, 0, 0))
    return play(scene, 3)


def floats(world: dw.World, run: Run) -> bool:
    """Whether "a" is not pulled down any more."""
    before = world["a"].body.velocity[1]
    run(world, 10)
    return bool(world["a"].body.velocity[1] == pytest.approx(before, abs=1e-6))


def test_one_value(world: dw.World, run: Run) -> None:
    body = world["a"][dw.Body]
    assert not floats(world, run)
    body.gravity_scale = 0
    assert floats(world, run)
    body.gravity_scale = 1
    assert not floats(world, run)


def test_a_whole_component(world: dw.World, run: Run) -> None:
    world["a"].set(dw.Body(gravity_scale=0))
    assert floats(world, run)


def test_columns_and_those_that_are_kept(world: dw.World, run: Run) -> None:
    """An array that was asked for may be written to at any time after."""
    with world.query(dw.Query(dw.Body)) as batch:
        batch[dw.Body].gravity_scale[:] = 0
    assert floats(world, run)
    column = world.tables.made(dw.Body).column("gravity_scale")
    run(world, 5)
    column[:] = 1
    assert not floats(world, run)


def test_a_rule(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("a", dw.Body(), dw.Collider.box(), tags={"light"})
    scene.rules = [dw.Rule("floats", dw.When(tags_all="light"), dw.Then.set("Body.gravity_scale", 0))]
    world = play(scene, 2)
    assert floats(world, run)


def test_going_back(world: dw.World, run: Run) -> None:
    snapshot = world.snapshot()
    world["a"][dw.Body].gravity_scale = 0
    assert floats(world, run)
    world.restore(snapshot)
    assert not floats(world, run)


def test_hanging_elsewhere(world: dw.World, run: Run) -> None:
    """What forces move goes on in the world, whatever it hangs on."""
    world["b"].position = (9, -50, 0)
    height, speed = world["a"].world_position[1], world["a"].body.velocity[1]
    world["a"].parent = world["b"]
    run(world, 20)
    assert world["a"].world_position[1] == pytest.approx(height + speed / 3 - 9.81 / 18, abs=0.05)
