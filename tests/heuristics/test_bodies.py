"""Rules and physics together: both sides of a contact, bodies in expressions and actions, walls that hide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.physics import simulate

DT = 1 / 60
Engine = Literal["spatial", "planar"]


@dw.component
class Marks:
    """What rules write down, to be looked at."""

    number: float = dw.field(default=0.0)
    flag: bool = dw.field(default=False)
    three: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0))


@pytest.fixture(params=["spatial", "planar"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each of the engines in turn."""
    return request.param


def place(engine: Engine = "spatial", rules: Sequence[dw.Rule] = (), gravity: dw.Vec3 = (0, 0, 0)) -> dw.Scene:
    """A scene in which nothing falls."""
    scene = dw.Scene("place", seed=1)
    scene.add("camera", dw.Camera(), at=(0, 0, 100))
    scene.physics = dw.Physics(engine=engine, gravity=gravity, layers=("default", "wall", "glass"))
    scene.rules = list(rules)
    return scene


def ball(scene: dw.Scene, name: str, at: tuple[float, float, float] = (0, 0, 0), **fields: Any) -> None:
    """A ball of 1 kg that can be looked at."""
    scene.add(name, dw.Body(mass=1.0, **fields), dw.Collider.sphere(0.5), Marks(), at=at, tags={name, "ball"})


def played(scene: dw.Scene, ticks: int = 0) -> dw.World:
    """Its world, after so many ticks."""
    world = dw.World(dw.weave(scene), seed=1)
    simulate(world)
    tick(world, ticks)
    return world


def tick(world: dw.World, times: int = 1) -> None:
    for _ in range(times):
        world.schedule.fixed(DT)


# ---- contacts ------------------------------------------------------------------------------------------------------


def test_a_contact_fires_by_the_tags_of_both_sides(engine: Engine) -> None:
    touch = dw.Rule(
        "touch",
        dw.When(tags_all="hero", other_all="spike", other_none="blunt"),
        [dw.Then.tag("hurt"), dw.Then.tag("used", target="other"), dw.Then.set("Marks.three", "event.normal")],
        on="Contact",
    )
    scene = place(engine, [touch])
    ball(scene, "hero", velocity=(3, 0, 0))
    ball(scene, "spike", (1.2, 0, 0), kind="static")
    ball(scene, "blunt", (-9, 0, 0), kind="static")
    world = played(scene, 20)
    assert "hurt" in world["hero"].tags
    assert "used" in world["spike"].tags
    assert "hurt" not in world["spike"].tags
    assert world["hero"][Marks].three == pytest.approx((1, 0, 0), abs=1e-3), "from the hero to the spike"
    back = dw.Rule("back", dw.When(tags_all="spike"), dw.Then.set("Marks.three", "event.normal"), on=dw.Contact)
    scene.rules = [back]
    world = played(scene, 20)
    assert world["spike"][Marks].three == pytest.approx((-1, 0, 0), abs=1e-3), "and the other way as the spike has it"


def test_a_contact_with_what_is_blunt_does_not_count(engine: Engine) -> None:
    rule = dw.Rule("touch", dw.When(tags_all="hero", other_none="spike"), dw.Then.tag("hurt"), on="Contact")
    scene = place(engine, [rule])
    ball(scene, "hero", velocity=(3, 0, 0))
    ball(scene, "spike", (1.2, 0, 0), kind="static")
    assert "hurt" not in played(scene, 20)["hero"].tags


def test_sensors_tell_rules_who_comes_and_who_goes(engine: Engine, tmp_path: Path) -> None:
    rules = [
        dw.Rule("in", dw.When("event.sensor", tags_all="hero", other_all="zone"), dw.Then.tag("inside"), on="Contact"),
        dw.Rule("out", dw.When(tags_all="hero", other_all="zone"), dw.Then.untag("inside"), on="ContactEnded"),
        dw.Rule("left", dw.When(tags_all="zone"), dw.Then.add("Marks.number", 1), on=dw.ContactEnded),
    ]
    scene = place(engine, rules)
    ball(scene, "hero", velocity=(6, 0, 0))
    zone = dw.Collider(shape="box", size=(1, 4, 4), sensor=True)
    scene.add("zone", zone, Marks(), at=(3, 0, 0), tags={"zone"})
    scene.save(tmp_path / "zone.dream")
    scene = dw.load(tmp_path / "zone.dream")
    assert [rule.on for rule in scene.rules] == ["Contact", "ContactEnded", "ContactEnded"]
    world = played(scene, 5)
    assert "inside" not in world["hero"].tags
    tick(world, 20)
    assert "inside" in world["hero"].tags
    tick(world, 30)
    assert "inside" not in world["hero"].tags
    assert world["zone"][Marks].number == 1


