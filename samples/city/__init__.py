"""A city by a river: thousands of objects, from noon to night. The arrow keys turn the clock."""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.scene.settings import apply_settings

from . import pictures, shapes
from .light import Light, light
from .plan import BANK, BRIDGE_Z, HEROES, KERB, LEFT, PARK, PITCH, REACH, RIGHT, Building, Plan, path, plan

F64 = NDArray[np.float64]

GOLDEN_HOUR = 18.1
WATER = -4.5
DECK = 5.5
"""How high the bridge rises above its ends."""

TINTS = {
    "glass": ((0.62, 0.78, 0.92), (0.86, 0.72, 0.54), (0.62, 0.80, 0.76), (0.86, 0.90, 0.94)),
    "stone": ((0.58, 0.30, 0.20), (0.74, 0.58, 0.40), (0.82, 0.76, 0.66), (0.44, 0.26, 0.20)),
    "strip": ((0.84, 0.83, 0.80), (0.68, 0.65, 0.60), (0.50, 0.50, 0.52), (0.86, 0.78, 0.66)),
    "shop": ((0.50, 0.48, 0.46), (0.36, 0.30, 0.26), (0.62, 0.58, 0.52), (0.30, 0.30, 0.32)),
}
PAINT = ((0.75, 0.75, 0.76), (0.05, 0.05, 0.06), (0.55, 0.05, 0.04), (0.08, 0.16, 0.35), (0.85, 0.60, 0.08), (0.3, 0.3, 0.32))


# ---- surfaces -------------------------------------------------------------------------------------------------


def facade(style: str, tint: int, lamps: float) -> dw.Material:
    """A wall of windows, which are lit as far as the lamps are."""
    strength = 260.0 if style == "shop" else 100.0
    return dw.Material(
        base_color=TINTS[style][tint],
        metallic=1.0,
        roughness=1.0,
        emissive=(1.0, 1.0, 1.0),
        emissive_strength=strength * lamps,
        base_color_texture=dw.Texture(image=f"{style}-color.png"),
        metallic_roughness_texture=dw.Texture(image=f"{style}-surface.png"),
        emissive_texture=dw.Texture(image=f"{style}-light.png"),
    )


def blotched(color: tuple[float, float, float], metres: tuple[float, float]) -> dw.Material:
    """Ground of so many metres, with a texture that repeats every 40. Blended, since that casts no shadow: the river
    mirrors a second city below, and the sun must shine on that too."""
    texture = dw.Texture(image="ground.png", scale=(metres[0] / 40, metres[1] / 40))
    return dw.Material(base_color=color, roughness=0.9, alpha_mode="blend", base_color_texture=texture)


def plain(color: tuple[float, float, float], roughness: float = 0.8, metallic: float = 0.0) -> dw.Material:
    """A surface without pictures."""
    return dw.Material(base_color=color, roughness=roughness, metallic=metallic)


def glowing(color: tuple[float, float, float], strength: float) -> dw.Material:
    """A light that can be looked at, cd/m²."""
    return dw.Material(base_color=(0.05, 0.05, 0.05), emissive=color, emissive_strength=strength)


# ---- what is built --------------------------------------------------------------------------------------------


def turned(degrees: Any) -> F64:
    """(n, 4) quaternions about +Y."""
    half = np.radians(np.asarray(degrees, np.float64)) / 2
    out = np.zeros((*half.shape, 4))
    out[..., 1], out[..., 3] = np.sin(half), np.cos(half)
    return out


MIRRORED = ("shop", "floors", "hero", "tree", "deck", "portal", "cable", "hanger", "bulb", "beacon")
Row = tuple[dw.Mesh, dw.Material, tuple[float, ...], float, tuple[float, ...]]


def add_rows(scene: dw.Scene, name: str, rows: list[Row], parent: dw.SceneObject | None) -> None:
    """Instances, all at once."""
    meshes, materials, places, turns, sizes = (list(column) for column in zip(*rows, strict=True))
    scene.add_many(name, meshes, materials, at=places, rotation=turned(turns), scale=sizes, parent=parent)


