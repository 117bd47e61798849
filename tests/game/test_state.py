"""Going back: what scripts have in mind is part of snapshots and hashes."""

from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.world import World
from dreamwell.tests.game.playing import ticks


class Notes:
    """A class of a game's own."""

    def __init__(self) -> None:
        self.lines = ["first"]


class Mind(dw.Behaviour):
    """Has all kinds of things in mind."""

    speed: float = dw.field(default=1.0)

    def start(self) -> None:
        self.path = [(0.0, 0.0)]
        self.seen: dict[str, Any] = {"a": {1, 2}, "field": np.zeros(3)}
        self.notes = Notes()
        self.twin = self.notes
        self.target = self.world["hero"]
        self.lens = self.world.lens
        self.fired = 0
        self.world.every(0.1, self.fire)
        self.every(0.1, lambda: self.path.append((self.speed, 0.0)))

    def fire(self) -> None:
        self.fired += 1

    def fixed_update(self, dt: float) -> None:
        self.speed += float(self.world.random.normal())
        self.seen["field"][0] += self.speed
        self.notes.lines.append("more")
        self.entity.translate(x=self.speed)


def playing(scene: dw.Scene) -> World:
    scene["enemy-0"].set(Mind(speed=2))
    world = World(dw.weave(scene), seed=3)
    world.tween(world["enemy-1"], "position.y", to=5, seconds=1.0, ease="out_bounce")
    ticks(world, 10)
    return world


def test_going_back_and_playing_again_comes_to_the_same(scene: dw.Scene) -> None:
    world = playing(scene)
    mind = world["enemy-0"][Mind]
    before = world.state_hash()
    snapshot = world.snapshot()
    ticks(world, 25)
    after, fired, path = world.state_hash(), mind.fired, list(mind.path)
    assert after != before
    for _ in range(2):
        world.restore(snapshot)
        assert world["enemy-0"][Mind] is mind, "it is the same object"
        assert world.state_hash() == before
        assert mind.twin is mind.notes
        assert mind.target == world["hero"]
        assert mind.lens is not None
        assert len(mind.notes.lines) == 11
        ticks(world, 25)
        assert world.state_hash() == after
        assert (mind.fired, mind.path) == (fired, path)
        assert world["enemy-1"].position[1] > 0


def test_who_came_and_went_since_then(scene: dw.Scene) -> None:
    world = playing(scene)
    snapshot = world.snapshot()
    mind = world["enemy-0"][Mind]
    world.despawn(world["enemy-0"])
    extra = Mind()
    world["hero"].set(extra)
    done: list[int] = []
    timer = world.after(0.01, lambda: done.append(1))
    world.run(step for step in [None] * 1000)
    ticks(world, 1)
    assert mind.ended
    world.restore(snapshot)
    assert extra.ended
    assert world.schedule.coroutines == []
    assert not mind.ended
    assert world["enemy-0"][Mind] is mind
    assert world["hero"].get(Mind) is None
    fired = mind.fired
    ticks(world, 12)
    assert mind.fired > fired
    assert timer.done
    assert done == [1]


def test_another_world_of_the_scene_goes_on_from_it(scene: dw.Scene) -> None:
    world = playing(scene)
    other = World(world.woven, seed=99)
    other.restore(world.snapshot())
    assert other.state_hash() == world.state_hash()
    mine, theirs = world["enemy-0"][Mind], other["enemy-0"][Mind]
    assert theirs is not mine
    assert theirs.world is other
    assert theirs.target == other["hero"]
    assert theirs.notes is not mine.notes
    fired = mine.fired
    ticks(other, 7)
    assert theirs.fired > fired
    assert mine.fired == fired
    assert other["enemy-1"].position[1] > world["enemy-1"].position[1]


def test_coroutines_stand_in_the_way_unless_they_are_left_out(scene: dw.Scene) -> None:
    world = playing(scene)

    def waves() -> dw.Steps:
        yield dw.wait(100)

    handle = world.run(waves())
    world.run(waves())
    ticks(world, 2)
    with pytest.raises(dw.SceneError, match=r'and there are 2: .*waves; .*snapshot\(coroutines="drop"\)'):
        world.snapshot()
    with pytest.raises(dw.SceneError, match=r'coroutines is "keep"; it must be one of refuse, drop'):
        world.snapshot(coroutines="keep")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    snapshot = world.snapshot(coroutines="drop")
    world.restore(snapshot)
    assert handle.done
    assert world.schedule.coroutines == []


def test_what_can_not_be_copied_is_told(scene: dw.Scene) -> None:
    world = playing(scene)
    mind = world["enemy-0"][Mind]
    mind.seen["a"] = (n for n in range(3))  # type: ignore[assignment, unused-ignore]
    with pytest.raises(dw.SceneError, match=r"a generator can't be copied"):
        world.snapshot()


def test_the_hash_sees_what_scripts_have_in_mind(scene: dw.Scene) -> None:
    one, other = playing(scene), World(dw.weave(scene), seed=3)
    other.tween(other["enemy-1"], "position.y", to=5, seconds=1.0, ease="out_bounce")
    ticks(other, 10)
    assert one.state_hash() == other.state_hash()
    other["enemy-0"][Mind].seen["a"].add(3)
    assert one.state_hash() != other.state_hash()
