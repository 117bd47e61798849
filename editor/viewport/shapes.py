"""Lines that show what has no surface: where lights shine, what cameras see, what colliders touch.

Shapes are segments (m, 2, 3) in an object's own space, made once for each distinct component and placed for all of the
objects that carry it at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...engine import math as dmath
from ...engine.scene.components import Camera, Mesh, PointLight, Prefab, SpotLight, Sun
from ...engine.scene.physics import Collider
from ...engine.scene.scene import Scene
from .frame import Frame
from .moving import worlds
from .overlay import LINE, Rgba

F64 = NDArray[np.float64]

LIGHT: Rgba = (0.96, 0.80, 0.42, 0.9)
EYE: Rgba = (0.55, 0.78, 0.98, 0.9)
TOUCH: Rgba = (0.48, 0.90, 0.55, 0.85)
SENSOR: Rgba = (0.86, 0.62, 0.98, 0.85)
EMPTY: Rgba = (0.80, 0.82, 0.88, 0.8)
_PIECES = 40
_NO_LINES = np.zeros(0, LINE.dtype)
_ASPECT = 16 / 9
_SIZE = 46.0
"""Points that shapes without a size of their own are large."""


def polyline(points: ArrayLike) -> F64:
    """(k, 3) points → (k - 1, 2, 3) segments."""
    p = np.asarray(points, np.float64)
    return np.stack([p[:-1], p[1:]], axis=1)


def arc(axis: int, radius: float, centre: ArrayLike = (0, 0, 0), start: float = 0.0, turn: float = 360.0) -> F64:
    """Part of a circle across an axis, in degrees."""
    pieces = max(4, round(_PIECES * abs(turn) / 360))
    angle = np.radians(start + np.linspace(0, turn, pieces + 1))
    points = np.zeros((pieces + 1, 3))
    points[:, (axis + 1) % 3] = np.cos(angle) * radius
    points[:, (axis + 2) % 3] = np.sin(angle) * radius
    return polyline(points + np.asarray(centre, np.float64))


def segments(*pairs: Sequence[ArrayLike]) -> F64:
    """Pairs of points."""
    return np.array([[np.asarray(a, np.float64), np.asarray(b, np.float64)] for a, b in pairs])


@lru_cache(maxsize=64)
def box(x: float, y: float, z: float) -> F64:
    """The twelve edges of a box about the origin."""
    corners = np.array([(i & 1, i >> 1 & 1, i >> 2) for i in range(8)]) - 0.5
    edges = [(a, a | bit) for bit in (1, 2, 4) for a in range(8) if not a & bit]
    made: F64 = corners[np.array(edges)] * (x, y, z)
    return made


@lru_cache(maxsize=64)
def sphere(radius: float) -> F64:
    """Three circles."""
    return np.concatenate([arc(axis, radius) for axis in range(3)])


@lru_cache(maxsize=64)
def cylinder(radius: float, height: float, top: float) -> F64:
    """Along Y; `top` is the radius up there, 0 for a cone."""
    h, parts = height / 2, [arc(1, radius, (0, -height / 2, 0))]
    if top:
        parts.append(arc(1, top, (0, h, 0)))
    ways = [(math.cos(a), math.sin(a)) for a in np.radians((0, 90, 180, 270)).tolist()]
    parts.append(segments(*[((c * radius, -h, s * radius), (c * top, h, s * top)) for c, s in ways]))
    return np.concatenate(parts)


@lru_cache(maxsize=64)
def capsule(radius: float, height: float) -> F64:
    """Along Y; height is between the middles of its caps."""
    h = height / 2
    parts = [arc(1, radius, (0, h, 0)), arc(1, radius, (0, -h, 0))]
    parts += [arc(0, radius, (0, h, 0), -90, 180), arc(0, radius, (0, -h, 0), 90, 180)]
    parts += [arc(2, radius, (0, h, 0), 0, 180), arc(2, radius, (0, -h, 0), 180, 180)]
    ways = [(math.cos(a), math.sin(a)) for a in np.radians((0, 90, 180, 270)).tolist()]
    parts.append(segments(*[((c * radius, -h, s * radius), (c * radius, h, s * radius)) for c, s in ways]))
    return np.concatenate(parts)


@lru_cache(maxsize=64)
def spot(angle: float, reach: float) -> F64:
    """A cone along -Z whose half angle is in degrees."""
    half = math.radians(min(angle, 89.0))
    radius, deep = reach * math.sin(half), -reach * math.cos(half)
    rim = arc(2, radius, (0, 0, deep))
    ways = [(math.cos(a), math.sin(a)) for a in np.radians((0, 90, 180, 270)).tolist()]
    return np.concatenate([rim, segments(*[((0, 0, 0), (c * radius, s * radius, deep)) for c, s in ways])])


def frustum(camera: Camera, depth: float, aspect: float = _ASPECT) -> F64:
    """What a camera sees, down to a depth in metres, and which side of it is up."""
    half = camera.height / 2
    near = camera.near
    if camera.projection == "orthographic":
        first = last = (half * aspect, half)
    else:
        slope = math.tan(math.radians(camera.fov_y) / 2)
        first, last = (slope * near * aspect, slope * near), (slope * depth * aspect, slope * depth)
    corners = [
        [(sx * w, sy * h, -deep) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        for (w, h), deep in ((first, near), (last, depth))
    ]
    parts = [polyline([*one, one[0]]) for one in corners]
    parts.append(segments(*zip(corners[0], corners[1], strict=True)))
    w, h = last
    parts.append(polyline([(-w * 0.35, h * 1.06, -depth), (0, h * 1.4, -depth), (w * 0.35, h * 1.06, -depth)]))
    return np.concatenate(parts)


def collider(value: Collider, mesh: Mesh | None) -> F64:
    """The shape of a collider, as it lies on its object; of what follows a mesh, that mesh's box."""
    if value.shape == "box":
        made = box(*value.size)
    elif value.shape == "sphere":
        made = sphere(value.radius)
    elif value.shape == "capsule":
        made = capsule(value.radius, value.height)
    elif value.shape in ("cylinder", "cone"):
        made = cylinder(value.radius, value.height, value.radius if value.shape == "cylinder" else 0.0)
    else:
        made = _around(mesh)
    turn = np.asarray(value.rotation, np.float64)
    length = float(np.linalg.norm(turn))
    matrix = dmath.matrix_from_quaternion(turn / length) if length else np.eye(3)
    placed: F64 = made @ matrix.T + np.asarray(value.offset)
    return placed


