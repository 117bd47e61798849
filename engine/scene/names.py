"""Many names in little memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import overload

Part = list[str] | tuple[str, int]
"""Names one by one; or a run, `("crate", 3)` for "crate-0", "crate-1", "crate-2"."""

_SHORT = 32
"""Runs below this length are kept one by one."""


def number_of(name: str) -> tuple[str, int]:
    """Undo `f"{stem}-{number}"`; the number is -1 for a name that was not made so."""
    stem, _, digits = name.rpartition("-")
    if len(digits) < 19 and digits.isascii() and digits.isdigit() and str(int(digits)) == digits:
        return stem, int(digits)
    return stem, -1


class Names(Sequence[str]):
    """A sequence of texts. Runs of numbered names are made when they are asked for.

    A scene's can be changed; those that a manifest holds are not.
    """

    __slots__ = ("_changed", "_first", "_length", "_parts", "_where")

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._parts: list[Part] = []
        self._first: list[int] = []  # where each part begins
        self._length = 0
        self._changed: dict[int, str] = {}  # names within runs that were set since
        self._where: tuple[dict[str, list[int]], dict[str, list[tuple[int, int]]]] | None = None
        self.extend(names)

    # ---- reading --------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            if step == 1:
                return list(islice(self._from(start), max(0, stop - start)))
            return [self[i] for i in range(start, stop, step)]
        row = index + self._length if index < 0 else index
        if not 0 <= row < self._length:
            raise IndexError(f"name {index} of {self._length}")
        if self._changed and row in self._changed:
            return self._changed[row]
        i = bisect_right(self._first, row) - 1
        part = self._parts[i]
        at = row - self._first[i]
        return part[at] if isinstance(part, list) else f"{part[0]}-{at}"

    def __iter__(self) -> Iterator[str]:
        return self._from(0)

    def _from(self, start: int) -> Iterator[str]:
        """The names from a row on."""
        i = max(0, bisect_right(self._first, start) - 1)
        for first, part in zip(self._first[i:], self._parts[i:], strict=True):
            skip = max(0, start - first)
            if isinstance(part, list):
                yield from islice(part, skip, None)
                continue
            stem, count = part
            if not self._changed:
                yield from (f"{stem}-{k}" for k in range(skip, count))
            else:
                yield from (self._changed.get(first + k, f"{stem}-{k}") for k in range(skip, count))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Names, list, tuple)):
            return NotImplemented
        return len(other) == self._length and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self._length} names: {', '.join(map(repr, self[:3]))}{' …' if self._length > 3 else ''}>"

    def texts(self) -> Iterator[str]:
        """Every letter that occurs in the names: those kept one by one, and once what each run begins with."""
        for part in self._parts:
            if isinstance(part, list):
                yield from part
            else:
                yield part[0]
        yield from self._changed.values()

    def find(self, name: str) -> int | None:
        """The first row with a name, or None."""
        return min(self.rows(name), default=None)

    def rows(self, name: str) -> list[int]:
        """Every row with a name. The first time it makes a table of those that are not in runs."""
        if self._where is None:
            single: dict[str, list[int]] = {}
            runs: dict[str, list[tuple[int, int]]] = {}
            for first, part in zip(self._first, self._parts, strict=True):
                if isinstance(part, list):
                    for k, one in enumerate(part):
                        single.setdefault(one, []).append(first + k)
                else:
                    runs.setdefault(part[0], []).append((first, part[1]))
            for row, one in self._changed.items():
                single.setdefault(one, []).append(row)
            self._where = single, runs
        single, runs = self._where
        found = list(single.get(name, ()))
        stem, number = number_of(name)
        if stem in runs and number >= 0:
            found += [
                first + number for first, count in runs[stem] if number < count and first + number not in self._changed
            ]
        return found

    # ---- changing -------------------------------------------------------------------------------------------------

    def __setitem__(self, row: int, name: str) -> None:
        if not 0 <= row < self._length:
            raise IndexError(f"name {row} of {self._length}")
        i = bisect_right(self._first, row) - 1
        part = self._parts[i]
        if isinstance(part, list):
            part[row - self._first[i]] = name
        else:
            self._changed[row] = name
        self._where = None

    def append(self, name: str) -> None:
        """Add one name."""
        self._single().append(name)
        self._length += 1
        self._where = None

    def extend(self, names: Iterable[str]) -> None:
        """Add names."""
        if isinstance(names, Names):
            first, more = self._length, names.copy()
            for part in more._parts:
                self._add(part)
            self._changed |= {first + row: name for row, name in more._changed.items()}
        else:
            single = list(names)
            if single:
                self._add(single)

    def number(self, stem: str, count: int) -> None:
        """Add `stem-0`, `stem-1` … `stem-{count - 1}`."""
        if count >= _SHORT:
            self._add((stem, count))
        elif count:
            self._add([f"{stem}-{i}" for i in range(count)])

    def _single(self) -> list[str]:
        """The list that single names are added to."""
        last = self._parts[-1] if self._parts else None
        if isinstance(last, list):
            return last
        made: list[str] = []
        self._parts.append(made)
        self._first.append(self._length)
        return made

    def _add(self, part: Part) -> None:
        self._where = None
        if isinstance(part, list):
            self._single().extend(part)
            self._length += len(part)
        else:
            self._parts.append(part)
            self._first.append(self._length)
            self._length += part[1]

    def copy(self) -> Names:
        """The same names, which no longer change with these."""
        made = Names()
        made._parts = [list(part) if isinstance(part, list) else part for part in self._parts]
        made._first, made._length, made._changed = list(self._first), self._length, dict(self._changed)
        return made
