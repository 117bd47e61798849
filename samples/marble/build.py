"""How the course looks, in stone and brass, high above a sea with islands.

What there is stands in `level.dream`, which opens in the editor as it is played. After a change there, or here,
`python -m dreamwell.samples.marble.build` dresses it anew.
"""

from __future__ import annotations

import math

import numpy as np

import dreamwell as dw

from .._shared.levels import bare
from .._shared.models import save
from .._shared.sparks import AWAY
from ..garden.shapes import ball, block, blocks, bumpy, flat, foliage, joined, lathe, moved, rock, smooth
from .play import ABOVE, BACK, FILE, START

PLAIN = dw.Material((1, 1, 1), roughness=0.62)
LEAVES = dw.Material((1, 1, 1), roughness=0.8)
STONE = dw.Material((1, 1, 1), roughness=0.38, clearcoat=0.25, clearcoat_roughness=0.3)
BRASS = dw.Material((0.90, 0.60, 0.22), metallic=0.55, roughness=0.36)
STEEL = dw.Material((0.60, 0.63, 0.68), metallic=1.0, roughness=0.3)
GLASS = dw.Material((1, 1, 1), roughness=0.08, clearcoat=1.0, clearcoat_roughness=0.03)
GEM = dw.Material((0.10, 0.55, 0.85), roughness=0.06, emissive=(0.05, 0.65, 1.0), emissive_strength=5_200)
RUBBER = dw.Material((0.80, 0.05, 0.04), roughness=0.4, clearcoat=0.7, clearcoat_roughness=0.1)
GLOW = dw.Material((0.2, 0.1, 0.02), emissive=(1.0, 0.62, 0.15), emissive_strength=9_000)
PALE, TEAL, ROSE = (0.74, 0.69, 0.60), (0.055, 0.235, 0.25), (0.55, 0.20, 0.12)
RING_OFF = dw.Material((0.25, 0.27, 0.30), metallic=1.0, roughness=0.35)


AROUND = ("camera", "sun", "air", "sea", "island", "tree", "skerry", "cloud", "glint", "shard")
"""What is no part of the course, by name."""


def scene() -> dw.Scene:
    """The course of the file, dressed anew, and the world around it."""
    made = bare(FILE, seed=1, around=AROUND)
    made.scripts = ["play.py", "../_shared/sparks.py"]
    made.configure(
        {
            "shadows.size": 2048,
            "shadows.cascades": 2,
            "shadows.distance": 60.0,
            "exposure.mode": "manual",
            "exposure.ev100": 13.7,
            "bloom.intensity": 0.08,
            "ao.radius": 1.4,
            "tonemap.operator": "aces",
            "grading.saturation": 1.14,
            "grading.vignette": 0.22,
            "grading.temperature": 6_250.0,
        }
    )
    eye = (START[0], START[1] + ABOVE, START[2] + BACK)
    made.add("camera", dw.Camera(fov_y=48, near=0.3), at=eye, toward=(START[0], START[1] + 1.5, START[2] - 7))
    made.add("sun", dw.Sun(lux=115_000, color=(1.0, 0.87, 0.70), angular_diameter=1.0), toward=(-0.72, -0.62, -0.42))
    made.add("air", dw.Environment(haze=0.9, intensity=1.4, ground=(0.10, 0.16, 0.18)))
    for row, thing in enumerate(list(made)):
        if "floor" in thing.tags:
            dress_floor(made, thing, row)
        elif "kerb" in thing.tags:
            thing.set(dw.Mesh.of(blocks([(thing[dw.Collider].size, (0, 0, 0))], (1, 1, 1), 0.07, row, 0.0)), BRASS)
        elif "gem" in thing.tags:
            made.add("shine", dw.Mesh.of(CRYSTAL), GEM, parent=thing, tags={"spins"})
        elif "checkpoint" in thing.tags:
            half = math.radians(90) / 2
            upright = (math.sin(half), 0.0, 0.0, math.cos(half))
            made.add(
                "hoop",
                dw.Mesh.torus(1.75, 0.09, 64),
                RING_OFF,
                at=(0, 0.1, 0),
                rotation=upright,
                parent=thing,
                tags={"hoop"},
            )
            made.add(
                "lit",
                dw.Mesh.torus(1.75, 0.10, 64),
                GLOW,
                at=(0, -300, 0),
                rotation=upright,
                parent=thing,
                tags={"lit"},
            )
        elif "bumper" in thing.tags:
            dress_bumper(made, thing)
        elif "turner" in thing.tags:
            dress_sweeper(made, thing)
        elif "post" in thing.tags:
            thing.set(dw.Mesh.of(lathe([(0.0, -0.6), (0.62, -0.6), (0.62, 0.35), (0.5, 0.5), (0.0, 0.56)], 40)), BRASS)
        elif "shuttle" in thing.tags or "seesaw" in thing.tags:
            dress_deck(made, thing, row)
        elif "trough" in thing.tags:
            dress_trough(made, thing)
        elif "finish" in thing.tags:
            dress_goal(made, thing)
        elif "marble" in thing.tags:
            thing.set(dw.Mesh.of(marble()), GLASS)
    add_surroundings(made)
    made.add("glint", dw.Mesh.sphere(0.08, 10), GLOW, at=AWAY)
    made.add("shard", dw.Mesh.sphere(0.08, 10), RUBBER, at=AWAY)
    return made


