"""A small calm game: sow, water and watch a walled garden through one day, from dawn to dusk.

Point at a bed and click, or walk with the arrow keys, WASD or a stick; Space (A on a gamepad) sows, waters and clears;
1, 2, 3, Tab or the bumpers choose the seed. The can is filled at the pond. Blossoms count, and of how many kinds they
are. Until somebody begins, the garden shows itself.
`dream run garden -- 300` makes the day five minutes long.

`build.py` makes the scene, by `plan.py`, of `prefabs.py`. What is in it acts by itself: `day.py`, `plants.py`,
`visitors.py`, `fireflies.py`, `gardener.py`; `play.py` begins a day. Here is what the player does and reads.
"""

from __future__ import annotations

import math
import sys
from functools import partial

import dreamwell as dw
from dreamwell.samples._shared.arguments import number_of

from . import day, fireflies, plan, plants, play, visitors
from .build import EYE, TARGET, scene
from .day import CAN, DAWN, DUSK, Day
from .events import Ended, Opened, Told, Wilted
from .gardener import Gardener
from .kinds import KINDS, SEEDS, STEMS
from .pictures import arc, dot, seed_picture
from .plants import Plant, Plot, count

CREAM, PALE, GOLD, INK = "#fff6e0", "#d9dfc6", "#ffd98a", "#1c2413"
PANEL, PANEL_END, EDGE = "#1d2a17d0", "#121b0fe0", "#fff6e030"
SHADOW = "#0a1208b0"
ARC = (236.0, 62.0)


def points(blossoms: int, kinds: int) -> int:
    """What a day is worth."""
    return blossoms * kinds


def praise(score: int) -> str:
    """What is said of it."""
    for least, text in (
        (48, "A garden to dream of."),
        (30, "The bees will tell of it."),
        (15, "A lovely day."),
        (1, "A quiet beginning."),
    ):
        if score >= least:
            return text
    return "Tomorrow the earth is still there."


