"""Lead ten thousand starlings through the gates before it is dark: pointer, arrow keys or stick, Space gathers them.

A hawk comes for those that are in its way, and whom it takes is gone. All birds fly in one system (`flock.py`). R goes
back to the title. `dream run swarm -- 2000` has so many birds.
"""

from __future__ import annotations

import sys

import dreamwell as dw

from . import flock, play
from .display import Display
from .game import Rules
from .hawk import Stooped, Taken
from .land import compensation, scene
from .play import Gaze, Lantern

MANY = 10_000


def count_of(text: str) -> int:
    """How many birds were asked for on the command line."""
    if not text.isascii() or not text.isdigit() or not 100 <= int(text) <= 200_000:
        sys.exit(f"error: the number of birds is {text!r}; it must be a whole number from 100 to 200000")
    return int(text)


def stage(count: int) -> dw.Scene:
    """The scene with what plays in it."""
    made = scene()
    made.add("game", Rules(flock=count))
    made["light"].set(Lantern())
    made["camera"].set(Gaze())
    return made


app = dw.App(stage(count_of(sys.argv[1]) if sys.argv[1:] else MANY), title="Swarm")
app.use(flock, play)
app.bindings.action("gather", " ", "mouse:left", "pad:a", "pad:right_trigger")
app.bindings.action("begin", "Enter", " ", "mouse:left", "pad:a", "pad:start")
display = Display(app.hud)


@app.on(Stooped)
def warn(event: Stooped, world: dw.World) -> None:
    """A hawk comes."""
    rules = world["game"][Rules]
    if rules.phase == "playing":
        rules.tell("Hawk!", 1.2)


@app.on(Taken)
def mourn(event: Taken, world: dw.World) -> None:
    """Birds were taken."""
    rules = world["game"][Rules]
    if rules.phase == "playing":
        rules.lose(event.count)


@app.update
def show(world: dw.World, dt: float) -> None:
    """What is over the picture, and how bright that is."""
    rules = world["game"][Rules]
    display.show(rules, app.time)
    world.configure({"exposure.compensation": compensation(rules.late)})


if __name__ == "__main__":
    app.run()
