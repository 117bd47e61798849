"""Keeping what was played: what is other in the running world than in the document, one by one, and the command of it.

Whoever edits picks from `differences`; `command` makes one step of what was picked. What a world holds in single
precision is written with the digits that this has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...engine.carried import looks_of
from ...engine.declare import fields_of, in_tables, to_plain
from ...engine.errors import DreamwellError
from ...engine.live import Live, kind_of
from ...engine.scene.components import Camera, Environment, Material, Mesh
from ...engine.scene.lights import LIGHTS
from ...engine.scene.prefabs import Prefab
from .commands import Command
from .difference import changed_fields
from .document import Document
from .kinds import component_types
from .play import PLACES, Play
from .played import as_value, camera_of
from .spawned import Instances, Meshes, spawned_blocks
from .values import alike, jsonable, plain, short, shortened

Kind = Literal["changed", "added", "removed", "spawned", "despawned"]


@dataclass(frozen=True, eq=False)
class Difference:
    """Something that is other in the world than in the document.

    id: of the object, 0 for the scene itself.  kind: "added" and "removed" are components, "spawned" and "despawned"
    whole objects.  field: "position", "tags", "parent", "PointLight.candela", "PointLight", "settings.sky.turbidity";
    empty for whole objects.  before, after: JSON data, of a parent its id, of a spawned object its data.
    trouble: why it can't be kept whole; empty where it can.
    """

    id: int
    name: str
    kind: Kind
    field: str = ""
    before: Any = None
    after: Any = None
    trouble: str = ""


def differences(play: Play, document: Document, ids: Iterable[int] | None = None) -> list[Difference]:
    """What is other in the world, in the document's order, what was spawned behind it. ids: of which objects; all.

    Objects: places, parents, tags, and components that the world keeps: materials, lights, lenses, surroundings,
    bodies and colliders, behaviours, what games declare. Of the scene: render settings. Nothing where another scene
    is played than the one that is edited.
    """
    world = play.world
    if world is None or not play.plays_the_document:
        return []
    found = _Reading(play, document)
    chosen = document.scene.ids.tolist() if ids is None else [one for one in ids if one in document]
    out: list[Difference] = []
    for number in chosen:
        out += found.of(number)
    wanted = None if ids is None else set(ids)
    for number, block, trouble in spawned_blocks(play, document, found.meshes):
        if wanted is None or number in wanted:
            out.append(Difference(number, block["name"], "spawned", after=block, trouble=trouble))
    if ids is None:
        out += found.settings()
    return out


class _Reading:
    """The world beside the document, as far as it is the same for all objects."""

    def __init__(self, play: Play, document: Document) -> None:
        self.play, self.document, self.world = play, document, play.world
        world = self.world
        self.meshes, self.instances = Meshes(play, document), Instances(play, document)
        n = len(world.ids)
        self.woven_mesh, self.woven_material = looks_of(world.woven, n)
        self.now = {name: getattr(world, f"{name}s") for name in PLACES}
        self.ids = world.ids.tolist()
        self.up = world.transforms.up
        around = world.appearance.environment
        self.around = None if around is world.woven.environment or around.implicit else around.component
        rows = [number for number in document.scene.ids.tolist() if document.object(number).get(Environment)]
        self.surrounds = rows[0] if len(rows) == 1 else 0
        self.carries: set[int] = {row for row, _ in world.appearance.lights.items()}
        for table in world.tables.sorted():
            self.carries |= set(table.rows.tolist())

    def of(self, number: int) -> Iterator[Difference]:
        """What is other of one object of the document."""
        play, document = self.play, self.document
        row, obj = play.row(number), document.object(number)
        if row < 0:
            above = document.tree.parent.get(number, 0)
            if play.began_with(number) and (not above or play.knows(above)):
                below = sum(1 for _ in document.tree.walk([number])) - 1
                yield Difference(number, obj.name, "despawned", before=below)
            return
        entity = self.world.at(row)

        def changed(field: str, before: Any, after: Any, kind: Kind = "changed") -> Difference:
            return Difference(number, obj.name, kind, field, before, after)

        above = self.ids[self.up[row]] if self.up[row] >= 0 else 0
        if above != document.tree.parent.get(number, 0):
            yield changed("parent", document.tree.parent.get(number, 0), above)
        for name in PLACES:
            if play.moved(number, row, name, self.now[name][row]):
                after = [short(n) for n in getattr(entity, name)]
                before = document.get(number, name)
                if not alike(after, before):
                    yield changed(name, before, after)
        tags = sorted(entity.tags)
        if tags != sorted(obj.tags):
            yield changed("tags", sorted(obj.tags), tags)
        prefab = obj.get(Prefab)
        if prefab is not None:
            first, now = self.instances.overrides(number, prefab)
            if now != first:
                yield changed("Prefab.overrides", first, now)
        yield from self._looks(number, row, changed)
        yield from self._components(entity, number, row, changed)

    def _looks(self, number: int, row: int, changed: Any) -> Iterator[Difference]:
        """Mesh, material, lens and surroundings."""
        world, obj = self.world, self.document.object(number)
        mesh, material = world.roster.look(row)
        if mesh != self.woven_mesh[row] and mesh >= 0:
            shown = self.meshes.of(mesh)
            if shown is not None and shown != obj.get(Mesh):
                before = obj.get(Mesh)
                yield changed("Mesh", None if before is None else to_plain(before), to_plain(shown))
        if material >= 0:
            now, woven = world.appearance.now[material], world.woven.material_components
            first = self.woven_material[row]
            if first >= 0 and now is not woven[first]:
                yield from _fields("Material", obj.get(Material), now, changed, since=woven[first])
        lens, camera = world.viewpoints.lenses.get(row), obj.get(Camera)
        if lens is not None and camera is not None:
            yield from _fields("Camera", camera, camera_of(lens), changed)
        if number == self.surrounds and self.around is not None:
            yield from _fields("Environment", obj.get(Environment), self.around, changed)

    def _components(self, entity: Any, number: int, row: int, changed: Any) -> Iterator[Difference]:
        """What the world keeps in its tables, behaviours and lights."""
        known = {kind_of(value).__name__: value for value in self.document.object(number).components}
        there: dict[str, Any] = {}
        if row in self.carries or self.world.schedule.attached.behaviours_of(row):
            there = {class_name(value): value for value in entity.components}
        for name, value in there.items():
            if component_types().get(name) is None:
                continue
            if name in known:
                yield from _fields(name, known[name], value, changed)
            else:
                yield changed(name, None, shortened(to_plain(as_value(value))), "added")
        for name, value in known.items():
            kind = component_types().get(name)
            if kind is not None and name not in there and self._keeps(kind):
                yield changed(name, to_plain(value), None, "removed")

    def _keeps(self, kind: type) -> bool:
        """Whether the world knows who carries such a component."""
        if kind in LIGHTS or issubclass(kind, Live):
            return True
        try:
            return in_tables(kind) and self.world.tables.find(kind) is not None
        except DreamwellError:
            return False

    def settings(self) -> list[Difference]:
        """What is other of the render settings than when it began."""
        first, now, own = self.play.first_settings, self.world.settings, self.document.scene.settings
        out: list[Difference] = []
        if first is None or first == now:
            return out
        for f in fields_of(type(now)):
            before, after = getattr(first, f.name), getattr(now, f.name)
            if before != after and not f.name.startswith("debug"):
                for path, value in changed_fields(f"settings.{f.name}", before, after).items():
                    held: Any = own
                    for step in path.split(".")[1:]:
                        held = getattr(held, step)
                    if not alike(plain(held), value):
                        out.append(Difference(0, self.document.scene.name, "changed", path, plain(held), value))
        return out


def _fields(name: str, known: Any, now: Any, changed: Any, *, since: Any = None) -> Iterator[Difference]:
    """The fields of a component that are other; since: only those that changed since this value."""
    if known is None:
        yield changed(name, None, shortened(to_plain(now)), "added")
        return
    for f in fields_of(kind_of(known)):
        if f.kind.name == "memory":
            continue
        after, before = jsonable(plain(getattr(now, f.name))), plain(getattr(known, f.name))
        if not alike(after, before) and (since is None or not alike(after, plain(getattr(since, f.name)))):
            yield changed(f"{name}.{f.name}", before, shortened(after))


# ---- the command ------------------------------------------------------------------------------------------------


def command(play: Play, document: Document, picked: Sequence[Difference]) -> Command | None:
    """The command that puts what was picked into the document; None for nothing.

    What hangs on a spawned object that was not picked hangs on what that hung on, and stays where it is.
    """
    out: list[Command] = []
    fresh = {one.id: one.after for one in picked if one.kind == "spawned" and one.id not in document}
    blocks = [block for _, block, _ in spawned_blocks(play, document, Meshes(play, document), only=fresh)]
    if blocks:
        out.append({"do": "add_objects", "objects": blocks})
    gone = [one.id for one in picked if one.kind == "despawned" and one.id in document]
    hung = {one.id: one.after for one in picked if one.field == "parent" and one.id in document}
    for number in gone:  # what was hung elsewhere in time is still there
        for below, _ in document.tree.walk(document.tree.children(number)):
            above = _above(play, below)
            if play.knows(below) and above != document.tree.parent.get(below, 0):
                hung.setdefault(below, above)
    for number, above in hung.items():
        if above == 0 or above in document or above in fresh:
            out.append({"do": "reparent", "ids": [number], "parent": above, "keep": "local"})
    out += _set_fields([one for one in picked if one.kind in ("changed", "added", "removed") and one.id in document])
    settings = {one.field: one.after for one in picked if not one.id and one.field}
    if settings:
        out.append({"do": "set_settings", "fields": settings})
    if gone:
        out.append({"do": "remove_objects", "ids": document.tree.tops(gone)})
    if not out:
        return None
    return out[0] if len(out) == 1 else {"do": "group", "commands": out}


def _above(play: Play, number: int) -> int:
    row = play.row(number)
    above = play.world.transforms.up[row] if row >= 0 else -1
    return int(play.world.ids[above]) if above >= 0 else 0


def _set_fields(picked: Iterable[Difference]) -> list[Command]:
    """One command for all objects of which the same fields are set."""
    of_object: dict[int, dict[str, Any]] = {}
    for one in picked:
        if one.field != "parent":
            of_object.setdefault(one.id, {})[one.field] = one.after
    by_fields: dict[tuple[str, ...], list[int]] = {}
    for number, found in of_object.items():
        by_fields.setdefault(tuple(sorted(found)), []).append(number)
    return [
        {
            "do": "set_fields",
            "ids": numbers,
            "fields": {path: [of_object[number][path] for number in numbers] for path in paths},
        }
        for paths, numbers in by_fields.items()
    ]


def class_name(value: Any) -> str:
    """What the class of something that a world gives for a component is called."""
    return kind_of(value).__name__ if isinstance(value, Live) else type(value).__name__
