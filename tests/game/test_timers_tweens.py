"""Timers and tweens: when they are due, what can be moved, and how they end."""

import math
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.game.easing import EASES
from dreamwell.engine.world import World
from dreamwell.tests.game.playing import DT, ticks, told_by

GLOW = dw.Material(emissive=(1.0, 1.0, 1.0), emissive_strength=1.0)


class Gauge(dw.Behaviour):
    """Something with numbers."""

    level: float = dw.field(default=0.0, minimum=0, maximum=1)
    count: int = dw.field(default=0)
    wind: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0))


# ---- timers ---------------------------------------------------------------------------------------------------------


def test_once_and_again_and_again(world: World) -> None:
    calls: list[tuple[str, int]] = []

    def note(name: str) -> Any:
        return lambda: calls.append((name, world.schedule.tick))

    world.after(0.1, note("once"))
    world.after(0, note("now"))
    every = world.every(0.1, note("every"))
    world.every(0.05, note("thrice"), times=3)
    world.after(0.2, lambda world: calls.append((world.woven.name, world.schedule.tick)))
    ticks(world, 18)
    every.cancel()
    ticks(world, 30)
    assert calls == [
        ("now", 1), ("thrice", 3), ("once", 6), ("every", 6), ("thrice", 6), ("thrice", 9),
        ("every", 12), ("room", 12), ("every", 18),
    ]  # fmt: skip
    assert every.done
    assert world.schedule.timers == []


def test_one_that_is_shorter_than_a_tick_fires_several_times(world: World) -> None:
    calls: list[int] = []
    world.every(0.005, lambda: calls.append(1))
    ticks(world, 60)
    assert len(calls) == 200


def test_one_that_makes_itself_anew_does_so_once_a_tick(world: World) -> None:
    calls: list[int] = []

    def again() -> None:
        calls.append(1)
        world.after(0, again)

    world.after(0, again)
    ticks(world, 5)
    assert len(calls) == 5


def test_a_default_is_the_functions_own(world: World) -> None:
    calls: list[Any] = []
    for enemy in world.tagged("enemy"):
        world.after(0, lambda e=enemy: calls.append(e.name))
    ticks(world, 1)
    assert calls == ["enemy-0", "enemy-1", "enemy-2"]


def test_a_timer_that_raises_is_stopped(world: World) -> None:
    told = told_by(world)
    calls: list[int] = []

    def bad() -> None:
        calls.append(1)
        raise ValueError("late")

    world.every(DT, bad)
    world.every(DT, lambda: calls.append(2))
    ticks(world, 3)
    assert calls == [1, 2, 2, 2]
    assert len(told) == 1
    assert told[0].endswith("ValueError: late")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda w: w.after(-1, print), r"after: the seconds are -1; they must be a number of at least 0"),
        (lambda w: w.every(0, print), r"every: the seconds are 0; they must be a number of at least 0.001"),
        (lambda w: w.every(1, print, times=0), r"every: times is 0"),
        (lambda w: w.after(1, 5), r"5 is no function; it must be one that takes \(\) or \(world\)"),
        (
            lambda w: w.after(1, lambda a, b: a),
            r"<lambda>\(a, b\) can't be called here; it must take \(\) or \(world\)",
        ),
        (lambda w: w.tween(w["hero"], "positio", (0, 0, 0)), r'"positio" is no value of "hero"; it must be position, '),
        (lambda w: w.tween(w["hero"], "Gauge.level", 1), r'"hero" has no Gauge'),
        (lambda w: w.tween(w["sun"], "Sun.luxx", 1), r'Sun has no field "luxx"; there is lux'),
        (lambda w: w.tween(w["hero"], "position", (0, 0)), r"`to` is \[0, 0\]; it must be 3 finite numbers"),
        (lambda w: w.tween(w["hero"], "position", (0, 0, math.nan)), r"must be 3 finite numbers"),
        (lambda w: w.tween(w.lens, "fov", 30), r'Lens has no "fov"; there is fov_y'),
        (lambda w: w.tween(w.lens, "orthographic", 1), r"only numbers and tuples of them can be tweened"),
        (lambda w: w.tween(w.lens, "fov_y", 30, seconds=0), r"tween: the seconds are 0"),
        (lambda w: w.tween(w.lens, "fov_y", 30, ease="in_cubik"), r'ease is "in_cubik".*there is in_cubic'),
        (lambda w: w.tween(w.lens, "fov_y", 30, loop=-1), r"loop is -1; it must be true for ever"),
        (lambda w: w.tween(w["hero"], "rotation.x", 1), r"give the whole quaternion"),
    ],
)
def test_what_can_not_be_is_refused(world: World, make: Any, message: str) -> None:
    with pytest.raises(dw.SceneError, match=message):
        make(world)


