"""Behaviours: what they declare, when their methods are called, and that one that fails takes nobody with it."""

from pathlib import Path
from typing import Any

import pytest

import dreamwell as dw
from dreamwell.engine.declare import fields_of
from dreamwell.engine.world import World
from dreamwell.tests.game.playing import DT, going_on

CALLS: list[Any] = []


@pytest.fixture(autouse=True)
def no_calls() -> None:
    CALLS.clear()


class Runner(dw.Behaviour):
    """Goes along X."""

    speed: float = dw.field(default=4.0, unit="m/s", minimum=0, doc="how fast it runs")
    heading: dw.Vec3 = dw.field(default=(1.0, 0.0, 0.0))

    def update(self, dt: float) -> None:
        self.entity.translate(x=self.speed * dt)


class Witness(dw.Behaviour):
    """Tells of every call."""

    label: str = dw.field(default="w")

    def start(self) -> None:
        CALLS.append((self.label, "start", self.entity.name))

    def update(self, dt: float) -> None:
        CALLS.append((self.label, "update"))

    def late_update(self, dt: float) -> None:
        CALLS.append((self.label, "late"))

    def fixed_update(self, dt: float) -> None:
        CALLS.append((self.label, "fixed"))

    def on_contact(self, contact: dw.Contact) -> None:
        CALLS.append((self.label, "contact", contact.a.name, contact.b.name, contact.normal))

    def on_contact_ended(self, contact: dw.ContactEnded) -> None:
        CALLS.append((self.label, "contact ended", contact.a.name, contact.b.name))

    def on_destroy(self) -> None:
        CALLS.append((self.label, "destroy", self.entity.position))


class Victim(dw.Behaviour):
    """Does something when it is told to, by a function in `act`."""

    def start(self) -> None:
        self.act: Any = None

    def update(self, dt: float) -> None:
        CALLS.append(self.entity.name)
        if self.act is not None:
            self.act(self)


class Broken(dw.Behaviour):
    """Raises every frame."""

    def update(self, dt: float) -> None:
        raise ValueError("out of order")  # the line that is meant


def line_of(text: str) -> int:
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(i for i, line in enumerate(lines, 1) if text in line)


# ---- declared fields ------------------------------------------------------------------------------------------


def test_a_behaviour_is_a_component_of_the_scene(scene: dw.Scene, tmp_path: Path) -> None:
    mine = Runner(speed=5)
    hero = scene["hero"].set(mine, Witness(label="hero"))
    mine.speed = 9
    assert hero[Runner].speed == 5, "the scene keeps a copy"
    assert hero[Runner] == Runner(speed=5)
    assert hero[Runner] != Runner(speed=6)
    assert Runner() != Runner(), "those that run are not values"
    assert isinstance(hero[Runner], Runner)
    with pytest.raises(dw.SceneError, match=r"a scene's Runner can't be changed; .*Runner\(speed=\.\.\.\)"):
        hero[Runner].speed = 1
    assert [f.name for f in fields_of(Runner)] == ["speed", "heading"]
    scene.save(tmp_path / "room.dream")
    text = (tmp_path / "room.dream").read_text()
    assert '"Runner": {\n     "speed": 5\n    }' in text
    again = dw.load(tmp_path / "room.dream")
    assert again["hero"][Runner] == hero[Runner]
    assert again.dumps() == text
    assert dw.weave(scene).digest == dw.weave(again).digest
    hero.set(Runner(speed=6))
    assert dw.weave(scene).digest != dw.weave(again).digest


def test_many_objects_share_what_is_equal(scene: dw.Scene) -> None:
    scene.add_many("a", Runner(speed=2), at=[(0, 0, 0)] * 3)
    scene.add_many("b", [Runner(speed=2), Runner(speed=3), Witness()], at=[(0, 0, 0)] * 3)
    assert [r.speed for r in scene.values_of(Runner)] == [2, 3]
    world = World(dw.weave(scene))
    assert [r.speed for r in world.schedule.behaviours(Runner)] == [2, 2, 2, 2, 3]


