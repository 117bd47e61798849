"""What the books say must happen, by both engines, to within one or two per cent."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.tests.physics.pendulum import G, swing

Run = Callable[[dw.World, int], None]
Play = Callable[..., dw.World]


def ground(scene: dw.Scene, friction: float = 0.5, restitution: float = 0.0) -> None:
    collider = dw.Collider(size=(200.0, 2.0, 200.0), friction=friction, restitution=restitution)
    scene.add("ground", collider, at=(0, -1, 0))


def test_a_projectile_flies_in_a_parabola(scene: dw.Scene, play: Play) -> None:
    scene.add("shot", dw.Body(velocity=(6.0, 9.0, 0.0)), dw.Collider.sphere(0.1), at=(0, 0, 0))
    world = play(scene, 60)
    assert world["shot"].position == pytest.approx((6.0, 9.0 - G / 2, 0.0), rel=0.02, abs=1e-6)
    assert world["shot"].body.velocity == pytest.approx((6.0, 9.0 - G, 0.0), rel=0.01, abs=1e-6)


@pytest.mark.parametrize(("friction", "slides"), [(0.7, False), (0.3, True)])
def test_a_slope_holds_by_friction_alone(scene: dw.Scene, play: Play, friction: float, slides: bool) -> None:
    angle = math.radians(25)  # tan = 0.466
    turn = (0.0, 0.0, math.sin(angle / 2), math.cos(angle / 2))
    along, up = np.array([math.cos(angle), math.sin(angle), 0]), np.array([-math.sin(angle), math.cos(angle), 0])
    scene.add("slope", dw.Collider(size=(60.0, 1.0, 10.0), friction=friction), rotation=turn, at=tuple(-0.5 * up))
    box = dw.Collider(size=(1.0, 0.4, 1.0), friction=friction)
    scene.add("box", dw.Body(can_sleep=False), box, at=tuple(0.2 * up + 10 * along), rotation=turn)
    world = play(scene, 90)
    way = 10 - float(np.dot(world["box"].position, along))
    if slides:
        expected = 0.5 * G * (math.sin(angle) - friction * math.cos(angle)) * 1.5**2
        assert way == pytest.approx(expected, rel=0.03)
    else:
        assert abs(way) < 0.02


@pytest.mark.parametrize("bounce", [0.5, 0.8])
def test_a_ball_comes_back_as_fast_as_its_restitution_says(scene: dw.Scene, play: Play, bounce: float) -> None:
    ground(scene, restitution=bounce)
    ball = dw.Collider(shape="sphere", radius=0.25, restitution=bounce)
    scene.add("ball", dw.Body(can_sleep=False), ball, at=(0, 2.25, 0))
    world = play(scene)
    speeds: list[float] = []
    for _ in range(100):
        world.schedule.fixed(1 / 120)
        speeds.append(world["ball"].body.velocity[1])
    assert min(speeds) == pytest.approx(-math.sqrt(2 * G * 2), rel=0.02)
    assert max(speeds) == pytest.approx(-bounce * min(speeds), rel=0.02)


def test_of_two_restitutions_the_larger_counts(scene: dw.Scene, play: Play) -> None:
    ground(scene, restitution=0.0)
    scene.add("ball", dw.Body(can_sleep=False), dw.Collider(shape="sphere", radius=0.25, restitution=1.0), at=(0, 2, 0))
    world = play(scene)
    heights: list[float] = []
    for _ in range(140):
        world.schedule.fixed(1 / 120)
        heights.append(world["ball"].position[1])
    assert max(heights[80:]) == pytest.approx(2, rel=0.03)


def test_a_pendulum_keeps_time_and_height(scene: dw.Scene, play: Play) -> None:
    length, start = 2.0, math.radians(10)
    at = (length * math.sin(start), -length * math.cos(start), 0.0)
    hung = dw.Joint(kind="hinge", axis=(0, 0, 1), anchor=(-at[0], -at[1], 0.0))
    scene.add("bob", dw.Body(can_sleep=False), dw.Collider.sphere(0.05), hung, at=at)
    world = play(scene)
    xs = swing(world, length, start, periods=3)
    assert max(xs[-500:]) == pytest.approx(at[0], rel=0.03)


def test_momentum_is_kept_in_a_collision(scene: dw.Scene, play: Play) -> None:
    scene.physics = dw.Physics(engine=scene.physics.engine, gravity=(0, 0, 0))
    ball = dw.Collider(shape="sphere", radius=0.5, restitution=1.0, friction=0.0)
    scene.add("heavy", dw.Body(mass=3.0, velocity=(2.0, 0.0, 0.0)), ball, at=(-2, 0, 0))
    scene.add("light", dw.Body(mass=1.0), ball, at=(0, 0, 0))
    world = play(scene, 90)
    heavy, light = (world[name].body for name in ("heavy", "light"))
    assert (heavy.mass, light.mass) == pytest.approx((3.0, 1.0), rel=1e-4)
    assert 3 * heavy.velocity[0] + light.velocity[0] == pytest.approx(6.0, rel=0.01)
    assert heavy.velocity[0] == pytest.approx(1.0, rel=0.02)  # (m1 - m2) / (m1 + m2) v
    assert light.velocity[0] == pytest.approx(3.0, rel=0.02)  # 2 m1 / (m1 + m2) v


def test_nothing_turns_a_spinning_body_but_itself(play: Play) -> None:
    """Without a torque the angular momentum stays, though the axis of a brick wanders (Euler's equations)."""
    scene = dw.Scene("spin", seed=1)
    scene.physics = dw.Physics(gravity=(0, 0, 0))
    size = (1.0, 2.0, 3.0)
    spin = (100.0, 20.0, 10.0)
    scene.add("brick", dw.Body(angular_velocity=spin, can_sleep=False), dw.Collider.box(size), at=(0, 0, 0))
    world = play(scene)
    brick = world["brick"]
    mass = brick.body.mass
    inertia = mass / 12 * np.array([2**2 + 3**2, 1 + 3**2, 1 + 2**2])

    def momentum() -> np.ndarray:
        x, y, z, w = brick.rotation
        r = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )
        turning = np.radians(brick.body.angular_velocity)
        return r @ (inertia * (r.T @ turning))

    world.schedule.fixed(1 / 240)
    before = momentum()
    for _ in range(480):
        world.schedule.fixed(1 / 240)
    assert mass == pytest.approx(6000, rel=1e-4)
    assert np.linalg.norm(momentum() - before) < 0.02 * np.linalg.norm(before)


