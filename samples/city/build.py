"""The city as a scene: the plan, the shapes and the surfaces put together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw
from dreamwell.engine.scene.settings import apply_settings

from . import pictures, shapes
from .light import Light, light
from .plan import BANK, BRIDGE_Z, HEROES, KERB, PARK, PITCH, REACH, Building, Plan, path, plan
from .surfaces import PAINT, bulb, ground, plain, surfaces, water
from .traffic import BOATS, CARS, deck_height

F64 = NDArray[np.float64]
Surfaces = dict[str, dw.Material]

EYE = (150.0, 60.0, 60.0)
TARGET = (-170.0, 60.0, -260.0)
WATER = -4.5
"""Where the river's surface lies."""
LAMPS = 32
"""Street lamps that really give light: those along the river before the camera."""
MIRRORED = ("shop", "floors", "hero", "tree", "deck", "portal", "cable", "hanger", "bulb", "beacon")
"""What the river shows."""


def scene(hour: float) -> dw.Scene:
    """The city at an hour of the day."""
    now = light(hour)
    made = dw.Scene("city", seed=1, root=pictures.folder())
    made.settings = apply_settings(
        made.settings,
        {
            "exposure.mode": "manual",
            "exposure.ev100": now.ev100,
            "shadows.size": 2048,
            "shadows.distance": 800,
        },
    )
    city, lit = plan(), surfaces(now)
    made.add("camera", dw.Camera(fov_y=46, near=0.5), at=EYE, toward=TARGET)
    add_sky(made, now, lit)
    add_ground(made)
    crowd = Crowd()
    add_buildings(crowd, city, lit)
    add_heroes(crowd, lit)
    add_bridge(crowd)
    add_streets(crowd, city, lit)
    crowd.into(made)
    add_traffic(made, lit)
    add_lamps(made, city, now)
    return made


# ---- many at once ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Instance:
    """One of many. turn: degrees about +Y."""

    mesh: dw.Mesh
    material: dw.Material
    at: tuple[float, float, float]
    turn: float
    size: tuple[float, float, float]


class Crowd:
    """Gathers instances by name, to be added to a scene all at once."""

    def __init__(self) -> None:
        self.members: dict[str, list[Instance]] = defaultdict(list)

    def add(
        self, name: str, mesh: dw.Mesh | dw.MeshData, material: dw.Material, at: tuple[float, float, float],
        turn: float = 0.0, size: tuple[float, float, float] = (1.0, 1.0, 1.0),
    ) -> None:  # fmt: skip
        """One more."""
        shape = mesh if isinstance(mesh, dw.Mesh) else dw.Mesh.of(mesh)
        self.members[name].append(Instance(shape, material, at, turn, size))

    def into(self, made: dw.Scene) -> None:
        """Add them; and what can be seen in the river a second time, upside down."""
        below = made.add("mirror", at=(0, 2 * WATER, 0), scale=(1, -1, 1))
        for name, members in self.members.items():
            _add_all(made, name, members, None)
            seen = [m for m in members if name in MIRRORED and -430 < m.at[0] < BANK + 30 and -900 < m.at[2] < 200]
            if seen:
                _add_all(made, name, seen, below)


def _add_all(made: dw.Scene, name: str, members: Sequence[Instance], parent: dw.SceneObject | None) -> None:
    made.add_many(
        name,
        [m.mesh for m in members],
        [m.material for m in members],
        at=[m.at for m in members],
        rotation=turned([m.turn for m in members]),
        scale=[m.size for m in members],
        parent=parent,
    )


def turned(degrees: ArrayLike) -> F64:
    """(n, 4) quaternions about +Y."""
    half = np.radians(np.asarray(degrees, np.float64)) / 2
    out = np.zeros((*half.shape, 4))
    out[..., 1], out[..., 3] = np.sin(half), np.cos(half)
    return out


# ---- sky and ground -------------------------------------------------------------------------------------------


def add_sky(made: dw.Scene, now: Light, lit: Surfaces) -> None:
    """The sun with the bright air around it, clouds, and what lies on the horizon."""
    made.add("sky", now.sky)
    sun = made.add("sun", now.sun, toward=now.toward)
    made.add("glow", dw.Mesh.quad(11_000), lit["sun"], at=(0, 0, 9_000), parent=sun)
    made.add("hills", dw.Mesh.of(shapes.hills(4)), lit["air"], scale=9_500)
    made.add("country", dw.Mesh.of(shapes.country()), lit["air"], at=(0, -8, 0))
    rng = np.random.default_rng(15)
    for i in range(14):
        turn, up = math.radians(i * 25.7 + rng.uniform(-8, 8)), math.radians(rng.uniform(5, 19))
        at = (8_000 * math.sin(turn), 8_000 * math.tan(up), 8_000 * math.cos(turn))
        width = rng.uniform(4_000, 8_000)
        size = (width, width * rng.uniform(0.14, 0.26))
        made.add("cloud", dw.Mesh.quad(size), lit["cloud"], at=at, toward=(0, 0, 0))