def test_contacts_are_told_of_only_where_somebody_hears_them() -> None:
    quiet = dw.Rule("quiet", dw.When(tags_all="ball"), dw.Then.add("Marks.number", 1))
    world = played(place(rules=[quiet]))
    assert not world.schedule.hears(dw.Contact)
    world.rules.register(dw.Rule("loud", dw.When(tags_all="ball"), dw.Then.tag("hit"), on="Contact"))
    assert world.schedule.hears(dw.Contact)
    assert not world.schedule.hears(dw.ContactEnded)
    world.rules.enabled = False
    assert not world.schedule.hears(dw.Contact)


def test_who_is_despawned_by_a_contact_is_gone_for_the_rules_that_follow(engine: Engine) -> None:
    rules = [
        dw.Rule("eat", dw.When(tags_all="hero", other_all="ball"), dw.Then.despawn(target="other"), on="Contact"),
        dw.Rule("eaten", dw.When(tags_all="hero"), dw.Then.add("Marks.number", 1), on="ContactEnded"),
    ]
    scene = place(engine, rules)
    ball(scene, "hero", velocity=(3, 0, 0))
    for i in range(3):
        ball(scene, f"food-{i}", (1.4 + 1.2 * i, 0, 0), kind="static")
    world = played(scene, 90)
    assert world["hero"].alive
    assert not world.tagged("food-0")
    assert not world.schedule.errors


# ---- bodies in expressions -----------------------------------------------------------------------------------------


def test_rules_read_how_bodies_move(engine: Engine) -> None:
    rules = [
        dw.Rule("where", dw.When(tags_all="ball"), dw.Then.set("Marks.three", "body.velocity")),
        dw.Rule("fast", dw.When("body.speed > 4"), dw.Then.tag("fast")),
        dw.Rule("heavy", dw.When(tags_all="ball"), dw.Then.set("Marks.number", "body.mass")),
    ]
    scene = place(engine, rules)
    ball(scene, "slow", velocity=(0, 3, 0))
    ball(scene, "quick", (4, 0, 0), velocity=(3, -4, 0))
    ball(scene, "still", (8, 0, 0), kind="static")
    scene.add("bare", Marks(), at=(9, 0, 0), tags={"ball"})
    world = played(scene, 3)
    for name in ("slow", "quick", "still"):
        entity = world[name]
        assert entity[Marks].three == pytest.approx(entity.body.velocity, abs=1e-3)
        assert entity[Marks].number == (0 if name == "still" else pytest.approx(entity.body.mass))
    assert [entity.name for entity in world.tagged("fast")] == ["quick"]
    assert world["bare"][Marks].three == (0, 0, 0), "what has no Body is left out"


def test_rules_read_how_bodies_turn_and_rest(engine: Engine) -> None:
    rules = [
        dw.Rule("turns", dw.When(tags_all="ball"), dw.Then.set("Marks.three", "body.angular_velocity")),
        dw.Rule("rests", dw.When("body.asleep"), dw.Then.set("Marks.flag", True)),
    ]
    scene = place(engine, rules)
    ball(scene, "top", angular_velocity=(0, 0, -90), can_sleep=False)
    ball(scene, "stone", (5, 0, 0))
    world = played(scene, 5)
    assert world["top"][Marks].three == pytest.approx((0, 0, -90), abs=0.5)
    tick(world, 200)
    assert world["stone"][Marks].flag
    assert not world["top"][Marks].flag


def test_what_hangs_on_others_and_what_scripts_move_has_a_velocity_too() -> None:
    rule = dw.Rule("where", dw.When(tags_all="ball"), dw.Then.set("Marks.three", "body.velocity"))
    scene = place(rules=[rule])
    above = scene.add("above", at=(1, 2, 3), rotation=(0, 0.7071068, 0, 0.7071068))
    scene.add("low", dw.Body(velocity=(2, 0, 0)), dw.Collider.sphere(), Marks(), tags={"ball"}, parent=above)
    ball(scene, "lift", (9, 0, 0), kind="kinematic")
    world = played(scene, 2)
    assert world["low"][Marks].three == pytest.approx((2, 0, 0), abs=1e-3)
    world["lift"].translate(y=0.1)
    tick(world)
    assert world["lift"][Marks].three == pytest.approx((0, 6, 0), abs=1e-2)


