"""The shapes of the garden, low in polygons and cut by hand: petals, leaves, stones, crowns, cloth. Metres."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw
from dreamwell.samples._shared import solids

F64 = NDArray[np.float64]
Color = tuple[float, float, float]


# ---- faces ------------------------------------------------------------------------------------------------------


flat = solids.solid
"""See there."""


def joined(*parts: dw.MeshData, name: str = "") -> dw.MeshData:
    """Several meshes with colours as one."""
    return solids.joined(parts, name)


def moved(data: dw.MeshData, at: Sequence[float] = (0, 0, 0), yaw: float = 0.0, size: ArrayLike = 1.0) -> dw.MeshData:
    """The same scaled, turned about +Y by degrees, and somewhere else."""
    return solids.put(data, at, size, yaw)


def _quads(quads: ArrayLike) -> F64:
    """(q, 4, 3) → (2 q, 3, 3)."""
    q = np.asarray(quads, np.float64)
    return q[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3, 3)


def smooth(points: F64, colors: F64, name: str = "") -> dw.MeshData:
    """A grid of points (rows, columns, 3) with colours (rows, columns, 3) and the normals of its surface."""
    across, along = np.gradient(points, axis=1), np.gradient(points, axis=0)
    n = np.cross(along, across)
    n /= np.maximum(np.linalg.norm(n, axis=2, keepdims=True), 1e-12)
    rows, columns = points.shape[:2]
    i = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    faces = np.stack([i, i + columns, i + 1, i + 1, i + columns, i + columns + 1], axis=1).reshape(-1, 3)
    flatly = points.reshape(-1, 3)
    area = np.cross(flatly[faces[:, 1]] - flatly[faces[:, 0]], flatly[faces[:, 2]] - flatly[faces[:, 0]])
    return dw.MeshData(
        flatly.astype(np.float32),
        n.reshape(-1, 3).astype(np.float32),
        faces[np.linalg.norm(area, axis=1) > 1e-12].ravel().astype(np.uint32),
        colors=np.column_stack([colors.reshape(-1, 3).clip(0, 1), np.ones(rows * columns)]).astype(np.float32),
        name=name,
    )


def lathe(
    profile: ArrayLike, sides: int, color: ArrayLike = (1, 1, 1), name: str = "", rough: float = 0.0
) -> dw.MeshData:
    """A profile (k, 2) of radius and height, from the bottom up, turned about Y. `rough`: noise of the colour."""
    rng = np.random.default_rng(len(name) + sides)
    r, y = np.asarray(profile, np.float64).T
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    p = np.stack([r[:, None] * np.sin(turn), np.repeat(y[:, None], sides + 1, 1), r[:, None] * np.cos(turn)], axis=-1)
    faces = _quads(np.stack([p[:-1, :-1], p[:-1, 1:], p[1:, 1:], p[1:, :-1]], axis=2).reshape(-1, 4, 3))
    tint = np.asarray(color, np.float64) * (1 + rough * rng.uniform(-1, 1, (len(faces) // 2, 1)))
    return flat(faces, np.repeat(tint, 2, axis=0), name)


# ---- what grows ---------------------------------------------------------------------------------------------------


def petal(rows: int = 7, columns: int = 5) -> dw.MeshData:
    """A petal of length 1 along +Z, cupped upwards, dark at its base; white, so that a material colours it."""
    v, u = np.linspace(0, 1, rows)[:, None], np.linspace(-1, 1, columns)[None]
    half = 0.07 + 0.36 * np.sin(np.pi * np.clip(v * 0.86 + 0.06, 0, 1)) ** 0.85
    x = u * half
    z = v - 0.10 * v * u * u
    y = 0.16 * np.sin(v * np.pi * 0.9) + 0.24 * u * u * half + 0.05 * v**3
    shade = 0.42 + 0.58 * np.sqrt(v) - 0.10 * (1 - u * u) * (1 - v)
    colors = np.broadcast_to(shade[..., None], (rows, columns, 3))
    return smooth(np.stack(np.broadcast_arrays(x, y, z), axis=-1), colors, "petal")


def leaf(rows: int = 7, columns: int = 3) -> dw.MeshData:
    """A leaf of length 1 along +Z, folded along its rib, rising and bending down at its tip."""
    v, u = np.linspace(0, 1, rows)[:, None], np.linspace(-1, 1, columns)[None]
    half = 0.02 + 0.19 * np.sin(np.pi * v**0.8)
    y = 0.30 * v - 0.34 * v**3 + 0.5 * np.abs(u) * half
    shade = 0.60 + 0.40 * v + 0.12 * np.abs(u)
    colors = np.stack(np.broadcast_arrays(shade * 0.95, shade, shade * 0.85), axis=-1)
    return smooth(np.stack(np.broadcast_arrays(u * half, y, v * (1 - 0.1 * np.abs(u))), axis=-1), colors, "leaf")


def stem(rows: int = 5, sides: int = 6) -> dw.MeshData:
    """A stem of height 1, a little bent."""
    v, t = np.linspace(0, 1, rows)[:, None], np.linspace(0, 2 * np.pi, sides + 1)[None]
    r = 0.028 * (1 - 0.35 * v)
    x = r * np.sin(t) + 0.04 * np.sin(np.pi * v)
    z = r * np.cos(t)
    shade = 0.7 + 0.3 * v + 0 * t
    points = np.stack(np.broadcast_arrays(x, v, z), axis=-1)
    return smooth(points[:, ::-1], np.repeat(shade[..., None], 3, axis=-1), "stem")


def heart(sides: int = 9) -> dw.MeshData:
    """The middle of a flower: a dome of radius 1 with a paler ring of stamens."""
    rings = [(0.0, -0.25), (0.8, -0.05), (1.0, 0.18), (0.82, 0.5), (0.45, 0.68), (0.0, 0.72)]
    return lathe(rings, sides, (1, 1, 1), "heart", 0.22)


def wing() -> dw.MeshData:
    """A butterfly's right wing along +X, its hind part smaller; dark at its rim."""
    fore = [(0.0, 0.0), (0.25, -0.42), (0.75, -0.72), (1.0, -0.62), (0.95, -0.25), (0.62, 0.02)]
    hind = [(0.0, 0.0), (0.62, 0.02), (0.72, 0.32), (0.52, 0.62), (0.28, 0.6), (0.05, 0.3)]
    faces: list[F64] = []
    colors: list[float] = []
    for outline, tone in ((fore, 1.0), (hind, 0.82)):
        rim = np.array([(x, 0.0, z) for x, z in outline])
        middle = rim.mean(axis=0)
        inner = 0.72 * rim + 0.28 * middle
        after, inner_after = np.roll(rim, -1, axis=0), np.roll(inner, -1, axis=0)
        for three in ((inner, inner_after, np.broadcast_to(middle, rim.shape)), (rim, after, inner_after),
                      (rim, inner_after, inner)):  # fmt: skip
            faces.append(np.stack(three, axis=1)[:, ::-1])
            colors += [tone if three[0] is inner else 0.08] * len(rim)
    return flat(np.concatenate(faces), np.repeat(np.array(colors)[:, None], 3, axis=1), "wing")


