"""What is said of new objects and of places to go to, checked: arrays of the shape and kind that they must have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .declare import SINGLE_MAX
from .entity import Entity
from .errors import SceneError
from .transforms import NO_ROWS

if TYPE_CHECKING:
    from .world import World

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


def single_words(tags: Iterable[Any]) -> list[str]:
    """Tags as a scene may have them: single words. Raises SceneError."""
    wanted = list(tags)
    for tag in wanted:
        if not isinstance(tag, str) or not tag or any(c.isspace() or not c.isprintable() for c in tag):
            raise SceneError(f"{tag!r} can't be a tag; it must be a single word (text)")
    return wanted


def words(name: str, tags: Iterable[str]) -> frozenset[str]:
    """The tags of a new object. Raises SceneError for one text in place of several."""
    if isinstance(tags, str):
        raise SceneError(f'{name}: tags is the text "{tags}"; it must be a set of texts, as in tags={{"{tags}"}}')
    return frozenset(single_words(tags))


def checked_name(name: Any) -> str:
    """The name of a new object. Raises SceneError for what is no text, or has half a character in it."""
    if not isinstance(name, str) or any("\ud800" <= c <= "\udfff" for c in name):
        raise SceneError(f"{name!r} can't be the name of an object; it must be a text of whole characters")
    return name


def arranged(name: str, at: ArrayLike, rotation: ArrayLike, scale: ArrayLike) -> tuple[F32, F32, F32, bool]:
    """Where to spawn: (k, 3), (k, 4) of unit length, (k, 3); and whether one point was meant. Raises SceneError."""
    try:
        places, turns, factors = (np.asarray(value, np.float64) for value in (at, rotation, scale))
    except (ValueError, TypeError) as error:
        raise SceneError(f"{name} can't be spawned: {error}") from None
    alone = places.ndim == 1
    places = np.atleast_2d(places)
    k = len(places)
    if places.shape != (k, 3):
        raise SceneError(f"{name} can't be spawned: `at` has the shape {np.shape(at)}; it must be (3,) or (k, 3)")
    for what, value, shapes in (
        ("rotation", turns, ((4,), (k, 4))),
        ("scale", factors, ((), (3,), (k,), (k, 3))),
    ):
        if value.shape not in shapes:
            raise SceneError(f"{name} can't be spawned: `{what}` has the shape {value.shape}; it must be {shapes[-1]}")
    if factors.shape == (k,) and k != 3:
        factors = factors[:, None]
    length = np.linalg.norm(turns, axis=-1, keepdims=True)
    with np.errstate(all="ignore"):  # what becomes infinite, or was not a rotation, is looked for below
        columns = [c.astype(np.float32) for c in (places, turns / length, factors)]
    if not all(np.isfinite(column).all() for column in columns):
        raise SceneError(f"{name} can't be spawned: at, rotation and scale must be finite, and the rotation not all 0")
    return columns[0], np.broadcast_to(columns[1], (k, 4)), np.broadcast_to(columns[2], (k, 3)), alone


def teleport(
    world: World, what: Entity | Sequence[Entity] | ArrayLike, at: ArrayLike, rotation: ArrayLike | None
) -> None:
    """See `World.teleport`."""
    t = world.transforms
    rows = rows_given(world, what, "teleport")
    places, turns = _places_to_go(len(rows), at, rotation)
    t.position[rows] = places
    if turns is not None:
        t.rotation[rows] = turns
    t.jump(rows)
    if world.schedule.simulation is not None:
        world.schedule.simulation.jumped(rows)


def _places_to_go(count: int, at: ArrayLike, rotation: ArrayLike | None) -> tuple[F64, F64 | None]:
    """Where to teleport `count` objects: (3,) or (count, 3), (4,) or (count, 4) of unit length. Raises SceneError."""
    values = {"at": (at, 3), **({} if rotation is None else {"rotation": (rotation, 4)})}
    columns: dict[str, F64] = {}
    for field, (value, wide) in values.items():
        try:
            column = np.asarray(value, np.float64)
        except (ValueError, TypeError) as error:
            raise SceneError(f"teleport: `{field}` is no array of numbers: {error}") from None
        if column.shape not in ((wide,), (count, wide)):
            wanted = f"({wide},) or {(count, wide)}"
            raise SceneError(f"teleport: `{field}` has the shape {column.shape}; it must be {wanted}")
        if not (np.abs(column) <= SINGLE_MAX).all() or (wide == 4 and not column.any(axis=-1).all()):
            raise SceneError(f"teleport: `{field}` must be finite, and a rotation not all 0")
        columns[field] = column
    if rotation is None:
        return columns["at"], None
    return columns["at"], columns["rotation"] / np.linalg.norm(columns["rotation"], axis=-1, keepdims=True)


def rows_given(world: World, which: Entity | Sequence[Entity] | ArrayLike, what: str) -> I32:
    """(k,) rows of objects, as they were given: by number, one handle or several. Raises SceneError."""
    if isinstance(which, Entity):
        return np.array([world.own(which).live_row()], np.int32)
    if isinstance(which, (list, tuple)) and any(isinstance(one, Entity) for one in which):
        chosen = np.asarray([world.own(one).live_row() if isinstance(one, Entity) else one for one in which])
    else:
        chosen = np.atleast_1d(np.asarray(which))
    if not len(chosen):
        return NO_ROWS
    if chosen.ndim != 1 or not np.issubdtype(chosen.dtype, np.integer):
        found = f"{chosen.dtype} {chosen.shape}"
        raise SceneError(f"{what}: the rows are {found}; they must be (k,) whole numbers")
    if not (chosen.min() >= 0 and chosen.max() < len(world.names)):
        raise SceneError(f"{what}: the rows go from {chosen.min()} to {chosen.max()}; there are {len(world.names)}")
    gone = world.roster.dead(chosen.astype(np.int32))
    if len(gone):
        raise SceneError(f'{what}: "{world.names[int(gone[0])]}" (row {gone[0]}) was despawned')
    return chosen.astype(np.int32)