def _around(mesh: Mesh | None) -> F64:
    if mesh is None or mesh.shape in ("asset", "data", "box"):
        return box(*(mesh.size if mesh is not None else (1.0, 1.0, 1.0)))
    if mesh.shape == "sphere":
        return sphere(mesh.radius)
    if mesh.shape == "capsule":
        return capsule(mesh.radius, mesh.height)
    if mesh.shape in ("cylinder", "cone"):
        return cylinder(mesh.radius, mesh.height, mesh.radius if mesh.shape == "cylinder" else 0.0)
    if mesh.shape == "torus":
        wide = 2 * (mesh.radius + mesh.tube)
        return box(wide, 2 * mesh.tube, wide)
    x, y, z = mesh.size
    return box(x, 0.0, z) if mesh.shape == "plane" else box(x, y, 0.0)


def placed(shape: F64, world: F64, color: Rgba, width: float = 1.5, hidden: float = 0.22) -> NDArray[np.void]:
    """Segments (m, 2, 3) of a shape at (k, 3, 4) → (k m,) LINE."""
    if not len(shape) or not len(world):
        return _NO_LINES
    points = np.einsum("kij,mpj->kmpi", world[:, :, :3], shape) + world[:, None, None, :, 3]
    out = np.zeros(len(world) * len(shape), LINE.dtype)
    flat = points.reshape(-1, 2, 3)
    out["a"], out["b"] = flat[:, 0], flat[:, 1]
    out["width"], out["hidden"], out["color"] = width, hidden, color
    return out


