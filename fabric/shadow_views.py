"""What lights see: the projections of their shadow maps, and which lamps deserve how many texels.

Suns have cascades (Zhang et al. 2006, "Parallel-Split Shadow Maps for Large-scale Virtual Environments"), each around
the bounding sphere of its slice of the view, which a turning camera leaves as large as it is (Valient 2007, "Stable
Rendering of Cascaded Shadow Maps", ShaderX6). Spots have one map, points the six faces of a cube.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine import math as dmath
from .observer import planes_of

F64 = NDArray[np.float64]

NARROWEST = 1e-3
"""Half the width that a map shows at one metre, at least: single precision knows no narrower cone."""
NEAREST = 0.02
"""Metres from a lamp within which nothing casts."""
WIDEST_SPOT = 75.0
"""Degrees: a spot with a larger half angle is drawn as a point, into the faces of a cube."""
CUBE_EDGE = 1.06
"""How far a face's map reaches beyond the face: what is filtered near its border still lies on it."""
SPOT_EDGE = 1.02
_PARTS = 32  # a cascade moves on in steps of this part of its edge: maps of what stands still are kept meanwhile


@dataclass(frozen=True)
class Fit:
    """Where a sun's map lies. Equal ones see the same: all but `texel` and `depth` are whole numbers of steps.

    right, up: steps of `step` texels.  far, near: metres against the light, where the map's depth begins and ends.
    """

    right: int
    up: int
    step: int
    texel: float  # metres
    far: float
    near: float

    def matrices(self, turn: F64, size: int) -> tuple[F64, F64]:
        """View and projection (4, 4) for the rotation `turn` (3, 3) light_from_world and a map of `size` texels."""
        view = np.eye(4)
        view[:3, :3] = turn
        length = self.step * self.texel
        view[:3, 3] = (-self.right * length, -self.up * length, -self.near)
        return view, dmath.orthographic(size * self.texel, 1.0, 0.0, self.near - self.far)


def split_distances(near: float, far: float, count: int) -> list[float]:
    """Where each of `count` slices of the view ends, metres: four fifths logarithmic, one fifth even."""
    begin = max(near, far * 0.004)
    ends = [
        0.8 * begin * (far / begin) ** (i / count) + 0.2 * (begin + (far - begin) * i / count)
        for i in range(1, count)
    ]  # fmt: skip
    return [*ends, far]


