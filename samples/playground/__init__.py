"""A physics toy: put up towers, chains, ragdolls; drag, throw, freeze and blow them up, in slow motion if you like.

Buttons and keys make things where the pointer is, the left button drags them by the point where it took hold. A table
that nobody plays at shows itself.
"""

from __future__ import annotations

import dreamwell as dw

from . import play
from .display import Display
from .land import scene
from .play import KEYS, Game, Gaze, cables

SLOW = 0.2


def stage() -> dw.Scene:
    """The table, and who plays at it."""
    made = scene()
    made.add("game", Game())
    made["camera"].set(Gaze())
    return made


def game(seed: int | None = None) -> dw.App:
    """The app."""
    app = dw.App(
        stage(), title="Playground", seed=seed, settings={"shadows.distance": 70, "exposure.compensation": 0.35}
    )
    app.use(play)
    for what, key in KEYS.items():
        app.bindings.action(what, key)
    display = Display(app.hud, lambda what: app.world["game"][Game].ask(what))

    @app.update
    def show(world: dw.World, dt: float) -> None:
        """Figures, cables, and how fast time goes."""
        now = world["game"].get(Game)
        if now is None:
            return
        wanted = SLOW if now.slow else 1.0
        if app.time_scale != wanted:
            app.time_scale = wanted
        toys = world.tagged("toy")
        moving = any(not toy.body.asleep for toy in toys if toy[dw.Body].kind == "dynamic")
        display.show(len(toys), not moving, now.slow, world.physics.gravity[1], now.showing)
        cables(world)

    return app


if __name__ == "__main__":
    game().run()