PARTS: dict[str, Callable[[], dw.MeshData]] = {"petal": petal, "leaf": leaf, "stem": stem, "heart": heart, "wing": wing}
"""What the prefabs are made of: `NAME.obj` in this folder."""


def as_obj(data: dw.MeshData) -> str:
    """A mesh as the text of an OBJ file, with its colours (sRGB, after the positions) and normals."""
    assert data.colors is not None
    linear = data.colors[:, :3].astype(np.float64)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    lines = [f"# {data.name}: made by samples/garden/shapes.py"]
    lines += [
        "v " + " ".join(f"{value:.4f}" for value in (*p, *c))
        for p, c in zip(data.positions.tolist(), srgb, strict=True)
    ]
    lines += ["vn " + " ".join(f"{value:.4f}" for value in n) for n in data.normals.tolist()]
    faces = data.indices.reshape(-1, 3).astype(int) + 1
    lines += ["f " + " ".join(f"{i}//{i}" for i in face) for face in faces.tolist()]
    return "\n".join(lines).replace("-0.0000", "0.0000") + "\n"


def write(folder: Path) -> None:
    """The parts of the prefabs as files."""
    for name, make in PARTS.items():
        (folder / f"{name}.obj").write_text(as_obj(make()), encoding="utf-8", newline="\n")


# ---- balls: crowns of trees, rocks, hills --------------------------------------------------------------------------


