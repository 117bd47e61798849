"""What makes objects fall, collide and hang on one another: components, and the scene's physics settings."""

from __future__ import annotations

from typing import Literal, Self

from ..declare import ObjectName, Vec3, Vec4, component, field, struct

Axes = Literal["", "x", "y", "z", "xy", "xz", "yz", "xyz"]
ColliderShape = Literal[
    "box", "sphere", "capsule", "cylinder", "cone", "convex", "decomposition", "mesh", "heightfield"
]
BodyKind = Literal["dynamic", "static", "kinematic"]

LARGEST_HULL = 10_000
"""Points that a convex hull may be made of."""
MOST_DECOMPOSED = 100_000
"""Triangles of a mesh that may be decomposed."""
MOST_PLANAR = 20_000
"""Triangles of a mesh in planar physics, which has to look at each of them by itself."""


@component
class Body:
    """Moves by the laws of mechanics, with the Colliders on the object and on what hangs on it."""

    __in_tables__ = True
    __watched__ = True

    kind: BodyKind = field(
        default="dynamic",
        doc="dynamic: moved by forces; kinematic: moved by scripts, pushes what is in its way; static: stays",
    )
    mass: float = field(default=0.0, unit="kg", minimum=0, doc="0: what the colliders' densities make it")
    linear_damping: float = field(default=0.0, unit="1/s", minimum=0, doc="how fast it comes to rest by itself")
    angular_damping: float = field(default=0.0, unit="1/s", minimum=0, doc="how fast it stops turning by itself")
    gravity_scale: float = field(default=1.0, doc="0 floats, -1 falls upwards")
    lock_position: Axes = field(default="", doc="axes of the world along which it can't move")
    lock_rotation: Axes = field(default="", doc="axes of the world about which it can't turn")
    ccd: bool = field(default=False, doc="does not pass through thin things, however fast it is")
    can_sleep: bool = field(default=True, doc="is not computed while it rests")
    velocity: Vec3 = field(default=(0.0, 0.0, 0.0), unit="m/s", doc="at the beginning; later see entity.body")
    angular_velocity: Vec3 = field(
        default=(0.0, 0.0, 0.0), unit="deg/s", doc="at the beginning, about the axes of the world"
    )
    enabled: bool = field(
        default=True, doc="off: as if it and its Colliders were not there; on again it begins with `velocity`"
    )


@component
class Collider:
    """A shape that others touch: of the Body on the object or above it; without one it stands still.

    Shapes lie as the Mesh of the same name does, and grow with the object's scale.
    """

    __in_tables__ = True
    __watched__ = True

    shape: ColliderShape = field(
        default="box",
        doc="convex: the hull of the Mesh beside it; decomposition: convex parts that fill it; mesh: its triangles; "
        "heightfield: its points, a grid in x and z",
    )
    size: Vec3 = field(default=(1.0, 1.0, 1.0), unit="m", above=0, doc="box: edge lengths")
    radius: float = field(default=0.5, unit="m", above=0, doc="sphere, capsule, cylinder, cone")
    height: float = field(
        default=1.0, unit="m", above=0, doc="cylinder, cone, capsule (between the caps' centres), along y"
    )
    offset: Vec3 = field(default=(0.0, 0.0, 0.0), unit="m", doc="where its middle is on the object")
    rotation: Vec4 = field(default=(0.0, 0.0, 0.0, 1.0), doc="how it is turned on the object: a quaternion xyzw")
    friction: float = field(default=0.5, minimum=0, doc="of two that touch the geometric mean counts")
    restitution: float = field(
        default=0.0, minimum=0, maximum=1, doc="1 bounces back as fast; of two the larger counts"
    )
    density: float = field(default=1000.0, unit="kg/m³", above=0, doc="water has 1000")
    sensor: bool = field(default=False, doc="nothing bounces off it; it only tells what is inside, by dw.Contact")
    layer: str = field(default="default", doc="one of the scene's physics layers")
    collides_with: tuple[str, ...] = field(
        default=(), doc="layers; empty for all. Two touch where each has the other's layer"
    )
    enabled: bool = field(default=True, doc="off: nothing touches or finds it, and it weighs nothing")

    @classmethod
    def box(cls, size: Vec3 | float = 1.0) -> Self:
        """A box; `size` in metres, one number for a cube."""
        return cls(shape="box", size=(size, size, size) if isinstance(size, (int, float)) else size)

    @classmethod
    def sphere(cls, radius: float = 0.5) -> Self:
        """A ball."""
        return cls(shape="sphere", radius=radius)

    @classmethod
    def capsule(cls, radius: float = 0.5, height: float = 1.0) -> Self:
        """A capsule along Y; `height` is the distance between the centres of its caps."""
        return cls(shape="capsule", radius=radius, height=height)

    @classmethod
    def cylinder(cls, radius: float = 0.5, height: float = 1.0) -> Self:
        """A cylinder along Y."""
        return cls(shape="cylinder", radius=radius, height=height)

    @classmethod
    def cone(cls, radius: float = 0.5, height: float = 1.0) -> Self:
        """A cone along Y, its tip up."""
        return cls(shape="cone", radius=radius, height=height)

    @classmethod
    def convex(cls) -> Self:
        """The convex hull of the Mesh beside it."""
        return cls(shape="convex")

    @classmethod
    def decomposition(cls) -> Self:
        """Convex parts that fill the Mesh beside it, hollows left out; for what is hollow and moves."""
        return cls(shape="decomposition")

    @classmethod
    def mesh(cls) -> Self:
        """The triangles of the Mesh beside it; for what does not move by forces."""
        return cls(shape="mesh")


