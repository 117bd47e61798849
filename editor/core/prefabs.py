"""Instances of prefabs in the editor: what differs in them, shown, applied to the file, or reverted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.declare import Kind
from ...engine.errors import EditorError, SceneError
from ...engine.scene import dream_file
from ...engine.scene.prefabs import Overrides, Prefab
from ...engine.scene.scene import Scene, id_text
from .document import Document
from .files import replace_text
from .kinds import component_types
from .objects import Block, blocks, renewed
from .values import assets_changed, field_at, jsonable, split

if TYPE_CHECKING:
    from .state import EditorState

Changes = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Part:
    """An object of a prefab's file, as an instance has it. key: what overrides call it.  block: its data, with them.

    overridden: the fields that differ in this instance.  removed: whether the instance leaves it out.
    """

    key: str
    name: str
    depth: int
    block: Block
    overridden: frozenset[str]
    removed: bool


def instance(document: Document, id: int) -> Prefab:
    """The Prefab of an object. Raises EditorError where it has none."""
    found = document.object(id).get(Prefab)
    if found is None:
        raise EditorError(f"{document.object(id).name} is no instance of a prefab")
    return found


def file_of(document: Document, prefab: Prefab) -> Path:
    """Where a prefab's file lies."""
    return document.root / prefab.file


def scene_of(document: Document, prefab: Prefab) -> Scene:
    """The scene in a prefab's file. Raises SceneError, AssetError and EditorError."""
    from ...loom.source import read

    scene, problems = read(file_of(document, prefab))
    if problems:
        raise SceneError(f"{prefab.file} has problems:", problems)
    return scene


def keys_of(scene: Scene) -> list[str]:
    """What overrides call the objects of a scene: the name, the id where that occurs twice."""
    names = list(scene.names)
    count = Counter(names)
    ids = scene.ids.tolist()
    return [name if name and count[name] == 1 else id_text(number) for name, number in zip(names, ids, strict=True)]


def parts(document: Document, id: int) -> list[Part]:
    """The objects of an instance, in the order of its tree. Raises what reading the file raises."""
    prefab = instance(document, id)
    scene = scene_of(document, prefab)
    plain = prefab.overrides.plain() if isinstance(prefab.overrides, Overrides) else {}
    keys = keys_of(scene)
    data = dream_file.blocks_of(scene)
    inner = Document(scene)
    out: list[Part] = []
    for number, depth in inner.tree.walk():
        row = scene.row_of(number)
        assert row is not None
        key = keys[row] if keys[row] in plain else id_text(number) if id_text(number) in plain else keys[row]
        changes = plain.get(key, {})
        out.append(
            Part(
                keys[row],
                scene.names[row],
                depth,
                _changed(data[row], changes or {}),
                frozenset(changes or ()),
                key in plain and changes is None,
            )
        )
    return out


def _set(state: EditorState, id: int, overrides: Mapping[str, Any], label: str) -> None:
    command = {"do": "set_fields", "ids": [id], "fields": {"Prefab.overrides": [jsonable(dict(overrides))]}}
    state.do(command, label)


def _plain(prefab: Prefab) -> dict[str, Any]:
    return prefab.overrides.plain() if isinstance(prefab.overrides, Overrides) else jsonable(dict(prefab.overrides))


def override(state: EditorState, id: int, part: str, field: str, value: Any) -> None:
    """Have an object of an instance differ from the file in a field; an empty field leaves the object out."""
    prefab = instance(state.document, id)
    if not field:
        _set(state, id, {**_plain(prefab), part: None}, f"Leave out {part}")
        return
    head, steps = split(field)
    if steps:
        field_at(field)  # raises for what is not there
    elif head not in component_types() and head not in ("position", "rotation", "scale", "name", "tags"):
        raise EditorError(f"{field} can't be overridden; position, rotation, scale, name, tags and components can")
    plain = _plain(prefab)
    _set(state, id, {**plain, part: {**(plain.get(part) or {}), field: value}}, f"Override {part}: {field}")


def revert(state: EditorState, id: int, part: str | None = None, field: str | None = None) -> None:
    """Have an instance be as its file says: all of it, an object of it, or one field of that."""
    plain = _plain(instance(state.document, id))
    if part is None:
        _set(state, id, {}, "Revert Prefab")
        return
    if part not in plain:
        raise EditorError(f"{part} does not differ from the prefab's file")
    if field is None or plain[part] is None:
        del plain[part]
    else:
        if field not in plain[part]:
            raise EditorError(f"{part}: {field} does not differ from the prefab's file")
        plain[part] = {name: value for name, value in plain[part].items() if name != field}
        if not plain[part]:
            del plain[part]
    _set(state, id, plain, f"Revert {part}" if field is None else f"Revert {part}: {field}")


# ---- files ------------------------------------------------------------------------------------------------------


def apply_overrides(state: EditorState, id: int) -> None:
    """Write what differs in an instance into the prefab's file, and have it differ no more.

    The file is written at once; undo brings back that the instance differs, not the file. Raises EditorError.
    """
    document = state.document
    prefab = instance(document, id)
    plain = _plain(prefab)
    path = file_of(document, prefab)
    if not plain:
        raise EditorError(f"{document.object(id).name} does not differ from {prefab.file}")
    if path.suffix.lower() != ".dream":
        raise EditorError(f"{prefab.file} is a model: it can't be changed here; unpack the instance instead")
    scene = scene_of(document, prefab)
    to_file = dream_file.rebased(document.root, path.parent)
    changed = _overridden(scene, plain, to_file)
    fresh = Scene(scene.name, root=scene.root)
    for name in ("settings", "physics", "prefabs", "scripts", "rules"):
        setattr(fresh, name, getattr(scene, name))
    _filled(fresh, changed)
    replace_text(path, fresh.dumps())
    _set(state, id, {}, f"Apply to {path.name}")
    state.watching.assets += 1
    state.tell(f"wrote {path.name}: all its instances are so now")


