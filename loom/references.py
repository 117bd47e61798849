"""What a scene refers to, loaded and checked: models, pictures, an environment; other files must be there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.library import AssetLibrary
from ..assets.mesh import ImageData, MeshData
from ..assets.panorama import Panorama
from ..assets.primitives import make
from ..engine.declare import fields_of, say
from ..engine.errors import AssetError, Problem
from ..engine.scene.components import Environment, Material, Mesh, Texture
from ..engine.scene.prefabs import Prefab
from ..engine.scene.scene import Scene
from ..shaders.structs import TextureUse
from .findings import Findings

LARGEST_EXTENT = 1e18
"""Metres: the square of a longer way does not fit single precision."""

_TEXTURE_FIELDS = [(use, f"{use.name.lower()}_texture") for use in TextureUse]


@dataclass(frozen=True, eq=False)
class LoadedMesh:
    """A Mesh's geometry, and the material that comes with it from its file."""

    data: MeshData
    material: Material | None


def load_meshes(scene: Scene, sound: list[int], library: AssetLibrary, found: Findings) -> dict[int, LoadedMesh]:
    """The geometry of every Mesh in use, by slot. Each distinct file and shape is loaded once."""
    slots, values = scene.slots_of(Mesh), scene.values_of(Mesh)
    bare = np.zeros(len(values) + 1, bool)  # meshes that some object carries without a Material
    bare[slots[scene.slots_of(Material) < 0]] = True
    out: dict[int, LoadedMesh] = {}
    for i in sound:
        mesh = values[i]
        material = None
        try:
            if mesh.shape == "data":
                assert mesh.data is not None
                data, field = mesh.data, "Mesh.data"
            elif mesh.shape == "asset":
                data, field = library.mesh(mesh.asset), "Mesh.asset"
                material = library.material(mesh.asset) if bare[i] else None
            else:
                with np.errstate(over="ignore", invalid="ignore"):  # `_geometry_problems` sees what became infinite
                    data, field = make(mesh), f"Mesh.{mesh.shape}"
        except AssetError as error:
            problems = [Problem("asset", "", "Mesh.asset", say(mesh.asset), "a model that can be read", str(error))]
        else:
            problems = [*_geometry_problems(data, field)]
            out[i] = LoadedMesh(data, material)
        for p in problems:
            found.on(found.carriers(Mesh).of(i), p)
    return out


def _geometry_problems(data: MeshData, field: str) -> Iterator[Problem]:
    """What is wrong with the arrays of a mesh: their shapes, types, numbers and indices."""
    attributes = [(f.name, getattr(data, f.name)) for f in fields(data) if f.name != "name"]
    widths = {"positions": 3, "normals": 3, "tangents": 4, "uv0": 2, "uv1": 2, "colors": 4}
    n = len(data.positions) if np.ndim(data.positions) else 0
    for name, array in attributes:
        place = f"{field}.{name}"
        if array is None and name not in ("positions", "normals", "indices"):
            continue
        if not isinstance(array, np.ndarray):
            yield Problem("geometry", "", place, say(array), "a NumPy array")
        elif name == "indices":
            yield from _index_problems(array, n, place)
        elif array.dtype != np.float32:
            yield Problem("geometry", "", place, str(array.dtype), "float32")
        elif array.shape != (n, widths[name]):
            yield Problem("geometry", "", place, f"of shape {array.shape}", f"of shape ({n}, {widths[name]})")
        elif not n:
            if name == "positions":
                yield Problem("geometry", "", place, "empty", "at least three points")
        elif not np.isfinite(array).all():
            row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            yield Problem("not-finite", "", place, f"{say(array[row].tolist())} at vertex {row}", "finite numbers")
        elif name == "positions" and np.abs(array).max() > LARGEST_EXTENT:
            yield Problem("geometry", "", place, f"up to {np.abs(array).max():.2g} m", f"below {LARGEST_EXTENT:g} m")


