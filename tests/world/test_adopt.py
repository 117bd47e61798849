"""A running world takes over another scene: what the game did stays, what was edited shows."""

from __future__ import annotations

import contextlib
import gc
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dreamwell as dw
from dreamwell.benchmarks.frame import native_objects
from dreamwell.engine.entity import Entity
from dreamwell.engine.errors import SceneError
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Stage
from dreamwell.engine.scene import Camera, Environment, Material, Mesh, PointLight, Scene, Sun
from dreamwell.engine.world import World
from dreamwell.loom.weave import weave


@dw.component
class Adopted:
    points: float = dw.field(default=100.0)
    armour: int = dw.field(default=0)


MESHES = (Mesh.box(), Mesh.sphere(0.5, 8), Mesh.cone(segments=6), Mesh.cylinder(segments=5))
MATERIALS = tuple(Material((0.2 * i + 0.1, 0.5, 0.9 - 0.2 * i)) for i in range(4))
TAGS = ("red", "green", "blue")
LOOKS = ((0, 0), (1, 1), (2, 2), (3, 3), (0, 1), None)
FIXED = ("eye", "sky", "sun")


# ---- a plain model ----------------------------------------------------------------------------------------------

Key = int | str
"""A scene object's id, or what was spawned, "s-3"."""


@dataclass
class Thing:
    """One object, as a scene or a game has it."""

    name: str
    parent: Key | None = None
    position: tuple[float, ...] = (0.0, 0.0, 0.0)
    scale: tuple[float, ...] = (1.0, 1.0, 1.0)
    tags: frozenset[str] = frozenset()
    look: tuple[int, int] | None = None
    candela: float | None = None
    health: tuple[float, int] | None = None


@dataclass
class Model:
    """What a world should be: as it was woven, and as it is now."""

    base: dict[Key, Thing]
    now: dict[Key, Thing]
    materials: dict[int, float] = field(default_factory=dict[int, float])

    def adopt(self, new: dict[Key, Thing]) -> None:
        base, now = self.base, self.now
        there = {k for k in now if isinstance(k, str) or k in new} | {k for k in new if k not in base}
        while True:
            parents = {k: self._parent(k, new, there) for k in there}
            lost = {k for k in there if parents[k] == "lost"}
            if not lost:
                break
            there -= lost

        def instead(k: Key) -> Key | None:
            above = new[k].parent if k in new else None
            return above if above is None or above in there else None

        while ring := _rings(parents):
            other = {k for k in ring if k in now and k in new and parents[k] != instead(k)}
            for k in other or ring:
                parents[k] = instead(k) if k in now else None
        made: dict[Key, Thing] = {}
        for k in there:
            if k not in new:
                made[k] = now[k]
            elif k not in now:
                made[k] = replace(new[k])
            else:
                made[k] = _merged(base[k], now[k], new[k])
            made[k] = replace(made[k], parent=parents[k])
        shown = {thing.look[1] for thing in [*new.values(), *made.values()] if thing.look}
        self.materials = {m: value for m, value in self.materials.items() if m in shown}
        self.base, self.now = {k: replace(thing) for k, thing in new.items()}, made

    def _parent(self, k: Key, new: dict[Key, Thing], there: set[Key]) -> Key | None:
        def usable(above: Key | None) -> bool:
            return above is None or above in there

        if k not in new:
            return self.now[k].parent if usable(self.now[k].parent) else "lost"
        wanted = new[k].parent
        if k not in self.now:
            return wanted if usable(wanted) else "lost"
        run = self.now[k].parent
        if run != self.base[k].parent and usable(run):
            return run
        if usable(wanted):
            return wanted
        return run if usable(run) else "lost"


def _rings(parents: dict[Key, Key | None]) -> set[Key]:
    found: set[Key] = set()
    for start in parents:
        at = parents[start]
        for _ in range(len(parents)):
            if at is None or at == start:
                break
            at = parents[at]
        if at == start:
            found.add(start)
    return found


