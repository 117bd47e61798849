"""glTF meshes → MeshData: every component type, stride and topology that glTF 2.0 knows (section 3.7.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import AssetError
from .geometry import face_vectors, perpendicular, unit
from .gltf_file import GltfFile, Item
from .mesh import MeshData

F32 = NDArray[np.float32]
U32 = NDArray[np.uint32]

POINTS_AND_LINES = {0: "points", 1: "lines", 2: "a line loop", 3: "a line strip"}
TRIANGLES, STRIP, FAN = 4, 5, 6
WIDTHS = {
    "POSITION": (3,),
    "NORMAL": (3,),
    "TANGENT": (4,),
    "TEXCOORD_0": (2,),
    "TEXCOORD_1": (2,),
    "COLOR_0": (3, 4),
}


@dataclass(frozen=True, slots=True)
class Primitive:
    """Triangles with one material. `index` is its place in the file: what `#mesh/0/1` counts."""

    index: int
    data: MeshData
    material: int | None


@dataclass(frozen=True, slots=True)
class GltfMesh:
    """The primitives that can be drawn: points and lines are left out."""

    name: str
    primitives: tuple[Primitive, ...]


def read_mesh(file: GltfFile, item: Item, index: int, materials: list[Item]) -> GltfMesh:
    """Read one mesh. Raises AssetError."""
    name = item.text("name", "") or f"mesh-{index}"
    items = item.items("primitives")
    if not items:
        raise item.wrong("primitives", "a list with at least one primitive")
    primitives: list[Primitive] = []
    for k, primitive in enumerate(items):
        data = _triangles(file, primitive, f"{name}#{k}" if len(items) > 1 else name)
        if data is not None:
            primitives.append(Primitive(k, data, primitive.index("material", materials, "materials")))
    return GltfMesh(name, tuple(primitives))


def _triangles(file: GltfFile, item: Item, name: str) -> MeshData | None:
    mode = item.choice("mode", {k: k for k in range(7)}, TRIANGLES)
    if mode in POINTS_AND_LINES:
        file.warn(f"{item.place} is {POINTS_AND_LINES[mode]}: left out, only triangles are drawn")
        return None
    attributes = _attributes(file, item.need("attributes"))
    if "POSITION" not in attributes:
        file.warn(f"{item.place} has no POSITION: left out")
        return None
    if "targets" in item.data:
        file.warn("morph targets are left out: meshes keep their base shape")
    indices = _indices(file, item, mode, len(attributes["POSITION"]))
    if not len(indices):
        file.warn(f"{item.place} has no triangle: left out")
        return None
    if "NORMAL" not in attributes:
        attributes, indices = _flat(attributes, indices)
    return _mesh_data(file, item, attributes, indices, name)


def _attributes(file: GltfFile, item: Item) -> dict[str, F32]:
    """The attributes we use as (n, width) float32, all of the same length."""
    found: dict[str, F32] = {}
    for key, widths in WIDTHS.items():
        index = item.index(key, file.items("accessors"), "accessors")
        if index is not None:
            found[key] = file.floats(index, widths)
    counts = {key: len(array) for key, array in found.items()}
    if len(set(counts.values())) > 1:
        lengths = ", ".join(f"{key} {count}" for key, count in counts.items())
        raise AssetError(f"{item.file}: {item.place} has different lengths ({lengths}); they must be equal")
    return found


def _indices(file: GltfFile, item: Item, mode: int, vertices: int) -> U32:
    """(3 t,) triangle corners, checked against the number of vertices; strips and fans are taken apart."""
    index = item.index("indices", file.items("accessors"), "accessors")
    run = np.arange(vertices, dtype=np.uint32) if index is None else file.whole(index)
    if int(run.max()) >= vertices:
        wanted = f"an accessor of numbers below {vertices}, the number of vertices"
        raise item.wrong("indices", wanted, f"one of numbers up to {run.max()}")
    if mode == TRIANGLES:
        if len(run) % 3:
            file.warn(f"{item.place} has {len(run)} corners, not a multiple of 3: the last {len(run) % 3} are left out")
        return run[: len(run) // 3 * 3]
    if len(run) < 3:
        return run[:0]
    if mode == FAN:
        corners = [run[1:-1], run[2:], np.full(len(run) - 2, run[0], np.uint32)]
    else:  # every other triangle of a strip is wound the other way round
        i = np.arange(len(run) - 2)
        corners = [run[:-2], run[i + 1 + i % 2], run[i + 2 - i % 2]]
    return np.stack(corners, axis=1).ravel()


def _flat(attributes: dict[str, F32], indices: U32) -> tuple[dict[str, F32], U32]:
    """Separate the triangles and give each its own normal, as the specification wants where NORMAL is missing.

    Tangents then count for nothing (3.7.2.1).
    """
    apart = {key: array[indices] for key, array in attributes.items() if key != "TANGENT"}
    indices = np.arange(len(indices), dtype=np.uint32)
    apart["NORMAL"] = np.repeat(unit(face_vectors(apart["POSITION"], indices)), 3, axis=0)
    return apart, indices


def _mesh_data(file: GltfFile, item: Item, attributes: dict[str, F32], indices: U32, name: str) -> MeshData:
    positions, given, tangents = attributes["POSITION"], attributes["NORMAL"], attributes.get("TANGENT")
    normals = unit(given)
    lost = (given == 0).all(axis=1)
    if lost.any():
        file.warn(f"{item.place} has {int(lost.sum())} normals of length 0: taken from their triangles")
        touched = np.flatnonzero(lost[indices])
        normals[indices[touched]] = unit(face_vectors(positions, indices))[touched // 3]
    if tangents is not None:
        sign = np.where(tangents[:, 3:] < 0, np.float32(-1), np.float32(1))
        tangents = np.concatenate([unit(tangents[:, :3], perpendicular(normals)), sign], axis=1)
    colors = attributes.get("COLOR_0")
    if colors is not None and colors.shape[1] == 3:
        colors = np.concatenate([colors, np.ones((len(colors), 1), np.float32)], axis=1)
    uv0, uv1 = attributes.get("TEXCOORD_0"), attributes.get("TEXCOORD_1")
    return MeshData(positions, normals, indices, tangents, uv0, uv1, colors, name=name)
