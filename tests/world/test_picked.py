"""Picking rows of a column: whether they lie close or not, and in whatever order, it is those rows."""

from __future__ import annotations

import numpy as np
import pytest

from dreamwell.engine.rows import picked


@pytest.mark.parametrize("width", [3, 4])
@pytest.mark.parametrize("part", [0.02, 0.1, 0.6, 1.0])
@pytest.mark.parametrize("shuffled", [False, True])
def test_it_is_what_indexing_gives(width: int, part: float, shuffled: bool) -> None:
    random = np.random.default_rng(3)
    column = random.random((200_000, width), np.float32)
    rows = np.flatnonzero(random.random(len(column)) < part)
    rows = np.append(random.permutation(rows) if shuffled else rows, 0)
    before = column.copy()
    assert np.array_equal(picked(column, rows), column[rows])
    assert np.array_equal(column, before)


def test_none_and_few() -> None:
    column = np.arange(12, dtype=np.float32).reshape(4, 3)
    assert picked(column, np.empty(0, np.intp)).shape == (0, 3)
    assert picked(column, np.array([3, 0])).tolist() == [[9, 10, 11], [0, 1, 2]]


def test_not_a_number_stays_where_it_is() -> None:
    column = np.full((20_000, 3), np.nan, np.float32)
    with np.errstate(all="raise"):
        assert np.isnan(picked(column, np.arange(0, 20_000, 2))).all()
