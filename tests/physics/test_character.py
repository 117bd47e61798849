"""Characters: the ways they go, measured, by both engines."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dreamwell as dw

DT = 1 / 60
G = 9.81
Run = Callable[[dw.World, int], None]
Play = Callable[..., dw.World]
CAPSULE = dw.Collider.capsule(0.3, 1.0)  # 1.6 m tall
BOX = dw.Collider.box((0.6, 1.6, 0.6))
REST = 0.8 + 0.01
"""Metres of its middle above the ground that it stands on."""


@pytest.fixture(params=["capsule", "box"])
def shape(request: pytest.FixtureRequest) -> dw.Collider:
    """What characters are made of."""
    return {"capsule": CAPSULE, "box": BOX}[str(request.param)]


def hero(scene: dw.Scene, at: tuple[float, float, float], shape: dw.Collider = CAPSULE, **fields: Any) -> None:
    scene.add("hero", dw.Body(kind="kinematic"), shape, dw.Character(**fields), at=at)


def floor(scene: dw.Scene) -> None:
    scene.add("floor", dw.Collider.box((60, 2, 60)), at=(0, -1, 0))


def turn_z(degrees: float) -> tuple[float, float, float, float]:
    half = math.radians(degrees) / 2
    return 0.0, 0.0, math.sin(half), math.cos(half)


def ramp(scene: dw.Scene, degrees: float, foot: float, length: float = 6.0, name: str = "ramp") -> float:
    """A slope that rises from (foot, 0) along x; how far along x it reaches."""
    angle = math.radians(degrees)
    along, up = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    middle = foot + along[0] * length / 2 - up[0] * 0.5, along[1] * length / 2 - up[1] * 0.5
    scene.add(name, dw.Collider.box((length, 1, 20)), at=(*middle, 0), rotation=turn_z(degrees))
    return foot + along[0] * length


def path(
    world: dw.World, velocity: tuple[float, float], ticks: int, each: Callable[[int], None] | None = None
) -> np.ndarray:
    """(ticks, 3) where the hero is after each tick, while it walks along x and z."""
    found: list[tuple[float, float, float]] = []
    for tick in range(ticks):
        if each is not None:
            each(tick)
        world["hero"].character.walk(*velocity)
        world.schedule.fixed(DT)
        found.append(world["hero"].position)
    return np.array(found)


def test_it_falls_lands_and_stands_still(scene: dw.Scene, play: Play, shape: dw.Collider) -> None:
    floor(scene)
    hero(scene, (0, 3, 0), shape)
    world = play(scene)
    way = path(world, (0, 0), 30)
    assert not world["hero"].character.grounded
    assert way[29, 1] == pytest.approx(3 - G / 2 * 0.5**2, abs=1e-3)
    way = path(world, (0, 0), 120)
    character = world["hero"].character
    assert character.grounded
    assert character.ground == world["floor"]
    assert character.ground_normal == pytest.approx((0, 1, 0), abs=1e-3)
    assert character.velocity == (0, 0, 0)
    assert way[-1] == pytest.approx((0, REST, 0), abs=2e-3)
    assert np.ptp(way[-60:], axis=0).max() < 1e-6


def test_it_walks_as_fast_as_it_is_told(scene: dw.Scene, play: Play, shape: dw.Collider) -> None:
    floor(scene)
    for i in range(8):  # a floor of many pieces, whose joints must not be felt
        scene.add(f"tile-{i}", dw.Collider.box((1, 0.4, 8)), at=(1.5 + i, -0.2, 0))
    hero(scene, (0, REST, 0), shape)
    world = play(scene, 2)
    way = path(world, (4, 0), 120)
    assert way[-1, 0] == pytest.approx(8, abs=1e-3)
    assert np.abs(way[:, 1] - REST).max() < 2e-3
    assert world["hero"].character.velocity == pytest.approx((4, 0, 0), abs=1e-4)


def test_it_jumps_as_high_as_it_should(scene: dw.Scene, play: Play) -> None:
    floor(scene)
    hero(scene, (0, REST, 0))
    world = play(scene, 5)
    world["hero"].character.jump(6)
    way = path(world, (3, 0), 90)
    assert way[:, 1].max() - REST == pytest.approx(36 / (2 * G), rel=0.01)
    assert way[-1] == pytest.approx((4.5, REST, 0), abs=3e-3)
    assert world["hero"].character.grounded


@pytest.mark.parametrize("speed", [0.5, 4.0])
def test_it_climbs_steps_of_its_height_and_comes_down_again(
    scene: dw.Scene, play: Play, shape: dw.Collider, speed: float
) -> None:
    floor(scene)
    for i, height in enumerate([0.28, 0.56, 0.84, 0.56, 0.28]):
        scene.add(f"step-{i}", dw.Collider.box((0.5, height, 4)), at=(1.25 + 0.5 * i, height / 2, 0))
    hero(scene, (0, REST, 0), shape, step_height=0.3)
    world = play(scene, 2)
    ticks = round(5 / speed * 60)
    way = path(world, (speed, 0), ticks)
    grounded = world["hero"].character.grounded
    assert grounded
    assert way[:, 1].max() == pytest.approx(REST + 0.84, abs=5e-3)
    assert way[-1, 1] == pytest.approx(REST, abs=2e-3)
    assert way[-1, 0] == pytest.approx(5, abs=0.45), "stairs hardly slow it down"
    assert np.diff(way[:, 0]).min() > 0.3 * speed / 60, "it never sticks"


def test_it_does_not_climb_what_is_higher(scene: dw.Scene, play: Play, shape: dw.Collider) -> None:
    floor(scene)
    scene.add("wall", dw.Collider.box((2, 0.34, 4)), at=(2, 0.17, 0))
    hero(scene, (0, REST, 0), shape, step_height=0.3)
    world = play(scene, 2)
    way = path(world, (3, 0), 120)
    assert way[-1] == pytest.approx((1 - 0.31, REST, 0), abs=5e-3)
    assert world["hero"].character.hit_wall
    assert world["hero"].character.velocity == pytest.approx((0, 0, 0), abs=1e-3)


def test_it_slides_along_walls(play: Play, shape: dw.Collider) -> None:
    """At 30 degrees to a wall it goes on with the cosine of its speed."""
    scene = dw.Scene("walls", seed=1)
    floor(scene)
    scene.add("wall", dw.Collider.box((0.5, 4, 40)), at=(2, 2, 0))
    hero(scene, (0, REST, 0), shape)
    world = play(scene, 2)
    speed = 4.0
    vx, vz = speed * math.sin(math.radians(30)), speed * math.cos(math.radians(30))
    way = path(world, (vx, vz), 240)
    assert way[-1, 0] == pytest.approx(2 - 0.25 - 0.31, abs=3e-3)
    assert np.diff(way[60:, 2]) == pytest.approx(vz / 60, rel=0.01)
    assert world["hero"].character.velocity == pytest.approx((0, 0, vz), abs=0.02)
    way = path(world, (speed, 0), 30)
    assert np.ptp(way[:, 2]) < 1e-3, "straight into it: it stops"


def test_corners_hold_it(play: Play, shape: dw.Collider) -> None:
    scene = dw.Scene("corner", seed=1)
    floor(scene)
    scene.add("east", dw.Collider.box((0.5, 4, 40)), at=(2, 2, 0))
    scene.add("south", dw.Collider.box((40, 4, 0.5)), at=(0, 2, 2))
    hero(scene, (0, REST, 0), shape)
    world = play(scene, 2)
    way = path(world, (3, 4), 120)
    assert way[-1] == pytest.approx((1.44, REST, 1.44), abs=5e-3)
    assert np.ptp(way[-30:], axis=0).max() < 1e-3


@pytest.mark.parametrize("degrees", [15.0, 30.0, 44.0])
def test_it_walks_up_and_down_ramps(scene: dw.Scene, play: Play, shape: dw.Collider, degrees: float) -> None:
    """Over the edge at the top and at the foot, there and back, as fast along the level as on the floor."""
    floor(scene)
    end = ramp(scene, degrees, 2)
    top = 6 * math.sin(math.radians(degrees))
    scene.add("top", dw.Collider.box((10, 1, 20)), at=(end + 5, top - 0.5, 0))
    hero(scene, (0, REST, 0), shape)
    world = play(scene, 2)
    ticks = round((end + 2) / 3 * 60)
    grounded: list[bool] = []
    up = path(world, (3, 0), ticks, lambda _: grounded.append(world["hero"].character.grounded))
    assert up[-1] == pytest.approx((end + 2, top + REST, 0), abs=0.06)
    assert up[:, 1].max() < top + REST + 5e-3, "it does not fly off the edge"
    assert np.diff(up[:, 0]).min() > 0.5 * 3 / 60
    down = path(world, (-3, 0), ticks, lambda _: grounded.append(world["hero"].character.grounded))
    assert down[-1] == pytest.approx((0, REST, 0), abs=0.12)
    assert all(grounded), "it never leaves the ground"


def test_it_does_not_slide_down_what_it_can_stand_on(scene: dw.Scene, play: Play, shape: dw.Collider) -> None:
    end = ramp(scene, 40, -3)
    hero(scene, ((end - 3) / 2, 4, 0), shape)
    world = play(scene, 90)
    before = world["hero"].position
    assert world["hero"].character.grounded
    path(world, (0, 0), 300)
    assert math.dist(world["hero"].position, before) < 1e-3


def test_it_slides_down_what_is_too_steep(scene: dw.Scene, play: Play, shape: dw.Collider) -> None:
    floor(scene)
    ramp(scene, 60, 1, 8)
    hero(scene, (3.0, 6, 0), shape)
    world = play(scene, 60)
    assert not world["hero"].character.grounded
    assert world["hero"].character.hit_wall
    path(world, (0, 0), 240)
    x, y, _ = world["hero"].position
    assert y == pytest.approx(REST, abs=0.02)
    assert x < 1.2
    high = path(world, (4, 0), 180)[:, 1].max()
    assert high < REST + 0.15, "nor can it run up"


def test_ceilings_stop_it(scene: dw.Scene, play: Play, shape: dw.Collider) -> None:
    floor(scene)
    scene.add("ceiling", dw.Collider.box((4, 0.5, 8)), at=(1, 2.45, 0))
    hero(scene, (0, REST, 0), shape)
    world = play(scene, 2)
    world["hero"].character.jump(6)
    met: list[bool] = []
    way = path(world, (1, 0), 60, lambda _: met.append(world["hero"].character.hit_ceiling))
    assert way[:, 1].max() == pytest.approx(2.2 - 0.81, abs=3e-3)
    assert any(met)
    assert way[-1] == pytest.approx((1, REST, 0), abs=3e-3)


# ---- what moves -----------------------------------------------------------------------------------------------------


def test_it_rides_platforms_without_drift(scene: dw.Scene, play: Play, shape: dw.Collider) -> None:
    scene.add("lift", dw.Body(kind="kinematic"), dw.Collider.box((4, 0.5, 4)), at=(0, -0.25, 0))
    hero(scene, (0.5, REST, 0), shape)
    world = play(scene, 5)
    lift, begun = world["lift"], world["hero"].position
    apart: list[tuple[float, float, float]] = []
    grounded: list[bool] = []

    for tick in range(600):
        t = tick / 60
        lift.position = (3 * math.sin(2 * t), -0.25 + 2 * (1 - math.cos(1.5 * t)), 0)
        world.schedule.fixed(DT)
        grounded.append(world["hero"].character.grounded)
        apart.append(tuple(np.subtract(world["hero"].position, lift.position)))
    assert all(grounded)
    assert np.ptp(np.array(apart), axis=0).max() < 2e-3
    assert apart[-1] == pytest.approx(np.subtract(begun, (0, -0.25, 0)), abs=2e-3)
    speed = world["hero"].character.ground_velocity
    t = 599 / 60
    assert speed[0] == pytest.approx(6 * math.cos(2 * t), rel=0.05, abs=0.1)


def test_it_keeps_what_a_platform_gave_it(scene: dw.Scene, play: Play) -> None:
    scene.add("lift", dw.Body(kind="kinematic"), dw.Collider.box((4, 0.5, 4)), at=(0, -0.25, 0))
    hero(scene, (0, REST, 0))
    world = play(scene, 5)
    for tick in range(60):
        world["lift"].translate(x=3 / 60)
        if tick == 40:
            world["hero"].character.jump(4)
        world.schedule.fixed(DT)
    character = world["hero"].character
    assert not character.grounded
    assert character.velocity[0] == pytest.approx(3, rel=0.01)
    assert world["hero"].position[0] == pytest.approx(3, abs=0.06)


def test_it_turns_with_a_carousel(play: Play) -> None:
    scene = dw.Scene("carousel", seed=1)
    scene.add("disc", dw.Body(kind="kinematic"), dw.Collider.cylinder(4, 0.5), at=(0, -0.25, 0))
    hero(scene, (3, REST, 0))
    world = play(scene, 5)
    x = z = 0.0
    for _ in range(360):
        world["disc"].rotate(y=1)
        world.schedule.fixed(DT)
        x, y, z = world["hero"].position
        assert math.hypot(x, z) == pytest.approx(3, abs=2e-3)
        assert y == pytest.approx(REST, abs=2e-3)
    assert (x, z) == pytest.approx((3, 0), abs=0.02), "once around"
    assert np.linalg.norm(world["hero"].character.ground_velocity) == pytest.approx(math.pi, rel=0.01)


def test_it_rides_a_board_that_tilts(scene: dw.Scene, play: Play) -> None:
    scene.add("board", dw.Body(kind="kinematic"), dw.Collider.box((6, 0.4, 4)), at=(0, -0.2, 0))
    hero(scene, (2, REST, 0))
    world = play(scene, 5)
    for tick in range(360):
        world["board"].rotation = turn_z(20 * math.sin(tick / 60))
        world.schedule.fixed(DT)
        x, y, _ = world["hero"].position
        z, w = world["board"].rotation[2:]
        angle = 2 * math.atan2(z, w)
        above = -x * math.sin(angle) + (y + 0.2) * math.cos(angle) - 0.2
        foot = 0.5 * math.cos(angle) + 0.3  # of a capsule that stays upright, above the board
        assert above == pytest.approx(foot + 0.01, abs=0.01)
        assert world["hero"].character.grounded


def test_what_moves_into_it_pushes_it(scene: dw.Scene, play: Play, shape: dw.Collider) -> None:
    floor(scene)
    scene.add("press", dw.Body(kind="kinematic"), dw.Collider.box((1, 2, 4)), at=(-2, 1.05, 0))
    hero(scene, (0, REST, 0), shape)
    world = play(scene, 5)
    for _ in range(120):
        world["press"].translate(x=1 / 60)
        world.schedule.fixed(DT)
    assert world["hero"].position == pytest.approx((0.5 + 0.31, REST, 0), abs=0.02)


def test_it_pushes_what_is_light(scene: dw.Scene, play: Play, shape: dw.Collider) -> None:
    floor(scene)
    crate = dw.Collider.box((1, 1, 1))
    scene.add("light", dw.Body(mass=40), crate, at=(2, 0.5, 0))
    scene.add("heavy", dw.Body(mass=4000), crate, at=(-2, 0.5, 0))
    hero(scene, (0, REST, 0), shape, push=500)
    world = play(scene, 30)
    path(world, (2, 0), 120)
    assert world["light"].position[0] > 3.5
    assert world["hero"].position[0] < world["light"].position[0] - 0.8
    path(world, (-3, 0), 240)
    assert world["heavy"].position[0] == pytest.approx(-2, abs=0.02)
    assert world["hero"].position[0] == pytest.approx(-1.5 + 0.31, abs=0.02)


def test_it_weighs_on_what_it_stands_on(scene: dw.Scene, play: Play) -> None:
    spring = dw.Joint(kind="spring", stiffness=4000.0, damping=400.0, length=0.0, other_anchor=(0.0, 0.0, 0.0))
    plate = dw.Body(mass=20.0, gravity_scale=0.0, lock_rotation="xyz", lock_position="xz", can_sleep=False)
    scene.add("plate", plate, dw.Collider.box((2, 0.2, 2)), spring, at=(0, 0, 0))
    hero(scene, (0, 0.1 + REST, 0), mass=80)
    world = play(scene, 300)
    assert world["hero"].character.grounded
    assert world["plate"].position[1] == pytest.approx(-80 * G / 4000, abs=0.03)


def test_it_does_not_stand_on_sensors_and_touches_them(scene: dw.Scene, play: Play) -> None:
    floor(scene)
    scene.add("coin", dw.Collider(size=(1, 1, 1), sensor=True), at=(2, 0.5, 0), tags={"coin"})
    hero(scene, (0, REST, 0))
    world = play(scene, 2)
    begun: list[dw.Contact] = []

    @dw.on(dw.Contact, a="coin")
    def listen(event: dw.Contact) -> None:
        begun.append(event)

    world.schedule.use(listen)
    way = path(world, (3, 0), 90)
    assert way[-1] == pytest.approx((4.5, REST, 0), abs=3e-3)
    assert len(begun) == 1
    assert begun[0].b == world["hero"]
    assert begun[0].sensor


def test_contacts_tell_what_it_runs_into(scene: dw.Scene, play: Play) -> None:
    floor(scene)
    scene.add("wall", dw.Collider.box((1, 3, 4)), at=(2, 1.5, 0), tags={"wall"})
    hero(scene, (0, REST + 0.5, 0))
    world = play(scene)
    told: list[Any] = []

    @dw.on(dw.Contact)
    def begins(event: dw.Contact) -> None:
        told.append((event.a.name, event.b.name, tuple(round(v, 2) for v in event.normal)))

    @dw.on(dw.ContactEnded)
    def ends(event: dw.ContactEnded) -> None:
        told.append((event.a.name, event.b.name))

    world.schedule.use(begins, ends)
    path(world, (0, 0), 40)
    path(world, (3, 0), 60)
    assert world["wall"] in world["hero"].character.touching
    path(world, (-3, 0), 5)
    assert told == [("hero", "floor", (0, -1, 0)), ("hero", "wall", (1, 0, 0)), ("hero", "wall")]


def test_layers_let_it_through(scene: dw.Scene, play: Play) -> None:
    scene.physics = dw.Physics(engine=scene.physics.engine, layers=("default", "ghost"))
    floor(scene)
    scene.add("veil", dw.Collider(size=(1, 3, 4), layer="ghost", collides_with=("ghost",)), at=(2, 1.5, 0))
    hero(scene, (0, REST, 0))
    world = play(scene, 2)
    assert path(world, (3, 0), 90)[-1, 0] == pytest.approx(4.5, abs=3e-3)


def test_it_walks_on_triangles(scene: dw.Scene, play: Play) -> None:
    """Hills of a mesh: as high as they are, and never off the ground."""
    xs = np.linspace(-2, 12, 29)
    top = 0.4 * np.sin(xs)
    points = np.array([(x, y, z) for x, y in zip(xs, top, strict=True) for z in (-3, 3)], np.float32)
    faces = [(2 * i + a, 2 * i + b, 2 * i + c) for i in range(28) for a, b, c in ((0, 1, 2), (2, 1, 3))]
    mesh = dw.MeshData(points, np.tile((0, 1, 0), (58, 1)).astype(np.float32), np.array(faces, np.uint32).ravel())
    if scene.physics.engine == "planar":
        pytest.skip("a strip without thickness is a line there")
    scene.add("hills", dw.Mesh.of(mesh), dw.Collider.mesh())
    hero(scene, (0, 1.2, 0))
    world = play(scene, 40)
    grounded: list[bool] = []
    way = path(world, (3, 0), 180, lambda _: grounded.append(world["hero"].character.grounded))
    assert all(grounded)
    ground = np.interp(way[:, 0], xs, top)
    assert way[:, 1] - ground == pytest.approx(REST, abs=0.06)
    assert way[-1, 0] == pytest.approx(9, abs=0.05)


# ---- scripts --------------------------------------------------------------------------------------------------------


def test_scripts_may_put_it_elsewhere(scene: dw.Scene, play: Play) -> None:
    floor(scene)
    scene.add("crate", dw.Body(), dw.Collider.box(), at=(3, 0.5, 0))
    hero(scene, (0, REST, 0))
    world = play(scene, 30)
    world["hero"].position = (6, 2, 0)
    world.schedule.fixed(DT)
    assert world["hero"].position[0] == pytest.approx(6, abs=1e-3)
    world.teleport(world["hero"], (0, 2, 0))
    path(world, (0, 0), 60)
    assert world["hero"].position == pytest.approx((0, REST, 0), abs=3e-3)
    assert world["crate"].position == pytest.approx((3, 0.5, 0), abs=1e-2), "and nothing is hit on the way"


def test_going_back_is_exact(scene: dw.Scene, play: Play) -> None:
    scene.add("lift", dw.Body(kind="kinematic"), dw.Collider.box((40, 0.5, 4)), at=(0, -0.25, 0))
    scene.add("crate", dw.Body(mass=30), dw.Collider.box(), at=(2, 0.5, 0))
    hero(scene, (0, REST, 0))
    world = play(scene, 5)

    def go(ticks: int) -> str:
        for tick in range(ticks):
            world["lift"].translate(y=0.01)
            world["hero"].character.walk(2.5)
            if tick == 20:
                world["hero"].character.jump(5)
            world.schedule.fixed(DT)
        return world.state_hash()

    go(40)
    snapshot, now = world.snapshot(), world.state_hash()
    ends: list[Any] = []
    for _ in range(2):
        world.restore(snapshot)
        assert world.state_hash() == now
        state = go(60)
        ends.append(state if scene.physics.engine == "spatial" else world["hero"].character.velocity)
    assert ends[0] == ends[1]


def test_files_keep_characters(tmp_path: Path, scene: dw.Scene) -> None:
    hero(scene, (0, 1, 0), step_height=0.4, max_slope=50.0, push=200.0)
    scene.save(tmp_path / "a.dream")
    found = dw.load(tmp_path / "a.dream")
    assert dw.Character(step_height=0.4, max_slope=50.0, push=200.0) in found["hero"].components
    assert dw.weave(found).to_bytes() == dw.weave(scene).to_bytes()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((CAPSULE,), r'Character is on an object without a Body; it must be on one with a Body\(kind="kinematic"\)'),
        ((CAPSULE, dw.Body()), r'Character is with a Body of the kind "dynamic"'),
        ((dw.Body(kind="kinematic"),), r"Character is on an object without a Collider"),
        ((dw.Body(kind="kinematic"), dw.Collider(sensor=True)), r"Character is with a Collider that is a sensor"),
        ((dw.Body(kind="kinematic"), dw.Mesh.box(), dw.Collider.mesh()), r'of the shape "mesh"'),
    ],
)
def test_the_loom_refuses_what_can_not_walk(scene: dw.Scene, values: tuple[Any, ...], told: str) -> None:
    scene.add("hero", dw.Character(), *values, at=(0, 1, 0))
    with pytest.raises(dw.SceneError, match=told):
        dw.weave(scene)


def test_a_game_is_told_once_what_can_not_walk(scene: dw.Scene, play: Play, run: Run) -> None:
    floor(scene)
    hero(scene, (0, 1, 0))
    scene.add("box", dw.Collider.box(), at=(5, 1, 0))
    world = play(scene, 5)
    problems: list[Any] = []
    world.schedule.on_error, world.schedule.tell = "stop-script", problems.append
    world["box"].set(dw.Character())
    run(world, 5)
    assert len(problems) == 1
    assert 'the Character of "box" needs a dw.Body(kind="kinematic")' in str(problems[0])
    with pytest.raises(dw.PhysicsError, match=r'"floor" has no dw\.Character'):
        _ = world["floor"].character
    with pytest.raises(dw.PhysicsError, match="3 finite numbers"):
        world["hero"].character.velocity = (math.nan, 0, 0)
