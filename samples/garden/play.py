"""The rules: a day that passes, seeds that grow where they are watered, who comes to visit, and the gardener."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import dreamwell as dw

from . import plan
from .prefabs import DAMP, EARTH, GLASS, WITHERED, Quaternion, turned

# ---- numbers ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A kind of seed. Seconds: from each stage to the next while it has water, how long that lasts, and it without."""

    title: str
    height: float
    grow: tuple[float, float, float]
    lasts: float
    patience: float
    told: str


KINDS = {
    "poppy": Kind("Poppy", 0.60, (1.5, 7.0, 8.0), 14.0, 10.0, "quick, always thirsty"),
    "daisy": Kind("Daisy", 0.46, (1.8, 10.0, 12.0), 19.0, 12.0, "easy to please"),
    "iris": Kind("Iris", 0.76, (2.2, 14.0, 17.0), 27.0, 14.0, "slow, drinks little"),
}
SEEDS = tuple(KINDS)
DAWN, DUSK = 6.0, 20.0
"""Hours between which one plays."""
LAMPS, SPARKS, LEAVING = 18.7, 19.1, 18.5
"""Hours: lanterns are lit, fireflies come, bees and butterflies go home."""
STEP = 0.006
"""Hours that the sun goes on at a time."""
CAN = 8
"""How often the can waters."""
SPLASH = 0.95
"""Metres around a plot that one watering reaches."""
BLOSSOM = 3
"""The last stage; 0 is a seed, 1 a sprout, 2 a bud."""
STEMS, LEAVES, BLOOMS = (0.03, 0.24, 0.80, 1.0), (0.02, 0.50, 0.86, 1.0), (0.01, 0.01, 0.62, 1.0)
"""Of its full size, at each stage."""


# ---- events --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """A blossom has opened."""

    plant: dw.Entity


@dataclass(frozen=True)
class Wilted:
    """A plant has had no water for too long."""

    plant: dw.Entity


@dataclass(frozen=True)
class Told:
    """Something that the player should read."""

    text: str


@dataclass(frozen=True)
class Evening:
    """The lanterns are lit."""


@dataclass(frozen=True)
class Ended:
    """The day is over."""

    blossoms: int
    kinds: int


# ---- what many of them do -----------------------------------------------------------------------------------------


@dw.component
class Sway:
    """Leans in the wind: the rotation of its object."""

    yaw: float = dw.field(default=0.0, unit="rad")
    lean: float = dw.field(default=0.0, unit="rad", doc="how far it hangs its head")
    phase: float = dw.field(default=0.0, unit="rad", doc="where in the wind's waves it is")


