"""What changes in a scene between two frames: gathered, sent in one upload, put in its place by kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.math import affine_from_trs
from ..engine.rows import far_too_long, power_of_two
from ..shaders import groups
from ..shaders.structs import RENEWAL
from .buffers import buffer, filled, grid, upload
from .layouts import Layouts
from .pipelines import Kernels
from .tape import BufferWrite, Encoder

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

_NO_RENEWALS: NDArray[np.void] = np.empty(0, RENEWAL.dtype)
_FEW = 8192  # instances that are sent in one piece


class Tables(Protocol):
    """The buffers of a scene that changes are put in place in; any of them may be replaced by another one."""

    transforms: wgpu.GPUBuffer
    instances: wgpu.GPUBuffer
    spheres: wgpu.GPUBuffer
    states: wgpu.GPUBuffer
    batch_table: wgpu.GPUBuffer
    meshes: wgpu.GPUBuffer


@dataclass(frozen=True, eq=False)
class ChangeLists:
    """Which instances change in a frame, for who must know before they do.

    moved, placed: uint32, how many, then their rows, NONE to be skipped; for placed more follows.  renewals:
    structs.RENEWAL, the first one's `row` counts.  groups: workgroups of 256 for the three, 12 bytes each, in order.
    """

    moved: wgpu.GPUBuffer
    placed: wgpu.GPUBuffer
    renewals: wgpu.GPUBuffer
    groups: wgpu.GPUBuffer


class Changes:
    """What moved since the last frame: gathered, sent in one upload, put in its place by one kernel.

    Buffers are made when something first moves and double when more does.
    """

    def __init__(self, gpu: Gpu, layouts: Layouts, scene: Tables) -> None:
        self._gpu, self._layouts = gpu, layouts
        self._bounds = Kernels(gpu, "bounds", [groups.BOUNDS], [layouts.bounds])
        self._place = Kernels(gpu, "place", [groups.PLACE], [layouts.place])
        self._renew = Kernels(gpu, "renew", [groups.RENEW], [layouts.renew])
        self.kinds = (False, False, False)
        """Whether anything that was sent last is to be moved, placed, renewed: what is not needs no kernel."""
        self._counts: tuple[tuple[int, int], ...] = ((0, 0),) * 3  # workgroups of each kind
        usage = wgpu.BufferUsage.INDIRECT | wgpu.BufferUsage.COPY_DST
        self._groups = filled(gpu, "changes", _dispatches(self._counts), usage)
        self._rows: NDArray[np.uint32] = np.zeros(1, np.uint32)  # the count, then the rows
        self._transforms: F32 = np.zeros((0, 3, 4), np.float32)
        self._mark: I32 = np.zeros(0, np.int32)  # where a row lies in them, once something moved a second time
        self._marked = False
        self._moved = 0
        self._placed = 0  # they are in the buffers already
        self._replaced = False
        self._renewals: list[NDArray[np.void]] = []
        self._capacity = {"move": 0, "place": 0, "renew": 0}
        self._reserve("move", 1)
        self._reserve("place", 1)
        self._reserve("renew", 1)
        self.bind(scene)

    def _reserve(self, what: str, needed: int, most: int = 1 << 32) -> None:
        """Buffers for so many changes of a kind, and not for far more than the `most` that may come."""
        have = self._capacity[what]
        if needed <= have and not far_too_long(have, max(needed, most)):
            return
        self._replaced = True
        size = self._capacity[what] = power_of_two(needed)
        if what == "move":
            self._row_buffer = buffer(self._gpu, "dirty rows", 4 * (size + 1))
            self._transform_buffer = buffer(self._gpu, "dirty transforms", 48 * size)
        elif what == "place":
            self._place_buffer = buffer(self._gpu, "places", 44 * size + 4)
            self._packed = np.zeros(1 + 11 * min(size, _FEW), np.int32)
            self._write_packed = BufferWrite(self._gpu.device, self._place_buffer, self._packed)
        else:
            self._renewal_buffer = buffer(self._gpu, "renewals", RENEWAL.size * (size + 1))

    def room(self, what: str) -> int:
        """How many changes of a kind ("move", "place", "renew") there is room for; changes with the scene's version."""
        return self._capacity[what]

    def lists(self) -> ChangeLists:
        """The lists as they are now; they change with the scene's version."""
        return ChangeLists(self._row_buffer, self._place_buffer, self._renewal_buffer, self._groups)

    def bind(self, scene: Tables) -> None:
        """Refer to the buffers as they are now."""
        self._replaced = False
        device, layouts = self._gpu.device, self._layouts
        names = ("transforms", "spheres", "instances", "meshes")
        bound: dict[str, Any] = {name: {"buffer": getattr(scene, name)} for name in names}
        bound["batches"] = {"buffer": scene.batch_table}
        self._move_group = groups.BOUNDS.bind(
            device, layouts.bounds, **bound, dirty_rows={"buffer": self._row_buffer},
            dirty_transforms={"buffer": self._transform_buffer},
        )  # fmt: skip
        self._place_group = groups.PLACE.bind(
            device, layouts.place, **bound, moved={"buffer": self._place_buffer},
        )  # fmt: skip
        self._renew_group = groups.RENEW.bind(
            device, layouts.renew, **bound, states={"buffer": scene.states},
            renewals={"buffer": self._renewal_buffer},
        )  # fmt: skip

    @property
    def pending(self) -> bool:
        """Whether there is anything to send."""
        return self._moved > 0 or self._placed > 0 or len(self._renewals) > 0

    def renew(self, records: NDArray[np.void]) -> None:
        """(k,) structs.RENEWAL of distinct rows. The last record of a row wins."""
        if len(records):
            self._renewals.append(records)

    def move(self, rows: I32, transforms: F32) -> None:
        """Instances (k,), distinct, and their transforms (k, 3, 4). The last move of a row wins."""
        if not len(rows):
            return
        before = self._moved
        if not before:  # nothing to compare with, as in nearly every frame
            self._make_room(len(rows))
            self._rows[1 : len(rows) + 1] = rows
            self._transforms[: len(rows)] = transforms
            self._moved = len(rows)
            return
        self._mark_moved(int(rows.max()))
        at = self._mark[rows]
        new = at < 0
        count = int(new.sum())
        self._make_room(before + count)
        at[new] = np.arange(before, before + count, dtype=np.int32)
        self._mark[rows] = at
        self._rows[at + 1] = rows
        self._transforms[at] = transforms
        self._moved += count

    def _mark_moved(self, last: int) -> None:
        """Note where the rows lie that moved already, in a column that holds row `last` too."""
        moved = self._rows[1 : self._moved + 1]
        last = max(last, int(moved.max()))
        if last >= len(self._mark):
            more = max(last + 1, 2 * len(self._mark)) - len(self._mark)
            self._mark = np.concatenate([self._mark, np.full(more, -1, np.int32)])
        if not self._marked:
            self._marked = True
            self._mark[moved] = np.arange(self._moved, dtype=np.int32)

    def place(self, rows: I32, position: F32, rotation: F32, scale: F32) -> None:
        """Instances (k,), distinct, that hang on nothing, and where they are now; -1 for what is not drawn.

        They are sent at once: nothing is kept. Moves are put in place after these: what comes on top of either is
        made one.
        """
        count = len(rows)
        if self._moved or self._placed:
            drawn = rows >= 0
            world = affine_from_trs(position[drawn], rotation[drawn], scale[drawn]).astype(np.float32)
            self.move(rows[drawn], world)
        elif count:
            self._reserve("place", count)
            self._placed = count
            if count <= _FEW:  # copying is cheaper than more calls
                self._pack(rows, position, rotation, scale)
                self._write_packed(4 + 44 * count)
            else:
                offset = 0
                for part in (np.array([count], np.int32), rows, position, rotation, scale):
                    upload(self._gpu, self._place_buffer, part, offset)
                    offset += part.nbytes

    def _pack(self, rows: I32, position: F32, rotation: F32, scale: F32) -> None:
        """Write them one behind the other, as the buffer has them."""
        packed, count = self._packed, len(rows)
        floats = packed.view(np.float32)
        packed[0] = count
        packed[1 : 1 + count] = rows
        for first, width, values in ((1, 3, position), (4, 4, rotation), (8, 3, scale)):
            start = 1 + first * count
            floats[start : start + width * count].reshape(count, width)[:] = values

    def _make_room(self, needed: int) -> None:
        if needed > len(self._transforms):
            size = max(needed, 2 * len(self._transforms), 256)
            rows, transforms = np.zeros(size + 1, np.uint32), np.empty((size, 3, 4), np.float32)
            rows[: self._moved + 1] = self._rows[: self._moved + 1]
            transforms[: self._moved] = self._transforms[: self._moved]
            self._rows, self._transforms = rows, transforms

    def send(self, instances: int) -> bool:
        """Write what is pending into the buffers, and how much it is; the frame's `record` then puts it in place.

        instances: how many there is room for. Returns whether buffers were replaced: then `bind` is to follow.
        """
        queue = self._gpu.device.queue
        moved, placed = self._moved, self._placed
        records = self._last_renewals() if self._renewals else _NO_RENEWALS
        renewed = max(len(records) - 1, 0)
        self._reserve("renew", len(records), instances)
        self._reserve("move", moved, instances)
        if not placed:  # what was placed is in its buffer already
            self._reserve("place", 0, instances)
        if renewed:
            upload(self._gpu, self._renewal_buffer, records)
            self._renewals.clear()
        if moved:
            self._rows[0] = moved
            queue.write_buffer(self._row_buffer, 0, self._rows[: moved + 1])
            upload(self._gpu, self._transform_buffer, self._transforms[:moved])
            if self._marked:
                self._mark[self._rows[1 : moved + 1]] = -1
                self._marked = False
            if far_too_long(len(self._transforms), max(moved, instances)):
                self._rows, self._transforms, self._mark = (
                    self._rows[:1].copy(),
                    self._transforms[:0].copy(),
                    self._mark[:0].copy(),
                )
        self._moved = self._placed = 0
        counts = tuple(grid(n) if n else (0, 0) for n in (moved, placed, renewed))
        if counts != self._counts:
            self._counts = counts
            queue.write_buffer(self._groups, 0, _dispatches(counts))
        self.kinds = moved > 0, placed > 0, renewed > 0
        return self._replaced

    def shrink(self) -> bool:
        """Keep no room for many changes, while nothing is pending. As `send`."""
        for what in [what for what, room in self._capacity.items() if room > _FEW]:
            self._capacity[what] = 0
            self._reserve(what, 1)
        return self._replaced

    def _last_renewals(self) -> NDArray[np.void]:
        """The last record of each row, behind one that counts them."""
        every = self._renewals[0] if len(self._renewals) == 1 else np.concatenate(self._renewals)
        if len(self._renewals) > 1:
            last = np.empty(int(every["row"].max()) + 1, np.int64)
            last[every["row"]] = np.arange(len(every))  # of equal rows the last assignment stays
            every = every[last[every["row"]] == np.arange(len(every))]
        out = np.zeros(len(every) + 1, RENEWAL.dtype)
        out["row"][0], out[1:] = len(every), every
        return out

    def measure_all(self, count: int) -> None:
        """Find the spheres of all instances: once, before the first frame."""
        encoder = self._gpu.device.create_command_encoder(label="spheres")
        compute = encoder.begin_compute_pass(label="spheres")
        compute.set_pipeline(self._bounds["all_spheres"])
        compute.set_bind_group(0, self._move_group)
        compute.dispatch_workgroups(*grid(count))
        compute.end()
        self._gpu.device.queue.submit([encoder.finish()])

    def record(self, encoder: Encoder) -> None:
        """Put what was sent in its place: a dispatch for each of its `kinds`."""
        moved, placed, renewed = self.kinds
        compute = encoder.begin_compute_pass(label="changes")
        for wanted, pipeline, group, offset in (
            (renewed, self._renew["renew"], self._renew_group, 24),
            (placed, self._place["place"], self._place_group, 12),
            (moved, self._bounds["scatter"], self._move_group, 0),
        ):
            if wanted:
                compute.set_pipeline(pipeline)
                compute.set_bind_group(0, group)
                compute.dispatch_workgroups_indirect(self._groups, offset)
        compute.end()


def _dispatches(counts: tuple[tuple[int, int], ...]) -> NDArray[np.uint32]:
    """(k, 3) the arguments of dispatches."""
    return np.array([(*count, 1) for count in counts], np.uint32)
