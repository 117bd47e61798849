"""Why a rule would fire for an object or not: each of its conditions, what was found and what was wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..scene.expressions import Expression
from ..scene.rules import Sees, Within
from .compiled import Compiled
from .firing import Firing
from .frame import Seen, places

if TYPE_CHECKING:
    from .engine import HeuristicEngine


@dataclass(frozen=True)
class Finding:
    """One condition of a rule for one object. holds: None where only time or chance can tell."""

    condition: str
    found: str
    wanted: str
    holds: bool | None

    def __str__(self) -> str:
        mark = {True: "yes", False: "no ", None: "?  "}[self.holds]
        return f"{mark} {self.condition}: {self.found}; wanted: {self.wanted}"


@dataclass(frozen=True)
class Explanation:
    """Why a rule would fire for an object now or not. `str` gives one line for each condition.

    fires: whether no condition stands against it; what is left to chance or waits for an event does not.
    """

    rule: str
    entity: str
    fires: bool
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        verdict = "fires" if self.fires else "does not fire"
        if self.fires and any(finding.holds is None for finding in self.findings):
            verdict = "may fire"
        head = f'rule "{self.rule}" {verdict} for "{self.entity}"'
        return "\n".join([head, *(f"  {finding}" for finding in self.findings)])

    @property
    def against(self) -> tuple[Finding, ...]:
        """The conditions that do not hold."""
        return tuple(finding for finding in self.findings if finding.holds is False)


def explained(
    engine: HeuristicEngine, compiled: Compiled, row: int, then: tuple[Firing, int] | None = None
) -> Explanation:
    """See `HeuristicEngine.explain`. then: a firing and the place in it of the object, to tell why it fired."""
    with np.errstate(all="ignore"):
        findings = tuple(_findings(engine, compiled, row, then))
    fires = all(finding.holds is not False for finding in findings)
    return Explanation(compiled.rule.name, engine.world.names[row], fires, findings)


def _findings(
    engine: HeuristicEngine, compiled: Compiled, row: int, then: tuple[Firing, int] | None
) -> Iterator[Finding]:
    rule, when, world = compiled.rule, compiled.rule.when, engine.world
    if not engine.is_enabled(rule):
        why = "all rules are off" if not engine.enabled else engine.why_off(rule.name)
        yield Finding("enabled", why, "on", False)
    firing, at = then if then is not None else (None, 0)
    event = firing.events[at] if firing is not None and firing.events else None
    if rule.on:
        found = "when it happens" if firing is None else _event(event)
        yield Finding("on", found, f"{rule.on} about this object", None if firing is None else True)
    tags = sorted(world.roster.tags_of(row))
    carried = ", ".join(tags) or "no tags"
    if when.tags_all:
        yield Finding("tags_all", carried, ", ".join(when.tags_all), set(when.tags_all) <= set(tags))
    if when.tags_any:
        yield Finding("tags_any", carried, "one of " + ", ".join(when.tags_any), bool(set(when.tags_any) & set(tags)))
    if when.tags_none:
        yield Finding("tags_none", carried, "none of " + ", ".join(when.tags_none), not set(when.tags_none) & set(tags))
    whole = True
    for kind in compiled.query.kinds:
        has = world.tables.made(kind).slot(row) >= 0
        whole &= has
        yield Finding("carries", f"{'a' if has else 'no'} {kind.__name__}", f"a {kind.__name__}", has)
    rows = np.array([row], np.int32)
    seen = Seen(world, 0.0, rows)
    for spec in (when.within, when.sees):
        if spec is not None:
            finding, other, near = _around(engine, compiled, spec, row)
            yield finding
            if spec is when.within and len(near):
                seen.near = np.zeros(len(near), np.intp), near
            if other >= 0:
                seen.others = np.array([other], np.int32)
    if firing is not None and firing.others[at] >= 0:
        seen.others = firing.others[at : at + 1]
    if rule.on and (when.other_all or when.other_none):
        wanted = " ".join([*when.other_all, *(f"not {tag}" for tag in when.other_none)])
        if firing is None or seen.others is None:
            yield Finding("other", "when it happens", wanted, None)
        else:
            other = int(seen.others[0])
            carried = ", ".join(sorted(world.roster.tags_of(other))) or "no tags"
            yield Finding("other", f'"{world.names[other]}": {carried}', wanted, True)
    if event is not None:
        seen.events = [event]
    for e in (*compiled.early, *compiled.late):
        yield _told(e, seen, whole, compiled.listens and firing is None)
    if firing is not None:
        return
    left = engine.rest_of(rule.name, row)
    if rule.cooldown:
        found = f"{left:.3g} s left" if left > 0 else "over"
        yield Finding("cooldown", found, f"{rule.cooldown:g} s after it fired", left <= 0)
    if rule.every:
        wait = engine.wait_of(rule.name)
        yield Finding("every", f"looked at again in {max(wait, 0):.3g} s", f"every {rule.every:g} s", None)
    if rule.chance < 1:
        yield Finding("chance", "left to chance", f"{rule.chance:g} of the times", None if rule.chance > 0 else False)


def _told(e: Expression, seen: Seen, whole: bool, listens: bool) -> Finding:
    """What an expression is for one object, and what the fields in it are."""
    name = f"where {e.text}"
    if not whole:
        return Finding(name, "a component is missing", "true", False)
    if "event" in e.uses and seen.events is None:
        return Finding(name, "when it happens", "true", None)
    if "random" in e.uses:
        return Finding(name, "left to chance", "true", None)
    if "other" in e.uses and listens:
        return Finding(name, "when it happens", "true", None)
    if "other" in e.uses and seen.others is None:
        return Finding(name, "no other object", "true", False)
    if "near" in e.uses and seen.near is None:
        return Finding(name, "nothing near", "true", False)
    if seen.others is not None:
        for kind in sorted(e.others, key=lambda kind: kind.__name__):
            if int(seen.world.tables.made(kind).slots(seen.others)[0]) < 0:
                return Finding(name, f"the other object has no {kind.__name__}", "true", False)
    found = ", ".join(f"{text} is {_short(value(seen))}" for text, value in e.leaves) or "always so"
    return Finding(name, found, "true", bool(seen.true(e.value(seen))[0]))


def _event(event: Any) -> str:
    """What happened, in few words: the event's numbers, truths and texts."""
    if not is_dataclass(event):
        return type(event).__name__
    values = {f.name: getattr(event, f.name) for f in fields(event)}
    plain = {name: one for name, one in values.items() if isinstance(one, (bool, int, float, str, tuple))}
    return ", ".join(f"{name} {_short(one)}" for name, one in plain.items()) or type(event).__name__


