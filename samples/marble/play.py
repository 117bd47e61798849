"""The rules of the marble: how it rolls, what moves, what counts, and how a game goes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import numpy as np

import dreamwell as dw
from dreamwell.samples._shared.sparks import AWAY, Home, sparkle

Phase = Literal["title", "play", "over", "won"]
FILE = Path(__file__).with_name("level.dream")
START = (0.0, 0.6, 2.0)
BACK, ABOVE = 8.6, 5.0
"""Metres that the camera is behind the marble and above it."""
LIMIT = 90.0
"""Seconds at first; a gem is worth some more."""
BONUS = 3.0
DEEP = 9.0
"""Metres below the last flag at which it has fallen."""
PUSH, GRIP = 15.0, 0.7
"""m/s² that the player gives it, and 1/s by which it comes to rest by itself."""


# ---- what things are -----------------------------------------------------------------------------------------------


@dw.component
class Shuttle:
    """Goes to and fro from where it stands."""

    way: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0), unit="m", doc="to where, and back")
    seconds: float = dw.field(default=6.0, unit="s", above=0, doc="there and back")


@dw.component
class Turner:
    """Turns about +Y."""

    speed: float = dw.field(default=45.0, unit="deg/s", doc="counter-clockwise from above")


@dw.component
class Outlook:
    """Where the camera looks while the marble is in a box around the object."""

    half: dw.Vec3 = dw.field(default=(5.0, 5.0, 5.0), unit="m", doc="half of the box")
    yaw: float = dw.field(default=0.0, unit="deg", doc="0 is along -Z, 90 along -X")


# ---- who moves -----------------------------------------------------------------------------------------------------


class View:
    """What only looks: where the camera is. Here, so that one can go back."""

    def __init__(self) -> None:
        self.at, self.time = list(START), 0.0


class MarbleGame(dw.Behaviour):
    """The marble, the machines and the course of a game."""

    def start(self) -> None:
        """Nobody plays yet: the pilot does."""
        self.best = 0.0
        self.view = View()
        self.shuttles = [(e, e[Shuttle], e.position) for e in self.world.tagged("shuttle")]
        self.turners = [(e, e[Turner]) for e in self.world.tagged("turner")]
        self.clock = 0.0
        self.begin("title")

    @property
    def marble(self) -> dw.Entity:
        """What rolls."""
        return self.world["marble"]

    def begin(self, phase: Phase) -> None:
        """All is as at first."""
        self.phase, self.time, self.left, self.coins, self.falls = phase, 0.0, LIMIT, 0, 0
        self.spawn, self.yaw, self.waiting = START, 0.0, 0.0
        self.pilot = Pilot()
        for gem in self.world.tagged("gem"):
            self.world.teleport(gem, gem[Home].at)
        for flag in self.world.tagged("checkpoint"):
            flag.untag("reached")
        self.place()

    def place(self) -> None:
        """The marble lies where it begins."""
        self.world.teleport(self.marble, self.spawn)
        self.marble.body.velocity = self.marble.body.angular_velocity = (0, 0, 0)
        self.pilot.back_to(self.spawn)

    def fixed_update(self, dt: float) -> None:
        """A tick."""
        fire = self.input.action("jump").pressed or self.input.action("confirm").pressed
        self.waiting += dt
        self.clock += dt
        for entity, shuttle, (x, y, z) in self.shuttles:
            part = 0.5 - 0.5 * math.cos(math.tau * self.clock / shuttle.seconds)
            entity.position = x + part * shuttle.way[0], y + part * shuttle.way[1], z + part * shuttle.way[2]
        for entity, turner in self.turners:
            entity.rotate(y=turner.speed * dt)
        self.look_around(dt)
        if self.phase == "title" and fire:
            self.begin("play")
        elif self.phase in ("over", "won"):
            self.roll(0.0, 0.0, 2.5, dt)
            if (fire and self.waiting > 0.8) or self.waiting > 14:
                self.begin("play" if fire else "title")
        else:
            self.play(dt)

    def play(self, dt: float) -> None:
        """Roll, and look at what happened."""
        if self.phase == "title":
            x, z = self.pilot.decide(self.world)
        else:
            right, ahead = self.input.vector("move_x", "move_y")
            turn = math.radians(self.yaw)
            x = right * math.cos(turn) - ahead * math.sin(turn)
            z = -right * math.sin(turn) - ahead * math.cos(turn)
        self.roll(x, z, GRIP, dt)
        self.time += dt
        if self.phase == "play":
            self.left = max(0.0, self.left - dt)
            if not self.left:
                self.phase, self.waiting = "over", 0.0
        if self.marble.position[1] < self.spawn[1] - DEEP:
            self.falls += 1
            self.place()

    def roll(self, x: float, z: float, grip: float, dt: float) -> None:
        """A push along the world's x and z, -1 to 1 each."""
        body = self.marble.body
        vx, _, vz = body.velocity
        mass = body.mass
        body.apply_force((mass * (PUSH * x - grip * vx), 0.0, mass * (PUSH * z - grip * vz)))

    def look_around(self, dt: float) -> None:
        """Turn the view to where the way goes on."""
        px, py, pz = self.marble.position
        wanted = 0.0
        for zone in self.world.tagged("outlook"):
            x, y, z = zone.position
            outlook = zone[Outlook]
            a, b, c = outlook.half
            if abs(px - x) < a and abs(py - y) < b and abs(pz - z) < c:
                wanted = outlook.yaw
        self.yaw += (wanted - self.yaw) * (1 - math.exp(-3 * dt))


