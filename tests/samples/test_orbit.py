"""The shoot-'em-up, played by a robot that presses keys: it comes out alike, ends, begins again, leaves no litter."""

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.app import App
from dreamwell.tests.samples.keys import Keys, again, started

SEED = 11


def fresh(seed: int = SEED) -> App:
    return started("orbit", seed=seed)


class Robot(Keys):
    """Plays as a person does: by keys, with 0.1 s to think."""

    @property
    def ship(self) -> Any:
        return self.app.world.schedule.behaviours()[0]

    @property
    def enemies(self) -> list[dw.Entity]:
        return self.app.world.tagged("enemy")

    def begin(self) -> None:
        super().begin()
        assert self.ship.phase == "play"

    def fight(self, ticks: int) -> None:
        """Go where the enemies are, and shoot; when the ship is lost begin again."""
        for tick in range(ticks):
            if self.ship.phase == "over":
                self.hold(*(" " if tick % 20 == 0 else ""))
            elif tick % 6 == 0:
                self.hold(" ", *self.way())
            self.step()

    def way(self) -> list[str]:
        """The keys that lead to the angle of the nearest enemy."""
        if not self.enemies:
            return []
        x, _, z = min((e.position for e in self.enemies), key=lambda p: math.hypot(*p))
        off = math.remainder(math.atan2(z, x) - self.ship.angle, math.tau)
        if abs(off) < 0.1:
            return []
        right, down = (
            -math.copysign(1, off) * math.sin(self.ship.angle),
            math.copysign(1, off) * math.cos(self.ship.angle),
        )
        return [key for key, far in (("d", right), ("a", -right), ("s", down), ("w", -down)) if far > 0.38]

    def lose(self) -> None:
        """Let the last life go."""
        self.ship.lives = 1
        self.app.world.emit(dw.Contact(self.enemies[0], self.app.world["planet"]))
        self.step(3)
        assert self.ship.phase == "over"


def add_enemy(robot: Robot, kind: str, at: tuple[float, float, float]) -> dw.Entity:
    """An enemy that does not move by itself."""
    world = robot.app.world
    robot.step(90)
    while not robot.enemies:
        robot.step()
    falling, target = (type(value) for value in robot.enemies[0].components)
    if falling.__name__ != "Falling":
        falling, target = target, falling
    armour = {"rock": 1, "hulk": 6}[kind]
    still = falling(speed=0.0), target(armour=armour, worth={1: 10, 6: 100}[armour])
    return world.spawn(kind, at, tags={"enemy"}, components=still)


def played(ticks: int) -> App:
    """That many ticks of play, recorded."""
    app = fresh()
    app.record()
    robot = Robot(app)
    robot.begin()
    robot.fight(ticks - 3)
    assert app.tick == ticks
    return app


@cache
def minute() -> App:
    """A minute of play."""
    return played(3600)


def test_a_minute_of_play_comes_out_alike() -> None:
    first, again = minute(), played(3600)
    assert again.world.state_hash() == first.world.state_hash()
    assert again.world.random.bit_generator.state == first.world.random.bit_generator.state


def test_a_recording_comes_out_alike(tmp_path: Path) -> None:
    app = played(900)
    other = fresh(SEED + 1)
    again(app, other, tmp_path / "game.dreamrec")
    assert Robot(other).ship.score == Robot(app).ship.score > 0


def test_enemies_die_and_the_score_rises() -> None:
    robot = Robot(minute())
    assert max(robot.ship.best, robot.ship.score) > 300


def test_every_bullet_counts_once_and_a_hulk_takes_six() -> None:
    robot = Robot(fresh())
    robot.begin()
    world = robot.app.world
    hud: Any = robot.app.hud
    assert hud["score"].text == "000000"
    hulk, shots = add_enemy(robot, "hulk", (0, 0, 14)), 0
    while hulk.alive:
        world.spawn("bullet", np.tile(hulk.position, (2, 1)), tags={"bullet"})
        shots += 2
        robot.step()
    assert shots == 6
    assert hud["score"].text == "000100"
    assert [core.name for core in world.tagged("core")] == ["core"]
    robot.step()
    assert world["flash"][dw.PointLight].candela > 0, "it lights what is near"
    rock = add_enemy(robot, "rock", (0, 0, 14))
    world.spawn("bullet", np.tile(rock.position, (3, 1)), tags={"bullet"})
    robot.step()
    assert not rock.alive
    assert hud["score"].text == "000110"


