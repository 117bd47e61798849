"""Weaving: a scene becomes a WovenScene, once, in five stages."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..assets.library import AssetLibrary
from ..engine.memory import give_back
from ..engine.scene.prefabs import Prefab
from ..engine.scene.scene import Scene
from .configure import configure
from .extract import extract
from .manifest import manifest
from .prefabs import expand
from .sort import sort
from .source import read
from .validate import validate
from .woven import WovenScene


def weave(
    source: Scene | str | Path,
    *,
    library: AssetLibrary | None = None,
    prefabs: Mapping[Prefab, Scene | None] | None = None,
    progress: Callable[[str], None] | None = None,
) -> WovenScene:
    """Weave a scene, or the one in a .dream, .gltf or .glb file, into the flat manifest that everything else reads.

    `library` keeps loaded assets between weaves (its root must be the scene's); `prefabs` are kept ready to be spawned
    beside those of `scene.prefabs`, each with the scene that stands for its file, or None to read that; `progress` is
    told the name of each stage as it begins. Raises SceneError with all problems of the stage that failed, AssetError
    for a broken model.
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
        library = library or AssetLibrary(scene.root)
        expanded = expand(scene, problems, library, prefabs or {})
        checked = validate(expanded.scene, name, problems, library, expanded.instances)
        checked = replace(checked, prefabs=expanded.ready)
    with stage("extract"):
        extracted = extract(checked)
    with stage("configure"):
        configured = configure(checked, extracted)
    with stage("sort"):
        order = sort(checked, extracted)
    with stage("manifest"):
        woven = manifest(checked, extracted, configured, order)
    del checked, extracted, configured, order, expanded
    give_back()
    return replace(woven, seconds=seconds)
