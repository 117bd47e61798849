"""The shapes of the courtyard: arcades, steps of stone, neon tubes, leaves, crystals, cloth and the land beyond."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw

from ..city.shapes import mesh
from ..sky.land import ridges, rough
from ..viewer.exhibit import rounded, surface

F64 = NDArray[np.float64]
Line = Sequence[tuple[float, float]]

COLUMN = [
    (0.0, 2.72), (0.27, 2.72), (0.29, 2.69), (0.27, 2.62), (0.20, 2.50), (0.175, 2.40), (0.20, 2.375), (0.17, 2.35),
    (0.172, 1.90), (0.195, 0.90), (0.20, 0.40), (0.235, 0.375), (0.21, 0.34), (0.25, 0.28), (0.275, 0.22), (0.25, 0.17),
    (0.27, 0.15), (0.27, 0.13), (0.0, 0.13),
]  # fmt: skip
BASIN = [
    (1.52, 0.20), (1.54, 0.52), (1.58, 0.56), (1.78, 0.56), (1.82, 0.52), (1.80, 0.46), (1.70, 0.42), (1.66, 0.30),
    (1.70, 0.16), (1.84, 0.12), (1.86, 0.0), (0.0, 0.0),
]  # fmt: skip
STEM = [(0.0, 1.46), (0.14, 1.46), (0.10, 1.36), (0.10, 1.15), (0.17, 0.95), (0.20, 0.75), (0.12, 0.60), (0.30, 0.2)]
DISH = [
    (0.0, 1.50), (0.30, 1.51), (0.62, 1.60), (0.74, 1.69), (0.78, 1.70), (0.80, 1.68), (0.70, 1.55), (0.45, 1.43),
    (0.12, 1.38), (0.0, 1.38),
]  # fmt: skip
URN = [
    (0.0, 1.10), (0.10, 1.10), (0.17, 1.20), (0.22, 1.24), (0.235, 1.23), (0.19, 1.16), (0.145, 1.06), (0.15, 0.99),
    (0.27, 0.88), (0.345, 0.72), (0.34, 0.55), (0.24, 0.30), (0.13, 0.14), (0.10, 0.09), (0.14, 0.05), (0.20, 0.03),
    (0.20, 0.0), (0.0, 0.0),
]  # fmt: skip
POT = [
    (0.0, 0.46), (0.30, 0.47), (0.33, 0.53), (0.37, 0.53), (0.37, 0.45), (0.33, 0.43), (0.30, 0.20), (0.24, 0.0),
    (0.0, 0.0),
]  # fmt: skip
LANTERN = [
    (0.02, 0.40), (0.035, 0.34), (0.06, 0.31), (0.15, 0.24), (0.19, 0.16), (0.185, 0.15), (0.13, 0.20), (0.05, 0.26),
    (0.0, 0.27),
]  # fmt: skip
BALUSTER = [(0.05, 0.72), (0.035, 0.66), (0.028, 0.52), (0.062, 0.26), (0.05, 0.12), (0.03, 0.08), (0.055, 0.0)]


def skin(quads: ArrayLike, normals: ArrayLike | None = None, name: str = "") -> dw.MeshData:
    """Quads (n, 4, 3), flat unless normals are given; UVs are metres, along the wall or the floor that each lies in."""
    p = np.asarray(quads, np.float64)
    face = np.cross(p[:, 1] - p[:, 0], p[:, 3] - p[:, 0])
    face /= np.maximum(np.linalg.norm(face, axis=1, keepdims=True), 1e-12)
    upright = np.repeat(face[:, None], 4, 1) if normals is None else np.asarray(normals, np.float64)
    side = np.abs(face).argmax(axis=1)
    flat = np.array([[2, 1], [0, 2], [0, 1]])[side]
    uv = np.take_along_axis(p, flat[:, None, :].repeat(4, 1), axis=2)
    corners = 4 * np.arange(len(p))[:, None] + np.array((0, 1, 2, 0, 2, 3))
    return mesh(
        p.reshape(-1, 3), upright.reshape(-1, 3), corners, uv.reshape(-1, 2),
        name=name,
    )  # fmt: skip


def box(size: Sequence[float], at: Sequence[float]) -> F64:
    """(6, 4, 3) the sides of a box around `at`."""
    corner = np.array([[-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]]) / 2
    turns = [(0, 1, 2), (2, 1, 0), (0, 2, 1)]
    sides: list[F64] = []
    for axes in turns:
        for sign in (1, -1):
            face = corner * (1, 1, sign)
            face = face[:, list(axes)]
            out = np.cross(face[1] - face[0], face[3] - face[0])
            sides.append(face if out @ face.mean(axis=0) > 0 else face[::-1])
    made: F64 = np.stack(sides) * np.asarray(size) + np.asarray(at)
    return made


def boxes(*parts: tuple[Sequence[float], Sequence[float]], name: str = "") -> dw.MeshData:
    """Boxes as (size, centre), in one mesh."""
    return skin(np.concatenate([box(size, at) for size, at in parts]), name=name)


def arcade(bays: int, bay: float, spring: float, top: float, thick: float) -> dw.MeshData:
    """A wall along X on round arches, its middle at the origin: from the arches' spring to the top, with mouldings."""
    half, steps = thick / 2, 28
    r = bay / 2 - 0.30
    turn = np.linspace(np.pi, 0, steps + 1)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    quads: list[F64] = []
    normals: list[F64] = []

    def strip(a: F64, b: F64, za: float, zb: float, outward: F64) -> None:
        """Between two lines in x and y at two depths, lit by normals (k, 3) of the line's points."""
        p, q = (np.column_stack([line, np.full(len(line), z)]) for line, z in ((a, za), (b, zb)))
        quads.append(np.stack([p[:-1], p[1:], q[1:], q[:-1]], axis=1))
        normals.append(np.stack([outward[:-1], outward[1:], outward[1:], outward[:-1]], axis=1))

    for k in range(bays):
        middle = (k - (bays - 1) / 2) * bay
        arc, outer = ring * r + (middle, spring), ring * (r + 0.20) + (middle, spring)
        high = np.stack([arc[:, 0], np.full(steps + 1, top)], axis=1)
        inward = np.column_stack([-ring, np.zeros(steps + 1)])
        strip(arc, arc, -half - 0.05, half + 0.05, inward)
        for side in (-1.0, 1.0):
            facing = np.broadcast_to((0.0, 0.0, side), (steps + 1, 3))
            strip(arc, high, side * half, side * half, facing)
            strip(arc, outer, side * (half + 0.05), side * (half + 0.05), facing)
            strip(outer, outer, side * (half + 0.05), side * half, -inward)
    length = bays * bay
    for k in range(bays + 1):  # between the arches, above the columns
        left = max(-length / 2, (k - bays / 2) * bay - 0.30)
        right = min(length / 2, (k - bays / 2) * bay + 0.30)
        block = box((right - left, top - spring, thick), ((left + right) / 2, (top + spring) / 2, 0))
        quads.append(block)
        flat = np.cross(block[:, 1] - block[:, 0], block[:, 3] - block[:, 0])
        normals.append(np.repeat((flat / np.linalg.norm(flat, axis=1, keepdims=True))[:, None], 4, 1))
    ledges = np.concatenate(
        [
            box((length + 0.1, high, thick + 2 * out), (0, top + y, 0))
            for y, high, out in ((-0.16, 0.08, 0.05), (0.05, 0.12, 0.08), (0.15, 0.10, 0.16), (0.24, 0.08, 0.22))
        ]
    )
    flat = np.cross(ledges[:, 1] - ledges[:, 0], ledges[:, 3] - ledges[:, 0])
    quads.append(ledges)
    normals.append(np.repeat((flat / np.linalg.norm(flat, axis=1, keepdims=True))[:, None], 4, 1))
    return skin(np.concatenate(quads), np.concatenate(normals), "arcade")