def marble() -> dw.MeshData:
    """A ball of glass with a swirl of three colours in it, so that one sees it roll."""
    p = ball(4).reshape(-1, 3)
    x, y, z = p.T
    swirl = np.sin(3 * np.arctan2(z, x) + 4.2 * y)
    tones = np.array([(0.95, 0.90, 0.80), (0.90, 0.19, 0.03), (0.03, 0.16, 0.46)])
    pick = np.where(swirl > 0.45, 1, np.where(swirl < -0.55, 2, 0))
    colors = np.column_stack([tones[pick], np.ones(len(p))])
    return dw.MeshData(
        (0.5 * p).astype(np.float32),
        p.astype(np.float32),
        np.arange(len(p), dtype=np.uint32),
        colors=colors.astype(np.float32),
    )


CRYSTAL = lathe([(0.0, -0.42), (0.27, 0.06), (0.15, 0.27), (0.0, 0.27)], 6, (1, 1, 1), "gem")

# ---- the course ------------------------------------------------------------------------------------------------------


def dress_floor(made: dw.Scene, thing: dw.SceneObject, seed: int) -> None:
    """Tiles of two tones with chamfered edges on a darker bed, and a rim of brass below."""
    rng = np.random.default_rng(seed)
    w, h, d = thing[dw.Collider].size
    nx, nz = max(1, round(w / 1.1)), max(1, round(d / 1.1))
    faces: list[np.ndarray] = []
    colors: list[np.ndarray] = []
    for i in range(nx):
        for k in range(nz):
            at = (-w / 2 + (i + 0.5) * w / nx, h / 2 - 0.06, -d / 2 + (k + 0.5) * d / nz)
            tile = block((w / nx - 0.012, 0.12, d / nz - 0.012), at, 0.018)
            edge = i in (0, nx - 1)
            tone = np.array(TEAL if edge and nx > 3 else PALE if (i + k) % 2 else np.array(PALE) * 0.82)
            faces.append(tile)
            colors.append(np.broadcast_to(tone * rng.uniform(0.93, 1.06), (len(tile), 3)))
    bed = block((w - 0.04, h - 0.12, d - 0.04), (0, -0.06, 0), 0.04)
    faces.append(bed)
    colors.append(np.broadcast_to(np.array(TEAL) * 0.7, (len(bed), 3)))
    thing.set(dw.Mesh.of(flat(np.concatenate(faces), np.concatenate(colors), "floor")), STONE)
    if thing.name.startswith("slab"):
        stem = lathe([(0.0, -26.0), (1.1, -26.0), (0.55, -3.0), (0.8, -0.9), (1.7, 0.0), (0.0, 0.0)], 24, PALE, "stem")
        made.add("stem", dw.Mesh.of(stem), STONE, at=(0, -h / 2, 0), parent=thing)


def dress_deck(made: dw.Scene, thing: dw.SceneObject, seed: int) -> None:
    """Planks between two beams of brass."""
    w, h, d = thing[dw.Collider].size
    count = round(d / 0.5)
    planks = [
        ((w - 0.3, h * 0.8, d / count - 0.03), (0, h * 0.1, -d / 2 + (k + 0.5) * d / count)) for k in range(count)
    ]
    beams = [((0.16, h * 0.98, d), (s * (w / 2 - 0.08), 0, 0)) for s in (-1, 1)]
    thing.set(dw.Mesh.of(blocks(planks, (0.44, 0.22, 0.10), 0.025, seed)), PLAIN)
    made.add("beams", dw.Mesh.of(blocks(beams, (1, 1, 1), 0.03, seed, 0.0)), BRASS, parent=thing)
    if "seesaw" in thing.tags:
        half = math.radians(90) / 2
        made.add(
            "axle",
            dw.Mesh.cylinder(0.22, w + 0.9, 24),
            STEEL,
            at=(0, -0.1, 0),
            rotation=(0, 0, math.sin(half), math.cos(half)),
            parent=thing,
        )


