"""What is done, on the disk at once, so that a process that is killed loses at most the last action.

A journal is a folder outside of the project, in the user's cache: the document's text as it was at some moment, and a
line of JSON for each command since. While an editor lives it holds a lock on it. A journal without one is offered
when its scene is opened again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ...engine import cache
from ...engine.errors import DreamwellError, EditorError
from .autosave import Autosave, Syncing, about_of, digest_of
from .commands import apply
from .document import Document
from .files import replace_text, why
from .log import Log

KIND = "journal"
SYNC_SECONDS = 1.0
"""How often what was written is forced onto the disk: what a power cut may cost. A killed process costs nothing."""
MOST_LINES_BYTES = 8 << 20
"""Bytes of commands after which the text is written anew, whatever the time."""
IDLE_SECONDS = 1.0
"""Nothing was done for so long before the text is written anew: that takes a moment for a large scene."""
_UNSAVED = "unsaved scene"


@dataclass(frozen=True)
class Offer:
    """A journal that was left behind.

    place: its folder.  path: the scene's file, None for one that was never saved.  commands: how many can be done
    again.  time: of the last, seconds since 1970.  changed_since: whether the file is another than the one that
    the journal began with.
    """

    place: Path
    path: Path | None
    root: Path
    commands: int
    time: float
    changed_since: bool


@dataclass(eq=False)
class Journal:
    """The journal of the document that is open. folder: None for where there can't be any; `trouble` says why."""

    folder: Path | None = None
    trouble: str = ""
    lines: int = 0
    """Commands since the text was written."""
    _file: IO[bytes] | None = None
    _lock: IO[bytes] | None = None
    _number: int = -1
    """Of the text that was written, or begun, last."""
    _bytes: int = 0
    _unsynced: bool = False
    _synced: float = 0.0
    _last_line: float = 0.0
    _based: float = field(default_factory=time.monotonic)
    _saving: Autosave | None = None
    _syncing: Syncing = field(default_factory=Syncing)

    # ---- while a document is open -----------------------------------------------------------------------------------

    def begin(self, document: Document) -> None:
        """Start a journal of a document, as it is now."""
        home = home_of(document.path, document.root)
        if home is None:
            self.trouble = f"nothing is kept against a crash: {cache.VARIABLE} is off"
            return
        place = home / secrets.token_hex(6)
        self._number = -1
        try:
            place.mkdir(mode=0o700, parents=True)
            self._lock = _locked(place / "lock")
            self.folder = place
            fresh = not document.dirty and document.path is not None
            self._base(document, _read(document.path) if fresh and document.path is not None else None)
        except (OSError, EditorError) as error:
            self._broken(why(error))

    def _base(self, document: Document, text: str | None = None) -> None:
        """Write the text as it is now, and begin a new list of commands. text: that, where it is known."""
        assert self.folder is not None
        self._abandon()
        self._number += 1
        about = about_of(self._number, document.path, document.root, document.dirty)
        replace_text(self.folder / about["text"], document.text() if text is None else text)
        fresh = (self.folder / about["lines"]).open("wb", buffering=0)
        replace_text(self.folder / f"{self._number:04d}.json", json.dumps(about))  # from here on this one holds
        self._take(fresh, 0, 0)

    def _take(self, file: IO[bytes], lines: int, size: int) -> None:
        """The text of the latest number holds: what was before it can go."""
        assert self.folder is not None
        if self._file is not None:
            self._file.close()
        self._file, self.lines, self._bytes = file, lines, size
        for old in self.folder.iterdir():
            if old.suffix in (".json", ".dream", ".jsonl") and old.stem != f"{self._number:04d}":
                with suppress(OSError):
                    old.unlink(missing_ok=True)
        self._unsynced = lines > 0
        self._based = time.monotonic()
        self.trouble = ""

    def add(self, line: str, log: Log | None = None) -> None:
        """Write a command that was applied. A disk that refuses is told once; the document goes on."""
        if self._file is None and self._saving is None:
            return
        data = line.encode("utf-8", "surrogatepass") + b"\n"
        try:
            if self._file is not None:
                _write(self._file, data)
            if self._saving is not None:
                _write(self._saving.file, data)
                self._saving.lines += 1
                self._saving.size += len(data)
        except OSError as error:
            self._broken(why(error), log)
            return
        self.lines += 1
        self._bytes += len(data)
        self._unsynced = True
        self._last_line = time.monotonic()

    def tick(self, document: Document, now: float, seconds: float, log: Log) -> None:
        """Once a frame: have lines be forced onto the disk, and the text be written anew where that is due.

        Both are done by other threads; here a copy of the scene is made.  now: seconds.
        """
        clock = time.monotonic()
        if self._unsynced and self._file is not None and clock - self._synced > SYNC_SECONDS and not self._syncing.busy:
            self._syncing.begin(self._file)
            self._unsynced, self._synced = False, clock
        if self._saving is not None:
            if self._saving.ended:
                self._saved(self._saving, log)
            return
        due = self.lines and (clock - self._based > seconds or self._bytes > MOST_LINES_BYTES)
        retry = self.folder is not None and self._file is None and clock - self._based > seconds
        if (due and clock - self._last_line > IDLE_SECONDS) or retry:
            self.autosave(document, log)

    def autosave(self, document: Document, log: Log | None = None) -> None:
        """Begin to write the text as it is now; `tick` sees to it that it holds when it is written."""
        if self.folder is None or self._saving is not None:
            return
        self._based = time.monotonic()
        self._number += 1
        try:
            self._saving = Autosave.begin(self.folder, self._number, document)
        except OSError as error:
            self._not_saved(why(error), log)

    def finish(self, log: Log | None = None) -> None:
        """Wait for a text that is being written."""
        if self._saving is not None:
            self._saving.join()
            self._saved(self._saving, log)

    def _saved(self, saving: Autosave, log: Log | None) -> None:
        """A text was written, or could not be."""
        self._saving = None
        if saving.held:
            was = self.trouble
            self._take(saving.file, saving.lines, saving.size)
            if was and log is not None:
                log.info("what is done is kept against a crash again")
        else:
            saving.remove()
            self._not_saved(saving.trouble, log)

    def _not_saved(self, reason: str, log: Log | None) -> None:
        """The text could not be written: the one before it holds, with all commands since, if there is one."""
        if self._file is None:
            self._broken(reason, log)
            return
        told = (
            f"the autosave failed in {self.folder}: {reason}. It is tried again; until then what is done is kept in "
            "the journal from before it"
        )
        if told != self.trouble and log is not None:
            log.warning(told)
        self.trouble = told

    def rebase(self, document: Document, log: Log | None = None) -> None:
        """Write the text as it is now, and wait for it. A disk that refuses is told; the document goes on."""
        if self.folder is None:
            return
        self._based = time.monotonic()
        try:
            self._base(document)
        except (OSError, DreamwellError) as error:
            self._broken(why(error), log)

    def saved(self, document: Document) -> None:
        """The document is in its file: there is nothing to recover until the next command."""
        self.end()
        self.begin(document)

    def end(self) -> None:
        """The document is closed, and nothing of it is to be recovered."""
        self._abandon()
        place, self.folder = self.folder, None
        for file in (self._file, self._lock):
            if file is not None:
                with suppress(OSError):
                    file.close()
        self._file = self._lock = None
        self.lines = self._bytes = 0
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)
            with suppress(OSError):
                place.parent.rmdir()

    def _abandon(self) -> None:
        """Nobody waits for the text that is being written; of no effect where it holds already."""
        saving, self._saving = self._saving, None
        if saving is None:
            return
        if saving.abandon():
            self._take(saving.file, saving.lines, saving.size)
        else:
            saving.remove()

    def _broken(self, reason: str, log: Log | None = None) -> None:
        """Nothing can be written any more; `tick` tries again later."""
        place = "" if self.folder is None else f" in {self.folder}"
        told = f"what is done can't be kept against a crash{place}: {reason}. Save often until it is said that it can"
        if told != self.trouble and log is not None:
            log.warning(told)
        self.trouble = told
        self._based = time.monotonic()
        saving, self._saving = self._saving, None
        if saving is not None:
            saving.abandon()
            if not saving.held:
                saving.remove()
        for file in (self._file, None if saving is None else saving.file):
            if file is not None:
                with suppress(OSError):
                    file.close()
        self._file = None

    # ---- after a crash ----------------------------------------------------------------------------------------------

    def held_by_another(self, path: Path | None, root: Path) -> bool:
        """Whether another editor that lives has the scene open."""
        home = home_of(path, root)
        if home is None or not home.is_dir():
            return False
        free = set(_places(home))
        return any(one.is_dir() and one not in free and one != self.folder for one in home.iterdir())

    @staticmethod
    def offer(path: Path | None, root: Path | None = None) -> Offer | None:
        """The latest journal of a scene that an editor left behind without closing it, if something was done in it.

        path: the scene's file; None for scenes of the folder `root` that were never saved.
        """
        home = home_of(path, root or Path.cwd())
        if home is None:
            return None
        found = [offer for place in _places(home) if (offer := _offer(place)) is not None]
        return max(found, key=lambda offer: offer.time, default=None)

    @staticmethod
    def recovered(offer: Offer) -> tuple[Document, str]:
        """The document as it was, and what could not be done again, if anything.

        Raises EditorError and SceneError where its text can't be read.
        """
        about = _about(offer.place)
        if about is None:
            raise EditorError(f"{offer.place} is no journal any more")
        text = (offer.place / about["text"]).read_bytes().decode("utf-8")
        document = Document.of_text(text, offer.path, offer.root)
        trouble = ""
        for done, line in enumerate(_lines(offer.place / about["lines"])):
            try:
                apply(document, json.loads(line))
            except (ValueError, DreamwellError) as error:
                trouble = f"{offer.commands - done} of {offer.commands} commands could not be done again: {error}"
                break
            document.new_state()
        document.saved_state = -1
        return document, trouble

    @staticmethod
    def discard(offer: Offer) -> None:
        """Nobody wants it: remove it."""
        shutil.rmtree(offer.place, ignore_errors=True)
        with suppress(OSError):
            offer.place.parent.rmdir()


