"""Who is in a running world: which rows are objects, and each one's name, id, tags, mesh and material.

As long as nothing comes or goes all of it is the woven scene's own; columns are made by the first change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import eq
from typing import overload

import numpy as np
from numpy.typing import NDArray

from ..loom.woven import WovenPrefab, WovenScene
from .adopt import Fates
from .carried import looks_of
from .rows import Rows, distinct, far_too_long
from .scene.names import number_of
from .scene.prefabs import part_ids

I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]

_UNSENT = 65536
"""Changes that are remembered for whoever draws the world, beside two of each row."""


@dataclass(frozen=True, eq=False)
class Looks:
    """What some rows show. rows, mesh, material: (k,) int32, mesh -1 for nothing; material is then of no account."""

    rows: I32
    mesh: I32
    material: I32


@dataclass(eq=False)
class _Columns:
    """What can differ from the woven scene, by row; longer than there are rows."""

    alive: NDArray[np.bool_]
    ids: U64
    tags: U32  # (c, words)
    mesh: I32
    material: I32
    hidden: NDArray[np.bool_]  # whether it is not drawn, whatever it shows
    changed: NDArray[np.bool_]  # whether what it shows was ever set while the scene ran
    stem: I32  # the row of `_stems` that the name begins with; -1 for the woven name
    number: I32  # what follows behind it, -1 for nothing
    generation: U32


@dataclass(frozen=True, eq=False)
class RosterState:
    """Who is in a world, to go back to. columns: None where all is as it was woven."""

    columns: _Columns | None
    rows: Rows
    tag_names: tuple[str, ...]
    stems: tuple[str, ...]


class Roster(Sequence[str]):
    """The objects of a world by row; as a sequence, the names of all rows."""

    def __init__(self, woven: WovenScene, extra: Sequence[str], random: np.random.Generator) -> None:
        self.woven = woven
        self._random = random
        self._names = woven.objects.names
        if extra:
            self._names = self._names.copy()
            self._names.extend(extra)
        self.rows = Rows(len(self._names))
        self.tag_names = list(woven.tag_names)
        self._columns: _Columns | None = None
        self.generations: memoryview | None = None
        """How often each row was given up; None as long as none was."""
        self.version = 0
        """Grows when objects come and go, and when tags change."""
        self._tag_versions = [0] * len(self.tag_names)
        self._stems: list[str] = []
        self._stem_number: dict[str, int] = {}
        self._unsent: list[I32] = []
        self._unsent_count = 0
        self._clock = 0  # of removals: what is given up gets a generation that no handle ever had
        self._first_generation = 0  # of rows that come: not below that of any that was given up there

    # ---- reading --------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self.rows.end

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[r] for r in range(*row.indices(len(self)))]
        columns = self._columns
        if columns is None:
            return self._names[row]
        stem = int(columns.stem[row])
        if stem < 0:
            return self._names[row] if row < len(self._names) else ""
        number = int(columns.number[row])
        return self._stems[stem] if number < 0 else f"{self._stems[stem]}-{number}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._names) if self._columns is None else (self[row] for row in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(other) == len(self) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]

    def live(self) -> range | I32:
        """The rows that are objects."""
        if self._columns is None:
            return range(len(self))
        return np.flatnonzero(self._columns.alive[: len(self)]).astype(np.int32)

    def is_live(self, row: int) -> bool:
        """Whether a row is an object."""
        return 0 <= row < len(self) and (self._columns is None or bool(self._columns.alive[row]))

    def living(self, rows: I32) -> I32:
        """Those of some rows that are objects."""
        if self.generations is None or self._columns is None:
            return rows
        alive = self._columns.alive.take(rows)
        return rows if alive.all() else rows[alive]

    def dead(self, rows: I32) -> I32:
        """Those of some rows that are no objects any more."""
        return rows[:0] if self.generations is None or self._columns is None else rows[~self._columns.alive[rows]]

    def find(self, name: str) -> int | None:
        """The first object with a name, or None."""
        columns = self._columns
        if columns is None:
            return self._names.find(name)
        n = len(self)
        found = [r for r in self._names.rows(name) if r < n and columns.stem[r] < 0 and columns.alive[r]]
        whole = self._stem_number.get(name)
        if whole is not None:
            same = (columns.stem[:n] == whole) & (columns.number[:n] < 0) & columns.alive[:n]
            found += np.flatnonzero(same)[:1].tolist()
        stem, number = number_of(name)
        begun = self._stem_number.get(stem)
        if begun is not None and number >= 0:
            same = (columns.stem[:n] == begun) & (columns.number[:n] == number) & columns.alive[:n]
            found += np.flatnonzero(same)[:1].tolist()
        return min(found, default=None)

    @property
    def ids(self) -> U64:
        """(n,) stable ids; 0 for the camera that a world made itself."""
        if self._columns is not None:
            return self._columns.ids[: len(self)]
        ids = self.woven.objects.ids
        return ids if len(ids) == len(self) else np.concatenate([ids, np.zeros(len(self) - len(ids), np.uint64)])

    def rows_tagged(self, tags: Iterable[str]) -> I32:
        """(k,) the objects that carry all of these tags."""
        wanted = list(tags)
        if not all(tag in self.tag_names for tag in wanted):
            return np.empty(0, np.int32)
        masks = self.woven.objects.tags if self._columns is None else self._columns.tags[: len(self)]
        carried = np.ones(len(masks), bool) if self._columns is None else self._columns.alive[: len(self)].copy()
        for bit in map(self.tag_names.index, wanted):
            carried &= (masks[:, bit // 32] >> np.uint32(bit % 32) & 1).astype(bool)
        return np.flatnonzero(carried).astype(np.int32)

    def carries(self, row: int, tag: str) -> bool:
        """Whether an object has a tag."""
        try:
            bit = self.tag_names.index(tag)
        except ValueError:
            return False
        masks = self.woven.objects.tags if self._columns is None else self._columns.tags
        word = bit // 32
        return row < len(masks) and word < masks.shape[1] and bool(int(masks[row, word]) >> (bit % 32) & 1)

    def tags_of(self, row: int) -> frozenset[str]:
        """The tags of an object."""
        masks = self.woven.objects.tags if self._columns is None else self._columns.tags
        if row >= len(masks):
            return frozenset()
        words = masks[row].tolist()
        return frozenset(t for i, t in enumerate(self.tag_names) if words[i // 32] >> (i % 32) & 1)

    def carry(self, rows: I32, tags: Iterable[str]) -> NDArray[np.bool_]:
        """(k,) which of some objects carry all of these tags."""
        wanted = list(tags)
        if not all(tag in self.tag_names for tag in wanted):
            return np.zeros(len(rows), bool)
        masks = self.woven.objects.tags if self._columns is None else self._columns.tags
        known = masks.take(rows, 0, mode="clip")
        carried = rows < len(masks)
        for bit in map(self.tag_names.index, wanted):
            carried &= (known[:, bit // 32] >> np.uint32(bit % 32) & 1).astype(bool)
        return carried

    def version_of(self, tag: str) -> int:
        """Grows when objects get a tag or lose it, and when those that carry it come and go."""
        return self._tag_versions[self.tag_names.index(tag)] if tag in self.tag_names else 0

    def _other_tags(self, bits: U32) -> None:
        """Objects came or went, or carry other tags; `bits` (words,) are those that any of them had or has."""
        self.version += 1
        for i, word in enumerate(bits.tolist()):
            while word:
                self._tag_versions[32 * i + (word & -word).bit_length() - 1] = self.version
                word &= word - 1

    def drawn(self) -> Looks:
        """What is drawn, in no order that matters."""
        columns = self._columns
        if columns is None:
            woven = self.woven
            batch = woven.instances["batch"]
            return Looks(
                woven.instance_object, woven.batches["mesh"].astype(np.int32)[batch], woven.instances["material"]
            )
        drawn = columns.alive & (columns.mesh >= 0) & ~columns.hidden
        rows = np.flatnonzero(drawn[: len(self)]).astype(np.int32)
        return Looks(rows, columns.mesh[rows], columns.material[rows])

    def look(self, row: int) -> tuple[int, int]:
        """The mesh and the material of an object, -1 where it shows nothing."""
        columns = self._columns or self._unfold()
        return int(columns.mesh[row]), int(columns.material[row])

    def is_hidden(self, row: int) -> bool:
        """Whether an object is not drawn, whatever it shows."""
        return self._columns is not None and bool(self._columns.hidden[row])

    # ---- changing -------------------------------------------------------------------------------------------------

    def _unfold(self) -> _Columns:
        """Make the columns, as the woven scene has them."""
        if self._columns is not None:
            return self._columns
        n, woven = len(self), self.woven
        known = len(woven.objects.ids)
        tags = np.zeros((n, woven.objects.tags.shape[1]), np.uint32)
        tags[:known] = woven.objects.tags
        mesh, material = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
        mesh[woven.instance_object] = woven.batches["mesh"][woven.instances["batch"]]
        material[woven.instance_object] = woven.instances["material"]
        self._columns = _Columns(
            alive=np.ones(n, bool),
            ids=self.ids.copy(),
            tags=tags,
            mesh=mesh,
            material=material,
            hidden=np.zeros(n, bool),
            changed=np.zeros(n, bool),
            stem=np.full(n, -1, np.int32),
            number=np.full(n, -1, np.int32),
            generation=np.zeros(n, np.uint32),
        )
        return self._columns

    def add(self, count: int, name: str, *, numbered: bool, tags: Iterable[str], mesh: int, material: int) -> I32:
        """(count,) rows of new objects, which show a mesh in a material (-1: nothing)."""
        columns = self._unfold()
        rows = self.rows.take(count)
        self._reserve(columns, self.rows.end)
        columns.alive[rows] = True
        columns.ids[rows] = np.frombuffer(self._random.bytes(8 * count), np.uint64) | np.uint64(1)
        mask = columns.tags[rows] = self._mask(columns, tags)
        self._other_tags(mask)
        columns.mesh[rows], columns.material[rows] = mesh, material
        columns.stem[rows] = self._stem_of(columns, name)
        columns.number[rows] = np.arange(count) if numbered else -1
        self._change(columns, rows)
        return rows

    def add_camera(self, name: str) -> I32:
        """(1,) the row of the camera that a world makes itself, which is in no scene: its id is 0."""
        row = self.add(1, name, numbered=False, tags=(), mesh=-1, material=-1)
        self._unfold().ids[row] = 0
        return row

    def add_parts(self, roots: I32, prefab: WovenPrefab) -> I32:
        """(k, m) rows of the objects of k instances of a prefab, which hang on the objects in `roots` (k,)."""
        columns = self._unfold()
        k, m = len(roots), len(prefab.ids)
        rows = self.rows.take(k * m)
        self._reserve(columns, self.rows.end)
        columns.alive[rows] = True
        columns.ids[rows] = part_ids(columns.ids[roots], prefab.ids).ravel()
        masks = [self._mask(columns, tags) for tags in prefab.tags]  # each may widen those before it
        wide = np.zeros((m, columns.tags.shape[1]), np.uint32)
        for i, mask in enumerate(masks):
            wide[i, : len(mask)] = mask
        columns.tags[rows] = np.tile(wide, (k, 1))
        self._other_tags(np.bitwise_or.reduce(wide, axis=0))
        columns.mesh[rows], columns.material[rows] = np.tile(prefab.mesh, k), np.tile(prefab.material, k)
        columns.stem[rows] = -1  # while stems are looked for: those that nothing has any more may be dropped
        for i, name in enumerate(prefab.names):
            columns.stem[rows[i::m]] = self._stem_of(columns, name)
        columns.number[rows] = -1
        self._change(columns, rows)
        return rows.reshape(k, m)

    def adopt(
        self, woven: WovenScene, fates: Fates, tag_names: list[str], tags: U32, mesh: I32, material: I32, named: str
    ) -> None:
        """Another woven scene, laid out in these rows (n,); tags (n, words), mesh, material: (n,) of each row now.

        What is gone keeps its name, for messages; `named` is the camera that the world made itself.
        """
        columns, size = self._unfold(), len(fates.parent)
        gone = np.flatnonzero(fates.gone).astype(np.int32)
        for row in gone.tolist():
            columns.stem[row], columns.number[row] = self._stem_of(columns, self[row]), -1
        for row in np.flatnonzero(fates.spawned[: len(columns.stem)] & (columns.stem[:size] < 0)).tolist():
            columns.stem[row], columns.number[row] = self._stem_of(columns, named), -1
        self.woven, self._names = woven, woven.objects.names
        self._reserve(columns, size)
        scene = np.flatnonzero(fates.kept | fates.came)
        self.tag_names = tag_names
        self.version += 1
        self._tag_versions = [self.version] * len(tag_names)
        wide = np.zeros((len(columns.alive), tags.shape[1]), np.uint32)
        wide[:size] = tags
        columns.tags = wide
        columns.alive[:] = False
        columns.alive[:size] = fates.alive
        columns.ids[scene] = woven.objects.ids[scene]
        columns.stem[scene] = columns.number[scene] = -1
        columns.mesh[:], columns.material[:] = -1, -1
        columns.mesh[:size], columns.material[:size] = mesh, material
        columns.hidden[:size] &= fates.kept | fates.spawned
        woven_mesh, woven_material = looks_of(woven, len(columns.alive))
        columns.changed[:] = (columns.mesh != woven_mesh) | ((columns.mesh >= 0) & (columns.material != woven_material))
        columns.changed |= columns.hidden
        if len(gone):
            self._clock += 1
            columns.generation[gone] = self._clock
        if len(gone) or self.generations is not None:
            self.generations = columns.generation.data
        self.rows = Rows(size)
        self.rows.give(np.flatnonzero(~fates.alive).astype(np.int32))
        self.resend()

    @property
    def alive(self) -> NDArray[np.bool_]:
        """(n,) which rows are objects."""
        return np.ones(len(self), bool) if self._columns is None else self._columns.alive[: len(self)]

    def masks(self) -> U32:
        """(n, words) the tags of each row, over `tag_names`."""
        return self._unfold().tags[: len(self)]

    def looks(self) -> tuple[I32, I32]:
        """(n,) the mesh and the material of each row, -1 for nothing."""
        columns = self._unfold()
        return columns.mesh[: len(self)], columns.material[: len(self)]

    def remove(self, rows: I32) -> None:
        """Rows (k,) that are no objects any more."""
        columns = self._unfold()
        self._other_tags(np.bitwise_or.reduce(columns.tags[rows], axis=0))
        columns.alive[rows] = columns.hidden[rows] = False
        columns.mesh[rows] = -1
        self._clock += 1
        columns.generation[rows] = self._clock
        self.generations = columns.generation.data
        self._change(columns, rows)
        self.rows.give(rows)
        if far_too_long(len(columns.alive), self.rows.end):
            self._shrink(columns, 2 * self.rows.end)

    def tag(self, rows: I32, tags: Iterable[str], on: bool) -> None:
        """Give objects (k,) these tags, or take them away."""
        if not on:
            tags = [tag for tag in tags if tag in self.tag_names]
        columns = self._unfold()
        mask = self._mask(columns, tags)
        before = columns.tags[rows]
        after = before | mask if on else before & ~mask
        changed: U32 = np.bitwise_or.reduce(before ^ after, axis=0)
        if changed.any():
            columns.tags[rows] = after
            self._other_tags(changed)

    def show(self, rows: I32, mesh: int, material: int) -> None:
        """Objects (k,) that show another mesh in another material."""
        columns = self._unfold()
        columns.mesh[rows], columns.material[rows] = mesh, material
        self._change(columns, rows)

    def hide(self, rows: I32, hidden: bool) -> I32:
        """Have objects (k,) not drawn, or drawn again; returns those that were otherwise before."""
        columns = self._unfold()
        rows = rows[columns.hidden[rows] != hidden]
        columns.hidden[rows] = hidden
        self._change(columns, rows[columns.mesh[rows] >= 0])
        return rows

    def turn(self, rows: I32) -> None:
        """Objects (k,) that may be mirrored now, or not any more."""
        if not len(rows):
            return
        columns = self._unfold()
        self._change(columns, rows[columns.mesh[rows] >= 0])

    def _change(self, columns: _Columns, rows: I32) -> None:
        columns.changed[rows] = True
        self._unsent.append(rows)
        self._unsent_count += len(rows)
        if self._unsent_count > 2 * len(columns.alive) + _UNSENT:  # nobody draws the world
            self._unsent = [distinct(np.concatenate(self._unsent))]
            self._unsent_count = len(self._unsent[0])

    def unsent(self) -> Looks | None:
        """What shows something else than when it was last asked, each row once; those that are gone show nothing."""
        columns = self._columns
        if not self._unsent or columns is None:
            return None
        rows = self._unsent[0] if len(self._unsent) == 1 else distinct(np.concatenate(self._unsent))
        self._unsent.clear()
        self._unsent_count = 0
        mesh, material = columns.mesh.take(rows, mode="clip"), columns.material.take(rows, mode="clip")
        mesh[(rows >= len(columns.mesh)) | columns.hidden.take(rows, mode="clip")] = -1
        return Looks(rows, mesh, material)

    def resend(self) -> None:
        """Who draws the world knows the woven scene only: everything else is to be sent again."""
        if self._columns is not None:
            self._unsent = [np.flatnonzero(self._columns.changed).astype(np.int32)]
            self._unsent_count = len(self._unsent[0])

    # ---- going back -----------------------------------------------------------------------------------------------

    def state(self) -> RosterState:
        """What `restore` needs."""
        columns = None if self._columns is None else _copied(self._columns)
        return RosterState(columns, self.rows.copy(), tuple(self.tag_names), tuple(self._stems))

    def restore(self, state: RosterState) -> I32:
        """Go back to a state; returns the rows (k,) of objects that show something else than they just did.

        Handles from before it are of use again, those to what came since then are not.
        """
        before = self._columns
        if before is None and state.columns is None:
            return np.empty(0, np.int32)
        self.rows = state.rows.copy()
        self.tag_names = list(state.tag_names)
        self._stems = list(state.stems)
        self._stem_number = {stem: i for i, stem in enumerate(self._stems)}
        self._columns = None if state.columns is None else _copied(state.columns)
        columns = self._unfold()
        self._clock += 1
        self._first_generation = self._clock
        if before is not None:  # who draws may ask for any row that there was
            self._reserve(columns, len(before.alive))
        columns.generation[~columns.alive] = self._clock
        self.generations = columns.generation.data
        self.version += 1
        self._tag_versions = [self.version] * len(self.tag_names)
        if before is None:
            rows = np.arange(len(columns.alive), dtype=np.int32)
        else:
            count, other = len(before.alive), np.ones(len(columns.alive), bool)
            other[:count] = before.mesh != columns.mesh[:count]
            other[:count] |= before.material != columns.material[:count]
            other[:count] |= before.hidden != columns.hidden[:count]
            rows = np.flatnonzero(other).astype(np.int32)
        self._unsent.append(rows)
        self._unsent_count += len(rows)
        shown = rows[rows < len(self)]
        return shown[columns.alive[shown]]

    def to_bytes(self) -> bytes:
        """Who is there, so that equal worlds of one scene give equal bytes; generations are left out."""
        columns, rows = self._unfold(), np.flatnonzero(self._unfold().alive[: len(self)])
        stem = columns.stem[rows]
        used = sorted({self._stems[i] for i in np.unique(stem).tolist() if i >= 0})
        place = {text: i for i, text in enumerate(used)}
        number = np.array([*(place.get(text, -1) for text in self._stems), -1], np.int32)
        out = [self.rows.to_bytes(), "\0".join(used).encode("utf-8", "backslashreplace")]
        for column in (rows.astype(np.int32), columns.ids[rows], columns.mesh[rows], columns.material[rows],
                       number[stem], np.where(stem < 0, -1, columns.number[rows])):  # fmt: skip
            out.append(column.tobytes())
        if columns.hidden[rows].any():
            out.append(np.packbits(columns.hidden[rows]).tobytes())
        for tag in sorted(self.tag_names):
            carried = self.carry(rows.astype(np.int32), (tag,))
            if carried.any():
                out += [tag.encode("utf-8", "backslashreplace"), np.packbits(carried).tobytes()]
        return b"\0".join(out)

    def _mask(self, columns: _Columns, tags: Iterable[str]) -> U32:
        """(words,) the bits of some tags; tags that nothing carried yet get theirs."""
        for tag in tags:
            if tag not in self.tag_names:
                self.tag_names.append(tag)
                self._tag_versions.append(0)
        words = -(-len(self.tag_names) // 32)
        if words > columns.tags.shape[1]:
            wider = np.zeros((len(columns.tags), words), np.uint32)
            wider[:, : columns.tags.shape[1]] = columns.tags
            columns.tags = wider
        mask = np.zeros(columns.tags.shape[1], np.uint32)
        for bit in map(self.tag_names.index, tags):
            mask[bit // 32] |= np.uint32(1 << bit % 32)
        return mask

    def _stem_of(self, columns: _Columns, name: str) -> int:
        """The number of a name in `_stems`. Names that no row has any more are dropped now and then."""
        if name not in self._stem_number and len(self._stems) > 2 * len(columns.stem) + 1000:
            used, columns.stem[:] = np.unique(columns.stem, return_inverse=True)
            columns.stem -= np.int32(used[0] < 0)
            self._stems = [self._stems[i] for i in used.tolist() if i >= 0]
            self._stem_number = {stem: i for i, stem in enumerate(self._stems)}
        found = self._stem_number.setdefault(name, len(self._stems))
        if found == len(self._stems):
            self._stems.append(name)
        return found

    def _reserve(self, columns: _Columns, needed: int) -> None:
        """Columns for at least so many rows; they double."""
        have = len(columns.alive)
        if needed <= have:
            return
        size = max(needed, 2 * have)
        fills = {"mesh": -1, "material": -1, "stem": -1, "number": -1, "generation": self._first_generation}
        for key, column in vars(columns).items():
            made = np.full((size, *column.shape[1:]), fills.get(key, 0), column.dtype)
            made[:have] = column
            setattr(columns, key, made)
        if self.generations is not None:
            self.generations = columns.generation.data

    def _shrink(self, columns: _Columns, size: int) -> None:
        """Columns of this length, which holds all rows in use. Handles to the rest must never fit what comes there."""
        self._first_generation = self._clock
        for key in vars(columns):
            setattr(columns, key, getattr(columns, key)[:size].copy())
        if self.generations is not None:
            self.generations = columns.generation.data


def _copied(columns: _Columns) -> _Columns:
    return _Columns(**{key: column.copy() for key, column in vars(columns).items()})
