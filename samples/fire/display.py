"""What lies over the picture."""

from __future__ import annotations

import math

import dreamwell as dw
from dreamwell.engine.hud_elements import Panel, Text
from dreamwell.engine.hud_looks import Anchor

from .play import NEEDED, RAIN_AT, STRIKES, Village
from .village import Pail

PALE, SHADE = "#fdeedd", "#140806c8"


class Display:
    """Shows how the evening stands; keeps nothing of its own but what was told last."""

    def __init__(self, hud: dw.Hud) -> None:
        self.hud = hud
        hud.height = 720
        self.play = hud.panel("play", size=(None, None), color="#00000000", radius=0)
        self.label("houses of", (36, 24), "top_left").text = "HOUSES THAT STAND"
        self.houses = self.number("houses", (34, 40), "top_left")
        self.label("rain of", (36, 24), "top_right").text = "UNTIL THE RAIN"
        self.rain = self.number("rain", (34, 40), "top_right")
        self.burning = self.label("burning", (0, 26), "top")
        self.pail = hud.bar("pail", 1.0, at=(0, 40), anchor="bottom", parent=self.play, size=(280, 12), radius=6)
        self.pail.color, self.pail.fill, self.pail.fill_end, self.pail.padding = "#140806b0", "#b8e2ff", "#3f8fd6", 1.5
        self.pail_told = self.label("pail told", (0, 60), "bottom")
        self.told = self.line("told", "", 44, (0, 110), "top", None)
        self.title = hud.panel("title", size=(None, None), color="#00000000", radius=0)
        self.line("name", "F I R E", 96, (0, 70), "top", self.title)
        what = "A dry evening, wind from the west. Save the village until the rain comes."
        self.line("what", what, 22, (0, 184), "top", self.title)
        self.keys = self.line("keys", "Enter, a click, or A to begin", 22, (0, 68), "bottom", self.title)
        how = "WASD or stick: walk      Pointer: aim      Space or button: water      E or right button: cut a break"
        self.line("how", how, 16, (0, 38), "bottom", self.title)
        over = self.over = hud.panel("over", size=(640, 240), anchor="center", radius=20, shadow="#00000080")
        over.color, over.color_end, over.border, over.border_color = "#2a120ae0", "#120806e8", 1, "#ffd9b040"
        self.ended = self.line("ended", "", 44, (0, 30), "top", over)
        self.result = self.line("result", "", 26, (0, 100), "top", over)
        self.more = self.line("more", "", 18, (0, 146), "top", over)
        self.line("again", "Enter or A: again      R: title", 18, (0, 26), "bottom", over)

    def label(self, name: str, at: tuple[float, float], anchor: Anchor) -> Text:
        """A small caption."""
        return self.hud.text(name, "", at=at, anchor=anchor, parent=self.play, size=15, color=PALE, shadow=SHADE)

    def number(self, name: str, at: tuple[float, float], anchor: Anchor) -> Text:
        """A large figure."""
        return self.hud.text(name, "", at=at, anchor=anchor, parent=self.play, size=40, color=PALE, shadow=SHADE)

    def line(
        self, name: str, text: str, size: int, at: tuple[float, float], anchor: Anchor, parent: Panel | None
    ) -> Text:
        """A line in the middle."""
        made = self.hud.text(name, text, at=at, anchor=anchor, parent=parent, size=size, color=PALE, shadow=SHADE)
        made.shadow_blur = 4 + size / 12
        return made

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
