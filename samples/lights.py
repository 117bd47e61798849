"""A garden at night, lit by a thousand moving lamps: lanterns on strings and on the water, and fireflies.

Space stops the lamps and lets them go on, F puts the fireflies out, N makes the moon wane, C goes over all lamps at
every pixel instead of looking them up by cluster, for comparison. The window's title tells what the clusters hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw

F64 = NDArray[np.float64]
Colour = tuple[float, float, float]

POND = (15.0, 11.0)
"""Half axes of the water, metres."""
PAGODA = (0.8, 0.3, -14.5)
EYE, TARGET = (-1.5, 2.5, 18.5), (0.4, 2.5, -4.0)
MOON = dw.Sun(lux=1.6, color=(0.5, 0.66, 1.0))

PAPER: tuple[Colour, ...] = ((1.0, 0.42, 0.12), (1.0, 0.26, 0.09), (1.0, 0.6, 0.22), (1.0, 0.16, 0.2))
FLOATING: tuple[Colour, ...] = ((1.0, 0.5, 0.16), (1.0, 0.24, 0.3), (0.42, 0.5, 1.0), (0.95, 0.36, 0.75))
FIREFLY: tuple[Colour, ...] = ((0.62, 1.0, 0.16), (0.85, 1.0, 0.25), (0.35, 1.0, 0.35))
BLOSSOM: tuple[Colour, ...] = ((0.85, 0.42, 0.52), (0.92, 0.60, 0.66), (0.72, 0.28, 0.42))

STONE = dw.Material(base_color=(0.26, 0.26, 0.28), roughness=0.85)
WOOD = dw.Material(base_color=(0.16, 0.085, 0.05), roughness=0.7)
PLASTER = dw.Material(base_color=(0.72, 0.66, 0.56), roughness=0.8)
TILES = dw.Material(base_color=(0.055, 0.075, 0.10), roughness=0.42)
VERMILION = dw.Material(base_color=(0.62, 0.075, 0.03), roughness=0.45)
WATER = dw.Material(base_color=(0.004, 0.012, 0.016), roughness=0.2)
GOLD = dw.Material(base_color=(1.0, 0.72, 0.32), metallic=1.0, roughness=0.3)

# ---- shapes ---------------------------------------------------------------------------------------------------


def surface(height: Callable[[F64, F64], F64], half: tuple[float, float], cells: int, tint: bool) -> dw.MeshData:
    """A height field over x and z, `half` metres to each side, with smooth normals; tinted as moss by its height."""
    x, z = np.meshgrid(*(np.linspace(-h, h, cells + 1) for h in half))
    y = height(x, z)
    e = 1e-3
    slope_x, slope_z = (height(x + e, z) - height(x - e, z)) / (2 * e), (height(x, z + e) - height(x, z - e)) / (2 * e)
    normals = np.stack([-slope_x, np.ones_like(y), -slope_z], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    i = np.arange(cells * (cells + 1)).reshape(cells, cells + 1)[:, :-1].ravel()
    below = i + cells + 1
    indices = np.stack([i, below, i + 1, i + 1, below, below + 1], axis=1)
    colors = None
    if tint:
        patches = 0.5 + 0.5 * np.sin(0.9 * x + 1.7 * np.sin(0.6 * z)) * np.cos(1.1 * z - np.sin(0.7 * x))
        moss = np.array((0.10, 0.17, 0.05)) + patches[..., None] * np.array((0.08, 0.06, 0.01))
        mud = np.array((0.09, 0.07, 0.05))
        dry = np.clip((y - 0.1) / 0.4, 0, 1)[..., None]
        colors = np.concatenate([mud + (moss - mud) * dry, np.ones((*y.shape, 1))], axis=-1).reshape(-1, 4)
    return dw.MeshData(
        np.stack([x, y, z], axis=-1).reshape(-1, 3).astype(np.float32),
        normals.reshape(-1, 3).astype(np.float32),
        indices.ravel().astype(np.uint32),
        colors=None if colors is None else colors.astype(np.float32),
    )


def land(x: F64, z: F64) -> F64:
    """Metres over the water: a pond, its banks, and hills around the garden."""
    shore = np.sqrt((x / POND[0]) ** 2 + (z / POND[1]) ** 2) + 0.05 * np.sin(3 * np.arctan2(z, x) + 1)
    bank = 0.55 * np.tanh(4.5 * (shore - 1)) - 0.12
    away = np.clip(np.hypot(x, z * 1.15) - 24, 0, None)
    return np.asarray(bank + 0.012 * away**1.75 * (1 + 0.35 * np.sin(0.17 * x + 1) * np.sin(0.13 * z + 2)), np.float64)


def ripples(x: F64, z: F64) -> F64:
    """Millimetres of waves: enough to draw reflections out."""
    waves = np.sin(2.9 * z + 0.8 * np.sin(0.9 * x)) + 0.7 * np.sin(1.7 * x + 2.3 * z) + 0.5 * np.sin(4.1 * z - 2.2 * x)
    return np.asarray(0.009 * waves, np.float64)


def roof(width: float, height: float) -> dw.MeshData:
    """A square roof with a concave slope and upturned corners, its eaves at y = 0, flat shaded."""
    rings, steps = 7, 8
    out = np.linspace(1, 0.1, rings)  # from the eaves to the top
    side = np.linspace(-1, 1, steps + 1)
    rows: list[F64] = []
    for k, r in enumerate(out.tolist()):
        lift = 0.22 * height * np.abs(side) ** 4 * (1 - k / (rings - 1)) ** 2
        y = height * (1 - r) ** 1.5 + lift
        rows.append(np.stack([side * r * width / 2, y, np.full_like(side, r * width / 2)], axis=1))
    grid = np.array(rows)
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, :-1], grid[1:, 1:]
    faces = np.concatenate([np.stack([a, b, c], 2).reshape(-1, 3, 3), np.stack([c, b, d], 2).reshape(-1, 3, 3)])
    turned = [faces]
    for _ in range(3):
        turned.append(turned[-1][..., [2, 1, 0]] * np.array((1, 1, -1)))
    every = np.concatenate(turned)
    under = every[:, ::-1] * np.array((1, 0.9, 1)) - np.array((0, 0.06 * height, 0))  # the ceiling
    return flat(np.concatenate([every, under]))


def flat(faces: F64) -> dw.MeshData:
    """A mesh of triangles (t, 3, 3), each with its own normal."""
    normals = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return dw.MeshData(
        faces.reshape(-1, 3).astype(np.float32),
        np.repeat(normals, 3, axis=0).astype(np.float32),
        np.arange(3 * len(faces), dtype=np.uint32),
    )


# ---- what is there --------------------------------------------------------------------------------------------


def pagoda(scene: dw.Scene, at: Colour, storeys: int = 4) -> None:
    """A tower of shrinking storeys, each with a gallery of pillars under its roof."""
    base = scene.add("pagoda", at=at)
    scene.add("terrace", dw.Mesh.box((8.4, 0.7, 8.4)), STONE, at=(0, 0.35, 0), parent=base)
    scene.add("stairs", dw.Mesh.box((2.4, 0.35, 1.4)), STONE, at=(0, 0.175, 4.7), parent=base)
    floor = 0.7
    for i in range(storeys):
        wide, high = 5.6 - 0.95 * i, 2.0 - 0.2 * i
        scene.add(
            "wall", dw.Mesh.box((wide * 0.72, high, wide * 0.72)), PLASTER, at=(0, floor + high / 2, 0), parent=base
        )
        scene.add("floor", dw.Mesh.box((wide, 0.14, wide)), WOOD, at=(0, floor + 0.07, 0), parent=base)
        edge = np.linspace(-0.5, 0.5, 5) * (wide - 0.3)
        places = [(x, floor + high / 2, s * edge[-1]) for x in edge for s in (-1, 1)]
        places += [(s * edge[-1], floor + high / 2, z) for z in edge[1:-1] for s in (-1, 1)]
        scene.add_many("pillar", dw.Mesh.cylinder(0.09, high, 10), VERMILION, at=places, parent=base)
        scene.add("roof", dw.Mesh.of(roof(wide + 2.4, 1.5)), TILES, at=(0, floor + high - 0.05, 0), parent=base)
        floor += high + 0.85
    scene.add("spire", dw.Mesh.cylinder(0.06, 2.2, 10), GOLD, at=(0, floor + 1.2, 0), parent=base)
    rings = [(0, floor + 0.7 + 0.28 * k, 0) for k in range(5)]
    scene.add_many("spire ring", dw.Mesh.cylinder(0.22, 0.07, 20), GOLD, at=rings, parent=base)


def gate(scene: dw.Scene, at: Colour, size: float, turn: float) -> None:
    """A torii."""
    half = math.radians(turn) / 2
    base = scene.add("gate", at=at, rotation=(0, math.sin(half), 0, math.cos(half)), scale=size)
    scene.add_many("post", dw.Mesh.cylinder(0.17, 4.6, 16), VERMILION, at=[(-1.6, 1.3, 0), (1.6, 1.3, 0)], parent=base)
    scene.add("tie", dw.Mesh.box((4.2, 0.26, 0.22)), VERMILION, at=(0, 2.75, 0), parent=base)
    scene.add("lintel", dw.Mesh.box((4.9, 0.28, 0.42)), VERMILION, at=(0, 3.55, 0), parent=base)
    scene.add("cap", dw.Mesh.box((5.4, 0.16, 0.6)), TILES, at=(0, 3.77, 0), parent=base)
    scene.add("plaque", dw.Mesh.box((0.5, 0.6, 0.1)), GOLD, at=(0, 3.15, 0.12), parent=base)


def tree(scene: dw.Scene, random: np.random.Generator, x: float, z: float, size: float) -> None:
    """A cherry tree in bloom: a leaning trunk, boughs, and a cloud of blossoms."""
    root = np.array((x, float(land(np.array(x), np.array(z))) - 0.2, z))
    crown = root + np.array((random.uniform(-0.7, 0.7), 3.0, random.uniform(-0.5, 0.5))) * size
    limbs = [(root, crown, 0.24 * size)]
    puffs: list[F64] = []
    for k in range(6):
        angle = 2.4 * k + random.uniform(-0.3, 0.3)
        tip = crown + np.array((math.cos(angle) * 1.7, random.uniform(0.3, 1.3), math.sin(angle) * 1.7)) * size
        limbs.append((crown - (0, 0.4 * size, 0), tip, 0.1 * size))
        puffs.append(tip + np.clip(random.normal(0, 0.52, (90, 3)), -1, 1) * (size, 0.55 * size, size))
    for start, end, thick in limbs:
        middle, length = (start + end) / 2, float(np.linalg.norm(end - start))
        y = (end - start) / length
        turn = np.array((y[2], 0, -y[0], 1 + y[1]))  # turns +Y there
        scene.add("limb", dw.Mesh.cylinder(thick, length, 9), WOOD, at=middle, rotation=turn / np.linalg.norm(turn))
    cloud = np.concatenate(puffs)
    for i, colour in enumerate(BLOSSOM):
        some = cloud[i :: len(BLOSSOM)]
        scene.add_many(
            "blossom", dw.Mesh.sphere(0.14, 9), dw.Material(base_color=colour, roughness=0.9),
            at=some, scale=random.uniform(0.55, 1.15, len(some)) * size,
        )  # fmt: skip
    scene.lights.add_spot(
        "uplight", candela=130, color=(1.0, 0.6, 0.62), range=9 * size, inner_angle=20, outer_angle=62,
        at=root + np.array((0.5, 0.35, 1.1)), toward=crown + np.array((0, 1.2, 0)),
    )  # fmt: skip


def stone_lantern(scene: dw.Scene, x: float, z: float) -> None:
    """A lantern of stone, with a steady flame in it."""
    base = scene.add("stone lantern", at=(x, float(land(np.array(x), np.array(z))), z))
    for y, mesh in (
        (0.09, dw.Mesh.cylinder(0.3, 0.18, 6)), (0.5, dw.Mesh.cylinder(0.11, 0.75, 8)),
        (0.92, dw.Mesh.cylinder(0.27, 0.12, 6)), (1.42, dw.Mesh.of(roof(0.85, 0.34))),
    ):  # fmt: skip
        scene.add("part", mesh, STONE, at=(0, y, 0), parent=base)
    flame = dw.Material(base_color=(0.1, 0.05, 0.02), emissive=(1.0, 0.44, 0.12), emissive_strength=1.9)
    scene.add("window", dw.Mesh.box((0.28, 0.34, 0.28)), flame, at=(0, 1.16, 0), parent=base)
    scene.lights.add_point("flame", candela=9, color=(1.0, 0.46, 0.16), range=5.5, at=(0, 1.25, 0.42), parent=base)


def lamps(
    scene: dw.Scene, name: str, mesh: dw.Mesh, at: F64, colours: tuple[Colour, ...], glow: float, light: dw.PointLight
) -> None:
    """Lamps of several colours, each with its light."""
    for i, colour in enumerate(colours):
        paper = dw.Material(base_color=(0.05, 0.05, 0.05), emissive=colour, emissive_strength=glow)
        shine = dw.PointLight(light.candela, colour, light.range)
        scene.add_many(name, mesh, paper, shine, at=at[i :: len(colours)], tags={name})


def hung(random: np.random.Generator) -> F64:
    """(n, 3): where lanterns hang: under the tower's eaves, and on ropes that sag between the trees and it."""
    ends = (
        ((-11.5, 5.2, 4.0), (-3.0, 6.2, -11.0)), ((12.0, 5.4, 3.5), (4.6, 6.0, -11.0)),
        ((-11.5, 4.6, 4.0), (-14.0, 4.8, -6.5)), ((12.0, 4.7, 3.5), (14.5, 4.6, -7.5)),
        ((-3.0, 9.0, -12.0), (-14.0, 4.8, -6.5)), ((4.6, 9.0, -12.0), (14.5, 4.6, -7.5)),
    )  # fmt: skip
    t = np.linspace(0.05, 0.95, 22)[:, None]
    ropes = [np.array(a) * (1 - t) + np.array(b) * t - (0, 1.7, 0) * (4 * t * (1 - t)) for a, b in ends]
    x, _, z = PAGODA
    for y, half, many in ((2.55, 3.6, 7), (5.2, 3.15, 6), (7.6, 2.65, 5), (9.85, 2.2, 4)):
        edge = np.linspace(-half, half, many)
        front = np.stack([x + edge, np.full(many, y), np.full(many, z + half)], axis=1)
        sides = np.stack([np.full(many, x + half), np.full(many, y), z + edge], axis=1)[:-1]
        ropes += [front, sides, sides * (-1, 1, 1) + (2 * x, 0, 0)]
    every = np.concatenate(ropes)
    return every + random.normal(0, 0.05, every.shape)


