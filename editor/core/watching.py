"""Changes from outside: another program wrote the scene, a picture, a script; files came and went."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ...assets.import_settings import SUFFIX, concerned, with_settings
from ...engine.errors import DreamwellError
from ...engine.reload import Rerun, Watcher, affected, forget_replaced, modules_in, renew_kinds
from ...engine.scene import dream_file
from .autosave import digest_of
from .difference import difference
from .document import Document
from .kinds import follow
from .log import Entry
from .project import Asset, Project
from .references import uses_in

if TYPE_CHECKING:
    from .state import EditorState

SCAN_SECONDS = 2.0
"""How often the project's folder is looked at for files that came and went."""
GONE_AFTER = 2
"""Looks in which the scene's file is not there until that is told."""
SLOW_SCAN = 0.02
"""Seconds from which on another thread looks."""


@dataclass(eq=False)
class Watching:
    """What is looked at. conflict: whether the scene's file was written by another program while there is unsaved work.

    assets: grows when files that the scene uses were written, so that a view reads them again; changed: those.
    """

    conflict: bool = False
    assets: int = 0
    changed: tuple[Path, ...] = ()
    _watcher: Watcher = field(default_factory=Watcher)
    _digest: str = ""
    _scanned: float = 0.0
    _takes: float = 0.0
    _scanner: threading.Thread | None = None
    _found: tuple[Project, dict[str, Asset]] | None = None
    _looked_for: int = -1
    _told: set[str] = field(default_factory=set[str])
    _missing: int = 0
    """In how many looks on end the scene's file was not there: some programs take it away to write it anew."""

    def begin(self, state: EditorState) -> None:
        """Look at the files of the document as it is now."""
        self.conflict, self._missing = False, 0
        self._digest = digest_of(state.document.path)
        self._watcher = Watcher()
        self._look(state)
        self.tell_unused(state)
        self._scanned = time.monotonic()

    def _look(self, state: EditorState) -> None:
        document = state.document
        files: set[Path] = set() if document.path is None else {document.path.absolute()}
        files |= with_settings(
            use.target for use in uses_in(document.path or document.root / "unsaved.dream", document)
        )
        files |= set(modules_in([state.project.root, document.root]))
        self._watcher.watch(sorted(path.absolute() for path in files))
        self._looked_for = document.revision

    def tick(self, state: EditorState, now: float) -> None:
        """Look, a few times a second, and take over what can be. now: seconds."""
        clock = time.monotonic()
        if clock - self._scanned > SCAN_SECONDS:
            self._scan(state)
            self._look_for_scene(state)
            if self._looked_for != state.document.revision:
                self._look(state)
            self._scanned = time.monotonic()
        stamps = self._watcher.poll()
        if stamps:
            self._watcher.accept(stamps)
            self.take_over(state, stamps)

    def _look_for_scene(self, state: EditorState) -> None:
        """A scene whose file was deleted is in none: closing it asks, and saving writes it again."""
        document = state.document
        if document.path is None or document.path.exists():
            self._missing = 0
            return
        self._missing += 1
        if self._missing == GONE_AFTER:
            document.saved_state = -1
            state.notice = state.log.warning(
                f"{document.path} was deleted or moved by another program. Nothing is lost: the scene is still here; "
                "save to write the file again, or save it under another name"
            )

    def _scan(self, state: EditorState) -> None:
        """Look at the project's folder; where that takes long, another thread does, and it counts the next time."""
        project = state.project
        if self._scanner is not None:
            if self._scanner.is_alive():
                return
            self._scanner = None
            if self._found is not None and self._found[0] is project:
                self._taken(state, self._found[1])
            return
        if self._takes < SLOW_SCAN:
            start = time.monotonic()
            found = project.scan()
            self._takes = time.monotonic() - start
            self._taken(state, found)
            return

        def scan() -> None:
            self._found = project, project.scan()

        self._scanner = threading.Thread(target=scan, name="dreamwell-assets", daemon=True)
        self._scanner.start()

    def _taken(self, state: EditorState, found: dict[str, Asset]) -> None:
        if state.project.take(found):
            state.log.add(Entry("debug", f"{state.project.root.name}: files came, went or changed"))
            self.tell_unused(state)

    def tell_unused(self, state: EditorState) -> None:
        """Tell of import settings that are for no asset, each once."""
        project = state.project
        for path in sorted(set(project.unused_settings()) - self._told):
            self._told.add(path)
            asset = path.removesuffix(SUFFIX)
            state.log.warning(
                f"{path} holds import settings for {asset}, which is not there: rename or delete it",
                file=str(project.root / path),
            )

    def written(self, state: EditorState, file: Path) -> None:
        """A file was written by the editor itself: what was made of it is made again at once."""
        file = file.absolute()
        self._look(state)
        self._watcher.accept({path: stamp for path, stamp in self._watcher.changed().items() if path == file})
        self.assets += 1
        self.changed = tuple(sorted({*self.changed, *concerned([file])}))

    def take_over(self, state: EditorState, files: Iterable[Path]) -> None:
        """Take over files that were written; what can't be is told, and things stay as they are."""
        document = state.document
        changed = {path.absolute() for path in files}
        own = None if document.path is None else document.path.absolute()
        scripts = {path for path in changed if path.suffix == ".py"}
        if own in changed:
            self._scene_written(state)
        if scripts:
            rerun_scripts(state, scripts)
        others = changed - scripts - ({own} if own is not None else set())
        if others:
            self.assets += 1
            self.changed = tuple(sorted(concerned(others)))
            names = ", ".join(sorted(path.name for path in others))
            state.log.info(f"{names} changed on disk: read again")

    def _scene_written(self, state: EditorState) -> None:
        document = state.document
        digest = digest_of(document.path)
        if digest == self._digest or not digest:
            return
        self._digest = digest
        if document.dirty:
            self.conflict = True
            state.notice = state.log.warning(
                f"{document.title} was changed by another program, and here there is unsaved work: "
                "reload it (File > Reload), or save to keep what is here"
            )
            return
        try:
            reload(state)
        except DreamwellError as error:
            state.tell_error(error)

    def is_conflict(self, document: Document) -> bool:
        """Whether the scene's file is another than this editor read or wrote last. Looks at the file."""
        now = digest_of(document.path)
        return self.conflict or (bool(now) and now != self._digest)