def game_of(world: dw.World) -> MarbleGame:
    """The one that there is."""
    return world["game"][MarbleGame]


# ---- what happens --------------------------------------------------------------------------------------------------


@dw.on(dw.Contact, a="marble", b="gem")
def collect(contact: dw.Contact, world: dw.World) -> None:
    """A gem, and some more time."""
    game, gem = game_of(world), contact.b
    sparkle(world, gem.position, "glint", 12, 4.5)
    world.teleport(gem, AWAY)
    game.coins += 1
    game.left += BONUS


@dw.on(dw.Contact, a="marble", b="bumper")
def bounce(contact: dw.Contact, world: dw.World) -> None:
    """Away from it, faster than before."""
    x, _, z = np.subtract(contact.a.position, contact.b.position).tolist()
    length = max(math.hypot(x, z), 1e-6)
    contact.a.body.apply_impulse((contact.a.body.mass * 5 * x / length, 0.0, contact.a.body.mass * 5 * z / length))
    sparkle(world, contact.point, "shard", 6, 3.0)
    world.tween(contact.b.children[0], "scale", start=1.12, to=1.0, seconds=0.3, ease="out_cubic")


@dw.on(dw.Contact, a="marble", b="checkpoint")
def remember(contact: dw.Contact, world: dw.World) -> None:
    """From here on again."""
    game, flag = game_of(world), contact.b
    if "reached" not in flag.tags:
        flag.tag("reached")
        x, y, z = flag.position
        game.spawn = (x, y - 0.4, z)
        sparkle(world, (x, y + 1, z), "glint", 24, 6.0)


@dw.on(dw.Contact, a="marble", b="finish")
def arrive(contact: dw.Contact, world: dw.World) -> None:
    """Into the ring."""
    game = game_of(world)
    if game.phase == "play":
        sparkle(world, contact.b.position, "glint", 60, 10.0)
        game.best = min(game.best or game.time, game.time)
        game.phase, game.waiting = "won", 0.0
    elif game.phase == "title":
        game.begin("title")


# ---- who plays while nobody does -----------------------------------------------------------------------------------

# Points of the way (x, z), how fast towards each (m/s), and what must be near before one goes on: its name, x and z
COURSE: tuple[tuple[float, float, float, str, float, float], ...] = (
    (0.0, -9.0, 6.0, "", 0, 0),
    (0.0, -20.0, 5.0, "", 0, 0),
    (0.0, -32.0, 5.0, "", 0, 0),
    (2.8, -34.5, 4.0, "", 0, 0),
    (3.6, -40.0, 6.0, "", 0, 0),
    (0.0, -42.0, 2.5, "ferry", 0.0, -45.0),
    (0.0, -46.0, 4.0, "", 0, 0),
    (0.0, -51.2, 2.0, "ferry", 0.0, -50.9),
    (0.0, -55.0, 5.0, "", 0, 0),
    (3.2, -55.0, 4.0, "", 0, 0),
    (8.0, -55.0, 6.0, "", 0, 0),
    (14.0, -55.0, 6.0, "", 0, 0),
    (20.0, -55.0, 5.0, "", 0, 0),
    (24.0, -53.2, 4.0, "", 0, 0),
    (26.6, -55.5, 3.5, "", 0, 0),
    (24.0, -58.6, 2.0, "", 0, 0),
    (24.0, -62.0, 3.5, "", 0, 0),
    (24.0, -66.0, 3.5, "", 0, 0),
    (24.0, -71.0, 4.0, "", 0, 0),
    (24.0, -80.0, 4.0, "", 0, 0),
)


class Pilot:
    """Rolls from point to point, and waits for what moves."""

    def __init__(self) -> None:
        self.step = 0

    def back_to(self, spawn: dw.Vec3) -> None:
        """Go on from a flag: to the first point that lies beyond it."""
        reached = [i for i, one in enumerate(COURSE) if math.hypot(one[0] - spawn[0], one[1] - spawn[2]) < 3.0]
        self.step = reached[-1] if reached and spawn != START else 0

    def decide(self, world: dw.World) -> tuple[float, float]:
        """The push, -1 to 1 along x and z."""
        marble = world["marble"]
        x, _, z = marble.position
        vx, _, vz = marble.body.velocity
        tx, tz, speed, name, wx, wz = COURSE[min(self.step, len(COURSE) - 1)]
        dx, dz = tx - x, tz - z
        far = math.hypot(dx, dz)
        ready = True
        if name:
            lx, _, lz = world[name].position
            ready = math.hypot(lx - wx, lz - wz) < 0.7
        if far < 0.9 and ready and self.step < len(COURSE) - 1:
            self.step += 1
        if name == "ferry" and self.step > 5:  # one stays where one is on it
            dx, dz = tx - x, world[name].position[2] - z
            far = math.hypot(dx, dz)
        pace = min(speed, 1.8 * far) if name else speed
        way = (pace / far) if far > 1e-6 else 0.0
        px, pz = 0.35 * (dx * way - vx), 0.35 * (dz * way - vz)
        large = max(1.0, math.hypot(px, pz))
        return px / large, pz / large
