"""What is found in a scene while it is woven: problems, which halt the Loom, and remarks, which do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import Problem, SceneError
from ..engine.math import I32
from ..engine.scene.scene import Scene, id_text

LIMIT = 100
"""How many problems one error lists; of more, it gives the number and the first of each kind."""

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Remark(Problem):
    """Something harmless in a scene: `found` says what, `wanted` what the Loom did about it."""

    def __str__(self) -> str:
        place = f"{self.where} → {self.field}" if self.where and self.field else self.where or self.field
        if not self.wanted:  # an importer's own words
            return f"{place}: {self.found}" if place else self.found
        text = f"{place or 'scene'} is {self.found}; {self.wanted}"
        return f"{text} ({self.hint})" if self.hint else text


class Carriers:
    """Which rows use each value of a pool. slots: (n,) index into the pool, -1 for none."""

    def __init__(self, slots: I32) -> None:
        self._rows = np.argsort(slots, kind="stable")
        self._slots = slots[self._rows]

    def of(self, slot: int) -> I64:
        """The rows that use a value, ascending."""
        first, end = np.searchsorted(self._slots, (slot, slot + 1))
        return self._rows[first:end]


def called(scene: Scene, row: int) -> str:
    """What messages call an object: its name, or its id when it has none."""
    name = scene.names[row].encode("utf-8", "backslashreplace").decode()
    return name or id_text(int(scene.ids[row]))


class Findings:
    """The problems and remarks of one scene, as they are found."""

    def __init__(self, scene: Scene, problems: Sequence[Problem], instances: I32 | None = None) -> None:
        self.scene = scene
        self._instances = instances
        self.problems = list(problems)
        self.count = len(self.problems)
        self.remarks: list[Problem] = [Remark("import", "", "", text, "") for text in scene.warnings]
        self._carriers: dict[type, Carriers] = {}

    def name(self, row: int) -> str:
        """What messages call an object: its name, or its id when it has none; behind those of prefabs' instances."""
        name = called(self.scene, row)
        above = -1 if self._instances is None else int(self._instances[row])
        return name if above < 0 else f"{self.name(above)}/{name}"

    def extend(self, problems: Iterator[Problem]) -> None:
        """Add problems that say themselves where they are."""
        more = list(problems)
        self.problems.extend(more)
        self.count += len(more)

    def on(self, rows: NDArray[Any], problem: Problem | Callable[[int], Problem]) -> None:
        """Add a problem, its `where` still empty, for each row. Beyond `LIMIT` rows they are only counted."""
        for row in rows[:LIMIT].tolist():
            p = problem if isinstance(problem, Problem) else problem(row)
            self.problems.append(replace(p, where=self.name(row)))
        self.count += len(rows)

    def carriers(self, kind: type) -> Carriers:
        """The rows that carry each value of a component type."""
        if kind not in self._carriers:
            self._carriers[kind] = Carriers(self.scene.slots_of(kind))
        return self._carriers[kind]

    def remark(self, rows: NDArray[Any], code: str, field: str, found: str, done: str) -> None:
        """Add one remark about all of these rows, if there are any: it names the first and counts the others."""
        if len(rows):
            others = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
            self.remarks.append(Remark(code, self.name(int(rows[0])) + others, field, found, done))

    def remark_rule(self, rule: str, field: str, found: str, done: str, hint: str = "") -> None:
        """Add a remark about a rule."""
        self.remarks.append(Remark("rule", f'rule "{rule}"', field, found, done, hint))

    def raise_problems(self, source: str) -> None:
        """Raise SceneError with the problems, if there are any."""
        if not self.count:
            return
        shown = self.problems
        message = f"{source} has {self.count} problem{'s' if self.count > 1 else ''}"
        if self.count > LIMIT:  # the first of each kind, then the second of each ...
            seen: dict[tuple[str, str], int] = {}
            turns: list[tuple[int, int]] = []
            for i, p in enumerate(shown):
                turns.append((seen.setdefault((p.code, p.field), 0), i))
                seen[p.code, p.field] += 1
            shown = [shown[i] for i in sorted(i for _, i in sorted(turns)[:LIMIT])]
            message += f" ({len(shown)} of them here, and {self.count - len(shown)} more)"
        raise SceneError(message + ":", shown)
