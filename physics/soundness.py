"""Which bodies can be simulated: columns may be written past all checks, and parents may lie anywhere."""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import bounds_of, problems_of
from ..engine.errors import PhysicsError
from ..engine.scene.physics import Body, BodyKind
from ..engine.tables import Table
from ..engine.world import World
from .physics_world import F32, F64, I32
from .poses import poses_of

Bools = NDArray[np.bool_]
MOST_TOLD = 20
"""Problems that one error lists."""
FARTHEST = 1e9
"""Metres from the origin: what goes farther is halted. Single precision tells apart 64 m there."""


def sound_places(position: F32 | F64, rotation: F32 | F64) -> Bools:
    """(k,) whether places (k, 3) and quaternions (k, 4) can be simulated."""
    length = np.einsum("ij,ij->i", rotation, rotation)
    near = np.abs(position).max(axis=1, initial=0) <= FARTHEST  # not so for NaN
    sound: Bools = near & (length > 1e-6) & (length < 1e6)
    return sound


def sound_bodies(world: World, rows: I32, unknown: Bools) -> Bools:
    """(k,) whether objects can be bodies: what their Bodies say, and the places of the `unknown` ones (k,)."""
    table = world.tables.made(Body)
    slots = table.slots(rows)
    has = slots >= 0
    sound = np.ones(len(rows), bool)
    sound[has] = _sound_values(table, slots[has])
    if unknown.any():
        poses = poses_of(world.transforms, rows[unknown])
        sound[unknown] &= sound_places(poses.position, poses.rotation)
    return sound


def _sound_values(table: Table, slots: NDArray[np.intp] | I32) -> Bools:
    sound = np.isin(table.look("kind")[slots].astype("U"), get_args(BodyKind))
    for field in table.fields:
        column = table.look(field.name)
        if column.dtype.kind == "f":
            low, high = bounds_of(field)
            fits = (column[slots] >= low) & (column[slots] <= high)
            sound &= fits if fits.ndim == 1 else fits.all(axis=1)
    return sound


def why_not(world: World, row: int) -> PhysicsError:
    """Why an object can't be a body."""
    name, table = world.names[row], world.tables.made(Body)
    slot = table.slot(row)
    problems = [] if slot < 0 else list(problems_of(table.value(slot), name, "Body."))
    if problems:
        return PhysicsError(f"{problems[0]}; it is left out until then")
    return nowhere(world, np.array([row], np.int32))


def all_of(problems: list[PhysicsError]) -> PhysicsError:
    """Several as one."""
    texts = list(dict.fromkeys(map(str, problems)))
    if len(texts) == 1:
        return problems[0]
    more = [f"and {len(texts) - MOST_TOLD} more"] if len(texts) > MOST_TOLD else []
    return PhysicsError("\n  ".join([f"{len(texts)} problems:", *texts[:MOST_TOLD], *more]))


def nowhere(world: World, rows: I32) -> PhysicsError:
    """Objects (k,) are where bodies can't be."""
    shown = ", ".join(f'"{world.names[row]}"' for row in rows[:5].tolist())
    shown += f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    return PhysicsError(
        f"{shown}: no place that can be simulated; they stand still until they are put elsewhere "
        f"(finite numbers, at most {FARTHEST:g} m away; a velocity or a force may have been too large)"
    )
