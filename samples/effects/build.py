"""The scene: a courtyard between arcades, a fountain in the sun, neon in the shade, mountains through the arches."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

import dreamwell as dw

from ..viewer.exhibit import curve, knot, lathe, rounded
from .pictures import folder
from .shapes import (
    BALUSTER,
    BASIN,
    COLUMN,
    DISH,
    LANTERN,
    POT,
    STEM,
    URN,
    arcade,
    boxes,
    crown,
    crystal,
    land,
    neon,
    pipe,
    sail,
    skin,
    water,
)

HALF = 4.6
"""Metres from the middle to the arcades on the left and right."""
BACK, FRONT = -12.0, 6.0
SPRING, TOP = 2.9, 4.75
"""Heights, metres: where arches begin, and the walls' top."""
WALL = -8.7
"""The back of the gallery on the left, the dark side."""
FOUNTAIN = (-0.2, 0.0, -4.6)
EYE, TARGET = (2.55, 1.70, 6.4), (-1.35, 2.05, -4.5)

PAINT = dw.Material(
    (0.50, 0.010, 0.018), metallic=0.75, roughness=0.42, clearcoat=1.0, clearcoat_roughness=0.03,
)  # fmt: skip
BARE = replace(PAINT, clearcoat=0.0)
"""The urn without its clear coat."""


def textured(name: str, times: float, bumps: float = 1.0) -> dw.Material:
    """Stone with one of our pictures; `times` repeats it per metre."""
    color, normal = (dw.Texture(f"{picture}.png", scale=(times, times)) for picture in (name, f"{name}-normal"))
    return dw.Material(
        (1.0, 1.0, 1.0), roughness=0.85, base_color_texture=color, normal_texture=normal, normal_scale=bumps
    )


LIMESTONE = textured("limestone", 0.5, 0.7)
BLOCKS = textured("blocks", 0.45)
DARK_BLOCKS = replace(BLOCKS, base_color=(0.24, 0.26, 0.33))
SLATE = dw.Material((0.06, 0.07, 0.08), roughness=0.32)
FLOOR = replace(
    textured("floor", 0.62, 0.8),
    roughness=1.0,
    metallic_roughness_texture=dw.Texture("floor-rough.png", scale=(0.62, 0.62)),
)
MARBLE = dw.Material((0.78, 0.72, 0.63), roughness=0.55)
BEAM = dw.Material((0.13, 0.075, 0.042), roughness=0.75)
BRASS = dw.Material((0.91, 0.66, 0.31), metallic=1.0, roughness=0.16)
GOLD = dw.Material((1.0, 0.70, 0.28), metallic=1.0, roughness=0.72)
TERRACOTTA = dw.Material((0.50, 0.20, 0.10), roughness=0.9)
LEAVES = dw.Material((1.0, 1.0, 1.0), roughness=0.6, double_sided=True)
POOL = dw.Material((0.008, 0.045, 0.050), roughness=0.06)
JET = dw.Material((0.85, 0.92, 0.95), roughness=0.08, alpha=0.42, alpha_mode="blend")
LAND = dw.Material((1.0, 1.0, 1.0), roughness=0.95)
LINEN = dw.Material(
    (1.0, 1.0, 1.0), roughness=0.95, double_sided=True, emissive=(1.0, 0.55, 0.3), emissive_strength=900
)
"""Some light comes through it."""
LEMON = dw.Material((0.90, 0.62, 0.03), roughness=0.45)


def about_y(degrees: float) -> tuple[float, float, float, float]:
    """A turn, counter-clockwise from above."""
    half = math.radians(degrees) / 2
    return 0.0, math.sin(half), 0.0, math.cos(half)


def turned(profile: list[tuple[float, float]], name: str, rows: int, segments: int) -> dw.MeshData:
    """A smooth profile, turned on a lathe; no finer than need be, for software adapters."""
    return lathe(curve(profile, rows), name, segments)


def scene() -> dw.Scene:
    """The courtyard with everything in it."""
    made = dw.Scene("effects", seed=1, root=folder())
    made.configure(
        {
            "shadows.distance": 36,
            "shadows.size": 2048,
            "exposure.compensation": 0.35,
            "ao.radius": 3.0,
            "bloom.intensity": 0.10,
        }
    )
    made.add("camera", dw.Camera(fov_y=50, near=0.1), at=EYE, toward=TARGET)
    made.add("sun", dw.Sun(lux=128_000, color=(1.0, 0.93, 0.82), angular_diameter=1.6), toward=(-0.42, -0.80, -0.36))
    made.add("air", dw.Environment(haze=1.1, intensity=1.35, ground=(0.20, 0.16, 0.11)))
    add_walls(made)
    add_fountain(made)
    add_dark_side(made)
    add_things(made)
    add_plants(made)
    made.add("land", dw.Mesh.of(land()), LAND)
    return made


