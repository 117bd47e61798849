"""What a person likes, kept in a file of the user's: theme, scale, layouts, what was opened last.

The folder is DREAMWELL_CONFIG where that is set ("off" for none), else `dreamwell` in what the system keeps them in:
$XDG_CONFIG_HOME or ~/.config, ~/Library/Application Support, %APPDATA%. A broken file is put aside and told.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ...engine.errors import EditorError
from .files import replace_text

VARIABLE = "DREAMWELL_CONFIG"
MOST_RECENT = 12


def folder() -> Path | None:
    """Where settings lie, there yet or not; None where they are turned off or the user has no home."""
    told = os.environ.get(VARIABLE, "")
    if told:
        return None if told == "off" else Path(told).expanduser()
    try:
        if sys.platform == "win32":
            return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "dreamwell"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Application Support" / "dreamwell"
        base = Path(os.environ.get("XDG_CONFIG_HOME", ""))
        return (base if base.is_absolute() else Path.home() / ".config") / "dreamwell"
    except RuntimeError:  # no home
        return None


@dataclass(eq=False)
class UserSettings:
    """What a person likes. Change a field, then `save`.

    theme: "dark" or "light".  scale: of the whole editor, 0 for that of the screen.  layout: the panels' places as
    the window system writes them; layouts: those kept under names.  recent: paths, the latest first.  shortcuts: by
    action, in place of its own.  bookmarks: views kept, by scene.  panels: by panel, what it wants to remember.
    """

    theme: str = "dark"
    scale: float = 0.0
    layout: str = ""
    layouts: dict[str, str] = field(default_factory=dict[str, str])
    recent: list[str] = field(default_factory=list[str])
    shortcuts: dict[str, str] = field(default_factory=dict[str, str])
    bookmarks: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    panels: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    autosave_seconds: float = 120.0
    snap: dict[str, float] = field(default_factory=lambda: {"translate": 0.5, "rotate": 15.0, "scale": 0.1})
    path: Path | None = None
    trouble: str = ""
    """What was wrong with the file when it was read."""

    @classmethod
    def load(cls, path: Path | None = None) -> UserSettings:
        """Read the file, or take what is usual. Never raises: `trouble` says what was wrong."""
        home = folder()
        place = path if path is not None else None if home is None else home / "editor.json"
        made = cls(path=place)
        if place is None:
            return made
        try:
            data = json.loads(place.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return made
        except (OSError, ValueError) as error:
            made._broken(place, f"can't be read ({error}); the usual settings hold")
            return made
        if not isinstance(data, dict):
            made._broken(place, "holds no object {...}; the usual settings hold")
            return made
        usual, bad = cls(), list[str]()
        for name, value in data.items():
            if name in KEPT:
                fits = _fits(value, getattr(usual, name)) and _fits_inside(value, _INSIDE.get(name))
                if fits:
                    setattr(made, name, value)
                else:
                    bad.append(name)
        if bad:
            made._broken(place, f"has no usable {', '.join(sorted(bad))}; what is usual holds there")
        return made

    def _broken(self, place: Path, what: str) -> None:
        """Tell what is wrong, and keep the file: the next `save` replaces it."""
        self.trouble = f"{place} {what}, and the file is kept as {place.name}.bad"
        with suppress(OSError):
            os.replace(place, place.with_name(f"{place.name}.bad"))

    def save(self) -> None:
        """Write the file. Raises EditorError where the disk refuses."""
        if self.path is not None:
            data = {name: getattr(self, name) for name in KEPT}
            replace_text(self.path, json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n")

    def remember(self, path: Path) -> None:
        """Put a file or folder at the head of what was opened last, and save. A disk that refuses is of no account."""
        text = str(path.absolute())
        self.recent = [text, *(one for one in self.recent if one != text)][:MOST_RECENT]
        with suppress(EditorError):
            self.save()


KEPT = tuple(f.name for f in fields(UserSettings) if f.name not in ("path", "trouble"))
"""The fields that are in the file."""


_INSIDE: dict[str, type | tuple[type, ...]] = {
    "recent": str, "layouts": str, "shortcuts": str, "bookmarks": dict, "panels": dict, "snap": (int, float),
}  # fmt: skip
"""What lists and objects hold."""


def _fits_inside(value: Any, kind: type | tuple[type, ...] | None) -> bool:
    if kind is None:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return all(isinstance(one, kind) for one in inner)


def _fits(value: Any, usual: Any) -> bool:
    if isinstance(usual, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, type(usual))
