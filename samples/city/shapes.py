"""The city's geometry, made of a few building blocks. Metres; everything stands on y = 0."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw
from dreamwell.assets import primitives

from .pictures import BAYS

F64 = NDArray[np.float64]
Color = tuple[float, float, float]

BAY = 4.0
"""Metres from window to window."""
FLOOR = 3.5
"""Metres from floor to floor."""

WHITE: Color = (1.0, 1.0, 1.0)
DARK: Color = (0.02, 0.02, 0.025)


# ---- building blocks ------------------------------------------------------------------------------------------


def mesh(positions: ArrayLike, normals: ArrayLike, indices: ArrayLike, uv: ArrayLike | None = None,
         colors: ArrayLike | None = None, name: str = "") -> dw.MeshData:  # fmt: skip
    """Arrays of any kind as a MeshData; triangles are turned to face the way that their normals do."""
    points = np.ascontiguousarray(positions, np.float32)
    upright = np.ascontiguousarray(normals, np.float32)
    faces = np.array(indices, np.uint32).reshape(-1, 3)
    a, b, c = (points[faces[:, i]] for i in range(3))
    wrong = (np.cross(b - a, c - a) * upright[faces].sum(axis=1)).sum(axis=1) < 0
    faces[wrong] = faces[wrong][:, [0, 2, 1]]
    return dw.MeshData(
        points,
        upright,
        faces.ravel(),
        uv0=None if uv is None else np.ascontiguousarray(uv, np.float32),
        colors=None if colors is None else np.ascontiguousarray(colors, np.float32),
        name=name,
    )


def joined(name: str, parts: Iterable[tuple[dw.MeshData, Color]]) -> dw.MeshData:
    """Several meshes as one, each in its colour."""
    listed = list(parts)
    start = np.cumsum([0, *(len(data.positions) for data, _ in listed)])
    colors = [np.tile((*color, 1.0), (len(data.positions), 1)) for data, color in listed]
    return mesh(
        np.concatenate([data.positions for data, _ in listed]),
        np.concatenate([data.normals for data, _ in listed]),
        np.concatenate([data.indices + first for (data, _), first in zip(listed, start.tolist(), strict=False)]),
        colors=np.concatenate(colors),
        name=name,
    )


def moved(data: dw.MeshData, at: Sequence[float], size: Sequence[float] = (1, 1, 1)) -> dw.MeshData:
    """A mesh stretched, then moved."""
    normals = data.normals / np.asarray(size)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return mesh(data.positions * np.asarray(size) + np.asarray(at), normals, data.indices)


def block(width: float, height: float, depth: float, at: Sequence[float] = (0, 0, 0)) -> dw.MeshData:
    """A box that stands on `at`."""
    return moved(primitives.box((1.0, 1.0, 1.0)), (at[0], at[1] + height / 2, at[2]), (width, height, depth))


def swept(path: ArrayLike, rings: ArrayLike, uv: F64 | None = None, name: str = "") -> dw.MeshData:
    """Rings of points joined into a skin: (k, n, 3) from bottom to top, counter-clockwise from above."""
    points = np.asarray(path, np.float64)[:, None, :] + np.asarray(rings, np.float64)
    k, n, _ = points.shape
    around = np.roll(points, -1, 1) - np.roll(points, 1, 1)
    along = np.gradient(points, axis=0)
    normals = np.cross(along, around)
    normals /= -np.linalg.norm(normals, axis=2, keepdims=True)
    i, j = np.meshgrid(np.arange(k - 1), np.arange(n), indexing="ij")
    a, b = i * n + j, i * n + (j + 1) % n
    quads = np.stack([a, a + n, b, b, a + n, b + n], axis=-1)
    return mesh(points.reshape(-1, 3), normals.reshape(-1, 3), quads, uv, name=name)


# ---- buildings ------------------------------------------------------------------------------------------------


@cache
def storeys(width: int, depth: int, floors: int, variant: int) -> dw.MeshData:
    """Some floors of a building: four walls of windows and a flat roof. Width and depth are multiples of a bay."""
    u, v = (np.random.default_rng([width, depth, floors, variant]).integers(0, BAYS, 2) / BAYS).tolist()
    high = floors * FLOOR
    # Round the building, counter-clockwise from above: x and z of the corners, and how many windows come before them.
    corners = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1], [-1, 1]]) * (width / 2, depth / 2)
    windows = np.cumsum([0, width, depth, width, depth]) / BAY
    walls, uv = np.zeros((4, 4, 3)), np.zeros((5, 4, 2))  # of each wall: left and right above, left and right below
    walls[:, ::2, ::2], walls[:, 1::2, ::2] = corners[:-1, None], corners[1:, None]
    walls[:, :2, 1] = high
    uv[:4, ::2, 0], uv[:4, 1::2, 0] = u + windows[:-1, None] / BAYS, u + windows[1:, None] / BAYS
    uv[:4, :2, 1], uv[:4, 2:, 1] = v, v + floors / BAYS
    roof = np.insert(corners[:4], 1, high, axis=1)  # its UVs stay at a corner between four windows: wall
    outward = np.array([[0, 0, 1], [1, 0, 0], [0, 0, -1], [-1, 0, 0], [0, 1, 0]])
    quads = np.arange(4)[:, None] * 4 + [0, 2, 1, 1, 2, 3]
    return mesh(
        np.concatenate([walls.reshape(-1, 3), roof]),
        outward.repeat(4, axis=0),
        np.concatenate([quads.ravel(), [16, 17, 18, 16, 18, 19]]),
        uv.reshape(-1, 2),
        name="storeys",
    )


@cache
def twisted(width: float, floors: int, turn: float) -> dw.MeshData:
    """A tower whose square plan turns by `turn` degrees and narrows on the way up."""
    k = floors // 2 + 1
    up = np.linspace(0, 1, k)
    at = np.linspace(-1, 1, 9)[:-1]
    square = np.concatenate([
        np.stack([at, np.full(8, 1.0)], 1), np.stack([np.full(8, 1.0), -at], 1),
        np.stack([-at, np.full(8, -1.0)], 1), np.stack([np.full(8, -1.0), at], 1),
    ])  # fmt: skip
    square /= (np.abs(square) ** 6).sum(axis=1, keepdims=True) ** (1 / 6)  # rounded corners
    angle = np.radians(turn) * up
    size = width / 2 * (1 - 0.35 * up**1.5)
    c, s = np.cos(angle), np.sin(angle)
    rings = np.zeros((k, 33, 3))
    ring = np.concatenate([square, square[:1]])
    rings[..., 0] = size[:, None] * (c[:, None] * ring[:, 0] + s[:, None] * ring[:, 1])
    rings[..., 2] = size[:, None] * (c[:, None] * ring[:, 1] - s[:, None] * ring[:, 0])
    height = floors * FLOOR
    bays = round(4 * width / BAY)
    u = np.linspace(0, bays / BAYS, 33)
    uv = np.stack(np.broadcast_arrays(u[None, :], (1 - up)[:, None] * floors / BAYS), axis=-1)
    path = np.stack([np.zeros(k), up * height, np.zeros(k)], axis=1)
    return _open(path, rings, uv.reshape(-1, 2), "twisted")


@cache
def drum(radius: float, floors: int) -> dw.MeshData:
    """A round tower with a flat roof."""
    n = 48
    turn = np.linspace(0, 2 * np.pi, n + 1)
    circle = np.stack([np.sin(turn), np.zeros(n + 1), np.cos(turn)], axis=1) * radius
    rings = np.stack([circle, circle])
    bays = max(1, round(2 * np.pi * radius / BAY))
    u = turn / (2 * np.pi) * bays / BAYS
    uv = np.stack([np.stack([u, np.full(n + 1, floors / BAYS)], 1), np.stack([u, np.zeros(n + 1)], 1)])
    return _open(np.array([[0, 0, 0], [0, floors * FLOOR, 0]]), rings, uv.reshape(-1, 2), "drum")


def _open(path: F64, rings: F64, uv: F64, name: str) -> dw.MeshData:
    """A skin whose rings end where they began (with another u), closed above."""
    points = path[:, None, :] + rings
    k, n, _ = points.shape
    around = np.gradient(points, axis=1)
    around[:, 0] = around[:, -1] = (points[:, 1] - points[:, -2]) / 2
    normals = np.cross(around, np.gradient(points, axis=0))
    normals /= -np.linalg.norm(normals, axis=2, keepdims=True)
    middle = points - path[:, None, :]
    normals *= np.sign((normals * middle).sum(axis=2, keepdims=True))
    i, j = np.meshgrid(np.arange(k - 1), np.arange(n - 1), indexing="ij")
    a = i * n + j
    quads = np.stack([a, a + 1, a + n, a + 1, a + n + 1, a + n], axis=-1).reshape(-1, 3)
    top = np.arange(n - 1) + k * n
    fan = np.stack([np.full(n - 1, k * n + n), top, top + 1], axis=1)
    lid = np.concatenate([points[-1], path[-1:]])
    return mesh(
        np.concatenate([points.reshape(-1, 3), lid]),
        np.concatenate([normals.reshape(-1, 3), np.tile([0.0, 1, 0], (n + 1, 1))]),
        np.concatenate([quads, fan]),
        np.concatenate([uv, np.zeros((n + 1, 2))]),
        name=name,
    )


@cache
def pyramid() -> dw.MeshData:
    """A roof: 1 m wide and high."""
    p = np.array([[-0.5, 0, 0.5], [0.5, 0, 0.5], [0.5, 0, -0.5], [-0.5, 0, -0.5], [0, 1, 0]])
    faces = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])
    corners = p[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return mesh(corners.reshape(-1, 3), normals.repeat(3, axis=0), np.arange(12), np.zeros((12, 2)), name="pyramid")


@cache
def water_tank() -> dw.MeshData:
    """A wooden tank on four legs, as on old roofs."""
    wood, steel = (0.24, 0.15, 0.09), (0.1, 0.1, 0.11)
    legs = [(block(0.15, 1.6, 0.15, (x, 0, z)), steel) for x in (-0.9, 0.9) for z in (-0.9, 0.9)]
    barrel = moved(primitives.cylinder(1.5, 2.6, 12), (0, 2.9, 0))
    return joined("water tank", [*legs, (barrel, wood), (moved(primitives.cone(1.7, 1.2, 12), (0, 4.8, 0)), steel)])


@cache
def machine() -> dw.MeshData:
    """A ventilation unit for roofs."""
    housing, fan = block(3.6, 2, 2.4), block(2.4, 0.4, 1.4, (0, 2, 0))
    return joined("machine", [(housing, (0.55, 0.56, 0.57)), (fan, (0.2, 0.2, 0.2))])


# ---- streets --------------------------------------------------------------------------------------------------


@cache
def tree(variant: int, lumps: int) -> dw.MeshData:
    """A trunk and a crown of a few lumps; about 8 m high. One lump will do from afar."""
    rng = np.random.default_rng(variant)
    parts: list[tuple[dw.MeshData, Color]] = [(_tapered(0.5, 0.5, 0.3, 0.3, 4.0, 0, 0), (0.13, 0.09, 0.06))]
    for i in range(lumps):
        angle = 2.4 * i + rng.random()
        away = 0.0 if i == 0 else 1.3
        size = 2.9 if lumps == 1 else rng.uniform(1.6, 2.2) if i else 2.4
        high = 4.9 if lumps == 1 else 5.4 if i == 0 else rng.uniform(3.9, 5.0)
        lump = primitives.sphere(1.0, 8)
        same = np.unique(np.round(lump.positions, 4), axis=0, return_inverse=True)[1].ravel()
        jag = 1 + 0.12 * rng.normal(size=(int(same.max()) + 1, 1))
        shape = mesh(lump.positions * jag[same], lump.normals, lump.indices)
        green = rng.uniform(0.75, 1.25)
        color = (0.10 * green, 0.17 * green, 0.04 * green)
        at = (away * math.cos(angle), high, away * math.sin(angle))
        parts.append((moved(shape, at, (size, size * 0.9, size)), color))
    return joined("tree", parts)


@cache
def car() -> dw.MeshData:
    """A car that looks to -Z; white parts take the material's colour."""
    wheels = [(block(0.3, 0.66, 0.66, (x, 0, z)), DARK) for x in (-0.8, 0.8) for z in (-1.35, 1.35)]
    body = (block(1.85, 0.62, 4.4, (0, 0.35, 0)), WHITE)
    glass = (_tapered(1.7, 2.5, 1.35, 1.7, 0.55, 0.97, 0.15), (0.05, 0.06, 0.07))
    roof = (block(1.36, 0.05, 1.7, (0, 1.5, 0.15)), WHITE)
    return joined("car", [*wheels, body, glass, roof])


