"""`.dream` files: canonical, git-friendly text. Loading and saving gives the same bytes.

UTF-8 JSON, version first, keys sorted, defaults left out, lists of numbers on one line, one object per block.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..declare import Kind, Plain, fields_of, from_plain, is_number, say, to_plain
from ..errors import Problem, SceneError
from ..kinds import Scope, place_of, scope_of
from ..script import scripts_of
from .components import Mesh
from .notes import Note
from .physics import Physics
from .prefabs import Prefab, as_prefab
from .rules import Rule, with_files
from .scene import Scene, id_text
from .settings import RenderSettings

VERSION = 1
_OBJECT_KEYS = ("components", "editor", "id", "name", "parent", "position", "rotation", "scale", "tags")
_ID = re.compile(r"[0-9a-f]{16}")
_NO_OBJECTS = '\n "objects": []'
"""The line of a scene without objects: one space in front, as no other text of a file has it."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")  # what may be half a character, for which UTF-8 has no bytes


# ---- writing --------------------------------------------------------------------------------------------------


def _number(value: float) -> str:
    """The shortest text that reads back as the same number; whole numbers without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value)  # as repr, but NaN and Infinity in words that are read back, and then reported


def _string(value: str) -> str:
    whole = value if value.isascii() else value.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False)


def _text(value: Any, indent: int) -> str:
    pad, inner = " " * indent, " " * (indent + 1)
    if isinstance(value, dict):
        if not value:
            return "{}"
        body = ",\n".join(f"{inner}{_string(k)}: {_text(value[k], indent + 1)}" for k in sorted(value))
        return f"{{\n{body}\n{pad}}}"
    if isinstance(value, (list, tuple)):
        if any(isinstance(v, (dict, list, tuple)) for v in value):
            body = ",\n".join(inner + _text(v, indent + 1) for v in value)
            return f"[\n{body}\n{pad}]"
        return "[" + ", ".join(_text(v, indent) for v in value) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value)
    return _string(value) if isinstance(value, str) else json.dumps(value)


def with_assets(value: Any, kind: Kind, change: Callable[[str], str]) -> Any:
    """A value of a declared kind with `change` applied to every asset path in it, at any depth."""
    if isinstance(value, Plain):
        return value.with_assets(change)
    if kind.name == "list" and isinstance(value, tuple):
        return tuple(with_assets(item, kind.of, change) for item in value)
    if kind.name == "struct" and isinstance(value, kind.of):
        fresh = {f.name: with_assets(getattr(value, f.name), f.kind, change) for f in fields_of(kind.of)}
        return value if all(fresh[name] is getattr(value, name) for name in fresh) else replace(value, **fresh)
    return change(value) if kind.role == "asset" and isinstance(value, str) and value else value


def rebased(old_root: Path, new_root: Path) -> Callable[[str], str]:
    """What turns an asset's address relative to one folder into the same one's relative to another."""
    if old_root.resolve() == new_root.resolve():
        return lambda address: address

    def change(address: str) -> str:
        path, mark, part = address.partition("#")
        if Path(path).is_absolute() or not path:
            return address
        return os.path.relpath(old_root.resolve() / path, new_root.resolve()).replace(os.sep, "/") + mark + part

    return change


def canonical(tree: Any) -> str:
    """JSON data as `.dream` text: keys sorted, lists of numbers on one line."""
    return _text(tree, 0) + "\n"


def blocks_of(scene: Scene, rows: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """The objects in some rows, all for None, as a file has them.

    Raises SceneError when a Mesh holds geometry in memory.
    """
    _refuse_twins(scene)
    chosen = range(len(scene)) if rows is None else rows
    at = np.asarray(chosen, np.intp)
    slots = {kind: scene.slots_of(kind)[at].tolist() for kind in scene.slots}
    plain: dict[type, dict[int, dict[str, Any]]] = {}
    for kind, mine in slots.items():
        values = scene.pools[kind].values
        used = {i: values[i] for i in dict.fromkeys(mine) if i >= 0}
        if any(isinstance(v, Mesh) and v.shape == "data" for v in used.values()):
            raise SceneError(f"scene {scene.name} holds geometry made in code; write it with scene.save(path)")
        plain[kind] = {i: to_plain(v) for i, v in used.items()}
    ids = [id_text(i) for i in scene.ids[at].tolist()]
    above = scene.parents[at]
    parents = [id_text(i) for i in scene.ids[above].tolist()] if len(scene) else []
    hung = (above >= 0).tolist()
    tag_rows, tags = scene.tag_rows[at].tolist(), [sorted(s) for s in scene.tag_sets.values]
    note_rows, notes = scene.note_rows[at].tolist(), [to_plain(note) for note in scene.notes.values]
    positions, rotations, scales = scene.positions[at], scene.rotations[at], scene.scales[at]
    moved = (positions != 0).any(axis=1).tolist()
    turned = (rotations != (0, 0, 0, 1)).any(axis=1).tolist()
    scaled = (scales != 1).any(axis=1).tolist()
    names = scene.names if rows is None else [scene.names[row] for row in rows]
    objects: list[dict[str, Any]] = []
    for i, name in enumerate(names):
        block: dict[str, Any] = {"id": ids[i], "name": name}
        if hung[i]:
            block["parent"] = parents[i]
        if moved[i]:
            block["position"] = positions[i].tolist()
        if turned[i]:
            block["rotation"] = rotations[i].tolist()
        if scaled[i]:
            block["scale"] = scales[i].tolist()
        if tag_rows[i]:
            block["tags"] = tags[tag_rows[i]]
        components = {kind.__name__: plain[kind][s[i]] for kind, s in slots.items() if s[i] >= 0}
        if scene.unread:
            components |= scene.unread.get(int(ids[i], 16), {})
        if components:
            block["components"] = components
        if note_rows[i] and notes[note_rows[i]]:
            block["editor"] = notes[note_rows[i]]
        objects.append(block)
    return objects


def dumps(scene: Scene) -> str:
    """A scene as `.dream` text. Raises SceneError when a Mesh holds geometry in memory: `save` writes that."""
    return "".join(pieces(scene, max(len(scene), 1)))


def pieces(scene: Scene, objects: int) -> Generator[str]:
    """The text of a scene, part by part: `objects` of them at a time, so that others have their turn in between.

    The scene must not change meanwhile. Raises SceneError when a Mesh holds geometry in memory.
    """
    top: dict[str, Any] = {"dream": VERSION, "name": scene.name, "objects": []}
    physics = to_plain(scene.physics)
    if physics:
        top["physics"] = physics
    if scene.prefabs:
        top["prefabs"] = prefabs_plain(scene.prefabs)
    if scene.rules:
        top["rules"] = [to_plain(rule) for rule in scene.rules]
    settings = to_plain(scene.settings)
    if settings:
        top["settings"] = settings
    if scene.scripts:
        top["scripts"] = list(scene.scripts)
    whole = canonical(top)
    if not len(scene):
        yield whole
        return
    before, between, after = whole.partition(_NO_OBJECTS)
    assert between
    yield f'{before}\n "objects": [\n'
    for first in range(0, len(scene), objects):
        blocks = blocks_of(scene, range(first, min(first + objects, len(scene))))
        yield (",\n" if first else "") + ",\n".join("  " + _text(block, 2) for block in blocks)
    yield "\n ]" + after


def prefabs_plain(prefabs: Sequence[Prefab | str]) -> list[Any]:
    """Prefabs that a scene keeps ready, as a file has them."""
    return [_prefab_text(prefab) for prefab in prefabs]


def _refuse_twins(scene: Scene) -> None:
    """Raises SceneError where objects carry components of two classes that a file can't tell apart."""
    used: dict[str, type] = {}
    for kind in scene.pools:
        if (scene.slots_of(kind) >= 0).any():
            other = used.setdefault(kind.__name__, kind)
            if other is not kind:
                raise SceneError(
                    f"scene {scene.name} holds components of two classes called {kind.__name__}: in {place_of(other)} "
                    f"and in {place_of(kind)}; a file can't tell them apart, give one of them another name"
                )


