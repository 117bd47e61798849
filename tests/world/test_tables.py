"""What games declare: components in the columns of a running world, one by one and as queries."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import dreamwell as dw
from dreamwell.engine.entity import Entity
from dreamwell.engine.kinds import latest


@dw.component
class Course:
    """Moves its object."""

    linear: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0), unit="m/s", doc="where to, and how fast")
    spin: float = dw.field(default=0.0, unit="deg/s")

    def speed(self) -> float:
        """Metres per second."""
        return float(np.linalg.norm(self.linear))


@dw.component
class Vigour:
    """One field of each kind."""

    points: float = dw.field(default=100.0, minimum=0, maximum=1000)
    level: int = dw.field(default=1, above=0)
    awake: bool = dw.field(default=True)
    motto: str = dw.field(default="")
    mood: Literal["calm", "wild"] = dw.field(default="calm")
    weak_spot: dw.Vec2 = dw.field(default=(0.0, 0.0))
    shield: float | None = dw.field(default=None, minimum=0)
    wounds: tuple[float, ...] = dw.field(default=())


@dw.component
class Frozen:
    """Carries nothing but its name."""


KINDS = (Course, Vigour, Frozen)


def yard(count: int = 0) -> dw.Scene:
    """A crate that drifts, a stone that does not, and many more crates."""
    scene = dw.Scene("yard", seed=1)
    scene.add("crate", dw.Mesh.box(), Course((1, 0, 0)), Vigour(5, motto="up"), tags={"thing", "crate"})
    scene.add("stone", dw.Mesh.sphere(), tags={"thing"})
    if count:
        scene.add_many("many", dw.Mesh.box(), Course((0, 1, 0)), at=np.zeros((count, 3)), tags={"crowd"})
    return scene


@pytest.fixture
def world() -> dw.World:
    return dw.World(dw.weave(yard()), seed=3)


# ---- in files and in the Loom ----------------------------------------------------------------------------------


def test_a_declared_component_is_saved_and_read_back_with_the_same_bytes(tmp_path: Path) -> None:
    scene = yard(3)
    scene["stone"].set(Vigour(1, 2, False, "été", "wild", (1, 2), 0.5, (1, 2, 3)), Frozen())
    scene.save(tmp_path / "a.dream")
    again = dw.load(tmp_path / "a.dream")
    again.save(tmp_path / "b.dream")
    assert (tmp_path / "a.dream").read_bytes() == (tmp_path / "b.dream").read_bytes()
    assert again["stone"][Vigour] == scene["stone"][Vigour]
    assert dw.weave(tmp_path / "a.dream").digest == dw.weave(scene).digest


def test_the_loom_refuses_values_out_of_range_and_of_the_wrong_type() -> None:
    scene = yard()
    scene["stone"].set(Vigour(points=-1, level=2**70, mood="odd"), Course(linear=(1, 2)))  # type: ignore[arg-type]
    with pytest.raises(dw.SceneError) as caught:
        dw.weave(scene)
    places = {p.field: p.wanted for p in caught.value.problems}
    assert places.keys() == {"Vigour.points", "Vigour.level", "Vigour.mood", "Course.linear"}
    assert places["Vigour.points"] == "from 0 to 1000"
    assert places["Vigour.level"] == "a whole number of 64 bits"


def test_the_woven_scene_has_columns_that_do_not_depend_on_the_order_of_writing() -> None:
    woven = dw.weave(yard(2))
    drift, vigour = woven.components
    assert (drift.kind, vigour.kind) == (Course, Vigour)
    assert drift.objects.tolist() == [0, 2, 3]
    assert drift.columns["linear"].tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    types = {key: column.dtype for key, column in vigour.columns.items()}
    assert types == {
        "points": np.float64, "level": np.int64, "awake": np.bool_, "motto": object, "mood": object,
        "weak_spot": np.float64, "shield": object, "wounds": object,
    }  # fmt: skip
    assert not drift.columns["linear"].flags.writeable
    scene = yard(2)
    scene["crate"].set(Course((9, 9, 9)), Vigour(motto="other")).set(Course((1, 0, 0)), Vigour(5, motto="up"))
    assert dw.weave(scene).digest == woven.digest
    scene["crate"].set(Vigour(5, motto="down"))
    assert dw.weave(scene).digest != woven.digest


# ---- one by one ------------------------------------------------------------------------------------------------


def test_a_field_is_read_as_plain_numbers_and_written_to(world: dw.World) -> None:
    crate = world["crate"]
    vigour, drift = crate[Vigour], crate[Course]
    assert [type(v) for v in asdict(vigour).values()] == [float, int, bool, str, str, tuple, type(None), tuple]
    assert drift.linear == (1.0, 0.0, 0.0)
    assert type(drift.linear[0]) is float
    vigour.points -= 2
    vigour.level, vigour.awake, vigour.motto, vigour.mood = 7, False, "down", "wild"
    vigour.weak_spot, vigour.shield, vigour.wounds = np.array([1, 2]), 3, [4, 5]  # type: ignore[assignment]
    drift.linear = (0, 3, 4)
    assert crate[Vigour] == Vigour(3, 7, False, "down", "wild", (1, 2), 3.0, (4, 5))
    assert crate[Course] == Course((0, 3, 4))
    assert crate[Course].speed() == 5


def test_what_an_entity_gives_is_as_a_value_of_the_class(world: dw.World) -> None:
    drift = world["crate"][Course]
    assert isinstance(drift, Course)
    assert repr(drift) == repr(Course((1, 0, 0)))
    assert replace(drift, spin=3) == Course((1, 0, 0), 3)
    assert type(copy.copy(drift)) is type(copy.deepcopy(drift)) is Course
    world["stone"].set(drift)
    drift.spin = 8.0
    assert world["stone"][Course].spin == 0
    with pytest.raises(AttributeError):
        drift.sped = 1  # type: ignore[attr-defined]


WRONG: list[tuple[str, Any, str]] = [
    ("points", -1.0, "crate → Vigour.points is -1.0; it must be from 0 to 1000"),
    ("points", float("nan"), "a finite number"),
    ("points", "5", 'is "5"; it must be a number'),
    ("points", True, "it must be a number"),
    ("level", 1.5, "it must be a whole number"),
    ("level", 0, "above 0"),
    ("level", 2**63, "64 bits"),
    ("awake", 1, "true or false"),
    ("motto", 3, "text"),
    ("mood", "sad", "one of calm, wild"),
    ("weak_spot", (1, 2, 3), "2 numbers"),
    ("weak_spot", (1, float("inf")), "finite"),
    ("shield", -1, "at least 0"),
    ("wounds", (1, "a"), "a list, each item a number"),
]


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_a_wrong_value_is_refused_and_nothing_changes(world: dw.World, name: str, value: Any, message: str) -> None:
    before = world["crate"].components
    with pytest.raises(dw.SceneError, match=re.escape(message)):
        setattr(world["crate"][Vigour], name, value)
    assert world["crate"].components == before


@pytest.mark.parametrize("value", [(1, 2), (1, 2, float("nan")), "abc", 5, (1, 2, "3"), None])
def test_a_wrong_vector_is_refused(world: dw.World, value: Any) -> None:
    with pytest.raises(dw.SceneError, match=r"Course\.linear"):
        world["crate"][Course].linear = value
    assert world["crate"][Course].linear == (1, 0, 0)


def test_components_are_set_replaced_and_discarded(world: dw.World) -> None:
    stone = world["stone"]
    assert stone.get(Course) is None
    assert Course not in stone
    assert stone.set(Course((1, 2, 3)), Frozen(), dw.PointLight(5)) == stone
    assert stone.components == [Course((1, 2, 3)), Frozen(), dw.PointLight(5)]
    stone.set(Course(spin=4))
    assert stone[Course] == Course(spin=4)
    stone.discard(Course)
    stone.discard(Course)
    stone.discard(dw.PointLight)
    assert Course not in stone
    assert Frozen in stone
    with pytest.raises(dw.SceneError, match='"stone" has no Course; it has Frozen'):
        stone[Course]


class Undeclared:
    points = 3


REFUSED: list[tuple[Callable[[dw.World], object], str]] = [
    (lambda w: w["crate"].get(Undeclared), "Undeclared is no component; declare its class with @dw.component"),
    (lambda w: w["crate"].set(Undeclared()), "Undeclared is no component"),
    (lambda w: w["crate"].discard(Undeclared), "Undeclared is no component"),
    (lambda w: dw.Query(Undeclared), "Undeclared is no component"),
    (lambda w: dw.Query(Course()), "is no class"),  # type: ignore[arg-type]
    (lambda w: dw.Query(dw.Mesh), "Query can't ask for Mesh"),
    (lambda w: dw.Query(without=dw.Position), "without Position there is no object"),
    (lambda w: dw.Query(tags=[3]), "must be tags"),  # type: ignore[list-item]
    (lambda w: w["crate"].set(Course), "Course is a class; give a value, Course"),
    (lambda w: w["crate"].set(dw.Mesh.box()), "a Mesh can't be given"),
    (lambda w: w["crate"].get(dw.Mesh), "Mesh is none of the components that games declare"),
    (lambda w: w["crate"].set(Frozen(), Vigour(-1)), "Vigour.points is -1"),
    (lambda w: w.spawn("crate", components=[Vigour(-1)]), r"(?s)crate can't be spawned.*Vigour\.points is -1"),
    (lambda w: w.spawn("crate", components=[dw.Mesh.box()]), "a Mesh can't be given"),
    (lambda w: w.set([0, 99], Course()), "rows go from 0 to 99"),
    (lambda w: w.set([0.5], Course()), "whole numbers"),
    (lambda w: w.set([0], Course(), speed=[1]), "Course has no field 'speed'; it has linear, spin"),
    (lambda w: w.set([0, 1], Course(), linear=[[1, 2, 3]]), r"it must be float64 \(2, 3\)"),
    (lambda w: w.set([0], Vigour(), points=[-1.0]), "from 0 to 1000"),
    (lambda w: w.set([0], Vigour(), level=[1.5]), "it must be int64"),
    (lambda w: w.set([0], Vigour(), mood=["odd"]), "one of calm, wild"),
    (lambda w: w["crate"].tag("two words"), "single word"),
    (lambda w: w["crate"].tag(""), "single word"),
    (lambda w: setattr(w["crate"], "parent", w["crate"]), "can't hang on itself"),
    (lambda w: dw.World(w.woven, seed=-1), "seed is -1"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_mistakes_are_told_and_nothing_changes(
    world: dw.World, call: Callable[[dw.World], object], message: str
) -> None:
    before = [(e.name, e.tags, e.components) for e in world]
    with pytest.raises(dw.SceneError, match=message):
        call(world)
    assert [(e.name, e.tags, e.components) for e in world] == before


def test_a_value_that_was_kept_stays_that_of_its_object(world: dw.World) -> None:
    crates = [world.spawn("crate", name=f"c{i}", components=[Course(spin=i)]) for i in range(40)]
    kept = [crate[Course] for crate in crates]
    world.despawn(crates[3])
    world["stone"].set(Course(spin=-1))  # the tables grew, and the last one took the place of the third
    assert [value.spin for i, value in enumerate(kept) if i != 3] == [i for i in range(40) if i != 3]
    with pytest.raises(dw.SceneError, match='"c3" was despawned'):
        _ = kept[3].spin
    again = world.spawn("stone", components=[Course(spin=99)])
    assert again.row == crates[3].row
    with pytest.raises(dw.SceneError, match="despawned"):
        kept[3].spin = 5.0
    crates[4].discard(Course)
    with pytest.raises(dw.SceneError, match='"c4" has no Course any more'):
        _ = kept[4].spin


def test_what_is_spawned_carries_what_its_prototype_carries(world: dw.World) -> None:
    world["crate"][Vigour].points = 77
    one = world.spawn("crate", components=[Course((0, 0, 5)), Frozen()])
    assert one.components == [Course((0, 0, 5)), Frozen(), Vigour(77, motto="up")]
    rows = world.spawn("crate", at=np.zeros((3, 3)))
    world.set(rows, Course(spin=2), linear=[[1, 0, 0], [2, 0, 0], [3, 0, 0]])
    world.set(rows, Vigour(), motto=["a", "b", "c"], level=[1, 2, 3])
    assert [world.at(r)[Course] for r in rows.tolist()] == [Course((float(i), 0, 0), 2) for i in (1, 2, 3)]
    assert [world.at(r)[Vigour].motto for r in rows.tolist()] == ["a", "b", "c"]
    assert world["crate"].components == [Course((1, 0, 0)), Vigour(77, motto="up")]
    assert world.rows_of(Frozen).tolist() == [one.row]


# ---- queries ---------------------------------------------------------------------------------------------------


def test_a_query_moves_what_it_matches_and_touches_only_that() -> None:
    world = dw.World(dw.weave(yard(2000)))
    world.update_transforms()
    world["crate"].tag("crowd")
    query = dw.Query(dw.Position, Course, tag="crowd")
    batch = world.query(query)
    for _ in range(20):
        with batch:
            assert len(batch) == 2001
            batch[dw.Position] += batch[Course].linear * 0.5
    rows, _ = world.update_transforms()
    assert sorted(rows.tolist()) == batch.rows.tolist()
    assert world["crate"].position == (10, 0, 0)
    assert world["many-7"].position == (0, 10, 0)
    assert world["stone"].position == (0, 0, 0)
    with world.query(query) as batch:
        batch[dw.Position] += 0
        batch[dw.Position] = batch[dw.Position].copy()
    assert not len(world.update_transforms()[0])
    with world.query(query) as batch:
        batch[dw.Position][5:8, 1] = 3
    assert sorted(world.update_transforms()[0].tolist()) == batch.rows[5:8].tolist()


def test_columns_are_views_where_rows_lie_together_and_gathered_where_not() -> None:
    world = dw.World(dw.weave(yard(100)))
    query = dw.Query(dw.Position, Course, without=[Vigour])
    with world.query(query) as batch:
        assert np.shares_memory(batch[dw.Position], world.positions)
        assert np.shares_memory(batch[Course].linear, world.tables.made(Course).column("linear"))
    world.despawn(world["many-50"])
    with world.query(query) as batch:
        assert not np.shares_memory(batch[dw.Position], world.positions)
        batch[dw.Position][3] = 7
        batch[Course].spin[4] = 8
        batch[Course].linear = (1, 2, 3)
    assert world.at(int(batch.rows[3])).position == (7, 7, 7)
    assert world.at(int(batch.rows[4]))[Course] == Course((1, 2, 3), 8)
    assert world["crate"][Course] == Course((1, 0, 0))
    for _ in range(20):  # a table that is read often comes into order again
        with world.query(query) as batch:
            _ = batch[Course].linear
    with world.query(query) as batch:
        assert np.shares_memory(batch[Course].linear, world.tables.made(Course).column("linear"))
        assert (batch[Course].linear == (1, 2, 3)).all()


def test_what_must_not_happen_while_columns_are_out_is_refused() -> None:
    world = dw.World(dw.weave(yard(10)))
    query = dw.Query(dw.Position, Course)
    with world.query(query) as batch:
        for entity in batch:
            assert entity.alive
        batch[Course].linear += 1
        with pytest.raises(dw.SceneError, match=r"despawn while the columns of a batch are in use.*after the `with`"):
            world.despawn(world["many-3"])
        with pytest.raises(dw.SceneError, match="a Course can't be discarded"):
            world["many-3"].discard(Course)
        world["crate"].discard(Vigour)
        made = world.spawn("crate", at=np.ones((500, 3)))  # new ones may come; the columns grow under the batch
        batch[dw.Position] = 5
        batch.close()
        world.despawn(batch.rows[batch.rows != 0])
    assert world["crate"].position == (5, 5, 5)
    assert world["crate"][Course].linear == (2, 1, 1)
    assert world.at(int(made[0]))[Course].linear == (2, 1, 1)  # as its prototype had just become
    assert len(world.query(query)) == 501


def test_objects_may_be_despawned_while_a_query_is_gone_over() -> None:
    world = dw.World(dw.weave(yard(10)))
    world["many-4"].parent = world["many-3"]
    seen: list[str] = []
    for entity in world.query(dw.Query(Course, tag="crowd")):
        seen.append(entity.name)
        world.despawn(entity)
        world.spawn("crate")
    assert seen == [f"many-{i}" for i in range(10) if i != 4]


def test_columns_can_only_be_written_inside_with(world: dw.World) -> None:
    batch = world.query(dw.Query(dw.Position, Course))
    assert batch[dw.Position].tolist() == [[0, 0, 0]]
    with pytest.raises(ValueError, match="read-only"):
        batch[dw.Position][0] = 1
    with pytest.raises(dw.SceneError, match='Position can only be written inside "with'):
        batch[dw.Position] = 1
    with pytest.raises(dw.SceneError, match=r"Course\.linear can only be written"):
        batch[Course].linear = 1
    world.despawn(world["stone"])


def test_what_no_object_can_have_is_refused_and_leaves_the_objects_as_they_were(world: dw.World) -> None:
    world.spawn("crate", (1, 2, 3), name="far")
    before = world.positions.copy()
    for query in (dw.Query(dw.Position), dw.Query(dw.Position, Course)):
        with pytest.raises(dw.SceneError, match=r'position of "far" can\'t be \(inf'), world.query(query) as batch:
            batch[dw.Position][-1] = np.inf
        np.testing.assert_array_equal(world.positions, before)
    with pytest.raises(dw.SceneError, match="not all 0"), world.query(dw.Query(dw.Rotation)) as batch:
        batch[dw.Rotation] = 0
    with world.query(dw.Query(dw.Rotation, dw.Scale, Course)) as batch:
        batch[dw.Rotation] = (0, 0, 5, 0)
        batch[dw.Scale] *= 2
    assert world["crate"].rotation == (0, 0, 1, 0)
    assert world["far"].scale == (2, 2, 2)


def test_wrong_columns_are_refused(world: dw.World) -> None:
    with world.query(dw.Query(Course)) as batch:
        with pytest.raises(dw.SceneError, match="the query asks for Course; add Vigour to it"):
            batch[Vigour]
        with pytest.raises(AttributeError, match="Course has no field 'sped'; it has linear, spin"):
            batch[Course].sped += 1
        with pytest.raises(dw.SceneError, match=r"Course\.linear is float64 \(1, 3\); it can't be set to .* \(7,\)"):
            batch[Course].linear = np.zeros(7)
        with pytest.raises(dw.SceneError, match=r"assign to batch\[Course\]\.field"):
            batch[Course] = np.zeros(3)
        batch[dw.Position] += 1  # every object has one


def test_a_query_over_a_built_in_world_without_any_of_it_is_empty() -> None:
    world = dw.World(dw.weave(dw.Scene("empty", seed=1)))
    for query in (dw.Query(Course), dw.Query(tag="none")):
        with world.query(query) as batch:
            assert not batch
            batch[dw.Position] += 1
    assert len(world.query(dw.Query())) == len(world) == 1  # the camera


# ---- tags ------------------------------------------------------------------------------------------------------


def test_tags_change_while_the_scene_runs(world: dw.World) -> None:
    crate = world["crate"]
    burning = dw.Query(tag="burning")
    assert not world.query(burning)
    crate.tag("burning", "hot").untag("thing", "never")
    assert crate.tags == {"crate", "burning", "hot"}
    assert [e.name for e in world.query(burning)] == ["crate"]
    rows = world.spawn("stone", at=np.zeros((40, 3)))
    for i in range(40):
        world.tag(rows, f"tag-{i}")
    world.untag(rows[1:], "tag-39")
    assert world.rows_tagged("thing", "tag-39").tolist() == [rows[0]]
    assert world.at(int(rows[5])).tags == {"thing"} | {f"tag-{i}" for i in range(39)}
    assert len(world.query(dw.Query(tags=["thing", "tag-3"], without="tag-39"))) == 39


def test_the_rows_of_a_query_are_found_anew_only_when_they_may_differ(world: dw.World) -> None:
    query = dw.Query(dw.Position, Course, tag="thing", without=[Frozen, "cold"])
    rows = world.query(query).rows
    world.spawn("stone", tags={"other"})
    world["stone"].set(Vigour())
    world["crate"].tag("warm")
    assert world.query(query).rows is rows
    changes: list[Callable[[], object]] = [
        lambda: world["crate"].tag("cold"),
        lambda: world["crate"].untag("cold"),
        lambda: world["crate"].set(Frozen()),
        lambda: world["crate"].discard(Frozen),
        lambda: world["stone"].set(Course()),
        lambda: world.despawn(world["stone"]),
    ]
    found: list[list[int]] = []
    for change in changes:
        change()
        found.append(world.query(query).rows.tolist())
    assert found == [[], [0], [], [0], [0, 1], [0]]


# ---- declared anew ----------------------------------------------------------------------------------------------


def declared(body: str, name: str, file: str) -> type:
    """The class `Spring` as a file of a game declares it."""
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    exec(f"import dreamwell as dw\n@dw.component\nclass Spring:\n    {body}", module.__dict__)
    kind: type = module.__dict__["Spring"]
    return kind


def test_a_class_that_is_declared_anew_takes_over_what_objects_have(world: dw.World) -> None:
    first = declared("force: float = 1.0\n    lost: int = 3", "springs", "/game/springs.py")
    stone = world["stone"].set(first(2.5))
    second = declared("force: float = 1.0\n    damping: float = 0.5", "springs", "/game/springs.py")
    assert latest(first) is second
    assert stone[second] == second(2.5, 0.5)
    assert stone[first].damping == 0.5  # whoever still has the older class means the same
    assert len(world.query(dw.Query(first))) == 1
    assert stone.components == [second(2.5)]
    other = declared("force: float = 9.0", "b", "/game/b.py")  # another game's
    stone.set(other())
    assert (stone[first].force, stone[other].force) == (2.5, 9.0)
    assert latest(first) is second


def test_another_woven_scene_changes_what_the_game_did_not() -> None:
    before, after = (dw.Scene(name, seed=1) for name in ("before", "after"))
    old: list[list[Any]] = [[Vigour(1, 1)], [Vigour(1, 1)], [Vigour(1)], [Vigour(1)], [Vigour(1)], [], [], [Course()]]
    new: list[list[Any]] = [[Vigour(2, 2)], [Vigour(2, 2)], [], [], [Vigour(2)], [Vigour(2)], [Vigour(2)], [Course()]]
    for i, (a, b) in enumerate(zip(old, new, strict=True)):
        before.add(f"thing-{i}", *a)
        after.add(f"thing-{i}", *b)
    after.add("late", Vigour(9, motto="late"))
    world, woven = dw.World(dw.weave(before)), dw.weave(after)
    things = list(world)[:8]
    things[1][Vigour].points = 50
    things[3][Vigour].motto = "mine"
    things[4].discard(Vigour)
    things[6].set(Vigour(60))
    kept = np.arange(7, dtype=np.int32)
    world.tables.adopt(world.woven, woven, kept, came=np.array([8], np.int32), gone=np.array([7], np.int32))
    assert [thing.get(Vigour) for thing in things] == [
        Vigour(2, 2), Vigour(50, 2), None, Vigour(1, motto="mine"), None, Vigour(2), Vigour(60), None,
    ]  # fmt: skip
    assert Course not in things[7]
    assert world.at(8)[Vigour] == Vigour(9, motto="late")


PRELUDE = """
import numpy as np
import dreamwell as dw

