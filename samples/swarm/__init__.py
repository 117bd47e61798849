"""Lead ten thousand starlings through the gates before it is dark: pointer, arrow keys or stick, Space gathers them.

A hawk comes for those that are in its way, and whom it takes is gone. All birds fly in one system (`flock.py`). R goes
back to the title. `dream run swarm -- 2000` has so many birds.
"""

from __future__ import annotations

import sys

import dreamwell as dw

from . import flock, play, rules
from .display import Display
from .flock import MANY
from .land import compensation, scene
from .play import Gaze, Lantern
from .rules import Rules


def count_of(text: str) -> int:
    """How many birds were asked for on the command line."""
    if not text.isascii() or not text.isdigit() or not 100 <= int(text) <= 200_000:
        sys.exit(f"error: the number of birds is {text!r}; it must be a whole number from 100 to 200000")
    return int(text)


def stage(count: int) -> dw.Scene:
    """The lake, and what plays on it."""
    made = scene()
    made.add("game", Rules(flock=count))
    made["light"].set(Lantern())
    made["camera"].set(Gaze())
    return made


def game(count: int = MANY, seed: int | None = None) -> dw.App:
    """The game with so many birds."""
    app = dw.App(stage(count), title="Swarm", seed=seed)
    app.use(flock, play, rules)
    app.bindings.action("gather", " ", "mouse:left", "pad:a", "pad:right_trigger")
    app.bindings.action("begin", "Enter", " ", "mouse:left", "pad:a", "pad:start")
    display = Display(app.hud)

    @app.update
    def show(world: dw.World, dt: float) -> None:
        """What is over the picture, and how bright that is."""
        now = world["game"][Rules]
        display.show(now, app.time)
        wanted = compensation(now.late)
        if abs(wanted - world.settings.exposure.compensation) > 0.01:
            world.configure({"exposure.compensation": wanted})

    return app


if __name__ == "__main__":
    game(count_of(sys.argv[1]) if sys.argv[1:] else MANY).run()
