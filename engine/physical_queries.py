"""The questions that one may ask a world's physics: rays, shapes that are moved along, overlaps.

What is passed is checked here; who simulates the world answers.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .declare import Vec3
from .physical_checks import F64, direction_of, rays_of, reach_of, three, unit_rotation

if TYPE_CHECKING:
    from .entity import Entity
    from .scene.physics import Collider

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


@dataclass(slots=True)
class Question:
    """What queries look at: layers as a bit mask, a body's row to leave out (-1: none), and whether sensors count."""

    layers: int = 0xFFFFFFFF
    exclude: int = -1
    sensors: bool = False


@dataclass(frozen=True, slots=True)
class RayHit:
    """What a ray or a shape met first.

    point: metres, in the world.  normal: unit length, away from what was met.  distance: metres from the origin; 0
    where it began inside.
    """

    entity: Entity
    point: Vec3
    normal: Vec3
    distance: float


@dataclass(frozen=True, eq=False)
class RayHits:
    """What k rays met first.

    rows: (k,) int32, -1 for nothing.  points (k, 3), normals (k, 3), distances (k,): float32; NaN where nothing is.
    """

    rows: I32
    points: F32
    normals: F32
    distances: F32

    def __len__(self) -> int:
        return len(self.rows)


class Queries(Protocol):
    """The half of `world.physics` that changes nothing; see `Simulation`.

    Raises PhysicsError for what is not finite, and for a layer that the scene does not have.
    """

    def ray(
        self,
        origin: ArrayLike,
        direction: ArrayLike,
        maximum: float = 1000.0,
        *,
        layers: Sequence[str] | None = None,
        exclude: Entity | None = None,
        sensors: bool = False,
    ) -> RayHit | None:
        """What a ray from `origin` meets first, at most `maximum` metres away; None for nothing."""
        start, way, far = three(origin, "the origin of a ray"), direction_of(direction), reach_of(maximum)
        return self._first_on_ray(start, way, far, self._question(layers, exclude, sensors))

    def rays(
        self,
        origins: ArrayLike,
        directions: ArrayLike,
        maximum: float = 1000.0,
        *,
        layers: Sequence[str] | None = None,
        exclude: Entity | None = None,
        sensors: bool = False,
    ) -> RayHits:
        """What each of (k, 3) rays meets first; one origin or one direction (3,) will do for all."""
        starts, ways = rays_of(origins, directions)
        return self._first_on_rays(starts, ways, reach_of(maximum), self._question(layers, exclude, sensors))

    def shape_cast(
        self,
        shape: Collider,
        origin: ArrayLike,
        direction: ArrayLike,
        maximum: float = 1000.0,
        *,
        rotation: ArrayLike = (0.0, 0.0, 0.0, 1.0),
        layers: Sequence[str] | None = None,
        exclude: Entity | None = None,
        sensors: bool = False,
    ) -> RayHit | None:
        """What a shape meets first that is moved from `origin` straight along `direction`; None for nothing."""
        start, way, far = three(origin, "the origin of a cast"), direction_of(direction), reach_of(maximum)
        turn = unit_rotation(rotation, "a cast")
        return self._first_on_way(shape, start, turn, way, far, self._question(layers, exclude, sensors))

    def overlap(
        self,
        shape: Collider,
        at: ArrayLike,
        *,
        rotation: ArrayLike = (0.0, 0.0, 0.0, 1.0),
        layers: Sequence[str] | None = None,
        exclude: Entity | None = None,
        sensors: bool = False,
    ) -> list[Entity]:
        """The objects that a shape touches, in the order of their rows, each once."""
        place, turn = three(at, "the place of an overlap"), unit_rotation(rotation, "an overlap")
        return self._touched(shape, place, turn, self._question(layers, exclude, sensors))

    # ---- who answers: directions are of unit length, distances in metres, rotations (1, 4) --------------------------

    @abstractmethod
    def _question(self, layers: Sequence[str] | None, exclude: Entity | None, sensors: bool) -> Question:
        """Names as bits and rows, once the engine knows what came and what went."""

    @abstractmethod
    def _first_on_ray(self, start: Vec3, way: Vec3, far: float, question: Question) -> RayHit | None: ...

    @abstractmethod
    def _first_on_rays(self, starts: F64, ways: F64, far: float, question: Question) -> RayHits: ...

    @abstractmethod
    def _first_on_way(
        self, shape: Collider, start: Vec3, turn: F64, way: Vec3, far: float, question: Question
    ) -> RayHit | None: ...

    @abstractmethod
    def _touched(self, shape: Collider, place: Vec3, turn: F64, question: Question) -> list[Entity]: ...