def _merged(base: Thing, now: Thing, new: Thing) -> Thing:
    def kept(key: str) -> Any:
        return getattr(now if getattr(now, key) != getattr(base, key) else new, key)

    tags = (new.tags - (base.tags - now.tags)) | (now.tags - base.tags)
    look = new.look
    if now.look is not None and base.look is not None:
        mesh = now.look[0] if now.look[0] != base.look[0] else None if new.look is None else new.look[0]
        material = now.look[1] if now.look[1] != base.look[1] or new.look is None else new.look[1]
        look = None if mesh is None else (mesh, material)
    health = new.health
    if base.health is None or now.health is None:  # given or taken away by the game
        health = now.health if (base.health is None) != (now.health is None) else new.health
    elif new.health is None:
        health = None if now.health == base.health else now.health
    else:
        fields = zip(base.health, now.health, new.health, strict=True)
        points, armour = (run if run != was else then for was, run, then in fields)
        health = float(points), int(armour)
    return Thing(
        new.name, None, kept("position"), kept("scale"), frozenset(tags), look, kept("candela"),
        health,
    )  # fmt: skip


# ---- a scene and a world beside it ------------------------------------------------------------------------------


class Game:
    """A scene that is edited, a world that runs, and the model of both."""

    def __init__(self) -> None:
        self.scene = Scene("game", seed=1)
        self.scene.configure({"aa.mode": "none", "shadows.enabled": False, "exposure.mode": "manual"})
        self.scene.add("eye", Camera(fov_y=60), at=(0, 2, 14), toward=(0, 0, 0))
        self.scene.add("sky", Environment(intensity=500.0))
        self.scene.add("sun", Sun(lux=2000.0, cast_shadows=False), toward=(-1, -2, -1))
        for i in range(5):
            self.scene.add(f"o-{i}", *surface(LOOKS[i]), at=(2 * i - 4, 0, 0), tags={TAGS[i % 3]})
        self.count = 5
        self.edits = self._read()
        self.world = World(weave(self.scene))
        self.model = Model(self._read(), self._read())
        self.handles = {k: self._entity(k) for k in self.model.now}
        self.lost: list[Entity] = []
        self.spawned = 0

    def _read(self) -> dict[Key, Thing]:
        """The scene as things, of what may change."""
        out: dict[Key, Thing] = {}
        for one in self.scene:
            if one.name not in FIXED:
                mesh, material, lamp = one.get(Mesh), one.get(Material), one.get(PointLight)
                health = one.get(Adopted)
                out[one.id] = Thing(
                    one.name,
                    None if one.parent is None else one.parent.id,
                    one.position,
                    one.scale,
                    one.tags,
                    None if mesh is None or material is None else (MESHES.index(mesh), MATERIALS.index(material)),
                    None if lamp is None else lamp.candela,
                    None if health is None else (health.points, health.armour),
                )
        return out

    def _entity(self, k: Key) -> Entity:
        return self.world.at(int(np.flatnonzero(self.world.ids == k)[0]))

    def edit(self, what: str, a: int, b: int) -> None:
        """Change the scene."""
        mine = [one for one in self.scene if one.name not in FIXED]
        if what == "add" or not mine:
            above = mine[a % len(mine)] if mine and b % 2 else None
            self.scene.add(f"o-{self.count}", *surface(LOOKS[b % len(LOOKS)]), at=(a % 7 - 3, 1, 0), parent=above)
            self.count += 1
            return
        one, other = mine[a % len(mine)], mine[b % len(mine)]
        if what == "remove":
            one.remove()
        elif what == "place":
            one.position = (a % 5 - 2, b % 5 - 2, 0)
        elif what == "scale":
            one.scale = (1 + b % 3, 1, 1 - 2 * (b % 2))
        elif what == "tags":
            one.tags = {TAGS[i] for i in range(3) if b >> i & 1}
        elif what == "look":
            one.discard(Mesh)
            one.discard(Material)
            one.set(*surface(LOOKS[b % len(LOOKS)]))
        elif what == "lamp":
            one.set(PointLight(candela=float(b % 4))) if b % 3 else one.discard(PointLight)
        elif what == "parent":
            with contextlib.suppress(SceneError):
                one.parent = other if b % 4 else None
        elif what == "health":
            one.set(Adopted(float(a % 4), b % 4)) if b % 3 else one.discard(Adopted)
        elif what == "name":
            one.name = f"called-{b % 3}"

    def play(self, what: str, a: int, b: int) -> None:
        """Change the world, and the model in the same way."""
        now = self.model.now
        keys = sorted(now, key=str)
        if not keys:
            return
        k, other = keys[a % len(keys)], keys[b % len(keys)]
        entity, thing = self.handles[k], now[k]
        if what == "spawn":
            made = f"s-{self.spawned}"
            self.spawned += 1
            above = other if b % 3 == 0 else None
            self.handles[made] = self.world.spawn(
                entity,
                (a % 3, 2, 1),
                scale=1.0,
                name=made,
                tags={"green"},
                parent=self.handles[other] if above else None,
            )
            now[made] = Thing(made, above, (float(a % 3), 2.0, 1.0), tags=frozenset({"green"}), look=thing.look)
            now[made].health = thing.health
        elif what == "despawn":
            self.world.despawn(entity)
            gone = {k}
            while more := {i for i, one in now.items() if one.parent in gone} - gone:
                gone |= more
            for i in gone:
                del now[i]
                self.lost.append(self.handles.pop(i))
        elif what == "place":
            thing.position = entity.position = (float(a % 5 - 2), 3.0, float(b % 5 - 2))
        elif what == "scale":
            thing.scale = entity.scale = (1.0, 1.0 + b % 3, -1.0)
        elif what == "tags":
            tag = TAGS[b % 3]
            (entity.tag if b % 2 else entity.untag)(tag)
            thing.tags = thing.tags | {tag} if b % 2 else thing.tags - {tag}
        elif what == "look" and thing.look is not None:
            shown = [i for i in keys if now[i].look is not None]
            like = now[shown[b % len(shown)]].look
            assert like is not None
            if b % 2:
                entity.show(self.handles[shown[b % len(shown)]])
                thing.look = like
            else:
                entity.material = MATERIALS[like[1]]
                thing.look = thing.look[0], like[1]
        elif what == "material" and thing.look is not None:
            m = thing.look[1]
            self.world.materials[MATERIALS[m]] = replace(MATERIALS[m], roughness=0.1 * (b % 9))
            self.model.materials[m] = 0.1 * (b % 9)
        elif what == "lamp":
            thing.candela = float(b % 4) if b % 3 else None
            entity.set(PointLight(candela=float(b % 4))) if b % 3 else entity.discard(PointLight)
        elif what == "health":
            if b % 3 == 0:
                entity.discard(Adopted)
                thing.health = None
            elif thing.health is None or b % 3 == 1:
                entity.set(Adopted(float(a % 4), b % 4))
                thing.health = float(a % 4), b % 4
            else:
                entity[Adopted].points = a % 5
                thing.health = float(a % 5), thing.health[1]
        elif what == "parent":
            try:
                if k != other:
                    entity.parent = self.handles[other] if b % 4 else None
                    thing.parent = other if b % 4 else None
            except SceneError:
                pass

    def adopt(self) -> None:
        self.world.adopt(weave(self.scene))
        self.model.adopt(self._read())
        self.lost += [entity for k, entity in self.handles.items() if k not in self.model.now]
        self.handles = {k: self.handles.get(k) or self._entity(k) for k in self.model.now}

    def check(self) -> None:
        """The world is what the model says."""
        world, now = self.world, self.model.now
        world.update_transforms()
        assert len(world) == len(now) + len(FIXED)
        assert {entity.row for entity in world} == {h.row for h in self.handles.values()} | {
            world[name].row for name in FIXED
        }
        for k, thing in now.items():
            entity = self.handles[k]
            assert entity.alive
            assert entity.name == thing.name
            assert isinstance(k, str) or entity.id == k
            above = entity.parent
            assert above == (None if thing.parent is None else self.handles[thing.parent])
            assert entity.position == thing.position
            assert entity.scale == thing.scale
            assert entity.tags == thing.tags
            lamp = entity.get(PointLight)
            assert (None if lamp is None else lamp.candela) == thing.candela
            health = entity.get(Adopted)
            assert (None if health is None else (health.points, health.armour)) == thing.health
            row = np.array([entity.row], np.int32)
            assert np.allclose(world.transforms.world_of(row)[0, :, 3], entity.world_position, atol=1e-4)
            if thing.look is None:
                assert world.roster.look(entity.row)[0] == -1
            else:
                assert entity.material == MATERIALS[thing.look[1]]
                value = world.materials[entity.material]
                assert value.roughness == self.model.materials.get(thing.look[1], value.roughness)
                mesh = world.woven.geometry.meshes[world.roster.look(entity.row)[0]]
                assert mesh["index_count"] == weave_of(thing.look[0])
        for tag in TAGS:
            assert {e.row for e in world.tagged(tag)} == {self.handles[k].row for k in now if tag in now[k].tags}
        assert not any(entity.alive for entity in self.lost)
        for name in {thing.name for thing in now.values()}:
            found = world.find(name)
            assert found is not None
            assert found.name == name

    def written(self) -> Scene:
        """A scene of the world as it should be."""
        scene = Scene("written", seed=2)
        scene.settings = self.scene.settings
        for name in FIXED:
            one = self.scene[name]
            scene.add(name, *one.components, at=one.position, rotation=one.rotation)
        made: dict[Key, Any] = {}
        for k, thing in self.model.now.items():
            lamp = () if thing.candela is None else (PointLight(candela=thing.candela),)
            made[k] = scene.add(thing.name, *lamp, at=thing.position, scale=thing.scale)
            if thing.look is not None:
                mesh, material = MESHES[thing.look[0]], MATERIALS[thing.look[1]]
                rough = self.model.materials.get(thing.look[1], material.roughness)
                made[k].set(mesh, replace(material, roughness=rough))
        for k, thing in self.model.now.items():
            if thing.parent is not None:
                made[k].parent = made[thing.parent]
        return scene


