"""How the village looks: half-timbered houses, trees and bushes, the land at dusk, flames, smoke and rain.

`python -m dreamwell.samples.fire.looks` writes `fire.dream`, which opens in the editor as it is played.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

import dreamwell as dw
from dreamwell.assets.images import save_image
from dreamwell.samples._shared.models import save
from dreamwell.samples._shared.solids import ball, block, joined, put, shaded, solid, turned

from .plan import FILE, HALF, POND, WELLS, houses, lane, scene, trees


def glow(high: int = 64) -> np.ndarray:
    """The picture of a flame's light: yellow at its foot, red at its tip."""
    t = (np.arange(high) + 0.5) / high  # from the tip down
    foot, middle, tip = np.array((1.0, 0.80, 0.36)), np.array((1.0, 0.47, 0.10)), np.array((0.80, 0.13, 0.03))
    upper, lower = np.clip(t / 0.5, 0, 1)[:, None], np.clip((t - 0.5) / 0.5, 0, 1)[:, None]
    color = (tip + (middle - tip) * upper) * (1 - lower) + foot * lower
    return np.repeat(color[:, None], 8, axis=1)


PLAIN = dw.Material((1, 1, 1), roughness=0.95)
LEAVES = dw.Material((1, 1, 1), roughness=0.9)
CHARCOAL = dw.Material((0.15, 0.135, 0.13), roughness=1.0)
WATER = dw.Material((0.02, 0.07, 0.10), roughness=0.07)
DROP = dw.Material((0.30, 0.55, 0.75), roughness=0.05, emissive=(0.25, 0.5, 0.75), emissive_strength=260)
FLAME = dw.Material(
    (0.05, 0.01, 0.0), roughness=1.0, emissive=(1, 1, 1), emissive_strength=620,
    emissive_texture=dw.Texture("flame.png", wrap_v="clamp"),
)  # fmt: skip
EMBER = dw.Material((0.1, 0.02, 0.0), emissive=(1.0, 0.40, 0.06), emissive_strength=1_500)
SMOKE = dw.Material((0.10, 0.09, 0.09), roughness=1.0, specular=0.0, alpha=0.20, alpha_mode="blend")
BOLT = dw.Material((0, 0, 0), emissive=(0.75, 0.82, 1.0), emissive_strength=400_000)
RAIN = dw.Material((0.55, 0.62, 0.7), roughness=0.4, alpha=0.35, alpha_mode="blend")
LAMP = dw.Material((0.1, 0.06, 0.02), emissive=(1.0, 0.66, 0.26), emissive_strength=900)
"""What is bright at dusk; `play.py` keeps it so while it gets dark."""
WALLS = ((0.74, 0.66, 0.53), (0.66, 0.55, 0.42), (0.70, 0.60, 0.50))
ROOFS = ((0.42, 0.13, 0.07), (0.52, 0.36, 0.15), (0.34, 0.12, 0.08), (0.46, 0.30, 0.13))
TIMBER = (0.12, 0.07, 0.045)


def dress(made: dw.Scene) -> dw.Scene:
    """Give everything in the village its looks."""
    made["ground"].set(dw.Mesh.of(land()), PLAIN)
    made["hills"].set(dw.Mesh.of(hills()), PLAIN)
    for i, lit in enumerate(made.tagged("panes")):
        lit.set(dw.Mesh.of(panes(i)), LAMP)
    for i in range(len(houses())):
        made[f"house-{i}"].set(dw.Mesh.of(house(i)), PLAIN)
    for i in range(len(trees())):
        made[f"tree-{i}"].set(dw.Mesh.of(tree(i % 5)), LEAVES)
    for i in range(len(WELLS)):
        made[f"well-{i}"].set(dw.Mesh.of(well()), PLAIN)
    made["pond"].set(dw.Mesh.of(disc(3.6)), WATER)
    made["bush"].set(dw.Mesh.of(bush()), LEAVES)
    made["charcoal"].set(dw.Mesh.sphere(0.1, 8), CHARCOAL)
    made["small flame"].set(dw.Mesh.of(flame(1)), FLAME)
    made["tree flame"].set(dw.Mesh.of(flame(3)), FLAME)
    made["house flame"].set(dw.Mesh.of(flame(5)), FLAME)
    made["smoke"].set(dw.Mesh.of(put(ball(9, 6), size=(1, 0.85, 1))), SMOKE)
    made["ember"].set(dw.Mesh.of(put(ball(5, 3), size=1.0)), EMBER)
    made["droplet"].set(dw.Mesh.of(put(ball(5, 3), size=0.22)), DROP)
    made["drop"].set(dw.Mesh.of(put(ball(6, 4), size=(0.13, 0.13, 0.13))), DROP)
    made["lightning"].set(dw.Mesh.of(lightning()), BOLT)
    made["clouds"].set(dw.Mesh.of(rain()), RAIN)
    add_warden(made)
    return made


