"""Queries: all objects that have what a function asks for, as columns.

    with world.query(dw.Query(dw.Position, Velocity, tag="enemy")) as batch:
        batch[dw.Position] += batch[Velocity].linear * dt

Where the rows lie behind one another the columns are the world's own; else they are gathered, and what was changed is
put back when the batch is closed. Which rows match is kept until something that the query asks for comes or goes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .declare import in_tables
from .entity import Entity
from .errors import SceneError
from .kinds import current
from .rows import Replaced
from .tables import Table

if TYPE_CHECKING:
    from .world import World

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
Intp = NDArray[np.intp]

_KEPT = 256
"""Queries whose rows are remembered."""
_STEADY = 8
"""After so many uses without a change a table is brought into the order of its rows."""
_SPARE = 8
"""Arrays to work in that are kept for each query."""
_RUN = 1024
"""Of so many rows all count as changed when half of them are: what is drawn reads them in order."""


class Position:
    """In a query: `batch[Position]` is (k, 3) float32, metres, relative to the parents."""


class Rotation:
    """In a query: `batch[Rotation]` is (k, 4) float32, quaternions xyzw; what is written is brought to unit length."""


class Scale:
    """In a query: `batch[Scale]` is (k, 3) float32 factors, relative to the parents."""


Marker = type[Position] | type[Rotation] | type[Scale]
_TRANSFORMS: dict[type, str] = {Position: "position", Rotation: "rotation", Scale: "scale"}


def _words(value: str | Iterable[str], what: str) -> tuple[str, ...]:
    words = (value,) if isinstance(value, str) else tuple(value)
    for word in words:
        if not isinstance(word, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise SceneError(f"Query: {what} has {word!r}; it must be tags (text)")
    return words


def _asked(kind: Any) -> type:
    """A class that a query can ask for. Raises SceneError."""
    if not isinstance(kind, type):
        raise SceneError(f"Query: {kind!r} is no class; ask for Position, Rotation, Scale and components")
    if kind not in _TRANSFORMS and not in_tables(current(kind)):
        raise SceneError(f"Query can't ask for {kind.__name__}, only for Position, Rotation, Scale and own components")
    return kind


@dataclass(frozen=True, init=False, slots=True)
class Query:
    """What objects must have: components, all of some tags, and none of what is in `without` (components and tags).

    `Position`, `Rotation` and `Scale` every object has. Raises SceneError for what is no component and no tag.
    """

    kinds: tuple[type, ...]
    tags: tuple[str, ...]
    without: tuple[type | str, ...]

    def __init__(
        self,
        *kinds: type,
        tag: str | None = None,
        tags: str | Iterable[str] = (),
        without: type | str | Iterable[type | str] = (),
    ) -> None:
        lacking = (without,) if isinstance(without, (str, type)) else tuple(without)
        for one in lacking:
            if isinstance(one, type) and one in _TRANSFORMS:
                raise SceneError(f"Query: without {one.__name__} there is no object")
        set_ = object.__setattr__
        set_(self, "kinds", tuple(_asked(kind) for kind in kinds))
        set_(self, "tags", _words(tags, "tags") + (() if tag is None else _words(tag, "tag")))
        set_(self, "without", tuple(one if isinstance(one, str) else _asked(one) for one in lacking))


class Match:
    """The rows that fit a query, and where their values are.

    rows: (k,) int32, ascending, read-only.  at: the same as a slice where they lie behind one another, else None.
    """

    def __init__(self, rows: I32, versions: tuple[int, ...]) -> None:
        rows.flags.writeable = False
        self.rows = rows
        self.versions = versions
        self.uses = 0
        self.at = _run(rows)
        self._items: dict[int, Intp] = {}
        self._slots: dict[Table, tuple[int, I32 | slice]] = {}
        self._spare: list[NDArray[Any]] = []

    def items(self, width: int) -> Intp:
        """(k * width,) the numbers of these rows in a flat column; to put by them is four times faster than by rows."""
        found = self._items.get(width)
        if found is None:
            found = self._items[width] = _items(self.rows, width)
        return found

    def borrow(self, shape: tuple[int, ...], kind: Any) -> NDArray[Any]:
        """An array to work in, to give back with `lend`: fresh memory would cost more than what is done in it."""
        for i, array in enumerate(self._spare):
            if array.shape == shape and array.dtype == kind:
                return self._spare.pop(i)
        return np.empty(shape, kind)

    def lend(self, array: NDArray[Any]) -> None:
        """Give back what was borrowed, or give what nobody else knows."""
        if len(self._spare) < _SPARE:
            self._spare.append(array)

    def slots(self, table: Table) -> I32 | slice:
        """Where the values of these rows are in a table."""
        known = self._slots.get(table)
        if known is None or known[0] != table.moves:
            slots = table.slots(self.rows)
            known = self._slots[table] = table.moves, _run(slots) or slots
        if not isinstance(known[1], slice) and self.uses == _STEADY and 2 * len(self.rows) >= table.count:
            self.uses += 1
            table.order()
            return self.slots(table)
        return known[1]


def _run(rows: I32) -> slice | None:
    """Ascending rows (k,) as a slice, or None where they are none."""
    count = len(rows)
    if not count:
        return slice(0, 0)
    first = int(rows[0])
    if int(rows[-1]) - first != count - 1 or not (rows[1:] > rows[:-1]).all():
        return None
    return slice(first, first + count)


def _items(rows: I32, width: int) -> Intp:
    return (rows.astype(np.intp)[:, None] * width + np.arange(width)).ravel()


class Matches:
    """The rows that fit each query of a world, found anew when something they depend on changed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[Query, Match] = {}

    def find(self, query: Query) -> Match:
        """The rows that fit a query now."""
        versions = self._versions(query)
        found = self._known.get(query)
        if found is None or found.versions != versions:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[query] = Match(self._rows(query), versions)
        found.uses += 1
        return found

    def forget(self) -> None:
        """Find the rows of every query anew when it is asked for next."""
        self._known.clear()

    def _versions(self, query: Query) -> tuple[int, ...]:
        """What the rows depend on, as it is now."""
        made, roster = self._world.tables.made, self._world.roster
        versions = [made(kind).version for kind in query.kinds if kind not in _TRANSFORMS]
        if not versions and not query.tags:
            versions.append(roster.version)
        versions += [roster.version_of(tag) for tag in query.tags]
        for one in query.without:
            versions.append(roster.version_of(one) if isinstance(one, str) else made(one).version)
        return tuple(versions)

    def _rows(self, query: Query) -> I32:
        tables, roster = self._world.tables, self._world.roster
        asked = [tables.made(kind) for kind in query.kinds if kind not in _TRANSFORMS]
        asked.sort(key=lambda table: table.count)
        if asked:
            rows = asked[0].ascending()
            for table in asked[1:]:
                rows = rows[table.slots(rows) >= 0]
            if query.tags:
                rows = rows[roster.carry(rows, query.tags)]
        elif query.tags:
            rows = roster.rows_tagged(query.tags)
        else:
            live = roster.live()
            rows = np.arange(live.start, live.stop, dtype=np.int32) if isinstance(live, range) else live
        for one in query.without:
            if isinstance(one, str):
                rows = rows[~roster.carry(rows, (one,))]
            else:
                rows = rows[tables.made(one).slots(rows) < 0]
        return rows.copy()


