"""Top-down survival against four hundred scarabs: they flock, hunt what they see, flee from fire; all by rules.

WASD or a stick walks, the pointer or the right stick aims (else the bow finds the nearest by itself), Space, the mouse
or a trigger shoots. Gems make the bow stronger, hearts heal, the flame of a brute drives all of them away for a while.
Enter begins, R goes back to the title, P pauses. Columns and ruins hide who stands behind them.
The rules are data, in `arena.dream`. `dream run arena -- bot` plays by itself.
"""

from __future__ import annotations

import sys

import dreamwell as dw
from dreamwell.samples._shared.arguments import asks_for_pilot
from dreamwell.samples._shared.board import pauses

from . import creatures, plan, play
from .display import Display
from .play import MOST, Game, Hero


def stage(auto: bool = False, most: int = MOST) -> dw.Scene:
    """The arena with its looks, and who plays in it."""
    made = dw.load(plan.FILE)
    made["game"].set(Game(auto=auto, most=most))
    made["hero"].set(Hero())
    return made


def game(auto: bool = False, seed: int | None = None, most: int = MOST) -> dw.App:
    """The game; `auto`: the pilot plays it; `most`: so many scarabs at a time."""
    assert creatures is not None  # imported before the scene asks for it, so that there is only one
    app = dw.App(stage(auto, most), title="Arena", seed=seed)
    app.use(play)
    app.bindings.action("fire", " ", "mouse:left", "pad:right_trigger", "pad:right_bumper")
    app.bindings.action("begin", "Enter", "mouse:left", "pad:a", "pad:start")
    app.update(Display(app.hud).show)
    pauses(app)
    return app


if __name__ == "__main__":
    game(asks_for_pilot("arena", sys.argv[1:])).run()
