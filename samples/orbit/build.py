"""The scene: a planet with air and clouds, a ring of light around it, deep space, and one of each thing that spawns."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw

from .pictures import LIMB, SUN, folder

F64 = NDArray[np.float64]
Vec3 = tuple[float, float, float]
Face = tuple[Vec3, Vec3, Vec3]

RING = 6.6
"""Radius that the ship circles on, metres, about the origin."""
PLANET = 3.7
TILT = 49.0
"""Degrees that the eye is above the plane of the ring."""
DISTANCE = 28.0
AWAY = (0.0, -400.0, 0.0)
"""Where one of each thing waits to be copied."""

CYAN, GOLD = (0.20, 0.85, 1.0), (1.0, 0.68, 0.18)
CORAL, MAGENTA, CRIMSON = (1.0, 0.22, 0.10), (1.0, 0.10, 0.45), (1.0, 0.05, 0.06)


def towards_eye(right: float, up: float, back: float) -> F64:
    """A direction as the eye has it, in the world; unit length."""
    tilt = math.radians(TILT)
    out = np.array((right, up * math.cos(tilt) + back * math.sin(tilt), back * math.cos(tilt) - up * math.sin(tilt)))
    made: F64 = out / np.linalg.norm(out)
    return made


BACK = towards_eye(0, 0, 1)
HOME = tuple((BACK * DISTANCE + towards_eye(0, 1, 0) * 0.15).tolist())
"""Where the camera is while one plays."""


def glowing(color: Vec3, strength: float, base: float = 0.02) -> dw.Material:
    """What shines by itself, cd/m²."""
    r, g, b = color
    return dw.Material((base * r, base * g, base * b), roughness=0.6, emissive=color, emissive_strength=strength)


# ---- shapes ---------------------------------------------------------------------------------------------------


def flat(faces: ArrayLike, uv: F64 | None = None) -> dw.MeshData:
    """A mesh of triangles (t, 3, 3), each with its own normal; uv (t, 3, 2)."""
    corners = np.asarray(faces, np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return dw.MeshData(
        corners.reshape(-1, 3).astype(np.float32),
        np.repeat(normals, 3, axis=0).astype(np.float32),
        np.arange(3 * len(corners), dtype=np.uint32),
        uv0=None if uv is None else uv.reshape(-1, 2).astype(np.float32),
    )


def outward(faces: ArrayLike) -> F64:
    """Triangles (t, 3, 3) of a solid around the origin, each turned to face away from it."""
    made = np.array(faces, np.float64)
    inside = (np.cross(made[:, 1] - made[:, 0], made[:, 2] - made[:, 0]) * made.mean(axis=1)).sum(axis=1) < 0
    made[inside] = made[inside][:, ::-1]
    return made


def icosahedron(splits: int) -> F64:
    """(t, 3, 3) unit vectors: an icosahedron whose triangles are cut into four, `splits` times."""
    g = (1 + math.sqrt(5)) / 2
    points = np.array([p for a in (-1, 1) for b in (-g, g) for p in ((0, a, b), (a, b, 0), (b, 0, a))], np.float64)
    near = np.linalg.norm(points[:, None] - points, axis=2) < 2.1
    n = len(points)
    triples = [
        (i, j, k) for i in range(n) for j in range(i) for k in range(j) if near[i, j] and near[j, k] and near[i, k]
    ]
    faces = points[np.array(triples)]
    for _ in range(splits):
        a, b, c = faces[:, 0], faces[:, 1], faces[:, 2]
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        faces = np.concatenate([np.stack(t, axis=1) for t in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
        faces /= np.linalg.norm(faces, axis=2, keepdims=True)
    return outward(faces / np.linalg.norm(faces, axis=2, keepdims=True))


def rock() -> dw.MeshData:
    """A boulder of facets, with cracks to glow through."""
    faces = icosahedron(2)
    lumps = sum(np.sin(faces @ np.array(k) + p) for k, p in (((3, 1, 2), 0.3), ((-2, 4, 1), 1.7), ((1, -3, 4), 4.0)))
    u, v = np.arctan2(faces[..., 2], faces[..., 0]) / (2 * np.pi), np.arccos(np.clip(faces[..., 1], -1, 1)) / np.pi
    u = np.where(u < u[:, :1] - 0.5, u + 1, np.where(u > u[:, :1] + 0.5, u - 1, u))
    return flat(faces * (0.70 + 0.08 * np.asarray(lumps))[..., None], np.stack([u, v], axis=-1))


def dart() -> dw.MeshData:
    """A blade: long, thin, swept wings; it flies along -Z."""
    nose, tail, top, low = (0, 0, -0.95), (0, 0, 0.35), (0, 0.2, 0.2), (0, -0.2, 0.2)
    faces: list[Face] = []
    for s in (-1, 1):
        wing = (0.62 * s, 0, 0.75)
        faces += [(nose, wing, top), (nose, wing, low), (tail, wing, top), (tail, wing, low)]
    return flat(outward(np.array(faces) - (0, 0, 0.05)))


def hulk() -> dw.MeshData:
    """A spiked star: every face of an icosahedron pulled out to a point."""
    base = icosahedron(0)
    tips = base.mean(axis=1)
    tips *= 1.25 / np.linalg.norm(tips, axis=1, keepdims=True)
    faces = [np.stack([base[:, i] * 0.66, base[:, (i + 1) % 3] * 0.66, tips], axis=1) for i in range(3)]
    return flat(outward(np.concatenate(faces)))


def hull() -> dw.MeshData:
    """The ship: a slim body with swept wings, its nose along -Z."""
    faces: list[Face] = []
    for s in (-1, 1):
        nose, spine, rear = (0, 0, -0.95), (0, 0.22, 0.1), (0, 0.14, 0.62)
        side, keel, stern = (0.2 * s, 0, 0.15), (0, -0.14, 0.2), (0.16 * s, 0, 0.62)
        tip, root = (0.78 * s, 0.04, 0.74), (0.18 * s, 0.05, -0.12)
        faces += [
            (nose, spine, side),
            (spine, rear, side),
            (side, rear, stern),
            (nose, keel, side),
            (keel, stern, side),
        ]
        faces += [(keel, (0, 0.0, 0.62), stern), (rear, (0, 0.0, 0.62), stern)]
        for y in (0.03, -0.03):
            faces += [(root, tip, (0.15 * s, y, 0.5)), (tip, (0.62 * s, y, 0.78), (0.15 * s, y, 0.5))]
    return flat(outward(faces) * 1.2)


def band() -> dw.MeshData:
    """A wall that stands in a circle of radius 1: what a shock wave is while it spreads and sinks."""
    turn = np.linspace(0, 2 * math.pi, 49)
    x, z = np.cos(turn), np.sin(turn)
    low, high = np.stack([x, 0 * x - 0.5, z], axis=1), np.stack([x, 0 * x + 0.5, z], axis=1)
    a = np.stack([low[:-1], high[:-1], low[1:]], axis=1)
    b = np.stack([low[1:], high[:-1], high[1:]], axis=1)
    return flat(np.concatenate([a, b]))


def star_field(count: int, near: float, far: float, size: float, seed: int) -> dw.MeshData:
    """Stars in a disc across -Z, each a tiny octahedron, as one mesh: turning it turns all of them."""
    rng = np.random.default_rng(seed)
    way = rng.normal(size=(count, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    at = way * rng.uniform(near, far, (count, 1)) * (1.35, 1, 0.4) - (0, 0, 28)
    corner = np.array([(1, 0, 0), (0, 0, 1), (-1, 0, 0), (0, 0, -1)], np.float64)
    one = outward([(corner[i], corner[(i + 1) % 4], (0, s, 0)) for i in range(4) for s in (-1, 1)])
    large = size * rng.uniform(0.4, 1, (count, 1, 1, 1))
    return flat((at[:, None, None] + one * large).reshape(-1, 3, 3))


def facing(size: ArrayLike) -> dw.MeshData:
    """A rectangle of (width, height) metres in the plane of x and y, seen from +Z."""
    w, h = np.asarray(size, np.float64) / 2
    corners = np.array([(-w, -h, 0), (w, -h, 0), (w, h, 0), (-w, h, 0)])
    uv = np.array([(0, 1), (1, 1), (1, 0), (0, 0)], np.float64)
    order = [(0, 1, 2), (0, 2, 3)]
    return flat(corners[order], uv[order])


# ---- what is there --------------------------------------------------------------------------------------------


def scene() -> dw.Scene:
    """All of it."""
    made = dw.Scene("orbit", seed=1, root=folder())
    made.configure(
        {
            "exposure.mode": "manual",
            "exposure.ev100": 14.0,
            "bloom.intensity": 0.20,
            "bloom.spread": 0.45,
            "bloom.steady": False,
            "aa.mode": "fxaa",  # small things that fly fast
            "textures.anisotropy": 1,  # all pictures face the eye
            "shadows.enabled": False,  # nothing stands near enough to anything
            "ao.enabled": False,
            "grading.vignette": 0.25,
        }
    )
    made.add("camera", dw.Camera(fov_y=36, near=1.0), at=HOME, toward=(0, 0, 0))
    x, y, z = (-towards_eye(*SUN)).tolist()
    made.add("sun", dw.Sun(lux=150_000, color=(1.0, 0.93, 0.84)), toward=(x, y, z))
    made.add("night", dw.Environment(
        source="gradient", zenith=(0.30, 0.36, 0.80), horizon=(0.42, 0.24, 0.62), ground=(0.12, 0.10, 0.30),
        intensity=2_400, visible=False,
    ))  # fmt: skip
    add_planet(made)
    add_space(made)
    add_ring(made)
    add_ship(made)
    add_prototypes(made)
    return made


def add_planet(made: dw.Scene) -> None:
    """Land and sea with the lights of towns, clouds that turn faster, and the air before it."""
    sphere = dw.Mesh.sphere(PLANET, 96)
    ground = dw.Material(
        (1, 1, 1), roughness=1.0, base_color_texture=dw.Texture("day.png"), emissive=(1, 1, 1),
        emissive_strength=3_600, emissive_texture=dw.Texture("night.png"),
        metallic_roughness_texture=dw.Texture("rough.png"),
    )  # fmt: skip
    back, side = math.radians(-52) / 2, math.radians(-24) / 2
    leaning = (math.sin(back) * math.cos(side), math.sin(back) * math.sin(side), math.cos(back) * math.sin(side),
               math.cos(back) * math.cos(side))  # fmt: skip
    axis = made.add("axis", rotation=leaning)
    made.add("planet", sphere, ground, rotation=about_y(75), parent=axis, tags={"home"})
    clouds = dw.Material(
        (1, 1, 1), roughness=1.0, specular=0.0, base_color_texture=dw.Texture("clouds.png"), alpha_mode="blend"
    )
    made.add("clouds", dw.Mesh.sphere(PLANET * 1.012, 96), clouds, rotation=about_y(125), parent=axis)
    before = PLANET * 1.05
    away = DISTANCE - before
    limb = away * math.tan(math.asin(PLANET / DISTANCE))
    air = dw.Material(
        (0, 0, 0), roughness=1.0, specular=0.0, alpha_mode="blend", base_color_texture=dw.Texture("air.png"),
        emissive=(1, 1, 1), emissive_strength=19_000, emissive_texture=dw.Texture("air.png"),
    )  # fmt: skip
    disc = dw.Mesh.of(facing((2 * limb / LIMB, 2 * limb / LIMB)))
    made.add("air", disc, air, at=BACK * before, rotation=tilted())


def about_y(degrees: float) -> tuple[float, float, float, float]:
    """A turn, counter-clockwise from above."""
    half = math.radians(degrees) / 2
    return 0.0, math.sin(half), 0.0, math.cos(half)


def tilted() -> tuple[float, float, float, float]:
    """The rotation that turns +Z to the eye."""
    half = math.radians(TILT) / 2
    return -math.sin(half), 0.0, 0.0, math.cos(half)


def add_space(made: dw.Scene) -> None:
    """The nebula far behind, and stars before it that turn slowly."""
    wall = dw.Material(
        (0, 0, 0), roughness=1.0, specular=0.0, emissive=(1, 1, 1), emissive_strength=30_000,
        emissive_texture=dw.Texture("space.png"),
    )  # fmt: skip
    made.add("space", dw.Mesh.of(facing((160, 90))), wall, at=BACK * -62, rotation=tilted())
    for name, many, size, color in (("stars", 260, 0.075, (0.7, 0.82, 1.0)), ("suns", 26, 0.13, (1.0, 0.74, 0.5))):
        field = star_field(many, 4, 34, size, len(name))
        made.add(name, dw.Mesh.of(field), glowing(color, 45_000), rotation=tilted())


def add_ring(made: dw.Scene) -> None:
    """The ring that the ship follows: a thread of light with marks, and an outer one that is hardly there."""
    made.add("ring", dw.Mesh.torus(RING, 0.03, 192), glowing(CYAN, 16_000))
    turns = np.arange(0, 360, 7.5)
    angle = np.radians(turns)
    at = np.stack([(RING - 0.22) * np.cos(angle), 0 * angle, (RING - 0.22) * np.sin(angle)], axis=1)
    turn = np.stack([0 * angle, np.sin(-angle / 2), 0 * angle, np.cos(angle / 2)], axis=1)
    made.add_many("mark", dw.Mesh.box((0.16, 0.02, 0.03)), glowing(CYAN, 9_000), at=at, rotation=turn)


def add_ship(made: dw.Scene) -> None:
    """A pale hull, a cyan canopy and two engines that light what is near."""
    pale = dw.Material((0.74, 0.80, 0.86), metallic=0.15, roughness=0.42, emissive=CYAN, emissive_strength=900)
    ship = made.add("ship", dw.Mesh.of(hull()), pale, at=(0, 0, RING), tags={"home", "ship"})
    made.add("canopy", dw.Mesh.sphere(0.12, 16), glowing(CYAN, 9_000, 0.1), at=(0, 0.18, -0.19), scale=(1, 0.8, 2.4),
             parent=ship)  # fmt: skip
    for x in (-0.17, 0.17):
        made.add("engine", dw.Mesh.sphere(0.1, 16), glowing(CYAN, 420_000), at=(x, 0.04, 0.8), scale=(1, 1, 2.0),
                 parent=ship)  # fmt: skip
    made.lights.add_point("engine light", candela=9_000, color=CYAN, range=4.0, at=(0, 0.3, 1.0), parent=ship)
    made.lights.add_point("flash", candela=0, color=GOLD, range=11.0, at=AWAY)


def add_prototypes(made: dw.Scene) -> None:
    """One of each thing that spawns."""
    cracked = dw.Material(
        (0.16, 0.07, 0.06), roughness=0.9, emissive=(1, 1, 1), emissive_strength=24_000,
        emissive_texture=dw.Texture("lava.png"),
    )  # fmt: skip
    made.add("rock", dw.Mesh.of(rock()), cracked, at=AWAY, scale=1.0)
    made.add("dart", dw.Mesh.of(dart()), glowing(MAGENTA, 15_000, 0.5), at=AWAY)
    made.add("hulk", dw.Mesh.of(hulk()), glowing(CRIMSON, 7_000, 0.6), at=AWAY)
    made.add("core", dw.Mesh.of(flat(icosahedron(0) * 0.42)), glowing(GOLD, 9_000, 0.9), at=AWAY)
    bolt = glowing((0.3, 0.9, 1.0), 420_000)
    made.add("bullet", dw.Mesh.of(flat(icosahedron(1) * (0.055, 0.055, 0.62))), bolt, at=AWAY)
    for name, color in (("ember", CORAL), ("spark", CYAN), ("glint", GOLD)):
        made.add(name, dw.Mesh.of(flat(icosahedron(0) * (0.055, 0.055, 0.3))), glowing(color, 360_000), at=AWAY)
    made.add("burst", dw.Mesh.sphere(0.5, 24), glowing((1.0, 0.50, 0.20), 520_000), at=AWAY)
    wave = dw.Material(
        (0, 0, 0), roughness=1.0, specular=0.0, emissive=(1.0, 0.42, 0.16), emissive_strength=130_000, alpha=0.22,
        alpha_mode="blend", double_sided=True,
    )  # fmt: skip
    made.add("wave", dw.Mesh.of(band()), wave, at=AWAY)
