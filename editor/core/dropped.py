"""Files that are dropped on the editor from elsewhere: scenes are opened, all else is copied into the project."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...assets.import_settings import settings_file
from ...engine.errors import EditorError
from .files import reason
from .project import FILE, KINDS
from .references import uses_in

if TYPE_CHECKING:
    from .state import EditorState

PLACED = ("scene", "model", "image", "environment")
"""What can stand in a scene."""
APART = 1.5
"""Metres from one to the next where several are placed."""


def dropped(
    state: EditorState, paths: Sequence[str | Path], folder: str = "", at: Sequence[float] | None = None
) -> list[str]:
    """Take in files that were let go over the editor. Returns their paths in the project.

    One scene alone is opened, a folder with a project in it too; all else is copied into `folder`. at: metres, in the
    world, where they were let go over the scene: what can stand in it is put there.
    Raises EditorError, and changes nothing then.
    """
    given = [Path(path) for path in paths]
    if state.play.active:
        raise EditorError("files can't be taken in while the game plays; stop it first")
    if len(given) == 1 and _is_opened(state, given[0], at):
        return []
    made = import_paths(state, given, folder)
    if at is not None:
        _place(state, made, at)
    return made


def _is_opened(state: EditorState, path: Path, at: Sequence[float] | None) -> bool:
    inside = state.project.relative(path) is not None
    if path.suffix.lower() == ".dream" and path.is_file() and not (inside and at is not None):
        state.run("file.open", path=str(path))
        return True
    if path.is_dir() and any((path / name).is_file() for name in (FILE, "game.py", "scene.dream")):
        state.run("file.open_project", path=str(path))
        return True
    return False


def _place(state: EditorState, assets: Sequence[str], at: Sequence[float]) -> None:
    placed = [one for one in assets if KINDS.get(Path(one).suffix.lower()) in PLACED]
    ids: list[int] = []
    for i, asset in enumerate(placed):
        x, y, z = at
        place = [round(float(v), 4) for v in (x + (i - (len(placed) - 1) / 2) * APART, y, z)]
        found = state.run("create.from_asset", asset=asset, at=place)
        ids += [found] if isinstance(found, int) else []
    if len(ids) > 1:
        state.select(ids)


def import_paths(state: EditorState, paths: Sequence[str | Path], folder: str = "") -> list[str]:
    """Copy files and folders from elsewhere into the project, with those that models name. Returns the files' paths.

    What is in the project already stays where it is. Where another file has the name, the new one gets a number.
    Raises EditorError; what was copied until then is there.
    """
    home = state.project.place(folder)
    made: list[str] = []
    renamed: list[str] = []
    try:
        for path in map(Path, paths):
            if not path.exists():
                raise EditorError(f"{path} is no file that can be imported")
            for file in sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]:
                there = state.project.relative(file)
                if there is not None:
                    made.append(there)
                    continue
                inner = file.relative_to(path.parent).parent
                target = copied(file, home / inner)
                made.append(state.project.relative(target) or target.name)
                if target.name != file.name:
                    renamed.append(f"{file.name} is {target.name} here, since there was another one")
    finally:
        state.project.refresh()
    if made:
        state.tell("; ".join([f"imported {_listed(made)}", *renamed]))
    return made


def copied(path: Path, home: Path) -> Path:
    """Copy a file into a folder, with its import settings and what it names. Returns where it is then.

    One that is there already with the same bytes is not copied. Raises EditorError.
    """
    from .asset_files import free_name

    target = home / path.name
    if target.is_file() and filecmp.cmp(path, target, shallow=False):
        return target
    target = free_name(target)
    try:
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        if settings_file(path).is_file():
            shutil.copyfile(settings_file(path), settings_file(target))
        for use in _with_all(path):
            beside = Path(f"{home}/{use.relative_to(path.parent).as_posix()}")
            if not beside.exists():
                beside.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(use, beside)
                if settings_file(use).is_file() and not settings_file(beside).exists():
                    shutil.copyfile(settings_file(use), settings_file(beside))
    except OSError as error:
        target.unlink(missing_ok=True)
        raise EditorError(f"{target} can't be written: {reason(error)}") from error
    return target


def _with_all(path: Path) -> list[Path]:
    """The files beside or below a model that it names, and those that they name: `.obj`, `.mtl`, its pictures."""
    home = path.parent.resolve()
    found: list[Path] = []
    waiting = [path]
    while waiting:
        for use in uses_in(waiting.pop()):
            if use.kind in ("model", "packed") and use.target.is_file() and use.target.is_relative_to(home):
                inside = path.parent / use.target.relative_to(home)
                if inside not in found and inside != path:
                    found.append(inside)
                    waiting.append(inside)
    return found


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
