"""Ready-made rules, the page about rules, and a scene with rules as a file."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.assets.library import AssetLibrary
from dreamwell.engine.declare import to_plain
from dreamwell.engine.scene.dream_file import loads
from dreamwell.engine.scene.expressions import FUNCTIONS, MOTION, PLACES
from dreamwell.loom.validate import validate
from dreamwell.physics import simulate

DT = 1 / 30


@dw.component
class Stuff:
    """What ready-made rules count with."""

    points: float = dw.field(default=100.0, minimum=0)
    coins: int = dw.field(default=0, minimum=0)


def stage(rules: list[dw.Rule]) -> dw.Scene:
    scene = dw.Scene("stage", seed=1)
    scene.add("camera", dw.Camera(), at=(0, 0, 100))
    scene.add("sun", dw.Sun())
    scene.rules = rules
    return scene


def play(world: dw.World, seconds: float) -> None:
    for _ in range(round(seconds / DT)):
        world.schedule.fixed(DT)


def test_fire_spreads_over_a_grid_of_houses_ring_by_ring_and_burns_out() -> None:
    rules = dw.fire_rules("wood", reach=2.9, chance=1, every=1, field="Stuff.points", damage=20)
    scene = stage(rules)
    side = 9
    for x in range(side):
        for z in range(side):
            tags = {"wood", "burning"} if (x, z) == (4, 4) else {"wood", "wet"} if x == 0 else {"wood"}
            scene.add(f"house-{x}-{z}", Stuff(), at=(2 * x, 0, 2 * z), tags=tags)
    world = dw.World(dw.weave(scene), seed=1)
    house = {(x, z): world[f"house-{x}-{z}"] for x in range(side) for z in range(side)}
    for ring in range(1, 5):
        play(world, 1)
        lit = {at for at, one in house.items() if {"burning", "burnt"} & one.tags}
        assert lit == {(x, z) for x, z in house if max(abs(x - 4), abs(z - 4)) <= ring and x > 0}, ring
    play(world, 10)
    assert {at for at, one in house.items() if "burnt" in one.tags} == {at for at in house if at[0] > 0}
    assert not world.tagged("burning")
    assert house[1, 4][Stuff].points == 0
    assert house[0, 4][Stuff].points == 100
    assert not world.schedule.errors


def test_ignition_by_sparks_and_by_signals() -> None:
    scene = stage(dw.ignition_rules("wood", reach=2))
    for i in range(3):
        scene.add(f"log-{i}", at=(10 * i, 0, 0), tags={"wood"})
    scene.add("torch", at=(1, 0, 0), tags={"spark"})
    world = dw.World(dw.weave(scene), seed=1)
    world.emit(dw.Signal("ignite", world["log-2"]))
    play(world, DT)
    assert [one.name for one in world.tagged("burning")] == ["log-0", "log-2"]


@pytest.mark.parametrize("touch", [True, False])
def test_damage_and_death(touch: bool) -> None:
    on = dw.Contact if touch else None
    rules = dw.damage_rules("hero", "spike", 30, field="Stuff.points", on=on, cooldown=1, despawn=True)
    scene = stage(rules)
    scene.add("hero", Stuff(), tags={"hero"})
    scene.add("friend", Stuff(), at=(50, 0, 0), tags={"hero"})
    scene.add("spike", at=(0.5, 0, 0), tags={"spike"})
    app = dw.App(scene, tick_rate=30)
    died: list[str] = []
    app.on(dw.Signal, name="died")(lambda signal: died.append(signal.name))
    world = app.world
    hero, spike = world["hero"], world["spike"]
    for _ in range(2 * 30):
        if touch and hero.alive:
            world.emit(dw.Contact(spike, hero))
            world.emit(dw.Contact(hero, world["friend"]))
        app.step(DT)
    assert hero[Stuff].points == 40
    for _ in range(3 * 30):
        if touch and hero.alive:
            world.emit(dw.Contact(spike, hero))
        app.step(DT)
    assert not hero.alive
    assert died == ["died"]
    assert world["friend"][Stuff].points == 100


@pytest.mark.parametrize("touch", [True, False])
def test_things_are_picked_up_once(touch: bool) -> None:
    rules = dw.pickup_rules("hero", "coin", field="Stuff.coins", on=dw.Contact if touch else None)
    scene = stage(rules)
    scene.add("hero-0", Stuff(), tags={"hero"})
    scene.add("hero-1", Stuff(), at=(0.9, 0, 0), tags={"hero"})
    for i in range(3):
        scene.add(f"coin-{i}", at=(0.3, 0, 0.1 * i) if i < 2 else (9, 0, 0), tags={"coin"})
    world = dw.World(dw.weave(scene), seed=1)
    if touch:
        for hero in ("hero-0", "hero-1"):
            for coin in ("coin-0", "coin-1"):
                world.emit(dw.Contact(world[hero], world[coin]))
    play(world, 3 * DT)
    assert [world[f"hero-{i}"][Stuff].coins for i in range(2)] == [2, 0]
    assert [one.name for one in world.tagged("coin")] == ["coin-2"]
    assert not world.schedule.errors


def test_a_patrol_goes_round() -> None:
    points = [(0, 0, 0), (6, 0, 0), (6, 0, 6)]
    scene = stage([*dw.patrol_rules("guard", points), *dw.move_rules("guard")])
    scene.add("guard", dw.Steering(speed=3), at=(0, 0, 3), tags={"guard"})
    world = dw.World(dw.weave(scene), seed=1)
    guard = world["guard"]
    legs: list[int] = []
    for _ in range(300):
        play(world, DT)
        leg, velocity = guard[dw.Steering].leg, guard[dw.Steering].velocity
        if not legs or legs[-1] != leg:
            legs.append(leg)
        assert math.hypot(*velocity) <= 3.3
    assert legs[:5] == [0, 1, 2, 0, 1]
    with pytest.raises(dw.SceneError, match="at least two points"):
        dw.patrol_rules("guard", [(0, 0, 0)])


def test_a_flock_keeps_together_and_flees() -> None:
    rules = [*dw.flock_rules("sheep", alignment=3, unless="fleeing"), *dw.flee_rules("sheep", "wolf", distance=6)]
    scene = stage([*rules, *dw.move_rules("sheep")])
    random = np.random.default_rng(1)
    steering = [dw.Steering(tuple(v), speed=3) for v in random.normal(size=(40, 3))]
    scene.add_many("sheep", steering, at=random.uniform(-4, 4, (40, 3)), tags={"sheep"})
    scene.add("wolf", at=(100, 0, 0), tags={"wolf"})
    world = dw.World(dw.weave(scene), seed=1)

    def order() -> float:
        velocity = np.array([one[dw.Steering].velocity for one in world.tagged("sheep")])
        return float(np.linalg.norm(velocity.mean(axis=0)) / np.linalg.norm(velocity, axis=1).mean())

    before = order()
    play(world, 8)
    assert order() > 2 * before
    assert not world.tagged("fleeing")
    middle = np.add(world["sheep-0"].position, (0.5, 0, 0))
    world["wolf"].position = middle.tolist()
    near = [one for one in world.tagged("sheep") if math.dist(one.position, middle) < 5]
    far = [math.dist(one.position, middle) for one in near]
    play(world, 0.2)
    assert all("fleeing" in one.tags for one in near)
    play(world, 1)
    assert np.mean([math.dist(one.position, middle) for one in near]) > np.mean(far) + 1
    world["wolf"].position = (1000, 0, 0)
    play(world, DT)
    assert not world.tagged("fleeing")
    assert not world.schedule.errors


# ---- files ----------------------------------------------------------------------------------------------------------


def test_rules_survive_a_file_and_the_text_is_canonical(tmp_path: Path) -> None:
    (tmp_path / "village.py").write_text(
        "import dreamwell as dw\nfrom dataclasses import dataclass\n"
        "@dataclass(frozen=True)\nclass Fallen:\n    who: dw.Entity\n    by: object = None\n    force: float = 1.0\n"
        "seen = []\ndef note(firing):\n    seen.append(firing.rows.tolist())\n"
    )
    rules = [
        *dw.fire_rules("wood", field="Stuff.points"),
        dw.Rule(
            "all of it",
            dw.When(
                ("Stuff.points < 20", "distance < 2"),
                tags_any=("a", "wood"),
                sees=dw.Sees(3, 70, tag="wood"),
                other_none="wet",
            ),
            [
                dw.Then.set("position.y", "2 * sin(time)"),
                dw.Then.event("Fallen", who="self", by="other", force=2),
                dw.Then.call("village:note"),
                dw.Then.spawn("other.dream", at=(0, 1, 0)),
                dw.Then.despawn(target="other"),
            ],
            cooldown=0.5,
            chance=0.25,
            priority=-3,
            enabled=False,
        ),
        dw.Rule("falls", on="Fallen", then=dw.Then.emit("fell")),
    ]
    scene = stage(rules)
    scene.root = tmp_path
    scene.scripts = ["village.py"]
    scene.add("house", Stuff(), tags={"wood"})
    stage([]).save(tmp_path / "other.dream")
    scene.save(tmp_path / "village.dream")
    text = (tmp_path / "village.dream").read_text()
    again = dw.load(tmp_path / "village.dream")
    assert again.rules == rules
    assert again.dumps() == text
    assert dw.weave(again).digest == dw.weave(tmp_path / "village.dream").digest
    (tmp_path / "deep").mkdir()
    scene.save(tmp_path / "deep" / "x.dream")
    assert scene.rules[-2].then[3].name == "../other.dream"
    world = dw.World(dw.weave(tmp_path / "village.dream"), seed=1)
    assert next(iter(world.rules)).name == "all of it"
    world.rules.enable("all of it")
    play(world, 1)
    assert not world.schedule.errors


def test_a_prefab_brings_its_rules(tmp_path: Path) -> None:
    hut = stage([dw.Rule("hut rule", dw.When(tags_all="hut"), dw.Then.tag("seen"))])
    hut.add("hut", tags={"hut"})
    hut.save(tmp_path / "hut.dream")
    scene = dw.Scene("town", root=tmp_path)
    scene.add("camera", dw.Camera(), at=(0, 0, 9))
    scene.add("one", dw.Prefab("hut.dream"))
    builds = dw.Rule("builds", dw.When(tags_all="site"), [dw.Then.spawn(dw.Prefab("hut.dream")), dw.Then.untag("site")])
    scene.rules = [builds]
    assert dw.Prefab("hut.dream") in dw.weave(scene).prefabs
    scene.add("site", at=(4, 0, 0), tags={"site"})
    world = dw.World(dw.weave(scene), seed=1)
    play(world, 3 * DT)
    assert [one.name for one in world.tagged("seen")] == ["hut", "hut"]
    assert [one.world_position[0] for one in world.tagged("seen")] == [0, 4]
    assert (scene.rules, len(world.rules)) == ([builds], 2)
    world.rules.register(dw.Rule("more", then=dw.Then.tag("more")))
    with pytest.raises(dw.SceneError, match="has overrides"):
        dw.Then.spawn(dw.Prefab("hut.dream", {"hut": {"name": "x"}}))


def test_a_scene_that_is_loaded_anew_goes_on_with_its_new_rules() -> None:
    rules = [
        dw.Rule("one", then=dw.Then.add("Stuff.coins", 1), cooldown=100),
        dw.Rule("two", then=dw.Then.add("Stuff.coins", 10)),
    ]
    scene = stage(rules)
    scene.add("a", Stuff())
    world = dw.World(dw.weave(scene), seed=1)
    world.rules.register(dw.Rule("three", then=dw.Then.add("Stuff.points", 1)))
    play(world, DT)
    scene.rules = [rules[0], dw.Rule("two", then=dw.Then.add("Stuff.coins", 100))]
    world.adopt(dw.weave(scene))
    play(world, DT)
    assert world["a"][Stuff].coins == 1 + 10 + 100
    assert world["a"][Stuff].points == 102
    assert [rule.name for rule in world.rules] == ["one", "three", "two"]


# ---- what the Loom tells --------------------------------------------------------------------------------------------


def problems_of(*rules: dw.Rule) -> list[str]:
    scene = stage(list(rules))
    scene.add("house", Stuff(), tags={"wood"})
    with pytest.raises(dw.SceneError) as error:
        dw.weave(scene)
    return [str(problem) for problem in error.value.problems]


T = dw.Then.tag("x")


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (dw.Rule("r", "Stuff.point < 2", T), "Stuff.point, an unknown field; it must be a field of Stuff (there is p"),
        (dw.Rule("r", "Stuf.points < 2", T), "the unknown component Stuf; it must be one that is declared (there is"),
        (dw.Rule("r", "Stuff.points", T), '"Stuff.points", which is a number; it must be true or false'),
        (dw.Rule("r", "Stuff.points < 'a'", T), "a number compared with a text"),
        (dw.Rule("r", "position < 2", T), "3 numbers compared with a number"),
        (dw.Rule("r", "Stuff.points <", T), "can't be read"),
        (dw.Rule("r", "__import__('os')", T), "the unknown function __import__"),
        (dw.Rule("r", "[x for x in 'a']", T), "other Python is not run"),
        (dw.Rule("r", "(lambda: 1)() < 2", T), "the unknown function"),
        (dw.Rule("r", "other.Stuff.points < 2", T), "without another object"),
        (dw.Rule("r", "event.force < 2", T), "without an event"),
        (dw.Rule("r", "count() > 2", T), "within= says what is near"),
        (dw.Rule("r", "Camera.fov_y > 2", T), "rules can't read"),
        (dw.Rule("r", dw.When(other_all="x"), T), "when.other_all is asked for without another object"),
        (dw.Rule("r", dw.When(tags_all="two words"), T), 'when.tags_all is "two words"; it must be one word'),
        (dw.Rule("r", dw.When(within=dw.Within(-1)), T), "when.within.distance is -1.0; it must be above 0 m"),
        (dw.Rule("r", dw.When(sees=dw.Sees(angle=400)), T), "sees.angle is 400.0; it must be at most 360 deg"),
        (dw.Rule("r", then=dw.Then.set("Stuff.points", "position")), '"position", which is 3 numbers; it'),
        (dw.Rule("r", then=dw.Then.set("Stuff.points", -5)), "is -5.0; it must be at least 0"),
        (dw.Rule("r", then=dw.Then.set("world_position", (0, 0, 0))), "which can be read only"),
        (dw.Rule("r", then=dw.Then.set("position.w", 1)), "position.w, which is not there; it must be position"),
        (dw.Rule("r", then=dw.Then.spawn("hous")), '"hous"; it must be the name of an object (there is house'),
        (dw.Rule("r", then=dw.Then.spawn("no.dream")), "a file that exists"),
        (dw.Rule("r", then=dw.Then.call("a:b")), '"module:function" of one of the scene'),
        (dw.Rule("r", then=dw.Then.event("Hit", who="self")), "the unknown class Hit"),
        (dw.Rule("r", then=dw.Then.event(dw.Contact, a="self")), "without b"),
        (dw.Rule("r", then=dw.Then.event(dw.Signal, name="'x'", entity="self", who=1)), "Signal.who; it must be one"),
        (dw.Rule("r", then=dw.Then.emit("Big")), "begins with a small letter"),
        (dw.Rule("r", then=dw.Then.tag("x", target="other")), 'then[0].target is "other", without another object'),
        (dw.Rule("r", then=dw.Then()), "then[0].do is missing"),
        (dw.Rule("r"), "then is empty; it must be at least one action"),
        (dw.Rule("", then=T), "rules[0] → name is empty"),
        (dw.Rule("r", on="Contatc", then=T), "on is the unknown class Contatc"),
        (dw.Rule("r", then=T, chance=2), "chance is 2.0; it must be from 0 to 1"),
        (dw.Rule("r", then=T, every=-1), "every is -1.0; it must be at least 0 s"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_rule_is_told(rule: dw.Rule, told: str) -> None:
    (problem,) = problems_of(rule)
    assert told in problem
    assert not rule.name or problem.startswith('rule "r" → ')


def test_all_problems_of_all_rules_are_told_together() -> None:
    told = problems_of(
        dw.Rule("a", ("Nope.x < 1", "Stuff.nope < 1"), T), dw.Rule("a", then=T), dw.Rule("b", then=dw.Then())
    )
    assert len(told) == 4


def test_unknown_tags_and_signals_are_warnings_with_near_names() -> None:
    scene = stage(
        [dw.Rule("r", dw.When(tags_all="wod"), dw.Then.emit("lit")), dw.Rule("s", on="lti", then=dw.Then.tag("wet"))]
    )
    scene.add("house", tags={"wood"})
    scene.rules.append(dw.Rule("t", dw.When(tags_none="wet"), dw.Then.untag("wood")))
    told = [str(w) for w in dw.weave(scene).warnings]
    assert len(told) == 2
    assert 'rule "r" → when.tags_all is the tag "wod", which nothing has' in told[0]
    assert "there is wood" in told[0]
    assert 'rule "s" → on is the signal "lti", which no rule emits' in told[1]
    assert "there is lit" in told[1]


def test_broken_rules_in_a_file_are_told_with_the_rest() -> None:
    text = stage([dw.Rule("r", then=dw.Then.tag("x"))]).dumps()
    for broken, told in (
        (text.replace('"do": "tag"', '"do": "tog"'), 'rule "r" → then[0].do is "tog"'),
        (text.replace('"name": "r"', '"nam": "r"'), "nam is unknown"),
        (re.sub(r'"rules": \[.*?\n \]', '"rules": 3', text, flags=re.DOTALL), "rules is 3; it must be a list of rules"),
    ):
        scene, found = loads(broken)
        with pytest.raises(dw.SceneError) as error:
            validate(scene, "x", found, AssetLibrary(Path()))
        assert told in str(error.value)


def test_where_builds_texts() -> None:
    health = dw.where(Stuff)
    term = (health.points < 20) & ~(health.coins + 2 >= dw.where(Stuff, other=True).coins) | (health.points == 3)
    rule = dw.Rule("r", dw.When(term, within=dw.Within(2)), T)
    assert rule.when.where[0].startswith("((((Stuff.points < 20) and ")
    scene = stage([rule])
    scene.add("a", Stuff(points=3), tags={"x"})
    scene.add("b", Stuff(coins=9), tags={"x"})
    world = dw.World(dw.weave(scene), seed=1)
    assert world.explain("r", world["a"]).fires
    assert not world.explain("r", world["b"]).fires
    with pytest.raises(dw.SceneError, match=r"Stuff\.point, an unknown field"):
        _ = health.point
    with pytest.raises(TypeError, match="no truth yet"):
        _ = bool(health.points < 3)


# ---- the page -------------------------------------------------------------------------------------------------------


def test_bodies_are_driven_and_walls_hold_them() -> None:
    scene = dw.Scene("chase", seed=1)
    scene.physics = dw.Physics(gravity=(0, 0, 0))
    body = dw.Body(mass=1.0, lock_position="y", lock_rotation="xz")
    cat = scene.add("cat", body, dw.Collider.sphere(0.4), dw.Steering(speed=4), at=(0, 0, 0), tags={"cat"})
    assert cat.name == "cat"
    scene.add("mouse", at=(10, 0, 0), tags={"mouse"})
    scene.add("wall", dw.Collider.box((1, 2, 30)), at=(6, 0, 0))
    scene.rules = [*dw.chase_rules("cat", "mouse", distance=20, unless="tired"), *dw.drive_rules("cat")]
    world = dw.World(dw.weave(scene), seed=1)
    simulate(world)
    play(world, 1)
    x, _, z = world["cat"].position
    assert 2 < x < 5
    assert abs(z) < 0.1
    assert world["cat"].body.velocity == pytest.approx((4, 0, 0), abs=0.2)
    i, j, k, w = world["cat"].rotation
    assert (i, k) == pytest.approx((0, 0), abs=1e-5)
    assert math.degrees(2 * math.atan2(j, w)) == pytest.approx(-90, abs=6), "it looks where it goes"
    play(world, 2)
    assert world["cat"].position[0] == pytest.approx(5.1, abs=0.05), "the wall holds it"
    world["cat"].tag("tired")
    before = world["cat"][dw.Steering].velocity
    play(world, 0.5)
    assert world["cat"][dw.Steering].velocity == before


def test_who_must_hunt_to_chase() -> None:
    rules = dw.chase_rules("cat", "mouse", while_="hungry")
    assert rules[0].when.tags_all == ("cat", "hungry")


def test_the_page_about_rules_runs(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (checkout / "docs" / "rules.md").read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(blocks[0].replace("app.run()", ""), "page", "exec", dont_inherit=True), names)
    exec(compile(blocks[2], "page", "exec", dont_inherit=True), names)
    printed = capsys.readouterr().out.strip().splitlines()
    start = page.index('    rule "fire spreads"')
    assert printed == [line[4:] for line in page[start:].splitlines()[: len(printed)]]
    app = names["app"]
    for _ in range(61):
        app.step(1 / 60)
    assert len(app.world.tagged("burning")) == 6
    assert capsys.readouterr().out.startswith("house-0-2 burns\nhouse-2-0 burns\n")
    exec(compile(blocks[3], "page", "exec", dont_inherit=True), names)
    assert 'rule "fire spreads" fires for "house-4-4"' in capsys.readouterr().out
    exec(compile(blocks[4], "page", "exec", dont_inherit=True), names)
    again = dw.World(dw.weave(names["scene"]), seed=1)
    play(again, 3)
    assert not again.schedule.errors
    assert again["sheep-3"].position != (3, 0, 30)
    for name in (*FUNCTIONS, *PLACES, *(f"body.{name}" for name in MOTION)):
        assert name in page
    bowling: dict[str, Any] = {"__name__": "bowling"}
    exec(compile(blocks[1], "page", "exec", dont_inherit=True), bowling)
    lane = dw.World(dw.weave(bowling["scene"]), seed=1)
    simulate(lane)
    play(lane, 4)
    assert not lane.schedule.errors
    assert "down" in lane["pin"].tags
    assert not lane.tagged("ball")
    for kind in (dw.When(), dw.Rule("x", on="y", every=1, cooldown=1, chance=0.5, priority=1, enabled=False)):
        assert all(f"`{name}=" in page or f"{name}=" in page for name in to_plain(kind) if name not in ("name",))
