r"""Commands about files beside the scene: import settings, and files that are moved. The document stays as it is.

They are steps of the history as all others are, but in no journal: what they do is on the disk already.

    {"do": "set_import", "asset": "models/rock.obj", "text": "{\n \"import\": 1,\n \"scale\": 2.0\n}\n"}
    {"do": "move_file", "old": "rock.obj", "new": "models/rock.obj"}

`asset` is as a field of the document names it, `text` that of the settings file, "" for none; `old` and `new` are
relative to the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...assets.import_settings import KINDS, Settings, parsed, read_settings, settings_file, settings_text
from ...engine.declare import accepted, fields_of
from ...engine.errors import EditorError
from .files import reason, replace_bytes

if TYPE_CHECKING:
    from .document import Document
    from .state import EditorState

OUTSIDE = ("set_import", "move_file")
"""Commands that leave the document as it is."""


def is_outside(command: Mapping[str, Any] | None) -> bool:
    """Whether a command is one of those."""
    return command is not None and command.get("do") in OUTSIDE


# ---- what `commands.apply` does ---------------------------------------------------------------------------------


def set_import(document: Document, command: Mapping[str, Any]) -> dict[str, Any]:
    """Write the settings file of an asset. Raises EditorError and AssetError, and changes nothing then."""
    asset, text = document.root / command["asset"], command["text"]
    place, back = settings_file(asset), bool(command.get("back"))
    kind = KINDS.get(asset.suffix.lower())
    if kind is None:
        raise EditorError(f"{asset.name} has no import settings; {', '.join(KINDS)} have")
    if not asset.is_file():
        if back:  # it went meanwhile: there is nothing to put back
            return dict(command)
        raise EditorError(f"{asset} is not there, so nothing can be set for it")
    if text and not back:
        parsed(text, kind, place)
    before = ""
    try:
        if place.exists():
            before = place.read_bytes().decode("utf-8", "surrogateescape")
        if not text:
            place.unlink(missing_ok=True)
    except OSError as error:
        raise EditorError(f"{place} can't be written: {reason(error)}") from error
    if text:
        replace_bytes(place, text.encode("utf-8", "surrogateescape"))
    return {"do": "set_import", "asset": command["asset"], "text": before}


def move_file(document: Document, command: Mapping[str, Any]) -> dict[str, Any]:
    """The other way round. The state moves the file (`begin`), since all that names it moves along."""
    return {"do": "move_file", "old": command["new"], "new": command["old"]}


# ---- what the state does before and after ------------------------------------------------------------------------


def begin(state: EditorState, command: Mapping[str, Any] | None) -> None:
    """Before such a command is applied. Raises EditorError, and changes nothing then."""
    if command is not None and command.get("do") == "move_file":
        from .asset_files import moved

        moved(state, state.project.place(command["old"]), state.project.place(command["new"]))


def finish(state: EditorState, command: Mapping[str, Any] | None) -> None:
    """After such a command was applied: what was loaded of the asset is loaded again."""
    if command is not None and command.get("do") == "set_import":
        state.project.refresh()
        state.watching.written(state, settings_file(state.document.root / command["asset"]))


# ---- import settings -----------------------------------------------------------------------------------------------


def settings_of(state: EditorState, asset: str) -> Settings | None:
    """What is set for an asset of the project; None for one without settings. Raises AssetError for a broken file."""
    return read_settings(state.project.place(asset))


def set_settings_of(state: EditorState, asset: str, **values: Any) -> None:
    """Set import settings of an asset, as a step that can be undone. Without values, all of them to their defaults.

    Raises EditorError for what can't be set, SceneError for a value that does not fit.
    """
    path = state.project.place(asset)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise EditorError(f"{path.name} has no import settings; {', '.join(KINDS)} have")
    made: Any = kind()
    if values:
        known = {f.name: f for f in fields_of(kind)}
        unknown = ", ".join(sorted(values.keys() - known.keys()))
        if unknown:
            raise EditorError(f"{path.name} has no import setting {unknown}; it has {', '.join(known)}")
        checked = {name: accepted(known[name], value, "", "") for name, value in values.items()}
        made = replace(settings_of(state, asset) or kind(), **checked)
    write_settings_of(state, asset, made, "Import settings of" if values else "Reset import settings of")


def write_settings_of(state: EditorState, asset: str, settings: Settings, label: str = "Import settings of") -> None:
    """All of the settings of an asset, as a step that can be undone. Raises EditorError."""
    path = state.project.place(asset)
    text = settings_text(settings)
    if text == _text_of(settings_file(path)):
        return
    address = state.project.address(asset, state.document)
    state.do({"do": "set_import", "asset": address, "text": text}, f"{label} {path.name}")


def _text_of(place: Path) -> str:
    try:
        return place.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return ""