def _rigid(world: F64) -> F64:
    """(k, 3, 4) without what stretches them: lights and cameras have no scale."""
    out = world.copy()
    out[:, :, :3] /= np.maximum(np.linalg.norm(world[:, :, :3], axis=1, keepdims=True), 1e-12)
    return out


def _carried(scene: Scene, kind: type, rows: NDArray[np.intp]) -> Iterator[tuple[Any, NDArray[np.intp]]]:
    """Each distinct component of a type on some rows, and which of them carry it."""
    slots = scene.slots_of(kind)[rows]
    values: list[Any] = scene.values_of(kind)
    for slot in np.unique(slots[slots >= 0]).tolist():
        yield values[slot], rows[slots == slot]


def of_selected(scene: Scene, rows: NDArray[np.intp], frame: Frame, scale: float) -> NDArray[np.void]:
    """What is shown of the objects in some rows (k,), as they are chosen: lights, cameras, empty ones."""
    lines: list[NDArray[np.void]] = []
    bare = np.ones(len(rows), bool)
    for kind in (Sun, PointLight, SpotLight, Camera, Mesh, Prefab):
        bare &= scene.slots_of(kind)[rows] < 0
    for kind in (Sun, PointLight, SpotLight, Camera):
        for value, where in _carried(scene, kind, rows):
            world = _rigid(worlds(scene, where.astype(np.int64))[0])
            for one in world:
                size = frame.pixel(one[:, 3]) * _SIZE * scale
                lines += [placed(shape, one[None], color) for shape, color in _shapes(value, size)]
    empty = rows[bare]
    if len(empty):
        for one in _rigid(worlds(scene, empty.astype(np.int64))[0]):
            size = frame.pixel(one[:, 3]) * _SIZE * scale * 0.35
            cross = segments(*[(-way, way) for way in np.eye(3) * size])
            lines.append(placed(cross, one[None], EMPTY))
    return np.concatenate(lines) if lines else _NO_LINES


def _shapes(value: Any, size: float) -> Iterator[tuple[F64, Rgba]]:
    if isinstance(value, Sun):
        yield arc(2, size * 0.4), LIGHT
        ways = [(math.cos(a), math.sin(a)) for a in np.radians(np.arange(0, 360, 45)).tolist()]
        rim = [(c * size * 0.4, s * size * 0.4) for c, s in ways]
        yield segments(*[((x, y, 0), (x, y, -size * 1.5)) for x, y in rim]), LIGHT
        yield segments(((0, 0, 0), (0, 0, -size * 2.2))), LIGHT
    elif isinstance(value, PointLight):
        yield sphere(value.range or size * 0.4), LIGHT
    elif isinstance(value, SpotLight):
        reach = value.range or size * 3
        yield spot(value.outer_angle, reach), LIGHT
        if value.inner_angle:
            yield spot(value.inner_angle, reach), (*LIGHT[:3], 0.4)
    elif isinstance(value, Camera):
        yield frustum(value, max(size * 2.5, value.near * 2)), EYE


def of_colliders(scene: Scene, rows: NDArray[np.intp]) -> NDArray[np.void]:
    """The colliders of the objects in some rows (k,)."""
    lines: list[NDArray[np.void]] = []
    for value, where in _carried(scene, Collider, rows):
        color = SENSOR if value.sensor else TOUCH
        follows = value.shape in ("convex", "mesh", "heightfield")
        groups = list(_carried(scene, Mesh, where)) if follows else [(None, where)]
        for mesh, some in groups:
            lines.append(placed(collider(value, mesh), worlds(scene, some.astype(np.int64))[0], color))
    return np.concatenate(lines) if lines else _NO_LINES