class Many:
    """Gathers instances, to be added to a scene all at once."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)

    def add(
        self, name: str, mesh: dw.Mesh, material: dw.Material, at: tuple[float, ...], turn: float = 0.0,
        size: tuple[float, ...] = (1.0, 1.0, 1.0),
    ) -> None:  # fmt: skip
        """One more: where it stands, degrees about +Y, size."""
        self.rows[name].append((mesh, material, at, turn, size))

    def into(self, scene: dw.Scene) -> None:
        """Add them; and what can be seen in the river a second time, upside down."""
        mirror = scene.add("mirror", at=(0, 2 * WATER, 0), scale=(1, -1, 1))
        for name, rows in self.rows.items():
            add_rows(scene, name, rows, None)
            near = [row for row in rows if name in MIRRORED and -420 < row[2][0] < BANK + 30 and -900 < row[2][2] < 200]
            if near:
                add_rows(scene, name, near, mirror)


def scene(hour: float = GOLDEN_HOUR) -> dw.Scene:
    """The city at an hour of the day."""
    now = light(hour)
    made = dw.Scene("city", seed=1, root=pictures.folder())
    made.settings = apply_settings(
        made.settings,
        {
            "exposure.mode": "manual",
            "exposure.ev100": now.ev100,
            "shadows.size": 4096,
            "shadows.distance": 800,
            "tonemap.operator": "neutral",
        },
    )
    city = plan()
    made.add("camera", dw.Camera(fov_y=46, near=0.5), at=EYE, toward=TARGET)
    add_sky(made, now)
    add_ground(made)
    many = Many()
    add_buildings(many, city, now.lamps)
    add_heroes(many, now.lamps)
    add_bridge(many)
    add_streets(many, city, now.lamps)
    many.into(made)
    add_traffic(made, now.lamps)
    add_lamps(made, city, now.lamps)
    return made


EYE = (150.0, 60.0, 60.0)
TARGET = (-170.0, 60.0, -260.0)


def add_sky(made: dw.Scene, now: Light) -> None:
    """The sun with the bright air around it, the sky, and hills on the horizon."""
    sun = made.add("sun", now.sun, toward=now.toward)
    made.add("sky", now.sky)
    bright = max(now.sun.lux, 1) / 4
    glow = dw.Material(
        base_color=(0.0, 0.0, 0.0),
        roughness=1.0,
        emissive=now.sun.color,
        emissive_strength=bright,
        alpha_mode="blend",
        double_sided=True,
        base_color_texture=dw.Texture(image="glow.png", wrap_u="clamp", wrap_v="clamp"),
    )
    made.add("glow", dw.Mesh.quad(11_000), glow, at=(0, 0, 9_000), parent=sun)
    haze = np.array(now.sky.horizon)
    air = dw.Material(base_color=(0.03, 0.04, 0.04), roughness=1.0, emissive=tuple(haze * (0.5, 0.55, 0.65)))
    made.add("hills", dw.Mesh.of(shapes.hills(4)), air, scale=9_500)
    made.add("country", dw.Mesh.of(shapes.country()), air, at=(0, -8, 0))
    lit = tuple((0.8 * haze + 0.02 * now.sun.lux * np.array(now.sun.color)).tolist())
    cloud = replace(glow, emissive=lit, emissive_strength=1.0, base_color_texture=dw.Texture(image="cloud.png"))
    rng = np.random.default_rng(15)
    for i in range(14):
        turn, up = math.radians(i * 25.7 + rng.uniform(-8, 8)), math.radians(rng.uniform(5, 19))
        at = (8_000 * math.sin(turn), 8_000 * math.tan(up), 8_000 * math.cos(turn))
        width = rng.uniform(4_000, 8_000)
        made.add("cloud", dw.Mesh.quad((width, width * rng.uniform(0.14, 0.26))), cloud, at=at, toward=(0, 0, 0))


def add_ground(made: dw.Scene) -> None:
    """The river, its banks, the park, and the country around. No ground lies above other ground."""
    length = REACH[1] - REACH[0] + 1600
    middle = (REACH[0] + REACH[1]) / 2
    water = dw.Material(
        base_color=(0.010, 0.030, 0.036),
        alpha=0.62,
        alpha_mode="blend",
        roughness=0.1,
        normal_texture=dw.Texture(image="ripples.png", scale=(2 * BANK / 60, length / 60)),
        normal_scale=0.2,
    )
    made.add("river", dw.Mesh.plane((2 * BANK, length)), water, at=(0, WATER, middle))
    shore = BANK + 19
    strips = (
        ("streets", -1800 - shore, -shore, (0.11, 0.11, 0.115)),
        ("park", shore, PARK[1], (0.10, 0.17, 0.05)),
        ("streets", PARK[1], PARK[1] + 1800, (0.11, 0.11, 0.115)),
    )
    for name, left, right, color in strips:
        size = (right - left, length)
        made.add(name, dw.Mesh.plane(size), blotched(color, size), at=((left + right) / 2, 0, middle))
    stone, paving = plain((0.38, 0.35, 0.31), 0.9), plain((0.33, 0.30, 0.27), 0.9)
    for side in (-1, 1):
        made.add("quay", dw.Mesh.box((2.0, 6.0, length)), stone, at=(side * (BANK + 1), 0.35 - 3, middle))
        made.add("promenade", dw.Mesh.box((18, 0.3, length)), paving, at=(side * (BANK + 10), 0, middle))
    x, z = path(np.linspace(REACH[0], REACH[1], 400))
    made.add("way", dw.Mesh.of(shapes.ribbon(x, z, 4.5)), plain((0.46, 0.38, 0.28), 0.95), at=(0, 0.1, 0))


def storeys(width: int, depth: int, floors: int, variant: int) -> dw.Mesh:
    """Some floors of a building."""
    return dw.Mesh.of(shapes.storeys(width, depth, floors, variant))


def add_buildings(many: Many, city: Plan, lamps: float) -> None:
    """Every building: shops at street level, tiers of floors, what stands on the roof."""
    rng = np.random.default_rng(11)
    walls = {(style, tint): facade(style, tint, lamps) for style in TINTS for tint in range(4)}
    gravel, machine, tank = plain((0.30, 0.29, 0.27)), plain((1, 1, 1), 0.6), plain((1, 1, 1), 0.9)
    mast, beacon = plain((0.5, 0.5, 0.52)), glowing((1.0, 0.08, 0.04), 900 * lamps + 5)
    for b in city.buildings:
        add_tiers(many, b, walls, rng)
        width, depth, _ = b.tiers[-1]
        top = KERB + 4.5 + b.floors * shapes.FLOOR
        many.add("roof", dw.Mesh.box(), gravel, (b.x, top, b.z), size=(width - 0.8, 0.5, depth - 0.8))
        if b.kind == "stone" and b.floors < 14 and rng.random() < 0.4:
            many.add("tank", dw.Mesh.of(shapes.water_tank()), tank, (b.x + width * 0.2, top, b.z - depth * 0.2))
        for _ in range(int(rng.integers(1, 4))):
            x, z = b.x + width * rng.uniform(-0.32, 0.32), b.z + depth * rng.uniform(-0.32, 0.32)
            many.add("machine", dw.Mesh.of(shapes.machine()), machine, (x, top + 0.2, z), 90.0 * rng.integers(2))
        if b.floors > 36:
            high = b.floors * 0.9
            many.add("mast", dw.Mesh.cone(0.9, 1.0, 6), mast, (b.x, top + high / 2, b.z), size=(1, high, 1))
            many.add("beacon", dw.Mesh.sphere(0.7, 8), beacon, (b.x, top + high, b.z))


def add_heroes(many: Many, lamps: float) -> None:
    """Three towers that the city is known by."""
    x, z = HEROES["twisted"]
    many.add("hero", dw.Mesh.of(shapes.twisted(40.0, 62, 90.0)), facade("glass", 0, lamps), (x, KERB, z))
    x, z = HEROES["drum"]
    many.add("hero", dw.Mesh.of(shapes.drum(20.0, 34)), facade("glass", 2, lamps), (x, KERB, z))
    many.add("hero", dw.Mesh.of(shapes.drum(14.0, 6)), facade("glass", 2, lamps), (x, KERB + 34 * 3.5, z))
    x, z = HEROES["spire"]
    y, wall = KERB, facade("stone", 2, lamps)
    for width, floors in ((44, 12), (36, 20), (28, 20), (20, 12), (12, 4)):
        many.add("hero", storeys(width, width, floors, 0), wall, (x, y, z))
        y += floors * shapes.FLOOR
    copper = plain((0.30, 0.52, 0.42), 0.5)
    many.add("hero", dw.Mesh.of(shapes.pyramid()), copper, (x, y, z), size=(12, 26, 12))
    many.add("hero", dw.Mesh.cylinder(0.4, 1.0, 8), copper, (x, y + 30, z), size=(1, 24, 1))


def add_tiers(many: Many, b: Building, walls: dict[tuple[str, int], dw.Material], rng: np.random.Generator) -> None:
    """The walls: in pieces of twelve and of four floors, which all buildings of the same width and depth share."""
    width, depth, _ = b.tiers[0]
    shop = storeys(width, depth, 1, int(rng.integers(2)))
    stretch = 4.5 / shapes.FLOOR
    many.add("shop", shop, walls["shop", b.tint], (b.x, KERB, b.z), size=(1.0, stretch, 1.0))
    y = KERB + 4.5
    for width, depth, floors in b.tiers:
        left = floors
        while left:
            piece = 12 if left >= 12 else 4
            mesh = storeys(width, depth, piece, int(rng.integers(3)))
            many.add("floors", mesh, walls[b.kind, b.tint], (b.x, y, b.z))
            y += piece * shapes.FLOOR
            left -= piece


def deck_height(x: F64) -> F64:
    """How high the bridge's road lies."""
    return KERB + DECK * np.maximum(0, 1 - (x / 92) ** 2)


