"""The physics toy, played by a robot with keys and a mouse: it comes out alike, and does what its buttons say."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.app import App
from dreamwell.tests.samples.keys import Keys, ends, press, started

SEED = 5
SIZE = (1280.0, 720.0)


def fresh(seed: int = SEED) -> App:
    made = started("playground", seed=seed)
    made.input.size = SIZE
    return made


class Robot(Keys):
    """Plays as a person does."""

    @property
    def game(self) -> Any:
        return next(b for b in self.app.world.schedule.behaviours() if type(b).__name__ == "Game")

    @property
    def toys(self) -> list[dw.Entity]:
        return self.app.world.tagged("toy")

    def press(self, key: str) -> None:
        press(self.app, key)
        self.step()

    def mouse(self, kind: str, x: float, y: float, button: int = 1) -> None:
        held = (button,) if kind == "down" else ()
        event = {"event_type": f"pointer_{kind}", "x": x, "y": y, "button": button, "buttons": held, "modifiers": ()}
        self.app.input.feed(event)
        self.step()

    def point_at(self, place: Any) -> tuple[float, float]:
        """Where a point of the world is on the screen."""
        world = self.app.world
        pose = np.asarray(world.observer().world_from_camera)
        right, up, back = (np.asarray(place) - pose[:, 3]) @ pose[:, :3]
        scale = SIZE[1] / 2 / np.tan(np.radians(world.lens.fov_y) / 2)
        return float(SIZE[0] / 2 + right / -back * scale), float(SIZE[1] / 2 - up / -back * scale)

    def play(self, ticks: int) -> None:
        """Something of everything, and a drag now and then."""
        keys, end = "1r5wt7e3cf2pqeq6yg4gex", self.app.tick + ticks
        turn = 0
        while self.app.tick < end - 60:
            x, y = 420 + 37 * turn % 420, 300 + 53 * turn % 250
            self.mouse("move", x, y)
            self.press(keys[turn % len(keys)])
            if turn % 3 == 1:
                self.mouse("down", x, y)
                for i in range(12):
                    self.mouse("move", x + 14 * i, y - 5 * i)
                self.mouse("up", x + 160, y - 60)
            self.step(40)
            turn += 1
        self.step(end - self.app.tick)


def played(ticks: int) -> App:
    """That many ticks of play, recorded."""
    app = fresh()
    app.record()
    Robot(app).play(ticks)
    return app


@cache
def minute() -> App:
    return played(3600)


def test_a_minute_replayed_comes_out_alike(tmp_path: Path) -> None:
    app = minute()
    app.recording().save(tmp_path / "play.dreamrec")
    assert fresh(SEED + 1).play(tmp_path / "play.dreamrec") == app.world.state_hash()


def test_going_back_repeats() -> None:
    robot = Robot(fresh())
    robot.play(400)
    assert len({*ends(robot.app)}) == 1


def test_it_plays_on_and_nothing_is_lost() -> None:
    app = minute()
    assert app.world.schedule.errors == []
    assert len(app.world.tagged("toy")) <= 420
    assert np.isfinite(app.world.positions).all()


def test_keys_and_buttons_make_toys() -> None:
    robot = Robot(fresh())
    robot.step(2)
    before = len(robot.toys)
    robot.mouse("move", *robot.point_at((0, 0, 8)))
    robot.press("6")
    assert len(robot.toys) == before + 1
    assert max(robot.toys, key=lambda toy: toy.id and toy.row).position == pytest.approx((0, 2.2, 8), abs=0.4)
    x, y, w, h = robot.app.hud["do-toy-ball"].box
    robot.mouse("move", x + w / 2, y + h / 2)
    robot.mouse("down", x + w / 2, y + h / 2)
    robot.mouse("up", x + w / 2, y + h / 2)
    robot.step()
    assert len(robot.toys) == before + 2
    assert robot.game.held is None, "the click was the button's"
    robot.press("x")
    robot.step(2)
    assert robot.toys == []


def test_a_block_is_dragged_and_thrown() -> None:
    robot = Robot(fresh())
    robot.step(2)
    robot.press("x")
    robot.mouse("move", *robot.point_at((0, 0, 4)))
    robot.press("1")
    robot.step(120)
    (block,) = robot.toys
    start = robot.point_at(block.position)
    robot.mouse("move", *start)
    robot.mouse("down", *start)
    robot.step()
    assert robot.game.held == block
    high = robot.point_at((0, 5, 4))
    robot.mouse("move", *high)
    robot.step(90)
    assert robot.point_at(block.position) == pytest.approx(high, abs=60), "it hangs at the pointer"
    assert block.position[1] > 3
    assert np.linalg.norm(block.body.velocity) < 1, "it does not swing"
    assert len(robot.app.world.lines) > 0
    for i in range(12):
        robot.mouse("move", high[0] + 30 * i, high[1])
    robot.mouse("up", high[0] + 360, high[1])
    assert robot.game.held is None
    assert np.linalg.norm(block.body.velocity) > 6, "it flies on"


def test_the_frozen_stay_and_the_others_fly() -> None:
    robot = Robot(fresh())
    robot.step(2)
    robot.press("x")
    for x in (-1.5, 1.5):
        robot.mouse("move", *robot.point_at((x, 0, 4)))
        robot.press("2")
        robot.step(60)
    robot.step(200)
    one, other = robot.toys
    robot.mouse("move", *robot.point_at(one.position))
    robot.press("f")
    assert one[dw.Body].kind == "static"
    here, there = one.position, other.position
    robot.mouse("move", *robot.point_at((0, 0, 4)))
    robot.press("e")
    robot.step(30)
    assert one.position == pytest.approx(here, abs=1e-4)
    assert np.linalg.norm(np.subtract(other.position, there)) > 1
    robot.mouse("move", *robot.point_at(one.position))
    robot.press("f")
    assert one[dw.Body].kind == "dynamic"


def test_presets_hold_together() -> None:
    robot = Robot(fresh())
    robot.step(2)
    robot.press("x")
    for key, many in (("c", 11), ("w", 1), ("r", 11)):
        before = len(robot.toys)
        robot.mouse("move", *robot.point_at((5.0 if key == "w" else -5.0, 0, 3)))
        robot.press(key)
        assert len(robot.toys) == before + many
        robot.step(30)
    robot.step(200)
    links = [toy for toy in robot.toys if toy.name.startswith("link-")]
    places = np.array([link.position for link in sorted(links, key=lambda link: int(link.name[5:]))])
    assert np.linalg.norm(np.diff(places, axis=0), axis=1) == pytest.approx(0.66, abs=0.08)
    parts = {toy.name: np.asarray(toy.world_position) for toy in robot.toys}
    assert np.linalg.norm(parts["head"] - parts["torso"]) < 0.9
    assert np.linalg.norm(parts["left-foot"] - parts["left-leg"]) < 0.9
    ball = next(toy for toy in robot.toys if toy.name == "wrecker")
    hook: Any = ball[dw.Joint].other_anchor
    assert np.linalg.norm(np.subtract(ball.position, hook)) == pytest.approx(11, abs=0.4)


def test_slow_motion_and_no_gravity() -> None:
    robot = Robot(fresh())
    robot.step(2)
    robot.press("q")
    robot.step()
    assert robot.app.time_scale == pytest.approx(0.2)
    robot.press("q")
    robot.press("g")
    robot.step(6)
    assert robot.app.time_scale == 1
    assert robot.app.world.physics.gravity[1] > -1


def test_it_shows_itself_until_somebody_plays() -> None:
    robot = Robot(fresh())
    robot.step(330)
    assert robot.game.showing
    before = len(robot.toys)
    robot.step(600)
    assert len(robot.toys) != before
    robot.press("1")
    assert not robot.game.showing
