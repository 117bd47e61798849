"""Stage 5: everything in contiguous arrays, ready to upload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.mesh import AS_USED, ImageData, MeshData, Sampling
from ..engine.errors import SceneError
from ..engine.math import F32
from ..engine.scene.components import Environment, Material, Mesh, Texture
from ..engine.scene.prefabs import Prefab
from ..shaders.structs import (
    BATCH,
    INSTANCE,
    MATERIAL,
    MESH,
    NONE,
    SRGB_USES,
    VERTEX,
    InstanceFlag,
    MaterialFlag,
    PipelineClass,
)
from .configure import Configured
from .extract import Extracted, behaviours, light_components
from .references import textures_of
from .sort import Sorted
from .validate import Checked
from .vertices import pack_vertices
from .woven import Geometry, Objects, Stats, TextureData, WovenPrefab, WovenScene

WRAPS = ("repeat", "clamp", "mirror")
FACTORS = (
    "alpha_cutoff", "metallic", "roughness", "normal_scale", "occlusion_strength",
    "specular", "clearcoat", "clearcoat_roughness", "clearcoat_normal_scale",
)  # fmt: skip
"""What goes from a Material into structs.MATERIAL as it is."""
DIELECTRIC = ("ior", "specular", "specular_color", "specular_texture", "specular_color_texture")
"""What of a Material makes its reflectance another one than that of an ior of 1.5."""
PLAIN = Material()


def manifest(checked: Checked, extracted: Extracted, configured: Configured, order: Sorted) -> WovenScene:
    """The woven scene. Its arrays are read-only, and its `seconds` still empty."""
    scene = checked.scene
    hung = np.flatnonzero(scene.parents >= 0).astype(np.int32)
    objects = Objects(
        scene.ids.copy(),
        scene.names.copy(),
        scene.parents.copy(),
        checked.depth,
        extracted.position,
        extracted.rotation,
        extracted.scale,
        hung,
        extracted.world[hung],
        extracted.tags,
    )
    geometry = _geometry(order.meshes)
    images = dict(checked.images)
    for one in checked.prefabs.values():
        images |= one.images
    materials, textures = _materials(order.materials, images)
    batches, batch_of_instance = _batches(order, geometry.meshes)
    instances = np.empty(len(order.objects), INSTANCE.dtype)
    instances["batch"] = batch_of_instance
    instances["material"] = order.material
    instances["object"] = order.objects
    instances["significance"] = 1
    instances["flags"] = extracted.mirrored[order.objects] * np.uint32(InstanceFlag.MIRRORED)
    stats = Stats(
        objects=len(objects.ids),
        instances=len(instances),
        batches=len(batches),
        meshes=len(geometry.meshes),
        vertices=len(geometry.vertices),
        triangles=len(geometry.indices) // 3,
        materials=len(materials),
        textures=len(textures),
        lights=len(order.lights),
        cameras=len(extracted.cameras.objects),
        tags=len(extracted.tag_names),
        bytes=0,
    )
    woven = WovenScene(
        scene.name,
        configured.settings,
        objects,
        extracted.tag_names,
        geometry,
        materials,
        textures,
        instances,
        batches,
        order.lights,
        extracted.cameras,
        configured.environment,
        configured.ev100,
        stats,
        extracted.components,
        order.materials,
        light_components(scene, order.lights),
        checked.warnings,
        behaviours(scene),
        checked.scripts,
        scene.physics,
        {prefab: _prefab(one, *order.prefabs[prefab]) for prefab, one in checked.prefabs.items()},
        tuple(scene.rules),
    )
    for _, array in woven.arrays():
        array.flags.writeable = False
    for carried in woven.components:
        for column in carried.columns.values():
            column.flags.writeable = False
    return replace(woven, stats=replace(stats, bytes=sum(a.nbytes for _, a in woven.arrays())))


def _prefab(checked: Checked, mesh: NDArray[np.int64], material: NDArray[np.int64]) -> WovenPrefab:
    """A checked scene as what is spawned of it."""
    scene = checked.scene
    components: list[tuple[int, Any]] = []
    for kind in sorted(scene.slots.keys() - {Mesh, Material, Environment, Prefab}, key=lambda k: k.__name__):
        slots = scene.slots_of(kind)
        values: list[Any] = scene.values_of(kind)
        components.extend((row, values[slots[row]]) for row in np.flatnonzero(slots >= 0).tolist())
    return WovenPrefab(
        scene.ids.copy(),
        tuple(scene.names),
        tuple(scene.tag_sets.values[i] for i in scene.tag_rows.tolist()),
        scene.parents.copy(),
        checked.positions.astype(np.float32),
        checked.rotations.astype(np.float32),
        scene.scales.astype(np.float32),
        mesh.astype(np.int32),
        material.astype(np.int32),
        tuple(components),
    )


def _geometry(meshes: Sequence[MeshData]) -> Geometry:
    """Every mesh, one behind the other; indices count from the mesh's first vertex, its `base_vertex`."""
    table = np.zeros(len(meshes), MESH.dtype)
    table["vertex_count"] = [len(m.positions) for m in meshes]
    table["index_count"] = [len(m.indices) for m in meshes]
    vertex = np.cumsum([0, *table["vertex_count"]]).tolist()
    index = np.cumsum([0, *table["index_count"]]).tolist()
    table["base_vertex"], table["first_index"] = vertex[:-1], index[:-1]
    positions = np.empty((vertex[-1], 3), np.float32)
    vertices = np.zeros(vertex[-1], VERTEX)
    indices = np.empty(index[-1], np.uint32)
    for i, mesh in enumerate(meshes):
        mine = slice(vertex[i], vertex[i + 1])
        positions[mine] = mesh.positions
        indices[index[i] : index[i + 1]] = mesh.indices
        pack_vertices(mesh, vertices[mine])
        table["centre"][i], table["radius"][i] = _bounding_sphere(mesh.positions)
    return Geometry(positions, vertices, indices, table)


