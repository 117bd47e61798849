"""The scene: walls, a path, three beds, a pond and a tree. What moves is spawned by the game."""

from __future__ import annotations

import math

import numpy as np

import dreamwell as dw

from . import plan
from .day import Day
from .gardener import Gardener
from .plants import Plot
from .play import InBloom
from .prefabs import DAMP, EARTH, FOLDER, WITHERED, turned
from .shapes import blocks, disc, flat, foliage, joined, lathe, lawn, limb, mound, moved, rock, soil, tuft, wall

EYE, TARGET = (0.7, 6.7, 11.3), (0.05, 0.55, -0.55)
FOV = 34.0

PLAIN = dw.Material((1, 1, 1), roughness=0.92)
LEAVES = dw.Material((1, 1, 1), roughness=0.75)
WATER = dw.Material((0.022, 0.115, 0.125), roughness=0.08)
WOOD = dw.Material((0.30, 0.185, 0.105), roughness=0.8)
STRAW = dw.Material((0.80, 0.58, 0.26), roughness=0.9)
CLOTH = dw.Material((0.055, 0.135, 0.29), roughness=0.95)
SHIRT = dw.Material((0.86, 0.78, 0.62), roughness=0.95)
SKIN = dw.Material((0.72, 0.42, 0.27), roughness=0.8)
BOOT = dw.Material((0.13, 0.075, 0.045), roughness=0.8)
RIBBON = dw.Material((0.62, 0.07, 0.05), roughness=0.9)
TIN = dw.Material((0.28, 0.42, 0.40), metallic=0.55, roughness=0.45)
DROP = dw.Material((0.16, 0.52, 0.90), unlit=True)
MARK = dw.Material((1.0, 0.93, 0.66), unlit=True)
SPARK = dw.Material((0.10, 0.10, 0.03), emissive=(0.62, 1.0, 0.14), emissive_strength=90.0)
ROSE = dw.Material((1, 1, 1), roughness=0.8)


def scene() -> dw.Scene:
    """The garden in the morning, with nothing in its beds yet."""
    made = dw.Scene("garden", seed=12, root=FOLDER)
    made.configure(
        {
            "shadows.size": 2048,
            "shadows.cascades": 2,
            "shadows.distance": 34.0,
            "exposure.mode": "manual",
            "exposure.ev100": 14.0,
            "bloom.intensity": 0.08,
            "ao.radius": 1.2,
            "tonemap.operator": "aces",
            "grading.saturation": 1.04,
            "grading.vignette": 0.22,
            "grading.temperature": 6_950.0,
        }
    )
    made.prefabs = [f"{name}.dream" for name in ("poppy", "daisy", "iris", "butterfly", "bee")]
    made.add("camera", dw.Camera(fov_y=FOV, near=0.3), at=EYE, toward=TARGET)
    made.add("sun", dw.Sun(lux=128_000, color=(1.0, 0.94, 0.84), angular_diameter=1.4), toward=(1, -1, -0.3))
    made.add("air", dw.Environment(haze=2.2, ground=(0.13, 0.14, 0.06)))
    add_land(made)
    add_walls(made)
    add_paths(made)
    add_beds(made)
    add_pond(made)
    add_tree(made)
    add_things(made)
    add_gardener(made)
    add_prototypes(made)
    made.add("day", Day(), InBloom())  # the last to start: it sows in plots that are there
    return made


# ---- what is around ----------------------------------------------------------------------------------------------


