"""What games give their objects: a table for each declared component, one column for each field.

A table holds its rows without gaps (a sparse set: what goes is replaced by the last one, Briggs and Torczon, "An
efficient representation for sparse sets", 1993), so that a query reads columns and never goes over objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..loom.columns import column_for
from ..loom.woven import WovenComponents, WovenScene
from .declare import Field, accepted, bounds_of, fields_of, in_tables, problems_of, to_text
from .errors import SceneError
from .kinds import current, is_known, key_of, latest
from .rows import Replaced, far_too_long
from .scalar import scalar_class, taken_apart

if TYPE_CHECKING:
    from .entity import Entity

I32 = NDArray[np.int32]
Key = tuple[str, str]
"""The name of a class and where it is from: those that it is declared anew as have the same."""
Intp = NDArray[np.intp]

_LEAST = 16
"""Slots of a table that is empty."""


@dataclass(frozen=True, eq=False)
class TableState:
    """All values of one component, to go back to. rows: (k,) int32, ascending.  columns: by field, (k, …)."""

    rows: I32
    columns: Mapping[str, NDArray[Any]]

    def to_bytes(self) -> bytes:
        """Equal values give equal bytes; of what is in memory only, the type."""
        out = [self.rows.tobytes()]
        for name, column in sorted(self.columns.items()):
            texts = column.dtype == object
            values = "\0".join(map(to_text, column.tolist())).encode() if texts else column.tobytes()
            out += [name.encode(), values]
        return b"\0".join(out)


class Table:
    """All values of one component: slots without gaps, in no order that matters.

    kind: the class.  count: how many objects carry one.  version: grows when an object gets one or loses it.
    moves: grows when values go to other slots.
    written: grows when values are written, for components that say `__watched__`; lent: whether a column was given out
    to be written to, which nobody can count.
    views: by field, what single values are read from and written to: flat memoryviews, or arrays of objects.
    """

    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.fields = fields_of(kind)
        self.count = 0
        self.version = 0
        self.moves = 0
        self.written = 0
        self.lent = False
        self.replaced = Replaced()
        """Its holders are the open batches that look into the columns: no slot may change its object then."""
        self._rows: I32 = np.zeros(_LEAST, np.int32)
        self._slots: I32 = np.full(_LEAST, -1, np.int32)  # by row of the world
        self._at = self._slots.data
        self._ascending = True
        self._columns = {f.name: column_for(f, _LEAST) for f in self.fields}
        self.views: dict[str, Any] = {}
        self._look()
        self.scalar = scalar_class(self)

    def _look(self) -> None:
        """The views of the columns as they are now."""
        self.views.update((name, _flat(column)) for name, column in self._columns.items())

    # ---- reading --------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> I32:
        """(count,) the rows of the objects, by slot."""
        return self._rows[: self.count]

    def ascending(self) -> I32:
        """(count,) the rows of the objects, ascending; to be read at once."""
        return self.rows if self._ascending else np.sort(self.rows)

    def slot(self, row: int) -> int:
        """Where the value of an object is, -1 for none."""
        return self._at[row] if row < len(self._slots) else -1

    def slots(self, rows: I32) -> I32:
        """(k,) where the values of objects are, -1 for none."""
        if not len(rows) or int(rows.max()) < len(self._slots):
            return self._slots.take(rows)
        found = self._slots.take(rows, mode="clip")
        found[rows >= len(self._slots)] = -1
        return found

    def column(self, name: str) -> NDArray[Any]:
        """(count,) or (count, d) all values of a field, by slot; may be written to."""
        self.lent = True
        return self._columns[name][: self.count]

    def look(self, name: str) -> NDArray[Any]:
        """As `column`, to be read and not to be kept."""
        return self._columns[name][: self.count]

    def get(self, entity: Entity) -> Any:
        """The value of an object, to read and to write one field at a time; None where it has none."""
        row = entity.row if entity.world.generations is None else entity.live_row()
        if row >= len(self._slots):
            return None
        at = self._at[row]
        return self.scalar(entity, at, self.moves) if at >= 0 else None

    def key(self, slot: int) -> tuple[Any, ...]:
        """The fields of a value, as something to look up by: what is in columns of numbers as bytes."""
        return tuple(c[slot] if c.dtype == object else c[slot].tobytes() for c in self._columns.values())

    def value(self, slot: int) -> Any:
        """A value by itself."""
        return self.kind(**{f.name: _plain(self._columns[f.name][slot]) for f in self.fields})

    # ---- writing --------------------------------------------------------------------------------------------------

    def put(self, rows: I32, values: Mapping[str, Any]) -> None:
        """Give objects (k,), each once, a value each: numbers or columns (k, …) by field. In place of those they have.

        Values are taken as they are.
        """
        self.written += 1
        slots = self.slots(rows)
        new = rows[slots < 0]
        if len(new):
            slots[slots < 0] = self._take(new)
        for name, value in values.items():
            column = self._columns[name]
            if column.dtype == object and not (isinstance(value, np.ndarray) and value.dtype == object):
                whole = np.empty(1, object)  # NumPy would take a tuple apart
                whole[0] = value
                value = whole
            column[slots] = value

    def put_many(self, rows: I32, value: Any, columns: Mapping[str, ArrayLike]) -> None:
        """As `put` a value, but some fields of each object from columns (k, …). Raises SceneError for unfit ones."""
        fields = {f.name: f for f in self.fields}
        values = taken_apart(value)
        for name, column in columns.items():
            f = fields.get(name)
            if f is None:
                raise SceneError(f"{self.kind.__name__} has no field {name!r}; it has {', '.join(fields) or 'none'}")
            values[name] = _fitting(f, self._columns[name], column, len(rows), f"{self.kind.__name__}.{name}")
        self.put(rows, values)

    def _take(self, rows: I32) -> I32:
        """(k,) slots for objects that have none."""
        first, end = self.count, self.count + len(rows)
        self._reserve(end)
        self._reserve_rows(int(rows.max()) + 1)
        slots = np.arange(first, end, dtype=np.int32)
        above = int(self._rows[first - 1]) if first else -1
        self._ascending &= int(rows[0]) > above and bool((rows[1:] > rows[:-1]).all())
        self._rows[first:end] = rows
        self._slots[rows] = slots
        self.count = end
        self.version += 1
        return slots

    def copy(self, row: int, rows: I32) -> None:
        """Give objects (k,) that have none what another one has, if it has one."""
        slot = self.slot(row)
        if slot >= 0:
            self.put(rows, {name: _as_it_is(column, slot) for name, column in self._columns.items()})

    def drop(self, rows: I32) -> None:
        """Take the values of objects (k,) away, from those that have one."""
        slots = self.slots(rows)
        slots = slots[slots >= 0]
        if not len(slots):
            return
        self._slots[self._rows[slots]] = -1
        left = self.count - len(slots)
        holes, tail = slots[slots < left], np.ones(len(slots), bool)
        tail[slots[slots >= left] - left] = False
        moved = left + np.flatnonzero(tail)  # what stays of the end goes into the holes
        self._ascending = self._ascending and not len(holes)
        self._rows[holes] = self._rows[moved]
        self._slots[self._rows[holes]] = holes
        for column in self._columns.values():
            column[holes] = column[moved]
            if column.dtype == object:
                column[left : self.count] = None
        self.count = left
        self.version += 1
        self.moves += 1
        if far_too_long(len(self._rows), left) and not self.replaced.holders:
            self._resize(2 * max(left, _LEAST))

    def order(self) -> None:
        """Bring the slots into the order of the rows."""
        if self._ascending or self.replaced.holders:
            return
        order = np.argsort(self.rows, kind="stable")
        self._rows[: self.count] = self.rows[order]
        self._slots[self.rows] = np.arange(self.count, dtype=np.int32)
        for column in self._columns.values():
            column[: self.count] = column[order]
        self._ascending = True
        self.moves += 1

    def _reserve(self, needed: int) -> None:
        if needed > len(self._rows):
            self._resize(max(needed, 2 * len(self._rows)))

    def _resize(self, size: int) -> None:
        kept = min(size, self.count)
        for name, column in self._columns.items():
            made = np.zeros((size, *column.shape[1:]), column.dtype)
            made[:kept] = column[:kept]
            self.replaced.note(column)
            self._columns[name] = made
        rows = np.zeros(size, np.int32)
        rows[:kept] = self._rows[:kept]
        self._rows = rows
        self._look()

    def _reserve_rows(self, needed: int) -> None:
        have = len(self._slots)
        if needed > have:
            slots = np.full(max(needed, 2 * have), -1, np.int32)
            slots[:have] = self._slots
            self._slots, self._at = slots, slots.data

    def clear(self) -> None:
        """Take all values away."""
        self._slots[self.rows] = -1
        self.count = 0
        self._ascending = True
        self.version += 1
        self.moves += 1

    def state(self) -> TableState:
        """What `restore` needs."""
        if self._ascending:
            columns = {name: column[: self.count].copy() for name, column in self._columns.items()}
            return TableState(self.rows.copy(), columns)
        order = np.argsort(self.rows, kind="stable")
        columns = {name: column.take(order, 0) for name, column in self._columns.items()}
        return TableState(self.rows[order], columns)

    def restore(self, state: TableState) -> None:
        """Go back to a state; fields that had another type then, or none, get their defaults."""
        self.clear()
        values = defaults(self.kind)
        for name, now in self._columns.items():
            then = state.columns.get(name)
            if then is not None and (then.dtype, then.shape[1:]) == (now.dtype, now.shape[1:]):
                values[name] = then
        if len(state.rows):
            self.put(state.rows, values)

    def renew(self, kind: type) -> None:
        """Hold the same values for the same class declared anew: fields keep theirs by name and type, others start.

        What was asked for before goes on reading and writing the fields that are still there.
        """
        state = self.state()
        self.clear()
        self.kind, self.fields = kind, fields_of(kind)
        self._columns = {f.name: column_for(f, len(self._rows)) for f in self.fields}
        self.views.clear()
        self._look()
        self.scalar = scalar_class(self)
        self.restore(state)


class Tables:
    """The tables of a world, by class."""

    def __init__(self, woven: WovenScene) -> None:
        self.of: dict[type, Table] = {}
        self._by_key: dict[Key, Table] = {}
        for carried in woven.components:
            self.made(carried.kind).put(carried.objects, carried.columns)

    def sorted(self) -> list[Table]:
        """Every table, by the names of the classes, and those of one name by their files."""
        return [self._by_key[key] for key in sorted(self._by_key)]

    def find(self, kind: type) -> Table | None:
        """The table of a class, or None where no object ever had such a component. Raises SceneError.

        A class that was declared anew since is taken for the one that replaced it.
        """
        found = self.of.get(kind)
        if found is not None:
            return found
        known = current(kind)
        table = self._by_key.get(key_of(known))
        if table is None:
            if not in_tables(known):
                raise SceneError(f"{kind.__name__} is none of the components that games declare, with @dw.component")
            return None
        if table.kind is not known:
            table.renew(known)
            self.of = {k: t for k, t in self.of.items() if t is not table}
        self.of[known] = self.of[kind] = table
        return table

    def renew(self) -> None:
        """Follow the classes that were declared anew, and drop what is declared no more."""
        for key, table in list(self._by_key.items()):
            known = latest(table.kind)
            if not is_known(known):
                table.clear()
                del self._by_key[key]
            elif table.kind is not known:
                table.renew(known)
        self.of = {table.kind: table for table in self._by_key.values()}

    def made(self, kind: type) -> Table:
        """The table of a class, made when it is new. Raises SceneError for what is no component of a game."""
        found = self.of.get(kind) or self.find(kind)
        if found is None:
            known = current(kind)
            found = self.of[kind] = self.of[known] = self._by_key[key_of(known)] = Table(known)
        return found

    def state(self) -> dict[type, TableState]:
        """What `restore` needs, by class, in the order of `sorted`."""
        return {table.kind: table.state() for table in self.sorted() if table.count}

    def restore(self, state: Mapping[type, TableState]) -> None:
        """Go back to a state. Components that are not declared any more are left out."""
        then = {latest(kind): one for kind, one in state.items() if is_known(latest(kind))}
        for table in self._by_key.values():
            if table.kind not in then:
                table.clear()
        for kind, one in then.items():
            self.made(kind).restore(one)

    def adopt(self, old: WovenScene, new: WovenScene, kept: I32, came: I32, gone: I32) -> None:
        """Go on with another woven scene, whose rows are those of the world.

        kept (k,): objects of both scenes; they keep what the game gave them, took away or wrote to, field by field, and
        have all else as the new scene has it.  came (m,): objects of the new scene alone.  gone: objects no more.
        """
        self.drop(gone)
        woven = [{latest(carried.kind): carried for carried in scene.components} for scene in (old, new)]
        for kind in sorted(woven[0].keys() | woven[1].keys(), key=key_of):
            if not is_known(kind):
                continue
            now, (base, wanted) = self.made(kind), [_table_of(kind, scene.get(kind)) for scene in woven]
            had, has, gets = (table.slots(kept) >= 0 for table in (base, now, wanted))
            both = kept[had & has]
            same = {f.name: _equal(base, now, f.name, both) for f in now.fields}
            untouched = np.logical_and.reduce([np.ones(len(both), bool), *same.values()])
            now.drop(both[untouched & ~gets[had & has]])
            for rows in (came[wanted.slots(came) >= 0], kept[~had & ~has & gets]):
                now.put(rows, {f.name: wanted.look(f.name)[wanted.slots(rows)] for f in now.fields})
            there = gets[had & has]
            for key, equal in same.items():
                rows = both[there & equal]
                now.look(key)[now.slots(rows)] = wanted.look(key)[wanted.slots(rows)]
                now.written += 1

    def drop(self, rows: I32) -> None:
        """The objects (k,) are gone, and what they carried."""
        for table in self._by_key.values():
            if table.count:
                table.drop(rows)

    def copy(self, row: int, rows: I32, values: Iterable[Any]) -> None:
        """Give new objects (k,) what the one in `row` carries, and these values in place of its own."""
        given = {key_of(value.__class__): value for value in values}
        for key, table in self._by_key.items():
            if table.count and key not in given:
                table.copy(row, rows)
        for value in given.values():
            self.made(value.__class__).put(rows, taken_apart(value))


def _table_of(kind: type, carried: WovenComponents | None) -> Table:
    table = Table(kind)
    if carried is not None:
        table.restore(TableState(carried.objects, carried.columns))
    return table


def _equal(one: Table, other: Table, name: str, rows: I32) -> NDArray[np.bool_]:
    """(k,) whether a field of some objects, all of which have it, is the same in two tables."""
    a, b = (table.look(name)[table.slots(rows)] for table in (one, other))
    same: NDArray[np.bool_] = np.equal(a, b).astype(bool)
    return same if same.ndim == 1 else np.logical_and.reduce(same, axis=1)


# ---- values -----------------------------------------------------------------------------------------------------


def _fitting(f: Field, like: NDArray[Any], value: ArrayLike, count: int, where: str) -> NDArray[Any]:
    """A column of a field's values, (count, …). Raises SceneError where they do not fit the declaration."""
    if like.dtype == object:
        given = list(value) if isinstance(value, Iterable) else [value]
        if len(given) != count:
            raise SceneError(f"{where} has {len(given)} values for {count} objects")
        made = np.empty(count, object)
        for i, one in enumerate(given):
            made[i] = accepted(f, one, "", f"{where.partition('.')[0]}.")
        return made
    wanted = (count, *like.shape[1:])
    found = np.asarray(value)
    if found.shape != wanted or not np.can_cast(found.dtype, like.dtype, "same_kind") or found.dtype.kind == "c":
        raise SceneError(f"{where} is {found.dtype} {found.shape}; it must be {like.dtype} {wanted}")
    made = found.astype(like.dtype)
    if f.kind.name in ("float", "vector", "int"):
        low, high = bounds_of(f)
        bad = np.flatnonzero(~((made >= low) & (made <= high)).reshape(count, -1).all(axis=1))
        if len(bad):
            accepted(f, _plain(made[bad[0]]), "", f"{where.partition('.')[0]}.")
    return made


