"""When what is played: ticks of equal length, frames of any, and where between two ticks a frame lies.

The state after tick n is that of the time n / rate. A frame at the time t is drawn between the last two states, so a
tick is run as soon as a frame lies after the one before it; a frame at exactly n / rate shows exactly the state n.
Fiedler 2004, "Fix Your Timestep!", with the tick run early rather than the picture drawn late.
"""

from __future__ import annotations

import math
import time

from .errors import DreamwellError

LONGEST_STEP = 0.25
"""Seconds: after a pause (a breakpoint, a dragged window) the game goes on as if no more than this had passed."""
TICK_RATE = 60
_UNIT = 1 << 24
"""What a tick's length is counted in: integers, so that frames of a tick's length never come to one tick too many."""
_SLACK = _UNIT >> 10
"""How much after a tick a frame may lie and still count as at it: lengths that do not divide add up to nearly one."""


class Loop:
    """Counts ticks and frames.

    seconds: the length of a tick.  tick: how many were run.  time: seconds played.  alpha: above 0 to 1, where the
    frame lies between the last two ticks' states; at 1 it shows the last one.  paused: no tick is due.
    Raises DreamwellError for a rate that is no integer from 1 to 1000.
    """

    def __init__(self, tick_rate: int = TICK_RATE) -> None:
        if type(tick_rate) is not int or not 1 <= tick_rate <= 1000:
            raise DreamwellError(f"tick_rate is {tick_rate!r}; it must be a whole number of ticks a second, 1 to 1000")
        self.tick_rate = tick_rate
        self.seconds = 1 / tick_rate
        self.tick = self.frames = 0
        self.time = 0.0
        self.alpha = 1.0
        self.paused = False
        self._scale = 1.0
        self._ahead = 0  # units from the frame's time to the last tick's; 0 or less, but for the slack
        self._steps = 0

    @property
    def scale(self) -> float:
        """How fast the game's time goes: 1 as the clock, 0.5 half as fast, 0 not at all."""
        return self._scale

    @scale.setter
    def scale(self, value: float) -> None:
        if not 0 <= value <= 100:
            raise DreamwellError(f"time_scale is {value}; it must be from 0 to 100")
        self._scale = float(value)

    def step(self) -> None:
        """Pause, and have one tick run in the next frame."""
        self.paused = True
        self._steps += 1

    def advance(self, dt: float) -> tuple[int, float]:
        """A frame `dt` seconds of the clock after the last one: how many ticks are due, and its length in the game.

        Raises DreamwellError for a length that is not finite or below 0.
        """
        if not 0 <= dt < math.inf:
            raise DreamwellError(f"a frame can't be {dt} seconds long")
        self.frames += 1
        if self.paused:
            due, self._steps = self._steps, 0
            if due:
                self._ahead, self.alpha = 0, 1.0
            return due, due * self.seconds
        dt *= self._scale
        self._ahead += round(dt * self.tick_rate * _UNIT)
        due = 0
        if self._ahead > _SLACK:
            due = -(-(self._ahead - _SLACK) // _UNIT)
            self._ahead -= due * _UNIT
        self.alpha = min(1.0, 1 + self._ahead / _UNIT)
        return due, dt


class Clock:
    """Seconds between frames, never more than `LONGEST_STEP`, and how many frames there were in the last half second.

    first: seconds that the first frame counts as.
    """

    def __init__(self, first: float) -> None:
        self.fps = 0.0
        self._last = time.perf_counter() - first
        self._since = self._last
        self._frames = 0

    def tick(self) -> float:
        """A frame begins: how long ago the one before did."""
        now = time.perf_counter()
        dt, self._last = now - self._last, now
        self._frames += 1
        if now - self._since >= 0.5:
            self.fps = self._frames / (now - self._since)
            self._since, self._frames = now, 0
        return min(dt, LONGEST_STEP)
