"""The garden: what it is made of, how things grow and wilt, and whole days that are played and played again."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import dreamwell as dw
import dreamwell.samples.garden as samples_garden
import dreamwell.samples.garden.plan as plan
from dreamwell.engine.gamepad import BUTTONS, PadState
from dreamwell.samples.garden import Garden, build, length_of, points, prefabs
from dreamwell.samples.garden.day import CAN, DAWN, DUSK, SPARKS, Day, exposure, toward_sun
from dreamwell.samples.garden.gardener import REACH_STANDING, Gardener
from dreamwell.samples.garden.kinds import BLOSSOM, KINDS
from dreamwell.samples.garden.plants import Plant, Plot, Sway, count, sow, splash

DT = 1 / 60


@pytest.fixture(scope="module", autouse=True)
def one_scene() -> Iterator[None]:
    """What is built is the same for every game, so it is built once."""
    made = build.scene()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(samples_garden, "scene", lambda: made)
        yield


def garden(length: float = 150.0) -> Garden:
    made = Garden(length, seed=5)
    made.app.step()
    return made


def day_of(game: Garden) -> Day:
    return game.app.world["day"][Day]


def plant_in(game: Garden, number: int) -> Plant | None:
    plant = game.app.world[f"plot-{number}"][Plot].plant
    return None if plant is None else plant[Plant]


def seconds(game: Garden, count: float, dt: float = 2 * DT) -> None:
    for _ in range(round(count / dt)):
        game.app.step(dt)


def tap(game: Garden, key: str, dt: float = DT) -> None:
    for kind in ("key_down", "key_up"):
        game.app.input.feed({"event_type": kind, "key": key})
        game.app.step(dt)


def seen_at(game: Garden, place: tuple[float, float, float]) -> tuple[float, float]:
    """Where in the picture a place is, logical pixels."""
    found = game.app.to_screen(place)
    assert found is not None
    return found


def click(game: Garden, place: tuple[float, float], dt: float = DT) -> None:
    x, y = seen_at(game, (place[0], 0.2, place[1]))
    for kind in ("pointer_move", "pointer_down", "pointer_up"):
        game.app.input.feed({"event_type": kind, "x": x, "y": y, "button": 1})
    game.app.step(dt)


def begun(length: float = 150.0) -> Garden:
    """A game whose day has just begun."""
    made = garden(length)
    tap(made, " ")
    seconds(made, 2.5)
    assert day_of(made).phase == "play"
    return made


def tend(game: Garden, dt: float) -> None:
    """What somebody who plays does next: water what is thirsty, sow what is empty, fetch water."""
    world = game.app.world
    gardener, day = world["gardener"][Gardener], day_of(game)
    if gardener.goal is not None or gardener.busy > 0:
        return
    x, _, z = world["gardener"].position
    todo: list[tuple[float, int]] = []
    for k, (px, pz) in enumerate(plan.PLOTS):
        plant = plant_in(game, k)
        away = math.hypot(px - x, pz - z)
        if plant is None or plant.wilted:
            todo.append((4 + away, k))
        elif not plant.wet:
            todo.append((away - 3, k))
    if day.can == 0:
        click(game, plan.POND, dt)
    elif todo:
        k = min(todo)[1]
        tap(game, str(1 + (2 * k + k // 6) % 3), dt)
        click(game, plan.PLOTS[k], dt)


def played(ticks: int, recorded: bool = False) -> Garden:
    """A driven game, two ticks to a frame."""
    game = Garden(60.0, seed=5)
    if recorded:
        game.app.record()
    dt = 2 * DT
    game.app.step(dt)
    tap(game, " ", dt)
    while game.app.tick < ticks:
        game.app.step(dt)
        if game.app.tick % 10 < 2 and day_of(game).phase == "play":
            tend(game, dt)
    return game


# ---- what it is made of --------------------------------------------------------------------------------------------


def test_the_files_are_those_that_the_code_writes(tmp_path: Path) -> None:
    prefabs.write(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in prefabs.FOLDER.iterdir() if path.suffix in (".dream", ".obj")}
    assert made == kept, "run `python -m dreamwell.samples.garden.prefabs`"


@pytest.mark.parametrize("name", list(prefabs.EVERY))
def test_a_prefab_is_a_scene_by_itself(name: str) -> None:
    woven = dw.weave(dw.load(prefabs.FOLDER / f"{name}.dream"))
    assert {warning.code for warning in woven.warnings} <= {"no-camera", "no-light"}
    if name in KINDS:
        assert sum(part.startswith("petal-") for part in woven.objects.names) >= 6


def test_every_plot_and_the_pond_can_be_walked_to() -> None:
    i, j = plan.cell_of(*plan.START)
    for goal, near in [(plot, REACH_STANDING) for plot in plan.PLOTS] + [(plan.POND, plan.POND_REACH - 0.1)]:
        assert plan.way_to(goal, near)[i, j] < 12


def test_a_place_is_seen_where_it_is_pointed_at() -> None:
    game = garden()
    world = game.app.world
    for number, place in enumerate(plan.PLOTS):
        pointer = seen_at(game, (place[0], 0.2, place[1]))
        assert game.ground(world, pointer) == pytest.approx(place, abs=1e-6)
        world[f"plot-{number}"][Plot].clear()
    for number, place in enumerate(plan.PLOTS):
        assert game.meant(world, seen_at(game, (place[0], 0.2, place[1]))) == number
    assert game.meant(world, seen_at(game, (plan.POND[0], 0.2, plan.POND[1]))) == -1
    assert game.meant(world, (4, 4)) is None


def test_the_sun_goes_over_the_garden() -> None:
    dawn, noon, dusk = (toward_sun(hour) for hour in (DAWN, 12.5, DUSK))
    assert dawn[0] < -0.8
    assert 0 < dawn[1] < 0.2
    assert noon[1] > 0.8
    assert dusk[0] > 0.8
    assert dusk[1] < 0
    assert exposure(DUSK) < exposure(18) < exposure(12.5)


# ---- the rules -------------------------------------------------------------------------------------------------------


def test_before_anybody_plays_it_is_in_bloom_and_visited() -> None:
    game = garden()
    assert count(game.app.world)[0] > 10
    assert len(game.app.world.tagged("visitor")) == 5
    seconds(game, 3)
    assert day_of(game).phase == "title"


def test_pointer_keys_and_gamepad_sow() -> None:
    game = begun()
    world = game.app.world
    assert not world.tagged("plant")
    tap(game, "2")
    click(game, plan.PLOTS[13])
    seconds(game, 3)
    assert (first := plant_in(game, 13)) is not None
    assert first.species == "daisy"
    world.teleport(world["gardener"], (-0.6, 0.0, 1.4))
    game.app.input.feed({"event_type": "key_down", "key": "ArrowLeft"})
    seconds(game, 0.6)
    game.app.input.feed({"event_type": "key_up", "key": "ArrowLeft"})
    game.app.step()
    tap(game, "3")
    tap(game, " ")
    assert sorted(plant[Plant].species for plant in world.tagged("plant")) == ["daisy", "iris"]
    seconds(game, 0.5)
    game.app.input.feed_pads([PadState(buttons=[name == "a" for name in BUTTONS])])
    before = day_of(game).can
    game.app.step()
    assert day_of(game).can == before - 1, "the same button waters what is there"


def test_what_is_watered_blooms_and_is_counted() -> None:
    game = begun()
    world, wanted = game.app.world, ("poppy", "daisy", "daisy")
    for number, kind in zip((0, 2, 5), wanted, strict=True):
        sow(world, number, kind)
    game.app.step()
    plants = [plant_in(game, number) for number in (0, 2, 5)]
    for _ in range(6):
        for plant in plants:
            assert plant is not None
            plant.water()
        seconds(game, 5)
    assert [plant.stage for plant in plants if plant is not None] == [BLOSSOM] * 3
    assert count(world) == (3, 2)
    assert (game.blossoms.text, game.kinds.text) == ("3", "2")
    for plant in plants:
        assert plant is not None
        for petal, is_open, _ in plant.petals:
            assert abs(np.dot(petal.rotation, is_open)) == pytest.approx(1, abs=1e-5)
        assert plant.bloom.scale == pytest.approx((1, 1, 1))
    assert world.tagged("visitor"), "somebody has come"
    assert points(*count(world)) == 6


def test_what_is_not_watered_wilts_and_is_cleared() -> None:
    game = begun()
    world = game.app.world
    sow(world, 4, "poppy")
    sow(world, 9, "iris")
    seconds(game, 1)
    poppy, iris = plant_in(game, 4), plant_in(game, 9)
    assert poppy is not None
    assert iris is not None
    iris.water()
    assert len(world.tagged("thirst")) == 1
    seconds(game, KINDS["poppy"].patience + 2.5)
    assert (poppy.wilted, iris.wilted) == (True, False)
    assert day_of(game).wilted == 1
    assert not world.tagged("thirst")
    assert poppy.entity[Sway].lean == pytest.approx(1.15)
    poppy.water()
    assert not poppy.wet, "too late"
    world["gardener"][Gardener].do(4)
    seconds(game, 1)
    assert plant_in(game, 4) is None
    assert len(world.tagged("plant")) == 1


def test_watering_reaches_what_is_beside() -> None:
    game = begun()
    for number in range(6):
        sow(game.app.world, number, "daisy")
    seconds(game, 0.2)
    splash(game.app.world, 0)
    plants = [plant_in(game, number) for number in range(6)]
    assert [plant.wet for plant in plants if plant is not None] == [True, True, False, True, False, False]


def test_the_can_empties_and_the_pond_fills_it() -> None:
    game = begun()
    day = day_of(game)
    day.can = 0
    sow(game.app.world, 0, "daisy")
    game.app.step()
    game.app.world["gardener"][Gardener].do(0)
    game.app.step()
    assert "pond" in game.told
    click(game, plan.POND)
    seconds(game, 3)
    assert day.can == CAN


def test_lanterns_and_fireflies_come_in_the_evening() -> None:
    game = begun()
    world, day = game.app.world, day_of(game)
    lamps = world.tagged("lamp")
    assert all(lamp[dw.PointLight].candela == 0 for lamp in lamps)
    day.hour = SPARKS
    seconds(game, 4)
    assert all(lamp[dw.PointLight].candela > 50 for lamp in lamps)
    assert world.materials[prefabs.GLASS].emissive_strength > 100
    assert len(world.tagged("spark")) == 14


# ---- whole days ------------------------------------------------------------------------------------------------------


def test_a_day_ends_and_another_begins_without_leftovers() -> None:
    game = begun(20.0)
    world, day = game.app.world, day_of(game)
    for number, kind in enumerate(("poppy", "daisy", "iris")):
        sow(world, number, kind)
    seconds(game, 22)
    assert day.phase == "end"
    assert game.over.visible
    tap(game, " ")
    assert day.phase == "rewind"
    seconds(game, 12)
    assert day.phase == "play"
    assert (day.can, day.wilted) == (CAN, 0)
    assert sorted(entity.name for entity in world) == sorted(world.woven.objects.names)
    assert world.schedule.timers == []
    assert world.schedule.tweens == []
    assert world.schedule.errors == []


def test_a_minute_of_play_repeats_and_replays() -> None:
    first, second = played(3600, recorded=True), played(3600)
    digest = first.app.world.state_hash()
    assert count(first.app.world)[0] > 6, "it was played"
    assert second.app.world.state_hash() == digest
    assert Garden(60.0).app.play(first.app.recording()) == digest


def test_the_length_is_checked() -> None:
    assert length_of("300") == 300
    for text in ("long", "5", "nan"):
        with pytest.raises(SystemExit, match="it must be a number of seconds from 20 to 3600"):
            length_of(text)
