"""Bodies and Colliders that are switched off while the game runs, and on again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dreamwell as dw

Play = Callable[..., dw.World]
Run = Callable[[dw.World, int], None]


@pytest.fixture
def tower(scene: dw.Scene) -> dw.Scene:
    """A crate on a table above the ground."""
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    scene.add("table", dw.Body(kind="static"), dw.Collider.box((4, 0.2, 4)), at=(0, 1.9, 0))
    scene.add("crate", dw.Body(), dw.Collider.box(), at=(0, 2.5, 0))
    return scene


def both(event: dw.Contact | dw.ContactEnded) -> tuple[str, str]:
    a, b = sorted((event.a.name, event.b.name))
    return a, b


def heard(world: dw.World) -> list[tuple[str, str, str]]:
    told: list[tuple[str, str, str]] = []

    @dw.on(dw.Contact)
    def begun(event: dw.Contact) -> None:
        told.append(("begun", *both(event)))

    @dw.on(dw.ContactEnded)
    def ended(event: dw.ContactEnded) -> None:
        told.append(("ended", *both(event)))

    world.schedule.use(begun, ended)
    return told


def met(world: dw.World, exclude: str = "") -> str:
    """What a ray from above meets first."""
    hit = world.physics.ray((0.1, 9, 0.1), (0, -1, 0), exclude=world[exclude] if exclude else None)
    return "" if hit is None else hit.entity.name


def test_a_collider_lets_through_and_holds_again(tower: dw.Scene, play: Play, run: Run) -> None:
    world = play(tower)
    told = heard(world)
    run(world, 30)
    assert told == [("begun", "crate", "table")]
    assert world["crate"].position[1] == pytest.approx(2.5, abs=0.02)
    world["table"][dw.Collider].enabled = False
    run(world, 1)
    assert met(world, "crate") == "ground"
    assert told[1:] == [("ended", "crate", "table")]
    run(world, 90)
    assert world["crate"].position[1] == pytest.approx(0.5, abs=0.02)
    assert ("begun", "crate", "ground") in told
    world["table"][dw.Collider].enabled = True
    world["crate"].position = (0, 4, 0)
    run(world, 1)
    assert met(world, "crate") == "table"
    run(world, 90)
    assert world["crate"].position[1] == pytest.approx(2.5, abs=0.02)
    assert told.count(("begun", "crate", "table")) == 2


def test_a_body_is_as_if_it_were_not_there(tower: dw.Scene, play: Play, run: Run) -> None:
    tower.add("lid", dw.Body(), dw.Collider.box(0.5), at=(0, 3.25, 0))
    world = play(tower)
    told = heard(world)
    run(world, 30)
    crate, body = world["crate"], world["crate"].body
    before = crate.position
    crate[dw.Body].enabled = False
    run(world, 1)
    assert met(world, "lid") == "table"
    assert world.physics.overlap(dw.Collider.box(0.2), at=before) == []
    body.apply_impulse((0, 9000, 0))
    body.velocity = (1, 2, 3)
    assert (body.velocity, body.angular_velocity, body.mass, body.asleep) == ((0, 0, 0), (0, 0, 0), 0, True)
    assert {("ended", "crate", "table"), ("ended", "crate", "lid")} <= set(told)
    run(world, 60)
    assert crate.position == before
    assert world["lid"].position[1] == pytest.approx(2.25, abs=0.02)
    crate.position = (6, 5, 0)  # scripts may move it as they move anything
    run(world, 5)
    assert crate.position == (6, 5, 0)
    crate[dw.Body].velocity = (3, 0, 0)
    crate[dw.Body].enabled = True
    assert body.velocity == pytest.approx((3, 0, 0))
    assert body.mass == pytest.approx(1000)
    run(world, 12)
    assert crate.position[0] == pytest.approx(6.6, abs=0.02)
    assert crate.position[1] < 4.9


def test_it_may_begin_switched_off(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("ball", dw.Body(enabled=False), dw.Collider.sphere(), at=(0, 5, 0))
    scene.add("wall", dw.Collider(enabled=False), at=(0, 2, 0))
    world = play(scene, 10)
    assert world["ball"].position == (0, 5, 0)
    assert met(world) == ""
    world["ball"][dw.Body].enabled = True
    run(world, 10)
    assert world["ball"].position[1] < 4.9
    world.despawn(world["ball"])
    copy = world.spawn("wall", at=(0, 8, 0))
    assert met(world) == ""
    copy[dw.Collider].enabled = True
    run(world, 1)
    assert met(world) == copy.name


def test_a_shape_less_weighs_less(scene: dw.Scene, play: Play, run: Run) -> None:
    pole = scene.add("pole", dw.Body(), dw.Collider.box(), at=(0, 5, 0))
    scene.add("end", dw.Collider.box(), at=(0, 2, 0), parent=pole)
    world = play(scene, 1)
    body = world["pole"].body
    assert body.mass == pytest.approx(2000)
    world["end"][dw.Collider].enabled = False
    run(world, 1)
    assert body.mass == pytest.approx(1000)
    world["pole"][dw.Body].enabled = False
    world["end"][dw.Collider].enabled = True
    run(world, 1)
    assert met(world) == ""  # it is the body's
    world["pole"][dw.Body].enabled = True
    run(world, 1)
    assert met(world) == "pole"
    assert body.mass == pytest.approx(2000)


def test_a_joint_lets_go_of_it(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("hook", dw.Body(kind="static"), at=(0, 6, 0))
    scene.add("bob", dw.Body(), dw.Collider.sphere(0.3), dw.Joint(kind="ball", other="hook"), at=(0, 5, 0))
    world = play(scene, 30)
    assert world["bob"].position[1] == pytest.approx(5, abs=0.05)
    world["hook"][dw.Body].enabled = False
    run(world, 20)
    assert world["bob"].position[1] < 4.9
    world["hook"][dw.Body].enabled = True
    run(world, 2)
    low = world["bob"].position[1]
    run(world, 60)
    assert world["bob"].position[1] == pytest.approx(low, abs=0.1)  # held as they stood then


def test_a_character_falls_through_and_stays(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    scene.add("lift", dw.Body(kind="kinematic"), dw.Collider.box((4, 0.2, 4)), at=(0, 2.9, 0))
    scene.add("hero", dw.Body(kind="kinematic"), dw.Collider.capsule(0.3, 1.0), dw.Character(), at=(0, 3.85, 0))
    world = play(scene)
    told = heard(world)
    run(world, 20)
    hero = world["hero"]
    assert hero.character.ground == world["lift"]
    world["lift"][dw.Body].enabled = False
    run(world, 5)
    assert not hero.character.grounded
    assert ("ended", "hero", "lift") in told
    run(world, 90)
    assert hero.character.ground == world["ground"]
    for switched in (dw.Body, dw.Collider):
        before = hero.position
        component: Any = hero[switched]
        component.enabled = False
        hero.character.walk(3, 0)
        run(world, 5)
        assert hero.position == before
        assert (hero.character.grounded, hero.character.touching) == (False, [])
        component.enabled = True
        hero.character.walk(3, 0)
        run(world, 5)
        assert hero.character.grounded
        assert hero.position[0] > before[0] + 0.1
    assert told[-2:] == [("ended", "ground", "hero"), ("begun", "ground", "hero")]


def test_going_back_across_a_switch(tower: dw.Scene, play: Play, run: Run) -> None:
    def turn(world: dw.World, tick: int) -> None:
        if tick in (20, 40):
            world["crate"][dw.Body].enabled = tick == 40
        if tick in (50, 58):
            world["table"][dw.Collider].enabled = tick == 58
        world.schedule.fixed(1 / 60)

    world = play(tower)
    kept: dict[int, Any] = {}
    way: list[tuple[float, ...]] = []
    for tick in range(80):
        if tick in (10, 30, 45, 54, 70):
            kept[tick] = world.snapshot()
        turn(world, tick)
        way.append(world["crate"].position)
    for begin, snapshot in reversed(kept.items()):
        world.restore(snapshot)
        again: list[tuple[float, ...]] = []
        for tick in range(begin, 80):
            turn(world, tick)
            again.append(world["crate"].position)
        exact = tower.physics.engine == "spatial"
        assert np.allclose(again, way[begin:], rtol=0, atol=0 if exact else 0.02)


def test_rules_see_that_it_rests(tower: dw.Scene, play: Play, run: Run) -> None:
    world = play(tower, 5)
    rows = np.array([world["crate"].row], np.int32)
    world["crate"][dw.Body].enabled = False
    run(world, 1)
    columns = world.physics.columns
    for many in (rows, np.repeat(rows, 100)):
        assert columns.sleeping(many).all()
        assert not columns.masses(many).any()
        assert not columns.velocities(many).any()
    columns.push(rows, np.array([(0.0, 1e4, 0.0)]), sudden=True)
    before = world["crate"].position
    run(world, 5)
    assert world["crate"].position == before


def test_it_is_saved_where_it_is_off(tower: dw.Scene, tmp_path: Any) -> None:
    tower["crate"].set(dw.Body(enabled=False))
    tower.save(tmp_path / "tower.dream")
    text = (tmp_path / "tower.dream").read_text(encoding="utf-8")
    assert text.count("enabled") == 1
    assert dw.Scene.load(tmp_path / "tower.dream")["crate"][dw.Body].enabled is False


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_switched_goes_on_and_back(scene: dw.Scene, play: Play, seed: int) -> None:
    """Bodies, shapes of compounds, what hangs on joints and who walks, switched at random; rings too."""
    scene.physics = dw.Physics(engine=scene.physics.engine, rings=seed % 2 == 1)
    scene.add("camera", dw.Camera(), at=(0, 2, 9))
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    scene.add("lift", dw.Body(kind="kinematic"), dw.Collider.box((3, 0.2, 3)), at=(-2, 0.5, 0))
    scene.add("hero", dw.Body(kind="kinematic"), dw.Collider.capsule(0.3, 1.0), dw.Character(), at=(-2, 1.5, 0))
    table = scene.add("table", dw.Body(), at=(1, 1, 0))
    for x in (-0.5, 0.5):
        scene.add(f"leg{x}", dw.Collider.box((0.1, 0.5, 0.5)), at=(x, 0, 0), parent=table)
    hinge = dw.Joint(kind="hinge", axis=(0, 0, 1), motor="velocity", motor_target=120.0)
    scene.add("wheel", dw.Body(), dw.Collider.box((1.5, 0.2, 0.4)), hinge, at=(0, 3, 0))
    rod = dw.Joint(kind="distance", other="wheel", minimum=0.5, maximum=2.0)
    scene.add("bob", dw.Body(), dw.Collider.sphere(0.2), rod, at=(0, 4.5, 0))
    for i in range(6):
        scene.add(f"thing{i}", dw.Body(ccd=i == 0), dw.Collider.box(0.5), at=(i - 3, 2 + i % 3, 0))
    names = [one.name for one in scene if one.name != "camera"]

    def act(world: dw.World, tick: int) -> None:
        random = np.random.default_rng((seed, tick))
        for name in random.choice(names, 2):
            for kind in (dw.Body, dw.Collider):
                found: Any = world[name].get(kind)
                if found is not None and random.random() < 0.4:
                    found.enabled = not found.enabled
        world["lift"].position = (-2, 0.5 + 0.3 * np.sin(tick / 10), 0)
        world["hero"].character.walk(np.cos(tick / 20), 0)
        world["bob"].body.apply_impulse((1, 2, 0))
        world.schedule.fixed(1 / 60)

    world = play(scene)
    told = heard(world)
    way: list[Any] = []
    snapshot = world.snapshot()
    for tick in range(120):
        if tick == 60:
            snapshot = world.snapshot()
        act(world, tick)
        way.append([world[name].position for name in names])
    assert np.isfinite(way).all()
    assert {kind for kind, _, _ in told} == {"begun", "ended"}
    world.restore(snapshot)
    again: list[Any] = []
    for tick in range(60, 120):
        act(world, tick)
        again.append([world[name].position for name in names])
    if scene.physics.engine == "spatial":
        assert again == way[60:]
