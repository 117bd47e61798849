"""The commands that add objects and take them away, and objects as data: to be copied, pasted and made anew."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from ...engine.errors import EditorError, Problem
from ...engine.scene import dream_file
from ...engine.scene.scene import id_text
from .document import Document
from .tree import with_all_below

Block = dict[str, Any]
"""An object as a `.dream` file has it."""


def add_objects(document: Document, command: Mapping[str, Any]) -> dict[str, Any]:
    """Do it; returns the inverse. Raises EditorError, and changes nothing then."""
    scene, blocks = document.scene, command["objects"]
    first, n = len(scene), len(blocks)
    ids = [id_of(block) for block in blocks]
    taken = next((number for number in ids if number in document), None)
    if taken is not None or len(set(ids)) != n:
        name = document.object(taken).name if taken is not None else "another one of them"
        raise EditorError(f"an object can't be added under the id that {name} has; each has one of its own")
    rows = command.get("rows")
    if rows is not None and (len(rows) != n or len(set(rows)) != n or not all(0 <= row < first + n for row in rows)):
        raise EditorError(f"{n} objects can't be put in these rows; each must be given one of its own")
    problems: list[Problem] = []
    dream_file.read_blocks(scene, blocks, problems, keep=True)
    bad = [problem for problem in problems if problem.code != "unknown-component"]
    if bad:
        scene.remove_rows(np.arange(first, len(scene)))
        raise EditorError("these objects can't be added:", bad)
    if rows is not None:
        scene.put_at(np.arange(first, first + n), rows)
    document.changed("structure", ids)
    return {"do": "remove_objects", "ids": ids}


def remove_objects(document: Document, command: Mapping[str, Any]) -> dict[str, Any]:
    """Do it, with all that hangs below; returns the inverse. Raises EditorError, and changes nothing then."""
    scene = document.scene
    rows = with_all_below(scene, document.rows(command["ids"])) if command["ids"] else np.zeros(0, np.intp)
    blocks = dream_file.blocks_of(scene, rows.tolist())
    ids = scene.ids[rows].tolist()
    scene.remove_rows(rows)
    document.changed("structure", ids)
    return {"do": "add_objects", "objects": blocks, "rows": rows.tolist()}


# ---- objects as data --------------------------------------------------------------------------------------------


def id_of(block: Block) -> int:
    """The id of an object as data. Raises EditorError for one that has none."""
    try:
        number = int(block["id"], 16)
    except (KeyError, TypeError, ValueError):
        number = 0
    if not 0 < number < 2**64:
        raise EditorError(f"an object as data has the id {block.get('id')!r}; it must be 16 hexadecimal digits")
    return number


def new_id(taken: Callable[[int], bool] | None = None) -> int:
    """The id of a new object: random, and none that is taken."""
    while True:
        number = secrets.randbits(64)
        if number and not (taken is not None and taken(number)):
            return number


def blocks(document: Document, ids: Collection[int]) -> list[Block]:
    """Objects with all that hangs below them as data, in the order of the tree: each parent before its children."""
    tree = document.tree
    order = [number for number, _ in tree.walk(tree.tops(list(ids)))]
    return dream_file.blocks_of(document.scene, document.rows(order).tolist())


def renewed(document: Document, some: Sequence[Block], parent: int = 0) -> list[Block]:
    """Objects as data under new ids; what hangs on another of them goes on hanging on it, the others on `parent`.

    parent: the id of an object in the document, 0 for none.
    """
    fresh = {block["id"]: id_text(new_id(document.__contains__)) for block in some}
    out: list[Block] = []
    for block in some:
        above = fresh.get(block.get("parent", ""), id_text(parent) if parent else None)
        made = {key: value for key, value in block.items() if key != "parent"}
        made["id"] = fresh[block["id"]]
        if above is not None:
            made["parent"] = above
        out.append(made)
    return out