def _tapered(w0: float, d0: float, w1: float, d1: float, height: float, y: float, z: float) -> dw.MeshData:
    """A box that narrows towards its top."""
    base = primitives.box((1.0, 1.0, 1.0))
    p = base.positions.astype(np.float64)
    high = p[:, 1:2] > 0
    p[:, [0, 2]] *= np.where(high, (w1, d1), (w0, d0))
    p[:, 1] = np.where(high[:, 0], y + height, y)
    p[:, 2] += z
    return mesh(p, base.normals, base.indices)


@cache
def car_lights(front: bool) -> dw.MeshData:
    """Two head lamps, or two tail lamps."""
    z = -2.21 if front else 2.21
    return joined("car lights", [(block(0.42, 0.16, 0.06, (x, 0.62, z)), WHITE) for x in (-0.62, 0.62)])


@cache
def lamp_post() -> dw.MeshData:
    """A street lamp without its bulb: 7 m high, its arm towards -Z."""
    steel = (0.09, 0.10, 0.11)
    arm = (block(0.1, 0.1, 1.8, (0, 6.9, -0.85)), steel)
    return joined("lamp post", [(block(0.16, 7, 0.16), steel), arm])


@cache
def bulb() -> dw.MeshData:
    """The shining part of a street lamp."""
    return mesh(*_parts(block(0.4, 0.12, 0.7, (0, 6.78, -1.6))), name="bulb")


