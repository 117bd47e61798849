"""Timers: functions that are called later, once or again and again, in game time."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from ..declare import say
from ..errors import SceneError
from .behaviour import Behaviour
from .calls import plain_arity
from .coroutines import SLACK, checked_seconds

if TYPE_CHECKING:
    from ..world import World

SHORTEST = 0.001
"""Seconds between the calls of one timer."""


class Timer:
    """A function that will be called. `done` when it was for the last time, or the timer was cancelled."""

    __slots__ = ("arity", "done", "due", "function", "interval", "number", "owner", "times")

    def __init__(
        self,
        function: Callable[..., object],
        due: float,
        interval: float,
        times: int | None,
        number: int,
        owner: Behaviour | None,
    ) -> None:
        self.function = function
        self.arity = plain_arity(function, ("world",))
        self.due = due
        self.interval = interval
        self.times = times
        self.number = number
        bound = getattr(function, "__self__", None)
        self.owner = owner or (bound if isinstance(bound, Behaviour) else None)
        self.done = False

    def __repr__(self) -> str:
        name = getattr(self.function, "__name__", "function")
        return f"<Timer of {name}, {'done' if self.done else f'due at {self.due:.3f} s'}>"

    def copy(self, copied: Callable[[Any], Any]) -> Timer:
        """The same in another world, by what copies values into that."""
        return Timer(copied(self.function), self.due, self.interval, self.times, self.number, copied(self.owner))

    def cancel(self) -> None:
        """It is not called any more."""
        self.done = True


Failed = Callable[[Timer, Exception], None]


class Timers:
    """The timers of a world. `failed(timer, error)` hears of what a function raises; that timer is done then."""

    def __init__(self, failed: Failed) -> None:
        self._failed = failed
        self._number = 0
        self._heap: list[tuple[float, int, Timer]] = []
        self._coming: list[Timer] | None = None  # while timers fire

    def after(self, now: float, seconds: float, function: Callable[..., object], owner: Behaviour | None) -> Timer:
        """Call a function once, so many seconds after `now`. Raises SceneError."""
        return self._add(function, now + checked_seconds(seconds, "after"), 0.0, 1, owner)

    def every(
        self,
        now: float,
        seconds: float,
        function: Callable[..., object],
        times: int | None,
        owner: Behaviour | None,
    ) -> Timer:
        """Call a function again and again, the first time so many seconds after `now`. Raises SceneError."""
        interval = checked_seconds(seconds, "every", SHORTEST)
        if times is not None and (type(times) is not int or times < 1):
            raise SceneError(f"every: times is {say(times)}; it must be a whole number of at least 1, or None for ever")
        return self._add(function, now + interval, interval, times, owner)

    def _add(
        self, function: Callable[..., object], due: float, interval: float, times: int | None, owner: Behaviour | None
    ) -> Timer:
        self._number += 1
        timer = Timer(function, due, interval, times, self._number, owner)
        if self._coming is None:
            heappush(self._heap, (timer.due, timer.number, timer))
        else:
            self._coming.append(timer)
        return timer

    @property
    def waiting(self) -> bool:
        """Whether there may be any."""
        return bool(self._heap)

    def alive(self) -> list[Timer]:
        """Those that will be called, in the order in which they were made."""
        timers = [entry[2] for entry in self._heap] + (self._coming or [])
        return sorted(
            (t for t in timers if not (t.done or (t.owner is not None and t.owner.ended))), key=lambda t: t.number
        )

    def advance(self, world: World, now: float) -> None:
        """Call what is due, the earliest first. What is made on the way waits for the next tick."""
        heap = self._heap
        if not heap or heap[0][0] > now + SLACK:
            return
        coming: list[Timer] = []
        self._coming = coming
        try:
            while heap and heap[0][0] <= now + SLACK:
                timer = heappop(heap)[2]
                if timer.done or (timer.owner is not None and timer.owner.ended):
                    timer.done = True
                    continue
                if timer.times is not None:
                    timer.times -= 1
                if timer.times == 0:
                    timer.done = True
                else:
                    timer.due += timer.interval
                    heappush(heap, (timer.due, timer.number, timer))
                try:
                    timer.function(*(world,)[: timer.arity])
                except Exception as error:
                    timer.done = True
                    self._failed(timer, error)
        finally:
            self._coming = None
            for timer in coming:
                heappush(heap, (timer.due, timer.number, timer))

    def replace(self, timers: list[Timer]) -> None:
        """Have these timers and no others."""
        for timer in self.alive():
            timer.done = True
        for timer in timers:
            timer.done = False
        self._heap = [(t.due, t.number, t) for t in timers]
        heapify(self._heap)