def test_a_wrong_value_is_found_by_the_loom(scene: dw.Scene) -> None:
    scene["hero"].set(Runner(speed=-1, heading=(1, 2)))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(dw.SceneError) as error:
        dw.weave(scene)
    assert [(p.where, p.field, p.found, p.wanted) for p in error.value.problems] == [
        ("hero", "Runner.speed", "-1.0", "at least 0 m/s"),
        ("hero", "Runner.heading", "[1.0, 2.0]", "3 numbers"),
    ]
    assert "hero → Runner.speed is -1.0; it must be at least 0 m/s (how fast it runs)" in str(error.value)


def test_wrong_declarations_are_told_when_the_class_is_made() -> None:
    with pytest.raises(dw.SceneError, match=r"NoDefault\.ammo has no default.*self\.ammo"):
        type("NoDefault", (dw.Behaviour,), {"__annotations__": {"ammo": int}})
    with pytest.raises(dw.SceneError, match=r'Taken declares a field "entity"'):
        type("Taken", (dw.Behaviour,), {"__annotations__": {"entity": int}, "entity": 3})
    with pytest.raises(dw.SceneError, match=r"Maker defines __init__.*start\(\)"):
        type("Maker", (dw.Behaviour,), {"__init__": lambda self: None})
    with pytest.raises(dw.SceneError, match=r"Listed can't be declared: mutable default"):
        type("Listed", (dw.Behaviour,), {"__annotations__": {"items": list}, "items": []})
    odd = type("Odd", (dw.Behaviour,), {"__annotations__": {"door": "Nowhere"}, "door": None})
    with pytest.raises(dw.SceneError, match=r"type of a field of Odd can't be read: name 'Nowhere' is not defined"):
        odd()
    with pytest.raises(dw.SceneError, match=r"this Runner has no entity: it is on no object"):
        print(Runner().entity)


# ---- being called -----------------------------------------------------------------------------------------------


def test_methods_are_called_in_order_and_only_those_that_are_overridden(scene: dw.Scene) -> None:
    scene["hero"].set(Witness(label="a"), Runner())
    scene["enemy-1"].set(Witness(label="b"))
    world = World(dw.weave(scene))
    world.schedule.fixed(DT)
    assert CALLS == [("a", "start", "hero"), ("b", "start", "enemy-1"), ("a", "fixed"), ("b", "fixed")]
    CALLS.clear()
    world.schedule.frame(DT)
    assert CALLS == [("a", "update"), ("b", "update"), ("a", "late"), ("b", "late")]
    assert Runner.overridden == ("update",)
    assert world["hero"].position == pytest.approx((4 * DT, 0, 0))
    assert world["hero"][Runner].entity == world["hero"]
    assert world["hero"][Runner].world is world


def test_the_app_plays_them_and_gives_them_its_input(scene: dw.Scene) -> None:
    scene["hero"].set(Runner(), Witness())
    app = dw.App(scene)
    assert app.world["hero"][Runner].input is app.input
    app.step(DT)
    assert app.world["hero"].position == pytest.approx((4 * DT, 0, 0))
    assert [call[1] for call in CALLS] == ["start", "fixed", "update", "late"]


def test_they_come_and_go_while_the_world_runs(world: World) -> None:
    hero = world["hero"]
    assert Runner not in hero
    assert hero.get(Runner) is None
    with pytest.raises(dw.SceneError, match=r'"hero" has no Runner'):
        print(hero[Runner])
    mine = Runner(speed=60)
    hero.set(mine, Witness())
    assert hero[Runner] is mine
    assert hero[dw.Behaviour] is mine, "a class that it inherits will do"
    world.schedule.frame(DT)
    mine.speed = 120
    world.schedule.frame(DT)
    assert hero.position == pytest.approx((3, 0, 0))
    with pytest.raises(dw.SceneError, match=r"this Runner is or was on an object; give each one of its own"):
        world["enemy-0"].set(mine)
    with pytest.raises(dw.SceneError, match=r"hero → Runner.speed is -1.0"):
        hero.set(Runner(speed=-1))
    assert hero[Runner] is mine
    hero.discard(Runner)
    hero.discard(Witness)
    assert CALLS[-1][:2] == ("w", "destroy")
    CALLS.clear()
    world.schedule.frame(DT)
    assert CALLS == []
    assert mine.ended
    assert hero.position == pytest.approx((3, 0, 0))


