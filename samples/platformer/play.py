"""The rules of the platformer: who runs and jumps, what goes up and down, what hurts, and how a game goes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import dreamwell as dw
from dreamwell.samples._shared.sparks import AWAY, Home, sparkle

Phase = Literal["title", "play", "over", "won"]
LIVES = 3
FILE = Path(__file__).with_name("level.dream")
START = (-8.0, 1.0, 0.0)
EYE = (0.0, 2.6, 17.0)
"""Where the camera is, beside what it looks at."""
BOTTOM = -8.0
"""Metres: who is below it has fallen."""


# ---- what things are -----------------------------------------------------------------------------------------------


@dw.component
class Lift:
    """Goes to and fro from where it stands, or around."""

    way: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0), unit="m", doc="to where, and back")
    circle: float = dw.field(default=0.0, unit="m", doc="the radius that it goes around in, in place of a way")
    seconds: float = dw.field(default=6.0, unit="s", above=0, doc="there and back, or once around")
    phase: float = dw.field(default=0.0, doc="0 to 1: where it is at first")
    home: dw.Vec3 | None = dw.field(default=None, unit="m", doc="null for where it stands")


@dw.component
class Beetle:
    """Walks to and fro; who lands on it is rid of it."""

    left: float = dw.field(default=0.0, unit="m")
    right: float = dw.field(default=0.0, unit="m")
    speed: float = dw.field(default=1.6, unit="m/s", doc="below 0 to the left")


# ---- who moves -----------------------------------------------------------------------------------------------------


class Machinery(dw.Behaviour):
    """Lifts, wheels and beetles: where they are is a matter of the time alone, so that a game can begin anew."""

    def start(self) -> None:
        """All are where the level has them."""
        self.time = 0.0
        self.lifts = [(e, e[Lift], e[Lift].home or e.position) for e in self.world.tagged("lift")]
        self.beetles = [(e, e[Beetle]) for e in self.world.tagged("beetle")]

    def fixed_update(self, dt: float) -> None:
        """On they go."""
        self.time += dt
        for entity, lift, (x, y, z) in self.lifts:
            turn = math.tau * (self.time / lift.seconds + lift.phase)
            if lift.circle:
                entity.position = x + lift.circle * math.cos(turn), y + lift.circle * math.sin(turn), z
            else:
                part = 0.5 - 0.5 * math.cos(turn)
                entity.position = x + part * lift.way[0], y + part * lift.way[1], z
        for entity, beetle in self.beetles:
            x, y, z = entity.position
            if y < BOTTOM:
                continue
            x += beetle.speed * dt
            if x > beetle.right or x < beetle.left:
                beetle.speed = -abs(beetle.speed) if x > beetle.right else abs(beetle.speed)
            entity.position = (x, y, z)


class Hero(dw.Behaviour):
    """Runs, jumps, and jumps higher the longer the button is held; also a moment after the edge, or before landing."""

    speed: float = dw.field(default=6.5, unit="m/s", minimum=0, doc="at most")
    leap: float = dw.field(default=12.6, unit="m/s", minimum=0, doc="upwards, when it jumps")
    coyote: float = dw.field(default=0.1, unit="s", minimum=0, doc="how long after an edge it still can jump")
    buffer: float = dw.field(default=0.13, unit="s", minimum=0, doc="how long before it lands a jump is kept in mind")

    def start(self) -> None:
        """On the ground, and nothing held."""
        self.air = self.wish = 0.0
        self.held = self.jumping = False
        self.facing = 1.0
        self.safe = 0.0  # seconds that nothing hurts
        self.fall = 0.0
        self.squash = 0.0

    def go(self, x: float, jump: bool, dt: float) -> None:
        """One tick: x from -1 to 1, and whether the button is down."""
        me = self.entity.character
        vx, vy, _ = me.velocity
        if me.grounded and self.air > 0.15:
            self.squash = min(0.35, 0.03 * self.fall)
        self.fall = max(0.0, -vy)
        self.air = 0.0 if me.grounded else self.air + dt
        self.jumping = self.jumping and not me.grounded
        self.wish = self.buffer if jump and not self.held else max(0.0, self.wish - dt)
        self.safe = max(0.0, self.safe - dt)
        self.squash *= math.exp(-9 * dt)
        haste = 70.0 if me.grounded else 40.0
        vx += max(-haste * dt, min(haste * dt, x * self.speed - vx))
        me.walk(vx)
        if self.wish and self.air <= self.coyote and not self.jumping:
            me.jump(self.leap)
            self.wish, self.jumping, self.squash = 0.0, True, -0.22
        elif self.jumping and not jump and vy > 0.45 * self.leap:
            me.jump(0.45 * self.leap)  # let go early: a small hop
        self.entity[dw.Character].gravity_scale = 1.0 if vy > 0 else 1.35
        self.held = jump
        if x:
            self.facing = math.copysign(1.0, x)

    def bounce(self) -> None:
        """Off a beetle, and as high as a jump if the button is held."""
        self.entity.character.jump(self.leap * (1.0 if self.held else 0.72))
        self.jumping, self.air, self.squash = True, 1.0, -0.25


class View:
    """What only looks: where the camera is, how far the hero has turned and stepped. Here, so that one can go back."""

    def __init__(self) -> None:
        self.x, self.y, self.turn, self.step, self.time = START[0], START[1], 1.0, 0.0, 0.0


class PlatformerGame(dw.Behaviour):
    """The course of it: title, play, the end, and again."""

    def start(self) -> None:
        """Nobody plays yet: the pilot does."""
        self.phase: Phase = "title"
        self.best = 0.0
        self.view = View()
        self.begin("title")

    def begin(self, phase: Phase) -> None:
        """All is as at first."""
        self.phase, self.time, self.coins, self.lives, self.falls = phase, 0.0, 0, LIVES, 0
        self.spawn = START
        self.waiting = 0.0
        self.pilot = Pilot()
        world = self.world
        for entity in (*world.tagged("coin"), *world.tagged("beetle")):
            world.teleport(entity, entity[Home].at)
        for flag in world.tagged("checkpoint"):
            flag.untag("reached")
        self.place()

    @property
    def hero(self) -> Hero:
        """Who runs."""
        return self.world["hero"][Hero]

    def place(self) -> None:
        """The hero stands where it begins."""
        hero = self.hero
        hero.start()
        hero.safe, hero.held = 1.2, True  # a button that is still down is no jump
        hero.entity.character.velocity = (0, 0, 0)
        self.world.teleport(hero.entity, self.spawn)
        self.pilot.back_to(self.spawn)

    def fixed_update(self, dt: float) -> None:
        """A tick of whatever phase it is."""
        fire = self.input.action("jump").pressed or self.input.action("confirm").pressed
        self.waiting += dt
        if self.phase == "title" and fire:
            self.begin("play")
        elif self.phase in ("over", "won"):
            self.hero.go(0.0, self.phase == "won" and math.sin(5 * self.waiting) > 0.5, dt)
            if (fire and self.waiting > 0.8) or self.waiting > 14:
                self.begin("play" if fire else "title")
        else:
            self.play(dt)

    def play(self, dt: float) -> None:
        """Run, and look at what happened."""
        hero = self.hero
        self.time += dt
        if self.phase == "title":
            x, jump = self.pilot.decide(self.world)
        else:
            x, jump = self.input.axis("move_x"), bool(self.input.action("jump"))
        hero.go(x, jump, dt)
        if hero.entity.position[1] < BOTTOM:
            self.lose()

    def lose(self) -> None:
        """A life less; from the last flag on again."""
        hero = self.hero
        if self.phase not in ("title", "play"):
            return
        self.falls += 1
        self.lives -= self.phase == "play"
        sparkle(self.world, hero.entity.position, "shard", 14, 6.0)
        if self.lives <= 0:
            self.phase, self.waiting = "over", 0.0
        self.place()

    def win(self) -> None:
        """The gate is reached."""
        if self.phase == "play":
            self.best = min(self.best or self.time, self.time)
            self.phase, self.waiting = "won", 0.0
        elif self.phase == "title":
            self.begin("title")


def game_of(world: dw.World) -> PlatformerGame:
    """The one that there is."""
    return world["game"][PlatformerGame]


# ---- what happens --------------------------------------------------------------------------------------------------


@dw.on(dw.Contact, a="hero", b="coin")
def collect(contact: dw.Contact, world: dw.World) -> None:
    """A coin less, a coin more."""
    coin = contact.b
    sparkle(world, coin.position, "glint", 8, 4.0)
    world.teleport(coin, AWAY)
    game_of(world).coins += 1


@dw.on(dw.Contact, a="hero", b="beetle")
def meet(contact: dw.Contact, world: dw.World) -> None:
    """From above it is the end of the beetle, else it hurts."""
    game, beetle = game_of(world), contact.b
    if contact.a.position[1] > beetle.position[1] + 0.55:
        sparkle(world, beetle.position, "shard", 12, 5.0)
        world.teleport(beetle, AWAY)
        game.hero.bounce()
    elif not game.hero.safe:
        game.lose()


@dw.on(dw.Contact, a="hero", b="spikes")
def sting(contact: dw.Contact, world: dw.World) -> None:
    """Spikes hurt."""
    if not game_of(world).hero.safe:
        game_of(world).lose()


@dw.on(dw.Contact, a="hero", b="checkpoint")
def remember(contact: dw.Contact, world: dw.World) -> None:
    """From here on again."""
    game, flag = game_of(world), contact.b
    if "reached" not in flag.tags:
        flag.tag("reached")
        x, y, _ = flag.position
        game.spawn = (x, y + 0.2, 0.0)
        sparkle(world, (x, y + 1.6, 0.0), "glint", 16, 5.0)


@dw.on(dw.Contact, a="hero", b="finish")
def arrive(contact: dw.Contact, world: dw.World) -> None:
    """Through the gate."""
    sparkle(world, world["hero"].position, "glint", 40, 9.0)
    game_of(world).win()


# ---- who plays while nobody does -----------------------------------------------------------------------------------

# A way through the level: at x, when on the ground: "jump" over or up; "wait" for a lift and step on; "ride" to a place
COURSE: tuple[tuple[float, str, str, float], ...] = (
    (15.3, "jump", "", 0.0),
    (18.9, "jump", "", 0.0),
    (22.6, "jump", "", 0.0),
    (36.2, "wait", "ferry", 39.4),
    (0.0, "ride", "ferry", 46.85),
    (50.6, "jump", "", 0.0),
    (55.9, "wait", "lift", 4.15),
    (0.0, "ride", "lift", 9.7),
    (61.7, "jump", "", 0.0),
    (66.9, "wait", "gondola", 70.9),
    (0.0, "ride", "gondola", 77.0),
    (99.3, "jump", "", 0.0),
)


class Pilot:
    """Plays as one does who knows the way."""

    def __init__(self) -> None:
        self.step, self.hold, self.name = 0, 0, ""

    def back_to(self, spawn: dw.Vec3) -> None:
        """Go on from a flag."""
        self.hold = 0
        self.step = next((i for i, one in enumerate(COURSE) if one[0] > spawn[0]), len(COURSE))

    def decide(self, world: dw.World) -> tuple[float, bool]:
        """Where to, and whether the button is down."""
        hero = world["hero"]
        x, _, _ = hero.position
        me = hero.character
        self.hold = max(0, self.hold - 1)
        if self.step >= len(COURSE):
            return 1.0, self.hold > 0
        place, what, name, number = COURSE[self.step]
        if what == "jump" and x >= place and me.grounded:
            self.step, self.hold = self.step + 1, 24
        elif what == "wait" and x >= place - 0.15:
            lift = self.lift_near(world, name, number)
            if lift is None:
                return max(-1.0, min(1.0, place - x)), False
            self.name = lift.name
            self.step, self.hold = self.step + 1, 0 if name == "lift" else 20
        elif what == "ride":
            lift = world[self.name]
            if me.grounded and me.ground == lift:
                there = lift.position[1] if name == "lift" else lift.position[0]
                if there < number:
                    return max(-1.0, min(1.0, 2 * (lift.position[0] - x))), False
                self.step, self.hold = self.step + 1, 0 if name == "ferry" else 22
            elif x > lift.position[0]:
                return max(-1.0, min(1.0, 2 * (lift.position[0] - x))), self.hold > 0
        return 1.0, self.hold > 0

    def lift_near(self, world: dw.World, name: str, number: float) -> dw.Entity | None:
        """One of those lifts, if it is where one can step on, and comes rather than goes."""
        for lift in world.tagged("lift"):
            x, y, _ = lift.position
            if lift.name.startswith(name):
                if name == "lift" and y < number:
                    return lift
                if name == "ferry" and x < number:
                    return lift
                if name == "gondola" and x < number and abs(y - 10) < 1.2:
                    return lift
        return None
