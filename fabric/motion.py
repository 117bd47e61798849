"""Motion: where everything was in the picture before, for what is averaged over time.

What only the camera moved is found from its depth (`motion.wgsl`). In a frame in which objects moved, the depth prepass
writes motion vectors as well: the old transforms are kept by a kernel that runs before the new ones are put in place.
Frames in which nothing moved have no part of this.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import PipelineClass
from .buffers import buffer
from .draws import ATTRIBUTES, MASKED, POSITIONS, multi_draw, primitive, set_scene
from .layouts import Layouts
from .pipelines import Kernels, SurfacePipelines, screen_pipeline
from .scene_buffers import GpuScene
from .sight import Sight
from .tape import Encoder
from .targets import DEPTH_FORMAT, HDR_FORMAT, drawn

F64 = NDArray[np.float64]

FORMAT = "rg16float"
_FIXED = "const MOVED = false;\n"
_MOVED = "const MOVED = true;\n"


def variant(moved: bool) -> str:
    """The constant that `motion.wgsl` needs: whether this frame has motion vectors."""
    return _MOVED if moved else _FIXED


class Motion:
    """Keeps old transforms, and draws depth with motion vectors in place of depth alone."""

    def __init__(self, gpu: Gpu, layouts: Layouts, uniform: dict[str, Any], view_uniform: dict[str, Any]) -> None:
        self.gpu = gpu
        self.uniform, self._view_uniform = uniform, view_uniform
        self._remember = groups.REMEMBER.layout(gpu.device)
        self._depth = groups.DEPTH_MOTION.layout(gpu.device)
        self._kernels = Kernels(gpu, "remember", [groups.REMEMBER], [self._remember])
        self._pipelines = SurfacePipelines(
            gpu, layouts, "depth_motion", groups.DEPTH_MOTION, self._depth, self._look
        )  # fmt: skip
        self._bound: tuple[GpuScene, int] | None = None
        self._size = (0, 0)
        self._stamp = self._followed = 0
        self._before: F64 | None = None
        self.placed_from = 0
        self.unsteady = False
        """Whether light or materials were changed: what the picture shows then is no longer what it showed."""

    def resize(self, size: tuple[int, int]) -> None:
        """Have room for the motion vectors of so many pixels."""
        if size != self._size:
            self._size = size
            self.view = drawn(self.gpu, "motion", size, FORMAT).create_view()

    def fit(self, scene: GpuScene) -> bool:
        """Have room for the old transforms of what moves. Returns whether buffers are others than before."""
        if self._bound == (scene, scene.version):
            return False
        self._bound = scene, scene.version
        changes, device = scene.changes, self.gpu.device
        self.placed_from, past_size = changes.room("move"), changes.room("move") + changes.room("place")
        past = {"buffer": buffer(self.gpu, "past", 8 * scene.capacity)}
        transforms = {"buffer": buffer(self.gpu, "past transforms", 48 * past_size)}
        lists = changes.lists()
        moved, placed = (
            groups.REMEMBER.bind(
                device,
                self._remember,
                motion=self.uniform,
                transforms={"buffer": scene.transforms},
                instances={"buffer": scene.instances},
                moved={"buffer": rows},
                renewals={"buffer": lists.renewals},
                past=past,
                past_transforms=transforms,
            )
            for rows in (lists.moved, lists.placed)
        )
        self._steps = (("keep_moved", moved, 0), ("keep_placed", placed, 12), ("forget_new", moved, 24))
        self._groups = lists.groups
        self._group = groups.DEPTH_MOTION.bind(
            device,
            self._depth,
            view=self._view_uniform,
            motion=self.uniform,
            past=past,
            past_transforms=transforms,
        )
        return True

    def begin(self, motion: Any, sight: Sight, *, follows: bool) -> None:
        """Write structs.MOTION for a frame; follows: there was a frame before that it goes on from."""
        view_proj = sight.steady_view_proj()
        before = self._before if follows and self._before is not None else view_proj
        self._stamp = self._stamp % 0xFFFFFFFF + 1
        motion["before_from_clip"] = (before @ sight.world_from_clip).T
        motion["before_from_world"] = before.T
        motion["size"] = self._size
        motion["jitter_before"] = motion["jitter"] if follows else 0.0
        motion["jitter"] = np.divide(sight.shift, self._size)
        motion["stamp"] = self._stamp
        motion["followed"] = self._followed = min(self._followed + 1, 0xFFFFFFFF) if follows else 0
        motion["steady"] = not self.unsteady
        self.unsteady = False
        self._before = view_proj

    def remember(self, encoder: Encoder, kinds: tuple[bool, bool, bool]) -> None:
        """Keep the transforms that are about to change; kinds: as `Changes.kinds`."""
        compute = encoder.begin_compute_pass(label="remember")
        for (entry, group, offset), wanted in zip(self._steps, kinds, strict=True):
            kernel = self._kernels[entry]  # made at once, all three
            if wanted:
                compute.set_pipeline(kernel)
                compute.set_bind_group(0, group)
                compute.dispatch_workgroups_indirect(self._groups, offset)
        compute.end()

    def _look(self, kind: PipelineClass) -> dict[str, Any]:
        masked = kind in MASKED
        entry = "motion_mask" if masked else "motion"
        return {
            "vertex": {
                "entry_point": f"{entry}_vertex",
                "buffers": [POSITIONS, ATTRIBUTES] if masked else [POSITIONS],
            },
            "fragment": {"entry_point": f"{entry}_fragment", "targets": [{"format": FORMAT}]},
            "primitive": primitive(kind),
            "depth_stencil": {"format": DEPTH_FORMAT, "depth_write_enabled": True, "depth_compare": "greater"},
        }

    def record(
        self,
        encoder: Encoder,
        frame_group: wgpu.GPUBindGroup,
        scene: GpuScene,
        depth: wgpu.GPUTextureView,
        *,
        late: bool = False,
    ) -> None:
        """Draw one of the view's lists, its depth and its motion; the early one clears both first."""
        load = "load" if late else "clear"
        render = encoder.begin_render_pass(
            label="depth and motion late" if late else "depth and motion",
            color_attachments=[{"view": self.view, "load_op": load, "store_op": "store"}],
            depth_stencil_attachment={
                "view": depth,
                "depth_clear_value": 0.0,
                "depth_load_op": load,
                "depth_store_op": "store",
            },
        )
        set_scene(render, frame_group, self._group, scene)
        for kind, first, count in scene.runs:
            render.set_pipeline(self._pipelines.of(kind, scene.sampling.bare))
            multi_draw(render, scene.view_target.args, first + scene.batches * late, count)
        render.end()


