"""The lake at dusk: birds, gates, hills, water and reeds as meshes, and the scene that they make. Metres.

The eye looks along -Z, into the sunset; the flock flies about the plane z = 0; the water lies on y = 0.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw

from .flock import SPAN, Will

F64 = NDArray[np.float64]

EYE, TARGET = (0.0, 9.0, 128.0), (0.0, 31.0, 0.0)
HEIGHT_OF_SUN = (3.4, -3.0)
"""Degrees, when an evening begins and when it is over."""
SUN_AT = math.radians(-9)
"""Where it goes down: from straight ahead, to the left below 0."""
GATE = 15.0
"""Radius of a gate, metres."""
INK = dw.Material(base_color=(0.012, 0.011, 0.016), roughness=0.85, double_sided=True)
HAWK = dw.Material(
    base_color=(0.03, 0.01, 0.01), roughness=0.8, double_sided=True, emissive=(1.0, 0.06, 0.05), emissive_strength=1_200
)
HILL = dw.Material(base_color=(0.02, 0.024, 0.03), roughness=1.0)
MIRRORED = dw.Material(
    base_color=(0.01, 0.008, 0.014), roughness=1.0, specular=0.0, alpha_mode="blend", double_sided=True
)
LAKE = dw.Material(base_color=(0.006, 0.010, 0.016), roughness=0.09)
GLOW = dw.Material(base_color=(0, 0, 0), emissive=(1.0, 0.62, 0.22), emissive_strength=120_000)
RING = dw.Material(base_color=(0, 0, 0), emissive=(1.0, 0.36, 0.10), emissive_strength=9_000)


def toward_sun(late: float) -> tuple[float, float, float]:
    """Where the sun stands, a unit vector. `late`: 0 when the evening begins, 1 when it is over."""
    height = math.radians(HEIGHT_OF_SUN[0] + (HEIGHT_OF_SUN[1] - HEIGHT_OF_SUN[0]) * late)
    return math.cos(height) * math.sin(SUN_AT), math.sin(height), -math.cos(height) * math.cos(SUN_AT)


def compensation(late: float) -> float:
    """EV: a meter would make a day of the dusk, and does not know when one looks into the sun."""
    return float(np.interp(late, [0, 0.4, 0.75, 1], [-2.6, -2.8, -3.3, -4.5]))


def brightness(late: float) -> float:
    """Of what shines by itself, so that it looks alike at any hour: 1 at the beginning."""
    return float(2 ** np.interp(late, [0, 0.3, 0.6, 0.75, 1], [0.0, -1.5, -3.0, -3.4, -4.2]))


def scene(late: float = 0.0) -> dw.Scene:
    """The lake, one bird to copy, a light, a hawk; no flock."""
    made = dw.Scene("swarm", seed=11)
    made.configure(
        {
            "shadows.enabled": False,
            "ao.enabled": False,
            "bloom.intensity": 0.09,
            "exposure.compensation": compensation(late),
            "tonemap.operator": "agx",
            "grading.saturation": 1.3,
            "grading.tint": 0.18,
            "grading.contrast": 1.12,
        }
    )
    made.add("camera", dw.Camera(fov_y=42, near=0.5), at=EYE, toward=TARGET)
    x, y, z = toward_sun(late)
    made.add("sun", dw.Sun(lux=128_000, angular_diameter=1.6, cast_shadows=False), toward=(-x, -y, -z))
    made.add("air", dw.Environment(haze=2.2, air=2.2, ozone=4.0, ground=(0.03, 0.03, 0.04)))
    made.add("lake", dw.Mesh.of(water()), LAKE)
    for far, tall, seed in ((430.0, 13.0, 1), (1500.0, 120.0, 2), (4600.0, 560.0, 3), (11_000.0, 1500.0, 4)):
        hills = ridge(far, tall, seed)
        made.add("hills", dw.Mesh.of(hills), HILL)
        if seed < 4:
            made.add("mirrored", dw.Mesh.of(mirrored(hills, seed)), replace(MIRRORED, alpha=0.86 - 0.17 * seed))
    made.add("reeds", dw.Mesh.of(reeds()), INK)
    hidden = (0.0, -60.0, 0.0)
    made.add("starling", dw.Mesh.of(bird(0.42)), INK, at=hidden, scale=SPAN)
    made.add("hawk", dw.Mesh.of(bird(0.12, broad=1.5)), HAWK, at=hidden, scale=9.0)
    made.add("light", dw.Mesh.sphere(1.2, 24), GLOW, Will(), at=(0, 34, 0))
    made.add("gate", dw.Mesh.torus(GATE, 0.24, 128), RING, at=hidden)
    return made


# ---- meshes -------------------------------------------------------------------------------------------------------


def bird(lift: float, broad: float = 1.0) -> dw.MeshData:
    """A bird of span 1 that looks along -Z, in ten triangles; its wings are raised by `lift` of their length."""
    wrist, tip = (0.24, 0.5 * lift * 0.55, -0.10 * broad), (0.5, 0.5 * lift, 0.10 * broad)
    points: list[tuple[float, float, float]] = [
        (0, 0.0, -0.25), (-0.05, 0.0, 0.0), (0.05, 0.0, 0.0), (0, 0.0, 0.16), (-0.09, 0.0, 0.30), (0.09, 0.0, 0.30),
        (0, 0.05, -0.02),
    ]  # fmt: skip
    faces = [(0, 1, 6), (0, 6, 2), (1, 3, 6), (6, 3, 2), (3, 4, 5)]
    for side in (-1, 1):
        i = len(points)
        points += [(side * x, y, z) for x, y, z in (wrist, tip, (0.22, 0.5 * lift * 0.5, 0.12 * broad))]
        points += [(0, 0.0, -0.14 * broad), (0, 0.0, 0.12 * broad)]
        faces += [(i + 3, i, i + 4), (i, i + 2, i + 4), (i, i + 1, i + 2)]
    return faceted(np.array(points, np.float64), np.array(faces), "bird")


def ridge(far: float, tall: float, seed: int) -> dw.MeshData:
    """Hills as seen from the eye: a strip around it, its upper edge of noise, woods on those that are near."""
    rng = np.random.default_rng(seed)
    turn = np.radians(np.linspace(-60, 60, 1600))
    top = np.zeros_like(turn)
    for octave in range(8):
        lattice = rng.random(2200)
        x = (turn + 2) * 2.6 * 2**octave
        i = x.astype(int)
        t = (x - i) ** 2 * (3 - 2 * (x - i))
        top += (lattice[i] * (1 - t) + lattice[i + 1] * t - 0.36) / 1.9**octave
    top = np.maximum(top, 0.04) * tall
    if far < 1000:  # trees stand on it
        top += 9 + 5.5 * rng.random(len(turn)) ** 2 + 4 * np.abs(np.sin(turn * 900)) * rng.random(len(turn))
    x, z = far * np.sin(turn), EYE[2] - far * np.cos(turn)
    low = np.stack([x, np.full_like(x, -2.0), z], axis=1)
    high = np.stack([x, top, z - 0.4 * tall], axis=1)
    k = len(turn)
    i = np.arange(k - 1)
    faces = np.vstack([np.stack([i, i + 1, i + k], axis=1), np.stack([i + 1, i + k + 1, i + k], axis=1)])
    normal = np.stack([-np.sin(turn), np.full(k, 0.6), np.cos(turn)], axis=1)
    return smooth(np.vstack([low, high]), np.vstack([normal, normal]), faces, f"ridge {seed}")


def mirrored(hills: dw.MeshData, seed: int) -> dw.MeshData:
    """What the water shows of hills, as a strip on it, where the eye sees their mirror image; torn by waves."""
    rng = np.random.default_rng(seed)
    k = len(hills.positions) // 2
    top = hills.positions[k:].astype(np.float64)
    turn = np.arctan2(top[:, 0], EYE[2] - top[:, 2])
    far, high = np.hypot(top[:, 0], top[:, 2] - EYE[2]), top[:, 1]
    near = far * EYE[1] / (EYE[1] + high)
    near *= 1 + 0.05 * np.sin(turn * 400) * rng.random(k) + 0.03 * rng.normal(size=k)
    shore = np.full(k, 428.0)
    rows = [np.stack([reach * np.sin(turn), np.full(k, 0.04 + 0.01 * seed), EYE[2] - reach * np.cos(turn)], axis=1)
            for reach in (shore, np.minimum(near, shore - 1))]  # fmt: skip
    i = np.arange(k - 1)
    faces = np.vstack([np.stack([i, i + k, i + 1], axis=1), np.stack([i + 1, i + k, i + k + 1], axis=1)])
    return smooth(np.vstack(rows), np.tile((0.0, 1.0, 0.0), (2 * k, 1)), faces, f"mirrored {seed}")


def water(rings: int = 150, rays: int = 260) -> dw.MeshData:
    """The lake: a fan around the eye, fine near it, its normals bent by small waves."""
    rng = np.random.default_rng(5)
    reach = (4.0 * (3000.0 ** (np.arange(rings) / (rings - 1))))[:, None]
    turn = np.radians(np.linspace(-55, 55, rays))[None]
    x, z = reach * np.sin(turn), EYE[2] - reach * np.cos(turn)
    tilt = np.zeros((2, *x.shape))
    for _ in range(24):  # waves of all lengths, most of them along Z
        length, way = 2.5 * 12 ** rng.random(), rng.normal(0, 0.5)
        wave = np.cos((np.sin(way) * x + np.cos(way) * z) * 2 * np.pi / length + rng.uniform(0, 6.3))
        seen = 1 / (1 + (reach / (14 * length)) ** 2)  # smaller than the mesh: left out
        tilt += wave * 0.011 * seen * np.array([np.sin(way), np.cos(way)])[:, None, None]
    normal = np.stack([tilt[0], np.ones_like(x), tilt[1]], axis=-1)
    i = (np.arange(rings - 1)[:, None] * rays + np.arange(rays - 1)[None]).ravel()
    faces = np.vstack([np.stack([i, i + 1, i + rays], axis=1), np.stack([i + 1, i + rays + 1, i + rays], axis=1)])
    return smooth(np.stack([x, 0 * x, z], axis=-1).reshape(-1, 3), normal.reshape(-1, 3), faces, "lake")


def reeds(count: int = 420) -> dw.MeshData:
    """Blades before the eye, at both sides of the picture; some carry a head."""
    rng = np.random.default_rng(8)
    points, faces = list[F64](), list[tuple[int, int, int]]()
    side = np.sign(rng.random(count) - 0.42)
    near = rng.uniform(14, 30, count)
    x = side * near * 0.70 * (1.05 - 0.62 * rng.random(count) ** 1.6)
    tall = rng.uniform(3.5, 8.2, count) * np.clip(np.abs(x) / (near * 0.55), 0.25, 1.15)
    for k in range(count):
        lean = rng.normal(0.10, 0.13) * tall[k]
        wide = rng.uniform(0.03, 0.06)
        foot = np.array([x[k], -0.3, EYE[2] - near[k]])
        start = sum(map(len, points))
        bend = np.array([[0, 0, 0], [0.25 * lean, 0.6, 0], [lean, 1.0, 0]]) * (1, tall[k], 1)
        blade = [foot + b + (s * wide * w, 0, 0) for b, w in zip(bend, (1, 0.8, 0.1), strict=True) for s in (-1, 1)]
        points.append(np.array(blade))
        faces += [(start, start + 1, start + 2), (start + 1, start + 3, start + 2)]
        faces += [(start + 2, start + 3, start + 4), (start + 3, start + 5, start + 4)]
        if rng.random() < 0.14:  # a head, its stem above it
            head, i = foot + bend[2] + (-0.06 * lean, -0.95, 0), start + 6
            outline = ((0.0, 0.0), (0.085, 0.09), (0.085, 0.72), (0.0, 0.84), (-0.085, 0.72), (-0.085, 0.09))
            points.append(np.array([head + np.array((w + 0.06 * lean * h, h, 0.02)) for w, h in outline]))
            faces += [(i, i + 1, i + 5), (i + 1, i + 2, i + 5), (i + 2, i + 4, i + 5), (i + 2, i + 3, i + 4)]
    return faceted(np.vstack(points), np.array(faces), "reeds")


def faceted(points: F64, faces: NDArray[np.int64], name: str) -> dw.MeshData:
    """Triangles with normals of their own."""
    corners = points[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal = np.repeat(normal, 3, axis=0)
    return smooth(corners.reshape(-1, 3), normal, np.arange(len(normal)).reshape(-1, 3), name)


def smooth(points: F64, normals: F64, faces: NDArray[np.int64], name: str) -> dw.MeshData:
    """(n, 3) points and normals of any length, (t, 3) corners."""
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    return dw.MeshData(
        points.astype(np.float32), normals.astype(np.float32), faces.ravel().astype(np.uint32), name=name
    )
