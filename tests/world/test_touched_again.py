"""The same rows touched in every frame: what is remembered of them must never stand for others."""

from __future__ import annotations

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.transforms import Transforms
from dreamwell.engine.world import World
from dreamwell.loom.weave import weave


def transforms(n: int, parent: dict[int, int] | None = None) -> Transforms:
    """n rows at the origin; some hang on others."""
    above, depth = np.full(n, -1, np.int32), np.zeros(n, np.int32)
    for row, of in (parent or {}).items():
        above[row], depth[row] = of, 1
    turn = np.zeros((n, 4), np.float32)
    turn[:, 3] = 1
    hung = np.flatnonzero(above >= 0).astype(np.int32)
    world = np.zeros((len(hung), 3, 4), np.float32)
    world[:, [0, 1, 2], [0, 1, 2]] = 1
    return Transforms(above, depth, np.zeros((n, 3), np.float32), turn, np.ones((n, 3), np.float32), hung, world)


def everything(t: Transforms) -> list[int]:
    """The rows that are elsewhere since the last call."""
    alone, in_trees = t.update()
    return sorted([*alone, *in_trees])


def test_the_same_rows_come_out_frame_after_frame() -> None:
    t, rows = transforms(50), np.array([3, 7, 30], np.int64)
    for i in range(4):
        t.position[rows] += 1
        t.touch(rows)
        t.mark(9)
        assert everything(t) == [3, 7, 9, 30]
        assert (t.world[rows, :, 3] == i + 1).all()


def test_an_array_that_is_written_to_between_two_calls_means_what_is_in_it_now() -> None:
    t, rows = transforms(50), np.array([3, 7, 30], np.int32)
    t.touch(rows)
    assert everything(t) == [3, 7, 30]
    rows[:] = 4, 8, 31
    t.touch(rows)
    assert everything(t) == [4, 8, 31]


def test_other_rows_one_by_one() -> None:
    t, rows = transforms(50), np.array([3, 7, 30], np.int32)
    for single, wanted in ((5, [3, 5, 7, 30]), (6, [3, 6, 7, 30]), (7, [3, 7, 30]), (5, [3, 5, 7, 30])):
        t.touch(rows)
        t.mark(single)
        assert everything(t) == wanted
    t.mark(5)
    assert everything(t) == [5]  # no mark was left


def test_the_same_bytes_of_another_type_are_other_rows() -> None:
    t = transforms(8)
    t.touch(np.array([0, 1, 0, 1, 0, 1, 0, 1], np.uint8).astype(bool))
    assert everything(t) == [1, 3, 5, 7]
    t.touch(np.array([0, 1, 0, 1, 0, 1, 0, 1], np.uint8))
    assert everything(t) == [0, 1]


def test_twice_before_an_update() -> None:
    t, rows = transforms(50), np.array([3, 7, 30], np.int32)
    for _ in range(2):
        t.touch(rows)
        t.touch(rows)
        assert everything(t) == [3, 7, 30]


def test_rows_that_hang_on_others_since() -> None:
    t, rows = transforms(50), np.array([3, 7, 30], np.int32)
    t.touch(rows)
    assert everything(t) == [3, 7, 30]
    t.hang(7, 3)
    t.touch(rows)
    alone, in_trees = t.update()
    assert list(alone) == [30]
    assert sorted(in_trees.tolist()) == [3, 7]


def test_a_run_that_is_one_no_more_and_is_one_again() -> None:
    t = transforms(5000, {4: 2})
    rows = np.delete(np.arange(0, 3000), 10)
    t.touch(rows)
    assert set(rows.tolist()) <= set(everything(t))  # not as a run: some hang on others
    t.hang(4, -1)
    t.touch(rows)
    t.mark(4500)
    alone, in_trees = t.update()
    assert isinstance(alone, range)
    assert (alone.start, alone.stop) == (0, 3000)
    assert in_trees.tolist() == [4500]


def test_rows_that_are_not_there_any_more_are_refused() -> None:
    scene = dw.Scene("s")
    for i in range(6):
        scene.add(f"box-{i}", dw.Mesh.box(), dw.Material(), at=(i, 0, 0))
    world = World(weave(scene))
    rows = world.spawn("box-0", at=np.zeros((40, 3)))[::2]
    for _ in range(2):
        world.touch(rows)
    world.despawn(np.arange(int(rows[0]), int(rows[0]) + 40))
    with pytest.raises(dw.SceneError, match="the rows go from"):
        world.touch(rows)
