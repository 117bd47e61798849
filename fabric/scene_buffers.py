"""A woven scene on the GPU: structure-of-arrays instances, mega vertex and index buffers, materials, lights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.math import affine_from_trs
from ..loom.woven import WovenScene
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import BATCH, DRAW_COMMAND, NONE, LightKind, PipelineClass
from .tape import Encoder
from .textures import TexturePools

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

_CHUNK = 16 << 20  # larger uploads stall
_STORAGE = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_DST | wgpu.BufferUsage.COPY_SRC
_BLOCK = 1024  # items that `blend_sort.wgsl` sorts in one workgroup


@dataclass(frozen=True)
class Layouts:
    """The bind group layouts that passes share. `materials[n]` is for scenes with n texture pools."""

    frame: wgpu.GPUBindGroupLayout
    main: wgpu.GPUBindGroupLayout
    depth: wgpu.GPUBindGroupLayout
    materials: tuple[wgpu.GPUBindGroupLayout, ...]
    draw: wgpu.GPUBindGroupLayout
    cull: wgpu.GPUBindGroupLayout
    blend_sort: wgpu.GPUBindGroupLayout
    bounds: wgpu.GPUBindGroupLayout
    place: wgpu.GPUBindGroupLayout
    hi_z_first: wgpu.GPUBindGroupLayout
    hi_z_next: wgpu.GPUBindGroupLayout
    accumulate: wgpu.GPUBindGroupLayout
    tonemap: wgpu.GPUBindGroupLayout

    @staticmethod
    def make(device: wgpu.GPUDevice) -> Layouts:
        """Every layout, from its declaration."""
        return Layouts(
            frame=groups.FRAME.layout(device),
            main=groups.MAIN.layout(device),
            depth=groups.DEPTH.layout(device),
            materials=tuple(groups.materials(pools).layout(device) for pools in range(groups.POOLS + 1)),
            draw=groups.DRAW.layout(device),
            cull=groups.CULL.layout(device),
            blend_sort=groups.BLEND_SORT.layout(device),
            bounds=groups.BOUNDS.layout(device),
            place=groups.PLACE.layout(device),
            hi_z_first=groups.HI_Z_FIRST.layout(device),
            hi_z_next=groups.HI_Z_NEXT.layout(device),
            accumulate=groups.ACCUMULATE.layout(device),
            tonemap=groups.TONEMAP.layout(device),
        )


def buffer(gpu: Gpu, label: str, size: int, usage: int = _STORAGE) -> wgpu.GPUBuffer:
    """A buffer of at least 64 bytes, a multiple of 16: bindings must not be empty."""
    return gpu.device.create_buffer(label=label, size=max(64, -(-size // 16) * 16), usage=usage)


def upload(gpu: Gpu, target: wgpu.GPUBuffer, values: NDArray[Any], offset: int = 0) -> None:
    """Write an array into a buffer from a byte offset on, in pieces."""
    data = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
    for first in range(0, len(data), _CHUNK):
        gpu.device.queue.write_buffer(target, offset + first, data[first : first + _CHUNK])


def filled(gpu: Gpu, label: str, values: NDArray[Any], usage: int = _STORAGE) -> wgpu.GPUBuffer:
    """A buffer that holds an array."""
    made = buffer(gpu, label, values.nbytes, usage)
    if values.nbytes:
        upload(gpu, made, values)
    return made


class CullTarget:
    """Where one view's cull passes write: draws and compacted instances of the early and of the late list.

    args: (2 * batches + 1,) structs.DRAW_COMMAND; the last one's instance_count counts the transparent instances.
    visible: (2 * slots + room,) uint32 instance rows.
    """

    def __init__(self, gpu: Gpu, label: str, batches: int, slots: int, room: int) -> None:
        self.slots = slots
        args_size = (2 * batches + 1) * DRAW_COMMAND.size
        self.args = buffer(gpu, f"{label} draws", args_size, _STORAGE | wgpu.BufferUsage.INDIRECT)
        self.visible = buffer(gpu, f"{label} visible", 4 * (2 * slots + room))


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
        self.blend_slot = 2 * self.count if self.blended else NONE
        room = self.blend_capacity if self.blended else 0
        self.view_target = CullTarget(gpu, "view", self.batches, self.count, room)
        self.shadow_target = CullTarget(gpu, "shadow", self.batches, self.count, 0)
        self.states = buffer(gpu, "cull states", 4 * self.count)
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
        self._is_lit = np.zeros(len(woven.objects.ids), bool)
        self._is_lit[self.lights["object"]] = True
        self._lights_dirty = False

        self.draw_group = groups.DRAW.bind(
            gpu.device, layouts.draw, transforms={"buffer": self.transforms}, instances={"buffer": self.instances},
            visible={"buffer": self.view_target.visible},
        )  # fmt: skip
        self.shadow_draw_group = groups.DRAW.bind(
            gpu.device, layouts.draw, transforms={"buffer": self.transforms}, instances={"buffer": self.instances},
            visible={"buffer": self.shadow_target.visible},
        )  # fmt: skip
        self.changes = Changes(gpu, layouts, self)

    def move(self, objects: I32, world: F32) -> None:
        """New world transforms: `objects` (k,) distinct object rows, `world` (k, 3, 4). Lights follow too."""
        rows = self.instance_of_object[objects]
        drawn = rows >= 0
        if drawn.all():
            self.changes.move(rows, world)
        else:
            self.changes.move(rows[drawn], world[drawn])
        for place in np.flatnonzero(self._is_lit[objects]).tolist():
            self._move_lights(int(objects[place]), world[place])

    def place(self, objects: I32, position: F32, rotation: F32, scale: F32) -> None:
        """The same for objects that hang on nothing: (k, 3), (k, 4) xyzw, (k, 3). The GPU makes the transforms."""
        rows = self.instance_of_object[objects]
        drawn = rows >= 0
        if drawn.all():
            self.changes.place(rows, position, rotation, scale)
        else:
            self.changes.place(rows[drawn], position[drawn], rotation[drawn], scale[drawn])
        lit = np.flatnonzero(self._is_lit[objects])
        if len(lit):
            world = affine_from_trs(position[lit], rotation[lit], scale[lit]).astype(np.float32)
            for place, m in zip(lit.tolist(), world, strict=True):
                self._move_lights(int(objects[place]), m)

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

    def send_changes(self) -> None:
        """Upload what changed since the last frame; nothing, where nothing did."""
        if self._lights_dirty:
            upload(self.gpu, self.light_buffer, self.lights)
            self._lights_dirty = False
        if self.changes.pending:
            self.changes.send()

    def blended_triangles(self, count: int) -> int:
        """The triangles of the first `count` transparent draws of the last frame. Waits for the GPU."""
        if not count:
            return 0
        raw: Any = self.gpu.device.queue.read_buffer(self.blend_args)
        return int(np.frombuffer(raw, DRAW_COMMAND.dtype, count=count)["index_count"].sum()) // 3

    def sun_with_shadow(self) -> int:
        """The row of the first sun that casts shadows, or NONE."""
        rows = np.flatnonzero((self.lights["kind"] == LightKind.SUN) & (self.lights["casts_shadows"] != 0))
        return int(rows[0]) if len(rows) else NONE


class Changes:
    """What moved since the last frame: gathered, sent in one upload, put in its place by one kernel.

    Buffers are made when something first moves and double when more does.
    """

    def __init__(self, gpu: Gpu, layouts: Layouts, scene: GpuScene) -> None:
        self._gpu, self._layouts = gpu, layouts
        self._bound: dict[str, Any] = {
            name: {"buffer": made}
            for name, made in (
                ("transforms", scene.transforms),
                ("spheres", scene.spheres),
                ("instances", scene.instances),
                ("batches", scene.batch_table),
                ("meshes", scene.meshes),
            )
        }
        self._count = scene.count
        self._all_spheres, self._scatter, self._place = (
            gpu.device.create_compute_pipeline(
                label=entry,
                layout=gpu.device.create_pipeline_layout(bind_group_layouts=[layouts.frame, layout]),
                compute={"module": program(name, [group]).compile(gpu.device), "entry_point": entry},
            )
            for name, entry, group, layout in (
                ("bounds", "all_spheres", groups.BOUNDS, layouts.bounds),
                ("bounds", "scatter", groups.BOUNDS, layouts.bounds),
                ("place", "place", groups.PLACE, layouts.place),
            )
        )
        self._counts: NDArray[np.uint32] = np.array([[0, 0, 1], [0, 0, 1]], np.uint32)
        usage = wgpu.BufferUsage.INDIRECT | wgpu.BufferUsage.COPY_DST
        self._groups = filled(gpu, "changes", self._counts, usage)
        self.version = 0
        """Grows when a buffer is replaced, and with it what a recorded frame refers to."""
        self._rows: NDArray[np.uint32] = np.zeros(1, np.uint32)  # the count, then the rows
        self._transforms: F32 = np.zeros((0, 3, 4), np.float32)
        self._mark: I32 | None = None  # where a row lies in them
        self._moved = 0
        self._placed: tuple[NDArray[np.uint32], F32, F32, F32] | None = None
        self._capacity = {"move": 0, "place": 0}
        self._reserve_move(1)
        self._reserve_place(1)

    @property
    def pending(self) -> bool:
        """Whether there is anything to send, or to say that there is nothing any more."""
        return self._moved > 0 or self._placed is not None or bool(self._counts[:, 0].any())

    def move(self, rows: I32, transforms: F32) -> None:
        """Instances (k,), distinct, and their transforms (k, 3, 4). The last move of a row wins."""
        if self._placed is not None:
            was, position, rotation, scale = self._placed
            self._placed = None
            self.move(was[1:].astype(np.int32), affine_from_trs(position, rotation, scale).astype(np.float32))
        if not len(rows):
            return
        if self._mark is None:
            self._mark = np.full(self._count, -1, np.int32)
        at = self._mark[rows]
        new = at < 0
        count = int(new.sum())
        self._make_room(self._moved + count)
        at[new] = np.arange(self._moved, self._moved + count, dtype=np.int32)
        self._mark[rows] = at
        self._rows[at + 1] = rows
        self._transforms[at] = transforms
        self._moved += count

    def place(self, rows: I32, position: F32, rotation: F32, scale: F32) -> None:
        """Instances (k,), distinct, that hang on nothing, and where they are now."""
        if self._moved or self._placed is not None:
            self.move(rows, affine_from_trs(position, rotation, scale).astype(np.float32))
        elif len(rows):
            counted = np.empty(len(rows) + 1, np.uint32)
            counted[0], counted[1:] = len(rows), rows
            self._placed = (counted, position, rotation, scale)

    def _make_room(self, needed: int) -> None:
        if needed > len(self._transforms):
            size = min(self._count, max(needed, 2 * len(self._transforms), 256))
            rows, transforms = np.zeros(size + 1, np.uint32), np.empty((size, 3, 4), np.float32)
            rows[: self._moved + 1] = self._rows[: self._moved + 1]
            transforms[: self._moved] = self._transforms[: self._moved]
            self._rows, self._transforms = rows, transforms

    def _reserve_move(self, needed: int) -> None:
        if needed > self._capacity["move"]:
            size = self._capacity["move"] = 1 << max(needed - 1, 0).bit_length()
            self.version += 1
            self._row_buffer = buffer(self._gpu, "dirty rows", 4 * (size + 1))
            self._transform_buffer = buffer(self._gpu, "dirty transforms", 48 * size)
            self._move_group = groups.BOUNDS.bind(
                self._gpu.device,
                self._layouts.bounds,
                **self._bound,
                dirty_rows={"buffer": self._row_buffer},
                dirty_transforms={"buffer": self._transform_buffer},
            )

    def _reserve_place(self, needed: int) -> None:
        if needed > self._capacity["place"]:
            size = self._capacity["place"] = 1 << max(needed - 1, 0).bit_length()
            self.version += 1
            self._placed_row_buffer = buffer(self._gpu, "placed rows", 4 * (size + 1))
            self._place_buffer = buffer(self._gpu, "places", 40 * size)
            self._place_group = groups.PLACE.bind(
                self._gpu.device,
                self._layouts.place,
                **self._bound,
                moved_rows={"buffer": self._placed_row_buffer},
                moved_places={"buffer": self._place_buffer},
            )

    def send(self) -> None:
        """Write what is pending into the buffers, and how much it is; the frame's `record` then puts it in place."""
        queue = self._gpu.device.queue
        counts = self._counts
        before = counts.copy()
        counts[0, :2] = counts[1, :2] = 0
        if self._moved:
            n = self._moved
            self._reserve_move(n)
            self._rows[0] = n
            queue.write_buffer(self._row_buffer, 0, self._rows[: n + 1])
            upload(self._gpu, self._transform_buffer, self._transforms[:n])
            assert self._mark is not None
            self._mark[self._rows[1 : n + 1]] = -1
            counts[0, :2] = grid(n)
            self._moved = 0
        if self._placed is not None:
            counted, *columns = self._placed
            self._reserve_place(len(counted) - 1)
            queue.write_buffer(self._placed_row_buffer, 0, counted)
            offset = 0
            for column in columns:
                upload(self._gpu, self._place_buffer, column, offset)
                offset += column.nbytes
            counts[1, :2] = grid(len(counted) - 1)
            self._placed = None
        if (counts != before).any():
            queue.write_buffer(self._groups, 0, counts)

    def measure_all(self, frame_group: wgpu.GPUBindGroup) -> None:
        """Find the spheres of all instances: once, before the first frame."""
        encoder = self._gpu.device.create_command_encoder(label="spheres")
        compute = encoder.begin_compute_pass(label="spheres")
        compute.set_pipeline(self._all_spheres)
        compute.set_bind_group(0, frame_group)
        compute.set_bind_group(1, self._move_group)
        compute.dispatch_workgroups(*grid(self._count))
        compute.end()
        self._gpu.device.queue.submit([encoder.finish()])

    def record(self, encoder: Encoder, frame_group: wgpu.GPUBindGroup) -> None:
        """Put what was sent in its place: two dispatches, of no workgroups where nothing moved."""
        compute = encoder.begin_compute_pass(label="changes")
        compute.set_bind_group(0, frame_group)
        compute.set_pipeline(self._scatter)
        compute.set_bind_group(1, self._move_group)
        compute.dispatch_workgroups_indirect(self._groups, 0)
        compute.set_pipeline(self._place)
        compute.set_bind_group(1, self._place_group)
        compute.dispatch_workgroups_indirect(self._groups, 12)
        compute.end()


