"""What an engine must do: the protocols that both are behind, and the plain values that go over the border.

Bodies, colliders and joints are called by the rows of their objects. All values were checked before: finite numbers,
unit quaternions, shapes with a volume. What native code does not like all the same is a PhysicsError, never a panic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import Vec3, Vec4
from ..engine.errors import PhysicsError
from ..engine.physical_queries import Question

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
P = ParamSpec("P")
T = TypeVar("T")

Label = tuple[int, int]
"""The object that events name: row and generation."""


@dataclass(slots=True)
class BodySpec:
    """A body to make. World space; metres, radians, kilograms. mass 0: by the densities of its colliders."""

    kind: str
    position: Vec3
    rotation: Vec4
    mass: float
    linear_damping: float
    angular_damping: float
    gravity_scale: float
    lock_position: str
    lock_rotation: str
    ccd: bool
    can_sleep: bool
    velocity: Vec3
    angular_velocity: Vec3


@dataclass(frozen=True, eq=False, slots=True)
class Shape:
    """A shape at its final size, metres. half: of a box.  points (n, 3), triangles (m, 3), heights: as it needs them.

    parts: of a decomposition, the corners (n, 3) of each convex part.
    heights: (rows along z, columns along x); half then holds half the extents in x and z.
    """

    kind: str
    half: Vec3 = (0.5, 0.5, 0.5)
    radius: float = 0.5
    half_height: float = 0.5
    points: F32 | None = None
    triangles: NDArray[np.uint32] | None = None
    heights: F32 | None = None
    parts: tuple[F32, ...] = ()


@dataclass(slots=True)
class ColliderSpec:
    """A collider to make: where it is on its body, what it is of, whom it meets (bit masks of layers)."""

    shape: Shape
    position: Vec3
    rotation: Vec4
    friction: float
    restitution: float
    density: float
    sensor: bool
    member: int
    meets: int
    label: Label


@dataclass(slots=True)
class JointSpec:
    """A joint to make, between bodies `a` and `b`, -1 for the world.

    anchors: on each body, metres.  frames: quaternions on each body, whose x axis is the joint's axis; both are the
    same in the world as the bodies are now.  limits: radians or metres.  motor: "none", "velocity" or "position".
    """

    kind: str
    a: int
    b: int
    anchor_a: Vec3
    anchor_b: Vec3
    frame_a: Vec4
    frame_b: Vec4
    limits: tuple[float, float] | None
    length: float
    stiffness: float
    damping: float
    motor: str
    motor_target: float
    motor_force: float
    collide: bool


@dataclass(slots=True)
class Touch:
    """Two colliders began or ceased to touch."""

    a: Label
    b: Label
    began: bool
    sensor: bool
    point: Vec3 = (0.0, 0.0, 0.0)
    normal: Vec3 = (0.0, 1.0, 0.0)
    impulse: float = 0.0


Hit = tuple[int, float, Vec3]
"""A collider's row, the distance in metres, and the normal, away from it."""


@dataclass(slots=True)
class Near:
    """What is near a collider. label: whose it is.  distance: metres, less than 0 inside.

    normal: unit length, away from it.  point: on it, where it is nearest.
    """

    label: Label
    distance: float
    normal: Vec3
    point: Vec3


class EngineContacts(Protocol):
    """What touches in an engine."""

    def touches(self, wanted: bool) -> list[Touch]:
        """What began and ceased to touch since the last call. `wanted`: where, and how hard, is to be told too."""
        ...

    def forget_touches(self) -> None:
        """As `touches`, where nobody wants to know."""
        ...

    def points(self) -> tuple[F64, F64]:
        """Where things touch now: points (k, 3) in the world, metres, and normals (k, 3); to be looked at."""
        ...


