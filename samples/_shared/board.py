"""What lies over the picture in several games: a screen for the title and one for play, a card at the end, P pauses."""

from __future__ import annotations

import math

import dreamwell as dw


def pauses(app: dw.App) -> None:
    """P stops the game and lets it go on."""

    @app.on_key
    def key(name: str) -> None:
        """P pauses."""
        if name == "p":
            app.paused = not app.paused


def screen(hud: dw.Hud, name: str) -> dw.Panel:
    """A panel that nobody sees, as large as the picture: shows and hides what is on it."""
    return hud.panel(name, size=(None, None), color="#00000000", radius=0)


def end_card(
    hud: dw.Hud, wide: float, high: float, *, color: str, edge: str, pale: str, gold: str
) -> tuple[dw.Panel, dw.Text, dw.Text]:
    """How a game ended: a panel, a verdict on it whose letters are so high, and the result below that."""
    made = hud.panel("card", size=(wide, 250), at=(0, 110), anchor="top", radius=22, color=color)
    made.border, made.border_color, made.shadow = 2, edge, "#00000080"
    verdict = hud.text("verdict", "", parent=made, at=(0, 34), anchor="top", size=high, color=gold)
    result = hud.text("result", "", parent=made, at=(0, 62 + high), anchor="top", size=24, color=pale, align="center")
    return made, verdict, result


def show_phase(
    app: dw.App, phase: str, time: float, title: dw.Panel, board: dw.Panel, card: dw.Panel, press: dw.Text
) -> None:
    """What belongs to a phase; `press` says which key begins, and breathes with the time in seconds."""
    title.visible, board.visible = phase == "title", phase != "title"
    card.visible = phase in ("over", "won")
    press.visible = phase != "play" or app.paused
    press.alpha = 0.7 + 0.3 * math.sin(3 * time)
    press.text = "PAUSED" if app.paused else "SPACE  or  A  to play" + (" again" if card.visible else "")


class Board:
    """A title screen, a play screen, and texts on them in one colour with one shade."""

    def __init__(self, hud: dw.Hud, pale: str, shade: str) -> None:
        self.hud, self.pale, self.shade = hud, pale, shade
        hud.height = 720
        self.play, self.title = screen(hud, "play"), screen(hud, "title")

    def label(self, name: str, at: tuple[float, float], anchor: dw.Anchor) -> dw.Text:
        """A small caption."""
        return self._told(name, at, anchor, 15)

    def number(self, name: str, at: tuple[float, float], anchor: dw.Anchor) -> dw.Text:
        """A large figure."""
        return self._told(name, at, anchor, 40)

    def _told(self, name: str, at: tuple[float, float], anchor: dw.Anchor, size: float) -> dw.Text:
        return self.hud.text(
            name, "", at=at, anchor=anchor, parent=self.play, size=size, color=self.pale, shadow=self.shade
        )

    def line(
        self, name: str, text: str, size: int, at: tuple[float, float], anchor: dw.Anchor, parent: dw.Panel | None
    ) -> dw.Text:
        """A line in the middle."""
        made = self.hud.text(
            name, text, at=at, anchor=anchor, parent=parent, size=size, color=self.pale, shadow=self.shade
        )
        made.shadow_blur = 4 + size / 12
        return made

    def bar(
        self, name: str, at: tuple[float, float], wide: float, color: str, fill: tuple[str, str], high: float = 12
    ) -> dw.Bar:
        """A thin bar at the bottom; fill: its colours from left to right."""
        made = self.hud.bar(name, 1.0, at=at, anchor="bottom", parent=self.play, size=(wide, high), radius=high / 2)
        made.color, (made.fill, made.fill_end), made.padding = color, fill, 1.5
        return made

    def ending(self, size: tuple[float, float], color: tuple[str, str], edge: str) -> dw.Panel:
        """A panel for the end, in the middle, that says how to go on; color: at its top and at its bottom."""
        made = self.hud.panel("over", size=size, anchor="center", radius=20, shadow="#00000080")
        (made.color, made.color_end), made.border, made.border_color = color, 1, edge
        self.line("again", "Enter or A: again      R: title", 18, (0, 26), "bottom", made)
        return made
