"""A character on ground that turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dreamwell as dw

Play = Callable[..., dw.World]


def ride(scene: dw.Scene, play: Play, *, turns: bool, hung: bool = False) -> dw.World:
    """A quarter of a turn of a turntable with a character 1 m from its middle; `hung`: below a turned object."""
    above = scene.add("above", rotation=(0.0, 0.6, 0.0, 0.8)) if hung else None
    scene.add("table", dw.Body(kind="kinematic"), dw.Collider.cylinder(3, 0.2), at=(0, -0.1, 0))
    parts = (dw.Body(kind="kinematic"), dw.Collider.capsule(0.3, 1.0), dw.Character(turn_with_ground=turns))
    hero = scene.add("hero", *parts, at=(1, 0.82, 0), parent=above)
    scene.add("eye", dw.Camera(), at=(0, 0.5, -1), parent=hero)
    world = play(scene, 5)
    for _ in range(90):
        world["table"].rotate(y=1)
        world.schedule.fixed(1 / 60)
    assert world["hero"].character.ground == world["table"]
    return world


def yaw(q: Any) -> float:
    return float(np.degrees(2 * np.arctan2(q[1], q[3])))


@pytest.mark.parametrize("hung", [False, True])
@pytest.mark.parametrize("turns", [False, True])
def test_it_turns_with_it_if_it_is_told_to(play: Play, turns: bool, hung: bool) -> None:
    world = ride(dw.Scene("ride", seed=1), play, turns=turns, hung=hung)
    hero, eye = world["hero"], world["eye"]
    x, _, z = hero.world_position
    assert np.hypot(x, z) == pytest.approx(1, abs=0.05)
    if not hung:
        assert (x, z) == pytest.approx((0, -1), abs=0.05)
    assert yaw(hero.rotation) == pytest.approx(90 if turns else 0, abs=0.5)
    away = np.subtract(eye.world_position, hero.world_position)
    assert np.linalg.norm(away[::2]) == pytest.approx(1, abs=1e-3)


def test_it_goes_back_with_it(play: Play) -> None:
    world = ride(dw.Scene("ride", seed=1), play, turns=True)
    snapshot, ends = world.snapshot(), []
    for _ in range(2):
        world.restore(snapshot)
        for _ in range(30):
            world["table"].rotate(y=1, x=0.1)
            world.schedule.fixed(1 / 60)
        ends.append((world["hero"].rotation, world["hero"].position))
    assert ends[0] == ends[1]
    x, _, z, _ = ends[0][0]
    assert (x, z) == pytest.approx((0, 0), abs=1e-6)  # it stays upright
    assert yaw(ends[0][0]) == pytest.approx(120, abs=1)


def test_in_the_plane_nothing_turns_about_the_upright(play: Play) -> None:
    scene = dw.Scene("plane", seed=1)
    scene.physics = dw.Physics(engine="planar")
    scene.add("seesaw", dw.Body(kind="kinematic"), dw.Collider.box((6, 0.2, 1)), at=(0, -0.1, 0))
    parts = (dw.Body(kind="kinematic"), dw.Collider.capsule(0.3, 1.0), dw.Character(turn_with_ground=True))
    scene.add("hero", *parts, at=(1, 0.82, 0))
    world = play(scene, 5)
    for _ in range(20):
        world["seesaw"].rotate(z=0.5)
        world.schedule.fixed(1 / 60)
    assert world["hero"].character.grounded
    assert world["hero"].rotation == pytest.approx((0, 0, 0, 1))
