"""What lies over the picture."""

from __future__ import annotations

import math

import dreamwell as dw

from .rules import GATES, Rules

PALE, SHADE = "#f6ead8", "#140a1ec0"


class Display:
    """Shows what `Rules` say; keeps nothing of its own."""

    def __init__(self, hud: dw.Hud) -> None:
        self.hud = hud
        hud.height = 720
        self.play = hud.panel("play", size=(None, None), color="#00000000", radius=0)
        self.evening = self.label("evening", (40, 30), "top_left")
        self.score = self.number("score", (40, 48), "top_left")
        self.label("left", (40, 30), "top_right").text = "STARLINGS"
        self.birds = self.number("birds", (40, 48), "top_right")
        self.day = self.bar("day", (0, 38), "top", 300)
        self.label("daylight", (0, 56), "top").text = "DAYLIGHT"
        self.ring = self.bar("ring", (0, 34), "bottom", 300)
        self.gate = self.label("gate", (0, 50), "bottom")
        self.title = hud.panel("title", size=(None, None), color="#00000000", radius=0)
        self.line("name", "S  W  A  R  M", 58, (0, 108), self.title)
        self.line("what", "Lead the starlings through the gates before it is dark", 21, (0, 76), self.title)
        self.keys = self.line("keys", "Enter, or a click", 19, (0, 46), self.title)
        how = "Pointer, arrow keys or stick: the light they follow      Hold Space or the button: gather them"
        self.line("how", how, 15, (0, 18), self.title)
        self.told = self.line("told", "", 40, (0, 112), None)
        self.again = self.line("again", "", 22, (0, 176), None)

    def label(self, name: str, at: tuple[float, float], anchor: dw.Anchor) -> dw.Text:
        """A small caption."""
        return self.hud.text(name, "", at=at, anchor=anchor, parent=self.play, size=14, color=PALE, shadow=SHADE)

    def number(self, name: str, at: tuple[float, float], anchor: dw.Anchor) -> dw.Text:
        """A large figure."""
        return self.hud.text(name, "", at=at, anchor=anchor, parent=self.play, size=36, color=PALE, shadow=SHADE)

    def line(self, name: str, text: str, size: int, at: tuple[float, float], parent: dw.Panel | None) -> dw.Text:
        """A line in the middle: up from the bottom on the title, else down from the top."""
        anchor: dw.Anchor = "top" if parent is None else "bottom"
        made = self.hud.text(name, text, at=at, anchor=anchor, parent=parent, size=size, color=PALE, shadow=SHADE)
        made.shadow_blur = 5
        return made

    def bar(self, name: str, at: tuple[float, float], anchor: dw.Anchor, wide: float) -> dw.Bar:
        """A thin bar."""
        made = self.hud.bar(name, 1.0, at=at, anchor=anchor, parent=self.play, size=(wide, 8), radius=4)
        made.color, made.fill, made.fill_end, made.padding = "#140a1e90", "#ffd9a0", "#ff8a3c", 1
        return made

    def show(self, rules: Rules, time: float) -> None:
        """As the game is now."""
        self.title.visible = rules.phase == "title"
        self.play.visible = not self.title.visible
        self.keys.alpha = 0.78 + 0.22 * math.sin(3 * time)
        self.evening.text = f"EVENING {rules.evening}"
        self.score.text, self.birds.text = f"{rules.score:,}", f"{rules.birds:,}"
        self.day.value = rules.left / rules.daylight
        self.ring.value = min(rules.through / rules.needed, 1) if rules.birds else 0
        self.gate.text = f"GATE {min(rules.done + 1, GATES)} OF {GATES}"
        over = rules.phase == "over"
        self.told.text = rules.told if over or rules.telling else ""
        self.told.alpha = 1.0 if over else min(rules.telling / 0.6, 1.0)
        self.again.text = ""
        if over:
            best = f"      best {rules.best:,}" if rules.best > rules.score else ""
            self.again.text = f"{rules.score:,} points{best}      Enter: again      R: title"