def test_a_teleport_is_no_velocity_and_neither_is_a_new_object_in_an_old_row() -> None:
    rule = dw.Rule("where", dw.When(tags_all="ball"), dw.Then.set("Marks.three", "body.velocity"))
    scene = place(rules=[rule])
    ball(scene, "a", velocity=(1, 0, 0))
    world = played(scene, 3)
    world.teleport(world["a"], (50, 50, 50))
    tick(world)
    assert world["a"][Marks].three == pytest.approx((1, 0, 0), abs=1e-2)
    world.despawn(world["a"])
    scene_ball = dw.Body(mass=1.0, velocity=(0, 5, 0)), dw.Collider.sphere(0.5), Marks()
    made = world.spawn("camera", at=(-9, 0, 0), name="b", tags={"ball"}, components=scene_ball)
    tick(world)
    assert made[Marks].three == pytest.approx((0, 5, 0), abs=1e-2)


# ---- what rules do to bodies ---------------------------------------------------------------------------------------


def test_rules_set_and_add_to_velocities(engine: Engine) -> None:
    def once(name: str, *then: dw.Then) -> dw.Rule:
        return dw.Rule(name, dw.When(tags_all=name, tags_none="done"), [*then, dw.Then.tag("done")])

    rules = [
        once("all", dw.Then.set("body.velocity", (1, 2, 0))),
        once("one", dw.Then.set("body.velocity.y", "body.velocity.x + 4")),
        once("more", dw.Then.add("body.velocity", (0, 5, 0))),
        once("turn", dw.Then.set("body.angular_velocity.z", 45)),
        once("hit", dw.Then.impulse("(0, 3 * body.mass, 0)")),
        once("locked", dw.Then.set("body.velocity", (1, 2, 0))),
        once("fixed", dw.Then.set("body.velocity", (1, 2, 0)), dw.Then.impulse((9, 9, 9))),
    ]
    scene = place(engine, rules)
    for i, name in enumerate(("all", "one", "more", "turn", "hit")):
        ball(scene, name, (5 * i, 0, 0), velocity=(3, 0, 0))
    ball(scene, "locked", (0, 9, 0), lock_position="y")
    ball(scene, "fixed", (9, 9, 0), kind="static")
    world = played(scene, 2)

    def motion(name: str) -> tuple[float, float, float]:
        return world[name].body.velocity

    assert motion("all") == pytest.approx((1, 2, 0), abs=1e-3)
    assert motion("one") == pytest.approx((3, 7, 0), abs=1e-3)
    assert motion("more") == pytest.approx((3, 5, 0), abs=1e-3)
    assert world["turn"].body.angular_velocity == pytest.approx((0, 0, 45), abs=1e-2)
    assert motion("hit") == pytest.approx((3, 3, 0), abs=1e-3)
    assert motion("locked") == pytest.approx((1, 0, 0), abs=1e-3)
    assert world["fixed"].position == (9, 9, 0)
    assert not world.schedule.errors


def test_a_force_lasts_as_long_as_its_rule_fires(engine: Engine) -> None:
    rule = dw.Rule("wind", dw.When("position.x < 1", tags_all="ball"), dw.Then.force("(2 * body.mass, 0, 0)"))
    scene = place(engine, [rule])
    ball(scene, "leaf")
    world = played(scene, 61)
    speed = world["leaf"].body.velocity[0]
    assert speed == pytest.approx(2.0, rel=0.02), "2 m/s² for a second; the first tick has no push yet"
    tick(world, 120)
    top = world["leaf"].body.velocity[0]
    tick(world, 30)
    assert world["leaf"].body.velocity[0] == pytest.approx(top, rel=1e-3)


def test_rules_wake_and_put_to_sleep(engine: Engine) -> None:
    rules = [
        dw.Rule("wake", on="alarm", then=dw.Then.set("body.asleep", False)),
        dw.Rule("rest", on="night", then=dw.Then.set("body.asleep", True)),
    ]
    scene = place(engine, rules)
    ball(scene, "cat", velocity=(1, 0, 0))
    world = played(scene, 3)
    world.emit(dw.Signal("night", world["cat"]))
    tick(world, 2)
    assert world["cat"].body.asleep
    world.emit(dw.Signal("alarm", world["cat"]))
    tick(world)
    assert not world["cat"].body.asleep


