"""A woven scene on the GPU: structure-of-arrays instances, mega vertex and index buffers, materials, lights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..loom.woven import WovenScene
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import BATCH, COUNTERS, DRAW_COMMAND, NONE, LightKind, PipelineClass
from .textures import TexturePools

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

_CHUNK = 16 << 20  # larger uploads stall
_STORAGE = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_DST | wgpu.BufferUsage.COPY_SRC
_FARTHEST = 10_000.0  # metres: what falls for ever must not use up the depth's precision
_BLOCK = 1024  # items that `blend_sort.wgsl` sorts in one workgroup


@dataclass(frozen=True)
class Layouts:
    """The bind group layouts that passes share. `materials[n]` is for scenes with n texture pools."""

    frame: wgpu.GPUBindGroupLayout
    main: wgpu.GPUBindGroupLayout
    shadow: wgpu.GPUBindGroupLayout
    materials: tuple[wgpu.GPUBindGroupLayout, ...]
    draw: wgpu.GPUBindGroupLayout
    cull: wgpu.GPUBindGroupLayout
    blend_sort: wgpu.GPUBindGroupLayout
    bounds: wgpu.GPUBindGroupLayout
    accumulate: wgpu.GPUBindGroupLayout
    tonemap: wgpu.GPUBindGroupLayout

    @staticmethod
    def make(device: wgpu.GPUDevice) -> Layouts:
        """Every layout, from its declaration."""
        return Layouts(
            frame=groups.FRAME.layout(device),
            main=groups.MAIN.layout(device),
            shadow=groups.SHADOW.layout(device),
            materials=tuple(groups.materials(pools).layout(device) for pools in range(groups.POOLS + 1)),
            draw=groups.DRAW.layout(device),
            cull=groups.CULL.layout(device),
            blend_sort=groups.BLEND_SORT.layout(device),
            bounds=groups.BOUNDS.layout(device),
            accumulate=groups.ACCUMULATE.layout(device),
            tonemap=groups.TONEMAP.layout(device),
        )


def buffer(gpu: Gpu, label: str, size: int, usage: int = _STORAGE) -> wgpu.GPUBuffer:
    """A buffer of at least 64 bytes, a multiple of 16: bindings must not be empty."""
    return gpu.device.create_buffer(label=label, size=max(64, -(-size // 16) * 16), usage=usage)


def upload(gpu: Gpu, target: wgpu.GPUBuffer, values: NDArray[Any]) -> None:
    """Write an array to the start of a buffer, in pieces."""
    data = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
    for first in range(0, len(data), _CHUNK):
        gpu.device.queue.write_buffer(target, first, data[first : first + _CHUNK])


def filled(gpu: Gpu, label: str, values: NDArray[Any], usage: int = _STORAGE) -> wgpu.GPUBuffer:
    """A buffer that holds an array."""
    made = buffer(gpu, label, values.nbytes, usage)
    if values.nbytes:
        upload(gpu, made, values)
    return made


class CullTarget:
    """Where one view's cull pass writes: draw arguments per batch, the compacted instance list, counters."""

    def __init__(self, gpu: Gpu, label: str, batches: int, slots: int) -> None:
        indirect = _STORAGE | wgpu.BufferUsage.INDIRECT
        self.args = buffer(gpu, f"{label} draws", batches * DRAW_COMMAND.size, indirect)
        self.visible = buffer(gpu, f"{label} visible", 4 * slots)
        self.counters = buffer(gpu, f"{label} counters", COUNTERS.size)


