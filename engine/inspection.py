"""What a running app's function keys do: step through debug views, show what the passes take, keep a picture."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..assets.images import save_image
from ..fabric import Fabric
from .scene.settings import VIEWS
from .world import World

NEXT, NONE, TIMINGS, PHYSICS, SCREENSHOT = "F2", "F3", "F4", "F6", "F12"
KEYS = (NEXT, NONE, TIMINGS, PHYSICS, SCREENSHOT)
"""With Shift, F2 goes back. An App made with `inspect=False` leaves them to the game."""
SECONDS = 0.5
"""From one reading of the passes' times to the next: reading waits for the GPU."""


def press(world: World, key: str, *, shift: bool) -> None:
    """Do what a key says to the world's settings."""
    debug = world.settings.debug
    if key == NEXT:
        world.configure({"debug.view": VIEWS[(VIEWS.index(debug.view) + (-1 if shift else 1)) % len(VIEWS)]})
    elif key == NONE:
        world.configure({"debug.view": "none"})
    elif key == TIMINGS:
        world.configure({"debug.timings": not debug.timings})
    elif key == PHYSICS:
        world.configure({"debug.physics": not debug.physics})


def slug(name: str) -> str:
    """A scene's name as part of a file's."""
    return re.sub(r"[^\w-]+", "-", name).strip("-")


def keep(image: NDArray[Any], name: str, folder: Path) -> Path:
    """Write a picture as NAME-0001.png, or under the next number that is free. Returns where. Raises AssetError."""
    number = 1
    while (path := folder / f"{slug(name) or 'picture'}-{number:04d}.png").exists():
        number += 1
    save_image(path, image)
    return path


class Stopwatch:
    """Tells a Fabric what its passes take, twice a second, while `debug.timings` is on.

    timed: others want to know it too, so the passes go on being timed when it is off.
    """

    def __init__(self, fabric: Fabric, *, timed: bool) -> None:
        self._fabric, self._timed = fabric, timed
        self._on = False
        self._told = 0.0
        self._frames = 0

    def drawn(self, world: World) -> None:
        """A frame was drawn."""
        if not world.settings.debug.timings:
            if self._on:
                self._on = False
                self._fabric.time_passes(on=self._timed)
            return
        now = time.perf_counter()
        if not self._on:
            self._on, self._told, self._frames = True, now - SECONDS, -1
            self._fabric.time_passes()
        self._frames += 1
        if now - self._told < SECONDS or not self._frames:
            return
        times = self._fabric.time_passes()
        passes = {} if times is None else times.read()
        totals = {"cpu encode": self._fabric.encode_us / 1e3, "cpu submit": self._fabric.submit_us / 1e3}
        cpu = {} if times is None else times.cpu()
        if passes:
            totals["gpu passes"] = sum(passes.values())
        now = time.perf_counter()
        self._fabric.show_times(passes, {"frame": (now - self._told) * 1e3 / self._frames, **totals}, cpu)
        self._told, self._frames = now, 0
