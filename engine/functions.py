"""What a script has its app call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from .game.systems import Declared
from .script import error_of
from .world import World

Update = Callable[[World, float], object]
OnKey = Callable[[str], object]
OnDrop = Callable[[list[Path]], object]


@dataclass
class Functions:
    """The functions of a game, each kind in the order in which they were given.

    declared: modules and functions with what decorators noted on them, for the schedule of each world.
    """

    fixed: list[Update] = field(default_factory=list[Update])
    update: list[Update] = field(default_factory=list[Update])
    on_key: list[OnKey] = field(default_factory=list[OnKey])
    on_drop: list[OnDrop] = field(default_factory=list[OnDrop])
    declared: list[ModuleType | Declared] = field(default_factory=list[ModuleType | Declared])

    def forget(self) -> None:
        """The script gives all of them anew; lists that others hold on to stay as they are."""
        self.fixed, self.update, self.on_key, self.on_drop, self.declared = [], [], [], [], []

    def counts(self) -> dict[str, int]:
        """How many there are of each kind."""
        return {name: len(several) for name, several in vars(self).items()}


def call(function: Callable[..., object], *arguments: Any) -> None:
    """Call one of the game's functions; what it raises becomes a ScriptError that names file and line."""
    try:
        function(*arguments)
    except Exception as error:
        raise error_of(function, error) from error
