"""Characters among a hundred boxes, pushed around at random: none gets into anything, none is lost."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import dreamwell as dw

Play = Callable[..., dw.World]


@pytest.mark.parametrize("seed", range(3))
def test_none_gets_into_anything(scene: dw.Scene, play: Play, seed: int) -> None:
    rng = np.random.default_rng(seed)
    planar = scene.physics.engine == "planar"
    scene.add("floor", dw.Collider.box((80, 2, 80)), at=(0, -1, 0))
    for x, z in ((-12, 0), (12, 0), (0, -12), (0, 12)):
        scene.add(
            "wall", dw.Collider.box((1 if x else 40, 40, 1 if z else 40)), at=(x, 10, z)
        ) if x or not planar else None
    for i in range(60):
        at = (rng.uniform(-10, 10), rng.uniform(-1, 7), 0.0 if planar else rng.uniform(-10, 10))
        turn = rng.normal(size=4) * ((0, 0, 1, 1) if planar else (1, 1, 1, 1))
        shape = (dw.Collider.box(tuple(rng.uniform(0.3, 3, 3).tolist())), dw.Collider.sphere(rng.uniform(0.2, 1)),
                 dw.Collider.capsule(0.3, rng.uniform(0.3, 2)), dw.Collider.cylinder(0.6, 1.0))[i % 4]  # fmt: skip
        scene.add(f"thing-{i}", shape, at=at, rotation=tuple((turn / np.linalg.norm(turn)).tolist()))
    for k in range(6):
        shape = dw.Collider.capsule(0.3, 0.8) if k % 2 else dw.Collider.box((0.6, 1.2, 0.6))
        place = (rng.uniform(-10, 10), 14.0 + 2 * k, 0.0 if planar else rng.uniform(-10, 10))
        scene.add(f"hero-{k}", dw.Body(kind="kinematic"), shape, dw.Character(), at=place)
    world = play(scene)
    heroes = [world[f"hero-{k}"] for k in range(6)]
    way = [(0.0, 0.0)] * 6
    deepest = 0.0
    engine = world.physics.engine  # type: ignore[attr-defined]
    for tick in range(300):
        for k, hero in enumerate(heroes):
            if tick % 30 == k:
                way[k] = tuple(rng.uniform(-8, 8, 2).tolist())
                if hero.position[1] < 10 and rng.uniform() < 0.5:
                    hero.character.jump(rng.uniform(2, 9))
            hero.character.walk(way[k][0], 0.0 if planar else way[k][1])
        world.schedule.fixed(1 / 60)
        if tick % 10 == 0:
            for hero in heroes:
                near = engine.queries.near(hero.row, hero.position, hero.rotation, 0.02)
                deepest = min([deepest, *(one.distance for one in near if not one.label[0] >= heroes[0].row)])
    for hero in heroes:
        place = hero.position
        assert math.isfinite(sum(place))
        assert abs(place[0]) < 12
        assert abs(place[2]) < 12
        assert place[1] > 0.5
    assert deepest > -0.02
