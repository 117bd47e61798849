"""The hand that drags and throws, the eye that goes around the table, and what the keys and buttons ask for."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw

from .land import AIM, MATERIALS, RADIUS, Toy
from .presets import Box
from .shapes import TOYS

F64 = NDArray[np.float64]

STRENGTH = 90.0
"""1/s²: how hard the hand pulls for each kilogram and metre; it is damped so that nothing swings."""
MOST = 900.0
"""Newtons for each kilogram that the hand pulls with at most."""
BLAST, FORCE = 8.0, 17.0
"""Metres that an explosion reaches, and metres a second that it gives to what is in its middle."""
PRESETS = ("tower", "pyramid", "dominoes", "chain", "wrecker", "ragdoll")
KEYS = {
    **{f"toy-{kind}": str(i + 1) for i, kind in enumerate(TOYS)},
    **dict(zip(PRESETS, "typcwr", strict=True)),
    "explode": "e",
    "freeze": "f",
    "gravity": "g",
    "slow": "q",
    "clear": "x",
}
"""What can be asked for, and the key for it."""
IDLE = 5.0
"""Seconds without a player after which the table shows itself."""


class Gaze(dw.Behaviour):
    """The camera on a sphere around the table: the right button turns it, the wheel goes nearer."""

    yaw: float = dw.field(default=28.0, unit="deg")
    pitch: float = dw.field(default=17.0, unit="deg")
    distance: float = dw.field(default=25.0, unit="m", minimum=5, maximum=70)

    def start(self) -> None:
        """Where it looks from."""
        self.look()

    def update(self, dt: float) -> None:
        """Follow the mouse; and go slowly around while the table shows itself."""
        game, given = self.world["game"][Game], self.input
        dx, dy = given.moved
        if given.buttons & {2, 3}:
            self.yaw = (self.yaw - 200 * dx / given.size[1]) % 360
            self.pitch = min(80.0, max(3.0, self.pitch + 150 * dy / given.size[1]))
        if given.wheel and game.held is None:
            self.distance = min(70.0, max(5.0, self.distance * 0.9**given.wheel))
        if game.showing:
            self.yaw = (self.yaw + 4 * dt) % 360
        self.look()

    def look(self) -> None:
        """Stand there."""
        turn, rise = math.radians(self.yaw), math.radians(self.pitch)
        away = (math.cos(rise) * math.sin(turn), math.sin(rise), math.cos(rise) * math.cos(turn))
        self.entity.position = np.asarray(AIM) + self.distance * np.asarray(away)
        self.entity.look_at(AIM)


class Game(dw.Behaviour):
    """What is asked for is done in ticks: so a run repeats however fast it is drawn."""

    def start(self) -> None:
        """A tower and a pyramid to begin with."""
        self.wanted: list[str] = []
        self.held: dw.Entity | None = None
        self.grip, self.goal, self.depth = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.0
        self.idle, self.shown, self.showing = 0.0, 0.0, False
        self.slow = False
        self.told = ""
        box = Box(self.world)
        box.tower((-4.5, 0.0, 0.5))
        box.pyramid((4.2, 0.0, -2.2))
        for i, kind in enumerate(("gem", "drum", "pill", "cone", "ball")):
            box.toy(kind, (-2.0 + 2.1 * i, 0.9, 5.6 - 0.4 * (i - 2) ** 2))

    def ask(self, what: str) -> None:
        """Have something done in the next tick."""
        self.wanted.append(what)

    def fixed_update(self, dt: float) -> None:
        """One tick."""
        for what in KEYS:
            if self.input.action(what).pressed:
                self.wanted.append(what)
        self.pass_time(dt)
        wanted, self.wanted = self.wanted, []
        for what in wanted:
            self.do(what)
        self.drag(dt)
        if self.world.schedule.tick % 20 == 0:
            Box(self.world).trim()

    # ---- what is asked for ------------------------------------------------------------------------------------------

    def do(self, what: str) -> None:
        """One wish."""
        box, world = Box(self.world), self.world
        self.told = what.removeprefix("toy-")
        at = self.pointed()
        if what.startswith("toy-"):
            box.toy(what.removeprefix("toy-"), (at[0], at[1] + 2.2, at[2]))
        elif what in PRESETS:
            room = 0.62 * RADIUS
            far = math.hypot(at[0], at[2])
            part = min(1.0, room / far) if far else 1.0
            getattr(box, what)((at[0] * part, 0.0 if what != "ragdoll" else 4.0, at[2] * part))
        elif what == "explode":
            self.explode(at)
        elif what == "freeze":
            self.freeze()
        elif what == "gravity":
            down = world.physics.gravity[1] < -1
            world.physics.gravity = (0, -0.25 if down else -9.81, 0)
        elif what == "slow":
            self.slow = not self.slow
        elif what == "clear":
            self.held = None
            box.clear()

    def explode(self, at: tuple[float, float, float]) -> None:
        """Throw everything around a point away from it."""
        world = self.world
        centre = np.array(at) - (0, 0.6, 0)
        for toy in world.physics.overlap(dw.Collider.sphere(BLAST), at):
            if toy.get(dw.Body) is None or toy[dw.Body].kind != "dynamic":
                continue
            place = np.asarray(toy.world_position)
            way = place - centre
            far = float(np.linalg.norm(way)) + 1e-6
            speed = FORCE * max(0.0, 1 - far / (BLAST + 1.5))
            aside = place + 0.15 * world.random.normal(size=3)
            toy.body.apply_impulse(way / far * speed * toy.body.mass, aside)
        world["blast"].position = (at[0], at[1] + 1.0, at[2])
        world.tween(world["blast"], "PointLight.candela", start=400_000.0, to=0.0, seconds=0.6, ease="out_cubic")
        for i in range(3):
            world.lines.sphere(at, 1.5 + 2.0 * i, "#ffd27a", width=3 - 0.7 * i, seconds=0.1 + 0.1 * i)

    def freeze(self) -> None:
        """What is pointed at stays where it is, or goes on."""
        found = self.under_pointer()
        if found is None or found[0].get(Toy) is None:
            return
        toy = found[0]
        frozen = toy[dw.Body].kind == "static"
        toy[dw.Body].kind = "dynamic" if frozen else "static"
        toy.material = MATERIALS[toy[Toy].color if frozen else "ice"]
        if self.held == toy:
            self.held = None

    # ---- the pointer ----------------------------------------------------------------------------------------------

    def ray(self) -> tuple[F64, F64]:
        """From the eye through the pointer: where it begins, and its direction, whose depth is 1."""
        ray = self.world.camera_ray(*self.input.pointer, self.input.size)
        way = np.array(ray.direction)
        ahead = -self.world.observer().world_from_camera[:, 2]
        return np.array(ray.origin), way / (way @ ahead)

    def under_pointer(self) -> tuple[dw.Entity, tuple[float, float, float]] | None:
        """What is there, and where."""
        eye, way = self.ray()
        hit = self.world.physics.ray(eye, way, 200)
        return None if hit is None else (hit.entity, hit.point)

    def pointed(self) -> tuple[float, float, float]:
        """Where on the table, or on what lies there; its middle where the pointer is elsewhere."""
        if self.showing:
            angle = 2.4 * self.shown
            return 6 * math.cos(angle), 0.0, 6 * math.sin(angle)
        found = self.under_pointer()
        return (0.0, 0.0, 0.0) if found is None else found[1]

    def drag(self, dt: float) -> None:
        """Take what the left button goes down on; pull it to the pointer while that is held."""
        given = self.input
        if self.held is not None and (1 not in given.buttons or not self.held.alive):
            self.held = None
        if 1 in given.clicked and self.held is None:
            found = self.under_pointer()
            if found is not None and found[0].get(Toy) is not None and found[0][dw.Body].kind == "dynamic":
                self.held, point = found
                eye, way = self.ray()
                self.depth = float((np.asarray(point) - eye) @ way / (way @ way))
                self.grip = tuple(turned_back(self.held, np.asarray(point)).tolist())
        if self.held is None:
            return
        self.depth *= 0.95 ** (-given.wheel)
        eye, way = self.ray()
        goal = eye + way * self.depth
        goal[1] = max(goal[1], 0.3)
        body = self.held.body
        grip = turned(self.held, np.asarray(self.grip))
        spin = np.radians(body.angular_velocity)
        here = grip + np.asarray(self.held.world_position)
        speed = np.asarray(body.velocity) + np.cross(spin, grip)
        pull = STRENGTH * (goal - here) - 2 * math.sqrt(STRENGTH) * speed
        length = float(np.linalg.norm(pull))
        pull *= min(1.0, MOST / (length + 1e-9))
        body.apply_force((pull - np.asarray(self.world.physics.gravity)) * body.mass, here)
        body.angular_velocity = np.degrees(spin * math.exp(-30 * dt))
        self.goal = tuple(goal.tolist())
        self.world.lines.line(here, goal, "#fff2c8", width=2.5, behind=1)
        self.world.lines.sphere(here, 0.08, "#fff2c8", width=2, behind=1)

    # ---- when nobody plays ------------------------------------------------------------------------------------------

    def pass_time(self, dt: float) -> None:
        """The table shows itself until somebody plays, and again when nobody has for long."""
        given = self.input
        busy = bool(given.buttons) or given.any_pressed() is not None or bool(self.wanted)
        self.idle = 0.0 if busy else self.idle + dt
        long = IDLE if not self.shown else 12 * IDLE
        before = self.showing
        self.showing = self.idle > long or (self.showing and not busy)
        if not self.showing:
            return
        if not before:
            self.shown = 0.0
        step = -1 if not self.shown else int(self.shown / 3.0)
        self.shown += dt
        if int(self.shown / 3.0) != step:
            self.wanted.append(SHOW[int(self.shown / 3.0) % len(SHOW)])


SHOW = (
    "ragdoll",
    "wrecker",
    "toy-gem",
    "chain",
    "ragdoll",
    "explode",
    "dominoes",
    "pyramid",
    "explode",
    "clear",
    "tower",
)
"""What is shown, one after the other."""


def turned(entity: dw.Entity, v: F64) -> F64:
    """A vector of an object's own, as the world has it."""
    x, y, z, w = entity.rotation
    axis = np.array((x, y, z))
    twice = 2 * np.cross(axis, v)
    out: F64 = v + w * twice + np.cross(axis, twice)
    return out


def turned_back(entity: dw.Entity, point: F64) -> F64:
    """A point of the world, about an object's place and as the object has it."""
    x, y, z, w = entity.rotation
    axis = np.array((-x, -y, -z))
    v = point - np.asarray(entity.world_position)
    twice = 2 * np.cross(axis, v)
    out: F64 = v + w * twice + np.cross(axis, twice)
    return out


def cables(world: dw.World) -> None:
    """What a wrecking ball hangs on, seen."""
    for ball in world.tagged("cable"):
        joint = ball.get(dw.Joint)
        if joint is not None and joint.other_anchor is not None:
            world.lines.line(ball.world_position, joint.other_anchor, "#2b2d33", width=4, behind=0)
            world.lines.sphere(joint.other_anchor, 0.15, "#2b2d33", width=3, behind=0)
