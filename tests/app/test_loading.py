"""Prefabs at run time, scenes on top of others, switching and loading anew: what a game's author calls."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.kinds import called
from dreamwell.engine.render import Stage, shared_gpu
from dreamwell.engine.scene.prefabs import part_ids

RED = dw.Material((0.9, 0.1, 0.1))


def tree(folder: Path) -> dw.Scene:
    scene = dw.Scene("tree", seed=3, root=folder)
    trunk = scene.add("trunk", dw.Mesh.cylinder(), dw.Material((0.4, 0.3, 0.2)), at=(0, 1, 0), tags={"wood"})
    scene.add("leaf", dw.Mesh.sphere(), RED, at=(1, 0, 0), parent=trunk, tags={"green"})
    scene.add("glow", dw.PointLight(candela=5), at=(0, 2, 0), parent=trunk)
    scene.add("lens", dw.Camera(fov_y=33), at=(0, 0, 5))
    scene.save(folder / "tree.dream")
    return scene


def land(folder: Path) -> dw.Scene:
    scene = dw.Scene("land", seed=1, root=folder)
    scene.configure({"aa.mode": "none", "shadows.enabled": False})
    scene.add("eye", dw.Camera(), at=(0, 2, 9), toward=(0, 1, 0))
    scene.add("sun", dw.Sun(cast_shadows=False), toward=(-1, -2, -1))
    scene.add("box", dw.Mesh.box(), dw.Material((0.2, 0.4, 0.8)), at=(-2, 0, 0))
    return scene


def picture(world: dw.World, stage: Stage | None = None) -> NDArray[np.int64]:
    stage = stage or Stage(shared_gpu(), (96, 64))
    stage.draw(world, 0)
    return stage.fabric.read_image().astype(np.int64)


# ---- prefabs ----------------------------------------------------------------------------------------------------


def test_an_instance_brings_all_that_is_in_the_file(tmp_path: Path) -> None:
    source = tree(tmp_path)
    scene = land(tmp_path)
    scene.prefabs = ["tree.dream"]
    world = dw.World(dw.weave(scene))
    woven = world.woven
    root = world.spawn(dw.Prefab("tree.dream"), at=(3, 0, 0))
    assert world.woven is woven, "nothing was woven anew"
    assert (root.name, root.tags, root.position) == ("tree", frozenset(), (3, 0, 0))
    assert sorted(child.name for child in root.children) == ["lens", "trunk"]
    leaf = world["leaf"]
    assert leaf.parent == world["trunk"]
    assert leaf.world_position == (4, 1, 0)
    assert (leaf.tags, leaf.material) == (frozenset({"green"}), RED)
    assert leaf.id == int(part_ids(np.array([root.id], np.uint64), source.ids)[0, 1])
    assert world["glow"][dw.PointLight].candela == 5
    world.camera = "lens"
    assert world.lens.fov_y == 33
    world.camera = "eye"
    world.despawn(root)
    assert len(world) == 3
    assert [camera.name for camera in world.cameras] == ["eye"]
    assert not leaf.alive


@dw.component
class Fruit:
    """How many hang on a tree."""

    count: int = dw.field(default=1, minimum=0)


class Grower(dw.Behaviour):
    """Gets taller."""

    speed: float = dw.field(default=1.0, minimum=0)

    def fixed_update(self, dt: float) -> None:
        self.entity.translate(y=self.speed * dt)


def test_an_instance_carries_what_it_is_given(tmp_path: Path) -> None:
    tree(tmp_path)
    scene = land(tmp_path)
    scene.prefabs = ["tree.dream"]
    app = dw.App(scene)
    rows = app.world.spawn(dw.Prefab("tree.dream"), at=[(1, 0, 0), (2, 0, 0)], components=(Fruit(3), Grower(speed=6)))
    one, two = (app.world.at(row) for row in rows)
    assert (one[Fruit].count, two[Fruit].count) == (3, 3)
    assert one[Grower] is not two[Grower]
    app.step(1 / 60)
    assert one.position == pytest.approx((1, 0.1, 0))
    count = len(app.world)
    for wrong in (Fruit(-1), Grower(speed=-1), Fruit):
        with pytest.raises(dw.SceneError):
            app.world.spawn(dw.Prefab("tree.dream"), components=(wrong,))
    assert len(app.world) == count, "nothing was made"


def test_many_instances_are_spawned_at_once(tmp_path: Path) -> None:
    tree(tmp_path)
    scene = land(tmp_path)
    scene.prefabs = ["tree.dream"]
    world = dw.World(dw.weave(scene))
    places = np.array([[x, 0, -5] for x in range(200)], float)
    holder = world.spawn("box", (0, 1, 0), name="holder")
    rows = world.spawn(dw.Prefab("tree.dream"), places, scale=2.0, name="oak", tags={"tall"}, parent=holder)
    assert rows.shape == (200,)
    assert world.names[int(rows[3])] == "oak-3"
    assert len(world) == 4 + 200 * 5
    leaves = world.rows_tagged("green")
    world.update_transforms()
    assert np.allclose(world.world_from_local[leaves, :, 3], places + np.array([2, 3, 0]))
    assert len(world.lights) == 201
    assert len(set(world.ids.tolist())) == len(world)


def test_the_picture_is_that_of_a_scene_written_so(tmp_path: Path) -> None:
    tree(tmp_path)
    prefab = dw.Prefab("tree.dream", {"leaf": {"Material.base_color": (0, 1, 0), "scale": (2, 1, 1)}})
    scene, written = land(tmp_path), land(tmp_path)
    scene.prefabs = [prefab]
    world = dw.World(dw.weave(scene))
    stage = Stage(shared_gpu(), (96, 64))
    picture(world, stage)
    world.spawn(prefab, (1, 0, 0), (0, 0.5, 0, 0.8660254), 0.8)
    written.add("tree", prefab, at=(1, 0, 0), rotation=(0, 0.5, 0, 0.8660254), scale=0.8)
    wrong = np.abs(picture(world, stage) - picture(dw.World(dw.weave(written)))).max(axis=2) > 8
    assert wrong.mean() < 0.003


def test_what_was_not_woven_along_is_woven_by_the_app_and_told_by_a_world_alone(tmp_path: Path) -> None:
    tree(tmp_path)
    scene = land(tmp_path)
    alone = dw.World(dw.weave(scene))
    with pytest.raises(dw.SceneError, match=r'"tree.dream" can\'t be spawned: .*name it in `scene.prefabs`'):
        alone.spawn(dw.Prefab("tree.dream"))
    app = dw.App(scene)
    world, box = app.world, app.world["box"]
    box.position = (7, 0, 0)
    app.environment = (2.0, 2.0, 2.0)
    root = world.spawn(dw.Prefab("tree.dream"))
    assert app.world is world
    assert box.position == (7, 0, 0)
    assert world.environment.color == (2, 2, 2)
    woven = world.woven
    world.spawn(dw.Prefab("tree.dream"))
    assert world.woven is woven, "now it is ready"
    assert len(world.tagged("green")) == 2
    with pytest.raises(dw.SceneError, match=r"none.dream does not exist"):
        world.spawn(dw.Prefab("none.dream"))
    assert root.alive
    assert len(world) == 3 + 2 * 5 + 1, "the app's surroundings are an object too"


def test_a_gltf_file_is_a_prefab(tmp_path: Path) -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4").tobytes()
    uri = "data:application/octet-stream;base64," + base64.b64encode(corners).decode()
    model = {
        "asset": {"version": "2.0"},
        "buffers": [{"uri": uri, "byteLength": len(corners)}],
        "bufferViews": [{"buffer": 0, "byteLength": len(corners)}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]}
        ],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "nodes": [{"name": "flag", "mesh": 0, "translation": [0, 2, 0]}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
    }
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "flag.gltf").write_text(json.dumps(model))
    prefab = dw.Prefab("models/flag.gltf")
    scene = land(tmp_path)
    scene.add("pole", prefab, at=(3, 0, 0))
    world = dw.World(dw.weave(scene))
    root = world.spawn(prefab, (0, 0, 1))  # ready, since the scene holds an instance
    assert root.name == "flag"
    assert [flag.world_position for flag in (world["pole"].children[0], *root.children)] == [(3, 2, 0), (0, 2, 1)]


def test_instances_carry_what_the_game_declared_and_its_scripts(tmp_path: Path) -> None:
    (tmp_path / "foes").mkdir()
    (tmp_path / "foes" / "foe.py").write_text(
        "import dreamwell as dw\n"
        "@dw.component\n"
        "class FoeHealth:\n"
        "    points: float = dw.field(default=10.0)\n"
        "class FoeMind(dw.Behaviour):\n"
        "    speed: float = 1.0\n"
        "    def update(self, dt: float) -> None:\n"
        "        self.entity.translate(x=self.speed * dt)\n"
    )
    foe = dw.Scene("foe", root=tmp_path / "foes")
    foe.scripts = ["foe.py"]
    foe.save(tmp_path / "foes" / "foe.dream")
    foe = dw.Scene.load(tmp_path / "foes" / "foe.dream")
    kinds = {name: called(name)[-1] for name in ("FoeHealth", "FoeMind")}
    foe.add("body", dw.Mesh.box(), kinds["FoeHealth"](points=7), kinds["FoeMind"](speed=2), tags={"foe"})
    foe.save(tmp_path / "foes" / "foe.dream")
    prefab = dw.Prefab("foes/foe.dream")
    fast = dw.Prefab("foes/foe.dream", {"body": {"FoeMind.speed": 5, "FoeHealth.points": 1}})
    scene = land(tmp_path)
    scene.add("first", fast)
    app = dw.App(scene)
    root = app.world.spawn(prefab, (0, 1, 0))
    app.step(0.5)
    first, second = (app.world[name].children[0] for name in ("first", "foe"))
    assert root == second.parent
    assert [one[kinds["FoeHealth"]].points for one in (first, second)] == [1, 7]
    assert [one.position[0] for one in (first, second)] == pytest.approx([2.5, 1.0])
    assert app.reload() == ()
    app.step(0.5)
    assert [one.position[0] for one in (first, second)] == pytest.approx([5.0, 2.0])


# ---- on top of one another --------------------------------------------------------------------------------------


def test_a_scene_is_loaded_on_top_and_unloaded(tmp_path: Path) -> None:
    tree(tmp_path)
    app = dw.App(land(tmp_path))
    world = app.world
    stage = Stage(shared_gpu(), (96, 64))
    before = picture(world, stage)
    world["box"].position = (-2, 0, 0.5)
    moved = picture(world, stage)
    root = app.load(tmp_path / "tree.dream", additive=True)
    other = app.load(tmp_path / "tree.dream", additive=True)
    assert app.world is world
    assert (root.name, len(world)) == ("tree", 3 + 2 * 5)
    other.position = (3, 0, 0)
    assert not np.array_equal(picture(world, stage), moved)
    meshes = len(world.woven.geometry.meshes)
    app.unload(root)
    assert (len(world), len(world.woven.geometry.meshes)) == (3 + 5, meshes)
    app.unload(other)
    assert len(world) == 3
    assert len(world.woven.geometry.meshes) == 1
    assert np.abs(picture(world, stage) - moved).max() <= 1
    assert not np.array_equal(moved, before)
    with pytest.raises(dw.SceneError, match="was despawned"):
        app.unload(root)
    with pytest.raises(dw.SceneError, match=r"was not loaded on top of the scene; it must be one of what was: none"):
        app.unload(world["box"])


def test_a_scene_in_memory_is_loaded_on_top(tmp_path: Path) -> None:
    app = dw.App(land(tmp_path))
    world = app.world
    level = dw.Scene("level", seed=8, root=tmp_path)
    level.add("tower", dw.Mesh.cone(), RED, at=(0, 3, 0))
    level.add("sky", dw.Environment(intensity=9))
    intensity = world.environment.intensity
    first, second = app.load(level, additive=True), app.load(level, additive=True)
    assert (first.name, second.name) == ("level", "level")
    assert len(world.woven.geometry.meshes) == 2
    assert world.environment.intensity == intensity
    world.despawn(first)
    assert [child.name for child in second.children] == ["tower", "sky"]
    app.unload(second)
    assert len(world.woven.geometry.meshes) == 1


def test_what_cannot_be_unloaded_stays(tmp_path: Path) -> None:
    tree(tmp_path)
    app = dw.App(land(tmp_path))
    root = app.load(tmp_path / "tree.dream", additive=True)
    app.camera = "lens"
    with pytest.raises(dw.SceneError, match='"lens" is looked through'):
        app.unload(root)
    assert root.alive
    app.camera = "eye"
    app.unload(root)
    assert not root.alive


def test_a_broken_scene_on_top_changes_nothing(tmp_path: Path) -> None:
    app = dw.App(land(tmp_path))
    world, woven = app.world, app.world.woven
    (tmp_path / "bad.dream").write_text('{"dream": 1, "objects": [{"id": "1"}]}')
    with pytest.raises(dw.SceneError, match=r"bad\.dream: objects\[0\] → id"):
        app.load(tmp_path / "bad.dream", additive=True)
    assert world.woven is woven


# ---- one after the other ----------------------------------------------------------------------------------------


def test_switching_takes_place_between_frames(tmp_path: Path) -> None:
    app = dw.App(land(tmp_path))
    first = app.world
    seen: list[tuple[str, dw.World]] = []

    @app.update
    def leave(world: dw.World, dt: float) -> None:
        seen.append(("leave", world))
        if len(seen) == 1:
            app.switch(tree(tmp_path))
            assert app.world is first

    @app.update
    def after(world: dw.World, dt: float) -> None:
        seen.append(("after", world))

    second = app.step(1 / 60)
    assert second is not first
    assert app.scene.name == "tree"
    assert [world for _, world in seen] == [first, first]
    app.step(1 / 60)
    assert [world for _, world in seen[2:]] == [second, second]


def test_load_in_a_frame_gives_the_world_that_comes_next(tmp_path: Path) -> None:
    app = dw.App(land(tmp_path))
    first = app.world
    made: list[dw.World] = []

    @app.update
    def leave(world: dw.World, dt: float) -> None:
        if not made:
            made.append(app.load(tree(tmp_path)))
            assert app.world is first

    assert app.step(1 / 60) is made[0]
    assert app.load(land(tmp_path)) is app.world
    assert app.scene.name == "land"
    app.switch(tree(tmp_path))
    assert app.scene.name == "tree", "outside of a frame at once"


def test_a_switch_to_a_broken_scene_is_told_and_the_game_goes_on(tmp_path: Path) -> None:
    app = dw.App(land(tmp_path))
    first = app.world

    @app.update
    def leave(world: dw.World, dt: float) -> None:
        if app.time == 0:
            app.switch(tmp_path / "none.dream")

    with pytest.raises(dw.SceneError, match=r"none\.dream does not exist"):
        app.step(1 / 60)
    assert app.step(1 / 60) is first


def test_a_file_is_loaded_anew_and_the_game_goes_on(tmp_path: Path) -> None:
    scene = land(tmp_path)
    scene.save(tmp_path / "land.dream")
    app = dw.App(tmp_path / "land.dream")
    world, box, sun = app.world, app.world["box"], app.world["sun"]
    box.position = (5, 5, 5)
    bullet = world.spawn("box", (1, 2, 3), name="bullet")
    level = app.load(tree(tmp_path), additive=True)
    scene["box"].position = (1, 1, 1)
    scene["sun"].rotation = (0, 1, 0, 0)
    scene.add("cone", dw.Mesh.cone())
    scene.save(tmp_path / "land.dream")
    assert app.reload() == (tmp_path / "land.dream",)
    assert app.world is world
    assert (box.position, bullet.position, sun.rotation) == ((5, 5, 5), (1, 2, 3), (0, 1, 0, 0))
    assert world["cone"].position == (0, 0, 0)
    assert level.alive
    assert world["leaf"].material == RED
    (tmp_path / "land.dream").write_text("{")
    with pytest.raises(dw.SceneError):
        app.reload()
    assert app.world["box"] == box
