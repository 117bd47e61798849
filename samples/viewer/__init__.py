"""A viewer for models: drop in a .glb, .gltf, .obj, .stl, .ply or .dream file, or an .hdr panorama to light it.

Drag to turn, right-drag to move, wheel to zoom. F shows all of it, E changes the surroundings, T the tone mapping,
Space lets it turn by itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import dreamwell as dw
from dreamwell.engine.camera import Sphere

from .exhibit import still_life
from .stage import extent, put_on_stage
from .surroundings import SURROUNDINGS

TONE_MAPS = ("neutral", "agx", "aces", "reinhard", "none")
MESHES = (".obj", ".stl", ".ply")
DEGREES_PER_SECOND = 8.0


class Viewer:
    """What is shown, in which surroundings, seen from where."""

    def __init__(self, model: Path | None = None, surroundings: str = "studio") -> None:
        self.model = model
        self.panorama: Path | None = None
        self.surroundings = surroundings
        self.tone_map = 0
        self.turning = True
        self.app = dw.App(self.scene(), title="Viewer")
        self.orbit = dw.OrbitCamera.of(self.app.world)
        self.look(self.app.world)
        self.app.update(self.update)
        self.app.on_key(self.press)
        self.app.on_drop(self.drop)

    @property
    def name(self) -> str:
        """What is shown."""
        return self.model.name if self.model else "still life"

    # ---- what is shown ------------------------------------------------------------------------------------------

    def scene(self) -> dw.Scene:
        """The model on its stage. One with lights of its own is left as it is. Raises DreamwellError."""
        made = opened(self.model) if self.model else still_life()
        low, high = extent(dw.weave(made))
        x, y, z = ((low + high) / 2).tolist()
        self.ball = Sphere((x, y, z), max(float(np.linalg.norm(high - low)) / 2, 1e-6))
        if not any(o.get(kind) for o in made for kind in (dw.Sun, dw.PointLight, dw.SpotLight, dw.Environment)):
            put_on_stage(made, low, high, self.panorama or self.surroundings)
        return made

    def show(self) -> None:
        """Show what was chosen, from where the camera was. Raises DreamwellError, and changes nothing."""
        self.look(self.app.load(self.scene()))  # the world that is shown from the next frame on

    def look(self, world: dw.World) -> None:
        """Keep the tone mapping, and say in the title what is seen."""
        world.configure({"tonemap.operator": TONE_MAPS[self.tone_map]})
        place = self.panorama.name if self.panorama else self.surroundings
        self.app.title = f"{self.name} - {place}, {TONE_MAPS[self.tone_map]}"

    def frame(self) -> None:
        """See all of it, without the floor."""
        width, height = self.app.input.size
        self.orbit.frame(self.app.world, self.ball, aspect=width / height)

    # ---- what the player does -----------------------------------------------------------------------------------

    def drop(self, paths: list[Path]) -> None:
        """A panorama lights what is there; anything else is shown instead."""
        before = self.model, self.panorama
        path = paths[0]
        if path.suffix.lower() == ".hdr":
            self.panorama = path
        else:
            self.model = path
        try:
            self.show()
        except dw.DreamwellError as error:
            print(f"error: {error}", file=sys.stderr)
            self.model, self.panorama = before
            return
        if path == self.model:
            self.frame()

    def press(self, key: str) -> None:
        """The keys."""
        match key:
            case "e":
                names = list(SURROUNDINGS)
                self.surroundings = names[(names.index(self.surroundings) + 1) % len(names)]
                self.panorama = None
                self.show()
            case "t":
                self.tone_map = (self.tone_map + 1) % len(TONE_MAPS)
                self.look(self.app.world)
            case " ":
                self.turning = not self.turning
            case _:
                pass

    def update(self, world: dw.World, dt: float) -> None:
        """Every frame: the mouse, or a slow turn."""
        player = self.app.input
        if player.buttons or player.wheel:
            self.turning = False
        if self.turning:
            self.orbit.turn(yaw=DEGREES_PER_SECOND * dt)
        self.orbit.update(world, player)
        if "f" in player.pressed:
            self.frame()
            self.orbit.apply(world)


def opened(path: Path) -> dw.Scene:
    """A scene from a file of any kind that the viewer knows. Raises DreamwellError."""
    if path.suffix.lower() not in MESHES:
        return dw.load(path)
    made = dw.Scene(path.stem, root=path.absolute().parent)
    made.add(path.stem, dw.Mesh.load(path.name))
    return made


def main(arguments: list[str]) -> None:
    """Show the file that was named on the command line, if one was."""
    try:
        viewer = Viewer(Path(arguments[0]) if arguments else None)
    except dw.DreamwellError as error:
        sys.exit(f"error: {error}")
    viewer.app.run()


if __name__ == "__main__":
    main(sys.argv[1:])
