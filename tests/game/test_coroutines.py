"""Coroutines: what they can wait for, in which order they go on, and how they end."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import dreamwell as dw
from dreamwell.engine.world import World
from dreamwell.tests.game.playing import DT, ticks, told_by, untyped


@dataclass(frozen=True)
class Bell:
    """Something to wait for."""

    tone: int


def test_waiting_for_seconds_ticks_and_the_next_tick(world: World) -> None:
    seen: list[tuple[str, int]] = []

    def steps() -> dw.Steps:
        for wanted in (dw.wait(0.5), dw.wait_ticks(3), None, dw.wait(0), dw.wait(0.01)):
            yield wanted
            seen.append((type(wanted).__name__, world.schedule.tick))

    world.run(steps())
    ticks(world, 60)
    assert seen == [("Wait", 31), ("WaitTicks", 34), ("NoneType", 35), ("Wait", 36), ("Wait", 37)]


def test_half_a_second_is_thirty_ticks_for_hours(world: World) -> None:
    seen: list[int] = []

    def clock() -> dw.Steps:
        while True:
            yield dw.wait(0.5)
            seen.append(world.schedule.tick)

    world.run(clock())
    ticks(world, 20_000)
    assert [b - a for a, b in pairwise(seen)] == [30] * (len(seen) - 1)


def test_waiting_for_a_condition_an_event_and_another_coroutine(world: World) -> None:
    seen: list[Any] = []
    door = {"open": False}

    def inner(n: int) -> dw.Steps:
        yield dw.wait_ticks(n)
        return n * 10

    def steps() -> dw.Steps:
        yield dw.until(lambda: door["open"])
        seen.append("open")
        bell = yield dw.next_event(Bell, tone=lambda tone: tone > 1)
        seen.append(bell.tone)
        seen.append((yield inner(2)))
        handle = world.run(inner(3))
        seen.append((yield handle))
        yield world.after(0.1, lambda: seen.append("timer"))
        seen.append("end")
        return "result"

    handle = world.run(steps())
    ticks(world, 3)
    assert seen == []
    door["open"] = True
    ticks(world, 1)
    assert seen == ["open"]
    for tone in (0, 1, 2, 3):
        world.emit(Bell(tone))
    ticks(world, 1)
    assert seen == ["open", 2], "the first that fits, and only that"
    ticks(world, 30)
    assert seen == ["open", 2, 20, 30, "timer", "end"]
    assert handle.done
    assert handle.result == "result"
    assert repr(handle).endswith("steps, done>")


def test_they_go_on_in_the_order_in_which_they_were_begun(world: World) -> None:
    seen: list[int] = []

    def steps(n: int, wanted: Any) -> dw.Steps:
        yield wanted
        seen.append(n)

    for n, wanted in enumerate([dw.wait(DT), dw.until(lambda: True), None, dw.wait_ticks(1), dw.wait(0)]):
        world.run(steps(n, wanted))
    ticks(world, 2)
    assert seen == [0, 1, 2, 3, 4]


def test_cancelling(world: World) -> None:
    seen: list[str] = []

    def steps(name: str) -> dw.Steps:
        try:
            yield from ()
            yield dw.wait(100)
        finally:
            seen.append(name)

    def outer() -> dw.Steps:
        try:
            yield steps("inner")
        finally:
            seen.append("outer")

    handle = world.run(outer())
    ticks(world, 2)
    handle.cancel()
    handle.cancel()
    assert seen == ["inner", "outer"]
    assert handle.done
    assert world.schedule.coroutines == []
    mine: list[dw.Coroutine] = []

    def suicide() -> dw.Steps:
        mine[0].cancel()
        seen.append("still here")
        yield
        seen.append("never")

    mine.append(world.run(suicide()))
    ticks(world, 3)
    assert seen == ["inner", "outer", "still here"]


def test_those_of_a_behaviour_end_with_it(world: World) -> None:
    seen: list[str] = []

    class Patrol(dw.Behaviour):
        def start(self) -> None:
            self.world.run(self.walk())
            self.run(nothing())
            self.every(0.1, lambda: seen.append("timer"))
            self.world.every(0.1, self.ring)

        def walk(self) -> dw.Steps:
            try:
                while True:
                    self.entity.translate(x=1)
                    yield
            finally:
                seen.append("walk")

        def ring(self) -> None:
            seen.append("ring")

    def nothing() -> dw.Steps:
        try:
            yield dw.wait(1000)
        finally:
            seen.append("nothing")

    world["hero"].set(Patrol())
    ticks(world, 6)
    assert seen == ["timer", "ring"]
    world.despawn(world["hero"])
    ticks(world, 30)
    assert seen == ["timer", "ring", "walk", "nothing"]
    assert world.schedule.coroutines == []
    assert world.schedule.timers == []


# ---- what goes wrong ------------------------------------------------------------------------------------------------


def test_one_that_never_ends_does_not_stop_the_others(world: World) -> None:
    told = told_by(world)
    seen: list[int] = []

    def for_ever() -> dw.Steps:
        while True:
            yield

    def endless_nest() -> dw.Steps:
        yield endless_nest()

    def never_waits() -> dw.Steps:
        while True:
            yield at_once()

    def at_once() -> dw.Steps:
        yield from ()

    def good() -> dw.Steps:
        while True:
            yield
            seen.append(1)

    for generator in (for_ever(), endless_nest(), never_waits(), good()):
        world.run(generator)
    ticks(world, 5)
    assert len(seen) == 4
    assert len(world.schedule.coroutines) == 2
    assert ["never waits" in line for line in told] == [True, True]
    assert told[0].startswith("endless_nest failed in test_coroutines.py, line ")


def test_nonsense_is_told_with_the_line_that_yields_it(world: World) -> None:
    told = told_by(world)

    def steps() -> dw.Steps:
        yield dw.wait_ticks(1)
        yield 0.5  # the line that is meant

    world.run(steps())
    ticks(world, 5)
    lines = Path(__file__).read_text().splitlines()
    line = next(i for i, text in enumerate(lines, 1) if "the line that is meant" in text)
    wanted = (
        "it must be dw.wait(seconds), dw.wait_ticks(n), dw.until(condition), dw.next_event(Type), a generator, "
        "a handle of run, after, every or tween, or nothing for the next tick"
    )
    assert told == [
        f"steps failed in test_coroutines.py, line {line}: SceneError: steps yielded 0.5; {wanted}",
    ]


def test_errors_rise_through_the_generators_and_can_be_caught(world: World) -> None:
    told = told_by(world)
    seen: list[str] = []

    def bad() -> dw.Steps:
        yield
        raise ValueError("broken")

    def careful() -> dw.Steps:
        try:
            yield bad()
        except ValueError as error:
            seen.append(str(error))
        yield bad()

    handle = world.run(careful())
    ticks(world, 5)
    assert seen == ["broken"]
    assert handle.done
    assert len(told) == 1
    assert "ValueError: broken" in told[0]


def test_a_condition_that_raises_does_so_in_its_coroutine(world: World) -> None:
    told = told_by(world)

    def steps() -> dw.Steps:
        yield dw.until(lambda: world["nobody"])

    world.run(steps())
    ticks(world, 3)
    assert len(told) == 1
    assert 'no object "nobody"' in told[0]


def test_a_raised_error_leaves_the_others_waiting_for_the_event(world: World) -> None:
    heard: list[str] = []

    def one(name: str) -> dw.Steps:
        while True:
            yield dw.next_event(Bell)
            heard.append(name)
            if name == "b":
                raise ValueError("cracked")

    for name in "abc":
        world.run(one(name))
    ticks(world, 1)
    world.emit(Bell(1))
    with pytest.raises(dw.ScriptError, match="cracked"):
        ticks(world, 1)
    world.emit(Bell(2))
    ticks(world, 1)
    assert heard == ["a", "b", "a", "c"]


def test_a_raised_error_leaves_the_others_going(world: World) -> None:
    seen: list[int] = []

    def bad() -> dw.Steps:
        yield
        raise ValueError("broken")

    def good() -> dw.Steps:
        while True:
            yield
            seen.append(world.schedule.tick)

    world.run(bad())
    world.run(good())
    ticks(world, 1)
    with pytest.raises(dw.ScriptError, match="broken"):
        ticks(world, 1)
    ticks(world, 3)
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dw.wait(-1), r"wait: the seconds are -1; they must be a number of at least 0"),
        (lambda: dw.wait(untyped("1")), r'wait: the seconds are "1"'),
        (lambda: dw.wait(float("nan")), r"wait: the seconds are nan"),
        (lambda: dw.wait_ticks(0), r"wait_ticks: the ticks are 0; they must be a whole number of at least 1"),
        (lambda: dw.wait_ticks(untyped(1.5)), r"wait_ticks: the ticks are 1.5"),
        (lambda: dw.until(untyped(True)), r"until: the condition is true; it must be a function"),
        (lambda: dw.next_event(Bell, ton=1), r"next_event: Bell has no field ton; did you mean tone\?"),
    ],
)
def test_wrong_waits_are_refused(make: Any, message: str) -> None:
    with pytest.raises(dw.SceneError, match=message):
        make()


def test_what_is_no_generator_is_refused(world: World) -> None:
    def waves() -> dw.Steps:
        yield

    with pytest.raises(dw.SceneError, match=r"run: function is no coroutine; .*world\.run\(waves\(world\)\)"):
        world.run(waves)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(dw.SceneError, match=r"run: null is no coroutine; it must be a generator \(it has no `yield`\)"):
        world.run(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
