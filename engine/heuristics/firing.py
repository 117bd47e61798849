"""What a rule fires for in a round, and what its actions are to write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..entity import Entity
from .compiled import Compiled

if TYPE_CHECKING:
    from ..world import World

I32 = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Firing:
    """What a rule fires for in one round, all at once; what `Then.call` gives to a function.

    rows: (k,) int32 the objects, to index the world's columns with.  others: (k,) rows of the other ones, -1 for none.
    events: the event of each, for rules that hear some.  dt: seconds of a tick.
    """

    world: World
    rule: str
    rows: I32
    others: I32
    events: tuple[Any, ...]
    dt: float

    @property
    def entities(self) -> list[Entity]:
        """The objects as handles."""
        return [Entity(self.world, row) for row in self.rows.tolist()]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class Fired:
    """A firing, and what its actions are to write: the values that expressions had then, by action."""

    rule: Compiled
    firing: Firing
    values: tuple[Any, ...]
    generations: NDArray[np.uint32]
    other_generations: NDArray[np.uint32]