def test_what_a_body_is_are_fields_as_any_others(engine: Engine) -> None:
    rules = [
        dw.Rule("float", dw.When(tags_all="ghost"), dw.Then.set("Body.gravity_scale", -1)),
        dw.Rule("stop", dw.When("position.x > 30.2", tags_all="car"), dw.Then.set("Body.kind", "'static'")),
        dw.Rule("open", dw.When(tags_all="door"), dw.Then.set("Collider.sensor", True)),
    ]
    scene = place(engine, rules, gravity=(0, -10, 0))
    ball(scene, "ghost")
    ball(scene, "car", (30, 5, 0), velocity=(2, 0, 0), gravity_scale=0)
    ball(scene, "door", (-30, 20, 0), kind="static")
    ball(scene, "key", (-30, 22, 0))
    world = played(scene, 60)
    assert world["ghost"].body.velocity[1] > 9
    assert 30.2 < world["car"].position[0] < 30.3
    assert world["key"].position[1] < 19, "through the door"


def test_many_pushes_in_one_round_add_up() -> None:
    rules = [
        dw.Rule("bump", dw.When(tags_all="ball"), dw.Then.add("body.velocity", (1, 0, 0), target="other"), on="bump"),
        dw.Rule("say", dw.When(tags_all="pusher", within=dw.Within(99, tag="hero")), dw.Then.emit("bump"), every=9),
    ]
    scene = place(rules=rules)
    ball(scene, "hero")
    for i in range(5):
        scene.add(f"pusher-{i}", at=(5, i, 0), tags={"pusher", "ball"})
    assert played(scene, 1)["hero"].body.velocity == pytest.approx((5, 0, 0), abs=1e-4)


def test_what_is_no_number_stops_the_rule_and_leaves_the_body(engine: Engine) -> None:
    rules = [dw.Rule("odd", dw.When(tags_all="ball"), dw.Then.impulse("(1 / (time - time), 0, 0)"))]
    scene = place(engine, rules)
    ball(scene, "hero", velocity=(1, 0, 0))
    world = played(scene)
    world.schedule.on_error = "stop-script"
    world.schedule.tell = lambda error: None
    tick(world, 3)
    assert 'impulse of "hero" would become' in str(world.schedule.errors[0])
    assert world["hero"].body.velocity == pytest.approx((1, 0, 0), abs=1e-4)


def test_without_a_simulation_the_rule_says_so() -> None:
    scene = place(rules=[dw.Rule("go", dw.When(tags_all="ball"), dw.Then.set("body.velocity", (1, 0, 0)))])
    ball(scene, "hero")
    world = dw.World(dw.weave(scene), seed=1)
    with pytest.raises(dw.DreamwellError, match="nothing simulates this world"):
        tick(world)


# ---- sight ----------------------------------------------------------------------------------------------------------


def guarded(wall: dw.Collider | None = None, **sees: Any) -> dw.Scene:
    """A guard that looks along -Z at two thieves, one behind a wall."""
    rule = dw.Rule("see", dw.When(tags_all="guard", sees=dw.Sees(20, 90, tag="thief", **sees)), dw.Then.call(noted))
    scene = place(rules=[rule])
    ball(scene, "guard", kind="static")
    scene.add("hidden", dw.Collider.sphere(0.4), at=(0, 0, -6), tags={"thief"})
    scene.add("open", dw.Collider.sphere(0.4), at=(4, 0, -8), tags={"thief"})
    if wall is not None:
        scene.add("wall", wall, at=(0, 0, -3))
    return scene


SEEN: list[list[str]] = []


def noted(firing: Any) -> None:
    """Write down who was seen."""
    SEEN.append(sorted(firing.world.at(row).name for row in firing.others.tolist()))


