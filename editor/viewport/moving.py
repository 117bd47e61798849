"""What a drag of a gizmo does to objects, many at once: columns in, columns out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...engine import math as dmath
from ...engine.scene.scene import Scene
from ..core.view import Mode, Pivot, Space
from .gizmo import Change

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Start:
    """n objects as they were when a drag began.

    rows: (n,) of the scene.  position (n, 3), rotation (n, 4), scale (n, 3): relative to the parents.
    above (n, 3, 4): world_from_parent.  above_turn (n, 4): the parents' turns, without what stretches them.
    """

    rows: I64
    position: F64
    rotation: F64
    scale: F64
    above: F64
    above_turn: F64

    @property
    def world(self) -> F64:
        """(n, 3) where they are, world, metres."""
        found: F64 = np.einsum("nij,nj->ni", self.above[:, :, :3], self.position) + self.above[:, :, 3]
        return found

    @property
    def turn(self) -> F64:
        """(n, 4) how they are turned, world."""
        return dmath.multiply_quaternions(self.above_turn, self.rotation)


def topmost(scene: Scene, rows: I64) -> I64:
    """Those of some rows (k,) that hang on none of the others, in their order."""
    chosen = np.zeros(len(scene) + 1, bool)  # the last one is nobody, whom parents of -1 name
    chosen[rows] = True
    above, below_one = scene.parents[rows].astype(np.int64), np.zeros(len(rows), bool)
    for _ in range(len(scene)):
        if (above < 0).all():
            break
        below_one |= chosen[above]
        above = np.where((above >= 0) & ~below_one, scene.parents[above], -1)
    return rows[~below_one]


def worlds(scene: Scene, rows: I64) -> tuple[F64, F64]:
    """(k, 3, 4) world_from_local of some rows, and (k, 4) their turns in the world; -1 is the world itself."""
    out = np.zeros((len(rows), 3, 4))
    out[:, :, :3] = np.eye(3)
    turn = np.tile(np.array(dmath.IDENTITY_QUATERNION), (len(rows), 1))
    at, left = rows.astype(np.int64).copy(), len(scene)
    while (at >= 0).any() and left:
        left -= 1
        some = np.flatnonzero(at >= 0)
        r = at[some]
        local = dmath.affine_from_trs(scene.positions[r], scene.rotations[r], scene.scales[r])
        out[some] = dmath.compose_affine(local, out[some])
        turn[some] = dmath.multiply_quaternions(scene.rotations[r], turn[some])
        at[some] = scene.parents[r]
    return out, turn


def start(scene: Scene, rows: I64) -> Start:
    """Objects (n,) as they are now."""
    above, turn = worlds(scene, scene.parents[rows].astype(np.int64))
    columns = (scene.positions[rows].copy(), scene.rotations[rows].copy(), scene.scales[rows].copy())
    return Start(rows, *columns, above, turn)


def axes_of(turn: F64, space: Space, mode: Mode) -> F64:
    """(3, 3) the axes that handles have for an object turned by (4,): what is scaled has its own."""
    if space == "world" and mode != "scale":
        return np.eye(3)
    return dmath.matrix_from_quaternion(turn / max(float(np.linalg.norm(turn)), 1e-12))


def moved(begun: Start, change: Change, origin: F64, axes: F64, mode: Mode, pivot: Pivot, space: Space) -> Start:
    """The objects after a change about `origin` (3,), whose factors go along `axes` (3, 3)."""
    position, rotation, scale = begun.position, begun.rotation, begun.scale
    own = pivot == "individual"
    if mode == "translate":
        position = position + _into(begun.above, np.broadcast_to(change.move, position.shape))
    elif mode == "rotate":
        if own and space == "local" and change.axis >= 0:  # each about its own axis
            about = np.eye(3)[change.axis].tolist()
            turn = dmath.quaternion_from_axis_angle(about, change.degrees)
            rotation = dmath.multiply_quaternions(rotation, turn)
        else:
            inverse = begun.above_turn * (-1, -1, -1, 1)
            turned = dmath.multiply_quaternions(change.turn, begun.turn)
            rotation = dmath.multiply_quaternions(inverse, turned)
            if not own:
                matrix = dmath.matrix_from_quaternion(change.turn)
                position = _about(begun, position, origin, matrix)
        rotation = rotation / np.linalg.norm(rotation, axis=1, keepdims=True)
    elif mode == "scale":
        if len(begun.rows) == 1 or own:
            scale = scale * change.factors
        else:  # how much each of an object's own axes is stretched; what would shear it is left out
            mine = dmath.matrix_from_quaternion(begun.turn)
            along = np.einsum("ji,njk->nik", axes, mine)
            scale = scale * np.linalg.norm(along * change.factors[None, :, None], axis=1)
        if not own:
            position = _about(begun, position, origin, axes @ np.diag(change.factors) @ axes.T)
    return Start(begun.rows, position, rotation, scale, begun.above, begun.above_turn)


def _about(begun: Start, position: F64, origin: F64, matrix: F64) -> F64:
    """Positions (n, 3) after the world was changed by (3, 3) about a point; who stands there stays exactly."""
    away = begun.world - origin
    way = away @ matrix.T - away
    if np.abs(way).max(initial=0) < 1e-9:
        return position
    return position + _into(begun.above, way)


def _into(above: F64, ways: F64) -> F64:
    """(n, 3) ways in the world → as the parents have them."""
    linear = above[:, :, :3]
    if (linear == np.eye(3)).all():
        return np.array(ways)
    flat = np.abs(np.linalg.det(linear)) < 1e-12  # a parent without extent: nothing can move in it
    solved = np.linalg.solve(np.where(flat[:, None, None], np.eye(3), linear), ways[:, :, None])
    out = np.asarray(solved[:, :, 0], np.float64)
    out[flat] = 0
    return out
