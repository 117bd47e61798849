"""How the level looks, with grass and earth on its blocks, and hills far behind.

What there is stands in `level.dream`, which opens in the editor as it is played. After a change there, or here,
`python -m dreamwell.samples.platformer.build` dresses it anew.
"""

from __future__ import annotations

import math

import numpy as np

import dreamwell as dw

from .._shared.levels import bare
from .._shared.models import save
from .._shared.sparks import AWAY
from ..garden.shapes import ball, block, blocks, bumpy, flat, foliage, joined, lathe, moved, rock, tuft
from .play import EYE, FILE, START, Hero

PLAIN = dw.Material((1, 1, 1), roughness=0.92)
LEAVES = dw.Material((1, 1, 1), roughness=0.78)
GOLD = dw.Material((1.0, 0.72, 0.22), metallic=1.0, roughness=0.24, emissive=(1.0, 0.55, 0.08), emissive_strength=4_200)
STEEL = dw.Material((0.62, 0.65, 0.70), metallic=1.0, roughness=0.32)
CORAL = dw.Material((0.86, 0.17, 0.07), roughness=0.42, clearcoat=0.6, clearcoat_roughness=0.2)
CREAM = dw.Material((0.93, 0.84, 0.68), roughness=0.6)
DARK = dw.Material((0.025, 0.022, 0.03), roughness=0.25)
VIOLET = dw.Material((0.20, 0.07, 0.36), roughness=0.28, clearcoat=0.7, clearcoat_roughness=0.15)
CLOTH = dw.Material((0.60, 0.05, 0.04), roughness=0.9, double_sided=True)
FRESH = dw.Material((0.06, 0.42, 0.16), roughness=0.9, double_sided=True)
EARTH, GRASS, STONE, WOOD = (0.27, 0.150, 0.075), (0.125, 0.30, 0.035), (0.33, 0.30, 0.27), (0.42, 0.245, 0.11)


AROUND = ("camera", "sun", "air", "hill", "bank", "tree", "cloud", "glint", "shard")
"""What is no part of the level itself, by name."""


def scene() -> dw.Scene:
    """The level of the file, dressed anew, and all that makes it a place."""
    made = bare(FILE, seed=1, around=AROUND)
    made.scripts = ["play.py", "../_shared/sparks.py"]
    made.configure(
        {
            "shadows.size": 2048,
            "shadows.cascades": 2,
            "shadows.distance": 46.0,
            "exposure.mode": "manual",
            "exposure.ev100": 13.75,
            "bloom.intensity": 0.07,
            "ao.radius": 1.6,
            "tonemap.operator": "aces",
            "grading.saturation": 1.14,
            "grading.contrast": 1.04,
            "grading.vignette": 0.2,
            "grading.temperature": 6_250.0,
        }
    )
    made.add("camera", dw.Camera(fov_y=36, near=0.5), at=(START[0], 3.4, EYE[2]), toward=(START[0], 1.6, 0))
    made.add("sun", dw.Sun(lux=120_000, color=(1.0, 0.90, 0.76), angular_diameter=1.2), toward=(0.62, -0.80, -0.62))
    made.add("air", dw.Environment(haze=1.2, intensity=1.3, ground=(0.14, 0.17, 0.07)))
    for row, thing in enumerate(list(made)):
        if "ground" in thing.tags:
            dress_ground(made, thing, row)
        elif "coin" in thing.tags:
            made.add("shine", dw.Mesh.of(COIN), GOLD, parent=thing, tags={"spins"})
        elif "beetle" in thing.tags:
            dress_beetle(made, thing)
        elif "spikes" in thing.tags:
            dress_spikes(made, thing)
        elif "checkpoint" in thing.tags:
            dress_flag(made, thing)
        elif "lift" in thing.tags:
            dress_lift(made, thing, row)
        elif "finish" in thing.tags:
            dress_gate(made, thing)
    dress_hero(made)
    add_background(made)
    for name, material in (("glint", GOLD), ("shard", CREAM)):
        made.add(name, dw.Mesh.sphere(0.09, 10), material, at=AWAY)
    return made