def dress_bumper(made: dw.Scene, thing: dw.SceneObject) -> None:
    """A drum of rubber with a cap."""
    look = made.add("look", parent=thing)
    drum = [(0.0, -0.5), (0.66, -0.5), (0.7, -0.42), (0.7, 0.34), (0.64, 0.44), (0.45, 0.5), (0.0, 0.5)]
    made.add("drum", dw.Mesh.of(lathe(drum, 48)), RUBBER, parent=look)
    made.add("star", dw.Mesh.of(lathe([(0.42, 0.49), (0.36, 0.56), (0.0, 0.6)], 5)), BRASS, parent=look)
    made.add("band", dw.Mesh.torus(0.70, 0.035, 64), BRASS, at=(0, -0.3, 0), parent=look)


def dress_sweeper(made: dw.Scene, thing: dw.SceneObject) -> None:
    """A bar in stripes."""
    w, h, d = thing[dw.Collider].size
    count = 12
    parts = [block((w / count, h, d), (-w / 2 + (k + 0.5) * w / count, 0, 0), 0.06) for k in range(count)]
    tones = [np.broadcast_to(np.array(ROSE if k % 2 else (0.85, 0.82, 0.76)), (len(parts[0]), 3)) for k in range(count)]
    thing.set(dw.Mesh.of(flat(np.concatenate(parts), np.concatenate(tones), "sweeper")), STONE)


