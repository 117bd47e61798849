"""Stage 4: the order of what is drawn, and the numbers of its meshes and materials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..assets.mesh import MeshData
from ..engine.scene.components import Material, Mesh
from ..engine.scene.prefabs import Prefab
from ..shaders.structs import PipelineClass
from .extract import Extracted, taken
from .findings import I64
from .references import LoadedMesh
from .validate import Checked, slots_in_use


@dataclass(frozen=True, eq=False)
class Sorted:
    """What is drawn, in order. k instances.

    objects: (k,) int64 rows.  pipeline: (k,) PipelineClass.  material, mesh: (k,) int64 index into the two tuples.
    materials, meshes: the distinct ones, numbered in the order of the objects that show them first.
    lights: (l,) structs.LIGHT: suns, points, spots, each by the id of its object.
    prefabs: of the objects (m,) of those that are kept ready, the mesh and the material, -1 for none. What only they
    show is numbered behind the rest.
    """

    objects: I64
    pipeline: I64
    material: I64
    mesh: I64
    materials: tuple[Material, ...]
    meshes: tuple[MeshData, ...]
    lights: NDArray[np.void]
    prefabs: Mapping[Prefab, tuple[I64, I64]]


def sort(checked: Checked, extracted: Extracted) -> Sorted:
    """Instances by pipeline class, material, mesh, id; lights by kind and id. Equal scenes get equal orders."""
    scene = checked.scene
    mesh_slots, material_slots = scene.slots_of(Mesh), scene.slots_of(Material)
    count = len(scene.values_of(Mesh))

    # A Mesh without a Material shows its own: such slots count on behind those of the Material pool.
    own = len(scene.values_of(Material))
    material_slots = np.where(mesh_slots < 0, -1, np.where(material_slots >= 0, material_slots, own + mesh_slots))
    meshes, materials = _Meshes(), _Materials()
    mesh_of_slot = meshes.of(checked, slots_in_use(mesh_slots, count))
    material_of_slot = materials.of(checked, slots_in_use(material_slots, own + count))

    objects = checked.by_id[mesh_slots[checked.by_id] >= 0]  # by id; the sort below is stable
    mesh, material = mesh_of_slot[mesh_slots[objects]], material_of_slot[material_slots[objects]]
    prefabs = {prefab: _looks(one, meshes, materials) for prefab, one in checked.prefabs.items()}
    base = np.array([_pipeline_class(m) for m in materials.found], np.int64)
    mirrors = (base == PipelineClass.OPAQUE) | (base == PipelineClass.MASK)
    pipeline = base[material] + (mirrors[material] & extracted.mirrored[objects])

    key = (pipeline * len(materials.found) + material) * len(meshes.found) + mesh
    few = len(PipelineClass) * len(materials.found) * len(meshes.found) <= 2**16
    order = np.argsort(key.astype(np.uint16) if few else key, kind="stable")  # 16 bits are sorted in linear time

    lights = extracted.lights
    light_order = np.lexsort((scene.ids[lights["object"]], lights["kind"]))
    return Sorted(
        objects[order], pipeline[order], material[order], mesh[order], tuple(materials.found), tuple(meshes.found),
        taken(lights, light_order), prefabs,
    )  # fmt: skip


def _looks(checked: Checked, meshes: _Meshes, materials: _Materials) -> tuple[I64, I64]:
    """The mesh and the material of each object (n,) of a scene that is not drawn itself, -1 for none."""
    scene = checked.scene
    mesh_slots, material_slots = scene.slots_of(Mesh), scene.slots_of(Material)
    own, count = len(scene.values_of(Material)), len(scene.values_of(Mesh))
    material_slots = np.where(mesh_slots < 0, -1, np.where(material_slots >= 0, material_slots, own + mesh_slots))
    mesh = np.append(meshes.of(checked, slots_in_use(mesh_slots, count)), -1)
    material = np.append(materials.of(checked, slots_in_use(material_slots, own + count)), -1)
    return mesh[mesh_slots], material[material_slots]


def _pipeline_class(material: Material) -> int:
    """The class of a material on an object that is not mirrored."""
    if material.alpha_mode == "blend":
        return PipelineClass.BLEND
    mask = material.alpha_mode == "mask"
    if material.double_sided:
        return PipelineClass.MASK_DOUBLE_SIDED if mask else PipelineClass.OPAQUE_DOUBLE_SIDED
    return PipelineClass.MASK if mask else PipelineClass.OPAQUE


class _Meshes:
    """Distinct geometries, numbered as they come."""

    def __init__(self) -> None:
        self.found: list[MeshData] = []
        self._by_identity: dict[int, int] = {}
        self._by_size: dict[tuple[int, int], list[int]] = {}  # only meshes of the same size are worth hashing

    def of(self, checked: Checked, slots: I64) -> I64:
        """The number of each of these slots' geometry (by slot; 0 where unused)."""
        number = np.zeros(len(checked.scene.values_of(Mesh)), np.int64)
        for slot in slots.tolist():
            data = checked.meshes[slot].data
            i = self._by_identity.get(id(data))
            if i is None:
                alike = self._by_size.setdefault((len(data.positions), len(data.indices)), [])
                i = next((j for j in alike if self.found[j].digest == data.digest), None)
                if i is None:
                    i = len(self.found)
                    self.found.append(data)
                    alike.append(i)
                self._by_identity[id(data)] = i
            number[slot] = i
        return number


class _Materials:
    """Distinct materials, numbered as they come."""

    def __init__(self) -> None:
        self.found: dict[Material, int] = {}

    def of(self, checked: Checked, slots: I64) -> I64:
        """The number of each of these slots' material (by slot; 0 where unused)."""
        values = checked.scene.values_of(Material)
        number = np.zeros(len(values) + len(checked.scene.values_of(Mesh)), np.int64)
        for slot in slots.tolist():
            material = values[slot] if slot < len(values) else _own_material(checked.meshes[slot - len(values)])
            number[slot] = self.found.setdefault(material, len(self.found))
        return number


def _own_material(mesh: LoadedMesh) -> Material:
    return Material() if mesh.material is None else mesh.material
