"""Addresses → assets: what a scene names by text becomes geometry, materials, pictures and environments.

An address is a path with "/" relative to the library's root, and for a part of a model "#" and the part:

    picture.png    model.glb#mesh/0/1    model.glb#mesh/0    model.glb    model.glb#image/2    rock.obj    sky.hdr
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from pathlib import Path
from urllib.parse import unquote

from ..engine.errors import AssetError
from ..engine.scene.components import Material
from .gltf import Gltf, read_gltf
from .gltf_material import DEFAULT_MATERIAL, with_addresses
from .gltf_mesh import Primitive
from .images import READ_FORMATS, load_image
from .import_settings import concerned, model_settings, with_settings
from .mesh import ImageData, MeshData
from .mesh_files import IMPORTED, import_mesh, load_mesh, save_mesh
from .mesh_import import adjusted_material
from .panorama import Panorama, read_panorama

__all__ = ["AssetLibrary", "load_mesh", "save_mesh"]

MODELS = (".glb", ".gltf")
_URI = re.compile(r'"uri"\s*:\s*"([^"]*)"')
PART = re.compile(r"(?P<file>.*)#(?P<kind>mesh|image)/(?P<index>\d{1,9})(?:/(?P<primitive>\d{1,9}))?")


class AssetLibrary:
    """The assets that lie in and below a folder, each file read once and kept. Every method raises AssetError."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self._models: dict[Path, Gltf] = {}
        self._meshes: dict[Path, MeshData] = {}
        self._images: dict[Path, ImageData] = {}
        self._environments: dict[Path, Panorama] = {}

        self.scenes: set[Path] = set()
        """Files of prefabs that were read on the way."""

    def files(self) -> set[Path]:
        """All files that were read, with those that models refer to, and where import settings of them lie or would."""
        read = {*self._models, *self._meshes, *self._images, *self._environments, *self.scenes}
        return with_settings(read.union(*map(_referred_to, self._models)))

    def without(self, changed: AbstractSet[Path]) -> AssetLibrary:
        """The same without what came from these files: it is read again when it is asked for."""
        made = AssetLibrary(self.root)
        made.scenes = set(self.scenes)
        changed = concerned(changed)
        kept = {path for path in self.files() if changed.isdisjoint((path, path.resolve(), *_referred_to(path)))}
        made._models = {path: value for path, value in self._models.items() if path in kept}
        made._meshes = {path: value for path, value in self._meshes.items() if path in kept}
        made._images = {path: value for path, value in self._images.items() if path in kept}
        made._environments = {path: value for path, value in self._environments.items() if path in kept}
        return made

    def path(self, file: str) -> Path:
        """Where the file part of an address lies."""
        return self.root / file

    def mesh(self, address: str) -> MeshData:
        """`model.glb#mesh/0/1` (mesh 0, primitive 1), `model.glb` where it is the only one, `.npz`, `.obj`, ..."""
        file, part = _split(address)
        path = self.path(file)
        suffix = path.suffix.lower()
        if suffix in MODELS:
            return self._primitive(address).data
        if part is not None:
            raise AssetError(f"{address}: only {' and '.join(MODELS)} files have parts; leave out what follows #")
        if suffix not in (".npz", *IMPORTED):
            known = ", ".join((*MODELS, *IMPORTED, ".npz"))
            raise AssetError(f'{address}: the suffix is "{path.suffix}"; geometry is read from {known}')
        if path not in self._meshes:
            self._meshes[path] = load_mesh(path) if suffix == ".npz" else import_mesh(path)
        return self._meshes[path]

    def material(self, address: str) -> Material | None:
        """The material that a model brings for a mesh's address; None for files that have no materials.

        Its textures have complete addresses: `model.glb#image/2`.
        """
        file, _ = _split(address)
        path = self.path(file)
        if path.suffix.lower() not in MODELS:
            return adjusted_material(model_settings(path))
        index = self._primitive(address).material
        return DEFAULT_MATERIAL if index is None else with_addresses(self.model(file).materials[index], file)

    def image(self, address: str) -> ImageData:
        """A picture file, or `model.glb#image/2`."""
        file, part = _split(address)
        path = self.path(file)
        if path.suffix.lower() in MODELS:
            images = self.model(file).images
            if part is None or part["kind"] != "image" or part["primitive"] or int(part["index"]) >= len(images):
                there = f"{file}#image/0 to {len(images) - 1}" if images else "none"
                raise AssetError(f"{address}: is no picture; the pictures of this model are: {there}")
            return images[int(part["index"])].data
        if part is not None:
            raise AssetError(f"{address}: only {' and '.join(MODELS)} files have parts; leave out what follows #")
        if path.suffix.lower() == ".hdr":
            raise AssetError(f"{address}: is an environment; a picture must be one of {', '.join(READ_FORMATS)}")
        if path not in self._images:
            self._images[path] = load_image(path, address)
        return self._images[path]

    def environment(self, address: str) -> Panorama:
        """An equirectangular `.hdr`, row 0 towards +Y."""
        path = self.path(address)
        if path.suffix.lower() != ".hdr":
            raise AssetError(f'{address}: the suffix is "{path.suffix}"; an environment is read from .hdr (Radiance)')
        if path not in self._environments:
            self._environments[path] = read_panorama(path)
        return self._environments[path]

    def model(self, file: str) -> Gltf:
        """The whole of a `.glb` or `.gltf` file."""
        path = self.path(file)
        if path not in self._models:
            self._models[path] = read_gltf(path)
        return self._models[path]

    def _primitive(self, address: str) -> Primitive:
        file, part = _split(address)
        meshes = self.model(file).meshes
        kind, index, primitive = part.group("kind", "index", "primitive") if part else ("mesh", None, None)
        found = [
            (f"{file}#mesh/{m}/{p.index}", p)
            for m, mesh in enumerate(meshes)
            for p in mesh.primitives
            if index is None or int(index) == m
            if primitive is None or int(primitive) == p.index
        ]
        if kind == "mesh" and len(found) == 1:
            return found[0][1]
        if kind == "mesh" and found:
            names = ", ".join(name for name, _ in found[:8]) + (", ..." if len(found) > 8 else "")
            raise AssetError(f"{address}: names {len(found)} primitives; it must name one of {names}")
        sizes = ", ".join(f"#mesh/{m} with {len(mesh.primitives)}" for m, mesh in enumerate(meshes[:8]))
        raise AssetError(f"{address}: names no primitive; there are {len(meshes)} meshes: {sizes or 'none'}")


