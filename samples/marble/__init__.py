"""A marble is rolled over a course high above the sea: gems, flags, machines, and a ring at the end, against the clock.

WASD, the arrow keys or a stick roll it, as the camera looks; P pauses. Who falls is back at the last flag; a gem is
worth three seconds. Left alone it rolls by itself.
"""

from __future__ import annotations

import math

import dreamwell as dw

from .._shared import sparks
from .._shared.board import end_card, pauses, screen, show_phase
from . import play
from .play import ABOVE, BACK, FILE, game_of

app = dw.App(dw.load(FILE), title="Marble")
app.use(sparks, play)
pauses(app)
GEMS = sum("gem" in thing.tags for thing in app.scene)


# ---- the HUD ---------------------------------------------------------------------------------------------------------

hud = app.hud
hud.height = 720
SHADE, PALE, BLUE, GOLD = "#0a1c28c0", "#f6fbff", "#8fe3ff", "#ffd27a"
title = screen(hud, "title")
name = hud.text("name", "MARBLE", parent=title, at=(0, 84), anchor="top", size=96, color=PALE)
name.shadow, name.shadow_offset, name.shadow_blur = "#08202ed0", (0, 5), 12
hud.text(
    "how",
    "Roll to the ring before the time is up",
    parent=title,
    at=(0, 196),
    anchor="top",
    size=26,
    color=PALE,
    shadow=SHADE,
)
press = hud.text("press", "", at=(0, 60), anchor="bottom", size=28, color=PALE, shadow=SHADE)
board = screen(hud, "board")
gems = hud.text("gems", "", parent=board, at=(36, 26), size=34, color=BLUE, shadow=SHADE)
clock = hud.text("clock", "", parent=board, at=(0, 22), anchor="top", size=46, color=PALE, shadow=SHADE)
falls = hud.text("falls", "", parent=board, at=(36, 30), anchor="top_right", size=26, color=PALE, shadow=SHADE)
card, verdict, result = end_card(hud, 540, 50, color="#0c2230d8", edge="#8fe3ff80", pale=PALE, gold=GOLD)


@app.update
def look(world: dw.World, dt: float) -> None:
    """The camera follows, gems turn, hoops light up, the HUD tells."""
    game = game_of(world)
    view = game.view
    x, y, z = world["marble"].drawn_position
    view.time += dt
    if math.dist(view.at, (x, y, z)) > 12:
        view.at = [x, y, z]
    for i, (value, haste) in enumerate(((x, 12.0), (y, 5.0), (z, 12.0))):
        view.at[i] += (value - view.at[i]) * (1 - math.exp(-haste * dt))
    x, y, z = view.at
    turn = math.radians(game.yaw)
    world.camera.position = (x + BACK * math.sin(turn), y + ABOVE, z + BACK * math.cos(turn))
    world.camera.look_at((x - 7 * math.sin(turn), y + 1.5, z - 7 * math.cos(turn)))
    for gem in world.tagged("spins"):
        gem.rotate(y=120 * dt)
    for flag in world.tagged("checkpoint"):
        up = "reached" in flag.tags
        for part in flag.children:
            part.position = (0, 0.1 if ("lit" in part.tags) == up else -300.0, 0)
    tell(world)


def tell(world: dw.World) -> None:
    """The HUD."""
    game = game_of(world)
    show_phase(app, game.phase, game.view.time, title, board, card, press)
    gems.text = f"{game.coins} / {GEMS}"
    clock.text = f"{game.left:.1f}"
    clock.color = "#ff7a5c" if game.left < 10 else PALE
    falls.text = f"{game.falls} fall{'' if game.falls == 1 else 's'}" if game.falls else ""
    if game.phase == "won":
        verdict.text = "HOME!"
        result.text = f"{game.time:.1f} s   with {game.coins} of {GEMS} gems\nBest {game.best:.1f} s"
    elif game.phase == "over":
        verdict.text = "TIME IS UP"
        result.text = f"{game.coins} of {GEMS} gems\nThe ring waits for you"


if __name__ == "__main__":
    app.run()
