"""Hierarchies for tests that draw their examples by chance."""

from typing import Any

from hypothesis import strategies as st


@st.composite
def parent_lists(draw: Any) -> list[int]:
    """Parents that may come after their children, as in a scene where objects were hung elsewhere."""
    n = draw(st.integers(1, 40))
    order = draw(st.permutations(range(n)))
    parents = [-1] * n
    for place, row in enumerate(order):
        above = draw(st.integers(-1, place - 1))
        parents[row] = -1 if above < 0 else order[above]
    return parents