def add_bridge(many: Many) -> None:
    """A suspension bridge: deck, two portals, cables and hangers."""
    red, dark = plain((0.48, 0.13, 0.07), 0.5), plain((0.16, 0.16, 0.17), 0.7)
    x = np.linspace(-92, 92, 33)
    deck = dw.Mesh.of(shapes.deck(x, deck_height(x), 19.0))
    many.add("deck", deck, dark, (0, 0, BRIDGE_Z))
    span, top, low = 84.0, 42.0, 8.0
    rise = shapes.cable_height(np.arange(-39.0, 40, 3.25), span, top, low)
    for side in (-1, 1):
        many.add("portal", dw.Mesh.of(shapes.portal(44, 18)), red, (side * span / 2, 0, BRIDGE_Z))
        cable = dw.Mesh.of(shapes.cable(span, top, low, 46))
        many.add("cable", cable, red, (0, 0, BRIDGE_Z + side * 9))
        for at, high in zip(np.arange(-39.0, 40, 3.25).tolist(), rise.tolist(), strict=True):
            foot = float(deck_height(np.array(at)))
            size = (0.14, high - foot, 0.14)
            many.add("hanger", dw.Mesh.box(), red, (at, (high + foot) / 2, BRIDGE_Z + side * 9), size=size)


