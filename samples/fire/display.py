"""What lies over the picture."""

from __future__ import annotations

import math

import dreamwell as dw
from dreamwell.samples._shared.board import Board

from .play import NEEDED, RAIN_AT, STRIKES, Village
from .village import Pail

PALE, SHADE = "#fdeedd", "#140806c8"


class Display(Board):
    """Shows how the evening stands; keeps nothing of its own but what was told last."""

    def __init__(self, hud: dw.Hud) -> None:
        super().__init__(hud, PALE, SHADE)
        self.label("houses of", (36, 24), "top_left").text = "HOUSES THAT STAND"
        self.houses = self.number("houses", (34, 40), "top_left")
        self.label("rain of", (36, 24), "top_right").text = "UNTIL THE RAIN"
        self.rain = self.number("rain", (34, 40), "top_right")
        self.burning = self.label("burning", (0, 26), "top")
        self.pail = self.bar("pail", (0, 40), 280, "#140806b0", ("#b8e2ff", "#3f8fd6"))
        self.pail_told = self.label("pail told", (0, 60), "bottom")
        self.told = self.line("told", "", 44, (0, 110), "top", None)
        self.line("name", "F I R E", 96, (0, 70), "top", self.title)
        what = "A dry evening, wind from the west. Save the village until the rain comes."
        self.line("what", what, 22, (0, 184), "top", self.title)
        self.keys = self.line("keys", "Enter, a click, or A to begin", 22, (0, 68), "bottom", self.title)
        how = "WASD or stick: walk      Pointer: aim      Space or button: water      E or right button: cut a break"
        self.line("how", how, 16, (0, 38), "bottom", self.title)
        over = self.over = self.ending((640, 240), ("#2a120ae0", "#120806e8"), "#ffd9b040")
        self.ended = self.line("ended", "", 44, (0, 30), "top", over)
        self.result = self.line("result", "", 26, (0, 100), "top", over)
        self.more = self.line("more", "", 18, (0, 146), "top", over)

    def show(self, world: dw.World, dt: float) -> None:
        """As the evening is now."""
        village = world["village"][Village]
        self.title.visible, self.over.visible = village.phase == "title", village.phase == "over"
        self.play.visible = village.phase != "title"
        self.keys.alpha = 0.75 + 0.25 * math.sin(3 * village.since)
        standing, water = len(village.standing()), world["warden"][Pail].water
        self.houses.text = f"{standing}"
        self.houses.color = PALE if standing >= NEEDED else "#ff8a6a"
        left = max(RAIN_AT - village.time, 0.0)
        self.rain.text = f"{int(left) // 60}:{int(left) % 60:02}"
        burning = len(world.rows_tagged("house", "burning"))
        self.burning.text = f"{burning} HOUSE{'S' if burning > 1 else ''} ON FIRE" if burning else ""
        self.pail.value = water / 100
        self.pail_told.text = "WATER" if water >= 4 else "THE PAIL IS EMPTY: GO TO A WELL"
        self.told.text = ""
        if village.phase == "play":
            told = [
                (2.0, f"Save {NEEDED} houses"),
                *((strike, "Lightning!") for strike in STRIKES[1:]),
                (RAIN_AT, "Rain!"),
            ]
            for at, text in told:
                age = village.time - at
                if 0 <= age < 2.5:
                    self.told.text, self.told.alpha = text, min(1.0, 2 * (2.5 - age))
        self.ended.text = "The village is saved" if village.won else "The village is lost"
        self.result.text = f"{village.saved} houses stand, {NEEDED} were needed"
        self.more.text = f"{village.score:,} points      best {village.best:,}"
