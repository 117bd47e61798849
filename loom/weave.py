"""Weaving: a scene becomes a WovenScene, once, in five stages."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..assets.gltf_scene import scene_from_gltf
from ..assets.library import AssetLibrary
from ..engine.errors import Problem, SceneError
from ..engine.memory import give_back
from ..engine.scene import dream_file
from ..engine.scene.scene import Scene
from .configure import configure
from .extract import extract
from .manifest import manifest
from .sort import sort
from .validate import validate
from .woven import WovenScene


def weave(
    source: Scene | str | Path,
    *,
    library: AssetLibrary | None = None,
    progress: Callable[[str], None] | None = None,
) -> WovenScene:
    """Weave a scene, or the one in a .dream, .gltf or .glb file, into the flat manifest that everything else reads.

    `library` keeps loaded assets between weaves (its root must be the scene's); `progress` is told the name of each
    stage as it begins. Raises SceneError with all problems of the stage that failed, AssetError for a broken model.
    """
    seconds: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Generator[None]:
        if progress is not None:
            progress(name)
        start = time.perf_counter()
        yield
        seconds[name] = time.perf_counter() - start

    with stage("validate"):  # reading a file belongs to it: what is wrong with the text is told with the rest
        scene, problems = (source, []) if isinstance(source, Scene) else read(Path(source))
        name = source.name if isinstance(source, Scene) else Path(source).name
        checked = validate(scene, name, problems, library or AssetLibrary(scene.root))
    with stage("extract"):
        extracted = extract(checked)
    with stage("configure"):
        configured = configure(checked, extracted)
    with stage("sort"):
        order = sort(checked, extracted)
    with stage("manifest"):
        woven = manifest(checked, extracted, configured, order)
    del checked, extracted, configured, order
    give_back()
    return replace(woven, seconds=seconds)


def read(path: Path) -> tuple[Scene, list[Problem]]:
    """The scene in a file, and the problems of its text. Raises SceneError and AssetError where there is no scene."""
    suffix = path.suffix.lower()
    if suffix == ".dream":
        return dream_file.read(path)
    if suffix in (".gltf", ".glb"):
        return scene_from_gltf(path), []
    found = f'the suffix is "{path.suffix}"' if suffix else "it has no suffix"
    raise SceneError(f"{path} is no scene: {found}; it must be .dream, .gltf or .glb")
