"""What is loaded on top of the scene that an app plays, and what waits to be played next."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .entity import Entity
from .errors import SceneError
from .scene.prefabs import Prefab
from .scene.scene import Scene


@dataclass(frozen=True)
class Loaded:
    """A scene on top of another: the object that it hangs on, what it is woven as, and itself where it has no file."""

    root: Entity
    prefab: Prefab
    scene: Scene | None


@dataclass
class OnTop:
    """What is woven along with a scene, beyond what the scene itself names.

    asked: prefabs that were spawned though the scene does not name them; they stay ready.
    """

    asked: list[Prefab] = field(default_factory=list[Prefab])
    loaded: list[Loaded] = field(default_factory=list[Loaded])
    _count: int = 0

    def prefabs(self) -> Mapping[Prefab, Scene | None]:
        """What is to be woven along now. What was despawned since is forgotten."""
        self.loaded = [one for one in self.loaded if one.root.alive]
        return {**dict.fromkeys(self.asked), **{one.prefab: one.scene for one in self.loaded}}

    def prefab_of(self, source: Scene | str | os.PathLike[str], root: Path) -> tuple[Prefab, Scene | None]:
        """What a scene is woven as, and itself where it has no file; `root`: the folder of the scene below it."""
        if isinstance(source, Scene):
            self._count += 1
            return Prefab(f"{source.name} ({self._count}, in memory)"), source
        path = Path(source).absolute()
        below = path.is_relative_to(root.absolute())
        return Prefab((path.relative_to(root.absolute()) if below else path).as_posix()), None

    def loaded_at(self, root: Entity) -> Loaded:
        """What hangs on an object. Raises SceneError where it was not loaded."""
        found = next((one for one in self.loaded if one.root == root), None)
        if found is None:
            loaded = ", ".join(f'"{one.root.name}"' for one in self.loaded if one.root.alive) or "none"
            raise SceneError(f"{root!r} was not loaded on top of the scene; it must be one of what was: {loaded}")
        return found
