"""The document as a World to draw, kept up to date with it: what moved is moved, all else is woven anew.

Only what is seen is woven: no scripts, bodies or rules. What can't be drawn (an asset that is missing, a value that is
out of its range) is stood in for, so that the rest of the scene is there to be worked on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...assets.library import AssetLibrary
from ...engine.appearance import Appearance
from ...engine.camera import Sphere, bounds_of
from ...engine.declare import problems_of
from ...engine.errors import DreamwellError, Problem, ProblemsError, SceneError
from ...engine.scene.components import Camera, Environment, Material, Mesh, PointLight, SpotLight, Sun
from ...engine.scene.prefabs import Prefab
from ...engine.scene.scene import Scene
from ...engine.world import World
from ...loom.weave import weave
from ...loom.woven import WovenScene
from ..core.document import Document
from . import live

I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]

SEEN: tuple[type, ...] = (Mesh, Material, Sun, PointLight, SpotLight, Camera, Environment, Prefab)
"""The components that a picture shows."""
_SEEN_NAMES = frozenset(kind.__name__ for kind in SEEN)
MISSING = Material(base_color=(1.0, 0.0, 0.75), unlit=True)
"""What stands in for a look that can't be drawn."""


def seen(scene: Scene, shown: NDArray[np.bool_]) -> Scene:
    """A copy with what can be seen alone. shown: (n,) objects that are not hidden."""
    made = scene.copy()
    made.scripts, made.rules, made.prefabs = [], [], []
    made.slots = {kind: column for kind, column in made.slots.items() if kind in SEEN}
    made.pools = {kind: pool for kind, pool in made.pools.items() if kind in SEEN}
    if not shown.all():
        for kind, column in made.slots.items():
            if kind is not Camera:
                column.view[~shown] = -1
    return made


def mended(scene: Scene, library: AssetLibrary) -> list[str]:
    """Put stand-ins in place of what can't be woven; says what for."""
    said: list[str] = []

    def try_(load: Callable[[str], Any], address: str) -> bool:
        try:
            load(address)
        except (DreamwellError, OSError) as error:
            said.append(str(error))
            return False
        return True

    def sound(value: Any) -> bool:
        wrong = list(problems_of(value, type(value).__name__, ""))
        said.extend(map(str, wrong))
        return not wrong

    def stand_in(value: Any) -> Any:
        """What is drawn in place of a component; None for nothing."""
        if not sound(value):
            return {Mesh: Mesh.box(), Material: MISSING}.get(type(value))
        if isinstance(value, Mesh) and value.shape == "asset":
            return value if try_(library.mesh, value.asset) else Mesh.box()
        if isinstance(value, Material):
            named = {name: t for name in vars(value) if name.endswith("_texture") and (t := getattr(value, name))}
            bad = [name for name, t in named.items() if not t.image or not try_(library.image, t.image)]
            nothing: dict[str, Any] = dict.fromkeys(bad)
            return replace(value, **nothing) if bad else value
        if isinstance(value, Environment) and value.source == "file":
            return value if try_(library.environment, value.file) else Environment(source="color")
        if isinstance(value, Prefab):
            return value if (library.root / value.file).is_file() else None
        return value

    for kind, pool in scene.pools.items():
        made = [stand_in(value) for value in pool.values]
        gone = [slot for slot, value in enumerate(made) if value is None]
        column = scene.slots[kind].view
        if gone:
            column[np.isin(column, gone)] = -1
        pool.replace([old if new is None else new for old, new in zip(pool.values, made, strict=True)])
    for column in (scene.positions, scene.rotations, scene.scales):
        column[~np.isfinite(column)] = 0
    scene.rotations[np.linalg.norm(scene.rotations, axis=1) < 1e-6] = (0, 0, 0, 1)
    scene.scales[scene.scales == 0] = 1e-3
    return said


