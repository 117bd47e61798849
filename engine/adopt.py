"""A running world takes over another woven scene: what changed at run time stays, the rest is as the new scene has it.

Objects are matched by their stable ids and keep their rows, so that handles stay valid: the new scene is laid out in
the world's rows. Each value is merged three-way: what is now differs from what was woven before? Then it stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..loom.woven import Geometry, Objects, TextureData, WovenComponents, WovenScene
from ..shaders.structs import NONE
from .live import kind_of
from .math import depths_of
from .scene.names import Names
from .scene.settings import RenderSettings, apply_settings, known_settings

I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
Bools = NDArray[np.bool_]


# ---- rows -----------------------------------------------------------------------------------------------------


def placed(old: WovenScene, new: WovenScene, alive: Bools) -> tuple[WovenScene, I32]:
    """The new scene with its objects in a world's rows, and those (n,), in its own order.

    Objects that the old scene has too stay in their rows; others come into rows where nothing is. alive: (e,).
    """
    known, ids = old.objects.ids, new.objects.ids
    order = np.argsort(known)
    at = np.searchsorted(known[order], ids).clip(max=len(known) - 1)
    match = order[at] if len(known) else np.zeros(len(ids), np.int64)
    both = known[match] == ids if len(known) else np.zeros(len(ids), bool)
    rows = np.where(both, match, -1).astype(np.int32)
    taken = np.zeros(max(len(alive), len(known)), bool)
    taken[: len(alive)] = alive
    taken[rows[both]] = True
    missing = np.flatnonzero(~both)
    free = np.flatnonzero(~taken)[: len(missing)]
    rows[missing] = [*free.tolist(), *range(len(taken), len(taken) + len(missing) - len(free))]
    if (rows == np.arange(len(rows))).all():
        return new, rows
    return _laid_out(new, rows), rows


def _laid_out(woven: WovenScene, rows: I32) -> WovenScene:
    """A scene with its objects in other rows; those between are no objects, with the id 0."""
    size = int(rows.max(initial=-1)) + 1
    was = woven.objects

    def spread(column: NDArray[Any], nothing: Any = 0) -> NDArray[Any]:
        out = np.zeros((size, *column.shape[1:]), column.dtype)
        out[:] = nothing
        out[rows] = column
        return out

    names = [""] * size
    for row, name in zip(rows.tolist(), was.names, strict=True):
        names[row] = name
    objects = Objects(
        spread(was.ids),
        Names(names),
        spread(_moved_to(was.parents, rows), -1),
        spread(was.depth),
        spread(was.position),
        spread(was.rotation, (0, 0, 0, 1)),
        spread(was.scale, 1),
        spread(was.world),
        spread(was.tags),
    )
    instances, lights = woven.instances.copy(), woven.lights.copy()
    instances["object"] = rows[woven.instance_object]
    lights["object"] = rows[woven.lights["object"].astype(np.int64)]
    components: list[WovenComponents] = []
    for carried in woven.components:
        at = rows[carried.objects]
        order = np.argsort(at)
        columns = {key: column[order] for key, column in carried.columns.items()}
        components.append(replace(carried, objects=at[order], columns=columns))
    behaviours = [(int(rows[row]), value) for row, value in woven.behaviours]
    return sealed(
        replace(
            woven,
            components=tuple(components),
            behaviours=tuple(sorted(behaviours, key=lambda entry: (entry[0], kind_of(entry[1]).__name__))),
            objects=objects,
            instances=instances,
            instance_object=rows[woven.instance_object],
            lights=lights,
            cameras=replace(woven.cameras, objects=rows[woven.cameras.objects]),
        )
    )


def _moved_to(above: I32, rows: I32) -> I32:
    return np.where(above >= 0, rows[above], -1).astype(np.int32) if len(above) else above


def sealed(woven: WovenScene) -> WovenScene:
    """The same scene, its arrays read-only."""
    for _, array in woven.arrays():
        array.flags.writeable = False
    return woven


def padded(column: NDArray[Any], size: int, nothing: Any = 0) -> NDArray[Any]:
    """A copy of the first `size` rows of a column, with as many as are missing behind it."""
    out = np.zeros((size, *column.shape[1:]), column.dtype)
    out[:] = nothing
    known = min(size, len(column))
    out[:known] = column[:known]
    return out


@dataclass(frozen=True, eq=False)
class Fates:
    """What becomes of each row (n,) of a world that takes over a scene.

    kept: objects that both scenes have, and that were not despawned.  came: new ones.  spawned: made at run time.
    gone: were there and are no more.  parent: (n,) int32 rows, -1 for none.
    """

    kept: Bools
    came: Bools
    spawned: Bools
    gone: Bools
    parent: I32

    @property
    def alive(self) -> Bools:
        """The rows that are objects from now on."""
        return self.kept | self.came | self.spawned


def fates(
    old: WovenScene, new: WovenScene, rows: I32, alive: Bools, ids: NDArray[np.uint64], parents: I32, eye: int
) -> Fates:
    """Who stays, and who hangs on whom.

    new: laid out in the world's `rows`.  alive, ids, parents: of the world's rows.  eye: the row of the camera that the
    world made itself, -1 for none; it stays whatever it hangs on.

    Objects hang where the game hung them, else where the new scene has them. Where that object is no more the other
    of the two is taken, and without any they are gone too, as all is that hangs on what is despawned.
    """
    size = max(len(alive), len(new.objects.ids))
    alive, run = padded(alive, size, nothing=False), padded(parents, size, -1)
    woven_id, id_now = padded(old.objects.ids, size), padded(ids, size)
    base, wanted = padded(old.objects.parents, size, -1), padded(new.objects.parents, size, -1)
    listed = np.zeros(size, bool)
    listed[rows] = True
    of_scene = alive & (woven_id != 0) & (woven_id == id_now)
    kept, spawned = of_scene & listed, alive & ~of_scene
    came = listed & ~alive & (woven_id != padded(new.objects.ids, size))
    there = kept | came | spawned
    hung_anew = (run != base) | ((run >= 0) & spawned[run])
    while True:
        run_there = (run < 0) | there[run]
        wanted_there = (wanted < 0) | (there & ~spawned)[wanted]
        parent = np.where(
            kept & ~(hung_anew & run_there) & wanted_there, wanted, np.where(run_there & ~came, run, _LOST)
        )
        parent = np.where(came, np.where(wanted_there, wanted, _LOST), parent).astype(np.int32)
        if eye >= 0 and parent[eye] == _LOST:
            parent[eye] = -1
        lost = there & (parent == _LOST)
        if not lost.any():
            break
        there &= ~lost
    parent[~there] = -1
    parent = _without_rings(parent, kept, np.where(wanted_there, wanted, -1))
    gone = alive & ~there
    return Fates(kept & there, came & there, spawned & there, gone, parent)


_LOST = -2


def _without_rings(parent: I32, kept: Bools, instead: NDArray[np.integer[Any]]) -> I32:
    """(n,) parents without rings: where what the game hung elsewhere would make one, the new scene is right."""
    while True:
        lost = depths_of(parent) < 0
        if not lost.any():
            return parent
        above = parent
        for _ in range(len(parent).bit_length()):  # after n steps up, all that hangs below a ring has arrived in it
            above = np.where(lost, above[above], above)
        ring = np.zeros(len(parent), bool)
        ring[above[lost]] = True
        other = ring & kept & (parent != instead)
        parent = np.where(other if other.any() else ring, np.where(kept, instead, -1), parent).astype(np.int32)


# ---- values ---------------------------------------------------------------------------------------------------


def changed_in(rows: Bools, base: NDArray[Any], now: NDArray[Any]) -> Bools:
    """(n,) of the chosen rows, those where what is now differs from what was woven: it is to stay."""
    changed = now != base
    while changed.ndim > 1:
        changed = changed.any(axis=-1)
    found: Bools = changed & rows
    return found


def merged_settings(base: RenderSettings, now: RenderSettings, new: RenderSettings) -> RenderSettings:
    """The new settings, with what was configured while the scene ran."""
    changes: dict[str, Any] = {}
    for key, _ in known_settings():
        group, name = key.split(".")
        was, value = (getattr(getattr(settings, group), name) for settings in (base, now))
        if value != was:
            changes[key] = value
    return apply_settings(new, changes) if changes else new


def merged_fields(base: Any, now: Any, new: Any) -> None:
    """Change the fields of `now`, a mutable dataclass, to those of `new`, where they are still those of `base`."""
    for f in fields(now):
        if getattr(now, f.name) == getattr(base, f.name):
            setattr(now, f.name, getattr(new, f.name))


def numbered_anew(masks: U32, names: Sequence[str], tag_names: Sequence[str]) -> U32:
    """(n, words) bit masks over `names` → the same over `tag_names`, which holds all that occur."""
    out = np.zeros((len(masks), max(1, -(-len(tag_names) // 32))), np.uint32)
    for i, name in enumerate(names):
        bit = tag_names.index(name)
        out[:, bit // 32] |= (masks[:, i // 32] >> np.uint32(i % 32) & np.uint32(1)) << np.uint32(bit % 32)
    return out


# ---- what is still shown --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Carried:
    """A scene that has all meshes and materials that are still shown, and what those of the old one are in it.

    mesh, material: (old meshes + 1,), (old materials + 1,) int32, -1 for what is not there; the last is -1.
    """

    woven: WovenScene
    mesh: I32
    material: I32


def carried(old: WovenScene, new: WovenScene, meshes: I32, materials: I32) -> Carried:
    """Add those meshes and materials of an old scene, distinct rows, to a new one that has them not."""
    mesh_of = np.full(len(old.geometry.meshes) + 1, -1, np.int32)
    known: dict[tuple[int, int, float], list[int]] = {}
    for i, mesh in enumerate(new.geometry.meshes):
        known.setdefault(_size_of(mesh), []).append(i)
    missing: list[int] = []
    for i in meshes.tolist():
        same = known.get(_size_of(old.geometry.meshes[i]), ())
        found = next((j for j in same if _same_mesh(old.geometry, i, new.geometry, j)), None)
        if found is None:
            found = len(new.geometry.meshes) + len(missing)
            missing.append(i)
        mesh_of[i] = found
    number = {material: j for j, material in enumerate(new.material_components)}
    material_of = np.full(len(old.materials) + 1, -1, np.int32)
    for i, material in enumerate(old.material_components):
        material_of[i] = number.get(material, -1)
    others = [i for i in materials.tolist() if material_of[i] < 0]
    for k, i in enumerate(others):
        material_of[i] = len(new.materials) + k
    if missing or others:
        textures, table = _more_textures(old, new, others)
        new = sealed(
            replace(
                new,
                geometry=_more_geometry(old.geometry, new.geometry, missing) if missing else new.geometry,
                materials=table,
                textures=textures,
                material_components=(*new.material_components, *(old.material_components[i] for i in others)),
            )
        )
    return Carried(new, mesh_of, material_of)


def _size_of(mesh: Any) -> tuple[int, int, float]:
    return int(mesh["vertex_count"]), int(mesh["index_count"]), float(mesh["radius"])


def _parts(geometry: Geometry, i: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Positions, vertices and indices of one mesh."""
    mesh = geometry.meshes[i]
    vertices = slice(int(mesh["base_vertex"]), int(mesh["base_vertex"]) + int(mesh["vertex_count"]))
    indices = slice(int(mesh["first_index"]), int(mesh["first_index"]) + int(mesh["index_count"]))
    return geometry.positions[vertices], geometry.vertices[vertices], geometry.indices[indices]