def _short(value: Any) -> str:
    array = np.asarray(value)
    flat: list[Any] = np.atleast_1d(array[0] if array.ndim else array).tolist()
    words = [f"{one:g}" if isinstance(one, float) else str(one) for one in flat]
    return words[0] if len(words) == 1 else f"({', '.join(words)})"


def _around(engine: HeuristicEngine, compiled: Compiled, spec: Within | Sees, row: int) -> tuple[Finding, int, Any]:
    """Whether something is near or seen, the nearest such, and all of it; else how far the nearest of its kind is."""
    world, rows = engine.world, np.array([row], np.int32)
    kind = "within" if isinstance(spec, Within) else "sees"
    sought = engine.looking.sought(compiled, spec)
    what = " ".join(sought.tags) or "anything"
    wanted = f"{what} at most {spec.distance:g} m away"
    if isinstance(spec, Sees):
        wanted += f", in {spec.angle:g}° ahead"
    _, near, squared = engine.looking.around(spec, rows, sought)
    absent = isinstance(spec, Within) and spec.absent
    if absent:
        wanted = f"no {what} within {spec.distance:g} m"
    if len(near):
        best = int(np.argmin(squared))
        found = f'"{world.names[int(near[best])]}" at {float(np.sqrt(squared[best])):.3g} m'
        return Finding(kind, found, wanted, not absent), -1 if absent else int(near[best]), near[:0] if absent else near
    targets = world.matches.find(sought).rows
    targets = targets[targets != row]
    if not len(targets):
        return Finding(kind, f"no {what} at all", wanted, absent), -1, near
    away = np.linalg.norm(places(world, targets) - places(world, rows), axis=1)
    first = int(np.argmin(away))
    hidden = _hidden(engine, spec, rows, targets[first : first + 1]) if away[first] <= spec.distance else ""
    found = f'the nearest is "{world.names[int(targets[first])]}" at {float(away[first]):.3g} m{hidden}'
    return Finding(kind, found, wanted, absent), -1, near


def _hidden(engine: HeuristicEngine, spec: Within | Sees, rows: NDArray[np.int32], targets: NDArray[np.int32]) -> str:
    """Why what is near enough is not seen."""
    world = engine.world
    if isinstance(spec, Sees) and engine.occlusion == "physics":
        wall = int(engine.looking.behind(spec, places(world, rows), places(world, targets), rows, targets)[0])
        if wall >= 0:
            return f' but behind "{world.names[wall]}"'
    return " but out of sight"
