"""Prefabs in place: every instance becomes the objects of its file, below the object that carries it.

Each file is read, expanded and checked once, however many instances there are; all of its instances are added to the
scene's columns together.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..assets.library import AssetLibrary
from ..engine.declare import (
    Kind,
    fields_of,
    from_plain,
    is_number,
    problems_of,
    say,
    value_from_plain,
)
from ..engine.errors import AssetError, Problem, SceneError
from ..engine.kinds import Scope, scope_of
from ..engine.live import kind_of
from ..engine.math import I32
from ..engine.scene.components import Environment
from ..engine.scene.dream_file import rebased, with_assets
from ..engine.scene.prefabs import Prefab, as_prefab
from ..engine.scene.rules import files_of, with_files
from ..engine.scene.scene import Scene, id_text
from ..engine.script import scripts_of
from .findings import Carriers, called
from .source import read
from .validate import Checked, slots_in_use, validate

MOST_OBJECTS = 20_000_000
"""Of one scene with its prefabs in place: prefabs in prefabs multiply."""

_COLUMNS = {"position": ("positions", 3), "rotation": ("rotations", 4), "scale": ("scales", 3)}


@dataclass(frozen=True, eq=False)
class Expanded:
    """A scene with its prefabs in place: its own objects first, in their order. n objects.

    instances: (n,) int32 the row of the object whose prefab brought another along, -1 for the scene's own.
    ready: what is to be spawned at once while the scene runs.
    """

    scene: Scene
    instances: I32
    ready: Mapping[Prefab, Checked]


def expand(
    scene: Scene, problems: list[Problem], library: AssetLibrary, prefabs: Mapping[Prefab, Scene | None]
) -> Expanded:
    """Put a scene's prefabs in place. What is wrong with them is appended to `problems`; they are left out then.

    The scene itself is not changed, and is returned as it is where it has no prefabs.
    """
    files = _Files(scene, library, prefabs, problems)
    whole, instances = files.expand(scene, "")
    ready: dict[Prefab, Checked] = {}
    listed = [scene.prefabs] if isinstance(scene.prefabs, str) else scene.prefabs
    wanted = [(as_prefab(given), f"prefabs[{i}]") for i, given in enumerate(listed)]
    wanted += [(prefab, "") for prefab in prefabs]
    spawned = dict.fromkeys(file for rule in scene.rules for file in files_of(rule))
    wanted += [(Prefab(file), "") for file in spawned if library.path(file).is_file()]
    used = slots_in_use(scene.slots_of(Prefab), len(scene.values_of(Prefab))).tolist()
    own = dict.fromkeys(scene.values_of(Prefab)[slot].file for slot in used)
    wanted += [(Prefab(file), "") for file in own if isinstance(file, str)]
    for prefab, field in wanted:
        if prefab not in ready and (prefab.file or field):
            checked = files.ready(prefab, field)
            if checked is not None:
                ready[prefab] = checked
    more = [address for one in ready.values() for address in one.scene.scripts if address not in whole.scripts]
    if more:
        whole = whole.copy() if whole is scene else whole
        whole.scripts += dict.fromkeys(more)
    rules = [rule for one in ready.values() for rule in one.scene.rules if rule not in whole.rules]
    if rules:
        whole = whole.copy() if whole is scene else whole
        whole.rules += dict.fromkeys(rules)
    return Expanded(whole, instances, ready)


# ---- files ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Template:
    """What a file holds, with its own prefabs in place; addresses are relative to the scene that is woven."""

    file: str
    scene: Scene
    instances: I32
    checked: Checked

    @cached_property
    def scope(self) -> Scope:
        """What names of components mean to it."""
        return scope_of(scripts_of(self.scene)[0], self.scene.root)

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """By path, "lamp/bulb", and by id."""
        found: dict[str, list[int]] = {}
        paths: list[str] = []
        for row, name in enumerate(self.scene.names):
            above = int(self.instances[row])
            paths.append(name if above < 0 else f"{paths[above]}/{name}")
            found.setdefault(paths[row], []).append(row)
        for row, number in enumerate(self.scene.ids.tolist()):
            found.setdefault(id_text(number), []).append(row)
        return found

    def row_of(self, key: str, where: str, problems: list[Problem]) -> int | None:
        """The object that overrides mean."""
        rows = self._rows.get(key, [])
        if len(rows) == 1:
            return rows[0]
        field = f"Prefab.overrides[{say(key)}]"
        if rows:
            ids = ", ".join(id_text(int(self.scene.ids[row])) for row in rows[:4])
            wanted = f"the name of one object; by id they are {ids}"
            problems.append(Problem("ambiguous-object", where, field, f"the name of {len(rows)} objects", wanted))
        else:
            near = difflib.get_close_matches(key, self._rows, n=3) or list(self._rows)[:3]
            there = ", ".join(say(name) for name in near)
            wanted = f"an object of {self.file}" + (f", such as {there}" if near else ", which has none")
            problems.append(Problem("unknown-object", where, field, "unknown", wanted))
        return None


@dataclass(frozen=True)
class _Patch:
    """One value for one object of a template: a column or a component (None: none), by row."""

    row: int
    what: str | type
    value: Any


@dataclass(frozen=True)
class _Changes:
    """What a Prefab's overrides do. left_out: rows of the template, ascending."""

    left_out: tuple[int, ...]
    patches: tuple[_Patch, ...]


