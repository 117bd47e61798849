"""What a field is drawn from: its declaration, the values that it has, what it may be set to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ...engine.declare import Field, Kind, Spec
from .ui import Ui

Change = Callable[[Any], Any]
"""From the old value of a field to its new one."""


@dataclass(frozen=True)
class Choices:
    """What there is to choose from: each gives names, the first are the likeliest."""

    assets: Callable[[str], Sequence[str]] = lambda path: ()
    objects: Callable[[], Sequence[str]] = tuple
    layers: Callable[[], Sequence[str]] = tuple
    tags: Callable[[], Sequence[str]] = tuple
    reveal: Callable[[str], None] = lambda path: None  # show an asset in the assets panel
    address: Callable[[str], str] = str  # an asset of the project as a field names it


@dataclass(frozen=True)
class Slot:
    """One field of one or many values. path: "PointLight.lux"; values: the distinct ones, the active object's first."""

    path: str
    label: str
    kind: Kind
    spec: Spec
    default: Any
    values: tuple[Any, ...]
    choices: Choices = Choices()

    @property
    def value(self) -> Any:
        """The value that is shown."""
        return self.values[0]

    @property
    def mixed(self) -> bool:
        """Whether the values differ."""
        return len(self.values) > 1

    @property
    def is_default(self) -> bool:
        """Whether every value is the declared default."""
        return not self.mixed and bool(self.value == self.default)

    def inner(self, f: Field) -> Slot:
        """The slot of a field of the structs in this one."""
        found = tuple(dict.fromkeys(getattr(v, f.name) for v in self.values if v is not None))
        return Slot(
            f"{self.path}.{f.name}", words_of(f.name), f.kind, f.spec, f.default, found or (f.default,), self.choices
        )


Widget = Callable[[Ui, Slot], Change | None]
"""Draws a field as wide as there is room; what extensions register under a path, a role or a kind."""


@dataclass
class Widgets:
    """Widgets that extensions gave: by path ("PointLight.lux"), by role ("color"), by kind ("bool"), in that order."""

    of: dict[str, Widget] = field(default_factory=dict)
    folded: set[str] = field(default_factory=set)  # structs that were folded, or unfolded, by hand
    euler: dict[str, tuple[Any, tuple[float, float, float]]] = field(default_factory=dict)
    filter: str = ""


_ACRONYMS = {
    "id": "ID",
    "uv": "UV",
    "iso": "ISO",
    "ior": "IOR",
    "ccd": "CCD",
    "ao": "AO",
    "aa": "AA",
    "fov": "FOV",
    "hi": "Hi",
    "lod": "LOD",
    "ev100": "EV100",
}


@cache
def words_of(name: str) -> str:
    """A field's name as a label: base_color → Base color."""
    parts = [_ACRONYMS.get(part, part) for part in name.strip("_").split("_")]
    return " ".join([parts[0][:1].upper() + parts[0][1:], *parts[1:]]) if parts else name


def blank(kind: Kind) -> Any:
    """The value that a new item of a list has."""
    if kind.optional:
        return None
    match kind.name:
        case "choice":
            return kind.of[0]
        case "vector":
            return (0.0,) * kind.of
        case "struct":
            return kind.of()
        case "list":
            return ()
        case _:
            return {"float": 0.0, "int": 0, "bool": False, "str": ""}.get(kind.name)


def to(value: Any) -> Change:
    """The change to a value, whatever the old one is."""
    return lambda old: value


def without(i: int) -> Change:
    """The change that takes an item out of a list."""
    return lambda old: (*old[:i], *old[i + 1 :])