def make(state: EditorState, id: int, path: Path) -> None:
    """Write an object and all below it to a scene file, and have an instance of that stand in its place."""
    document = state.document
    if path.suffix.lower() != ".dream":
        path = path.with_name(path.name + ".dream")
    if path.exists():
        raise EditorError(f"{path.name} is there already; choose another name")
    some = blocks(document, [id])
    top = dict(some[0])
    scene = Scene(path.stem, root=document.root)
    scene.scripts = list(document.scene.scripts)
    for key in ("parent", "position", "rotation", "scale"):
        top.pop(key, None)
    _filled(scene, [top, *some[1:]])
    dream_file.move_root(scene, path.parent)
    replace_text(path, scene.dumps())
    state.project.refresh()
    asset = state.project.relative(path)
    address = state.project.address(asset, document) if asset is not None else str(path)
    kept = {key: value for key, value in some[0].items() if key != "components"}
    kept["components"] = {"Prefab": {"file": address}}
    row = document.object(id).row
    there = {"do": "add_objects", "objects": [kept]}
    last = len(document) - len(some)
    command = {
        "do": "group",
        "commands": [
            {"do": "remove_objects", "ids": [id]},
            {**there, "rows": [min(row, last)]},
        ],
    }
    chosen = state.selection
    state.do(command, f"Make Prefab {path.name}")
    state.selection = chosen
    state.history.steps[state.history.position - 1].selected_after = chosen


def unpack(state: EditorState, id: int) -> None:
    """Put the objects of an instance into the scene, as they are in it; it does not follow the file any more."""
    document = state.document
    prefab = instance(document, id)
    scene = scene_of(document, prefab)
    here = dream_file.rebased(scene.root, document.root)
    some = [_rebased(block, here) for block in dream_file.blocks_of(scene)]
    for block in some:
        block.get("components", {}).pop("Environment", None)
    changed = _overridden(scene, _plain(prefab), lambda address: address, some)
    made = renewed(document, changed, id)
    command = {
        "do": "group",
        "commands": [
            {"do": "remove_component", "ids": [id], "component": "Prefab"},
            {"do": "add_objects", "objects": made},
        ],
    }
    state.do(command, "Unpack Prefab")


# ---- data -------------------------------------------------------------------------------------------------------


def _filled(scene: Scene, some: Sequence[Block]) -> None:
    problems: list[Any] = []
    dream_file.read_blocks(scene, some, problems, keep=True)
    bad = [problem for problem in problems if problem.code != "unknown-component"]
    if bad:
        raise EditorError("the prefab can't be written:", bad)


def _rebased(block: Block, change: Any) -> Block:
    out = dict(block)
    if "components" in block:
        out["components"] = {
            name: assets_changed(data, Kind("struct", component_types()[name]), change)
            if name in component_types()
            else data
            for name, data in block["components"].items()
        }
    return out


def _overridden(scene: Scene, plain: Mapping[str, Any], change: Any, some: Sequence[Block] = ()) -> list[Block]:
    """The objects of a scene as data, with overrides in them; what they leave out is not there."""
    data = list(some) or dream_file.blocks_of(scene)
    ids = {id_text(number): row for row, number in enumerate(scene.ids.tolist())}
    named = {key: row for row, key in enumerate(keys_of(scene))}
    gone: set[str] = set()
    for key, changes in plain.items():
        head, _, rest = key.partition("/")
        row = named.get(key, ids.get(key, named.get(head, ids.get(head))))
        if row is None:
            continue  # the file has it no more
        if rest and key not in named:
            held = dict(data[row].get("components", {}))
            inner = dict(held.get("Prefab", {}))
            inner["overrides"] = {**inner.get("overrides", {}), rest: changes}
            data[row] = {**data[row], "components": {**held, "Prefab": inner}}
        elif changes is None:
            gone.add(data[row]["id"])
        else:
            data[row] = _changed(data[row], changes, change)
    while True:
        more = {block["id"] for block in data if block.get("parent") in gone} - gone
        if not more:
            return [block for block in data if block["id"] not in gone]
        gone |= more


def _changed(block: Block, changes: Mapping[str, Any], change: Any = None) -> Block:
    """An object as data, with other values in some fields."""
    out = dict(block)
    components = dict(block.get("components", {}))
    for path, raw in changes.items():
        head, steps = split(path)
        if head in ("position", "rotation", "scale", "name", "tags"):
            out[head] = raw
            continue
        kind = component_types().get(head)
        if kind is not None and change is not None:
            raw = assets_changed(raw, field_at(path).kind if steps else Kind("struct", kind), change)
        if not steps:
            if raw is None:
                components.pop(head, None)
            else:
                components[head] = raw
            continue
        place = components[head] = dict(components.get(head) or {})
        for step in steps[:-1]:
            place[step] = dict(place.get(step) or {})
            place = place[step]
        place[steps[-1]] = raw
    if components:
        out["components"] = components
    else:
        out.pop("components", None)
    return out