def grid(count: int, lanes: int = 256) -> tuple[int, int]:
    """Workgroups for `count` invocations, in two dimensions where one is not enough."""
    needed = max(1, -(-count // lanes))
    return min(needed, 65535), -(-needed // 65535)


def scene_sphere(woven: WovenScene, world: F32) -> tuple[NDArray[np.float64], float]:
    """A sphere around all instances: centre (3,) and radius, world, metres. An empty scene has radius 1."""
    if not len(world):
        return np.zeros(3), 1.0
    mesh = woven.geometry.meshes[np.asarray(woven.batches["mesh"])[np.asarray(woven.instances["batch"])]]
    centre = np.einsum("nij,nj->ni", world[:, :, :3], mesh["centre"]) + world[:, :, 3]
    squares = np.matmul(world[:, :, :3].transpose(0, 2, 1), world[:, :, :3])
    radius = mesh["radius"] * np.sqrt(np.abs(squares).sum(axis=2).max(axis=1))  # as `bounds.wgsl` has it
    low, high = (centre - radius[:, None]).min(axis=0), (centre + radius[:, None]).max(axis=0)
    middle = (low + high).astype(np.float64) / 2
    return middle, max(float((np.linalg.norm(centre - middle, axis=1) + radius).max()), 1e-3)


assert BATCH.size % 4 == 0