def pipe(line: F64, radius: float, sides: int = 12) -> dw.MeshData:
    """A tube with round ends along points (n, 2) in x and y."""
    points = np.column_stack([line, np.zeros(len(line))])
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    bulge = np.radians((0, 30, 60))
    before = points[0] - along[0] * radius * np.cos(bulge)[:, None]
    after = points[-1] + along[-1] * radius * np.cos(bulge)[::-1, None]
    points = np.concatenate([before, points, after])
    along = np.concatenate([along[:1].repeat(3, 0), along, along[-1:].repeat(3, 0)])
    thick = np.concatenate([np.sin(bulge), np.ones(len(line)), np.sin(bulge)[::-1]]) * radius
    side = np.broadcast_to((0.0, 0.0, 1.0), along.shape)
    up = np.cross(side, along)
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.cos(turn)[:, None] * up[:, None] - np.sin(turn)[:, None] * side[:, None]
    ring[:, -1] = ring[:, 0]
    return surface(points[:, None] + thick[:, None, None] * ring, name="tube")


LETTERS: dict[str, list[Line]] = {
    "D": [[(0, 0), (0, 1), (0.36, 1), (0.62, 0.74), (0.62, 0.26), (0.36, 0), (0.08, 0)]],
    "R": [[(0, 0), (0, 1), (0.55, 1), (0.55, 0.52), (0.08, 0.52)], [(0.26, 0.44), (0.58, 0)]],
    "E": [[(0.55, 1), (0, 1), (0, 0), (0.55, 0)], [(0.08, 0.52), (0.46, 0.52)]],
    "A": [[(0, 0), (0.33, 1), (0.66, 0)], [(0.17, 0.36), (0.49, 0.36)]],
    "M": [[(0, 0), (0.06, 1), (0.40, 0.36), (0.74, 1), (0.80, 0)]],
}


