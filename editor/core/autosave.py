"""Writing a journal's text anew beside the work: on a thread of its own, from a copy of the scene.

The copy takes a millisecond for 10,000 objects. The text, made a few objects at a time with pauses in which whoever
edits has the processor, takes seconds. While it is written, each command goes into the lines of the old text *and*
into those of the new one, so that a process that is killed at any moment leaves one of the two whole:

    0004.json   names 0004.dream, and 0004.jsonl with all commands since
    0005.jsonl  the commands since the copy was made             (here the thread begins)
    0005.dream  the copy's text
    0005.json   from here on 0005 holds                          (here it has ended)
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ...engine.scene import dream_file
from ...engine.scene.scene import Scene
from .document import Document
from .files import replace_parts, replace_text, why

OBJECTS_AT_ONCE = 12
"""How many objects are turned into text before the other threads have their turn: half a millisecond."""
PAUSE_SECONDS = 0.002


class Abandoned(Exception):
    """Nobody wants the text any more."""


@dataclass(eq=False)
class Autosave:
    """A text of a journal that is being written. number: its place in the order.  root, path: those of the scene.

    lines: commands since the copy was made, size: their bytes.  trouble: why it could not be written.
    """

    folder: Path
    number: int
    scene: Scene
    path: Path | None
    root: Path
    dirty: bool
    file: IO[bytes]
    lines: int = 0
    size: int = 0
    trouble: str = ""
    held: bool = False
    """Whether this is the text that holds: written last, under the lock."""
    _unwanted: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    @classmethod
    def begin(cls, folder: Path, number: int, document: Document) -> Autosave:
        """Copy the scene, and begin to write it. Raises OSError where there can't be a file for its commands."""
        file = lines_of(folder, number).open("wb", buffering=0)
        made = cls(folder, number, document.scene.copy(), document.path, document.root, document.dirty, file)
        made._thread = threading.Thread(target=made._run, name="dreamwell-autosave", daemon=True)
        made._thread.start()
        return made

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self._thread is None or not self._thread.is_alive()

    def join(self) -> None:
        """Wait until it has ended."""
        if self._thread is not None:
            self._thread.join()

    def abandon(self) -> bool:
        """Have it not hold; returns whether that came too late, since it does already."""
        with self._lock:
            self._unwanted = True
        return self.held

    def remove(self) -> None:
        """Let go of what an abandoned one has written."""
        self.join()
        with suppress(OSError):
            self.file.close()
        for name in (f"{self.number:04d}.dream", lines_of(self.folder, self.number).name):
            with suppress(OSError):
                (self.folder / name).unlink(missing_ok=True)

    def _run(self) -> None:
        try:
            replace_parts(self.folder / f"{self.number:04d}.dream", self._parts())
            about = about_of(self.number, self.path, self.root, self.dirty)
            with self._lock:
                if not self._unwanted:
                    replace_text(self.folder / f"{self.number:04d}.json", json.dumps(about))
                    self.held = True
        except Abandoned:
            pass
        except Exception as error:  # a mistake here must not pass unseen: it is told as trouble with the disk is
            self.trouble = why(error)

    def _parts(self) -> Iterator[bytes]:
        for piece in dream_file.pieces(self.scene, OBJECTS_AT_ONCE):
            if self._unwanted:
                raise Abandoned
            yield piece.encode("utf-8")
            time.sleep(PAUSE_SECONDS)


def lines_of(folder: Path, number: int) -> Path:
    """The file with the commands since a text."""
    return folder / f"{number:04d}.jsonl"


def about_of(number: int, path: Path | None, root: Path, dirty: bool) -> dict[str, Any]:
    """What a journal says of one of its texts. Looks at the scene's file as it is now."""
    return {
        "path": "" if path is None else str(path),
        "root": str(root),
        "digest": digest_of(path),
        "dirty": dirty,
        "text": f"{number:04d}.dream",
        "lines": lines_of(Path(), number).name,
    }


def digest_of(path: Path | None) -> str:
    """A fingerprint of what is in a file; empty for one that can't be read."""
    if path is None:
        return ""
    try:
        return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""


class Syncing:
    """Has lines that were written be forced onto the disk, on another thread: a slow disk takes its time there."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether it is at it."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, file: IO[bytes]) -> None:
        """Begin with a file, unless it is at one. The file may be closed meanwhile."""
        if self.busy:
            return
        try:
            handle = os.dup(file.fileno())
        except (OSError, ValueError):
            return

        def sync() -> None:
            with suppress(OSError):
                os.fsync(handle)
            with suppress(OSError):
                os.close(handle)

        self._thread = threading.Thread(target=sync, name="dreamwell-journal", daemon=True)
        self._thread.start()
