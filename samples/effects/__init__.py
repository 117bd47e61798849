"""A courtyard in the sun, neon in its shade: keys switch each effect of the picture off and on, Space all of them.

`dream run effects -- bloom ao` starts with these on alone, `-- none` without any. The window's title names what is on.
The camera walks from the light into the dark and back; drag to turn it yourself, G lets it go on.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.scene.settings import known_settings

from .build import BARE, EYE, PAINT, TARGET, scene


@dataclass(frozen=True)
class Effect:
    """What a key switches: settings for on and for off, and materials with what replaces them when it is off."""

    name: str
    on: Mapping[str, Any]
    off: Mapping[str, Any]
    bare: Mapping[dw.Material, dw.Material] = field(default_factory=dict[dw.Material, dw.Material])


EVERY: dict[str, Effect] = {
    "1": Effect("ao", {"ao.enabled": True}, {"ao.enabled": False}),
    "2": Effect("shadows", {"shadows.enabled": True}, {"shadows.enabled": False}),
    "3": Effect("soft", {"shadows.filter": "pcss"}, {"shadows.filter": "pcf"}),
    "4": Effect("bloom", {"bloom.enabled": True}, {"bloom.enabled": False}),
    "5": Effect("exposure", {"exposure.mode": "auto"}, {"exposure.mode": "metered"}),
    "6": Effect("tonemap", {"tonemap.operator": "agx"}, {"tonemap.operator": "none"}),
    "7": Effect("balance", {"grading.temperature": 6_950.0}, {"grading.temperature": 6_504.0}),
    "8": Effect(
        "colors",
        {"grading.contrast": 1.18, "grading.saturation": 1.35},
        {"grading.contrast": 1.0, "grading.saturation": 1.0},
    ),
    "9": Effect("vignette", {"grading.vignette": 0.45}, {"grading.vignette": 0.0}),
    "0": Effect("sharpening", {"grading.sharpening": 0.35}, {"grading.sharpening": 0.0}),
    "d": Effect("dither", {"grading.dither": True}, {"grading.dither": False}),
    "c": Effect("coat", {}, {}, {PAINT: BARE}),
    "e": Effect("energy", {"shading.energy_compensation": True}, {"shading.energy_compensation": False}),
    "s": Effect("specular", {"shading.specular_antialiasing": True}, {"shading.specular_antialiasing": False}),
    "t": Effect("transparency", {"transparency.mode": "weighted"}, {"transparency.mode": "sorted"}),
    "h": Effect("haze", {"sky.aerial_perspective": True}, {"sky.aerial_perspective": False}),
    "a": Effect("aa", {"aa.mode": "taa"}, {"aa.mode": "none"}),
}
EFFECTS = {key: effect for key, effect in EVERY.items() if {*effect.on} <= {name for name, _ in known_settings()}}
"""By key: those whose settings this engine has."""
NAMES = tuple(effect.name for effect in EFFECTS.values())

SECONDS_PER_STOP = 9.0
PATH = np.array(
    [
        (*EYE, *TARGET),
        (0.6, 1.65, 1.0, -1.4, 1.9, -6.0),
        (-2.2, 1.65, -0.9, -8.0, 1.9, -3.9),
        (-6.7, 1.60, -0.4, -8.4, 1.9, -3.9),
        (-7.2, 1.60, -7.0, -4.0, 1.7, -4.2),
        (-1.9, 1.75, -9.2, 0.3, 2.3, -16.0),
        (1.9, 1.70, -8.2, -1.2, 1.6, -3.6),
        (3.0, 1.70, 0.4, -3.0, 1.9, -2.5),
    ]
)
"""Where the camera walks, round and round: eye and what it looks at, metres."""


def walked(seconds: float) -> NDArray[np.float64]:
    """(6,) eye and target after some time: a closed curve through the stops (Catmull & Rom 1974)."""
    at = seconds / SECONDS_PER_STOP
    k, t = int(at), at % 1
    t = t * t * (3 - 2 * t) * 0.5 + t * 0.5
    a, b, c, d = (PATH[(k + i) % len(PATH)] for i in (-1, 0, 1, 2))
    out: NDArray[np.float64] = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return out


class Courtyard:
    """The scene, what is switched on, and the camera."""

    def __init__(self, on: Iterable[str] = NAMES) -> None:
        self.on = set(on)
        self.app = dw.App(scene(), title="Effects")
        self.orbit = dw.OrbitCamera.of(self.app.world)
        self.walking = True
        self.time = 0.0
        self.show()
        self.app.update(self.update)
        self.app.on_key(self.press)

    def show(self) -> None:
        """Set everything as it is switched, and say so in the title."""
        world = self.app.world
        for effect in EFFECTS.values():
            shown = effect.name in self.on
            world.configure(effect.on if shown else effect.off)
            for look, bare in effect.bare.items():
                world.materials[look] = look if shown else bare
        names = [name for name in NAMES if name in self.on]
        self.app.title = f"Effects: {'all' if len(names) == len(NAMES) else ', '.join(names) or 'none'}"

    def press(self, key: str) -> None:
        """The keys."""
        if key in EFFECTS:
            self.on ^= {EFFECTS[key].name}
            self.show()
        elif key in (" ", "Tab"):
            self.on = set() if self.on else set(NAMES)
            self.show()
        elif key == "g":
            self.walking = True

    def update(self, world: dw.World, dt: float) -> None:
        """Every frame: the camera walks, or the mouse turns it."""
        player = self.app.input
        if self.walking and (player.buttons or player.wheel):
            self.walking = False
            self.orbit = dw.OrbitCamera.of(world)
        if not self.walking:
            self.orbit.update(world, player)
            return
        self.time += dt
        place = walked(self.time)
        world.camera.position = place[:3]
        world.camera.look_at(place[3:])


def chosen(arguments: list[str]) -> set[str]:
    """The effects that were named on the command line; all where none were. Ends the program for an unknown name."""
    unknown = [name for name in arguments if name not in (*NAMES, "all", "none")]
    if unknown:
        near = difflib.get_close_matches(unknown[0], NAMES, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        known = ", ".join((*NAMES, "all", "none"))
        sys.exit(f"error: there is no effect {', '.join(map(repr, unknown))}{hint}; there are {known}")
    return set(NAMES) if not arguments or "all" in arguments else set(arguments) - {"none"}


if __name__ == "__main__":
    Courtyard(chosen(sys.argv[1:])).app.run()
