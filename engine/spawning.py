"""Objects that come into a running world, with all that they show, carry and do; and objects that go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import math as dmath
from .entity import Entity
from .errors import SceneError
from .game.behaviour import Behaviour
from .live import Live, kind_of
from .placing import arranged, checked_name, rows_given, words
from .rows import distinct
from .scalar import taken_apart
from .scene.components import Camera
from .scene.lights import LIGHTS
from .scene.prefabs import Prefab, stem_of
from .tables import checked

if TYPE_CHECKING:
    from .world import World

I32 = NDArray[np.int32]


def spawn(
    world: World,
    prototype: Entity | str | Prefab,
    at: ArrayLike,
    rotation: ArrayLike | None,
    scale: ArrayLike | None,
    name: str | None,
    tags: Iterable[str] | None,
    parent: Entity | None,
    components: Iterable[Any],
) -> Entity | I32:
    """New objects, see `World.spawn`."""
    if isinstance(prototype, Prefab):
        return _spawn_prefab(world, prototype, at, rotation, scale, name, tags, parent, components)
    like = world[prototype] if isinstance(prototype, str) else prototype
    t, row = world.transforms, like.live_row()
    stem = like.name if name is None else checked_name(name)
    own = like.tags if tags is None else words(stem, tags)
    places, turns, factors, alone = arranged(
        stem, at, like.rotation if rotation is None else rotation, like.scale if scale is None else scale
    )
    above = -1 if parent is None else world.own(parent).live_row()
    given = _checked(world, components, stem)
    live = [cast("Behaviour", value) for value in given if isinstance(value, Live)]
    values = [value for value in given if not isinstance(value, Live)]
    mesh, material = world.roster.look(row)
    count = len(places)
    rows = world.roster.add(count, stem, numbered=not alone, tags=own, mesh=mesh, material=material)
    world.generations = world.roster.generations
    t.spawn(rows, world.roster.rows.end, places, turns, factors, above)
    world.tables.copy(row, rows, values)
    world.schedule.attached.copy_to(row, rows, live)
    return Entity(world, int(rows[0])) if alone else rows


def _spawn_prefab(
    world: World,
    prefab: Prefab,
    at: ArrayLike,
    rotation: ArrayLike | None,
    scale: ArrayLike | None,
    name: str | None,
    tags: Iterable[str] | None,
    parent: Entity | None,
    components: Iterable[Any],
) -> Entity | I32:
    stem = stem_of(prefab) if name is None else checked_name(name)
    given = _checked(world, components, stem)
    own = frozenset[str]() if tags is None else words(stem, tags)
    turn = dmath.IDENTITY_QUATERNION if rotation is None else rotation
    places, turns, factors, alone = arranged(stem, at, turn, 1.0 if scale is None else scale)
    above = -1 if parent is None else world.own(parent).live_row()
    if prefab not in world.woven.prefabs:
        make_ready(world, prefab)
    parts, roster, t = world.woven.prefabs[prefab], world.roster, world.transforms
    roots = roster.add(len(places), stem, numbered=not alone, tags=own, mesh=-1, material=-1)
    t.spawn(roots, roster.rows.end, places, turns, factors, above)
    if len(parts.ids):
        rows = roster.add_parts(roots, parts)
        k = len(roots)
        hang = np.where(parts.parents >= 0, rows[:, parts.parents], roots[:, None]).ravel()
        place, turned, size = (np.tile(c, (k, 1)) for c in (parts.position, parts.rotation, parts.scale))
        t.spawn(rows.ravel(), roster.rows.end, place, turned, size, hang)
        for part, value in parts.components:
            _give(world, rows[:, part], value)
    world.generations = roster.generations
    for value in given:
        if isinstance(value, Live):
            for row in roots.tolist():
                world.schedule.attached.attach(row, cast("Behaviour", value).copy())
        else:
            _give(world, roots, value)
    return Entity(world, int(roots[0])) if alone else roots


def _checked(world: World, components: Iterable[Any], stem: str) -> list[Any]:
    """Components that are to be spawned with, behaviours as they are. Raises SceneError."""
    given = list(components)
    for value in given:
        if isinstance(value, Live):
            world.schedule.attached.check(cast("Behaviour", value), stem)
    return [value if isinstance(value, Live) else checked(value, f"{stem} can't be spawned") for value in given]


def _give(world: World, rows: I32, value: Any) -> None:
    """A component of a prefab for each of its new objects (k,)."""
    if isinstance(value, LIGHTS):
        world.appearance.add_lights(rows, value)
    elif isinstance(value, Camera):
        world.viewpoints.put(rows, value)
    elif issubclass(kind_of(value), Live):
        for row in rows.tolist():
            world.schedule.attached.attach(row, value)
    else:
        world.tables.made(type(value)).put(rows, taken_apart(value))


def make_ready(world: World, prefab: Prefab) -> None:
    """Have a prefab woven that was not woven along, see `World.make_ready`."""
    if world.weaver is None:
        raise SceneError(
            f'"{prefab.file}" can\'t be spawned: it was not woven along; name it in `scene.prefabs`, '
            "or play the scene in an App, which weaves what is missing"
        )
    world.adopt(world.weaver(prefab))
    assert prefab in world.woven.prefabs


def despawn(world: World, what: Entity | Sequence[Entity] | ArrayLike) -> None:
    """Take objects out of a world, and all that hangs on them, see `World.despawn`."""
    world.refuse_open("despawn")
    rows = distinct(rows_given(world, what, "despawn"))
    if not len(rows):
        return
    rows, viewpoints = world.transforms.with_all_below(rows), world.viewpoints
    if (rows == viewpoints.chosen).any():
        raise SceneError(
            f'"{world.names[viewpoints.chosen]}" is looked through; set `world.camera` to another one first'
        )
    told, rows = rows, world.schedule.attached.leave(rows)
    while len(late := np.setdiff1d(world.transforms.with_all_below(rows), told)):  # hung on them by an `on_destroy`
        if (late == viewpoints.chosen).any():
            world.transforms.hang(viewpoints.chosen, -1)
            continue
        told, rows = np.concatenate([told, late]), np.concatenate([rows, world.schedule.attached.leave(late)])
    viewpoints.drop(rows)
    world.appearance.put_out(rows)
    world.tables.drop(rows)
    world.roster.remove(rows)
    world.generations = world.roster.generations
    end = world.roster.rows.end
    world.transforms.release(rows, end)
    world.mirrors.shorten(end)
