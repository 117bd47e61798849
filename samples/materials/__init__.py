"""A wall of spheres that each vary one number, and a table with a thing for every feature of materials.

Drag to turn, right-drag to move, wheel to zoom, Space lets it swing by itself. A click tells what a thing shows.
"""

from __future__ import annotations

import math

import dreamwell as dw
from dreamwell.engine.input import LEFT

from .build import scene

SECONDS_PER_SWING = 24.0
SWING = 22.0
"""Degrees to each side."""


class Showroom:
    """The wall and the table as an app: a camera that swings to and fro until the mouse takes over."""

    def __init__(self) -> None:
        self.app = dw.App(scene(), title="Materials")
        self.orbit = dw.OrbitCamera.of(self.app.world)
        self.start = self.orbit.yaw
        self.time = 0.0
        self.swinging = True
        self.app.update(self.update)
        self.app.on_key(self.press)

    def press(self, key: str) -> None:
        """Space stops the camera, and lets it go on."""
        if key == " ":
            self.swinging = not self.swinging

    def update(self, world: dw.World, dt: float) -> None:
        """Every frame: the camera, and what was clicked on."""
        player = self.app.input
        if player.buttons or player.clicked or player.wheel:
            self.swinging = False
        if self.swinging:
            self.time += dt
            self.orbit.yaw = self.start + SWING * math.sin(2 * math.pi * self.time / SECONDS_PER_SWING)
        self.orbit.update(world, player)
        if LEFT in player.clicked and (hit := self.app.pointed_at()):
            self.app.title = f"Materials - {hit.name}"


def main() -> None:
    """Open the room."""
    Showroom().app.run()


if __name__ == "__main__":
    main()