def _same_mesh(a: Geometry, i: int, b: Geometry, j: int) -> bool:
    return all(
        np.array_equal(x.view(np.uint8), y.view(np.uint8)) for x, y in zip(_parts(a, i), _parts(b, j), strict=True)
    )


def _more_geometry(old: Geometry, new: Geometry, meshes: Sequence[int]) -> Geometry:
    table = _joined(new.meshes, [old.meshes[i : i + 1] for i in meshes])
    parts = [_parts(old, i) for i in meshes]
    vertex, index = len(new.positions), len(new.indices)
    for row, (positions, _, indices) in zip(table[len(new.meshes) :], parts, strict=True):
        row["base_vertex"], row["first_index"] = vertex, index
        vertex, index = vertex + len(positions), index + len(indices)
    columns = zip((new.positions, new.vertices, new.indices), zip(*parts, strict=True), strict=True)
    positions, vertices, indices = (_joined(column, more) for column, more in columns)
    return Geometry(positions, vertices, indices, table)


def _joined(column: NDArray[Any], more: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """By bytes: `concatenate` would drop the padding of structs."""
    out = np.zeros(len(column) + sum(map(len, more)), column.dtype) if column.ndim == 1 else None
    if out is None:
        return np.concatenate([column, *more])
    first = 0
    for part in (column, *more):
        out[first : first + len(part)] = part
        first += len(part)
    return out


def _more_textures(
    old: WovenScene, new: WovenScene, materials: Sequence[int]
) -> tuple[tuple[TextureData, ...], NDArray[np.void]]:
    """The textures and the materials of the new scene, with these materials of the old one behind them."""
    table = _joined(new.materials, [old.materials[i : i + 1] for i in materials])
    textures = list(new.textures)
    number = {(texture.image.digest, texture.srgb): i for i, texture in enumerate(textures)}
    slots = table["slots"]
    for row in range(len(new.materials), len(table)):
        for use, slot in enumerate(slots["texture"][row].tolist()):
            if slot != NONE:
                texture = old.textures[slot]
                i = number.setdefault((texture.image.digest, texture.srgb), len(textures))
                if i == len(textures):
                    textures.append(texture)
                slots["texture"][row, use] = i
    return tuple(textures), table


def looks_of(woven: WovenScene, size: int) -> tuple[I32, I32]:
    """(size,) the mesh and the material that each row was woven with, -1 for nothing."""
    mesh, material = np.full(size, -1, np.int32), np.full(size, -1, np.int32)
    shown = woven.instance_object < size
    mesh[woven.instance_object[shown]] = woven.batches["mesh"][woven.instances["batch"][shown]]
    material[woven.instance_object[shown]] = woven.instances["material"][shown]
    return mesh, material


def lights_of(woven: WovenScene) -> Mapping[tuple[int, type], Any]:
    """Every light as it was woven, by its object's row and its kind."""
    rows = woven.lights["object"].tolist()
    return {(row, type(light)): light for row, light in zip(rows, woven.light_components, strict=True)}
