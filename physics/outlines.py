"""What physics sees, as lines in the world: every shape by what its body does, contacts, joints.

Shapes lie where their objects are drawn, between two ticks too. Nothing of this is there until it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import PhysicsError
from ..engine.lines import Lines, packed_colors
from ..engine.world import World
from .physics_world import F64, I32, ColliderSpec, Shape
from .poses import poses_of
from .rotations import multiplied, turned
from .shape_edges import edges_of
from .simulation import WorldSimulation

COLORS = {
    "static": "#c8d0dacc",
    "kinematic": "#3aa0ff",
    "dynamic": "#3ddc5c",
    "asleep": "#7d8f86",
    "sensor": "#ffd23e",
    "contact": "#ff3344",
    "joint": "#d36bff",
}
"""Screen colours of shapes, by what their body does; of sensors whatever it does; of contacts and joints."""
WIDTH = 1.25
_NORMAL = 0.25
"""Metres: how long the normal of a contact is drawn."""
_NAMES = ("static", "kinematic", "dynamic", "asleep", "sensor")
_PACKED: NDArray[np.uint32] = np.concatenate([packed_colors(COLORS[name], 1) for name in _NAMES])


@dataclass(slots=True, eq=False)
class _Kind:
    """Colliders of one shape.

    edges: (n, 2, 3).  owner: (k,) rows of their bodies.  position (k, 3), rotation (k, 4): on those.  sensor: (k,).
    """

    edges: F64
    owner: I32
    position: F64
    rotation: F64
    sensor: NDArray[np.bool_]


class Outlines:
    """The physics of one world as lines."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._simulation: WorldSimulation | None = None
        self._known = -1
        self._kinds: list[_Kind] = []
        self._tick = -1
        self._states: NDArray[np.int8] = np.empty(0, np.int8)

    def draw(self, lines: Lines) -> None:
        """Draw everything as it is now, in place of what these lines were before."""
        lines.clear()
        simulation = self.world.schedule.simulation
        if not isinstance(simulation, WorldSimulation) or simulation.engine is None:
            return
        simulation.up_to_date()
        if simulation is not self._simulation or simulation.colliders.changes != self._known:
            self._simulation, self._known = simulation, simulation.colliders.changes
            self._kinds = _sorted(simulation)
            self._tick = -1
        if self.world.schedule.tick != self._tick:
            self._tick = self.world.schedule.tick
            self._states = _states(simulation, self.world.transforms.count)
        for kind in self._kinds:
            self._shapes(lines, kind)
        points, normals = simulation.engine.contacts.points()
        if len(points):
            lines.line(points, points + _NORMAL * normals, COLORS["contact"], width=2, behind=0.6, seconds=None)
            lines.sphere(points, 0.03, COLORS["contact"], behind=0.6, seconds=None)
        a, b = simulation.joints.ends()
        if len(a):
            lines.line(a, b, COLORS["joint"], width=2, behind=0.6, seconds=None)
            lines.axes(a, length=0.15, behind=0.6, seconds=None)

    def _shapes(self, lines: Lines, kind: _Kind) -> None:
        body = poses_of(self.world.transforms, kind.owner)
        place = body.position + turned(body.rotation, kind.position)
        turn = multiplied(body.rotation, kind.rotation)
        k, n = len(place), len(kind.edges)
        ends = np.broadcast_to(kind.edges.reshape(1, -1, 3), (k, 2 * n, 3)).reshape(-1, 3)
        ends = turned(np.repeat(turn, 2 * n, axis=0), ends).reshape(k, 2 * n, 3) + place[:, None]
        state = np.where(kind.sensor, 4, self._states[kind.owner])
        colors = np.repeat(_PACKED[state], n)
        lines.segments(ends.reshape(-1, 2, 3), colors, width=WIDTH, seconds=None)


def _sorted(simulation: WorldSimulation) -> list[_Kind]:
    """All colliders that the engine has, by their shapes."""
    by_shape: dict[int, tuple[Shape, list[ColliderSpec]]] = {}
    colliders = simulation.colliders
    for _, spec in colliders.specs(colliders.known.rows):
        if not isinstance(spec, PhysicsError):
            by_shape.setdefault(id(spec.shape), (spec.shape, []))[1].append(spec)
    made: list[_Kind] = []
    for shape, some in by_shape.values():
        made.append(
            _Kind(
                edges_of(shape),
                np.array([spec.label[0] for spec in some], np.int32),
                np.array([spec.position for spec in some], np.float64),
                np.array([spec.rotation for spec in some], np.float64),
                np.array([spec.sensor for spec in some], bool),
            )
        )
    return made


def _states(simulation: WorldSimulation, rows: int) -> NDArray[np.int8]:
    """(n,) by row of the world: 0 static, 1 kinematic, 2 dynamic, 3 asleep."""
    bodies, engine = simulation.bodies, simulation.engine
    assert engine is not None
    out = np.zeros(rows, np.int8)
    out[bodies.known.rows] = bodies.kinds
    for row in bodies.dynamic():
        if engine.asleep(row):
            out[row] = 3
    return out
