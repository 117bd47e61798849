"""What scripts have in mind, copied for snapshots and written down for hashes.

What is copied are a behaviour's attributes: plain values, containers, arrays, and objects of a game's own classes.
Objects of the engine (entities, worlds, handles), functions and modules stay what they are.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..entity import Entity
from ..errors import SceneError
from .behaviour import Behaviour
from .events import Contact, Signal

if TYPE_CHECKING:
    from ..world import World
    from .systems import System
    from .timers import Timer
    from .tweens import Tween

_PACKAGE = (__package__ or "").partition(".engine.")[0] + ".engine."
_PLAIN = (int, float, str, bool, bytes, complex, type(None))


@dataclass(frozen=True, eq=False)
class Doing:
    """A behaviour on the object in a row at one moment. attributes: its `__dict__`."""

    behaviour: Behaviour
    attributes: Mapping[str, Any]
    row: int


@dataclass(frozen=True, eq=False)
class ScheduleState:
    """What a schedule keeps, but for coroutines: generators can't be copied."""

    world: World
    started: bool
    clock: tuple[float, int, float, float, int]
    doings: tuple[Doing, ...]
    timers: tuple[tuple[Timer, float, int | None], ...]
    tweens: tuple[tuple[Tween, float, Any], ...]
    deferred: tuple[tuple[Callable[..., object], int], ...]
    events: tuple[Any, ...]
    stopped: tuple[tuple[System | Any, bool], ...]
    rules: Any = None


class Copier:
    """Copies values; those that stand in `swaps`, by id, become others. What is shared stays shared."""

    def __init__(self, swaps: Mapping[int, Any], worlds: tuple[World, World]) -> None:
        self._swaps = swaps
        self._from, self._to = worlds
        self._done: dict[int, tuple[Any, Any]] = {}  # id → the original, kept alive, and its copy

    def __call__(self, value: Any) -> Any:
        """A copy of a value. Raises SceneError for what can't be copied."""
        kind = type(value)
        if kind in _PLAIN:
            return value
        if id(value) in self._swaps:
            return self._swaps[id(value)]
        known = self._done.get(id(value))
        if known is not None:
            return known[1]
        if kind is Entity:
            return value if self._from is self._to or value.world is not self._from else value.within(self._to)
        if kind is list or kind is deque:
            made: Any = kind()
            self._done[id(value)] = value, made
            made.extend(map(self, value))
        elif kind is dict:
            made = {}
            self._done[id(value)] = value, made
            made.update((self(key), self(one)) for key, one in value.items())
        elif kind is tuple or kind is frozenset or kind is set:
            made = kind(map(self, value))
        elif kind is np.ndarray:
            made = value.copy()
        elif kind is Contact or kind is Signal:
            made = kind(*(self(getattr(value, f.name)) for f in fields(kind)))
        elif kind is np.random.Generator or kind is bytearray:
            made = copy.deepcopy(value)
        else:
            made = self._other(value)
        self._done[id(value)] = value, made
        return made

    def _other(self, value: Any) -> Any:
        owner = getattr(value, "__self__", None)
        if isinstance(owner, Behaviour) and callable(value):
            return getattr(self(owner), value.__name__)
        if callable(value) or isinstance(value, (type, ModuleType)) or type(value).__module__.startswith(_PACKAGE):
            return value
        try:
            if not hasattr(value, "__dict__"):
                return copy.deepcopy(value)
            made = copy.copy(value)
            self._done[id(value)] = value, made
            for name, one in vars(value).items():
                made.__dict__[name] = self(one)
        except (TypeError, ValueError, AttributeError) as error:
            raise SceneError(f"a {type(value).__name__} can't be copied: {error}") from None
        return made


def encoded(value: Any, within: tuple[int, ...] = ()) -> str:
    """A value as text that is the same in every run: without addresses, sets in order."""
    kind = type(value)
    if kind in _PLAIN:
        return repr(value)
    if id(value) in within:
        return "..."
    inner = (*within, id(value))
    if kind is Entity:
        return f"<{value.row} {value.alive}>"
    if isinstance(value, Behaviour):
        row = value.entity.row if "entity" in value.__dict__ else -1
        return f"<{value.kind.__name__} {row}>"
    if isinstance(value, (list, tuple, deque)):
        return f"[{', '.join(encoded(one, inner) for one in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{encoded(k, inner)}: {encoded(v, inner)}' for k, v in value.items())}}}"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(encoded(one, inner) for one in value))}}}"
    if isinstance(value, (np.ndarray, np.generic)):
        return f"{value.dtype}{value.shape}{value.tobytes().hex()}"
    if isinstance(value, np.random.Generator):
        return encoded(value.bit_generator.state, inner)
    name = getattr(value, "__qualname__", kind.__qualname__)
    if callable(value) or kind.__module__.startswith(_PACKAGE) or not hasattr(value, "__dict__"):
        return str(name)
    return f"{name}{encoded(vars(value), inner)}"
