"""The platformer: the pilot gets through, keys do, what hurts and what counts; a minute comes out alike twice."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import dreamwell as dw
from dreamwell.engine.app import App
from dreamwell.engine.cli.targets import play, samples
from dreamwell.engine.run_options import RunOptions

DT = 1 / 60


def fresh(seed: int = 5) -> App:
    made: App = play(samples()["platformer"], RunOptions("collect", seed=seed))
    return made


def game_of(app: App) -> Any:
    return next(one for one in app.world["game"].components if type(one).__name__ == "PlatformerGame")


def steps(app: App, ticks: int) -> None:
    for _ in range(ticks):
        app.step(DT)


class Robot:
    """Presses the keys that the pilot would."""

    def __init__(self, app: App) -> None:
        self.app, self.held = app, set[str]()
        self.pilot: Any = None
        self.falls = 0

    def hold(self, *keys: str) -> None:
        for key in sorted(self.held - {*keys}):
            self.app.input.feed({"event_type": "key_up", "key": key})
        for key in sorted({*keys} - self.held):
            self.app.input.feed({"event_type": "key_down", "key": key})
        self.held = {*keys}

    def begin(self) -> None:
        steps(self.app, 2)
        self.hold(" ")
        steps(self.app, 1)
        self.hold()
        assert game_of(self.app).phase == "play"
        self.pilot = type(game_of(self.app).pilot)()  # one of its own: that of the game is part of its state

    def run(self, ticks: int) -> None:
        """So many ticks, by the keys that the pilot would press."""
        for _ in range(ticks):
            game = game_of(self.app)
            if game.falls != self.falls:
                self.falls = game.falls
                self.pilot.back_to(game.spawn[0])
            x, jump = self.pilot.decide(self.app.world) if game.phase == "play" else (0.0, False)
            self.hold(*[key for key, down in (("d", x > 0.3), ("a", x < -0.3), (" ", jump)) if down])
            steps(self.app, 1)


@cache
def minute() -> App:
    """A minute of play, recorded."""
    app = fresh()
    app.record()
    robot = Robot(app)
    robot.begin()
    robot.run(3600 - 3)
    assert app.tick == 3600
    return app


def test_left_alone_it_runs_to_the_gate() -> None:
    app = fresh()
    game, most = game_of(app), 0
    for _ in range(2400):
        app.step(DT)
        most = max(most, game.coins)
        if game.time < 1 and app.tick > 1000:
            break
    assert app.tick < 2400, "through the gate, and from the beginning"
    assert game.falls == 0
    assert most >= 20


def test_a_minute_of_keys_reaches_the_gate_and_comes_out_alike(tmp_path: Path) -> None:
    app = minute()
    game = game_of(app)
    assert game.best > 20, "it was reached"
    app.recording().save(tmp_path / "game.dreamrec")
    again = fresh(6)
    assert again.play(tmp_path / "game.dreamrec") == app.recording().state
    assert again.world.state_hash() == app.world.state_hash()


def test_going_back_is_exact() -> None:
    app = fresh()
    steps(app, 520)  # on the ferry
    snapshot = app.world.snapshot()
    ends: list[str] = []
    for _ in range(2):
        app.world.restore(snapshot)
        steps(app, 60)
        ends.append(app.world.state_hash())
    assert ends[0] == ends[1]


def jumped(hold: int, late: int = 0) -> float:
    """How high a jump goes whose button is held for so many ticks, pressed so many after the edge at x = 16."""
    app = fresh()
    robot = Robot(app)
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
    Robot(app).begin()
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
    robot = Robot(app)
    robot.hold("d" if other.position[0] > hero.position[0] else "a")
    steps(app, 40)
    assert game.lives == 2


def test_spikes_falls_flags_and_hearts() -> None:
    app = fresh()
    Robot(app).begin()
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
    Robot(app).begin()
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
