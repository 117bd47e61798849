"""The rows of the hierarchy: the tree of a scene, or of the world that is played, flattened and searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...engine.scene.scene import Scene
from ..core.kinds import component_types
from ..core.played import components_of

if TYPE_CHECKING:
    from ...engine.world import World
    from ..core import Document

ALL_OPEN = 200
"""Scenes of at most so many objects are shown unfolded at first."""


class Outline(Protocol):
    """What the hierarchy shows: ids, how they hang together, and what they are."""

    @property
    def key(self) -> object:
        """Another value whenever the tree is another one."""
        ...

    @property
    def revision(self) -> object:
        """Another value whenever anything that a search looks at may have changed."""
        ...

    def children(self, number: int) -> Sequence[int]:
        """What hangs on an object, in order; for 0 the roots."""
        ...

    def parent(self, number: int) -> int:
        """What an object hangs on, 0 for nothing."""
        ...

    def name(self, number: int) -> str:
        """An object's name."""
        ...

    def carried(self, number: int) -> list[str]:
        """The names of an object's components."""
        ...

    def found(self, query: Query) -> set[int]:
        """The ids of the objects that a search is about."""
        ...

    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Query:
    """A search: words of the name, `t:Light` for a component, `#tag` for a tag; all of them must be so."""

    words: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Query:
        """What was typed."""
        parts = text.split()
        kinds = tuple(p[2:].lower() for p in parts if p.lower().startswith("t:") and len(p) > 2)
        tags = tuple(p[1:].lower() for p in parts if p.startswith("#") and len(p) > 1)
        words = tuple(p.lower() for p in parts if not p.lower().startswith("t:") and not p.startswith("#"))
        return cls(words, kinds, tags)

    def __bool__(self) -> bool:
        return bool(self.words or self.kinds or self.tags)


def kinds_named(word: str) -> list[str]:
    """The components that a word of a search means: `light` those that give light, the Sun too."""
    names = [name for name in component_types() if word in name.lower()]
    return [*names, "Sun"] if word in "lights" and len(word) > 2 else names


@dataclass
class EditOutline:
    """The scene that is edited."""

    document: Document

    @property
    def key(self) -> object:
        """The tree itself, which is made anew when it changes."""
        return self.document.tree

    @property
    def revision(self) -> object:
        """The document's."""
        return self.document.revision

    def __len__(self) -> int:
        return len(self.document.scene)

    def children(self, number: int) -> Sequence[int]:
        """See `Outline`."""
        return self.document.tree.children(number)

    def parent(self, number: int) -> int:
        """See `Outline`."""
        return self.document.tree.parent.get(number, 0)

    def name(self, number: int) -> str:
        """See `Outline`."""
        row = self.document.scene.row_of(number)
        return "" if row is None else self.document.scene.names[row]

    def carried(self, number: int) -> list[str]:
        """See `Outline`."""
        scene = self.document.scene
        row = scene.row_of(number)
        if row is None:
            return []
        names = [kind.__name__ for kind in scene.slots if scene.slots_of(kind)[row] >= 0]
        return [*names, *self.document.unread(number)]

    def found(self, query: Query) -> set[int]:
        """See `Outline`."""
        scene = self.document.scene
        keep = np.ones(len(scene), bool)
        for word in query.kinds:
            keep &= _carrying(scene, word)
        for word in query.tags:
            sets = [i for i, tags in enumerate(scene.tag_sets.values) if any(word in tag.lower() for tag in tags)]
            keep &= np.isin(scene.tag_rows, sets)
        ids = scene.ids
        if not query.words:
            return set(ids[keep].tolist())
        names = scene.names
        rows = np.flatnonzero(keep).tolist()
        return {int(ids[row]) for row in rows if all(word in names[row].lower() for word in query.words)}


def _carrying(scene: Scene, word: str) -> NDArray[np.bool_]:
    keep = np.zeros(len(scene), bool)
    for name in kinds_named(word):
        kind = component_types()[name]
        if kind in scene.slots:
            keep |= scene.slots_of(kind) >= 0
    return keep