class MotionView:
    """The debug view of motion, drawn over the picture."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu, self._layouts = gpu, layouts
        self._layout = groups.MOTION_VIEW.layout(gpu.device)
        self._pipelines: dict[bool, wgpu.GPURenderPipeline] = {}

    def _pipeline(self, moved: bool) -> wgpu.GPURenderPipeline:
        if moved not in self._pipelines:
            module = program("motion_view", [groups.MOTION_VIEW], [variant(moved)]).compile(self.gpu.device)
            layouts = [self._layouts.frame, self._layout]
            self._pipelines[moved] = screen_pipeline(self.gpu, "motion view", module, layouts, HDR_FORMAT)
        return self._pipelines[moved]

    def record(
        self,
        encoder: Encoder,
        frame_group: wgpu.GPUBindGroup,
        motion: Motion,
        color: wgpu.GPUTextureView,
        depth: wgpu.GPUTextureView,
        *,
        moved: bool,
    ) -> None:
        """Draw it over `color`. moved: this frame has motion vectors."""
        group = groups.MOTION_VIEW.bind(
            self.gpu.device, self._layout, motion=motion.uniform, depth=depth, moved=motion.view
        )
        render = encoder.begin_render_pass(
            label="motion view", color_attachments=[{"view": color, "load_op": "clear", "store_op": "store"}]
        )
        render.set_pipeline(self._pipeline(moved))
        render.set_bind_group(0, frame_group)
        render.set_bind_group(1, group)
        render.draw(3)
        render.end()