def add_walls(made: dw.Scene) -> None:
    """Floor, arcades, columns, the gallery on the left and the railing at the back."""
    middle, length = (BACK + FRONT) / 2, FRONT - BACK
    floor = skin([[(WALL, 0, 9), (5.2, 0, 9), (5.2, 0, -12.7), (WALL, 0, -12.7)]])
    made.add("floor", dw.Mesh.of(floor), FLOOR)
    kerb = boxes(((0.5, 3, 22), (5.25, -1.55, -1.85)), ((14, 3, 0.5), (-1.75, -1.55, -12.75)))
    made.add("kerb", dw.Mesh.of(kerb), BLOCKS)
    side = dw.Mesh.of(arcade(7, length / 7, SPRING, TOP, 0.5))
    for x in (-HALF, HALF):
        made.add("arcade", side, LIMESTONE, at=(x, 0, middle), rotation=about_y(90))
    made.add("arcade", dw.Mesh.of(arcade(3, 2 * HALF / 3, SPRING, TOP, 0.5)), LIMESTONE, at=(0, 0, BACK))
    places = [(x, 0.0, BACK + k * length / 7) for x in (-HALF, HALF) for k in range(8)]
    places += [((k - 1.5) * 2 * HALF / 3, 0.0, BACK) for k in (1, 2)]
    made.add_many("column", dw.Mesh.of(turned(COLUMN, "column", 72, 20)), MARBLE, at=places)
    ends = boxes(((0.60, 0.13, 0.60), (0, 0.065, 0)), ((0.62, 0.18, 0.62), (0, 2.81, 0)))
    made.add_many("plinth", dw.Mesh.of(ends), LIMESTONE, at=places)
    depth = -HALF - WALL
    gallery = boxes(
        ((0.4, 5.2, 22), (WALL - 0.2, 2.6, -2)),
        ((depth + 0.4, 5.2, 0.4), (WALL + depth / 2, 2.6, BACK - 0.25)),
    )
    made.add("gallery", dw.Mesh.of(gallery), DARK_BLOCKS)
    front = boxes(
        ((14.3, 5.2, 0.4), (-1.8, 2.6, 9.0)),
        ((0.5, 5.2, 3.2), (HALF, 2.6, 7.5)),
        ((0.5, 5.2, 3.2), (-HALF, 2.6, 7.5)),
    )
    made.add("front", dw.Mesh.of(front), BLOCKS)
    inside = WALL + (depth - 0.45) / 2
    made.add("gallery floor", dw.Mesh.box((depth - 0.45, 0.04, 21.5)), SLATE, at=(inside, 0.0, -2))
    made.add("roof", dw.Mesh.box((depth, 0.2, 22)), DARK_BLOCKS, at=(WALL + depth / 2, TOP - 0.1, -2))
    beams = [(WALL + depth / 2, TOP - 0.32, BACK + 1.29 * (k + 0.5)) for k in range(16)]
    made.add_many("beam", dw.Mesh.box((depth, 0.26, 0.2)), BEAM, at=beams)
    made.add("bench", dw.Mesh.of(boxes(((0.55, 0.10, 3.2), (0, 0.45, 0)), ((0.4, 0.4, 0.25), (0, 0.2, 1.2)),
             ((0.4, 0.4, 0.25), (0, 0.2, -1.2)))), MARBLE, at=(WALL + 0.5, 0, -7.6))  # fmt: skip
    baluster = dw.Mesh.of(turned(BALUSTER, "baluster", 18, 8))
    rails = np.arange(-HALF + 0.45, HALF - 0.3, 0.2)
    made.add_many("baluster", baluster, BRASS, at=[(x, 0.10, BACK) for x in rails.tolist()])
    made.add("rail", dw.Mesh.of(boxes(((2 * HALF - 0.4, 0.09, 0.18), (0, 0.86, BACK)),
             ((2 * HALF - 0.4, 0.10, 0.26), (0, 0.05, BACK)))), MARBLE)  # fmt: skip