# ---- the place ------------------------------------------------------------------------------------------------------


def land(nx: int = 110, nz: int = 80) -> dw.MeshData:
    """Meadows, a lane of trodden earth, dark woods' soil at the rim."""
    rng = np.random.default_rng(2)
    x, z = np.meshgrid(np.linspace(-44, 44, nx + 1), np.linspace(-36, 30, nz + 1))
    x[1:-1, 1:-1] += rng.uniform(-0.28, 0.28, (nz - 1, nx - 1))
    z[1:-1, 1:-1] += rng.uniform(-0.28, 0.28, (nz - 1, nx - 1))
    p = np.stack([x, np.ones_like(x), z], axis=-1)  # the ground's box reaches from -1 to 1 about its middle
    a, b, c, d = p[:-1, :-1], p[:-1, 1:], p[1:, 1:], p[1:, :-1]
    faces = np.concatenate(
        [np.stack([a, c, b], axis=2).reshape(-1, 3, 3), np.stack([a, d, c], axis=2).reshape(-1, 3, 3)]
    )
    at = faces.mean(axis=1)
    patch = np.sin(at[:, 0] * 0.31 + 1) * np.cos(at[:, 2] * 0.37) + 0.5 * np.sin(at[:, 0] * 0.9 + at[:, 2] * 0.7)
    t = np.clip(0.5 + 0.25 * patch + rng.normal(0, 0.08, len(at)), 0, 1)[:, None]
    color = np.array((0.10, 0.15, 0.045)) * (1 - t) + np.array((0.24, 0.22, 0.075)) * t
    way = np.abs(at[:, 2] - 2.2 * np.sin(at[:, 0] / 8.5)) + rng.normal(0, 0.15, len(at))
    earth = np.clip((1.55 - way) / 0.5, 0, 1)[:, None]
    color = color * (1 - earth) + np.array((0.30, 0.22, 0.14)) * earth
    shore = np.clip((4.6 - np.hypot(at[:, 0] - POND[0], at[:, 2] - POND[1])) / 0.7, 0, 1)[:, None]
    color = color * (1 - shore) + np.array((0.16, 0.13, 0.08)) * shore
    made = solid(faces, color, "land")
    tilt = rng.normal(0, 0.05, (len(at), 2))
    made.normals[:] = np.repeat(np.column_stack([tilt[:, 0], np.ones(len(at)), tilt[:, 1]]), 3, axis=0)
    made.normals[:] /= np.linalg.norm(made.normals, axis=1, keepdims=True)
    return made


def hills() -> dw.MeshData:
    """Woods behind the meadows."""
    rng = np.random.default_rng(5)
    parts = []
    for i in range(230):
        side = i % 3
        x = float(rng.uniform(-44, 44)) if side != 1 else float(rng.choice((-1, 1)) * rng.uniform(32.5, 44))
        z = float(rng.uniform(-36, -20)) if side != 1 else float(rng.uniform(-30, 26))
        high = float(rng.uniform(3.2, 6.0))
        green = np.array((0.030, 0.055, 0.026)) * rng.uniform(0.7, 1.5)
        cone = turned([(0.30 * high, 0.12 * high), (0.2 * high, 0.5 * high), (0, high)], 7, green)
        parts.append(put(cone, (x, 0, z), yaw=float(rng.uniform(0, 60))))
    return shaded(joined(parts), 0.15, 3)