class Garden:
    """The game: the scene, what is played in it, and what is written over it."""

    def __init__(self, length: float = 150.0, seed: int | None = None) -> None:
        made = scene()
        made["day"].set(Day(length=length))
        self.app = dw.App(made, title="Garden", seed=seed)
        self.app.use(day, plants, fireflies, visitors)
        bindings = self.app.bindings
        bindings.action("act", " ", "e", "Enter", "pad:a")
        bindings.action("point", "mouse:left")
        bindings.action("next seed", "Tab", "pad:right_bumper")
        bindings.action("last seed", "q", "pad:left_bumper")
        for k in range(len(SEEDS)):
            bindings.action(f"seed {k + 1}", str(k + 1))
        self.told = ""
        self.until = 0.0
        self.make_hud()
        self.app.fixed(self.fixed)
        self.app.update(self.update)
        self.app.on(Told)(self.tell)
        self.app.on(Opened)(self.opened)
        self.app.on(Wilted)(self.wilted)
        self.app.on(Ended)(self.ended)

    # ---- what the player does ---------------------------------------------------------------------------------------

    def fixed(self, world: dw.World, dt: float) -> None:
        """Every tick: the eye drifts; begin, choose, point."""
        self.drift(world)
        day, given = world["day"][Day], self.app.input
        clicked = given.action("point").pressed and self.app.hud.hovered is None
        if day.phase in ("title", "end"):
            if given.action("act").pressed or (clicked and day.phase == "title") or given.action("confirm").pressed:
                self.begin()
            return
        if day.phase != "play":
            return
        for k in range(len(SEEDS)):
            if given.action(f"seed {k + 1}").pressed:
                day.chosen = k
        step = int(given.action("next seed").pressed) - int(given.action("last seed").pressed)
        day.chosen = (day.chosen + step) % len(SEEDS)
        if clicked:
            world["gardener"][Gardener].goal = self.meant(world, given.pointer)

    def begin(self) -> None:
        """A new day."""
        play.begin(self.app.world)

    def choose(self, k: int) -> None:
        """Another seed, by its button."""
        self.app.world["day"][Day].chosen = k

    def drift(self, world: dw.World) -> None:
        """The eye is never quite still."""
        t = self.app.tick / self.app.tick_rate
        x, y, z = EYE
        world.camera.position = (
            x + 0.35 * math.sin(0.11 * t),
            y + 0.12 * math.sin(0.17 * t + 1),
            z + 0.15 * math.cos(0.13 * t),
        )
        world.camera.look_at(TARGET)

    def ground(self, world: dw.World, pointer: tuple[float, float], height: float = 0.2) -> tuple[float, float] | None:
        """x and z, metres, of what lies under a place in the picture at some height; None above the horizon."""
        found = self.app.camera_ray(*pointer).at_height(height)
        return None if found is None else (found[0], found[2])

    def meant(self, world: dw.World, pointer: tuple[float, float]) -> int | None:
        """The plot that is pointed at, its plant counting as well; -1 for the pond."""
        place = self.ground(world, pointer)
        near: list[tuple[float, int]] = []
        for k, (x, z) in enumerate(plan.PLOTS):
            plant = world[f"plot-{k}"][Plot].plant
            tall = KINDS[plant[Plant].species].height * STEMS[plant[Plant].stage] if plant is not None else 0.0
            for height in (0.2, 0.2 + tall * 0.55, 0.2 + tall * 1.1):
                at = self.ground(world, pointer, height)
                if at is not None:
                    near.append((math.hypot(at[0] - x, at[1] - z) + 0.02 * height, k))
        if near and min(near)[0] < 0.5:
            return min(near)[1]
        if place is not None and math.hypot(place[0] - plan.POND[0], place[1] - plan.POND[1]) < plan.POND_RADIUS + 0.25:
            return -1
        return None

    # ---- what is written --------------------------------------------------------------------------------------------

    def make_hud(self) -> None:
        """Everything that is ever shown over the picture."""
        hud = self.app.hud
        hud.height = 720
        self.title = hud.panel("title", size=(None, None), color="#00000000", radius=0)
        self.say("name", "Garden", (0, 86), "top", 92)
        self.say("subtitle", "one day, from dawn to dusk", (0, 196), "top", 24)
        self.prompt = self.say("prompt", "Space or a click to begin", (0, 44), "bottom", 22)
        self.playing = hud.panel("playing", size=(None, None), color="#00000000", radius=0)
        clock = self.board("clock", (0, 14), "top", (276, 84))
        hud.image("arc", arc(2 * int(ARC[0]), 2 * int(ARC[1])), parent=clock, at=(20, 10), size=ARC)
        self.sun = hud.image("sun", dot(), parent=clock, at=(0, 0), size=(26, 26))
        self.time = hud.text("time", "6:00", parent=clock, at=(0, 38), anchor="top", size=19, color=CREAM)
        tally = self.board("tally", (18, 14), "top_left", (212, 84))
        self.blossoms = hud.text("blossoms", "0", parent=tally, at=(20, 12), size=40, color=GOLD)
        hud.text("blossoms told", "blossoms", parent=tally, at=(20, 58), size=15, color=PALE)
        self.kinds = hud.text("kinds", "0", parent=tally, at=(126, 12), size=40, color=GOLD)
        hud.text("kinds told", f"of {len(SEEDS)} kinds", parent=tally, at=(126, 58), size=15, color=PALE)
        water = self.board("water", (18, 14), "top_right", (212, 84))
        self.can = hud.bar("can", 1.0, parent=water, at=(20, 20), size=(172, 18), radius=9, padding=3)
        self.can.color, self.can.fill, self.can.fill_end = "#0c120ad0", "#a9dcff", "#3f8fd6"
        self.can_told = hud.text("can told", "the can is full", parent=water, at=(20, 52), size=15, color=PALE)
        tray = self.board("tray", (0, 16), "bottom", (len(SEEDS) * 182 + 32, 92))
        self.seeds = [self.seed_button(tray, k, name) for k, name in enumerate(SEEDS)]
        self.hint = self.say("hint", "", (0, 120), "bottom", 22)
        self.hint.parent = self.playing
        over = self.over = self.board("over", (0, 24), "bottom", (780, 128))
        over.parent, over.visible, over.shadow = None, False, "#00000080"
        hud.text("over title", "Dusk", parent=over, at=(34, 20), size=46, color=CREAM)
        self.praise = hud.text("over praise", "", parent=over, at=(36, 82), size=18, color=PALE)
        self.score = hud.text("over score", "", parent=over, at=(40, 16), anchor="top", size=56, color=GOLD)
        self.count = hud.text("over count", "", parent=over, at=(40, 84), anchor="top", size=17, color=CREAM)
        again = hud.button("again", "Another day", parent=over, at=(32, 36), anchor="top_right", size=(196, 56))
        again.text_size, again.text_color, again.radius, again.border = 20, INK, 14, 0
        again.color, again.color_end, again.on_click = "#ffe3a0", "#e6b45c", self.begin

    def say(self, name: str, text: str, at: tuple[float, float], anchor: dw.Anchor, size: float) -> dw.Text:
        """A line over the picture, of the title unless told otherwise."""
        line = self.app.hud.text(name, text, parent=self.title, at=at, anchor=anchor, size=size, color=CREAM)
        line.shadow, line.shadow_offset, line.shadow_blur = SHADOW, (0, 1 + size / 40), 5 + size / 10
        return line

    def board(self, name: str, at: tuple[float, float], anchor: dw.Anchor, size: tuple[float, float]) -> dw.Panel:
        """A dark green panel."""
        made = self.app.hud.panel(name, parent=self.playing, at=at, anchor=anchor, size=size, radius=18)
        made.color, made.color_end, made.border, made.border_color = PANEL, PANEL_END, 1, EDGE
        return made

    def seed_button(self, tray: dw.Panel, k: int, name: str) -> dw.Button:
        """A kind of seed, to be chosen."""
        hud, kind = self.app.hud, KINDS[name]
        seed = hud.button(f"seed {k}", "", parent=tray, at=(16 + 182 * k, 12), size=(174, 68), radius=14, border=2)
        seed.on_click = partial(self.choose, k)
        hud.image(f"seed picture {k}", seed_picture(name), parent=seed, at=(8, 6), size=(56, 56))
        hud.text(f"seed name {k}", kind.title, parent=seed, at=(70, 11), size=20, color=CREAM)
        hud.text(f"seed told {k}", kind.told, parent=seed, at=(70, 36), size=12, color=PALE, width=100)
        hud.text(f"seed key {k}", str(k + 1), parent=seed, at=(8, 5), anchor="top_right", size=13, color=PALE)
        return seed

    def tell(self, event: Told) -> None:
        """A sentence for a while."""
        self.told, self.until = event.text, self.app.time + 4.0

    def opened(self, event: Opened) -> None:
        """The first of a kind is worth a word."""
        kind = event.plant[Plant].species
        others = [plant for plant in self.app.world.tagged("open") if plant[Plant].species == kind]
        if len(others) == 1 and self.app.world["day"][Day].phase == "play":
            self.tell(Told(f"The first {KINDS[kind].title.lower()} is open"))

    def wilted(self, event: Wilted) -> None:
        """A pity."""
        self.tell(
            Told(f"A{'n' if event.plant[Plant].species == 'iris' else ''} {event.plant[Plant].species} has wilted")
        )

    def ended(self, event: Ended) -> None:
        """The sum of the day."""
        score = points(event.blossoms, event.kinds)
        self.praise.text = praise(score)
        blossoms, kinds = ("" if n == 1 else "s" for n in (event.blossoms, event.kinds))
        self.count.text = f"{event.blossoms} blossom{blossoms} of {event.kinds} kind{kinds}"
        self.score.text = str(score)

    def suggestion(self, world: dw.World, day: Day) -> str:
        """What can be done here, or is to be done next."""
        gardener = world["gardener"][Gardener]
        if self.app.time < self.until:
            return self.told
        if gardener.focus is not None and gardener.goal is None:
            plant = world[f"plot-{gardener.focus}"][Plot].plant
            if plant is None:
                return f"Space: sow {'an' if SEEDS[day.chosen] == 'iris' else 'a'} {SEEDS[day.chosen]}"
            if plant[Plant].wilted:
                return "Space: clear it away"
            if not plant[Plant].wet:
                return "Space: water" if day.can else "The can is empty: go to the pond"
        if day.can == 0:
            return "The can is empty: go to the pond"
        if world.rows_tagged("thirst").size:
            return "Drops show who is thirsty"
        return "" if world.rows_tagged("plant").size else "Click a bed, or walk there: sow, then water"

    def update(self, world: dw.World, dt: float) -> None:
        """Every frame: what is written."""
        day = world["day"][Day]
        title = self.title.visible = day.phase == "title"
        self.prompt.alpha = 0.72 + 0.28 * math.sin(3 * self.app.time)
        self.playing.visible = day.phase in ("play", "rewind")
        self.over.visible = day.phase == "end"
        if title:
            return
        part = min(max((day.hour - DAWN) / (DUSK - DAWN), 0.0), 1.0)
        a = math.pi * (1 - part)
        self.sun.at = (138 + 100 * math.cos(a) - 13, 62 - 44 * math.sin(a) - 13)
        minutes = int(day.hour * 4) * 15
        self.time.text = f"{minutes // 60}:{minutes % 60:02}"
        blossoms, kinds = count(world)
        self.blossoms.text, self.kinds.text = str(blossoms), str(kinds)
        self.can.value = day.can / CAN
        self.can_told.text = (
            "the can is full" if day.can == CAN else "the can is empty" if day.can == 0 else f"water for {day.can}"
        )
        for k, seed in enumerate(self.seeds):
            chosen = k == day.chosen
            seed.color, seed.border_color = ("#fff6e026", "#ffd98ae0") if chosen else ("#00000000", "#00000000")
        self.hint.text = self.suggestion(world, day) if day.phase == "play" else ""


def length_of(text: str) -> float:
    """The length of a day that was asked for on the command line, seconds."""
    return number_of(text, "the day's length", 20, 3600, "seconds")


if __name__ == "__main__":
    Garden(length_of(sys.argv[1]) if sys.argv[1:] else 150.0).app.run()
