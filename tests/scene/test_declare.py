"""Declarations: what a component accepts, and what it says about what it does not."""

from typing import Any, Literal

import numpy as np
import pytest

from dreamwell.engine.declare import (
    AssetPath,
    Color,
    component,
    field,
    fields_of,
    from_plain,
    problems_of,
    say,
    struct,
    to_plain,
)
from dreamwell.engine.errors import Problem, SceneError
from dreamwell.engine.kinds import Scope, called, latest
from dreamwell.engine.scene import Sun


@struct
class Blade:
    """A part of a Windmill."""

    length: float = field(default=2.0, unit="m", above=0)


@component
class Windmill:
    """A component that a game declares."""

    speed: float = field(default=90.0, unit="deg/s", minimum=0, maximum=360, doc="how fast it turns")
    mode: Literal["calm", "storm"] = field(default="calm")
    count: int = field(default=4, minimum=1)
    lit: bool = field(default=True)
    paint: Color = field(default=(1.0, 1.0, 1.0), minimum=0)
    sound: AssetPath = field(default="")
    first: Blade | None = field(default=None)
    blades: tuple[Blade, ...] = field(default=())
    angles: tuple[float, ...] = field(default=(), maximum=10)


def problems(**values: Any) -> list[Problem]:
    return list(problems_of(Windmill(**values), "mill", "Windmill."))


def test_a_sound_value_has_no_problems() -> None:
    assert not problems(speed=360, paint=[1, 2, 3], first=Blade(), blades=(Blade(1),), angles=(1, 2.5))


def test_vectors_of_any_library_are_kept_as_tuples_of_float_so_that_equal_values_are_one() -> None:
    wanted = Windmill(paint=(1.0, 0.5, 0.0))
    for paint in ([1, 0.5, 0], np.array([1, 0.5, 0], np.float32), (np.float32(1), np.float64(0.5), np.int32(0))):
        made = Windmill(paint=paint)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        assert made == wanted
        assert hash(made) == hash(wanted)
        assert [type(v) for v in made.paint] == [float, float, float]


@pytest.mark.parametrize(
    ("values", "code", "place", "found", "wanted"),
    [
        ({"speed": -1.0}, "range", "speed", "-1.0", "from 0 to 360 deg/s"),
        ({"speed": float("nan")}, "not-finite", "speed", "nan", "a finite number"),
        ({"speed": "fast"}, "type", "speed", '"fast"', "a number"),
        ({"speed": True}, "type", "speed", "true", "a number"),
        ({"speed": 10**400}, "type", "speed", "1000", "a number"),
        ({"count": 0}, "range", "count", "0", "at least 1"),
        ({"count": 2.5}, "type", "count", "2.5", "a whole number"),
        ({"count": 10**400}, "type", "count", "1000", "a whole number"),
        ({"mode": "gale"}, "type", "mode", '"gale"', "one of calm, storm"),
        ({"lit": 1}, "type", "lit", "1", "true or false"),
        ({"paint": (1, 2)}, "type", "paint", "[1.0, 2.0]", "3 numbers"),
        ({"paint": (1, -2, 0)}, "range", "paint", "[1.0, -2.0, 0.0]", "at least 0"),
        ({"sound": 3}, "type", "sound", "3", "a path (text)"),
        ({"first": "long"}, "type", "first", '"long"', "a Blade or null"),
        ({"first": Blade(0)}, "range", "first.length", "0.0", "above 0 m"),
        ({"blades": (Blade(), Blade(-1))}, "range", "blades[1].length", "-1.0", "above 0 m"),
        ({"angles": (1.0, 11.0)}, "range", "angles", "[1.0, 11.0]", "at most 10"),
    ],
)
def test_a_wrong_field_is_named_with_what_was_found_and_what_was_wanted(
    values: dict[str, Any], code: str, place: str, found: str, wanted: str
) -> None:
    (problem,) = problems(**values)
    assert (problem.code, problem.where, problem.field, problem.wanted) == (code, "mill", f"Windmill.{place}", wanted)
    assert problem.found.startswith(found)


def test_text_holds_only_what_differs_from_the_defaults_and_reads_back() -> None:
    assert to_plain(Windmill()) == {}
    value = Windmill(speed=10, first=Blade(3), blades=(Blade(), Blade(4)), angles=(1.0, 2.0))
    plain = to_plain(value)
    assert plain == {"speed": 10.0, "first": {"length": 3.0}, "blades": [{}, {"length": 4.0}], "angles": [1.0, 2.0]}
    found: list[Problem] = []
    assert from_plain(Windmill, plain, "mill", "Windmill.", found) == value
    assert not found


def test_every_problem_of_a_text_is_reported_and_the_field_keeps_its_default() -> None:
    found: list[Problem] = []
    data = {"speed": "x", "colour": 1, "first": {"width": 2}, "blades": [{"length": "y"}], "count": 7}
    made = from_plain(Windmill, data, "mill", "Windmill.", found)
    assert made == Windmill(count=7)
    assert [(p.code, p.field) for p in found] == [
        ("type", "Windmill.speed"),
        ("unknown-field", "Windmill.colour"),
        ("unknown-field", "Windmill.first.width"),
        ("type", "Windmill.blades[0].length"),
    ]
    assert "speed" in found[1].wanted
    assert from_plain(Windmill, [1], "mill", "Windmill.", found) is None


def test_the_names_of_the_engines_components_are_taken() -> None:
    other = type("Sun", (), {"__module__": "somewhere.else", "__annotations__": {}})
    with pytest.raises(SceneError, match=r"Sun in somewhere\.else has the name of a component of the engine"):
        component(other)
    assert called("Sun") == [Sun]


def test_two_files_may_declare_classes_of_one_name() -> None:
    other: type = component(type("Windmill", (), {"__module__": "somewhere.else", "__annotations__": {}}))
    assert set(called("Windmill")) == {Windmill, other}
    assert latest(Windmill) is Windmill
    assert Scope().find("Windmill") is Windmill, "the module of the other one is not there"


def test_a_field_knows_its_kind() -> None:
    kinds = {f.name: (f.kind.name, f.kind.role, f.kind.optional) for f in fields_of(Windmill)}
    assert kinds["paint"] == ("vector", "color", False)
    assert kinds["sound"] == ("str", "asset", False)
    assert kinds["first"] == ("struct", "", True)
    assert kinds["blades"] == ("list", "", False)


def test_messages_stay_short() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert say(deep) == "[[...]]"
    assert len(say("x" * 1000)) == 60
    assert len(say(list(range(10_000)))) == 60
