"""A platformer in the plane: run, jump, ride and stomp to the gate, by the character controller of planar physics.

A and D, the arrow keys or a stick run, Space or A jumps, higher while it is held; P pauses. Left alone it plays by
itself.
"""

from __future__ import annotations

import math

import dreamwell as dw

from .._shared import sparks
from .._shared.board import end_card, pauses, screen, show_phase
from . import play
from .play import EYE, FILE, LIVES, Beetle, game_of

app = dw.App(dw.load(FILE), title="Platformer")
app.bindings.action("jump", " ", "w", "ArrowUp", "pad:a")
app.use(sparks, play)
pauses(app)
COINS = sum("coin" in thing.tags for thing in app.scene)


# ---- the HUD ---------------------------------------------------------------------------------------------------------

hud = app.hud
hud.height = 720
INK, PALE, GOLD = "#2a1608c0", "#fff6e2", "#ffd257"
title = screen(hud, "title")
name = hud.text("name", "HILL AND DALE", parent=title, at=(0, 92), anchor="top", size=84, color=PALE)
name.shadow, name.shadow_offset, name.shadow_blur = "#3a1a08d0", (0, 5), 10
hud.text("how", "Run to the golden ring", parent=title, at=(0, 192), anchor="top", size=26, color=PALE, shadow=INK)
press = hud.text("press", "SPACE  or  A  to play", at=(0, 64), anchor="bottom", size=28, color=PALE, shadow=INK)
board = screen(hud, "board")
coins = hud.text("coins", "", parent=board, at=(36, 26), size=34, color=GOLD, shadow=INK)
clock = hud.text("clock", "", parent=board, at=(0, 26), anchor="top", size=34, color=PALE, shadow=INK)
hearts = [
    hud.panel(
        f"heart {i}",
        parent=board,
        at=(36 + 40 * i, 32),
        anchor="top_right",
        size=(28, 28),
        radius=14,
        color="#ff5a3c",
        border=2,
        border_color="#fff6e2e0",
    )
    for i in range(LIVES)
]
card, verdict, result = end_card(hud, 520, 48, color="#2a1a10d8", edge="#ffd25780", pale=PALE, gold=GOLD)


def clock_of(seconds: float) -> str:
    """As in 1:05.3."""
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}"


@app.update
def look(world: dw.World, dt: float) -> None:
    """The hero leans and stretches, coins turn, the camera follows, the HUD tells."""
    game, hero = game_of(world), world["hero"]
    view = game.view
    x, y, _ = hero.drawn_position
    me = hero.character
    vx, vy, _ = me.velocity
    if abs(x - view.x) > 20:
        view.x, view.y = x, y
    ahead = max(-2.4, min(2.4, 0.38 * vx))
    view.x += (x + ahead - view.x) * (1 - math.exp(-3.2 * dt))
    view.y += (y - view.y) * (1 - math.exp(-(6.0 if y < view.y else 2.6) * dt))
    world.camera.position = (view.x + EYE[0], view.y + EYE[1], EYE[2])
    world.camera.look_at((view.x + EYE[0], view.y + 0.9, 0))
    state = game.hero
    view.time += dt
    view.turn += (state.facing - view.turn) * (1 - math.exp(-14 * dt))
    figure = world["look of the hero"]
    figure.rotation = (0, 0, 0, 1)
    figure.rotate(y=62 * view.turn)
    stretch = 1 - state.squash + max(-0.12, min(0.16, 0.012 * abs(vy) if not me.grounded else 0.0))
    view.step += abs(vx) * dt * 2.1 if me.grounded else 0.0
    figure.scale = (1 / math.sqrt(stretch), stretch, 1 / math.sqrt(stretch))
    figure.position = (0, -0.57 + (0.06 * abs(math.sin(view.step)) * min(1.0, abs(vx) / 3) if me.grounded else 0.0), 0)
    for i, foot in enumerate(world.tagged("foot")):
        fx, _, _ = foot.position
        swing = view.step + math.pi * i
        stride = min(1.0, abs(vx) / 4) if me.grounded else 0.0
        foot.position = (fx, 0.11 + 0.11 * stride * max(0.0, math.sin(swing)), 0.04 + 0.2 * stride * math.cos(swing))
    for tail in world.tagged("tail"):
        tail.rotation = (0, 0, 0, 1)
        tail.rotate(x=min(35.0, 4 * abs(vx)) - 25 - 3 * vy, y=12 * math.sin(9 * view.time))
    for coin in world.tagged("spins"):
        coin.rotate(y=150 * dt)
    for ring in world.tagged("ring"):
        ring.rotate(z=40 * dt)
    for beetle in world.tagged("crawls"):
        above = beetle.parent
        if above is not None:
            right = above[Beetle].speed > 0
            beetle.rotation = (0, 0, 0, 1) if right else (0, 1, 0, 0)
    for flag in world.tagged("checkpoint"):
        up = "reached" in flag.tags
        for part in flag.children:
            if part.name == "pennant":
                px, py, pz = part.position
                part.position = (px, py + ((2.35 if up else 0.3) - py) * (1 - math.exp(-5 * dt)), pz)
                part.rotation = (0, math.sin(0.22 * math.sin(5 * view.time)), 0, 1)
    tell(world)


def tell(world: dw.World) -> None:
    """The HUD."""
    game = game_of(world)
    show_phase(app, game.phase, game.view.time, title, board, card, press)
    coins.text = f"{game.coins} / {COINS}"
    clock.text = clock_of(game.time)
    for i, heart in enumerate(hearts):
        heart.alpha = 1.0 if i < game.lives else 0.2
    if game.phase == "won":
        verdict.text = "THERE!"
        result.text = f"{clock_of(game.time)}   with {game.coins} of {COINS} coins\nBest {clock_of(game.best)}"
    elif game.phase == "over":
        verdict.text = "NO HEARTS LEFT"
        result.text = f"{game.coins} of {COINS} coins\nThe ring waits for you"


if __name__ == "__main__":
    app.run()
