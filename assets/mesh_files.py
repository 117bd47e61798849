"""Single meshes from files: our own `.npz`, and OBJ, STL and PLY through trimesh's parsers."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import AssetError
from .files import read_bytes, written
from .geometry import F32, checked, face_vectors, smooth_normals, unit
from .import_settings import model_settings
from .mesh import MeshData
from .mesh_import import adjusted_mesh

ARRAYS = ("positions", "normals", "indices", "tangents", "uv0", "uv1", "colors")
IMPORTED = (".obj", ".stl", ".ply")


def save_mesh(path: str | Path, mesh: MeshData) -> None:
    """Write a mesh as NumPy's `.npz`; equal meshes give equal bytes. Raises AssetError.

    The file holds the arrays of MeshData under their own names; those that are None are left out.
    """
    arrays = {name: getattr(mesh, name) for name in ARRAYS}
    with written(Path(path)) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **{name: a for name, a in arrays.items() if a is not None})


def load_mesh(path: str | Path) -> MeshData:
    """Read a mesh that `save_mesh` wrote, as its import settings want it. Raises AssetError."""
    path = Path(path)
    data = read_bytes(path, "a mesh (.npz)")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in ARRAYS if name in file.files}
    except (OSError, ValueError, KeyError, EOFError, MemoryError, TypeError, zipfile.BadZipFile) as error:
        raise AssetError(f"{path}: is no readable .npz file ({error})") from None
    missing = [name for name in ARRAYS[:3] if name not in arrays]
    if missing:
        raise AssetError(f"{path}: {', '.join(missing)} missing; wanted positions, normals and indices")
    for name, array in arrays.items():
        right = np.issubdtype(array.dtype, np.unsignedinteger if name == "indices" else np.floating)
        if not right:
            wanted = "unsigned whole numbers" if name == "indices" else "floating-point numbers"
            raise AssetError(f"{path}: {name} holds {array.dtype}; it must hold {wanted}")
    floats = {name: a.astype(np.float32, copy=False) for name, a in arrays.items() if name != "indices"}
    mesh = MeshData(indices=arrays["indices"].astype(np.uint32, copy=False), name=path.stem, **floats)
    return adjusted_mesh(checked(mesh, path), model_settings(path))


def import_mesh(path: str | Path) -> MeshData:
    """Read an OBJ, STL or PLY file as one mesh, in the file's own units and axes. Raises AssetError.

    Vertex colours are taken as sRGB and become linear. UVs are flipped to start at the top left. Where the file
    brings no normals they are smooth, except in STL, whose triangles stand alone. Materials are left out. Import
    settings come after all that.
    """
    path = Path(path)
    data = read_bytes(path, "an OBJ, STL or PLY model")
    try:
        parts = _parse(data, path.suffix.lower())
        meshes = [_part(p) for p in parts if len(p.get("faces", ()))]
    except Exception as error:  # trimesh raises whatever its parsers stumble upon
        raise AssetError(f"{path}: can't be understood as {path.suffix} ({error!r})") from error
    if not meshes:
        raise AssetError(f"{path}: holds no triangles; wanted at least one")
    return adjusted_mesh(checked(_joined(meshes, path.stem), path), model_settings(path))


def _parse(data: bytes, suffix: str) -> list[dict[str, Any]]:
    """The parsers' plain results: vertices, faces, and sometimes vertex_normals, vertex_colors, visual."""
    # The parsers alone: trimesh.load would merge vertices, load materials and drop normals when it joins parts.
    from trimesh.exchange.obj import load_obj
    from trimesh.exchange.ply import load_ply
    from trimesh.exchange.stl import load_stl

    file = io.BytesIO(data)
    if suffix == ".stl":
        found: dict[str, Any] = load_stl(file)
    elif suffix == ".ply":
        found = load_ply(file, skip_materials=True)
    else:
        found = load_obj(file, skip_materials=True)
    geometry = cast("dict[str, dict[str, Any]] | None", found.get("geometry"))
    return [found] if geometry is None else list(geometry.values())


def _part(found: dict[str, Any]) -> MeshData:
    from trimesh.geometry import triangulate_quads

    positions = np.asarray(found["vertices"]).astype(np.float32).reshape(-1, 3)
    faces = np.asarray(triangulate_quads(found["faces"]))
    if len(faces) and not 0 <= int(faces.min()) <= int(faces.max()) < len(positions):
        raise ValueError(f"a face names vertex {faces.max()} of {len(positions)}")
    indices = faces.astype(np.uint32).ravel()
    normals, colors = found.get("vertex_normals"), found.get("vertex_colors")
    uv = getattr(found.get("visual"), "uv", None)
    if normals is not None:
        normals = unit(np.asarray(normals).astype(np.float32))
    elif "face_normals" in found:  # STL: no corner is shared
        normals = np.repeat(unit(face_vectors(positions, indices)), 3, axis=0)
    else:
        normals = smooth_normals(positions, indices)
    return MeshData(
        positions,
        normals,
        indices,
        uv0=None if uv is None else (np.asarray(uv)[:, :2] * [1, -1] + [0, 1]).astype(np.float32),
        colors=None if colors is None else _linear_colors(np.asarray(colors)),
    )


def _linear_colors(colors: NDArray[Any]) -> F32:
    """(n, 3 or 4) sRGB, 0..255 for whole numbers and 0..1 for others → (n, 4) linear float32."""
    scaled = colors / 255 if np.issubdtype(colors.dtype, np.integer) else colors
    out = np.ones((len(colors), 4), np.float32)
    out[:, : colors.shape[1]] = np.clip(scaled, 0, 1)
    rgb = out[:, :3]
    out[:, :3] = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return out


def _joined(meshes: list[MeshData], name: str) -> MeshData:
    """One mesh of several; UVs and colours that only some of them have are filled with 0 and white."""
    starts = np.cumsum([0, *(len(m.positions) for m in meshes)])

    def column(pick: str, width: int, fill: float) -> F32 | None:
        found = [getattr(m, pick) for m in meshes]
        if all(a is None for a in found):
            return None
        filled = [
            np.full((len(m.positions), width), fill, np.float32) if a is None else a
            for m, a in zip(meshes, found, strict=True)
        ]
        return np.concatenate(filled)

    return MeshData(
        np.concatenate([m.positions for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.indices + np.uint32(s) for m, s in zip(meshes, starts, strict=False)]),
        uv0=column("uv0", 2, 0.0),
        colors=column("colors", 4, 1.0),
        name=name,
    )