def ball(times: int = 2) -> F64:
    """An icosahedron whose triangles (t, 3, 3) were cut in four so many times, of radius 1."""
    g = (1 + 5**0.5) / 2
    p = np.array([(-1, g, 0), (1, g, 0), (-1, -g, 0), (1, -g, 0), (0, -1, g), (0, 1, g), (0, -1, -g), (0, 1, -g),
                  (g, 0, -1), (g, 0, 1), (-g, 0, -1), (-g, 0, 1)])  # fmt: skip
    f = np.array([(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4), (11, 10, 2),
                  (10, 7, 6), (7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8), (3, 8, 9), (4, 9, 5), (2, 4, 11),
                  (6, 2, 10), (8, 6, 7), (9, 8, 1)])  # fmt: skip
    faces: F64 = p[f]
    for _ in range(times):
        a, b, c = faces[:, 0], faces[:, 1], faces[:, 2]
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        faces = np.concatenate([np.stack(t, axis=1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
    return np.asarray(faces / np.linalg.norm(faces, axis=2, keepdims=True))


def bumpy(faces: F64, seed: int, depth: float, fine: float = 3.0) -> F64:
    """Points on a ball pushed in and out by a sum of waves; what was joined stays so."""
    rng = np.random.default_rng(seed)
    out = np.ones(faces.shape[:2])
    for k in range(5):
        way = rng.normal(size=3) * fine * (1 + 0.5 * k) / np.sqrt(3)
        out += depth / (1 + 0.6 * k) * np.sin(faces @ way + rng.uniform(0, 6.28))
    return np.asarray(faces * out[..., None])


def foliage(puffs: Sequence[tuple[Sequence[float], float]], low: Color, high: Color, seed: int) -> dw.MeshData:
    """Round masses of leaves as (centre, radius), darker below and inside, each facet of its own green."""
    rng = np.random.default_rng(seed)
    faces: list[F64] = []
    for k, (centre, radius) in enumerate(puffs):
        faces.append(bumpy(ball(2), seed * 31 + k, 0.10, 4.0) * (radius, radius * 0.86, radius) + np.asarray(centre))
    p = np.concatenate(faces)
    middle = p.mean(axis=1)
    span = np.ptp(middle[:, 1])
    up = (middle[:, 1] - middle[:, 1].min()) / span
    n = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    upward = n[:, 1] / np.maximum(np.linalg.norm(n, axis=1), 1e-9) * 0.5 + 0.5
    t = np.clip(0.55 * up + 0.45 * upward + rng.normal(0, 0.10, len(p)), 0, 1)[:, None]
    return flat(p, (np.asarray(low) * (1 - t) + np.asarray(high) * t) * rng.uniform(0.88, 1.12, (len(p), 1)), "foliage")


def rock(seed: int, color: ArrayLike = (0.34, 0.31, 0.27), cuts: int = 1) -> dw.MeshData:
    """A stone of radius about 1, moss on top."""
    rng = np.random.default_rng(seed)
    p = bumpy(ball(cuts), seed, 0.13, 2.4) * rng.uniform(0.8, 1.15, 3)
    n = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    up = n[:, 1] / np.maximum(np.linalg.norm(n, axis=1), 1e-9)
    tint = np.asarray(color) * rng.uniform(0.82, 1.15, (len(p), 1))
    moss = np.clip(up * 1.6 - 1.05, 0, 0.55)[:, None] * rng.uniform(0.4, 1, (len(p), 1))
    return flat(p, tint * (1 - moss) + np.array((0.16, 0.22, 0.07)) * moss, f"rock {seed}")


# ---- what is built --------------------------------------------------------------------------------------------------


def block(size: Sequence[float], at: Sequence[float] = (0, 0, 0), bevel: float = 0.03) -> F64:
    """The triangles (44, 3, 3) of a box with chamfered edges."""
    half = np.asarray(size, np.float64) / 2
    bevel = min(bevel, float(half.min()) * 0.8)

    def corner(axis: int, sign: tuple[int, ...]) -> F64:
        inset = np.where(np.arange(3) == axis, half, half - bevel)
        return np.asarray(inset * sign)

    quads: list[list[F64]] = []
    tips: list[list[F64]] = []
    for a in range(3):
        b, c = (a + 1) % 3, (a + 2) % 3
        for s in (-1, 1):
            ring: list[F64] = []
            for sb, sc in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                sign = [0, 0, 0]
                sign[a], sign[b], sign[c] = s, sb, sc
                ring.append(corner(a, tuple(sign)))
            quads.append(ring)
            for sb in (-1, 1):
                one, two = [0, 0, 0], [0, 0, 0]
                one[a] = two[a] = s
                one[b] = two[b] = sb
                one[c], two[c] = -1, 1
                quads.append(
                    [corner(a, tuple(one)), corner(a, tuple(two)), corner(b, tuple(two)), corner(b, tuple(one))]
                )
    for k in range(8):
        tip = tuple(1 if k >> i & 1 else -1 for i in range(3))
        tips.append([corner(i, tip) for i in range(3)])
    faces = np.concatenate([_quads(quads), np.array(tips)])
    n = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0])
    inside = (n * faces.mean(axis=1)).sum(axis=1) < 0
    faces[inside] = faces[inside][:, ::-1]
    return np.asarray(faces + np.asarray(at, np.float64))


def blocks(
    parts: Sequence[tuple[Sequence[float], Sequence[float]]],
    color: ArrayLike,
    bevel: float,
    seed: int,
    vary: float = 0.14,
) -> dw.MeshData:
    """Chamfered boxes as (size, centre), each in a shade of its own."""
    rng = np.random.default_rng(seed)
    faces = np.concatenate([block(size, at, bevel) for size, at in parts])
    shade = 1 + vary * rng.uniform(-1, 1, (len(parts), 1)) + 0.05 * rng.uniform(-1, 1, (len(parts), 3))
    return flat(faces, np.repeat(np.asarray(color) * shade, 44, axis=0))


def wall(length: float, height: float, thick: float, seed: int, cap: bool = True) -> dw.MeshData:
    """Dry stone along X from the ground up, its middle at the origin: courses of stones, a row of flat ones on top."""
    rng = np.random.default_rng(seed)
    stones: list[tuple[tuple[float, float, float], tuple[float, float, float]]] = []
    top = height - (0.12 if cap else 0)
    courses = max(1, round(top / 0.27))
    for k in range(courses):
        high = top / courses
        x = -length / 2
        while x < length / 2 - 0.02:
            wide = min(float(rng.uniform(0.34, 0.72)), length / 2 - x)
            if length / 2 - x - wide < 0.2:
                wide = length / 2 - x
            deep = thick + float(rng.uniform(-0.05, 0.05))
            stones.append(((wide - 0.015, high - 0.012, deep), (x + wide / 2, (k + 0.5) * high, 0.0)))
            x += wide
    made = blocks(stones, (0.60, 0.475, 0.335), 0.045, seed, 0.22)
    if not cap:
        return made
    caps: list[tuple[tuple[float, float, float], tuple[float, float, float]]] = []
    x = -length / 2
    while x < length / 2 - 0.02:
        wide = min(float(rng.uniform(0.5, 0.8)), length / 2 - x)
        if length / 2 - x - wide < 0.25:
            wide = length / 2 - x
        caps.append(((wide - 0.012, 0.13, thick + 0.14), (x + wide / 2, top + 0.06, 0.0)))
        x += wide
    return joined(made, blocks(caps, (0.70, 0.59, 0.45), 0.035, seed + 1), name="wall")


def soil(width: float, depth: float, seed: int) -> dw.MeshData:
    """A bed's earth: clods, higher in its middle, edges at y = 0."""
    rng = np.random.default_rng(seed)
    nx, nz = max(2, round(width / 0.14)), max(2, round(depth / 0.14))
    x, z = np.meshgrid(np.linspace(-width / 2, width / 2, nx + 1), np.linspace(-depth / 2, depth / 2, nz + 1))
    edge = np.minimum(width / 2 - np.abs(x), depth / 2 - np.abs(z))
    y = 0.05 * np.minimum(edge / 0.2, 1) + rng.uniform(-0.018, 0.022, x.shape) * (edge > 0)
    p = np.stack([x + rng.uniform(-0.03, 0.03, x.shape) * (edge > 0), y, z], axis=-1)
    faces = _quads(np.stack([p[:-1, :-1], p[1:, :-1], p[1:, 1:], p[:-1, 1:]], axis=2).reshape(-1, 4, 3))
    return flat(faces, np.array((0.115, 0.066, 0.038)) * rng.uniform(0.75, 1.25, (len(faces), 1)), "soil")


def mound(sides: int = 9) -> dw.MeshData:
    """A small heap of earth around a plant; white, so that a material says how wet it is."""
    profile = [(0.36, -0.03), (0.33, 0.03), (0.24, 0.075), (0.13, 0.06), (0.0, 0.045)]
    return lathe(profile, sides, (1, 1, 1), "mound", 0.25)


def lawn(half: tuple[float, float], middle: tuple[float, float], seed: int, cells: int = 34) -> dw.MeshData:
    """Grass: facets in greens that change from place to place."""
    rng = np.random.default_rng(seed)
    x, z = np.meshgrid(np.linspace(-half[0], half[0], cells + 1), np.linspace(-half[1], half[1], cells + 1))
    step = (half[0] / cells, half[1] / cells)
    p = np.stack(
        [x + rng.uniform(-0.6, 0.6, x.shape) * step[0] + middle[0], rng.uniform(-0.012, 0.012, x.shape),
         z + rng.uniform(-0.6, 0.6, x.shape) * step[1] + middle[1]], axis=-1,
    )  # fmt: skip
    faces = _quads(np.stack([p[:-1, :-1], p[1:, :-1], p[1:, 1:], p[:-1, 1:]], axis=2).reshape(-1, 4, 3))
    at = faces.mean(axis=1)
    patch = np.sin(at[:, 0] * 0.9 + 1) * np.cos(at[:, 2] * 1.1) + 0.5 * np.sin(at[:, 0] * 2.3 + at[:, 2] * 1.7)
    t = np.clip(0.45 + 0.22 * patch + rng.normal(0, 0.16, len(at)), 0, 1)[:, None]
    return flat(faces, np.array((0.115, 0.215, 0.040)) * (1 - t) + np.array((0.29, 0.375, 0.080)) * t, "lawn")


def tuft(seed: int, blades: int = 7) -> dw.MeshData:
    """A tuft of grass, 1 high."""
    rng = np.random.default_rng(seed)
    turn = rng.uniform(0, 2 * np.pi, blades)
    out = np.stack([np.sin(turn), np.zeros(blades), np.cos(turn)], axis=1)
    side = np.stack([np.cos(turn), np.zeros(blades), -np.sin(turn)], axis=1) * 0.09
    foot = out * 0.12
    high = rng.uniform(0.6, 1.0, (blades, 1))
    tip = out * rng.uniform(0.25, 0.6, (blades, 1)) + np.array((0, 1, 0)) * high
    faces = np.stack([foot - side, foot + side, tip], axis=1)
    colors = np.stack(
        [np.broadcast_to(c, (blades, 3)) for c in ((0.13, 0.22, 0.04), (0.13, 0.22, 0.04), (0.40, 0.50, 0.12))], axis=1
    )
    made = flat(faces, colors * rng.uniform(0.8, 1.15, (blades, 1, 1)), f"tuft {seed}")
    made.normals[:] = (0, 1, 0)  # lit as the ground is
    return made


def disc(radius: float, sides: int, color: ArrayLike = (1, 1, 1), seed: int = 0, wavy: float = 0.0) -> dw.MeshData:
    """A flat disc at y = 0; `wavy` bends its normals, for water."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    rings = np.linspace(0, radius, 7)
    p = np.stack([rings[:, None] * np.sin(turn), 0 * rings[:, None] * turn, rings[:, None] * np.cos(turn)], axis=-1)
    faces = _quads(np.stack([p[:-1, :-1], p[1:, :-1], p[1:, 1:], p[:-1, 1:]], axis=2).reshape(-1, 4, 3))
    made = flat(faces, color, "disc")
    made.normals[:] = np.abs(made.normals) * (0, 1, 0) + wavy * rng.normal(size=(len(made.normals), 3)) * (1, 0, 1)
    made.normals[:] /= np.linalg.norm(made.normals, axis=1, keepdims=True)
    return made


def limb(line: ArrayLike, radii: ArrayLike, sides: int = 7, color: ArrayLike = (0.23, 0.15, 0.09)) -> dw.MeshData:
    """A trunk or a bough along points (k, 3), with a radius at each."""
    points, r = np.asarray(line, np.float64), np.asarray(radii, np.float64)
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along, (0.31, 0.1, 0.94))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(along, side)
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.cos(turn)[None, :, None] * side[:, None] + np.sin(turn)[None, :, None] * other[:, None]
    p = points[:, None] + ring * r[:, None, None]
    faces = _quads(np.stack([p[:-1, :-1], p[:-1, 1:], p[1:, 1:], p[1:, :-1]], axis=2).reshape(-1, 4, 3))
    rng = np.random.default_rng(len(points))
    return flat(faces, np.asarray(color) * np.repeat(rng.uniform(0.8, 1.2, (len(faces) // 2, 1)), 2, axis=0), "limb")


if __name__ == "__main__":
    write(Path(__file__).parent)
