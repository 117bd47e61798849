"""What lies over the picture: a button for everything, how much there is, and how to drag."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import dreamwell as dw

from .play import KEYS, PRESETS
from .shapes import TOYS

if TYPE_CHECKING:
    from collections.abc import Callable

PANEL, INK, PALE, DIM = "#1c1a2ad0", "#ffffff", "#f4ead9", "#b9b1c4"
WIDE, HIGH = 148, 30
TOOLS = ("explode", "freeze", "gravity", "slow", "clear")


class Display:
    """Buttons, figures, a line of help."""

    def __init__(self, hud: dw.Hud, ask: Callable[[str], object]) -> None:
        self.hud = hud
        hud.height = 720
        self.column("toys", [f"toy-{kind}" for kind in TOYS], "left", ask)
        self.column("sets", [*PRESETS, *TOOLS], "right", ask)
        self.title = hud.text("title", "PLAYGROUND", at=(0, 22), anchor="top", size=24, color=PALE, shadow="#00000090")
        self.told = hud.text("told", "", at=(0, 54), anchor="top", size=15, color=PALE, shadow="#000000a0")
        said = (
            "Left button: drag and throw, the wheel pulls",
            "Right button: look around",
            "Wheel: nearer",
            "F6: what physics sees",
        )
        bottom = hud.panel("help", at=(0, 16), anchor="bottom", size=(760, 30), radius=15, color=PANEL)
        hud.text("keys", "      ".join(said), parent=bottom, anchor="center", size=14, color=PALE)

    def column(self, name: str, asked: list[str], anchor: str, ask: Callable[[str], object]) -> None:
        """A panel of buttons."""
        hud = self.hud
        panel = hud.panel(name, at=(20, 0), anchor="left" if anchor == "left" else "right", radius=14)
        panel.size, panel.color, panel.border, panel.border_color = (
            (WIDE + 24, 24 + (HIGH + 6) * len(asked) - 6),
            PANEL,
            1,
            "#ffffff22",
        )
        for i, what in enumerate(asked):
            key = KEYS[what].upper()
            made = hud.button(f"do-{what}", "", parent=panel, at=(12, 12 + (HIGH + 6) * i), size=(WIDE, HIGH))
            made.on_click = partial(ask, what)
            made.color, made.radius, made.border = "#ffffff14", 7, 0
            label = what.removeprefix("toy-").capitalize()
            hud.text(f"is-{what}", label, at=(24, 12 + (HIGH + 6) * i + 6), parent=panel, size=15, color=PALE, z=1)
            hud.text(
                f"key-{what}",
                key,
                at=(24, 12 + (HIGH + 6) * i + 7),
                anchor="top_right",
                parent=panel,
                size=14,
                color=DIM,
                z=1,
            )

    def show(self, toys: int, asleep: bool, slow: bool, gravity: float, showing: bool) -> None:
        """As it is now."""
        said = [f"{toys} toys", "at rest" if asleep else "in motion"]
        if gravity > -1:
            said.append("no gravity")
        if slow:
            said.append("slow motion")
        if showing:
            said = ["press any key to play"]
        self.told.text = "    ".join(said)
        for name, on in (("do-slow", slow), ("do-gravity", gravity > -1)):
            button = self.hud[name]
            button.color = "#ffb45480" if on else "#ffffff14"