class GpuScene:
    """Everything of a scene that stays on the GPU between frames."""

    def __init__(self, gpu: Gpu, layouts: Layouts, woven: WovenScene, max_texture: int, anisotropy: int) -> None:
        self.gpu = gpu
        self.woven = woven
        self.count = len(woven.instances)
        self.batches = len(woven.batches)
        self.triangles = int(woven.stats.triangles)

        # Geometry.
        geometry = woven.geometry
        vertex, index = wgpu.BufferUsage.VERTEX | wgpu.BufferUsage.COPY_DST, wgpu.BufferUsage.INDEX
        self.positions = filled(gpu, "positions", geometry.positions, vertex)
        self.vertices = filled(gpu, "vertices", geometry.vertices, vertex)
        self.indices = filled(gpu, "indices", geometry.indices, index | wgpu.BufferUsage.COPY_DST)
        self.meshes = filled(gpu, "meshes", geometry.meshes)

        # Instances: what moves apart from what does not.
        world = woven.objects.world[woven.instance_object] if self.count else np.zeros((0, 3, 4), np.float32)
        self.transforms = filled(gpu, "transforms", world)
        self.instances = filled(gpu, "instances", woven.instances)
        self.batch_table = filled(gpu, "batches", woven.batches)
        self.spheres = buffer(gpu, "spheres", 16 * self.count)
        self.bounds = scene_sphere(woven, world)
        self._meshes = instance_meshes(woven)
        self._reach = np.linalg.norm(self._meshes["centre"], axis=1) + self._meshes["radius"]
        self.instance_of_object = np.full(len(woven.objects.ids), -1, np.int32)
        self.instance_of_object[woven.instance_object] = np.arange(self.count, dtype=np.int32)

        # Draws: which batches belong to which pipeline class, and room for the transparent ones in order.
        pipelines = np.asarray(woven.batches["pipeline"])
        self.runs: list[tuple[PipelineClass, int, int]] = []
        for kind in PipelineClass:
            rows = np.flatnonzero(pipelines == kind)
            if len(rows) and kind != PipelineClass.BLEND:
                self.runs.append((kind, int(rows[0]), len(rows)))
        is_blend = pipelines[woven.instances["batch"]] == PipelineClass.BLEND if self.count else np.zeros(0, bool)
        self.blended = int(is_blend.sum())
        self.blend_capacity = _BLOCK
        while self.blend_capacity < self.blended:
            self.blend_capacity *= 2
        self.blend_slot = self.count if self.blended else NONE
        room = self.blend_capacity if self.blended else 0
        self.view_target = CullTarget(gpu, "view", self.batches, self.count + room)
        self.shadow_target = CullTarget(gpu, "shadow", self.batches, self.count)
        self.blend_items = buffer(gpu, "blend items", 8 * room)
        self.blend_args = buffer(gpu, "blend draws", 20 * room, _STORAGE | wgpu.BufferUsage.INDIRECT)

        # Surfaces.
        pools = TexturePools(gpu, woven.textures, max_texture)
        self.texture_pools = pools
        # llvmpipe's anisotropic sampler takes seconds a frame: there the shader takes the taps, a few of them.
        self.sampling = groups.Sampling(len(pools.views), min(anisotropy, 4) if gpu.software else 1)
        self.material_table = filled(gpu, "materials", woven.materials)
        sampler = gpu.device.create_sampler(
            label="textures", address_mode_u="repeat", address_mode_v="repeat", mag_filter="linear",
            min_filter="linear", mipmap_filter="linear", max_anisotropy=1 if gpu.software else anisotropy,
        )  # fmt: skip
        self.materials_group = groups.materials(len(pools.views)).bind(
            gpu.device,
            layouts.materials[len(pools.views)],
            materials={"buffer": self.material_table},
            textures={"buffer": filled(gpu, "textures", pools.table)},
            **{f"pool_{i}": view for i, view in enumerate(pools.views)},
            texture_sampler=sampler,
        )

        # Light.
        self.lights = woven.lights.copy()
        self.light_buffer = filled(gpu, "lights", self.lights)
        self._lit_objects = {int(row) for row in self.lights["object"]}
        self._lights_dirty = False

        # Changes: rows and transforms gathered here, then one upload and one scatter.
        self._dirty_rows = np.zeros(self.count + 1, np.uint32)
        self._dirty_transforms = np.zeros((self.count, 3, 4), np.float32)
        self._dirty = 0
        self._dirty_mark = np.full(self.count, -1, np.int32)
        self._dirty_row_buffer = buffer(gpu, "dirty rows", 4 * (self.count + 1))
        self._dirty_transform_buffer = buffer(gpu, "dirty transforms", 48 * self.count)

        self.draw_group = groups.DRAW.bind(
            gpu.device, layouts.draw, transforms={"buffer": self.transforms}, instances={"buffer": self.instances},
            visible={"buffer": self.view_target.visible},
        )  # fmt: skip
        self.shadow_draw_group = groups.DRAW.bind(
            gpu.device, layouts.draw, transforms={"buffer": self.transforms}, instances={"buffer": self.instances},
            visible={"buffer": self.shadow_target.visible},
        )  # fmt: skip
        self._bounds_group = groups.BOUNDS.bind(
            gpu.device,
            layouts.bounds,
            transforms={"buffer": self.transforms},
            spheres={"buffer": self.spheres},
            instances={"buffer": self.instances},
            batches={"buffer": self.batch_table},
            meshes={"buffer": self.meshes},
            dirty_rows={"buffer": self._dirty_row_buffer},
            dirty_transforms={"buffer": self._dirty_transform_buffer},
        )
        module = program("bounds", [groups.BOUNDS]).compile(gpu.device)
        layout = gpu.device.create_pipeline_layout(bind_group_layouts=[layouts.frame, layouts.bounds])
        self._all_spheres, self._scatter = (
            gpu.device.create_compute_pipeline(
                label=entry, layout=layout, compute={"module": module, "entry_point": entry}
            )
            for entry in ("all_spheres", "scatter")
        )
        self._fresh = True

    def move(self, objects: I32, world: F32) -> None:
        """New world transforms: `objects` (k,) distinct object rows, `world` (k, 3, 4). Lights follow too."""
        rows = self.instance_of_object[objects]
        drawn = rows >= 0
        if not drawn.all():
            rows, transforms = rows[drawn], world[drawn]
        else:
            transforms = world
        if len(rows):
            # A row that is dirty already is overwritten where it stands: the last move wins.
            at = self._dirty_mark[rows]
            new = at < 0
            count = int(new.sum())
            at[new] = np.arange(self._dirty, self._dirty + count, dtype=np.int32)
            self._dirty_mark[rows] = at
            self._dirty_rows[at + 1] = rows
            self._dirty_transforms[at] = transforms
            self._dirty += count
            self._grow_bounds(rows, transforms)
        if self._lit_objects:
            for place, row in enumerate(objects.tolist()):
                if row in self._lit_objects:
                    self._move_lights(row, world[place])

    def _grow_bounds(self, rows: I32, world: F32) -> None:
        """Have `bounds` hold instances (k,) at (k, 3, 4) too: shadows and orthographic views reach no farther."""
        centre, radius = self.bounds
        numbers = np.ascontiguousarray(world.reshape(-1, 12).T)  # those of one kind together: twice as fast
        away = numbers[3::4] - centre.astype(np.float32)[:, None]
        numbers *= numbers
        stretch = np.sqrt(numbers[0:3].sum(axis=0) + numbers[4:7].sum(axis=0) + numbers[8:11].sum(axis=0))
        outside = np.sqrt((away * away).sum(axis=0)) + self._reach[rows] * stretch > radius  # by a rough bound
        if outside.any():
            centres, radii = spheres_of(self._meshes[rows[outside]], world[outside])
            farthest = float((np.linalg.norm(centres - centre, axis=1) + radii).max())
            self.bounds = centre, max(radius, min(farthest, _FARTHEST))

    def _move_lights(self, row: int, world: F32) -> None:
        for i in np.flatnonzero(self.lights["object"] == row):
            z = world[:, 2]
            self.lights["position"][i] = world[:, 3]
            self.lights["direction"][i] = -z / max(float(np.linalg.norm(z)), 1e-20)
            self._lights_dirty = True

    def set_lights(self, rows: I32, values: NDArray[np.void]) -> None:
        """Other values for some lights: rows (k,) of `lights` and (k,) structs.LIGHT. Their places stay."""
        for key in ("color", "range", "spot_scale", "spot_offset", "casts_shadows"):
            self.lights[key][rows] = values[key]
        self._lights_dirty = True

    def set_materials(self, rows: I32, values: NDArray[np.void]) -> None:
        """Other factors for some materials: rows (k,) and (k,) structs.MATERIAL, of the same pipeline class."""
        size = values.dtype.itemsize
        for row, value in zip(rows.tolist(), values, strict=True):
            self.gpu.device.queue.write_buffer(self.material_table, row * size, value.tobytes())

    def has_uploads(self) -> bool:
        """Whether anything changed since the last frame."""
        return self._lights_dirty or self._fresh or self._dirty > 0

    def record_uploads(self, encoder: wgpu.GPUCommandEncoder, frame_group: wgpu.GPUBindGroup) -> None:
        """Send what changed since the last frame: one upload, one scatter."""
        if self._lights_dirty:
            upload(self.gpu, self.light_buffer, self.lights)
            self._lights_dirty = False
        if not self.count or not (self._fresh or self._dirty):
            return
        compute = encoder.begin_compute_pass(label="uploads")
        compute.set_bind_group(0, frame_group)
        compute.set_bind_group(1, self._bounds_group)
        if self._fresh:
            compute.set_pipeline(self._all_spheres)
            compute.dispatch_workgroups(*grid(self.count))
            self._fresh = False
        if self._dirty:
            n = self._dirty
            self._dirty_rows[0] = n
            self.gpu.device.queue.write_buffer(self._dirty_row_buffer, 0, self._dirty_rows[: n + 1])
            upload(self.gpu, self._dirty_transform_buffer, self._dirty_transforms[:n])
            self._dirty_mark[self._dirty_rows[1 : n + 1]] = -1
            compute.set_pipeline(self._scatter)
            compute.dispatch_workgroups(*grid(n))
            self._dirty = 0
        compute.end()

    def sun_with_shadow(self) -> int:
        """The row of the first sun that casts shadows, or NONE."""
        rows = np.flatnonzero((self.lights["kind"] == LightKind.SUN) & (self.lights["casts_shadows"] != 0))
        return int(rows[0]) if len(rows) else NONE


