"""The swarm: it flies as one, the hawk makes it smaller, gates count, evenings end; all of it comes out alike again."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.samples.swarm import count_of, flock, game
from dreamwell.samples.swarm.flock import FLOCK, Starling
from dreamwell.samples.swarm.hawk import Hawk
from dreamwell.samples.swarm.play import Lantern
from dreamwell.samples.swarm.rules import GATES, Gate, Rules
from dreamwell.tests.samples.keys import MINUTE, again, ends, press, started

FEW = 400


def rules(app: dw.App) -> Rules:
    """How the game stands."""
    return app.world["game"][Rules]


def shown(app: dw.App, name: str) -> str:
    """What a line of the HUD says."""
    element: Any = app.hud[name]
    return str(element.text)


def birds(app: dw.App) -> NDArray[np.float32]:
    """(k, 3) where they are."""
    return app.world.positions[app.world.rows_of(Starling)].copy()


def played(seed: int, ticks: int) -> dw.App:
    """A game in which somebody wanders about by pointer and by keys."""
    app = game(FEW, seed)
    app.record()
    for tick in range(ticks):
        if tick == 20:
            app.input.feed({"event_type": "key_down", "key": "Enter"})
        if tick % 90 == 50:
            x, y = 640 + 500 * np.sin(tick), 300 + 150 * np.cos(1.7 * tick)
            app.input.feed({"event_type": "pointer_move", "x": float(x), "y": float(y)})
        if tick % 200 in (60, 150):
            app.input.feed({"event_type": "key_down" if tick % 200 == 60 else "key_up", "key": " "})
        if tick % 500 in (300, 340):
            app.input.feed({"event_type": "key_down" if tick % 500 == 300 else "key_up", "key": "ArrowUp"})
        app.step()
    return app


@pytest.fixture
def app() -> dw.App:
    made = game(FEW, 3)
    made.step()
    return made


def test_a_minute_comes_out_alike_twice() -> None:
    one, two = (played(5, MINUTE) for _ in range(2))
    assert one.world.state_hash() == two.world.state_hash()
    assert rules(one).score > 0
    assert rules(one).phase in ("playing", "resting", "over")


def test_another_seed_is_another_game() -> None:
    assert played(6, 60).world.state_hash() != played(5, 60).world.state_hash()


def test_a_replay_ends_in_the_same_state(tmp_path: Path) -> None:
    first, other = played(8, 900), game(FEW)
    again(first, other, tmp_path / "swarm.dreamrec")
    assert rules(other).score == rules(first).score


def test_after_going_back_the_same_happens_again() -> None:
    app = played(7, 400)
    assert len({*ends(app)}) == 1


def test_all_birds_are_there_and_fly_as_birds_do(app: dw.App) -> None:
    for _ in range(120):
        app.step()
    with app.world.query(FLOCK) as batch:
        assert len(batch) == FEW
        velocity, rotation = batch[Starling].velocity.copy(), batch[dw.Rotation].copy()
    speed = np.linalg.norm(velocity, axis=1)
    assert speed.min() > flock.SLOWEST - 0.1
    assert speed.max() < flock.FASTEST + 0.1
    x, y, z, w = rotation.astype(np.float64).T
    ahead = -np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], axis=1)
    np.testing.assert_allclose(ahead, velocity / speed[:, None], atol=1e-3)
    assert (birds(app)[:, 1] > 0.5).all(), "over the water"
    flown = np.linalg.norm(velocity.mean(axis=0)) / speed.mean()
    assert 0.02 < flown < 1, "neither at rest nor all alike"


def test_it_follows_the_light() -> None:
    app = game(FEW, 3)
    press(app, "Enter")
    for x in (1100, 180):
        app.input.feed({"event_type": "pointer_move", "x": x, "y": 250})
        for _ in range(300):
            app.step()
        light = np.asarray(app.world["light"].position)
        assert np.sign(light[0]) == np.sign(x - 640)
        assert abs(light[0]) > 30
        assert np.linalg.norm(birds(app).mean(axis=0) - light) < 15


def test_it_gathers_while_space_is_held() -> None:
    app = game(FEW, 3)
    press(app, "Enter")
    wide: list[float] = []
    for _ in range(2):
        for _ in range(240):
            app.step()
        wide.append(float(birds(app).std(axis=0).max()))
        app.input.feed({"event_type": "key_down", "key": " "})
    assert wide[1] < 0.85 * wide[0]


def test_arrow_keys_move_the_light() -> None:
    app = game(FEW, 3)
    press(app, "Enter")
    before = app.world["light"].position
    app.input.feed({"event_type": "key_down", "key": "ArrowLeft"})
    for _ in range(60):
        app.step()
    assert app.world["light"].position[0] < before[0] - 20


def test_a_hawk_scares_and_takes(app: dw.App) -> None:
    press(app, "Enter")
    middle = birds(app).mean(axis=0)
    (row,) = app.world.rows_tagged("hawk")
    hawk = app.world.at(row)
    hawk.position = middle
    hawk[Hawk].diving, hawk[Hawk].clock = True, 0.5
    app.step()
    left = rules(app).birds
    assert left < FEW
    assert shown(app, "birds") == str(left)
    assert shown(app, "told") == f"-{FEW - left}"
    for _ in range(5):
        app.step()
    with app.world.query(FLOCK) as batch:
        alarm, away = batch[Starling].alarm.copy(), batch[dw.Position] - np.asarray(hawk.position, np.float32)
    near = np.linalg.norm(away, axis=1) < 10
    assert alarm[near].mean() > 0.5
    assert len(birds(app)) < FEW


def test_birds_through_a_gate_count_once(app: dw.App) -> None:
    press(app, "Enter")
    (row,) = app.world.rows_of(Gate)
    gate = app.world.at(row)
    normal = np.asarray(gate[Gate].normal)
    rows = app.world.rows_of(Starling)
    world, some = app.world, rows[:60]
    world.positions[rows] = (0, 60, -60)
    for side in (1, -1, 1):  # to and fro
        world.positions[some] = np.asarray(gate.position) - 0.05 * side * normal
        with world.query(FLOCK) as batch:
            batch[Starling].velocity[:60] = 20.0 * side * normal
        world.touch(rows)
        app.step()
        assert rules(app).through == rules(app).score == 60


def test_five_gates_end_the_evening_and_another_comes(app: dw.App) -> None:
    press(app, "Enter")
    assert rules(app).phase == "playing"
    for gate in range(GATES):
        assert rules(app).done == gate
        rules(app).passed(FEW)
    assert rules(app).phase == "resting"
    assert rules(app).score > GATES * FEW, "and the time that was left"
    for _ in range(300):
        app.step()
    assert (rules(app).phase, rules(app).evening) == ("playing", 2)
    assert rules(app).left < rules(app).daylight < 78


def test_night_ends_the_game_and_it_begins_again(app: dw.App) -> None:
    press(app, "Enter")
    app.world.despawn(app.world.rows_of(Starling)[:50])
    rules(app).passed(30)
    rules(app).left = 0.01
    for _ in range(100):
        app.step()
    assert rules(app).phase == "over"
    assert shown(app, "told") == "Night has fallen"
    assert "30 points" in shown(app, "again")
    press(app, "Enter")
    app.step()
    assert (rules(app).phase, rules(app).score, rules(app).best) == ("playing", 0, 30)
    assert rules(app).birds == FEW
    press(app, "r")
    app.step()
    assert rules(app).phase == "title"
    assert app.hud["title"].visible


def test_a_lost_flock_ends_the_game(app: dw.App) -> None:
    press(app, "Enter")
    app.world.despawn(app.world.rows_of(Starling)[: int(0.8 * FEW)])
    app.step()
    assert rules(app).phase == "over"
    assert shown(app, "told") == "The flock is lost"
    app.world.despawn(app.world.rows_of(Starling))
    for _ in range(3):
        app.step()


def test_untouched_it_plays_by_itself(app: dw.App) -> None:
    gates = {rules(app).gate}
    places: list[tuple[float, float, float]] = []
    for _ in range(1_200):
        app.step()
        gates.add(rules(app).gate)
        places.append(app.world["light"].position)
    assert len(gates) > 1, "through a gate"
    assert rules(app).phase == "title"
    assert rules(app).score == 0
    assert (np.ptp(places, axis=0) > 10).all()


def test_ten_thousand_unless_told_otherwise() -> None:
    made = started("swarm")
    assert len(made.scene) < 30, "spawned, not written"
    made.step()
    assert rules(made).birds == 10_000
    made = started("swarm", "700")
    made.step()
    assert rules(made).birds == 700
    assert made.world["light"].get(Lantern) is not None
    for text in ("99", "many", "-500", "1e4"):
        with pytest.raises(SystemExit, match="it must be a whole number from 100 to 200000"):
            count_of(text)
