"""Transforms against a recursive oracle in float64: any tree, any sequence of changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dreamwell.engine import math as dmath
from dreamwell.engine.errors import SceneError
from dreamwell.engine.transforms import Transforms
from dreamwell.tests.loom.forests import parent_lists


def tree(parents: list[int], seed: int) -> Transforms:
    """Random transforms over a tree, up to date."""
    random = np.random.default_rng(seed)
    n = len(parents)
    parent = np.array(parents, np.int32)
    rotation = random.normal(size=(n, 4))
    rotation /= np.linalg.norm(rotation, axis=1, keepdims=True)
    made = Transforms(
        parent,
        dmath.depths_of(parent),
        random.uniform(-5, 5, (n, 3)).astype(np.float32),
        rotation.astype(np.float32),
        random.uniform(0.5, 1.5, (n, 3)).astype(np.float32),
        np.zeros(0, np.int32),
        np.zeros((0, 3, 4), np.float32),
    )
    made.touch()
    made.update()
    return made


def updated(t: Transforms) -> list[int]:
    """Every row that `update` names."""
    return np.concatenate(t.update()).tolist()


def oracle(t: Transforms, row: int) -> NDArray[np.float64]:
    """(4, 4) world_from_local, straight from the definition."""
    local = np.eye(4)
    local[:3, :3] = dmath.matrix_from_quaternion(t.rotation[row].astype(np.float64)) * t.scale[row]
    local[:3, 3] = t.position[row]
    return local if t.parent[row] < 0 else np.asarray(oracle(t, int(t.parent[row])) @ local)


@given(parent_lists(), st.integers(0, 2**32 - 1), st.data())
def test_changes_reach_everything_below_and_nothing_else(parents: list[int], seed: int, data: st.DataObject) -> None:
    t = tree(parents, seed)
    n = len(parents)
    singles = data.draw(st.lists(st.integers(0, n - 1), max_size=5))
    many = data.draw(st.lists(st.integers(0, n - 1), max_size=5))
    before = t.world.copy()
    for row in singles:
        t.p[3 * row] = t.p[3 * row] + 1.5
        t.mark(row)
    for row in many:
        t.s[3 * row + 1] = t.s[3 * row + 1] * 1.25
    t.touch(np.array(many, np.int64))

    moved = updated(t)

    def touched(row: int) -> bool:
        return row >= 0 and (row in singles or row in many or touched(parents[row]))

    assert sorted(moved) == [row for row in range(n) if touched(row)]
    place = {row: i for i, row in enumerate(moved)}
    assert all(place[parents[row]] < i for row, i in place.items() if parents[row] in place), "parents come first"
    for row in range(n):
        if row in place:
            wanted = oracle(t, row)[:3]
            np.testing.assert_allclose(t.world[row], wanted, rtol=2e-5, atol=2e-5 * max(1.0, abs(wanted).max()))
        else:
            assert (t.world[row] == before[row]).all()
    assert not updated(t)


@given(parent_lists(), st.integers(0, 2**32 - 1), st.data())
def test_single_points_go_up_and_come_back(parents: list[int], seed: int, data: st.DataObject) -> None:
    t = tree(parents, seed)
    row = data.draw(st.integers(-1, len(parents) - 1))
    point = (0.5, -1.0, 2.0)
    there = t.to_world(row, *point)
    wanted = point if row < 0 else (oracle(t, row) @ [*point, 1])[:3]
    np.testing.assert_allclose(there, wanted, rtol=1e-6, atol=1e-6 * max(1.0, float(np.abs(wanted).max())))
    np.testing.assert_allclose(t.to_local(row, *there), point, atol=1e-4)


def test_more_rows_than_one_chunk() -> None:
    n = 40_000
    t = tree([-1, *[(i - 1) // 3 for i in range(1, n)]], 7)
    t.p[0] = t.p[0] + 10
    t.mark(0)
    before = t.world[:, 0, 3].copy()
    assert len(updated(t)) == n
    np.testing.assert_allclose(t.world[:, 0, 3] - before, 10, atol=1e-3)
    for row in (1, n // 2, n - 1):
        np.testing.assert_allclose(t.world[row], oracle(t, row)[:3], atol=1e-3)


def test_touch_takes_rows_masks_slices_and_all() -> None:
    t = tree([-1] * 6, 1)
    for given_rows, wanted in (
        ([4, 1, 1], [1, 4]),
        (np.array([True, False, False, True, False, False]), [0, 3]),
        (slice(1, 3), [1, 2]),
        (5, [5]),
        ([], []),
        (None, [0, 1, 2, 3, 4, 5]),
    ):
        t.touch(given_rows)
        assert sorted(updated(t)) == wanted
    for wrong in ([6], [-1], np.ones(5, bool)):
        with pytest.raises(SceneError, match="there are 6"):
            t.touch(wrong)


def test_nothing_moved_allocates_nothing() -> None:
    t = tree([-1] * 100, 1)
    (alone, trees), (again, trees_again) = t.update(), t.update()
    assert alone is again
    assert trees is trees_again


def test_below_a_scale_of_zero_nothing_can_be_placed() -> None:
    t = tree([-1, 0], 1)
    t.s[1] = 0.0
    with pytest.raises(SceneError, match="scale of 0"):
        t.to_local(0, 1.0, 2.0, 3.0)
