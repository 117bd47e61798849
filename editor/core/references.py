"""Which files name which others, and the same with files that were moved."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import numpy as np

from ...assets.library import model_json
from ...engine.declare import Kind, fields_of
from ...engine.scene import dream_file
from ...engine.scene.prefabs import Prefab
from ...engine.scene.rules import is_file
from . import obj_references
from .document import Document
from .kinds import component_types
from .values import assets_changed

Change = Callable[[str], str]
_URI = re.compile(r'("uri"\s*:\s*")([^"]*)(")')


@dataclass(frozen=True)
class Use:
    """A place that names a file. user: the file that does.  target: what it names, resolved.  address: as written.

    object: the id of the object in a scene, 0 for the scene itself.  field: "Mesh.asset", "prefabs".
    kind: "scene", "model", "packed" or "script"; what is in a `.glb` is never changed, nor what scripts name, which is
    only guessed.  line: in a script.
    """

    user: Path
    target: Path
    address: str
    object: int = 0
    field: str = ""
    kind: str = "scene"
    line: int = 0


def uses_in(path: Path, document: Document | None = None) -> list[Use]:
    """The files that a scene, a model or a script names. document: the scene as it is edited, in place of the file."""
    suffix = path.suffix.lower()
    try:
        if document is not None:
            return list(_uses_in_scene(path, _tree_of(document), document.root))
        if suffix == ".dream":
            return list(_uses_in_scene(path, json.loads(path.read_bytes()), path.parent))
        if suffix in MODELS:
            known = path.stat()
            return list(_uses_in_model(path, suffix, known.st_mtime_ns, known.st_size))
        if suffix == ".py":
            return list(_uses_in_script(path))
    except (OSError, ValueError, SyntaxError, RecursionError, AttributeError, TypeError):
        pass  # a file that is broken is told when it is opened
    return []


MODELS = (".gltf", ".glb", ".obj", ".mtl")
"""Models that name other files."""


@lru_cache(maxsize=4096)
def _uses_in_model(path: Path, suffix: str, _mtime: int, _size: int) -> tuple[Use, ...]:
    """As of a time: large models are looked through once."""
    if suffix in (".obj", ".mtl"):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        named = obj_references.named(text, suffix, path.parent)
        return tuple(Use(path, (path.parent / one).resolve(), one, kind="model") for one in named)
    uris = [uri for _, uri, _ in _URI.findall(model_json(path)) if not uri.startswith("data:")]
    kind = "model" if suffix == ".gltf" else "packed"
    return tuple(Use(path, (path.parent / unquote(uri)).resolve(), uri, kind=kind) for uri in uris)


def _tree_of(document: Document) -> Any:
    """What of a document may name files, as the file has it."""
    scene = document.scene
    holders = {row for number in scene.unread if (row := scene.row_of(number)) is not None}
    for kind in scene.slots:
        if any(_may_name_files(Kind("struct", kind))):
            column = scene.slots_of(kind)
            named = [i for i, value in enumerate(scene.pools[kind].values) if _names_files(value)]
            holders.update(np.flatnonzero(np.isin(column, named)).tolist() if named else ())
    return {
        "objects": dream_file.blocks_of(scene, sorted(holders)),
        "scripts": list(scene.scripts),
        "prefabs": dream_file.prefabs_plain(scene.prefabs),
        "rules": [{"then": [{"do": a.do, "name": a.name} for a in rule.then]} for rule in scene.rules],
    }


def _may_name_files(kind: Kind) -> Iterator[bool]:
    if kind.role == "asset" or kind.name == "plain":
        yield True
    elif kind.name == "struct":
        for f in fields_of(kind.of):
            yield from _may_name_files(f.kind)
    elif kind.name == "list":
        yield from _may_name_files(kind.of)


@lru_cache(maxsize=16_384)
def _names_files(value: Any) -> bool:
    found: list[str] = []

    def look(address: str) -> str:
        found.append(address)
        return address

    dream_file.with_assets(value, Kind("struct", type(value)), look)
    return bool(found)


def _uses_in_scene(path: Path, tree: Any, root: Path) -> Iterator[Use]:
    found: list[tuple[int, str, str]] = []

    def look(address: str, object: int, field: str) -> str:
        found.append((object, field, address))
        return address

    changed_tree(tree, look, root)
    for number, name, address in found:
        file = address.partition("#")[0]
        if file:
            yield Use(path, (root / file).resolve(), address, number, name)


def _uses_in_script(path: Path) -> Iterator[Use]:
    """Texts of a script that name a file which is there."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and 2 < len(node.value) < 200:
            text = node.value.partition("#")[0]
            if "\n" in text or "." not in text:
                continue
            target = path.parent / text
            if os.path.splitext(text)[1].lower() in _NAMED_BY_SCRIPTS and target.is_file():
                yield Use(path, target.resolve(), node.value, kind="script", line=node.lineno)


