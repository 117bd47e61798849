"""Where the bodies of a Chipmunk space went, read at once for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pymunk
import pymunk.batch
from numpy.typing import NDArray

from ..physics_world import F32, F64, I32
from .space import SCALE, PlanarSpace

_POSE = pymunk.batch.BodyFields.BODY_ID | pymunk.batch.BodyFields.POSITION | pymunk.batch.BodyFields.ANGLE


@dataclass(slots=True, eq=False)
class _Order:
    """Dynamic bodies by their ids (k,) int64, ascending: rows, z in metres; last: (k, 3) poses as they were read."""

    ids: NDArray[np.int64]
    rows: I32
    z: F32
    last: F64 | None = None


class PlanarPoses:
    """Reads a space's poses, and knows them until the next time."""

    def __init__(self, space: PlanarSpace) -> None:
        self._space = space
        self._buffer = pymunk.batch.Buffer()
        self._order: _Order | None = None

    def forget(self) -> None:
        """Bodies came or went, or were put elsewhere: all count as moved."""
        self._order = None

    def moved(self) -> tuple[I32, F32, F32]:
        """See `PhysicsWorld.moved`: those with another pose than the last time."""
        order = self._order
        if order is None:
            order = self._order = self._ordered()
        poses = self._by_ids(order.ids)
        if order.last is None:
            at = np.arange(len(poses))
        else:
            at = np.flatnonzero(np.logical_or.reduce(poses != order.last, axis=1))
        order.last = poses
        rows = order.rows[at]
        if len(rows) > 1 and not (rows[1:] > rows[:-1]).all():
            sorting = np.argsort(rows)
            rows, at = rows[sorting], at[sorting]
        found = poses[at]
        places, turns = np.empty((len(at), 3), np.float32), np.zeros((len(at), 4), np.float32)
        places[:, :2], places[:, 2] = found[:, :2] / SCALE, order.z[at]
        turns[:, 2], turns[:, 3] = np.sin(found[:, 2] / 2), np.cos(found[:, 2] / 2)
        return rows, places, turns

    def _ordered(self) -> _Order:
        bodies = self._space.bodies
        table = np.array(sorted((one.native.id, row) for row, one in bodies.items() if one.dynamic), np.int64)
        table = table.reshape(-1, 2)
        depth = [bodies[row].z for row in table[:, 1].tolist()]
        return _Order(table[:, 0].copy(), table[:, 1].astype(np.int32), np.array(depth, np.float32))

    def _by_ids(self, ids: NDArray[np.int64]) -> F64:
        """(k, 3) x, y and angle of bodies by their ids, ascending, as Chipmunk has them."""
        who, poses = self.raw()
        order = np.argsort(who)
        found: F64 = poses[order[np.searchsorted(who, ids, sorter=order)]] if len(ids) else poses[:0]
        return found

    def raw(self) -> tuple[NDArray[np.int64], F64]:
        """What pymunk has to read many poses at once: ids (n,), and x, y and angle (n, 3)."""
        buffer = self._buffer
        buffer.clear()
        pymunk.batch.get_space_bodies(self._space.native, _POSE, buffer)
        return np.frombuffer(buffer.int_buf(), np.int64), np.frombuffer(buffer.float_buf(), np.float64).reshape(-1, 3)
