"""The colliders that an engine knows: what shape they are of, which body they are on, and where on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import Vec3, Vec4
from ..engine.errors import PhysicsError
from ..engine.physical_checks import unit_rotation
from ..engine.scene.physics import Body, Collider
from ..engine.world import World
from .checks import bits_of, vec3, vec4
from .known import NO_ROWS, Known, exchanged, generations_of, rows_that_differ, same
from .physics_world import F64, I32, ColliderSpec, Label, PhysicsWorld, Shape
from .poses import Poses, poses_on
from .rotations import multiplied, turned
from .shapes import shape_of
from .soundness import sound_places

_SHAPES = 256
_STRAIGHT: Vec4 = (0.0, 0.0, 0.0, 1.0)


class Colliders:
    """Colliders, by their rows in ascending order.

    known: what the engine was told.  owner: (k,) the rows of their bodies.  parts: (k,) whether they are not on their
    body's own object.  local: where those are on their bodies.  refused: rows of those that can't be.  off: rows of
    those that are not enabled, and so not known.  changes: counts up with what the engine is told.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.known = Known.nothing()
        self.owner: I32 = NO_ROWS
        self.parts: NDArray[np.bool_] = np.empty(0, bool)
        self.local: Poses | None = None
        self.refused: set[int] = set()
        self.off: I32 = NO_ROWS
        self.changes = 0
        self._shapes: dict[tuple[Any, ...], tuple[Shape, Vec3]] = {}

    def there(self, row: int) -> bool:
        """Whether the engine has a collider."""
        return self.known.has(row) and row not in self.refused

    def owner_of(self, row: int) -> int:
        """The row of the body, or of the object itself where it has none."""
        return int(self.owner[self.known.at(row)])

    def owners_of(self, rows: I32) -> I32:
        """(k,) the rows of the bodies that colliders (k,) belong to."""
        return self.owner[np.searchsorted(self.known.rows, rows)]

    def owner_of_parts(self) -> I32:
        """Of those that are not on their body's own object; -1 for none."""
        owner = self.owner[self.parts]
        return np.where(owner == self.known.rows[self.parts], -1, owner).astype(np.int32)

    def exchanged(self, new: Known, owner: I32, gone: I32, came: I32) -> tuple[I32, I32, I32]:
        """Where there are others (k,) now, on bodies (k,) of which some went and came: what is to be done.

        The rows of those to take away, of those that go with their bodies, and of those to make.
        """
        old, shapes = self.known, new.rows
        gone_shapes, came_shapes = exchanged(old, new)
        both, here, there = np.intersect1d(old.rows, shapes, assume_unique=True, return_indices=True)
        moved = both[self.owner[here] != owner[there]]  # to another body
        again = shapes[np.isin(owner, came)]  # with their bodies
        lost = old.rows[np.isin(self.owner, gone)]
        taken = np.setdiff1d(np.union1d(np.union1d(gone_shapes, moved), np.intersect1d(again, old.rows)), lost)
        return taken.astype(np.int32), lost, np.union1d(np.union1d(came_shapes, moved), again).astype(np.int32)

    def become(self, known: Known, owner: I32) -> None:
        """Be other ones; those that were there before are where they were."""
        before, rows, owners = self.local, self.known.rows[self.parts], self.owner[self.parts]
        self.known, self.owner, self.parts = known, owner, known.rows != owner
        now = self.known.rows[self.parts]
        if not len(now):
            self.local = None
            return
        self.local = local = poses_on(self.world.transforms, now, self.owner[self.parts])
        if before is not None:
            _, here, there = np.intersect1d(rows, now, assume_unique=True, return_indices=True)
            same = owners[here] == self.owner[self.parts][there]
            for name in ("position", "rotation", "scale"):
                getattr(local, name)[there[same]] = getattr(before, name)[here[same]]

    def add(self, engine: PhysicsWorld, rows: I32, problems: list[PhysicsError]) -> None:
        """Make some of them, known already. What can't be is refused, and told in `problems`."""
        self.changes += 1
        for row, spec in self.specs(rows):
            try:
                if isinstance(spec, PhysicsError):
                    raise spec
                engine.add_collider(row, spec.label[0], spec)
            except PhysicsError as error:
                self.refused.add(row)
                name = f'"{self.world.names[row]}"'
                told = name in str(error)  # engines do not know whose it is
                problems.append(error if told else PhysicsError(f"the Collider of {name}: {error}"))

    def specs(self, rows: I32) -> Iterator[tuple[int, ColliderSpec | PhysicsError]]:
        """What some of them are, by row, as their components say and their objects lie now; or why they can't be."""
        if not len(rows):
            return
        world = self.world
        colliders, owner = world.tables.made(Collider), self.owners_of(rows)
        local = poses_on(world.transforms, rows, owner)
        labels = zip(owner.tolist(), generations_of(world, owner).tolist(), strict=True)
        values: dict[tuple[Any, ...], Collider] = {}
        turns: dict[Vec4, F64] = {}
        for i, (row, label) in enumerate(zip(rows.tolist(), labels, strict=True)):
            try:
                key = colliders.key(colliders.slot(row))
                value = values.get(key)
                if value is None:
                    value = values[key] = colliders.value(colliders.slot(row))
                turn = turns.get(value.rotation)
                if turn is None:
                    name = world.names[row]
                    turn = turns[value.rotation] = unit_rotation(value.rotation, f'the Collider of "{name}"')
                yield row, self._spec(row, label, value, turn, local, i)
            except PhysicsError as error:
                yield row, error

    def _spec(self, row: int, label: Label, value: Collider, turn: F64, local: Poses, i: int) -> ColliderSpec:
        """One of them. turn: (1, 4) as `value` says, at unit length; local: where its object is on its body, at i."""
        layers = self.world.woven.physics.layers
        mesh, _ = self.world.roster.look(row)
        shape, centre = self._shape_of(value, local.scale[i], mesh, row)
        position, rotation = local.position[i], local.rotation[i]
        if row != label[0] or any(value.offset) or any(centre) or value.rotation != _STRAIGHT:
            middle = np.array([value.offset]) * local.scale[i] + turned(turn, np.array([centre]))
            position = position + turned(rotation[None], middle)[0]
            rotation = multiplied(rotation[None], turn)[0]
        if not sound_places(position[None], rotation[None])[0]:
            raise PhysicsError(f'the Collider of "{self.world.names[row]}" lies nowhere on its Body')
        return ColliderSpec(
            shape,
            vec3(position),
            vec4(rotation / np.linalg.norm(rotation)),
            value.friction,
            value.restitution,
            value.density,
            value.sensor,
            bits_of(layers, (value.layer,)),
            bits_of(layers, value.collides_with or None),
            label,
        )

    def _shape_of(self, value: Collider, scale: F64, mesh: int, row: int) -> tuple[Shape, Vec3]:
        """See `shape_of`; the last ones are kept, since most objects are alike."""
        woven = self.world.woven
        key = (value, tuple(scale.tolist()), mesh, id(woven))
        found = self._shapes.get(key)
        if found is None:
            if len(self._shapes) >= _SHAPES:
                self._shapes.clear()
            found = self._shapes[key] = shape_of(value, scale, woven, mesh, self.world.names[row])
        return found

    def remove(self, engine: PhysicsWorld, row: int) -> None:
        """Take one away."""
        self.changes += 1
        if row not in self.refused:
            engine.remove_collider(row)
        self.refused.discard(row)

    def renew(self, engine: PhysicsWorld, row: int, problems: list[PhysicsError]) -> None:
        """Make one anew, and have its body weigh what it does then."""
        self.remove(engine, row)
        self.add(engine, np.array([row], np.int32), problems)
        self.settle(engine, self.owner_of(row))

    def settle(self, engine: PhysicsWorld, body: int) -> None:
        """Have a body weigh what it is to, if it is one by a Body."""
        bodies = self.world.tables.made(Body)
        slot = bodies.slot(body)
        if slot >= 0:
            engine.settle_mass(body, float(bodies.look("mass")[slot]))

    def grow(self, engine: PhysicsWorld, problems: list[PhysicsError]) -> None:
        """Have shapes be what their objects are scaled to, and where they hang on their bodies."""
        known, t = self.known, self.world.transforms
        scale = t.places(known.run)[2]
        if self.local is None and same(scale, known.scale):
            return
        scaled = rows_that_differ(scale, known.scale)
        if scaled.any():
            scaled &= ~(np.isnan(scale) & np.isnan(known.scale)).any(axis=1)
        if self.local is not None:
            parts = np.flatnonzero(self.parts)
            now = poses_on(t, known.rows[parts], self.owner[parts])
            for name in ("position", "rotation", "scale"):
                scaled[parts] |= rows_that_differ(getattr(now, name), getattr(self.local, name), 1e-6)
            self.local = now
        for i in np.flatnonzero(scaled).tolist() if scaled.any() else ():
            known.scale[i] = scale[i]
            self.renew(engine, int(known.rows[i]), problems)