@pytest.mark.parametrize("sleeps", [True, False])
def test_a_stack_of_ten_stands_for_a_minute(scene: dw.Scene, play: Play, sleeps: bool) -> None:
    ground(scene)
    for i in range(10):
        scene.add(f"box-{i}", dw.Body(can_sleep=sleeps), dw.Collider.box(), at=(0, 0.5 + i, 0))
    world = play(scene, 3600)
    for i in range(10):
        x, y, z = world[f"box-{i}"].position
        assert (x, z) == pytest.approx((0, 0), abs=0.05)
        assert y == pytest.approx(0.5 + i, abs=0.05)
    assert world["box-9"].body.asleep == sleeps


@pytest.mark.parametrize("speed", [120.0, 400.0, 2000.0])
def test_a_bullet_does_not_pass_a_thin_wall(scene: dw.Scene, play: Play, speed: float) -> None:
    """However its way falls between the ticks."""
    scene.physics = dw.Physics(engine=scene.physics.engine, gravity=(0, 0, 0))
    scene.add("wall", dw.Collider.box((0.02, 40, 4)))
    for i in range(12):
        at = (-5.03 - 0.7 * i, 1.5 * i - 8, 0)
        ball = dw.Collider.sphere(0.05)
        scene.add(f"bullet-{i}", dw.Body(ccd=True, velocity=(speed, 0.0, 0.0)), ball, at=at)
    world = play(scene)
    contacts: list[dw.Contact] = []

    @dw.on(dw.Contact)
    def hear(contact: dw.Contact) -> None:
        contacts.append(contact)

    world.schedule.use(hear)
    for _ in range(12):
        world.schedule.fixed(1 / 60)
    for i in range(12):
        x, y, _ = world[f"bullet-{i}"].position
        assert x < -0.04
        assert y == pytest.approx(1.5 * i - 8, abs=0.05)
    assert {"wall"} == {c.a.name if "bullet" in c.b.name else c.b.name for c in contacts}
    assert len(contacts) >= 12


def test_a_bullet_slides_along_a_floor_and_pushes_what_it_meets(scene: dw.Scene, play: Play) -> None:
    scene.add("floor", dw.Collider(size=(2000.0, 2.0, 20.0), friction=0.0), at=(0, -1, 0))
    ball = dw.Collider(shape="sphere", radius=0.1, friction=0.0, restitution=1.0)
    scene.add("bullet", dw.Body(ccd=True, mass=1.0, velocity=(90.0, 0.0, 0.0), can_sleep=False), ball, at=(-60, 0.1, 0))
    crate = dw.Body(mass=3.0, can_sleep=False, lock_rotation="xyz")
    scene.add("crate", crate, dw.Collider(friction=0.0, restitution=1.0), at=(0, 0.5, 0))
    world = play(scene, 30)
    assert world["bullet"].position[0] == pytest.approx(-15, abs=0.2)
    assert world["bullet"].body.velocity[0] == pytest.approx(90, rel=0.01)
    for _ in range(15):
        world.schedule.fixed(1 / 60)
    assert world["crate"].body.velocity[0] == pytest.approx(45, rel=0.1)  # 2 m1 / (m1 + m2) v
    assert world["bullet"].body.velocity[0] == pytest.approx(-45, rel=0.1)