def _bounding_sphere(positions: F32) -> tuple[F32, np.float32]:
    """The middle of the box around (n, 3) points, and the distance of the farthest, rounded up."""
    low, high = positions.min(axis=0).astype(np.float64), positions.max(axis=0).astype(np.float64)
    centre = ((low + high) / 2).astype(np.float32)
    away = positions.astype(np.float64) - centre
    radius = np.sqrt(np.einsum("ij,ij->i", away, away).max())
    return centre, np.nextafter(np.float32(radius), np.float32(np.inf))


def _batches(order: Sorted, meshes: NDArray[np.void]) -> tuple[NDArray[np.void], NDArray[np.uint32]]:
    """One batch for each (pipeline class, mesh) that is drawn, in that order, and (k,) the batch of each instance."""
    pair = order.pipeline * len(meshes) + order.mesh
    counts = np.bincount(pair, minlength=len(PipelineClass) * len(meshes))
    used = np.flatnonzero(counts)
    pipeline, mesh = np.divmod(used, max(1, len(meshes)))
    batches = np.zeros(len(used), BATCH.dtype)
    for key in ("index_count", "first_index", "base_vertex"):
        batches[key] = meshes[key][mesh]
    batches["first_slot"] = np.cumsum(counts[used]) - counts[used]
    batches["pipeline"], batches["mesh"] = pipeline, mesh
    number = np.zeros(len(counts), np.uint32)
    number[used] = np.arange(len(used))
    return batches, number[pair]


# ---- materials ------------------------------------------------------------------------------------------------


def _materials(
    materials: Sequence[Material], images: Mapping[str, ImageData]
) -> tuple[NDArray[np.void], tuple[TextureData, ...]]:
    """(m,) structs.MATERIAL, and the distinct textures that its slots count."""
    table = np.zeros(len(materials), MATERIAL.dtype)
    _fill_factors(table, materials)
    slots = table["slots"]
    slots["texture"] = NONE
    slots["matrix"] = (1, 0, 0, 1)
    textures: list[TextureData] = []
    number: dict[tuple[str, bool], int] = {}
    for row, material in enumerate(materials):
        for use, _, texture in textures_of(material):
            image = images[texture.image]
            srgb = use in SRGB_USES if image.sampling.srgb is None else image.sampling.srgb
            i = number.setdefault((image.digest, srgb), len(textures))
            if i == len(textures):
                textures.append(TextureData(image, srgb))
            slots[row, use]["texture"] = i
            _fill_slot(slots[row, use], texture, image.sampling)
            table["textures"][row] |= 1 << use
    return table, tuple(textures)


