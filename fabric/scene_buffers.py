"""A woven scene on the GPU: structure-of-arrays instances, mega vertex and index buffers, materials, lights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.math import affine_from_trs
from ..engine.rows import Rows, far_too_long, indices, power_of_two
from ..loom.woven import WovenScene
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import (
    BATCH,
    DRAW_COMMAND,
    INSTANCE,
    LIGHT,
    NONE,
    RENEWAL,
    SURFACE_FEATURES,
    InstanceFlag,
    LightKind,
)
from .batches import Batches
from .movers import Movers
from .tape import Encoder
from .textures import TexturePools

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

_CHUNK = 16 << 20  # larger uploads stall
_LOAD = 4 << 20  # at a time, while nothing is drawn: what is staged is given back before the next piece
STORAGE = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_DST | wgpu.BufferUsage.COPY_SRC
_NO_RENEWALS: NDArray[np.void] = np.empty(0, RENEWAL.dtype)
_FEW = 8192  # instances that are sent in one piece
_ROWS = 16384  # instances that are looked at at a time
_FARTHEST = 10_000.0  # metres: what falls for ever must not use up the depth's precision
_BLOCK = 1024  # items that `blend_sort.wgsl` sorts in one workgroup


@dataclass(frozen=True)
class Layouts:
    """The bind group layouts that passes share. `materials[n]` is for scenes with n texture pools."""

    frame: wgpu.GPUBindGroupLayout
    main: wgpu.GPUBindGroupLayout
    clusters: wgpu.GPUBindGroupLayout
    depth: wgpu.GPUBindGroupLayout
    materials: tuple[wgpu.GPUBindGroupLayout, ...]
    draw: wgpu.GPUBindGroupLayout
    cull: wgpu.GPUBindGroupLayout
    blend_sort: wgpu.GPUBindGroupLayout
    bounds: wgpu.GPUBindGroupLayout
    place: wgpu.GPUBindGroupLayout
    renew: wgpu.GPUBindGroupLayout
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
            clusters=groups.CLUSTERS.layout(device),
            depth=groups.DEPTH.layout(device),
            materials=tuple(groups.materials(pools).layout(device) for pools in range(groups.POOLS + 1)),
            draw=groups.DRAW.layout(device),
            cull=groups.CULL.layout(device),
            blend_sort=groups.BLEND_SORT.layout(device),
            bounds=groups.BOUNDS.layout(device),
            place=groups.PLACE.layout(device),
            renew=groups.RENEW.layout(device),
            hi_z_first=groups.HI_Z_FIRST.layout(device),
            hi_z_next=groups.HI_Z_NEXT.layout(device),
            accumulate=groups.ACCUMULATE.layout(device),
            tonemap=groups.TONEMAP.layout(device),
        )


def buffer(gpu: Gpu, label: str, size: int, usage: int = STORAGE) -> wgpu.GPUBuffer:
    """A buffer of at least 64 bytes, a multiple of 16: bindings must not be empty."""
    return gpu.device.create_buffer(label=label, size=max(64, -(-size // 16) * 16), usage=usage)


def upload(gpu: Gpu, target: wgpu.GPUBuffer, values: NDArray[Any], offset: int = 0) -> None:
    """Write an array into a buffer from a byte offset on, in pieces."""
    data = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
    for first in range(0, len(data), _CHUNK):
        gpu.device.queue.write_buffer(target, offset + first, data[first : first + _CHUNK])


def filled(gpu: Gpu, label: str, values: NDArray[Any], usage: int = STORAGE) -> wgpu.GPUBuffer:
    """A buffer that holds an array."""
    made = buffer(gpu, label, values.nbytes, usage)
    load(gpu, made, values)
    return made


def load(gpu: Gpu, target: wgpu.GPUBuffer, values: NDArray[Any], order: I32 | None = None) -> None:
    """Write an array, or its rows in an order, into a buffer in pieces, each of which is awaited."""
    count = len(values) if order is None else len(order)
    row = values[:0].nbytes if not count else values.dtype.itemsize * (values[:1].size)
    rows = max(1, _LOAD // max(1, row))
    for first in range(0, count, rows):
        last = min(first + rows, count)
        piece = values[first:last] if order is None else values[order[first:last]]
        gpu.device.queue.write_buffer(target, first * row, np.ascontiguousarray(piece).reshape(-1).view(np.uint8))
        if count > rows:
            gpu.device.queue.submit([])
            _wait(gpu)


def _wait(gpu: Gpu) -> None:
    device: Any = gpu.device
    device._poll_wait()  # wgpu-py's only other way to wait reads a buffer


class CullTarget:
    """Where one view's cull passes write: draws and compacted instances of the early and of the late list.

    args: (2 * batches + 1,) structs.DRAW_COMMAND; the last one's instance_count counts the transparent instances.
    visible: (2 * (slots + room),) uint32 instance rows; behind the lists, two for each that is sorted, with their
    structs.Faces.
    """

    def __init__(self, gpu: Gpu, label: str, batches: int, slots: int, room: int) -> None:
        self.batches, self.slots, self.room = batches, slots, room
        args_size = (2 * batches + 1) * DRAW_COMMAND.size
        self.args = buffer(gpu, f"{label} draws", args_size, STORAGE | wgpu.BufferUsage.INDIRECT)
        self.visible = buffer(gpu, f"{label} visible", 8 * (slots + room))


class GpuScene:
    """Everything of a scene that stays on the GPU between frames."""

    def __init__(self, gpu: Gpu, layouts: Layouts, woven: WovenScene, max_texture: int, anisotropy: int) -> None:
        self.gpu, self._layouts = gpu, layouts
        self.woven = woven
        self.version = 0
        """Grows when a buffer is replaced, and with it what a recorded frame refers to."""
        self.changed = False
        """Whether there is something for `changes` to put in place in this frame."""
        self.rows = Rows(len(woven.instances))
        self.capacity = self.count = self.rows.end
        """Instances that there is room for, and those of them that may be drawn."""
        self.batching = Batches(woven)
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
        self.transforms = buffer(gpu, "transforms", 48 * self.count)
        load(gpu, self.transforms, woven.objects.world, woven.instance_object)
        self.instances = filled(gpu, "instances", woven.instances)
        self.batch_table = filled(gpu, "batches", woven.batches)
        self.spheres = buffer(gpu, "spheres", 16 * self.count)
        self.states = buffer(gpu, "cull states", 4 * self.count)
        self.bounds = scene_sphere(woven)
        meshes = woven.geometry.meshes
        away = np.linalg.norm(meshes["centre"], axis=1) + meshes["radius"]
        self._reach = float(away.max(initial=0))  # metres from an instance's origin, at a scale of 1
        self.instance_of_object = np.full(len(woven.objects.ids), -1, np.int32)
        self.instance_of_object[woven.instance_object] = np.arange(self.count, dtype=np.int32)
        self._batch_of: NDArray[np.uint32] | None = None  # of each instance; made when one comes or goes

        # Draws: which batches belong to which pipeline class, and room for the transparent ones in order.
        self.runs, self.transparent_runs = self.batching.runs(), self.batching.transparent_runs()
        self._make_lists()

        # Surfaces.
        pools = TexturePools(gpu, woven.textures, max_texture)
        self.texture_pools = pools
        # llvmpipe's anisotropic sampler takes seconds a frame: there the shader takes the taps, a few of them.
        taps = min(anisotropy, 4) if gpu.software else 1
        self.sampling = groups.Sampling(len(pools.views), taps, features_of(woven.materials))
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
        self.lights["shadow"] = NONE
        self.light_buffer = buffer(gpu, "lights", LIGHT.size * max(1, len(self.lights)))
        upload(gpu, self.light_buffer, self.lights)
        self._light_of = np.full(len(woven.objects.ids), -1, np.int32)  # the first light of each object
        self._next_light = np.empty(0, np.int32)  # of each light: another one of the same object
        self._link_lights(self.lights["object"][:0])
        self._reach_of_lamps: tuple[NDArray[np.float64], float] | None = None
        self._count_lamps()
        self._dirty_lights = (0, 0)  # rows, from the first up to but without the last

        self.movers = Movers()
        self.changes = Changes(gpu, layouts, self)

    # ---- lists of what is drawn -----------------------------------------------------------------------------------

    def _make_lists(self) -> None:
        """The lists that culling fills, large enough for every batch."""
        batching = self.batching
        self.blended = batching.blended
        self.blend_capacity = max(_BLOCK, power_of_two(self.blended))
        room = self.blend_capacity if self.blended else 0
        self.view_target = CullTarget(self.gpu, "view", len(batching.table), batching.slots, room)
        self.blend_slot = 2 * batching.slots if self.blended else NONE
        self.blend_items = buffer(self.gpu, "blend items", 8 * room)
        self.blend_args = buffer(self.gpu, "blend draws", 20 * room, STORAGE | wgpu.BufferUsage.INDIRECT)
        self.draw_group = self.bind_draws(self.view_target.visible)

    def bind_draws(self, visible: wgpu.GPUBuffer) -> wgpu.GPUBindGroup:
        """The bind group that draws the instances of a list."""
        return groups.DRAW.bind(
            self.gpu.device, self._layouts.draw, transforms={"buffer": self.transforms},
            instances={"buffer": self.instances}, visible={"buffer": visible},
        )  # fmt: skip

    # ---- coming and going -----------------------------------------------------------------------------------------

    def rows_of(self, objects: I32 | range) -> I32:
        """(k,) the instance of each object, -1 for those that are not drawn; a view where they are a range."""
        last = -1 if not len(objects) else objects[-1] if isinstance(objects, range) else int(objects.max())
        if last >= len(self.instance_of_object):
            have = len(self.instance_of_object)
            size = max(last + 1, 2 * have)
            self.instance_of_object = np.concatenate([self.instance_of_object, np.full(size - have, -1, np.int32)])
            self._light_of = np.concatenate([self._light_of, np.full(size - have, -1, np.int32)])
        at = indices(objects)
        return self.instance_of_object[at] if isinstance(at, slice) else self.instance_of_object.take(at)

    def spawn(self, objects: I32, mesh: I32, material: I32, mirrored: NDArray[np.bool_]) -> None:
        """Draw objects (k,) that were not drawn: rows of the woven meshes and materials, (k,) each."""
        self.rows_of(objects)
        rows = self.rows.take(len(objects))
        self.instance_of_object[objects] = rows
        self._renew(rows, objects, mesh, material, mirrored)
        if self._notes(len(rows)):
            self.movers.came(rows)

    def change(self, objects: I32, mesh: I32, material: I32, mirrored: NDArray[np.bool_]) -> None:
        """Draw objects (k,) that are drawn with other meshes and materials."""
        self._renew(self.rows_of(objects), objects, mesh, material, mirrored)
        if len(objects):
            self.movers.all()

    def despawn(self, objects: I32) -> None:
        """Draw objects (k,) no more."""
        rows = self.rows_of(objects)
        self._put(rows, np.full(len(rows), NONE, np.uint32))
        records = np.zeros(len(rows), RENEWAL.dtype)
        records["row"], records["batch"], records["object"] = rows, NONE, NONE
        self.changes.renew(records)
        if self._notes(len(rows)):
            self.movers.went(rows)
        self.instance_of_object[objects] = -1
        self.rows.give(rows)

    def _renew(self, rows: I32, objects: I32, mesh: I32, material: I32, mirrored: NDArray[np.bool_]) -> None:
        records = np.zeros(len(rows), RENEWAL.dtype)
        records["row"], records["object"], records["material"], records["significance"] = rows, objects, material, 1
        records["batch"] = self.batching.of(mesh, material, mirrored)
        records["flags"] = mirrored * np.uint32(InstanceFlag.MIRRORED)
        self._put(rows, records["batch"])
        self.changes.renew(records)

    def _put(self, rows: I32, batches: NDArray[np.uint32]) -> None:
        """Note the batch of instances."""
        if self._batch_of is None:
            self._batch_of = np.array(self.woven.instances["batch"])
        needed, have = self.rows.end, len(self._batch_of)
        if needed > have:
            size = max(needed, 2 * have)
            self._batch_of = np.concatenate([self._batch_of, np.full(size - have, NONE, np.uint32)])
        self.batching.recount(self._batch_of[rows], batches)
        self._batch_of[rows] = batches

    def _fit(self) -> None:
        """Make room for what came: other tables and lists, where the old ones are too small or far too large."""
        batching = self.batching
        if self.rows.end > self.capacity:
            self._resize(max(self.rows.end, 2 * self.capacity))
        elif far_too_long(self.capacity, self.rows.end):
            self._resize(2 * self.rows.end)
            self._forget()
        self.count = self.rows.end
        other, more = batching.fit(), len(batching.table) > self.batches
        if other or more:
            self.batches, self.runs = len(batching.table), batching.runs()
            self.transparent_runs = batching.transparent_runs()
            self.version += 1
            if self.batch_table.size < batching.table.nbytes:
                self.batch_table = buffer(self.gpu, "batches", BATCH.size * power_of_two(self.batches))
            upload(self.gpu, self.batch_table, batching.table)
        target, blended = self.view_target, batching.blended
        grown = self.batches > target.batches or batching.slots > target.slots or blended > target.room
        if grown or far_too_long(target.slots, batching.slots):
            self._make_lists()
            self.version += 1
        elif blended > self.blended:
            self.blended = power_of_two(blended)
            self.version += 1

    def _resize(self, capacity: int) -> None:
        """Replace the instance table by one that is `capacity` long."""
        encoder = self.gpu.device.create_command_encoder(label="resize")
        for name, stride in (("transforms", 48), ("instances", INSTANCE.size), ("spheres", 16), ("states", 4)):
            before: wgpu.GPUBuffer = getattr(self, name)
            made = buffer(self.gpu, before.label, stride * capacity)
            kept = min(self.count, capacity)
            if kept:
                encoder.copy_buffer_to_buffer(before, 0, made, 0, stride * kept)
            setattr(self, name, made)
        self.gpu.device.queue.submit([encoder.finish()])
        self.capacity = capacity
        self.version += 1
        self.draw_group = self.bind_draws(self.view_target.visible)

    def _forget(self) -> None:
        """Shorten what is kept about objects and instances on the CPU, now that there are far fewer."""
        objects, lit = np.flatnonzero(self.instance_of_object >= 0), self.lights["object"]
        last = max(int(objects.max(initial=0)), int(lit[lit != NONE].max(initial=0)))
        if far_too_long(len(self.instance_of_object), last + 1):
            self.instance_of_object = self.instance_of_object[: 2 * last + 2].copy()
            self._light_of = self._light_of[: 2 * last + 2].copy()
        if self._batch_of is not None:
            self._batch_of = self._batch_of[: self.capacity].copy()

    # ---- what moves -----------------------------------------------------------------------------------------------

    def move(self, objects: I32, world: F32) -> None:
        """New world transforms: `objects` (k,) distinct object rows, `world` (k, 3, 4). Lights follow too."""
        rows = self.rows_of(objects)
        drawn = rows >= 0
        if not drawn.all():
            self._move(rows[drawn], world[drawn])
        else:
            self._move(rows, world)
        lit = self._lit(objects)
        if len(lit):
            self._move_lights(objects[lit], world[lit, :, 3], world[lit, :, 2])

    def place(self, objects: I32 | range, position: F32, rotation: F32, scale: F32) -> None:
        """The same for objects that hang on nothing: (k, 3), (k, 4) xyzw, (k, 3). The GPU makes the transforms."""
        self._place(self.rows_of(objects), position, rotation, scale)
        lit = self._lit(objects)
        if len(lit):
            x, y, z, w = rotation[lit].T
            back = np.stack([2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)], axis=1)
            owners = (lit + objects.start).astype(np.int32) if isinstance(objects, range) else objects[lit]
            self._move_lights(owners, position[lit], back * scale[lit, 2:])

    def _move(self, rows: I32, world: F32) -> None:
        if len(rows):
            if self._notes(len(rows)):
                self._note(rows, world)
            self.changes.move(rows, world)
            squares = np.einsum("kij,kij->k", world[:, :, :3], world[:, :, :3])
            outer = self._near_the_border(world[:, :, 3], float(squares.max()) ** 0.5, rows)
            self._hold(rows[outer], world[outer])

    def _place(self, rows: I32, position: F32, rotation: F32, scale: F32) -> None:
        # Some may not be drawn, a camera say: those keep their row of -1, for leaving them out would copy all the rest.
        if len(rows) and int(rows.max()) >= 0:
            if self._notes(len(rows)):
                drawn = rows >= 0
                world = affine_from_trs(position[drawn], rotation[drawn], scale[drawn]).astype(np.float32)
                self._note(rows[drawn], world)
            self.changes.place(rows, position, rotation, scale)
            outer = self._near_the_border(position, max(float(scale.max()), -float(scale.min())), rows)
            if len(outer):
                outer_world = affine_from_trs(position[outer], rotation[outer], scale[outer])
                self._hold(rows[outer], outer_world.astype(np.float32))

    def _notes(self, k: int) -> bool:
        """Whether the movers want to know of k instances. Waits for the GPU when they do for the first time."""
        wanted = k > 0 and self.movers.counts(k)
        if wanted and self.movers.needs_places():
            raw: Any = self.gpu.device.queue.read_buffer(self.spheres)
            self.movers.know(np.frombuffer(raw, np.float32).reshape(-1, 4))
        return wanted

    def _note(self, rows: I32, world: F32) -> None:
        """Tell the movers where instances (k,) are now: (k, 3, 4)."""
        centre, radius = self._spheres(rows, world)
        self.movers.note(rows, np.column_stack([centre, radius]).astype(np.float32))

    def _spheres(self, rows: I32, world: F32) -> tuple[F32, F32]:
        batch = self.woven.instances["batch"] if self._batch_of is None else self._batch_of
        return spheres_of(self.woven.geometry.meshes[self.batching.table["mesh"][batch[rows]]], world)

    def _near_the_border(self, places: F32, stretch: float, rows: I32) -> NDArray[np.intp]:
        """Which instances (k,) at (k, 3), the largest stretched by so much, may reach out of the bounds farthest.

        Those in rows of -1 are not drawn and do not count.
        """
        centre, radius = self.bounds
        middle = centre.astype(np.float32)
        pieces = [slice(first, first + _ROWS) for first in range(0, len(places), _ROWS)]
        farthest = [float(_squares(places[some], middle, rows[some]).max()) for some in pieces]
        reach = stretch * self._reach
        inside = max(radius - reach, max(farthest) ** 0.5 - 2 * reach, 0.0)
        limit = inside * inside * (1 - 1e-5)
        found = [
            np.flatnonzero(_squares(places[some], middle, rows[some]) >= limit) + some.start
            for some, most in zip(pieces, farthest, strict=True)
            if not most < limit
        ]
        return np.concatenate(found) if found else np.empty(0, np.intp)

    def _hold(self, rows: I32, world: F32) -> None:
        """Widen the bounds so that they hold instances (k,) at (k, 3, 4)."""
        if not len(rows):
            return
        found, radii = self._spheres(rows, world)
        centre, radius = self.bounds
        reach = float((np.linalg.norm(found - centre, axis=1) + radii).max())
        if reach > radius:
            self.bounds = centre, max(radius, min(reach, _FARTHEST))

    # ---- lights ---------------------------------------------------------------------------------------------------

    def _lit(self, objects: I32 | range) -> NDArray[np.intp]:
        """(m,) which of some objects (k,) carry lights."""
        if not isinstance(objects, range):
            return np.flatnonzero(self._light_of.take(objects) >= 0)
        owners = self.lights["object"].astype(np.int64)  # far fewer than objects
        return np.unique(owners[(owners >= objects.start) & (owners < objects.stop)]) - objects.start

    def _move_lights(self, objects: I32, position: F32, back: F32) -> None:
        """Lights follow their objects (k,), each of which has some: (k, 3) metres, and the (k, 3) way of their +Z."""
        length = np.sqrt(np.einsum("ki,ki->k", back, back))
        direction = back / -np.maximum(length, 1e-20)[:, None]
        rows = self._light_of[objects]
        while len(rows):
            self.lights["position"][rows] = position
            self.lights["direction"][rows] = direction
            self._touch_lights(rows)
            rows = self._next_light[rows]
            more = rows >= 0
            rows, position, direction = rows[more], position[more], direction[more]

    def _touch_lights(self, rows: NDArray[np.integer[Any]]) -> None:
        """Some rows (k,) of `lights` are to be sent."""
        if len(rows):
            low, high = int(rows.min()), int(rows.max()) + 1
            first, last = self._dirty_lights
            self._dirty_lights = (min(first, low), max(last, high)) if first < last else (low, high)
            self._reach_of_lamps = None

    def _link_lights(self, gone: NDArray[np.uint32]) -> None:
        """Find the lights of each object anew; `gone` are objects that had some."""
        if len(gone):
            self._light_of[gone] = -1
        owner = self.lights["object"]
        rows = np.flatnonzero(owner != NONE)
        rows = rows[np.argsort(owner[rows], kind="stable")].astype(np.int32)
        owners = owner[rows]
        again = owners[1:] == owners[:-1]
        self._next_light = np.full(len(owner), -1, np.int32)
        self._next_light[rows[:-1][again]] = rows[1:][again]
        first = rows[np.concatenate([[True], ~again])] if len(rows) else rows
        if len(first):
            self.rows_of(np.array([owners[-1]], np.int32))  # makes the column long enough
            self._light_of[owner[first]] = first

    def _count_lamps(self) -> None:
        lights = self.lights
        self.alight = int((lights["object"] != NONE).sum())
        """Lights that there are; rows of `lights` may be free."""
        self._ranged = np.flatnonzero((lights["kind"] != LightKind.SUN) & (lights["range"] > 0))
        self.ranged = len(self._ranged)
        """Lamps with a range."""
        self._reach_of_lamps = None

    def reach_of_lamps(self) -> tuple[NDArray[np.float64], float]:
        """A ball that holds all that lamps with a range reach, of which there must be some: centre (3,), radius."""
        if self._reach_of_lamps is None:
            position = self.lights["position"][self._ranged].astype(np.float64)
            reach = self.lights["range"][self._ranged, None].astype(np.float64)
            low, high = (position - reach).min(axis=0), (position + reach).max(axis=0)
            self._reach_of_lamps = (low + high) / 2, float(np.linalg.norm(high - low)) / 2 * 1.001 + 1e-3
        return self._reach_of_lamps

    def set_lights(self, rows: I32, values: NDArray[np.void]) -> None:
        """Other values for some lights: rows (k,) of `lights` and (k,) structs.LIGHT. Their places stay."""
        for key in ("color", "range", "spot_scale", "spot_offset", "casts_shadows", "radius"):
            self.lights[key][rows] = values[key]
        self._touch_lights(rows)
        self._count_lamps()

    def put_lights(self, rows: I32, values: NDArray[np.void]) -> None:
        """Other lights in some rows (k,), which may lie beyond the last: (k,) structs.LIGHT, places and all."""
        if not len(rows):
            return
        have, needed = len(self.lights), int(rows.max()) + 1
        if needed > have:
            table = np.zeros(needed, self.lights.dtype)  # not by `concatenate`: that would drop the padding
            table["object"] = table["shadow"] = NONE
            table[:have] = self.lights
            self.lights = table
            if self.lights.nbytes > self.light_buffer.size:
                self.light_buffer = buffer(self.gpu, "lights", self.lights.itemsize * power_of_two(needed))
                self._touch_lights(np.arange(needed))
        before = self.lights["object"][rows]
        self.lights[rows] = values
        self.lights["shadow"][rows] = NONE
        self._touch_lights(rows)
        self._link_lights(before[before != NONE])
        self._count_lamps()

    def set_materials(self, rows: I32, values: NDArray[np.void]) -> None:
        """Other factors for some materials: rows (k,) and (k,) structs.MATERIAL, of the same pipeline class.

        `sampling` is another one where they need a feature that no material had.
        """
        size = values.dtype.itemsize
        for row, value in zip(rows.tolist(), values, strict=True):
            self.gpu.device.queue.write_buffer(self.material_table, row * size, value.tobytes())
        self.sampling = replace(self.sampling, features=self.sampling.features | features_of(values))

    def send_changes(self) -> None:
        """Upload what changed since the last frame; nothing, where nothing did. `changed` says so then."""
        first, last = self._dirty_lights
        if first < last:
            upload(self.gpu, self.light_buffer, self.lights[first:last], LIGHT.size * first)
            self._dirty_lights = (0, 0)
        self.changed = self.changes.pending
        if self.changed:
            before = self.version
            self._fit()
            if self.changes.send(self.capacity):
                self.version += 1
            if self.version != before:
                self.changes.bind(self)

    def blended_triangles(self, count: int) -> int:
        """The triangles of the first `count` transparent draws of the last frame. Waits for the GPU."""
        if not count:
            return 0
        raw: Any = self.gpu.device.queue.read_buffer(self.blend_args)
        return int(np.frombuffer(raw, DRAW_COMMAND.dtype, count=count)["index_count"].sum()) // 3

    def set_shadow_maps(self, numbers: NDArray[np.uint32]) -> None:
        """Where each light's (l,) first shadow map is, NONE for none."""
        other = np.flatnonzero(self.lights["shadow"] != numbers)
        self.lights["shadow"] = numbers
        self._touch_lights(other)


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

    def __init__(self, gpu: Gpu, layouts: Layouts, scene: GpuScene) -> None:
        self._gpu, self._layouts = gpu, layouts
        self._all_spheres, self._scatter, self._place, self._renew = (
            gpu.device.create_compute_pipeline(
                label=entry,
                layout=gpu.device.create_pipeline_layout(bind_group_layouts=[layout]),
                compute={"module": program(name, [group]).compile(gpu.device), "entry_point": entry},
            )
            for name, entry, group, layout in (
                ("bounds", "all_spheres", groups.BOUNDS, layouts.bounds),
                ("bounds", "scatter", groups.BOUNDS, layouts.bounds),
                ("place", "place", groups.PLACE, layouts.place),
                ("renew", "renew", groups.RENEW, layouts.renew),
            )
        )
        self._counts: NDArray[np.uint32] = np.array([[0, 0, 1]] * 3, np.uint32)
        usage = wgpu.BufferUsage.INDIRECT | wgpu.BufferUsage.COPY_DST
        self._groups = filled(gpu, "changes", self._counts, usage)
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
        else:
            self._renewal_buffer = buffer(self._gpu, "renewals", RENEWAL.size * (size + 1))

    def room(self, what: str) -> int:
        """How many changes of a kind ("move", "place", "renew") there is room for; changes with the scene's version."""
        return self._capacity[what]

    def lists(self) -> ChangeLists:
        """The lists as they are now; they change with the scene's version."""
        return ChangeLists(self._row_buffer, self._place_buffer, self._renewal_buffer, self._groups)

    def bind(self, scene: GpuScene) -> None:
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
            parts = [np.array([count], np.int32), rows, position, rotation, scale]
            if count < _FEW:  # copying is cheaper than another call
                parts = [np.concatenate([part.view(np.int32).ravel() for part in parts])]
            offset = 0
            for part in parts:
                upload(self._gpu, self._place_buffer, part, offset)
                offset += part.nbytes
            self._placed = count

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
        counts = self._counts
        before = counts.copy()
        counts[:, :2] = 0
        records = self._last_renewals() if self._renewals else _NO_RENEWALS
        self._reserve("renew", len(records), instances)
        self._reserve("move", self._moved, instances)
        if not self._placed:  # what was placed is in its buffer already
            self._reserve("place", 0, instances)
        if len(records):
            n = len(records) - 1
            upload(self._gpu, self._renewal_buffer, records)
            counts[2, :2] = grid(n)
            self._renewals.clear()
        if self._moved:
            n = self._moved
            self._rows[0] = n
            queue.write_buffer(self._row_buffer, 0, self._rows[: n + 1])
            upload(self._gpu, self._transform_buffer, self._transforms[:n])
            if self._marked:
                self._mark[self._rows[1 : n + 1]] = -1
                self._marked = False
            counts[0, :2] = grid(n)
            self._moved = 0
            if far_too_long(len(self._transforms), max(n, instances)):
                self._rows, self._transforms, self._mark = (
                    self._rows[:1].copy(),
                    self._transforms[:0].copy(),
                    self._mark[:0].copy(),
                )
        if self._placed:
            counts[1, :2] = grid(self._placed)
            self._placed = 0
        if (counts != before).any():
            queue.write_buffer(self._groups, 0, counts)
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
        compute.set_pipeline(self._all_spheres)
        compute.set_bind_group(0, self._move_group)
        compute.dispatch_workgroups(*grid(count))
        compute.end()
        self._gpu.device.queue.submit([encoder.finish()])

    def record(self, encoder: Encoder) -> None:
        """Put what was sent in its place: three dispatches, of no workgroups where nothing changed."""
        compute = encoder.begin_compute_pass(label="changes")
        for pipeline, group, offset in (
            (self._renew, self._renew_group, 24),
            (self._place, self._place_group, 12),
            (self._scatter, self._move_group, 0),
        ):
            compute.set_pipeline(pipeline)
            compute.set_bind_group(0, group)
            compute.dispatch_workgroups_indirect(self._groups, offset)
        compute.end()


