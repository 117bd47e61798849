"""Putting bodies to sleep by hand, whatever they touch."""

from collections.abc import Callable

import pytest

import dreamwell as dw
from dreamwell.tests.physics.conftest import Play

Run = Callable[[dw.World, int], None]


def test_what_is_put_to_sleep_stands_still(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("ball", dw.Body(velocity=(3, 0, 0)), dw.Collider.sphere(), at=(0, 0, 0))
    world = play(scene, 5)
    body = world["ball"].body
    body.sleep()
    assert body.asleep
    assert body.velocity == pytest.approx((0, 0, 0))
    at = world["ball"].position
    run(world, 30)
    assert world["ball"].position == at
    body.wake()
    run(world, 30)
    assert world["ball"].position[1] < at[1]


def test_sleeping_in_the_middle_of_a_crowd(scene: dw.Scene, play: Play, run: Run) -> None:
    """Over and over again, while others hit it: native code must bear it."""
    scene.add("ground", dw.Collider.box((60, 2, 60)), at=(0, -1, 0))
    for i in range(20):
        scene.add(f"crate-{i}", dw.Body(), dw.Collider.box(), at=(0.6 * (i % 4), 0.5 + 1.01 * (i // 4), 0))
    world = play(scene)
    for tick in range(240):
        for i in range(tick % 3, 20, 3):
            world[f"crate-{i}"].body.sleep()
        if tick % 5 == 0:
            world[f"crate-{tick // 5 % 20}"].body.apply_impulse((2000, 4000, 0))
        run(world, 1)
    assert all(abs(x) < 1e6 for i in range(20) for x in world[f"crate-{i}"].position)
