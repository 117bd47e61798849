"""The marble: the pilot gets home, keys roll it, who falls is back at a flag, and a minute comes out alike twice."""

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
    made: App = play(samples()["marble"], RunOptions("collect", seed=seed))
    return made


def game_of(app: App) -> Any:
    return next(one for one in app.world["game"].components if type(one).__name__ == "MarbleGame")


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

    def roll(self, ticks: int) -> None:
        """So many ticks, by keys that are pressed for parts of the time, as thumbs do."""
        for _ in range(ticks):
            game = game_of(self.app)
            if game.falls != self.falls:
                self.falls = game.falls
                self.pilot.back_to(game.spawn)
            x, z = self.pilot.decide(self.app.world) if game.phase == "play" else (0.0, 0.0)
            turn = math.radians(game.yaw)
            right, ahead = x * math.cos(turn) - z * math.sin(turn), -x * math.sin(turn) - z * math.cos(turn)
            keys = [key for key, push in (("d", right), ("a", -right), ("w", ahead), ("s", -ahead)) if push > 0.2]
            self.hold(*keys)
            steps(self.app, 1)


@cache
def minute() -> App:
    """A minute of play, recorded."""
    app = fresh()
    app.record()
    robot = Robot(app)
    robot.begin()
    robot.roll(3600 - 3)
    assert app.tick == 3600
    return app


def test_left_alone_it_rolls_home() -> None:
    app = fresh()
    game, best = game_of(app), 0
    for _ in range(2700):
        app.step(DT)
        best = max(best, game.coins)
        if game.time < 1 and app.tick > 1000:
            break
    assert app.tick < 2700, "through the ring, and from the beginning"
    assert game.falls == 0
    assert best >= 6
    assert game.phase == "title"


def test_a_minute_of_keys_reaches_the_ring_and_comes_out_alike(tmp_path: Path) -> None:
    app = minute()
    game = game_of(app)
    assert game.best > 20, "it was reached"
    app.recording().save(tmp_path / "game.dreamrec")
    again = fresh(6)
    assert again.play(tmp_path / "game.dreamrec") == app.recording().state
    assert again.world.state_hash() == app.world.state_hash()


@pytest.mark.parametrize("ticks", [400, 1500])
def test_going_back_is_exact(ticks: int) -> None:
    app = fresh()
    steps(app, ticks)
    world = app.world
    snapshot = world.snapshot()
    ends: list[str] = []
    for _ in range(2):
        world.restore(snapshot)
        steps(app, 60)
        ends.append(world.state_hash())
    assert ends[0] == ends[1]


def test_gems_count_and_give_time() -> None:
    app = fresh()
    Robot(app).begin()
    game = game_of(app)
    left = game.left
    gem = app.world.tagged("gem")[0]
    app.world.teleport(app.world["marble"], gem.position)
    steps(app, 3)
    assert game.coins == 1
    assert game.left > left + 2
    told: Any = app.hud["gems"]
    assert told.text.startswith("1 / ")


def test_who_falls_is_back_at_the_last_flag_and_time_runs_out() -> None:
    app = fresh()
    Robot(app).begin()
    game, marble = game_of(app), app.world["marble"]
    flag = app.world.tagged("checkpoint")[0]
    app.world.teleport(marble, flag.position)
    steps(app, 10)
    assert "reached" in flag.tags
    app.world.teleport(marble, (40, -8, 0))
    steps(app, 60)
    assert game.falls == 1
    assert math.dist(marble.position, flag.position) < 1.5
    game.left = 0.05
    steps(app, 10)
    assert game.phase == "over"
    assert app.hud["card"].visible
    app.input.feed({"event_type": "key_down", "key": " "})
    steps(app, 2)
    assert game.phase == "over", "not at once"
    app.input.feed({"event_type": "key_up", "key": " "})
    steps(app, 60)
    app.input.feed({"event_type": "key_down", "key": " "})
    steps(app, 1)
    assert (game.phase, game.coins, game.falls) == ("play", 0, 0)
    assert marble.position == pytest.approx((0, 0.6, 2), abs=0.1)


def test_keys_and_sticks_roll_it_as_the_camera_looks() -> None:
    for keys, way in ((("w",), (0, -1)), (("ArrowRight",), (1, 0)), (("s", "a"), (-1, 1))):
        app = fresh()
        robot = Robot(app)
        robot.begin()
        robot.hold(*keys)
        steps(app, 30)
        vx, _, vz = app.world["marble"].body.velocity
        assert (vx * way[0] > 1.5) or not way[0]
        assert (vz * way[1] > 1.5) or not way[1]


def test_the_level_is_a_file_that_weaves(checkout: Path) -> None:
    scene = dw.load(checkout / "samples" / "marble" / "level.dream")
    assert {"marble", "ferry", "sweeper", "seesaw", "finish"} <= {thing.name for thing in scene}
    dw.weave(scene)