def add_fountain(made: dw.Scene) -> None:
    """A basin, a dish on a stem, a golden knot, and water."""
    base = made.add("fountain", at=FOUNTAIN)
    made.add("basin", dw.Mesh.of(turned(BASIN, "basin", 60, 64)), LIMESTONE, parent=base)
    made.add("step", dw.Mesh.cylinder(2.25, 0.14, 64), MARBLE, at=(0, 0.07, 0), parent=base)
    for name, profile in (("stem", STEM), ("dish", DISH)):
        made.add(name, dw.Mesh.of(turned(profile, name, 40, 40)), MARBLE, parent=base)
    made.add("pool", dw.Mesh.of(water(1.53, 0.10)), POOL, at=(0, 0.44, 0), parent=base)
    made.add("water in the dish", dw.Mesh.of(water(0.70, 0.06)), POOL, at=(0, 1.655, 0), parent=base)
    made.add("spindle", dw.Mesh.cylinder(0.05, 0.5, 24), BRASS, at=(0, 1.75, 0), parent=base)
    made.add("golden knot", dw.Mesh.of(knot(2, 3, 0.34, 0.095, 160, 14)), GOLD, at=(0, 2.32, 0), rotation=about_y(-15),
             parent=base)  # fmt: skip
    t = np.linspace(0, 1, 16)
    fall = np.stack([0.74 + 0.42 * t, 1.70 + 0.22 * t - 1.48 * t * t], axis=1)
    jet = dw.Mesh.of(pipe(fall, 0.016, 8))
    for k in range(12):
        made.add("jet", jet, JET, rotation=about_y(30 * k + 10), parent=base)


def add_dark_side(made: dw.Scene) -> None:
    """The gallery: neon on the wall, crystals in the corner, lanterns below the roof."""
    pink, blue = (1.0, 0.06, 0.42), (0.06, 0.55, 1.0)
    glow = dw.Material((0.02, 0.02, 0.02), emissive=pink, emissive_strength=70_000)
    made.add("neon", dw.Mesh.of(neon("DREAM")), glow, at=(WALL + 0.07, 2.55, -4.25), rotation=about_y(90),
             scale=0.76)  # fmt: skip
    for z in (-3.4, -5.1):
        made.lights.add_point("pink light", candela=26_000, color=pink, range=6, at=(WALL + 0.5, 2.7, z))
    ring = dw.Material((0.02, 0.02, 0.02), emissive=blue, emissive_strength=60_000)
    line = rounded([(-1.7, 0.0), (1.7, 0.0), (1.7, 0.08)], 0.02)
    made.add("neon line", dw.Mesh.of(pipe(line, 0.025)), ring, at=(WALL + 0.07, 1.92, -4.25), rotation=about_y(90))
    made.lights.add_point("blue light", candela=16_000, color=blue, range=5, at=(WALL + 0.4, 1.8, -4.25))
    rng = np.random.default_rng(4)
    facets = dw.Mesh.of(crystal())
    teal = dw.Material((0.02, 0.20, 0.18), roughness=0.15, emissive=(0.04, 0.9, 0.62), emissive_strength=2_200)
    for k in range(9):
        lean, turn = math.radians(6 + 4.0 * k) / 2, math.radians(140 * k) / 2
        spin = (math.sin(lean) * math.cos(turn), 0.0, math.sin(lean) * math.sin(turn), math.cos(lean))
        away = 0.05 * k
        at = (WALL + 0.65 + away * math.sin(2.4 * k), -0.04, -2.35 + away * math.cos(2.4 * k))
        made.add("crystal", facets, teal, at=at, rotation=spin, scale=float(1.15 - 0.08 * k + 0.1 * rng.random()))
    made.lights.add_point("crystals' light", candela=8_000, color=(0.1, 1.0, 0.75), range=4, at=(WALL + 1.0, 0.7, -2.3))
    shade = dw.Mesh.of(turned(LANTERN, "lantern", 32, 28))
    flame = dw.Material((0.1, 0.06, 0.03), emissive=(1.0, 0.58, 0.20), emissive_strength=90_000)
    link = dw.Mesh.torus(0.022, 0.006, 8)
    bay = (FRONT - BACK) / 7
    for z in (BACK + bay * (k + 0.5) for k in (1, 3, 4, 5)):
        lamp = made.add("lantern", at=(-HALF, 2.86, z))
        made.add("shade", shade, BRASS, parent=lamp, scale=1.25)
        made.add("flame", dw.Mesh.sphere(0.075, 24), flame, at=(0, 0.21, 0), parent=lamp)
        for k in range(11):
            upright = (0.5, 0.5, 0.5, 0.5) if k % 2 else (math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5))
            made.add("link", link, BRASS, at=(0, 0.50 + 0.036 * k, 0), rotation=upright, parent=lamp)