# ---- columns -------------------------------------------------------------------------------------------------------


class _Held:
    """A column that a batch gave out: a view of the world's (where `at` is a slice), or gathered from it."""

    __slots__ = ("array", "at", "before", "source")

    def __init__(
        self, array: NDArray[Any], before: NDArray[Any] | None, source: NDArray[Any], at: slice | I32 | None
    ) -> None:
        self.array = array
        self.before = before
        self.source = source
        self.at = at


class Columns:
    """The fields of one component, of all objects of a batch: `batch[Velocity].linear` is a column (k, 3).

    What is written to a column, or assigned, is the objects' own when the batch is closed.
    """

    __slots__ = ("_batch", "_table")
    _batch: Batch
    _table: Table

    def __init__(self, batch: Batch, table: Table) -> None:
        object.__setattr__(self, "_batch", batch)
        object.__setattr__(self, "_table", table)

    def __getattr__(self, name: str) -> NDArray[Any]:
        return self._batch.column(self._table, name)

    def __setattr__(self, name: str, value: ArrayLike) -> None:
        self._batch.assign(f"{self._table.kind.__name__}.{name}", self.__getattr__(name), value)

    def __dir__(self) -> list[str]:
        return [f.name for f in self._table.fields]

    def __repr__(self) -> str:
        return f"<columns of {len(self._batch)} {self._table.kind.__name__}: {', '.join(dir(self))}>"


