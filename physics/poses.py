"""Where objects are in the world as bodies have it: place, turn and size, without shear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..engine.transforms import Transforms
from .physics_world import F32, F64, I32
from .rotations import inverse, multiplied, turned


@dataclass(slots=True, eq=False)
class Poses:
    """Where k rows are in the world. position (k, 3), rotation (k, 4), scale (k, 3): float64."""

    position: F64
    rotation: F64
    scale: F64


def poses_of(transforms: Transforms, rows: I32) -> Poses:
    """Where some rows are in the world, up to date; shear, which bodies can't have, is left out."""
    return poses_up_to(transforms, rows, np.full(len(rows), -1, np.int32))


def poses_on(transforms: Transforms, rows: I32, owner: I32) -> Poses:
    """Where colliders are on their bodies, and how large in the world."""
    local = poses_up_to(transforms, rows, owner)
    local.scale = poses_of(transforms, rows).scale
    whole = poses_of(transforms, owner).scale
    local.position *= whole  # a body has no scale of its own: it is in the shapes
    return local


def poses_up_to(transforms: Transforms, rows: I32, stop: I32) -> Poses:
    """Where some rows (k,) are in the space of others (k,) above them, -1 for the world."""
    t = transforms
    own = rows == stop
    place, turn, factors = t.places(rows)
    position, rotation = place.astype(np.float64), turn.astype(np.float64)
    scale = factors.astype(np.float64)
    if own.any():
        position[own], rotation[own], scale[own] = 0.0, (0.0, 0.0, 0.0, 1.0), 1.0
    above = np.where(own, -1, t.parent[rows])
    above = np.where(above == stop, -1, above)
    while (above >= 0).any():
        at = np.flatnonzero(above >= 0)
        up = above[at].astype(np.int32)
        p, q, s = (column.astype(np.float64) for column in t.places(up))
        position[at] = p + turned(q, s * position[at])
        rotation[at] = multiplied(q, rotation[at])
        scale[at] *= s
        nearer = t.parent[up]
        above[at] = np.where(nearer == stop[at], -1, nearer)
    return Poses(position, rotation, scale)


def below_parents(transforms: Transforms, rows: I32, position: F32, rotation: F32) -> tuple[F32, F32]:
    """Poses in the world → relative to the parents."""
    above = poses_of(transforms, transforms.parent[rows])
    back = inverse(above.rotation)
    place = turned(back, position - above.position) / above.scale
    return place.astype(np.float32), multiplied(back, rotation.astype(np.float64)).astype(np.float32)


def depths_above(transforms: Transforms, rows: I32) -> I32:
    """(k,) on how many others, one above the other, some rows hang."""
    depth = np.zeros(len(rows), np.int32)
    above = transforms.parent[rows]
    while (above >= 0).any():
        at = np.flatnonzero(above >= 0)
        depth[at] += 1
        above[at] = transforms.parent[above[at]]
    return depth
