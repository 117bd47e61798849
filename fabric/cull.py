"""Quantum cull, first phase: which instances each view draws, decided and compacted on the GPU."""

from __future__ import annotations

import numpy as np
import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import SORT
from .scene_buffers import CullTarget, GpuScene, Layouts, grid
from .tape import ComputePass, Encoder


class Cull:
    """Writes a view's indirect draws, and the transparent instances in order, back to front."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu, self.layouts = gpu, layouts
        module = program("cull", [groups.CULL]).compile(gpu.device)
        layout = gpu.device.create_pipeline_layout(bind_group_layouts=[layouts.frame, layouts.cull])
        self._reset, self._cull = (
            gpu.device.create_compute_pipeline(
                label=entry, layout=layout, compute={"module": module, "entry_point": entry}
            )
            for entry in ("reset", "cull")
        )
        self._sort: BlendSort | None = None

    def bind(self, scene: GpuScene, target: CullTarget, view: dict[str, object]) -> wgpu.GPUBindGroup:
        """The bind group that culls `scene` into `target` for the view uniform at `view`."""
        return groups.CULL.bind(
            self.gpu.device,
            self.layouts.cull,
            view=view,
            spheres={"buffer": scene.spheres},
            instances={"buffer": scene.instances},
            batches={"buffer": scene.batch_table},
            args={"buffer": target.args},
            visible={"buffer": target.visible},
            blend_items={"buffer": scene.blend_items},
            counters={"buffer": target.counters},
        )

    def prepare(self, scene: GpuScene, view: dict[str, object]) -> None:
        """Set up the sort, where a scene has something to sort."""
        self._sort = BlendSort(self.gpu, self.layouts, scene, view) if scene.blended else None

    def record(
        self,
        encoder: Encoder,
        frame_group: wgpu.GPUBindGroup,
        group: wgpu.GPUBindGroup,
        scene: GpuScene,
        *,
        sort: bool,
    ) -> None:
        """Cull one view; `sort` orders its transparent instances too."""
        compute = encoder.begin_compute_pass(label="cull")
        compute.set_bind_group(0, frame_group)
        if sort and self._sort:
            self._sort.clear(compute)
        compute.set_bind_group(1, group)
        compute.set_pipeline(self._reset)
        compute.dispatch_workgroups(*grid(scene.batches, 64))
        compute.set_pipeline(self._cull)
        compute.dispatch_workgroups(*grid(scene.count))
        if sort and self._sort:
            self._sort.record(compute)
        compute.end()


class BlendSort:
    """The bitonic sort of a scene's transparent instances: a fixed list of dispatches."""

    def __init__(self, gpu: Gpu, layouts: Layouts, scene: GpuScene, view: dict[str, object]) -> None:
        device = gpu.device
        module = program("blend_sort", [groups.BLEND_SORT]).compile(device)
        layout = device.create_pipeline_layout(bind_group_layouts=[layouts.frame, layouts.blend_sort])
        self._clear, self._blocks, self._step, self._draws = (
            device.create_compute_pipeline(label=entry, layout=layout, compute={"module": module, "entry_point": entry})
            for entry in ("clear_items", "sort_blocks", "sort_step", "write_draws")
        )
        self.capacity = scene.blend_capacity
        self.steps: list[tuple[wgpu.GPUComputePipeline, wgpu.GPUBindGroup, int]] = []

        def bind(k: int, j: int) -> wgpu.GPUBindGroup:
            values = np.zeros((), SORT.dtype)
            values["k"], values["j"] = k, j
            data = device.create_buffer_with_data(data=values.tobytes(), usage=wgpu.BufferUsage.UNIFORM)
            return groups.BLEND_SORT.bind(
                device,
                layouts.blend_sort,
                view=view,
                sorting={"buffer": data},
                instances={"buffer": scene.instances},
                batches={"buffer": scene.batch_table},
                blend_items={"buffer": scene.blend_items},
                blend_args={"buffer": scene.blend_args},
                visible={"buffer": scene.view_target.visible},
            )

        blocks = self.capacity // 1024
        self._group = bind(0, 0)
        self.steps.append((self._blocks, self._group, blocks))
        k = 2048
        while k <= self.capacity:
            j = k // 2
            while j > 512:
                self.steps.append((self._step, bind(k, j), self.capacity // 512))
                j //= 2
            self.steps.append((self._blocks, bind(k, 512), blocks))
            k *= 2

    def clear(self, compute: ComputePass) -> None:
        """Empty the list, before the cull fills it."""
        compute.set_bind_group(1, self._group)
        compute.set_pipeline(self._clear)
        compute.dispatch_workgroups(self.capacity // 256)

    def record(self, compute: ComputePass) -> None:
        """Sort the list and write one draw per instance."""
        for pipeline, group, count in self.steps:
            compute.set_pipeline(pipeline)
            compute.set_bind_group(1, group)
            compute.dispatch_workgroups(count)
        compute.set_pipeline(self._draws)
        compute.set_bind_group(1, self._group)
        compute.dispatch_workgroups(self.capacity // 256)