@dw.component
class Drift:
    """A firefly: floats around its place."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    phase: float = dw.field(default=0.0, unit="rad")


@dw.system(dw.Query(dw.Rotation, Sway), stage="fixed")
def sway(batch: dw.Batch, dt: float) -> None:
    """All plants at once: turned by `yaw`, then bent by the wind and by thirst."""
    s = batch[Sway]
    s.phase += dt * 1.5
    lean = (s.lean + 0.045 * np.sin(s.phase) + 0.02 * np.sin(2.3 * s.phase + 1)) / 2
    cy, sy, cl, sl = np.cos(s.yaw / 2), np.sin(s.yaw / 2), np.cos(lean), np.sin(lean)
    batch[dw.Rotation] = np.stack([cy * sl, sy * cl, -sy * sl, cy * cl], axis=1)


@dw.system(dw.Query(dw.Position, Drift), stage="fixed")
def drift(batch: dw.Batch, dt: float) -> None:
    """Fireflies go nowhere, in loops."""
    d = batch[Drift]
    d.phase += dt
    p = d.phase
    batch[dw.Position] = np.stack(
        [d.x + 0.5 * np.sin(0.7 * p) + 0.15 * np.sin(2.1 * p), d.y + 0.22 * np.sin(1.1 * p + 1),
         d.z + 0.5 * np.cos(0.6 * p) + 0.12 * np.sin(1.9 * p)], axis=1,
    )  # fmt: skip


# ---- the day ------------------------------------------------------------------------------------------------------


def toward_sun(hour: float) -> tuple[float, float, float]:
    """Where the sun stands, a unit vector: it rises on the left and sets behind the right wall."""
    t = (hour - 5.5) / 14.1
    x, y, z = -math.cos(math.pi * t), 0.86 * math.sin(math.pi * t), 0.62 - 0.95 * t
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


def exposure(hour: float) -> float:
    """EV at ISO 100, by how high the sun stands: the evening stays an evening."""
    height = math.degrees(math.asin(toward_sun(hour)[1]))
    return float(
        np.interp(
            height, [-10, -6, -4, -2, 0, 3, 8, 15, 30, 60], [1.5, 4.0, 5.6, 7.4, 9.0, 10.9, 12.3, 13.1, 13.95, 14.4]
        )
    )


class Day(dw.Behaviour):
    """The clock, and what goes by it. `phase`: title, rewind, play or end."""

    phase: str = dw.field(default="title")
    hour: float = dw.field(default=8.3, unit="h")
    length: float = dw.field(default=150.0, above=0, unit="s", doc="from dawn to dusk")
    chosen: int = dw.field(default=0, minimum=0, maximum=len(SEEDS) - 1, doc="which seed")
    can: int = dw.field(default=CAN, minimum=0, maximum=CAN)
    wilted: int = dw.field(default=0, minimum=0, doc="plants lost today")

    def start(self) -> None:
        """Before anybody plays the garden is in bloom."""
        self.lit = self.sparkling = False
        self.exposed, self.shone = math.nan, -1.0
        self.lamps = self.world.tagged("lamp")
        self.show()
        random = self.world.random
        order = [0, 0, 1, 2, 1, 2, 2, 1, 0, 0, 2, 1, 1, 2, 0, 0, 1, 2]
        for number, kind in enumerate(order):
            stage = 2 if random.random() < 0.12 else BLOSSOM
            sow(self.world, number, SEEDS[kind], stage)
        for visitor in ("butterfly", "butterfly", "bee", "butterfly", "bee"):
            x, z = random.uniform((-3.5, -2.5), (3.5, 2.5))
            invite(self.world, visitor, (float(x), 1.0, float(z)))

    def fixed_update(self, dt: float) -> None:
        """Time passes; at certain hours something happens."""
        if self.phase == "play":
            self.hour += dt * (DUSK - DAWN) / self.length
        elif self.phase == "title":
            self.hour = min(self.hour + 0.04 * dt, 19.3)
        elif self.phase == "end":
            self.hour = min(self.hour + 0.05 * dt, 20.4)
        self.show()
        if self.phase == "rewind":
            return
        if self.hour >= LAMPS and not self.lit:
            self.light(True)
        if self.hour >= SPARKS and not self.sparkling:
            self.sparkling = True
            fireflies(self.world)
        if self.phase == "play" and self.hour >= DUSK:
            self.phase = "end"
            self.world.emit(Ended(*count(self.world)))

    def show(self) -> None:
        """The sun where the hour says, in steps too small to see: its shadows and the sky are drawn anew for each."""
        if abs(self.hour - self.shone) < STEP:
            return
        self.shone = self.hour
        x, y, z = toward_sun(self.hour)
        self.world["sun"].look_at((-x, -y, -z))
        ev = round(exposure(self.hour), 2)
        if ev != self.exposed:
            self.exposed = ev
            self.world.configure({"exposure.ev100": ev})

    def light(self, on: bool) -> None:
        """Light the lanterns, one after the other, or put them out."""
        self.lit = on
        for k, lamp in enumerate(self.lamps):
            self.world.tween(lamp, "PointLight.candela", to=70.0 if on else 0.0, seconds=1.6 if on else 0.4,
                             ease="in_out_sine", delay=0.25 * k if on else 0.0)  # fmt: skip
        self.world.tween(GLASS, "emissive_strength", to=1_100.0 if on else 0.0, seconds=1.6 if on else 0.4,
                         on_done=self.settle if on else None)  # fmt: skip
        if on:
            self.world.emit(Evening())

    def settle(self) -> None:
        """What is bright in daylight would blind at night: the panes keep up with the eye."""
        rest = (DUSK - LAMPS) / (DUSK - DAWN) * self.length
        self.world.tween(GLASS, "emissive_strength", to=130.0, seconds=rest, ease="out_quart")

    def begin(self) -> None:
        """A new day: everything of the old one goes while the clock turns back."""
        if self.phase not in ("title", "end"):
            return
        self.phase, self.can, self.wilted = "rewind", CAN, 0
        self.light(False)
        self.sparkling = False
        world = self.world
        for plot in world.tagged("plot"):
            plot[Plot].clear()
        for visitor in world.tagged("visitor"):
            visitor[Visitor].leave()
        world.despawn(world.rows_tagged("spark"))
        gardener = world["gardener"][Gardener]
        gardener.goal = None
        world.tween(world["day"], "Day.hour", to=DAWN, seconds=2.2, ease="in_out_sine", on_done=self.dawn)

    def dawn(self) -> None:
        """The clock is back."""
        self.phase = "play"
        self.world.emit(Told("Sow in the beds, water, and wait"))


def count(world: dw.World) -> tuple[int, int]:
    """Blossoms that are open, and how many kinds there are of them."""
    kinds = [plant[Plant].species for plant in world.tagged("open")]
    return len(kinds), len(set(kinds))


def fireflies(world: dw.World) -> None:
    """They come out of the grass; some of them light what is near."""
    for k in range(14):
        x, z = (
            float(v)
            for v in world.random.uniform((plan.LEFT + 0.6, plan.BACK + 0.6), (plan.RIGHT - 0.6, plan.FRONT - 0.6))
        )
        y = float(world.random.uniform(0.5, 1.5))
        drifting = Drift(x=x, y=y, z=z, phase=float(world.random.uniform(0, 6.28)))
        spark = world.spawn("spark", at=(x, y, z), tags={"spark"}, components=(drifting,))
        world.tween(spark, "scale", to=(1, 1, 1), start=(0.01, 0.01, 0.01), seconds=1.5, delay=0.3 * k, ease="out_back")
        if k < 7:
            spark.set(dw.PointLight(candela=3.0, color=(0.75, 1.0, 0.3), range=1.6))


# ---- plots and plants ----------------------------------------------------------------------------------------------


class Plot(dw.Behaviour):
    """A place for one plant."""

    number: int = dw.field(default=0, minimum=0, maximum=len(plan.PLOTS) - 1)

    def start(self) -> None:
        """It is dry and empty."""
        self.plant: dw.Entity | None = None

    def show(self, wet: bool) -> None:
        """Dark earth is wet."""
        self.entity.material = DAMP if wet else EARTH

    def clear(self) -> None:
        """Take away what grows here."""
        self.show(False)
        if self.plant is not None:
            self.plant[Plant].leave()
            self.plant = None


def sow(world: dw.World, number: int, kind: str, stage: int = 0) -> dw.Entity:
    """Put a seed into a plot; or, for a garden that is there already, a plant of some age that needs nothing."""
    random = world.random
    x, z = plan.PLOTS[number]
    jitter = random.uniform(-0.06, 0.06, 2)
    windy = Sway(yaw=float(random.uniform(-0.6, 0.6)), phase=0.8 * x + float(random.uniform(0, 1)))
    size = float(random.uniform(1.15, 1.35))
    plant = world.spawn(
        dw.Prefab(f"{kind}.dream"), at=(x + float(jitter[0]), 0.21, z + float(jitter[1])), scale=size, tags={"plant"},
        components=(windy, Plant(species=kind, plot=number, stage=stage)),
    )  # fmt: skip
    world[f"plot-{number}"][Plot].plant = plant
    return plant


class Plant(dw.Behaviour):
    """Grows while it has water, hangs its head without, and wilts."""

    species: str = dw.field(default="poppy")
    plot: int = dw.field(default=0, minimum=0)
    stage: int = dw.field(default=0, minimum=0, maximum=BLOSSOM)
    wet: bool = dw.field(default=False)
    wilted: bool = dw.field(default=False)

    def start(self) -> None:
        """Find the parts of the flower, and make them as small as they begin."""
        self.leaving = False
        self.growing: dw.Timer | None = None
        self.drying: dw.Timer | None = None
        self.thirst: dw.Entity | None = None
        self.leaves: list[tuple[dw.Entity, float, float]] = []
        self.petals: list[tuple[dw.Entity, Quaternion, Quaternion]] = []
        for part in self.entity.children:
            if part.name == "stem":
                self.stem = part
            elif part.name == "bloom":
                self.bloom = part
            else:
                self.leaves.append((part, part.position[1], part.scale[0]))
        self.height = self.stem.scale[1]
        for part in self.bloom.children:
            if part.name == "heart":
                self.heart = part
            else:
                self.petals.append((part, part.rotation, closed(part.rotation)))
        self.shape(0.0)
        if self.stage:  # it was here before the game began
            self.wet = True
            self.world[f"plot-{self.plot}"][Plot].show(True)
            if self.stage == BLOSSOM:
                self.entity.tag("open")
        else:
            self.dry()

    def shape(self, seconds: float) -> None:
        """Grow to the size of this stage: at once, or in time."""
        s, f, b = STEMS[self.stage], LEAVES[self.stage], BLOOMS[self.stage]
        self.turn(self.stem, "scale", (0.5 + 0.5 * s, self.height * s, 0.5 + 0.5 * s), seconds, "in_out_sine")
        for k, (leaf, up, size) in enumerate(self.leaves):
            self.turn(leaf, "position.y", up * s, seconds, "in_out_sine")
            self.turn(leaf, "scale", (size * f,) * 3, seconds, "out_back", 0.12 * k)
        self.turn(self.bloom, "position.y", self.height * s, seconds, "in_out_sine")
        self.turn(self.bloom, "scale", (b, b, b), seconds, "out_back")
        for k, (petal, is_open, is_closed) in enumerate(self.petals):
            wanted = is_open if self.stage == BLOSSOM else is_closed
            self.turn(petal, "rotation", wanted, seconds, "out_back", 0.09 * k)

    def turn(self, part: dw.Entity, name: str, to: object, seconds: float, ease: str, delay: float = 0.0) -> None:
        """A tween, or no time at all."""
        if seconds:
            self.world.tween(part, name, to=to, seconds=seconds, ease=ease, delay=delay)
        elif name == "position.y":
            x, _, z = part.position
            part.position = (x, float(to), z)  # type: ignore[arg-type]
        else:
            setattr(part, name, to)

    def water(self) -> None:
        """Drink: stand up, and grow on."""
        if self.wilted or self.leaving:
            return
        if not self.wet:
            self.world.tween(self.entity, "Sway.lean", to=0.0, seconds=1.0, ease="out_back")
        self.wet = True
        self.world[f"plot-{self.plot}"][Plot].show(True)
        self.show_thirst(False)
        self.wait_for_dry(KINDS[self.species].lasts * (2.0 if self.stage == BLOSSOM else 1.0), self.dry)
        self.grow_on()

    def wait_for_dry(self, seconds: float, then: Callable[[], None]) -> None:
        """The one timer of its water."""
        if self.drying is not None:
            self.drying.cancel()
        self.drying = self.after(seconds, then)

    def grow_on(self) -> None:
        """Begin to grow to the next stage, unless it does so already."""
        if self.stage < BLOSSOM and (self.growing is None or self.growing.done):
            self.growing = self.after(KINDS[self.species].grow[self.stage], self.grow)

    def grow(self) -> None:
        """The next stage."""
        self.stage += 1
        self.shape((0.9, 0.9, 1.6, 2.2)[self.stage])
        if self.stage == BLOSSOM:
            self.after(1.4, self.open)
        else:
            self.grow_on()

    def open(self) -> None:
        """The petals are open: it counts, and is visited."""
        if not self.wilted and not self.leaving:
            self.entity.tag("open")
            self.world.emit(Opened(self.entity))

    def dry(self) -> None:
        """No water is left: it stops growing, and hangs its head."""
        self.wet = False
        if self.growing is not None:
            self.growing.cancel()
        self.world[f"plot-{self.plot}"][Plot].show(False)
        self.show_thirst(True)
        if self.stage:
            self.world.tween(self.entity, "Sway.lean", to=0.30, seconds=3.0, ease="in_out_sine")
        self.wait_for_dry(KINDS[self.species].patience, self.wilt)

    def wilt(self) -> None:
        """Too late."""
        self.wilted = True
        self.show_thirst(False)
        self.entity.untag("open")
        world = self.world
        world.tween(self.entity, "Sway.lean", to=1.15, seconds=2.2, ease="out_bounce")
        self.turn(self.bloom, "scale", (0.7 * BLOOMS[self.stage],) * 3, 2.0, "in_out_sine")
        for petal, _, is_closed in self.petals:
            self.turn(petal, "rotation", is_closed, 2.0, "in_out_sine")
        self.stem.material = self.heart.material = WITHERED
        for holder in [part for part, _, _ in self.leaves] + [part for part, _, _ in self.petals]:
            for part in holder.children:
                part.material = WITHERED
        world.emit(Wilted(self.entity))

    def show_thirst(self, shown: bool) -> None:
        """A drop over the plant says what it wants."""
        if self.thirst is not None:
            self.world.despawn(self.thirst)
            self.thirst = None
        if shown:
            x, y, z = self.entity.position
            high = 0.34 + self.entity.scale[0] * self.height * STEMS[self.stage] + (0.12 if self.stage > 1 else 0)
            self.thirst = self.world.spawn("thirst", at=(x, y + high, z), tags={"thirst"})
            self.world.tween(self.thirst, "scale", to=(1, 1, 1), start=(0.05, 0.05, 0.05), seconds=0.5, ease="out_back")
            self.world.tween(self.thirst, "position.y", to=y + high + 0.07, seconds=0.8, ease="in_out_sine", loop=True,
                             yoyo=True)  # fmt: skip

    def leave(self) -> None:
        """Sink into the earth, and be gone."""
        self.leaving = True
        self.entity.untag("open", "plant")
        self.show_thirst(False)
        for timer in (self.growing, self.drying):
            if timer is not None:
                timer.cancel()
        world, plant = self.world, self.entity
        world.tween(
            plant, "scale", to=(0.02, 0.02, 0.02), seconds=0.7, ease="in_back", on_done=lambda: world.despawn(plant)
        )

    def on_destroy(self) -> None:
        """Nothing of it stays."""
        self.show_thirst(False)


def closed(rotation: Quaternion) -> Quaternion:
    """A petal's rotation in the bud: turned the same way, but upright."""
    x, y, z, w = rotation
    ahead = (2 * (x * z + w * y), 1 - 2 * (x * x + y * y))
    return turned(math.degrees(math.atan2(*ahead)), 80)