def _coin() -> dw.MeshData:
    outline = [(0.0, -0.055), (0.23, -0.055), (0.26, -0.085), (0.345, -0.085), (0.38, -0.04)]
    whole = [*outline, *((r, -y) for r, y in reversed(outline))]
    flat_disc = lathe(whole, 28, (1, 1, 1), "coin")
    p, n = flat_disc.positions[:, [0, 2, 1]] * (1, 1, -1), flat_disc.normals[:, [0, 2, 1]] * (1, 1, -1)
    return dw.MeshData(p.astype(np.float32), n.astype(np.float32), flat_disc.indices)


COIN = _coin()

# ---- the level -----------------------------------------------------------------------------------------------------


def ground(size: dw.Vec3, seed: int, shelf: bool) -> dw.MeshData:
    """A block of earth in layers, or a plank, with grass that hangs over its edges; its top is at the block's top."""
    rng = np.random.default_rng(seed)
    w, h, d = size
    grass = 0.16 if shelf else 0.30
    faces: list[np.ndarray] = []
    colors: list[np.ndarray] = []
    if shelf:
        body = block((w, h - 0.08, d), (0, -0.04, 0), 0.08)
        faces.append(body)
        colors.append(np.broadcast_to(np.array(WOOD) * 0.8, (len(body), 3)))
    else:
        y = h / 2
        layer = 0
        while y > -h / 2 + 0.01:
            tall = min(1.15 + 0.25 * (layer % 3), y + h / 2)
            part = block((w - 0.10 * (layer % 2), tall, d - 0.12 * (layer % 2)), (0, y - tall / 2 - 0.03, 0), 0.07)
            faces.append(part)
            tone = np.array(EARTH) * (1.08 - 0.075 * layer) * (1.0, 0.94, 0.9)[layer % 3]
            colors.append(tone * rng.uniform(0.95, 1.05, (len(part), 1)))
            y -= tall
            layer += 1
        for _ in range(int(w * 1.4)):  # stones in the earth
            at = (
                rng.uniform(-w / 2 + 0.4, w / 2 - 0.4),
                rng.uniform(max(-h / 2, h / 2 - 6), h / 2 - 0.8),
                d / 2 - 0.02,
            )
            pebble = bumpy(ball(1), int(rng.integers(999)), 0.16, 2.0) * rng.uniform(0.08, 0.22) * (1.3, 0.9, 0.5) + at
            faces.append(pebble)
            colors.append(np.array(STONE) * rng.uniform(0.75, 1.1, (len(pebble), 1)))
    cells = max(1, round(w / 0.9))
    for k in range(cells):  # of pieces, each a little longer or shorter where it hangs over
        drop = grass + rng.uniform(0, 0.5 * grass)
        x = -w / 2 + (k + 0.5) * w / cells
        wide = w / cells + 0.05 + (0.10 if k in (0, cells - 1) else 0)
        part = block((wide, drop, d + 0.16), (x + (-0.05 if k == 0 else 0.05 if k == cells - 1 else 0), 0, 0), 0.07)
        part[..., 1] += h / 2 + 0.015 - drop / 2
        faces.append(part)
        colors.append(np.array(GRASS) * rng.uniform(0.86, 1.12) * rng.uniform(0.97, 1.03, (len(part), 1)))
    return flat(np.concatenate(faces), np.concatenate(colors), "ground")


def dress_ground(made: dw.Scene, thing: dw.SceneObject, seed: int) -> None:
    """Earth, grass and what grows on it, behind where one walks."""
    size, shelf = thing[dw.Collider].size, "shelf" in thing.tags
    thing.set(dw.Mesh.of(ground(size, seed, shelf)), PLAIN)
    if shelf or "slope" in thing.tags:
        return
    rng = np.random.default_rng(seed)
    w, h, _ = size
    for _ in range(int(w / 1.1)):
        near = rng.uniform() < 0.3
        at = (rng.uniform(-w / 2 + 0.3, w / 2 - 0.3), h / 2, rng.uniform(1.2, 1.9) if near else rng.uniform(-1.8, -0.7))
        made.add(
            "tuft", dw.Mesh.of(TUFTS[int(rng.integers(4))]), LEAVES, at=at, parent=thing, scale=rng.uniform(0.9, 1.5)
        )
    for k in range(int(w / 4.5)):
        x = rng.uniform(-w / 2 + 0.8, w / 2 - 0.8)
        if k % 3 == 2:
            made.add(
                "rock",
                dw.Mesh.of(ROCKS[k % 2]),
                PLAIN,
                at=(x, h / 2 + 0.1, -1.4),
                scale=rng.uniform(0.3, 0.5),
                parent=thing,
            )
        else:
            made.add(
                "bush",
                dw.Mesh.of(BUSHES[int(rng.integers(3))]),
                LEAVES,
                at=(x, h / 2 - 0.1, -1.5),
                scale=rng.uniform(0.55, 0.95),
                parent=thing,
            )


