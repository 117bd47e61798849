"""The rules of a running world: looked at all at once, on columns, and done in an order that is always the same.

A tick has rounds. In the first all rules are looked at; those that hear events, for what was emitted since the last
tick. When all of them are looked at, what they do is done. What that emits is heard in the next round, by rules that
hear it, until nothing is left or `MOST_ROUNDS` is reached.

A round does, whatever rule it comes from, first fields and tags, then what is spawned, then signals and events, then
calls, then what is despawned; each in the order of the rules, by priority and then as they were registered, and for
each rule by row. So all rules of a round act on the same objects, and the last one that sets a field has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..declare import SINGLE_MAX, bounds_of, component_types, to_text
from ..entity import Entity
from ..errors import SceneError
from ..game.events import Contact, Signal
from ..game.schedule import MOST_EVENTS
from ..game.state import encoded
from ..query import Query
from ..scene.expressions import Expression, near_names
from ..scene.prefabs import Prefab
from ..scene.rules import Doubt, Known, Rule, Sees, Within, is_file, refuse
from .compiled import Act, Compiled, compile_rule
from .frame import Seen, forward, places
from .near import nearest, pairs_within

if TYPE_CHECKING:
    from ..world import World
    from .explain import Explanation

Bools = NDArray[np.bool_]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Intp = NDArray[np.intp]

MOST_ROUNDS = 64
"""How often in one tick rules may follow from what rules emit."""
_SOON = 1e-9
"""Seconds: times are sums of ticks."""

Occlusion = Callable[[F64, F64, I32, I32], Bools]
"""(p, 3) from, (p, 3) to, (p,) rows of who looks, (p,) of who is looked at → (p,) whether something is between."""


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
class _Fired:
    """A firing, and what its actions are to write: the values that expressions had then, by action."""

    rule: Compiled
    firing: Firing
    values: tuple[Any, ...]
    generations: NDArray[np.uint32]
    other_generations: NDArray[np.uint32]


class _Rest:
    """Until when each object rests after a rule fired for it: by row, of the object that was there then."""

    def __init__(self) -> None:
        self.until: F64 = np.zeros(0)
        self.generation: NDArray[np.uint32] = np.zeros(0, np.uint32)

    def over(self, rows: I32, generations: NDArray[np.uint32], time: float) -> Bools:
        """(k,) whether objects may fire again."""
        self._reserve(rows)
        done: Bools = (self.until[rows] <= time + _SOON) | (self.generation[rows] != generations)
        return done

    def begin(self, rows: I32, generations: NDArray[np.uint32], until: float) -> None:
        """Objects rest from now on."""
        self._reserve(rows)
        self.until[rows] = until
        self.generation[rows] = generations

    def left(self, rows: I32, generations: NDArray[np.uint32], time: float) -> tuple[I32, F64]:
        """Which of the objects (ascending) still rest, and until when."""
        self._reserve(rows)
        some = rows[~self.over(rows, generations, time)]
        return some, self.until[some]

    def _reserve(self, rows: I32) -> None:
        needed = int(rows.max()) + 1 if len(rows) else 0
        if needed > len(self.until):
            size = max(needed, 2 * len(self.until))
            until, generation = np.full(size, -np.inf), np.zeros(size, np.uint32)
            until[: len(self.until)] = self.until
            generation[: len(self.generation)] = self.generation
            self.until, self.generation = until, generation


@dataclass(frozen=True, eq=False)
class RulesState:
    """What rules remember: which are off or stopped, when each is looked at again, who rests, what is still to hear."""

    enabled: bool
    off: tuple[str, ...]
    stopped: tuple[str, ...]
    due: Mapping[str, float]
    resting: Mapping[str, tuple[I32, F64]]
    heard: tuple[Any, ...]


class HeuristicEngine:
    """The rules of a world, reached as `world.rules`: `register` more, ask `explain` why one does not fire.

        world.rules.register(dw.Rule("burn", when=dw.When(tags_all="burning"), then=dw.Then.untag("wet")))
        print(world.rules.explain("burn", world["house"]))

    enabled: whether any rule is looked at.  occlusion: says who can't be seen, for `Sees`; None: nothing is in the way.
    Rules run in every tick after deferred calls and before events are heard: they see what the tick's systems,
    behaviours, timers and coroutines did, and the events they emitted; what listeners emit they hear in the next tick.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules: dict[str, Compiled] = {}
        self._ordered: list[Compiled] = []
        self._off: set[str] = set()
        self._stopped: set[str] = set()
        self._due: dict[str, float] = {}
        self._rests: dict[str, _Rest] = {}
        self._any_tag: dict[str, tuple[Any, I32]] = {}
        self._heard: list[Any] = []
        self._signals: frozenset[str] = frozenset()
        self._events: tuple[type, ...] = ()
        self.enabled = True
        self.occlusion: Occlusion | None = None
        self.doubts: list[Doubt] = []
        """What was doubtful about rules that were registered while the world runs."""
        self._add(world.woven.rules)

    # ---- which there are ------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._rules)

    def __iter__(self) -> Iterator[Rule]:
        """Every rule, in the order in which they act."""
        return (compiled.rule for compiled in self._ordered)

    def __contains__(self, rule: str | Rule) -> bool:
        return (rule if isinstance(rule, str) else rule.name) in self._rules

    def __getitem__(self, name: str) -> Rule:
        """The rule of a name. Raises SceneError, with near names."""
        return self._found(name).rule

    def register(self, *rules: Rule | Iterable[Rule]) -> None:
        """Take more rules, which are looked at from the next tick on.

        Raises SceneError with everything that is wrong with them, and when one of that name is there; takes none then.
        """
        several: list[Rule] = []
        for one in rules:
            several += [one] if isinstance(one, Rule) else list(one)
        for rule in several:
            if rule.name in self._rules:
                raise SceneError(f'there is a rule "{rule.name}" already; give it another name, or unregister that one')
        others = list(self)
        doubts = refuse([*others, *several], self._known())
        self.doubts += [doubt for doubt in doubts if any(doubt.rule == rule.name for rule in several)]
        self._add(several)

    def unregister(self, *rules: str | Rule) -> None:
        """Take rules away, by name. Raises SceneError for one that is not there, and takes none then."""
        names = [self._found(rule).rule.name for rule in rules]
        for name in names:
            self._rules.pop(name, None)
            for kept in (self._due, self._rests, self._any_tag):
                kept.pop(name, None)
            self._off.discard(name)
            self._stopped.discard(name)
        self._arrange()

    def enable(self, *rules: str | Rule) -> None:
        """Have rules looked at again, also those that were stopped since they failed. Raises SceneError."""
        for name in [self._found(rule).rule.name for rule in rules]:
            self._off.discard(name)
            self._stopped.discard(name)

    def disable(self, *rules: str | Rule) -> None:
        """Have rules not looked at until `enable`. Raises SceneError."""
        self._off.update([self._found(rule).rule.name for rule in rules])

    def is_enabled(self, rule: str | Rule) -> bool:
        """Whether a rule is looked at. Raises SceneError."""
        return self.enabled and self._runs(self._found(rule))

    def explain(self, rule: str | Rule, entity: Entity) -> Explanation:
        """Why a rule would fire for an object now or not: each condition, what was found and wanted; `print` it.

        Nothing changes by it, and nothing is drawn by chance. Raises SceneError for an unknown rule or object.
        """
        from .explain import explained

        return explained(self, self._found(rule), self._world.own(entity).live_row())

    # What `explain` asks for.

    @property
    def world(self) -> World:
        """The world whose rules these are."""
        return self._world

    def sought(self, compiled: Compiled, spec: Within | Sees) -> Query:
        """What a rule seeks near its objects."""
        return self._sought(compiled, spec)

    def around(self, spec: Within | Sees, rows: I32, sought: Query) -> tuple[Intp, I32, F64]:
        """What is near objects in rows (k,), or seen by them: (p,) which of them, (p,) its row, (p,) m² between."""
        return self._around(spec, rows, sought)

    def why_off(self, name: str) -> str:
        """Why a rule is not looked at."""
        return "it failed and was stopped" if name in self._stopped else "off"

    def rest_of(self, name: str, row: int) -> float:
        """For how many seconds an object still rests; 0 for not at all."""
        rest, rows = self._rests.get(name), np.array([row], np.int32)
        if rest is None:
            return 0.0
        left = rest.left(rows, self._generations(rows), self._world.schedule.time)[1]
        return float(left[0]) - self._world.schedule.time if len(left) else 0.0

    def wait_of(self, name: str) -> float:
        """In how many seconds a rule is looked at again."""
        return self._due.get(name, 0.0) - self._world.schedule.time

    def _found(self, rule: str | Rule) -> Compiled:
        name = rule if isinstance(rule, str) else rule.name
        found = self._rules.get(name)
        if found is None:
            raise SceneError(f'there is no rule "{name}"; {near_names(name, self._rules)}')
        return found

    def _known(self) -> Known:
        world = self._world
        prefabs = frozenset(prefab.file for prefab in world.woven.prefabs)
        tags = frozenset(world.roster.tag_names)
        names = world.names
        return Known(tags, world.__contains__, lambda: names[:10_000], None, world.woven.scripts, prefabs)

    def _add(self, rules: Iterable[Rule]) -> None:
        for rule in rules:
            self._rules[rule.name] = compile_rule(rule, self._world.woven.scripts)
            if rule.every > 0:
                self._due[rule.name] = -np.inf
            if rule.cooldown > 0:
                self._rests[rule.name] = _Rest()
            if not rule.enabled:
                self._off.add(rule.name)
        self._arrange()

    def _arrange(self) -> None:
        self._ordered = sorted(self._rules.values(), key=lambda compiled: compiled.rule.priority)
        self._signals = frozenset(compiled.signal for compiled in self._ordered if compiled.signal)
        self._events = tuple(dict.fromkeys(c.event for c in self._ordered if c.event is not None))

    def _runs(self, compiled: Compiled) -> bool:
        return compiled.rule.name not in self._off and compiled.rule.name not in self._stopped

    def adopt(self, old: Sequence[Rule], new: Sequence[Rule]) -> None:
        """Go on with another scene's rules in place of the old one's; those that did not change go on as they are."""
        now = {rule.name: rule for rule in new}
        gone = [r.name for r in old if r.name in self._rules and self._rules[r.name].rule == r != now.get(r.name)]
        self.unregister(*gone)
        for name, compiled in self._rules.items():  # scripts may be others now
            if name in now:
                self._rules[name] = compile_rule(compiled.rule, self._world.woven.scripts)
        self._add([rule for rule in new if rule.name not in self._rules])

    # ---- a tick -----------------------------------------------------------------------------------------------------

    @property
    def active(self) -> bool:
        """Whether a tick may do anything."""
        return bool(self._rules) and self.enabled

    def note(self, event: Any) -> None:
        """Something was emitted: kept for the next round, if a rule hears it."""
        if type(event) is Signal:
            if event.name not in self._signals:
                return
        elif not self._events or not isinstance(event, self._events):
            return
        if len(self._heard) < MOST_EVENTS:
            self._heard.append(event)
        else:
            self._tell(
                ("most", MOST_EVENTS), f"rules hear at most {MOST_EVENTS} events at once; the others are left out"
            )

    def tick(self, dt: float) -> None:
        """Look at all rules, and do what they say."""
        if not self.active:
            self._heard.clear()
            return
        heard, self._heard = self._heard, []
        first = [c for c in self._ordered if self._runs(c) and self._is_due(c)]
        fired = self._look(first, heard, dt)
        self._do(fired)
        for _ in range(MOST_ROUNDS):
            if not self._heard:
                return
            heard, self._heard = self._heard, []
            listeners = [c for c in self._ordered if c.listens and self._runs(c) and c.rule.every == 0]
            fired = self._look(listeners, heard, dt)
            self._do(fired)
        if self._heard:
            self._heard.clear()
            names = ", ".join(f'"{one.rule.rule.name}"' for one in fired)
            self._tell(
                ("rounds", names),
                f"rules followed from rules {MOST_ROUNDS} times in one tick, the last of them {names}; the rest is "
                "left out. Do they set each other off? A cooldown or a tag that one of them looks at ends that",
            )

    def _tell(self, key: tuple[Any, ...], message: str) -> None:
        self._world.schedule.rules_failed(("rules", *key), SceneError(message), "rules")

    def _is_due(self, compiled: Compiled) -> bool:
        """Whether a rule is to be looked at in this tick."""
        rule, time = compiled.rule, self._world.schedule.time
        if not rule.every:
            return True
        due = self._due[rule.name]
        if time + _SOON < due:
            return False
        self._due[rule.name] = due + rule.every if due + rule.every > time + _SOON else time + rule.every
        return True

    def _look(self, rules: Iterable[Compiled], heard: Sequence[Any], dt: float) -> list[_Fired]:
        """For whom rules fire, and with which values, all of the same state."""
        fired: list[_Fired] = []
        for compiled in rules:
            try:
                with np.errstate(all="ignore"):
                    one = self._fired(compiled, heard, dt)
            except Exception as error:
                self._fail(compiled, error)
                continue
            if one is not None:
                fired.append(one)
        return fired

    def _fail(self, compiled: Compiled, error: Exception, function: Any = None) -> None:
        """A rule raised: it is stopped, and that is told."""
        name = compiled.rule.name
        self._stopped.add(name)
        self._world.schedule.rules_failed(("rule", name), error, f'rule "{name}"', function)

    # ---- looking ----------------------------------------------------------------------------------------------------

    def _fired(self, compiled: Compiled, heard: Sequence[Any], dt: float) -> _Fired | None:
        rule = compiled.rule
        seen = self._heard_by(compiled, heard, dt) if compiled.listens else self._candidates(compiled, dt)
        if not len(seen):
            return None
        rest = self._rests.get(rule.name)
        if rest is not None:
            seen = seen.only(rest.over(seen.rows, self._generations(seen.rows), seen.time))
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
            seen = seen.only(self._world.random.random(len(seen)) < rule.chance)
        if rest is not None and len(seen):
            seen = self._rested(rest, compiled, seen)
        if not len(seen):
            return None
        if compiled.others or any("other" in e.uses for act in compiled.acts for e in act.expressions):
            seen = self._with_an_other(compiled, seen)
            if not len(seen):
                return None
        others = np.full(len(seen), -1, np.int32) if seen.others is None else seen.others
        firing = Firing(self._world, rule.name, seen.rows, others, tuple(seen.events or ()), dt)
        values = tuple(_values(act, seen) for act in compiled.acts)
        return _Fired(compiled, firing, values, self._generations(seen.rows), self._generations(np.maximum(others, 0)))

    def _rested(self, rest: _Rest, compiled: Compiled, seen: Seen) -> Seen:
        """Begin the rest of those that fire; of an object that fires for several others or events, keep what may be."""
        rule, when = compiled.rule, compiled.rule.when
        spread = (when.sees or when.within) if not compiled.listens else None
        if spread is None or not spread.each:
            first = np.zeros(len(seen), bool)
            first[np.unique(seen.rows, return_index=True)[1]] = True
            seen = seen.only(first)
        rest.begin(seen.rows, self._generations(seen.rows), seen.time + rule.cooldown)
        return seen

    def _generations(self, rows: I32) -> NDArray[np.uint32]:
        known = self._world.generations
        if known is None:
            return np.zeros(len(rows), np.uint32)
        return np.asarray(known, np.uint32).take(rows)

    def _candidates(self, compiled: Compiled, dt: float) -> Seen:
        """All objects that have the tags and components."""
        match = self._world.matches.find(compiled.query)
        some = compiled.rule.when.tags_any
        if some:
            return Seen(self._world, dt, self._any_of(compiled, match, some))
        return Seen(self._world, dt, match.rows, match=match)

    def _any_of(self, compiled: Compiled, match: Any, some: Sequence[str]) -> I32:
        """(m,) those of the rows of a match that carry at least one of some tags; found anew when a tag changed."""
        roster, name = self._world.roster, compiled.rule.name
        key = (match, *map(roster.version_of, some))
        known = self._any_tag.get(name)
        if known is None or known[0] != key:
            carried = np.logical_or.reduce([roster.carry(match.rows, (tag,)) for tag in some])
            known = self._any_tag[name] = key, match.rows[carried]
        return known[1]

    def _heard_by(self, compiled: Compiled, heard: Sequence[Any], dt: float) -> Seen:
        """Those whom the events that a rule hears are about."""
        rows: list[int] = []
        others: list[int] = []
        events: list[Any] = []
        for event in heard:
            if event.name != compiled.signal if type(event) is Signal else not isinstance(event, compiled.event or ()):
                continue
            for subject, other in _parties(event, self._world):
                rows.append(subject)
                others.append(other)
                events.append(event)
        found = np.array(rows, np.int32)
        match = self._world.matches.find(compiled.query).rows
        at = np.minimum(np.searchsorted(match, found), max(len(match) - 1, 0))
        fits = match[at] == found if len(match) else np.zeros(len(found), bool)
        some = compiled.rule.when.tags_any
        if some and len(found):
            fits &= np.logical_or.reduce([self._world.roster.carry(found, (tag,)) for tag in some])
        return Seen(self._world, dt, found, np.array(others, np.int32), events).only(fits)

    def _with_an_other(self, compiled: Compiled, seen: Seen) -> Seen:
        """Those that have another object, with all components that the rule asks it for."""
        if seen.others is None:
            return seen.only(np.zeros(len(seen), bool))
        fits = seen.others >= 0
        for kind in compiled.others:
            fits &= self._world.tables.made(kind).slots(np.maximum(seen.others, 0)) >= 0
        return seen.only(fits)

    def _with_others(self, compiled: Compiled, seen: Seen) -> Seen:
        """Those that see something and have something near, as far as the rule asks for it; and whom that is."""
        when = compiled.rule.when
        for spec in (when.within, when.sees):
            if spec is None or not len(seen):
                continue
            at, rows, squared = self._around(spec, seen.rows, self._sought(compiled, spec))
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
                kept = Seen(self._world, seen.dt, seen.rows, others, seen.events, near or seen.near)
                seen = kept.only(found)
            else:
                spread = Seen(self._world, seen.dt, seen.rows[at], rows, None, None)
                if seen.near is not None:  # what was gathered before is that of each object
                    spread.near = _repeated(seen.near, at, len(seen))
                elif near is not None:
                    spread.near = _repeated(near, at, len(seen))
                seen = spread
        return seen

    def _other_fits(self, rule: Rule, seen: Seen) -> Bools:
        """(k,) whether the other objects carry what they must, and nothing that they must not."""
        others, roster = seen.others, self._world.roster
        assert others is not None
        fits = roster.carry(others, rule.when.other_all)
        for tag in rule.when.other_none:
            fits &= ~roster.carry(others, (tag,))
        return fits

    def _sought(self, compiled: Compiled, spec: Within | Sees) -> Query:
        """What must be near or seen; for rules that hear events it is not the other object, and so only has tags."""
        when = compiled.rule.when
        if compiled.listens or (isinstance(spec, Within) and spec.absent):
            return Query(tags=spec.tags)
        return Query(*compiled.others, tags=(*spec.tags, *when.other_all), without=when.other_none)

    def _around(self, spec: Within | Sees, rows: I32, sought: Query) -> tuple[Intp, I32, F64]:
        """(p,) which of the rows, (p,) the row of what is near it or seen, (p,) the distance squared."""
        world = self._world
        targets = world.matches.find(sought).rows
        here, there = places(world, rows), places(world, targets)
        i, j, squared = pairs_within(here, there, spec.distance)
        fits = rows[i] != targets[j]
        if isinstance(spec, Sees):
            fits &= _before(forward(world, rows)[i], there[j] - here[i], squared, spec.angle)
        i, j, squared = i[fits], j[fits], squared[fits]
        if isinstance(spec, Sees) and self.occlusion is not None and len(i):
            clear = ~np.asarray(self.occlusion(here[i], there[j], rows[i], targets[j]), bool)
            i, j, squared = i[clear], j[clear], squared[clear]
        return i, targets[j], squared

    # ---- doing ------------------------------------------------------------------------------------------------------

    def _do(self, fired: list[_Fired]) -> None:
        """What rules of one round do, kind by kind."""
        gone: list[tuple[_Fired, I32]] = []
        for deeds, work in (
            (("set", "add", "tag", "untag"), self._change),
            (("spawn",), self._spawn),
            (("emit", "event"), self._emit),
            (("call",), self._call),
        ):
            for one in fired:
                for act, value in zip(one.rule.acts, one.values, strict=True):
                    if act.then.do in deeds and self._runs(one.rule):
                        try:
                            if work == self._change:
                                with np.errstate(all="ignore"):  # what is not finite is refused
                                    work(one, act, value)
                            else:
                                work(one, act, value)
                        except Exception as error:
                            self._fail(one.rule, error, act.function)
        for one in fired:
            for act in one.rule.acts:
                if act.then.do == "despawn" and self._runs(one.rule):
                    gone.append((one, self._alive(one, act)))
        for one, rows in gone:
            rows = self._world.roster.living(rows[rows < len(self._world.roster)])
            if len(rows):
                try:
                    self._world.despawn(rows)
                except Exception as error:
                    self._fail(one.rule, error)

    def _targets(self, one: _Fired, act: Act) -> tuple[I32, Bools | None]:
        """(m,) rows that an action is for, and which of the firing's (k,) those are; None: all."""
        firing = one.firing
        if act.then.target == "self":
            return firing.rows, None
        there = firing.others >= 0
        return firing.others[there], there

    def _alive(self, one: _Fired, act: Act) -> I32:
        """(m,) rows that an action is for, of those that are still the objects that they were."""
        rows, there = self._targets(one, act)
        before = one.generations if act.then.target == "self" else one.other_generations
        before = before if there is None else before[there]
        known = rows < len(self._world.roster)
        rows, before = rows[known], before[known]
        still: I32 = rows[self._generations(rows) == before]
        return still

    def _change(self, one: _Fired, act: Act, value: Any) -> None:
        rows, there = self._targets(one, act)
        if not len(rows):
            return
        if act.then.do in ("tag", "untag"):
            self._world.roster.tag(rows, act.then.tags, act.then.do == "tag")
            return
        place = act.place
        assert place is not None
        if isinstance(value, np.ndarray) and there is not None:
            value = value[there]
        once = one.rule.event is None and not one.rule.signal and act.then.target == "self" and not _spreads(one.rule)
        if not place.kind:
            self._move(rows, act, value, once)
            return
        table = self._world.tables.made(component_types()[place.kind])
        slots = table.slots(rows)
        if act.then.target == "other":
            has = slots >= 0
            slots, value = slots[has], value[has] if isinstance(value, np.ndarray) else value
        column = table.column(place.field)
        part = column if place.part < 0 else column[:, place.part]
        assert place.declared is not None
        if not isinstance(value, np.ndarray):  # a text
            part[slots] = value
            return
        _finite(value, self._world, rows, act.then.name)
        low, high = bounds_of(place.declared)
        if column.dtype == bool:
            part[slots] = value.astype(bool)
            return
        if act.then.do == "set":
            part[slots] = _fitted(value, low, high, part.dtype)
        elif once:
            part[slots] = _fitted(part[slots] + value, low, high, part.dtype)
        else:
            whole = part.astype(np.float64)
            np.add.at(whole, slots, value)
            slots = np.unique(slots)
            part[slots] = _fitted(whole[slots], low, high, part.dtype)

    def _move(self, rows: I32, act: Act, value: Any, once: bool) -> None:
        """Set or add to positions and scales."""
        place, world = act.place, self._world
        assert place is not None
        column = world.positions if place.field == "position" else world.scales
        part = column if place.part < 0 else column[:, place.part]
        _finite(value, world, rows, act.then.name)
        if act.then.do == "set":
            made = value
        elif once:
            made = part[rows] + value
        else:
            whole = part.astype(np.float64)
            np.add.at(whole, rows, value)
            rows = np.unique(rows)
            made = whole[rows]
        _finite(made, world, rows, act.then.name)
        part[rows] = made
        world.touch(rows)

    def _spawn(self, one: _Fired, act: Act, value: Any) -> None:
        rows, _ = self._targets(one, act)
        if len(rows):
            world, then = self._world, act.then
            what = Prefab(then.name) if is_file(then.name) else then.name
            at = places(world, rows) + np.array(then.at)
            world.spawn(what, at=at, tags=then.tags or None)

    def _emit(self, one: _Fired, act: Act, value: Any) -> None:
        firing, world, name = one.firing, self._world, act.then.name
        emit = world.schedule.emit
        pairs = zip(firing.rows.tolist(), firing.others.tolist(), strict=True)
        if act.then.do == "emit":
            for row, other in pairs:
                emit(Signal(name, Entity(world, row), Entity(world, other) if other >= 0 else None))
            return
        assert act.kind is not None
        for i, (row, other) in enumerate(pairs):
            parties = {"self": Entity(world, row), "other": Entity(world, other) if other >= 0 else None}
            given: dict[str, Any] = {}
            for field, what in act.fields.items():
                given[field] = _plain(value[field], i) if isinstance(what, Expression) else parties[what]
            emit(act.kind(**given))

    def _call(self, one: _Fired, act: Act, value: Any) -> None:
        firing = one.firing
        fits = firing.rows < len(self._world.roster)
        fits[fits] = self._generations(firing.rows[fits]) == one.generations[fits]
        if not fits.all():
            events = tuple(e for e, fit in zip(firing.events, fits.tolist(), strict=False) if fit)
            rows, others = firing.rows[fits], firing.others[fits]
            firing = Firing(self._world, firing.rule, rows, others, events, firing.dt)
        if len(firing) and act.function is not None:
            act.function(firing)

    # ---- snapshots --------------------------------------------------------------------------------------------------

    def state(self, copied: Callable[[Any], Any]) -> RulesState:
        """What rules remember at this moment; `copied` makes copies of events."""
        live = self._world.roster.live()
        rows = np.arange(live.start, live.stop, dtype=np.int32) if isinstance(live, range) else live
        generations, time = self._generations(rows), self._world.schedule.time
        resting = {name: self._rests[name].left(rows, generations, time) for name in sorted(self._rests)}
        return RulesState(
            self.enabled,
            tuple(sorted(self._off)),
            tuple(sorted(self._stopped)),
            dict(sorted(self._due.items())),
            {name: found for name, found in resting.items() if len(found[0])},
            tuple(copied(event) for event in self._heard),
        )

    def restore(self, state: RulesState | None, copied: Callable[[Any], Any]) -> None:
        """Go back to a state; None: as if nothing had happened yet. Rules that are not there any more are left out."""
        self.enabled = state is None or state.enabled
        self._off = {r.name for r in self if not r.enabled} if state is None else set(state.off) & self._rules.keys()
        self._stopped = set[str]() if state is None else set(state.stopped) & self._rules.keys()
        for name in self._due:
            self._due[name] = -np.inf if state is None else state.due.get(name, -np.inf)
        for name in self._rests:
            rest = self._rests[name] = _Rest()
            found = None if state is None else state.resting.get(name)
            if found is not None:
                rest.begin(found[0], self._generations(found[0]), 0.0)
                rest.until[found[0]] = found[1]
        self._heard = [] if state is None else [copied(event) for event in state.heard]

    def to_bytes(self) -> bytes:
        """All that decides how rules go on, for `World.state_hash`."""
        if not self._rules:
            return b""
        state = self.state(lambda event: event)
        told = [repr((state.enabled, state.off, state.stopped, dict(state.due))), *map(to_text, self)]
        told += [f"{name} {rows.tolist()} {until.tolist()}" for name, (rows, until) in state.resting.items()]
        told += [encoded(event) for event in state.heard]
        return "\n".join(told).encode("utf-8", "backslashreplace")


