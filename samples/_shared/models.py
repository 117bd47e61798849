"""Scenes built in code as files: `place.dream` for what there is, `place.glb` beside it for its shapes."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.assets.geometry import face_vectors, unit

_FLOAT, _SHORT, _INT = 5126, 5123, 5125
_VERTICES, _INDICES = 34962, 34963


def keep_shapes(scene: dw.Scene, file: str) -> list[dw.MeshData]:
    """Have a scene take its shapes from `file` in place of memory; returns what that has to hold, each once."""
    shapes: dict[str, dw.MeshData] = {}

    def kept(mesh: dw.Mesh) -> dw.Mesh:
        if mesh.data is None:
            return mesh
        shapes.setdefault(mesh.data.digest, mesh.data)
        return dw.Mesh.load(f"{file}#mesh/{[*shapes].index(mesh.data.digest)}/0")

    pool = scene.pools[dw.Mesh]
    pool.replace([kept(mesh) for mesh in pool.values])
    return [*shapes.values()]


def save(scene: dw.Scene, path: Path) -> None:
    """Write a scene and the shapes that it has in memory: `place.dream` and `place.glb`."""
    models = path.with_suffix(".glb")
    models.write_bytes(glb(keep_shapes(scene, models.name)))
    scene.save(path)


def glb(shapes: Sequence[dw.MeshData]) -> bytes:
    """Shapes as a binary glTF file. Those whose faces are flat say no normals: each face has its own."""
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []
    meshes: list[dict[str, Any]] = []
    blob = b""

    def put(array: NDArray[Any], kind: str, number: int, target: int, **more: Any) -> int:
        nonlocal blob
        data = np.ascontiguousarray(array).tobytes()
        views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": len(data), "target": target})
        accessors.append(
            {"bufferView": len(views) - 1, "componentType": number, "count": len(array), "type": kind, **more}
        )
        blob += data + b"\0" * (-len(data) % 4)
        return len(accessors) - 1

    for shape in shapes:
        p, n, i = shape.positions, shape.normals, shape.indices
        columns: dict[str, NDArray[Any]] = {"POSITION": p}
        if np.abs(unit(face_vectors(p, i)).repeat(3, axis=0) - n[i]).max() > 1e-3:
            columns["NORMAL"] = n
        if shape.uv0 is not None:
            columns["TEXCOORD_0"] = shape.uv0
        if shape.colors is not None and (shape.colors != 1).any():
            columns["COLOR_0"] = np.round(shape.colors * 65535).astype(np.uint16)
        rows = np.concatenate([np.ascontiguousarray(c).view(np.uint8).reshape(len(p), -1) for c in columns.values()], 1)
        _, first, of = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        attributes: dict[str, int] = {}
        for name, column in columns.items():
            values = column[first]
            if name == "COLOR_0":
                attributes[name] = put(values, "VEC4", _SHORT, _VERTICES, normalized=True)
            elif name == "POSITION":
                low, high = values.min(axis=0).tolist(), values.max(axis=0).tolist()
                attributes[name] = put(values, "VEC3", _FLOAT, _VERTICES, min=low, max=high)
            else:
                attributes[name] = put(values, f"VEC{values.shape[1]}", _FLOAT, _VERTICES)
        narrow = len(first) < 65535
        corners = of.reshape(-1)[i].astype(np.uint16 if narrow else np.uint32)
        indices = put(corners, "SCALAR", _SHORT if narrow else _INT, _INDICES)
        meshes.append({"name": shape.name or "shape", "primitives": [{"attributes": attributes, "indices": indices}]})

    described = {
        "asset": {"version": "2.0", "generator": "dreamwell.samples"},
        "meshes": meshes, "accessors": accessors, "bufferViews": views, "buffers": [{"byteLength": len(blob)}],
    }  # fmt: skip
    text = json.dumps(described, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(blob), b"BIN\0") + blob
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
