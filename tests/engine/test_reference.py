"""The API reference: up to date and whole."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

import pytest

import dreamwell as dw
from dreamwell.engine.reference import Entry, entries, names, pages, sources, undocumented
from dreamwell.engine.reference.groups import OTHERS
from dreamwell.engine.reference.pages import Places, told_of
from dreamwell.engine.reference.signatures import signature

MAKE = "run: python -m dreamwell.engine.reference docs/api"


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages()


def test_the_pages_are_up_to_date(made: dict[str, str], checkout: Path) -> None:
    folder = checkout / "docs" / "api"
    assert {path.name for path in folder.iterdir()} == set(made), MAKE
    for name, text in made.items():
        assert (folder / name).read_text(encoding="utf-8") == text, MAKE


def test_the_command_writes_the_same_bytes_in_another_process(made: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("a page of a group that is no more")
    command = [sys.executable, "-m", "dreamwell.engine.reference", str(tmp_path)]
    subprocess.run(command, check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        name: text.encode() for name, text in made.items()
    }


def test_every_public_name_has_its_place_in_a_group() -> None:
    lost = [entry.name for entry in entries() if entry.group is OTHERS]
    assert lost == [], "name their modules, or them, in GROUPS of engine/reference/groups.py"


def test_an_unknown_name_falls_into_the_last_group() -> None:
    assert Entry("Thing", object(), "engine.nowhere").group is OTHERS
    assert Entry("Thing", object(), "engine.appearance").group is OTHERS, "not that of engine.app"


def test_every_public_name_and_method_has_a_docstring() -> None:
    assert undocumented() == []


def test_every_public_name_and_method_is_told_of(made: dict[str, str]) -> None:
    for entry in entries():
        page = made[f"{entry.group.page}.md"]
        for title in (entry.name, *(member.title for member in entry.members)):
            assert re.search(rf"^##+ {re.escape(title)}$", page, re.MULTILINE), title
        assert f"[`{entry.name}`]" in made["README.md"]
    assert {entry.name for entry in entries()} == set(dw.__all__)


def test_what_a_page_says(made: dict[str, str]) -> None:
    assert "| `fov_y` | number | `60.0` | deg | above 0, to 179 | vertical field of view |" in made["components.md"]
    assert "load(source: Scene | str | PathLike, *, additive: Literal[True]) -> Entity" in made["app.md"]
    assert "add_point(\n    name: str,\n    *,\n    candela: float | None = None,\n" in made["world.md"]
    assert "[`Entity`](world.md#entity); may be set" in made["world.md"]
    assert "A kind of [`DreamwellError`](errors.md#dreamwellerror)." in made["errors.md"]
    assert "Light = Sun | PointLight | SpotLight" in made["components.md"]


# ---- what the package has none of, or little ------------------------------------------------------------------


class Keeper(Protocol):
    """What has a state."""

    def save(self) -> bytes:
        """Its state."""
        ...


@dataclass(frozen=True)
class Happened:
    """An event: `kind` says what."""

    kind: str = "nothing"
    """in a word"""
    by: Thing | None = None
    _secret: int = 0

    @cached_property
    def loud(self) -> str:
        """The kind, in capitals; see `Keeper.save`."""
        return self.kind.upper()


@dw.component
class Thing:
    """A component of a game."""

    weight: float = dw.field(default=2.0, unit="kg", above=0, doc="how heavy")

    def __call__(self, other: Thing, *more: float, **rest: Unpack[Rest]) -> None:
        """Do something.

        For example:

            thing(other)

            thing(other, 1)
        """


class Rest(TypedDict, total=False):
    """Keywords."""

    at: tuple[float, float]


def told(monkeypatch: pytest.MonkeyPatch, *things: type) -> str:
    monkeypatch.setattr(sources, "PACKAGE", __name__.partition(".")[0])
    known = [Entry(thing.__name__, thing, "engine.world") for thing in things]
    places = Places(known)
    return "\n\n".join(part for entry in known for part in told_of(entry, places))


def test_a_protocol_has_no_signature_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    text = told(monkeypatch, Keeper)
    assert "args" not in text
    assert "save() -> bytes" in text


def test_attributes_of_a_dataclass_and_links_between_names(monkeypatch: pytest.MonkeyPatch) -> None:
    text = told(monkeypatch, Happened, Keeper)
    assert '| `kind` | `str` | `"nothing"` | in a word |' in text
    assert "| `by` | `Thing \\| None` | `None` | |" in text
    assert "secret" not in text
    assert "### Happened.loud\n\n`str`\n\nThe kind, in capitals; see [`Keeper.save`](world.md#keepersave)." in text


def test_a_component_has_a_table_and_code_is_code(monkeypatch: pytest.MonkeyPatch) -> None:
    text = told(monkeypatch, Thing)
    assert "| `weight` | number | `2.0` | kg | above 0 | how heavy |" in text
    assert "### Thing(other, more, rest)" in text
    assert "```python\nthing(other)\n\nthing(other, 1)\n```" in text
    thing = signature("thing", Thing.__call__, skip=1)
    assert thing == "thing(other: Thing, *more: float, at: tuple[float, float] = ...) -> None"
    add = signature("add_sun", dw.SceneLights.add_sun, skip=1)
    assert "    cast_shadows: bool = True,\n    at: ArrayLike = ...,\n" in add
    assert add.count("*") == 1


def test_a_dataclass_with_an_init_of_its_own_is_made_by_that(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(init=False)
    class Asked:
        """A question."""

        kinds: tuple[type, ...]

        def __init__(self, *kinds: type) -> None:
            self.kinds = kinds

    monkeypatch.setattr(inspect, "getsource", lambda cls: "class Asked: pass")
    assert "```python\nAsked(*kinds: type)\n```" in told(monkeypatch, Asked)


def test_what_has_no_docstring_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent:
        def nothing(self) -> None: ...

    monkeypatch.setattr(sources, "PACKAGE", __name__.partition(".")[0])
    monkeypatch.setattr(names, "entries", lambda: [Entry("Silent", Silent, "engine.world")])
    assert undocumented() == ["Silent", "Silent.nothing"]
