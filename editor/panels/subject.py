"""What the inspector looks at: objects of the scene that is edited, or of the world that is played."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...engine.errors import DreamwellError
from ...engine.live import kind_of
from ...engine.scene.components import Camera, Material
from ...engine.scene.lights import LIGHTS
from ...engine.scene.prefabs import Prefab
from ..core import commands
from ..core.kinds import component_types
from ..core.played import component_of, components_of, put
from ..core.values import plain
from .fields import Change

if TYPE_CHECKING:
    from ...engine.world import World
    from ..core import EditorState
    from .ui import Ui

PLACED = ("position", "rotation", "scale")


@dataclass(frozen=True)
class Part:
    """A component that all the objects carry. values: the distinct ones, the active object's first."""

    name: str
    kind: type | None  # None: nobody declares it
    values: tuple[Any, ...]
    partly: bool = False  # only some of the objects carry it


class Subject(Protocol):
    """Objects that are inspected together."""

    state: EditorState
    ids: Sequence[int]
    active: int
    live: bool

    def names(self) -> tuple[str, ...]:
        """The distinct names, the active object's first; at most a few."""
        ...

    def tags(self) -> tuple[tuple[str, ...], ...]:
        """The distinct sets of tags, the active object's first."""
        ...

    def placed(self, name: str) -> tuple[Any, ...]:
        """The active object's position, rotation or scale; where others differ, and one that differs where any does."""
        ...

    def parts(self) -> list[Part]:
        """The components."""
        ...

    def write(self, ui: Ui, path: str, change: Change, merge: bool = True) -> None:
        """Change a field of all of the objects: `position`, `name`, `tags`, `Material.base_color`."""
        ...


def _differing(values: NDArray[np.float64], first: NDArray[np.float64]) -> tuple[Any, ...]:
    """The first row, and a row that differs from it in those columns in which any row does."""
    shown = tuple(first.tolist())
    differs = (values != first).any(axis=0)
    if not differs.any():
        return (shown,)
    return shown, tuple(np.where(differs, first + 1, first).tolist())


@dataclass
class EditSubject:
    """Objects of the document."""

    state: EditorState
    ids: Sequence[int]
    active: int
    live: bool = False
    rows: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    at: int = 0  # the active object's row
    _kept: dict[str, Any] = field(default_factory=dict[str, Any])  # what was found: it holds until a change

    def __post_init__(self) -> None:
        document = self.state.document
        self.rows = document.rows(self.ids)
        self.at = int(document.rows([self.active])[0])

    def names(self) -> tuple[str, ...]:
        """See `Subject`."""
        names = self.state.document.scene.names
        return tuple(dict.fromkeys([names[self.at], *(names[int(row)] for row in self.rows[:64])]))

    def tags(self) -> tuple[tuple[str, ...], ...]:
        """See `Subject`."""
        if "tags" not in self._kept:
            self._kept["tags"] = self._tags()
        found: tuple[tuple[str, ...], ...] = self._kept["tags"]
        return found

    def _tags(self) -> tuple[tuple[str, ...], ...]:
        scene = self.state.document.scene
        sets = dict.fromkeys([int(scene.tag_rows[self.at]), *np.unique(scene.tag_rows[self.rows]).tolist()])
        return tuple(tuple(sorted(scene.tag_sets.values[i])) for i in sets)

    def placed(self, name: str) -> tuple[Any, ...]:
        """See `Subject`."""
        if name not in self._kept:
            column = getattr(self.state.document.scene, name + "s")
            self._kept[name] = _differing(column[self.rows], column[self.at])
        found: tuple[Any, ...] = self._kept[name]
        return found

    def parts(self) -> list[Part]:
        """See `Subject`."""
        if "parts" not in self._kept:
            self._kept["parts"] = self._parts()
        found: list[Part] = self._kept["parts"]
        return found

    def _parts(self) -> list[Part]:
        document = self.state.document
        scene = document.scene
        out: list[Part] = []
        for value in document.components(self.active):
            kind = kind_of(value)
            slots = scene.slots_of(kind)[self.rows]
            there = slots[slots >= 0]
            pool = scene.pools[kind].values
            mine = int(scene.slots_of(kind)[self.at])
            distinct = dict.fromkeys([mine, *np.unique(there).tolist()])
            values = tuple(pool[i] for i in list(distinct)[:256])
            out.append(Part(kind.__name__, kind, values, partly=len(there) < len(slots)))
        unread = document.unread(self.active)
        return out + [Part(name, None, (raw,)) for name, raw in unread.items()]

    def write(self, ui: Ui, path: str, change: Change, merge: bool = True) -> None:
        """See `Subject`."""
        command = self.command(path, change)
        words = path.rpartition(".")[2].replace("_", " ")
        key = f"{path}:{self.active}" if merge else None
        ui.edit(self.state, command, f"Set {words}", key)

    def command(self, path: str, change: Change) -> dict[str, Any]:
        """The command that changes a field."""
        scene = self.state.document.scene
        head, _, name = path.partition(".")
        ids = list(self.ids)
        if head in PLACED:
            column = getattr(scene, head + "s")[self.rows]
            return commands.each_field(ids, {path: [list(change(tuple(row))) for row in column.tolist()]})
        if head == "name":
            return commands.fields(ids, {path: change(scene.names[self.at])})
        if head == "tags":
            sets = [scene.tag_sets.values[int(i)] for i in scene.tag_rows[self.rows]]
            return commands.each_field(ids, {path: [sorted(set(change(tuple(sorted(one))))) for one in sets]})
        kind = component_types()[head]
        slots = scene.slots_of(kind)[self.rows].tolist()
        kept = [number for number, slot in zip(ids, slots, strict=True) if slot >= 0]
        made: dict[int, Any] = {}
        for slot in slots:
            if slot >= 0 and slot not in made:
                value = scene.pools[kind].values[slot]
                made[slot] = plain(change(getattr(value, name) if name else value))
        fresh = [made[slot] for slot in slots if slot >= 0]
        if len(made) == 1:
            return {"do": "set_fields", "ids": kept, "fields": {path: fresh[:1]}}
        return {"do": "set_fields", "ids": kept, "fields": {path: fresh}}

    # ---- prefabs ------------------------------------------------------------------------------------------------

    def instance(self) -> Prefab | None:
        """The prefab that the active object is an instance of."""
        found: Prefab | None = self.state.document.scene.by_id(self.active).get(Prefab)
        return found