class Batch:
    """The objects that fit a query. `len`, iteration gives each as an Entity, in the order of the rows.

    rows: (k,) int32, ascending. `batch[Position]` is a column (k, 3), `batch[Velocity].linear` one of a component's
    fields. They may be written to inside `with`, until then and after it they can only be read.

    While columns are out no object can be despawned and no component taken away: SceneError. `close` ends that early.
    """

    __slots__ = ("_held", "_holds", "_match", "_open", "query", "rows", "world")

    def __init__(self, world: World, query: Query) -> None:
        self.world = world
        self.query = query
        self._match = world.matches.find(query)
        self.rows = self._match.rows
        self._held: dict[tuple[Any, str], _Held] = {}
        self._holds: list[Replaced] = []
        self._open = False

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return len(self.rows) > 0

    def __iter__(self) -> Iterator[Entity]:
        """Each object; those that are despawned on the way are left out."""
        world = self.world
        first = None if world.generations is None else np.asarray(world.generations)[self.rows].tolist()
        for i, row in enumerate(self.rows.tolist()):
            now = world.generations
            if now is None or (row < len(now) and now[row] == (0 if first is None else first[i])):
                yield Entity(world, row)

    def __repr__(self) -> str:
        return f"<Batch of {len(self)} objects>"

    # ---- opening and closing -------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        if self._open:
            raise SceneError("this batch is open already")
        self._match = self.world.matches.find(self.query)
        self.rows = self._match.rows
        self._held.clear()
        self._open = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.close()
        except SceneError:
            if error is None:  # what was raised inside says more
                raise

    def close(self) -> None:
        """Put back what was changed, and touch the objects that were moved. Closing twice does nothing.

        Raises SceneError where positions, rotations or scales were written that can't be: those stay as they were.
        """
        if not self._open:
            return
        self._open = False
        held = list(self._held.items())
        self._held.clear()
        refused: SceneError | None = None
        for (table, name), one in held:
            if table is not None:
                self._put_back(table, name, one)
                continue
            try:
                self._put_transforms(name, one)
            except SceneError as error:
                refused = error
        self.world.open_batches -= 1 if held else 0
        for holder in self._holds:
            holder.let_go()
        self._holds.clear()
        for _, one in held:
            if one.before is not None:
                self._match.lend(one.before)
        if refused is not None:
            raise refused

    # ---- columns -------------------------------------------------------------------------------------------------

    @overload
    def __getitem__(self, kind: Marker) -> F32: ...
    @overload
    def __getitem__(self, kind: type[object]) -> Any: ...
    def __getitem__(self, kind: type) -> Any:
        name = _TRANSFORMS.get(kind)
        if name is not None:
            return self._transform(name)
        if kind not in self.query.kinds and current(kind) not in map(current, self._own_kinds()):
            asked = ", ".join(k.__name__ for k in self.query.kinds) or "nothing"
            raise SceneError(f"the query asks for {asked}; add {kind.__name__} to it")
        return Columns(self, self.world.tables.made(kind))

    def _own_kinds(self) -> Iterator[type]:
        return (kind for kind in self.query.kinds if kind not in _TRANSFORMS)

    def __setitem__(self, kind: type, value: ArrayLike) -> None:
        name = _TRANSFORMS.get(kind)
        if name is None:
            raise SceneError(f"a {kind.__name__} has fields: assign to batch[{kind.__name__}].field")
        self.assign(kind.__name__, self._transform(name), value)

    def assign(self, name: str, column: NDArray[Any], value: ArrayLike) -> None:
        """Write to a column that is called `name` in messages. Raises SceneError for what does not fit."""
        if value is column and self._open:  # as `+=` does it
            return
        if not self._open:
            raise SceneError(f'{name} can only be written inside "with world.query(...) as batch:"')
        try:
            column[...] = value
        except (ValueError, TypeError) as error:
            found = f"{np.asarray(value).dtype} {np.shape(value)}"
            raise SceneError(f"{name} is {column.dtype} {column.shape}; it can't be set to {found}: {error}") from None

    def _transform(self, name: str) -> F32:
        held = self._held.get((None, name))
        if held is not None:
            return held.array
        if not self._open:
            return _read_only(_gathered(getattr(self.world.transforms, name), self._match.at, self._match.items))
        source: F32 = getattr(self.world.transforms, name)
        array = _gathered(source, self._match.at, self._match.items)
        self._hold(
            self.world.transforms.replaced, None, name, _Held(array, self._as_it_was(array), source, self._match.at)
        )
        return array

    def _as_it_was(self, array: NDArray[Any]) -> NDArray[Any]:
        before = self._match.borrow(array.shape, array.dtype)
        np.copyto(before, array)
        return before

    def column(self, table: Table, name: str) -> NDArray[Any]:
        """One field (k, …) of what the objects carry; `batch[Velocity].linear` asks for it."""
        held = self._held.get((table, name))
        if held is not None:
            return held.array
        try:
            source = table.column(name)
        except KeyError:
            fields = ", ".join(f.name for f in table.fields) or "none"
            raise AttributeError(f"{table.kind.__name__} has no field {name!r}; it has {fields}") from None
        slots = self._match.slots(table)
        if not self._open:
            return _read_only(source[slots])
        if isinstance(slots, slice):
            array, before = source[slots], None
        else:
            array = source.take(slots, 0)
            before = self._as_it_was(array)
        self._hold(table.replaced, table, name, _Held(array, before, source, slots))
        return array

    def _hold(self, replaced: Replaced, table: Table | None, name: str, held: _Held) -> None:
        if not self._held:
            self.world.open_batches += 1
        if replaced not in self._holds:
            replaced.holders += 1
            self._holds.append(replaced)
        self._held[table, name] = held

    # ---- putting back --------------------------------------------------------------------------------------------

    def _put_back(self, table: Table, name: str, one: _Held) -> None:
        now, slots = table.column(name), one.at
        if one.before is None:
            assert isinstance(slots, slice)
            self._put_over(now[slots], slots, one, table.replaced)
            return
        assert isinstance(slots, np.ndarray)
        changed = self._changed(one.array, one.before, exactly=True)
        if changed is None:
            now[slots] = one.array
        elif len(changed):
            now[slots[changed]] = one.array[changed]

    def _put_over(self, now: NDArray[Any], at: slice, one: _Held, replaced: Replaced) -> None:
        """Put back a view where its column grew meanwhile: what was written to it since, and to nothing else."""
        then = replaced.as_it_was(one.source)
        if then is None:
            return
        changed = self._changed(one.array, then[at], exactly=True)
        now[slice(None) if changed is None else changed] = one.array[slice(None) if changed is None else changed]

    def _changed(self, now: NDArray[Any], before: NDArray[Any], *, exactly: bool) -> Intp | None:
        """Which of (k, …) rows are others than before; None for all, and where that costs less for most."""
        if now.dtype == object:
            other = np.asarray(now != before, bool)
        else:
            other = np.not_equal(now, before, out=self._match.borrow(now.shape, np.bool_))
            self._match.lend(other)
        count = int(np.count_nonzero(other))
        if not count:
            return np.empty(0, np.intp)
        if count == other.size or (not exactly and 2 * count >= other.size):
            return None
        if other.ndim == 1:
            return np.flatnonzero(other)
        rows = other[:, 0]
        for i in range(1, other.shape[1]):
            rows = rows | other[:, i]
        return np.flatnonzero(rows)

    def _put_transforms(self, name: str, one: _Held) -> None:
        array, before, match, t = one.array, one.before, self._match, self.world.transforms
        assert before is not None
        changed = self._changed(array, before, exactly=len(array) < _RUN)
        if changed is not None and not len(changed):
            return
        try:
            self._check(name, array)
        except SceneError:
            if match.at is not None:
                array[:] = before
            raise
        now: F32 = getattr(t, name)
        if match.at is None:
            if changed is None:
                now.reshape(-1)[match.items(array.shape[1])] = array.reshape(-1)
            else:
                now[self.rows[changed]] = array[changed]
        else:
            self._put_over(now[match.at], match.at, one, t.replaced)
        if changed is not None:
            t.touch_sound(self.rows[changed])
        elif match.at is None:
            t.touch_sound(self.rows)
        else:
            t.touch(match.at)

    def _check(self, name: str, array: F32) -> None:
        """Bring rotations to unit length. Raises SceneError for what no object can have."""
        flat = array.reshape(-1)
        if not math.isfinite(flat.dot(flat)) and not np.isfinite(flat).all():  # the squares may be too large alone
            bad = np.logical_or.reduce(~np.isfinite(array), axis=1)
            self._refuse(name, array, bad, "finite numbers")
        if name == "rotation":
            length = np.sqrt(np.einsum("ij,ij->i", array, array, dtype=np.float64))
            other = np.flatnonzero(np.abs(length - 1) > 1e-6)
            if len(other):
                if not length.all():
                    self._refuse(name, array, length == 0, "quaternions (x, y, z, w), not all 0")
                array[other] /= length[other, None]

    def _refuse(self, name: str, array: F32, bad: NDArray[np.bool_], wanted: str) -> None:
        first = int(np.flatnonzero(bad)[0])
        found, who = tuple(array[first].tolist()), self.world.names[int(self.rows[first])]
        many = f" (and so for {int(bad.sum()) - 1} more)" if bad.sum() > 1 else ""
        raise SceneError(f'{name} of "{who}" can\'t be {found}{many}; it must be {wanted}')


def _gathered(source: NDArray[Any], at: slice | None, items: Callable[[int], Intp]) -> NDArray[Any]:
    """(k, d) some rows of a column: a view where they lie behind one another."""
    if at is not None:
        return source[at]
    return source.reshape(-1).take(items(source.shape[1])).reshape(-1, source.shape[1])


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


__all__ = ["Batch", "Columns", "Position", "Query", "Rotation", "Scale"]