class EngineQueries(Protocol):
    """What one may ask an engine, which changes nothing."""

    def ray(self, origin: Vec3, direction: Vec3, maximum: float, question: Question) -> Hit | None: ...
    def cast(
        self, shape: Shape, position: Vec3, rotation: Vec4, direction: Vec3, maximum: float, question: Question
    ) -> tuple[Hit, Vec3] | None:
        """As `ray`; and the point."""
        ...

    def overlap(self, shape: Shape, position: Vec3, rotation: Vec4, question: Question) -> list[int]:
        """The rows of the colliders."""
        ...

    def near(self, collider: int, position: Vec3, rotation: Vec4, reach: float) -> list[Near]:
        """What is nearer than `reach` to a convex collider if its body were at a place; no sensors.

        Each convex part of a thing is told by itself, so that the plane across the shortest distance parts the two.
        """
        ...

    def lines(self) -> F32:
        """(k, 2, 3) metres, in the world: the edges of all shapes, to be looked at."""
        ...


class PhysicsWorld(Protocol):
    """An engine with its bodies, and what looks at them."""

    exact: bool
    """Whether `load` goes back to the very state, to the last bit."""
    can_freeze: bool
    """Whether bodies may be put to sleep whatever they touch, so that observer rings work."""

    @property
    def contacts(self) -> EngineContacts: ...
    @property
    def queries(self) -> EngineQueries: ...
    def configure(self, gravity: Vec3, iterations: int) -> None: ...
    def add_body(self, row: int, spec: BodySpec) -> None: ...
    def change_body(self, row: int, spec: BodySpec, *, moved: bool) -> None:
        """Other values for a body that is there; its motion stays, unless `moved`: then it is that of the spec."""
        ...

    def remove_body(self, row: int) -> None:
        """With its colliders and joints."""
        ...

    def add_collider(self, row: int, body: int, spec: ColliderSpec) -> None: ...
    def remove_collider(self, row: int) -> None: ...
    def settle_mass(self, row: int, mass: float) -> None:
        """After its colliders changed: make the whole body weigh so much, or what they make it for 0."""
        ...

    def add_joint(self, row: int, spec: JointSpec) -> None: ...
    def remove_joint(self, row: int) -> None: ...
    def set_poses(self, rows: I32, positions: F32, rotations: F32) -> None:
        """Put bodies elsewhere at once."""
        ...

    def set_targets(self, rows: I32, positions: F32, rotations: F32) -> None:
        """Where kinematic bodies are to be at the end of the next step."""
        ...

    def step(self, dt: float) -> list[int]:
        """Rows of the bodies that left the range of numbers and were halted for it."""
        ...

    def halt(self, rows: I32, positions: F32, rotations: F32) -> None:
        """Have bodies stand still there until they are put elsewhere or described anew."""
        ...

    def moved(self) -> tuple[I32, F32, F32]:
        """Bodies (k,) ascending that forces moved in the last step, with positions (k, 3) and rotations (k, 4)."""
        ...

    def pose(self, row: int) -> tuple[Vec3, Vec4]:
        """Where a body is, and how it is turned."""
        ...

    def motion(self, row: int) -> tuple[Vec3, Vec3]: ...
    def set_motion(self, row: int, velocity: Vec3 | None, angular: Vec3 | None) -> None: ...
    def push(self, row: int, linear: Vec3, angular: Vec3, at: Vec3 | None, *, sudden: bool) -> None: ...
    def mass(self, row: int) -> float: ...
    def asleep(self, row: int) -> bool: ...
    def awake(self) -> I32:
        """(k,) the bodies that forces move and that do not rest, in any order."""
        ...

    def rest(self, row: int, asleep: bool) -> None: ...

    def save(self) -> bytes: ...
    def load(self, data: bytes, labels: Mapping[int, Label]) -> None:
        """Go back; for one that is not exact the same bodies are there already. labels: by row of the collider."""
        ...


def at_border(function: Callable[P, T]) -> Callable[P, T]:
    """Have panics of native code be PhysicsErrors; Rust's are no Exceptions, and would pass through every script."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:  # a panic of Rust is no Exception
            if isinstance(error, PhysicsError) or not _native(error):
                raise
            raise PhysicsError(
                f"the physics engine refused {function.__name__.strip('_').replace('_', ' ')}: {error}; "
                "it may be of no use any more: load the scene anew"
            ) from None

    return guarded


def _native(error: BaseException) -> bool:
    kind: Any = type(error)
    return bool(kind.__name__ == "PanicException") or kind.__module__.startswith(("rapier3d", "pymunk", "pyo3"))
