"""Small glTF models, made as the tests need them."""

import json
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

COMPONENTS = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}
TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}


def lay_out(document: dict[str, Any], arrays: Sequence[NDArray[Any]] = ()) -> tuple[dict[str, Any], bytes]:
    """The document with a bufferView and an accessor for each array, unless it brings its own; and the binary chunk.

    `document["accessors"]` may be a list of dicts that change the made accessors; further ones are added.
    """
    binary = b""
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []
    for array in arrays:
        binary += bytes(-len(binary) % 4)
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": array.nbytes})
        width = TYPES[array.shape[1] if array.ndim == 2 else 1]
        component = COMPONENTS[array.dtype.str[1:]]
        accessors.append({"bufferView": len(views) - 1, "componentType": component, "count": len(array), "type": width})
        binary += array.tobytes()
    for i, change in enumerate(document.get("accessors", [])):
        accessors[i : i + 1] = [{**accessors[i], **change} if i < len(accessors) else change]
    made = {"buffers": [{"byteLength": len(binary)}], "bufferViews": views} if binary else {}
    return {"asset": {"version": "2.0"}, **made, **document, "accessors": accessors}, binary


def encode(document: dict[str, Any], binary: bytes) -> bytes:
    """A GLB file."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    if binary:
        chunks += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


@pytest.fixture(name="lay_out")
def lay_out_fixture() -> Callable[..., tuple[dict[str, Any], bytes]]:
    """`lay_out(document, arrays)` → the whole document and the binary chunk."""
    return lay_out


@pytest.fixture
def write_chunks(tmp_path: Path) -> Callable[..., Path]:
    """`write_chunks(document, binary)` → the written `model.glb`."""

    def write(document: dict[str, Any], binary: bytes) -> Path:
        path = tmp_path / "model.glb"
        path.write_bytes(encode(document, binary))
        return path

    return write


@pytest.fixture
def write_glb(write_chunks: Callable[..., Path]) -> Callable[..., Path]:
    """`write_glb(document, arrays=())` → the written `model.glb`."""
    return lambda document, arrays=(): write_chunks(*lay_out(document, arrays))


@pytest.fixture
def triangle() -> list[NDArray[Any]]:
    """Positions, normals and indices of a triangle in x and y, facing +Z."""
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    return [positions, np.tile(np.array([0, 0, 1], np.float32), (3, 1)), np.array([0, 1, 2], np.uint16)]
