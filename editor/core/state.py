"""The state of the editor: everything that panels show and actions change."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from ...engine.errors import DreamwellError, EditorError
from ...engine.scene import dream_file
from ...engine.scene.scene import Scene
from .actions import Action, Actions, ready
from .commands import Command, each_field, fields
from .console import Console
from .difference import difference
from .document import Document
from .history import History, Step, line_of
from .journal import Journal
from .keeping import Difference
from .kinds import follow
from .log import Entry, Log
from .naming import followed
from .outside import begin, finish, is_outside
from .play import Play
from .project import Project
from .selection import Selection
from .settings import UserSettings
from .values import jsonable
from .watching import Watching

T = TypeVar("T")


@dataclass(eq=False)
class Ask:
    """A question to whoever edits, which panels show as a dialog; `EditorState.answer` goes on with what was said.

    kind: "open" and "save" ask for a file (answer: a Path), "folder" for a folder (a Path), "choose" for one of the
    `choices` (its text), "text" for a text, "keep" for some of the `changes` (a list of them).  suffixes: of files,
    [".dream"].  default: what is there already.  many: "open" may be answered with several files (a list of Paths).
    """

    kind: Literal["open", "save", "folder", "choose", "text", "keep"]
    title: str
    then: Callable[[Any], object]
    text: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    many: bool = False
    changes: tuple[Difference, ...] = ()


@dataclass(eq=False)
class EditorState:
    """Everything there is, in one place. Panels read it, and act by `act`, `do` and `select`.

    renaming: the id of the object whose name is being typed in the hierarchy, 0 for none.  clipboard: the text that
    was copied last, and the folder its paths are relative to; a host sets `read_clipboard` and `write_clipboard` to the
    system's.  generation: grows when another document is there.  notice: what was told last that one should see.
    """

    document: Document
    project: Project
    selection: Selection = field(default_factory=Selection)
    history: History = field(default_factory=History)
    log: Log = field(default_factory=Log)
    settings: UserSettings = field(default_factory=UserSettings)
    actions: Actions = field(default_factory=ready)
    play: Play = field(default_factory=Play)
    journal: Journal = field(default_factory=Journal)
    console: Console = field(default_factory=Console)
    watching: Watching = field(default_factory=Watching)
    asks: list[Ask] = field(default_factory=list[Ask])
    notice: Entry | None = None
    renaming: int = 0
    closing: bool = False
    """Whether the editor is to end: nothing is unsaved, or nobody wants it."""
    generation: int = 0
    bookmarks: dict[str, Any] = field(default_factory=dict[str, Any])
    clipboard: str = ""
    clipboard_root: Path | None = None
    read_clipboard: Callable[[], str] | None = None
    write_clipboard: Callable[[str], object] | None = None
    _parts: dict[type, Any] = field(default_factory=dict[type, Any])

    def __post_init__(self) -> None:
        follow(self.document)
        self.play.log = self.console.log = self.log
        self.journal.begin(self.document)
        self.watching.begin(self)
        self.bookmarks = dict(self.settings.bookmarks.get(str(self.document.path), {}))
        if self.settings.trouble:
            self.log.warning(self.settings.trouble)
        self.tell_problems()

    def part(self, kind: type[T]) -> T:
        """The state of a part of the editor, of a class of its own that needs no arguments: made when first asked for.

        `state.part(Gizmos).mode`: so views, panels and extensions keep theirs here.
        """
        found = self._parts.get(kind)
        if found is None:
            found = self._parts[kind] = kind()
        return found

    @property
    def scene(self) -> Scene:
        """The scene that is edited, to be read."""
        return self.document.scene

    # ---- changing -------------------------------------------------------------------------------------------------

    def do(
        self, command: Mapping[str, Any], label: str = "Change", merge: str | None = None, *, exact: bool = False
    ) -> None:
        """Apply a command to the document, as a step of the history.

        merge: equal for all commands of one drag; they are one step until `seal`.  exact: do this and nothing else;
        otherwise joints and rules that name an object follow when it is renamed.
        Raises EditorError (or SceneError) for what can't be, and changes nothing then.
        """
        given: Command = jsonable(command)
        if not exact:
            given = followed(self.document, given)
        if self.history.open_merge != merge:
            self._write_journal()
        begin(self, given)
        step = self.history.do(self.document, given, label, self.selection, merge)
        step.text = "" if is_outside(given) else line_of(given) if merge is None else None
        finish(self, given)
        self._settle()
        step.selected_after = self.selection
        if merge is None:
            self._write_journal()

    def seal(self) -> None:
        """End a drag: the next command is a step of its own."""
        self._write_journal()
        self.history.seal()

    def undo(self, steps: int = 1) -> None:
        """Take steps back. Of no effect where there are none."""
        self.seal()
        for _ in range(steps):
            if not self.history.can_undo:
                return
            self._files(self.history.position - 1, undo=True)
            try:
                step = self.history.undo(self.document)
            except DreamwellError as error:
                label = self.history.undo_label
                self.history.forget(undone=False)
                raise EditorError(f"{label} can't be undone any more, nor what was before it: {error}") from error
            if step.inverse is not None and not is_outside(step.inverse):
                self.journal.add(line_of(step.inverse), self.log)
            finish(self, step.inverse)
            self.selection = step.selected_before
            self._settle()

    def redo(self, steps: int = 1) -> None:
        """Do steps again that were taken back. Of no effect where there are none."""
        self.seal()
        for _ in range(steps):
            if not self.history.can_redo:
                return
            self._files(self.history.position, undo=False)
            try:
                step = self.history.redo(self.document)
            except DreamwellError as error:
                label = self.history.redo_label
                self.history.forget(undone=True)
                raise EditorError(f"{label} can't be done again any more: {error}") from error
            if step.command is not None and not is_outside(step.command):
                self.journal.add(line_of(step.command), self.log)
            finish(self, step.command)
            self.selection = step.selected_after
            self._settle()

    def _files(self, index: int, *, undo: bool) -> None:
        """Before a step is undone or done again: files that it moves. Where they can't be, the step is forgotten."""
        step = self.history.steps[index]
        try:
            begin(self, step.inverse if undo else step.command)
        except DreamwellError as error:
            self.history.drop(index)
            raise EditorError(f"{step.label} can't be {'undone' if undo else 'done again'}: {error}") from error

    def go_to(self, position: int) -> None:
        """Undo or redo until so many steps are done: a click in the history."""
        wanted = min(max(0, position), len(self.history.steps))
        if wanted < self.history.position:
            self.undo(self.history.position - wanted)
        else:
            self.redo(wanted - self.history.position)

    def _write_journal(self) -> None:
        """Have the last step be in the journal: after it when it was one command, after the drag when it was many."""
        step: Step | None = self.history.steps[self.history.position - 1] if self.history.can_undo else None
        if step is None or step.command is None:
            return
        if step.text is None and self.history.open_merge is not None:
            step.text = line_of(step.command)
        if step.text:
            self.journal.add(step.text, self.log)
            step.text = ""

    def _settle(self) -> None:
        """After a change: what is gone is not chosen any more."""
        if self.document.scene.row_of(self.renaming) is None:
            self.renaming = 0
        self.selection = self.selection.kept(where=self.document)

    @contextmanager
    def edit(self, label: str = "Edit") -> Generator[Scene]:
        """Change a copy of the scene as one likes, with all that `Scene` can do; what differs then is one step.

        with state.edit("Scatter") as scene:
            for tree in scene.tagged("tree"):
                tree.position = (random(), 0, random())
        """
        copy = self.document.scene.copy()
        yield copy
        command = difference(self.document.scene, copy)
        if command is not None:
            self.do(command, label, exact=True)

    def get(self, id: int, path: str) -> Any:
        """A field of an object as JSON data, of the world that is played if one is, else of the document."""
        return self.play.get(id, path) if self.play.active and self.play.knows(id) else self.document.get(id, path)

    def set(
        self,
        ids: Sequence[int],
        values: Mapping[str, Any],
        label: str = "",
        merge: str | None = None,
        *,
        each: bool = False,
    ) -> None:
        """Set fields of objects, `{"Sun.lux": 20000}`; with `each`, every field to a list with a value for each object.

        In the world that is played if one is, where it can't be undone and ends with it; else in the document.
        """
        if self.play.active:
            self.play.set(ids, {path: jsonable(one) for path, one in values.items()}, each=each)
            return
        command = each_field(ids, values) if each else fields(ids, values)
        self.do(command, label or f"Set {', '.join(values)}", merge)

    # ---- choosing -------------------------------------------------------------------------------------------------

    def select(
        self,
        ids: Iterable[int],
        active: int = 0,
        mode: Literal["set", "add", "remove", "toggle"] = "set",
        merge: str | None = None,
    ) -> None:
        """Choose objects; undo brings back what was chosen before. What is not there is left out."""
        there = [one for one in ids if one in self.document or (self.play.active and self.play.knows(one))]
        before = self.selection
        if mode == "set":
            after = Selection.of(there, active)
        elif mode == "add":
            after = before.add(there)
        elif mode == "remove":
            after = before.remove(there)
        else:
            after = before
            for one in there:
                after = after.toggle(one)
        self.set_selection(after, merge)

    def set_selection(self, selection: Selection, merge: str | None = None) -> None:
        """As `select`, with a whole selection, as `selection.range_to(…)` gives one."""
        before = self.selection
        if selection == before:
            self.selection = selection  # its anchor may be another
            return
        self.selection = selection
        if self.play.active:
            return
        if self.history.open_merge != merge:
            self._write_journal()
        n = len(selection)
        label = "Select nothing" if not n else "Select an object" if n == 1 else f"Select {n} objects"
        self.history.select(before, selection, label, self.document.state, merge)

    # ---- acting ---------------------------------------------------------------------------------------------------

    def act(self, id: str, **arguments: Any) -> bool:
        """Do an action, as a menu does. What goes wrong is told in the log and as `notice`; returns whether it went.

        An action that can't be done now does nothing.
        """
        action = self.actions.get(id)
        try:
            if action is None:
                raise EditorError(f"there is no action {id}")
            if not self.can(action):
                return False
            self.run(id, **arguments)
        except Exception as error:  # a mistake in an action must not end the editor
            self.tell_error(error)
            return False
        return True

    def run(self, id: str, **arguments: Any) -> Any:
        """Do an action, as a script does: raises what goes wrong, and EditorError where it can't be done now."""
        action = self.actions.get(id)
        if action is None:
            import difflib

            near = difflib.get_close_matches(id, self.actions, n=3)
            raise EditorError(f"there is no action {id}" + (f"; there is {', '.join(near)}" if near else ""))
        if not self.can(action):
            raise EditorError(f"{action.label_of(self)} can't be done now")
        try:
            return action.run(self, **arguments)
        except TypeError as error:
            if "argument" in str(error) and error.__traceback__ is not None and error.__traceback__.tb_next is None:
                known = ", ".join(name for name, _ in action.arguments) or "none"
                raise EditorError(f"{id}: {error}; its arguments are {known}") from None
            raise

    def can(self, action: Action | str) -> bool:
        """Whether an action can be done now."""
        found = self.actions[action] if isinstance(action, str) else action
        try:
            return found.enabled(self)
        except Exception as error:  # an extension's
            self.log.raised(error, found.id)
            return False

    # ---- telling and asking ---------------------------------------------------------------------------------------

    def tell_error(self, error: BaseException, source: str = "editor") -> None:
        """Tell an error in the log, and so that one sees it."""
        self.notice = self.log.raised(error, source, self.project.root)

    def tell(self, text: str) -> None:
        """Tell what was done, in the log and so that one sees it."""
        self.notice = self.log.info(text)

    def tell_problems(self) -> None:
        """Tell what was wrong with the scene's file, and which of its files are missing."""
        self.log.problems(self.document.problems, "scene", self._id_of, "error")
        path = self.document.path
        if path is not None and self.journal.held_by_another(path, self.document.root):
            self.notice = self.log.warning(f"{path.name} is open in another editor, too: what is saved last is kept")
        missing = self.project.missing(self.document)
        self.log.problems([problem for _, problem in missing], "scene", self._id_of, "warning")

    def _id_of(self, where: str) -> int:
        found = self.document.scene.find(where) if where else None
        return 0 if found is None else found.id

    def ask(self, ask: Ask) -> None:
        """Ask something; a dialog of the same title that waits already is replaced."""
        self.asks = [one for one in self.asks if one.title != ask.title]
        self.asks.append(ask)

    def answer(self, value: Any) -> bool:
        """Answer the first question; None is no answer. What goes wrong then is told; returns whether it went."""
        if not self.asks:
            return False
        asked = self.asks.pop(0)
        if value is None:
            return False
        try:
            asked.then(value)
        except Exception as error:
            self.tell_error(error)
            return False
        return True

    # ---- files ----------------------------------------------------------------------------------------------------

    def show(self, document: Document, *, journal: bool = True) -> None:
        """Edit another document: history and selection begin anew."""
        self.play.stop()
        self.journal.end()
        self.document = document
        follow(document)
        self.history.clear()
        self.selection = Selection()
        self.renaming = 0
        self.generation += 1
        self.bookmarks = dict(self.settings.bookmarks.get(str(document.path), {}))
        if journal:
            self.journal.begin(document)
        self.watching.begin(self)
        self.tell_problems()

    def open(self, path: Path) -> None:
        """Edit the scene in a file. Raises SceneError or EditorError, and goes on with the one that is there then."""
        document = Document.open(path)
        self.show(document)
        self.settings.remember(path)
        self.log.info(f"opened {path.name}: {len(document)} objects")

    def save(self, path: Path | None = None) -> None:
        """Write the document to its file, or another. Raises EditorError where that can't be; nothing is lost then."""
        self.seal()
        old = self.document.root
        self.document.save(path)
        target = self.document.path
        assert target is not None
        if old.resolve() != self.document.root.resolve():
            self.history.follow(dream_file.rebased(old, self.document.root), self.document.root)
            self.document.forget_changes()
        self.journal.saved(self.document)
        self.watching.begin(self)
        self.settings.remember(target)
        self.tell(f"saved {target.name}")

    def close(self) -> None:
        """End: nothing of it is to be recovered."""
        self.play.stop()
        self.journal.end()

    def tick(self, now: float) -> None:
        """Once a frame: the journal is put on the disk, changes from outside are looked for. now: seconds."""
        if self.history.open_merge is None:  # a drag is written at its end
            self.journal.tick(self.document, now, self.settings.autosave_seconds, self.log)
        self.watching.tick(self, now)
