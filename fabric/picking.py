"""Picking: which object and which triangle a pixel shows, and which objects a rectangle holds.

Nothing of it runs until somebody asks. Then the lists that the frame has culled are drawn once more, within the
rectangle asked about, as numbers of objects and triangles: solid surfaces where their depth equals the frame's, so
that masks are cut as they were; after them the transparent ones, the nearest of which wins.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.picked import Picked
from ..shaders import groups
from ..shaders.structs import PICKING, PipelineClass
from .buffers import buffer
from .draws import ATTRIBUTES, POSITIONS, draw_unordered, multi_draw, primitive, set_scene
from .layouts import Layouts
from .pipelines import Kernels, SurfacePipelines
from .scene_buffers import GpuScene
from .sight import Sight
from .targets import COPY_DST, COPY_SRC, DEPTH_FORMAT
from .targets import drawn as drawn_into

__all__ = ["Drawn", "Pick", "Picked", "Picking", "Rectangle", "Request"]

I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
F64 = NDArray[np.float64]
T = TypeVar("T")

FEATURE = "primitive-index"
"""Numbers triangles; without it `Picked.primitive` is -1."""

_SURFACES = "rg32uint"  # object row + 1 or 0 for none; triangle + 1 or 0 for unknown
_KEPT = 8  # buffers that wait for the next request

SURFACE_NUMBERED = """struct SurfaceOf { @builtin(front_facing) front: bool, @builtin(primitive_index) triangle: u32 };
fn triangle_of(at: SurfaceOf) -> u32 { return at.triangle + 1u; }
"""
SURFACE_UNNUMBERED = """struct SurfaceOf { @builtin(front_facing) front: bool };
fn triangle_of(at: SurfaceOf) -> u32 { return 0u; }
"""


@dataclass(frozen=True, eq=False)
class Drawn:
    """The last frame, as far as it is still on the GPU."""

    scene: GpuScene
    frame_group: wgpu.GPUBindGroup
    depth: wgpu.GPUTexture
    sight: Sight


class _Slot:
    """The buffers of one request."""

    def __init__(self, gpu: Gpu, words: int) -> None:
        self.words = words
        usage = wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        self.picking = gpu.device.create_buffer(label="picking", size=PICKING.size, usage=usage)
        self.found = buffer(gpu, "found", 4 * words)
        self.staging = buffer(gpu, "found, to read", 4 * words, wgpu.BufferUsage.MAP_READ | wgpu.BufferUsage.COPY_DST)


@dataclass(frozen=True, eq=False)
class _Reading(Generic[T]):
    """An answer on its way: what it comes in, and what to make of it."""

    slot: _Slot
    promise: Any
    read: Callable[[U32], T]
    give_back: Callable[[_Slot], None]

    @property
    def done(self) -> bool:
        state: str = self.promise._state  # a thread of wgpu-py's changes it; there is no public way to look
        return state != "pending"

    def take(self) -> T:
        self.promise.sync_wait()
        raw: Any = self.slot.staging.read_mapped()
        self.slot.staging.unmap()
        self.give_back(self.slot)
        return self.read(np.frombuffer(raw, np.uint32))


class Request(Generic[T]):
    """A question to the GPU: `done` never waits, `result()` does if it has to."""

    def __init__(self, coming: _Reading[T] | None, known: T | None = None) -> None:
        self._coming = coming
        self._known = known

    @property
    def done(self) -> bool:
        """Whether the answer is there."""
        if self._coming is not None and self._coming.done:
            self.result()
        return self._coming is None

    def result(self) -> T:
        """The answer; waits for the GPU if need be. Asked again it is the same."""
        if self._coming is not None:
            self._known, self._coming = self._coming.take(), None
        return cast(T, self._known)


Pick = Request[Picked | None]
Rectangle = Request[I32]


class Picking:
    """Draws what is asked about and reads it back, without holding up the frames."""

    def __init__(self, gpu: Gpu, layouts: Layouts, view_uniform: dict[str, Any], *, numbered: bool) -> None:
        self.gpu = gpu
        self._group = groups.DEPTH.bind(gpu.device, layouts.depth, view=view_uniform)
        self._pipelines = SurfacePipelines(
            gpu, layouts, "pick", groups.DEPTH, layouts.depth, _look,
            texts=[SURFACE_NUMBERED if numbered else SURFACE_UNNUMBERED],
            enable=["primitive_index"] if numbered else [],
        )  # fmt: skip
        self._layout = groups.PICK.layout(gpu.device)
        self._kernels = Kernels(gpu, "pick_read", [groups.PICK], [layouts.frame, self._layout])
        self._size = (0, 0)
        self._free: list[_Slot] = []
        self._busy: list[Request[Any]] = []

    def pick(self, drawn: Drawn, x: float, y: float) -> Pick:
        """What the pixel that holds (x, y) shows."""
        w, h = drawn.sight.size
        if not (0 <= x < w and 0 <= y < h):
            return Request(None)
        at = (int(x), int(y))

        def read(found: U32) -> Picked | None:
            return _picked(drawn, at, found)

        return self._ask(drawn, at, (at[0] + 1, at[1] + 1), "pixel", 3, read)

    def pick_rectangle(self, drawn: Drawn, x0: float, y0: float, x1: float, y1: float) -> Rectangle:
        """The objects seen in the pixels that the rectangle between two corners touches."""
        corners = np.floor(np.array([[x0, y0], [x1, y1]], np.float64))
        low, high = np.maximum(corners.min(axis=0), 0), np.minimum(corners.max(axis=0) + 1, drawn.sight.size)
        if not (low < high).all():
            return Request(None, np.zeros(0, np.int32))
        (left, top), (right, bottom) = low.astype(int).tolist(), high.astype(int).tolist()
        words = -(-len(drawn.scene.instance_of_object) // 32)
        return self._ask(drawn, (left, top), (right, bottom), "rectangle", words, _rows)

    def surfaces(self, drawn: Drawn) -> tuple[wgpu.GPUTextureView, wgpu.GPUTextureView]:
        """What every pixel shows: object row + 1 and triangle + 1 (rg32uint), 0 for none; and the depth of that.

        They hold until the next request.
        """
        self._resize(drawn.sight.size)
        encoder = self.gpu.device.create_command_encoder(label="surfaces")
        self._draw(encoder, drawn, (0, 0, *drawn.sight.size))
        self.gpu.device.queue.submit([encoder.finish()])
        return self._surfaces_view, self._depth_view

    def _ask(
        self,
        drawn: Drawn,
        low: tuple[int, int],
        high: tuple[int, int],
        kernel: str,
        words: int,
        read: Callable[[U32], T],
    ) -> Request[T]:
        slot = self._slot(max(1, words))
        values = np.zeros((), PICKING.dtype)
        values["low"], values["high"] = low, high
        self.gpu.device.queue.write_buffer(slot.picking, 0, values.tobytes())
        self._resize(drawn.sight.size)
        encoder = self.gpu.device.create_command_encoder(label="pick")
        w, h = high[0] - low[0], high[1] - low[1]
        self._draw(encoder, drawn, (*low, w, h))
        self._gather(encoder, drawn, slot, kernel, (1, 1) if kernel == "pixel" else (-(-w // 8), -(-h // 8)))
        encoder.copy_buffer_to_buffer(slot.found, 0, slot.staging, 0, slot.staging.size)
        self.gpu.device.queue.submit([encoder.finish()])
        # Not "READ": that submits once more, and some adapters wait there until all before is done.
        request: Request[T] = Request(_Reading(slot, slot.staging.map_async("READ_NOSYNC"), read, self._give_back))
        self._busy.append(request)
        return request

    def _slot(self, words: int) -> _Slot:
        # Looking takes what has come: so requests that nobody reads keep no buffers.
        self._busy = [request for request in self._busy if not request.done]
        for i, slot in enumerate(self._free):
            if slot.words >= words:
                return self._free.pop(i)
        return _Slot(self.gpu, words)

    def _give_back(self, slot: _Slot) -> None:
        self._free.append(slot)
        del self._free[:-_KEPT]

    def _resize(self, size: tuple[int, int]) -> None:
        if size == self._size:
            return
        self._size = size
        self._depth = drawn_into(self.gpu, "picked depth", size, DEPTH_FORMAT, COPY_DST)
        self._depth_view = self._depth.create_view()
        self._surfaces_view = drawn_into(self.gpu, "surfaces", size, _SURFACES, COPY_SRC).create_view()

    def _draw(self, encoder: wgpu.GPUCommandEncoder, drawn: Drawn, scissor: tuple[int, int, int, int]) -> None:
        scene = drawn.scene
        encoder.copy_texture_to_texture({"texture": drawn.depth}, {"texture": self._depth}, (*drawn.sight.size, 1))
        render = encoder.begin_render_pass(
            label="pick",
            color_attachments=[
                {"view": self._surfaces_view, "clear_value": (0, 0, 0, 0), "load_op": "clear", "store_op": "store"}
            ],
            depth_stencil_attachment={
                "view": self._depth_view,
                "depth_load_op": "load",
                "depth_store_op": "store",
            },
        )
        render.set_scissor_rect(*scissor)
        set_scene(render, drawn.frame_group, self._group, scene)
        for kind, first, count in scene.runs:
            render.set_pipeline(self._pipelines.of(kind, scene.sampling.bare))
            multi_draw(render, scene.view_target.args, first, count)
            multi_draw(render, scene.view_target.args, scene.batches + first, count)  # empty without a late phase
        if scene.blended:
            render.set_pipeline(self._pipelines.of(PipelineClass.BLEND, scene.sampling.bare))
            multi_draw(render, scene.blend_args, 0, scene.blended)
            draw_unordered(render, scene, late=True)
        render.end()

    def _gather(
        self,
        encoder: wgpu.GPUCommandEncoder,
        drawn: Drawn,
        slot: _Slot,
        kernel: str,
        count: tuple[int, int],
    ) -> None:
        group = groups.PICK.bind(
            self.gpu.device,
            self._layout,
            picking={"buffer": slot.picking},
            surfaces=self._surfaces_view,
            depth=self._depth_view,
            found={"buffer": slot.found},
        )
        encoder.clear_buffer(slot.found)
        compute = encoder.begin_compute_pass(label="pick, read")
        compute.set_pipeline(self._kernels[kernel])
        compute.set_bind_group(0, drawn.frame_group)
        compute.set_bind_group(1, group)
        compute.dispatch_workgroups(*count)
        compute.end()


def _look(kind: PipelineClass) -> dict[str, Any]:
    blend = kind == PipelineClass.BLEND
    return {
        "vertex": {
            "entry_point": "blend_vertex" if blend else "vertex",
            "buffers": [POSITIONS, ATTRIBUTES] if blend else [POSITIONS],
        },
        "fragment": {
            "entry_point": "blend_fragment" if blend else "solid_fragment",
            "targets": [{"format": _SURFACES}],
        },
        "primitive": primitive(kind),
        "depth_stencil": {
            "format": DEPTH_FORMAT,
            "depth_write_enabled": blend,
            "depth_compare": "greater" if blend else "equal",
        },
    }


def _picked(drawn: Drawn, at: tuple[int, int], found: U32) -> Picked | None:
    """What (object row + 1, triangle + 1, bits of the depth) of a pixel mean."""
    if found[0] == 0:
        return None
    w, h = drawn.sight.size
    depth = float(found[2:3].view(np.float32)[0])
    clip = np.array([(at[0] + 0.5) / w * 2 - 1, 1 - (at[1] + 0.5) / h * 2, depth, 1.0])
    observer = drawn.sight.observer
    world = drawn.sight.world_from_clip @ clip
    away = world[:3] / world[3] - observer.eye
    x, y, z = (away + observer.eye).tolist()
    distance = float(away @ observer.forward) if observer.orthographic else math.hypot(*away.tolist())
    return Picked(int(found[0]) - 1, int(found[1]) - 1, (x, y, z), distance)


def _rows(found: U32) -> I32:
    """(k,) rows of the bits that are set, ascending."""
    bits = np.unpackbits(found.view(np.uint8), bitorder="little")
    return np.flatnonzero(bits).astype(np.int32)
