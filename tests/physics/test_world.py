"""Bodies in a world: contacts, what scripts do to them, going back."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dreamwell as dw

Run = Callable[[dw.World, int], None]
Play = Callable[..., dw.World]


def crates(scene: dw.Scene, count: int = 8) -> dw.Scene:
    """A heap that falls onto the ground."""
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    for i in range(count):
        at = (0.3 * (i % 3), 1 + 1.2 * i, 0.2 * (i % 2))
        scene.add(f"crate-{i}", dw.Mesh.box(), dw.Body(), dw.Collider.box(), at=at, tags={"crate"})
    return scene


def heard(world: dw.World, kind: type, **filters: Any) -> list[Any]:
    events: list[Any] = []

    @dw.on(kind, **filters)
    def listen(event: Any) -> None:
        events.append(event)

    world.schedule.use(listen)
    return events


# ---- contacts -----------------------------------------------------------------------------------------------------


def test_contacts_begin_and_end_and_say_where(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    scene.add("ball", dw.Body(mass=2.0, can_sleep=False), dw.Collider.sphere(0.5), at=(3, 2.5, 0), tags={"ball"})
    world = play(scene)
    begun, ended = heard(world, dw.Contact, a="ball"), heard(world, dw.ContactEnded, a="ball")
    run(world, 60)
    assert len(begun) == 1
    contact = begun[0]
    assert (contact.a, contact.b) == (world["ball"], world["ground"])
    assert contact.normal == pytest.approx((0, -1, 0), abs=0.01)
    assert contact.point == pytest.approx((3, 0, 0), abs=0.12)
    assert contact.impulse == pytest.approx(2 * math.sqrt(2 * 9.81 * 2), rel=0.15)
    assert not ended
    world["ball"].body.velocity = (0, 8, 0)
    run(world, 5)
    assert len(ended) == 1
    assert ended[0].b == world["ground"]


def test_a_sensor_tells_and_does_not_push(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("gate", dw.Collider(size=(4, 1, 4), sensor=True), at=(0, 0, 0))
    scene.add("ball", dw.Body(), dw.Collider.sphere(0.25), at=(0, 3, 0))
    world = play(scene)
    begun, ended = heard(world, dw.Contact), heard(world, dw.ContactEnded)
    run(world, 90)
    assert [event.sensor for event in begun] == [True]
    assert [event.sensor for event in ended] == [True]
    assert world["ball"].position[1] == pytest.approx(3 - 0.5 * 9.81 * 1.5**2, rel=0.02)


def test_behaviours_hear_of_contacts_and_may_despawn_in_them(scene: dw.Scene, play: Play, run: Run) -> None:
    fallen: list[str] = []

    class Egg(dw.Behaviour):
        def on_contact(self, contact: dw.Contact) -> None:
            fallen.append(contact.b.name)
            self.world.despawn(self.entity)

    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    scene.add("egg", dw.Body(), dw.Collider.sphere(0.2), Egg(), at=(0, 1, 0))
    world = play(scene)
    ended = heard(world, dw.ContactEnded)
    run(world, 60)
    assert fallen == ["ground"]
    assert world.find("egg") is None
    assert len(ended) == 1
    assert sorted(e.alive for e in (ended[0].a, ended[0].b)) == [False, True]
    run(world, 5)


def test_a_compound_touches_once(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("ground", dw.Collider.box((40, 2, 40)), at=(0, -1, 0))
    table = scene.add("table", dw.Body(), at=(0, 2, 0))
    for x in (-1, 1):
        scene.add(f"leg{x}", dw.Collider.box((0.2, 1, 1)), at=(x, 0, 0), parent=table)
    scene.add("top", dw.Collider.box((3, 0.2, 1)), at=(0, 0.6, 0), parent=table)
    world = play(scene)
    begun = heard(world, dw.Contact)
    run(world, 120)
    assert [{event.a.name, event.b.name} for event in begun] == [{"table", "ground"}]
    assert world["table"].position[1] == pytest.approx(0.5, abs=0.02)
    assert world["top"].world_position[1] == pytest.approx(1.1, abs=0.02)
    weight = 1000 * (2 * 0.2 * 1 * 1 + 3 * 0.2 * 1)
    assert world["table"].body.mass == pytest.approx(weight, rel=1e-3)


# ---- who moves whom -------------------------------------------------------------------------------------------------


def test_a_kinematic_body_pushes(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.physics = dw.Physics(engine=scene.physics.engine, gravity=(0, 0, 0))
    scene.add("pusher", dw.Body(kind="kinematic"), dw.Collider.box(), at=(-2, 0, 0))
    scene.add("crate", dw.Body(), dw.Collider.box(), at=(0, 0, 0))
    world = play(scene)
    for _ in range(60):
        world["pusher"].translate(x=1 / 30)
        run(world, 1)
    assert world["pusher"].position[0] == pytest.approx(0, abs=1e-5)
    assert world["crate"].position[0] > 0.99
    assert world["crate"].body.velocity[0] == pytest.approx(2, rel=0.1)


def test_what_is_teleported_pushes_nothing_on_its_way(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.physics = dw.Physics(engine=scene.physics.engine, gravity=(0, 0, 0))
    scene.add("lift", dw.Body(kind="kinematic"), dw.Collider.box(), at=(-2, 0, 0))
    scene.add("crate", dw.Body(), dw.Collider.box(), at=(0, 0, 0))
    world = play(scene, 2)
    world.teleport(world["lift"], (1.2, 0, 0))
    run(world, 5)
    assert world["crate"].position == pytest.approx((0, 0, 0), abs=1e-3)
    assert world["lift"].position[0] == pytest.approx(1.2)


def test_scripts_may_put_a_body_elsewhere(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.add("ball", dw.Body(), dw.Collider.sphere(0.5), at=(0, 0, 0))
    world = play(scene, 30)
    world["ball"].position = (7, 100, 0)
    run(world, 1)
    x, y, _ = world["ball"].position
    assert (x, y) == pytest.approx((7, 100), abs=0.2)
    assert world["ball"].body.velocity[1] == pytest.approx(-9.81 * 31 / 60, rel=0.02)  # its motion stays


def test_bodies_below_others_move_in_the_world(scene: dw.Scene, play: Play, run: Run) -> None:
    turn = (0.0, 0.0, math.sin(0.4), math.cos(0.4))
    holder = scene.add("holder", at=(5, 3, 0), rotation=turn, scale=2.0)
    scene.add("ball", dw.Body(), dw.Collider.sphere(0.25), at=(1, 0, 0), parent=holder)
    world = play(scene)
    x, y, _ = world["ball"].world_position
    run(world, 60)
    assert world["ball"].world_position == pytest.approx((x, y - 9.81 / 2, 0), abs=0.1)
    world["holder"].position = (50, 3, 0)  # of which a dynamic body takes no notice
    run(world, 1)
    assert world["ball"].world_position[0] == pytest.approx(x, abs=1e-3)


def test_spawned_bodies_fall_and_go_again(scene: dw.Scene, play: Play, run: Run) -> None:
    world = play(crates(scene, 2))
    rows = world.spawn("crate-0", at=[(i * 3 - 6, 20, 0) for i in range(5)])
    run(world, 10)
    assert (world.positions[rows, 1] < 20).all()
    world.despawn(rows[:3])
    world.spawn("crate-1", at=(0, 30, 0), name="late")
    run(world, 200)
    assert world["late"].position[1] < 6
    assert len(world.physics.overlap(dw.Collider.box((100, 100, 100)), at=(0, 0, 0))) == 2 + 2 + 1 + 1


def test_components_may_be_changed_while_it_runs(scene: dw.Scene, play: Play, run: Run) -> None:
    world = play(crates(scene, 1), 90)
    crate = world["crate-0"]
    assert crate.position[1] == pytest.approx(0.5, abs=0.01)
    crate[dw.Body].kind = "static"
    crate[dw.Collider].size = (1.0, 4.0, 1.0)
    run(world, 30)
    assert crate.position[1] == pytest.approx(0.5, abs=0.01)
    assert world.physics.ray((crate.position[0], 9, 0), (0, -1, 0)).point[1] == pytest.approx(2.5, abs=0.01)  # type: ignore[union-attr]
    crate.set(dw.Body(gravity_scale=-1.0, kind="dynamic"))
    run(world, 60)
    assert crate.position[1] > 2
    crate.discard(dw.Body)
    y = crate.position[1]
    run(world, 30)
    assert crate.position[1] == y
    crate.set(dw.Body())
    run(world, 30)
    assert crate.position[1] < y
    crate.scale = 2
    run(world, 200)
    assert crate.position[1] == pytest.approx(4, abs=0.15)
    crate.discard(dw.Collider)
    run(world, 100)
    assert crate.position[1] < 0


def test_layers(scene: dw.Scene, play: Play, run: Run) -> None:
    scene.physics = dw.Physics(engine=scene.physics.engine, layers=("default", "ghost", "wall"))
    scene.add("ground", dw.Collider(size=(40, 2, 40), layer="wall"), at=(0, -1, 0))
    ghost = dw.Collider(size=(1, 1, 1), layer="ghost", collides_with=("ghost",))
    scene.add("ghost", dw.Body(), ghost, at=(0, 2, 0))
    scene.add("crate", dw.Body(), dw.Collider.box(), at=(3, 2, 0))
    world = play(scene, 90)
    assert world["ghost"].position[1] < -1
    assert world["crate"].position[1] == pytest.approx(0.5, abs=0.02)
    hit = world.physics.ray((3, 9, 0), (0, -1, 0), layers=("wall",))
    assert hit is not None
    assert hit.entity == world["ground"]
    with pytest.raises(dw.PhysicsError, match='no physics layer "walls"'):
        world.physics.ray((3, 9, 0), (0, -1, 0), layers=("walls",))


# ---- joints -------------------------------------------------------------------------------------------------------


def test_joints_hold_what_they_are_to_hold(scene: dw.Scene, play: Play) -> None:
    ball = dw.Collider.sphere(0.2)
    still = dw.Body(can_sleep=False)
    scene.add("hook", dw.Collider.sphere(0.1), at=(0, 5, 0))
    scene.add("fixed", still, ball, dw.Joint(kind="fixed", other="hook"), at=(2, 5, 0))
    scene.add("rod", still, ball, dw.Joint(kind="distance", other="hook"), at=(-3, 5, 0))
    slider = dw.Joint(kind="slider", axis=(0, 1, 0), minimum=-1.0, maximum=0.0)
    scene.add("slider", still, ball, slider, at=(6, 5, 0))
    spring = dw.Joint(kind="spring", stiffness=500.0, damping=50.0, length=1.0, other_anchor=(9.0, 6.0, 0.0))
    scene.add("spring", dw.Body(mass=10.0, can_sleep=False), ball, spring, at=(9, 5, 0))
    gate = dw.Joint(kind="hinge", axis=(0, 0, 1), anchor=(-0.5, 0, 0), minimum=-30.0, maximum=30.0)
    scene.add("gate", still, dw.Collider.box((1, 0.1, 0.1)), gate, at=(-8, 5, 0))
    world = play(scene, 400)
    assert world["fixed"].position == pytest.approx((2, 5, 0), abs=0.05)
    assert math.dist(world["rod"].position, (0, 5, 0)) == pytest.approx(3, rel=0.03)
    assert world["slider"].position == pytest.approx((6, 4, 0), abs=0.05)
    assert world["spring"].position[1] == pytest.approx(5 - 10 * 9.81 / 500, abs=0.02)
    _, _, z, w = world["gate"].rotation
    assert math.degrees(2 * math.atan2(z, w)) == pytest.approx(-30, abs=1)


def test_a_motor_turns_a_hinge_the_right_way(scene: dw.Scene, play: Play) -> None:
    scene.physics = dw.Physics(engine=scene.physics.engine, gravity=(0, 0, 0))
    motor = dw.Joint(kind="hinge", axis=(0, 0, 1), motor="velocity", motor_target=90.0)
    scene.add("wheel", dw.Body(can_sleep=False), dw.Collider.box((1, 0.2, 0.2)), motor)
    world = play(scene, 120)
    assert world["wheel"].body.angular_velocity == pytest.approx((0, 0, 90), abs=2)


def test_motors_drive_to_a_place(scene: dw.Scene, play: Play) -> None:
    still = dw.Body(can_sleep=False)
    bar, ball = dw.Collider.box((1, 0.2, 0.2)), dw.Collider.sphere(0.2)
    for i, axis in enumerate([(0, 0, 1), (0, 0, -1)]):
        arm = dw.Joint(kind="hinge", axis=axis, motor="position", motor_target=60.0)
        scene.add(f"arm-{i}", still, bar, arm, at=(-6 - 2 * i, 5, 0))
    lift = dw.Joint(kind="slider", axis=(0, 1, 0), motor="position", motor_target=1.5, minimum=-2.0, maximum=2.0)
    scene.add("lift", still, ball, lift, at=(0, 5, 0))
    weak = dw.Joint(kind="slider", axis=(0, 1, 0), motor="position", motor_target=1.5, minimum=-2.0, motor_force=1.0)
    scene.add("weak", still, ball, weak, at=(3, 5, 0))
    world = play(scene, 120)
    for name, turn in (("arm-0", 60), ("arm-1", -60)):
        _, _, z, w = world[name].rotation
        assert math.degrees(2 * math.atan2(z, w)) == pytest.approx(turn, abs=1)
    assert world["lift"].position == pytest.approx((0, 6.5, 0), abs=0.01)
    assert world["weak"].position[1] == pytest.approx(3, abs=0.05), "a newton does not hold it"


def test_a_motor_slides_as_fast_as_it_is_told(scene: dw.Scene, play: Play) -> None:
    slide = dw.Joint(kind="slider", axis=(1, 0, 0), motor="velocity", motor_target=2.0, maximum=3.0)
    scene.add("shuttle", dw.Body(can_sleep=False), dw.Collider.box((0.5, 0.5, 0.5)), slide, at=(0, 1, 0))
    world = play(scene, 60)
    assert world["shuttle"].body.velocity == pytest.approx((2, 0, 0), abs=0.05)
    assert world["shuttle"].position == pytest.approx((2, 1, 0), abs=0.06)


# ---- questions ------------------------------------------------------------------------------------------------------


def test_rays_find_the_nearest(scene: dw.Scene, play: Play) -> None:
    for i in range(4):
        scene.add(f"wall-{i}", dw.Collider.box((0.5, 4, 4)), at=(3 * i, 0, 0))
    scene.add("gate", dw.Collider(size=(0.5, 4, 4), sensor=True), at=(-2, 0, 0))
    world = play(scene)
    hit = world.physics.ray((-5, 0, 0), (2, 0, 0))
    assert hit is not None
    assert hit.entity.name == "wall-0"
    assert hit.distance == pytest.approx(4.75)
    assert hit.point == pytest.approx((-0.25, 0, 0))
    assert hit.normal == pytest.approx((-1, 0, 0))
    assert world.physics.ray((-5, 0, 0), (1, 0, 0), 4) is None
    other = world.physics.ray((-5, 0, 0), (1, 0, 0), exclude=world["wall-0"])
    assert other is not None
    assert other.entity.name == "wall-1"
    sensor = world.physics.ray((-5, 0, 0), (1, 0, 0), sensors=True)
    assert sensor is not None
    assert sensor.entity.name == "gate"
    hits = world.physics.rays([(-5, 0, 0), (1.5, 0, 0), (0, 9, 0)], (1, 0, 0))
    assert [int(row) for row in hits.rows] == [world["wall-0"].row, world["wall-1"].row, -1]
    assert hits.distances[:2] == pytest.approx([4.75, 1.25])
    assert np.isnan(hits.points[2]).all()
    cast = world.physics.shape_cast(dw.Collider.sphere(0.5), (-5, 0, 0), (1, 0, 0))
    assert cast is not None
    assert cast.distance == pytest.approx(4.25, abs=1e-3)
    assert cast.normal == pytest.approx((-1, 0, 0), abs=1e-3)
    near = world.physics.overlap(dw.Collider.sphere(1.4), at=(1.5, 0, 0))
    assert [entity.name for entity in near] == ["wall-0", "wall-1"]
    assert world.physics.lines().shape[1:] == (2, 3)


# ---- going back -----------------------------------------------------------------------------------------------------


def test_a_run_repeats(scene: dw.Scene, play: Play, run: Run) -> None:
    hashes: list[str] = []
    crates(scene)
    for _ in range(2):
        world = play(scene, 120)
        world.spawn("crate-0", at=(0.1, 8, 0))
        run(world, 60)
        hashes.append(world.state_hash())
    assert hashes[0] == hashes[1]


def test_going_back_is_exact_in_three_dimensions(play: Play, run: Run) -> None:
    world = play(crates(dw.Scene("back", seed=1)), 50)
    contacts = heard(world, dw.Contact)
    run(world, 10)
    snapshot, begun = world.snapshot(), len(contacts)
    now = world.state_hash()
    ends: list[tuple[str, int]] = []
    for _ in range(3):
        world.restore(snapshot)
        assert world.state_hash() == now
        contacts[begun:] = []
        run(world, 20)
        world.despawn(world["crate-3"])
        world.spawn("crate-1", at=(0, 9, 0))
        run(world, 40)
        ends.append((world.state_hash(), len(contacts)))
    assert ends[0] == ends[1] == ends[2]


def test_going_back_in_the_plane_comes_near(play: Play, run: Run) -> None:
    scene = dw.Scene("back", seed=1)
    scene.physics = dw.Physics(engine="planar")
    world = play(crates(scene, 3), 100)
    snapshot = world.snapshot()
    places = [world[f"crate-{i}"].position for i in range(3)]
    motion = world["crate-2"].body.velocity
    run(world, 60)
    world.restore(snapshot)
    assert [world[f"crate-{i}"].position for i in range(3)] == places
    assert world["crate-2"].body.velocity == pytest.approx(motion, abs=1e-9)
    run(world, 60)


# ---- what can't be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("force", [(math.nan, 0, 0), (0, math.inf, 0), (1, 2), "up", (1e30, 0, 0)])
def test_forces_must_be_finite(scene: dw.Scene, play: Play, run: Run, force: Any) -> None:
    world = play(crates(scene, 1))
    body = world["crate-0"].body
    for apply in (body.apply_force, body.apply_impulse, body.apply_torque, body.apply_torque_impulse):
        with pytest.raises(dw.PhysicsError, match=r'of "crate-0" can\'t be .* it must be 3 finite numbers'):
            apply(force)
    with pytest.raises(dw.PhysicsError):
        body.velocity = force
    with pytest.raises(dw.PhysicsError):
        world.physics.ray(force, (1, 0, 0))
    run(world, 5)
    assert np.isfinite(world.positions).all()


def test_objects_without_a_body_and_worlds_without_physics(scene: dw.Scene, play: Play) -> None:
    world = play(crates(scene, 1))
    with pytest.raises(dw.PhysicsError, match=r'"ground" has no dw\.Body'):
        _ = world["ground"].body
    with pytest.raises(dw.PhysicsError, match="nothing simulates this world"):
        _ = dw.World(dw.weave(scene)).physics
    with pytest.raises(dw.PhysicsError, match=r"\[0, 0, 0\]"):
        world.physics.ray((0, 0, 0), (0, 0, 0))


def test_a_shape_that_can_not_be_is_told_once(scene: dw.Scene, play: Play, run: Run) -> None:
    world = play(crates(scene, 1))
    told: list[Any] = []
    world.schedule.on_error, world.schedule.tell = "stop-script", told.append
    world["ground"].set(dw.Collider(shape="convex"))  # it has no Mesh
    run(world, 5)
    assert len(told) == 1
    assert 'the Collider of "ground" is of the shape "convex", but the object shows no Mesh' in str(told[0])
    world["ground"].set(dw.Collider.box((40, 2, 40)))
    run(world, 1)
    assert world.physics.ray((9, 9, 0), (0, -1, 0)) is not None


def test_no_panic_gets_out(play: Play) -> None:
    from dreamwell.physics.physics_world import Shape
    from dreamwell.physics.spatial.shapes import native_shape

    with pytest.raises(dw.PhysicsError, match="refused"):
        native_shape(Shape("mesh", points=np.zeros((3, 3), np.float32), triangles=np.array([[0, 1, 9]], np.uint32)))


# ---- in an app ------------------------------------------------------------------------------------------------------


def test_an_app_simulates(scene: dw.Scene) -> None:
    app = dw.App(crates(scene, 3))
    for _ in range(120):
        app.step()
    assert app.world["crate-0"].position[1] == pytest.approx(0.5, abs=0.02)
    first = app.world.state_hash()
    again = dw.App(scene)
    for _ in range(120):
        again.step()
    assert again.world["crate-0"].position == app.world["crate-0"].position
    assert first


def test_files_keep_physics(tmp_path: Path, scene: dw.Scene) -> None:
    scene.physics = dw.Physics(engine=scene.physics.engine, gravity=(0, -1.62, 0), layers=("default", "dust"))
    scene.add("a", dw.Body(mass=3, lock_rotation="xy"), dw.Collider(layer="dust", collides_with=("default",)))
    scene.add("b", dw.Body(), dw.Collider.sphere(2), dw.Joint(other="a", minimum=-3.0, kind="hinge"))
    scene.save(tmp_path / "a.dream")
    found = dw.load(tmp_path / "a.dream")
    assert found.physics == scene.physics
    found.save(tmp_path / "b.dream")
    assert (tmp_path / "a.dream").read_bytes() == (tmp_path / "b.dream").read_bytes()
    assert dw.weave(found).to_bytes() == dw.weave(scene).to_bytes()


def test_joints_outlive_a_change_of_kind(scene: dw.Scene, play: Play, run: Run) -> None:
    hung = dw.Joint(kind="distance", other="hook")
    scene.add("hook", dw.Body(kind="static"), dw.Collider.sphere(0.1), at=(0, 5, 0))
    scene.add("ball", dw.Body(can_sleep=False), dw.Collider.sphere(0.2), hung, at=(0, 3, 0))
    world = play(scene, 30)
    world["hook"][dw.Body].kind = "kinematic"
    world["hook"].position = (0, 5.1, 0)
    run(world, 60)
    assert world["ball"].position == pytest.approx((0, 3.1, 0), abs=0.1)
    world["hook"].discard(dw.Body)  # now it is a thing that stands still, as the world does
    run(world, 60)
    assert world["ball"].position == pytest.approx((0, 3.1, 0), abs=0.1)
    world["ball"].discard(dw.Joint)
    run(world, 60)
    assert world["ball"].position[1] < 0


def test_another_scene_may_be_adopted(scene: dw.Scene, play: Play, run: Run) -> None:
    crates(scene, 2)
    world = play(scene, 90)
    y = world["crate-0"].position[1]
    changed = scene.copy()
    changed.add("shelf", dw.Collider.box((4, 0.2, 4)), at=(10, 3, 0))
    changed.physics = dw.Physics(engine=scene.physics.engine, gravity=(0, -1.0, 0))
    changed["crate-1"].set(dw.Collider.sphere(0.6))
    world.adopt(dw.weave(changed))
    run(world, 1)
    assert world["crate-0"].position[1] == pytest.approx(y, abs=0.01)
    assert world.physics.gravity == (0, -1, 0)
    hit = world.physics.ray((10, 9, 0), (0, -1, 0))
    assert hit is not None
    assert hit.entity.name == "shelf"
    run(world, 200)
    world.spawn("crate-0", at=(10, 4, 0), name="late")
    run(world, 240)
    assert world["late"].position[1] == pytest.approx(3.6, abs=0.05)