def _parts(data: dw.MeshData) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint32]]:
    return data.positions, data.normals, data.indices


# ---- the bridge and the river ---------------------------------------------------------------------------------


@cache
def portal(height: float, width: float) -> dw.MeshData:
    """A tower of a suspension bridge that runs along X: two legs, three beams."""
    steel = (1.0, 1.0, 1.0)
    legs = [_leg(side * width / 2, height) for side in (-1, 1)]
    beams = [block(2.6, 2.4, width, (0, y, 0)) for y in (9.0, height * 0.62, height - 3)]
    return joined("portal", [(part, steel) for part in (*legs, *beams)])


def _leg(z: float, height: float) -> dw.MeshData:
    leg = _tapered(5.0, 3.8, 3.2, 2.6, height + 10, -10, 0)
    return moved(leg, (0, 0, z))


@cache
def cable(span: float, top: float, low: float, reach: float) -> dw.MeshData:
    """The main cable: a parabola over the span along X, straight down to the anchors `reach` beyond the towers."""
    x = np.concatenate([[-span / 2 - reach], np.linspace(-span / 2, span / 2, 41), [span / 2 + reach]])
    y = cable_height(x, span, top, low)
    y[0] = y[-1] = low - 1
    turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    ring = np.stack([np.zeros(8), np.cos(turn), np.sin(turn)], axis=1) * 0.45
    return swept(np.stack([x, y, np.zeros_like(x)], axis=1), np.broadcast_to(ring, (len(x), 8, 3)), name="cable")