def disc(radius: float) -> dw.MeshData:
    """A pond."""
    turn = np.linspace(0, 2 * math.pi, 33)
    rim = np.stack([np.sin(turn), 0 * turn, np.cos(turn)], axis=1) * (radius * (1 + 0.08 * np.sin(3 * turn)))[:, None]
    return solid(np.stack([np.zeros((32, 3)), rim[:-1], rim[1:]], axis=1))


def gable(
    wide: float, deep: float, foot: float, top: float, over: float, color: tuple[float, float, float]
) -> dw.MeshData:
    """A roof of two slopes whose ridge runs along x, with its underside."""
    x, z = wide / 2 + over, deep / 2 + over
    low = foot - over * (top - foot) / (deep / 2)
    faces, thick = [], np.array((0, 0.16, 0))
    for s in (-1, 1):
        a, b = np.array((-x, low, s * z)), np.array((x, low, s * z))
        c, d = np.array((x, top, 0.0)), np.array((-x, top, 0.0))
        up = [a + thick, b + thick, c + thick, d + thick]
        rows = 4  # courses of straw or tiles
        for k in range(rows):
            p, q = k / rows, (k + 1) / rows
            lift = np.array((0, 0.05, 0))
            e, f = up[0] + (up[3] - up[0]) * p + lift, up[1] + (up[2] - up[1]) * p + lift
            g, h = up[1] + (up[2] - up[1]) * q, up[0] + (up[3] - up[0]) * q
            lip = [[e - lift, f - lift, f], [e - lift, f, e]]
            quad = [[e, f, g], [e, g, h], *lip]
            faces += quad if s > 0 else [face[::-1] for face in quad]
        faces += [[a, up[0] + 0.05, up[1]], [a, up[1], b]] if s > 0 else [[a, up[1], up[0]], [a, b, up[1]]]
        faces += [[a, c, b], [a, d, c]] if s > 0 else [[a, b, c], [a, c, d]]
    for s in (-1, 1):
        for t in (-1, 1):
            a, d = np.array((s * x, low, t * z)), np.array((s * x, top, 0.0))
            quad = [[a, d, d + thick], [a, d + thick, a + thick]]
            faces += quad if s * t > 0 else [face[::-1] for face in quad]
    return shaded(solid(np.array(faces), color), 0.12, int(100 * wide))


def house(seed: int) -> dw.MeshData:
    """Walls of clay between beams under a steep roof; a chimney, a door to the front (-Z)."""
    rng = np.random.default_rng(seed)
    wide, deep = float(rng.uniform(3.0, 3.7)), float(rng.uniform(2.5, 2.9))
    foot, top = float(rng.uniform(1.7, 2.1)), 0.0
    top = foot + float(rng.uniform(1.5, 1.9))
    wall, roof = WALLS[seed % 3], ROOFS[(seed * 7) % 4]
    x, z = wide / 2, deep / 2
    parts = [put(block((wide, foot, deep), wall), (0, foot / 2, 0)), put(block((wide + 0.1, 0.35, deep + 0.1),
             (0.30, 0.27, 0.24)), (0, 0.17, 0))]  # fmt: skip
    ends = []
    for s in (-1, 1):
        face = [(s * x, foot, -z), (s * x, foot, z), (s * x, top, 0)]
        ends.append(face if s < 0 else face[::-1])
    parts.append(solid(np.array(ends), wall))
    for s in (-1, 1):
        for u in (-x, -x / 3, x / 3, x):
            parts.append(put(block((0.14, foot, 0.06), TIMBER), (u * 0.98, foot / 2, s * z)))
        for v in (0.36, foot * 0.62, foot - 0.06):
            parts.append(put(block((wide, 0.12, 0.05), TIMBER), (0, v, s * z)))
        for w in (-z, 0.0, z):
            parts.append(put(block((0.06, foot, 0.14), TIMBER), (s * x, foot / 2, w * 0.97)))
        parts.append(put(block((0.05, 0.12, deep), TIMBER), (s * x, foot - 0.06, 0)))
        parts.append(put(block((0.06, top - foot, 0.13), TIMBER), (s * x, (foot + top) / 2 - 0.1, 0)))
    parts.append(put(block((0.72, 1.25, 0.1), (0.20, 0.11, 0.06)), (0.25 * x, 0.65, -z)))
    parts.append(gable(wide, deep, foot, top, 0.32, roof))
    side = 1 if seed % 2 else -1
    parts.append(put(block((0.5, 1.3, 0.5), (0.33, 0.26, 0.22), 0.04), (side * 0.55 * x, top + 0.1, 0.3)))
    return joined(parts, f"house {seed}")