TUFTS = [tuft(k, 8) for k in range(4)]
ROCKS = [rock(k, STONE, 2) for k in (3, 8)]
BUSHES = [
    foliage([((0, 0.5, 0), 0.62), ((0.55, 0.36, 0.1), 0.42), ((-0.5, 0.38, 0), 0.45)], low, high, k)
    for k, (low, high) in enumerate(
        (
            ((0.04, 0.11, 0.02), (0.22, 0.36, 0.05)),
            ((0.05, 0.10, 0.03), (0.30, 0.38, 0.06)),
            ((0.30, 0.08, 0.06), (0.85, 0.34, 0.16)),
        )
    )
]


def dress_lift(made: dw.Scene, thing: dw.SceneObject, seed: int) -> None:
    """Planks in a frame of steel, with lamps below."""
    w, h, d = thing[dw.Collider].size
    planks = [((w / 5 - 0.03, 0.22, d - 0.1), (-w / 2 + (k + 0.5) * w / 5, h / 2 - 0.11, 0)) for k in range(5)]
    frame = [((w, 0.26, 0.14), (0, -0.02, s * (d / 2 - 0.06))) for s in (-1, 1)]
    thing.set(dw.Mesh.of(blocks(planks, WOOD, 0.03, seed)), PLAIN)
    made.add("frame", dw.Mesh.of(blocks(frame, (0.8, 0.82, 0.85), 0.04, seed)), STEEL, parent=thing)
    lamp = dw.Material((0.1, 0.3, 0.4), emissive=(0.25, 0.85, 1.0), emissive_strength=9_000)
    made.add("lamp", dw.Mesh.box((w * 0.7, 0.05, 0.3)), lamp, at=(0, -0.2, 0.9), parent=thing)


def dress_beetle(made: dw.Scene, thing: dw.SceneObject) -> None:
    """A shell, a head with eyes, six feet; its shell says that it is soft above."""
    look = made.add("look", at=(0, -0.35, 0), parent=thing, tags={"crawls"})
    made.add("shell", dw.Mesh.sphere(0.5, 32), VIOLET, at=(0, 0.22, 0), scale=(1.15, 0.95, 0.95), parent=look)
    made.add("seam", dw.Mesh.torus(0.5, 0.035, 40), DARK, at=(0, 0.24, 0), scale=(1.16, 1, 0.96), parent=look)
    made.add("head", dw.Mesh.sphere(0.24, 24), DARK, at=(0.55, 0.26, 0), parent=look)
    for z in (-0.13, 0.13):
        made.add("eye", dw.Mesh.sphere(0.085, 16), CREAM, at=(0.70, 0.36, z), parent=look)
        made.add("pupil", dw.Mesh.sphere(0.045, 12), DARK, at=(0.765, 0.37, z), parent=look)
    for x in (-0.3, 0.0, 0.3):
        for z in (-0.38, 0.38):
            made.add("foot", dw.Mesh.sphere(0.1, 12), DARK, at=(x, 0.06, z), parent=look)


def dress_spikes(made: dw.Scene, thing: dw.SceneObject) -> None:
    """Points of steel in two rows."""
    w, h, _ = thing[dw.Collider].size
    spike = lathe([(0.17, 0.0), (0.15, 0.05), (0.0, 0.72)], 8, (1, 1, 1), "spike")
    count = max(2, round(w / 0.36))
    many = [
        moved(spike, (-w / 2 + (k + 0.5) * w / count, -h / 2, z)) for k in range(count) for z in (-0.7, -0.2, 0.3, 0.8)
    ]
    made.add("points", dw.Mesh.of(joined(*many)), STEEL, parent=thing)


