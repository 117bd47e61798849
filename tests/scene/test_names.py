"""Names against a plain list: whatever is done to one is done to the other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamwell.engine.scene import Scene
from dreamwell.engine.scene.names import Names

TEXT = st.sampled_from(["", "a", "crate", "crate-7", "crate-07", "crate-x", "a-0", "a-40", "a-9999", "é-3"])


@given(st.data())
def test_it_is_a_list_of_texts(data: st.DataObject) -> None:
    names, plain = Names(), list[str]()
    for _ in range(data.draw(st.integers(0, 8))):
        match data.draw(st.sampled_from(["append", "extend", "number", "set", "double"])):
            case "append":
                name = data.draw(TEXT)
                names.append(name)
                plain.append(name)
            case "extend":
                more = data.draw(st.lists(TEXT, max_size=5))
                names.extend(more)
                plain.extend(more)
            case "number":
                stem, count = data.draw(TEXT), data.draw(st.integers(0, 60))
                names.number(stem, count)
                plain.extend(f"{stem}-{i}" for i in range(count))
            case "set" if plain:
                row, name = data.draw(st.integers(0, len(plain) - 1)), data.draw(TEXT)
                names[row] = name
                plain[row] = name
            case _ if len(plain) < 500:
                names.extend(names)
                plain.extend(list(plain))
            case _:
                pass
        if data.draw(st.booleans()):
            same(names, plain, data)
    same(names, plain, data)
    copied = names.copy()
    names.append("later")
    if plain:
        names[0] = "changed"
    same(copied, plain, data)


def same(names: Names, plain: list[str], data: st.DataObject) -> None:
    assert len(names) == len(plain)
    assert list(names) == plain
    assert names == plain
    assert names == tuple(plain)
    assert names == Names(plain)
    assert names != [*plain, "x"]
    low, high = sorted((data.draw(st.integers(-3, len(plain) + 3)), data.draw(st.integers(-3, len(plain) + 3))))
    assert names[low:high] == plain[low:high]
    assert names[::3] == plain[::3]
    assert list(reversed(names)) == plain[::-1]
    for name in (*plain[:50], "crate-7", "a-59", "crate-07", "no such", "a-9999", "a-²"):
        assert names.find(name) == (plain.index(name) if name in plain else None)
    texts = "".join(names.texts())
    assert all(letter in texts for letter in "".join(plain) if letter not in "-0123456789")


@pytest.mark.parametrize("row", [-4, 3])
def test_beyond_the_ends(row: int) -> None:
    names = Names(["a", "b", "c"])
    with pytest.raises(IndexError):
        names[row]
    with pytest.raises(IndexError):
        names[row] = "x"


def test_a_million_numbered_names_cost_nothing() -> None:
    scene = Scene(seed=1)
    scene.add("first")
    scene.add_many("crate", at=[(0.0, 0.0, 0.0)] * 1000)
    parts: Any = scene.names._parts
    assert parts == [["first"], ("crate", 1000)]
    found = scene.find("crate-999")
    assert found is not None
    assert found.row == 1000
    found.name = "other"
    assert scene.find("crate-999") is None
    assert scene["other"].row == 1000