def on_the_water(random: np.random.Generator, count: int) -> F64:
    """(count, 3): spread over the pond, apart from each other."""
    i = np.arange(count) + 0.5
    away, turn = 0.86 * np.sqrt(i / count), i * math.pi * (3 - math.sqrt(5)) + random.normal(0, 0.12, count)
    return np.stack([POND[0] * away * np.cos(turn), np.full(count, 0.15), POND[1] * away * np.sin(turn)], axis=1)


def over_land(random: np.random.Generator, count: int, low: float, high: float) -> F64:
    """(count, 3): around the pond, so many metres over the ground."""
    turn = random.uniform(0, 2 * math.pi, count)
    away = 1.06 + 0.75 * random.random(count) ** 1.4
    x, z = POND[0] * away * np.cos(turn), POND[1] * away * np.sin(turn)
    return np.stack([x, land(x, z) + random.uniform(low, high, count), z], axis=1)


def scene() -> dw.Scene:
    """The garden."""
    made, random = dw.Scene("night garden", seed=1), np.random.default_rng(7)
    made.add("camera", dw.Camera(fov_y=46, near=0.2), at=EYE, toward=TARGET)
    made.lights.add_sun("moon", lux=MOON.lux, color=MOON.color, toward=(0.6, -0.8, 0.65))
    made.add("night", dw.Environment(
        source="gradient",
        zenith=(0.004, 0.008, 0.03), horizon=(0.05, 0.035, 0.10), ground=(0.004, 0.005, 0.006), intensity=1.6
    ))  # fmt: skip
    made.add(
        "ground", dw.Mesh.of(surface(land, (60, 60), 150, True)), dw.Material(base_color=(1, 1, 1), roughness=0.95)
    )
    made.add("water", dw.Mesh.of(surface(ripples, (POND[0] * 1.15, POND[1] * 1.15), 120, False)), WATER)
    pagoda(made, PAGODA)
    for side in (-1.0, 1.0):
        made.lights.add_spot(
            "floodlight", candela=160, color=(1.0, 0.62, 0.34), range=16, inner_angle=12, outer_angle=34,
            at=(PAGODA[0] + side * 3.4, 0.9, PAGODA[2] + 6.6), toward=(PAGODA[0], 7.5, PAGODA[2]),
        )  # fmt: skip
    gate(made, (-5.0, -0.4, -3.2), 1.05, 24)
    for x, z, size in ((-11.5, 5.0, 1.25), (12.2, 4.2, 1.3), (-14.5, -7.0, 1.15), (15.0, -8.0, 1.2), (8.6, -12.5, 1.0),
                       (-8.0, -13.0, 1.05), (-19.0, 2.0, 1.4), (20.0, 0.0, 1.4)):  # fmt: skip
        tree(made, random, x, z, size)
    for turn in np.linspace(0, 2 * math.pi, 18, endpoint=False).tolist():
        stone_lantern(made, 1.13 * POND[0] * math.cos(turn), 1.13 * POND[1] * math.sin(turn))
    shore = random.uniform(0, 2 * math.pi, 420)
    away = random.uniform(0.97, 1.07, 420)
    east, south = POND[0] * away * np.cos(shore), POND[1] * away * np.sin(shore)
    made.add_many(
        "rock", dw.Mesh.sphere(0.5, 9), STONE,
        at=np.stack([east, land(east, south), south], axis=1), rotation=turned(random, 420),
        scale=random.uniform(0.25, 1.0, (420, 3)) * (1.0, 0.6, 0.8),
    )  # fmt: skip
    grass = over_land(random, 5000, 0.08, 0.16)
    for i, green in enumerate(((0.10, 0.21, 0.05), (0.16, 0.24, 0.06), (0.07, 0.15, 0.05))):
        some = grass[i::3]
        made.add_many(
            "grass", dw.Mesh.cone(0.05, 0.5, 3), dw.Material(base_color=green, roughness=0.9),
            at=some, rotation=leaning(random, len(some)), scale=random.uniform(0.5, 1.5, len(some)),
        )  # fmt: skip
    lamps(made, "hanging", dw.Mesh.sphere(0.19, 14), hung(random), PAPER, 2.3, dw.PointLight(8.0, range=3.6))
    lamps(made, "floating", dw.Mesh.cylinder(0.12, 0.2, 12), on_the_water(random, 240), FLOATING, 1.9,
          dw.PointLight(3.4, range=2.4))  # fmt: skip
    lamps(made, "firefly", dw.Mesh.sphere(0.021, 8), over_land(random, 600, 0.25, 2.2), FIREFLY, 12.0,
          dw.PointLight(1.0, range=1.5))  # fmt: skip
    return made