class _Files:
    """The scenes that prefabs name, each read once."""

    def __init__(
        self, whole: Scene, library: AssetLibrary, memory: Mapping[Prefab, Scene | None], problems: list[Problem]
    ) -> None:
        self._whole = whole
        self._library = library
        self._memory = {prefab.file: scene for prefab, scene in memory.items() if scene is not None}
        self._paths: dict[str, Path] = {}  # asking the disk takes longer than all else
        self._known: dict[Path, _Template | None] = {}
        self._reading: list[tuple[Path, str]] = []
        self._problems = problems

    @cached_property
    def _scope(self) -> Scope:
        """What names of components mean to the scene that is woven."""
        return scope_of(scripts_of(self._whole)[0], self._whole.root)

    def template(self, file: str, where: str, field: str) -> _Template | None:
        """What a file holds; None where it can't be used, which is reported."""
        path = self._paths.get(file)
        if path is None:
            path = self._paths[file] = Path(file) if file in self._memory else self._library.path(file).resolve()
        if any(path == other for other, _ in self._reading):
            names = [name for _, name in self._reading]
            ring = " → ".join([*names[[other for other, _ in self._reading].index(path) :], file])
            wanted = "a scene that holds no instance of itself"
            self._problems.append(Problem("prefab-cycle", where, field, f"in a ring, {ring}", wanted))
            return None
        if path not in self._known:
            self._known[path] = self._read(path, file, where, field)
        return self._known[path]

    def _read(self, path: Path, file: str, where: str, field: str) -> _Template | None:
        found: list[Problem] = []
        if file in self._memory:
            scene = self._memory[file]
        else:
            self._library.scenes.add(path)
            try:
                scene, found = read(path)
            except (SceneError, AssetError) as error:
                wanted = "a scene that can be read, .dream, .gltf or .glb"
                self._problems.append(Problem("prefab", where, field, say(file), wanted, str(error)))
                return None
        scene = _at_home(scene, self._library.root)
        found = [_inside(file, p) for p in found]
        self._reading.append((path, file))
        known = len(self._problems)
        scene, instances = self.expand(scene, f"{file}: ")
        self._reading.pop()
        broken = len(found) > 0 or len(self._problems) > known
        self._problems.extend(found)
        checked = self._checked(scene, file, instances)
        return None if broken or checked is None else _Template(file, scene, instances, checked)

    def _checked(self, scene: Scene, file: str, instances: I32) -> Checked | None:
        try:
            return validate(scene, file, [], self._library, instances)
        except SceneError as error:
            self._problems.extend(_inside(file, p) for p in error.problems)
            return None

    def ready(self, prefab: Prefab, field: str) -> Checked | None:
        """A prefab to be spawned, without the object that it hangs on; None where it can't be used."""
        unfit = list(problems_of(prefab, "", f"{field or 'Prefab'}."))
        if unfit or not prefab.file:
            self._problems.extend(unfit or [_no_file("", field)])
            return None
        template = self.template(prefab.file, "", field)
        changes = None if template is None else self._changes(prefab, template, "")
        if template is None or changes is None:
            return None
        if not prefab.overrides:
            return template.checked
        scene, instances, row = _without(template, changes.left_out)
        _apply(scene, changes.patches, row, np.zeros(1, np.int64))
        return self._checked(scene, prefab.file, instances)

    # ---- instances ----------------------------------------------------------------------------------------------

    def expand(self, scene: Scene, prefix: str) -> tuple[Scene, I32]:
        """A scene with its prefabs in place, and (n,) the rows of the instances that brought the objects."""
        slots, values = scene.slots_of(Prefab), scene.values_of(Prefab)
        instances = np.full(len(scene), -1, np.int32)
        used = slots_in_use(slots, len(values)).tolist()
        if not used:
            return scene, instances
        carriers = Carriers(slots)
        groups: dict[tuple[str, tuple[int, ...]], _Group] = {}
        for slot in used:
            rows = carriers.of(slot)
            where = prefix + called(scene, int(rows[0]))
            prefab = values[slot]
            if any(problems_of(prefab, where)):  # reported with those of the other components
                continue
            if not prefab.file:
                self._problems.append(_no_file(where, "Prefab.file"))
                continue
            template = self.template(prefab.file, where, "Prefab.file")
            changes = None if template is None else self._changes(prefab, template, where)
            if template is not None and changes is not None:
                group = groups.setdefault((template.file, changes.left_out), _Group(template, []))
                group.parts.append((rows, changes.patches))
        scene = scene.copy()
        added = [instances]
        for (_, left_out), group in groups.items():
            part, inside, row = _without(group.template, left_out)
            below = np.concatenate([rows for rows, _ in group.parts])
            k, m = len(below), len(part)
            if len(scene) + k * m > MOST_OBJECTS:
                where, found = prefix + called(scene, int(below[0])), f"{len(scene) + k * m:,} objects in all"
                wanted = f"at most {MOST_OBJECTS:,} with all prefabs in place"
                self._problems.append(Problem("too-many", where, "Prefab", found, wanted))
                break
            scene.scripts += [address for address in part.scripts if address not in scene.scripts]
            first = scene.graft(part, below)
            starts = first + m * np.arange(k)
            added.append(np.where(inside >= 0, starts[:, None] + inside, below[:, None]).ravel().astype(np.int32))
            done = 0
            for rows, patches in group.parts:
                _apply(scene, patches, row, starts[done : done + len(rows)])
                done += len(rows)
        return scene, np.concatenate(added)

    # ---- overrides ----------------------------------------------------------------------------------------------

    def _changes(self, prefab: Prefab, template: _Template, where: str) -> _Changes | None:
        """What overrides do, or None where they can't be applied, which is reported."""
        if not prefab.overrides:
            return _Changes((), ())
        known = len(self._problems)
        left_out: list[int] = []
        patches: list[_Patch] = []
        for key in sorted(prefab.overrides):
            row = template.row_of(key, where, self._problems)
            changes = prefab.overrides[key]
            if row is None:
                continue
            if changes is None:
                left_out.append(row)
            else:
                place = f"Prefab.overrides[{say(key)}]."
                scope = self._scope | template.scope
                patches.extend(_patches(template.scene, row, changes, scope, where, place, self._problems))
        return _Changes(tuple(sorted(left_out)), tuple(patches)) if len(self._problems) == known else None


