"""When rules fired, and what they found then: noted while somebody watches, as the editor does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .firing import Fired
from .rest import Rest, generations_of

if TYPE_CHECKING:
    from .engine import HeuristicEngine
    from .explain import Explanation

I32 = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Trace:
    """When a rule fired, and what it found then. time: seconds since the world began."""

    time: float
    explanation: Explanation


class Traces:
    """When each rule fired, and for whom last: `world.rules.traces = Traces()`, from then on. Costs what is noted.

    counts: for how many objects each rule fired; latest: when, in seconds since the world began.
    watched: a rule and the row of an object; what the rule finds when it fires for it is kept in `found`, the latest
    behind the others, at most `most`.
    """

    def __init__(self, most: int = 20) -> None:
        self.counts: dict[str, int] = {}
        self.latest: dict[str, float] = {}
        self.most = most
        self.found: list[Trace] = []
        self._watched: tuple[str, int] | None = None
        self._of: dict[str, Rest] = {}  # by row, when it fired

    @property
    def watched(self) -> tuple[str, int] | None:
        """Whose firings are kept with what was found."""
        return self._watched

    def watch(self, rule: str, row: int) -> None:
        """Keep from now on what a rule finds when it fires for an object."""
        if self._watched != (rule, row):
            self._watched = rule, row
            self.found = []

    def note(self, engine: HeuristicEngine, fired: Iterable[Fired]) -> None:
        """These rules fire now: before they do anything."""
        from .explain import explained

        time = engine.world.schedule.time
        for one in fired:
            rule, rows = one.firing.rule, one.firing.rows
            self.counts[rule] = self.counts.get(rule, 0) + len(rows)
            self.latest[rule] = time
            self._of.setdefault(rule, Rest()).begin(rows, generations_of(engine.world, rows), time)
            if self._watched is not None and rule == self._watched[0]:
                for i in np.flatnonzero(rows == self._watched[1]).tolist():
                    self.found.append(Trace(time, explained(engine, one.rule, self._watched[1], (one.firing, i))))
                del self.found[: -self.most]

    def last(self, engine: HeuristicEngine, rule: str, row: int) -> float | None:
        """When a rule fired last for the object in a row; None for never."""
        rest, rows = self._of.get(rule), np.array([row], np.int32)
        if rest is None or row >= len(rest.until):
            return None
        same = rest.generation[row] == generations_of(engine.world, rows)[0]
        return float(rest.until[row]) if same and np.isfinite(rest.until[row]) else None

    def recent(self, engine: HeuristicEngine, rule: str, most: int) -> list[tuple[int, float]]:
        """The rows of objects that are still there for which a rule fired, and when last; the latest first."""
        rest = self._of.get(rule)
        if rest is None:
            return []
        rows = np.flatnonzero(np.isfinite(rest.until)).astype(np.int32)
        rows = rows[rest.generation[rows] == generations_of(engine.world, rows)]
        order = rows[np.argsort(-rest.until[rows], kind="stable")][:most]
        return [(row, float(rest.until[row])) for row in order.tolist()]
