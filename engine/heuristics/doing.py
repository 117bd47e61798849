"""What rules do in a round: kind by kind, whatever rule it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..declare import SINGLE_MAX, bounds_of
from ..entity import Entity
from ..errors import SceneError
from ..game.events import Signal
from ..scene.expressions import Expression
from ..scene.prefabs import Prefab
from ..scene.rules.rule import PUSHES, is_file
from .compiled import Act, Compiled
from .firing import Fired, Firing
from .frame import places
from .rest import generations_of

if TYPE_CHECKING:
    from ..world import World

Bools = NDArray[np.bool_]
I32 = NDArray[np.int32]


def carry_out(
    world: World, fired: list[Fired], runs: Callable[[Compiled], bool], fail: Callable[[Compiled, Exception, Any], None]
) -> None:
    """Do what the rules of one round do, kind by kind.

    runs: whether a rule is still to act.  fail: called with a rule, what it raised, and the function that raised it.
    """
    gone: list[tuple[Fired, I32]] = []
    for deeds, work in (
        (("set", "add", "tag", "untag", *PUSHES), _change),
        (("spawn",), _spawn),
        (("emit", "event"), _emit),
        (("call",), _call),
    ):
        for one in fired:
            for act, value in zip(one.rule.acts, one.values, strict=True):
                if act.then.do in deeds and runs(one.rule):
                    try:
                        if work is _change:
                            with np.errstate(all="ignore"):  # what is not finite is refused
                                work(one, act, value)
                        else:
                            work(one, act, value)
                    except Exception as error:
                        fail(one.rule, error, act.function)
    for one in fired:
        for act in one.rule.acts:
            if act.then.do == "despawn" and runs(one.rule):
                gone.append((one, _alive(one, act)))
    for one, rows in gone:
        rows = world.roster.living(rows[rows < len(world.roster)])
        if len(rows):
            try:
                world.despawn(rows)
            except Exception as error:
                fail(one.rule, error, None)


def _targets(one: Fired, act: Act) -> tuple[I32, Bools | None]:
    """(m,) rows that an action is for, and which of the firing's (k,) those are; None: all."""
    firing = one.firing
    if act.then.target == "self":
        return firing.rows, None
    there = firing.others >= 0
    return firing.others[there], there


def _alive(one: Fired, act: Act) -> I32:
    """(m,) rows that an action is for, of those that are still the objects that they were."""
    rows, there = _targets(one, act)
    world = one.firing.world
    before = one.generations if act.then.target == "self" else one.other_generations
    before = before if there is None else before[there]
    known = rows < len(world.roster)
    rows, before = rows[known], before[known]
    still: I32 = rows[generations_of(world, rows) == before]
    return still


def _change(one: Fired, act: Act, value: Any) -> None:
    """Set or add to a field, change tags, or push."""
    world = one.firing.world
    rows, there = _targets(one, act)
    if not len(rows):
        return
    if act.then.do in ("tag", "untag"):
        world.roster.tag(rows, act.then.tags, act.then.do == "tag")
        return
    if isinstance(value, np.ndarray) and there is not None:
        value = value[there]
    place = act.place
    if place is None or place.motion:
        _move_body(world, rows, act, value)
        return
    once = one.rule.event is None and not one.rule.signal and act.then.target == "self" and not _spreads(one.rule)
    if place.kind is None:
        _move(world, rows, act, value, once)
        return
    table = world.tables.made(place.kind)
    slots = table.slots(rows)
    if act.then.target == "other":
        has = slots >= 0
        slots, value = slots[has], value[has] if isinstance(value, np.ndarray) else value
    column = table.column(place.field)
    part = column if place.part < 0 else column[:, place.part]
    assert place.declared is not None
    if not isinstance(value, np.ndarray):  # a text
        part[slots] = value
        return
    _finite(value, world, rows, act.then.name)
    low, high = bounds_of(place.declared)
    if column.dtype == bool:
        part[slots] = value.astype(bool)
        return
    if act.then.do == "set":
        part[slots] = _fitted(value, low, high, part.dtype)
    elif once:
        part[slots] = _fitted(part[slots] + value, low, high, part.dtype)
    else:
        whole = part.astype(np.float64)
        np.add.at(whole, slots, value)
        slots = np.unique(slots)
        part[slots] = _fitted(whole[slots], low, high, part.dtype)