def defaults(kind: type) -> dict[str, Any]:
    """The defaults of a component's fields, by name; zeros where there is none."""
    return {f.name: f.default for f in fields_of(kind)}


def checked(value: Any, what: str) -> Any:
    """A component that games declare and that can be used. Raises SceneError for all else; `what` is being done."""
    kind = value.__class__
    if isinstance(value, type):
        raise SceneError(f"{what}: {value.__name__} is a class; give a value, {value.__name__}(...)")
    if not in_tables(current(kind)):
        raise SceneError(f"{what}: a {kind.__name__} can't be given to objects while a scene runs")
    problems = list(problems_of(value if type(value) is kind else kind(**taken_apart(value)), "", f"{kind.__name__}."))
    if problems:
        raise SceneError(f"{what}: that {kind.__name__} can't be used:", problems)
    return value


def _plain(value: Any) -> Any:
    """An item of a column as the component has it: plain numbers, tuples of them, or the object itself."""
    if isinstance(value, np.ndarray):
        return tuple(value.tolist())
    return value.item() if isinstance(value, np.generic) else value


def _as_it_is(column: NDArray[Any], slot: int) -> Any:
    return column[slot].copy() if column.ndim > 1 else column[slot]


def _flat(column: NDArray[Any]) -> Any:
    """What to read single numbers from: five times faster than an array."""
    return column if column.dtype == object else column.reshape(-1).data