def add_land(made: dw.Scene) -> None:
    """Meadows and hills outside, a lawn inside, grass along the walls."""
    made.add("meadow", dw.Mesh.of(lawn((46, 40), (0, -22), 8, 46)), PLAIN, at=(0, -0.06, 0))
    width, depth = (plan.RIGHT - plan.LEFT) / 2 + 0.3, (plan.FRONT - plan.BACK) / 2 + 0.3
    middle = (0.0, (plan.FRONT + plan.BACK) / 2)
    made.add("lawn", dw.Mesh.of(lawn((width, depth), middle, 5, 40)), PLAIN)
    for x, z, wide, high, seed in (
        (-20.0, -40.0, 21.0, 9.0, 1),
        (9.0, -46.0, 26.0, 10.5, 2),
        (34.0, -38.0, 20.0, 8.0, 3),
        (-44.0, -32.0, 18.0, 9.0, 4),
    ):
        hill = rock(40 + seed, (0.135, 0.20, 0.052), 3)
        made.add("hill", dw.Mesh.of(hill), PLAIN, at=(x, -1.5, z), scale=(wide, high, wide * 0.7))
    round_tree = [
        ((0.0, 0.62, 0.0), 0.58),
        ((0.38, 0.40, 0.12), 0.40),
        ((-0.36, 0.44, -0.1), 0.43),
        ((0.05, 0.36, 0.34), 0.36),
    ]
    kinds = [
        dw.Mesh.of(foliage(round_tree, low, high, k))
        for k, (low, high) in enumerate((
            ((0.05, 0.115, 0.028), (0.26, 0.36, 0.075)),
            ((0.085, 0.14, 0.022), (0.42, 0.44, 0.085)),
            ((0.40, 0.17, 0.19), (0.93, 0.62, 0.60)),
            ((0.045, 0.10, 0.045), (0.19, 0.30, 0.11)),
        ))
    ]  # fmt: skip
    poplar = dw.Mesh.of(
        foliage(
            [((0, 0.6 + 0.62 * k, 0), r) for k, r in enumerate((0.5, 0.62, 0.58, 0.46, 0.28))],
            (0.03, 0.075, 0.03),
            (0.12, 0.19, 0.06),
            9,
        )
    )
    places = [(-11.5, -9.5, 2.5), (-8.2, -11.8, 1.9), (-4.4, -13.6, 2.1), (2.2, -15.0, 2.4), (5.4, -11.0, 1.7),
              (9.0, -9.0, 2.5), (12.5, -12.5, 2.8), (-14.5, -15, 3.2), (15, -19, 3.0), (-1.5, -20, 2.8), (8, -20, 3.0),
              (-8.5, -20, 2.6), (-19, -24, 3.4), (20, -27, 3.6), (3.4, -27, 3.2), (-12, -30, 3.4), (12, -31, 3.2),
              (-9.0, 1.5, 1.9), (9.2, -1.0, 1.7), (-8.6, -4.6, 1.6)]  # fmt: skip
    for k, (x, z, size) in enumerate(places):
        made.add(
            "tree outside",
            kinds[(0, 1, 3, 0, 2, 0, 3, 1)[k % 8]],
            LEAVES,
            at=(x, -0.1, z),
            rotation=turned(67.0 * k),
            scale=size,
        )
    for x, z, size in ((6.6, -8.2, 1.35), (7.9, -8.9, 1.6), (9.3, -10.2, 1.5), (-6.9, -8.6, 1.25)):
        made.add(
            "poplar", poplar, LEAVES, at=(x, -0.2, z), rotation=turned(50 * x), scale=(size * 0.8, size, size * 0.8)
        )
    add_grass(made)


def add_grass(made: dw.Scene) -> None:
    """Tufts on the lawn, more of them along the walls."""
    rng = np.random.default_rng(3)
    x = rng.uniform(plan.LEFT + 0.3, plan.RIGHT - 0.3, 900)
    z = rng.uniform(plan.BACK + 0.3, plan.FRONT - 0.2, 900)
    free = (np.abs(x) > 0.85) & (np.abs(z - 0.1) > 0.62) & (np.hypot(x - plan.POND[0], z - plan.POND[1]) > 1.62)
    for bx, bz in plan.BEDS:
        free &= (np.abs(x - bx) > plan.BED[0] / 2 + 0.05) | (np.abs(z - bz) > plan.BED[1] / 2 + 0.05)
    edge = np.minimum(np.minimum(x - plan.LEFT, plan.RIGHT - x), np.minimum(z - plan.BACK, plan.FRONT - z))
    kept = np.flatnonzero(free & (rng.random(900) < np.where(edge < 0.9, 0.95, 0.34)))
    tall = rng.uniform(0.10, 0.20, len(kept)) * np.where(edge[kept] < 0.7, 1.5, 1.0)
    blades = [dw.Mesh.of(tuft(k)) for k in range(3)]
    tufts = dw.Material((1, 1, 1), roughness=0.9, double_sided=True)
    made.add_many("tuft", [blades[k % 3] for k in range(len(kept))], tufts,
                  at=np.stack([x[kept], 0 * tall, z[kept]], axis=1),
                  scale=np.stack([tall * 1.3, tall, tall * 1.3], axis=1))  # fmt: skip