# ---- pieces ---------------------------------------------------------------------------------------------------------


def _spreads(compiled: Compiled) -> bool:
    """Whether an object can be in one firing more than once."""
    when = compiled.rule.when
    return any(spec is not None and spec.each for spec in (when.within, when.sees))


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


def _parties(event: Any, world: World) -> Iterator[tuple[int, int]]:
    """Whom an event is about, and the other one: its first two objects; a contact is about each of its two."""
    pairs: list[tuple[Entity, Entity | None]]
    if isinstance(event, Contact):
        pairs = [(event.a, event.b), (event.b, event.a)]
    elif isinstance(event, Signal):
        pairs = [(event.entity, event.other)]
    else:
        values = [getattr(event, f.name) for f in fields(event)] if is_dataclass(event) else list(vars(event).values())
        found = [value for value in values if isinstance(value, Entity)]
        pairs = [(found[0], found[1] if len(found) > 1 else None)] if found else []
    for subject, other in pairs:
        if subject.world is world and subject.alive:
            there = other is not None and other.world is world and other.alive
            yield subject.row, other.row if there and other is not None else -1


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


def _plain(values: Any, i: int) -> Any:
    """One item of a column in plain Python."""
    if not isinstance(values, np.ndarray):
        return values
    one = values[i]
    if isinstance(one, np.ndarray):
        return tuple(one.tolist())
    return one.item() if isinstance(one, np.generic) else one


def _finite(value: NDArray[Any], world: World, rows: I32, name: str) -> None:
    """Raises SceneError where a field would get what is no number."""
    if value.dtype == bool:
        return
    flat = np.abs(value).reshape(len(value), -1)
    bad = ~(flat <= SINGLE_MAX).all(axis=1)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        who = world.names[int(rows[first])]
        raise SceneError(
            f'{name} of "{who}" would become {_plain(value, first)}; it must be finite (was it divided by 0?)'
        )


def _fitted(value: NDArray[Any], low: float, high: float, dtype: Any) -> NDArray[Any]:
    """Within what a declaration allows, and of its type."""
    if np.issubdtype(dtype, np.integer):
        low, high = max(low, -(2.0**53)), min(high, 2.0**53)
        value = np.rint(value)
    fitted: NDArray[Any] = np.clip(value, low, high).astype(dtype)
    return fitted
