"""Commands and scenes with the files that they name as those are called now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...engine.declare import Kind
from ...engine.scene import dream_file
from ...engine.scene.prefabs import Prefab, as_prefab
from ...engine.scene.rules import with_files
from ...engine.scene.scene import Scene
from .commands import Command
from .kinds import component_types
from .references import changed_block, changed_tree
from .values import assets_changed, field_at, split

Change = Callable[[str, int, str], str]


def with_paths(command: Command, change: Change, root: Path) -> Command:
    """A command with `change(address, object, field)` applied to every file that it names."""
    out = dict(command)
    kind = command["do"]
    if kind == "group":
        out["commands"] = [with_paths(one, change, root) for one in command["commands"]]
    elif kind == "add_objects":
        out["objects"] = [changed_block(block, change, root) for block in command["objects"]]
    elif kind == "set_fields":
        out["fields"] = {path: [_value(path, raw, change) for raw in raws] for path, raws in command["fields"].items()}
    elif kind == "add_component" and command.get("values"):
        out["values"] = [_value(command["component"], raw, change) for raw in command["values"]]
    elif kind == "set_import":
        out["asset"] = change(command["asset"], 0, "import")
    elif kind == "set_settings":
        tree = {k: v for k, v in command["fields"].items() if k in ("scripts", "prefabs", "rules")}
        changed = changed_tree(tree, change, root)
        out["fields"] = {k: changed[k] if k in tree else v for k, v in command["fields"].items()}
    return out


def _value(path: str, raw: Any, change: Change) -> Any:
    head, steps = split(path)
    if head not in component_types():
        return raw
    kind = field_at(path).kind if steps else Kind("struct", component_types()[head])
    return assets_changed(raw, kind, lambda address: change(address, 0, path))


def with_paths_in_scene(scene: Scene, change: Change, root: Path) -> None:
    """Apply `change` to every file that a scene names; its folder is `root` from then on."""

    def plainly(address: str) -> str:
        return change(address, 0, "")

    for kind, pool in scene.pools.items():
        pool.replace([dream_file.with_assets(value, Kind("struct", kind), plainly) for value in pool.values])
    scene.prefabs = [
        dream_file.with_assets(as_prefab(prefab), Kind("struct", Prefab), plainly) for prefab in scene.prefabs
    ]
    scene.scripts = [plainly(address) for address in scene.scripts]
    scene.rules = [with_files(rule, plainly) for rule in scene.rules]
    for number, data in scene.unread.items():
        block = changed_block({"id": f"{number:x}", "components": data}, change, scene.root)
        scene.unread[number] = block["components"]
    scene.root = root
