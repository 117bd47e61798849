"""Files of a project moved, renamed, copied and deleted, with everything that names them."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...assets.import_settings import settings_file
from ...engine.errors import EditorError
from .dropped import import_paths
from .files import reason, replace_bytes, replace_text
from .references import Moves, Use, uses_in
from .renamed import with_paths_in_scene

if TYPE_CHECKING:
    from .state import EditorState

_TOLD = 6


def rename(state: EditorState, asset: str, name: str, anyway: bool = False) -> str:
    """Give a file or folder another name; what names it, names it by that. Returns its new path.

    Without a suffix it keeps its own. Where scripts or `.glb` models name it, which can't be changed, it is asked
    first, and "" returned. Raises EditorError, and changes nothing then.
    """
    place = _there(state, asset)
    if not name or name in (".", "..") or re.search(r'[\\/:*?"<>|\x00-\x1f]', name):
        raise EditorError(f'"{name}" can\'t be a file\'s name; it must have no / \\ : * ? " < > |')
    if place.is_file() and place.suffix and not Path(name).suffix:
        name += place.suffix
    return _asked(state, place, place.with_name(name), "Rename", anyway)


def move(state: EditorState, asset: str, folder: str, anyway: bool = False) -> str:
    """Put a file or folder into another folder of the project; what names it, names it there. Returns its new path.

    It is asked first as `rename` does. Raises EditorError, and changes nothing then.
    """
    place, home = _there(state, asset), state.project.place(folder)
    if not home.is_dir():
        raise EditorError(f"{folder} is no folder of the project")
    if home.resolve().is_relative_to(place.resolve()):
        raise EditorError(f"{asset} can't be put into itself")
    return _asked(state, place, home / place.name, "Move", anyway)


def delete(state: EditorState, asset: str, anyway: bool = False) -> None:
    """Remove a file or folder. Where something names it, it is asked first. Goes to no waste basket."""
    from .state import Ask

    place = _there(state, asset)
    users = state.project.used_by(asset, state.document)
    if not anyway:

        def decided(choice: str) -> None:
            if choice == "Delete":
                delete(state, asset, anyway=True)

        told = f"{len(users)} places name it: {_users(users)}" if users else "Nothing names it."
        state.ask(
            Ask(
                "choose", f"Delete {asset}?", decided,
                f"{told} It can't be undone.", choices=("Delete", "Cancel"),
            )
        )  # fmt: skip
        return
    own = state.document.path
    if own is not None and own.resolve().is_relative_to(place.resolve()):
        raise EditorError(f"{asset} can't be deleted: the scene that is open is in it; open another one first")
    try:
        shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
        settings_file(place).unlink(missing_ok=True)
    except OSError as error:
        raise EditorError(f"{place} can't be deleted: {reason(error)}") from error
    finally:
        state.project.refresh()
    state.tell(f"deleted {asset}")


def duplicate(state: EditorState, asset: str) -> str:
    """Copy a file beside itself, under a free name. Returns the copy's path."""
    place = _there(state, asset)
    if place.is_dir():
        raise EditorError(f"{asset} is a folder; files can be duplicated")
    target = free_name(place)
    try:
        shutil.copyfile(place, target)
        if settings_file(place).is_file():
            shutil.copyfile(settings_file(place), settings_file(target))
    except OSError as error:
        target.unlink(missing_ok=True)
        raise EditorError(f"{target} can't be written: {reason(error)}") from error
    state.project.refresh()
    return state.project.relative(target) or ""


def new_folder(state: EditorState, folder: str = "", name: str = "folder") -> str:
    """Make a folder. Returns its path."""
    home = state.project.place(folder)
    target = free_name(home / name)
    try:
        target.mkdir(parents=True)
    except OSError as error:
        raise EditorError(f"{target} can't be made: {reason(error)}") from error
    state.project.refresh()
    return state.project.relative(target) or ""