def add_walls(made: dw.Scene) -> None:
    """Dry stone on three sides, low in front, with an arch of roses at the back."""
    half, deep = plan.RIGHT + 0.25, plan.FRONT - plan.BACK + 0.5
    middle = (plan.FRONT + plan.BACK) / 2
    for side, seed in ((-1, 21), (1, 22)):
        length = half - 0.85
        made.add("wall", dw.Mesh.of(wall(length, 1.75, 0.42, seed)), PLAIN,
                 at=(side * (0.85 + length / 2), 0, plan.BACK - 0.1))  # fmt: skip
        made.add("wall", dw.Mesh.of(wall(deep, 1.35, 0.42, seed + 2)), PLAIN, at=(side * half, 0, middle),
                 rotation=turned(90))  # fmt: skip
        length = half - 1.0
        made.add("wall", dw.Mesh.of(wall(length, 0.46, 0.36, seed + 4)), PLAIN,
                 at=(side * (1.0 + length / 2), 0, plan.FRONT + 0.2))  # fmt: skip
        pillar = joined(
            blocks([((0.5, 0.36, 0.5), (0, 0.18 + 0.37 * k, 0)) for k in range(2)], (0.54, 0.45, 0.35), 0.05, seed),
            blocks([((0.62, 0.12, 0.62), (0, 0.80, 0))], (0.60, 0.52, 0.42), 0.04, seed),
            moved(rock(seed + 3, (0.55, 0.48, 0.39)), (0, 1.0, 0), 0, 0.17),
        )
        made.add("pillar", dw.Mesh.of(pillar), PLAIN, at=(side * 1.15, 0, plan.FRONT + 0.2))
    arch = made.add("arch", at=(plan.ARCH[0], 0, plan.ARCH[1]))
    t = np.linspace(0, math.pi, 11)
    bow = np.stack([-0.88 * np.cos(t), 1.45 + 0.85 * np.sin(t), 0 * t], axis=1)
    for z in (-0.3, 0.3):
        made.add("bow", dw.Mesh.of(limb(bow, np.full(11, 0.045), 6)), PLAIN, at=(0, 0, z), parent=arch)
        for x in (-0.88, 0.88):
            made.add("post", dw.Mesh.box((0.09, 1.5, 0.09)), WOOD, at=(x, 0.75, z), parent=arch)
    rng = np.random.default_rng(6)
    puffs = [((float(-0.9 * math.cos(a)), float(1.42 + 0.9 * math.sin(a)), float(rng.uniform(-0.1, 0.1))),
              float(rng.uniform(0.22, 0.36))) for a in np.linspace(-0.25, math.pi + 0.25, 12)]  # fmt: skip
    puffs += [((s * 0.93, y, 0.0), 0.24) for s in (-1, 1) for y in (0.35, 0.75)]
    made.add("climber", dw.Mesh.of(foliage(puffs, (0.03, 0.08, 0.02), (0.15, 0.25, 0.05), 77)), LEAVES, parent=arch)
    dots = []
    for k in range(46):
        (cx, cy, _), radius = puffs[k % len(puffs)]
        a, b = rng.uniform(-1.3, 1.3), rng.uniform(-0.7, 0.9)
        at = (
            cx + radius * math.sin(a) * math.cos(b),
            cy + radius * 0.9 * math.sin(b),
            radius * math.cos(a) * math.cos(b),
        )
        dots.append(
            moved(rock(k, ((0.92, 0.36, 0.38), (0.95, 0.62, 0.58), (0.80, 0.16, 0.24))[k % 3], 0), at, 0, 0.075)
        )
    made.add("roses", dw.Mesh.of(joined(*dots)), ROSE, parent=arch)
    for x, y, z, size, seed in ((-3.3, 1.0, -4.25, 0.55, 1), (-2.4, 1.35, -4.3, 0.42, 2), (3.9, 1.45, -4.3, 0.5, 3),
                                (3.2, 1.6, -4.35, 0.34, 4), (6.05, 1.1, -1.2, 0.5, 5), (6.05, 0.9, 0.9, 0.4, 6),
                                (-6.05, 1.0, 0.4, 0.45, 7)):  # fmt: skip
        ivy = foliage(
            [((0, 0, 0), 1.0), ((0.7, -0.5, 0.05), 0.7), ((-0.6, -0.8, 0), 0.6)],
            (0.03, 0.075, 0.02),
            (0.13, 0.22, 0.045),
            seed,
        )
        made.add(
            "ivy",
            dw.Mesh.of(ivy),
            LEAVES,
            at=(x, y, z),
            scale=(size, size, size * 0.55) if abs(x) < 6 else (size * 0.5, size, size),
        )


