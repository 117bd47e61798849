"""Picking rows of a column: whether they lie close or not, and in whatever order, it is those rows."""

from __future__ import annotations

import numpy as np
import pytest

from dreamwell.engine.rows import picked


@pytest.mark.parametrize("part", [0.02, 0.1, 0.6, 1.0])
@pytest.mark.parametrize("shuffled", [False, True])
def test_it_is_what_indexing_gives(part: float, shuffled: bool) -> None:
    random = np.random.default_rng(3)
    columns = [random.random((200_000, width), np.float32) for width in (3, 4)]
    rows = np.flatnonzero(random.random(200_000) < part)
    rows = np.append(random.permutation(rows) if shuffled else rows, 0)
    before = [column.copy() for column in columns]
    for column, same, found in zip(columns, before, picked(rows, *columns), strict=True):
        assert np.array_equal(found, column[rows])
        assert np.array_equal(column, same)


def test_none_and_few() -> None:
    column = np.arange(12, dtype=np.float32).reshape(4, 3)
    assert picked(np.empty(0, np.intp), column)[0].shape == (0, 3)
    assert picked(np.array([3, 0]), column)[0].tolist() == [[9, 10, 11], [0, 1, 2]]


def test_not_a_number_stays_where_it_is() -> None:
    column = np.full((20_000, 3), np.nan, np.float32)
    with np.errstate(all="raise"):
        assert np.isnan(picked(np.arange(0, 20_000, 2), column)[0]).all()
