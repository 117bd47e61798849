"""Objects that were spawned while the scene was played, as data that a document can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine import math as dmath
from ...engine.carried import looks_of
from ...engine.declare import Kind, to_plain
from ...engine.errors import DreamwellError
from ...engine.scene import dream_file
from ...engine.scene.components import Mesh
from ...engine.scene.prefabs import Overrides, Prefab, part_ids
from ...engine.scene.scene import id_text
from .document import Document
from .objects import Block
from .play import PLACES, Play
from .played import as_value, camera_of
from .prefabs import keys_of, scene_of
from .tree import inverse_affine, taken_apart
from .values import alike, short, shortened

U64 = NDArray[np.uint64]


class Meshes:
    """Which Mesh each mesh of the woven scene was made from: a world knows only the triangles."""

    def __init__(self, play: Play, document: Document) -> None:
        self._play, self._document = play, document
        self._of: dict[int, Mesh] = {}
        self._looked = False

    def of(self, mesh: int) -> Mesh | None:
        """The Mesh of a row of the woven scene's; None where it is in none of the document's objects and prefabs."""
        if not self._looked:
            self._looked = True
            self._look()
        return self._of.get(mesh)

    def _look(self) -> None:
        document, play = self._document, self._play
        woven = play.world.woven
        shown, _ = looks_of(woven, len(play.world.ids))
        row_of = {number: row for row, number in enumerate(woven.objects.ids.tolist())}
        values = document.scene.values_of(Mesh)
        slots = document.scene.slots_of(Mesh)
        for row in np.flatnonzero(slots >= 0).tolist():
            there = row_of.get(int(document.scene.ids[row]))
            if there is not None:
                self._of.setdefault(int(shown[there]), values[int(slots[row])])
        for row in np.flatnonzero(document.scene.slots_of(Prefab) >= 0).tolist():
            number = int(document.scene.ids[row])
            prefab = document.object(number).get(Prefab)
            assert prefab is not None
            for mesh, at in self._in_file(prefab, np.array([number], np.uint64)):
                there = row_of.get(at)
                if there is not None:
                    self._of.setdefault(int(shown[there]), mesh)
        for prefab, parts in woven.prefabs.items():
            meshes = dict(zip(parts.ids.tolist(), parts.mesh.tolist(), strict=True))
            for mesh, at in self._in_file(prefab, None):
                self._of.setdefault(meshes.get(at, -1), mesh)
        self._of.pop(-1, None)

    def _in_file(self, prefab: Prefab, instance: U64 | None) -> Iterator[tuple[Mesh, int]]:
        """The meshes in a prefab's file, with the ids of who shows them: in the file, or in an instance (1,) of it."""
        document = self._document
        try:
            scene = scene_of(document, prefab)
        except DreamwellError:
            return
        here = dream_file.rebased(scene.root, document.root)
        ids = scene.ids if instance is None else part_ids(instance, scene.ids)[0]
        values, slots = scene.values_of(Mesh), scene.slots_of(Mesh).tolist()
        for number, slot in zip(ids.tolist(), slots, strict=True):
            if slot >= 0:
                yield dream_file.with_assets(values[slot], Kind("struct", Mesh), here), number


def spawned_blocks(
    play: Play, document: Document, meshes: Meshes, only: Mapping[int, Block] | None = None
) -> Iterator[tuple[int, Block, str]]:
    """Objects that were spawned: id, data, and what of them can't be kept; each behind what it hangs on.

    An instance of a prefab is one object. only: those, with the data that was made of them before; they hang on each
    other, on objects of the document, or on nothing, and stay where they are.
    """
    world = play.world
    if world is None:
        return
    parts = _instances(play, document)
    for number, _ in play.tree().walk():
        if number in document or play.began_with(number) or number in parts.inner:
            continue
        if only is not None and number not in only:
            continue
        if only is None:
            block, trouble = _block(play, number, meshes, parts.roots.get(number))
        else:
            block, trouble = dict(only[number]), ""
        _hung(play, document, number, block, only)
        yield number, block, trouble


class _Parts:
    """roots: by the id of what a prefab was spawned as, that.  inner: the ids of what prefabs brought along."""

    def __init__(self) -> None:
        self.roots: dict[int, Prefab] = {}
        self.inner: set[int] = set()


def _instances(play: Play, document: Document) -> _Parts:
    """Which of the spawned objects are of prefabs: the ids of their parts are made of the root's and of the file's."""
    world, found = play.world, _Parts()
    there = {number for number in world.ids.tolist() if number}
    prefabs: list[tuple[Prefab, U64]] = [(prefab, parts.ids) for prefab, parts in world.woven.prefabs.items()]
    for number in there:
        if number in document or play.began_with(number):
            continue
        best: tuple[int, Prefab, set[int]] | None = None
        for prefab, ids in prefabs:
            if not len(ids):
                continue
            inner = set(part_ids(np.array([number], np.uint64), ids)[0].tolist())
            alive = inner & there
            score = _alike(play, number, prefab) if alive else 0
            if alive and (best is None or score > best[0]):
                best = score, prefab, inner
        if best is not None:
            found.roots[number] = best[1]
            found.inner |= best[2]
    return found


def _alike(play: Play, number: int, prefab: Prefab) -> int:
    """How many objects of an instance look as this prefab's: instances of one file may differ."""
    parts = play.world.woven.prefabs[prefab]
    ids = part_ids(np.array([number], np.uint64), parts.ids)[0].tolist()
    score = 0
    for i, part in enumerate(ids):
        row = play.row(part)
        if row >= 0:
            score += 1 + (play.world.roster.look(row) == (int(parts.mesh[i]), int(parts.material[i])))
    return score