def test_of_two_frictions_the_geometric_mean_counts(scene: dw.Scene, play: Play) -> None:
    scene.add("floor", dw.Collider(size=(200.0, 2.0, 20.0), friction=0.9), at=(0, -1, 0))
    sled = dw.Body(velocity=(6.0, 0.0, 0.0), lock_rotation="xyz", can_sleep=False)
    scene.add("sled", sled, dw.Collider(size=(1.0, 0.2, 1.0), friction=0.1), at=(0, 0.1, 0))
    world = play(scene, 60)
    assert world["sled"].body.velocity[0] == pytest.approx(6 - 0.3 * G, rel=0.02)
    for _ in range(120):
        world.schedule.fixed(1 / 60)
    assert world["sled"].position[0] == pytest.approx(36 / (2 * 0.3 * G), rel=0.02)  # v² / 2 μ g


@pytest.mark.parametrize("friction", [0.0, 1.0])
def test_a_ball_rolls_down_where_there_is_friction(scene: dw.Scene, play: Play, friction: float) -> None:
    """A solid one in space, a disc in the plane: a = g sin α / (1 + I / m r²)."""
    angle = math.radians(20)
    turn = (0.0, 0.0, math.sin(angle / 2), math.cos(angle / 2))
    along, up = np.array([math.cos(angle), math.sin(angle), 0]), np.array([-math.sin(angle), math.cos(angle), 0])
    scene.add("slope", dw.Collider(size=(80.0, 1.0, 10.0), friction=friction), rotation=turn, at=tuple(-0.5 * up))
    ball = dw.Collider(shape="sphere", radius=0.5, friction=friction)
    scene.add("ball", dw.Body(can_sleep=False), ball, at=tuple(0.5 * up + 10 * along))
    world = play(scene, 90)
    inertia = {"spatial": 0.4, "planar": 0.5}[scene.physics.engine] if friction else 0.0
    way = 10 - float(np.dot(world["ball"].position, along))
    assert way == pytest.approx(0.5 * G * math.sin(angle) / (1 + inertia) * 1.5**2, rel=0.03)


def test_what_is_locked_does_not_turn(scene: dw.Scene, play: Play) -> None:
    ground(scene)
    scene.add("post", dw.Body(lock_rotation="z", can_sleep=False), dw.Collider.box((0.2, 2, 0.2)), at=(0, 1, 0))
    world = play(scene)
    for _ in range(60):
        world["post"].body.apply_torque((0, 0, 200))
        world["post"].body.apply_force((60, 0, 0), at=(world["post"].position[0], 2, 0))
        world.schedule.fixed(1 / 60)
    assert world["post"].rotation[2] == pytest.approx(0, abs=1e-4)
    spinning = dw.Scene("spin", seed=1)
    spinning.physics = scene.physics
    top = dw.Body(angular_damping=1.0, angular_velocity=(0.0, 0.0, 300.0), gravity_scale=0.0)
    spinning.add("top", top, dw.Collider.box())
    world = play(spinning, 60)
    assert world["top"].body.angular_velocity[2] == pytest.approx(300 * math.exp(-1), rel=0.02)


def test_forces_impulses_and_torques(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.physics = dw.Physics(engine=scene.physics.engine, gravity=(0, 0, 0))
    scene.add("box", dw.Body(mass=2.0), dw.Collider.box())
    world = play(scene)
    body = world["box"].body
    body.apply_impulse((4, 0, 0))
    assert body.velocity == pytest.approx((2, 0, 0), rel=1e-3)
    for _ in range(60):
        body.apply_force((0, 3, 0))
        run(world, 1)
    assert body.velocity == pytest.approx((2, 1.5, 0), rel=0.01)
    run(world, 10)
    assert body.velocity == pytest.approx((2, 1.5, 0), rel=0.01)  # a force lasts for a tick
    body.apply_torque_impulse((0, 0, 1))
    turning = math.degrees(1 / (2 / 6))  # moment of a cube m a² / 6, and of a square
    assert body.angular_velocity == pytest.approx((0, 0, turning), rel=0.01)


def test_gravity_scale_damping_and_locks(scene: dw.Scene, play: Play) -> None:
    ball = dw.Collider.sphere(0.1)
    scene.add("balloon", dw.Body(gravity_scale=-0.5), ball, at=(0, 0, 0))
    scene.add("lift", dw.Body(lock_position="x", velocity=(3.0, 0.0, 0.0)), ball, at=(4, 0, 0))
    scene.add("slow", dw.Body(gravity_scale=0, linear_damping=1.0, velocity=(1.0, 0.0, 0.0)), ball, at=(8, 0, 0))
    world = play(scene, 60)
    assert world["balloon"].position[1] == pytest.approx(G / 4, rel=0.02)
    assert world["lift"].position[0] == pytest.approx(4, abs=0.01)
    assert world["lift"].position[1] == pytest.approx(-G / 2, rel=0.03)
    assert world["slow"].body.velocity[0] == pytest.approx(math.exp(-1), rel=0.02)
