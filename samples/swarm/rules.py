"""The game: evenings with gates that the flock is led through before the sun is down, and what is told of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw

from . import land
from .flock import FLOCK, Starling, Will, fly, joining, spread
from .hawk import Hawk, Stooped, Taken

GATES = 5
"""Of an evening."""
DAYLIGHT = 78.0
"""Seconds of the first evening; each that follows has six less, down to 48."""
WARM_UP = 280
"""Ticks before the first one."""
ENOUGH = 0.25
"""Of the flock: with less left the game is over."""
REST = 4.0
"""Seconds between two evenings."""
SPEED = 46.0
"""Metres a second: of the light."""
ROOM = (72.0, 10.0, 58.0)
"""Metres: how far to the sides, how low and how high the light goes."""


@dw.component
class Gate:
    """A ring in the air."""

    number: int = dw.field(default=1, minimum=1, doc="counted from the beginning of the game")
    normal: dw.Vec3 = dw.field(default=(1.0, 0.0, 0.0), doc="of its plane")


class Rules(dw.Behaviour):
    """What the game is at; the whole of its state is in its fields."""

    phase: Literal["title", "playing", "resting", "over"] = dw.field(default="title")
    flock: int = dw.field(default=10_000, minimum=1, doc="birds at the beginning")
    evening: int = dw.field(default=1, minimum=1)
    gate: int = dw.field(default=0, minimum=0, doc="the number of the gate that stands, from the beginning of the game")
    done: int = dw.field(default=0, minimum=0, doc="gates of this evening that are done")
    through: int = dw.field(default=0, minimum=0, doc="birds through this gate")
    score: int = dw.field(default=0, minimum=0)
    best: int = dw.field(default=0, minimum=0)
    left: float = dw.field(default=DAYLIGHT, minimum=0, unit="s", doc="of daylight")
    wait: float = dw.field(default=0.0, minimum=0, unit="s", doc="since this phase began")
    lost: int = dw.field(default=0, minimum=0, doc="birds taken in this dive")
    shine: float = dw.field(default=1.0, above=0, doc="how bright what shines by itself was made last")
    told: str = dw.field(default="", doc="what is shown in the middle of the picture")
    telling: float = dw.field(default=0.0, minimum=0, unit="s", doc="how long it stays")

    # ---- how it goes on -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """The title: the flock plays by itself."""
        self.add_birds(*spread(self.flock, self.world.random))
        self.warm_up()
        self.title()

    def fixed_update(self, dt: float) -> None:
        """One tick."""
        self.wait += dt
        self.telling = max(self.telling - dt, 0.0)
        if not 0.96 < self.shine / land.brightness(self.late) < 1.04:
            self.kindle()
        begins = self.input.action("begin").pressed
        if self.phase == "title":
            if begins:
                self.begin()
        elif self.phase == "playing":
            self.left = max(self.left - dt, 0.0)
            if self.birds < ENOUGH * self.flock:
                self.end("The flock is lost")
            elif self.left == 0:
                self.end("Night has fallen")
        elif self.phase == "resting":
            if self.wait > REST:
                self.dawn(self.evening + 1)
        elif begins and self.wait > 1.5:
            self.begin()
        if self.input.action("reload").pressed and self.phase != "title":
            self.title()

    def title(self) -> None:
        """Back to the title, with a whole flock."""
        self.fill_up()
        self.phase, self.wait, self.evening, self.done, self.score = "title", 0.0, 1, 0, 0
        self.left = DAYLIGHT * 0.72
        self.release(1)
        self.next_gate()

    def begin(self) -> None:
        """A new game."""
        self.fill_up()
        self.score = 0
        self.dawn(1)

    def dawn(self, evening: int) -> None:
        """An evening begins."""
        self.phase, self.wait, self.evening, self.done = "playing", 0.0, evening, 0
        self.left = self.daylight
        self.release(min((evening + 1) // 2, 3))
        self.next_gate()
        self.tell(f"Evening {evening}", 2.5)

    def end(self, why: str) -> None:
        """The game is over."""
        self.phase, self.wait = "over", 0.0
        self.best = max(self.best, self.score)
        self.tell(why, 0)

    def tell(self, text: str, seconds: float) -> None:
        """Show a line."""
        self.told, self.telling = text, seconds

    # ---- what there is ------------------------------------------------------------------------------------------

    @property
    def birds(self) -> int:
        """How many are left."""
        return len(self.world.rows_of(Starling))

    @property
    def daylight(self) -> float:
        """Seconds of this evening."""
        return max(DAYLIGHT - 6 * (self.evening - 1), 48.0)

    @property
    def needed(self) -> int:
        """How many birds have to pass a gate."""
        part = 0.35 if self.phase == "title" else min(0.45 + 0.05 * self.evening, 0.75)
        return math.ceil(self.birds * part)

    def add_birds(self, at: NDArray[np.float32], columns: Mapping[str, NDArray[np.float64]]) -> None:
        """So many more: (k, 3) places, and columns of their `Starling`."""
        rows = self.world.spawn("starling", at=at, name="bird")
        self.world.set(rows, Starling(), **columns)

    def fill_up(self) -> None:
        """In place of those that are gone others come, from beyond the edge of the picture."""
        missing = self.flock - self.birds
        if missing:
            self.add_birds(*joining(missing, self.world.random))

    def warm_up(self) -> None:
        """Some seconds before the first tick, so that the first picture shows a flock on its way."""
        light, dt = self.world["light"], 1 / 60
        light[Will].gather = 0.5
        end = np.asarray(light.position)
        for i in range(WARM_UP, 0, -1):
            back = 0.013 * i
            away = (30 * math.sin(back), -8 * math.sin(1.7 * back), 14 * math.sin(0.8 * back))
            light.position = end + np.asarray(away)
            with self.world.query(FLOCK) as birds:
                fly(birds, dt, self.world)
        light.position = end

    def release(self, hawks: int) -> None:
        """So many hawks, on their circle."""
        self.world.despawn(self.world.rows_tagged("hawk"))
        for i in range(hawks):
            hawk = Hawk(angle=2 * math.pi * i / hawks + 2.0, patience=7.0 - 0.5 * min(self.evening, 6) + 2 * i)
            self.world.spawn("hawk", at=(-70, 72, 10 * i), tags={"hawk"}, components=(hawk,))

    def next_gate(self) -> None:
        """Another gate, away from the last one."""
        world = self.world
        light = np.asarray(world["light"].position)
        at = light
        for _ in range(20):
            at = world.random.uniform((-52, 24, -8), (52, 48, 8))
            if np.hypot(*(at - light)[:2]) > 42:
                break
        turn = world.random.choice((-1, 1)) * math.radians(world.random.uniform(20, 52))
        turn -= math.atan2(at[0], land.EYE[2])  # as seen by the eye
        normal = (math.sin(turn), 0.0, math.cos(turn))
        world.despawn(world.rows_of(Gate))
        self.gate += 1
        self.through = 0
        ring = world.spawn(
            "gate", at=at, rotation=_from_y(normal), scale=0.02, name="ring", components=(Gate(self.gate, normal),)
        )
        world.tween(ring, "scale", to=1.0, seconds=0.9, ease="out_back")
        self.kindle()

    def kindle(self) -> None:
        """The ring shines the brighter the more birds went through it, and all that shines as the hour wants it."""
        part = min(self.through / self.needed, 1) if self.birds else 0
        self.shine = land.brightness(self.late)
        for material, more in ((land.RING, 1 + 2.5 * part), (land.GLOW, 1), (land.HAWK, 1)):
            strength = material.emissive_strength * self.shine * more
            self.world.materials[material] = replace(material, emissive_strength=strength)

    @property
    def late(self) -> float:
        """How much of the evening is over, 0 to 1."""
        return 1 - self.left / self.daylight

    def passed(self, count: int) -> None:
        """So many more birds went through the gate."""
        if self.phase not in ("title", "playing"):
            return
        self.through += count
        if self.phase == "playing":
            self.score += count
        if self.through >= self.needed:
            self.open_gate()
        elif count > 20:
            self.kindle()

    def open_gate(self) -> None:
        """A gate is done: the next one, or the evening is."""
        world = self.world
        for ring in [world.at(row) for row in world.rows_of(Gate)]:
            ring.discard(Gate)
            ring.tag("spent")
            world.tween(ring, "scale", to=(1.7, 0.1, 1.7), seconds=0.45, ease="out_quad", on_done=_clear)
        if self.phase == "title":
            self.next_gate()
            return
        self.done += 1
        if self.done < GATES:
            self.next_gate()
            return
        bonus = int(self.left) * 100
        self.score += bonus
        self.phase, self.wait = "resting", 0.0
        self.tell(f"Home before dark   +{bonus:,}", REST)


@dw.on(Stooped)
def warn(event: Stooped, world: dw.World) -> None:
    """A hawk comes."""
    rules = world["game"][Rules]
    if rules.phase == "playing":
        rules.lost = 0
        rules.tell("Hawk!", 1.2)


@dw.on(Taken)
def mourn(event: Taken, world: dw.World) -> None:
    """Birds were taken."""
    rules = world["game"][Rules]
    if rules.phase == "playing":
        rules.lost += event.count
        rules.tell(f"-{rules.lost}", 1.2)


def _clear(world: dw.World) -> None:
    """Rings that are no gates any more are gone."""
    world.despawn(world.rows_tagged("spent"))


def _from_y(normal: tuple[float, float, float]) -> tuple[float, float, float, float]:
    """The quaternion that turns +Y to a level unit vector."""
    x, _, z = normal
    half = math.sqrt(0.5)
    return half * z, 0.0, -half * x, half