def add_things(made: dw.Scene) -> None:
    """The lacquered urn, the glass discs, and sails overhead."""
    block = boxes(((0.62, 0.86, 0.62), (0, 0.43, 0)), ((0.74, 0.09, 0.74), (0, 0.90, 0)),
                         ((0.74, 0.10, 0.74), (0, 0.05, 0)))  # fmt: skip
    made.add("pedestal", dw.Mesh.of(block), MARBLE, at=(1.95, 0, 1.1), rotation=about_y(12))
    made.add("urn", dw.Mesh.of(turned(URN, "urn", 102, 64)), PAINT, at=(1.95, 0.945, 1.1), scale=0.95)
    made.add("pedestal", dw.Mesh.of(block), MARBLE, at=(-1.75, 0, 0.5), rotation=about_y(30))
    made.add("foot", dw.Mesh.cylinder(0.13, 0.06, 32), BRASS, at=(-1.75, 0.975, 0.5))
    disc = lathe([(0.0, 0.014), (0.485, 0.014), (0.5, 0.0), (0.485, -0.014), (0.0, -0.014)], "disc", 64)
    flat = np.array((math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5)))  # its +Y becomes +Z
    for k, tint in enumerate(((0.80, 0.04, 0.24), (0.01, 0.42, 0.55), (0.95, 0.42, 0.04))):
        glass = dw.Material(tint, roughness=0.03, alpha=0.55, alpha_mode="blend")
        half = math.radians(60 * k + 6) / 2
        c, s = math.cos(half), math.sin(half)
        turn = (c * flat[0], s * flat[3], -s * flat[0], c * flat[3])
        made.add("glass disc", dw.Mesh.of(disc), glass, at=(-1.75, 1.52, 0.5), rotation=turn)
        made.add("rim", dw.Mesh.torus(0.505, 0.016, 48), BRASS, at=(-1.75, 1.52, 0.5), rotation=turn)
    for z, tint in ((5.2, (0.74, 0.15, 0.04)), (-7.4, (0.74, 0.15, 0.04)), (-10.2, (0.82, 0.42, 0.06))):
        cloth = dw.Mesh.of(sail(9.0, 2.3, 0.75, 0.05, tint, (0.84, 0.78, 0.66)))
        made.add("sail", cloth, LINEN, at=(0, TOP + 0.12, z))


def add_plants(made: dw.Scene) -> None:
    """Lemon trees in pots, bougainvillea over the walls, cypresses outside."""
    rng = np.random.default_rng(8)
    green = ((0.07, 0.16, 0.025), (0.10, 0.21, 0.035), (0.16, 0.26, 0.05))
    tree = dw.Mesh.of(crown(1200, (0.62, 0.60, 0.62), 0.17, green, 1))
    pot, trunk = dw.Mesh.of(turned(POT, "pot", 32, 28)), dw.Mesh.cylinder(0.035, 1.1, 10)
    for x, z in ((3.55, -2.4), (3.55, -7.4), (-3.5, -9.8), (-3.45, -2.7), (3.5, -10.4)):
        base = made.add("lemon tree", at=(x, 0, z), rotation=about_y(float(rng.uniform(0, 360))))
        made.add("pot", pot, TERRACOTTA, parent=base)
        made.add("trunk", trunk, BEAM, at=(0, 0.9, 0), parent=base)
        made.add("leaves", tree, LEAVES, at=(0, 1.75, 0), parent=base)
        out = rng.normal(size=(14, 3))
        out *= 0.56 / np.linalg.norm(out, axis=1, keepdims=True)
        made.add_many("lemon", dw.Mesh.sphere(0.055, 10), LEMON, at=out + np.array((0, 1.70, 0)), parent=base)
    bloom = ((0.55, 0.02, 0.20), (0.68, 0.04, 0.30), (0.45, 0.02, 0.22), (0.09, 0.17, 0.03))
    climber = dw.Mesh.of(crown(1600, (1.0, 0.55, 0.35), 0.13, bloom, 2))
    ivy = dw.Mesh.of(crown(1400, (1.0, 0.5, 0.3), 0.14, green, 3))
    for k, (x, y, z, turn, size) in enumerate((
        (-4.45, 4.72, -5.4, 90, 1.25), (-4.40, 4.35, -6.9, 90, 0.9), (-4.45, 4.85, -3.4, 90, 0.8),
        (-3.0, 4.8, -11.8, 0, 1.1),
        (4.4, 4.8, -8.5, 90, 1.2), (4.4, 4.55, -6.6, 90, 0.8), (3.3, 4.85, -11.8, 0, 1.0), (-4.35, 3.7, -6.2, 90, 0.55),
    )):  # fmt: skip
        made.add("climber", ivy if k in (3, 5) else climber, LEAVES, at=(x, y, z), rotation=about_y(turn), scale=size)
    hedge = dw.Mesh.of(crown(3000, (0.7, 0.9, 9.5), 0.30, green, 6))
    made.add("hedge", hedge, LEAVES, at=(6.9, 0.25, -4.5))
    dark = ((0.020, 0.050, 0.018), (0.035, 0.075, 0.022))
    cypress = dw.Mesh.of(crown(1300, (0.7, 3.6, 0.7), 0.42, dark, 5))
    places = [(8.0, 2.6, -1.5), (8.6, 2.3, -5.5), (8.2, 2.8, -9.0), (4.6, 1.2, -24), (6.6, 1.0, -27), (-5.4, 0.8, -31)]
    made.add_many("cypress", cypress, LEAVES, at=places, scale=(1.0, 0.9, 1.1, 1.0, 1.1, 1.0))
