"""Rules: every condition and action against a plain Python model, the order of things, and what ends them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dreamwell as dw
from dreamwell.engine.heuristics.engine import MOST_ROUNDS
from dreamwell.engine.heuristics.near import pairs_within

DT = 1 / 8


@dw.component
class Vitals:
    """One field of each kind that rules know."""

    points: float = dw.field(default=100.0, minimum=0, maximum=200)
    level: int = dw.field(default=1, minimum=0)
    calm: bool = dw.field(default=True)
    mood: Literal["calm", "wild"] = dw.field(default="calm")
    drift: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0))


@dw.component
class Armour:
    """Some objects have one."""

    left: float = dw.field(default=10.0)


@dataclass(frozen=True)
class Struck:
    """Somebody was hit."""

    who: dw.Entity
    by: dw.Entity | None = None
    force: float = 1.0


def yard(rules: Sequence[dw.Rule] = ()) -> dw.Scene:
    scene = dw.Scene("yard", seed=1)
    scene.add("camera", dw.Camera(), at=(0, 0, 100))
    scene.rules = list(rules)
    return scene


def world_of(scene: dw.Scene, *, seed: int = 1) -> dw.World:
    return dw.World(dw.weave(scene), seed=seed)


def tick(world: dw.World, times: int = 1) -> None:
    for _ in range(times):
        world.schedule.fixed(DT)


# ---- against a model ------------------------------------------------------------------------------------------------


@dataclass
class Thing:
    """An object of the model."""

    tags: set[str]
    at: tuple[float, float, float]
    turn: float
    vitals: dict[str, Any] | None
    shield: float | None
    gone: bool = False


TAGS = ("red", "blue", "old")
PREDICATES: dict[str, Any] = {
    "Vitals.points < 50": lambda t: t.vitals["points"] < 50,
    "Vitals.points / 2 >= 10 and not Vitals.calm": lambda t: t.vitals["points"] / 2 >= 10 and not t.vitals["calm"],
    "Vitals.level == 2 or Vitals.mood == 'wild'": lambda t: t.vitals["level"] == 2 or t.vitals["mood"] == "wild",
    "10 < Vitals.points <= 90": lambda t: 10 < t.vitals["points"] <= 90,
    "length(Vitals.drift) > 1": lambda t: math.hypot(*t.vitals["drift"]) > 1,
    "Vitals.drift.y * 2 - 1 < position.x": lambda t: t.vitals["drift"][1] * 2 - 1 < t.at[0],
    "Armour.left > 5": lambda t: t.shield > 5,
    "Vitals.level % 2 == 1": lambda t: t.vitals["level"] % 2 == 1,
    "position.z > 0": lambda t: t.at[2] > 0,
}


def add_points(amount: float) -> Any:
    return lambda t, o: t.vitals.__setitem__("points", min(200, max(0, t.vitals["points"] + amount)))


def set_vitals(name: str, value: Any) -> Any:
    return lambda t, o: t.vitals.__setitem__(name, value)


ACTIONS: dict[str, tuple[Any, str, Any]] = {
    "add points": (dw.Then.add("Vitals.points", -7.5), "Vitals", add_points(-7.5)),
    "level": (dw.Then.set("Vitals.level", 2), "Vitals", set_vitals("level", 2)),
    "calm": (dw.Then.set("Vitals.calm", False), "Vitals", set_vitals("calm", False)),
    "mood": (dw.Then.set("Vitals.mood", "'wild'"), "Vitals", set_vitals("mood", "wild")),
    "drift": (dw.Then.set("Vitals.drift", (0, 3, 0)), "Vitals", set_vitals("drift", (0.0, 3.0, 0.0))),
    "tag": (dw.Then.tag("old"), "", lambda t, o: t.tags.add("old")),
    "untag": (dw.Then.untag("red", "old"), "", lambda t, o: t.tags.difference_update({"red", "old"})),
    "shield": (dw.Then.set("Armour.left", 5), "Armour", lambda t, o: setattr(t, "shield", 5.0)),
    "up": (dw.Then.add("position.y", 2), "", lambda t, o: setattr(t, "at", (t.at[0], t.at[1] + 2, t.at[2]))),
    "despawn": (dw.Then.despawn(), "", lambda t, o: setattr(t, "gone", True)),
}


THING = "thing"
"""What the drafted rules are about: not the camera, which no rule may take away."""


@dataclass(frozen=True)
class Draft:
    """A rule, and what the model needs to know of it."""

    all: tuple[str, ...]
    any: tuple[str, ...]
    none: tuple[str, ...]
    where: tuple[str, ...]
    near: tuple[float, str] | None
    sees: tuple[float, float, str] | None
    then: tuple[str, ...]
    cooldown: float
    priority: int

    def rule(self, name: str) -> dw.Rule:
        when = dw.When(
            self.where,
            tags_all=(*self.all, THING),
            tags_any=self.any,
            tags_none=self.none,
            within=None if self.near is None else dw.Within(self.near[0], tag=self.near[1]),
            sees=None if self.sees is None else dw.Sees(self.sees[0], self.sees[1], tag=self.sees[2]),
        )
        then = [ACTIONS[key][0] for key in self.then]
        return dw.Rule(name, when, then, cooldown=self.cooldown, priority=self.priority)

    def fits(self, one: Thing, things: list[Thing]) -> bool:
        kinds = {ACTIONS[key][1] for key in self.then} | {k for k in ("Vitals", "Armour") for t in self.where if k in t}
        if ("Vitals" in kinds and one.vitals is None) or ("Armour" in kinds and one.shield is None):
            return False
        if not (
            set(self.all) <= one.tags and (not self.any or set(self.any) & one.tags) and not set(self.none) & one.tags
        ):
            return False
        if not all(PREDICATES[text](one) for text in self.where):
            return False
        others = [o for o in things if o is not one and not o.gone]
        if self.near is not None:
            reach, tag = self.near
            if not any(tag in o.tags and math.dist(o.at, one.at) <= reach for o in others):
                return False
        if self.sees is not None:
            reach, angle, tag = self.sees
            ahead = (-math.sin(one.turn), 0.0, -math.cos(one.turn))
            for o in others:
                way = [b - a for a, b in zip(one.at, o.at, strict=True)]
                far = math.hypot(*way)
                cosine = sum(a * b for a, b in zip(ahead, way, strict=True)) / far if far else 1
                if tag in o.tags and far <= reach and cosine >= math.cos(math.radians(angle / 2)) - 1e-9:
                    return True
            return False
        return True


tag_sets = st.sets(st.sampled_from(TAGS), max_size=2).map(lambda s: tuple(sorted(s)))
drafts = st.builds(
    Draft,
    tag_sets,
    tag_sets,
    st.sets(st.sampled_from(TAGS), max_size=1).map(tuple),
    st.lists(st.sampled_from(sorted(PREDICATES)), max_size=2, unique=True).map(tuple),
    st.none() | st.tuples(st.sampled_from([1.5, 3.0]), st.sampled_from(TAGS)),
    st.none() | st.tuples(st.sampled_from([2.5, 6.5]), st.sampled_from([100.0, 200.0]), st.sampled_from(TAGS)),
    st.lists(st.sampled_from(sorted(ACTIONS)), min_size=1, max_size=3, unique=True).map(tuple),
    st.sampled_from([0.0, 0.0, 0.3]),
    st.integers(-1, 1),
)
vitals = st.fixed_dictionaries(
    {
        "points": st.sampled_from([0.0, 5.0, 20.0, 49.5, 50.0, 90.0, 200.0]),
        "level": st.integers(0, 3),
        "calm": st.booleans(),
        "mood": st.sampled_from(["calm", "wild"]),
        "drift": st.tuples(*[st.sampled_from([0.0, 1.0, -2.0])] * 3),
    }
)
things_strategy = st.lists(
    st.builds(
        Thing,
        st.sets(st.sampled_from(TAGS)),
        st.tuples(*[st.integers(-3, 3).map(float)] * 3),
        st.sampled_from([0.0, math.pi / 2, 2.0]),
        st.none() | vitals,
        st.none() | st.sampled_from([1.0, 6.0]),
    ),
    max_size=9,
)


@settings(max_examples=150, deadline=None)
@given(things_strategy, st.lists(drafts, min_size=1, max_size=4))
def test_rules_do_what_a_plain_model_does(things: list[Thing], several: list[Draft]) -> None:
    scene = yard([draft.rule(f"rule-{i}") for i, draft in enumerate(several)])
    for i, one in enumerate(things):
        carried: list[Any] = [] if one.vitals is None else [Vitals(**one.vitals)]
        carried += [] if one.shield is None else [Armour(one.shield)]
        half = one.turn / 2
        turn = (0, math.sin(half), 0, math.cos(half))
        scene.add(f"thing-{i}", *carried, at=one.at, rotation=turn, tags={*one.tags, THING})
    world = world_of(scene)
    handles = [world[f"thing-{i}"] for i in range(len(things))]
    ready: dict[tuple[int, int], float] = {}
    order = sorted(range(len(several)), key=lambda i: several[i].priority)
    time = 0.0
    for _ in range(4):
        tick(world)
        time += DT
        fired: list[tuple[int, Thing]] = []
        for i in order:
            for j, one in enumerate(things):
                if not one.gone and ready.get((i, j), 0) <= time + 1e-9 and several[i].fits(one, things):
                    fired.append((i, one))
                    ready[i, j] = time + several[i].cooldown
        for last in (False, True):
            for i, one in fired:
                for key in several[i].then:
                    if (key == "despawn") == last:
                        ACTIONS[key][2](one, None)
        for one, entity in zip(things, handles, strict=True):
            assert entity.alive != one.gone
            if one.gone:
                continue
            assert entity.tags == {*one.tags, THING}
            assert entity.position == pytest.approx(one.at)
            found, shield = entity.get(Vitals), entity.get(Armour)
            if one.vitals is not None:
                assert found is not None
                for name, value in one.vitals.items():
                    assert getattr(found, name) == value, name
            assert (None if shield is None else shield.left) == one.shield
        for i, draft in enumerate(several):  # what explains agrees with what fires
            for j, (one, entity) in enumerate(zip(things, handles, strict=True)):
                if not one.gone:
                    would = draft.fits(one, things) and ready.get((i, j), 0) <= time + 1e-9
                    kinds = world.explain(f"rule-{i}", entity)
                    assert kinds.fires == would, str(kinds)
    assert not world.schedule.errors


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_pairs_within_are_those_of_trying_all(seed: int) -> None:
    random = np.random.default_rng(seed)
    k, m = random.integers(1, 300, 2)
    spread, distance = 10 ** random.uniform(-1, 3, 3), 10 ** random.uniform(-1, 2)
    points, targets = random.normal(size=(k, 3)) * spread, random.normal(size=(m, 3)) * spread
    if seed % 3 == 0:  # on cells' borders, and one far away
        points, targets, distance = points.round(), targets.round(), float(np.round(distance)) + 1
        targets[0] += 1e9
    if seed % 2:
        targets = targets[: max(1, m // 60)]
    i, j, squared = pairs_within(points, targets, distance)
    wanted = ((points[:, None] - targets[None]) ** 2).sum(axis=2)
    rows, columns = np.nonzero(wanted <= distance * distance)
    np.testing.assert_array_equal(i, rows)
    np.testing.assert_array_equal(j, columns)
    np.testing.assert_allclose(squared, wanted[rows, columns])


# ---- who the other one is -------------------------------------------------------------------------------------------


def test_the_other_one_is_the_nearest_and_the_first_of_equally_near_ones() -> None:
    scene = yard(
        [
            dw.Rule(
                "look",
                dw.When(within=dw.Within(9, tag="lamp"), tags_all="moth"),
                dw.Then.set("Vitals.level", "other.Vitals.level"),
            )
        ]
    )
    scene.add("moth", Vitals(), at=(0, 0, 0), tags={"moth"})
    for i, x in enumerate((5.0, 2.0, -2.0, 30.0)):
        scene.add(f"lamp-{i}", Vitals(level=10 + i), at=(x, 0, 0), tags={"lamp"})
    world = world_of(scene)
    tick(world)
    assert world["moth"][Vitals].level == 11
    world["lamp-1"].discard(Vitals)  # it must carry what is asked of it
    tick(world)
    assert world["moth"][Vitals].level == 12


def test_each_fires_for_every_one_that_is_near_and_adds_up() -> None:
    hit = dw.Then.add("Vitals.points", "-10 / max(distance, 1)", target="other")
    near = dw.Within(5, tag="orc", each=True)
    scene = yard(
        [dw.Rule("blast", dw.When(tags_all="bomb", within=near), [hit, dw.Then.add("Armour.left", 1)], cooldown=9)]
    )
    scene.add("bomb-0", Armour(0), at=(0, 0, 0), tags={"bomb"})
    scene.add("bomb-1", Armour(0), at=(1, 0, 0), tags={"bomb"})
    scene.add("orc-0", Vitals(), at=(2, 0, 0), tags={"orc"})
    scene.add("orc-1", Vitals(), at=(-4, 0, 0), tags={"orc"})
    scene.add("orc-2", Vitals(), at=(40, 0, 0), tags={"orc"})
    world = world_of(scene)
    tick(world, 3)
    assert world["orc-0"][Vitals].points == pytest.approx(100 - 5 - 10)
    assert world["orc-1"][Vitals].points == pytest.approx(100 - 2.5 - 2)
    assert world["orc-2"][Vitals].points == 100
    assert (world["bomb-0"][Armour].left, world["bomb-1"][Armour].left) == (2, 2)


def test_sums_and_means_of_what_is_near() -> None:
    near = dw.When(tags_all="bird", within=dw.Within(3, tag="bird"))
    then = [
        dw.Then.set("Vitals.points", "sum(other.Vitals.points) + count()"),
        dw.Then.set("Vitals.drift", "mean(other.position - position)"),
    ]
    scene = yard([dw.Rule("flock", near, then)])
    for i, x in enumerate((0.0, 2.0, 4.0, 50.0)):
        scene.add(f"bird-{i}", Vitals(points=10 * (i + 1)), at=(x, 0, 0), tags={"bird"})
    world = world_of(scene)
    tick(world)
    points = [world[f"bird-{i}"][Vitals].points for i in range(4)]
    assert points == [21, 10 + 30 + 2, 21, 40]
    assert world["bird-1"][Vitals].drift == (0, 0, 0)
    assert world["bird-0"][Vitals].drift == (2, 0, 0)


def test_absent_means_that_nothing_is_near() -> None:
    scene = yard(
        [dw.Rule("alone", dw.When(tags_all="cat", within=dw.Within(5, tag="dog", absent=True)), dw.Then.tag("calm"))]
    )
    scene.add("cat-0", at=(0, 0, 0), tags={"cat"})
    scene.add("cat-1", at=(20, 0, 0), tags={"cat"})
    scene.add("dog", at=(1, 0, 0), tags={"dog"})
    world = world_of(scene)
    tick(world)
    assert [entity.name for entity in world.tagged("calm")] == ["cat-1"]
    assert world.explain("alone", world["cat-0"]).against[0].condition == "within"


def test_what_hangs_on_others_is_where_it_is_in_the_world() -> None:
    scene = yard([dw.Rule("eye", dw.When(tags_all="eye", sees=dw.Sees(10, 40, tag="hero")), dw.Then.tag("alarm"))])
    tower = scene.add("tower", at=(100, 5, 0), rotation=(0, math.sin(math.pi / 4), 0, math.cos(math.pi / 4)), scale=2)
    scene.add("eye", parent=tower, at=(0, 1, 0), tags={"eye"})  # at (100, 7, 0), looking along -X
    hero = scene.add("hero", at=(92, 7, 0), tags={"hero"})
    world = world_of(scene)
    tick(world)
    assert world.tagged("alarm")
    hero.position = (108, 7, 0)
    world = world_of(scene)
    tick(world)
    assert not world.tagged("alarm")


def test_physics_may_say_that_something_is_in_the_way() -> None:
    scene = yard(
        [dw.Rule("eye", dw.When(tags_all="eye", sees=dw.Sees(10, 40, tag="hero")), dw.Then.tag("alarm"), every=0.25)]
    )
    scene.add("eye", tags={"eye"})
    scene.add("hero", at=(0, 0, -5), tags={"hero"})
    world = world_of(scene)
    asked: list[Any] = []

    def wall(start: Any, end: Any, rows: Any, others: Any) -> Any:
        asked.append((start.tolist(), end.tolist(), rows.tolist(), others.tolist()))
        return np.ones(len(rows), bool)

    world.rules.occlusion = wall
    tick(world)
    assert not world.tagged("alarm")
    eye, hero = world["eye"].row, world["hero"].row
    assert asked[0] == ([[0, 0, 0]], [[0, 0, -5]], [eye], [hero])
    world.rules.occlusion = None
    tick(world, 2)
    assert world.tagged("alarm")


# ---- events and signals ---------------------------------------------------------------------------------------------


def test_a_contact_is_about_both_objects() -> None:
    scene = yard(
        [
            dw.Rule(
                "hit",
                dw.When("event.impulse > 1", tags_all="enemy", other_all="bullet", other_none="spent"),
                [dw.Then.add("Vitals.points", "-event.impulse"), dw.Then.despawn(target="other")],
                on=dw.Contact,
            )
        ]
    )
    scene.add("enemy", Vitals(), tags={"enemy"})
    for i in range(3):
        scene.add(f"bullet-{i}", tags={"bullet"} | ({"spent"} if i == 2 else set()))
    world = world_of(scene)
    enemy, bullets = world["enemy"], [world[f"bullet-{i}"] for i in range(3)]
    world.emit(dw.Contact(bullets[0], enemy, impulse=30))
    world.emit(dw.Contact(enemy, bullets[1], impulse=20))
    world.emit(dw.Contact(enemy, bullets[2], impulse=10))
    world.emit(dw.Contact(bullets[1], enemy, impulse=0.5))
    tick(world)
    assert enemy[Vitals].points == 50
    assert [bullet.alive for bullet in bullets] == [False, False, True]


def test_signals_go_on_within_the_tick_and_are_events_for_scripts() -> None:
    scene = yard(
        [
            dw.Rule("third", on="two", then=dw.Then.set("Vitals.level", 3)),
            dw.Rule("first", dw.When(tags_all="go"), [dw.Then.untag("go"), dw.Then.emit("one")]),
            dw.Rule(
                "second",
                on="one",
                then=[dw.Then.emit("two"), dw.Then.event(Struck, who="self", force="Vitals.points / 4")],
            ),
        ]
    )
    scene.add("domino", Vitals(), tags={"go"})
    app = dw.App(scene)
    heard: list[Any] = []
    app.on(dw.Signal)(heard.append)
    app.on(Struck, force=lambda force: force > 20)(heard.append)
    app.step(1 / 60)
    domino = app.world["domino"]
    assert domino[Vitals].level == 3
    assert heard == [dw.Signal("one", domino), dw.Signal("two", domino), Struck(domino, None, 25.0)]


def test_a_script_may_signal_and_any_class_may_be_an_event() -> None:
    scene = yard(
        [
            dw.Rule("told", on="alarm", when=dw.When(tags_all="guard"), then=dw.Then.tag("awake")),
            dw.Rule(
                "struck",
                on=Struck,
                then=[dw.Then.add("Vitals.points", "-event.force"), dw.Then.tag("angry", target="other")],
            ),
        ]
    )
    scene.add("guard", Vitals(), tags={"guard"})
    scene.add("thief")
    world = world_of(scene)
    guard, thief = world["guard"], world["thief"]
    world.emit(dw.Signal("alarm", guard))
    world.emit(dw.Signal("alarm", thief))
    world.emit(Struck(guard, thief, 12))
    tick(world)
    assert guard.tags == {"guard", "awake"}
    assert thief.tags == {"angry"}
    assert guard[Vitals].points == 88
    world.emit(Struck(guard, thief, 1))
    world.despawn(guard)
    tick(world)  # who is gone is nobody's concern


def test_what_listeners_emit_is_heard_in_the_next_tick() -> None:
    scene = yard([dw.Rule("told", on="late", then=dw.Then.tag("told"))])
    scene.add("guard", tags={"guard"})
    app = dw.App(scene)

    @app.on(str)
    def pass_on(event: str, world: dw.World) -> None:
        world.emit(dw.Signal("late", world["guard"]))

    app.world.emit("now")
    app.step(1 / 60)
    assert not app.world.tagged("told")
    app.step(1 / 60)
    assert app.world.tagged("told")


def test_rules_that_set_each_other_off_are_ended_and_told_once() -> None:
    rules = [
        dw.Rule("ping", on="pong", then=dw.Then.emit("ping")),
        dw.Rule("pong", on="ping", then=dw.Then.emit("pong")),
    ]
    scene = yard([*rules, dw.Rule("count", on="ping", then=dw.Then.add("Vitals.level", 1))])
    scene.add("ball", Vitals(level=0))
    app = dw.App(scene, on_error="stop-script")
    world = app.world
    told: list[str] = []
    world.schedule.tell = lambda error: told.append(str(error))
    for _ in range(3):
        world.emit(dw.Signal("ping", world["ball"]))
        app.step(1 / 60)
    assert len(told) == 1
    assert f"{MOST_ROUNDS} times in one tick" in told[0]
    assert '"p' in told[0]
    assert world["ball"][Vitals].level == 3 * (MOST_ROUNDS // 2 + 1)


# ---- the order of things --------------------------------------------------------------------------------------------


def test_all_of_a_round_is_looked_at_before_anything_is_done() -> None:
    swap = [
        dw.Rule("a", then=dw.Then.set("Vitals.points", "Armour.left")),
        dw.Rule("b", then=dw.Then.set("Armour.left", "Vitals.points")),
    ]
    scene = yard(swap)
    scene.add("thing", Vitals(3), Armour(8))
    world = world_of(scene)
    tick(world)
    assert (world["thing"][Vitals].points, world["thing"][Armour].left) == (8, 3)


def test_the_higher_priority_has_the_last_word_and_every_add_counts() -> None:
    rules = [
        dw.Rule("high", then=dw.Then.set("Vitals.level", 7), priority=2),
        dw.Rule("low", then=dw.Then.set("Vitals.level", 5)),
        dw.Rule("same", then=dw.Then.set("Vitals.level", 6)),
        *(dw.Rule(f"hurt-{i}", then=dw.Then.add("Vitals.points", -10)) for i in range(3)),
    ]
    scene = yard(rules)
    scene.add("thing", Vitals())
    world = world_of(scene)
    assert [rule.name for rule in world.rules][-1] == "high"
    tick(world)
    assert (world["thing"][Vitals].level, world["thing"][Vitals].points) == (7, 70)
    world.rules.unregister("high")
    tick(world)
    assert world["thing"][Vitals].level == 6


def test_what_one_rule_despawns_others_of_the_round_still_act_on() -> None:
    calls: list[Any] = []
    rules = [
        dw.Rule(
            "dies",
            dw.When("Vitals.points <= 0"),
            [dw.Then.despawn(), dw.Then.emit("died"), dw.Then.spawn("coin", tags={"loot"})],
            priority=-1,
        ),
        dw.Rule("again", dw.When("Vitals.points <= 0"), dw.Then.despawn()),
        dw.Rule("heals", then=dw.Then.add("Vitals.points", 5)),
        dw.Rule(
            "called", dw.When("Vitals.points <= 0"), dw.Then.call(lambda firing: calls.append(firing.entities[0].name))
        ),
        dw.Rule("heard", on="died", then=dw.Then.tag("ghost")),
    ]
    scene = yard(rules)
    scene.add("coin", at=(50, 0, 0))
    scene.add("orc", Vitals(0), at=(3, 0, 4), tags={"orc"})
    scene.add("elf", Vitals(1))
    world = world_of(scene)
    orc = world["orc"]
    tick(world)
    assert not orc.alive
    assert calls == ["orc"]
    assert not world.tagged("ghost")  # it is gone before the next round
    (coin,) = world.tagged("loot")
    assert coin.position == (3, 0, 4)
    assert world["elf"][Vitals].points == 6
    tick(world)
    assert not world.schedule.errors


def test_a_called_function_that_despawns_and_spawns_confuses_nobody() -> None:
    seen: list[list[str]] = []

    def replaces(firing: dw.Firing) -> None:
        world = firing.world
        world.despawn(firing.rows[:1])
        world.spawn("seed", at=(0, 0, 0), name="new")  # takes the row that was given up

    rules = [
        dw.Rule("first", dw.When(tags_all="orc"), dw.Then.call(replaces)),
        dw.Rule(
            "second",
            dw.When(tags_all="orc"),
            [dw.Then.call(lambda firing: seen.append([e.name for e in firing.entities])), dw.Then.despawn()],
        ),
    ]
    scene = yard(rules)
    scene.add("seed")
    scene.add_many("orc", at=[(1, 0, 0), (2, 0, 0)], tags={"orc"})
    world = world_of(scene)
    tick(world)
    assert seen == [["orc-1"]]
    assert "new" in world
    assert "orc-1" not in world


# ---- time and chance ------------------------------------------------------------------------------------------------


def test_every_and_cooldown() -> None:
    rules = [
        dw.Rule("often", then=dw.Then.add("Vitals.level", 1), every=0.5),
        dw.Rule("rests", dw.When(tags_all="on"), dw.Then.add("Armour.left", 1), cooldown=0.5),
    ]
    scene = yard(rules)
    scene.add("a", Vitals(level=0), Armour(0), tags={"on"})
    scene.add("b", Vitals(level=0), Armour(0))
    world = world_of(scene)
    tick(world, 2)
    world["b"].tag("on")
    tick(world, 6)  # at ticks 1 and 5
    assert [world[name][Vitals].level for name in "ab"] == [2, 2]
    assert [world[name][Armour].left for name in "ab"] == [2, 2]
    told = world.explain("rests", world["a"])
    assert told.against[0].found == "0.125 s left"
    tick(world)
    assert [world[name][Armour].left for name in "ab"] == [3, 2]


def test_who_takes_a_row_that_was_given_up_does_not_rest() -> None:
    scene = yard([dw.Rule("once", dw.When(tags_all="orc"), dw.Then.add("Vitals.level", 1), cooldown=100)])
    scene.add("orc", Vitals(level=0), tags={"orc"})
    world = world_of(scene)
    shot = world.spawn("orc", at=(1, 0, 0))
    tick(world)
    assert shot[Vitals].level == 1
    world.despawn(shot)
    again = world.spawn("orc", at=(1, 0, 0))
    assert again.row == shot.row
    tick(world)
    assert (again[Vitals].level, world["orc"][Vitals].level) == (2, 1), "the copy began with the orc's 1"


def test_chance_comes_from_the_world_and_repeats_with_its_seed() -> None:
    scene = yard([dw.Rule("maybe", dw.When(tags_all="x"), dw.Then.add("Vitals.level", 1), chance=0.25)])
    scene.add_many("thing", Vitals(level=0), at=np.zeros((400, 3)), tags={"x"})
    results: list[list[int]] = []
    for seed in (5, 5, 6):
        world = world_of(scene, seed=seed)
        tick(world, 4)
        results.append([entity[Vitals].level for entity in world.tagged("x")])
    assert results[0] == results[1] != results[2]
    assert sum(results[0]) == pytest.approx(400, abs=80)
    never = replace(scene.rules[0], chance=0.0)
    scene.rules = [never]
    world = world_of(scene)
    tick(world)
    assert sum(entity[Vitals].level for entity in world.tagged("x")) == 0


def test_snapshots_hold_rests_and_what_was_not_heard_yet(tmp_path: Path) -> None:
    rules = [
        dw.Rule(
            "rests",
            dw.When("random() < 0.7", tags_all="x"),
            [dw.Then.add("Vitals.level", 1), dw.Then.emit("up")],
            cooldown=0.4,
        ),
        dw.Rule("often", then=dw.Then.add("Vitals.points", -1), every=0.3),
        dw.Rule("heard", on="up", then=dw.Then.add("Vitals.points", 3)),
        dw.Rule("told", on="outside", then=dw.Then.set("Vitals.mood", "'wild'")),
    ]
    scene = yard(rules)
    scene.add_many("thing", Vitals(level=0), at=np.zeros((20, 3)), tags={"x"})
    world = world_of(scene)
    tick(world, 5)
    world.rules.disable("often")
    world.emit(dw.Signal("outside", world["thing-3"]))
    kept, before = world.snapshot(), world.state_hash()
    tick(world, 3)
    world.rules.enable("often")
    tick(world, 6)
    after = world.state_hash()
    assert after != before
    twin = dw.World(world.woven, seed=99)
    for other in (world, twin):
        other.restore(kept)
        assert other.state_hash() == before
        assert not other.rules.is_enabled("often")
        tick(other, 3)
        assert other["thing-3"][Vitals].mood == "wild"
        other.rules.enable("often")
        tick(other, 6)
        assert other.state_hash() == after
    world.restore(kept)
    world.rules.enable("often")
    assert world.state_hash() != before, "what is off is part of it"


# ---- what there is --------------------------------------------------------------------------------------------------


def test_register_unregister_enabled() -> None:
    scene = yard()
    scene.add("thing", Vitals())
    world = world_of(scene)
    assert not world.schedule.ticks
    rules = world.rules
    assert rules is world.rules
    hurt = dw.Rule("hurt", dw.When(dw.where(Vitals).points > 10), dw.Then.add("Vitals.points", -10))
    rules.register(hurt, [dw.Rule("up", then=dw.Then.add("position.y", 1))])
    assert world.schedule.ticks
    assert ("hurt" in rules, len(rules), rules["hurt"]) == (True, 2, hurt)
    tick(world)
    rules.disable("hurt")
    tick(world)
    rules.enabled = False
    tick(world)
    assert (world["thing"][Vitals].points, world["thing"].position) == (90, (0, 2, 0))
    rules.enabled = True
    rules.enable(hurt)
    rules.unregister("up")
    tick(world)
    assert (world["thing"][Vitals].points, world["thing"].position) == (80, (0, 2, 0))
    with pytest.raises(dw.SceneError, match='there is a rule "hurt" already'):
        rules.register(hurt)
    with pytest.raises(dw.SceneError, match='no rule "hrt"; there is hurt'):
        rules.unregister("hrt")
    with pytest.raises(dw.SceneError, match=r"Vitals\.pts, an unknown field.*there is points"):
        rules.register(dw.Rule("bad", "Vitals.pts < 2", dw.Then.tag("x")))
    assert len(rules) == 1


def test_a_rule_that_fails_is_stopped_and_told_by_name_and_the_others_go_on() -> None:
    def broken(firing: dw.Firing) -> None:
        raise ValueError("not today")

    rules = [
        dw.Rule("divides", then=dw.Then.set("Vitals.points", "1 / (Vitals.level - 1)")),
        dw.Rule("calls", dw.When(tags_all="x"), dw.Then.call(broken)),
        dw.Rule("counts", then=dw.Then.add("Armour.left", 1)),
    ]
    scene = yard(rules)
    scene.add("thing", Vitals(), Armour(0), tags={"x"})
    app = dw.App(scene, on_error="stop-script")
    world = app.world
    told: list[str] = []
    world.schedule.tell = lambda error: told.append(str(error))
    for _ in range(3):
        app.step(1 / 60)
    assert (world["thing"][Vitals].points, world["thing"][Armour].left) == (100, 3)
    assert len(told) == 2
    assert 'rule "divides" failed' in told[0]
    assert 'Vitals.points of "thing" would become inf' in told[0]
    assert "test_rules.py" in told[1]
    assert "not today" in told[1]
    assert world.explain("calls", world["thing"]).against[0].found == "it failed and was stopped"
    assert not world.rules.is_enabled("calls")


def test_what_a_declaration_limits_stays_within_that() -> None:
    scene = yard([dw.Rule("more", then=[dw.Then.add("Vitals.points", 150), dw.Then.add("Vitals.level", -2.4)])])
    scene.add("thing", Vitals(level=7))
    world = world_of(scene)
    tick(world)
    assert (world["thing"][Vitals].points, world["thing"][Vitals].level) == (200, 5)
    tick(world, 5)
    assert world["thing"][Vitals].level == 0


def test_an_explanation_reads_well() -> None:
    rule = dw.Rule(
        "lit",
        dw.When("Vitals.points < 20", tags_all="wood", tags_none="wet", within=dw.Within(2, tag="fire")),
        dw.Then.tag("fire"),
        cooldown=1,
    )
    scene = yard([rule])
    scene.add("hut", Vitals(35), at=(0, 0, 0), tags={"wood", "wet"})
    scene.add("torch", at=(0, 0, 3), tags={"fire"})
    world = world_of(scene)
    told = world.explain("lit", world["hut"])
    assert not told.fires
    assert str(told).splitlines() == [
        'rule "lit" does not fire for "hut"',
        "  yes tags_all: wet, wood; wanted: wood",
        "  no  tags_none: wet, wood; wanted: none of wet",
        "  yes carries: a Vitals; wanted: a Vitals",
        '  no  within: the nearest is "torch" at 3 m; wanted: fire at most 2 m away',
        "  no  where Vitals.points < 20: Vitals.points is 35; wanted: true",
        "  yes cooldown: over; wanted: 1 s after it fired",
    ]
    assert [finding.condition for finding in told.against] == ["tags_none", "within", "where Vitals.points < 20"]
    world["hut"].untag("wet")
    world["hut"][Vitals].points = 5
    world["torch"].position = (0, 0, 1)
    assert world.explain(rule, world["hut"]).fires
    hut = world["hut"]
    world.despawn(hut)
    with pytest.raises(dw.SceneError, match="despawned"):
        world.explain(rule, hut)