def _referred_to(path: Path) -> set[Path]:
    """The files that a model names, beside itself."""
    try:
        found = _URI.findall(model_json(path))
    except (OSError, UnicodeDecodeError):
        return set()
    return {path.parent / unquote(uri) for uri in found if not uri.startswith("data:")}


def model_json(path: Path) -> str:
    """The JSON of a model, "" for other files. Raises OSError and UnicodeDecodeError."""
    suffix = path.suffix.lower()
    if suffix == ".gltf":
        return path.read_bytes().decode("utf-8")
    if suffix != ".glb":
        return ""
    with path.open("rb") as file:
        head = file.read(20)
        size = int.from_bytes(head[12:16], "little") if head[:4] == b"glTF" and head[16:20] == b"JSON" else 0
        return file.read(size).decode("utf-8")


def _split(address: str) -> tuple[str, re.Match[str] | None]:
    """The file, and the part of it that is meant, if any."""
    if not address:
        raise AssetError("an asset's address is empty; wanted a file, as model.glb#mesh/0/1 or picture.png")
    part = PART.fullmatch(address)
    if part is None and re.search(r"\.(glb|gltf)#", address, re.IGNORECASE):
        raise AssetError(f"{address}: what follows # is unknown; it must be mesh/0, mesh/0/1 or image/0")
    return (part["file"], part) if part else (address, None)