def add_paths(made: dw.Scene) -> None:
    """Flat stones, no two alike."""
    rng = np.random.default_rng(14)
    stones = []
    z = plan.FRONT + 0.9
    while z > plan.BACK + 0.1:
        deep = float(rng.uniform(0.38, 0.6))
        split = float(rng.uniform(0.36, 0.64))
        x = -0.62
        for wide in (1.24 * split, 1.24 * (1 - split)):
            stones.append(
                (
                    (wide - 0.05, 0.08, deep - 0.05),
                    (x + wide / 2 + float(rng.uniform(-0.015, 0.015)), 0.005, z - deep / 2),
                )
            )
            x += wide
        z -= deep
    for side in (-1, 1):
        x = 0.68
        while x < 5.25:
            wide = float(rng.uniform(0.4, 0.62))
            turn = float(rng.uniform(-0.03, 0.03))
            stones.append(((wide - 0.06, 0.07, 0.34), (side * (x + wide / 2), 0.0, -0.1 + turn)))
            stones.append(((wide - 0.04, 0.07, 0.34), (side * (x + wide / 2), 0.0, 0.27 + turn)))
            x += wide
    made.add("path", dw.Mesh.of(blocks(stones, (0.60, 0.515, 0.41), 0.035, 15, 0.16)), PLAIN)


def add_beds(made: dw.Scene) -> None:
    """Earth between stones, and a heap for every plant."""
    heap = dw.Mesh.of(mound())
    wide, deep = plan.BED
    for k, (x, z) in enumerate(plan.BEDS):
        rng = np.random.default_rng(50 + k)
        made.add("earth", dw.Mesh.of(soil(wide - 0.2, deep - 0.2, 60 + k)), PLAIN, at=(x, 0.13, z))
        stones = []
        for length, along in ((wide, 0), (deep, 2)):
            for side in (-1, 1):
                at = -length / 2 + (0.11 if along == 2 else 0)
                while at < length / 2 - (0.13 if along == 2 else 0.02):
                    size = min(float(rng.uniform(0.28, 0.5)), length / 2 - at - (0.11 if along == 2 else 0))
                    high = float(rng.uniform(0.21, 0.27))
                    spot = [at + size / 2, high / 2 - 0.03, side * ((deep if along == 0 else wide) / 2 - 0.08)]
                    box = [size - 0.015, high, 0.2]
                    if along == 2:
                        spot, box = [spot[2], spot[1], spot[0]], [box[2], box[1], box[0]]
                    stones.append((box, spot))
                    at += size
        made.add("kerb", dw.Mesh.of(blocks(stones, (0.56, 0.48, 0.385), 0.045, 70 + k, 0.16)), PLAIN, at=(x, 0, z))
    for k, (x, z) in enumerate(plan.PLOTS):
        made.add(f"plot-{k}", heap, EARTH, Plot(number=k), at=(x, 0.165, z), rotation=turned(77.0 * k), tags={"plot"})


