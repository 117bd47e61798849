"""A woven scene on the GPU: structure-of-arrays instances, mega vertex and index buffers, materials, lights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.errors import GpuError
from ..engine.gpu import Gpu
from ..engine.math import affine_from_trs
from ..engine.rows import Rows, distinct, far_too_long, power_of_two
from ..loom.woven import WovenScene
from ..shaders import groups
from ..shaders.structs import BATCH, DRAW_COMMAND, INSTANCE, NONE, RENEWAL, SURFACE_FEATURES, InstanceFlag
from .batches import Batches
from .bounds import ROWS, instances_of, sphere_around, spheres_of, squares
from .buffers import STORAGE, buffer, filled, load, upload
from .changes import Changes
from .layouts import Layouts
from .lights import Lights
from .movers import Movers
from .textures import TexturePools

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

_NOBODY: NDArray[np.intp] = np.empty(0, np.intp)
_FARTHEST = 10_000.0  # metres: what falls for ever must not use up the depth's precision
_BLOCK = 1024  # items that `blend_sort.wgsl` sorts in one workgroup


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
        self.instances = filled(gpu, "instances", woven.instances)
        self.batch_table = filled(gpu, "batches", woven.batches)
        self.spheres = buffer(gpu, "spheres", 16 * self.count)
        self.states = buffer(gpu, "cull states", 4 * self.count)
        spheres = np.empty((4, self.count), np.float32)
        load(gpu, self.transforms, instances_of(woven, spheres))
        self.bounds = sphere_around(spheres)
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

        self.lights = Lights(gpu, woven.lights)
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
        if isinstance(objects, range):
            self._know(objects.stop)
            return self.instance_of_object[objects.start : objects.stop]
        try:
            return self.instance_of_object.take(objects)
        except IndexError:
            self._know(int(objects.max()) + 1)
            return self.instance_of_object.take(objects)

    def _know(self, end: int) -> None:
        """Have room for objects below `end` in what is kept about each."""
        have = len(self.instance_of_object)
        if end > have:
            size = max(end, 2 * have)
            self.instance_of_object = np.concatenate([self.instance_of_object, np.full(size - have, -1, np.int32)])

    def spawn(self, objects: I32, mesh: I32, material: I32, mirrored: NDArray[np.bool_]) -> None:
        """Draw objects (k,) that were not drawn: rows of the woven meshes and materials, (k,) each. Raises GpuError."""
        self._check(objects, drawn=False)
        self._check_looks(objects, mesh, material)
        rows = self.rows.take(len(objects))
        self.instance_of_object[objects] = rows
        self._renew(rows, objects, mesh, material, mirrored)
        if self._notes(len(rows)):
            self.movers.came(rows)

    def change(self, objects: I32, mesh: I32, material: I32, mirrored: NDArray[np.bool_]) -> None:
        """Draw objects (k,) that are drawn with other meshes and materials. Raises GpuError."""
        self._check(objects, drawn=True)
        self._check_looks(objects, mesh, material)
        self._renew(self.rows_of(objects), objects, mesh, material, mirrored)
        if len(objects):
            self.movers.all()

    def despawn(self, objects: I32) -> None:
        """Draw objects (k,) no more. Raises GpuError for those that are not drawn."""
        self._check(objects, drawn=True)
        rows = self.rows_of(objects)
        self._put(rows, np.full(len(rows), NONE, np.uint32))
        records = np.zeros(len(rows), RENEWAL.dtype)
        records["row"], records["batch"], records["object"] = rows, NONE, NONE
        self.changes.renew(records)
        if self._notes(len(rows)):
            self.movers.went(rows)
        self.instance_of_object[objects] = -1
        self.rows.give(rows)

    def draws(self, objects: I32) -> NDArray[np.bool_]:
        """(k,) whether objects are drawn, as far as culling lets them."""
        return self.rows_of(objects) >= 0

    def _check(self, objects: I32, *, drawn: bool) -> None:
        wrong = objects[self.draws(objects) != drawn]
        if len(wrong):
            raise GpuError(f"object {wrong[0]} is {'not drawn' if drawn else 'drawn already'}")
        if len(distinct(objects)) != len(objects):
            raise GpuError("the same object is given twice")

    def _check_looks(self, objects: I32, mesh: I32, material: I32) -> None:
        for what, rows, known in (
            ("mesh", mesh, len(self.woven.geometry.meshes)),
            ("material", material, len(self.woven.materials)),
        ):
            if len(rows) != len(objects):
                raise GpuError(f"there are {len(objects)} objects and {len(rows)} rows of {what}")
            if ((rows < 0) | (rows >= known)).any():
                raise GpuError(f"{what} {rows.min()} to {rows.max()}: the scene was woven with {known}")

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
        last = max(int(np.flatnonzero(self.instance_of_object >= 0).max(initial=0)), self.lights.last_object())
        if far_too_long(len(self.instance_of_object), last + 1):
            self.instance_of_object = self.instance_of_object[: 2 * last + 2].copy()
        self.lights.forget(last)
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
        lit = self.lights.on(objects)
        if len(lit):
            self.lights.follow(objects[lit], world[lit, :, 3], world[lit, :, 2])

    def place(self, objects: I32 | range, position: F32, rotation: F32, scale: F32) -> None:
        """The same for objects that hang on nothing: (k, 3), (k, 4) xyzw, (k, 3). The GPU makes the transforms."""
        self._place(self.rows_of(objects), position, rotation, scale)
        lit = self.lights.on(objects)
        if len(lit):
            x, y, z, w = rotation[lit].T
            back = np.stack([2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)], axis=1)
            owners = (lit + objects.start).astype(np.int32) if isinstance(objects, range) else objects[lit]
            self.lights.follow(owners, position[lit], back * scale[lit, 2:])

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
        middle, reach = centre.astype(np.float32), stretch * self._reach
        safe = max(radius - reach, 0.0)
        if len(places) <= ROWS and float(squares(places, middle).max()) < safe * safe * (1 - 1e-5):
            return _NOBODY  # as nearly always where few move
        pieces = [slice(first, first + ROWS) for first in range(0, len(places), ROWS)]
        farthest = [float(squares(places[some], middle, rows[some]).max()) for some in pieces]
        inside = max(safe, max(farthest) ** 0.5 - 2 * reach)
        limit = inside * inside * (1 - 1e-5)
        found = [
            np.flatnonzero(squares(places[some], middle, rows[some]) >= limit) + some.start
            for some, most in zip(pieces, farthest, strict=True)
            if not most < limit
        ]
        return np.concatenate(found) if found else _NOBODY

    def _hold(self, rows: I32, world: F32) -> None:
        """Widen the bounds so that they hold instances (k,) at (k, 3, 4)."""
        if not len(rows):
            return
        found, radii = self._spheres(rows, world)
        centre, radius = self.bounds
        reach = float((np.linalg.norm(found - centre, axis=1) + radii).max())
        if reach > radius:
            self.bounds = centre, max(radius, min(reach, _FARTHEST))

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
        self.lights.send()
        self.changed = self.changes.pending
        if self.changed:
            before = self.version
            self._fit()
            if self.changes.send(self.capacity):
                self.version += 1
            if self.version != before:
                self.changes.bind(self)

    def trim(self) -> None:
        """Keep no room for many changes, where nothing changed in the last frame: it is as large as what came last."""
        if not self.changed and not self.changes.pending and self.changes.shrink():
            self.changes.bind(self)
            self.version += 1

    def blended_triangles(self, count: int) -> int:
        """The triangles of the first `count` transparent draws of the last frame. Waits for the GPU."""
        if not count:
            return 0
        raw: Any = self.gpu.device.queue.read_buffer(self.blend_args)
        return int(np.frombuffer(raw, DRAW_COMMAND.dtype, count=count)["index_count"].sum()) // 3


def features_of(materials: NDArray[np.void]) -> int:
    """The surface features (bits of structs.SURFACE_FEATURES) that (m,) structs.MATERIAL use."""
    return int(np.bitwise_or.reduce(materials["flags"], initial=0)) & SURFACE_FEATURES


assert BATCH.size % 4 == 0
