"""The marble: the pilot gets home, keys roll it, who falls is back at a flag, and a minute comes out alike twice."""

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
    return started("marble", seed=seed)


class Roller(Robot):
    def keys(self, game: Any) -> Iterable[str]:
        """Pressed for parts of the time, as thumbs do."""
        x, z = self.pilot.decide(self.app.world)
        turn = math.radians(game.yaw)
        right, ahead = x * math.cos(turn) - z * math.sin(turn), -x * math.sin(turn) - z * math.cos(turn)
        return [key for key, push in (("d", right), ("a", -right), ("w", ahead), ("s", -ahead)) if push > 0.2]


def test_left_alone_it_rolls_home() -> None:
    app = fresh()
    assert left_alone(app, 2700) >= 6
    assert game_of(app).phase == "title"


def test_a_minute_of_keys_reaches_the_ring_and_comes_out_alike(tmp_path: Path) -> None:
    app = Roller.minute(fresh())
    assert game_of(app).best > 20, "it was reached"
    again(app, fresh(6), tmp_path / "game.dreamrec")


@pytest.mark.parametrize("ticks", [400, 1500])
def test_going_back_is_exact(ticks: int) -> None:
    app = fresh()
    steps(app, ticks)
    _, first, second = ends(app)
    assert first == second


def test_gems_count_and_give_time() -> None:
    app = fresh()
    Roller(app).begin()
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
    Roller(app).begin()
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
        robot = Roller(app)
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
