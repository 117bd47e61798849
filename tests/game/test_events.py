"""Systems, events, deferred calls: who is called for what, in which order, and what can go wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import dreamwell as dw
from dreamwell.engine.game.schedule import MOST_EVENTS
from dreamwell.engine.world import World
from dreamwell.tests.game.playing import DT, going_on


@dataclass(frozen=True)
class Scored:
    """Points."""

    points: int
    by: str = ""
    who: dw.Entity | None = None


class ScoredTwice(Scored):
    """More points."""


def listening(world: World, kind: type, function: Callable[..., object], **filters: Any) -> None:
    """Have a function hear events in one world."""
    world.schedule.use(dw.on(kind, **filters)(function))


def test_events_are_heard_at_the_end_of_the_tick_in_order(world: World) -> None:
    heard: list[Any] = []
    listening(world, Scored, lambda event: heard.append(event.points))
    listening(world, Scored, lambda event, world: heard.append(len(world)))
    world.emit(Scored(1))
    world.emit(ScoredTwice(2))
    assert heard == []
    world.schedule.fixed(DT)
    assert heard == [1, 6, 2, 6], "a listener hears what inherits its type too"
    world.emit(Scored(3))
    world.schedule.frame(DT)
    assert heard[4:] == [3, 6], "also at the end of a frame: while a game is paused there are no ticks"


def test_filters_are_tags_texts_functions_and_values(world: World) -> None:
    heard: list[str] = []
    hero, enemy = world["hero"], world["enemy-0"]
    listening(world, Scored, lambda e: heard.append("enemy"), who="enemy")
    listening(world, Scored, lambda e: heard.append("many"), points=lambda points: points > 5)
    listening(world, Scored, lambda e: heard.append("ann"), by="ann")
    listening(world, Scored, lambda e: heard.append("seven by ann"), by="ann", points=7)
    for event in (Scored(1, "bob", hero), Scored(1, "bob", enemy), Scored(7, "ann"), Scored(6)):
        world.emit(event)
        world.schedule.frame(DT)
        heard.append("|")
    assert heard == ["|", "enemy", "|", "many", "ann", "seven by ann", "|", "many", "|"]


def test_a_contact_fits_either_way_round_and_never_what_was_despawned(world: World) -> None:
    heard: list[tuple[str, str]] = []

    def hit(event: dw.Contact, world: World) -> None:
        heard.append((event.a.name, event.b.name))
        world.despawn(event.b)

    listening(world, dw.Contact, hit, a="player", b="enemy")
    hero, enemies = world["hero"], [world[f"enemy-{i}"] for i in range(3)]
    world.emit(dw.Contact(hero, enemies[0]))
    world.emit(dw.Contact(enemies[1], hero))
    world.emit(dw.Contact(enemies[1], enemies[2]))
    world.emit(dw.Contact(hero, enemies[0]))
    world.schedule.fixed(DT)
    assert heard == [("hero", "enemy-0"), ("hero", "enemy-1")]
    assert len(world) == 4


def test_a_hundred_spawns_inside_an_event(world: World) -> None:
    started: list[str] = []

    class Crumb(dw.Behaviour):
        def start(self) -> None:
            started.append(self.entity.name)

        def update(self, dt: float) -> None:
            self.entity.translate(y=1)

    world["enemy-0"].set(Crumb())

    def burst(event: Scored, world: World) -> None:
        for i in range(event.points):
            world.spawn("enemy-0", at=(i, 0, 0), name="crumb")
        assert started == ["enemy-0"], "they are there, and start later"

    listening(world, Scored, burst)
    world.schedule.frame(DT)
    world.emit(Scored(100))
    world.schedule.frame(DT)
    assert len(world) == 106
    assert started == ["enemy-0"]
    world.schedule.frame(DT)
    assert started[1:] == ["crumb"] * 100
    assert world["enemy-0"].position == (0, 3, 0)
    assert {e.position[1] for e in world if e.name == "crumb"} == {1}


def test_an_event_that_is_emitted_for_ever_ends_and_is_told_once(world: World) -> None:
    told = going_on(world)
    heard: list[int] = []

    def again(event: Scored, world: World) -> None:
        heard.append(event.points)
        world.emit(Scored(event.points + 1))

    listening(world, Scored, again)
    world.emit(Scored(0))
    for _ in range(3):
        world.schedule.fixed(DT)
        world.emit(Scored(0))
    assert len(heard) == 3 * (MOST_EVENTS + 1)
    assert len(told) == 1
    assert f"more than {MOST_EVENTS} events followed" in str(told[0])
    assert "Does a function that listens to Scored emit it again?" in str(told[0])


def test_a_listener_that_raises_is_stopped_and_the_others_hear_on(world: World) -> None:
    told = going_on(world)
    heard: list[int] = []

    def bad(event: Scored) -> None:
        heard.append(-1)
        raise RuntimeError("deaf")

    listening(world, Scored, bad)
    listening(world, Scored, lambda e: heard.append(e.points))
    for i in range(3):
        world.emit(Scored(i))
    world.schedule.fixed(DT)
    assert heard == [-1, 0, 1, 2]
    assert [str(e).partition("\n")[0].partition(" in ")[0] for e in told] == ["bad() failed"]


def test_wrong_listeners_and_events_are_refused(world: World) -> None:
    with pytest.raises(dw.SceneError, match=r"on: Scored has no field point; did you mean points\?"):
        dw.on(Scored, point=3)
    with pytest.raises(dw.SceneError, match=r"on: 'Scored' is no type of event"):
        dw.on("Scored")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(
        dw.SceneError, match=r"none\(\) can't be called here; it must take \(event\) or \(event, world\)"
    ):

        @dw.on(Scored)
        def none() -> None: ...

    with pytest.raises(dw.SceneError, match=r"world\.emit\(Scored\(\.\.\.\)\)"):
        world.emit(Scored)


def test_deferred_calls_come_after_the_rest_and_their_own_in_the_next(world: World) -> None:
    calls: list[str] = []

    def again() -> None:
        calls.append("again")
        world.defer(again)

    listening(world, Scored, lambda e: calls.append("event"))
    world.emit(Scored(1))
    world.defer(again)
    world.defer(lambda world: calls.append(world.woven.name))
    world.schedule.fixed(DT)
    assert calls == ["again", "room", "event"]
    world.schedule.fixed(DT)
    assert calls[3:] == ["again"]


# ---- systems and what is declared ---------------------------------------------------------------------------------


def test_the_order_of_a_tick_and_of_a_frame(scene: dw.Scene) -> None:
    calls: list[str] = []

    class Noter(dw.Behaviour):
        def start(self) -> None:
            calls.append("start")

        def fixed_update(self, dt: float) -> None:
            calls.append("fixed_update")
            self.world.emit(Scored(1))
            self.world.defer(lambda: calls.append("deferred"))

        def update(self, dt: float) -> None:
            calls.append("update")

        def late_update(self, dt: float) -> None:
            calls.append("late_update")

    scene["hero"].set(Noter())
    app = dw.App(scene)

    @app.start
    def begin(world: dw.World) -> None:
        calls.append("begin")
        world.after(0, lambda: calls.append("timer"))
        world.run(steps())
        world.tween(world["hero"], "position", to=(1, 0, 0), seconds=DT, on_done=lambda: calls.append("tween"))

    def steps() -> dw.Steps:
        yield
        calls.append("coroutine")

    @app.system(stage="late")
    def late(world: dw.World, dt: float) -> None:
        calls.append("late")

    @app.system()
    def fixed(world: dw.World, dt: float) -> None:
        calls.append("fixed")

    @app.system(stage="update")
    def update(world: dw.World, dt: float) -> None:
        calls.append("system")

    @app.on(Scored)
    def scored(event: Scored) -> None:
        calls.append("event")

    app.world.schedule.fixed(DT)
    assert calls == ["begin", "start", "fixed", "fixed_update", "timer", "tween", "deferred", "event"]
    calls.clear()
    app.world.schedule.fixed(DT)
    assert calls == ["fixed", "fixed_update", "coroutine", "deferred", "event"]
    calls.clear()
    app.world.schedule.frame(DT)
    assert calls == ["system", "update", "late", "late_update"]


def test_a_system_that_raises_is_stopped_in_its_world_only(scene: dw.Scene) -> None:
    calls: list[str] = []
    app = dw.App(scene, on_error="stop-script")

    @app.system()
    def bad(world: dw.World, dt: float) -> None:
        calls.append("bad")
        raise RuntimeError("no")

    @app.system()
    def good(world: dw.World, dt: float) -> None:
        calls.append("good")

    app.step(DT)
    app.step(DT)
    assert calls == ["bad", "good", "good"]
    app.load(scene)
    app.step(DT)
    assert calls[3:] == ["bad", "good"], "another world begins anew"


def test_modules_are_taken_over_once(world: World) -> None:
    module = ModuleType("rules")
    text = (
        "import dreamwell as dw\n"
        "calls = []\n"
        "@dw.start\n"
        "def begin(): calls.append('begin')\n"
        "@dw.system()\n"
        "def tick(world, dt): calls.append('tick')\n"
    )
    exec(text, module.__dict__)
    world.schedule.use(module)
    world.schedule.use(module)
    world.schedule.fixed(DT)
    assert module.calls == ["begin", "tick"]


def test_wrong_systems_are_refused() -> None:
    with pytest.raises(dw.SceneError, match=r'stage of a system is "fixd"; it must be one of fixed, update, late'):
        dw.system(stage="fixd")(lambda world, dt: None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(dw.SceneError, match=r"must take \(world, dt\)"):
        dw.system()(lambda: None)

    def move(world: dw.World, dt: float) -> None: ...

    with pytest.raises(dw.SceneError, match=r"write @dw\.system\(\)"):
        dw.system(move)


# ---- the whole: without a window, on the command line --------------------------------------------------------------

GAME = """
import dreamwell as dw