def add_pond(made: dw.Scene) -> None:
    """Water among rocks, with lilies."""
    x, z = plan.POND
    pond = made.add("pond", at=(x, 0, z))
    made.add("water", dw.Mesh.of(disc(plan.POND_RADIUS, 40, (1, 1, 1), 3, 0.022)), WATER, at=(0, 0.075, 0), parent=pond)
    rng = np.random.default_rng(31)
    stones = []
    for k in range(25):
        a = 2 * math.pi * k / 25
        size = float(rng.uniform(0.15, 0.25))
        r = plan.POND_RADIUS + float(rng.uniform(0.0, 0.08))
        stones.append(moved(rock(100 + k, (0.47, 0.42, 0.36)), (r * math.sin(a), 0.05, r * math.cos(a)),
                            float(rng.uniform(0, 360)), (size, size * 0.75, size)))  # fmt: skip
    made.add("rocks", dw.Mesh.of(joined(*stones)), PLAIN, parent=pond)
    pads = []
    for px, pz, size in (
        (0.42, -0.5, 0.24),
        (0.75, -0.15, 0.19),
        (0.1, -0.78, 0.17),
        (-0.62, 0.35, 0.22),
        (-0.3, 0.66, 0.16),
    ):
        turn = np.linspace(0.25, 2 * math.pi - 0.25, 10) + rng.uniform(0, 6.28)
        rim = np.stack([np.sin(turn), 0 * turn, np.cos(turn)], axis=1) * size
        fan = np.stack([np.zeros((9, 3)), rim[:-1], rim[1:]], axis=1) + np.array((px, 0.09, pz))
        pads.append(flat(fan, np.array((0.10, 0.23, 0.06)) * rng.uniform(0.85, 1.2, (9, 1)), "pad"))
    made.add("pads", dw.Mesh.of(joined(*pads)), LEAVES, parent=pond)
    pink = {"petal": {"Material.base_color": (0.93, 0.45, 0.55)}}
    for cx, cz, size in ((0.45, -0.46, 0.15), (-0.58, 0.36, 0.13)):
        lily = made.add("lily", at=(cx, 0.10, cz), parent=pond)
        for ring, (count, pitch) in enumerate(((7, 22), (5, 55))):
            for i in range(count):
                made.add("lily petal", dw.Prefab("petal.dream", pink), parent=lily, scale=size * (1 - 0.2 * ring),
                         rotation=turned(360 * i / count + 20 * ring, pitch))  # fmt: skip
        made.add("lily heart", dw.Mesh.load("heart.obj"), dw.Material((0.95, 0.62, 0.1), roughness=0.9), parent=lily,
                 at=(0, 0.02, 0), scale=0.03)  # fmt: skip
    reed = dw.Material((0.17, 0.27, 0.07), roughness=0.8, double_sided=True)
    for k in range(16):
        a = 0.9 + 0.06 * k + (1.6 if k > 8 else 0)
        made.add("reed", dw.Prefab("leaf.dream", {"leaf": {"Material": reed}}), parent=pond,
                 at=(1.12 * math.sin(a), 0.05, 1.12 * math.cos(a)), rotation=turned(71.0 * k, 68 + k % 5),
                 scale=(0.45, 0.9, 0.9 - 0.04 * (k % 6)))  # fmt: skip


def add_tree(made: dw.Scene) -> None:
    """An apple tree with fruit in its crown."""
    tree = made.add("tree", at=(plan.TREE[0], 0, plan.TREE[1]))
    trunk = limb([(0, -0.05, 0), (0.05, 0.5, 0.02), (-0.06, 1.1, 0.05), (0.02, 1.7, 0), (0.1, 2.3, -0.05)],
                 [0.30, 0.20, 0.165, 0.15, 0.10])  # fmt: skip
    left = limb([(-0.03, 1.2, 0.03), (-0.45, 1.7, 0.15), (-0.8, 2.2, 0.1)], [0.11, 0.09, 0.05])
    right = limb([(0.0, 1.4, 0.0), (0.5, 1.85, 0.2), (0.95, 2.2, 0.3)], [0.10, 0.08, 0.05])
    made.add("trunk", dw.Mesh.of(joined(trunk, left, right)), PLAIN, parent=tree)
    puffs = [((0.05, 3.05, 0.0), 0.95), ((0.95, 2.55, 0.35), 0.72), ((-0.85, 2.6, 0.15), 0.75),
             ((0.1, 2.45, 0.8), 0.66),
             ((0.0, 2.5, -0.8), 0.7), ((-0.45, 3.4, 0.25), 0.6), ((0.55, 3.3, -0.2), 0.62)]  # fmt: skip
    made.add("crown", dw.Mesh.of(foliage(puffs, (0.045, 0.105, 0.022), (0.27, 0.36, 0.065), 5)), LEAVES, parent=tree)
    rng = np.random.default_rng(17)
    apples = []
    for k in range(26):
        (cx, cy, cz), r = puffs[k % len(puffs)]
        way = rng.normal(size=3) * (1, 0.7, 1) + (0.2, -0.1, 0.5)
        way = way / np.linalg.norm(way) * r
        apples.append(moved(rock(k, (0.74, 0.12, 0.05), 1), (cx + way[0], cy + way[1] * 0.86, cz + way[2]), 0, 0.085))
    made.add("apples", dw.Mesh.of(joined(*apples)), PLAIN, parent=tree)


