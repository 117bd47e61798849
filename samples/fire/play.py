"""The course of an evening: lightning, wind, the warden with his pail, and the rain that comes at last."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Literal

import numpy as np

import dreamwell as dw

from .looks import EMBER, FLAME, LAMP, brush_places
from .plan import AWAY, WELLS, lane
from .village import Pail, Tinder, Tongue

RAIN_AT, END_AT = 95.0, 108.0
"""Seconds until the rain comes, and until the evening is over."""
STRIKES = (1.2, 12.0, 25.0, 38.0, 52.0, 66.0, 78.0)
"""Seconds at which lightning strikes."""
NEEDED = 22
"""Houses to be saved."""
LAMPS = 36
"""Flames that light what is near."""
EYE, LOOK = (0.0, 31.0, 39.0), (0.0, 0.0, 0.8)
CANDELA, REACH = 800.0, 5.0
"""Of a flame that is 1 m wide at dusk: how bright it is, and how far its light reaches."""
Phase = Literal["title", "play", "over"]


class Village(dw.Behaviour):
    """What the evening is at; the whole of its state is in here."""

    phase: Phase = dw.field(default="title")
    auto: bool = dw.field(default=False, doc="whether the pilot plays on after the title, for runs without a player")
    time: float = dw.field(default=0.0, minimum=0, unit="s", doc="of this evening")
    saved: int = dw.field(default=0, minimum=0)
    best: int = dw.field(default=0, minimum=0)
    score: int = dw.field(default=0, minimum=0)
    won: bool = dw.field(default=False)
    shown: float = dw.field(default=-9.0, unit="s", doc="for which moment sun and exposure were set last")

    def start(self) -> None:
        """A quiet evening, until lightning strikes."""
        self.gaze = np.zeros(3)
        self.since, self.glow = 0.0, 1.0
        self.looks = {
            entity.row: (entity.material, entity.scale)
            for tag in ("house", "panes", "tree")
            for entity in self.world.tagged(tag)
        }
        self.clear("title")

    # ---- how it goes on -----------------------------------------------------------------------------------------

    def fixed_update(self, dt: float) -> None:
        """One tick."""
        before, self.since = self.time, self.since + dt
        begins = self.input.action("begin").pressed
        if self.phase != "over":
            self.time += dt
            for strike in STRIKES:
                if before < strike <= self.time:
                    self.strike()
            if before < RAIN_AT <= self.time:
                self.world["clouds"].position = (0.0, 20.0, 0.0)
            quiet = self.time > STRIKES[-1] + 5 and not len(self.world.rows_tagged("burning"))
            if self.time >= END_AT or (quiet and self.time < RAIN_AT):
                if self.phase == "title":
                    self.clear("title")
                else:
                    self.end()
        if self.phase == "title":
            if begins or (self.auto and self.since > 1.0):
                self.clear("play")
        elif self.phase == "over" and (begins or self.auto) and self.since > 1.5:
            self.clear("play")
        if self.input.action("reload").pressed and self.phase != "title":
            self.clear("title")
        if self.time >= RAIN_AT:
            x, _, z = self.world["clouds"].position
            self.world["clouds"].position = (x, 20.0 - (self.since * 22.0) % 3.0, z)
        if self.world.schedule.tick % 6 == 0:
            self.kindle()
        self.show()
        self.look()

    def clear(self, phase: Phase) -> None:
        """A new evening: everything stands as it stood."""
        world = self.world
        for tag in ("brush", "cut", "flame", "passing", "water"):
            world.despawn(world.rows_tagged(tag))
        bushes = [row for row in world.rows_of(Tinder).tolist() if str(world.names[row]).startswith("bush-")]
        world.despawn(np.array(bushes, np.int32))
        for row, (material, scale) in self.looks.items():
            entity = world.at(row)
            entity.material, entity.scale = material, scale
            if "panes" in entity.tags:
                continue
            entity.untag("burning", "burnt", "wet", "hot")
            entity.tag("fuel")
            house = "house" in entity.tags
            entity.set(Tinder(26.0, 0.0, 0.42) if house else Tinder(13.0, 0.0, 0.6))
        at = brush_places()
        half, size = world.random.uniform(0, np.pi, len(at)), world.random.uniform(1.1, 1.75, len(at))
        turn = np.stack([0 * half, np.sin(half), 0 * half, np.cos(half)], axis=1)
        rows = world.spawn("bush", at, turn, size, tags={"brush", "fuel"})
        world.set(rows, Tinder(), left=world.random.uniform(5, 9, len(rows)))
        world["clouds"].position = (0.0, 900.0, 0.0)
        warden = world["warden"]
        warden.set(Pail())
        world.teleport(warden, (0.0, 0.5, lane(0.0)))
        self.phase, self.since, self.time, self.shown = phase, 0.0, 0.0, -9.0
        self.saved = self.score = 0
        if phase == "title":
            self.time = STRIKES[0] - 0.3

    def end(self) -> None:
        """The evening is over: what stands is counted."""
        self.phase, self.since = "over", 0.0
        self.saved = len(self.standing())
        self.won = self.saved >= NEEDED
        trees = len(self.world.rows_tagged("tree")) - len(self.world.rows_tagged("tree", "burnt"))
        self.score = self.saved * 100 + trees * 10 + (500 if self.won else 0)
        self.best = max(self.best, self.score)
        if self.won:
            self.world["clouds"].position = (0.0, 20.0, 0.0)

    def standing(self) -> list[int]:
        """The rows of the houses that are not burnt."""
        world = self.world
        rows = world.rows_tagged("house")
        left: list[int] = rows[~world.roster.carry(rows, ("burnt",))].tolist()
        return left

    def strike(self) -> None:
        """Lightning, somewhere to windward: what is there burns."""
        world = self.world
        rows = world.rows_tagged("brush", "fuel")
        if not len(rows):
            return
        across = world.positions[rows][:, 0]
        west = rows[across < np.quantile(across, min(0.3 + 0.006 * self.time, 0.8))]
        target = world.at(int(west[world.random.integers(len(west))]))
        x, _, z = target.position
        world["lightning"].position = (x, 0.0, z)
        world["lightning"].tag("spark")  # which lights what is near: a rule
        world.tween(world["lightning"], "scale", start=(1, 1, 1), to=(0.15, 1, 0.15), seconds=0.35, ease="in_quad")
        self.after(0.35, self.darken)
        flash = world["flash"]
        flash.position = (x, 14.0, z)
        world.tween(flash, "PointLight.candela", start=900_000.0, to=0.0, seconds=0.5, ease="out_quad")

    def darken(self) -> None:
        """The lightning is over."""
        self.world["lightning"].untag("spark")
        self.world["lightning"].position = AWAY

    # ---- what only looks ------------------------------------------------------------------------------------------

    def kindle(self) -> None:
        """Some of the flames light what is near; all of those flicker."""
        world = self.world
        lamps = world.rows_tagged("flame", "lamp")
        if len(lamps) < LAMPS:
            rest = np.setdiff1d(world.rows_tagged("flame"), lamps)
            for entity in sorted(map(world.at, rest.tolist()), key=lambda flame: -flame[Tongue].size)[:4]:
                entity.set(dw.PointLight(1.0, (1.0, 0.42, 0.10), REACH * entity[Tongue].size))
                entity.tag("lamp")
        if len(lamps):
            base = CANDELA * np.array([world.at(row)[Tongue].size for row in lamps.tolist()]) ** 2
            flicker = world.random.uniform(0.7, 1.25, len(lamps)) * max(self.glow, 0.35)
            world.lights.tune(lamps, strength=base * flicker)

    def show(self) -> None:
        """The sun goes down, and the eye gets used to it."""
        if abs(self.time - self.shown) < 0.5:
            return
        self.shown = self.time
        t = min(self.time / END_AT, 1.0)
        height = math.radians(6.0 - 10.0 * t)
        self.world["sun"].look_at((math.cos(height) * 0.97, -math.sin(height), -0.24))
        ev = float(np.interp(math.degrees(height), [-4, -2.5, -1, 0.5, 2.5, 6], [4.9, 5.8, 7.2, 8.6, 9.9, 11.3]))
        self.world.configure({"exposure.ev100": round(ev, 2)})
        self.glow = 2.0 ** (ev - 8.0)
        for material, strength in ((LAMP, 240.0), (FLAME, 620.0), (EMBER, 1_500.0)):
            self.world.materials[material] = replace(material, emissive_strength=strength * self.glow)

    def look(self) -> None:
        """The eye leans after the warden."""
        x, _, z = self.world["warden"].position
        self.gaze += (np.array((0.35 * x, 0.0, 0.35 * z)) - self.gaze) * 0.04
        self.world.camera.position = np.array(EYE) + self.gaze
        self.world.camera.look_at(np.array(LOOK) + self.gaze)


class Warden(dw.Behaviour):
    """Goes where the player wants, throws water where he points, and cuts what could burn."""

    pointing: bool = dw.field(default=False, doc="whether the pointer aims; else he throws where he looks")
    poured: float = dw.field(default=0.0, minimum=0, unit="s", doc="until the next drop")

    def start(self) -> None:
        """He looks away from the eye."""
        self.way = (0.0, -1.0)
        self.side = 0.0  # on which the pilot goes around what is in his way

    def fixed_update(self, dt: float) -> None:
        """One tick."""
        village, entity = self.world["village"][Village], self.entity
        steering: Any = entity[dw.Steering]
        if village.phase == "over":
            steering.velocity = (0.0, 0.0, 0.0)
            self.axe(False)
            return
        if village.phase == "play" and not village.auto:
            x, y = self.input.vector("move_x", "move_y")
            go, pours, cuts = (x, -y), bool(self.input.action("pour")), bool(self.input.action("cut"))
            self.aim(go)
        else:
            go, pours, cuts = self.pilot()
        steering.velocity = (go[0] * steering.speed, 0.0, go[1] * steering.speed)
        wanted = math.atan2(-self.way[0], -self.way[1])
        _, j, _, w = entity.rotation
        off = math.remainder(wanted - 2 * math.atan2(j, w), math.tau)
        entity.body.angular_velocity = (0.0, max(-900.0, min(900.0, 12 * math.degrees(off))), 0.0)
        self.axe(cuts)
        self.poured = max(self.poured - dt, 0.0)
        if pours and not self.poured and entity[Pail].water >= 1.5:
            self.pour()

    def axe(self, cuts: bool) -> None:
        """While he cuts the axe is where he is: the rules do the rest."""
        x, _, z = self.entity.position
        self.world["axe"].position = (x + 0.7 * self.way[0], 0.0, z + 0.7 * self.way[1]) if cuts else AWAY

    def aim(self, go: tuple[float, float]) -> None:
        """At the pointer, along the right stick, or where he goes."""
        given = self.input
        x, y = given.vector("look_x", "look_y")
        if math.hypot(x, y) > 0.3 and not given.captured:
            self.pointing = False
            self.way = (x / math.hypot(x, y), -y / math.hypot(x, y))
            return
        if given.moved != (0, 0) or 1 in given.buttons:
            self.pointing = True
        elif " " in given.keys:
            self.pointing = False
        to = self.pointed() if self.pointing else None
        here = self.entity.position
        if to is not None:
            go = (to[0] - here[0], to[1] - here[2])
        far = math.hypot(*go)
        if far > 0.2:
            self.way = (go[0] / far, go[1] / far)

    def pointed(self) -> tuple[float, float] | None:
        """x and z of what lies under the pointer, on the ground."""
        spot = self.world.camera_ray(*self.input.pointer, self.input.size).at_height(0.3)
        return None if spot is None else (spot[0], spot[2])

    def pour(self) -> None:
        """Two drops, in an arc; bodies, that fall where they fall."""
        world, random = self.world, self.world.random
        self.poured = 0.04
        self.entity[Pail].water -= 1.5
        x, y, z = self.entity.position
        k = 2
        turn = math.atan2(self.way[0], self.way[1]) + random.normal(0, 0.16, k)
        speed = random.uniform(6.0, 10.5, k)
        way = np.stack([np.sin(turn) * speed, random.uniform(2.6, 3.8, k), np.cos(turn) * speed], axis=1)
        at = np.array((x, y + 0.7, z)) + 0.1 * way
        rows = world.spawn("drop", at, tags={"water"})
        world.set(rows, dw.Body(mass=0.5, lock_rotation="xyz"), velocity=way)

    def pilot(self) -> tuple[tuple[float, float], bool, bool]:
        """Where to go for who plays by himself, whether to pour, and whether to cut: to what threatens houses most."""
        world = self.world
        here = np.array(self.entity.position)[[0, 2]]
        if self.entity[Pail].water < 4:
            spots = np.array(WELLS)
            goal = spots[int(np.argmin(np.linalg.norm(spots - here, axis=1)))]
            return self.toward(goal, here, 1.6), False, False
        burning = world.rows_tagged("burning")
        if not len(burning) or world["village"][Village].phase == "title":
            return self.toward(np.array((-9.0, lane(-9.0))), here, 1.0), False, False
        at = world.positions[burning][:, [0, 2]].astype(np.float64)
        houses = world.positions[np.array(world["village"][Village].standing(), np.int32)][:, [0, 2]]
        gap = np.linalg.norm(at[:, None] - houses[None], axis=2).min(axis=1) if len(houses) else np.zeros(len(at))
        far = np.linalg.norm(at - here, axis=1)
        best = int(np.argmin(far + 1.5 * gap - 6.0 * world.roster.carry(burning, ("house",)) - 0.08 * at[:, 0]))
        goal, away = at[best], float(far[best])
        self.way = tuple(((goal - here) / max(away, 0.1)).tolist())
        go = self.toward(goal, here, 4.2)
        if away < 3.0:
            go = (-self.way[0], -self.way[1])
        return go, away < 6.5, False

    def toward(self, goal: np.ndarray, here: np.ndarray, near: float) -> tuple[float, float]:
        """The way to a place, around houses."""
        gap = goal - here
        far = float(np.linalg.norm(gap))
        if far < near:
            return 0.0, 0.0
        way = gap / far
        hit = self.world.physics.ray((here[0], 0.5, here[1]), (way[0], 0, way[1]), min(far, 3.0), layers=("house",))
        if hit is not None and hit.distance < far - near:
            out = np.array((hit.normal[0], hit.normal[2]))
            along = np.array((-out[1], out[0]))
            self.side = self.side or (1.0 if along @ way > 0 else -1.0)  # and stays so until the way is free
            way = self.side * along + 0.3 * out
            way /= max(float(np.linalg.norm(way)), 0.1)
        else:
            self.side = 0.0
        return float(way[0]), float(way[1])
