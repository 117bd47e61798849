"""New game: collect the coins. Begin here: this plays the scene, counts, and says so."""

from pathlib import Path

import dreamwell as dw

from coins import Collected
from player import Player

app = dw.App(Path(__file__).with_name("scene.dream"), title="New game")
app.hud.height = 720  # every window counts as 720 pixels high: texts grow with it


@app.start
def begin(world: dw.World) -> None:
    """Called once for every world, before its first tick."""
    keys = "Arrow keys, WASD or a gamepad: roll     R: again     Escape: end"
    app.hud.text("help", keys, at=(24, 20), anchor="bottom_left", size=20)
    show(world)


@app.on(Collected)
def count(event: Collected, world: dw.World) -> None:
    """Called for every coin that is touched."""
    world["player"][Player].score += event.worth
    show(world)


def show(world: dw.World) -> None:
    """The score, until it is set anew."""
    app.hud.text("score", f"Score {world['player'][Player].score}", at=(24, 20), size=36)


@app.on_key
def key(name: str) -> None:
    """Called when a key goes down."""
    if name == "r":
        app.load(app.scene)


app.run()