def trough(length: float = 16.4, width: float = 2.4, columns: int = 60, rows: int = 13) -> dw.MeshData:
    """A channel along +X that sways to both sides and goes down a metre; its middle begins at the origin."""
    x = np.linspace(-0.2, length, columns)[:, None]
    v = np.linspace(-1, 1, rows)[None]
    ease = np.clip(np.minimum(x, length - 0.4 - x) / 2.5, 0, 1)
    ease = ease * ease * (3 - 2 * ease)
    z = 1.7 * np.sin(2 * np.pi * x / 8.2) * ease + v * width
    y = -np.clip(x / length, 0, 1) + 1.15 * np.abs(v) ** 2.6 * ease + 0 * z
    points = np.stack(np.broadcast_arrays(x, y, z), axis=-1)
    tone = np.where((np.arange(columns) // 3 % 2 == 0)[:, None, None], PALE, np.array(PALE) * 0.80)
    rim = np.abs(v)[..., None] > 0.9
    colors = np.where(rim, TEAL, np.broadcast_to(tone, (columns, rows, 3)))
    return smooth(points[:, ::-1], colors[:, ::-1], "trough")


def dress_trough(made: dw.Scene, thing: dw.SceneObject) -> None:
    """Its triangles are what the marble rolls on."""
    two_sided = dw.Material((1, 1, 1), roughness=0.4, clearcoat=0.25, clearcoat_roughness=0.3, double_sided=True)
    data = trough()
    thing.set(dw.Mesh.of(data), two_sided, dw.Collider(shape="mesh", friction=0.9))
    for x in (4.0, 8.2, 12.3):
        stem = lathe(
            [(0.0, -24.0), (0.9, -24.0), (0.4, -3.0), (0.6, -1.3), (1.2, -0.75), (0.0, -0.7)], 24, PALE, "stem"
        )
        z = 1.7 * math.sin(2 * math.pi * x / 8.2)
        made.add("stem", dw.Mesh.of(stem), STONE, at=(x, -x / 16.4, z), parent=thing)


def dress_goal(made: dw.Scene, thing: dw.SceneObject) -> None:
    """A ring of light between two columns."""
    half = math.radians(90) / 2
    upright = (math.sin(half), 0.0, 0.0, math.cos(half))
    made.add("ring", dw.Mesh.torus(1.5, 0.13, 72), BRASS, at=(0, 0.35, 0), rotation=upright, parent=thing)
    made.add("halo", dw.Mesh.torus(1.34, 0.05, 72), GLOW, at=(0, 0.35, 0), rotation=upright, parent=thing)
    column = lathe(
        [(0.0, -1.3), (0.5, -1.3), (0.5, -1.05), (0.34, -0.9), (0.28, 1.6), (0.45, 1.8), (0.45, 2.0), (0.0, 2.0)],
        28,
        PALE,
    )
    for x in (-2.3, 2.3):
        made.add("column", dw.Mesh.of(column), STONE, at=(x, 0, 0), parent=thing)
        made.add("ball", dw.Mesh.sphere(0.36, 28), BRASS, at=(x, 2.3, 0), parent=thing)


# ---- what is around --------------------------------------------------------------------------------------------------


def add_surroundings(made: dw.Scene) -> None:
    """The sea, islands with trees, and clouds."""
    rng = np.random.default_rng(6)
    sea = dw.Material((0.015, 0.11, 0.14), roughness=0.12)
    made.add("sea", dw.Mesh.plane(24_000), sea, at=(0, -26, -40))
    crown = foliage(
        [((0, 1.0, 0), 1.0), ((0.7, 0.65, 0.2), 0.7), ((-0.65, 0.7, 0), 0.75), ((0.1, 1.6, 0), 0.6)],
        (0.03, 0.09, 0.03),
        (0.22, 0.34, 0.07),
        3,
    )
    tree = dw.Mesh.of(
        joined(lathe([(0.2, -1.5), (0.14, 0.6)], 8, (0.2, 0.12, 0.07), "trunk"), moved(crown, (0, 0.4, 0)))
    )
    cliffs = [dw.Mesh.of(cliff(k)) for k in range(4)]
    for k, (x, z, size) in enumerate(
        [
            (-34, -42, 12.0),
            (38, -12, 8.8),
            (-22, 2, 5.6),
            (58, -78, 16.0),
            (-16, -92, 9.6),
            (4, -128, 17.6),
            (-66, -100, 20.8),
            (96, -40, 19.2),
            (70, -150, 24.0),
            (-40, -170, 24.0),
            (36, -104, 8.0),
        ]
    ):
        high = size * rng.uniform(0.75, 1.05)
        made.add("island", cliffs[k % 4], PLAIN, at=(x, -27, z), scale=(size, high, size * 0.9))
        for _ in range(9):
            a, r = rng.uniform(0, 6.28), size * 0.62 * math.sqrt(rng.uniform(0, 1))
            made.add(
                "tree",
                tree,
                LEAVES,
                at=(x + r * math.cos(a), -27 + high * 0.80 + 0.9, z + 0.9 * r * math.sin(a)),
                scale=rng.uniform(0.9, 1.7),
            )
    stones = [dw.Mesh.of(rock(k, (0.36, 0.32, 0.27), 2)) for k in (2, 5)]
    for k in range(26):
        a, r = rng.uniform(0, 6.28), rng.uniform(18, 90)
        made.add(
            "skerry",
            stones[k % 2],
            PLAIN,
            at=(r * math.cos(a) + 8, -26.2, r * math.sin(a) - 45),
            scale=rng.uniform(0.8, 3.2),
        )
    white = dw.Material((0.96, 0.95, 0.95), roughness=1.0, specular=0.0)
    for _ in range(14):
        puffs = [
            bumpy(ball(2), int(rng.integers(99)), 0.06) * rng.uniform(0.6, 1.0) * (1.4, 0.6, 0.9)
            + (1.2 * i - 2.4, rng.uniform(0, 0.4), 0)
            for i in range(5)
        ]
        made.add(
            "cloud",
            dw.Mesh.of(flat(np.concatenate(puffs), (1, 1, 1))),
            white,
            at=(rng.uniform(-190, 220), rng.uniform(40, 80), rng.uniform(-320, -230)),
            scale=rng.uniform(3.5, 6),
        )


def cliff(seed: int) -> dw.MeshData:
    """A table of rock of radius 1 and height about 0.8, grass on top."""
    p = bumpy(ball(3), seed, 0.10, 2.6)
    p = np.stack([p[..., 0], np.clip(1.5 * p[..., 1], -0.2, 0.8 + 0.05 * p[..., 1]), p[..., 2]], axis=-1)
    n = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    up = n[:, 1] / np.maximum(np.linalg.norm(n, axis=1), 1e-9)
    rng = np.random.default_rng(seed)
    high = p[..., 1].mean(axis=1)
    layer = np.where(np.sin(17 * high + 2 * p[..., 0].mean(axis=1)) > 0.2, 1.0, 0.72)
    stone = (
        np.array((0.37, 0.27, 0.19))
        * (layer * (0.7 + 0.4 * np.clip(high, 0, 1)))[:, None]
        * rng.uniform(0.9, 1.1, (len(p), 1))
    )
    grass = np.array((0.12, 0.27, 0.045)) * rng.uniform(0.85, 1.1, (len(p), 1))
    return flat(p, np.where((up > 0.8)[:, None], grass, stone), "cliff")


if __name__ == "__main__":
    save(scene(), FILE)
