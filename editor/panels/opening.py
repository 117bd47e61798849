"""Opening files in the user's own text editor."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ...engine.errors import EditorError

VARIABLE = "DREAMWELL_TEXT_EDITOR"
"""A command line in which {file} and {line} are filled in; "off" for none."""
_KNOWN = (
    ("code", "-g", "{file}:{line}"),
    ("codium", "-g", "{file}:{line}"),
    ("subl", "{file}:{line}"),
    ("zed", "{file}:{line}"),
)


def command(path: Path, line: int) -> list[str]:
    """The command that opens a file at a line; empty where there is none."""
    told = os.environ.get(VARIABLE, "")
    if told == "off":
        return []
    words = told.split() if told else next((list(one) for one in _KNOWN if shutil.which(one[0])), [])
    if not words and sys.platform.startswith("linux") and shutil.which("xdg-open"):
        words = ["xdg-open", "{file}"]
    if not words and sys.platform == "darwin":
        words = ["open", "{file}"]
    return [word.format(file=path, line=max(line, 1)) for word in words]


def open_text(path: Path, line: int = 0) -> None:
    """Open a file at a line. Raises EditorError where it is not there, or nothing opens it."""
    if not path.exists():
        raise EditorError(f"{path} is not there any more")
    if sys.platform == "win32" and not os.environ.get(VARIABLE):
        os.startfile(path)  # type: ignore[attr-defined,unused-ignore]
        return
    words = command(path, line)
    if not words:
        raise EditorError(
            f"no text editor was found for {path}; {VARIABLE} names one, as in: code -g {{file}}:{{line}}"
        )
    try:
        subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise EditorError(f"{words[0]} can't be started: {error.strerror or error}") from None