def _prefab_text(value: Prefab | str) -> Any:
    """A prefab that is kept ready: its file alone, where there is nothing else to say."""
    prefab = as_prefab(value)
    return to_plain(prefab) if prefab.overrides else prefab.file


def save(scene: Scene, path: Path) -> None:
    """Write `scene` to `path`; asset paths follow when the folder is another one than before.

    Geometry made in code goes to `<stem>.assets/<digest>.npz` beside the file, and the scene then refers to it.
    The file is replaced whole or not at all. Raises AssetError when something can't be written.
    """
    from ...assets.files import written

    root = path.absolute().parent
    move_root(scene, root)
    if Mesh in scene.pools:
        pool = scene.pools[Mesh]
        pool.replace([_filed(value, root, f"{path.stem}.assets") for value in pool.values])
    text = dumps(scene)
    with written(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _filed(mesh: Mesh, root: Path, folder: str) -> Mesh:
    """A Mesh whose geometry is in a file, if it was in memory."""
    from ...assets.library import save_mesh

    if mesh.shape != "data" or mesh.data is None:
        return mesh
    address = f"{folder}/{mesh.data.digest}.npz"
    if not (root / address).exists():
        save_mesh(root / address, mesh.data)
    return replace(mesh, shape="asset", asset=address, data=None)


def move_root(scene: Scene, root: Path) -> None:
    """Have a scene's asset paths be relative to another folder, and name the same files."""
    change = rebased(scene.root, root)
    for kind, pool in scene.pools.items():
        pool.replace([with_assets(value, Kind("struct", kind), change) for value in pool.values])
    scene.prefabs = [with_assets(as_prefab(prefab), Kind("struct", Prefab), change) for prefab in scene.prefabs]
    scene.scripts = [change(address) for address in scene.scripts]
    scene.rules = [with_files(rule, change) for rule in scene.rules]
    scene.root = root


# ---- reading --------------------------------------------------------------------------------------------------


def _list_of_numbers(raw: Any, n: int) -> bool:
    return isinstance(raw, list) and len(raw) == n and all(map(is_number, raw))


def loads(
    text: str, *, name: str = "scene", root: Path | None = None, keep: bool = False
) -> tuple[Scene, list[Problem]]:
    """`.dream` text → the scene, and every problem of the text. What has a problem keeps its default.

    keep: components that nobody declares are kept in `Scene.unread` as they are written, for an editor to write them
    again. They stay problems: a scene with some can't be played.

    Raises SceneError when the text is no JSON object at all or of another version.
    """
    try:
        top = json.loads(text)
        if _HALF.search(text):
            json.dumps(top, ensure_ascii=False).encode()  # a UnicodeEncodeError is a ValueError
    except (ValueError, RecursionError) as error:
        raise SceneError(
            f"{name} is no .dream text: {error}. Mend it there with a text editor, or take back an older one"
        ) from None
    if not isinstance(top, dict):
        raise SceneError(f"{name} is no .dream text: it holds {say(top)}; it must be an object {{...}}")
    if top.get("dream") != VERSION:
        found = "missing" if "dream" not in top else say(top["dream"])
        newer = isinstance(top.get("dream"), int) and top["dream"] > VERSION
        hint = "the version of the format" + ("; a newer Dreamwell wrote it: update yours to read it" if newer else "")
        raise SceneError(f"{name} can't be read:", [Problem("version", "", "dream", found, f"{VERSION}", hint)])
    problems: list[Problem] = []
    keys = ("dream", "name", "objects", "physics", "prefabs", "rules", "scripts", "settings")
    for key in sorted(top.keys() - set(keys)):
        problems.append(Problem("unknown-field", "", key, "unknown", "one of " + ", ".join(keys)))
    title = top.get("name", name)
    if not isinstance(title, str):
        problems.append(Problem("type", "", "name", say(title), "text"))
        title = name
    scene = Scene(title, root=root)
    settings = from_plain(RenderSettings, top.get("settings", {}), "", "settings.", problems)
    scene.settings = settings or RenderSettings()
    scene.physics = from_plain(Physics, top.get("physics", {}), "", "physics.", problems) or Physics()
    _read_prefabs(scene, top.get("prefabs", []), problems)
    scripts = top.get("scripts", [])
    if not (isinstance(scripts, list) and all(isinstance(address, str) for address in scripts)):
        problems.append(Problem("type", "", "scripts", say(scripts), "a list of paths (texts)"))
        scripts = []
    scene.scripts = scripts
    modules, failed = scripts_of(scene)  # what they declare, the objects are made of
    problems += failed
    _read_rules(scene, top.get("rules", []), problems)
    objects = top.get("objects", [])
    if not isinstance(objects, list):
        problems.append(Problem("type", "", "objects", say(objects), "a list of objects"))
        objects = []
    _read_objects(scene, objects, problems, _Kinds(scope_of(modules, scene.root), some_missing=bool(failed), keep=keep))
    return scene, problems


def read_blocks(scene: Scene, objects: Sequence[Any], problems: list[Problem], *, keep: bool = False) -> None:
    """Add objects as a file has them to a scene; what does not fit is appended to `problems`. keep: as for `loads`."""
    modules, failed = scripts_of(scene)
    _read_objects(scene, objects, problems, _Kinds(scope_of(modules, scene.root), some_missing=bool(failed), keep=keep))


def _read_objects(scene: Scene, objects: Sequence[Any], problems: list[Problem], kinds: _Kinds) -> None:
    parents: list[tuple[int, str, str]] = []  # row, name, the parent's id as written
    known: dict[tuple[str, str], Any] = {}  # many objects have equal components
    for i, block in enumerate(objects):
        _read_object(scene, i, block, kinds, parents, problems, known)
    for row, where, wanted in parents:
        above = scene.row_of(int(wanted, 16))
        if above is None:
            problems.append(
                Problem("unknown-parent", where, "parent", f'"{wanted}"', "the id of an object in the scene")
            )
        else:
            scene.parents[row] = above


def _read_prefabs(scene: Scene, raw: Any, problems: list[Problem]) -> None:
    if not isinstance(raw, list):
        problems.append(Problem("type", "", "prefabs", say(raw), "a list of files"))
        return
    for i, item in enumerate(raw):
        data = {"file": item} if isinstance(item, str) else item
        prefab = from_plain(Prefab, data, "", f"prefabs[{i}].", problems)
        if prefab is not None:
            scene.prefabs.append(prefab)


def _read_rules(scene: Scene, raw: Any, problems: list[Problem]) -> None:
    if not isinstance(raw, list):
        problems.append(Problem("type", "", "rules", say(raw), "a list of rules"))
        return
    for i, item in enumerate(raw):
        name = item.get("name") if isinstance(item, dict) else None
        where = f'rule "{name}"' if isinstance(name, str) and name else f"rules[{i}]"
        rule = from_plain(Rule, item, where, "", problems)
        if rule is not None:
            scene.rules.append(rule)


class _Kinds(dict[str, type | None]):
    """What the names of components mean to a scene, each looked up once.

    some_missing: whether a script failed.  keep: as for `loads`.
    """

    def __init__(self, scope: Scope, *, some_missing: bool, keep: bool) -> None:
        self.scope = scope
        self.some_missing = some_missing
        self.keep = keep

    def read(self, name: str, where: str, problems: list[Problem]) -> type | None:
        """The class of a name; what is wrong with it is a problem."""
        if name not in self:
            try:
                self[name] = self.scope.find(name)
            except SceneError as error:
                problems.append(Problem("ambiguous", where, name, str(error), "one class"))
                self[name] = None
                return None
        found = self[name]
        if found is None and not self.some_missing:  # what failed may declare it
            known = ", ".join(self.scope.names())
            problems.append(
                Problem("unknown-component", where, name, "unknown", f"one of {known}", self.scope.hint(name))
            )
        return found


def _read_object(
    scene: Scene,
    i: int,
    block: Any,
    kinds: _Kinds,
    parents: list[tuple[int, str, str]],
    problems: list[Problem],
    known_values: dict[tuple[str, str], Any],
) -> None:
    if not isinstance(block, dict):
        problems.append(Problem("type", "", f"objects[{i}]", say(block), "an object {...}"))
        return
    name = block.get("name", "")
    where = name if isinstance(name, str) and name else f"objects[{i}]"
    for key in sorted(block.keys() - set(_OBJECT_KEYS)):
        problems.append(Problem("unknown-field", where, str(key), "unknown", "one of " + ", ".join(_OBJECT_KEYS)))
    if not isinstance(name, str):
        problems.append(Problem("type", where, "name", say(name), "text"))
        name = where
    number = block.get("id")
    if not (isinstance(number, str) and _ID.fullmatch(number) and int(number, 16)):
        found = "missing" if "id" not in block else say(number)
        problems.append(Problem("bad-id", where, "id", found, "16 hexadecimal digits, not all zero"))
        number = None
    transform: dict[str, Any] = {}
    for key, length, argument in (("position", 3, "at"), ("rotation", 4, "rotation"), ("scale", 3, "scale")):
        if key in block:
            if _list_of_numbers(block[key], length):
                transform[argument] = block[key]
            else:
                problems.append(Problem("type", where, key, say(block[key]), f"{length} numbers"))
    tags = block.get("tags", [])
    if not (isinstance(tags, list) and all(isinstance(t, str) for t in tags)):
        problems.append(Problem("type", where, "tags", say(tags), "a list of texts"))
        tags = []
    values: list[Any] = []
    unread: dict[str, Any] = {}
    components = block.get("components", {})
    if not isinstance(components, dict):
        problems.append(Problem("type", where, "components", say(components), "an object {...}"))
        components = {}
    for kind_name, data in components.items():
        kind = kinds.read(kind_name, where, problems)
        if kind is None and kinds.keep:
            unread[kind_name] = data
        if kind is None:
            continue
        key = kind_name, json.dumps(data)
        value = known_values.get(key)
        if value is None:
            count = len(problems)
            value = from_plain(kind, data, where, f"{kind_name}.", problems)
            if len(problems) == count:
                known_values[key] = value
        if value is not None:
            values.append(value)
    made = scene.add(name, *values, tags=tags, id=None if number is None else int(number, 16), **transform)
    if unread:
        scene.unread[made.id] = unread
    note = block.get("editor")
    if note is not None:
        made.note = from_plain(Note, note, where, "editor.", problems) or made.note
    parent = block.get("parent")
    if parent is not None:
        if isinstance(parent, str) and _ID.fullmatch(parent):
            parents.append((len(scene) - 1, where, parent))
        else:
            problems.append(Problem("bad-id", where, "parent", say(parent), "16 hexadecimal digits"))


_UNSAVED: ContextVar[_Unsaved | None] = ContextVar("dreamwell.unsaved", default=None)


@dataclass(frozen=True)
class _Unsaved:
    texts: Mapping[Path, str]
    taken: set[Path]


@contextmanager
def unsaved(texts: Mapping[Path, str]) -> Generator[set[Path]]:
    """For the length of a `with`, `read` finds these texts in place of what is in the files.

    So an editor plays what is not saved. Gives the set of those that were asked for.
    """
    given = _Unsaved({path.resolve(): text for path, text in texts.items()}, set())
    token = _UNSAVED.set(given)
    try:
        yield given.taken
    finally:
        _UNSAVED.reset(token)


def read(path: Path) -> tuple[Scene, list[Problem]]:
    """A `.dream` file → the scene and its problems. Raises SceneError when it can't be read at all."""
    given = _UNSAVED.get()
    if given is not None and path.resolve() in given.texts:
        given.taken.add(path.resolve())
        return loads(given.texts[path.resolve()], name=path.name, root=path.absolute().parent)
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise SceneError(f"{path} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SceneError(f"{path} can't be read: {error}") from None
    return loads(text, name=path.name, root=path.absolute().parent)


def load(path: Path) -> Scene:
    """A `.dream` file → the scene. Raises SceneError with every problem of the file."""
    scene, problems = read(path)
    if problems:
        raise SceneError(f"{path.name} has {len(problems)} problem{'s' if len(problems) > 1 else ''}:", problems)
    return scene


__all__ = [
    "VERSION",
    "blocks_of",
    "canonical",
    "dumps",
    "load",
    "loads",
    "move_root",
    "read",
    "read_blocks",
    "save",
    "unsaved",
]