def add_ground(made: dw.Scene) -> None:
    """The river, its banks, streets and park. No ground lies above other ground."""
    length, middle, shore = REACH[1] - REACH[0] + 1600, (REACH[0] + REACH[1]) / 2, BANK + 19
    size = (2 * BANK, length)
    made.add("river", dw.Mesh.plane(size), water(size), at=(0, WATER, middle))
    strips = (
        ("streets", -1800 - shore, -shore, (0.11, 0.11, 0.115)),
        ("park", shore, PARK[1], (0.10, 0.17, 0.05)),
        ("streets", PARK[1], PARK[1] + 1800, (0.11, 0.11, 0.115)),
    )
    for name, left, right, color in strips:
        size = (right - left, length)
        made.add(name, dw.Mesh.plane(size), ground(color, size), at=((left + right) / 2, 0, middle))
    stone, paving = plain((0.38, 0.35, 0.31), 0.9), plain((0.33, 0.30, 0.27), 0.9)
    for side in (-1, 1):
        made.add("quay", dw.Mesh.box((2.0, 6.0, length)), stone, at=(side * (BANK + 1), 0.35 - 3, middle))
        made.add("promenade", dw.Mesh.box((18, 0.3, length)), paving, at=(side * (BANK + 10), 0, middle))
    x, z = path(np.linspace(REACH[0], REACH[1], 400))
    made.add("way", dw.Mesh.of(shapes.ribbon(x, z, 4.5)), plain((0.46, 0.38, 0.28), 0.95), at=(0, 0.1, 0))


# ---- buildings ------------------------------------------------------------------------------------------------


def add_buildings(crowd: Crowd, city: Plan, lit: Surfaces) -> None:
    """Every building: shops at street level, tiers of floors, what stands on the roof."""
    rng = np.random.default_rng(11)
    gravel, metal, wood = plain((0.30, 0.29, 0.27)), plain((1, 1, 1), 0.6), plain((1, 1, 1), 0.9)
    mast = plain((0.5, 0.5, 0.52))
    for b in city.buildings:
        top = add_walls(crowd, b, lit, rng)
        width, depth, _ = b.tiers[-1]
        crowd.add("roof", dw.Mesh.box(), gravel, (b.x, top, b.z), size=(width - 0.8, 0.5, depth - 0.8))
        if b.kind == "stone" and b.floors < 14 and rng.random() < 0.4:
            crowd.add("tank", shapes.water_tank(), wood, (b.x + width * 0.2, top, b.z - depth * 0.2))
        for _ in range(int(rng.integers(1, 4))):
            x, z = b.x + width * rng.uniform(-0.32, 0.32), b.z + depth * rng.uniform(-0.32, 0.32)
            crowd.add("machine", shapes.machine(), metal, (x, top + 0.2, z), 90.0 * rng.integers(2))
        if b.floors > 36:
            high = b.floors * 0.9
            crowd.add("mast", dw.Mesh.cone(0.9, 1.0, 6), mast, (b.x, top + high / 2, b.z), size=(1, high, 1))
            crowd.add("beacon", dw.Mesh.sphere(0.7, 8), lit["beacon"], (b.x, top + high, b.z))


def add_walls(crowd: Crowd, b: Building, lit: Surfaces, rng: np.random.Generator) -> float:
    """Pieces of twelve and of four floors, which all buildings of equal width and depth share. Returns the top."""
    width, depth, _ = b.tiers[0]
    high = 4.5
    shop = shapes.storeys(width, depth, 1, int(rng.integers(2)))
    crowd.add("shop", shop, lit[f"shop-{b.tint}"], (b.x, KERB, b.z), size=(1.0, high / shapes.FLOOR, 1.0))
    y = KERB + high
    for width, depth, floors in b.tiers:
        left = floors
        while left:
            piece = 12 if left >= 12 else 4
            walls = shapes.storeys(width, depth, piece, int(rng.integers(3)))
            crowd.add("floors", walls, lit[f"{b.kind}-{b.tint}"], (b.x, y, b.z))
            y += piece * shapes.FLOOR
            left -= piece
    return y


def add_heroes(crowd: Crowd, lit: Surfaces) -> None:
    """Three towers that the city is known by."""
    x, z = HEROES["twisted"]
    crowd.add("hero", shapes.twisted(40.0, 62, 90.0), lit["glass-0"], (x, KERB, z))
    x, z = HEROES["drum"]
    crowd.add("hero", shapes.drum(20.0, 34), lit["glass-2"], (x, KERB, z))
    crowd.add("hero", shapes.drum(14.0, 6), lit["glass-2"], (x, KERB + 34 * shapes.FLOOR, z))
    x, z = HEROES["spire"]
    y = KERB
    for width, floors in ((44, 12), (36, 20), (28, 20), (20, 12), (12, 4)):
        crowd.add("hero", shapes.storeys(width, width, floors, 0), lit["stone-2"], (x, y, z))
        y += floors * shapes.FLOOR
    copper = plain((0.30, 0.52, 0.42), 0.5)
    crowd.add("hero", shapes.pyramid(), copper, (x, y, z), size=(12, 26, 12))
    crowd.add("hero", dw.Mesh.cylinder(0.4, 1.0, 8), copper, (x, y + 30, z), size=(1, 24, 1))