def test_what_is_spawned_does_what_its_prototype_does(world: World) -> None:
    world["enemy-0"].set(Runner(speed=60), Witness(label="e"))
    world["enemy-0"][Runner].speed = 30
    one = world.spawn("enemy-0", at=(0, 5, 0))
    rows = world.spawn("enemy-0", at=[(0, 6, 0), (0, 7, 0)])
    assert one[Runner].speed == 30
    assert one[Runner] is not world["enemy-0"][Runner]
    one[Runner].speed = 60
    world.schedule.frame(DT)
    assert [c for c in CALLS if c[1] == "start"] == [
        ("e", "start", n) for n in ("enemy-0", "enemy-0", "enemy-0-0", "enemy-0-1")
    ]
    assert one.position == pytest.approx((1, 5, 0))
    assert world.at(int(rows[1])).position == pytest.approx((0.5, 7, 0))
    CALLS.clear()
    world.despawn(rows)
    assert [call[2] for call in CALLS] == [pytest.approx((0.5, 6, 0)), pytest.approx((0.5, 7, 0))]
    CALLS.clear()
    world.schedule.frame(DT)
    assert [c[1] for c in CALLS].count("update") == 2


# ---- changes while they are gone over ----------------------------------------------------------------------------


def three_victims(world: World) -> list[Victim]:
    made = [Victim() for _ in range(3)]
    for i, victim in enumerate(made):
        world[f"enemy-{i}"].set(victim)
    world.schedule.frame(DT)
    assert CALLS == ["enemy-0", "enemy-1", "enemy-2"]
    CALLS.clear()
    return made


def test_despawning_itself_or_another_one_later_in_the_list(world: World) -> None:
    first, second, _ = three_victims(world)
    second.act = lambda me: world.despawn(me.entity)
    world.schedule.frame(DT)
    assert CALLS == ["enemy-0", "enemy-1", "enemy-2"]
    CALLS.clear()
    first.act = lambda me: world.despawn(world["enemy-2"])
    world.schedule.frame(DT)
    assert CALLS == ["enemy-0"], "who went is not called any more"
    CALLS.clear()
    first.act = None
    world.schedule.frame(DT)
    assert CALLS == ["enemy-0"]
    assert world.schedule.behaviours() == [first]


def test_behaviours_that_are_added_and_taken_away_while_they_are_gone_over(world: World) -> None:
    first, _, _ = three_victims(world)

    def change(me: Victim) -> None:
        world["enemy-1"].discard(Victim)
        world["hero"].set(Victim())
        me.act = None

    first.act = change
    world.schedule.frame(DT)
    assert CALLS == ["enemy-0", "enemy-2"]
    CALLS.clear()
    world.schedule.frame(DT)
    assert CALLS == ["enemy-0", "enemy-2", "hero"]


def test_replacing_itself_a_thousand_times_leaves_one(world: World) -> None:
    class Hydra(dw.Behaviour):
        def update(self, dt: float) -> None:
            CALLS.append(1)
            self.entity.set(Hydra())

    world["hero"].set(Hydra())
    for _ in range(1000):
        world.schedule.frame(DT)
    assert len(CALLS) == 1000
    assert len(world.schedule.attached.calls["update"].methods) < 10


def test_what_an_on_destroy_despawns(world: World) -> None:
    class Tail(dw.Behaviour):
        def on_destroy(self) -> None:
            CALLS.append(self.entity.name)
            world.despawn(self.entity)  # itself, again: of no effect
            for name in ("enemy-1", "enemy-2"):
                if name in world:
                    world.despawn(world[name])
            world.spawn("hero", at=(0, 0, 0), name="ghost")

    world["enemy-0"].set(Tail())
    world["enemy-1"].set(Tail())
    world["enemy-1"].parent = world["enemy-0"]
    world.schedule.start()
    world.despawn(world["enemy-0"])
    assert CALLS == ["enemy-0", "enemy-1"]
    assert sorted(e.name for e in world) == ["camera", "ghost", "ghost", "hero", "sun"]
    world.update_transforms()


