"""A handle to one object of a running scene: what scripts write to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from . import math as dmath
from .declare import SINGLE_MAX, Vec3, Vec4
from .errors import SceneError
from .live import Live
from .scalar import taken_apart
from .scene.components import Material
from .scene.lights import LIGHTS, checked_light
from .tables import checked

if TYPE_CHECKING:
    from .characters import MovingCharacter
    from .game.behaviour import Behaviour
    from .physical import MovingBody
    from .world import World

C = TypeVar("C")


class Entity:
    """A handle to one object of a world. Cheap to make; two handles to the same object are equal.

    Transforms are relative to the parent, in metres; values read are plain floats. Setting them takes any sequence of
    numbers (tuples, lists, NumPy, pyrr) and raises SceneError for the wrong count or for what is not finite.
    """

    __slots__ = ("_generation", "row", "world")

    def __init__(self, world: World, row: int) -> None:
        self.world = world
        self.row = row
        generations = world.generations
        self._generation = 0 if generations is None else generations[row]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entity):
            return False
        return other.row == self.row and other.world is self.world and other._generation == self._generation

    def __hash__(self) -> int:
        return hash((id(self.world), self.row, self._generation))

    def __repr__(self) -> str:
        return f"<Entity {self.name!r}>" if self.alive else f"<Entity of row {self.row}, despawned>"

    @classmethod
    def known(cls, world: World, row: int, generation: int) -> Entity:
        """The handle to what was in a row at the time of a generation, though it may be gone."""
        made = cls.__new__(cls)
        made.world, made.row, made._generation = world, row, generation
        return made

    def within(self, world: World) -> Entity:
        """The handle to the same object in another world of the same scene."""
        made = Entity.__new__(Entity)
        made.world, made.row, made._generation = world, self.row, self._generation
        return made

    @property
    def alive(self) -> bool:
        """Whether the object is still in the world: everything else raises SceneError after it was despawned."""
        generations = self.world.generations
        return generations is None or (self.row < len(generations) and generations[self.row] == self._generation)

    def live_row(self) -> int:
        """The object's row. Raises SceneError when it was despawned."""
        generations = self.world.generations
        row = self.row
        if generations is not None and (row >= len(generations) or generations[row] != self._generation):
            roster = self.world.roster
            name = roster[row] if row < len(roster) and not roster.is_live(row) else ""
            what = f'"{name}" was despawned' if name else f"the object that was in row {row} was despawned"
            raise SceneError(f"{what}; its handle is of no use any more")
        return row

    @property
    def name(self) -> str:
        """The object's name; names need not be unique."""
        return self.world.roster[self.live_row()]

    @property
    def id(self) -> int:
        """The stable id, as in the scene; random for what was spawned, 0 for the camera that the world made itself."""
        return int(self.world.ids[self.live_row()])

    @property
    def tags(self) -> frozenset[str]:
        """The object's tags."""
        return self.world.roster.tags_of(self.live_row())

    @property
    def visible(self) -> bool:
        """Whether it is drawn, if it shows anything. Set it to hide or show it, with all that hangs on it then.

        What is hidden is there for all else: it moves, touches, is found by queries, and its lights shine.
        """
        return not self.world.roster.is_hidden(self.live_row())

    @visible.setter
    def visible(self, value: bool) -> None:
        self.world.show(self, value)

    @property
    def material(self) -> Material:
        """What it shows, as the scene has it: a key of `world.materials`. Set it to another one of those.

        Raises SceneError for an object without a Mesh, and for a material that no object of the scene was woven with.
        """
        return self.world.woven.material_components[self._look()[1]]

    @material.setter
    def material(self, value: Material) -> None:
        mesh, _ = self._look()
        self.world.roster.show(np.array([self.row], np.int32), mesh, self.world.appearance.row_of(value))

    def show(self, like: Entity | str) -> None:
        """Show the mesh and the material of another object. Raises SceneError where either has no Mesh."""
        self._look()
        other = self.world[like] if isinstance(like, str) else self.world.own(like)
        self.world.roster.show(np.array([self.row], np.int32), *other._look())

    def _look(self) -> tuple[int, int]:
        found = self.world.roster.look(self.live_row())
        if found[0] < 0:
            raise SceneError(f'"{self.name}" has no Mesh, and so shows nothing')
        return found

    @property
    def parent(self) -> Entity | None:
        """The object it hangs on, or None. Set it to another one: what it is relative to its parent stays.

        Setting it raises SceneError for an object that hangs on this one.
        """
        row = self.world.transforms.up[self.live_row()]
        return Entity(self.world, row) if row >= 0 else None

    @parent.setter
    def parent(self, value: Entity | None) -> None:
        row, t = self.live_row(), self.world.transforms
        above = -1 if value is None else self.world.own(value).live_row()
        if above == row:
            raise SceneError(f'"{self.name}" can\'t hang on itself')
        if t.is_below(above, row):
            raise SceneError(f'"{self.name}" can\'t hang on "{self.world.names[above]}": that is below it')
        t.hang(row, above)
        self.world.roster.turn(t.with_all_below(np.array([row], np.int32)))

    @property
    def children(self) -> list[Entity]:
        """The objects that hang on this one."""
        rows = self.world.transforms.below(np.array([self.live_row()], np.int32))
        return [Entity(self.world, row) for row in rows.tolist()]

    @property
    def position(self) -> Vec3:
        """Metres, relative to the parent."""
        world = self.world
        p, i = world.transforms.p, 3 * (self.row if world.generations is None else self.live_row())
        return p[i], p[i + 1], p[i + 2]

    @position.setter
    def position(self, value: Iterable[float]) -> None:
        x, y, z = _three(self, "position", value)
        world = self.world
        world.transforms.put_position(self.row if world.generations is None else self.live_row(), x, y, z)

    @property
    def rotation(self) -> Vec4:
        """A unit quaternion (x, y, z, w), relative to the parent; what is set is normalised."""
        world = self.world
        q, i = world.transforms.q, 4 * (self.row if world.generations is None else self.live_row())
        return q[i], q[i + 1], q[i + 2], q[i + 3]

    @rotation.setter
    def rotation(self, value: Iterable[float]) -> None:
        try:
            x, y, z, w = value
            length = math.sqrt(x * x + y * y + z * z + w * w)
        except (TypeError, ValueError):
            x = y = z = w = length = 0.0
        if not 0 < length < math.inf:
            raise _refused(self, "rotation", value, "a quaternion (x, y, z, w): 4 finite numbers, not all 0")
        world = self.world
        row = self.row if world.generations is None else self.live_row()
        world.transforms.put_rotation(row, x / length, y / length, z / length, w / length)

    @property
    def scale(self) -> Vec3:
        """Factors along x, y and z, relative to the parent; one number may be set for all three."""
        world = self.world
        s, i = world.transforms.s, 3 * (self.row if world.generations is None else self.live_row())
        return s[i], s[i + 1], s[i + 2]

    @scale.setter
    def scale(self, value: float | Iterable[float]) -> None:
        x, y, z = _three(self, "scale", (value, value, value) if isinstance(value, (int, float)) else value)
        self.world.transforms.put_scale(self.live_row(), x, y, z)

    @property
    def world_position(self) -> Vec3:
        """Metres, in the world; up to date at any time. Setting it raises SceneError below a scale of 0."""
        return self.world.transforms.to_world(self.live_row(), 0.0, 0.0, 0.0)

    @world_position.setter
    def world_position(self, value: Iterable[float]) -> None:
        t = self.world.transforms
        self.position = t.to_local(t.up[self.live_row()], *_three(self, "world_position", value))

    @property
    def body(self) -> MovingBody:
        """Its motion: velocity, forces, sleep. Raises PhysicsError for an object without a Body."""
        self.live_row()
        return self.world.physics.body(self)

    @property
    def character(self) -> MovingCharacter:
        """How it walks: velocity, ground, walls. Raises PhysicsError for an object without a Character."""
        self.live_row()
        return self.world.physics.character(self)

    def get(self, kind: type[C]) -> C | None:
        """The object's component of a type that a game declared, its behaviour or its light of a type, or None.

        A component's fields are read as plain numbers and tuples, and may be written to: `entity[Health].points -= 5`.
        It stays that of this object; SceneError once it is gone. A light is a value: `set` another one.
        Raises SceneError for what objects of a running world can't have.
        """
        table = self.world.tables.of.get(kind)
        if table is not None:
            return cast("C | None", table.get(self))
        if issubclass(kind, Live):
            return cast(
                "C | None", self.world.schedule.attached.behaviour(self.live_row(), cast("type[Behaviour]", kind))
            )
        if kind in LIGHTS:
            return self.world.appearance.lights.get(self.live_row(), kind)
        table = self.world.tables.find(kind)
        return None if table is None else cast("C | None", table.get(self))

    def __getitem__(self, kind: type[C]) -> C:
        """As `get`. Raises SceneError as well when the object has none."""
        found = self.get(kind)
        if found is None:
            raise SceneError(f'"{self.name}" has no {kind.__name__}; it has {self._carried()}')
        return found

    def __contains__(self, kind: type) -> bool:
        """Whether the object has a component of a type, as `get` would give it."""
        return self.get(kind) is not None

    def _carried(self) -> str:
        names = [type(value).__name__ for value in self.components]
        return ", ".join(names) or "no components"

    @property
    def components(self) -> list[Any]:
        """All that `get` would give: values of what games declared by name, the behaviours, then the lights."""
        row, world = self.live_row(), self.world
        own = [t.value(slot) for t in world.tables.sorted() if (slot := t.slot(row)) >= 0]
        own += world.schedule.attached.behaviours_of(row)
        return own + [light for kind in LIGHTS if (light := world.appearance.lights.get(row, kind)) is not None]

    def set(self, *values: Any) -> Entity:
        """Give the object these components, behaviours and lights, in place of those of the same types. Returns it.

        Raises SceneError for values out of range and for what can't be set while a scene runs, and changes nothing.
        """
        row, world = self.live_row(), self.world
        for value in values:
            if isinstance(value, LIGHTS):
                checked_light(value)
            elif isinstance(value, Live):
                world.schedule.attached.check(cast("Behaviour", value), self.name)
            else:
                checked(value, f'"{self.name}"')
        for value in values:
            if isinstance(value, LIGHTS):
                world.appearance.set_light(row, value)
            elif isinstance(value, Live):
                world.schedule.attached.attach(row, cast("Behaviour", value))
            else:
                world.tables.made(value.__class__).put(np.array([row], np.int32), taken_apart(value))
        return self

    def discard(self, kind: type) -> None:
        """Take the component, behaviour or light of a type away, if it is there. Raises SceneError as `get` does."""
        row = self.live_row()
        if issubclass(kind, Live):
            self.world.schedule.attached.detach(row, kind)
        elif kind in LIGHTS:
            self.world.appearance.discard_light(row, kind)
        else:
            self.world.discard(row, kind)

    def tag(self, *tags: str) -> Entity:
        """Give the object these tags. Returns the object. Raises SceneError for what is no single word."""
        self.world.tag(self.live_row(), *tags)
        return self

    def untag(self, *tags: str) -> Entity:
        """Take these tags away, where the object has them. Returns the object."""
        self.world.untag(self.live_row(), *tags)
        return self

    @property
    def drawn_position(self) -> Vec3:
        """Where this frame shows it, world, metres: between two ticks. What a camera follows that `update` moves."""
        between = self.world.between
        if between is None:
            return self.world.transforms.to_world(self.live_row(), 0.0, 0.0, 0.0)
        return between.to_world(self.live_row(), 0.0, 0.0, 0.0)

    def translate(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> None:
        """Move by metres along the parent's axes (for an object without parent: the world's)."""
        world = self.world
        t = world.transforms
        row = self.row if world.generations is None else self.live_row()
        try:
            way = x + y + z
            if way - way == 0:  # neither infinite nor NaN
                t.shift(row, x, y, z)
                return
        except TypeError:
            pass
        raise _refused(self, "translate", (x, y, z), "3 finite numbers")

    def rotate(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> None:
        """Turn by degrees about its own axes, counter-clockwise: first about X, then the new Y, then the new Z."""
        qx, qy, qz, qw = self.rotation
        if x:
            s, c = math.sin(math.radians(x) / 2), math.cos(math.radians(x) / 2)
            qx, qy, qz, qw = qx * c + qw * s, qy * c + qz * s, qz * c - qy * s, qw * c - qx * s
        if y:
            s, c = math.sin(math.radians(y) / 2), math.cos(math.radians(y) / 2)
            qx, qy, qz, qw = qx * c - qz * s, qy * c + qw * s, qz * c + qx * s, qw * c - qy * s
        if z:
            s, c = math.sin(math.radians(z) / 2), math.cos(math.radians(z) / 2)
            qx, qy, qz, qw = qx * c + qy * s, qy * c - qx * s, qz * c + qw * s, qw * c - qz * s
        self.rotation = (qx, qy, qz, qw)

    def look_at(self, point: Entity | Iterable[float], up: Sequence[float] = (0.0, 1.0, 0.0)) -> None:
        """Turn so that -Z points to `point` (world, metres, or another object) and +Y is as near to `up` as can be.

        Raises SceneError when the object stands on that point.
        """
        x, y, z = point.world_position if isinstance(point, Entity) else _three(self, "look_at's point", point)
        ux, uy, uz = _three(self, "look_at's up", up)
        t = self.world.transforms
        above = t.up[self.live_row()]
        there = t.to_local(above, x, y, z)
        upward = np.subtract(t.to_local(above, x + ux, y + uy, z + uz), there)
        try:
            self.rotation = dmath.look_rotation(np.subtract(there, self.position), upward).tolist()
        except ValueError:
            raise SceneError(f'"{self.name}" can\'t look at {(x, y, z)}: it stands there') from None


def _three(entity: Entity, name: str, value: Iterable[float]) -> Vec3:
    """Three numbers that single precision can hold, out of any sequence. Raises SceneError."""
    try:
        x, y, z = value
        if abs(x) <= SINGLE_MAX and abs(y) <= SINGLE_MAX and abs(z) <= SINGLE_MAX:  # not so for NaN
            return x, y, z
    except (TypeError, ValueError):
        pass
    raise _refused(entity, name, value, "3 finite numbers")


def _refused(entity: Entity, name: str, value: Any, wanted: str) -> SceneError:
    found = tuple(np.ravel(value).tolist()) if isinstance(value, np.ndarray) else value
    return SceneError(f'{name} of "{entity.name}" can\'t be {found!r}; it must be {wanted}')
