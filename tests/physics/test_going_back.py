"""Snapshots of random worlds in motion: what comes after them comes again."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest

import dreamwell as dw

Play = Callable[..., dw.World]
DT = 1 / 60


def heap(seed: int, engine: Literal["spatial", "planar"] = "spatial") -> dw.Scene:
    """Balls, boxes and compounds on a floor with a step and a lift, some on joints; a gate that tells."""
    random = np.random.default_rng(seed)
    scene = dw.Scene(f"heap {seed}", seed=1)
    scene.physics = dw.Physics(engine=engine)
    scene.add("floor", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    scene.add("step", dw.Mesh.box((2, 0.4, 40)), dw.Collider.mesh(), at=(3, 0.2, 0))
    scene.add("gate", dw.Collider(size=(4, 2, 4), sensor=True), at=(-2, 1, 0))
    scene.add("lift", dw.Body(kind="kinematic"), dw.Collider.box((2, 0.2, 2)), at=(-5, 0.5, 0))
    kinds = [dw.Collider.box(0.6), dw.Collider.sphere(0.3), dw.Collider.capsule(0.2, 0.4), dw.Collider.cone(0.4, 0.6)]
    for i in range(14):
        x, y, z = (random.uniform((-4, 0.5, -1), (4, 4, 1))).tolist()
        body = dw.Body(ccd=i % 5 == 0, can_sleep=i % 7 != 0, linear_damping=0.1 * (i % 3), velocity=(0.5 - x, 0.0, 0.0))
        scene.add(f"thing-{i}", dw.Mesh.box(), body, kinds[i % 4], at=(x, y, z), tags={"thing"})
    table = scene.add("table", dw.Body(), at=(1, 5, 0))
    for x in (-0.5, 0.5):
        scene.add(f"leg{x}", dw.Collider.box((0.1, 0.5, 0.5)), at=(x, 0, 0), parent=table)
    scene.add("top", dw.Collider.box((1.4, 0.1, 0.8)), at=(0, 0.3, 0), parent=table)
    motor = dw.Joint(kind="hinge", axis=(0, 0, 1), motor="velocity", motor_target=120.0, motor_force=500.0)
    scene.add("wheel", dw.Body(), dw.Collider.box((1.5, 0.2, 0.4)), motor, at=(0, 3, 0))
    rod = dw.Joint(kind="distance", other="thing-0", maximum=2.0)
    scene.add("bob", dw.Body(), dw.Collider.sphere(0.2), rod, at=(0, 4.5, 0))
    spring = dw.Joint(kind="spring", stiffness=300.0, damping=5.0, length=0.5, other_anchor=(2.0, 4.0, 0.0))
    scene.add("yoyo", dw.Body(), dw.Collider.sphere(0.2), spring, at=(2, 3, 0))
    gate = dw.Joint(kind="hinge", axis=(0, 0, 1), anchor=(-0.5, 0, 0), minimum=-40.0, maximum=40.0)
    scene.add("flap", dw.Body(), dw.Collider.box((1, 0.1, 0.5)), gate, at=(-3, 3, 0))
    scene.add("sleeper", dw.Body(), dw.Collider.box(0.5), at=(15, 0.25, 0))
    return scene


def script(world: dw.World, seed: int, tick: int) -> None:
    """What a game does in a tick: the same in each."""
    random = np.random.default_rng((seed, tick))
    world["lift"].position = (-5, 0.5 + 0.4 * math.sin(tick / 20), 0)
    things = [e for e in world.tagged("thing") if e.alive]
    match int(random.integers(8)):
        case 0:
            world.spawn("thing-0", at=(float(random.uniform(-3, 3)), 5, 0))
        case 1 if len(things) > 6:
            world.despawn(things[int(random.integers(1, len(things)))])
        case 2:
            things[0].body.apply_impulse((30, 60, 0))
        case 3:
            things[-1].body.velocity = (1, 3, 0)
        case 4:
            things[-1].scale = float(random.uniform(0.7, 1.4))
        case 5:
            rod = dw.Joint(kind="distance", other="table", maximum=3.0)
            things[0].discard(dw.Joint) if things[0].get(dw.Joint) else things[0].set(rod)
        case 6:
            things[1].body.apply_force((0, 900, 0))
        case _:
            things[0][dw.Body].gravity_scale = float(random.uniform(0.5, 1))


def heard(world: dw.World) -> list[tuple[str, str, str]]:
    told: list[tuple[str, str, str]] = []

    @dw.on(dw.Contact)
    def begun(event: dw.Contact) -> None:
        told.append(("begun", event.a.name, event.b.name))

    @dw.on(dw.ContactEnded)
    def ended(event: dw.ContactEnded) -> None:
        a, b = (e.name if e.alive else "?" for e in (event.a, event.b))
        told.append(("ended", a, b))

    world.schedule.use(begun, ended)
    return told


def go(world: dw.World, seed: int, first: int, count: int) -> None:
    for tick in range(first, first + count):
        script(world, seed, tick)
        world.schedule.fixed(DT)


@pytest.mark.parametrize("seed", range(8))
def test_the_same_comes_again(play: Play, seed: int) -> None:
    scene = heap(seed)
    world = play(scene)
    told = heard(world)
    go(world, seed, 0, 20 + 10 * seed)
    snapshot, now = world.snapshot(), world.state_hash()
    assert world["sleeper"].body.asleep or seed < 3
    ends: list[tuple[str, list[Any]]] = []
    for _ in range(3):
        told.clear()
        go(world, seed, 200, 60)
        ends.append((world.state_hash(), list(told)))
        world.restore(snapshot)
        assert world.state_hash() == now
    assert ends[0] == ends[1] == ends[2]
    assert len(ends[0][1]) > 3


def test_another_world_goes_on_from_a_snapshot(play: Play) -> None:
    world = play(heap(1))
    go(world, 1, 0, 40)
    snapshot = world.snapshot()
    other = dw.World(world.woven, seed=5)
    from dreamwell.physics import simulate

    simulate(other)
    other.restore(snapshot)
    go(world, 1, 40, 60)
    go(other, 1, 40, 60)
    assert other.state_hash() == world.state_hash()


def test_a_snapshot_between_a_change_and_the_tick(play: Play) -> None:
    """What scripts wrote since the last tick is in it: pushes, values, teleports, who came and who went."""
    world = play(heap(2))
    go(world, 2, 0, 30)
    world["thing-1"].body.apply_force((400, 0, 0))
    world["thing-2"][dw.Body].gravity_scale = -1.0
    world.teleport(world["thing-3"], (6, 4, 0))
    world["thing-4"].body.sleep()
    world.despawn(world["thing-5"])
    world.spawn("thing-0", at=(9, 3, 0))
    world.physics.gravity = (0, -5, 0)
    world["lift"].position = (-5, 2, 0)
    snapshot = world.snapshot()
    go(world, 2, 30, 30)
    end = world.state_hash()
    world.restore(snapshot)
    go(world, 2, 30, 30)
    assert world.state_hash() == end


@pytest.mark.parametrize("seed", range(3))
def test_in_the_plane_places_and_motion_go_back(play: Play, seed: int) -> None:
    world = play(heap(seed, "planar"))
    go(world, seed, 0, 60)
    snapshot = world.snapshot()

    def state() -> list[Any]:
        moving = world.tagged("thing") + [world[n] for n in ("wheel", "bob", "yoyo", "flap", "table")]
        return [(e.name, e.position, e.rotation, e.body.velocity, e.body.angular_velocity) for e in moving]

    before = state()
    go(world, seed, 60, 60)
    world.restore(snapshot)
    assert state() == before
    go(world, seed, 60, 60)


def test_in_the_plane_joints_keep_their_zero(scene: dw.Scene, play: Play) -> None:
    """Angles, ways and lengths count from where the joint was made, not from where one went back to."""
    gate = dw.Joint(kind="hinge", axis=(0, 0, 1), anchor=(-0.5, 0, 0), minimum=-30.0, maximum=30.0)
    scene.add("flap", dw.Body(can_sleep=False), dw.Collider.box((1, 0.1, 0.1)), gate, at=(0, 0, 0))
    slider = dw.Joint(kind="slider", axis=(0, 1, 0), minimum=-1.0, maximum=1.0)
    scene.add("lift", dw.Body(can_sleep=False), dw.Collider.box(0.2), slider, at=(3, 0, 0))
    scene.add("bob", dw.Body(can_sleep=False), dw.Collider.sphere(0.2), dw.Joint(kind="distance"), at=(6, 0, 0))
    world = play(scene, 20)
    snapshot = world.snapshot()
    for _ in range(3):
        world.restore(snapshot)
        for _ in range(200):
            world.schedule.fixed(DT)
    _, _, z, w = world["flap"].rotation
    assert math.degrees(2 * math.atan2(z, w)) == pytest.approx(-30, abs=1)
    assert world["lift"].position == pytest.approx((3, -1, 0), abs=0.03)


def test_contacts_are_told_once_however_often_one_goes_back(scene: dw.Scene, play: Play) -> None:
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    scene.add("ball", dw.Body(can_sleep=False), dw.Collider.sphere(0.5), at=(0, 0.6, 0))
    world = play(scene)
    told = heard(world)
    for _ in range(60):
        world.schedule.fixed(DT)
    assert [what for what, _, _ in told] == ["begun"]
    snapshot = world.snapshot()
    for _ in range(2):
        world.restore(snapshot)
        told.clear()
        for _ in range(20):
            world.schedule.fixed(DT)
        assert told == [], "it lies there as before"
        world["ball"].body.velocity = (0, 8, 0)
        for _ in range(10):
            world.schedule.fixed(DT)
        assert [what for what, _, _ in told] == ["ended"]