def add_things(made: dw.Scene) -> None:
    """A bench, a hive, pots, and lanterns."""
    bench = made.add("bench", at=(plan.BENCH[0], 0, plan.BENCH[1]), rotation=turned(90))
    planks = [((1.7, 0.05, 0.13), (0.0, 0.46, z)) for z in (-0.16, 0.0, 0.16)]
    planks += [((1.7, 0.12, 0.05), (0.0, y, -0.28)) for y in (0.66, 0.83)]
    planks += [((0.08, 0.46, 0.42), (x, 0.23, 0.0)) for x in (-0.68, 0.68)]
    planks += [((0.08, 0.9, 0.06), (x, 0.45, -0.25)) for x in (-0.68, 0.68)]
    made.add("planks", dw.Mesh.of(blocks(planks, (0.36, 0.22, 0.12), 0.012, 3)), PLAIN, parent=bench)
    hive = made.add("hive", at=(plan.HIVE[0], 0, plan.HIVE[1]))
    legs = [((0.07, 0.5, 0.07), (x, 0.25, z)) for x in (-0.28, 0.28) for z in (-0.28, 0.28)]
    made.add("stand", dw.Mesh.of(blocks([*legs, ((0.8, 0.06, 0.8), (0, 0.52, 0))], (0.34, 0.21, 0.12), 0.012, 4)),
             PLAIN, parent=hive)  # fmt: skip
    bands: list[tuple[float, float]] = []
    for k in range(7):
        r = 0.36 * math.sqrt(max(1 - (k / 7.2) ** 2.3, 0.02))
        bands += [(r, 0.55 + 0.092 * k), (r + 0.025, 0.55 + 0.092 * k + 0.046)]
    made.add("skep", dw.Mesh.of(lathe([*bands, (0.0, 1.22)], 14, (0.80, 0.56, 0.24), "skep", 0.12)), PLAIN, parent=hive)
    made.add("door", dw.Mesh.sphere(0.085, 10), BOOT, at=(0, 0.64, 0.33), scale=(1.2, 0.8, 0.6), parent=hive)
    clay = (0.52, 0.22, 0.115)
    profile = [(0.16, 0.0), (0.22, 0.26), (0.25, 0.27), (0.25, 0.33), (0.20, 0.33), (0.19, 0.29), (0.0, 0.29)]
    pot = lathe(profile, 12, clay, "pot", 0.08)
    for x, z, size, high in ((-1.75, 3.8, 1.0, (0.48, 0.30, 0.62)), (1.75, 3.85, 0.9, (0.62, 0.26, 0.40)),
                             (5.35, -0.75, 1.0, (0.62, 0.36, 0.50)), (-1.55, -4.0, 1.05, (0.70, 0.36, 0.22)),
                             (1.55, -4.0, 1.05, (0.70, 0.36, 0.22)), (-5.4, 3.7, 1.1, (0.40, 0.28, 0.62))):  # fmt: skip
        bush = foliage(
            [((0, 0.45, 0), 0.24), ((0.12, 0.38, 0.06), 0.17), ((-0.11, 0.40, 0.03), 0.17)],
            (0.05, 0.12, 0.03),
            (0.20, 0.30, 0.07),
            int(abs(x) * 10),
        )
        rng = np.random.default_rng(int(abs(x) * 100))
        dots = []
        for _ in range(20):
            way = rng.normal(size=3) * (1, 0.6, 1) + (0, 0.8, 0.5)
            way = way / np.linalg.norm(way) * 0.25
            dots.append(moved(rock(7, high, 0), (float(way[0]), 0.45 + float(way[1]) * 0.9, float(way[2])), 0, 0.032))
        made.add("pot", dw.Mesh.of(joined(pot, bush, *dots)), PLAIN, at=(x, 0, z), scale=size)
    for x, z in plan.LANTERNS:
        made.add("lantern", dw.Prefab("lantern.dream"), at=(x, 0, z), scale=0.95)


