"""What lies over the picture."""

from __future__ import annotations

import math

import dreamwell as dw
from dreamwell.samples._shared.board import Board

from .creatures import Life, Loot
from .play import Game

PALE, SHADE, DARK = "#fff3dc", "#1c0e04c0", "#160b05b0"


class Display(Board):
    """Shows how the game stands; keeps nothing of its own but what was told last."""

    def __init__(self, hud: dw.Hud) -> None:
        super().__init__(hud, PALE, SHADE)
        self.label("score of", (36, 24), "top_left").text = "SCORE"
        self.score = self.number("score", (34, 40), "top_left")
        self.wave = self.label("wave", (36, 24), "top_right")
        self.time = self.number("time", (34, 40), "top_right")
        self.life = self.bar("life", (0, 44), 320, DARK, ("#ff8a5c", "#c8281e"))
        self.growth = self.bar("growth", (0, 30), 320, DARK, ("#8dffbe", "#1fae6a"), 6)
        self.level = self.label("level", (0, 62), "bottom")
        self.flame = self.bar("flame", (0, 84), 200, DARK, ("#ffe08a", "#ff7a1c"), 6)
        self.told = self.line("told", "", 54, (0, 120), "top", None)
        self.line("name", "A R E N A", 92, (0, 74), "top", self.title)
        self.line("what", "Four hundred scarabs, one bow. They hunt what they see.", 22, (0, 184), "top", self.title)
        self.keys = self.line("keys", "Enter, a click, or A to begin", 22, (0, 66), "bottom", self.title)
        how = "WASD or stick: walk      Pointer or right stick: aim      Space or button: shoot"
        self.line("how", how, 16, (0, 38), "bottom", self.title)
        over = self.over = self.ending((620, 236), ("#2a170ae0", "#160b05e8"), "#ffe6b840")
        self.line("fallen", "You have fallen", 50, (0, 30), "top", over)
        self.result = self.line("result", "", 24, (0, 104), "top", over)
        self.more = self.line("more", "", 18, (0, 146), "top", over)
        self.said, self.since = "", 9.0
        self.last = (0, 1)

    def say(self, text: str) -> None:
        """A line for two seconds."""
        self.said, self.since = text, 0.0

    def show(self, world: dw.World, dt: float) -> None:
        """As the game is now."""
        game, hero = world["game"][Game], world["hero"]
        loot, life = hero[Loot], hero[Life].points
        self.title.visible, self.over.visible = game.phase == "title", game.phase == "over"
        self.play.visible = game.phase != "title"
        self.keys.alpha = 0.75 + 0.25 * math.sin(3 * game.since)
        self.score.text, self.wave.text = f"{int(loot.score):,}", f"WAVE {game.wave}"
        self.time.text = f"{int(game.time) // 60}:{int(game.time) % 60:02}"
        self.life.value, self.growth.value = min(life / 100, 1.0), min(loot.gems / loot.needed, 1.0)
        self.life.fill = "#ff8a5c" if life > 30 or int(game.since * 6) % 2 else "#fff0e0"
        self.level.text = f"LEVEL {loot.level}"
        self.flame.visible, self.flame.value = loot.flame > 0, min(loot.flame / 6, 1.0)
        if game.phase == "play" and (game.wave, loot.level) != self.last:
            if game.wave != self.last[0]:
                self.say(f"Wave {game.wave}")
            elif loot.level > self.last[1]:
                self.say(f"Level {loot.level}")
            self.last = (game.wave, loot.level)
        self.since += dt
        self.told.text = self.said if game.phase == "play" and self.since < 2 else ""
        self.told.alpha = min(max(2 - self.since, 0.0), 1.0)
        self.result.text = f"{int(loot.score):,} points"
        minutes = f"{int(game.time) // 60}:{int(game.time) % 60:02}"
        self.more.text = f"{game.slain} scarabs in {minutes}, wave {game.wave}      best {game.best:,}"
