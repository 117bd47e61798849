"""What is chosen: ids in the order in which they were, and the active one, which the inspector and gizmos go by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Selection:
    """Ids of objects, each once. Immutable: every change makes another one.

    active: the one that was chosen last, 0 for none.
    """

    ids: tuple[int, ...] = ()
    active: int = 0
    anchor: int = field(default=0, compare=False)
    """Where a range begins: the one that was chosen last without Shift."""

    @classmethod
    def of(cls, ids: Iterable[int], active: int = 0) -> Selection:
        """These; the last is active unless another of them is to be."""
        chosen = tuple(dict.fromkeys(ids))
        last = active if active in chosen else chosen[-1] if chosen else 0
        return cls(chosen, last, last)

    @cached_property
    def _known(self) -> frozenset[int]:
        return frozenset(self.ids)

    def __contains__(self, id: object) -> bool:
        return id in self._known

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, ids: Iterable[int]) -> Selection:
        """These as well; the last of them is active."""
        more = list(ids)
        return Selection.of([*self.ids, *more], more[-1] if more else self.active)

    def remove(self, ids: Iterable[int]) -> Selection:
        """Without these."""
        gone = set(ids)
        return Selection.of([one for one in self.ids if one not in gone], self.active)

    def toggle(self, id: int) -> Selection:
        """With it or without it, whichever it is not: Ctrl and a click."""
        return self.remove([id]) if id in self else self.add([id])

    def range_to(self, id: int, order: Sequence[int]) -> Selection:
        """From the anchor to an object, in the order of what is shown: Shift and a click."""
        places = {one: i for i, one in enumerate(order)}
        if id not in places:
            return self
        first, last = places.get(self.anchor, places[id]), places[id]
        chosen = order[min(first, last) : max(first, last) + 1]
        return Selection(tuple(chosen), id, self.anchor if self.anchor in places else id)

    def kept(self, there: Iterable[int] | None = None, *, where: object = None) -> Selection:
        """Those that are still there: in `there`, or in what `where` contains."""
        known = where if there is None else set(there)
        alive = [one for one in self.ids if one in known]  # type: ignore[operator]
        return self if len(alive) == len(self.ids) else Selection.of(alive, self.active)
