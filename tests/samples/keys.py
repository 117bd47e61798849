"""Samples played by keys: what the tests of several of them share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dreamwell.engine.app import App
from dreamwell.engine.cli.targets import play, samples
from dreamwell.engine.run_options import RunOptions

DT = 1 / 60
MINUTE = 3_600
"""Ticks."""


def started(name: str, *arguments: str, seed: int | None = None) -> App:
    """A sample as `dream run` has it, without a window."""
    made: App = play(samples()[name], RunOptions("collect", seed=seed, arguments=arguments))
    return made


def steps(app: App, ticks: int) -> None:
    for _ in range(ticks):
        app.step(DT)


def press(app: App, *keys: str, dt: float = DT, **event: Any) -> None:
    """One frame with these keys held down, and perhaps an event."""
    for key in keys:
        app.input.feed({"event_type": "key_down", "key": key})
    if event:
        app.input.feed(event)
    app.step(dt)
    for key in keys:
        app.input.feed({"event_type": "key_up", "key": key})


@dataclass
class Keys:
    """Holds keys down, as a person does."""

    app: App
    held: set[str] = field(default_factory=set[str])

    def hold(self, *keys: str) -> None:
        """Have these keys down and no others."""
        for key in sorted(self.held - {*keys}):
            self.app.input.feed({"event_type": "key_up", "key": key})
        for key in sorted({*keys} - self.held):
            self.app.input.feed({"event_type": "key_down", "key": key})
        self.held = {*keys}

    def step(self, ticks: int = 1) -> None:
        steps(self.app, ticks)

    def begin(self) -> None:
        """Press Space on the title."""
        self.step(2)
        self.hold(" ")
        self.step()
        self.hold()


def game_of(app: App) -> Any:
    """The behaviour that is the course of a game."""
    return next(one for one in app.world["game"].components if type(one).__name__.endswith("Game"))


def left_alone(app: App, ticks: int) -> int:
    """Let the game's pilot play from the title through, within so many ticks; the most that it had collected."""
    game, most = game_of(app), 0
    for _ in range(ticks):
        app.step(DT)
        most = max(most, game.coins)
        if game.time < 1 and app.tick > 1000:
            break
    assert app.tick < ticks, "to the end, and from the beginning"
    assert game.falls == 0
    return most


@dataclass
class Robot(Keys, ABC):
    """Presses the keys that a game's own pilot would."""

    pilot: Any = None
    falls: int = 0

    def begin(self) -> None:
        super().begin()
        assert game_of(self.app).phase == "play"
        self.pilot = type(game_of(self.app).pilot)()  # one of its own: that of the game is part of its state

    def play(self, ticks: int) -> None:
        """So many ticks, by the keys that the pilot would press."""
        for _ in range(ticks):
            game = game_of(self.app)
            if game.falls != self.falls:
                self.falls = game.falls
                self.pilot.back_to(game.spawn)
            self.hold(*(self.keys(game) if game.phase == "play" else ()))
            self.step()

    @abstractmethod
    def keys(self, game: Any) -> Iterable[str]:
        """Those for what the pilot decides."""

    @classmethod
    def minute(cls, app: App) -> App:
        """A minute of play, recorded."""
        app.record()
        robot = cls(app)
        robot.begin()
        robot.play(MINUTE - app.tick)
        assert app.tick == MINUTE
        return app


def again(app: App, other: App, path: Path) -> None:
    """What was recorded of `app` comes out alike where `other`, of another seed, plays it."""
    app.recording().save(path)
    assert other.play(path) == app.recording().state
    assert other.world.state_hash() == app.world.state_hash()


def ends(app: App, ticks: int = 60) -> tuple[str, str, str]:
    """Hashes of the state so many ticks from now: of going on, and of going back and on, twice."""
    before = app.world.snapshot()

    def end() -> str:
        steps(app, ticks)
        found = app.world.state_hash()
        app.world.restore(before)
        return found

    return end(), end(), end()
