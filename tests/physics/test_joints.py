"""What each joint holds, leaves free, drives and stops at; by both engines."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.tests.physics.pendulum import G, swing

Run = Callable[[dw.World, int], None]
Play = Callable[..., dw.World]
AWAKE = dw.Body(can_sleep=False)


def angle(entity: dw.Entity) -> float:
    """Degrees about z."""
    _, _, z, w = entity.rotation
    return math.degrees(2 * math.atan2(z, w))


def weightless(scene: dw.Scene) -> None:
    scene.physics = dw.Physics(engine=scene.physics.engine, gravity=(0, 0, 0))


# ---- motors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [90.0, -200.0])
def test_a_hinge_is_driven_to_a_speed(scene: dw.Scene, play: Play, target: float) -> None:
    motor = dw.Joint(kind="hinge", axis=(0, 0, 1), motor="velocity", motor_target=target)
    scene.add("wheel", AWAKE, dw.Collider.box((1, 0.2, 0.2)), motor)
    world = play(scene, 60)
    assert world["wheel"].body.angular_velocity == pytest.approx((0, 0, target), abs=2)
    assert world["wheel"].position == pytest.approx((0, 0, 0), abs=0.01)


def test_a_hinge_about_an_axis_that_points_away_turns_the_other_way(scene: dw.Scene, play: Play) -> None:
    away = dw.Joint(kind="hinge", axis=(0, 0, -1), motor="velocity", motor_target=90.0)
    scene.add("wheel", AWAKE, dw.Collider.box((1, 0.2, 0.2)), away)
    held = dw.Joint(kind="hinge", axis=(0, 0, -1), motor="position", motor_target=30.0)
    scene.add("arm", AWAKE, dw.Collider.box((1, 0.2, 0.2)), held, at=(3, 0, 0))
    gate = dw.Joint(kind="hinge", axis=(0, 0, -1), anchor=(-0.5, 0, 0), minimum=-80.0, maximum=25.0)
    scene.add("gate", AWAKE, dw.Collider.box((1, 0.1, 0.1)), gate, at=(-3, 0, 0))
    world = play(scene, 300)
    assert world["wheel"].body.angular_velocity == pytest.approx((0, 0, -90), abs=2)
    assert angle(world["arm"]) == pytest.approx(-30, abs=1)
    assert angle(world["gate"]) == pytest.approx(-25, abs=1)


@pytest.mark.parametrize("target", [60.0, -45.0])
def test_a_hinge_is_driven_to_an_angle(scene: dw.Scene, play: Play, target: float) -> None:
    """And holds a beam there, by its end."""
    motor = dw.Joint(kind="hinge", axis=(0, 0, 1), anchor=(-0.5, 0, 0), motor="position", motor_target=target)
    scene.add("beam", AWAKE, dw.Collider.box((1, 0.1, 0.1)), motor, at=(0.5, 0, 0))
    world = play(scene, 180)
    assert angle(world["beam"]) == pytest.approx(target, abs=1)
    assert world["beam"].body.angular_velocity == pytest.approx((0, 0, 0), abs=2)
    c, s = math.cos(math.radians(target)), math.sin(math.radians(target))
    assert world["beam"].position == pytest.approx((0.5 * c, 0.5 * s, 0), abs=0.02)


@pytest.mark.parametrize("target", [2.0, -1.0])
def test_a_slider_is_driven_to_a_speed(scene: dw.Scene, play: Play, target: float) -> None:
    """Upwards against its weight, and along its axis only."""
    motor = dw.Joint(kind="slider", axis=(0, 1, 0), motor="velocity", motor_target=target)
    scene.add("lift", AWAKE, dw.Collider.box((1, 0.2, 0.2)), motor, at=(3, 0, 0))
    world = play(scene, 60)
    assert world["lift"].body.velocity == pytest.approx((0, target, 0), abs=0.05)
    assert world["lift"].position == pytest.approx((3, target, 0), abs=0.06)
    assert angle(world["lift"]) == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("target", [1.5, -0.7])
def test_a_slider_is_driven_to_a_place(scene: dw.Scene, play: Play, target: float) -> None:
    motor = dw.Joint(kind="slider", axis=(3, 4, 0), motor="position", motor_target=target)
    scene.add("lift", AWAKE, dw.Collider.box(0.4), motor, at=(3, 0, 0))
    world = play(scene, 180)
    assert world["lift"].position == pytest.approx((3 + 0.6 * target, 0.8 * target, 0), abs=0.03)
    assert world["lift"].body.velocity == pytest.approx((0, 0, 0), abs=0.02)


def test_a_motor_uses_no_more_than_its_force(scene: dw.Scene, play: Play) -> None:
    weightless(scene)
    turning = dw.Joint(kind="hinge", axis=(0, 0, 1), motor="velocity", motor_target=720.0, motor_force=3.0)
    scene.add("wheel", dw.Body(can_sleep=False, mass=6.0), dw.Collider.box(1.0), turning)
    sliding = dw.Joint(kind="slider", axis=(1, 0, 0), motor="velocity", motor_target=50.0, motor_force=3.0)
    scene.add("sled", dw.Body(can_sleep=False, mass=6.0), dw.Collider.box(1.0), sliding, at=(0, 5, 0))
    world = play(scene, 60)
    turned = math.degrees(3.0 / 1.0)  # of a cube, and of a square: m a² / 6 = 1
    assert world["wheel"].body.angular_velocity == pytest.approx((0, 0, turned), rel=0.03)
    assert world["sled"].body.velocity == pytest.approx((0.5, 0, 0), rel=0.03)


def test_a_motor_that_is_too_weak_lifts_nothing(scene: dw.Scene, play: Play) -> None:
    scene.add("floor", dw.Collider.box((9, 1, 9)), at=(0, -0.5, 0))
    motor = dw.Joint(kind="slider", axis=(0, 1, 0), motor="velocity", motor_target=1.0, motor_force=50.0)
    scene.add("lift", dw.Body(can_sleep=False, mass=10.0), dw.Collider.box(1.0), motor, at=(0, 0.5, 0))
    world = play(scene, 60)
    assert world["lift"].position == pytest.approx((0, 0.5, 0), abs=0.01)


def test_a_motor_between_two_bodies_turns_both(scene: dw.Scene, play: Play) -> None:
    """What one gets the other loses: nothing turns as a whole."""
    weightless(scene)
    scene.add("stator", dw.Body(can_sleep=False, mass=6.0), dw.Collider.box(1.0))
    motor = dw.Joint(kind="hinge", other="stator", axis=(0, 0, 1), motor="velocity", motor_target=90.0)
    scene.add("rotor", dw.Body(can_sleep=False, mass=12.0), dw.Collider.box(1.0), motor)
    world = play(scene, 60)
    assert world["rotor"].body.angular_velocity[2] == pytest.approx(30, abs=1)
    assert world["stator"].body.angular_velocity[2] == pytest.approx(-60, abs=2)


# ---- limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("push", "stop"), [(4.0, 50.0), (-4.0, -20.0)])
def test_a_hinge_stops_at_its_limits(scene: dw.Scene, play: Play, push: float, stop: float) -> None:
    weightless(scene)
    scene.add("post", dw.Body(can_sleep=False, kind="static"), dw.Collider.box(0.1), at=(0, 0, 0))
    hinge = dw.Joint(kind="hinge", other="post", axis=(0, 0, 1), anchor=(-1, 0, 0), minimum=-20.0, maximum=50.0)
    scene.add("door", dw.Body(can_sleep=False, mass=2.0), dw.Collider.box((1.6, 0.1, 0.5)), hinge, at=(1, 0, 0))
    world = play(scene)
    for _ in range(240):
        world["door"].body.apply_torque((0, 0, push))
        world.schedule.fixed(1 / 60)
    assert angle(world["door"]) == pytest.approx(stop, abs=1.5)


@pytest.mark.parametrize(("push", "stop"), [(40.0, 2.0), (-40.0, -0.5)])
def test_a_slider_stops_at_its_limits(scene: dw.Scene, play: Play, push: float, stop: float) -> None:
    slider = dw.Joint(kind="slider", axis=(1, 0, 0), minimum=-0.5, maximum=2.0)
    scene.add("drawer", dw.Body(can_sleep=False, mass=2.0), dw.Collider.box(0.4), slider, at=(0, 1, 0))
    world = play(scene)
    for _ in range(240):
        world["drawer"].body.apply_force((push, 0, 0))
        world.schedule.fixed(1 / 60)
    assert world["drawer"].position == pytest.approx((stop, 1, 0), abs=0.03)


def test_a_distance_keeps_between_its_limits(scene: dw.Scene, play: Play) -> None:
    rope = dw.Joint(kind="distance", minimum=1.0, maximum=3.0, other_anchor=(0.0, 5.0, 0.0))
    scene.add("bob", AWAKE, dw.Collider.sphere(0.2), rope, at=(0, 3, 0))
    scene.add("buoy", dw.Body(can_sleep=False, gravity_scale=-1.0), dw.Collider.sphere(0.2), at=(4, 3, 0))
    scene["buoy"].set(dw.Joint(kind="distance", minimum=1.0, maximum=3.0, other_anchor=(4.0, 5.0, 0.0)))
    world = play(scene, 20)
    assert world["bob"].position[1] == pytest.approx(3 - G / 18, abs=0.05), "loose, it falls freely"
    for _ in range(280):
        world.schedule.fixed(1 / 60)
    assert world["bob"].position == pytest.approx((0, 2, 0), abs=0.05)
    assert world["buoy"].position[1] == pytest.approx(4, abs=0.05)


def test_a_rod_pushes_as_it_pulls(scene: dw.Scene, play: Play) -> None:
    held = dw.Body(can_sleep=False, lock_position="xz")
    rod = dw.Joint(kind="distance", other_anchor=(0.0, 2.0, 0.0))
    scene.add("standing", held, dw.Collider.sphere(0.2), rod, at=(0, 4, 0))
    scene.add("hanging", held, dw.Collider.sphere(0.2), rod, at=(0, 0.5, 0))
    world = play(scene, 200)
    assert world["standing"].position == pytest.approx((0, 4, 0), abs=0.02)
    assert world["hanging"].position == pytest.approx((0, 0.5, 0), abs=0.02)
    world["standing"].body.apply_impulse((0, -500, 0))
    for _ in range(100):
        world.schedule.fixed(1 / 60)
    assert world["standing"].position == pytest.approx((0, 4, 0), abs=0.02)


def test_a_pendulum_on_a_rod_keeps_time_and_height(scene: dw.Scene, play: Play) -> None:
    length, start = 1.5, math.radians(20)
    at = (length * math.sin(start), -length * math.cos(start), 0.0)
    rod = dw.Joint(kind="distance", other_anchor=(0.0, 0.0, 0.0))
    scene.add("bob", AWAKE, dw.Collider.sphere(0.05), rod, at=at)
    world = play(scene)
    period = 2 * math.pi * math.sqrt(length / G) * (1 + start**2 / 16)
    xs: list[float] = []
    for _ in range(round(3.2 * period * 240)):
        world.schedule.fixed(1 / 240)
        xs.append(world["bob"].position[0])
    crossings = np.flatnonzero(np.diff(np.sign(xs)) > 0) / 240
    assert np.diff(crossings).mean() == pytest.approx(period, rel=0.015)
    assert max(xs[-500:]) == pytest.approx(at[0], rel=0.03)
    assert np.linalg.norm(world["bob"].position) == pytest.approx(length, rel=0.01)


# ---- the rest -----------------------------------------------------------------------------------------------------


def test_a_spring_swings_as_hooke_says(scene: dw.Scene, play: Play) -> None:
    weightless(scene)
    mass, stiffness, damping = 2.0, 50.0, 0.4
    spring = dw.Joint(kind="spring", stiffness=stiffness, damping=damping, length=2.0, other_anchor=(0.0, 0.0, 0.0))
    scene.add("bob", dw.Body(can_sleep=False, mass=mass), dw.Collider.sphere(0.2), spring, at=(2.5, 0, 0))
    world = play(scene)
    xs: list[float] = []
    for _ in range(1200):
        world.schedule.fixed(1 / 240)
        xs.append(world["bob"].position[0] - 2)
    crossings = np.flatnonzero(np.diff(np.sign(xs)) > 0) / 240
    period = 2 * math.pi * math.sqrt(mass / stiffness)
    assert np.diff(crossings).mean() == pytest.approx(period, rel=0.02)
    assert max(xs[-320:]) == pytest.approx(0.5 * math.exp(-damping / (2 * mass) * 3 * period), rel=0.1)


def test_a_ball_joint_lets_swing(scene: dw.Scene, play: Play) -> None:
    length, start = 1.5, math.radians(15)
    at = (length * math.sin(start), -length * math.cos(start), 0.0)
    scene.add("bob", AWAKE, dw.Collider.sphere(0.05), dw.Joint(kind="ball", anchor=(-at[0], -at[1], 0.0)), at=at)
    world = play(scene)
    swing(world, length, start, periods=2.5)


def test_what_is_fixed_moves_as_one(scene: dw.Scene, play: Play) -> None:
    weightless(scene)
    spin = dw.Body(can_sleep=False, velocity=(1.0, 0.0, 0.0), angular_velocity=(0.0, 0.0, 90.0))
    scene.add("hull", spin, dw.Collider.box(1.0))
    scene.add("mast", AWAKE, dw.Collider.box(0.5), dw.Joint(other="hull"), at=(0, 1, 0))
    world = play(scene, 60)
    hull, mast = world["hull"], world["mast"]
    assert math.dist(hull.position, mast.position) == pytest.approx(1, abs=0.01)
    assert angle(mast) == pytest.approx(angle(hull), abs=1)
    away = np.array(mast.position) - hull.position
    assert math.degrees(math.atan2(-away[0], away[1])) == pytest.approx(angle(hull), abs=1)


def test_two_that_are_joined_touch_only_where_they_may(scene: dw.Scene, play: Play) -> None:
    weightless(scene)
    for y, collide in ((0, False), (9, True)):
        scene.add(f"a{y}", AWAKE, dw.Collider.sphere(0.5), at=(0, y, 0))
        rod = dw.Joint(kind="distance", other=f"a{y}", minimum=0.0, maximum=5.0, collide=collide)
        scene.add(f"b{y}", AWAKE, dw.Collider.sphere(0.5), rod, at=(0.5, y, 0))
    world = play(scene, 120)
    assert world["b0"].position[0] - world["a0"].position[0] == pytest.approx(0.5, abs=0.01)
    assert world["b9"].position[0] - world["a9"].position[0] > 0.95


def test_a_joint_ends_with_what_it_holds_on_to(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("hook", dw.Body(kind="kinematic"), dw.Collider.sphere(0.1), at=(0, 5, 0))
    scene.add("bob", AWAKE, dw.Collider.sphere(0.2), dw.Joint(kind="distance", other="hook"), at=(0, 3, 0))
    world = play(scene, 60)
    assert world["bob"].position[1] == pytest.approx(3, abs=0.05)
    told: list[dw.ScriptError] = []
    world.schedule.on_error, world.schedule.tell = "stop-script", told.append
    world.despawn(world["hook"])
    run(world, 60)
    assert world["bob"].position[1] < 0
    assert len(told) == 1
    assert 'the Joint of "bob" holds on to "hook", which is not in the world' in str(told[0])


@pytest.mark.parametrize("locked", [True, False])
def test_a_motor_does_nothing_to_what_nothing_turns(scene: dw.Scene, play: Play, run: Run, locked: bool) -> None:
    """Its rotation is locked, or its Collider is switched off; once it can be turned it is."""
    motor = dw.Joint(kind="hinge", axis=(0, 0, 1), motor="velocity", motor_target=90.0)
    body = dw.Body(mass=2.0, lock_rotation="z" if locked else "")
    scene.add("wheel", body, dw.Collider.box((1, 1, 1)), motor, at=(0, 1, 0))
    world = play(scene)
    wheel = world["wheel"]
    wheel[dw.Collider].enabled = locked
    run(world, 20)
    assert wheel.position == pytest.approx((0, 1, 0), abs=1e-3)
    assert wheel.rotation == pytest.approx((0, 0, 0, 1), abs=1e-3)
    wheel[dw.Body].lock_rotation, wheel[dw.Collider].enabled = "", True
    run(world, 20)
    assert wheel.position == pytest.approx((0, 1, 0), abs=0.01)
    assert wheel.body.angular_velocity[2] == pytest.approx(90, rel=0.05)
