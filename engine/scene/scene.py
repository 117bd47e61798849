"""The scene being edited: objects in columns, each distinct component value stored once.

An object is a row: a random stable id, a name, a parent, a local transform, tags and at most one component of each
type. `SceneObject` (object.py) is a handle to a row that survives removals of other rows. A million objects are a few
arrays, so that weaving them is vectorised.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import math as dmath
from ..declare import say
from ..errors import SceneError
from ..kinds import is_known
from ..live import kept, kind_of
from .columns import Column, Pool
from .lights import SceneLights
from .names import Names
from .notes import PLAIN_NOTE
from .object import SceneObject, id_text, tag_set_of
from .physics import Physics
from .prefabs import Prefab, part_ids
from .rules import Rule
from .settings import RenderSettings, apply_settings

C = TypeVar("C")
U64 = NDArray[np.uint64]


class Scene:
    """A tree of objects with tags and components, and the settings to draw it with.

    `seed` makes the ids repeatable (for tests and generated scenes); without one they are random.
    `root` is the folder that asset paths are relative to.
    """

    def __init__(self, name: str = "scene", *, seed: int | None = None, root: Path | None = None) -> None:
        self.name = name
        self.settings = RenderSettings()
        self.physics = Physics()
        """How it is simulated: see docs/physics.md."""
        self.root = Path.cwd() if root is None else Path(root)
        self.warnings: list[str] = []
        self.prefabs: list[Prefab | str] = []
        """Prefabs, or their files, that are woven along so that `world.spawn` has them at once."""
        self.scripts: list[str] = []
        """Python files, relative to `root`, that declare what the objects are made of: see docs/scripting.md."""
        self.rules: list[Rule] = []
        """What happens by itself where tags and properties are so: see docs/rules.md."""
        self.version = 0  # grows when rows move
        self.names = Names()
        self.tag_sets = Pool()
        self.tag_sets.index(frozenset())
        self.notes = Pool()
        self.notes.index(PLAIN_NOTE)
        self.unread: dict[int, dict[str, Any]] = {}
        """By the ids of objects, components that nobody declares, as the file has them: see `dream_file.loads`."""
        self.pools: dict[type, Pool] = {}
        self.slots: dict[type, Column] = {}
        self._ids = Column(np.uint64)
        self._parents = Column(np.int32, fill=-1)
        self._positions = Column(np.float64, 3)
        self._rotations = Column(np.float64, 4)
        self._scales = Column(np.float64, 3, fill=1)
        self._tag_rows = Column(np.int32)
        self._note_rows = Column(np.int32)
        self._random = np.random.default_rng(secrets.randbits(128) if seed is None else seed)
        self._rows_by_id: dict[int, int] | None = None

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change render settings, as in `{"shadows.distance": 20}`. Raises SettingsError, and changes nothing."""
        self.settings = apply_settings(self.settings, changes)

    @property
    def lights(self) -> SceneLights:
        """The objects that carry lights, to go over and to add to: `scene.lights.add_point("lamp", at=(0, 2, 0))`."""
        return SceneLights(self)

    # ---- columns: (n, ...) views, one row per object ------------------------------------------------------------

    @property
    def ids(self) -> U64:
        """(n,) uint64 stable ids, never 0."""
        return self._ids.view

    @property
    def parents(self) -> NDArray[np.int32]:
        """(n,) int32 rows of the parents, -1 for none."""
        return self._parents.view

    @property
    def positions(self) -> NDArray[np.float64]:
        """(n, 3) metres, relative to the parents."""
        return self._positions.view

    @property
    def rotations(self) -> NDArray[np.float64]:
        """(n, 4) quaternions xyzw, relative to the parents."""
        return self._rotations.view

    @property
    def scales(self) -> NDArray[np.float64]:
        """(n, 3) factors, relative to the parents."""
        return self._scales.view

    @property
    def tag_rows(self) -> NDArray[np.int32]:
        """(n,) index into `tag_sets`."""
        return self._tag_rows.view

    @property
    def note_rows(self) -> NDArray[np.int32]:
        """(n,) index into `notes`, what the editor keeps about the objects."""
        return self._note_rows.view

    def _columns(self) -> Iterator[Column]:
        """Every column there is."""
        yield from (self._ids, self._parents, self._positions, self._rotations, self._scales)
        yield from (self._tag_rows, self._note_rows)
        yield from self.slots.values()

    def column(self, value: Any) -> Column:
        """The slot column of a component's type, made when it is new. Raises SceneError for what is no component."""
        kind = kind_of(value)
        if kind not in self.slots and not is_known(kind):
            raise SceneError(f"{say(value)} is no component; declare its class with @dw.component")
        return self._column_of(kind)

    def _column_of(self, kind: type) -> Column:
        found = self.slots.get(kind)
        if found is None:
            found = self.slots[kind] = Column(np.int32, fill=-1)
            found.grow(len(self.names))
            self.pools[kind] = Pool()
        return found

    def slots_of(self, kind: type) -> NDArray[np.int32]:
        """(n,) index into the type's pool, -1 where an object has no such component."""
        found = self.slots.get(kind)
        return np.full(len(self), -1, np.int32) if found is None else found.view

    def values_of(self, kind: type[C]) -> list[C]:
        """The distinct values of a component type, in the order `slots_of` counts them."""
        pool = self.pools.get(kind)
        return [] if pool is None else cast("list[C]", pool.values)

    # ---- objects ------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[SceneObject]:
        return (SceneObject(self, row) for row in range(len(self)))

    def add(
        self,
        name: str,
        *components: Any,
        at: ArrayLike = (0.0, 0.0, 0.0),
        toward: ArrayLike | None = None,
        rotation: ArrayLike | None = None,
        scale: float | ArrayLike = 1.0,
        parent: SceneObject | None = None,
        tags: Iterable[str] = (),
        id: int | None = None,
    ) -> SceneObject:
        """Add one object.

        `at` and `toward` are points in metres, relative to the parent: the object stands at the first and its -Z axis
        looks to the second. `rotation` is a quaternion (x, y, z, w) and excludes `toward`. Raises SceneError.
        """
        tag_set = tag_set_of(name, tags)
        if toward is not None and rotation is not None:
            raise SceneError(f"{name}: give toward or rotation, not both")
        columns = [self.column(value) for value in components]
        above = self.row_under(parent)
        try:
            place = dmath.vector(at)
            if toward is not None:
                turn = tuple(dmath.look_rotation(np.subtract(dmath.vector(toward), place)).tolist())
            else:
                turn = dmath.IDENTITY_QUATERNION if rotation is None else dmath.vector(rotation, 4)
            factors = (scale,) * 3 if isinstance(scale, (int, float)) else dmath.vector(scale)
        except (ValueError, TypeError) as error:
            raise SceneError(f"{name}: {error}") from None
        row = self._grow(1, None if id is None else np.array([id], np.uint64))
        self.names.append(str(name))
        self.positions[row] = place
        self.rotations[row] = turn
        self.scales[row] = factors
        self.parents[row] = above
        if tag_set:
            self.tag_rows[row] = self.tag_sets.index(tag_set)
        for value, column in zip(components, columns, strict=True):
            column.view[row] = self.pools[kind_of(value)].index(kept(value))
        return SceneObject(self, row)

    def add_many(
        self,
        name: str,
        *components: Any,
        at: ArrayLike,
        rotation: ArrayLike | None = None,
        scale: ArrayLike | None = None,
        parent: SceneObject | None = None,
        tags: Iterable[str] = (),
    ) -> U64:
        """Add n objects at once: `at` (n, 3), `rotation` (n, 4) or None, `scale` (n,), (n, 3), a number or None.

        A component is shared by all; a list of n components gives each object its own. Names are `name-0`, `name-1` …
        Returns their ids (n,). Raises SceneError when the lengths differ.
        """
        tag_set = tag_set_of(name, tags)
        places, turns, factors = _placed(name, at, rotation, scale)
        n = len(places)
        for given in components:
            if isinstance(given, (list, tuple)) and len(given) != n:
                raise SceneError(f"{name}: {len(given)} components for {n} objects")
            for value in {type(v): v for v in (given if isinstance(given, (list, tuple)) else (given,))}.values():
                self.column(value)
        above = self.row_under(parent)
        first = self._grow(n, None)
        rows = slice(first, first + n)
        self.names.number(str(name), n)
        self.positions[rows] = places
        self.rotations[rows] = turns
        self.scales[rows] = factors
        self.parents[rows] = above
        if tag_set:
            self.tag_rows[rows] = self.tag_sets.index(tag_set)
        for given in components:
            if isinstance(given, (list, tuple)):
                values = cast("Sequence[Any]", given)
                for kind in dict.fromkeys(map(kind_of, values)):
                    own = [v for v in values if kind_of(v) is kind]
                    column = self.column(own[0])
                    mine = np.array([kind_of(v) is kind for v in values])
                    column.view[rows][mine] = self.pools[kind].indices(list(map(kept, own)))
            else:
                column = self.column(given)
                column.view[rows] = self.pools[kind_of(given)].index(kept(given))
        return self.ids[rows].copy()

    def _grow(self, count: int, ids: U64 | None) -> int:
        first = len(self.names)
        for column in self._columns():
            column.grow(count)
        self._ids.view[first:] = self._random.integers(1, 2**64, count, np.uint64) if ids is None else ids
        self._rows_by_id = None
        return first

    def copy(self) -> Scene:
        """The same scene, which no longer changes with this one; ids included."""
        made = Scene(self.name, root=self.root)
        made.settings, made.physics, made.warnings = self.settings, self.physics, list(self.warnings)
        made.prefabs, made.scripts, made.rules = list(self.prefabs), list(self.scripts), list(self.rules)
        made.names = self.names.copy()
        made.tag_sets = self.tag_sets.copy()
        made.pools = {kind: pool.copy() for kind, pool in self.pools.items()}
        made.slots = {kind: column.copy() for kind, column in self.slots.items()}
        made._ids, made._parents, made._tag_rows = self._ids.copy(), self._parents.copy(), self._tag_rows.copy()
        made._positions, made._rotations = self._positions.copy(), self._rotations.copy()
        made._scales = self._scales.copy()
        made.notes, made._note_rows = self.notes.copy(), self._note_rows.copy()
        made.unread = {number: dict(data) for number, data in self.unread.items()}
        return made

    def put(self, rows: ArrayLike, kind: type, value: Any) -> None:
        """Give the objects in rows (k,) a component in place of the one of its type; None takes that away."""
        if value is not None:
            self.column(value)
        if kind in self.slots:
            slot = -1 if value is None else self.pools[kind].index(kept(value))
            self.slots[kind].view[np.asarray(rows, np.int64)] = slot

    def graft(self, other: Scene, below: ArrayLike) -> int:
        """Add a copy of all m objects of another scene below each of the rows (k,); returns the first new row.

        The copies lie behind one another. Their ids are made of the ids of what they hang on and of their originals',
        so that grafting the same again gives the same ids.
        """
        roots = np.asarray(below, np.int64)
        k, m = len(roots), len(other)
        first = self._grow(k * m, part_ids(self.ids[roots], other.ids).ravel())
        self.names.extend(list(other.names) * k)
        rows = slice(first, first + k * m)
        for here, theirs in (
            (self.positions, other.positions), (self.rotations, other.rotations), (self.scales, other.scales),
        ):  # fmt: skip
            here[rows] = np.tile(theirs, (k, 1))
        starts = first + m * np.arange(k)
        parents = np.where(other.parents >= 0, starts[:, None] + other.parents, roots[:, None])
        self.parents[rows] = parents.ravel()
        tag_set = np.array([self.tag_sets.index(tags) for tags in other.tag_sets.values], np.int32)
        self.tag_rows[rows] = np.tile(tag_set[other.tag_rows], k)
        for kind, column in other.slots.items():
            used = set(column.view.tolist())
            mine, pool = self._column_of(kind), self.pools[kind]
            slot = [pool.index(v) if i in used else -1 for i, v in enumerate(other.pools[kind].values)]
            mine.view[rows] = np.tile(np.array([*slot, -1], np.int32)[column.view], k)
        return first

    def remove(self, obj: SceneObject) -> None:
        """Take an object and everything below it out of the scene."""
        self.remove_rows([obj.row])

    def remove_rows(self, rows: ArrayLike) -> None:
        """Take the objects in some rows (k,) and everything below them out of the scene."""
        gone = np.zeros(len(self), bool)
        gone[np.asarray(rows, np.int64)] = True
        has_parent = self.parents >= 0
        while True:
            grown = gone | (has_parent & gone[self.parents])
            if (grown == gone).all():
                break
            gone = grown
        kept = ~gone
        new_row = (np.cumsum(kept) - 1).astype(np.int32)
        parents = np.where(has_parent, new_row[self.parents], -1)
        self.parents[:] = parents
        if self.unread:
            for number in self.ids[gone].tolist():
                self.unread.pop(number, None)
        for column in self._columns():
            column.keep(kept)
        self.names = Names(name for name, keep in zip(self.names, kept.tolist(), strict=True) if keep)
        self._rows_by_id = None
        self.version += 1

    def reorder(self, order: ArrayLike) -> None:
        """Put the objects in another order, which is that of the file and of `children`.

        order: (n,) the rows as they are now, each once, in their new order. Raises SceneError for anything else.
        """
        rows = np.asarray(order, np.intp)
        n = len(self)
        now_at = np.full(n, -1, np.int32)
        if rows.shape == (n,) and ((rows >= 0) & (rows < n)).all():
            now_at[rows] = np.arange(n, dtype=np.int32)
        if rows.shape != (n,) or (now_at < 0).any():
            raise SceneError(f"scene {self.name} can't be put in this order; it must have each of its {n} rows once")
        parents = self.parents
        self.parents[:] = np.where(parents >= 0, now_at[parents], -1)
        for column in self._columns():
            column.reorder(rows)
        names = list(self.names)
        self.names = Names(names[row] for row in rows.tolist())
        self._rows_by_id = None
        self.version += 1

    def put_at(self, rows: ArrayLike, places: ArrayLike) -> None:
        """Take the objects in some rows (k,) out of their order, and put them so that they are in the rows `places`."""
        taken, wanted = np.asarray(rows, np.intp), np.asarray(places, np.intp)
        n = len(self)
        order = np.full(n, -1, np.intp)
        if taken.shape != wanted.shape or len(np.unique(wanted)) != len(wanted) or ((wanted < 0) | (wanted >= n)).any():
            raise SceneError(f"scene {self.name} has the rows 0 to {n - 1}; each object must be given one of its own")
        order[wanted] = taken
        others = np.ones(n, bool)
        others[taken] = False
        order[order < 0] = np.flatnonzero(others)
        if (order != np.arange(n)).any():
            self.reorder(order)

    def put_among(self, rows: ArrayLike, parent: int, index: int) -> None:
        """Have the objects in some rows (k,) follow each other from a place on among those that hang on a row.

        parent: the row, -1 for the roots; what hangs elsewhere is hung there, its transform stays relative.
        Raises SceneError where an object would hang below itself.
        """
        taken = np.asarray(rows, np.intp)
        above = parent
        for _ in range(len(self) + 1):
            if above < 0:
                break
            if above in taken:
                name = self.names[above]
                raise SceneError(f"{name} can't hang on {self.names[parent]}: that is {name} itself, or below it")
            above = int(self.parents[above])
        places = self.places_among(taken, parent, index)
        self.parents[taken] = parent
        self.put_at(taken, places)

    def places_among(self, rows: ArrayLike, parent: int, index: int) -> NDArray[np.intp]:
        """(k,) the rows that `put_among` gives to objects. Nothing is moved further than it needs to be."""
        taken = np.asarray(rows, np.intp)
        siblings = self.children_rows(parent)
        siblings = siblings[~np.isin(siblings, taken)]
        at = max(0, index)
        if not len(taken) or not len(siblings) or (at >= len(siblings) and taken.min() > siblings[-1]):
            return np.sort(taken)
        before = int(siblings[at]) if at < len(siblings) else int(siblings[-1]) + 1
        first = before - int((taken < before).sum())
        return np.arange(first, first + len(taken))

    def children_rows(self, parent: int) -> NDArray[np.intp]:
        """(k,) the rows of what hangs on a row, in order; for -1 the roots."""
        return np.flatnonzero(self.parents == parent)

    def row_under(self, parent: SceneObject | None) -> int:
        """The row of an object that another is to hang on, -1 for none. Raises SceneError for one of another scene."""
        if parent is not None and parent.scene is not self:
            raise SceneError(f"{parent.name} is in scene {parent.scene.name}; it must be in scene {self.name}")
        return -1 if parent is None else parent.row

    def give_id(self, row: int, id: int) -> None:
        """Have the object in a row be known by another id, which none has. Handles made before go by the old one."""
        assert self.row_of(id) is None
        if int(self.ids[row]) in self.unread:
            self.unread[id] = self.unread.pop(int(self.ids[row]))
        self.ids[row] = id
        self._rows_by_id = None

    def row_of(self, id: int) -> int | None:
        """The row of an id, or None."""
        if self._rows_by_id is None:
            self._rows_by_id = {number: row for row, number in enumerate(self.ids.tolist())}
        return self._rows_by_id.get(id)

    def by_id(self, id: int) -> SceneObject:
        """The object with an id. Raises SceneError."""
        row = self.row_of(id)
        if row is None:
            raise SceneError(f"scene {self.name} has no object with the id {id_text(id)}")
        return SceneObject(self, row)

    def find(self, name: str) -> SceneObject | None:
        """The first object with a name, or None."""
        row = self.names.find(name)
        return None if row is None else SceneObject(self, row)

    def __getitem__(self, name: str) -> SceneObject:
        """The first object with a name. Raises SceneError, with the nearest names."""
        found = self.find(name)
        if found is None:
            import difflib

            near = difflib.get_close_matches(name, self.names[:10_000], n=3)
            raise SceneError(f'scene {self.name} has no object "{name}"' + (f"; there is {near}" if near else ""))
        return found

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None

    def tagged(self, *tags: str) -> list[SceneObject]:
        """The objects that carry all of these tags."""
        wanted = frozenset(tags)
        sets = [i for i, found in enumerate(self.tag_sets.values) if wanted <= found]
        return [SceneObject(self, int(row)) for row in np.flatnonzero(np.isin(self.tag_rows, sets))]

    # ---- files --------------------------------------------------------------------------------------------------

    def dumps(self) -> str:
        """The scene as canonical `.dream` text. Raises SceneError for geometry that is only in memory."""
        from .dream_file import dumps

        return dumps(self)

    def save(self, path: str | Path) -> None:
        """Write a `.dream` file, and geometry made in code beside it. Afterwards `root` is the file's folder."""
        from .dream_file import save

        save(self, Path(path))

    @staticmethod
    def load(path: str | Path) -> Scene:
        """Read a `.dream` file. Raises SceneError with every problem of the file."""
        from .dream_file import load

        return load(Path(path))


def _placed(
    name: str, at: ArrayLike, rotation: ArrayLike | None, scale: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Where `add_many` puts n objects: (n, 3) places, (n, 4) or (4,) turns, factors that fit (n, 3)."""
    try:
        places = np.asarray(at, np.float64)
        turns = np.asarray(dmath.IDENTITY_QUATERNION if rotation is None else rotation, np.float64)
        factors = np.asarray(1 if scale is None else scale, np.float64)
    except (ValueError, TypeError) as error:
        raise SceneError(f"{name}: {error}") from None
    if places.ndim != 2 or places.shape[1] != 3:
        raise SceneError(f"{name}: `at` has the shape {places.shape}; it must be (n, 3)")
    n = len(places)
    if turns.shape not in ((n, 4), (4,)):
        raise SceneError(f"{name}: `rotation` has the shape {turns.shape}; it must be ({n}, 4)")
    if factors.shape not in ((n, 3), (n,), (3,), ()):
        raise SceneError(f"{name}: `scale` has the shape {factors.shape}; it must be ({n},) or ({n}, 3)")
    return places, turns, factors[:, None] if factors.shape == (n,) else factors


__all__ = ["Scene", "SceneObject", "id_text"]