def surface(look: tuple[int, int] | None) -> tuple[Any, ...]:
    return () if look is None else (MESHES[look[0]], MATERIALS[look[1]])


def weave_of(mesh: int) -> int:
    """How many indices a mesh has."""
    scene = Scene("one", seed=1)
    if mesh not in _INDICES:
        scene.add("one", MESHES[mesh])
        _INDICES[mesh] = len(weave(scene).geometry.indices)
    return _INDICES[mesh]


_INDICES: dict[int, int] = {}

EDITS = ("add", "remove", "place", "scale", "tags", "look", "lamp", "parent", "name", "health")
PLAYS = ("spawn", "despawn", "place", "scale", "tags", "look", "material", "lamp", "parent", "health")
NUMBERS = st.integers(0, 60)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from(EDITS), NUMBERS, NUMBERS),
        st.tuples(st.just("play"), st.sampled_from(PLAYS), NUMBERS, NUMBERS),
        st.just(("adopt", "", 0, 0)),
    ),
    max_size=40,
)


def run(steps: list[tuple[str, str, int, int]], draw: Stage | None = None) -> Game:
    game = Game()
    for kind, what, a, b in steps:
        if kind == "adopt":
            game.adopt()
            if draw is not None:
                draw.draw(game.world, 0)
        elif kind == "edit":
            game.edit(what, a, b)
        else:
            game.play(what, a, b)
    game.adopt()
    return game


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_what_the_game_did_stays_and_what_was_edited_shows(steps: list[tuple[str, str, int, int]]) -> None:
    game = run(steps)
    game.check()
    game.adopt()  # the same once more changes nothing
    game.check()