@dataclass
class PlaySubject:
    """Objects of the world that is played: what is written is gone when it stops."""

    state: EditorState
    world: World
    ids: Sequence[int]
    active: int
    rows: Mapping[int, int]
    live: bool = True

    def _entities(self) -> list[Any]:
        return [self.world.at(self.rows[number]) for number in self.ids if number in self.rows]

    def _active(self) -> Any:
        return self.world.at(self.rows[self.active])

    def names(self) -> tuple[str, ...]:
        """See `Subject`."""
        return tuple(dict.fromkeys([self._active().name, *(one.name for one in self._entities()[:64])]))

    def tags(self) -> tuple[tuple[str, ...], ...]:
        """See `Subject`."""
        sets = [tuple(sorted(one.tags)) for one in [self._active(), *self._entities()[:64]]]
        return tuple(dict.fromkeys(sets))

    def placed(self, name: str) -> tuple[Any, ...]:
        """See `Subject`."""
        first = np.array(getattr(self._active(), name), np.float64)
        return _differing(np.array([getattr(one, name) for one in self._entities()], np.float64), first)

    def parts(self) -> list[Part]:
        """See `Subject`."""
        entities = self._entities()
        out: list[Part] = []
        for value in components_of(self._active()):
            kind = kind_of(value)
            values = [found for one in entities if (found := component_of(one, kind.__name__)) is not None]
            frozen = [_as_value(kind, one) for one in [value, *values]]
            distinct = [v for i, v in enumerate(frozen) if v not in frozen[:i]]
            out.append(Part(kind.__name__, kind, tuple(distinct), partly=len(values) < len(entities)))
        return out

    def write(self, ui: Ui, path: str, change: Change, merge: bool = True) -> None:
        """See `Subject`."""
        head, _, name = path.partition(".")

        def do() -> None:
            for one in self._entities():
                if head in PLACED:
                    setattr(one, head, change(tuple(getattr(one, head))))
                elif head == "tags":
                    new = set(change(tuple(sorted(one.tags))))
                    one.untag(*(one.tags - new))
                    one.tag(*(new - one.tags))
                elif head != "name":
                    self._write_field(one, component_types()[head], name, change)

        ui.later(do)

    def _write_field(self, one: Any, kind: type, name: str, change: Change) -> None:
        value: Any = component_of(one, kind.__name__)
        if value is None:
            return
        new = change(getattr(value, name))
        if isinstance(value, (*LIGHTS, Material, Camera)):  # those are values: another one is set in its place
            put(one, value, with_value(value, name, new), (name,))
        else:
            setattr(value, name, new)


def with_value(value: Any, name: str, new: Any) -> Any:
    """A component's value with another one in a field."""
    return replace(value, **{name: new})


def _as_value(kind: type, value: Any) -> Any:
    """A component of a running world as a plain value of its class, to be compared."""
    from ...engine.declare import fields_of

    try:
        return kind(**{f.name: getattr(value, f.name) for f in fields_of(kind)})
    except (TypeError, DreamwellError):
        return value


Deferred = Callable[[], None]
