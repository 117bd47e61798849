"""What users pass to physics, checked and made plain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..engine.declare import Vec3, Vec4
from ..engine.errors import PhysicsError
from ..engine.physical import three
from .physics_world import F64


def unit(rotation: ArrayLike, what: str) -> F64:
    """(1, 4) a quaternion at unit length. Raises PhysicsError."""
    q = np.asarray(rotation, np.float64)
    length = float(np.linalg.norm(q)) if q.shape == (4,) else 0.0
    if not 0 < length < np.inf:
        raise PhysicsError(f"the rotation of {what} is {rotation!r}; it must be 4 finite numbers, not all 0")
    return (q / length)[None]


def unlocked(motion: Vec3, lock: str) -> Vec3:
    """A motion without what goes along locked axes."""
    x, y, z = motion
    return 0.0 if "x" in lock else x, 0.0 if "y" in lock else y, 0.0 if "z" in lock else z


def direction_of(value: ArrayLike) -> Vec3:
    """A unit vector. Raises PhysicsError."""
    x, y, z = three(value, "the direction of a ray")
    length = float(np.sqrt(x * x + y * y + z * z))
    if not length:
        raise PhysicsError("the direction of a ray is [0, 0, 0]")
    return x / length, y / length, z / length


def many(value: ArrayLike, what: str) -> F64:
    """(k, 3) finite numbers. Raises PhysicsError."""
    try:
        found = np.atleast_2d(np.asarray(value, np.float64))
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 2 or found.shape[-1] != 3 or not np.isfinite(found).all():
        raise PhysicsError(f"{what} of rays must be (k, 3) finite numbers")
    return found


def far(maximum: float) -> float:
    """How far a ray goes. Raises PhysicsError."""
    if not 0 < maximum <= 1e9:
        raise PhysicsError(f"a ray's maximum is {maximum!r}; it must be above 0 and at most 1e9 metres")
    return float(maximum)


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
