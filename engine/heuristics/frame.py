"""Where the expressions of rules find their values: columns of the objects that a rule looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SceneError
from ..scene.expressions import Frame
from ..tables import Table

if TYPE_CHECKING:
    from ..query import Match
    from ..world import World

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Intp = NDArray[np.intp]


def turned(rotation: F64, v: F64) -> F64:
    """(k, 3) vectors turned by (k, 4) unit quaternions xyzw."""
    q, w = rotation[:, :3], rotation[:, 3:]
    t = 2 * np.cross(q, v)
    return v + w * t + np.cross(q, t)


def lineage(world: World, rows: I32) -> Iterator[tuple[Intp, I32]]:
    """Level by level, what hangs on others: (m,) which of the rows, and (m,) the rows that they hang on then."""
    parent = world.transforms.parent
    above = parent[rows]
    at = np.flatnonzero(above >= 0)
    while len(at):
        yield at, above[at]
        above[at] = parent[above[at]]
        at = at[above[at] >= 0]


def places(world: World, rows: I32) -> F64:
    """(k, 3) where objects are in the world, metres; up to date at any time."""
    out = world.positions.take(rows, 0).astype(np.float64)
    for at, above in lineage(world, rows):
        inner = out[at] * world.scales[above]
        out[at] = turned(world.rotations[above].astype(np.float64), inner) + world.positions[above]
    return out


def forward(world: World, rows: I32) -> F64:
    """(k, 3) unit vectors along each object's -Z in the world."""
    out = np.zeros((len(rows), 3))
    out[:, 2] = -1
    out = turned(world.rotations.take(rows, 0).astype(np.float64), out)
    for at, above in lineage(world, rows):
        out[at] = turned(world.rotations[above].astype(np.float64), out[at] * world.scales[above])
    length = np.linalg.norm(out, axis=1, keepdims=True)
    np.divide(out, length, out=out, where=length > 0)
    return out


class Seen(Frame):
    """Some objects in rows (k,), and what a rule knows beside them.

    others: (k,) rows of the other objects, or None.  events: one for each, or None.
    near: (p,) which object and (p,) the rows of what is near it, in order; or None.
    """

    def __init__(
        self,
        world: World,
        dt: float,
        rows: I32,
        others: I32 | None = None,
        events: Sequence[Any] | None = None,
        near: tuple[Intp, I32] | None = None,
        match: Match | None = None,
    ) -> None:
        self.world = world
        self.dt = dt
        self.time = world.schedule.time
        self.rows = rows
        self.others = others
        self.events = events
        self.near = near
        self._match = match
        self._slots: dict[tuple[bool, Table], Any] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, chosen: NDArray[np.bool_]) -> Seen:
        """Those of the objects for which (k,) is true."""
        if chosen.all():
            return self
        at = np.flatnonzero(chosen)
        near = None
        if self.near is not None:
            new = np.full(len(self.rows), -1, np.intp)
            new[at] = np.arange(len(at))
            kept = chosen[self.near[0]]
            near = new[self.near[0][kept]], self.near[1][kept]
        return Seen(
            self.world,
            self.dt,
            self.rows[at],
            None if self.others is None else self.others[at],
            None if self.events is None else [self.events[i] for i in at.tolist()],
            near,
        )

    def true(self, value: Any) -> NDArray[np.bool_]:
        """(k,) a condition's value, whatever shape it came in."""
        out = np.asarray(value)
        out = out if out.dtype == bool else out.astype(bool)
        return out if out.shape == (len(self),) else np.broadcast_to(out, (len(self),))

    # ---- what expressions ask for ---------------------------------------------------------------------------------

    def column(self, other: bool, kind: type, field: str) -> NDArray[Any]:
        """See `Frame`. The objects, and the others, all have the component."""
        table = self.world.tables.made(kind)
        slots = self._slots.get((other, table))
        if slots is None:
            if other:
                assert self.others is not None
                slots = table.slots(self.others)
            else:
                slots = table.slots(self.rows) if self._match is None else self._match.slots(table)
            self._slots[other, table] = slots
        column = table.look(field)
        return column[slots] if isinstance(slots, slice) else column.take(slots, 0)

    def place(self, other: bool, name: str) -> NDArray[Any]:
        """See `Frame`."""
        rows = self.others if other else self.rows
        assert rows is not None
        match name:
            case "world_position":
                return places(self.world, rows)
            case "forward":
                return forward(self.world, rows)
            case "position":
                source = self.world.positions
            case "scale":
                source = self.world.scales
            case _:
                source = self.world.rotations
        return source.take(rows, 0).astype(np.float64)

    def motion(self, other: bool, name: str) -> NDArray[Any]:
        """See `Frame`. Raises PhysicsError where nothing moves by itself."""
        rows, bodies = self.others if other else self.rows, self.world.physics.columns
        assert rows is not None
        match name:
            case "velocity":
                return bodies.velocities(rows)
            case "speed":
                moving = bodies.velocities(rows)
                speed: F64 = np.sqrt(np.einsum("ij,ij->i", moving, moving))
                return speed
            case "angular_velocity":
                return bodies.spins(rows)
            case "mass":
                return bodies.masses(rows)
            case _:
                return bodies.sleeping(rows)

    def distance(self) -> NDArray[Any]:
        """See `Frame`."""
        assert self.others is not None
        away = places(self.world, self.rows) - places(self.world, self.others)
        metres: F64 = np.sqrt(np.einsum("ij,ij->i", away, away))
        return metres

    def random(self) -> NDArray[Any]:
        """See `Frame`."""
        return self.world.random.random(len(self))

    def event(self, name: str) -> NDArray[Any]:
        """See `Frame`. Raises SceneError where events have no such field, or one that is no number."""
        values = [getattr(event, name, None) for event in self.events or ()]
        try:
            return np.array(values, np.float64)
        except (TypeError, ValueError):
            kind = type((self.events or [None])[0]).__name__
            raise SceneError(f"event.{name} of a {kind} is {values[0]!r}; it must be a number or numbers") from None

    def gathered(self, how: str, value: Callable[[Frame], Any], width: int) -> NDArray[Any]:
        """See `Frame`."""
        assert self.near is not None
        at, rows = self.near
        counts = np.bincount(at, minlength=len(self)).astype(np.float64)
        if how == "count":
            return counts
        inner = Seen(self.world, self.dt, self.rows[at], rows)
        found = np.broadcast_to(value(inner), (len(at), width) if width else (len(at),))
        columns = [found] if not width else [found[:, i] for i in range(width)]
        sums: list[F64] = [np.bincount(at, column, len(self)).astype(np.float64) for column in columns]
        if how == "mean":
            sums = [column / np.maximum(counts, 1) for column in sums]
        return np.stack(sums, axis=1) if width else sums[0]