def _fill_factors(table: NDArray[np.void], materials: Sequence[Material]) -> None:
    table["base_color"] = np.array([(*m.base_color, m.alpha) for m in materials]).reshape(-1, 4)
    strengths = np.array([m.emissive_strength for m in materials])
    table["emissive"] = np.array([m.emissive for m in materials]).reshape(-1, 3) * strengths[:, None]
    for key in FACTORS:
        table[key] = [getattr(m, key) for m in materials]
    ior = np.array([m.ior for m in materials])
    tint = np.array([m.specular_color for m in materials]).reshape(-1, 3)
    table["reflectance"] = ((ior - 1) / (ior + 1))[:, None] ** 2 * tint
    table["flags"] = [_flags(m) for m in materials]


def _fill_slot(slot: np.void, texture: Texture, sampling: Sampling) -> None:
    slot["flags"] = slot_flags(texture, sampling)
    slot["offset"], slot["matrix"] = texture.offset, uv_matrix(texture)


def changed_material(
    woven: np.void, before: Material, after: Material, textures: Sequence[TextureData] = ()
) -> np.void:
    """structs.MATERIAL of `after`, which takes the place of `before` while a scene runs; `woven` is the row of that.

    textures: the scene's.
    Raises SceneError when another pipeline or another picture would be needed.
    """
    for key in ("alpha_mode", "double_sided"):
        if getattr(before, key) != getattr(after, key):
            raise SceneError(f"Material.{key} can't be changed while a scene runs")
    pictures = [[(use, texture.image) for use, _, texture in textures_of(m)] for m in (before, after)]
    if pictures[0] != pictures[1]:
        raise SceneError("a Material's pictures can't be changed while a scene runs")
    row = np.array([woven])
    _fill_factors(row, [after])
    for use, _, texture in textures_of(after):
        slot = row["slots"][0, use]
        i = int(slot["texture"])
        _fill_slot(slot, texture, textures[i].image.sampling if i < len(textures) else AS_USED)
    made: np.void = row[0]
    return made


def _flags(material: Material) -> MaterialFlag:
    flags = MaterialFlag(0)
    if material.alpha_mode == "mask":
        flags |= MaterialFlag.MASK
    if material.alpha_mode == "blend":
        flags |= MaterialFlag.BLEND
    if material.double_sided:
        flags |= MaterialFlag.DOUBLE_SIDED
    if material.unlit:
        flags |= MaterialFlag.UNLIT
    if any(getattr(material, key) != getattr(PLAIN, key) for key in DIELECTRIC):
        flags |= MaterialFlag.SPECULAR
    if material.clearcoat > 0:
        flags |= MaterialFlag.CLEARCOAT
    return flags


def slot_flags(texture: Texture, sampling: Sampling = AS_USED) -> int:
    """The bits of structs.TEXTURE_SLOT.flags. sampling: what the picture's import settings say."""
    wraps = WRAPS.index(sampling.wrap or texture.wrap_u) | WRAPS.index(sampling.wrap or texture.wrap_v) << 2
    nearest = texture.nearest if sampling.nearest is None else sampling.nearest
    return wraps | nearest << 4 | (texture.uv_set == 1) << 5 | (not sampling.mipmaps) << 6


def uv_matrix(texture: Texture) -> tuple[float, float, float, float]:
    """m00 m01 m10 m11 of `uv' = offset + M uv`: scale, then turn counter-clockwise as KHR_texture_transform does.

    v points down, so a counter-clockwise turn lowers v: (1, 0) turned by 90° is (0, -1).
    """
    angle = np.radians(texture.rotation)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    u, v = texture.scale
    return cos * u, sin * v, -sin * u, cos * v
