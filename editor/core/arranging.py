"""The commands that hang objects elsewhere and put them in another order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...engine.errors import EditorError, SceneError
from .document import Document
from .tree import inverse_affine, taken_apart, world_matrices


def arrange(document: Document, command: Mapping[str, Any]) -> dict[str, Any]:
    """Hang objects on others, and put them in other rows: `parents` and `rows`, each one for each id.

    Returns the inverse. Raises EditorError, and changes nothing then.
    """
    scene, ids = document.scene, command["ids"]
    rows = document.rows(ids)
    places = np.asarray(command["rows"], np.intp)
    above = np.array([document.rows([number])[0] if number else -1 for number in command["parents"]], np.int32)
    if not (len(ids) == len(places) == len(above)):
        raise EditorError("a parent and a row must be given for each object")
    before, parents = scene.parents.copy(), scene.parents
    old = [int(scene.ids[row]) if row >= 0 else 0 for row in parents[rows].tolist()]
    parents[rows] = above
    try:
        _refuse_rings(document, rows.tolist())
        scene.put_at(rows, places)
    except SceneError as error:
        parents[:] = before
        raise EditorError(str(error)) from None
    document.changed("structure", ids)
    return {"do": "arrange", "ids": list(ids), "parents": old, "rows": rows.tolist()}


def _refuse_rings(document: Document, rows: list[int]) -> None:
    scene = document.scene
    parents = scene.parents
    for row in rows:
        above = int(parents[row])
        for _ in range(len(parents)):
            if above == row:
                raise SceneError(f"{scene.names[row]} can't hang on {scene.names[int(parents[row])]}: that is below it")
            if above < 0:
                break
            above = int(parents[above])


def reparent(document: Document, command: Mapping[str, Any]) -> dict[str, Any]:
    """Hang objects on one, following each other from a place on among its children.

    parent: its id, 0 for none.  index: the place, the end without one.  keep: "world" has them stay where they are,
    "local" keeps what they are relative to the parent. Returns the inverse. Raises EditorError, changing nothing then.
    """
    from .commands import apply

    scene, ids = document.scene, command["ids"]
    rows = document.rows(ids)
    parent = int(document.rows([command["parent"]])[0]) if command["parent"] else -1
    index = command.get("index")
    places = scene.places_among(rows, parent, len(scene) if index is None else int(index))
    moves: list[dict[str, Any]] = [
        {"do": "arrange", "ids": ids, "parents": [command["parent"]] * len(ids), "rows": places.tolist()}
    ]
    if command.get("keep", "world") == "world":
        placed = _placed(document, ids, rows, parent)
        if placed["ids"]:
            moves.append(placed)
    return apply(document, {"do": "group", "commands": moves})


def _placed(document: Document, ids: list[int], rows: Any, parent: int) -> dict[str, Any]:
    """What has objects stay where they are in the world when they hang on another one."""
    scene = document.scene
    changed = np.flatnonzero(scene.parents[rows] != parent)
    moved = {"position": list[Any](), "rotation": list[Any](), "scale": list[Any]()}
    command: dict[str, Any] = {"do": "set_fields", "ids": [ids[i] for i in changed], "fields": moved, "back": True}
    if not len(changed):
        return command
    now = world_matrices(scene, rows[changed])
    if parent >= 0:
        over = world_matrices(scene, [parent])[0]
        if abs(np.linalg.det(over[:, :3])) < 1e-30:
            raise EditorError(
                f"{scene.names[parent]} has a scale of 0, so nothing can stay where it is below it; "
                "give it another scale, or keep what is relative to the parent"
            )
        inner = inverse_affine(over)
        turn = inner[:, :3] @ now
        turn[:, :, 3] += inner[:, 3]
        now = turn
    for matrix in now:
        for name, value in zip(moved, taken_apart(matrix), strict=True):
            moved[name].append(value)
    return command
