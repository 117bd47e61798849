"""The schedule of a world: what a game's functions are, and in which order they are called.

A tick: systems of the stage "fixed" → `fixed_update` → timers, tweens, coroutines → physics → deferred calls → rules →
events.
A frame: systems of "update" → `update` → systems of "late" → `late_update` → deferred calls → events.
Each kind in the order in which it was registered, begun or added. No list of callbacks is changed while it is gone
over; what comes on the way is called from the next stage on, and what goes is not called any more.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable
from traceback import walk_tb
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast, overload

import numpy as np
from numpy.typing import NDArray

from ..declare import fields_of, latest, problems_of, say
from ..entity import Entity
from ..errors import SceneError
from ..input import Input
from ..live import Kept, carried_over, kind_of
from ..script import ScriptError, error_of
from .behaviour import STAGES, Behaviour
from .calls import Calls, plain_arity
from .coroutines import Coroutine, Coroutines, Steps
from .events import Contact, Listener
from .state import Copier, Doing, ScheduleState, encoded
from .systems import STAGE_NAMES, Begin, Declared, System, declared_by, declared_in
from .timers import Timer, Timers
from .tweens import Tween, Tweens

if TYPE_CHECKING:
    from ...loom.woven import WovenScene
    from ..physical import Simulation
    from ..world import World

B = TypeVar("B", bound=Behaviour)
I32 = NDArray[np.int32]
OnError = Literal["stop-script", "raise"]

MOST_EVENTS = 10_000
"""How many events may follow from the events of one tick or frame."""


def _print_error(error: ScriptError) -> None:
    print(f"error: {error}", file=sys.stderr)


class Rules(Protocol):
    """The rules of a world, as far as a schedule knows them."""

    @property
    def active(self) -> bool:
        """Whether a tick may do anything."""
        ...

    @property
    def reads_motion(self) -> bool:
        """Whether any rule asks how bodies move."""
        ...

    def hears(self, kind: type) -> bool:
        """Whether any rule hears events of a type."""
        ...

    def tick(self, dt: float) -> None:
        """Look at all rules, and do what they say."""
        ...

    def note(self, event: Any) -> None:
        """Something was emitted."""
        ...

    def adopt(self, old: Any, new: Any) -> None:
        """Go on with another scene's rules."""
        ...

    def state(self, copied: Any) -> Any:
        """What rules remember."""
        ...

    def restore(self, state: Any, copied: Any) -> None:
        """Go back to that."""
        ...

    def to_bytes(self) -> bytes:
        """All that decides how rules go on."""
        ...