def panes(seed: int) -> dw.MeshData:
    """Windows that are lit, a little before the walls."""
    rng = np.random.default_rng(seed)
    wide, deep = float(rng.uniform(3.0, 3.7)), float(rng.uniform(2.5, 2.9))
    parts = []
    for s in (-1, 1):
        for u in (-0.62, 0.62):
            parts.append(put(block((0.36, 0.42, 0.04)), (u * wide / 2, 1.22, s * (deep / 2 + 0.02))))
    return joined(parts)


def tree(seed: int) -> dw.MeshData:
    """A broad crown in lumps on a trunk."""
    rng = np.random.default_rng(seed)
    green = np.array(
        ((0.10, 0.17, 0.04), (0.16, 0.19, 0.05), (0.22, 0.16, 0.05), (0.09, 0.15, 0.06), (0.26, 0.13, 0.04))[seed]
    )
    parts = [turned([(0.2, 0), (0.13, 1.6), (0.1, 2.2)], 6, (0.14, 0.09, 0.055))]
    for k in range(6):
        turn, far = 2 * math.pi * k / 5, 0.62 if k < 5 else 0.0
        at = (far * math.sin(turn), 1.9 + 0.35 * float(rng.random()) + (0.75 if k == 5 else 0), far * math.cos(turn))
        lump = ball(7, 5, green * float(rng.uniform(0.75, 1.25)))
        parts.append(put(lump, at, (0.85, 0.72, 0.85), yaw=float(rng.uniform(0, 90))))
    return shaded(joined(parts), 0.16, seed)


def bush() -> dw.MeshData:
    """Dry grass and twigs."""
    rng = np.random.default_rng(1)
    faces, colors = [], []
    for k in range(22):
        turn, lean = rng.uniform(0, 2 * math.pi), rng.uniform(0.25, 0.85)
        out = np.array((math.sin(turn), 0, math.cos(turn)))
        side = np.array((out[2], 0, -out[0])) * 0.13
        foot, tip = out * rng.uniform(0, 0.3), out * lean + (0, rng.uniform(0.45, 0.95), 0)
        faces += [[foot - side, foot + side, tip], [foot + side, foot - side, tip]]
        color = np.array((0.46, 0.36, 0.12)) * rng.uniform(0.55, 1.2)
        colors += [color, color]
        _ = k
    made = solid(np.array(faces), np.array(colors), "bush")
    made.normals[:] = (made.normals * 0.3 + (0, 1, 0)) / np.linalg.norm(made.normals * 0.3 + (0, 1, 0), axis=1)[:, None]
    return made


def well() -> dw.MeshData:
    """A ring of stones, a little roof."""
    stone, wood = (0.36, 0.33, 0.30), (0.20, 0.12, 0.07)
    return joined([
        shaded(turned([(0.8, 0), (0.78, 0.7), (0.55, 0.7), (0.55, 0.45), (0, 0.45)], 12, stone), 0.15, 1),
        *(put(block((0.12, 1.9, 0.12), wood), (s * 0.68, 0.95, 0)) for s in (-1, 1)),
        gable(1.5, 1.3, 1.75, 2.25, 0.12, (0.36, 0.15, 0.09)),
    ])  # fmt: skip


# ---- fire and water -------------------------------------------------------------------------------------------------


def flame(tongues: int) -> dw.MeshData:
    """Tongues of fire, 1.2 high."""
    rng = np.random.default_rng(tongues)
    parts = []
    for k in range(tongues):
        turn, far = 2 * math.pi * k / max(tongues, 2), 0.0 if tongues == 1 else 0.24
        at, high = (far * math.sin(turn), 0.0, far * math.cos(turn)), float(rng.uniform(0.75, 1.15))
        profile = [(0.10, 0.0), (0.26, 0.16), (0.22, 0.42), (0.10, 0.78), (0.0, 1.15)]
        parts.append(put(turned(profile, 7), at, (0.9, high, 0.9), yaw=float(rng.uniform(0, 60))))
    made = joined(parts)
    v = np.clip(1.02 - made.positions[:, 1] / 1.1, 0.02, 0.98)
    return dw.MeshData(
        made.positions, made.normals, made.indices, uv0=np.column_stack([0 * v + 0.5, v]).astype(np.float32)
    )


