"""What scripts raise: told once each, and raised at once or not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from traceback import walk_tb
from typing import Any, Literal

from ..script import ScriptError, error_of

OnError = Literal["stop-script", "raise"]


def _print_error(error: ScriptError) -> None:
    print(f"error: {error}", file=sys.stderr)


class Failures:
    """What failed until now.

    on_error: with "stop-script" what raises is stopped, `tell` hears of it once, and the rest goes on; with "raise" it
    is stopped as well, and the ScriptError is raised at once.  errors: each different one, in order.
    """

    def __init__(self) -> None:
        self.on_error: OnError = "raise"
        self.tell: Callable[[ScriptError], object] = _print_error
        self.errors: list[ScriptError] = []
        self._told: dict[tuple[Any, ...], int] = {}

    def forget(self) -> None:
        """What was told may be told once more."""
        self._told.clear()

    def failed(self, function: Any, error: Exception, what: str = "") -> None:
        """Something raised, and is stopped: tell it, if that was not told before."""
        where = ((frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__))
        made = error if isinstance(error, ScriptError) else error_of(function, error, what)
        made.__cause__ = made.__cause__ or error
        self.told_once((type(error), *where), made)

    def of_rules(self, key: tuple[Any, ...], error: Exception, what: str, function: Any = None) -> None:
        """A rule raised, and is stopped: tell it, if `key` was not told before."""
        self.told_once(key, error if isinstance(error, ScriptError) else error_of(function, error, what))

    def told_once(self, key: tuple[Any, ...], error: ScriptError) -> None:
        """Tell an error, if `key` was not told before."""
        count = self._told[key] = self._told.get(key, 0) + 1
        if count == 1:
            self.errors.append(error)
        if self.on_error == "raise":
            raise error
        if count == 1:
            self.tell(error)