class Schedule:
    """What a world's scripts are. Reached as `world.schedule`; most of it is asked for through the world and the app.

    time: seconds of ticks.  tick: how many there were.
    on_error: with "stop-script" what raises is stopped, `tell` hears of it once, and the rest goes on; with "raise" it
    is stopped as well, and the ScriptError is raised at once.  errors: each different one, in order.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._input = Input()
        self.on_error: OnError = "raise"
        self.tell: Callable[[ScriptError], object] = _print_error
        self.errors: list[ScriptError] = []
        self.time = 0.0
        self.tick = 0
        self.started = False
        self._since, self._ticks, self._dt = 0.0, 0, 0.0  # time is `_since + _ticks * _dt`, which does not drift
        self._told: dict[tuple[Any, ...], int] = {}
        self._used: dict[int, tuple[Declared, System | Listener | Begin]] = {}
        self._begins: list[Begin] = []
        self._systems: dict[str, list[System]] = {stage: [] for stage in STAGE_NAMES}
        self._listeners: dict[type, list[Listener]] = {}
        self._hearing: dict[type, list[Listener]] = {}  # by the type of the event, which may be inherited
        self._calls = {stage: Calls() for stage in STAGES}
        self._on: dict[int, dict[type, Behaviour]] = {}  # by row
        self._pending: list[Behaviour] = []
        self._leaving: list[I32] = []
        self._deferred: list[tuple[Callable[..., object], int]] = []
        self._events: deque[Any] = deque()
        self._timers = Timers(self._timer_failed)
        self._tweens = Tweens(self._tween_failed)
        self._coroutines = Coroutines(self._coroutine_failed)
        self.rules: Rules | None = None
        """Made when they are first asked for, by `World.rules`."""
        self._touched_by: set[type] = set()  # behaviours that hear of contacts
        self.simulation: Simulation | None = None
        """What moves by itself in every tick, after the scripts."""
        for module in world.woven.scripts:
            self.use(module)
        for row, behaviour in world.woven.behaviours:
            self._put(row, behaviour.kind, cast("Behaviour", behaviour.copy()))

    def listen_to(self, value: Input) -> None:
        """Have behaviours find the player's doings in this one, the app's, as `self.input`."""
        self._input = value
        for on in self._on.values():
            for behaviour in on.values():
                behaviour.input = value

    # ---- what there is ------------------------------------------------------------------------------------------

    def use(self, *what: ModuleType | Callable[..., object] | Declared) -> None:
        """Take over what the decorators noted on a module's functions, or on one function; each only once."""
        for one in what:
            if isinstance(one, ModuleType):
                self._use(declared_in(one))
            else:
                self._use(declared_by(one) or [cast("Declared", one)])

    def _use(self, several: Iterable[Declared]) -> None:
        for declared in several:
            if id(declared) not in self._used:
                made = declared()
                self._used[id(declared)] = declared, made
                match made:
                    case System():
                        stage = self._systems[made.stage]
                        self._systems[made.stage] = [*stage, made]
                    case Listener():
                        self._listeners[made.kind] = [*self._listeners.get(made.kind, ()), made]
                        self._hearing.clear()
                    case Begin():
                        if self.started:
                            self._call(made.function, made.arity)
                        else:
                            self._begins.append(made)

    def use_only(self, *what: ModuleType | Declared) -> None:
        """Use these and no others, in this order: what is used already goes on, as it is.

        A function of `@start` is called where none of its name was called before.
        """
        before, self._used = self._used, {}
        begun = {_name_of(made.function) for _, made in before.values() if isinstance(made, Begin)}
        self._systems = {stage: [] for stage in STAGE_NAMES}
        self._listeners, self._begins = {}, []
        self._hearing.clear()
        for one in what:
            for declared in declared_in(one) if isinstance(one, ModuleType) else (declared_by(one) or [one]):
                known = before.get(id(declared))
                made = declared() if known is None else known[1]
                if id(declared) in self._used:
                    continue
                self._used[id(declared)] = declared, made
                match made:
                    case System():
                        self._systems[made.stage].append(made)
                    case Listener():
                        self._listeners.setdefault(made.kind, []).append(made)
                    case Begin():
                        if not self.started:
                            self._begins.append(made)
                        elif known is None and _name_of(made.function) not in begun:
                            self._call(made.function, made.arity)

    def renew(self, latest_function: Callable[[Any], Any]) -> None:
        """Follow the classes that were declared anew: what behaviours have in mind stays, what they do is the new.

        One that was stopped since it raised goes on, or begins once more where its `start` raised. Timers and tweens
        call what `latest_function` gives for their functions. Coroutines go on with the code that they began with.
        """
        woven = {(row, value.kind.__name__) for row, value in self.world.woven.behaviours}
        for row, on in self._on.items():
            for kind, behaviour in list(on.items()):
                known = latest(kind)
                if known is kind or not issubclass(known, Behaviour):
                    continue
                try:
                    self._become(behaviour, known, keep_defaults=(row, kind.__name__) in woven)
                except TypeError as error:  # other `__slots__`
                    self.tell(ScriptError(f"a {kind.__name__} keeps its old code: {error}"))
            self._on[row] = {one.kind: one for one in on.values()}
        for timer in self.timers:
            timer.function = latest_function(timer.function)
            timer.arity = plain_arity(timer.function, ("world",))
        for tween in self.tweens:
            if tween.on_done is not None:
                tween.on_done = latest_function(tween.on_done)
        self._deferred = [(latest_function(function), count) for function, count in self._deferred]
        self._told.clear()

    def _become(self, behaviour: Behaviour, kind: type[Behaviour], *, keep_defaults: bool) -> None:
        """Have a behaviour be of its class declared anew."""
        before = {f.name: f for f in fields_of(behaviour.kind)}
        had, own = behaviour.overridden, behaviour.__dict__
        behaviour.__class__ = kind
        fields = fields_of(kind)
        for f in fields:
            was = before.pop(f.name, None)
            if was is None or was.kind != f.kind or (not keep_defaults and own.get(f.name) == was.default):
                own[f.name] = f.default
        for name in before:
            own.pop(name, None)
        if not behaviour.began:
            if behaviour.ended:
                behaviour.ended = False
                self._pending.append(behaviour)
        elif behaviour.ended:
            behaviour.ended = False
            self._enlist(behaviour)
        else:
            for stage in STAGES:
                if stage in kind.overridden:
                    self._calls[stage].replace(id(behaviour), getattr(behaviour, stage))
                elif stage in had:
                    self._calls[stage].remove(id(behaviour))

    # ---- behaviours ---------------------------------------------------------------------------------------------

    def attach(self, row: int, behaviour: B) -> B:
        """Put a behaviour on an object, in place of one of its class. Its `start` is called before the next stage.

        A scene's frozen one is copied. Raises SceneError for one that is on an object already, and for values that
        are out of range.
        """
        self.check(behaviour, self.world.names[row])
        if "entity" in behaviour.__dict__:
            name = kind_of(behaviour).__name__
            raise SceneError(f"this {name} is or was on an object; give each one of its own: {name}()")
        kind = kind_of(behaviour)
        self.detach(row, kind)
        return self._put(row, kind, behaviour.copy() if isinstance(behaviour, Kept) else behaviour)

    def check(self, behaviour: Behaviour, where: str) -> None:
        """Raises SceneError for what is no behaviour, and for values that are out of range."""
        kind = kind_of(behaviour)
        if not issubclass(kind, Behaviour):
            raise SceneError(f"{kind.__name__} is no behaviour")
        problems = list(problems_of(behaviour, where, f"{kind.__name__}."))
        if problems:
            raise SceneError(f"this {kind.__name__} can't be used:", problems)

    def _put(self, row: int, kind: type, behaviour: B) -> B:
        known = latest(kind)
        if known is not kind and issubclass(known, Behaviour):  # its file was loaded anew since it was made
            behaviour, kind = cast("B", carried_over(behaviour, known)), known
        behaviour.entity = Entity(self.world, row)
        behaviour.world = self.world
        behaviour.input = self._input
        self._on.setdefault(row, {})[kind] = behaviour
        if "on_contact" in behaviour.overridden:
            self._touched_by.add(kind)
        self._pending.append(behaviour)
        return behaviour

    def detach(self, row: int, kind: type) -> None:
        """Take the behaviour of a class off an object, if it has one; its `on_destroy` is called."""
        found = self._on.get(row, {}).pop(kind, None)
        if found is not None:
            if not self._on[row]:
                del self._on[row]
            self._end(found)

    def behaviour(self, row: int, kind: type[B]) -> B | None:
        """The behaviour of a class on the object in a row, or None; one of a class that inherits it will do."""
        on = self._on.get(row)
        if on is None:
            return None
        found = on.get(kind)
        if found is None:
            found = next((one for one in on.values() if isinstance(one, kind)), None)
        if found is None and latest(kind) is not kind:
            return self.behaviour(row, cast("type[B]", latest(kind)))
        return cast("B | None", found)

    @overload
    def behaviours(self) -> list[Behaviour]: ...
    @overload
    def behaviours(self, kind: type[B]) -> list[B]: ...
    def behaviours(self, kind: type[Any] = Behaviour) -> list[Any]:
        """All of a class, by row and in the order in which they were added."""
        return [one for row in sorted(self._on) for one in self._on[row].values() if isinstance(one, kind)]

    def behaviours_of(self, row: int) -> list[Behaviour]:
        """Those on the object in a row, in the order in which they were added."""
        return list(self._on.get(row, {}).values())

    def copy_to(self, prototype: int, rows: I32, given: Iterable[Behaviour] = ()) -> None:
        """Give new objects (k,) what the prototype in a row does: the same declared values, and fresh otherwise.

        given: copies of these go to each of them as well, in place of the prototype's of the same class.
        """
        models = dict(self._on.get(prototype, {}))
        models.update((kind_of(behaviour), behaviour) for behaviour in given)
        for row in rows.tolist() if models else ():
            for kind, behaviour in models.items():
                self._put(row, kind, behaviour.copy())

    def leave(self, rows: I32) -> I32:
        """Objects (k,) are about to go: end what they do. Returns those that still are to go.

        Those that are on their way out already (an `on_destroy` that despawns its own object) are left out.
        """
        for others in self._leaving:
            rows = rows[~np.isin(rows, others)]
        if not self._on:
            return rows
        on = [row for row in rows.tolist() if row in self._on] if len(rows) else []
        if not on:
            return rows
        self._leaving.append(rows)
        try:
            for row in on:
                for behaviour in self._on.pop(row, {}).values():
                    self._end(behaviour)
        finally:
            self._leaving.pop()
        return rows

    def leaves(self, row: int | None = None) -> bool:
        """Whether an object is on its way out just now: within `on_destroy`. None: whether any is."""
        return any(row is None or bool((rows == row).any()) for rows in self._leaving)

    def adopt(self, old: WovenScene, new: WovenScene, kept: NDArray[np.bool_], came: NDArray[np.bool_]) -> None:
        """Go on with another woven scene, laid out in the world's rows; kept, came: (n,) rows of both, of the new one.

        Behaviours of what came begin. Of what is kept those begin that the old scene has not, those end that only it
        has, and of the others the fields that the game has not changed become those of the new scene.
        """
        base, wanted = ({(row, latest(value.kind)): value for row, value in woven.behaviours} for woven in (old, new))
        for (row, kind), value in base.items():
            now = self._on.get(row, {}).get(kind) if kept[row] else None
            then = wanted.get((row, kind))
            if now is None:
                continue
            if then is None:
                self.detach(row, kind)
                continue
            for f in fields_of(kind):
                if getattr(now, f.name) == getattr(value, f.name, f.default):
                    setattr(now, f.name, getattr(then, f.name))
        for (row, kind), value in wanted.items():
            if came[row] or (kept[row] and (row, kind) not in base and kind not in self._on.get(row, {})):
                self._put(row, kind, cast("Behaviour", value.copy()))
        self.use(*(module for module in new.scripts if module not in old.scripts))
        if self.rules is not None or new.rules:
            self.world.rules.adopt(old.rules, new.rules)

    def _end(self, behaviour: Behaviour) -> None:
        """Call a behaviour no more."""
        called = behaviour.began and not behaviour.ended
        self._stop(behaviour)
        if called and "on_destroy" in behaviour.overridden:
            self._try(behaviour.on_destroy)

    def _stop(self, behaviour: Behaviour) -> None:
        behaviour.ended = True
        for stage in STAGES:
            if stage in behaviour.overridden:
                self._calls[stage].remove(id(behaviour))
        self._coroutines.end_of(behaviour)

    def _begin(self) -> None:
        """Start the behaviours that are new; what those bring with them is started before the next stage."""
        if not self.started:
            self.start()
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        for i, behaviour in enumerate(pending):
            if behaviour.ended:
                continue
            behaviour.began = True
            try:
                if "start" in behaviour.overridden:
                    behaviour.start()
            except Exception as error:
                self._stop(behaviour)
                behaviour.began = False
                if self.on_error == "raise":
                    self._pending[:0] = pending[i + 1 :]
                self._failed(behaviour.start, error)
                continue
            if not behaviour.ended:
                self._enlist(behaviour)

    def _enlist(self, behaviour: Behaviour) -> None:
        for stage in STAGES:
            if stage in behaviour.overridden:
                self._calls[stage].add(id(behaviour), getattr(behaviour, stage))

    # ---- in the course of a game --------------------------------------------------------------------------------

    def start(self) -> None:
        """Do what is done once: the functions of `@start`, then the `start` of behaviours. Of no effect when done."""
        if self.started:
            return
        self.started = True
        begins, self._begins = self._begins, []
        for begin in begins:
            self._call(begin.function, begin.arity)
        self._begin()

    def fixed(self, dt: float) -> None:
        """One tick of `dt` seconds."""
        self._begin()
        self._pass_time(dt)
        self._run_stage("fixed", "fixed_update", dt)
        world = self.world
        self._timers.advance(world, self.time)
        self._tweens.advance(world, dt)
        self._coroutines.advance(self.time, self.tick)
        self._simulate(dt)
        self._call_deferred()
        if self.rules is not None:
            self.rules.tick(dt)
        self._hear_all()

    def _simulate(self, dt: float) -> None:
        simulation = self.simulation
        if simulation is not None and simulation.active:
            try:
                simulation.step(dt)
            except Exception as error:
                self._failed(simulation.step, error)

    def hears(self, kind: type) -> bool:
        """Whether anyone may listen to events of a type."""
        if self._coroutines.waiting or (kind is Contact and self._touched_by):
            return True
        if self.rules is not None and self.rules.hears(kind):
            return True
        return any(issubclass(kind, base) for base in self._listeners)

    def frame(self, dt: float) -> None:
        """What is done once a frame, `dt` seconds after the last one."""
        self._begin()
        self._run_stage("update", "update", dt)
        self._run_stage("late", "late_update", dt)
        self._call_deferred()
        self._hear_all()

    def _pass_time(self, dt: float) -> None:
        if dt != self._dt:
            self._since, self._ticks, self._dt = self.time, 0, dt
        self._ticks += 1
        self.tick += 1
        self.time = self._since + self._ticks * dt

    def _run_stage(self, stage: str, method: str, dt: float) -> None:
        world = self.world
        for system in self._systems[stage]:
            if not system.stopped:
                try:
                    system.run(world, dt)
                except Exception as error:
                    system.stopped = True
                    self._failed(system.function, error)
        if self._pending:
            self._begin()
        calls = iter(self._calls[method].settle())
        while True:
            call: Any = None
            try:
                for call in calls:
                    call(dt)
                return
            except Exception as error:
                self._stop(call.__self__)
                self._failed(call, error)

    def _call_deferred(self) -> None:
        if self._deferred:
            deferred, self._deferred = self._deferred, []
            for i, (function, count) in enumerate(deferred):
                try:
                    function(*(self.world,)[:count])
                except Exception as error:
                    if self.on_error == "raise":
                        self._deferred[:0] = deferred[i + 1 :]
                    self._failed(function, error)

    def _hear_all(self) -> None:
        """Events until there are none left."""
        events = self._events
        if not events:
            return
        left = len(events) + MOST_EVENTS
        while events:
            if not left:
                self._too_many()
                return
            left -= 1
            self._hear(events.popleft())

    def _too_many(self) -> None:
        last = type(self._events[-1]).__name__
        self._events.clear()
        error = SceneError(
            f"more than {MOST_EVENTS} events followed from those of one tick, the last of them {last}; the others are "
            f"left out. Does a function that listens to {last} emit it again?"
        )
        self._told_once(("events", last), ScriptError(str(error)))

    def _hear(self, event: Any) -> None:
        kind = type(event)
        listeners = self._hearing.get(kind)
        if listeners is None:
            listeners = [one for base in kind.__mro__ for one in self._listeners.get(base, ())]
            self._hearing[kind] = listeners
        if kind is Contact:
            self._touch(event)
        for listener in listeners:
            if not listener.stopped:
                try:
                    listener.hear(event, self.world)
                except Exception as error:
                    listener.stopped = True
                    self._failed(listener.function, error)
        self._coroutines.hear(event)

    def _touch(self, contact: Contact) -> None:
        """Call `on_contact` of both objects."""
        for entity in (contact.a, contact.b):
            on = self._on.get(entity.row) if entity.alive else None
            for behaviour in list(on.values()) if on else ():
                if "on_contact" in behaviour.overridden and behaviour.began and not behaviour.ended:
                    try:
                        behaviour.on_contact(contact if entity is contact.a else contact.swapped())
                    except Exception as error:
                        self._stop(behaviour)
                        self._failed(behaviour.on_contact, error)

    # ---- what scripts ask for -----------------------------------------------------------------------------------

    def defer(self, function: Callable[..., object]) -> None:
        """See `World.defer`."""
        self._deferred.append((function, plain_arity(function, ("world",))))

    def emit(self, event: Any) -> None:
        """See `World.emit`."""
        if isinstance(event, type) or event is None:
            name = event.__name__ if isinstance(event, type) else "None"
            hint = f"world.emit({name}(...))" if isinstance(event, type) else "an instance of a class of yours"
            raise SceneError(f"emit: {name} is no event; it must be a value: {hint}")
        self._events.append(event)
        if self.rules is not None:
            self.rules.note(event)

    def run(self, generator: Steps, owner: Behaviour | None = None) -> Coroutine:
        """See `World.run`; it ends with its owner."""
        return self._coroutines.run(generator, owner)

    def after(self, seconds: float, function: Callable[..., object], owner: Behaviour | None = None) -> Timer:
        """See `World.after`; it ends with its owner."""
        return self._timers.after(self.time, seconds, function, owner)

    def every(
        self,
        seconds: float,
        function: Callable[..., object],
        times: int | None = None,
        owner: Behaviour | None = None,
    ) -> Timer:
        """See `World.every`; it ends with its owner."""
        return self._timers.every(self.time, seconds, function, times, owner)

    def tween(self, tween: Tween) -> Tween:
        """Begin a tween, in place of one of the same value."""
        return self._tweens.add(tween)

    @property
    def ticks(self) -> bool:
        """Whether a tick may call anything."""
        return bool(
            self._systems["fixed"]
            or self._calls["fixed_update"].methods
            or self._pending
            or self._deferred
            or self._events
            or self._begins
            or self._timers.waiting
            or self._tweens.waiting
            or self._coroutines.waiting
            or (self.rules is not None and self.rules.active)
            or (self.simulation is not None and self.simulation.active)
        )

    @property
    def coroutines(self) -> list[Coroutine]:
        """Those that run, in the order in which they were begun."""
        return self._coroutines.alive()

    @property
    def timers(self) -> list[Timer]:
        """Those that will fire, in the order in which they were made."""
        return self._timers.alive()

    @property
    def tweens(self) -> list[Tween]:
        """Those on their way, in the order in which they were begun."""
        return self._tweens.alive()

    # ---- snapshots ----------------------------------------------------------------------------------------------

    def state(self, coroutines: Literal["refuse", "drop"] = "refuse") -> ScheduleState:
        """All of it at this moment, but for coroutines: SceneError where one runs, unless those are to be dropped."""
        if coroutines not in ("refuse", "drop"):
            raise SceneError(f"snapshot: coroutines is {say(coroutines)}; it must be one of refuse, drop")
        running = self.coroutines
        if running and coroutines == "refuse":
            names = ", ".join(dict.fromkeys(coroutine.name for coroutine in running))
            raise SceneError(
                f"a snapshot can't copy coroutines that are on their way, and there are {len(running)}: {names}; "
                'take it when they have ended, or leave them out: world.snapshot(coroutines="drop")'
            )
        copied = Copier({}, (self.world, self.world))
        return ScheduleState(
            self.world,
            self.started,
            (self.time, self.tick, self._dt, self._since, self._ticks),
            tuple(Doing(one, copied(one.__dict__), row) for row in self._on for one in self._on[row].values()),
            tuple((timer, timer.due, timer.times) for timer in self.timers),
            tuple((tween, tween.elapsed, tween.start) for tween in self.tweens),
            tuple(self._deferred),
            tuple(self._events),
            tuple((one, one.stopped) for one in self._stoppable()),
            None if self.rules is None else self.rules.state(copied),
        )

    def _stoppable(self) -> list[System | Listener]:
        systems = [one for stage in self._systems.values() for one in stage]
        return [*systems, *(one for several in self._listeners.values() for one in several)]

    def restore(self, state: ScheduleState) -> None:
        """Go back to a state of this schedule, or of one of another world of the same scene. Coroutines are cancelled.

        Behaviours, timers and tweens of this world stay the same objects. In another world those are made anew; what
        closures hold on to stays that of the first world.
        """
        self._coroutines.clear()
        same = state.world is self.world
        swaps: dict[int, Any] = {} if same else {id(state.world): self.world, id(state.world.schedule): self}
        for doing in state.doings:
            one = doing.behaviour
            swaps[id(one)] = one if same else self._twin_of(doing)
        for one in self.behaviours():
            one.ended = True
        copied = Copier(swaps, (state.world, self.world))
        self._calls = {stage: Calls() for stage in STAGES}
        self._on, self._pending = {}, []
        for doing in state.doings:
            one = swaps[id(doing.behaviour)]
            one.__dict__.clear()
            one.__dict__.update(copied(doing.attributes))
            one.input = self._input
            self._on.setdefault(doing.row, {})[one.kind] = one
            if not one.began:
                self._pending.append(one)
            elif not one.ended:
                self._enlist(one)
        self.started = state.started
        self.time, self.tick, self._dt, self._since, self._ticks = state.clock
        self._coroutines.time, self._coroutines.tick = self.time, self.tick
        timers: list[Timer] = []
        for timer, due, times in state.timers:
            mine = timer if same else timer.copy(copied)
            mine.due, mine.times, mine.done = due, times, False
            timers.append(mine)
        self._timers.replace(timers)
        tweens: list[Tween] = []
        for tween, elapsed, start in state.tweens:
            moving = tween if same else tween.copy(self.world, copied)
            moving.elapsed, moving.start, moving.done = elapsed, start, False
            tweens.append(moving)
        self._tweens.replace(tweens)
        self._deferred = [(copied(function), count) for function, count in state.deferred]
        self._events = deque(map(copied, state.events))
        rules = self.rules if state.rules is None else self.world.rules
        if rules is not None:
            rules.restore(state.rules, copied)
        if same:
            for called, stopped in state.stopped:
                called.stopped = stopped

    def _twin_of(self, doing: Doing) -> Behaviour:
        """The behaviour of this world that is what one of another world is there."""
        kind = doing.behaviour.kind
        own = self._on.get(doing.row, {}).get(kind)
        return cast("Behaviour", object.__new__(kind)) if own is None else own

    def to_bytes(self) -> bytes:
        """All that decides how scripts go on, for `World.state_hash`."""
        told = [repr((self.tick, self.time))]
        for row in sorted(self._on):
            for one in self._on[row].values():
                mine = {k: v for k, v in one.__dict__.items() if k not in ("entity", "world", "input")}
                told.append(f"{row} {one.kind.__name__} {encoded(mine)}")
        told += [f"{encoded(t.function)} {t.due!r} {t.interval!r} {t.times}" for t in self.timers]
        told += [f"{t.name} {t.elapsed!r} {t.start!r} {t.to!r} {t.seconds!r}" for t in self.tweens]
        told += [coroutine.name for coroutine in self.coroutines]
        told += [encoded(event) for event in self._events]
        return "\n".join(told).encode() + (b"" if self.rules is None else self.rules.to_bytes())

    # ---- errors -------------------------------------------------------------------------------------------------

    def _call(self, function: Callable[..., object], count: int) -> None:
        try:
            function(*(self.world,)[:count])
        except Exception as error:
            self._failed(function, error)

    def _try(self, function: Callable[[], object]) -> None:
        try:
            function()
        except Exception as error:
            self._failed(function, error)

    def _timer_failed(self, timer: Timer, error: Exception) -> None:
        self._failed(timer.function, error)

    def _tween_failed(self, tween: Tween, error: Exception) -> None:
        function = tween.on_done if tween.done and tween.on_done is not None else None
        self._failed(function or tween, error, f"the tween of {say(tween.name)}")

    def _coroutine_failed(self, coroutine: Coroutine, error: Exception) -> None:
        self._failed(coroutine, error, coroutine.name)

    def _failed(self, function: Any, error: Exception, what: str = "") -> None:
        """Something raised, and is stopped: tell it, if that was not told before."""
        where = ((frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__))
        made = error if isinstance(error, ScriptError) else error_of(function, error, what)
        made.__cause__ = made.__cause__ or error
        self._told_once((type(error), *where), made)

    def rules_failed(self, key: tuple[Any, ...], error: Exception, what: str, function: Any = None) -> None:
        """A rule raised, and is stopped: tell it, if `key` was not told before."""
        self._told_once(key, error if isinstance(error, ScriptError) else error_of(function, error, what))

    def _told_once(self, key: tuple[Any, ...], error: ScriptError) -> None:
        count = self._told[key] = self._told.get(key, 0) + 1
        if count == 1:
            self.errors.append(error)
        if self.on_error == "raise":
            raise error
        if count == 1:
            self.tell(error)


def _name_of(function: Callable[..., object]) -> tuple[str, str]:
    return getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
