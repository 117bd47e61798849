"""The schedule of a world: what a game's functions are, and in which order they are called.

A tick: systems of the stage "fixed" → `fixed_update` → timers, tweens, coroutines → physics → deferred calls → rules →
events.
A frame: systems of "update" → `update` → systems of "late" → `late_update` → deferred calls → events.
Each kind in the order in which it was registered, begun or added. No list of callbacks is changed while it is gone
over; what comes on the way is called from the next stage on, and what goes is not called any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast, overload

import numpy as np
from numpy.typing import NDArray

from ..declare import say
from ..errors import SceneError
from ..input import Input
from ..script import ScriptError
from .attached import TOUCHES, Attached
from .behaviour import Behaviour
from .calls import plain_arity
from .coroutines import Coroutine, Coroutines, Steps
from .failures import Failures, OnError
from .registered import Registered
from .state import Copier, ScheduleState, encoded
from .systems import Begin, Declared
from .timers import Timer, Timers
from .tweens import Tween, Tweens

if TYPE_CHECKING:
    from ...loom.woven import WovenScene
    from ..physical import Simulation
    from ..world import World

B = TypeVar("B", bound=Behaviour)

MOST_EVENTS = 10_000
"""How many events may follow from the events of one tick or frame."""


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

    time: seconds of ticks.  tick: how many there were.  attached: the behaviours that are on objects.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.time = 0.0
        self.tick = 0
        self._since, self._ticks, self._dt = 0.0, 0, 0.0  # time is `_since + _ticks * _dt`, which does not drift
        self._failures = Failures()
        self._registered = Registered(self._begin)
        self._deferred: list[tuple[Callable[..., object], int]] = []
        self._events: deque[Any] = deque()
        self._timers = Timers(self._timer_failed)
        self._tweens = Tweens(self._tween_failed)
        self._coroutines = Coroutines(self._coroutine_failed)
        self.attached = Attached(world, self._failures, self._coroutines)
        self.rules: Rules | None = None
        """Made when they are first asked for, by `World.rules`."""
        self.simulation: Simulation | None = None
        """What moves by itself in every tick, after the scripts."""
        for module in world.woven.scripts:
            self.use(module)
        for row, behaviour in world.woven.behaviours:
            self.attached.put(row, behaviour.kind, cast("Behaviour", behaviour.copy()))

    @property
    def on_error(self) -> OnError:
        """What is done when a script raises.

        With "stop-script" it is stopped, `tell` hears of it once, and the rest goes on; with "raise" it is stopped as
        well, and the ScriptError is raised at once.
        """
        return self._failures.on_error

    @on_error.setter
    def on_error(self, value: OnError) -> None:
        self._failures.on_error = value

    @property
    def tell(self) -> Callable[[ScriptError], object]:
        """Hears of each different error once; prints it unless set to another function."""
        return self._failures.tell

    @tell.setter
    def tell(self, value: Callable[[ScriptError], object]) -> None:
        self._failures.tell = value

    @property
    def errors(self) -> list[ScriptError]:
        """Each different error until now, in order. May be set to a list that others share."""
        return self._failures.errors

    @errors.setter
    def errors(self, value: list[ScriptError]) -> None:
        self._failures.errors = value

    @property
    def started(self) -> bool:
        """Whether what is done once was done."""
        return self._registered.started

    def listen_to(self, value: Input) -> None:
        """Have behaviours find the player's doings in this one, the app's, as `self.input`."""
        self.attached.listen_to(value)

    # ---- what there is ------------------------------------------------------------------------------------------

    def use(self, *what: ModuleType | Callable[..., object] | Declared) -> None:
        """Take over what the decorators noted on a module's functions, or on one function; each only once."""
        self._registered.use(*what)

    def use_only(self, *what: ModuleType | Declared) -> None:
        """Use these and no others, in this order: what is used already goes on, as it is.

        A function of `@start` is called where none of its name was called before.
        """
        self._registered.use_only(*what)

    def renew(self, latest_function: Callable[[Any], Any]) -> None:
        """Follow the classes that were declared anew: what behaviours have in mind stays, what they do is the new.

        One that was stopped since it raised goes on, or begins once more where its `start` raised. Timers and tweens
        call what `latest_function` gives for their functions. Coroutines go on with the code that they began with.
        """
        self.attached.renew()
        for timer in self.timers:
            timer.function = latest_function(timer.function)
            timer.arity = plain_arity(timer.function, ("world",))
        for tween in self.tweens:
            if tween.on_done is not None:
                tween.on_done = latest_function(tween.on_done)
        self._deferred = [(latest_function(function), count) for function, count in self._deferred]
        self._failures.forget()

    @overload
    def behaviours(self) -> list[Behaviour]: ...
    @overload
    def behaviours(self, kind: type[B]) -> list[B]: ...
    def behaviours(self, kind: type[Any] = Behaviour) -> list[Any]:
        """All of a class, by row and in the order in which they were added."""
        return self.attached.behaviours(kind)

    def adopt(self, old: WovenScene, new: WovenScene, kept: NDArray[np.bool_], came: NDArray[np.bool_]) -> None:
        """Go on with another woven scene, laid out in the world's rows; kept, came: (n,) rows of both, of the new one.

        Behaviours of what came begin. Of what is kept those begin that the old scene has not, those end that only it
        has, and of the others the fields that the game has not changed become those of the new scene.
        """
        self.attached.adopt(old, new, kept, came)
        self.use(*(module for module in new.scripts if module not in old.scripts))
        if self.rules is not None or new.rules:
            self.world.rules.adopt(old.rules, new.rules)

    # ---- in the course of a game --------------------------------------------------------------------------------

    def start(self) -> None:
        """Do what is done once: the functions of `@start`, then the `start` of behaviours. Of no effect when done."""
        if self.started:
            return
        self._registered.started = True
        begins, self._registered.begins = self._registered.begins, []
        for begin in begins:
            self._begin(begin)
        self.attached.begin()

    def _begin(self, begin: Begin) -> None:
        self._call(begin.function, begin.arity)

    def fixed(self, dt: float) -> None:
        """One tick of `dt` seconds."""
        self._start_new()
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
                self._failures.failed(simulation.step, error)

    def hears(self, kind: type) -> bool:
        """Whether anyone may listen to events of a type."""
        if self._coroutines.waiting or kind in self.attached.touching:
            return True
        if self.rules is not None and self.rules.hears(kind):
            return True
        return self._registered.hears(kind)

    def frame(self, dt: float) -> None:
        """What is done once a frame, `dt` seconds after the last one."""
        self._start_new()
        self._run_stage("update", "update", dt)
        self._run_stage("late", "late_update", dt)
        self._call_deferred()
        self._hear_all()

    def _start_new(self) -> None:
        """Start what is new; what that brings with it is started before the next stage."""
        if not self.started:
            self.start()
        if self.attached.pending:
            self.attached.begin()

    def _pass_time(self, dt: float) -> None:
        if dt != self._dt:
            self._since, self._ticks, self._dt = self.time, 0, dt
        self._ticks += 1
        self.tick += 1
        self.time = self._since + self._ticks * dt

    def _run_stage(self, stage: str, method: str, dt: float) -> None:
        world = self.world
        for system in self._registered.systems[stage]:
            if not system.stopped:
                try:
                    system.run(world, dt)
                except Exception as error:
                    system.stopped = True
                    self._failures.failed(system.function, error)
        if self.attached.pending:
            self.attached.begin()
        calls = iter(self.attached.calls[method].settle())
        while True:
            call: Any = None
            try:
                for call in calls:
                    call(dt)
                return
            except Exception as error:
                self.attached.stop(call.__self__)
                self._failures.failed(call, error)

    def _call_deferred(self) -> None:
        if self._deferred:
            deferred, self._deferred = self._deferred, []
            for i, (function, count) in enumerate(deferred):
                try:
                    function(*(self.world,)[:count])
                except Exception as error:
                    if self.on_error == "raise":
                        self._deferred[:0] = deferred[i + 1 :]
                    self._failures.failed(function, error)

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
        self._failures.told_once(("events", last), ScriptError(str(error)))

    def _hear(self, event: Any) -> None:
        kind = type(event)
        listeners = self._registered.listening_to(kind)
        if kind in TOUCHES:
            self.attached.touch(event)
        for listener in listeners:
            if not listener.stopped:
                try:
                    listener.hear(event, self.world)
                except Exception as error:
                    listener.stopped = True
                    self._failures.failed(listener.function, error)
        self._coroutines.hear(event)

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
            self._registered.systems["fixed"]
            or self.attached.calls["fixed_update"].methods
            or self.attached.pending
            or self._deferred
            or self._events
            or self._registered.begins
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
            self.attached.state(copied),
            tuple((timer, timer.due, timer.times) for timer in self.timers),
            tuple((tween, tween.elapsed, tween.start) for tween in self.tweens),
            tuple(self._deferred),
            tuple(self._events),
            tuple((one, one.stopped) for one in self._registered.stoppable()),
            None if self.rules is None else self.rules.state(copied),
        )

    def restore(self, state: ScheduleState) -> None:
        """Go back to a state of this schedule, or of one of another world of the same scene. Coroutines are cancelled.

        Behaviours, timers and tweens of this world stay the same objects. In another world those are made anew; what
        closures hold on to stays that of the first world.
        """
        self._coroutines.clear()
        same = state.world is self.world
        swaps: dict[int, Any] = {} if same else {id(state.world): self.world, id(state.world.schedule): self}
        twins = self.attached.twins(state.doings, same=same)
        swaps |= twins
        for one in self.behaviours():
            one.ended = True
        copied = Copier(swaps, (state.world, self.world))
        self.attached.restore(state.doings, twins, copied)
        self._registered.started = state.started
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

    def to_bytes(self) -> bytes:
        """All that decides how scripts go on, for `World.state_hash`."""
        told = [repr((self.tick, self.time))]
        told += self.attached.told()
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
            self._failures.failed(function, error)

    def _try(self, function: Callable[[], object]) -> None:
        try:
            function()
        except Exception as error:
            self._failures.failed(function, error)

    def _timer_failed(self, timer: Timer, error: Exception) -> None:
        self._failures.failed(timer.function, error)

    def _tween_failed(self, tween: Tween, error: Exception) -> None:
        function = tween.on_done if tween.done and tween.on_done is not None else None
        self._failures.failed(function or tween, error, f"the tween of {say(tween.name)}")

    def _coroutine_failed(self, coroutine: Coroutine, error: Exception) -> None:
        self._failures.failed(coroutine, error, coroutine.name)

    def rules_failed(self, key: tuple[Any, ...], error: Exception, what: str, function: Any = None) -> None:
        """A rule raised, and is stopped: tell it, if `key` was not told before."""
        self._failures.of_rules(key, error, what, function)
