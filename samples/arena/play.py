"""The course of a game: waves that come through the gates, the hero and how he is steered, the eye above."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw

from .creatures import Bolt, Life, Loot, scatter
from .plan import GATES, HALF

MOST = 480
"""Scarabs at a time."""
WAVE = 20.0
"""Seconds from one to the next."""
CROWD = 420
"""Of the title."""
EYE, LOOK = (0.0, 29.0, 20.5), (0.0, 0.0, 1.0)
LITTER = ("scarab", "bolt", "gem", "heart", "flame", "passing")
Phase = Literal["title", "play", "over"]


class Game(dw.Behaviour):
    """What the game is at; the whole of its state is in here."""

    phase: Phase = dw.field(default="title")
    auto: bool = dw.field(default=False, doc="whether the pilot plays on after the title, for runs without a player")
    most: int = dw.field(default=MOST, minimum=40, doc="scarabs at a time")
    wave: int = dw.field(default=0, minimum=0)
    best: int = dw.field(default=0, minimum=0)
    time: float = dw.field(default=0.0, unit="s", doc="of this game")
    left: float = dw.field(default=0.0, unit="s", doc="until the next wave")
    shake: float = dw.field(default=0.0, minimum=0)
    slain: int = dw.field(default=0, minimum=0)

    def start(self) -> None:
        """Nobody plays yet: a crowd, and a hero who can look after himself."""
        self.coming: list[str] = []
        self.gaze = np.zeros(3)
        self.due = self.since = 0.0
        self.clear("title")

    def fixed_update(self, dt: float) -> None:
        """One tick."""
        self.since += dt
        self.shake = max(self.shake - 2.2 * dt, 0.0)
        begins = self.input.action("begin").pressed
        if self.phase == "play":
            self.time += dt
            self.left -= dt
            if self.left <= 0:
                self.next_wave()
        elif self.phase == "title":
            missing = min(CROWD, self.most) - len(self.world.rows_tagged("scarab")) - len(self.coming)
            self.coming += ["mite"] * max(missing - 1, 0)
            if begins or (self.auto and self.since > 1):
                self.clear("play")
        elif (begins or self.auto) and self.since > 1.2:
            self.clear("play")
        if self.input.action("reload").pressed and self.phase != "title":
            self.clear("title")
        self.let_in(dt)
        self.look()

    def clear(self, phase: Phase) -> None:
        """A new game, or the title."""
        world = self.world
        for tag in LITTER:
            world.despawn(world.rows_tagged(tag))
        hero = world["hero"]
        hero.untag("dead", "terror")
        hero.set(Life(100.0), Loot())
        world.teleport(hero, (0.0, 0.0, 0.0))
        world["figure"].scale = world["helmet"].scale = world["bow"].scale = 1.15
        world["charge"].scale = 1.0
        self.phase, self.since, self.time, self.wave, self.slain = phase, 0.0, 0.0, 0, 0
        self.coming, self.due, self.left = [], 0.0, 0.0
        if phase == "title":
            self.fill(min(CROWD, self.most) - 24, 24)
        else:
            self.fill(min(170, self.most // 2), 8)

    def fill(self, mites: int, hunters: int) -> None:
        """So many are there already, not too near the middle."""
        random = self.world.random
        for kind, count in (("mite", mites), ("hunter", hunters)):
            turn, far = random.uniform(0, 2 * np.pi, count), np.sqrt(random.uniform(0.32, 0.86, count))
            at = np.stack([HALF[0] * far * np.sin(turn), 0 * far, HALF[1] * far * np.cos(turn)], axis=1)
            self.add(kind, at)

    def add(self, kind: str, at: NDArray[np.float64]) -> None:
        """Scarabs at places (k, 3); those that guard begin at any point of their patrol."""
        random, k = self.world.random, len(at)
        tags = {"scarab", kind} | ({"guard"} if kind != "mite" else set())
        turn = random.uniform(0, np.pi, k)
        rotation = np.stack([0 * turn, np.sin(turn), 0 * turn, np.cos(turn)], axis=1)
        rows = self.world.spawn(kind, at, rotation, tags=tags)
        like, life = self.world[kind][dw.Steering], self.world[kind][Life].points
        self.world.set(rows, dw.Steering(speed=like.speed, agility=like.agility), leg=random.integers(0, 8, k),
                       speed=like.speed * random.uniform(0.85, 1.15, k))  # fmt: skip
        harder = min(1 + 0.4 * max(self.wave - 1, 0), 150 / life)
        self.world.set(rows, Life(), points=np.full(k, life * harder))

    def next_wave(self) -> None:
        """More of them, and of more kinds."""
        self.wave += 1
        self.left = WAVE
        n = self.wave
        wave = ["mite"] * (110 + 90 * n) + ["hunter"] * (4 + 5 * n) + ["brute"] * (2 * n - 2)
        order = self.world.random.permutation(len(wave))
        self.coming += [wave[i] for i in order.tolist()]

    def let_in(self, dt: float) -> None:
        """Those who wait come through the gates, as long as there is room."""
        room = self.most - len(self.world.rows_tagged("scarab"))
        self.due = min(self.due + (16 + 10 * self.wave) * dt, 6.0)
        count = min(int(self.due), len(self.coming), max(room, 0))
        if not count or self.since < 0.4:
            return
        self.due -= count
        now, self.coming = self.coming[:count], self.coming[count:]
        random = self.world.random
        for kind in sorted(set(now)):
            k = now.count(kind)
            at = np.zeros((k, 3))
            at[:, ::2] = np.array(GATES)[random.integers(0, len(GATES), k)] * 0.95 + random.uniform(-1.2, 1.2, (k, 2))
            self.add(kind, at)

    def look(self) -> None:
        """The eye leans after the hero, and shakes when he is hurt."""
        x, _, z = self.world["hero"].position
        camera, t, s = self.world.camera, self.since, 0.3 * self.shake**2
        self.gaze += (np.array((0.3 * x, 0.0, 0.3 * z)) - self.gaze) * 0.05
        shaken = self.gaze + s * np.array((math.sin(61 * t), 0.7 * math.sin(47 * t), math.sin(73 * t)))
        camera.position = np.array(EYE) + shaken
        camera.look_at(np.array(LOOK) + shaken)

    def end(self) -> None:
        """The hero has fallen."""
        if self.phase == "title":
            self.world["hero"].untag("dead")
            self.world["hero"].set(Life(100.0))
            return
        hero, world = self.world["hero"], self.world
        self.phase, self.since = "over", 0.0
        self.best = max(self.best, int(hero[Loot].score))
        scatter(world, "spark", np.array([hero.position]), 40, 9.0, 1.6)
        for name in ("figure", "helmet", "bow", "charge"):
            world[name].scale = 0.01
        hero.body.velocity = (0.0, 0.0, 0.0)


class Hero(dw.Behaviour):
    """Goes where the player wants, looks where he points, and shoots."""

    aiming: Literal["pointer", "stick", "nearest"] = dw.field(default="nearest")
    reload: float = dw.field(default=0.0, minimum=0, unit="s")

    def start(self) -> None:
        """He looks away from the eye."""
        self.way = (0.0, -1.0)

    @property
    def played(self) -> bool:
        """Whether a player does it."""
        game = self.world["game"][Game]
        return game.phase == "play" and not game.auto

    def fixed_update(self, dt: float) -> None:
        """One tick."""
        entity = self.entity
        steering: Any = entity[dw.Steering]
        if self.world["game"][Game].phase == "over":
            steering.velocity = (0.0, 0.0, 0.0)
            return
        x, y = self.input.vector("move_x", "move_y")
        go, fire = ((x, -y), bool(self.input.action("fire"))) if self.played else self.pilot()
        steering.velocity = (go[0] * steering.speed, 0.0, go[1] * steering.speed)
        self.aim(go)
        wanted = math.atan2(-self.way[0], -self.way[1])
        _, j, _, w = entity.rotation
        off = math.remainder(wanted - 2 * math.atan2(j, w), math.tau)
        entity.body.angular_velocity = (0.0, max(-900.0, min(900.0, 14 * math.degrees(off))), 0.0)
        self.reload = max(self.reload - dt, 0.0)
        if fire and not self.reload:
            self.shoot(self.way)
        self.glow()

    def aim(self, go: tuple[float, float]) -> None:
        """At the pointer, along the right stick, or at what is nearest: whatever was used last."""
        given = self.input
        x, y = given.vector("look_x", "look_y")
        if math.hypot(x, y) > 0.3 and not given.captured:
            self.aiming = "stick"
        elif given.moved != (0, 0) or 1 in given.buttons:
            self.aiming = "pointer"
        elif " " in given.keys:
            self.aiming = "nearest"
        here = self.entity.position
        if self.aiming == "stick" and self.played:
            if math.hypot(x, y) > 0.3:
                self.way = (x / math.hypot(x, y), -y / math.hypot(x, y))
            return
        to = self.pointed() if self.aiming == "pointer" and self.played else self.nearest()
        if to is not None:
            x, z = to[0] - here[0], to[1] - here[2]
            far = math.hypot(x, z)
            if far > 0.3:
                self.way = (x / far, z / far)
        elif math.hypot(*go) > 0.1:
            self.way = (go[0] / math.hypot(*go), go[1] / math.hypot(*go))

    def pointed(self) -> tuple[float, float] | None:
        """x and z of what lies under the pointer, 0.8 m above the ground."""
        spot = self.world.camera_ray(*self.input.pointer, self.input.size).at_height(0.8)
        return None if spot is None else (spot[0], spot[2])

    def nearest(self) -> tuple[float, float] | None:
        """x and z of the nearest scarab that can be hit; hunters and brutes count as nearer."""
        world = self.world
        rows = world.rows_tagged("scarab")
        if not len(rows):
            return None
        here = np.array(self.entity.position)
        away = world.positions[rows] - here
        far = np.linalg.norm(away, axis=1) - 2.0 * world.roster.carry(rows, ("guard",))
        for i in np.argsort(far, kind="stable")[:4].tolist():
            distance = max(float(np.linalg.norm(away[i])), 0.01)
            hit = world.physics.ray(here, away[i] + (0, 1e-6, 0), distance, layers=("wall",))
            if hit is None:
                x, _, z = world.positions[rows[i]].tolist()
                return x, z
        return None

    def shoot(self, way: tuple[float, float]) -> None:
        """A bolt of each barrel; they fan out, and grow with the level."""
        level = self.entity[Loot].level
        barrels = min(2 + level // 2, 8)
        self.reload = max(0.075, 0.17 - 0.010 * level)
        turn = math.atan2(way[0], way[1]) + 0.11 * (np.arange(barrels) - (barrels - 1) / 2)
        ways = np.stack([np.sin(turn), 0 * turn, np.cos(turn)], axis=1)
        half = np.arctan2(-ways[:, 0], -ways[:, 2]) / 2
        rotation = np.stack([0 * half, np.sin(half), 0 * half, np.cos(half)], axis=1)
        x, _, z = self.entity.position
        at = np.array((x, 0.0, z)) + 0.9 * ways
        rows = self.world.spawn("bolt", at, rotation, tags={"bolt"})
        body = dw.Body(mass=0.1, lock_position="y", lock_rotation="xyz")
        self.world.set(rows, body, velocity=27.0 * ways)
        self.world.set(rows, Bolt(), damage=np.full(barrels, 10.0 + 1.5 * (level - 1)))

    def glow(self) -> None:
        """The ring of the flame around him."""
        aura, flame = self.world["aura"], self.entity[Loot].flame
        x, _, z = self.entity.position
        size = min(flame, 1.0) * (1 + 0.05 * math.sin(25 * flame))
        aura.position = (x, 0.35 if flame else -40.0, z)
        aura.scale = max(size, 0.01)
        aura.rotate(y=3.0)
        candela = 60_000.0 * size if flame else 0.0
        if candela != aura[dw.PointLight].candela:
            aura.set(dw.PointLight(candela=candela, color=(1.0, 0.5, 0.15), range=9.0))

    def pilot(self) -> tuple[tuple[float, float], bool]:
        """Where to go for who plays by himself: away from what is near, to what lies about, not into corners."""
        world = self.world
        here = np.array(self.entity.position)[[0, 2]]
        rows = world.rows_tagged("scarab")
        away = here - world.positions[rows][:, [0, 2]]
        far = np.maximum(np.linalg.norm(away, axis=1), 0.3)
        near = far < 6.0
        push = (away[near] / far[near, None] ** 3 * 6).sum(axis=0) if near.any() else np.zeros(2)
        push /= max(float(np.linalg.norm(push)) / 1.6, 1.0)
        if self.entity[Loot].flame > 0.8:
            push *= -0.3
        want = np.zeros(2)
        for tag, worth in (("flame", 3.0), ("heart", 2.0), ("gem", 1.0)):
            things = world.positions[world.rows_tagged(tag)][:, [0, 2]]
            if len(things):
                gap = things - here
                best = int(np.argmin(np.linalg.norm(gap, axis=1)))
                want += worth * gap[best] / max(float(np.linalg.norm(gap[best])), 0.5)
        edge = float(np.hypot(here[0] / HALF[0], here[1] / HALF[1]))
        out = here / max(float(np.linalg.norm(here)), 0.1)
        around = np.array((out[1], -out[0]))  # along the wall rather than into it
        go = push + 0.6 * want - out * max(edge - 0.5, 0.0) * 4.5 + around * (0.9 * edge if near.sum() > 3 else 0.0)
        size = float(np.linalg.norm(go))
        if size < 0.15:
            return (0.0, 0.0), bool(len(rows))
        go /= max(size, 1.0)
        return (float(go[0]), float(go[1])), bool(len(rows) and far.min() < 14)


@dw.on(dw.Signal, name="slain")
def count(signal: dw.Signal, world: dw.World) -> None:
    """One more."""
    world["game"][Game].slain += 1


@dw.on(dw.Signal, name="hurt")
def wince(signal: dw.Signal, world: dw.World) -> None:
    """The eye feels it."""
    game = world["game"][Game]
    if game.phase == "play":
        game.shake = min(game.shake + 0.35, 1.0)


@dw.on(dw.Signal, name="died")
def fall(signal: dw.Signal, world: dw.World) -> None:
    """The hero has no strength left."""
    game = world["game"][Game]
    if game.phase != "over":
        game.end()


@dw.on(dw.Signal, name="grown")
def rejoice(signal: dw.Signal, world: dw.World) -> None:
    """A new level: glitter, and some strength."""
    scatter(world, "spark", np.array([world["hero"].position]), 24, 8.0, 1.2)
    life = world["hero"][Life]
    life.points = min(life.points + 10.0, 100.0)
