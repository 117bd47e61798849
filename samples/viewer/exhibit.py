"""What the viewer shows when nothing was given to it: a still life of shapes and materials, made by formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw

F64 = NDArray[np.float64]


# ---- shapes ---------------------------------------------------------------------------------------------------


def surface(points: F64, *, name: str) -> dw.MeshData:
    """A smooth skin over a grid of points (k, n, 3): rows from top to bottom, columns counter-clockwise from above.

    The last column must lie on the first. Normals come from the grid itself, so its ends may be poles.
    """
    k, n, _ = points.shape
    across = np.empty_like(points)
    across[:, 1:-1] = points[:, 2:] - points[:, :-2]
    across[:, 0] = across[:, -1] = points[:, 1] - points[:, -2]
    normals = np.cross(np.gradient(points, axis=0), across)
    length = np.linalg.norm(normals, axis=2, keepdims=True)
    normals /= np.where(length > 1e-12, length, 1)
    for row, inner in ((0, 1), (-1, -2)):  # at a pole: the mean of the ring beside it
        if length[row].max() <= 1e-9:
            mean = normals[inner].mean(axis=0)
            normals[row] = mean / np.linalg.norm(mean)
    v, u = np.meshgrid(np.linspace(0, 1, k), np.linspace(0, 1, n), indexing="ij")
    i, j = np.meshgrid(np.arange(k - 1), np.arange(n - 1), indexing="ij")
    a = i * n + j
    quads = np.stack([a, a + n, a + 1, a + 1, a + n, a + n + 1], axis=-1)
    return dw.MeshData(
        np.ascontiguousarray(points.reshape(-1, 3), np.float32),
        np.ascontiguousarray(normals.reshape(-1, 3), np.float32),
        np.ascontiguousarray(quads.reshape(-1), np.uint32),
        uv0=np.stack([u, v], axis=-1).reshape(-1, 2).astype(np.float32),
        name=name,
    )


def curve(points: Sequence[tuple[float, float]], count: int) -> F64:
    """(count, 2) a smooth curve through points: Catmull & Rom 1974, centripetal."""
    p = np.asarray(points, np.float64)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    out: list[F64] = []
    pieces = len(p) - 3
    for piece in range(pieces):
        p0, p1, p2, p3 = p[piece : piece + 4]
        t0 = 0.0
        t1 = t0 + max(float(np.linalg.norm(p1 - p0)) ** 0.5, 1e-6)
        t2 = t1 + max(float(np.linalg.norm(p2 - p1)) ** 0.5, 1e-6)
        t3 = t2 + max(float(np.linalg.norm(p3 - p2)) ** 0.5, 1e-6)
        t = np.linspace(t1, t2, count // pieces + 1)[:, None]
        a1, a2, a3 = _mix(p0, p1, t0, t1, t), _mix(p1, p2, t1, t2, t), _mix(p2, p3, t2, t3, t)
        whole = _mix(_mix(a1, a2, t0, t2, t), _mix(a2, a3, t1, t3, t), t1, t2, t)
        out.append(whole if piece == pieces - 1 else whole[:-1])
    return np.concatenate(out)


def _mix(a: F64, b: F64, ta: float, tb: float, t: F64) -> F64:
    return (a * (tb - t) + b * (t - ta)) / (tb - ta)


def lathe(profile: ArrayLike, name: str, segments: int = 96, flutes: int = 0, depth: float = 0.0) -> dw.MeshData:
    """A profile (k, 2) of radius and height, from top to bottom along the outside, turned about Y. Flutes: grooves."""
    r, y = np.asarray(profile, np.float64).T
    turn = np.linspace(0, 2 * np.pi, segments + 1)
    grooves = 1 + depth * (np.cos(flutes * turn) - 1) / 2
    radius = r[:, None] * grooves
    height = np.broadcast_to(y[:, None], radius.shape)
    points = np.stack([radius * np.sin(turn), height, radius * np.cos(turn)], axis=-1)
    points[:, -1] = points[:, 0]
    return surface(points, name=name)


def rounded(corners: Sequence[tuple[float, float]], radius: float, steps: int = 6) -> F64:
    """A profile of straight lines with rounded corners."""
    p = np.asarray(corners, np.float64)
    out: list[F64] = [p[:1]]
    for before, here, after in zip(p[:-2], p[1:-1], p[2:], strict=True):
        a = here + (before - here) / np.linalg.norm(before - here) * radius
        b = here + (after - here) / np.linalg.norm(after - here) * radius
        t = np.linspace(0, 1, steps)[:, None]
        out.append(a * (1 - t) ** 2 + 2 * here * t * (1 - t) + b * t**2)
    return np.concatenate([*out, p[-1:]])


def knot(p: int, q: int, radius: float, tube: float, rings: int = 480, sides: int = 28) -> dw.MeshData:
    """A (p, q) torus knot, upright, its middle at the origin."""
    t = np.linspace(0, 2 * np.pi, rings + 1)
    r = radius * (1 + 0.45 * np.cos(q * t))
    line = np.stack([r * np.cos(p * t), r * np.sin(p * t), radius * 0.55 * np.sin(q * t)], axis=1)
    along = np.gradient(line, axis=0)
    along[0] = along[-1] = line[1] - line[-2]
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    out = line / np.linalg.norm(line, axis=1, keepdims=True)
    side = np.cross(along, out)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(side, along)
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.cos(turn)[:, None] * up[:, None] - np.sin(turn)[:, None] * side[:, None]
    return surface(line[:, None] + tube * ring, name="knot")


def pillow(size: float, power: float, segments: int = 96) -> dw.MeshData:
    """A cube with soft edges: a superellipsoid (Barr 1981)."""
    down, turn = np.linspace(0, np.pi, segments // 2 + 1), np.linspace(0, 2 * np.pi, segments + 1)
    d = np.stack(
        [
            np.sin(down)[:, None] * np.sin(turn),
            np.broadcast_to(np.cos(down)[:, None], (len(down), len(turn))),
            np.sin(down)[:, None] * np.cos(turn),
        ],
        axis=-1,
    )
    d /= (np.abs(d) ** power).sum(axis=-1, keepdims=True) ** (1 / power)
    d[:, -1] = d[:, 0]
    return surface(d * size / 2, name="pillow")


# ---- the still life -------------------------------------------------------------------------------------------

VASE = [
    (0.0, 0.10), (0.20, 0.10), (0.26, 0.5), (0.20, 1.0), (0.165, 1.36), (0.185, 1.44), (0.22, 1.46), (0.205, 1.40),
    (0.185, 1.30), (0.23, 1.05), (0.42, 0.70), (0.46, 0.45), (0.36, 0.14), (0.26, 0.03), (0.25, 0.0), (0.0, 0.0),
]  # fmt: skip
BOWL = [
    (0.0, 0.10), (0.25, 0.13), (0.43, 0.26), (0.52, 0.42), (0.535, 0.435), (0.55, 0.42), (0.48, 0.24), (0.32, 0.09),
    (0.20, 0.06), (0.20, 0.0), (0.0, 0.0),
]  # fmt: skip
GOBLET = [
    (0.0, 0.60), (0.12, 0.64), (0.215, 0.80), (0.235, 1.0), (0.20, 1.24), (0.205, 1.25), (0.21, 1.24), (0.245, 1.0),
    (0.225, 0.79), (0.13, 0.61), (0.035, 0.54), (0.028, 0.40), (0.03, 0.15), (0.07, 0.05), (0.24, 0.025),
    (0.25, 0.012), (0.24, 0.0), (0.0, 0.0),
]  # fmt: skip


def still_life() -> dw.Scene:
    """Metal, plastic, ceramic, clay and something like glass, on a round stand. Without light."""
    made = dw.Scene("still life", seed=1)
    made.add("camera", dw.Camera(fov_y=26), at=(1.95, 1.95, 7.5), toward=(-0.05, 0.7, 0))
    plaster = dw.Material(base_color=(0.62, 0.60, 0.57), roughness=0.75)
    walnut = dw.Material(base_color=(0.10, 0.055, 0.035), roughness=0.35)
    gold = dw.Material(base_color=(1.0, 0.71, 0.29), metallic=1.0, roughness=0.13)
    glaze = dw.Material(base_color=(0.015, 0.13, 0.20), roughness=0.08)
    clay = dw.Material(base_color=(0.52, 0.21, 0.11), roughness=0.95)
    plastic = dw.Material(base_color=(0.72, 0.03, 0.025), roughness=0.28)
    chrome = dw.Material(base_color=(0.95, 0.94, 0.93), metallic=1.0, roughness=0.03)
    copper = dw.Material(base_color=(0.93, 0.50, 0.35), metallic=1.0, roughness=0.38)
    pearl = dw.Material(base_color=(0.86, 0.82, 0.76), roughness=0.18)
    glass = dw.Material(base_color=(0.75, 0.88, 0.9), roughness=0.02, alpha=0.26, alpha_mode="blend", double_sided=True)
    base = rounded([(0, 0.0), (2.12, 0.0), (2.12, -0.2), (2.25, -0.2), (2.25, -0.34), (0, -0.34)], 0.035)
    made.add("stand", dw.Mesh.of(lathe(base, "stand", 128)), plaster)
    block = rounded([(0, 0.42), (0.56, 0.42), (0.56, 0.06), (0.64, 0.06), (0.64, 0.0), (0, 0.0)], 0.02)
    made.add("pedestal", dw.Mesh.of(lathe(block, "pedestal", 128)), walnut, at=(-0.15, 0, -0.75))
    made.add("knot", dw.Mesh.of(knot(2, 3, 0.52, 0.15)), gold, at=(-0.15, 1.32, -0.75), rotation=_about_y(18))
    vase = dw.Mesh.of(lathe(curve(VASE, 150), "vase", 160, flutes=16, depth=0.05))
    made.add("vase", vase, glaze, at=(-1.42, 0, 0.05))
    made.add("bowl", dw.Mesh.of(lathe(curve(BOWL, 90), "bowl")), clay, at=(1.22, 0, 0.62))
    for i, (x, y, z) in enumerate(((-0.13, 0.28, 0.02), (0.15, 0.27, 0.12), (0.06, 0.27, -0.19), (0.02, 0.48, -0.02))):
        made.add(f"pearl {i}", dw.Mesh.sphere(0.16, 48), pearl, at=(1.22 + x, y, 0.62 + z))
    made.add("goblet", dw.Mesh.of(lathe(curve(GOBLET, 500), "goblet", 128)), glass, at=(0.92, 0, -0.55), scale=1.15)
    made.add("cube", dw.Mesh.of(pillow(0.72, 6)), plastic, at=(-0.62, 0.36, 0.98), rotation=_about_y(24))
    made.add("chrome ball", dw.Mesh.sphere(0.34, 96), chrome, at=(0.28, 0.34, 0.82))
    made.add("copper ball", dw.Mesh.sphere(0.2, 64), copper, at=(0.12, 0.2, 1.52))
    return made


def _about_y(degrees: float) -> tuple[float, float, float, float]:
    half = np.radians(degrees) / 2
    return 0.0, float(np.sin(half)), 0.0, float(np.cos(half))
