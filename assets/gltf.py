"""Read glTF 2.0 models (`.glb`, `.gltf`) into plain data, in NumPy.

Geometry and materials are read at once, pictures when they are asked for. Frame and units are ours already: metres,
+Y up, right-handed, cameras and lights look along -Z.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import Vec3, Vec4, say
from ..engine.errors import AssetError
from ..engine.math import depths_of, quaternion_from_matrix
from ..engine.scene.components import Camera, Light, Material, PointLight, SpotLight, Sun
from .files import read_bytes
from .gltf_file import GltfFile, Item, open_gltf
from .gltf_material import read_material
from .gltf_mesh import GltfMesh, read_mesh
from .images import load_image
from .import_settings import model_settings
from .mesh import ImageData
from .mesh_import import adjusted_model

F64 = NDArray[np.float64]

SHEAR = 1e-3
"""How far a matrix may differ from its translation, rotation and scale, relative to its scale, without a warning."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree. `parent` is a node's index, -1 for none; the transform is relative to the parent's."""

    name: str
    parent: int
    translation: Vec3  # metres
    rotation: Vec4  # unit quaternion, x y z w
    scale: Vec3
    mesh: int | None
    camera: int | None
    light: int | None


@dataclass(eq=False)
class EncodedImage:
    """A picture as the model brings it: bytes, or the file they lie in; decoded when first asked for."""

    name: str
    source: bytes | memoryview | Path
    place: str  # for messages: "model.glb: images[2]"

    @cached_property
    def data(self) -> ImageData:
        """The decoded pixels. Raises AssetError."""
        if isinstance(self.source, Path):
            if not self.source.is_file():
                read_bytes(self.source, f"a picture for {self.place}")  # says what is wrong
            return load_image(self.source, f"{self.place} ({self.source})")
        return load_image(self.source, self.place)


@dataclass(eq=False)
class Gltf:
    """What a model holds. Textures in `materials` have the address "#image/N", N counting `images`."""

    path: Path
    nodes: list[Node]
    roots: list[int]  # of the default scene
    meshes: list[GltfMesh]
    materials: list[Material]
    images: list[EncodedImage]
    cameras: list[Camera]
    lights: list[Light]
    warnings: list[str]
    digest: bytes  # of the JSON chunk


def read_gltf(path: str | Path) -> Gltf:
    """Read a model, as its import settings want it. What is harmless becomes a warning in the result.

    Raises AssetError with every problem found: a missing or cut-off file, JSON that does not fit the specification,
    references that lead nowhere, accessors beyond their buffers, numbers that are not finite, cycles in the tree.
    """
    file = open_gltf(Path(path))
    root = file.root
    meshes, materials = file.items("meshes"), file.items("materials")
    punctual = root.extension("KHR_lights_punctual")
    lights = punctual.items("lights") if punctual else []
    made_materials = file.each(materials, lambda item: read_material(file, item))
    numbers = {item.place: i for i, item in enumerate(meshes)}
    made_meshes = file.each(meshes, lambda item: read_mesh(file, item, numbers[item.place], materials))
    made_images = file.each(file.items("images"), lambda item: _image(file, item))
    made_cameras = file.each(file.items("cameras"), _camera)
    made_lights = file.each(lights, _light)
    made_nodes = _nodes(file, lights)
    file.stop_at_problems()
    for key, text in (("skins", "skinned meshes keep their rest shape"), ("animations", "nothing moves")):
        if root.items(key):
            file.warn(f"{key} are left out: {text}")
    made = Gltf(
        file.path,
        made_nodes,
        _roots(root, made_nodes),
        made_meshes,
        made_materials,
        made_images,
        made_cameras,
        made_lights,
        file.warnings,
        file.digest,
    )
    return adjusted_model(made, model_settings(file.path))


# ---- the tree -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Placed:
    """A node's transform as the file gives it: a (4, 4) matrix, or translation, rotation and scale."""

    matrix: F64 | None
    translation: Vec3
    rotation: Vec4
    scale: Vec3


