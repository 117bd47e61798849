"""How the arena looks: sand and stone, a crowd, scarabs of three kinds, the hero, and what glows.

`python -m dreamwell.samples.arena.looks` writes `arena.dream`, which opens in the editor as it is played.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

import dreamwell as dw
from dreamwell.samples._shared.models import save
from dreamwell.samples._shared.solids import ball, block, joined, put, shaded, solid, turned

from .plan import COLUMNS, FILE, GATES, HALF, KINDS, RUINS, scene

SAND, STONE, DARK = (0.60, 0.41, 0.22), (0.60, 0.52, 0.41), (0.26, 0.21, 0.17)
PLAIN = dw.Material((1, 1, 1), roughness=0.95)
ROCK = dw.Material((1, 1, 1), roughness=0.85)
SHELL = dw.Material((1, 1, 1), metallic=0.65, roughness=0.30, clearcoat=0.7, clearcoat_roughness=0.12)
CLOTH = dw.Material((1, 1, 1), roughness=0.8)
BRONZE = dw.Material((0.86, 0.56, 0.24), metallic=0.95, roughness=0.3)
SHOT = dw.Material((0.02, 0.1, 0.12), emissive=(0.30, 0.92, 1.0), emissive_strength=95_000)
GEM = dw.Material((0.05, 0.6, 0.32), roughness=0.12, emissive=(0.05, 1.0, 0.45), emissive_strength=7_000, clearcoat=1.0)
HEART = dw.Material((0.8, 0.05, 0.08), roughness=0.2, emissive=(1.0, 0.06, 0.10), emissive_strength=9_000)
FIRE = dw.Material((0.1, 0.03, 0.0), emissive=(1.0, 0.36, 0.05), emissive_strength=34_000)
COLORS = {  # the back, the neck, the head
    "mite": ((0.02, 0.42, 0.40), (0.02, 0.30, 0.36), (0.05, 0.10, 0.12)),
    "hunter": ((0.72, 0.16, 0.03), (0.55, 0.10, 0.03), (0.16, 0.05, 0.03)),
    "brute": ((0.20, 0.05, 0.30), (0.80, 0.55, 0.16), (0.09, 0.05, 0.10)),
}
CROWD = ((0.66, 0.16, 0.10), (0.86, 0.78, 0.62), (0.16, 0.26, 0.42), (0.75, 0.52, 0.15), (0.30, 0.36, 0.22))


def dress(made: dw.Scene) -> dw.Scene:
    """Give everything in the arena its looks."""
    made["sand"].set(dw.Mesh.of(sand()), PLAIN)
    made["medallion"].set(dw.Mesh.of(put(medallion(), (0, 0.012, 0))), ROCK)
    made["stands"].set(dw.Mesh.of(stands()), ROCK)
    add_gates(made)
    add_crowd(made)
    for i in range(len(COLUMNS)):
        made[f"column-{i}"].set(dw.Mesh.of(column(i)), ROCK)
    for i in range(len(RUINS)):
        made[f"ruin-{i}"].set(dw.Mesh.of(ruin(i)), ROCK)
    for name, (_, _, _, _, _, radius) in KINDS.items():
        made[name].set(dw.Mesh.of(scarab(name, radius)), SHELL)
        back = COLORS[name][0]
        piece = np.array([[(-0.16, 0, -0.1), (0.02, 0.05, 0.16), (0.15, 0, -0.08)]]) * (1, 1, 1)
        made[f"shell of {name}"].set(dw.Mesh.of(solid(np.vstack([piece, piece[:, ::-1]]), back)), SHELL)
    add_hero(made)
    made["bolt"].set(dw.Mesh.of(put(ball(8, 4), size=(0.085, 0.085, 0.52))), SHOT)
    made["spark"].set(dw.Mesh.of(put(octahedron(), size=(0.06, 0.06, 0.16))), SHOT)
    made["gem"].set(dw.Mesh.of(put(octahedron(), size=(0.21, 0.32, 0.21))), GEM)
    made["heart"].set(dw.Mesh.of(heart()), HEART)
    made["flame"].set(dw.Mesh.of(put(octahedron(), size=(0.36, 0.62, 0.36))), FIRE)
    made["aura"].set(dw.Mesh.torus(2.4, 0.07, 64), FIRE)
    return made


def octahedron() -> dw.MeshData:
    """Eight faces, 1 from the middle to each corner."""
    x, y, z = np.eye(3)
    faces = [
        (a * x, b * y, c * z) if a * b * c > 0 else (c * z, b * y, a * x)
        for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)
    ]  # fmt: skip
    return solid(np.array(faces))


def heart() -> dw.MeshData:
    """Two balls and a point."""
    parts = [put(ball(8, 5), (x, 0.1, 0), 0.23) for x in (-0.15, 0.15)]
    return joined([*parts, put(octahedron(), (0, -0.08, 0), (0.33, 0.36, 0.2))])


# ---- the place ------------------------------------------------------------------------------------------------------


def hoop(rings: list[tuple[float, float]], colors: list[tuple[float, float, float]], sides: int = 96) -> dw.MeshData:
    """Strips around the ellipse of sand: (how far outside its edge, how high), inner first; a colour for each strip."""
    turn = np.linspace(0, 2 * math.pi, sides + 1)
    loops = [
        np.stack([(HALF[0] + out) * np.sin(turn), np.full(sides + 1, high), (HALF[1] + out) * np.cos(turn)], axis=1)
        for out, high in rings
    ]
    faces, tints = [], []
    for (one, two), color in zip(pairwise(loops), colors, strict=True):
        a, b, c, d = one[:-1], one[1:], two[1:], two[:-1]
        faces += [np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)]
        tints.append(np.tile(color, (2 * sides, 1)))
    return shaded(solid(np.concatenate(faces), np.concatenate(tints)), 0.07, len(rings))


def stands() -> dw.MeshData:
    """A wall around the sand, a parapet, and rows of seats that rise behind it."""
    rings, colors = [(0.0, -0.1), (0.0, 2.0), (-0.12, 2.0), (-0.12, 2.35), (0.5, 2.35), (0.5, 2.1)], [
        STONE, DARK, STONE, (0.70, 0.62, 0.50), STONE,
    ]  # fmt: skip
    for i in range(6):
        out, high = 1.6 + 1.3 * i, 2.1 + 0.85 * i
        rings += [(out, high), (out, high + 0.85)]
        colors += [(0.60, 0.53, 0.42), (0.30, 0.25, 0.20)]
    rings += [(11.0, 7.2), (11.0, 9.5), (12.2, 9.5), (12.2, -2.0)]
    colors += [(0.52, 0.45, 0.36), STONE, (0.66, 0.58, 0.46), STONE]
    return hoop(rings, colors)


def sand(rays: int = 150, rings: int = 44) -> dw.MeshData:
    """Sand: darker where many feet went, and not quite even."""
    rng = np.random.default_rng(3)
    r = np.linspace(0, 1.02, rings + 1)[:, None] ** 0.8
    turn = np.linspace(0, 2 * math.pi, rays + 1)[None]
    x, z = HALF[0] * r * np.sin(turn), HALF[1] * r * np.cos(turn)
    x[1:-1, :-1] += rng.uniform(-0.16, 0.16, (rings - 1, rays))
    z[1:-1, :-1] += rng.uniform(-0.22, 0.22, (rings - 1, rays))
    x[:, -1], z[:, -1] = x[:, 0], z[:, 0]
    p = np.stack([x, np.zeros_like(x), z], axis=-1)
    a, b, c, d = p[:-1, :-1], p[:-1, 1:], p[1:, 1:], p[1:, :-1]
    faces = np.concatenate(
        [np.stack([a, c, b], axis=2).reshape(-1, 3, 3), np.stack([a, d, c], axis=2).reshape(-1, 3, 3)]
    )
    faces = faces[np.linalg.norm(np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0]), axis=1) > 1e-9]
    at = faces.mean(axis=1)
    waves = np.sin(at[:, 0] * 0.55 + 1.3 * np.sin(at[:, 2] * 0.4)) * np.cos(at[:, 2] * 0.7 - at[:, 0] * 0.2)
    worn = np.exp(-(((np.hypot(at[:, 0] / HALF[0], at[:, 2] / HALF[1]) - 0.62) / 0.16) ** 2))
    light = 1 + 0.10 * waves - 0.13 * worn + rng.normal(0, 0.02, len(at))
    made = solid(faces, np.array(SAND) * light[:, None], "sand")
    tilt = rng.normal(0, 0.03, (len(at), 2)) + 0.05 * np.stack([np.cos(at[:, 0] * 1.9), np.cos(at[:, 2] * 2.1)], axis=1)
    made.normals[:] = np.repeat(np.column_stack([tilt[:, 0], np.ones(len(at)), tilt[:, 1]]), 3, axis=0)
    made.normals[:] /= np.linalg.norm(made.normals, axis=1, keepdims=True)
    return made


def medallion() -> dw.MeshData:
    """A sun of two stones let into the sand, in the middle."""
    faces, colors = [], []

    def ring(inner: float, outer: float, color: tuple[float, float, float], sides: int = 64) -> None:
        t = np.linspace(0, 2 * math.pi, sides + 1)
        c = np.stack([np.sin(t), 0 * t, np.cos(t)], axis=1)
        a, b = c[:-1], c[1:]
        faces.extend([np.stack([a * inner, a * outer, b * outer], 1), np.stack([a * inner, b * outer, b * inner], 1)])
        colors.append(np.tile(color, (2 * sides, 1)))

    ring(3.3, 3.75, (0.46, 0.39, 0.30))
    ring(0.0, 1.15, (0.46, 0.39, 0.30))
    rays = 16
    t = np.linspace(0, 2 * math.pi, rays, endpoint=False)
    for i, turn in enumerate(t):
        long = 3.05 if i % 2 == 0 else 2.3
        tip = np.array((math.sin(turn), 0, math.cos(turn))) * long
        side = np.array((math.cos(turn), 0, -math.sin(turn)))
        foot = np.array((math.sin(turn), 0, math.cos(turn))) * 1.3
        faces.append(np.array([[foot - 0.22 * side, tip, foot + 0.22 * side]]))
        colors.append(np.array([(0.50, 0.20, 0.11) if i % 2 == 0 else (0.42, 0.35, 0.27)]))
    made = solid(np.concatenate(faces), np.concatenate(colors), "medallion")
    up = made.normals[:, 1] < 0
    made.normals[up] *= -1
    tri = made.indices.reshape(-1, 3)
    tri[up[::3]] = tri[up[::3]][:, ::-1]
    return shaded(made, 0.1, 5)


def add_gates(made: dw.Scene) -> None:
    """Four dark arches, a red cloth on each side."""
    arch = joined([
        put(block((3.6, 2.9, 0.5), (0.025, 0.02, 0.018)), (0, 1.45, -0.35)),
        *(put(block((0.8, 3.3, 1.1), STONE, 0.06), (s * 2.1, 1.65, 0)) for s in (-1, 1)),
        put(block((5.4, 0.7, 1.3), (0.68, 0.60, 0.48), 0.08), (0, 3.55, 0)),
        *(put(block((0.7, 2.2, 0.06), (0.52, 0.05, 0.04)), (s * 3.2, 2.0, 0.35)) for s in (-1, 1)),
    ])  # fmt: skip
    for i in range(len(GATES)):
        made[f"gate-{i}"].set(dw.Mesh.of(arch), ROCK)


def add_crowd(made: dw.Scene) -> None:
    """Who watches."""
    rng = np.random.default_rng(8)
    body = joined([put(ball(6, 3, (1, 1, 1), -50), (0, 0.32, 0), (0.24, 0.36, 0.2)), put(ball(6, 3, (0.55, 0.36, 0.25)),
                   (0, 0.78, 0), 0.15)])  # fmt: skip
    for k, color in enumerate(CROWD):
        count = 100
        row, turn = rng.integers(0, 6, count), rng.uniform(0, 2 * math.pi, count)
        out = 1.0 + 1.3 * row
        x, z = (HALF[0] + out) * np.sin(turn), (HALF[1] + out) * np.cos(turn)
        at = np.stack([x, 2.1 + 0.85 * row, z], axis=1)
        turn = np.degrees(np.arctan2(-x, -z))
        guests = [put(body, place, yaw=float(yaw)) for place, yaw in zip(at.tolist(), turn.tolist(), strict=True)]
        made[f"guests-{k}"].set(dw.Mesh.of(joined(guests)), dw.Material(color, roughness=0.9))


def column(seed: int) -> dw.MeshData:
    """A column; some are broken."""
    high = (3.6, 2.1, 2.5, 3.6, 1.5, 3.1)[seed]
    whole = high > 3.5
    shaft = turned([(0.84, 0.4), (0.80, 0.45), (0.72, high), (0.0, high + (0.0 if whole else 0.14))], 14, STONE)
    parts = [turned([(1.1, 0), (1.1, 0.22), (0.95, 0.4), (0, 0.4)], 14, (0.54, 0.46, 0.36)), shaft]
    if whole:
        parts += [put(block((2.0, 0.32, 2.0), (0.68, 0.60, 0.48), 0.06), (0, high + 0.16, 0))]
    return shaded(joined(parts), 0.12, seed)


def ruin(seed: int) -> dw.MeshData:
    """What is left of a wall: courses of blocks, fewer further up."""
    rng = np.random.default_rng(seed + 5)
    parts = []
    for course in range(3):
        z = -2.2
        while z < 2.15:
            long = min(float(rng.uniform(0.7, 1.2)), 2.2 - z)
            if course == 0 or rng.random() < 0.85 - 0.3 * course:
                stone = block((1.05, 0.54, long - 0.03), STONE, 0.05)
                parts.append(put(stone, (rng.uniform(-0.03, 0.03), 0.27 + 0.54 * course, z + long / 2)))
            z += long
    return shaded(joined(parts), 0.16, seed)


# ---- creatures ------------------------------------------------------------------------------------------------------


def scarab(kind: str, radius: float) -> dw.MeshData:
    """A beetle that looks along -Z, its place in its middle on the ground."""
    back, neck, head = COLORS[kind]
    leg = (0.05, 0.04, 0.04)
    parts = [
        put(ball(10, 3, back, 0), (-0.05, 0.22, 0.28), (0.74, 0.66, 0.95)),
        put(ball(10, 3, back, 0), (0.05, 0.22, 0.28), (0.74, 0.66, 0.95)),
        put(ball(8, 3, neck, 0), (0, 0.2, -0.55), (0.62, 0.52, 0.42)),
        put(ball(6, 3, head, 0), (0, 0.18, -0.95), (0.34, 0.34, 0.30)),
        put(block((0.05, 0.06, 1.5), head), (0, 0.86, 0.25), pitch=0),
    ]
    for s in (-1, 1):
        for z, yaw in ((-0.55, 35), (0.1, 0), (0.75, -30)):
            parts.append(put(block((0.75, 0.09, 0.10), leg), (0.85 * s, 0.16, z), yaw=s * yaw))
    if kind != "mite":
        high = 1.0 if kind == "brute" else 0.6
        horn = turned([(0.14, 0), (0.10, 0.5), (0.0, 1.0)], 6, neck)
        parts.append(put(horn, (0, 0.3, -1.05), (1, high, 1), pitch=-55))
        parts += [put(horn, (0.2 * s, 0.3, -1.0), (0.7, 0.6 * high, 0.7), yaw=-s * 40, pitch=-70) for s in (-1, 1)]
    if kind == "brute":
        parts += [put(turned([(0.10, 0), (0, 0.34)], 6, neck), (x, 0.74, z)) for x, z in
                  ((-0.4, 0.0), (0.4, 0.0), (-0.38, 0.6), (0.38, 0.6))]  # fmt: skip
    return put(joined(parts), size=radius * 1.08)


def add_hero(made: dw.Scene) -> None:
    """A guard in white and blue, a bow that shines in his hands; all of it hangs on who is moved."""
    white, blue, skin = (0.86, 0.84, 0.80), (0.03, 0.13, 0.52), (0.55, 0.34, 0.22)
    figure = joined([
        turned([(0.52, 0.05), (0.40, 0.55), (0.30, 1.05), (0.0, 1.12)], 12, white),
        put(turned([(0.62, 0.0), (0.46, 0.6), (0.34, 1.02), (0.0, 1.1)], 12, blue), (0, 0.1, 0.14), (1.05, 1, 0.75)),
        *(put(ball(8, 4, white), (0.36 * s, 0.98, 0), (0.2, 0.16, 0.2)) for s in (-1, 1)),
        *(put(block((0.14, 0.14, 0.62), skin), (0.30 * s, 0.92, -0.32), yaw=-18 * s) for s in (-1, 1)),
        put(ball(8, 4, skin), (0, 1.3, -0.02), 0.2),
    ])  # fmt: skip
    made["figure"].set(dw.Mesh.of(figure), CLOTH)
    helmet = joined([put(ball(10, 4, (1, 1, 1), 0), (0, 1.34, 0.0), (0.26, 0.27, 0.29)),
                     put(block((0.07, 0.16, 0.62), (1, 1, 1)), (0, 1.62, 0.03))])  # fmt: skip
    made["helmet"].set(dw.Mesh.of(helmet), BRONZE)
    bow = joined([put(block((1.2, 0.07, 0.09)), (0, 0.95, -0.68)), put(block((0.09, 0.09, 0.7)), (0, 0.95, -0.5))])
    made["bow"].set(dw.Mesh.of(bow), BRONZE)
    made["charge"].set(dw.Mesh.sphere(0.11, 12), SHOT)


if __name__ == "__main__":
    save(dress(scene()), FILE)
