"""For whom a rule fires: its conditions, on columns, from what many objects fail at to what few are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..entity import Entity
from ..game.events import Contact, ContactEnded, Signal
from ..query import Query
from ..scene.expressions import Expression
from ..scene.rules import Rule, Sees, Within
from .compiled import Act, Compiled
from .firing import Fired, Firing
from .frame import Seen, forward, places
from .near import nearest, pairs_within
from .rest import Rest, generations_of

if TYPE_CHECKING:
    from ..world import World

Bools = NDArray[np.bool_]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Intp = NDArray[np.intp]

Occlusion = Callable[[F64, F64, I32, I32], Bools]
"""(p, 3) from, (p, 3) to, (p,) rows of who looks, (p,) of who is looked at → (p,) whether something is between."""


class Looking:
    """Looks at rules, and changes nothing but who rests.

    rests: of rules with a cooldown, by name.  occlusion: says who can't be seen; "physics": what is behind a Collider,
    where the world is simulated; None: nothing is in the way.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.rests: dict[str, Rest] = {}
        self.occlusion: Occlusion | Literal["physics"] | None = "physics"
        self._any_tag: dict[str, tuple[Any, I32]] = {}
        self._heard: Sequence[Any] = ()  # the events of this round, and whom those of each kind are about
        self._about: dict[Any, tuple[I32, I32, list[Any]]] = {}

    def forget(self, name: str) -> None:
        """A rule is taken away."""
        self.rests.pop(name, None)
        self._any_tag.pop(name, None)

    def fired(self, compiled: Compiled, heard: Sequence[Any], dt: float) -> Fired | None:
        """For whom a rule fires now, and which values that gives; None for nobody. `heard`: the events of the round."""
        rule = compiled.rule
        seen = self._heard_by(compiled, heard, dt) if compiled.listens else self._candidates(compiled, dt)
        if not len(seen):
            return None
        rest = self.rests.get(rule.name)
        if rest is not None:
            seen = seen.only(rest.over(seen.rows, generations_of(self.world, seen.rows), seen.time))
        for e in compiled.early:
            if not len(seen):
                return None
            seen = seen.only(seen.true(e.value(seen)))
        seen = self._with_others(compiled, seen)
        if compiled.listens and (rule.when.other_all or rule.when.other_none):
            seen = self._with_an_other(compiled, seen)
            seen = seen.only(self._other_fits(rule, seen))
        for e in compiled.late:
            if not len(seen):
                return None
            if "other" in e.uses:
                seen = self._with_an_other(compiled, seen)
            seen = seen.only(seen.true(e.value(seen)))
        if rule.chance < 1 and len(seen):
            seen = seen.only(self.world.random.random(len(seen)) < rule.chance)
        if rest is not None and len(seen):
            seen = self._rested(rest, compiled, seen)
        if not len(seen):
            return None
        if compiled.others or any("other" in e.uses for act in compiled.acts for e in act.expressions):
            seen = self._with_an_other(compiled, seen)
            if not len(seen):
                return None
        others = np.full(len(seen), -1, np.int32) if seen.others is None else seen.others
        firing = Firing(self.world, rule.name, seen.rows, others, tuple(seen.events or ()), dt)
        values = tuple(_values(act, seen) for act in compiled.acts)
        return Fired(
            compiled,
            firing,
            values,
            generations_of(self.world, seen.rows),
            generations_of(self.world, np.maximum(others, 0)),
        )

    def _rested(self, rest: Rest, compiled: Compiled, seen: Seen) -> Seen:
        """Begin the rest of those that fire; of an object that fires for several others or events, keep what may be."""
        rule, when = compiled.rule, compiled.rule.when
        spread = (when.sees or when.within) if not compiled.listens else None
        if spread is None or not spread.each:
            first = np.zeros(len(seen), bool)
            first[np.unique(seen.rows, return_index=True)[1]] = True
            seen = seen.only(first)
        rest.begin(seen.rows, generations_of(self.world, seen.rows), seen.time + rule.cooldown)
        return seen

    def _candidates(self, compiled: Compiled, dt: float) -> Seen:
        """All objects that have the tags and components."""
        match = self.world.matches.find(compiled.query)
        some = compiled.rule.when.tags_any
        if some:
            return Seen(self.world, dt, self._any_of(compiled, match, some))
        return Seen(self.world, dt, match.rows, match=match)

    def _any_of(self, compiled: Compiled, match: Any, some: Sequence[str]) -> I32:
        """(m,) those of the rows of a match that carry at least one of some tags; found anew when a tag changed."""
        roster, name = self.world.roster, compiled.rule.name
        key = (match, *map(roster.version_of, some))
        known = self._any_tag.get(name)
        if known is None or known[0] != key:
            carried = np.logical_or.reduce([roster.carry(match.rows, (tag,)) for tag in some])
            known = self._any_tag[name] = key, match.rows[carried]
        return known[1]

    def _heard_by(self, compiled: Compiled, heard: Sequence[Any], dt: float) -> Seen:
        """Those whom the events that a rule hears are about."""
        if self._heard is not heard:
            self._heard, self._about = heard, {}
        key = compiled.signal or compiled.event
        if key not in self._about:
            self._about[key] = self._all_about(compiled, heard)
        found, others, events = self._about[key]
        match = self.world.matches.find(compiled.query).rows
        at = np.minimum(np.searchsorted(match, found), max(len(match) - 1, 0))
        fits = match[at] == found if len(match) else np.zeros(len(found), bool)
        some = compiled.rule.when.tags_any
        if some and len(found):
            fits &= np.logical_or.reduce([self.world.roster.carry(found, (tag,)) for tag in some])
        return Seen(self.world, dt, found, others, events).only(fits)

    def _all_about(self, compiled: Compiled, heard: Sequence[Any]) -> tuple[I32, I32, list[Any]]:
        """(k,) rows that events are about, (k,) rows of the others, and the events as those see them."""
        rows: list[int] = []
        others: list[int] = []
        events: list[Any] = []
        for event in heard:
            if event.name != compiled.signal if type(event) is Signal else not isinstance(event, compiled.event or ()):
                continue
            for subject, other, told in _parties(event, self.world):
                rows.append(subject)
                others.append(other)
                events.append(told)
        return np.array(rows, np.int32), np.array(others, np.int32), events

    def _with_an_other(self, compiled: Compiled, seen: Seen) -> Seen:
        """Those that have another object, with all components that the rule asks it for."""
        if seen.others is None:
            return seen.only(np.zeros(len(seen), bool))
        fits = seen.others >= 0
        for kind in compiled.others:
            fits &= self.world.tables.made(kind).slots(np.maximum(seen.others, 0)) >= 0
        return seen.only(fits)

    def _with_others(self, compiled: Compiled, seen: Seen) -> Seen:
        """Those that see something and have something near, as far as the rule asks for it; and whom that is."""
        when = compiled.rule.when
        for spec in (when.within, when.sees):
            if spec is None or not len(seen):
                continue
            at, rows, squared = self.around(spec, seen.rows, self.sought(compiled, spec))
            if isinstance(spec, Within) and spec.absent:
                alone = np.ones(len(seen), bool)
                alone[at] = False
                seen = seen.only(alone)
                continue
            near = (at, rows) if spec is when.within and compiled.gathers else None
            if compiled.listens or not spec.each:
                best = nearest(at, rows.astype(np.intp), squared)
                others = seen.others
                if others is None or not compiled.listens:
                    others = np.full(len(seen), -1, np.int32)
                    others[at[best]] = rows[best]
                found = np.zeros(len(seen), bool)
                found[at] = True
                kept = Seen(self.world, seen.dt, seen.rows, others, seen.events, near or seen.near)
                seen = kept.only(found)
            else:
                spread = Seen(self.world, seen.dt, seen.rows[at], rows, None, None)
                if seen.near is not None:  # what was gathered before is that of each object
                    spread.near = _repeated(seen.near, at, len(seen))
                elif near is not None:
                    spread.near = _repeated(near, at, len(seen))
                seen = spread
        return seen

    def _other_fits(self, rule: Rule, seen: Seen) -> Bools:
        """(k,) whether the other objects carry what they must, and nothing that they must not."""
        others, roster = seen.others, self.world.roster
        assert others is not None
        fits = roster.carry(others, rule.when.other_all)
        for tag in rule.when.other_none:
            fits &= ~roster.carry(others, (tag,))
        return fits

    def sought(self, compiled: Compiled, spec: Within | Sees) -> Query:
        """What must be near or seen; for rules that hear events it is not the other object, and so only has tags."""
        when = compiled.rule.when
        if compiled.listens or (isinstance(spec, Within) and spec.absent):
            return Query(tags=spec.tags)
        return Query(*compiled.others, tags=(*spec.tags, *when.other_all), without=when.other_none)

    def around(self, spec: Within | Sees, rows: I32, sought: Query) -> tuple[Intp, I32, F64]:
        """What is near objects in rows (k,), or seen by them: (p,) which of them, (p,) its row, (p,) m² between."""
        world = self.world
        targets = world.matches.find(sought).rows
        here, there = places(world, rows), places(world, targets)
        i, j, squared = pairs_within(here, there, spec.distance)
        fits = rows[i] != targets[j]
        if isinstance(spec, Sees):
            fits &= _before(forward(world, rows)[i], there[j] - here[i], squared, spec.angle)
        i, j, squared = i[fits], j[fits], squared[fits]
        if isinstance(spec, Sees) and len(i):
            clear = self._in_sight(spec, here, there, i, j, squared, rows, targets)
            i, j, squared = i[clear], j[clear], squared[clear]
        return i, targets[j], squared

    def _in_sight(
        self, spec: Sees, here: F64, there: F64, i: Intp, j: Intp, squared: F64, rows: I32, targets: I32
    ) -> Bools:
        """(p,) which of the pairs have nothing between them; of each object the nearest only, where that will do."""
        clear = np.ones(len(i), bool)
        if self.occlusion is None or (self.occlusion == "physics" and self.world.schedule.simulation is None):
            return clear
        if self.occlusion != "physics":
            return ~np.asarray(self.occlusion(here[i], there[j], rows[i], targets[j]), bool)
        if spec.each:
            return self.behind(spec, here[i], there[j], rows[i], targets[j]) < 0
        clear[:] = False
        order = np.lexsort((j, squared, i))
        while len(order):  # the nearest of each; where that is hidden, the next one
            first = np.concatenate([[True], i[order][1:] != i[order][:-1]])
            some = order[first]
            seen = self.behind(spec, here[i[some]], there[j[some]], rows[i[some]], targets[j[some]]) < 0
            clear[some[seen]] = True
            order = order[~first & ~np.isin(i[order], i[some[seen]])]
        return clear

    def behind(self, spec: Sees, here: F64, there: F64, rows: I32, targets: I32) -> I32:
        """(p,) the row of what hides targets from rows, -1 for nothing: places (p, 3) each, metres, world."""
        simulation = self.world.schedule.simulation
        if simulation is None:
            return np.full(len(rows), -1, np.int32)
        up = np.array((0.0, spec.eye, 0.0))
        return simulation.obstacles(here + up, there + up, rows, targets, spec.behind)