SCRIPT = '''"""What {name} does."""

import dreamwell as dw


class {kind}(dw.Behaviour):
    """Say what it is for: the editor shows this line."""

    speed: float = dw.field(default=90.0, unit="deg/s", doc="how fast it turns")

    def update(self, dt: float) -> None:
        """Called before every frame."""
        self.entity.rotate(y=self.speed * dt)
'''


def new_script(state: EditorState, folder: str = "", name: str = "behaviour") -> str:
    """Make a script with a behaviour in it, and have the scene name it. Returns its path."""
    if not name.isidentifier():
        raise EditorError(f"\"{name}\" can't be a script's name; it must be a Python name, as enemy or front_door")
    kind = "".join(part.capitalize() for part in name.split("_"))
    target = state.project.place(folder) / f"{name}.py"
    if target.exists():
        raise EditorError(f"{target} is there already; choose another name")
    replace_text(target, SCRIPT.format(name=kind, kind=kind))
    state.project.refresh()
    asset = state.project.relative(target) or target.name
    scripts = [*state.scene.scripts, state.project.address(asset, state.document)]
    state.do({"do": "set_settings", "fields": {"scripts": scripts}}, f"Add Script {name}")
    return asset


def import_files(state: EditorState, paths: Sequence[str | Path] | None = None, folder: str = "") -> list[str]:
    """Copy files from elsewhere into the project, with those that models name. Returns their paths."""
    from .state import Ask

    if paths is None:

        def chosen(found: Sequence[Path]) -> None:
            import_paths(state, found, folder)

        state.ask(Ask("open", "Import", chosen, default=str(Path.home()), many=True))
        return []
    return import_paths(state, paths, folder)


# ---- moving -----------------------------------------------------------------------------------------------------


def _there(state: EditorState, asset: str) -> Path:
    place = state.project.place(asset)
    if not asset or not place.exists():
        raise EditorError(f'there is no "{asset}" in the project')
    return place


def free_name(path: Path) -> Path:
    """The path, or with a number behind its name where that is taken. Raises EditorError."""
    if not path.exists() and not settings_file(path).exists():
        return path
    for number in range(2, 10_000):
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
        if not found.exists() and not settings_file(found).exists():
            return found
    raise EditorError(f"{path} is there already, and so is every other name for it")


def _users(users: Iterable[object]) -> str:
    names = sorted({getattr(use, "user").name for use in users})  # noqa: B009
    return ", ".join(names[:_TOLD]) + (", …" if len(names) > _TOLD else "")


def _asked(state: EditorState, old: Path, new: Path, verb: str, anyway: bool) -> str:
    """Move a file or folder as a step of the history; where something would name it in vain, after asking."""
    from .state import Ask

    _refuse_taken(old, new)
    project = state.project
    before, after = project.relative(old) or "", project.relative(new) or ""
    if before == after:
        return after
    lost = _named_in_vain(state, old)

    def go_on() -> None:
        state.do({"do": "move_file", "old": before, "new": after}, f"{verb} {old.name}")

    if not lost or anyway:
        go_on()
        return after

    def decided(choice: str) -> None:
        if choice == verb:
            go_on()

    told = "\n".join(f"{_place_of(use)} names {use.address}" for use in lost[:_TOLD])
    more = f"\nand {len(lost) - _TOLD} more" if len(lost) > _TOLD else ""
    why = "These are not changed along, and will not find it any more; scenes, .gltf, .obj and .mtl are:"
    state.ask(Ask("choose", f"{verb} {before}?", decided, f"{why}\n{told}{more}", choices=(verb, "Cancel")))
    return ""


def _named_in_vain(state: EditorState, old: Path) -> list[Use]:
    """Who names a file, or is one, that is to move, and can't be written anew: scripts and packed models."""
    home = old.resolve()

    def moves(path: Path) -> bool:
        return path.resolve().is_relative_to(home)

    fixed = [use for use in state.project.uses(state.document) if use.kind in ("script", "packed")]
    return [use for use in fixed if moves(use.user) != moves(use.target)]


def _place_of(use: Use) -> str:
    return f"{use.user.name}, line {use.line}," if use.line else use.user.name