def reload(state: EditorState) -> None:
    """Take over the scene's file as it is now, as one step of the history. Raises SceneError, and changes nothing."""
    path = state.document.path
    assert path is not None
    fresh = Document.open(path)
    command = difference(state.document.scene, fresh.scene)
    if command is not None:
        state.do(command, "Reload from disk", exact=True)
    state.document.saved_state = state.document.state
    state.document.problems = fresh.problems
    state.watching.conflict = False
    state.log.info(f"{path.name} was changed by another program: read again")


def rerun_scripts(state: EditorState, files: Iterable[Path]) -> bool:
    """Run scripts once more that were changed, and those that import them; the scene has their new components then.

    What raises is told with file and line, and everything stays as it was. Returns whether it went.
    """
    document = state.document
    home = document.root
    modules = modules_in([state.project.root, home])
    again = affected(modules, {path.resolve() for path in files})
    rerun = Rerun(again, {})
    try:
        rerun.run(home, None, lambda _module: None)
    except DreamwellError as error:
        rerun.undo()
        state.tell_error(error, "script")
        return False
    follow(document)  # what was broken may declare components now
    renew_kinds(document.scene)
    read_again(document)
    forget_replaced()
    document.forget_changes()
    if again:
        state.log.info(f"ran again: {', '.join(sorted(module.__name__ for module in again))}", "script")
    return True


def read_again(document: Document) -> None:
    """Components that nobody declared are read where somebody does now; what is wrong with them stays told."""
    if not document.problems and not document.scene.unread:
        return
    try:
        fresh, problems = dream_file.loads(document.text(), name=document.title, root=document.root, keep=True)
    except DreamwellError:
        return
    if all(problem.code in ("unknown-component", "script") for problem in problems):
        document.scene, document.problems = fresh, problems