def _nodes(file: GltfFile, lights: list[Item]) -> list[Node]:
    """Every node, its parent and its transform; problems go to the file."""
    items, meshes, cameras = file.items("nodes"), file.items("meshes"), file.items("cameras")
    numbers = {item.place: i for i, item in enumerate(items)}
    parent = [-1] * len(items)

    def read(item: Item) -> tuple[Item, _Placed, int | None, int | None, int | None]:
        punctual = item.extension("KHR_lights_punctual")
        return (
            item,
            _placed(item),
            item.index("mesh", meshes, "meshes"),
            item.index("camera", cameras, "cameras"),
            punctual.index("light", lights, "lights") if punctual else None,
        )

    def adopt(item: Item) -> None:
        me = numbers[item.place]
        for child in item.indices("children", items, "nodes"):
            if parent[child] >= 0:
                others = f"nodes[{parent[child]}]"
                raise item.wrong("children", f"free of node {child}, which {others} has already", "shared")
            parent[child] = me

    file.each(items, adopt)
    found = file.each(items, read)
    lost = np.flatnonzero(depths_of(np.array(parent, np.int32)) < 0)
    if len(lost):
        file.problems.append(f"nodes {say(lost.tolist())} lie in or below a circle of children; nodes must form a tree")
    if len(found) < len(items):
        return []
    placed = _decomposed(file, [entry[1] for entry in found])
    return [
        Node(item.text("name", "") or f"node-{i}", parent[i], p.translation, p.rotation, p.scale, mesh, camera, light)
        for i, ((item, _, mesh, camera, light), p) in enumerate(zip(found, placed, strict=True))
    ]


def _placed(item: Item) -> _Placed:
    item.text("name", "")
    matrix: F64 | None = None
    if "matrix" in item.data:
        identity = tuple(np.eye(4).ravel().tolist())
        matrix = np.array(item.numbers("matrix", identity)).reshape(4, 4).T  # stored column by column
        if not np.allclose(matrix[3], (0, 0, 0, 1), atol=1e-5):
            raise item.wrong("matrix", "an affine matrix: its 4th row 0, 0, 0, 1")
    x, y, z, w = item.numbers("rotation", (0.0, 0.0, 0.0, 1.0))
    length = math.sqrt(x * x + y * y + z * z + w * w)
    if not (math.isfinite(length) and length > 1e-9):
        raise item.wrong("rotation", "a quaternion of length 1")
    rotation = (x / length, y / length, z / length, w / length)
    tx, ty, tz = item.numbers("translation", (0.0, 0.0, 0.0))
    sx, sy, sz = item.numbers("scale", (1.0, 1.0, 1.0))
    return _Placed(matrix, (tx, ty, tz), rotation, (sx, sy, sz))


def _decomposed(file: GltfFile, placed: list[_Placed]) -> list[_Placed]:
    """Matrices become translation, rotation and scale: the nearest rotation to their normalised axes."""
    rows = [i for i, p in enumerate(placed) if p.matrix is not None]
    if not rows:
        return placed
    matrices = np.stack([m for p in placed if (m := p.matrix) is not None])
    linear = matrices[:, :3, :3]
    scale = np.linalg.norm(linear, axis=1)
    scale[np.linalg.det(linear) < 0, 0] *= -1  # a mirror: kept in the first axis
    axes = linear / np.where(scale == 0, 1, scale)[:, None, :]
    u, _, v = np.linalg.svd(axes)
    u[:, :, 2] *= np.linalg.det(u @ v)[:, None]  # flat matrices leave the sign open
    rotation = u @ v
    error = np.abs(rotation * scale[:, None, :] - linear).max(axis=(1, 2))
    out = list(placed)
    for k, i in enumerate(rows):
        if error[k] > SHEAR * np.abs(scale[k]).max():
            file.warn(f"nodes[{i}].matrix is sheared: the nearest rotation and scale are used")
        tx, ty, tz = matrices[k, :3, 3].tolist()
        x, y, z, w = quaternion_from_matrix(rotation[k]).tolist()
        sx, sy, sz = scale[k].tolist()
        out[i] = _Placed(None, (tx, ty, tz), (x, y, z, w), (sx, sy, sz))
    return out