def _index_problems(indices: NDArray[Any], n: int, place: str) -> Iterator[Problem]:
    if indices.dtype != np.uint32:
        yield Problem("geometry", "", place, str(indices.dtype), "uint32")
    elif indices.ndim != 1 or len(indices) % 3 or not len(indices):
        yield Problem("geometry", "", place, f"of shape {indices.shape}", "three for each triangle, in one row")
    elif n and int(indices.max()) >= n:
        yield Problem("geometry", "", place, f"up to {indices.max()}", f"below the number of vertices, {n}")


def textures_of(material: Material) -> Iterator[tuple[TextureUse, str, Texture]]:
    """The textures of a material that name a picture: use, field name, value."""
    for use, name in _TEXTURE_FIELDS:
        texture: Texture | None = getattr(material, name)
        if texture is not None and texture.image:
            yield use, name, texture


def load_images(
    scene: Scene, sound: list[int], meshes: Mapping[int, LoadedMesh], library: AssetLibrary, found: Findings
) -> dict[str, ImageData]:
    """Every picture that a material uses, by address. A broken one is a problem of each object that shows it."""
    images: dict[str, ImageData] = {}
    errors: dict[str, str] = {}

    def load(address: str) -> str | None:
        if address not in images and address not in errors:
            try:
                images[address] = library.image(address)
            except AssetError as error:
                errors[address] = str(error)
        return errors.get(address)

    materials, slots = scene.values_of(Material), scene.slots_of(Material)
    for i in sound:
        for _, name, texture in textures_of(materials[i]):
            error = load(texture.image)
            if error is not None:
                place = f"Material.{name}.image"
                p = Problem("asset", "", place, say(texture.image), "a picture that can be read", error)
                found.on(found.carriers(Material).of(i), p)
    for i, mesh in meshes.items():
        for _, _, texture in textures_of(mesh.material) if mesh.material else ():
            error = load(texture.image)
            if error is not None:
                address = say(scene.values_of(Mesh)[i].asset)
                p = Problem("asset", "", "Mesh.asset", address, "a model whose pictures can be read", error)
                rows = found.carriers(Mesh).of(i)
                found.on(rows[slots[rows] < 0], p)
    return images


def load_environment(
    scene: Scene, sound: list[int], library: AssetLibrary, found: Findings
) -> tuple[Environment, Panorama | None] | None:
    """The scene's surroundings, with what is in their file; None for a scene without."""
    rows = np.flatnonzero(scene.slots_of(Environment) >= 0)
    if not len(rows):
        return None
    first = found.name(int(rows[0]))
    found.on(rows[1:], Problem("environments", "", "Environment", f"one beside that of {first}", "the only one"))
    slot = int(scene.slots_of(Environment)[rows[0]])
    component = scene.values_of(Environment)[slot]
    if slot not in sound or component.source != "file":
        return component, None
    try:
        return component, library.environment(component.file)
    except AssetError as error:
        wanted = "an .hdr picture that can be read"
        found.on(rows[:1], Problem("asset", "", "Environment.file", say(component.file), wanted, str(error)))
        return component, None


def check_other_files(scene: Scene, sound: Mapping[type, list[int]], root: Path, found: Findings) -> None:
    """Files that components of other kinds name must be there; who uses them reads them."""
    for kind in sorted(sound.keys() - {Mesh, Material, Environment, Prefab}, key=lambda k: k.__name__):
        addresses = [f for f in fields_of(kind) if f.kind.role == "asset" and f.kind.name == "str"]
        for f in addresses:
            for i in sound[kind]:
                address: str = getattr(scene.values_of(kind)[i], f.name)
                if address and not os.path.isfile(root / address.partition("#")[0]):
                    place = f"{kind.__name__}.{f.name}"
                    p = Problem("asset", "", place, say(address), "a file that exists", f"relative to {root}")
                    found.on(found.carriers(kind).of(i), p)