def random_steps(seed: int, count: int) -> list[tuple[str, str, int, int]]:
    random = np.random.default_rng(seed)
    out: list[tuple[str, str, int, int]] = []
    for _ in range(count):
        kind = str(random.choice(["edit", "play", "play", "adopt"], p=[0.3, 0.3, 0.3, 0.1]))
        names = {"edit": EDITS, "play": PLAYS, "adopt": ("",)}[kind]
        a, b = random.integers(0, 60, 2).tolist()
        out.append((kind, str(random.choice(names)), a, b))
    return out


@pytest.mark.parametrize("seed", range(20))
def test_long_games_stay_right(seed: int) -> None:
    run(random_steps(seed, 150)).check()


# ---- one thing at a time ----------------------------------------------------------------------------------------


def yard() -> Scene:
    scene = Scene("yard", seed=1)
    scene.configure({"aa.mode": "none", "shadows.enabled": False})
    scene.add("eye", Camera(fov_y=60), at=(0, 2, 14), toward=(0, 0, 0))
    scene.add("sun", Sun(lux=2000.0, cast_shadows=False), toward=(-1, -2, -1))
    for i in range(3):
        scene.add(f"o-{i}", MESHES[i], MATERIALS[i], at=(2 * i - 2, 0, 0))
    return scene


def test_an_edit_that_would_make_a_ring_with_what_the_game_hung_is_right() -> None:
    scene = yard()
    world = World(weave(scene))
    world["o-0"].parent = world["o-1"]
    scene["o-1"].parent = scene["o-0"]
    world.adopt(weave(scene))
    assert world["o-0"].parent is None
    assert world["o-1"].parent == world["o-0"]


def test_rings_through_what_was_spawned_are_undone_too() -> None:
    scene = yard()
    world = World(weave(scene))
    spawned = world.spawn("o-2", name="between", parent=world["o-1"])
    world["o-0"].parent = spawned
    scene["o-1"].parent = scene["o-0"]
    world.adopt(weave(scene))
    assert world["o-0"].parent is None
    assert world["o-1"].parent == world["o-0"]
    assert spawned.parent == world["o-1"]