@pytest.mark.parametrize(
    ("wall", "sees", "found"),
    [
        (None, {}, ["hidden"]),
        (dw.Collider.box((2, 2, 0.2)), {}, ["open"]),
        (dw.Collider.box((2, 2, 0.2)), {"each": True}, ["open"]),
        (None, {"each": True}, ["hidden", "open"]),
        (dw.Collider(size=(2, 2, 0.2), sensor=True), {}, ["hidden"]),
        (dw.Collider(size=(2, 2, 0.2), layer="glass"), {"behind": "wall"}, ["hidden"]),
        (dw.Collider(size=(2, 2, 0.2), layer="wall"), {"behind": "wall"}, ["open"]),
        (dw.Collider.box((2, 2, 0.2)), {"eye": 1.5}, ["hidden"]),
        (dw.Collider.box((2, 2, 0.2)), {"eye": 0.5}, ["open"]),
        (dw.Collider.box((30, 2, 0.2)), {}, []),
    ],
)
def test_walls_hide(wall: dw.Collider | None, sees: dict[str, Any], found: list[str]) -> None:
    SEEN.clear()
    played(guarded(wall, **sees), 1)
    assert ([found] if found else []) == SEEN


def test_the_nearest_in_sight_is_as_if_all_were_asked() -> None:
    random = np.random.default_rng(4)
    spots = random.uniform(-12, 12, (60, 3)) * (1, 0, 1)
    results: list[list[tuple[str, str]]] = []
    for each in (False, True):
        met: list[tuple[str, str, float]] = []

        def note(firing: Any, met: list[tuple[str, str, float]] = met) -> None:
            world = firing.world
            for row, other in zip(firing.rows.tolist(), firing.others.tolist(), strict=True):
                a, b = world.at(row), world.at(other)
                met.append((a.name, b.name, float(np.linalg.norm(np.subtract(a.position, b.position)))))

        rule = dw.Rule("see", dw.When(tags_all="a", sees=dw.Sees(9, 200, tag="b", each=each)), dw.Then.call(note))
        scene = place(rules=[rule])
        for i, at in enumerate(spots.tolist()):
            kind = "abw"[i % 3]
            scene.add(f"{kind}{i}", dw.Collider.box((0.5, 2, 2.5) if kind == "w" else 0.4), at=at, tags={kind})
        played(scene, 1)
        best = {a: (far, b) for a, b, far in sorted(met, key=lambda m: (m[0], -m[2]))}
        results.append(sorted((a, b) for a, (_, b) in best.items()))
    assert results[0] == results[1]
    assert 3 < len(results[0]) <= 20


def test_who_hides_is_explained() -> None:
    world = played(guarded(dw.Collider.box((30, 2, 0.2))), 1)
    text = str(world.explain("see", world["guard"]))
    assert 'the nearest is "hidden" at 6 m but behind "wall"' in text
    world.rules.occlusion = None
    assert 'yes sees: "hidden" at 6 m' in str(world.explain("see", world["guard"]))


def test_the_motion_of_a_body_is_explained() -> None:
    scene = place(rules=[dw.Rule("fast", dw.When("body.speed > 4", tags_all="ball"), dw.Then.tag("fast"))])
    ball(scene, "slow", velocity=(0, 3, 0))
    scene.add("bare", at=(9, 0, 0), tags={"ball"})
    world = played(scene, 2)
    assert "body.speed is 3; wanted: true" in str(world.explain("fast", world["slow"]))
    assert "no  carries: no Body" in str(world.explain("fast", world["bare"]))


# ---- files, checks, going back -------------------------------------------------------------------------------------