def _repeated(near: tuple[Intp, I32], at: Intp, count: int) -> tuple[Intp, I32]:
    """What is near each of (k,) objects, for each of (p,) repetitions of them."""
    counts = np.bincount(near[0], minlength=count)
    starts = np.cumsum(counts) - counts
    n = counts[at]
    which = np.repeat(np.arange(len(at)), n)
    offsets = np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n)
    return which, near[1][np.repeat(starts[at], n) + offsets]


def _before(ahead: F64, way: F64, squared: F64, angle: float) -> Bools:
    """(p,) whether ways lie within a cone of so many degrees, from side to side, around unit vectors."""
    if angle >= 360:
        return np.ones(len(way), bool)
    cosine = np.einsum("ij,ij->i", ahead, way) / np.sqrt(np.maximum(squared, 1e-30))
    inside: Bools = (cosine >= np.cos(np.radians(angle / 2)) - 1e-12) | (squared == 0)
    return inside


def _parties(event: Any, world: World) -> Iterator[tuple[int, int, Any]]:
    """Whom an event is about, the other one, and the event as that one has it.

    Those are its first two objects; a contact is about each of its two.
    """
    if isinstance(event, (Contact, ContactEnded)):
        a, b = (one.row if one.world is world and one.alive else -1 for one in (event.a, event.b))
        if a >= 0:
            yield a, b, event
        if b >= 0:
            yield b, a, event.swapped()
        return
    pairs: list[tuple[Entity, Entity | None]]
    if isinstance(event, Signal):
        pairs = [(event.entity, event.other)]
    else:
        values = [getattr(event, f.name) for f in fields(event)] if is_dataclass(event) else list(vars(event).values())
        found = [value for value in values if isinstance(value, Entity)]
        pairs = [(found[0], found[1] if len(found) > 1 else None)] if found else []
    for subject, other in pairs:
        if subject.world is world and subject.alive:
            there = other is not None and other.world is world and other.alive
            yield subject.row, other.row if there and other is not None else -1, event


def _values(act: Act, seen: Seen) -> Any:
    """What an action will write: (k,) or (k, d) copies, a text, or the fields of an event by name."""
    if act.fields:
        return {name: _column(e, seen) for name, e in act.fields.items() if isinstance(e, Expression)}
    return None if act.value is None else _column(act.value, seen, 0 if act.place is None else act.place.type.size)


def _column(e: Expression, seen: Seen, size: int = 0) -> Any:
    found = e.value(seen)
    if isinstance(found, str) or (isinstance(found, np.ndarray) and found.dtype == object):
        return found if isinstance(found, str) else found.copy()
    size = size or e.type.size
    shape = (len(seen), size) if size else (len(seen), *np.shape(found)[1:])
    if e.type.name == "any" and not size and np.ndim(found) == 0:
        shape = (len(seen),)
    return np.array(np.broadcast_to(found, shape))