def _refuse_taken(old: Path, new: Path) -> None:
    for a, b in ((old, new), (settings_file(old), settings_file(new))):
        same_file = a.resolve() != b.resolve() and b.exists() and a.exists() and os.path.samefile(a, b)  # case only
        if b.exists() and not same_file and (b == new or old.is_file()) and a.resolve() != b.resolve():
            raise EditorError(f"{b.name} is there already; choose another name")


def moved(state: EditorState, old: Path, new: Path) -> str:
    """Move a file with its import settings, or a folder, and write anew what names it. All of it, or nothing.

    Raises EditorError. Returns its new path.
    """
    project = state.project
    if not old.exists():
        raise EditorError(f"{old.name} is not there any more")
    _refuse_taken(old, new)
    settings = settings_file(old)
    with_settings = old.is_file() and settings.is_file()
    files = [old] if old.is_file() else [path for path in old.rglob("*") if path.is_file()]
    lost = _named_in_vain(state, old)
    before = {path.absolute(): (new / path.relative_to(old) if path != old else new).absolute() for path in files}
    moves = Moves({path.resolve(): target.resolve() for path, target in before.items()})
    texts: dict[Path, tuple[str, str]] = {}  # by where the file is after: what was in it, what is to be
    for asset in project.assets.values():
        path = (project.root / asset.path).absolute()
        suffix = path.suffix.lower()
        if suffix not in (".dream", ".gltf", ".obj", ".mtl") or (suffix != ".dream" and not uses_in(path)):
            continue
        try:
            text = path.read_bytes().decode("utf-8", "strict" if suffix in (".dream", ".gltf") else "surrogateescape")
            fresh = moves.text(path, before.get(path, path), text)
        except (OSError, ValueError):
            continue  # a file that is broken stays as it is
        if fresh != text:
            texts[before.get(path, path)] = text, fresh
    try:
        os.rename(old, new)
        if with_settings:
            try:
                os.rename(settings, settings_file(new))
            except OSError:
                os.rename(new, old)
                raise
    except OSError as error:
        raise EditorError(f"{old.name} can't be moved: {reason(error)}") from error
    written: list[Path] = []
    try:
        for path, (_, fresh) in texts.items():
            replace_bytes(path, fresh.encode("utf-8", "surrogateescape"))
            written.append(path)
    except EditorError:
        for path in written:
            replace_bytes(path, texts[path][0].encode("utf-8", "surrogateescape"))
        os.rename(new, old)
        if with_settings:
            os.rename(settings_file(new), settings)
        raise
    _follow(state, moves, before)
    project.refresh()
    for use in lost:
        user = before.get(use.user.absolute(), use.user)
        what = "scripts are" if use.kind == "script" else "what is in a .glb is"
        state.log.warning(
            f'{user.name} names "{use.address}", which was moved: {what} yours to change', file=str(user), line=use.line
        )
    now = project.relative(new) or new.name
    state.tell(f"{project.relative(old) or old.name} is {now} now; {len(texts)} files name it so")
    return now


def _follow(state: EditorState, moves: Moves, before: dict[Path, Path]) -> None:
    """Have the document, what can be undone in it, and its file's name follow files that were moved."""
    document = state.document
    old_home = document.root
    path = None if document.path is None else document.path.absolute()
    new_path = before.get(path, path) if path is not None else None
    new_home = old_home if new_path is None else new_path.parent
    clean = not document.dirty

    def address(text: str, _number: int = 0, _field: str = "") -> str:
        return moves.address(text, old_home, new_home)

    for module in list(sys.modules.values()):  # a script that was run is the same one in its new place
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py") and Path(file).resolve() in moves.files:
            module.__file__ = str(moves.files[Path(file).resolve()])
    with_paths_in_scene(document.scene, address, new_home)
    state.history.follow(address, new_home)
    document.path = new_path
    document.forget_changes()
    if clean:
        document.saved_state = document.state
    state.watching.begin(state)
    state.journal.end()
    state.journal.begin(document)