# ---- easing ---------------------------------------------------------------------------------------------------------


def test_every_easing_goes_from_0_to_1() -> None:
    assert len(EASES) == 32
    for name, ease in EASES.items():
        assert ease(0.0) == pytest.approx(0, abs=1e-12), name
        assert ease(1.0) == pytest.approx(1, abs=1e-12), name
        values = [ease(t) for t in np.linspace(0, 1, 1001).tolist()]
        steps = np.diff(values)
        assert np.abs(steps).max() < 0.05, f"{name} jumps"
        if not name.endswith(("back", "elastic", "bounce")):
            assert steps.min() >= -1e-12, f"{name} goes back"


@pytest.mark.parametrize(
    ("name", "t", "value"),
    [  # Penner's own formulas, worked out by hand
        ("out_cubic", 0.25, 1 - 0.75**3),
        ("in_out_quad", 0.25, 0.125),
        ("in_out_quad", 0.75, 0.875),
        ("in_sine", 0.5, 1 - math.cos(math.pi / 4)),
        ("out_circ", 0.5, math.sqrt(0.75)),
        ("in_back", 0.5, 0.25 * (2.70158 * 0.5 - 1.70158)),
        ("out_bounce", 0.5, 7.5625 * (0.5 - 1.5 / 2.75) ** 2 + 0.75),
        ("out_bounce", 0.9, 7.5625 * (0.9 - 2.25 / 2.75) ** 2 + 0.9375),
        ("out_elastic", 0.5, 2**-5 * math.sin((0.5 - 0.075) * 2 * math.pi / 0.3) + 1),
        ("smooth", 0.25, 0.15625),
    ],
)
def test_easings_are_penners(name: str, t: float, value: float) -> None:
    assert EASES[name](t) == pytest.approx(value, abs=1e-9)


# ---- tweens ---------------------------------------------------------------------------------------------------------


def test_a_position_arrives_exactly_and_in_time(world: World) -> None:
    hero = world["hero"]
    done: list[int] = []
    tween = world.tween(hero, "position", to=(0, 3, 0), seconds=1.0, on_done=lambda: done.append(world.schedule.tick))
    ticks(world, 30)
    assert hero.position == pytest.approx((0, 1.5, 0))
    assert not tween.done
    ticks(world, 30)
    assert hero.position == (0, 3, 0)
    assert done == [60]
    assert tween.done
    assert world.schedule.tweens == []
    hero.position = (1, 1, 1)
    ticks(world, 5)
    assert hero.position == (1, 1, 1)


def test_the_way_there_and_back(world: World) -> None:
    hero = world["hero"]
    world.tween(hero, "position.x", to=1, seconds=0.5, yoyo=True)
    ticks(world, 30)
    assert hero.position[0] == pytest.approx(1)
    ticks(world, 15)
    assert hero.position[0] == pytest.approx(0.5)
    ticks(world, 30)
    assert hero.position[0] == 0
    assert world.schedule.tweens == []
    tween = world.tween(hero, "position.x", to=1, seconds=0.5, loop=True, ease=lambda t: t * t)
    ticks(world, 615)
    assert hero.position[0] == pytest.approx(0.25)
    assert not tween.done
    tween.cancel()
    world.tween(hero, "scale", to=2, seconds=0.1, loop=3, delay=1.0)
    ticks(world, 59)
    assert hero.scale == (1, 1, 1)
    ticks(world, 20)
    assert hero.scale == (2, 2, 2)
    assert world.schedule.tweens == []


