"""A village on a dry evening: fire spreads from bush to house by rules and wind; save what you can until the rain.

WASD or a stick walks, the pointer or the right stick aims, Space, the mouse or a trigger throws water, which is fetched
at a well or the pond; E, the right button or X cuts bushes, so that there is nothing to burn. Enter begins, R goes back
to the title, P pauses. How it burns is data, in `fire.dream`. `dream run fire -- bot` plays by itself.
"""

from __future__ import annotations

import sys

import dreamwell as dw
from dreamwell.samples._shared.arguments import asks_for_pilot
from dreamwell.samples._shared.board import pauses

from . import plan, village
from .display import Display
from .play import Village, Warden


def stage(auto: bool = False) -> dw.Scene:
    """The village with its looks, and who plays in it."""
    made = dw.load(plan.FILE)
    made["village"].set(Village(auto=auto))
    made["warden"].set(Warden())
    return made


def game(auto: bool = False, seed: int | None = None) -> dw.App:
    """The game; `auto`: the pilot plays it."""
    assert village is not None  # imported before the scene asks for it, so that there is only one
    app = dw.App(stage(auto), title="Fire", seed=seed)
    app.bindings.action("pour", " ", "mouse:left", "pad:right_trigger", "pad:right_bumper")
    app.bindings.action("cut", "e", "mouse:right", "pad:x")
    app.bindings.action("begin", "Enter", "mouse:left", "pad:a", "pad:start")
    app.update(Display(app.hud).show)
    pauses(app)
    return app


if __name__ == "__main__":
    game(asks_for_pilot("fire", sys.argv[1:])).run()
