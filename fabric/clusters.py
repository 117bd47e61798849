"""Light clusters: which lamps reach which part of the view, listed on the GPU every frame.

Olsson, Billeter & Assarsson 2012, "Clustered Deferred and Forward Shading"; Sousa & Geffroy 2016, "The Devil is in the
Details: idTech 666". Lamps with a range are listed by cluster; suns and lamps without one have a list of their own. A
list that finds no room is left out and its cluster goes over all lights, so that the picture is right in every frame;
what all lists together need is read back some frames later, without waiting, and the room doubles until they fit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.rows import power_of_two
from ..shaders import groups
from ..shaders.structs import LIGHT, LIGHT_BOUNDS
from .buffers import buffer, grid
from .layouts import Layouts
from .observer import Observer
from .pipelines import Kernels
from .scene_buffers import GpuScene
from .tape import Encoder

TILES = (24, 14)
"""Columns and rows of tiles."""
SLICES = 24
WORTHWHILE = 16
"""Lamps with a range: for fewer, every surface goes over all lights."""
FIRST_ROOM = 128
"""Entries of all lists together that there is room for at first, for each light."""
_DEPTHS = 1_000.0  # the last slice begins at most so many times as far away as the first one ends
_LOOK_EVERY = 8  # frames
_CLUSTERS = TILES[0] * TILES[1] * SLICES
_BINS = TILES[0] + TILES[1] + SLICES + 1


class Clusters:
    """The lists of lamps by cluster, and the kernels that fill them.

    room: entries of all lists together that there is room for.
    """

    def __init__(self, gpu: Gpu, layouts: Layouts, uniform: dict[str, Any]) -> None:
        self._gpu, self._layouts, self._uniform = gpu, layouts, uniform
        self._kernels = Kernels(
            gpu, "cluster_build", [groups.FRAME, groups.CLUSTERS], [layouts.frame, layouts.clusters]
        )  # fmt: skip
        self.demand = buffer(gpu, "light demand", 8)
        """(2,) uint32: entries that all lists together need, and lists that found no room."""
        self._staging = buffer(gpu, "light demand, to read", 8, wgpu.BufferUsage.MAP_READ | wgpu.BufferUsage.COPY_DST)
        self._coming: Any = None
        self._frames = 0
        self.room = self._wanted = 1024
        self._lamps: wgpu.GPUBuffer | None = None
        self.lists = self._make_lists()
        """(2 * (clusters + 1) + room,) uint32, see `cluster_grid.wgsl`."""

    def _make_lists(self) -> wgpu.GPUBuffer:
        return buffer(self._gpu, "light lists", 4 * (2 * (_CLUSTERS + 1) + self.room))

    def fit(self, scene: GpuScene) -> bool:
        """Make room for the lights of a scene and for what the lists lacked. Returns whether buffers are new ones."""
        self._take_reading()
        if self._wanted == self.room and self._lamps is scene.lights.buffer:
            return False
        if self._wanted != self.room:
            self.room = self._wanted
            self.lists = self._make_lists()
        if self._lamps is not scene.lights.buffer:
            self._lamps = scene.lights.buffer
            self._capacity = scene.lights.buffer.size // LIGHT.size
            if self.room < FIRST_ROOM * self._capacity:
                self.room = self._wanted = power_of_two(FIRST_ROOM * self._capacity)
                self.lists = self._make_lists()
            self._words = -(-self._capacity // 32)
            self._bounds = buffer(self._gpu, "light bounds", LIGHT_BOUNDS.size * self._capacity)
            self._masks = buffer(self._gpu, "light masks", 4 * _BINS * self._words)
        self._group = groups.CLUSTERS.bind(
            self._gpu.device,
            self._layouts.clusters,
            clustering=self._uniform,
            lamps={"buffer": self._lamps},
            light_bounds={"buffer": self._bounds},
            light_masks={"buffer": self._masks},
            light_lists={"buffer": self.lists},
            light_demand={"buffer": self.demand},
        )
        return True

    def set_frame(
        self, value: NDArray[np.void], scene: GpuScene, observer: Observer, size: tuple[int, int], far: float
    ) -> None:
        """Fill structs.CLUSTERING. far: metres, how far away the scene ends."""
        centre, radius = scene.lights.reach()
        reach = math.dist(observer.eye, centre) + radius
        near = observer.near
        last = max(min(reach, far), 2 * near)
        first = max(near, last / _DEPTHS)
        value["tiles"] = TILES
        value["slices"] = SLICES
        value["words"] = -(-len(scene.lights.table) // 32)
        value["tiles_per_pixel"] = TILES[0] / size[0], TILES[1] / size[1]
        value["room"] = self.room
        value["near"], value["first"], value["reach"] = near, first, min(reach, 1e30)
        if observer.orthographic:
            value["slice_scale"] = SLICES / (last - near)
        else:
            value["slice_scale"] = (SLICES - 1) / math.log2(last / first)

    def record(self, encoder: Encoder, frame_group: wgpu.GPUBindGroup) -> None:
        """List the lamps of every cluster."""
        compute = encoder.begin_compute_pass(label="light clusters")
        compute.set_bind_group(0, frame_group)
        compute.set_bind_group(1, self._group)
        for entry, count in (
            ("place_lights", self._capacity),
            ("mark_lights", _BINS * self._words),
            ("list_lights", _CLUSTERS + 1),
        ):
            compute.set_pipeline(self._kernels[entry])
            compute.dispatch_workgroups(*grid(count, 64))
        compute.end()

    # ---- what the lists lack --------------------------------------------------------------------------------------

    def look(self) -> None:
        """Every few frames, after one was submitted: ask what the lists need. Waits for nothing."""
        self._frames += 1
        if self._coming is not None or self._frames % _LOOK_EVERY != 1:
            return
        encoder = self._gpu.device.create_command_encoder(label="light demand")
        encoder.copy_buffer_to_buffer(self.demand, 0, self._staging, 0, 8)
        self._gpu.device.queue.submit([encoder.finish()])
        self._coming = self._staging.map_async("READ_NOSYNC")  # "READ" submits once more, and may wait there

    def _take_reading(self) -> None:
        """What was asked for, if it has come."""
        if self._coming is None or self._coming._state == "pending":  # there is no public way to look
            return
        self._coming.sync_wait()
        raw: Any = self._staging.read_mapped()
        needed = int(np.frombuffer(raw, np.uint32)[0])
        self._staging.unmap()
        self._coming = None
        if needed > self.room:
            most = self._gpu.device.limits["max-storage-buffer-binding-size"] // 4 - 2 * (_CLUSTERS + 1)
            self._wanted = min(power_of_two(needed), most)

    def counters(self) -> tuple[int, int]:
        """Entries that the lists of the last frame need, and how many lists found no room. Waits for the GPU."""
        raw: Any = self._gpu.device.queue.read_buffer(self.demand, 0, 8)
        needed, left_out = np.frombuffer(raw, np.uint32).tolist()
        return needed, left_out
