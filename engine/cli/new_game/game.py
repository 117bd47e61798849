"""New game: collect the coins. Arrow keys, WASD or a gamepad roll the ball, R begins again, Escape ends it."""

import math
from pathlib import Path

import dreamwell as dw

SPEED = 7.0  # metres per second
RESPONSE = 8.0  # per second: how quickly the ball takes up another direction
RADIUS = 0.6  # metres, of the ball
REACH = 1.2  # metres from the ball's middle to a coin's
HALF = (10.0, 7.0)  # metres from the middle of the field to its edges, along x and z

app = dw.App(Path(__file__).with_name("scene.dream"), title="New game")
app.hud.height = 720  # every window counts as 720 pixels high: texts grow with it


class Game:
    """What the scene does not hold: where the ball is heading, and how many coins there were."""

    def __init__(self, world: dw.World) -> None:
        self.vx = self.vz = 0.0  # metres per second
        self.coins = len(world.tagged("coin"))


game = Game(app.world)


def kept(place: float, half: float) -> float:
    """A place along an axis, so that the ball stays on the field."""
    return min(max(place, RADIUS - half), half - RADIUS)


@app.fixed
def move(world: dw.World, dt: float) -> None:
    """60 times a second: the ball rolls where the input says, and stays on the field."""
    x, y = app.input.vector("move_x", "move_y")  # no longer than 1: no faster along the diagonal
    faster = 1 - math.exp(-RESPONSE * dt)
    game.vx += (SPEED * x - game.vx) * faster
    game.vz += (-SPEED * y - game.vz) * faster  # away from the eye is -Z
    player = world["player"]
    px, py, pz = player.position
    player.position = (kept(px + game.vx * dt, HALF[0]), py, kept(pz + game.vz * dt, HALF[1]))


@app.fixed
def collect(world: dw.World, dt: float) -> None:
    """Coins turn. One that the ball touches is gone."""
    player = world["player"]
    for coin in world.tagged("coin"):
        coin.rotate(z=150 * dt)  # they stand upright: their own Z is the vertical
        if math.dist(coin.position, player.position) < REACH:
            world.despawn(coin)
    left = len(world.tagged("coin"))
    app.hud.text("score", f"{game.coins - left} of {game.coins}", at=(24, 20), size=36)
    app.hud.text("end", "" if left else "All of them!  R: again", anchor="center", size=64)


@app.on_key
def key(name: str) -> None:
    """R begins again."""
    global game
    if name == "r":
        game = Game(app.load(app.scene))


app.run()