def dress_flag(made: dw.Scene, thing: dw.SceneObject) -> None:
    """A pole with a pennant, which is raised when one has come by."""
    made.add("pole", dw.Mesh.cylinder(0.06, 3.0, 16), STEEL, at=(0, 0.9, -0.7), parent=thing)
    made.add("knob", dw.Mesh.sphere(0.12, 16), GOLD, at=(0, 2.45, -0.7), parent=thing)
    cloth = [(0.0, 0.0, 0.0), (0.0, -0.75, 0.0), (1.15, -0.375, 0.0)]
    made.add(
        "pennant", dw.Mesh.of(flat([cloth], (1, 1, 1))), CLOTH, at=(0.05, 0.3, -0.7), parent=thing, tags={"pennant"}
    )


def dress_gate(made: dw.Scene, thing: dw.SceneObject) -> None:
    """Two pillars and a ring of gold between them."""
    stone = blocks(
        [((0.9, 0.62, 0.9), (0, -1.7 + 0.62 * k, 0)) for k in range(5)] + [((1.15, 0.3, 1.15), (0, 1.28, 0))],
        STONE,
        0.06,
        4,
    )
    for x in (-2.1, 2.1):
        made.add("pillar", dw.Mesh.of(stone), PLAIN, at=(x, 0, -0.8), parent=thing)
        made.add("ball", dw.Mesh.sphere(0.42, 24), GOLD, at=(x, 1.85, -0.8), parent=thing)
    half = math.radians(90) / 2
    made.add(
        "ring",
        dw.Mesh.torus(1.5, 0.13, 64),
        GOLD,
        at=(0, -0.1, -0.8),
        rotation=(math.sin(half), 0, 0, math.cos(half)),
        parent=thing,
        tags={"ring"},
    )


def dress_hero(made: dw.Scene) -> None:
    """A round fellow with a scarf: all of it below "look", which turns, stretches and squashes."""
    hero = made["hero"]
    assert hero[Hero]
    look = made.add("look of the hero", at=(0, -0.57, 0), parent=hero)
    made.add("body", dw.Mesh.sphere(0.42, 40), CORAL, at=(0, 0.58, 0), scale=(0.95, 1.06, 0.95), parent=look)
    made.add("belly", dw.Mesh.sphere(0.36, 32), CREAM, at=(0, 0.53, 0.10), scale=(0.86, 0.95, 0.95), parent=look)
    for x in (-0.15, 0.15):
        made.add("eye", dw.Mesh.sphere(0.115, 20), CREAM, at=(x, 0.80, 0.32), scale=(0.9, 1.25, 0.6), parent=look)
        made.add(
            "pupil", dw.Mesh.sphere(0.06, 16), DARK, at=(x * 0.92, 0.80, 0.385), scale=(0.9, 1.3, 0.6), parent=look
        )
        made.add(
            "foot",
            dw.Mesh.sphere(0.15, 20),
            DARK,
            at=(x, 0.11, 0.04),
            scale=(0.9, 0.75, 1.35),
            parent=look,
            tags={"foot"},
        )
    made.add("scarf", dw.Mesh.torus(0.35, 0.075, 36), FRESH, at=(0, 0.60, 0.02), parent=look)
    tail = [(0.0, 0.07, 0.0), (0.0, -0.07, 0.0), (-0.02, -0.16, -0.55), (0.02, 0.02, -0.6)]
    made.add(
        "tail",
        dw.Mesh.of(flat([tail[:3], [tail[0], tail[2], tail[3]]], (1, 1, 1))),
        FRESH,
        at=(0, 0.60, -0.36),
        parent=look,
        tags={"tail"},
    )
    made.add("leafstalk", dw.Mesh.cylinder(0.025, 0.22, 10), FRESH, at=(0, 1.09, 0), parent=look)
    made.add("leaf", dw.Mesh.sphere(0.13, 16), FRESH, at=(0.09, 1.2, 0), scale=(1.2, 0.4, 0.7), parent=look)


