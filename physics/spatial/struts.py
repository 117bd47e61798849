"""The least distance of rapier's distance joints: those only pull, so what comes nearer is driven apart by a motor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import rapier3d as rapier

from ...engine.declare import Vec3
from ..physics_world import JointSpec

_AXIS = rapier.JointAxis.LIN_X
_STIFF, _DAMPING = 1e4, 200.0
"""1/s² and 1/s, for each kilogram: critically damped."""


class Struts:
    """Distance joints that must not get shorter than so much, by the rows of their joints."""

    def __init__(self) -> None:
        self._of: dict[
            int, tuple[Vec3, Vec3, float, bool]
        ] = {}  # anchors on a and b, the least distance, whether driven

    def begin(self, row: int, spec: JointSpec, made: Any) -> Any:
        """A joint that is to be made: as it is to be. One of a single length is driven to it all the time."""
        low, high = spec.limits or (spec.length, spec.length)
        if low >= high:
            return made.motor_position(_AXIS, low, _STIFF, _DAMPING)
        if low > 0:
            self._of[row] = spec.anchor_a, spec.anchor_b, low, False
        return made

    def remove(self, row: int) -> None:
        """Forget one, if it is known."""
        self._of.pop(row, None)

    def drive(self, joints: Any, bodies: Any, handles: Mapping[int, Any], dt: float) -> None:
        """Before a step of `dt` seconds: switch on what would come too near in it, and off what does not any more."""
        for row, (on_a, on_b, low, driven) in self._of.items():
            if row not in handles or handles[row] not in joints:  # it holds nothing now, or went with a body
                continue
            joint = joints[handles[row]]
            b, a = bodies[joint.body1], bodies[joint.body2]
            if (a.is_sleeping or not a.is_dynamic) and (b.is_sleeping or not b.is_dynamic):
                continue
            p, q = a.position.transform_point(on_a), b.position.transform_point(on_b)
            way = (p.x - q.x, p.y - q.y, p.z - q.z)
            u, v = a.velocity_at_point(p), b.velocity_at_point(q)
            apart = math.hypot(*way)
            speed = sum(w * s for w, s in zip(way, (u.x - v.x, u.y - v.y, u.z - v.z), strict=True)) / max(apart, 1e-9)
            near = apart + speed * dt < low
            if near != driven:
                data = joint.data
                data.set_motor_position(_AXIS, low, *((_STIFF, _DAMPING) if near else (0.0, 0.0)))
                joint.data = data
                self._of[row] = on_a, on_b, low, near

    def save(self) -> bytes:
        """All of it, for `load`."""
        rows = [(row, *on_a, *on_b, low, driven) for row, (on_a, on_b, low, driven) in sorted(self._of.items())]
        return np.array(rows, np.float64).tobytes()

    def load(self, data: bytes) -> None:
        """Go back to what `save` gave."""
        table = np.frombuffer(data, np.float64).reshape(-1, 9).tolist()
        self._of = {int(row): ((a, b, c), (d, e, f), low, bool(on)) for row, a, b, c, d, e, f, low, on in table}
