"""`dream new`: the first files of a game."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from ..errors import DreamwellError
from ..scene.components import Camera, Material, Mesh, Sun
from ..scene.scene import Scene

GAME = '''"""{title}: collect the coins."""

import math
from pathlib import Path

import dreamwell as dw

SPEED = 5.0  # metres per second
REACH = 0.9  # metres

app = dw.App(Path(__file__).with_name("scene.dream"), title="{title}")
collected: set[int] = set()


@app.update
def move(world: dw.World, dt: float) -> None:
    """Arrow keys, WASD or a gamepad move the player; the camera follows."""
    right, ahead = app.input.vector("move_x", "move_y")
    player = world["player"]
    player.translate(x=right * SPEED * dt, z=-ahead * SPEED * dt)
    x, y, z = player.position
    world.camera.position = (x, y + 5, z + 8)
    world.camera.look_at(player)


@app.update
def collect(world: dw.World, dt: float) -> None:
    """Coins turn; one that the player touches is put out of sight."""
    player = world["player"]
    coins = world.tagged("coin")
    for coin in coins:
        coin.rotate(z=120 * dt)  # they stand upright: their own Z is the vertical
        if math.dist(coin.position, player.position) < REACH:
            coin.translate(y=-100)
            collected.add(coin.id)
    app.title = f"{title}: {{len(collected)}} of {{len(coins)}}"


app.run()
'''

README = """# {title}

A small game made with Dreamwell: collect the coins.

    dream run {name}                           play it: arrow keys, WASD or a gamepad
    dream run {name} -o picture.png            no window: draw 10 frames, keep the last
    dream weave {name}                         check the scene

- `scene.dream` is the scene: text, made to be edited and kept in git.
- `game.py` is the game: functions that are called before every frame.
"""


def make(name: str) -> None:
    """Make the folder `name` here. Raises DreamwellError for a name that can't be one, or that is taken."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", name) or keyword.iskeyword(name):
        raise DreamwellError(f"{name!r} can't be a game's name: letters, digits, - and _, beginning with a letter")
    folder = Path(name)
    if folder.exists():
        raise DreamwellError(f"{folder} is there already; choose another name")
    title = re.sub(r"[-_]+", " ", name).strip().capitalize()
    folder.mkdir()
    scene(title).save(folder / "scene.dream")
    for file, text in (("game.py", GAME), ("README.md", README), (".gitignore", "/out/\n__pycache__/\n")):
        filled = text.format(name=name, title=title) if "{" in text else text
        (folder / file).write_text(filled, encoding="utf-8", newline="\n")
    print(f"made {folder}: play it with  dream run {name}")


def scene(title: str) -> Scene:
    """A player and eight coins on a field."""
    made = Scene(title)
    made.add("camera", Camera(), at=(0, 5, 8), toward=(0, 0, 0))
    made.add("sun", Sun(lux=120_000), at=(0, 10, 0), toward=(-4, 0, -6))
    made.add("field", Mesh.plane(40), Material(base_color=(0.25, 0.42, 0.2), roughness=0.9))
    made.add("player", Mesh.sphere(0.5), Material(base_color=(0.15, 0.35, 0.8), roughness=0.3), at=(0, 0.5, 0))
    gold = Material(base_color=(1.0, 0.77, 0.34), metallic=1.0, roughness=0.25)
    coins = made.add("coins")
    places = [(3, 2), (-4, 1), (5, -3), (-2, -5), (0, -9), (7, 4), (-7, -4), (2, 6)]
    for i, (x, z) in enumerate(places):
        made.add(f"coin-{i}", Mesh.torus(0.35, 0.1), gold, at=(x, 0.6, z), rotation=(0.7071068, 0, 0, 0.7071068),
                 parent=coins, tags={"coin"})  # fmt: skip
    return made
