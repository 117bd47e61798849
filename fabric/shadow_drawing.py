"""Draws shadow maps: each is culled on the GPU, by one dispatch for all, and drawn by a pass of its own.

A map's pass is recorded once. A frame plays those of the maps that have to be drawn anew, none where nothing changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import CASTER_VIEW, DRAW_COMMAND, MOST_SHADOW_VIEWS, SHADOW_ROUND, VIEW
from .buffers import STORAGE, buffer, filled, grid
from .depth_pass import DepthPass
from .layouts import Layouts
from .pipelines import Kernels
from .scene_buffers import GpuScene
from .tape import Encoder, Tape
from .targets import DEPTH_FORMAT

_LISTS = 64 << 20  # bytes of instance lists: what more maps need is culled and drawn in rounds


@dataclass(eq=False)
class ShadowMap:
    """One map: a tile of a layer, what it shows, and whether it has to be drawn."""

    number: int
    layer: int
    x: int
    y: int
    edge: int
    whole: bool
    """Whether it is all of its layer."""
    stale: bool = True
    shows: Any = None
    """What it was drawn for; another value makes it stale."""
    tape: Tape | None = None


Maps = Callable[[], Sequence[ShadowMap]]


class ShadowDrawing:
    """The passes that draw maps.

    casters: (MOST_SHADOW_VIEWS,) structs.CASTER_VIEW, what each map is culled and drawn with, for `send`.  layers: the
    views of the texture that maps lie in.  list_room: maps that are culled at a time.
    """

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        device = gpu.device
        self.gpu, self._layouts = gpu, layouts
        usage = wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        self.casters: NDArray[np.void] = np.zeros(MOST_SHADOW_VIEWS, CASTER_VIEW.dtype)
        self._buffer = device.create_buffer(
            label="shadow casters", size=CASTER_VIEW.size * MOST_SHADOW_VIEWS, usage=usage
        )
        rounds = np.zeros((MOST_SHADOW_VIEWS, 64), np.uint32)
        rounds[:, 0] = np.arange(MOST_SHADOW_VIEWS)
        self._rounds = filled(gpu, "shadow rounds", rounds, usage)
        self._depth = DepthPass(gpu, layouts, {"buffer": self._buffer, "size": VIEW.size}, from_light=True)
        self._view_groups: dict[int, wgpu.GPUBindGroup] = {}
        self._cull_layout = groups.SHADOW_CULL.layout(device)
        self._kernels = Kernels(gpu, "shadow_cull", [groups.SHADOW_CULL], [self._cull_layout])
        self._clearing: wgpu.GPURenderPipeline | None = None
        self.layers: list[wgpu.GPUTextureView] = []
        self.list_room = 0

    def bind(self, scene: GpuScene, maps: int) -> None:
        """Refer to the scene's buffers as they are now, with lists for so many maps."""
        target = scene.view_target
        self.list_room = lists = min(maps, max(4, _LISTS // max(4 * target.slots, 1)))
        if not maps:
            return
        self._visible = buffer(self.gpu, "shadow visible", 4 * target.slots * lists)
        self._args = buffer(
            self.gpu,
            "shadow draws",
            DRAW_COMMAND.size * scene.batches * maps,
            STORAGE | wgpu.BufferUsage.INDIRECT,
        )
        self._draw_group = scene.bind_draws(self._visible)
        self._cull_groups = [
            groups.SHADOW_CULL.bind(
                self.gpu.device,
                self._cull_layout,
                casters={"buffer": self._buffer},
                shadow_round={"buffer": self._rounds, "offset": 256 * first, "size": SHADOW_ROUND.size},
                spheres={"buffer": scene.spheres},
                instances={"buffer": scene.instances},
                batches={"buffer": scene.batch_table},
                args={"buffer": self._args},
                visible={"buffer": self._visible},
            )
            for first in range(0, maps, lists)
        ]
        self._cull_tapes: dict[tuple[int, int], Tape] = {}
        view = self.casters["view"]
        view["batches"], view["slots"] = scene.batches, target.slots

    def send(self, scene: GpuScene, drawn: Sequence[ShadowMap]) -> None:
        """Send what maps are drawn with, once the scene's tables are as the frame will find them."""
        if not drawn:
            return
        numbers = [one.number for one in drawn]
        self.casters["number"][: len(drawn)] = numbers
        self.casters["view"]["count"] = scene.count
        end = max(len(drawn), 1 + max(numbers))
        self.gpu.device.queue.write_buffer(self._buffer, 0, self.casters[:end])

    def _view_group(self, number: int) -> wgpu.GPUBindGroup:
        """What a map's pass is drawn with."""
        if number not in self._view_groups:
            part = {"buffer": self._buffer, "offset": CASTER_VIEW.size * number, "size": VIEW.size}
            self._view_groups[number] = groups.DEPTH.bind(self.gpu.device, self._layouts.depth, view=part)
        return self._view_groups[number]

    def record(self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, scene: GpuScene, maps: Maps) -> None:
        """Cull and draw `maps()`. A tape asks for them every time that it is played."""
        if isinstance(encoder, Tape):
            encoder.include("shadow", lambda: self._tapes(frame_group, scene, encoder, maps()))
            return
        drawn = maps()
        for first in range(0, len(drawn), self.list_room):
            some = drawn[first : first + self.list_room]
            self._record_cull(encoder, scene, first, len(some))
            for one in some:
                self._record_map(encoder, frame_group, scene, one)

    def _tapes(
        self, frame_group: wgpu.GPUBindGroup, scene: GpuScene, outer: Tape, drawn: Sequence[ShadowMap]
    ) -> list[Tape]:
        """The passes of this frame, each recorded when it is first needed."""
        out: list[Tape] = []
        for first in range(0, len(drawn), self.list_room):
            some = drawn[first : first + self.list_room]
            key = (first, len(some))
            cull = self._cull_tapes.get(key)
            if cull is None:
                cull = self._cull_tapes[key] = outer.part()
                self._record_cull(cull, scene, first, len(some))
            out.append(cull)
            for one in some:
                if one.tape is None:
                    one.tape = outer.part()
                    self._record_map(one.tape, frame_group, scene, one)
                out.append(one.tape)
        return out

    def _record_cull(self, encoder: Encoder, scene: GpuScene, first: int, count: int) -> None:
        compute = encoder.begin_compute_pass(label="cull shadow")
        compute.set_bind_group(0, self._cull_groups[first // self.list_room])
        compute.set_pipeline(self._kernels["reset"])
        compute.dispatch_workgroups(-(-scene.batches // 64), 1, count)
        compute.set_pipeline(self._kernels["list"])
        compute.dispatch_workgroups(*grid(scene.capacity), count)
        compute.end()

    def _clear(self) -> wgpu.GPURenderPipeline:
        """The pipeline that empties a tile."""
        if self._clearing is None:
            device = self.gpu.device
            self._clearing = device.create_render_pipeline(
                label="shadow clear",
                layout=device.create_pipeline_layout(bind_group_layouts=[self._layouts.frame]),
                vertex={"module": program("shadow_clear").compile(device), "entry_point": "vertex"},
                primitive={"topology": "triangle-list"},
                depth_stencil={"format": DEPTH_FORMAT, "depth_write_enabled": True, "depth_compare": "always"},
            )
        return self._clearing

    def _record_map(self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, scene: GpuScene, one: ShadowMap) -> None:
        render = encoder.begin_render_pass(
            label="shadow",
            color_attachments=[],
            depth_stencil_attachment={
                "view": self.layers[one.layer],
                "depth_clear_value": 0.0,
                "depth_load_op": "clear" if one.whole else "load",
                "depth_store_op": "store",
            },
        )
        render.set_bind_group(0, frame_group)
        if not one.whole:
            render.set_viewport(one.x, one.y, one.edge, one.edge, 0, 1)
            render.set_scissor_rect(one.x, one.y, one.edge, one.edge)
            render.set_pipeline(self._clear())
            render.draw(3)
        self._depth.draw(
            render, scene, self._view_group(one.number), self._draw_group, self._args, one.number * scene.batches
        )
        render.end()