def features_of(materials: NDArray[np.void]) -> int:
    """The surface features (bits of structs.SURFACE_FEATURES) that (m,) structs.MATERIAL use."""
    return int(np.bitwise_or.reduce(materials["flags"], initial=0)) & SURFACE_FEATURES


def grid(count: int, lanes: int = 256) -> tuple[int, int]:
    """Workgroups for `count` invocations, in two dimensions where one is not enough."""
    needed = max(1, -(-count // lanes))
    return min(needed, 65535), -(-needed // 65535)


def _squares(places: F32, middle: F32, rows: I32) -> F32:
    """(k,) the squared distances of points (k, 3) from one (3,); -1 for those in rows of -1."""
    away = np.subtract(places.T, middle[:, None], order="C")  # a row per axis: triples would take four times as long
    away *= away
    out: F32 = away[0]
    out += away[1]
    out += away[2]
    if int(rows.min()) < 0:
        out[rows < 0] = -1
    return out


def spheres_of(mesh: NDArray[np.void], world: F32) -> tuple[F32, F32]:
    """Centres (k, 3) and radii (k,) of (k,) structs.MESH placed at (k, 3, 4), as `sphere.wgsl` has them."""
    centre = np.einsum("nij,nj->ni", world[:, :, :3], mesh["centre"]) + world[:, :, 3]
    squares = np.matmul(world[:, :, :3].transpose(0, 2, 1), world[:, :, :3])
    return centre, mesh["radius"] * np.sqrt(np.abs(squares).sum(axis=2).max(axis=1))


def scene_sphere(woven: WovenScene) -> tuple[NDArray[np.float64], float]:
    """A sphere around all instances: centre (3,) and radius, world, metres. An empty scene has radius 1."""
    count = len(woven.instances)
    if not count:
        return np.zeros(3), 1.0
    spheres = np.empty((4, count), np.float32)
    mesh_of_batch = woven.batches["mesh"]
    for first in range(0, count, _ROWS):  # pieces that stay in the cache
        some = slice(first, first + _ROWS)
        world = woven.objects.world[woven.instance_object[some]]
        mesh = woven.geometry.meshes[mesh_of_batch[woven.instances["batch"][some]]]
        centres, spheres[3, some] = spheres_of(mesh, world)
        spheres[:3, some] = centres.T
    centre, radius = spheres[:3], spheres[3]
    low, high = (centre - radius).min(axis=1), (centre + radius).max(axis=1)
    middle = (low + high).astype(np.float64) / 2
    centre -= middle[:, None].astype(np.float32)
    reach = np.sqrt(np.einsum("in,in->n", centre, centre)) + radius
    return middle, max(float(reach.max()) * (1 + 1e-6), 1e-3)


assert BATCH.size % 4 == 0