def _roots(root: Item, nodes: list[Node]) -> list[int]:
    """The default scene's nodes: the one that the file names, else the first, else all without a parent."""
    scenes = root.items("scenes")
    chosen = root.index("scene", scenes, "scenes")
    if not scenes:
        return [i for i, node in enumerate(nodes) if node.parent < 0]
    scene = scenes[chosen or 0]
    found = list(dict.fromkeys(scene.indices("nodes", nodes, "nodes")))
    for i in found:
        if nodes[i].parent >= 0:
            raise scene.wrong("nodes", f"roots only: node {i} is a child of node {nodes[i].parent}")
    return found


# ---- cameras, lights, pictures --------------------------------------------------------------------------------


def _camera(item: Item) -> Camera:
    """Section 3.10. The far plane and the aspect ratio are the renderer's own."""
    if item.choice("type", {"perspective": True, "orthographic": False}):
        lens = item.need("perspective")
        fov_y = math.degrees(_above_zero(lens, "yfov"))
        if fov_y > 179:
            raise lens.wrong("yfov", f"at most {math.radians(179):.4f} (179 degrees)")
        return Camera(fov_y=fov_y, near=_above_zero(lens, "znear"))
    lens = item.need("orthographic")
    near = lens.number("znear")
    if near < 0:
        raise lens.wrong("znear", "0 or more")
    return Camera(projection="orthographic", height=2 * abs(_not_zero(lens, "ymag")), near=max(near, 1e-3))


def _light(item: Item) -> Light:
    """KHR_lights_punctual: lux for directional lights, candela for the others."""
    red, green, blue = item.numbers("color", (1.0, 1.0, 1.0))
    color = (red, green, blue)
    intensity = item.number("intensity", 1.0)
    if min(color) < 0:
        raise item.wrong("color", "3 numbers, 0 or more")
    if intensity < 0:
        raise item.wrong("intensity", "0 or more")
    reach = _above_zero(item, "range") if "range" in item.data else 0.0
    kind = item.choice("type", {name: name for name in ("directional", "point", "spot")})
    if kind == "directional":
        return Sun(lux=intensity, color=color)
    if kind == "point":
        return PointLight(candela=intensity, color=color, range=reach)
    cone = item.child("spot") or Item(item.file, item.at("spot"), {})
    inner, outer = cone.number("innerConeAngle", 0.0), cone.number("outerConeAngle", math.pi / 4)
    if not 0 <= inner < outer <= math.pi / 2 + 1e-6:
        wanted = "above innerConeAngle, which is 0 or more, and at most π/2"
        raise cone.wrong("outerConeAngle", wanted, f"{outer:g} (innerConeAngle {inner:g})")
    inner_angle, outer_angle = math.degrees(inner), min(math.degrees(outer), 90.0)
    return SpotLight(candela=intensity, color=color, range=reach, inner_angle=inner_angle, outer_angle=outer_angle)


def _above_zero(item: Item, key: str) -> float:
    value = item.number(key)
    if value <= 0:
        raise item.wrong(key, "above 0")
    return value


def _not_zero(item: Item, key: str) -> float:
    value = item.number(key)
    if value == 0:
        raise item.wrong(key, "different from 0")
    return value


def _image(file: GltfFile, item: Item) -> EncodedImage:
    place = f"{item.file}: {item.place}"
    name = item.text("name", "")
    view = item.index("bufferView", file.items("bufferViews"), "bufferViews")
    if view is not None:
        return EncodedImage(name, file.view(view)[0], place)
    if "uri" not in item.data:
        raise AssetError(f"{place} has neither a uri nor a bufferView; it must have one of them")
    return EncodedImage(name, file.external(item, item.text("uri")), place)