class Faulty(dw.Behaviour):
    def update(self, dt: float) -> None:
        raise ValueError("out of order")

scene = dw.Scene("faulty", seed=1)
scene.add("camera", dw.Camera(), at=(0, 0, 3), toward=(0, 0, 0))
scene.add("cube", dw.Mesh.box(), Faulty())

@dw.system()
def turn(world: dw.World, dt: float) -> None:
    world["cube"].rotate(y=90 * dt)
    print("turned")

app = dw.App(scene, size=(64, 36))
app.run()
"""


def test_without_a_window_the_error_ends_the_run_after_its_last_frame(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dreamwell.engine.cli import main

    (tmp_path / "game.py").write_text(GAME)
    code = main(["run", str(tmp_path / "game.py"), "--headless", "--frames", "3", "-o", str(tmp_path / "p.png")])
    told = capsys.readouterr()
    assert code == 1
    assert (tmp_path / "p.png").exists()
    assert told.out.count("turned") == 3, "the main file's own functions count"
    assert told.err.count('raise ValueError("out of order")') == 1, "what is told is told once"
    end = "error: the run went on after an error in a script, told above: update() failed in game.py, line 6"
    assert told.err.splitlines()[-1].startswith(end)


# ---- with the tables ------------------------------------------------------------------------------------------------


@dw.component
class Drifting:
    """How fast something drifts."""

    linear: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0), unit="m/s")
    points: float = dw.field(default=100.0, minimum=0)


def test_systems_get_batches(scene: dw.Scene) -> None:
    scene["enemy-0"].set(Drifting(linear=(1, 0, 0)))
    scene["enemy-2"].set(Drifting(linear=(0, 2, 0)))
    app = dw.App(scene)
    worlds: list[dw.World] = []

    @app.system(dw.Query(dw.Position, Drifting, tag="enemy"))
    def move(batch: dw.Batch, dt: float) -> None:
        batch[dw.Position] += batch[Drifting].linear * dt

    @app.system(dw.Query(Drifting), stage="update")
    def note(batch: dw.Batch, dt: float, world: dw.World) -> None:
        worlds.append(world)
        assert len(batch) == 2

    for _ in range(60):
        app.step(DT)
    assert app.world["enemy-0"].position == pytest.approx((1, 0, 0), abs=1e-5)
    assert app.world["enemy-2"].position == pytest.approx((2, 2, 0), abs=1e-5)
    assert worlds == [app.world] * 60


def test_a_system_that_raises_leaves_no_batch_open(scene: dw.Scene) -> None:
    scene["enemy-0"].set(Drifting(linear=(1, 0, 0)))
    app = dw.App(scene, on_error="stop-script")
    failed: list[str] = []
    app.world.schedule.tell = lambda error: failed.append(str(error).partition("\n")[0])

    @app.system(dw.Query(dw.Position, Drifting))
    def bad(batch: dw.Batch, dt: float) -> None:
        batch[dw.Position] += 1
        app.world.despawn(app.world["enemy-0"])

    app.step(DT)
    assert len(failed) == 1
    assert "despawn while the columns of a batch are in use" in failed[0]
    app.world.despawn(app.world["enemy-0"])


def test_what_a_game_declared_is_tweened_and_spawned_with(scene: dw.Scene) -> None:
    scene["enemy-0"].set(Drifting())
    world = World(dw.weave(scene))
    told = going_on(world)
    world.tween(world["enemy-0"], "Drifting.points", to=-50, seconds=0.5)
    world.tween(world["enemy-0"], "Drifting.linear", to=(0, 0, 6), seconds=0.5)
    for _ in range(31):
        world.schedule.fixed(DT)
    assert not told
    assert world["enemy-0"][Drifting].points == 0, "not below what is allowed"
    assert world["enemy-0"][Drifting].linear == (0, 0, 6)

    class Shell(dw.Behaviour):
        speed: float = dw.field(default=1.0, minimum=0)

    one = world.spawn("enemy-0", at=(0, 0, 0), components=(Shell(speed=3), Drifting(points=7)))
    assert (one[Shell].speed, one[Drifting].points) == (3, 7)
    assert {type(value).__name__ for value in one.components} == {"Shell", "Drifting"}
    with pytest.raises(dw.SceneError, match=r"enemy-0 → Shell\.speed is -1\.0"):
        world.spawn("enemy-0", components=(Shell(speed=-1),))
    assert len(world.tagged("enemy")) == 4


def test_an_app_that_is_told_to_go_on_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dreamwell.engine.cli import main

    (tmp_path / "game.py").write_text(GAME.replace("size=(64, 36)", 'size=(64, 36), on_error="stop-script"'))
    code = main(["run", str(tmp_path / "game.py"), "--headless", "--frames", "2", "-o", str(tmp_path / "p.png")])
    assert code == 0
    assert capsys.readouterr().err.count("update() failed in game.py, line 6") == 1
    (tmp_path / "game.py").write_text(GAME.replace("size=(64, 36)", 'size=(64, 36), on_error="raise"'))
    (tmp_path / "p.png").unlink()
    code = main(["run", str(tmp_path / "game.py"), "--headless", "--frames", "2", "-o", str(tmp_path / "p.png")])
    assert code == 1
    assert not (tmp_path / "p.png").exists()
