"""What whoever draws a world asks it once a frame: what moved, and what shows something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..shaders.structs import NONE
from .affine import odd
from .roster import Looks
from .rows import distinct
from .transforms import NO_ROWS

if TYPE_CHECKING:
    from .world import World

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

_NO_WORLD: F32 = np.empty((0, 3, 4), np.float32)
_NO_WORLD.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """What changed since it was last asked for.

    alone: (k,) int32 rows that hang on nothing and nothing hangs on, with position (k, 3), rotation (k, 4), scale
    (k, 3); a range where most of them lie behind one another, of which some may be where they were, or be no objects.
    in_trees: (m,) int32 rows, with world (m, 3, 4) world_from_local.
    To be used before anything else moves: they may be views of the columns.
    """

    alone: I32 | range
    position: F32
    rotation: F32
    scale: F32
    in_trees: I32
    world: F32


_NOTHING_MOVED = Moved(NO_ROWS, _NO_WORLD[:, 0, :3], _NO_WORLD[:, 0], _NO_WORLD[:, 0, :3], NO_ROWS, _NO_WORLD)


def updated(world: World) -> tuple[I32, F32]:
    """See `World.update_transforms`."""
    found = moved(world)
    alone = found.alone
    if isinstance(alone, range):
        alone = world.roster.living(np.arange(alone.start, alone.stop, dtype=np.int32))
        alone = alone[alone != world.viewpoints.made]
    rows = np.concatenate([alone, found.in_trees]) if len(alone) else found.in_trees
    return (rows, world.transforms.world_of(rows)) if len(rows) else (NO_ROWS, _NO_WORLD)


def moved(world: World) -> Moved:
    """See `World.moved`."""
    t = world.transforms
    alone, in_trees = t.update()
    if not len(alone) and not len(in_trees):
        return _NOTHING_MOVED
    in_trees = _known(world, in_trees)
    if not isinstance(alone, range):
        alone = _known(world, alone)
    elif alone.stop - 1 == world.viewpoints.made:
        alone = alone[:-1]
    position, rotation, scale = t.places(alone)
    mirrors = world.mirrors
    if len(alone) and mirrors.may_be(scale):
        world.roster.turn(mirrors.note(alone, odd(scale < 0)))
    if not len(in_trees):
        return Moved(alone, position, rotation, scale, NO_ROWS, _NO_WORLD)
    if mirrors.may_be(t.scale_of(in_trees)):
        world.roster.turn(mirrors.note(in_trees, t.mirrored(in_trees)))
    return Moved(alone, position, rotation, scale, in_trees, t.world_of(in_trees))


def _known(world: World, rows: I32) -> I32:
    """Those of some rows that are objects, and known to the woven scene or drawn since."""
    rows = world.roster.living(rows)
    if world.viewpoints.made < 0:
        return rows
    others = rows != world.viewpoints.made
    return rows if others.all() else rows[others]


def changed_looks(world: World) -> tuple[Looks, NDArray[np.bool_]] | None:
    """See `World.changed_looks`."""
    looks = world.roster.unsent()
    if looks is None:
        return None
    mirrored = np.zeros(len(looks.rows), bool)
    shown = looks.mesh >= 0
    mirrored[shown] = world.transforms.mirrored(looks.rows[shown])
    if len(looks.rows) and (world.mirrors.any or mirrored.any()):
        world.mirrors.note(looks.rows, mirrored)
    return looks, mirrored


def rows_that_moved(world: World) -> I32:
    """See `World.rows_that_moved`."""
    t, woven = world.transforms, world.woven.objects
    known = min(len(woven.ids), t.count)
    found = [np.arange(known, t.count)]
    for name, before in (
        ("_parent", woven.parents),
        ("_position", woven.position),
        ("_rotation", woven.rotation),
        ("_scale", woven.scale),
    ):
        now = t.column(name)
        if now is not before:  # else nobody wrote to it
            found.append(np.flatnonzero(now[:known] != before[:known]) // before[:1].size)
    rows = distinct(np.concatenate(found).astype(np.int32))
    return _known(world, distinct(t.with_all_below(rows)))


def placed_lights(world: World, lights: I32) -> NDArray[np.void]:
    """See `World.placed_lights`."""
    values = world.appearance.lights.rows[lights]
    lit = values["object"] != NONE
    placed = world.transforms.world_of(values["object"][lit].astype(np.int32))
    back = placed[:, :, 2] / np.maximum(np.linalg.norm(placed[:, :, 2], axis=1, keepdims=True), 1e-20)
    values["position"][lit], values["direction"][lit] = placed[:, :, 3], -back
    return values