def test_the_title_plays_by_itself_and_nobody_scores() -> None:
    robot = Robot(fresh())
    robot.step(2)
    assert len(robot.enemies) == 12
    assert robot.app.hud["title"].visible
    robot.step(240)
    assert len(robot.enemies) < 12, "the pilot shoots"
    assert robot.ship.phase == "title"
    assert (robot.ship.score, robot.ship.lives) == (0, 3)


@pytest.mark.parametrize("keys", [("d",), ("ArrowUp",), ("a", "s")])
def test_the_ship_goes_where_the_keys_point(keys: tuple[str, ...]) -> None:
    robot = Robot(fresh())
    robot.begin()
    robot.hold(*keys)
    robot.step(90)
    x, y, z = robot.app.world["ship"].position
    wanted = {"d": (1.0, 0.0), "ArrowUp": (0.0, -1.0), "as": (-math.sqrt(0.5), math.sqrt(0.5))}["".join(keys)]
    np.testing.assert_allclose((x, y, z), (6.6 * wanted[0], 0, 6.6 * wanted[1]), atol=0.15)


def test_bullets_fly_outwards_and_are_gone_far_away() -> None:
    robot = Robot(fresh())
    robot.begin()
    robot.hold(" ")
    robot.step(12)
    shots = robot.app.world.tagged("bullet")
    assert len(shots) >= 2
    before = [np.linalg.norm(shot.position) for shot in shots]
    robot.step(6)
    assert all(np.linalg.norm(shot.position) > far + 2 for shot, far in zip(shots, before, strict=True))
    robot.hold()
    robot.step(90)
    assert not robot.app.world.tagged("bullet")


def test_a_core_fans_the_guns_out_until_something_reaches_the_planet() -> None:
    robot = Robot(fresh())
    robot.begin()
    world = robot.app.world
    home = world.camera.position
    rock = add_enemy(robot, "rock", (0, 0, 14))
    core = next(value for value in rock.components if type(value).__name__ == "Falling")
    world.spawn("core", world["ship"].position, tags={"core"}, components=(core,))
    robot.step(2)
    assert robot.ship.barrels == 4
    assert robot.ship.lives == 3
    rock.position = (-3.9, 0, 0)
    robot.step(2)
    assert not rock.alive
    assert (robot.ship.lives, robot.ship.barrels) == (2, 2)
    assert world.camera.position != pytest.approx(home, abs=0.01), "the camera shakes"
    robot.step(50)
    assert world.camera.position == pytest.approx(home, abs=1e-4)


def test_it_ends_begins_again_and_nothing_grows() -> None:
    robot = Robot(fresh())
    robot.begin()
    counts: list[tuple[int, ...]] = []
    for _ in range(4):
        robot.fight(240)
        robot.lose()
        assert robot.app.hud["over"].visible
        assert robot.app.time_scale < 1
        robot.hold()
        robot.step(150)
        assert robot.app.time_scale == 1
        robot.hold(" ")
        robot.step()
        robot.hold()
        robot.step()
        assert (robot.ship.phase, robot.ship.score, robot.ship.lives) == ("play", 0, 3)
        assert not robot.app.hud["over"].visible
        world = robot.app.world
        schedule = world.schedule
        counts.append(
            (
                len(world) - len(world.tagged("passing")),
                len(schedule.coroutines),
                len(schedule.timers),
                len(schedule.tweens),
                len(robot.app.hud),
            )
        )
        assert len(world.names) < 500, "rows are used again"
    assert counts[1:] == counts[:1] * 3


def test_left_alone_the_end_gives_way_to_the_title() -> None:
    robot = Robot(fresh())
    robot.begin()
    robot.fight(200)
    robot.lose()
    robot.hold()
    robot.step(60 * 13)
    assert robot.ship.phase == "title"
    assert robot.app.hud["title"].visible
    assert len(robot.enemies) > 0
