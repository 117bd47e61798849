"""The command `set_fields`: many fields of many objects at once, their components included."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.errors import EditorError
from .document import Document, own_field
from .kinds import component_types
from .values import NOTED, OWN, TRANSFORM, component_from, field_at, numbers, of_type, read, split, texts, with_field

Rows = NDArray[np.intp]


def set_fields(document: Document, command: Mapping[str, Any]) -> dict[str, Any]:
    """Do it; returns the inverse. Raises EditorError, and changes nothing then."""
    ids: Sequence[int] = command["ids"]
    given: Mapping[str, Sequence[Any]] = command["fields"]
    back = bool(command.get("back"))
    rows = document.rows(ids)
    if len(set(ids)) != len(ids):
        raise EditorError("an object is named twice in one command; each may be named once")
    before: dict[str, list[Any]] = {}
    writes: list[Callable[[], None]] = []
    heads: set[str] = set()
    for path, values in given.items():
        if len(values) not in (1, len(ids)):
            raise EditorError(f"{path} has {len(values)} values for {len(ids)} objects; it must have one each, or one")
        head, steps = split(path)
        if steps and head in given:
            raise EditorError(f"{head} and {path} are set at once; set one of them")
        heads.add(head)
    for head in sorted(heads):
        if head in TRANSFORM:
            before[head] = _transform(document, rows, head, given[head], writes)
        elif head in OWN:
            before[head] = _own(document, rows, head, given[head], writes)
        else:
            paths = {path: given[path] for path in given if split(path)[0] == head}
            before |= _component(document, ids, rows, head, paths, back, writes)
    for write in writes:
        write()
    moved = heads.intersection(TRANSFORM)
    if moved:
        document.changed("moved", ids)
    if heads - moved:
        document.changed("fields", ids, heads - moved)
    return {"do": "set_fields", "ids": list(ids), "fields": before}


def _name(document: Document, row: int) -> str:
    return document.scene.names[row]


def _transform(
    document: Document, rows: Rows, name: str, values: Sequence[Any], writes: list[Callable[[], None]]
) -> list[Any]:
    scene = document.scene
    column = {"position": scene.positions, "rotation": scene.rotations, "scale": scene.scales}[name]
    length = TRANSFORM[name]
    try:
        fresh = np.array(values, np.float64)
        good = fresh.shape == (len(values), length) and bool(np.isfinite(fresh).all())
    except (ValueError, TypeError):
        good, fresh = False, np.zeros(0)
    if not good:
        for i, raw in enumerate(values):
            numbers(raw, length, _name(document, int(rows[min(i, len(rows) - 1)])) if len(rows) else "", name)

    def write() -> None:
        column[rows] = fresh

    writes.append(write)
    old: list[Any] = column[rows].tolist()
    return old


def _own(
    document: Document, rows: Rows, name: str, values: Sequence[Any], writes: list[Callable[[], None]]
) -> list[Any]:
    scene = document.scene
    objects = [document.object(int(scene.ids[row])) for row in rows.tolist()]
    before = [own_field(obj, name) for obj in objects]
    fresh: list[Any] = []
    for i, raw in enumerate(values):
        where = objects[i].name if objects else ""
        if name == "name":
            fresh.append(of_type(raw, str, where, name))
        elif NOTED.get(name) is bool:
            fresh.append(of_type(raw, bool, where, name))
        else:
            fresh.append(tuple(texts(raw, where, name)))
    if name == "tags":
        for one in fresh:
            bad = [tag for tag in one if not tag or any(c.isspace() or not c.isprintable() for c in tag)]
            if bad:
                raise EditorError(f"{json.dumps(bad[0])} can't be a tag; it must be one word, without spaces")

    def write() -> None:
        for i, obj in enumerate(objects):
            value = fresh[i if len(fresh) > 1 else 0]
            if name in ("name", "tags"):
                setattr(obj, name, value)
            else:
                obj.note = replace(obj.note, **{name: value})

    writes.append(write)
    return before


def _component(
    document: Document,
    ids: Sequence[int],
    rows: Rows,
    head: str,
    paths: Mapping[str, Sequence[Any]],
    back: bool,
    writes: list[Callable[[], None]],
) -> dict[str, list[Any]]:
    scene = document.scene
    kind = component_types().get(head)
    if kind is None:
        return _unread(document, ids, head, paths, back, writes)
    known: list[Any] = scene.values_of(kind)
    slots = scene.slots_of(kind)[rows].tolist()
    values = [known[slot] if slot >= 0 else None for slot in slots]
    before: dict[str, list[Any]] = {}
    fresh: list[Any] = values
    made: dict[tuple[int, str], Any] = {}  # many objects share a value, and get the same one
    for path, raws in paths.items():
        steps = split(path)[1]
        before[path] = _read_all(values, steps)
        if steps:
            field_at(path)
            lacking = next((i for i, value in enumerate(values) if value is None), None)
            if lacking is not None:
                raise EditorError(f"{_name(document, int(rows[lacking]))} has no {head}; add one first")
        same = json.dumps(raws[0]) if len(raws) == 1 else ""
        after: list[Any] = []
        for i, value in enumerate(fresh):
            raw = raws[i if len(raws) > 1 else 0]
            key = id(value) if steps else 0, same or json.dumps(raw)
            if key not in made:
                made[key] = _value(head, steps, value, raw, _name(document, int(rows[i])), back)
            after.append(made[key])
        fresh = after
        made.clear()

    def write() -> None:
        slots = np.full(len(rows), -1, np.int32)
        if any(value is not None for value in fresh):
            column = scene.column(next(value for value in fresh if value is not None))
            pool = scene.pools[kind]
            present = [i for i, value in enumerate(fresh) if value is not None]
            slots[present] = pool.indices([fresh[i] for i in present])
            column.view[rows] = slots
        elif kind in scene.slots:
            scene.slots[kind].view[rows] = slots

    writes.append(write)
    return before


def _read_all(values: Sequence[Any], steps: Sequence[str]) -> list[Any]:
    known: dict[int, Any] = {}
    for value in values:
        if value is not None and id(value) not in known:
            known[id(value)] = read(value, steps)
    return [None if value is None else known[id(value)] for value in values]


def _value(head: str, steps: Sequence[str], value: Any, raw: Any, where: str, back: bool) -> Any:
    if not steps:
        return None if raw is None else component_from(head, raw, where, check=not back)
    return with_field(value, steps, raw, where, head, check=not back)


def _unread(
    document: Document,
    ids: Sequence[int],
    head: str,
    paths: Mapping[str, Sequence[Any]],
    back: bool,
    writes: list[Callable[[], None]],
) -> dict[str, list[Any]]:
    """A component that nobody declares: it can be taken away, and put back by what undoes that."""
    unread = document.scene.unread
    if list(paths) != [head] or not (back or all(raw is None for raw in paths[head])):
        field_at(head if "." in head else f"{head}.x")  # raises: there is no such component
    before = [unread.get(number, {}).get(head) for number in ids]
    raws = paths[head]

    def write() -> None:
        for i, number in enumerate(ids):
            raw = raws[i if len(raws) > 1 else 0]
            if raw is None:
                unread.get(number, {}).pop(head, None)
                if not unread.get(number, True):
                    del unread[number]
            else:
                unread.setdefault(number, {})[head] = raw

    writes.append(write)
    return {head: before}