def test_what_the_game_shows_on_an_object_stays_when_its_mesh_is_taken_from_the_scene() -> None:
    scene = yard()
    world = World(weave(scene))
    world["o-0"].show("o-1")
    world["o-1"].material = MATERIALS[2]  # a material alone shows nothing
    for name in ("o-0", "o-1"):
        scene[name].discard(Mesh)
    world.adopt(weave(scene))
    assert world["o-0"].material == MATERIALS[1]
    assert world.roster.look(world["o-1"].row)[0] == -1


def test_who_hangs_on_what_the_scene_no_longer_has_is_gone_with_it() -> None:
    scene = yard()
    world = World(weave(scene))
    hat = world.spawn("o-1", name="hat", parent=world["o-0"])
    scene["o-0"].remove()
    world.adopt(weave(scene))
    assert not hat.alive
    with pytest.raises(SceneError, match='"hat" was despawned'):
        _ = hat.position


def test_lenses_are_merged_field_by_field_and_stay_the_same_objects() -> None:
    scene = yard()
    world = World(weave(scene))
    lens = world.lens
    lens.fov_y = 30.0
    scene["eye"].set(Camera(fov_y=50, near=0.7))
    world.adopt(weave(scene))
    assert world.lens is lens
    assert lens.fov_y == 30.0
    assert lens.near == pytest.approx(0.7)


def test_the_chosen_camera_stays_and_another_first_one_takes_over_where_none_was_chosen() -> None:
    scene = yard()
    side = scene.add("side", Camera(), at=(9, 2, 0))
    world = World(weave(scene))
    world.camera = "side"
    scene["eye"].discard(Camera)
    world.adopt(weave(scene))
    assert world.camera.name == "side"
    side.discard(Camera)
    scene["o-1"].set(Camera(fov_y=44))
    world.adopt(weave(scene))
    assert world.camera.name == "o-1"
    assert world.lens.fov_y == 44


def test_a_scene_without_a_camera_gets_one_and_loses_it_when_it_has_one() -> None:
    scene = yard()
    world = World(weave(scene))
    scene["eye"].discard(Camera)
    world.adopt(weave(scene))
    made = world.camera
    assert (made.name, made.id) == ("camera", 0)
    assert world.find("camera") == made
    scene.add("more", MESHES[0])  # the row behind is the camera's
    world.adopt(weave(scene))
    assert world.camera == made
    assert world["more"].row != made.row
    scene["eye"].set(Camera(fov_y=33))
    world.adopt(weave(scene))
    assert world.camera.name == "eye"
    assert not made.alive
    assert len(world) == len(scene)


def test_settings_and_surroundings_are_merged() -> None:
    scene = yard()
    scene.add("sky", Environment(intensity=2.0))
    world = World(weave(scene))
    world.configure({"exposure.compensation": 1.5})
    scene.configure({"exposure.compensation": 0.5, "bloom.enabled": False})
    scene["sky"].set(Environment(intensity=3.0))
    world.adopt(weave(scene))
    assert world.settings.exposure.compensation == 1.5
    assert not world.settings.bloom.enabled
    assert world.environment.intensity == 3.0
    world.environment = replace(world.environment, intensity=7.0)
    scene["sky"].set(Environment(intensity=4.0))
    world.adopt(weave(scene))
    assert world.environment.intensity == 7.0


def test_what_is_not_in_the_new_scene_but_still_shown_is_taken_along_and_dropped_later() -> None:
    scene = yard()
    world = World(weave(scene))
    ball = world.spawn("o-1", (0, 3, 0))
    scene["o-1"].remove()
    woven = weave(scene)
    world.adopt(woven)
    assert len(world.woven.geometry.meshes) == len(woven.geometry.meshes) + 1
    assert world.materials[ball.material] == MATERIALS[1]
    world.despawn(ball)
    world.adopt(weave(scene))
    assert len(world.woven.geometry.meshes) == len(woven.geometry.meshes)
    assert len(world.materials) == len(woven.material_components)


class Roamer(dw.Behaviour):
    speed: float = 2.0
    courage: int = 1

    def start(self) -> None:
        LIFE.append(f"{self.entity.name} starts")

    def on_destroy(self) -> None:
        LIFE.append(f"{self.entity.name} ends")


