"""How a frame is played: what the player does, the ticks that are due, and the updates."""

from __future__ import annotations

from .functions import Functions, call
from .hud import Hud
from .input import Input
from .inspection import KEYS, SCREENSHOT, press
from .interpolation import Interpolation
from .loop import Loop
from .playing import Playing
from .takes import Takes


class Frames:
    """Plays frames, one after the other.

    inspected: whether the inspection's keys are not the game's.  wanted: whether a key asked for the picture to be
    kept.  closing: whether this is to be the last frame.
    """

    def __init__(
        self,
        loop: Loop,
        input: Input,
        hud: Hud,
        functions: Functions,
        playing: Playing,
        takes: Takes,
        *,
        inspected: bool,
    ) -> None:
        self.loop = loop
        self.inspected = inspected
        self.closing = False
        self.wanted = False
        self._input = input
        self._hud = hud
        self._functions = functions
        self._playing = playing
        self._takes = takes

    def at_rate(self, tick_rate: int) -> None:
        """Begin anew with so many ticks a second, paused and as fast as before."""
        before, self.loop = self.loop, Loop(tick_rate)
        self.loop.paused, self.loop.scale = before.paused, before.scale

    def play(self, dt: float) -> None:
        """One frame, `dt` seconds of the clock after the last one; then another scene, where one was asked for."""
        self._playing.in_frame = True
        try:
            self._frame(dt)
        finally:
            self._playing.in_frame = False
        self._playing.settle()

    def _frame(self, dt: float) -> None:
        loop, given, playing = self.loop, self._input, self._playing
        dt = self._takes.frame(dt, given)
        given.begin_frame()
        playing.world.lines.begin_frame(playing.world.schedule.time)
        for on_click in self._hud.step(given):
            call(on_click)
        self._press_keys()
        ticks, dt = loop.advance(dt)
        for _ in range(ticks):
            self._tick()
            playing.settle()
        if playing.world.between is not None:
            playing.world.between.alpha = loop.alpha
        given.show_frame(dt)
        for function in self._functions.update:
            call(function, playing.world, dt)
        playing.world.schedule.frame(dt)
        loop.time += dt
        given.next_frame()

    def _press_keys(self) -> None:
        for key in sorted(self._input.pressed):
            if self.inspected and key in KEYS:
                press(self._playing.world, key, shift=self._input.held("Shift"))
                self.wanted = self.wanted or key == SCREENSHOT
                continue
            for on_key in self._functions.on_key:
                call(on_key, key)

    def _tick(self) -> None:
        """One tick. What it moves is noted, to be drawn between where it was and where it is."""
        loop, playing = self.loop, self._playing
        world = playing.world
        loop.tick += 1
        self._input.begin_tick(loop.seconds)
        fixed = self._functions.fixed
        if fixed or world.schedule.ticks or world.between is not None:  # what came to rest is told it, too
            if world.between is None or world.between.transforms is not world.transforms:
                world.between = Interpolation(world.transforms)
            between = world.between
            between.begin_tick()
            self._fixed(loop.seconds)
            if playing.running is world and between is world.between:  # else another scene was adopted on the way
                between.end_tick()
        else:
            self._fixed(loop.seconds)
        self._input.end_tick()

    def _fixed(self, dt: float) -> None:
        """Everything that a tick does."""
        lines = self._playing.world.lines
        lines.begin_tick()
        for function in self._functions.fixed:
            call(function, self._playing.world, dt)
        self._playing.world.schedule.fixed(dt)
        lines.end_tick()