@component
class Joint:
    """Holds the object's Body to that of another object, or to the world where no Body is there.

    Both are held as they stand when the joint is made: a hinge's angle and a slider's way are 0 then.
    """

    __in_tables__ = True
    __watched__ = True

    kind: Literal["fixed", "hinge", "ball", "slider", "spring", "distance"] = field(
        default="fixed", doc="what is left free: nothing, an axis to turn about, all turning, an axis to slide along"
    )
    other: ObjectName = field(default="", doc="the name of the other object; empty for the world")
    anchor: Vec3 = field(default=(0.0, 0.0, 0.0), unit="m", doc="where it holds, on this object")
    other_anchor: Vec3 | None = field(default=None, doc="where it holds on the other; null: where `anchor` is at first")
    axis: Vec3 = field(default=(0.0, 1.0, 0.0), doc="hinge, slider: the axis, on this object")
    minimum: float | None = field(default=None, doc="hinge: degrees; slider, distance: metres; null for no limit")
    maximum: float | None = field(default=None, doc="as minimum")
    length: float | None = field(default=None, unit="m", minimum=0, doc="spring, distance: null for as it is at first")
    stiffness: float = field(default=1000.0, unit="N/m", minimum=0, doc="spring: force for each metre")
    damping: float = field(default=10.0, unit="N s/m", minimum=0, doc="spring: force for each metre a second")
    motor: Literal["none", "velocity", "position"] = field(default="none", doc="hinge, slider: what it is driven to")
    motor_target: float = field(default=0.0, doc="deg/s or m/s; for position deg or m")
    motor_force: float = field(default=0.0, minimum=0, doc="the most it may use, N m or N; 0 for no limit")
    collide: bool = field(default=False, doc="whether the two objects touch each other")


@component
class Character:
    """Walks, climbs steps, slides along walls and rides what moves, as `entity.character` says.

    On an object with a kinematic Body and a Collider that is no mesh and no heightfield.
    """

    __in_tables__ = True

    step_height: float = field(default=0.3, unit="m", minimum=0, doc="how high a step it climbs")
    max_slope: float = field(default=45.0, unit="deg", minimum=0, maximum=89, doc="the steepest that it stands on")
    snap_to_ground: float = field(default=0.3, unit="m", minimum=0, doc="how far below it the ground still holds it")
    skin: float = field(default=0.01, unit="m", minimum=0.001, maximum=1, doc="how far it keeps from everything")
    gravity_scale: float = field(default=1.0, doc="0 floats, -1 falls upwards")
    mass: float = field(default=80.0, unit="kg", minimum=0, doc="what it weighs on dynamic Bodies that it stands on")
    push: float = field(default=500.0, unit="N", minimum=0, doc="how hard it pushes dynamic Bodies in its way")
    turn_with_ground: bool = field(default=False, doc="whether ground that turns turns it, too, about the upright")


@struct
class Physics:
    """How a scene is simulated: `scene.physics = dw.Physics(gravity=(0, -1.62, 0))`."""

    engine: Literal["spatial", "planar", "none"] = field(
        default="spatial", doc="spatial: in three dimensions; planar: in x and y, flat; none: nothing moves by itself"
    )
    gravity: Vec3 = field(default=(0.0, -9.81, 0.0), unit="m/s²", doc="what everything that falls falls by")
    layers: tuple[str, ...] = field(default=("default",), doc="the layers that colliders may name, 32 at most")
    rings: bool = field(
        default=False, doc="what is far from the camera for its size ticks less often, or not at all: see physics.md"
    )
    iterations: int = field(default=4, minimum=1, maximum=64, doc="of the solver: more makes high stacks steadier")


MOST_LAYERS = 32

__all__ = ["Body", "Character", "Collider", "Joint", "Physics"]