class Mirror:
    """A document's World.

        mirror = Mirror()
        mirror.follow(document, aspect)
        stage.draw(mirror.world, 0.0, eye=eye)

    problems: what keeps the scene from being drawn as it is, in words; empty where nothing does.
    weaves: how often all of it was woven.
    """

    def __init__(self) -> None:
        self._document: Document | None = None
        self._scene: Scene | None = None
        self._revision = -1
        self._library: AssetLibrary | None = None
        self._ids: U64 = np.zeros(0, np.uint64)
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)
        self.world: World | None = None
        self.problems: list[Problem | str] = []
        self.weaves = 0
        self.live = False
        """Whether something was changed without weaving since all of it was woven."""
        self.frozen = False
        """Whether another picture is drawn of what is woven, which only changes by weaving."""

    def follow(self, document: Document, aspect: float = 16 / 9) -> bool:
        """Be as the document is now; returns whether anything that is seen changed. Never raises for a bad scene."""
        if document is not self._document:
            self._document, self._revision, self.world, self._library = document, -1, None, None
        elif document.revision == self._revision:
            return False
        changes = document.changes(self._revision)
        self._revision = document.revision
        another = document.scene is not self._scene
        self._scene = document.scene
        if self.world is None or another or changes.everything or changes.structure:
            self._weave(document, aspect)
            return True
        if any(name.startswith("settings.textures") for name in changes.settings):
            self._weave(document, aspect)
            return True
        done = bool(changes.fields)
        if changes.fields:
            self.live = True
            if self.frozen or not live.take(self.world, document.scene, changes.fields, self.rows, _SEEN_NAMES):
                self._weave(document, aspect)
                return True
        if len(changes.moved):
            self._move(document.scene, changes.moved)
            done = True
        if changes.settings:
            debug = self.world.settings.debug
            self.world.settings = replace(document.scene.settings, debug=debug)
            done = True
        return done

    def forget_files(self, files: set[Path]) -> None:
        """Files changed on disk: what came of them is read again."""
        if self._library is not None:
            self._library = self._library.without(files)
        self._revision = -1

    def _weave(self, document: Document, aspect: float) -> None:
        scene = seen(document.scene, document.shown)
        if self._library is None or self._library.root != scene.root:
            self._library = AssetLibrary(scene.root)
        self.problems = []
        woven: WovenScene | None = None
        try:
            woven = weave(scene, library=self._library)
        except (DreamwellError, OSError) as error:
            self._say(error)
            try:
                mended(scene, self._library)
                woven = weave(scene, library=self._library)
            except (DreamwellError, OSError) as second:
                self._say(second)
        if woven is None:
            if self.world is None:
                self.world = World(weave(Scene(scene.name, root=scene.root)), aspect=aspect, seed=1)
                self._number()
            return
        self.weaves += 1
        if self.world is None:
            self.world = World(woven, aspect=aspect, seed=1)
            self._number()
            return
        debug = self.world.settings.debug
        if self.live:  # what was changed in passing is in the new scene
            self.world.appearance = Appearance(self.world.woven)
            self.live = False
        try:
            self.world.adopt(woven)
        except SceneError as error:  # pragma: no cover - nothing runs in this world that could refuse
            self._say(error)
            self.world = World(woven, aspect=aspect, seed=1)
        self.world.settings = replace(woven.settings, debug=debug)
        self._number()
        self._move(document.scene, document.scene.ids)

    def _say(self, error: Exception) -> None:
        found: list[Problem | str] = list(error.problems) if isinstance(error, ProblemsError) else []
        self.problems += [one for one in found or [str(error)] if one not in self.problems]

    def _number(self) -> None:
        assert self.world is not None
        self._ids = self.world.ids.copy()
        self._order = np.argsort(self._ids, kind="stable")
        self._ids = self._ids[self._order]

    def rows(self, ids: Any) -> I32:
        """(k,) rows of the world's objects with some ids; those that are not there are left out."""
        wanted = np.asarray(ids, np.uint64)
        if not len(self._ids) or not len(wanted):
            return np.zeros(0, np.int32)
        at = np.minimum(np.searchsorted(self._ids, wanted), len(self._ids) - 1)
        found: I32 = self._order[at[self._ids[at] == wanted]].astype(np.int32)
        return found

    def ids(self, rows: Any) -> list[int]:
        """The document's objects that rows of the world belong to: what a prefab brought along is its instance's."""
        if self.world is None or self._document is None:
            return []
        up, ids, out = self.world.transforms.parent, self.world.ids, dict[int, None]()
        for row in np.asarray(rows).tolist():
            while row >= 0 and int(ids[row]) not in self._document:
                row = int(up[row])
            if row >= 0:
                out[int(ids[row])] = None
        return list(out)

    def _move(self, scene: Scene, ids: U64) -> None:
        """Put objects where the scene has them."""
        world = self.world
        assert world is not None
        if len(ids) == len(scene):
            theirs, known = np.arange(len(scene)), scene.ids
        else:
            found = [row for number in ids.tolist() if (row := scene.row_of(number)) is not None]
            theirs = np.array(found, np.intp)
            known = scene.ids[theirs]
        if not len(known) or not len(self._ids):
            return
        at = np.minimum(np.searchsorted(self._ids, known), len(self._ids) - 1)
        there = self._ids[at] == known
        rows, theirs = self._order[at[there]], theirs[there]
        turns = scene.rotations[theirs]
        turns = turns / np.maximum(np.linalg.norm(turns, axis=1, keepdims=True), 1e-12)
        wanted = [c.astype(np.float32) for c in (scene.positions[theirs], turns, scene.scales[theirs])]
        t = world.transforms
        before = t.places(rows.astype(np.int32))
        differs = np.logical_or.reduce([(a != b).any(axis=1) for a, b in zip(wanted, before, strict=True)])
        rows = rows[differs]
        if len(rows):
            t.position[rows], t.rotation[rows], t.scale[rows] = (c[differs] for c in wanted)
            world.touch(rows)

    def bounds(self, ids: Any) -> Sphere | None:
        """A ball around objects and all that hangs on them, as they were drawn last; None for none."""
        world = self.world
        rows = self.rows(ids)
        if world is None or not len(rows):
            return None
        all_rows = world.transforms.with_all_below(rows)
        looks = world.roster.drawn()
        mine = np.isin(looks.rows, all_rows)
        if mine.any():
            return bounds_of(world.woven.geometry.meshes[looks.mesh[mine]], world.transforms.world_of(looks.rows[mine]))
        places = world.transforms.world_of(all_rows)[:, :, 3]
        centre = (places.min(axis=0) + places.max(axis=0)) / 2
        x, y, z = centre.tolist()
        return Sphere((x, y, z), max(1.0, float(np.linalg.norm(places - centre, axis=1).max())))

    def codes(self, ids: Any, active: int | None) -> NDArray[np.uint8]:
        """(n,) by row: 3 the active object, 2 those chosen, 1 what hangs on them, 0 all others."""
        world = self.world
        if world is None:
            return np.zeros(0, np.uint8)
        out = np.zeros(len(world.names), np.uint8)
        rows = self.rows(ids)
        if len(rows):
            out[world.transforms.with_all_below(rows)] = 1
            out[rows] = 2
            if active is not None:
                out[self.rows([active])] = 3
        return out
