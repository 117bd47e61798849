"""What a world knows of who simulates it, and the handle to a body in motion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .declare import Vec3
from .physical_checks import three
from .physical_queries import Queries

if TYPE_CHECKING:
    from .characters import CharacterState, MovingCharacter
    from .entity import Entity

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


class BodyColumns(Protocol):
    """Many bodies at once, as rules see them and act on them. Rows (k,) are of objects that have a Body.

    All raise PhysicsError where nothing moves by itself.
    """

    def velocities(self, rows: I32) -> NDArray[np.float64]:
        """(k, 3) m/s: how they came along in the last tick."""
        ...

    def spins(self, rows: I32) -> NDArray[np.float64]:
        """(k, 3) degrees a second about the axes of the world: how they turned in the last tick."""
        ...

    def masses(self, rows: I32) -> NDArray[np.float64]:
        """(k,) kilograms; 0 for what forces do not move."""
        ...

    def sleeping(self, rows: I32) -> NDArray[np.bool_]:
        """(k,) whether they rest and are not computed."""
        ...

    def move(
        self, rows: I32, values: NDArray[np.float64], part: int = -1, *, turning: bool = False, more: bool = False
    ) -> None:
        """Set velocities (k, 3) in m/s, or `turning` spins in degrees a second; `more`: add. part: (k,) of one axis."""
        ...

    def push(self, rows: I32, amounts: NDArray[np.float64], *, sudden: bool) -> None:
        """Impulses (k, 3) in N s at once, or forces in N through the next tick."""
        ...

    def rest(self, rows: I32, asleep: NDArray[np.bool_]) -> None:
        """Put bodies to sleep, or wake them (k,)."""
        ...


class Simulation(Queries, Protocol):
    """Who moves the bodies of a world; reached as `world.physics`.

    Questions are answered as of the last tick; what came since then is there, what moved since then is not yet.
    They may name `layers` to look at (None: all), an object to `exclude`, and whether `sensors` count.
    All raise PhysicsError for what is not finite.
    """

    @property
    def active(self) -> bool:
        """Whether there is anything to simulate."""
        ...

    @property
    def gravity(self) -> Vec3:
        """m/s²; may be set."""
        ...

    @gravity.setter
    def gravity(self, value: ArrayLike) -> None: ...

    def step(self, dt: float) -> None:
        """One tick of `dt` seconds: scripts' changes go in, bodies move, contacts are told."""
        ...

    def jumped(self, rows: NDArray[Any]) -> None:
        """Objects (k,) were put elsewhere: what scripts move does not push what was on the way."""
        ...

    def obstacles(
        self,
        origins: NDArray[np.float64],
        targets: NDArray[np.float64],
        seers: I32,
        seen: I32,
        layers: Sequence[str] = (),
    ) -> I32:
        """What hides objects from others: (k,) the row of the object between two points (k, 3) each, -1 for none.

        seers, seen: (k,) rows of those at the two points, which don't hide themselves. layers: those that count, empty
        for all; sensors don't.
        """
        ...

    def lines(self) -> F32:
        """(k, 2, 3) float32, metres, world: the edges of all shapes, to be looked at."""
        ...

    @property
    def columns(self) -> BodyColumns:
        """Many bodies at once."""
        ...

    def body(self, entity: Entity) -> MovingBody:
        """The motion of an object that has a Body. Raises PhysicsError for one that has none."""
        ...

    def character(self, entity: Entity) -> MovingCharacter:
        """How an object walks that has a Character. Raises PhysicsError for one that has none."""
        ...

    def character_state(self, entity: Entity) -> CharacterState:
        """What is remembered of it, to read and to write."""
        ...

    # ---- what a MovingBody asks -----------------------------------------------------------------------------------

    def read_motion(self, entity: Entity) -> tuple[Vec3, Vec3]:
        """Velocity in m/s and angular velocity in radians a second."""
        ...

    def write_motion(self, entity: Entity, velocity: Vec3 | None, angular: Vec3 | None) -> None:
        """Set one or both."""
        ...

    def push(self, entity: Entity, linear: Vec3, angular: Vec3, at: Vec3 | None, *, sudden: bool) -> None:
        """Forces in N and N m for the next tick, or impulses in N s and N m s at once."""
        ...

    def mass_of(self, entity: Entity) -> float:
        """Kilograms; infinite for what forces do not move."""
        ...

    def rest(self, entity: Entity, asleep: bool | None) -> bool:
        """Put a body to sleep or wake it, None for neither; whether it sleeps."""
        ...


class MovingBody:
    """The motion of an object that has a Body, reached as `entity.body`. World space, metres, seconds, degrees.

    What is not finite is refused: PhysicsError. Raises PhysicsError too where the object has no Body any more.
    """

    __slots__ = ("_entity", "_simulation")

    def __init__(self, simulation: Simulation, entity: Entity) -> None:
        self._simulation = simulation
        self._entity = entity

    def __repr__(self) -> str:
        return f"<MovingBody of {self._entity.name!r}>"

    @property
    def velocity(self) -> Vec3:
        """m/s; may be set."""
        return self._simulation.read_motion(self._entity)[0]

    @velocity.setter
    def velocity(self, value: ArrayLike) -> None:
        self._simulation.write_motion(self._entity, self._three("velocity", value), None)

    @property
    def angular_velocity(self) -> Vec3:
        """Degrees a second about the axes of the world; may be set."""
        x, y, z = np.degrees(self._simulation.read_motion(self._entity)[1]).tolist()
        return x, y, z

    @angular_velocity.setter
    def angular_velocity(self, value: ArrayLike) -> None:
        x, y, z = np.radians(self._three("angular_velocity", value)).tolist()
        self._simulation.write_motion(self._entity, None, (x, y, z))

    @property
    def mass(self) -> float:
        """Kilograms, of all its colliders; infinite for what forces do not move."""
        return self._simulation.mass_of(self._entity)

    def apply_force(self, force: ArrayLike, at: ArrayLike | None = None) -> None:
        """Push with so many newtons through the next tick, at a point of the world (None: its centre of mass)."""
        self._push(self._three("force", force), _ZERO, at, sudden=False)

    def apply_torque(self, torque: ArrayLike) -> None:
        """Turn with so many N m through the next tick."""
        self._push(_ZERO, self._three("torque", torque), None, sudden=False)

    def apply_impulse(self, impulse: ArrayLike, at: ArrayLike | None = None) -> None:
        """Hit it with so many N s, at a point of the world (None: its centre of mass)."""
        self._push(self._three("impulse", impulse), _ZERO, at, sudden=True)

    def apply_torque_impulse(self, impulse: ArrayLike) -> None:
        """Give it a spin of so many N m s."""
        self._push(_ZERO, self._three("torque impulse", impulse), None, sudden=True)

    @property
    def asleep(self) -> bool:
        """Whether it rests and is not computed."""
        return self._simulation.rest(self._entity, None)

    def wake(self) -> None:
        """Have it computed again."""
        self._simulation.rest(self._entity, False)

    def sleep(self) -> None:
        """Have it rest until something touches it."""
        self._simulation.rest(self._entity, True)

    def _push(self, linear: Vec3, angular: Vec3, at: ArrayLike | None, *, sudden: bool) -> None:
        point = None if at is None else self._three("point", at)
        self._simulation.push(self._entity, linear, angular, point, sudden=sudden)

    def _three(self, what: str, value: ArrayLike) -> Vec3:
        return three(value, f'the {what} of "{self._entity.name}"')


_ZERO: Vec3 = (0.0, 0.0, 0.0)
