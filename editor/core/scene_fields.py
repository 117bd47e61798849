"""The command `set_settings`: the scene itself, how it is drawn, simulated and scripted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from ...engine.declare import from_plain, problems_of, say, to_plain
from ...engine.errors import EditorError, Problem
from ...engine.scene import dream_file
from ...engine.scene.physics import Physics
from ...engine.scene.prefabs import Prefab
from ...engine.scene.rules import Rule
from ...engine.scene.settings import RenderSettings
from ...engine.script import scripts_of
from .document import Document
from .values import declared, of_type, plain, texts, with_field

PARTS: tuple[str, ...] = ("name", "physics", "prefabs", "rules", "scripts", "settings")
"""What of a scene can be set, beside its objects: as in the file."""


def scene_field(document: Document, path: str) -> Any:
    """A field of the scene itself as JSON data: "settings.shadows.distance", "physics.gravity", "rules", "name"."""
    scene = document.scene
    head, *steps = path.split(".")
    if head == "name":
        return scene.name
    if head == "scripts":
        return list(scene.scripts)
    if head == "rules":
        return [to_plain(rule) for rule in scene.rules]
    if head == "prefabs":
        return dream_file.prefabs_plain(scene.prefabs)
    if head not in PARTS:
        raise EditorError(f"a scene has no {path}; it has {', '.join(PARTS)}")
    found: Any = getattr(scene, head)
    for step in steps:
        declared(type(found), step)
        found = getattr(found, step)
    return plain(found)


def set_settings(document: Document, command: Mapping[str, Any]) -> dict[str, Any]:
    """Do it; returns the inverse. Raises EditorError, and changes nothing then."""
    given: Mapping[str, Any] = command["fields"]
    back = bool(command.get("back"))
    before = {path: scene_field(document, path) for path in given}
    new: dict[str, Any] = {}
    for path, raw in given.items():
        head, *steps = path.split(".")
        new[head] = _value(document, head, steps, raw, new.get(head), back)
    for head, value in new.items():
        setattr(document.scene, head, value)
    document.changed("settings", (), given)
    return {"do": "set_settings", "fields": before}


def _value(document: Document, head: str, steps: Sequence[str], raw: Any, so_far: Any, back: bool) -> Any:
    scene = document.scene
    if head == "name":
        return of_type(raw, str, "the scene", "name")
    if head == "scripts":
        found = texts(raw, "the scene", "scripts")
        fresh = [address for address in found if address not in scene.scripts]
        if fresh and not back:
            other = copy(scene)
            other.scripts = fresh
            _refuse(scripts_of(other)[1], "this script can't be used:")
        return list(found)
    if head in ("rules", "prefabs"):
        return _list(head, raw)
    kind = {"settings": RenderSettings, "physics": Physics}[head]
    if not steps:
        problems: list[Problem] = []
        made = from_plain(kind, raw, "", f"{head}.", problems)
        if made is not None and not back:
            problems += problems_of(made, "", f"{head}.")
        _refuse(problems, f"{head} can't be set:")
        return made
    value = so_far if so_far is not None else getattr(scene, head)
    return with_field(value, steps, raw, "", head, check=not back)


def _list(head: str, raw: Any) -> list[Any]:
    if not isinstance(raw, list):
        raise EditorError(f"the scene's {head} are {say(raw)}; it must be a list")
    problems: list[Problem] = []
    made: list[Any] = []
    for i, item in enumerate(raw):
        data = {"file": item} if head == "prefabs" and isinstance(item, str) else item
        kind: type = Prefab if head == "prefabs" else Rule
        made.append(from_plain(kind, data, "", f"{head}[{i}].", problems))
    _refuse(problems, f"the scene's {head} can't be set:")
    return made


def _refuse(problems: Sequence[Problem], message: str) -> None:
    if problems:
        raise EditorError(message, problems)
