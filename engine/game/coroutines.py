"""Coroutines: generators that say what they wait for and go on later, tick by tick.

Conway 1963, "Design of a separable transition-diagram compiler"; a stack of generators each, as PEP 342 sketches it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from heapq import heappop, heappush
from types import GeneratorType
from typing import Any, Protocol

from ..declare import is_number, say
from ..errors import SceneError
from .behaviour import Behaviour
from .events import Filters, checked_kind, seen

MOST_STEPS = 10_000
"""How often one coroutine may go on within a tick before it is said never to wait."""
SLACK = 1e-9
"""Seconds: what is due so little later than a tick is due in it."""

Steps = Generator[Any, Any, Any]
"""A coroutine, as its function returns it: a generator that yields what it waits for; for `world.run`."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Go on after so many seconds of game time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class WaitTicks:
    """Go on in the n-th tick from now."""

    ticks: int


@dataclass(frozen=True, slots=True)
class Until:
    """Go on in the first tick in which the function returns something true."""

    condition: Callable[[], object]


@dataclass(frozen=True, slots=True)
class NextEvent:
    """Go on with the next event of a type that passes the filters."""

    kind: type
    filters: Filters


def checked_seconds(seconds: Any, where: str, least: float = 0.0) -> float:
    """Seconds. Raises SceneError for what is no finite number or below `least`."""
    if not is_number(seconds) or not math.isfinite(seconds) or seconds < least:
        raise SceneError(f"{where}: the seconds are {say(seconds)}; they must be a number of at least {least:g}")
    return float(seconds)


def wait(seconds: float) -> Wait:
    """`yield dw.wait(0.5)`: go on after so many seconds of game time, at the earliest in the next tick.

    Raises SceneError for what is no number or below 0.
    """
    return Wait(checked_seconds(seconds, "wait"))


def wait_ticks(ticks: int) -> WaitTicks:
    """`yield dw.wait_ticks(3)`: go on in the third tick from now. Raises SceneError below 1."""
    if type(ticks) is not int or ticks < 1:
        raise SceneError(f"wait_ticks: the ticks are {say(ticks)}; they must be a whole number of at least 1")
    return WaitTicks(ticks)


def until(condition: Callable[[], object]) -> Until:
    """`yield dw.until(lambda: door.open)`: go on in the first tick after this in which that is true."""
    if not callable(condition):
        hint = "yield dw.until(lambda: ...)"
        raise SceneError(f"until: the condition is {say(condition)}; it must be a function, as in {hint}")
    return Until(condition)


def next_event(kind: type, **filters: Any) -> NextEvent:
    """`event = yield dw.next_event(dw.Contact, a="player")`: go on with the next event; filters as for `on`."""
    return NextEvent(kind, checked_kind(kind, filters, "next_event"))


class Handle(Protocol):
    """What a coroutine can wait for the end of: a timer, a tween, another coroutine."""

    @property
    def done(self) -> bool: ...


class Coroutine:
    """A generator that runs in a world. `done` when it ended, was cancelled or raised; `result` is what it returned.

    In another one, `result = yield handle` waits for its end.
    """

    __slots__ = ("cancelled", "done", "name", "number", "owner", "result", "running", "stack", "ticket")

    def __init__(self, generator: Steps, number: int, owner: Behaviour | None) -> None:
        self.name: str = getattr(generator, "__qualname__", "coroutine").rpartition("<locals>.")[2]
        self.number = number
        self.owner = owner
        self.stack = [generator]
        self.ticket = 0  # grows with every wait: what waits for an older one is out of date
        self.running = False
        self.cancelled = False
        self.done = False
        self.result: Any = None

    def __repr__(self) -> str:
        state = "cancelled" if self.cancelled else "done" if self.done else "running"
        return f"<Coroutine {self.name}, {state}>"

    def cancel(self) -> None:
        """End it where it waits; its `finally` blocks are run. Of no effect when it has ended."""
        if self.done:
            return
        self.cancelled = self.done = True
        if not self.running:  # else it is closed at its next yield
            self.close()

    def close(self) -> None:
        """Run the `finally` blocks, the innermost first."""
        while self.stack:
            self.stack.pop().close()


Failed = Callable[[Coroutine, Exception], None]