def add_streets(many: Many, city: Plan, lamps: float) -> None:
    """Pavements, lane markings, trees, lamp posts."""
    rng = np.random.default_rng(12)
    paving, paint = plain((0.34, 0.33, 0.31), 0.9), plain((0.7, 0.7, 0.66), 0.7)
    for b in city.blocks:
        many.add("pavement", dw.Mesh.box(), paving, (b.x, KERB / 2 - 0.1, b.z), size=(b.width, KERB + 0.2, b.depth))
        if abs(b.x) < 600 and b.z > -900:
            for along in np.arange(-b.depth / 2, b.depth / 2, 9.0).tolist():
                at = (b.x + math.copysign(PITCH[0] / 2, -b.x), 0.02, b.z + along + 2)
                many.add("marking", dw.Mesh.plane(1.0), paint, at, size=(0.22, 1.0, 3.4))
    leaves = [plain(color, 0.95) for color in ((1.0, 1.0, 1.0), (1.25, 1.05, 0.7), (0.8, 0.95, 0.8))]
    leaves = [replace(m, base_color=tuple(min(1.0, c) for c in m.base_color)) for m in leaves]
    for x, z in city.trees:
        size = rng.uniform(0.75, 1.25)
        lumps = 4 if math.hypot(x - EYE[0], z - EYE[2]) < 260 else 1
        mesh = dw.Mesh.of(shapes.tree(int(rng.integers(4)), lumps))
        many.add("tree", mesh, leaves[int(rng.integers(3))], (x, 0, z), rng.uniform(0, 360), (size, size, size))
    steel, lit = plain((1, 1, 1), 0.5), glowing((1.0, 0.72, 0.42), 9_000 * lamps + 1)
    for x, z, turn in city.lamps:
        many.add("lamp post", dw.Mesh.of(shapes.lamp_post()), steel, (x, 0, z), turn)
        many.add("bulb", dw.Mesh.of(shapes.bulb()), lit, (x, 0, z), turn)