def neon(word: str, radius: float = 0.028) -> dw.MeshData:
    """A word in glass tubes, 1 m high, its middle at the origin."""
    tubes: list[dw.MeshData] = []
    x = 0.0
    for letter in word:
        for stroke in LETTERS[letter]:
            line = rounded([(x + u, v - 0.5) for u, v in stroke], 0.12)
            tubes.append(pipe(line, radius))
        x += max(u for stroke in LETTERS[letter] for u, _ in stroke) + 0.24
    return together(tubes, (-(x - 0.24) / 2, 0.0, 0.0), f"neon {word}")


def together(parts: Sequence[dw.MeshData], at: ArrayLike, name: str) -> dw.MeshData:
    """Meshes as one, moved."""
    first = np.cumsum([0, *(len(part.positions) for part in parts)])
    return mesh(
        np.concatenate([part.positions for part in parts]) + np.asarray(at, np.float32),
        np.concatenate([part.normals for part in parts]),
        np.concatenate([part.indices + k for part, k in zip(parts, first.tolist(), strict=False)]),
        name=name,
    )


def crown(leaves: int, size: Sequence[float], leaf: float, tints: Sequence[ArrayLike], seed: int) -> dw.MeshData:
    """Leaves all over a ball of half axes `size`, denser outside; each two triangles, bent along its rib."""
    rng = np.random.default_rng(seed)
    out = rng.normal(size=(leaves, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    lumps = 1 + 0.16 * np.sin(5 * out[:, :1] + seed) * np.cos(6 * out[:, 1:2]) + 0.12 * np.sin(7 * out[:, 2:])
    deep = rng.random((leaves, 1)) ** 0.35
    at = out * deep * lumps * np.asarray(size)
    along = out + rng.normal(0, 0.7, (leaves, 3)) + (0, -0.35, 0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along, rng.normal(size=(leaves, 3)))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(side, along)
    long = leaf * rng.uniform(0.7, 1.3, (leaves, 1))
    tip, base = at + along * long, at
    left, right = (at + along * long * 0.45 + s * side * long * 0.28 + up * long * 0.10 for s in (-1, 1))
    points = np.stack([base, right, tip, left], axis=1)
    soft = out * 0.8 + up * np.sign((up * out).sum(axis=1, keepdims=True)) * 0.6
    soft /= np.linalg.norm(soft, axis=1, keepdims=True)
    table = np.asarray(tints, np.float64)
    color = table[rng.integers(0, len(table), leaves)] * rng.uniform(0.75, 1.2, (leaves, 1)) * (0.35 + 0.65 * deep)
    corners = 4 * np.arange(leaves)[:, None] + np.array((0, 1, 2, 0, 2, 3))
    return mesh(
        points.reshape(-1, 3), np.repeat(soft, 4, axis=0), corners,
        colors=np.column_stack([np.repeat(np.clip(color, 0, 1), 4, axis=0), np.ones(4 * leaves)]), name="leaves",
    )  # fmt: skip


def crystal(sides: int = 6) -> dw.MeshData:
    """A prism with a point, 1 m high and 0.3 m thick, flat facets."""
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.stack([np.cos(turn), np.zeros(sides + 1), np.sin(turn)], axis=1) * 0.15
    low, high, tip = ring * (0.8, 1, 0.8), ring + np.array((0, 0.72, 0)), np.array((0.03, 1.0, 0.0))
    prism = np.stack([low[1:], low[:-1], high[:-1], high[1:]], axis=1)
    tips = np.broadcast_to(tip, high[1:].shape)
    point = np.stack([high[1:], high[:-1], tips, tips], axis=1)
    shape = skin(np.concatenate([prism, point]))
    face = np.cross(point[:, 1] - point[:, 0], point[:, 2] - point[:, 0])
    normals = shape.normals.copy()
    normals[4 * sides :] = np.repeat(face / np.linalg.norm(face, axis=1, keepdims=True), 4, axis=0)
    return mesh(shape.positions, normals, shape.indices, name="crystal")


def sail(
    span: float, width: float, sag: float, folds: float, tint: ArrayLike, other: ArrayLike, cells: int = 42
) -> dw.MeshData:
    """Cloth between two walls: `span` along X, hanging in the middle, with folds and stripes."""
    u, v = np.meshgrid(np.linspace(-1, 1, cells + 1), np.linspace(-1, 1, cells + 1))

    def shape(u: F64, v: F64) -> F64:
        waist = 1 - 0.16 * (1 - u * u)
        y = -sag * (1 - u * u) * (1 - 0.25 * v * v) - folds * np.cos(9 * v + 2 * u) * (1 - 0.7 * u * u)
        return np.stack([u * span / 2, y, v * waist * width / 2], axis=-1)

    points, e = shape(u, v), 1e-4
    normals = np.cross(shape(u, v + e) - points, shape(u + e, v) - points)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    i = (np.arange(cells)[:, None] * (cells + 1) + np.arange(cells)).ravel()
    quads = np.stack([i, i + 1, i + cells + 1, i + 1, i + cells + 2, i + cells + 1], axis=1)
    stripe = (np.floor((v + 1) * 3.5) % 2)[..., None]
    color = np.concatenate(
        [np.asarray(tint) * (1 - stripe) + np.asarray(other) * stripe, np.ones_like(stripe)], axis=-1
    )
    return mesh(points.reshape(-1, 3), normals.reshape(-1, 3), quads, colors=color.reshape(-1, 4), name="sail")


def water(radius: float, waves: float, rings: int = 18, rays: int = 64) -> dw.MeshData:
    """A round pool whose normals are bent by ripples."""
    r, turn = np.meshgrid(np.linspace(0, radius, rings + 1), np.linspace(0, 2 * np.pi, rays + 1), indexing="ij")
    x, z = r * np.cos(turn), r * np.sin(turn)
    n = np.stack([rough(x * 4, z * 4, 3) * waves, np.ones_like(x), rough(x * 4 + 40, z * 4, 3) * waves], axis=-1)
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    i = (np.arange(rings)[:, None] * (rays + 1) + np.arange(rays)).ravel()
    quads = np.stack([i, i + 1, i + rays + 1, i + 1, i + rays + 2, i + rays + 1], axis=1)
    return mesh(np.stack([x, 0 * x, z], -1).reshape(-1, 3), n.reshape(-1, 3), quads, name="pool")


def land(rings: int = 110, rays: int = 170) -> dw.MeshData:
    """Meadows, woods and, kilometres away, mountains with snow: all around -Z, seen from the origin."""

    def height(x: F64, z: F64) -> F64:
        far = np.hypot(x, z)
        tall = np.interp(far, [0, 900, 2500, 4500, 8000, 20_000, 40_000], [0, 0, 300, 1300, 2500, 3000, 3200])
        meadows = 9 * (rough(x / 240, z / 240) - 1) * np.clip(far / 150, 0, 1)
        return np.asarray(ridges(x / 4700 + 5.2, z / 4700 + 1.3) * tall + meadows - 1)

    away = np.exp(np.interp(np.linspace(0, 1, rings), (0, 0.25, 0.9, 1), np.log((4, 1_500, 18_000, 40_000))))[:, None]
    turn = np.radians(np.linspace(-55, 95, rays))[None]
    x, z = away * np.sin(turn), -away * np.cos(turn)
    step = 0.01 * away
    y = height(x, z)
    n = np.stack(
        [(height(x - step, z) - height(x + step, z)) / (2 * step), np.ones_like(x),
         (height(x, z - step) - height(x, z + step)) / (2 * step)], axis=-1,
    )  # fmt: skip
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    patch = rough(x / 300, z / 300, 4)

    def mixed(a: F64, b: ArrayLike, t: F64) -> F64:
        return np.asarray(a + (np.asarray(b) - a) * np.clip(t, 0, 1)[..., None])

    color = mixed(np.broadcast_to((0.10, 0.13, 0.035), n.shape), (0.24, 0.20, 0.07), patch * 2)
    color = mixed(color, (0.03, 0.055, 0.022), (away - 1500) / 1500 + patch * 2)
    color = mixed(color, (0.19, 0.17, 0.16), np.maximum((0.78 - n[..., 1]) * 8, (y - 800 - 250 * patch) / 250))
    color = mixed(color, (0.88, 0.90, 0.94), np.minimum((y - 1050 - 300 * patch) / 150, (n[..., 1] - 0.60) * 9))
    i = (np.arange(rings - 1)[:, None] * rays + np.arange(rays - 1)).ravel()
    quads = np.stack([i, i + 1, i + rays, i + 1, i + rays + 1, i + rays], axis=1)
    tint = np.concatenate([color, np.ones((*color.shape[:2], 1))], axis=-1)
    return mesh(
        np.stack([x, y, z], -1).reshape(-1, 3), n.reshape(-1, 3), quads, colors=tint.reshape(-1, 4), name="land"
    )