# ---- who visits -----------------------------------------------------------------------------------------------------


def invite(world: dw.World, kind: str, at: tuple[float, float, float]) -> dw.Entity:
    """A bee or a butterfly, in one of three colours."""
    visitor = world.spawn(dw.Prefab(f"{kind}.dream"), at=at, tags={"visitor"}, components=(Visitor(species=kind),))
    return visitor


@dw.on(Opened)
def welcome(event: Opened, world: dw.World) -> None:
    """For every second blossom somebody comes: over the wall, or out of the hive."""
    blossoms, visitors = len(world.tagged("open")), len(world.tagged("visitor"))
    if visitors < min(9, (blossoms + 1) // 2) and world["day"][Day].hour < LEAVING:
        bee = world.random.random() < 0.4
        side = float(world.random.choice((-1.0, 1.0)))
        invite(
            world,
            "bee" if bee else "butterfly",
            (plan.HIVE[0], 0.7, plan.HIVE[1] + 0.4) if bee else (side * 7, 1.8, -2.0),
        )


class Visitor(dw.Behaviour):
    """Flies from blossom to blossom, and home in the evening."""

    species: str = dw.field(default="butterfly")

    def start(self) -> None:
        """In the air, and curious."""
        self.vx = self.vy = self.vz = 0.0
        self.resting = 0.0
        self.beat = float(self.world.random.uniform(0, 6))
        self.going = False
        self.flower: dw.Entity | None = None
        self.wings = [(part, 1 if part.name == "right" else -1) for part in self.entity.children
                      if part.name in ("left", "right")]  # fmt: skip
        self.entity.scale = 1.35 if self.species == "bee" else 1.0
        self.choose()

    def choose(self) -> None:
        """Where to next."""
        random = self.world.random
        blossoms = self.world.tagged("open")
        self.flower = None
        if self.going or self.world["day"][Day].hour >= LEAVING:
            self.going = True
            self.to = (plan.HIVE[0], 0.66, plan.HIVE[1] + 0.4) if self.species == "bee" else (9.0, 3.5, -9.0)
        elif blossoms:
            self.flower = blossoms[int(random.integers(len(blossoms)))]
            x, y, z = self.flower.position
            self.to = (x, y + 1.2 * KINDS[self.flower[Plant].species].height + 0.06, z + 0.10)
        else:
            x, z = random.uniform((-4.0, -3.0), (4.0, 3.0))
            self.to = (float(x), float(random.uniform(0.8, 1.6)), float(z))

    def leave(self) -> None:
        """Fly home now."""
        self.going, self.resting = True, 0.0
        self.choose()

    def fixed_update(self, dt: float) -> None:
        """Fly, or sit and fold the wings."""
        bee = self.species == "bee"
        self.beat += dt * (60 if bee else 17) * (0.14 if self.resting > 0 and not bee else 1)
        angle = (20 if bee else 28) + (28 if bee else 46) * math.sin(self.beat)
        for wing, side in self.wings:
            wing.rotation = turned(0, 0, side * angle)
        if self.resting > 0:
            self.resting -= dt
            if self.resting <= 0 or (
                self.flower is not None and not (self.flower.alive and "open" in self.flower.tags)
            ):
                self.resting = 0.0
                self.choose()
            return
        x, y, z = self.entity.position
        dx, dy, dz = self.to[0] - x, self.to[1] - y, self.to[2] - z
        away = math.sqrt(dx * dx + dy * dy + dz * dz)
        if away < 0.09:
            self.arrive()
            return
        speed = min(1.9 if bee else 1.25, 0.25 + 1.6 * away) * (1.7 if self.going else 1)
        wobble = min(away, 1.0) * (0.5 if bee else 0.9)
        pull = min(1.0, 4.5 * dt)
        lift = wobble * math.sin(self.beat * (0.09 if bee else 0.45)) + min(away, 1.2) * 0.25
        self.vx += (dx / away * speed + wobble * math.sin(self.beat * 0.11) - self.vx) * pull
        self.vy += (dy / away * speed + lift - self.vy) * pull
        self.vz += (dz / away * speed + wobble * math.cos(self.beat * 0.13) - self.vz) * pull
        self.entity.position = (x + self.vx * dt, max(y + self.vy * dt, 0.3), z + self.vz * dt)
        self.entity.rotation = turned(math.degrees(math.atan2(-self.vx, -self.vz)), 0, 0)

    def arrive(self) -> None:
        """At a blossom, or at home."""
        if self.going:
            self.world.despawn(self.entity)
            return
        low, high = (0.6, 1.4) if self.species == "bee" else (1.5, 3.5)
        self.resting = float(self.world.random.uniform(low, high)) if self.flower is not None else 0.02
        self.vx = self.vy = self.vz = 0.0


# ---- the gardener ---------------------------------------------------------------------------------------------------


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


REACH_STANDING = 0.98
"""How near a plot the gardener goes by himself."""


def splash(world: dw.World, number: int) -> None:
    """Water a plot and those beside it."""
    x, z = plan.PLOTS[number]
    for k, (px, pz) in enumerate(plan.PLOTS):
        plant = world[f"plot-{k}"][Plot].plant
        if plant is not None and math.hypot(px - x, pz - z) < SPLASH:
            plant[Plant].water()


@dw.on(Wilted)
def lost(event: Wilted, world: dw.World) -> None:
    """It counts, on the other side."""
    world["day"][Day].wilted += 1
