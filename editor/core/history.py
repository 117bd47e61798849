"""What was done, to be undone and done again: steps of commands with the selection before and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .commands import Command, apply
from .document import Document
from .outside import is_outside
from .renamed import with_paths
from .selection import Selection

MAX_BYTES = 256 << 20
"""What all steps may take, about; the oldest go first."""


@dataclass(eq=False)
class Step:
    """One step of the history. command: None where only the selection changed.

    before, after: the document's state number.  merge: the drag that it is of.  size: bytes, about.
    """

    label: str
    command: Command | None
    inverse: Command | None
    selected_before: Selection
    selected_after: Selection
    before: int
    after: int
    merge: str | None = None
    size: int = 0
    text: str | None = None
    """The command as a line of the journal, until it is written."""


@dataclass(eq=False)
class History:
    """Steps that were done, and those that were undone since. `EditorState` does and undoes them.

    position: how many steps are done; `steps[position:]` can be done again.  revision: grows with each change of it.
    """

    steps: list[Step] = field(default_factory=list[Step])
    position: int = 0
    revision: int = 0
    max_bytes: int = MAX_BYTES
    forgotten: int = 0
    """Steps that can't be undone any more, since there were too many."""
    _open: str | None = None
    _bytes: int = 0

    # ---- what panels show -----------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return self.position < len(self.steps)

    @property
    def undo_label(self) -> str:
        """What undo would take back; empty for nothing."""
        return self.steps[self.position - 1].label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """What redo would do; empty for nothing."""
        return self.steps[self.position].label if self.can_redo else ""

    @property
    def bytes(self) -> int:
        """What the steps take, about."""
        return self._bytes

    # ---- what the state does ----------------------------------------------------------------------------------------

    def do(
        self,
        document: Document,
        command: Command,
        label: str,
        selected: Selection,
        merge: str | None,
    ) -> Step:
        """Apply a command; it joins the step before where both have the same `merge` and nobody sealed it.

        What is outside of the document is a step as well, and leaves it as it is: what was undone can be done again.
        Raises as `apply`, and changes nothing then.
        """
        inverse = apply(document, command)
        before, outside = document.state, is_outside(command)
        after = before if outside else document.new_state()
        top = self.steps[self.position - 1] if self.position else None
        if merge is not None and self._open == merge and top is not None and top.command is not None:
            self._drop_undone()
            self._bytes -= top.size
            top.command, top.inverse = _joined(top.command, top.inverse, command, inverse)
            top.after, top.label, top.text = after, label, None
            step = top
        else:
            step = Step(label, command, inverse, selected, selected, before, after, merge)
            self._push(step, keep_undone=outside)
        step.size = _size(step.command) + _size(step.inverse)
        self._bytes += step.size
        self._open = merge
        self._forget()
        return step

    def select(self, before: Selection, after: Selection, label: str, state: int, merge: str | None) -> None:
        """Note that only the selection changed. Not noted while something can be redone: looking is no step then."""
        self.revision += 1
        if self.can_redo:
            self._open = None
            return
        top = self.steps[self.position - 1] if self.position else None
        if merge is not None and self._open == merge and top is not None and top.command is None:
            top.selected_after, top.label = after, label
        else:
            self._push(Step(label, None, None, before, after, state, state, merge, 64))
            self._bytes += 64
        self._open = merge
        self._forget()

    def undo(self, document: Document) -> Step:
        """Take the last step back. Raises EditorError where that can't be, and changes nothing then."""
        step = self.steps[self.position - 1]
        if step.inverse is not None:
            apply(document, step.inverse)
        document.state = step.before
        self.position -= 1
        self.revision += 1
        self._open = None
        return step

    def redo(self, document: Document) -> Step:
        """Do the step again that was undone last. Raises EditorError where that can't be, and changes nothing then."""
        step = self.steps[self.position]
        if step.command is not None:
            apply(document, step.command)
        document.state = step.after
        self.position += 1
        self.revision += 1
        self._open = None
        return step

    def seal(self) -> None:
        """End a drag: what comes next is a step of its own."""
        self._open = None

    @property
    def open_merge(self) -> str | None:
        """The drag that is going on."""
        return self._open

    def forget(self, *, undone: bool) -> None:
        """Forget the steps that were undone, or those that are done."""
        if undone:
            self._drop_undone()
        else:
            self._bytes -= sum(step.size for step in self.steps[: self.position])
            self.forgotten += self.position
            del self.steps[: self.position]
            self.position = 0
        self._open = None
        self.revision += 1

    def follow(self, change: Callable[[str], str], root: Path) -> None:
        """Apply `change` to every file that steps name: they are elsewhere, or the scene is."""
        for step in self.steps:
            if step.command is not None and step.inverse is not None:
                step.command = with_paths(step.command, lambda address, _id, _field: change(address), root)
                step.inverse = with_paths(step.inverse, lambda address, _id, _field: change(address), root)

    def clear(self) -> None:
        """Forget all steps."""
        self.steps.clear()
        self.position = self._bytes = self.forgotten = 0
        self._open = None
        self.revision += 1

    def drop(self, index: int) -> None:
        """Forget one step that is outside of the document: it can't be done or undone any more."""
        self._bytes -= self.steps[index].size
        del self.steps[index]
        self.position -= index < self.position
        self._open = None
        self.revision += 1

    def _push(self, step: Step, *, keep_undone: bool = False) -> None:
        if not keep_undone:
            self._drop_undone()
        self.steps.insert(self.position, step)
        self.position += 1
        self.revision += 1

    def _drop_undone(self) -> None:
        for step in self.steps[self.position :]:
            self._bytes -= step.size
        del self.steps[self.position :]

    def _forget(self) -> None:
        gone = 0
        while self._bytes > self.max_bytes and gone < self.position - 1:
            self._bytes -= self.steps[gone].size
            gone += 1
        if gone:
            del self.steps[:gone]
            self.position -= gone
            self.forgotten += gone


def _joined(
    first: Command, first_inverse: Command | None, then: Command, then_inverse: Command
) -> tuple[Command, Command]:
    """Two commands as one: a drag that goes on replaces where it was, what undoes it is that of its beginning."""
    assert first_inverse is not None
    same = first["do"] == then["do"] == "set_fields" and first["ids"] == then["ids"]
    if same and first["fields"].keys() == then["fields"].keys():
        return then, first_inverse
    settings = first["do"] == then["do"] == "set_settings"
    if settings and first["fields"].keys() == then["fields"].keys():
        return then, first_inverse
    return (
        {"do": "group", "commands": [*_parts(first), *_parts(then)]},
        {"do": "group", "commands": [*_parts(then_inverse), *_parts(first_inverse)]},
    )


def _parts(command: Command) -> list[Command]:
    return command["commands"] if command["do"] == "group" else [command]


def _size(value: Any) -> int:
    """Bytes that JSON data takes in memory, about."""
    if isinstance(value, Mapping):
        return 64 + sum(64 + _size(one) for one in value.values())
    if isinstance(value, list):
        if len(value) > 64 and isinstance(value[0], (int, float)):
            return 40 * len(value)
        if len(value) > 64:
            return 64 + len(value) * (8 + sum(_size(one) for one in value[:16]) // 16)
        return 64 + sum(8 + _size(one) for one in value)
    return 50 + len(value) if isinstance(value, str) else 28


def line_of(command: Mapping[str, Any]) -> str:
    """A command as a line of text."""
    return json.dumps(command, separators=(",", ":"), ensure_ascii=False)