class Coroutines:
    """The coroutines of a world, and what each waits for. `failed(coroutine, error)` hears of what one raises."""

    def __init__(self, failed: Failed) -> None:
        self._failed = failed
        self._number = 0
        self._order = 0
        self._by_time: list[tuple[float, int, Coroutine, int]] = []  # heaps: due, order, coroutine, ticket
        self._by_tick: list[tuple[float, int, Coroutine, int]] = []
        self._by_condition: list[tuple[Callable[[], object] | Handle, Coroutine, int]] = []
        self._by_event: dict[type, list[tuple[Filters, Coroutine, int]]] = {}
        self._owned: dict[int, list[Coroutine]] = {}  # by id of the behaviour
        self._ready: list[tuple[Coroutine, Any, Exception | None]] = []  # those that go on in this tick
        self._hearing: deque[tuple[Filters, Coroutine, int]] = deque()  # those that an event still comes to
        self._running: list[Coroutine] = []
        self.time = 0.0
        self.tick = 0

    def run(self, generator: Any, owner: Behaviour | None) -> Coroutine:
        """Have a generator begin the next time that coroutines go on. Raises SceneError for what is none."""
        if not isinstance(generator, GeneratorType):
            hint = "call the function: world.run(waves(world))" if callable(generator) else "it has no `yield`"
            raise SceneError(f"run: {say(generator)} is no coroutine; it must be a generator ({hint})")
        self._number += 1
        made = Coroutine(generator, self._number, owner or _self_of(generator))
        if made.owner is not None:
            self._owned.setdefault(id(made.owner), []).append(made)
        self._sleep(made, self.tick)
        return made

    @property
    def waiting(self) -> bool:
        """Whether there may be any."""
        return bool(self._by_time or self._by_tick or self._by_condition or self._by_event)

    def alive(self) -> list[Coroutine]:
        """Those that have not ended, in the order in which they were begun."""
        waiting = [(coroutine, ticket) for _, _, coroutine, ticket in (*self._by_time, *self._by_tick)]
        waiting += [(coroutine, ticket) for _, coroutine, ticket in self._by_condition]
        waiting += [(coroutine, ticket) for group in self._by_event.values() for _, coroutine, ticket in group]
        waiting += [(coroutine, ticket) for _, coroutine, ticket in self._hearing]
        waiting += [(c, c.ticket) for c in (*self._running, *(entry[0] for entry in self._ready))]
        found = {c.number: c for c, ticket in waiting if not c.done and ticket == c.ticket}
        return [found[number] for number in sorted(found)]

    def advance(self, time: float, tick: int) -> None:
        """Go on with all whose time has come, in the order in which they were begun."""
        self.time, self.tick = time, tick
        ready = self._ready = []
        for heap, now in ((self._by_time, time + SLACK), (self._by_tick, tick)):
            while heap and heap[0][0] <= now:
                _, _, coroutine, ticket = heappop(heap)
                if not coroutine.done and ticket == coroutine.ticket:
                    ready.append((coroutine, None, None))
        if self._by_condition:
            self._ask(ready)
        ready.sort(key=lambda entry: -entry[0].number)
        try:
            while ready:
                coroutine, value, error = ready.pop()
                if not coroutine.done:
                    self._step(coroutine, value, error)
        finally:
            self._ready = []
            for coroutine, _, _ in ready:  # when `failed` raised: the others go on in the next tick
                self._sleep(coroutine, tick + 1)

    def hear(self, event: Any) -> None:
        """Go on with those that wait for such an event."""
        if not self._by_event:
            return
        for kind in type(event).__mro__:
            waiting = self._hearing = deque(self._by_event.pop(kind, ()))
            try:
                while waiting:
                    entry = waiting.popleft()
                    filters, coroutine, ticket = entry
                    if coroutine.done or ticket != coroutine.ticket:
                        continue
                    try:
                        mine = seen(event, filters)
                    except Exception as error:
                        self._step(coroutine, None, error)
                        continue
                    if mine is None:
                        self._by_event.setdefault(kind, []).append(entry)
                    else:
                        self._step(coroutine, mine)
            finally:
                self._hearing = deque()
                if waiting:  # `failed` raised: the others wait on
                    self._by_event.setdefault(kind, []).extend(waiting)

    def end_of(self, owner: Behaviour) -> None:
        """Cancel what belongs to a behaviour."""
        for coroutine in self._owned.pop(id(owner), ()):
            self.cancel(coroutine)

    def cancel(self, coroutine: Coroutine) -> None:
        """`Coroutine.cancel`, with what its `finally` blocks raise told."""
        try:
            coroutine.cancel()
        except Exception as error:
            self._failed(coroutine, error)

    def clear(self) -> None:
        """Cancel all."""
        for coroutine in self.alive():
            self.cancel(coroutine)

    def _ask(self, ready: list[tuple[Coroutine, Any, Exception | None]]) -> None:
        """Take out those whose condition is true, or raises."""
        waiting, self._by_condition = self._by_condition, []
        for entry in waiting:
            condition, coroutine, ticket = entry
            if coroutine.done or ticket != coroutine.ticket:
                continue
            value: Any = None
            problem: Exception | None = None
            try:
                if callable(condition):
                    go = condition()
                else:
                    go, value = condition.done, getattr(condition, "result", None)
            except Exception as error:
                go, problem = True, error
            if go:
                ready.append((coroutine, value, problem))
            else:
                self._by_condition.append(entry)

    def _sleep(self, coroutine: Coroutine, tick: int) -> None:
        self._order += 1
        heappush(self._by_tick, (tick, self._order, coroutine, coroutine.ticket))

    def _step(self, coroutine: Coroutine, value: Any, error: Exception | None = None) -> None:
        """Go on until it waits for something."""
        stack = coroutine.stack
        coroutine.ticket += 1
        coroutine.running = True
        self._running.append(coroutine)
        try:
            for _ in range(MOST_STEPS):
                top = stack[-1]
                try:
                    wanted = top.send(value) if error is None else top.throw(error)
                except StopIteration as end:
                    value, error = end.value, None
                    stack.pop()
                    if not stack:
                        coroutine.done, coroutine.result = True, value
                        return
                    continue
                except Exception as raised:
                    value, error = None, raised
                    stack.pop()
                    if not stack:
                        coroutine.done = True
                        self._failed(coroutine, raised)
                        return
                    continue
                if coroutine.cancelled:
                    break
                value = error = None
                if isinstance(wanted, GeneratorType):
                    stack.append(wanted)
                elif self._waits(coroutine, wanted):
                    return
                else:
                    error = SceneError(
                        f"{coroutine.name} yielded {say(wanted)}; it must be dw.wait(seconds), dw.wait_ticks(n), "
                        "dw.until(condition), dw.next_event(Type), a generator, a handle of run, after, every or "
                        "tween, or nothing for the next tick"
                    )
            else:
                coroutine.done = True
                try:  # so that the error has a line
                    stack[-1].throw(SceneError(f"{coroutine.name} never waits: it went on {MOST_STEPS} times at once"))
                except Exception as raised:
                    self._failed(coroutine, raised)
        finally:
            coroutine.running = False
            self._running.pop()
            if coroutine.done:
                self._close(coroutine)

    def _close(self, coroutine: Coroutine) -> None:
        others = self._owned.get(id(coroutine.owner))
        if others and coroutine in others:
            others.remove(coroutine)
        try:
            coroutine.close()
        except Exception as error:
            self._failed(coroutine, error)

    def _waits(self, coroutine: Coroutine, wanted: Any) -> bool:
        """Note what a coroutine waits for; False when that is nothing that can be waited for."""
        match wanted:
            case None:
                self._sleep(coroutine, self.tick + 1)
            case Wait(seconds):
                if seconds <= 0:
                    self._sleep(coroutine, self.tick + 1)
                else:
                    self._order += 1
                    heappush(self._by_time, (self.time + seconds, self._order, coroutine, coroutine.ticket))
            case WaitTicks(ticks):
                self._sleep(coroutine, self.tick + ticks)
            case Until(condition):
                self._by_condition.append((condition, coroutine, coroutine.ticket))
            case NextEvent(kind, filters):
                self._by_event.setdefault(kind, []).append((filters, coroutine, coroutine.ticket))
            case _ if hasattr(wanted, "done") and hasattr(wanted, "cancel"):
                self._by_condition.append((wanted, coroutine, coroutine.ticket))
            case _:
                return False
        return True


def _self_of(generator: GeneratorType[Any, Any, Any]) -> Behaviour | None:
    """The behaviour whose method a generator is, if it is one."""
    code, frame = generator.gi_code, generator.gi_frame
    if frame is None or not code.co_argcount:
        return None
    first = frame.f_locals.get(code.co_varnames[0])
    return first if isinstance(first, Behaviour) else None