@dataclass
class PlayOutline:
    """The world that is played, as it is now. edited: the scene that it was made from, for what only that knows."""

    world: World
    edited: EditOutline
    _seen: bytes = b""
    _key: object = None
    _below: dict[int, list[int]] = field(default_factory=dict)
    _above: dict[int, int] = field(default_factory=dict)
    _rows: dict[int, int] = field(default_factory=dict)

    def refresh(self) -> None:
        """Look at what hangs on what; objects come and go while a world runs."""
        world = self.world
        n = len(world.names)
        up = np.asarray(world.transforms.up[:n], np.int32)
        ids = np.asarray(world.ids[:n])
        live = world.roster.live()
        seen = up.tobytes() + ids.tobytes() + (b"" if isinstance(live, range) else live.tobytes())
        if seen == self._seen:
            return
        self._seen, self._key = seen, object()
        self._below, self._above, self._rows = {}, {}, {}
        roster = world.roster
        numbers, above = ids.tolist(), up.tolist()
        for row, number in enumerate(numbers):
            if not number or not roster.is_live(row):
                continue
            over = numbers[above[row]] if above[row] >= 0 else 0
            self._rows[number], self._above[number] = row, over
            self._below.setdefault(over, []).append(number)

    @property
    def key(self) -> object:
        """See `Outline`."""
        self.refresh()
        return self._key

    @property
    def revision(self) -> object:
        """See `Outline`: tags and components of a running world may change at any time, so look twice a second."""
        return self._key

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, number: int) -> int | None:
        """The row of an object of the world."""
        return self._rows.get(number)

    def children(self, number: int) -> Sequence[int]:
        """See `Outline`."""
        return self._below.get(number, ())

    def parent(self, number: int) -> int:
        """See `Outline`."""
        return self._above.get(number, 0)

    def name(self, number: int) -> str:
        """See `Outline`."""
        row = self._rows.get(number)
        return "" if row is None else self.world.names[row]

    def carried(self, number: int) -> list[str]:
        """See `Outline`."""
        row = self._rows.get(number)
        if row is None or not self.world.roster.is_live(row):
            return []
        entity = self.world.at(row)
        shown = ["Mesh"] if self.world.roster.look(row)[0] >= 0 else []
        now = [type(value).__name__ for value in components_of(entity)]
        return list(dict.fromkeys([*self.edited.carried(number), *shown, *now]))

    def found(self, query: Query) -> set[int]:
        """See `Outline`."""
        out: set[int] = set()
        for number, row in self._rows.items():
            if not all(word in self.world.names[row].lower() for word in query.words):
                continue
            if query.tags:
                tags = {tag.lower() for tag in self.world.roster.tags_of(row)}
                if not all(any(word in tag for tag in tags) for word in query.tags):
                    continue
            if query.kinds:
                names = self.carried(number)
                if not all(any(name in kinds_named(word) for name in names) for word in query.kinds):
                    continue
            out.add(number)
        return out


@dataclass
class Rows:
    """The rows that are shown: id, depth, whether something hangs below; made anew only when they change."""

    shown: list[tuple[int, int, bool]] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    hits: set[int] | None = None  # what a search found; the other rows are what those hang on
    folded: dict[int, bool] = field(default_factory=dict)  # by hand: True is open
    open_all: bool | None = None
    _key: object = None
    _folds: int = 0

    def is_open(self, number: int) -> bool:
        """Whether what hangs below an object is shown."""
        return self.folded.get(number, bool(self.open_all))

    def fold(self, number: int, opened: bool) -> None:
        """Show what hangs below an object, or hide it."""
        self.folded[number] = opened
        self._folds += 1

    def fold_below(self, outline: Outline, number: int, opened: bool) -> None:
        """The same for all that hangs below as well."""
        stack = [number]
        while stack:
            one = stack.pop()
            below = outline.children(one)
            if below:
                self.folded[one] = opened
                stack += below
        self._folds += 1

    def reveal(self, outline: Outline, number: int) -> None:
        """Unfold what an object hangs on."""
        up = outline.parent(number)
        while up:
            if not self.is_open(up):
                self.fold(up, opened=True)
            up = outline.parent(up)

    def update(self, outline: Outline, query: Query) -> None:
        """Bring the rows up to date."""
        key: tuple[Any, ...] = (outline.key, self._folds, query, outline.revision if query else None)
        if key == self._key:
            return
        if self.open_all is None:
            self.open_all = len(outline) <= ALL_OPEN
        self._key = key
        self.hits = outline.found(query) if query else None
        self.shown = self._searched(outline, self.hits) if self.hits is not None else self._unfolded(outline)
        self.order = [number for number, _, _ in self.shown]

    def _unfolded(self, outline: Outline) -> list[tuple[int, int, bool]]:
        out: list[tuple[int, int, bool]] = []
        children, is_open = outline.children, self.is_open
        stack = [(number, 0) for number in reversed(outline.children(0))]
        while stack:
            number, depth = stack.pop()
            below = children(number)
            out.append((number, depth, bool(below)))
            if below and is_open(number):
                stack += [(child, depth + 1) for child in reversed(below)]
        return out

    def _searched(self, outline: Outline, hits: set[int]) -> list[tuple[int, int, bool]]:
        wanted = set(hits)
        for number in hits:
            up = outline.parent(number)
            while up and up not in wanted:
                wanted.add(up)
                up = outline.parent(up)
        return _walk(outline, wanted.__contains__)


def _walk(outline: Outline, wanted: Callable[[int], bool]) -> list[tuple[int, int, bool]]:
    out: list[tuple[int, int, bool]] = []
    stack = [(number, 0) for number in reversed(outline.children(0))]
    while stack:
        number, depth = stack.pop()
        if wanted(number):
            below = [child for child in outline.children(number) if wanted(child)]
            out.append((number, depth, bool(below)))
            stack += [(child, depth + 1) for child in reversed(below)]
    return out