def grid(count: int, lanes: int = 256) -> tuple[int, int]:
    """Workgroups for `count` invocations, in two dimensions where one is not enough."""
    needed = max(1, -(-count // lanes))
    return min(needed, 65535), -(-needed // 65535)


def instance_meshes(woven: WovenScene) -> NDArray[np.void]:
    """(n,) structs.MESH, of each instance."""
    rows = np.asarray(woven.batches["mesh"])[np.asarray(woven.instances["batch"])]
    meshes: NDArray[np.void] = woven.geometry.meshes[rows]
    return meshes


def spheres_of(meshes: NDArray[np.void], world: F32) -> tuple[F32, F32]:
    """Bounding spheres of meshes (n,) at (n, 3, 4): centres (n, 3) and radii (n,), world, as `bounds.wgsl` has them."""
    matrices = world[:, :, :3]
    centre = np.einsum("nij,nj->ni", matrices, meshes["centre"]) + world[:, :, 3]
    squares = np.matmul(matrices.transpose(0, 2, 1), matrices)
    return centre, meshes["radius"] * np.sqrt(np.abs(squares).sum(axis=2).max(axis=1))


def scene_sphere(woven: WovenScene, world: F32) -> tuple[NDArray[np.float64], float]:
    """A sphere around all instances: centre (3,) and radius, world, metres. An empty scene has radius 1."""
    if not len(world):
        return np.zeros(3), 1.0
    centre, radius = spheres_of(instance_meshes(woven), world)
    low, high = (centre - radius[:, None]).min(axis=0), (centre + radius[:, None]).max(axis=0)
    middle = (low + high).astype(np.float64) / 2
    return middle, max(float((np.linalg.norm(centre - middle, axis=1) + radius).max()), 1e-3)


assert BATCH.size % 4 == 0