# ---- what moves -----------------------------------------------------------------------------------------------

CARS = 420
BOATS = 5
LAMPS = 40
"""Street lamps that really give light: those along the river before the camera."""


def lanes(rng: np.random.Generator) -> list[tuple[int, float, float, float, float]]:
    """(axis, the other coordinate, from, to, direction) of every lane: axis 0 along X, 2 along Z."""
    made: list[tuple[int, float, float, float, float]] = []
    for k in range(3, 15):
        z = REACH[1] - k * PITCH[1]
        over = z == BRIDGE_Z
        for first, last in [(LEFT[0], RIGHT[1])] * 4 if over else [(LEFT[0], LEFT[1]), (RIGHT[0], RIGHT[1])]:
            made += [(0, z + side * 2.6, first, last, -side) for side in (-1.0, 1.0)]
    for i in range(9):
        for x in (LEFT[1] - i * PITCH[0] + PITCH[0] * 0 + 0.0, RIGHT[0] + i * PITCH[0]):
            made += [(2, x + side * 2.6, REACH[0], REACH[1], side) for side in (-1.0, 1.0)]
    return made


def add_traffic(made: dw.Scene, lamps: float) -> None:
    """Cars with head and tail lights, and boats. They stand at the origin until `Traffic` moves them."""
    rng = np.random.default_rng(13)
    paint = [plain(color, 0.3) for color in PAINT]
    colors = [paint[int(i)] for i in rng.integers(0, len(paint), CARS)]
    mesh = dw.Mesh.of(shapes.car())
    ids = made.add_many("car", mesh, colors, at=np.zeros((CARS, 3)), tags={"car"})
    front, back = glowing((1.0, 0.93, 0.8), 6_000 * lamps + 1), glowing((1.0, 0.05, 0.02), 1_500 * lamps + 1)
    for number in ids.tolist():
        car = made.by_id(number)
        made.add("head lamps", dw.Mesh.of(shapes.car_lights(front=True)), front, parent=car)
        made.add("tail lamps", dw.Mesh.of(shapes.car_lights(front=False)), back, parent=car)
    white = plain((0.8, 0.8, 0.78), 0.5)
    made.add_many("boat", dw.Mesh.of(shapes.boat()), white, at=np.zeros((BOATS, 3)), tags={"boat"})