def add_gardener(made: dw.Scene) -> None:
    """Under a straw hat; the figure bobs, and holds the can."""
    x, z = plan.START
    gardener = made.add("gardener", Gardener(), at=(x, 0, z), rotation=turned(180), scale=0.92)
    figure = made.add("figure", parent=gardener)
    coat = [(0.20, 0.20), (0.23, 0.24), (0.21, 0.5), (0.16, 0.72)]
    shirt = [(0.16, 0.70), (0.165, 0.80), (0.13, 0.92), (0.0, 0.96)]
    made.add("coat", dw.Mesh.of(lathe(coat, 10, (1, 1, 1), "coat", 0.08)), CLOTH, parent=figure)
    made.add("shirt", dw.Mesh.of(lathe(shirt, 10, (1, 1, 1), "shirt", 0.05)), SHIRT, parent=figure)
    made.add("head", dw.Mesh.sphere(0.135, 12), SKIN, at=(0, 1.05, 0), parent=figure)
    hat = [(0.36, 1.115), (0.33, 1.10), (0.17, 1.15), (0.155, 1.24), (0.12, 1.29), (0.0, 1.30)]
    made.add("hat", dw.Mesh.of(lathe(hat, 14, (1, 1, 1), "hat", 0.10)), STRAW, parent=figure)
    made.add(
        "brim", dw.Mesh.of(lathe([(0.0, 1.12), (0.36, 1.105)][::-1], 14, (0.8, 0.8, 0.8), "brim")), STRAW, parent=figure
    )
    made.add("ribbon", dw.Mesh.cylinder(0.172, 0.045, 14), RIBBON, at=(0, 1.172, 0), parent=figure)
    for name, side in (("left arm", -1), ("right arm", 1)):
        made.add(name, dw.Mesh.capsule(0.052, 0.26, 8), SHIRT, at=(side * 0.20, 0.74, -0.07),
                 rotation=turned(0, 30, side * 22),
                 parent=figure)  # fmt: skip
    for name, side in (("left foot", -1), ("right foot", 1)):
        made.add(name, dw.Mesh.capsule(0.07, 0.18, 8), BOOT, at=(side * 0.10, 0.12, 0), parent=gardener)
    can = made.add("can", at=(0.27, 0.52, -0.18), parent=figure)
    body = lathe([(0.11, 0.0), (0.115, 0.16), (0.10, 0.18), (0.0, 0.18)], 12, (1, 1, 1), "can", 0.06)
    made.add("tin", dw.Mesh.of(body), TIN, parent=can)
    spout = limb([(0, 0.03, -0.09), (0, 0.12, -0.22), (0, 0.20, -0.30)], [0.03, 0.022, 0.02], 7, (1, 1, 1))
    rose = moved(lathe([(0.0, 0.0), (0.045, 0.03), (0.0, 0.035)], 8), (0, 0.19, -0.31))
    made.add("spout", dw.Mesh.of(joined(spout, rose)), TIN, parent=can)
    made.add("handle", dw.Mesh.torus(0.085, 0.013, 16), TIN, at=(0, 0.2, 0.03), rotation=turned(0, 0, 90), parent=can)


def add_prototypes(made: dw.Scene) -> None:
    """What the game spawns copies of, below the ground, and the mark of what is chosen."""
    made.add("mark", dw.Mesh.torus(0.39, 0.016, 40), MARK, at=(0, -4, 0))
    tear = [(0.0, -0.075), (0.05, -0.055), (0.068, -0.015), (0.05, 0.035), (0.02, 0.09), (0.0, 0.125)]
    made.add("thirst", dw.Mesh.of(lathe(tear, 8, (1, 1, 1), "tear")), DROP, at=(0, -4, 1))
    made.add("drop", dw.Mesh.sphere(0.028, 6), DROP, at=(0, -4, 2))
    made.add("spark", dw.Mesh.sphere(0.022, 6), SPARK, at=(0, -4, 3))
    made.add("damp", dw.Mesh.sphere(0.1, 6), DAMP, at=(0, -4, 5))
    made.add("straw", dw.Mesh.load("leaf.obj"), WITHERED, at=(0, -4, 4))
