"""Expressions written in Python: `dw.where(Health).points < 20` is the text "Health.points < 20"."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import SceneError
from .expression import Flaw
from .names import field_of


class Term:
    """An expression as Python builds it: `str` gives its text. Compare and compute with it; `&`, `|`, `~` join."""

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Term {self._text}>"

    def __bool__(self) -> bool:
        raise TypeError("a term is no truth yet: join terms with & | ~, and write a < b and b < c as two")

    def __getattr__(self, name: str) -> Term:
        if name in ("x", "y", "z", "w"):
            return Term(f"{self._text}.{name}")
        raise AttributeError(f"{self._text} has no {name}")

    def _with(self, sign: str, other: Any) -> Term:
        return Term(f"({self._text} {sign} {_written(other)})")

    def _after(self, sign: str, other: Any) -> Term:
        return Term(f"({_written(other)} {sign} {self._text})")

    def _compared(self, sign: str, other: Any) -> Term:
        return Term(f"{self._text} {sign} {_written(other)}")

    def __lt__(self, other: Any) -> Term:
        return self._compared("<", other)

    def __le__(self, other: Any) -> Term:
        return self._compared("<=", other)

    def __gt__(self, other: Any) -> Term:
        return self._compared(">", other)

    def __ge__(self, other: Any) -> Term:
        return self._compared(">=", other)

    def __eq__(self, other: object) -> Term:  # type: ignore[override]
        return self._compared("==", other)

    def __ne__(self, other: object) -> Term:  # type: ignore[override]
        return self._compared("!=", other)

    def __add__(self, other: Any) -> Term:
        return self._with("+", other)

    def __radd__(self, other: Any) -> Term:
        return self._after("+", other)

    def __sub__(self, other: Any) -> Term:
        return self._with("-", other)

    def __rsub__(self, other: Any) -> Term:
        return self._after("-", other)

    def __mul__(self, other: Any) -> Term:
        return self._with("*", other)

    def __rmul__(self, other: Any) -> Term:
        return self._after("*", other)

    def __truediv__(self, other: Any) -> Term:
        return self._with("/", other)

    def __rtruediv__(self, other: Any) -> Term:
        return self._after("/", other)

    def __neg__(self) -> Term:
        return Term(f"(-{self._text})")

    def __and__(self, other: Term) -> Term:
        return Term(f"(({self._text}) and ({other}))")

    def __or__(self, other: Term) -> Term:
        return Term(f"(({self._text}) or ({other}))")

    def __invert__(self) -> Term:
        return Term(f"(not ({self._text}))")


def _written(value: Any) -> str:
    """A value as an expression has it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = tuple(value.tolist())
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_written, value))})"
    return str(value) if isinstance(value, Term) else repr(value)


def written(value: Any) -> str:
    """What was given for an expression, as text: a text is one, numbers, truths and sequences are constants."""
    return value if isinstance(value, str) else _written(value)


class Where:
    """The fields of a component, to build conditions of: `dw.where(Health).points < 20`."""

    __slots__ = ("_kind", "_prefix")

    def __init__(self, kind: type, prefix: str) -> None:
        self._kind, self._prefix = kind, prefix

    def __getattr__(self, name: str) -> Term:
        try:
            field_of(self._kind, name)
        except Flaw as flaw:
            raise SceneError(f"where: {flaw}") from None
        return Term(f"{self._prefix}{self._kind.__name__}.{name}")


def where(kind: type, *, other: bool = False) -> Any:
    """A condition on a component's fields, written in Python: `dw.where(Health).points < 20`.

        dw.When(where=dw.where(Health).points < 20)  # the same as where="Health.points < 20"
        dw.When(where=(dw.where(Health).points > 0) & (dw.where(Team, other=True).number != dw.where(Team).number))

    other: of the other object (of an event, or what was found near or seen). Fields give terms to compare, compute
    with (`+ - * /`) and join (`& | ~`), whose text is what a rule keeps. Raises SceneError for an unknown field.
    """
    return Where(kind, "other." if other else "")
