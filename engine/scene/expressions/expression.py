"""An expression that is ready to run, and where it finds its values: columns, one item for each object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

PLACES = {"position": 3, "scale": 3, "rotation": 4, "world_position": 3, "forward": 3}
"""What every object has, and how many numbers that is."""
MOTION = {"velocity": 3, "angular_velocity": 3, "speed": 0, "mass": 0, "asleep": -1}
"""What an object with a Body has, as body.velocity: how many numbers that is, 0 for one, -1 for a truth."""
AXES = "xyzw"

Kinds = frozenset[type]
"""Components."""


class Frame(Protocol):
    """Where an expression finds its values: k objects, perhaps each with another one.

    dt: seconds of a tick.  time: seconds since the world began.
    """

    dt: float
    time: float

    def column(self, other: bool, kind: type, field: str) -> NDArray[Any]:
        """(k,) or (k, d) a field of a component of the objects, or of the others."""
        ...

    def place(self, other: bool, name: str) -> NDArray[Any]:
        """(k, d) one of PLACES."""
        ...

    def motion(self, other: bool, name: str) -> NDArray[Any]:
        """(k,) or (k, 3) one of MOTION. The objects, or the others, all have a Body."""
        ...

    def distance(self) -> NDArray[Any]:
        """(k,) metres between each object and its other one."""
        ...

    def random(self) -> NDArray[Any]:
        """(k,) numbers from 0 to 1."""
        ...

    def event(self, name: str) -> NDArray[Any]:
        """(k,) or (k, d) a field of the event that concerns each object."""
        ...

    def gathered(self, how: str, value: Callable[[Frame], Any], width: int) -> NDArray[Any]:
        """(k,) or (k, width) of a value of all that is near each object: "sum", "mean", "count"."""
        ...


Value = Callable[[Frame], Any]


class Flaw(ValueError):
    """What is wrong with an expression: found, wanted and perhaps a hint."""

    def __init__(self, found: str, wanted: str, hint: str = "") -> None:
        super().__init__(f"{found}; it must be {wanted}" + (f" ({hint})" if hint else ""))
        self.found, self.wanted, self.hint = found, wanted, hint


@dataclass(frozen=True)
class Type:
    """Of a value: "number", "truth", "text", "vector" of `size` numbers, or "any" (known when it runs)."""

    name: str
    size: int = 0

    def __str__(self) -> str:
        words = {"number": "a number", "truth": "true or false", "text": "a text", "any": "anything"}
        return words.get(self.name) or f"{self.size} numbers"

    def takes(self, other: Type) -> bool:
        """Whether a value of another type will do in its place."""
        return other == self or "any" in (self.name, other.name)


NUMBER, TRUTH, TEXT, ANY = Type("number"), Type("truth"), Type("text"), Type("any")


def vector(size: int) -> Type:
    """The type of so many numbers."""
    return Type("vector", size)


@dataclass(frozen=True, eq=False)
class Expression:
    """What a text says, ready to run.

    value: gives a column, or one value for all.  own, others: the components that it reads.
    uses: "other", "event", "near", "random", "motion" (of bodies), as far as it does.
    constant: the value itself, where it is always so.
    leaves: what it reads, each as it is written, to tell of.
    """

    text: str
    type: Type
    value: Value
    own: Kinds = frozenset()
    others: Kinds = frozenset()
    uses: frozenset[str] = frozenset()
    constant: Any = None
    leaves: tuple[tuple[str, Value], ...] = ()
