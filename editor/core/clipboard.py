"""Objects as text: `.dream` text, so that it can be pasted into another scene, a file or a letter."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...engine.declare import Kind, fields_of
from ...engine.errors import EditorError
from ...engine.scene import dream_file
from .document import Document
from .kinds import component_types
from .objects import Block, blocks, renewed
from .values import assets_changed


def copied(document: Document, ids: Collection[int]) -> str:
    """Objects with all that hangs below them as text. What they hang on themselves is left out."""
    some = blocks(document, ids)
    known = {block["id"] for block in some}
    for block in some:
        if block.get("parent") not in known:
            block.pop("parent", None)
    return dream_file.canonical({"dream": dream_file.VERSION, "name": "copied objects", "objects": some})


def objects_in(text: str) -> list[Block]:
    """The objects of `.dream` text. Raises EditorError for any other text."""
    try:
        top = json.loads(text)
    except (ValueError, RecursionError):
        top = None
    some = top.get("objects") if isinstance(top, dict) else None
    if not isinstance(top, dict) or top.get("dream") != dream_file.VERSION or not isinstance(some, list):
        shown = " ".join(text.split())[:40]
        raise EditorError(f'there are no objects on the clipboard: it holds "{shown}"; copy some objects first')
    if not all(isinstance(block, dict) and isinstance(block.get("id"), str) for block in some):
        raise EditorError("the objects on the clipboard are broken: one of them has no id; copy them again")
    return some


def pasted(
    document: Document, some: Sequence[Block], parent: int = 0, change: Callable[[str], str] | None = None
) -> list[Block]:
    """Objects as they are to be added: under new ids and free names, below `parent`, 0 for none.

    What names one of them, as a Joint does, names the new one. change: what asset paths become.
    """
    out = renewed(document, some, parent)
    ids = {block["id"] for block in out}
    named = _named_by(out)
    taken = set(document.scene.names)
    fresh: dict[str, str] = {}
    for block in out:
        name = block.get("name", "")
        top = block.get("parent") not in ids
        if name in taken and (top or name in named) and name not in fresh:
            new = free_name(name, taken)
            taken.add(new)
            fresh[name] = new
            block["name"] = new
        elif top and name in fresh:
            block["name"] = free_name(name, taken)
            taken.add(block["name"])
        elif top:
            taken.add(name)
    for block in out:
        if block.get("components"):
            block["components"] = {
                name: _adapted(name, data, fresh, change) for name, data in block["components"].items()
            }
    return out


def free_name(name: str, taken: Collection[str]) -> str:
    """A name that is not taken: `crate`, `crate-2`, `crate-3`."""
    if name not in taken:
        return name
    stem, dash, digits = name.rpartition("-")
    number = int(digits) + 1 if dash and digits.isascii() and digits.isdigit() and len(digits) < 10 else 2
    stem = stem if dash and digits.isascii() and digits.isdigit() and len(digits) < 10 else name
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _named_by(some: Iterable[Block]) -> set[str]:
    """The names of objects that components of these refer to."""
    found: set[str] = set()
    for block in some:
        for name, data in (block.get("components") or {}).items():
            kind = component_types().get(name)
            if kind is not None and isinstance(data, Mapping):
                found |= {
                    data[f.name]
                    for f in fields_of(kind)
                    if f.kind.role == "object" and isinstance(data.get(f.name), str)
                }
    return found


def _adapted(name: str, data: Any, fresh: Mapping[str, str], change: Callable[[str], str] | None) -> Any:
    kind = component_types().get(name)
    if kind is None or not isinstance(data, Mapping):
        return data
    made = dict(data)
    for f in fields_of(kind):
        if f.kind.role == "object" and made.get(f.name) in fresh:
            made[f.name] = fresh[made[f.name]]
    return made if change is None else assets_changed(made, Kind("struct", kind), change)


def moved_paths(old_root: Path, new_root: Path) -> Callable[[str], str] | None:
    """What asset paths become between the folders of two scenes; None where they stay."""
    return None if old_root.resolve() == new_root.resolve() else dream_file.rebased(old_root, new_root)
