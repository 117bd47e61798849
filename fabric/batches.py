"""Which instances are drawn together: batches of one pipeline class and one mesh, each with its part of a list."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..engine.rows import distinct, far_too_long, power_of_two
from ..loom.woven import WovenScene
from ..shaders.structs import BATCH, NONE, MaterialFlag, PipelineClass

I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]

_MIRRORED_TOO = (PipelineClass.OPAQUE, PipelineClass.MASK)


class Batches:
    """The batches of a scene, as more of them come and their instances come and go.

    table: (b,) structs.BATCH.  counts: (b,) instances of each.  slots: the length of the visible list.
    """

    def __init__(self, woven: WovenScene) -> None:
        self._meshes = woven.geometry.meshes
        self.table: NDArray[np.void] = woven.batches
        self.counts = np.bincount(woven.instances["batch"], minlength=len(self.table))
        self._room = self.counts.copy()
        self.slots = len(woven.instances)
        flags = woven.materials["flags"]
        mask, double = (flags & MaterialFlag.MASK) != 0, (flags & MaterialFlag.DOUBLE_SIDED) != 0
        self._base: I32 = np.where(
            (flags & MaterialFlag.BLEND) != 0,
            PipelineClass.BLEND,
            np.where(
                mask,
                np.where(double, PipelineClass.MASK_DOUBLE_SIDED, PipelineClass.MASK),
                np.where(double, PipelineClass.OPAQUE_DOUBLE_SIDED, PipelineClass.OPAQUE),
            ),
        ).astype(np.int32)
        self._width = max(1, len(self._meshes))
        self._number = np.full(len(PipelineClass) * self._width, NONE, np.uint32)  # of each class and mesh
        self._number[self.table["pipeline"] * self._width + self.table["mesh"]] = np.arange(len(self.table))

    @property
    def blended(self) -> int:
        """How many instances are transparent."""
        return int(self.counts[self.table["pipeline"] == PipelineClass.BLEND].sum())

    def runs(self) -> list[tuple[PipelineClass, int, int]]:
        """Batches behind one another that one pipeline draws: class, first, count; without the transparent ones."""
        return [run for run in self._runs() if run[0] != PipelineClass.BLEND]

    def transparent_runs(self) -> list[tuple[int, int]]:
        """The transparent batches behind one another: first, count."""
        return [(first, count) for kind, first, count in self._runs() if kind == PipelineClass.BLEND]

    def _runs(self) -> list[tuple[PipelineClass, int, int]]:
        kinds = self.table["pipeline"]
        borders = [0, *(np.flatnonzero(np.diff(kinds.astype(np.int64))) + 1).tolist(), len(kinds)]
        return [(PipelineClass(int(kinds[a])), a, b - a) for a, b in pairwise(borders) if b > a]

    def of(self, mesh: I32, material: I32, mirrored: NDArray[np.bool_]) -> U32:
        """(k,) the batch of instances that show a mesh in a material; what is new among them gets one."""
        pipeline = self._base[material]
        pipeline = pipeline + (mirrored & np.isin(pipeline, _MIRRORED_TOO))
        pair = pipeline * np.int32(self._width) + mesh
        new = distinct(pair[self._number[pair] == NONE])
        for one in new.tolist():
            self._number[one] = len(self.table)
            self._add(*divmod(one, self._width))
        found: U32 = self._number[pair]
        return found

    def _add(self, pipeline: int, mesh: int) -> None:
        made = np.zeros(1, BATCH.dtype)
        for key in ("index_count", "first_index", "base_vertex"):
            made[key] = self._meshes[key][mesh]
        made["pipeline"], made["mesh"] = pipeline, mesh
        self.table = np.concatenate([self.table, made])
        self.counts = np.append(self.counts, 0)
        self._room = np.append(self._room, 0)

    def recount(self, before: U32, after: U32) -> None:
        """Instances (k,) that were in one batch are in another; NONE for those that are not drawn."""
        for batches, sign in ((before, -1), (after, 1)):
            self.counts += sign * np.bincount(batches[batches != NONE], minlength=len(self.counts))

    def fit(self) -> bool:
        """Give every batch a part of the visible list that holds it. Returns whether anything is elsewhere now.

        Parts grow to powers of two, so that this happens seldom; a list that has become far too long shrinks.
        Transparent instances, which are listed elsewhere while they are sorted, have parts too.
        """
        wanted = self.counts
        short = np.flatnonzero(wanted > self._room)
        if far_too_long(self.slots, int(wanted.sum())):
            short = np.arange(len(wanted))
        if not len(short):
            return False
        self._room[short] = [power_of_two(count) for count in wanted[short].tolist()]
        self.table = self.table.copy()
        self.table["first_slot"] = np.cumsum(self._room) - self._room
        self.slots = int(self._room.sum())
        return True