_NAMED_BY_SCRIPTS = (
    ".dream", ".gltf", ".glb", ".obj", ".stl", ".ply", ".npz", ".png", ".jpg", ".jpeg", ".webp", ".hdr", ".wav", ".ogg",
    ".mp3", ".ttf", ".otf", ".json", ".csv",
)  # fmt: skip


def changed_tree(tree: Any, change: Callable[[str, int, str], str], root: Path) -> Any:
    """A scene as JSON data with `change(address, object, field)` applied to every file that it names."""
    out = dict(tree)
    out["objects"] = [changed_block(block, change, root) for block in tree.get("objects", [])]
    if "scripts" in tree:
        out["scripts"] = [change(one, 0, "scripts") for one in tree["scripts"]]
    if "prefabs" in tree:
        kind = Kind("struct", Prefab)
        out["prefabs"] = [
            change(one, 0, "prefabs")
            if isinstance(one, str)
            else assets_changed(one, kind, lambda address: change(address, 0, "prefabs"))
            for one in tree["prefabs"]
        ]
    if "rules" in tree:
        out["rules"] = [_changed_rule(rule, change) for rule in tree["rules"]]
    return out


def _changed_rule(rule: Any, change: Callable[[str, int, str], str]) -> Any:
    then = [
        {**a, "name": change(a["name"], 0, "rules")} if a.get("do") == "spawn" and is_file(a.get("name", "")) else a
        for a in rule.get("then", [])
    ]
    return {**rule, "then": then} if "then" in rule else rule


def changed_block(block: Any, change: Callable[[str, int, str], str], root: Path) -> Any:
    """An object as JSON data with `change` applied to every file that it names.

    In components that nobody declares, a text is taken for a file's name where such a file is there.
    """
    components = block.get("components")
    if not components:
        return block
    number = int(str(block.get("id", "0")), 16)
    out: dict[str, Any] = {}
    for name, data in components.items():
        kind = component_types().get(name)
        if kind is None:
            out[name] = _changed_unread(data, change, number, name, root)
        else:
            out[name] = {key: _changed_field(kind, key, one, change, number, name) for key, one in data.items()}
    return {**block, "components": out}


def _changed_field(
    kind: type, key: str, raw: Any, change: Callable[[str, int, str], str], number: int, name: str
) -> Any:
    f = next((f for f in fields_of(kind) if f.name == key), None)
    if f is None:
        return raw
    return assets_changed(raw, f.kind, lambda address: change(address, number, f"{name}.{key}"))


def _changed_unread(raw: Any, change: Callable[[str, int, str], str], number: int, field: str, root: Path) -> Any:
    if isinstance(raw, dict):
        return {
            key: _changed_unread(one, change, number, f"{field}.{key}" if "." not in field else field, root)
            for key, one in raw.items()
        }
    if isinstance(raw, list):
        return [_changed_unread(one, change, number, field, root) for one in raw]
    if isinstance(raw, str) and "." in raw and len(raw) < 300 and (root / raw.partition("#")[0]).is_file():
        return change(raw, number, field)
    return raw


# ---- moved files ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moves:
    """Files that go elsewhere: by where they were, resolved, where they are to be."""

    files: Mapping[Path, Path]

    def address(self, address: str, old_home: Path, new_home: Path) -> str:
        """What an address in a file becomes. old_home, new_home: the folder of that file, before and after."""
        file, mark, part = address.partition("#")
        if not file or Path(file).is_absolute():
            return address
        target = Path(os.path.normpath(old_home / file))
        now = self.files.get(target.resolve(), None)
        if now is None and old_home == new_home:
            return address
        fresh = os.path.relpath(now or target, new_home).replace(os.sep, "/")
        return fresh + mark + part

    def text(self, old: Path, new: Path, text: str) -> str:
        """The text of a scene or a model with what it names as it is to be."""
        homes = old.parent, new.parent
        suffix = old.suffix.lower()
        if suffix in (".obj", ".mtl"):
            return obj_references.changed(text, suffix, old.parent, lambda address: self.address(address, *homes))
        if suffix == ".gltf":
            return _URI.sub(lambda m: m[1] + self._uri(m[2], *homes) + m[3], text)
        tree = json.loads(text)
        fresh = changed_tree(tree, lambda address, _number, _field: self.address(address, *homes), old.parent)
        return text if fresh == tree else dream_file.canonical(fresh)

    def _uri(self, uri: str, old_home: Path, new_home: Path) -> str:
        if uri.startswith("data:") or "://" in uri:
            return uri
        plain = unquote(uri)
        fresh = self.address(plain, old_home, new_home)
        return uri if fresh == plain else quote(fresh)
