"""Quantum cull: which instances each view draws, decided and compacted on the GPU."""

from __future__ import annotations

import numpy as np
import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.structs import HI_Z, SORT
from .buffers import buffer, grid
from .layouts import Layouts
from .pipelines import Kernels
from .scene_buffers import CullTarget, GpuScene
from .tape import ComputePass, Encoder


class HiZ:
    """The depth pyramid of a view: what each region's farthest surface is."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu, self.layouts = gpu, layouts
        self._kernels = (
            Kernels(gpu, "hi_z_first", [groups.HI_Z_FIRST], [layouts.hi_z_first]),
            Kernels(gpu, "hi_z_next", [groups.HI_Z_NEXT], [layouts.hi_z_next]),
        )

    def resize(self, size: tuple[int, int], depth: wgpu.GPUTextureView) -> None:
        """Make the pyramid of a depth buffer."""
        sizes = level_sizes(size)
        self.depth = depth
        self.buffer = buffer(self.gpu, "hi-z", 4 * sum(w * h for w, h in sizes))
        self._steps: list[tuple[int, wgpu.GPUBindGroup, tuple[int, int]]] = []
        for source in range(0, len(sizes), 4):
            values = np.zeros((), HI_Z.dtype)
            values["size"], values["source"], values["levels"] = size, source, len(sizes)
            # No uniform: llvmpipe compiles what branches on one anew every frame, and keeps each of them for ever.
            reduction = self.gpu.device.create_buffer_with_data(data=values.tobytes(), usage=wgpu.BufferUsage.STORAGE)
            bound = {"reduction": {"buffer": reduction}, "hi_z": {"buffer": self.buffer}}
            if source == 0:
                group = groups.HI_Z_FIRST.bind(self.gpu.device, self.layouts.hi_z_first, depth=depth, **bound)
            else:
                group = groups.HI_Z_NEXT.bind(self.gpu.device, self.layouts.hi_z_next, **bound)
            w, h = sizes[source]
            self._steps.append((source, group, (-(-w // 8), -(-h // 8))))

    def record_alone(self, encoder: Encoder) -> None:
        """Build the pyramid where no cull needs it."""
        compute = encoder.begin_compute_pass(label="hi-z")
        self.record(compute)
        compute.end()

    def record(self, compute: ComputePass) -> None:
        """Build the pyramid."""
        first, following = self._kernels
        for source, group, count in self._steps:
            compute.set_pipeline(following["next_levels"] if source else first["first_levels"])
            compute.set_bind_group(0, group)
            compute.dispatch_workgroups(*count)


def level_sizes(size: tuple[int, int]) -> list[tuple[int, int]]:
    """(width, height) of the pyramid's levels 1, 2 … down to a single texel."""
    levels = max((max(*size, 2) - 1).bit_length(), 1)
    return [((size[0] + (1 << k) - 1) >> k, (size[1] + (1 << k) - 1) >> k) for k in range(1, levels + 1)]


class Cull:
    """Writes a view's indirect draws, and the transparent instances in order, back to front."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu, self.layouts = gpu, layouts
        self._kernels = Kernels(gpu, "cull", [groups.CULL], [layouts.cull])
        self._sort: BlendSort | None = None

    def bind(self, scene: GpuScene, target: CullTarget, view: dict[str, object], hi_z: HiZ) -> wgpu.GPUBindGroup:
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
            states={"buffer": scene.states},
            depth=hi_z.depth,
            hi_z={"buffer": hi_z.buffer},
        )

    def prepare(self, scene: GpuScene, view: dict[str, object]) -> None:
        """Set up the sort, where a scene has something to sort."""
        self._sort = BlendSort(self.gpu, self.layouts, scene, view) if scene.blended else None

    def _begin(self, encoder: Encoder, label: str) -> ComputePass:
        compute = encoder.begin_compute_pass(label=label)
        return compute

    def _run(self, compute: ComputePass, group: wgpu.GPUBindGroup, entry: str, n: int) -> None:
        compute.set_pipeline(self._kernels[entry])
        compute.set_bind_group(0, group)
        compute.dispatch_workgroups(*grid(n))

    def record_early(
        self, encoder: Encoder, group: wgpu.GPUBindGroup, scene: GpuScene, *, last: bool, in_order: bool = True
    ) -> None:
        """What was visible in the last frame; with `last` (no late phase follows) everything in view.

        in_order: sort what is transparent, as `view.in_order` has it listed.
        """
        compute = self._begin(encoder, "cull early")
        if self._sort:
            self._sort.clear(compute)
        self._reset_draws(compute, group, scene)
        self._run(compute, group, "early", scene.capacity)
        if last and self._sort:
            self._sort.record(compute, in_order)
        compute.end()

    def record_late(
        self,
        encoder: Encoder,
        group: wgpu.GPUBindGroup,
        scene: GpuScene,
        hi_z: HiZ,
        *,
        in_order: bool = True,
    ) -> None:
        """The rest, against the pyramid of what the early phase drew; `in_order` as in `record_early`."""
        compute = self._begin(encoder, "cull late")
        hi_z.record(compute)
        self._run(compute, group, "late", scene.capacity)
        if self._sort:
            self._sort.record(compute, in_order)
        compute.end()

    def _reset_draws(self, compute: ComputePass, group: wgpu.GPUBindGroup, scene: GpuScene) -> None:
        compute.set_pipeline(self._kernels["reset"])
        compute.set_bind_group(0, group)
        compute.dispatch_workgroups(*grid(scene.batches, 64))


class BlendSort:
    """The bitonic sort of a scene's transparent instances: a fixed list of dispatches."""

    def __init__(self, gpu: Gpu, layouts: Layouts, scene: GpuScene, view: dict[str, object]) -> None:
        device = gpu.device
        self._kernels = Kernels(gpu, "blend_sort", [groups.BLEND_SORT], [layouts.blend_sort])
        self.capacity = scene.blend_capacity
        self.steps: list[tuple[str, wgpu.GPUBindGroup, int]] = []

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
                materials={"buffer": scene.material_table},
                visible={"buffer": scene.view_target.visible},
            )

        blocks = self.capacity // 1024
        self._group = bind(0, 0)
        self.steps.append(("sort_blocks", self._group, blocks))
        k = 2048
        while k <= self.capacity:
            j = k // 2
            while j > 512:
                self.steps.append(("sort_step", bind(k, j), self.capacity // 512))
                j //= 2
            self.steps.append(("sort_blocks", bind(k, 512), blocks))
            k *= 2

    def clear(self, compute: ComputePass) -> None:
        """Empty the list, before the cull fills it."""
        compute.set_bind_group(0, self._group)
        compute.set_pipeline(self._kernels["clear_items"])
        compute.dispatch_workgroups(self.capacity // 256)

    def record(self, compute: ComputePass, in_order: bool = True) -> None:
        """Sort the list and write one draw per instance; where nothing is listed in order, no draws."""
        for entry, group, count in self.steps if in_order else ():
            compute.set_pipeline(self._kernels[entry])
            compute.set_bind_group(0, group)
            compute.dispatch_workgroups(count)
        compute.set_pipeline(self._kernels["write_draws"])
        compute.set_bind_group(0, self._group)
        compute.dispatch_workgroups(self.capacity // 256)
