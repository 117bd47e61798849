"""The handle to a character that walks through a running world: what scripts set, and what the last tick made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from .declare import Vec3
from .entity import Entity
from .physical_checks import three

if TYPE_CHECKING:
    from .physical import Simulation

_ZERO: Vec3 = (0.0, 0.0, 0.0)
_UP: Vec3 = (0.0, 1.0, 0.0)


@dataclass(slots=True)
class CharacterState:
    """What is remembered of a character from tick to tick. World space, metres, seconds.

    ground: row and generation of the object that it stands on.  touching: those that it was pressed against in the
    last tick, the ground among them.
    """

    generation: int = 0
    velocity: Vec3 = _ZERO
    grounded: bool = False
    normal: Vec3 = _UP
    ground: tuple[int, int] | None = None
    ground_velocity: Vec3 = _ZERO
    hit_wall: bool = False
    hit_ceiling: bool = False
    touching: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])


class MovingCharacter:
    """How an object with a dw.Character moves, reached as `entity.character`. World space, metres, seconds.

    Set `velocity` in every tick; the tick moves the object, and all else here is what came of it. Raises PhysicsError
    for what is not finite, and where the object has no Character any more.
    """

    __slots__ = ("_entity", "_simulation")

    def __init__(self, simulation: Simulation, entity: Entity) -> None:
        self._simulation = simulation
        self._entity = entity

    def __repr__(self) -> str:
        return f"<MovingCharacter of {self._entity.name!r}>"

    def _state(self) -> CharacterState:
        return self._simulation.character_state(self._entity)

    @property
    def velocity(self) -> Vec3:
        """m/s; may be set. On the ground: relative to it, and level; what goes upwards leaves it. Gravity is added."""
        return self._state().velocity

    @velocity.setter
    def velocity(self, value: ArrayLike) -> None:
        self._state().velocity = three(value, f'the velocity of "{self._entity.name}"')

    def walk(self, x: float, z: float = 0.0) -> None:
        """Set the level part of the velocity, along the world's x and z; falling and jumping go on."""
        state = self._state()
        state.velocity = three((x, state.velocity[1], z), f'the velocity of "{self._entity.name}"')

    def jump(self, speed: float) -> None:
        """Leave the ground upwards with so many m/s: v²/2g metres high. Also in the air; ask `grounded` before."""
        state = self._state()
        x, _, z = state.velocity
        state.velocity = three((x, speed, z), f'the velocity of "{self._entity.name}"')

    @property
    def grounded(self) -> bool:
        """Whether it stood on something that is no steeper than `max_slope`."""
        return self._state().grounded

    @property
    def ground_normal(self) -> Vec3:
        """Unit length, away from the ground; (0, 1, 0) in the air."""
        return self._state().normal

    @property
    def ground(self) -> Entity | None:
        """The object that it stands on."""
        ground = self._state().ground
        return None if ground is None else Entity.known(self._entity.world, *ground)

    @property
    def ground_velocity(self) -> Vec3:
        """m/s, of the ground below its feet; it is added to `velocity` when the ground is left."""
        return self._state().ground_velocity

    @property
    def hit_wall(self) -> bool:
        """Whether something too steep to walk on was in its way."""
        return self._state().hit_wall

    @property
    def hit_ceiling(self) -> bool:
        """Whether its head met something."""
        return self._state().hit_ceiling

    @property
    def touching(self) -> list[Entity]:
        """The objects that it was pressed against, the ground among them. dw.Contact tells when that begins."""
        return [Entity.known(self._entity.world, *label) for label in self._state().touching]
