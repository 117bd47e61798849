"""The fields of a HUD's elements: what each is at first, and which values it may have."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from .hud_looks import Rgba

REQUIRED: Any = object()
"""The default of a field that must be given."""
C = TypeVar("C", bound=type)
Check = Callable[[Any], Any]
"""Gives a value as it is kept. Raises BadValueError."""


@dataclass(frozen=True)
class Field:
    """A field of an element, until `with_fields` has collected it."""

    default: Any
    check: Check


def field(default: Any, check: Check) -> Any:
    """In the body of an element's class: what a field is at first, and which values it may have."""
    return Field(default, check)


def with_fields(cls: C) -> C:
    """Decorator of an element's class: its fields become part of `CHECKS` and `DEFAULTS`."""
    own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
    for name in own:
        delattr(cls, name)
    known: Any = cls
    known.CHECKS = {**known.CHECKS, **{name: made.check for name, made in own.items()}}
    known.DEFAULTS = {
        **known.DEFAULTS,
        **{name: made.default for name, made in own.items() if made.default is not REQUIRED},
    }
    return cls


class BadValueError(Exception):
    """A value that can't be. Its arguments: what was found, and what was wanted."""


def number(low: float = -math.inf, high: float = math.inf) -> Check:
    """Numbers within limits, as float."""

    def check(value: Any) -> float:
        real = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
        if not real or not math.isfinite(value) or not low <= value <= high:
            limits = "a number" if low == -math.inf else f"a number from {low:g} to {high:g}"
            raise BadValueError(
                repr(value), limits if high < math.inf or low == -math.inf else f"a number from {low:g} up"
            )
        return float(value)

    return check


def pair(check: Check, what: str) -> Check:
    """Two of what another check lets pass."""

    def pair(value: Any) -> tuple[Any, Any]:
        try:
            x, y = value
            return check(x), check(y)
        except (TypeError, ValueError, BadValueError):
            raise BadValueError(repr(value), what) from None

    return pair


def or_none(check: Check) -> Check:
    """What another check lets pass, or None."""
    return lambda value: None if value is None else check(value)


def instance(kind: type, name: str) -> Check:
    """Values of a type, called `name`."""

    def check(value: Any) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise BadValueError(repr(value), name)
        return value

    return check


def one_of(names: Sequence[str]) -> Check:
    """One of some texts."""

    def check(value: Any) -> str:
        if value not in names:
            raise BadValueError(repr(value), f"one of {', '.join(names)}")
        return str(value)

    return check


def rgba(value: Any) -> Rgba:
    """(r, g, b, alpha), 0 to 1."""
    wanted = '"#rrggbb", "#rrggbbaa", or (r, g, b) or (r, g, b, alpha) from 0 to 1'
    if isinstance(value, str):
        digits = value[1:]
        if value[:1] != "#" or len(digits) not in (6, 8) or not all(c in "0123456789abcdefABCDEF" for c in digits):
            raise BadValueError(repr(value), wanted)
        parts = [int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2)]
    else:
        try:
            parts = [float(part) for part in value]
        except (TypeError, ValueError):
            raise BadValueError(repr(value), wanted) from None
    if len(parts) not in (3, 4) or not all(0 <= part <= 1 for part in parts):
        raise BadValueError(repr(value), wanted)
    r, g, b, a = (*parts, 1.0)[:4]
    return r, g, b, a


def function(value: Any) -> Any:
    """Something to call."""
    if not callable(value):
        raise BadValueError(repr(value), "a function without parameters")
    return value


def picture(value: Any) -> Any:
    """A file, or pixels."""
    if isinstance(value, np.ndarray):
        if value.ndim != 3 or value.shape[2] not in (3, 4) or value.dtype != np.uint8 or not value.size:
            raise BadValueError(f"an array {value.shape} of {value.dtype}", "(h, w, 3 or 4) uint8")
        return value
    if not isinstance(value, (str, os.PathLike)):
        raise BadValueError(repr(value), "a picture file or (h, w, 3 or 4) uint8")
    return value


def path(value: Any) -> Path:
    """A font file."""
    if not isinstance(value, (str, os.PathLike)):
        raise BadValueError(repr(value), "a font file, or None for the font that is built in")
    return Path(value)


TEXT = instance(str, "a text")
FLAG = instance(bool, "True or False")
OFFSET = pair(number(), "two numbers, (x, y), logical pixels")
LENGTH = number(0.0)
SIZE = pair(or_none(LENGTH), "two numbers from 0 up, (width, height), logical pixels; None is as large as the parent")
