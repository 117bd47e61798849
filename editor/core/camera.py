"""The editor's own camera: around a point, flying, from the six sides, and where it was."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.camera import Eye, Lens, Sphere, fitting_distance
from ...engine.declare import Vec3

F64 = NDArray[np.float64]

FOV = 50.0
"""Degrees, vertical, of the editor's view."""
SECONDS = 0.22
"""That it takes to get to another place, so that one sees where it went."""
NEAREST, FARTHEST = 1e-3, 1e6
"""Metres from the target."""

SIDES: dict[str, tuple[float, float]] = {
    "front": (0.0, 0.0),
    "back": (180.0, 0.0),
    "right": (90.0, 0.0),
    "left": (-90.0, 0.0),
    "top": (0.0, 90.0),
    "bottom": (0.0, -90.0),
}
"""Yaw and pitch in degrees: where the camera stands, seen from its target."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera stands: `distance` metres from `target` (world, metres).

    yaw: degrees about +Y, 0 in front (+Z), 90 on the right (+X).  pitch: degrees above the horizon, -90 to 90.
    """

    target: Vec3 = (0.0, 0.0, 0.0)
    distance: float = 8.0
    yaw: float = 30.0
    pitch: float = 22.0
    orthographic: bool = False

    def axes(self) -> F64:
        """(3, 3) right, up and back as columns; straight up and down are directions as all others."""
        turn, rise = math.radians(self.yaw), math.radians(self.pitch)
        st, ct, sr, cr = math.sin(turn), math.cos(turn), math.sin(rise), math.cos(rise)
        return np.array([[ct, -st * sr, st * cr], [0.0, cr, sr], [-st, -ct * sr, ct * cr]])

    @property
    def eye(self) -> F64:
        """(3,) world, metres."""
        return np.asarray(self.target) + self.axes()[:, 2] * self.distance

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "target": list(self.target),
            "distance": self.distance,
            "yaw": self.yaw,
            "pitch": self.pitch,
            "orthographic": self.orthographic,
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> Pose:
        """From JSON; what is missing or no number is as it is at first."""
        made = cls()
        try:
            x, y, z = map(float, data.get("target", made.target))
            found = cls(
                (x, y, z),
                float(data.get("distance", made.distance)),
                float(data.get("yaw", made.yaw)),
                float(data.get("pitch", made.pitch)),
                bool(data.get("orthographic", False)),
            )
        except (TypeError, ValueError):
            return made
        return found if np.isfinite([*found.target, found.distance, found.yaw, found.pitch]).all() else made


class ViewCamera:
    """Where the editor looks from, and on its way to where."""

    def __init__(self, pose: Pose | None = None) -> None:
        self.pose = pose or Pose()
        self._from, self._to, self._part = self.pose, self.pose, 1.0
        self.speed = 6.0
        """Metres a second, flying."""

    @property
    def moving(self) -> bool:
        """Whether it is on its way."""
        return self._part < 1

    @property
    def goal(self) -> Pose:
        """Where it will be."""
        return self._to if self.moving else self.pose

    def put(self, pose: Pose) -> None:
        """Be there at once."""
        self.pose = self._from = self._to = pose
        self._part = 1.0

    def go(self, pose: Pose) -> None:
        """Be there after a moment."""
        near = pose.yaw - 360 * round((pose.yaw - self.pose.yaw) / 360)  # the short way round
        self._from, self._to, self._part = self.pose, replace(pose, yaw=near), 0.0

    def step(self, seconds: float) -> None:
        """Go on."""
        if not self.moving:
            return
        self._part = min(1.0, self._part + seconds / SECONDS)
        a, b, t = self._from, self._to, 1 - (1 - self._part) ** 3
        x, y, z = (np.asarray(a.target) * (1 - t) + np.asarray(b.target) * t).tolist()
        distance = math.exp(math.log(a.distance) * (1 - t) + math.log(b.distance) * t)
        self.pose = Pose(
            (x, y, z), distance, a.yaw + (b.yaw - a.yaw) * t, a.pitch + (b.pitch - a.pitch) * t, b.orthographic
        )
        if not self.moving:
            self.put(replace(b, yaw=(b.yaw + 180) % 360 - 180))

    # ---- by the mouse -----------------------------------------------------------------------------------------------

    def turn(self, yaw: float, pitch: float) -> None:
        """Go around the target by degrees."""
        p = self.pose
        self.put(replace(p, yaw=(p.yaw + yaw + 180) % 360 - 180, pitch=max(-90.0, min(90.0, p.pitch + pitch))))

    def look(self, yaw: float, pitch: float) -> None:
        """Look elsewhere from where it stands, by degrees."""
        eye = self.pose.eye
        self.turn(yaw, pitch)
        self._stand(eye)

    def pan(self, right: float, up: float) -> None:
        """Go sideways by metres."""
        axes = self.pose.axes()
        self._target(np.asarray(self.pose.target) + axes[:, 0] * right + axes[:, 1] * up)

    def zoom(self, factor: float, toward: F64 | None = None) -> None:
        """Multiply the distance: below 1 comes closer. `toward` (3,): a point that stays where it is in the picture."""
        distance = max(NEAREST, min(FARTHEST, self.pose.distance * factor))
        if toward is not None:
            part = 1 - distance / self.pose.distance
            self._target(np.asarray(self.pose.target) * (1 - part) + np.asarray(toward) * part)
        self.put(replace(self.pose, distance=distance))

    def fly(self, right: float, up: float, forward: float, seconds: float) -> None:
        """Go on by `speed`, along its own axes; each is -1, 0 or 1."""
        axes = self.pose.axes()
        way = axes[:, 0] * right + np.array((0.0, 1.0, 0.0)) * up - axes[:, 2] * forward
        length = float(np.linalg.norm(way))
        if length:
            self._target(np.asarray(self.pose.target) + way / length * self.speed * seconds)

    def _stand(self, eye: F64) -> None:
        self._target(eye - self.pose.axes()[:, 2] * self.pose.distance)

    def _target(self, at: F64) -> None:
        x, y, z = at.tolist()
        self.put(replace(self.pose, target=(x, y, z)))

    # ---- by name ----------------------------------------------------------------------------------------------------

    def side(self, name: str) -> None:
        """Look from one of `SIDES`, without perspective."""
        yaw, pitch = SIDES[name]
        self.go(replace(self.goal, yaw=yaw, pitch=pitch, orthographic=True))

    def frame(self, ball: Sphere, aspect: float) -> None:
        """See all of a ball from the same direction. aspect: width / height."""
        distance = fitting_distance(max(ball.radius, 1e-2), FOV, aspect) * 1.15
        self.go(replace(self.goal, target=ball.centre, distance=max(NEAREST, min(FARTHEST, distance))))

    def lens(self) -> Lens:
        """How it sees. An orthographic view shows as much as the other one at the target."""
        p = self.pose
        height = 2 * p.distance * math.tan(math.radians(FOV) / 2)
        return Lens(FOV, max(1e-3, min(0.1, p.distance / 50)), height, p.orthographic)

    def eye(self) -> Eye:
        """What a picture is drawn with. An orthographic one stands farther back, so that nothing is behind it."""
        p, world = self.pose, np.empty((3, 4))
        world[:, :3] = p.axes()
        back = max(p.distance, 200.0) if p.orthographic else p.distance
        world[:, 3] = np.asarray(p.target) + world[:, 2] * back
        return Eye(world, self.lens())
