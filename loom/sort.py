"""Stage 4: the order of what is drawn, and the numbers of its meshes and materials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..assets.mesh import MeshData
from ..engine.scene.components import Material, Mesh
from ..shaders.structs import PipelineClass
from .extract import Extracted, taken
from .validate import I64, Checked, LoadedMesh, slots_in_use


@dataclass(frozen=True, eq=False)
class Sorted:
    """What is drawn, in order. k instances.

    objects: (k,) int64 rows.  pipeline: (k,) PipelineClass.  material, mesh: (k,) int64 index into the two tuples.
    materials, meshes: the distinct ones, numbered in the order of the objects that show them first.
    lights: (l,) structs.LIGHT: suns, points, spots, each by the id of its object.
    """

    objects: I64
    pipeline: I64
    material: I64
    mesh: I64
    materials: tuple[Material, ...]
    meshes: tuple[MeshData, ...]
    lights: NDArray[np.void]


def sort(checked: Checked, extracted: Extracted) -> Sorted:
    """Instances by pipeline class, material, mesh, id; lights by kind and id. Equal scenes get equal orders."""
    scene = checked.scene
    mesh_slots, material_slots = scene.slots_of(Mesh), scene.slots_of(Material)
    count = len(scene.values_of(Mesh))

    # A Mesh without a Material shows its own: such slots count on behind those of the Material pool.
    own = len(scene.values_of(Material))
    material_slots = np.where(mesh_slots < 0, -1, np.where(material_slots >= 0, material_slots, own + mesh_slots))
    meshes, mesh_of_slot = _distinct_meshes(checked, slots_in_use(mesh_slots, count))
    materials, material_of_slot = _distinct_materials(checked, slots_in_use(material_slots, own + count))

    objects = checked.by_id[mesh_slots[checked.by_id] >= 0]  # by id; the sort below is stable
    mesh, material = mesh_of_slot[mesh_slots[objects]], material_of_slot[material_slots[objects]]
    base = np.array([_pipeline_class(m) for m in materials], np.int64)
    mirrors = (base == PipelineClass.OPAQUE) | (base == PipelineClass.MASK)
    pipeline = base[material] + (mirrors[material] & extracted.mirrored[objects])

    key = (pipeline * len(materials) + material) * len(meshes) + mesh
    few = len(PipelineClass) * len(materials) * len(meshes) <= 2**16
    order = np.argsort(key.astype(np.uint16) if few else key, kind="stable")  # 16 bits are sorted in linear time

    lights = extracted.lights
    light_order = np.lexsort((scene.ids[lights["object"]], lights["kind"]))
    return Sorted(
        objects[order], pipeline[order], material[order], mesh[order], materials, meshes, taken(lights, light_order)
    )


def _pipeline_class(material: Material) -> int:
    """The class of a material on an object that is not mirrored."""
    if material.alpha_mode == "blend":
        return PipelineClass.BLEND
    mask = material.alpha_mode == "mask"
    if material.double_sided:
        return PipelineClass.MASK_DOUBLE_SIDED if mask else PipelineClass.OPAQUE_DOUBLE_SIDED
    return PipelineClass.MASK if mask else PipelineClass.OPAQUE


def _distinct_meshes(checked: Checked, slots: I64) -> tuple[tuple[MeshData, ...], I64]:
    """The distinct geometries of these slots, and the number of each slot's (by slot; 0 where unused)."""
    number = np.zeros(len(checked.scene.values_of(Mesh)), np.int64)
    found: list[MeshData] = []
    by_identity: dict[int, int] = {}
    by_size: dict[tuple[int, int], list[int]] = {}  # only meshes of the same size are worth hashing
    for slot in slots.tolist():
        data = checked.meshes[slot].data
        i = by_identity.get(id(data))
        if i is None:
            alike = by_size.setdefault((len(data.positions), len(data.indices)), [])
            i = next((j for j in alike if found[j].digest == data.digest), None)
            if i is None:
                i = len(found)
                found.append(data)
                alike.append(i)
            by_identity[id(data)] = i
        number[slot] = i
    return tuple(found), number


def _distinct_materials(checked: Checked, slots: I64) -> tuple[tuple[Material, ...], I64]:
    """The distinct materials of these slots, and the number of each slot's (by slot; 0 where unused)."""
    values = checked.scene.values_of(Material)
    number = np.zeros(len(values) + len(checked.scene.values_of(Mesh)), np.int64)
    found: dict[Material, int] = {}
    for slot in slots.tolist():
        material = values[slot] if slot < len(values) else _own_material(checked.meshes[slot - len(values)])
        number[slot] = found.setdefault(material, len(found))
    return tuple(found), number


def _own_material(mesh: LoadedMesh) -> Material:
    return Material() if mesh.material is None else mesh.material
