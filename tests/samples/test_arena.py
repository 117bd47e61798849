"""The arena: scarabs live by the rules of its file, a pilot and a player fight, and all of it comes out alike again."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.scene.dream_file import dumps
from dreamwell.samples._shared.models import keep_shapes
from dreamwell.samples.arena import game, looks, plan
from dreamwell.samples.arena.creatures import Life, Loot
from dreamwell.samples.arena.play import MOST, Game
from dreamwell.tests.samples.keys import MINUTE, Keys, again, ends, press, started, steps

FEW = 60
"""Scarabs, where it does not matter how many there are."""


def stands(app: dw.App) -> Game:
    """How the game stands."""
    return app.world["game"][Game]


def begun(seed: int = 3) -> dw.App:
    """A game that a player plays."""
    app = game(seed=seed, most=FEW)
    steps(app, 2)
    press(app, "Enter")
    app.step()
    assert stands(app).phase == "play"
    return app


def alone(app: dw.App) -> dw.World:
    """Its world, without any scarab and with no more to come."""
    world = app.world
    world.despawn(world.rows_tagged("scarab"))
    stands(app).coming, stands(app).left = [], 1e6
    return world


def played(seed: int, ticks: int) -> dw.App:
    """A game by keys and pointer, recorded: run in circles, shoot at what is pointed at."""
    app = game(seed=seed, most=FEW)
    app.record()
    hands = Keys(app)
    for tick in range(ticks):
        turn = tick / 50
        keys = {"d" if math.cos(turn) > 0 else "a", "w" if math.sin(turn) > 0 else "s"} if tick > 30 else set()
        keys |= {" "} if tick > 40 and tick % 200 > 20 else set()
        keys |= {"Enter"} if tick % 100 == 20 and stands(app).phase != "play" else set()
        hands.hold(*keys)
        if tick % 97 == 60:
            app.input.feed({"event_type": "pointer_move", "x": 200.0 + tick % 900, "y": 300.0 + 100 * math.sin(tick)})
        app.step()
    return app


def test_the_file_is_what_the_plan_says() -> None:
    made = looks.dress(plan.scene())
    keep_shapes(made, "arena.glb")
    assert plan.FILE.read_text(encoding="utf-8") == dumps(made)
    assert len(dw.load(plan.FILE).rules) > 40


def test_a_minute_by_keys_comes_out_alike_twice(tmp_path: Path) -> None:
    app = played(5, MINUTE)
    again(app, game(most=FEW), tmp_path / "arena.dreamrec")
    assert max(stands(app).best, app.world["hero"][Loot].score) > 100


def test_after_going_back_the_same_happens_again() -> None:
    app = game(auto=True, seed=7)
    steps(app, 300)
    assert len({*ends(app)}) == 1


def test_the_pilot_plays_against_hundreds() -> None:
    app = game(auto=True, seed=3)
    most, waves = 0, 0
    for _ in range(900):
        app.step()
        most = max(most, len(app.world.rows_tagged("scarab")))
        waves = max(waves, stands(app).wave)
    assert 250 < most <= MOST
    assert waves >= 1
    assert stands(app).slain > 100 or stands(app).best > 1_000
    assert not app.world.schedule.errors


def test_the_title_shows_four_hundred() -> None:
    app = game(seed=3)
    steps(app, 30)
    assert stands(app).phase == "title"
    assert len(app.world.rows_tagged("scarab")) >= 400
    assert app.hud["title"].visible
    steps(app, 200)
    assert len(app.world.rows_tagged("hunting")) > 50


def test_scarabs_hunt_what_they_see_and_walls_hide_the_hero() -> None:
    app = begun()
    world = alone(app)
    world.teleport(world["hero"], (-9.0, 0, 0))
    stands(app).add("mite", np.array([(5.0, 0, 0), (-14.0, 0, 3.0)]))
    far, near = sorted(world.tagged("scarab"), key=lambda mite: -mite.position[0])
    far.look_at((0, 0, 0))
    near.look_at((-9, 0, 0))
    steps(app, 20)
    assert "hunting" in near.tags
    assert "hunting" not in far.tags
    assert 'behind "ruin-' in str(world.explain("sees the hero", far))
    away = math.dist(near.position, world["hero"].position)
    steps(app, 30)
    assert math.dist(near.position, world["hero"].position) < away - 1


def test_bolts_hurt_what_they_hit_and_end_at_walls() -> None:
    app = begun()
    world = alone(app)
    stands(app).add("brute", np.array([(0.0, 0, -4.0)]))
    (brute,) = world.tagged("brute")
    app.input.feed({"event_type": "key_down", "key": " "})
    steps(app, 40)
    assert brute[Life].points < 150
    app.input.feed({"event_type": "key_up", "key": " "})
    world.despawn(brute)
    steps(app, 90)
    assert not len(world.rows_tagged("bolt"))
    assert not len(world.rows_tagged("passing"))


def test_what_is_slain_counts_and_leaves_something() -> None:
    app = begun()
    world = alone(app)
    stands(app).add("hunter", np.array([(10.0 + i, 0.0, 0.0) for i in range(6)]))
    rows = world.rows_tagged("scarab")
    world.set(rows, Life(), points=np.zeros(6))
    app.step()
    assert not len(world.rows_tagged("scarab"))
    assert world["hero"][Loot].score == 6 * 25
    assert len(world.rows_tagged("passing")) == 30
    app.step()
    assert stands(app).slain == 6
    shown: Any = app.hud["score"]
    assert shown.text == "150"


def test_gems_hearts_and_the_flame() -> None:
    app = begun()
    world = alone(app)
    hero = world["hero"]
    hero[Life].points = 40.0
    world.spawn("gem", np.tile((1.0, 0.3, 0.0), (6, 1)), tags={"gem"})
    world.spawn("heart", at=(0.5, 0.3, 0), tags={"heart"})
    steps(app, 20)
    assert (hero[Loot].level, hero[Loot].gems) == (2, 0)
    assert hero[Life].points == pytest.approx(75)
    world.spawn("flame", at=(0.5, 0.3, 0), tags={"flame"})
    stands(app).add("mite", np.array([(3.5, 0.0, 0.0), (1.5, 0.0, 0.0)]))
    steps(app, 3)
    assert "terror" in hero.tags
    steps(app, 30)
    assert ["fleeing" in mite.tags
            for mite in world.tagged("scarab")] == [True]  # fmt: skip
    steps(app, 400)
    assert "terror" not in hero.tags


def test_brutes_throw_the_hero_back() -> None:
    app = begun()
    world = alone(app)
    stands(app).add("brute", np.array([(1.7, 0.0, 0.0)]))
    steps(app, 25)
    assert world["hero"].position[0] < -0.4
    assert world["hero"][Life].points <= 82


def test_it_ends_and_begins_again_and_nothing_stays() -> None:
    app = begun()
    sizes: list[int] = []
    for _ in range(3):
        steps(app, 80)
        app.world["hero"][Life].points = 0.5
        stands(app).add("mite", np.array([app.world["hero"].position]))
        steps(app, 30)
        assert stands(app).phase == "over"
        assert app.hud["over"].visible
        steps(app, 90)
        press(app, "Enter")
        app.step()
        assert (stands(app).phase, app.world["hero"][Loot].score) == ("play", 0)
        assert app.world["hero"][Life].points > 90
        sizes.append(len(app.world) - len(app.world.rows_tagged("scarab")) - len(app.world.rows_tagged("bolt")))
    assert max(sizes) - min(sizes) < 5
    press(app, "r")
    app.step()
    assert stands(app).phase == "title"


def test_rows_are_used_again() -> None:
    app = game(auto=True, seed=9, most=FEW)
    steps(app, 900)
    assert len(app.world.names) < 1_200


def test_it_runs_as_a_sample_and_with_the_pilot() -> None:
    for arguments, auto in (((), False), (("bot",), True)):
        made = started("arena", *arguments)
        made.step()
        assert stands(made).auto is auto
    with pytest.raises(SystemExit, match="error: arena was given 'x'; it takes nothing, or \"bot\""):
        started("arena", "x")