def _block(play: Play, number: int, meshes: Meshes, prefab: Prefab | None) -> tuple[Block, str]:
    world, row = play.world, play.row(number)
    entity = world.at(row)
    block: Block = {"id": id_text(number), "name": entity.name}
    if entity.tags:
        block["tags"] = sorted(entity.tags)
    components: dict[str, Any] = {}
    trouble = ""
    mesh, material = world.roster.look(row)
    if mesh >= 0:
        shown = meshes.of(mesh)
        if shown is None:
            trouble = "what it shows is in no file, so it will be invisible"
        else:
            components["Mesh"] = to_plain(shown)
            components["Material"] = shortened(to_plain(world.appearance.now[material]))
    if prefab is not None:
        components["Prefab"] = to_plain(_as_played(play, number, prefab))
    lens = world.viewpoints.lenses.get(row)
    if lens is not None:
        components["Camera"] = shortened(to_plain(camera_of(lens)))
    for value in entity.components:
        plain = as_value(value)
        components[type(plain).__name__] = shortened(to_plain(plain))
    if components:
        block["components"] = components
    return block, trouble


def _as_played(play: Play, number: int, prefab: Prefab) -> Prefab:
    """A prefab with what is other in an instance of the world: places of its parts, and which of them are gone."""
    world = play.world
    parts = world.woven.prefabs[prefab]
    ids = part_ids(np.array([number], np.uint64), parts.ids)[0].tolist()
    plain = prefab.overrides.plain() if isinstance(prefab.overrides, Overrides) else {}
    names = list(parts.names)
    for i, part in enumerate(ids):
        key = names[i] if names.count(names[i]) == 1 else id_text(int(parts.ids[i]))
        row = play.row(part)
        if row < 0:
            plain[key] = None
            continue
        changes = dict(plain.get(key) or {})
        for name in PLACES:
            now = [short(n) for n in getattr(world.at(row), name)]
            if not alike(now, getattr(parts, name)[i].tolist()):
                changes[name] = now
        if changes:
            plain[key] = changes
    return replace(prefab, overrides=plain) if plain else prefab


class Instances:
    """What is other in instances of the scene than when the game began, as overrides. Each file is read once."""

    def __init__(self, play: Play, document: Document) -> None:
        self._play, self._document = play, document
        self._files: dict[str, tuple[list[int], list[str]]] = {}

    def overrides(self, number: int, prefab: Prefab) -> tuple[dict[str, Any], dict[str, Any]]:
        """The overrides of an instance as they are in the document, and as they would be.

        Places of the objects of its file, and which of them are gone; not of those that prefabs in it bring along.
        """
        plain = prefab.overrides.plain() if isinstance(prefab.overrides, Overrides) else {}
        now = {key: dict(changes) if changes is not None else None for key, changes in plain.items()}
        play = self._play
        ids, keys = self._file(prefab)
        parts = part_ids(np.array([number], np.uint64), np.array(ids, np.uint64))[0].tolist() if ids else []
        for part, inner, name in zip(parts, ids, keys, strict=True):
            key = id_text(inner) if id_text(inner) in plain else name
            row = play.row(part)
            if row < 0:
                if play.began_with(part):
                    now[key] = None
                continue
            entity = play.world.at(row)
            for place in PLACES:
                if play.moved(part, row, place, getattr(play.world, f"{place}s")[row]):
                    now[key] = {**(now.get(key) or {}), place: [short(n) for n in getattr(entity, place)]}
        return plain, now

    def _file(self, prefab: Prefab) -> tuple[list[int], list[str]]:
        """The ids of the objects in a prefab's file, and what overrides call them."""
        if prefab.file not in self._files:
            try:
                scene = scene_of(self._document, prefab)
                self._files[prefab.file] = scene.ids.tolist(), keys_of(scene)
            except DreamwellError:
                self._files[prefab.file] = [], []
        return self._files[prefab.file]


def _hung(play: Play, document: Document, number: int, block: Block, only: Mapping[int, Block] | None) -> None:
    """Have an object hang on the nearest thing above it that there will be, and stand where it stands."""
    world, row = play.world, play.row(number)
    tree = play.tree()
    direct = tree.parent.get(number, 0)
    above = direct
    while above and above not in document and (only is None or above not in only):
        if only is None and not play.began_with(above):
            break  # it is spawned, too
        above = tree.parent.get(above, 0)
    block.pop("parent", None)
    if above:
        block["parent"] = id_text(above)
    if above == direct:
        placed = {name: [short(n) for n in getattr(world.at(row), name)] for name in PLACES}
    else:
        matrix = _matrix(world, row)
        if above:
            inner = inverse_affine(_matrix(world, play.row(above)))
            matrix = dmath.compose_affine(inner, matrix)
        position, rotation, scale = taken_apart(matrix)
        placed = {"position": position, "rotation": rotation, "scale": scale}
        placed = {name: [short(n) for n in values] for name, values in placed.items()}
    for name, rest in (("position", [0, 0, 0]), ("rotation", [0, 0, 0, 1]), ("scale", [1, 1, 1])):
        block.pop(name, None)
        if placed[name] != rest:
            block[name] = placed[name]


def _matrix(world: Any, row: int) -> NDArray[np.float64]:
    """(3, 4) world_from_local of an object, as it is now: also of one that was spawned in this tick."""
    at = [world.transforms.to_world(row, *point) for point in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0))]
    x, y, z, origin = np.array(at, np.float64)
    return np.stack([x - origin, y - origin, z - origin, origin], axis=1)
