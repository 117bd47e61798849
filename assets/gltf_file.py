"""The container of a glTF 2.0 model: GLB or JSON, its buffers and its accessors, every value checked on the way in.

Source: Khronos Group, glTF 2.0 Specification (2.0.1). Section numbers below are that document's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import unquote, unquote_to_bytes

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import say
from ..engine.errors import AssetError
from .files import read_bytes

T = TypeVar("T")
Numbers = TypeVar("Numbers", bound=tuple[float, ...])
F32 = NDArray[np.float32]
U32 = NDArray[np.uint32]
AnyArray = NDArray[np.generic]

SUPPORTED_EXTENSIONS = (
    "EXT_texture_webp",
    "KHR_lights_punctual",
    "KHR_materials_clearcoat",
    "KHR_materials_emissive_strength",
    "KHR_materials_ior",
    "KHR_materials_specular",
    "KHR_materials_unlit",
    "KHR_mesh_quantization",
    "KHR_texture_transform",
)
COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
MAX_ZERO_BYTES = 1 << 28
"""An accessor without a buffer is all zeros: a few bytes of JSON must not fill the memory."""
FLOAT32_LIMIT = 2.0**128 - 2.0**103
"""From here on a number would become infinite as float32."""
MAX_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Item:
    """One object of the JSON and where it lies, for typed access and for messages.

    Every getter raises AssetError that names the file, the place, what was found and what was wanted.
    """

    file: str
    place: str  # "meshes[0].primitives[1]"; "" for the whole file
    data: dict[str, Any]

    def at(self, key: str) -> str:
        """The place of a member."""
        return f"{self.place}.{key}" if self.place else key

    def wrong(self, key: str, wanted: str, found: str | None = None) -> AssetError:
        """The error for a member; `found` is by default its value."""
        if found is None:
            found = say(self.data[key]) if key in self.data else "missing"
        return AssetError(f"{self.file}: {self.at(key)} is {found}; it must be {wanted}")

    def integer(self, key: str, default: int | None = None, minimum: int = 0) -> int:
        """A whole number of at least `minimum`; without a default it must be there."""
        value = self.data.get(key, default)
        if isinstance(value, float) and value.is_integer():  # some writers put 3.0
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise self.wrong(key, f"a whole number, {minimum} or more")
        return value

    def index(self, key: str, among: Sequence[Any], what: str) -> int | None:
        """A number that picks one of `among`, or None where the member is missing."""
        if key not in self.data:
            return None
        value = self.integer(key)
        if value >= len(among):
            raise self.wrong(key, f"below {len(among)}, the number of {what}")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A number that float32 can hold; without a default it must be there."""
        value: Any = self.data.get(key, default)
        if not _is_finite(value):
            raise self.wrong(key, "a finite number")
        return float(value)

    def numbers(self, key: str, default: Numbers) -> Numbers:
        """As many finite numbers as `default` has."""
        if key not in self.data:
            return default
        found = self._list(key, object, "numbers")
        if len(found) != len(default) or not all(map(_is_finite, found)):
            raise self.wrong(key, f"a list of {len(default)} finite numbers")
        return cast(Numbers, tuple(map(float, found)))

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default it must be there."""
        value = self.data.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, "a text")
        return value

    def flag(self, key: str) -> bool:
        """true or false; false where it is missing."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def choice(self, key: str, choices: dict[Any, T], default: Any = None) -> T:
        """What `choices` gives for the member's value."""
        value = self.data.get(key, default)
        if not isinstance(value, (int, str)) or isinstance(value, bool) or value not in choices:
            raise self.wrong(key, "one of " + ", ".join(str(c) for c in choices))
        return choices[value]

    def child(self, key: str) -> Item | None:
        """The object of that name, or None where it is missing."""
        if key not in self.data:
            return None
        value: Any = self.data[key]
        if not isinstance(value, dict):
            raise self.wrong(key, "an object {...}")
        return Item(self.file, self.at(key), cast("dict[str, Any]", value))

    def need(self, key: str) -> Item:
        """The object of that name, which must be there."""
        found = self.child(key)
        if found is None:
            raise self.wrong(key, "an object {...}")
        return found

    def extension(self, name: str) -> Item | None:
        """One of the object's extensions, or None."""
        extensions = self.child("extensions")
        return extensions.child(name) if extensions else None

    def items(self, key: str) -> list[Item]:
        """A list of objects; empty where it is missing."""
        return [
            Item(self.file, f"{self.at(key)}[{i}]", cast("dict[str, Any]", value))
            for i, value in enumerate(self._list(key, dict, "objects {...}"))
        ]

    def texts(self, key: str) -> list[str]:
        """A list of texts; empty where it is missing."""
        return cast("list[str]", self._list(key, str, "texts"))

    def indices(self, key: str, among: Sequence[Any], what: str) -> list[int]:
        """A list of numbers that each pick one of `among`; empty where it is missing."""
        found = cast("list[int]", self._list(key, int, "whole numbers"))
        for i, value in enumerate(found):
            if isinstance(value, bool) or not 0 <= value < len(among):
                raise self.wrong(f"{key}[{i}]", f"from 0 to below {len(among)}, the number of {what}", say(value))
        return found

    def _list(self, key: str, of: type, what: str) -> list[Any]:
        value: Any = self.data.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, f"a list of {what}")
        found: list[Any] = value
        for i, member in enumerate(found):
            if not isinstance(member, of):
                raise self.wrong(f"{key}[{i}]", f"among a list of {what}", say(member))
        return found


