"""Renaming objects: components and rules that name one go on naming it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...engine.declare import fields_of, to_plain
from .commands import Command
from .document import Document


def followed(document: Document, command: Command) -> Command:
    """A command; where it renames objects, with what has components and rules name them so."""
    if command.get("do") != "set_fields" or "name" not in command.get("fields", ()):
        return command
    ids, names = command["ids"], command["fields"]["name"]
    scene = document.scene
    fresh: dict[str, str] = {}
    for i, number in enumerate(ids):
        row = scene.row_of(number)
        new = names[i if len(names) > 1 else 0] if names else None
        # of several objects that have a name, the first is meant by it
        if (
            row is not None
            and isinstance(new, str)
            and scene.names[row] != new
            and scene.names.find(scene.names[row]) == row
        ):
            fresh[scene.names[row]] = new
    more = _following(document, fresh) if fresh else []
    return {"do": "group", "commands": [command, *more]} if more else command


def _following(document: Document, fresh: Mapping[str, str]) -> list[Command]:
    """The commands that have components and rules name objects otherwise. fresh: by the old name, the new one."""
    out: list[Command] = []
    scene = document.scene
    for kind in scene.slots:
        for f in fields_of(kind):
            if f.kind.role != "object":
                continue
            values = [getattr(value, f.name) for value in scene.pools[kind].values]
            slots = scene.slots_of(kind).tolist()
            rows = [row for row, slot in enumerate(slots) if slot >= 0 and values[slot] in fresh]
            if rows:
                named = [fresh[values[slots[row]]] for row in rows]
                ids = scene.ids[rows].tolist()
                out.append({"do": "set_fields", "ids": ids, "fields": {f"{kind.__name__}.{f.name}": named}})
    if any(action.do == "spawn" and action.name in fresh for rule in scene.rules for action in rule.then):
        rules: list[dict[str, Any]] = [to_plain(rule) for rule in scene.rules]
        for rule in rules:
            for action in rule.get("then", ()):
                if action.get("do") == "spawn":
                    action["name"] = fresh.get(action["name"], action["name"])
        out.append({"do": "set_settings", "fields": {"rules": rules}})
    return out