def lightning() -> dw.MeshData:
    """A zigzag from the clouds, its foot at the origin."""
    rng = np.random.default_rng(3)
    points = [
        np.array((rng.uniform(-1, 1) * 0.12 * h, h, rng.uniform(-1, 1) * 0.1 * h)) for h in np.linspace(0, 26, 12)
    ]
    faces = []
    for a, b in pairwise(points):
        for side in (np.array((0.16, 0, 0)), np.array((0, 0, 0.16))):
            faces += [[a - side, a + side, b + side], [a - side, b + side, b - side]]
            faces += [[a + side, a - side, b + side], [a - side, b - side, b + side]]
    return solid(np.array(faces))


def rain() -> dw.MeshData:
    """Streaks in a box of air, 16 high, its upper edge at the origin."""
    rng = np.random.default_rng(6)
    n = 1500
    at = np.stack([rng.uniform(-34, 34, n), rng.uniform(-20, 0, n), rng.uniform(-22, 24, n)], axis=1)
    fall, side = np.array((0.12, -1.1, 0.03)), np.array((0.018, 0, 0))
    faces = np.stack([at - side, at + side, at + fall], axis=1)
    return solid(np.concatenate([faces, faces[:, ::-1]]))


def add_warden(made: dw.Scene) -> None:
    """Who is played: a broad hat, a yellow coat, a pail."""
    coat, hat, skin, boots = (0.80, 0.52, 0.06), (0.55, 0.10, 0.05), (0.55, 0.34, 0.22), (0.05, 0.04, 0.04)
    figure = joined([
        turned([(0.44, 0.15), (0.34, 0.62), (0.24, 1.05), (0, 1.12)], 10, coat),
        *(put(block((0.2, 0.2, 0.3), boots), (0.16 * s, 0.1, 0)) for s in (-1, 1)),
        *(put(block((0.13, 0.13, 0.55), coat), (0.27 * s, 0.86, -0.26), yaw=-14 * s) for s in (-1, 1)),
        put(ball(8, 4, skin), (0, 1.26, -0.02), 0.19),
        put(turned([(0.46, 0), (0.2, 0.06), (0.17, 0.22), (0, 0.26)], 10, hat), (0, 1.36, 0)),
        put(turned([(0.13, 0), (0.2, 0.3), (0.16, 0.3)], 8, (0.30, 0.32, 0.34)), (0, 0.72, -0.56)),
    ])  # fmt: skip
    made["figure"].set(dw.Mesh.of(figure), PLAIN)


def brush_places() -> np.ndarray:
    """(k, 3) where bushes stand."""
    from .plan import BRUSH

    rng = np.random.default_rng(12)
    nx, nz = int(2 * HALF[0] / BRUSH), int(2 * HALF[1] / BRUSH)
    taken = [(x, z, 2.75) for x, z, _ in houses()] + [(x, z, 1.1) for x, z in trees()]
    taken += [(x, z, 1.7) for x, z in WELLS] + [(*POND, 4.3)]
    out = []
    for i in range(nx + 1):
        for j in range(nz + 1):
            x = -HALF[0] + (i + 0.5 * (j % 2)) * BRUSH + float(rng.uniform(-0.55, 0.55))
            z = -HALF[1] + j * BRUSH + float(rng.uniform(-0.55, 0.55))
            free = all(math.hypot(x - a, z - b) > r for a, b, r in taken)
            if free and abs(z - lane(x)) > 1.9 and rng.random() < 0.86:
                out.append((x, 0.0, z))
    return np.array(out)


if __name__ == "__main__":
    save_image(FILE.with_name("flame.png"), np.round(glow() * 255).astype(np.uint8))
    save(dress(scene()), FILE)
