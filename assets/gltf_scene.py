"""A glTF model as a scene: nodes become objects with the same tree, names and transforms."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ..engine.scene.components import Mesh
from ..engine.scene.scene import Scene, SceneObject
from .gltf import Gltf, Node, read_gltf
from .gltf_material import DEFAULT_MATERIAL, with_addresses
from .gltf_mesh import Primitive


def scene_from_gltf(path: str | Path) -> Scene:
    """The model's default scene. Raises AssetError; what is harmless goes to `scene.warnings`.

    A node with one primitive carries its Mesh and Material; one with several gets a child `name#0`, `name#1`, ...
    for each. Assets are addresses relative to the model's folder, which is `scene.root`. The ids come from the
    file's JSON and the node's number: importing the same file again gives the same ids.
    """
    path = Path(path)
    model = read_gltf(path)
    scene = Scene(path.stem, root=path.parent)
    scene.warnings.extend(model.warnings)
    children: list[list[int]] = [[] for _ in model.nodes]
    for i, node in enumerate(model.nodes):
        if node.parent >= 0:
            children[node.parent].append(i)
    waiting: list[tuple[int, SceneObject | None]] = [(i, None) for i in reversed(model.roots)]
    while waiting:  # parents before their children, siblings by their numbers
        i, parent = waiting.pop()
        made = _add(scene, model, i, parent)
        waiting.extend((child, made) for child in reversed(children[i]))
    return scene


def _add(scene: Scene, model: Gltf, i: int, parent: SceneObject | None) -> SceneObject:
    node = model.nodes[i]
    components: list[Any] = []
    if node.camera is not None:
        components.append(model.cameras[node.camera])
    if node.light is not None:
        components.append(model.lights[node.light])
    primitives = () if node.mesh is None else model.meshes[node.mesh].primitives
    if len(primitives) == 1:
        components.extend(_surface(model, node, primitives[0]))
    made = scene.add(
        node.name,
        *components,
        at=node.translation,
        rotation=node.rotation,
        scale=node.scale,
        parent=parent,
        id=_id(model, i, 0),
    )
    if len(primitives) > 1:
        for p in primitives:
            name = f"{node.name}#{p.index}"
            scene.add(name, *_surface(model, node, p), parent=made, id=_id(model, i, p.index + 1))
    return made


def _surface(model: Gltf, node: Node, primitive: Primitive) -> tuple[Any, Any]:
    file = model.path.name
    material = DEFAULT_MATERIAL if primitive.material is None else model.materials[primitive.material]
    return Mesh.load(f"{file}#mesh/{node.mesh}/{primitive.index}"), with_addresses(material, file)


def _id(model: Gltf, node: int, part: int) -> int:
    """64 bits, never 0; `part` 0 is the node itself, 1 its primitive 0, and so on."""
    text = b"%s %d %d" % (model.digest, node, part)
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") or 1
