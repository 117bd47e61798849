"""Ctrl-C that can't get lost: Python drops it where it strikes in a finalizer, a callback or some C code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

_TOLD: list[bool] = []


def interrupt(*_: Any) -> None:
    """The handler of SIGINT. What it catches half made complains when it is let go of: that is no news to anyone."""
    _TOLD.append(True)
    sys.unraisablehook = lambda _: None
    raise KeyboardInterrupt


def check(wait: Callable[[], object]) -> None:
    """Raise KeyboardInterrupt if it was asked for and came to nothing; for loops, once in each turn.

    wait: waits for the GPU, which must not be at work any more when the process ends.
    """
    if _TOLD:
        wait()
        raise KeyboardInterrupt


def forget() -> None:
    """A new command begins."""
    _TOLD.clear()
