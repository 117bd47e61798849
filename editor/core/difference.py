"""What makes one scene into another, as a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.declare import fields_of, to_plain
from ...engine.scene import dream_file
from ...engine.scene.notes import Note
from ...engine.scene.scene import Scene
from .commands import Command
from .kinds import component_types
from .scene_fields import PARTS

Rows = NDArray[np.intp]


def difference(old: Scene, new: Scene) -> Command | None:
    """The command that makes a scene equal to another one of the same folder; None where they are equal.

    Objects are the same where their ids are.
    """
    commands: list[Command] = []
    settings = _settings(old, new)
    if settings:
        commands.append({"do": "set_settings", "fields": settings})
    old_ids, new_ids = old.ids.tolist(), new.ids.tolist()
    known, wanted = set(old_ids), set(new_ids)
    added = [row for row, number in enumerate(new_ids) if number not in known]
    if added:
        commands.append({"do": "add_objects", "objects": dream_file.blocks_of(new, added)})
    common = [(old.row_of(number), row) for row, number in enumerate(new_ids) if number in known]
    was = np.array([pair[0] for pair in common], np.intp)
    now = np.array([pair[1] for pair in common], np.intp)
    order = [*(number for number in old_ids), *(new_ids[row] for row in added)]
    hung = _hung_elsewhere(old, new, was, now)
    if hung:
        places = {number: row for row, number in enumerate(order)}
        parents = [_parent(new, row) for row in hung]
        ids = [new_ids[row] for row in hung]
        commands.append({"do": "arrange", "ids": ids, "parents": parents, "rows": [places[number] for number in ids]})
    gone = [number for number in old_ids if number not in wanted]
    if gone:
        commands.append({"do": "remove_objects", "ids": gone})
        order = [number for number in order if number in wanted]
    if order != new_ids:
        places_now = [(number, row) for row, number in enumerate(new_ids) if order[row] != number]
        ids = [number for number, _ in places_now]
        commands.append(
            {
                "do": "arrange",
                "ids": ids,
                "parents": [_parent(new, row) for _, row in places_now],
                "rows": [row for _, row in places_now],
            }
        )
    commands += _fields(old, new, was, now)
    if not commands:
        return None
    return commands[0] if len(commands) == 1 else {"do": "group", "commands": commands}


def _parent(scene: Scene, row: int) -> int:
    above = int(scene.parents[row])
    return int(scene.ids[above]) if above >= 0 else 0


def _settings(old: Scene, new: Scene) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for part in PARTS:
        a, b = getattr(old, part), getattr(new, part)
        if part in ("name", "scripts"):
            if a != b:
                out[part] = b if part == "name" else list(b)
        elif part == "prefabs":
            if dream_file.prefabs_plain(a) != dream_file.prefabs_plain(b):
                out[part] = dream_file.prefabs_plain(b)
        elif part == "rules":
            if [to_plain(rule) for rule in a] != [to_plain(rule) for rule in b]:
                out[part] = [to_plain(rule) for rule in b]
        else:
            for f in fields_of(type(a)):
                before, after = getattr(a, f.name), getattr(b, f.name)
                if before != after:
                    out |= changed_fields(f"{part}.{f.name}", before, after)
    return out


def changed_fields(path: str, before: Any, after: Any) -> dict[str, Any]:
    """What is other in a setting, or in the fields of a group of them, by path, as JSON data."""
    from .values import plain

    if hasattr(type(after), "__dataclass_fields__") and type(before) is type(after):
        out: dict[str, Any] = {}
        for f in fields_of(type(after)):
            if getattr(before, f.name) != getattr(after, f.name):
                out[f"{path}.{f.name}"] = plain(getattr(after, f.name))
        return out
    return {path: plain(after)}


def _hung_elsewhere(old: Scene, new: Scene, was: Rows, now: Rows) -> list[int]:
    """The rows in the new scene of objects that hang on another object than in the old one."""

    def above(scene: Scene, rows: Rows) -> NDArray[np.uint64]:
        if not len(rows):
            return np.zeros(0, np.uint64)
        parents = scene.parents[rows]
        return np.where(parents >= 0, scene.ids[np.maximum(parents, 0)], np.uint64(0))

    rows: list[int] = now[above(old, was) != above(new, now)].tolist()
    return rows


def _fields(old: Scene, new: Scene, was: Rows, now: Rows) -> list[Command]:
    out: list[Command] = []
    if not len(was):
        return out
    ids = new.ids[now].tolist()

    def add(changed: Sequence[int], path: str, values: list[Any]) -> None:
        if changed:
            out.append({"do": "set_fields", "ids": [ids[i] for i in changed], "fields": {path: values}})

    for name in ("position", "rotation", "scale"):
        a, b = getattr(old, f"{name}s")[was], getattr(new, f"{name}s")[now]
        changed = np.flatnonzero((a != b).any(axis=1))
        add(changed.tolist(), name, b[changed].tolist())
    old_names, new_names = list(old.names), list(new.names)
    differ = [i for i in range(len(ids)) if old_names[was[i]] != new_names[now[i]]]
    add(differ, "name", [new_names[now[i]] for i in differ])
    differ = _differing(old.tag_sets.values, new.tag_sets.values, old.tag_rows[was], new.tag_rows[now])
    tags = new.tag_rows[now]
    add(differ, "tags", [sorted(new.tag_sets.values[tags[i]]) for i in differ])
    differ = _differing(old.notes.values, new.notes.values, old.note_rows[was], new.note_rows[now])
    notes: list[Note] = [new.notes.values[new.note_rows[now[i]]] for i in differ]
    for name in ("hidden", "locked", "order"):
        add(differ, name, [list(note.order) if name == "order" else getattr(note, name) for note in notes])
    out += _components(old, new, was, now, ids)
    return out


def _components(old: Scene, new: Scene, was: Rows, now: Rows, ids: list[int]) -> list[Command]:
    out: list[Command] = []
    for kind in sorted({*old.slots, *new.slots}, key=lambda k: k.__name__):
        if component_types().get(kind.__name__) is not kind:
            continue
        a, b = old.slots_of(kind)[was], new.slots_of(kind)[now]
        differ = _differing([*old.values_of(kind), None], [*new.values_of(kind), None], a, b)
        if differ:
            values: list[Any] = new.values_of(kind)
            raws: dict[int, Any] = {}
            for i in differ:
                slot = int(b[i])
                if slot not in raws:
                    raws[slot] = None if slot < 0 else to_plain(values[slot])
            fresh = {kind.__name__: [raws[int(b[i])] for i in differ]}
            out.append({"do": "set_fields", "ids": [ids[i] for i in differ], "fields": fresh})
    return out


def _differing(
    a_values: Sequence[Any], b_values: Sequence[Any], a: NDArray[np.int32], b: NDArray[np.int32]
) -> list[int]:
    """Where two columns of indices into values mean different ones; -1 is the last."""
    known: Mapping[Any, int] = {value: i for i, value in reversed(list(enumerate(a_values)))}
    same_a = np.array([known[value] for value in a_values], np.int64)
    same_b = np.array([known.get(value, -2) for value in b_values], np.int64)
    return np.flatnonzero(same_a[a] != same_b[b]).tolist()