def turned(random: np.random.Generator, count: int) -> F64:
    """(count, 4) random rotations."""
    q = random.normal(size=(count, 4))
    return np.asarray(q / np.linalg.norm(q, axis=1, keepdims=True), np.float64)


def leaning(random: np.random.Generator, count: int) -> F64:
    """(count, 4) rotations that tip +Y over a little."""
    x, z = random.normal(0, 0.13, (2, count))
    return np.stack([x, np.zeros(count), z, np.sqrt(np.maximum(1 - x * x - z * z, 0))], axis=1)


# ---- how it moves ---------------------------------------------------------------------------------------------


@dataclass
class Swarm:
    """Lamps that swing about where they were put: sums of two waves, all of them in one go.

    rows: (n,) of the world.  home: (n, 3) metres.  sway: (3,) metres.  speed: (n, 3) radians a second.
    phase: (n, 3).  strength: candela.  flicker: part of it that comes and goes.
    """

    rows: NDArray[np.int32]
    home: F64
    sway: F64
    speed: F64
    phase: F64
    strength: float
    flicker: float

    def move(self, world: dw.World, time: float) -> None:
        """Put the lamps where they are at `time` seconds, as bright as they are then."""
        turn = self.speed * time + self.phase
        wave = np.sin(turn) + 0.5 * np.sin(2.3 * turn[:, [1, 2, 0]])
        world.positions[self.rows] = self.home + self.sway * wave
        world.touch(self.rows)
        pulse = 1 - self.flicker * (0.5 + 0.5 * np.sin(3.1 * turn[:, 0] + np.sin(5.3 * turn[:, 2])))
        world.lights.tune(self.rows, strength=self.strength * pulse)


