"""The platformer: the pilot gets through, keys do, what hurts and what counts; a minute comes out alike twice."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import dreamwell as dw
from dreamwell.engine.app import App
from dreamwell.tests.samples.keys import Robot, again, ends, game_of, left_alone, started, steps


def fresh(seed: int = 5) -> App:
    return started("platformer", seed=seed)


class Runner(Robot):
    def keys(self, game: Any) -> Iterable[str]:
        x, jump = self.pilot.decide(self.app.world)
        return [key for key, down in (("d", x > 0.3), ("a", x < -0.3), (" ", jump)) if down]


def test_left_alone_it_runs_to_the_gate() -> None:
    assert left_alone(fresh(), 2400) >= 20


def test_a_minute_of_keys_reaches_the_gate_and_comes_out_alike(tmp_path: Path) -> None:
    app = Runner.minute(fresh())
    assert game_of(app).best > 20, "it was reached"
    again(app, fresh(6), tmp_path / "game.dreamrec")


def test_going_back_is_exact() -> None:
    app = fresh()
    steps(app, 520)  # on the ferry
    _, first, second = ends(app)
    assert first == second


def jumped(hold: int, late: int = 0) -> float:
    """How high a jump goes whose button is held for so many ticks, pressed so many after the edge at x = 16."""
    app = fresh()
    robot = Runner(app)
    robot.begin()
    hero = app.world["hero"]
    app.world.teleport(hero, (12.0, 1.45, 0.0))
    steps(app, 20)
    highest = floor = hero.position[1]
    robot.hold("d")
    waited = 0
    for _ in range(120):
        gone = hero.position[0] > 16.0 and not hero.character.grounded if late else hero.position[0] > 14.0
        waited += gone
        if waited > late:
            robot.hold("d", *(" " if waited <= late + hold else ""))
        steps(app, 1)
        if waited > late + 28:
            break
        highest = max(highest, hero.position[1])
    return highest - floor


def test_jumps_are_as_high_as_the_button_is_held() -> None:
    high, low = jumped(30), jumped(2)
    assert high == pytest.approx(12.6**2 / 2 / 28, rel=0.05)
    assert low < 0.6 * high


def test_a_jump_may_come_a_moment_after_the_edge() -> None:
    assert jumped(30, late=4) > 2.0
    assert jumped(30, late=14) < 0.3


def test_beetles_are_stamped_on_or_hurt() -> None:
    app = fresh()
    Runner(app).begin()
    game, hero = game_of(app), app.world["hero"]
    beetle = app.world.tagged("beetle")[0]
    game.hero.safe = 0
    x, y, z = beetle.position
    app.world.teleport(hero, (x, y + 1.6, z))
    steps(app, 30)
    assert beetle.position[1] < -100
    assert hero.character.velocity[1] > 0 or game.lives == 3
    other = app.world.tagged("beetle")[1]
    x, y, z = other.position
    app.world.teleport(hero, (x - 1.4 * math.copysign(1, x - 64), y + 0.3, z))
    game.hero.safe = 0
    robot = Runner(app)
    robot.hold("d" if other.position[0] > hero.position[0] else "a")
    steps(app, 40)
    assert game.lives == 2


def test_spikes_falls_flags_and_hearts() -> None:
    app = fresh()
    Runner(app).begin()
    game, world = game_of(app), app.world
    hero, flag = world["hero"], app.world.tagged("checkpoint")[0]
    world.teleport(hero, flag.position)
    steps(app, 10)
    assert "reached" in flag.tags
    game.hero.safe = 0
    world.teleport(hero, (52.2, 5.5, 0))
    steps(app, 40)
    assert game.lives == 2
    assert hero.position[0] == pytest.approx(flag.position[0], abs=0.5)
    for lives in (1, 0):
        world.teleport(hero, (40, -7, 0))
        steps(app, 30)
        assert game.lives == lives
    assert game.phase == "over"
    assert app.hud["card"].visible
    steps(app, 60)
    app.input.feed({"event_type": "key_down", "key": " "})
    steps(app, 1)
    assert (game.phase, game.lives, game.coins) == ("play", 3, 0)


def test_coins_count_once_and_come_back() -> None:
    app = fresh()
    Runner(app).begin()
    game, coin = game_of(app), app.world.tagged("coin")[0]
    home = coin.position
    app.world.teleport(app.world["hero"], home)
    steps(app, 30)
    assert game.coins == 1
    told: Any = app.hud["coins"]
    assert told.text == "1 / 46"
    game.begin("play")
    assert coin.position == pytest.approx(home)


def test_the_level_is_a_file_that_weaves(checkout: Path) -> None:
    scene = dw.load(checkout / "samples" / "platformer" / "level.dream")
    assert {"hero", "ferry", "lift", "gondola 0", "finish"} <= {thing.name for thing in scene}
    assert dw.Character in {type(one) for one in scene["hero"].components}
    assert scene.physics.engine == "planar"
    dw.weave(scene)