def add_lamps(made: dw.Scene, city: Plan, lamps: float) -> None:
    """Light from the street lamps along the river."""
    posts = np.array(city.lamps)
    away = np.min([np.hypot(posts[:, 0] - x, posts[:, 1] - z) for x, z in ((-BANK, -70), (BANK, -60))], axis=0)
    near = np.argsort(away)[:LAMPS]
    bulb = dw.SpotLight(
        candela=2_600 * lamps, color=(1.0, 0.70, 0.40), range=38, inner_angle=30, outer_angle=74
    )
    for x, z, turn in posts[near].tolist():
        dx, dz = -1.6 * math.sin(math.radians(turn)), -1.6 * math.cos(math.radians(turn))
        made.add("light", bulb, at=(x + dx, 6.6, z + dz), toward=(x + 2 * dx, 0, z + 2 * dz), tags={"light"})


class Traffic:
    """Where cars and boats are."""

    def __init__(self, world: dw.World) -> None:
        rng = np.random.default_rng(14)
        self.world = world
        self.cars = world.rows_tagged("car")
        self.boats = world.rows_tagged("boat")
        table = np.array(lanes(rng))
        mine = table[rng.integers(0, len(table), len(self.cars))]
        self.axis = mine[:, 0].astype(np.int64)
        self.other, self.first, self.last, self.way = mine[:, 1], mine[:, 2], mine[:, 3], mine[:, 4]
        self.start = rng.uniform(0, 1, len(self.cars)) * (self.last - self.first)
        self.speed = rng.uniform(9, 14, len(self.cars))
        turn = np.where(self.axis == 2, np.where(self.way < 0, 0, 180), np.where(self.way < 0, 90, -90))
        world.rotations[self.cars] = turned(turn)
        self.boat_way = np.where(np.arange(len(self.boats)) % 2, 1.0, -1.0)
        world.rotations[self.boats] = turned(np.where(self.boat_way < 0, 0, 180))

    def move(self, time: float) -> None:
        """Put everything where it is after so many seconds."""
        gone = (self.start + self.speed * time) % (self.last - self.first)
        along = np.where(self.way > 0, self.first + gone, self.last - gone)
        x, z = np.where(self.axis == 0, along, self.other), np.where(self.axis == 0, self.other, along)
        y = np.where((self.axis == 0) & (np.abs(self.other - BRIDGE_Z) < 4), deck_height(x) + 0.05, 0.0)
        self.world.positions[self.cars] = np.stack([x, y, z], axis=1)
        i = np.arange(len(self.boats))
        z = ((i * 391 + self.boat_way * 3.2 * time) % 1500) - 1150
        bob = WATER + 0.15 * np.sin(1.1 * time + i)
        self.world.positions[self.boats] = np.stack([self.boat_way * (14 + 7 * (i % 3)), bob, z], axis=1)
        self.world.touch(self.cars)
        self.world.touch(self.boats)


def play(hour: float = GOLDEN_HOUR) -> dw.App:
    """The app: traffic flows, the camera glides over the river."""
    app = dw.App(scene(hour), title="City")
    traffic: list[Traffic] = []

    @app.update
    def move(world: dw.World, dt: float) -> None:
        if not traffic:
            traffic.append(Traffic(world))
        traffic[0].move(app.time)
        glide = app.time / 24
        x, y, z = EYE
        world.camera.position = (x + 6 * math.sin(glide * 1.7), y + 8 * math.sin(glide), z - 120 * math.sin(glide))
        world.camera.look_at((TARGET[0], TARGET[1], TARGET[2] - 60 * math.sin(glide)))

    return app


if __name__ == "__main__":
    play(float(sys.argv[1]) if sys.argv[1:] else GOLDEN_HOUR).run()