class Garden:
    """The garden as an app."""

    def __init__(self) -> None:
        self.app: dw.App = dw.App(scene(), title="Lights", settings=SETTINGS)
        world, random = self.app.world, np.random.default_rng(3)
        self.swarms = {
            name: swarm(world, random, name, sway, speed, flicker)
            for name, sway, speed, flicker in (
                ("hanging", (0.10, 0.05, 0.14), 0.9, 0.25),
                ("floating", (0.35, 0.02, 0.30), 0.25, 0.35),
                ("firefly", (0.9, 0.35, 0.9), 0.6, 0.95),
            )
        }
        self.running = self.flying = self.moonlit = True
        self.time = 0.0
        self.since = 0.0
        self.app.update(self.update)
        self.app.on_key(self.key)

    def update(self, world: dw.World, dt: float) -> None:
        """Every frame."""
        self.time += dt * self.running
        for name, some in self.swarms.items():
            if self.running:
                some.move(world, self.time)
            if name == "firefly" and not self.flying:
                world.lights.tune(some.rows, strength=0)
        swing = self.app.time / 16
        x, y, z = EYE
        world.camera.position = (x + 5 * math.sin(swing), y + 0.8 * math.sin(1.7 * swing), z - 2 * math.sin(swing) ** 2)
        world.camera.look_at(TARGET)
        self.since += dt
        if self.since > 0.5:
            self.since = 0.0
            self.app.title = f"Lights, {told(self.app.counters())}".rstrip(", ")

    def key(self, name: str) -> None:
        """Turn something on or off."""
        world = self.app.world
        if name == " ":
            self.running = not self.running
        elif name == "f":
            self.flying = not self.flying
            self.swarms["firefly"].move(world, self.time)
        elif name == "n":
            self.moonlit = not self.moonlit
            world["moon"].set(dw.Sun(MOON.lux * (1.0 if self.moonlit else 0.1), MOON.color))
        elif name == "c":
            world.configure({"lights.clusters": not world.settings.lights.clusters})


SETTINGS = {
    "exposure.mode": "manual",
    "exposure.ev100": 0.1,
    "tonemap.operator": "neutral",
    "shadows.distance": 45,
    "shadows.size": 1024,
}


def swarm(world: dw.World, random: np.random.Generator, name: str, sway: Colour, speed: float, flicker: float) -> Swarm:
    """The lamps with a tag, each at its own pace."""
    rows = world.rows_tagged(name)
    light = world.at(int(rows[0]))[dw.PointLight]
    home = world.positions[rows].astype(np.float64)
    n = (len(rows), 3)
    pace, phase = speed * random.uniform(0.6, 1.4, n), random.uniform(0, 2 * math.pi, n)
    return Swarm(rows, home, np.array(sway), pace, phase, light.candela, flicker)


def told(counters: dict[str, float]) -> str:
    """What the clusters hold, in one line."""
    if not counters:
        return ""
    return (
        f"{counters['lights']:,.0f} lights, {counters['light_entries']:,.0f} places in clusters;"
        f" {counters['instances']:,.0f} instances; CPU {counters['encode_us']:,.0f} µs"
    )


if __name__ == "__main__":
    garden = Garden()
    garden.app.run()
    print(told(garden.app.counters()))