def add_bridge(crowd: Crowd) -> None:
    """A suspension bridge: deck, two portals, cables and hangers."""
    red, dark = plain((0.48, 0.13, 0.07), 0.5), plain((0.16, 0.16, 0.17), 0.7)
    x = np.linspace(-92, 92, 33)
    crowd.add("deck", shapes.deck(x, deck_height(x), 19.0), dark, (0, 0, BRIDGE_Z))
    span, top, low = 84.0, 42.0, 8.0
    at = np.arange(-39.0, 40, 3.25)
    hangers = np.stack([at, deck_height(at), shapes.cable_height(at, span, top, low)], axis=1).tolist()
    for side in (-1, 1):
        crowd.add("portal", shapes.portal(44, 18), red, (side * span / 2, 0, BRIDGE_Z))
        crowd.add("cable", shapes.cable(span, top, low, 46), red, (0, 0, BRIDGE_Z + side * 9))
        for x, foot, head in hangers:
            size = (0.14, head - foot, 0.14)
            crowd.add("hanger", dw.Mesh.box(), red, (x, (head + foot) / 2, BRIDGE_Z + side * 9), size=size)


# ---- streets --------------------------------------------------------------------------------------------------


def add_streets(crowd: Crowd, city: Plan, lit: Surfaces) -> None:
    """Pavements, lane markings, trees, lamp posts."""
    rng = np.random.default_rng(12)
    paving, paint = plain((0.34, 0.33, 0.31), 0.9), plain((0.7, 0.7, 0.66), 0.7)
    for b in city.blocks:
        crowd.add("pavement", dw.Mesh.box(), paving, (b.x, KERB / 2 - 0.1, b.z), size=(b.width, KERB + 0.2, b.depth))
        if abs(b.x) < 600 and b.z > -900:
            x = b.x + math.copysign(PITCH[0] / 2, -b.x)
            for along in np.arange(-b.depth / 2, b.depth / 2, 9.0).tolist():
                crowd.add("marking", dw.Mesh.plane(1.0), paint, (x, 0.03, b.z + along + 2), size=(0.22, 1.0, 3.4))
    leaves = [plain(color, 0.95) for color in ((1.0, 1.0, 1.0), (1.0, 0.84, 0.56), (0.8, 0.95, 0.8))]
    for x, z in city.trees:
        size = rng.uniform(0.75, 1.25)
        lumps = 4 if math.hypot(x - EYE[0], z - EYE[2]) < 260 else 1
        shape, green = shapes.tree(int(rng.integers(4)), lumps), leaves[int(rng.integers(3))]
        crowd.add("tree", shape, green, (x, 0, z), rng.uniform(0, 360), (size, size, size))
    steel = plain((1, 1, 1), 0.5)
    for x, z, turn in city.lamps:
        crowd.add("lamp post", shapes.lamp_post(), steel, (x, 0, z), turn)
        crowd.add("bulb", shapes.bulb(), lit["bulb"], (x, 0, z), turn)


def add_traffic(made: dw.Scene, lit: Surfaces) -> None:
    """Cars with head and tail lamps, and boats. `Traffic` puts them in their places."""
    rng = np.random.default_rng(13)
    paint = [plain(color, 0.3) for color in PAINT]
    colors = [paint[i] for i in rng.integers(0, len(paint), CARS).tolist()]
    ids = made.add_many("car", dw.Mesh.of(shapes.car()), colors, at=np.zeros((CARS, 3)), tags={"car"})
    for number in ids.tolist():
        car = made.by_id(number)
        made.add("head lamps", dw.Mesh.of(shapes.car_lights(front=True)), lit["head lamp"], parent=car)
        made.add("tail lamps", dw.Mesh.of(shapes.car_lights(front=False)), lit["tail lamp"], parent=car)
    white = plain((0.8, 0.8, 0.78), 0.5)
    made.add_many("boat", dw.Mesh.of(shapes.boat()), white, at=np.zeros((BOATS, 3)), tags={"boat"})


def add_lamps(made: dw.Scene, city: Plan, now: Light) -> None:
    """Light from the street lamps along the river."""
    posts = np.array(city.lamps)
    away = np.min([np.hypot(posts[:, 0] - x, posts[:, 1] - z) for x, z in ((-BANK, -70), (BANK, -60))], axis=0)
    shining = bulb(now)
    for x, z, turn in posts[np.argsort(away)[:LAMPS]].tolist():
        dx, dz = -1.6 * math.sin(math.radians(turn)), -1.6 * math.cos(math.radians(turn))
        made.add("lamp", shining, at=(x + dx, 6.6, z + dz), toward=(x + 2 * dx, 0, z + 2 * dz), tags={"lamp"})