def test_a_rotation_goes_the_short_way_round(world: World) -> None:
    hero = world["hero"]
    quarter = (0.0, -math.sin(math.pi / 4), 0.0, -math.cos(math.pi / 4))  # 90° about Y, written with the other sign
    world.tween(hero, "rotation", to=quarter, seconds=1.0)
    ticks(world, 30)
    assert hero.rotation == pytest.approx((0, math.sin(math.pi / 8), 0, math.cos(math.pi / 8)), abs=1e-6)
    ticks(world, 30)
    assert np.abs(hero.rotation) == pytest.approx(np.abs(quarter), abs=1e-6)


def test_lights_materials_lenses_and_behaviours(scene: dw.Scene) -> None:
    scene["hero"].set(Gauge(), GLOW)
    scene.add("lamp", dw.PointLight(candela=10, range=5))
    world = World(dw.weave(scene))
    told = told_by(world)
    ev100 = world.appearance.ev100
    world.tween(world["lamp"], "PointLight.candela", to=30, seconds=0.5)
    world.tween(world["sun"], "Sun.color", to=(1, 0.5, 0), seconds=0.5)
    world.tween(world["hero"], "Material.emissive_strength", to=9, seconds=0.5)
    world.tween(world.lens, "fov_y", to=30, seconds=0.5)
    world.tween(world["hero"], "Gauge.level", to=1, seconds=0.5, ease="out_back")
    world.tween(world["hero"], "Gauge.count", to=10, seconds=0.5)
    world.tween(world["hero"], "Gauge.wind.z", to=4, seconds=0.5)
    ticks(world, 24)
    assert world["hero"][Gauge].level == 1, "what goes too far stays within what is allowed"
    ticks(world, 30)
    assert not told
    assert world["lamp"][dw.PointLight] == dw.PointLight(candela=30, range=5)
    assert world["sun"][dw.Sun].color == (1, 0.5, 0)
    assert world.materials[GLOW].emissive_strength == 9
    assert world.lens.fov_y == 30
    gauge = world["hero"][Gauge]
    assert (gauge.level, gauge.count, gauge.wind) == (1, 10, (0, 0, 4))
    assert world.appearance.ev100 == ev100
    assert not world.appearance.unmetered, "a flicker does not make the picture pump"
    world.tween(GLOW, "base_color", to=(0, 0, 0), seconds=0.1)
    ticks(world, 6)
    assert world.materials[GLOW].base_color == (0, 0, 0)


def test_a_newer_one_takes_the_place_and_what_is_despawned_is_left_alone(world: World) -> None:
    told = told_by(world)
    hero, enemy = world["hero"], world["enemy-0"]
    older = world.tween(hero, "position", to=(9, 9, 9), seconds=1.0)
    other = world.tween(hero, "scale", to=3, seconds=1.0)
    world.tween(hero, "position", to=(0, 1, 0), seconds=0.5)
    gone = world.tween(enemy, "position", to=(0, 1, 0), seconds=0.5)
    ticks(world, 6)
    world.despawn(enemy)
    world.spawn("hero", at=(5, 5, 5), name="new")
    ticks(world, 60)
    assert older.done
    assert other.done
    assert gone.done
    assert hero.position == (0, 1, 0)
    assert world["new"].position == (5, 5, 5)
    assert not told


def test_tweens_follow_one_another(world: World) -> None:
    hero = world["hero"]
    seen: list[Any] = []

    def dance() -> dw.Steps:
        yield world.tween(hero, "position.y", to=1, seconds=0.1)
        seen.append(hero.position)
        yield world.tween(hero, "position.x", to=1, seconds=0.1, start=-1)
        seen.append(hero.position)

    world.run(dance())
    ticks(world, 30)
    assert seen == [(0, 1, 0), (1, 1, 0)]


def test_an_on_done_that_raises_is_told(world: World) -> None:
    told = told_by(world)

    def boom() -> None:
        raise ValueError("boom")

    world.tween(world["hero"], "position.y", to=1, seconds=DT, on_done=boom)
    world.tween(world["hero"], "position.x", to=1, seconds=DT)
    ticks(world, 2)
    assert world["hero"].position == (1, 1, 0)
    assert len(told) == 1
    assert "ValueError: boom" in told[0]