def test_all_of_it_is_saved(tmp_path: Path) -> None:
    rules = [
        dw.Rule("a", dw.When("body.velocity.y < -2 and other.body.asleep", other_all="ball"),
                [dw.Then.set("body.velocity.y", 3), dw.Then.impulse((0, 1, 0), target="other")], on="Contact"),
        dw.Rule("b", dw.When(sees=dw.Sees(9, 60, tag="ball", behind="wall", eye=1.5)), dw.Then.force("forward * 3")),
    ]  # fmt: skip
    scene = place(rules=rules)
    ball(scene, "hero")
    scene.save(tmp_path / "a.dream")
    again = dw.load(tmp_path / "a.dream")
    assert list(again.rules) == rules
    again.save(tmp_path / "b.dream")
    assert (tmp_path / "a.dream").read_bytes() == (tmp_path / "b.dream").read_bytes()
    dw.weave(again)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (dw.Rule("r", "body.velocty.y < 1", dw.Then.tag("x")), "there is velocity"),
        (dw.Rule("r", "body > 1", dw.Then.tag("x")), "body by itself; it must be something of it"),
        (dw.Rule("r", "body.velocity > 1", dw.Then.tag("x")), "3 numbers compared with a number"),
        (dw.Rule("r", "other.body.speed > 1", dw.Then.tag("x")), "without another object"),
        (dw.Rule("r", then=dw.Then.set("body.speed", 1)), "can be read only.*set body.velocity"),
        (dw.Rule("r", then=dw.Then.set("body.mass", 1)), "set Body.mass"),
        (dw.Rule("r", then=dw.Then.set("body.asleep", 1)), "true or false"),
        (dw.Rule("r", then=dw.Then.add("body.asleep", True)), "to add to"),
        (dw.Rule("r", then=dw.Then.set("body.velocity.w", 1)), "not there"),
        (dw.Rule("r", then=dw.Then.impulse(3)), "which is a number; it must be 3 numbers"),
        (dw.Rule("r", then=dw.Then.force("(1, 2)")), "which is 2 numbers; it must be 3 numbers"),
        (dw.Rule("r", then=dw.Then.force((1, 2, 3), target="other")), "without another object"),
        (dw.Rule("r", then=dw.Then.tag("x"), on="ContactEnd"), "there is ContactEnded"),
        (dw.Rule("r", dw.When(sees=dw.Sees(3, tag="ball", behind="wal")), dw.Then.tag("x")), "there is wall"),
    ],
)
def test_the_loom_tells_what_can_not_be(rule: dw.Rule, message: str) -> None:
    scene = place(rules=[rule])
    ball(scene, "hero")
    with pytest.raises(dw.SceneError, match=message):
        dw.weave(scene)


@pytest.mark.parametrize(
    "rule",
    [
        dw.Rule("r", "body.speed > 1", dw.Then.tag("x")),
        dw.Rule("r", then=dw.Then.force((1, 0, 0))),
        dw.Rule("r", then=dw.Then.set("body.velocity", (1, 0, 0))),
        dw.Rule("r", then=dw.Then.set("Marks.number", "body.mass")),
    ],
)
def test_bodies_without_physics_are_refused(rule: dw.Rule) -> None:
    scene = place(rules=[rule])
    scene.physics = dw.Physics(engine="none")
    ball(scene, "hero")
    with pytest.raises(dw.SceneError, match='nothing moves by itself; it must be "spatial" or "planar"'):
        dw.weave(scene)


def test_after_going_back_the_same_happens_again() -> None:
    rules = [
        dw.Rule("jump", "body.velocity.y < -3", dw.Then.impulse("(random(), 9 * body.mass, 0)")),
        dw.Rule("drag", dw.When("body.speed > 2"), dw.Then.add("body.velocity", "-body.velocity * dt")),
        dw.Rule("touch", dw.When(tags_all="ball"), dw.Then.add("body.velocity", "event.normal * -2"), on="Contact"),
    ]  # fmt: skip
    scene = place(rules=rules, gravity=(0, -9.81, 0))
    scene.add("ground", dw.Collider.box((40, 1, 40)), at=(0, -3, 0))
    for i in range(12):
        ball(scene, f"b{i}", (i % 4, i, i % 3), velocity=(0.1 * i, 0, 0))
    world = played(scene, 40)
    checkpoint = world.snapshot()
    tick(world, 60)
    first = world.state_hash()
    world.restore(checkpoint)
    tick(world, 60)
    assert world.state_hash() == first
    other = dw.World(world.woven, seed=5)
    simulate(other)
    other.restore(checkpoint)
    tick(other, 60)
    assert other.state_hash() == first, "in another world of the scene, too"


def test_ten_thousand_bodies_are_read_without_asking_each(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = dw.Rule("fast", dw.When("body.speed > 4", tags_all="ball"), dw.Then.tag("fast"))
    scene = place(rules=[rule])
    at = np.stack([np.arange(2000) * 2.0, np.zeros(2000), np.zeros(2000)], axis=1)
    scene.add_many("ball", dw.Body(velocity=(0, 5, 0)), dw.Collider.sphere(0.5), at=at, tags={"ball"})
    world = played(scene)
    engine: Any = simulate(world).engine
    asked: list[int] = []

    def motion(row: int) -> tuple[dw.Vec3, dw.Vec3]:
        asked.append(row)
        return (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)

    monkeypatch.setattr(engine, "motion", motion)
    tick(world)
    assert len(world.rows_tagged("fast")) == 2000
    assert not asked
