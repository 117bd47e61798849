"""The time of day in samples that have one: the arrow keys turn the clock, Space stops it."""

from __future__ import annotations

import dreamwell as dw
from dreamwell.samples._shared.arguments import number_of


class Clock:
    """The hour, 0 to 24, and how fast it goes by itself and by the keys, in hours per second."""

    def __init__(self, hour: float, speed: float, key_speed: float) -> None:
        self.hour = hour
        self.speed, self.key_speed = speed, key_speed
        self.running = True

    def tick(self, dt: float, player: dw.Input) -> None:
        """Let time pass."""
        if " " in player.pressed:
            self.running = not self.running
        keys = player.axis("ArrowLeft", "ArrowRight") * self.key_speed
        self.hour = (self.hour + (keys or self.running * self.speed) * dt) % 24

    def __str__(self) -> str:
        """As in 18:05."""
        minutes = int(self.hour * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"


def hour_of(text: str) -> float:
    """The hour that was asked for on the command line."""
    return number_of(text, "the hour", 0, 24)