@dataclass(frozen=True)
class _Group:
    """Instances that have the same objects: the rows that carry them, by what differs in their values."""

    template: _Template
    parts: list[tuple[Any, Sequence[_Patch]]]


def _no_file(where: str, field: str) -> Problem:
    return Problem("missing", where, field, "empty", "the scene that this is an instance of: a .dream or glTF file")


def _inside(file: str, problem: Problem) -> Problem:
    return replace(problem, where=f"{file}: {problem.where}" if problem.where else file)


def _at_home(scene: Scene, root: Path) -> Scene:
    """A copy with addresses relative to another folder, and without an environment: that is of the whole scene."""
    change = rebased(scene.root, root)
    scene = scene.copy()
    for kind, pool in scene.pools.items():
        pool.replace([with_assets(value, Kind("struct", kind), change) for value in pool.values])
    scene.scripts = [change(address) for address in scene.scripts]
    scene.rules = [with_files(rule, change) for rule in scene.rules]
    scene.root = root
    scene.slots_of(Environment)[:] = -1
    return scene


def _without(template: _Template, left_out: tuple[int, ...]) -> tuple[Scene, I32, I32]:
    """A template without some objects: the scene, its instances, and (m,) where each row is now, -1 for gone."""
    scene, m = template.scene, len(template.scene)
    if not left_out:
        return scene, template.instances, np.arange(m, dtype=np.int32)
    scene = scene.copy()
    scene.remove_rows(left_out)
    kept = np.isin(template.scene.ids, scene.ids)
    row = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    above = template.instances[kept]
    return scene, np.where(above >= 0, row[above], -1).astype(np.int32), row


