"""What games do to an engine in the middle of everything: it answers with a clear error, or goes on."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.errors import SceneError
from dreamwell.engine.world import World
from dreamwell.tests.game.conftest import room
from dreamwell.tests.game.playing import DT, untyped


def played(on_error: Any = "raise", **options: Any) -> dw.App:
    return dw.App(room(), on_error=on_error, size=(64, 36), **options)


def quiet(app: dw.App) -> list[str]:
    """Note errors, by their first lines."""
    told: list[str] = []
    app.world.schedule.tell = lambda error: told.append(str(error).partition("\n")[0])
    return told


@dw.component
class Shield:
    """Something to carry."""

    strength: float = dw.field(default=1.0, minimum=0)


# ---- trees ------------------------------------------------------------------------------------------------------


def test_nobody_hangs_on_itself_or_on_what_hangs_on_it(world: World) -> None:
    hero, enemy = world["hero"], world["enemy-0"]
    with pytest.raises(SceneError, match='"hero" can\'t hang on itself'):
        hero.parent = hero
    enemy.parent = hero
    last = world.spawn("enemy-1", parent=enemy)
    with pytest.raises(SceneError, match=r'"hero" can\'t hang on "enemy-1": that is below it'):
        hero.parent = last
    assert hero.parent is None
    world.update_transforms()


# ---- coming and going in callbacks ------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["fixed", "update", "late"])
def test_everything_is_despawned_by_a_system_while_others_run(stage: Any) -> None:
    app = played()
    seen: list[int] = []

    @app.system(dw.Query(dw.Position, tag="enemy"), stage=stage)
    def first(batch: dw.Batch, dt: float, world: World) -> None:
        for entity in batch:
            for other in world.tagged("enemy"):
                world.despawn(other)
            assert not entity.alive

    @app.system(dw.Query(dw.Position, tag="enemy"), stage=stage)
    def second(batch: dw.Batch, dt: float) -> None:
        seen.append(len(batch))

    app.step()
    app.step()
    assert set(seen) == {0}
    assert len(app.world.tagged("enemy")) == 0


def test_despawning_while_a_system_holds_columns_is_told_and_only_that_system_ends() -> None:
    app = played("stop-script")
    told = quiet(app)
    others: list[int] = []

    @app.system(dw.Query(dw.Position, tag="enemy"))
    def greedy(batch: dw.Batch, dt: float, world: World) -> None:
        batch[dw.Position] += 1.0
        world.despawn("enemy-0" in world and world["enemy-0"])

    @app.system()
    def other(world: World, dt: float) -> None:
        others.append(1)
        world.despawn(world.spawn("enemy-1"))  # no batch was left open

    for _ in range(3):
        app.step()
    assert len(told) == 1
    assert "despawn while the columns of a batch are in use" in told[0]
    assert len(others) == 3


def test_a_component_of_another_type_is_told(world: World) -> None:
    hero = world["hero"]
    with pytest.raises(SceneError, match="str"):
        hero.set(untyped("shield"))
    with pytest.raises(SceneError, match=r"Shield\.strength"):
        hero.set(Shield(strength=untyped("much")))
    with pytest.raises(SceneError, match="Mesh"):
        hero.set(dw.Mesh.box())
    with pytest.raises(SceneError):
        hero.set(untyped(Shield))
    with pytest.raises(SceneError):
        world.spawn("hero", components=(untyped(3),))
    assert len(world) == 6
    assert hero.get(Shield) is None


def test_what_an_end_hangs_on_its_object_goes_with_it() -> None:
    """A spark that it leaves behind is better spawned beside it."""
    app = played()

    class Sparks(dw.Behaviour):
        def on_destroy(self) -> None:
            self.world.spawn("enemy-0", name="spark", parent=self.entity)
            self.world.spawn("enemy-0", name="beside")
            self.world["enemy-2"].parent = self.entity
            self.world.camera.parent = self.entity

    app.scene["hero"].set(Sparks())
    app.step()
    world = app.world
    world.despawn(world["hero"])
    assert "spark" not in world
    assert "enemy-2" not in world
    assert "beside" in world
    assert world.camera.alive
    assert world.camera.parent is None
    row = world.spawn("enemy-1", name="new")
    assert row.children == []
    world.update_transforms()
    app.step()


@pytest.mark.parametrize("what", ["camera", "restore", "reload"])
def test_what_must_not_be_done_while_an_object_goes(what: str) -> None:
    app = played("stop-script")
    app.scene.add("eye", dw.Camera())
    told = quiet(app)
    early = app.world.snapshot()
    assert app.world.camera.name == "camera"

    class Wild(dw.Behaviour):
        def on_destroy(self) -> None:
            if what == "camera":
                self.world.camera = self.entity.children[0]
            elif what == "restore":
                self.world.restore(early)
            else:
                app.reload()

    other = app.world["hero"]
    app.world["eye"].parent = other
    other.set(Wild())
    app.step()
    app.world.despawn(other)
    app.step()
    assert len(told) == 1
    assert not other.alive
    assert {"camera": "being despawned", "restore": "on_destroy", "reload": "on_destroy"}[what] in told[0]


def test_several_handles_are_taken_where_rows_are(world: World) -> None:
    rows = world.rows_tagged("enemy")
    world.tag(world.tagged("enemy"), "red")
    world.set([world["hero"], world["enemy-0"]], Shield(), strength=[1.0, 2.0])
    assert world["enemy-0"][Shield].strength == 2.0
    world.teleport(world.tagged("enemy"), (1, 2, 3))
    assert world["enemy-2"].position == (1, 2, 3)
    gone = world["enemy-1"]
    with pytest.raises(SceneError, match="whole numbers"):
        world.despawn(cast(Any, [gone, "enemy-0"]))
    with pytest.raises(SceneError, match="whole numbers"):
        world.despawn(np.ones(6, bool))
    world.despawn(world.tagged("enemy"))
    assert len(world.tagged("red")) == 0
    with pytest.raises(SceneError, match="despawned"):
        world.teleport(rows, (0, 0, 0))
    with pytest.raises(SceneError, match="despawned"):
        world.despawn([gone])


# ---- scenes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["fixed", "update", "behaviour", "system", "event", "coroutine", "timer", "start"])
def test_another_scene_from_anywhere(where: str) -> None:
    app = played()
    other = room()
    other.add("new", dw.Mesh.box(), dw.Material())
    done: list[str] = []

    def go() -> None:
        if not done:
            done.append(where)
            app.switch(other)

    if where == "fixed":
        app.fixed(lambda world, dt: go())
    elif where == "update":
        app.update(lambda world, dt: go())
    elif where == "behaviour":

        class Leaves(dw.Behaviour):
            def update(self, dt: float) -> None:
                go()
                self.entity.translate(x=1)

        app.scene["hero"].set(Leaves())
    elif where == "system":

        @app.system(dw.Query(dw.Position, tag="enemy"))
        def leave(batch: dw.Batch, dt: float) -> None:
            batch[dw.Position] += 1.0
            go()

    elif where == "event":
        app.on(str)(lambda event: go())
        app.world.emit("bell")
    elif where == "coroutine":

        def leave_later() -> dw.Steps:
            yield
            go()
            yield

        app.world.run(leave_later())
    elif where == "timer":
        app.world.after(0.0, go)
    else:
        app.start(go)
    before = app.world
    for _ in range(4):
        app.step()
    assert done
    assert app.world is not before
    assert "new" in app.world


def test_the_same_scene_on_top_twice_and_away_again() -> None:
    app = played()
    other = dw.Scene("crates", seed=3)
    other.add("crate", dw.Mesh.box(), dw.Material())
    before = len(app.world)
    first, second = app.load(other, additive=True), app.load(other, additive=True)
    app.step()
    app.unload(first)
    assert not first.alive
    assert second.alive
    app.step()
    app.unload(second)
    app.step()
    assert len(app.world) == before
    with pytest.raises(SceneError):
        app.unload(second)


def test_loading_on_top_while_columns_are_out_is_told_and_changes_nothing() -> None:
    app = played()
    other = dw.Scene("crates", seed=3)
    other.add("crate", dw.Mesh.box(), dw.Material())
    before = len(app.world)
    with app.world.query(dw.Query(dw.Position)) as batch:
        batch[dw.Position] += 0.0
        with pytest.raises(SceneError, match="while the columns of a batch are in use"):
            app.load(other, additive=True)
    assert len(app.world) == before
    app.load(other, additive=True)
    app.step()


# ---- going back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["fixed", "system", "behaviour", "timer", "event", "deferred", "tween"])
def test_a_snapshot_taken_and_gone_back_to_in_the_middle_of_a_tick(where: str) -> None:
    app = played()
    kept: list[dw.Snapshot] = []
    calls: list[int] = []

    def act() -> None:
        world = app.world
        calls.append(world.schedule.tick)
        if not kept:
            world["hero"].position = (7, 0, 0)
            kept.append(world.snapshot())
        elif len(calls) == 4:
            world["hero"].position = (9, 0, 0)
            world.restore(kept[0])

    if where == "fixed":
        app.fixed(lambda world, dt: act())
    elif where == "system":
        app.system()(lambda world, dt: act())
    elif where == "behaviour":

        class Acts(dw.Behaviour):
            def fixed_update(self, dt: float) -> None:
                act()

        app.scene["hero"].set(Acts())
    elif where == "timer":
        app.world.every(DT, act)
    elif where == "event":

        @app.on(str)
        def heard(event: str, world: World) -> None:
            act()

        app.fixed(lambda world, dt: world.emit("bell"))
    elif where == "deferred":
        app.fixed(lambda world, dt: world.defer(act))
    else:

        def again() -> None:
            act()
            app.world.tween(app.world["enemy-0"], "position.y", to=1.0, seconds=DT / 2, on_done=again)

        again()
    for _ in range(8):
        app.step()
        if len(calls) == 4 and where != "tween":
            assert app.world["hero"].position == (7, 0, 0)
    assert len(calls) >= 7
    assert len(calls) <= 10, "nothing is called twice in a tick"
    assert app.world["hero"].position == (7, 0, 0)


def test_going_back_while_tweens_and_timers_run() -> None:
    app = played()
    world = app.world
    rung: list[float] = []
    world.tween(world["hero"], "position.x", to=1.0, seconds=1.0)
    world.every(0.25, lambda: rung.append(world.schedule.time))
    for _ in range(30):
        app.step()
    half = world.snapshot()
    for _ in range(15):
        app.step()
    there, then = world["hero"].position, len(rung)
    world.restore(half)
    assert world["hero"].position[0] == pytest.approx(0.5, abs=0.02)
    for _ in range(15):
        app.step()
    assert world["hero"].position == there
    assert len(rung) == then + 1
    for _ in range(60):
        app.step()
    assert world["hero"].position[0] == 1.0


def test_a_snapshot_from_before_another_scene_was_adopted_is_told_why(world: World) -> None:
    early = world.snapshot()
    scene = room()
    scene.add("new", dw.Mesh.box(), dw.Material())
    world.adopt(dw.weave(scene))
    with pytest.raises(SceneError, match='taken before "room" was woven anew and adopted'):
        world.restore(early)
    assert "new" in world
    world.restore(world.snapshot())


# ---- time -------------------------------------------------------------------------------------------------------


def test_a_pause_stops_timers_and_a_step_is_one_tick_of_them() -> None:
    app = played()
    rung: list[int] = []
    app.world.every(DT, lambda: rung.append(app.tick))
    app.step()
    app.paused = True
    for _ in range(5):
        app.step()
    assert rung == [1]
    app.step_tick()
    app.step_tick()
    app.step()
    assert rung == [1, 2, 3]
    app.paused = False
    app.step()
    assert rung == [1, 2, 3, 4]


def test_time_stands_still_at_a_scale_of_0() -> None:
    app = played()
    seen: list[float] = []
    app.update(lambda world, dt: seen.append(dt))
    app.fixed(lambda world, dt: seen.append(-1))
    app.world.after(0.0, lambda: seen.append(-2))
    app.time_scale = 0
    for _ in range(5):
        app.step()
    assert seen == [0.0] * 5
    app.time_scale = 1
    app.step()
    assert -2 in seen


@pytest.mark.parametrize(("rate", "ticks"), [(1, 2), (1000, 2000)])
def test_the_slowest_and_the_quickest_ticks(rate: int, ticks: int) -> None:
    app = played(tick_rate=rate)
    rung: list[int] = []
    app.world.every(1.0, lambda: rung.append(app.tick))
    app.world.tween(app.world["hero"], "position.x", to=1.0, seconds=1.0)
    for _ in range(120):
        app.step()
    assert abs(app.tick - ticks) <= 1
    assert rung == [rate, 2 * rate]
    assert app.world["hero"].position[0] == 1.0


def test_an_empty_scene_plays() -> None:
    app = dw.App(dw.Scene("empty"), size=(64, 36), on_error="raise")
    seen: list[int] = []

    @app.system(dw.Query(dw.Position, Shield, tag="nobody"))
    def nothing(batch: dw.Batch, dt: float) -> None:
        batch[dw.Position] += 1.0
        batch[Shield].strength *= 2.0
        seen.append(len(batch))

    for _ in range(3):
        app.step()
    assert seen == [0, 0, 0]
    assert [entity.name for entity in app.world] == ["camera"]
    app.world.restore(app.world.snapshot())


# ---- many -------------------------------------------------------------------------------------------------------


def test_ten_thousand_come_and_go_in_every_tick() -> None:
    app = played()
    world = app.world
    places = np.zeros((10_000, 3))

    @app.fixed
    def churn(world: World, dt: float) -> None:
        world.despawn(world.spawn("enemy-0", at=places, tags={"spark"}))

    for _ in range(3):
        app.step()
        world.update_transforms()
        world.changed_looks()
    rows = len(world.names)
    gc.collect()
    objects = len(gc.get_objects())
    for _ in range(100):
        app.step()
        world.update_transforms()
        world.changed_looks()
    gc.collect()
    assert len(world) == 6
    assert len(world.names) <= rows
    assert len(gc.get_objects()) < objects + 500
    assert len(world.tagged("spark")) == 0


@pytest.mark.parametrize(
    "name", ["ä ö", "名前", "a/b\\c", '"quoted"', "\U0001f600", "a\nb", " ", "x" * 10_000, "%s{0}"]
)
def test_odd_names(name: str, tmp_path: Path) -> None:
    scene = room()
    scene.add(name, dw.Mesh.box(), dw.Material(), tags={"täg", "名"})
    scene.save(tmp_path / "odd.dream")
    world = World(dw.weave(dw.load(tmp_path / "odd.dream")))
    assert world[name].name == name
    assert world[name].tags == {"täg", "名"}
    copy = world.spawn(name, name=name + "!")
    assert world[name + "!"] == copy
    world.restore(world.snapshot())
    assert len(world.state_hash()) == 32
    with pytest.raises(SceneError, match="no object"):
        world[name + "?"]


@pytest.mark.parametrize("tag", ["", "two words", "tab\t", untyped(3), untyped(None)])
def test_what_is_no_tag_is_told(tag: Any, world: World) -> None:
    with pytest.raises(SceneError, match="tag"):
        world["hero"].tag(tag)
    with pytest.raises(SceneError, match="tag"):
        world.spawn("hero", tags={tag})
    assert world["hero"].tags == {"player"}
    assert len(world) == 6


@pytest.mark.parametrize("name", ["half \ud83d", untyped(3), untyped(b"x")])
def test_what_is_no_name_is_told(name: Any, world: World) -> None:
    with pytest.raises(SceneError, match="name"):
        world.spawn("hero", name=name)
    assert len(world) == 6


def test_a_prefab_in_a_folder_with_a_space(tmp_path: Path) -> None:
    folder = tmp_path / "my models" / "ä (1)"
    folder.mkdir(parents=True)
    part = dw.Scene("crate")
    part.add("box", dw.Mesh.box(), dw.Material())
    part.save(folder / "a crate.dream")
    scene = room()
    scene.save(tmp_path / "room.dream")
    app = dw.App(tmp_path / "room.dream", on_error="raise")
    made = app.world.spawn(dw.Prefab("my models/ä (1)/a crate.dream"), at=(0, 1, 0))
    app.step()
    assert made.name == "a crate"
    assert [child.name for child in made.children] == ["box"]


# ---- batches ----------------------------------------------------------------------------------------------------


def test_writing_one_by_one_to_a_table_that_grew_under_a_batch_is_kept(world: World) -> None:
    for name in ("hero", "enemy-0", "enemy-2"):
        world[name].set(Shield(strength=1.0))
    for grow in (2, 100):
        with world.query(dw.Query(Shield)) as batch:
            column = batch[Shield].strength
            column += 1.0
            rows = world.spawn("enemy-1", at=np.zeros((grow, 3)))
            world.set(rows, Shield(strength=50.0))  # the table grows
            world["enemy-2"][Shield].strength = 9.0  # while its column is out
            assert world["enemy-2"][Shield].strength == 9.0
        assert world["enemy-2"][Shield].strength == 9.0, "what was written last"
        assert world.at(int(rows[0]))[Shield].strength == 50.0
        world["enemy-2"][Shield].strength = 2.0 if grow == 2 else 0.0


def test_writing_one_place_while_the_positions_are_out(world: World) -> None:
    with world.query(dw.Query(dw.Position)) as batch:
        batch[dw.Position][:, 1] += 1.0
        world.spawn("enemy-1", at=np.zeros((500, 3)))  # every column grows
        world["hero"].position = (5, 5, 5)
    assert world["hero"].position == (5, 5, 5)
    assert world["enemy-0"].position[1] == 1.0


# ---- the rest ---------------------------------------------------------------------------------------------------


def test_going_back_from_within_a_coroutine_ends_it_and_nothing_else() -> None:
    app = played("stop-script")
    told = quiet(app)
    world = app.world
    early = world.snapshot()
    seen: list[str] = []

    def other() -> dw.Steps:
        while True:
            yield
            seen.append("other")

    def back() -> dw.Steps:
        yield
        world["hero"].position = (3, 0, 0)
        yield
        world.restore(early)
        seen.append("after")
        yield
        seen.append("never")

    world.run(back())
    world.run(other())
    for _ in range(6):
        app.step()
    assert seen == ["other", "after"], "the other one was to go on in that tick"
    assert world["hero"].position == (0, 0, 0)
    assert told == []
    assert world.schedule.coroutines == []

    def keeps() -> dw.Steps:
        yield
        world.snapshot()

    world.run(keeps())
    app.step()
    app.step()
    assert "coroutines that are on their way" in told[0]
    assert "keeps" in told[0]


def test_the_scene_is_woven_anew_in_the_middle_of_a_tick() -> None:
    app = played()
    done: list[int] = []

    class Grows(dw.Behaviour):
        def fixed_update(self, dt: float) -> None:
            if "late" not in app.scene:
                app.scene.add("late", dw.Mesh.cone(), dw.Material(), tags={"enemy"})
                app.reload()
            self.entity.translate(x=1)

    app.scene["hero"].set(Grows())

    @app.system(dw.Query(dw.Position, tag="enemy"))
    def count(batch: dw.Batch, dt: float) -> None:
        done.append(len(batch))

    for _ in range(3):
        app.step()
    assert done == [3, 4, 4]
    assert app.world["hero"].position == (3, 0, 0)


def test_an_object_without_anything_can_be_spawned_despawned_and_hung_on(world: World) -> None:
    empty = world.spawn("sun")
    child = world.spawn("hero", parent=empty)
    world.despawn(empty)
    assert not child.alive
    with pytest.raises(SceneError, match="despawned"):
        child.position = (0, 0, 0)
    with pytest.raises(SceneError, match="despawned"):
        world.spawn(child)
    with pytest.raises(SceneError, match="despawned"):
        world.spawn("hero", parent=child)


def test_arrays_of_no_length(world: World) -> None:
    assert len(untyped(world.spawn("hero", at=np.zeros((0, 3))))) == 0
    world.despawn(np.zeros(0, np.int32))
    world.despawn([])
    world.tag([], "red")
    world.set(np.zeros(0, np.int32), Shield())
    world.teleport(np.zeros(0, np.int32), np.zeros((0, 3)))
    world.touch(np.zeros(0, np.int32))
    world.discard([], Shield)
    assert len(world.rows_of(Shield)) == 0
    assert len(world) == 6


@pytest.mark.parametrize("size", [(320, 180), (640, 480)])
def test_a_recording_of_another_window_comes_to_the_same(size: tuple[int, int]) -> None:
    def game(size: tuple[int, int]) -> dw.App:
        scene = room()
        scene["camera"].remove()  # the world makes one that fits the window
        app = dw.App(scene, size=size, on_error="raise", seed=4)
        button = app.hud.button("b", "Add", size=(100, 100), at=(0, 0), anchor="bottom_right")

        @app.fixed
        def follow(world: World, dt: float) -> None:
            x, y = app.input.pointer
            world["hero"].position = (x, y, app.input.size[0])

        @app.update
        def add(world: World, dt: float) -> None:
            if button.clicked:
                world.spawn("hero")

        return app

    first = game((320, 180))
    first.record()
    for i in range(20):
        first.input.feed({"event_type": "pointer_move", "x": 300 - i, "y": 170})
        if i in (5, 9):
            kind = "down" if i == 5 else "up"
            first.input.feed({"event_type": f"pointer_{kind}", "x": 290, "y": 170, "button": 1})
        if i == 12:
            first.input.feed({"event_type": "resize", "width": 800, "height": 600})
        first.step()
    assert len(first.world.tagged("player")) == 2, "the button was clicked"
    recording = first.recording()
    again = game(size)
    assert again.play(recording) == recording.state


def test_the_errors_of_a_scene_that_was_left_are_not_forgotten() -> None:
    app = played(None)
    other = room()

    @app.update
    def leave(world: World, dt: float) -> None:
        if world.schedule.errors and world.woven.name == "room" and app.scene is not other:
            app.switch(other)

    @app.system()
    def broken(world: World, dt: float) -> None:
        raise ValueError("first scene" if app.scene is not other else "second scene")

    app.world.schedule.on_error = "stop-script"
    app._running = True
    for _ in range(4):
        app.step()
    told = [str(error).partition("\n")[0] for error in app.world.schedule.errors]
    assert [line.rpartition(": ")[2] for line in told] == ["first scene", "second scene"]
