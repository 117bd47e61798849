"""What physics is told, made plain."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.declare import Vec3, Vec4
from ..engine.errors import PhysicsError
from .physics_world import F64


def unlocked(motion: Vec3, lock: str) -> Vec3:
    """A motion without what goes along locked axes."""
    x, y, z = motion
    return 0.0 if "x" in lock else x, 0.0 if "y" in lock else y, 0.0 if "z" in lock else z


def bits_of(known: Sequence[str], layers: Sequence[str] | None) -> int:
    """Layers as a bit mask of those that the scene has; None for all. Raises PhysicsError."""
    if layers is None:
        return 0xFFFFFFFF
    if isinstance(layers, str):
        layers = (layers,)
    bits = 0
    for name in layers:
        if name not in known:
            raise PhysicsError(f'there is no physics layer "{name}"; scene.physics has {", ".join(known)}')
        bits |= 1 << known.index(name)
    return bits


def vec3(v: F64) -> Vec3:
    """(3,) as a tuple."""
    x, y, z = v.tolist()
    return x, y, z


def vec4(v: F64) -> Vec4:
    """(4,) as a tuple."""
    x, y, z, w = v.tolist()
    return x, y, z, w