def _is_finite(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) < FLOAT32_LIMIT


@dataclass(eq=False)
class GltfFile:
    """An opened model: its JSON, its binary chunk, and what was noticed while reading.

    `warnings` are for people; `problems` are errors collected so that all of them can be reported together.
    """

    path: Path
    root: Item
    binary: bytes | None
    digest: bytes  # of the JSON chunk: what ids of imported objects are made of
    warnings: list[str] = field(default_factory=list[str])
    problems: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self._items: dict[str, list[Item]] = {}
        self._bytes: dict[int, bytes] = {}
        self._floats: dict[int, F32] = {}

    def items(self, key: str) -> list[Item]:
        """One of the file's lists of objects: "accessors", "textures", ..."""
        if key not in self._items:
            self._items[key] = self.root.items(key)
        return self._items[key]

    def warn(self, text: str) -> None:
        """Note something harmless, once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def each(self, items: list[Item], read: Callable[[Item], T]) -> list[T]:
        """`read` every item; the errors go to `problems`, their items are missing in the result."""
        out: list[T] = []
        for item in items:
            try:
                out.append(read(item))
            except AssetError as error:
                self.problems.append(str(error).removeprefix(f"{self.path}: "))
        return out

    def stop_at_problems(self) -> None:
        """Raise AssetError with all collected problems, if there are any."""
        if not self.problems:
            return
        first, more = self.problems[:MAX_PROBLEMS], len(self.problems) - MAX_PROBLEMS
        if len(self.problems) == 1:
            raise AssetError(f"{self.path}: {first[0]}")
        tail = [f"and {more} more"] if more > 0 else []
        raise AssetError("\n  ".join([f"{self.path}: this model can't be read:", *first, *tail]))

    def external(self, item: Item, uri: str) -> bytes | Path:
        """The bytes of a data: URI, or the path of a file relative to the model's folder (3.6.1.1, 2.8)."""
        if uri.startswith("data:"):
            head, comma, body = uri.partition(",")
            if not comma:
                raise item.wrong("uri", "data:<type>;base64,<bytes>")
            if not head.endswith(";base64"):
                return unquote_to_bytes(body)
            try:
                return base64.b64decode(unquote_to_bytes(body), validate=True)
            except binascii.Error as error:
                raise item.wrong("uri", f"valid base64 ({error})") from None
        name = unquote(uri).replace("\\", "/")
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/", name) or "\0" in name or not name:
            raise item.wrong("uri", "a file's path relative to the model, or data:")
        return self.path.parent / name

    def view(self, index: int) -> tuple[memoryview, int | None]:
        """The bytes of a buffer view and its stride, if it has one (3.6.1)."""
        item = self.items("bufferViews")[index]
        buffer = item.index("buffer", self.items("buffers"), "buffers")
        if buffer is None:
            raise item.wrong("buffer", "a whole number, 0 or more")
        data = self._buffer(buffer)
        start, length = item.integer("byteOffset", 0), item.integer("byteLength", minimum=1)
        if start + length > len(data):
            raise item.wrong("byteLength", f"at most {len(data) - start}: buffers[{buffer}] has {len(data)} bytes")
        stride = item.integer("byteStride", minimum=1) if "byteStride" in item.data else None
        return memoryview(data)[start : start + length], stride

    def _buffer(self, index: int) -> bytes:
        if index in self._bytes:
            return self._bytes[index]
        item = self.items("buffers")[index]
        length = item.integer("byteLength", minimum=1)
        if "uri" in item.data:
            found = self.external(item, item.text("uri"))
            data = read_bytes(found, f"the bytes of {item.place}") if isinstance(found, Path) else found
        elif index == 0 and self.binary is not None:
            data = self.binary
        else:
            raise item.wrong("uri", "there, because the file has no binary chunk for it")
        if len(data) < length:
            raise item.wrong("byteLength", f"at most {len(data)}, the number of bytes there are")
        self._bytes[index] = data[:length]
        return self._bytes[index]

    def floats(self, index: int, widths: tuple[int, ...]) -> F32:
        """An accessor as (n, width) float32: normalised integers become -1..1 or 0..1, others keep their value."""
        item = self.items("accessors")[index]
        array = self._floats.get(index)
        if array is None:
            stored, normalised = self._stored(item)
            array = self._floats[index] = _to_float(item, stored, normalised)
            array.flags.writeable = False  # meshes share it
        if array.shape[1] not in widths:
            names = [name for name, width in WIDTHS.items() if width in widths]
            raise item.wrong("type", " or ".join(names) + " here")
        return array

    def whole(self, index: int) -> U32:
        """An accessor of single unsigned integers as (n,) uint32."""
        item = self.items("accessors")[index]
        stored, _ = self._stored(item)
        if stored.shape[1] != 1:
            raise item.wrong("type", "SCALAR here")
        if stored.dtype.kind != "u":
            raise item.wrong("componentType", "5121, 5123 or 5125 (unsigned) here")
        return stored[:, 0].astype(np.uint32)

    def _stored(self, item: Item) -> tuple[AnyArray, bool]:
        """The accessor's (n, width) values as they lie in the buffer, and whether they are normalised (3.6.2)."""
        dtype = np.dtype(item.choice("componentType", COMPONENTS))
        width = item.choice("type", WIDTHS)
        count = item.integer("count", minimum=1)
        if "bufferView" in item.data:
            array = self._strided(item, dtype, width, count)
        elif count * width * dtype.itemsize > MAX_ZERO_BYTES:
            raise item.wrong("count", f"smaller: without a bufferView at most {MAX_ZERO_BYTES:,} bytes of zeros")
        else:
            array = np.zeros((count, width), dtype)
        sparse = item.child("sparse")
        if sparse is not None:
            array = self._replaced(sparse, array)
        return array, item.flag("normalized")

    def _replaced(self, sparse: Item, array: AnyArray) -> AnyArray:
        """A copy of the accessor's values with some of them replaced (3.6.2.3)."""
        count = sparse.integer("count", minimum=1)
        where, values = sparse.need("indices"), sparse.need("values")
        kind = np.dtype(where.choice("componentType", {c: COMPONENTS[c] for c in (5121, 5123, 5125)}))
        rows = self._strided(where, kind, 1, count)[:, 0].astype(np.int64)
        if int(rows.max()) >= len(array):
            raise where.wrong("bufferView", f"full of rows below {len(array)}", f"naming row {rows.max()}")
        array = array.copy()
        array[rows] = self._strided(values, array.dtype, array.shape[1], count)
        return array

    def _strided(self, item: Item, dtype: np.dtype[Any], width: int, count: int) -> AnyArray:
        """`count` rows of a buffer view, seen in place: no copy, whatever the stride."""
        views = self.items("bufferViews")
        index = item.index("bufferView", views, "bufferViews")
        if index is None:
            raise item.wrong("bufferView", "a whole number, 0 or more")
        data, stride = self.view(index)
        offset, size = item.integer("byteOffset", 0), width * dtype.itemsize
        stride = size if stride is None else stride
        if stride < size:
            raise views[index].wrong("byteStride", f"at least {size}, the size of one element of {item.place}")
        end = offset + stride * (count - 1) + size
        if end > len(data):
            view = f"bufferViews[{index}]"
            raise AssetError(
                f"{item.file}: {item.place} reaches to byte {end} of {view}; it must end within its {len(data)} bytes"
            )
        return np.ndarray((count, width), dtype, data, offset, (stride, dtype.itemsize))