def test_a_child_whose_end_despawns_its_parent(world: World) -> None:
    class Bomb(dw.Behaviour):
        def on_destroy(self) -> None:
            parent = self.entity.parent
            assert parent is not None
            world.despawn(parent)
            world.spawn("hero", at=(9, 9, 9))

    world["enemy-1"].parent = world["enemy-0"]
    world["enemy-1"].set(Bomb())
    world.schedule.start()
    world.despawn(world["enemy-1"])
    assert sorted(e.name for e in world) == ["camera", "enemy-2", "hero", "hero", "sun"]
    world.update_transforms()
    assert sorted(e.position for e in world if e.name == "hero") == [(0, 0, 0), (9, 9, 9)]


# ---- errors -------------------------------------------------------------------------------------------------------


def test_one_that_raises_every_frame_is_stopped_and_told_once(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world["enemy-0"].set(Victim())
    world["enemy-1"].set(Broken())
    world["enemy-2"].set(Victim(), Broken())
    world.schedule.on_error = "stop-script"
    for _ in range(5):
        world.schedule.frame(DT)
    assert CALLS == ["enemy-0", "enemy-2"] * 5
    told = capsys.readouterr().err
    line = line_of("the line that is meant")
    assert told.startswith(f"error: update() failed in test_behaviours.py, line {line}: ValueError: out of order\n")
    assert told.count("out of order") == 2, "the message, and the line of the trace"
    assert [str(error).partition("\n")[0] for error in world.schedule.errors] == [
        f"update() failed in test_behaviours.py, line {line}: ValueError: out of order"
    ]
    assert world["enemy-1"][Broken].ended


def test_errors_can_be_raised_at_once(scene: dw.Scene) -> None:
    scene["hero"].set(Broken())
    scene["enemy-0"].set(Victim())
    app = dw.App(scene)
    with pytest.raises(dw.ScriptError, match=r"update\(\) failed in test_behaviours\.py"):
        app.step(DT)
    app.step(DT)
    assert CALLS == ["enemy-0"], "it was stopped all the same"


def test_one_whose_start_raises_is_never_called(world: World) -> None:
    class Stillborn(dw.Behaviour):
        def start(self) -> None:
            raise KeyError("door")

        def update(self, dt: float) -> None:
            CALLS.append("never")

        def on_destroy(self) -> None:
            CALLS.append("never")

    told = going_on(world)
    world["hero"].set(Stillborn(), Victim())
    world.schedule.frame(DT)
    world.despawn(world["hero"])
    assert CALLS == ["hero"]
    assert len(told) == 1


def test_who_goes_before_it_began_is_never_called(world: World) -> None:
    world.despawn(world.spawn("hero", components=(Witness(),)))
    world.schedule.frame(DT)
    assert CALLS == []


def test_contacts_come_to_both(world: World) -> None:
    world["hero"].set(Witness(label="a"))
    world["enemy-0"].set(Witness(label="b"))
    world.schedule.start()
    CALLS.clear()
    world.emit(dw.Contact(world["hero"], world["enemy-0"], normal=(1, 0, 0)))
    assert CALLS == []
    world.schedule.fixed(DT)
    assert [c for c in CALLS if c[1] == "contact"] == [
        ("a", "contact", "hero", "enemy-0", (1, 0, 0)),
        ("b", "contact", "enemy-0", "hero", (-1, 0, 0)),
    ]
    CALLS.clear()
    world.emit(dw.ContactEnded(world["hero"], world["enemy-0"]))
    world.schedule.fixed(DT)
    assert [c for c in CALLS if c[1] != "fixed"] == [
        ("a", "contact ended", "hero", "enemy-0"),
        ("b", "contact ended", "enemy-0", "hero"),
    ]
