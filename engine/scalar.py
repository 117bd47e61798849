"""One value of a component in a running world: it is in a table's columns, and reads as if it were by itself."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .declare import Field, accepted, bounds_of, fields_of
from .errors import SceneError

if TYPE_CHECKING:
    from .entity import Entity
    from .tables import Table


def taken_apart(value: Any) -> dict[str, Any]:
    """The fields of a component, by name."""
    return {f.name: getattr(value, f.name) for f in fields_of(value.__class__)}


def scalar_class(table: Table) -> Callable[[Entity, int, int], Any]:
    """A class that reads and writes the fields of one object's value, and otherwise is as the component's own class.

    It says that it is that class (`isinstance`, `==`, `dataclasses.replace` work as with a value) and has its methods.
    """
    kind = table.kind
    body: dict[str, Any] = {}
    for base in reversed(kind.__mro__[:-1]):
        body.update((key, value) for key, value in vars(base).items() if key not in _NOT_TAKEN)
    body |= {
        "__slots__": ("_at", "_entity", "_moves"),
        "__doc__": kind.__doc__,
        "__class__": property(lambda self: kind),
        "__hash__": None,
        "__reduce__": lambda self: (_rebuilt, (kind, taken_apart(self))),
        "__deepcopy__": lambda self, memo: kind(**taken_apart(self)),
    }

    def start(self: Any, entity: Entity, at: int, moves: int) -> None:
        self._entity = entity
        self._at = at
        self._moves = moves

    def find(self: Any) -> int:
        """The slot, after something was moved. Raises SceneError when the value is gone."""
        entity: Entity = self._entity
        at = table.slot(entity.live_row())
        if at < 0:
            raise SceneError(f'"{entity.name}" has no {kind.__name__} any more')
        self._at, self._moves = at, table.moves
        return at

    body |= {"__init__": start, "_find": find}
    body |= {f.name: _property(table, f) for f in table.fields}
    if getattr(kind, "__watched__", False):
        body |= {f.name: _counted(table, body[f.name]) for f in table.fields}
    return types.new_class(kind.__name__, (), {}, lambda namespace: namespace.update(body))


_NOT_TAKEN = frozenset(
    {"__dict__", "__weakref__", "__init__", "__post_init__", "__setattr__", "__delattr__", "__slots__", "__new__"}
)


def _rebuilt(kind: Callable[..., Any], values: dict[str, Any]) -> Any:
    return kind(**values)


def _counted(table: Table, plain: property) -> property:
    """A property whose table knows that it was written to."""
    write = plain.fset
    assert write is not None

    def counted(self: Any, value: Any) -> None:
        write(self, value)
        table.written += 1

    return property(plain.fget, counted)


def _property(table: Table, f: Field) -> property:
    """Reads and writes one field. What is written is checked as the declaration says: SceneError."""
    views, name = table.views, f.name
    low, high = bounds_of(f)

    def refuse(self: Any, value: Any) -> Any:
        return accepted(f, value, self._entity.name, f"{table.kind.__name__}.")

    def read(self: Any) -> Any:
        return views[name][self._at if self._moves == table.moves else self._find()]

    def write(self: Any, value: Any) -> None:
        at = self._at if self._moves == table.moves else self._find()
        views[name][at] = refuse(self, value)

    def write_number(self: Any, value: Any) -> None:
        at = self._at if self._moves == table.moves else self._find()
        views[name][at] = value if type(value) is float and low <= value <= high else refuse(self, value)

    def read_two(self: Any) -> tuple[float, float]:
        view, i = views[name], 2 * (self._at if self._moves == table.moves else self._find())
        return view[i], view[i + 1]

    def read_three(self: Any) -> tuple[float, float, float]:
        view, i = views[name], 3 * (self._at if self._moves == table.moves else self._find())
        return view[i], view[i + 1], view[i + 2]

    def read_vector(self: Any) -> tuple[float, ...]:
        i = f.kind.of * (self._at if self._moves == table.moves else self._find())
        return tuple(views[name][i : i + f.kind.of])

    def write_vector(self: Any, value: Any) -> None:
        i = f.kind.of * (self._at if self._moves == table.moves else self._find())
        view = views[name]
        for number in refuse(self, value):
            view[i] = number
            i += 1

    def write_three(self: Any, value: Any) -> None:
        i = 3 * (self._at if self._moves == table.moves else self._find())
        if type(value) is not tuple or len(value) != 3:
            value = refuse(self, value)
        x, y, z = value
        if not (
            type(x) is float and type(y) is float and type(z) is float
            and low <= x <= high and low <= y <= high and low <= z <= high
        ):  # fmt: skip
            x, y, z = refuse(self, value)
        view = views[name]
        view[i], view[i + 1], view[i + 2] = x, y, z

    if f.kind.optional or f.kind.name not in ("float", "vector"):
        return property(read, write)
    if f.kind.name == "float":
        return property(read, write_number)
    if f.kind.of == 3:
        return property(read_three, write_three)
    return property(read_two if f.kind.of == 2 else read_vector, write_vector)
