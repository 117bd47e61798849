"""The lights on the GPU: a table whose rows follow the objects that carry them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.rows import far_too_long, power_of_two
from ..shaders.structs import LIGHT, NONE, LightKind
from .buffers import buffer, upload

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

_FEW = 4
"""Objects that carry lights and are looked for among others one by one."""
_NONE_LIT: NDArray[np.intp] = np.empty(0, np.intp)


class Lights:
    """The lights of a scene.

    table: (l,) structs.LIGHT; rows may be free, their object is NONE.  buffer: the same on the GPU, after `send`.
    alight: lights that there are.  ranged: lamps with a range.
    """

    def __init__(self, gpu: Gpu, lights: NDArray[np.void]) -> None:
        """lights: those of the woven scene."""
        self.gpu = gpu
        self.table = lights.copy()
        self.table["shadow"] = NONE
        self.buffer = buffer(gpu, "lights", LIGHT.size * max(1, len(self.table)))
        upload(gpu, self.buffer, self.table)
        self._of = np.full(1, -1, np.int32)  # the first light of each object, up to the last one that has any, and -1
        self._next = np.empty(0, np.int32)  # of each light: another one of the same object
        self._link(self.table["object"][:0])
        self._reach: tuple[NDArray[np.float64], float] | None = None
        self._count()
        self._unsent = (0, 0)  # rows, from the first up to but without the last

    def last_object(self) -> int:
        """The last object that carries any, 0 for none."""
        owners = self.table["object"]
        return int(owners[owners != NONE].max(initial=0))

    def forget(self, last: int) -> None:
        """No object after `last` is there any more."""
        if far_too_long(len(self._of), last + 2):
            self._of = self._of[: last + 2].copy()

    def on(self, objects: I32 | range) -> NDArray[np.intp]:
        """(m,) which of some objects (k,) carry lights."""
        if not isinstance(objects, range):
            if len(self._owners) > _FEW:
                return np.flatnonzero(self._of.take(objects, mode="clip") >= 0)
            found = [(objects == owner).nonzero()[0] for owner in self._owners]  # looks at nothing but the objects
            return found[0] if len(found) == 1 else np.concatenate([_NONE_LIT, *found])
        owners = self.table["object"].astype(np.int64)  # far fewer than objects
        return np.unique(owners[(owners >= objects.start) & (owners < objects.stop)]) - objects.start

    def follow(self, objects: I32, position: F32, back: F32) -> None:
        """Lights follow their objects (k,), each of which has some: (k, 3) metres, and the (k, 3) way of their +Z."""
        length = np.sqrt(np.einsum("ki,ki->k", back, back))
        direction = back / -np.maximum(length, 1e-20)[:, None]
        rows = self._of[objects]
        while len(rows):
            self.table["position"][rows] = position
            self.table["direction"][rows] = direction
            self._touch(rows)
            rows = self._next[rows]
            more = rows >= 0
            rows, position, direction = rows[more], position[more], direction[more]

    def set(self, rows: I32, values: NDArray[np.void]) -> None:
        """Other values for some lights: rows (k,) of the table and (k,) structs.LIGHT. Their places stay."""
        for key in ("color", "range", "spot_scale", "spot_offset", "casts_shadows", "radius"):
            self.table[key][rows] = values[key]
        self._touch(rows)
        self._count()

    def put(self, rows: I32, values: NDArray[np.void]) -> None:
        """Other lights in some rows (k,), which may lie beyond the last: (k,) structs.LIGHT, places and all."""
        if not len(rows):
            return
        have, needed = len(self.table), int(rows.max()) + 1
        if needed > have:
            table = np.zeros(needed, self.table.dtype)  # not by `concatenate`: that would drop the padding
            table["object"] = table["shadow"] = NONE
            table[:have] = self.table
            self.table = table
            if self.table.nbytes > self.buffer.size:
                self.buffer = buffer(self.gpu, "lights", self.table.itemsize * power_of_two(needed))
                self._touch(np.arange(needed))
        before = self.table["object"][rows]
        self.table[rows] = values
        self.table["shadow"][rows] = NONE
        self._touch(rows)
        self._link(before[before != NONE])
        self._count()

    def set_shadow_maps(self, numbers: NDArray[np.uint32]) -> None:
        """Where each light's (l,) first shadow map is, NONE for none."""
        other = np.flatnonzero(self.table["shadow"] != numbers)
        self.table["shadow"] = numbers
        self._touch(other)

    def reach(self) -> tuple[NDArray[np.float64], float]:
        """A ball that holds all that lamps with a range reach, of which there must be some: centre (3,), radius."""
        if self._reach is None:
            position = self.table["position"][self._ranged].astype(np.float64)
            reach = self.table["range"][self._ranged, None].astype(np.float64)
            low, high = (position - reach).min(axis=0), (position + reach).max(axis=0)
            self._reach = (low + high) / 2, float(np.linalg.norm(high - low)) / 2 * 1.001 + 1e-3
        return self._reach

    def send(self) -> None:
        """Upload what changed since the last time."""
        first, last = self._unsent
        if first < last:
            upload(self.gpu, self.buffer, self.table[first:last], LIGHT.size * first)
            self._unsent = (0, 0)

    def _touch(self, rows: NDArray[np.integer[Any]]) -> None:
        """Some rows (k,) are to be sent."""
        if len(rows):
            low, high = int(rows.min()), int(rows.max()) + 1
            first, last = self._unsent
            self._unsent = (min(first, low), max(last, high)) if first < last else (low, high)
            self._reach = None

    def _link(self, gone: NDArray[np.uint32]) -> None:
        """Find the lights of each object anew; `gone` are objects that had some."""
        if len(gone):
            self._of[gone] = -1
        owner = self.table["object"]
        rows = np.flatnonzero(owner != NONE)
        rows = rows[np.argsort(owner[rows], kind="stable")].astype(np.int32)
        owners = owner[rows]
        again = owners[1:] == owners[:-1]
        self._next = np.full(len(owner), -1, np.int32)
        self._next[rows[:-1][again]] = rows[1:][again]
        first = rows[np.concatenate([[True], ~again])] if len(rows) else rows
        self._owners: list[int] = owner[first].tolist()
        """The objects that carry lights."""
        if len(first):
            more = int(owners[-1]) + 2 - len(self._of)
            if more > 0:
                self._of = np.concatenate([self._of, np.full(more, -1, np.int32)])
            self._of[owner[first]] = first

    def _count(self) -> None:
        self.alight = int((self.table["object"] != NONE).sum())
        self._ranged = np.flatnonzero((self.table["kind"] != LightKind.SUN) & (self.table["range"] > 0))
        self.ranged = len(self._ranged)
        self._reach = None
