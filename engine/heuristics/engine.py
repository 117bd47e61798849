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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..declare import to_text
from ..entity import Entity
from ..errors import SceneError
from ..game.events import Signal
from ..game.schedule import MOST_EVENTS
from ..game.state import encoded
from ..scene.expressions import near_names
from ..scene.rules import Doubt, Known, Rule, refuse
from .compiled import Compiled, compile_rule
from .doing import carry_out
from .firing import Fired
from .looking import Looking, Occlusion
from .rest import SOON, Rest, generations_of
from .traces import Traces

if TYPE_CHECKING:
    from ..world import World
    from .explain import Explanation

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

MOST_ROUNDS = 64
"""How often in one tick rules may follow from what rules emit."""


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

    enabled: whether any rule is looked at.  occlusion: says who can't be seen, for `Sees`; "physics", as it is at
    first: what is behind a Collider; None: nothing is in the way.
    Rules run in every tick after deferred calls and before events are heard: they see what the tick's systems,
    behaviours, timers and coroutines did, and the events they emitted; what listeners emit they hear in the next tick.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.looking = Looking(world)
        """For whom rules fire."""
        self._rules: dict[str, Compiled] = {}
        self._ordered: list[Compiled] = []
        self._off: set[str] = set()
        self._stopped: set[str] = set()
        self._due: dict[str, float] = {}
        self._heard: list[Any] = []
        self._signals: frozenset[str] = frozenset()
        self._events: tuple[type, ...] = ()
        self._motion = False
        self.enabled = True
        self.traces: Traces | None = None
        """Notes when rules fire, once somebody puts one here."""
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
            self._due.pop(name, None)
            self.looking.forget(name)
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

    @property
    def occlusion(self) -> Occlusion | Literal["physics"] | None:
        """Says who can't be seen."""
        return self.looking.occlusion

    @occlusion.setter
    def occlusion(self, value: Occlusion | Literal["physics"] | None) -> None:
        self.looking.occlusion = value

    # What `explain` asks for.

    @property
    def world(self) -> World:
        """The world whose rules these are."""
        return self._world

    def why_off(self, name: str) -> str:
        """Why a rule is not looked at."""
        return "it failed and was stopped" if name in self._stopped else "off"

    def rest_of(self, name: str, row: int) -> float:
        """For how many seconds an object still rests; 0 for not at all."""
        rest, rows = self.looking.rests.get(name), np.array([row], np.int32)
        if rest is None:
            return 0.0
        left = rest.left(rows, generations_of(self._world, rows), self._world.schedule.time)[1]
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
        return Known(
            tags, world.__contains__, lambda: names[:10_000], None, world.woven.scripts, prefabs, world.woven.physics
        )

    def _add(self, rules: Iterable[Rule]) -> None:
        for rule in rules:
            self._rules[rule.name] = compile_rule(rule, self._world.woven.scripts)
            if rule.every > 0:
                self._due[rule.name] = -np.inf
            if rule.cooldown > 0:
                self.looking.rests[rule.name] = Rest()
            if not rule.enabled:
                self._off.add(rule.name)
        self._arrange()

    def _arrange(self) -> None:
        self._ordered = sorted(self._rules.values(), key=lambda compiled: compiled.rule.priority)
        self._signals = frozenset(compiled.signal for compiled in self._ordered if compiled.signal)
        self._events = tuple(dict.fromkeys(c.event for c in self._ordered if c.event is not None))
        self._motion = any(compiled.motion for compiled in self._ordered)

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

    @property
    def reads_motion(self) -> bool:
        """Whether any rule asks how bodies move."""
        return self._motion and self.enabled

    def hears(self, kind: type) -> bool:
        """Whether any rule hears events of a type."""
        return self.enabled and bool(self._events) and issubclass(kind, self._events)

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
        carry_out(self._world, fired, self._runs, self._fail)
        for _ in range(MOST_ROUNDS):
            if not self._heard:
                return
            heard, self._heard = self._heard, []
            listeners = [c for c in self._ordered if c.listens and self._runs(c) and c.rule.every == 0]
            fired = self._look(listeners, heard, dt)
            carry_out(self._world, fired, self._runs, self._fail)
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
        if time + SOON < due:
            return False
        self._due[rule.name] = due + rule.every if due + rule.every > time + SOON else time + rule.every
        return True

    def _look(self, rules: Iterable[Compiled], heard: Sequence[Any], dt: float) -> list[Fired]:
        """For whom rules fire, and with which values, all of the same state."""
        fired: list[Fired] = []
        for compiled in rules:
            try:
                with np.errstate(all="ignore"):
                    one = self.looking.fired(compiled, heard, dt)
            except Exception as error:
                self._fail(compiled, error)
                continue
            if one is not None:
                fired.append(one)
        if self.traces is not None:
            self.traces.note(self, fired)
        return fired

    def _fail(self, compiled: Compiled, error: Exception, function: Any = None) -> None:
        """A rule raised: it is stopped, and that is told."""
        name = compiled.rule.name
        self._stopped.add(name)
        self._world.schedule.rules_failed(("rule", name), error, f'rule "{name}"', function)

    # ---- snapshots --------------------------------------------------------------------------------------------------

    def state(self, copied: Callable[[Any], Any]) -> RulesState:
        """What rules remember at this moment; `copied` makes copies of events."""
        live = self._world.roster.live()
        rows = np.arange(live.start, live.stop, dtype=np.int32) if isinstance(live, range) else live
        generations, time = generations_of(self._world, rows), self._world.schedule.time
        resting = {name: self.looking.rests[name].left(rows, generations, time) for name in sorted(self.looking.rests)}
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
        for name in self.looking.rests:
            rest = self.looking.rests[name] = Rest()
            found = None if state is None else state.resting.get(name)
            if found is not None:
                rest.begin(found[0], generations_of(self._world, found[0]), 0.0)
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
