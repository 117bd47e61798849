"""Who hangs on whom, as a hierarchy shows it, and where that puts them in the world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine import math as dmath
from ...engine.scene.scene import Scene

F64 = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Tree:
    """The objects of a scene by their ids, in order. roots: what hangs on nothing, or in a ring."""

    roots: list[int]
    below: dict[int, list[int]]
    parent: dict[int, int]
    """0 for a root."""

    @classmethod
    def of(cls, scene: Scene) -> Tree:
        """The tree of a scene."""
        ids = scene.ids.tolist()
        parents = scene.parents
        rings = (dmath.depths_of(parents) < 0) if len(parents) else np.zeros(0, bool)
        above = [ids[row] if row >= 0 else 0 for row in np.where(rings, -1, parents).tolist()]
        roots: list[int] = []
        below: dict[int, list[int]] = {}
        for number, up in zip(ids, above, strict=True):
            if up:
                below.setdefault(up, []).append(number)
            else:
                roots.append(number)
        return cls(roots, below, dict(zip(ids, above, strict=True)))

    def children(self, id: int) -> Sequence[int]:
        """What hangs on an object; for 0 the roots."""
        return self.below.get(id, ()) if id else self.roots

    def walk(self, ids: Sequence[int] | None = None, depth: int = 0) -> Iterator[tuple[int, int]]:
        """(id, depth) of these objects and all below them, each parent before its children; None: of all."""
        stack = [(number, depth) for number in reversed(self.roots if ids is None else ids)]
        while stack:
            number, deep = stack.pop()
            yield number, deep
            stack += [(child, deep + 1) for child in reversed(self.below.get(number, ()))]

    def above(self, id: int) -> Iterator[int]:
        """What an object hangs on, what that hangs on, and so on."""
        up = self.parent.get(id, 0)
        while up:
            yield up
            up = self.parent.get(up, 0)

    def tops(self, ids: Sequence[int]) -> list[int]:
        """Those of some objects that do not hang below another of them, in the order of the tree."""
        chosen = set(ids)
        found = {number for number in chosen if number in self.parent and chosen.isdisjoint(self.above(number))}
        if len(found) < 2:
            return list(found)
        return [number for number, _ in self.walk() if number in found]

    def ordered(self, ids: Sequence[int]) -> list[int]:
        """Some objects in the order of the tree."""
        chosen = set(ids)
        return [number for number, _ in self.walk() if number in chosen]


def with_all_below(scene: Scene, rows: Any) -> Rows:
    """(m,) the rows of some objects and of everything that hangs below them, ascending."""
    found = np.zeros(len(scene), bool)
    found[np.asarray(rows, np.intp)] = True
    hung = scene.parents >= 0
    while True:
        grown = found | (hung & found[scene.parents])
        if (grown == found).all():
            return np.flatnonzero(found)
        found = grown


def shown_in_editor(scene: Scene) -> NDArray[np.bool_]:
    """(n,) whether the viewport shows an object: neither it nor what it hangs on is hidden."""
    return ~_inherited(scene, [note.hidden for note in scene.notes.values])


def locked_in_editor(scene: Scene) -> NDArray[np.bool_]:
    """(n,) whether an object can't be chosen in the viewport: it, or what it hangs on, is locked."""
    return _inherited(scene, [note.locked for note in scene.notes.values])


def _inherited(scene: Scene, of_note: list[bool]) -> NDArray[np.bool_]:
    own = np.array(of_note, bool)[scene.note_rows]
    if not own.any():
        return own
    out = np.zeros(len(scene), bool)
    out[with_all_below(scene, np.flatnonzero(own))] = True
    return out


def world_matrices(scene: Scene, rows: Any) -> F64:
    """(k, 3, 4) world_from_local of the objects in some rows."""
    at = np.asarray(rows, np.intp)
    out = dmath.affine_from_trs(scene.positions[at], scene.rotations[at], scene.scales[at])
    up = scene.parents[at]
    for _ in range(len(scene)):  # a scene read from a file may have rings
        hung = np.flatnonzero(up >= 0)
        if not len(hung):
            break
        over = up[hung]
        above = dmath.affine_from_trs(scene.positions[over], scene.rotations[over], scene.scales[over])
        out[hung] = dmath.compose_affine(above, out[hung])
        up = up.copy()
        up[hung] = scene.parents[over]
    return out


def inverse_affine(m: F64) -> F64:
    """(..., 3, 4) → (..., 3, 4). Raises numpy.linalg.LinAlgError for a scale of 0."""
    turn = np.linalg.inv(m[..., :3])
    made: F64 = np.concatenate([turn, -(turn @ m[..., 3:])], axis=-1, dtype=np.float64)
    return made


def taken_apart(m: F64) -> tuple[list[float], list[float], list[float]]:
    """A (3, 4) matrix → position, rotation, scale. A mirroring is told by a negative x; shear is lost.

    Rounded to 1e-10, so that what comes back to its place is not a little beside it.
    """
    turn = m[:, :3]
    scale = np.linalg.norm(turn, axis=0)
    if np.linalg.det(turn) < 0:
        scale[0] = -scale[0]
    rotation = dmath.quaternion_from_matrix(turn / np.where(scale == 0, 1, scale))
    parts = (m[:, 3], rotation, scale)
    position, turned, factors = ([round(float(n), 10) + 0.0 for n in part] for part in parts)
    return position, turned, factors
