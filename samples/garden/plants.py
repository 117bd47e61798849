"""What grows in the plots: sown, watered, in bloom or wilted, and swayed by the wind."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

import dreamwell as dw

from . import plan
from .events import Opened, Wilted
from .kinds import BLOOMS, BLOSSOM, KINDS, LEAVES, STEMS
from .prefabs import DAMP, EARTH, WITHERED, Quaternion, turned

SPLASH = 0.95
"""Metres around a plot that one watering reaches."""


@dw.component
class Sway:
    """Leans in the wind: the rotation of its object."""

    yaw: float = dw.field(default=0.0, unit="rad")
    lean: float = dw.field(default=0.0, unit="rad", doc="how far it hangs its head")
    phase: float = dw.field(default=0.0, unit="rad", doc="where in the wind's waves it is")


@dw.system(dw.Query(dw.Rotation, Sway), stage="fixed")
def sway(batch: dw.Batch, dt: float) -> None:
    """All plants at once: turned by `yaw`, then bent by the wind and by thirst."""
    s = batch[Sway]
    s.phase += dt * 1.5
    lean = (s.lean + 0.045 * np.sin(s.phase) + 0.02 * np.sin(2.3 * s.phase + 1)) / 2
    cy, sy, cl, sl = np.cos(s.yaw / 2), np.sin(s.yaw / 2), np.cos(lean), np.sin(lean)
    batch[dw.Rotation] = np.stack([cy * sl, sy * cl, -sy * sl, cy * cl], axis=1)


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


def splash(world: dw.World, number: int) -> None:
    """Water a plot and those beside it."""
    x, z = plan.PLOTS[number]
    for k, (px, pz) in enumerate(plan.PLOTS):
        plant = world[f"plot-{k}"][Plot].plant
        if plant is not None and math.hypot(px - x, pz - z) < SPLASH:
            plant[Plant].water()


def count(world: dw.World) -> tuple[int, int]:
    """Blossoms that are open, and how many kinds there are of them."""
    kinds = [plant[Plant].species for plant in world.tagged("open")]
    return len(kinds), len(set(kinds))
