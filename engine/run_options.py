"""What the command line and an app that runs say to each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from .recording import Recording
from .render import Picture, Progress, Surroundings

if TYPE_CHECKING:
    from .app import App


@dataclass
class RunOptions:
    """What the command line wants of the app that a script runs; each None leaves it to the script.

    mode: show a window, draw without one, or only `collect` the app and end the script there.
    output: where the picture goes.  capture: a folder for a picture of every frame, in its place.  timed: tell what the
    passes take on the GPU.  arguments: the script's `sys.argv[1:]`.
    reload: whether changed files are taken over while it runs.  play: runs the script once more, in a module.  again:
    the app that goes on with what a script makes then.
    record: where the recording of the run goes.  replay: plays in place of the player.  seed: over the script's.
    app, picture, report: what came of it, filled in by `App.run`.
    """

    mode: Literal["window", "headless", "collect"] = "window"
    size: tuple[int, int] | None = None
    frames: int | None = None
    samples: int = 1
    camera: str | None = None
    environment: Surroundings | None = None
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    output: Path | None = None
    progress: Progress | None = None
    arguments: tuple[str, ...] = ()
    app: App | None = None
    picture: Picture | None = None
    capture: Path | None = None
    timed: bool = False
    report: dict[str, Any] = field(default_factory=dict[str, Any])
    record: Path | None = None
    replay: Recording | None = None
    seed: int | None = None
    reload: bool | None = None
    play: Callable[[RunOptions, ModuleType], object] | None = None
    again: App | None = None


RUN: ContextVar[RunOptions | None] = ContextVar("dreamwell.run", default=None)


class Collected(BaseException):
    """Ends a script at `App.run` when only its app is wanted. Not an Exception, so that no script swallows it."""
