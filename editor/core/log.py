"""What is told to whoever edits: errors of scripts, problems of scenes, what was saved; each with its place."""

from __future__ import annotations

import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ...engine.errors import DreamwellError, Problem, ProblemsError

Level = Literal["debug", "info", "warning", "error", "input", "output"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error", "input", "output")
_MOST = 5000


@dataclass(frozen=True)
class Entry:
    """One thing that was told. source: who did: "editor", "script", "loom", "console", "play", an extension's name.

    file, line: where it is, to be opened; empty and 0 for nowhere.  object: the id of the object that it is about, 0
    for none.  field: of that object, as commands name it.  time: seconds since 1970.  count: how often in a row.
    details: more lines, a trace.  code: of a problem.
    """

    level: Level
    text: str
    source: str = "editor"
    file: str = ""
    line: int = 0
    object: int = 0
    field: str = ""
    details: str = ""
    code: str = ""
    time: float = 0.0
    count: int = 1

    @property
    def place(self) -> str:
        """Where it is, in a few letters: "player.py:12"."""
        return "" if not self.file else f"{Path(self.file).name}:{self.line}" if self.line else Path(self.file).name

    def same(self, other: Entry) -> bool:
        """Whether it tells the same."""
        mine = (self.level, self.text, self.source, self.file, self.line, self.object, self.field, self.details)
        return mine == (
            other.level, other.text, other.source, other.file, other.line, other.object, other.field, other.details,
        )  # fmt: skip


@dataclass(eq=False)
class Log:
    """Entries in order, the oldest forgotten after some thousands. revision: grows with each.

    Equal entries that follow each other are one with a count.
    """

    entries: deque[Entry] = field(default_factory=lambda: deque[Entry](maxlen=_MOST))
    revision: int = 0
    listeners: list[Callable[[Entry], object]] = field(default_factory=list[Callable[[Entry], object]])

    def add(self, entry: Entry) -> Entry:
        """Tell it."""
        entry = replace(entry, time=entry.time or time.time())
        self.revision += 1
        last = self.entries[-1] if self.entries else None
        if last is not None and last.same(entry) and entry.level not in ("input", "output"):
            entry = replace(entry, count=last.count + 1)
            self.entries[-1] = entry
        else:
            self.entries.append(entry)
        for listener in self.listeners:
            listener(entry)
        return entry

    def info(self, text: str, source: str = "editor", **more: object) -> Entry:
        """Tell what happened."""
        return self.add(Entry("info", text, source, **more))  # type: ignore[arg-type]

    def warning(self, text: str, source: str = "editor", **more: object) -> Entry:
        """Tell what may be wrong."""
        return self.add(Entry("warning", text, source, **more))  # type: ignore[arg-type]

    def error(self, text: str, source: str = "editor", **more: object) -> Entry:
        """Tell what is wrong."""
        return self.add(Entry("error", text, source, **more))  # type: ignore[arg-type]

    def raised(self, error: BaseException, source: str = "editor", home: Path | None = None) -> Entry:
        """Tell an error that was raised, with the file and line of a script where it is from one."""
        file, line = place_of(error, home)
        told = error.message if isinstance(error, ProblemsError) else str(error)
        if isinstance(error, ProblemsError) and len(error.problems) == 1:
            told = f"{told.rstrip(':')}: {error.problems[0]}"
            details = ""
        elif isinstance(error, ProblemsError):
            details = "\n".join(map(str, error.problems))
        elif isinstance(error, DreamwellError):
            told, _, details = told.partition("\n")
        else:
            told = f"{type(error).__name__}: {error}"
            details = "".join(traceback.format_exception(error))
        return self.error(told, source, file=file, line=line, details=details)

    def problems(self, problems: Iterable[Problem], source: str, ids: Callable[[str], int], level: Level) -> None:
        """Tell problems of a scene. ids: the id of the object that a problem's `where` names, 0 for none."""
        for problem in problems:
            self.add(
                Entry(level, str(problem), source, object=ids(problem.where), field=problem.field, code=problem.code)
            )

    def clear(self) -> None:
        """Forget all."""
        self.entries.clear()
        self.revision += 1

    def filtered(self, levels: Collection[str] = LEVELS, text: str = "", source: str = "") -> list[Entry]:
        """The entries of some levels that contain a text, whatever its case, from a source or any."""
        words = text.casefold().split()
        return [
            entry
            for entry in self.entries
            if entry.level in levels and (not source or entry.source == source) and _has(entry, words)
        ]

    def counts(self) -> Counter[str]:
        """How many entries each level has."""
        return Counter(entry.level for entry in self.entries)


def _has(entry: Entry, words: Sequence[str]) -> bool:
    if not words:
        return True
    whole = f"{entry.text} {entry.place} {entry.source} {entry.details}".casefold()
    return all(word in whole for word in words)


def place_of(error: BaseException, home: Path | None = None) -> tuple[str, int]:
    """The file and line that an error, or what caused it, was raised in, the innermost in `home` if there is one.

    ("", 0) for an error that the engine raised on purpose, without a script in it.
    """
    cause = error.__cause__ if isinstance(error, DreamwellError) and error.__cause__ is not None else error
    if isinstance(cause, SyntaxError) and cause.filename:
        return str(cause.filename), cause.lineno or 0
    frames = traceback.extract_tb(cause.__traceback__)
    package = str(Path(__file__).resolve().parents[2])
    inside = [f for f in frames if home is not None and Path(f.filename).absolute().is_relative_to(home.absolute())]
    mine = inside or [f for f in frames if not str(Path(f.filename).resolve()).startswith(package)]
    mine = [f for f in mine if not f.filename.startswith("<frozen")]
    if cause is error and isinstance(error, DreamwellError) and not inside:
        return "", 0
    return (str(mine[-1].filename), mine[-1].lineno or 0) if mine else ("", 0)