# ---- what is far -----------------------------------------------------------------------------------------------------


def add_background(made: dw.Scene) -> None:
    """Trees behind the way, hills in three rows in the haze, and clouds."""
    rng = np.random.default_rng(11)
    crowns = [
        foliage(
            [((0, 1.0, 0), 1.0), ((0.7, 0.65, 0.2), 0.7), ((-0.65, 0.7, 0), 0.75), ((0.1, 1.7, 0), 0.62)], low, high, k
        )
        for k, (low, high) in enumerate(
            (
                ((0.03, 0.09, 0.02), (0.18, 0.30, 0.05)),
                ((0.05, 0.11, 0.02), (0.30, 0.36, 0.06)),
                ((0.32, 0.12, 0.03), (0.86, 0.46, 0.12)),
            )
        )
    ]
    trunk = lathe([(0.26, -2.0), (0.18, 0.0), (0.14, 1.0)], 9, (0.20, 0.12, 0.07), "trunk", 0.1)
    trees = [dw.Mesh.of(joined(trunk, moved(crown, (0, 0.6, 0)))) for crown in crowns]
    for k in range(64):
        x, z = -34 + 2.9 * k + rng.uniform(-1.2, 1.2), rng.uniform(-20, -9)
        low = np.interp(x, [-20, 20, 36, 58, 70, 90, 100, 130], [-1.5, -1.0, 0.5, 0.5, 3.0, 3.0, 0.0, 0.0])
        size = rng.uniform(1.4, 2.3)
        made.add(
            "tree",
            trees[(0, 1, 0, 1, 2)[k % 5]],
            LEAVES,
            at=(x, float(low) - 0.24 * abs(z) + 0.9, z),
            scale=size,
            rotation=(0.0, float(np.sin(k)), 0.0, float(np.cos(k))),
        )
    mound = bumpy(ball(3), 5, 0.05, 3.0)
    for k in range(18):
        x = -40 + 11 * k
        low = np.interp(x, [-20, 20, 36, 58, 70, 90, 100, 130], [-1.5, -1.0, 0.5, 0.5, 3.0, 3.0, 0.0, 0.0])
        shade = np.array((0.115, 0.215, 0.045)) * rng.uniform(0.85, 1.15)
        made.add(
            "bank",
            dw.Mesh.of(flat(mound, shade)),
            PLAIN,
            at=(x, float(low) - 9.5, -16),
            scale=(13, rng.uniform(7, 9), 8),
        )
    for depth, high, tone, count in (
        (-52, 10, (0.085, 0.18, 0.055), 12),
        (-100, 17, (0.07, 0.15, 0.075), 10),
        (-190, 30, (0.09, 0.16, 0.13), 9),
    ):
        for _ in range(count):
            x = rng.uniform(-90, 200)
            hill = bumpy(ball(3), int(rng.integers(99)), 0.09, 2.6)
            made.add(
                "hill",
                dw.Mesh.of(flat(hill, np.array(tone) * rng.uniform(0.85, 1.15))),
                PLAIN,
                at=(x, -14, depth + rng.uniform(-12, 12)),
                scale=(-depth * 0.42, high * rng.uniform(0.7, 1.2), 14),
            )
    white = dw.Material((0.95, 0.95, 0.97), roughness=1.0, specular=0.0)
    for _ in range(16):
        puffs = [
            bumpy(ball(2), int(rng.integers(99)), 0.06) * rng.uniform(0.6, 1.0) * (1.3, 0.75, 0.8)
            + (1.1 * i - 2, rng.uniform(0, 0.5), 0)
            for i in range(5)
        ]
        cloud = flat(np.concatenate(puffs), (1, 1, 1), "cloud")
        made.add(
            "cloud",
            dw.Mesh.of(cloud),
            white,
            at=(rng.uniform(-80, 200), rng.uniform(30, 58), rng.uniform(-170, -140)),
            scale=rng.uniform(2.6, 4.4),
            tags={"cloud"},
        )


if __name__ == "__main__":
    save(scene(), FILE)