def fit_sun(turn: F64, focus: tuple[F64, float], bounds: tuple[F64, float], size: int) -> Fit:
    """A sun's map around the sphere `focus`.

    Its middle moves in whole texels, many at a time, so that a moving camera does not make shadow edges crawl. Its
    depth holds the whole scene (`bounds`), so that casters outside of the view still cast.
    """
    centre, radius = focus
    step = max(1, size // _PARTS)
    texel = 2 * radius / (size - step - 2)
    (a, b, c), (d, e, f), (g, h, i) = turn.tolist()
    x, y, z = centre.tolist()
    along = step * texel
    right = math.floor((a * x + b * y + c * z) / along + 0.5)
    up = math.floor((d * x + e * y + f * z) / along + 0.5)
    x, y, z = bounds[0].tolist()
    middle, reach = g * x + h * y + i * z, max(bounds[1], 1e-3)
    unit = 2.0 ** (math.floor(math.log2(reach)) - 4)  # a scene that grows a little keeps its maps
    far, near = math.floor((middle - reach) / unit) * unit, math.ceil((middle + reach) / unit) * unit
    return Fit(right, up, step, texel, far, near)


def cascades(spheres: list[tuple[F64, float]], bounds: tuple[F64, float]) -> list[tuple[F64, float]]:
    """The spheres that get a map each: none beyond the first that is as large as the whole scene."""
    out: list[tuple[F64, float]] = []
    for sphere in spheres:
        if sphere[1] >= bounds[1]:
            return [*out, bounds]
        out.append(sphere)
    return out


@dataclass(frozen=True, eq=False)
class Lens:
    """A lamp's maps: views and projections (f, 4, 4), planes (f, 6, 4), and what a pixel's depth means.

    extent: tangent of half the angle that a map covers.
    """

    views: F64
    projections: F64
    planes: F64
    extent: float


def _faces() -> F64:
    """(6, 3, 3) light_from_world of a cube's faces: +x -x +y -y +z -z."""
    out = np.empty((6, 3, 3))
    for i in range(6):
        direction = np.zeros(3)
        direction[i // 2] = 1 - 2 * (i % 2)
        out[i] = dmath.look_matrix(direction).T
    return out


_FACES = _faces()


def faces_of(is_point: bool, outer: float) -> int:
    """How many maps a lamp needs; outer: degrees, of a spot."""
    return 6 if is_point or outer > WIDEST_SPOT else 1


def lamp_lens(position: F64, direction: F64, reach: float, faces: int, outer: float) -> Lens:
    """A lamp's maps. position, direction: (3,) world; reach: metres, 0 for no limit; outer: degrees."""
    turns = _FACES if faces == 6 else dmath.look_matrix(direction).T[None]
    extent = CUBE_EDGE if faces == 6 else max(SPOT_EDGE * math.tan(math.radians(outer)), NARROWEST)
    views = np.zeros((faces, 4, 4))
    views[:, :3, :3], views[:, 3, 3] = turns, 1
    views[:, :3, 3] = -turns @ position
    lens = dmath.perspective(2 * math.degrees(math.atan(extent)), 1.0, NEAREST)
    planes = np.array([planes_of(lens @ view) for view in views])
    if reach > 0:  # in place of the plane at infinity
        planes[:, 5, :3] = turns[:, 2]
        planes[:, 5, 3] = reach - turns[:, 2] @ position
    return Lens(views, np.broadcast_to(lens, views.shape), planes, extent)


def coverage(position: F64, reach: F64, eye: F64, planes: F64) -> F64:
    """(n,) how much of the picture lamps light: 1 for those that the eye is in the reach of, 0 for those out of view.

    position: (n, 3), reach: (n,) metres; planes: (6, 4) of the view.
    """
    away = np.linalg.norm(position - eye, axis=1)
    margin = reach + 0.05 * away + 0.5  # the eye may move and turn a little before this is asked again
    seen = (position @ planes[:, :3].T + planes[:, 3] >= -margin[:, None]).all(axis=1)
    part: F64 = np.where(seen, reach / np.maximum(np.maximum(away, reach), 1e-6), 0.0)
    return part


class Tiles:
    """Squares in layers of a shadow map: powers of two long, cut from larger ones and never joined again."""

    def __init__(self, edge: int, layers: range) -> None:
        self._edge = 1 << (edge.bit_length() - 1)
        self._free: dict[int, list[tuple[int, int, int]]] = {self._edge: [(layer, 0, 0) for layer in reversed(layers)]}
        self.area = self._edge**2 * len(layers)

    def take(self, edge: int) -> tuple[int, int, int] | None:
        """A free tile of a length: layer, x, y. None where there is no more room."""
        have = edge
        while not self._free.get(have):
            have *= 2
            if have > self._edge:
                return None
        layer, x, y = self._free[have].pop()
        while have > edge:
            have //= 2
            free = self._free.setdefault(have, [])
            free += [(layer, x + have, y + have), (layer, x, y + have), (layer, x + have, y)]
        return layer, x, y

    def give(self, edge: int, tile: tuple[int, int, int]) -> None:
        """Let go of a tile."""
        self._free.setdefault(edge, []).append(tile)


SMALLEST_TILE = 64


def tile_edges(wanted: list[tuple[float, int, int]], area: int) -> list[int]:
    """The edge of each lamp's tiles, most important lamp first; 0 for those there is no room for.

    wanted: for each lamp the edge that it deserves, how many tiles it needs, and the edge that it has (0 for none):
    which it keeps where that is about right, so that nothing flickers. All are halved until they fit.
    """
    edges = [
        have if have and 0.55 * have <= edge <= 1.8 * have else max(SMALLEST_TILE, 1 << max(0, round(math.log2(edge))))
        for edge, _, have in wanted
    ]
    while edges:
        needed = sum(count * edge * edge for edge, (_, count, _) in zip(edges, wanted, strict=False))
        if needed <= area:
            break
        largest = max(edges)
        if largest > SMALLEST_TILE:
            edges = [min(edge, largest // 2) for edge in edges]
        else:
            edges.pop()
    return edges + [0] * (len(wanted) - len(edges))
