"""The system's own file dialogs, in a process of their own: the editor goes on drawing meanwhile."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from ..core.state import Ask

_PROGRAMS = ("zenity", "kdialog", "matedialog", "qarma")
"""What shows them on Linux; where none is installed, the editor shows its own."""


def available() -> bool:
    """Whether the system has file dialogs."""
    if sys.platform in ("win32", "darwin"):
        return True
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(display) and any(shutil.which(name) for name in _PROGRAMS)


class NativeDialog:
    """A dialog that is open: a `panels.services.FileDialog`."""

    def __init__(self, dialog: Any) -> None:
        self._dialog = dialog

    def ready(self) -> bool:
        """Whether it was answered. Does not wait."""
        return bool(self._dialog.ready(0))

    def result(self) -> list[Path]:
        """What was chosen; nothing where it was cancelled."""
        found = self._dialog.result()
        paths = [found] if isinstance(found, str) else list(found)
        return [Path(path) for path in paths if path]

    def cancel(self) -> None:
        """Take it away: it would be waited for when it is let go of."""
        self._dialog.kill()


def opened(ask: Ask) -> NativeDialog | None:
    """The dialog for a question for files or a folder; None where the system has none."""
    if not available():
        return None
    from imgui_bundle import portable_file_dialogs as dialogs

    patterns = " ".join(f"*{suffix}" for suffix in ask.suffixes)
    filters = [patterns, patterns, *dialogs.all_files_filter()] if patterns else dialogs.all_files_filter()
    try:
        if ask.kind == "open":
            several = dialogs.opt.multiselect if ask.many else dialogs.opt.none
            return NativeDialog(dialogs.open_file(ask.title, ask.default, filters, several))
        if ask.kind == "save":
            return NativeDialog(dialogs.save_file(ask.title, ask.default, filters))
        return NativeDialog(dialogs.select_folder(ask.title, ask.default))
    except (RuntimeError, OSError):
        return None
