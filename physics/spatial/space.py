"""A Rapier world, and the rows and handles that its bodies and colliders are called by."""

from __future__ import annotations

from typing import Any

import numpy as np
import rapier3d as rapier

from ...engine.declare import Vec3
from ..physics_world import F32, Label


class SpatialSpace:
    """A rapier world, and who is who in it.

    bodies, colliders: handles by row.  rows, labels: by a collider's handle.  gone: handles of colliders that were
    taken away, whose labels are kept until it was told what they do not touch any more.  ground: what stands still for
    what hangs on the world.  dynamic: rows of the bodies that forces move.  stale: whether queries are to look anew.
    """

    def __init__(self) -> None:
        self.bodies: dict[int, Any] = {}
        self.colliders: dict[int, Any] = {}
        self.rows: dict[Any, int] = {}
        self.labels: dict[Any, Label] = {}
        self.gone: list[Any] = []
        self.ground: Any = None
        self.dynamic: set[int] = set()
        self.stale = True
        self.take(rapier.PhysicsWorld(gravity=(0.0, 0.0, 0.0)))

    def take(self, native: Any) -> None:
        """Go on with another rapier world."""
        self.native = native
        native.set_num_threads(1)
        self.events = rapier.ChannelEventCollector()
        native.event_handler = self.events

    def body(self, row: int) -> Any:
        """Rapier's body of a row."""
        return self.native.rigid_bodies[self.bodies[row]]

    def drawn(self, pipeline: Any) -> F32:
        """(k, 2, 3) what rapier draws to be looked at; without its colours that takes a third of the time."""
        native, collector = self.native, rapier.DebugLineCollector()
        pipeline.render(
            native.rigid_bodies,
            native.colliders,
            native.impulse_joints,
            native.multibody_joints,
            native.narrow_phase,
            collector,
        )
        lines: F32 = collector.lines()
        return lines.reshape(-1, 2, 3)


def handles_saved(handles: dict[int, Any]) -> bytes:
    """Handles by row, for `handles_loaded`."""
    table = [(row, handle.index, handle.generation) for row, handle in sorted(handles.items(), key=lambda one: one[0])]
    return np.array(table, np.int64).reshape(-1, 3).tobytes()


def handles_loaded(data: bytes, kind: Any) -> dict[int, Any]:
    """What was saved; kind: rapier's, of the handles."""
    table = np.frombuffer(data, np.int64).reshape(-1, 3).tolist()
    return {row: kind.from_raw_parts(index, generation) for row, index, generation in table}


def to_tuple(vector: Any) -> Vec3:
    """One of rapier's vectors or points."""
    return vector.x, vector.y, vector.z
