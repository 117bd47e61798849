"""Going back: snapshots, hashes of the state, and runs that repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.interpolation import Interpolation
from dreamwell.engine.render import Stage

SIZE = (96, 64)
RED = dw.Material((0.9, 0.2, 0.2))
GREEN = dw.Material((0.2, 0.9, 0.4), roughness=0.3)


@dw.component
class Journey:
    """Where an object goes."""

    way: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0))
    name: str = dw.field(default="")


def yard() -> dw.Scene:
    """A red crate, a green ball, a lamp, and nothing that needs metering."""
    scene = dw.Scene("yard", seed=1)
    scene.configure(
        {"aa.mode": "none", "shadows.enabled": False, "exposure.mode": "manual", "exposure.ev100": 0.0}
    )  # fmt: skip
    scene.add("eye", dw.Camera(fov_y=60), at=(0, 2, 12), toward=(0, 0, 0))
    scene.add("surroundings", dw.Environment(source="color", intensity=0.5))
    scene.add("crate", dw.Mesh.box(), RED, Journey((1, 0, 0), "out"), tags={"thing"}, at=(-2, 0, 0))
    scene.add("ball", dw.Mesh.sphere(0.5, 8), GREEN, tags={"thing", "round"}, at=(2, 0, 0))
    scene.add("lamp", dw.PointLight(30), at=(0, 3, 0))
    return scene


def seen(world: dw.World) -> dict[int, Any]:
    """All that a game can ask of the objects of a world."""
    rows: dict[int, Any] = {}
    for entity in world:
        above = entity.parent
        looks = world.roster.look(entity.row)
        rows[entity.row] = (
            entity.name, entity.id, entity.tags, entity.position, entity.rotation, entity.scale, entity.world_position,
            None if above is None else above.row, sorted(map(repr, entity.components)), looks,
        )  # fmt: skip
    values = [world.materials[material] for material in world.materials]
    return {**rows, -1: (values, world.environment, world.camera.row, replace(world.lens))}


def live_on(world: dw.World, random: np.random.Generator, steps: int) -> None:
    """Change a world in many ways; the same numbers make the same changes."""
    for step in range(steps):
        entities = [e for e in world if e.name.startswith(("crate", "ball", "more"))]
        entity = entities[int(random.integers(len(entities)))]
        match int(random.integers(13)):
            case 0:
                world.spawn(entity, world.random.uniform(-3, 3, 3), name=f"more-{step}", components=[Journey(name="x")])
            case 1:
                world.spawn(entity, world.random.uniform(-3, 3, (9, 3)), scale=-0.5, name="more", tags={f"t{step}"})
            case 2 if len(entities) > 3:
                world.despawn(entity)
            case 3:
                entity.position = tuple(world.random.uniform(-3, 3, 3).tolist())
            case 4:
                entity.rotate(y=30 * step)
            case 5:
                other = entities[int(random.integers(len(entities)))]
                if other not in (entity, entity.parent) and not world.transforms.is_below(other.row, entity.row):
                    entity.parent = other
            case 6:
                entity.parent = None
            case 7:
                entity.set(Journey((step, 0, 0), str(step))).tag("seen", f"s{step}").untag("thing")
            case 8:
                entity.discard(Journey)
                entity.set(dw.PointLight(step))
            case 9:
                entity.discard(dw.PointLight)
                entity.material = (RED, GREEN)[step % 2]
            case 10:
                world.materials[RED] = replace(RED, base_color=(0.1, 0.1 * (step % 9), 0.9))
                world.environment = replace(world.environment, intensity=0.3 + 0.1 * (step % 5))
            case 11:
                with world.query(dw.Query(dw.Position, Journey)) as batch:
                    batch[dw.Position] += batch[Journey].way
                    batch[Journey].way *= 0.5
            case _:
                world.lens.fov_y = 50 + step
                if (world["lamp"].get(dw.PointLight)) is not None:
                    world.lights.tune([world["lamp"].row], strength=10 + step)


@pytest.fixture(scope="module")
def woven() -> dw.WovenScene:
    return dw.weave(yard())


@pytest.mark.parametrize("seed", range(30))
def test_after_any_changes_a_world_goes_back_and_on_as_it_was(woven: dw.WovenScene, seed: int) -> None:
    random = np.random.default_rng(seed)
    world = dw.World(woven, seed=seed)
    live_on(world, random, int(random.integers(0, 20)))
    before, digest, snapshot = seen(world), world.state_hash(), world.snapshot()
    handles = list(world)
    futures: list[tuple[str, Any]] = []
    for _ in range(3):
        live_on(world, np.random.default_rng(seed + 1), 25)
        world.update_transforms()
        futures.append((world.state_hash(), seen(world)))
        later = [e for e in world if e not in handles]
        world.restore(snapshot)
        assert seen(world) == before
        assert world.state_hash() == digest
        assert list(world) == handles
        assert not any(e.alive for e in later)
        world.update_transforms()
        fresh = dw.World(woven)
        fresh.restore(snapshot)
        fresh.update_transforms()
        rows = [e.row for e in world]
        np.testing.assert_allclose(world.world_from_local[rows], fresh.world_from_local[rows], rtol=0, atol=1e-4)
        assert fresh.state_hash() == digest
        assert seen(fresh) == before
    assert futures[0] == futures[1] == futures[2]
    assert futures[0][0] != digest


@pytest.mark.parametrize("seed", range(6))
def test_the_picture_goes_back_too(gpu: Gpu, woven: dw.WovenScene, seed: int) -> None:
    live, fresh = Stage(gpu, SIZE), Stage(gpu, SIZE)
    world = dw.World(woven, seed=seed)
    random = np.random.default_rng(seed)
    live_on(world, random, 12)
    live.draw(world, 0)
    snapshot = world.snapshot()
    for frame in range(3):
        live_on(world, random, 15)
        if frame < 2:
            live.draw(world, frame)
        world.restore(snapshot)
        live.draw(world, frame)
    other = dw.World(woven)
    other.restore(snapshot)
    fresh.draw(other, 0)
    np.testing.assert_array_equal(live.fabric.read_image(), fresh.fabric.read_image())
    assert live.fabric.read_image().std() > 5


def test_a_run_with_a_seed_repeats_and_another_seed_makes_another(woven: dw.WovenScene) -> None:
    hashes: list[str] = []
    for seed in (5, 5, 6):
        world = dw.World(woven, seed=seed)
        live_on(world, np.random.default_rng(1), 40)
        hashes.append(world.state_hash())
    assert hashes[0] == hashes[1] != hashes[2]
    one, two = dw.World(woven), dw.World(woven)
    assert one.seed != two.seed
    assert one.spawn("crate").id != two.spawn("crate").id
    assert dw.World(woven, seed=one.seed).spawn("ball").id == dw.World(woven, seed=one.seed).spawn("crate").id


def test_what_goes_back_is_not_drawn_on_the_way(woven: dw.WovenScene) -> None:
    world = dw.World(woven)
    snapshot, between = world.snapshot(), Interpolation(world.transforms)
    changes: list[Callable[[], object]] = [lambda: world["crate"].translate(x=8), lambda: world.restore(snapshot)]
    for change in changes:
        between.begin_tick()
        change()
        between.end_tick()
    between.alpha = 0.5
    with between.shown():
        assert world["crate"].position == (-2, 0, 0)


CHANGES: list[Callable[[dw.World], object]] = [
    lambda w: w["crate"].translate(x=1e-3),
    lambda w: setattr(w["crate"], "parent", w["ball"]),
    lambda w: setattr(w["crate"][Journey], "name", "home"),
    lambda w: w["crate"].set(Journey((1, 0, 1e-9), "out")),
    lambda w: w["ball"].set(Journey()),
    lambda w: w["crate"].discard(Journey),
    lambda w: w["crate"].tag("hot"),
    lambda w: w["crate"].untag("thing"),
    lambda w: w.spawn("crate"),
    lambda w: w.despawn(w["crate"]),
    lambda w: setattr(w["crate"], "material", GREEN),
    lambda w: w["crate"].show("ball"),
    lambda w: w["lamp"].set(dw.PointLight(31)),
    lambda w: w["lamp"].discard(dw.PointLight),
    lambda w: w.lights.tune([w["lamp"].row], range=5.0),
    lambda w: w.materials.__setitem__(RED, GREEN),
    lambda w: setattr(w, "environment", dw.Environment(source="color", intensity=0.6)),
    lambda w: setattr(w.lens, "fov_y", 30),
    lambda w: w.random.random(),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_the_hash_sees_every_change(woven: dw.WovenScene, number: int) -> None:
    world = dw.World(woven, seed=1)
    before, snapshot = world.state_hash(), world.snapshot()
    assert world.state_hash() == before
    CHANGES[number](world)
    assert world.state_hash() != before
    world.restore(snapshot)
    assert world.state_hash() == before


def test_the_hash_does_not_depend_on_how_a_state_came_about(woven: dw.WovenScene) -> None:
    one, two = dw.World(woven, seed=1), dw.World(woven, seed=1)
    for world, order in ((one, (1, 2)), (two, (2, 1))):
        for i in order:
            world["crate" if i == 1 else "ball"].set(Journey(name=f"{i}")).tag(f"tag-{i}")
    two["lamp"].set(Journey())
    two["lamp"].discard(Journey)
    two["crate"].tag("gone").untag("gone")
    assert one.state_hash() == two.state_hash()


class Counter:
    """Keeps a number beside the world."""

    def __init__(self) -> None:
        self.number = 0

    def save(self) -> bytes:
        return str(self.number).encode()

    def load(self, data: bytes) -> None:
        self.number = int(data)


def test_what_others_keep_is_part_of_it(woven: dw.WovenScene) -> None:
    world, counter = dw.World(woven, seed=1), Counter()
    plain = world.snapshot()
    world.keeps.append(counter)
    before, snapshot = world.state_hash(), world.snapshot()
    counter.number = 7
    assert world.state_hash() != before
    world.restore(snapshot)
    assert counter.number == 0
    with pytest.raises(dw.SceneError, match="state of 0 keepers; there are 1"):
        world.restore(plain)


def test_what_can_not_be_gone_back_to_is_refused(woven: dw.WovenScene) -> None:
    world = dw.World(woven)
    with pytest.raises(dw.SceneError, match='of another scene, "empty"; it must be of the "yard"'):
        world.restore(dw.World(dw.weave(dw.Scene("empty", seed=1))).snapshot())
    snapshot = world.snapshot()
    with world.query(dw.Query(dw.Position)) as batch:
        _ = batch[dw.Position]
        with pytest.raises(dw.SceneError, match="restore while the columns of a batch are in use"):
            world.restore(snapshot)
        with pytest.raises(dw.SceneError, match="snapshot while"):
            world.snapshot()
    assert repr(snapshot) == "<Snapshot of 'yard'>"


def test_a_snapshot_does_not_change_with_the_world_and_serves_twice(woven: dw.WovenScene) -> None:
    world = dw.World(woven, seed=2)
    shots = world.spawn("crate", np.zeros((5000, 3)), name="more")
    snapshot, before = world.snapshot(), world.state_hash()
    for _ in range(2):
        world.despawn(shots)  # so much that the columns shrink
        world.spawn("ball", np.zeros((20_000, 3)), name="more")
        world["crate"][Journey].name = "changed"
        world.restore(snapshot)
        assert world.state_hash() == before
        assert len(world.query(dw.Query(Journey))) == 5001