def _to_float(item: Item, stored: AnyArray, normalised: bool) -> F32:
    out = stored.astype(np.float32)
    if stored.dtype.kind == "f":
        if not np.isfinite(out).all():
            bad = int(np.flatnonzero(~np.isfinite(out).all(axis=1))[0])
            raise AssetError(
                f"{item.file}: {item.place} has the element {bad}: {out[bad].tolist()}; it must be finite numbers"
            )
    elif normalised:
        if stored.dtype.itemsize == 4:
            raise item.wrong("normalized", "false for componentType 5125")
        out /= np.iinfo(cast("np.dtype[np.integer[Any]]", stored.dtype)).max
        np.maximum(out, -1, out=out)
    return out


def open_gltf(path: Path) -> GltfFile:
    """Open a `.glb` or `.gltf` file and check its frame: chunks, JSON, version, extensions. Raises AssetError."""
    data = read_bytes(path, "a glTF 2.0 model (.glb or .gltf)")
    text, binary = _chunks(data, path) if data[:4] == b"glTF" else (data, None)
    try:
        found: Any = json.loads(text.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        kind = "is neither GLB nor" if text is data else "has no"
        raise AssetError(f"{path}: {kind} JSON in UTF-8 (byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise AssetError(f"{path}: the JSON can't be understood ({error}); is this a glTF 2.0 model?") from None
    if not isinstance(found, dict):
        raise AssetError(f"{path}: the JSON is {say(found)}; it must be an object {{...}}")
    root = Item(str(path), "", cast("dict[str, Any]", found))
    _check_version(root)
    file = GltfFile(path, root, binary, hashlib.blake2b(text, digest_size=16).digest())
    _check_extensions(file)
    return file


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _chunks(data: bytes, path: Path) -> tuple[bytes, bytes | None]:
    """The JSON chunk and the first BIN chunk of a GLB file (section 4.4)."""
    if len(data) < 20:
        raise AssetError(f"{path}: ends after {len(data)} bytes; a GLB file has a header of 20")
    _, version, length = struct.unpack_from("<4sII", data)
    if version != 2:
        raise AssetError(f"{path}: is GLB version {version}; only version 2 can be read")
    if length > len(data):
        raise AssetError(f"{path}: has {len(data)} bytes; its header says {length} (is the file cut off?)")
    chunks: list[tuple[bytes, bytes]] = []
    at = 12
    while at + 8 <= length:
        size, kind = struct.unpack_from("<I4s", data, at)
        at += 8
        if at + size > length:
            raise AssetError(f"{path}: a chunk at byte {at - 8} has {size} bytes; only {length - at} are left")
        chunks.append((kind, data[at : at + size]))
        at += size
    if not chunks or chunks[0][0] != b"JSON":
        raise AssetError(f"{path}: the first chunk is {chunks[0][0] if chunks else None!r}; it must be b'JSON'")
    return chunks[0][1], next((body for kind, body in chunks[1:] if kind == b"BIN\0"), None)


def _check_version(root: Item) -> None:
    asset = root.need("asset")
    for key in ("version", "minVersion"):
        if key == "minVersion" and key not in asset.data:
            continue
        found = re.fullmatch(r"(\d{1,6})\.(\d{1,6})", asset.text(key))
        if not found or int(found[1]) != 2 or (key == "minVersion" and int(found[2]) > 0):
            raise asset.wrong(key, '"2.0": other versions of glTF can\'t be read')


def _check_extensions(file: GltfFile) -> None:
    required = [name for name in file.root.texts("extensionsRequired") if name not in SUPPORTED_EXTENSIONS]
    if required:
        raise AssetError(
            f"{file.path}: needs {', '.join(sorted(required))}; supported are {', '.join(SUPPORTED_EXTENSIONS)}"
        )
    unknown = [name for name in file.root.texts("extensionsUsed") if name not in SUPPORTED_EXTENSIONS]
    if unknown:
        file.warn(f"uses {', '.join(sorted(unknown))}: these extensions are ignored")
