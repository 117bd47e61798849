"""The village: it burns by the rules of its file, water and breaks stop that, and all of it comes out alike again."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.scene.dream_file import dumps
from dreamwell.samples._shared.models import keep_shapes
from dreamwell.samples.fire import game, looks, plan
from dreamwell.samples.fire.play import END_AT, NEEDED, RAIN_AT, Village
from dreamwell.samples.fire.village import Pail, Tinder
from dreamwell.tests.samples.keys import MINUTE, Keys, again, ends, press, started, steps


def stands(app: dw.App) -> Village:
    """How the evening stands."""
    return app.world["village"][Village]


def begun(seed: int = 3) -> dw.App:
    """An evening that a player plays."""
    app = game(seed=seed)
    steps(app, 2)
    press(app, "Enter")
    app.step()
    assert stands(app).phase == "play"
    return app


def quiet(app: dw.App) -> dw.World:
    """Its world, past all lightning and with nothing that burns yet."""
    stands(app).time = 80.0
    return app.world


def played(seed: int, ticks: int) -> dw.App:
    """An evening by keys, recorded: run to and fro, throw water, cut."""
    app = game(seed=seed)
    app.record()
    hands = Keys(app)
    for tick in range(ticks):
        turn = tick / 60
        keys = {"a" if math.cos(turn) > 0 else "d", "w" if math.sin(1.7 * turn) > 0 else "s"} if tick > 30 else set()
        keys |= {" "} if tick > 60 and tick % 300 < 150 else {"e"} if tick > 60 and tick % 300 > 240 else set()
        keys |= {"Enter"} if tick == 20 else set()
        hands.hold(*keys)
        app.step()
    return app


def test_the_file_is_what_the_plan_says() -> None:
    made = looks.dress(plan.scene())
    keep_shapes(made, "fire.glb")
    assert plan.FILE.read_text(encoding="utf-8") == dumps(made)
    assert len(dw.load(plan.FILE).rules) > 25


def test_a_minute_by_keys_comes_out_alike_twice(tmp_path: Path) -> None:
    app = played(5, MINUTE)
    again(app, game(), tmp_path / "fire.dreamrec")
    assert len(app.world.rows_tagged("burnt")) > 5


def test_after_going_back_the_same_happens_again() -> None:
    app = game(auto=True, seed=7)
    steps(app, 400)
    assert len({*ends(app)}) == 1


def test_left_alone_it_burns_and_the_pilot_saves_it() -> None:
    lost: list[int] = []
    for auto in (False, True):
        app = begun(4) if not auto else game(auto=True, seed=4)
        most = 0
        while stands(app).phase != "play" or stands(app).time < 30:
            app.step()
            most = max(most, len(app.world.rows_tagged("burning")))
        assert most > (4 if auto else 20)
        lost.append(len(app.world.rows_tagged("burning")) + len(app.world.rows_tagged("burnt")))
        assert not app.world.schedule.errors
    assert lost[0] > 1.3 * lost[1]


def test_lightning_lights_the_bushes_where_it_strikes() -> None:
    app = begun()
    while stands(app).time < 1.5:
        app.step()
    x, _, z = app.world["lightning"].position
    burning = app.world.positions[app.world.rows_tagged("burning")]
    assert len(burning) >= 2
    assert (np.hypot(burning[:, 0] - x, burning[:, 2] - z) < 6).all()
    assert app.world["flash"][dw.PointLight].candela > 0
    steps(app, 60)
    assert app.world["lightning"].position[1] < -50


def test_flames_shine_and_go_out_and_what_is_burnt_is_black() -> None:
    app = begun()
    world = quiet(app)
    tree = world.tagged("tree")[0]
    green = tree.material
    world.emit(dw.Signal("lit", tree))
    tree.tag("burning")
    steps(app, 20)
    flames = [flame for flame in world.tagged("flame") if math.dist(flame.position, tree.position) < 1.5]
    assert len(flames) == 1
    assert flames[0].get(dw.PointLight) is not None
    before = flames[0].scale
    steps(app, 5)
    assert flames[0].scale != before, "it flickers"
    world.despawn(world.rows_tagged("brush"))
    tree[Tinder].left = 0.05
    steps(app, 20)
    assert "burnt" in tree.tags
    assert "burning" not in tree.tags
    assert tree.material == world["charcoal"].material != green
    assert not flames[0].alive


def test_water_falls_wets_and_puts_out() -> None:
    app = begun()
    world = quiet(app)
    warden = world["warden"]
    house = world["house-18"]  # in the row that is farthest to the front
    x, _, z = house.position
    world.teleport(warden, (x, 0.5, z + 6.0))
    house.tag("burning")
    app.input.feed({"event_type": "key_down", "key": " "})
    steps(app, 70)
    app.input.feed({"event_type": "key_up", "key": " "})
    assert warden[Pail].water < 80
    assert "wet" in house.tags
    assert "burning" not in house.tags
    steps(app, 120)
    assert not len(world.rows_tagged("water")), "all drops have landed"
    assert len(stands(app).standing()) == 30


def test_the_pail_is_filled_at_a_well() -> None:
    app = begun()
    warden = app.world["warden"]
    warden[Pail].water = 0.0
    x, z = plan.WELLS[1]
    app.world.teleport(warden, (x + 1.8, 0.5, z))
    steps(app, 80)
    assert warden[Pail].water == 100


def test_what_is_cut_does_not_burn() -> None:
    app = begun()
    world = quiet(app)
    world.teleport(world["warden"], (0.0, 0.5, 16.5))
    near = [bush for bush in world.tagged("brush") if math.dist(bush.position, (0.0, 0.0, 15.8)) < 1.7]
    assert near
    app.input.feed({"event_type": "key_down", "key": "e"})
    steps(app, 5)
    app.input.feed({"event_type": "key_up", "key": "e"})
    assert all("cut" in bush.tags and "fuel" not in bush.tags for bush in near)
    world.spawn("bush", at=(0, 0, 15.0), tags={"fuel", "burning"})
    steps(app, 200)
    assert not any("burning" in bush.tags or "burnt" in bush.tags for bush in near)


def test_fire_goes_with_the_wind() -> None:
    reached: list[int] = []
    for x in (2.2, -2.2):
        app = begun(11)
        world = quiet(app)
        for tag in ("brush", "tree", "house"):
            world.despawn(world.rows_tagged(tag)) if tag == "brush" else world.untag(world.rows_tagged(tag), "fuel")
        world.spawn("bush", at=(0, 0, 15), tags={"fuel", "burning"})
        rows = world.spawn("bush", at=np.tile((x, 0.0, 15.0), (60, 1)), tags={"fuel"})
        world.set(rows, Tinder(), left=np.full(60, 99.0))
        steps(app, 26)
        reached.append(int(world.roster.carry(rows, ("burning",)).sum()))
    assert reached[0] > reached[1] + 10


def test_rain_ends_it_and_the_houses_are_counted() -> None:
    app = begun()
    world = app.world
    world.untag(world.rows_tagged("brush"), "fuel")
    house = world["house-0"]
    house.tag("burnt")
    stands(app).time = RAIN_AT - 0.05
    other = world["house-5"]
    other.tag("burning")
    steps(app, 400)
    assert world["clouds"].position[1] < 30
    assert "burning" not in other.tags
    stands(app).time = END_AT - 0.05
    steps(app, 5)
    assert (stands(app).phase, stands(app).saved, stands(app).won) == ("over", 29, True)
    shown: Any = app.hud["result"]
    assert shown.text == f"29 houses stand, {NEEDED} were needed"
    steps(app, 100)
    press(app, "Enter")
    app.step()
    assert stands(app).phase == "play"
    assert "burnt" not in house.tags
    assert len(stands(app).standing()) == 30


def test_too_few_houses_and_it_is_lost() -> None:
    app = begun()
    for i in range(30 - NEEDED + 1):
        app.world[f"house-{i}"].tag("burnt")
    stands(app).time = END_AT - 0.05
    steps(app, 5)
    shown: Any = app.hud["ended"]
    assert (stands(app).won, shown.text) == (False, "The village is lost")


def test_evening_after_evening_nothing_stays() -> None:
    app = begun()
    sizes: list[int] = []
    for _ in range(3):
        steps(app, 200)
        stands(app).time = END_AT
        steps(app, 100)
        press(app, "Enter")
        steps(app, 2)
        sizes.append(len(app.world))
    assert sizes[0] == sizes[1] == sizes[2]
    assert len(app.world.names) < 1_500


def test_it_runs_as_a_sample_and_with_the_pilot() -> None:
    for arguments, auto in (((), False), (("bot",), True)):
        made = started("fire", *arguments)
        made.step()
        assert stands(made).auto is auto
    with pytest.raises(SystemExit, match="error: fire was given 'x'; it takes nothing, or \"bot\""):
        started("fire", "x")
