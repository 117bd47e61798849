"""The gardener: walks, sows, waters, and fetches water."""

from __future__ import annotations

import math

import dreamwell as dw

from . import plan
from .day import CAN, Day
from .events import Told
from .kinds import SEEDS
from .plants import Plant, Plot, sow, splash
from .prefabs import turned

REACH_STANDING = 0.98
"""How near a plot the gardener goes by himself."""


class Gardener(dw.Behaviour):
    """Walks, sows, waters, and fetches water."""

    speed: float = dw.field(default=2.7, unit="m/s", above=0)

    def start(self) -> None:
        """Idle."""
        self.goal: int | None = None  # a plot, or -1 for the pond
        self.focus: int | None = None
        self.busy = self.idle = self.stride = self.filling = 0.0
        self.yaw, self.vx, self.vz = math.pi, 0.0, 0.0
        self.figure = self.world["figure"]
        self.can_held = self.world["can"]
        self.feet = (self.world["left foot"], self.world["right foot"])
        self.mark = self.world["mark"]

    def fixed_update(self, dt: float) -> None:
        """Every tick: go on with what is to be done."""
        day = self.world["day"][Day]
        playing = day.phase == "play"
        x, _, z = self.entity.position
        wish = (0.0, 0.0)
        self.busy = max(0.0, self.busy - dt)
        if playing:
            right, up = self.input.vector("move_x", "move_y")
            wish = (right, -up)
            if right or up:
                self.goal = None
        elif day.phase == "title":
            self.stroll(dt)
        if self.busy > 0:
            wish = (0.0, 0.0)
        elif self.goal is not None:
            wish = self.follow(x, z)
        self.walk(x, z, wish, dt)
        self.look_for(playing)
        if playing and self.busy == 0 and self.input.action("act").pressed and self.focus is not None:
            self.goal = None
            self.do(self.focus)
        self.fill(day, dt)

    def stroll(self, dt: float) -> None:
        """Nobody plays: walk here and there, and water."""
        self.idle += dt
        if self.goal is None and self.busy == 0 and self.idle > 2.0:
            self.goal = int(self.world.random.integers(len(plan.PLOTS)))

    def follow(self, x: float, z: float) -> tuple[float, float]:
        """On the way to the goal; what is to be done there is done on arriving."""
        assert self.goal is not None
        spot, near = (plan.POND, plan.POND_REACH - 0.1) if self.goal < 0 else (plan.PLOTS[self.goal], REACH_STANDING)
        if math.hypot(spot[0] - x, spot[1] - z) < near:
            goal, self.goal = self.goal, None
            if goal >= 0:
                self.do(goal)
            return 0.0, 0.0
        to = plan.next_step(x, z, spot, near)
        dx, dz = to[0] - x, to[1] - z
        far = math.hypot(dx, dz)
        return (dx / far, dz / far) if far > 1e-6 else (0.0, 0.0)

    def walk(self, x: float, z: float, wish: tuple[float, float], dt: float) -> None:
        """Move, turn, and bob."""
        pull = min(1.0, 12 * dt)
        self.vx += (wish[0] * self.speed - self.vx) * pull
        self.vz += (wish[1] * self.speed - self.vz) * pull
        fast = math.hypot(self.vx, self.vz)
        if fast > 0.05:
            to = plan.kept(x, z, self.vx * dt, self.vz * dt)
            self.entity.position = (to[0], 0.0, to[1])
            self.face(math.atan2(-self.vx, -self.vz), 9 * dt)
        self.stride += fast * dt * 6.5
        swing = min(1.0, fast / self.speed)
        for side, foot in zip((-1, 1), self.feet, strict=True):
            step = math.sin(self.stride + (0 if side < 0 else math.pi))
            foot.position = (
                side * 0.10,
                0.12 + max(0.0, step) * 0.09 * swing,
                -math.cos(self.stride + (0 if side < 0 else math.pi)) * 0.14 * swing,
            )
        self.figure.position = (0.0, 0.03 * swing * abs(math.sin(self.stride)), 0.0)
        self.figure.rotation = turned(
            0, -6 * swing - 12 * math.sin(min(self.busy, 0.55) / 0.55 * math.pi), 4 * swing * math.sin(self.stride)
        )

    def face(self, yaw: float, by: float) -> None:
        """Turn towards a direction, by no more than so many radians."""
        off = (yaw - self.yaw + math.pi) % (2 * math.pi) - math.pi
        self.yaw += max(-by, min(by, off))
        self.entity.rotation = turned(math.degrees(self.yaw))

    def look_for(self, playing: bool) -> None:
        """The plot in front is the one that is meant; a ring lies around it."""
        x, _, z = self.entity.position
        ax, az = x - 0.45 * math.sin(self.yaw), z - 0.45 * math.cos(self.yaw)
        near = [(math.hypot(px - ax, pz - az), k) for k, (px, pz) in enumerate(plan.PLOTS)
                if math.hypot(px - x, pz - z) < plan.REACH]  # fmt: skip
        self.focus = self.goal if self.goal is not None and self.goal >= 0 else (min(near)[1] if near else None)
        if playing and self.focus is not None:
            px, pz = plan.PLOTS[self.focus]
            if self.mark.position[0] != px or self.mark.position[2] != pz:
                self.world.teleport(self.mark, (px, 0.215, pz))
        elif self.mark.position[1] > 0:
            self.world.teleport(self.mark, (0.0, -4.0, 0.0))

    def do(self, number: int) -> None:
        """What a plot needs: a seed, water, or to be cleared."""
        world, plot = self.world, self.world[f"plot-{number}"][Plot]
        day = world["day"][Day]
        px, pz = plan.PLOTS[number]
        x, _, z = self.entity.position
        self.face(math.atan2(x - px, z - pz), math.pi)
        self.idle = 0.0
        if day.phase == "title":
            self.pour(number)
        elif plot.plant is None:
            sow(world, number, SEEDS[day.chosen])
            self.busy = 0.3
        elif plot.plant[Plant].wilted:
            plot.clear()
            self.busy = 0.3
        elif day.can == 0:
            world.emit(Told("The can is empty: go to the pond"))
        else:
            day.can -= 1
            self.pour(number)

    def pour(self, number: int) -> None:
        """Tilt the can: drops fall, and what is near drinks."""
        self.busy = 0.55
        world, (px, pz) = self.world, plan.PLOTS[number]
        world.tween(self.can_held, "rotation", to=turned(0, -38), seconds=0.27, ease="out_cubic", loop=2, yoyo=True)
        x, _, z = self.entity.position
        away = math.hypot(px - x, pz - z) or 1.0
        from_x, from_z = x + (px - x) / away * 0.5, z + (pz - z) / away * 0.5
        for k in range(9):
            dx, dz = (float(v) for v in world.random.uniform(-0.28, 0.28, 2))
            drop = world.spawn("drop", at=(from_x + dx * 0.2, 0.62, from_z + dz * 0.2), tags={"drop"})
            late = 0.12 + 0.04 * k
            world.tween(drop, "position", to=(px + dx, 0.2, pz + dz), seconds=0.34, ease="in_quad", delay=late,
                        on_done=lambda drop=drop: world.despawn(drop))  # fmt: skip
        self.after(0.4, lambda: splash(world, number))

    def fill(self, day: Day, dt: float) -> None:
        """At the pond the can fills."""
        x, _, z = self.entity.position
        if day.can < CAN and math.hypot(x - plan.POND[0], z - plan.POND[1]) < plan.POND_REACH:
            self.filling += dt * 9
            if self.filling >= 1:
                self.filling -= 1
                day.can += 1
        else:
            self.filling = 0.0