def _patches(
    scene: Scene, row: int, changes: Mapping[str, Any], scope: Scope, where: str, prefix: str, problems: list[Problem]
) -> Iterator[_Patch]:
    """What overrides of one object do. `scope`: what names of components mean that it does not carry."""
    values: dict[type, Any] = {}
    for name in sorted(changes):  # a whole component comes before its fields
        raw, place = _listed(changes[name]), prefix + name
        head, *path = name.split(".")
        try:
            kind = next((k for k in scene.slots if k.__name__ == head and scene.slots_of(k)[row] >= 0), None)
            kind = kind or scope.find(head)
        except SceneError as error:
            problems.append(Problem("ambiguous", where, place, str(error), "one class"))
            continue
        if not path and name in _COLUMNS:
            column, width = _COLUMNS[name]
            if isinstance(raw, list) and len(raw) == width and all(map(is_number, raw)):
                yield _Patch(row, column, tuple(map(float, raw)))
            else:
                problems.append(Problem("type", where, place, say(raw), f"{width} numbers"))
        elif name == "name":
            if isinstance(raw, str):
                yield _Patch(row, name, raw)
            else:
                problems.append(Problem("type", where, place, say(raw), "text"))
        elif name == "tags":
            if isinstance(raw, list) and all(isinstance(tag, str) for tag in raw):
                yield _Patch(row, name, frozenset(raw))
            else:
                problems.append(Problem("type", where, place, say(raw), "a list of texts"))
        elif kind is None:
            known = ", ".join(scope.names())
            wanted = f"name, position, rotation, scale, tags, or a component or a field of one of {known}"
            problems.append(Problem("unknown-field", where, place, "unknown", wanted, scope.hint(head)))
        elif kind is Prefab or kind is Environment:
            wanted = "one of another component"
            problems.append(
                Problem("override", where, place, f"a field of {head}, which overrides can't change", wanted)
            )
        elif not path:
            values[kind] = None if raw is None else from_plain(kind, raw, where, place + ".", problems)
        else:
            if kind not in values:
                slot = int(scene.slots_of(kind)[row])
                values[kind] = scene.values_of(kind)[slot] if slot >= 0 else None
            if values[kind] is None:
                carried = [k.__name__ for k in scene.slots if scene.slots_of(k)[row] >= 0]
                wanted = "one of a component that it has" + (f": {', '.join(sorted(carried))}" if carried else "")
                found = f"a field of a {head}, which the object has not"
                problems.append(Problem("no-component", where, place, found, wanted, f'"{head}": {{}} adds one'))
            else:
                values[kind] = _with(values[kind], path, raw, where, place, problems)
    for kind, value in values.items():
        yield _Patch(row, kind, value)


def _with(value: Any, path: Sequence[str], raw: Any, where: str, place: str, problems: list[Problem]) -> Any:
    """A declared value with another one of its fields, at any depth."""
    kind = kind_of(value)
    fields = {f.name: f for f in fields_of(kind)}
    known = {name: f for name, f in fields.items() if f.kind.name != "memory"}
    f = known.get(path[0])
    if f is None:
        wanted = "one of " + ", ".join(sorted(known))
        problems.append(Problem("unknown-field", where, place, "unknown", f"{wanted} of {kind.__name__}"))
        return value
    before = getattr(value, f.name)
    if len(path) > 1:
        if f.kind.name != "struct":
            problems.append(Problem("unknown-field", where, place, "unknown", f"{f.name} alone: it has no fields"))
            return value
        made = _with(f.kind.of() if before is None else before, path[1:], raw, where, place, problems)
    else:
        count = len(problems)
        made = value_from_plain(f.kind, raw, where, place, problems)
        if len(problems) > count:
            return value
    return type(value)(**{**{name: getattr(value, name) for name in fields}, f.name: made})


def _listed(raw: Any) -> Any:
    """Overrides keep tuples; readers of files expect lists."""
    if isinstance(raw, Mapping):
        return {key: _listed(one) for key, one in raw.items()}
    return [_listed(one) for one in raw] if isinstance(raw, tuple) else raw


def _apply(scene: Scene, patches: Sequence[_Patch], row: I32, starts: Any) -> None:
    """Change the objects of instances whose rows begin at (k,); `row`: (m,) where those of the template are."""
    for patch in patches:
        if row[patch.row] < 0:
            continue
        rows = starts + int(row[patch.row])
        if isinstance(patch.what, type):
            scene.put(rows, patch.what, patch.value)
        elif patch.what == "name":
            for one in rows.tolist():
                scene.names[one] = patch.value
        elif patch.what == "tags":
            scene.tag_rows[rows] = scene.tag_sets.index(patch.value)
        else:
            getattr(scene, patch.what)[rows] = patch.value