def home_of(path: Path | None, root: Path) -> Path | None:
    """The folder for the journals of a scene; None where there is no cache."""
    base = cache.folder()
    if base is None:
        return None
    what = str(path.resolve()) if path is not None else f"{_UNSAVED} of {root.resolve()}"
    return base / KIND / hashlib.blake2b(what.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _write(file: IO[bytes], data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) or 0 :]


def _places(home: Path) -> Iterator[Path]:
    """Journals that no living editor holds."""
    try:
        found = sorted(home.iterdir())
    except OSError:
        return
    for place in found:
        if not place.is_dir():
            continue
        try:
            _locked(place / "lock").close()
        except OSError:
            continue
        yield place


def _number_of(path: Path) -> int:
    return int(path.stem) if path.stem.isdecimal() else -1


def _about(place: Path) -> dict[str, Any] | None:
    """What the latest text and its commands are."""
    for path in sorted(place.glob("*.json"), key=_number_of, reverse=True):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if (place / data["text"]).is_file():
                return dict(data)
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def _lines(path: Path) -> list[str]:
    """The whole lines of a file; one that was cut short is left out."""
    try:
        data = path.read_bytes()
    except OSError:
        return []
    return [line.decode("utf-8", "surrogatepass") for line in data.split(b"\n")[:-1] if line]


def _offer(place: Path) -> Offer | None:
    about = _about(place)
    if about is None:
        return None
    lines = place / about["lines"]
    count = len(_lines(lines))
    if not count and not about.get("dirty"):
        shutil.rmtree(place, ignore_errors=True)  # nothing was done
        return None
    path = Path(about["path"]) if about["path"] else None
    newest = max((one.stat().st_mtime for one in (lines, place / about["text"]) if one.exists()), default=0.0)
    return Offer(place, path, Path(about["root"]), count, newest, digest_of(path) != about["digest"])


def _locked(path: Path) -> IO[bytes]:
    """Hold a lock for as long as the file is open. Raises OSError where another process holds it."""
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file