LIFE: list[str] = []


def test_behaviours_go_on_begin_and_end() -> None:
    LIFE.clear()
    scene = yard()
    for name in ("o-0", "o-1"):
        scene[name].set(Roamer(speed=3))
    world = World(weave(scene))
    world.schedule.start()
    first = world["o-0"][Roamer]
    first.speed = 9.0
    scene["o-0"].set(Roamer(speed=4, courage=5))
    scene["o-2"].set(Roamer())
    scene["o-1"].remove()
    scene.add("new", Roamer(speed=6))
    world.adopt(weave(scene))
    world.schedule.frame(0.1)
    assert world["o-0"][Roamer] is first
    assert (first.speed, first.courage) == (9.0, 5)
    assert world["new"][Roamer].speed == 6
    assert LIFE == ["o-0 starts", "o-1 starts", "o-1 ends", "o-2 starts", "new starts"]
    scene["o-0"].discard(Roamer)
    world.adopt(weave(scene))
    assert world["o-0"].get(Roamer) is None
    assert LIFE[-1] == "o-0 ends"


def test_nothing_is_adopted_while_columns_are_out() -> None:
    scene = yard()
    world = World(weave(scene))
    with world.query(dw.Query(dw.Position)) as batch:
        batch[dw.Position] += 0.0
        with pytest.raises(SceneError, match=r"another scene can't be adopted while the columns of a batch are in use"):
            world.adopt(weave(scene))
    world.adopt(weave(scene))


# ---- the picture ------------------------------------------------------------------------------------------------

SIZE = (96, 64)


@pytest.fixture(scope="module")
def stages(gpu: Gpu) -> tuple[Stage, Stage]:
    """One that lives through changes, and one for pictures of scenes written so."""
    return Stage(gpu, SIZE), Stage(gpu, SIZE)


@pytest.mark.parametrize("seed", range(8))
def test_the_picture_is_that_of_a_scene_written_so(stages: tuple[Stage, Stage], seed: int) -> None:
    live, fresh = stages
    game = run(random_steps(seed, 60), live)
    live.draw(game.world, 0)
    fresh.draw(World(weave(game.written())), 0)
    after, wanted = (stage.fabric.read_linear() for stage in stages)
    wrong = np.abs(after - wanted).max(axis=2) > 0.02 * wanted.max()
    assert wrong.mean() < 0.002
    fresh.draw(game.world, 0)
    assert (np.abs(fresh.fabric.read_linear() - wanted).max(axis=2) > 0.02 * wanted.max()).mean() < 0.002


@pytest.mark.parametrize("mode", ["metered", "auto"])
def test_adopting_the_same_scene_does_not_flash(stages: tuple[Stage, Stage], mode: str) -> None:
    scene = yard()
    scene.configure({"aa.mode": "taa", "exposure.mode": mode})
    scene.add("lamp", PointLight(candela=3000), at=(0, 3, 3))
    worlds = (World(weave(scene)), World(weave(scene)))
    for world in worlds:
        world["o-0"].position = (0, 1, 4)
        world.spawn("o-1", (2, 2, 2))
    for frame in range(14):
        for stage, world in zip(stages, worlds, strict=True):
            if frame == 5:
                world["lamp"].set(PointLight(candela=90_000))  # automatic exposure is on its way for seconds
            stage.draw(world, frame / 60)
        if frame >= 8:
            adopted, other = (stage.fabric.read_image().astype(int) for stage in stages)
            assert np.abs(adopted - other).max() <= 2, frame  # of 255
        if frame in (8, 10):
            worlds[0].adopt(weave(scene))


def test_fifty_adopted_scenes_leave_no_memory_behind(gpu: Gpu) -> None:
    stage, scene = Stage(gpu, SIZE), yard()
    world = World(weave(scene))
    held: list[int] = []
    gc.collect()
    gc.disable()  # nothing waits for it
    try:
        for i in range(53):
            scene["o-0"].set(Mesh.sphere(0.5, 8 + i % 2))
            if i % 5 == 4:
                scene["o-2"].remove()
                scene.add("o-2", MESHES[2], MATERIALS[2], at=(2, 0, 0))
            world.adopt(weave(scene))
            world.despawn(world.spawn("o-0"))
            stage.draw(world, i / 60)
            stage.fabric.read_image()
            held.append(native_objects())
    finally:
        gc.enable()
    assert len(world.roster) < 20
    assert held[-1] <= held[2], held