def _move(world: World, rows: I32, act: Act, value: Any, once: bool) -> None:
    """Set or add to positions and scales."""
    place = act.place
    assert place is not None
    column = world.positions if place.field == "position" else world.scales
    part = column if place.part < 0 else column[:, place.part]
    _finite(value, world, rows, act.then.name)
    if act.then.do == "set":
        made = value
    elif once:
        made = part[rows] + value
    else:
        whole = part.astype(np.float64)
        np.add.at(whole, rows, value)
        rows = np.unique(rows)
        made = whole[rows]
    _finite(made, world, rows, act.then.name)
    part[rows] = made
    world.touch(rows)


def _move_body(world: World, rows: I32, act: Act, value: Any) -> None:
    """Push bodies, or set or add to what they do."""
    then, place, bodies = act.then, act.place, world.physics.columns
    _finite(value, world, rows, then.name or then.do)
    if place is None:
        bodies.push(rows, value, sudden=then.do == "impulse")
    elif place.field == "asleep":
        bodies.rest(rows, value.astype(bool))
    else:
        turning = place.field == "angular_velocity"
        bodies.move(rows, value, place.part, turning=turning, more=then.do == "add")


def _spawn(one: Fired, act: Act, value: Any) -> None:
    rows, _ = _targets(one, act)
    if len(rows):
        world, then = one.firing.world, act.then
        what = Prefab(then.name) if is_file(then.name) else then.name
        at = places(world, rows) + np.array(then.at)
        world.spawn(what, at=at, tags=then.tags or None)


def _emit(one: Fired, act: Act, value: Any) -> None:
    firing, name = one.firing, act.then.name
    world = firing.world
    emit = world.schedule.emit
    pairs = zip(firing.rows.tolist(), firing.others.tolist(), strict=True)
    if act.then.do == "emit":
        for row, other in pairs:
            emit(Signal(name, Entity(world, row), Entity(world, other) if other >= 0 else None))
        return
    assert act.kind is not None
    for i, (row, other) in enumerate(pairs):
        parties = {"self": Entity(world, row), "other": Entity(world, other) if other >= 0 else None}
        given: dict[str, Any] = {}
        for field, what in act.fields.items():
            given[field] = _plain(value[field], i) if isinstance(what, Expression) else parties[what]
        emit(act.kind(**given))


def _call(one: Fired, act: Act, value: Any) -> None:
    firing, world = one.firing, one.firing.world
    fits = firing.rows < len(world.roster)
    fits[fits] = generations_of(world, firing.rows[fits]) == one.generations[fits]
    if not fits.all():
        events = tuple(e for e, fit in zip(firing.events, fits.tolist(), strict=False) if fit)
        rows, others = firing.rows[fits], firing.others[fits]
        firing = Firing(world, firing.rule, rows, others, events, firing.dt)
    if len(firing) and act.function is not None:
        act.function(firing)


def _spreads(compiled: Compiled) -> bool:
    """Whether an object can be in one firing more than once."""
    when = compiled.rule.when
    return any(spec is not None and spec.each for spec in (when.within, when.sees))


def _plain(values: Any, i: int) -> Any:
    """One item of a column in plain Python."""
    if not isinstance(values, np.ndarray):
        return values
    one = values[i]
    if isinstance(one, np.ndarray):
        return tuple(one.tolist())
    return one.item() if isinstance(one, np.generic) else one


def _finite(value: NDArray[Any], world: World, rows: I32, name: str) -> None:
    """Raises SceneError where a field would get what is no number."""
    if value.dtype == bool:
        return
    flat = np.abs(value).reshape(len(value), -1)
    bad = ~(flat <= SINGLE_MAX).all(axis=1)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        who = world.names[int(rows[first])]
        raise SceneError(
            f'{name} of "{who}" would become {_plain(value, first)}; it must be finite (was it divided by 0?)'
        )


def _fitted(value: NDArray[Any], low: float, high: float, dtype: Any) -> NDArray[Any]:
    """Within what a declaration allows, and of its type."""
    if np.issubdtype(dtype, np.integer):
        low, high = max(low, -(2.0**53)), min(high, 2.0**53)
        value = np.rint(value)
    fitted: NDArray[Any] = np.clip(value, low, high).astype(dtype)
    return fitted
