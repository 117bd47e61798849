"""One object of a scene: a handle to its row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike

from .. import math as dmath
from ..errors import SceneError
from ..live import kept, kind_of
from .notes import Note

if TYPE_CHECKING:
    from .scene import Scene

C = TypeVar("C")


def id_text(number: int) -> str:
    """An object's id as `.dream` files write it: 16 hexadecimal digits."""
    return f"{number:016x}"


def tag_set_of(name: str, tags: Iterable[str]) -> frozenset[str]:
    """The tags of an object. Raises SceneError for one text."""
    if isinstance(tags, str):
        raise SceneError(f'{name}: tags is the text "{tags}"; it must be a set of texts, as in tags={{"{tags}"}}')
    return frozenset(tags)


class SceneObject:
    """A handle to one object of a scene. Cheap to make, valid until its object is removed."""

    __slots__ = ("_row", "_version", "id", "scene")

    def __init__(self, scene: Scene, row: int) -> None:
        self.scene = scene
        self.id = int(scene.ids[row])
        self._row = row
        self._version = scene.version

    @property
    def row(self) -> int:
        """The object's current row. Raises SceneError when the object was removed."""
        if self._version != self.scene.version:
            found = self.scene.row_of(self.id)
            if found is None:
                raise SceneError(f"object {id_text(self.id)} was removed from scene {self.scene.name}")
            self._row, self._version = found, self.scene.version
        return self._row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SceneObject) and other.scene is self.scene and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<SceneObject {self.name!r} {id_text(self.id)}>"

    @property
    def name(self) -> str:
        """The object's name; names need not be unique."""
        return self.scene.names[self.row]

    @name.setter
    def name(self, value: str) -> None:
        self.scene.names[self.row] = str(value)

    @property
    def parent(self) -> SceneObject | None:
        """The object it hangs on, or None."""
        row = int(self.scene.parents[self.row])
        return SceneObject(self.scene, row) if row >= 0 else None

    @parent.setter
    def parent(self, value: SceneObject | None) -> None:
        above = self.scene.row_under(value)
        parents, row = self.scene.parents, above
        for _ in range(len(parents)):  # a scene that was read from a file may have rings of its own
            if row == self.row:
                raise SceneError(f"{self.name} can't hang on {self.scene.names[above]}: that is below it")
            if row < 0:
                break
            row = int(parents[row])
        parents[self.row] = above

    @property
    def children(self) -> list[SceneObject]:
        """The objects that hang on this one, in order."""
        return [SceneObject(self.scene, int(r)) for r in np.flatnonzero(self.scene.parents == self.row)]

    @property
    def index(self) -> int:
        """Its place among the objects that hang on the same one, from 0; among the roots for one that hangs on none.

        It is the order of the file. Set it to move the object there; what is beyond the end is the end.
        """
        return int(np.searchsorted(self.scene.children_rows(int(self.scene.parents[self.row])), self.row))

    @index.setter
    def index(self, value: int) -> None:
        self.scene.put_among([self.row], int(self.scene.parents[self.row]), value)

    @property
    def note(self) -> Note:
        """What the editor keeps about the object; nothing of it matters to a game."""
        return cast(Note, self.scene.notes.values[self.scene.note_rows[self.row]])

    @note.setter
    def note(self, value: Note) -> None:
        self.scene.note_rows[self.row] = self.scene.notes.index(value)

    @property
    def position(self) -> tuple[float, float, float]:
        """Metres, relative to the parent."""
        return cast("tuple[float, float, float]", tuple(self.scene.positions[self.row].tolist()))

    @position.setter
    def position(self, value: ArrayLike) -> None:
        self.scene.positions[self.row] = dmath.vector(value)

    @property
    def rotation(self) -> tuple[float, float, float, float]:
        """A quaternion (x, y, z, w), relative to the parent."""
        return cast("tuple[float, float, float, float]", tuple(self.scene.rotations[self.row].tolist()))

    @rotation.setter
    def rotation(self, value: ArrayLike) -> None:
        self.scene.rotations[self.row] = dmath.vector(value, 4)

    @property
    def scale(self) -> tuple[float, float, float]:
        """Factors along x, y, z, relative to the parent."""
        return cast("tuple[float, float, float]", tuple(self.scene.scales[self.row].tolist()))

    @scale.setter
    def scale(self, value: float | ArrayLike) -> None:
        self.scene.scales[self.row] = value if isinstance(value, (int, float)) else dmath.vector(value)

    @property
    def tags(self) -> frozenset[str]:
        """The object's tags."""
        return cast("frozenset[str]", self.scene.tag_sets.values[self.scene.tag_rows[self.row]])

    @tags.setter
    def tags(self, value: Iterable[str]) -> None:
        self.scene.tag_rows[self.row] = self.scene.tag_sets.index(tag_set_of(self.name, value))

    def get(self, kind: type[C]) -> C | None:
        """The object's component of a type, or None."""
        column = self.scene.slots.get(kind)
        slot = -1 if column is None else int(column.view[self.row])
        return cast(C, self.scene.pools[kind].values[slot]) if slot >= 0 else None

    def __getitem__(self, kind: type[C]) -> C:
        """The object's component of a type. Raises SceneError when it has none."""
        found = self.get(kind)
        if found is None:
            raise SceneError(
                f"{self.name} has no {kind.__name__}; it has {[type(c).__name__ for c in self.components]}"
            )
        return found

    def set(self, *components: Any) -> SceneObject:
        """Give the object these components, in place of those of the same types. Returns the object."""
        for value in components:
            column = self.scene.column(value)
            column.view[self.row] = self.scene.pools[kind_of(value)].index(kept(value))
        return self

    def discard(self, kind: type) -> None:
        """Take a component away, if the object has it."""
        if kind in self.scene.slots:
            self.scene.slots[kind].view[self.row] = -1

    @property
    def components(self) -> list[Any]:
        """All components, ordered by type name."""
        kinds = sorted(self.scene.slots, key=lambda k: k.__name__)
        return [value for kind in kinds if (value := self.get(kind)) is not None]

    def remove(self) -> None:
        """Take the object and everything that hangs on it out of the scene."""
        self.scene.remove(self)
