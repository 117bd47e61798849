"""Files that hold scenes."""

from __future__ import annotations

from pathlib import Path

from ..assets.gltf_scene import scene_from_gltf
from ..engine.errors import Problem, SceneError
from ..engine.scene import dream_file
from ..engine.scene.scene import Scene


def read(path: Path) -> tuple[Scene, list[Problem]]:
    """The scene in a file, and the problems of its text. Raises SceneError and AssetError where there is no scene."""
    suffix = path.suffix.lower()
    if suffix == ".dream":
        return dream_file.read(path)
    if suffix in (".gltf", ".glb"):
        return scene_from_gltf(path), []
    found = f'the suffix is "{path.suffix}"' if suffix else "it has no suffix"
    raise SceneError(f"{path} is no scene: {found}; it must be .dream, .gltf or .glb")
