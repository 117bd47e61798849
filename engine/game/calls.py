"""Calling a game's functions: how many arguments each one takes, and flat lists of bound methods."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ..errors import SceneError

Method = Callable[[float], object]


def arity(function: Callable[..., object], arguments: tuple[str, ...], least: int) -> int:
    """How many of `arguments` a function wants, at least `least`. Raises SceneError when it can't be called so.

    What it has defaults for it does not want: `lambda e=enemy: ...` keeps its own.
    """
    if not callable(function):
        raise SceneError(f"{function!r} is no function; it must be one that takes {_listed(arguments, least)}")
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # a built-in that does not say
        return least
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = sum(p.default is p.empty for p in places)
    open_ended = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    named = any(p.kind is p.KEYWORD_ONLY and p.default is p.empty for p in parameters)
    if named or needed > len(arguments) or (len(places) < least and not open_ended):
        name = getattr(function, "__name__", type(function).__name__)
        found = f"{name}({', '.join(str(p) for p in parameters)})"
        raise SceneError(f"{found} can't be called here; it must take {_listed(arguments, least)}")
    return max(needed, least)


def plain_arity(function: Callable[..., object], arguments: tuple[str, ...]) -> int:
    """`arity` with none needed, fast for functions and methods written in Python."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS) or code.co_kwonlyargcount:
        return arity(function, arguments, 0)
    bound = getattr(function, "__self__", None) is not None
    defaults: Any = getattr(function, "__defaults__", None)
    needed: int = code.co_argcount - bound - len(defaults or ())
    return needed if 0 <= needed <= len(arguments) else arity(function, arguments, 0)


def _listed(arguments: tuple[str, ...], least: int) -> str:
    choices = [f"({', '.join(arguments[:n])})" for n in range(least, len(arguments) + 1)]
    return " or ".join(choices)


def _nothing(dt: float) -> None:
    """In the place of a method that is not called any more."""


class Calls:
    """The bound methods of one stage, in the order in which they came.

    The list is never changed while it is gone over: what comes waits until `settle`, and what goes leaves a function
    that does nothing in its place.
    """

    def __init__(self) -> None:
        self.methods: list[Method] = []
        self._coming: dict[int, Method] = {}  # by id of the behaviour
        self._place: dict[int, int] = {}
        self._holes = 0

    def add(self, key: int, method: Method) -> None:
        """One more, from the next `settle` on."""
        self._coming[key] = method

    def remove(self, key: int) -> None:
        """One less, at once."""
        self._coming.pop(key, None)
        place = self._place.pop(key, None)
        if place is not None:
            self.methods[place] = _nothing
            self._holes += 1

    def replace(self, key: int, method: Method) -> None:
        """Another method in the place of one that is there, or one more."""
        if key in self._place:
            self.methods[self._place[key]] = method
        else:
            self._coming[key] = method

    def settle(self) -> list[Method]:
        """The methods to call now."""
        if self._holes * 2 > len(self.methods):
            self.methods = [method for method in self.methods if method is not _nothing]
            self._place = {id(getattr(method, "__self__", None)): i for i, method in enumerate(self.methods)}
            self._holes = 0
        if self._coming:
            for key, method in self._coming.items():
                self._place[key] = len(self.methods)
                self.methods.append(method)
            self._coming.clear()
        return self.methods
