"""What a world still shows of the scene that it was woven from, carried over into another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..loom.woven import Geometry, TextureData, WovenScene
from ..shaders.structs import NONE

I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
Bools = NDArray[np.bool_]


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


def sealed(woven: WovenScene) -> WovenScene:
    """The same scene, its arrays read-only."""
    for _, array in woven.arrays():
        array.flags.writeable = False
    return woven