scene, dt, burning = dw.Scene("page", seed=1), 0.1, 2000.0


@dw.component
class Frozen:
    pass


"""
WORLD = """
world = dw.World(dw.weave(scene), seed=1)
rows = world.spawn("orc", np.zeros((3, 3)))
directions = np.ones((3, 3))
world.set(rows, Velocity(), linear=directions)
"""


def test_what_the_page_shows_works(checkout: Path, tmp_path: Path) -> None:
    page = (checkout / "docs" / "world.md").read_text(encoding="utf-8")
    first, *others = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    script = tmp_path / "page.py"
    checks = "assert len(world.tagged('enemy')) == 0 and world.restore(world.snapshot()) is None\n"
    script.write_text("\n".join([PRELUDE, first, WORLD, *others, checks]), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# ---- against a plain model --------------------------------------------------------------------------------------

NAMES = ("red", "green", "blue")
numbers = st.floats(-1e6, 1e6, width=32)
vectors = st.tuples(numbers, numbers, numbers)


@dataclass
class Thing:
    """What the model knows of an object."""

    tags: set[str]
    position: tuple[float, ...]
    parts: dict[type, Any]


class Model(RuleBasedStateMachine):
    """A world beside a list of plain Python objects."""

    @initialize(count=st.integers(0, 5))
    def begin(self, count: int) -> None:
        self.world = dw.World(dw.weave(yard(count)), seed=1)
        self.things: dict[Entity, Thing] = {}
        for entity in self.world:
            parts = {type(value): value for value in entity.components}
            self.things[entity] = Thing(set(entity.tags), entity.position, parts)
        self.kept: list[tuple[Entity, Course]] = []

    def pick(self, data: st.DataObject) -> Entity:
        return data.draw(st.sampled_from(sorted(self.things, key=lambda e: e.row)))

    def some(self, data: st.DataObject) -> list[Entity]:
        chosen = st.lists(st.sampled_from(sorted(self.things, key=lambda e: e.row)), unique=True, max_size=6)
        return data.draw(chosen)

    @rule(data=st.data(), count=st.integers(0, 20), spin=numbers, tags=st.sets(st.sampled_from(NAMES)))
    def spawn(self, data: st.DataObject, count: int, spin: float, tags: set[str]) -> None:
        like = self.pick(data)
        if count == 0:
            made = [self.world.spawn(like, tags=tags, components=[Course(spin=spin)])]
        else:
            rows = self.world.spawn(like, np.zeros((count, 3)), tags=tags, components=[Course(spin=spin)])
            made = [self.world.at(row) for row in rows.tolist()]
        for entity in made:
            parts = {**self.things[like].parts, Course: Course(spin=spin)}
            self.things[entity] = Thing(set(tags), (0.0, 0.0, 0.0), parts)

    @rule(data=st.data())
    def despawn(self, data: st.DataObject) -> None:
        gone = [e for e in self.some(data) if e != self.world.camera]
        self.world.despawn(np.array([e.row for e in gone], np.int32))
        for entity in gone:
            del self.things[entity]

    @rule(data=st.data(), drift=st.none() | vectors, points=st.none() | st.floats(0, 1000))
    def set(self, data: st.DataObject, drift: tuple[float, float, float] | None, points: float | None) -> None:
        entity = self.pick(data)
        values = [Frozen() if drift is None else Course(drift)]
        values += [] if points is None else [Vigour(points, motto=str(points))]  # type: ignore[list-item]
        entity.set(*values)
        self.things[entity].parts.update((type(value), value) for value in values)

    @rule(data=st.data(), kind=st.sampled_from(KINDS))
    def discard(self, data: st.DataObject, kind: type) -> None:
        gone = self.some(data)
        self.world.discard([e.row for e in gone], kind)
        for entity in gone:
            self.things[entity].parts.pop(kind, None)

    @rule(data=st.data(), tag=st.sampled_from(NAMES), on=st.booleans())
    def tag(self, data: st.DataObject, tag: str, on: bool) -> None:
        chosen = self.some(data)
        (self.world.tag if on else self.world.untag)([e.row for e in chosen], tag)
        for entity in chosen:
            (self.things[entity].tags.add if on else self.things[entity].tags.discard)(tag)

    @rule(data=st.data(), spin=numbers)
    def write_one(self, data: st.DataObject, spin: float) -> None:
        entity = self.pick(data)
        if Course in entity:
            entity[Course].spin = spin
            self.things[entity].parts[Course] = replace(self.things[entity].parts[Course], spin=spin)
            self.kept.append((entity, entity[Course]))

    @rule(data=st.data(), shift=vectors, times=st.integers(1, 10), inner=st.booleans())
    def query(self, data: st.DataObject, shift: tuple[float, float, float], times: int, inner: bool) -> None:
        kinds = data.draw(st.sets(st.sampled_from(KINDS)).map(lambda s: sorted(s, key=str)))
        tags = data.draw(st.sets(st.sampled_from(NAMES)).map(sorted))
        without: list[Any] = data.draw(st.lists(st.sampled_from((*KINDS, *NAMES)), max_size=2))
        query = dw.Query(dw.Position, *kinds, tags=tags, without=without)
        wanted = [
            entity
            for entity, thing in sorted(self.things.items(), key=lambda item: item[0].row)
            if all(kind in thing.parts for kind in kinds)
            and thing.tags.issuperset(tags)
            and not any(one in (thing.tags if isinstance(one, str) else thing.parts) for one in without)
        ]
        for _ in range(times):
            with self.world.query(query) as batch:
                assert list(batch) == wanted
                assert batch.rows.tolist() == [e.row for e in wanted]
                if Course in kinds:
                    batch[Course].linear += shift
                    batch[Course].spin = np.arange(len(batch))
                if inner:  # the same columns once more, while they are out
                    with self.world.query(query) as second:
                        second[dw.Position][:] = shift
                else:
                    batch[dw.Position] = shift
        for i, entity in enumerate(wanted):
            thing = self.things[entity]
            thing.position = tuple(np.array(shift, np.float32).tolist())
            for _ in range(times if Course in kinds else 0):
                drift = thing.parts[Course]
                x, y, z = (a + b for a, b in zip(drift.linear, shift, strict=True))
                thing.parts[Course] = Course((x, y, z), float(i))

    @invariant()
    def same(self) -> None:
        assert set(self.world) == set(self.things)
        for entity, thing in self.things.items():
            assert entity.tags == thing.tags
            assert entity.position == thing.position
            found = {type(value): value for value in entity.components}
            assert found == thing.parts
        for kind in KINDS:
            carriers = sorted(e.row for e, thing in self.things.items() if kind in thing.parts)
            assert self.world.rows_of(kind).tolist() == carriers
        for entity, value in self.kept:
            if entity in self.things and Course in self.things[entity].parts:
                assert value == self.things[entity].parts[Course]
            else:
                with pytest.raises(dw.SceneError):
                    _ = value.spin
        assert self.world.open_batches == 0


Model.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_a_world_is_as_a_list_of_plain_objects = Model.TestCase
