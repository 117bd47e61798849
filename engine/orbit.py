"""A camera on a sphere around a point: turn, pan and zoom, by mouse or by numbers."""

from __future__ import annotations

import math

import numpy as np

from .camera import Sphere, around, fitting_distance
from .declare import Vec3
from .input import LEFT, MIDDLE, RIGHT, Input
from .world import World

DEGREES_PER_HEIGHT = 180.0
"""How far a drag over the whole height of the window turns."""
ZOOM_PER_NOTCH = 0.88


class OrbitCamera:
    """Moves a world's active camera around `target` (world, metres).

    `distance` in metres; `yaw` in degrees about +Y, 0 looks along -Z from in front, counter-clockwise from above;
    `pitch` in degrees above the horizon. Left-drag turns, right- or middle-drag pans, the wheel zooms, F shows
    everything. Call `update` once a frame; or set the numbers and call `apply`.
    """

    def __init__(
        self, target: Vec3 = (0.0, 0.0, 0.0), *, distance: float = 5.0, yaw: float = 30.0, pitch: float = 15.0
    ) -> None:
        self.target = target
        self.distance = distance
        self.yaw = yaw
        self.pitch = pitch

    @classmethod
    def of(cls, world: World) -> OrbitCamera:
        """One that starts where the world's camera is, around what it looks at: nothing jumps but a tilted horizon."""
        eye, lens = world.observer().world_from_camera, world.lens
        ball = world.bounds()
        back = eye[:, 2]
        along = float(np.subtract(eye[:, 3], ball.centre) @ back)  # how far the scene's middle lies ahead
        distance = along if along > 0 else max(ball.radius, lens.near * 10)
        x, y, z = (eye[:, 3] - back * distance).tolist()
        if lens.orthographic:
            distance = lens.height / (2 * math.tan(math.radians(lens.fov_y) / 2))
        yaw = math.degrees(math.atan2(back[0], back[2]))
        pitch = math.degrees(math.asin(max(-1.0, min(1.0, back[1]))))
        return cls((x, y, z), distance=distance, yaw=yaw, pitch=pitch)

    @property
    def eye(self) -> Vec3:
        """Where the camera stands, world, metres."""
        return around(self.target, self.distance, self.yaw, self.pitch)

    def turn(self, yaw: float = 0.0, pitch: float = 0.0) -> None:
        """Turn around the target by degrees; the poles are never quite reached."""
        self.yaw = (self.yaw + yaw + 180) % 360 - 180
        self.pitch = max(-89.9, min(89.9, self.pitch + pitch))

    def pan(self, right: float = 0.0, up: float = 0.0) -> None:
        """Move eye and target in the picture's plane, by metres."""
        turn, rise = math.radians(self.yaw), math.radians(self.pitch)
        x, y, z = self.target
        self.target = (
            x + right * math.cos(turn) - up * math.sin(turn) * math.sin(rise),
            y + up * math.cos(rise),
            z - right * math.sin(turn) - up * math.cos(turn) * math.sin(rise),
        )

    def zoom(self, factor: float) -> None:
        """Multiply the distance: below 1 comes closer."""
        self.distance = max(1e-6, self.distance * factor)

    def frame(self, world: World, sphere: Sphere | None = None, *, aspect: float = 16 / 9) -> None:
        """Look at all of `sphere` (None: everything that is drawn) from the same direction."""
        ball = world.bounds() if sphere is None else sphere
        self.target = ball.centre
        self.distance = fitting_distance(ball.radius, world.lens.fov_y, aspect)

    def apply(self, world: World) -> None:
        """Put the world's active camera there. `near` follows, so that nothing is cut away when coming close.

        An orthographic camera shows as much as one with its angle of view would at the target.
        """
        camera, lens = world.camera, world.lens
        camera.world_position = self.eye
        camera.look_at(self.target)
        lens.near = min(lens.near, self.distance / 100)
        if lens.orthographic:
            lens.height = 2 * self.distance * math.tan(math.radians(lens.fov_y) / 2)

    def update(self, world: World, input: Input) -> None:
        """Follow the mouse and the keys of this frame, then `apply`."""
        width, height = input.size
        dx, dy = input.moved
        if LEFT in input.buttons:
            self.turn(-dx * DEGREES_PER_HEIGHT / height, dy * DEGREES_PER_HEIGHT / height)
        elif RIGHT in input.buttons or MIDDLE in input.buttons:
            metres = 2 * self.distance * math.tan(math.radians(world.lens.fov_y) / 2) / height
            self.pan(-dx * metres, dy * metres)
        if input.wheel:
            self.zoom(ZOOM_PER_NOTCH**input.wheel)
        if "f" in input.pressed:
            self.frame(world, aspect=width / height)
        self.apply(world)