def cable_height(x: F64, span: float, top: float, low: float) -> F64:
    """How high the cable hangs."""
    return low + (top - low) * (2 * x / span) ** 2


@cache
def boat() -> dw.MeshData:
    """A river boat that goes to -Z: hull, cabin, funnel."""
    hull = _tapered(4.2, 17, 5.2, 20, 2.0, -0.4, 0)
    cabin = block(3.8, 2.2, 9.5, (0, 1.6, 1.2))
    glass = block(3.84, 0.8, 9.0, (0, 2.4, 1.2))
    deck = block(3.0, 0.9, 3.2, (0, 3.8, -1.0))
    return joined("boat", [(hull, (0.12, 0.16, 0.24)), (cabin, WHITE), (glass, DARK), (deck, WHITE)])


@cache
def hills(seed: int) -> dw.MeshData:
    """A ring of hills on the horizon, seen from inside; radius 1, heights up to about 0.1."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 361)
    high = sum(rng.uniform(0.3, 1) / n**0.9 * np.sin(n * turn + rng.uniform(0, 6.3)) for n in (2, 3, 5, 7, 11, 17, 29))
    top = 0.022 + 0.012 * np.asarray(high)
    x, z = np.sin(turn), np.cos(turn)
    low = np.stack([x, np.full_like(x, -0.02), z], 1)
    ridge = np.stack([x * 1.08, np.maximum(top, 0.004), z * 1.08], 1)
    inward = np.stack([-x * 0.5, np.full_like(x, 0.85), -z * 0.5], 1)
    i = np.arange(360)
    quads = np.stack([i, i + 1, i + 361, i + 1, i + 362, i + 361], axis=1)
    return mesh(np.concatenate([low, ridge]), np.concatenate([inward, inward]), quads, name="hills")


def ribbon(x: F64, z: F64, width: float) -> dw.MeshData:
    """A way along points on the ground."""
    along = np.stack([np.gradient(x), np.gradient(z)], axis=1)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.stack([-along[:, 1], np.zeros(len(x)), along[:, 0]], axis=1) * width / 2
    middle = np.stack([x, np.zeros(len(x)), z], axis=1)
    i = np.arange(len(x) - 1) * 2
    quads = np.stack([i, i + 1, i + 2, i + 1, i + 3, i + 2], axis=1)
    points = np.stack([middle - side, middle + side], axis=1).reshape(-1, 3)
    return mesh(points, np.tile([0.0, 1, 0], (len(points), 1)), quads, name="way")


def deck(x: F64, y: F64, width: float) -> dw.MeshData:
    """A bridge's road along X: its top at `y`, 1.2 m thick."""
    half, thick = width / 2, 1.2
    rings = np.array([[0, 0, -half], [0, 0, half], [0, -thick, half], [0, -thick, -half]])
    upward = np.array([[0, 1.0, 0], [0, 0, 1], [0, -1, 0], [0, 0, -1]])
    points = np.stack([x, y, np.zeros_like(x)], axis=1)[:, None] + rings
    i = np.arange(len(x) - 1) * 8
    sides = [np.stack([i + 2 * s, i + 2 * s + 1, i + 2 * s + 8] * 1 + [i + 2 * s + 1, i + 2 * s + 9, i + 2 * s + 8], 1)
             for s in range(4)]  # fmt: skip
    pairs = np.stack([points, np.roll(points, -1, 1)], axis=2).reshape(-1, 3)
    return mesh(pairs, np.tile(upward.repeat(2, axis=0), (len(x), 1)), np.concatenate(sides), name="deck")


def country() -> dw.MeshData:
    """The plain from the edge of the city to the hills: a ring on the ground."""
    turn = np.linspace(0, 2 * np.pi, 97)
    x, z = np.sin(turn), np.cos(turn)
    flat = np.zeros_like(x)
    points = np.concatenate([np.stack([x, flat, z], 1) * 1900 + (0, 0, -680), np.stack([x, flat, z], 1) * 12_000])
    i = np.arange(96)
    quads = np.stack([i, i + 1, i + 97, i + 1, i + 98, i + 97], axis=1)
    return mesh(points, np.tile([0.0, 1, 0], (len(points), 1)), quads, name="country")
