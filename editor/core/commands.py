"""Commands: what changes a document, as JSON data keyed by stable ids. Applying one gives the one that undoes it.

    {"do": "set_fields", "ids": [7, 9], "fields": {"position": [[0, 1, 0], [2, 1, 0]], "Sun.lux": [20000]}}
    {"do": "add_component", "ids": [7], "component": "PointLight", "values": [{"candela": 40}]}
    {"do": "remove_component", "ids": [7], "component": "PointLight"}
    {"do": "move_component", "ids": [7], "component": "Mesh", "index": 0}
    {"do": "add_objects", "objects": [{"id": "00…07", "name": "lamp", "components": {…}}, …], "rows": [3, …]}
    {"do": "remove_objects", "ids": [7]}
    {"do": "reparent", "ids": [7, 9], "parent": 3, "index": 0, "keep": "world"}
    {"do": "arrange", "ids": [7], "parents": [3], "rows": [5]}
    {"do": "set_settings", "fields": {"settings.shadows.distance": 20, "physics.gravity": [0, -1.6, 0], "rules": […]}}
    {"do": "group", "commands": […]}
    {"do": "set_import", …} and {"do": "move_file", …}, see `outside.py`

In `fields`, each list has a value for each id, or one for all. A field is named as `values.py` says; a whole component
is one too, None takes it away. `parent` is 0 for a root. Commands say all there is to say, so that the same ones give
the same bytes again; those that undo have `"back": true` and may put back what a person could not enter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...engine.errors import EditorError
from .arranging import arrange, reparent
from .document import Document
from .fields import set_fields
from .objects import add_objects, remove_objects
from .outside import move_file, set_import
from .scene_fields import set_settings
from .values import jsonable

Command = dict[str, Any]


def apply(document: Document, command: Mapping[str, Any]) -> Command:
    """Change a document; returns the command that undoes it. Raises EditorError, and changes nothing then."""
    kind = command.get("do")
    work = _WORK.get(str(kind))
    if work is None:
        raise EditorError(f"there is no command {kind!r}; there are {', '.join(_WORK)}")
    try:
        inverse = work(document, command)
    except KeyError as error:
        raise EditorError(f"the command {kind} lacks {error}") from None
    inverse["back"] = True
    return inverse


def _group(document: Document, command: Mapping[str, Any]) -> Command:
    done: list[Command] = []
    back = {"back": True} if command.get("back") else {}
    try:
        for one in command["commands"]:
            done.append(apply(document, {**one, **back}))
    except BaseException:  # whatever ends it, half a group must not stay; it is raised again
        for inverse in reversed(done):
            apply(document, inverse)
        raise
    return {"do": "group", "commands": done[::-1]}


def _add_component(document: Document, command: Mapping[str, Any]) -> Command:
    return set_fields(
        document, {"ids": command["ids"], "fields": {command["component"]: command.get("values") or [{}]}}
    )


def _remove_component(document: Document, command: Mapping[str, Any]) -> Command:
    return set_fields(document, {"ids": command["ids"], "fields": {command["component"]: [None]}})


def _move_component(document: Document, command: Mapping[str, Any]) -> Command:
    name, orders = command["component"], list[list[str]]()
    for number in command["ids"]:
        order = [kind_name(value) for value in document.components(number)]
        if name in order:
            order.remove(name)
            order.insert(max(0, int(command["index"])), name)
        orders.append(order)
    return set_fields(document, {"ids": command["ids"], "fields": {"order": orders}})


def kind_name(value: Any) -> str:
    """What a component's class is called."""
    from ...engine.live import kind_of

    return kind_of(value).__name__


_WORK: Mapping[str, Callable[[Document, Mapping[str, Any]], Command]] = {
    "set_fields": set_fields,
    "add_component": _add_component,
    "remove_component": _remove_component,
    "move_component": _move_component,
    "add_objects": add_objects,
    "remove_objects": remove_objects,
    "reparent": reparent,
    "arrange": arrange,
    "set_settings": set_settings,
    "group": _group,
    "set_import": set_import,
    "move_file": move_file,
}
KINDS = tuple(_WORK)
"""What a command can do."""


# ---- making them ----------------------------------------------------------------------------------------------


def fields(ids: Sequence[int], values: Mapping[str, Any]) -> Command:
    """Set fields of objects: each field to one value for all of them. `each_field` gives every object its own."""
    return {"do": "set_fields", "ids": list(ids), "fields": {path: [jsonable(one)] for path, one in values.items()}}


def each_field(ids: Sequence[int], values: Mapping[str, Sequence[Any]]) -> Command:
    """Set fields of objects: each field to a list of values, one for each object."""
    return {
        "do": "set_fields",
        "ids": list(ids),
        "fields": {path: jsonable(some) for path, some in values.items()},
    }


def settings(values: Mapping[str, Any]) -> Command:
    """Set what is of the scene itself: "name", "settings.GROUP.KEY", "physics.KEY", "rules", "scripts", "prefabs"."""
    return {"do": "set_settings", "fields": {path: jsonable(one) for path, one in values.items()}}


def group(*commands: Mapping[str, Any]) -> Command:
    """Several as one."""
    return dict(commands[0]) if len(commands) == 1 else {"do": "group", "commands": [dict(one) for one in commands]}
